//! What happens to a partner, told to its open pages as it happens: an event names what changed, and the parts of the page that show it
//! ask for themselves anew.
//!
//! Each message carries the place in the log that it reaches as its `id`. A browser that lost its connection sends the last one back, and
//! hears what happened since, without a gap; where it is another log by now, of a store that was restored, everything may have changed.
//! Nothing is kept for a listener here but its place in the stream.

use std::convert::Infallible;
use std::fmt::Write as _;
use std::time::Duration;

use axum::Extension;
use axum::body::{Body, Bytes};
use axum::extract::Query;
use axum::response::{IntoResponse, Response};
use futures::stream::{self, Stream};
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use http::{HeaderMap, HeaderName, HeaderValue};
use jiff::Timestamp;
use maud::{Markup, html};
use serde::Deserialize;
use tokio_util::sync::CancellationToken;
use tonic::{Request, Status, Streaming};
use tonic_types::StatusExt as _;
use wishwell_api::v1::{self, EventKind};

use super::partner::Partner;
use crate::edge::Stopping;
use crate::log_place::LogPlace;
use crate::pages::failure::Failure;

/// The header by which a browser says how far it heard.
const LAST_EVENT_ID: &str = "last-event-id";
/// From now on, as the contract says it.
const FROM_NOW_ON: i64 = -1;
/// How long a browser waits before it comes back, at first.
const RETRY_MILLISECONDS: u32 = 1_000;
/// Events in one message name each kind once, in this order.
const TOLD: [(EventKind, &str); 4] = [
    (EventKind::Referral, "referral"),
    (EventKind::CapacityPool, "capacity"),
    (EventKind::Resource, "resource"),
    (EventKind::Wish, "wish"),
];

/// Where the log stood before a page was gathered: from there on it listens, so that nothing falls between the page and its events.
#[derive(Debug, Clone)]
pub(super) struct Since(Option<LogPlace>);

/// Asked before anything that a page shows.
pub(super) async fn since(partner: &Partner) -> Since {
    let request =
        v1::WatchEventsRequest { after_position: FROM_NOW_ON, until_now: true, ..v1::WatchEventsRequest::default() };
    let first = async { partner.calls.referrals().watch_events(request).await?.into_inner().message().await };
    // A page that could not learn it listens from when it gets to it.
    Since(first.await.ok().flatten().map(|answer| place_of(&answer)))
}

/// How far an answer has read the log.
fn place_of(answer: &v1::WatchEventsResponse) -> LogPlace {
    LogPlace { position: answer.log_position, mark: answer.log_mark.clone() }
}

/// What makes a page listen. Events are dispatched on it and rise to the body, where the parts of the page wait for them.
pub(super) fn live(Since(place): Since) -> Markup {
    let after = place.map(|place| format!("?after={place}")).unwrap_or_default();
    html! { div hx-sse:connect={ "/portal/live" (after) } {} }
}

/// From where a page listens that has heard nothing yet; from now on where it does not say.
#[derive(Debug, Deserialize)]
pub(super) struct After {
    #[serde(default)]
    after: String,
}

