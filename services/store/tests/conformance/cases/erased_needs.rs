//! Needs that name no beneficiary, erased one by one.

use std::sync::Arc;

use wishwell_domain::beneficiary::{Sealed, WrappedKey};
use wishwell_domain::event::Change;
use wishwell_domain::geo::Point;
use wishwell_domain::ids::{LogPosition, NeedId, Version};
use wishwell_domain::ledger::Command;
use wishwell_domain::need::{Need, NeedState};
use wishwell_domain::publication::InPool;
use wishwell_store::{Effect, Mutation, StoreError};

use crate::fixture::Fixture;
use crate::samples::{self, context, create, instant, request, update};

const NEED: u128 = 6;
const OTHER: u128 = 7;
const NOW: &str = "2030-01-01T00:00:00Z";

fn id(need: u128) -> NeedId {
    samples::need(need, None).id
}

fn put_key(need: u128, key: u8) -> Mutation {
    Mutation::PutKey { subject: id(need).name(), key: WrappedKey(vec![key; 40]) }
}

const fn from(id: NeedId, expected: Option<Version>) -> Mutation {
    Mutation::EraseNeed { id, expected }
}

fn erase() -> Mutation {
    from(id(NEED), None)
}

/// Where a need lies, recognisable in a table's text.
fn place(need: u128) -> Point {
    let offset = i32::try_from(need).unwrap();
    Point { latitude_e7: 384_567_000 + offset, longitude_e7: 1_062_345_000 + offset }
}

/// A need of nobody that was served, and is a wish still; without a division, its place is all that is known of where.
fn served(need: u128) -> Need {
    Need { state: NeedState::Served, place: Some(place(need)), division: None, ..samples::need(need, None) }
}

/// Two such needs with their keys, submitted by one request and changed once.
async fn lacking(fixture: Fixture) -> Fixture {
    let fixture = fixture.grounded().await;
    let mut mutations = Vec::new();
    for need in [NEED, OTHER] {
        mutations.extend([put_key(need, 1), create(Change::Need(Box::new(served(need))))]);
    }
    fixture.write_as(&request(900, 1), mutations).await;
    fixture.write(vec![update(Change::Need(Box::new(served(NEED))), None)]).await;
    fixture
}

async fn stored(fixture: &Fixture, need: u128) -> Need {
    fixture.store.need(&fixture.tenant(), id(need)).await.unwrap().unwrap()
}

pub async fn erasing_a_need_destroys_its_key_ciphertext_place_and_wish_and_nothing_of_others(fixture: Fixture) {
    let fixture = lacking(fixture).await;
    let other = stored(&fixture, OTHER).await;
    let now = instant(NOW);
    fixture.set_clock(now).await;
    let written = fixture.write(vec![erase()]).await;

    let erased = stored(&fixture, NEED).await;
    assert_eq!((&erased.personal, erased.place, &erased.wish), (&None, None, &None));
    assert_eq!((erased.erased_at, erased.updated_at, erased.version), (Some(now), now, Version(3)));
    assert_eq!((erased.state, &erased.external), (NeedState::Served, &served(NEED).external));
    let lot = served(NEED).wish.unwrap().lot;
    assert_eq!(erased.publication.as_ref().unwrap().last_lot, lot, "the pool knows which wish it was");
    let after = Change::Need(Box::new(erased.clone()));
    assert_eq!((written.outcomes[0].effect, written.outcomes[0].after.as_ref()), (Effect::Updated, Some(&after)));
    let event =
        fixture.store.events(&fixture.tenant(), LogPosition(written.position.0 - 1), 1).await.unwrap().remove(0);
    assert_eq!(event.change, after);
    assert!(event.change.is_erasure());
    assert!(erased.tidings().iter().all(|tiding| tiding.state == InPool::Gone));
    assert_eq!(fixture.store.key(&fixture.tenant(), &id(NEED).name()).await.unwrap(), None);

    assert_eq!(stored(&fixture, OTHER).await, other);
    assert!(fixture.store.key(&fixture.tenant(), &id(OTHER).name()).await.unwrap().is_some());
}

pub async fn after_a_need_is_erased_neither_log_nor_answers_hold_ciphertext_or_place(fixture: Fixture) {
    let fixture = lacking(fixture).await;
    let needles = |need: u128| {
        let sealed: String = served(need).personal.unwrap().0.iter().map(|byte| format!("{byte:02x}")).collect();
        [sealed, place(need).latitude_e7.to_string(), place(need).longitude_e7.to_string()]
    };
    let found = async |needle: &str| {
        let log = format!("SELECT COUNT(*) FROM events WHERE CAST(payload AS TEXT) LIKE '%{needle}%'");
        let kept = format!("SELECT COUNT(*) FROM request_outcomes WHERE CAST(outcomes AS TEXT) LIKE '%{needle}%'");
        fixture.count(&log).await + fixture.count(&kept).await
    };
    for needle in needles(NEED) {
        assert_eq!(found(&needle).await, 2, "before: in the log, in each version");
    }
    fixture.write(vec![erase()]).await;
    for needle in needles(NEED) {
        assert_eq!(found(&needle).await, 0, "after: nowhere");
    }
    for needle in needles(OTHER) {
        assert_eq!(found(&needle).await, 1, "others stay");
    }
    // The answer to the request that brought it is kept, without what was erased.
    let answer = fixture.store.answered(&request(900, 1)).await.unwrap().unwrap();
    let Some(Change::Need(need)) = &answer.outcomes[1].after else { panic!("{answer:?}") };
    assert_eq!((&need.personal, need.place), (&None, None));
}

