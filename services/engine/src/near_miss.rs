//! Writing the answer: candidates in full, and for the nearest misses every failed constraint with what would have to change.

use wishwell_domain::geo::round_metres;
use wishwell_domain::unit::{UNITS, Unit};
use wishwell_domain::zone::date_of_day;

use crate::answer::{Answer, Candidate, Capacity, EligibilityState, NearMiss};
use crate::assess::{Assessment, Eligible};
use crate::capacity::{self, When};
use crate::context::{Context, Span};
use crate::eligibility::Verdict;
use crate::find::{Hit, shown};
use crate::query::Scratch;
use crate::reason::{Clause, FactSet, Reason, ReasonCode};
use crate::recurring;
use crate::snapshot::Snapshot;
use crate::snapshot::area::AreaSet;
use crate::snapshot::pool::UNLIMITED;
use crate::snapshot::row::{AreaKind, Row};

impl Snapshot {
    /// Writes candidates and near misses from the search's hits and misses.
    pub(crate) fn write_answer(&self, context: &Context<'_>, scratch: &mut Scratch) {
        let Scratch { answer, memo, hits, misses, .. } = scratch;
        answer.candidates.clear();
        answer.near_misses.clear();
        answer.reasons.clear();
        hits.iter().for_each(|hit| self.send_for_names(hit.resource));
        misses.iter().for_each(|miss| self.send_for_cold(miss.resource));
        for hit in hits.iter() {
            let Some(row) = self.row(hit.resource) else { continue };
            answer.candidates.push(candidate(context, row, hit, memo));
        }
        misses.iter().for_each(|miss| self.send_for_names(miss.resource));
        for miss in misses.iter() {
            self.write_miss(context, miss, answer);
        }
    }

    fn write_miss(&self, context: &Context<'_>, miss: &Hit, answer: &mut Answer) {
        let Some(row) = self.row(miss.resource) else { return };
        let place = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        let reasons_start = place(answer.reasons.len());
        reasons(context, row, miss, &mut answer.reasons);
        answer.near_misses.push(NearMiss {
            resource: miss.resource,
            score_if_it_fitted: miss.score,
            distance_metres: shown(miss.distance),
            reasons_start,
            reasons_end: place(answer.reasons.len()),
        });
    }
}

/// A candidate in full.
pub(crate) fn candidate(context: &Context<'_>, row: &Row, hit: &Hit, memo: &mut crate::assess::Memo) -> Candidate {
    let Assessment { modes, capacity: view, eligible, .. } = hit.assessment;
    let when = when(context, row);
    // The search leaves the period out where it does not matter for the figure.
    let day = if context.recurrence.is_none() && !view.unknown && view.served != UNLIMITED {
        let renewed = view.day.is_none() && capacity::is_renewed(context, row);
        if renewed { capacity::best_day(context, row, when, &mut memo.periods) } else { view.day }
    } else {
        None
    };
    let capacity = match (view.unknown, view.served) {
        (true, _) => Capacity::Unknown,
        (false, UNLIMITED) => Capacity::Unbounded,
        (false, remaining) => Capacity::Known { remaining, period_start: day.map(|day| date_of_day(i64::from(day))) },
    };
    let terms = context.terms(row, hit.distance, hit.levels_below, &hit.assessment);
    Candidate {
        resource: hit.resource,
        score: hit.score,
        terms,
        distance_metres: shown(hit.distance),
        modes,
        capacity,
        serves: view.served.min(context.quantity),
        occurrences: view.occurrences,
        eligibility: eligibility(context, row, eligible),
        category_levels_below: hit.levels_below,
        scarcity_millionths: context.scarcity_price(row),
    }
}

/// What is known of eligibility, with the facts that are missing.
pub(crate) fn eligibility(context: &Context<'_>, row: &Row, eligible: Eligible) -> EligibilityState {
    match eligible {
        Eligible::Anyone => EligibilityState::Anyone,
        Eligible::Yes | Eligible::No => EligibilityState::Eligible,
        Eligible::Unknown => {
            let verdict = context.tables.programs.get(row.eligibility).map(|program| program.evaluate(&context.facts));
            let missing = match verdict {
                Some(Verdict::Unknown { missing }) => missing,
                _ => FactSet::default(),
            };
            EligibilityState::Unknown { missing }
        }
    }
}

/// When the resource is offered and open; the whole window when it is not offered in it.
pub(crate) fn when<'c>(context: &Context<'c>, row: &Row) -> When<'c> {
    let validity = context.tables.validities.get(row.validity);
    let offered = validity.and_then(|validity| context.window.and(Span { start: validity.from, end: validity.before }));
    let schedule = context.tables.schedules.get(row.schedule).map(|hours| &*hours.compiled);
    When { offered: offered.unwrap_or(context.window), schedule }
}

