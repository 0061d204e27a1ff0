//! A need's whole story, what it still lacks, and what may be done about it.

mod by_telephone;
pub(in crate::pages::desk) mod ending;
mod gathered;
pub(in crate::pages::desk) mod steps;
mod timeline;
mod view;

use axum::extract::{Path, Query};
use axum::response::Response;
use http::StatusCode;
use serde::Deserialize;

use self::gathered::{Gathered, Likely};
use crate::pages::failure::Failure;
use crate::pages::layout;
use crate::pages::visit::SignedIn;

/// What the address asks for beside the need.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::pages::desk) struct Asked {
    /// What was just done.
    said: String,
    /// Ids of needs that are likely the same, joined by full stops.
    like: String,
    /// `yes` to see what is kept sealed.
    personal: String,
}

/// What the page says before everything else.
pub(super) enum Notice<'a> {
    /// Nothing.
    None,
    /// What was done.
    Done(&'a str),
    /// Why something was not done.
    Refused(&'a str),
}

/// The page.
pub(in crate::pages::desk) async fn show(
    user: SignedIn,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
) -> Response {
    let notice = if asked.said.is_empty() { Notice::None } else { Notice::Done(&asked.said) };
    page(&user, &id, &asked, &notice, StatusCode::OK).await.unwrap_or_else(|failure| failure.response(&user.visit))
}

/// The page after a step that was refused.
pub(super) async fn refused(user: &SignedIn, id: &str, why: &str) -> Response {
    let page = page(user, id, &Asked::default(), &Notice::Refused(why), StatusCode::CONFLICT).await;
    page.unwrap_or_else(|failure| failure.response(&user.visit))
}

async fn page(
    user: &SignedIn,
    id: &str,
    asked: &Asked,
    notice: &Notice<'_>,
    status: StatusCode,
) -> Result<Response, Failure> {
    let gathered = Gathered::of(user, id, asked.personal == "yes").await?;
    let likely: Vec<&str> = asked.like.split('.').filter(|id| !id.is_empty()).take(LIKELY_MAX).collect();
    let likely = Likely::of(user, &likely).await?;
    let (title, content) = view::story(user, &gathered, notice, &likely);
    Ok(layout::page_with(&user.visit, status, &title, &content))
}

/// Needs that are likely the same, at most.
const LIKELY_MAX: usize = 10;
