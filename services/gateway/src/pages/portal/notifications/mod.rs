//! What a partner is told of new wishes that fit and of offers made to it, and what it wants to be told.

pub(super) mod act;
mod gathered;
mod problem;
mod subscription;
mod told;

use axum::extract::Query;
use axum::response::Response;
use http::header::CACHE_CONTROL;
use http::{HeaderValue, StatusCode};
use maud::{Markup, html};
use serde::Deserialize;

use super::live;
use super::partner::Partner;
use crate::pages::failure::Failure;
use crate::pages::visit::Visit;
use crate::pages::{address, layout, notice};

use gathered::Gathered;
use problem::Problem;

/// Where the page is.
const PAGE: &str = "/portal/notifications";
/// When an open page asks for its list anew: what is told of a new wish or offer is written a moment after that itself. Where one follows
/// another without a pause, the clock decides.
const CHANGES: &str = "wish from:body delay:2500ms, referral from:body delay:2500ms, every 60s";

/// Which notifications: as in the address.
#[derive(Debug, Clone, Default, Deserialize)]
pub(super) struct Filter {
    /// Anything for those alone that nobody has read.
    #[serde(default)]
    unread: String,
    /// Token of the page; empty for the first.
    #[serde(default)]
    page: String,
    /// What was done a moment ago, to say so.
    #[serde(default)]
    done: String,
}

impl Filter {
    fn address(&self, path: &str) -> String {
        address::of(path, &[("unread", &self.unread), ("page", &self.page)])
    }

    const fn unread_only(&self) -> bool {
        !self.unread.is_empty()
    }
}

/// What a page says before everything else.
#[derive(Debug, Default)]
struct Said {
    status: StatusCode,
    done: Option<String>,
    failed: Option<String>,
    /// What does not fit in a form, which is shown with it as it was filled in.
    problem: Option<Problem>,
    /// A secret that was given, this once.
    secret: Option<String>,
}

/// The page.
pub(super) async fn show(partner: Partner, Query(filter): Query<Filter>) -> Response {
    let done = done(&partner.visit, &filter.done).map(str::to_owned);
    page(&partner, &filter, Said { done, ..Said::default() }).await
}

/// The part of it with what was told.
pub(super) async fn list(partner: Partner, Query(filter): Query<Filter>) -> Response {
    match Gathered::of(&partner, &filter).await {
        Ok(gathered) => layout::part(&told::list(&partner.visit, &filter, &gathered)),
        Err(status) => Failure::from(status).response(&partner.visit),
    }
}

async fn page(partner: &Partner, filter: &Filter, said: Said) -> Response {
    let visit = &partner.visit;
    let since = live::since(partner).await;
    match Gathered::of(partner, filter).await {
        Ok(gathered) => {
            let content = content(visit, filter, &gathered, &said, since);
            let mut response = layout::page_with(visit, said.status, visit.say("通知", "Notifications"), &content);
            if said.secret.is_some() {
                response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
            }
            response
        }
        Err(status) => Failure::from(status).response(visit),
    }
}

fn content(visit: &Visit, filter: &Filter, gathered: &Gathered, said: &Said, since: live::Since) -> Markup {
    let problem = said.problem.as_ref();
    html! {
        @if let Some(text) = &said.done { (notice::done(text)) }
        @if let Some(text) = &said.failed { (notice::failed(text)) }
        @if let Some(problem) = problem {
            (notice::failed(html! {
                a href={ "#" (problem.field_id()) } { (problem.label(visit)) } (visit.say("：", ": ")) (problem.rule(visit))
            }))
        }
        @if let Some(secret) = &said.secret { (secret_once(visit, secret)) }
        h1 { (visit.say("通知", "Notifications")) }
        @if gathered.subscriptions.is_empty() {
            p class="lead" {
                (visit.say(
                    "订阅之后，新许下的、贵单位资源能满足的心愿和发给贵单位的转介请求会告知到这里，也可以发到您自己的系统。",
                    "Subscribe, and new wishes that your resources can serve and offers made to you are told here, and to a tool of your own if you like.",
                ))
            }
        }
        @if !(gathered.subscriptions.is_empty() && gathered.told.is_empty()) {
            (live::live(since))
            div id="told" hx-get=(filter.address("/portal/notifications/told")) hx-trigger=(CHANGES) hx-swap="innerMorph" {
                (told::list(visit, filter, gathered))
            }
        }
        (subscription::all(visit, gathered, problem))
    }
}

fn secret_once(visit: &Visit, secret: &str) -> Markup {
    html! {
        section class="panel" aria-labelledby="secret-title" {
            h2 id="secret-title" { (visit.say("签名密钥，只显示这一次", "The secret that signs, shown this once")) }
            p { code class="secret" { (secret) } }
            p class="note" {
                (visit.say(
                    "请现在就存到接收系统里，用它核对每条消息的签名。丢了只能换新的；换新后 24 小时内新旧都有效。",
                    "Keep it in your receiver now, and verify each message by it. Once lost it can only be replaced; for 24 hours both are good.",
                ))
            }
        }
    }
}

fn done(visit: &Visit, done: &str) -> Option<&'static str> {
    let (zh, en) = match done {
        "seen" => ("已标为已读。", "Marked as read."),
        "subscribe" => ("已订阅。从现在起有新的，会告知到这里。", "Subscribed. What is new from now on is told here."),
        "scope" => ("已保存。", "Saved."),
        "remove-webhook" => ("Webhook 已移除，消息不再外发。", "The webhook is removed; nothing is sent any more."),
        "pause" => (
            "已暂停。暂停期间的心愿和转介请求不会补告。",
            "Paused. Wishes and offers that are made meanwhile are not told later.",
        ),
        "resume" => ("已恢复告知。", "Told again."),
        "delete" => ("订阅已取消。", "The subscription is ended."),
        _ => return None,
    };
    Some(visit.say(zh, en))
}
