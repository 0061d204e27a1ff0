//! The engine's answers on the wire.

use jiff::Timestamp;

use wishwell_api::answer::{
    AnswerWriter, Candidate as CandidateOut, Capacity as CapacityLeft, Counts, ItemWriter, Summary, Text,
};
use wishwell_api::v1;
use wishwell_domain::unit::Unit;
use wishwell_engine::{
    Answer, Candidate, Capacity, EligibilityState, NearMiss, Reason, ResourceRef, ScoreTerm, ScoringRules, Snapshot,
};

use super::{common, resource, words};

/// Writes the engine's answer for one item.
pub(crate) fn write_item(
    answers: &mut AnswerWriter,
    snapshot: &Snapshot,
    ordinal: u16,
    unit: Unit,
    window_start: Timestamp,
    answer: &Answer,
) {
    let counts = Counts { considered: answer.considered.into(), examined: answer.examined.into() };
    let summaries = summaries(snapshot, answer);
    let (of_candidates, of_misses) = summaries.split_at(answer.candidates.len());
    answers.item(ordinal.into(), counts, |item| {
        for (candidate, summary) in answer.candidates.iter().zip(of_candidates) {
            write_candidate(item, snapshot, unit, window_start, candidate, *summary);
        }
        for (miss, summary) in answer.near_misses.iter().zip(of_misses) {
            write_near_miss(item, snapshot, unit, answer, miss, summary);
        }
    });
}

/// What all candidates and near misses are called. Names lie far apart and are seldom in a cache: looked at one after the other
/// while writing, each makes the processor wait; looked at together, it waits for all at once.
fn summaries<'s>(snapshot: &'s Snapshot, answer: &Answer) -> Vec<Summary<'s>> {
    let candidates = answer.candidates.iter().map(|candidate| candidate.resource);
    let found = candidates.chain(answer.near_misses.iter().map(|miss| miss.resource));
    let summaries: Vec<Summary<'s>> = found.map(|found| summary(snapshot, found)).collect();
    let first = |text: &str| text.as_bytes().first().copied().unwrap_or_default();
    let names = |text: Text<'_>| first(text.zh) ^ first(text.en);
    let looked_at = summaries.iter().fold(0, |sum, found| sum ^ names(found.title) ^ names(found.organization_title));
    std::hint::black_box(looked_at);
    summaries
}

fn summary(snapshot: &Snapshot, found: ResourceRef) -> Summary<'_> {
    Summary {
        resource: snapshot.resource_id(found).as_uuid().as_u128(),
        title: Text { zh: snapshot.title_zh(found), en: snapshot.title_en(found) },
        organization: snapshot.organization_id(found).as_uuid().as_u128(),
        organization_title: Text { zh: snapshot.organization_name_zh(found), en: snapshot.organization_name_en(found) },
    }
}

fn metres(metres: u32) -> i32 {
    i32::try_from(metres).unwrap_or(i32::MAX)
}

fn write_candidate(
    item: &mut ItemWriter<'_>,
    snapshot: &Snapshot,
    unit: Unit,
    window_start: Timestamp,
    candidate: &Candidate,
    resource: Summary<'_>,
) {
    let period_start;
    let capacity = match candidate.capacity {
        Capacity::Unknown => None,
        Capacity::Unbounded => Some(CapacityLeft { remaining: None, unit: unit.code(), period_start: "" }),
        Capacity::Known { remaining, period_start: date } => {
            period_start = common::date_out(date);
            Some(CapacityLeft { remaining: Some(remaining), unit: unit.code(), period_start: &period_start })
        }
    };
    let missing: Vec<&str> = match candidate.eligibility {
        EligibilityState::Anyone | EligibilityState::Eligible => Vec::new(),
        EligibilityState::Unknown { missing } => missing.iter().map(|fact| fact.key).collect(),
    };
    let mut modes = [v1::DeliveryMode::Unspecified; 4];
    let mut modes_found = 0;
    for (place, mode) in modes.iter_mut().zip(candidate.modes.iter()) {
        *place = resource::mode_out(mode);
        modes_found += 1;
    }
    let terms = candidate.terms.0.map(millionths);
    let next_opening = snapshot.next_opening(candidate.resource, window_start);
    let zone = next_opening.and_then(|_| snapshot.time_zone(candidate.resource));
    item.candidate(&CandidateOut {
        resource,
        modes: modes.get(..modes_found).unwrap_or_default(),
        distance_metres: candidate.distance_metres.map(metres),
        capacity,
        eligibility: if missing.is_empty() {
            v1::EligibilityVerdict::Eligible
        } else {
            v1::EligibilityVerdict::Unknown
        },
        missing_facts: &missing,
        score: millionths(candidate.score),
        term_values: &terms,
        next_opening_time: next_opening.map(common::timestamp_out),
        served_quantity: candidate.serves,
        served_occurrences: i32::try_from(candidate.occurrences).unwrap_or(i32::MAX),
        time_zone: zone.map_or("", |zone| zone.name()),
    });
}

