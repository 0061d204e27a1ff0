//! A referral in a list: what it is about, where it stands, and what is due when.

use maud::{Markup, html};
use tonic::Status;
use wishwell_api::v1::{self, ReferralState};

use crate::calls::Calls;
use crate::pages::names::Names;
use crate::pages::pool::urgency_mark;
use crate::pages::visit::Visit;
use crate::pages::words::{figures, referral as words, time};

/// Cards of referrals.
pub(in crate::pages::portal) fn cards(visit: &Visit, referrals: &[&v1::Referral], names: &Names) -> Markup {
    html! { ul class="cards" { @for referral in referrals { li { (card(visit, referral, names)) } } } }
}

/// What they are for and where, by name.
pub(in crate::pages::portal) async fn names(calls: &Calls, referrals: &[v1::Referral]) -> Result<Names, Status> {
    let categories = referrals.iter().map(|referral| referral.category.as_str());
    Names::of(calls, categories, referrals.iter().map(|referral| referral.division.as_str())).await
}

/// What the resource is called; a neutral word for one that is not there any more.
pub(in crate::pages::portal) fn title<'r>(visit: &Visit, referral: &'r v1::Referral) -> &'r str {
    match visit.name(referral.resource_title.as_ref()) {
        "" => visit.say("（已移除的资源）", "(a resource that was removed)"),
        title => title,
    }
}

fn card(visit: &Visit, referral: &v1::Referral, names: &Names) -> Markup {
    html! {
        a class="card link" href={ "/portal/" (referral.name) } {
            span class="card-head" {
                strong { (title(visit, referral)) }
                (urgency_mark(visit, referral.urgency()))
            }
            span class="facts" {
                @if !referral.category.is_empty() { span { (names.category(visit, &referral.category)) } }
                span { (figures::quantity(visit.language, referral.quantity.as_ref(), referral.recurrence.as_ref())) }
                @if let Some(arrived) = figures::arrived(visit.language, referral) { strong { (arrived) } }
                @if !referral.division.is_empty() { span { (names.place(visit, &referral.division)) } }
            }
            span class="facts" {
                span class={ "state " (class(referral.state())) } { (words::standing(visit.language, referral)) }
                (deadline(visit, referral))
            }
        }
    }
}

/// What is due when, as far as it is the partner's turn.
pub(in crate::pages::portal) fn deadline(visit: &Visit, referral: &v1::Referral) -> Markup {
    let due = match referral.state() {
        ReferralState::Offered => (figures::instant(referral.expire_time.as_ref()), visit.say("答复", "answer by")),
        ReferralState::Accepted | ReferralState::InProgress => {
            (figures::instant(referral.due_time.as_ref()), visit.say("提供", "deliver by"))
        }
        _ => (None, ""),
    };
    let (Some(at), what) = due else { return html! {} };
    let now = visit.app.now();
    html! {
        time class=(if at < now { "due over" } else { "due" }) datetime=(at) {
            (visit.say(
                format!("{} 前{what}", figures::moment(at)),
                format!("{what} {}", figures::moment(at)),
            ))
            " · " strong { (time::left(visit.language, at, now)) }
        }
    }
}

/// How a state looks.
pub(in crate::pages::portal) const fn class(state: ReferralState) -> &'static str {
    match state {
        ReferralState::Offered => "waits",
        ReferralState::Accepted | ReferralState::InProgress | ReferralState::Delivered => "goes",
        ReferralState::Confirmed => "good",
        ReferralState::Disputed => "bad",
        _ => "over",
    }
}
