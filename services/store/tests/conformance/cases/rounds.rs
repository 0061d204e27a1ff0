//! Rounds: put like any entity, worked on by one at a time, with results in pages.

use std::collections::BTreeSet;
use std::sync::Arc;

use uuid::Uuid;
use wishwell_domain::event::Change;
use wishwell_domain::ids::{LogPosition, NeedId, ReferralId, ResourceId, RoundId};
use wishwell_domain::ledger::{Command, Offer};
use wishwell_domain::referral::{Action, Origin};
use wishwell_domain::round::{
    ItemOutcome, OfferFate, OfferUnits, OutcomeState, Round, RoundFailure, RoundOffer, RoundOutcome, RoundProgress,
    RoundReport, RoundState, ScarcityPrice, Serving, Unserved, UnservedReason,
};
use wishwell_store::{Mutation, PageRequest, RoundFilter, Store, StoreError, WriteContext};

use crate::fixture::Fixture;
use crate::ledger_world::{giving, item, lacking, offer, step, stock};
use crate::samples::{self, category_code, context, create, instant, round, update, uuid};

const ALL: PageRequest = PageRequest { after: None, limit: 100 };
const SECONDS: i64 = 20;

fn put(round: Round) -> Vec<Mutation> {
    vec![create(Change::Round(Box::new(round)))]
}

/// A round that was asked for.
fn pending(n: u128) -> Round {
    Round { state: RoundState::Pending, reached: None, started_at: None, solved_at: None, ..round(n) }
}

fn finished(n: u128) -> Round {
    Round { state: RoundState::Committed, finished_at: Some(instant("2026-01-03T00:00:00Z")), ..round(n) }
}

fn id(n: u128) -> RoundId {
    round(n).id
}

/// The outcome at a place; a third of them each served, partly served and not.
fn outcome(ordinal: u32) -> RoundOutcome {
    let serving = Serving {
        resource: ResourceId::from_uuid(uuid(30)),
        organization: samples::organization(1).id,
        quantity: 2,
        occurrences: 1,
        pools: Vec::new(),
        distance_metres: Some(1_200),
        eligibility_open: true,
        pinned: false,
        alternatives: Vec::new(),
    };
    let unserved = Unserved {
        units: 1,
        reason: UnservedReason::Capacity,
        can_be_asked: Vec::new(),
        lost_to: Vec::new(),
        near_misses: Vec::new(),
        changes: Vec::new(),
    };
    let offer = |units, fate| RoundOffer { pass: 1, resource: serving.resource, quantity: 2, units, fate };
    let offers = vec![
        // As offers were kept before it was kept how much of them was offered.
        offer(None, OfferFate::Refused("CAPACITY_EXHAUSTED".to_owned())),
        offer(
            Some(OfferUnits { planned: 16, offered: 14 }),
            OfferFate::Offered(ReferralId::from_uuid(uuid(20_000 + u128::from(ordinal)))),
        ),
    ];
    RoundOutcome {
        ordinal,
        pass: 1,
        item: ItemOutcome {
            need: NeedId::from_uuid(uuid(10_000 + u128::from(ordinal))),
            item_ordinal: 1,
            category: category_code("care"),
            division: None,
            tier: 2,
            quantity: 3,
            occurrences: 1,
            waiting_seconds: 86_400,
            bundle: ordinal.is_multiple_of(4).then_some(ordinal / 4),
            servings: if ordinal % 3 == 2 { Vec::new() } else { vec![serving] },
            unserved: (!ordinal.is_multiple_of(3)).then_some(unserved),
        },
        offers,
    }
}

fn report(scarcity_millionths: u32) -> RoundReport {
    let at = wishwell_domain::round::PoolPeriod { pool: samples::pool(2, 1).id, period_start: None };
    RoundReport { scarcity: vec![ScarcityPrice { at, scarcity_millionths }], ..RoundReport::default() }
}