/// Whoever sealed something before an erasure cannot bring it back after it.
pub async fn what_was_sealed_before_a_need_was_erased_is_not_written_after_it(fixture: Fixture) {
    let fixture = lacking(fixture).await;
    fixture.write(vec![erase()]).await;
    let erased = stored(&fixture, NEED).await;
    let refusal = StoreError::Erased { name: id(NEED).name() };
    for mutation in [
        put_key(NEED, 9),
        update(Change::Need(Box::new(served(NEED))), None),
        update(Change::Need(Box::new(samples::private_need(NEED, None))), Some(3)),
    ] {
        assert_eq!(fixture.store.write(&context(), vec![mutation]).await, Err(refusal.clone()));
    }
    let reseal = Command::Reseal { need: id(NEED), personal: Sealed(b"before".to_vec()), expected: erased.version };
    let refused = fixture.store.carry_out(&context(), vec![reseal]).await.unwrap_err();
    assert!(refused.to_string().contains("was erased"), "{refused}");
    assert_eq!(stored(&fixture, NEED).await, erased);
}

pub async fn what_is_sealed_while_a_need_is_erased_does_not_outlast_it(fixture: Fixture) {
    let fixture = Arc::new(lacking(fixture).await);
    let sealing = (0..16_u8).map(|n| {
        let fixture = Arc::clone(&fixture);
        tokio::spawn(async move {
            // A key for what is sealed is made first, as by whoever finds none.
            fixture.store.write(&context(), vec![put_key(NEED, n)]).await.ok();
            let expected = stored(&fixture, NEED).await.version;
            let reseal = Command::Reseal { need: id(NEED), personal: Sealed(vec![n; 40]), expected };
            fixture.store.carry_out(&context(), vec![reseal]).await.ok();
        })
    });
    let sealing: Vec<_> = sealing.collect();
    fixture.write(vec![erase()]).await;
    for one in sealing {
        one.await.unwrap();
    }
    let erased = stored(&fixture, NEED).await;
    assert_eq!((&erased.personal, erased.erased_at.is_some()), (&None, true));
    assert_eq!(fixture.store.key(&fixture.tenant(), &id(NEED).name()).await.unwrap(), None);
    let logged = fixture.store.events(&fixture.tenant(), LogPosition(0), 1_000).await.unwrap();
    let of_it =
        |change: &Change| matches!(change, Change::Need(need) if need.id == id(NEED) && need.personal.is_some());
    assert_eq!(logged.iter().filter(|event| of_it(&event.change)).count(), 0);
}

pub async fn erasing_a_need_twice_is_erasing_once(fixture: Fixture) {
    let fixture = lacking(fixture).await;
    let first = fixture.write_as(&request(901, 1), vec![erase()]).await;
    let second = fixture.write_as(&request(902, 1), vec![erase()]).await;
    assert_eq!(second.outcomes[0].effect, Effect::Unchanged);
    assert_eq!((&second.outcomes[0].after, second.position), (&first.outcomes[0].after, first.position));
    assert_eq!(fixture.write_as(&request(902, 1), vec![erase()]).await.outcomes, second.outcomes);
}

pub async fn only_what_is_closed_of_nobody_and_as_expected_is_erased(fixture: Fixture) {
    let fixture = lacking(fixture).await;
    let of_somebody = Need { state: NeedState::Served, ..samples::need(8, Some(5)) };
    let open = samples::need(9, None);
    let partly = Need { state: NeedState::PartlyServed, ..samples::need(10, None) };
    let mut mutations = vec![create(Change::Beneficiary(samples::beneficiary(5, None)))];
    mutations.extend([&of_somebody, &open, &partly].map(|need| create(Change::Need(Box::new(need.clone())))));
    fixture.write(mutations).await;
    let stale = StoreError::VersionMismatch { name: id(NEED).name(), expected: 1, actual: 2 };
    for (mutation, refusal) in [
        (from(of_somebody.id, None), StoreError::Outdated),
        (from(open.id, None), StoreError::Outdated),
        (from(partly.id, None), StoreError::Outdated),
        (from(id(NEED), Some(Version(1))), stale),
        (from(id(99), None), StoreError::NotFound { name: id(99).name() }),
    ] {
        assert_eq!(fixture.store.write(&context(), vec![mutation]).await, Err(refusal));
    }
    assert!(stored(&fixture, 8).await.personal.is_some());
    let as_expected = fixture.write(vec![from(id(NEED), Some(Version(2)))]).await;
    assert_eq!(as_expected.outcomes[0].effect, Effect::Updated);
}

pub async fn tables_made_again_from_the_log_hold_the_erased_need_as_it_is(fixture: Fixture) {
    let fixture = lacking(fixture).await;
    fixture.write(vec![erase()]).await;
    let events = fixture.store.events(&fixture.tenant(), LogPosition(0), 1_000).await.unwrap();
    let again = samples::tenant_called("again");
    fixture.store.restore(&again, &events).await.unwrap();
    let restored = fixture.store.everything(&again).await.unwrap();
    assert_eq!(restored, fixture.store.everything(&fixture.tenant()).await.unwrap());
    let Some(Change::Need(need)) = restored.get(&id(NEED).name()) else { panic!("{restored:?}") };
    assert!(need.erased_at.is_some());
}
