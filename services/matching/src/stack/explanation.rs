//! Gives refusals made by the transport (undecodable bytes, a message too large, an unknown method) their `ErrorInfo`.

use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use tonic::Status;
use tower::{Layer, Service};

use crate::access::{Access, access_to};
use crate::grpc::status::explain_transport_status;

use super::{Request, Response, method_of};

#[derive(Debug, Clone, Copy)]
pub(super) struct ExplanationLayer;

impl<S> Layer<S> for ExplanationLayer {
    type Service = Explanation<S>;
    fn layer(&self, inner: S) -> Self::Service {
        Explanation { inner }
    }
}

#[derive(Debug, Clone)]
pub(super) struct Explanation<S> {
    inner: S,
}

impl<S> Service<Request> for Explanation<S>
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
        let open = access_to(method_of(&request)) == Access::Open;
        let call = self.inner.call(request);
        Box::pin(async move {
            let response = call.await?;
            // A status in the headers is a refusal without a body; successful answers carry theirs in the trailers. Health
            // and reflection answer as their protocols say.
            if open || !response.headers().contains_key(Status::GRPC_STATUS) {
                return Ok(response);
            }
            Ok(match Status::from_header_map(response.headers()) {
                Some(status) if status.code() != tonic::Code::Ok => explain_transport_status(status).into_http(),
                _ => response,
            })
        })
    }
}
