//! Rounds while the world goes on: called off, interrupted, and beside claims and offers.

use std::path::PathBuf;
use std::time::Duration;

use sqlx::Connection as _;
use wishwell_api::v1;
use wishwell_scenarios::referring::{
    FAR, HOTLINE, NEAR, OPERATOR, PARTNER, demo, figures, offer, referrals, sharing, stored_need, submit, to, trunks,
    units, wanting, wishing,
};
use wishwell_scenarios::rounds::{create, ended, once, outcomes, rules, run, seen, tally};
use wishwell_scenarios::told::{refused, request_id, told};
use wishwell_scenarios::{Served, rounds};

const PATIENCE: Duration = Duration::from_secs(60);

async fn cancel(served: &Served, name: &str) -> Result<v1::Round, tonic::Status> {
    let request = v1::CancelRoundRequest { name: name.to_owned(), etag: String::new(), request_id: request_id() };
    told(served.matching(OPERATOR).cancel_round(request).await).map(|answer| answer.round.expect("one"))
}

#[tokio::test]
async fn a_round_that_is_called_off_while_it_makes_offers_makes_no_more_and_those_made_stand() {
    let served = demo().await;
    let (pool, _) = trunks(&served, NEAR, Some(2_000)).await;
    for _ in 0..600 {
        submit(&served, wanting(1)).await;
    }
    let round = create(&served, OPERATOR, rules(), false).await.expect("taken").name;
    once(&served, &round, |round| round.state() == v1::RoundState::Committing || round.end_time.is_some()).await;
    let Ok(cancelled) = cancel(&served, &round).await else {
        // It was faster than the call; then it is whole.
        assert_eq!(seen(&served, OPERATOR, &round).await.expect("there").state(), v1::RoundState::Committed);
        return;
    };
    assert_eq!(cancelled.state(), v1::RoundState::Cancelled);
    refused("twice", cancel(&served, &round).await, "ILLEGAL_STATE", "");
    // Whoever makes offers hears of it within its heartbeat.
    let mut before = -1;
    loop {
        let held = figures(&served, &pool).await.0;
        if held == before {
            break;
        }
        before = held;
        tokio::time::sleep(Duration::from_secs(3)).await;
    }
    let named = outcomes(&served, &round).await.iter().map(|outcome| outcome.offers.len()).sum::<usize>();
    assert_eq!(i64::try_from(named).unwrap(), before, "each that stands is known to the round");
    let counted = once(&served, &round, |round| round.progress.is_some_and(|told| told.made_offers == before)).await;
    assert_eq!(counted.state(), v1::RoundState::Cancelled);
}

#[tokio::test]
async fn a_round_that_waits_is_called_off_and_one_that_has_ended_is_not() {
    let served = demo().await;
    let ended = run(&served, rules(), true).await;
    let status = refused("ended", cancel(&served, &ended.name).await, "ILLEGAL_STATE", "");
    assert_eq!(wishwell_scenarios::told::metadata(&status, "state"), "solved");
    let round = create(&served, OPERATOR, rules(), true).await.expect("taken");
    let stale = v1::CancelRoundRequest { name: round.name.clone(), etag: "77".to_owned(), request_id: String::new() };
    let answer = told(served.matching(OPERATOR).cancel_round(stale).await);
    assert!(answer.is_err(), "another version, or it has ended");
}

/// The folder of a server that was ended in order, with its outputs taken away.
async fn stopped(mut served: Served) -> tempfile::TempDir {
    served.process.terminate();
    assert!(served.process.wait_until_ended(PATIENCE).await.success());
    let folder = served.process.into_folder();
    for output in ["stdout", "stderr"] {
        std::fs::remove_file(folder.path().join(output)).expect("outputs begin anew");
    }
    folder
}

async fn change_store(file: PathBuf, sql: &str) {
    let mut database = sqlx::SqliteConnection::connect(&format!("sqlite:{}", file.display())).await.expect("the store");
    let changed = sqlx::query(sqlx::AssertSqlSafe(sql)).execute(&mut database).await.expect("changed");
    assert_eq!(changed.rows_affected(), 1);
    database.close().await.expect("closed");
}

