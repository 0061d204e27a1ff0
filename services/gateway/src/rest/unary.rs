//! One request, one answer.

use axum::body::Body;
use http::{Method, Request, Response};
use hyper::body::Incoming;

use wishwell_transcoding::{Captures, Route, Status};

use super::{ERROR_DOMAIN, Rest, body, call, conditional, json};

pub(super) async fn answer(
    rest: &Rest,
    route: &Route,
    captures: &Captures,
    request: Request<Incoming>,
) -> Response<Body> {
    let (parts, content) = request.into_parts();
    let readable =
        body::expect_json(&parts.headers).and_then(|()| body::expect_no_condition(route.http_method(), &parts.headers));
    let content = match readable {
        Ok(()) => body::read(content).await,
        Err(unreadable) => Err(unreadable),
    };
    let content = match content {
        Ok(content) => content,
        Err(unreadable) => {
            return super::unreadable(rest.refusal(&unreadable.1), unreadable.0);
        }
    };
    let message = match route.request(captures, parts.uri.query(), &content) {
        Ok(message) => message,
        Err(violations) => {
            return super::unproven(rest.refusal(&Status::from_violations(&violations, ERROR_DOMAIN)));
        }
    };
    let asked = call::unary(&rest.0.upstream, route.call().target(), &parts.headers, &message).await;
    let wire = match asked {
        Ok(wire) => wire,
        Err(status) => return rest.refusal(&status),
    };
    let mut text = Vec::new();
    if let Err(error) = route.answer(&wire, &mut text) {
        return rest.refusal(&call::internal(route.call_path(), &error));
    }
    if matches!(parts.method, Method::GET | Method::HEAD) {
        return conditional::answer(&parts.headers, json(Vec::new()), text);
    }
    json(text)
}
