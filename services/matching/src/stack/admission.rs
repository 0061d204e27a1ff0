//! Bounds the calls under way. Beyond the bound a call is refused at once: a queue would only make every caller late.

use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use tokio::sync::Semaphore;
use tower::{Layer, Service};

use wishwell_domain::Error;

use crate::grpc::status::to_status;
use crate::metrics::Metrics;

use super::{Request, Response};

#[derive(Debug, Clone)]
pub(super) struct AdmissionLayer {
    metrics: Arc<Metrics>,
    places: Arc<Semaphore>,
    max: usize,
}

impl AdmissionLayer {
    pub(super) fn new(metrics: Arc<Metrics>, max: usize) -> Self {
        Self { metrics, places: Arc::new(Semaphore::new(max)), max }
    }
}

impl<S> Layer<S> for AdmissionLayer {
    type Service = Admission<S>;
    fn layer(&self, inner: S) -> Self::Service {
        Admission { inner, layer: self.clone() }
    }
}

#[derive(Debug, Clone)]
pub(super) struct Admission<S> {
    inner: S,
    layer: AdmissionLayer,
}

impl<S> Service<Request> for Admission<S>
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
        // Health must be told also under load, or a busy server looks dead.
        if request.uri().path().starts_with("/grpc.health.") {
            return Box::pin(self.inner.call(request));
        }
        let Ok(place) = Arc::clone(&self.layer.places).try_acquire_owned() else {
            self.layer.metrics.calls_shed.inc();
            let max = i64::try_from(self.layer.max).unwrap_or(i64::MAX);
            let status = to_status(Error::LimitReached { limit: "calls_active_max", max });
            return Box::pin(std::future::ready(Ok(status.into_http())));
        };
        let call = self.inner.call(request);
        Box::pin(async move {
            let response = call.await;
            drop(place);
            response
        })
    }
}
