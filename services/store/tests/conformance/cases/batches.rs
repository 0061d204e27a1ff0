//! A batch does what its mutations do one by one: the same outcomes, the same refusal, the same tables, the same log.

use wishwell_domain::beneficiary::WrappedKey;
use wishwell_domain::event::Change;
use wishwell_domain::ids::{LogPosition, TenantId};
use wishwell_domain::limits::LOG_PAGE_EVENTS_MAX;
use wishwell_domain::need::NeedState;
use wishwell_store::{Mutation, PageRequest, StoreError, Written};

use crate::fixture::Fixture;
use crate::samples::{self, category_code, context_of, create, instant, put, tenant_called, update, upsert};

const ROUNDS: usize = 60;
const MUTATIONS_MAX: u64 = 12;

/// Numbers that look random and are the same in every run (Knuth's MMIX generator, its upper half).
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }
}

pub async fn a_batch_does_what_its_mutations_do_one_by_one(fixture: Fixture) {
    fixture.set_clock(instant("2030-01-01T00:00:00Z")).await;
    let (whole, single) = (tenant_called("whole"), tenant_called("single"));
    for tenant in [&whole, &single] {
        fixture.write_as(&context_of(tenant), samples::ground()).await;
    }
    let mut dice = Dice(20_261_123);
    let mut refusals = 0;
    for round in 0..ROUNDS {
        let mutations: Vec<Mutation> = (0..=dice.below(MUTATIONS_MAX)).map(|_| any_mutation(&mut dice)).collect();
        let (outcomes, refusal) = one_by_one(&fixture, &single, &mutations).await;
        let answer = fixture.store.write(&context_of(&whole), mutations.clone()).await;
        let accepted = match refusal {
            None => answer.unwrap(),
            Some(refusal) => {
                refusals += 1;
                assert_eq!(answer, Err(refusal), "round {round}: {mutations:#?}");
                // Nothing happened; what came before the refusal does, for the rounds to come.
                fixture.store.write(&context_of(&whole), mutations[..outcomes.len()].to_vec()).await.unwrap()
            }
        };
        assert_eq!(accepted.outcomes, outcomes, "round {round}: {mutations:#?}");
    }
    assert!(refusals > ROUNDS / 10 && refusals < ROUNDS, "the dice are fair: {refusals} refusals");
    assert_eq!(everything(&fixture, &whole).await, everything(&fixture, &single).await);
}

pub async fn children_may_come_before_their_parents(fixture: Fixture) {
    let code = |level: u64| format!("64020{level}");
    let parent = |level: u64| (level > 0).then(|| code(level - 1));
    for order in [[0, 1, 2, 3, 4, 5, 6, 7], [7, 6, 5, 4, 3, 2, 1, 0], [3, 5, 7, 0, 2, 4, 6, 1]] {
        let tenant = tenant_called(&format!("from-{}", order[0]));
        let categories = order.iter().map(|&level| samples::category(&code(level), parent(level).as_deref()));
        let divisions = order.iter().map(|&level| samples::division(&code(level), parent(level).as_deref()));
        let entities = categories.map(Change::Category).chain(divisions.map(Change::Division));
        let written = fixture.store.write(&context_of(&tenant), entities.map(create).collect()).await.unwrap();
        assert_eq!(written.outcomes.len(), 16);
        let catalog = fixture.store.load_catalog(&tenant, &|_| {}).await.unwrap();
        assert_eq!((catalog.categories.len(), catalog.divisions.len()), (8, 8), "{order:?}");
    }
}

/// The outcomes up to the first refusal, and the refusal as a batch would tell it.
async fn one_by_one(
    fixture: &Fixture,
    tenant: &TenantId,
    mutations: &[Mutation],
) -> (Vec<wishwell_store::Outcome>, Option<StoreError>) {
    let mut outcomes = Vec::new();
    for (index, mutation) in mutations.iter().enumerate() {
        match fixture.store.write(&context_of(tenant), vec![mutation.clone()]).await {
            Ok(Written { outcomes: mut one, .. }) => outcomes.append(&mut one),
            Err(StoreError::DanglingReference { field, .. }) => {
                return (outcomes, Some(StoreError::DanglingReference { mutation: index, field }));
            }
            Err(StoreError::ConstraintViolated { constraint, .. }) => {
                return (outcomes, Some(StoreError::ConstraintViolated { mutation: index, constraint }));
            }
            Err(refusal) => return (outcomes, Some(refusal)),
        }
    }
    (outcomes, None)
}

