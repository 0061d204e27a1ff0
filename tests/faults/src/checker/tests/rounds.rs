//! Rounds, and lies about what they offered.

use super::*;

const PLANNER: &str = "planner-0";

fn round(version: i64, state: &str, made: u64) -> RoundSeen {
    RoundSeen {
        name: "rounds/r".to_owned(),
        version,
        state: state.to_owned(),
        dry_run: false,
        requested_by: PLANNER.to_owned(),
        attempts: 1,
        passes: 1,
        planned: if version > 2 { 2 } else { 0 },
        made,
        refused: made,
    }
}

fn offered(name: &str) -> Fact {
    let mut fact = logged(name, 1, "offered");
    if let Fact::Referral(referral) = &mut fact {
        referral.by = PLANNER.to_owned();
    }
    fact
}

/// A round makes one offer of two; the other is refused.
fn round_history() -> Evidence {
    let log = vec![
        event(11, 100, Fact::Need(need(1, 0, 0))),
        event(12, 200, Fact::Round(round(1, "pending", 0))),
        event(13, 300, Fact::Round(round(2, "running", 0))),
        event(14, 400, Fact::Round(round(3, "solved", 0))),
        event(15, 500, Fact::Round(round(4, "committing", 0))),
        event(16, 600, offered("b")),
        event(17, 600, Fact::Need(need(2, 2, 0))),
        event(18, 600, Fact::Pool(pool(2, 2, 0, 0))),
        event(19, 630, Fact::Round(round(5, "committing", 1))),
        event(20, 640, Fact::Round(round(6, "committed", 1))),
    ];
    let attempts = vec![
        attempt(1, Kind::SubmitNeed, 0, done(11, Seen::Need(need(1, 0, 0)))),
        meaning(
            Meant { state: Some("pending"), ..Meant::default() },
            attempt(2, Kind::CreateRound, 10, done(12, Seen::Round(round(1, "pending", 0)))),
        ),
    ];
    let outcome = OutcomeKept {
        round: "rounds/r".to_owned(),
        need: "needs/n".to_owned(),
        item: 1,
        made: vec![("referrals/b".to_owned(), 2)],
        refused: 1,
        open: 0,
    };
    Evidence {
        attempts,
        // Watchers are told of everything but rounds.
        watched: log.iter().filter(|event| !matches!(event.fact, Fact::Round(_))).map(watched).collect(),
        log,
        start: START,
        watched_to: 20,
        let_go_by: 600,
        results_kept: ["rounds/r".to_owned()].into(),
        outcomes: vec![outcome],
        rounds_over: true,
        discrepancies: Vec::new(),
    }
}

fn lying(lie: impl FnOnce(&mut Evidence)) -> Vec<Violation> {
    told(round_history(), lie)
}

