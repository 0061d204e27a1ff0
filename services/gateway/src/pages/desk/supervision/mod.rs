//! Supervision: what is open, late, waiting, served and running out. Every figure leads to the list that it counts.

mod kinds;
mod places;
mod scarce;

use axum::extract::Query;
use axum::response::Response;
use maud::{Markup, html};
use serde::Deserialize;
use wishwell_api::v1;
use wishwell_api::v1::{ReferralState, Urgency};

use super::names::Names;
use super::needs::list::{NeedQuery, word};
use super::pickers;
use super::referrals::{ReferralQuery, STATES};
use crate::pages::address;
use crate::pages::failure::Failure;
use crate::pages::layout;
use crate::pages::names::of_known_codes;
use crate::pages::visit::{SignedIn, Visit};
use crate::pages::words::{figures, need as words, referral as referral_words};

pub(super) use scarce::show as show_scarce;

const PATH: &str = "/desk/supervision";

/// What to look at.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Scope {
    /// Code; empty for everywhere one works.
    division: String,
    /// Code; empty for every kind of help.
    category: String,
}

impl Scope {
    fn address(&self) -> String {
        address::of(PATH, &[("division", &self.division), ("category", &self.category)])
    }

    fn request(&self) -> v1::GetSupervisionRequest {
        v1::GetSupervisionRequest {
            division: self.division.clone(),
            category: self.category.clone(),
            ..v1::GetSupervisionRequest::default()
        }
    }
}

/// The page.
pub(super) async fn show(user: SignedIn, Query(scope): Query<Scope>) -> Response {
    page(&user, &scope).await.unwrap_or_else(|failure| failure.response(&user.visit))
}

/// Figures with what is needed to lead to their lists.
struct Sheet<'a> {
    visit: &'a Visit,
    names: &'a Names,
    /// What every list is narrowed to.
    scope: &'a Scope,
    figures: &'a v1::GetSupervisionResponse,
}

async fn page(user: &SignedIn, scope: &Scope) -> Result<Response, Failure> {
    let visit = &user.visit;
    let counted = of_known_codes(user.calls.referrals().get_supervision(scope.request()).await)?;
    // Not zeros: some figures are of every kind of help.
    let nobody_knows = counted.is_none();
    let figures = counted.unwrap_or_default();
    let mut names = Names::default();
    names.ask_divisions(&user.calls, figures.divisions.iter().map(|tally| tally.division.as_str())).await?;
    let kinds = figures.categories.iter().map(|tally| tally.category.as_str());
    names.ask_categories(&user.calls, kinds.chain([scope.category.as_str()])).await?;
    let divisions = pickers::divisions(&user.calls, &user.session).await?;
    let sheet = Sheet { visit, names: &names, scope, figures: &figures };
    let title = visit.say("督办", "Supervision");
    let content = html! {
        h1 { (title) }
        form class="filters" method="get" action=(PATH) {
            @if !scope.category.is_empty() { input type="hidden" name="category" value=(scope.category); }
            div {
                label for="filter-division" { (visit.say("区划", "Division")) }
                (pickers::division_field(visit, "filter-division", &divisions, &scope.division, visit.say("我负责的全部", "everywhere I work"), None))
            }
            button { (visit.say("查看", "Look")) }
        }
        (kinds::choices(&sheet))
        @if nobody_knows {
            p class="empty" { (visit.say("没有这样的区划或服务类别。", "There is no such place or kind of help.")) }
        } @else {
            (sheet.urgencies())
            (places::section(&sheet))
            (kinds::section(&sheet))
            (sheet.referrals())
            (sheet.answers())
            (sheet.scarce())
        }
    };
    Ok(layout::page(visit, title, &content))
}

