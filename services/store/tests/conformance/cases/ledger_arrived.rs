//! What had arrived when a promise ended early: used up, served, told of by every audit, and nobody's any more. And what was there still when
//! it turned out that it had not: free again, and told of by every audit.

use jiff::{SignedDuration, Span};
use wishwell_domain::Error;
use wishwell_domain::capacity_pool::{CapacityPool, PeriodLength, PeriodRule};
use wishwell_domain::event::Change;
use wishwell_domain::ledger::{Arrived, Command, NewTotal, Offer, SetFigures, Step};
use wishwell_domain::need::{Ending, NeedItem, NeedState, Recurrence};
use wishwell_domain::principal::Role;
use wishwell_domain::referral::{Action, LineState, Origin, ReferralState};
use wishwell_store::Due;

use super::ledger_time::{automatic, due, in_minutes};
use crate::fixture::Fixture;
use crate::ledger_world::{
    MONDAY, budget, caseload, confirmation, giving, item, lacking, need_id, offer, offering, pool_id, referral_id,
    step, step_of, stock, total_of, weekly,
};
use crate::samples::{instant, period, upsert};

fn after(n: u128, units: i64, action: Action, role: Role) -> Command {
    Command::Step(Step { units: Some(units), role, ..step_of(n, action) })
}

pub async fn what_had_arrived_is_kept_and_the_rest_is_for_the_next(fixture: Fixture) {
    let weekly_visits = Recurrence { every: PeriodLength::Week, occurrences: 8 };
    let visit = NeedItem { recurrence: Some(weekly_visits), ..item(1, 1) };
    let pools = vec![weekly(20, Some(1)), budget(21, 800), caseload(22, 1)];
    let resources = vec![giving(30, &[(20, 1), (21, 100), (22, 1)])];
    let fixture = fixture.with(pools, resources, vec![lacking(60, vec![visit])]).await;
    fixture.set_clock(instant(MONDAY)).await;
    for (n, action, arrived, state) in
        [(100, Action::Cancel, 3, ReferralState::Cancelled), (101, Action::Fail, 2, ReferralState::Failed)]
    {
        fixture.ask_one(Command::Offer(Box::new(offer(n, 60, 30, None)))).await;
        fixture.ask_one(step(n, Action::Accept)).await;
        fixture.ask_one(step(n, Action::Start)).await;
        let ended = fixture.ask_one(after(n, arrived, action, Role::CaseWorker)).await;
        assert_eq!((ended.state, ended.arrived, ended.units > arrived), (state, arrived, true));
        assert_eq!(fixture.referral(n).await, ended, "what was answered is what is read");
        fixture.everything_adds_up().await;
    }
    let need = fixture.need(60).await;
    let item = &need.items[0];
    assert_eq!((item.referred, item.served, item.left(), item.taken.len()), (0, 5, 3, 5));
    assert_eq!(need.state, NeedState::PartlyServed);
    let second = fixture.referral(101).await;
    let used = second.lines.iter().filter(|line| line.state == LineState::Consumed);
    let used: Vec<_> = used.filter_map(|line| line.period_start).map(|day| day.to_string()).collect();
    assert_eq!(used, ["2026-12-14", "2026-12-21"], "the earliest of the weeks that were left");
    let figures = [fixture.pool(21).await.figures, fixture.pool(22).await.figures];
    assert_eq!(figures.map(|figures| (figures.held(), figures.consumed)), [(0, 500), (0, 0)]);
    fixture.made_again_it_is_the_same().await;
}

pub async fn what_had_arrived_is_followed_for_the_rest_and_stays_used_up(fixture: Fixture) {
    let pools = vec![stock(20, Some(9)), stock(21, Some(9))];
    let resources = vec![giving(30, &[(20, 1)]), giving(31, &[(21, 1)])];
    let needs = vec![lacking(60, vec![item(1, 4)]), lacking(61, vec![item(1, 4)])];
    let fixture = fixture.with(pools, resources, needs).await;
    fixture.set_clock(in_minutes(0)).await;
    let all_of = |n, need| Command::Offer(Box::new(Offer { origin: Origin::Automatic, ..offer(n, need, 30, None) }));
    fixture.ask(vec![all_of(100, 60), all_of(101, 61)]).await;
    fixture.ask(vec![step(100, Action::Accept), step(101, Action::Accept)]).await;
    fixture.ask(vec![after(100, 3, Action::Cancel, Role::Partner)]).await;
    fixture.ask(vec![after(101, 1, Action::Cancel, Role::CaseWorker)]).await;
    assert_eq!(due(&fixture, Due::ToFollow, 10).await, [referral_id(100)], "a case worker decides what follows");
    assert_eq!(fixture.ask_one(automatic(102, 60, 31, Some(100))).await.units, 1);
    let refused = fixture.refused(vec![total_of(20, 3, true)]).await;
    let referrals = [101, 100].map(|n| referral_id(n).name()).to_vec();
    assert_eq!(refused, Error::CapacityHeld { name: pool_id(20).name(), taken: 4, becomes: "3".to_owned(), referrals });
    fixture.ask(vec![total_of(20, 4, true)]).await;
    fixture.everything_adds_up().await;
    fixture.made_again_it_is_the_same().await;
}

