//! The answer that is written straight into bytes is the one the generated types encode.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use prost::Message as _;
use prost_types::Timestamp;
use wishwell_api::answer::{AnswerWriter, Basis, Candidate, Capacity, Miss, ReasonsWriter, Summary, Text};
use wishwell_api::v1;

/// A small generator of numbers that are the same in every run (SplitMix64).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, below: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut value = self.0;
        value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (value ^ (value >> 31)) % below
    }

    fn number(&mut self) -> i32 {
        let bits = self.roll(31);
        i32::try_from(self.roll(1 << bits)).unwrap() * if self.roll(10) == 0 { -1 } else { 1 }
    }

    fn text(&mut self) -> String {
        let length = [0, 1, 5, 42, 43, 127, 128, 300, 6_000][usize::try_from(self.roll(9)).unwrap()];
        "字".repeat(length)
    }

    fn maybe<T>(&mut self, make: impl FnOnce(&mut Self) -> T) -> Option<T> {
        (self.roll(2) == 0).then(|| make(self))
    }

    fn many<T>(&mut self, at_most: u64, mut make: impl FnMut(&mut Self) -> T) -> Vec<T> {
        (0..self.roll(at_most + 1)).map(|_| make(self)).collect()
    }
}

fn name(collection: &str, id: u128) -> String {
    let hex = format!("{id:032x}");
    format!("{collection}/{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
}

fn text(dice: &mut Dice) -> Option<v1::LocalizedText> {
    Some(v1::LocalizedText { zh: dice.text(), en: dice.text() })
}

fn summary(dice: &mut Dice) -> (u128, u128, v1::ResourceSummary) {
    let mut id = || u128::from(dice.roll(u64::MAX)) << 64 | u128::from(dice.roll(u64::MAX));
    let (resource, organization) = (id(), id());
    let message = v1::ResourceSummary {
        name: name("resources", resource),
        title: text(dice),
        organization: name("organizations", organization),
        organization_title: text(dice),
    };
    (resource, organization, message)
}

fn borrow<'a>((resource, organization, message): &'a (u128, u128, v1::ResourceSummary)) -> Summary<'a> {
    let text =
        |text: &'a Option<v1::LocalizedText>| text.as_ref().map(|text| Text { zh: &text.zh, en: &text.en }).unwrap();
    Summary {
        resource: *resource,
        title: text(&message.title),
        organization: *organization,
        organization_title: text(&message.organization_title),
    }
}

fn candidate(dice: &mut Dice) -> v1::Candidate {
    v1::Candidate {
        resource: None,
        modes: dice.many(4, |dice| i32::try_from(1 + dice.roll(4)).unwrap()),
        distance_metres: dice.maybe(Dice::number),
        capacity: dice.maybe(|dice| v1::CandidateCapacity {
            remaining: dice.maybe(|dice| i64::from(dice.number()) << 9),
            unit: dice.text(),
            period_start: dice.text(),
        }),
        eligibility: i32::try_from(dice.roll(4)).unwrap(),
        missing_facts: dice.many(3, Dice::text),
        score: dice.number(),
        term_values: dice.many(8, Dice::number),
        next_opening_time: dice.maybe(|dice| Timestamp { seconds: dice.number().into(), nanos: dice.number() }),
        served_quantity: dice.number().into(),
        served_occurrences: dice.number(),
        time_zone: dice.text(),
    }
}

fn miss(dice: &mut Dice) -> v1::MissDetail {
    let value = |dice: &mut Dice| i64::from(dice.number()) << 9;
    v1::MissDetail {
        code: i32::try_from(dice.roll(14)).unwrap(),
        text: text(dice),
        distance_metres: dice.maybe(Dice::number),
        limit_metres: dice.maybe(Dice::number),
        division: dice.text(),
        available_time: dice.maybe(|dice| Timestamp { seconds: dice.number().into(), nanos: dice.number() }),
        remaining: dice.maybe(value),
        requested: dice.maybe(value),
        unit: dice.text(),
        facts: dice.many(3, Dice::text),
        clause: dice.text(),
        date: dice.text(),
        modes: dice.many(4, |dice| i32::try_from(1 + dice.roll(4)).unwrap()),
        served_occurrences: dice.maybe(Dice::number),
        requested_occurrences: dice.maybe(Dice::number),
        organization_state: i32::try_from(dice.roll(4)).unwrap(),
        beyond_metres: dice.maybe(Dice::number),
    }
}

