//! A round from end to end at growing sizes: candidates by the engine's own index, solve, certificate, explanation.

mod pictures;

use std::collections::{HashMap, HashSet};
use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

use clap::{Args, ValueEnum};
use serde::{Deserialize, Serialize};
use serde_json::json;
use wishwell_allocation::{Level, Problem, Verdict, limits};
use wishwell_domain::round::{ItemOutcome, RoundRules};
use wishwell_engine::round::{Given, Solved, draft, tell_each};
use wishwell_engine::synthetic::Synthetic;
use wishwell_solver::{Options, Unwatched, solve};

use crate::machine::Machine;
use crate::memory;
use crate::rivals::within;
use crate::table::{about, keep, time};
use pictures::{Asks, World, picture};

/// Memory that a round may take beside the picture of needs and resources, in bytes.
const PEAK_MAX: u64 = 1 << 30;

/// What to measure.
#[derive(Clone, Debug, Args)]
pub(crate) struct GrowthArgs {
    /// Sizes, needs x resources.
    #[arg(long, value_delimiter = ',', default_value = "1000x200,10000x2000,100000x10000,1000000x100000")]
    sizes: Vec<String>,
    /// Threads.
    #[arg(long, default_value_t = 2)]
    threads: usize,
    /// Where; both, if nothing else is said.
    #[arg(long, value_enum, value_delimiter = ',', default_value = "towns,catalogue")]
    worlds: Vec<World>,
    /// What is asked of the catalogue.
    #[arg(long, value_enum, default_value_t = Asks::Flow)]
    asks: Asks,
    /// Most nodes of each tree of decisions, where a round needs whole numbers.
    #[arg(long, default_value_t = 1)]
    nodes: u64,
    /// Of a hundred resources of the towns, how many have nothing left.
    #[arg(long, default_value_t = 0)]
    used_up: usize,
    /// Folder for the results.
    #[arg(long, default_value = "tests/results")]
    results: PathBuf,
}

/// One round.
#[derive(Clone, Debug, Args)]
pub(crate) struct RoundArgs {
    /// Needs.
    #[arg(long)]
    needs: usize,
    /// Resources.
    #[arg(long)]
    resources: usize,
    /// Threads.
    #[arg(long, default_value_t = 2)]
    threads: usize,
    /// Where.
    #[arg(long, value_enum, default_value_t = World::Towns)]
    world: World,
    /// What is asked of the catalogue.
    #[arg(long, value_enum, default_value_t = Asks::Flow)]
    asks: Asks,
    /// Most nodes of each tree of decisions, where a round needs whole numbers.
    #[arg(long, default_value_t = 1)]
    nodes: u64,
    /// Of a hundred resources of the towns, how many have nothing left.
    #[arg(long, default_value_t = 0)]
    used_up: usize,
}

/// The name of a value as it is given.
fn name(value: &impl ValueEnum) -> String {
    value.to_possible_value().map_or_else(String::new, |value| value.get_name().to_owned())
}

/// What a round took.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Round {
    needs: usize,
    resources: usize,
    items: usize,
    pools: usize,
    arcs: usize,
    served: u64,
    /// Whether nothing needed whole numbers.
    is_flow: bool,
    optimal: bool,
    /// The levels, most important first, with what the plan reaches there, and what no plan exceeds.
    levels: Vec<Reached>,
    /// From the picture to the problem.
    candidates: Phase,
    solve: Phase,
    check: Phase,
    /// From the plan to who gets what and why, gaps and fairness.
    explain: Phase,
    /// The picture of needs and resources itself, in RAM before the round.
    picture_bytes: u64,
}

/// What a plan reaches on a level, in the level's figure, and what no plan exceeds as long as all levels above are equal.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Reached {
    level: String,
    reached: i64,
    bound: i64,
}

/// What a step of a round took.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct Phase {
    seconds: f64,
    /// Most in RAM at once meanwhile, the picture included.
    peak_bytes: u64,
}

impl Phase {
    /// Does it, and measures.
    fn of<T>(work: impl FnOnce() -> T) -> (Self, T) {
        memory::forget_peak();
        let since = Instant::now();
        let done = work();
        (Self { seconds: since.elapsed().as_secs_f64(), peak_bytes: memory::peak_bytes() }, done)
    }
}

impl Round {
    const fn phases(&self) -> [Phase; 4] {
        [self.candidates, self.solve, self.check, self.explain]
    }