pub async fn a_part_that_does_not_add_up_or_was_not_said_is_found(fixture: Fixture) {
    let needs = vec![lacking(60, vec![item(1, 9)])];
    let fixture = fixture.with(vec![stock(20, Some(9))], vec![giving(30, &[(20, 1)])], needs).await;
    fixture.ask(vec![offering(100, 60, 30, 5)]).await;
    fixture.ask(vec![step(100, Action::Accept)]).await;
    fixture.ask(vec![after(100, 3, Action::Cancel, Role::CaseWorker)]).await;
    fixture.everything_adds_up().await;
    let discrepancies = async |sql| {
        fixture.execute(sql).await;
        let found = fixture.verification().await.discrepancies.into_iter();
        let mut found: Vec<_> = found.map(|one| (one.figure, one.of, one.stored, one.summed)).collect();
        found.sort_unstable();
        found
    };
    let other = [("consumed", "arrivals", 3, 2), ("served", "referrals", 3, 2)];
    assert_eq!(discrepancies("UPDATE referrals SET arrived = 2").await, other);
    let unsaid = [("consumed", "arrivals", 3, 0), ("served", "referrals", 3, 0)];
    assert_eq!(discrepancies("UPDATE referrals SET arrived = 0").await, unsaid);
    assert_eq!(discrepancies("UPDATE referrals SET arrived = 3").await, []);
}

pub async fn what_is_used_up_is_what_had_arrived(fixture: Fixture) {
    let pools = vec![stock(20, Some(40)), caseload(22, 9)];
    let resources = vec![giving(30, &[(20, 1), (22, 1)])];
    let fixture = fixture.with(pools, resources, vec![lacking(60, vec![item(1, 40)])]).await;
    fixture.set_clock(instant(MONDAY)).await;
    for (n, action, state) in [(100, Action::Cancel, "cancelled"), (101, Action::Fail, "failed")] {
        fixture.ask(vec![offering(n, 60, 30, 8)]).await;
        fixture.ask(vec![step(n, Action::Accept)]).await;
        fixture.ask(vec![after(n, 5, action, Role::CaseWorker)]).await;
        // Lines, figures and movements agree on so many pieces, and on so many more than they said.
        let agree = async |pieces: i64, more: i64| {
            let of_it = format!("referral_id = (SELECT id FROM referrals WHERE state = '{state}')");
            let plant = format!(
                "UPDATE hold_lines SET units = {pieces} WHERE state = 'consumed' AND {of_it}; \
                 UPDATE capacity_pools SET consumed = consumed + {more} WHERE kind = 'stock'; \
                 UPDATE ledger_movements SET consumed = {pieces} WHERE consumed > 0 AND {of_it}"
            );
            fixture.execute(&plant).await;
            let found = fixture.verification().await.discrepancies.into_iter();
            found.map(|one| (one.figure, one.of, one.stored, one.summed)).collect::<Vec<_>>()
        };
        assert_eq!(agree(3, -2).await, [("consumed", "arrivals", 3, 5)], "{state}");
        assert_eq!(agree(5, 2).await, [], "{state}");
    }
    // What was disputed had been delivered, however little of it had arrived.
    fixture.ask(vec![offering(102, 60, 30, 4)]).await;
    for action in [Action::Accept, Action::Deliver, Action::Dispute] {
        fixture.ask(vec![step(102, action)]).await;
    }
    fixture.ask(vec![after(102, 1, Action::Fail, Role::CaseWorker)]).await;
    fixture.everything_adds_up().await;
}

/// The settlement of a dispute: so many units had arrived, and so many of the others are there still.
fn settled(n: u128, arrived: i64, returned: i64) -> Command {
    Command::Step(Step { units: Some(arrived), returned: Some(returned), ..step_of(n, Action::Fail) })
}

