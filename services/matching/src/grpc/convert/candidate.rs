//! The engine's answers on the wire.

use jiff::Timestamp;
use jiff::civil::Date;

use wishwell_api::answer::{
    AnswerWriter, Candidate as CandidateOut, Capacity as CapacityLeft, ItemWriter, Miss, ReasonsWriter, Summary, Text,
};
use wishwell_api::v1;
use wishwell_domain::unit::Unit;
use wishwell_engine::{
    Answer, Candidate, Capacity, EligibilityState, ModeSet, Reason, ResourceRef, ScoreTerm, ScoringRules, Snapshot,
};

use super::parts::{IsoDate, Part as _};
use super::words::{Outside, Words};
use super::{common, resource};

/// What an answer is for: an item, as much of it as can still be referred.
#[derive(Clone, Copy)]
pub(crate) struct Asked {
    pub(crate) ordinal: u16,
    pub(crate) unit: Unit,
    pub(crate) window_start: Timestamp,
    pub(crate) outstanding: i64,
}

/// Writes the engine's answer for one item.
pub(crate) fn write_item(
    answers: &mut AnswerWriter,
    snapshot: &Snapshot,
    asked: Asked,
    answer: &Answer,
    room: &mut Room,
) {
    let Asked { ordinal, unit, window_start, outstanding } = asked;
    answers.item(ordinal.into(), answer.considered.into(), Some(outstanding), |item| {
        for candidate in &answer.candidates {
            write_candidate(item, snapshot, unit, window_start, candidate, room);
        }
        for miss in &answer.near_misses {
            item.near_miss(
                &summary(snapshot, miss.resource),
                miss.distance_metres.map(metres),
                millionths(miss.score_if_it_fitted),
                |reasons| {
                    for reason in answer.reasons(miss) {
                        write_reason(reasons, snapshot, unit, miss.resource, reason, room);
                    }
                },
            );
        }
    });
}

/// Room for the parts of one entry after the other, of one answer after the other.
#[derive(Debug, Default)]
pub(crate) struct Room {
    words: Words,
    date: String,
    facts: Vec<&'static str>,
    modes: Vec<v1::DeliveryMode>,
}

fn modes_in(room: &mut Vec<v1::DeliveryMode>, modes: ModeSet) -> &[v1::DeliveryMode] {
    room.clear();
    room.extend(modes.iter().map(resource::mode_out));
    room
}

/// A date as the wire has it, empty when there is none.
fn date_in(room: &mut String, date: Option<Date>) -> &str {
    room.clear();
    if let Some(date) = date {
        IsoDate(date).add_to(room);
    }
    room
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
    room: &mut Room,
) {
    let capacity = match candidate.capacity {
        Capacity::Unknown => None,
        Capacity::Unbounded => Some(CapacityLeft { remaining: None, unit: unit.code(), period_start: "" }),
        Capacity::Known { remaining, period_start: date } => Some(CapacityLeft {
            remaining: Some(remaining),
            unit: unit.code(),
            period_start: date_in(&mut room.date, date),
        }),
    };
    room.facts.clear();
    let eligibility = match candidate.eligibility {
        EligibilityState::Anyone | EligibilityState::Eligible => v1::EligibilityVerdict::Eligible,
        // What cannot be computed is unknown with nothing missing.
        EligibilityState::Unknown { missing } => {
            room.facts.extend(missing.iter().map(|fact| fact.key));
            v1::EligibilityVerdict::Unknown
        }
    };
    let terms = candidate.terms.0.map(millionths);
    let next_opening = snapshot.next_opening(candidate.resource, window_start);
    let zone = next_opening.and_then(|_| snapshot.time_zone(candidate.resource));
    item.candidate(&CandidateOut {
        resource: summary(snapshot, candidate.resource),
        modes: modes_in(&mut room.modes, candidate.modes),
        distance_metres: candidate.distance_metres.map(metres),
        capacity,
        eligibility,
        missing_facts: &room.facts,
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
                ScoreTerm::Scarcity => (v1::ScoreTerm::Scarcity, rules.scarcity_neutral.saturating_add(rules.scarcity)),
            };
            v1::ScoreWeight { term: wire.into(), weight: millionths(weight) }
        })
        .collect()
}

fn write_reason(
    reasons: &mut ReasonsWriter<'_>,
    snapshot: &Snapshot,
    unit: Unit,
    missed: ResourceRef,
    reason: &Reason,
    room: &mut Room,
) {
    use v1::MissReason as Code;
    room.words.say(snapshot, unit, missed, reason);
    let text = Text { zh: &room.words.zh, en: &room.words.en };
    let miss = |code| Miss { code, text, ..Miss::default() };
    let miss = match *reason {
        Reason::Category => miss(Code::Category),
        Reason::Unit { counted_in } => Miss { unit: counted_in.code(), ..miss(Code::Unit) },
        Reason::OrganizationNotVerified { state } => {
            Miss { organization_state: super::organization::state_out(state), ..miss(Code::OrganizationNotVerified) }
        }
        Reason::NotVettedForMinors { valid_until } => {
            Miss { date: date_in(&mut room.date, valid_until), ..miss(Code::NotVettedForMinors) }
        }
        Reason::NotVettedForHomeVisits { valid_until } => {
            Miss { date: date_in(&mut room.date, valid_until), ..miss(Code::NotVettedForHomeVisits) }
        }
        Reason::Mode { offered } => Miss { modes: modes_in(&mut room.modes, offered), ..miss(Code::Mode) },
        Reason::TooFar { distance_metres, limit_metres } => Miss {
            distance_metres: Some(metres(distance_metres)),
            limit_metres: Some(metres(limit_metres)),
            ..miss(Code::TooFar)
        },
        Reason::OutsideArea { distance_metres, radius_metres, polygon_metres, division } => {
            let beyond = Outside { distance_metres, radius_metres, polygon_metres }.beyond_metres();
            let division = division.and_then(|division| snapshot.division_name(division));
            Miss {
                distance_metres: distance_metres.map(metres),
                limit_metres: radius_metres.map(metres),
                division: division.map_or("", |(code, _, _)| code.as_str()),
                beyond_metres: beyond.map(metres),
                ..miss(Code::OutsideArea)
            }
        }
        Reason::ClosedInWindow { next_opening } => {
            Miss { available_time: next_opening.map(common::timestamp_out), ..miss(Code::ClosedInWindow) }
        }
        Reason::NoCapacity { asked, remaining, next_free, occurrences } => Miss {
            remaining: Some(remaining),
            requested: Some(asked),
            unit: unit.code(),
            date: date_in(&mut room.date, next_free),
            served_occurrences: occurrences.and_then(|(served, _)| i32::try_from(served).ok()),
            requested_occurrences: occurrences.and_then(|(_, requested)| i32::try_from(requested).ok()),
            ..miss(Code::NoCapacity)
        },
        Reason::Ineligible { clause, facts } => {
            room.facts.clear();
            room.facts.extend(facts.iter().map(|fact| fact.key));
            Miss { clause: snapshot.clause_text(clause), facts: &room.facts, ..miss(Code::Ineligible) }
        }
        Reason::Paused => miss(Code::Paused),
        Reason::NotValidYet { valid_from } => {
            Miss { date: date_in(&mut room.date, Some(valid_from)), ..miss(Code::NotValidYet) }
        }
        Reason::Expired { valid_until } => {
            Miss { date: date_in(&mut room.date, Some(valid_until)), ..miss(Code::Expired) }
        }
    };
    reasons.reason(&miss);
}
