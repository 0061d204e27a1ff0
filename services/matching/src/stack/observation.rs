//! One span for each sampled call and one measurement for every call, at its end: of a stream, when its last byte was given or its reader
//! left.
//!
//! Sampling is decided here, before any span exists: a call that is not sampled creates none, so tracing costs nothing where
//! nobody looks. The caller's decision (`traceparent`) comes first, then the ratio. Below the call's span the use cases, the
//! engine and the store open theirs; without it the process's filter of spans lets them open none. Log lines of a call whose caller
//! does not sample name the caller's trace all the same.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context as TaskContext, Poll};
use std::time::Instant;

use http::{HeaderMap, HeaderName, HeaderValue};
use hyper::body::{Body, Frame, SizeHint};
use opentelemetry::Context;
use opentelemetry::context::FutureExt as _;
use opentelemetry::propagation::{Extractor, TextMapPropagator};
use opentelemetry::trace::{SpanContext, SpanId, TraceContextExt, TraceFlags, TraceId, TraceState};
use opentelemetry_sdk::propagation::TraceContextPropagator;
use tonic::codegen::Bytes;
use tonic::{Code, Status};
use tracing::{Instrument as _, Span, field};
use tracing_opentelemetry::OpenTelemetrySpanExt;

use crate::access::Method;
use crate::metrics::{Metrics, OTHER_METHOD, code_name};

use super::Response;
use super::bounded::{Bounded, Ends};

/// Target of the spans that start a tree.
pub const CALL_SPAN_TARGET: &str = "wishwell::call";

static TRACE_CONTEXT_HEADER: HeaderName = HeaderName::from_static("traceparent");
/// Hexadecimal digits of the ids in it.
const TRACE_ID_DIGITS: usize = 32;
const SPAN_ID_DIGITS: usize = 16;

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
    metrics: &'m Arc<Metrics>,
    method: Method,
    /// When its head had been read.
    pub(super) started: Instant,
    /// The trace that it belongs to.
    pub(super) trace: Trace,
}

/// What a call has to do with traces.
#[derive(Debug, Clone)]
pub(super) enum Trace {
    /// Sampled: the span that all others of the call are below.
    Sampled(Span),
    /// The caller has one and does not sample it: log lines name it, and there are no spans.
    Callers(Context),
    /// None.
    Absent,
}

impl Trace {
    /// Works below the call's span, or at least within the trace of its caller.
    pub(super) async fn around<T>(self, work: impl Future<Output = T>) -> T {
        match self {
            Self::Sampled(span) => work.instrument(span).await,
            Self::Callers(context) => work.with_context(context).await,
            Self::Absent => work.await,
        }
    }
}

impl<'m> Observed<'m> {
    /// The call begins.
    pub(super) fn begin(metrics: &'m Arc<Metrics>, sampling: &Sampling, method: Method, headers: &HeaderMap) -> Self {
        metrics.calls_active.inc();
        Self { metrics, method, started: Instant::now(), trace: trace(sampling, method, headers) }
    }

    /// The call was answered. What became of one whose answer is a stream is told when that is at its end, at its deadline at the latest
    /// where it has one.
    pub(super) fn end(self, response: Response, deadline: Option<Instant>) -> Response {
        let streams = self.method.streams && !response.headers().contains_key(Status::GRPC_STATUS);
        if !streams {
            record(self.metrics, self.method, self.started, &self.trace, code_of(response.headers()));
            return response;
        }
        self.metrics.streams_active.inc();
        let ending = Ending {
            metrics: Arc::clone(self.metrics),
            method: self.method,
            started: self.started,
            trace: self.trace.clone(),
        };
        response.map(|answers| {
            let streamed = Streamed { answers, ending: Some(ending) };
            match deadline {
                Some(deadline) => tonic::body::Body::new(Bounded::new(streamed, deadline)),
                None => tonic::body::Body::new(streamed),
            }
        })
    }
}

/// How a call that is answered with a stream will be recorded.
#[derive(Debug)]
struct Ending {
    metrics: Arc<Metrics>,
    method: Method,
    started: Instant,
    trace: Trace,
}

