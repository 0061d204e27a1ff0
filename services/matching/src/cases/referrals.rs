//! Referrals: a need item offered to a resource, and the steps that follow.

use std::sync::Arc;

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use wishwell_domain::beneficiary::{ConsentPurpose, PersonalFields};
use wishwell_domain::error::Precondition;
use wishwell_domain::event::Change;
use wishwell_domain::ids::{NeedId, ReferralId, ResourceId, RoundId};
use wishwell_domain::ledger::{Command, Offer, Provider, Step};
use wishwell_domain::limits::OFFER_ATTEMPTS_MAX;
use wishwell_domain::need::{Need, NeedItem, NeedPersonal};
use wishwell_domain::referral::{Decision, Origin, Referral, ReferralState};
use wishwell_domain::zone::Zone;
use wishwell_domain::{Error, Violation, Violations};
use wishwell_engine::{Query, ReasonCode, Scratch, Snapshot, Subject, Wanted};
use wishwell_store::{Basis, StoreError, Written};

use super::find::query_error;
use super::{Caller, Platform};
use crate::known_needs::{KnownNeed, KnownNeeds};

/// What is to be offered to whom.
#[derive(Debug, Clone)]
pub(crate) struct OfferAsked {
    pub(crate) need: NeedId,
    pub(crate) item_ordinal: u16,
    pub(crate) resource: ResourceId,
    /// Of each occurrence; none for what is left.
    pub(crate) quantity: Option<i64>,
    /// None for what the urgency says.
    pub(crate) answer_within: Option<SignedDuration>,
    /// The round that makes it; none where somebody chose the resource.
    pub(crate) round: Option<RoundId>,
}

/// What the `attempt`th offer is held to, from 1 on: the last one only to what a need wants, for many who take of it at once change it for
/// each other. What is left of it the ledger says.
pub(crate) fn for_attempt(basis: Basis, attempt: usize) -> Basis {
    Basis { roughly: attempt >= OFFER_ATTEMPTS_MAX, ..basis }
}

/// An error of a provider that has a note to seal, without whose need it is: one name of a person or need would join all of its wishes.
fn without_its_subject(error: Error, referral: &Referral) -> Error {
    let name = referral.id.name();
    match error {
        Error::FailedPrecondition { precondition: Precondition::Erased, .. } => Error::FailedPrecondition {
            precondition: Precondition::Erased,
            message: format!("nothing is left that a note on {name} could be sealed with; deliver without one"),
            name,
        },
        // Others changed the need again and again: how often is nobody's who knows it as a wish.
        Error::EtagMismatch { name: of, .. } if of == referral.need.name() => StoreError::Outdated.into(),
        error => error,
    }
}

impl Caller {
    /// Whether a referral exists for this caller.
    pub(crate) fn reaches(&self, referral: &Referral, snapshot: &Snapshot) -> bool {
        if self.is_partner() {
            self.principal.organization == Some(referral.organization)
        } else {
            self.works_in(referral.division.as_ref(), snapshot)
        }
    }
}

impl Platform {
    /// A referral within the caller's reach; others do not exist for it.
    pub(crate) async fn referral(&self, caller: &Caller, id: ReferralId) -> Result<Referral, Error> {
        let snapshot = self.snapshot(caller, None).await?;
        let found = self.store.referral(caller.tenant(), id).await?;
        found.filter(|referral| caller.reaches(referral, &snapshot)).ok_or_else(|| Error::NotFound { name: id.name() })
    }

    /// Offers need items to chosen resources, all or none: upon what is at hand first, and where that comes to no answer, upon what
    /// is true now.
    pub(crate) async fn create_referrals(
        &self,
        caller: &Caller,
        field: impl Fn(usize) -> String + Sync,
        asked: Vec<OfferAsked>,
    ) -> Result<Written, Error> {
        let tenant = self.snapshots.of(caller.tenant()).await?;
        let at_hand = self.chosen(caller, &field, &asked, &tenant.current(), tenant.known_needs(), true).await;
        if let Ok((commands, basis)) = at_hand {
            match self.carry_out_upon(caller, commands, Some(basis)).await {
                Err(StoreError::Outdated) => {}
                written => return written.map_err(|error| as_asked(error, &field)),
            }
        }
        Box::pin(self.create_referrals_anew(caller, &field, &asked, tenant.known_needs())).await
    }

