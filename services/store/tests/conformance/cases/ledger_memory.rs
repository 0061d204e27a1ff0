//! What a ledger remembers from one request to the next: it never stands in for what others have changed since.

use std::sync::Arc;

use wishwell_domain::Error;
use wishwell_domain::event::Change;
use wishwell_domain::ids::{LogPosition, OrganizationId};
use wishwell_domain::need::Need;
use wishwell_domain::organization::Organization;
use wishwell_domain::resource::{Resource, ResourceLifecycle};
use wishwell_store::{Basis, StoreError, Written};

use crate::fixture::Fixture;
use crate::ledger_world::{giving, item, lacking, need_id, offering, pool_id, resource_id, stock, total_of};
use crate::samples::{context, organization, point, update, uuid};

/// Ten pieces, a resource that gives them, needs of three.
async fn ten_pieces(fixture: Fixture) -> Fixture {
    let needs = (60..70).map(|n| lacking(n, vec![item(1, 3)])).collect();
    fixture.with(vec![stock(20, Some(10)), stock(21, Some(10))], vec![giving(30, &[(20, 1)])], needs).await
}

pub async fn what_another_replica_holds_is_not_held_again(fixture: Fixture) {
    let fixture = ten_pieces(fixture).await;
    let other = fixture.another().await;
    // Each has seen the pool, and then the other takes of it, and of the need.
    fixture.ask(vec![offering(100, 60, 30, 1)]).await;
    other.carry_out(&context(), vec![offering(101, 61, 30, 3)]).await.unwrap();
    fixture.ask(vec![offering(102, 62, 30, 3)]).await;
    other.carry_out(&context(), vec![offering(103, 60, 30, 2)]).await.unwrap();
    let refused = fixture.refused(vec![offering(104, 60, 30, 1)]).await;
    assert!(matches!(refused, Error::ItemCovered { left: 0, .. }), "{refused:?}");
    let refused = fixture.refused(vec![offering(105, 63, 30, 2)]).await;
    assert!(matches!(refused, Error::CapacityExhausted { left: 1, asked: 2, .. }), "{refused:?}");
    fixture.ask(vec![offering(106, 63, 30, 1)]).await;
    let refused = other.carry_out(&context(), vec![offering(107, 64, 30, 1)]).await.unwrap_err();
    assert!(matches!(refused, StoreError::Refused(_)), "{refused:?}");
    fixture.everything_adds_up().await;
}

pub async fn new_figures_and_what_a_resource_draws_on_count_at_once(fixture: Fixture) {
    let fixture = ten_pieces(fixture).await;
    fixture.ask(vec![offering(100, 60, 30, 1)]).await;
    fixture.ask(vec![total_of(20, 2, false)]).await;
    let refused = fixture.refused(vec![offering(101, 61, 30, 2)]).await;
    assert!(matches!(refused, Error::CapacityExhausted { left: 1, .. }), "{refused:?}");
    let moved = Resource { ..giving(30, &[(21, 2)]) };
    fixture.write(vec![update(Change::Resource(Box::new(moved)), None)]).await;
    fixture.ask(vec![offering(102, 61, 30, 2)]).await;
    assert_eq!((fixture.pool(20).await.figures.pending, fixture.pool(21).await.figures.pending), (1, 4));
    let paused = Resource { lifecycle: ResourceLifecycle::Paused, ..giving(30, &[(21, 2)]) };
    fixture.write(vec![update(Change::Resource(Box::new(paused)), None)]).await;
    let refused = fixture.refused(vec![offering(103, 62, 30, 1)]).await;
    assert!(refused.to_string().contains("is not offered now"), "{refused}");
    fixture.everything_adds_up().await;
}

async fn upon(fixture: &Fixture, id: u128, need: u128, basis: Basis) -> Result<Written, StoreError> {
    fixture.store.carry_out_upon(&context(), vec![offering(id, need, 30, 1)], Some(basis)).await
}

