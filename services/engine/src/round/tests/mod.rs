//! Rounds against the obvious: all allocations of small worlds, sums that add up, and what is told of them.

mod brute;
mod cohort;
mod lanes;
mod look_ahead;
mod rules;
mod small_worlds;
mod supply;
mod synthetic;
mod used_up;

use std::collections::{HashMap, HashSet};

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;
use wishwell_allocation::{Plan, check};
use wishwell_domain::beneficiary::GroupTag;
use wishwell_domain::capacity_pool::PoolKind;
use wishwell_domain::fact::Facts;
use wishwell_domain::ids::{CategoryCode, HouseholdId, LogPosition, NeedId, OrganizationId, Version};
use wishwell_domain::need::{Channel, Mobility, Need, NeedItem, NeedState, Timing, Urgency};
use wishwell_domain::round::{ItemOutcome, RoundResult, RoundRules};
use wishwell_solver::{Options, Solution, Unwatched, solve};

use super::{Draft, Given, PairDistances, Solved, draft, tell};
use crate::snapshot::{CatalogInput, Snapshot};
use crate::tests::worlds::{self, Dice, now, place, plain_resource, pool, random_world, unit};

/// What a round is given, owned.
#[derive(Default)]
pub(super) struct Side {
    pub(super) facts: HashMap<NeedId, Facts>,
    pub(super) group_tags: HashMap<NeedId, Vec<GroupTag>>,
    pub(super) households: HashMap<NeedId, HouseholdId>,
    pub(super) contacted: HashMap<OrganizationId, u32>,
    pub(super) helping: HashMap<NeedId, Vec<OrganizationId>>,
    pub(super) withheld: HashSet<NeedId>,
    pub(super) distances: Option<PairDistances>,
}

impl Side {
    pub(super) fn given(&self, at: Timestamp, threads: usize) -> Given<'_> {
        Given {
            at,
            threads,
            facts: &self.facts,
            group_tags: &self.group_tags,
            households: &self.households,
            contacted: &self.contacted,
            helping: &self.helping,
            withheld: &self.withheld,
            distances: self.distances.as_ref(),
        }
    }
}

/// Resources 500 m apart, with so much each.
pub(super) fn world(left: &[i64]) -> CatalogInput {
    let mut input = CatalogInput { pools: Vec::new(), ..random_world(&mut Dice(1), 0, 1) };
    for (number, total) in left.iter().enumerate() {
        let mut stock = pool(number, PoolKind::Stock, 2, 0, 0);
        stock.figures.total = Some(*total);
        input.pools.push(stock);
        let mut resource = plain_resource(number);
        resource.place = Some(place(500 * i32::try_from(number).expect("small"), 0));
        resource.draws = worlds::draws(&[number]);
        input.resources.push(resource);
    }
    input
}

/// Solves a draft, has it checked, and tells it.
pub(super) fn carry_out(draft: &Draft<'_>, threads: usize) -> (RoundResult, Solution) {
    carry_out_within(draft, Options { threads, ..Options::default() })
}

/// The same with what the solver may spend.
pub(super) fn carry_out_within(draft: &Draft<'_>, options: Options) -> (RoundResult, Solution) {
    let solution = solve(draft.problem(), &options, None::<&Plan>, &Unwatched).expect("it is not stopped");
    let verdict = check(draft.problem(), &solution.plan, &solution.certificate).expect("the checker accepts it");
    assert_eq!(verdict.objective, solution.objective);
    let solved = Solved { plan: &solution.plan, certificate: &solution.certificate, bound: &verdict.bound };
    let result = tell(draft, solved, &Unwatched).expect("it is not stopped");
    assert!(result.totals.reconcile(), "{:#?}", result.totals);
    assert_eq!(result.outcomes.len(), draft.item_count());
    for outcome in &result.outcomes {
        reconciles(outcome);
    }
    (result, solution)
}

/// Whether what was asked is served, or not for a reason.
fn reconciles(outcome: &ItemOutcome) {
    let left = outcome.units_asked() - outcome.units_served();
    assert!(left >= 0, "{outcome:#?}");
    assert_eq!(outcome.unserved.as_ref().map_or(0, |told| told.units), left, "{outcome:#?}");
}

/// A whole round over a picture.
pub(super) fn round(input: &CatalogInput, rules: &RoundRules, side: &Side) -> RoundResult {
    let snapshot = Snapshot::build(input, LogPosition(1));
    let given = side.given(now(), 1);
    let draft = draft(&snapshot, rules, &given, &Unwatched).expect("the rules are in order");
    carry_out(&draft, 1).0
}

pub(super) fn need_id(number: u128) -> NeedId {
    NeedId::from_uuid(Uuid::from_u128(number))
}

/// A need of one piece of a.b at a place, urgent.
pub(super) fn need(number: u128, metres_north: i32) -> Need {
    Need {
        id: need_id(number),
        external: None,
        beneficiary: None,
        household: None,
        items: vec![item(1, "a.b", 1)],
        urgency: Urgency::Urgent,
        timing: Some(Timing::Deadline(now() + SignedDuration::from_hours(24 * 4))),
        place: Some(place(metres_north, 0)),
        division: Some(worlds::division("640104001")),
        mobility: Mobility { max_travel_metres: Some(100_000), home_visit: true, remote: true, delivery: true },
        group_tags: Vec::new(),
        involves_minors: false,
        channel: Channel::Hotline,
        personal: None,
        wish: None,
        request_id: None,
        departure: None,
        publication: None,
        erased_at: None,
        state: NeedState::Open,
        version: Version(1),
        created_at: now(),
        updated_at: now(),
    }
}

pub(super) fn item(ordinal: u16, category: &str, quantity: i64) -> NeedItem {
    NeedItem {
        ordinal,
        category: CategoryCode::parse("category", category).expect("a code"),
        quantity,
        unit: unit("piece"),
        recurrence: None,
        splittable: false,
        referred: 0,
        served: 0,
        taken: Vec::new(),
    }
}

pub(super) fn outcome(result: &RoundResult, number: u128, ordinal: u16) -> &ItemOutcome {
    let of = |outcome: &&ItemOutcome| outcome.need == need_id(number) && outcome.item_ordinal == ordinal;
    result.outcomes.iter().find(of).expect("it is in the round")
}
