//! What offers move lies in rows of the log that hold many events: nobody who reads sees that.

use std::sync::Arc;

use wishwell_domain::event::{Change, Event};
use wishwell_domain::geo::Point;
use wishwell_domain::ids::LogPosition;
use wishwell_domain::need::Need;
use wishwell_store::{Effect, Mutation};

use crate::fixture::Fixture;
use crate::ledger_world::{giving, item, lacking, offering, stock, total_of, weekly};
use crate::samples::{self, create, request, upsert};

/// Many clients at once, so that some share a transaction, with a change of figures in between.
async fn busy(fixture: Fixture) -> Arc<Fixture> {
    let pools = vec![stock(20, Some(1_000)), weekly(21, Some(1_000))];
    let resources = vec![giving(30, &[(20, 1)]), giving(31, &[(20, 1), (21, 2)])];
    let needs = (60..70).map(|n| lacking(n, vec![item(1, 1_000), item(2, 5)])).collect();
    let fixture = Arc::new(fixture.with(pools, resources, needs).await);
    for round in 0..3 {
        let asking = (0..24).map(|n| {
            let fixture = Arc::clone(&fixture);
            let id = 1_000 + 24 * round + n;
            tokio::spawn(async move { fixture.ask(vec![offering(id, 60 + n % 10, 30 + n % 2, 1)]).await })
        });
        for asked in asking.collect::<Vec<_>>() {
            asked.await.unwrap();
        }
        fixture.ask(vec![total_of(20, 900 + round as i64, false)]).await;
    }
    fixture
}

async fn all_events(fixture: &Fixture, page: usize) -> Vec<Event> {
    let mut events: Vec<Event> = Vec::new();
    loop {
        let after = events.last().map_or(LogPosition(0), |last| last.position);
        let next = fixture.store.events(&fixture.tenant(), after, page).await.unwrap();
        assert!(next.len() <= page);
        if next.is_empty() {
            return events;
        }
        events.extend(next);
    }
}

pub async fn the_log_reads_the_same_in_pages_of_any_size(fixture: Fixture) {
    let fixture = busy(fixture).await;
    let events = all_events(&fixture, 10_000).await;
    let positions: Vec<i64> = events.iter().map(|event| event.position.0).collect();
    let head = fixture.store.position(&fixture.tenant()).await.unwrap();
    assert_eq!(positions, (1..=head.0).collect::<Vec<_>>());
    let rows = fixture.count("SELECT COUNT(*) FROM events").await;
    assert!(rows < head.0, "{rows} rows, {} events", head.0);
    for page in [1, 2, 3, 7, 64] {
        assert_eq!(all_events(&fixture, page).await, events, "{page}");
    }
    fixture.everything_adds_up().await;
    fixture.made_again_it_is_the_same().await;
}

pub async fn a_page_of_the_log_tells_what_stands_where_it_follows(fixture: Fixture) {
    let fixture = busy(fixture).await;
    let (again, tenant) = (fixture.made_again().await, fixture.tenant());
    let events = all_events(&fixture, 10_000).await;
    for after in 0..events.len() + 2 {
        let before = after.checked_sub(1).and_then(|place| events.get(place)).map(Event::mark);
        let next: Vec<_> = events.iter().skip(after).take(2).cloned().collect();
        let after = LogPosition(after as i64);
        let page = fixture.store.log_page(&tenant, after, 2).await.unwrap();
        assert_eq!((page.before, page.events), (before.clone(), next), "after {after:?}");
        // Made again from the log, which has a row for each event, it is the same.
        assert_eq!(fixture.store.log_page(&again, after, 1).await.unwrap().before, before, "after {after:?}");
    }
    let catalog = fixture.store.load_catalog(&tenant, &|_| {}).await.unwrap();
    let last = events.last().unwrap();
    assert_eq!((catalog.position, catalog.mark), (last.position, Some(last.mark())));
    let none = fixture.store.load_catalog(&samples::tenant_called("nobody"), &|_| {}).await.unwrap();
    assert_eq!((none.position, none.mark), (LogPosition(0), None));
}

