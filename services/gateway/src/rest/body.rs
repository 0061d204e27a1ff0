//! Reading a request's body: bounded in bytes and in time.

use std::future::poll_fn;
use std::pin::Pin;
use std::task::Poll;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::header::{CONTENT_ENCODING, CONTENT_TYPE, IF_MATCH, IF_UNMODIFIED_SINCE};
use http::{HeaderMap, Method, StatusCode};
use http_body_util::BodyExt as _;
use hyper::body::Body as HttpBody;

use wishwell_domain::limits::REQUEST_BODY_BYTES_MAX;
use wishwell_transcoding::{Code, Status};

use super::ERROR_DOMAIN;

/// Longest time for a whole body. Whoever sends slower holds a place for nothing.
const BODY_SECONDS_MAX: u64 = 20;

/// A body that cannot be read, and the code of HTTP.
#[derive(Debug)]
pub(crate) struct Unreadable(pub(crate) StatusCode, pub(crate) Status);

impl Unreadable {
    fn malformed(code: StatusCode, message: &str) -> Box<Self> {
        let reason = "MALFORMED_MESSAGE";
        Box::new(Self(code, Status::with_reason(Code::INVALID_ARGUMENT, message, ERROR_DOMAIN, reason, &[])))
    }

    fn too_large(code: StatusCode, message: &str) -> Box<Self> {
        let reason = "MESSAGE_TOO_LARGE";
        Box::new(Self(code, Status::with_reason(Code::RESOURCE_EXHAUSTED, message, ERROR_DOMAIN, reason, &[])))
    }

    /// An address that is longer than a request's target may be.
    pub(crate) fn too_long(bytes_max: usize) -> Box<Self> {
        Self::too_large(StatusCode::URI_TOO_LONG, &format!("the address is longer than {bytes_max} bytes"))
    }
}

/// All of it.
pub(crate) async fn read<B>(mut body: B) -> Result<Bytes, Box<Unreadable>>
where
    B: HttpBody<Data = Bytes> + Unpin,
{
    // Most have come with their head, in one piece; then there is nothing to wait for.
    let first = poll_fn(|context| Poll::Ready(Pin::new(&mut body).poll_frame(context))).await;
    let start = match first {
        Poll::Ready(None) => return Ok(Bytes::new()),
        Poll::Ready(Some(Ok(frame))) => match frame.into_data() {
            Ok(content) if body.is_end_stream() && content.len() <= REQUEST_BODY_BYTES_MAX => return Ok(content),
            content => content.unwrap_or_default(),
        },
        Poll::Ready(Some(Err(_))) => return Err(broken()),
        Poll::Pending => Bytes::new(),
    };
    let rest = Box::pin(go_on(start, body));
    tokio::time::timeout(Duration::from_secs(BODY_SECONDS_MAX), rest).await.unwrap_or_else(|_| {
        let message = format!("the body did not come within {BODY_SECONDS_MAX} seconds");
        Err(Unreadable::malformed(StatusCode::REQUEST_TIMEOUT, &message))
    })
}

/// All of it, from what has come of it.
async fn go_on<B>(start: Bytes, mut body: B) -> Result<Bytes, Box<Unreadable>>
where
    B: HttpBody<Data = Bytes> + Unpin,
{
    let mut whole = BytesMut::from(start);
    loop {
        if whole.len() > REQUEST_BODY_BYTES_MAX {
            let message = format!("the body is longer than {REQUEST_BODY_BYTES_MAX} bytes");
            return Err(Unreadable::too_large(StatusCode::PAYLOAD_TOO_LARGE, &message));
        }
        match body.frame().await {
            None => return Ok(whole.freeze()),
            Some(Ok(frame)) => whole.extend_from_slice(&frame.into_data().unwrap_or_default()),
            Some(Err(_)) => return Err(broken()),
        }
    }
}

fn broken() -> Box<Unreadable> {
    Unreadable::malformed(StatusCode::BAD_REQUEST, "the body broke off")
}

/// Whether the headers announce JSON that is not compressed; a body without a type is taken for JSON.
pub(super) fn expect_json(headers: &HeaderMap) -> Result<(), Box<Unreadable>> {
    let text = |name| headers.get(name).map(|value| value.to_str().unwrap_or_default());
    if text(CONTENT_ENCODING).is_some_and(|encoding| !encoding.eq_ignore_ascii_case("identity")) {
        let message = "the body must not be compressed";
        return Err(Unreadable::malformed(StatusCode::UNSUPPORTED_MEDIA_TYPE, message));
    }
    let is_json =
        |kind: &str| kind.split(';').next().is_some_and(|name| name.trim().eq_ignore_ascii_case("application/json"));
    if text(CONTENT_TYPE).is_some_and(|kind| !is_json(kind)) {
        let message = "the body must be application/json";
        return Err(Unreadable::malformed(StatusCode::UNSUPPORTED_MEDIA_TYPE, message));
    }
    Ok(())
}

/// Whether a call that writes comes without a condition in its headers: none of them would be looked at, and whoever sends one relies on
/// it. The tags of answers are those of their content; what is written knows versions.
pub(super) fn expect_no_condition(method: &Method, headers: &HeaderMap) -> Result<(), Box<Unreadable>> {
    let condition = [IF_MATCH, IF_UNMODIFIED_SINCE].into_iter().find(|name| headers.contains_key(name));
    match condition.filter(|_| !method.is_safe()) {
        None => Ok(()),
        Some(name) => {
            let message = format!("{name} is not looked at: send the `etag` that was read as a field of the request");
            Err(Unreadable::malformed(StatusCode::BAD_REQUEST, &message))
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[test]
    fn a_condition_that_nobody_looks_at_is_refused_where_something_is_written() {
        let told = |method: &Method, header| {
            let headers = HeaderMap::from_iter([(header, HeaderValue::from_static("\"1\""))]);
            expect_no_condition(method, &headers).map_err(|refused| refused.0)
        };
        for method in [Method::POST, Method::PATCH, Method::DELETE] {
            for header in [IF_MATCH, IF_UNMODIFIED_SINCE] {
                assert_eq!(told(&method, header), Err(StatusCode::BAD_REQUEST), "{method}");
            }
            told(&method, CONTENT_TYPE).unwrap();
        }
        told(&Method::GET, IF_MATCH).unwrap();
    }
}
