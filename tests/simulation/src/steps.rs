//! What may become of one referral, said a second time: the tables here are written from the design and not from the code, so that
//! a slip in one of them is a difference between the two.

use jiff::Timestamp;
use jiff::civil::Date;
use wishwell_domain::capacity_pool::{CapacityPool, PoolKind};
use wishwell_domain::ids::CapacityPoolId;
use wishwell_domain::need::Need;
use wishwell_domain::referral::hold::Amounts;
use wishwell_domain::referral::{HoldLine, LineState, Origin, Referral, ReferralState, StepReason};
use wishwell_domain::zone::Zone;

use crate::actors::PARTNER;
use crate::world::take_score_from;

use ReferralState::{
    Accepted, Cancelled, Confirmed, Declined, Delivered, Disputed, Expired, Failed, InProgress, Offered, Withdrawn,
};

/// What a line adds to its pool's figures.
pub(crate) fn amounts(line: &HoldLine) -> Amounts {
    let quantity = line.units * line.quantity_per_unit;
    let (pending, committed, consumed) = match line.state {
        LineState::Pending => (quantity, 0, 0),
        LineState::Committed => (0, quantity, 0),
        LineState::Consumed => (0, 0, quantity),
        LineState::Released | LineState::Returned => (0, 0, 0),
    };
    Amounts { pending, committed, consumed }
}

/// Whether both were decided upon the same, but for what an erasure has taken out of the later.
fn decided_alike(before: &Referral, after: &Referral) -> bool {
    let mut before = before.clone();
    if after.decision.as_ref().is_some_and(|decision| decision.erased) {
        take_score_from(&mut before);
    }
    before.decision == after.decision
}

