//! What may be done with a need and its referrals: each a call of the contract, each harmless when it is sent twice.

use axum::extract::{Form, Path};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use tonic::Status;
use wishwell_api::v1;

use crate::pages::address::{self, id_of};
use crate::pages::amounts::amount;
use crate::pages::failure::Failure;
use crate::pages::visit::SignedIn;
use crate::pages::words::refusal::{Reader, refused};

/// What a form about a need sends.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::pages::desk) struct OfNeed {
    request_id: String,
    item: i32,
    resource: String,
}

/// What a form about a referral sends.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::pages::desk) struct OfReferral {
    request_id: String,
    /// The need's id, to go back to.
    need: String,
    reason: i32,
    /// Empty when the help is not rated.
    rating: String,
    /// What had arrived where it ends early, empty for nothing; what is promised or has arrived, empty for all.
    quantity: String,
    /// What is there still of what was not delivered where a dispute is settled, empty for nothing.
    returned: String,
    /// What these are counted in.
    unit: String,
    /// `yes` for what the provider said, where it could also be the case worker's own step.
    by_provider: String,
    etag: String,
}

/// Offers an item to a resource that was chosen.
pub(in crate::pages::desk) async fn refer(
    user: SignedIn,
    Path(id): Path<String>,
    Form(sent): Form<OfNeed>,
) -> Response {
    let offer = v1::ReferralOffer {
        need: format!("needs/{id}"),
        item_ordinal: sent.item,
        resource: sent.resource,
        ..v1::ReferralOffer::default()
    };
    let request = v1::CreateReferralRequest { offer: Some(offer), request_id: sent.request_id };
    let done = user.calls.referrals().create_referral(request).await.map(|_| "referred");
    answer(&user, &id, done).await
}

/// Offers an item to the best candidate that was not asked, and so on.
pub(in crate::pages::desk) async fn auto_refer(
    user: SignedIn,
    Path(id): Path<String>,
    Form(sent): Form<OfNeed>,
) -> Response {
    let request =
        v1::AutoReferRequest { need: format!("needs/{id}"), item_ordinal: sent.item, request_id: sent.request_id };
    let done = user.calls.referrals().auto_refer(request).await.map(|_| "referred");
    answer(&user, &id, done).await
}

/// Takes a step of a referral.
pub(in crate::pages::desk) async fn step(
    user: SignedIn,
    Path((id, step)): Path<(String, String)>,
    Form(sent): Form<OfReferral>,
) -> Response {
    let need = id_of(&sent.need).to_owned();
    let name = format!("referrals/{id}");
    let amount = |entered: &str| amount(user.visit.language, entered, &sent.unit);
    let amounts = match amount(&sent.quantity).and_then(|quantity| Ok((quantity, amount(&sent.returned)?))) {
        Ok(amounts) => amounts,
        Err(words) => return super::refused(&user, &need, &words).await,
    };
    let done = take(&user, &step, name, amounts, sent).await;
    match done {
        Some(done) => answer(&user, &need, done).await,
        None => Failure::NoSuchPage.response(&user.visit),
    }
}

/// The need whose referral it is, for whoever opens the address of a step as a page.
pub(in crate::pages::desk) async fn lead_to_need(
    user: SignedIn,
    Path((id, _step)): Path<(String, String)>,
) -> Response {
    let request = v1::GetReferralRequest { name: format!("referrals/{id}"), ..v1::GetReferralRequest::default() };
    match user.calls.referrals().get_referral(request).await {
        Ok(answer) => {
            let referral = answer.into_inner().referral.unwrap_or_default();
            Redirect::to(&format!("/desk/needs/{}", id_of(&referral.need))).into_response()
        }
        Err(status) => Failure::from(status).response(&user.visit),
    }
}

/// None for a step that there is not.
async fn take(
    user: &SignedIn,
    step: &str,
    name: String,
    (quantity, returned_quantity): (Option<i64>, Option<i64>),
    sent: OfReferral,
) -> Option<Result<&'static str, Status>> {
    let OfReferral { request_id, reason, rating, etag, by_provider, .. } = sent;
    let by_provider = by_provider == "yes";
    let mut calls = user.calls.referrals();
    macro_rules! with_reason {
        ($call:ident, $request:ident $(, $more:ident)*) => {
            calls.$call(v1::$request { name, reason, etag, request_id $(, $more)* }).await.map(|_| "stepped")
        };
    }
    Some(match step {
        "accept" => {
            let request = v1::AcceptReferralRequest { name, quantity, etag, request_id };
            calls.accept_referral(request).await.map(|_| "stepped")
        }
        "decline" => with_reason!(decline_referral, DeclineReferralRequest),
        "start" => {
            let request = v1::StartReferralRequest { name, etag, request_id };
            calls.start_referral(request).await.map(|_| "stepped")
        }
        "deliver" => {
            let note = String::new();
            let request = v1::DeliverReferralRequest { name, quantity, etag, request_id, note };
            calls.deliver_referral(request).await.map(|_| "stepped")
        }
        "withdraw" => with_reason!(withdraw_referral, WithdrawReferralRequest),
        "dispute" => with_reason!(dispute_referral, DisputeReferralRequest),
        "cancel" => with_reason!(cancel_referral, CancelReferralRequest, quantity, by_provider),
        "fail" => with_reason!(fail_referral, FailReferralRequest, quantity, by_provider, returned_quantity),
        "confirm" => {
            let request = v1::ConfirmReferralRequest { name, rating: rating.parse().ok(), etag, request_id };
            calls.confirm_referral(request).await.map(|_| "confirmed")
        }
        _ => return None,
    })
}

/// Back to the story: with what was done, or with why it was not.
pub(super) async fn answer(user: &SignedIn, id: &str, done: Result<&'static str, Status>) -> Response {
    match done {
        Ok(said) => Redirect::to(&address::of(&format!("/desk/needs/{id}"), &[("said", said)])).into_response(),
        Err(status) => match refused(user.visit.language, Reader::Staff, &status) {
            Some(words) => super::refused(user, id, &words).await,
            None => Failure::from(status).response(&user.visit),
        },
    }
}
