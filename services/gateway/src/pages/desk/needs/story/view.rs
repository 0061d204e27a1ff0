//! The story as it is shown.

use maud::{Markup, html};
use uuid::Uuid;
use wishwell_api::v1;
use wishwell_api::v1::{NeedState, PrincipalRole, ReferralAction, ReferralState, StepSide};
use wishwell_domain::referral::Action;

use super::gathered::{CANDIDATES_SHOWN, Gathered, Likely};
use super::timeline::{Moment, What};
use super::{Notice, by_telephone, ending};
use crate::pages::address::id_of;
use crate::pages::amounts::{arrived_field, returned_field};
use crate::pages::apart::{about, apart};
use crate::pages::desk::needs::list::{submits, urgency_mark, what};
use crate::pages::desk::needs::ranking;
use crate::pages::desk::rounds::how_it_came;
use crate::pages::notice;
use crate::pages::visit::{SignedIn, Visit};
use crate::pages::words::{figures, need as words, referral as referral_words};

/// Title and content.
pub(super) fn story(user: &SignedIn, gathered: &Gathered, notice: &Notice<'_>, likely: &Likely) -> (String, Markup) {
    let visit = &user.visit;
    let need = &gathered.need;
    let title = what(visit, &gathered.names, need);
    let referrals = apart(visit.language, gathered.referrals.iter().map(|referral| to(visit, gathered, referral)));
    let content = html! {
        p class="crumbs" { a href="/desk/needs" { (visit.say("需求", "Needs")) } }
        div class="headline" {
            h1 { (title) }
            (stands(visit, gathered))
        }
        p class="on-paper" { (on_paper(user)) }
        (said(visit, notice))
        (likely_same(visit, likely))
        (facts(user, gathered))
        section aria-labelledby="items-title" {
            h2 id="items-title" { (visit.say("还缺什么", "What is still lacking")) }
            (items(user, gathered))
        }
        @if !gathered.referrals.is_empty() {
            section aria-labelledby="referrals-title" {
                h2 id="referrals-title" { (visit.say("转介", "Referrals")) }
                @for (referral, name) in gathered.referrals.iter().zip(&referrals) {
                    (one_referral(user, gathered, referral, name))
                }
            }
        }
        section aria-labelledby="story-title" {
            h2 id="story-title" { (visit.say("经过", "What happened")) }
            ol class="timeline" { @for moment in &gathered.moments { (told(user, gathered, moment)) } }
            @if !gathered.complete {
                p class="note" { (visit.say("记录很长，这里没有全部列出；刷新再试。", "The record is long and not all of it is here; reload to try again.")) }
            }
        }
        (ending::form(user, need, gathered.referrals.iter().zip(&referrals)))
    };
    (title, html! { div class="story" { (content) } })
}

/// What a printed story says of itself: of which day it is, and who printed it.
fn on_paper(user: &SignedIn) -> String {
    let visit = &user.visit;
    let day = figures::CHINA.to_datetime(visit.app.now()).date();
    let who = &user.session.principal;
    visit.say(format!("截至 {day}，打印人 {who}"), format!("As of {day}, printed by {who}"))
}

/// Where the need stands. What is disputed counts as served until that is settled, and is not called so.
fn stands(visit: &Visit, gathered: &Gathered) -> Markup {
    let state = gathered.need.state();
    let disputed = gathered.need.items.iter().any(|item| gathered.disputed(item) > 0);
    html! {
        @if !disputed || state != NeedState::Served {
            span class={ "state " (state.as_str_name().to_ascii_lowercase()) } { (words::state(visit.language, state)) }
        }
        @if disputed { " " span class="state referral_state_disputed" { (words::disputed(visit.language)) } }
    }
}

fn said(visit: &Visit, said: &Notice<'_>) -> Markup {
    let done = match said {
        Notice::None => return html! {},
        Notice::Refused(why) => return notice::failed(why),
        Notice::Done(done) => *done,
    };
    let words = match done {
        "submitted" => visit.say("需求已登记。", "The need is submitted."),
        "known" => visit
            .say("这个需求之前已经登记过，没有重复登记。", "This need was submitted before; nothing was stored twice."),
        "referred" => {
            visit.say("已转介，名额已保留，等对方答复。", "Referred: capacity is held, and an answer is awaited.")
        }
        "withdrawn" => visit.say("需求已撤回。", "The need is withdrawn."),
        "closed" => visit.say("需求已关闭。", "The need is closed."),
        "changed" => visit.say("需求已修改。", "The need is changed."),
        "unchanged" => visit.say("没有改动。", "Nothing was changed."),
        "confirmed" => visit.say("已确认收到帮助。", "Confirmed: the help has arrived."),
        _ => visit.say("已记录。", "Done."),
    };
    notice::done(words)
}

