//! The admin port: metrics and health for the platform's own machinery. No authentication and nothing of anyone in it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use tokio::net::TcpListener;
use wishwell_matching::Metrics;

/// Whether the process takes calls.
#[derive(Debug, Clone, Default)]
pub(crate) struct Readiness(Arc<AtomicBool>);

impl Readiness {
    /// From now on calls are welcome, or no longer.
    pub(crate) fn set(&self, ready: bool) {
        self.0.store(ready, Ordering::Release);
    }

    fn get(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }
}

/// What the admin port shows.
#[derive(Debug, Clone)]
pub(crate) struct AdminState {
    /// Figures.
    pub(crate) metrics: Arc<Metrics>,
    /// Whether calls are taken.
    pub(crate) readiness: Readiness,
}

/// Serves until the process ends; readiness is asked for while it drains, so this port does not drain with it.
pub(crate) async fn serve(listener: TcpListener, state: AdminState) {
    if let Err(error) = axum::serve(listener, router(state)).await {
        tracing::error!(%error, "the admin port stopped");
    }
}

fn router(state: AdminState) -> Router {
    Router::new()
        .route("/metrics", get(metrics))
        .route("/healthz", get(|| async { "ok\n" }))
        .route("/readyz", get(readiness))
        .with_state(state)
}

async fn metrics(State(state): State<AdminState>) -> Response {
    let format = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    ([(header::CONTENT_TYPE, format)], state.metrics.encode()).into_response()
}

async fn readiness(State(state): State<AdminState>) -> Response {
    if state.readiness.get() {
        "ready\n".into_response()
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, "not ready: starting or stopping\n").into_response()
    }
}
