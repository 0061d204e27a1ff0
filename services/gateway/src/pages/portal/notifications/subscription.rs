//! What is subscribed to: kinds of wishes, a day's budget, offers, and a tool of one's own that is told too.

use std::collections::BTreeMap;

use maud::{Markup, html};
use wishwell_api::v1::{self, SubscriptionState};
use wishwell_domain::limits::SUBSCRIPTIONS_PER_ORGANIZATION_MAX;

use super::gathered::{Gathered, Subscribed};
use super::problem::{Problem, field_id};
use crate::pages::apart::{about, apart};
use crate::pages::portal::form::once;
use crate::pages::visit::Visit;
use crate::pages::words::{figures, notification as words, time};

/// What a new subscription's form begins with.
fn at_first() -> v1::Subscription {
    v1::Subscription { daily_budget: 10, offers: true, ..v1::Subscription::default() }
}

pub(super) fn all(visit: &Visit, gathered: &Gathered, problem: Option<&Problem>) -> Markup {
    let none = gathered.subscriptions.is_empty();
    let full = gathered.subscriptions.len() >= SUBSCRIPTIONS_PER_ORGANIZATION_MAX;
    let called =
        apart(visit.language, gathered.subscriptions.iter().map(|each| scope(visit, gathered, &each.subscription)));
    html! {
        section aria-labelledby="subscriptions-title" {
            h2 id="subscriptions-title" {
                @if none { (visit.say("订阅", "Subscribe")) } @else { (visit.say("我的订阅", "My subscriptions")) }
            }
            @for (each, called) in gathered.subscriptions.iter().zip(&called) { (one(visit, gathered, each, called, problem)) }
            @if none {
                div class="panel" { (new(visit, gathered, problem)) }
            } @else if !full {
                details open[problem.is_some_and(|problem| problem.filled.subscription.is_empty())] {
                    summary { (visit.say("再加一个订阅…", "Another subscription…")) }
                    div class="panel" { (new(visit, gathered, problem)) }
                }
            }
        }
    }
}

/// A subscription, which is called so here.
fn one(visit: &Visit, gathered: &Gathered, each: &Subscribed, called: &str, problem: Option<&Problem>) -> Markup {
    let subscription = &each.subscription;
    let (change, save) = (visit.say("修改类别和额度…", "Change kinds and budget…"), visit.say("保存", "Save"));
    let state = subscription.state();
    let problem = problem.filter(|problem| problem.filled.subscription == subscription.name);
    html! {
        article class="panel" id=(field_id(&subscription.name, "panel")) {
            div class="card-head" {
                h3 { (scope(visit, gathered, subscription)) }
                span class=(if state == SubscriptionState::Active { "state good" } else { "state over" }) {
                    (words::subscription(visit.language, state))
                }
            }
            p class="facts" {
                @if subscription.daily_budget > 0 {
                    span { (visit.say(
                        format!("今天已告知 {} 条，每天最多 {} 条", each.today, subscription.daily_budget),
                        format!("{} told today, at most {} a day", each.today, subscription.daily_budget),
                    )) }
                }
                @if subscription.offers { span { (visit.say("有转介请求时立即告知", "offers are told at once")) } }
                @if !subscription.divisions.is_empty() {
                    @let places: Vec<String> = subscription.divisions.iter().map(|code| gathered.names.place(visit, code)).collect();
                    span { (visit.say("只限：", "only in: ")) (visit.language.list(&places)) }
                }
            }
            @if subscription.webhook_url.is_empty() {
                (without_webhook(visit, subscription, called, problem))
            } @else {
                (webhook(visit, each, called))
            }
            details open[problem.is_some_and(|problem| !problem.is_in(&subscription.name, "webhook_url"))] {
                summary aria-label=(about(visit, change, called)) { (change) }
                form method="post" action=(action(subscription, "scope")) data-filled[visit.sends()] {
                    (hidden(subscription))
                    (scope_fields(visit, gathered, subscription, problem))
                    button class="primary" aria-label=(about(visit, save, called)) { (save) }
                }
            }
            (ending(visit, subscription, called))
        }
    }
}

fn action(subscription: &v1::Subscription, step: &str) -> String {
    format!("/portal/{}/{step}", subscription.name)
}

fn hidden(subscription: &v1::Subscription) -> Markup {
    html! { input type="hidden" name="etag" value=(subscription.etag); (once()) }
}

/// What it is for, in a line.
fn scope(visit: &Visit, gathered: &Gathered, subscription: &v1::Subscription) -> String {
    if subscription.categories.is_empty() {
        let any = if subscription.daily_budget > 0 {
            visit.say("凡是我们能帮上的心愿", "Any wish that we can help with")
        } else {
            visit.say("发给我们的转介请求", "Offers made to us")
        };
        return any.to_owned();
    }
    let names: Vec<String> =
        subscription.categories.iter().map(|code| gathered.names.category(visit, code).to_owned()).collect();
    visit.language.list(&names)
}

