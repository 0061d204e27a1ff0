//! What was measured of the gateway, as a table, as JSON and as a page.

use std::fmt::Write as _;
use std::path::Path;

use serde::Serialize;

use super::listeners::Listening;
use crate::load::Flow;
use crate::machine::Machine;
use crate::report::{about, median};

/// One run.
#[derive(Debug, Serialize)]
pub(super) struct Results {
    pub(super) machine: Machine,
    pub(super) resources: usize,
    pub(super) answers: Answers,
    pub(super) ways: Vec<Way>,
    /// None when only some ways were asked.
    pub(super) page: Option<Page>,
    pub(super) listening: Option<Listening>,
}

/// How long the answers are, which are the same over gRPC and over REST.
#[derive(Debug, Clone, Copy, Serialize)]
pub(super) struct Answers {
    /// Mean bytes of an answer's message over gRPC.
    pub(super) protobuf_bytes: usize,
    /// Mean bytes of the same as JSON.
    pub(super) json_bytes: usize,
}

/// One way to ask for resources.
#[derive(Debug, Serialize)]
pub(super) struct Way {
    pub(super) name: &'static str,
    pub(super) answers_per_second: f64,
    /// Processor time of all servers on the way, for each answer.
    pub(super) cpu_micros: f64,
    /// Answers a second by those over gRPC, median of the rounds' ratios; none when gRPC was not asked.
    pub(super) of_grpc: Option<f64>,
}

impl Way {
    pub(super) fn of(name: &'static str, flows: &[Flow], grpc: Option<&[Flow]>) -> Self {
        Self {
            name,
            answers_per_second: median(&mut flows.iter().map(Flow::per_second).collect::<Vec<_>>()),
            cpu_micros: median(&mut flows.iter().map(Flow::cpu_micros).collect::<Vec<_>>()),
            of_grpc: grpc.map(|grpc| {
                let ratios = flows.iter().zip(grpc).map(|(flow, grpc)| flow.per_second() / grpc.per_second());
                median(&mut ratios.collect::<Vec<_>>())
            }),
        }
    }
}

/// The wishing pool's page, whole.
#[derive(Debug, Serialize)]
pub(super) struct Page {
    pub(super) rate: u32,
    pub(super) bytes: usize,
    pub(super) p50_ms: f64,
    pub(super) p99_ms: f64,
    pub(super) max_ms: f64,
}

impl Page {
    pub(super) fn of(rate: u32, bytes: usize, sorted_micros: &[u32]) -> Self {
        let quantile = |share: f64| {
            let at = (sorted_micros.len() as f64 * share) as usize;
            sorted_micros
                .get(at.min(sorted_micros.len().saturating_sub(1)))
                .map_or(0.0, |micros| f64::from(*micros) / 1e3)
        };
        Self { rate, bytes, p50_ms: quantile(0.5), p99_ms: quantile(0.99), max_ms: quantile(1.0) }
    }
}

pub(super) fn print(results: &Results) {
    println!("{}", markdown(results));
}

/// Writes both files.
pub(super) fn write(results: &Results, folder: &Path) {
    std::fs::create_dir_all(folder).expect("the folder for results can be made");
    let json = serde_json::to_string_pretty(results).expect("results have JSON");
    std::fs::write(folder.join("web.json"), json + "\n").expect("results can be written");
    std::fs::write(folder.join("web.md"), markdown(results)).expect("results can be written");
}

fn markdown(results: &Results) -> String {
    let mut text = format!(
        "# The gateway beside gRPC and Envoy, {} resources\n\n{}\n\n",
        results.resources,
        about(&results.machine)
    );
    let Answers { protobuf_bytes, json_bytes } = results.answers;
    let _ = writeln!(
        text,
        "Every way is asked the same questions. The answers of the service and of its own gateway are compared first, and are the same: \
         {protobuf_bytes} bytes in protobuf and {json_bytes} in JSON. Where nothing else is said, all ways ask over HTTP/2, on as many connections and with as many calls under way on each: what differs from gRPC is \
         the form of questions and answers alone. Over HTTP/1.1 each call under way has a connection of its own, and each answer leaves alone. The load \
         generator reads whole answers and decodes none.\n"
    );
    text.push_str("| way | answers a second | of gRPC | processor time an answer |\n|---|---:|---:|---:|\n");
    for way in &results.ways {
        let of_grpc = way.of_grpc.map_or_else(|| "-".to_owned(), |ratio| format!("{ratio:.2}"));
        let _ =
            writeln!(text, "| {} | {:.0} | {of_grpc} | {:.0} µs |", way.name, way.answers_per_second, way.cpu_micros);
    }
    if let Some(Page { rate, bytes, p50_ms, p99_ms, max_ms }) = &results.page {
        let _ = writeln!(
            text,
            "\nThe wishing pool's page, {bytes} bytes uncompressed, at {rate} a second until its last byte: p50 {p50_ms:.1} ms, p99 {p99_ms:.1} ms, \
             max {max_ms:.1} ms.\n"
        );
    }
    if let Some(Listening { listeners, changes, bytes, before_mib, seconds_mib }) = &results.listening {
        let third = seconds_mib.len() / 3;
        let mean = |part: &[f64]| part.iter().sum::<f64>() / part.len().max(1) as f64;
        let (first, last) = (mean(&seconds_mib[..third]), mean(&seconds_mib[seconds_mib.len() - third..]));
        let _ = writeln!(
            text,
            "{listeners} listeners to server-sent events, {changes} changes, {:.1} MiB told: {before_mib:.0} MiB before they came, {first:.0} MiB in \
             the first third of the time, {last:.0} MiB in the last.",
            *bytes as f64 / f64::from(1 << 20)
        );
    }
    text
}