/// What is wrong with a step.
pub(crate) fn faults(before: &Referral, after: &Referral, when: Timestamp) -> Vec<&'static str> {
    let mut faults = Vec::new();
    let mut check = |holds: bool, fault| {
        if !holds {
            faults.push(fault);
        }
    };
    let moved = before.state != after.state;
    check(!moved || may_follow(before.state, after.state), "a step that cannot be taken");
    check(!moved || after.state != Accepted || when < before.expires_at, "a lapsed offer was accepted");
    check(after.state != Expired || !moved || when >= before.expires_at, "an offer lapsed before its time");
    check(
        (before.need, before.item_ordinal, before.resource, before.organization, before.origin)
            == (after.need, after.item_ordinal, after.resource, after.organization, after.origin),
        "a referral became another one",
    );
    check(
        (before.quantity, before.occurrences, before.every, &before.periods)
            == (after.quantity, after.occurrences, after.every, &after.periods),
        "a referral is for something else than before",
    );
    check(
        (before.expires_at, before.due_at, before.created_at, before.previous, before.attempt)
            == (after.expires_at, after.due_at, after.created_at, after.previous, after.attempt)
            && decided_alike(before, after),
        "what was said with the offer changed",
    );
    check(after.units <= before.units, "more units than before");
    check(moved || after.units == before.units, "units changed without a step");
    check(moved || after.arrived == before.arrived, "something had arrived without a step");
    let ended_early = matches!(after.state, Cancelled | Failed);
    let a_part = ended_early && (1..after.units).contains(&after.arrived);
    check(after.arrived == 0 || a_part, "what had arrived is no part of what ended early");
    check(moved || after.returned == before.returned, "something came back without a step");
    let settled = moved && before.state == Disputed && after.state == Failed;
    let still_there = if settled {
        (0..=after.units - after.arrived).contains(&after.returned)
    } else {
        !moved || after.returned == 0
    };
    check(still_there, "more is there still than had not arrived, or of what was not disputed");
    // What was said to be delivered stays used up, but what is there still.
    let used = if settled { after.units - after.returned } else { after.arrived };
    check(
        !moved || !ended_early || so_much_is_used_up(after, used),
        "what had arrived, or is gone, is not what is used up",
    );
    check(moved || after.lines == before.lines, "lines changed without a step");
    let goes_on = after.origin == Origin::Automatic && came_to_nothing(after);
    // What is left of the item when a part of it was offered, accepted or delivered.
    let less = after.state == Delivered && after.units < before.units;
    let of_use = after.state.is_live() || after.state.is_served();
    let may_ask_for_rest = of_use && (before.next_is_due || after.state == Accepted || less);
    let asks_for_rest = after.origin == Origin::Automatic && may_ask_for_rest && after.next_is_due;
    check(!moved || after.next_is_due == (goes_on || asks_for_rest), "the next candidate is due against the rule");
    check(!less || !moved || asks_for_rest || after.origin != Origin::Automatic, "what did not arrive is left alone");
    let goes_on = goes_on || asks_for_rest;
    check(moved || !after.next_is_due || before.next_is_due, "the next candidate became due without a step");
    // That it was late is said once, and no more once it has come to nothing; that nobody is left to ask is said once after that, unless
    // its deadline passed before it was answered: that is said at once, and stands for both.
    let too_late = moved && after.state == Expired && before.due_at <= before.expires_at;
    check(!too_late || after.escalated_at == Some(when), "an offer lapsed with its deadline and nobody was told");
    let told_early = moved && goes_on && !asks_for_rest && !too_late && after.escalated_at.is_some();
    check(!told_early, "an end was told of while somebody may be left to ask");
    let told = (moved && goes_on) || before.escalated_at.is_none() || before.escalated_at == after.escalated_at;
    let is_late = matches!(after.state, Accepted | InProgress) && when >= after.due_at;
    // For the rest that waited, until somebody was asked for it: what is late stays told of.
    let asked = of_use && before.next_is_due && !after.next_is_due && after.escalated_at.is_none() && !is_late;
    // As late, whatever was told of before it was due.
    let other_reason = before.escalated_at.is_none_or(|at| at < after.due_at);
    let told = told || asked || (!moved && is_late && other_reason && after.escalated_at == Some(when));
    check(told, "escalated twice");
    let told_and_due = after.escalated_at.is_some() && after.next_is_due && after.state != Expired;
    // That a chain waits for long is told while it does.
    check(!told_and_due || before.next_is_due, "an end was told of and somebody else is to be asked");
    check(before.lines.len() == after.lines.len(), "lines came or went");
    for (before, after) in before.lines.iter().zip(&after.lines) {
        check(
            (before.pool, before.kind, before.period_start, before.quantity_per_unit)
                == (after.pool, after.kind, after.period_start, after.quantity_per_unit),
            "I2: a line became another one",
        );
        let came_back = settled && (before.state, after.state) == (LineState::Consumed, LineState::Returned);
        check(
            came_back || line_may_follow(before.state, after.state),
            "I2: a hold was resolved twice, or out of order",
        );
        check(after.units <= before.units, "I2: a line holds more than before");
    }
    faults.extend(faults_of_lines(after));
    faults
}