pub async fn a_round_goes_on_by_versions_and_is_made_again_from_the_log(fixture: Fixture) {
    let (store, tenant) = (&fixture.store, fixture.tenant());
    fixture.write(put(pending(1))).await;
    store.lease_round(&tenant, uuid(99), SECONDS).await.unwrap().unwrap();
    let mut going = store.round(&tenant, id(1)).await.unwrap().unwrap();
    assert_eq!(going, Round { created_at: going.created_at, updated_at: going.updated_at, ..pending(1) });
    (going.state, going.reached) = (RoundState::Committing, round(1).reached);
    fixture.write(vec![update(Change::Round(Box::new(going.clone())), Some(1))]).await;
    let stored = store.round(&tenant, id(1)).await.unwrap().unwrap();
    assert_eq!((stored.version.0, &stored.reached), (2, &round(1).reached));
    let late = store.write(&context(), vec![update(Change::Round(Box::new(going)), Some(1))]).await;
    assert!(matches!(late, Err(StoreError::VersionMismatch { actual: 2, .. })), "{late:?}");
    assert!(
        store.put_round_report(&tenant, id(1), uuid(99), &report(1)).await.unwrap(),
        "a change is no end of a lease"
    );

    let again = samples::tenant_called("again");
    let events = store.events(&tenant, LogPosition(0), 100).await.unwrap();
    assert_eq!(events.len(), 2);
    store.restore(&again, &events).await.unwrap();
    assert_eq!(store.everything(&again).await.unwrap(), store.everything(&tenant).await.unwrap());
    assert_eq!(store.round(&again, id(1)).await.unwrap(), Some(stored));
}

pub async fn rounds_are_filtered_by_each_field_and_come_in_pages(fixture: Fixture) {
    let (store, tenant) = (&fixture.store, fixture.tenant());
    for made in [pending(1), finished(2), round(3), pending(4)] {
        fixture.write(put(made)).await;
    }
    let none = RoundFilter::default;
    for (filter, expected) in [
        (none(), vec![1, 2, 3, 4]),
        (RoundFilter { states: vec![RoundState::Pending], ..none() }, vec![1, 4]),
        (RoundFilter { states: vec![RoundState::Committed, RoundState::Committing], ..none() }, vec![2, 3]),
        (RoundFilter { unfinished_only: true, ..none() }, vec![1, 3, 4]),
        (RoundFilter { states: vec![RoundState::Failed], ..none() }, vec![]),
    ] {
        let found = store.list_rounds(&tenant, &filter, &ALL).await.unwrap();
        let ids: Vec<_> = found.entries.iter().map(|round| round.id).collect();
        assert_eq!(ids, expected.into_iter().map(id).collect::<Vec<_>>(), "{filter:?}");
    }
    let first = store.list_rounds(&tenant, &none(), &PageRequest { after: None, limit: 3 }).await.unwrap();
    assert_eq!((first.entries.len(), first.next_after), (3, Some(uuid(3))));
    let rest = store.list_rounds(&tenant, &none(), &PageRequest { after: first.next_after, limit: 3 }).await.unwrap();
    assert_eq!((rest.entries.len(), rest.next_after), (1, None));
}

pub async fn what_no_round_is_the_tables_refuse(fixture: Fixture) {
    let failed = Round { state: RoundState::Failed, ..round(1) };
    for (made, constraint) in [
        (failed.clone(), "rounds_failure_said"),
        (Round { failure: Some(RoundFailure::Rules), ..round(1) }, "rounds_failure_said"),
        (Round { reached: None, ..round(1) }, "rounds_reached_when_solved"),
        (Round { dry_run: true, ..round(1) }, "rounds_dry_run_offers_nothing"),
        (Round { progress: RoundProgress { short: 6, ..round(1).progress }, ..round(1) }, "rounds_short_among_made"),
    ] {
        let refused = fixture.store.write(&context(), put(made)).await;
        let broken = StoreError::ConstraintViolated { mutation: 0, constraint: constraint.to_owned() };
        assert_eq!(refused, Err(broken));
    }
    fixture.write(put(Round { failure: Some(RoundFailure::Rules), ..failed })).await;
}

pub async fn of_many_who_want_a_round_one_gets_it(fixture: Fixture) {
    for n in 1..=3 {
        fixture.write(put(pending(n))).await;
    }
    let stores = [Arc::clone(&fixture.store), fixture.another().await];
    let workers = (0..16).map(|worker| {
        let store = Arc::clone(&stores[worker % 2]);
        tokio::spawn(async move {
            let mut got = Vec::new();
            for _ in 0..6 {
                let leased =
                    store.lease_round(&samples::tenant(), uuid(1_000 + worker as u128), SECONDS).await.unwrap();
                got.extend(leased.map(|round| round.id));
            }
            got
        })
    });
    let mut leased = Vec::new();
    for worker in workers.collect::<Vec<_>>() {
        leased.extend(worker.await.unwrap());
    }
    let distinct: BTreeSet<_> = leased.iter().copied().collect();
    assert_eq!((leased.len(), distinct), (3, (1..=3).map(id).collect()));
}

