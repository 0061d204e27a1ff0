//! What was measured, as a table, as JSON and as a page.

use std::fmt::Write as _;
use std::path::Path;

use crate::case::Ours;
use crate::machine::Machine;
use crate::measure::{Results, Row};
use crate::rivals::Run;

/// Says what the numbers were measured on.
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

/// A time with three digits.
pub(crate) fn time(seconds: f64) -> String {
    match seconds {
        long if long >= 100.0 => format!("{long:.0} s"),
        long if long >= 10.0 => format!("{long:.1} s"),
        short if short >= 1.0 => format!("{short:.2} s"),
        short => format!("{:.1} ms", short * 1_000.0),
    }
}

fn mib(bytes: u64) -> String {
    format!("{:.0}", bytes as f64 / f64::from(1 << 20))
}

/// What a peer took, and how many times as long as Wishwell that is.
fn against(run: &Run, ours: &Ours) -> String {
    match run {
        Run::Finished(told) if told.levels != ours.levels => {
            format!("{}, **another optimum**: {:?}", time(told.seconds), told.levels)
        }
        Run::Finished(told) => {
            let times = told.seconds / ours.seconds;
            format!("{} ({times:.1} x), {} MiB", time(told.seconds), mib(told.peak_kib * 1_024))
        }
        Run::EndedAfter(seconds) => format!("> {} (> {:.1} x, ended)", time(*seconds), seconds / ours.seconds),
        Run::Failed(why) => format!("none: {why}"),
    }
}

fn figures(ours: &Ours) -> String {
    format!(
        "{} + {} check, {} MiB{}",
        time(ours.seconds),
        time(ours.check_seconds),
        mib(ours.peak_bytes),
        if ours.proven { "" } else { ", **not proven**" }
    )
}

/// Prints one problem's figures.
pub(crate) fn print_row(row: &Row) {
    println!("\n{} x {}, {}, {} arcs", row.needs, row.resources, row.arcs.name(), row.ours.arcs);
    println!("  {:<20} {}", "Wishwell", figures(&row.ours));
    if let Some(ours) = &row.ours_on_one {
        println!("  {:<20} {}", "Wishwell, 1 thread", figures(ours));
    }
    for (rival, run) in &row.rivals {
        println!("  {:<20} {}", rival.name(), against(run, &row.ours));
    }
}

/// Writes JSON and Markdown, named by the day.
pub(crate) fn write(results: &Results, folder: &Path) {
    let json = serde_json::to_string_pretty(results).expect("results are plain values");
    keep(&format!("allocation-{}", results.machine.date), folder, &json, &page(results));
    println!("\n{}", about(&results.machine));
}

/// Writes a JSON file and a page of one name.
pub(crate) fn keep(name: &str, folder: &Path, json: &str, page: &str) {
    std::fs::create_dir_all(folder).expect("the folder for results can be made");
    for (ending, text) in [("json", json), ("md", page)] {
        let file = folder.join(format!("{name}.{ending}"));
        std::fs::write(&file, text.trim_end().to_owned() + "\n").expect("the results can be written");
        println!("written to {}", file.display());
    }
}

fn page(results: &Results) -> String {
    let mut page = format!(
        "# Allocation beside LEMON and OR-Tools, {}\n\n{}.\n\nMade-up transportation problems (12 towns, 30 categories, up to 20 \
         arcs a need, capacity 70% of demand, four urgency tiers before distance). Seconds of solving alone, from the network to \
         the optimum with its prices; {} threads for Wishwell and for LEMON by category, one for the others, which have no more. \
         Median of {} runs below {} needs, one run from there on. A peer that needed more than {} s, loading included, was ended: \
         its ratio is a lower bound. Every peer that had an answer came to the same units by tier and the same distance{}.\n",
        results.machine.date,
        about(&results.machine),
        results.threads,
        results.runs,
        results.once_from,
        results.limit_seconds,
        if results.rows.iter().all(Row::same_optimum) { "" } else { ", **except where it says so**" },
    );
    let Some(first) = results.rows.first() else { return page };
    page.push_str("\n| needs x resources | arcs | Wishwell |");
    first.rivals.iter().for_each(|(rival, _)| page.push_str(&format!(" {} |", rival.name())));
    page.push_str("\n|---|---|---|");
    first.rivals.iter().for_each(|_| page.push_str("---|"));
    page.push('\n');
    for row in &results.rows {
        // Writing to a String cannot fail.
        let _ = write!(
            page,
            "| {} x {} | {}, {} | {} |",
            row.needs,
            row.resources,
            row.ours.arcs,
            row.arcs.name(),
            figures(&row.ours)
        );
        row.rivals.iter().for_each(|(_, run)| page.push_str(&format!(" {} |", against(run, &row.ours))));
        page.push('\n');
    }
    page
}
