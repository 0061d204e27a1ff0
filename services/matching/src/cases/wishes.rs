//! The wishing pool: needs as partners see them, claimed with a resource or a pledge.

use jiff::Timestamp;
use jiff::civil::Date;
use uuid::Uuid;
use wishwell_domain::area::ServiceArea;
use wishwell_domain::capacity_pool::{CapacityPool, Figures, PoolKind};
use wishwell_domain::error::Precondition;
use wishwell_domain::ids::{CapacityPoolId, NeedId, OrganizationId, ReferralId, ResourceId, Version};
use wishwell_domain::ledger::{Command, NOT_VETTED_FOR_MINORS, Offer, Pledge, Provider};
use wishwell_domain::limits::OFFER_ATTEMPTS_MAX;
use wishwell_domain::need::{Need, NeedItem};
use wishwell_domain::occurrence::Share;
use wishwell_domain::referral::{Decision, Origin};
use wishwell_domain::resource::{DeliveryMode, Draw, Resource, ResourceLifecycle};
use wishwell_domain::text::LocalizedText;
use wishwell_domain::unit::is_money;
use wishwell_domain::zone::Zone;
use wishwell_domain::{Error, Violations};
use wishwell_engine::{ReasonCode, Snapshot, Subject};
use wishwell_store::{Basis, StoreError, Written};

use super::find::query_error;
use super::referrals::{for_attempt, item_of};
use super::{Caller, Platform};
use crate::known_needs::KnownNeed;

/// What a partner claims a wish with.
#[derive(Debug, Clone)]
pub(crate) enum Gift {
    /// A resource of its own.
    Resource(ResourceId),
    /// Something that was in no catalogue.
    Pledge(PledgeAsked),
}

/// What is pledged, in words.
#[derive(Debug, Clone)]
pub(crate) struct PledgeAsked {
    pub(crate) title: LocalizedText,
    pub(crate) content: String,
    pub(crate) responsible_party: String,
    pub(crate) service_standard: String,
}

/// A wish claimed by a partner.
#[derive(Debug, Clone)]
pub(crate) struct Claim {
    /// As partners know it: `wishes/{uuid}`.
    pub(crate) wish: String,
    /// The UUID in it.
    pub(crate) name: Uuid,
    pub(crate) item_ordinal: u16,
    pub(crate) gift: Gift,
    pub(crate) quantity: Option<i64>,
}

impl Platform {
    /// Claims a wish: referred and accepted at once. What is said of it names the wish, never the need.
    pub(crate) async fn claim(&self, caller: &Caller, claim: Claim) -> Result<Written, Error> {
        let organization = caller.principal.organization.ok_or(Error::Unauthenticated)?;
        let wish = claim.wish.clone();
        let claiming = async {
            self.refused_claims.may_claim(caller, organization, self.clock.now())?;
            let need = self.needs_of_wishes(caller, &[claim.name]).await?.remove(&claim.name).map(|need| need.id);
            let need = need.ok_or_else(|| Error::NotFound { name: wish.clone() })?;
            let claimed = self.claim_by_need(caller, organization, need, &claim).await;
            claimed.map_err(|error| as_partner_knows_it(error, &need.name(), &wish))
        };
        let claimed = self.once(caller, claiming).await;
        claimed.inspect_err(|error| self.refused_claims.count(caller, organization, &wish, error, self.clock.now()))
    }

    async fn claim_by_need(
        &self,
        caller: &Caller,
        organization: OrganizationId,
        id: NeedId,
        claim: &Claim,
    ) -> Result<Written, Error> {
        for attempt in 1..=OFFER_ATTEMPTS_MAX {
            let (commands, basis) = self.claimed(caller, organization, id, claim).await?;
            match self.carry_out_upon(caller, commands, Some(for_attempt(basis, attempt))).await {
                Err(StoreError::Outdated) => {}
                written => return Ok(written?),
            }
        }
        Err(StoreError::Outdated.into())
    }

