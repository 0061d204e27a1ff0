//! Reading a request's body: bounded in bytes and in time.

use std::time::Duration;

use axum::body::Body;
use bytes::Bytes;
use http::header::{CONTENT_ENCODING, CONTENT_TYPE};
use http::{HeaderMap, StatusCode};
use http_body_util::{BodyExt as _, LengthLimitError, Limited};

use wishwell_domain::limits::REQUEST_BODY_BYTES_MAX;
use wishwell_transcoding::{Code, Status};

use super::ERROR_DOMAIN;

/// Longest time for a whole body. Whoever sends slower holds a place for nothing.
const BODY_SECONDS_MAX: u64 = 20;

/// A body that cannot be read, and the code of HTTP.
#[derive(Debug)]
pub(crate) struct Unreadable(pub(crate) StatusCode, pub(crate) Status);

impl Unreadable {
    fn new(code: StatusCode, reason: &str, message: &str) -> Box<Self> {
        Box::new(Self(code, Status::with_reason(Code::INVALID_ARGUMENT, message, ERROR_DOMAIN, reason, &[])))
    }
}

/// All of it.
pub(crate) async fn read(body: Body) -> Result<Bytes, Box<Unreadable>> {
    let whole = Limited::new(body, REQUEST_BODY_BYTES_MAX).collect();
    match tokio::time::timeout(Duration::from_secs(BODY_SECONDS_MAX), whole).await {
        Ok(Ok(whole)) => Ok(whole.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => {
            let message = format!("the body is longer than {REQUEST_BODY_BYTES_MAX} bytes");
            Err(Unreadable::new(StatusCode::PAYLOAD_TOO_LARGE, "MALFORMED_MESSAGE", &message))
        }
        Ok(Err(_)) => Err(Unreadable::new(StatusCode::BAD_REQUEST, "MALFORMED_MESSAGE", "the body broke off")),
        Err(_) => {
            let message = format!("the body did not come within {BODY_SECONDS_MAX} seconds");
            Err(Unreadable::new(StatusCode::REQUEST_TIMEOUT, "MALFORMED_MESSAGE", &message))
        }
    }
}

/// Whether the headers announce JSON that is not compressed; a body without a type is taken for JSON.
pub(super) fn expect_json(headers: &HeaderMap) -> Result<(), Box<Unreadable>> {
    let text = |name| headers.get(name).map(|value| value.to_str().unwrap_or_default());
    if text(CONTENT_ENCODING).is_some_and(|encoding| !encoding.eq_ignore_ascii_case("identity")) {
        let message = "the body must not be compressed";
        return Err(Unreadable::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "MALFORMED_MESSAGE", message));
    }
    let is_json =
        |kind: &str| kind.split(';').next().is_some_and(|name| name.trim().eq_ignore_ascii_case("application/json"));
    if text(CONTENT_TYPE).is_some_and(|kind| !is_json(kind)) {
        let message = "the body must be application/json";
        return Err(Unreadable::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "MALFORMED_MESSAGE", message));
    }
    Ok(())
}
