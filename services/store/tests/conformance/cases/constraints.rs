//! What the tables hold, and how a broken rule is told.

use jiff::civil::date;
use wishwell_domain::area::ServiceArea;
use wishwell_domain::capacity_pool::PoolKind;
use wishwell_domain::event::Change;
use wishwell_domain::ids::{CapacityPoolId, HouseholdId, OrganizationId};
use wishwell_domain::need::Timing;
use wishwell_domain::resource::Draw;
use wishwell_domain::text::LocalizedText;
use wishwell_store::StoreError;

use crate::fixture::Fixture;
use crate::samples::{self, category_code, context, create, division_code, instant, uuid};

/// An entity after one change.
fn with<T>(mut entity: T, change: impl FnOnce(&mut T)) -> T {
    change(&mut entity);
    entity
}

fn resource(change: impl FnOnce(&mut wishwell_domain::resource::Resource)) -> Change {
    Change::Resource(Box::new(with(samples::resource(20, 1), change)))
}

fn need(change: impl FnOnce(&mut wishwell_domain::need::Need)) -> Change {
    Change::Need(Box::new(with(samples::need(21, None), change)))
}

fn pool(change: impl FnOnce(&mut wishwell_domain::capacity_pool::CapacityPool)) -> Change {
    Change::CapacityPool(with(samples::pool(22, 1), change))
}

pub async fn every_reference_that_leads_nowhere_is_named_with_its_mutation(fixture: Fixture) {
    let fixture = fixture.grounded().await;
    let nobody = OrganizationId::from_uuid(uuid(999));
    let nowhere = || Some(division_code("999999"));
    let dangling: Vec<(Change, &str)> = vec![
        (Change::Category(samples::category("x", Some("nowhere"))), "parent"),
        (Change::Division(samples::division("640202", Some("6402"))), "parent"),
        (Change::Organization(with(samples::organization(9), |o| o.division = nowhere())), "division"),
        (pool(|pool| pool.organization = nobody), "organization"),
        (resource(|resource| resource.organization = nobody), "organization"),
        (resource(|resource| resource.categories.push(category_code("nowhere"))), "categories"),
        (resource(|resource| resource.division = nowhere()), "division"),
        (resource(|resource| resource.areas.push(ServiceArea::Division(division_code("999999")))), "areas.division"),
        (
            resource(|resource| {
                resource.draws = vec![Draw { pool: CapacityPoolId::from_uuid(uuid(999)), quantity_per_unit: 1 }];
            }),
            "draws.pool",
        ),
        (Change::Household(with(samples::household(9), |h| h.residence_division = nowhere())), "residence_division"),
        (Change::Beneficiary(samples::beneficiary(9, Some(999))), "household"),
        (
            Change::Beneficiary(with(samples::beneficiary(9, None), |b| b.residence_division = nowhere())),
            "residence_division",
        ),
        (Change::Need(Box::new(samples::need(21, Some(999)))), "beneficiary"),
        (need(|need| need.household = Some(HouseholdId::from_uuid(uuid(999)))), "household"),
        (need(|need| need.division = nowhere()), "division"),
        (need(|need| need.items[1].category = category_code("nowhere")), "items.category"),
    ];
    for (entity, field) in dangling {
        let kind = entity.kind();
        let good = create(Change::Organization(samples::organization(8)));
        let refused = fixture.store.write(&context(), vec![good, create(entity)]).await;
        assert_eq!(refused, Err(StoreError::DanglingReference { mutation: 1, field }), "{kind}");
    }
}

pub async fn people_may_be_registered_where_this_installation_has_no_divisions(fixture: Fixture) {
    let fixture = fixture.grounded().await;
    let far = with(samples::beneficiary(9, None), |b| b.registration_division = Some(division_code("440305")));
    fixture.write_one(create(Change::Beneficiary(far))).await;
}

