//! What only a server can do: be away, cut connections, be set up to lose writes.

use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::{Duration, Instant};

use sqlx::{Connection as _, PgConnection};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::unix::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::watch;

use wishwell_domain::beneficiary::WrappedKey;
use wishwell_domain::event::Change;
use wishwell_domain::ledger::{Command, Offer};
use wishwell_domain::organization::{Organization, OrganizationState};
use wishwell_domain::referral::Origin;
use wishwell_domain::resource::{Resource, ResourceLifecycle};
use wishwell_store::{Basis, Durability, Mutation, PostgresOptions, PostgresStore, StoreError, Written};
use wishwell_test_support::postgres::{TestDatabase, server_url};

use crate::fixture::Fixture;
use crate::ledger_world::{giving, item, lacking, offer, offering, pool_id, resource_id, stock};
use crate::samples::{self, context, create};

/// By what name a server's socket is looked for in a folder.
const SOCKET: &str = ".s.PGSQL.5432";
const PATIENCE: Duration = Duration::from_secs(60);

fn hasty() -> PostgresOptions {
    PostgresOptions { connection_wait: Duration::from_secs(2), ..PostgresOptions::default() }
}

#[tokio::test]
async fn a_server_that_is_away_is_told_without_its_password() {
    for url in ["postgres://someone:secret@127.0.0.1:1/wishwell", "not an address with a secret", "postgres://[::"] {
        let refused = PostgresStore::connect(url, hasty()).await.unwrap_err();
        assert!(matches!(refused, StoreError::Unavailable(_)), "{refused:?}");
        assert!(!refused.to_string().contains("secret"), "{refused}");
    }
}

#[tokio::test]
async fn a_database_that_is_not_there_is_told_by_name() {
    let url = server_url();
    let (server, options) = url.split_once('?').map_or((url.as_str(), String::new()), |(s, o)| (s, format!("?{o}")));
    let url = format!("{}/nowhere{options}", server.rsplit_once('/').unwrap().0);
    let refused = PostgresStore::connect(&url, hasty()).await.unwrap_err();
    assert!(matches!(&refused, StoreError::Unavailable(reason) if reason.contains("nowhere")), "{refused:?}");
}

#[tokio::test]
async fn answered_writes_are_durable_even_where_the_server_says_otherwise() {
    let database = TestDatabase::create().await;
    let mut connection = PgConnection::connect(database.url()).await.unwrap();
    sqlx::raw_sql(
        "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET synchronous_commit = off', current_database()); END $$",
    )
    .execute(&mut connection)
    .await
    .unwrap();
    let store = PostgresStore::connect(database.url(), PostgresOptions::default()).await.unwrap();
    assert!(store.describe().durability.contains("synchronous_commit=on"), "{:?}", store.describe());
    let relaxed = PostgresOptions { durability: Durability::Relaxed, ..PostgresOptions::default() };
    let store = PostgresStore::connect(database.url(), relaxed).await.unwrap();
    assert!(store.describe().durability.contains("synchronous_commit=off"), "{:?}", store.describe());
}

