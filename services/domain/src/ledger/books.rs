//! The books: what some commands concern, and what they make of it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::Date;

use super::shelf::Shelf;
use super::{Claims, Command, Offering, Provider, Refusal, SetFigures, figures};
use crate::capacity_pool::{CapacityPool, Figures};
use crate::error::{Error, Precondition, Violation};
use crate::ids::{BeneficiaryId, CapacityPoolId, NeedId, OrganizationId, ReferralId, ResourceId, Version};
use crate::need::Need;
use crate::referral::Referral;
use crate::resource::Resource;

/// Pools, needs and referrals under change. Whoever brings them holds them locked until what changed is written.
#[derive(Debug)]
pub struct Books {
    /// The present, by the database's clock.
    pub(super) now: Timestamp,
    pub(super) pools: Shelf<CapacityPoolId, CapacityPool>,
    pub(super) needs: Shelf<NeedId, Need>,
    pub(super) referrals: Shelf<ReferralId, Referral>,
    /// Resources that are new.
    pub(super) resources: Shelf<ResourceId, Resource>,
    pub(super) offerings: BTreeMap<ResourceId, Arc<Offering>>,
    /// Who keeps what is to be promised.
    providers: BTreeMap<ReferralId, Provider>,
    /// Automatic offers that organizations got within a day.
    pub(super) contacts: Shelf<OrganizationId, Contacts>,
    /// What organizations have claimed that claim now.
    pub(super) claims: Shelf<OrganizationId, Claims>,
    /// Resources that were asked for an item.
    pub(super) asked: Shelf<(NeedId, u16, ResourceId), ()>,
    /// The offer that comes after another in its chain.
    pub(super) followers: Shelf<ReferralId, Follower>,
    /// Periods that a pool no longer lists, and in which something was used up.
    pub(super) forgotten: BTreeSet<(CapacityPoolId, Date)>,
    /// Whose data was erased.
    erased: BTreeSet<BeneficiaryId>,
}

/// Automatic offers that an organization got within a day.
#[derive(Debug, Clone, Copy)]
pub(super) struct Contacts {
    pub(super) offers: i64,
    /// When the first of them was made.
    pub(super) first_at: Timestamp,
}

/// An offer that comes after another in its chain.
#[derive(Debug, Clone, Copy)]
pub(super) struct Follower {
    pub(super) id: ReferralId,
    pub(super) attempt: u32,
}

/// What a command was about; its entity is among the changes unless nothing changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Done {
    /// A referral, new or a step further.
    Referral(ReferralId),
    /// A pool with new figures, or a new one.
    Pool(CapacityPoolId),
    /// A need, taken back.
    Need(NeedId),
    /// A referral that was as asked already.
    Unchanged(ReferralId),
}

/// An entity that changed: as stored, and as it is now.
#[derive(Debug, Clone, PartialEq)]
pub struct Changed<T> {
    /// As the store has it; none when new.
    pub before: Option<Arc<T>>,
    /// As it shall be, in its next version.
    pub after: T,
}

/// Everything that changed, each kind in the order of identifiers.
#[derive(Debug, Default)]
pub struct Changes {
    /// Resources that are new.
    pub resources: Vec<Changed<Resource>>,
    /// Pools whose figures changed.
    pub pools: Vec<Changed<CapacityPool>>,
    /// Needs whose state or items changed.
    pub needs: Vec<Changed<Need>>,
    /// Referrals that are new or a step further.
    pub referrals: Vec<Changed<Referral>>,
}

impl Books {
    /// Empty books at `now`.
    #[must_use]
    pub fn new(now: Timestamp) -> Self {
        Self {
            now,
            pools: Shelf::default(),
            needs: Shelf::default(),
            referrals: Shelf::default(),
            resources: Shelf::default(),
            offerings: BTreeMap::new(),
            providers: BTreeMap::new(),
            contacts: Shelf::default(),
            claims: Shelf::default(),
            asked: Shelf::default(),
            followers: Shelf::default(),
            forgotten: BTreeSet::new(),
            erased: BTreeSet::new(),
        }
    }

