//! The steps of a referral.

use wishwell_api::v1;
use wishwell_domain::Error;
use wishwell_domain::ids::{ReferralId, Version};
use wishwell_domain::ledger::Step;
use wishwell_domain::referral::Action;

use super::answer;
use crate::cases::{Caller, Platform};
use crate::grpc::convert::{common, referral as convert};
use crate::grpc::meant::Meant as _;

/// What some requests of steps say beside what they are about.
#[derive(Default)]
struct Said {
    by_provider: bool,
    reason: Option<i32>,
    units: Option<i64>,
    returned: Option<i64>,
    rating: Option<i32>,
    note: String,
}

async fn take(
    platform: &Platform,
    caller: &Caller,
    action: Action,
    (referral, expected): (ReferralId, Option<Version>),
    said: Said,
) -> Result<(v1::Referral, i64), Error> {
    let known = |value| convert::reason(value).ok_or_else(|| common::undefined("reason", value));
    let reason = said.reason.map(known).transpose()?;
    // Whoever seals a note says that there is one.
    let step = Step {
        by_provider: said.by_provider,
        reason,
        units: said.units,
        returned: said.returned,
        // Out of range becomes 0, which the ledger refuses.
        rating: said.rating.map(|rating| u8::try_from(rating).unwrap_or_default()),
        expected,
        ..Step::new(referral, action, caller.principal.role)
    };
    let written = if said.note.is_empty() {
        platform.step(caller, step).await?
    } else {
        platform.deliver_with_note(caller, step, &said.note).await?
    };
    answer(platform, caller, &written).await
}

/// One function for each step: what it says beside what it is about.
macro_rules! steps {
    ($($function:ident = $action:ident : $request:ident -> $response:ident { $($field:ident : $value:expr),* };)*) => {
        $(pub(super) async fn $function(
            platform: &Platform,
            caller: Caller,
            message: v1::$request,
        ) -> Result<v1::$response, Error> {
            #[allow(clippy::redundant_closure_call, clippy::needless_update)]
            let said = {
                $(let $field = ($value)(&message);)*
                Said { $($field,)* ..Said::default() }
            };
            let (referral, log_position) = take(platform, &caller, Action::$action, message.meant()?, said).await?;
            Ok(v1::$response { referral: Some(referral), log_position })
        })*
    };
}

steps! {
    accept = Accept: AcceptReferralRequest -> AcceptReferralResponse { units: |sent: &v1::AcceptReferralRequest| sent.quantity };
    decline = Decline: DeclineReferralRequest -> DeclineReferralResponse { reason: |sent: &v1::DeclineReferralRequest| Some(sent.reason) };
    withdraw = Withdraw: WithdrawReferralRequest -> WithdrawReferralResponse { reason: |sent: &v1::WithdrawReferralRequest| Some(sent.reason) };
    start = Start: StartReferralRequest -> StartReferralResponse { };
    deliver = Deliver: DeliverReferralRequest -> DeliverReferralResponse {
        units: |sent: &v1::DeliverReferralRequest| sent.quantity,
        note: |sent: &v1::DeliverReferralRequest| sent.note.clone()
    };
    confirm = Confirm: ConfirmReferralRequest -> ConfirmReferralResponse { rating: |sent: &v1::ConfirmReferralRequest| sent.rating };
    dispute = Dispute: DisputeReferralRequest -> DisputeReferralResponse { reason: |sent: &v1::DisputeReferralRequest| Some(sent.reason) };
    cancel = Cancel: CancelReferralRequest -> CancelReferralResponse {
        by_provider: |sent: &v1::CancelReferralRequest| sent.by_provider,
        reason: |sent: &v1::CancelReferralRequest| Some(sent.reason),
        units: |sent: &v1::CancelReferralRequest| sent.quantity
    };
    fail = Fail: FailReferralRequest -> FailReferralResponse {
        by_provider: |sent: &v1::FailReferralRequest| sent.by_provider,
        reason: |sent: &v1::FailReferralRequest| Some(sent.reason),
        units: |sent: &v1::FailReferralRequest| sent.quantity,
        returned: |sent: &v1::FailReferralRequest| sent.returned_quantity
    };
}
