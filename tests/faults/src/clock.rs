//! Machines whose clocks are wrong: a library between a replica and its system tells it another time of day.

use std::path::PathBuf;
use std::time::Instant;

/// The library that tells another time, of Debian's package `faketime`.
const LIBRARY: &str = "libfaketimeMT.so.1";

/// What a machine's clock says beside the true time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Clock {
    /// Seconds by which it is ahead; negative for behind.
    pub seconds_ahead: i32,
}

impl Clock {
    /// Ten minutes ahead.
    pub const FAST: Self = Self { seconds_ahead: 600 };
    /// Ten minutes behind.
    pub const SLOW: Self = Self { seconds_ahead: -600 };

    /// The variables of a process that is to go by it; none where the clock is right.
    ///
    /// # Panics
    /// When the clock is wrong and the library is not installed; see [`library`].
    #[must_use]
    pub fn environment(self) -> Vec<(&'static str, String)> {
        if self == Self::default() {
            return Vec::new();
        }
        let library = library().expect("Debian's package `faketime` is installed, as `tests/run --install` does");
        vec![
            ("LD_PRELOAD", library.display().to_string()),
            ("FAKETIME", format!("{:+}s", self.seconds_ahead)),
            // Only the time of day is wrong: what waits goes by a clock that nobody sets.
            ("FAKETIME_DONT_FAKE_MONOTONIC", "1".to_owned()),
            // By its older name.
            ("DONT_FAKE_MONOTONIC", "1".to_owned()),
        ]
    }
}

/// How a store's clock runs, as seen from here: what callers go by who name a time.
#[derive(Debug, Clone, Copy)]
pub struct Pace {
    since: Instant,
    said: i64,
    times: u32,
}

impl Pace {
    /// The pace of a clock that says `said`, in microseconds since 1970, and runs so many times as fast as ours.
    #[must_use]
    pub fn of(said: i64, times: u32) -> Self {
        Self { since: Instant::now(), said, times }
    }

    /// What it says now, in seconds since 1970.
    #[must_use]
    pub fn now(&self) -> i64 {
        let passed = (self.since.elapsed() * self.times).as_secs();
        self.said / 1_000_000 + i64::try_from(passed).unwrap_or(i64::MAX)
    }
}

/// Where the library is; none where it is not installed.
#[must_use]
pub fn library() -> Option<PathBuf> {
    let folders = std::fs::read_dir("/usr/lib").into_iter().flatten().flatten();
    folders.map(|folder| folder.path().join("faketime").join(LIBRARY)).find(|library| library.is_file())
}
