//! From what was found to a problem, and back by its numbers.

use std::collections::HashMap;

use wishwell_allocation::limits::{DISTANCE_MAX, UNITS_MAX};
use wishwell_allocation::{Item, Level, Pool, Problem, ProblemParts, Split};
use wishwell_domain::need::Urgency;
use wishwell_domain::round::{Aim, Counting, RoundRules};
use wishwell_solver::Control;

use super::exhausted::{ByRow, Exhausted, Pair, settle};
use super::gather::{Gatherer, gather, nearest_first};
use super::guarantees::Guarantees;
use super::items::{Items, RoundItem, in_scope};
use super::lanes;
use super::pairs::{Choices, Origin, Origins, Pairs};
use super::pins::{self, PinnedPart};
use super::pools::RoundPools;
use super::sides::{self, CapOf, Caps, Reach};
use super::ways::Times;
use super::{DraftError, Given};
use crate::score::ScoringRules;
use crate::snapshot::Snapshot;
use crate::snapshot::row::NONE;

/// A problem with what its numbers stand for.
#[derive(Debug)]
pub(super) struct Assembled {
    pub(super) scoring: ScoringRules,
    pub(super) problem: Problem,
    pub(super) items: Items,
    /// The item of each row of the problem.
    pub(super) rows: Vec<u32>,
    /// The row of each item; [`NONE`] where nothing can serve it, or nothing is left to be served.
    pub(super) row_of: Vec<u32>,
    /// Whether the quantity of a row is that of all occurrences.
    pub(super) all_occurrences: Vec<bool>,
    /// By arc.
    pub(super) origins: Origins,
    pub(super) pools: RoundPools,
    /// What has nothing left, by row.
    pub(super) exhausted: Exhausted,
    pub(super) caps: Vec<CapOf>,
    pub(super) pinned: Vec<PinnedPart>,
    /// Items that could be served, were it not for what they are bundled with.
    pub(super) bundled_out: Vec<u32>,
}

pub(super) fn assemble(
    snapshot: &Snapshot,
    rules: &RoundRules,
    given: &Given<'_>,
    control: &dyn Control,
) -> Result<Assembled, DraftError> {
    let scoring = nearest_first();
    let guarantees = Guarantees::new(snapshot, &rules.guarantees)?;
    let mut items = in_scope(snapshot, rules, given)?;
    guarantees.assign(snapshot, &mut items, given);
    let gatherer = Gatherer { snapshot, rules, given, items: &items, scoring: &scoring };
    let pinned = pins::resolve(&gatherer)?;
    let mut pairs = gather(&gatherer, control)?;
    pairs.add_drawn(pins::piece(&gatherer, &pinned));
    let mut pools = RoundPools::new(snapshot, &pairs.keys, &pairs.takers.all, &pairs.used_up_takers.all);
    let pinned = pins::place(&gatherer, pinned, &mut pools)?;
    pairs.by_place(|key| pools.place(key));
    let decided = pins::by_item(&pinned);
    lanes::divide(&gatherer, &pairs, &decided, &mut pools);
    let mut build = Build::new(snapshot, rules, given, &items, &pools, &pinned, decided);
    let bundles = sides::bundles(rules.bundling, &items, given);
    build.leave_out_bundles(&bundles, &pairs);
    build.rows(pairs);
    build.finish(bundles, &guarantees, control).map(|finished| finished.into_assembled(scoring, items, pools, pinned))
}

/// What is made of everything, before it is put together.
struct Finished {
    problem: Problem,
    rows: Vec<u32>,
    row_of: Vec<u32>,
    all_occurrences: Vec<bool>,
    origins: Origins,
    exhausted: Exhausted,
    caps: Vec<CapOf>,
    bundled_out: Vec<u32>,
}

impl Finished {
    fn into_assembled(
        self,
        scoring: ScoringRules,
        items: Items,
        pools: RoundPools,
        pinned: Vec<PinnedPart>,
    ) -> Assembled {
        let Self { problem, rows, row_of, all_occurrences, origins, exhausted, caps, bundled_out } = self;
        Assembled {
            scoring,
            problem,
            items,
            rows,
            row_of,
            all_occurrences,
            origins,
            pools,
            exhausted,
            caps,
            pinned,
            bundled_out,
        }
    }
}

