//! The page of one referral: what it is about, where it stands, what can be done.

use maud::{Markup, html};
use wishwell_api::v1::{self, ReferralOrigin, ReferralState, StepReason};
use wishwell_domain::referral::Action;
use wishwell_report::Language;

use super::card::{self, class, deadline};
use super::picture::picture;
use super::{Shown, step};
use crate::pages::amounts::{arrived_field, delivered, promised};
use crate::pages::notice;
use crate::pages::pool::urgency_mark;
use crate::pages::portal::case_worker::whom_to_ask;
use crate::pages::portal::form::once;
use crate::pages::portal::live::{Since, live};
use crate::pages::visit::Visit;
use crate::pages::words::{figures, referral as words, time};

/// What is said before everything else.
pub(super) enum Notice {
    /// The step that was just taken.
    Done(String),
    /// Why one was not, and the note that came with it.
    Failed { why: String, note: String },
}

/// What to say of a step that was just taken; nothing of anything else. Who is asked next depends on how the referral came about.
fn done(visit: &Visit, step: &str, referral: &v1::Referral) -> Option<&'static str> {
    let origin = referral.origin();
    let (zh, en) = match step {
        "claim" => ("认领成功，这项心愿交给您了。", "You have claimed this wish. It is yours now."),
        "accept" => ("已接受。", "Accepted."),
        "decline" if origin == ReferralOrigin::Automatic => {
            ("已婉拒，会另请他人。", "Declined. Somebody else will be asked.")
        }
        "decline" => {
            ("已婉拒。社工会看到，并另想办法。", "Declined. The case worker sees it and looks for another way.")
        }
        "start" => ("已开始。", "Begun."),
        "deliver" => ("已登记“已提供”，等待对方确认。", "Delivery is recorded. Their side will confirm it."),
        "cancel" => match origin {
            ReferralOrigin::Automatic => ("已取消，会另请他人。", "Called off. Somebody else will be asked."),
            ReferralOrigin::Claim | ReferralOrigin::Pledge => (
                "已取消。这项心愿又可以由别人认领，社工也会看到。",
                "Called off. Others may claim the wish again, and the case worker sees it.",
            ),
            _ => ("已取消。社工会看到，并另想办法。", "Called off. The case worker sees it and looks for another way."),
        },
        "fail" if referral.arrived_units > 0 => (
            "已登记：只办成一部分。其余的会另想办法。",
            "It is recorded how much had arrived. For the rest another way is looked for.",
        ),
        "fail" => ("已登记为未成。", "It is recorded that this came to nothing."),
        _ => return None,
    };
    Some(visit.say(zh, en))
}

pub(super) fn title<'s>(visit: &Visit, shown: &'s Shown) -> &'s str {
    card::title(visit, &shown.referral)
}

pub(super) fn content(
    visit: &Visit,
    shown: &Shown,
    since: Since,
    said: Option<Notice>,
    contact: Option<&v1::Contact>,
) -> Markup {
    let referral = &shown.referral;
    let note = if let Some(Notice::Failed { note, .. }) = &said { note.as_str() } else { "" };
    html! {
        p { a href="/portal/referrals" { (visit.say("‹ 我的转介", "‹ My referrals")) } }
        @match &said {
            Some(Notice::Done(step)) => {
                @if let Some(text) = done(visit, step, referral) { (notice::done(text)) }
            }
            Some(Notice::Failed { why, .. }) => { (notice::failed(why)) }
            None => {}
        }
        h1 { (title(visit, shown)) }
        (facts(visit, shown))
        (live(since))
        div id="referral-state" hx-get={ "/portal/" (referral.name) "/state" } hx-swap="innerMorph" hx-trigger="referral from:body delay:200ms" { (state(visit, referral)) }
        (steps(visit, referral, note))
        (reach(visit, referral, contact))
        @if is_under_way(referral) { p class="note whom" { (whom_to_ask(visit, &shown.names, &referral.division)) } }
    }
}

