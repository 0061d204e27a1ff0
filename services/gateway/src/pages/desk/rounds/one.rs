//! One round: where it stands, live, and what its plan comes to.

use axum::extract::{Form, Path, Query};
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use serde::Deserialize;
use uuid::Uuid;
use wishwell_api::v1;
use wishwell_api::v1::RoundState;
use wishwell_domain::text::LocalizedText;

use super::{PATH, ask, dry, plans};
use crate::pages::address::id_of;
use crate::pages::failure::Failure;
use crate::pages::visit::{SignedIn, Visit};
use crate::pages::words::{figures, need, round as words};
use crate::pages::{layout, notice};
use crate::round_picture::scope_and_rules;

/// How often a round that is under way is looked at.
const LOOK: &str = "every 1s";

/// What a button sends.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::pages::desk) struct Pressed {
    request_id: String,
    etag: String,
}

/// What the address asks for beside the round.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::pages::desk) struct Asked {
    /// What was just done.
    said: String,
}

/// The page; only what changes, where the page itself asks.
pub(in crate::pages::desk) async fn show(
    user: SignedIn,
    Path(id): Path<String>,
    Query(Asked { said }): Query<Asked>,
) -> Response {
    page(&user, &id, &said).await.unwrap_or_else(|failure| failure.response(&user.visit))
}

/// Plans the same needs by the same rules again, and makes the offers.
pub(in crate::pages::desk) async fn commit(
    user: SignedIn,
    Path(id): Path<String>,
    Form(sent): Form<Pressed>,
) -> Response {
    match get(&user, &id).await {
        Ok(round) => ask(&user, round.rules, false, sent.request_id).await,
        Err(failure) => failure.response(&user.visit),
    }
}

/// Calls it off.
pub(in crate::pages::desk) async fn cancel(
    user: SignedIn,
    Path(id): Path<String>,
    Form(sent): Form<Pressed>,
) -> Response {
    let request = v1::CancelRoundRequest { name: format!("rounds/{id}"), etag: sent.etag, request_id: sent.request_id };
    match user.calls.matching().cancel_round(request).await {
        Ok(_) => Redirect::to(&format!("{PATH}/{id}?said=cancelled")).into_response(),
        Err(status) => Failure::from(status).response(&user.visit),
    }
}

pub(super) async fn get(user: &SignedIn, id: &str) -> Result<v1::Round, Failure> {
    let request = v1::GetRoundRequest { name: format!("rounds/{id}"), min_position: 0 };
    Ok(user.calls.matching().get_round(request).await?.into_inner().round.unwrap_or_default())
}

/// That something was done with it.
fn done(visit: &Visit, said: &str) -> Markup {
    notice::done(match said {
        "begun" => visit.say("试算已开始，结果会出现在下面。", "The round is tried. What comes of it appears below."),
        "committed" => {
            visit.say("正式转介已开始，进度会出现在下面。", "The offers are being made. How far it is appears below.")
        }
        "cancelled" => visit.say("已要求取消这一轮。", "The round is called off."),
        _ => return html! {},
    })
}

async fn page(user: &SignedIn, id: &str, said: &str) -> Result<Response, Failure> {
    let visit = &user.visit;
    let round = get(user, id).await?;
    let live = live(user, &round);
    if visit.part {
        return Ok(layout::part(&live));
    }
    let (scope, rules) = scope_and_rules(&user.calls.catalog(), &round).await?;
    let title = visit.say("统筹轮次", "Round");
    let content = html! {
        p class="crumbs" { a href=(PATH) { (visit.say("统筹", "Rounds")) } }
        h1 { (title) " " span class="note" { (figures::clock(round.create_time.as_ref())) " · " (round.requested_by) } }
        (done(visit, said))
        (made_by(visit, &scope, &rules))
        (live)
    };
    Ok(layout::page(visit, title, &content))
}

/// What it is about, and the rules that are not the usual ones: whoever makes the offers makes them by these.
fn made_by(visit: &Visit, scope: &[LocalizedText], rules: &[LocalizedText]) -> Markup {
    let say = |texts: &[LocalizedText], usual: (&'static str, &'static str)| {
        let words = |text: &LocalizedText| visit.language.pick(text.zh_first(), text.en_first()).to_owned();
        let texts: Vec<String> = texts.iter().map(words).collect();
        if texts.is_empty() { visit.say(usual.0, usual.1).to_owned() } else { texts.join(visit.say("；", "; ")) }
    };
    html! {
        p {
            strong { (visit.say("范围：", "About: ")) } (say(scope, ("全部未满足的需求", "all open needs")))
            br;
            strong { (visit.say("规则：", "Rules: ")) } (say(rules, ("通常的规则", "the usual ones")))
        }
    }
}

/// What changes while a round is under way. It looks again by itself until the round has ended.
fn live(user: &SignedIn, round: &v1::Round) -> Markup {
    let visit = &user.visit;
    let under_way = round.end_time.is_none();
    let address = format!("{PATH}/{}", id_of(&round.name));
    html! {
        div id="round" hx-get=[under_way.then_some(&address)] hx-trigger=[under_way.then_some(LOOK)] hx-swap="outerHTML" aria-live="polite" {
            p {
                span class="state" { (words::state(visit.language, round.state())) } (dry(visit, round))
                " " (words::failure(visit.language, round.failure()))
            }
            (progress(visit, round))
            @if let Some(reached) = &round.reached { (plan(visit, round, reached)) }
            @if under_way {
                noscript { p { a href=(address) { (visit.say("刷新看进度", "Reload to see how far it is")) } } }
            }
            (buttons(user, round, &address))
        }
    }
}

