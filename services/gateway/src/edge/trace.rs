//! The span of a request: the root of a trace, or a part of the browser's.

use http::{HeaderMap, Method, StatusCode};
use opentelemetry::propagation::{Extractor, TextMapPropagator as _};
use opentelemetry_sdk::propagation::TraceContextPropagator;
use tracing::{Span, field};
use tracing_opentelemetry::OpenTelemetrySpanExt as _;

use super::RequestId;

/// Opens the span. It names the first segment of the path only: the others may name people's affairs.
pub(super) fn span(method: &Method, path: &str, headers: &HeaderMap, id: &RequestId) -> Span {
    let area = path.trim_start_matches('/').split('/').next().unwrap_or_default();
    let area: String = area.chars().filter(char::is_ascii_alphanumeric).take(20).collect();
    let span = tracing::info_span!(
        "request",
        otel.name = %format_args!("{method} /{area}"),
        otel.kind = "server",
        otel.status_code = field::Empty,
        http.request.method = %method,
        http.response.status_code = field::Empty,
        request_id = id.as_str(),
    );
    if headers.contains_key("traceparent") {
        // Fails only when no OpenTelemetry layer is installed; then there is no trace to join.
        let _ = span.set_parent(TraceContextPropagator::new().extract(&Headers(headers)));
    }
    span
}

pub(super) fn record(span: &Span, status: StatusCode) {
    span.record("http.response.status_code", status.as_u16());
    if status.is_server_error() {
        span.record("otel.status_code", "ERROR");
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