fn write_miss(writer: &mut ReasonsWriter<'_>, miss: &v1::MissDetail) {
    let words = miss.text.as_ref().unwrap();
    writer.reason(&Miss {
        code: miss.code(),
        text: Text { zh: &words.zh, en: &words.en },
        distance_metres: miss.distance_metres,
        limit_metres: miss.limit_metres,
        division: &miss.division,
        available_time: miss.available_time,
        remaining: miss.remaining,
        requested: miss.requested,
        unit: &miss.unit,
        facts: &miss.facts.iter().map(String::as_str).collect::<Vec<_>>(),
        clause: &miss.clause,
        date: &miss.date,
        modes: &miss.modes().collect::<Vec<_>>(),
        served_occurrences: miss.served_occurrences,
        requested_occurrences: miss.requested_occurrences,
        organization_state: miss.organization_state(),
        beyond_metres: miss.beyond_metres,
    });
}

fn both(dice: &mut Dice) -> (v1::FindResourcesResponse, Vec<u8>) {
    let mut writer = AnswerWriter::with_capacity(64);
    let mut answer = v1::FindResourcesResponse::default();
    for ordinal in 0..dice.roll(3) {
        let ordinal = i32::try_from(ordinal).unwrap();
        let considered = dice.number().into();
        let outstanding_quantity = dice.maybe(|dice| dice.number().into());
        let mut item = v1::ItemMatches {
            item_ordinal: ordinal,
            considered_count: considered,
            outstanding_quantity,
            ..Default::default()
        };
        writer.item(ordinal, considered, outstanding_quantity, |matches| {
            for _ in 0..dice.roll(4) {
                let resource = summary(dice);
                let mut message = candidate(dice);
                matches.candidate(&Candidate {
                    resource: borrow(&resource),
                    modes: &message.modes().collect::<Vec<_>>(),
                    distance_metres: message.distance_metres,
                    capacity: message.capacity.as_ref().map(|capacity| Capacity {
                        remaining: capacity.remaining,
                        unit: &capacity.unit,
                        period_start: &capacity.period_start,
                    }),
                    eligibility: message.eligibility(),
                    missing_facts: &message.missing_facts.iter().map(String::as_str).collect::<Vec<_>>(),
                    score: message.score,
                    term_values: &message.term_values,
                    next_opening_time: message.next_opening_time,
                    served_quantity: message.served_quantity,
                    served_occurrences: message.served_occurrences,
                    time_zone: &message.time_zone,
                });
                message.resource = Some(resource.2);
                item.candidates.push(message);
            }
            for _ in 0..dice.roll(3) {
                let resource = summary(dice);
                let (distance_metres, score_if_fitting) = (dice.maybe(Dice::number), dice.number());
                let reasons = dice.many(3, miss);
                matches.near_miss(&borrow(&resource), distance_metres, score_if_fitting, |writer| {
                    reasons.iter().for_each(|reason| write_miss(writer, reason));
                });
                item.near_misses.push(v1::NearMiss {
                    resource: Some(resource.2),
                    reasons,
                    distance_metres,
                    score_if_fitting,
                });
            }
        });
        answer.items.push(item);
    }
    answer.score_weights = dice.many(8, |dice| v1::ScoreWeight { term: 1, weight: dice.number() });
    answer.log_position = dice.number().into();
    answer.evaluation_time = Some(Timestamp { seconds: dice.number().into(), nanos: dice.number() });
    answer.engine_version = dice.text();
    answer.prices = dice.text();
    let basis = Basis {
        log_position: answer.log_position,
        evaluation_time: answer.evaluation_time.unwrap(),
        engine_version: &answer.engine_version,
        prices: &answer.prices,
    };
    let encoded = writer.finish(&answer.score_weights, &basis);
    (answer, encoded.encode_to_vec())
}

#[test]
fn the_bytes_are_those_of_the_generated_types() {
    let mut dice = Dice(1);
    for round in 0..2_000 {
        let (typed, written) = both(&mut dice);
        assert!(written == typed.encode_to_vec(), "round {round}: {typed:?}");
    }
}
