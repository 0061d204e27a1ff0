//! Stores that are restored from a backup, under those who follow their logs: nobody takes the log that is there for the one that was.

use std::collections::BTreeSet;
use std::ops::Range;
use std::path::Path;
use std::time::{Duration, Instant};

use tempfile::TempDir;
use tonic::{Code, Status, Streaming};
use wishwell_api::v1;
use wishwell_scenarios::Served;
use wishwell_scenarios::catalogue::{self, organization};
use wishwell_scenarios::deployment::{self, CALLERS};
use wishwell_scenarios::referring::PATIENCE;
use wishwell_scenarios::told::{metadata, reason, refused, text, told};
use wishwell_test_support::postgres::TestDatabase;

/// How long a server may take to end, or to be back.
const DRAIN: Duration = Duration::from_secs(20);

/// How far the log was read, and its mark there; empty where nobody knows it.
type Place = (i64, String);
type Watch = Streaming<v1::WatchEventsResponse>;

async fn watch(served: &Served, key: &'static str, place: &Place) -> Result<Watch, Status> {
    let (after_position, after_mark) = place.clone();
    let request = v1::WatchEventsRequest { after_position, after_mark, ..Default::default() };
    told(served.referrals(key).watch_events(request).await)
}

async fn next(watch: &mut Watch) -> Result<v1::WatchEventsResponse, Status> {
    let answer = tokio::time::timeout(PATIENCE, watch.message()).await.expect("something within twenty seconds");
    answer.map(|answer| answer.expect("no end without a reason"))
}

/// Where the log is.
async fn end(served: &Served, key: &'static str) -> Place {
    let mut watch = watch(served, key, &(-1, String::new())).await.expect("watched");
    let first = next(&mut watch).await.expect("no refusal");
    assert!(!first.log_mark.is_empty(), "{first:?}");
    (first.log_position, first.log_mark)
}

async fn stopped(mut served: Served) -> TempDir {
    served.process.terminate();
    assert!(served.process.wait_until_ended(DRAIN).await.success());
    served.process.into_folder()
}

/// Makes the store in one folder what it is in another.
fn copy(from: &Path, to: &Path) {
    for file in ["wishwell.db", "wishwell.db-wal", "wishwell.db-shm"] {
        let _ = std::fs::remove_file(to.join(file));
        if from.join(file).exists() {
            std::fs::copy(from.join(file), to.join(file)).expect("copied");
        }
    }
}

const OPERATOR: &str = catalogue::OPERATOR;
const OPERATORS: (&str, &str) = ("authorization", "Bearer demo-operator");
const EVENTS: (&str, &str) = ("accept", "text/event-stream");

async fn organizations(served: &Served, numbers: Range<u32>) {
    for number in numbers {
        let organization = organization(&format!("restored-{number}"));
        catalogue::Operator(served).create_organization(organization).await.expect("created");
    }
}

/// Whoever has come to a place goes on from there, over gRPC and as a browser that comes back.
async fn assert_goes_on(served: &Served, place: &Place) {
    let mut watch = watch(served, OPERATOR, place).await.expect("watched");
    let first = next(&mut watch).await.expect("no refusal");
    assert!(
        first.log_position >= place.0 && first.events.iter().all(|event| event.log_position > place.0),
        "{first:?}"
    );
    let id = format!("{}-{}", place.0, place.1);
    let headers = [OPERATORS, EVENTS, ("last-event-id", id.as_str())];
    let mut stream = served.web().open("GET", "/v1/events:watch", &headers, b"").await;
    assert_eq!(stream.head.status, 200, "{:?}", stream.head);
    let event = stream.event(PATIENCE).await.expect("an event");
    let id = event.lines().find_map(|line| line.strip_prefix("id: ")).expect("an id");
    let (position, mark) = id.split_once('-').expect("a position and a mark");
    assert!(position.parse::<i64>().expect("a position") >= place.0 && !mark.is_empty(), "{event}");
}

