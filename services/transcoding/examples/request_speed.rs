//! How long it takes to find the route of a request and to read it.
//!
//! `cargo run --release -p wishwell-transcoding --example request_speed`
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::hint::black_box;
use std::time::{Duration, Instant};

use http::Method;
use wishwell_transcoding::{Lookup, RouteTable};

const ROUNDS: u32 = 7;
const ROUND: Duration = Duration::from_millis(200);
const FIND: &str = r#"{"inlineNeed": {"items": [{"category": "education.desk", "quantity": {"value": "2", "unit": "piece"}}],
    "urgency": "URGENCY_NORMAL", "place": {"latitude": 38.445, "longitude": 106.304, "datum": "DATUM_WGS84"}, "division": "640104101",
    "mobility": {"maxTravelMetres": 6000, "homeVisit": true, "delivery": true}, "channel": "CHANNEL_HOME_VISIT",
    "facts": [{"key": "age_years", "intValue": "71"}, {"key": "lives_alone", "boolValue": false}]}, "topK": 10}"#;

fn main() {
    let table = RouteTable::compile(wishwell_api::descriptor_pool()).unwrap();
    for (method, path, query, body) in [
        (Method::GET, "/v1/needs/0197f000-0000-7000-8000-000000000001", None, ""),
        (Method::GET, "/v1/wishes", Some("category=education&division=640104&pageSize=20"), ""),
        (Method::POST, "/v1/resources:find", None, FIND),
    ] {
        let find = fastest(|| {
            black_box(table.find(black_box(&method), black_box(path)));
        });
        let Lookup::Found(route, captures) = table.find(&method, path) else { panic!("no route") };
        let read = fastest(|| {
            black_box(route.request(&captures, query, black_box(body.as_bytes())).unwrap());
        });
        println!(
            "{:>15}: route {find:>6.0} ns, request of {:>4} bytes {read:>6.0} ns",
            route.method().name(),
            body.len()
        );
    }
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
