//! What a solution means, in the domain's words.

use std::collections::{BTreeMap, HashSet};

use wishwell_allocation::{Certificate, Objective, Plan};
use wishwell_domain::ids::{CategoryCode, DivisionCode, OrganizationId};
use wishwell_domain::round::{
    ItemOutcome, LevelFigure, ReasonCount, RoundResult, RoundTotals, Serving, Tally, TierTally, Unserved,
    UnservedReason,
};
use wishwell_solver::Control;
use wishwell_solver::parallel::each;

use super::prices::{AllPrices, level};
use super::room::Room;
use super::{Draft, DraftError};
use crate::ENGINE_VERSION;
use crate::query::Scratch;
use crate::snapshot::row::NONE;

/// Items that one piece of work tells of.
const PIECE_ITEMS: usize = 256;

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
    let problem = draft.problem();
    let prices = AllPrices::new(problem, solved.certificate);
    let outcomes = draft.outcomes(solved.plan, &prices, control)?;
    let unreached: Vec<_> =
        outcomes.iter().enumerate().filter_map(|(at, outcome)| draft.unreached(at, outcome)).collect();
    let gaps = draft.gaps(solved.plan, &prices, &unreached);
    let reached = Objective::of(problem, solved.plan);
    let figures = problem.weights().levels().iter().zip(reached.0.iter().zip(&solved.bound.0));
    Ok(RoundResult {
        position: draft.snapshot.position(),
        evaluated_at: draft.given.at,
        engine_version: ENGINE_VERSION,
        levels: figures
            .map(|((of, _), (reached, bound))| LevelFigure { level: level(*of), reached: *reached, bound: *bound })
            .collect(),
        optimal: reached == *solved.bound,
        is_flow: problem.is_flow(),
        pairs: problem.parts().arc_pool.len() as u64,
        totals: totals(&outcomes),
        gaps,
        fairness: draft.fairness(&outcomes),
        scarcity: draft.scarcity(&prices),
        outcomes,
    })
}

impl Draft<'_> {
    fn outcomes(&self, plan: &Plan, prices: &AllPrices, control: &dyn Control) -> Result<Vec<ItemOutcome>, DraftError> {
        let room = Room::new(self.problem(), &self.made.caps, plan, &prices.groups);
        let mut pinned: BTreeMap<u32, Vec<Serving>> = BTreeMap::new();
        for part in &self.made.pinned {
            pinned.entry(part.item).or_default().push(self.pinned_serving(part));
        }
        let items = self.made.items.items.len();
        let order: Vec<u32> = (0..u32::try_from(items.div_ceil(PIECE_ITEMS)).unwrap_or(u32::MAX)).collect();
        let pieces = each(&order, self.given.threads, Scratch::default, |scratch, piece| {
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
        Ok(pieces.ok_or(DraftError::Stopped)?.into_iter().flatten().collect())
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

fn totals(outcomes: &[ItemOutcome]) -> RoundTotals {
    let mut totals = RoundTotals::default();
    let mut tiers: BTreeMap<u8, Tally> = BTreeMap::new();
    let mut reasons: BTreeMap<UnservedReason, (u64, i64)> = BTreeMap::new();
    let mut organizations: HashSet<OrganizationId> = HashSet::new();
    for outcome in outcomes {
        totals.all.add(outcome);
        tiers.entry(outcome.tier).or_default().add(outcome);
        if let Some(told) = &outcome.unserved {
            let (items, units) = reasons.entry(told.reason).or_default();
            *items += 1;
            *units = units.saturating_add(told.units);
        }
        for serving in &outcome.servings {
            organizations.insert(serving.organization);
            let units = i128::from(serving.quantity) * i128::from(serving.occurrences);
            totals.unit_metres += units * i128::from(serving.distance_metres.unwrap_or(0));
        }
    }
    totals.tiers = tiers.into_iter().map(|(tier, tally)| TierTally { tier, tally }).collect();
    let counts = UnservedReason::ALL.into_iter().filter_map(|reason| {
        reasons.get(&reason).map(|(items, units)| ReasonCount { reason, items: *items, units: *units })
    });
    totals.reasons = counts.collect();
    totals.organizations = organizations.len() as u64;
    totals
}
