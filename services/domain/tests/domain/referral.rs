use wishwell_domain::capacity_pool::PoolKind;
use wishwell_domain::ids::CapacityPoolId;
use wishwell_domain::principal::Role;
use wishwell_domain::referral::hold::{Amounts, after, movements};
use wishwell_domain::referral::transition::{TRANSITIONS, transition};
use wishwell_domain::referral::{Action, HoldLine, LineState, Moves, ReferralState, Side};

use crate::fixtures::date;

const KINDS: [PoolKind; 5] =
    [PoolKind::Stock, PoolKind::Slots, PoolKind::Caseload, PoolKind::Budget, PoolKind::Unbounded];

/// Where each action leads from each state, and who may take it there: P the provider, A the arranger, E either of them, R the
/// recipient, C the clock.
#[rustfmt::skip]
const LIFE: [(&str, [&str; 10]); 11] = [
    //              accept        decline       expire       withdraw       start            deliver        confirm        dispute       cancel         fail
    ("offered",     ["accepted P", "declined P", "expired C", "withdrawn A", "",              "",            "",            "",           "",            ""]),
    ("accepted",    ["",           "",           "",          "",            "in_progress P", "delivered P", "",            "",           "cancelled E", "failed E"]),
    ("declined",    ["";10]),
    ("expired",     ["";10]),
    ("withdrawn",   ["";10]),
    ("in_progress", ["",           "",           "",          "",            "",              "delivered P", "",            "",           "cancelled E", "failed E"]),
    ("delivered",   ["",           "",           "",          "",            "",              "",            "confirmed R", "disputed R", "",            ""]),
    ("confirmed",   ["";10]),
    ("disputed",    ["",           "",           "",          "",            "",              "",            "confirmed R", "",           "",            "failed R"]),
    ("cancelled",   ["";10]),
    ("failed",      ["";10]),
];

fn roles_of(side: &str) -> &'static [Role] {
    match side {
        "P" => &[Role::Partner, Role::CaseWorker],
        "A" => &[Role::InternalService, Role::CaseWorker, Role::Operator],
        "E" => &[Role::InternalService, Role::Partner, Role::CaseWorker, Role::Operator],
        "R" => &[Role::InternalService, Role::CaseWorker],
        "C" => &[],
        other => panic!("{other}"),
    }
}

#[test]
fn every_state_takes_the_steps_of_the_table_from_those_of_the_table_and_no_others() {
    let mut lines = 0;
    for (state, (name, row)) in ReferralState::ALL.into_iter().zip(LIFE) {
        assert_eq!(state.name(), name);
        for (action, cell) in Action::ALL.into_iter().zip(row) {
            let found = transition(state, action);
            let Some((to, side)) = cell.split_once(' ') else {
                assert_eq!(found, None, "{name} {}", action.name());
                continue;
            };
            lines += 1;
            let line = found.unwrap();
            assert_eq!(line.to.name(), to);
            let takers: Vec<Role> = Role::ALL.into_iter().filter(|role| line.may_be_taken_by(*role)).collect();
            assert_eq!(takers, roles_of(side), "{name} {}", action.name());
        }
    }
    assert_eq!(TRANSITIONS.len(), lines, "no line twice");
}

#[test]
fn whoever_may_speak_for_both_sides_speaks_for_the_offering_one() {
    for action in [Action::Cancel, Action::Fail] {
        let line = transition(ReferralState::Accepted, action).unwrap();
        let sides = Role::ALL.map(|role| (role, line.side_of(role, false)));
        for (role, side) in sides {
            let expected = match role {
                Role::Partner => Some(Side::Provider),
                Role::CaseWorker | Role::InternalService | Role::Operator => Some(Side::Arranger),
                _ => None,
            };
            assert_eq!(side, expected, "{role:?}");
        }
    }
    let decline = transition(ReferralState::Offered, Action::Decline).unwrap();
    assert_eq!(decline.side_of(Role::CaseWorker, false), Some(Side::Provider), "who answers by telephone");
}

