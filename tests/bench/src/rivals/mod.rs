//! The same question to databases that know places: PostGIS and Redis. Each holds one row a resource and category, with its
//! place and what is left, and answers the ten nearest. They are spared areas, schedules, eligibility and explanation.

mod postgis;
mod postgis_service;
mod redis_geo;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use prost::bytes::Bytes;
use serde::Serialize;
use wishwell_domain::capacity_pool::Remaining;
use wishwell_engine::synthetic::Synthetic;

use crate::questions::{Place, category_number};

pub(crate) use postgis_service::Nearest;

/// Numbers of connections that are tried; the best one is measured.
const CONNECTIONS: [usize; 4] = [2, 4, 8, 16];
const TRIAL: Duration = Duration::from_secs(2);
const WARM_UP: Duration = Duration::from_millis(500);

/// How a database did.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Rival {
    pub(crate) name: String,
    pub(crate) queries_per_second: f64,
    pub(crate) connections: usize,
    pub(crate) rows: usize,
    /// Mean rows of an answer, at most ten.
    pub(crate) answered_rows: f64,
}

/// How Wishwell is asked, and so whatever else answers over gRPC.
#[derive(Debug)]
pub(crate) struct Load {
    pub(crate) frames: Arc<Vec<Bytes>>,
    pub(crate) connections: usize,
    pub(crate) in_flight: usize,
}

/// A resource in one of its categories, as the databases hold it.
#[derive(Debug, Clone, Copy)]
struct Row {
    id: usize,
    category: i32,
    latitude: f64,
    longitude: f64,
    remaining: i64,
}

/// Where nobody said how much there is, there is something to ask for.
const REMAINING_UNKNOWN: i64 = 1;

fn rows(made: &Synthetic) -> impl Iterator<Item = Row> {
    (0..made.resources).flat_map(move |id| {
        let resource = made.resource(id);
        // The made-up pool of a resource stands at its number, or at the one before when it is shared.
        let pool =
            (!resource.draws.is_empty()).then(|| made.pool(id).or_else(|| made.pool(id.checked_sub(1)?))).flatten();
        let remaining = match pool.map(|pool| pool.remaining()) {
            Some(Remaining::Known(left)) => left,
            Some(Remaining::Unlimited) => i64::from(i32::MAX),
            Some(Remaining::Unknown) | None => REMAINING_UNKNOWN,
        };
        let place = resource.place.map(|place| place.degrees());
        let categories: Vec<i32> = resource.categories.iter().map(|code| category_number(code.as_str())).collect();
        place.into_iter().flat_map(move |(latitude, longitude)| {
            categories.clone().into_iter().map(move |category| Row { id, category, latitude, longitude, remaining })
        })
    })
}

/// Something that answers the ten nearest, on one connection.
trait Asker: Send + 'static {
    /// Rows of the answer.
    fn ask(&mut self, place: Place) -> impl Future<Output = usize> + Send;
}

/// Measures PostGIS and Redis on this catalogue; what is not installed is told and left out.
pub(crate) async fn measure(
    made: &Synthetic,
    places: Arc<Vec<Place>>,
    asked: Load,
    rounds: usize,
    round: Duration,
) -> Vec<Rival> {
    let mut rivals = postgis::measure(made, &places, asked, rounds, round).await;
    rivals.extend(redis_geo::measure(made, &places, rounds, round).await);
    rivals
}

/// Tries numbers of connections, then measures with the best: the median of the rounds.
async fn best_of<A: Asker>(
    name: &str,
    rows: usize,
    connect: impl AsyncFn() -> A,
    places: &Arc<Vec<Place>>,
    rounds: usize,
    round: Duration,
) -> Rival {
    let mut best = (0.0, 1);
    for connections in CONNECTIONS {
        let (rate, _) = closed_loop(&connect, connections, places, TRIAL).await;
        if rate > best.0 {
            best = (rate, connections);
        }
    }
    let mut rates = Vec::new();
    let mut answered = 0.0;
    for _ in 0..rounds {
        let (rate, rows) = closed_loop(&connect, best.1, places, round).await;
        rates.push(rate);
        answered = rows;
    }
    Rival {
        name: name.to_owned(),
        queries_per_second: crate::report::median(&mut rates),
        connections: best.1,
        rows,
        answered_rows: answered,
    }
}

/// Queries a second, and mean rows of an answer.
async fn closed_loop<A: Asker>(
    connect: &impl AsyncFn() -> A,
    connections: usize,
    places: &Arc<Vec<Place>>,
    duration: Duration,
) -> (f64, f64) {
    let answered = Arc::new(AtomicU64::new(0));
    let rows = Arc::new(AtomicU64::new(0));
    let end = Instant::now() + WARM_UP + duration;
    let mut lanes = tokio::task::JoinSet::new();
    for lane in 0..connections {
        let mut asker = connect().await;
        let (places, answered, rows) = (Arc::clone(places), Arc::clone(&answered), Arc::clone(&rows));
        lanes.spawn(async move {
            let mut next = lane * 577 % places.len();
            while Instant::now() < end {
                let found = asker.ask(places[next]).await;
                rows.fetch_add(found as u64, Ordering::Relaxed);
                answered.fetch_add(1, Ordering::Relaxed);
                next = (next + 1) % places.len();
            }
        });
    }
    tokio::time::sleep(WARM_UP).await;
    let (started, before) = (Instant::now(), answered.load(Ordering::Relaxed));
    tokio::time::sleep(end.saturating_duration_since(Instant::now())).await;
    let rate = (answered.load(Ordering::Relaxed) - before) as f64 / started.elapsed().as_secs_f64();
    while let Some(lane) = lanes.join_next().await {
        lane.expect("a lane runs to its end");
    }
    (rate, rows.load(Ordering::Relaxed) as f64 / answered.load(Ordering::Relaxed).max(1) as f64)
}
