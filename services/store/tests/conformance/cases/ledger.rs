//! Holds and referrals in tables and log: what was decided is what is read, and what was refused is nowhere.

use jiff::{SignedDuration, Timestamp};
use wishwell_domain::Error;
use wishwell_domain::beneficiary::Sealed;
use wishwell_domain::capacity_pool::PeriodLength;
use wishwell_domain::event::Change;
use wishwell_domain::ids::{LogPosition, Version};
use wishwell_domain::ledger::{Command, NewTotal, Offer, Pledge, SetFigures, Step};
use wishwell_domain::need::{Ending, Need, NeedItem, NeedState, Recurrence};
use wishwell_domain::principal::Role;
use wishwell_domain::referral::{Action, AskedFor, Decision, LineState, Origin, Referral, ReferralState, StepReason};
use wishwell_domain::resource::{Resource, ResourceLifecycle};
use wishwell_store::{CapacityPoolFilter, Effect, NeedFilter, PageRequest, ResourceFilter, StoreError};

use crate::fixture::Fixture;
use crate::ledger_world::{
    MONDAY, budget, caseload, confirmation, giving, item, lacking, late, need_id, nobody_left, offer, offering,
    pool_id, referral_id, resource_id, step, step_of, stock, total_of, weekly,
};
use crate::samples::{self, context, request, update, upsert, uuid};

fn in_minutes(minutes: i64) -> Timestamp {
    samples::instant(MONDAY) + SignedDuration::from_mins(minutes)
}

/// Visits in eight weeks, two at a time.
fn visits() -> NeedItem {
    NeedItem { recurrence: Some(Recurrence { every: PeriodLength::Week, occurrences: 8 }), ..item(1, 2) }
}

pub async fn every_field_of_a_referral_comes_back_as_it_was_answered(fixture: Fixture) {
    let resources = (30..32).map(|n| giving(n, &[(20, 2), (21, 1_500)])).collect();
    let fixture =
        fixture.with(vec![weekly(20, Some(9)), budget(21, 100_000)], resources, vec![lacking(60, vec![visits()])]);
    let fixture = fixture.await;
    fixture.set_clock(in_minutes(0)).await;
    let decision = Decision {
        position: LogPosition(7),
        evaluated_at: samples::instant("2026-11-23T01:59:59.123456789Z"),
        need_version: Some(Version(1)),
        asked: Some(AskedFor::Quantity(3)),
        engine_version: "1.2.3".to_owned(),
        prices: Some(samples::round(1).id),
        rank: Some(2),
        score: Some(654_321),
        terms: vec![1, 1_000_000, 0],
        erased: false,
    };
    let first = Offer { origin: Origin::Automatic, decision: Some(decision), ..offer(100, 60, 30, Some(1)) };
    let second =
        Offer { id: referral_id(101), resource: resource_id(31), previous: Some(referral_id(100)), ..first.clone() };
    let mut all = Vec::new();
    all.push(fixture.ask_one(Command::Offer(Box::new(first))).await);
    let declined = Step { reason: Some(StepReason::NoCapacity), ..step_of(100, Action::Decline) };
    all.push(fixture.ask_one(Command::Step(declined)).await);
    all.push(fixture.ask_one(Command::Offer(Box::new(second))).await);
    all.push(fixture.ask_one(Command::Step(Step { units: Some(6), ..step_of(101, Action::Accept) })).await);
    fixture.set_clock(all[3].due_at).await;
    all.push(fixture.ask_one(late(101)).await);
    let delivered = Step { units: Some(5), noted: true, ..step_of(101, Action::Deliver) };
    all.push(fixture.ask_one(Command::Step(delivered)).await);
    all.push(fixture.ask_one(Command::Step(Step { rating: Some(4), ..step_of(101, Action::Confirm) })).await);

    let events = fixture.store.events(&fixture.tenant(), LogPosition(0), 1_000).await.unwrap();
    let logged = events.into_iter().filter_map(|event| match event.change {
        Change::Referral(referral) => Some(*referral),
        _ => None,
    });
    // The first one is logged again when the second follows it.
    let logged: Vec<Referral> =
        logged.filter(|referral| (referral.id, referral.version) != (referral_id(100), Version(3))).collect();
    assert_eq!(logged, all, "the log holds what was answered");
    let last = &all[6];
    assert_eq!(&fixture.referral(101).await, last);
    let summary = (last.state, last.units, last.rating, last.attempt, last.previous, last.escalated_at, last.version);
    let confirmed = ReferralState::Confirmed;
    let previous = Some(referral_id(100));
    assert_eq!(summary, (confirmed, 5, Some(4), 2, previous, Some(all[3].due_at), Version(5)));
    assert_eq!((last.quantity, last.occurrences, last.every), (1, 8, Some(PeriodLength::Week)));
    assert_eq!((all[4].noted, last.noted), (false, true), "a note stays told of");
    let states: Vec<_> = last.lines.iter().map(|line| (line.kind, line.units, line.state)).collect();
    assert_eq!(states.iter().filter(|(_, units, state)| (*units, *state) == (1, LineState::Consumed)).count(), 5);
    assert_eq!(last.lines.len(), 9, "a period of slots for each occurrence and a line of money: {states:?}");
    assert_eq!(fixture.pool(21).await.figures.consumed, 5 * 1_500);
    fixture.everything_adds_up().await;
    fixture.made_again_it_is_the_same().await;
}

