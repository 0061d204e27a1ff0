//! What is kept of decisions and events is enough to make both again: `replay`, `rebuild` and `verify` over a store in which much
//! has happened, and what each says when somebody has changed something behind the program's back.

use std::path::Path;
use std::time::Duration;

use sqlx::Connection as _;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use wishwell_api::v1;
use wishwell_scenarios::referring::{
    CASE_WORKER, FAR, HOTLINE, NEAR, OPERATOR, PARTNER, Step, auto_refer, demo, draw, following, offer, pool,
    referrals, resource, sharing, stock, submit, to, trunk, trunks, wanting, weekly, wishing,
};
use wishwell_scenarios::rounds::{rules, run};
use wishwell_scenarios::told::{mask, quantity, text, told};
use wishwell_scenarios::{Served, external};
use wishwell_test_support::process;

const PATIENCE: Duration = Duration::from_secs(60);

/// What a command says of the store in a folder, and whether it is content.
fn say(folder: &Path, arguments: &[&str]) -> (bool, String) {
    let mut command = process::command();
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("WISHWELL_")) {
        command.env_remove(name);
    }
    let output = command.args(arguments).current_dir(folder).output().expect("the binary starts");
    let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    (output.status.success(), said)
}

/// Referrals of every origin, some of which came to nothing, were taken in part or went to their end.
async fn mixed_run(served: &Served) -> Vec<String> {
    let (near_pool, near) = trunks(served, NEAR, Some(9)).await;
    let far_pool = pool(served, stock(FAR, Some(9))).await;
    let far = resource(served, trunk(FAR, vec![draw(&far_pool, 1)], 38.45)).await;
    // Asked the best, declined, and asked the next by itself.
    let chained = submit(served, wanting(2)).await.name;
    let first = auto_refer(served, &chained).await.expect("offered").name;
    Step::Decline.take(served, PARTNER, &first).await.expect("declined");
    let second = following(served, &chained, &first).await.name;
    for step in [Step::Accept(None), Step::Start, Step::Deliver(None), Step::Confirm(Some(4))] {
        step.take(served, CASE_WORKER, &second).await.expect("a step");
    }
    // Somebody whose facts count, chosen and taken in part.
    let person = v1::Beneficiary {
        external: Some(external("test", "ma")),
        facts: vec![v1::Fact { key: "age_years".to_owned(), int_value: Some(71), ..v1::Fact::default() }],
        personal: Some(v1::PersonalData { name: "示例甲".to_owned(), ..v1::PersonalData::default() }),
        residence_division: "640104".to_owned(),
        ..v1::Beneficiary::default()
    };
    let request = v1::CreateBeneficiaryRequest { beneficiary: Some(person), request_id: String::new() };
    let person = told(served.needs(HOTLINE).create_beneficiary(request).await).expect("created").beneficiary.unwrap();
    let hers = submit(served, v1::Need { beneficiary: person.name, ..sharing(5) }).await.name;
    let part = offer(served, HOTLINE, v1::ReferralOffer { quantity: Some(3), ..to(&hers, &near) }).await.expect("part");
    Step::Accept(Some(2)).take(served, PARTNER, &part.name).await.expect("accepted in part");
    let rest = offer(served, HOTLINE, to(&hers, &far)).await.expect("the rest");
    Step::Withdraw.take(served, HOTLINE, &rest.name).await.expect("withdrawn");
    // Wishes: one claimed, one pledged.
    let (claimed, pledged) =
        (submit(served, wishing(2, "a trunk")).await.name, submit(served, wishing(1, "one")).await.name);
    let listed = told(served.referrals(PARTNER).list_wishes(v1::ListWishesRequest::default()).await).expect("listed");
    let wish = |title: &str| {
        let item = listed.items.iter().find(|item| item.title == title).expect("listed");
        v1::ClaimWishRequest { wish: item.wish.clone(), item_ordinal: 1, ..Default::default() }
    };
    let claim = v1::ClaimWishRequest { resource: near.clone(), ..wish("a trunk") };
    told(served.referrals(PARTNER).claim_wish(claim).await).expect("claimed");
    let pledge = v1::Pledge {
        title: text("ours"),
        content: "a trunk".to_owned(),
        responsible_party: "the shop".to_owned(),
        service_standard: "within a week".to_owned(),
    };
    told(served.referrals(PARTNER).claim_wish(v1::ClaimWishRequest { pledge: Some(pledge), ..wish("one") }).await)
        .expect("pledged");
    // Visits that recur, taken in part, the rest by the next.
    let mut visits = sharing(1);
    visits.items[0].quantity = quantity(1, "visit");
    visits.items[0].recurrence = Some(v1::Recurrence { every: v1::RecurrencePeriod::Week.into(), occurrences: 6 });
    let visits = submit(served, visits).await.name;
    let mut made = vec![first, second, part.name, rest.name];
    for organization in [NEAR, FAR] {
        let weeks = pool(served, weekly(organization, 1)).await;
        let visit = v1::Resource { unit: "visit".to_owned(), ..trunk(organization, vec![draw(&weeks, 1)], 38.42) };
        let visit = resource(served, visit).await;
        let offered = offer(served, HOTLINE, to(&visits, &visit)).await.expect("offered").name;
        Step::Accept(Some(2)).take(served, CASE_WORKER, &offered).await.expect("accepted in part");
        made.push(offered);
    }
    for need in [&claimed, &pledged] {
        made.extend(referrals(served, need).await.into_iter().map(|referral| referral.name));
    }
    move_on(served, &near, &near_pool).await;
    made
}