/// As if the process that planned this dry run had ended before it made an offer, and it was no dry run.
pub(super) async fn carried_out(served: Served, planned: &str) -> (Served, v1::Round) {
    let folder = stopped(served).await;
    let store = folder.path().join("wishwell-data/wishwell.db");
    change_store(store, "UPDATE rounds SET dry_run = 0, finished_at = NULL WHERE state = 'solved'").await;
    let served = Served::start_in(folder, &[], &[]).await;
    let round = ended(&served, planned).await;
    assert_eq!(round.state(), v1::RoundState::Committed, "{round:?}");
    (served, round)
}

#[tokio::test]
async fn what_was_taken_after_the_plan_is_planned_anew_around_what_stands() {
    let served = demo().await;
    let (near, here) = trunks(&served, NEAR, Some(2)).await;
    let (far, there) = trunks(&served, FAR, Some(5)).await;
    let mut needs = Vec::new();
    for _ in 0..3 {
        needs.push(submit(&served, wanting(1)).await.name);
    }
    let withdrawn = needs[2].clone();
    let planned = run(&served, rules(), true).await;
    assert_eq!(tally(&planned).served_items, 3);
    // Meanwhile somebody else takes what is near, and one does not want it any more.
    let other = submit(&served, wanting(2)).await.name;
    offer(&served, HOTLINE, to(&other, &here)).await.expect("taken");
    let request = v1::WithdrawNeedRequest { name: withdrawn.clone(), ..Default::default() };
    told(served.needs(HOTLINE).withdraw_need(request).await).expect("withdrawn");

    let (served, round) = carried_out(served, &planned.name).await;
    let progress = round.progress.expect("told");
    assert!(progress.refused_offers >= 1 && progress.replanned_items >= 1, "{progress:?}");
    assert!((2..=4).contains(&progress.passes), "{progress:?}");
    assert_eq!(progress.attempts, 2);
    assert_eq!(figures(&served, &near).await, (2, 0, 0, Some(0)), "never over-committed");
    for need in &needs[..2] {
        let referred = referrals(&served, need).await;
        assert_eq!(referred.iter().map(|one| one.resource.as_str()).collect::<Vec<_>>(), [there.as_str()]);
        assert_eq!(units(&served, need).await, (1, 0));
    }
    assert_eq!(referrals(&served, &withdrawn).await, []);
    assert_eq!(figures(&served, &far).await.0, 2);
    let refusals: Vec<String> = outcomes(&served, &round.name)
        .await
        .into_iter()
        .flat_map(|outcome| outcome.offers)
        .map(|offer| offer.refusal)
        .filter(|refusal| !refusal.is_empty())
        .collect();
    assert!(refusals.iter().all(|why| ["CAPACITY_EXHAUSTED", "ILLEGAL_STATE"].contains(&why.as_str())), "{refusals:?}");
}

#[tokio::test]
async fn of_a_bundle_all_is_offered_or_nothing_also_where_something_was_taken_after_the_plan() {
    let served = demo().await;
    let (near, here) = trunks(&served, NEAR, Some(3)).await;
    let (far, _) = trunks(&served, FAR, Some(2)).await;
    let home = v1::CreateHouseholdRequest { household: Some(v1::Household::default()), request_id: String::new() };
    let home = told(served.needs(HOTLINE).create_household(home).await).expect("created").household.expect("one").name;
    let of_household = || v1::Need { household: home.clone(), ..sharing(2) };
    let bundled = [submit(&served, of_household()).await.name, submit(&served, of_household()).await.name];
    let alone = submit(&served, wanting(1)).await.name;
    let rules = v1::RoundRules { bundling: v1::RoundBundling::Households.into(), ..rules() };
    let planned = run(&served, rules, true).await;
    assert_eq!(tally(&planned).served_units, 5, "all there is");
    // Then three are left, and the bundle needs four.
    let other = submit(&served, wanting(2)).await.name;
    offer(&served, HOTLINE, to(&other, &here)).await.expect("taken");

    let (served, round) = carried_out(served, &planned.name).await;
    assert_eq!([units(&served, &bundled[0]).await.0, units(&served, &bundled[1]).await.0], [0, 0]);
    assert_eq!(units(&served, &alone).await.0, 1);
    assert_eq!(figures(&served, &near).await.0 + figures(&served, &far).await.0, 2 + 1);
    let refusals = outcomes(&served, &round.name).await.into_iter().filter(|outcome| bundled.contains(&outcome.need));
    let refusals: Vec<_> = refusals.flat_map(|outcome| outcome.offers).map(|offer| offer.refusal).collect();
    assert!(refusals.len() >= 2 && refusals.iter().all(|why| why == "CAPACITY_EXHAUSTED"), "{refusals:?}");
}

