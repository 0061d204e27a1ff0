//! The steps of a referral.

use wishwell_api::v1;
use wishwell_domain::ids::ReferralId;
use wishwell_domain::ledger::Step;
use wishwell_domain::referral::Action;
use wishwell_domain::{Error, Violations};

use super::answer;
use crate::cases::{Caller, Platform};
use crate::grpc::convert::{common, referral as convert};

/// What the requests of steps have in common, and what some of them say beside it.
struct Said {
    name: String,
    etag: String,
    reason: Option<i32>,
    units: Option<i64>,
    rating: Option<i32>,
    note: String,
}

impl Said {
    const fn plain(name: String, etag: String) -> Self {
        Self { name, etag, reason: None, units: None, rating: None, note: String::new() }
    }
}

async fn take(platform: &Platform, caller: &Caller, action: Action, said: Said) -> Result<(v1::Referral, i64), Error> {
    let mut violations = Violations::new();
    let expected = common::etag("etag", &said.etag, &mut violations);
    let referral = violations.take(ReferralId::parse_name("name", &said.name));
    let reason = said
        .reason
        .and_then(|value| violations.take(convert::reason(value).ok_or_else(|| common::undefined("reason", value))));
    violations.into_result()?;
    let step = Step {
        referral: crate::grpc::call::required("name", referral)?,
        action,
        role: caller.principal.role,
        reason,
        units: said.units,
        // Out of range becomes 0, which the ledger refuses.
        rating: said.rating.map(|rating| u8::try_from(rating).unwrap_or_default()),
        expected,
    };
    let written = if said.note.is_empty() {
        platform.step(caller, step).await?
    } else {
        platform.deliver_with_note(caller, step, &said.note).await?
    };
    answer(platform, caller, &written).await
}

/// One function for each step: what it says beside name and etag.
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
                Said { $($field,)* ..Said::plain(message.name, message.etag) }
            };
            let (referral, log_position) = take(platform, &caller, Action::$action, said).await?;
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
    cancel = Cancel: CancelReferralRequest -> CancelReferralResponse { reason: |sent: &v1::CancelReferralRequest| Some(sent.reason) };
    fail = Fail: FailReferralRequest -> FailReferralResponse { reason: |sent: &v1::FailReferralRequest| Some(sent.reason) };
}
