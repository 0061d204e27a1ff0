//! One request, many answers: server-sent events for browsers (`Accept: text/event-stream`), a line of JSON for each answer otherwise.
//!
//! Where answers tell a `log_position`, it is the event's id, with the log's mark there; a browser that comes back with `Last-Event-ID` goes
//! on after it, by the request's `after_position` and `after_mark`.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use bytes::{Buf, Bytes, BytesMut};
use futures::stream;
use http::header::{ACCEPT, CACHE_CONTROL, CONTENT_TYPE};
use http::{HeaderMap, HeaderName, HeaderValue, Request, Response};
use http_body_util::BodyExt as _;
use hyper::body::Incoming;
use prost::encoding::{DecodeContext, WireType, decode_key, decode_varint, encode_key, encode_varint, skip_field};
use prost_reflect::Kind;
use tokio_util::sync::CancellationToken;

use wishwell_transcoding::stream::{EVENT_STREAM, KEEP_ALIVE_EVENT, NDJSON, error_event, error_line, event, line};
use wishwell_transcoding::{Captures, Route, Status};

use super::{ERROR_DOMAIN, Rest, body, call};
use crate::edge::Stopping;
use crate::log_place::LogPlace;

/// A stream that is silent for longer is kept open by a comment.
const KEEP_ALIVE: Duration = Duration::from_secs(15);
/// Bytes of one answer; the service's are far smaller.
const MESSAGE_BYTES_MAX: usize = 16 * 1024 * 1024;

pub(super) async fn answer(
    rest: &Rest,
    route: &Arc<Route>,
    captures: &Captures,
    request: Request<Incoming>,
    stopping: Stopping,
) -> Response<Body> {
    let (parts, content) = request.into_parts();
    let content = match body::read(content).await {
        Ok(content) => content,
        Err(unreadable) => {
            return super::unreadable(rest.refusal(&unreadable.1), unreadable.0);
        }
    };
    let mut message = match route.request(captures, parts.uri.query(), &content) {
        Ok(message) => message,
        Err(violations) => {
            return super::unproven(rest.refusal(&Status::from_violations(&violations, ERROR_DOMAIN)));
        }
    };
    go_on(route, &parts.headers, &mut message);
    let called = match call::begin(&rest.0.upstream, route.call().target(), &parts.headers, &message).await {
        Ok(response) => response,
        Err(status) => return rest.refusal(&status),
    };
    // A refusal before the first answer is an answer of its own.
    if let Err(status) = call::failed(called.headers()) {
        return rest.refusal(&status);
    }
    let accepted = parts.headers.get_all(ACCEPT).iter().filter_map(|value| value.to_str().ok());
    let form =
        if accepted.into_iter().any(|accepted| accepted.contains(EVENT_STREAM)) { Form::Events } else { Form::Lines };
    let id_fields = place_fields(route);
    let reading = Reading {
        rest: rest.clone(),
        route: Arc::clone(route),
        form,
        id_fields,
        source: called.into_body(),
        pending: BytesMut::new(),
        stopping: stopping.0,
        ended: false,
    };
    let chunks = stream::unfold(reading, |mut reading| async move {
        let chunk = reading.next().await?;
        Some((Ok::<_, Infallible>(chunk), reading))
    });
    let mut response = Response::new(Body::from_stream(chunks));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(if form == Form::Events { EVENT_STREAM } else { NDJSON }));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    // Proxies that collect answers would hold events back.
    headers.insert(HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no"));
    response
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Events,
    Lines,
}

/// Answers on their way.
struct Reading {
    rest: Rest,
    route: Arc<Route>,
    form: Form,
    id_fields: Option<(u32, u32)>,
    source: tonic::body::Body,
    /// What has come of messages that are not whole.
    pending: BytesMut,
    stopping: CancellationToken,
    ended: bool,
}

