//! The long forms of the tests in this crate.
#![allow(clippy::expect_used)]

use std::process::ExitCode;
use std::time::Duration;

use clap::{Parser, Subcommand};
use wishwell_faults::{campaign, durability, late};

/// The closed loop under faults. Needs the built binary (`cargo build -p wishwell`), PostgreSQL and Redis; starts its own.
#[derive(Debug, Parser)]
#[command(name = "wishwell-faults")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Three replicas over PostgreSQL and Redis in a storm of faults.
    Campaign {
        /// How long the storm rages.
        #[arg(long, default_value_t = 20)]
        minutes: u64,
        /// Decides what clients do and when faults strike.
        #[arg(long, default_value_t = 1)]
        seed: u64,
        /// Clients at once.
        #[arg(long, default_value_t = 16)]
        clients: usize,
    },
    /// The log, followed while many connections commit late and in another order than they began.
    Late {
        /// Events that are written.
        #[arg(long, default_value_t = 1_000_000)]
        events: i64,
        /// Decides what writers write and when they are slow.
        #[arg(long, default_value_t = 1)]
        seed: u64,
    },
    /// One server over a SQLite file, killed in the middle of writes.
    Durability {
        /// Times that it is killed.
        #[arg(long, default_value_t = 2_000)]
        rounds: usize,
        /// Decides what clients do and when the server is killed.
        #[arg(long, default_value_t = 1)]
        seed: u64,
        /// Clients at once.
        #[arg(long, default_value_t = 16)]
        clients: usize,
    },
}

#[tokio::main]
async fn main() -> ExitCode {
    match Cli::parse().command {
        Command::Campaign { minutes, seed, clients } => {
            let settings = campaign::Settings { seed, time: Duration::from_secs(minutes * 60), clients };
            let report = campaign::run(settings).await;
            println!("{report}");
            if report.violations.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
        }
        Command::Late { events, seed } => {
            let report = late::run(late::Settings { seed, events, ..late::Settings::default() }).await;
            println!("{report}");
            if report.violations.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
        }
        Command::Durability { rounds, seed, clients } => {
            let report = durability::run(durability::Settings { seed, rounds, clients }, |_, _| {}).await;
            println!("{report}");
            if report.violations.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
        }
    }
}
