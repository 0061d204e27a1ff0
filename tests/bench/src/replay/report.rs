//! The replay as a table for people, as JSON, as a page and as a picture.

use std::path::Path;

use serde::Serialize;

use super::page::page;
use super::picture::picture;
use super::study::{FILL_RATIO_MIN, Row, Study};
use crate::machine::Machine;
use crate::report::about;

/// One run.
#[derive(Debug, Serialize)]
pub(super) struct Results {
    pub(super) machine: Machine,
    /// Rounds that the service planned.
    pub(super) calls: usize,
    /// Pairs of all of them.
    pub(super) pairs: usize,
    #[serde(flatten)]
    pub(super) study: Study,
}

/// What is required, what was measured, and whether it holds.
pub(super) struct Verdict {
    pub(super) what: &'static str,
    pub(super) measured: String,
    pub(super) holds: bool,
}

/// What is wanted of the recommended setting.
pub(super) fn verdicts(study: &Study) -> Vec<Verdict> {
    let Study { baselines, recommended, .. } = study;
    let fill = recommended.figures.fill;
    let ratio = |rows: &[&Row]| fill / rows.iter().map(|row| row.figures.fill).fold(0.0, f64::max);
    let published = [&baselines[0], &baselines[2]];
    let (as_published, going_on) = (ratio(&published), ratio(&baselines.iter().collect::<Vec<_>>()));
    let (ours, nearest) = (recommended.figures.unit_miles, baselines[2].figures.unit_miles);
    vec![
        Verdict {
            what: "at least twice the fill of both baselines",
            measured: format!("{as_published:.2} times the better one"),
            holds: as_published >= FILL_RATIO_MIN,
        },
        Verdict {
            what: "the same where the rest of a donation goes on at once",
            measured: format!("{going_on:.2} times the best one"),
            holds: going_on >= FILL_RATIO_MIN,
        },
        Verdict {
            what: "at no more unit-miles than nearest recipient",
            measured: format!("{ours:.1} of {nearest:.1}"),
            holds: ours <= nearest,
        },
    ]
}

/// The rows of the table.
pub(super) fn table(study: &Study) -> impl Iterator<Item = &Row> {
    let ours = [&study.recommended, &study.unbounded, &study.hindsight_within, &study.hindsight];
    study.baselines.iter().chain(ours)
}

/// Prints the table, what is wanted, and the curves.
pub(super) fn print(results: &Results) {
    let study = &results.study;
    heading("");
    table(study).for_each(print_row);
    println!("\nbound on fill at the recommended unit-miles: {:.4}\n", study.bound_at_recommended);
    for Verdict { what, measured, holds } in verdicts(study) {
        println!("  {what:<58} {measured:<28} {}", if holds { "holds" } else { "MISSED" });
    }
    for curve in &study.curves {
        heading(&curve.name);
        curve.rows.iter().for_each(print_row);
    }
}

fn heading(name: &str) {
    println!(
        "\n{name:<72} {:>7} {:>10} {:>12} {:>15} {:>8} {:>7} {:>7}",
        "fill", "unit-miles", "holding days", "shipments/donor", "units", "filled", "s"
    );
}

fn print_row(row: &Row) {
    let figures = &row.figures;
    println!(
        "{:<72} {:>7.4} {:>10.1} {:>12.2} {:>15.2} {:>8} {:>7} {:>7.2}",
        row.name,
        figures.fill,
        figures.unit_miles,
        figures.holding_days,
        figures.shipments_per_donor,
        figures.units,
        figures.filled,
        row.seconds
    );
}

/// Writes JSON, Markdown and the picture, named by the day.
pub(super) fn write(results: &Results, folder: &Path) {
    std::fs::create_dir_all(folder).expect("the folder for results can be made");
    let name = |extension: &str| format!("{}-ppe-replay.{extension}", results.machine.date);
    let json = serde_json::to_string_pretty(results).expect("results are plain values");
    println!("\n{}", about(&results.machine));
    for (extension, text) in
        [("json", json + "\n"), ("svg", picture(&results.study)), ("md", page(results, &name("svg")))]
    {
        let file = folder.join(name(extension));
        std::fs::write(&file, text).expect("the results can be written");
        println!("written to {}", file.display());
    }
}
