//! Redis: a geo set for each category, holding only what has something left, asked by GEOSEARCH.

use std::sync::Arc;
use std::time::Duration;

use redis::aio::MultiplexedConnection;
use wishwell_engine::synthetic::Synthetic;
use wishwell_test_support::redis::URL_VARIABLE;

use super::{Asker, Rival, best_of, rows};
use crate::questions::Place;

const PIPELINE_ROWS: usize = 2_000;

struct Search(MultiplexedConnection);

impl Asker for Search {
    async fn ask(&mut self, place: Place) -> usize {
        let found: Vec<(Vec<u8>, f64)> = redis::cmd("GEOSEARCH")
            .arg(key(place.category))
            .arg("FROMLONLAT")
            .arg(place.longitude)
            .arg(place.latitude)
            .arg("BYRADIUS")
            .arg(place.max_travel_metres)
            .arg("m")
            .arg("ASC")
            .arg("COUNT")
            .arg(10)
            .arg("WITHDIST")
            .query_async(&mut self.0)
            .await
            .expect("Redis answers");
        found.len()
    }
}

fn key(category: i32) -> String {
    format!("bench:category:{category}")
}

pub(super) async fn measure(
    made: &Synthetic,
    places: &Arc<Vec<Place>>,
    rounds: usize,
    round: Duration,
) -> Option<Rival> {
    let Ok(url) = std::env::var(URL_VARIABLE) else {
        eprintln!("Redis is left out: {URL_VARIABLE} is not set; `tests/bench/run` starts a private server");
        return None;
    };
    let client = redis::Client::open(url).expect("an address of Redis");
    let connect = async || Search(client.get_multiplexed_async_connection().await.expect("Redis answers"));
    let count = fill(&mut connect().await.0, made).await;
    Some(best_of("Redis GEOSEARCH", count, connect, places, rounds, round).await)
}

async fn fill(connection: &mut MultiplexedConnection, made: &Synthetic) -> usize {
    let _: () = redis::cmd("FLUSHALL").query_async(connection).await.expect("a private Redis can be emptied");
    let mut count = 0;
    let mut rows = rows(made).filter(|row| row.remaining > 0).peekable();
    while rows.peek().is_some() {
        let mut pipeline = redis::pipe();
        for row in rows.by_ref().take(PIPELINE_ROWS) {
            pipeline.cmd("GEOADD").arg(key(row.category)).arg(row.longitude).arg(row.latitude).arg(row.id).ignore();
            count += 1;
        }
        let _: () = pipeline.query_async(connection).await.expect("Redis takes the rows");
    }
    count
}
