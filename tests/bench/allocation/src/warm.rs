//! A few needs more upon a solved round: how long until it is optimal again, beside a solve from nothing.

use std::time::Instant;

use clap::Args;
use serde::Serialize;
use serde_json::json;
use wishwell_allocation::{Branch, Certificate, Component, Problem, Proof, check};
use wishwell_instances::synthetic::Made;
use wishwell_solver::Unwatched;
use wishwell_solver::transport::{self, Solution, Standing, Start};

use crate::case::{Which, levels};
use crate::machine::Machine;
use crate::table::{about, keep, time};

/// Share of the cold time that arrivals may take.
const SHARE_MAX: f64 = 0.05;

/// What to measure.
#[derive(Clone, Debug, Args)]
pub(crate) struct WarmArgs {
    /// The problem, arrivals included.
    #[command(flatten)]
    which: Which,
    /// Needs that arrive when the others are solved.
    #[arg(long, default_value_t = 100)]
    arrivals: u32,
    /// Threads of the solve from nothing; what follows takes one.
    #[arg(long, default_value_t = 2)]
    threads: usize,
    /// Runs; the median of each figure counts.
    #[arg(long, default_value_t = 5)]
    runs: usize,
    /// Folder for the results.
    #[arg(long, default_value = "tests/results")]
    results: std::path::PathBuf,
}

/// One run, in seconds.
#[derive(Clone, Copy, Debug, Serialize)]
struct Seconds {
    /// The whole from nothing.
    cold: f64,
    /// The standing answer made of the earlier one: once, however many arrivals follow.
    stand: f64,
    /// Arrivals added and the answer optimal again.
    arrive: f64,
    /// The answer told as a plan with its prices.
    tell: f64,
    /// Another way: the whole again, beginning with what the earlier answer knew.
    from_start: f64,
}

/// Measures, prints and writes it.
pub(crate) fn run(args: &WarmArgs) {
    let Made { problem, .. } = args.which.make();
    let items = problem.parts().items.len() as u32;
    assert!(args.arrivals < items, "fewer arrive than there are");
    let earlier = first_items(&problem, items - args.arrivals);
    let before = transport::solve(&earlier, args.threads, &Unwatched).expect("nobody cancels");
    let runs: Vec<Seconds> = (0..args.runs.max(1)).map(|_| measured(args, &problem, &earlier, &before)).collect();
    let middle = |figure: fn(&Seconds) -> f64| {
        let mut all: Vec<f64> = runs.iter().map(figure).collect();
        all.sort_by(f64::total_cmp);
        all[all.len() / 2]
    };
    let seconds = Seconds {
        cold: middle(|run| run.cold),
        stand: middle(|run| run.stand),
        arrive: middle(|run| run.arrive),
        tell: middle(|run| run.tell),
        from_start: middle(|run| run.from_start),
    };
    report(args, items, &runs, seconds);
}

fn measured(args: &WarmArgs, problem: &Problem, earlier: &Problem, before: &Solution) -> Seconds {
    let parts = problem.parts();
    let (items, old) = (parts.items.len() as u32, earlier.parts().items.len() as u32);
    let (cold, from_nothing) = timed(|| transport::solve(problem, args.threads, &Unwatched).expect("nobody cancels"));
    let (stand, standing) = timed(|| Standing::new(earlier, before).expect("the weights fit"));
    let mut standing = standing;
    let (arrive, ()) = timed(|| {
        for item in old..items {
            let of = parts.items[item as usize];
            let arcs: Vec<(u32, u32)> =
                problem.arcs(item).map(|arc| (parts.arc_pool[arc], parts.arc_distance[arc])).collect();
            standing.add(of.quantity, of.tier, of.worth, &arcs).expect("the item fits");
        }
        standing.solve(&Unwatched).expect("nobody cancels");
    });
    let all: Vec<u32> = (0..items).collect();
    let (tell, after) = timed(|| standing.answer(problem, &all).expect("it is the problem as it is now"));
    let same_items: Vec<Option<u32>> = (0..items).map(|item| (item < old).then_some(item)).collect();
    let same_pools: Vec<Option<u32>> = (0..parts.pools.len() as u32).map(Some).collect();
    let (from_start, again) = timed(|| {
        let start = Start::carried(earlier, before, problem, &same_items, &same_pools);
        transport::solve_from(problem, Some(&start), args.threads, &Unwatched).expect("nobody cancels")
    });
    let optimum = reached(problem, from_nothing);
    assert_eq!(reached(problem, after), optimum, "after the arrivals the optimum is another");
    assert_eq!(reached(problem, again), optimum, "from the earlier answer the optimum is another");
    Seconds { cold, stand, arrive, tell, from_start }
}