/// What is wrong with an offer. `chain` are the offers before it, the latest first.
pub(crate) fn faults_of_new<'p>(
    referral: &Referral,
    chain: &[Referral],
    need: Option<&Need>,
    pool_of: impl Fn(CapacityPoolId) -> Option<&'p CapacityPool>,
) -> Vec<&'static str> {
    let mut faults = faults_of_lines(referral);
    let mut check = |holds: bool, fault| {
        if !holds {
            faults.push(fault);
        }
    };
    let expected = if matches!(referral.origin, Origin::Claim | Origin::Pledge) { Accepted } else { Offered };
    check(referral.state == expected, "an offer begins in the wrong state");
    check(referral.units == referral.quantity * i64::from(referral.occurrences), "units are not what was offered");
    let a_minute_on = referral.created_at + jiff::SignedDuration::from_mins(1);
    check(referral.expires_at <= referral.due_at.max(a_minute_on), "an offer that can be answered when it is too late");
    check(chain.len() + 1 == referral.attempt as usize, "an attempt was miscounted");
    check(
        chain.iter().all(|before| (before.need, before.item_ordinal) == (referral.need, referral.item_ordinal)),
        "an offer follows one for something else",
    );
    // Or one that gives a part, for the rest; that one may be followed again, after all that follow it by then.
    let gives_a_part = |before: &Referral| before.is_of_use() && before.state != Offered;
    let may_be_followed = |before: &Referral| came_to_nothing(before) || gives_a_part(before);
    check(
        chain.is_empty() || chain.iter().any(may_be_followed),
        "an offer follows none that came to less than was asked",
    );
    let again = referral.origin == Origin::Automatic && chain.iter().any(|before| before.resource == referral.resource);
    check(!again, "the same resource was asked twice");
    let Some(need) = need else { return vec!["an offer for an unknown need"] };
    check(need.erased_at.is_none(), "an offer for an erased need");
    check(occurrences_fit(referral, need), "an offer for other periods than it has occurrences");
    check(
        need.state.is_open() || need.items.iter().all(|item| item.left() == 0),
        "an offer for a need that is not open",
    );
    let mut pools: Vec<CapacityPoolId> = referral.lines.iter().map(|line| line.pool).collect();
    pools.dedup();
    for id in pools {
        let lines: Vec<&HoldLine> = referral.lines.iter().filter(|line| line.pool == id).collect();
        match pool_of(id) {
            Some(pool) if pool.kind == PoolKind::Slots => {
                check(periods_fit(referral, need, pool, &lines), "a hold in a wrong period");
            }
            Some(pool) => {
                let units = if pool.kind == PoolKind::Caseload { referral.quantity } else { referral.units };
                let whole = lines.len() == 1 && lines[0].period_start.is_none() && lines[0].units == units;
                check(whole, "a hold of something else than was offered");
            }
            None => check(false, "a hold of an unknown pool"),
        }
    }
    faults
}

/// Whether what recurs is for as many periods as it has occurrences, each once and in order, and none after the need's own end.
fn occurrences_fit(referral: &Referral, need: &Need) -> bool {
    let Some(every) = referral.every else { return referral.periods.is_empty() && referral.occurrences == 1 };
    referral.periods.len() == referral.occurrences as usize
        && referral.periods.iter().all(|day| every.start_of(*day) == *day)
        && need.timing.is_none_or(|_| {
            let (_, end) = need.window(referral.created_at);
            referral.periods.iter().all(|day| Zone::of_places().start_of(*day) < end)
        })
        && referral.periods.windows(2).all(|pair| pair[0] < pair[1])
}

/// Whether each occurrence is held once, in a period of the pool that shares an instant with it.
fn periods_fit(referral: &Referral, need: &Need, pool: &CapacityPool, lines: &[&HoldLine]) -> bool {
    let Some(periods) = pool.period.as_ref().and_then(|rule| rule.compile().ok()) else { return false };
    let (start, end) = need.window(referral.created_at);
    let mut held = Vec::new();
    for line in lines {
        let Some(period) = line.period_start else { return false };
        held.extend((0..line.units / referral.quantity).map(|_| period));
    }
    let occurrence = |at: usize| match (referral.every, referral.periods.get(at)) {
        (Some(every), Some(day)) => {
            (periods.start_of_day(*day).max(start), periods.start_of_day(every.next_start(*day)))
        }
        _ => (start, end),
    };
    held.len() == referral.occurrences as usize
        && held.iter().enumerate().all(|(at, period)| {
            let ((from, to), (opens, closes)) = (occurrence(at), periods.bounds(*period));
            opens < to.max(from + jiff::SignedDuration::from_nanos(1)) && closes > from
        })
}

/// Whether so many units are used up of each pool that can be used up.
fn so_much_is_used_up(referral: &Referral, units: i64) -> bool {
    let used_of = |pool: CapacityPoolId| {
        let of_pool = referral.lines.iter().filter(|line| line.pool == pool && line.state == LineState::Consumed);
        of_pool.map(|line| line.units).sum::<i64>()
    };
    let mut others = referral.lines.iter().filter(|line| line.kind != PoolKind::Caseload);
    others.all(|line| used_of(line.pool) == units)
}