pub async fn an_offer_holds_in_tables_and_log_alike(fixture: Fixture) {
    let fixture =
        fixture.with(vec![stock(20, Some(12))], vec![giving(30, &[(20, 3)])], vec![lacking(60, vec![item(1, 4)])]);
    let fixture = fixture.await;
    let before = fixture.store.position(&fixture.tenant()).await.unwrap();
    let written = fixture.try_ask(vec![offering(100, 60, 30, 2)]).await.unwrap();
    assert_eq!((written.outcomes[0].effect, written.replayed), (Effect::Created, false));
    let events = fixture.store.events(&fixture.tenant(), before, 10).await.unwrap();
    let kinds: Vec<_> = events.iter().map(|event| (event.change.kind(), event.principal.as_str())).collect();
    assert_eq!(kinds, [("capacity_pool", "desk"), ("need", "desk"), ("referral", "desk")]);
    assert_eq!(events.last().unwrap().position, written.position);
    let (pool, need) = (fixture.pool(20).await, fixture.need(60).await);
    assert_eq!((pool.figures.pending, pool.version), (6, Version(2)));
    assert_eq!((need.items[0].referred, need.items[0].served, need.state), (2, 0, NeedState::Open));
    let named = [&events[1].change, &events[0].change];
    assert_eq!(named, [&Change::Need(Box::new(need)), &Change::CapacityPool(pool)]);
    fixture.everything_adds_up().await;

    fixture.ask_one(step(100, Action::Accept)).await;
    fixture.ask_one(step(100, Action::Deliver)).await;
    let (pool, need) = (fixture.pool(20).await, fixture.need(60).await);
    assert_eq!((pool.figures.pending, pool.figures.committed, pool.figures.consumed), (0, 0, 6));
    assert_eq!((need.items[0].referred, need.items[0].served, need.state), (0, 2, NeedState::PartlyServed));
    fixture.everything_adds_up().await;

    // What is neither referred nor served looks for somebody still.
    let wanting = async || {
        let filter = NeedFilter { wanting_only: true, ..NeedFilter::default() };
        let found = fixture.store.list_needs(&fixture.tenant(), &filter, &PageRequest { after: None, limit: 9 }).await;
        found.unwrap().entries.len()
    };
    assert_eq!(wanting().await, 1);
    fixture.ask_one(offering(101, 60, 30, 1)).await;
    assert_eq!(wanting().await, 1);
    fixture.ask_one(offering(102, 60, 30, 1)).await;
    assert_eq!(wanting().await, 0);
}

