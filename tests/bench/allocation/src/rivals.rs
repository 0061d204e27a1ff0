//! The peers, each in a process of its own that may be ended when its time is up.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use clap::{Args, ValueEnum};
use serde::{Deserialize, Serialize};

/// Solvers to measure beside.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ValueEnum)]
pub(crate) enum Rival {
    /// LEMON's network simplex on the whole problem, on one thread.
    Lemon,
    /// LEMON's network simplex on each category, on as many threads as Wishwell.
    LemonSplit,
    /// OR-Tools' `SimpleMinCostFlow`, on one thread.
    Ortools,
}

impl Rival {
    /// In words.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Lemon => "LEMON, whole",
            Self::LemonSplit => "LEMON, by category",
            Self::Ortools => "OR-Tools",
        }
    }
}

/// Where the peers are; `tests/bench/run` puts them there.
#[derive(Clone, Debug, Args)]
pub(crate) struct Peers {
    /// LEMON's driver.
    #[arg(long, default_value = "target/bench/lemon")]
    pub(crate) lemon: PathBuf,
    /// Python with OR-Tools and HiGHS.
    #[arg(long, default_value = "target/bench/peers/bin/python")]
    pub(crate) python: PathBuf,
    /// The peers' scripts.
    #[arg(long, default_value = "tests/bench/allocation/rivals")]
    pub(crate) scripts: PathBuf,
}

/// What a peer told.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Told {
    /// Of solving alone.
    pub(crate) seconds: f64,
    /// Most memory at once, in KiB.
    pub(crate) peak_kib: u64,
    /// Units served by tier, then distance, negative.
    pub(crate) levels: Vec<i64>,
}

/// What came of a peer.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Run {
    /// It had an answer.
    Finished(Told),
    /// It was ended after so many seconds, loading included.
    EndedAfter(f64),
    /// It gave up, with these words.
    Failed(String),
}

impl Peers {
    /// Lets a peer solve the problem in a file.
    pub(crate) fn run(&self, rival: Rival, file: &Path, threads: usize, most: Duration) -> Run {
        let mut command = match rival {
            Rival::Lemon | Rival::LemonSplit => Command::new(&self.lemon),
            Rival::Ortools => Command::new(&self.python),
        };
        match rival {
            Rival::Lemon => command.arg(file).arg("1"),
            Rival::LemonSplit => command.arg(file).arg(threads.to_string()).arg("split"),
            Rival::Ortools => command.arg(self.scripts.join("simple_min_cost_flow.py")).arg(file),
        };
        match within(&mut command, most) {
            None => Run::EndedAfter(most.as_secs_f64()),
            Some((true, told, _)) => match serde_json::from_str(&told) {
                Ok(told) => Run::Finished(told),
                Err(error) => Run::Failed(format!("it told no figures: {error}")),
            },
            Some((false, _, why)) => Run::Failed(why.lines().last().unwrap_or_default().to_owned()),
        }
    }
}

/// Runs a command for so long at most: whether it succeeded, and what it printed, also as errors. Nothing, if it was ended.
pub(crate) fn within(command: &mut Command, most: Duration) -> Option<(bool, String, String)> {
    let begin = Instant::now();
    let program = command.get_program().to_owned();
    // What is printed is a line: it fits into a pipe, so that nobody waits for it to be read.
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("{}: {error}; `tests/bench/run` prepares it", program.display()));
    while child.try_wait().expect("a child can be asked").is_none() {
        if begin.elapsed() > most {
            let _ = child.kill();
            let _ = child.wait();
            return None;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    let output = child.wait_with_output().expect("a child that ended can be read");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Some((output.status.success(), text(&output.stdout), text(&output.stderr)))
}
