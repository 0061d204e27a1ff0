//! gRPC-Web: tonic's translation before the way to the service.

use axum::body::Body;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE, COOKIE, RETRY_AFTER};
use http::{HeaderValue, Request, Response};
use hyper::body::Incoming;
use tonic::Status;
use tonic_web::GrpcWebLayer;
use tower::{Layer as _, ServiceExt as _};

use super::RETRY_SECONDS;
use super::call::AWAY;
use crate::upstream::Upstream;

pub(super) async fn answer(upstream: &Upstream, mut request: Request<Incoming>) -> Response<Body> {
    let headers = request.headers_mut();
    headers.remove(COOKIE);
    headers.remove(CONTENT_LENGTH);
    let service = GrpcWebLayer::new().layer(upstream.clone());
    match service.oneshot(request).await {
        Ok(response) => response.map(Body::new),
        Err(error) => {
            tracing::warn!(%error, "the matching service cannot be reached");
            let mut response: Response<Body> = Status::unavailable(AWAY).into_http();
            let headers = response.headers_mut();
            headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/grpc-web+proto"));
            headers.insert(RETRY_AFTER, HeaderValue::from(RETRY_SECONDS));
            response
        }
    }
}
