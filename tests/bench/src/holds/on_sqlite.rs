//! Beside single commits on the same disk.

use std::path::Path;

use serde::Serialize;
use wishwell_store::{Durability, SqliteStore};

use super::commits::{Rival, Unit, sync_micros};
use super::report::{self, Side};
use super::world::{ROWS_OF_A_HOLD, World};
use super::{HoldArgs, Holder};
use crate::machine::Machine;
use crate::report::median;

/// Numbers of clients.
const CLIENTS: [usize; 2] = [64, 256];

/// One run.
#[derive(Debug, Serialize)]
pub(super) struct Results {
    pub(super) machine: Machine,
    pub(super) rounds: usize,
    pub(super) round_seconds: u64,
    pub(super) pools: usize,
    pub(super) rows_of_a_hold: usize,
    /// How much longer than the disk every flush was made to take, in microseconds.
    pub(super) disk_delay_micros: u64,
    pub(super) cases: Vec<CaseResult>,
}

/// One line of the table; ratios are medians of the rounds' ratios.
#[derive(Debug, Serialize)]
pub(super) struct CaseResult {
    pub(super) clients: usize,
    /// How long the disk takes to have one page, between the rounds.
    pub(super) sync_micros: f64,
    /// Commits a second, of one row each.
    pub(super) single_rows_per_second: f64,
    /// Commits a second, of the rows of one hold each.
    pub(super) single_holds_per_second: f64,
    pub(super) wishwell: Side,
    /// Wishwell's holds by commits of one row.
    pub(super) ratio_to_rows: f64,
    /// Wishwell's holds by commits of one hold.
    pub(super) ratio_to_holds: f64,
}

pub(super) async fn run(args: &HoldArgs) {
    let machine = Machine::this();
    let folder = tempfile::tempdir().expect("a scratch folder");
    let path = folder.path().join("wishwell.db");
    let store = SqliteStore::open(&path, Durability::Full).await.expect("the store opens");
    let world = World::fill(store.as_ref(), args.pools, i64::from(u32::MAX)).await;
    store.close().await;
    let requests = world.requests(args.requests() * CLIENTS.len());
    let url = format!("sqlite:{}", path.display());
    let holder = Holder::start(url, folder.path().to_owned(), requests).await;
    let mut rival = Rival::create(folder.path(), args.pools);
    let mut cases = Vec::new();
    for clients in CLIENTS {
        eprintln!("measuring {} pools, {clients} clients", args.pools);
        cases.push(measure(args, &holder, (&mut rival, folder.path()), clients).await);
    }
    let held = holder.held();
    drop(holder);
    let store = SqliteStore::open(&path, Durability::Full).await.expect("the store opens");
    world.must_add_up(store.as_ref(), held).await;
    store.close().await;
    let results = Results {
        machine,
        rounds: args.rounds,
        round_seconds: args.round_seconds,
        pools: args.pools,
        rows_of_a_hold: ROWS_OF_A_HOLD,
        disk_delay_micros: disk_delay_micros(),
        cases,
    };
    let text = super::markdown::sqlite(&results);
    println!("\n{text}");
    let name = match results.disk_delay_micros {
        0 => "holds-sqlite".to_owned(),
        micros => format!("holds-sqlite-{micros}us"),
    };
    report::write(&results, &text, &args.results, &name);
}

/// What `slower_disk.c` adds to each flush when it is loaded: `tests/bench/run` loads it for this setting.
fn disk_delay_micros() -> u64 {
    let set = std::env::var("WISHWELL_DISK_DELAY_US").ok();
    set.map_or(0, |micros| micros.parse().expect("WISHWELL_DISK_DELAY_US is a number of microseconds"))
}

async fn measure(args: &HoldArgs, holder: &Holder, (rival, folder): (&mut Rival, &Path), clients: usize) -> CaseResult {
    holder.hold(clients, args.round()).await;
    let (mut rows, mut holds, mut ours) = (Vec::new(), Vec::new(), Vec::new());
    let mut syncs = Vec::new();
    for _ in 0..args.rounds {
        // Wishwell idles meanwhile; nothing else runs in this process.
        syncs.push(sync_micros(folder));
        rows.push(rival.run(Unit::Row, args.round()));
        holds.push(rival.run(Unit::Hold, args.round()));
        ours.push(holder.hold(clients, args.round()).await);
    }
    let ratio = |theirs: &[f64]| {
        median(&mut ours.iter().zip(theirs).map(|(ours, theirs)| ours.per_second / theirs).collect::<Vec<_>>())
    };
    CaseResult {
        clients,
        sync_micros: median(&mut syncs),
        ratio_to_rows: ratio(&rows),
        ratio_to_holds: ratio(&holds),
        single_rows_per_second: median(&mut rows),
        single_holds_per_second: median(&mut holds),
        wishwell: Side::median(&ours),
    }
}
