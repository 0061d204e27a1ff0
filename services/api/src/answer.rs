//! The answer of `FindResources`, written straight into bytes.
//!
//! Ten candidates and five near misses are some hundred small strings and messages. Building them only to encode them costs
//! more than finding them, so the server writes each value once, from where it lies. The bytes are those that the generated
//! types would encode; a test holds that.

mod wire;

use prost_types::Timestamp;

use crate::{Encoded, v1};
use wire::Wire;

/// A text in Chinese and in English.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Text<'a> {
    /// Chinese; empty when there is none.
    pub zh: &'a str,
    /// English; empty when there is none.
    pub en: &'a str,
}

/// What a `ResourceSummary` is made of.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Summary<'a> {
    /// UUID of the resource.
    pub resource: u128,
    /// What the resource is called.
    pub title: Text<'a>,
    /// UUID of the organization.
    pub organization: u128,
    /// What the organization is called.
    pub organization_title: Text<'a>,
}

/// What a `CandidateCapacity` is made of.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Capacity<'a> {
    /// Units of the item that are left; none when unbounded.
    pub remaining: Option<i64>,
    /// Code of the unit.
    pub unit: &'a str,
    /// First day of the period, `YYYY-MM-DD`; empty when the pool has no periods.
    pub period_start: &'a str,
}

/// What a `Candidate` is made of.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Candidate<'a> {
    /// The resource.
    pub resource: Summary<'a>,
    /// The ways in which help can reach the person.
    pub modes: &'a [v1::DeliveryMode],
    /// Metres to the resource.
    pub distance_metres: Option<i32>,
    /// What is left; none when unknown.
    pub capacity: Option<Capacity<'a>>,
    /// Whether the person may be helped.
    pub eligibility: v1::EligibilityVerdict,
    /// Keys of the facts that would settle it.
    pub missing_facts: &'a [&'a str],
    /// Score in millionths.
    pub score: i32,
    /// Value of each term in millionths.
    pub term_values: &'a [i32],
    /// When it is next open.
    pub next_opening_time: Option<Timestamp>,
    /// Units it can serve each time.
    pub served_quantity: i64,
    /// Occurrences it can serve.
    pub served_occurrences: i32,
    /// IANA zone of `next_opening_time`; empty without one.
    pub time_zone: &'a str,
}

/// What a `MissDetail` is made of.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Miss<'a> {
    /// The reason.
    pub code: v1::MissReason,
    /// The reason in words.
    pub text: Text<'a>,
    /// Metres to the resource.
    pub distance_metres: Option<i32>,
    /// Metres that would do.
    pub limit_metres: Option<i32>,
    /// Code of a division; empty when none.
    pub division: &'a str,
    /// When it opens next.
    pub available_time: Option<Timestamp>,
    /// Units left.
    pub remaining: Option<i64>,
    /// Units asked for.
    pub requested: Option<i64>,
    /// Code of a unit; empty when none.
    pub unit: &'a str,
    /// Keys of facts.
    pub facts: &'a [&'a str],
    /// Clause of a rule; empty when none.
    pub clause: &'a str,
    /// `YYYY-MM-DD`; empty when unknown.
    pub date: &'a str,
    /// The ways it comes in.
    pub modes: &'a [v1::DeliveryMode],
    /// Occurrences it can serve.
    pub served_occurrences: Option<i32>,
    /// Occurrences asked for.
    pub requested_occurrences: Option<i32>,
    /// Where the organization stands.
    pub organization_state: v1::OrganizationState,
    /// Metres outside of the nearest circle or polygon.
    pub beyond_metres: Option<i32>,
}

/// Writes one `FindResourcesResponse`.
#[derive(Debug)]
pub struct AnswerWriter {
    wire: Wire,
}

/// Writes one `ItemMatches`: candidates first, then near misses, each best first.
#[derive(Debug)]
pub struct ItemWriter<'w> {
    wire: &'w mut Wire,
}

/// Writes the reasons of one `NearMiss`.
#[derive(Debug)]
pub struct ReasonsWriter<'w> {
    wire: &'w mut Wire,
}

/// What an answer was judged upon: enough to give it again.
#[derive(Debug, Clone, Copy)]
pub struct Basis<'a> {
    /// Log position of the snapshot.
    pub log_position: i64,
    /// The instant for which it was judged.
    pub evaluation_time: Timestamp,
    /// Version of the engine.
    pub engine_version: &'a str,
    /// The round whose prices were looked at, `rounds/{uuid}`; empty for none.
    pub prices: &'a str,
}

impl AnswerWriter {
    /// A writer with room for so many bytes; it grows when they do not suffice.
    #[must_use]
    pub fn with_capacity(bytes: usize) -> Self {
        Self { wire: Wire::with_capacity(bytes) }
    }

    /// Bytes that were written so far.
    #[must_use]
    pub const fn bytes(&self) -> usize {
        self.wire.bytes()
    }

