//! The ledger under many hands, over two stores on the same data: nothing is promised twice, nobody disturbs the other.

use std::sync::Arc;
use std::time::Duration;

use wishwell_domain::Error;
use wishwell_domain::event::Change;
use wishwell_domain::ids::Version;
use wishwell_domain::ledger::{Command, NewTotal, Offer, SetFigures};
use wishwell_domain::limits::{AUTO_OFFERS_PER_ORGANIZATION_AND_DAY_MAX, CLAIMS_LIVE_PER_ORGANIZATION_MAX};
use wishwell_domain::need::{Ending, Need, Timing};
use wishwell_domain::organization::{Organization, OrganizationState};
use wishwell_domain::referral::{Action, Origin, ReferralState};
use wishwell_store::{ReferralFilter, StoreError, WriteContext, Written};

use super::ledger_claims::claiming;
use crate::fixture::Fixture;
use crate::ledger_world::{
    MONDAY, confirmation, giving, item, lacking, need_id, offer, offering, pool_id, referral_id, step, stock, total_of,
    weekly,
};
use crate::samples::{self, context, request, uuid};

/// Nobody waits for ever.
const PATIENCE: Duration = Duration::from_secs(60);

/// Runs requests at once, on two stores in turn; answers in the order given.
async fn at_once(fixture: &Fixture, asked: Vec<(WriteContext, Vec<Command>)>) -> Vec<Result<Written, StoreError>> {
    let stores = [Arc::clone(&fixture.store), fixture.another().await];
    let running: Vec<_> = asked
        .into_iter()
        .zip(stores.iter().cycle().cloned())
        .map(|((context, commands), store)| tokio::spawn(async move { store.carry_out(&context, commands).await }))
        .collect();
    let mut answers = Vec::new();
    for request in running {
        answers.push(tokio::time::timeout(PATIENCE, request).await.unwrap().unwrap());
    }
    answers
}

async fn all_at_once(fixture: &Fixture, asked: Vec<Vec<Command>>) -> Vec<Result<Written, StoreError>> {
    at_once(fixture, asked.into_iter().map(|commands| (context(), commands)).collect()).await
}

fn refusals(answers: &[Result<Written, StoreError>]) -> Vec<Error> {
    answers
        .iter()
        .filter_map(|answer| match answer {
            Ok(_) => None,
            Err(StoreError::Refused(error)) => Some((**error).clone()),
            Err(other) => panic!("{other:?}"),
        })
        .collect()
}

pub async fn of_a_hundred_offers_for_the_last_slot_one_holds_it(fixture: Fixture) {
    // There is one until the end of the week, and the needs cannot wait longer.
    let deadline = Some(Timing::Deadline(samples::instant("2026-11-27T00:00:00Z")));
    let needs = (1_000..1_100).map(|n| Need { timing: deadline, ..lacking(n, vec![item(1, 1)]) }).collect();
    let fixture = fixture.with(vec![weekly(20, Some(1))], vec![giving(30, &[(20, 1)])], needs).await;
    fixture.set_clock(samples::instant(MONDAY)).await;
    let asked = (0..100).map(|n| vec![offering(2_000 + n, 1_000 + n, 30, 1)]).collect();
    let answers = all_at_once(&fixture, asked).await;
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1);
    let exhausted = Error::CapacityExhausted {
        pool: pool_id(20).name(),
        period_start: Some(jiff::civil::date(2026, 11, 23)),
        asked: 1,
        left: 0,
    };
    assert_eq!(refusals(&answers), vec![exhausted; 99]);
    assert_eq!(fixture.pool(20).await.periods[0].figures.pending, 1);
    assert_eq!(fixture.verification().await.discrepancies, []);
}

pub async fn of_one_item_no_more_is_offered_than_was_asked(fixture: Fixture) {
    // Forty pools of their own, so that only the item is in common.
    let pools = (1_000..1_040).map(|n| stock(n, Some(9))).collect();
    let resources = (2_000..2_040).map(|n| giving(n, &[(n - 1_000, 1)])).collect();
    let fixture = fixture.with(pools, resources, vec![lacking(60, vec![item(1, 10)])]).await;
    let asked = (0..40).map(|n| vec![offering(3_000 + n, 60, 2_000 + n, 1 + (n % 3) as i64)]).collect();
    let answers = all_at_once(&fixture, asked).await;
    for refusal in refusals(&answers) {
        assert!(matches!(refusal, Error::ItemCovered { asked, left, .. } if asked > left), "{refusal:?}");
    }
    let need = fixture.need(60).await;
    assert_eq!(need.items[0].referred, 10, "all that was asked and no more");
    fixture.everything_adds_up().await;
}