pub async fn every_refusal_names_its_reason_and_leaves_nothing_behind(fixture: Fixture) {
    let unsplittable = NeedItem { splittable: false, ..item(1, 2) };
    let in_hours = NeedItem { unit: samples::unit("hour"), ..item(1, 1) };
    let fixture = fixture
        .with(
            vec![stock(20, Some(2)), weekly(21, Some(1)), stock(22, None)],
            vec![
                giving(30, &[(20, 1)]),
                Resource { lifecycle: ResourceLifecycle::Paused, ..giving(31, &[(20, 1)]) },
                giving(32, &[(22, 1)]),
            ],
            vec![
                lacking(60, vec![item(1, 3)]),
                lacking(61, vec![unsplittable]),
                lacking(62, vec![in_hours]),
                Need { state: NeedState::Withdrawn, ..lacking(63, vec![item(1, 1)]) },
                lacking(64, vec![item(1, 1)]),
                lacking(65, vec![item(1, 2)]),
            ],
        )
        .await;
    fixture.ask(vec![offering(100, 60, 30, 1), offering(101, 64, 32, 1)]).await;
    let before = fixture.picture().await;

    let with = |change: fn(&mut Offer)| {
        let mut asked = offer(102, 60, 30, Some(1));
        change(&mut asked);
        Command::Offer(Box::new(asked))
    };
    let takes = |change: fn(&mut Step)| {
        let mut asked = step_of(100, Action::Accept);
        change(&mut asked);
        Command::Step(asked)
    };
    let sets = |change: fn(&mut SetFigures)| {
        let mut asked = confirmation(20);
        change(&mut asked);
        Command::SetFigures(asked)
    };
    let withdraws = |n, expected: Option<i64>| Command::EndNeed {
        need: need_id(n),
        ending: Ending::Withdrawn,
        arrived: Vec::new(),
        personal: None,
        expected: expected.map(Version),
    };
    let cases: Vec<(&str, Command)> = vec![
        ("needs/", with(|offer| offer.need = need_id(69))),
        ("items", with(|offer| offer.item_ordinal = 7)),
        ("resources/", with(|offer| offer.resource = resource_id(39))),
        ("already exists", with(|offer| offer.id = referral_id(100))),
        ("has 1 left, 2 asked", with(|offer| offer.quantity = Some(2))),
        ("2 unit(s) left to refer, 3 asked", with(|offer| offer.quantity = Some(3))),
        ("must be 1 to", with(|offer| offer.quantity = Some(0))),
        ("is not offered now", with(|offer| offer.resource = resource_id(31))),
        ("cannot be split", with(|offer| offer.need = need_id(61))),
        ("counts in", with(|offer| offer.need = need_id(62))),
        ("withdrawn", with(|offer| offer.need = need_id(63))),
        ("followed by another offer", with(|offer| offer.previous = Some(referral_id(100)))),
        ("was not found", takes(|step| step.referral = referral_id(199))),
        ("etag 9 was sent, 1 is current", takes(|step| step.expected = Some(Version(9)))),
        ("cannot deliver", takes(|step| step.action = Action::Deliver)),
        ("auditor may not", takes(|step| step.role = Role::Auditor)),
        ("clock", takes(|step| (step.action, step.role) = (Action::Expire, Role::Operator))),
        ("must be 1 to 1", takes(|step| step.units = Some(2))),
        ("is required: it was an enquiry", takes(|step| step.referral = referral_id(101))),
        ("rating", takes(|step| step.rating = Some(3))),
        ("was not found", sets(|set| set.pool = pool_id(29))),
        ("cannot become 0", sets(|set| set.total = NewTotal::Known(0))),
        ("cannot become unknown", sets(|set| set.total = NewTotal::Unknown)),
        ("cannot become 2", sets(|set| set.used_elsewhere = Some(2))),
        ("total", sets(|set| set.total = NewTotal::Known(-1))),
        ("used_elsewhere", sets(|set| set.used_elsewhere = Some(i64::MAX))),
        ("etag 1 was sent, 2 is current", sets(|set| set.expected = Some(Version(1)))),
        ("only slots have periods", sets(|set| set.period_start = Some(jiff::civil::date(2026, 11, 23)))),
        (
            "first day of its period",
            sets(|set| (set.pool, set.period_start) = (pool_id(21), Some(jiff::civil::date(2026, 11, 24)))),
        ),
        ("was not found", withdraws(69, None)),
        ("etag 1 was sent, 2 is current", withdraws(60, Some(1))),
        ("withdrawn", withdraws(63, None)),
        ("was not found", nobody_left(199)),
        ("once at most", takes(|step| (step.referral, step.action) = (referral_id(110), Action::Withdraw))),
    ];
    for (n, (reason, command)) in (1..).zip(cases) {
        // Before the command that is refused comes one that is not: all or none.
        let commands = vec![offering(110, 65, 32, 2), command];
        let told = fixture.store.carry_out(&request(n, 1), commands).await;
        let Err(StoreError::Refused(error)) = told else { panic!("{reason}: {told:?}") };
        let error = match *error {
            Error::OneOfSeveral { index: 1, error } => error,
            error => Box::new(error),
        };
        let text = match &*error {
            Error::InvalidArgument(violations) => violations[0].to_string(),
            Error::PermissionDenied { method, .. } if reason == "clock" => format!("clock: {method}"),
            error => error.to_string(),
        };
        assert!(text.contains(reason), "{reason}: {text}");
        assert_eq!(fixture.picture().await, before, "{reason}");
        assert_eq!(fixture.store.answered(&request(n, 1)).await.unwrap(), None, "{reason}");
    }
    fixture.everything_adds_up().await;
}

