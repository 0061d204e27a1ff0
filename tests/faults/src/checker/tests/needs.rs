//! Needs that are changed, ended, and lied about.

use super::*;

/// When help is of use to the need, in the end.
const UNTIL: i64 = 5_000;

fn said(version: i64, asked: i64, referred: i64) -> NeedSeen {
    NeedSeen { items: vec![ItemSeen { asked, referred, served: 0 }], ..need(version, 0, 0) }
}

fn timed(need: NeedSeen) -> NeedSeen {
    NeedSeen { useful: Useful { from: None, until: Some(UNTIL) }, ..need }
}

fn withdrawn() -> NeedSeen {
    NeedSeen { state: "withdrawn".to_owned(), ..timed(said(5, 2, 0)) }
}

fn due(mut fact: Fact) -> Fact {
    if let Fact::Referral(referral) = &mut fact {
        referral.due_at = UNTIL;
    }
    fact
}

fn taken_back() -> Fact {
    let mut fact = due(logged("b", 3, "withdrawn"));
    if let Fact::Referral(referral) = &mut fact {
        (referral.ended_with_need, referral.consequence) = (true, true);
    }
    fact
}

/// A need of three is offered two, comes to ask for two (of which the first attempt was never answered), and by a time; then it is withdrawn,
/// and the offer with it.
fn changing_history() -> Evidence {
    let log = vec![
        event(11, 100, Fact::Need(said(1, 3, 0))),
        event(12, 200, logged("b", 1, "offered")),
        event(13, 200, Fact::Need(said(2, 3, 2))),
        event(14, 200, Fact::Pool(pool(2, 2, 0, 0))),
        event(15, 300, Fact::Need(said(3, 2, 2))),
        event(16, 400, Fact::Need(timed(said(4, 2, 2)))),
        event(17, 400, due(logged("b", 2, "offered"))),
        event(18, 500, taken_back()),
        event(19, 500, Fact::Need(withdrawn())),
        event(20, 500, Fact::Pool(pool(3, 0, 0, 0))),
    ];
    let asks = |asked| Meant { asked: Some(vec![asked]), ..Meant::default() };
    let by = Meant { useful: Some(Useful { from: None, until: Some(UNTIL) }), ..Meant::default() };
    let ends = Meant { state: Some("withdrawn"), ..Meant::default() };
    let attempts = vec![
        meaning(asks(3), attempt(1, Kind::SubmitNeed, 0, done(11, Seen::Need(said(1, 3, 0))))),
        attempt(2, Kind::CreateReferral, 10, done(14, Seen::Referral(referral("b", 1, "offered")))),
        meaning(asks(2), attempt(3, Kind::UpdateNeed, 20, unknown())),
        meaning(asks(2), attempt(3, Kind::UpdateNeed, 30, done(15, Seen::Need(said(3, 2, 2))))),
        meaning(by, attempt(4, Kind::UpdateNeed, 40, done(17, Seen::Need(timed(said(4, 2, 2)))))),
        meaning(ends, attempt(5, Kind::WithdrawNeed, 50, done(20, Seen::Need(withdrawn())))),
        attempt(6, Kind::CloseNeed, 60, refused("ILLEGAL_STATE")),
    ];
    let watched = log.iter().map(watched).collect();
    Evidence { attempts, watched, log, start: START, watched_to: 20, let_go_by: 400, ..Evidence::default() }
}

fn lying(lie: impl FnOnce(&mut Evidence)) -> Vec<Violation> {
    told(changing_history(), lie)
}

