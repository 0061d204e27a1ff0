//! Wishes as cards: what is needed, how soon, where, since when.

use maud::{Markup, html};
use wishwell_api::v1::{self, PrincipalRole, Urgency};

use super::Filter;
use super::summary::Summary;
use crate::pages::apart::{about, apart};
use crate::pages::names::Names;
use crate::pages::visit::Visit;
use crate::pages::words::{figures, need, time};

pub(super) fn list(visit: &Visit, filter: &Filter, summary: &Summary, items: &[v1::WishItem]) -> Markup {
    let called = apart(
        visit.language,
        items.iter().map(|item| {
            let category = summary.names.category(visit, &item.category);
            format!("{category}{}{}", visit.say("，", ", "), item.title)
        }),
    );
    let items: Vec<(&v1::WishItem, String)> = items.iter().zip(called).collect();
    // Items of one wish stand together in the answer.
    let wishes: Vec<&[(&v1::WishItem, String)]> = items.chunk_by(|(a, _), (b, _)| a.wish == b.wish).collect();
    html! {
        @if wishes.is_empty() {
            (nothing(visit, filter, summary))
        } @else {
            ul class="wishes" { @for wish in &wishes { li { (card(visit, &summary.names, wish)) } } }
        }
    }
}

/// A wish, with what each of its items is called.
fn card(visit: &Visit, names: &Names, wish: &[(&v1::WishItem, String)]) -> Markup {
    let Some((first, _)) = wish.first() else { return html! {} };
    let claim = visit.say("认领", "Claim");
    let may_claim = visit.session.as_ref().is_some_and(|session| session.role == PrincipalRole::Partner);
    html! {
        article class="card" {
            header class="card-head" {
                h3 { (first.title) }
                (urgency_mark(visit, first.urgency()))
            }
            (facts(visit, names, first))
            ul class="items" {
                @for (item, called) in wish {
                    li {
                        span class="item" {
                            span { (names.category(visit, &item.category)) }
                            " " strong { (figures::left(visit.language, item.left.as_ref(), item.recurrence.as_ref())) }
                        }
                        @if may_claim {
                            a class="button small" href={ "/portal/" (item.wish) "/claim?item=" (item.item_ordinal) }
                                aria-label=(about(visit, claim, called)) { (claim) }
                        }
                    }
                }
            }
        }
    }
}

/// Where and since when.
pub(in crate::pages) fn facts(visit: &Visit, names: &Names, item: &v1::WishItem) -> Markup {
    html! {
        p class="facts" {
            @if !item.division.is_empty() { span { (names.place(visit, &item.division)) } }
            @if let Ok(week) = item.published_week.parse() { span { (time::week(visit.language, week)) } }
        }
    }
}

/// How soon, as a mark; nothing for what is not pressing.
pub(in crate::pages) fn urgency_mark(visit: &Visit, urgency: Urgency) -> Markup {
    let class = match urgency {
        Urgency::Emergency => "mark emergency",
        Urgency::Urgent => "mark urgent",
        _ => "mark calm",
    };
    html! { span class=(class) { (need::urgency(visit.language, urgency)) } }
}

fn nothing(visit: &Visit, filter: &Filter, summary: &Summary) -> Markup {
    html! {
        div class="empty" {
            @if filter.is_any() && summary.items == 0 {
                p { strong { (visit.say("眼下没有等待认领的心愿。", "No wish is waiting right now.")) } }
                p { (visit.say("新的心愿会陆续出现，请过些时候再来看看。", "New ones come in all the time; look again later.")) }
            } @else {
                p { strong { (visit.say("这里没有符合条件的心愿。", "There is no such wish here.")) } }
                p { a class="button quiet" href="/wishes" {
                    (visit.say(format!("查看全部 {} 项心愿", summary.items), format!("See all {} of them", summary.items)))
                } }
            }
        }
    }
}