    /// Brings a pool.
    pub fn bring_pool(&mut self, pool: impl Into<Arc<CapacityPool>>) {
        let pool = pool.into();
        self.pools.bring(pool.id, pool);
    }

    /// Brings a need.
    pub fn bring_need(&mut self, need: impl Into<Arc<Need>>) {
        let need = need.into();
        self.needs.bring(need.id, need);
    }

    /// Brings a referral.
    pub fn bring_referral(&mut self, referral: Referral) {
        self.referrals.bring(referral.id, Arc::new(referral));
    }

    /// Brings what is to be known of a resource.
    pub fn bring_offering(&mut self, offering: impl Into<Arc<Offering>>) {
        let offering = offering.into();
        self.offerings.insert(offering.resource, offering);
    }

    /// Brings who is to keep what a referral promises, as it stands now.
    pub fn bring_provider(&mut self, referral: ReferralId, provider: Provider) {
        self.providers.insert(referral, provider);
    }

    /// Brings how many automatic offers an organization got within a day, at least one, and when the first of them was made.
    pub fn bring_contacts(&mut self, organization: OrganizationId, offers: i64, first_at: Timestamp) {
        self.contacts.bring(organization, Arc::new(Contacts { offers, first_at }));
    }

    /// Brings what an organization has claimed.
    pub fn bring_claims(&mut self, organization: OrganizationId, claims: Claims) {
        self.claims.bring(organization, Arc::new(claims));
    }

    /// Brings that a resource was asked for an item of a need before.
    pub fn bring_asked(&mut self, need: NeedId, item_ordinal: u16, resource: ResourceId) {
        self.asked.bring((need, item_ordinal, resource), Arc::new(()));
    }

    /// Brings which offer comes after another in its chain, and which of the chain that is.
    pub fn bring_follower(&mut self, previous: ReferralId, id: ReferralId, attempt: u32) {
        self.followers.bring(previous, Arc::new(Follower { id, attempt }));
    }

    /// Brings that a beneficiary was erased: its needs take no personal fields any more.
    pub fn bring_erased(&mut self, beneficiary: BeneficiaryId) {
        self.erased.insert(beneficiary);
    }

    /// Brings that something was used up in a period that its pool no longer lists.
    pub fn bring_forgotten(&mut self, pool: CapacityPoolId, period_start: Date) {
        self.forgotten.insert((pool, period_start));
    }

    /// The period that new figures are said of, where its pool, which was brought, may have forgotten it: whether something was used up in
    /// it is to be brought as well.
    #[must_use]
    pub fn may_have_forgotten(&self, set: &SetFigures) -> Option<Date> {
        let pool = self.pools.get(set.pool)?;
        set.period_start.filter(|start| pool.may_have_forgotten(*start, self.now))
    }

    /// A need that was brought, as it is by now.
    #[must_use]
    pub fn brought_need(&self, id: NeedId) -> Option<&Need> {
        self.needs.get(id)
    }

    /// Where new figures of a pool that was brought would not cover what is used up: the pool itself, or a period by its first day. Who used
    /// it is to be brought as well, to be named; nobody can call that off.
    #[must_use]
    pub fn used_beyond(&self, set: &SetFigures) -> Option<(Option<Date>, Figures)> {
        figures::used_beyond(self.pools.get(set.pool)?, set, self.now)
    }

    /// Lets every offer lapse whose time is over: a sweeper that stands still changes nothing.
    pub fn let_lapsed_offers_go(&mut self) {
        let lapsed: Vec<ReferralId> = self
            .referrals
            .iter()
            .filter(|referral| referral.has_lapsed(self.now))
            .map(|referral| referral.id)
            .collect();
        for id in lapsed {
            // Nothing stands in the way of what only gives back; were it otherwise, the offer would stay as it is.
            match self.expire(id) {
                Ok(_) => self.settle(),
                Err(_) => self.take_back(),
            }
        }
    }

