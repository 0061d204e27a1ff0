//! What case workers and operators do in a day: needs, their stories, supervision.

mod names;
mod needs;
mod pickers;
mod referrals;
mod rounds;
mod supervision;
mod today;

use axum::Router;
use axum::routing::{get, post};

use crate::app::App;

/// Its pages.
pub(super) fn router() -> Router<App> {
    Router::new()
        .route("/desk", get(today::show))
        .route("/desk/referrals", get(referrals::show))
        .route("/desk/needs", get(needs::list::show))
        .route("/desk/needs/new", get(needs::form::show).post(needs::form::take))
        .route("/desk/needs/candidates", post(needs::form::look))
        .route("/desk/needs/{id}", get(needs::story::show))
        .route("/desk/needs/{id}/edit", get(needs::form::change::show).post(needs::form::change::take))
        .route("/desk/needs/{id}/candidates", post(needs::form::change::look))
        .route("/desk/needs/{id}/refer", post(needs::story::steps::refer))
        .route("/desk/needs/{id}/auto-refer", post(needs::story::steps::auto_refer))
        .route("/desk/needs/{id}/withdraw", post(needs::story::ending::withdraw))
        .route("/desk/needs/{id}/close", post(needs::story::ending::close))
        .route("/desk/referrals/{id}/{step}", get(needs::story::steps::lead_to_need).post(needs::story::steps::step))
        .route("/desk/supervision", get(supervision::show))
        .route("/desk/supervision/capacity", get(supervision::show_scarce))
        .route("/desk/rounds", get(rounds::show).post(rounds::begin))
        .route("/desk/rounds/{id}", get(rounds::show_one))
        .route("/desk/rounds/{id}/report", get(rounds::show_report))
        .route("/desk/rounds/{id}/commit", post(rounds::commit))
        .route("/desk/rounds/{id}/cancel", post(rounds::cancel))
        .route(pickers::SUGGEST_PATH, get(pickers::suggest))
}
