//! One span for each sampled call and one measurement for every call.
//!
//! Sampling is decided here, before any span exists: a call that is not sampled creates none, so tracing costs nothing where
//! nobody looks. The caller's decision (`traceparent`) comes first, then the ratio. Below the call's span the use cases, the
//! engine and the store open theirs; without it the process's filter of spans lets them open none.

use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::Instant;

use opentelemetry::propagation::{Extractor, TextMapPropagator};
use opentelemetry::trace::TraceContextExt;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use tonic::{Code, Status};
use tower::{Layer, Service};
use tracing::{Instrument, Span, field};
use tracing_opentelemetry::OpenTelemetrySpanExt;

use crate::metrics::{Metrics, OTHER_METHOD, code_name};

use super::{Request, Response, method_of};

/// Target of the spans that start a tree.
pub const CALL_SPAN_TARGET: &str = "wishwell::call";

/// Which share of the calls is traced when the caller does not say.
#[derive(Debug, Clone)]
pub struct Sampling {
    /// One in so many calls; 0 means none.
    one_in: u64,
    counter: Arc<AtomicU64>,
}

impl Sampling {
    /// Samples the given share, 0 to 1, rounded to one in a whole number.
    #[must_use]
    pub fn ratio(ratio: f64) -> Self {
        // 1 / ratio is between 1 and 2^53 for every ratio that is not taken as none.
        let one_in = if ratio > 1e-9 { (1.0 / ratio.min(1.0)).round() as u64 } else { 0 };
        Self { one_in, counter: Arc::new(AtomicU64::new(0)) }
    }

    fn take(&self) -> bool {
        self.one_in > 0 && self.counter.fetch_add(1, Ordering::Relaxed).is_multiple_of(self.one_in)
    }
}

struct Headers<'a>(&'a http::HeaderMap);

impl Extractor for Headers<'_> {
    fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key).and_then(|value| value.to_str().ok())
    }
    fn keys(&self) -> Vec<&str> {
        self.0.keys().map(http::HeaderName::as_str).collect()
    }
}

#[derive(Debug, Clone)]
pub(super) struct ObservationLayer {
    metrics: Arc<Metrics>,
    sampling: Sampling,
}

impl ObservationLayer {
    pub(super) const fn new(metrics: Arc<Metrics>, sampling: Sampling) -> Self {
        Self { metrics, sampling }
    }

    /// The span of a call; disabled when it is not sampled.
    fn span(&self, request: &Request) -> Span {
        let parent = request
            .headers()
            .contains_key("traceparent")
            .then(|| TraceContextPropagator::new().extract(&Headers(request.headers())));
        let remote = parent.as_ref().map(|context| context.span().span_context().clone()).filter(|c| c.is_valid());
        let sampled = remote.as_ref().map_or_else(|| self.sampling.take(), |remote| remote.is_sampled());
        if !sampled {
            return Span::none();
        }
        let method = known_method(method_of(request));
        let span = tracing::info_span!(
            target: CALL_SPAN_TARGET,
            "call",
            otel.name = method,
            otel.kind = "server",
            otel.status_code = field::Empty,
            rpc.system.name = "grpc",
            rpc.method = method,
            rpc.response.status_code = field::Empty,
            "error.type" = field::Empty,
        );
        if let Some(parent) = parent {
            // Fails only when no OpenTelemetry layer is installed; then there is no trace to join.
            let _ = span.set_parent(parent);
        }
        span
    }
}

/// The method's name if it exists: callers cannot write into spans by calling methods of their own making.
fn known_method(method: &str) -> &'static str {
    crate::access::known_methods().find(|known| *known == method).unwrap_or(OTHER_METHOD)
}

impl<S> Layer<S> for ObservationLayer {
    type Service = Observation<S>;
    fn layer(&self, inner: S) -> Self::Service {
        Observation { inner, layer: self.clone() }
    }
}

#[derive(Debug, Clone)]
pub(super) struct Observation<S> {
    inner: S,
    layer: ObservationLayer,
}

impl<S> Service<Request> for Observation<S>
where
    S: Service<Request, Response = Response, Error = Infallible>,
    S::Future: Send + 'static,
{
    type Response = Response;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request) -> Self::Future {
        let start = Instant::now();
        let span = self.layer.span(&request);
        let metrics = Arc::clone(&self.layer.metrics);
        let method = known_method(method_of(&request));
        metrics.calls_active.inc();
        let active = Active(Arc::clone(&metrics));
        let call = span.in_scope(|| self.inner.call(request));
        let recorded = span.clone();
        let finish = async move {
            let response = call.await;
            drop(active);
            let code = response.as_ref().map_or(Code::Unknown, code_of);
            metrics.method(method).record(code, start.elapsed().as_secs_f64());
            record_code(&recorded, code);
            response
        };
        if span.is_none() { Box::pin(finish) } else { Box::pin(finish.instrument(span)) }
    }
}

/// Counts a call as active for as long as it lives, also when its caller goes away in the middle.
struct Active(Arc<Metrics>);

impl Drop for Active {
    fn drop(&mut self) {
        self.0.calls_active.dec();
    }
}

fn record_code(span: &Span, code: Code) {
    if span.is_none() {
        return;
    }
    span.record("rpc.response.status_code", code_name(code));
    // The conventions count these as errors of the server; the others are the caller's.
    let server_error = matches!(
        code,
        Code::Unknown
            | Code::DeadlineExceeded
            | Code::Unimplemented
            | Code::Internal
            | Code::Unavailable
            | Code::DataLoss
    );
    if server_error {
        span.record("otel.status_code", "ERROR");
        span.record("error.type", code_name(code));
    }
}

/// The status in the headers; without one there, the answer has a body and its handler succeeded.
fn code_of(response: &Response) -> Code {
    response.headers().get(Status::GRPC_STATUS).map_or(Code::Ok, |value| Code::from_bytes(value.as_bytes()))
}