/// Accepts, delivers and disputes an offer.
async fn dispute(fixture: &Fixture, n: u128) {
    for action in [Action::Accept, Action::Deliver, Action::Dispute] {
        fixture.ask(vec![step(n, action)]).await;
    }
}

pub async fn what_is_there_still_after_a_dispute_is_free_again(fixture: Fixture) {
    let weekly_visits = Recurrence { every: PeriodLength::Week, occurrences: 8 };
    let visit = NeedItem { recurrence: Some(weekly_visits), ..item(1, 1) };
    let pools = vec![weekly(20, Some(2)), budget(21, 800), caseload(22, 1), stock(23, Some(8))];
    let resources = vec![giving(30, &[(20, 1), (21, 100), (22, 1), (23, 1)])];
    let needs = vec![lacking(60, vec![visit]), lacking(61, vec![item(1, 9)])];
    let fixture = fixture.with(pools, resources, needs).await;
    fixture.set_clock(instant(MONDAY)).await;
    fixture.ask(vec![Command::Offer(Box::new(offer(100, 60, 30, None)))]).await;
    dispute(&fixture, 100).await;
    let figures = async || {
        let mut all = Vec::new();
        for n in [21, 22, 23] {
            let figures = fixture.pool(n).await.figures;
            all.push((figures.held(), figures.consumed));
        }
        let weeks = fixture.pool(20).await.periods;
        (all, weeks.iter().map(|week| week.figures.consumed).collect::<Vec<_>>())
    };
    assert_eq!(figures().await, (vec![(0, 800), (1, 0), (0, 8)], vec![1; 8]));
    let before = fixture.picture().await;
    let too_many = fixture.refused(vec![settled(100, 3, 6)]).await;
    assert!(too_many.to_string().contains("must be 0 to 5"), "{too_many}");
    assert_eq!(fixture.picture().await, before);
    let ended = fixture.ask_one(settled(100, 3, 4)).await;
    assert_eq!((ended.state, ended.units, ended.arrived, ended.returned), (ReferralState::Failed, 8, 3, 4));
    assert_eq!(fixture.referral(100).await, ended, "what was answered is what is read");
    // Three had arrived, one is gone.
    assert_eq!(figures().await, (vec![(0, 400), (0, 0), (0, 4)], vec![1; 4]));
    let item = &fixture.need(60).await.items[0];
    assert_eq!((item.served, item.left()), (3, 5), "what is there still has not arrived");
    fixture.everything_adds_up().await;
    // Four weeks are free again, and what they draw on, and no more.
    fixture.ask(vec![Command::Offer(Box::new(Offer { quantity: Some(1), ..offer(101, 61, 30, None) }))]).await;
    assert_eq!(figures().await.0, [(100, 400), (1, 0), (1, 4)]);
    fixture.everything_adds_up().await;
    fixture.made_again_it_is_the_same().await;
}

pub async fn what_is_there_still_and_does_not_add_up_is_found(fixture: Fixture) {
    let needs = vec![lacking(60, vec![item(1, 9)])];
    let fixture = fixture.with(vec![stock(20, Some(9))], vec![giving(30, &[(20, 1)])], needs).await;
    fixture.ask(vec![offering(100, 60, 30, 5)]).await;
    dispute(&fixture, 100).await;
    fixture.ask(vec![settled(100, 1, 2)]).await;
    fixture.everything_adds_up().await;
    let discrepancies = async |sql: &str| {
        fixture.execute(sql).await;
        let found = fixture.verification().await.discrepancies.into_iter();
        found.map(|one| (one.figure, one.of, one.stored, one.summed)).collect::<Vec<_>>()
    };
    assert_eq!(discrepancies("UPDATE referrals SET returned = 1").await, [("consumed", "arrivals", 3, 4)]);
    assert_eq!(discrepancies("UPDATE referrals SET returned = 0").await, [("consumed", "arrivals", 3, 5)]);
    assert_eq!(discrepancies("UPDATE referrals SET returned = 2").await, []);
    // Lines, figures and movements agree that all of it came back, which nobody has said.
    let plant = "UPDATE hold_lines SET state = 'returned'; UPDATE capacity_pools SET consumed = 0; \
                 UPDATE ledger_movements SET consumed = -5 WHERE consumed < 0";
    assert_eq!(discrepancies(plant).await, [("consumed", "arrivals", 0, 3)]);
}

