//! Settings as they were given, before anything is read into them: flags over environment over file.

use std::collections::BTreeMap;
use std::fmt;

#[cfg(test)]
use super::settings;
use super::settings::Setting;

/// Where a value comes from, strongest first.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Source {
    /// The command line.
    Flag,
    /// An environment variable.
    Environment,
    /// The file, with the line on which the value stands, from 1.
    File {
        /// Its path as it was given.
        path: String,
        /// The line.
        line: usize,
    },
}

/// A value as it was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Given {
    /// The text, or a TOML value written as text.
    pub(crate) text: String,
    /// Where it comes from.
    pub(crate) source: Source,
}

/// For each setting the values it was given; the strongest counts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Layers {
    given: BTreeMap<&'static str, Given>,
}

impl Layers {
    /// Takes a value, unless a stronger one is there.
    pub(crate) fn give(&mut self, setting: &'static Setting, text: impl Into<String>, source: Source) {
        let weaker = self.given.get(setting.key).is_none_or(|known| source < known.source);
        if weaker {
            self.given.insert(setting.key, Given { text: text.into(), source });
        }
    }

    /// The value of a setting.
    pub(crate) fn get(&self, key: &str) -> Option<&Given> {
        self.given.get(key)
    }

    /// Every setting that has a value, with it.
    #[cfg(test)]
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&'static Setting, &Given)> {
        self.given.iter().filter_map(|(key, given)| settings::by_key(key).map(|setting| (setting, given)))
    }
}

/// A setting and where its value was given, as messages name it.
pub(crate) struct Named<'a>(pub(crate) &'a Setting, pub(crate) &'a Source);

impl fmt::Display for Named<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.1 {
            Source::Flag => write!(f, "--{}", self.0.flag()),
            Source::Environment => f.write_str(&self.0.variable()),
            Source::File { path, line } => write!(f, "{} ({path}, line {line})", self.0.key),
        }
    }
}