fn likely_same(visit: &Visit, likely: &Likely) -> Markup {
    html! {
        @if !likely.needs.is_empty() {
            div class="notice" role="status" {
                p { (visit.say("可能已经有人登记过同样的需求，请核对：", "The same may have been asked for before; please compare:")) }
                ul { @for need in &likely.needs {
                    li {
                        a href={ "/desk/" (need.name) } { (what(visit, &likely.names, need)) }
                        " · " (likely.names.place(visit, &need.division)) " · " (words::channel(visit.language, need.channel()))
                        " · " (figures::clock(need.create_time.as_ref())) " · " (words::state(visit.language, need.state()))
                    }
                } }
            }
        }
    }
}

fn facts(user: &SignedIn, gathered: &Gathered) -> Markup {
    let visit = &user.visit;
    let need = &gathered.need;
    let until = need.deadline.as_ref().or_else(|| need.window.as_ref().and_then(|window| window.end_time.as_ref()));
    let groups: Vec<&str> = need.group_tags().map(|group| words::group(visit.language, group)).collect();
    html! {
        dl class="about" {
            div { dt { (visit.say("紧急程度", "Urgency")) } dd { (urgency_mark(visit, need.urgency())) } }
            div { dt { (visit.say("哪里", "Where")) } dd { (gathered.names.place(visit, &need.division)) } }
            div { dt { (visit.say("来源", "Channel")) } dd { (words::channel(visit.language, need.channel())) } }
            div { dt { (visit.say("登记", "Submitted")) } dd { (figures::clock(need.create_time.as_ref())) } }
            @if until.is_some() { div { dt { (visit.say("最晚", "Not later than")) } dd { (figures::clock(until)) } } }
            @if !groups.is_empty() { div { dt { (visit.say("人群", "Groups")) } dd { (groups.join(visit.say("、", ", "))) } } }
            @if let Some(wish) = &need.wish { div { dt { (visit.say("许愿池", "Wishing pool")) } dd { (wish.title) } } }
        }
        @if matches!(need.state(), NeedState::Open | NeedState::PartlyServed) && submits(user) {
            p class="on-screen" {
                a class="button quiet" href={ "/desk/" (need.name) "/edit" } { (visit.say("修改这个需求", "Change this need")) }
                " " span class="note" { (visit.say("会显示情况说明和备注，查看会留下记录", "shows what was told; looking is recorded")) }
            }
        }
        @if !need.description.is_empty() { p class="description" { (need.description) } }
        @if !need.withdrawal_reason.is_empty() { p class="description" { (need.withdrawal_reason) } }
        @if need.erase_time.is_some() {
            p class="note" {
                (visit.say("个人信息已抹除，无法恢复：", "Personal data was erased, for good, on ")) (figures::clock(need.erase_time.as_ref()))
            }
        } @else if need.description.is_empty() && submits(user) {
            p class="note on-screen" {
                a href="?personal=yes" { (visit.say("显示情况说明和备注", "Show what was told")) }
                " " (visit.say("（查看会留下记录）", "(looking is recorded)"))
            }
        }
    }
}