pub async fn sixty_four_duplicates_of_an_offer_have_one_effect_and_one_answer(fixture: Fixture) {
    let fixture =
        fixture.with(vec![stock(20, Some(1))], vec![giving(30, &[(20, 1)])], vec![lacking(60, vec![item(1, 1)])]).await;
    let before = fixture.store.position(&fixture.tenant()).await.unwrap();
    // Each makes an id of its own, as a handler does before it asks the store.
    let asked = (0..64).map(|n| (request(500, 1), vec![offering(2_000 + n, 60, 30, 1)])).collect();
    let answers: Vec<_> = at_once(&fixture, asked).await.into_iter().map(Result::unwrap).collect();
    assert_eq!(answers.iter().filter(|answer| !answer.replayed).count(), 1);
    let first = &answers[0];
    assert!(answers.iter().all(|a| (&a.outcomes, a.position) == (&first.outcomes, first.position)));
    assert_eq!(fixture.store.position(&fixture.tenant()).await.unwrap().0, before.0 + 3);
    assert_eq!(fixture.count("SELECT COUNT(*) FROM referrals").await, 1);
    // Whoever was answered in a batch is answered the same later.
    let again = fixture.store.answered(&request(500, 1)).await.unwrap().unwrap();
    assert_eq!((again.outcomes, again.position), (first.outcomes.clone(), first.position));
    fixture.everything_adds_up().await;
}

pub async fn the_same_request_id_with_another_body_is_refused_without_harm_to_the_first(fixture: Fixture) {
    let needs = vec![lacking(60, vec![item(1, 9)])];
    let fixture = fixture.with(vec![stock(20, Some(9))], vec![giving(30, &[(20, 1)])], needs).await;
    let first = fixture.store.carry_out(&request(500, 1), vec![offering(100, 60, 30, 1)]).await.unwrap();
    // Replays and strangers in one batch.
    let asked = (0..40).map(|n| (request(500, 1 + (n % 2) as u8), vec![offering(200 + n, 60, 30, 1)])).collect();
    let reused = StoreError::RequestIdReused { request_id: uuid(500).to_string() };
    for (n, answer) in at_once(&fixture, asked).await.into_iter().enumerate() {
        if n % 2 == 0 {
            let answer = answer.unwrap();
            assert_eq!((answer.replayed, &answer.outcomes, answer.position), (true, &first.outcomes, first.position));
        } else {
            assert_eq!(answer, Err(reused.clone()));
        }
    }
    assert_eq!(fixture.count("SELECT COUNT(*) FROM referrals").await, 1);
    fixture.everything_adds_up().await;
}

/// In one transaction with many others there is one that the tables refuse, and one that the domain refuses.
pub async fn a_request_that_is_refused_never_fails_its_neighbours(fixture: Fixture) {
    let needs = (1_000..1_050).map(|n| lacking(n, vec![item(1, 1)])).collect();
    let fixture = fixture.with(vec![stock(20, Some(50))], vec![giving(30, &[(20, 1)])], needs).await;
    let asked = (0..50)
        .map(|n| {
            let mut context = request(700 + n, 1);
            match n {
                // No text holds U+0000.
                17 => context.principal = "no\0body".to_owned(),
                18 => return (context, vec![step(9_999, Action::Accept)]),
                _ => {}
            }
            (context, vec![offering(2_000 + n, 1_000 + n, 30, 1)])
        })
        .collect();
    for (n, answer) in at_once(&fixture, asked).await.into_iter().enumerate() {
        match n {
            17 => assert!(matches!(answer, Err(StoreError::ConstraintViolated { .. })), "{answer:?}"),
            18 => assert!(matches!(answer, Err(StoreError::Refused(_))), "{answer:?}"),
            _ => assert!(answer.is_ok(), "{n}: {answer:?}"),
        }
    }
    assert_eq!(fixture.pool(20).await.figures.pending, 48);
    fixture.everything_adds_up().await;
}

