//! Real donations of protective equipment (April and May 2020), matched with real requests in weekly rounds: by Wishwell, first
//! come first matched, and to the nearest recipient, on the same data, beside what hindsight allows.

mod allocation;
mod baselines;
mod chart;
mod clock;
mod direct;
mod distances;
mod figures;
mod hindsight;
mod page;
mod pairs;
mod picture;
mod remote;
mod report;
mod study;
mod world;

use std::path::PathBuf;
use std::time::Instant;

use clap::Args;
use tokio::runtime::Handle;
use wishwell_test_support::data;

use remote::Service;
use world::World;

use crate::machine::Machine;

/// The folder of the donations among the real input data.
const DATA: &str = "ppe_2020_apr_may";

/// How to replay.
#[derive(Debug, Clone, Args)]
pub(crate) struct ReplayArgs {
    /// Folder for the results.
    #[arg(long, default_value = "tests/results")]
    results: PathBuf,
}

/// Starts a service, replays, prints the table and writes JSON, Markdown and a picture.
pub(crate) fn run(args: &ReplayArgs) {
    let folder = data::find(DATA).unwrap_or_else(|| panic!("{}", data::missing(DATA)));
    let machine = Machine::this();
    let started = Instant::now();
    let world = World::read(&folder);
    println!("read in {:.2} s", started.elapsed().as_secs_f64());
    world.findings.iter().for_each(|finding| println!("  {finding}"));
    let scratch = tempfile::tempdir().expect("a scratch folder");
    let mut service = Service::start(Handle::current(), scratch.path());
    let study = study::study(&world, &mut service);
    let results = report::Results { machine, calls: service.calls, pairs: service.pairs, study };
    report::print(&results);
    report::write(&results, &args.results);
}

#[cfg(test)]
mod tests {
    use wishwell_test_support::data_or_skip;

    use super::DATA;
    use super::allocation::{Allocation, Solver};
    use super::baselines::{FirstComeFirstMatched, NearestRecipient};
    use super::clock::{Rule, replay};
    use super::figures::Figures;
    use super::pairs::Policy;
    use super::world::World;

    #[test]
    fn whole_rounds_fill_twice_as_much_of_real_requests_with_no_more_miles() {
        let world = World::read(&data_or_skip!(DATA));
        let of = |rule: &mut dyn Rule| Figures::of(&world, &replay(&world, rule));
        let policy = Policy { unit_miles_of_request: Some(2_000), ..Policy::default() };
        let whole = of(&mut Allocation { policy, planner: &mut Solver });
        let (first_come, nearest) = (of(&mut FirstComeFirstMatched), of(&mut NearestRecipient));
        assert!(whole.fill >= 2.0 * first_come.fill.max(nearest.fill), "{whole:?}, {first_come:?}, {nearest:?}");
        assert!(whole.unit_miles <= nearest.unit_miles, "{whole:?}, {nearest:?}");
    }
}
