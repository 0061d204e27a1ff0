//! Deployments: one PostgreSQL, several replicas, hints by Redis, callers with keys of their own.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use tempfile::TempDir;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tonic::{Code, Request};
use wishwell_api::v1;
use wishwell_scenarios::deployment::{self, CALLERS, HOTLINE, OPERATOR};
use wishwell_scenarios::{Served, admin};
use wishwell_test_support::postgres::TestDatabase;
use wishwell_test_support::process::{Wishwell, is_serving};
use wishwell_test_support::redis::RedisServer;

const PATIENCE: Duration = Duration::from_secs(30);
/// Longest delay of a replica that hears no hint, as promised, and what a busy machine adds to the measurement.
const DELAY: Duration = Duration::from_secs(2);
const SLACK: Duration = Duration::from_secs(3);
/// What it usually is when Redis carries hints.
const TYPICAL_DELAY: Duration = Duration::from_millis(200);

async fn replica(database: &TestDatabase, redis: Option<&RedisServer>) -> Served {
    let url = redis.map(RedisServer::url);
    let more: Vec<&str> = url.iter().flat_map(|url| ["--redis-url", url.as_str()]).collect();
    deployment::serve(deployment::folder(CALLERS), database.url(), &more).await
}

fn category(code: &str) -> v1::BatchUpsertCategoriesRequest {
    let title = v1::LocalizedText { en: code.to_owned(), ..v1::LocalizedText::default() };
    let category = v1::Category {
        code: code.to_owned(),
        title: Some(title),
        default_unit: "item".to_owned(),
        ..v1::Category::default()
    };
    v1::BatchUpsertCategoriesRequest { categories: vec![category], ..v1::BatchUpsertCategoriesRequest::default() }
}

/// Writes a category; the log position of the write.
async fn write(served: &Served, code: &str) -> i64 {
    let answer = served.catalog(OPERATOR).batch_upsert_categories(category(code)).await.expect("taken");
    answer.into_inner().log_position
}

/// Whether a replica's snapshot knows a category: a question in it is refused otherwise.
async fn knows(served: &Served, code: &str, min_position: i64) -> bool {
    let item = v1::NeedItem {
        category: code.to_owned(),
        quantity: Some(v1::Quantity { value: 1, unit: "item".to_owned() }),
        ..v1::NeedItem::default()
    };
    let need = v1::Need {
        items: vec![item],
        urgency: v1::Urgency::Normal.into(),
        channel: v1::Channel::Hotline.into(),
        mobility: Some(v1::Mobility { remote: true, ..v1::Mobility::default() }),
        ..v1::Need::default()
    };
    let question =
        v1::FindResourcesRequest { inline_need: Some(need), min_position, ..v1::FindResourcesRequest::default() };
    match served.matching(HOTLINE).find_resources(question).await {
        Ok(_) => true,
        Err(status) if status.code() == Code::InvalidArgument => false,
        Err(status) => panic!("{status:?}"),
    }
}