pub async fn every_broken_rule_is_named_with_its_mutation(fixture: Fixture) {
    let fixture = fixture.grounded().await;
    let overdrawn = |period: bool| {
        pool(|pool| {
            let figures = if period { &mut pool.periods[0].figures } else { &mut pool.figures };
            figures.total = Some(10);
            (figures.used_elsewhere, figures.pending, figures.committed) = (4, 4, 3);
        })
    };
    let broken: Vec<(Change, &str)> = vec![
        (overdrawn(false), "capacity_pools_not_overdrawn"),
        (overdrawn(true), "capacity_pool_periods_not_overdrawn"),
        (pool(|pool| pool.figures.pending = -1), "capacity_pools_not_negative"),
        (pool(|pool| pool.periods[1].figures.total = Some(-1)), "capacity_pool_periods_not_negative"),
        (pool(|pool| pool.kind = PoolKind::Stock), "capacity_pools_period_of_slots"),
        (pool(|pool| pool.period = None), "capacity_pools_period_of_slots"),
        (pool(|pool| pool.currency = Some("CNY".to_owned())), "capacity_pools_currency_of_budget"),
        (
            pool(|pool| {
                pool.kind = PoolKind::Unbounded;
                pool.period = None;
            }),
            "capacity_pools_unbounded_has_no_total",
        ),
        (pool(|pool| pool.periods.push(samples::period(date(2026, 11, 30), None, 0))), "capacity_pool_periods_pkey"),
        (resource(|resource| resource.title = LocalizedText::default()), "resources_titled"),
        (resource(|resource| resource.categories.push(category_code("care"))), "resource_categories_once"),
        (resource(|resource| resource.valid_until = Some(date(2020, 1, 1))), "resources_validity_ordered"),
        (resource(|resource| resource.areas = vec![ServiceArea::RadiusMetres(0)]), "resource_areas_radius_positive"),
        (need(|need| need.items[0].quantity = 0), "need_items_quantity_positive"),
        (need(|need| need.items[1].ordinal = 1), "need_items_pkey"),
        (
            need(|need| {
                let at = instant("2026-11-24T00:00:00Z");
                need.timing = Some(Timing::Window { start: at, end: at });
            }),
            "needs_timing_whole",
        ),
        (Change::Category(samples::category("own", Some("own"))), "categories_not_own_parent"),
        (
            Change::Organization(with(samples::organization(9), |o| o.name = LocalizedText::default())),
            "organizations_named",
        ),
        (
            Change::Organization(with(samples::organization(9), |o| o.suspension_reason = "verified".to_owned())),
            "organizations_reason_of_suspended",
        ),
        (resource(|resource| resource.content = "a\0b".to_owned()), "text_without_nul"),
    ];
    for (entity, constraint) in broken {
        let good = create(Change::Organization(samples::organization(8)));
        let refused = fixture.store.write(&context(), vec![good, create(entity)]).await;
        assert_eq!(refused, Err(StoreError::ConstraintViolated { mutation: 1, constraint: constraint.to_owned() }));
    }
    assert_eq!(fixture.count("SELECT COUNT(*) FROM organizations").await, 1, "nothing of any of them stayed");
}

pub async fn the_one_bad_entity_of_a_full_batch_is_named(fixture: Fixture) {
    let fixture = fixture.grounded().await;
    let mut batch: Vec<_> =
        (0..200).map(|n| create(Change::Resource(Box::new(samples::resource(1_000 + n, 1))))).collect();
    let bad = with(samples::resource(5_000, 1), |resource| resource.organization = OrganizationId::from_uuid(uuid(9)));
    batch.insert(150, create(Change::Resource(Box::new(bad))));
    let refused = fixture.store.write(&context(), batch).await;
    assert_eq!(refused, Err(StoreError::DanglingReference { mutation: 150, field: "organization" }));
}

pub async fn of_several_faults_the_first_is_told(fixture: Fixture) {
    let fixture = fixture.grounded().await;
    fixture.write(vec![create(pool(|_| {}))]).await;
    let overdrawn = pool(|pool| {
        (pool.id, pool.external) = (CapacityPoolId::from_uuid(uuid(30)), None);
        pool.figures.total = Some(0);
    });
    let known = pool(|_| {});
    let faults = [
        (
            create(overdrawn),
            StoreError::ConstraintViolated { mutation: 0, constraint: "capacity_pools_not_overdrawn".to_owned() },
        ),
        (create(known), StoreError::AlreadyExists { name: samples::pool(22, 1).id.name() }),
    ];
    for [first, second] in [[0, 1], [1, 0]] {
        let mutations = vec![faults[first].0.clone(), faults[second].0.clone()];
        assert_eq!(fixture.store.write(&context(), mutations).await, Err(faults[first].1.clone()));
    }
}

pub async fn a_search_for_what_no_text_may_hold_is_refused(fixture: Fixture) {
    let fixture = fixture.grounded().await;
    let page = wishwell_store::PageRequest { after: None, limit: 10 };
    let filter = wishwell_store::OrganizationFilter { name_contains: Some("a\0b".to_owned()), ..Default::default() };
    let refused = fixture.store.list_organizations(&fixture.tenant(), &filter, &page).await;
    let constraint = "text_without_nul".to_owned();
    assert_eq!(refused, Err(StoreError::ConstraintViolated { mutation: 0, constraint }));
}