fn need_of(event: &mut Logged) -> &mut NeedSeen {
    match &mut event.fact {
        Fact::Need(need) => need,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_true_history_of_changes_has_no_violations() {
    assert_eq!(check(&changing_history()), Vec::new());
}

#[test]
fn a_quantity_that_falls_below_what_is_held_is_caught() {
    let found = lying(|evidence| need_of(&mut evidence.log[4]).items[0].asked = 1);
    caught(&found, |v| matches!(v, Violation::BeyondAsked { asked: 1, counted: 2, position: 15, .. }));
}

#[test]
fn what_is_held_beyond_what_was_asked_at_that_time_is_caught_though_more_is_asked_later() {
    let found = lying(|evidence| {
        for at in [0, 2] {
            need_of(&mut evidence.log[at]).items[0].asked = 1;
        }
    });
    caught(&found, |v| matches!(v, Violation::BeyondAsked { asked: 1, counted: 2, position: 14, .. }));
}

#[test]
fn an_answered_change_that_is_gone_is_caught() {
    let found = lying(|evidence| {
        evidence.log[4].fact = Fact::Need(said(3, 3, 2));
        evidence.log[5].fact = Fact::Need(timed(said(4, 3, 2)));
    });
    caught(&found, |v| matches!(v, Violation::LostAnswer { kind: Kind::UpdateNeed, .. }));
    // The next version has it no more, and nobody asked for that.
    let found = lying(|evidence| {
        evidence.log[5].fact = Fact::Need(timed(said(4, 3, 2)));
        evidence.attempts[4].outcome = done(17, Seen::Nothing);
    });
    caught(&found, |v| matches!(v, Violation::EffectOfNobody { position: 16, .. }));
}

#[test]
fn a_change_that_nobody_was_answered_is_caught() {
    let found = lying(|evidence| evidence.attempts[3].outcome = refused("INVALID_FIELDS"));
    caught(&found, |v| matches!(v, Violation::EffectOfNobody { position: 15, .. }));
    let found = lying(|evidence| evidence.attempts[5].outcome = refused("ETAG_MISMATCH"));
    caught(&found, |v| matches!(v, Violation::EffectOfNobody { position: 19, .. }));
    let found = lying(|evidence| {
        evidence.attempts.remove(3);
    });
    caught(&found, |v| matches!(v, Violation::NeverKnown { kind: Kind::UpdateNeed, .. }));
}

#[test]
fn an_answer_that_says_something_else_than_was_asked_is_caught() {
    let found = lying(|evidence| evidence.attempts[3].meant.asked = Some(vec![1]));
    assert_eq!(found, vec![Violation::NotAsAsked { request: Uuid::from_u128(3), kind: Kind::UpdateNeed }]);
    let found = lying(|evidence| evidence.attempts[4].meant.useful = Some(Useful::default()));
    assert_eq!(found, vec![Violation::NotAsAsked { request: Uuid::from_u128(4), kind: Kind::UpdateNeed }]);
    let found = lying(|evidence| evidence.attempts[5].meant.state = Some("closed"));
    assert_eq!(found, vec![Violation::NotAsAsked { request: Uuid::from_u128(5), kind: Kind::WithdrawNeed }]);
}

#[test]
fn what_is_under_way_for_a_need_that_has_ended_is_caught() {
    // It is not taken back.
    let found = lying(|evidence| {
        evidence.log[7].fact = Fact::Other;
        need_of(&mut evidence.log[8]).items[0].referred = 2;
        evidence.log[9].fact = Fact::Pool(pool(3, 2, 0, 0));
    });
    caught(&found, |v| matches!(v, Violation::LiveAfterEnd { position: 20, .. }));
    // It is offered afterwards.
    let found = lying(|evidence| evidence.log.push(event(21, 600, due(logged("c", 1, "offered")))));
    caught(
        &found,
        |v| matches!(v, Violation::LiveAfterEnd { referral, position: 21, .. } if referral == "referrals/c"),
    );
}

#[test]
fn a_need_that_is_open_again_is_caught() {
    let found = lying(|evidence| evidence.log.push(event(21, 600, Fact::Need(timed(said(6, 2, 0))))));
    caught(&found, |v| matches!(v, Violation::OpenedAgain { position: 21, .. }));
}

#[test]
fn an_offer_that_ends_with_a_need_that_does_not_is_caught() {
    let found = lying(|evidence| evidence.log[8].fact = Fact::Need(timed(said(5, 2, 0))));
    caught(&found, |v| matches!(v, Violation::CalledOffWithoutEnd { position: 20, .. }));
}

#[test]
fn an_offer_that_does_not_follow_its_need_is_caught() {
    let found = lying(|evidence| referral_of(&mut evidence.log[6]).due_at = 0);
    caught(&found, |v| matches!(v, Violation::DueOtherwise { due_at: 0, until: UNTIL, position: 17, .. }));
    // Nor may one that comes later go by what the need said before.
    let found = lying(|evidence| evidence.log[7].fact = logged("c", 1, "offered"));
    caught(&found, |v| matches!(v, Violation::DueOtherwise { due_at: 0, until: UNTIL, position: 20, .. }));
}

#[test]
fn a_provider_that_is_given_more_time_is_caught() {
    let found = lying(|evidence| referral_of(&mut evidence.log[6]).expires_at += 1);
    caught(&found, |v| matches!(v, Violation::GivenMoreTime { position: 17, .. }));
}

#[test]
fn a_watcher_that_is_told_another_state_of_a_need_is_caught() {
    let found = lying(|evidence| evidence.watched[8].need_state = Some("open".to_owned()));
    assert_eq!(found, vec![Violation::WatcherDiffers(19)]);
}
