//! A checker is worth what it catches: a small true history, and one lie at a time planted in it.
#![allow(clippy::unwrap_used, clippy::panic)]

mod needs;
mod rounds;

use uuid::Uuid;
use wishwell_domain::referral::hold::Amounts;

use super::{Violation, check};
use crate::history::{
    Answer, Attempt, Evidence, Fact, FiguresSeen, ItemSeen, Kind, LineSeen, Logged, Meant, NeedSeen, Outcome,
    OutcomeKept, PoolSeen, ReferralLogged, ReferralSeen, Refusal, RoundSeen, Seen, Useful, Watched,
};

const START: i64 = 10;

fn referral(name: &str, version: i64, state: &str) -> ReferralSeen {
    let (name, state) = (format!("referrals/{name}"), state.to_owned());
    ReferralSeen { name, version, state, units: 2, arrived: 0, returned: 0 }
}

/// When offers lapse.
const LAPSES: i64 = 450;

fn logged(name: &str, version: i64, state: &str) -> Fact {
    let line = |pending, committed, consumed| {
        let amounts = Amounts { pending, committed, consumed };
        LineSeen { pool: "capacityPools/p".to_owned(), period: String::new(), amounts }
    };
    let line = match state {
        "offered" => line(2, 0, 0),
        "accepted" => line(0, 2, 0),
        "delivered" | "disputed" | "failed" => line(0, 0, 2),
        _ => line(0, 0, 0),
    };
    Fact::Referral(ReferralLogged {
        seen: referral(name, version, state),
        need: "needs/n".to_owned(),
        item: 1,
        previous: None,
        consequence: false,
        ended_with_need: false,
        by: "hotline".to_owned(),
        recurs: false,
        due_at: 0,
        expires_at: if name == "a" { LAPSES - 200 } else { LAPSES + 200 },
        stepped_at: version,
        lines: vec![line],
    })
}

fn need(version: i64, referred: i64, served: i64) -> NeedSeen {
    NeedSeen {
        name: "needs/n".to_owned(),
        version,
        state: if served > 0 { "served" } else { "open" }.to_owned(),
        useful: Useful::default(),
        items: vec![ItemSeen { asked: 2, referred, served }],
    }
}

fn pool(version: i64, pending: i64, committed: i64, consumed: i64) -> PoolSeen {
    let figures = FiguresSeen { total: Some(3), pending, committed, consumed, ..FiguresSeen::default() };
    PoolSeen { name: "capacityPools/p".to_owned(), version, figures: vec![figures] }
}

fn event(position: i64, at: i64, fact: Fact) -> Logged {
    let subject = match &fact {
        Fact::Referral(referral) => referral.seen.name.clone(),
        Fact::Pool(pool) => pool.name.clone(),
        Fact::Need(need) => need.name.clone(),
        Fact::Round(round) => round.name.clone(),
        Fact::Other => String::new(),
    };
    Logged { position, at, subject, fact }
}

fn attempt(request: u128, kind: Kind, sent: u64, outcome: Outcome) -> Attempt {
    let (request, meant) = (Uuid::from_u128(request), Meant::default());
    Attempt { request, kind, meant, invoked: sent, ended: sent + 5, outcome }
}

fn meaning(meant: Meant, attempt: Attempt) -> Attempt {
    Attempt { meant, ..attempt }
}

fn watched(event: &Logged) -> Watched {
    let (referral, need_state) = match &event.fact {
        Fact::Referral(logged) => (Some(logged.seen.clone()), None),
        Fact::Need(need) => (None, Some(need.state.clone())),
        _ => (None, None),
    };
    Watched { position: event.position, subject: event.subject.clone(), referral, need_state }
}

fn done(position: i64, seen: Seen) -> Outcome {
    Outcome::Done(Answer { position, seen })
}

fn unknown() -> Outcome {
    Outcome::Unknown(Refusal { code: "Unavailable".to_owned(), reason: String::new() })
}

fn refused(reason: &str) -> Outcome {
    Outcome::Refused(Refusal { code: "FailedPrecondition".to_owned(), reason: reason.to_owned() })
}

