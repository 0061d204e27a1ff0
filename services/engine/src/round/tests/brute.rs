//! Every allocation of a small world, from the entities alone.

use std::collections::BTreeMap;

use jiff::civil::Date;
use wishwell_domain::capacity_pool::{CapacityPool, PoolKind, Remaining};
use wishwell_domain::fact::Facts;
use wishwell_domain::ids::{CapacityPoolId, ResourceId};
use wishwell_domain::need::Need;
use wishwell_domain::resource::Resource;
use wishwell_domain::round::{Counting, PoolPeriod, RoundRules};
use wishwell_domain::zone::Zone;

use crate::brute_force::BruteForce;
use crate::query::{Query, Wanted};
use crate::score::ScoringRules;
use crate::snapshot::CatalogInput;
use crate::tests::worlds::now;

/// A pool in a period, from which an item can be served at a distance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Chance {
    pool: (CapacityPoolId, Option<Date>),
    metres: u32,
    pub(super) resource: ResourceId,
}

/// An item with every way to serve it.
#[derive(Debug)]
struct Item {
    tier: u8,
    quantity: i64,
    splittable: bool,
    chances: Vec<Chance>,
}

/// A small world.
pub(super) struct World<'a> {
    input: &'a CatalogInput,
    rules: &'a RoundRules,
    items: Vec<Item>,
}

/// What is taken so far.
#[derive(Default)]
struct Taken {
    of: BTreeMap<(CapacityPoolId, Option<Date>), i64>,
    worth: BTreeMap<u8, i128>,
    distance: i128,
}

impl<'a> World<'a> {
    /// The items of the world's needs, none of them recurring, of resources that draw on one pool each.
    pub(super) fn new(input: &'a CatalogInput, rules: &'a RoundRules) -> Self {
        let brute = BruteForce::new(input);
        let mut items = Vec::new();
        for need in &input.needs {
            for at in 0..need.items.len() {
                items.push(item(input, &brute, need, at));
            }
        }
        Self { input, rules, items }
    }

    /// Of each item, whether nothing can serve it for certain.
    pub(super) fn hopeless(&self) -> Vec<bool> {
        let least = |item: &Item| if item.splittable { 1 } else { item.quantity };
        let fits = |item: &Item| item.chances.iter().any(|chance| self.covers(chance.pool, least(item)));
        self.items.iter().map(|item| !fits(item)).collect()
    }

    /// Whether a pool has nothing left in a period.
    pub(super) fn is_used_up(&self, at: PoolPeriod) -> bool {
        matches!(left(self.pool(at.pool), at.period_start), Remaining::Known(0))
    }

    /// The best that any allocation reaches, in the order of the levels: tiers, distance, load.
    pub(super) fn best(&self) -> Vec<i128> {
        let mut best = Vec::new();
        self.try_item(0, &mut Taken::default(), &mut best);
        best
    }

    fn try_item(&self, at: usize, taken: &mut Taken, best: &mut Vec<i128>) {
        let Some(item) = self.items.get(at) else {
            let reached = self.reached(taken);
            if reached > *best {
                *best = reached;
            }
            return;
        };
        self.try_chance(at, 0, item.quantity, taken, best);
    }

    /// Takes nothing, all or (where it may be split) some of what is left from one chance, then goes on with the next.
    fn try_chance(&self, at: usize, chance: usize, left: i64, taken: &mut Taken, best: &mut Vec<i128>) {
        let item = &self.items[at];
        let Some(Chance { pool, metres, .. }) = item.chances.get(chance) else {
            return self.try_item(at + 1, taken, best);
        };
        self.try_chance(at, chance + 1, left, taken, best);
        let least = if item.splittable { 1 } else { item.quantity };
        for units in least..=left {
            let known = taken.of.get(pool).copied().unwrap_or(0);
            if !self.covers(*pool, known + units) {
                break;
            }
            taken.of.insert(*pool, known + units);
            let worth = match self.rules.counting {
                Counting::Units => 1,
                Counting::People => 2_520 / i128::from(item.quantity),
            };
            *taken.worth.entry(item.tier).or_default() += worth * i128::from(units);
            taken.distance += i128::from(units) * i128::from(*metres);
            self.try_chance(at, chance + 1, left - units, taken, best);
            taken.distance -= i128::from(units) * i128::from(*metres);
            *taken.worth.entry(item.tier).or_default() -= worth * i128::from(units);
            taken.of.insert(*pool, known);
        }
    }

