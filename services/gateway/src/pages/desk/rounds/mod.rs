//! Rounds: what was planned for many needs at once, what it would come to, and turning a plan into offers.

mod one;
mod report;

use axum::extract::Form;
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use serde::Deserialize;
use uuid::Uuid;
use wishwell_api::v1;
use wishwell_api::v1::PrincipalRole;
use wishwell_domain::text::LocalizedText;
use wishwell_report::Language;

use super::pickers;
use crate::pages::address::id_of;
use crate::pages::failure::Failure;
use crate::pages::layout;
use crate::pages::visit::{SignedIn, Visit};
use crate::pages::words::{figures, referral as referral_words, round as words};
use crate::round_picture::scopes;

pub(super) use one::{cancel, commit, show as show_one};
pub(super) use report::show as show_report;

pub(super) const PATH: &str = "/desk/rounds";
/// Rounds on a page of the list, which the service gives oldest first.
const PAGE_SIZE: i32 = 500;
/// Rounds that are shown, the newest.
const ROUNDS_SHOWN: usize = 100;
/// Pages of the list that are read to come to the newest.
const PAGES_MAX: usize = 20;

/// Whether somebody's role is to plan rounds. The service decides; this only spares them a button that is refused.
pub(super) fn plans(user: &SignedIn) -> bool {
    matches!(user.session.role, PrincipalRole::Operator | PrincipalRole::InternalService)
}

/// Whether somebody's role is to read rounds.
const fn reads(role: PrincipalRole) -> bool {
    matches!(role, PrincipalRole::Operator | PrincipalRole::InternalService | PrincipalRole::Auditor)
}

/// How a referral came about, for somebody of a role: of what a round made, with the way to it for who may read it.
pub(super) fn how_it_came(language: Language, role: PrincipalRole, referral: &v1::Referral) -> Markup {
    let how = referral_words::origin(language, referral.origin());
    html! {
        @if !referral.round.is_empty() && reads(role) { a href={ (PATH) "/" (id_of(&referral.round)) } { (how) } }
        @else { (how) }
    }
}

/// What the form for a new round sends.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    request_id: String,
    /// Code; empty for everywhere.
    division: String,
}

/// The list.
pub(super) async fn show(user: SignedIn) -> Response {
    page(&user).await.unwrap_or_else(|failure| failure.response(&user.visit))
}

/// Begins a dry run.
pub(super) async fn begin(user: SignedIn, Form(asked): Form<Asked>) -> Response {
    let divisions = if asked.division.is_empty() { Vec::new() } else { vec![asked.division] };
    let scope = v1::RoundScope { divisions, ..v1::RoundScope::default() };
    let rules = v1::RoundRules { scope: Some(scope), ..v1::RoundRules::default() };
    ask(&user, Some(rules), true, asked.request_id).await
}

/// Asks for a round and leads to it.
async fn ask(user: &SignedIn, rules: Option<v1::RoundRules>, dry_run: bool, request_id: String) -> Response {
    let round = v1::Round { rules, dry_run, ..v1::Round::default() };
    let request = v1::CreateRoundRequest { round: Some(round), request_id };
    match user.calls.matching().create_round(request).await {
        Ok(answer) => {
            let name = answer.into_inner().round.unwrap_or_default().name;
            Redirect::to(&format!("{PATH}/{}?said={}", id_of(&name), if dry_run { "begun" } else { "committed" }))
                .into_response()
        }
        Err(status) => Failure::from(status).response(&user.visit),
    }
}

async fn page(user: &SignedIn) -> Result<Response, Failure> {
    let visit = &user.visit;
    let rounds = newest(user).await?;
    let scopes = scopes(&user.calls.catalog(), &rounds).await?;
    let divisions = pickers::divisions(&user.calls, &user.session).await?;
    let title = visit.say("统筹", "Rounds");
    let content = html! {
        h1 { (title) }
        p class="lead" {
            (visit.say(
                "一轮统筹把所有待满足的需求放在一起，算出最好的安排。先试算，看过结果再决定是否转介。",
                "A round looks at all open needs together and finds the best way to serve them. Try it first, look at the plan, then decide.",
            ))
        }
        @if plans(user) {
            form class="filters" method="post" action=(PATH) {
                input type="hidden" name="request_id" value=(Uuid::new_v4());
                div {
                    label for="round-division" { (visit.say("范围", "Where")) }
                    (pickers::division_field(visit, "round-division", &divisions, "", visit.say("全部区划", "everywhere"), None))
                }
                button class="primary" { (visit.say("开始试算", "Try a round")) }
            }
        }
        @if rounds.is_empty() { p class="empty" { (visit.say("还没有统筹过。", "There was no round yet.")) } }
        @else { (table(visit, &rounds, &scopes)) }
    };
    Ok(layout::page(visit, title, &content))
}

