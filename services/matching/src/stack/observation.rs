//! One span for each sampled call and one measurement for every call.
//!
//! Sampling is decided here, before any span exists: a call that is not sampled creates none, so tracing costs nothing where
//! nobody looks. The caller's decision (`traceparent`) comes first, then the ratio. Below the call's span the use cases, the
//! engine and the store open theirs; without it the process's filter of spans lets them open none.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use http::{HeaderMap, HeaderName, HeaderValue};
use opentelemetry::propagation::{Extractor, TextMapPropagator};
use opentelemetry::trace::TraceContextExt;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use tonic::{Code, Status};
use tracing::{Span, field};
use tracing_opentelemetry::OpenTelemetrySpanExt;

use crate::access::Method;
use crate::metrics::{Metrics, OTHER_METHOD, code_name};

use super::Response;

/// Target of the spans that start a tree.
pub const CALL_SPAN_TARGET: &str = "wishwell::call";

static TRACE_CONTEXT_HEADER: HeaderName = HeaderName::from_static("traceparent");

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

/// A call that is being observed. It counts as active for as long as this lives, also when its caller goes away in the middle.
#[derive(Debug)]
pub(super) struct Observed<'m> {
    metrics: &'m Metrics,
    method: Method,
    /// When its head had been read.
    pub(super) started: Instant,
    /// The span that all others of the call are below; disabled when it is not sampled.
    pub(super) span: Span,
}

impl<'m> Observed<'m> {
    /// The call begins.
    pub(super) fn begin(metrics: &'m Metrics, sampling: &Sampling, method: Method, headers: &HeaderMap) -> Self {
        metrics.calls_active.inc();
        Self { metrics, method, started: Instant::now(), span: span(sampling, method, headers) }
    }

    /// The call was answered.
    pub(super) fn end(self, response: &Response) {
        let code = code_of(response);
        self.metrics.record(self.method, code, self.started.elapsed().as_secs_f64());
        record_code(&self.span, code);
    }
}

impl Drop for Observed<'_> {
    fn drop(&mut self) {
        self.metrics.calls_active.dec();
    }
}

/// Whether a caller says in the plainest form that its call is not sampled (W3C Trace Context, version 00 without flags): what calls
/// through the gateway say most of the time, and what is read here for less than a context of OpenTelemetry costs.
fn is_surely_unsampled(trace_context: &HeaderValue) -> bool {
    let is_id = |id: &[u8]| {
        id.iter().all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f')) && id.iter().any(|digit| *digit != b'0')
    };
    match trace_context.as_bytes() {
        [b'0', b'0', b'-', trace @ .., b'-', b'0', b'0'] if trace.len() == 32 + 1 + 16 => {
            let (trace, rest) = trace.split_at(32);
            matches!(rest, [b'-', span @ ..] if is_id(span)) && is_id(trace)
        }
        _ => false,
    }
}

fn span(sampling: &Sampling, method: Method, headers: &HeaderMap) -> Span {
    let trace_context = headers.get(&TRACE_CONTEXT_HEADER);
    if trace_context.is_some_and(is_surely_unsampled) {
        return Span::none();
    }
    let parent = trace_context.map(|_| TraceContextPropagator::new().extract(&Headers(headers)));
    let remote = parent.as_ref().map(|context| context.span().span_context().clone()).filter(|c| c.is_valid());
    let sampled = remote.as_ref().map_or_else(|| sampling.take(), |remote| remote.is_sampled());
    if !sampled {
        return Span::none();
    }
    let method = method.name.unwrap_or(OTHER_METHOD);
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_surely_unsampled_is_a_context_that_opentelemetry_reads_as_unsampled() {
        let (trace, span) = ("4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7");
        for (text, surely) in [
            (format!("00-{trace}-{span}-00"), true),
            (format!("00-{trace}-{span}-01"), false),
            (format!("00-{trace}-{span}-02"), false),
            (format!("01-{trace}-{span}-00"), false),
            (format!("00-{trace}-{span}-00-more"), false),
            (format!("00-{}-{span}-00", "0".repeat(32)), false),
            (format!("00-{trace}-{}-00", "0".repeat(16)), false),
            (format!("00-{}-{span}-00", trace.to_uppercase()), false),
            (format!("00-{trace}{span}--00"), false),
            (format!("00-{span}-{trace}-00"), false),
            (String::new(), false),
        ] {
            let value = HeaderValue::from_str(&text).unwrap_or(HeaderValue::from_static(""));
            assert_eq!(is_surely_unsampled(&value), surely, "{text}");
            let headers = HeaderMap::from_iter([(TRACE_CONTEXT_HEADER.clone(), value)]);
            let context = TraceContextPropagator::new().extract(&Headers(&headers));
            let remote = context.span().span_context().clone();
            assert!(!surely || (remote.is_valid() && !remote.is_sampled()), "{text}");
        }
    }
}
