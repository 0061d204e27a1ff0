//! How long it takes to write the answer of `FindResources` as JSON: from the wire, and through a message that is built first.
//!
//! `cargo run --release -p wishwell-transcoding --example answer_speed`
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::hint::black_box;
use std::time::{Duration, Instant};

use prost::Message as _;
use prost_reflect::{DynamicMessage, MessageDescriptor};
use serde_json::{Value, json};
use wishwell_transcoding::Answers;

/// Candidates and near misses of the answer, as many as a caller gets who asks for no number.
const CANDIDATES: usize = 10;
const NEAR_MISSES: usize = 5;
const ROUNDS: u32 = 7;
const ROUND: Duration = Duration::from_millis(300);

fn main() {
    let pool = wishwell_api::descriptor_pool();
    let descriptor = pool.get_message_by_name("wishwell.v1.FindResourcesResponse").unwrap();
    let wire = DynamicMessage::deserialize(descriptor.clone(), answer()).unwrap().encode_to_vec();
    let writer = Answers::compile(pool).unwrap().writer(&descriptor).unwrap();
    let mut out = Vec::new();
    writer.write(&wire, &mut out).unwrap();
    assert_eq!(
        serde_json::from_slice::<Value>(&out).unwrap(),
        serde_json::from_slice::<Value>(&built(&descriptor, &wire)).unwrap()
    );
    let kilobytes = out.len() as f64 / 1024.0;
    println!("{} bytes of protobuf, {} bytes of JSON", wire.len(), out.len());
    let from_wire = fastest(|| {
        out.clear();
        writer.write(black_box(&wire), &mut out).unwrap();
        black_box(&out);
    });
    let through_message = fastest(|| {
        black_box(built(&descriptor, black_box(&wire)));
    });
    for (name, nanoseconds) in [("from the wire", from_wire), ("through a message", through_message)] {
        println!("{name:>18}: {nanoseconds:>9.0} ns, {:>7.0} ns per KB of JSON", nanoseconds / kilobytes);
    }
    println!("{:>18}: {:.1}", "ratio", through_message / from_wire);
}

fn built(descriptor: &MessageDescriptor, wire: &[u8]) -> Vec<u8> {
    serde_json::to_vec(&DynamicMessage::decode(descriptor.clone(), wire).unwrap()).unwrap()
}

/// Nanoseconds of one run, in the best of some rounds.
fn fastest(mut run: impl FnMut()) -> f64 {
    let round = |run: &mut dyn FnMut()| {
        let (start, mut runs) = (Instant::now(), 0_u32);
        while start.elapsed() < ROUND {
            for _ in 0..32 {
                run();
            }
            runs += 32;
        }
        start.elapsed().as_nanos() as f64 / f64::from(runs)
    };
    (0..ROUNDS).map(|_| round(&mut run)).fold(f64::INFINITY, f64::min)
}

/// An answer of the usual size.
fn answer() -> Value {
    let resource = |at: usize| {
        json!({
            "name": format!("resources/0197a000-0000-7000-8000-{at:012x}"),
            "title": {"zh": "社区长者食堂送餐服务", "en": "Community canteen, meals brought home"},
            "organization": format!("organizations/0197a000-0000-7000-8000-{:012x}", at + 100),
            "organizationTitle": {"zh": "春风社会工作服务中心", "en": "Spring Breeze Social Work"},
        })
    };
    let candidates: Vec<Value> = (0..CANDIDATES)
        .map(|at| {
            json!({
                "resource": resource(at),
                "modes": ["DELIVERY_MODE_ON_SITE", "DELIVERY_MODE_HOME_VISIT"],
                "distanceMetres": 731 * at,
                "capacity": {"remaining": "42", "unit": "meal", "periodStart": "2026-05-04"},
                "eligibility": "ELIGIBILITY_VERDICT_ELIGIBLE",
                "score": 812_345 - at,
                "termValues": [912_345, 500_000, 333_333, 1_000_000, 71_234, 0, 999_999],
                "nextOpeningTime": "2026-05-04T00:30:00Z",
                "servedQuantity": "5",
                "servedOccurrences": 12,
                "timeZone": "Asia/Shanghai",
            })
        })
        .collect();
    let near_misses: Vec<Value> = (0..NEAR_MISSES)
        .map(|at| {
            json!({
                "resource": resource(at + 50),
                "reasons": [{"text": {"zh": "超出服务范围", "en": "too far away"}, "distanceMetres": 9_000, "limitMetres": 5_000}],
                "distanceMetres": 9_000,
                "scoreIfFitting": 500_000,
            })
        })
        .collect();
    json!({
        "items": [{"itemOrdinal": 1, "candidates": candidates, "nearMisses": near_misses, "consideredCount": "4321"}],
        "logPosition": "123456789",
        "evaluationTime": "2026-05-01T08:00:00.123456Z",
        "engineVersion": "1.4.2",
    })
}
