//! Lists of referrals. What wants something of somebody comes in the order in which it does: the most urgent first, and of those the soonest due.

use tonic::Status;
use wishwell_api::v1::{self, ReferralOrder};

use super::names::or_nothing;
use super::steps::wait_for_somebody;
use crate::calls::Calls;

/// A page of a list.
#[derive(Debug)]
pub(super) struct Listed {
    pub(super) referrals: Vec<v1::Referral>,
    /// Token of the next page; empty on the last.
    pub(super) next: String,
}

/// Asks for a page of at most `size`; `page` is its token, empty for the first. What is over and settled comes in the order in which it was
/// made.
pub(super) async fn list(calls: &Calls, filter: v1::ReferralFilter, page: &str, size: usize) -> Result<Listed, Status> {
    let order = if wants_somebody(&filter) { ReferralOrder::Urgency } else { ReferralOrder::Unspecified };
    let request = v1::ListReferralsRequest {
        filter: Some(filter),
        page_size: i32::try_from(size).unwrap_or(i32::MAX),
        page_token: page.to_owned(),
        min_position: 0,
        order_by: order.into(),
    };
    let answer = or_nothing(calls.referrals().list_referrals(request).await)?;
    Ok(Listed { referrals: answer.referrals, next: answer.next_page_token })
}

/// Whether all that a list shows waits for somebody.
fn wants_somebody(filter: &v1::ReferralFilter) -> bool {
    filter.overdue_only
        || filter.escalated_only
        || filter.unattended_only
        || (!filter.states.is_empty() && filter.states().all(wait_for_somebody))
}

#[cfg(test)]
mod tests {
    use wishwell_api::v1::ReferralState;

    use super::*;

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
