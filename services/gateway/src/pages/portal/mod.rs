//! What partner staff do in a day: wishes near them, their referrals, their resources.

use axum::Router;

use crate::app::App;

/// Its pages.
pub(super) fn router() -> Router<App> {
    Router::new()
}