/// A need of two is submitted, offered, declined, offered again (of which the first attempt was never answered), accepted,
/// delivered, and read.
fn true_history() -> Evidence {
    let log = vec![
        event(11, 100, Fact::Need(need(1, 0, 0))),
        event(12, 200, logged("a", 1, "offered")),
        event(13, 200, Fact::Need(need(2, 2, 0))),
        event(14, 200, Fact::Pool(pool(2, 2, 0, 0))),
        event(15, 300, logged("a", 2, "declined")),
        event(16, 300, Fact::Need(need(3, 0, 0))),
        event(17, 300, Fact::Pool(pool(3, 0, 0, 0))),
        event(18, 400, logged("b", 1, "offered")),
        event(19, 400, Fact::Need(need(4, 2, 0))),
        event(20, 400, Fact::Pool(pool(4, 2, 0, 0))),
        event(21, 500, logged("b", 2, "accepted")),
        event(22, 500, Fact::Pool(pool(5, 0, 2, 0))),
        event(23, 600, logged("b", 3, "delivered")),
        event(24, 600, Fact::Need(need(5, 0, 2))),
        event(25, 600, Fact::Pool(pool(6, 0, 0, 2))),
    ];
    let attempts = vec![
        attempt(1, Kind::SubmitNeed, 0, done(11, Seen::Need(need(1, 0, 0)))),
        attempt(2, Kind::CreateReferral, 10, done(14, Seen::Referral(referral("a", 1, "offered")))),
        attempt(3, Kind::Decline, 20, done(17, Seen::Referral(referral("a", 2, "declined")))),
        attempt(4, Kind::CreateReferral, 30, unknown()),
        attempt(4, Kind::CreateReferral, 40, done(20, Seen::Referral(referral("b", 1, "offered")))),
        attempt(5, Kind::Accept, 50, done(22, Seen::Referral(referral("b", 2, "accepted")))),
        attempt(6, Kind::Accept, 60, refused("ILLEGAL_STATE")),
        attempt(7, Kind::Deliver, 70, done(25, Seen::Referral(referral("b", 3, "delivered")))),
        attempt(8, Kind::GetReferral, 80, done(0, Seen::Referral(referral("b", 3, "delivered")))),
        attempt(9, Kind::GetPool, 90, done(0, Seen::Pool(pool(6, 0, 0, 2)))),
    ];
    let watched = log.iter().map(watched).collect();
    Evidence { attempts, watched, log, start: START, watched_to: 25, let_go_by: 1_000, ..Evidence::default() }
}

/// The same, but the first offer is not declined: its time is over, and it is let go.
fn lapsing_history() -> Evidence {
    let mut evidence = true_history();
    evidence.log[4].fact = logged("a", 2, "expired");
    evidence.watched[4].referral = Some(referral("a", 2, "expired"));
    evidence.attempts[2].outcome = refused("ILLEGAL_STATE");
    evidence
}

/// The violations found once a lie is told.
fn with(lie: impl FnOnce(&mut Evidence)) -> Vec<Violation> {
    told(true_history(), lie)
}

fn told(mut evidence: Evidence, lie: impl FnOnce(&mut Evidence)) -> Vec<Violation> {
    lie(&mut evidence);
    check(&evidence)
}

fn referral_of(event: &mut Logged) -> &mut ReferralLogged {
    match &mut event.fact {
        Fact::Referral(referral) => referral,
        other => panic!("{other:?}"),
    }
}

#[track_caller]
fn caught(found: &[Violation], expected: impl Fn(&Violation) -> bool) {
    assert!(found.iter().any(expected), "{found:?}");
}

#[test]
fn a_true_history_has_no_violations() {
    assert_eq!(check(&true_history()), Vec::new());
    assert_eq!(check(&lapsing_history()), Vec::new());
}

#[test]
fn an_offer_that_is_accepted_when_its_time_is_over_is_caught() {
    let found = with(|evidence| [7, 10].iter().for_each(|at| referral_of(&mut evidence.log[*at]).expires_at = 500));
    assert_eq!(found, vec![Violation::AcceptedLate { referral: "referrals/b".to_owned(), position: 21 }]);
}

#[test]
fn an_offer_that_lapses_before_its_time_or_twice_or_never_is_caught() {
    let name = || "referrals/a".to_owned();
    let found = told(lapsing_history(), |evidence| referral_of(&mut evidence.log[4]).expires_at = 301);
    assert_eq!(found, vec![Violation::LapsedEarly { referral: name(), position: 15 }]);
    let found = told(lapsing_history(), |evidence| evidence.log[12].fact = logged("a", 3, "expired"));
    caught(&found, |v| *v == Violation::LapsedTwice { referral: name(), position: 23 });
    let found = told(lapsing_history(), |evidence| evidence.log.truncate(4));
    caught(&found, |v| *v == Violation::NeverLapsed { referral: name() });
}

#[test]
fn a_lapsed_offer_that_holds_something_still_or_gives_it_back_twice_is_caught() {
    let found = told(lapsing_history(), |evidence| {
        referral_of(&mut evidence.log[4]).lines[0].amounts.pending = 2;
    });
    caught(&found, |v| matches!(v, Violation::HeldAfterItsEnd { position: 15, .. }));
    caught(&found, |v| matches!(v, Violation::PoolMiscounted { position: 17, .. }));
    // Given back a second time when the next offer is made: that one is not counted any more.
    let found = told(lapsing_history(), |evidence| evidence.log[9].fact = Fact::Pool(pool(4, 0, 0, 0)));
    caught(&found, |v| matches!(v, Violation::PoolMiscounted { summed, position: 20, .. } if summed.pending == 2));
}

