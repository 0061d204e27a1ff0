//! What was measured, as a table for people, as Markdown and as JSON.

use std::fmt::Write as _;
use std::path::Path;

use serde::Serialize;

use crate::RunArgs;
use crate::machine::Machine;
use crate::rivals::Rival;

/// One run.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Results {
    pub(crate) machine: Machine,
    pub(crate) setting: Setting,
    pub(crate) sizes: Vec<SizeResult>,
}

/// How it was measured.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Setting {
    pub(crate) rounds: usize,
    pub(crate) round_seconds: f64,
    pub(crate) connections: usize,
    pub(crate) in_flight_per_connection: usize,
    pub(crate) open_loop_rate: u32,
}

pub(crate) const fn setting(args: &RunArgs) -> Setting {
    Setting {
        rounds: args.rounds,
        round_seconds: args.round_seconds,
        connections: args.connections,
        in_flight_per_connection: args.in_flight,
        open_loop_rate: args.rate,
    }
}

/// One size of catalogue.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct SizeResult {
    pub(crate) resources: usize,
    pub(crate) echo: Side,
    pub(crate) wishwell: Side,
    /// Wishwell's answers a second by the echo's, median of the rounds' ratios.
    pub(crate) throughput_ratio: f64,
    /// Wishwell's p99 by the echo's at the fixed rate, of each round.
    pub(crate) p99_ratios: Vec<f64>,
    pub(crate) answers: Answers,
    pub(crate) snapshot_bytes_per_resource: f64,
    pub(crate) resident_bytes: u64,
    pub(crate) start_seconds: f64,
    pub(crate) trace_exports: usize,
    pub(crate) rivals: Vec<Rival>,
}

/// One server.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Side {
    pub(crate) answers_per_second: f64,
    /// Processor time of the server for each answer, under full load.
    pub(crate) cpu_micros: f64,
    pub(crate) latency: Latency,
}

/// Times at the fixed rate, from the instant a question was due.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Latency {
    pub(crate) p50_micros: f64,
    pub(crate) p99_micros: f64,
    pub(crate) p999_micros: f64,
}

/// Means over all questions.
#[derive(Debug, Clone, Default, Serialize)]
pub(crate) struct Answers {
    pub(crate) request_bytes: f64,
    pub(crate) reply_bytes: f64,
    pub(crate) candidates: f64,
    pub(crate) near_misses: f64,
    pub(crate) reasons: f64,
}

/// The middle value, the mean of the middle two for an even number; 0 of none.
pub(crate) fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    match values.len() {
        0 => 0.0,
        odd if odd % 2 == 1 => values[middle],
        _ => f64::midpoint(values[middle - 1], values[middle]),
    }
}

/// What the numbers are held to: 0.70 up to here, 0.60 above.
const RATIO_REQUIRED_UP_TO: usize = 100_000;
const CPU_MICROS_MAX: f64 = 24.0;
const P99_RATIO_MAX: f64 = 1.5;
const POSTGIS_RATIO_MIN: f64 = 4.0;
const SNAPSHOT_BYTES_MAX: f64 = 400.0;
const START_SECONDS_MAX: f64 = 2.0;

struct Line {
    what: String,
    value: String,
    /// What is required, and whether it holds.
    required: Option<(String, bool)>,
}

fn line(what: impl Into<String>, value: String) -> Line {
    Line { what: what.into(), value, required: None }
}

fn held(what: impl Into<String>, value: String, required: String, holds: bool) -> Line {
    Line { what: what.into(), value, required: Some((required, holds)) }
}

