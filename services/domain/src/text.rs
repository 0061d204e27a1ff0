//! Text for people, in Chinese and English.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};

use crate::error::{Field, Violation, Violations};
use crate::limits;

/// A name or title in Chinese and English; at least one is given.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub struct LocalizedText {
    /// Chinese.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub zh: String,
    /// English.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub en: String,
}

impl LocalizedText {
    /// Both languages.
    pub fn new(zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self { zh: zh.into(), en: en.into() }
    }

    /// Chinese where given, otherwise English.
    #[must_use]
    pub fn zh_first(&self) -> &str {
        if self.zh.is_empty() { &self.en } else { &self.zh }
    }

    /// English where given, otherwise Chinese.
    #[must_use]
    pub fn en_first(&self) -> &str {
        if self.en.is_empty() { &self.zh } else { &self.en }
    }

    /// Checks that one language is given and neither is longer than `chars_max`.
    pub fn check(&self, field: impl Field, chars_max: usize, violations: &mut Violations) {
        if self.zh.trim().is_empty() && self.en.trim().is_empty() {
            violations.add(Violation::new(field, "localized_text.required", "needs Chinese or English text"));
        }
        for (language, text) in [("zh", &self.zh), ("en", &self.en)] {
            check_length(format_args!("{field}.{language}"), text, chars_max, violations);
        }
    }

    /// Checks a title.
    pub fn check_title(&self, field: impl Field, violations: &mut Violations) {
        self.check(field, limits::TITLE_CHARS_MAX, violations);
    }
}

/// Checks a text's length in characters.
pub fn check_length(field: impl Field, text: &str, chars_max: usize, violations: &mut Violations) {
    let count = text.chars().count();
    violations.require(count <= chars_max, || {
        Violation::new(field, "text.max_length", format!("must be at most {chars_max} characters"))
            .with_value(format!("{count} characters"))
    });
}

/// Checks that a text is there and not too long. The text itself never shows up in the violation, only its length.
pub fn check_required(field: impl Field, text: &str, chars_max: usize, violations: &mut Violations) {
    if text.trim().is_empty() {
        violations.add(Violation::new(field, "text.required", "must not be empty"));
    }
    check_length(field, text, chars_max, violations);
}

/// Checks that a list has no more than `max` entries.
pub fn check_count(field: impl Field, count: usize, max: usize, violations: &mut Violations) {
    violations.require(count <= max, || {
        Violation::new(field, "list.max_items", format!("must have at most {max} entries")).with_value(count)
    });
}

/// Checks that no entry of a list comes twice, and names those that do.
pub fn check_unique<T: Eq + std::hash::Hash>(field: impl Field, entries: &[T], violations: &mut Violations) {
    if entries.len() < 2 {
        return;
    }
    let mut seen = HashSet::with_capacity(entries.len());
    for (index, entry) in entries.iter().enumerate() {
        violations.require(seen.insert(entry), || {
            Violation::new(format!("{field}[{index}]"), "list.unique", "must not repeat an entry")
        });
    }
}
