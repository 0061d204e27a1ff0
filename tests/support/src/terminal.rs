//! What a person at a terminal is shown.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use crate::process::{self, send_signal};

/// The built binary with these arguments at a terminal of 100 columns, as a command to run in a folder. What it gives on standard output
/// is all that the terminal is sent, with what moves its cursor. The shell takes `arguments` apart: redirections may be among them.
///
/// # Panics
/// When the binary was not built.
#[must_use]
pub fn command(arguments: &str, folder: &Path) -> Command {
    let shell =
        format!("stty cols 100 rows 24; echo $$ > process.pid; exec '{}' {arguments}", process::binary().display());
    let mut terminal = Command::new("script");
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("WISHWELL_")) {
        terminal.env_remove(name);
    }
    terminal.args(["-qefc", &shell, "/dev/null"]).env("TERM", "xterm").stdin(Stdio::null()).current_dir(folder);
    terminal
}

/// The binary at a terminal, ended when dropped.
#[derive(Debug)]
pub struct Terminal {
    child: Child,
    folder: PathBuf,
}

impl Terminal {
    /// Starts what [`command`] says.
    ///
    /// # Panics
    /// When it cannot be started.
    #[must_use]
    pub fn start(arguments: &str, environment: &[(&str, &str)], folder: &Path) -> Self {
        let kept = File::create(folder.join("shown")).expect("what is shown is kept in a file");
        let child = command(arguments, folder).envs(environment.iter().copied()).stdout(kept).spawn();
        Self { child: child.expect("script runs"), folder: folder.to_owned() }
    }

    /// What it was sent so far.
    #[must_use]
    pub fn shown(&self) -> String {
        String::from_utf8_lossy(&std::fs::read(self.folder.join("shown")).unwrap_or_default()).into_owned()
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let still_runs = self.child.try_wait().is_ok_and(|ended| ended.is_none());
        let process =
            std::fs::read_to_string(self.folder.join("process.pid")).ok().and_then(|id| id.trim().parse().ok());
        if let Some(process) = process.filter(|_| still_runs) {
            send_signal(process, "KILL");
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
