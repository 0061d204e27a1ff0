//! Optima compared with those that OR-Tools and HiGHS find on the same problems.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

use clap::Args;
use serde_json::{Value, json};
use wishwell_allocation::{Level, Problem, Segment, Split, check};
use wishwell_instances::mixed::Mixed;
use wishwell_solver::{Options, Unwatched, solve};

use crate::rivals::{Peers, within};

/// How much to compare.
#[derive(Clone, Debug, Args)]
pub(crate) struct DifferentialArgs {
    /// Problems of each kind.
    #[arg(long, default_value_t = 10)]
    problems: u64,
    /// The first problem's seed.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Items of a flow for OR-Tools.
    #[arg(long, default_value_t = 2_000)]
    ortools_items: u32,
    /// Items of a flow for HiGHS.
    #[arg(long, default_value_t = 400)]
    highs_items: u32,
    /// Items of a problem that needs whole numbers, for HiGHS.
    #[arg(long, default_value_t = 25)]
    whole_items: u32,
    /// Most nodes of a tree of decisions.
    #[arg(long, default_value_t = 20_000)]
    nodes: u64,
    /// Threads.
    #[arg(long, default_value_t = 2)]
    threads: usize,
    /// Folder for problems that peers read.
    #[arg(long, default_value = "target/bench")]
    data: PathBuf,
    #[command(flatten)]
    places: Peers,
}

/// What was compared.
#[derive(Debug, Default)]
struct Compared {
    problems: usize,
    proven: usize,
    wrong: Vec<String>,
}

/// Compares, and says what differs.
///
/// # Errors
///
/// Where somebody else's optimum is another one.
pub(crate) fn run(args: &DifferentialArgs) -> Result<(), String> {
    std::fs::create_dir_all(&args.data).map_err(|error| error.to_string())?;
    let mut wrong = Vec::new();
    for (solver, items, whole) in
        [("ortools", args.ortools_items, false), ("highs", args.highs_items, false), ("highs", args.whole_items, true)]
    {
        let begin = Instant::now();
        let compared = compare(args, solver, items, whole)?;
        println!(
            "{solver:<8} {} of {items} items: {} problems, {} proven optimal, {} differ, {:.1} s",
            if whole { "whole numbers" } else { "flows" },
            compared.problems,
            compared.proven,
            compared.wrong.len(),
            begin.elapsed().as_secs_f64()
        );
        wrong.extend(compared.wrong);
    }
    if wrong.is_empty() { Ok(()) } else { Err(wrong.join("\n")) }
}

fn compare(args: &DifferentialArgs, solver: &str, items: u32, whole: bool) -> Result<Compared, String> {
    let pools = (items / 4).max(4);
    let mixed = |seed| Mixed { seed, items, pools, whole };
    let problems: Vec<(u64, Problem)> = (args.seed..args.seed + args.problems)
        .map(|seed| mixed(seed).make().map(|problem| (seed, problem)))
        .collect::<Result<_, _>>()
        .map_err(|error| error.to_string())?;
    let theirs = optima(args, solver, &problems)?;
    let mut compared = Compared::default();
    let options = Options { threads: args.threads, nodes_max: args.nodes };
    for ((seed, problem), optimum) in problems.iter().zip(theirs) {
        let solution = solve(problem, &options, None, &Unwatched).map_err(|error| error.to_string())?;
        let verdict = check(problem, &solution.plan, &solution.certificate)
            .map_err(|faults| format!("seed {seed}: the certificate does not hold: {}", faults[0]))?;
        compared.problems += 1;
        compared.proven += usize::from(verdict.optimal);
        let (reached, bound) = (&verdict.objective.0, &verdict.bound.0);
        // What was not proven optimal may be short of the optimum, and the bound beyond it.
        if *reached > optimum || *bound < optimum || (!whole && !verdict.optimal) {
            compared.wrong.push(format!(
                "{solver}, {items} items, seed {seed}: {optimum:?} is the optimum there, here {reached:?} with the bound {bound:?}"
            ));
        }
    }
    Ok(compared)
}

/// What the optima reach, level by level.
fn optima(args: &DifferentialArgs, solver: &str, problems: &[(u64, Problem)]) -> Result<Vec<Vec<i128>>, String> {
    let file = args.data.join(format!("differential-{solver}.jsonl"));
    let mut lines = Vec::new();
    for (_, problem) in problems {
        let line = serde_json::to_string(&told(problem)).map_err(|error| error.to_string())?;
        writeln!(lines, "{line}").map_err(|error| error.to_string())?;
    }
    std::fs::write(&file, lines).map_err(|error| error.to_string())?;
    let mut command = Command::new(&args.places.python);
    command.arg(args.places.scripts.join("exact.py")).arg(solver).arg(&file);
    let hour = Duration::from_secs(3_600);
    let (done, said, why) = within(&mut command, hour).ok_or_else(|| format!("{solver} needed more than an hour"))?;
    if !done {
        return Err(format!("{solver}: {why}"));
    }
    // HiGHS says its name now and then, whatever it is told.
    let figures = said.lines().filter(|line| line.starts_with('['));
    figures.map(|line| serde_json::from_str(line).map_err(|error| format!("{solver}: {error}: {line}"))).collect()
}

/// A problem as the scripts read it.
fn told(problem: &Problem) -> Value {
    let parts = problem.parts();
    let name = |level: &Level| match level {
        Level::Tier(tier) => format!("tier{tier}"),
        Level::Guarantee => "guarantee".to_owned(),
        Level::Distance => "distance".to_owned(),
        Level::Load => "load".to_owned(),
    };
    let segments = |segments: &[Segment]| segments.iter().map(|of| json!([of.units, of.price])).collect::<Vec<Value>>();
    let weights: serde_json::Map<String, Value> = problem
        .weights()
        .levels()
        .iter()
        .map(|(level, weight)| (name(level), i64::try_from(*weight).map_or(Value::Null, Value::from)))
        .collect();
    json!({
        "is_flow": problem.is_flow(),
        "levels": parts.levels.iter().map(name).collect::<Vec<String>>(),
        "weights": weights,
        "items": parts.items.iter().map(|item| json!({
            "quantity": item.quantity, "tier": item.tier, "worth": item.worth, "group": item.group,
            "whole": item.split == Split::Whole,
        })).collect::<Vec<Value>>(),
        "pools": parts.pools.iter().map(|pool| json!({
            "segments": segments(&pool.segments), "above": pool.cap, "partner": pool.partner,
        })).collect::<Vec<Value>>(),
        "caps": parts.caps.iter().map(|cap| json!({"segments": segments(&cap.segments), "above": cap.cap}))
            .collect::<Vec<Value>>(),
        "groups": parts.groups.iter().map(|group| json!({"guarantee": group.guarantee, "above": group.group}))
            .collect::<Vec<Value>>(),
        "bundles": parts.bundles.iter().map(|bundle| json!(bundle.items)).collect::<Vec<Value>>(),
        "partners": parts.partners.iter().map(|of| json!({"items": of.items, "most": of.most})).collect::<Vec<Value>>(),
        "contacts": parts.contacts.iter().map(|of| json!({"partner": of.partner, "most": of.most}))
            .collect::<Vec<Value>>(),
        "first": parts.first, "arc_pool": parts.arc_pool, "arc_distance": parts.arc_distance, "draws": parts.draws,
    })
}
