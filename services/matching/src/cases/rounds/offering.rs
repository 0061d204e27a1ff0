//! Planned offers: made through the ledger, or refused by it.

use uuid::Uuid;

use wishwell_domain::Error;
use wishwell_domain::error::Precondition;
use wishwell_domain::ids::RoundId;
use wishwell_domain::referral::Referral;
use wishwell_domain::round::{OfferFate, OfferUnits, RoundOffer, RoundOutcome, Serving};
use wishwell_store::RequestKey;

use super::worker::METHOD;
use crate::cases::referrals::{OfferAsked, derived_uuid, referrals_of};
use crate::cases::{Caller, Platform};

/// What became of an offer, and how many units were offered.
type Fate = (OfferFate, i64);

impl Platform {
    /// Makes all offers of a parcel's current plan that were not made or refused yet, and notes what became of each: of a bundle all or
    /// none, else one after the other.
    ///
    /// # Errors
    /// What may pass, such as a store that does not answer. What was noted before is kept in `parcel`.
    pub(super) async fn offer_parcel(
        &self,
        caller: &Caller,
        round: RoundId,
        parcel: &mut [RoundOutcome],
    ) -> Result<(), Error> {
        if parcel.iter().any(|outcome| outcome.item.bundle.is_some()) {
            return self.offer_bundle(caller, round, parcel).await;
        }
        for outcome in parcel {
            let servings: Vec<Serving> = outcome.to_offer().cloned().collect();
            for serving in &servings {
                let request_id = request_id(round, outcome.ordinal, outcome.offers.len());
                let fates = self.offer(caller, request_id, vec![asked(round, outcome, serving)]).await?;
                note(outcome, std::slice::from_ref(serving), fates);
            }
        }
        Ok(())
    }

    async fn offer_bundle(&self, caller: &Caller, round: RoundId, bundle: &mut [RoundOutcome]) -> Result<(), Error> {
        let Some(first) = bundle.first() else { return Ok(()) };
        let request_id = request_id(round, first.ordinal, first.offers.len());
        let servings: Vec<Vec<Serving>> = bundle.iter().map(|outcome| outcome.to_offer().cloned().collect()).collect();
        let all = bundle.iter().zip(&servings);
        let all = all.flat_map(|(outcome, servings)| servings.iter().map(|serving| asked(round, outcome, serving)));
        let mut fates = self.offer(caller, request_id, all.collect()).await?.into_iter();
        for (outcome, servings) in bundle.iter_mut().zip(&servings) {
            note(outcome, servings, fates.by_ref().take(servings.len()));
        }
        Ok(())
    }

    /// Makes offers, all or none; answers what became of each, in order. The same request made twice is made once, and what is refused stays
    /// refused: whoever comes back late, when another has gone on with the round, neither makes nor loses anything by asking again.
    async fn offer(&self, caller: &Caller, request_id: Uuid, asked: Vec<OfferAsked>) -> Result<Vec<Fate>, Error> {
        let request = RequestKey { method: METHOD, request_id, body_digest: [0; 32] };
        let caller = Caller { request: Some(request), ..caller.clone() };
        let offers = asked.len();
        let written = match self.create_referrals(&caller, |_| "offer".to_owned(), asked).await {
            Ok(written) => written,
            Err(error) => match refusal(&error) {
                Some(reason) => self.answer_once(&caller, reason.into()).await?,
                None => return Err(error),
            },
        };
        let offered = |referral: &Referral| (OfferFate::Offered(referral.id), referral.offered_units());
        let made: Vec<Fate> = referrals_of(&written).map(offered).collect();
        let refused = written.kept.as_ref().and_then(serde_json::Value::as_str);
        match refused.filter(|_| made.is_empty()) {
            Some(reason) => Ok(vec![(OfferFate::Refused(reason.to_owned()), 0); offers]),
            None if made.len() == offers => Ok(made),
            None => Err(Error::Internal(format!("the ledger answered {} referrals to {offers} offers", made.len()))),
        }
    }
}

fn asked(round: RoundId, outcome: &RoundOutcome, serving: &Serving) -> OfferAsked {
    OfferAsked {
        need: outcome.need(),
        item_ordinal: outcome.item_ordinal(),
        resource: serving.resource,
        quantity: Some(serving.quantity),
        answer_within: None,
        round: Some(round),
    }
}

fn note(outcome: &mut RoundOutcome, servings: &[Serving], fates: impl IntoIterator<Item = Fate>) {
    let pass = outcome.pass;
    outcome.offers.extend(servings.iter().zip(fates).map(|(serving, (fate, offered))| RoundOffer {
        pass,
        resource: serving.resource,
        quantity: serving.quantity,
        units: Some(OfferUnits { planned: serving.units(), offered }),
        fate,
    }));
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
        Error::OneOfSeveral { error, .. } => return refusal(error),
        Error::CapacityExhausted { .. } => "CAPACITY_EXHAUSTED",
        Error::ItemCovered { .. } => "ITEM_COVERED",
        Error::ResourceDoesNotFit { .. } | Error::TooManyHoldLines { .. } => "RESOURCE_DOES_NOT_FIT",
        Error::NotFound { .. } => "NOT_FOUND",
        Error::InvalidArgument(_) => "INVALID_FIELDS",
        Error::IllegalStep { .. } => "ILLEGAL_STATE",
        Error::FailedPrecondition { precondition, .. } => match precondition {
            Precondition::ResourceNotOffered => "RESOURCE_NOT_OFFERED",
            Precondition::Erased => "ERASED",
            Precondition::ConsentMissing => "CONSENT_MISSING",
            _ => "ILLEGAL_STATE",
        },
        _ => return None,
    })
}