/// Whoever has come to a place is told that this is another log.
async fn assert_is_gone(served: &Served, place: &Place) {
    let status = refused("what is gone", watch(served, OPERATOR, place).await, "LOG_REPLACED", "");
    assert_eq!((status.code(), metadata(&status, "log_position")), (Code::Aborted, place.0.to_string()));
    let id = format!("{}-{}", place.0, place.1);
    let headers = [OPERATORS, EVENTS, ("last-event-id", id.as_str())];
    let answer = served.web().ask("GET", "/v1/events:watch", &headers, b"").await;
    assert_eq!((answer.status, answer.reason().as_str()), (409, "LOG_REPLACED"));
}

#[tokio::test]
async fn whoever_followed_what_is_gone_is_told_so_and_whoever_had_not_come_that_far_goes_on() {
    let served = Served::demo().await;
    organizations(&served, 0..2).await;
    let kept = end(&served, OPERATOR).await;
    let folder = stopped(served).await;
    let backup = tempfile::tempdir().expect("a scratch folder");
    copy(&folder.path().join("wishwell-data"), backup.path());
    let served = Served::start_in(folder, &[], &[]).await;
    organizations(&served, 2..4).await;
    let lost = end(&served, OPERATOR).await;
    for place in [&kept, &lost] {
        assert_goes_on(&served, place).await;
    }
    let folder = stopped(served).await;
    copy(backup.path(), &folder.path().join("wishwell-data"));
    let served = Served::start_in(folder, &[], &[]).await;
    assert_is_gone(&served, &lost).await;
    assert_goes_on(&served, &kept).await;
    // The positions are given again.
    organizations(&served, 10..20).await;
    let now = end(&served, OPERATOR).await;
    assert!(now.0 > lost.0, "{now:?} {lost:?}");
    assert_is_gone(&served, &lost).await;
    let mut by_position_alone = watch(&served, OPERATOR, &(lost.0, String::new())).await.expect("as it is");
    next(&mut by_position_alone).await.expect("no refusal");
    assert_goes_on(&served, &kept).await;
    let mut watch = watch(&served, OPERATOR, &kept).await.expect("watched");
    let (mut reached, mut made) = (kept.0, 0);
    while reached < now.0 {
        let batch = next(&mut watch).await.expect("no refusal");
        reached = batch.log_position;
        made += batch.events.iter().filter(|event| event.kind() == v1::EventKind::Organization).count();
    }
    assert_eq!(made, 10, "everything since the backup, and nothing that is gone");
}

#[tokio::test]
async fn a_mark_is_of_one_position_and_nobody_elses() {
    let served = Served::demo().await;
    let (position, mark) = end(&served, OPERATOR).await;
    assert_goes_on(&served, &(position, mark.clone())).await;
    for wrong in
        [(position - 1, mark.clone()), (position + 1_000_000, mark.clone()), (0, mark.clone()), (position, "x".into())]
    {
        assert_is_gone(&served, &wrong).await;
    }
    let too_long = watch(&served, OPERATOR, &(position, "x".repeat(65))).await;
    refused("no mark", too_long, "INVALID_FIELDS", "after_mark");
}

