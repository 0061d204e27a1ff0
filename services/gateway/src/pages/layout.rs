//! The frame around every page.

use axum::response::{Html, IntoResponse, Response};
use http::header::{CACHE_CONTROL, VARY};
use http::{HeaderValue, StatusCode};
use maud::{DOCTYPE, Markup, html};

use wishwell_api::v1::PrincipalRole;
use wishwell_report::Language;

use super::assets;
use super::conditional::Changing;
use super::visit::Visit;
use super::words;

/// What htmx may do: no style of its own; what a page shows stays where the service is away; and a listener that lost its stream tries
/// again at least this often.
const HTMX_CONFIG: &str =
    r#"{"includeIndicatorCSS":false,"noSwap":[204,304,429,"5xx"],"sse":{"reconnectMaxDelay":8000}}"#;

/// A page in its frame.
pub(super) fn page(visit: &Visit, title: &str, content: &Markup) -> Response {
    page_with(visit, StatusCode::OK, title, content)
}

/// A page in its frame that is answered with a status.
pub(super) fn page_with(visit: &Visit, status: StatusCode, title: &str, content: &Markup) -> Response {
    let markup = html! {
        (DOCTYPE)
        html lang=(visit.language.tag()) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="htmx-config" content=(HTMX_CONFIG);
                title { (title) " · Wishwell" }
                link rel="icon" href=(assets::address("icon.svg"));
                link rel="stylesheet" href=(assets::address("style.css"));
                link rel="stylesheet" href=(assets::address(style_of(visit)));
                script src=(assets::address("page.js")) defer {}
            }
            body {
                a class="skip" href="#content" { (visit.say("跳到正文", "Skip to the content")) }
                (header(visit))
                // Filled by the page's script while the service does not answer.
                p id="away" role="status" data-text=(visit.say(
                    "匹配服务暂时连不上，页面上是先前的内容；恢复后会自动更新。",
                    "The matching service cannot be reached. What you see is as it was before, and follows by itself as soon as it can.",
                )) {}
                main id="content" tabindex="-1" { (content) }
                (footer(visit))
            }
        }
    };
    let html = markup.into_string();
    let changing = changing(&html, visit);
    let mut response = (status, Html(html)).into_response();
    response.extensions_mut().insert(changing);
    let headers = response.headers_mut();
    // A page is about one person and one moment.
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    headers.insert(VARY, HeaderValue::from_static("cookie, accept-language, hx-request"));
    response
}

/// Where the number of the request stands, at the foot of a page.
fn changing(html: &str, visit: &Visit) -> Changing {
    let number = html! { (visit.request_id.as_str()) }.into_string();
    let at = html.rfind(&number).unwrap_or(html.len());
    Changing(at..(at + number.len()).min(html.len()))
}

/// A part of a page, for a page that replaces it.
pub(super) fn part(content: &Markup) -> Response {
    let mut response = Html(content.clone().into_string()).into_response();
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    headers.insert(VARY, HeaderValue::from_static("cookie, accept-language, hx-request"));
    response
}

/// The style of the part of the site that a page is in, beside the one that all have: words such as `item` mean something in each.
fn style_of(visit: &Visit) -> &'static str {
    match visit.target.get(1..).and_then(|rest| rest.split(['/', '?']).next()) {
        Some("desk") => "desk.css",
        Some("api") => "api.css",
        _ => "partner.css",
    }
}

fn header(visit: &Visit) -> Markup {
    let other = visit.language.pick(Language::En, Language::Zh);
    html! {
        header class="top" {
            a class="brand" href="/" { span class="brand-mark" aria-hidden="true" { "愿" } " Wishwell" }
            nav aria-label=(visit.say("主导航", "Main")) {
                @for (address, name) in destinations(visit) {
                    a href=(address) aria-current=[current(visit, address)] { (name) }
                }
            }
            div class="top-right" {
                form class="plain" method="post" action="/language" data-filled=(visit.say(
                    "换语言会重新打开这一页，您填的内容会丢失。要继续吗？",
                    "In the other language this page is opened anew, and what you filled in is lost. Go on?",
                )) {
                    input type="hidden" name="back" value=(visit.target);
                    button class="link" name="lang" value=(other.tag()) lang=(other.tag()) {
                        (other.pick("中文", "English"))
                    }
                }
                @match &visit.session {
                    Some(session) => {
                        span class="who" { (session.principal) " · " (words::role(visit.language, session.role)) }
                        form class="plain" method="post" action="/sign-out" {
                            button class="link" { (visit.say("退出", "Sign out")) }
                        }
                    }
                    None => { a href="/sign-in" { (visit.say("登录", "Sign in")) } }
                }
            }
        }
    }
}

/// Where one can go from everywhere, by role.
fn destinations(visit: &Visit) -> Vec<(&'static str, &'static str)> {
    let mut places = Vec::new();
    let role = visit.session.as_ref().map(|session| session.role);
    if visit.app.options().visitor.is_some() {
        places.push(("/wishes", visit.say("许愿池", "Wishing pool")));
    }
    if role == Some(PrincipalRole::Partner) {
        places.push(("/portal", visit.say("今日工作", "Today")));
        places.push(("/portal/notifications", visit.say("通知", "Notifications")));
        places.push(("/portal/referrals", visit.say("我的转介", "My referrals")));
        places.push(("/portal/resources", visit.say("我的资源", "My resources")));
    }
    if matches!(
        role,
        Some(
            PrincipalRole::CaseWorker
                | PrincipalRole::InternalService
                | PrincipalRole::Operator
                | PrincipalRole::Auditor
        )
    ) {
        places.push(("/desk", visit.say("工作台", "Desk")));
        places.push(("/desk/needs", visit.say("需求", "Needs")));
        places.push(("/desk/referrals", visit.say("转介", "Referrals")));
        places.push(("/desk/supervision", visit.say("督办", "Supervision")));
        if role != Some(PrincipalRole::CaseWorker) {
            places.push(("/desk/rounds", visit.say("统筹", "Rounds")));
        }
    }
    places.push(("/api", "API"));
    places
}

/// Whether one is there: at a destination itself, or at a page below one that has no other destination below it.
fn current(visit: &Visit, address: &str) -> Option<&'static str> {
    let path = visit.target.split('?').next().unwrap_or_default();
    let below = |path: &str| path.strip_prefix(address).is_some_and(|rest| rest.starts_with('/'));
    if path == address {
        Some("page")
    } else if below(path) && !destinations(visit).iter().any(|(other, _)| below(other)) {
        Some("true")
    } else {
        None
    }
}

fn footer(visit: &Visit) -> Markup {
    html! {
        footer {
            p {
                (visit.say("困有所助，愿有所应。时间均为北京时间。", "Needs meet those who can help. All times are Beijing time."))
                " " span class="request-id" { (visit.say("请求编号", "Request")) " " (visit.request_id.as_str()) }
            }
        }
    }
}
