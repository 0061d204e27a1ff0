//! What one would build around PostGIS: a bare tonic service that reads the question, asks the database over a pool of connections, and
//! answers the names of what it found. It is spared authentication, validation, traces and all that the query is spared.

use std::sync::Arc;
use std::time::Duration;

use sqlx::PgPool;
use sqlx::postgres::PgPoolOptions;
use tonic::server::{NamedService, UnaryService};
use tonic::{Response, Status};
use wishwell_api::v1::{Candidate, FindResourcesRequest, FindResourcesResponse, ItemMatches, ResourceSummary};

use super::postgis::{NEAREST, SETTINGS};
use super::{Load, Rival};
use crate::load::{self, Form, Target};
use crate::process::Process;
use crate::questions::category_number;

/// Path of its one method.
const PATH: &str = "/wishwell.bench.Nearest/Nearest";

/// The service's one method.
#[derive(Debug, Clone)]
pub(crate) struct Nearest(PgPool);

impl Nearest {
    /// Opens all its connections.
    pub(crate) async fn over(url: &str, connections: u32) -> Self {
        let options = PgPoolOptions::new().min_connections(connections).max_connections(connections);
        let options = options.test_before_acquire(false).after_connect(|connection, _| {
            Box::pin(async move {
                sqlx::Executor::execute(connection, SETTINGS).await?;
                Ok(())
            })
        });
        Self(options.connect(url).await.expect("PostGIS answers"))
    }

    async fn answer(self, request: FindResourcesRequest) -> Result<FindResourcesResponse, Status> {
        let missing = |what| Status::invalid_argument(format!("{what} is missing"));
        let need = request.inline_need.ok_or_else(|| missing("inline_need"))?;
        let place = need.place.ok_or_else(|| missing("place"))?;
        let item = need.items.first().ok_or_else(|| missing("items"))?;
        let ids: Vec<i64> = sqlx::query_scalar(NEAREST)
            .bind(category_number(&item.category))
            .bind(place.longitude)
            .bind(place.latitude)
            .fetch_all(&self.0)
            .await
            .map_err(|error| Status::unavailable(error.to_string()))?;
        let candidate = |id: i64| Candidate {
            resource: Some(ResourceSummary { name: format!("resources/{id}"), ..ResourceSummary::default() }),
            ..Candidate::default()
        };
        let candidates = ids.into_iter().map(candidate).collect();
        Ok(FindResourcesResponse {
            items: vec![ItemMatches { candidates, ..ItemMatches::default() }],
            ..FindResourcesResponse::default()
        })
    }
}

impl UnaryService<FindResourcesRequest> for Nearest {
    type Response = FindResourcesResponse;
    type Future = std::pin::Pin<Box<dyn Future<Output = Result<Response<FindResourcesResponse>, Status>> + Send>>;

    fn call(&mut self, request: tonic::Request<FindResourcesRequest>) -> Self::Future {
        let method = self.clone();
        Box::pin(async move { method.answer(request.into_inner()).await.map(Response::new) })
    }
}

impl NamedService for Nearest {
    const NAME: &'static str = "wishwell.bench.Nearest";
}

/// Measures it with the pool that serves best, on the connections on which Wishwell is asked, by the same questions.
pub(super) fn measure(url: &str, rows: usize, asked: &Load, rounds: usize, round: Duration) -> Rival {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let started = |connections: usize| {
        let arguments = ["nearest", "--url", url, "--connections", &connections.to_string()];
        let (process, address) = Process::start_self(&arguments, folder.path(), "nearest");
        let frames = Arc::clone(&asked.frames);
        (process, Target { address, path: PATH, form: Form::Grpc, api_key: None, frames })
    };
    let flow = |target: &Target, duration| {
        load::closed_loop(target, asked.connections, asked.in_flight, duration, Duration::default).per_second()
    };
    let trial = |connections: usize| {
        let (_process, target) = started(connections);
        (flow(&target, super::TRIAL), connections)
    };
    let best = super::CONNECTIONS.into_iter().map(trial).max_by(|one, other| one.0.total_cmp(&other.0));
    let (_, connections) = best.expect("numbers of connections are tried");
    let (_process, target) = started(connections);
    let mut answered = 0;
    load::each_once(&target, |message| answered += candidates(message));
    let mut rates: Vec<f64> = (0..rounds).map(|_| flow(&target, round)).collect();
    Rival {
        name: "PostGIS behind gRPC".to_owned(),
        queries_per_second: crate::report::median(&mut rates),
        connections,
        rows,
        answered_rows: answered as f64 / target.frames.len() as f64,
    }
}

fn candidates(message: &[u8]) -> usize {
    let answer: FindResourcesResponse = prost::Message::decode(message).expect("an answer of the service");
    answer.items.iter().map(|item| item.candidates.len()).sum()
}