/// An arc on its way into the problem.
struct Arc {
    pool: u32,
    further: Vec<u32>,
    metres: u32,
    origin: Origin,
}

/// The problem in the making.
struct Build<'a> {
    snapshot: &'a Snapshot,
    rules: &'a RoundRules,
    given: &'a Given<'a>,
    items: &'a Items,
    pools: &'a RoundPools,
    /// Units left of each pool.
    left: Vec<u64>,
    /// Quantity of each occurrence that is pinned, by item.
    pinned: HashMap<u32, i64>,
    reach: Vec<Reach>,
    left_out: Vec<bool>,
    bundled_out: Vec<u32>,
    parts: ProblemParts,
    rows: Vec<u32>,
    row_of: Vec<u32>,
    all_occurrences: Vec<bool>,
    origins: Origins,
    exhausted: Exhausted,
    /// Distinct partners of each row, but for those who help its need already.
    others_of: Vec<u32>,
}

impl<'a> Build<'a> {
    fn new(
        snapshot: &'a Snapshot,
        rules: &'a RoundRules,
        given: &'a Given<'a>,
        items: &'a Items,
        pools: &'a RoundPools,
        parts: &[PinnedPart],
        pinned: HashMap<u32, i64>,
    ) -> Self {
        let mut reach = vec![Reach::default(); pools.partners.len()];
        for part in parts {
            for (nth, pool) in part.pools.iter().enumerate() {
                if let Some(reach) = reach.get_mut(pools.pools[*pool as usize].partner as usize) {
                    reach.pinned.0 += u32::from(nth == 0);
                    reach.pinned.1 += part.quantity.unsigned_abs();
                }
            }
        }
        Self {
            snapshot,
            rules,
            given,
            items,
            pools,
            left: pools.pools.iter().map(|pool| RoundPools::left(snapshot, pool)).collect(),
            pinned,
            reach,
            left_out: vec![false; items.items.len()],
            bundled_out: Vec::new(),
            parts: ProblemParts { first: vec![0], ..ProblemParts::default() },
            rows: Vec::new(),
            row_of: vec![NONE; items.items.len()],
            all_occurrences: Vec::new(),
            origins: Origins::default(),
            exhausted: Exhausted::default(),
            others_of: Vec::new(),
        }
    }

    /// What is still asked of an item, as the problem counts it; none when nothing is, or more than can be counted.
    fn quantity(&self, at: usize, item: &RoundItem, times: Option<Times>) -> Option<u64> {
        outstanding(&self.pinned, at, item, times)
    }

    fn split(&self, item: &RoundItem, one_pool: bool) -> Split {
        split(self.items, item, one_pool)
    }

    /// Leaves items out whose bundles hold something that cannot be served.
    fn leave_out_bundles(&mut self, bundles: &[Vec<u32>], pairs: &Pairs) {
        if bundles.is_empty() {
            return;
        }
        let mut serviceable = vec![false; self.items.items.len()];
        let (mut arcs, mut spent) = (Vec::new(), Vec::new());
        for (at, item) in self.items.items.iter().enumerate() {
            serviceable[at] = match self.quantity(at, item, pairs.times[at]) {
                // Wholly pinned: it is served already.
                None => self.pinned.contains_key(&u32::try_from(at).unwrap_or(u32::MAX)),
                Some(quantity) => {
                    let origin = |choice| pairs.origins.get(choice);
                    self.arcs(item, quantity, pairs.choices(at), origin, &mut arcs, &mut spent);
                    !arcs.is_empty()
                }
            };
        }
        for bundle in bundles.iter().filter(|bundle| bundle.iter().any(|item| !serviceable[*item as usize])) {
            for item in bundle {
                self.left_out[*item as usize] = true;
                if serviceable[*item as usize] {
                    self.bundled_out.push(*item);
                }
            }
        }
        self.bundled_out.sort_unstable();
    }

