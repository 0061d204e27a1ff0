//! Servers in processes of their own, and what the kernel says of them.

use std::ffi::OsStr;
use std::fs::File;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

const START_PATIENCE: Duration = Duration::from_secs(10);

/// A running process, ended when dropped.
#[derive(Debug)]
pub(crate) struct Process {
    child: Child,
    output: PathBuf,
}

impl Process {
    /// Starts a program; what it prints goes to a file below `folder`.
    pub(crate) fn start<A: AsRef<OsStr>>(program: &Path, arguments: &[A], folder: &Path, name: &str) -> Self {
        let output = folder.join(format!("{name}.log"));
        let file = File::create(&output).expect("the output is kept in a file");
        let mut command = Command::new(program);
        for (variable, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("WISHWELL_")) {
            command.env_remove(variable);
        }
        let child = command
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(file.try_clone().expect("a file can be shared"))
            .stderr(file)
            .spawn()
            .unwrap_or_else(|error| panic!("{}: {error}", program.display()));
        Self { child, output }
    }

    /// Starts this very program with another command, and reads the address it listens on.
    pub(crate) fn start_self(arguments: &[&str], folder: &Path, name: &str) -> (Self, SocketAddr) {
        let program = std::env::current_exe().expect("a running program knows its path");
        let mut process = Self::start(&program, arguments, folder, name);
        let started = Instant::now();
        loop {
            let said = process.printed();
            let address = said.lines().find_map(|line| line.strip_prefix("listening on ")?.parse().ok());
            if let Some(address) = address {
                return (process, address);
            }
            process.must_run();
            assert!(started.elapsed() < START_PATIENCE, "{name} did not start: {said}");
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// Everything it printed.
    pub(crate) fn printed(&self) -> String {
        let bytes = std::fs::read(&self.output).unwrap_or_default();
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// Panics with what it printed when it has ended.
    pub(crate) fn must_run(&mut self) {
        if let Some(status) = self.child.try_wait().expect("a child can be asked") {
            panic!("{} ended with {status}:\n{}", self.output.display(), self.printed());
        }
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Processor time it has used, user and system, all its threads.
    pub(crate) fn cpu(&self) -> Duration {
        cpu_of(self.id())
    }

    /// Memory it has in RAM, in bytes.
    pub(crate) fn resident_bytes(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.id())).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kib = line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<u64>().ok());
        kib.unwrap_or_default() * 1_024
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Processor time of this very process.
pub(crate) fn own_cpu() -> Duration {
    cpu_of(std::process::id())
}

/// The process that started another one; none where the kernel does not know it.
pub(crate) fn parent_of(process: u32) -> Option<u32> {
    stat_of(process).get(1)?.parse().ok()
}

/// Processor time of a process and of all that it started, whether they still run or were waited for.
pub(crate) fn family_cpu(parent: u32) -> Duration {
    let own: u64 = ticks(&stat_of(parent), 11..15);
    let running = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    let ids = running.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    let of_children = ids.filter_map(|id| {
        let stat = stat_of(id);
        (stat.get(1)?.parse() == Ok(parent)).then(|| ticks(&stat, 11..13))
    });
    of_ticks(own + of_children.sum::<u64>())
}

fn cpu_of(process: u32) -> Duration {
    of_ticks(ticks(&stat_of(process), 11..13))
}

/// What the kernel says of a process, from its state on.
fn stat_of(process: u32) -> Vec<String> {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    // The name in parentheses may hold anything; after it the fields are numbers.
    let fields = stat.rsplit_once(')').map_or("", |(_, fields)| fields);
    fields.split_whitespace().map(str::to_owned).collect()
}

fn ticks(stat: &[String], fields: std::ops::Range<usize>) -> u64 {
    stat.get(fields).unwrap_or_default().iter().filter_map(|field| field.parse::<u64>().ok()).sum()
}

fn of_ticks(ticks: u64) -> Duration {
    Duration::from_secs_f64(ticks as f64 / rustix::param::clock_ticks_per_second() as f64)
}
