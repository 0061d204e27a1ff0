//! A small world for the ledger: pools, resources that draw on them, needs, and what is asked of them in few words.

use std::collections::BTreeMap;

use jiff::SignedDuration;
use wishwell_domain::capacity_pool::{CapacityPool, Figures, PoolKind};
use wishwell_domain::event::Change;
use wishwell_domain::ids::{CapacityPoolId, LogPosition, NeedId, ReferralId, ResourceId, TenantId};
use wishwell_domain::ledger::{Command, Escalation, NewTotal, Offer, SetFigures, Step};
use wishwell_domain::need::{Need, NeedItem};
use wishwell_domain::principal::Role;
use wishwell_domain::referral::{Action, Origin, Referral};
use wishwell_domain::resource::{Draw, Resource};
use wishwell_store::{Outcome, PageRequest, ReferralFilter, StoreError, Verification, Written};

use crate::fixture::Fixture;
use crate::samples::{self, context, create, uuid};

/// Monday, ten in the morning in Yinchuan, when a case stops the clock.
pub const MONDAY: &str = "2026-11-23T02:00:00Z";

/// So many pieces.
pub fn stock(n: u128, total: Option<i64>) -> CapacityPool {
    CapacityPool {
        kind: PoolKind::Stock,
        unit: samples::unit("piece"),
        period: None,
        figures: Figures { total, ..Figures::default() },
        periods: Vec::new(),
        ..samples::pool(n, 1)
    }
}

/// So many each week.
pub fn weekly(n: u128, total: Option<i64>) -> CapacityPool {
    CapacityPool {
        figures: Figures { total, ..Figures::default() },
        periods: Vec::new(),
        unit: samples::unit("piece"),
        ..samples::pool(n, 1)
    }
}

/// So many at once.
pub fn caseload(n: u128, total: i64) -> CapacityPool {
    CapacityPool { kind: PoolKind::Caseload, ..stock(n, Some(total)) }
}

/// So much money.
pub fn budget(n: u128, total: i64) -> CapacityPool {
    CapacityPool {
        kind: PoolKind::Budget,
        unit: samples::unit("fen"),
        currency: Some("CNY".to_owned()),
        ..stock(n, Some(total))
    }
}

/// A resource in pieces, always open, that draws on pools.
pub fn giving(n: u128, draws: &[(u128, i64)]) -> Resource {
    let draw =
        |(pool, quantity_per_unit): &(u128, i64)| Draw { pool: pool_id(*pool), quantity_per_unit: *quantity_per_unit };
    Resource {
        unit: Some(samples::unit("piece")),
        schedule: None,
        valid_from: None,
        valid_until: None,
        draws: draws.iter().map(draw).collect(),
        ..samples::resource(n, 1)
    }
}

pub fn item(ordinal: u16, quantity: i64) -> NeedItem {
    NeedItem {
        ordinal,
        category: samples::category_code("goods"),
        quantity,
        unit: samples::unit("piece"),
        recurrence: None,
        splittable: true,
        referred: 0,
        served: 0,
        taken: Vec::new(),
    }
}

/// A need of some items, at any time.
pub fn lacking(n: u128, items: Vec<NeedItem>) -> Need {
    Need { items, timing: None, wish: None, ..samples::need(n, None) }
}

pub fn pool_id(n: u128) -> CapacityPoolId {
    CapacityPoolId::from_uuid(uuid(n))
}

pub fn resource_id(n: u128) -> ResourceId {
    ResourceId::from_uuid(uuid(n))
}

pub fn need_id(n: u128) -> NeedId {
    NeedId::from_uuid(uuid(n))
}

pub fn referral_id(n: u128) -> ReferralId {
    ReferralId::from_uuid(uuid(n))
}