    async fn create_referrals_anew(
        &self,
        caller: &Caller,
        field: &(impl Fn(usize) -> String + Sync),
        asked: &[OfferAsked],
        known_needs: &KnownNeeds,
    ) -> Result<Written, Error> {
        self.once(caller, async {
            for attempt in 1..=OFFER_ATTEMPTS_MAX {
                let snapshot = self.fresh_snapshot(caller).await?;
                let (commands, basis) = self.chosen(caller, field, asked, &snapshot, known_needs, false).await?;
                match self.carry_out_upon(caller, commands, Some(for_attempt(basis, attempt))).await {
                    Err(StoreError::Outdated) => {}
                    written => return written.map_err(|error| as_asked(error, field)),
                }
            }
            Err(StoreError::Outdated.into())
        })
        .await
    }

    /// The offers, judged, and what they were judged upon: needs `at_hand`, or as they are read and from then on kept at hand.
    async fn chosen(
        &self,
        caller: &Caller,
        field: &(impl Fn(usize) -> String + Sync),
        asked: &[OfferAsked],
        snapshot: &Snapshot,
        known_needs: &KnownNeeds,
        at_hand: bool,
    ) -> Result<(Vec<Command>, Basis), Error> {
        let now = self.clock.now();
        let several = asked.len() > 1;
        let of_one = |index: usize| {
            move |error: Error| match error {
                Error::NotFound { .. } | Error::FailedPrecondition { .. } | Error::ResourceDoesNotFit { .. }
                    if several =>
                {
                    Error::OneOfSeveral { index, error: Box::new(error) }
                }
                error => error,
            }
        };
        let mut violations = Violations::new();
        let mut all_known = Vec::with_capacity(asked.len());
        for (index, asked) in asked.iter().enumerate() {
            // What is left of an item changes with every offer; who names a quantity does not ask for it.
            let known = if at_hand && asked.quantity.is_some() { known_needs.get(asked.need) } else { None };
            let known = match known.filter(|known| caller.works_in(known.need.division.as_ref(), snapshot)) {
                Some(known) => known,
                None => {
                    let read = self.known_need(caller, asked.need, snapshot).await.map_err(of_one(index))?;
                    let read = Arc::new(read);
                    known_needs.keep(&read);
                    read
                }
            };
            violations.take(item_of(&known.need, asked.item_ordinal, &field(index)));
            all_known.push(known);
        }
        violations.into_result()?;
        let mut commands = Vec::with_capacity(asked.len());
        let mut basis = Basis { position: snapshot.position(), ..Basis::default() };
        for (index, (asked, known)) in asked.iter().zip(all_known).enumerate() {
            commands.push(self.one_chosen(asked, &known, snapshot, now).map_err(of_one(index))?);
            let Basis { position, subjects, needs, .. } = known.basis_with(asked.resource, snapshot);
            basis.position = basis.position.min(position);
            basis.subjects.extend(subjects);
            basis.needs.extend(needs);
        }
        Ok((commands, basis))
    }

    fn one_chosen(
        &self,
        asked: &OfferAsked,
        known: &KnownNeed,
        snapshot: &Snapshot,
        now: Timestamp,
    ) -> Result<Command, Error> {
        let KnownNeed { need, facts, .. } = known;
        let subject = Subject { need, item: item_of(need, asked.item_ordinal, "")?, facts };
        let decision = self.judge(snapshot, &subject, asked.resource, asked.quantity, now)?;
        let offer = Offer {
            id: ReferralId::from_uuid(self.new_uuid()),
            need: asked.need,
            item_ordinal: asked.item_ordinal,
            resource: asked.resource,
            quantity: asked.quantity,
            origin: if asked.round.is_some() { Origin::Round } else { Origin::Chosen },
            round: asked.round,
            answer_within: asked.answer_within.unwrap_or_else(|| need.urgency.answer_within()),
            decision: Some(decision),
            previous: None,
            wish: None,
            refusal: None,
        };
        Ok(Command::Offer(Box::new(offer)))
    }

