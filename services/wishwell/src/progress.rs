//! Progress of long work, drawn on a terminal only: bars where it is known how much there is, else something that turns.

use std::io::IsTerminal as _;
use std::pin::pin;
use std::sync::Mutex;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use tokio::time::{Instant, MissedTickBehavior, interval_at};

/// How often work that cannot tell by itself is looked at, and what turns is turned.
pub(crate) const DRAW_EVERY: Duration = Duration::from_millis(100);

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

    /// What turns as long as the work lasts of which no part can be counted.
    pub(crate) async fn beside<T>(what: &str, work: impl Future<Output = T>) -> T {
        let progress = Self::new();
        progress.begin(what, 0);
        work.await
    }

    /// Whether somebody looks.
    pub(crate) fn is_drawn(&self) -> bool {
        self.drawn
    }

    /// Starts a bar of so many steps, or what turns when that is not known (0); another one that was running ends.
    pub(crate) fn begin(&self, what: &str, steps: u64) {
        self.end();
        if !self.drawn {
            return;
        }
        let (length, template) = match steps {
            0 => (None, "{prefix:>12} {spinner} {msg} {elapsed}"),
            _ => (Some(steps), "{prefix:>12} [{bar:40}] {human_pos}/{human_len} {eta}"),
        };
        let bar = ProgressBar::with_draw_target(length, ProgressDrawTarget::stderr());
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style.progress_chars("=> "));
        }
        bar.set_prefix(what.to_owned());
        bar.tick();
        bar.enable_steady_tick(DRAW_EVERY);
        self.with(|slot| *slot = Some(bar));
    }

    /// One step further.
    pub(crate) fn step(&self) {
        self.with(|bar| bar.iter().for_each(|bar| bar.inc(1)));
    }

    /// So many steps are done.
    pub(crate) fn at(&self, done: u64) {
        self.with(|bar| {
            for bar in bar.iter() {
                bar.set_position(done);
                if bar.length().is_none() {
                    bar.set_message(done.to_string());
                }
            }
        });
    }

    /// There are so many steps after all.
    pub(crate) fn of(&self, steps: u64) {
        self.with(|bar| bar.iter().for_each(|bar| bar.set_length(steps)));
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

/// Work that fails leaves no bar behind.
impl Drop for Progress {
    fn drop(&mut self) {
        self.end();
    }
}

/// Does work, and has `show` tell how far it is: `first` from now, and every so often after that.
pub(crate) async fn shown<T>(
    first: Duration,
    every: Duration,
    work: impl Future<Output = T>,
    mut show: impl FnMut(),
) -> T {
    let mut work = pin!(work);
    let mut ticks = interval_at(Instant::now() + first, every);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            biased;
            _ = ticks.tick() => show(),
            done = &mut work => return done,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    #[tokio::test]
    async fn work_that_takes_long_is_told_of_again_and_again() {
        let (first, told, begun) = (Duration::from_millis(20), Cell::new(0), Instant::now());
        let work = async {
            while told.get() < 3 {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
            "done"
        };
        let show = || {
            assert!(begun.elapsed() >= first, "not before it has taken long");
            told.set(told.get() + 1);
        };
        assert_eq!(shown(first, Duration::from_millis(5), work, show).await, "done");
    }

    #[tokio::test]
    async fn work_that_is_done_soon_is_not_told_of() {
        let told = Cell::new(0);
        let (first, every) = (Duration::from_secs(60), Duration::from_secs(60));
        shown(first, every, tokio::task::yield_now(), || told.set(told.get() + 1)).await;
        assert_eq!(told.get(), 0);
    }
}