/// The newest rounds, newest first.
async fn newest(user: &SignedIn) -> Result<Vec<v1::Round>, Failure> {
    let mut rounds: Vec<v1::Round> = Vec::new();
    let mut page_token = String::new();
    for _ in 0..PAGES_MAX {
        let request = v1::ListRoundsRequest { page_size: PAGE_SIZE, page_token, ..v1::ListRoundsRequest::default() };
        let answer = user.calls.matching().list_rounds(request).await?.into_inner();
        rounds.extend(answer.rounds);
        rounds.drain(..rounds.len().saturating_sub(ROUNDS_SHOWN));
        page_token = answer.next_page_token;
        if page_token.is_empty() {
            break;
        }
    }
    rounds.reverse();
    Ok(rounds)
}

fn table(visit: &Visit, rounds: &[v1::Round], scopes: &[Vec<LocalizedText>]) -> Markup {
    html! {
        div class="scroller" tabindex="0" role="region" aria-label=(visit.say("统筹轮次", "Rounds")) {
            table class="list rounds" {
                thead { tr {
                    th scope="col" { (visit.say("发起时间", "Asked for")) }
                    th scope="col" { (visit.say("范围", "About")) }
                    th scope="col" { (visit.say("状态", "State")) }
                    th scope="col" { (visit.say("发起人", "By")) }
                    th scope="col" class="figure" { (visit.say("需求项", "Items")) }
                    th scope="col" class="figure" { (visit.say("方案可满足（含部分）", "Planned to be served, wholly or in part")) }
                    th scope="col" class="figure" { (visit.say("已转介", "Offers made")) }
                    th scope="col" class="figure" { (visit.say("未成", "Refused")) }
                } }
                tbody { @for (round, scope) in rounds.iter().zip(scopes) {
                    @let progress = round.progress.unwrap_or_default();
                    tr {
                        td class="time" { a href={ (PATH) "/" (id_of(&round.name)) } { (figures::clock(round.create_time.as_ref())) } }
                        td { (about(visit.language, scope)) }
                        td { (words::state(visit.language, round.state())) (dry(visit, round)) }
                        td { (round.requested_by) }
                        td class="figure" { (progress.items) }
                        td class="figure" { (served(round).map(|served| served.to_string()).unwrap_or_default()) }
                        td class="figure" { (progress.made_offers) }
                        td class="figure" { (progress.refused_offers) }
                    }
                } }
            }
        }
    }
}

/// What a round of the list is about.
fn about(language: Language, scope: &[LocalizedText]) -> String {
    let named = |text: &LocalizedText| language.pick(text.zh_first(), text.en_first()).to_owned();
    let names: Vec<String> = scope.iter().map(named).collect();
    if names.is_empty() {
        language.pick("全部", "everything").to_owned()
    } else {
        names.join(language.pick("；", "; "))
    }
}

/// That nothing is offered.
fn dry(visit: &Visit, round: &v1::Round) -> Markup {
    html! { @if round.dry_run { " " span class="mark" { (visit.say("试算", "dry run")) } } }
}

/// Items that the plan serves wholly or partly.
fn served(round: &v1::Round) -> Option<i64> {
    let all = round.reached.as_ref()?.totals.as_ref()?.all?;
    Some(all.served_items + all.partly_served_items)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_round_of_the_list_is_told_by_what_it_is_about() {
        let scope = [LocalizedText::new("兴庆区", "Xingqing"), LocalizedText::new("书桌", "Desk")];
        assert_eq!(about(Language::Zh, &scope), "兴庆区；书桌");
        assert_eq!(about(Language::En, &scope), "Xingqing; Desk");
        assert_eq!([about(Language::Zh, &[]), about(Language::En, &[])], ["全部", "everything"]);
    }

    #[test]
    fn an_offer_of_a_round_leads_to_it_whoever_may_read_rounds() {
        let (origin, round) = (v1::ReferralOrigin::Round.into(), "rounds/1".to_owned());
        let referral = v1::Referral { origin, round, ..v1::Referral::default() };
        let told = |language, role, referral: &v1::Referral| how_it_came(language, role, referral).into_string();
        let linked = "<a href=\"/desk/rounds/1\">统筹转介</a>";
        for role in [PrincipalRole::Operator, PrincipalRole::InternalService, PrincipalRole::Auditor] {
            assert_eq!(told(Language::Zh, role, &referral), linked, "{role:?}");
        }
        assert_eq!(told(Language::En, PrincipalRole::CaseWorker, &referral), "offered by a round");
        // One from before that was kept is told as it was.
        let before = v1::Referral { origin: v1::ReferralOrigin::Chosen.into(), ..v1::Referral::default() };
        assert_eq!(told(Language::Zh, PrincipalRole::Operator, &before), "指定转介");
    }
}