pub async fn what_a_case_needs_comes_back_when_the_case_closes(fixture: Fixture) {
    let fixture =
        fixture.with(vec![caseload(20, 2)], vec![giving(30, &[(20, 1)])], vec![lacking(60, vec![visits()])]).await;
    fixture.ask(vec![offering(100, 60, 30, 2)]).await;
    assert_eq!(fixture.pool(20).await.figures.pending, 2);
    for (action, committed) in
        [(Action::Accept, 2), (Action::Start, 2), (Action::Deliver, 2), (Action::Dispute, 2), (Action::Fail, 0)]
    {
        fixture.ask(vec![step(100, action)]).await;
        let figures = fixture.pool(20).await.figures;
        assert_eq!((figures.pending, figures.committed, figures.consumed), (0, committed, 0), "{action:?}");
        fixture.everything_adds_up().await;
    }
    let need = fixture.need(60).await;
    assert_eq!((need.items[0].referred, need.items[0].served, need.state), (0, 0, NeedState::Open));
}

pub async fn withdrawing_a_need_ends_what_is_under_way_for_it(fixture: Fixture) {
    let wish = samples::need(60, None).wish;
    let fixture = fixture
        .with(
            vec![stock(20, Some(9))],
            vec![giving(30, &[(20, 1)])],
            vec![Need { wish, ..lacking(60, vec![item(1, 3), item(2, 5)]) }, lacking(61, vec![item(1, 1)])],
        )
        .await;
    let other_item = Offer { item_ordinal: 2, ..offer(102, 60, 30, Some(4)) };
    let offers = vec![
        offering(100, 60, 30, 1),
        offering(101, 60, 30, 2),
        Command::Offer(Box::new(other_item)),
        offering(103, 61, 30, 1),
    ];
    fixture.ask(offers).await;
    fixture.ask(vec![step(101, Action::Accept), step(102, Action::Accept)]).await;
    fixture.ask(vec![Command::Step(Step { units: Some(3), ..step_of(102, Action::Deliver) })]).await;
    let withdrawn = fixture
        .ask(vec![Command::EndNeed {
            need: need_id(60),
            ending: Ending::Withdrawn,
            arrived: Vec::new(),
            personal: None,
            expected: None,
        }])
        .await
        .remove(0);
    let need = fixture.need(60).await;
    assert_eq!(withdrawn.after, Some(Change::Need(Box::new(need.clone()))));
    assert_eq!((need.state, need.wish), (NeedState::Withdrawn, None));
    assert_eq!((need.items[0].referred, need.items[1].served), (0, 3), "what has arrived stays served");
    let ended = [fixture.referral(100).await, fixture.referral(101).await, fixture.referral(103).await];
    let states = ended.map(|referral| (referral.state, referral.last.reason));
    let closed = Some(StepReason::NeedClosed);
    assert_eq!(
        states,
        [(ReferralState::Withdrawn, closed), (ReferralState::Cancelled, closed), (ReferralState::Offered, None)]
    );
    let figures = fixture.pool(20).await.figures;
    assert_eq!((figures.pending, figures.committed, figures.consumed), (1, 0, 3));
    fixture.everything_adds_up().await;
}

