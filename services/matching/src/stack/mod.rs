//! Everything that happens to a call before and after its handler, as one pipe.

mod admission;
mod authentication;
mod deadline;
mod explanation;
mod observation;
mod panics;

use std::sync::Arc;
use std::time::Duration;

use tonic::service::Routes;
use tower::ServiceBuilder;
use tower::util::BoxCloneSyncService;

use crate::access::Credentials;
use crate::metrics::Metrics;

pub use observation::{CALL_SPAN_TARGET, Sampling};

type Request = http::Request<tonic::body::Body>;
type Response = http::Response<tonic::body::Body>;

/// The whole pipe. Cloned for each connection; clones share their limits.
pub type CallStack = BoxCloneSyncService<Request, Response, std::convert::Infallible>;

/// Bounds of the pipe.
#[derive(Debug, Clone, Copy)]
pub struct StackLimits {
    /// Calls under way at once; the next is refused, not queued.
    pub calls_active_max: usize,
    /// Longest time for a call, also when the caller asks for more.
    pub call_duration_max: Duration,
}

impl Default for StackLimits {
    fn default() -> Self {
        Self { calls_active_max: 4_096, call_duration_max: Duration::from_secs(30) }
    }
}

/// Builds the pipe around the services.
#[must_use]
pub fn build(
    routes: Routes,
    credentials: Arc<Credentials>,
    metrics: Arc<Metrics>,
    sampling: Sampling,
    limits: StackLimits,
) -> CallStack {
    let stack = ServiceBuilder::new()
        // Outermost: sees every answer, whoever gave it, and opens the span that all others are below.
        .layer(observation::ObservationLayer::new(Arc::clone(&metrics), sampling))
        // Above all that can refuse, so that each refusal carries its reason.
        .layer(explanation::ExplanationLayer)
        // Above the deadline: a refused call must not cost a timer.
        .layer(admission::AdmissionLayer::new(Arc::clone(&metrics), limits.calls_active_max))
        // Above authentication, so that no call whatever outlives its deadline.
        .layer(deadline::DeadlineLayer::new(limits.call_duration_max))
        .layer(authentication::AuthenticationLayer::new(credentials))
        // Innermost: a panic costs its own call and nothing of the layers above.
        .layer(panics::PanicLayer::new(metrics))
        .service(routes.prepare());
    BoxCloneSyncService::new(stack)
}

/// Full method name (`package.Service/Method`) of a request.
fn method_of<B>(request: &http::Request<B>) -> &str {
    request.uri().path().trim_start_matches('/')
}
