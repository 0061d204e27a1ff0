//! Pools with their figures, and resources with what they draw on.

use jiff::{SignedDuration, Timestamp};
use maud::{Markup, html};
use wishwell_api::v1::{self, CapacityKind, CapacityPeriod, ResourceLifecycle};

use super::Said;
use super::figures::left_now;
use crate::pages::apart::{about, apart};
use crate::pages::portal::form::{AmountField, in_units, once};
use crate::pages::portal::own::Resources;
use crate::pages::visit::Visit;
use crate::pages::words::{figures, time, typed};

/// A figure that nobody has confirmed for so long is called stale.
const STALE_DAYS: i64 = 7;

/// What to say of what was just done; nothing of anything else.
pub(super) fn done(visit: &Visit, what: &str) -> Option<&'static str> {
    let (zh, en) = match what {
        "capacity" => ("容量已更新。", "The capacity is updated."),
        "confirm" => ("已确认，数字更新为今天有效。", "Confirmed: the figures are as of now."),
        "pause" => ("已暂停，不会再收到新的请求。", "Paused: no new requests will come."),
        "resume" => ("已恢复提供。", "Offered again."),
        _ => return None,
    };
    Some(visit.say(zh, en))
}

/// Of its own resources and pools, and of those of its pledges.
pub(super) fn content(
    visit: &Visit,
    (resources, pools): (&Resources, &[v1::CapacityPool]),
    pledges: (&Resources, &[v1::CapacityPool]),
    said: &Said,
) -> Markup {
    let all = || pools.iter().chain(pledges.1);
    let called = apart(visit.language, all().map(|pool| pool.title.clone()));
    let (called, called_pledges) = called.split_at(pools.len());
    let titles = resources.0.values().map(|resource| visit.name(resource.title.as_ref()).to_owned());
    let titles = apart(visit.language, titles);
    let is_there = all().map(|pool| &pool.name).chain(resources.0.keys()).any(|name| *name == said.of);
    html! {
        h1 { (visit.say("我的资源", "My resources")) }
        @if !is_there { (said.markup()) }
        section aria-labelledby="pools-title" {
            h2 id="pools-title" { (visit.say("还有多少", "How much there is")) }
            @if pools.is_empty() {
                p class="note" { (visit.say("还没有登记容量。请联系平台管理员。", "No capacity is recorded yet. Please ask the operators.")) }
            }
            ul class="cards" { @for (shown, called) in pools.iter().zip(called) { li { (pool(visit, shown, called, resources, said)) } } }
        }
        section aria-labelledby="resources-title" {
            h2 id="resources-title" { (visit.say("提供什么", "What is offered")) }
            @if resources.0.is_empty() {
                p class="note" { (visit.say("还没有登记资源。请联系平台管理员。", "No resource is recorded yet. Please ask the operators.")) }
            }
            ul class="cards" { @for (shown, called) in resources.0.values().zip(&titles) { li { (resource(visit, shown, called, said)) } } }
        }
        (pledged(visit, pledges, called_pledges, said))
    }
}

/// What was pledged, folded away: whoever has more of it to give says a new total, and finds it among the others from then on.
fn pledged(
    visit: &Visit,
    (resources, pools): (&Resources, &[v1::CapacityPool]),
    called: &[String],
    said: &Said,
) -> Markup {
    html! {
        @if !pools.is_empty() {
            details id="pledges" open[pools.iter().any(|pool| pool.name == said.of)] {
                summary { (visit.say("认捐过的", "What was pledged")) " · " (pools.len()) }
                p class="note" {
                    (visit.say(
                        "认捐只给这一次，不会提供给别人，也不算缺口。还想提供的话，把总量设得比已经给出的多。",
                        "A pledge is given once. It is offered to nobody else, and nobody misses it. If you want to give more of it, set a \
                         total beyond what was given.",
                    ))
                }
                ul class="cards" { @for (shown, called) in pools.iter().zip(called) { li { (pool(visit, shown, called, resources, said)) } } }
            }
        }
    }
}

fn pool(visit: &Visit, pool: &v1::CapacityPool, called: &str, resources: &Resources, said: &Said) -> Markup {
    let drawing = resources.0.values().filter(|resource| resource.draws.iter().any(|draw| draw.pool == pool.name));
    let drawing: Vec<String> = drawing.map(|resource| visit.name(resource.title.as_ref()).to_owned()).collect();
    let (now, unlimited) = (visit.app.now(), pool.kind() == CapacityKind::Unbounded);
    html! {
        article class="card" {
            h3 { (pool.title) }
            @if said.of == pool.name { (said.markup()) }
            p class="figure" {
                @if unlimited {
                    strong { (visit.say("不限", "no limit")) }
                } @else {
                    @match left_now(pool, now) {
                        Some(left) => { strong { (figures::amount(visit.language, left, &pool.unit)) } " " (visit.say("可用", "left")) }
                        None => { strong { (visit.say("数量未知", "not known")) } }
                    }
                    @if let Some(total) = pool.total {
                        span class="note" { (total_of(visit, pool, total)) }
                    }
                }
            }
            @if !drawing.is_empty() { p class="note" { (visit.say("用于：", "for: ")) (visit.language.list(&drawing)) } }
            (freshness(visit, pool, called, now))
            @if !unlimited { (controls(visit, pool, called)) }
        }
    }
}