#[test]
fn what_a_provider_says_is_its_own_step_whoever_records_it_of_those_that_speak_for_it() {
    for line in TRANSITIONS {
        for role in Role::ALL {
            let speaks = line.by.contains(&Side::Provider) && Side::Provider.may_be(role);
            let expected = speaks.then_some(Side::Provider);
            assert_eq!(line.side_of(role, true), expected, "{role:?} {line:?}");
        }
    }
}

#[test]
fn nobody_confirms_its_own_work() {
    for line in
        TRANSITIONS.iter().filter(|line| line.from == ReferralState::Delivered || line.action == Action::Confirm)
    {
        assert!(!line.may_be_taken_by(Role::Partner), "{line:?}");
    }
}

#[test]
fn names_are_those_that_are_stored() {
    for state in ReferralState::ALL {
        assert_eq!(serde_json::to_value(state).unwrap(), state.name());
        assert!(!(state.is_live() && state.is_served()));
    }
    for action in Action::ALL {
        assert_eq!(serde_json::to_value(action).unwrap(), action.name());
    }
}

/// A line of `units`, in pairs of the pool's unit.
fn line(kind: PoolKind, pool: u128, start: Option<&str>, units: i64) -> HoldLine {
    HoldLine {
        pool: CapacityPoolId::from_uuid(uuid::Uuid::from_u128(pool)),
        kind,
        period_start: start.map(date),
        quantity_per_unit: 2,
        units,
        state: LineState::Pending,
    }
}

fn sum(lines: &[HoldLine]) -> (i64, i64, i64) {
    let all = lines.iter().fold(Amounts::default(), |sum, line| sum.plus(line.amounts()));
    (all.pending, all.committed, all.consumed)
}

/// What is pending, committed and consumed of an offer of three units, in pairs, after each step.
#[test]
fn each_step_moves_what_the_kind_of_pool_says() {
    use Moves::{Close, Commit, Consume, Nothing, Release, Return, Settle};
    type Case = (&'static str, &'static [(Moves, i64)], (i64, i64, i64), (i64, i64, i64));
    let cases: &[Case] = &[
        ("offered", &[], (6, 0, 0), (6, 0, 0)),
        ("declined", &[(Release, 3)], (0, 0, 0), (0, 0, 0)),
        ("accepted", &[(Commit, 3)], (0, 6, 0), (0, 6, 0)),
        ("accepted in part", &[(Commit, 1)], (0, 2, 0), (0, 2, 0)),
        ("begun", &[(Commit, 3), (Nothing, 3)], (0, 6, 0), (0, 6, 0)),
        ("cancelled", &[(Commit, 3), (Return, 0)], (0, 0, 0), (0, 0, 0)),
        ("cancelled after two had arrived", &[(Commit, 3), (Return, 2)], (0, 0, 4), (0, 0, 0)),
        ("cancelled as often as it was called", &[(Commit, 3), (Return, 1), (Return, 3)], (0, 0, 2), (0, 0, 0)),
        ("delivered", &[(Commit, 3), (Consume, 3)], (0, 0, 6), (0, 6, 0)),
        ("delivered in part", &[(Commit, 3), (Consume, 2)], (0, 0, 4), (0, 4, 0)),
        ("confirmed", &[(Commit, 3), (Consume, 3), (Close, 3)], (0, 0, 6), (0, 0, 0)),
        ("disputed, then failed", &[(Commit, 3), (Consume, 3), (Nothing, 3), (Settle, 3)], (0, 0, 6), (0, 0, 0)),
        (
            "failed, and two are there still",
            &[(Commit, 3), (Consume, 3), (Nothing, 3), (Settle, 1)],
            (0, 0, 2),
            (0, 0, 0),
        ),
        ("failed, and all is there still", &[(Commit, 3), (Consume, 3), (Settle, 0)], (0, 0, 0), (0, 0, 0)),
        (
            "settled as often as it was called",
            &[(Commit, 3), (Consume, 3), (Settle, 1), (Settle, 3)],
            (0, 0, 2),
            (0, 0, 0),
        ),
        ("settled before it was delivered", &[(Commit, 3), (Settle, 0)], (0, 6, 0), (0, 0, 0)),
        ("a step twice", &[(Commit, 3), (Commit, 1)], (0, 6, 0), (0, 6, 0)),
        ("given back, then taken", &[(Release, 3), (Commit, 3), (Consume, 3)], (0, 0, 0), (0, 0, 0)),
        ("used before it was promised", &[(Consume, 3), (Return, 3), (Close, 3)], (6, 0, 0), (6, 0, 0)),
    ];
    for kind in KINDS {
        for (name, steps, most, caseload) in cases {
            let mut lines = vec![line(kind, 1, None, 3)];
            let mut moved = sum(&lines);
            for (moves, units) in *steps {
                let next = after(&lines, *moves, *units);
                for movement in movements(&lines, &next) {
                    assert!(!movement.amounts.is_zero());
                    moved.0 += movement.amounts.pending;
                    moved.1 += movement.amounts.committed;
                    moved.2 += movement.amounts.consumed;
                }
                lines = next;
            }
            let expected = if kind == PoolKind::Caseload { caseload } else { most };
            assert_eq!((&sum(&lines), &moved), (expected, expected), "{kind:?} {name}");
        }
    }
}

