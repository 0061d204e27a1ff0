//! Turns a handler's panic into INTERNAL for its own call.

use std::any::Any;
use std::future::Future;
use std::panic::AssertUnwindSafe;

use futures::{FutureExt, TryFutureExt};

use wishwell_domain::Error;

use crate::metrics::Metrics;

/// Works, and answers an error when the work panics.
pub(super) fn caught<T>(metrics: &Metrics, work: impl Future<Output = T>) -> impl Future<Output = Result<T, Error>> {
    AssertUnwindSafe(work).catch_unwind().map_err(|panic| error_of(metrics, panic.as_ref()))
}

fn error_of(metrics: &Metrics, panic: &(dyn Any + Send)) -> Error {
    metrics.handler_panics.inc();
    // Messages of panics are written by programmers; those with values in them are kept out by the lints on indexing,
    // unwrapping and formatting of input.
    let message = panic.downcast_ref::<&'static str>().copied().unwrap_or("no message");
    Error::Internal(format!("handler panicked: {message}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn handle(path: &str) -> u8 {
        let secret = "canary".to_owned();
        match path {
            "/literal" => panic!("a rule of the code does not hold"),
            "/formatted" => panic!("{secret}"),
            _ => 7,
        }
    }

    #[tokio::test]
    async fn a_panic_costs_its_own_call_is_counted_and_says_nothing_of_what_was_sent() {
        let metrics = Metrics::new();
        for (path, panics) in [("/fine", 0), ("/literal", 1), ("/formatted", 2), ("/fine", 2)] {
            match caught(&metrics, handle(path)).await {
                Ok(answer) => assert_eq!((path, answer), ("/fine", 7)),
                Err(error) => {
                    assert_ne!(path, "/fine");
                    assert!(matches!(&error, Error::Internal(told) if !told.contains("canary")), "{error:?}");
                }
            }
            assert_eq!(metrics.handler_panics.get(), panics, "{path}");
        }
    }
}
