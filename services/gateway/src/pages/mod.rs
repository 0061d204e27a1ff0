//! What people see. A page does nothing that the API cannot.

mod address;
mod amounts;
mod apart;
mod api;
pub(crate) mod assets;
mod conditional;
mod desk;
mod failure;
mod forms_page;
mod home;
mod in_order;
mod layout;
mod names;
mod notice;
mod organization;
mod pool;
mod portal;
mod sign_in;
mod steps;
mod visit;
pub(crate) mod words;

pub(crate) use failure::too_many;

use axum::Router;
use axum::middleware::from_fn;
use axum::routing::{get, post};

use crate::app::App;

/// Every page.
pub(crate) fn router(app: App) -> Router {
    Router::new()
        .route("/", get(home::show))
        .route("/sign-in", get(sign_in::show).post(sign_in::enter))
        .route("/sign-in/with/{id}", get(organization::leave_for))
        .route("/sign-in/with/{id}/return", get(organization::come_back))
        .route("/sign-in/demo", post(sign_in::enter_as_demo))
        .route("/sign-out", post(sign_in::leave))
        .route("/language", post(visit::choose_language))
        .route("/assets/{name}", get(assets::serve))
        .merge(api::router())
        .merge(pool::router())
        .merge(portal::router())
        .merge(desk::router())
        .method_not_allowed_fallback(forms_page::lead)
        .fallback(failure::no_such_page)
        .layer(from_fn(conditional::tagged))
        .with_state(app)
}
