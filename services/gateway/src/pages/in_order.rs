//! Lists of referrals that want something of somebody: the most urgent first, and of those the soonest due. The service lists them by name.

use tonic::Status;
use wishwell_api::v1::{self, ReferralState};

use super::names::or_nothing;
use super::steps::wait_for_somebody;
use super::words::figures;
use crate::calls::Calls;

/// Referrals that are put in order, as many as the service lists at once. What is beyond follows as it is listed.
const ORDERED_MAX: i32 = 1_000;
/// What a page in the address begins with that starts at a place in the order. Tokens of the service are hexadecimal.
const FROM: &str = "from-";

/// A page of a list.
#[derive(Debug)]
pub(super) struct Listed {
    pub(super) referrals: Vec<v1::Referral>,
    /// Where the next page starts; empty on the last.
    pub(super) next: String,
}

/// Asks for a page of at most `size`; `page` is where it starts, empty for the first. What is over and settled is not put in order.
pub(super) async fn list(calls: &Calls, filter: v1::ReferralFilter, page: &str, size: usize) -> Result<Listed, Status> {
    let from = if page.is_empty() { Some(0) } else { page.strip_prefix(FROM).and_then(|from| from.parse().ok()) };
    let from: Option<usize> = from.filter(|_| wants_somebody(&filter));
    let request = v1::ListReferralsRequest {
        filter: Some(filter),
        page_size: if from.is_some() { ORDERED_MAX } else { i32::try_from(size).unwrap_or(ORDERED_MAX) },
        page_token: if from.is_some() { String::new() } else { page.to_owned() },
        min_position: 0,
    };
    let answer = or_nothing(calls.referrals().list_referrals(request).await)?;
    let (referrals, next) = (answer.referrals, answer.next_page_token);
    Ok(match from {
        Some(from) => cut(referrals, next, from, size),
        None => Listed { referrals, next },
    })
}

/// The page that starts at a place in the order.
fn cut(mut referrals: Vec<v1::Referral>, beyond: String, from: usize, size: usize) -> Listed {
    referrals
        .sort_by_cached_key(|referral| (urgency(referral), figures::instant(limit(referral)), referral.name.clone()));
    let to = from.saturating_add(size);
    let next = if referrals.len() > to { format!("{FROM}{to}") } else { beyond };
    Listed { referrals: referrals.into_iter().skip(from).take(size).collect(), next }
}

/// Whether all that a list shows waits for somebody.
fn wants_somebody(filter: &v1::ReferralFilter) -> bool {
    filter.overdue_only
        || filter.escalated_only
        || filter.unattended_only
        || (!filter.states.is_empty() && filter.states().all(wait_for_somebody))
}

/// The most urgent is the least; what does not say comes last.
fn urgency(referral: &v1::Referral) -> i32 {
    if referral.urgency == 0 { i32::MAX } else { referral.urgency }
}

/// Until when somebody has time; since when it waits, where nothing is due.
fn limit(referral: &v1::Referral) -> Option<&prost_types::Timestamp> {
    match referral.state() {
        ReferralState::Offered => referral.expire_time.as_ref(),
        ReferralState::Accepted | ReferralState::InProgress => referral.due_time.as_ref(),
        _ => referral.last_action_time.as_ref(),
    }
}

#[cfg(test)]
mod tests {
    use wishwell_api::v1::Urgency;

    use super::*;

    fn offered(name: &str, urgency: Urgency, seconds: i64) -> v1::Referral {
        v1::Referral {
            name: name.to_owned(),
            urgency: urgency.into(),
            state: ReferralState::Offered.into(),
            expire_time: Some(prost_types::Timestamp { seconds, nanos: 0 }),
            ..v1::Referral::default()
        }
    }

    #[test]
    fn the_most_urgent_comes_first_and_of_those_the_soonest_due_over_all_pages() {
        let all = [
            offered("a", Urgency::Normal, 1),
            offered("b", Urgency::Emergency, 60),
            offered("c", Urgency::Urgent, 5),
            offered("d", Urgency::Emergency, 30),
        ];
        let page = |from, size| {
            let Listed { referrals, next } = cut(all.to_vec(), "0a".to_owned(), from, size);
            (referrals.into_iter().map(|referral| referral.name).collect::<String>(), next)
        };
        assert_eq!(page(0, 3), ("dbc".to_owned(), "from-3".to_owned()));
        assert_eq!(page(3, 3), ("a".to_owned(), "0a".to_owned()));
        assert_eq!(page(0, 4), ("dbca".to_owned(), "0a".to_owned()));
        assert_eq!(page(usize::MAX, 3), (String::new(), "0a".to_owned()));
    }

    #[test]
    fn what_is_over_and_settled_is_listed_as_it_came() {
        let of = |states: &[ReferralState]| v1::ReferralFilter {
            states: states.iter().map(|&state| state.into()).collect(),
            ..v1::ReferralFilter::default()
        };
        assert!(wants_somebody(&of(&[ReferralState::Offered, ReferralState::Disputed])));
        assert!(!wants_somebody(&of(&[ReferralState::Offered, ReferralState::Confirmed])));
        assert!(!wants_somebody(&of(&[])));
        assert!(wants_somebody(&v1::ReferralFilter { unattended_only: true, ..of(&[]) }));
    }
}