pub async fn a_lower_total_is_refused_with_what_is_in_the_way_or_forces_it_out(fixture: Fixture) {
    let fixture =
        fixture.with(vec![stock(20, Some(9))], vec![giving(30, &[(20, 1)])], vec![lacking(60, vec![item(1, 9)])]).await;
    fixture.ask(vec![offering(100, 60, 30, 2), offering(101, 60, 30, 3), offering(102, 60, 30, 4)]).await;
    fixture.ask(vec![step(102, Action::Accept)]).await;
    let refused = fixture.refused(vec![total_of(20, 5, false)]).await;
    // Offers before promises, the newest first.
    let referrals = [101, 100, 102].map(|n| referral_id(n).name()).to_vec();
    assert_eq!(refused, Error::CapacityHeld { name: pool_id(20).name(), taken: 9, becomes: "5".to_owned(), referrals });
    fixture.ask(vec![total_of(20, 5, true)]).await;
    let states = [fixture.referral(100).await, fixture.referral(101).await, fixture.referral(102).await];
    let states = states.map(|referral| (referral.state, referral.last.reason));
    let short = Some(StepReason::Shortfall);
    assert_eq!(
        states,
        [(ReferralState::Withdrawn, short), (ReferralState::Withdrawn, short), (ReferralState::Accepted, None)]
    );
    let figures = fixture.pool(20).await.figures;
    assert_eq!((figures.total, figures.pending, figures.committed), (Some(5), 0, 4));
    fixture.everything_adds_up().await;
}

/// Two say something within one tick of the clock: both count.
pub async fn figures_said_within_one_tick_of_the_clock_are_all_kept(fixture: Fixture) {
    let fixture = fixture.with(vec![stock(20, Some(9)), weekly(21, Some(9))], Vec::new(), Vec::new()).await;
    fixture.set_clock(in_minutes(0)).await;
    for total in [8, 7, 6] {
        let period = |total| SetFigures {
            period_start: Some(jiff::civil::date(2026, 11, 23)),
            total: NewTotal::Known(total),
            ..confirmation(21)
        };
        fixture.ask(vec![total_of(20, total, false), Command::SetFigures(period(total))]).await;
        assert_eq!(fixture.pool(20).await.figures.total, Some(total));
        assert_eq!(fixture.pool(21).await.periods[0].figures.total, Some(total));
        fixture.everything_adds_up().await;
    }
}

pub async fn periods_follow_the_usual_total_until_somebody_says_otherwise(fixture: Fixture) {
    let fixture =
        fixture.with(vec![weekly(20, Some(9))], vec![giving(30, &[(20, 1)])], vec![lacking(60, vec![visits()])]).await;
    fixture.set_clock(in_minutes(0)).await;
    fixture.ask(vec![offering(100, 60, 30, 2)]).await;
    let pool = fixture.pool(20).await;
    assert_eq!(pool.periods.len(), 8);
    assert!(pool.periods.iter().all(|period| period.inherits && period.figures.pending == 2));
    let own = SetFigures {
        period_start: Some(jiff::civil::date(2026, 11, 30)),
        total: NewTotal::Known(3),
        used_elsewhere: Some(1),
        ..confirmation(20)
    };
    fixture.ask(vec![Command::SetFigures(own)]).await;
    fixture.ask(vec![total_of(20, 5, false)]).await;
    let totals: Vec<_> = fixture.pool(20).await.periods.iter().map(|period| period.figures.total).collect();
    assert_eq!(totals, [vec![Some(5), Some(3)], vec![Some(5); 6]].concat());
    fixture.everything_adds_up().await;
    fixture.ask(vec![step(100, Action::Withdraw)]).await;
    assert_eq!(fixture.pool(20).await.periods.len(), 1, "a period that only held something goes");
    fixture.everything_adds_up().await;
}

