//! Steps that a partner takes: which there are, and taking one.

use axum::extract::{Form, Path};
use axum::response::{IntoResponse, Redirect, Response};
use http::StatusCode;
use serde::Deserialize;
use tonic::Status;
use wishwell_api::v1::{self, ReferralState, StepReason};
use wishwell_domain::principal::Role;
use wishwell_domain::referral::Action;

use super::view::Notice;
use crate::pages::failure::Failure;
use crate::pages::portal::form::amount;
use crate::pages::portal::partner::Partner;
use crate::pages::portal::refusal::Refusal;
use crate::pages::steps;

/// Steps in the order in which a page offers them.
const OFFERED: [Action; 6] =
    [Action::Accept, Action::Start, Action::Deliver, Action::Decline, Action::Cancel, Action::Fail];

/// The steps that a partner may take from a state.
pub(super) fn possible(state: ReferralState) -> impl Iterator<Item = Action> {
    OFFERED.into_iter().filter(move |action| steps::may_take(Role::Partner, state, *action))
}

/// What a form of a step sends.
#[derive(Debug, Default, Deserialize)]
pub(in crate::pages::portal) struct Step {
    /// The state that was looked at.
    #[serde(default)]
    etag: String,
    #[serde(default)]
    request_id: String,
    /// Units; empty for all, or for none where it ends early.
    #[serde(default)]
    quantity: String,
    /// What they are.
    #[serde(default)]
    unit: String,
    /// Name of a reason in the contract.
    #[serde(default)]
    reason: String,
    /// What the case worker should know of a delivery.
    #[serde(default)]
    note: String,
}

/// Takes one and goes back to the referral.
pub(in crate::pages::portal) async fn take(
    partner: Partner,
    Path((id, action)): Path<(String, String)>,
    Form(step): Form<Step>,
) -> Response {
    let Some(action) = OFFERED.into_iter().find(|known| known.name() == action) else {
        return Failure::NoSuchPage.response(&partner.visit);
    };
    let quantity = match amount(partner.visit.language, &step.quantity, &step.unit) {
        Ok(quantity) => quantity,
        Err(text) => return super::page(&partner, &id, StatusCode::BAD_REQUEST, Some(Notice::Failed(text))).await,
    };
    let unit = step.unit.clone();
    match call(&partner, format!("referrals/{id}"), action, step, quantity).await {
        Ok(()) => Redirect::to(&format!("/portal/referrals/{id}?done={}", action.name())).into_response(),
        Err(status) => match Refusal::of(&status).and_then(|refusal| refusal.counted_in(&unit).words(&partner.visit)) {
            Some(text) => super::page(&partner, &id, StatusCode::CONFLICT, Some(Notice::Failed(text))).await,
            None => Failure::from(status).response(&partner.visit),
        },
    }
}

async fn call(
    partner: &Partner,
    name: String,
    action: Action,
    step: Step,
    quantity: Option<i64>,
) -> Result<(), Status> {
    let mut referrals = partner.calls.referrals();
    // What is no reason of the contract, the contract refuses.
    let reason = StepReason::from_str_name(&step.reason).unwrap_or_default().into();
    let Step { etag, request_id, note, .. } = step;
    match action {
        Action::Accept => {
            referrals.accept_referral(v1::AcceptReferralRequest { name, quantity, etag, request_id }).await?;
        }
        Action::Decline => {
            referrals.decline_referral(v1::DeclineReferralRequest { name, reason, etag, request_id }).await?;
        }
        Action::Start => {
            referrals.start_referral(v1::StartReferralRequest { name, etag, request_id }).await?;
        }
        Action::Deliver => {
            let note = note.trim().to_owned();
            referrals.deliver_referral(v1::DeliverReferralRequest { name, quantity, etag, request_id, note }).await?;
        }
        Action::Cancel => {
            let request = v1::CancelReferralRequest { name, reason, quantity, etag, request_id, ..Default::default() };
            referrals.cancel_referral(request).await?;
        }
        Action::Fail => {
            let request = v1::FailReferralRequest { name, reason, quantity, etag, request_id, ..Default::default() };
            referrals.fail_referral(request).await?;
        }
        Action::Expire | Action::Withdraw | Action::Confirm | Action::Dispute => {
            return Err(Status::permission_denied(format!("{} is not for partners", action.name())));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_partner_is_offered_the_steps_of_its_side_and_no_others() {
        for (state, steps) in [
            (ReferralState::Offered, &[Action::Accept, Action::Decline][..]),
            (ReferralState::Accepted, &[Action::Start, Action::Deliver, Action::Cancel, Action::Fail]),
            (ReferralState::InProgress, &[Action::Deliver, Action::Cancel, Action::Fail]),
            (ReferralState::Delivered, &[]),
            (ReferralState::Disputed, &[]),
            (ReferralState::Confirmed, &[]),
        ] {
            assert_eq!(possible(state).collect::<Vec<_>>(), steps, "{state:?}");
        }
    }
}
