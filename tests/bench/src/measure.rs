//! The course of a measurement: for each size, start both servers, alternate between them, then ask the databases.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use prost::Message as _;
use prost::bytes::Bytes;
use tempfile::TempDir;
use wishwell_api::v1::FindResourcesResponse;
use wishwell_engine::synthetic::Synthetic;

use crate::RunArgs;
use crate::echo::ECHO_PATH;
use crate::load::{self, Flow, Form, Target};
use crate::machine::Machine;
use crate::process::Process;
use crate::questions::{Questions, SEED, questions};
use crate::report::{self, Answers, Latency, Results, Side, SizeResult};
use crate::rivals;
use crate::seed;
use crate::wishwell::Wishwell;

/// Starts of the server; the median is reported.
const STARTS: usize = 5;
const STARTS_OF_LARGE: usize = 1;
/// From here on a store is large.
const LARGE: usize = 500_000;
/// Rounds of the open loop, and their length: many short ones, so that a disturbance of some seconds is outvoted.
const LATENCY_ROUNDS: usize = 11;
const LATENCY_ROUND: Duration = Duration::from_secs(2);

/// A folder on this machine's temporary file system for sockets, logs and keys.
fn scratch() -> TempDir {
    tempfile::Builder::new().prefix("wishwell-bench-").tempdir().expect("a scratch folder")
}

/// Everything, for each size.
pub(crate) async fn run(args: &RunArgs) {
    let machine = Machine::this();
    let mut stores = Vec::new();
    for &size in &args.sizes {
        stores.push((size, seed::store(&args.data, size).await));
    }
    let mut sizes = Vec::new();
    for (size, store) in stores {
        eprintln!("measuring {size} resources");
        let made = Synthetic::new(SEED, size);
        let questions = questions(&made);
        let places = Arc::new(questions.places.clone());
        let frames = Arc::new(questions.wishwell.clone());
        let load = rivals::Load { frames, connections: args.connections, in_flight: args.in_flight };
        let (arguments, asked) = (args.clone(), questions);
        let measured = tokio::task::spawn_blocking(move || measure(&arguments, size, &store, asked));
        let mut result = measured.await.expect("the measurement runs to its end");
        if !args.no_rivals {
            result.rivals = rivals::measure(&made, places, load, args.rounds.min(3), args.round()).await;
        }
        report::print_size(&result);
        sizes.push(result);
    }
    let results = Results { machine, setting: report::setting(args), sizes };
    report::write(&results, &args.results);
}

/// Asks one running Wishwell for a while.
pub(crate) async fn ask(args: &RunArgs, size: usize, duration: Duration) {
    let store = seed::store(&args.data, size).await;
    let args = args.clone();
    let asking = tokio::task::spawn_blocking(move || {
        let folder = scratch();
        let frames = Arc::new(questions(&Synthetic::new(SEED, size)).wishwell);
        let wishwell = Wishwell::start(&store, folder.path());
        println!("process {} is ready after {:.3} s", wishwell.process.id(), wishwell.ready_after.as_secs_f64());
        let target = wishwell.target(frames);
        let flow = load::closed_loop(&target, args.connections, args.in_flight, duration, || wishwell.process.cpu());
        println!("{:.0} answers a second, {:.1} us of processor each", flow.per_second(), flow.cpu_micros());
    });
    asking.await.expect("the measurement runs to its end");
}

fn measure(args: &RunArgs, size: usize, store: &Path, questions: Questions) -> SizeResult {
    let folder = scratch();
    let (wishwell, start_seconds) = start(size, store, folder.path());
    let wishwell_target = wishwell.target(Arc::new(questions.wishwell));
    let answers = look_at_answers(&wishwell_target);
    let reply_bytes = (answers.reply_bytes as usize).to_string();
    let (echo, address) = Process::start_self(&["echo", "--reply-bytes", &reply_bytes], folder.path(), "echo");
    let echo_target =
        Target { address, path: ECHO_PATH, form: Form::Grpc, api_key: None, frames: Arc::new(questions.echo) };

    let (mut echo_flows, mut our_flows) = (Vec::new(), Vec::new());
    let flow = |target: &Target, process: &Process| {
        load::closed_loop(target, args.connections, args.in_flight, args.round(), || process.cpu())
    };
    in_turns(
        args.rounds,
        || echo_flows.push(flow(&echo_target, &echo)),
        || our_flows.push(flow(&wishwell_target, &wishwell.process)),
    );
    let (mut echo_times, mut our_times) = (Vec::new(), Vec::new());
    let times = |target: &Target| load::open_loop(target, args.connections, args.rate, LATENCY_ROUND);
    in_turns(LATENCY_ROUNDS, || echo_times.push(times(&echo_target)), || our_times.push(times(&wishwell_target)));
    let p99_ratios = our_times.iter().zip(&echo_times).map(|(ours, echo)| p99(ours) / p99(echo).max(1.0)).collect();
    assert!(wishwell.exports() > 0, "traces were sampled, but none has arrived at the receiver");
    SizeResult {
        resources: size,
        echo: side(&echo_flows, &echo_times),
        wishwell: side(&our_flows, &our_times),
        throughput_ratio: paired_ratio(&our_flows, &echo_flows),
        p99_ratios,
        answers,
        snapshot_bytes_per_resource: wishwell.snapshot_bytes() / size as f64,
        resident_bytes: wishwell.process.resident_bytes(),
        start_seconds,
        trace_exports: wishwell.exports(),
        rivals: Vec::new(),
    }
}

