//! What a solution means, in the domain's words.

use std::collections::{BTreeMap, HashSet};

use wishwell_allocation::{Certificate, Objective, Plan};
use wishwell_domain::ids::{CategoryCode, DivisionCode, OrganizationId};
use wishwell_domain::round::{
    ItemOutcome, ReasonCount, RoundResult, RoundTotals, Serving, Tally, TierTally, Unserved, UnservedReason,
};
use wishwell_solver::Control;
use wishwell_solver::parallel::each;

use super::fairness::Cohorts;
use super::network::Below;
use super::prices::{AllPrices, level_figures};
use super::room::Room;
use super::{Draft, DraftError};
use crate::ENGINE_VERSION;
use crate::query::Scratch;
use crate::snapshot::row::NONE;

/// Items that one piece of work tells of.
const PIECE_ITEMS: usize = 256;
/// Pieces that are handed over together.
const PIECES_TOGETHER: usize = 32;

/// A solution of a draft's problem that a checker has accepted.
#[derive(Debug, Clone, Copy)]
pub struct Solved<'a> {
    /// What goes where.
    pub plan: &'a Plan,
    /// What proves how good that is.
    pub certificate: &'a Certificate,
    /// What no plan exceeds.
    pub bound: &'a Objective,
}

/// Tells what a solution means: what becomes of each item and why, sums, gaps of supply, fairness and scarcity.
///
/// # Errors
/// Being asked to stop.
pub fn tell(draft: &Draft<'_>, solved: Solved<'_>, control: &dyn Control) -> Result<RoundResult, DraftError> {
    let mut outcomes = Vec::with_capacity(draft.item_count());
    let keep = &mut |some| {
        outcomes.extend(some);
        true
    };
    let result = tell_each(draft, solved, control, keep)?;
    Ok(RoundResult { outcomes, ..result })
}

/// Like [`tell`], but what becomes of items is handed over to `keep` in their order, some thousands at once, and is not in the result:
/// of a million items it takes more memory than all else together. `keep` says whether to go on.
///
/// # Errors
/// Being asked to stop, by `control` or by `keep`.
pub fn tell_each(
    draft: &Draft<'_>,
    solved: Solved<'_>,
    control: &dyn Control,
    keep: &mut dyn FnMut(Vec<ItemOutcome>) -> bool,
) -> Result<RoundResult, DraftError> {
    let problem = draft.problem();
    let below = Below::new(problem, &draft.made.exhausted);
    let prices = AllPrices::new(problem, solved.certificate, &below);
    let mut sums = Sums::default();
    draft.outcomes(solved.plan, &prices, control, &mut |from, outcomes| {
        for (at, outcome) in (from..).zip(&outcomes) {
            sums.add(draft, at, outcome);
        }
        keep(outcomes)
    })?;
    let gaps = draft.gaps(solved.plan, &prices, &below, &sums.unreached);
    let reached = Objective::of(problem, solved.plan);
    Ok(RoundResult {
        position: draft.snapshot.position(),
        evaluated_at: draft.given.at,
        engine_version: ENGINE_VERSION,
        levels: level_figures(problem, &reached, solved.bound),
        // What was divided up before the plan could have been divided otherwise.
        optimal: reached == *solved.bound && !draft.made.pools.is_divided(),
        is_flow: problem.is_flow(),
        pairs: problem.parts().arc_pool.len() as u64,
        totals: sums.totals.finish(),
        gaps,
        fairness: sums.cohorts.figures(),
        scarcity: draft.scarcity(&prices),
        outcomes: Vec::new(),
    })
}

/// What is counted of outcomes as they come.
#[derive(Default)]
struct Sums {
    totals: Totals,
    cohorts: Cohorts,
    /// Category, county, tier and units of items that nothing can reach.
    unreached: Vec<(CategoryCode, Option<DivisionCode>, u8, i64)>,
}

impl Sums {
    fn add(&mut self, draft: &Draft<'_>, at: usize, outcome: &ItemOutcome) {
        self.totals.add(outcome);
        self.cohorts.add(draft, at, outcome);
        self.unreached.extend(draft.unreached(at, outcome));
    }
}

