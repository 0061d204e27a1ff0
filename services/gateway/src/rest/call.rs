//! One call of the service: a request out, its answers or its status back.

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use bytes::{Buf as _, BufMut as _, Bytes, BytesMut};
use http::header::{AUTHORIZATION, CONTENT_TYPE, TE};
use http::{HeaderMap, HeaderName, HeaderValue, Request, Response, Uri};
use http_body_util::{BodyExt as _, Full};
use tower::{Service as _, ServiceExt as _};

use wishwell_transcoding::{Code, Status};

use super::{ERROR_DOMAIN, RETRY_SECONDS};
use crate::edge::inject_trace;
use crate::upstream::Upstream;

/// Bytes in front of each message: whether it is compressed, and its length.
const FRAME_PREFIX_BYTES: usize = 5;
/// What a caller is told when the service is not there.
pub(super) const AWAY: &str = "the matching service cannot be reached; try again";
/// Headers that say who calls. They are passed on as they came, all of them.
const CREDENTIALS: [HeaderName; 2] = [AUTHORIZATION, HeaderName::from_static("x-api-key")];
/// With or without padding, as gRPC allows.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Asks for one answer: its one message.
pub(super) async fn unary(
    upstream: &Upstream,
    target: &Uri,
    headers: &HeaderMap,
    message: &[u8],
) -> Result<Bytes, Box<Status>> {
    whole(begin(upstream, target, headers, message).await?).await
}

/// What came from the service is not what the contract says. The caller is told no more than that.
pub(super) fn internal(path: &str, what: &dyn std::fmt::Display) -> Status {
    tracing::error!(call = path, %what, "the service's answer is not what it should be");
    Status::with_reason(Code(13), "internal error", ERROR_DOMAIN, "INTERNAL", &[])
}

/// Begins a call. Its answers come in the body.
pub(super) async fn begin(
    upstream: &Upstream,
    target: &Uri,
    headers: &HeaderMap,
    message: &[u8],
) -> Result<Response<tonic::body::Body>, Box<Status>> {
    let mut frame = BytesMut::with_capacity(FRAME_PREFIX_BYTES + message.len());
    frame.put_u8(0);
    frame.put_u32(u32::try_from(message.len()).unwrap_or(u32::MAX));
    frame.put_slice(message);
    let mut request = Request::new(tonic::body::Body::new(Full::new(frame.freeze())));
    *request.method_mut() = http::Method::POST;
    *request.version_mut() = http::Version::HTTP_2;
    *request.uri_mut() = target.clone();
    let sent = request.headers_mut();
    sent.insert(CONTENT_TYPE, HeaderValue::from_static("application/grpc"));
    sent.insert(TE, HeaderValue::from_static("trailers"));
    pass_credentials(headers, sent);
    inject_trace(sent);
    let mut upstream = upstream.clone();
    let ready = upstream.ready().await.map_err(|error| Box::new(unreachable(&error)))?;
    ready.call(request).await.map_err(|error| Box::new(unreachable(&error)))
}

/// The one message of a unary answer.
async fn whole(response: Response<tonic::body::Body>) -> Result<Bytes, Box<Status>> {
    failed(response.headers())?;
    let mut body = response.into_body();
    // Nearly always there is one frame of content, which needs no gathering.
    let (mut first, mut more) = (Bytes::new(), Vec::new());
    while let Some(frame) = body.frame().await {
        match frame.map_err(|status| Box::new(from_tonic(&status)))?.into_data() {
            Ok(content) if first.is_empty() => first = content,
            Ok(content) => more.extend_from_slice(&content),
            Err(frame) => failed(&frame.into_trailers().unwrap_or_default())?,
        }
    }
    let mut frames = if more.is_empty() { first } else { [&first[..], &more].concat().into() };
    next_message(&mut frames)?.ok_or_else(|| Box::new(away("the service answered without a message")))
}

/// The next whole message of what has come of a body; none when it has not come as a whole.
pub(super) fn next_message(frames: &mut Bytes) -> Result<Option<Bytes>, Box<Status>> {
    let Some(prefix) = frames.first_chunk::<FRAME_PREFIX_BYTES>() else { return Ok(None) };
    let [compressed, length @ ..] = *prefix;
    if compressed != 0 {
        return Err(Box::new(away("the service compressed what nobody asked it to")));
    }
    let length = usize::try_from(u32::from_be_bytes(length)).unwrap_or(usize::MAX);
    if frames.len() - FRAME_PREFIX_BYTES < length {
        return Ok(None);
    }
    frames.advance(FRAME_PREFIX_BYTES);
    Ok(Some(frames.split_to(length)))
}

/// The status of headers or trailers, if they carry one that is an error.
pub(super) fn failed(headers: &HeaderMap) -> Result<(), Box<Status>> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let code = match text("grpc-status") {
        "" | "0" => return Ok(()),
        code => code.parse().unwrap_or(2),
    };
    let details = BASE64.decode(text("grpc-status-details-bin")).unwrap_or_default();
    Err(Box::new(Status::from_grpc(code, text("grpc-message"), &details)))
}

pub(super) fn pass_credentials(from: &HeaderMap, to: &mut HeaderMap) {
    for name in CREDENTIALS {
        for value in from.get_all(&name) {
            to.append(&name, value.clone());
        }
    }
}

pub(super) fn from_tonic(status: &tonic::Status) -> Status {
    let code = Code(status.code() as i32);
    let details = Status::from_wire(status.details()).map(|status| status.details).unwrap_or_default();
    Status { code, message: status.message().to_owned(), details }
}

/// The service is not there; what it was asked may be asked again.
fn unreachable(error: &tower::BoxError) -> Status {
    tracing::warn!(%error, "the matching service cannot be reached");
    away(AWAY)
}

/// Why a stream ends whose gateway stops.
pub(super) fn stopping() -> Status {
    away("this gateway is stopping; try again, or another")
}

fn away(message: &str) -> Status {
    Status::with_reason(Code::UNAVAILABLE, message, ERROR_DOMAIN, "NOT_SERVING", &[]).retry_after(RETRY_SECONDS)
}
