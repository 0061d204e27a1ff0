//! `grpc.health.v1` as its protocol says, and readiness that tells the truth: serving only while the snapshots are loaded and
//! followed, the store answers and nobody has told the server to stop.
//!
//! Our own implementation of the service, because tonic-health ends a Watch on an unknown service with NOT_FOUND where the
//! protocol wants SERVICE_UNKNOWN on a stream that stays open.

use std::collections::BTreeSet;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use futures::stream::{self, Stream};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tonic::{Request, Response, Status};
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_server::{Health as HealthService, HealthServer};
use tonic_health::pb::{HealthCheckRequest, HealthCheckResponse};

use wishwell_api::v1::ErrorReason;

use crate::cases::Platform;
use crate::grpc::status::status_with_reason;

/// Whether the server serves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    NotServing,
    Serving,
    /// Told to stop; never serves again.
    Draining,
}

/// Health of the server, for gRPC and the admin port.
#[derive(Debug, Clone)]
pub struct Health {
    state: Arc<watch::Sender<State>>,
    services: Arc<BTreeSet<String>>,
}

impl Health {
    pub(crate) fn new() -> Self {
        let services = wishwell_api::descriptor_pool()
            .services()
            .map(|service| service.full_name().to_owned())
            .chain(std::iter::once(String::new()))
            .collect();
        Self { state: Arc::new(watch::Sender::new(State::NotServing)), services: Arc::new(services) }
    }

    /// Whether calls are served right now.
    #[must_use]
    pub fn is_serving(&self) -> bool {
        *self.state.borrow() == State::Serving
    }

    /// Whether the server was told to stop.
    #[must_use]
    pub fn is_draining(&self) -> bool {
        *self.state.borrow() == State::Draining
    }

    pub(crate) fn set_serving(&self, serving: bool) {
        let next = if serving { State::Serving } else { State::NotServing };
        self.state.send_if_modified(|state| {
            let changes = *state != State::Draining && *state != next;
            if changes {
                *state = next;
            }
            changes
        });
    }

    pub(crate) fn set_draining(&self) {
        self.state.send_replace(State::Draining);
    }

    pub(crate) fn service(&self) -> HealthServer<Self> {
        HealthServer::new(self.clone())
    }

    fn answer(&self, service: &str, state: State) -> HealthCheckResponse {
        let status = match (self.services.contains(service), state) {
            (false, _) => ServingStatus::ServiceUnknown,
            (true, State::Serving) => ServingStatus::Serving,
            (true, State::NotServing | State::Draining) => ServingStatus::NotServing,
        };
        HealthCheckResponse { status: status.into() }
    }
}

#[tonic::async_trait]
impl HealthService for Health {
    async fn check(&self, request: Request<HealthCheckRequest>) -> Result<Response<HealthCheckResponse>, Status> {
        let service = request.into_inner().service;
        if !self.services.contains(&service) {
            let message = "no such service";
            return Err(status_with_reason(tonic::Code::NotFound, ErrorReason::NotFound, message, &[]));
        }
        let state = *self.state.borrow();
        Ok(Response::new(self.answer(&service, state)))
    }

    type WatchStream = Pin<Box<dyn Stream<Item = Result<HealthCheckResponse, Status>> + Send>>;

    async fn watch(&self, request: Request<HealthCheckRequest>) -> Result<Response<Self::WatchStream>, Status> {
        let service = request.into_inner().service;
        Ok(Response::new(Box::pin(answers(self.clone(), service))))
    }
}

/// What a watch of a service tells: its status now, and each time it changes. Ends with the drain, or it would hold its
/// connection open until the very end of it.
fn answers(health: Health, service: String) -> impl Stream<Item = Result<HealthCheckResponse, Status>> {
    let states = health.state.subscribe();
    stream::unfold((states, None, None), move |(mut states, mut seen, mut told)| {
        let (health, service) = (health.clone(), service.clone());
        async move {
            loop {
                match seen {
                    Some(State::Draining) => return None,
                    Some(_) => states.changed().await.ok()?,
                    None => {}
                }
                let state = *states.borrow_and_update();
                seen = Some(state);
                let answer = health.answer(&service, state);
                if told != Some(answer.status) {
                    told = Some(answer.status);
                    return Some((Ok(answer), (states, seen, told)));
                }
            }
        }
    })
}

/// Looks now and then whether calls can be served as they should, until `stop`.
pub(crate) async fn watch(health: Health, platform: Arc<Platform>, interval: Duration, stop: CancellationToken) {
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(interval) => {}
        }
        let answers = matches!(tokio::time::timeout(interval, platform.store.now()).await, Ok(Ok(_)));
        let followed = platform.snapshots.are_followed();
        if !health.is_serving() {
            if answers && followed && !health.is_draining() {
                tracing::info!("serving again: the store answers, and snapshots are kept up with their logs");
            }
        } else if !answers {
            tracing::warn!("the store does not answer: not serving until it does");
        } else if !followed {
            tracing::error!("a snapshot is not kept up with its log: not serving until it is");
        }
        health.set_serving(answers && followed);
    }
}
