//! What was told, the newest first.

use maud::{Markup, html};
use wishwell_api::v1::{self, DeliveryState, ReferralState};

use super::gathered::{About, Gathered};
use super::{Filter, PAGE};
use crate::pages::apart::{about, apart};
use crate::pages::pool::{facts, urgency_mark};
use crate::pages::portal::form::once;
use crate::pages::portal::referrals::card;
use crate::pages::visit::Visit;
use crate::pages::words::{figures, notification as words, referral as referrals, time};

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
                        "新许下的、贵单位能帮上的心愿和发给贵单位的转介请求，几秒之内就会出现在这里。",
                        "A new wish that you can help with, or an offer made to you, appears here within seconds.",
                    ))
                    " " a href="/portal" { (visit.say("看看眼下能帮上的", "See what you can help with now")) }
                }
            }
        } @else {
            @let called = apart(visit.language, gathered.told.iter().map(|(_, about)| called(visit, gathered, about)));
            ul class="wishes" {
                @for ((told, about), called) in gathered.told.iter().zip(&called) { li { (entry(visit, gathered, told, about, called)) } }
            }
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
    let is_active = active.clone().next().is_some();
    let budget: i64 = active.clone().map(|each| i64::from(each.subscription.daily_budget)).sum();
    let today: usize = active.map(|each| each.today).sum();
    let full = i64::try_from(today).is_ok_and(|today| today >= budget);
    html! {
        @if budget > 0 {
            p class="facts" {
                span {
                    (visit.say("心愿：今天已告知 ", "wishes told today: ")) strong { (today) }
                    (visit.say(format!(" 条，每天最多 {budget} 条"), format!(" of at most {budget}")))
                }
                @if full {
                    span { (visit.say("今天的额度已用完，其余明天再告知。", "Today’s budget is used up; the others are told tomorrow.")) }
                }
            }
        } @else if is_active {
            p class="facts" { (visit.say("眼下只告知转介请求，不告知心愿。", "Offers alone are told, no wishes.")) }
        } @else if !gathered.subscriptions.is_empty() {
            p class="facts" { (visit.say("订阅都已暂停，眼下什么都不会告知。", "All subscriptions are paused: nothing new is told.")) }
        }
    }
}

/// What it tells of is called so.
fn called(visit: &Visit, gathered: &Gathered, about: &About) -> String {
    let (title, where_or_what) = match about {
        About::Wish(Some(item)) => (item.title.as_str(), gathered.names.category(visit, &item.category).to_owned()),
        About::Offer(Some(referral)) => (card::title(visit, referral), gathered.names.place(visit, &referral.division)),
        About::Wish(None) | About::Offer(None) => (visit.say("转介请求", "an offer"), String::new()),
    };
    if where_or_what.is_empty() {
        return title.to_owned();
    }
    format!("{title}{}{where_or_what}", visit.say("，", ", "))
}

/// What was told, of what is called so here.
fn entry(visit: &Visit, gathered: &Gathered, told: &v1::Notification, subject: &About, called: &str) -> Markup {
    let (claim, see) = (visit.say("认领", "Claim"), visit.say("查看转介", "See the referral"));
    let unread = told.seen_time.is_none();
    html! {
        article class=(if unread { "card unread" } else { "card" }) {
            @match subject {
                About::Wish(Some(item)) => {
                    header class="card-head" { h3 { (item.title) } (urgency_mark(visit, item.urgency())) }
                    (facts(visit, &gathered.names, item))
                    p class="item" {
                        span { (gathered.names.category(visit, &item.category)) " " }
                        strong { (figures::left(visit.language, item.left.as_ref(), item.recurrence.as_ref())) }
                    }
                    (since(visit, told, Some(gathered.resources.title(visit, &told.resource))))
                    a class="button" href={ "/portal/" (item.wish) "/claim?item=" (item.item_ordinal) }
                        aria-label=(about(visit, claim, called)) { (claim) }
                }
                About::Wish(None) => {
                    h3 { (visit.say("已不在许愿池里的心愿", "A wish that is in the pool no more")) }
                    p class="note" { (visit.say("它已有着落，或已被收回。", "It is taken care of, or it was taken back.")) }
                    (since(visit, told, Some(gathered.resources.title(visit, &told.resource))))
                }
                About::Offer(Some(referral)) => { (offer(visit, gathered, told, referral, called)) }
                About::Offer(None) => {
                    h3 { (visit.say("转介请求", "An offer")) }
                    p class="note" { (visit.say("眼下读不到它的详情，请打开查看。", "It cannot be shown here now. Open it to see it.")) }
                    (since(visit, told, Some(gathered.resources.title(visit, &told.resource))))
                    a class="button quiet" href={ "/portal/" (told.referral) } aria-label=(about(visit, see, called)) { (see) }
                }
            }
        }
    }
}

/// An offer as it stands now. What was answered meanwhile says so, and leads to where one goes on with it.
fn offer(visit: &Visit, gathered: &Gathered, told: &v1::Notification, referral: &v1::Referral, called: &str) -> Markup {
    let waits = referral.state() == ReferralState::Offered
        && figures::instant(referral.expire_time.as_ref()).is_some_and(|at| at > visit.app.now());
    let title = card::title(visit, referral);
    let says = if waits {
        visit.say("查看并答复", "See and answer")
    } else {
        visit.say("查看转介", "See the referral")
    };
    html! {
        header class="card-head" {
            h3 { (visit.say("转介请求：", "Offer: ")) (title) }
            (urgency_mark(visit, referral.urgency()))
        }
        p class="facts" {
            @if !referral.division.is_empty() { span { (gathered.names.place(visit, &referral.division)) } }
            span class={ "state " (card::class(referral.state())) } { (referrals::standing(visit.language, referral)) }
            @if waits { (card::deadline(visit, referral)) }
        }
        p class="item" {
            @if !referral.category.is_empty() { span { (gathered.names.category(visit, &referral.category)) " " } }
            strong { (figures::quantity(visit.language, referral.quantity.as_ref(), referral.recurrence.as_ref())) }
        }
        (since(visit, told, None))
        a class=(if waits { "button" } else { "button quiet" }) href={ "/portal/" (referral.name) }
            aria-label=(about(visit, says, called)) { (says) }
    }
}

/// With what one can help, since when one knows, and whether it was sent.
fn since(visit: &Visit, told: &v1::Notification, resource: Option<&str>) -> Markup {
    html! {
        p class="facts" {
            @if told.seen_time.is_none() { span class="mark unread-mark" { (visit.say("未读", "Unread")) } }
            @if let Some(resource) = resource { span { (visit.say("可用：", "with: ")) (resource) } }
            @if let Some(at) = figures::instant(told.create_time.as_ref()) {
                span { (visit.say(
                    format!("{}告知", time::ago(visit.language, at, visit.app.now())),
                    format!("told {}", time::ago(visit.language, at, visit.app.now())),
                )) }
            }
            @if told.delivery() != DeliveryState::None { span { (words::delivery(visit.language, told.delivery(), told.kind())) } }
        }
    }
}
