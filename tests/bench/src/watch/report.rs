//! What was measured of watching, as a table, as JSON and as a page.

use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;

use serde::Serialize;

use super::watchers::Told;
use crate::machine::Machine;
use crate::report::{about, median};

/// The delay that 99 of 100 events stay below.
const P99_MILLISECONDS_MAX: f64 = 250.0;
/// By how much memory may be higher in the last third than in the first.
const GROWTH_MAX: f64 = 1.05;

/// One run.
#[derive(Debug, Serialize)]
pub(super) struct Results {
    pub(super) machine: Machine,
    /// Events a second that were due.
    pub(super) rate: usize,
    /// Events of one transaction.
    pub(super) batch: usize,
    pub(super) filtered: Delays,
    pub(super) unfiltered: Delays,
    /// What somebody was told too often, too seldom or in another order.
    pub(super) wrong: Vec<String>,
    pub(super) seconds: Vec<Second>,
}

/// How late events were with some watchers, from the beginning of their transaction until they were decoded.
#[derive(Debug, Serialize)]
pub(super) struct Delays {
    pub(super) watchers: usize,
    /// Events that all of them got while it was measured.
    pub(super) events: usize,
    pub(super) p50_ms: f64,
    pub(super) p99_ms: f64,
    pub(super) p999_ms: f64,
    pub(super) max_ms: f64,
}

/// One second of the server.
#[derive(Debug, Serialize)]
pub(super) struct Second {
    pub(super) events: i64,
    /// Processor seconds.
    pub(super) cpu: f64,
    pub(super) resident_mib: f64,
}

impl Delays {
    pub(super) fn of(told: &[Arc<Told>]) -> Self {
        let mut all: Vec<u32> = told.iter().flat_map(|told| told.delays()).collect();
        all.sort_unstable();
        let quantile = |share: f64| {
            let at = (all.len() as f64 * share) as usize;
            all.get(at.min(all.len().saturating_sub(1))).map_or(0.0, |micros| f64::from(*micros) / 1_000.0)
        };
        Self {
            watchers: told.len(),
            events: all.len(),
            p50_ms: quantile(0.5),
            p99_ms: quantile(0.99),
            p999_ms: quantile(0.999),
            max_ms: quantile(1.0),
        }
    }
}

struct Line {
    what: String,
    value: String,
    required: Option<(String, bool)>,
}

fn line(what: &str, value: String) -> Line {
    Line { what: what.to_owned(), value, required: None }
}

fn lines(results: &Results) -> Vec<Line> {
    let Results { filtered, unfiltered, rate, seconds, .. } = results;
    let of = |value: fn(&Second) -> f64| median(&mut seconds.iter().map(value).collect::<Vec<_>>());
    let per_second = of(|second| second.events as f64);
    let third = (seconds.len() / 3).max(1);
    let resident = |part: &[Second]| median(&mut part.iter().map(|second| second.resident_mib).collect::<Vec<_>>());
    let (first, last) =
        (resident(&seconds[..third.min(seconds.len())]), resident(&seconds[seconds.len().saturating_sub(third)..]));
    let delays = |who: &str, delays: &Delays| Line {
        what: format!("{} {who} watchers, p50 / p99 / p99.9 / max ms", delays.watchers),
        value: format!("{:.1} / {:.1} / {:.1} / {:.1}", delays.p50_ms, delays.p99_ms, delays.p999_ms, delays.max_ms),
        required: Some((
            format!("p99 < {P99_MILLISECONDS_MAX:.0}"),
            delays.p99_ms < P99_MILLISECONDS_MAX && delays.events > 0,
        )),
    };
    vec![
        Line {
            what: "events a second".to_owned(),
            value: format!("{per_second:.0}"),
            required: Some((format!(">= {:.0}", *rate as f64 * 0.99), per_second >= *rate as f64 * 0.99)),
        },
        delays("filtered", filtered),
        delays("unfiltered", unfiltered),
        line(
            "events told a second",
            format!("{:.0}", (filtered.events + unfiltered.events) as f64 / seconds.len().max(1) as f64),
        ),
        line("server, cores busy", format!("{:.2}", of(|second| second.cpu))),
        Line {
            what: "server memory, first third / last third, MiB".to_owned(),
            value: format!("{first:.1} / {last:.1}"),
            required: Some((format!("<= {GROWTH_MAX:.2} times"), last <= first * GROWTH_MAX)),
        },
        Line {
            what: "lost, doubled or out of order".to_owned(),
            value: results.wrong.len().to_string(),
            required: Some(("0".to_owned(), results.wrong.is_empty())),
        },
    ]
}

/// Prints the table.
pub(super) fn print(results: &Results) {
    println!("\nWatchEvents, {} s\n", results.seconds.len());
    for Line { what, value, required } in lines(results) {
        let judged = required.map_or(String::new(), |(required, holds)| {
            format!("{required:<14} {}", if holds { "holds" } else { "MISSED" })
        });
        println!("  {what:<52} {value:>32}  {judged}");
    }
    results.wrong.iter().take(10).for_each(|wrong| println!("  {wrong}"));
}

/// Writes JSON and Markdown, named by the day.
pub(super) fn write(results: &Results, folder: &Path) {
    std::fs::create_dir_all(folder).expect("the folder for results can be made");
    let stem = folder.join(format!("watch-events-{}", results.machine.date));
    let (json_file, page_file) = (stem.with_extension("json"), stem.with_extension("md"));
    let json = serde_json::to_string_pretty(results).expect("results are plain values");
    std::fs::write(&json_file, json + "\n").expect("the results can be written");
    std::fs::write(&page_file, page(results)).expect("the results can be written");
    println!("\n{}\nwritten to {} and {}", about(&results.machine), json_file.display(), page_file.display());
}

fn page(results: &Results) -> String {
    let mut page = format!(
        "# WatchEvents, {}\n\n{}.\n\n{} events a second for {} s, {} in a transaction; server, PostgreSQL, writers and watchers \
         on the same cores. Delays count from the beginning of an event's transaction.\n\n| | measured | required |\n|---|---:|---|\n",
        results.machine.date,
        about(&results.machine),
        results.rate,
        results.seconds.len(),
        results.batch
    );
    for Line { what, value, required } in lines(results) {
        let required = required.map_or(
            String::new(),
            |(required, holds)| {
                if holds { required } else { format!("{required}: **missed**") }
            },
        );
        // Writing to a String cannot fail.
        let _ = writeln!(page, "| {what} | {value} | {required} |");
    }
    page
}
