//! A partner's resources and how much there is of them.

pub(super) mod act;
mod figures;
mod view;

use axum::extract::Query;
use axum::response::Response;
use http::StatusCode;
use serde::Deserialize;

use super::own::{self, Resources};
use super::partner::Partner;
use crate::pages::failure::Failure;
use crate::pages::layout;

/// What was done a moment ago, to say so.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Done {
    #[serde(default)]
    done: String,
}

/// The page.
pub(super) async fn show(partner: Partner, Query(Done { done }): Query<Done>) -> Response {
    let said = view::done(&partner.visit, &done);
    page(&partner, StatusCode::OK, said, None).await
}

async fn page(partner: &Partner, status: StatusCode, done: Option<&str>, failed: Option<String>) -> Response {
    let visit = &partner.visit;
    match futures::try_join!(Resources::of(partner), own::pools(partner)) {
        Ok((resources, pools)) => {
            let content = view::content(visit, &resources, &pools, done, failed.as_deref());
            layout::page_with(visit, status, visit.say("我的资源", "My resources"), &content)
        }
        Err(status) => Failure::from(status).response(visit),
    }
}