    /// The rows and arcs of the problem. There are no more arcs than pairs, over which they are written: two sets of tens of millions
    /// would be one too many.
    fn rows(&mut self, pairs: Pairs) {
        let Pairs { first, times, mut pools, mut metres, mut origins, further, used_up, .. } = pairs;
        let items = self.items;
        let mut written = origins.rewrite();
        let mut count = 0;
        let (mut arcs, mut spent, mut exhausted) = (Vec::new(), Vec::new(), ByRow::over(used_up));
        let mut further = further.as_slice();
        self.parts.first.reserve_exact(items.items.len());
        for (at, item) in items.items.iter().enumerate() {
            let (from, to) = (first[at] as usize, first[at + 1] as usize);
            let (of_item, rest) = further.split_at(further.partition_point(|(pair, _)| (*pair as usize) < to));
            further = rest;
            let (pairs, partial) = exhausted.next();
            let Some(quantity) = self.quantity(at, item, times[at]).filter(|_| !self.left_out[at]) else { continue };
            let choices = Choices { from, pools: &pools[from..to], metres: &metres[from..to], further: of_item };
            self.arcs(item, quantity, choices, |choice| written.get(choice), &mut arcs, &mut spent);
            let in_lane = |pair: Pair| Pair { pool: self.pools.lane(self.snapshot, pair.pool, pair.resource), ..pair };
            let nothing_left = |pair: &Pair| self.left.get(pair.pool as usize) == Some(&0);
            spent.extend(pairs.map(in_lane).filter(nothing_left));
            if arcs.is_empty() && spent.is_empty() {
                continue;
            }
            self.row(at, times[at], quantity, &arcs);
            settle(self.snapshot, &mut spent);
            let unsure = partial || self.is_unsure_of_more(quantity);
            self.count_more(&spent, quantity);
            exhausted.row(&mut spent, partial, unsure);
            for arc in arcs.drain(..) {
                (pools[count as usize], metres[count as usize]) = (arc.pool, arc.metres.min(DISTANCE_MAX));
                self.parts.draws.extend(arc.further.into_iter().map(|pool| (count, pool)));
                written.push(arc.origin);
                count += 1;
            }
            self.parts.first.push(count);
        }
        written.finish();
        pools.truncate(count as usize);
        metres.truncate(count as usize);
        (self.parts.arc_pool, self.parts.arc_distance, self.origins) = (pools, metres, origins);
        self.exhausted = exhausted.finish();
    }

    /// A row for an item with these arcs.
    fn row(&mut self, at: usize, times: Option<Times>, quantity: u64, arcs: &[Arc]) {
        let item = self.items.items[at];
        // What nothing can serve needs no whole numbers.
        let one_pool = arcs.iter().all(|arc| arc.further.is_empty());
        let split = if arcs.is_empty() { Split::Any } else { self.split(&item, one_pool) };
        self.count_partners(&item, arcs, quantity);
        self.row_of[at] = u32::try_from(self.rows.len()).unwrap_or(NONE);
        self.rows.push(u32::try_from(at).unwrap_or(NONE));
        self.all_occurrences.push(times == Some(Times::All) && item.occurrences > 1);
        // The guarantee's group, and what a unit counts where people do, are known once all rows are.
        self.parts.items.push(Item { quantity, tier: tier(item.urgency), worth: 1, group: None, split });
    }

    /// Whether one unit more may not serve the row that was made last although it is worth it: it takes all or nothing, or a bound on
    /// partners that is left out because it cannot bind may do so then.
    fn is_unsure_of_more(&self, quantity: u64) -> bool {
        let Some(at) = self.rows.last() else { return false };
        let item = &self.items.items[*at as usize];
        let need = self.items.need(item);
        let alone = quantity == 1 && need.items.len() == 1 && self.given.helping(need.id).is_empty();
        quantity > 1 && self.split(item, true) == Split::Whole || self.rules.partners_per_need_max.is_some() && !alone
    }

