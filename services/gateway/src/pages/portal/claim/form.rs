//! The form of a claim: the wish, the resources that fit it, and the way to give something else.

use maud::{Markup, html};
use wishwell_api::v1;

use super::Claim;
use crate::pages::names::Names;
use crate::pages::notice;
use crate::pages::pool::{facts, urgency_mark};
use crate::pages::portal::case_worker::whom_to_ask;
use crate::pages::portal::fitting::{Choice, Serves};
use crate::pages::portal::form::{AmountField, in_units, once};
use crate::pages::visit::Visit;
use crate::pages::words::figures;
use crate::pages::words::referral::given_once;

pub(super) fn form(
    visit: &Visit,
    names: &Names,
    (item, choice): (&v1::WishItem, &Choice),
    filled: &Claim,
    failed: Option<String>,
) -> Markup {
    html! {
        @if let Some(text) = failed { (notice::failed(text)) }
        h1 { (visit.say("认领心愿", "Claim a wish")) }
        section class="panel" aria-label=(visit.say("心愿", "The wish")) {
            div class="card-head" { h2 { (item.title) } (urgency_mark(visit, item.urgency())) }
            p class="item" {
                span { (names.category(visit, &item.category)) " " }
                strong { (figures::left(visit.language, item.left.as_ref(), item.recurrence.as_ref())) }
            }
            (facts(visit, names, item))
        }
        (with_resource(visit, item, choice, &filled.resource))
        (with_pledge(visit, item, filled, choice.fitting.is_empty() || !filled.title.is_empty()))
        p class="note" {
            (visit.say(
                "认领即承诺：提交后就由贵单位负责送到。本人同意提供联系方式的，认领之后可以查看；没有同意的，要通过社工联系。",
                "To claim is to promise: once sent, it is up to your organization. Contact data can be seen after that where the person \
                 has agreed to share them; otherwise the way to the person is through the case worker. ",
            ))
            (whom_to_ask(visit, names, &item.division))
        }
    }
}

fn with_resource(visit: &Visit, item: &v1::WishItem, choice: &Choice, chosen: &str) -> Markup {
    let is_chosen = |name: &str, nth: usize| if chosen.is_empty() { nth == 0 } else { name == chosen };
    let other_is_chosen = choice.others.iter().any(|resource| resource.name == chosen);
    html! {
        section aria-labelledby="own-title" {
            h2 id="own-title" { (visit.say("用我的资源认领", "With a resource of mine")) }
            @if choice.fitting.is_empty() {
                p class="note" { (visit.say("没有正好对得上的资源。可以在下面认捐别的，或先更新资源。", "None of your resources fits. You may pledge something else below, or update your resources first.")) }
            }
            @if !choice.fitting.is_empty() || !choice.others.is_empty() {
                form method="post" {
                    (hidden(item))
                    fieldset {
                        legend { (visit.say("选一项资源", "Choose a resource")) }
                        @for (nth, (resource, serves)) in choice.fitting.iter().enumerate() {
                            label class="choice" {
                                input type="radio" name="resource" value=(resource.name) required checked[is_chosen(&resource.name, nth)];
                                span {
                                    (visit.name(resource.title.as_ref()))
                                    span class="note" {
                                        (visit.say("可提供 ", "can give "))
                                        (can_give(visit, item, *serves))
                                    }
                                }
                            }
                        }
                        @if !choice.others.is_empty() {
                            details open[choice.fitting.is_empty() || other_is_chosen] {
                                summary { (visit.say("其他资源（可能对不上）", "Others (may not fit)")) }
                                @for resource in &choice.others {
                                    label class="choice" {
                                        input type="radio" name="resource" value=(resource.name) required checked[resource.name == chosen];
                                        span { (visit.name(resource.title.as_ref())) }
                                    }
                                }
                            }
                        }
                    }
                    (quantity(visit, item))
                    button class="primary" { (visit.say("认领", "Claim")) }
                }
            }
        }
    }
}

/// What a resource can give in all; of what recurs also how often, and for how much of the time.
fn can_give(visit: &Visit, item: &v1::WishItem, serves: Serves) -> String {
    let each = v1::Quantity { value: serves.each, unit: unit(item).to_owned() };
    let again = item.recurrence.map(|again| v1::Recurrence { occurrences: serves.times, ..again });
    let gives = figures::quantity(visit.language, Some(&each), again.as_ref());
    match item.recurrence {
        Some(wanted) if serves.times < wanted.occurrences => {
            let whole = figures::periods(visit.language, wanted.every(), wanted.occurrences.into());
            let covered = serves.times;
            visit.say(format!("{gives}（{whole}中的 {covered}）"), format!("{gives} ({covered} of the {whole})"))
        }
        _ => gives,
    }
}

fn with_pledge(visit: &Visit, item: &v1::WishItem, filled: &Claim, open: bool) -> Markup {
    html! {
        details class="pledge" open[open] {
            summary { (visit.say("认捐：给目录里没有的东西", "Pledge something that is in no catalogue")) }
            form method="post" {
                (hidden(item))
                label { (visit.say("名称", "What it is called")) input name="title" required maxlength="200" value=(filled.title); }
                label { (visit.say("提供什么", "What is given")) textarea name="content" required maxlength="4000" rows="2" { (filled.content) } }
                label { (visit.say("谁负责", "Who answers for it")) input name="responsible_party" required maxlength="200" value=(filled.responsible_party); }
                label { (visit.say("做到什么程度", "To what standard")) input name="service_standard" required maxlength="200" value=(filled.service_standard); }
                (quantity(visit, item))
                p class="note" { (given_once(visit.language)) }
                button { (visit.say("认捐", "Pledge")) }
            }
        }
    }
}

fn hidden(item: &v1::WishItem) -> Markup {
    html! { input type="hidden" name="item" value=(item.item_ordinal); (once()) }
}

/// How much, where a wish may be shared: one that cannot is claimed whole.
fn quantity(visit: &Visit, item: &v1::WishItem) -> Markup {
    let most = item.left.as_ref().map_or(1, |left| left.value);
    html! {
        @if item.splittable && item.recurrence.is_none() && most > 1 {
            @let field = AmountField { name: "quantity", unit: unit(item), value: Some(most), min: 1, max: Some(most), ..AmountField::default() };
            label { (in_units(visit, visit.say("认领多少", "How much"), unit(item))) (field.markup()) }
        }
    }
}

fn unit(item: &v1::WishItem) -> &str {
    item.left.as_ref().map_or("", |left| left.unit.as_str())
}
