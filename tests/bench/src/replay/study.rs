//! What is replayed, and by which rule the recommended setting is chosen.

use std::time::Instant;

use serde::Serialize;

use super::allocation::{Allocation, Planner, Priced};
use super::baselines::{FirstComeFirstMatched, NearestRecipient, NearestRecipients, Queue};
use super::clock::{Rule, replay, rounds};
use super::figures::Figures;
use super::hindsight::{Frontier, bound_without_pairs, hindsight};
use super::pairs::Policy;
use super::world::World;

/// Bounds on the unit-miles of a request that are tried: two steps double them.
const UNIT_MILES: [u64; 15] =
    [500, 700, 1_000, 1_400, 2_000, 2_800, 4_000, 5_600, 8_000, 11_000, 16_000, 22_000, 32_000, 45_000, 64_000];
/// Unit-miles that are worth a request, tried where miles have a price.
const PRICES: [u64; 8] = [1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 64_000, 128_000];
/// Bounds on the miles of any unit that are tried.
const MILES: [u32; 8] = [25, 50, 100, 200, 300, 500, 1_000, 2_000];
/// Least shares of a donation that are tried, in percent.
const PERCENT: [u64; 6] = [2, 5, 10, 20, 50, 100];
/// How many times the fill of both baselines is wanted.
pub(super) const FILL_RATIO_MIN: f64 = 2.0;
/// Prices of a mile that the frontier is made of.
const FRONTIER_PRICES: i32 = 18;
/// Average unit-miles at which the frontier is shown.
const FRONTIER_MILES: [f64; 14] =
    [5.0, 7.0, 10.0, 15.0, 20.0, 30.0, 50.0, 70.0, 100.0, 150.0, 200.0, 300.0, 500.0, 1_000.0];

/// A replay by name.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Row {
    pub(super) name: String,
    pub(super) policy: Option<Policy>,
    #[serde(flatten)]
    pub(super) figures: Figures,
    pub(super) seconds: f64,
    /// Whether it knew everything beforehand.
    pub(super) in_hindsight: bool,
}

/// Replays that differ in one bound.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Curve {
    pub(super) name: String,
    /// What is to be known of it, beside its name.
    pub(super) remark: String,
    /// Whether its bound is on miles, and not on shipments.
    pub(super) points_are_miles: bool,
    pub(super) rows: Vec<Row>,
}

/// How the setting was chosen: the one that is farthest from missing what is wanted, in whichever of both it is nearest to it.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Choice {
    pub(super) tried: Vec<Margin>,
    pub(super) unit_miles_of_request: u64,
}

/// How far a bound on the unit-miles of a request is from missing what is wanted; below 1, it misses it.
#[derive(Clone, Copy, Debug, Serialize)]
pub(super) struct Margin {
    pub(super) unit_miles_of_request: u64,
    /// Fill by twice the better baseline's.
    pub(super) fill: f64,
    /// Unit-miles of nearest-recipient by its own.
    pub(super) miles: f64,
}

impl Margin {
    pub(super) const fn least(&self) -> f64 {
        self.fill.min(self.miles)
    }
}

/// Everything that was found.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Study {
    pub(super) findings: Vec<String>,
    pub(super) rounds: usize,
    pub(super) donations: usize,
    pub(super) requests: usize,
    /// First come first matched, and nearest recipient: each as published, and with the rest of a donation going on at once.
    pub(super) baselines: Vec<Row>,
    pub(super) choice: Choice,
    pub(super) recommended: Row,
    pub(super) unbounded: Row,
    pub(super) hindsight: Row,
    /// Within the recommended bound.
    pub(super) hindsight_within: Row,
    /// From quantities alone, without a solver.
    pub(super) bound_without_pairs: f64,
    /// Average unit-miles, and the most that anybody can fill with no more.
    pub(super) frontier: Vec<(f64, f64)>,
    /// The same at the recommended setting's own unit-miles.
    pub(super) bound_at_recommended: f64,
    pub(super) curves: Vec<Curve>,
}

