//! Needs with filters, page by page.

use std::collections::BTreeSet;

use axum::extract::Query;
use axum::response::Response;
use maud::{Markup, html};
use serde::Deserialize;
use tonic::Status;
use wishwell_api::v1;
use wishwell_api::v1::{NeedState, Urgency};

use crate::calls::Calls;
use crate::pages::address::{self, id_of};
use crate::pages::desk::names::Names;
use crate::pages::desk::pickers::{self, CategoryList, Found};
use crate::pages::failure::Failure;
use crate::pages::layout;
use crate::pages::names::or_nothing;
use crate::pages::visit::{SignedIn, Visit};
use crate::pages::words::{figures, need as words};

/// Needs on a page.
const PAGE_SIZE: i32 = 100;
const PATH: &str = "/desk/needs";
/// Disputed needs that are looked for beside a page: the contract's largest page.
const DISPUTED_MAX: i32 = 1_000;
/// The word in addresses for what is served by what its provider says, and disputed.
const DISPUTED: &str = "disputed";

/// Urgencies in their order.
pub(in crate::pages::desk) const URGENCIES: [Urgency; 4] =
    [Urgency::Emergency, Urgency::Urgent, Urgency::Normal, Urgency::Low];

/// Which needs to show, as it stands in the address.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(in crate::pages::desk) struct NeedQuery {
    /// `open` (open or partly served), `served`, `disputed` (served by what its provider says), `withdrawn`, `closed`; empty for all.
    pub(in crate::pages::desk) state: String,
    /// `emergency`, `urgent`, `normal`, `low`; empty for all.
    pub(in crate::pages::desk) urgency: String,
    /// Code; empty for everywhere.
    pub(in crate::pages::desk) division: String,
    /// A code, or any word for one; empty for all.
    pub(in crate::pages::desk) category: String,
    /// `yes` for those that are late.
    pub(in crate::pages::desk) overdue: String,
    /// `yes` for those of no known division.
    pub(in crate::pages::desk) nowhere: String,
    /// Where this page starts.
    pub(in crate::pages::desk) page: String,
}

impl NeedQuery {
    /// The page that shows them.
    pub(in crate::pages::desk) fn address(&self) -> String {
        let parameters = [
            ("state", self.state.as_str()),
            ("urgency", &self.urgency),
            ("division", &self.division),
            ("category", &self.category),
            ("overdue", &self.overdue),
            ("nowhere", &self.nowhere),
            ("page", &self.page),
        ];
        address::of(PATH, &parameters)
    }

    /// Open and partly served needs.
    pub(in crate::pages::desk) fn open() -> Self {
        Self { state: "open".to_owned(), ..Self::default() }
    }

    /// Served ones.
    pub(in crate::pages::desk) fn served() -> Self {
        Self { state: "served".to_owned(), ..Self::default() }
    }

    /// Served by what their providers say, which somebody disputes.
    pub(in crate::pages::desk) fn disputed() -> Self {
        Self { state: DISPUTED.to_owned(), ..Self::default() }
    }

    /// What the list is asked for.
    pub(in crate::pages::desk) fn filter(&self, category: String) -> v1::NeedFilter {
        v1::NeedFilter {
            states: states(&self.state).iter().map(|state| i32::from(*state)).collect(),
            urgency: URGENCIES.into_iter().find(|urgency| word(*urgency) == self.urgency).unwrap_or_default().into(),
            category,
            division: self.division.clone(),
            overdue_only: self.overdue == "yes",
            without_division: self.nowhere == "yes",
            disputed: match self.state.as_str() {
                DISPUTED => Some(true),
                "served" => Some(false),
                _ => None,
            },
            ..v1::NeedFilter::default()
        }
    }
}

/// The word for an urgency in addresses.
pub(in crate::pages::desk) fn word(urgency: Urgency) -> &'static str {
    match urgency {
        Urgency::Emergency => "emergency",
        Urgency::Urgent => "urgent",
        Urgency::Normal => "normal",
        Urgency::Low => "low",
        Urgency::Unspecified => "",
    }
}

fn states(word: &str) -> &'static [NeedState] {
    match word {
        "open" => &[NeedState::Open, NeedState::PartlyServed],
        "served" | DISPUTED => &[NeedState::Served],
        "withdrawn" => &[NeedState::Withdrawn],
        "closed" => &[NeedState::Closed],
        _ => &[],
    }
}

/// The page.
pub(in crate::pages::desk) async fn show(user: SignedIn, Query(query): Query<NeedQuery>) -> Response {
    page(&user, query).await.unwrap_or_else(|failure| failure.response(&user.visit))
}

