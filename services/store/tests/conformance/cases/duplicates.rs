//! Likely duplicates of a need.

use wishwell_domain::event::Change;
use wishwell_domain::ids::NeedId;
use wishwell_domain::limits::LIKELY_DUPLICATES_MAX;
use wishwell_domain::need::{Need, NeedState};
use wishwell_store::DuplicateQuery;

use crate::fixture::Fixture;
use crate::samples::{self, category_code, create, division_code, instant, point};

/// A need far from the sample's place and division, of nobody.
fn elsewhere(n: u128) -> Need {
    let mut need = samples::need(n, None);
    need.place = Some(point(-100_000_000, 100_000_000));
    need.division = None;
    need
}

async fn found(fixture: &Fixture, query: DuplicateQuery) -> Vec<NeedId> {
    let needs = fixture.store.likely_duplicates(&fixture.tenant(), &query).await.unwrap();
    assert!(needs.iter().all(|need| need.items.len() == 2 && need.group_tags.len() == 1), "with their lists");
    needs.iter().map(|need| need.id).collect()
}

pub async fn each_likeness_finds_its_own(fixture: Fixture) {
    let fixture = fixture.grounded().await;
    let mut twin = samples::beneficiary(6, None);
    twin.identity_digest = Some("digest-5".to_owned());
    let mut of_household = elsewhere(22);
    of_household.household = Some(samples::household(4).id);
    let mut near = elsewhere(23);
    near.place = Some(point(384_900_000 + 5_000, 1_062_300_000 - 8_000));
    let mut of_division = elsewhere(24);
    (of_division.place, of_division.division) = (None, Some(division_code("640104")));
    let mut of_beneficiary = elsewhere(20);
    of_beneficiary.beneficiary = Some(samples::beneficiary(5, None).id);
    let mut of_twin = elsewhere(21);
    of_twin.beneficiary = Some(twin.id);
    let mut mutations = vec![
        create(Change::Household(samples::household(4))),
        create(Change::Beneficiary(samples::beneficiary(5, None))),
        create(Change::Beneficiary(twin)),
        create(Change::Beneficiary(samples::beneficiary(7, None))),
        create(Change::Beneficiary(samples::beneficiary(8, Some(4)))),
    ];
    let mut of_member = elsewhere(26);
    of_member.beneficiary = Some(samples::beneficiary(8, None).id);
    let needs = [of_beneficiary, of_twin, of_household, near, of_division, elsewhere(25), of_member];
    mutations.extend(needs.map(|need| create(Change::Need(Box::new(need)))));
    // A member asks for another household than the member's own.
    mutations.push(create(Change::Household(samples::household(9))));
    let mut for_others = elsewhere(27);
    for_others.beneficiary = Some(samples::beneficiary(8, None).id);
    for_others.household = Some(samples::household(9).id);
    mutations.push(create(Change::Need(Box::new(for_others))));
    fixture.write(mutations).await;

    let none = DuplicateQuery::default;
    let id = |n| samples::need(n, None).id;
    let place = Some(point(384_900_000, 1_062_300_000));
    let division = Some(division_code("640104"));
    for (query, expected) in [
        (none(), vec![]),
        (DuplicateQuery { beneficiary: Some(samples::beneficiary(5, None).id), ..none() }, vec![id(21), id(20)]),
        (DuplicateQuery { beneficiary: Some(samples::beneficiary(7, None).id), ..none() }, vec![]),
        (DuplicateQuery { household: Some(samples::household(4).id), ..none() }, vec![id(26), id(22)]),
        (DuplicateQuery { place, ..none() }, vec![id(23)]),
        (DuplicateQuery { division: division.clone(), ..none() }, vec![id(24)]),
        (DuplicateQuery { place, division, ..none() }, vec![id(23)]),
        (DuplicateQuery { place: Some(point(384_900_000, 1_062_330_000)), ..none() }, vec![]),
    ] {
        assert_eq!(found(&fixture, query.clone()).await, expected, "{query:?}");
    }
}