/// Does one thing and the other so many times, each of them first every other time: who is first finds the machine as it was before.
fn in_turns(rounds: usize, mut one: impl FnMut(), mut other: impl FnMut()) {
    for round in 0..rounds {
        if round % 2 == 0 {
            one();
            other();
        } else {
            other();
            one();
        }
    }
}

/// Starts the server some times and keeps the last.
fn start(size: usize, store: &Path, folder: &Path) -> (Wishwell, f64) {
    let starts = if size >= LARGE { STARTS_OF_LARGE } else { STARTS };
    let mut seconds = Vec::new();
    for _ in 1..starts {
        seconds.push(Wishwell::start(store, folder).ready_after.as_secs_f64());
    }
    let wishwell = Wishwell::start(store, folder);
    seconds.push(wishwell.ready_after.as_secs_f64());
    (wishwell, report::median(&mut seconds))
}

/// Asks every question once and looks into the answers, so that nothing empty is measured.
fn look_at_answers(target: &Target) -> Answers {
    let mut sum = Answers::default();
    load::each_once(target, |message| {
        let answer = FindResourcesResponse::decode(message).expect("an answer of Wishwell");
        sum.reply_bytes += message.len() as f64;
        for item in &answer.items {
            sum.candidates += item.candidates.len() as f64;
            sum.near_misses += item.near_misses.len() as f64;
            sum.reasons += item.near_misses.iter().map(|miss| miss.reasons.len()).sum::<usize>() as f64;
        }
    });
    let questions = target.frames.len() as f64;
    let request_bytes = target.frames.iter().map(Bytes::len).sum::<usize>() as f64 / questions;
    Answers {
        request_bytes,
        reply_bytes: sum.reply_bytes / questions,
        candidates: sum.candidates / questions,
        near_misses: sum.near_misses / questions,
        reasons: sum.reasons / questions,
    }
}

/// Median over rounds of the ratio within the round: what the machine does meanwhile strikes both halves alike.
fn paired_ratio(ours: &[Flow], echo: &[Flow]) -> f64 {
    let mut ratios: Vec<f64> =
        ours.iter().zip(echo).map(|(ours, echo)| ours.per_second() / echo.per_second()).collect();
    report::median(&mut ratios)
}

fn side(flows: &[Flow], times: &[Vec<u32>]) -> Side {
    let median = |figure: fn(&Flow) -> f64| report::median(&mut flows.iter().map(figure).collect::<Vec<_>>());
    let quantile = |at: f64| report::median(&mut times.iter().map(|times| quantile(times, at)).collect::<Vec<_>>());
    Side {
        answers_per_second: median(Flow::per_second),
        cpu_micros: median(Flow::cpu_micros),
        latency: Latency { p50_micros: quantile(0.5), p99_micros: quantile(0.99), p999_micros: quantile(0.999) },
    }
}

/// The time that so large a part of the answers took at most, in microseconds; of times in order.
fn quantile(times: &[u32], part: f64) -> f64 {
    let at = ((times.len() as f64 * part) as usize).min(times.len().saturating_sub(1));
    f64::from(times.get(at).copied().unwrap_or_default())
}

fn p99(times: &[u32]) -> f64 {
    quantile(times, 0.99)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_sides_take_turns_at_being_first() {
        let order = std::cell::RefCell::new(String::new());
        in_turns(3, || order.borrow_mut().push('a'), || order.borrow_mut().push('b'));
        assert_eq!(order.into_inner(), "abbaab");
    }

    #[test]
    fn a_quantile_is_the_time_that_so_many_answers_took_at_most() {
        let times: Vec<u32> = (1..=100).collect();
        assert_eq!([0.5, 0.99, 1.0].map(|part| quantile(&times, part)), [51.0, 100.0, 100.0]);
        assert_eq!(quantile(&[], 0.5), 0.0);
    }
}