/// Streams until the browser leaves, the session ends or the server stops.
pub(super) async fn events(
    partner: Partner,
    Extension(Stopping(stopping)): Extension<Stopping>,
    Query(After { after }): Query<After>,
    headers: HeaderMap,
) -> Response {
    let last = headers.get(LAST_EVENT_ID).and_then(|value| value.to_str().ok()).and_then(|value| value.parse().ok());
    let place: Option<LogPlace> = last.or_else(|| after.parse().ok());
    let filter = v1::EventFilter {
        kinds: TOLD.iter().map(|(kind, _)| (*kind).into()).collect(),
        organization: partner.organization.clone(),
        ..v1::EventFilter::default()
    };
    let lasting = until(partner.session_ends, partner.visit.app.now());
    let watch = async |place: Option<LogPlace>| {
        let LogPlace { position: after_position, mark: after_mark } = place.unwrap_or_else(from_now_on);
        let filter = Some(filter.clone());
        let mut request = Request::new(v1::WatchEventsRequest { after_position, after_mark, filter, until_now: false });
        request.set_timeout(lasting);
        partner.calls.referrals().watch_events(request).await
    };
    let (mut answer, mut first) = (watch(place).await, format!("retry: {RETRY_MILLISECONDS}\n"));
    if answer.as_ref().is_err_and(is_of_another_log) {
        answer = watch(None).await;
        TOLD.iter().for_each(|(_, name)| tell(name, 1, &mut first));
    }
    let events = match answer {
        Ok(answer) => answer.into_inner(),
        Err(status) => return Failure::from(status).response(&partner.visit),
    };
    let ends = Box::pin(tokio::time::sleep(lasting));
    let mut response = Body::from_stream(messages(Listener { events, stopping, ends, first })).into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    // An edge that buffers would hold events back.
    headers.insert(HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no"));
    response
}

const fn from_now_on() -> LogPlace {
    LogPlace { position: FROM_NOW_ON, mark: String::new() }
}

/// Whether the place that was asked for is in a log that is gone.
fn is_of_another_log(status: &Status) -> bool {
    let gone = v1::ErrorReason::LogReplaced.reason();
    status.get_error_details().error_info().is_some_and(|info| info.reason == gone)
}

fn until(ends: Timestamp, now: Timestamp) -> Duration {
    ends.duration_since(now).try_into().unwrap_or(Duration::ZERO)
}

struct Listener {
    events: Streaming<v1::WatchEventsResponse>,
    stopping: CancellationToken,
    ends: std::pin::Pin<Box<tokio::time::Sleep>>,
    /// What is told before anything else.
    first: String,
}

/// One message for each answer of the service: an empty one is a sign of life, and moves the position on all the same.
fn messages(listener: Listener) -> impl Stream<Item = Result<Bytes, Infallible>> {
    stream::unfold(listener, async |mut listener| {
        let answer = tokio::select! {
            answer = listener.events.message() => answer,
            () = listener.stopping.cancelled() => return None,
            () = listener.ends.as_mut() => return None,
        };
        // Whatever ended the stream, the browser comes back with the last position it heard of.
        let answer = answer.ok().flatten()?;
        let mut text = std::mem::take(&mut listener.first);
        text.push_str(&message(&answer));
        Some((Ok(Bytes::from(text)), listener))
    })
}

/// An answer as server-sent events (WHATWG HTML, section 9.2).
fn message(answer: &v1::WatchEventsResponse) -> String {
    let mut text = String::new();
    for (kind, name) in TOLD {
        let count = answer.events.iter().filter(|event| event.kind() == kind).count();
        if count > 0 {
            tell(name, count, &mut text);
        }
    }
    // The place comes last: a connection that breaks before it repeats the events, and never skips one.
    let _ = write!(text, "id: {}\n\n", place_of(answer));
    text
}

fn tell(name: &str, count: usize, text: &mut String) {
    let _ = write!(text, "event: {name}\ndata: {count}\n\n");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_batch_is_told_once_for_each_kind_and_its_position_last() {
        let event = |kind: EventKind| v1::Event { kind: kind.into(), ..v1::Event::default() };
        let answer = v1::WatchEventsResponse {
            events: [EventKind::Wish, EventKind::CapacityPool, EventKind::Referral, EventKind::Wish].map(event).into(),
            log_position: 17,
            log_mark: "a_mark-".to_owned(),
        };
        assert_eq!(
            message(&answer),
            "event: referral\ndata: 1\n\nevent: capacity\ndata: 1\n\nevent: wish\ndata: 2\n\nid: 17-a_mark-\n\n"
        );
        let quiet = v1::WatchEventsResponse { log_position: 18, ..v1::WatchEventsResponse::default() };
        assert_eq!(message(&quiet), "id: 18\n\n");
    }
}
