//! The questions that every side is asked, encoded once.

use jiff::Timestamp;
use prost::Message;
use prost::bytes::{BufMut, Bytes, BytesMut};
use wishwell_api::v1;
use wishwell_domain::beneficiary::GroupTag;
use wishwell_domain::fact::FactValue;
use wishwell_engine::synthetic::{Synthetic, SyntheticNeed};

use crate::echo::Payload;

/// Different questions; they are asked in turn.
pub(crate) const QUESTIONS: usize = 4_000;
/// Candidates asked for.
pub(crate) const TOP_K: i32 = 10;
/// Every size is drawn from the same numbers.
pub(crate) const SEED: u64 = 1;

/// Questions as frames of gRPC (a flag, a length, a message).
#[derive(Debug, Clone)]
pub(crate) struct Questions {
    /// As Wishwell takes them.
    pub(crate) wishwell: Vec<Bytes>,
    /// The same bytes in the one field of the echo's message.
    pub(crate) echo: Vec<Bytes>,
    /// Category and place, for the databases.
    pub(crate) places: Vec<Place>,
}

/// What PostGIS and Redis are asked for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place {
    pub(crate) category: i32,
    pub(crate) latitude: f64,
    pub(crate) longitude: f64,
    pub(crate) max_travel_metres: u32,
}

/// Farthest travel where a need does not say: none can then travel, and a radius search has to stop somewhere.
const RADIUS_METRES_OTHERWISE: u32 = 25_000;

pub(crate) fn questions(made: &Synthetic) -> Questions {
    let needs: Vec<SyntheticNeed> = (0..QUESTIONS).map(|at| made.need(at)).collect();
    let requests: Vec<Vec<u8>> = needs.iter().map(|need| request(need).encode_to_vec()).collect();
    Questions {
        wishwell: requests.iter().map(|request| frame(request)).collect(),
        echo: requests
            .iter()
            .map(|request| frame(&Payload { bytes: Bytes::copy_from_slice(request) }.encode_to_vec()))
            .collect(),
        places: needs.iter().map(place).collect(),
    }
}

fn frame(message: &[u8]) -> Bytes {
    let mut frame = BytesMut::with_capacity(message.len() + 5);
    frame.put_u8(0);
    frame.put_u32(u32::try_from(message.len()).expect("questions are small"));
    frame.put_slice(message);
    frame.freeze()
}

fn place(need: &SyntheticNeed) -> Place {
    let (latitude, longitude) = need.place.degrees();
    Place {
        category: category_number(need.category.as_str()),
        latitude,
        longitude,
        max_travel_metres: need.mobility.max_travel_metres.unwrap_or(RADIUS_METRES_OTHERWISE),
    }
}

/// `leaf-7` is 7.
pub(crate) fn category_number(code: &str) -> i32 {
    code.trim_start_matches("leaf-").parse().expect("a leaf of the made-up categories")
}

fn request(need: &SyntheticNeed) -> v1::FindResourcesRequest {
    let (latitude, longitude) = need.place.degrees();
    let metres = |metres: u32| i32::try_from(metres).expect("a travel distance fits");
    v1::FindResourcesRequest {
        inline_need: Some(v1::Need {
            items: vec![v1::NeedItem {
                category: need.category.to_string(),
                quantity: Some(v1::Quantity { value: need.quantity, unit: need.unit.code().to_owned() }),
                splittable: need.splittable,
                ..v1::NeedItem::default()
            }],
            urgency: v1::Urgency::Normal.into(),
            window: Some(v1::TimeWindow {
                start_time: Some(instant(need.window.start)),
                end_time: Some(instant(need.window.end)),
            }),
            place: Some(v1::GeoPoint { latitude, longitude, datum: v1::Datum::Wgs84.into() }),
            division: need.division.to_string(),
            mobility: Some(v1::Mobility {
                max_travel_metres: need.mobility.max_travel_metres.map(metres),
                home_visit: need.mobility.home_visit,
                remote: need.mobility.remote,
                delivery: need.mobility.delivery,
            }),
            group_tags: need.group_tags.iter().map(|tag| group_tag(*tag).into()).collect(),
            involves_minors: need.involves_minors,
            channel: v1::Channel::Hotline.into(),
            facts: need.facts.0.iter().map(|(key, value)| fact(key, value)).collect(),
            ..v1::Need::default()
        }),
        top_k: Some(TOP_K),
        // The made-up capacities are those of this instant.
        evaluation_time: Some(instant(need.now)),
        ..v1::FindResourcesRequest::default()
    }
}

fn instant(at: Timestamp) -> prost_types::Timestamp {
    prost_types::Timestamp { seconds: at.as_second(), nanos: at.subsec_nanosecond() }
}

const fn group_tag(tag: GroupTag) -> v1::GroupTag {
    match tag {
        GroupTag::Elderly => v1::GroupTag::Elderly,
        GroupTag::Minor => v1::GroupTag::Minor,
        GroupTag::Disabled => v1::GroupTag::Disabled,
        GroupTag::InDifficulty => v1::GroupTag::InDifficulty,
        GroupTag::Veteran => v1::GroupTag::Veteran,
        GroupTag::SevereIllness => v1::GroupTag::SevereIllness,
    }
}

fn fact(key: &str, value: &FactValue) -> v1::Fact {
    let mut fact = v1::Fact { key: key.to_owned(), ..v1::Fact::default() };
    match value {
        FactValue::Bool(value) => fact.bool_value = Some(*value),
        FactValue::Int(value) => fact.int_value = Some(*value),
        FactValue::Text(value) => fact.string_value = Some(value.clone()),
        FactValue::Texts(values) => fact.string_values = values.clone(),
    }
    fact
}
