//! Between rounds, single needs are decided by what was scarce in the last one: what others can serve as well does not take it, and
//! what others need as much waits.

use std::path::Path;
use std::time::Duration;

use sqlx::Connection as _;
use wishwell_api::v1;
use wishwell_scenarios::Served;
use wishwell_scenarios::referring::{
    FAR, HOTLINE, NEAR, OPERATOR, auto_refer, category, demo, offer, referrals, submit, to, wanting,
};
use wishwell_scenarios::rounds::{Scarce, about_everything, run};
use wishwell_scenarios::told::{refused, told};
use wishwell_test_support::process;

const PATIENCE: Duration = Duration::from_secs(60);

async fn found(served: &Served, need: &str) -> v1::FindResourcesResponse {
    let request = v1::FindResourcesRequest { need: need.to_owned(), ..v1::FindResourcesRequest::default() };
    told(served.matching(HOTLINE).find_resources(request).await).expect("found")
}

/// The candidates, best first, with what the term of scarcity gave each.
fn ranked(answer: &v1::FindResourcesResponse) -> Vec<(String, i32)> {
    let term = answer.score_weights.iter().position(|weight| weight.term() == v1::ScoreTerm::Scarcity).expect("told");
    let candidate = |one: &v1::Candidate| (one.resource.as_ref().expect("one").name.clone(), one.term_values[term]);
    answer.items[0].candidates.iter().map(candidate).collect()
}

fn say(folder: &Path, arguments: &[&str]) -> (bool, String) {
    let mut command = process::command();
    let output = command.env_clear().current_dir(folder).args(arguments).output().expect("it runs");
    let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    (output.status.success(), said)
}

/// Stops a server and starts it again, having changed something in its store.
async fn again(mut served: Served, change: Option<&str>) -> Served {
    served.process.terminate();
    assert!(served.process.wait_until_ended(PATIENCE).await.success());
    let folder = served.process.into_folder();
    if let Some(change) = change {
        let file = folder.path().join("wishwell-data").join("wishwell.db");
        let mut store =
            sqlx::SqliteConnection::connect(&format!("sqlite:{}", file.display())).await.expect("the store");
        let changed = sqlx::query(sqlx::AssertSqlSafe(change.to_owned())).execute(&mut store).await.expect("changed");
        assert!(changed.rows_affected() > 0, "{change}");
        store.close().await.expect("closed");
    }
    Served::start_in(folder, &[], &[]).await
}

#[tokio::test]
async fn what_others_can_serve_does_not_take_what_is_scarce_and_the_answer_says_why() {
    let served = demo().await;
    let scarce = Scarce::found(&served, OPERATOR, [NEAR, FAR]).await;
    let need = submit(&served, wanting(1)).await.name;
    let before = found(&served, &need).await;
    assert_eq!((before.prices.as_str(), before.engine_version.ends_with(".1")), ("", true));
    assert_eq!(ranked(&before), [(scarce.safe.clone(), 20_000), (scarce.plain.clone(), 20_000)], "the nearest");

    // Neither what would be nor what is about some says what is scarce.
    run(&served, about_everything(), true).await;
    let scope = v1::RoundScope { group_tags: vec![v1::GroupTag::Elderly.into()], ..v1::RoundScope::default() };
    run(&served, v1::RoundRules { scope: Some(scope), ..about_everything() }, false).await;
    assert_eq!(found(&served, &need).await.prices, "");

    let round = run(&served, about_everything(), false).await;
    assert_eq!(round.state(), v1::RoundState::Committed, "{round:?}");
    scarce.one_more(&served).await;
    let need = submit(&served, wanting(1)).await.name;
    let after = found(&served, &need).await;
    assert_eq!((&after.prices, after.engine_version.ends_with(".2")), (&round.name, true));
    assert_eq!(ranked(&after), [(scarce.plain.clone(), 120_000), (scarce.safe.clone(), 0)], "others need the nearest");
    let given = auto_refer(&served, &need).await.expect("offered");
    assert_eq!(given.resource, scarce.plain);
    let decision = given.decision.expect("told");
    assert_eq!((decision.prices, decision.rank), (round.name, Some(1)));
}

