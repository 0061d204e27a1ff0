//! Books with a few pools, needs and resources in them, and what is asked of them in few words.

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;
use wishwell_domain::capacity_pool::{CapacityPool, Figures, PeriodLength, PeriodRule, PoolKind};
use wishwell_domain::ids::{CapacityPoolId, NeedId, OrganizationId, ReferralId, ResourceId, Version};
use wishwell_domain::ledger::{
    Books, Changes, Claims, Command, Done, Escalation, NewTotal, Offer, Offering, Provider, Refusal, SetFigures, Step,
};
use wishwell_domain::need::{Ending, Need, NeedItem};
use wishwell_domain::organization::Organization;
use wishwell_domain::principal::Role;
use wishwell_domain::referral::{Action, Origin, Referral};
use wishwell_domain::resource::{DeliveryMode, Draw, ResourceLifecycle};

use crate::fixtures::{at, item, need, organization, pool};

/// Monday, ten in the morning in Yinchuan.
pub(crate) fn monday() -> Timestamp {
    at("2026-11-23T02:00:00Z")
}

/// What a store has: it hands out books and writes what they say.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct World {
    pub(crate) now: Timestamp,
    pub(crate) pools: Vec<CapacityPool>,
    pub(crate) needs: Vec<Need>,
    pub(crate) referrals: Vec<Referral>,
    pub(crate) offerings: Vec<Offering>,
    /// Whose all resources are, and how they reach people.
    pub(crate) organization: Organization,
    pub(crate) modes: Vec<DeliveryMode>,
    /// What it has claimed before.
    pub(crate) claims: Option<Claims>,
}

impl World {
    pub(crate) fn new(pools: Vec<CapacityPool>, offerings: Vec<Offering>, needs: Vec<Need>) -> Self {
        let (now, organization, modes) = (monday(), organization(), vec![DeliveryMode::Delivery]);
        Self { now, pools, needs, referrals: Vec::new(), offerings, organization, modes, claims: None }
    }

    /// Books with everything in them.
    pub(crate) fn books(&self) -> Books {
        let mut books = Books::new(self.now);
        self.pools.iter().cloned().for_each(|pool| books.bring_pool(pool));
        self.needs.iter().cloned().for_each(|need| books.bring_need(need));
        self.referrals.iter().cloned().for_each(|referral| books.bring_referral(referral));
        self.claims.into_iter().for_each(|claims| books.bring_claims(self.organization.id, claims));
        for referral in &self.referrals {
            let provider = Provider::reaching(self.organization.clone(), self.modes.clone(), None);
            books.bring_provider(referral.id, provider);
            referral
                .previous
                .into_iter()
                .for_each(|before| books.bring_follower(before, referral.id, referral.attempt));
        }
        self.offerings.iter().cloned().for_each(|offering| books.bring_offering(offering));
        books
    }

    /// Writes what changed.
    pub(crate) fn write(&mut self, changes: Changes) {
        for changed in changes.pools {
            let known = self.pools.iter_mut().find(|pool| pool.id == changed.after.id).unwrap();
            assert_eq!(Some(&*known), changed.before.as_deref());
            *known = changed.after;
        }
        for changed in changes.needs {
            let known = self.needs.iter_mut().find(|need| need.id == changed.after.id).unwrap();
            assert_eq!(Some(&*known), changed.before.as_deref());
            *known = changed.after;
        }
        for changed in changes.referrals {
            let known = self.referrals.iter_mut().find(|referral| referral.id == changed.after.id);
            assert_eq!(known.as_deref(), changed.before.as_deref());
            match known {
                Some(known) => *known = changed.after,
                None => self.referrals.push(changed.after),
            }
        }
    }

    /// One request in books of its own, written when it was carried out.
    pub(crate) fn try_ask(&mut self, commands: &[Command]) -> Result<Vec<Done>, Refusal> {
        let mut books = self.books();
        books.let_lapsed_offers_go();
        let done = books.carry_out("desk", commands);
        self.write(books.close());
        done
    }

    pub(crate) fn ask(&mut self, command: Command) -> Done {
        self.try_ask(&[command]).unwrap().remove(0)
    }

    /// What is said against a command.
    pub(crate) fn refusal(&mut self, command: Command) -> String {
        match self.try_ask(&[command]) {
            Err(Refusal::Refused(wishwell_domain::Error::InvalidArgument(violations))) => violations[0].rule.clone(),
            Err(Refusal::Refused(error)) => error.to_string(),
            other => panic!("{other:?}"),
        }
    }

    pub(crate) fn referral(&self, number: u128) -> &Referral {
        self.referrals.iter().find(|referral| referral.id == referral_id(number)).unwrap()
    }
}

pub(crate) fn referral_id(number: u128) -> ReferralId {
    ReferralId::from_uuid(Uuid::from_u128(number))
}

