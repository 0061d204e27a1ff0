//! Ends calls at their deadline: the caller's `grpc-timeout`, bounded by the server's own maximum.

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use http::{HeaderMap, HeaderName, HeaderValue};
use hyper::body::{Body, Frame, SizeHint};
use tokio::time::Sleep;
use tonic::Status;
use tonic::codegen::Bytes;

use wishwell_domain::Error;
use wishwell_domain::error::Violation;

use crate::grpc::status::to_status;

use super::Response;

static TIMEOUT_HEADER: HeaderName = HeaderName::from_static("grpc-timeout");
/// The protocol allows at most eight digits.
const TIMEOUT_DIGITS_MAX: usize = 8;

/// How long a call may take, from when it began.
#[derive(Debug, Clone, Copy)]
pub(super) struct Time {
    /// Until its answer begins.
    pub(super) to_begin: Duration,
    /// Until its answer ends, where that is a stream; none where its caller sets it no time: it ends when its reader leaves.
    to_end: Option<Duration>,
}

impl Time {
    /// What the caller asks for; for the beginning of an answer no more than `max`.
    ///
    /// # Errors
    /// [`Error::InvalidArgument`] for a timeout that is none.
    pub(super) fn of(headers: &HeaderMap, max: Duration) -> Result<Self, Error> {
        let asked = asked_timeout(headers)?;
        Ok(Self { to_begin: asked.map_or(max, |asked| asked.min(max)), to_end: asked })
    }

    /// An answer, which ends in time if it is a stream. Ones that are refusals have ended already.
    pub(super) fn bound(self, started: Instant, response: Response) -> Response {
        let deadline = self.to_end.and_then(|time| started.checked_add(time));
        let Some(deadline) = deadline.filter(|_| !response.headers().contains_key(Status::GRPC_STATUS)) else {
            return response;
        };
        let deadline = Box::pin(tokio::time::sleep_until(deadline.into()));
        response.map(|answers| tonic::body::Body::new(Bounded { answers, deadline, ended: false }))
    }
}

/// A stream of answers that ends at its call's deadline.
#[derive(Debug)]
struct Bounded {
    answers: tonic::body::Body,
    deadline: Pin<Box<Sleep>>,
    ended: bool,
}

impl Body for Bounded {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        if self.ended {
            return Poll::Ready(None);
        }
        // First: a stream that always has something to say would outlast it.
        if self.deadline.as_mut().poll(context).is_ready() {
            self.ended = true;
            self.answers = tonic::body::Body::empty();
            return Poll::Ready(Some(Ok(Frame::trailers(trailers_of(&to_status(Error::DeadlineExceeded))))));
        }
        let polled = Pin::new(&mut self.answers).poll_frame(context);
        self.ended = match &polled {
            Poll::Ready(Some(Ok(frame))) => frame.is_trailers(),
            Poll::Ready(_) => true,
            Poll::Pending => false,
        };
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.ended || self.answers.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.answers.size_hint()
    }
}

/// A status as the end of a stream carries it; its code alone where its words fit into no header.
fn trailers_of(status: &Status) -> HeaderMap {
    let mut trailers = HeaderMap::new();
    if status.add_header(&mut trailers).is_err() {
        trailers.insert(Status::GRPC_STATUS, HeaderValue::from(status.code() as i32));
    }
    trailers
}

/// Works until a deadline.
pub(super) fn until<T>(
    deadline: Instant,
    mut work: Pin<&mut impl Future<Output = T>>,
) -> impl Future<Output = Result<T, Error>> {
    // Most calls never wait, so they need no timer.
    let mut timer: Option<Pin<Box<Sleep>>> = None;
    poll_fn(move |context| {
        if let Poll::Ready(done) = work.as_mut().poll(context) {
            return Poll::Ready(Ok(done));
        }
        let timer = timer.get_or_insert_with(|| Box::pin(tokio::time::sleep_until(deadline.into())));
        timer.as_mut().poll(context).map(|()| Err(Error::DeadlineExceeded))
    })
}