/// What the ledger keeps is nothing that a put says.
pub async fn a_put_never_changes_what_the_ledger_keeps(fixture: Fixture) {
    let (pool, need) = (weekly(20, Some(9)), lacking(60, vec![item(1, 3)]));
    let fixture = fixture.with(vec![pool.clone()], vec![giving(30, &[(20, 1)])], vec![need.clone()]).await;
    fixture.ask(vec![offering(100, 60, 30, 2)]).await;
    let before = fixture.picture().await;
    let again = [upsert(Change::CapacityPool(pool.clone())), upsert(Change::Need(Box::new(need.clone())))];
    for outcome in fixture.write(again.to_vec()).await.outcomes {
        assert_eq!(outcome.effect, Effect::Unchanged);
    }
    assert_eq!(fixture.picture().await, before);
    let other = Need { channel: wishwell_domain::need::Channel::Import, ..need };
    let renamed = wishwell_domain::capacity_pool::CapacityPool { name: "新名".to_owned(), ..pool };
    fixture.write(vec![update(Change::CapacityPool(renamed), None), update(Change::Need(Box::new(other)), None)]).await;
    assert_eq!((fixture.pool(20).await.periods[0].figures.pending, fixture.need(60).await.items[0].referred), (2, 2));
    fixture.everything_adds_up().await;
}

/// Whoever says less than what is promised already is told so: of pools by the referrals in the way, of needs by field and rule.
pub async fn a_put_of_less_than_is_promised_is_refused_by_name(fixture: Fixture) {
    let (pool, need) = (stock(20, Some(9)), lacking(60, vec![item(1, 3)]));
    let weeks = weekly(21, Some(9));
    let resources = vec![giving(30, &[(20, 1), (21, 1)])];
    let fixture = fixture.with(vec![pool.clone(), weeks.clone()], resources, vec![need.clone()]).await;
    fixture.ask(vec![offering(100, 60, 30, 2)]).await;
    let before = fixture.picture().await;
    let (mut less_pool, mut less_weeks, mut less_need) = (pool, weeks, need);
    (less_pool.figures.total, less_weeks.figures.total, less_need.items[0].quantity) = (Some(1), Some(1), 1);
    for less in [less_pool, less_weeks] {
        let (name, becomes, referrals) = (less.id.name(), "1".to_owned(), vec![referral_id(100).name()]);
        let refused = fixture.store.write(&context(), vec![upsert(Change::CapacityPool(less))]).await.unwrap_err();
        let held = Error::CapacityHeld { name, taken: 2, becomes, referrals };
        assert_eq!(refused, StoreError::Refused(Box::new(held)));
        assert_eq!(fixture.picture().await, before);
    }
    let refused = fixture.store.write(&context(), vec![upsert(Change::Need(Box::new(less_need)))]).await.unwrap_err();
    let constraint = "need_items_not_overserved".to_owned();
    assert_eq!(refused, StoreError::ConstraintViolated { mutation: 0, constraint });
    let Error::InvalidArgument(violations) = Error::from(refused) else { panic!("not by field") };
    assert_eq!(violations[0].rule, "item.quantity_covers");
    assert_eq!(fixture.picture().await, before);
}