fn timed<T>(of: impl FnOnce() -> T) -> (f64, T) {
    let begin = Instant::now();
    let what = of();
    (begin.elapsed().as_secs_f64(), what)
}

/// What an answer reaches, which the check must find optimal.
fn reached(problem: &Problem, answer: Solution) -> Vec<i64> {
    let all = |count: usize| (0..count as u32).collect();
    let component = Component {
        items: all(problem.parts().items.len()),
        pools: all(problem.parts().pools.len()),
        caps: Vec::new(),
        groups: Vec::new(),
        root: Branch::Leaf(Box::new(Proof { flow: answer.plan.clone(), prices: answer.prices })),
        priced: None,
        above: Vec::new(),
    };
    let verdict = check(problem, &answer.plan, &Certificate { components: vec![component] });
    let verdict = verdict.expect("the certificate holds");
    assert!(verdict.optimal);
    levels(problem, &verdict.objective)
}

/// The same problem with the first items alone.
fn first_items(problem: &Problem, items: u32) -> Problem {
    let mut parts = problem.parts().clone();
    let arcs = parts.first[items as usize] as usize;
    parts.items.truncate(items as usize);
    parts.first.truncate(items as usize + 1);
    parts.arc_pool.truncate(arcs);
    parts.arc_distance.truncate(arcs);
    Problem::new(parts).expect("a part of a problem is one")
}

fn report(args: &WarmArgs, items: u32, runs: &[Seconds], seconds: Seconds) {
    let machine = Machine::this();
    let share = seconds.arrive / seconds.cold;
    let rows = [
        (format!("{items} needs from nothing, {} threads", args.threads), seconds.cold),
        ("a standing answer of the solved round, once".to_owned(), seconds.stand),
        (format!("{} needs arrive, optimal again, 1 thread", args.arrivals), seconds.arrive),
        ("the whole answer told as a plan with its prices".to_owned(), seconds.tell),
        ("instead: all again, beginning with the earlier answer".to_owned(), seconds.from_start),
    ];
    let mut page = format!(
        "# Arrivals on a solved allocation, {}\n\n{}.\n\n{} x {}, {} arcs. Medians of {} runs; every answer is checked, and is the \
         optimum that a solve from nothing finds.\n\n| | measured | of the cold time |\n|---|---:|---:|\n",
        machine.date,
        about(&machine),
        args.which.needs,
        args.which.resources,
        args.which.arcs.name(),
        runs.len()
    );
    for (what, of) in &rows {
        println!("  {what:<56} {:>9}  {:.2}%", time(*of), of / seconds.cold * 100.0);
        page.push_str(&format!("| {what} | {} | {:.2}% |\n", time(*of), of / seconds.cold * 100.0));
    }
    let judged = if share < SHARE_MAX { "holds" } else { "**missed**" };
    page.push_str(&format!("\nArrivals below {:.0}% of the cold time: {judged}.\n", SHARE_MAX * 100.0));
    let json = json!({"machine": machine, "needs": items, "resources": args.which.resources, "arcs": args.which.arcs,
        "arrivals": args.arrivals, "threads": args.threads, "median": seconds, "runs": runs, "share": share});
    let json = serde_json::to_string_pretty(&json).expect("figures are plain values");
    keep(&format!("allocation-arrivals-{}", machine.date), &args.results, &json, &page);
}
