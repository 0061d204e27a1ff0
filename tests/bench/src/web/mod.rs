//! The gateway: REST beside the same call over gRPC and beside Envoy's transcoder, the wishing pool's page, a thousand listeners.

mod edge;
mod listeners;
mod pool;
mod report;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use clap::{Args, ValueEnum};
use prost::Message as _;
use prost::bytes::Bytes;
use wishwell_api::v1::{FindResourcesRequest, FindResourcesResponse};
use wishwell_engine::synthetic::Synthetic;

use crate::load::{self, Form, Target};
use crate::machine::Machine;
use crate::process::Process;
use crate::questions::{SEED, questions};
use crate::seed;
use crate::wishwell::Wishwell;
use report::{Answers, Page, Results, Way};

/// How to measure.
#[derive(Debug, Clone, Args)]
pub(crate) struct WebArgs {
    /// Number of resources.
    #[arg(long, default_value_t = 100_000)]
    resources: usize,
    /// Asks by these ways alone, and leaves out the page and the listeners: for looking at one of them, or quickly.
    #[arg(long, value_enum, value_delimiter = ',')]
    ways: Vec<Asked>,
    /// Rounds; each asks every way once.
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// Measured seconds of a round and way, after a warm-up.
    #[arg(long, default_value_t = 3.0)]
    round_seconds: f64,
    /// Connections of the load generator.
    #[arg(long, default_value_t = 8)]
    connections: usize,
    /// Calls under way on each connection.
    #[arg(long, default_value_t = 16)]
    in_flight: usize,
    /// Pages a second for the latency of the wishing pool.
    #[arg(long, default_value_t = 500)]
    page_rate: u32,
    /// Listeners to events.
    #[arg(long, default_value_t = 1_000)]
    listeners: usize,
    /// Seconds for which they listen.
    #[arg(long, default_value_t = 60)]
    listen_seconds: u64,
    /// Program of Envoy; without it that side is left out, and the report says so.
    #[arg(long)]
    envoy: Option<PathBuf>,
    /// Folder that keeps filled stores from run to run.
    #[arg(long, default_value = "target/bench")]
    data: PathBuf,
    /// Folder for the results.
    #[arg(long, default_value = "tests/results")]
    results: PathBuf,
}

/// A way to ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Asked {
    /// gRPC.
    Grpc,
    /// REST, the gateway in the same process.
    Rest,
    /// The same over HTTP/1.1.
    Http1,
    /// REST, the gateway in a process of its own.
    Remote,
    /// REST by Envoy's transcoder.
    Envoy,
}

/// Measures, prints a table and writes JSON and Markdown.
pub(crate) async fn run(args: &WebArgs) {
    let machine = Machine::this();
    let store = seed::store(&args.data, args.resources).await;
    let (args, folder_of_results) = (args.clone(), args.results.clone());
    let measured = tokio::task::spawn_blocking(move || {
        let folder = tempfile::Builder::new().prefix("wishwell-bench-").tempdir().expect("a scratch folder");
        let wishwell = Wishwell::start(&store, folder.path());
        let (gateway, gateway_address) = wishwell.gateway(folder.path());
        let envoy = args.envoy.as_ref().map(|envoy| edge::start(envoy, wishwell.address, folder.path()));
        let made = Synthetic::new(SEED, args.resources);
        if args.ways.is_empty() {
            pool::fill(&wishwell, &made);
        }
        let frames = questions(&made).wishwell;
        let bodies = Arc::new(frames.iter().map(as_json).collect::<Vec<_>>());
        let frames = Arc::new(frames);
        let answers = same_answers(
            &wishwell.target(Arc::clone(&frames)),
            &Wishwell::rest_target(wishwell.web, Arc::clone(&bodies)),
        );
        let mut sides = vec![
            Side::new(Asked::Grpc, "gRPC", wishwell.target(frames), vec![&wishwell.process]),
            Side::new(
                Asked::Rest,
                "REST, gateway in the same process",
                Wishwell::rest_target(wishwell.web, Arc::clone(&bodies)),
                vec![&wishwell.process],
            ),
            Side::new(
                Asked::Http1,
                "the same over HTTP/1.1",
                Target { form: Form::PlainJson, ..Wishwell::rest_target(wishwell.web, Arc::clone(&bodies)) },
                vec![&wishwell.process],
            ),
            Side::new(
                Asked::Remote,
                "REST, gateway in a process of its own",
                Wishwell::rest_target(gateway_address, Arc::clone(&bodies)),
                vec![&wishwell.process, &gateway],
            ),
        ];
        if let Some((envoy, address)) = &envoy {
            sides.push(Side::new(
                Asked::Envoy,
                "REST, Envoy's transcoder",
                Wishwell::rest_target(*address, bodies),
                vec![&wishwell.process, envoy],
            ));
        }
        if !args.ways.is_empty() {
            sides.retain(|side| args.ways.contains(&side.asked));
        }
        let ways = ways(&args, &sides);
        let rest = args.ways.is_empty().then(|| {
            eprintln!("asked every way; now the wishing pool's page");
            let page = page(&args, &wishwell);
            eprintln!("{} listeners for {} s", args.listeners, args.listen_seconds);
            (page, listeners::measure(&wishwell, args.listeners, Duration::from_secs(args.listen_seconds)))
        });
        let (page, listening) = rest.unzip();
        Results { machine, resources: args.resources, answers, ways, page, listening }
    });
    let results = measured.await.expect("the measurement runs to its end");
    report::print(&results);
    report::write(&results, &folder_of_results);
}