/// What a referral takes of each period of a recurring item: of less than it was offered for, the earliest.
pub(crate) fn taken(referral: &Referral) -> Vec<(Date, i64)> {
    let counts = matches!(referral.state, Offered | Accepted | InProgress | Delivered | Confirmed | Disputed);
    let mut left = if counts { referral.units } else { referral.arrived };
    let mut taken = Vec::new();
    for day in &referral.periods {
        let units = left.min(referral.quantity);
        left -= units;
        if units > 0 {
            taken.push((*day, units));
        }
    }
    taken
}

/// What is wrong with a referral's lines for its state.
fn faults_of_lines(referral: &Referral) -> Vec<&'static str> {
    let state_fits = |line: &HoldLine| match (referral.state, line.state) {
        (Offered, LineState::Pending) => true,
        (Accepted | InProgress, LineState::Committed | LineState::Released) => true,
        (Declined | Expired | Withdrawn, LineState::Released) => true,
        (Cancelled, LineState::Released | LineState::Returned) => true,
        (Cancelled, LineState::Consumed) => line.kind != PoolKind::Caseload && referral.arrived > 0,
        (Failed, LineState::Released | LineState::Returned) => true,
        (Failed | Confirmed | Delivered | Disputed, LineState::Consumed) => line.kind != PoolKind::Caseload,
        (Delivered | Disputed, LineState::Committed) => line.kind == PoolKind::Caseload,
        (Delivered | Disputed | Confirmed, LineState::Released) => true,
        (Delivered | Disputed, LineState::Returned) => line.kind != PoolKind::Caseload,
        (Confirmed, LineState::Returned) => true,
        _ => false,
    };
    let mut faults = Vec::new();
    if !referral.lines.iter().all(state_fits) {
        faults.push("I2: a hold that does not fit the state");
    }
    let counts = |line: &&HoldLine| !matches!(line.state, LineState::Released | LineState::Returned);
    for line in referral.lines.iter().filter(counts) {
        let of_pool = referral.lines.iter().filter(counts).filter(|other| other.pool == line.pool);
        let units: i64 = of_pool.map(|line| line.units).sum();
        let expected =
            if line.kind == PoolKind::Caseload { referral.units.min(referral.quantity) } else { referral.units };
        // Of what was given up no more than had arrived; of what was disputed all that was said to be delivered, but what is there still.
        let given_up = matches!(referral.state, Cancelled | Failed) && units == referral.arrived;
        let gone = referral.state == Failed && units == referral.units - referral.returned;
        if units != expected && !given_up && !gone {
            faults.push("I2: more or less is held than is offered, accepted or delivered");
        }
    }
    faults
}

/// Whether an offer ended on its provider's side: it said no or nothing, gave up what it had promised, or what it had was counted anew.
fn came_to_nothing(referral: &Referral) -> bool {
    let short = referral.last.reason == Some(StepReason::Shortfall);
    matches!(referral.state, Declined | Expired) || short || was_given_up(referral)
}

/// Whether its provider gave up what it had promised.
pub(crate) fn was_given_up(referral: &Referral) -> bool {
    let short = referral.last.reason == Some(StepReason::Shortfall);
    matches!(referral.state, Cancelled | Failed) && referral.last.by == PARTNER && !short
}

fn may_follow(before: ReferralState, after: ReferralState) -> bool {
    match before {
        Offered => matches!(after, Accepted | Declined | Expired | Withdrawn),
        Accepted => matches!(after, InProgress | Delivered | Cancelled | Failed),
        InProgress => matches!(after, Delivered | Cancelled | Failed),
        Delivered => matches!(after, Confirmed | Disputed),
        Disputed => matches!(after, Confirmed | Failed),
        Declined | Expired | Withdrawn | Confirmed | Cancelled | Failed => false,
    }
}

fn line_may_follow(before: LineState, after: LineState) -> bool {
    before == after
        || match before {
            LineState::Pending => matches!(after, LineState::Committed | LineState::Released),
            LineState::Committed => matches!(after, LineState::Consumed | LineState::Returned),
            LineState::Consumed | LineState::Released | LineState::Returned => false,
        }
}