/// The form for a new one.
fn new(visit: &Visit, gathered: &Gathered, problem: Option<&Problem>) -> Markup {
    let problem = problem.filter(|problem| problem.filled.subscription.is_empty());
    html! {
        form method="post" action="/portal/subscriptions" data-filled[visit.sends()] {
            (once())
            (scope_fields(visit, gathered, &at_first(), problem))
            (url_field(visit, "", problem, visit.say("Webhook 地址（可不填）", "Webhook URL (optional)"), false))
            button class="primary" { (visit.say("订阅", "Subscribe")) }
        }
    }
}

/// Kinds to choose from, how many in a day, and whether offers are told.
fn scope_fields(visit: &Visit, gathered: &Gathered, known: &v1::Subscription, problem: Option<&Problem>) -> Markup {
    let subscription = known.name.as_str();
    // A form that did not have these fields leaves them as they are.
    let filled = problem.map(|problem| &problem.filled).filter(|filled| !filled.daily_budget.is_empty());
    let (chosen, budget, offers) = match filled {
        Some(filled) => (&filled.categories, filled.daily_budget.clone(), filled.offers),
        None => (&known.categories, known.daily_budget.to_string(), known.offers),
    };
    let field = field_id(subscription, "daily_budget");
    let wrong = problem.filter(|problem| problem.is_in(subscription, "daily_budget"));
    html! {
        fieldset id=(field_id(subscription, "categories")) {
            legend { (visit.say("只要这些类别", "Only of these kinds")) }
            p class="note" { (visit.say("都不选，就是凡能帮上的都告知。", "Choose none to be told of whatever you can help with.")) }
            div class="kinds" {
                @for (code, above) in choices(gathered, chosen) {
                    label class="choice" {
                        input type="checkbox" name="category" value=(code) checked[chosen.iter().any(|chosen| chosen == code)];
                        span {
                            (gathered.names.category(visit, code))
                            span class="note" {
                                @if above.is_empty() { (visit.say("整个大类", "all of it")) } @else { (gathered.names.category(visit, above)) }
                            }
                        }
                    }
                }
            }
        }
        label for=(field) { (visit.say("每天最多几条", "Most in a day")) }
        input class="short" id=(field) type="number" name="daily_budget" inputmode="numeric" min="0" max="1000" required value=(budget)
            aria-invalid=[wrong.map(|_| "true")] aria-describedby={ @if wrong.is_some() { (field) "-problem " } (field) "-note" };
        @if let Some(problem) = wrong { p class="problem" id={ (field) "-problem" } { (problem.rule(visit)) } }
        p class="note" id={ (field) "-note" } {
            (visit.say("这是心愿的额度；填 0 就只告知转介请求。", "Of wishes; 0 is for offers alone."))
        }
        label class="choice" {
            input type="checkbox" name="offers" value="yes" checked[offers];
            span {
                (visit.say("也告知发给我们的转介请求", "Tell of offers made to us, too"))
                span class="note" { (visit.say("有人等着答复：立即告知，不占额度", "somebody waits for the answer: told at once, outside the budget")) }
            }
        }
    }
}

/// Categories of the partner's resources, those above them, and those chosen already: each below what it belongs to, with that.
fn choices<'g>(gathered: &'g Gathered, chosen: &'g [String]) -> Vec<(&'g str, &'g str)> {
    let own = gathered.resources.0.values().flat_map(|resource| resource.categories.iter());
    let mut lines: BTreeMap<Vec<&str>, (&str, &str)> = BTreeMap::new();
    for code in own.chain(chosen) {
        let mut line: Vec<&str> = gathered.names.category_line(code).collect();
        line.reverse();
        for length in 1..=line.len() {
            let Some((last, above)) = line.get(..length).and_then(|line| line.split_last()) else { continue };
            let path = above.iter().copied().chain([*last]).collect();
            lines.insert(path, (last, above.last().copied().unwrap_or_default()));
        }
    }
    lines.into_values().collect()
}

