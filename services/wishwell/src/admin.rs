//! The admin port: metrics and health for the platform's own machinery. No authentication and nothing of anyone in it.

use std::sync::{Arc, OnceLock};

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use tokio::net::TcpListener;
use wishwell_matching::{Health, Metrics};

/// Whether the process takes calls: not before there is a server, and then as the server says.
#[derive(Debug, Clone, Default)]
pub(crate) struct Readiness(Arc<OnceLock<Health>>);

impl Readiness {
    /// From now on the server answers for itself.
    pub(crate) fn ask(&self, health: Health) {
        // A process has one server; a second one would have nothing to say here.
        let _ = self.0.set(health);
    }

    fn is_ready(&self) -> bool {
        self.0.get().is_some_and(Health::is_serving)
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
    if state.readiness.is_ready() {
        "ready\n".into_response()
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, "not ready: starting or stopping\n").into_response()
    }
}
