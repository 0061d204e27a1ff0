//! All referrals of a partner, by where they stand.

use axum::extract::Query;
use axum::response::Response;
use maud::{Markup, html};
use serde::Deserialize;
use tonic::Status;
use wishwell_api::v1::{self, ReferralState};

use super::card;
use crate::pages::failure::Failure;
use crate::pages::portal::partner::Partner;
use crate::pages::visit::Visit;
use crate::pages::words::referral as words;
use crate::pages::{address, in_order, layout};

/// Referrals on a page.
const PAGE_SIZE: usize = 30;
/// What a list can be narrowed down to, in the order of the day's work.
const STATES: [ReferralState; 11] = [
    ReferralState::Offered,
    ReferralState::Accepted,
    ReferralState::InProgress,
    ReferralState::Delivered,
    ReferralState::Disputed,
    ReferralState::Confirmed,
    ReferralState::Declined,
    ReferralState::Expired,
    ReferralState::Withdrawn,
    ReferralState::Cancelled,
    ReferralState::Failed,
];

/// Which ones: as in the address.
#[derive(Debug, Default, Deserialize)]
pub(in crate::pages::portal) struct Filter {
    /// Name of a state in the contract without its prefix, in lower case; empty for any.
    #[serde(default)]
    state: String,
    #[serde(default)]
    page: String,
}

pub(in crate::pages::portal) async fn show(partner: Partner, Query(filter): Query<Filter>) -> Response {
    match content(&partner, &filter).await {
        Ok(content) => layout::page(&partner.visit, partner.visit.say("我的转介", "My referrals"), &content),
        Err(status) => Failure::from(status).response(&partner.visit),
    }
}

async fn content(partner: &Partner, filter: &Filter) -> Result<Markup, Status> {
    let visit = &partner.visit;
    let chosen = STATES.into_iter().find(|state| word(*state) == filter.state);
    let states = chosen.map(Into::into).into_iter().collect();
    let wanted =
        v1::ReferralFilter { organization: partner.organization.clone(), states, ..v1::ReferralFilter::default() };
    let found = in_order::list(&partner.calls, wanted, &filter.page, PAGE_SIZE).await?;
    let names = card::names(&partner.calls, &found.referrals).await?;
    let shown: Vec<&v1::Referral> = found.referrals.iter().collect();
    Ok(html! {
        h1 { (visit.say("我的转介", "My referrals")) }
        (states_of(visit, chosen))
        @if shown.is_empty() {
            div class="empty" {
                p { strong { (visit.say("这里还没有转介。", "There is no referral here.")) } }
                p { a class="button quiet" href="/wishes" { (visit.say("去许愿池看看", "Look into the wishing pool")) } }
            }
        } @else {
            (card::cards(visit, &shown, &names))
        }
        @if !found.next.is_empty() {
            p class="actions" {
                a class="button quiet" rel="next" href=(address::of("/portal/referrals", &[("state", &filter.state), ("page", &found.next)])) {
                    (visit.say("下一页", "Next page"))
                }
            }
        }
    })
}

fn states_of(visit: &Visit, chosen: Option<ReferralState>) -> Markup {
    html! {
        nav class="choices inline" aria-label=(visit.say("按状态", "By state")) {
            ul {
                li { a href="/portal/referrals" aria-current=[chosen.is_none().then_some("true")] { (visit.say("全部", "All")) } }
                @for state in STATES {
                    li {
                        a href=(address::of("/portal/referrals", &[("state", &word(state))])) aria-current=[(chosen == Some(state)).then_some("true")] {
                            (words::all_of(visit.language, state))
                        }
                    }
                }
            }
        }
    }
}

/// A state in an address.
fn word(state: ReferralState) -> String {
    state.as_str_name().trim_start_matches("REFERRAL_STATE_").to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_has_a_word_of_its_own_in_addresses() {
        assert_eq!(word(ReferralState::InProgress), "in_progress");
        let words: std::collections::BTreeSet<String> = STATES.into_iter().map(word).collect();
        assert_eq!(words.len(), STATES.len());
    }
}
