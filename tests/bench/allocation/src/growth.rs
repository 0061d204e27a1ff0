//! A round from end to end at growing sizes: candidates by the engine's own index, solve, certificate, explanation.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

use clap::{Args, ValueEnum};
use serde::{Deserialize, Serialize};
use serde_json::json;
use wishwell_allocation::check;
use wishwell_domain::fact::Facts;
use wishwell_domain::ids::{LogPosition, NeedId};
use wishwell_domain::round::RoundRules;
use wishwell_engine::round::{Given, Solved, draft, tell};
use wishwell_engine::synthetic::Synthetic;
use wishwell_engine::{Snapshot, SnapshotBuilder};
use wishwell_solver::{Options, Unwatched, solve};

use crate::machine::Machine;
use crate::memory;
use crate::rivals::within;
use crate::table::{about, keep, time};

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
    /// What is asked.
    #[arg(long, value_enum, default_value_t = Asks::Flow)]
    asks: Asks,
    /// Most nodes of each tree of decisions, where a round needs whole numbers.
    #[arg(long, default_value_t = 1)]
    nodes: u64,
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
    /// What is asked.
    #[arg(long, value_enum, default_value_t = Asks::Flow)]
    asks: Asks,
    /// Most nodes of each tree of decisions, where a round needs whole numbers.
    #[arg(long, default_value_t = 1)]
    nodes: u64,
}

/// What the needs of a round ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Asks {
    /// One unit, once, of resources that draw on one pool each: a flow.
    Flow,
    /// One unit; visits that recur and resources that draw on two pools need whole numbers.
    Unit,
    /// Up to three units that may be split.
    Split,
    /// Up to three units that mostly may not.
    Whole,
}

impl Asks {
    const fn words(self) -> &'static str {
        match self {
            Self::Flow => "one unit, once, of resources that draw on one pool each",
            Self::Unit => "one unit; visits that recur and resources that draw on two pools need whole numbers",
            Self::Split => {
                "up to three units that may be split; visits that recur and resources that draw on two pools need whole numbers"
            }
            Self::Whole => "up to three units that mostly may not be split: whole numbers throughout",
        }
    }

    fn name(self) -> String {
        self.to_possible_value().map_or_else(String::new, |value| value.get_name().to_owned())
    }
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
    /// From the picture to the problem.
    candidates_seconds: f64,
    solve_seconds: f64,
    check_seconds: f64,
    /// From the plan to who gets what and why, gaps and fairness.
    explain_seconds: f64,
    /// The picture of needs and resources itself, in RAM before the round.
    picture_bytes: u64,
    /// Most in RAM at once during the round, the picture included.
    peak_bytes: u64,
}

impl Round {
    fn seconds(&self) -> f64 {
        self.candidates_seconds + self.solve_seconds + self.check_seconds + self.explain_seconds
    }
}

/// Measures every size in a process of its own, prints the table and writes it.
pub(crate) fn run(args: &GrowthArgs) {
    let machine = Machine::this();
    let mut rounds: Vec<Round> = Vec::new();
    for size in &args.sizes {
        let (needs, resources) = size.split_once('x').expect("a size is needs x resources");
        let mut command = Command::new(std::env::current_exe().expect("a running program knows its path"));
        command.args(["round", "--needs", needs, "--resources", resources, "--threads", &args.threads.to_string()]);
        command.args(["--nodes", &args.nodes.to_string(), "--asks", &args.asks.name()]);
        let (done, told, why) = within(&mut command, Duration::from_secs(86_400)).expect("a day is enough");
        assert!(done, "{size}: {why}");
        let round: Round = serde_json::from_str(&told).unwrap_or_else(|error| panic!("{error}: {told}"));
        println!("{}", row(&round, rounds.last()));
        rounds.push(round);
    }
    let mut page = format!(
        "# A round from end to end, {}\n\n{}.\n\nThe engine's made-up catalogue and needs ({}), {} threads: candidates by \
         its own index and constraints, the solve (at most {} nodes a tree where whole numbers are needed), the check, and who gets what \
         and why with gaps and fairness. In brackets how many \
         times the row before. Memory is the round's own peak beside the picture of needs and resources, at most {} MiB allowed.\n\n\
         | needs x resources | arcs | candidates | solve | check | explain | in all | memory MiB | picture MiB |\n\
         |---|---:|---:|---:|---:|---:|---:|---:|---:|\n",
        machine.date,
        about(&machine),
        args.asks.words(),
        args.threads,
        args.nodes,
        PEAK_MAX >> 20
    );
    for (nth, round) in rounds.iter().enumerate() {
        // Writing to a String cannot fail.
        let _ = writeln!(page, "{}", row(round, nth.checked_sub(1).map(|before| &rounds[before])));
    }
    let json = json!({"machine": machine, "asks": args.asks.name(), "threads": args.threads, "rounds": rounds});
    let json = serde_json::to_string_pretty(&json).expect("figures are plain values");
    keep(&format!("allocation-growth-{}-{}", args.asks.name(), machine.date), &args.results, &json, &page);
}