pub(crate) fn pool_id(number: u128) -> CapacityPoolId {
    CapacityPoolId::from_uuid(Uuid::from_u128(number))
}

pub(crate) fn need_id(number: u128) -> NeedId {
    NeedId::from_uuid(Uuid::from_u128(number))
}

pub(crate) fn resource_id(number: u128) -> ResourceId {
    ResourceId::from_uuid(Uuid::from_u128(number))
}

pub(crate) fn pool_of(number: u128, kind: PoolKind, total: Option<i64>) -> CapacityPool {
    let period = (kind == PoolKind::Slots)
        .then(|| PeriodRule { length: PeriodLength::Week, time_zone: "Asia/Shanghai".to_owned() });
    CapacityPool { id: pool_id(number), period, figures: Figures { total, ..Figures::default() }, ..pool(kind) }
}

/// A resource in any unit, always open.
pub(crate) fn giving(number: u128, draws: &[(u128, i64)]) -> Offering {
    let draw =
        |(pool, quantity_per_unit): &(u128, i64)| Draw { pool: pool_id(*pool), quantity_per_unit: *quantity_per_unit };
    Offering {
        resource: resource_id(number),
        organization: OrganizationId::from_uuid(Uuid::from_u128(1)),
        unit: None,
        draws: draws.iter().map(draw).collect(),
        schedule: None,
        lifecycle: ResourceLifecycle::Active,
        valid_from: None,
        valid_until: None,
    }
}

pub(crate) fn lacking(number: u128, items: Vec<NeedItem>) -> Need {
    Need { id: need_id(number), items, created_at: monday(), ..need() }
}

/// So much that may be split.
pub(crate) fn much(ordinal: u16, quantity: i64) -> NeedItem {
    NeedItem { quantity, splittable: true, ..item(ordinal) }
}

/// An offer of a need's first item, to be answered within an hour.
pub(crate) fn offer(id: u128, need: u128, resource: u128, quantity: Option<i64>) -> Offer {
    Offer {
        id: referral_id(id),
        need: need_id(need),
        item_ordinal: 1,
        resource: resource_id(resource),
        quantity,
        origin: Origin::Chosen,
        round: None,
        answer_within: SignedDuration::from_mins(60),
        decision: None,
        previous: None,
        wish: None,
        refusal: None,
    }
}

pub(crate) fn offering(id: u128, need: u128, resource: u128, quantity: i64) -> Command {
    Command::Offer(Box::new(offer(id, need, resource, Some(quantity))))
}

/// An offer of the first of [`two_needs`]' resources to its first need, with what `change` makes of it.
pub(crate) fn offered(change: impl Fn(&mut Offer)) -> Command {
    let mut offer = offer(100, 60, 30, None);
    change(&mut offer);
    Command::Offer(Box::new(offer))
}

/// Ten of a stock and an unknown number of another, and two needs: one that may be split and one that may not.
pub(crate) fn two_needs() -> World {
    let pools = vec![pool_of(20, PoolKind::Stock, Some(10)), pool_of(21, PoolKind::Stock, None)];
    let offerings = vec![giving(30, &[(20, 1)]), giving(31, &[(21, 1)])];
    World::new(pools, offerings, vec![lacking(60, vec![much(1, 6)]), lacking(61, vec![item(1)])])
}

pub(crate) fn step_of(id: u128, action: Action) -> Step {
    Step::new(referral_id(id), action, Role::CaseWorker)
}

pub(crate) fn step(id: u128, action: Action) -> Command {
    Command::Step(step_of(id, action))
}

/// That promised help is late.
pub(crate) fn late(id: u128) -> Command {
    Command::Escalate { referral: referral_id(id), why: Escalation::Overdue }
}

/// That nobody is left to ask.
pub(crate) fn nobody_left(id: u128) -> Command {
    Command::Escalate { referral: referral_id(id), why: Escalation::NobodyLeft }
}

pub(crate) fn confirmation(pool: u128) -> SetFigures {
    SetFigures {
        pool: pool_id(pool),
        period_start: None,
        total: NewTotal::Unchanged,
        used_elsewhere: None,
        force: false,
        expected: None,
    }
}

pub(crate) fn total_of(pool: u128, total: NewTotal, force: bool) -> Command {
    Command::SetFigures(SetFigures { total, force, ..confirmation(pool) })
}

pub(crate) fn withdrawing(need: u128, expected: Option<i64>) -> Command {
    ending(need, Ending::Withdrawn, expected)
}

pub(crate) fn ending(need: u128, ending: Ending, expected: Option<i64>) -> Command {
    Command::EndNeed {
        need: need_id(need),
        ending,
        arrived: Vec::new(),
        personal: None,
        expected: expected.map(Version),
    }
}