    /// Counts an item that partners would be asked about, had they anything left.
    fn count_more(&mut self, spent: &[Pair], quantity: u64) {
        for pair in spent {
            let partner = self.pools.pools[pair.pool as usize].partner;
            if let Some(reach) = self.reach.get_mut(partner as usize) {
                reach.more = reach.more.saturating_add(1);
                reach.more_several |= quantity > 1;
            }
        }
    }

    /// The arcs of an item to pools with enough left, by pools; of those alike the nearest. Of what else it could be served from, what
    /// has nothing left.
    fn arcs(
        &self,
        item: &RoundItem,
        quantity: u64,
        choices: Choices<'_>,
        origin: impl Fn(usize) -> Origin,
        arcs: &mut Vec<Arc>,
        spent: &mut Vec<Pair>,
    ) {
        let splits = self.split(item, true) == Split::Any;
        let mut further = choices.further;
        arcs.clear();
        spent.clear();
        for (choice, (own, metres)) in (choices.from..).zip(choices.pools.iter().zip(choices.metres)) {
            let (of_choice, rest) = further.split_at(further.partition_point(|(pair, _)| *pair as usize <= choice));
            further = rest;
            let from = origin(choice);
            let lane = |pool: u32| self.pools.lane(self.snapshot, pool, from.resource);
            let mut pool = lane(*own);
            let mut pools: Vec<u32> = of_choice.iter().map(|(_, pool)| lane(*pool)).collect();
            if let Some(least) = pools.iter_mut().min().filter(|least| **least < pool) {
                std::mem::swap(least, &mut pool);
            }
            pools.sort_unstable();
            let needed = if splits && pools.is_empty() { 1 } else { quantity };
            let enough = |pool: &u32| self.left.get(*pool as usize).is_some_and(|left| *left >= needed);
            if enough(&pool) && pools.iter().all(enough) {
                arcs.push(Arc { pool, further: pools, metres: *metres, origin: from });
            } else if pools.is_empty() && item.occurrences == 1 && self.left.get(pool as usize) == Some(&0) {
                spent.push(Pair { pool, metres: *metres, resource: from.resource });
            }
        }
        let id = |arc: &Arc| self.snapshot.resource_id(arc.origin.resource);
        arcs.sort_unstable_by(|a, b| {
            let pools = a.pool.cmp(&b.pool).then_with(|| a.further.cmp(&b.further));
            pools.then(a.metres.cmp(&b.metres)).then_with(|| id(a).cmp(&id(b)))
        });
        arcs.dedup_by(|next, kept| next.pool == kept.pool && next.further == kept.further);
    }

    fn count_partners(&mut self, item: &RoundItem, arcs: &[Arc], quantity: u64) {
        let single = quantity == 1;
        let helping = self.given.helping(self.items.need(item).id);
        let mut seen: Vec<u32> = Vec::with_capacity(4);
        for arc in arcs {
            for pool in std::iter::once(&arc.pool).chain(&arc.further) {
                let partner = self.pools.pools[*pool as usize].partner;
                let Some(reach) = self.reach.get_mut(partner as usize) else { continue };
                reach.several |= !single || !arc.further.is_empty();
                if !seen.contains(&partner) {
                    seen.push(partner);
                    reach.items += 1;
                }
            }
        }
        let helps = |partner: &&u32| helping.contains(&self.pools.partners[**partner as usize].0);
        let others = seen.len() - if helping.is_empty() { 0 } else { seen.iter().filter(helps).count() };
        self.others_of.push(u32::try_from(others).unwrap_or(u32::MAX));
    }