/// Puts a category, as soon as the database is back; answers the position of the log that was reached.
async fn put(served: &Served, code: &str) -> i64 {
    let category = v1::Category { code: code.to_owned(), title: text(code), ..v1::Category::default() };
    let request = v1::BatchUpsertCategoriesRequest { categories: vec![category], request_id: String::new() };
    let started = Instant::now();
    loop {
        match told(served.catalog(deployment::OPERATOR).batch_upsert_categories(request.clone()).await) {
            Ok(answer) => return answer.log_position,
            Err(status) if status.code() == Code::Unavailable && started.elapsed() < DRAIN => {}
            Err(status) => panic!("{status:?}\n{}", served.process.output()),
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// The categories in a replica's picture.
async fn listed(served: &Served, min_position: i64) -> Result<BTreeSet<String>, Status> {
    let request = v1::ListCategoriesRequest { min_position, page_size: 1_000, ..Default::default() };
    let answer = told(served.catalog(deployment::OPERATOR).list_categories(request).await)?;
    Ok(answer.categories.into_iter().map(|category| category.code).collect())
}

/// Waits until a replica's picture has these categories and no others; nothing but that it is not there yet may be answered before.
async fn comes_to_list(served: &Served, expected: &[&str]) {
    let expected: BTreeSet<String> = expected.iter().map(|code| (*code).to_owned()).collect();
    let started = Instant::now();
    loop {
        let found = listed(served, 0).await;
        if found.as_ref().is_ok_and(|found| *found == expected) {
            return;
        }
        assert!(started.elapsed() < DRAIN, "{found:?} instead of {expected:?}\n{}", served.process.output());
        if let Err(status) = found {
            assert_eq!(status.code(), Code::Unavailable, "{status:?}");
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// A replica on a database, one category in it, and a backup; then one that is lost, and a watch that has seen it.
async fn about_to_be_restored(database: &TestDatabase) -> (Served, TestDatabase, Place, Watch) {
    let mut served = deployment::serve(deployment::folder(CALLERS), database.url(), &[]).await;
    put(&served, "kept").await;
    let backup = database.back_up().await;
    comes_to_list(&served, &["kept"]).await;
    served.process.wait_until_serving(served.address, DRAIN).await;
    put(&served, "lost").await;
    comes_to_list(&served, &["kept", "lost"]).await;
    let lost = end(&served, deployment::OPERATOR).await;
    let mut watching = watch(&served, deployment::OPERATOR, &lost).await.expect("watched");
    next(&mut watching).await.expect("no refusal");
    (served, backup, lost, watching)
}

/// A watch is ended because the log is another one.
async fn ends(watching: &mut Watch) {
    let status = loop {
        if let Err(status) = next(watching).await {
            break status;
        }
    };
    assert_eq!((status.code(), reason(&status).as_str()), (Code::Aborted, "LOG_REPLACED"), "{status:?}");
}

#[tokio::test]
async fn a_replica_whose_database_is_restored_under_it_answers_by_what_is_there() {
    let database = TestDatabase::create().await;
    let (mut served, backup, lost, mut watching) = about_to_be_restored(&database).await;
    database.restore(&backup).await;
    ends(&mut watching).await;
    comes_to_list(&served, &["kept"]).await;
    served.process.wait_until_serving(served.address, DRAIN).await;
    let position = put(&served, "new").await;
    let found = listed(&served, position).await.expect("listed");
    assert_eq!(found, BTreeSet::from(["kept".to_owned(), "new".to_owned()]));
    assert!(position <= lost.0, "the position is given again");
    let answer = watch(&served, deployment::OPERATOR, &lost).await;
    refused("what is gone", answer, "LOG_REPLACED", "");
}

#[tokio::test]
async fn a_replica_that_sees_the_restored_log_only_when_it_has_come_further_notices_as_well() {
    let database = TestDatabase::create().await;
    let (served, backup, lost, mut watching) = about_to_be_restored(&database).await;
    served.process.freeze();
    database.restore(&backup).await;
    let other = deployment::serve(deployment::folder(CALLERS), database.url(), &[]).await;
    let mut position = 0;
    for code in ["one", "two", "three"] {
        position = put(&other, code).await;
    }
    assert!(position > lost.0, "{position} {lost:?}");
    served.process.thaw();
    ends(&mut watching).await;
    comes_to_list(&served, &["kept", "one", "two", "three"]).await;
    let place = end(&other, deployment::OPERATOR).await;
    let mut watching = watch(&served, deployment::OPERATOR, &place).await.expect("both replicas give the same marks");
    assert_eq!(next(&mut watching).await.expect("no refusal").log_mark, place.1);
}
