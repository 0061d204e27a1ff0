//! Beside pgbench, which writes the rows of a hold on the same server: many pools and few.

use std::sync::Arc;

use sqlx::{Connection as _, PgConnection};
use wishwell_store::{PostgresOptions, PostgresStore, Store};
use wishwell_test_support::postgres::TestDatabase;

use super::pgbench::Positions;
use super::report::{self, CaseResult, Exhaustion, Results, Side};
use super::world::World;
use super::{HoldArgs, Holder, pgbench};
use crate::machine::Machine;
use crate::process;
use crate::report::median;

/// Numbers of clients among which pgbench's own best is looked for.
const RIVAL_CLIENTS: [usize; 5] = [8, 16, 32, 64, 128];
/// What an exhaustion run offers in each pool, and how often one unit is asked for.
const THERE_EACH: i64 = 200;
const ASKED: usize = 5_000;

/// One line of the table.
struct Case {
    name: &'static str,
    pools: usize,
    clients: usize,
    ratio_min: f64,
    p99_share_max: Option<f64>,
}

pub(super) async fn run(args: &HoldArgs) {
    let machine = Machine::this();
    let cases = [
        Case { name: "spread", pools: args.pools, clients: 32, ratio_min: 3.0, p99_share_max: None },
        Case { name: "spread", pools: args.pools, clients: 64, ratio_min: 3.0, p99_share_max: None },
        Case { name: "hot", pools: args.hot_pools, clients: 64, ratio_min: 4.0, p99_share_max: Some(0.25) },
    ];
    let mut results = Vec::new();
    for case in cases {
        results.push(measure(args, &case).await);
    }
    let results = Results {
        machine,
        rounds: args.rounds,
        round_seconds: args.round_seconds,
        server: server().await,
        cases: results,
        exhaustion: exhaust(args).await,
    };
    report::print(&results);
    report::write(&results, &super::markdown::postgres(&results), &args.results, "holds");
}

async fn open(database: &TestDatabase) -> Arc<dyn Store> {
    PostgresStore::connect(database.url(), PostgresOptions::default()).await.expect("the store opens")
}

/// What both sides' durability rests on, in the server's words.
async fn server() -> String {
    let database = TestDatabase::create().await;
    let mut connection = PgConnection::connect(database.url()).await.expect("PostgreSQL answers");
    sqlx::query_scalar(
        "SELECT format('PostgreSQL %s, fsync %s, synchronous_commit %s, wal_sync_method %s, full_page_writes %s, \
         shared_buffers %s', current_setting('server_version'), current_setting('fsync'), \
         current_setting('synchronous_commit'), current_setting('wal_sync_method'), \
         current_setting('full_page_writes'), current_setting('shared_buffers'))",
    )
    .fetch_one(&mut connection)
    .await
    .expect("settings can be read")
}

/// The server's first process, where it runs on this machine.
async fn first_process() -> Option<u32> {
    let database = TestDatabase::create().await;
    let mut connection = PgConnection::connect(database.url()).await.expect("PostgreSQL answers");
    let own: i32 = sqlx::query_scalar("SELECT pg_backend_pid()").fetch_one(&mut connection).await.expect("a process");
    process::parent_of(u32::try_from(own).ok()?)
}

async fn measure(args: &HoldArgs, case: &Case) -> CaseResult {
    eprintln!("measuring {} pools, {} clients", case.pools, case.clients);
    let rival = pgbench::Rival::create(case.pools).await;
    let database = TestDatabase::create().await;
    let store = open(&database).await;
    let world = World::fill(store.as_ref(), case.pools, i64::from(u32::MAX)).await;
    store.close().await;
    let folder = tempfile::tempdir().expect("a scratch folder");
    let requests = world.requests(args.requests());
    let holder = Holder::start(database.url().to_owned(), folder.path().to_owned(), requests).await;
    let holder = holder.beside(first_process().await);
    // Both sides have touched every page once before they are measured.
    let best =
        RIVAL_CLIENTS.map(|clients| (clients, rival.run(Positions::Sequence, clients, args.round_seconds).per_second));
    let best = best.into_iter().max_by(|a, b| a.1.total_cmp(&b.1)).expect("some clients");
    holder.hold(case.clients, args.round()).await;
    let (mut theirs, mut in_order, mut ours) = (Vec::new(), Vec::new(), Vec::new());
    let (mut ratios, mut ratios_in_order) = (Vec::new(), Vec::new());
    for _ in 0..args.rounds {
        let their_round = rival.run(Positions::Sequence, case.clients, args.round_seconds);
        let round_in_order = rival.run(Positions::Head, case.clients, args.round_seconds);
        let our_round = holder.hold(case.clients, args.round()).await;
        ratios.push(our_round.per_second / their_round.per_second);
        ratios_in_order.push(our_round.per_second / round_in_order.per_second);
        theirs.push(their_round);
        in_order.push(round_in_order);
        ours.push(our_round);
    }
    let store = open(&database).await;
    world.must_add_up(store.as_ref(), holder.held()).await;
    store.close().await;
    CaseResult {
        name: case.name,
        pools: case.pools,
        clients: case.clients,
        pgbench: Side::median(&theirs),
        pgbench_best_clients: best.0,
        pgbench_best_per_second: best.1,
        pgbench_in_order: Side::median(&in_order),
        wishwell: Side::median(&ours),
        ratio: median(&mut ratios),
        ratio_in_order: median(&mut ratios_in_order),
        ratio_min: case.ratio_min,
        p99_share_max: case.p99_share_max,
    }
}

/// Asks for more than there is: exactly what there is must be held, and everybody else be told why not.
async fn exhaust(args: &HoldArgs) -> Exhaustion {
    let database = TestDatabase::create().await;
    let store = open(&database).await;
    let world = World::fill(store.as_ref(), args.hot_pools, THERE_EACH).await;
    let folder = tempfile::tempdir().expect("a scratch folder");
    let requests = world.requests(ASKED);
    let holder = Holder::start(database.url().to_owned(), folder.path().to_owned(), requests).await;
    let (held, refused) = holder.rest().await;
    let found = store.verify(&world.tenant).await.expect("the ledger can be added up");
    store.close().await;
    Exhaustion {
        there: args.hot_pools as u64 * THERE_EACH.unsigned_abs(),
        asked: ASKED as u64,
        held,
        refused,
        discrepancies: found.discrepancies.len(),
    }
}