pub async fn an_answer_that_lies_among_others_comes_again_as_it_was(fixture: Fixture) {
    let fixture = busy(fixture).await;
    let asking = (0..24).map(|n| {
        let fixture = Arc::clone(&fixture);
        tokio::spawn(async move {
            let commands = vec![offering(2_000 + n, 60 + n % 10, 30, 1)];
            (n, fixture.store.carry_out(&request(500 + n, 1), commands).await.unwrap())
        })
    });
    for asked in asking.collect::<Vec<_>>() {
        let (n, first) = asked.await.unwrap();
        let commands = vec![offering(2_000 + n, 60 + n % 10, 30, 1)];
        let again = fixture.store.carry_out(&request(500 + n, 1), commands).await.unwrap();
        assert!(again.replayed);
        assert_eq!((again.outcomes, again.position), (first.outcomes, first.position));
    }
}

pub async fn what_stayed_as_it_was_after_holds_is_answered_again_as_it_was(fixture: Fixture) {
    let (pool, need) = (weekly(20, Some(9)), lacking(60, vec![item(1, 3)]));
    let fixture = fixture.with(vec![pool.clone()], vec![giving(30, &[(20, 1)])], vec![need.clone()]).await;
    fixture.ask(vec![offering(100, 60, 30, 2)]).await;
    let again = vec![upsert(Change::CapacityPool(pool)), upsert(Change::Need(Box::new(need)))];
    let first = fixture.write_as(&request(900, 1), again.clone()).await;
    let named = [Change::CapacityPool(fixture.pool(20).await), Change::Need(Box::new(fixture.need(60).await))];
    // Nothing that happens later changes what was answered.
    fixture.ask(vec![offering(101, 60, 30, 1)]).await;
    let replayed = fixture.write_as(&request(900, 1), again).await;
    assert!(replayed.replayed);
    for written in [first, replayed] {
        for (outcome, named) in written.outcomes.iter().zip(&named) {
            assert_eq!((outcome.effect, outcome.after.as_ref()), (Effect::Unchanged, Some(named)));
        }
    }
}

pub async fn an_erasure_reaches_what_was_held_for_somebody(fixture: Fixture) {
    let id = samples::beneficiary(5, None).id;
    let place = Point { latitude_e7: 384_567_899, longitude_e7: 1_062_345_678 };
    let own = samples::need(60, Some(5));
    let need = Need { items: vec![item(1, 3)], timing: None, wish: None, place: Some(place), ..own };
    let sealed: String = need.personal.clone().unwrap().0.iter().map(|byte| format!("{byte:02x}")).collect();
    let fixture = fixture.with(vec![stock(20, Some(9))], vec![giving(30, &[(20, 1)])], Vec::new()).await;
    let beneficiary = Change::Beneficiary(samples::beneficiary(5, None));
    fixture.write(vec![create(beneficiary), create(Change::Need(Box::new(need)))]).await;
    for n in 0..3 {
        fixture.ask(vec![offering(100 + n, 60, 30, 1)]).await;
    }
    fixture.write(vec![Mutation::EraseBeneficiary { id }]).await;
    for needle in [sealed, place.latitude_e7.to_string()] {
        let found = format!("SELECT COUNT(*) FROM events WHERE payload LIKE '%{needle}%'");
        assert_eq!(fixture.count(&found).await, 0, "{needle}");
    }
    let logged = all_events(&fixture, 1_000).await;
    let needs =
        logged.iter().filter_map(|event| if let Change::Need(need) = &event.change { Some(need) } else { None });
    let needs: Vec<_> = needs.collect();
    assert_eq!(needs.iter().map(|need| need.items[0].referred).collect::<Vec<_>>(), [0, 1, 2, 3]);
    assert!(needs.iter().all(|need| need.personal.is_none() && need.place.is_none()));
}
