//! Everything that happens to a call before and after its handler, as one pipe.

mod admission;
mod authentication;
mod bounded;
mod deadline;
mod explanation;
mod observation;
mod panics;
mod services;

use std::convert::Infallible;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt as _;
use tokio::sync::SemaphorePermit;
use tonic::codegen::{Body, BoxFuture, Bytes, StdError};

use wishwell_domain::Error;
use wishwell_domain::clock::Clock;

use crate::access::{Credentials, Method};
use crate::grpc::status::to_status;
use crate::metrics::Metrics;

use admission::Admission;
use authentication::Authentication;
use deadline::Time;
use observation::Observed;

pub(crate) use authentication::Certified;
pub use observation::{CALL_SPAN_TARGET, Sampling};
pub(crate) use services::Services;

type Response = http::Response<tonic::body::Body>;

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

/// The whole pipe. Cloned for each call; clones share everything.
///
/// One function and not layers around layers: each layer would have to put its future into a box for the next, and look up again
/// what the one before it knows.
#[derive(Debug, Clone)]
pub(crate) struct CallStack(Arc<Pipe>);

#[derive(Debug)]
struct Pipe {
    services: Services,
    authentication: Authentication,
    metrics: Arc<Metrics>,
    sampling: Sampling,
    admission: Admission,
    call_duration_max: Duration,
}

impl CallStack {
    /// The pipe around the services.
    pub(crate) fn new(
        services: Services,
        credentials: Arc<Credentials>,
        clock: Arc<dyn Clock>,
        metrics: Arc<Metrics>,
        sampling: Sampling,
        limits: StackLimits,
    ) -> Self {
        let StackLimits { calls_active_max, call_duration_max } = limits;
        let admission = Admission::new(calls_active_max);
        let authentication = Authentication { credentials, clock };
        Self(Arc::new(Pipe { services, authentication, metrics, sampling, admission, call_duration_max }))
    }

    /// Whom the names of a connection's certificate are those of.
    pub(crate) fn certified<'n>(&self, names: impl IntoIterator<Item = &'n str>) -> Option<Certified> {
        self.0.authentication.credentials.certified(names).map(Certified)
    }

    /// Answers a call, whatever happens to it.
    pub(crate) async fn answer<B>(self, request: http::Request<B>) -> Response
    where
        B: Body<Data = Bytes> + Send + Unpin + 'static,
        B::Error: Into<StdError> + Send + Unpin + 'static,
    {
        let pipe = &*self.0;
        let method = Method::at(request.uri().path());
        // Outermost: sees every answer, whoever gave it, to its end, and opens the span that all others are below.
        let observed = Observed::begin(&pipe.metrics, &pipe.sampling, method, request.headers());
        let (trace, started) = (observed.trace.clone(), observed.started);
        let admitted = pipe.admit(method, request);
        let deadline = admitted.as_ref().ok().and_then(|admitted| admitted.time.end(started));
        let answering = async {
            let answer = match admitted {
                Ok(Admitted { place, time, call }) => {
                    // The deadline is above the handler and all it waits for. Innermost: a panic costs its own call alone.
                    let work = pin!(panics::caught(&pipe.metrics, call.map(|Ok(answer)| answer)));
                    let answer = deadline::until(started + time.to_begin, work).await.and_then(|done| done);
                    drop(place);
                    answer
                }
                Err(error) => Err(error),
            };
            // Above all that can refuse, so that each refusal carries its reason.
            explanation::explain(answer.unwrap_or_else(|error| to_status(error).into_http()))
        };
        let response = trace.around(answering).await;
        observed.end(response, deadline)
    }
}

/// A call that nothing refused.
struct Admitted<'p> {
    place: Option<SemaphorePermit<'p>>,
    /// The longest time for it.
    time: Time,
    /// Its work, which has not begun.
    call: BoxFuture<Response, Infallible>,
}

impl Pipe {
    /// What can refuse a call before its handler sees it, in this order. None of it waits.
    fn admit<B>(&self, method: Method, mut request: http::Request<B>) -> Result<Admitted<'_>, Error>
    where
        B: Body<Data = Bytes> + Send + Unpin + 'static,
        B::Error: Into<StdError> + Send + Unpin + 'static,
    {
        let path = request.uri().path();
        // First: under load nothing else is to cost anything.
        let place = self.admission.admit(path, &self.metrics)?;
        let time = Time::of(request.headers(), self.call_duration_max)?;
        let certified = request.extensions().get::<Certified>();
        let principal = self.authentication.authenticate(&self.metrics, method, path, request.headers(), certified)?;
        if let Some(principal) = principal {
            request.extensions_mut().insert(principal);
        }
        if method.lasts
            && let Some(standing) = self.authentication.standing(request.headers())
        {
            request.extensions_mut().insert(standing);
        }
        Ok(Admitted { place, time, call: self.services.call(request) })
    }
}