async fn page(user: &SignedIn, query: NeedQuery) -> Result<Response, Failure> {
    let visit = &user.visit;
    let (mut unclear, mut nothing_called_so) = (None, false);
    let category = match pickers::category(&user.calls, &query.category).await? {
        Found::One(found) => found.code,
        Found::Unknown(near) => {
            unclear = Some(near);
            nothing_called_so = true;
            String::new()
        }
        Found::Unclear(several) if !query.category.trim().is_empty() => {
            unclear = Some(several);
            String::new()
        }
        Found::Unclear(_) => String::new(),
    };
    let request = v1::ListNeedsRequest {
        filter: Some(query.filter(category.clone())),
        page_size: PAGE_SIZE,
        page_token: query.page.clone(),
        min_position: 0,
    };
    let (needs, next) = if unclear.is_some() {
        (Vec::new(), String::new())
    } else {
        let answer = or_nothing(user.calls.needs().list_needs(request).await)?;
        (answer.needs, answer.next_page_token)
    };
    let disputed = disputed_among(&user.calls, query.filter(category), &needs).await?;
    let mut names = Names::default();
    names.ask_for_needs(&user.calls, &needs).await?;
    let divisions = pickers::divisions(&user.calls, &user.session).await?;
    let categories = CategoryList::of(visit, &user.calls).await?;
    let title = visit.say("需求", "Needs");
    let content = html! {
        div class="headline" {
            h1 { (title) }
            @if submits(user) { a class="button" href="/desk/needs/new" { (visit.say("登记新需求", "Submit a need")) } }
        }
        (filters(visit, &query, &divisions, &categories))
        (categories.list)
        @if let Some(several) = &unclear { (unclear_category(visit, &query.category, several, nothing_called_so)) }
        @if needs.is_empty() && unclear.is_none() {
            p class="empty" { (visit.say("没有符合条件的需求。", "No need is like this.")) }
        } @else {
            (table(visit, &names, &needs, &disputed))
        }
        @if !next.is_empty() {
            @let more = NeedQuery { page: next, ..query.clone() };
            p class="more" { a class="button quiet" href=(more.address()) { (visit.say("下一页", "Next page")) } }
        }
    };
    Ok(layout::page(visit, title, &content))
}

/// Names of the needs on a page of a list of which a delivery is disputed.
pub(in crate::pages::desk) async fn disputed_among(
    calls: &Calls,
    filter: v1::NeedFilter,
    needs: &[v1::Need],
) -> Result<BTreeSet<String>, Status> {
    let has_deliveries = |need: &v1::Need| matches!(need.state(), NeedState::PartlyServed | NeedState::Served);
    if filter.disputed == Some(false) || !needs.iter().any(has_deliveries) {
        return Ok(BTreeSet::new());
    }
    let filter = v1::NeedFilter { disputed: Some(true), ..filter };
    // Both lists are in the order of names.
    let last = needs.iter().map(|need| need.name.as_str()).max().unwrap_or_default();
    let (mut disputed, mut page_token) = (BTreeSet::new(), String::new());
    loop {
        let request = v1::ListNeedsRequest {
            filter: Some(filter.clone()),
            page_size: DISPUTED_MAX,
            page_token,
            ..v1::ListNeedsRequest::default()
        };
        let found = or_nothing(calls.needs().list_needs(request).await)?;
        let is_beyond = found.needs.last().is_none_or(|need| need.name.as_str() >= last);
        disputed.extend(found.needs.into_iter().map(|need| need.name));
        if is_beyond || found.next_page_token.is_empty() {
            return Ok(disputed);
        }
        page_token = found.next_page_token;
    }
}

/// Whether somebody's role is to submit needs. The service decides; this only spares them a button that is refused.
pub(in crate::pages::desk) fn submits(user: &SignedIn) -> bool {
    matches!(user.session.role, v1::PrincipalRole::CaseWorker | v1::PrincipalRole::InternalService)
}

fn unclear_category(visit: &Visit, word: &str, several: &[v1::Category], nothing_called_so: bool) -> Markup {
    html! {
        div class="notice" role="status" {
            @if nothing_called_so { p { (visit.say("没有这样的服务类别：", "No kind of help is called ")) (word) } }
            @if !several.is_empty() {
                p {
                    @if nothing_called_so { (visit.say("相近的有：", "Called like it:")) }
                    @else { (visit.say("请选择一个类别：", "Please choose a kind of help:")) }
                }
                ul { @for category in several {
                    @let only = NeedQuery { category: category.code.clone(), ..NeedQuery::default() };
                    li { a href=(only.address()) { (visit.name(category.title.as_ref())) } }
                } }
            }
        }
    }
}