fn round_of(event: &mut Logged) -> &mut RoundSeen {
    match &mut event.fact {
        Fact::Round(round) => round,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_true_history_of_a_round_has_no_violations() {
    assert_eq!(check(&round_history()), Vec::new());
    // Once newer ones have taken their place, what it keeps is gone.
    let forgotten = lying(|evidence| {
        evidence.results_kept.clear();
        evidence.outcomes.clear();
    });
    assert_eq!(forgotten, Vec::new());
}

#[test]
fn an_answered_round_that_is_gone_is_caught() {
    let found = lying(|evidence| {
        evidence.log.truncate(1);
        evidence.watched.truncate(1);
        evidence.watched_to = 11;
    });
    caught(&found, |v| matches!(v, Violation::LostAnswer { kind: Kind::CreateRound, .. }));
}

#[test]
fn a_round_that_nobody_asked_for_or_called_off_is_caught() {
    let found = lying(|evidence| evidence.attempts[1].outcome = refused("LIMIT_REACHED"));
    assert_eq!(found, vec![Violation::EffectOfNobody { position: 12, subject: "rounds/r".to_owned() }]);
    let found = lying(|evidence| round_of(&mut evidence.log[9]).state = "cancelled".to_owned());
    assert_eq!(found, vec![Violation::EffectOfNobody { position: 20, subject: "rounds/r".to_owned() }]);
}

#[test]
fn a_round_that_never_ends_is_caught() {
    let found = lying(|evidence| {
        evidence.log.truncate(9);
        evidence.watched_to = 19;
    });
    let (round, state) = ("rounds/r".to_owned(), "committing".to_owned());
    assert_eq!(found, vec![Violation::RoundNeverEnds { round, state }]);
    let unwaited = lying(|evidence| {
        evidence.log.truncate(9);
        (evidence.watched_to, evidence.rounds_over) = (19, false);
    });
    assert_eq!(unwaited, Vec::new());
}

#[test]
fn a_round_that_goes_where_it_cannot_is_caught() {
    let found = lying(|evidence| round_of(&mut evidence.log[3]).state = "committed".to_owned());
    caught(&found, |v| matches!(v, Violation::RoundAstray { position: 14, .. }));
    caught(&found, |v| matches!(v, Violation::RoundAstray { position: 15, .. }));
    let found = lying(|evidence| {
        evidence.log.iter_mut().for_each(|event| {
            if let Fact::Round(round) = &mut event.fact {
                round.dry_run = true;
            }
        });
    });
    caught(&found, |v| matches!(v, Violation::RoundAstray { position: 15, .. }));
    let found = lying(|evidence| round_of(&mut evidence.log[9]).version = 7);
    caught(&found, |v| matches!(v, Violation::VersionSkipped { before: 5, after: 7, .. }));
}

#[test]
fn an_offer_that_is_made_twice_is_caught() {
    // Two referrals for one proposal: the round knows of one.
    let found = lying(|evidence| evidence.log.push(event(21, 640, offered("c"))));
    caught(&found, |v| *v == Violation::OfferOfNoRound { referral: "referrals/c".to_owned(), position: 21 });
    // One referral for two proposals.
    let found = lying(|evidence| {
        evidence.outcomes[0].made.push(("referrals/b".to_owned(), 2));
        evidence.outcomes[0].refused = 0;
    });
    caught(&found, |v| matches!(v, Violation::OfferedTwice { .. }));
}

#[test]
fn an_offer_that_was_not_made_or_for_something_else_is_caught() {
    let found = lying(|evidence| evidence.outcomes[0].made = vec![("referrals/z".to_owned(), 2)]);
    caught(&found, |v| matches!(v, Violation::NeverOffered { referral, .. } if referral == "referrals/z"));
    caught(&found, |v| matches!(v, Violation::OfferOfNoRound { position: 16, .. }));
    let found = lying(|evidence| evidence.outcomes[0].item = 2);
    assert!(matches!(found[..], [Violation::NeverOffered { .. }]), "{found:?}");
    // It was offered for two units, and the round counts three.
    let found = lying(|evidence| evidence.outcomes[0].made[0].1 = 3);
    assert!(matches!(found[..], [Violation::NeverOffered { .. }]), "{found:?}");
}

#[test]
fn figures_that_are_not_those_of_the_offers_are_caught() {
    let found = lying(|evidence| round_of(&mut evidence.log[9]).made = 2);
    assert!(matches!(found[..], [Violation::RoundMiscounted { made: 1, .. }]), "{found:?}");
    let found = lying(|evidence| evidence.outcomes[0].refused = 0);
    assert!(matches!(found[..], [Violation::RoundMiscounted { refused: 0, .. }]), "{found:?}");
    let found = lying(|evidence| {
        let last = round_of(&mut evidence.log[9]);
        (last.state, last.made) = ("failed".to_owned(), 0);
    });
    assert!(matches!(found[..], [Violation::RoundMiscounted { made: 1, .. }]), "{found:?}");
    let found = lying(|evidence| evidence.outcomes[0].open = 1);
    assert!(matches!(found[..], [Violation::RoundMiscounted { open: 1, .. }]), "{found:?}");
}

/// The round ends before it knows what became of the offer that it makes.
fn cut_off(evidence: &mut Evidence) {
    let last = round_of(&mut evidence.log[9]);
    (last.state, last.made) = ("failed".to_owned(), 0);
    let outcome = &mut evidence.outcomes[0];
    outcome.made.clear();
    outcome.open = 1;
}

#[test]
fn what_the_end_of_a_round_left_unknown_is_excused_and_nothing_before_it_began_to_offer() {
    assert_eq!(lying(cut_off), Vec::new());
    let found = lying(|evidence| {
        cut_off(evidence);
        let mut early = offered("c");
        if let Fact::Referral(referral) = &mut early {
            referral.seen.units = 0;
            referral.lines.clear();
        }
        evidence.log[3].fact = early;
        evidence.log[4].fact = Fact::Round(round(3, "solved", 0));
        evidence.log[8].fact = Fact::Round(round(4, "committing", 1));
        round_of(&mut evidence.log[9]).version = 5;
    });
    caught(&found, |v| *v == Violation::OfferOfNoRound { referral: "referrals/c".to_owned(), position: 14 });
}

#[test]
fn a_round_that_was_cut_off_excuses_what_it_was_to_offer_and_no_more() {
    let none_of_it = |found: &[Violation], referral: &str, position| {
        let referral = referral.to_owned();
        caught(found, |v| *v == Violation::OfferOfNoRound { referral: referral.clone(), position });
    };
    // A second offer in the same name, long after the end.
    let found = lying(|evidence| {
        cut_off(evidence);
        evidence.log.push(event(21, 640, offered("c")));
    });
    none_of_it(&found, "referrals/c", 21);
    // One for another item.
    let found = lying(|evidence| {
        cut_off(evidence);
        evidence.outcomes[0].item = 2;
    });
    none_of_it(&found, "referrals/b", 16);
    // What it was to offer is not kept any more, and how much it was is.
    let forgotten = |evidence: &mut Evidence| {
        cut_off(evidence);
        evidence.results_kept.clear();
        evidence.outcomes.clear();
    };
    assert_eq!(lying(forgotten), Vec::new());
    let found = lying(|evidence| {
        forgotten(evidence);
        evidence.log.push(event(21, 640, offered("c")));
    });
    none_of_it(&found, "referrals/c", 21);
}