/// The figures of a day that was forgotten are gone: what is there still of it is told of by its movements alone.
pub async fn what_is_there_still_of_a_day_that_was_forgotten_adds_up(fixture: Fixture) {
    let rule = PeriodRule { length: PeriodLength::Day, time_zone: "Asia/Shanghai".to_owned() };
    let daily = CapacityPool { period: Some(rule), ..weekly(20, Some(5)) };
    let needs = vec![lacking(60, vec![item(1, 5)])];
    let fixture = fixture.with(vec![daily.clone()], vec![giving(30, &[(20, 1)])], needs).await;
    fixture.set_clock(instant(MONDAY)).await;
    fixture.ask(vec![offering(100, 60, 30, 5)]).await;
    dispute(&fixture, 100).await;
    let monday = fixture.pool(20).await.periods[0].period_start;
    let tomorrow = monday.tomorrow().unwrap();
    fixture.set_clock(instant(MONDAY) + SignedDuration::from_hours(24)).await;
    let days = (0..399).map(|days| period(tomorrow + Span::new().days(days), Some(7), 0)).collect();
    fixture.write(vec![upsert(Change::CapacityPool(CapacityPool { periods: days, ..daily }))]).await;
    let later = Some(tomorrow + Span::new().days(900));
    let set = SetFigures { period_start: later, total: NewTotal::Known(7), ..confirmation(20) };
    fixture.ask(vec![Command::SetFigures(set)]).await;
    assert_eq!(fixture.pool(20).await.periods[0].period_start, tomorrow, "Monday made room");
    fixture.ask(vec![settled(100, 1, 4)]).await;
    assert_eq!(fixture.pool(20).await.periods[0].period_start, tomorrow);
    fixture.everything_adds_up().await;
    fixture.made_again_it_is_the_same().await;
}

/// The end of a need says so of all that ends with it, in one transaction or not at all.
pub async fn what_had_arrived_is_said_with_the_end_of_the_need(fixture: Fixture) {
    let weekly_visits = Recurrence { every: PeriodLength::Week, occurrences: 4 };
    let visit = NeedItem { recurrence: Some(weekly_visits), ..item(1, 1) };
    let pools = vec![weekly(20, Some(5)), stock(21, Some(9))];
    let resources = vec![giving(30, &[(20, 1)]), giving(31, &[(21, 1)])];
    let needs = vec![lacking(60, vec![visit, item(2, 6)])];
    let fixture = fixture.with(pools, resources, needs).await;
    fixture.set_clock(instant(MONDAY)).await;
    fixture.ask(vec![Command::Offer(Box::new(offer(100, 60, 30, None)))]).await;
    for (n, units) in [(101, 4), (102, 2)] {
        let offer = Offer { item_ordinal: 2, ..offer(n, 60, 31, Some(units)) };
        fixture.ask(vec![Command::Offer(Box::new(offer))]).await;
    }
    fixture.ask(vec![step(100, Action::Accept), step(101, Action::Accept)]).await;
    let ended = |arrived: &[(u128, i64)]| {
        let arrived = arrived.iter().map(|(n, units)| Arrived { referral: referral_id(*n), units: *units }).collect();
        vec![Command::EndNeed { need: need_id(60), ending: Ending::Closed, arrived, personal: None, expected: None }]
    };
    let before = fixture.picture().await;
    match fixture.refused(ended(&[(100, 2), (101, 4), (102, 1)])).await {
        Error::InvalidArgument(found) => {
            let fields: Vec<_> = found.iter().map(|violation| violation.field.as_str()).collect();
            assert_eq!(fields, ["arrived[1].quantity", "arrived[2].referral"]);
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(fixture.picture().await, before);
    fixture.ask(ended(&[(101, 1), (100, 2)])).await;
    let states = [fixture.referral(100).await, fixture.referral(101).await, fixture.referral(102).await];
    let states = states.map(|referral| (referral.state, referral.arrived));
    let (cancelled, withdrawn) = (ReferralState::Cancelled, ReferralState::Withdrawn);
    assert_eq!(states, [(cancelled, 2), (cancelled, 1), (withdrawn, 0)]);
    let need = fixture.need(60).await;
    let items: Vec<_> = need.items.iter().map(|item| (item.referred, item.served)).collect();
    assert_eq!((need.state, items), (NeedState::Closed, vec![(0, 2), (0, 1)]));
    let weeks = fixture.pool(20).await.periods;
    assert_eq!(weeks.iter().map(|week| week.figures.consumed).collect::<Vec<_>>(), [1, 1], "the first two");
    assert_eq!((fixture.pool(21).await.figures.held(), fixture.pool(21).await.figures.consumed), (0, 1));
    fixture.everything_adds_up().await;
    fixture.made_again_it_is_the_same().await;
}