/// Replays everything.
pub(super) fn study(world: &World, planner: &mut dyn Planner) -> Study {
    let rules: [(&str, Box<dyn Rule>); 4] = [
        ("First come, first matched", Box::new(FirstComeFirstMatched)),
        ("First come, first matched; the rest goes on at once", Box::new(Queue)),
        ("Nearest recipient", Box::new(NearestRecipient)),
        ("Nearest recipient; the rest goes on to the next nearest", Box::new(NearestRecipients)),
    ];
    let baselines: Vec<Row> =
        rules.into_iter().map(|(name, mut rule)| row(world, name.to_owned(), None, rule.as_mut())).collect();
    let unit_miles = UNIT_MILES.map(|bound| {
        let policy = Policy { unit_miles_of_request: Some(bound), ..Policy::default() };
        allocated(world, bound.to_string(), policy, planner)
    });
    let choice = choose(&baselines, &unit_miles);
    let chosen = Policy { unit_miles_of_request: Some(choice.unit_miles_of_request), ..Policy::default() };
    let named = |row: &Row, name: String| Row { name, ..row.clone() };
    let recommended = unit_miles.iter().find(|row| row.policy == Some(chosen)).expect("one of them was chosen");
    let recommended =
        named(recommended, format!("Wishwell, at most {} unit-miles a request", choice.unit_miles_of_request));
    let unbounded = allocated(world, "any".to_owned(), Policy::default(), planner);
    let frontier = Frontier::of(world, FRONTIER_PRICES);
    let curves = vec![
        Curve {
            name: "Wishwell, most unit-miles a request".to_owned(),
            remark: String::new(),
            points_are_miles: true,
            rows: unit_miles.into_iter().chain([unbounded.clone()]).collect(),
        },
        miles(world, planner, &unbounded),
        prices(world),
        shares(world, planner, chosen, &recommended),
    ];
    Study {
        findings: world.findings.clone(),
        rounds: rounds(world).len(),
        donations: world.donations.len(),
        requests: world.requests.len(),
        baselines,
        choice,
        hindsight: in_hindsight(
            world,
            "Hindsight, as far as it takes: the bound on fill".to_owned(),
            Policy::default(),
        ),
        hindsight_within: in_hindsight(world, "Hindsight, within the same unit-miles a request".to_owned(), chosen),
        bound_without_pairs: bound_without_pairs(world),
        frontier: FRONTIER_MILES.map(|miles| (miles, frontier.at(miles))).to_vec(),
        bound_at_recommended: frontier.at(recommended.figures.unit_miles),
        curves,
        recommended,
        unbounded: named(&unbounded, "Wishwell, as far as it takes".to_owned()),
    }
}

/// The bound with the largest least margin.
fn choose(baselines: &[Row], tried: &[Row]) -> Choice {
    let (first_come, nearest) = (&baselines[0].figures, &baselines[2].figures);
    let wanted = FILL_RATIO_MIN * first_come.fill.max(nearest.fill);
    let margin = |row: &Row| Margin {
        unit_miles_of_request: row.policy.and_then(|policy| policy.unit_miles_of_request).unwrap_or_default(),
        fill: row.figures.fill / wanted,
        miles: nearest.unit_miles / row.figures.unit_miles,
    };
    let tried: Vec<Margin> = tried.iter().map(margin).collect();
    let best = tried.iter().max_by(|a, b| a.least().total_cmp(&b.least()));
    Choice { unit_miles_of_request: best.map_or(0, |best| best.unit_miles_of_request), tried }
}

fn miles(world: &World, planner: &mut dyn Planner, unbounded: &Row) -> Curve {
    let bounded = MILES.map(|bound| {
        let policy = Policy { miles: Some(bound), ..Policy::default() };
        allocated(world, bound.to_string(), policy, planner)
    });
    let rows = bounded.into_iter().chain([unbounded.clone()]).collect();
    Curve { name: "Wishwell, most miles a unit".to_owned(), remark: String::new(), points_are_miles: true, rows }
}

fn prices(world: &World) -> Curve {
    let priced = PRICES.map(|price| row(world, price.to_string(), None, &mut Priced { unit_miles_of_request: price }));
    Curve {
        name: "The solver, fill less miles in one sum: so many unit-miles are worth a request".to_owned(),
        remark: "Levels never give up a person for a mile; a sum does, and where that is wanted it buys the same fill with fewer miles."
            .to_owned(),
        points_are_miles: true,
        rows: priced.to_vec(),
    }
}

fn shares(world: &World, planner: &mut dyn Planner, chosen: Policy, recommended: &Row) -> Curve {
    let shared = PERCENT.map(|least| {
        let policy = Policy { percent_of_donation: Some(least), ..chosen };
        allocated(world, format!("{least}%"), policy, planner)
    });
    let none = Row { name: "0%".to_owned(), ..recommended.clone() };
    let name = "Wishwell, recommended, and shipments of at least a share of the donation".to_owned();
    let rows = [none].into_iter().chain(shared).collect();
    Curve { name, remark: String::new(), points_are_miles: false, rows }
}

fn allocated(world: &World, name: String, policy: Policy, planner: &mut dyn Planner) -> Row {
    row(world, name, Some(policy), &mut Allocation { policy, planner })
}

fn row(world: &World, name: String, policy: Option<Policy>, rule: &mut dyn Rule) -> Row {
    let started = Instant::now();
    let deliveries = replay(world, rule);
    let seconds = started.elapsed().as_secs_f64();
    told(Row { name, policy, figures: Figures::of(world, &deliveries), seconds, in_hindsight: false })
}

fn in_hindsight(world: &World, name: String, policy: Policy) -> Row {
    let started = Instant::now();
    let deliveries = hindsight(world, &policy);
    let seconds = started.elapsed().as_secs_f64();
    told(Row { name, policy: Some(policy), figures: Figures::of(world, &deliveries), seconds, in_hindsight: true })
}

/// Says how far the study is.
fn told(row: Row) -> Row {
    eprintln!("  {:.1} s: {} fills {:.4}", row.seconds, row.name, row.figures.fill);
    row
}