/// The catalogue moves on: a resource moves away and is paused, its pool has other figures, and a need has another place.
async fn move_on(served: &Served, near: &str, near_pool: &str) {
    let get = v1::GetResourceRequest { name: near.to_owned(), ..Default::default() };
    let stored = told(served.catalog(OPERATOR).get_resource(get).await).expect("there").resource.expect("one");
    let moved = v1::Resource {
        place: wishwell_scenarios::told::point(38.9, 106.9),
        lifecycle: v1::ResourceLifecycle::Paused.into(),
        ..stored
    };
    let update = v1::UpdateResourceRequest {
        name: near.to_owned(),
        resource: Some(moved),
        update_mask: mask(&["place", "lifecycle"]),
        ..Default::default()
    };
    told(served.catalog(OPERATOR).update_resource(update).await).expect("moved");
    let set = v1::SetCapacityRequest { name: near_pool.to_owned(), total: Some(500), ..Default::default() };
    told(served.catalog(OPERATOR).set_capacity(set).await).expect("more");
}

#[tokio::test]
async fn every_decision_comes_out_again_after_the_catalogue_has_moved_on_and_the_tables_follow_from_the_log() {
    let mut served = demo().await;
    let made = mixed_run(&served).await;
    assert_eq!(made.len(), 8);
    // While the server runs, and after it.
    for running in [true, false] {
        if !running {
            served.process.terminate();
            assert!(served.process.wait_until_ended(PATIENCE).await.success());
        }
        let folder = served.process.folder();
        let mut pledged = 0;
        for referral in &made {
            let (content, said) = say(folder, &["replay", referral]);
            assert!(content, "{said}");
            pledged += usize::from(said.contains("somebody pledged it"));
            assert!(said.ends_with("identical\n") || said.contains("somebody pledged it"), "{referral}: {said}");
        }
        assert_eq!(pledged, 1);
        let (content, said) = say(folder, &["rebuild"]);
        assert!(content && said.contains("make the same tables"), "{said}");
        let (content, said) = say(folder, &["verify"]);
        assert!(content && said.contains("everything adds up"), "{said}");
    }
}

/// Changes something in the store of a folder.
async fn plant(folder: &Path, change: &str) {
    let options = SqliteConnectOptions::new().filename(folder.join("wishwell-data/wishwell.db")).foreign_keys(false);
    let mut connection = SqliteConnection::connect_with(&options).await.expect("the store opens");
    let changed = sqlx::query(sqlx::AssertSqlSafe(change.to_owned())).execute(&mut connection).await.expect("changed");
    assert!(changed.rows_affected() > 0, "{change}");
    connection.close().await.expect("closed");
}

fn blob(name: &str) -> String {
    let id = name.split_once('/').expect("a name").1;
    format!("x'{}'", id.replace('-', ""))
}