    /// Judges a resource that somebody chose. What it has left, the ledger says; everything else must fit.
    pub(crate) fn judge(
        &self,
        snapshot: &Snapshot,
        subject: &Subject<'_>,
        resource: ResourceId,
        quantity: Option<i64>,
        now: Timestamp,
    ) -> Result<Decision, Error> {
        let (decision, failed) = self.weigh(snapshot, subject, resource, quantity, now)?;
        if failed.is_empty() {
            return Ok(decision);
        }
        Err(Error::ResourceDoesNotFit {
            name: resource.name(),
            reasons: failed.into_iter().map(ReasonCode::name).collect(),
        })
    }

    /// The record of a decision for a resource that somebody chose, and what speaks against it, but for capacity.
    pub(crate) fn weigh(
        &self,
        snapshot: &Snapshot,
        subject: &Subject<'_>,
        resource: ResourceId,
        quantity: Option<i64>,
        now: Timestamp,
    ) -> Result<(Decision, Vec<ReasonCode>), Error> {
        let Subject { need, item, facts } = *subject;
        let question = Query::of_item(need, item, facts, now, Wanted { top_k: 1, near_misses: 1, quantity });
        let mut scratch = Scratch::default();
        let answer = snapshot
            .explain(resource, &question, self.scoring(snapshot, now).rules, &mut scratch)
            .map_err(|error| query_error("need", error))?;
        let mut decision = self.decision(snapshot, need, quantity, now);
        if let Some(candidate) = answer.candidates.first() {
            candidate.put_into(&mut decision, None);
            return Ok((decision, Vec::new()));
        }
        let reasons = answer.near_misses.first().map_or(&[][..], |miss| answer.reasons(miss));
        let failed = reasons.iter().map(wishwell_engine::Reason::code).filter(|code| *code != ReasonCode::NoCapacity);
        Ok((decision, failed.collect()))
    }

    /// The record of a decision made now for so much, before what was decided is put into it.
    pub(crate) fn decision(&self, snapshot: &Snapshot, need: &Need, quantity: Option<i64>, now: Timestamp) -> Decision {
        let scoring = self.scoring(snapshot, now);
        Decision {
            position: snapshot.position(),
            need_version: Some(need.version),
            asked: Some(quantity.into()),
            evaluated_at: now,
            engine_version: scoring.version(),
            prices: scoring.prices,
            rank: None,
            score: None,
            terms: Vec::new(),
            erased: false,
        }
    }

    /// Takes a step of a referral within the caller's reach.
    pub(crate) async fn step(&self, caller: &Caller, step: Step) -> Result<Written, Error> {
        self.once(caller, async {
            self.referral(caller, step.referral).await?;
            self.carry_out(caller, vec![Command::Step(step)]).await
        })
        .await
    }

    /// Takes the step of delivery with what the provider says of it. That is in free words about somebody, so it is sealed with the rest
    /// of the need.
    pub(crate) async fn deliver_with_note(&self, caller: &Caller, step: Step, note: &str) -> Result<Written, Error> {
        self.once(caller, async {
            let referral = self.referral(caller, step.referral).await?;
            let written = self.deliver_and_seal(caller, &referral, &step, note).await;
            written.map_err(|error| if caller.is_partner() { without_its_subject(error, &referral) } else { error })
        })
        .await
    }

    async fn deliver_and_seal(
        &self,
        caller: &Caller,
        referral: &Referral,
        step: &Step,
        note: &str,
    ) -> Result<Written, Error> {
        let mut attempts = super::UPDATE_ATTEMPTS_MAX;
        let step = Step { noted: true, ..step.clone() };
        loop {
            attempts -= 1;
            let need = self.store.need(caller.tenant(), referral.need).await?;
            let need = need.ok_or_else(|| Error::NotFound { name: referral.need.name() })?;
            let note = |personal: &mut NeedPersonal| personal.note_delivery(referral.id, note);
            let personal = self.reseal(caller, &need, note).await?;
            let reseal = Command::Reseal { need: need.id, personal, expected: need.version };
            match self.carry_out(caller, vec![reseal, Command::Step(step.clone())]).await {
                // The need has changed since it was read; the referral has not.
                Err(Error::EtagMismatch { name, .. }) if name == need.id.name() && attempts > 0 => {}
                written => return written,
            }
        }
    }

