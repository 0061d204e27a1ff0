//! A partner's today: what needs an answer, what is promised, what is under way, and new wishes that fit.

use axum::response::Response;
use maud::{Markup, html};
use tonic::Status;
use wishwell_api::v1::{self, ReferralState};

use super::fitting;
use super::live;
use super::own::Resources;
use super::partner::Partner;
use super::referrals::card;
use crate::pages::apart::{about, apart};
use crate::pages::failure::Failure;
use crate::pages::names::Names;
use crate::pages::pool::urgency_mark;
use crate::pages::visit::Visit;
use crate::pages::words::{figures, need};
use crate::pages::{in_order, layout};

/// Referrals that a day can hold; the list has all.
const REFERRALS_MAX: usize = 200;
/// Wishes asked for of each resource.
const WISHES_ASKED_MAX: i32 = 12;
/// New wishes that are shown.
const WISHES_SHOWN_MAX: usize = 9;
/// When to look again for what fits. A crowded pool changes all the time: where one change follows another without a pause, the clock decides.
const FITTING_CHANGES: &str = "wish from:body delay:1s, referral from:body delay:400ms, capacity from:body delay:400ms, \
     resource from:body delay:400ms, every 60s";

pub(super) async fn show(partner: Partner) -> Response {
    let visit = &partner.visit;
    let since = live::since(&partner).await;
    let parts = async {
        let fitting = async { fitting_part(&partner, &Resources::of(&partner).await?).await };
        futures::try_join!(work_part(&partner), fitting)
    };
    match parts.await {
        Ok((work, fitting)) => {
            let content = html! {
                h1 { (visit.say("今日工作", "Today")) }
                (live::live(since))
                div id="work" hx-get="/portal/work" hx-swap="innerMorph" hx-trigger="referral from:body delay:200ms" { (work) }
                div id="fitting" hx-get="/portal/fitting" hx-swap="innerMorph"
                    hx-trigger=(FITTING_CHANGES) {
                    (fitting)
                }
            };
            layout::page(visit, visit.say("今日工作", "Today"), &content)
        }
        Err(status) => Failure::from(status).response(visit),
    }
}

/// The part with referrals.
pub(super) async fn work(partner: Partner) -> Response {
    part(&partner.visit, work_part(&partner).await)
}

/// The part with wishes.
pub(super) async fn wishes(partner: Partner) -> Response {
    let made = async { fitting_part(&partner, &Resources::of(&partner).await?).await };
    part(&partner.visit, made.await)
}

fn part(visit: &Visit, made: Result<Markup, Status>) -> Response {
    match made {
        Ok(content) => layout::part(&content),
        Err(status) => Failure::from(status).response(visit),
    }
}

async fn work_part(partner: &Partner) -> Result<Markup, Status> {
    let visit = &partner.visit;
    let filter = v1::ReferralFilter {
        organization: partner.organization.clone(),
        states: [ReferralState::Offered, ReferralState::Accepted, ReferralState::InProgress, ReferralState::Disputed]
            .map(Into::into)
            .to_vec(),
        ..v1::ReferralFilter::default()
    };
    let found = in_order::list(&partner.calls, filter, "", REFERRALS_MAX).await?;
    let names = card::names(&partner.calls, &found.referrals).await?;
    let sections = [
        (ReferralState::Offered, visit.say("等您答复", "Waiting for your answer")),
        (ReferralState::Accepted, visit.say("已经承诺", "Promised")),
        (ReferralState::InProgress, visit.say("正在进行", "Under way")),
        (ReferralState::Disputed, visit.say("有异议", "Disputed")),
    ];
    Ok(html! {
        @for (state, title) in sections {
            @let shown: Vec<&v1::Referral> = found.referrals.iter().filter(|referral| referral.state() == state).collect();
            @if !shown.is_empty() || state == ReferralState::Offered {
                section aria-label=(title) {
                    h2 { (title) " " span class="count" { (shown.len()) } }
                    @if shown.is_empty() {
                        p class="note" { (visit.say("没有等您答复的请求。", "Nothing waits for your answer.")) }
                    } @else {
                        (card::cards(visit, &shown, &names))
                    }
                }
            }
        }
        @if !found.next.is_empty() {
            p { a href="/portal/referrals" { (visit.say("还有更多，见全部转介", "There are more: see all referrals")) } }
        }
    })
}

async fn fitting_part(partner: &Partner, resources: &Resources) -> Result<Markup, Status> {
    let visit = &partner.visit;
    let mut fitting = fitting::of_all(partner, resources, WISHES_ASKED_MAX).await?;
    fitting.truncate(WISHES_SHOWN_MAX);
    let names = Names::of(
        &partner.calls,
        fitting.iter().map(|found| found.category.as_str()),
        fitting.iter().map(|found| found.division.as_str()),
    )
    .await?;
    Ok(html! {
        section aria-label=(visit.say("您能帮上的心愿", "Wishes you can help with")) {
            h2 { (visit.say("您能帮上的心愿", "Wishes you can help with")) }
            @if fitting.is_empty() {
                p class="note" {
                    (visit.say("眼下没有与您的资源对得上的心愿。", "No wish fits your resources right now."))
                    " " a href="/wishes" { (visit.say("看看全部心愿", "See all wishes")) }
                    " · " a href="/portal/resources" { (visit.say("更新我的资源", "Update my resources")) }
                }
            } @else {
                (wishes_of(visit, &names, &fitting))
                p { a href="/wishes" { (visit.say("全部心愿", "All wishes")) } }
            }
        }
    })
}

/// Wishes that fit, each with the way to claim it.
pub(super) fn wishes_of(visit: &Visit, names: &Names, found: &[v1::NeedMatch]) -> Markup {
    let called = apart(
        visit.language,
        found.iter().map(|found| {
            let category = names.category(visit, &found.category);
            format!("{}{}{category}", found.title, visit.say("，", ", "))
        }),
    );
    html! { ul class="wishes" { @for (found, called) in found.iter().zip(&called) { li { (wish(visit, names, found, called)) } } } }
}

fn wish(visit: &Visit, names: &Names, found: &v1::NeedMatch, called: &str) -> Markup {
    let claim = visit.say("认领", "Claim");
    let band = need::distance_band(visit.language, found.distance_band());
    html! {
        article class="card" {
            header class="card-head" { h3 { (found.title) } (urgency_mark(visit, found.urgency())) }
            p class="facts" {
                @if !found.division.is_empty() { span { (names.place(visit, &found.division)) } }
                @if !band.is_empty() { span { (band) } }
            }
            p class="item" {
                span { (names.category(visit, &found.category)) " " }
                strong { (figures::quantity(visit.language, found.quantity.as_ref(), found.recurrence.as_ref())) }
            }
            a class="button" href={ "/portal/" (found.wish) "/claim?item=" (found.item_ordinal) }
                aria-label=(about(visit, claim, called)) { (claim) }
        }
    }
}
