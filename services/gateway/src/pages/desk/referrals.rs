//! Referrals with filters, page by page.

use axum::extract::Query;
use axum::response::Response;
use maud::{Markup, html};
use serde::Deserialize;
use tonic::Status;
use wishwell_api::v1;
use wishwell_api::v1::{ReferralOrigin, ReferralState};

use super::names::Names;
use super::needs::list::urgency_mark;
use super::pickers;
use crate::calls::Calls;
use crate::pages::address::{self, id_of};
use crate::pages::failure::Failure;
use crate::pages::visit::{SignedIn, Visit};
use crate::pages::words::{figures, referral as words};
use crate::pages::{in_order, layout};

/// Referrals on a page.
const PAGE_SIZE: usize = 100;
const PATH: &str = "/desk/referrals";

/// States in the order of a referral's life, with their words in addresses.
pub(super) const STATES: [(&str, ReferralState); 11] = [
    ("offered", ReferralState::Offered),
    ("accepted", ReferralState::Accepted),
    ("declined", ReferralState::Declined),
    ("expired", ReferralState::Expired),
    ("withdrawn", ReferralState::Withdrawn),
    ("in_progress", ReferralState::InProgress),
    ("delivered", ReferralState::Delivered),
    ("confirmed", ReferralState::Confirmed),
    ("disputed", ReferralState::Disputed),
    ("cancelled", ReferralState::Cancelled),
    ("failed", ReferralState::Failed),
];

/// Which referrals to show, as it stands in the address.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct ReferralQuery {
    /// A word of [`STATES`]; empty for all.
    pub(super) state: String,
    /// Code; empty for everywhere.
    pub(super) division: String,
    /// `yes` for promised help that is late.
    pub(super) overdue: String,
    /// `yes` for what was escalated and is not settled.
    pub(super) escalated: String,
    /// `yes` for offers that were answered.
    pub(super) answered: String,
    /// `yes` for what came to nothing and nobody looks after.
    pub(super) unattended: String,
    /// Of one organization, `organizations/{uuid}`; empty for all.
    pub(super) organization: String,
    /// Where this page starts.
    pub(super) page: String,
}

impl ReferralQuery {
    /// The page that shows them.
    pub(super) fn address(&self) -> String {
        let parameters = [
            ("state", self.state.as_str()),
            ("division", &self.division),
            ("overdue", &self.overdue),
            ("escalated", &self.escalated),
            ("answered", &self.answered),
            ("unattended", &self.unattended),
            ("organization", &self.organization),
            ("page", &self.page),
        ];
        address::of(PATH, &parameters)
    }

    /// What the list is asked for.
    pub(super) fn filter(&self) -> v1::ReferralFilter {
        let states = STATES.iter().filter(|(word, _)| *word == self.state).map(|(_, state)| i32::from(*state));
        v1::ReferralFilter {
            states: states.collect(),
            division: self.division.clone(),
            overdue_only: self.overdue == "yes",
            escalated_only: self.escalated == "yes",
            answered_only: self.answered == "yes",
            unattended_only: self.unattended == "yes",
            organization: self.organization.clone(),
            ..v1::ReferralFilter::default()
        }
    }
}

/// The page.
pub(super) async fn show(user: SignedIn, Query(query): Query<ReferralQuery>) -> Response {
    page(&user, query).await.unwrap_or_else(|failure| failure.response(&user.visit))
}

async fn page(user: &SignedIn, query: ReferralQuery) -> Result<Response, Failure> {
    let visit = &user.visit;
    let listed = in_order::list(&user.calls, query.filter(), &query.page, PAGE_SIZE).await?;
    let mut names = Names::default();
    ask_names(&mut names, &user.calls, &listed.referrals).await?;
    names.ask_organizations(&user.calls, [query.organization.as_str()]).await?;
    let divisions = pickers::divisions(&user.calls, &user.session).await?;
    let title = visit.say("转介", "Referrals");
    let content = html! {
        h1 { (title) }
        (filters(visit, &query, &divisions))
        @if !query.organization.is_empty() {
            @let all = ReferralQuery { organization: String::new(), page: String::new(), ..query.clone() };
            p {
                (visit.say("只看：", "Only of ")) strong { (names.organization(visit, &query.organization)) } " "
                a href=(all.address()) { (visit.say("看所有机构", "all organizations")) }
            }
        }
        @if listed.referrals.is_empty() {
            p class="empty" { (visit.say("没有符合条件的转介。", "No referral is like this.")) }
        } @else {
            (table(visit, &names, &listed.referrals))
        }
        @if !listed.next.is_empty() {
            @let more = ReferralQuery { page: listed.next.clone(), ..query.clone() };
            p class="more" { a class="button quiet" href=(more.address()) { (visit.say("下一页", "Next page")) } }
        }
    };
    Ok(layout::page(visit, title, &content))
}

