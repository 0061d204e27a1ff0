//! A partner's resources and how much there is of them.

pub(super) mod act;
mod figures;
mod view;

use axum::extract::Query;
use axum::response::Response;
use http::StatusCode;
use maud::{Markup, html};
use serde::Deserialize;

use super::own::{self, Resources};
use super::partner::Partner;
use crate::pages::failure::Failure;
use crate::pages::{layout, notice};

/// What was done a moment ago, to say so.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Done {
    #[serde(default)]
    done: String,
    /// With which resource or pool, by name.
    #[serde(default)]
    of: String,
}

/// What a page says of a resource or a pool, next to it.
#[derive(Debug, Default)]
struct Said {
    /// Its name.
    of: String,
    done: Option<&'static str>,
    failed: Option<String>,
}

impl Said {
    fn markup(&self) -> Markup {
        html! {
            @if let Some(text) = self.done { (notice::done(text)) }
            @if let Some(text) = &self.failed { (notice::failed(text)) }
        }
    }
}

/// The page.
pub(super) async fn show(partner: Partner, Query(Done { done, of }): Query<Done>) -> Response {
    let done = view::done(&partner.visit, &done);
    page(&partner, StatusCode::OK, &Said { of, done, failed: None }).await
}

async fn page(partner: &Partner, status: StatusCode, said: &Said) -> Response {
    let visit = &partner.visit;
    let found = futures::try_join!(
        Resources::of(partner),
        own::pools(partner, false),
        Resources::pledged(partner),
        own::pools(partner, true)
    );
    match found {
        Ok((resources, pools, pledges, pools_of_pledges)) => {
            let (given, own) = ((&pledges, pools_of_pledges.as_slice()), (&resources, pools.as_slice()));
            let content = view::content(visit, own, given, said);
            layout::page_with(visit, status, visit.say("我的资源", "My resources"), &content)
        }
        Err(status) => Failure::from(status).response(visit),
    }
}