    /// Writes the answer for one item of the need; `considered` are the resources of its category and below it, `outstanding` the units
    /// that can still be referred.
    pub fn item(
        &mut self,
        ordinal: i32,
        considered: i64,
        outstanding: Option<i64>,
        matches: impl FnOnce(&mut ItemWriter<'_>),
    ) {
        self.wire.long_message(1, |wire| {
            wire.int32(1, ordinal);
            matches(&mut ItemWriter { wire });
            wire.int64(4, considered);
            wire.optional_int64(6, outstanding);
        });
    }

    /// Closes the answer.
    #[must_use]
    pub fn finish(mut self, weights: &[v1::ScoreWeight], basis: &Basis<'_>) -> Encoded<v1::FindResourcesResponse> {
        let wire = &mut self.wire;
        for weight in weights {
            wire.message(2, |wire| {
                wire.int32(1, weight.term);
                wire.int32(2, weight.weight);
            });
        }
        wire.int64(3, basis.log_position);
        timestamp(wire, 4, basis.evaluation_time);
        wire.string(5, basis.engine_version);
        wire.string(6, basis.prices);
        Encoded::Frame(self.wire.into_frame())
    }
}

impl ItemWriter<'_> {
    /// Writes one candidate.
    pub fn candidate(&mut self, candidate: &Candidate<'_>) {
        self.wire.long_message(2, |wire| {
            summary(wire, &candidate.resource);
            wire.packed(2, candidate.modes.iter().map(|mode| i32::from(*mode)));
            wire.optional_int64(3, candidate.distance_metres.map(i64::from));
            if let Some(left) = &candidate.capacity {
                capacity(wire, left);
            }
            wire.int32(5, candidate.eligibility.into());
            for fact in candidate.missing_facts {
                wire.present_string(6, fact);
            }
            wire.int32(7, candidate.score);
            wire.packed(8, candidate.term_values.iter().copied());
            if let Some(opening) = candidate.next_opening_time {
                timestamp(wire, 9, opening);
            }
            wire.int64(10, candidate.served_quantity);
            wire.int32(11, candidate.served_occurrences);
            wire.string(12, candidate.time_zone);
        });
    }

    /// Writes one near miss.
    pub fn near_miss(
        &mut self,
        resource: &Summary<'_>,
        distance_metres: Option<i32>,
        score_if_fitting: i32,
        reasons: impl FnOnce(&mut ReasonsWriter<'_>),
    ) {
        self.wire.long_message(3, |wire| {
            summary(wire, resource);
            reasons(&mut ReasonsWriter { wire });
            wire.optional_int64(3, distance_metres.map(i64::from));
            wire.int32(4, score_if_fitting);
        });
    }
}

impl ReasonsWriter<'_> {
    /// Writes one reason.
    pub fn reason(&mut self, miss: &Miss<'_>) {
        self.wire.message(2, |wire| {
            wire.int32(1, miss.code.into());
            text(wire, 2, miss.text);
            wire.optional_int64(3, miss.distance_metres.map(i64::from));
            wire.optional_int64(4, miss.limit_metres.map(i64::from));
            wire.string(5, miss.division);
            if let Some(time) = miss.available_time {
                timestamp(wire, 6, time);
            }
            wire.optional_int64(7, miss.remaining);
            wire.optional_int64(8, miss.requested);
            wire.string(9, miss.unit);
            for fact in miss.facts {
                wire.present_string(10, fact);
            }
            wire.string(11, miss.clause);
            wire.string(12, miss.date);
            wire.packed(13, miss.modes.iter().map(|mode| i32::from(*mode)));
            wire.optional_int64(14, miss.served_occurrences.map(i64::from));
            wire.optional_int64(15, miss.requested_occurrences.map(i64::from));
            wire.int32(16, miss.organization_state.into());
            wire.optional_int64(17, miss.beyond_metres.map(i64::from));
        });
    }
}

fn summary(wire: &mut Wire, summary: &Summary<'_>) {
    wire.long_message(1, |wire| {
        wire.name(1, b"resources/", summary.resource);
        text(wire, 2, summary.title);
        wire.name(3, b"organizations/", summary.organization);
        text(wire, 4, summary.organization_title);
    });
}

fn capacity(wire: &mut Wire, capacity: &Capacity<'_>) {
    wire.message(4, |wire| {
        wire.optional_int64(1, capacity.remaining);
        wire.string(2, capacity.unit);
        wire.string(3, capacity.period_start);
    });
}

fn text(wire: &mut Wire, field: u32, text: Text<'_>) {
    wire.two_strings(field, text.zh, text.en);
}

fn timestamp(wire: &mut Wire, field: u32, instant: Timestamp) {
    wire.message(field, |wire| {
        wire.int64(1, instant.seconds);
        wire.int32(2, instant.nanos);
    });
}