fn items(user: &SignedIn, gathered: &Gathered) -> Markup {
    let visit = &user.visit;
    let names = apart(
        visit.language,
        gathered.need.items.iter().map(|item| gathered.names.category(visit, &item.category).to_owned()),
    );
    html! {
        @if let Some(Err(why)) = &gathered.found { p class="note" { (why) } }
        @for (item, name) in gathered.need.items.iter().zip(&names) {
            @let lacking = Gathered::lacking(item);
            @let disputed = gathered.disputed(item).min(item.served_units);
            @let arrived = item.served_units - disputed;
            @let offered = gathered.offered(item);
            @let unit = item.quantity.as_ref().map_or("", |quantity| quantity.unit.as_str());
            article class="need-item" {
                h3 {
                    (gathered.names.category(visit, &item.category)) " "
                    span class="note" { (figures::quantity(visit.language, item.quantity.as_ref(), item.recurrence.as_ref())) }
                }
                (progress(visit, item, disputed, lacking))
                p {
                    @if lacking == 0 && disputed > 0 { (visit.say("对方说已提供，有异议，待处理", "Said to have arrived, and disputed: to be settled")) }
                    @else if lacking == 0 && offered > 0 { (waiting(visit, &figures::amount(visit.language, offered, unit))) }
                    @else if lacking == 0 { (visit.say("都有着落了", "All of it is taken care of")) }
                    @else { (visit.say("还缺 ", "Still lacking: ")) strong { (figures::amount(visit.language, lacking, unit)) } }
                    @if item.referred_units > 0 { " · " (visit.say("转介中 ", "under way: ")) (figures::amount(visit.language, item.referred_units, unit)) }
                    @if arrived > 0 { " · " (visit.say("已提供 ", "arrived: ")) (figures::amount(visit.language, arrived, unit)) }
                    @if disputed > 0 { " · " (visit.say("有异议 ", "disputed: ")) (figures::amount(visit.language, disputed, unit)) }
                }
                @if !item.note.is_empty() { p class="description" { (item.note) } }
                @if lacking > 0 { (offering(visit, gathered, item, name)) }
            }
        }
    }
}

/// All of an item is referred, and nobody has promised this much of it yet.
fn waiting(visit: &Visit, offered: &str) -> String {
    visit
        .say(format!("都已转介，{offered}等待答复"), format!("All of it is referred; waiting for an answer: {offered}"))
}

/// What has arrived, what of it is disputed, what is under way, and what is lacking, as one bar.
fn progress(visit: &Visit, item: &v1::NeedItem, disputed: i64, lacking: i64) -> Markup {
    let whole = (item.served_units + item.referred_units + lacking).max(1);
    let share = |units: i64| i64::try_from(i128::from(units) * 200 / i128::from(whole)).unwrap_or_default();
    let undisputed = item.served_units - disputed;
    let (served, referred) = (share(item.served_units), share(item.referred_units));
    let unit = item.quantity.as_ref().map_or("", |quantity| quantity.unit.as_str());
    let say = |units: i64| figures::amount(visit.language, units, unit);
    let (arrived, under_way, left) = (say(undisputed), say(item.referred_units), say(lacking));
    let mut words = visit.say(
        format!("已提供 {arrived}，转介中 {under_way}，还缺 {left}"),
        format!("{arrived} arrived, {under_way} under way, {left} lacking"),
    );
    if disputed > 0 {
        let disputed = say(disputed);
        words += &visit.say(format!("，有异议 {disputed}"), format!(", {disputed} disputed"));
    }
    html! {
        svg class="progress" viewBox="0 0 200 8" preserveAspectRatio="none" role="img" aria-label=(words) {
            rect class="bar-room" width="200" height="8" {}
            rect class="bar-disputed" width=(served) height="8" {}
            rect class="bar-served" width=(share(undisputed)) height="8" {}
            rect class="bar-referred" x=(served) width=(referred) height="8" {}
        }
    }
}