/// A stream of answers.
#[derive(Debug)]
struct Streamed {
    answers: tonic::body::Body,
    /// None once it has ended.
    ending: Option<Ending>,
}

impl Ends for Streamed {
    fn end(&mut self, code: Code) {
        if let Some(Ending { metrics, method, started, trace }) = self.ending.take() {
            metrics.streams_active.dec();
            record(&metrics, method, started, &trace, code);
        }
    }
}

impl Body for Streamed {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut TaskContext<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        let polled = Pin::new(&mut self.answers).poll_frame(context);
        match &polled {
            Poll::Ready(Some(Ok(frame))) => {
                if let Some(trailers) = frame.trailers_ref() {
                    self.end(code_of(trailers));
                }
            }
            Poll::Ready(Some(Err(status))) => self.end(status.code()),
            // Without a status, callers take the end of a stream for this.
            Poll::Ready(None) => self.end(Code::Unknown),
            Poll::Pending => {}
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.answers.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.answers.size_hint()
    }
}

impl Drop for Streamed {
    /// Whoever read it has left.
    fn drop(&mut self) {
        self.end(Code::Cancelled);
    }
}

impl Drop for Observed<'_> {
    fn drop(&mut self) {
        self.metrics.calls_active.dec();
    }
}

/// The trace of a caller that says in the plainest form that it is not sampled (W3C Trace Context, version 00 without flags): what calls
/// through the gateway say most of the time, and what is read here for less than a propagator costs.
fn surely_unsampled(trace_context: &HeaderValue) -> Option<SpanContext> {
    let [b'0', b'0', b'-', ids @ .., b'-', b'0', b'0'] = trace_context.as_bytes() else { return None };
    let (trace, span) = std::str::from_utf8(ids).ok()?.split_once('-')?;
    let is_id =
        |id: &str, digits| id.len() == digits && id.bytes().all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f'));
    if !is_id(trace, TRACE_ID_DIGITS) || !is_id(span, SPAN_ID_DIGITS) {
        return None;
    }
    let (trace, span) = (TraceId::from_hex(trace).ok()?, SpanId::from_hex(span).ok()?);
    let context = SpanContext::new(trace, span, TraceFlags::NOT_SAMPLED, true, TraceState::NONE);
    context.is_valid().then_some(context)
}

fn trace(sampling: &Sampling, method: Method, headers: &HeaderMap) -> Trace {
    let trace_context = headers.get(&TRACE_CONTEXT_HEADER);
    if let Some(unsampled) = trace_context.and_then(surely_unsampled) {
        return Trace::Callers(Context::new().with_remote_span_context(unsampled));
    }
    let parent = trace_context.map(|_| TraceContextPropagator::new().extract(&Headers(headers)));
    let parent = parent.filter(|context| context.span().span_context().is_valid());
    match parent {
        Some(parent) if !parent.span().span_context().is_sampled() => Trace::Callers(parent),
        None if !sampling.take() => Trace::Absent,
        parent => Trace::Sampled(span(method, parent)),
    }
}

/// The call's span, below the caller's where there is one.
fn span(method: Method, parent: Option<Context>) -> Span {
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

fn record(metrics: &Metrics, method: Method, started: Instant, trace: &Trace, code: Code) {
    metrics.record(method, code, started.elapsed().as_secs_f64());
    if let Trace::Sampled(span) = trace {
        record_code(span, code);
    }
}

fn record_code(span: &Span, code: Code) {
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

/// The status in headers or trailers; headers without one have a body behind them, and their handler succeeded.
fn code_of(headers: &HeaderMap) -> Code {
    headers.get(Status::GRPC_STATUS).map_or(Code::Ok, |value| Code::from_bytes(value.as_bytes()))
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
            let unsampled = surely_unsampled(&value);
            let headers = HeaderMap::from_iter([(TRACE_CONTEXT_HEADER.clone(), value)]);
            let context = TraceContextPropagator::new().extract(&Headers(&headers));
            let remote = context.span().span_context().clone();
            assert_eq!(unsampled, surely.then_some(remote), "{text}");
        }
    }
}