#[tokio::test]
async fn two_replicas_that_start_at_once_make_the_tables_once() {
    let database = TestDatabase::create().await;
    let url: Arc<str> = database.url().into();
    let starting: Vec<_> = (0..4)
        .map(|_| {
            let url = Arc::clone(&url);
            tokio::spawn(async move { PostgresStore::connect(&url, PostgresOptions::default()).await })
        })
        .collect();
    for replica in starting {
        replica.await.unwrap().unwrap().close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn after_its_connections_were_cut_a_store_goes_on() {
    let fixture = Fixture::postgres().await.grounded().await;
    fixture
        .execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
             WHERE datname = current_database() AND pid <> pg_backend_pid()",
        )
        .await;
    let mut answers = Vec::new();
    for _ in 0..20 {
        answers.push(fixture.store.write(&context(), Vec::new()).await);
    }
    assert!(answers.iter().all(|answer| matches!(answer, Ok(_) | Err(StoreError::Unavailable(_)))), "{answers:?}");
    assert_eq!(answers.last().unwrap().as_ref().unwrap().position.0, 6);
    assert!(fixture.store.organization(&samples::tenant(), samples::organization(1).id).await.unwrap().is_some());
}

/// A way to a server on which whatever is connected can be lost: nothing comes or goes any more, and nobody is told.
struct Way {
    _folder: tempfile::TempDir,
    losses: watch::Sender<u32>,
}

impl Way {
    /// The way, and the address at its beginning.
    fn to(url: &str) -> (Self, String) {
        let (address, host) = url.split_once("?host=").expect("tests/run serves on a socket");
        let folder = tempfile::Builder::new().prefix("wishwell-way-").tempdir_in("/tmp").unwrap();
        let listener = UnixListener::bind(folder.path().join(SOCKET)).unwrap();
        let (behind, url) = (format!("{host}/{SOCKET}"), format!("{address}?host={}", folder.path().display()));
        let losses = watch::Sender::new(0);
        let lost = losses.subscribe();
        tokio::spawn(async move {
            while let Ok((outside, _)) = listener.accept().await {
                let inside = UnixStream::connect(&behind).await.unwrap();
                let ((from, to), (back, out)) = (outside.into_split(), inside.into_split());
                tokio::spawn(pass(from, out, lost.clone()));
                tokio::spawn(pass(back, to, lost.clone()));
            }
        });
        (Self { _folder: folder, losses }, url)
    }

    /// From now on, what was connected before leads nowhere.
    fn lose(&self) {
        self.losses.send_modify(|losses| *losses += 1);
    }
}

async fn pass(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, losses: watch::Receiver<u32>) {
    let before = *losses.borrow();
    let mut bytes = vec![0; 64 * 1024];
    while let Ok(length @ 1..) = from.read(&mut bytes).await {
        if *losses.borrow() != before {
            // Held open, so that nobody learns of it.
            std::future::pending::<()>().await;
        }
        if to.write_all(&bytes[..length]).await.is_err() {
            return;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_vanishes_without_a_word_keeps_no_ledger_waiting_for_ever() {
    let fixture = Fixture::postgres()
        .await
        .with(vec![stock(20, Some(99))], vec![giving(30, &[(20, 1)])], vec![lacking(60, vec![item(1, 99)])])
        .await;
    let (way, url) = Way::to(fixture.url());
    let options = PostgresOptions { ledger_wait: Duration::from_secs(1), ..hasty() };
    let store = PostgresStore::connect(&url, options).await.unwrap();
    // The second by what is remembered, on connections of the ledger's own.
    for number in [100, 101] {
        store.carry_out(&context(), vec![offering(number, 60, 30, 1)]).await.unwrap();
    }
    let mut started = Instant::now();
    let mut is_lost = false;
    for number in 102.. {
        if !is_lost {
            // Whoever takes a connection before the ones that were used are given back takes a new one, which is not lost.
            way.lose();
            started = Instant::now();
        }
        match store.carry_out(&context(), vec![offering(number, 60, 30, 1)]).await {
            Ok(_) if is_lost => break,
            Ok(_) => assert!(number < 150, "it is never lost"),
            Err(StoreError::Unavailable(_)) => {
                is_lost = true;
                assert!(started.elapsed() < PATIENCE, "it does not come back");
            }
            Err(error) => panic!("{error:?}"),
        }
    }
    assert!(started.elapsed() > Duration::from_millis(900), "nobody waited");
    fixture.everything_adds_up().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn tables_that_somebody_locks_keep_nobody_waiting_for_long() {
    let fixture = Fixture::postgres()
        .await
        .with(vec![stock(20, Some(99))], vec![giving(30, &[(20, 1)])], vec![lacking(60, vec![item(1, 99)])])
        .await;
    let options = PostgresOptions { lock_wait: Duration::from_millis(300), ..hasty() };
    let store = PostgresStore::connect(fixture.url(), options).await.unwrap();
    store.carry_out(&context(), vec![offering(100, 60, 30, 1)]).await.unwrap();
    let mut other = PgConnection::connect(fixture.url()).await.unwrap();
    let mut locking = other.begin().await.unwrap();
    sqlx::query("LOCK TABLE needs, referrals, capacity_pools, organizations IN ACCESS EXCLUSIVE MODE")
        .execute(&mut *locking)
        .await
        .unwrap();
    let (tenant, started) = (fixture.tenant(), Instant::now());
    let organization = samples::update(Change::Organization(samples::organization(1)), None);
    let refused = [
        store.carry_out(&context(), vec![offering(101, 60, 30, 1)]).await.err(),
        store.carry_out(&context(), automatic(102, 60)).await.err(),
        store.write(&context(), vec![organization.clone()]).await.err(),
        store.capacity_pool(&tenant, pool_id(20)).await.err(),
    ];
    for refused in refused {
        assert!(matches!(refused, Some(StoreError::Unavailable(_))), "{refused:?}");
    }
    assert!(started.elapsed() < Duration::from_secs(10), "each waits for a moment");
    locking.rollback().await.unwrap();
    store.carry_out(&context(), vec![offering(101, 60, 30, 1)]).await.expect("as soon as it is free");
    store.write(&context(), vec![organization]).await.expect("as soon as it is free");
    fixture.everything_adds_up().await;
}

/// Asks while the row of pool 20 is locked by somebody else, writes while that is waited for, and lets go of the row.
async fn asked_while_waiting(
    fixture: &Fixture,
    commands: Vec<Command>,
    basis: Option<Basis>,
    meanwhile: Mutation,
) -> Result<Written, StoreError> {
    let mut other = PgConnection::connect(fixture.url()).await.unwrap();
    let mut locking = other.begin().await.unwrap();
    sqlx::query("SELECT 1 FROM capacity_pools WHERE id = $1 FOR NO KEY UPDATE")
        .bind(pool_id(20).as_uuid())
        .execute(&mut *locking)
        .await
        .unwrap();
    let store = Arc::clone(&fixture.store);
    let asked = tokio::spawn(async move { store.carry_out_upon(&context(), commands, basis).await });
    let waiting =
        "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
    let started = Instant::now();
    while fixture.count(waiting).await == 0 {
        assert!(started.elapsed() < PATIENCE && !asked.is_finished(), "it waits for nobody");
    }
    fixture.write(vec![meanwhile]).await;
    locking.rollback().await.unwrap();
    asked.await.unwrap()
}

/// An offer that is decided with its rows locked.
fn automatic(id: u128, need: u128) -> Vec<Command> {
    vec![Command::Offer(Box::new(Offer { origin: Origin::Automatic, ..offer(id, need, 30, Some(1)) }))]
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_logged_while_an_offer_waited_for_rows_came_before_it() {
    let needs = (60..64).map(|n| lacking(n, vec![item(1, 3)])).collect();
    let fixture = Fixture::postgres().await;
    let fixture = fixture.with(vec![stock(20, Some(9))], vec![giving(30, &[(20, 1)])], needs).await;
    let judged = async |need: u128| {
        let subjects = vec![resource_id(30).name(), samples::organization(1).id.name()];
        let needs = vec![Arc::new(fixture.need(need).await)];
        Some(Basis {
            position: fixture.store.position(&fixture.tenant()).await.unwrap(),
            subjects,
            needs,
            roughly: false,
        })
    };
    // So that the ledger has begun to look.
    fixture.ask(vec![offering(100, 60, 30, 1)]).await;

    let other = Change::Category(samples::category("of.nobody", None));
    let basis = judged(61).await;
    let unharmed = asked_while_waiting(&fixture, automatic(101, 61), basis, samples::create(other)).await;
    unharmed.expect("what has nothing to do with it changes nothing");

    let suspended = Organization { state: OrganizationState::Suspended, ..samples::organization(1) };
    let suspension = samples::update(Change::Organization(suspended), None);
    let basis = judged(62).await;
    let outdated = asked_while_waiting(&fixture, automatic(102, 62), basis, suspension).await;
    assert_eq!(outdated.unwrap_err(), StoreError::Outdated);

    let paused = Resource { lifecycle: ResourceLifecycle::Paused, ..giving(30, &[(20, 1)]) };
    let pause = samples::update(Change::Resource(Box::new(paused)), None);
    let refused = asked_while_waiting(&fixture, automatic(103, 63), None, pause).await.unwrap_err();
    assert!(refused.to_string().contains("is not offered now"), "{refused}");
    assert_eq!(fixture.pool(20).await.figures.pending, 2);
    fixture.everything_adds_up().await;
}

/// Polls work so many times and gives it up; whether it was done before.
async fn given_up_after(polls: usize, work: impl Future) -> bool {
    let (mut work, mut left) = (pin!(work), polls);
    poll_fn(|task| match left {
        0 => Poll::Ready(false),
        _ => {
            left -= 1;
            work.as_mut().poll(task).map(|_| true)
        }
    })
    .await
}

/// Whoever has a connection after somebody who gave up is in no transaction but its own.
#[tokio::test(flavor = "multi_thread")]
async fn a_transaction_that_is_given_up_while_it_begins_is_nobody_s() {
    let fixture = Fixture::postgres().await.grounded().await;
    let store = PostgresStore::connect(fixture.url(), PostgresOptions { connections_max: 2, ..hasty() }).await.unwrap();
    let (tenant, id) = (samples::tenant(), samples::organization(1).id);
    let open = "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() \
                AND state LIKE 'idle in transaction%'";
    let mut given_up = 0;
    for polls in (0..3).flat_map(|_| 1..40) {
        given_up += u32::from(!given_up_after(polls, store.organization(&tenant, id)).await);
        let started = Instant::now();
        // What was under way ends in a moment, by itself.
        while fixture.count(open).await > 0 {
            assert!(started.elapsed() < Duration::from_secs(3), "given up at poll {polls}, a transaction stays open");
        }
    }
    // At the first poll nothing is answered yet; how many follow is for the machine to say.
    assert!(given_up >= 3, "{given_up}: it was hardly given up while the server was waited for");
}

#[tokio::test(flavor = "multi_thread")]
async fn holds_read_what_they_change_and_no_more_in_tables_whose_rows_nobody_has_counted() {
    let fixture = Fixture::postgres().await;
    for table in ["capacity_pools", "needs", "need_items"] {
        fixture.execute(&format!("ALTER TABLE {table} SET (autovacuum_enabled = false)")).await;
    }
    let needs = (1_000..2_000).map(|n| lacking(n, vec![item(1, 9)])).collect();
    let pools = (100..200).map(|n| stock(n, Some(1_000))).collect();
    let resources = (200..300).map(|n| giving(n, &[(n - 100, 1)])).collect();
    let fixture = Arc::new(fixture.with(pools, resources, needs).await);
    let count = "SELECT SUM(seq_tup_read + idx_tup_fetch)::BIGINT FROM pg_stat_user_tables \
                 WHERE relname IN ('capacity_pools', 'needs', 'need_items')";
    let before = fixture.count(count).await;
    let holding: Vec<_> = (0..32)
        .map(|client: u128| {
            let fixture = Arc::clone(&fixture);
            tokio::spawn(async move {
                for n in (0..1_000).filter(|n| n % 32 == client) {
                    let asked = vec![offering(10_000 + n, 1_000 + n, 200 + n % 100, 1)];
                    fixture.store.carry_out(&context(), asked).await.unwrap();
                }
            })
        })
        .collect();
    for client in holding {
        client.await.unwrap();
    }
    // A server says what its connections have read when they end.
    fixture.store.close().await;
    let mut read = 0;
    for _ in 0..50 {
        read = fixture.count(count).await - before;
        if read > 0 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert!((1..=12_000).contains(&read), "{read} rows were read for a thousand holds");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_erasure_deletes_is_vacuumed_with_it_and_the_log_soon() {
    let fixture = Fixture::postgres().await.grounded().await;
    let beneficiary = samples::beneficiary(5, None);
    let key = Mutation::PutKey { subject: beneficiary.id.name(), key: WrappedKey(vec![1; 40]) };
    fixture.write(vec![key, create(Change::Beneficiary(beneficiary.clone()))]).await;
    let vacuumed = "SELECT COUNT(*) FROM pg_stat_user_tables WHERE last_vacuum IS NOT NULL AND relname IN \
                    ('sealing_keys', 'beneficiaries', 'needs', 'referrals', 'round_outcomes')";
    assert_eq!(fixture.count(vacuumed).await, 0);
    fixture.write(vec![Mutation::EraseBeneficiary { id: beneficiary.id }]).await;
    // The server counts in its own time.
    let started = Instant::now();
    while fixture.count(vacuumed).await < 5 {
        assert!(started.elapsed() < PATIENCE, "it was not vacuumed");
    }
    let at_once = "SELECT COUNT(*) FROM pg_class WHERE relname IN ('sealing_keys', 'events') AND reloptions @> \
                   ARRAY['autovacuum_vacuum_threshold=0', 'autovacuum_vacuum_scale_factor=0']";
    assert_eq!(fixture.count(at_once).await, 2);
}