/// All entities with lists, and the log.
async fn everything(fixture: &Fixture, tenant: &TenantId) -> Vec<Change> {
    let page = PageRequest { after: None, limit: 1_000 };
    let store = &fixture.store;
    let catalog = store.load_catalog(tenant, &|_| {}).await.unwrap();
    let mut all: Vec<Change> = catalog.categories.into_iter().map(Change::Category).collect();
    all.extend(catalog.organizations.into_iter().map(Change::Organization));
    all.extend(catalog.capacity_pools.into_iter().map(Change::CapacityPool));
    all.extend(catalog.resources.into_iter().map(|resource| Change::Resource(Box::new(resource))));
    let beneficiaries = store.list_beneficiaries(tenant, &Default::default(), &page).await.unwrap();
    all.extend(beneficiaries.entries.into_iter().map(Change::Beneficiary));
    let needs = store.list_needs(tenant, &Default::default(), &page).await.unwrap();
    all.extend(needs.entries.into_iter().map(|need| Change::Need(Box::new(need))));
    let events = store.events(tenant, LogPosition(0), LOG_PAGE_EVENTS_MAX).await.unwrap();
    all.extend(events.into_iter().map(|event| event.change));
    all
}

/// A mutation of one of a few entities, so that they meet often; now and then one that is refused.
fn any_mutation(dice: &mut Dice) -> Mutation {
    let n = u128::from(dice.below(4));
    let entity = match dice.below(20) {
        0 => return Mutation::EraseBeneficiary { id: samples::beneficiary(30 + n, None).id },
        1 => {
            let subject = samples::beneficiary(30 + n, None).id.name();
            return Mutation::PutKey { subject, key: WrappedKey(vec![1]) };
        }
        2..=3 => {
            let mut category = samples::category(&format!("c{n}"), (n > 0).then_some("c0"));
            category.synonyms.truncate(dice.below(3) as usize);
            Change::Category(category)
        }
        4..=6 => {
            let mut organization = samples::organization(2 + n);
            organization.contact.phone = dice.below(3).to_string();
            if dice.below(8) == 0 {
                organization.external = samples::external("org-1");
            }
            Change::Organization(organization)
        }
        7..=9 => {
            let mut pool = samples::pool(10 + n, 1 + u128::from(dice.below(3)));
            pool.figures.used_elsewhere = dice.below(25) as i64;
            pool.periods.truncate(dice.below(3) as usize);
            Change::CapacityPool(pool)
        }
        10..=14 => {
            let mut resource = samples::resource(20 + n, 1 + u128::from(dice.below(2)));
            resource.areas.truncate(1 + dice.below(4) as usize);
            if dice.below(3) == 0 {
                resource = samples::drawing(resource, 10 + u128::from(dice.below(4)));
            }
            if dice.below(12) == 0 {
                resource.categories.push(category_code(["c1", "care", "nowhere"][dice.below(3) as usize]));
            }
            Change::Resource(Box::new(resource))
        }
        15..=17 => {
            let mut beneficiary = samples::beneficiary(30 + n, None);
            beneficiary.group_tags.truncate(dice.below(3) as usize);
            Change::Beneficiary(beneficiary)
        }
        _ => {
            let mut need = samples::need(40 + n, Some(30 + u128::from(dice.below(4))));
            need.items.truncate(1 + dice.below(2) as usize);
            need.state = [NeedState::Open, NeedState::Served][dice.below(2) as usize];
            if dice.below(2) == 0 {
                need.personal = None;
            }
            Change::Need(Box::new(need))
        }
    };
    match dice.below(12) {
        0 => create(entity),
        1 => put(entity, wishwell_store::WriteMode::CreateOrGet),
        2 => update(entity, None),
        3 => update(entity, Some(1)),
        _ => upsert(entity),
    }
}
