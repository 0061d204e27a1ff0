//! What happens to a partner, told to its open pages as it happens: an event names what changed, and the parts of the page that show it
//! ask for themselves anew.
//!
//! Each message carries the log position it reaches as its `id`. A browser that lost its connection sends the last one back, and
//! hears what happened since, without a gap. Nothing is kept for a listener here but its place in the stream.

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
use tonic::{Request, Streaming};
use wishwell_api::v1::{self, EventKind};

use super::partner::Partner;
use crate::edge::Stopping;
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
#[derive(Debug, Clone, Copy)]
pub(super) struct Since(i64);

/// Asked before anything that a page shows.
pub(super) async fn since(partner: &Partner) -> Since {
    let request = v1::WatchEventsRequest { after_position: FROM_NOW_ON, filter: None, until_now: true };
    let first = async { partner.calls.referrals().watch_events(request).await?.into_inner().message().await };
    // A page that could not learn it listens from when it gets to it.
    Since(first.await.ok().flatten().map_or(FROM_NOW_ON, |answer| answer.log_position))
}

/// What makes a page listen. Events are dispatched on it and rise to the body, where the parts of the page wait for them.
pub(super) fn live(Since(position): Since) -> Markup {
    html! { div hx-sse:connect={ "/portal/live?after=" (position) } {} }
}

/// From where a page listens that has heard nothing yet.
#[derive(Debug, Deserialize)]
pub(super) struct After {
    #[serde(default = "from_now_on")]
    after: i64,
}

const fn from_now_on() -> i64 {
    FROM_NOW_ON
}

/// Streams until the browser leaves, the session ends or the server stops.
pub(super) async fn events(
    partner: Partner,
    Extension(Stopping(stopping)): Extension<Stopping>,
    Query(After { after }): Query<After>,
    headers: HeaderMap,
) -> Response {
    let last = headers.get(LAST_EVENT_ID).and_then(|value| value.to_str().ok()).and_then(|value| value.parse().ok());
    let after_position = last.unwrap_or(after).max(FROM_NOW_ON);
    let filter = v1::EventFilter {
        kinds: TOLD.iter().map(|(kind, _)| (*kind).into()).collect(),
        organization: partner.organization.clone(),
        ..v1::EventFilter::default()
    };
    let lasting = until(partner.session_ends, partner.visit.app.now());
    let mut request = Request::new(v1::WatchEventsRequest { after_position, filter: Some(filter), until_now: false });
    request.set_timeout(lasting);
    let events = match partner.calls.referrals().watch_events(request).await {
        Ok(answer) => answer.into_inner(),
        Err(status) => return Failure::from(status).response(&partner.visit),
    };
    let ends = Box::pin(tokio::time::sleep(lasting));
    let mut response = Body::from_stream(messages(Listener { events, stopping, ends, greeted: false })).into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    // An edge that buffers would hold events back.
    headers.insert(HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no"));
    response
}

fn until(ends: Timestamp, now: Timestamp) -> Duration {
    ends.duration_since(now).try_into().unwrap_or(Duration::ZERO)
}

struct Listener {
    events: Streaming<v1::WatchEventsResponse>,
    stopping: CancellationToken,
    ends: std::pin::Pin<Box<tokio::time::Sleep>>,
    greeted: bool,
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
        let mut text = if listener.greeted { String::new() } else { format!("retry: {RETRY_MILLISECONDS}\n") };
        listener.greeted = true;
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
            let _ = write!(text, "event: {name}\ndata: {count}\n\n");
        }
    }
    // The position comes last: a connection that breaks before it repeats the events, and never skips one.
    let _ = write!(text, "id: {}\n\n", answer.log_position);
    text
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
        };
        assert_eq!(
            message(&answer),
            "event: referral\ndata: 1\n\nevent: capacity\ndata: 1\n\nevent: wish\ndata: 2\n\nid: 17\n\n"
        );
        let quiet = v1::WatchEventsResponse { events: Vec::new(), log_position: 18 };
        assert_eq!(message(&quiet), "id: 18\n\n");
    }
}