#[tokio::test]
async fn what_was_changed_behind_the_programs_back_is_shown() {
    let mut served = demo().await;
    let (_, near) = trunks(&served, NEAR, Some(9)).await;
    let need = submit(&served, wanting(2)).await.name;
    let chosen = offer(&served, HOTLINE, to(&need, &near)).await.expect("offered").name;
    served.process.terminate();
    assert!(served.process.wait_until_ended(PATIENCE).await.success());
    let folder = served.process.folder();
    let (referral, need_id) = (blob(&chosen), blob(&need));

    // A score that was not what the engine said.
    let score = |by: i64| {
        format!(
            "UPDATE referrals SET decision = json_set(decision, '$.score', json_extract(decision, '$.score') + {by}, \
             '$.terms[0]', json_extract(decision, '$.terms[0]') + {by}) WHERE id = {referral}"
        )
    };
    plant(folder, &score(7)).await;
    let (content, said) = say(folder, &["replay", &chosen]);
    assert!(!content && said.contains("recorded") && said.contains("was recorded,"), "{said}");
    assert!(said.contains("the decision does not come out again"), "{said}");
    let (content, said) = say(folder, &["rebuild"]);
    assert!(!content && said.contains(&format!("{chosen} differs")), "{said}");
    plant(folder, &score(-7)).await;
    assert!(say(folder, &["replay", &chosen]).0 && say(folder, &["rebuild"]).0);

    // Another engine's decision is no defect, and is not called one.
    let engine = |version: &str| {
        format!(
            "UPDATE referrals SET decision = json_set(decision, '$.engine_version', '{version}') WHERE id = {referral}"
        )
    };
    plant(folder, &engine("0.9")).await;
    let (content, said) = say(folder, &["replay", &chosen]);
    assert!(content && said.contains("engine 0.9: ") && said.contains("identical, by engine "), "{said}");
    plant(folder, &score(7)).await;
    let (content, said) = say(folder, &["replay", &chosen]);
    assert!(!content && said.contains("engine 0.9 decided it"), "{said}");
    plant(folder, &score(-7)).await;
    plant(
        folder,
        &format!(
            "UPDATE referrals SET decision = (SELECT json_extract(entry.value, '$[1].whole.after.decision') \
             FROM events, json_each(events.payload) AS entry WHERE events.kind = 'moves' \
             AND 'referrals/' || json_extract(entry.value, '$[1].whole.after.id') = '{chosen}') WHERE id = {referral}"
        ),
    )
    .await;
    assert!(say(folder, &["replay", &chosen]).0);

    // An event that tells of another world: the place from which the help would have come.
    plant(folder, &format!("UPDATE events SET payload = json_set(payload, '$.after.place.latitude_e7', 389000000) WHERE subject = '{near}'")).await;
    let (content, said) = say(folder, &["replay", &chosen]);
    assert!(!content && said.contains("Distance"), "{said}");
    let (content, said) = say(folder, &["rebuild"]);
    assert!(!content && said.contains(&format!("{near} differs")), "{said}");

    // A movement at another time than was logged: its sums are right.
    plant(folder, &format!("UPDATE ledger_movements SET at = at + 1 WHERE referral_id = {referral}")).await;
    let (content, said) = say(folder, &["rebuild"]);
    assert!(!content && said.contains(&format!("what {chosen} moved differs")), "{said}");
    let (content, said) = say(folder, &["verify"]);
    assert!(content, "{said}");

    // A need that is served in the table only, and a figure that is no sum.
    plant(folder, &format!("UPDATE needs SET state = 'served' WHERE id = {need_id}")).await;
    let (_, said) = say(folder, &["rebuild"]);
    assert!(said.contains(&format!("{need} differs")), "{said}");
    plant(folder, &format!("UPDATE need_items SET referred = referred - 1 WHERE need_id = {need_id}")).await;
    let (content, said) = say(folder, &["verify"]);
    assert!(!content && said.contains("NOT everything adds up") && said.contains(&need), "{said}");
}

#[tokio::test]
async fn a_decision_upon_facts_that_were_erased_says_so() {
    let served = demo().await;
    let person = v1::Beneficiary {
        personal: Some(v1::PersonalData { name: "示例甲".to_owned(), ..v1::PersonalData::default() }),
        residence_division: "640104".to_owned(),
        ..v1::Beneficiary::default()
    };
    let request = v1::CreateBeneficiaryRequest { beneficiary: Some(person), request_id: String::new() };
    let person = told(served.needs(HOTLINE).create_beneficiary(request).await).expect("created").beneficiary.unwrap();
    let fact = v1::Fact { key: "age_years".to_owned(), int_value: Some(71), ..v1::Fact::default() };
    let of =
        |beneficiary: &str| v1::Need { beneficiary: beneficiary.to_owned(), facts: vec![fact.clone()], ..wanting(1) };
    let trunks = pool(&served, stock(NEAR, Some(9))).await;
    let mut elderly = trunk(NEAR, vec![draw(&trunks, 1)], 38.41);
    elderly.eligibility =
        Some(v1::Eligibility { expression: "age_years >= 70".to_owned(), statement: text("the elderly") });
    let elderly = resource(&served, elderly).await;
    let needs = [submit(&served, of(&person.name)).await.name, submit(&served, of("")).await.name];
    let folder = served.process.folder();
    let mut decided = Vec::new();
    for need in &needs {
        let referral = offer(&served, HOTLINE, to(need, &elderly)).await.expect("offered").name;
        Step::Withdraw.take(&served, HOTLINE, &referral).await.expect("withdrawn");
        assert!(say(folder, &["replay", &referral]).1.ends_with("identical\n"));
        decided.push(referral);
    }
    let round = run(&served, rules(), true).await.name;
    assert!(say(folder, &["replay", &round]).1.ends_with("identical\n"));
    let erase = v1::EraseBeneficiaryRequest { name: person.name, ..Default::default() };
    told(served.needs(HOTLINE).erase_beneficiary(erase).await).expect("erased");
    let erase = v1::EraseNeedRequest { name: needs[1].clone(), ..Default::default() };
    told(served.needs(HOTLINE).erase_need(erase).await).expect("erased");
    for referral in &decided {
        let (content, said) = say(folder, &["replay", referral]);
        assert!(!content && said.contains("the need or its beneficiary was erased"), "{said}");
        assert!(said.contains("score and terms were taken out") && !said.contains("no candidate"), "{said}");
    }
    let (content, said) = say(folder, &["replay", &round]);
    assert!(!content && said.contains("are gone: somebody, or a need, was erased"), "{said}");
    let otherwise = |need: &String| said.contains(&format!("  {need}, item 1: comes out otherwise"));
    assert!(needs.iter().any(otherwise), "{said}");
    assert!(say(folder, &["rebuild"]).0, "erased fields stay erased in both");
    assert!(say(folder, &["verify"]).0);
}
