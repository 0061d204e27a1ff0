//! How long a round takes, stage by stage: `cargo run --release -p wishwell-engine --example round_bench -- 100000 10000 2 unit`
//! (needs, resources, threads, and what they ask: `flow` for one unit of resources that draw on one pool each, `unit` for one unit
//! where some resources draw on two pools, `split` for up to three units that may be split, `whole` for up to three that mostly may
//! not). Prints one line of JSON, and on standard error each stage as it ends; every plan is checked.

use std::collections::HashMap;
use std::time::Instant;

use wishwell_allocation::check;
use wishwell_domain::ids::LogPosition;
use wishwell_domain::round::RoundRules;
use wishwell_engine::round::{Given, Solved, draft, tell};
use wishwell_engine::synthetic::Synthetic;
use wishwell_engine::{Snapshot, SnapshotBuilder};
use wishwell_solver::{Options, Unwatched, solve};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let number = |at: usize, usual: usize| arguments.get(at).and_then(|text| text.parse().ok()).unwrap_or(usual);
    let (needs, resources, threads) = (number(0, 10_000), number(1, 2_000), number(2, 2));
    let kind = arguments.get(3).map_or("unit", String::as_str);
    let made = Synthetic::new(1, resources);
    let (snapshot, facts) = picture(&made, needs, kind);
    let (group_tags, households, contacted) = (HashMap::new(), HashMap::new(), HashMap::new());
    let given = Given {
        at: made.now,
        threads,
        facts: &facts,
        group_tags: &group_tags,
        households: &households,
        contacted: &contacted,
        distances: None,
    };
    let rules = RoundRules { contacts_per_organization_max: None, ..RoundRules::default() };
    let mut clock = Stages::new();
    let draft = draft(&snapshot, &rules, &given, &Unwatched)?;
    clock.end("draft");
    let options = Options { threads, nodes_max: 1 };
    let solution = solve(draft.problem(), &options, None, &Unwatched)?;
    clock.end("solve");
    let verdict =
        check(draft.problem(), &solution.plan, &solution.certificate).map_err(|faults| format!("{faults:?}"))?;
    clock.end("check");
    let solved = Solved { plan: &solution.plan, certificate: &solution.certificate, bound: &verdict.bound };
    let result = tell(&draft, solved, &Unwatched)?;
    clock.end("tell");
    let parts = draft.problem().parts();
    println!(
        "{{\"kind\":\"{kind}\",\"needs\":{needs},\"resources\":{resources},\"threads\":{threads},\"rows\":{},\"pools\":{},\"arcs\":{},\"is_flow\":{},\"optimal\":{},\"served\":{},\"gaps\":{},{}}}",
        parts.items.len(),
        parts.pools.len(),
        parts.arc_pool.len(),
        result.is_flow,
        result.optimal,
        result.totals.all.served,
        result.gaps.len(),
        clock.told(),
    );
    Ok(())
}

fn picture(
    made: &Synthetic,
    needs: usize,
    kind: &str,
) -> (Snapshot, HashMap<wishwell_domain::ids::NeedId, wishwell_domain::fact::Facts>) {
    let mut builder = SnapshotBuilder::new();
    made.categories().iter().for_each(|category| builder.category(category));
    made.divisions().iter().for_each(|division| builder.division(division));
    (0..made.organization_count()).for_each(|at| builder.organization(&made.organization(at)));
    (0..made.resources).filter_map(|at| made.pool(at)).for_each(|pool| builder.pool(&pool));
    for at in 0..made.resources {
        let mut resource = made.resource(at);
        if kind == "flow" {
            resource.draws.truncate(1);
        }
        builder.resource(&resource);
    }
    let mut facts = HashMap::new();
    for at in 0..needs {
        let need = made.need(at);
        let mut entity = need.entity(made.seed, at);
        for item in &mut entity.items {
            match kind {
                "flow" | "unit" => item.quantity = 1,
                "split" => item.splittable = true,
                _ => {}
            }
        }
        facts.insert(entity.id, need.facts);
        builder.need(&entity);
    }
    (builder.build(LogPosition(1)), facts)
}

/// Seconds of each stage.
struct Stages {
    since: Instant,
    told: Vec<String>,
}

impl Stages {
    // A measurement asks the clock; nothing is decided by it.
    #[allow(clippy::disallowed_methods)]
    fn new() -> Self {
        Self { since: Instant::now(), told: Vec::new() }
    }

    #[allow(clippy::disallowed_methods)]
    fn end(&mut self, stage: &str) {
        eprintln!("{stage}: {:.3} s", self.since.elapsed().as_secs_f64());
        self.told.push(format!("\"{stage}_seconds\":{:.3}", self.since.elapsed().as_secs_f64()));
        self.since = Instant::now();
    }

    fn told(&self) -> String {
        self.told.join(",")
    }
}
