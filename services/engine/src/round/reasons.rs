//! Why an item is not served, and the smallest changes that would serve it.

use wishwell_allocation::Split;
use wishwell_domain::limits::{ROUND_ALTERNATIVES_MAX, ROUND_NEAR_MISSES_MAX};
use wishwell_domain::round::{Change, LostTo, Miss, MissedConstraint, Unserved, UnservedReason};
use wishwell_domain::zone::Zone;

use super::Draft;
use super::gather::{Choice, Found, Gatherer};
use super::pools::RoundPools;
use super::prices::{AllPrices, by_level};
use super::room::{Obstacle, Room};
use super::sides::CapOf;
use super::ways::ways;
use crate::context::Context;
use crate::find::{Hit, shown};
use crate::near_miss::reasons;
use crate::query::Scratch;
use crate::reason::{Reason, ReasonCode};

/// Resources named that can be asked.
const CAN_BE_ASKED_MAX: usize = 3;

impl Draft<'_> {
    /// What is left of an item, and why.
    pub(super) fn unserved(
        &self,
        at: u32,
        units: i64,
        prices: &AllPrices,
        room: &Room<'_>,
        scratch: &mut Scratch,
    ) -> Unserved {
        let item = &self.made.items.items[at as usize];
        let mut told = Unserved {
            units,
            reason: UnservedReason::NoCandidate,
            can_be_asked: Vec::new(),
            lost_to: Vec::new(),
            near_misses: Vec::new(),
            changes: Vec::new(),
        };
        let row = self.made.row_of[at as usize];
        if row != crate::snapshot::row::NONE && room.asked(row) == 0 {
            told.reason = UnservedReason::Occurrences;
            return told;
        }
        let gatherer = self.gatherer();
        let asked = self.made.items.asked(item, self.given);
        let context = Context::new(&asked, &self.snapshot.tables, &self.made.scoring);
        let found = if self.given.distances.is_some() {
            gatherer.find(at as usize, item, scratch)
        } else {
            self.snapshot.search(&context, asked.category, gatherer.most(NEAR_MISSES_LOOKED_AT), scratch);
            gatherer.found(&context, at as usize, item, scratch)
        };
        let named = found.unknown.iter().take(CAN_BE_ASKED_MAX);
        told.can_be_asked = named.map(|resource| self.snapshot.resource_id(*resource)).collect();
        if row != crate::snapshot::row::NONE {
            self.lost(row, prices, room, &mut told);
        }
        if row == crate::snapshot::row::NONE || self.problem().arcs(row).is_empty() {
            told.reason = self.reason_without_arcs(at, &found, room);
        }
        if self.given.distances.is_none() {
            self.near_misses(&context, at, room, scratch, &mut told);
        }
        told
    }

    pub(super) fn gatherer(&self) -> Gatherer<'_> {
        Gatherer {
            snapshot: self.snapshot,
            rules: self.rules,
            given: self.given,
            items: &self.made.items,
            scoring: &self.made.scoring,
        }
    }

    fn reason_without_arcs(&self, at: u32, found: &Found, room: &Room<'_>) -> UnservedReason {
        let asked = u64::try_from(self.made.items.items[at as usize].quantity).unwrap_or(0);
        if self.made.bundled_out.binary_search(&at).is_ok() {
            UnservedReason::Bundle
        } else if found.choices.iter().any(|choice| self.lanes(choice).any(|lane| self.is_set_apart(lane, asked, room)))
        {
            UnservedReason::NotProven
        } else if found.choices.iter().any(|choice| self.has_any(choice)) {
            // It fits what is there, but not what pinned parts leave of it.
            UnservedReason::Whole
        } else if found.one_too_many {
            UnservedReason::Partners
        } else if found.uncountable {
            UnservedReason::NotCountable
        } else if !found.unknown.is_empty() {
            UnservedReason::OnlyUnknownCapacity
        } else if found.too_little {
            UnservedReason::Whole
        } else if !found.choices.is_empty() || !found.used_up.is_empty() {
            // Others have it already.
            UnservedReason::Capacity
        } else {
            UnservedReason::NoCandidate
        }
    }

    /// Whether there was something left everywhere a choice draws on.
    fn has_any(&self, choice: &Choice) -> bool {
        let left = |pool: u32| !self.problem().parts().pools[pool as usize].segments.is_empty();
        let mut places = choice.way.keys.iter().map(|key| self.made.pools.place(*key));
        places.all(|place| place.is_some()) && self.lanes(choice).all(left)
    }

    /// What a choice draws on, as far as the round does.
    fn lanes(&self, choice: &Choice) -> impl Iterator<Item = u32> {
        let places = choice.way.keys.iter().filter_map(|key| self.made.pools.place(*key));
        places.map(|place| self.made.pools.lane(self.snapshot, place, choice.resource))
    }

    /// Whether so many units of a lane would be left, had what its pool has not been divided up before the plan.
    fn is_set_apart(&self, lane: u32, units: u64, room: &Room<'_>) -> bool {
        let pools = &self.made.pools.pools;
        let Some(pool) = pools.get(lane as usize).filter(|pool| pool.divided) else { return false };
        let Some(amount) = RoundPools::amount(self.snapshot, pool) else { return false };
        let (first, count) = pool.lanes;
        let lanes = (first..).zip(pools.iter().skip(first as usize).take(count as usize));
        let given = lanes.map(|(at, lane)| i128::from(room.given(at)) * i128::from(lane.per_unit)).sum::<i128>();
        (i128::from(amount) - given) / i128::from(pool.per_unit) >= i128::from(units)
    }

    /// What a row lost, to whom at what price, and what would serve it. What had nothing left was lost before: its price is what others
    /// would lose by a unit more there that goes to the row.
    fn lost(&self, row: u32, prices: &AllPrices, room: &Room<'_>, told: &mut Unserved) {
        let (problem, exhausted) = (self.problem(), &self.made.exhausted);
        let worth = prices.worth(problem, row);
        let carrying = problem.arcs(row).map(|arc| (prices.cost_of_taking(problem, arc), arc));
        let beyond = problem.parts().arc_pool.len();
        let used_up = exhausted.of(row as usize).map(|nth| {
            let pair = exhausted.pair(nth);
            (prices.cost_of(pair.pool, pair.metres), beyond + nth)
        });
        let mut arcs: Vec<(i128, u32)> = carrying
            .chain(used_up)
            .filter_map(|(cost, arc)| Some(((cost - worth).max(0), u32::try_from(arc).ok()?)))
            .collect();
        arcs.sort_unstable();
        let obstacle = |(_, arc): &(i128, u32)| match (*arc as usize).checked_sub(beyond) {
            Some(nth) => Obstacle::Pool(exhausted.pair(nth).pool, 0),
            None => room.obstacle(row, *arc),
        };
        let obstacles: Vec<Obstacle> = arcs.iter().map(obstacle).collect();
        told.reason = self.reason(row, &obstacles, room);
        for ((loss, arc), obstacle) in arcs.iter().zip(&obstacles) {
            let Obstacle::Pool(pool, _) = obstacle else { continue };
            if told.lost_to.len() < ROUND_ALTERNATIVES_MAX {
                told.lost_to.push(LostTo {
                    resource: self.snapshot.resource_id(self.resource(*arc)),
                    at: self.made.pools.pools[*pool as usize].at(),
                    price: by_level(problem, *loss),
                });
            }
        }
        self.changes_of_capacity(row, &arcs, &obstacles, room, told);
    }

    /// Whether an item takes all it asks or nothing: what nothing can serve the problem does not say it of.
    fn is_whole(&self, row: u32) -> bool {
        let item = &self.made.items.items[self.made.rows[row as usize] as usize];
        !self.made.items.open(item).splittable
    }

    fn reason(&self, row: u32, obstacles: &[Obstacle], room: &Room<'_>) -> UnservedReason {
        let any = |fits: fn(&Obstacle) -> bool| obstacles.iter().any(fits);
        let tier = self.problem().parts().items[row as usize].tier;
        let guaranteed = |obstacle: &Obstacle| matches!(obstacle, Obstacle::Pool(pool, _) if room.guaranteed(*pool).is_some_and(|of| of > tier));
        let by_guarantee = obstacles.iter().any(guaranteed);
        let whole = self.problem().parts().items[row as usize].split == Split::Whole;
        let needed = if whole { room.asked(row) } else { 1 };
        let apart =
            |obstacle: &Obstacle| matches!(obstacle, Obstacle::Pool(lane, _) if self.is_set_apart(*lane, needed, room));
        if any(|obstacle| *obstacle == Obstacle::None) {
            if room.bundle(row).is_some() { UnservedReason::Bundle } else { UnservedReason::NotProven }
        } else if any(|obstacle| *obstacle == Obstacle::Partners) {
            UnservedReason::Partners
        } else if any(|obstacle| matches!(obstacle, Obstacle::Contacts(_) | Obstacle::Cap(CapOf::Contacts(_), _))) {
            UnservedReason::Contacts
        } else if any(|obstacle| matches!(obstacle, Obstacle::Cap(CapOf::Organization(_), _))) {
            UnservedReason::OrganizationCap
        } else if obstacles.iter().any(apart) {
            UnservedReason::NotProven
        } else if any(|obstacle| matches!(obstacle, Obstacle::Pool(_, left) if *left > 0)) {
            UnservedReason::Whole
        } else if by_guarantee {
            UnservedReason::Guarantee
        } else {
            UnservedReason::Capacity
        }
    }

    /// The smallest changes of what there is: of each kind one, the cheapest of those alike.
    fn changes_of_capacity(
        &self,
        row: u32,
        arcs: &[(i128, u32)],
        obstacles: &[Obstacle],
        room: &Room<'_>,
        told: &mut Unserved,
    ) {
        let whole = self.problem().parts().items[row as usize].split == Split::Whole || self.is_whole(row);
        let needed = if whole { room.asked(row) } else { 1 };
        let resource = |arc: u32| self.snapshot.resource_id(self.resource(arc));
        let signed = |units: u64| i64::try_from(units).unwrap_or(i64::MAX);
        // Of what draws on several pools at once, more of the one that has nothing left may not do.
        let beyond = self.problem().parts().arc_pool.len();
        let partial = self.made.exhausted.is_partial(row as usize);
        let mut more: Option<(u64, u32, u32)> = None;
        let mut less: Option<(u64, u32)> = None;
        let mut organization: Option<(u64, u32)> = None;
        for ((_, arc), obstacle) in arcs.iter().zip(obstacles) {
            match obstacle {
                Obstacle::Pool(pool, left) => {
                    let lacking = needed.saturating_sub(*left);
                    let does = !partial || (*arc as usize) < beyond;
                    if does && more.is_none_or(|(least, ..)| lacking < least) {
                        more = Some((lacking, *arc, *pool));
                    }
                    let only = || room.pools_of(*arc).len() == 1 && !self.made.all_occurrences[row as usize];
                    if *left > 0 && only() && less.is_none_or(|(most, _)| *left > most) {
                        less = Some((*left, *arc));
                    }
                }
                Obstacle::Cap(CapOf::Organization(partner) | CapOf::Contacts(partner), left) => {
                    let lacking = needed.saturating_sub(*left);
                    if organization.is_none_or(|(least, _)| lacking < least) {
                        organization = Some((lacking, *partner));
                    }
                }
                Obstacle::Contacts(partner) => {
                    organization = organization.or(Some((1, *partner)));
                }
                Obstacle::Partners | Obstacle::None => {}
            }
        }
        if let Some((units, arc, pool)) = more {
            let at = self.made.pools.pools[pool as usize].at();
            told.changes.push(Change::Units { resource: resource(arc), at, units: signed(units) });
        }
        if let Some((units, arc)) = less {
            told.changes.push(Change::Quantity { resource: resource(arc), quantity: signed(units) });
        }
        if let Some((more, partner)) = organization {
            let organization = self.made.pools.partners[partner as usize].0;
            told.changes.push(Change::Organization { organization, more: signed(more) });
        }
    }

    /// The nearest misses, where nothing fits; and what would change, were somebody to go farther, wait or ask for less. By what a
    /// search has left.
    fn near_misses(&self, context: &Context<'_>, at: u32, room: &Room<'_>, scratch: &mut Scratch, told: &mut Unserved) {
        let (hits, misses) = (std::mem::take(&mut scratch.hits), std::mem::take(&mut scratch.misses));
        let mut smallest = Smallest::default();
        if let Some(most) = self.rules.radius_metres_max {
            let beyond = hits.iter().filter(|hit| shown(hit.distance).is_some_and(|metres| metres > most));
            for hit in beyond.filter(|hit| self.has_room(context, at, hit, room, scratch)) {
                smallest.radius(hit, hit.distance - most);
            }
        }
        let mut constraints = Vec::new();
        for (nth, miss) in misses.iter().enumerate() {
            let Some(row) = self.snapshot.row(miss.resource) else { continue };
            constraints.clear();
            reasons(context, row, miss, &mut constraints);
            let room = || self.has_room(context, at, miss, room, scratch);
            smallest.look(miss, &constraints, room);
            if nth < ROUND_NEAR_MISSES_MAX && hits.is_empty() {
                told.near_misses.push(Miss {
                    resource: self.snapshot.resource_id(miss.resource),
                    distance_metres: shown(miss.distance),
                    constraints: constraints.iter().map(missed).collect(),
                });
            }
        }
        let id = |hit: &Hit| self.snapshot.resource_id(hit.resource);
        if let Some((more_metres, hit)) = smallest.radius {
            told.changes.push(Change::Radius { resource: id(&hit), more_metres });
        }
        if let Some((date, hit)) = smallest.date {
            told.changes.push(Change::Date { resource: id(&hit), date });
        }
        let known = told.changes.iter().any(|change| matches!(change, Change::Quantity { .. }));
        if let Some((quantity, hit)) = smallest.quantity.filter(|_| !known) {
            told.changes.push(Change::Quantity { resource: id(&hit), quantity });
        }
        (scratch.hits, scratch.misses) = (hits, misses);
    }

    /// Whether the plan leaves enough at a resource that fits but for where it is.
    fn has_room(&self, context: &Context<'_>, at: u32, hit: &Hit, room: &Room<'_>, scratch: &mut Scratch) -> bool {
        let Some(row) = self.snapshot.row(hit.resource) else { return false };
        let mut found = Vec::new();
        ways(context, row, hit, at as usize, &mut scratch.memo, &mut found);
        let needed = if context.splittable { 1 } else { context.quantity.unsigned_abs() };
        found.iter().any(|way| {
            let places = way.keys.iter().filter_map(|key| self.made.pools.place(*key));
            places
                .map(|place| self.made.pools.lane(self.snapshot, place, hit.resource))
                .all(|lane| room.left(lane) >= needed)
        })
    }
}

