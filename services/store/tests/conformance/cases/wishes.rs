//! Wishes: their order, their places, and who lacks the same.

use std::collections::BTreeSet;

use uuid::Uuid;
use wishwell_domain::event::Change;
use wishwell_domain::need::{Need, NeedState};
use wishwell_domain::publication::Lack;
use wishwell_store::{NeedFilter, PageRequest};

use crate::fixture::Fixture;
use crate::samples::{self, category_code, create, division_code};

fn put(need: Need) -> wishwell_store::Mutation {
    create(Change::Need(Box::new(need)))
}

pub async fn wishes_are_listed_by_their_lots_page_by_page(fixture: Fixture) {
    let fixture = fixture.grounded().await;
    let mut without = samples::need(29, None);
    without.wish.as_mut().unwrap().lot = None;
    let mut needs: Vec<Need> = (20..29).map(|n| samples::need(n, None)).collect();
    needs.push(without);
    fixture.write(needs.iter().cloned().map(put).collect()).await;
    let filter = NeedFilter { wishes_only: true, ..NeedFilter::default() };
    let (mut seen, mut page) = (Vec::new(), PageRequest { after: None, limit: 3 });
    loop {
        let found = fixture.store.list_needs(&fixture.tenant(), &filter, &page).await.unwrap();
        assert!(found.entries.len() <= 3 && found.entries.iter().all(|need| need.items.len() == 2));
        seen.extend(found.entries.iter().map(|need| need.id));
        page.after = found.next_after;
        if page.after.is_none() {
            break;
        }
    }
    needs.sort_by_key(|need| need.wish.as_ref().unwrap().lot.unwrap_or(need.id.as_uuid()));
    let by_lot: Vec<_> = needs.iter().map(|need| need.id).collect();
    assert_eq!(seen, by_lot);
    assert!(!by_lot.is_sorted(), "lots are no order of ids");
}

pub async fn wishes_are_found_by_their_lots_as_long_as_they_are_wishes(fixture: Fixture) {
    let fixture = fixture.grounded().await;
    let needs: Vec<Need> = (20..24).map(|n| samples::need(n, None)).collect();
    let mut without = samples::need(29, None);
    without.wish.as_mut().unwrap().lot = None;
    let silent = Need { wish: None, ..samples::need(30, None) };
    fixture.write(needs.iter().chain([&without, &silent]).cloned().map(put).collect()).await;
    let lot = |need: &Need| need.wish.as_ref().and_then(|wish| wish.lot).unwrap_or(need.id.as_uuid());
    let found = async |lots: &[Uuid]| {
        let found = fixture.store.needs_by_lot(&fixture.tenant(), lots).await.unwrap();
        assert!(found.iter().all(|need| need.items.len() == 2), "whole");
        found.into_iter().map(|need| need.id).collect::<BTreeSet<_>>()
    };
    let asked = [lot(&needs[1]), lot(&without), lot(&needs[3]), silent.id.as_uuid(), needs[0].id.as_uuid()];
    assert_eq!(found(&asked).await, BTreeSet::from([needs[1].id, without.id, needs[3].id]));
    assert_eq!(found(&[]).await, BTreeSet::new());
}

pub async fn wishes_are_found_by_the_place_they_show_and_by_no_other(fixture: Fixture) {
    let fixture = fixture.grounded().await;
    let mut nowhere = samples::need(21, None);
    nowhere.wish.as_mut().unwrap().place = None;
    fixture.write(vec![put(samples::need(20, None)), put(nowhere)]).await;
    for (place, expected) in [("640104", 1), ("640104001", 0)] {
        let divisions = vec![division_code(place)];
        let filter = NeedFilter { wishes_only: true, wish_divisions: divisions, ..NeedFilter::default() };
        let found = fixture.store.list_needs(&fixture.tenant(), &filter, &PageRequest { after: None, limit: 9 }).await;
        assert_eq!(found.unwrap().entries.len(), expected, "{place}");
    }
}

pub async fn lacks_are_told_by_household_of_open_needs_only(fixture: Fixture) {
    let fixture = fixture.grounded().await;
    let (household, alone, member) =
        (samples::household(4).id, samples::beneficiary(5, None).id, samples::beneficiary(6, Some(4)).id);
    fixture
        .write(vec![
            create(Change::Household(samples::household(4))),
            create(Change::Beneficiary(samples::beneficiary(5, None))),
            create(Change::Beneficiary(samples::beneficiary(6, Some(4)))),
        ])
        .await;
    let need = |n| samples::need(n, None);
    let by_household = Need { household: Some(household), ..need(20) };
    let by_member = Need { beneficiary: Some(member), ..need(21) };
    let by_person = Need { beneficiary: Some(alone), ..need(22) };
    let nowhere = Need { division: None, ..need(23) };
    let closed = Need { state: NeedState::Withdrawn, ..need(24) };
    let of_nobody = Need { division: Some(division_code("640104")), beneficiary: None, household: None, ..need(25) };
    let all = [by_household, by_member, by_person, nowhere, closed, of_nobody.clone(), need(26)];
    fixture.write(all.into_iter().map(put).collect()).await;
    let now = fixture.store.now().await.unwrap();
    let lacks = async |category: &str, until, but| {
        fixture.store.lacks(&fixture.tenant(), &[category_code(category)], until, but).await.unwrap()
    };
    let lack =
        |who: Uuid, division: &str| Lack { who, category: category_code("goods"), division: division_code(division) };
    let mut expected = vec![
        lack(household.as_uuid(), "640104001"),
        lack(alone.as_uuid(), "640104001"),
        lack(of_nobody.id.as_uuid(), "640104"),
    ];
    expected.sort_by_key(|lack| lack.who);
    assert_eq!(lacks("goods", now, need(26).id).await, expected, "each household once, without the need itself");
    assert_eq!(lacks("goods", now, need(99).id).await.len(), 4);
    assert_eq!(lacks("care.nothing", now, need(26).id).await, []);
    assert_eq!(lacks("goods", now - jiff::SignedDuration::from_hours(1), need(26).id).await, [], "later ones");
}