/// A referral named twice in one request would wait for itself.
pub async fn a_request_that_names_a_referral_twice_is_refused_at_once(fixture: Fixture) {
    let fixture =
        fixture.with(vec![stock(20, Some(9))], vec![giving(30, &[(20, 1)])], vec![lacking(60, vec![item(1, 9)])]).await;
    fixture.ask(vec![offering(100, 60, 30, 1)]).await;
    let twice = vec![
        vec![step(100, Action::Accept), step(100, Action::Start)],
        vec![
            offering(101, 60, 30, 1),
            Command::EndNeed {
                need: need_id(60),
                ending: Ending::Withdrawn,
                arrived: Vec::new(),
                personal: None,
                expected: None,
            },
        ],
        vec![offering(102, 60, 30, 1), total_of(20, 0, true)],
    ];
    for refusal in refusals(&all_at_once(&fixture, twice).await) {
        assert!(matches!(&refusal, Error::InvalidArgument(v) if v[0].rule == "ledger.once"), "{refusal:?}");
    }
    assert_eq!(fixture.referral(100).await.state, ReferralState::Offered);
    assert_eq!(fixture.need(60).await.items[0].referred, 1);
    fixture.everything_adds_up().await;
}

pub async fn of_steps_that_exclude_each_other_one_is_taken(fixture: Fixture) {
    let fixture = fixture
        .with(vec![stock(20, Some(99))], vec![giving(30, &[(20, 1)])], vec![lacking(60, vec![item(1, 99)])])
        .await;
    for n in 0..8 {
        fixture.ask(vec![offering(100 + n, 60, 30, 1)]).await;
        let actions = [Action::Accept, Action::Decline, Action::Withdraw, Action::Accept];
        let asked = actions.into_iter().map(|action| vec![step(100 + n, action)]).collect();
        let answers = all_at_once(&fixture, asked).await;
        assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1);
        assert!(refusals(&answers).iter().all(|refusal| matches!(refusal, Error::IllegalStep { .. })));
        assert_eq!(fixture.referral(100 + n).await.version, Version(2));
    }
    fixture.everything_adds_up().await;
}

pub async fn of_figures_set_from_one_version_one_wins(fixture: Fixture) {
    let fixture = fixture.with(vec![stock(20, Some(9))], Vec::new(), Vec::new()).await;
    for version in 1..=3 {
        let set =
            |total| SetFigures { total: NewTotal::Known(total), expected: Some(Version(version)), ..confirmation(20) };
        let asked = (10..26).map(|total| vec![Command::SetFigures(set(total))]).collect();
        let answers = all_at_once(&fixture, asked).await;
        assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1, "{answers:?}");
        let mismatch = Error::EtagMismatch { name: pool_id(20).name(), expected: version, actual: version + 1 };
        assert_eq!(refusals(&answers), vec![mismatch; 15]);
    }
    fixture.everything_adds_up().await;
}

