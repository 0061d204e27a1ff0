//! Measures the allocation of many needs at once beside LEMON and OR-Tools, on the same problems, in one run.
//!
//! `tests/bench/run allocation` builds everything, gets the peers and calls this. See the README beside it.

// A benchmark has one answer to a broken assumption: stop and say which.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod case;
mod collection;
mod differential;
mod exchange;
mod growth;
// What it was measured on is told in the same words by all benchmarks; the other crate brings servers and drivers along.
#[path = "../../src/machine.rs"]
mod machine;
mod measure;
mod memory;
mod rivals;
mod solve;
mod table;
mod warm;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Measures the allocation of many needs at once.
#[derive(Debug, Parser)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Made-up problems of several sizes beside LEMON and OR-Tools; prints a table and writes JSON and Markdown.
    Allocation(measure::MeasureArgs),
    /// One made-up problem: makes it, solves it, checks the certificate and prints one line of JSON.
    Case(case::CaseArgs),
    /// Optima compared with those that OR-Tools and HiGHS find on made-up problems with everything in them.
    Differential(differential::DifferentialArgs),
    /// A few needs more upon a solved problem, beside a solve from nothing.
    Warm(warm::WarmArgs),
    /// Rounds from end to end at growing sizes, each in a process of its own.
    Growth(growth::GrowthArgs),
    /// One round from end to end; `growth` starts it.
    Round(growth::RoundArgs),
    /// A file of a public collection: prints one line of JSON.
    Solve(solve::SolveArgs),
    /// All generalised assignments of a collection beside the best values known.
    Collection(collection::CollectionArgs),
}

fn main() -> ExitCode {
    let done = match Cli::parse().command {
        Command::Allocation(args) => {
            measure::run(&args);
            Ok(())
        }
        Command::Case(args) => {
            case::run(&args);
            Ok(())
        }
        Command::Warm(args) => {
            warm::run(&args);
            Ok(())
        }
        Command::Growth(args) => {
            growth::run(&args);
            Ok(())
        }
        Command::Round(args) => {
            growth::round(&args);
            Ok(())
        }
        Command::Differential(args) => differential::run(&args),
        Command::Solve(args) => solve::run(&args),
        Command::Collection(args) => collection::run(&args),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("{why}");
            ExitCode::FAILURE
        }
    }
}