pub async fn the_oldest_round_that_nobody_holds_is_next_and_a_finished_one_never(fixture: Fixture) {
    let (store, tenant) = (&fixture.store, fixture.tenant());
    for made in [finished(1), pending(4), pending(3), round(2)] {
        fixture.write(put(made)).await;
    }
    let mut order = Vec::new();
    while let Some(next) = store.lease_round(&tenant, uuid(99), SECONDS).await.unwrap() {
        order.push(next.id);
    }
    assert_eq!(order, [2, 3, 4].map(id));
    // Given back, it is the next again.
    assert_eq!(store.renew_round_lease(&tenant, id(3), uuid(99), 0).await.unwrap(), Some(RoundState::Pending));
    assert_eq!(store.lease_round(&tenant, uuid(98), SECONDS).await.unwrap().map(|round| round.id), Some(id(3)));
    let elsewhere = samples::tenant_called("other");
    assert_eq!(store.lease_round(&elsewhere, uuid(98), SECONDS).await.unwrap(), None);
}

pub async fn a_silent_holder_loses_its_round_by_the_databases_clock(fixture: Fixture) {
    let (store, tenant, other) = (&fixture.store, fixture.tenant(), fixture.another().await);
    let (silent, next) = (uuid(98), uuid(99));
    fixture.set_clock(instant("2030-01-01T00:00:00Z")).await;
    fixture.write(put(pending(1))).await;
    store.lease_round(&tenant, silent, SECONDS).await.unwrap().unwrap();
    fixture.set_clock(instant("2030-01-01T00:00:15Z")).await;
    assert_eq!(store.renew_round_lease(&tenant, id(1), silent, SECONDS).await.unwrap(), Some(RoundState::Pending));
    fixture.set_clock(instant("2030-01-01T00:00:34.999999Z")).await;
    assert_eq!(other.lease_round(&tenant, next, SECONDS).await.unwrap(), None);
    fixture.set_clock(instant("2030-01-01T00:00:35Z")).await;
    assert!(other.lease_round(&tenant, next, SECONDS).await.unwrap().is_some());
    assert_eq!(store.renew_round_lease(&tenant, id(1), silent, SECONDS).await.unwrap(), None);
    assert_eq!(store.renew_round_lease(&tenant, id(1), silent, 0).await.unwrap(), None, "nor can it give it back");
    assert_eq!(store.lease_round(&tenant, silent, SECONDS).await.unwrap(), None);
    // Whoever renews late, but before another came, keeps it.
    fixture.set_clock(instant("2030-01-01T01:00:00Z")).await;
    assert_eq!(other.renew_round_lease(&tenant, id(1), next, SECONDS).await.unwrap(), Some(RoundState::Pending));
    assert_eq!(store.lease_round(&tenant, silent, SECONDS).await.unwrap(), None);
}

pub async fn who_does_not_hold_a_round_writes_nothing_of_it(fixture: Fixture) {
    let (store, tenant) = (&fixture.store, fixture.tenant());
    let (holder, nobody) = (uuid(98), uuid(99));
    fixture.write(put(pending(1))).await;
    assert!(!store.put_round_outcomes(&tenant, id(1), nobody, &[outcome(1)]).await.unwrap());
    store.lease_round(&tenant, holder, SECONDS).await.unwrap().unwrap();
    assert!(store.put_round_outcomes(&tenant, id(1), holder, &[outcome(1)]).await.unwrap());
    assert!(store.put_round_report(&tenant, id(1), holder, &report(1)).await.unwrap());
    assert!(!store.put_round_outcomes(&tenant, id(1), nobody, &[outcome(2)]).await.unwrap());
    assert!(!store.put_round_report(&tenant, id(1), nobody, &report(2)).await.unwrap());
    assert!(!store.clear_round(&tenant, id(1), nobody).await.unwrap());
    assert!(!store.put_round_outcomes(&tenant, id(2), holder, &[outcome(2)]).await.unwrap(), "no such round");
    assert_eq!(outcomes(store.as_ref(), 1, &[]).await, [outcome(1)]);
    assert_eq!(store.round_report(&tenant, id(1)).await.unwrap(), Some(report(1)));
    assert_eq!(store.round_report(&tenant, id(2)).await.unwrap(), None);
    assert!(store.clear_round(&tenant, id(1), holder).await.unwrap());
    assert_eq!(outcomes(store.as_ref(), 1, &[]).await, []);
    assert_eq!(store.round_report(&tenant, id(1)).await.unwrap(), None);
}

async fn outcomes(store: &dyn Store, n: u128, states: &[OutcomeState]) -> Vec<RoundOutcome> {
    store.round_outcomes(&samples::tenant(), id(n), states, 0, 1_000).await.unwrap()
}

/// A round that `holder` holds.
async fn held(fixture: &Fixture, holder: Uuid) {
    fixture.write(put(pending(1))).await;
    fixture.store.lease_round(&fixture.tenant(), holder, SECONDS).await.unwrap().unwrap();
}