/// One way to ask.
struct Side<'p> {
    asked: Asked,
    name: &'static str,
    target: Target,
    /// Whose processor time it costs.
    processes: Vec<&'p Process>,
}

impl<'p> Side<'p> {
    fn new(asked: Asked, name: &'static str, target: Target, processes: Vec<&'p Process>) -> Self {
        Self { asked, name, target, processes }
    }
}

/// Asks every question by gRPC and by REST, and gives back how long the answers are.
///
/// # Panics
/// When one way answers anything else than the other: who answers less is faster.
fn same_answers(grpc: &Target, rest: &Target) -> Answers {
    let mut expected = Vec::new();
    let (mut protobuf_bytes, mut json_bytes) = (0, 0);
    load::each_once(grpc, |message| {
        protobuf_bytes += message.len();
        let message = FindResourcesResponse::decode(message).expect("an answer");
        expected.push(wishwell_api::json::to_json(&message).expect("an answer has JSON"));
    });
    let mut answered = expected.iter();
    load::each_once_raw(rest, |text| {
        json_bytes += text.len();
        let read = |text: &[u8]| serde_json::from_slice::<serde_json::Value>(text).expect("JSON");
        let expected = answered.next().expect("as many answers as questions");
        assert_eq!(read(text), read(expected.as_bytes()), "the same answer by both ways");
    });
    assert!(answered.next().is_none(), "as many answers as questions");
    let mean = |bytes: usize| bytes / expected.len().max(1);
    Answers { protobuf_bytes: mean(protobuf_bytes), json_bytes: mean(json_bytes) }
}

fn as_json(frame: &Bytes) -> Bytes {
    let message = FindResourcesRequest::decode(frame.slice(5..)).expect("a question");
    wishwell_api::json::to_json(&message).expect("a question has JSON").into()
}

/// Each round asks every way once, in turn; ratios are those of one round.
fn ways(args: &WebArgs, sides: &[Side<'_>]) -> Vec<Way> {
    let duration = Duration::from_secs_f64(args.round_seconds);
    let mut flows: Vec<Vec<load::Flow>> = vec![Vec::new(); sides.len()];
    for _ in 0..args.rounds {
        for (side, flows) in sides.iter().zip(&mut flows) {
            let cpu = || side.processes.iter().map(|process| process.cpu()).sum();
            flows.push(load::closed_loop(&side.target, args.connections, args.in_flight, duration, cpu));
        }
    }
    let grpc = sides.iter().position(|side| side.asked == Asked::Grpc).and_then(|at| flows.get(at));
    sides.iter().zip(&flows).map(|(side, flows)| Way::of(side.name, flows, grpc.map(Vec::as_slice))).collect()
}

fn page(args: &WebArgs, wishwell: &Wishwell) -> Page {
    let target = Target {
        address: wishwell.web,
        path: "/wishes",
        form: Form::Page,
        api_key: None,
        frames: Arc::new(vec![Bytes::new()]),
    };
    let mut bytes = 0;
    load::each_once_raw(&target, |answer| bytes = answer.len());
    let times = load::open_loop(&target, args.connections, args.page_rate, Duration::from_secs(10));
    Page::of(args.page_rate, bytes, &times)
}