/// Offers, answers, new totals and withdrawals of the same few things, from everywhere.
pub async fn whatever_happens_at_once_everything_adds_up(fixture: Fixture) {
    const ROUNDS_MIN: u128 = 6;
    const ROUNDS_MAX: u128 = 18;
    let needs = (60..66).map(|n| lacking(n, vec![item(1, 40)])).collect();
    let resources = vec![giving(30, &[(20, 1), (21, 2)]), giving(31, &[(21, 1), (20, 1)]), giving(32, &[(22, 1)])];
    let fixture =
        fixture.with(vec![stock(20, Some(60)), weekly(21, Some(40)), stock(22, None)], resources, needs).await;
    fixture.slow_commits().await;
    let mut states = std::collections::HashSet::new();
    for round in 0..ROUNDS_MAX {
        let id = |n: u128| 1_000 + round * 100 + n;
        let mut asked: Vec<Vec<Command>> =
            (0..36).map(|n| vec![offering(id(n), 60 + n % 6, 30 + n % 3, 1 + (n % 4) as i64)]).collect();
        asked.push(vec![total_of(20, 30 + 5 * round as i64, true)]);
        asked.push(vec![total_of(21, 25 + 5 * round as i64, true)]);
        if round == 3 {
            asked.push(vec![Command::EndNeed {
                need: need_id(65),
                ending: Ending::Withdrawn,
                arrived: Vec::new(),
                personal: None,
                expected: None,
            }]);
        }
        let steps = [Action::Accept, Action::Deliver, Action::Withdraw, Action::Cancel, Action::Start, Action::Decline];
        for back in 1..=round.min(3) {
            asked.extend((0..36).flat_map(|n| {
                let referral = 1_000 + (round - back) * 100 + n;
                [0, 2].map(|shift| vec![step(referral, steps[(n + back - 1 + shift) as usize % steps.len()])])
            }));
        }
        refusals(&all_at_once(&fixture, asked).await);
        fixture.everything_adds_up().await;
        // Which steps come first is for chance to say, and a round in which few were possible tests little.
        states.extend(fixture.referrals(ReferralFilter::default()).await.into_iter().map(|referral| referral.state));
        if round + 1 >= ROUNDS_MIN && states.len() >= 5 {
            break;
        }
    }
    assert!(states.len() >= 5, "a test of little: {states:?}");
    let pool = fixture.pool(20).await;
    assert!(pool.figures.taken() <= pool.figures.total.unwrap());
    fixture.made_again_it_is_the_same().await;
}

/// Many take what one lapsed offer holds: it lapses once.
pub async fn many_takers_let_a_lapsed_offer_go_once(fixture: Fixture) {
    let needs = (1_000..1_030).map(|n| lacking(n, vec![item(1, 1)])).collect();
    let fixture = fixture.with(vec![stock(20, Some(3))], vec![giving(30, &[(20, 1)])], needs).await;
    fixture.set_clock(samples::instant(MONDAY)).await;
    fixture.ask((0..3).map(|n| offering(2_000 + n, 1_000 + n, 30, 1)).collect()).await;
    fixture.set_clock(samples::instant("2026-11-24T02:00:00Z")).await;
    let asked = (3..30).map(|n| vec![offering(2_000 + n, 1_000 + n, 30, 1)]).collect();
    let answers = all_at_once(&fixture, asked).await;
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 3);
    for n in 0..3 {
        let referral = fixture.referral(2_000 + n).await;
        assert_eq!((referral.state, referral.version), (ReferralState::Expired, Version(2)));
    }
    assert_eq!(fixture.referral(2_000).await.id, referral_id(2_000));
    fixture.everything_adds_up().await;
}

/// A request goes on when its caller stops waiting, whole.
pub async fn a_request_that_its_caller_gave_up_happens_whole(fixture: Fixture) {
    let needs = (1_000..1_020).map(|n| lacking(n, vec![item(1, 1)])).collect();
    let fixture = fixture.with(vec![stock(20, Some(99))], vec![giving(30, &[(20, 1)])], needs).await;
    for n in 0..20_u128 {
        let context = context();
        let asked = fixture.store.carry_out(&context, vec![offering(2_000 + n, 1_000 + n, 30, 1)]);
        let _ = tokio::time::timeout(Duration::from_micros(1 + n as u64 * 100), asked).await;
    }
    // The last one in the queue has been settled when this one is.
    fixture.ask(vec![Command::SetFigures(confirmation(20))]).await;
    assert_eq!(fixture.referrals(ReferralFilter::default()).await.len(), 20);
    fixture.everything_adds_up().await;
}

fn automatic(id: u128, need: u128, resource: u128, quantity: i64) -> Command {
    Command::Offer(Box::new(Offer { origin: Origin::Automatic, ..offer(id, need, resource, Some(quantity)) }))
}

