//! Who has capacity moved: offers to resources, in requests large and small, of which many share a transaction of the ledger and a row of
//! the log.

use std::collections::HashMap;
use std::sync::Arc;

use jiff::SignedDuration;
use wishwell_domain::capacity_pool::{CapacityPool, Figures, PoolKind};
use wishwell_domain::event::Change;
use wishwell_domain::ids::{CapacityPoolId, NeedId, OrganizationId, ReferralId, ResourceId};
use wishwell_domain::ledger::{Command, Offer, Step};
use wishwell_domain::limits::LEDGER_COMMANDS_MAX;
use wishwell_domain::need::Need;
use wishwell_domain::organization::OrganizationState;
use wishwell_domain::principal::Role;
use wishwell_domain::referral::{Action, Origin};
use wishwell_domain::resource::{Draw, Resource, ResourceLifecycle};
use wishwell_domain::unit::Unit;
use wishwell_engine::synthetic::Synthetic;
use wishwell_store::{Mutation, Store, WriteMode};

use super::turns::Turns;
use super::writers::context;
use crate::aftermath::tenant;
use crate::random::Random;

/// Resources of a mover, each with a pool of its own.
const RESOURCES: usize = 4;
/// Needs of a mover.
const NEEDS: usize = 12;
/// One in so many requests declines: what more than offers is in a transaction is logged in rows of the usual kind.
const DECLINES_ONE_IN: usize = 24;
/// More than anybody takes.
const PLENTY: i64 = 1_000_000_000;
/// How long a provider has to answer: longer than anything here takes.
const ANSWER_WITHIN: SignedDuration = SignedDuration::from_hours(24);

/// What movers move capacity of.
#[derive(Clone)]
pub(super) struct Stock {
    resources: Vec<ResourceId>,
    pools: Vec<CapacityPoolId>,
    needs: Vec<NeedId>,
}

impl Stock {
    /// An organization with resources, pools and needs, made in one transaction.
    pub(super) async fn make(store: &dyn Store, random: &mut Random) -> Self {
        let made = Synthetic::new(random.next(), RESOURCES);
        let unit = Unit::parse("unit", "piece").expect("it is a unit");
        let mut organization = made.organization(0);
        organization.id = OrganizationId::from_uuid(random.uuid());
        (organization.state, organization.division) = (OrganizationState::Verified, None);
        let pool = |id| CapacityPool {
            id,
            organization: organization.id,
            kind: PoolKind::Stock,
            unit,
            currency: None,
            period: None,
            figures: Figures { total: Some(PLENTY), ..Figures::default() },
            periods: Vec::new(),
            ..(0..).find_map(|at| made.pool(at)).expect("some resources have pools")
        };
        let resource = |(at, pool): (usize, &CapacityPoolId)| Resource {
            id: ResourceId::from_uuid(pool.as_uuid()),
            organization: organization.id,
            unit: Some(unit),
            division: None,
            areas: Vec::new(),
            schedule: None,
            eligibility: None,
            draws: vec![Draw { pool: *pool, quantity_per_unit: 1 }],
            lifecycle: ResourceLifecycle::Active,
            ..made.resource(at)
        };
        let need = |(at, id): (usize, &NeedId)| {
            let mut need = Need { id: *id, division: None, timing: None, ..made.need(at).entity(made.seed, at) };
            for item in &mut need.items {
                (item.quantity, item.unit, item.splittable) = (PLENTY, unit, true);
            }
            need
        };
        let pools: Vec<_> = (0..RESOURCES).map(|_| CapacityPoolId::from_uuid(random.uuid())).collect();
        let needs: Vec<_> = (0..NEEDS).map(|_| NeedId::from_uuid(random.uuid())).collect();
        let resources: Vec<Resource> = pools.iter().enumerate().map(resource).collect();
        let mut all: Vec<Change> = made.categories().into_iter().map(Change::Category).collect();
        all.push(Change::Organization(organization.clone()));
        all.extend(pools.iter().map(|id| Change::CapacityPool(pool(*id))));
        all.extend(resources.iter().cloned().map(|resource| Change::Resource(Box::new(resource))));
        all.extend(needs.iter().enumerate().map(|put| Change::Need(Box::new(need(put)))));
        let put = |entity| Mutation::Put { entity, mode: WriteMode::Create };
        store.write(&context(), all.into_iter().map(put).collect()).await.expect("there is something to move");
        Self { resources: resources.iter().map(|resource| resource.id).collect(), pools, needs }
    }

    /// Pools and needs by their names, as the tables have them.
    pub(super) async fn images(&self, store: &dyn Store) -> HashMap<String, Change> {
        let needs = store.needs(&tenant(), &self.needs).await.expect("the store answers").into_iter();
        let mut images: Vec<Change> = needs.map(|need| Change::Need(Box::new(need))).collect();
        for pool in &self.pools {
            let found = store.capacity_pool(&tenant(), *pool).await.expect("the store answers");
            images.push(Change::CapacityPool(found.expect("it is there")));
        }
        images.into_iter().map(|image| (image.subject(), image)).collect()
    }
}

/// A mover.
pub(super) struct Mover {
    store: Arc<dyn Store>,
    stock: Stock,
    random: Random,
    /// Offers that nobody has declined.
    open: Vec<ReferralId>,
    /// The version of each of its referrals, by its name.
    pub(super) versions: HashMap<String, i64>,
}

impl Mover {
    pub(super) fn new(store: Arc<dyn Store>, stock: Stock, random: Random) -> Self {
        Self { store, stock, random, open: Vec::new(), versions: HashMap::new() }
    }

    /// Offers and declines until it is told to end.
    pub(super) async fn move_until_over(&mut self, turns: &Turns) {
        let _moving = turns.move_along();
        while !turns.are_over() {
            let size = match self.random.below(3) {
                0 => 1,
                1 => 1 + self.random.below(8),
                _ => 1 + self.random.below(LEDGER_COMMANDS_MAX),
            };
            let commands =
                if self.random.below(DECLINES_ONE_IN) == 0 { self.declines(size) } else { self.offers(size) };
            if !commands.is_empty() {
                self.store.carry_out(&context(), commands).await.expect("the ledger takes it");
                turns.asked();
            }
        }
    }

    fn offers(&mut self, size: usize) -> Vec<Command> {
        (0..size).map(|_| Command::Offer(Box::new(self.offer()))).collect()
    }

    fn offer(&mut self) -> Offer {
        let id = ReferralId::from_uuid(self.random.uuid());
        self.open.push(id);
        self.versions.insert(id.name(), 1);
        Offer {
            id,
            need: *self.random.pick(&self.stock.needs).expect("there are needs"),
            item_ordinal: 1,
            resource: *self.random.pick(&self.stock.resources).expect("there are resources"),
            quantity: Some(1),
            origin: Origin::Chosen,
            round: None,
            answer_within: ANSWER_WITHIN,
            decision: None,
            previous: None,
            wish: None,
            refusal: None,
        }
    }

    fn declines(&mut self, size: usize) -> Vec<Command> {
        let size = size.min(self.open.len());
        let declined = self.open.split_off(self.open.len() - size);
        let step = |referral: ReferralId| {
            self.versions.insert(referral.name(), 2);
            Command::Step(Step::new(referral, Action::Decline, Role::Partner))
        };
        declined.into_iter().map(step).collect()
    }
}
