//! Tokens that are refused before their end: single ones, and all of somebody that were made before an instant. Read from a file, and again
//! whenever it has changed, so that somebody can be locked out without a restart.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use arc_swap::ArcSwap;
use jiff::Timestamp;
use serde::Deserialize;
use tokio_util::sync::CancellationToken;

/// How often the file is looked at, in seconds: so long an entry that was added may not hold yet.
pub const DENIED_REFRESH_SECONDS: u64 = 2;
/// Largest file that is read, in bytes.
pub const DENIED_BYTES_MAX: u64 = 1024 * 1024;

/// What the file says.
#[derive(Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Denials {
    /// `jti` of tokens.
    #[serde(default)]
    tokens: HashSet<String>,
    /// By `sub`: tokens that were made before then, or do not say when.
    #[serde(default)]
    subjects: HashMap<String, Timestamp>,
}

/// The denials of one issuer.
#[derive(Debug)]
pub(super) struct Denied {
    /// The file; none when nothing is denied, ever.
    path: Option<PathBuf>,
    current: ArcSwap<Denials>,
    /// Counted up with every change.
    number: AtomicU64,
}

impl Denied {
    /// Reads the file.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(super) fn read(path: Option<&Path>) -> Result<Self, String> {
        let denials = path.map(of_file).transpose()?.unwrap_or_default();
        let current = ArcSwap::from_pointee(denials);
        Ok(Self { path: path.map(Path::to_owned), current, number: AtomicU64::new(0) })
    }

    /// The number of what is denied now.
    pub(super) fn number(&self) -> u64 {
        self.number.load(Ordering::Acquire)
    }

    /// Whether there is a file to look at.
    pub(super) const fn may_change(&self) -> bool {
        self.path.is_some()
    }

    /// Whether a token is denied. `made_at` is in seconds since 1970.
    pub(super) fn denies(&self, id: Option<&str>, subject: &str, made_at: Option<i64>) -> bool {
        let denials = self.current.load();
        let made_before = |since: &Timestamp| made_at.is_none_or(|at| at < since.as_second());
        id.is_some_and(|id| denials.tokens.contains(id)) || denials.subjects.get(subject).is_some_and(made_before)
    }

    /// Looks at the file again. One that cannot be read, or is malformed, changes nothing: nobody is let in by a slip of the pen.
    fn look(&self, issuer: &str, failing: &mut bool) {
        let Some(path) = &self.path else { return };
        match of_file(path) {
            Ok(denials) => {
                *failing = false;
                if denials != **self.current.load() {
                    let (tokens, subjects) = (denials.tokens.len(), denials.subjects.len());
                    self.current.store(Arc::new(denials));
                    self.number.fetch_add(1, Ordering::Release);
                    tracing::info!(issuer, tokens, subjects, "other tokens are denied from now on");
                }
            }
            Err(why) if !*failing => {
                *failing = true;
                tracing::error!(issuer, why, "the file of denied tokens cannot be read; what it said before holds");
            }
            Err(_) => {}
        }
    }

    /// Looks again and again until `drain`.
    pub(super) async fn keep(&self, issuer: &str, drain: &CancellationToken) {
        let mut failing = false;
        loop {
            tokio::select! {
                () = tokio::time::sleep(Duration::from_secs(DENIED_REFRESH_SECONDS)) => self.look(issuer, &mut failing),
                () = drain.cancelled() => return,
            }
        }
    }
}

fn of_file(path: &Path) -> Result<Denials, String> {
    let shown = path.display();
    let read = std::fs::metadata(path).and_then(|metadata| match metadata.len() {
        0..=DENIED_BYTES_MAX => std::fs::read(path),
        _ => Err(std::io::Error::other(format!("has more than {DENIED_BYTES_MAX} bytes"))),
    });
    let bytes = read.map_err(|error| format!("{shown} cannot be read: {error}"))?;
    serde_json::from_slice(&bytes).map_err(|error| format!("{shown} is malformed: {error}"))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_denied_by_its_id_and_by_whose_and_how_old_it_is() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let write = |text: &str| std::fs::write(file.path(), text).unwrap();
        write(r#"{"tokens": ["t-1"], "subjects": {"somebody": "1970-01-01T00:16:40Z"}}"#);
        let denied = Denied::read(Some(file.path())).unwrap();
        // Id, subject, made at, whether it is denied.
        for (id, subject, made_at, expected) in [
            (Some("t-1"), "nobody", Some(2_000), true),
            (Some("t-2"), "nobody", Some(2_000), false),
            (None, "nobody", None, false),
            (Some("t-2"), "somebody", Some(999), true),
            (Some("t-2"), "somebody", Some(1_000), false),
            (None, "somebody", None, true),
            (None, "Somebody", None, false),
        ] {
            assert_eq!(denied.denies(id, subject, made_at), expected, "{id:?} of {subject} at {made_at:?}");
        }
        // What is no such file changes nothing, another one does.
        let mut failing = false;
        for spoilt in ["", "{", r#"{"jti": []}"#, r#"{"subjects": {"somebody": "yesterday"}}"#] {
            write(spoilt);
            denied.look("id", &mut failing);
            assert!(failing && denied.denies(Some("t-1"), "nobody", None), "{spoilt}");
        }
        assert_eq!(denied.number(), 0);
        write("{}");
        denied.look("id", &mut failing);
        denied.look("id", &mut failing);
        assert_eq!((denied.denies(Some("t-1"), "somebody", None), denied.number(), failing), (false, 1, false));
        assert!(Denied::read(Some(Path::new("/nowhere/denied.json"))).is_err());
        assert!(!Denied::read(None).unwrap().denies(Some("t-1"), "somebody", None));
    }
}