/// What was delivered is disputed, and it is settled that both pieces are there still.
fn settled(evidence: &mut Evidence, returned: i64, used_up: i64) {
    let mut failed = logged("b", 5, "failed");
    if let Fact::Referral(referral) = &mut failed {
        referral.seen.returned = returned;
        referral.lines[0].amounts.consumed = used_up;
    }
    evidence.log.truncate(15);
    evidence.log.push(event(26, 700, logged("b", 4, "disputed")));
    evidence.log.push(event(27, 800, failed));
    evidence.log.push(event(28, 800, Fact::Need(need(6, 0, 0))));
    evidence.log.push(event(29, 800, Fact::Pool(pool(7, 0, 0, used_up))));
    evidence.watched.extend(evidence.log[15..].iter().map(watched));
    evidence.watched_to = 29;
    let attempts = [
        attempt(10, Kind::Dispute, 100, done(26, Seen::Referral(referral("b", 4, "disputed")))),
        attempt(11, Kind::Fail, 110, done(29, Seen::Referral(ReferralSeen { returned, ..referral("b", 5, "failed") }))),
    ];
    evidence.attempts.extend(attempts);
}

#[test]
fn what_comes_back_otherwise_than_was_settled_is_caught() {
    for (returned, used_up) in [(0, 2), (1, 1), (2, 0)] {
        assert_eq!(told(true_history(), |evidence| settled(evidence, returned, used_up)), Vec::new());
    }
    let otherwise = Violation::GivenBackOtherwise { referral: "referrals/b".to_owned(), position: 27 };
    for (returned, used_up) in [(0, 0), (2, 2), (1, 0), (3, 0)] {
        let found = told(true_history(), |evidence| settled(evidence, returned, used_up));
        assert_eq!(found, std::slice::from_ref(&otherwise), "{returned} {used_up}");
    }
    // Nothing comes back by another step.
    let found = with(|evidence| {
        settled(evidence, 0, 2);
        referral_of(&mut evidence.log[15]).lines[0].amounts.consumed = 1;
    });
    caught(&found, |v| *v == Violation::GivenBackOtherwise { referral: "referrals/b".to_owned(), position: 26 });
}

#[test]
fn an_acknowledged_write_that_is_gone_is_caught() {
    // The last write never reached the log, which is otherwise whole.
    let found = with(|evidence| {
        evidence.log.truncate(12);
        evidence.watched.truncate(12);
        evidence.watched_to = 22;
    });
    caught(&found, |v| matches!(v, Violation::LostAnswer { kind: Kind::Deliver, .. }));
}

#[test]
fn an_answer_that_the_log_tells_otherwise_is_caught() {
    let found = with(|evidence| {
        evidence.attempts[5].outcome =
            done(22, Seen::Referral(ReferralSeen { units: 1, ..referral("b", 2, "accepted") }));
    });
    caught(&found, |v| matches!(v, Violation::AnswerDiffersFromLog { .. }));
}

#[test]
fn a_hold_that_is_resolved_twice_is_caught() {
    let found = with(|evidence| evidence.log[10].fact = logged("a", 3, "accepted"));
    caught(&found, |v| matches!(v, Violation::ResolvedTwice { position: 21, .. }));
    caught(&found, |v| matches!(v, Violation::IllegalStep { position: 21, .. }));
}

#[test]
fn a_step_that_the_table_does_not_have_is_caught() {
    let found = with(|evidence| evidence.log[12].fact = logged("b", 3, "confirmed"));
    caught(&found, |v| matches!(v, Violation::IllegalStep { position: 23, .. }));
}

#[test]
fn a_skipped_version_is_caught() {
    let found = with(|evidence| evidence.log[12].fact = logged("b", 4, "delivered"));
    caught(&found, |v| matches!(v, Violation::VersionSkipped { before: 2, after: 4, .. }));
}

#[test]
fn an_overcommitted_pool_is_caught_in_the_log_and_in_answers() {
    let found = with(|evidence| evidence.log[9].fact = Fact::Pool(pool(4, 4, 0, 0)));
    caught(&found, |v| matches!(v, Violation::Overcommitted { .. }));
    let found = with(|evidence| evidence.attempts[9].outcome = done(0, Seen::Pool(pool(6, 0, 2, 2))));
    caught(&found, |v| matches!(v, Violation::Overcommitted { .. }));
}

#[test]
fn a_period_that_is_overcommitted_is_caught_though_its_pool_is_not() {
    let found = with(|evidence| {
        let mut seen = pool(4, 2, 0, 0);
        let period = "2026-03-02".to_owned();
        seen.figures.push(FiguresSeen { period, total: Some(1), committed: 2, ..FiguresSeen::default() });
        evidence.log[9].fact = Fact::Pool(seen);
    });
    caught(&found, |v| matches!(v, Violation::Overcommitted { figures, .. } if figures.period == "2026-03-02"));
}