pub async fn outcomes_come_in_order_in_pages_and_of_the_states_asked(fixture: Fixture) {
    let (store, tenant, holder) = (&fixture.store, fixture.tenant(), uuid(99));
    held(&fixture, holder).await;
    let all: Vec<RoundOutcome> = (1..=700).map(outcome).collect();
    // Written in any order.
    for batch in all.chunks(500).rev() {
        assert!(store.put_round_outcomes(&tenant, id(1), holder, batch).await.unwrap());
    }
    let mut read = Vec::new();
    loop {
        let after = read.last().map_or(0, |outcome: &RoundOutcome| outcome.ordinal);
        let page = store.round_outcomes(&tenant, id(1), &[], after, 64).await.unwrap();
        if page.is_empty() {
            break;
        }
        assert!(page.len() <= 64);
        read.extend(page);
    }
    assert!(read == all);
    for state in OutcomeState::ALL {
        let found = outcomes(store.as_ref(), 1, &[state]).await;
        let expected: Vec<u32> = all.iter().filter(|one| one.state() == state).map(|one| one.ordinal).collect();
        assert_eq!(found.iter().map(|one| one.ordinal).collect::<Vec<_>>(), expected, "{}", state.name());
    }
    let two = [OutcomeState::Served, OutcomeState::Unserved];
    assert_eq!(outcomes(store.as_ref(), 1, &two).await.len(), 466);
    let too_many: Vec<_> = (1..=501).map(outcome).collect();
    assert!(store.put_round_outcomes(&tenant, id(1), holder, &too_many).await.is_err());
}

pub async fn outcomes_written_again_replace_those_of_the_same_places(fixture: Fixture) {
    let (store, tenant, holder) = (&fixture.store, fixture.tenant(), uuid(99));
    held(&fixture, holder).await;
    store.put_round_outcomes(&tenant, id(1), holder, &[outcome(1), outcome(2), outcome(3)]).await.unwrap();
    let mut again = outcome(2);
    (again.pass, again.item.unserved) = (2, None);
    store.put_round_outcomes(&tenant, id(1), holder, std::slice::from_ref(&again)).await.unwrap();
    assert_eq!(outcomes(store.as_ref(), 1, &[]).await, [outcome(1), again.clone(), outcome(3)]);
    assert_eq!(outcomes(store.as_ref(), 1, &[OutcomeState::Served]).await, [again, outcome(3)]);
    store.put_round_report(&tenant, id(1), holder, &report(1)).await.unwrap();
    store.put_round_report(&tenant, id(1), holder, &report(2)).await.unwrap();
    assert_eq!(store.round_report(&tenant, id(1)).await.unwrap(), Some(report(2)));
}

pub async fn results_tell_no_distance_to_the_erased_whenever_they_are_put(fixture: Fixture) {
    let fixture = fixture.grounded().await;
    let (store, tenant) = (&fixture.store, fixture.tenant());
    let people = [5, 40].map(|n| create(Change::Beneficiary(samples::beneficiary(n, None))));
    let needs = [samples::private_need(60, Some(5)), samples::private_need(61, Some(40))];
    let lacking = needs.clone().map(|need| create(Change::Need(Box::new(need))));
    fixture.write(people.into_iter().chain(lacking).collect()).await;
    fixture.write(put(pending(1))).await;
    store.lease_round(&tenant, uuid(99), SECONDS).await.unwrap().unwrap();
    let mut decided = [outcome(3), outcome(6)];
    for (outcome, need) in decided.iter_mut().zip(&needs) {
        outcome.item.need = need.id;
    }
    let put_again = async || assert!(store.put_round_outcomes(&tenant, id(1), uuid(99), &decided).await.unwrap());
    let distances = async || -> Vec<Option<u32>> {
        let found = store.round_outcomes(&tenant, id(1), &[], 0, 100).await.unwrap();
        found.iter().flat_map(|outcome| &outcome.item.servings).map(|serving| serving.distance_metres).collect()
    };
    put_again().await;
    assert_eq!(distances().await, [Some(1_200); 2]);
    let erase = Mutation::EraseBeneficiary { id: samples::beneficiary(5, None).id };
    fixture.write(vec![erase]).await;
    assert_eq!(distances().await, [None, Some(1_200)]);
    put_again().await;
    assert_eq!(distances().await, [None, Some(1_200)], "whoever goes on with the round has them in its memory");
}