impl Draft<'_> {
    /// What becomes of the items, in their order: some at once, with the place of the first of them.
    fn outcomes(
        &self,
        plan: &Plan,
        prices: &AllPrices,
        control: &dyn Control,
        keep: &mut dyn FnMut(usize, Vec<ItemOutcome>) -> bool,
    ) -> Result<(), DraftError> {
        let room = Room::new(self.problem(), &self.made.caps, plan, &prices.groups);
        let mut pinned: BTreeMap<u32, Vec<Serving>> = BTreeMap::new();
        for part in &self.made.pinned {
            pinned.entry(part.item).or_default().push(self.pinned_serving(part));
        }
        let items = self.made.items.items.len();
        let order: Vec<u32> = (0..u32::try_from(items.div_ceil(PIECE_ITEMS)).unwrap_or(u32::MAX)).collect();
        for some in order.chunks(PIECES_TOGETHER) {
            let pieces = each(some, self.given.threads, Scratch::default, |scratch, piece| {
                let first = piece as usize * PIECE_ITEMS;
                let mut told = Vec::with_capacity(PIECE_ITEMS);
                for at in first..items.min(first + PIECE_ITEMS) {
                    if control.stopped() {
                        return None;
                    }
                    let at = u32::try_from(at).unwrap_or(NONE);
                    let mut servings = pinned.get(&at).cloned().unwrap_or_default();
                    servings.extend(self.planned(at, plan, prices, &room));
                    told.push(self.outcome(at, servings, prices, &room, scratch));
                }
                Some(told)
            });
            let pieces: Option<Vec<Vec<ItemOutcome>>> = pieces.into_iter().collect();
            let told = pieces.ok_or(DraftError::Stopped)?.into_iter().flatten().collect();
            let first = some.first().map_or(0, |piece| *piece as usize * PIECE_ITEMS);
            if !keep(first, told) {
                return Err(DraftError::Stopped);
            }
        }
        Ok(())
    }

    /// What the plan has for an item.
    fn planned(&self, at: u32, plan: &Plan, prices: &AllPrices, room: &Room<'_>) -> Vec<Serving> {
        let row = self.made.row_of[at as usize];
        if row == NONE {
            return Vec::new();
        }
        let arcs = self.problem().arcs(row);
        let flows = plan.flows();
        let from = flows.partition_point(|(arc, _)| (*arc as usize) < arcs.start);
        let to = flows.partition_point(|(arc, _)| (*arc as usize) < arcs.end);
        self.servings(row, flows.get(from..to).unwrap_or_default(), prices, room)
    }

    fn outcome(
        &self,
        at: u32,
        servings: Vec<Serving>,
        prices: &AllPrices,
        room: &Room<'_>,
        scratch: &mut Scratch,
    ) -> ItemOutcome {
        let item = &self.made.items.items[at as usize];
        let (need, open) = (self.made.items.need(item), self.made.items.open(item));
        let row = Some(self.made.row_of[at as usize]).filter(|row| *row != NONE);
        let mut outcome = ItemOutcome {
            need: need.id,
            item_ordinal: open.ordinal,
            category: self.category(open.category),
            division: self.division(need.division),
            tier: item.urgency.tier(),
            quantity: item.quantity,
            occurrences: item.occurrences,
            waiting_seconds: self.given.at.duration_since(need.created_at).as_secs().max(0),
            bundle: row.and_then(|row| room.bundle(row)),
            servings,
            unserved: None,
        };
        let units = outcome.units_asked().saturating_sub(outcome.units_served());
        if units > 0 {
            let told: Unserved = self.unserved(at, units, prices, room, scratch);
            outcome.unserved = Some(told);
        }
        outcome
    }

    pub(super) fn category(&self, place: u32) -> CategoryCode {
        let entry = self.snapshot.tables.categories.get(place);
        // Every open item was put with its category.
        entry.map_or_else(|| unreachable!("items name categories of the tables"), |entry| entry.code.clone())
    }

    fn division(&self, place: u32) -> Option<DivisionCode> {
        self.snapshot.tables.divisions.get(place).map(|entry| entry.code.clone())
    }

    /// Category, county, tier and units of an item that nothing can reach.
    fn unreached(&self, at: usize, outcome: &ItemOutcome) -> Option<(CategoryCode, Option<DivisionCode>, u8, i64)> {
        let unserved = outcome.unserved.as_ref().filter(|told| told.reason == UnservedReason::NoCandidate)?;
        let need = self.made.items.need(&self.made.items.items[at]);
        Some((outcome.category.clone(), self.county(need.division).cloned(), outcome.tier, unserved.units))
    }
}

/// The totals on their way.
#[derive(Default)]
struct Totals {
    sums: RoundTotals,
    tiers: BTreeMap<u8, Tally>,
    reasons: BTreeMap<UnservedReason, (u64, i64)>,
    organizations: HashSet<OrganizationId>,
}

impl Totals {
    fn add(&mut self, outcome: &ItemOutcome) {
        self.sums.all.add(outcome);
        self.tiers.entry(outcome.tier).or_default().add(outcome);
        if let Some(told) = &outcome.unserved {
            let (items, units) = self.reasons.entry(told.reason).or_default();
            *items += 1;
            *units = units.saturating_add(told.units);
        }
        for serving in &outcome.servings {
            self.organizations.insert(serving.organization);
            let units = i128::from(serving.quantity) * i128::from(serving.occurrences);
            self.sums.unit_metres += units * i128::from(serving.distance_metres.unwrap_or(0));
        }
    }

    fn finish(self) -> RoundTotals {
        let counts = UnservedReason::ALL.into_iter().filter_map(|reason| {
            self.reasons.get(&reason).map(|(items, units)| ReasonCount { reason, items: *items, units: *units })
        });
        RoundTotals {
            reasons: counts.collect(),
            tiers: self.tiers.into_iter().map(|(tier, tally)| TierTally { tier, tally }).collect(),
            organizations: self.organizations.len() as u64,
            ..self.sums
        }
    }
}
