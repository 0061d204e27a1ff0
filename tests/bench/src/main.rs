//! Measures a running Wishwell beside what one would use instead, on the same data, in one run: finding beside a bare echo server,
//! PostGIS and Redis, holding beside pgbench.
//!
//! `tests/bench/run` builds everything, starts private database servers and calls this. See the README beside it.

// A benchmark has one answer to a broken assumption: stop and say which.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod echo;
mod holds;
mod load;
mod machine;
mod measure;
mod process;
mod questions;
mod replay;
mod report;
mod rivals;
mod seed;
mod watch;
mod web;
mod wishwell;

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand};

/// Measures Wishwell beside a bare echo, PostGIS and Redis.
#[derive(Debug, Parser)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Everything, for each size; prints a table and writes JSON and Markdown.
    Run(RunArgs),
    /// Fills a SQLite store with made-up resources, unless it is filled already.
    Seed {
        /// How many resources.
        #[arg(long)]
        resources: usize,
        /// Folder that keeps filled stores from run to run.
        #[arg(long, default_value = "target/bench")]
        data: PathBuf,
    },
    /// Starts Wishwell on a filled store and asks it for a while: something to point a profiler at.
    Ask {
        /// How many resources.
        #[arg(long)]
        resources: usize,
        /// How long, in seconds.
        #[arg(long, default_value_t = 10)]
        seconds: u64,
        #[command(flatten)]
        run: RunArgs,
    },
    /// Durable holds beside pgbench, on the private PostgreSQL; prints a table and writes JSON.
    Holds(holds::HoldArgs),
    /// `WatchEvents` under load; prints a table and writes JSON and Markdown.
    Watch(watch::WatchArgs),
    /// REST beside gRPC and Envoy, the wishing pool's page, a thousand listeners; prints a table and writes JSON and Markdown.
    Web(web::WebArgs),
    /// Real donations matched with real requests in weekly rounds, beside what one does without an optimizer.
    Ppe(replay::ReplayArgs),
    /// The bare echo server; `run` starts it.
    Echo {
        /// Bytes of each answer's payload.
        #[arg(long)]
        reply_bytes: usize,
    },
    /// A bare service in front of PostGIS; `run` starts it.
    Nearest {
        /// The database.
        #[arg(long)]
        url: String,
        /// Connections to it.
        #[arg(long)]
        connections: u32,
    },
    /// A receiver of traces that reads and drops them; `run` starts it.
    Receive,
}

/// How to measure.
#[derive(Debug, Clone, Args)]
pub(crate) struct RunArgs {
    /// Numbers of resources, one table each.
    #[arg(long, value_delimiter = ',', default_values_t = [10_000, 100_000, 1_000_000])]
    pub(crate) sizes: Vec<usize>,
    /// Rounds; each asks the echo, then Wishwell.
    #[arg(long, default_value_t = 7)]
    pub(crate) rounds: usize,
    /// Measured seconds of a round and side, after a warm-up.
    #[arg(long, default_value_t = 3.0)]
    pub(crate) round_seconds: f64,
    /// Connections of the load generator.
    #[arg(long, default_value_t = 8)]
    pub(crate) connections: usize,
    /// Calls under way on each connection.
    #[arg(long, default_value_t = 16)]
    pub(crate) in_flight: usize,
    /// Calls a second for the latency measurement, evenly spaced whatever the server does.
    #[arg(long, default_value_t = 10_000)]
    pub(crate) rate: u32,
    /// Leave PostGIS and Redis out.
    #[arg(long)]
    pub(crate) no_rivals: bool,
    /// Folder that keeps filled stores from run to run.
    #[arg(long, default_value = "target/bench")]
    pub(crate) data: PathBuf,
    /// Folder for the results.
    #[arg(long, default_value = "tests/results")]
    pub(crate) results: PathBuf,
}

impl RunArgs {
    pub(crate) fn round(&self) -> Duration {
        Duration::from_secs_f64(self.round_seconds)
    }
}

fn main() {
    let cli = Cli::parse();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        match cli.command {
            Command::Run(args) => measure::run(&args).await,
            Command::Holds(args) => holds::run(&args).await,
            Command::Watch(args) => watch::run(&args).await,
            Command::Web(args) => web::run(&args).await,
            Command::Ppe(args) => tokio::task::block_in_place(|| replay::run(&args)),
            Command::Seed { resources, data } => {
                seed::store(&data, resources).await;
            }
            Command::Ask { resources, seconds, run } => {
                measure::ask(&run, resources, Duration::from_secs(seconds)).await
            }
            Command::Echo { reply_bytes } => echo::serve_echo(reply_bytes).await,
            Command::Nearest { url, connections } => echo::serve_nearest(&url, connections).await,
            Command::Receive => echo::serve_receiver().await,
        }
    });
}
