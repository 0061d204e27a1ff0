//! Steps that a partner takes: which there are, and taking one.

use axum::extract::{Form, Path};
use axum::response::{IntoResponse, Redirect, Response};
use http::StatusCode;
use serde::Deserialize;
use tonic::Status;
use tonic_types::StatusExt as _;
use wishwell_api::v1::{self, ReferralState, StepReason};
use wishwell_domain::principal::Role;
use wishwell_domain::referral::Action;

use super::view::Notice;
use crate::pages::failure::Failure;
use crate::pages::portal::form::amount;
use crate::pages::portal::partner::Partner;
use crate::pages::portal::refusal::Refusal;
use crate::pages::steps;
use crate::pages::words::figures;

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
    let note = step.note.clone();
    let failed = |why| Some(Notice::Failed { why, note });
    let quantity = match amount(partner.visit.language, &step.quantity, &step.unit) {
        Ok(quantity) => quantity,
        Err(why) => return super::page(&partner, &id, StatusCode::BAD_REQUEST, failed(why)).await,
    };
    let unit = step.unit.clone();
    let Err(status) = call(&partner, format!("referrals/{id}"), action, step, quantity).await else {
        return Redirect::to(&format!("/portal/referrals/{id}?done={}", action.name())).into_response();
    };
    if is_of_quantity(&status)
        && let Some(why) = how_much(&partner, &id, action).await
    {
        return super::page(&partner, &id, StatusCode::UNPROCESSABLE_ENTITY, failed(why)).await;
    }
    match Refusal::of(&status).and_then(|refusal| refusal.counted_in(&unit).words(&partner.visit)) {
        Some(why) => super::page(&partner, &id, StatusCode::CONFLICT, failed(why)).await,
        None => Failure::from(status).response(&partner.visit),
    }
}

/// Whether all that was refused is how much it is.
fn is_of_quantity(status: &Status) -> bool {
    let details = status.get_error_details();
    let fields = details.bad_request().map(|found| found.field_violations.as_slice()).unwrap_or_default();
    let is_range = |reason: &str| matches!(reason, "STEP_QUANTITY_RANGE" | "STEP_QUANTITY_WHOLE");
    !fields.is_empty() && fields.iter().all(|violation| is_range(&violation.reason))
}

/// How much a step may be of, in the unit that the page shows. A page that was open for long may have offered more.
async fn how_much(partner: &Partner, id: &str, action: Action) -> Option<String> {
    let (visit, referral) = (&partner.visit, super::read(partner, id, false).await.ok()?.referral?);
    let unit = referral.quantity.as_ref().map_or("", |quantity| quantity.unit.as_str());
    let amount = |units| figures::amount(visit.language, units, unit);
    let all = amount(referral.units);
    Some(match action {
        Action::Cancel | Action::Fail => visit.say(
            format!("约定的是 {all}：此前提供的要少于这些。全部提供的，请改登“已提供”。没有登记。"),
            format!("{all} was promised: what had arrived must be less than that. If all of it has arrived, choose “delivered” instead. Nothing was recorded."),
        ),
        _ => visit.say(
            format!("数量要在 {} 到 {all} 之间，约定的是 {all}。没有登记。", amount(1)),
            format!("The quantity must be between {} and {all}, as was promised. Nothing was recorded.", amount(1)),
        ),
    })
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