    /// The claim, judged, and what it was judged upon.
    async fn claimed(
        &self,
        caller: &Caller,
        organization: OrganizationId,
        id: NeedId,
        claim: &Claim,
    ) -> Result<(Vec<Command>, Basis), Error> {
        let snapshot = self.fresh_snapshot(caller).await?;
        let known = self.known_need(caller, id, &snapshot).await?;
        let KnownNeed { need, facts, .. } = &known;
        if need.wish.is_none() {
            return Err(Error::NotFound { name: claim.wish.clone() });
        }
        let item = item_of(need, claim.item_ordinal, "")?;
        let mut commands = Vec::with_capacity(2);
        let (resource, origin, decision, refusal, basis) = match &claim.gift {
            Gift::Resource(resource) => {
                let resource = *resource;
                self.resource_to_ask_for(caller, resource, &snapshot).map_err(|_| not_found(resource))?;
                let subject = Subject { need, item, facts };
                let (decision, refusal) = self.judge_claim(&snapshot, &subject, resource, claim.quantity)?;
                (resource, Origin::Claim, Some(decision), refusal, known.basis_with(resource, &snapshot))
            }
            Gift::Pledge(asked) => {
                let now = self.clock.now();
                let share = share_of_pledge(need, item, claim.quantity, now);
                let last_day = last_day_of(need, item, share.as_ref(), now);
                let refusal = self.may_pledge(caller, organization, need, last_day).await?;
                // What cannot be given any more, the ledger refuses.
                let total = share.map_or_else(|| claim.quantity.unwrap_or(item.quantity), |share| share.units());
                let pledge = self.pledge(organization, need, item, asked.clone(), total)?;
                let resource = pledge.resource.id;
                let mut basis = known.basis();
                basis.subjects.push(organization.name());
                commands.push(Command::Pledge(Box::new(pledge)));
                (resource, Origin::Pledge, None, refusal, basis)
            }
        };
        let offer = Offer {
            id: ReferralId::from_uuid(self.new_uuid()),
            need: id,
            item_ordinal: claim.item_ordinal,
            resource,
            quantity: claim.quantity,
            origin,
            round: None,
            answer_within: need.urgency.answer_within(),
            decision,
            previous: None,
            // Should it be published anew meanwhile, something else may be wished for.
            wish: Some(claim.name),
            refusal: refusal.map(Box::new),
        };
        commands.push(Command::Offer(Box::new(offer)));
        Ok((commands, basis))
    }

    /// Judges a resource that a wish is claimed with by what the wish shows. Whoever claims says that it reaches any part of the place
    /// that is shown: were it refused for lying outside of its area, or for whom it is, chosen areas and rules would find out where
    /// somebody lives and who that is, without anybody noticing. Only who may come near minors or to a home for as long as is asked is
    /// decided by the need itself, and last: the error that comes with a decision is for when nothing else speaks against the claim.
    fn judge_claim(
        &self,
        snapshot: &Snapshot,
        subject: &Subject<'_>,
        resource: ResourceId,
        quantity: Option<i64>,
    ) -> Result<(Decision, Option<Error>), Error> {
        let now = self.clock.now();
        let fits = snapshot.wish_fits(resource, subject.need.id, subject.item.ordinal, now);
        let (decision, failed) = self.weigh(snapshot, subject, resource, quantity, now)?;
        // Why somebody is not served is nothing a partner may learn.
        let refusal = || Error::ResourceDoesNotFit { name: resource.name(), reasons: Vec::new() };
        // An item that is not in the pool any more is covered, as the ledger says.
        if !fits.map_err(|error| query_error("resource", error))?.unwrap_or(true) {
            return Err(refusal());
        }
        // A wish does not show for how long it asks to be visited either.
        let vettings = [ReasonCode::NotVettedForMinors, ReasonCode::NotVettedForHomeVisits];
        Ok((decision, failed.iter().any(|code| vettings.contains(code)).then(refusal)))
    }

    /// Whoever gives what no catalogue holds must be known all the same, and be vetted for how it reaches people until the last day on
    /// which it may come. That it is not vetted for minors is answered, for when nothing else speaks against the pledge.
    async fn may_pledge(
        &self,
        caller: &Caller,
        id: OrganizationId,
        need: &Need,
        last_day: Date,
    ) -> Result<Option<Error>, Error> {
        let organization = self.organization(caller, id).await?;
        let pledging = Provider::reaching(organization, vec![mode_of(need)], None);
        // What an organization lacks it may be told, but not that minors are why.
        let (minors, told): (Vec<_>, Vec<_>) =
            pledging.barred_by(need, last_day).into_iter().partition(|reason| *reason == NOT_VETTED_FOR_MINORS);
        let refusal = |reasons| Error::ResourceDoesNotFit { name: id.name(), reasons };
        if !told.is_empty() {
            return Err(refusal(told));
        }
        Ok((!minors.is_empty()).then(|| refusal(Vec::new())))
    }

