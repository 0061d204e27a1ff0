//! The day of a case worker: what is open, by urgency, and what waits for somebody.

use axum::response::Response;
use futures::future::try_join_all;
use maud::{Markup, html};
use wishwell_api::v1;
use wishwell_api::v1::{ReferralState, Urgency};

use super::names::Names;
use super::needs::list::{NeedQuery, URGENCIES, disputed_among, submits, table, urgency_mark, word};
use super::referrals::{self, ReferralQuery};
use crate::pages::failure::Failure;
use crate::pages::visit::{SignedIn, Visit};
use crate::pages::words::need as words;
use crate::pages::{in_order, layout};

/// Needs of an urgency that are shown.
const NEEDS_SHOWN: usize = 8;
/// Referrals of a kind that are shown.
const REFERRALS_SHOWN: usize = 8;

/// Kinds of referrals, the first ones, that want something of a case worker; the others wait for somebody else.
const WANTING_SOMEBODY: usize = 5;

/// The page.
pub(super) async fn show(user: SignedIn) -> Response {
    page(&user).await.unwrap_or_else(|failure| failure.response(&user.visit))
}

/// Referrals that wait for somebody.
struct Waiting {
    title: &'static str,
    query: ReferralQuery,
    count: i64,
    referrals: Vec<v1::Referral>,
}

async fn page(user: &SignedIn) -> Result<Response, Failure> {
    let visit = &user.visit;
    let figures = user.calls.referrals().get_supervision(v1::GetSupervisionRequest::default()).await?.into_inner();
    let needs = try_join_all(URGENCIES.map(|urgency| open(user, urgency))).await?;
    let of = |state: ReferralState| {
        figures.referrals.iter().find(|tally| tally.state() == state).map_or(0, |tally| tally.referrals)
    };
    let state = |word: &str| ReferralQuery { state: word.to_owned(), ..ReferralQuery::default() };
    let kinds = [
        (
            visit.say("已上报，未办结", "Escalated, not settled"),
            ReferralQuery { escalated: "yes".to_owned(), ..ReferralQuery::default() },
            figures.escalated_referrals,
        ),
        (visit.say("有异议，要处理", "Disputes to settle"), state("disputed"), of(ReferralState::Disputed)),
        (
            visit.say("已承诺，逾期未到位", "Promised, and late"),
            ReferralQuery { overdue: "yes".to_owned(), ..ReferralQuery::default() },
            figures.overdue_referrals,
        ),
        (
            visit.say("没有谈成，还没人接手", "Came to nothing, nobody asked since"),
            ReferralQuery { unattended: "yes".to_owned(), ..ReferralQuery::default() },
            figures.unattended_referrals,
        ),
        (visit.say("已提供，等确认", "Delivered, to be confirmed"), state("delivered"), of(ReferralState::Delivered)),
        (visit.say("等对方答复", "Waiting for an answer"), state("offered"), of(ReferralState::Offered)),
    ];
    let waiting = try_join_all(kinds.map(|(title, query, count)| waiting(user, title, query, count))).await?;
    let mut names = Names::default();
    let all: Vec<v1::Need> = needs.iter().flatten().cloned().collect();
    names.ask_for_needs(&user.calls, &all).await?;
    let disputed = disputed_among(&user.calls, NeedQuery::open().filter(String::new()), &all).await?;
    for kind in &waiting {
        referrals::ask_names(&mut names, &user.calls, &kind.referrals).await?;
    }
    let title = visit.say("今日工作", "Today");
    let content = html! {
        div class="headline" {
            h1 { (title) }
            @if submits(user) { a class="button" href="/desk/needs/new" { (visit.say("登记新需求", "Submit a need")) } }
        }
        (tiles(visit, &figures, &waiting))
        @for kind in waiting.iter().take(WANTING_SOMEBODY) { (referred(visit, &names, kind)) }
        @for (tally, needs) in figures.urgencies.iter().zip(&needs).filter(|(_, needs)| !needs.is_empty()) {
            section {
                h2 {
                    (urgency_mark(visit, tally.urgency())) " " (visit.say("待满足的需求", "Open needs")) " "
                    a class="note" href=(of_urgency(tally.urgency()).address()) { (visit.say("全部 ", "all ")) (tally.open_needs) }
                }
                (table(visit, &names, needs, &disputed))
            }
        }
        @if all.is_empty() { p class="empty" { (visit.say("没有待满足的需求。", "No need is open.")) } }
        @for kind in waiting.iter().skip(WANTING_SOMEBODY) { (referred(visit, &names, kind)) }
    };
    Ok(layout::page(visit, title, &content))
}

/// Referrals of a kind, where there are some.
fn referred(visit: &Visit, names: &Names, kind: &Waiting) -> Markup {
    html! {
        @if !kind.referrals.is_empty() {
            section {
                h2 { (kind.title) " " a class="note" href=(kind.query.address()) { (visit.say("全部 ", "all ")) (kind.count) } }
                (referrals::table(visit, names, &kind.referrals))
            }
        }
    }
}

/// The list of open needs of an urgency.
pub(super) fn of_urgency(urgency: Urgency) -> NeedQuery {
    NeedQuery { urgency: word(urgency).to_owned(), ..NeedQuery::open() }
}

fn tiles(visit: &Visit, figures: &v1::GetSupervisionResponse, waiting: &[Waiting]) -> Markup {
    html! {
        ul class="tiles" {
            @for tally in &figures.urgencies {
                li class={ "tile " (word(tally.urgency())) } {
                    a href=(of_urgency(tally.urgency()).address()) {
                        strong { (tally.open_needs) }
                        span { (words::urgency(visit.language, tally.urgency())) " · " (visit.say("待满足", "open")) }
                    }
                }
            }
            @for (nth, kind) in waiting.iter().enumerate() {
                li class={ "tile" (if nth < WANTING_SOMEBODY && kind.count > 0 { " attention" } else { "" }) } {
                    a href=(kind.query.address()) { strong { (kind.count) } span { (kind.title) } }
                }
            }
        }
    }
}

async fn open(user: &SignedIn, urgency: Urgency) -> Result<Vec<v1::Need>, Failure> {
    let request = v1::ListNeedsRequest {
        filter: Some(of_urgency(urgency).filter(String::new())),
        page_size: i32::try_from(NEEDS_SHOWN).unwrap_or(i32::MAX),
        ..v1::ListNeedsRequest::default()
    };
    Ok(user.calls.needs().list_needs(request).await?.into_inner().needs)
}

async fn waiting(user: &SignedIn, title: &'static str, query: ReferralQuery, count: i64) -> Result<Waiting, Failure> {
    let referrals = in_order::list(&user.calls, query.filter(), "", REFERRALS_SHOWN).await?.referrals;
    Ok(Waiting { title, query, count, referrals })
}