fn row(round: &Round, before: Option<&Round>) -> String {
    let grown = |figure: fn(&Round) -> f64| {
        let times = before.map(|before| format!(" ({:.1} x)", figure(round) / figure(before).max(1e-9)));
        time(figure(round)) + &times.unwrap_or_default()
    };
    let own = round.peak_bytes.saturating_sub(round.picture_bytes);
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
        grown(|round| round.candidates_seconds),
        grown(|round| round.solve_seconds),
        grown(|round| round.check_seconds),
        grown(|round| round.explain_seconds),
        grown(Round::seconds),
        own >> 20,
        if own > PEAK_MAX { ", **missed**" } else { "" },
        round.picture_bytes >> 20
    )
}

/// One round, in this process: prints one line of JSON.
pub(crate) fn round(args: &RoundArgs) {
    let made = Synthetic::new(1, args.resources);
    let (snapshot, facts) = picture(&made, args.needs, args.asks);
    let (group_tags, households, contacted, helping) = (HashMap::new(), HashMap::new(), HashMap::new(), HashMap::new());
    let given = Given {
        at: made.now,
        threads: args.threads,
        facts: &facts,
        group_tags: &group_tags,
        households: &households,
        contacted: &contacted,
        helping: &helping,
        distances: None,
    };
    // A budget of contacts needs whole numbers; this is about size.
    let rules = RoundRules { contacts_per_organization_max: None, ..RoundRules::default() };
    memory::forget_peak();
    let picture_bytes = memory::peak_bytes();
    let mut since = Instant::now();
    let mut lap = || {
        let seconds = since.elapsed().as_secs_f64();
        since = Instant::now();
        seconds
    };
    let draft = draft(&snapshot, &rules, &given, &Unwatched).expect("the rules fit");
    let candidates_seconds = lap();
    let options = Options { threads: args.threads, nodes_max: args.nodes };
    let solution = solve(draft.problem(), &options, None, &Unwatched).expect("nobody cancels");
    let solve_seconds = lap();
    let verdict = check(draft.problem(), &solution.plan, &solution.certificate).expect("the certificate holds");
    let check_seconds = lap();
    let solved = Solved { plan: &solution.plan, certificate: &solution.certificate, bound: &verdict.bound };
    let result = tell(&draft, solved, &Unwatched).expect("nobody cancels");
    let explain_seconds = lap();
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
        candidates_seconds,
        solve_seconds,
        check_seconds,
        explain_seconds,
        picture_bytes,
        peak_bytes: memory::peak_bytes(),
    };
    println!("{}", serde_json::to_string(&round).expect("figures are plain values"));
}

fn picture(made: &Synthetic, needs: usize, asks: Asks) -> (Snapshot, HashMap<NeedId, Facts>) {
    let mut builder = SnapshotBuilder::new();
    made.categories().iter().for_each(|category| builder.category(category));
    made.divisions().iter().for_each(|division| builder.division(division));
    (0..made.organization_count()).for_each(|at| builder.organization(&made.organization(at)));
    (0..made.resources).filter_map(|at| made.pool(at)).for_each(|pool| builder.pool(&pool));
    for at in 0..made.resources {
        let mut resource = made.resource(at);
        if asks == Asks::Flow {
            resource.draws.truncate(1);
        }
        builder.resource(&resource);
    }
    let mut facts = HashMap::new();
    for at in 0..needs {
        let need = made.need(at);
        let mut entity = need.entity(made.seed, at);
        for item in &mut entity.items {
            match asks {
                Asks::Flow => (item.quantity, item.recurrence) = (1, None),
                Asks::Unit => item.quantity = 1,
                Asks::Split => item.splittable = true,
                Asks::Whole => {}
            }
        }
        facts.insert(entity.id, need.facts);
        builder.need(&entity);
    }
    (builder.build(LogPosition(1)), facts)
}