/// An offer of so much of a need's first item, to be answered within an hour.
pub fn offer(id: u128, need: u128, resource: u128, quantity: Option<i64>) -> Offer {
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

pub fn offering(id: u128, need: u128, resource: u128, quantity: i64) -> Command {
    Command::Offer(Box::new(offer(id, need, resource, Some(quantity))))
}

/// A step by whoever may take it.
pub fn step(id: u128, action: Action) -> Command {
    Command::Step(step_of(id, action))
}

pub fn step_of(id: u128, action: Action) -> Step {
    Step::new(referral_id(id), action, Role::CaseWorker)
}

/// That promised help is late.
pub fn late(id: u128) -> Command {
    Command::Escalate { referral: referral_id(id), why: Escalation::Overdue }
}

/// That nobody is left to ask.
pub fn nobody_left(id: u128) -> Command {
    Command::Escalate { referral: referral_id(id), why: Escalation::NobodyLeft }
}

pub fn total_of(pool: u128, total: i64, force: bool) -> Command {
    Command::SetFigures(SetFigures { total: NewTotal::Known(total), force, ..confirmation(pool) })
}

/// Says that a pool's figures are true as they are.
pub fn confirmation(pool: u128) -> SetFigures {
    SetFigures {
        pool: pool_id(pool),
        period_start: None,
        total: NewTotal::Unchanged,
        used_elsewhere: None,
        force: false,
        expected: None,
    }
}

/// Everything there is, for comparing before with after.
#[derive(Debug, PartialEq)]
pub struct Picture {
    pub position: LogPosition,
    /// Pools, needs and referrals by name.
    pub entities: BTreeMap<String, Change>,
    pub movements: i64,
    pub requests: i64,
}

impl Fixture {
    /// Puts pools, resources and needs on the usual ground.
    pub async fn with(self, pools: Vec<CapacityPool>, resources: Vec<Resource>, needs: Vec<Need>) -> Self {
        let fixture = self.grounded().await;
        let mut mutations: Vec<_> = pools.into_iter().map(|pool| create(Change::CapacityPool(pool))).collect();
        mutations.extend(resources.into_iter().map(|resource| create(Change::Resource(Box::new(resource)))));
        mutations.extend(needs.into_iter().map(|need| create(Change::Need(Box::new(need)))));
        fixture.write(mutations).await;
        fixture
    }

    pub async fn try_ask(&self, commands: Vec<Command>) -> Result<Written, StoreError> {
        self.store.carry_out(&context(), commands).await
    }

    pub async fn ask(&self, commands: Vec<Command>) -> Vec<Outcome> {
        self.try_ask(commands).await.unwrap().outcomes
    }

    /// Asks for one thing that concerns a referral and answers that.
    pub async fn ask_one(&self, command: Command) -> Referral {
        match self.ask(vec![command]).await.remove(0).after {
            Some(Change::Referral(referral)) => *referral,
            other => panic!("{other:?}"),
        }
    }

    /// What the domain says against commands.
    pub async fn refused(&self, commands: Vec<Command>) -> wishwell_domain::Error {
        match self.try_ask(commands).await {
            Err(StoreError::Refused(error)) => *error,
            other => panic!("{other:?}"),
        }
    }

    pub async fn pool(&self, n: u128) -> CapacityPool {
        self.store.capacity_pool(&self.tenant(), pool_id(n)).await.unwrap().unwrap()
    }

    pub async fn need(&self, n: u128) -> Need {
        self.store.need(&self.tenant(), need_id(n)).await.unwrap().unwrap()
    }

    pub async fn referral(&self, n: u128) -> Referral {
        self.store.referral(&self.tenant(), referral_id(n)).await.unwrap().unwrap()
    }

    pub async fn referrals(&self, filter: ReferralFilter) -> Vec<Referral> {
        let page = PageRequest { after: None, limit: 1_000 };
        self.store.list_referrals(&self.tenant(), &filter, &page).await.unwrap().entries
    }

    pub async fn verification(&self) -> Verification {
        self.store.verify(&self.tenant()).await.unwrap()
    }

    pub async fn picture(&self) -> Picture {
        let (tenant, page) = (self.tenant(), PageRequest { after: None, limit: 1_000 });
        let pools = self.store.list_capacity_pools(&tenant, &Default::default(), &page).await.unwrap().entries;
        let needs = self.store.list_needs(&tenant, &Default::default(), &page).await.unwrap().entries;
        let referrals = self.referrals(ReferralFilter::default()).await;
        let changes = pools.into_iter().map(Change::CapacityPool);
        let changes = changes.chain(needs.into_iter().map(|need| Change::Need(Box::new(need))));
        let changes = changes.chain(referrals.into_iter().map(|referral| Change::Referral(Box::new(referral))));
        Picture {
            position: self.store.position(&tenant).await.unwrap(),
            entities: changes.map(|change| (change.subject(), change)).collect(),
            movements: self.count("SELECT COUNT(*) FROM ledger_movements").await,
            requests: self.count("SELECT COUNT(*) FROM request_outcomes").await,
        }
    }

    /// The tenant whose tables were made again from the log.
    pub async fn made_again(&self) -> TenantId {
        let (tenant, again) = (self.tenant(), samples::tenant_called("again"));
        let mut position = LogPosition(0);
        loop {
            let events = self.store.events(&tenant, position, 100).await.unwrap();
            let Some(last) = events.last() else { break };
            position = last.position;
            assert_eq!(self.store.restore(&again, &events).await.unwrap(), position);
        }
        again
    }

    /// The tables made again from the log, as another tenant's, are the same and add up.
    pub async fn made_again_it_is_the_same(&self) {
        let (tenant, again) = (self.tenant(), self.made_again().await);
        assert_eq!(self.store.everything(&again).await.unwrap(), self.store.everything(&tenant).await.unwrap());
        assert_eq!(self.store.verify(&again).await.unwrap(), self.verification().await);
        assert_eq!(self.store.movements(&again).await.unwrap(), self.store.movements(&tenant).await.unwrap());
    }

    /// Figures are the sums of movements and of what is held, items those of their referrals, and the log's last after-images
    /// are what the tables say.
    pub async fn everything_adds_up(&self) {
        let verification = self.verification().await;
        assert_eq!(verification.discrepancies, []);
        let mut logged = BTreeMap::new();
        let mut position = LogPosition(0);
        loop {
            let events = self.store.events(&self.tenant(), position, 1_000).await.unwrap();
            let Some(last) = events.last() else { break };
            position = last.position;
            logged.extend(events.into_iter().map(|event| (event.change.subject(), event.change)));
        }
        logged.retain(|_, change| matches!(change, Change::CapacityPool(_) | Change::Need(_) | Change::Referral(_)));
        assert_eq!(logged, self.picture().await.entities);
    }
}