impl Reading {
    /// The next bytes for the reader; none at the end.
    async fn next(&mut self) -> Option<Bytes> {
        loop {
            if self.ended {
                return None;
            }
            match self.whole_messages() {
                Ok(text) if !text.is_empty() => return Some(text),
                Ok(_) => {}
                Err(status) => return Some(self.end(&status)),
            }
            let frame = tokio::select! {
                () = self.stopping.cancelled() => return Some(self.end(&call::stopping())),
                frame = tokio::time::timeout(KEEP_ALIVE, self.source.frame()) => frame,
            };
            match frame {
                Err(_) if self.form == Form::Events => return Some(Bytes::from_static(KEEP_ALIVE_EVENT)),
                Err(_) => {}
                Ok(None) => return None,
                Ok(Some(Err(status))) => return Some(self.end(&call::from_tonic(&status))),
                Ok(Some(Ok(frame))) => match frame.into_data() {
                    Ok(data) => self.pending.extend_from_slice(&data),
                    Err(frame) => {
                        let trailers = frame.into_trailers().unwrap_or_default();
                        match call::failed(&trailers) {
                            Ok(()) => return None,
                            Err(status) => return Some(self.end(&status)),
                        }
                    }
                },
            }
        }
    }

    /// Every message that is there as a whole.
    fn whole_messages(&mut self) -> Result<Bytes, Box<Status>> {
        if self.pending.len() > MESSAGE_BYTES_MAX {
            return Err(Box::new(call::internal(self.route.call_path(), &"a message is too long")));
        }
        let mut frames = self.pending.split().freeze();
        let mut text = Vec::new();
        while let Some(message) = call::next_message(&mut frames)? {
            let mut json = Vec::new();
            self.route
                .answer(&message, &mut json)
                .map_err(|error| Box::new(call::internal(self.route.call_path(), &error)))?;
            match self.form {
                Form::Lines => line(&json, &mut text),
                Form::Events => {
                    let id = self.id_fields.and_then(|fields| place(fields, &message)).map(|id| id.to_string());
                    event(id.as_deref(), None, &json, &mut text);
                }
            }
        }
        self.pending = BytesMut::from(frames);
        Ok(text.into())
    }

    /// Says why the stream ends here.
    fn end(&mut self, status: &Status) -> Bytes {
        self.ended = true;
        let mut text = Vec::new();
        let answers = self.rest.0.routes.answers();
        match self.form {
            Form::Events => error_event(status, answers, &mut text),
            Form::Lines => error_line(status, answers, &mut text),
        }
        text.into()
    }
}

/// The fields of the answers that tell how far the log was read, and its mark there.
fn place_fields(route: &Route) -> Option<(u32, u32)> {
    let number = |name, kind| {
        let field = route.method().output().get_field_by_name(name)?;
        (field.kind() == kind && !field.is_list()).then(|| field.number())
    };
    Some((number("log_position", Kind::Int64)?, number("log_mark", Kind::String)?))
}

/// Begins where the reader left off: the last of several values of a field is the one that counts.
fn go_on(route: &Route, headers: &HeaderMap, message: &mut Vec<u8>) {
    let last: Option<LogPlace> =
        headers.get("last-event-id").and_then(|id| id.to_str().ok()).and_then(|id| id.parse().ok());
    let field = |name| route.method().input().get_field_by_name(name).map(|field| field.number());
    let fields = field("after_position").zip(field("after_mark"));
    if let (Some(LogPlace { position, mark }), Some((after_position, after_mark))) = (last, fields) {
        encode_key(after_position, WireType::Varint, message);
        encode_varint(position.unsigned_abs(), message);
        // Also where there is none: what was said beside another position goes with that.
        encode_key(after_mark, WireType::LengthDelimited, message);
        encode_varint(mark.len() as u64, message);
        message.extend_from_slice(mark.as_bytes());
    }
}

/// The place in the log at the top of a message; none where no position is told.
fn place((position_field, mark_field): (u32, u32), message: &[u8]) -> Option<LogPlace> {
    let mut rest = message;
    let (mut position, mut mark) = (None, Vec::new());
    while rest.has_remaining() {
        let (field, kind) = decode_key(&mut rest).ok()?;
        match kind {
            WireType::Varint if field == position_field => position = Some(decode_varint(&mut rest).ok()?),
            WireType::LengthDelimited if field == mark_field => {
                let length = usize::try_from(decode_varint(&mut rest).ok()?).ok()?;
                let (text, after) = rest.split_at_checked(length)?;
                (mark, rest) = (text.to_vec(), after);
            }
            _ => skip_field(kind, field, &mut rest, DecodeContext::default()).ok()?,
        }
    }
    Some(LogPlace { position: i64::try_from(position?).ok()?, mark: String::from_utf8(mark).ok()? })
}