/// The total, and how often it is renewed.
fn total_of(visit: &Visit, pool: &v1::CapacityPool, total: i64) -> String {
    let total = figures::amount(visit.language, total, &pool.unit);
    match pool.period() {
        CapacityPeriod::Unspecified => visit.say(format!("总量 {total}"), format!("of {total}")),
        CapacityPeriod::Day => visit.say(format!("今天，每天 {total}"), format!("today, of {total} a day")),
        CapacityPeriod::Week => visit.say(format!("本周，每周 {total}"), format!("this week, of {total} a week")),
        CapacityPeriod::Month => visit.say(format!("本月，每月 {total}"), format!("this month, of {total} a month")),
    }
}

/// How old the figures are, with the way to say that they still hold.
fn freshness(visit: &Visit, pool: &v1::CapacityPool, called: &str, now: Timestamp) -> Markup {
    let still = visit.say("确认仍然有效", "Still true");
    let confirmed = figures::instant(pool.confirm_time.as_ref());
    let stale = confirmed.is_none_or(|at| now.duration_since(at) > SignedDuration::from_hours(STALE_DAYS * 24));
    html! {
        form class="row" method="post" action={ "/portal/pools/" (id(&pool.name)) } {
            (once())
            span class=(if stale { "fresh stale" } else { "fresh" }) {
                @match confirmed {
                    Some(at) => {
                        (visit.say(
                            format!("{}确认", time::ago(visit.language, at, now)),
                            format!("confirmed {}", time::ago(visit.language, at, now)),
                        ))
                    }
                    None => { (visit.say("从未确认", "never confirmed")) }
                }
            }
            button class="small" aria-label=(about(visit, still, called)) { (still) }
        }
    }
}

/// One less, one more, or so many.
fn controls(visit: &Visit, pool: &v1::CapacityPool, called: &str) -> Markup {
    let one = |total: i64, sign: &str, says: String| {
        html! {
            form class="plain" method="post" action={ "/portal/pools/" (id(&pool.name)) } {
                (once())
                input type="hidden" name="etag" value=(pool.etag);
                input type="hidden" name="unit" value=(pool.unit);
                input type="hidden" name="total" value=(typed::value(total, &pool.unit));
                button class="step" aria-label=(says) { (sign) }
            }
        }
    };
    let id_of_total = format!("{}-total", pool.name.replace('/', "-"));
    let set = visit.say("设为", "Set");
    let total = AmountField {
        name: "total",
        unit: &pool.unit,
        value: pool.total,
        required: true,
        id: Some(&id_of_total),
        class: Some(if typed::is_money(&pool.unit) { "short money" } else { "short" }),
        ..AmountField::default()
    };
    html! {
        div class="row" {
            // One more or less of money would change nothing.
            @if let Some(total) = pool.total.filter(|_| !typed::is_money(&pool.unit)) {
                @if total > 0 { (one(total - 1, "−", about(visit, visit.say("减一", "One less"), called))) }
                (one(total + 1, "+", about(visit, visit.say("加一", "One more"), called)))
            }
            form class="row" method="post" action={ "/portal/pools/" (id(&pool.name)) } {
                (once())
                input type="hidden" name="etag" value=(pool.etag);
                label class="unseen" for=(id_of_total) { (in_units(visit, &about(visit, visit.say("总量", "Total"), called), &pool.unit)) }
                (total.markup())
                span aria-hidden="true" { (typed::units(visit.language, &pool.unit)) }
                button class="small" aria-label=(about(visit, set, called)) { (set) }
            }
        }
    }
}

fn resource(visit: &Visit, resource: &v1::Resource, called: &str, said: &Said) -> Markup {
    let paused = resource.lifecycle() == ResourceLifecycle::Paused;
    let (step, says) =
        if paused { ("resume", visit.say("恢复", "Resume")) } else { ("pause", visit.say("暂停", "Pause")) };
    let title = visit.name(resource.title.as_ref());
    html! {
        article class="card" {
            h3 { (title) }
            @if said.of == resource.name { (said.markup()) }
            p { (resource.content) }
            form class="row" method="post" action={ "/portal/" (resource.name) "/" (step) } {
                (once())
                input type="hidden" name="etag" value=(resource.etag);
                span class=(if paused { "state over" } else { "state good" }) {
                    @if paused { (visit.say("已暂停", "Paused")) } @else { (visit.say("提供中", "Offered")) }
                }
                button class="small" aria-label=(about(visit, says, called)) { (says) }
            }
        }
    }
}

/// The last part of a name.
fn id(name: &str) -> &str {
    name.rsplit('/').next().unwrap_or_default()
}