    fn seconds(&self) -> f64 {
        self.phases().iter().map(|phase| phase.seconds).sum()
    }

    /// Most of a step beside the picture.
    const fn beside(&self, phase: Phase) -> u64 {
        phase.peak_bytes.saturating_sub(self.picture_bytes)
    }

    fn own_bytes(&self) -> u64 {
        self.phases().into_iter().map(|phase| self.beside(phase)).max().unwrap_or(0)
    }
}

/// Measures every size in a process of its own, prints the tables and writes them.
pub(crate) fn run(args: &GrowthArgs) {
    let machine = Machine::this();
    let mut page = format!(
        "# A round from end to end, {}\n\n{}.\n\n{} threads: candidates by the engine's own index and constraints, the solve (at most {} \
         nodes a tree where whole numbers are needed), the check, and who gets what and why with gaps and fairness. In round brackets how \
         many times the row before; in square ones the most MiB of the step beside the picture of needs and resources, of which at most {} are \
         allowed.\n",
        machine.date,
        about(&machine),
        args.threads,
        args.nodes,
        PEAK_MAX >> 20
    );
    let mut told = Vec::new();
    for world in &args.worlds {
        let rounds = rounds(args, *world);
        // Writing to a String cannot fail.
        let _ = writeln!(
            page,
            "\n{}\n\n| needs x resources | arcs | candidates | solve | check | explain | in all | memory MiB | picture MiB |\n\
             |---|---:|---:|---:|---:|---:|---:|---:|---:|",
            heading(*world, args.asks)
        );
        for (nth, round) in rounds.iter().enumerate() {
            let _ = writeln!(page, "{}", row(round, nth.checked_sub(1).map(|before| &rounds[before])));
        }
        if rounds.iter().any(|round| !round.is_flow) {
            let _ = writeln!(page, "{}", levels(&rounds));
        }
        told.push(json!({"world": name(world), "rounds": rounds}));
    }
    let json = json!({"machine": machine, "asks": name(&args.asks), "threads": args.threads, "worlds": told});
    let json = serde_json::to_string_pretty(&json).expect("figures are plain values");
    keep(&format!("allocation-growth-{}-{}", name(&args.asks), machine.date), &args.results, &json, &page);
}

/// What was reached on the tiers beside what no plan exceeds.
fn levels(rounds: &[Round]) -> String {
    let mut table = "\nWhat is reached on each tier, and how much more the bound leaves possible there, both in items (2520 of what is \
                     counted). The first level with something left ends the proof: after it a bound says little.\n\n\
                     | needs x resources | tier | reached | bound less that | in thousandths |\n|---|---|---:|---:|---:|\n"
        .to_owned();
    for round in rounds.iter().filter(|round| !round.is_flow) {
        for of in round.levels.iter().filter(|of| of.level.starts_with("tier")) {
            let items = |figure: i64| figure as f64 / f64::from(limits::ITEM_PARTS);
            let left = of.bound - of.reached;
            let _ = writeln!(
                table,
                "| {} x {} | {} | {:.1} | {:.1} | {:.2} |",
                round.needs,
                round.resources,
                of.level,
                items(of.reached),
                items(left),
                1_000.0 * left as f64 / (of.reached.max(1) as f64)
            );
        }
    }
    table
}

fn heading(world: World, asks: Asks) -> String {
    match world {
        World::Towns => format!("In {}; one to eight units that may be split.", world.words()),
        World::Catalogue => format!("In {}; {}.", world.words(), asks.words()),
    }
}

fn rounds(args: &GrowthArgs, world: World) -> Vec<Round> {
    let mut rounds: Vec<Round> = Vec::new();
    println!("{}", heading(world, args.asks));
    for size in &args.sizes {
        let (needs, resources) = size.split_once('x').expect("a size is needs x resources");
        let mut command = Command::new(std::env::current_exe().expect("a running program knows its path"));
        command.args(["round", "--needs", needs, "--resources", resources, "--threads", &args.threads.to_string()]);
        command.args(["--used-up", &args.used_up.to_string()]);
        command.args(["--nodes", &args.nodes.to_string(), "--asks", &name(&args.asks), "--world", &name(&world)]);
        let (done, told, why) = within(&mut command, Duration::from_secs(86_400)).expect("a day is enough");
        assert!(done, "{size}: {why}");
        let round: Round = serde_json::from_str(&told).unwrap_or_else(|error| panic!("{error}: {told}"));
        println!("{}", row(&round, rounds.last()));
        rounds.push(round);
    }
    rounds
}

