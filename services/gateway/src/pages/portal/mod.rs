//! What partner staff do in a day: wishes near them, their referrals, their resources.

mod case_worker;
mod claim;
mod fitting;
mod form;
mod live;
mod notifications;
mod own;
mod partner;
mod referrals;
mod refusal;
mod resources;
mod today;

use axum::Router;
use axum::routing::{get, post};

use crate::app::App;

/// Its pages.
pub(super) fn router() -> Router<App> {
    Router::new()
        .route("/portal", get(today::show))
        .route("/portal/work", get(today::work))
        .route("/portal/fitting", get(today::wishes))
        .route("/portal/live", get(live::events))
        .route("/portal/wishes/{wish}/claim", get(claim::show).post(claim::send))
        .route("/portal/referrals", get(referrals::list::show))
        .route("/portal/referrals/{id}", get(referrals::show))
        .route("/portal/referrals/{id}/state", get(referrals::state))
        .route("/portal/referrals/{id}/contact", post(referrals::contact))
        .route("/portal/referrals/{id}/{action}", post(referrals::step::take))
        .route("/portal/notifications", get(notifications::show))
        .route("/portal/notifications/told", get(notifications::list))
        .route("/portal/notifications/seen", post(notifications::act::mark_seen))
        .route("/portal/subscriptions", post(notifications::act::subscribe))
        .route("/portal/subscriptions/{id}/{step}", post(notifications::act::change))
        .route("/portal/resources", get(resources::show))
        .route("/portal/resources/{id}/{lifecycle}", post(resources::act::change_lifecycle))
        .route("/portal/pools/{id}", post(resources::act::set_capacity))
}
