//! One planned offer: made through the ledger, or refused by it.

use uuid::Uuid;

use wishwell_domain::Error;
use wishwell_domain::error::Precondition;
use wishwell_domain::ids::RoundId;
use wishwell_domain::round::{OfferFate, RoundOffer, RoundOutcome, Serving};
use wishwell_store::RequestKey;

use super::worker::METHOD;
use crate::cases::referrals::{OfferAsked, derived_uuid, referrals_of};
use crate::cases::{Caller, Platform};

impl Platform {
    /// Makes all offers of an outcome's current plan that were not made or refused yet, one after the other, and notes what became of
    /// each.
    ///
    /// # Errors
    /// What may pass, such as a store that does not answer. What was noted before is kept in `outcome`.
    pub(super) async fn offer_all(
        &self,
        caller: &Caller,
        round: RoundId,
        mut outcome: RoundOutcome,
    ) -> (RoundOutcome, Result<(), Error>) {
        let servings: Vec<Serving> = outcome.to_offer().cloned().collect();
        for serving in servings {
            let place = outcome.offers.len();
            match self.offer_one(caller, round, &outcome, &serving, place).await {
                Ok(fate) => outcome.offers.push(RoundOffer {
                    pass: outcome.pass,
                    resource: serving.resource,
                    quantity: serving.quantity,
                    fate,
                }),
                Err(error) => return (outcome, Err(error)),
            }
        }
        (outcome, Ok(()))
    }

    async fn offer_one(
        &self,
        caller: &Caller,
        round: RoundId,
        outcome: &RoundOutcome,
        serving: &Serving,
        place: usize,
    ) -> Result<OfferFate, Error> {
        let request_id = request_id(round, outcome.ordinal, place);
        let request = RequestKey { method: METHOD, request_id, body_digest: [0; 32] };
        let caller = Caller { request: Some(request), ..caller.clone() };
        let asked = OfferAsked {
            need: outcome.need(),
            item_ordinal: outcome.item_ordinal(),
            resource: serving.resource,
            quantity: Some(serving.quantity),
            answer_within: None,
        };
        match self.create_referrals(&caller, |_| "offer".to_owned(), vec![asked]).await {
            Ok(written) => {
                let made = referrals_of(&written).next().map(|referral| referral.id);
                made.map(OfferFate::Offered)
                    .ok_or_else(|| Error::Internal("the ledger answered without a referral".to_owned()))
            }
            Err(error) => match refusal(&error) {
                Some(reason) => Ok(OfferFate::Refused(reason.to_owned())),
                None => Err(error),
            },
        }
    }
}

/// Of a round, an item of it and an offer of that always the same, so that an offer made twice is made once.
fn request_id(round: RoundId, ordinal: u32, place: usize) -> Uuid {
    let mut purpose = b"offer".to_vec();
    purpose.extend_from_slice(&ordinal.to_be_bytes());
    purpose.extend_from_slice(&(place as u64).to_be_bytes());
    derived_uuid(round.as_uuid(), &purpose)
}

/// Why an offer is refused for good, as errors name it; none for what may pass.
fn refusal(error: &Error) -> Option<&'static str> {
    Some(match error {
        Error::CapacityExhausted { .. } => "CAPACITY_EXHAUSTED",
        Error::ItemCovered { .. } => "ITEM_COVERED",
        Error::ResourceDoesNotFit { .. } => "RESOURCE_DOES_NOT_FIT",
        Error::NotFound { .. } => "NOT_FOUND",
        Error::InvalidArgument(_) => "INVALID_FIELDS",
        Error::IllegalStep { .. } => "ILLEGAL_STATE",
        Error::FailedPrecondition { precondition, .. } => match precondition {
            Precondition::ResourceNotOffered => "RESOURCE_NOT_OFFERED",
            Precondition::BeneficiaryErased => "ERASED",
            Precondition::ConsentMissing => "CONSENT_MISSING",
            _ => "ILLEGAL_STATE",
        },
        _ => return None,
    })
}
