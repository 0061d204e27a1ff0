//! Turns a handler's panic into INTERNAL for its own call.

use std::any::Any;
use std::convert::Infallible;
use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use futures::FutureExt;
use tower::{Layer, Service};

use wishwell_domain::Error;

use crate::grpc::status::to_status;
use crate::metrics::Metrics;

use super::{Request, Response};

#[derive(Debug, Clone)]
pub(super) struct PanicLayer {
    metrics: Arc<Metrics>,
}

impl PanicLayer {
    pub(super) const fn new(metrics: Arc<Metrics>) -> Self {
        Self { metrics }
    }
}

impl<S> Layer<S> for PanicLayer {
    type Service = CatchPanic<S>;
    fn layer(&self, inner: S) -> Self::Service {
        CatchPanic { inner, metrics: Arc::clone(&self.metrics) }
    }
}

#[derive(Debug, Clone)]
pub(super) struct CatchPanic<S> {
    inner: S,
    metrics: Arc<Metrics>,
}

fn answer(metrics: &Metrics, panic: &(dyn Any + Send)) -> Response {
    metrics.handler_panics.inc();
    // Messages of panics are written by programmers; those with values in them are kept out by the lints on indexing,
    // unwrapping and formatting of input.
    let message = panic.downcast_ref::<&'static str>().copied().unwrap_or("no message");
    to_status(Error::Internal(format!("handler panicked: {message}"))).into_http()
}

impl<S> Service<Request> for CatchPanic<S>
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
        let metrics = Arc::clone(&self.metrics);
        let call = match std::panic::catch_unwind(AssertUnwindSafe(|| self.inner.call(request))) {
            Ok(call) => call,
            Err(panic) => return Box::pin(std::future::ready(Ok(answer(&metrics, panic.as_ref())))),
        };
        Box::pin(async move {
            AssertUnwindSafe(call).catch_unwind().await.unwrap_or_else(|panic| Ok(answer(&metrics, panic.as_ref())))
        })
    }
}

#[cfg(test)]
mod tests {
    use tonic::{Code, Status};
    use tower::ServiceExt as _;

    use super::*;

    async fn handle(request: Request) -> Result<Response, Infallible> {
        let secret = "canary".to_owned();
        match request.uri().path() {
            "/literal" => panic!("a rule of the code does not hold"),
            "/formatted" => panic!("{secret}"),
            _ => Ok(Response::new(tonic::body::Body::empty())),
        }
    }

    fn at(path: &'static str) -> Request {
        let mut request = Request::new(tonic::body::Body::empty());
        *request.uri_mut() = http::Uri::from_static(path);
        request
    }

    fn status(response: &Response) -> Option<Status> {
        Status::from_header_map(response.headers())
    }

    #[tokio::test]
    async fn a_panic_costs_its_own_call_is_counted_and_says_nothing_of_what_was_sent() {
        let metrics = Arc::new(Metrics::new());
        let service = PanicLayer::new(Arc::clone(&metrics)).layer(tower::service_fn(handle));
        for (path, panics) in [("/fine", 0), ("/literal", 1), ("/formatted", 2), ("/fine", 2)] {
            let Ok(response) = service.clone().oneshot(at(path)).await;
            let code = status(&response).map(|status| status.code());
            assert_eq!(code, (path != "/fine").then_some(Code::Internal), "{path}");
            assert!(!format!("{:?}", response.headers()).contains("canary"), "{path}");
            assert_eq!(metrics.handler_panics.get(), panics, "{path}");
        }
    }

    #[tokio::test]
    async fn a_panic_before_the_handler_has_its_future_is_caught_too() {
        let metrics = Arc::new(Metrics::new());
        let early = tower::service_fn(|request: Request| {
            assert_ne!(request.uri().path(), "/early");
            std::future::ready(Ok(Response::new(tonic::body::Body::empty())))
        });
        let service = PanicLayer::new(metrics).layer(early);
        let Ok(response) = service.clone().oneshot(at("/early")).await;
        assert_eq!(status(&response).map(|status| status.code()), Some(Code::Internal));
        let Ok(response) = service.oneshot(at("/fine")).await;
        assert!(status(&response).is_none());
    }
}
