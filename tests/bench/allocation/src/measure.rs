//! Wishwell and its peers on the same problems, one after the other, in one run.

use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use clap::Args;
use serde::Serialize;

use crate::case::{Arcs, Ours, Which};
use crate::machine::Machine;
use crate::rivals::{Peers, Rival, Run, within};
use crate::table;

/// How to measure.
#[derive(Clone, Debug, Args)]
pub(crate) struct MeasureArgs {
    /// Sizes, needs x resources.
    #[arg(long, value_delimiter = ',', default_value = "1000x200,10000x2000,100000x10000,1000000x100000")]
    sizes: Vec<String>,
    /// Which arcs needs have, a table row each.
    #[arg(long, value_enum, value_delimiter = ',', default_value = "nearest,random,several")]
    arcs: Vec<Arcs>,
    /// Peers; none with `--peers none`.
    #[arg(long, value_delimiter = ',', default_value = "lemon,lemon-split,ortools")]
    peers: Vec<String>,
    /// Threads of Wishwell, and of LEMON by category.
    #[arg(long, default_value_t = 2)]
    threads: usize,
    /// Runs of each side; the median counts.
    #[arg(long, default_value_t = 3)]
    runs: usize,
    /// Sizes from here on are run once.
    #[arg(long, default_value_t = 100_000)]
    once_from: u32,
    /// Seconds after which a peer is ended, loading included.
    #[arg(long, default_value_t = 600)]
    limit_seconds: u64,
    /// Also lets Wishwell solve on one thread.
    #[arg(long)]
    one_thread: bool,
    /// The same seed makes the same problems.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Folder for problems that peers read; each is removed after use.
    #[arg(long, default_value = "target/bench")]
    data: PathBuf,
    /// Folder for the results.
    #[arg(long, default_value = "tests/results")]
    results: PathBuf,
    #[command(flatten)]
    places: Peers,
}

/// One run.
#[derive(Debug, Serialize)]
pub(crate) struct Results {
    pub(crate) machine: Machine,
    pub(crate) threads: usize,
    pub(crate) runs: usize,
    pub(crate) once_from: u32,
    pub(crate) limit_seconds: u64,
    pub(crate) rows: Vec<Row>,
}

/// One problem.
#[derive(Debug, Serialize)]
pub(crate) struct Row {
    pub(crate) needs: u32,
    pub(crate) resources: u32,
    pub(crate) arcs: Arcs,
    pub(crate) ours: Ours,
    /// On one thread, if that was asked for.
    pub(crate) ours_on_one: Option<Ours>,
    pub(crate) rivals: Vec<(Rival, Run)>,
}

impl Row {
    /// Whether each peer that had an answer came to the same, level by level.
    pub(crate) fn same_optimum(&self) -> bool {
        self.rivals.iter().all(|(_, run)| !matches!(run, Run::Finished(told) if told.levels != self.ours.levels))
    }
}

/// Measures, prints the table and writes it.
pub(crate) fn run(args: &MeasureArgs) {
    let rivals: Vec<Rival> = args
        .peers
        .iter()
        .filter(|name| *name != "none")
        .map(|name| <Rival as clap::ValueEnum>::from_str(name, true).unwrap_or_else(|why| panic!("--peers: {why}")))
        .collect();
    let mut results = Results {
        machine: Machine::this(),
        threads: args.threads,
        runs: args.runs,
        once_from: args.once_from,
        limit_seconds: args.limit_seconds,
        rows: Vec::new(),
    };
    for size in &args.sizes {
        let (needs, resources) = size.split_once('x').expect("a size is needs x resources");
        let number = |text: &str| text.parse::<u32>().expect("a size is needs x resources");
        for arcs in &args.arcs {
            let which = Which { needs: number(needs), resources: number(resources), arcs: *arcs, seed: args.seed };
            let row = measure(args, which, &rivals);
            table::print_row(&row);
            results.rows.push(row);
        }
    }
    table::write(&results, &args.results);
    let wrong = results.rows.iter().filter(|row| !row.same_optimum() || !row.ours.proven).count();
    assert!(wrong == 0, "{wrong} of the problems have different optima, or are not proven");
}

fn measure(args: &MeasureArgs, which: Which, rivals: &[Rival]) -> Row {
    std::fs::create_dir_all(&args.data).expect("the folder for problems can be made");
    let file = args.data.join(format!("problem-{}-{}-{:?}.bin", which.needs, which.resources, which.arcs));
    if !rivals.is_empty() {
        child(&which, &["--write", &file.to_string_lossy()]);
    }
    let runs = if which.needs >= args.once_from { 1 } else { args.runs };
    let mut ours: Vec<Ours> = Vec::new();
    let mut told: Vec<Vec<Run>> = vec![Vec::new(); rivals.len()];
    // Sides alternate, so that a busy minute meets all of them.
    for _ in 0..runs {
        ours.push(solved(&which, args.threads));
        for (told, rival) in told.iter_mut().zip(rivals) {
            if which.arcs == Arcs::Several && *rival == Rival::LemonSplit {
                told.push(Run::Failed("categories are not apart".to_owned()));
            } else if !told.iter().any(|run| matches!(run, Run::EndedAfter(_))) {
                told.push(args.places.run(*rival, &file, args.threads, Duration::from_secs(args.limit_seconds)));
            }
        }
    }
    let ours_on_one = args.one_thread.then(|| solved(&which, 1));
    let _ = std::fs::remove_file(&file);
    Row {
        needs: which.needs,
        resources: which.resources,
        arcs: which.arcs,
        ours: middle(ours, |run| run.seconds),
        ours_on_one,
        rivals: rivals.iter().copied().zip(told.into_iter().map(|runs| middle(runs, seconds))).collect(),
    }
}

fn seconds(run: &Run) -> f64 {
    match run {
        Run::Finished(told) => told.seconds,
        Run::EndedAfter(seconds) => *seconds,
        Run::Failed(_) => f64::INFINITY,
    }
}

/// The run that took the median time, the slower of two.
fn middle<T>(mut runs: Vec<T>, seconds: impl Fn(&T) -> f64) -> T {
    runs.sort_by(|a, b| seconds(a).total_cmp(&seconds(b)));
    let at = runs.len() / 2;
    runs.swap_remove(at)
}

fn solved(which: &Which, threads: usize) -> Ours {
    let told = child(which, &["--threads", &threads.to_string()]);
    serde_json::from_str(&told).unwrap_or_else(|error| panic!("{error}: {told}"))
}

/// This very program on one problem.
fn child(which: &Which, further: &[&str]) -> String {
    let program = std::env::current_exe().expect("a running program knows its path");
    let mut command = Command::new(program);
    command.arg("case");
    command.args(["--needs", &which.needs.to_string(), "--resources", &which.resources.to_string()]);
    command.args(["--arcs", &format!("{:?}", which.arcs).to_lowercase(), "--seed", &which.seed.to_string()]);
    let day = Duration::from_secs(86_400);
    let (done, told, why) = within(command.args(further), day).expect("a day is enough");
    assert!(done, "{which:?}: {why}");
    told
}
