use std::sync::Arc;

use uuid::Uuid;
use wishwell_domain::capacity_pool::PoolKind;
use wishwell_domain::ids::{CategoryCode, OrganizationId};
use wishwell_domain::need::{Channel, Mobility, NeedItem, Urgency};
use wishwell_domain::publication::Publication;
use wishwell_domain::unit::Unit;

use super::*;

fn unit() -> Unit {
    Unit::parse("unit", "piece").unwrap()
}

fn pool() -> CapacityPool {
    CapacityPool {
        id: CapacityPoolId::from_uuid(Uuid::from_u128(1)),
        external: None,
        organization: OrganizationId::from_uuid(Uuid::from_u128(2)),
        name: "rice".to_owned(),
        kind: PoolKind::Stock,
        unit: unit(),
        currency: None,
        period: None,
        figures: Figures { total: Some(9), ..Figures::default() },
        periods: Vec::new(),
        pledged: false,
        confirmed_at: Timestamp::UNIX_EPOCH,
        version: Version(1),
        created_at: Timestamp::UNIX_EPOCH,
        updated_at: Timestamp::UNIX_EPOCH,
    }
}

fn need() -> Need {
    let item = NeedItem {
        ordinal: 1,
        category: CategoryCode::parse("code", "goods.food").unwrap(),
        quantity: 3,
        unit: unit(),
        recurrence: None,
        splittable: true,
        referred: 0,
        served: 0,
        taken: Vec::new(),
    };
    Need {
        id: NeedId::from_uuid(Uuid::from_u128(3)),
        external: None,
        beneficiary: None,
        household: None,
        items: vec![item.clone(), NeedItem { ordinal: 2, ..item }],
        urgency: Urgency::Normal,
        timing: None,
        place: None,
        division: None,
        mobility: Mobility { max_travel_metres: None, home_visit: true, delivery: false, remote: false },
        group_tags: Vec::new(),
        involves_minors: false,
        channel: Channel::Hotline,
        personal: None,
        wish: None,
        request_id: None,
        departure: None,
        publication: Some(Publication::first(Timestamp::UNIX_EPOCH)),
        erased_at: None,
        state: NeedState::Open,
        version: Version(1),
        created_at: Timestamp::UNIX_EPOCH,
        updated_at: Timestamp::UNIX_EPOCH,
    }
}

/// What an offer moves in the two.
fn held() -> (CapacityPool, Need) {
    let (mut pool, mut need) = (pool(), need());
    pool.figures.pending = 2;
    (pool.version, pool.updated_at) = (Version(2), Timestamp::MAX);
    need.items[1].referred = 2;
    need.publication.as_mut().unwrap().untold_after = Some(Version(1));
    (need.state, need.version, need.updated_at) = (NeedState::Served, Version(2), Timestamp::MAX);
    (pool, need)
}

fn changes(pool_after: CapacityPool, need_after: Need) -> Changes {
    Changes {
        pools: vec![Changed { before: Some(Arc::new(pool())), after: pool_after }],
        needs: vec![Changed { before: Some(Arc::new(need())), after: need_after }],
        ..Changes::default()
    }
}

#[test]
fn what_an_offer_moves_is_all_that_differs() {
    let (pool, need) = held();
    assert!(are_all(&changes(pool, need)));
}

#[test]
fn what_differs_beside_what_was_moved_is_noticed() {
    type Beside = fn(&mut CapacityPool, &mut Need);
    let beside: [Beside; 7] = [
        |pool, _| pool.name.push('!'),
        |pool, _| pool.confirmed_at = Timestamp::MAX,
        |pool, _| pool.pledged = true,
        |_, need| need.urgency = Urgency::Low,
        |_, need| need.items[0].quantity = 4,
        |_, need| drop(need.items.pop()),
        |_, need| need.publication = None,
    ];
    for (number, change) in beside.into_iter().enumerate() {
        let (mut pool, mut need) = held();
        change(&mut pool, &mut need);
        assert!(!are_all(&changes(pool, need)), "{number}");
    }
    let (pool, need) = held();
    let new = Changed { before: None, after: pool };
    assert!(!are_all(&Changes { pools: vec![new], ..changes(super::tests::pool(), need) }));
}

#[test]
fn what_was_moved_put_into_what_was_before_is_what_is_now() {
    let (pool_now, need_now) = held();
    let whole = [Change::CapacityPool(pool_now), Change::Need(Box::new(need_now))];
    let before = [Change::CapacityPool(pool()), Change::Need(Box::new(need()))];
    let rows = rows(LogPosition(5), whole.iter().map(|change| ("desk", change))).unwrap();
    let [(LogPosition(6), Value::Json(Some(payload)))] = rows.as_slice() else { panic!("{rows:?}") };
    let mut images = Images::default();
    before.iter().for_each(|change| images.note(change));
    let read = Row::read(6, payload).unwrap().into_entries();
    let read: Vec<_> = read.map(|(position, by, moved)| (position, by, images.complete(moved).unwrap())).collect();
    let [pool, need] = whole;
    assert_eq!(read, [(5, "desk".to_owned(), pool), (6, "desk".to_owned(), need)]);
}