/// A change of several things at once is one: each is in the answer, in the order asked.
pub async fn many_commands_are_one_request(fixture: Fixture) {
    let needs = (60..70).map(|n| lacking(n, vec![item(1, 1)])).collect();
    let fixture = fixture.with(vec![stock(20, Some(10))], vec![giving(30, &[(20, 1)])], needs).await;
    let offers = (0..10).rev().map(|n| offering(100 + n, 60 + n, 30, 1)).collect();
    let outcomes = fixture.ask(offers).await;
    let subjects: Vec<_> = outcomes.iter().map(|outcome| outcome.after.as_ref().unwrap().subject()).collect();
    assert_eq!(subjects, (0..10).rev().map(|n| referral_id(100 + n).name()).collect::<Vec<_>>());
    assert_eq!((fixture.pool(20).await.figures.pending, fixture.pool(20).await.version), (10, Version(2)));
    let refused = fixture.store.carry_out(&context(), (0..101).map(|n| offering(200 + n, 60, 30, 1)).collect()).await;
    assert!(matches!(refused, Err(StoreError::Defect(_))), "{refused:?}");
    fixture.everything_adds_up().await;
}

/// A resource that was in no catalogue comes with its pool and is taken at once, all or nothing.
pub async fn a_pledge_brings_what_it_gives_in_the_same_request(fixture: Fixture) {
    let fixture = fixture.with(Vec::new(), Vec::new(), vec![lacking(60, vec![item(1, 3)])]).await;
    let pledge = |resource, pool| {
        let (mut resource, mut pool) = (giving(resource, &[(pool, 1)]), stock(pool, Some(2)));
        (resource.external, pool.external, pool.pledged) = (None, None, true);
        Command::Pledge(Box::new(Pledge { resource, pool }))
    };
    let claim = |id, resource, quantity| {
        Command::Offer(Box::new(Offer { origin: Origin::Pledge, ..offer(id, 60, resource, Some(quantity)) }))
    };
    let before = fixture.picture().await;
    fixture.refused(vec![pledge(30, 20), claim(100, 30, 3)]).await;
    assert_eq!(fixture.picture().await, before);
    assert_eq!(fixture.store.resource(&fixture.tenant(), resource_id(30)).await.unwrap(), None);

    let outcomes = fixture.ask(vec![pledge(30, 20), claim(100, 30, 2)]).await;
    let pool = fixture.pool(20).await;
    assert_eq!((outcomes[0].effect, &outcomes[0].after), (Effect::Created, &Some(Change::CapacityPool(pool.clone()))));
    assert_eq!((outcomes[1].effect, pool.figures.committed, pool.version), (Effect::Created, 2, Version(1)));
    assert_eq!(fixture.referral(100).await.state, ReferralState::Accepted);
    let resource = fixture.store.resource(&fixture.tenant(), resource_id(30)).await.unwrap().unwrap();
    assert_eq!((resource.draws[0].pool, resource.version), (pool_id(20), Version(1)));
    let events = fixture.store.events(&fixture.tenant(), before.position, 10).await.unwrap();
    let kinds: Vec<_> = events.iter().map(|event| (event.change.kind(), event.principal.as_str())).collect();
    assert_eq!(kinds, ["capacity_pool", "resource", "need", "referral"].map(|kind| (kind, "desk")));
    // Where it is known already, its neighbours are not disturbed either.
    let twice = fixture.try_ask(vec![pledge(30, 21), claim(101, 30, 1)]).await;
    assert!(twice.is_err(), "{twice:?}");
    // What does not arrive of it is there for nobody else.
    fixture.ask(vec![Command::Step(Step { units: Some(1), ..step_of(100, Action::Deliver) })]).await;
    let figures = fixture.pool(20).await.figures;
    assert_eq!((figures.total, figures.held(), figures.consumed), (Some(1), 0, 1));
    fixture.ask(vec![pledge(31, 21), claim(101, 31, 2)]).await;
    fixture.ask(vec![step(101, Action::Cancel)]).await;
    let figures = fixture.pool(21).await.figures;
    assert_eq!((figures.total, figures.taken()), (Some(0), 0));
    // Until something of it is there for others, lists of what is there go without it, and so do those of what runs out.
    let listed = async |pledged| {
        let (tenant, page) = (fixture.tenant(), PageRequest { after: None, limit: 10 });
        let low = Some(jiff::civil::date(2026, 1, 1));
        let pools = CapacityPoolFilter { pledged: Some(pledged), ..CapacityPoolFilter::default() };
        let running_low = CapacityPoolFilter { running_low_from: low, ..CapacityPoolFilter::default() };
        let resources = ResourceFilter { pledged: Some(pledged), ..ResourceFilter::default() };
        let store = &fixture.store;
        (
            store.list_capacity_pools(&tenant, &pools, &page).await.unwrap().entries.len(),
            store.list_resources(&tenant, &resources, &page).await.unwrap().entries.len(),
            store.list_capacity_pools(&tenant, &running_low, &page).await.unwrap().entries.len(),
        )
    };
    assert_eq!((listed(true).await, listed(false).await), ((2, 2, 0), (0, 0, 0)));
    fixture.ask(vec![total_of(21, 5, false)]).await;
    assert!(!fixture.pool(21).await.pledged);
    assert_eq!((listed(true).await, listed(false).await), ((1, 1, 0), (1, 1, 0)));
    // For good: what is used up of it then runs out like anything else.
    fixture.ask(vec![total_of(21, 0, false)]).await;
    assert_eq!((listed(true).await, listed(false).await), ((1, 1, 1), (1, 1, 1)));
    fixture.everything_adds_up().await;
    fixture.made_again_it_is_the_same().await;
}

