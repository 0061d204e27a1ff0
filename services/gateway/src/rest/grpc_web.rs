//! gRPC-Web: tonic's translation before the way to the service.

use axum::body::Body;
use http::header::{CONTENT_LENGTH, COOKIE};
use http::{Request, Response, StatusCode};
use tonic_web::GrpcWebLayer;
use tower::{Layer as _, ServiceExt as _};

use crate::upstream::Upstream;

pub(super) async fn answer(upstream: &Upstream, mut request: Request<Body>) -> Response<Body> {
    let headers = request.headers_mut();
    headers.remove(COOKIE);
    headers.remove(CONTENT_LENGTH);
    let service = GrpcWebLayer::new().layer(upstream.clone());
    match service.oneshot(request).await {
        Ok(response) => response.map(Body::new),
        Err(error) => {
            tracing::warn!(%error, "the matching service cannot be reached");
            let mut response = Response::new(Body::empty());
            *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
            response
        }
    }
}
