//! PostGIS: one GiST index on category and place, the ten nearest with something left by the index' own order, prepared.

use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

use sqlx::{Connection, Executor, PgConnection};
use wishwell_engine::synthetic::Synthetic;
use wishwell_test_support::postgres::{TestDatabase, URL_VARIABLE};

use super::{Asker, Load, Rival, best_of, postgis_service, rows};
use crate::questions::Place;

/// Rows of one COPY message.
const COPY_ROWS: usize = 10_000;

// Degrees on a plane: the cheapest order PostGIS knows (geography, which measures on the sphere, costs more).
pub(super) const NEAREST: &str = "SELECT id FROM resource WHERE category = $1 AND remaining > 0 \
     ORDER BY place <-> ST_SetSRID(ST_MakePoint($2, $3), 4326) LIMIT 10";

// Plans are chosen once, as a prepared statement of a long-lived service has them.
pub(super) const SETTINGS: &str = "SET plan_cache_mode = force_generic_plan; SET jit = off";

struct Nearest(PgConnection);

impl Asker for Nearest {
    async fn ask(&mut self, place: Place) -> usize {
        let ids: Vec<i64> = sqlx::query_scalar(NEAREST)
            .bind(place.category)
            .bind(place.longitude)
            .bind(place.latitude)
            .fetch_all(&mut self.0)
            .await
            .expect("PostGIS answers");
        ids.len()
    }
}

pub(super) async fn measure(
    made: &Synthetic,
    places: &Arc<Vec<Place>>,
    asked: Load,
    rounds: usize,
    round: Duration,
) -> Vec<Rival> {
    if std::env::var_os(URL_VARIABLE).is_none() {
        eprintln!("PostGIS is left out: {URL_VARIABLE} is not set; `tests/bench/run` starts a private server");
        return Vec::new();
    }
    let database = TestDatabase::create().await;
    let count = fill(&database, made).await;
    let connect = async || {
        let mut connection = PgConnection::connect(database.url()).await.expect("PostGIS answers");
        connection.execute(SETTINGS).await.expect("settings");
        Nearest(connection)
    };
    let alone = best_of("PostGIS", count, connect, places, rounds, round).await;
    let url = database.url().to_owned();
    let behind = move || postgis_service::measure(&url, count, &asked, rounds, round);
    let behind = tokio::task::spawn_blocking(behind).await.expect("the measurement runs to its end");
    vec![alone, behind]
}

async fn fill(database: &TestDatabase, made: &Synthetic) -> usize {
    let mut connection = PgConnection::connect(database.url()).await.expect("PostGIS answers");
    for statement in [
        "CREATE EXTENSION postgis",
        "CREATE EXTENSION btree_gist",
        "CREATE TABLE resource (id bigint NOT NULL, category integer NOT NULL, remaining bigint NOT NULL, \
         place geometry(Point, 4326) NOT NULL)",
    ] {
        connection.execute(statement).await.unwrap_or_else(|error| panic!("{statement}: {error}"));
    }
    let mut count = 0;
    let mut rows = rows(made).peekable();
    while rows.peek().is_some() {
        let mut text = String::new();
        for row in rows.by_ref().take(COPY_ROWS) {
            let (id, category, remaining) = (row.id, row.category, row.remaining);
            // Writing to a String cannot fail.
            let _ =
                writeln!(text, "{id}\t{category}\t{remaining}\tSRID=4326;POINT({} {})", row.longitude, row.latitude);
            count += 1;
        }
        let mut copy = connection.copy_in_raw("COPY resource FROM STDIN").await.expect("a COPY begins");
        copy.send(text.into_bytes()).await.expect("rows are taken");
        copy.finish().await.expect("a COPY ends");
    }
    for statement in ["CREATE INDEX ON resource USING gist (category, place)", "VACUUM ANALYZE resource"] {
        connection.execute(statement).await.unwrap_or_else(|error| panic!("{statement}: {error}"));
    }
    count
}