/// Scores are at most 1,000,000.
fn millionths(value: u32) -> i32 {
    i32::try_from(value).unwrap_or(i32::MAX)
}

/// The terms and the most each can contribute, in the order in which candidates list them.
pub(crate) fn weights_out(rules: &ScoringRules) -> Vec<v1::ScoreWeight> {
    ScoreTerm::ALL
        .into_iter()
        .map(|term| {
            let (wire, weight) = match term {
                ScoreTerm::Distance => (v1::ScoreTerm::Distance, rules.distance),
                ScoreTerm::SpareCapacity => {
                    (v1::ScoreTerm::SpareCapacity, rules.capacity_known.saturating_add(rules.capacity_spare))
                }
                ScoreTerm::CapacityFreshness => (v1::ScoreTerm::CapacityFreshness, rules.capacity_freshness),
                ScoreTerm::EligibilityCertainty => (v1::ScoreTerm::EligibilityCertainty, rules.eligibility_certain),
                ScoreTerm::CategoryExactness => (v1::ScoreTerm::CategoryExactness, rules.category_exact),
                ScoreTerm::TrackRecord => (v1::ScoreTerm::TrackRecord, rules.track_record_neutral),
                ScoreTerm::RecentContact => (v1::ScoreTerm::RecentContact, rules.recent_contact_neutral),
                ScoreTerm::Scarcity => (v1::ScoreTerm::Scarcity, rules.scarcity_neutral),
            };
            v1::ScoreWeight { term: wire.into(), weight: millionths(weight) }
        })
        .collect()
}

fn write_near_miss(
    item: &mut ItemWriter<'_>,
    snapshot: &Snapshot,
    unit: Unit,
    answer: &Answer,
    miss: &NearMiss,
    summary: &Summary<'_>,
) {
    let score = millionths(miss.score_if_it_fitted);
    item.near_miss(summary, miss.distance_metres.map(metres), score, |reasons| {
        for reason in answer.reasons(miss) {
            reasons.reason(&reason_out(snapshot, unit, miss.resource, reason));
        }
    });
}

fn reason_out(snapshot: &Snapshot, unit: Unit, missed: ResourceRef, reason: &Reason) -> v1::MissDetail {
    use v1::MissReason as Code;
    let mut detail = v1::MissDetail {
        text: Some(common::text_out(&words::reason(snapshot, unit, missed, reason))),
        ..v1::MissDetail::default()
    };
    let code = match *reason {
        Reason::Category => Code::Category,
        Reason::Unit { counted_in } => {
            counted_in.code().clone_into(&mut detail.unit);
            Code::Unit
        }
        Reason::OrganizationNotVerified { state } => {
            detail.organization_state = super::organization::state_out(state).into();
            Code::OrganizationNotVerified
        }
        Reason::NotVettedForMinors { expired_on } => {
            detail.date = common::date_out(expired_on);
            Code::NotVettedForMinors
        }
        Reason::NotVettedForHomeVisits { expired_on } => {
            detail.date = common::date_out(expired_on);
            Code::NotVettedForHomeVisits
        }
        Reason::Mode { offered } => {
            detail.modes = offered.iter().map(|mode| resource::mode_out(mode).into()).collect();
            Code::Mode
        }
        Reason::TooFar { distance_metres, limit_metres } => {
            detail.distance_metres = Some(metres(distance_metres));
            detail.limit_metres = Some(metres(limit_metres));
            Code::TooFar
        }
        Reason::OutsideArea { distance_metres, radius_metres, division, .. } => {
            detail.distance_metres = distance_metres.map(metres);
            detail.limit_metres = radius_metres.map(metres);
            let division = division.and_then(|division| snapshot.division_name(division));
            detail.division = division.map(|(code, _, _)| code.to_string()).unwrap_or_default();
            Code::OutsideArea
        }
        Reason::ClosedInWindow { next_opening } => {
            detail.available_time = next_opening.map(common::timestamp_out);
            Code::ClosedInWindow
        }
        Reason::NoCapacity { asked, remaining, next_free, occurrences } => {
            detail.remaining = Some(remaining);
            detail.requested = Some(asked);
            unit.code().clone_into(&mut detail.unit);
            detail.date = common::date_out(next_free);
            if let Some((served, requested)) = occurrences {
                detail.served_occurrences = i32::try_from(served).ok();
                detail.requested_occurrences = i32::try_from(requested).ok();
            }
            Code::NoCapacity
        }
        Reason::Ineligible { clause } => {
            snapshot.clause_text(clause).clone_into(&mut detail.clause);
            detail.facts = snapshot.clause_facts(clause).map(|fact| fact.key.to_owned()).collect();
            Code::Ineligible
        }
        Reason::Paused => Code::Paused,
        Reason::NotValidYet { valid_from } => {
            detail.date = valid_from.to_string();
            Code::NotValidYet
        }
        Reason::Expired { valid_until } => {
            detail.date = valid_until.to_string();
            Code::Expired
        }
    };
    detail.code = code.into();
    detail
}
