//! One problem, made, solved and checked in a process of its own, so that its memory is its own.

use std::path::PathBuf;
use std::time::Instant;

use clap::{Args, ValueEnum};
use serde::{Deserialize, Serialize};
use wishwell_allocation::{Level, Objective, Problem, check};
use wishwell_instances::synthetic::{Made, Synthetic, Variant};
use wishwell_solver::{Options, Unwatched, solve};

use crate::{exchange, memory};

/// Which arcs needs have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ValueEnum)]
pub(crate) enum Arcs {
    /// To the nearest of a category.
    Nearest,
    /// To any of a category.
    Random,
    /// To the nearest of several categories.
    Several,
}

impl Arcs {
    const fn variant(self) -> Variant {
        match self {
            Self::Nearest => Variant::Nearest,
            Self::Random => Variant::Random,
            Self::Several => Variant::SeveralCategories,
        }
    }

    /// In words.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Nearest => "nearest",
            Self::Random => "random",
            Self::Several => "several categories",
        }
    }
}

/// Which problem.
#[derive(Clone, Copy, Debug, Args)]
pub(crate) struct Which {
    /// Needs.
    #[arg(long)]
    pub(crate) needs: u32,
    /// Resources.
    #[arg(long)]
    pub(crate) resources: u32,
    /// Which arcs needs have.
    #[arg(long, value_enum, default_value_t = Arcs::Nearest)]
    pub(crate) arcs: Arcs,
    /// The same seed makes the same problem.
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
}

impl Which {
    pub(crate) fn make(&self) -> Made {
        let Self { needs, resources, arcs, seed } = *self;
        Synthetic::new(seed, needs, resources, arcs.variant()).make().expect("the size is within the limits")
    }
}

/// How to go about it.
#[derive(Clone, Debug, Args)]
pub(crate) struct CaseArgs {
    #[command(flatten)]
    pub(crate) which: Which,
    /// Threads to solve on.
    #[arg(long, default_value_t = 1)]
    pub(crate) threads: usize,
    /// Only writes the problem to this file.
    #[arg(long)]
    pub(crate) write: Option<PathBuf>,
}

/// What came of it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Ours {
    pub(crate) items: usize,
    pub(crate) pools: usize,
    pub(crate) arcs: usize,
    /// Of solving, from the problem to the plan with its certificate.
    pub(crate) seconds: f64,
    /// Of verifying plan and certificate.
    pub(crate) check_seconds: f64,
    /// Whether the check found the plan optimal.
    pub(crate) proven: bool,
    /// Most memory at once while it solved, the problem included.
    pub(crate) peak_bytes: u64,
    /// Most memory at once while it was checked, problem, plan and certificate included.
    pub(crate) check_peak_bytes: u64,
    /// Units served by tier, then distance, negative.
    pub(crate) levels: Vec<i64>,
}

/// Runs it and prints one line of JSON.
pub(crate) fn run(args: &CaseArgs) {
    let Made { problem, item_category, pool_category } = args.which.make();
    if let Some(file) = &args.write {
        return exchange::write(&problem, &item_category, &pool_category, file);
    }
    drop((item_category, pool_category));
    let ours = solved(&problem, args.threads);
    println!("{}", serde_json::to_string(&ours).expect("figures are plain values"));
}

fn solved(problem: &Problem, threads: usize) -> Ours {
    memory::forget_peak();
    let begin = Instant::now();
    let options = Options { threads, ..Options::default() };
    let solution = solve(problem, &options, None, &Unwatched).expect("nobody cancels");
    let seconds = begin.elapsed().as_secs_f64();
    let peak_bytes = memory::peak_bytes();
    memory::forget_peak();
    let begin = Instant::now();
    let verdict = check(problem, &solution.plan, &solution.certificate).expect("the certificate holds");
    let check_seconds = begin.elapsed().as_secs_f64();
    let parts = problem.parts();
    Ours {
        items: parts.items.len(),
        pools: parts.pools.len(),
        arcs: parts.arc_pool.len(),
        seconds,
        check_seconds,
        proven: verdict.optimal,
        peak_bytes,
        check_peak_bytes: memory::peak_bytes(),
        levels: levels(problem, &verdict.objective),
    }
}

/// Units served by tier, then distance: what peers tell too.
pub(crate) fn levels(problem: &Problem, objective: &Objective) -> Vec<i64> {
    let told = problem.parts().levels.iter().zip(&objective.0);
    told.filter(|(level, _)| matches!(level, Level::Tier(_) | Level::Distance)).map(|(_, sum)| *sum as i64).collect()
}
