//! A thousand simulated worlds, each with its own mishaps, and none of them breaks a promise.

// Test code: a broken assumption is a failed test, and the items of a test are for itself.
#![allow(clippy::unwrap_used, clippy::expect_used, unreachable_pub, missing_docs)]

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use wishwell_simulation::{Counts, Options, Plant, Report, run};

/// Simulations of one test run.
const SEEDS: u64 = 1_000;
/// Of so many, one is run twice.
const SEEDS_TO_ONE_RUN_TWICE: u64 = 10;
/// Steps of each.
const STEPS: usize = 14;
/// How many are run instead of [`SEEDS`].
const SEEDS_VARIABLE: &str = "WISHWELL_SIMULATION_SEEDS";
/// The one that is run alone, step by step told.
const SEED_VARIABLE: &str = "WISHWELL_SIMULATION_SEED";

fn number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok().map(|text| text.parse().unwrap_or_else(|_| panic!("{variable} must be a number")))
}

fn options(seed: u64) -> Options {
    Options { seed, steps: STEPS, plant: None, trace: false }
}

/// Runs the simulations of seeds on all processors, and answers what `judge` first found, by the order of seeds.
fn first_of<T: Send>(seeds: u64, judge: impl Fn(u64) -> Option<T> + Sync) -> Option<(u64, T)> {
    let next = AtomicU64::new(0);
    let first: Mutex<Option<(u64, T)>> = Mutex::new(None);
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= seeds {
                        return;
                    }
                    if let Some(found) = judge(seed) {
                        // The others end with the simulation that they are at.
                        next.store(seeds, Ordering::Relaxed);
                        let mut first = first.lock().unwrap();
                        if first.as_ref().is_none_or(|(known, _)| seed < *known) {
                            *first = Some((seed, found));
                        }
                    }
                }
            });
        }
    });
    first.into_inner().unwrap()
}

#[test]
fn whatever_happens_every_promise_is_kept() {
    if let Some(seed) = number(SEED_VARIABLE) {
        let report = run(Options { trace: true, ..options(seed) });
        println!("{}\n{:#?}\nlog {}", report.trace.join("\n"), report.counts, report.log_hash);
        assert_eq!(report.faults, [] as [String; 0]);
        return;
    }
    let seeds = number(SEEDS_VARIABLE).unwrap_or(SEEDS);
    let counts: Mutex<Counts> = Mutex::default();
    let failed = first_of(seeds, |seed| {
        let report = run(options(seed));
        counts.lock().unwrap().add(&report.counts);
        (!report.faults.is_empty()).then(|| report.faults.join("\n"))
    });
    if let Some((seed, faults)) = failed {
        panic!(
            "seed {seed}: {faults}\nalone, told step by step: {SEED_VARIABLE}={seed} cargo test -p wishwell-simulation \
             whatever_happens -- --nocapture"
        );
    }
    let counts = counts.into_inner().unwrap();
    println!("{seeds} seeds: {counts:?}");
    let (rarest, times) = counts.rarest().unwrap();
    let enough = seeds < SEEDS || u64::try_from(times).unwrap() >= seeds / 25;
    assert!(enough, "{rarest:?} happened {times} times only");
}

#[test]
fn the_same_seed_leads_to_the_same_log() {
    let seeds = number(SEEDS_VARIABLE).unwrap_or(SEEDS);
    let differs = first_of(seeds.div_ceil(SEEDS_TO_ONE_RUN_TWICE), |seed| {
        let told = |report: Report| (report.log_hash, report.counts, report.faults);
        let (first, second) = (told(run(options(seed))), told(run(options(seed))));
        (first != second).then(|| format!("{first:?}\n{second:?}"))
    });
    assert_eq!(differs, None);
    assert_ne!(run(options(0)).log_hash, run(options(1)).log_hash);
}

#[test]
fn every_planted_bug_is_found() {
    for plant in Plant::ALL {
        let found = first_of(SEEDS, |seed| {
            let report = run(Options { plant: Some(plant), ..options(seed) });
            (!report.faults.is_empty()).then_some(report)
        });
        let (seed, report) = found.unwrap_or_else(|| panic!("{plant:?} was not found"));
        println!("{plant:?}: seed {seed}: {}", report.faults[0]);
        assert_eq!(run(options(seed)).faults, [] as [String; 0], "seed {seed} has a fault that nobody planted");
    }
}