    /// How the beneficiary of a referral, or its household, can be reached: for the provider that promised help, while there is consent, and
    /// while its organization is cleared for that help.
    pub(crate) async fn contact(&self, caller: &Caller, referral: &Referral) -> Result<PersonalFields, Error> {
        let promised = matches!(
            referral.state,
            ReferralState::Accepted | ReferralState::InProgress | ReferralState::Delivered | ReferralState::Disputed
        );
        if !promised {
            let (name, state) = (referral.id.name(), referral.state.name());
            return Err(Error::IllegalStep { name, state, action: "show the contact" });
        }
        let missing = || Error::FailedPrecondition {
            precondition: Precondition::ConsentMissing,
            message: format!("no consent to share contact data is on record for {}", referral.id),
            name: referral.id.name(),
        };
        let need = self.store.need(caller.tenant(), referral.need).await?;
        if let Some(need) = &need {
            self.provider_of(caller, referral).await?.must_be_cleared(need, self.today(), caller.principal.role)?;
        }
        if let Some(household) = need.as_ref().and_then(Need::household_alone) {
            let (member, personal) = self.reachable_member(caller, household).await?.ok_or_else(missing)?;
            caller.record_disclosure(&member.name());
            return Ok(personal);
        }
        let beneficiary = match need.and_then(|need| need.beneficiary) {
            Some(id) => self.store.beneficiary(caller.tenant(), id).await?,
            None => None,
        };
        let now = self.clock.now();
        let consenting = beneficiary.filter(|found| found.consents_to(ConsentPurpose::ContactSharing, now));
        let beneficiary = consenting.ok_or_else(missing)?;
        caller.record_disclosure(&beneficiary.id.name());
        self.personal_fields(caller, &beneficiary).await?.ok_or_else(missing)
    }

    /// Who keeps what a referral promises, as it stands now.
    async fn provider_of(&self, caller: &Caller, referral: &Referral) -> Result<Provider, Error> {
        let organization = self.organization(caller, referral.organization).await?;
        let resource = self.store.resource(caller.tenant(), referral.resource).await?;
        let resource = resource.ok_or_else(|| Error::NotFound { name: referral.resource.name() })?;
        Ok(Provider::of(organization, &resource))
    }

    fn today(&self) -> Date {
        Zone::of_places().date_at(self.clock.now())
    }
}

/// What the ledger has against offers, with the paths of the request that asked for them.
fn as_asked(error: StoreError, field: impl Fn(usize) -> String) -> Error {
    let StoreError::Refused(error) = error else { return error.into() };
    let (index, error) = match *error {
        Error::OneOfSeveral { index, error } => (Some(index), *error),
        error => (None, error),
    };
    match (error, index) {
        (Error::InvalidArgument(violations), index) => {
            let offer = field(index.unwrap_or_default());
            let asked = |told: Violation| Violation { field: format!("{offer}.{}", told.field), ..told };
            Error::InvalidArgument(violations.into_iter().map(asked).collect())
        }
        (error, Some(index)) => Error::OneOfSeveral { index, error: Box::new(error) },
        (error, None) => error,
    }
}

/// An item of a need, by its place.
pub(crate) fn item_of<'n>(need: &'n Need, ordinal: u16, field: &str) -> Result<&'n NeedItem, Violation> {
    need.items.iter().find(|item| item.ordinal == ordinal).ok_or_else(|| {
        let message = format!("the need has {} items", need.items.len());
        let path = if field.is_empty() { "item_ordinal".to_owned() } else { format!("{field}.item_ordinal") };
        Violation::new(path, "item.unknown", message).with_value(ordinal)
    })
}

/// The referrals that a write made or changed, in order.
pub(crate) fn referrals_of(written: &Written) -> impl Iterator<Item = &Referral> {
    written.outcomes.iter().filter_map(|outcome| match &outcome.after {
        Some(Change::Referral(referral)) => Some(referral.as_ref()),
        _ => None,
    })
}

/// An identifier that is the same whenever it is derived from the same one for the same purpose.
pub(crate) fn derived_uuid(from: Uuid, purpose: &[u8]) -> Uuid {
    let mut input = from.as_bytes().to_vec();
    input.extend_from_slice(purpose);
    let digest = ring::digest::digest(&ring::digest::SHA256, &input);
    let mut bytes = [0; 16];
    bytes.iter_mut().zip(digest.as_ref()).for_each(|(byte, digest)| *byte = *digest);
    uuid::Builder::from_custom_bytes(bytes).into_uuid()
}
