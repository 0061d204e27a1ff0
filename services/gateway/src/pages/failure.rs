//! What a page says when it cannot do what was asked: in plain words, what happened, what is kept, and what to do next.

use axum::extract::FromRequestParts as _;
use axum::response::{IntoResponse, Redirect, Response};
use http::header::{CACHE_CONTROL, RETRY_AFTER, SET_COOKIE};
use http::request::Parts;
use http::{HeaderName, HeaderValue, Method, StatusCode};
use maud::{Markup, html};
use tonic::{Code, Status};
use tonic_types::StatusExt as _;
use wishwell_api::v1::{ErrorReason, PrincipalRole};

use super::visit::Visit;
use super::words::refusal::{self, Reader};
use super::{address, layout};
use crate::app::App;

/// After how many seconds one may try again when the service is away.
const RETRY_SECONDS: u64 = 5;

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
    let fields = visit.sent_again();
    let target = address::of("/sign-in", &[("next", &visit.target)]);
    let mut response = if !visit.part && !fields.is_empty() {
        sign_in_and_send(visit, &fields)
    } else if visit.part {
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

/// What was filled in is kept on the page while one signs in beside it.
fn sign_in_and_send(visit: &Visit, fields: &[(String, String)]) -> Response {
    let title = visit.say("登录已经到期", "You are not signed in any more");
    let content = html! {
        p { (visit.say(
            "您刚才填写的内容都还在，还没有提交。请先在新窗口里重新登录，再回到本页点“再试一次”。",
            "What you filled in is still here, and was not sent yet. Sign in again in a new window, then come back to this page and try again.",
        )) }
        p { a class="button" href="/sign-in" target="_blank" { (visit.say("在新窗口登录", "Sign in in a new window")) } }
        (again(visit, fields))
    };
    let mut response = told(visit, StatusCode::UNAUTHORIZED, title, &content);
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// The answer to whoever asks too often, with the seconds to wait.
pub(crate) async fn too_many(app: &App, parts: &mut Parts, seconds: u64) -> Response {
    let visit = match Visit::from_request_parts(parts, app).await {
        Ok(visit) => visit,
        Err(never) => match never {},
    };
    let title = visit.say("请求太多，请稍后再试", "Too many requests; please wait a moment");
    let is_read = matches!(parts.method, Method::GET | Method::HEAD);
    let content = html! {
        @if is_read {
            p { (visit.say("本页过几秒会自动重试。", "This page tries again by itself in a few seconds.")) }
        } @else {
            p { (visit.say(
                "这一步还没有做。请过几秒退回上一页再试，填好的内容都还在。",
                "Nothing was done yet. Go back in a few seconds and try again; what you filled in is still there.",
            )) }
        }
    };
    let mut response = told(&visit, StatusCode::TOO_MANY_REQUESTS, title, &content);
    come_back(&visit, is_read, seconds, &mut response);
    response
}

/// Says when to try again; a whole page that only shows something does so by itself.
fn come_back(visit: &Visit, is_read: bool, seconds: u64, response: &mut Response) {
    response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
    if is_read && !visit.part {
        response.headers_mut().insert(HeaderName::from_static("refresh"), HeaderValue::from(seconds));
    }
}

fn refused(visit: &Visit, status: &Status) -> Response {
    let (code, title) = title(visit, status);
    let waits = matches!(code, StatusCode::SERVICE_UNAVAILABLE | StatusCode::GATEWAY_TIMEOUT);
    let is_partner = visit.session.as_ref().is_some_and(|session| session.role == PrincipalRole::Partner);
    let reader = if is_partner { Reader::Partner } else { Reader::Staff };
    let words = refusal::sentence(visit.language, reader, status);
    let content = html! {
        @if waits && visit.sends() { (once_more(visit)) } @else if let Some(words) = words { p { (words) } }
        @if !waits { (exactly(visit, status)) }
    };
    let mut response = told(visit, code, title, &content);
    if waits || code == StatusCode::TOO_MANY_REQUESTS {
        come_back(visit, waits && !visit.sends(), RETRY_SECONDS, &mut response);
    }
    if visit.sends() {
        response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    response
}

/// The code that a page has where the service refused, and its title.
fn title<'v>(visit: &'v Visit, status: &Status) -> (StatusCode, &'v str) {
    let (code, zh, en) = match status.code() {
        Code::Unavailable | Code::Unknown => {
            (StatusCode::SERVICE_UNAVAILABLE, "匹配服务暂时连不上", "The matching service cannot be reached")
        }
        Code::DeadlineExceeded => {
            (StatusCode::GATEWAY_TIMEOUT, "匹配服务没有及时答复", "The matching service did not answer in time")
        }
        Code::ResourceExhausted if refusal::reason_of(status) == ErrorReason::Overloaded => {
            (StatusCode::TOO_MANY_REQUESTS, "请求太多，请稍后再试", "Too many requests; please wait a moment")
        }
        Code::ResourceExhausted => (StatusCode::TOO_MANY_REQUESTS, "没有办成", "This was not done"),
        Code::NotFound => (StatusCode::NOT_FOUND, "找不到", "It is not there"),
        Code::PermissionDenied => (StatusCode::FORBIDDEN, "您没有这项权限", "You may not do this"),
        Code::InvalidArgument | Code::OutOfRange => {
            (StatusCode::BAD_REQUEST, "填写的内容有误", "Something that was filled in does not fit")
        }
        Code::FailedPrecondition | Code::Aborted | Code::AlreadyExists => {
            (StatusCode::CONFLICT, "现在不能这样做", "This cannot be done now")
        }
        _ => (StatusCode::INTERNAL_SERVER_ERROR, "出错了", "Something went wrong"),
    };
    (code, visit.say(zh, en))
}

/// What exactly the service said, which is English, for whoever asks about it.
fn exactly(visit: &Visit, status: &Status) -> Markup {
    let details = status.get_error_details();
    let violations = details.bad_request().map(|found| found.field_violations.as_slice()).unwrap_or_default();
    html! {
        @if !status.message().is_empty() {
            details {
                summary { (visit.say("技术说明（英文）", "What the service said")) }
                p lang="en" { (status.message()) }
                @if !violations.is_empty() {
                    ul lang="en" { @for violation in violations { li { code { (violation.field) } " " (violation.description) } } }
                }
            }
        }
    }
}

/// The form that was sent, to be sent again as it is: its request has one effect, however often it comes.
fn once_more(visit: &Visit) -> Markup {
    let fields = visit.sent_again();
    html! {
        @if fields.is_empty() {
            p { (visit.say("请过一会儿再试。", "Please try again in a while.")) }
        } @else {
            p { (visit.say(
                "您刚才填写的内容都还在。过一会儿点“再试一次”重新提交，不会重复登记。",
                "What you filled in is still here. Send it again in a while: it counts once, however often it is sent.",
            )) }
            (again(visit, &fields))
        }
    }
}

fn again(visit: &Visit, fields: &[(String, String)]) -> Markup {
    html! {
        form method="post" action=(visit.target) data-filled {
            @for (name, value) in fields { input type="hidden" name=(name) value=(value); }
            button class="primary" { (visit.say("再试一次", "Try again")) }
        }
    }
}

fn told(visit: &Visit, status: StatusCode, title: &str, content: &Markup) -> Response {
    let message = html! {
        // A part of a page takes the focus from nobody.
        section class="notice failure" role="alert" tabindex=[(!visit.part).then_some("-1")] autofocus[!visit.part] { h1 { (title) } (content) }
    };
    if visit.part {
        let mut response = layout::part(&message);
        *response.status_mut() = status;
        return response;
    }
    let whole = html! { (message) p { a href="/" { (visit.say("回到首页", "Back to the first page")) } } };
    layout::page_with(visit, status, title, &whole)
}
