//! Ends calls at their deadline: the caller's `grpc-timeout`, bounded by the server's own maximum.

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::Poll;
use std::time::{Duration, Instant};

use http::{HeaderMap, HeaderName};
use tokio::time::Sleep;

use wishwell_domain::Error;
use wishwell_domain::error::Violation;

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

    /// When an answer ends that is a stream and began at `started`; none where it goes on.
    pub(super) fn end(self, started: Instant) -> Option<Instant> {
        self.to_end.and_then(|time| started.checked_add(time))
    }
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

    use http::HeaderValue;

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

    #[test]
    fn a_stream_ends_by_what_its_caller_asks_for_and_never_by_the_bound_of_its_beginning() {
        let started = Instant::now();
        let time = |timeout: Option<&'static str>| {
            let headers = HeaderMap::from_iter(
                timeout.map(|timeout| (TIMEOUT_HEADER.clone(), HeaderValue::from_static(timeout))),
            );
            Time::of(&headers, Duration::from_secs(30)).unwrap()
        };
        for (timeout, to_begin, to_end) in [(None, 30, None), (Some("90S"), 30, Some(90)), (Some("9S"), 9, Some(9))] {
            assert_eq!(time(timeout).to_begin, Duration::from_secs(to_begin), "{timeout:?}");
            assert_eq!(time(timeout).end(started), to_end.map(|to_end| started + Duration::from_secs(to_end)));
        }
    }

    #[test]
    fn malformed_timeouts_are_refused() {
        for text in ["", "S", "1", "1X", "123456789S", "-1S", "1.5S"] {
            assert!(asked(text).is_err(), "{text:?}");
        }
    }
}