impl Sheet<'_> {
    fn say<T>(&self, zh: T, en: T) -> T {
        self.visit.say(zh, en)
    }

    /// A list of needs, of the kind of help that is looked at.
    fn of_kind(&self, query: NeedQuery) -> NeedQuery {
        NeedQuery { category: self.scope.category.clone(), ..query }
    }

    /// The same, where one looks.
    fn needs(&self, query: NeedQuery) -> NeedQuery {
        NeedQuery { division: self.scope.division.clone(), ..self.of_kind(query) }
    }

    fn late(&self, urgency: Urgency) -> NeedQuery {
        let query = NeedQuery { urgency: word(urgency).to_owned(), overdue: "yes".to_owned(), ..NeedQuery::open() };
        self.needs(query)
    }

    fn open(&self, urgency: Urgency) -> NeedQuery {
        self.needs(NeedQuery { urgency: word(urgency).to_owned(), ..NeedQuery::open() })
    }

    fn disputed(&self, urgency: Urgency) -> NeedQuery {
        self.needs(NeedQuery { urgency: word(urgency).to_owned(), ..NeedQuery::disputed() })
    }

    fn referred(&self, query: ReferralQuery) -> ReferralQuery {
        ReferralQuery { division: self.scope.division.clone(), ..query }
    }

    fn urgencies(&self) -> Markup {
        html! {
            section aria-labelledby="open-title" {
                h2 id="open-title" { (self.say("待满足的需求", "Open needs")) (self.kind()) }
                ul class="tiles" {
                    @for tally in &self.figures.urgencies {
                        (tile(word(tally.urgency()), &self.open(tally.urgency()).address(), tally.open_needs, words::urgency(self.visit.language, tally.urgency())))
                    }
                    @for tally in self.figures.urgencies.iter().filter(|tally| tally.overdue_needs > 0) {
                        (tile("attention", &self.late(tally.urgency()).address(), tally.overdue_needs,
                            &format!("{} · {}", words::urgency(self.visit.language, tally.urgency()), self.say("已过期限", "late"))))
                    }
                    @for tally in self.figures.urgencies.iter().filter(|tally| tally.disputed_needs > 0) {
                        (tile("attention", &self.disputed(tally.urgency()).address(), tally.disputed_needs,
                            &format!("{} · {}", words::urgency(self.visit.language, tally.urgency()), words::disputed(self.visit.language))))
                    }
                }
            }
        }
    }

    fn referrals(&self) -> Markup {
        let figures = self.figures;
        let overdue = self.referred(ReferralQuery { overdue: "yes".to_owned(), ..ReferralQuery::default() });
        let escalated = self.referred(ReferralQuery { escalated: "yes".to_owned(), ..ReferralQuery::default() });
        let unattended = self.referred(ReferralQuery { unattended: "yes".to_owned(), ..ReferralQuery::default() });
        let attention = |count: i64| if count > 0 { "attention" } else { "" };
        html! {
            section aria-labelledby="referrals-title" {
                h2 id="referrals-title" { (self.say("转介", "Referrals")) (self.every_kind()) }
                ul class="tiles" {
                    (tile(attention(figures.overdue_referrals), &overdue.address(), figures.overdue_referrals, self.say("已承诺，逾期未到位", "promised, and late")))
                    (tile(attention(figures.escalated_referrals), &escalated.address(), figures.escalated_referrals, self.say("已上报，未办结", "escalated, not settled")))
                    (tile(attention(figures.unattended_referrals), &unattended.address(), figures.unattended_referrals, self.say("没有谈成，还没人接手", "came to nothing, nobody asked since")))
                    @for tally in &figures.referrals { (self.referral_tile(tally)) }
                }
            }
        }
    }

    fn referral_tile(&self, tally: &v1::ReferralTally) -> Markup {
        let state = STATES.iter().find(|(_, state)| *state == tally.state()).map_or("", |(word, _)| word);
        let query = self.referred(ReferralQuery { state: state.to_owned(), ..ReferralQuery::default() });
        let kind = if tally.state() == ReferralState::Disputed { "attention" } else { "" };
        tile(kind, &query.address(), tally.referrals, referral_words::all_of(self.visit.language, tally.state()))
    }

    fn answers(&self) -> Markup {
        let times = self.figures.answer_times.unwrap_or_default();
        let list = self.referred(ReferralQuery { answered: "yes".to_owned(), ..ReferralQuery::default() });
        let time = |time: Option<prost_types::Duration>| {
            time.map_or_else(|| "–".to_owned(), |time| figures::duration(self.visit.language, time.seconds))
        };
        html! {
            section aria-labelledby="answers-title" {
                h2 id="answers-title" { (self.say("从转介到答复", "From offer to answer")) (self.every_kind()) }
                ul class="tiles" {
                    li class="tile" { a href=(list.address()) {
                        strong class="time" { (time(times.median)) }
                        span { (self.say("半数在此时间内答复", "half answer within")) }
                    } }
                    li class="tile" { a href=(list.address()) {
                        strong class="time" { (time(times.ninth_decile)) }
                        span { (self.say("九成在此时间内答复", "nine in ten answer within")) }
                    } }
                    (tile("", &list.address(), times.answered_referrals, self.say("已答复的转介", "offers answered")))
                }
            }
        }
    }

    fn scarce(&self) -> Markup {
        let count = i64::try_from(self.figures.scarce_pools.len()).unwrap_or(i64::MAX);
        html! {
            section aria-labelledby="scarce-title" {
                h2 id="scarce-title" { (self.say("快用完的容量", "Capacity about to run out")) (self.every_kind()) }
                ul class="tiles" {
                    (tile(if count > 0 { "attention" } else { "" }, scarce::PATH, count,
                        self.say("剩余不超过一成的容量池", "pools with a tenth or less left")))
                }
            }
        }
    }

    /// Which kind of help figures are of, where one was chosen.
    fn kind(&self) -> Markup {
        let chosen = self.scope.category.as_str();
        html! { @if !chosen.is_empty() { span class="note" { " · " (self.names.category(self.visit, chosen)) } } }
    }

    /// That figures are of every kind of help, where one was chosen.
    fn every_kind(&self) -> Markup {
        html! { @if !self.scope.category.is_empty() { span class="note" { " · " (self.say("不分类别", "all kinds of help")) } } }
    }

    /// A table in which the figures of a row lead to their lists; what is disputed has a column where there is any.
    fn open_and_served(&self, id: &str, what: &str, rows: impl Iterator<Item = Row>) -> Markup {
        let rows: Vec<Row> = rows.collect();
        let some_disputed = rows.iter().any(|row| row.disputed.0 > 0);
        html! {
            div id=(id) class="scroller" tabindex="0" role="region" aria-label=(what) {
                table class="list" {
                    thead { tr {
                        th scope="col" { (what) }
                        th scope="col" class="figure" { (self.say("待满足", "Open")) }
                        th scope="col" class="figure" { (self.say("已满足", "Served")) }
                        @if some_disputed { th scope="col" class="figure" { (words::disputed(self.visit.language)) } }
                    } }
                    tbody { @for row in rows {
                        tr {
                            th scope="row" { (row.name) }
                            td class="figure" { (linked(&row.open)) }
                            td class="figure" { (linked(&row.served)) }
                            @if some_disputed { td class="figure" { (linked(&row.disputed)) } }
                        }
                    } }
                }
            }
        }
    }
}

/// A row of a table with its figures.
struct Row {
    name: String,
    open: (i64, NeedQuery),
    served: (i64, NeedQuery),
    disputed: (i64, NeedQuery),
}

fn linked((count, query): &(i64, NeedQuery)) -> Markup {
    html! { a class="tally" href=(query.address()) { (count) } }
}

/// A figure that leads to its list.
fn tile(kind: &str, address: &str, count: i64, name: &str) -> Markup {
    html! {
        li class={ "tile " (kind) } { a href=(address) { strong class="tally" { (count) } span { (name) } } }
    }
}
