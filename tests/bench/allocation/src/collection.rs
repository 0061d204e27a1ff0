//! Every generalised assignment of the public collection, beside the best value known.

use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;
use serde::Serialize;
use serde_json::json;
use wishwell_instances::orlib::GeneralisedAssignment;

use crate::machine::Machine;
use crate::solve::{Assigned, assign};
use crate::table::{about, keep, time};

/// The collection's table says 12,244 of this one; a solution of 12,238 is known.
const BETTER_KNOWN: [(&str, i64); 1] = [("chu1997/d20200", 12_238)];
/// Of a hundred, what an answer may exceed the best known by.
const EXCESS_PERCENT_MAX: f64 = 0.1;
/// The same of instances of type D.
const EXCESS_PERCENT_MAX_D: f64 = 0.5;
/// So many have to be proven optimal.
const PROVEN_MIN: usize = 72;

/// What to solve.
#[derive(Clone, Debug, Args)]
pub(crate) struct CollectionArgs {
    /// Folder of the collection, with `best_known.csv`.
    folder: PathBuf,
    /// Seconds for an answer that is near the best known.
    #[arg(long, default_value_t = 10.0)]
    seconds: f64,
    /// Seconds for a proof, begun anew where the shorter time did not do.
    #[arg(long, default_value_t = 60.0)]
    seconds_to_prove: f64,
    /// Folder for the results.
    #[arg(long, default_value = "tests/results")]
    results: PathBuf,
}

/// One instance and its figures.
#[derive(Debug, Serialize)]
struct Row {
    name: String,
    jobs: usize,
    agents: usize,
    best_known: i64,
    /// After the shorter time.
    soon: Assigned,
    /// After the longer one, where the shorter did not prove it.
    later: Option<Assigned>,
}

impl Row {
    fn proven(&self) -> bool {
        self.soon.proven || self.later.as_ref().is_some_and(|later| later.proven)
    }

    /// Of a hundred, what the first answer exceeds the best known by; below nothing, where it is better. None without an answer.
    fn excess_percent(&self) -> Option<f64> {
        let best = self.best_known as f64;
        self.soon.cost.map(|cost| (cost as f64 - best) / best * 100.0)
    }

    fn near(&self) -> bool {
        let of_type_d = self.name.split('/').next_back().is_some_and(|name| name.starts_with('d'));
        let most = if of_type_d { EXCESS_PERCENT_MAX_D } else { EXCESS_PERCENT_MAX };
        self.excess_percent().is_some_and(|excess| excess <= most)
    }
}

/// Solves them all, prints a line each and writes a page.
///
/// # Errors
///
/// What cannot be read, or an answer that does not hold.
pub(crate) fn run(args: &CollectionArgs) -> Result<(), String> {
    let table = read(&args.folder.join("best_known.csv"))?;
    let mut rows = Vec::new();
    for line in table.lines().skip(1).filter(|line| !line.is_empty()) {
        let row = solved(args, line)?;
        let last = row.later.as_ref().unwrap_or(&row.soon);
        println!(
            "{:>3}  {:<24} {:>3} x {:<3} best known {:>6}  {}  {}",
            rows.len() + 1,
            row.name,
            row.jobs,
            row.agents,
            row.best_known,
            told(last),
            time(last.seconds)
        );
        rows.push(row);
    }
    report(args, &rows);
    Ok(())
}

fn read(file: &Path) -> Result<String, String> {
    std::fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))
}

fn solved(args: &CollectionArgs, line: &str) -> Result<Row, String> {
    let fields: Vec<&str> = line.split(',').collect();
    let (Some(name), Some(best)) = (fields.first(), fields.get(7).and_then(|best| best.trim().parse::<i64>().ok()))
    else {
        return Err(format!("best_known.csv: no name and best known value in: {line}"));
    };
    let better = BETTER_KNOWN.iter().find(|(of, _)| of == name).map_or(best, |(_, better)| *better);
    let named = |error: String| format!("{name}: {error}");
    let instance =
        GeneralisedAssignment::parse(&read(&args.folder.join(name))?).map_err(|error| named(error.to_string()))?;
    let within = |seconds| assign(&instance, Duration::from_secs_f64(seconds)).map_err(named);
    let soon = within(args.seconds)?;
    let later = if soon.proven { None } else { Some(within(args.seconds_to_prove)?) };
    let (jobs, agents) = (instance.jobs, instance.agents);
    Ok(Row { name: (*name).to_owned(), jobs, agents, best_known: best.min(better), soon, later })
}

fn told(of: &Assigned) -> String {
    match (of.cost, of.bound) {
        (Some(cost), _) if of.proven => format!("{cost}, proven"),
        (Some(cost), Some(bound)) => format!("{cost}, at least {bound}"),
        (Some(cost), None) => format!("{cost}, no bound"),
        (None, _) => "no answer".to_owned(),
    }
}

fn report(args: &CollectionArgs, rows: &[Row]) {
    let machine = Machine::this();
    let proven = rows.iter().filter(|row| row.proven()).count();
    let at_once = rows.iter().filter(|row| row.soon.proven).count();
    let far = rows.iter().filter(|row| !row.near()).count();
    let judged = |held: bool| if held { "met" } else { "**missed**" };
    let summary = format!(
        "Proven optimal within {} s: {proven} of {} (at least {PROVEN_MIN}: {}), {at_once} of them within {} s. Within {} s farther \
         than {EXCESS_PERCENT_MAX}% ({EXCESS_PERCENT_MAX_D}% of type D) from the best known: {far} ({}).",
        args.seconds_to_prove,
        rows.len(),
        judged(proven >= PROVEN_MIN),
        args.seconds,
        args.seconds,
        judged(far == 0),
    );
    let mut page = format!(
        "# Generalised assignments of the public collection, {}\n\n{}.\n\n{summary}\n\nOne thread. Those that took longer than a second, \
         or were not proven:\n\n| instance | jobs x agents | best known | within {} s | beyond the best known | within {} s |\n\
         |---|---:|---:|---:|---:|---:|\n",
        machine.date,
        about(&machine),
        args.seconds,
        args.seconds_to_prove,
    );
    for row in rows.iter().filter(|row| row.soon.seconds > 1.0) {
        let excess = row.excess_percent().map_or_else(|| "no answer".to_owned(), |excess| format!("{excess:.3}%"));
        let timed = |of: &Assigned| format!("{} in {}", told(of), time(of.seconds));
        page.push_str(&format!(
            "| {} | {} x {} | {} | {} | {excess} | {} |\n",
            row.name,
            row.jobs,
            row.agents,
            row.best_known,
            timed(&row.soon),
            row.later.as_ref().map_or_else(String::new, timed)
        ));
    }
    println!("\n{summary}");
    let json = json!({"machine": machine, "seconds": args.seconds, "seconds_to_prove": args.seconds_to_prove,
        "proven": proven, "proven_soon": at_once, "far": far, "instances": rows});
    let json = serde_json::to_string_pretty(&json).expect("figures are plain values");
    keep(&format!("generalised-assignment-{}", machine.date), &args.results, &json, &page);
}