/// Who could serve an item, which is called so here, each with a button.
fn offering(visit: &Visit, gathered: &Gathered, item: &v1::NeedItem, name: &str) -> Markup {
    let Some(Ok(found)) = &gathered.found else { return html! {} };
    let Some(matches) = found.items.iter().find(|matches| matches.item_ordinal == item.ordinal) else {
        return html! {};
    };
    let id = id_of(&gathered.need.name);
    let asked = |candidate: &v1::Candidate| {
        let resource = candidate.resource.as_ref().map_or("", |resource| resource.name.as_str());
        gathered.asked(item, resource)
    };
    // Nobody is asked twice by itself. Of a full list there may be more whom it does not show.
    let left = matches.candidates.len() >= CANDIDATES_SHOWN
        || matches.candidates.iter().any(|candidate| asked(candidate).is_none());
    let candidates =
        apart(visit.language, matches.candidates.iter().map(|candidate| ranking::called(visit, candidate)));
    let refer = |nth: usize, candidate: &v1::Candidate| {
        let says = visit.say("转介给这一家", "Refer to this one");
        let called = candidates.get(nth).map_or("", String::as_str);
        let resource = candidate.resource.as_ref().map_or("", |resource| resource.name.as_str());
        html! {
            @if let Some(before) = asked(candidate) { p class="ask" { (asked_before(visit, before)) } }
            form class="plain" method="post" action={ "/desk/needs/" (id) "/refer" } {
                input type="hidden" name="request_id" value=(Uuid::new_v4());
                input type="hidden" name="item" value=(item.ordinal);
                input type="hidden" name="resource" value=(resource);
                button aria-label=(about(visit, says, &format!("{called} · {name}"))) { (says) }
            }
        }
    };
    let automatically = visit.say("自动转介：从最合适的问起", "Refer automatically, the best first");
    let count = matches.candidates.len();
    let choose = visit.say(format!("自己选一家（{count}）"), format!("Choose one yourself ({count})"));
    html! {
        @if left {
            form class="plain" method="post" action={ "/desk/needs/" (id) "/auto-refer" } {
                input type="hidden" name="request_id" value=(Uuid::new_v4());
                input type="hidden" name="item" value=(item.ordinal);
                button class="primary" aria-label=(about(visit, automatically, name)) { (automatically) }
            }
        } @else if !matches.candidates.is_empty() {
            p class="note" {
                (visit.say("合适的机构都问过了。要再问一次，请自己选。", "Everybody who fits has been asked. To ask somebody again, choose them yourself."))
            }
        }
        details class="choose" {
            summary aria-label=(about(visit, &choose, name)) { (choose) }
            (ranking::ranking(visit, matches, name, &found.score_weights, refer))
        }
    }
}

/// What became of it when a candidate was asked before.
fn asked_before(visit: &Visit, referral: &v1::Referral) -> String {
    let state = referral_words::standing(visit.language, referral);
    let at = figures::clock(referral.last_action_time.as_ref().or(referral.create_time.as_ref()));
    let why = match referral.last_reason() {
        v1::StepReason::Unspecified => String::new(),
        reason => {
            let reason = referral_words::reason(visit.language, reason);
            visit.say(format!("：{reason}"), format!(": {reason}"))
        }
    };
    visit.say(format!("问过：{state}{why}（{at}）"), format!("Asked before: {state}{why} ({at})"))
}

/// To whom and to what a referral goes.
fn to(visit: &Visit, gathered: &Gathered, referral: &v1::Referral) -> String {
    let (resource, organization) = gathered.names.resource(visit, &referral.resource);
    if organization.is_empty() { resource } else { format!("{organization} · {resource}") }
}

/// A referral, which is called so here.
fn one_referral(user: &SignedIn, gathered: &Gathered, referral: &v1::Referral, name: &str) -> Markup {
    let visit = &user.visit;
    let (resource, organization) = gathered.names.resource(visit, &referral.resource);
    html! {
        article class="referral" {
            h3 { (organization) " " span class="note" { (resource) } }
            @let telephone = gathered.names.telephone(&referral.resource);
            @if !telephone.is_empty() {
                p class="note" { (visit.say("电话 ", "Telephone ")) a href={ "tel:" (telephone) } { (telephone) } }
            }
            p {
                span class={ "state " (referral.state().as_str_name().to_ascii_lowercase()) } { (referral_words::standing(visit.language, referral)) }
                " " (figures::quantity(visit.language, referral.quantity.as_ref(), referral.recurrence.as_ref()))
                @if let Some(arrived) = figures::arrived(visit.language, referral) { " · " strong { (arrived) } }
                @if let Some(returned) = figures::returned(visit.language, referral) { " · " (returned) }
                " · " (how_it_came(visit.language, user.session.role, referral))
                @if referral.state() == ReferralState::Offered { " · " (visit.say("答复期限 ", "answer by ")) (figures::clock(referral.expire_time.as_ref())) }
                @if matches!(referral.state(), ReferralState::Accepted | ReferralState::InProgress) {
                    " · " (visit.say("应在 ", "due ")) (figures::clock(referral.due_time.as_ref())) (visit.say(" 前提供", ""))
                }
                @if referral.rating > 0 { " · " (visit.say("评价 ", "rated ")) (referral.rating) "/5" }
            }
            (actions(user, referral, name))
            (by_telephone::told(user, referral, name))
        }
    }
}