fn facts(visit: &Visit, shown: &Shown) -> Markup {
    let referral = &shown.referral;
    let offered = figures::instant(referral.create_time.as_ref());
    html! {
        dl class="details" {
            @if !referral.category.is_empty() {
                div { dt { (visit.say("需要什么", "What for")) } dd { (shown.names.category(visit, &referral.category)) } }
            }
            div { dt { (visit.say("数量", "How much")) } dd {
                (figures::quantity(visit.language, referral.quantity.as_ref(), referral.recurrence.as_ref()))
                @if referral.enquiry { " · " (visit.say("请告知能提供多少", "please say how much you can give")) }
            } }
            @if !referral.division.is_empty() {
                div { dt { (visit.say("地点", "Where")) } dd { (shown.names.place(visit, &referral.division)) } }
            }
            div { dt { (visit.say("紧急程度", "How soon")) } dd { (urgency_mark(visit, referral.urgency())) } }
            div { dt { (visit.say("来由", "How it came")) } dd {
                (words::origin(visit.language, referral.origin()))
                @if let Some(at) = offered { " · " (time::ago(visit.language, at, visit.app.now())) }
            } }
        }
    }
}

/// Where it stands and what comes next.
pub(super) fn state(visit: &Visit, referral: &v1::Referral) -> Markup {
    html! {
        section class="panel" aria-label=(visit.say("进展", "Progress")) {
            (picture(visit, referral))
            p class="facts" {
                span class={ "state " (class(referral.state())) } { (words::standing(visit.language, referral)) }
                (deadline(visit, referral))
            }
            @if let Some(arrived) = figures::arrived(visit.language, referral) { p { strong { (arrived) } } }
            @if let Some(returned) = figures::returned(visit.language, referral) { p { (returned) } }
            p { (next(visit, referral)) }
            @if was_given_once(referral) {
                p class="note" {
                    (words::given_once(visit.language))
                    (visit.say(
                        "还想提供的话，请在“我的资源”的“认捐过的”里更新总量。",
                        " If you want to give it to others, update its total under “My resources”, “What was pledged”.",
                    ))
                }
            }
            @if referral.last_reason() != StepReason::Unspecified {
                p class="note" { (visit.say("原因：", "Reason: ")) (words::reason(visit.language, referral.last_reason())) }
            }
        }
    }
}

/// Whether it was pledged and has ended early: what is left of it is on offer no more.
fn was_given_once(referral: &v1::Referral) -> bool {
    referral.origin() == ReferralOrigin::Pledge
        && matches!(referral.state(), ReferralState::Cancelled | ReferralState::Failed)
}

/// What is to be done now, and by whom.
fn next(visit: &Visit, referral: &v1::Referral) -> &'static str {
    let automatic = referral.origin() == ReferralOrigin::Automatic;
    let (zh, en) = match referral.state() {
        ReferralState::Offered if referral.enquiry => {
            ("请答复能提供多少，或婉拒。", "Please say how much you can give, or decline.")
        }
        ReferralState::Offered if automatic => (
            "请接受或婉拒。不答复的话，到时会另请他人。",
            "Please accept or decline. Without an answer in time, somebody else is asked.",
        ),
        ReferralState::Offered => (
            "请接受或婉拒。不答复的话，到时请求失效，由社工另想办法。",
            "Please accept or decline. Without an answer in time the request lapses, and the case worker looks for another way.",
        ),
        ReferralState::Accepted if referral.recurrence.is_some() => (
            "您已承诺。开始后点“开始”，全部结束后登记“已提供”。",
            "You have promised. Choose “start” when you begin and “delivered” when all of it is over.",
        ),
        ReferralState::Accepted => (
            "您已承诺。开始后点“开始”，送到后登记“已提供”。",
            "You have promised. Choose “start” when you begin and “delivered” when it has arrived.",
        ),
        ReferralState::InProgress if referral.recurrence.is_some() => {
            ("正在进行。全部结束后请登记“已提供”。", "Under way. Please record the delivery when all of it is over.")
        }
        ReferralState::InProgress => {
            ("正在进行。帮助到位后请登记“已提供”。", "Under way. Please record the delivery when the help has arrived.")
        }
        ReferralState::Delivered => {
            ("等对方确认，您现在不用做什么。", "Their side will confirm it; there is nothing for you to do.")
        }
        ReferralState::Confirmed => ("对方已确认收到，谢谢！", "Their side has confirmed it. Thank you!"),
        ReferralState::Disputed => (
            "对方表示帮助没有到位，社工会与您核实。",
            "Their side says that the help has not arrived. The case worker will talk to you.",
        ),
        ReferralState::Expired if automatic => {
            ("超过时限没有答复，会另请他人。", "There was no answer in time; somebody else will be asked.")
        }
        ReferralState::Expired => (
            "超过时限没有答复，请求已失效，由社工另想办法。",
            "There was no answer in time: the request has lapsed, and the case worker looks for another way.",
        ),
        ReferralState::Withdrawn => ("这个请求已被收回。", "This request was taken back."),
        _ => ("这件事已经结束。", "This is over."),
    };
    visit.say(zh, en)
}

