//! The admin port: metrics and health for the platform's own machinery. No authentication and nothing of anyone in it.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tonic::transport::Channel;
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;
use wishwell_gateway::Figures;
use wishwell_matching::{Health, Metrics};

/// Longest time for the service behind a gateway to say how it is.
const UPSTREAM_PATIENCE: Duration = Duration::from_secs(2);
/// How figures are written.
const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// Whether the process takes calls: not before there is a server, and then as the server says.
#[derive(Debug, Clone, Default)]
pub(crate) struct Readiness(Arc<OnceLock<Health>>);

impl Readiness {
    /// From now on the server answers for itself.
    pub(crate) fn ask(&self, health: Health) {
        // A process has one server; a second one would have nothing to say here.
        let _ = self.0.set(health);
    }

    /// Why the server takes no calls, if it takes none.
    fn missing(&self) -> Option<&'static str> {
        match self.0.get() {
            None => Some("starting"),
            Some(health) if health.is_serving() => None,
            Some(health) if health.is_draining() => Some("stopping"),
            Some(_) => Some("the store does not answer, or is not read to its end yet; the log says which"),
        }
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
    ([(header::CONTENT_TYPE, OPEN_METRICS)], state.metrics.encode()).into_response()
}

async fn readiness(State(state): State<AdminState>) -> Response {
    match state.readiness.missing() {
        None => "ready\n".into_response(),
        Some(why) => not_ready(why),
    }
}

fn not_ready(why: &str) -> Response {
    (StatusCode::SERVICE_UNAVAILABLE, format!("not ready: {why}\n")).into_response()
}

/// What the admin port of a gateway alone shows.
#[derive(Debug, Clone)]
pub(crate) struct GatewayState {
    /// Figures.
    pub(crate) figures: Arc<Figures>,
    /// The service, which is asked how it is: a gateway without it answers nothing but that.
    pub(crate) upstream: Channel,
    /// Ends when the gateway stops.
    pub(crate) stop: CancellationToken,
}

/// [`serve`] for a gateway alone.
pub(crate) async fn serve_gateway(listener: TcpListener, state: GatewayState) {
    let router = Router::new()
        .route("/metrics", get(figures))
        .route("/healthz", get(|| async { "ok\n" }))
        .route("/readyz", get(upstream_readiness))
        .with_state(state);
    if let Err(error) = axum::serve(listener, router).await {
        tracing::error!(%error, "the admin port stopped");
    }
}

async fn figures(State(state): State<GatewayState>) -> Response {
    ([(header::CONTENT_TYPE, OPEN_METRICS)], state.figures.encode()).into_response()
}

async fn upstream_readiness(State(state): State<GatewayState>) -> Response {
    if state.stop.is_cancelled() {
        return not_ready("stopping");
    }
    let mut health = HealthClient::new(state.upstream);
    let asked = health.check(HealthCheckRequest::default());
    match tokio::time::timeout(UPSTREAM_PATIENCE, asked).await {
        Ok(Ok(answer)) if answer.get_ref().status() == ServingStatus::Serving => "ready\n".into_response(),
        Ok(Ok(_)) => not_ready("the matching service does not serve"),
        Ok(Err(_)) | Err(_) => not_ready("the matching service does not answer"),
    }
}