pub async fn of_many_automatic_offers_at_once_an_organization_gets_no_more_than_its_day(fixture: Fixture) {
    const MORE: u128 = 30;
    let needs = (1_000..=1_000 + MORE).map(|n| lacking(n, vec![item(1, 1)])).collect();
    let resources = vec![giving(30, &[(20, 1)]), giving(31, &[(20, 1)])];
    let fixture = fixture.with(vec![stock(20, Some(99))], resources, needs).await;
    let asked = (0..MORE).map(|n| vec![automatic(2_000 + n, 1_000 + n, 30 + n % 2, 1)]).collect();
    let answers = all_at_once(&fixture, asked).await;
    let refused = refusals(&answers);
    assert_eq!(answers.len() - refused.len(), AUTO_OFFERS_PER_ORGANIZATION_AND_DAY_MAX as usize);
    let spent = |error: &Error| matches!(error, Error::ContactBudgetSpent { .. });
    assert!(refused.iter().all(spent), "{refused:?}");
    // Whom somebody chooses is asked all the same.
    fixture.ask(vec![offering(3_000, 1_000 + MORE, 30, 1)]).await;
    fixture.everything_adds_up().await;
}

pub async fn of_many_automatic_offers_of_an_item_at_once_nobody_is_asked_twice(fixture: Fixture) {
    let resources = vec![giving(30, &[(20, 1)]), giving(31, &[(20, 1)])];
    let fixture = fixture.with(vec![stock(20, Some(99))], resources, vec![lacking(60, vec![item(1, 50)])]).await;
    let asked = (0..12).map(|n| vec![automatic(2_000 + n, 60, 30 + n % 2, 1)]).collect();
    let answers = all_at_once(&fixture, asked).await;
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 2);
    assert!(refusals(&answers).iter().all(|error| matches!(error, Error::AlreadyExists { .. })));
    let asked: Vec<_> = fixture.referrals(ReferralFilter::default()).await.iter().map(|r| r.resource).collect();
    assert!(asked.len() == 2 && asked[0] != asked[1], "{asked:?}");
}

/// Whatever was accepted, was accepted before the organization was suspended: the log says in which order.
pub async fn nothing_is_accepted_after_a_suspension_however_it_races(fixture: Fixture) {
    const OFFERS: u128 = 40;
    let needs = (1_000..1_000 + OFFERS).map(|n| lacking(n, vec![item(1, 1)])).collect();
    let fixture = fixture.with(vec![stock(20, Some(99))], vec![giving(30, &[(20, 1)])], needs).await;
    fixture.slow_commits().await;
    fixture.ask((0..OFFERS).map(|n| offering(2_000 + n, 1_000 + n, 30, 1)).collect()).await;
    let suspended = Organization { state: OrganizationState::Suspended, ..samples::organization(1) };
    let suspending = async {
        // Amid the others, whenever that is.
        tokio::task::yield_now().await;
        fixture.write(vec![samples::update(Change::Organization(suspended), None)]).await
    };
    let asked = (0..OFFERS).map(|n| vec![step(2_000 + n, Action::Accept)]).collect();
    let (answers, written) = tokio::join!(all_at_once(&fixture, asked), suspending);
    let refused = refusals(&answers);
    assert!(refused.iter().all(|error| matches!(error, Error::OrganizationNotCleared { .. })), "{refused:?}");
    let accepted: Vec<_> = answers.iter().flatten().map(|accepted| accepted.position).collect();
    assert!(accepted.iter().all(|position| *position < written.position), "{accepted:?} {:?}", written.position);
    let late = fixture.refused(vec![step(2_000 + OFFERS - 1, Action::Accept)]).await;
    assert!(matches!(late, Error::OrganizationNotCleared { .. } | Error::IllegalStep { .. }), "{late:?}");
    fixture.everything_adds_up().await;
}

/// Two replicas count together what an organization has claimed.
pub async fn of_many_claims_at_once_an_organization_has_no_more_than_it_may(fixture: Fixture) {
    let more = CLAIMS_LIVE_PER_ORGANIZATION_MAX as u128 + 30;
    let needs = (1_000..1_000 + more).map(|n| lacking(n, vec![item(1, 1)])).collect();
    let fixture = fixture.with(vec![stock(20, Some(999))], vec![giving(30, &[(20, 1)])], needs).await;
    let answers = all_at_once(&fixture, (0..more).map(|n| vec![claiming(1_000 + n)]).collect()).await;
    let refused = refusals(&answers);
    assert_eq!((answers.len() - refused.len()) as i64, CLAIMS_LIVE_PER_ORGANIZATION_MAX);
    assert!(refused.iter().all(|error| matches!(error, Error::TooManyClaims { wait: None, .. })), "{refused:?}");
    fixture.everything_adds_up().await;
}