/// What may be done with a referral where it stands.
fn actions(user: &SignedIn, referral: &v1::Referral, name: &str) -> Markup {
    let visit = &user.visit;
    let arranges = submits(user);
    let operates = arranges || user.session.role == PrincipalRole::Operator;
    let with_reason: &[(Action, &str)] = match referral.state() {
        ReferralState::Offered if operates => &[(Action::Withdraw, visit.say("收回转介", "Take it back"))],
        ReferralState::Accepted | ReferralState::InProgress if operates => {
            &[(Action::Cancel, visit.say("取消", "Call it off"))]
        }
        ReferralState::Delivered if arranges => {
            &[(Action::Dispute, visit.say("没有收到或有问题", "It did not arrive, or not well"))]
        }
        ReferralState::Disputed if operates && referral.units > 1 => {
            &[(Action::Fail, visit.say("确认没有（全部）办成", "It did not all come about"))]
        }
        ReferralState::Disputed if operates => &[(Action::Fail, visit.say("确认没有办成", "It came to nothing"))],
        _ => &[],
    };
    let confirms = arranges && matches!(referral.state(), ReferralState::Delivered | ReferralState::Disputed);
    let key = id_of(&referral.name);
    let confirm = visit.say("确认已收到", "Confirm that it arrived");
    let confirm = figures::arrived(visit.language, referral)
        .map_or_else(|| confirm.to_owned(), |arrived| about(visit, confirm, &arrived));
    if !confirms && with_reason.is_empty() {
        return html! {};
    }
    html! {
        div class="steps" role="group" aria-label=(name) {
            @if confirms {
                form method="post" action=(address(referral, Action::Confirm)) {
                    (hidden(referral))
                    label for={ "rating-" (key) } { (visit.say("评价", "Rating")) }
                    select id={ "rating-" (key) } name="rating" {
                        option value="" { (visit.say("不评价", "none")) }
                        @for rating in (1..=5).rev() { option value=(rating) { (rating) " " (visit.say("分", "of 5")) } }
                    }
                    button class="primary" aria-label=(about(visit, &confirm, name)) { (confirm) }
                }
            }
            @for (action, text) in with_reason {
                @let step = action.name();
                form method="post" action=(address(referral, *action)) {
                    (hidden(referral))
                    label for={ (step) "-" (key) } { (visit.say("原因", "Why")) }
                    select id={ (step) "-" (key) } name="reason" required {
                        option value="" { (visit.say("请选择", "please choose")) }
                        @for &reason in referral_words::askers_reasons(*action) {
                            option value=(i32::from(reason)) { (referral_words::reason(visit.language, reason)) }
                        }
                    }
                    @if matches!(action, Action::Cancel | Action::Fail) {
                        (arrived_field(visit, referral))
                    }
                    @if matches!(action, Action::Fail) { (returned_field(visit, referral)) }
                    button aria-label=(about(visit, text, name)) { (text) }
                }
            }
        }
    }
}

/// Where a step is sent.
pub(super) fn address(referral: &v1::Referral, step: Action) -> String {
    format!("/desk/referrals/{}/{}", id_of(&referral.name), step.name())
}

/// What every form of a step sends.
pub(super) fn hidden(referral: &v1::Referral) -> Markup {
    html! {
        input type="hidden" name="request_id" value=(Uuid::new_v4());
        input type="hidden" name="need" value=(referral.need);
        input type="hidden" name="etag" value=(referral.etag);
    }
}

fn told(user: &SignedIn, gathered: &Gathered, moment: &Moment) -> Markup {
    let visit = &user.visit;
    let (kind, text) = text(visit, gathered, &moment.what);
    let note = note_of(&gathered.need, &moment.what);
    let sealed = note.is_none() && has_note(&moment.what) && gathered.need.erase_time.is_none();
    html! {
        li class=(kind) {
            span class="time" { (figures::clock(moment.at.as_ref())) }
            span class="text" {
                (text)
                @if let What::Step { referral, action: ReferralAction::Unspecified, .. } = &moment.what {
                    " · " (how_it_came(visit.language, user.session.role, referral))
                }
                @if let Some(note) = note { q class="said" { (note) } }
                @if sealed {
                    span class="noted" {
                        (visit.say("留了言", "left a note"))
                        @if submits(user) {
                            span class="on-screen" { " · " a href="?personal=yes" { (visit.say("查看（会留下记录）", "read it (recorded)")) } }
                        }
                    }
                }
            }
            span class="note" { (moment.by) }
        }
    }
}

