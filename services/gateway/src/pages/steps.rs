//! Which steps there are from the state of a referral, by the one table that says so.

use wishwell_api::v1::ReferralState;
use wishwell_domain::principal::Role;
use wishwell_domain::referral::transition::{Transition, transition};
use wishwell_domain::referral::{self, Action, Side};

/// Whether a role may take a step from a state.
pub(super) fn may_take(role: Role, state: ReferralState, action: Action) -> bool {
    line(state, action).is_some_and(|line| line.may_be_taken_by(role))
}

/// Whether a role may take a step from a state for the provider.
pub(super) fn may_take_for_provider(role: Role, state: ReferralState, action: Action) -> bool {
    line(state, action).is_some_and(|line| line.side_of(role, true) == Some(Side::Provider))
}

/// Whether somebody has something to do: a step leads on from a state.
pub(super) fn wait_for_somebody(state: ReferralState) -> bool {
    Action::ALL.into_iter().any(|action| line(state, action).is_some())
}

fn line(state: ReferralState, action: Action) -> Option<&'static Transition> {
    transition(known(state)?, action)
}

const fn known(state: ReferralState) -> Option<referral::ReferralState> {
    Some(match state {
        ReferralState::Unspecified => return None,
        ReferralState::Offered => referral::ReferralState::Offered,
        ReferralState::Accepted => referral::ReferralState::Accepted,
        ReferralState::Declined => referral::ReferralState::Declined,
        ReferralState::Expired => referral::ReferralState::Expired,
        ReferralState::Withdrawn => referral::ReferralState::Withdrawn,
        ReferralState::InProgress => referral::ReferralState::InProgress,
        ReferralState::Delivered => referral::ReferralState::Delivered,
        ReferralState::Confirmed => referral::ReferralState::Confirmed,
        ReferralState::Disputed => referral::ReferralState::Disputed,
        ReferralState::Cancelled => referral::ReferralState::Cancelled,
        ReferralState::Failed => referral::ReferralState::Failed,
    })
}
