//! What was told, the newest first.

use maud::{Markup, html};
use wishwell_api::v1::{self, DeliveryState};

use super::gathered::Gathered;
use super::{Filter, PAGE};
use crate::pages::pool::{facts, urgency_mark};
use crate::pages::portal::form::once;
use crate::pages::visit::Visit;
use crate::pages::words::{figures, notification as words, time};

pub(super) fn list(visit: &Visit, filter: &Filter, gathered: &Gathered) -> Markup {
    let unread: Vec<&str> =
        gathered.told.iter().filter(|(told, _)| told.seen_time.is_none()).map(|(told, _)| told.name.as_str()).collect();
    html! {
        (budgets(visit, gathered))
        div class="row told-head" {
            nav class="choices inline" aria-label=(visit.say("显示哪些", "Which ones")) {
                ul {
                    @for (only, name) in [("", visit.say("全部", "All")), ("yes", visit.say("未读", "Unread"))] {
                        @let address = Filter { unread: only.to_owned(), ..Filter::default() }.address(PAGE);
                        li { a href=(address) aria-current=[(only.is_empty() != filter.unread_only()).then_some("true")] { (name) } }
                    }
                }
            }
            @if !unread.is_empty() {
                form method="post" action="/portal/notifications/seen" {
                    (once())
                    @for name in &unread { input type="hidden" name="name" value=(name); }
                    input type="hidden" name="unread" value=(filter.unread);
                    button class="small" {
                        @match unread.len() {
                            1 => { (visit.say("这 1 条标为已读", "Mark this one as read")) }
                            many => { (visit.say(format!("这 {many} 条标为已读"), format!("Mark these {many} as read"))) }
                        }
                    }
                }
            }
        }
        @if gathered.told.is_empty() {
            div class="empty" {
                p { strong { @if filter.unread_only() { (visit.say("没有未读的通知。", "Nothing is unread.")) } @else { (visit.say("还没有通知。", "Nothing has been told yet.")) } } }
                p class="note" {
                    (visit.say(
                        "新许下的、贵单位能帮上的心愿，几秒之内就会出现在这里。",
                        "A new wish that you can help with appears here within seconds.",
                    ))
                    " " a href="/portal" { (visit.say("看看眼下能帮上的", "See what you can help with now")) }
                }
            }
        } @else {
            ul class="wishes" { @for (told, item) in &gathered.told { li { (card(visit, gathered, told, item.as_ref())) } } }
        }
        @if !gathered.next.is_empty() {
            p class="actions" {
                a class="button quiet" rel="next" href=(Filter { page: gathered.next.clone(), ..filter.clone() }.address(PAGE)) {
                    (visit.say("更早的", "Earlier ones"))
                }
            }
        }
    }
}

/// How much of each day's budget is used.
fn budgets(visit: &Visit, gathered: &Gathered) -> Markup {
    let active =
        gathered.subscriptions.iter().filter(|each| each.subscription.state() == v1::SubscriptionState::Active);
    let budget: i64 = active.clone().map(|each| i64::from(each.subscription.daily_budget)).sum();
    let today: usize = active.map(|each| each.today).sum();
    let full = i64::try_from(today).is_ok_and(|today| today >= budget);
    html! {
        @if budget > 0 {
            p class="facts" {
                span {
                    (visit.say("今天已告知 ", "told today: ")) strong { (today) }
                    (visit.say(format!(" 条，每天最多 {budget} 条"), format!(" of at most {budget}")))
                }
                @if full {
                    span { (visit.say("今天的额度已用完，其余明天再告知。", "Today’s budget is used up; the others are told tomorrow.")) }
                }
            }
        } @else if !gathered.subscriptions.is_empty() {
            p class="facts" { (visit.say("订阅都已暂停，眼下不会告知新的心愿。", "All subscriptions are paused: nothing new is told.")) }
        }
    }
}

fn card(visit: &Visit, gathered: &Gathered, told: &v1::Notification, item: Option<&v1::WishItem>) -> Markup {
    let unread = told.seen_time.is_none();
    html! {
        article class=(if unread { "card unread" } else { "card" }) {
            @match item {
                Some(item) => {
                    header class="card-head" { h3 { (item.title) } (urgency_mark(visit, item.urgency())) }
                    (facts(visit, &gathered.names, item))
                    p class="item" {
                        span { (gathered.names.category(visit, &item.category)) " " }
                        strong { (figures::left(visit.language, item.left.as_ref(), item.recurrence.as_ref())) }
                    }
                    (about(visit, gathered, told, unread))
                    a class="button" href={ "/portal/" (item.wish) "/claim?item=" (item.item_ordinal) }
                        aria-label=(visit.say(format!("认领：{}", item.title), format!("Claim: {}", item.title))) {
                        (visit.say("认领", "Claim"))
                    }
                }
                None => {
                    h3 { (visit.say("已不在许愿池里的心愿", "A wish that is in the pool no more")) }
                    p class="note" { (visit.say("它已有着落，或已被收回。", "It is taken care of, or it was taken back.")) }
                    (about(visit, gathered, told, unread))
                }
            }
        }
    }
}

/// With what one can help, since when one knows, and whether it was sent.
fn about(visit: &Visit, gathered: &Gathered, told: &v1::Notification, unread: bool) -> Markup {
    html! {
        p class="facts" {
            @if unread { span class="mark unread-mark" { (visit.say("未读", "Unread")) } }
            span { (visit.say("可用：", "with: ")) (gathered.resources.title(visit, &told.resource)) }
            @if let Some(at) = figures::instant(told.create_time.as_ref()) {
                span { (visit.say(
                    format!("{}告知", time::ago(visit.language, at, visit.app.now())),
                    format!("told {}", time::ago(visit.language, at, visit.app.now())),
                )) }
            }
            @if told.delivery() != DeliveryState::None { span { (words::delivery(visit.language, told.delivery())) } }
        }
    }
}
