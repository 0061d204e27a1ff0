//! Progress bars, on a terminal only.

use std::io::IsTerminal as _;
use std::sync::Mutex;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// A bar that is drawn when standard error is a terminal, and nothing otherwise.
#[derive(Debug)]
pub(crate) struct Progress {
    drawn: bool,
    bar: Mutex<Option<ProgressBar>>,
}

impl Progress {
    /// Draws when somebody looks.
    pub(crate) fn new() -> Self {
        Self { drawn: std::io::stderr().is_terminal(), bar: Mutex::new(None) }
    }

    /// Starts a bar of so many steps; another one that was running ends.
    pub(crate) fn begin(&self, what: &str, steps: u64) {
        self.end();
        if !self.drawn {
            return;
        }
        let bar = ProgressBar::with_draw_target(Some(steps), ProgressDrawTarget::stderr());
        if let Ok(style) = ProgressStyle::with_template("{prefix:>12} [{bar:40}] {human_pos}/{human_len} {eta}") {
            bar.set_style(style.progress_chars("=> "));
        }
        bar.set_prefix(what.to_owned());
        self.with(|slot| *slot = Some(bar));
    }

    /// One step further.
    pub(crate) fn step(&self) {
        self.with(|bar| bar.iter().for_each(|bar| bar.inc(1)));
    }

    /// So many steps are done.
    pub(crate) fn at(&self, done: u64) {
        self.with(|bar| bar.iter().for_each(|bar| bar.set_position(done)));
    }

    /// Takes the bar away.
    pub(crate) fn end(&self) {
        self.with(|bar| {
            if let Some(bar) = bar.take() {
                bar.finish_and_clear();
            }
        });
    }

    fn with(&self, work: impl FnOnce(&mut Option<ProgressBar>)) {
        // A bar is worth no panic: one that a panic left locked is drawn no more.
        if let Ok(mut bar) = self.bar.lock() {
            work(&mut bar);
        }
    }
}