/// Near misses that are looked at for what would have to change.
const NEAR_MISSES_LOOKED_AT: usize = 10;

/// The smallest change of each kind.
#[derive(Default)]
struct Smallest {
    radius: Option<(u32, Hit)>,
    date: Option<(jiff::civil::Date, Hit)>,
    quantity: Option<(i64, Hit)>,
}

impl Smallest {
    fn radius(&mut self, hit: &Hit, more: u32) {
        if self.radius.as_ref().is_none_or(|(least, _)| more < *least) {
            self.radius = Some((more, *hit));
        }
    }

    /// Looks at a resource that fails one thing only, so that one change does.
    fn look(&mut self, miss: &Hit, constraints: &[Reason], room: impl FnOnce() -> bool) {
        let [constraint] = constraints else { return };
        match constraint {
            Reason::TooFar { .. } | Reason::OutsideArea { .. } => {
                if let Some(more) = too_far(constraint).filter(|_| room()) {
                    self.radius(miss, more);
                }
            }
            Reason::NoCapacity { remaining, occurrences: None, next_free, .. } => {
                if let Some(date) = next_free {
                    self.date(miss, *date);
                }
                if *remaining > 0 && room() && self.quantity.as_ref().is_none_or(|(most, _)| remaining > most) {
                    self.quantity = Some((*remaining, *miss));
                }
            }
            Reason::ClosedInWindow { .. } | Reason::NotValidYet { .. } => {
                if let Some(date) = fits_from(constraint) {
                    self.date(miss, date);
                }
            }
            _ => {}
        }
    }

