//! What goes over the channel: one line of text, `1 ORIGIN POSITION TENANT` or `1 ORIGIN missed`.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};

use wishwell_domain::ids::LogPosition;

use crate::{Change, Notice};

/// The format's version. A replica that meets another one looks at the log itself.
const VERSION: &str = "1";

/// Tells a process's own messages from the others'.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Origin(u64);

impl Origin {
    /// Different in every process, as far as 64 random bits go.
    pub(super) fn random() -> Self {
        // Each RandomState has random keys of its own; hashing nothing gives them back as a number.
        Self(RandomState::new().build_hasher().finish())
    }
}

/// A notice as text.
pub(super) fn write(origin: Origin, notice: &Notice) -> String {
    match notice {
        Notice::Changed(change) => format!("{VERSION} {:016x} {} {}", origin.0, change.position.0, change.tenant),
        Notice::MayHaveMissed => format!("{VERSION} {:016x} missed", origin.0),
    }
}

/// Reads a message; none when it is this process's own. What cannot be read may have been a hint, so it counts as missed.
pub(super) fn read(own: Origin, text: &str) -> Option<Notice> {
    let mut words = text.split(' ');
    let (version, origin) = (words.next(), words.next());
    if version == Some(VERSION) && origin == Some(&format!("{:016x}", own.0)) {
        return None;
    }
    let known = (version == Some(VERSION)).then(|| read_change(words)).flatten();
    Some(known.map_or(Notice::MayHaveMissed, Notice::Changed))
}

fn read_change<'a>(mut words: impl Iterator<Item = &'a str>) -> Option<Change> {
    let position = LogPosition(words.next()?.parse().ok()?);
    let tenant = words.next()?.parse().ok()?;
    words.next().is_none().then_some(Change { tenant, position })
}

#[cfg(test)]
mod tests {
    use super::*;

    const OWN: Origin = Origin(1);
    const OTHER: Origin = Origin(2);

    fn change() -> Notice {
        Notice::Changed(Change { tenant: "xingqing".parse().unwrap(), position: LogPosition(42) })
    }

    #[test]
    fn what_another_process_wrote_is_read_back() {
        for notice in [change(), Notice::MayHaveMissed] {
            assert_eq!(read(OWN, &write(OTHER, &notice)), Some(notice));
        }
    }

    #[test]
    fn what_this_process_wrote_is_left_out() {
        for notice in [change(), Notice::MayHaveMissed] {
            assert_eq!(read(OWN, &write(OWN, &notice)), None);
        }
    }

    #[test]
    fn what_nobody_understands_counts_as_missed() {
        for text in ["", "2 00 7 xingqing", "1 00 x xingqing", "1 00 7 NOT A TENANT", "1 00 7 xingqing more", "\u{0}"] {
            assert_eq!(read(OWN, text), Some(Notice::MayHaveMissed), "{text:?}");
        }
    }
}