pub async fn restrictions_leave_out_what_cannot_be_the_same(fixture: Fixture) {
    let fixture = fixture.grounded().await;
    fixture.set_clock(instant("2030-01-10T00:00:00Z")).await;
    let mut closed = samples::need(21, None);
    closed.state = NeedState::Served;
    let needs = [samples::need(20, None), closed].map(|need| create(Change::Need(Box::new(need))));
    fixture.write(needs.to_vec()).await;
    let near = || DuplicateQuery { place: samples::need(20, None).place, ..DuplicateQuery::default() };
    let id = samples::need(20, None).id;
    for (query, expected) in [
        (near(), vec![id]),
        (DuplicateQuery { exclude: Some(id), ..near() }, vec![]),
        (DuplicateQuery { categories: vec![category_code("goods"), category_code("care")], ..near() }, vec![id]),
        (DuplicateQuery { categories: vec![category_code("care")], ..near() }, vec![]),
        (DuplicateQuery { since: Some(instant("2030-01-09T00:00:00Z")), ..near() }, vec![id]),
        (DuplicateQuery { since: Some(instant("2030-01-11T00:00:00Z")), ..near() }, vec![]),
        (DuplicateQuery { until: Some(instant("2030-01-10T00:00:00Z")), ..near() }, vec![id]),
        (DuplicateQuery { until: Some(instant("2030-01-09T23:59:59Z")), ..near() }, vec![]),
        (DuplicateQuery { within: vec![division_code("640104001"), division_code("64")], ..near() }, vec![id]),
        (DuplicateQuery { within: vec![division_code("640104")], ..near() }, vec![]),
    ] {
        assert_eq!(found(&fixture, query.clone()).await, expected, "{query:?}");
    }
}

pub async fn the_newest_come_first_and_no_more_than_the_limit(fixture: Fixture) {
    let fixture = fixture.grounded().await;
    let count = LIKELY_DUPLICATES_MAX as u128 + 5;
    for n in 0..count {
        fixture.set_clock(jiff::Timestamp::from_second(1_900_000_000 - n as i64).unwrap()).await;
        fixture.write_one(create(Change::Need(Box::new(samples::need(100 + n, None))))).await;
    }
    let query = DuplicateQuery { place: samples::need(100, None).place, ..DuplicateQuery::default() };
    let expected: Vec<_> = (0..LIKELY_DUPLICATES_MAX as u128).map(|n| samples::need(100 + n, None).id).collect();
    assert_eq!(found(&fixture, query).await, expected);
}

pub async fn people_come_before_places_however_long_ago_they_asked(fixture: Fixture) {
    let fixture = fixture.grounded().await;
    let mut waiting = elsewhere(20);
    waiting.beneficiary = Some(samples::beneficiary(5, None).id);
    fixture.set_clock(instant("2030-01-01T00:00:00Z")).await;
    fixture.write_one(create(Change::Beneficiary(samples::beneficiary(5, None)))).await;
    let old = [waiting, samples::need(21, None)].map(|need| create(Change::Need(Box::new(need))));
    fixture.write(old.to_vec()).await;
    fixture.set_clock(instant("2030-03-01T00:00:00Z")).await;
    let neighbours = (0..LIKELY_DUPLICATES_MAX as u128).map(|n| samples::need(100 + n, None));
    fixture.write(neighbours.map(|need| create(Change::Need(Box::new(need)))).collect()).await;

    let mut query = DuplicateQuery {
        beneficiary: Some(samples::beneficiary(5, None).id),
        place: samples::need(100, None).place,
        since: Some(instant("2030-02-01T00:00:00Z")),
        ..DuplicateQuery::default()
    };
    let newest = (1..LIKELY_DUPLICATES_MAX as u128).rev().map(|n| samples::need(100 + n, None).id);
    let expected: Vec<_> = std::iter::once(samples::need(20, None).id).chain(newest).collect();
    assert_eq!(found(&fixture, query.clone()).await, expected, "whoever asked two months ago comes first");
    query.since = Some(instant("2030-03-02T00:00:00Z"));
    assert_eq!(found(&fixture, query.clone()).await, expected[..1], "neighbours of so long ago are none");
    query.place = Some(point(-100_000_000, 100_000_000));
    assert_eq!(found(&fixture, query).await, expected[..1], "alike in both ways is told once");
}

pub async fn what_is_left_out_takes_no_place_from_what_is_not(fixture: Fixture) {
    let fixture = fixture.grounded().await;
    fixture.set_clock(instant("2030-01-01T00:00:00Z")).await;
    fixture.write_one(create(Change::Need(Box::new(samples::need(20, None))))).await;
    fixture.set_clock(instant("2030-01-02T00:00:00Z")).await;
    // In the corner of a box of 100 metres around the place, and 133 metres away.
    let in_the_corner = (0..LIKELY_DUPLICATES_MAX as u128 + 5).map(|n| {
        let mut need = samples::need(100 + n, None);
        need.place = Some(point(384_900_000 + 8_500, 1_062_300_000 + 10_800));
        need
    });
    let of_others = (0..LIKELY_DUPLICATES_MAX as u128 + 5).map(|n| {
        let mut need = samples::need(200 + n, None);
        need.division = Some(division_code("640104"));
        need
    });
    let newer = in_the_corner.chain(of_others).map(|need| create(Change::Need(Box::new(need))));
    fixture.write(newer.collect()).await;
    let within = vec![division_code("640104001")];
    let query = DuplicateQuery { place: samples::need(20, None).place, within, ..DuplicateQuery::default() };
    assert_eq!(found(&fixture, query).await, [samples::need(20, None).id]);
}