#[test]
fn what_is_not_accepted_leaves_the_latest_periods_and_every_pool_alike() {
    let starts = ["2026-11-23", "2026-11-30", "2026-12-07"];
    let mut lines: Vec<HoldLine> = starts.iter().map(|start| line(PoolKind::Slots, 1, Some(start), 2)).collect();
    lines.push(line(PoolKind::Budget, 2, None, 6));
    lines.push(line(PoolKind::Caseload, 3, None, 2));
    let accepted = after(&lines, Moves::Commit, 3);
    let units = |lines: &[HoldLine]| lines.iter().map(|line| (line.units, line.state)).collect::<Vec<_>>();
    use LineState::{Committed, Consumed, Released, Returned};
    assert_eq!(units(&accepted), [(2, Committed), (1, Committed), (2, Released), (3, Committed), (2, Committed)]);
    let delivered = after(&accepted, Moves::Consume, 1);
    assert_eq!(units(&delivered), [(1, Consumed), (1, Returned), (2, Released), (1, Consumed), (1, Committed)]);
    assert_eq!(sum(&delivered), (0, 2, 4));
    // Of what was delivered, and was not: the latest of it is there still.
    let all = after(&after(&lines, Moves::Commit, 5), Moves::Consume, 5);
    let settled = after(&all, Moves::Settle, 3);
    assert_eq!(units(&settled), [(2, Consumed), (1, Consumed), (1, Returned), (3, Consumed), (2, Returned)]);
    assert_eq!(sum(&settled), (0, 0, 12));
    // The same had arrived when it ended early; only no case stays open.
    let ended = after(&accepted, Moves::Return, 1);
    assert_eq!(units(&ended), [(1, Consumed), (1, Returned), (2, Released), (1, Consumed), (2, Returned)]);
    assert_eq!(sum(&ended), (0, 0, 4));
}

#[test]
fn a_line_that_did_not_move_leaves_no_movement() {
    let lines = [line(PoolKind::Stock, 1, None, 3), line(PoolKind::Caseload, 2, None, 3)];
    let committed = after(&lines, Moves::Commit, 3);
    let consumed = after(&committed, Moves::Consume, 3);
    let moved = movements(&committed, &consumed);
    assert_eq!(moved.len(), 1, "the place stays taken until the case closes");
    assert_eq!(moved[0].amounts, Amounts { pending: 0, committed: -6, consumed: 6 });
}