    fn pool(&self, id: CapacityPoolId) -> &CapacityPool {
        self.input.pools.iter().find(|pool| pool.id == id).expect("a pool of the world")
    }

    fn covers(&self, (pool, period): (CapacityPoolId, Option<Date>), units: i64) -> bool {
        left(self.pool(pool), period).covers(units) == Some(true)
    }

    fn reached(&self, taken: &Taken) -> Vec<i128> {
        let mut tiers: Vec<u8> = self.items.iter().map(|item| item.tier).collect();
        tiers.sort_unstable();
        tiers.dedup();
        let mut reached: Vec<i128> = tiers.iter().map(|tier| taken.worth.get(tier).copied().unwrap_or(0)).collect();
        reached.push(-taken.distance);
        let load: i128 = taken.of.iter().map(|((pool, period), units)| self.load(*pool, *period, *units)).sum();
        reached.push(-load);
        reached
    }

    /// Unit by unit: each costs what the utilisation before it says.
    fn load(&self, pool: CapacityPoolId, period: Option<Date>, units: i64) -> i128 {
        let pool = self.pool(pool);
        let Remaining::Known(left) = left(pool, period) else { return 0 };
        let total = pool.figures_in(period).total.expect("it is known");
        let price = |nth: i64| {
            let before = total - left + nth;
            let steps = self.rules.load_steps.iter();
            let reached = steps.filter(|step| before >= total * i64::from(step.from_permille) / 1_000);
            reached.map(|step| i128::from(step.price)).max().unwrap_or(0)
        };
        (0..units).map(price).sum()
    }
}

fn left(pool: &CapacityPool, period: Option<Date>) -> Remaining {
    period.map_or_else(|| pool.remaining(), |start| pool.remaining_in(start))
}

fn item(input: &CatalogInput, brute: &BruteForce, need: &Need, at: usize) -> Item {
    let facts = Facts::default();
    let item = &need.items[at];
    let query = Query::of_item(need, item, &facts, now(), Wanted { top_k: 100, near_misses: 0, quantity: None });
    let scoring = ScoringRules::default();
    let mut chances: Vec<Chance> = Vec::new();
    for judgement in brute.find(&query, &scoring).candidates {
        let resource = input.resources.iter().rev().find(|resource| resource.id == judgement.id).expect("known");
        let metres = judgement.distance.unwrap_or(scoring.distance_assumed_metres);
        let window = (query.window.start.max(now()), query.window.end);
        chances.extend(periods(input, resource, window).into_iter().map(|pool| Chance {
            pool,
            metres,
            resource: resource.id,
        }));
    }
    chances.sort_unstable();
    chances.dedup_by(|next, kept| next.pool == kept.pool);
    Item { tier: need.aged_urgency(now()).tier(), quantity: item.quantity, splittable: item.splittable, chances }
}

/// The periods of a resource's only pool in which it is offered and open, or the pool itself.
fn periods(
    input: &CatalogInput,
    resource: &Resource,
    window: (jiff::Timestamp, jiff::Timestamp),
) -> Vec<(CapacityPoolId, Option<Date>)> {
    let [draw] = resource.draws.as_slice() else { return Vec::new() };
    let Some(pool) = input.pools.iter().find(|pool| pool.id == draw.pool) else { return Vec::new() };
    let Some(rule) = pool.period.as_ref().filter(|_| pool.kind == PoolKind::Slots) else {
        return vec![(pool.id, None)];
    };
    let zone = resource.schedule.as_ref().map(|schedule| Zone::named("zone", &schedule.time_zone).expect("known"));
    let zone = zone.unwrap_or_else(Zone::of_places);
    let from = resource.valid_from.map_or(window.0, |day| zone.start_of(day).max(window.0));
    let until =
        resource.valid_until.map_or(window.1, |day| zone.start_of(day.tomorrow().expect("a day")).min(window.1));
    let schedule = resource.schedule.as_ref().map(|schedule| schedule.compile().expect("it is in order"));
    let periods = rule.compile().expect("it is in order");
    let open = |date: &Date| {
        let (start, end) = periods.bounds(*date);
        let (start, end) = (start.max(from), end.min(until));
        start < end && schedule.as_ref().is_none_or(|schedule| schedule.open_between(start, end))
    };
    periods.starts_between(from, until).filter(open).map(|date| (pool.id, Some(date))).collect()
}