    fn finish(
        mut self,
        bundles: Vec<Vec<u32>>,
        guarantees: &Guarantees,
        control: &dyn Control,
    ) -> Result<Finished, DraftError> {
        let caps = Caps::new(self.rules, self.given, self.pools, &self.reach);
        let steps = &self.rules.load_steps;
        let pool = |pool: &super::pools::RoundPool| {
            let cap = caps.of_partner.get(pool.partner as usize).copied().filter(|cap| *cap != NONE);
            Pool { segments: RoundPools::segments(self.snapshot, pool, steps), cap, partner: pool.partner }
        };
        self.parts.pools = self.pools.pools.iter().map(pool).collect();
        self.exhausted.be_unsure_of(|pool| caps.unsure.binary_search(&self.pools.pools[pool as usize].partner).is_ok());
        self.parts.distance_told = self.exhausted.farthest();
        self.parts.caps = caps.caps;
        self.parts.contacts = caps.contacts;
        self.group(guarantees);
        self.parts.bundles = sides::bundles_of_rows(&bundles, &self.row_of, &self.parts.items);
        let (most, others_of) = (self.rules.partners_per_need_max, &self.others_of);
        let of = |row: u32| others_of[row as usize];
        let asked = &self.parts.items;
        self.parts.partners = sides::partners(most, self.given, self.items, self.pools, &self.rows, asked, of);
        self.parts.levels = levels(self.rules, self.items);
        if self.rules.counting == Counting::People {
            self.parts.count_items_alike();
        }
        if control.stopped() {
            return Err(DraftError::Stopped);
        }
        let problem = Problem::new(self.parts).map_err(DraftError::Problem)?;
        Ok(Finished {
            problem,
            rows: self.rows,
            row_of: self.row_of,
            all_occurrences: self.all_occurrences,
            origins: self.origins,
            exhausted: self.exhausted,
            caps: caps.of,
            bundled_out: self.bundled_out,
        })
    }

    /// What is guaranteed is a share of all that is asked, of those included that nothing can serve.
    fn group(&mut self, guarantees: &Guarantees) {
        if guarantees.len() == 0 {
            return;
        }
        let mut units = vec![0_u64; guarantees.len()];
        for (at, item) in self.items.items.iter().enumerate() {
            let Some(guarantee) = item.guarantee else { continue };
            let row = self.parts.items.get(self.row_of[at] as usize);
            let asked = row.map_or_else(|| self.quantity(at, item, None).unwrap_or(0), |row| row.quantity);
            units[usize::from(guarantee)] = units[usize::from(guarantee)].saturating_add(asked);
        }
        let (groups, group_of) = guarantees.groups(&units);
        self.parts.groups = groups;
        for (row, at) in self.parts.items.iter_mut().zip(&self.rows) {
            row.group = self.items.items[*at as usize].guarantee.map(|guarantee| group_of[usize::from(guarantee)]);
        }
    }
}

/// What is asked of an item beside what is decided already, as the problem counts it; none when nothing is, or more than can be counted.
pub(super) fn outstanding(
    pinned: &HashMap<u32, i64>,
    at: usize,
    item: &RoundItem,
    times: Option<Times>,
) -> Option<u64> {
    let pinned = u32::try_from(at).ok().and_then(|at| pinned.get(&at)).copied().unwrap_or(0);
    let each = (item.quantity - pinned).max(0).unsigned_abs();
    let times = if times == Some(Times::All) { u64::from(item.occurrences) } else { 1 };
    each.checked_mul(times).filter(|units| (1..=UNITS_MAX).contains(units))
}

/// Whether an item may be split, where each of its arcs draws on one pool or not.
pub(super) fn split(items: &Items, item: &RoundItem, one_pool: bool) -> Split {
    let open = items.open(item);
    if open.splittable && item.occurrences == 1 && one_pool { Split::Any } else { Split::Whole }
}

/// The tier of the problem, 0 the most urgent.
pub(super) const fn tier(urgency: Urgency) -> u8 {
    urgency.tier() - 1
}

/// The levels of a round, most important first.
fn levels(rules: &RoundRules, items: &Items) -> Vec<Level> {
    let mut levels = Vec::with_capacity(7);
    if rules.guarantee_first {
        levels.push(Level::Guarantee);
    }
    let asked = |urgency: &Urgency| items.items.iter().any(|item| item.urgency == *urgency);
    levels.extend(Urgency::ALL.into_iter().filter(asked).map(|urgency| Level::Tier(tier(urgency))));
    for aim in &rules.aims {
        match aim {
            Aim::Guarantee if rules.guarantee_first => {}
            Aim::Guarantee => levels.push(Level::Guarantee),
            Aim::Distance => levels.push(Level::Distance),
            Aim::Load => levels.push(Level::Load),
        }
    }
    levels
}
