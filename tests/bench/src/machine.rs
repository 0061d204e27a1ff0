//! What the numbers were measured on. No names of hosts or people.

use std::process::Command;

use serde::Serialize;

#[derive(Debug, Clone, Serialize)]
pub(crate) struct Machine {
    pub(crate) processor: String,
    pub(crate) cores: usize,
    pub(crate) memory_gib: f64,
    pub(crate) kernel: String,
    pub(crate) compiler: String,
    pub(crate) commit: String,
    pub(crate) date: String,
    /// Mean number of processes that wanted a core in the minute before; far above 0, the numbers are of a busy machine.
    pub(crate) load_before: f64,
}

impl Machine {
    pub(crate) fn this() -> Self {
        let read = |path: &str| std::fs::read_to_string(path).unwrap_or_default();
        let field = |text: &str, name: &str| {
            let line = text.lines().find(|line| line.starts_with(name));
            line.and_then(|line| line.split_once(':')).map(|(_, value)| value.trim().to_owned()).unwrap_or_default()
        };
        let memory = field(&read("/proc/meminfo"), "MemTotal");
        let kib: f64 = memory.trim_end_matches(" kB").parse().unwrap_or_default();
        let load = read("/proc/loadavg");
        Self {
            processor: field(&read("/proc/cpuinfo"), "model name"),
            cores: std::thread::available_parallelism().map_or(1, usize::from),
            memory_gib: (kib / 1024.0 / 1024.0 * 10.0).round() / 10.0,
            kernel: read("/proc/sys/kernel/osrelease").trim().to_owned(),
            compiler: said(&["rustc", "--version"]),
            commit: said(&["git", "describe", "--always", "--dirty"]),
            date: said(&["date", "-u", "+%Y-%m-%d"]),
            load_before: load.split_whitespace().next().and_then(|one| one.parse().ok()).unwrap_or_default(),
        }
    }
}

/// First line of what a command prints.
fn said(command: &[&str]) -> String {
    let (program, arguments) = command.split_first().expect("a command has a name");
    let output = Command::new(program).args(arguments).output().map(|output| output.stdout).unwrap_or_default();
    String::from_utf8_lossy(&output).lines().next().unwrap_or_default().to_owned()
}
