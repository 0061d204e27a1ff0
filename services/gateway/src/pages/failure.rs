//! What a page says when it cannot do what was asked: in plain words, what happened, what is kept, and what to do next.

use axum::response::{IntoResponse, Redirect, Response};
use http::header::{RETRY_AFTER, SET_COOKIE};
use http::{HeaderName, HeaderValue, StatusCode};
use maud::{Markup, html};
use tonic::{Code, Status};
use tonic_types::StatusExt as _;

use super::visit::Visit;
use super::{address, layout};

/// After how many seconds one may try again when the service is away.
const RETRY_SECONDS: u32 = 5;

/// Why there is no page.
#[derive(Debug)]
pub(crate) enum Failure {
    /// Nobody is signed in, or their token is not accepted any more.
    SignInFirst,
    /// There is no such page.
    NoSuchPage,
    /// The service refused, or could not be reached.
    Refused(Status),
}

impl From<Status> for Failure {
    fn from(status: Status) -> Self {
        if status.code() == Code::Unauthenticated { Self::SignInFirst } else { Self::Refused(status) }
    }
}

impl Failure {
    /// The page that says so; a part of one when a part was asked for.
    pub(crate) fn response(&self, visit: &Visit) -> Response {
        match self {
            Self::SignInFirst => sign_in_first(visit),
            Self::NoSuchPage => {
                let title = visit.say("没有这个页面", "There is no such page");
                let text = visit.say(
                    "地址可能写错了，或者这件事已经结束。",
                    "The address may be mistyped, or what it was about is over.",
                );
                told(visit, StatusCode::NOT_FOUND, title, &html! { p { (text) } })
            }
            Self::Refused(status) => refused(visit, status),
        }
    }
}

/// The answer of the router to what it does not know.
pub(super) async fn no_such_page(visit: Visit) -> Response {
    Failure::NoSuchPage.response(&visit)
}

fn sign_in_first(visit: &Visit) -> Response {
    let target = address::of("/sign-in", &[("next", &visit.target)]);
    let mut response = if visit.part {
        // The whole page goes there, not the part.
        let mut response = StatusCode::UNAUTHORIZED.into_response();
        if let Ok(target) = HeaderValue::from_str(&target) {
            response.headers_mut().insert(HeaderName::from_static("hx-redirect"), target);
        }
        response
    } else {
        Redirect::to(&target).into_response()
    };
    if visit.session.is_some()
        && let Some(cookie) = visit.app.sessions().forget()
    {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
    response
}

fn refused(visit: &Visit, status: &Status) -> Response {
    let details = status.get_error_details();
    let violations = details.bad_request().map(|found| found.field_violations.as_slice()).unwrap_or_default();
    let (code, title) = match status.code() {
        Code::Unavailable | Code::Unknown => {
            (StatusCode::SERVICE_UNAVAILABLE, visit.say("匹配服务暂时连不上", "The matching service cannot be reached"))
        }
        Code::DeadlineExceeded => (
            StatusCode::GATEWAY_TIMEOUT,
            visit.say("匹配服务没有及时答复", "The matching service did not answer in time"),
        ),
        Code::ResourceExhausted => (
            StatusCode::TOO_MANY_REQUESTS,
            visit.say("请求太多，请稍后再试", "Too many requests; please wait a moment"),
        ),
        Code::NotFound => (StatusCode::NOT_FOUND, visit.say("找不到", "It is not there")),
        Code::PermissionDenied => (StatusCode::FORBIDDEN, visit.say("您没有这项权限", "You may not do this")),
        Code::InvalidArgument | Code::OutOfRange => {
            (StatusCode::BAD_REQUEST, visit.say("填写的内容有误", "Something that was filled in does not fit"))
        }
        Code::FailedPrecondition | Code::Aborted | Code::AlreadyExists => {
            (StatusCode::CONFLICT, visit.say("现在不能这样做", "This cannot be done now"))
        }
        _ => (StatusCode::INTERNAL_SERVER_ERROR, visit.say("出错了", "Something went wrong")),
    };
    let waits = matches!(code, StatusCode::SERVICE_UNAVAILABLE | StatusCode::GATEWAY_TIMEOUT);
    let content = html! {
        @if waits {
            p { (visit.say(
                "已经保存的内容都还在。本页会自动重试；您也可以稍后刷新。",
                "Nothing that was saved is lost. This page tries again by itself; you can also reload it later."
            )) }
        } @else {
            p { (status.message()) }
        }
        @if !violations.is_empty() {
            ul { @for violation in violations { li { code { (violation.field) } " " (violation.description) } } }
        }
    };
    let mut response = told(visit, code, title, &content);
    if waits || code == StatusCode::TOO_MANY_REQUESTS {
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(RETRY_SECONDS));
        if !visit.part {
            response.headers_mut().insert(HeaderName::from_static("refresh"), HeaderValue::from(RETRY_SECONDS));
        }
    }
    response
}

fn told(visit: &Visit, status: StatusCode, title: &str, content: &Markup) -> Response {
    let message = html! {
        section class="notice failure" role="alert" { h1 { (title) } (content) }
    };
    if visit.part {
        let mut response = layout::part(&message);
        *response.status_mut() = status;
        return response;
    }
    let whole = html! { (message) p { a href="/" { (visit.say("回到首页", "Back to the first page")) } } };
    layout::page_with(visit, status, title, &whole)
}