fn filters(visit: &Visit, query: &NeedQuery, divisions: &[v1::Division], categories: &CategoryList) -> Markup {
    let states = [
        ("", visit.say("全部状态", "All states")),
        ("open", visit.say("待满足或部分满足", "Open or partly served")),
        ("served", words::state(visit.language, NeedState::Served)),
        (DISPUTED, words::disputed(visit.language)),
        ("withdrawn", words::state(visit.language, NeedState::Withdrawn)),
        ("closed", words::state(visit.language, NeedState::Closed)),
    ];
    html! {
        form class="filters" method="get" action=(PATH) role="search" aria-label=(visit.say("筛选需求", "Filter needs")) {
            div {
                label for="filter-state" { (visit.say("状态", "State")) }
                select id="filter-state" name="state" {
                    @for (value, text) in states { option value=(value) selected[value == query.state] { (text) } }
                }
            }
            div {
                label for="filter-urgency" { (visit.say("紧急程度", "Urgency")) }
                select id="filter-urgency" name="urgency" {
                    option value="" { (visit.say("全部", "All")) }
                    @for urgency in URGENCIES {
                        option value=(word(urgency)) selected[word(urgency) == query.urgency] { (words::urgency(visit.language, urgency)) }
                    }
                }
            }
            div {
                label for="filter-division" { (visit.say("区划", "Division")) }
                (pickers::division_field(visit, "filter-division", divisions, &query.division, visit.say("全部", "All"), None))
            }
            div {
                label for="filter-category" { (visit.say("服务类别", "Kind of help")) }
                (categories.field("filter-category", "category", &query.category, None, None))
            }
            div class="check" {
                input id="filter-overdue" type="checkbox" name="overdue" value="yes" checked[query.overdue == "yes"];
                label for="filter-overdue" { (visit.say("只看已过期限", "Only late ones")) }
            }
            @if query.nowhere == "yes" { input type="hidden" name="nowhere" value="yes"; }
            button { (visit.say("筛选", "Filter")) }
        }
    }
}

/// Needs as rows.
pub(in crate::pages::desk) fn table(
    visit: &Visit,
    names: &Names,
    needs: &[v1::Need],
    disputed: &BTreeSet<String>,
) -> Markup {
    html! {
        div class="scroller" tabindex="0" role="region" aria-label=(visit.say("需求列表", "List of needs")) {
            table class="list needs" {
                thead { tr {
                    th scope="col" { (visit.say("紧急程度", "Urgency")) }
                    th scope="col" { (visit.say("需要什么", "What is needed")) }
                    th scope="col" { (visit.say("哪里", "Where")) }
                    th scope="col" { (visit.say("状态", "State")) }
                    th scope="col" { (visit.say("登记时间", "Submitted")) }
                } }
                tbody { @for need in needs { (row(visit, names, need, disputed.contains(&need.name))) } }
            }
        }
    }
}

fn row(visit: &Visit, names: &Names, need: &v1::Need, disputed: bool) -> Markup {
    html! {
        tr {
            td { (urgency_mark(visit, need.urgency())) }
            td { a href={ "/desk/needs/" (id_of(&need.name)) } { (what(visit, names, need)) } }
            td { (names.place(visit, &need.division)) }
            td { (stands(visit, need.state(), disputed)) (late(visit, need)) }
            td class="time" { (figures::clock(need.create_time.as_ref())) }
        }
    }
}

/// Where a need stands. What is disputed counts as served until that is settled, and is not called so.
fn stands(visit: &Visit, state: NeedState, disputed: bool) -> Markup {
    let language = visit.language;
    html! {
        @if !disputed || state != NeedState::Served { (words::state(language, state)) }
        @if disputed { " " span class="state referral_state_disputed" { (words::disputed(language)) } }
    }
}

/// Items in a few words.
pub(in crate::pages::desk) fn what(visit: &Visit, names: &Names, need: &v1::Need) -> String {
    let items = need.items.iter().map(|item| names.category(visit, &item.category).to_owned());
    items.collect::<Vec<_>>().join(visit.say("、", ", "))
}

/// An urgency that can be told without colour.
pub(in crate::pages::desk) fn urgency_mark(visit: &Visit, urgency: Urgency) -> Markup {
    html! { span class={ "mark " (word(urgency)) } { (words::urgency(visit.language, urgency)) } }
}

/// That help comes too late, where it does.
fn late(visit: &Visit, need: &v1::Need) -> Markup {
    let until = need.deadline.as_ref().or_else(|| need.window.as_ref().and_then(|window| window.end_time.as_ref()));
    let open = matches!(need.state(), NeedState::Open | NeedState::PartlyServed);
    let late = open && figures::instant(until).is_some_and(|until| until <= visit.app.now());
    html! { @if late { " " span class="mark late" { (visit.say("已过期限", "late")) } } }
}
