//! The full report of a round: the same page that the command writes.

use axum::extract::Path;
use axum::response::{Html, IntoResponse, Response};
use http::HeaderValue;
use http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY};
use wishwell_report::{CONTENT_SECURITY_POLICY as POLICY, render};

use super::one::get;
use crate::pages::failure::Failure;
use crate::pages::visit::SignedIn;
use crate::round_picture::ToldRound;

/// The page. It brings style and script of its own, and a policy that lets it run these and nothing else.
pub(in crate::pages::desk) async fn show(user: SignedIn, Path(id): Path<String>) -> Response {
    page(&user, &id).await.unwrap_or_else(|failure| failure.response(&user.visit))
}

async fn page(user: &SignedIn, id: &str) -> Result<Response, Failure> {
    let round = get(user, id).await?;
    if round.reached.is_none() {
        return Err(Failure::NoSuchPage);
    }
    let told = ToldRound::of(&user.calls.matching(), round).await?;
    let picture = told.picture(&user.calls.catalog()).await?;
    let mut response = Html(render(&picture, user.visit.language)).into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    Ok(response)
}