    /// Carries out commands in order, all or none.
    ///
    /// # Errors
    /// Why none was carried out: of several offers, [`Error::OneOfSeveral`].
    pub fn carry_out(&mut self, principal: &str, commands: &[Command]) -> Result<Vec<Done>, Refusal> {
        let are_offers = commands.len() > 1 && commands.iter().all(|command| matches!(command, Command::Offer(_)));
        let one = |(index, command)| match self.one(principal, command) {
            Err(Refusal::Refused(error)) if are_offers => {
                Err(Error::OneOfSeveral { index, error: Box::new(error) }.into())
            }
            done => done,
        };
        let done: Result<Vec<Done>, Refusal> = commands.iter().enumerate().map(one).collect();
        match &done {
            Ok(_) => self.settle(),
            Err(_) => self.take_back(),
        }
        done
    }

    fn one(&mut self, principal: &str, command: &Command) -> Result<Done, Refusal> {
        match command {
            Command::Offer(offer) => self.offer(principal, offer),
            Command::Pledge(pledge) => self.pledge(pledge),
            Command::Step(step) => self.step(principal, step),
            Command::SetFigures(set) => figures::set(self, principal, set),
            Command::EndNeed { need, ending, arrived, personal, expected } => {
                self.end_need(principal, *need, (*ending, arrived), personal.as_ref(), *expected)
            }
            Command::Reseal { need, personal, expected } => {
                self.need_must_be_current(*need, Some(*expected))?;
                self.must_not_be_erased(*need)?;
                self.change_need(*need)?.personal = Some(personal.clone());
                Ok(Done::Need(*need))
            }
            Command::Look { referral } => Ok(Done::Unchanged(self.referral(*referral)?.id)),
            Command::Escalate { referral, why } => self.escalate(*referral, *why),
            Command::TellOfWaiting { referral } => self.tell_of_waiting(*referral),
        }
    }

    /// What was sealed before an erasure would come back by a need that is written after it.
    pub(super) fn must_not_be_erased(&self, need: NeedId) -> Result<(), Error> {
        let need = self.need(need)?;
        let beneficiary = need.beneficiary.filter(|beneficiary| self.erased.contains(beneficiary));
        let erased = beneficiary.map(|beneficiary| beneficiary.name());
        match erased.or_else(|| need.erased_at.map(|_| need.id.name())) {
            Some(name) => Err(Error::FailedPrecondition {
                precondition: Precondition::Erased,
                message: format!("{name} was erased"),
                name,
            }),
            None => Ok(()),
        }
    }

    fn settle(&mut self) {
        self.resources.settle();
        self.pools.settle();
        self.needs.settle();
        self.referrals.settle();
        self.contacts.settle();
        self.claims.settle();
        self.asked.settle();
        self.followers.settle();
    }

    fn take_back(&mut self) {
        self.resources.take_back();
        self.pools.take_back();
        self.needs.take_back();
        self.referrals.take_back();
        self.contacts.take_back();
        self.claims.take_back();
        self.asked.take_back();
        self.followers.take_back();
    }

    /// What is to be known of a resource, brought or new.
    pub(super) fn offering(&self, id: ResourceId) -> Result<Arc<Offering>, Error> {
        let new = || self.resources.get(id).map(|resource| Arc::new(Offering::from(resource)));
        let known = self.offerings.get(&id).cloned().or_else(new);
        known.ok_or_else(|| Error::NotFound { name: id.name() })
    }

    /// A referral to be changed, once in the life of these books: its steps are written one by one. A second request waits for
    /// the next books; one that names it twice itself would wait for ever.
    pub(super) fn change_referral(&mut self, id: ReferralId) -> Result<&mut Referral, Refusal> {
        if self.referrals.is_unsettled(id) {
            let message = format!("must change {} once at most", id.name());
            return Err(Error::from(Violation::new("commands", "ledger.once", message)).into());
        }
        if self.referrals.is_changed(id) {
            return Err(Refusal::Later);
        }
        let now = self.now;
        let referral = self.referrals.change(id).ok_or_else(|| Error::NotFound { name: id.name() })?;
        referral.version = Version(referral.version.0 + 1);
        referral.updated_at = now;
        Ok(referral)
    }