#[tokio::test]
async fn a_commit_that_was_killed_goes_on_where_it_stood_and_offers_nothing_twice() {
    let served = demo().await;
    let (pool, _) = trunks(&served, NEAR, Some(2_000)).await;
    let mut needs = Vec::new();
    for _ in 0..600 {
        needs.push(submit(&served, wanting(1)).await.name);
    }
    let round = create(&served, OPERATOR, rules(), false).await.expect("taken").name;
    once(&served, &round, |round| round.state() == v1::RoundState::Committing || round.end_time.is_some()).await;
    let mut served = served;
    served.process.kill();
    let folder = served.process.into_folder();
    for output in ["stdout", "stderr"] {
        std::fs::remove_file(folder.path().join(output)).expect("outputs begin anew");
    }
    let served = Served::start_in(folder, &[], &[]).await;
    let round = rounds::ended(&served, &round).await;
    assert_eq!(round.state(), v1::RoundState::Committed, "{round:?}");
    let progress = round.progress.expect("told");
    assert_eq!((progress.made_offers, progress.refused_offers), (600, 0), "{progress:?}");
    assert_eq!(figures(&served, &pool).await, (600, 0, 0, Some(1_400)));
    for need in needs.iter().step_by(50) {
        assert_eq!(units(&served, need).await, (1, 0));
    }
}

#[tokio::test]
async fn a_round_that_was_interrupted_too_often_tells_how_many_of_its_offers_stand() {
    let served = demo().await;
    let (near, _) = trunks(&served, NEAR, Some(5)).await;
    submit(&served, wanting(1)).await;
    let round = run(&served, rules(), false).await;
    assert_eq!(round.state(), v1::RoundState::Committed, "{round:?}");
    let folder = stopped(served).await;
    // Whoever made the offer was stopped before the round counted it, and was the last who tried.
    let cut_off = "UPDATE rounds SET finished_at = NULL, state = 'committing', offered = 0, attempts = 5";
    change_store(folder.path().join("wishwell-data/wishwell.db"), cut_off).await;
    let served = Served::start_in(folder, &[], &[]).await;
    let round = ended(&served, &round.name).await;
    assert_eq!((round.state(), round.failure()), (v1::RoundState::Failed, v1::RoundFailure::Interrupted), "{round:?}");
    let progress = round.progress.expect("told");
    assert_eq!((progress.planned_offers, progress.made_offers, progress.refused_offers), (1, 1, 0), "{progress:?}");
    assert_eq!(figures(&served, &near).await.0, 1, "it stands");
}

