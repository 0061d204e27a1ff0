//! Signing in: a token is shown to the service, and kept sealed in a cookie when it is accepted.

use axum::extract::{Form, Query};
use axum::response::{IntoResponse, Redirect, Response};
use http::StatusCode;
use http::header::SET_COOKIE;
use maud::html;
use serde::Deserialize;
use tonic::Code;

use super::failure::Failure;
use super::visit::{Visit, own_target};
use super::{address, layout, notice, organization};
use crate::options::Token;
pub(super) use crate::session::principal_of;
use crate::session::{Session, TOKEN_BYTES_MAX};

/// Where to go afterwards.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Next {
    #[serde(default)]
    pub(super) next: String,
}

/// The form with a token.
#[derive(Deserialize)]
pub(super) struct Entry {
    #[serde(default)]
    token: String,
    #[serde(default)]
    next: String,
}

/// The form with a user of the demo.
#[derive(Debug, Deserialize)]
pub(super) struct DemoEntry {
    user: String,
    #[serde(default)]
    next: String,
}

/// The page.
pub(super) async fn show(visit: Visit, Query(Next { next }): Query<Next>) -> Response {
    form(&visit, StatusCode::OK, &next, None)
}

/// Signs in with a token.
pub(super) async fn enter(visit: Visit, Form(entry): Form<Entry>) -> Response {
    let token = entry.token.trim();
    if token.is_empty() {
        let text = visit.say("请输入访问密钥。", "Please enter an access key.");
        return form(&visit, StatusCode::BAD_REQUEST, &entry.next, Some(text));
    }
    if token.len() > TOKEN_BYTES_MAX {
        let text = visit.say("这个令牌太长，无法用于网页登录。", "This token is too long to sign in to pages with.");
        return form(&visit, StatusCode::BAD_REQUEST, &entry.next, Some(text));
    }
    sign_in(&visit, &Token::new(token), &entry.next).await
}

/// Signs in as somebody of the demo.
pub(super) async fn enter_as_demo(visit: Visit, Form(entry): Form<DemoEntry>) -> Response {
    let Some(user) = visit.app.options().demo_users.iter().find(|user| user.id == entry.user) else {
        return Failure::NoSuchPage.response(&visit);
    };
    let token = user.token.clone();
    sign_in(&visit, &token, &entry.next).await
}

/// Ends the session.
pub(super) async fn leave(visit: Visit) -> Response {
    let cookies = visit.app.sessions().forget_all();
    let mut visit = visit;
    let target = match (&visit.app.options().sign_in, visit.session.take()) {
        (Some(sign_in), Some(Session { provider: Some(id), token, .. })) => {
            sign_in.end(&id, &token, visit.app.now()).await
        }
        _ => None,
    };
    let mut response = match target {
        Some(target) => organization::signed_out(&visit, &target),
        None => Redirect::to("/").into_response(),
    };
    response.headers_mut().extend(cookies.into_iter().map(|cookie| (SET_COOKIE, cookie)));
    response
}

async fn sign_in(visit: &Visit, token: &Token, next: &str) -> Response {
    let principal = match principal_of(&visit.app, token).await {
        Ok(principal) => principal,
        Err(status) if status.code() == Code::Unauthenticated => {
            let text = visit.say("密钥不对，或已经失效。", "This key is not known, or not valid any more.");
            return form(visit, StatusCode::UNAUTHORIZED, next, Some(text));
        }
        Err(status) => return Failure::from(status).response(visit),
    };
    let now = visit.app.now();
    let session = Session::begin(token.clone(), principal, now);
    let mut response = Redirect::to(own_target(next)).into_response();
    match visit.app.sessions().keep_with(&session, None, now) {
        Some(cookies) => {
            response.headers_mut().extend(cookies.into_iter().map(|cookie| (SET_COOKIE, cookie)));
            response
        }
        None => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

/// The page, with what went wrong.
pub(super) fn form(visit: &Visit, status: StatusCode, next: &str, wrong: Option<&str>) -> Response {
    let title = visit.say("登录", "Sign in");
    let demo = &visit.app.options().demo_users;
    let providers: Vec<_> = visit.app.options().sign_in.iter().flat_map(|sign_in| sign_in.providers()).collect();
    let content = html! {
        section class="narrow" {
            h1 { (title) }
            @if let Some(wrong) = wrong { (notice::failed(wrong)) }
            @if !providers.is_empty() {
                ul class="providers" {
                    @for provider in &providers {
                        @let target = address::of(&format!("/sign-in/with/{}", provider.id), &[("next", next)]);
                        li { a class="button primary" href=(target) {
                            (visit.say("使用", "Sign in with ")) (visit.say(&provider.title_zh, &provider.title_en)) (visit.say("登录", ""))
                        } }
                    }
                }
                @if demo.is_empty() { h2 { (visit.say("或使用访问密钥", "Or with an access key")) } }
            }
            @if !demo.is_empty() {
                h2 { (visit.say("演示身份，一键登录", "Be somebody of the demo, with one click")) }
                form class="demo-users" method="post" action="/sign-in/demo" {
                    input type="hidden" name="next" value=(next);
                    @for user in demo {
                        button name="user" value=(user.id) { (visit.say(&user.title_zh, &user.title_en)) }
                    }
                }
                p class="note" {
                    (visit.say("只在本机的开发模式下提供。", "Only in development mode, on this machine."))
                }
                h2 { (visit.say("或使用访问密钥", "Or with an access key")) }
            }
            form method="post" action="/sign-in" {
                input type="hidden" name="next" value=(next);
                label for="token" { (visit.say("访问密钥", "Access key")) }
                input id="token" name="token" type="password" autocomplete="current-password" required;
                p class="note" {
                    (visit.say("由平台管理员发给贵单位。", "Your organization has it from the operators of the platform."))
                }
                button class=(if providers.is_empty() { "primary" } else { "quiet" }) { (title) }
            }
        }
    };
    layout::page_with(visit, status, title, &content)
}