/// What can be done, with the note that was written already.
fn steps(visit: &Visit, referral: &v1::Referral, note: &str) -> Markup {
    let possible: Vec<Action> = step::possible(referral.state()).collect();
    html! {
        @if !possible.is_empty() {
            section class="step-forms" aria-label=(visit.say("下一步", "Next step")) {
                @for action in possible { (form(visit, referral, action, note)) }
            }
        }
    }
}

fn form(visit: &Visit, referral: &v1::Referral, action: Action, note: &str) -> Markup {
    let hidden = html! { input type="hidden" name="etag" value=(referral.etag); (once()) };
    let address = format!("/portal/{}/{}", referral.name, action.name());
    match action {
        Action::Start => html! {
            form method="post" action=(address) { (hidden) button { (visit.say("开始", "Start")) } }
        },
        Action::Accept => html! {
            form method="post" action=(address) {
                (hidden)
                @if referral.enquiry { (promised(visit, referral, visit.say("能提供多少", "How much you can give"))) }
                button class="primary" { (visit.say("接受", "Accept")) }
            }
        },
        Action::Deliver => html! {
            form method="post" action=(address) {
                (hidden)
                @if referral.units > 1 {
                    (delivered(visit, referral, &missing(visit.language, referral.origin())))
                }
                label class="say" {
                    (visit.say("给社工的话（可不填，加密保存）", "For the case worker (optional, kept sealed)"))
                    textarea name="note" rows="2" maxlength="512" { (note) }
                }
                button class="primary" { (visit.say("已提供", "Delivered")) }
            }
        },
        Action::Decline => with_reason(
            visit,
            &address,
            &hidden,
            action,
            (visit.say("婉拒…", "Decline…"), visit.say("婉拒", "Decline")),
        ),
        Action::Cancel => with_reason(
            visit,
            &address,
            &html! { (hidden) (ended_early(visit, referral)) },
            action,
            (visit.say("取消承诺…", "Call it off…"), visit.say("取消承诺", "Call it off")),
        ),
        _ => with_reason(
            visit,
            &address,
            &html! { (hidden) (ended_early(visit, referral)) },
            action,
            match referral.units {
                ..=1 => (
                    visit.say("登记未成…", "It came to nothing…"),
                    visit.say("登记未成", "Record that it came to nothing"),
                ),
                _ => (
                    visit.say("没有（全部）办成…", "It did not all come about…"),
                    visit.say("登记没有（全部）办成", "Record that it did not all come about"),
                ),
            },
        ),
    }
}

/// How much had arrived of what is given up, and what becomes of the rest.
fn ended_early(visit: &Visit, referral: &v1::Referral) -> Markup {
    html! {
        @if referral.units > 1 {
            (arrived_field(visit, referral))
            p class="note" {
                (visit.say("全部提供的，请改登“已提供”。", "If all of it has arrived, choose “delivered” instead. "))
                (missing(visit.language, referral.origin()))
            }
        }
    }
}

/// What becomes of what is promised and does not arrive: who is asked next depends on how the referral came about.
fn missing(language: Language, origin: ReferralOrigin) -> String {
    let (zh, en) = match origin {
        ReferralOrigin::Automatic => {
            ("少于约定的部分会退回，并自动另请他人。", "What is missing is given back, and somebody else is asked.")
        }
        ReferralOrigin::Claim => (
            "少于约定的部分会退回，又可以由别人认领，社工也会看到。",
            "What is missing is given back: others may claim it, and the case worker sees it.",
        ),
        ReferralOrigin::Pledge => (
            "少于约定的部分，别人又可以认领，社工也会看到。",
            "What is missing others may claim, and the case worker sees it. ",
        ),
        ReferralOrigin::Round => (
            "少于约定的部分会退回，由社工或下一轮统筹另请他人。",
            "What is missing is given back, and the case worker or the next round looks for others.",
        ),
        ReferralOrigin::Chosen | ReferralOrigin::Unspecified => (
            "少于约定的部分会退回，由社工另请他人。",
            "What is missing is given back, and the case worker looks for others.",
        ),
    };
    let once = if origin == ReferralOrigin::Pledge { words::given_once(language) } else { "" };
    format!("{}{once}", language.pick(zh, en))
}

