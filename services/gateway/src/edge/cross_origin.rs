//! Scripts of other sites that may ask the API: those of the configured origins, with credentials of their own and never with cookies.

use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, ETAG, IF_NONE_MATCH, RETRY_AFTER};
use http::{HeaderName, HeaderValue, Method};
use tower_http::cors::{AllowOrigin, CorsLayer};

/// How long a browser may remember what it was allowed.
const MAX_AGE: std::time::Duration = std::time::Duration::from_secs(3_600);

/// The rules for these origins, such as `https://portal.example`.
pub(super) fn layer(origins: &[HeaderValue]) -> CorsLayer {
    let named = HeaderName::from_static;
    CorsLayer::new()
        .allow_origin(AllowOrigin::list(origins.iter().cloned()))
        .allow_methods([Method::GET, Method::HEAD, Method::POST, Method::PATCH, Method::DELETE])
        .allow_headers([
            ACCEPT,
            AUTHORIZATION,
            CONTENT_TYPE,
            IF_NONE_MATCH,
            named("x-api-key"),
            named("x-request-id"),
            named("x-grpc-web"),
            named("x-user-agent"),
            named("connect-protocol-version"),
            named("connect-timeout-ms"),
            named("last-event-id"),
            named("traceparent"),
        ])
        .expose_headers([
            ETAG,
            RETRY_AFTER,
            named("x-request-id"),
            named("grpc-status"),
            named("grpc-message"),
            named("grpc-status-details-bin"),
        ])
        .max_age(MAX_AGE)
}