fn row(round: &Round, before: Option<&Round>) -> String {
    let grown = |figure: &dyn Fn(&Round) -> f64| {
        let times = before.map(|before| format!(" ({:.1} x)", figure(round) / figure(before).max(1e-9)));
        time(figure(round)) + &times.unwrap_or_default()
    };
    let step =
        |of: fn(&Round) -> Phase| format!("{} [{}]", grown(&|round| of(round).seconds), round.beside(of(round)) >> 20);
    let own = round.own_bytes();
    format!(
        "| {} x {} | {}, {} | {} | {} | {} | {} | {} | {}{} | {} |",
        round.needs,
        round.resources,
        round.arcs,
        match (round.is_flow, round.optimal) {
            (true, true) => "a flow, optimal",
            (false, true) => "optimal",
            (_, false) => "with a gap",
        },
        step(|round| round.candidates),
        step(|round| round.solve),
        step(|round| round.check),
        step(|round| round.explain),
        grown(&Round::seconds),
        own >> 20,
        if own > PEAK_MAX { ", **missed**" } else { "" },
        round.picture_bytes >> 20
    )
}

/// One round, in this process: prints one line of JSON.
pub(crate) fn round(args: &RoundArgs) {
    let made = Synthetic::new(1, args.resources);
    let (snapshot, facts) = picture(&made, args.needs, args.used_up, args.world, args.asks);
    let (group_tags, households, contacted, helping) = (HashMap::new(), HashMap::new(), HashMap::new(), HashMap::new());
    let given = Given {
        at: made.now,
        threads: args.threads,
        facts: &facts,
        group_tags: &group_tags,
        households: &households,
        contacted: &contacted,
        helping: &helping,
        withheld: &HashSet::new(),
        distances: None,
    };
    // A budget of contacts needs whole numbers; this is about size.
    let rules = RoundRules { contacts_per_organization_max: None, ..RoundRules::default() };
    memory::forget_peak();
    let picture_bytes = memory::peak_bytes();
    let (candidates, draft) = Phase::of(|| draft(&snapshot, &rules, &given, &Unwatched).expect("the rules fit"));
    let options = Options { threads: args.threads, nodes_max: args.nodes };
    let solved = || solve(draft.problem(), &options, None, &Unwatched).expect("nobody cancels");
    let (solve, solution) = Phase::of(solved);
    let checked = || wishwell_allocation::check(draft.problem(), &solution.plan, &solution.certificate);
    let (check, verdict) = Phase::of(|| checked().expect("the certificate holds"));
    let solved = Solved { plan: &solution.plan, certificate: &solution.certificate, bound: &verdict.bound };
    // What becomes of each item is handed over as it comes, as in a server, which keeps it in its database.
    let mut written = 0_u64;
    let mut keep = |outcomes: Vec<ItemOutcome>| {
        written += outcomes.len() as u64;
        true
    };
    let (explain, result) = Phase::of(|| tell_each(&draft, solved, &Unwatched, &mut keep).expect("nobody cancels"));
    assert_eq!(written, draft.item_count() as u64, "every item has an outcome");
    let parts = draft.problem().parts();
    let round = Round {
        needs: args.needs,
        resources: args.resources,
        items: parts.items.len(),
        pools: parts.pools.len(),
        arcs: parts.arc_pool.len(),
        served: result.totals.all.served,
        is_flow: result.is_flow,
        optimal: verdict.optimal,
        levels: reached(draft.problem(), &verdict),
        candidates,
        solve,
        check,
        explain,
        picture_bytes,
    };
    println!("{}", serde_json::to_string(&round).expect("figures are plain values"));
}

fn reached(problem: &Problem, verdict: &Verdict) -> Vec<Reached> {
    let figure = |figure: &i128| i64::try_from(*figure).expect("figures of rounds are far below");
    let figures = verdict.objective.0.iter().zip(&verdict.bound.0);
    let named = problem.parts().levels.iter().zip(figures);
    named
        .map(|(level, (reached, bound))| Reached {
            level: match level {
                Level::Tier(tier) => format!("tier {}", tier + 1),
                Level::Guarantee => "guarantees".to_owned(),
                Level::Distance => "distance".to_owned(),
                Level::Load => "load".to_owned(),
            },
            reached: figure(reached),
            bound: figure(bound),
        })
        .collect()
}