    pub(super) fn referral(&self, id: ReferralId) -> Result<&Referral, Error> {
        self.referrals.get(id).ok_or_else(|| Error::NotFound { name: id.name() })
    }

    pub(super) fn provider(&self, id: ReferralId) -> Result<&Provider, Error> {
        self.providers.get(&id).ok_or_else(|| Error::NotFound { name: id.name() })
    }

    pub(super) fn need(&self, id: NeedId) -> Result<&Need, Error> {
        self.needs.get(id).ok_or_else(|| Error::NotFound { name: id.name() })
    }

    pub(super) fn pool(&self, id: CapacityPoolId) -> Result<&CapacityPool, Error> {
        self.pools.get(id).ok_or_else(|| Error::NotFound { name: id.name() })
    }

    /// Refuses a pool whose version is not the expected one. What changed in these books has its next version only when they are
    /// written, so that whoever expects a version waits for that.
    pub(super) fn pool_must_be_current(&self, id: CapacityPoolId, expected: Option<Version>) -> Result<(), Refusal> {
        let standing = Standing { changed: self.pools.is_changed(id), unsettled: self.pools.is_unsettled(id) };
        standing.must_be_current(id.name(), expected, self.pool(id)?.version)
    }

    /// As [`Books::pool_must_be_current`], of a need.
    pub(super) fn need_must_be_current(&self, id: NeedId, expected: Option<Version>) -> Result<(), Refusal> {
        let standing = Standing { changed: self.needs.is_changed(id), unsettled: self.needs.is_unsettled(id) };
        standing.must_be_current(id.name(), expected, self.need(id)?.version)
    }

    pub(super) fn change_need(&mut self, id: NeedId) -> Result<&mut Need, Error> {
        self.needs.change(id).ok_or_else(|| Error::NotFound { name: id.name() })
    }

    pub(super) fn change_pool(&mut self, id: CapacityPoolId) -> Result<&mut CapacityPool, Error> {
        self.pools.change(id).ok_or_else(|| Error::NotFound { name: id.name() })
    }

    /// Closes the books: pools and needs go to their next version, however many commands changed them.
    #[must_use]
    pub fn close(self) -> Changes {
        let now = self.now;
        let mut changes = Changes {
            resources: changed(self.resources),
            pools: changed(self.pools),
            needs: changed(self.needs),
            referrals: changed(self.referrals),
        };
        for pool in &mut changes.pools {
            pool.after.version = Version(pool.after.version.0 + 1);
            pool.after.updated_at = now;
            pool.after.forget_empty_periods(now);
        }
        for need in &mut changes.needs {
            need.after.version = Version(need.after.version.0 + 1);
            need.after.updated_at = now;
            if let Some(before) = &need.before {
                need.after.follow(before);
            }
        }
        changes
    }
}

/// Where an entity stands in the books.
struct Standing {
    /// Changed since it was brought.
    changed: bool,
    /// Changed by the request under way.
    unsettled: bool,
}

impl Standing {
    fn must_be_current(&self, name: String, expected: Option<Version>, version: Version) -> Result<(), Refusal> {
        let Some(expected) = expected else { return Ok(()) };
        let actual = if self.unsettled { version.0 + 1 } else { version.0 };
        if expected.0 != actual {
            return Err(Error::EtagMismatch { name, expected: expected.0, actual }.into());
        }
        if self.changed { Err(Refusal::Later) } else { Ok(()) }
    }
}

fn changed<K: Ord + Copy, T: Clone>(shelf: Shelf<K, T>) -> Vec<Changed<T>> {
    shelf.into_changed().into_iter().map(|(before, after)| Changed { before, after }).collect()
}