pub async fn results_of_old_rounds_are_dropped_and_the_rounds_stay(fixture: Fixture) {
    let (store, tenant, holder) = (&fixture.store, fixture.tenant(), uuid(99));
    for n in 1..=8 {
        fixture.write(put(pending(n))).await;
        store.lease_round(&tenant, holder, SECONDS).await.unwrap().unwrap();
        store.put_round_outcomes(&tenant, id(n), holder, &[outcome(1)]).await.unwrap();
        store.put_round_report(&tenant, id(n), holder, &report(1)).await.unwrap();
        // The second one is not finished.
        if n != 2 {
            let ended = Round { finished_at: Some(instant("2026-01-03T00:00:00Z")), ..pending(n) };
            fixture.write(vec![update(Change::Round(Box::new(ended)), None)]).await;
        }
    }
    assert_eq!(store.rounds_with_results(&tenant, 3).await.unwrap(), [8, 7, 6].map(id), "the newest first");
    let mut dropped = Vec::new();
    let drop = async || store.drop_old_round_results(&tenant, 2, Some(id(4))).await.unwrap();
    while let Some(count) = Some(drop().await).filter(|count| *count > 0) {
        dropped.push(count);
    }
    assert_eq!(dropped, [3, 1]);
    assert_eq!(store.rounds_with_results(&tenant, 100).await.unwrap(), [8, 7, 4, 2].map(id));
    assert_eq!(store.rounds_with_results(&samples::tenant_called("other"), 100).await.unwrap(), []);
    for n in 1..=8 {
        let kept = [2, 4, 7, 8].contains(&n);
        assert_eq!(outcomes(store.as_ref(), n, &[]).await.len(), usize::from(kept), "{n}");
        assert_eq!(store.round_report(&tenant, id(n)).await.unwrap().is_some(), kept, "{n}");
        assert!(store.round(&tenant, id(n)).await.unwrap().is_some());
    }
}

pub async fn the_results_of_one_tenant_are_not_those_of_another(fixture: Fixture) {
    let (store, tenant, holder) = (&fixture.store, fixture.tenant(), uuid(99));
    held(&fixture, holder).await;
    let other = samples::tenant_called("other");
    let elsewhere = WriteContext { tenant: other.clone(), ..context() };
    fixture.write_as(&elsewhere, put(pending(1))).await;
    store.put_round_outcomes(&tenant, id(1), holder, &[outcome(1)]).await.unwrap();
    store.put_round_report(&tenant, id(1), holder, &report(1)).await.unwrap();
    assert!(!store.put_round_outcomes(&other, id(1), holder, &[outcome(2)]).await.unwrap());
    assert!(!store.clear_round(&other, id(1), holder).await.unwrap());
    assert_eq!(store.round_outcomes(&other, id(1), &[], 0, 10).await.unwrap(), []);
    assert_eq!(store.round_report(&other, id(1)).await.unwrap(), None);
    store.lease_round(&other, holder, SECONDS).await.unwrap().unwrap();
    assert!(store.clear_round(&other, id(1), holder).await.unwrap());
    assert_eq!(outcomes(store.as_ref(), 1, &[]).await, [outcome(1)]);
}

pub async fn an_offer_of_a_round_says_which_and_no_other_offer_does(fixture: Fixture) {
    let needs = vec![lacking(60, vec![item(1, 5)])];
    let fixture = fixture.with(vec![stock(20, Some(9))], vec![giving(30, &[(20, 1)])], needs).await;
    fixture.write(put(pending(1))).await;
    let offered =
        |number, origin, round| Command::Offer(Box::new(Offer { origin, round, ..offer(number, 60, 30, Some(1)) }));
    let of_round = fixture.ask_one(offered(100, Origin::Round, Some(id(1)))).await;
    let chosen = fixture.ask_one(offered(101, Origin::Chosen, None)).await;
    assert_eq!(
        [&of_round, &chosen].map(|referral| (referral.origin, referral.round)),
        [(Origin::Round, Some(id(1))), (Origin::Chosen, None)]
    );
    assert_eq!([fixture.referral(100).await, fixture.referral(101).await], [of_round, chosen]);
    let accepted = fixture.ask_one(step(100, Action::Accept)).await;
    assert_eq!((accepted.origin, accepted.round), (Origin::Round, Some(id(1))), "whatever becomes of it");
    for (origin, round) in [(Origin::Round, None), (Origin::Chosen, Some(id(1)))] {
        let refused = fixture.try_ask(vec![offered(102, origin, round)]);
        let broken = StoreError::ConstraintViolated { mutation: 0, constraint: "referrals_round_said".to_owned() };
        assert_eq!(refused.await.err(), Some(broken), "{origin:?}");
    }
    fixture.everything_adds_up().await;
    fixture.made_again_it_is_the_same().await;
}