fn url_field(visit: &Visit, subscription: &str, problem: Option<&Problem>, label: &str, required: bool) -> Markup {
    let field = field_id(subscription, "webhook_url");
    let wrong = problem.filter(|problem| problem.is_in(subscription, "webhook_url"));
    let filled = problem.map_or("", |problem| problem.filled.webhook_url.as_str());
    html! {
        label for=(field) { (label) }
        input id=(field) name="webhook_url" inputmode="url" autocomplete="off" spellcheck="false" maxlength="2048"
            placeholder="https://" required[required] value=(filled) aria-invalid=[wrong.map(|_| "true")]
            aria-describedby={ @if wrong.is_some() { (field) "-problem " } (field) "-note" };
        @if let Some(problem) = wrong { p class="problem" id={ (field) "-problem" } { (problem.rule(visit)) } }
        p class="note" id={ (field) "-note" } {
            (visit.say(
                "每条通知会带签名发到这个地址。须是公网的 https 地址。",
                "Each notification is sent there, signed. It must be a public https address.",
            ))
        }
    }
}

fn without_webhook(visit: &Visit, subscription: &v1::Subscription, called: &str, problem: Option<&Problem>) -> Markup {
    let (send, tell) = (
        visit.say("启用", "Send there"),
        visit.say("也发到自己的系统（Webhook）…", "Tell a tool of ours too (webhook)…"),
    );
    let wrong = problem.filter(|problem| problem.is_in(&subscription.name, "webhook_url"));
    html! {
        details open[wrong.is_some()] {
            summary aria-label=(about(visit, tell, called)) { (tell) }
            form method="post" action=(action(subscription, "webhook")) data-filled[visit.sends()] {
                (hidden(subscription))
                // The secret is asked for after the address was taken: a request of its own.
                input type="hidden" name="secret_request_id" value=(uuid::Uuid::new_v4());
                (url_field(visit, &subscription.name, wrong, visit.say("Webhook 地址", "Webhook URL"), true))
                button aria-label=(about(visit, send, called)) { (send) }
            }
        }
    }
}

fn webhook(visit: &Visit, each: &Subscribed, called: &str) -> Markup {
    let subscription = &each.subscription;
    let button = |step, says| button(visit, subscription, called, step, says);
    html! {
        dl class="details" {
            div { dt { "Webhook" } dd { code { (subscription.webhook_url) } } }
            div { dt { (visit.say("最近一次", "Last message")) } dd { (last(visit, each.last.as_ref())) } }
            @if let Some(at) = figures::instant(subscription.secret_time.as_ref()) {
                div { dt { (visit.say("密钥", "Secret")) } dd { (visit.say(
                    format!("{}启用", time::ago(visit.language, at, visit.app.now())),
                    format!("given {}", time::ago(visit.language, at, visit.app.now())),
                )) } }
            }
        }
        div class="row" {
            (button("test", visit.say("发一条测试消息", "Send a test")))
            (button("secret", visit.say("换新密钥", "New secret")))
            (button("remove-webhook", visit.say("移除 Webhook", "Remove webhook")))
        }
    }
}

/// How the newest message fared.
fn last(visit: &Visit, told: Option<&v1::Notification>) -> Markup {
    let Some(told) = told else { return html! { (visit.say("还没有发过", "none yet")) } };
    let now = visit.app.now();
    let again = figures::instant(told.next_attempt_time.as_ref());
    html! {
        (words::delivery(visit.language, told.delivery(), told.kind()))
        @if told.delivery_attempts > 0 {
            " · "
            @if told.delivery_status > 0 { (visit.say("对方答复 ", "answered ")) (told.delivery_status) }
            @else { (visit.say("对方没有答复", "no answer")) }
            @if told.delivery_attempts > 1 {
                (visit.say(format!("（发了 {} 次）", told.delivery_attempts), format!(" (sent {} times)", told.delivery_attempts)))
            }
        }
        @if let Some(at) = again.filter(|at| *at > now) {
            @let at = figures::moment(at);
            " · " (visit.say(format!("{at} 再发"), format!("again at {at}")))
        }
    }
}

fn button(visit: &Visit, subscription: &v1::Subscription, called: &str, step: &str, says: &str) -> Markup {
    html! {
        form class="plain" method="post" action=(action(subscription, step)) {
            (hidden(subscription))
            button class="small" aria-label=(about(visit, says, called)) { (says) }
        }
    }
}

/// Pausing, going on, and ending it, which is asked twice.
fn ending(visit: &Visit, subscription: &v1::Subscription, called: &str) -> Markup {
    let end = visit.say("取消订阅…", "End it…");
    let (step, says) = if subscription.state() == SubscriptionState::Active {
        ("pause", visit.say("暂停告知", "Pause"))
    } else {
        ("resume", visit.say("恢复告知", "Resume"))
    };
    html! {
        div class="row" { (button(visit, subscription, called, step, says)) }
        details {
            summary aria-label=(about(visit, end, called)) { (end) }
            p class="note" { (visit.say("已有的通知都还在；要再收到新的，得重新订阅。", "What was told stays. To be told again, subscribe anew.")) }
            (button(visit, subscription, called, "delete", visit.say("取消这个订阅", "End this subscription")))
        }
    }
}