/// A lookalike of an id in another tenant is another thing.
pub async fn what_one_tenant_holds_another_cannot_reach(fixture: Fixture) {
    let fixture =
        fixture.with(vec![stock(20, Some(1))], vec![giving(30, &[(20, 1)])], vec![lacking(60, vec![item(1, 1)])]).await;
    fixture.ask(vec![offering(100, 60, 30, 1)]).await;
    let other = samples::tenant_called("other");
    assert_eq!(fixture.store.referral(&other, referral_id(100)).await.unwrap(), None);
    assert_eq!(fixture.store.referrals(&other, &[referral_id(100)]).await.unwrap(), []);
    for command in [step(100, Action::Accept), offering(101, 60, 30, 1), total_of(20, 5, true)] {
        let refused = fixture.store.carry_out(&samples::context_of(&other), vec![command]).await;
        assert!(
            matches!(&refused, Err(StoreError::Refused(error)) if matches!(**error, Error::NotFound { .. })),
            "{refused:?}"
        );
    }
    assert_eq!(fixture.store.verify(&other).await.unwrap(), Default::default());
    assert_eq!(uuid(100), fixture.referral(100).await.id.as_uuid());
    fixture.everything_adds_up().await;
}

pub async fn what_is_sealed_in_a_need_changes_with_the_step_that_says_it_or_not_at_all(fixture: Fixture) {
    let fixture =
        fixture.with(vec![stock(20, Some(9))], vec![giving(30, &[(20, 1)])], vec![lacking(60, vec![item(1, 3)])]).await;
    fixture.ask(vec![offering(100, 60, 30, 3)]).await;
    fixture.ask(vec![step(100, Action::Accept)]).await;
    let before = fixture.need(60).await;
    let said = Sealed(b"with a note".to_vec());
    let reseal = |expected| Command::Reseal { need: need_id(60), personal: said.clone(), expected };
    let stale = fixture.refused(vec![reseal(Version(before.version.0 - 1)), step(100, Action::Deliver)]).await;
    assert!(stale.to_string().contains("is current"), "{stale}");
    let illegal = fixture.refused(vec![reseal(before.version), step(100, Action::Confirm)]).await;
    assert!(illegal.to_string().contains("cannot confirm"), "{illegal}");
    assert_eq!((fixture.need(60).await, fixture.referral(100).await.state), (before.clone(), ReferralState::Accepted));

    let done = fixture.ask(vec![reseal(before.version), step(100, Action::Deliver)]).await;
    let need = fixture.need(60).await;
    assert_eq!(done[0].after, Some(Change::Need(Box::new(need.clone()))));
    assert_eq!((need.personal, need.state, need.version.0), (Some(said), NeedState::Served, before.version.0 + 1));
    assert_eq!(fixture.referral(100).await.state, ReferralState::Delivered);
    fixture.everything_adds_up().await;
}