/// Reads `grpc-timeout`: one to eight digits and a unit of H, M, S, m, u or n.
fn asked_timeout(headers: &HeaderMap) -> Result<Option<Duration>, Violation> {
    let Some(value) = headers.get(&TIMEOUT_HEADER) else { return Ok(None) };
    let violation =
        || Violation::new(TIMEOUT_HEADER.as_str(), "grpc_timeout", "must be 1 to 8 digits and one of H, M, S, m, u, n");
    let text = value.to_str().map_err(|_| violation())?;
    let (digits, unit) = text.split_at_checked(text.len().saturating_sub(1)).ok_or_else(violation)?;
    if digits.is_empty() || digits.len() > TIMEOUT_DIGITS_MAX || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Err(violation().with_value(text));
    }
    let number: u64 = digits.parse().map_err(|_| violation())?;
    let duration = match unit {
        "H" => Duration::from_secs(number * 3_600),
        "M" => Duration::from_secs(number * 60),
        "S" => Duration::from_secs(number),
        "m" => Duration::from_millis(number),
        "u" => Duration::from_micros(number),
        "n" => Duration::from_nanos(number),
        _ => return Err(violation().with_value(text)),
    };
    Ok(Some(duration))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::pin::pin;

    use super::*;

    fn asked(text: &str) -> Result<Option<Duration>, Violation> {
        let mut headers = HeaderMap::new();
        headers.insert(&TIMEOUT_HEADER, text.parse().unwrap());
        asked_timeout(&headers)
    }

    #[test]
    fn each_unit_of_the_protocol_is_read() {
        for (text, duration) in [
            ("1H", Duration::from_secs(3_600)),
            ("2M", Duration::from_secs(120)),
            ("3S", Duration::from_secs(3)),
            ("4m", Duration::from_millis(4)),
            ("5u", Duration::from_micros(5)),
            ("99999999n", Duration::from_nanos(99_999_999)),
        ] {
            assert_eq!(asked(text), Ok(Some(duration)), "{text}");
        }
        assert_eq!(asked_timeout(&HeaderMap::new()), Ok(None));
    }

    #[tokio::test]
    async fn work_that_waits_ends_at_the_deadline_and_work_that_does_not_is_done_whatever_the_time() {
        let passed = Instant::now();
        assert_eq!(until(passed, pin!(std::future::ready(7))).await, Ok(7));
        assert_eq!(until(passed, pin!(std::future::pending::<()>())).await, Err(Error::DeadlineExceeded));
        let later = passed + Duration::from_secs(3_600);
        assert_eq!(until(later, pin!(tokio::task::yield_now())).await, Ok(()));
    }

    /// A body that always has something to say.
    struct Talkative;

    impl Body for Talkative {
        type Data = Bytes;
        type Error = Status;

        fn poll_frame(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
            Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(b"and another thing")))))
        }
    }

    async fn next(body: &mut tonic::body::Body) -> Option<Frame<Bytes>> {
        poll_fn(|context| Pin::new(&mut *body).poll_frame(context)).await.transpose().unwrap()
    }

    #[tokio::test]
    async fn a_stream_ends_at_its_deadline_whatever_it_has_to_say_and_goes_on_without_one() {
        let an_hour_ago = Instant::now().checked_sub(Duration::from_secs(3_600)).unwrap();
        let bounded = |timeout: Option<&'static str>| {
            let headers = HeaderMap::from_iter(
                timeout.map(|timeout| (TIMEOUT_HEADER.clone(), HeaderValue::from_static(timeout))),
            );
            let time = Time::of(&headers, Duration::from_millis(1)).unwrap();
            time.bound(an_hour_ago, http::Response::new(tonic::body::Body::new(Talkative))).into_body()
        };
        let mut stream = bounded(Some("90H"));
        assert!(next(&mut stream).await.unwrap().is_data());
        let mut stream = bounded(Some("59M"));
        let trailers = next(&mut stream).await.unwrap().into_trailers().unwrap();
        assert_eq!(trailers.get(Status::GRPC_STATUS).unwrap(), "4");
        assert!(stream.is_end_stream());
        assert!(next(&mut stream).await.is_none());
        // The server's own bound is that of an answer's beginning.
        let mut stream = bounded(None);
        assert!(next(&mut stream).await.unwrap().is_data());
    }

    #[test]
    fn malformed_timeouts_are_refused() {
        for text in ["", "S", "1", "1X", "123456789S", "-1S", "1.5S"] {
            assert!(asked(text).is_err(), "{text:?}");
        }
    }
}