pub async fn what_was_decided_upon_something_that_changed_since_is_outdated(fixture: Fixture) {
    let fixture = ten_pieces(fixture).await;
    let tenant = fixture.tenant();
    let now = async || fixture.store.position(&tenant).await.unwrap();
    let provider = OrganizationId::from_uuid(uuid(1));
    let judged = async || Basis {
        position: now().await,
        subjects: vec![resource_id(30).name(), provider.name()],
        needs: vec![Arc::new(fixture.need(60).await)],
        roughly: false,
    };
    fixture.ask(vec![offering(100, 61, 30, 1)]).await;
    // Holds on the need and on the pool change nothing of what was judged.
    let basis = judged().await;
    upon(&fixture, 101, 60, basis.clone()).await.unwrap();
    upon(&fixture, 102, 60, basis.clone()).await.unwrap();
    let suspended = Organization { suspension_reason: String::new(), ..organization(1) };
    fixture.write(vec![update(Change::Organization(suspended), None)]).await;
    assert_eq!(upon(&fixture, 103, 60, basis).await.unwrap_err(), StoreError::Outdated);
    upon(&fixture, 103, 60, judged().await).await.unwrap();

    let basis = judged().await;
    let mut asks_for_more = fixture.need(60).await;
    asks_for_more.items[0].quantity = 5;
    fixture.write(vec![update(Change::Need(Box::new(asks_for_more)), None)]).await;
    assert_eq!(upon(&fixture, 104, 60, basis.clone()).await.unwrap_err(), StoreError::Outdated);
    let roughly = |basis| Basis { roughly: true, ..basis };
    assert_eq!(upon(&fixture, 104, 60, roughly(basis)).await.unwrap_err(), StoreError::Outdated);
    upon(&fixture, 104, 60, judged().await).await.unwrap();

    // Somewhere else it wants the same still.
    let basis = judged().await;
    let moved = Need { place: Some(point(380_000_000, 1_060_000_000)), ..fixture.need(60).await };
    fixture.write(vec![update(Change::Need(Box::new(moved)), None)]).await;
    assert_eq!(upon(&fixture, 106, 60, basis.clone()).await.unwrap_err(), StoreError::Outdated);
    upon(&fixture, 106, 60, roughly(basis)).await.unwrap();

    // Of what came before a ledger began to look, it knows nothing.
    let other = fixture.another().await;
    let basis = Basis { position: LogPosition(1), ..judged().await };
    let asked = vec![offering(105, 62, 30, 1)];
    let answer = other.carry_out_upon(&context(), asked, Some(basis)).await;
    assert_eq!(answer.unwrap_err(), StoreError::Outdated);
    assert_eq!(fixture.pool(20).await.figures.pending, 6);
    assert_eq!(fixture.need(60).await.id, need_id(60));
    fixture.everything_adds_up().await;
}

pub async fn what_is_remembered_of_another_log_counts_no_more(fixture: Fixture) {
    let fixture = ten_pieces(fixture).await;
    // As after a restore, when the log has come as far again: something else stands at its end, with other rows of the same versions.
    let replaced = async |total: i64| {
        fixture.execute("UPDATE events SET at = at + 1 WHERE position = (SELECT MAX(position) FROM events)").await;
        fixture.execute(&format!("UPDATE capacity_pools SET total = {total} WHERE total IS NOT NULL")).await;
    };
    fixture.ask(vec![offering(100, 60, 30, 1)]).await;
    replaced(2).await;
    let refused = fixture.refused(vec![offering(101, 61, 30, 2)]).await;
    assert!(matches!(refused, Error::CapacityExhausted { left: 1, .. }), "{refused:?}");
    fixture.ask(vec![offering(102, 61, 30, 1)]).await;
    // Or further.
    replaced(3).await;
    fixture.write(vec![update(Change::Organization(organization(1)), None)]).await;
    fixture.ask(vec![offering(103, 62, 30, 1)]).await;
    let refused = fixture.refused(vec![offering(104, 63, 30, 1)]).await;
    assert!(matches!(refused, Error::CapacityExhausted { left: 0, .. }), "{refused:?}");
    let figures = fixture.pool(20).await.figures;
    assert_eq!((figures.total, figures.pending), (Some(3), 3));
}

pub async fn what_is_appended_is_told_as_it_is_in_the_log(fixture: Fixture) {
    let fixture = ten_pieces(fixture).await;
    let mut appended = fixture.store.appended();
    let before = fixture.store.position(&fixture.tenant()).await.unwrap();
    fixture.ask(vec![offering(100, 60, 30, 1)]).await;
    fixture.refused(vec![offering(101, 60, 30, 3)]).await;
    fixture.ask(vec![total_of(20, 9, false)]).await;
    let mut told = Vec::new();
    while let Ok(events) = appended.try_recv() {
        assert_eq!(events.tenant, fixture.tenant());
        let before = LogPosition(events.events[0].position.0 - 1);
        let behind = fixture.store.log_page(&fixture.tenant(), before, 1).await.unwrap().before;
        assert_eq!(events.behind, behind.map(|mark| mark.at));
        told.extend(events.events.iter().map(|event| event.as_ref().clone()));
    }
    let logged = fixture.store.events(&fixture.tenant(), before, 100).await.unwrap();
    assert_eq!(told, logged);
    assert!(told.iter().any(|event| event.change.subject() == pool_id(20).name()));
}
