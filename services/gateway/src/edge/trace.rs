//! The span of a request: the root of a trace, or a part of the browser's.
//!
//! As in the service, sampling is decided before any span exists: a request that is not sampled opens none. What was decided goes on to
//! the service with each call, so that a trace is whole or not there.

use std::sync::atomic::{AtomicU64, Ordering};

use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use opentelemetry::propagation::{Extractor, Injector, TextMapPropagator as _};
use opentelemetry::trace::TraceContextExt as _;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use tracing::{Span, field};
use tracing_opentelemetry::OpenTelemetrySpanExt as _;
use uuid::fmt::Simple;

use super::RequestId;

/// Target of the spans that start a tree.
pub const REQUEST_SPAN_TARGET: &str = "wishwell::request";
/// The header of W3C Trace Context.
const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");

tokio::task_local! {
    /// What calls of a request that is not sampled pass on.
    static NOT_SAMPLED: HeaderValue;
}

/// Which share of requests is traced when the browser does not say.
#[derive(Debug)]
pub(super) struct Sampling {
    /// One in so many; 0 means none.
    one_in: u64,
    counter: AtomicU64,
}

impl Sampling {
    /// The given share, 0 to 1, rounded to one in a whole number.
    pub(super) fn ratio(ratio: f64) -> Self {
        let one_in = if ratio > 1e-9 { (1.0 / ratio.min(1.0)).round() as u64 } else { 0 };
        Self { one_in, counter: AtomicU64::new(0) }
    }

    fn take(&self) -> bool {
        self.one_in > 0 && self.counter.fetch_add(1, Ordering::Relaxed).is_multiple_of(self.one_in)
    }
}

/// A request's place in a trace.
pub(super) struct Traced {
    /// Disabled when it is not sampled.
    pub(super) span: Span,
    not_sampled: Option<HeaderValue>,
}

impl Traced {
    /// Opens the span. It names the first segment of the path only: the others may name people's affairs.
    pub(super) fn begin(sampling: &Sampling, method: &Method, path: &str, headers: &HeaderMap, id: &RequestId) -> Self {
        let parent =
            headers.contains_key(TRACEPARENT).then(|| TraceContextPropagator::new().extract(&Headers(headers)));
        let remote = parent.as_ref().map(|context| context.span().span_context().clone()).filter(|c| c.is_valid());
        if !remote.as_ref().map_or_else(|| sampling.take(), |remote| remote.is_sampled()) {
            let theirs = headers.get(TRACEPARENT).filter(|_| remote.is_some()).cloned();
            return Self { span: Span::none(), not_sampled: theirs.or_else(|| unsampled(id)) };
        }
        let area = path.trim_start_matches('/').split('/').next().unwrap_or_default();
        let area: String = area.chars().filter(char::is_ascii_alphanumeric).take(20).collect();
        let span = tracing::info_span!(
            target: REQUEST_SPAN_TARGET,
            "request",
            otel.name = %format_args!("{method} /{area}"),
            otel.kind = "server",
            otel.status_code = field::Empty,
            http.request.method = %method,
            http.response.status_code = field::Empty,
            request_id = id.as_str(),
        );
        if let Some(parent) = parent {
            // Fails only when no OpenTelemetry layer is installed; then there is no trace to join.
            let _ = span.set_parent(parent);
        }
        Self { span, not_sampled: None }
    }

    /// Does the work of the request in its place.
    pub(super) async fn around<T>(&self, work: impl Future<Output = T>) -> T {
        use tracing::Instrument as _;
        match &self.not_sampled {
            Some(header) => NOT_SAMPLED.scope(header.clone(), work).await,
            None => work.instrument(self.span.clone()).await,
        }
    }

    /// The request was answered.
    pub(super) fn end(&self, status: StatusCode) {
        self.span.record("http.response.status_code", status.as_u16());
        if status.is_server_error() {
            self.span.record("otel.status_code", "ERROR");
        }
    }
}

/// A trace of its own that nobody records.
fn unsampled(id: &RequestId) -> Option<HeaderValue> {
    let mut text = [0; Simple::LENGTH];
    let trace = &*id.random().simple().encode_lower(&mut text);
    // Neither part is all zeros: the version of the random number is one of their digits.
    HeaderValue::from_str(&format!("00-{trace}-{}-00", trace.get(..16)?)).ok()
}

/// Tells the service which trace a call is a part of.
pub(crate) fn inject(headers: &mut HeaderMap) {
    struct Into<'a>(&'a mut HeaderMap);
    impl Injector for Into<'_> {
        fn set(&mut self, key: &str, value: String) {
            if let (Ok(name), Ok(value)) = (HeaderName::from_bytes(key.as_bytes()), HeaderValue::from_str(&value)) {
                self.0.insert(name, value);
            }
        }
    }
    let not_sampled = NOT_SAMPLED.try_with(HeaderValue::clone);
    match not_sampled {
        Ok(header) => drop(headers.insert(TRACEPARENT, header)),
        Err(_) => TraceContextPropagator::new().inject_context(&Span::current().context(), &mut Into(headers)),
    }
}

struct Headers<'a>(&'a HeaderMap);

impl Extractor for Headers<'_> {
    fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key).and_then(|value| value.to_str().ok())
    }
    fn keys(&self) -> Vec<&str> {
        self.0.keys().map(http::HeaderName::as_str).collect()
    }
}
