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