#[tokio::test]
async fn what_was_refused_stays_refused_when_another_who_comes_late_asks_for_it_again() {
    let served = demo().await;
    let (near, here) = trunks(&served, NEAR, Some(1)).await;
    let need = submit(&served, wanting(1)).await.name;
    let planned = run(&served, rules(), true).await;
    let other = submit(&served, wanting(1)).await.name;
    offer(&served, HOTLINE, to(&other, &here)).await.expect("taken");
    let folder = stopped(served).await;
    let file = folder.path().join("wishwell-data/wishwell.db");
    let mut database = sqlx::SqliteConnection::connect(&format!("sqlite:{}", file.display())).await.expect("the store");
    let first_plan: String =
        sqlx::query_scalar("SELECT outcome FROM round_outcomes").fetch_one(&mut database).await.expect("one");
    database.close().await.expect("closed");
    let (served, round) = carried_out(Served::start_in(folder, &[], &[]).await, &planned.name).await;
    let progress = round.progress.expect("told");
    assert_eq!((progress.made_offers, progress.refused_offers), (0, 1), "{progress:?}");

    // There is room again. Somebody else has that plan in hand still, and comes to make its offer now.
    let request = v1::WithdrawNeedRequest { name: other, ..Default::default() };
    told(served.needs(HOTLINE).withdraw_need(request).await).expect("withdrawn");
    let folder = stopped(served).await;
    let mut database = sqlx::SqliteConnection::connect(&format!("sqlite:{}", file.display())).await.expect("the store");
    let kept = sqlx::query("UPDATE round_outcomes SET outcome = ?").bind(first_plan).execute(&mut database).await;
    assert_eq!(kept.expect("changed").rows_affected(), 1);
    database.close().await.expect("closed");
    let cut_off = "UPDATE rounds SET finished_at = NULL, state = 'committing', passes = 1 WHERE state = 'committed'";
    change_store(file, cut_off).await;
    let served = Served::start_in(folder, &[], &[]).await;
    let round = ended(&served, &planned.name).await;
    assert_eq!(round.state(), v1::RoundState::Committed, "{round:?}");
    let progress = round.progress.expect("told");
    // It is planned anew instead, and that plan is offered.
    assert_eq!((progress.made_offers, progress.refused_offers, progress.passes), (1, 1, 2), "{progress:?}");
    assert_eq!(units(&served, &need).await, (1, 0));
    assert_eq!(figures(&served, &near).await.0, 1);
}

#[tokio::test]
async fn a_plan_that_was_made_anew_is_offered_though_whoever_made_it_ended_before_the_round_knew_of_it() {
    let served = demo().await;
    let (near, _) = trunks(&served, NEAR, Some(5)).await;
    let need = submit(&served, wanting(1)).await.name;
    let planned = run(&served, rules(), true).await;
    let folder = stopped(served).await;
    let store = || folder.path().join("wishwell-data/wishwell.db");
    // The offer of the first plan was refused, and the second plan is kept.
    let anew = "UPDATE round_outcomes SET outcome = json_set(outcome, '$.pass', 2, '$.offers', json_array(json_object('pass', 1, \
                'resource', json_extract(outcome, '$.item.servings[0].resource'), 'quantity', 1, \
                'fate', json_object('refused', 'CAPACITY_EXHAUSTED'))))";
    change_store(store(), anew).await;
    let cut_off =
        "UPDATE rounds SET dry_run = 0, finished_at = NULL, state = 'committing', refused = 1 WHERE state = 'solved'";
    change_store(store(), cut_off).await;

    let served = Served::start_in(folder, &[], &[]).await;
    let round = ended(&served, &planned.name).await;
    assert_eq!(round.state(), v1::RoundState::Committed, "{round:?}");
    let progress = round.progress.expect("told");
    let offers = (progress.planned_offers, progress.made_offers, progress.refused_offers);
    assert_eq!((offers, progress.passes), ((2, 1, 1), 2), "{progress:?}");
    assert_eq!(units(&served, &need).await, (1, 0));
    assert_eq!(figures(&served, &near).await.0, 1);
}