/// Asks until the replica knows; how long it took.
async fn delay(served: &Served, code: &str) -> Duration {
    let written = Instant::now();
    while !knows(served, code, 0).await {
        assert!(written.elapsed() < PATIENCE, "{code} never came");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    written.elapsed()
}

#[tokio::test]
async fn a_write_on_one_replica_is_seen_on_the_other_with_redis_and_without() {
    let (database, mut redis) = (TestDatabase::create().await, RedisServer::start());
    // Both at once, on an empty database: each would make the tables.
    let (one, two) = tokio::join!(replica(&database, Some(&redis)), replica(&database, Some(&redis)));
    for number in 0..5 {
        let code = format!("replicas.by-position-{number}");
        let position = write(&one, &code).await;
        assert!(knows(&two, &code, position).await, "a read that names the position of the write sees it");
    }
    let mut delays = Vec::new();
    for number in 0..15 {
        let code = format!("replicas.by-hint-{number}");
        write(&two, &code).await;
        delays.push(delay(&one, &code).await);
    }
    delays.sort_unstable();
    assert!(delays[7] < TYPICAL_DELAY, "with hints it typically took {:?}", delays[7]);
    assert!(delays[14] < DELAY + SLACK, "with hints it took {:?}", delays[14]);
    redis.stop();
    write(&one, "replicas.without-hints").await;
    let took = delay(&two, "replicas.without-hints").await;
    assert!(took < DELAY + SLACK, "without hints it took {took:?}");
    let position = write(&two, "replicas.by-position-alone").await;
    assert!(knows(&one, "replicas.by-position-alone", position).await);
    assert!(is_serving(one.address).await && is_serving(two.address).await, "Redis is not needed to serve");
    let three = replica(&database, Some(&redis)).await;
    assert!(knows(&three, "replicas.by-position-alone", position).await, "nor to start");
    redis.restart();
    write(&one, "replicas.redis-is-back").await;
    assert!(delay(&two, "replicas.redis-is-back").await < DELAY + SLACK);
}

/// The private PostgreSQL behind a door that can be shut: to the server it looks as if the database had stopped.
struct Door {
    folder: TempDir,
    behind: PathBuf,
    open: Option<tokio::task::JoinHandle<()>>,
    /// While true, nothing passes and nothing is closed: the database hangs.
    stuck: watch::Sender<bool>,
}

/// Passes bytes on, but not while the door is stuck.
async fn pass(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    mut stuck: watch::Receiver<bool>,
) -> Option<()> {
    let mut bytes = vec![0; 64 * 1024];
    loop {
        let length = from.read(&mut bytes).await.ok().filter(|length| *length > 0)?;
        stuck.wait_for(|stuck| !stuck).await.ok()?;
        to.write_all(&bytes[..length]).await.ok()?;
    }
}

impl Door {
    async fn to(database: &TestDatabase) -> (Self, String) {
        let (address, host) = database.url().split_once("?host=").expect("tests/run serves on a socket");
        let folder = tempfile::Builder::new().prefix("wishwell-door-").tempdir_in("/tmp").expect("a scratch folder");
        let behind = PathBuf::from(host).join(".s.PGSQL.5432");
        let url = format!("{address}?host={}", folder.path().display());
        let mut door = Self { folder, behind, open: None, stuck: watch::Sender::new(false) };
        door.open();
        (door, url)
    }

    fn open(&mut self) {
        let listener = UnixListener::bind(self.folder.path().join(".s.PGSQL.5432")).expect("a socket");
        let (behind, stuck) = (self.behind.clone(), self.stuck.subscribe());
        self.open = Some(tokio::spawn(async move {
            // Connections end with the set, when this task is ended.
            let mut connections = JoinSet::new();
            while let Ok((outside, _)) = listener.accept().await {
                let (behind, stuck) = (behind.clone(), stuck.clone());
                connections.spawn(async move {
                    if let Ok(inside) = UnixStream::connect(behind).await {
                        let ((from, to), (back, out)) = (outside.into_split(), inside.into_split());
                        tokio::select! {
                            _ = pass(from, out, stuck.clone()) => {}
                            _ = pass(back, to, stuck) => {}
                        }
                    }
                });
            }
        }));
    }

    async fn shut(&mut self) {
        let _ = std::fs::remove_file(self.folder.path().join(".s.PGSQL.5432"));
        if let Some(open) = self.open.take() {
            open.abort();
            let _ = open.await;
        }
    }
}

async fn until(what: &str, condition: impl AsyncFn() -> bool) {
    let started = Instant::now();
    while !condition().await {
        assert!(started.elapsed() < PATIENCE, "{what} never came about");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test]
async fn readiness_follows_the_database_away_and_back_while_matching_goes_on() {
    let database = TestDatabase::create().await;
    let (mut door, url) = Door::to(&database).await;
    let served = deployment::serve(deployment::folder(CALLERS), &url, &[]).await;
    let position = write(&served, "away.before").await;
    assert!(knows(&served, "away.before", position).await);
    assert_eq!(admin::get(served.admin, "/readyz").await.0, 200);
    door.shut().await;
    until("not ready", async || admin::get(served.admin, "/readyz").await.0 == 503).await;
    let (_, why) = admin::get(served.admin, "/readyz").await;
    assert!(why.contains("the store does not answer"), "{why}");
    until("not serving", async || !is_serving(served.address).await).await;
    assert_eq!(admin::get(served.admin, "/healthz").await.0, 200, "restarting would help nobody");
    let refused = served.catalog(OPERATOR).batch_upsert_categories(category("away.during")).await;
    let refused = refused.expect_err("nothing is promised that is not stored");
    assert_eq!(refused.code(), Code::Unavailable, "{refused:?}");
    assert!(knows(&served, "away.before", 0).await, "a question is answered from memory");
    door.open();
    until("ready", async || admin::get(served.admin, "/readyz").await.0 == 200).await;
    let position = write(&served, "away.after").await;
    assert!(knows(&served, "away.after", position).await);
}

#[tokio::test]
async fn a_database_that_hangs_costs_callers_their_deadline_and_nothing_afterwards() {
    let database = TestDatabase::create().await;
    let (door, url) = Door::to(&database).await;
    let served = deployment::serve(deployment::folder(CALLERS), &url, &[]).await;
    let position = write(&served, "hangs.before").await;
    assert!(knows(&served, "hangs.before", position).await);
    door.stuck.send_replace(true);
    let calls: Vec<_> = (0..24)
        .map(|number| {
            let mut catalog = served.catalog(OPERATOR);
            let mut request = Request::new(category(&format!("hangs.during-{number}")));
            request.set_timeout(Duration::from_millis(500));
            tokio::spawn(async move { catalog.batch_upsert_categories(request).await })
        })
        .collect();
    for call in calls {
        let status = call.await.unwrap().expect_err("nothing is promised that is not stored");
        // The client keeps the deadline too, and may be first.
        assert!([Code::DeadlineExceeded, Code::Cancelled].contains(&status.code()), "{status:?}");
    }
    until("not ready", async || admin::get(served.admin, "/readyz").await.0 == 503).await;
    assert!(knows(&served, "hangs.before", 0).await, "a question is answered from memory");
    door.stuck.send_replace(false);
    until("ready", async || admin::get(served.admin, "/readyz").await.0 == 200).await;
    let position = write(&served, "hangs.after").await;
    assert!(knows(&served, "hangs.after", position).await);
    let (_, metrics) = admin::get(served.admin, "/metrics").await;
    assert_eq!(admin::figure(&metrics, &["wishwell_calls_active"]), 0.0, "nothing is left of the calls that hung");
}

async fn let_in(served: &Served, key: &'static str) -> bool {
    match served.catalog(key).list_categories(v1::ListCategoriesRequest::default()).await {
        Ok(_) => true,
        Err(status) if status.code() == Code::Unauthenticated => false,
        Err(status) => panic!("{status:?}"),
    }
}

#[tokio::test]
async fn a_key_is_changed_without_a_moment_in_which_neither_is_valid() {
    let database = TestDatabase::create().await;
    let steps: [(&[&str], [bool; 2]); 3] =
        [(&["old key"], [true, false]), (&["old key", "new key"], [true, true]), (&["new key"], [false, true])];
    let mut folder = deployment::folder(CALLERS);
    for (keys, expected) in steps {
        deployment::write_callers(folder.path(), &[("hotline", "internal_service", keys)]);
        let mut served = deployment::serve(folder, database.url(), &[]).await;
        assert_eq!([let_in(&served, "old key").await, let_in(&served, "new key").await], expected, "{keys:?}");
        assert!(!let_in(&served, "demo-operator").await, "demo keys open nothing in a deployment");
        served.process.terminate();
        assert!(served.process.wait_until_ended(PATIENCE).await.success());
        folder = served.process.into_folder();
    }
}

/// Exit code and words of a `serve` that does not start.
async fn refused(folder: TempDir, arguments: &[&str]) -> (Option<i32>, String) {
    let arguments: Vec<String> = ["serve"].iter().chain(arguments).map(|text| (*text).to_owned()).collect();
    let mut process = Wishwell::spawn_in(folder, arguments, &[]);
    let status = process.wait_until_ended(PATIENCE).await;
    (status.code(), process.output())
}

#[tokio::test]
async fn nothing_is_served_to_other_machines_without_keys_and_no_setting_is_guessed() {
    let least = ["--database-url", "sqlite:wishwell.db", "--master-key-file", "master.key"];
    let outside = [least.as_slice(), &["--listen", "0.0.0.0:0"]].concat();
    let (code, said) = refused(deployment::folder(CALLERS), &outside).await;
    assert_eq!(code, Some(78), "{said}");
    assert!(said.contains("0.0.0.0:0") && said.contains("wishwell key new"), "{said}");
    let (code, said) =
        refused(deployment::folder(CALLERS), &[outside.as_slice(), &["--demo-principals"]].concat()).await;
    assert_eq!(code, Some(78), "{said}");
    let folder = deployment::folder(CALLERS);
    std::fs::write(folder.path().join("wishwell.toml"), "databse_url = \"sqlite:wishwell.db\"\nlisten = 5\n").unwrap();
    let (code, said) = refused(folder, &["--config", "wishwell.toml", "--master-key-file", "master.key"]).await;
    assert_eq!(code, Some(78), "{said}");
    assert!(said.contains("did you mean `database_url`?") && said.contains("listen"), "all mistakes at once: {said}");
    let (code, said) = refused(
        deployment::folder(CALLERS),
        &["--database-url", "postgres://nobody@localhost:1/nothing", "--master-key-file", "master.key"],
    )
    .await;
    assert_eq!(code, Some(69), "a database out of reach: {said}");
}
