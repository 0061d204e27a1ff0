//! Ends calls at their deadline with DEADLINE_EXCEEDED: the caller's `grpc-timeout`, bounded by the server's own maximum.

use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use http::HeaderMap;
use tower::{Layer, Service};

use wishwell_domain::Error;
use wishwell_domain::error::Violation;

use crate::grpc::status::to_status;

use super::{Request, Response};

const TIMEOUT_HEADER: &str = "grpc-timeout";
/// The protocol allows at most eight digits.
const TIMEOUT_DIGITS_MAX: usize = 8;

#[derive(Debug, Clone, Copy)]
pub(super) struct DeadlineLayer {
    max: Duration,
}

impl DeadlineLayer {
    pub(super) const fn new(max: Duration) -> Self {
        Self { max }
    }
}

impl<S> Layer<S> for DeadlineLayer {
    type Service = Deadline<S>;
    fn layer(&self, inner: S) -> Self::Service {
        Deadline { inner, max: self.max }
    }
}

#[derive(Debug, Clone)]
pub(super) struct Deadline<S> {
    inner: S,
    max: Duration,
}

impl<S> Service<Request> for Deadline<S>
where
    S: Service<Request, Response = Response, Error = Infallible>,
    S::Future: Send + 'static,
{
    type Response = Response;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request) -> Self::Future {
        let duration = match asked_timeout(request.headers()) {
            Ok(asked) => asked.map_or(self.max, |asked| asked.min(self.max)),
            Err(violation) => {
                return Box::pin(std::future::ready(Ok(to_status(Error::from(violation)).into_http())));
            }
        };
        // A timeout only bounds the time until the answer starts; a stream may go on after it.
        let call = tokio::time::timeout(duration, self.inner.call(request));
        Box::pin(async move { call.await.unwrap_or_else(|_| Ok(to_status(Error::DeadlineExceeded).into_http())) })
    }
}

/// Reads `grpc-timeout`: one to eight digits and a unit of H, M, S, m, u or n.
fn asked_timeout(headers: &HeaderMap) -> Result<Option<Duration>, Violation> {
    let Some(value) = headers.get(TIMEOUT_HEADER) else { return Ok(None) };
    let violation =
        || Violation::new(TIMEOUT_HEADER, "grpc_timeout", "must be 1 to 8 digits and one of H, M, S, m, u, n");
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
    use super::*;

    fn asked(text: &str) -> Result<Option<Duration>, Violation> {
        let mut headers = HeaderMap::new();
        headers.insert(TIMEOUT_HEADER, text.parse().unwrap());
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

    #[test]
    fn malformed_timeouts_are_refused() {
        for text in ["", "S", "1", "1X", "123456789S", "-1S", "1.5S"] {
            assert!(asked(text).is_err(), "{text:?}");
        }
    }
}
