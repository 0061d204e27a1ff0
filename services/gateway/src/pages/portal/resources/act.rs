//! Changing how much there is, and whether a resource is offered.

use axum::extract::{Form, Path};
use axum::response::{IntoResponse, Redirect, Response};
use http::StatusCode;
use serde::Deserialize;
use tonic::Status;
use wishwell_api::v1::{self, ResourceLifecycle};

use super::{Said, page};
use crate::pages::address;
use crate::pages::failure::Failure;
use crate::pages::portal::form::amount;
use crate::pages::portal::partner::Partner;
use crate::pages::portal::refusal::Refusal;

/// What a form of a pool sends.
#[derive(Debug, Default, Deserialize)]
pub(in crate::pages::portal) struct Capacity {
    #[serde(default)]
    request_id: String,
    /// The figures that were looked at; empty where it does not matter.
    #[serde(default)]
    etag: String,
    /// The new total; empty to say that the figures are still right.
    #[serde(default)]
    total: String,
    /// What it is counted in.
    #[serde(default)]
    unit: String,
}

/// States a total, or that the figures still hold: either makes them as fresh as now.
pub(in crate::pages::portal) async fn set_capacity(
    partner: Partner,
    Path(id): Path<String>,
    Form(form): Form<Capacity>,
) -> Response {
    let name = format!("capacityPools/{id}");
    let total = match amount(partner.visit.language, &form.total, &form.unit) {
        Ok(total) => total,
        Err(text) => return failed(&partner, StatusCode::BAD_REQUEST, name, text).await,
    };
    let request = v1::SetCapacityRequest {
        name: name.clone(),
        total,
        etag: form.etag,
        request_id: form.request_id,
        ..v1::SetCapacityRequest::default()
    };
    let done = if total.is_some() { "capacity" } else { "confirm" };
    let answer = partner.calls.catalog().set_capacity(request).await;
    ended(&partner, answer.map(drop), done, name, &form.unit).await
}

/// What a form of a resource sends.
#[derive(Debug, Default, Deserialize)]
pub(in crate::pages::portal) struct Lifecycle {
    #[serde(default)]
    request_id: String,
    #[serde(default)]
    etag: String,
}

/// Pauses a resource, or offers it again.
pub(in crate::pages::portal) async fn change_lifecycle(
    partner: Partner,
    Path((id, lifecycle)): Path<(String, String)>,
    Form(form): Form<Lifecycle>,
) -> Response {
    let to = match lifecycle.as_str() {
        "pause" => ResourceLifecycle::Paused,
        "resume" => ResourceLifecycle::Active,
        _ => return Failure::NoSuchPage.response(&partner.visit),
    };
    let name = format!("resources/{id}");
    let request = v1::UpdateResourceRequest {
        name: name.clone(),
        resource: Some(v1::Resource { lifecycle: to.into(), ..v1::Resource::default() }),
        update_mask: Some(prost_types::FieldMask { paths: vec!["lifecycle".to_owned()] }),
        etag: form.etag,
        request_id: form.request_id,
    };
    let answer = partner.calls.catalog().update_resource(request).await;
    ended(&partner, answer.map(drop), &lifecycle, name, "").await
}

/// Goes back to the page, at what was changed; what stands in the way is counted in `unit`.
async fn ended(partner: &Partner, answer: Result<(), Status>, done: &str, name: String, unit: &str) -> Response {
    match answer {
        Ok(()) => Redirect::to(&address::of("/portal/resources", &[("done", done), ("of", &name)])).into_response(),
        Err(status) => match Refusal::of(&status).and_then(|refusal| refusal.counted_in(unit).words(&partner.visit)) {
            Some(text) => failed(partner, StatusCode::CONFLICT, name, text).await,
            None => Failure::from(status).response(&partner.visit),
        },
    }
}

/// The page, with why nothing was done with a resource or a pool.
async fn failed(partner: &Partner, status: StatusCode, of: String, text: String) -> Response {
    page(partner, status, &Said { of, failed: Some(text), done: None }).await
}