    fn date(&mut self, miss: &Hit, date: jiff::civil::Date) {
        if self.date.as_ref().is_none_or(|(least, _)| date < *least) {
            self.date = Some((date, *miss));
        }
    }
}

fn too_far(reason: &Reason) -> Option<u32> {
    match reason {
        Reason::TooFar { distance_metres, limit_metres } => Some(distance_metres.saturating_sub(*limit_metres)),
        Reason::OutsideArea { distance_metres, radius_metres, polygon_metres, .. } => {
            let radius = distance_metres.zip(*radius_metres).map(|(distance, radius)| distance.saturating_sub(radius));
            radius.into_iter().chain(*polygon_metres).min()
        }
        _ => None,
    }
}

fn fits_from(reason: &Reason) -> Option<jiff::civil::Date> {
    match reason {
        Reason::NoCapacity { next_free, .. } => *next_free,
        Reason::NotValidYet { valid_from } => Some(*valid_from),
        Reason::ClosedInWindow { next_opening } => next_opening.map(|at| Zone::of_places().date_at(at)),
        _ => None,
    }
}

fn missed(reason: &Reason) -> MissedConstraint {
    let remaining = match reason {
        Reason::NoCapacity { remaining, .. } => Some(*remaining),
        _ => None,
    };
    let code: ReasonCode = reason.code();
    MissedConstraint {
        code: code.name().to_owned(),
        metres_too_far: too_far(reason),
        fits_from: fits_from(reason),
        remaining,
    }
}
