//! The public wishing pool: what is wished for, in words that tell of nobody.

use axum::Router;

use crate::app::App;

/// Its pages.
pub(super) fn router() -> Router<App> {
    Router::new()
}