/// What a provider said when it delivered, where that was asked for.
fn note_of<'n>(need: &'n v1::Need, what: &What) -> Option<&'n str> {
    let What::Step { referral, action: ReferralAction::Deliver, .. } = what else { return None };
    let said = need.delivery_notes.iter().find(|said| said.referral == referral.name);
    said.map(|said| said.text.as_str())
}

/// Whether a provider said something when it delivered.
fn has_note(what: &What) -> bool {
    matches!(what, What::Step { referral, action: ReferralAction::Deliver, .. } if referral.has_delivery_note)
}

/// A class for the dot, and the words.
fn text(visit: &Visit, gathered: &Gathered, what: &What) -> (&'static str, String) {
    let language = visit.language;
    let to = |referral: &v1::Referral| to(visit, gathered, referral);
    match what {
        What::Submitted => ("start", visit.say("登记了需求", "The need was submitted").to_owned()),
        What::Published => ("start", visit.say("发布到许愿池", "Published as a wish").to_owned()),
        What::Changed => ("", visit.say("修改了需求", "The need was changed").to_owned()),
        What::Erased => ("", visit.say("抹除了个人信息", "Personal data was erased").to_owned()),
        What::Stands(state) => {
            let kind = if *state == NeedState::Served { "good" } else { "" };
            (kind, format!("{}{}", visit.say("需求变为：", "The need is now: "), words::state(language, *state)))
        }
        What::Escalated(referral) => ("bad", format!("{}{}", visit.say("已上报督办：", "Escalated: "), to(referral))),
        What::Step { referral, action: ReferralAction::Unspecified, .. } => {
            let rank = referral.decision.as_ref().and_then(|decision| decision.rank);
            let found = rank.map(|rank| visit.say(format!("（匹配排第 {rank}）"), format!(" (ranked {rank})")));
            let text = [visit.say("转介给 ", "Offered to "), &to(referral), &found.unwrap_or_default()].concat();
            ("", text)
        }
        What::Step { referral, action, seconds } => step(visit, &to(referral), referral, *action, *seconds),
    }
}

fn step(
    visit: &Visit,
    to: &str,
    referral: &v1::Referral,
    action: ReferralAction,
    seconds: i64,
) -> (&'static str, String) {
    let (kind, zh, en) = match action {
        ReferralAction::Accept => ("good", "接受了", "accepted"),
        ReferralAction::Decline => ("bad", "婉拒了", "declined"),
        ReferralAction::Expire => ("bad", "没有按时答复", "did not answer in time"),
        ReferralAction::Withdraw => ("", "的转介被收回", "was told that the offer is taken back"),
        ReferralAction::Start => ("", "开始服务", "began"),
        ReferralAction::Deliver => ("good", "说帮助已提供", "said that the help has arrived"),
        ReferralAction::Confirm => ("good", "的帮助已确认收到", "has helped: confirmed"),
        ReferralAction::Dispute => ("bad", "的帮助有异议", "is disputed: the help did not arrive, or not well"),
        ReferralAction::Cancel if referral.last_side() == StepSide::Provider => {
            ("bad", "取消了承诺", "called off what it had promised")
        }
        ReferralAction::Cancel => ("bad", "的承诺被取消", "no longer helps: called off"),
        ReferralAction::Fail if referral.arrived_units > 0 => ("bad", "只办成了一部分", "did a part only"),
        ReferralAction::Fail => ("bad", "没有办成", "came to nothing"),
        ReferralAction::Unspecified => ("", "", ""),
    };
    let mut text = visit.say(format!("{to}{zh}"), format!("{to} {en}"));
    if matches!(action, ReferralAction::Accept | ReferralAction::Decline) && seconds > 0 {
        let waited = figures::duration(visit.language, seconds);
        text += &visit.say(format!("，用时 {waited}"), format!(" after {waited}"));
    }
    if matches!(action, ReferralAction::Deliver | ReferralAction::Cancel | ReferralAction::Fail)
        && let Some(arrived) = figures::arrived(visit.language, referral)
    {
        text += &visit.say(format!("：{arrived}"), format!(": {arrived}"));
    }
    if action == ReferralAction::Fail
        && let Some(returned) = figures::returned(visit.language, referral)
    {
        text += &visit.say(format!("；{returned}"), format!("; {returned}"));
    }
    if referral.last_reason() != v1::StepReason::Unspecified {
        text += visit.say("：", ": ");
        text += referral_words::reason(visit.language, referral.last_reason());
    }
    (kind, text)
}
