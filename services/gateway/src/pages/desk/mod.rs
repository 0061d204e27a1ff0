//! What case workers and operators do in a day: needs, their stories, supervision.

use axum::Router;

use crate::app::App;

/// Its pages.
pub(super) fn router() -> Router<App> {
    Router::new()
}
