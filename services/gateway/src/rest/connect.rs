//! Connect's unary protocol.

use axum::body::Body;
use http::header::{ALLOW, CONTENT_TYPE};
use http::{HeaderValue, Method, Request, Response, StatusCode};
use hyper::body::Incoming;

use wishwell_transcoding::connect::{Codec, write_error};
use wishwell_transcoding::{Code, Status};

use super::{ERROR_DOMAIN, Rest, body, call, json, refused};

pub(super) async fn answer(rest: &Rest, request: Request<Incoming>) -> Response<Body> {
    if request.method() != Method::POST {
        let mut response = refusal(
            rest,
            &Status::with_reason(Code(12), "a call by its name is a POST", ERROR_DOMAIN, "UNIMPLEMENTED", &[]),
        );
        *response.status_mut() = StatusCode::METHOD_NOT_ALLOWED;
        response.headers_mut().insert(ALLOW, HeaderValue::from_static("POST"));
        return super::unproven(response);
    }
    let kind = request.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let Some(codec) = Codec::of_content_type(kind) else {
        let message = "a call by its name is application/json or application/proto, or application/grpc-web";
        let response = refusal(rest, &Status::with_reason(Code(3), message, ERROR_DOMAIN, "MALFORMED_MESSAGE", &[]));
        return super::unreadable(response, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    };
    let path = request.uri().path().to_owned();
    let Some(unary) = rest.0.routes.call(&path).filter(|call| call.is_unary()) else {
        let message = "there is no call with one request and one answer of this name";
        let status = Status::with_reason(Code(12), message, ERROR_DOMAIN, "UNIMPLEMENTED", &[]);
        return super::unproven(refusal(rest, &status));
    };
    let (parts, content) = request.into_parts();
    let content = match body::read(content).await {
        Ok(content) => content,
        Err(unreadable) => {
            return super::unreadable(refusal(rest, &unreadable.1), unreadable.0);
        }
    };
    let message = match codec {
        Codec::Proto => content.to_vec(),
        Codec::Json => match unary.request(&content) {
            Ok(message) => message,
            Err(violations) => {
                return super::unproven(refusal(rest, &Status::from_violations(&violations, ERROR_DOMAIN)));
            }
        },
    };
    let wire = match call::unary(&rest.0.upstream, unary.target(), &parts.headers, &message).await {
        Ok(wire) => wire,
        Err(status) => return refusal(rest, &status),
    };
    let mut content = Vec::new();
    match codec {
        Codec::Proto => content.extend_from_slice(&wire),
        Codec::Json => {
            if let Err(error) = unary.answer(&wire, &mut content) {
                return refusal(rest, &call::internal(&path, &error));
            }
        }
    }
    let mut response = json(content);
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(codec.content_type()));
    response
}

pub(super) fn refusal(rest: &Rest, status: &Status) -> Response<Body> {
    let mut text = Vec::with_capacity(256);
    write_error(status, rest.0.routes.answers(), &mut text);
    refused(json(text), status)
}