fn filters(visit: &Visit, query: &ReferralQuery, divisions: &[v1::Division]) -> Markup {
    let ticks = [
        ("overdue", &query.overdue, visit.say("逾期未到", "late")),
        ("escalated", &query.escalated, visit.say("已上报", "escalated")),
        ("answered", &query.answered, visit.say("已答复", "answered")),
        ("unattended", &query.unattended, visit.say("没有谈成，还没人接手", "came to nothing, nobody asked since")),
    ];
    html! {
        form class="filters" method="get" action=(PATH) role="search" aria-label=(visit.say("筛选转介", "Filter referrals")) {
            div {
                label for="filter-state" { (visit.say("状态", "State")) }
                select id="filter-state" name="state" {
                    option value="" { (visit.say("全部状态", "All states")) }
                    @for (value, state) in STATES {
                        option value=(value) selected[value == query.state] { (words::all_of(visit.language, state)) }
                    }
                }
            }
            div {
                label for="filter-division" { (visit.say("区划", "Division")) }
                (pickers::division_field(visit, "filter-division", divisions, &query.division, visit.say("全部", "All"), None))
            }
            @for (name, value, text) in ticks {
                div class="check" {
                    input id={ "filter-" (name) } type="checkbox" name=(name) value="yes" checked[value == "yes"];
                    label for={ "filter-" (name) } { (text) }
                }
            }
            @if !query.organization.is_empty() { input type="hidden" name="organization" value=(query.organization); }
            button { (visit.say("筛选", "Filter")) }
        }
    }
}

/// Asks for the names that a table of referrals speaks of.
pub(super) async fn ask_names(names: &mut Names, calls: &Calls, referrals: &[v1::Referral]) -> Result<(), Status> {
    names.ask_resources(calls, referrals.iter().map(|referral| referral.resource.as_str())).await?;
    names.ask_divisions(calls, referrals.iter().map(|referral| referral.division.as_str())).await
}

/// Referrals as rows.
pub(super) fn table(visit: &Visit, names: &Names, referrals: &[v1::Referral]) -> Markup {
    html! {
        div class="scroller" tabindex="0" role="region" aria-label=(visit.say("转介列表", "List of referrals")) {
            table class="list referrals" {
                thead { tr {
                    th scope="col" { (visit.say("紧急程度", "Urgency")) }
                    th scope="col" { (visit.say("给谁", "To whom")) }
                    th scope="col" { (visit.say("多少", "How much")) }
                    th scope="col" { (visit.say("哪里", "Where")) }
                    th scope="col" { (visit.say("状态", "State")) }
                    th scope="col" { (visit.say("时限", "Time limit")) }
                } }
                tbody { @for referral in referrals { (row(visit, names, referral)) } }
            }
        }
    }
}

fn row(visit: &Visit, names: &Names, referral: &v1::Referral) -> Markup {
    let language = visit.language;
    let (resource, organization) = names.resource(visit, &referral.resource);
    let limit = match referral.state() {
        ReferralState::Offered => referral.expire_time.as_ref(),
        ReferralState::Accepted | ReferralState::InProgress => referral.due_time.as_ref(),
        _ => None,
    };
    let late = figures::instant(limit).is_some_and(|limit| limit <= visit.app.now());
    html! {
        tr {
            td { (urgency_mark(visit, referral.urgency())) }
            td { a href={ "/desk/needs/" (id_of(&referral.need)) } { (resource) } br; span class="note" { (organization) } }
            td {
                (figures::quantity(language, referral.quantity.as_ref(), referral.recurrence.as_ref()))
                @if let Some(arrived) = figures::arrived(language, referral) { br; strong { (arrived) } }
            }
            td { (names.place(visit, &referral.division)) }
            td {
                span class={ "state " (referral.state().as_str_name().to_ascii_lowercase()) } { (words::standing(language, referral)) }
                @if referral.escalate_time.is_some() { " " span class="mark late" { (visit.say("已上报", "escalated")) } }
                @if referral.origin() == ReferralOrigin::Round { " " span class="mark" { (words::origin(language, referral.origin())) } }
                @if referral.has_delivery_note { " " span class="mark" { (visit.say("有留言", "note left")) } }
            }
            td class="time" {
                (figures::clock(limit))
                @if late { " " span class="mark late" { (visit.say("逾期", "late")) } }
            }
        }
    }
}
