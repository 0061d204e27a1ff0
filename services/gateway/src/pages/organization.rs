//! Signing in with an organization's own account: to its provider and back. What goes wrong on the way is said on the sign-in page.

use axum::extract::{Path, Query};
use axum::response::{IntoResponse as _, Redirect, Response};
use http::header::{CACHE_CONTROL, SET_COOKIE};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use maud::html;
use tonic::Code;
use tonic_types::StatusExt as _;

use super::failure::Failure;
use super::layout;
use super::sign_in::{self, Next};
use super::visit::{Visit, own_target};
use crate::organization_sign_in::{Given, Returned, SignIn, Trouble};
use crate::session::{Session, TOKEN_BYTES_MAX};

/// Refuses a token whose key the service does not know yet: it asks for it meanwhile.
const KEY_UNKNOWN: &str = "TOKEN_KEY_UNKNOWN";

/// Brings somebody to a provider.
pub(super) async fn leave_for(visit: Visit, Path(id): Path<String>, Query(Next { next }): Query<Next>) -> Response {
    let app = &visit.app;
    let Some(sign_in) = &app.options().sign_in else { return Failure::NoSuchPage.response(&visit) };
    let next = own_target(&next);
    match sign_in.begin(&id, next, visit.language.tag(), &app.sessions().shelf(), app.now()).await {
        Ok((target, cookie)) => {
            let mut response = Redirect::to(&target).into_response();
            response.headers_mut().append(SET_COOKIE, cookie);
            response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
            response
        }
        Err(trouble) => told(&visit, trouble, next),
    }
}

/// Takes whoever comes back.
pub(super) async fn come_back(
    visit: Visit,
    headers: HeaderMap,
    Path(id): Path<String>,
    Query(returned): Query<Returned>,
) -> Response {
    let app = &visit.app;
    let Some(sign_in) = &app.options().sign_in else { return Failure::NoSuchPage.response(&visit) };
    let arrived = sign_in.arrive(&id, &returned, &headers, &app.sessions().shelf(), app.now()).await;
    let mut response = match arrived {
        Ok(arrived) => enter(&visit, &id, arrived.given, &arrived.next).await,
        Err(trouble) => told(&visit, trouble, ""),
    };
    // The address holds a code, and what it answered is answered.
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response.headers_mut().extend(SignIn::forget_pending(&app.sessions().shelf()).map(|cookie| (SET_COOKIE, cookie)));
    response
}

async fn enter(visit: &Visit, id: &str, given: Given, next: &str) -> Response {
    if given.token.reveal().len() > TOKEN_BYTES_MAX {
        let text = visit.say(
            "单位身份系统发来的令牌太长，网页存不下。请联系平台管理员。",
            "The token of your organization's provider is too long for pages. Please tell an operator of the platform.",
        );
        return sign_in::form(visit, StatusCode::BAD_GATEWAY, next, Some(text));
    }
    let principal = match sign_in::principal_of(&visit.app, &given.token).await {
        Ok(principal) => principal,
        Err(status) if status.code() == Code::Unauthenticated => {
            let reason = status.get_error_details().error_info().map(|info| info.reason.clone());
            let (code, text) = if reason.as_deref() == Some(KEY_UNKNOWN) {
                let text = visit.say(
                    "单位身份系统刚换了签名密钥，平台正在获取。请过几秒再登录一次。",
                    "Your organization's provider has just changed its keys. Please sign in once more in a few seconds.",
                );
                (StatusCode::SERVICE_UNAVAILABLE, text)
            } else {
                let text = visit.say(
                    "您的单位账号没有本平台的权限，或者账号信息不全。请联系本单位或平台的管理员。",
                    "Your organization's account does not open this platform, or lacks what it needs for that. Please ask an administrator of yours or of the platform.",
                );
                (StatusCode::FORBIDDEN, text)
            };
            return sign_in::form(visit, code, next, Some(text));
        }
        Err(status) => return Failure::from(status).response(visit),
    };
    let now = visit.app.now();
    let session = Session::begin_with(id, &given, principal, now);
    let mut response = Redirect::to(own_target(next)).into_response();
    let Some(cookies) = visit.app.sessions().keep_with(&session, given.refresh.as_ref(), now) else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    response.headers_mut().extend(cookies.into_iter().map(|cookie| (SET_COOKIE, cookie)));
    response
}

fn told(visit: &Visit, trouble: Trouble, next: &str) -> Response {
    let (status, text) = match trouble {
        Trouble::Unknown => return Failure::NoSuchPage.response(visit),
        Trouble::Lost => (
            StatusCode::BAD_REQUEST,
            visit.say(
                "这次登录已经过期，或不是从本浏览器发起的。请重新登录。",
                "This sign-in has run out, or was not begun in this browser. Please sign in again.",
            ),
        ),
        Trouble::MixedUp => (
            StatusCode::BAD_REQUEST,
            visit.say(
                "回复来自另一个身份系统，没有采用。请重新登录。",
                "The answer came from another provider than the one you chose, and was not taken. Please sign in again.",
            ),
        ),
        Trouble::Denied => (
            StatusCode::FORBIDDEN,
            visit.say(
                "单位身份系统没有让您登录，或您取消了登录。",
                "Your organization's provider did not sign you in, or you called it off.",
            ),
        ),
        Trouble::Refused => (
            StatusCode::BAD_GATEWAY,
            visit.say(
                "单位身份系统的回复不能采用。请重新登录；若仍不行，请把页脚的请求编号告诉平台管理员。",
                "What your organization's provider answered cannot be taken. Please sign in again; should it happen again, tell an operator of the platform the request's number at the foot of the page.",
            ),
        ),
        Trouble::Away => (
            StatusCode::SERVICE_UNAVAILABLE,
            visit.say(
                "单位身份系统暂时连不上。请稍后再试，或使用访问密钥登录。",
                "Your organization's provider cannot be reached. Please try again later, or sign in with an access key.",
            ),
        ),
    };
    sign_in::form(visit, status, next, Some(text))
}

/// The page of whoever has signed out here and is to sign out at their provider, too. A form may not lead elsewhere, so the page goes on by
/// itself.
pub(super) fn signed_out(visit: &Visit, target: &str) -> Response {
    let title = visit.say("已退出本平台", "You have signed out here");
    let content = html! {
        section class="narrow" {
            h1 { (title) }
            p { (visit.say("正在退出单位账号……", "Signing you out at your organization, too…")) }
            p { a class="button" href=(target) rel="noreferrer" { (visit.say("继续", "Go on")) } }
        }
    };
    let mut response = layout::page(visit, title, &content);
    if let Ok(value) = HeaderValue::from_str(&format!("0; url={target}")) {
        response.headers_mut().insert(HeaderName::from_static("refresh"), value);
    }
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