    /// The resource and the pool that a pledge becomes: as much as is claimed, over all occurrences, and no more.
    fn pledge(
        &self,
        organization: OrganizationId,
        need: &Need,
        item: &NeedItem,
        asked: PledgeAsked,
        total: i64,
    ) -> Result<Pledge, Error> {
        let now = self.clock.now();
        // Whoever adds up what money there is finds pledges among the budgets.
        let is_money = is_money(item.unit.code());
        let (kind, currency) =
            if is_money { (PoolKind::Budget, Some("CNY".to_owned())) } else { (PoolKind::Stock, None) };
        let pool = CapacityPool {
            id: CapacityPoolId::from_uuid(self.new_uuid()),
            external: None,
            organization,
            name: asked.title.zh_first().to_owned(),
            kind,
            unit: item.unit,
            currency,
            period: None,
            figures: Figures { total: Some(total), ..Figures::default() },
            periods: Vec::new(),
            pledged: true,
            confirmed_at: now,
            version: Version::default(),
            created_at: now,
            updated_at: now,
        };
        let resource = Resource {
            id: ResourceId::from_uuid(self.new_uuid()),
            external: None,
            organization,
            title: asked.title,
            content: asked.content,
            responsible_party: asked.responsible_party,
            service_standard: asked.service_standard,
            categories: vec![item.category.clone()],
            unit: Some(item.unit),
            place: None,
            division: None,
            areas: vec![ServiceArea::Everywhere],
            modes: vec![mode_of(need)],
            schedule: None,
            eligibility: None,
            draws: vec![Draw { pool: pool.id, quantity_per_unit: 1 }],
            lifecycle: ResourceLifecycle::Active,
            valid_from: None,
            valid_until: None,
            version: Version::default(),
            created_at: now,
            updated_at: now,
        };
        let mut violations = Violations::new();
        resource.check("pledge", &mut violations);
        pool.check("pledge", &mut violations);
        violations.into_result()?;
        Ok(Pledge { resource, pool })
    }
}

/// How a pledge reaches the beneficiary: the way that asks least of the giver.
const fn mode_of(need: &Need) -> DeliveryMode {
    if need.mobility.remote && !need.mobility.delivery && !need.mobility.home_visit {
        DeliveryMode::Remote
    } else if need.mobility.home_visit && !need.mobility.delivery {
        DeliveryMode::HomeVisit
    } else {
        DeliveryMode::Delivery
    }
}

/// What a pledge gives of an item; none where so much is not left.
fn share_of_pledge(need: &Need, item: &NeedItem, quantity: Option<i64>, now: Timestamp) -> Option<Share> {
    let zone = Zone::of_places();
    let last = need.recurs_until(now).map(|until| zone.last_date_before(until));
    item.next_share(zone.date_at(need.window(now).0), last, quantity)
}

/// The last day on which a share may be given: of the need's window, or of the last period of what recurs without an end. Where it comes
/// once and nobody said by when, the first day.
fn last_day_of(need: &Need, item: &NeedItem, share: Option<&Share>, now: Timestamp) -> Date {
    let zone = Zone::of_places();
    if item.recurrence.is_none() && need.recurs_until(now).is_none() {
        return zone.date_at(need.window(now).0);
    }
    let last = share.and_then(|share| share.periods.last()).filter(|_| need.recurs_until(now).is_none());
    let end = last.zip(item.recurrence).map(|(last, recurrence)| zone.start_of(recurrence.every.next_start(*last)));
    zone.last_date_before(end.unwrap_or(need.window(now).1))
}

fn not_found(resource: ResourceId) -> Error {
    Error::NotFound { name: resource.name() }
}

/// An error without the need's own name.
fn as_partner_knows_it(error: Error, need: &str, wish: &str) -> Error {
    let known = |name: String| if name == need { wish.to_owned() } else { name };
    match error {
        Error::NotFound { name } => Error::NotFound { name: known(name) },
        Error::ItemCovered { name, item, asked, left } => Error::ItemCovered { name: known(name), item, asked, left },
        Error::FailedPrecondition { precondition: Precondition::NeedNotOpen, name, message } => {
            let message = message.replace(need, wish);
            Error::FailedPrecondition { precondition: Precondition::NeedNotOpen, name: known(name), message }
        }
        // Its beneficiary has just taken the consent back, and with it the wish out of the pool.
        Error::FailedPrecondition { precondition: Precondition::ConsentMissing, .. } => {
            Error::NotFound { name: wish.to_owned() }
        }
        // For which days capacity was looked for tells by when the help is needed, and so does what those days have left.
        Error::CapacityExhausted { pool, period_start: Some(_), .. } => {
            Error::ResourceDoesNotFit { name: pool, reasons: vec![ReasonCode::NoCapacity.name()] }
        }
        error => error,
    }
}