#[tokio::test]
async fn what_others_need_as_much_waits_for_the_next_round_and_an_emergency_for_nothing() {
    let served = demo().await;
    let scarce = Scarce::found(&served, OPERATOR, [NEAR, FAR]).await;
    run(&served, about_everything(), false).await;
    scarce.one_more(&served).await;
    let normal = submit(&served, Scarce::wanting(v1::Urgency::Normal)).await.name;
    assert_eq!(ranked(&found(&served, &normal).await), [(scarce.safe.clone(), 0)], "it fits, and is told so");
    refused("others wait more urgently", auto_refer(&served, &normal).await, "LEFT_TO_NEXT_ROUND", "");
    assert!(referrals(&served, &normal).await.is_empty());

    // The next round gives it to one of those who wait.
    let round = run(&served, about_everything(), false).await;
    assert!(referrals(&served, &normal).await.is_empty());
    let mut given = 0;
    for need in &scarce.waiting {
        given += referrals(&served, need).await.len();
    }
    assert_eq!(given, 2, "one by each round: {round:?}");

    let request = v1::SetCapacityRequest { name: scarce.pool.clone(), total: Some(3), ..Default::default() };
    told(served.catalog(OPERATOR).set_capacity(request).await).expect("set");
    // Who chooses knows better; and nobody is ahead of an emergency.
    let emergency = submit(&served, Scarce::wanting(v1::Urgency::Emergency)).await.name;
    assert_eq!(auto_refer(&served, &emergency).await.expect("offered at once").resource, scarce.safe);
    let request = v1::SetCapacityRequest { name: scarce.pool.clone(), total: Some(4), ..Default::default() };
    told(served.catalog(OPERATOR).set_capacity(request).await).expect("set");
    offer(&served, HOTLINE, to(&normal, &scarce.safe)).await.expect("chosen");
}

#[tokio::test]
async fn whoever_switches_it_off_has_the_usual_ranking() {
    let served = Served::start(&["--look-ahead=false"], &[]).await;
    category(&served, OPERATOR).await;
    let scarce = Scarce::found(&served, OPERATOR, [NEAR, FAR]).await;
    run(&served, about_everything(), false).await;
    scarce.one_more(&served).await;
    let need = submit(&served, wanting(1)).await.name;
    let answer = found(&served, &need).await;
    assert_eq!((answer.prices.as_str(), answer.engine_version.ends_with(".1")), ("", true));
    assert_eq!(ranked(&answer), [(scarce.safe.clone(), 20_000), (scarce.plain.clone(), 20_000)]);
    let normal = submit(&served, Scarce::wanting(v1::Urgency::Normal)).await.name;
    let given = auto_refer(&served, &normal).await.expect("offered");
    assert_eq!((given.resource, given.decision.expect("told").prices), (scarce.safe, String::new()));
}

#[tokio::test]
async fn prices_outlive_the_process_and_a_decision_by_them_comes_out_again() {
    let served = demo().await;
    let scarce = Scarce::found(&served, OPERATOR, [NEAR, FAR]).await;
    let round = run(&served, about_everything(), false).await.name;
    scarce.one_more(&served).await;
    let need = submit(&served, wanting(1)).await.name;
    let asked = found(&served, &need).await;

    let served = again(served, None).await;
    let request = v1::FindResourcesRequest {
        need: need.clone(),
        evaluation_time: asked.evaluation_time,
        ..v1::FindResourcesRequest::default()
    };
    let answer = told(served.matching(HOTLINE).find_resources(request).await).expect("found");
    // What was asked before may not have seen the last entries of the log; after a start all are seen.
    assert!(answer.log_position >= asked.log_position);
    let answer = v1::FindResourcesResponse { log_position: asked.log_position, ..answer };
    assert_eq!(answer, asked, "the same after a start");
    let automatic = auto_refer(&served, &need).await.expect("offered").name;
    let chosen = submit(&served, Scarce::wanting(v1::Urgency::Normal)).await.name;
    let chosen = offer(&served, HOTLINE, to(&chosen, &scarce.safe)).await.expect("offered").name;
    for referral in [&automatic, &chosen] {
        let (content, said) = say(served.process.folder(), &["replay", referral]);
        assert!(content && said.contains(&format!("prices of {round}")) && said.ends_with("identical\n"), "{said}");
    }
    let (content, said) = say(served.process.folder(), &["rebuild"]);
    assert!(content, "{said}");

    // Results are kept of newer rounds only.
    let served = again(served, Some("DELETE FROM round_reports")).await;
    for referral in [&automatic, &chosen] {
        let (content, said) = say(served.process.folder(), &["replay", referral]);
        let why = format!("the prices it was decided by are not kept any more: those of {round}");
        assert!(!content && said.contains(&why), "{said}");
    }
    assert_eq!(found(&served, &need).await.prices, "");
}

#[tokio::test]
async fn prices_are_not_looked_at_long_after_their_round() {
    let served = demo().await;
    let scarce = Scarce::found(&served, OPERATOR, [NEAR, FAR]).await;
    let round = run(&served, about_everything(), false).await;
    scarce.one_more(&served).await;
    let need = submit(&served, wanting(1)).await.name;
    let ended = round.end_time.expect("it has ended").seconds;
    let prices = async |days: i64| {
        let at = prost_types::Timestamp { seconds: ended + days * 86_400, nanos: 0 };
        let request = v1::FindResourcesRequest {
            need: need.clone(),
            evaluation_time: Some(at),
            ..v1::FindResourcesRequest::default()
        };
        told(served.matching(HOTLINE).find_resources(request).await).expect("found").prices
    };
    assert_eq!((prices(13).await, prices(15).await), (round.name.clone(), String::new()));
}