/// Every failed constraint, with what would have to change.
pub(crate) fn reasons(context: &Context<'_>, row: &Row, miss: &Hit, reasons: &mut Vec<Reason>) {
    let failed = miss.assessment.failed;
    let organization = context.tables.organizations_cold.get(row.organization);
    let mut add = |code: ReasonCode, reason: &dyn Fn() -> Option<Reason>| {
        if failed.contains(code) {
            reasons.extend(reason());
        }
    };
    add(ReasonCode::Category, &|| Some(Reason::Category));
    add(ReasonCode::Unit, &|| Some(Reason::Unit { counted_in: unit(row.unit)? }));
    add(ReasonCode::OrganizationNotVerified, &|| {
        let state = context.tables.organizations.get(row.organization)?.state;
        Some(Reason::OrganizationNotVerified { state })
    });
    add(ReasonCode::NotVettedForMinors, &|| {
        Some(Reason::NotVettedForMinors {
            valid_until: organization.and_then(|organization| organization.minors_until),
        })
    });
    add(ReasonCode::NotVettedForHomeVisits, &|| {
        Some(Reason::NotVettedForHomeVisits {
            valid_until: organization.and_then(|organization| organization.home_visits_until),
        })
    });
    add(ReasonCode::Mode, &|| Some(Reason::Mode { offered: row.modes }));
    add(ReasonCode::TooFar, &|| {
        Some(Reason::TooFar { distance_metres: miss.distance, limit_metres: context.max_travel_metres })
    });
    add(ReasonCode::OutsideArea, &|| Some(outside_area(context, row, miss.distance)));
    add(ReasonCode::ClosedInWindow, &|| Some(closed(context, row)));
    add(ReasonCode::NoCapacity, &|| Some(no_capacity(context, row, &miss.assessment)));
    add(ReasonCode::Ineligible, &|| ineligible(context, row));
    add(ReasonCode::Paused, &|| Some(Reason::Paused));
    let validity = context.tables.validities.get(row.validity);
    add(ReasonCode::NotValidYet, &|| Some(Reason::NotValidYet { valid_from: validity?.first_day? }));
    add(ReasonCode::Expired, &|| Some(Reason::Expired { valid_until: validity?.last_day? }));
}

fn unit(index: u8) -> Option<Unit> {
    Unit::parse("unit", UNITS.get(usize::from(index))?.0).ok()
}

fn outside_area(context: &Context<'_>, row: &Row, distance: u32) -> Reason {
    let set = context.area_set(row);
    let radius = match (row.area_kind, set) {
        (AreaKind::Radius, _) => Some(row.area),
        (_, Some(set)) if set.radius_metres > 0 => Some(set.radius_metres),
        _ => None,
    };
    let division = match (row.area_kind, set) {
        (AreaKind::Division, _) => Some(row.area),
        (_, Some(set)) => set.divisions.first().copied(),
        _ => None,
    };
    let edges = set.into_iter().flat_map(AreaSet::polygons);
    let nearest =
        context.point.and_then(|point| edges.map(|polygon| polygon.edge_distance_metres(point)).reduce(f64::min));
    Reason::OutsideArea {
        distance_metres: shown(distance),
        radius_metres: radius,
        polygon_metres: nearest.map(round_metres),
        division,
    }
}

fn closed(context: &Context<'_>, row: &Row) -> Reason {
    let schedule = context.tables.schedules.get(row.schedule);
    let validity = context.tables.validities.get(row.validity);
    let from = validity.map_or(context.window.start, |validity| validity.from.max(context.window.start));
    let next = schedule.and_then(|hours| hours.compiled.next_opening(crate::context::instant(from)));
    Reason::ClosedInWindow {
        next_opening: next.filter(|at| validity.is_none_or(|validity| at.as_microsecond() < validity.before)),
    }
}

fn no_capacity(context: &Context<'_>, row: &Row, assessment: &Assessment) -> Reason {
    let view = &assessment.capacity;
    let validity = context.tables.validities.get(row.validity);
    let later = validity.map_or(Span { start: i64::MIN, end: i64::MAX }, |v| Span { start: v.from, end: v.before });
    let when = When { offered: later, ..when(context, row) };
    Reason::NoCapacity {
        asked: context.quantity,
        remaining: view.served.min(context.quantity),
        next_free: if context.recurrence.is_some() {
            recurring::next_free(context, row, when)
        } else {
            capacity::next_free(context, row, when)
        },
        occurrences: context.recurrence.map(|recurrence| (view.occurrences, recurrence.occurrences.max(1))),
    }
}

fn ineligible(context: &Context<'_>, row: &Row) -> Option<Reason> {
    let program = context.tables.programs.get(row.eligibility)?;
    match program.evaluate(&context.facts) {
        Verdict::Ineligible { start, end } => Some(Reason::Ineligible {
            clause: Clause { program: row.eligibility, start, end },
            facts: program.facts_of_false_clauses(&context.facts),
        }),
        _ => None,
    }
}