fn progress(visit: &Visit, round: &v1::Round) -> Markup {
    let progress = round.progress.unwrap_or_default();
    let done = progress.made_offers + progress.refused_offers;
    html! {
        @if round.state() == RoundState::Committing {
            progress max=(progress.planned_offers.max(1)) value=(done) aria-label=(visit.say("转介进度", "Offers")) {}
        }
        ul class="tiles" {
            li class="tile" { div { strong { (progress.items) } span { (visit.say("需求项", "items")) } } }
            @if !round.dry_run {
                li class="tile" { div { strong { (progress.planned_offers) } span { (visit.say("计划转介", "offers planned")) } } }
                li class="tile" { div { strong { (progress.made_offers) } span { (visit.say("已转介", "offers made")) } } }
                @if progress.short_offers > 0 {
                    li class="tile" { div { strong { (progress.short_offers) } span { (visit.say("其中少于计划", "of them for less than planned")) } } }
                }
                li class="tile" { div { strong { (progress.refused_offers) } span { (visit.say("因情况变化未成", "refused: things had changed")) } } }
            }
        }
    }
}

fn plan(visit: &Visit, round: &v1::Round, reached: &v1::RoundReached) -> Markup {
    let totals = reached.totals.clone().unwrap_or_default();
    let all = totals.all.unwrap_or_default();
    html! {
        h2 { (visit.say("方案能做到什么", "What the plan comes to")) }
        p {
            @if reached.certificate_verified && reached.optimal { (visit.say("已校验：没有更好的方案。", "Checked: no plan is better.")) }
            @else if reached.certificate_verified && reached.levels.iter().all(|level| level.gap == "0") {
                (visit.say(
                    "已校验：有资金池先行划分，在这一划分下没有更好的方案。",
                    "Checked: a pool was divided up before; no plan is better by that division.",
                ))
            }
            @else if reached.certificate_verified { (visit.say("已校验。", "Checked.")) }
            @else { (visit.say("没有通过校验。", "Not accepted by the check.")) }
        }
        @if !round.dry_run {
            p class="note" { (visit.say(
                "下表是第一次方案的打算。实际转介了几次见上；按实际转介的数量满足了多少、哪些未成、为什么，见完整报告。",
                "This is what the first plan was to do. How many offers were made is told above; what they serve, what was refused, and why, in \
                 the full report.",
            )) }
        }
        table class="list" {
            thead { tr {
                th scope="col" { (visit.say("紧急程度", "Urgency")) }
                th scope="col" class="figure" { (visit.say("需求项", "Items")) }
                th scope="col" class="figure" { (visit.say("全部满足", "Served")) }
                th scope="col" class="figure" { (visit.say("部分满足", "Partly")) }
                th scope="col" class="figure" { (visit.say("未满足", "Not")) }
            } }
            tbody {
                @for tier in &totals.tiers {
                    @let urgency = v1::Urgency::try_from(tier.tier).unwrap_or_default();
                    (tally(need::urgency(visit.language, urgency), &tier.tally.unwrap_or_default()))
                }
                (tally(visit.say("合计", "All"), &all))
            }
        }
        @if !totals.reasons.is_empty() {
            h3 { (visit.say("没有满足的原因", "Why some are not served")) }
            ul { @for count in &totals.reasons {
                li { (words::unserved(visit.language, count.reason())) (visit.say("：", ": ")) (count.items) " " (visit.say("项", if count.items == 1 { "item" } else { "items" })) }
            } }
        }
    }
}

fn tally(name: &str, tally: &v1::RoundTally) -> Markup {
    html! {
        tr {
            th scope="row" { (name) }
            @for figure in [tally.items, tally.served_items, tally.partly_served_items, tally.unserved_items] {
                td class="figure" { (figure) }
            }
        }
    }
}

fn buttons(user: &SignedIn, round: &v1::Round, address: &str) -> Markup {
    let visit = &user.visit;
    let solved_dry = round.dry_run && round.state() == RoundState::Solved;
    html! {
        div class="actions" {
            @if round.reached.is_some() { a class="button quiet" href={ (address) "/report" } { (visit.say("完整报告", "The full report")) } }
            @if solved_dry && plans(user) {
                form class="plain" method="post" action={ (address) "/commit" } {
                    input type="hidden" name="request_id" value=(Uuid::new_v4());
                    button class="primary" { (visit.say("按这些规则正式转介", "Make the offers by these rules")) }
                }
            }
            @if round.end_time.is_none() && plans(user) {
                form class="plain" method="post" action={ (address) "/cancel" } {
                    input type="hidden" name="request_id" value=(Uuid::new_v4());
                    input type="hidden" name="etag" value="";
                    button { (visit.say("取消这一轮", "Call it off")) }
                }
            }
        }
        @if solved_dry && plans(user) {
            p class="note" { (visit.say("正式转介会按此刻的情况重新算一遍，再发出转介。", "It is planned once more as things are then, and the offers are made.")) }
        }
    }
}
