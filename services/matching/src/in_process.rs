//! Calls from within this process.

use std::convert::Infallible;
use std::task::{Context, Poll};

use tonic::body::Body;
use tonic::codegen::{BoxFuture, Service};

use crate::stack::CallStack;

/// Answers gRPC requests that came by no connection, as it would answer those that did: every call goes through the whole pipe, so
/// that nobody is let in here who would be refused there. Clones share everything.
#[derive(Debug, Clone)]
pub struct InProcessCalls(pub(crate) CallStack);

impl Service<http::Request<Body>> for InProcessCalls {
    type Response = http::Response<Body>;
    type Error = Infallible;
    type Future = BoxFuture<http::Response<Body>, Infallible>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<Body>) -> Self::Future {
        let stack = self.0.clone();
        Box::pin(async move { Ok(stack.answer(request).await) })
    }
}