#[test]
fn a_negative_figure_is_caught() {
    let found = with(|evidence| evidence.log[6].fact = Fact::Pool(pool(3, -1, 0, 0)));
    caught(&found, |v| matches!(v, Violation::Negative { .. }));
}

#[test]
fn more_than_was_asked_is_caught_by_the_referrals_though_the_need_hides_it() {
    let found = with(|evidence| {
        let Fact::Referral(second) = &mut evidence.log[7].fact else { panic!("the second offer") };
        second.seen.units = 3;
    });
    caught(&found, |v| matches!(v, Violation::BeyondAsked { counted: 3, position: 20, .. }));
    caught(&found, |v| matches!(v, Violation::ItemMiscounted { written: 2, summed: 3, .. }));
}

#[test]
fn more_than_was_asked_is_caught_in_the_need() {
    let found = with(|evidence| evidence.log[8].fact = Fact::Need(need(4, 3, 0)));
    caught(&found, |v| matches!(v, Violation::BeyondAsked { counted: 3, .. }));
}

#[test]
fn a_gap_in_the_log_is_caught() {
    let found = with(|evidence| {
        evidence.log.remove(3);
        evidence.watched.remove(3);
    });
    caught(&found, |v| matches!(v, Violation::LogGap { after: 13, next: 15 }));
}

#[test]
fn a_watcher_that_missed_got_twice_or_got_something_else_is_caught() {
    let found = with(|evidence| drop(evidence.watched.remove(4)));
    assert_eq!(found, vec![Violation::WatcherMissed(15)]);
    let found = with(|evidence| {
        let again = evidence.watched[4].clone();
        evidence.watched.insert(5, again);
    });
    assert_eq!(found, vec![Violation::WatcherDoubled(15)]);
    let found = with(|evidence| evidence.watched[4].referral = Some(referral("a", 2, "accepted")));
    assert_eq!(found, vec![Violation::WatcherDiffers(15)]);
}

#[test]
fn a_request_that_happened_twice_is_caught() {
    // The retry made a second referral: two answers, and the first effect belongs to nobody.
    let found = with(|evidence| {
        evidence.attempts[3].outcome = done(14, Seen::Referral(referral("a", 1, "offered")));
    });
    caught(&found, |v| matches!(v, Violation::TwoAnswers { kind: Kind::CreateReferral, .. }));
    // It was never told: the step in the log is nobody's.
    let found = with(|evidence| drop(evidence.attempts.remove(4)));
    caught(&found, |v| matches!(v, Violation::EffectOfNobody { position: 18, .. }));
    caught(&found, |v| matches!(v, Violation::NeverKnown { kind: Kind::CreateReferral, .. }));
}

#[test]
fn a_refused_request_that_happened_all_the_same_is_caught() {
    let found = with(|evidence| evidence.attempts[2].outcome = refused("ILLEGAL_STATE"));
    caught(&found, |v| matches!(v, Violation::EffectOfNobody { position: 15, .. }));
}

#[test]
fn two_requests_that_were_told_the_same_effect_are_caught() {
    let found = with(|evidence| {
        evidence.attempts[6].outcome = done(22, Seen::Referral(referral("b", 2, "accepted")));
    });
    caught(&found, |v| matches!(v, Violation::OneEffectForTwo { version: 2, .. }));
}

#[test]
fn a_read_of_the_past_is_caught() {
    let found = with(|evidence| evidence.attempts[8].outcome = done(0, Seen::Referral(referral("b", 2, "accepted"))));
    assert_eq!(found, vec![Violation::StaleRead { subject: "referrals/b".to_owned(), read: 2, answered: 3 }]);
}

#[test]
fn a_write_that_overtook_an_answered_one_is_caught() {
    let found = with(|evidence| {
        let late = attempt(10, Kind::SetCapacity, 95, done(20, Seen::Pool(pool(4, 2, 0, 0))));
        evidence.attempts.push(late);
    });
    caught(&found, |v| matches!(v, Violation::OutOfOrder { position: 20, answered: 25, .. }));
}

#[test]
fn a_server_that_calls_itself_broken_is_caught() {
    let found = with(|evidence| evidence.attempts[6].outcome = refused("INTERNAL"));
    caught(&found, |v| matches!(v, Violation::Defect { kind: Kind::Accept, .. }));
}

#[test]
fn what_the_ledger_finds_itself_is_told() {
    let found = with(|evidence| evidence.discrepancies.push("pending of capacityPools/p: 2, not 1".to_owned()));
    assert_eq!(found.len(), 1, "{found:?}");
}