/// A form that asks why, folded away until it is wanted: under what, and what its button says.
fn with_reason(
    visit: &Visit,
    address: &str,
    fields: &Markup,
    action: Action,
    (summary, button): (&str, &str),
) -> Markup {
    html! {
        details {
            summary { (summary) }
            form method="post" action=(address) {
                (fields)
                label {
                    (visit.say("原因", "Why"))
                    select name="reason" required {
                        option value="" { (visit.say("请选择", "Please choose")) }
                        @for &reason in words::providers_reasons(action) {
                            option value=(reason.as_str_name()) { (words::reason(visit.language, reason)) }
                        }
                    }
                }
                button { (button) }
            }
        }
    }
}

/// Whether help was promised and nobody has confirmed it yet: until then there is something to ask.
fn is_under_way(referral: &v1::Referral) -> bool {
    use ReferralState::{Accepted, Delivered, Disputed, InProgress};
    matches!(referral.state(), Accepted | InProgress | Delivered | Disputed)
}

/// How the beneficiary can be reached: asked for, never shown by itself.
fn reach(visit: &Visit, referral: &v1::Referral, contact: Option<&v1::Contact>) -> Markup {
    let may_ask = matches!(referral.state(), ReferralState::Accepted | ReferralState::InProgress);
    html! {
        @if let Some(contact) = contact {
            section class="panel" aria-labelledby="contact-title" tabindex="-1" autofocus {
                h2 id="contact-title" { (visit.say("联系方式", "Contact")) }
                dl class="details" {
                    @if !contact.display_name.is_empty() { div { dt { (visit.say("姓名", "Name")) } dd { (contact.display_name) } } }
                    @if !contact.phone.is_empty() {
                        div { dt { (visit.say("电话", "Telephone")) } dd { a href={ "tel:" (contact.phone) } { (contact.phone) } } }
                    }
                    @if !contact.address.is_empty() { div { dt { (visit.say("地址", "Address")) } dd { (contact.address) } } }
                }
                p class="note" { (visit.say("这次查看已记录。请只用于这件事。", "That you have read this was recorded. Use it for this alone.")) }
            }
        } @else if may_ask {
            form class="reach" method="post" action={ "/portal/" (referral.name) "/contact" } {
                button { (visit.say("查看联系方式", "Show contact data")) }
                p class="note" { (visit.say("每次查看都会记录。", "Each time somebody reads it, that is recorded.")) }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_is_asked_for_what_is_missing_depends_on_how_the_referral_came_about() {
        for (origin, zh, en) in [
            (ReferralOrigin::Automatic, "自动另请他人", "somebody else is asked"),
            (ReferralOrigin::Claim, "由别人认领", "others may claim it"),
            (ReferralOrigin::Pledge, "只给这一次", "is offered to nobody else"),
            (ReferralOrigin::Chosen, "由社工另请他人", "the case worker looks for others"),
            (ReferralOrigin::Round, "由社工或下一轮统筹另请他人", "the case worker or the next round looks for others"),
        ] {
            let said = [Language::Zh, Language::En].map(|language| missing(language, origin));
            assert!(said[0].contains(zh) && said[1].contains(en), "{origin:?}: {said:?}");
        }
    }

    #[test]
    fn that_a_pledge_is_given_once_is_said_where_it_ended_early() {
        let referral = |origin: ReferralOrigin, state: ReferralState| v1::Referral {
            origin: origin.into(),
            state: state.into(),
            ..Default::default()
        };
        for (origin, state, said) in [
            (ReferralOrigin::Pledge, ReferralState::Cancelled, true),
            (ReferralOrigin::Pledge, ReferralState::Failed, true),
            (ReferralOrigin::Pledge, ReferralState::Accepted, false),
            (ReferralOrigin::Pledge, ReferralState::Confirmed, false),
            (ReferralOrigin::Claim, ReferralState::Cancelled, false),
        ] {
            assert_eq!(was_given_once(&referral(origin, state)), said, "{origin:?} {state:?}");
        }
    }
}