fn lines(result: &SizeResult) -> Vec<Line> {
    let SizeResult { echo, wishwell, answers, .. } = result;
    let (ratio_min, ratio) =
        (if result.resources <= RATIO_REQUIRED_UP_TO { 0.70 } else { 0.60 }, result.throughput_ratio);
    let p99_ratio = median(&mut result.p99_ratios.clone());
    let p99_least = result.p99_ratios.iter().copied().reduce(f64::min).unwrap_or_default();
    let p99_most = result.p99_ratios.iter().copied().reduce(f64::max).unwrap_or_default();
    let mut lines = vec![
        line("echo, answers/s", format!("{:.0}", echo.answers_per_second)),
        line("Wishwell, answers/s", format!("{:.0}", wishwell.answers_per_second)),
        held("ratio", format!("{ratio:.3}"), format!(">= {ratio_min:.2}"), ratio >= ratio_min),
        line("echo, server CPU us/answer", format!("{:.1}", echo.cpu_micros)),
        held(
            "Wishwell, server CPU us/answer",
            format!("{:.1}", wishwell.cpu_micros),
            format!("<= {CPU_MICROS_MAX}"),
            wishwell.cpu_micros <= CPU_MICROS_MAX,
        ),
        line("echo, p50 / p99 / p99.9 us", latency(&echo.latency)),
        line("Wishwell, p50 / p99 / p99.9 us", latency(&wishwell.latency)),
        held(
            "p99 ratio (least, most of the rounds)",
            format!("{p99_ratio:.2} ({p99_least:.2}, {p99_most:.2})"),
            format!("<= {P99_RATIO_MAX}"),
            p99_ratio <= P99_RATIO_MAX,
        ),
    ];
    for rival in &result.rivals {
        let times = wishwell.answers_per_second / rival.queries_per_second.max(1.0);
        let shown = format!("{:.0} ({} connections); x {times:.1}", rival.queries_per_second, rival.connections);
        let what = format!("{}, queries/s; Wishwell's", rival.name);
        lines.push(if rival.name.starts_with("PostGIS") {
            held(what, shown, format!("x {POSTGIS_RATIO_MIN}"), times >= POSTGIS_RATIO_MIN)
        } else {
            line(what, shown)
        });
    }
    let bytes = result.snapshot_bytes_per_resource;
    let required = format!("<= {SNAPSHOT_BYTES_MAX} at a million");
    lines.push(held(
        "snapshot, bytes/resource",
        format!("{bytes:.0}"),
        required,
        bytes <= SNAPSHOT_BYTES_MAX || result.resources < 1_000_000,
    ));
    lines.push(line("resident memory, MiB", format!("{:.0}", result.resident_bytes as f64 / 1_048_576.0)));
    let seconds = result.start_seconds;
    let start = format!("{seconds:.2}");
    lines.push(if result.resources <= 100_000 {
        held("start to ready, s", start, format!("< {START_SECONDS_MAX}"), seconds < START_SECONDS_MAX)
    } else {
        line("start to ready, s", start)
    });
    lines.push(line("request / reply, bytes", format!("{:.0} / {:.0}", answers.request_bytes, answers.reply_bytes)));
    lines.push(line(
        "candidates / near misses / reasons",
        format!("{:.1} / {:.1} / {:.1}", answers.candidates, answers.near_misses, answers.reasons),
    ));
    lines
}

fn latency(latency: &Latency) -> String {
    format!("{:.0} / {:.0} / {:.0}", latency.p50_micros, latency.p99_micros, latency.p999_micros)
}

/// Prints one size.
pub(crate) fn print_size(result: &SizeResult) {
    println!("\n{} resources", thousands(result.resources));
    for Line { what, value, required } in lines(result) {
        let judged = required.map_or(String::new(), |(required, holds)| {
            format!("{required:<20} {}", if holds { "holds" } else { "MISSED" })
        });
        println!("  {what:<40} {value:>30}  {judged}");
    }
}

/// Writes JSON and Markdown, named by the day, and prints the machine.
pub(crate) fn write(results: &Results, folder: &Path) {
    let machine = &results.machine;
    println!("\n{}", about(machine));
    std::fs::create_dir_all(folder).expect("the folder for results can be made");
    let json = serde_json::to_string_pretty(results).expect("results are plain values");
    let stem = folder.join(format!("find-resources-{}", machine.date));
    let (json_file, page_file) = (stem.with_extension("json"), stem.with_extension("md"));
    std::fs::write(&json_file, json + "\n").expect("the results can be written");
    std::fs::write(&page_file, page(results)).expect("the results can be written");
    println!("written to {} and {}", json_file.display(), page_file.display());
}

/// The machine in one line.
pub(crate) fn about(machine: &Machine) -> String {
    format!(
        "{}, {} cores, {} GiB, Linux {}, {}, commit {}, {}, load before {:.2}",
        machine.processor,
        machine.cores,
        machine.memory_gib,
        machine.kernel,
        machine.compiler,
        machine.commit,
        machine.date,
        machine.load_before
    )
}

fn page(results: &Results) -> String {
    let Setting { rounds, round_seconds, connections, in_flight_per_connection, open_loop_rate } = results.setting;
    let mut page = format!(
        "# FindResources beside a bare echo, {}\n\n{}.\n\n{rounds} rounds of {round_seconds} s each side, {connections} \
         connections with {in_flight_per_connection} calls each, server and client on the same cores; times at \
         {open_loop_rate} calls a second. Medians.\n",
        results.machine.date,
        about(&results.machine)
    );
    for size in &results.sizes {
        // Writing to a String cannot fail.
        let _ =
            write!(page, "\n## {} resources\n\n| | measured | required |\n|---|---:|---|\n", thousands(size.resources));
        for Line { what, value, required } in lines(size) {
            let required =
                required.map_or(
                    String::new(),
                    |(required, holds)| {
                        if holds { required } else { format!("{required}: **missed**") }
                    },
                );
            let _ = writeln!(page, "| {what} | {value} | {required} |");
        }
    }
    page
}

fn thousands(number: usize) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_the_middle_or_the_mean_of_the_middle_two() {
        assert_eq!(median(&mut [3.0, 1.0, 2.0]), 2.0);
        assert_eq!(median(&mut [4.0, 1.0, 3.0, 2.0]), 2.5);
        assert_eq!(median(&mut []), 0.0);
    }

    #[test]
    fn numbers_are_grouped_by_thousands() {
        assert_eq!([7, 1_000, 100_000, 1_000_000].map(thousands), ["7", "1,000", "100,000", "1,000,000"]);
    }
}
