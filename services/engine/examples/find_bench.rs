//! Prints what building a snapshot and asking it costs. `find_bench [RESOURCES ...]`, by default 10000, 100000 and 1000000.
//!
//! Warm times are those of a query asked again and again with nothing in between: all of arithmetic, little of memory. Under load
//! every query is a new one, and what lies between two of them in a server (the network, decoding, writing the answer) has used the
//! caches: here a walk over memory that has nothing to do with the snapshot. That is the time to make shorter.

use std::time::Instant;

use wishwell_domain::ids::LogPosition;
use wishwell_engine::synthetic::{Synthetic, SyntheticNeed};
use wishwell_engine::{ScoringRules, Scratch, Snapshot, SnapshotBuilder};

const NEEDS: usize = 5_000;
const ROUNDS: usize = 5;
/// Read between two queries under load: more than what a core keeps for itself.
const BETWEEN_BYTES: usize = 2 << 20;
/// All memory that is read between queries, in turn: more than the cores' shared cache.
const ELSEWHERE_BYTES: usize = 64 << 20;
const CACHE_LINE: usize = 64;

fn main() {
    let asked: Vec<usize> = std::env::args().skip(1).filter_map(|number| number.parse().ok()).collect();
    let sizes = if asked.is_empty() { vec![10_000, 100_000, 1_000_000] } else { asked };
    println!(
        "resources  build ms  bytes each  ns warm: median      p99  under load: mean   median      p99  candidates  near misses"
    );
    let mut elsewhere = Elsewhere::new();
    for size in sizes {
        let made = Synthetic::new(1, size);
        let (snapshot, build_ms) = build(&made);
        let bytes = snapshot.memory_bytes() / size.max(1);
        let needs: Vec<_> = (0..NEEDS).map(|at| made.need(at)).collect();
        let (median, p99, totals) = ask(&needs, &snapshot);
        let loaded = ask_under_load(&needs, &snapshot, &mut elsewhere);
        let [candidates, misses] = totals.map(|total| total as f64 / NEEDS as f64);
        println!(
            "{size:>9} {build_ms:>9} {bytes:>11} {median:>16} {p99:>8} {:>17} {:>8} {:>8} {candidates:>11.2} {misses:>12.2}",
            loaded.mean, loaded.median, loaded.p99
        );
    }
}

/// The time of building without that of making entities up.
fn build(made: &Synthetic) -> (Snapshot, u128) {
    let mut builder = SnapshotBuilder::new();
    let mut spent = 0;
    let mut timed = |work: &mut dyn FnMut()| {
        let start = Instant::now();
        work();
        spent += start.elapsed().as_nanos();
    };
    let (categories, divisions) = (made.categories(), made.divisions());
    timed(&mut || categories.iter().for_each(|category| builder.category(category)));
    timed(&mut || divisions.iter().for_each(|division| builder.division(division)));
    for at in (0..made.organization_count()).step_by(1_000) {
        let batch: Vec<_> = (at..made.organization_count().min(at + 1_000)).map(|at| made.organization(at)).collect();
        timed(&mut || batch.iter().for_each(|organization| builder.organization(organization)));
    }
    for at in (0..made.resources).step_by(1_000) {
        let batch = at..made.resources.min(at + 1_000);
        let pools: Vec<_> = batch.clone().filter_map(|at| made.pool(at)).collect();
        let resources: Vec<_> = batch.map(|at| made.resource(at)).collect();
        timed(&mut || pools.iter().for_each(|pool| builder.pool(pool)));
        timed(&mut || resources.iter().for_each(|resource| builder.resource(resource)));
    }
    let mut snapshot = None;
    let mut builder = Some(builder);
    timed(&mut || snapshot = builder.take().map(|builder| builder.build(LogPosition(1))));
    (snapshot.unwrap_or_else(|| SnapshotBuilder::new().build(LogPosition(0))), spent / 1_000_000)
}

/// Median and 99th percentile over all queries, each the best of some rounds; sums of candidates and near misses.
fn ask(needs: &[SyntheticNeed], snapshot: &Snapshot) -> (u128, u128, [usize; 2]) {
    let rules = ScoringRules::default();
    let mut scratch = Scratch::default();
    let mut best = vec![u128::MAX; NEEDS];
    let mut totals = [0; 2];
    for round in 0..ROUNDS {
        for (need, best) in needs.iter().zip(&mut best) {
            let query = need.query(10, 5);
            let start = Instant::now();
            let answer = snapshot.find(&query, &rules, &mut scratch);
            *best = start.elapsed().as_nanos().min(*best);
            if let (0, Ok(answer)) = (round, answer) {
                totals[0] += answer.candidates.len();
                totals[1] += answer.near_misses.len();
            }
        }
    }
    best.sort_unstable();
    (best[NEEDS / 2], best[NEEDS * 99 / 100], totals)
}

/// Nanoseconds of a query.
struct Times {
    mean: u128,
    median: u128,
    p99: u128,
}

/// All needs in turn, something else in between.
fn ask_under_load(needs: &[SyntheticNeed], snapshot: &Snapshot, elsewhere: &mut Elsewhere) -> Times {
    let rules = ScoringRules::default();
    let mut scratch = Scratch::default();
    let mut spent = Vec::with_capacity(ROUNDS * NEEDS);
    for need in std::iter::repeat_n(needs, ROUNDS).flatten() {
        elsewhere.walk();
        let query = need.query(10, 5);
        let start = Instant::now();
        let _ = std::hint::black_box(snapshot.find(&query, &rules, &mut scratch));
        spent.push(start.elapsed().as_nanos());
    }
    let mean = spent.iter().sum::<u128>() / spent.len() as u128;
    spent.sort_unstable();
    Times { mean, median: spent[spent.len() / 2], p99: spent[spent.len() * 99 / 100] }
}

/// Memory that has nothing to do with the snapshot.
struct Elsewhere {
    bytes: Vec<u8>,
    at: usize,
}

impl Elsewhere {
    fn new() -> Self {
        Self { bytes: vec![1; ELSEWHERE_BYTES], at: 0 }
    }

    /// Reads the next stretch.
    fn walk(&mut self) {
        let stretch = self.bytes.iter().skip(self.at).step_by(CACHE_LINE).take(BETWEEN_BYTES / CACHE_LINE);
        std::hint::black_box(stretch.map(|byte| u64::from(*byte)).sum::<u64>());
        self.at = (self.at + BETWEEN_BYTES) % ELSEWHERE_BYTES;
    }
}