#[tokio::test]
async fn what_waits_to_be_planned_anew_waits_still_when_whoever_took_it_up_has_ended_too() {
    let served = demo().await;
    trunks(&served, NEAR, Some(5)).await;
    let needs = [submit(&served, wanting(1)).await.name, submit(&served, wanting(1)).await.name];
    let planned = run(&served, rules(), true).await;
    let folder = stopped(served).await;
    let store = || folder.path().join("wishwell-data/wishwell.db");
    // Both offers of the first plan were refused. The second plan is kept of one of them, when whoever made it ended.
    for (set, ordinal) in [("json_set(outcome, '$.pass', 2)", 1), ("outcome", 2)] {
        let refused = "json_array(json_object('pass', 1, 'resource', json_extract(outcome, '$.item.servings[0].resource'), \
                       'quantity', 1, 'fate', json_object('refused', 'CAPACITY_EXHAUSTED')))";
        let anew = format!(
            "UPDATE round_outcomes SET outcome = json_set({set}, '$.offers', {refused}) WHERE ordinal = {ordinal}"
        );
        change_store(store(), &anew).await;
    }
    let cut_off =
        "UPDATE rounds SET dry_run = 0, finished_at = NULL, state = 'committing', refused = 2 WHERE state = 'solved'";
    change_store(store(), cut_off).await;
    // Whoever takes it up makes that one offer, and ends when it would keep the third plan: again and again.
    let mut database =
        sqlx::SqliteConnection::connect(&format!("sqlite:{}", store().display())).await.expect("the store");
    let ends = "CREATE TRIGGER ends BEFORE UPDATE ON round_outcomes WHEN json_extract(NEW.outcome, '$.pass') = 3 \
                BEGIN SELECT RAISE(ABORT, 'it ends here'); END";
    sqlx::query(ends).execute(&mut database).await.expect("made");
    database.close().await.expect("closed");

    let served = Served::start_in(folder, &[], &[]).await;
    let round = ended(&served, &planned.name).await;
    let (state, failure) = (round.state(), round.failure());
    let interrupted = (v1::RoundState::Failed, v1::RoundFailure::Interrupted);
    assert_eq!((state, failure), interrupted, "the other is not forgotten: {round:?}");
    let progress = round.progress.expect("told");
    assert_eq!((progress.made_offers, progress.refused_offers, progress.passes), (1, 2, 2), "{progress:?}");
    let mut given = 0;
    for need in &needs {
        given += units(&served, need).await.0;
    }
    assert_eq!(given, 1);
}

#[tokio::test]
async fn beside_claims_and_offers_a_round_never_gives_an_item_or_a_pool_more_than_there_is() {
    let served = demo().await;
    let (near, here) = trunks(&served, NEAR, Some(60)).await;
    let (far, there) = trunks(&served, FAR, Some(60)).await;
    let mut needs = Vec::new();
    for number in 0..80 {
        let need = if number % 2 == 0 { wishing(2, "a trunk") } else { sharing(2) };
        needs.push(submit(&served, need).await);
    }
    let round = create(&served, OPERATOR, rules(), false).await.expect("taken").name;
    let offering = async {
        let mut made = 0;
        for need in &needs {
            let one = v1::ReferralOffer { quantity: Some(1), ..to(&need.name, &there) };
            made += usize::from(offer(&served, HOTLINE, one).await.is_ok());
        }
        made
    };
    let claiming = async {
        let mut claimed = 0;
        let wishes = v1::ListWishesRequest { page_size: 1_000, ..v1::ListWishesRequest::default() };
        let wishes = told(served.referrals(PARTNER).list_wishes(wishes).await).expect("listed").items;
        for item in wishes {
            let request = v1::ClaimWishRequest {
                wish: item.wish,
                item_ordinal: item.item_ordinal,
                resource: here.clone(),
                quantity: Some(1),
                request_id: request_id(),
                ..v1::ClaimWishRequest::default()
            };
            claimed += usize::from(told(served.referrals(PARTNER).claim_wish(request).await).is_ok());
        }
        claimed
    };
    let (round, made, claimed) = tokio::join!(ended(&served, &round), offering, claiming);
    assert_eq!(round.state(), v1::RoundState::Committed, "{round:?}");
    let mut referred = 0;
    for need in &needs {
        let stored = stored_need(&served, &need.name).await;
        let units = stored.items[0].referred_units + stored.items[0].served_units;
        assert!(units <= 2, "{stored:?}");
        referred += units;
    }
    let mut held = 0;
    for pool in [&near, &far] {
        let (pending, committed, consumed, remaining) = figures(&served, pool).await;
        assert!(remaining.is_some_and(|left| left >= 0), "{pool}");
        held += pending + committed + consumed;
    }
    assert_eq!(held, referred);
    assert_eq!(held, 120, "what could be given was given: {made} offered, {claimed} claimed beside the round");
}
