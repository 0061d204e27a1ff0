//! What had arrived when a promise ended early: used up, served, told of by every audit, and nobody's any more.

use wishwell_domain::Error;
use wishwell_domain::capacity_pool::PeriodLength;
use wishwell_domain::ledger::{Command, Offer, Step};
use wishwell_domain::need::{NeedItem, NeedState, Recurrence};
use wishwell_domain::principal::Role;
use wishwell_domain::referral::{Action, LineState, Origin, ReferralState};
use wishwell_store::Due;

use super::ledger_time::{automatic, due, in_minutes};
use crate::fixture::Fixture;
use crate::ledger_world::{
    MONDAY, budget, caseload, giving, item, lacking, offer, offering, pool_id, referral_id, step, step_of, stock,
    total_of, weekly,
};
use crate::samples::instant;

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
