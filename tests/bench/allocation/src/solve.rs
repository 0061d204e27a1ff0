//! Solves a file of a public collection and prints one line of JSON.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use clap::{Args, ValueEnum};
use serde::Serialize;
use serde_json::{Value, json};
use wishwell_allocation::assignment_check::{
    AssignmentClaim, AssignmentMultipliers, AssignmentProblem, check_assignment,
};
use wishwell_allocation::{Objective, Problem, check};
use wishwell_instances::dimacs::MinCostFlow;
use wishwell_instances::orlib::{Assignment, GeneralisedAssignment};
use wishwell_solver::{Control, Options, Unwatched, gap, solve};

use crate::memory;

/// Formats of files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// OR-Library's dense assignment.
    OrlibAssignment,
    /// OR-Library's generalised assignment.
    OrlibGap,
    /// DIMACS minimum-cost flow.
    DimacsMin,
}

/// What to solve.
#[derive(Clone, Debug, Args)]
pub(crate) struct SolveArgs {
    /// The file's format.
    #[arg(long, value_enum)]
    format: Format,
    /// Threads.
    #[arg(long, default_value_t = 1)]
    threads: usize,
    /// Seconds after which a generalised assignment is left at the gap it has. Flows are always solved to the end.
    #[arg(long, default_value_t = 60.0)]
    seconds: f64,
    /// The file.
    file: PathBuf,
}

/// Solves it.
///
/// # Errors
///
/// What is wrong with the file, or with the answer.
pub(crate) fn run(args: &SolveArgs) -> Result<(), String> {
    let text = std::fs::read_to_string(&args.file).map_err(|error| format!("{}: {error}", args.file.display()))?;
    let named = |error: &dyn std::fmt::Display| format!("{}: {error}", args.file.display());
    let figures = match args.format {
        Format::OrlibAssignment => {
            let assignment = Assignment::parse(&text).map_err(|error| named(&error))?;
            let problem = assignment.problem().map_err(|error| named(&error))?;
            let rows = assignment.rows as i128;
            flow(&problem, args.threads, |reached| (reached.0[0] == rows).then(|| -reached.0[2]))?
        }
        Format::DimacsMin => {
            let allocation = MinCostFlow::parse(&text).map_err(|error| named(&error))?.problem();
            let allocation = allocation.map_err(|error| named(&error))?;
            flow(&allocation.problem, args.threads, |reached| allocation.cost(reached))?
        }
        Format::OrlibGap => {
            let read = GeneralisedAssignment::parse(&text).map_err(|error| named(&error))?;
            generalised(&read, Duration::from_secs_f64(args.seconds)).map_err(|error| named(&error))?
        }
    };
    println!("{figures}");
    Ok(())
}

/// A flow's figures; `cost` turns levels into what the file asks for, if all it asks for is served.
fn flow(problem: &Problem, threads: usize, cost: impl Fn(&Objective) -> Option<i128>) -> Result<Value, String> {
    let begin = Instant::now();
    let options = Options { threads, ..Options::default() };
    let solution = solve(problem, &options, None, &Unwatched).map_err(|error| error.to_string())?;
    let seconds = begin.elapsed().as_secs_f64();
    let peak = memory::peak_bytes();
    let verdict = check(problem, &solution.plan, &solution.certificate)
        .map_err(|faults| format!("the certificate does not hold: {}", faults[0]))?;
    let (Some(objective), Some(bound)) = (cost(&verdict.objective), cost(&verdict.bound)) else {
        return Err("there is no feasible flow: not all that is asked for can be served".to_owned());
    };
    Ok(json!({
        "objective": objective,
        "bound": bound,
        "gap": (objective - bound) as f64 / (objective.abs().max(1)) as f64,
        "seconds": seconds,
        "peak_memory_bytes": peak,
        "optimal": verdict.optimal,
    }))
}

/// Stops a solve when its time is up.
struct Until(Instant);

impl Control for Until {
    fn stopped(&self) -> bool {
        Instant::now() >= self.0
    }
}

/// What came of a generalised assignment.
#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) struct Assigned {
    pub(crate) cost: Option<i64>,
    pub(crate) bound: Option<i64>,
    pub(crate) proven: bool,
    /// What multipliers alone prove; the rest of the bound rests on a search that nobody repeats.
    pub(crate) bound_checked: Option<i64>,
    pub(crate) seconds: f64,
    pub(crate) peak_memory_bytes: u64,
}

/// Solves a generalised assignment for so long at the most, and has the answer checked.
///
/// # Errors
///
/// What is wrong with the instance or with the answer.
pub(crate) fn assign(read: &GeneralisedAssignment, most: Duration) -> Result<Assigned, String> {
    let GeneralisedAssignment { agents, jobs, costs, weights, capacities } = read;
    let instance = gap::Instance::new(*agents, *jobs, costs.clone(), weights.clone(), capacities.clone())
        .map_err(|error| error.to_string())?;
    let begin = Instant::now();
    let outcome = gap::solve(&instance, &gap::Limits::default(), &Until(begin + most));
    let seconds = begin.elapsed().as_secs_f64();
    let peak_memory_bytes = memory::peak_bytes();
    let problem = AssignmentProblem { agents: *agents, jobs: *jobs, costs, weights, capacities };
    let multipliers = outcome.root.as_ref().map(|root| AssignmentMultipliers {
        scale: root.scale,
        of_jobs: &root.multipliers,
        divisors: &root.divisors,
    });
    let assignment = outcome.assignment.as_deref().zip(outcome.cost);
    let claim = AssignmentClaim { assignment, bound: outcome.bound, multipliers };
    let checked = check_assignment(&problem, &claim).map_err(|fault| format!("the claim does not hold: {fault}"))?;
    Ok(Assigned {
        cost: outcome.cost,
        bound: outcome.bound,
        proven: outcome.proven && outcome.cost.is_some(),
        bound_checked: checked.bound_checked,
        seconds,
        peak_memory_bytes,
    })
}

/// A generalised assignment's figures.
fn generalised(read: &GeneralisedAssignment, most: Duration) -> Result<Value, String> {
    let of = assign(read, most)?;
    let gap = of.cost.zip(of.bound).map(|(cost, bound)| (cost - bound) as f64 / cost.abs().max(1) as f64);
    Ok(json!({
        "objective": of.cost,
        "bound": of.bound,
        "gap": gap,
        "seconds": of.seconds,
        "peak_memory_bytes": of.peak_memory_bytes,
        "optimal": of.proven,
        "bound_checked": of.bound_checked,
    }))
}
