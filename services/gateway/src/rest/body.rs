//! Reading a request's body: bounded in bytes and in time.

use std::future::poll_fn;
use std::pin::Pin;
use std::task::Poll;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::header::{CONTENT_ENCODING, CONTENT_TYPE};
use http::{HeaderMap, StatusCode};
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
    fn new(code: StatusCode, reason: &str, message: &str) -> Box<Self> {
        Box::new(Self(code, Status::with_reason(Code::INVALID_ARGUMENT, message, ERROR_DOMAIN, reason, &[])))
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
        Err(Unreadable::new(StatusCode::REQUEST_TIMEOUT, "MALFORMED_MESSAGE", &message))
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
            return Err(Unreadable::new(StatusCode::PAYLOAD_TOO_LARGE, "MALFORMED_MESSAGE", &message));
        }
        match body.frame().await {
            None => return Ok(whole.freeze()),
            Some(Ok(frame)) => whole.extend_from_slice(&frame.into_data().unwrap_or_default()),
            Some(Err(_)) => return Err(broken()),
        }
    }
}

fn broken() -> Box<Unreadable> {
    Unreadable::new(StatusCode::BAD_REQUEST, "MALFORMED_MESSAGE", "the body broke off")
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
