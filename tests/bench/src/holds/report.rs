//! What was measured of holds, as a table and as JSON.

use std::path::Path;
use std::time::Duration;

use serde::Serialize;

use crate::machine::Machine;
use crate::report::median;

/// One run.
#[derive(Debug, Serialize)]
pub(super) struct Results {
    pub(super) machine: Machine,
    pub(super) rounds: usize,
    pub(super) round_seconds: u64,
    /// The server and what its durability rests on.
    pub(super) server: String,
    pub(super) cases: Vec<CaseResult>,
    pub(super) exhaustion: Exhaustion,
}

/// One line of the table.
#[derive(Debug, Serialize)]
pub(super) struct CaseResult {
    pub(super) name: &'static str,
    pub(super) pools: usize,
    pub(super) clients: usize,
    pub(super) pgbench: Side,
    /// With how many clients pgbench does best, and how well.
    pub(super) pgbench_best_clients: usize,
    pub(super) pgbench_best_per_second: f64,
    /// pgbench with a log without gaps, in the order of commits, as Wishwell's.
    pub(super) pgbench_in_order: Side,
    pub(super) wishwell: Side,
    /// Wishwell's holds a second by pgbench's, median of the rounds' ratios.
    pub(super) ratio: f64,
    /// The same beside pgbench with a log in order.
    pub(super) ratio_in_order: f64,
    pub(super) ratio_min: f64,
    /// Wishwell's p99 by pgbench's, at most.
    pub(super) p99_share_max: Option<f64>,
}

/// What one side did.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Side {
    pub(super) per_second: f64,
    pub(super) p50_micros: f64,
    pub(super) p99_micros: f64,
    /// Processor time for each hold, where it was looked at.
    pub(super) cpu: Option<Cpu>,
}

/// Processor time for each hold, in microseconds.
#[derive(Debug, Clone, Copy, Serialize)]
pub(super) struct Cpu {
    /// The clients', in this process.
    pub(super) clients_micros: f64,
    /// Wishwell's.
    pub(super) server_micros: f64,
    /// The database server's, all its processes; 0 where the database is a file.
    pub(super) database_micros: f64,
}

/// More was asked than there was.
#[derive(Debug, Serialize)]
pub(super) struct Exhaustion {
    pub(super) there: u64,
    pub(super) asked: u64,
    pub(super) held: u64,
    pub(super) refused: u64,
    pub(super) discrepancies: usize,
}

impl CaseResult {
    /// Wishwell's p99 by pgbench's.
    pub(super) fn p99_share(&self) -> f64 {
        self.wishwell.p99_micros / self.pgbench.p99_micros.max(1.0)
    }
}

impl Exhaustion {
    /// Whether exactly what there was is held, everybody else was refused, and all of it adds up.
    pub(super) fn is_exact(&self) -> bool {
        self.held == self.there && self.held + self.refused == self.asked && self.discrepancies == 0
    }
}

impl Side {
    /// Of the times of all holds in a round, in microseconds.
    pub(super) fn of(mut times: Vec<u32>, duration: Duration) -> Self {
        times.sort_unstable();
        let quantile = |share: f64| {
            let at = (times.len() as f64 * share) as usize;
            times.get(at.min(times.len().saturating_sub(1))).copied().map_or(0.0, f64::from)
        };
        Self {
            per_second: times.len() as f64 / duration.as_secs_f64(),
            p50_micros: quantile(0.5),
            p99_micros: quantile(0.99),
            cpu: None,
        }
    }

    pub(super) fn median(rounds: &[Self]) -> Self {
        let of = |value: fn(&Self) -> f64| median(&mut rounds.iter().map(value).collect::<Vec<_>>());
        Self {
            per_second: of(|side| side.per_second),
            p50_micros: of(|side| side.p50_micros),
            p99_micros: of(|side| side.p99_micros),
            cpu: Cpu::median(&rounds.iter().filter_map(|side| side.cpu).collect::<Vec<_>>()),
        }
    }
}

impl Cpu {
    fn median(rounds: &[Self]) -> Option<Self> {
        let of = |value: fn(&Self) -> f64| median(&mut rounds.iter().map(value).collect::<Vec<_>>());
        (!rounds.is_empty()).then(|| Self {
            clients_micros: of(|cpu| cpu.clients_micros),
            server_micros: of(|cpu| cpu.server_micros),
            database_micros: of(|cpu| cpu.database_micros),
        })
    }
}

pub(super) const fn verdict(holds: bool) -> &'static str {
    if holds { "met" } else { "MISSED" }
}

/// Prints the table.
pub(super) fn print(results: &Results) {
    println!("\nDurable holds, {} rounds of {} s each side; medians\n", results.rounds, results.round_seconds);
    println!("pools   clients  pgbench/s  p50/p99 ms       Wishwell/s  p50/p99 ms       ratio   required");
    for case in &results.cases {
        let (theirs, ours) = (&case.pgbench, &case.wishwell);
        let ms = |micros: f64| micros / 1_000.0;
        println!(
            "{:<7} {:<8} {:>9.0}  {:>6.1} / {:<6.1}  {:>10.0}  {:>6.1} / {:<6.1}  {:>5.2}   >= {:.0}: {}",
            case.pools,
            case.clients,
            theirs.per_second,
            ms(theirs.p50_micros),
            ms(theirs.p99_micros),
            ours.per_second,
            ms(ours.p50_micros),
            ms(ours.p99_micros),
            case.ratio,
            case.ratio_min,
            verdict(case.ratio >= case.ratio_min)
        );
        println!(
            "{:>16} with a log in order: {:>7.0}  {:>6.1} / {:<6.1}  {:>5.2}",
            "",
            case.pgbench_in_order.per_second,
            ms(case.pgbench_in_order.p50_micros),
            ms(case.pgbench_in_order.p99_micros),
            case.ratio_in_order
        );
        if let Some(Cpu { clients_micros, server_micros, database_micros }) = ours.cpu {
            println!(
                "{:>16} CPU us a hold: clients {clients_micros:.0}, server {server_micros:.0}, database {database_micros:.0}",
                ""
            );
        }
        if let Some(max) = case.p99_share_max {
            let share = case.p99_share();
            println!("{:>80} p99 x {share:.2}   <= {max:.2}: {}", "", verdict(share <= max));
        }
    }
    let Exhaustion { there, asked, held, refused, discrepancies } = &results.exhaustion;
    println!(
        "\nexhaustion: {there} there, {asked} asked, {held} held, {refused} refused, {discrepancies} discrepancies: {}",
        verdict(results.exhaustion.is_exact())
    );
}

/// Writes results as JSON, and as a page beside it.
pub(super) fn write(results: &impl Serialize, page: &str, folder: &Path, name: &str) {
    std::fs::create_dir_all(folder).expect("the folder for results can be made");
    let json = serde_json::to_string_pretty(results).expect("results are plain values");
    let stem = format!("{}-{name}", Machine::this().date);
    for (ending, text) in [("json", json + "\n"), ("md", page.to_owned())] {
        let path = folder.join(format!("{stem}.{ending}"));
        std::fs::write(&path, text).expect("the results can be written");
        eprintln!("written to {}", path.display());
    }
}
