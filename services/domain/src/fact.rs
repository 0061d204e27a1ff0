//! Facts about a beneficiary that eligibility rules ask for. A fact that is not given is unknown, never false.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::beneficiary::GroupTag;
use crate::error::{Field, Violation, Violations};
use crate::fact_catalogue::definition;
use crate::ids::DivisionCode;
use crate::limits::{FACT_TEXT_CHARS_MAX, FACT_TEXTS_MAX, FACTS_MAX};

/// The value of a fact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum FactValue {
    /// Yes or no.
    Bool(bool),
    /// A whole number; its unit is in the fact's name.
    Int(i64),
    /// A code or short text.
    Text(String),
    /// Several codes.
    Texts(Vec<String>),
}

/// What type a fact has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FactType {
    /// [`FactValue::Bool`].
    Bool,
    /// [`FactValue::Int`].
    Int,
    /// [`FactValue::Text`].
    Text,
    /// [`FactValue::Texts`].
    Texts,
}

/// One entry of the fact catalogue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FactDefinition {
    /// Name in expressions, for example `age_years`.
    pub key: &'static str,
    /// Its type.
    pub fact_type: FactType,
    /// Chinese name.
    pub zh: &'static str,
    /// English name.
    pub en: &'static str,
    /// What proves it, Chinese and English.
    pub proof: (&'static str, &'static str),
    /// Least and greatest value of an Int fact.
    pub range: (i64, i64),
    /// The codes a Text or Texts fact may have; empty when any short text goes.
    pub codes: &'static [&'static str],
}

impl FactDefinition {
    /// Whether its value is money, in fen as its key says.
    #[must_use]
    pub fn is_money(&self) -> bool {
        self.key.ends_with("_fen")
    }
}

/// Known facts by key.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Facts(pub BTreeMap<String, FactValue>);

impl FactValue {
    /// Its type.
    #[must_use]
    pub const fn fact_type(&self) -> FactType {
        match self {
            Self::Bool(_) => FactType::Bool,
            Self::Int(_) => FactType::Int,
            Self::Text(_) => FactType::Text,
            Self::Texts(_) => FactType::Texts,
        }
    }
}

impl FactType {
    /// Its name in messages.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Bool => "yes or no",
            Self::Int => "a whole number",
            Self::Text => "a text",
            Self::Texts => "a list of texts",
        }
    }
}

impl FactDefinition {
    /// Checks a value against the type, the range and the codes. The value itself is never shown: facts are sensitive.
    pub fn check(&self, field: impl Field, value: &FactValue, violations: &mut Violations) {
        let refuse = |rule: &str, message: String| Violation::new(field, rule, message);
        match value {
            value if value.fact_type() != self.fact_type => {
                violations.add(refuse("fact.type", format!("must be {}", self.fact_type.name())));
            }
            FactValue::Bool(_) => {}
            FactValue::Int(number) => {
                let (least, greatest) = self.range;
                violations.require((least..=greatest).contains(number), || {
                    refuse("fact.range", format!("must be {least} to {greatest}"))
                });
            }
            FactValue::Text(text) => self.check_text(field, text, violations),
            FactValue::Texts(texts) => {
                violations.require(texts.len() <= FACT_TEXTS_MAX, || {
                    refuse("list.max_items", format!("must have at most {FACT_TEXTS_MAX} entries"))
                });
                texts.iter().take(FACT_TEXTS_MAX).for_each(|text| self.check_text(field, text, violations));
            }
        }
    }

    fn check_text(&self, field: impl Field, text: &str, violations: &mut Violations) {
        if self.codes.is_empty() {
            let count = text.chars().count();
            violations.require((1..=FACT_TEXT_CHARS_MAX).contains(&count), || {
                Violation::new(field, "fact.text_length", format!("must be 1 to {FACT_TEXT_CHARS_MAX} characters"))
            });
        } else {
            violations.require(self.codes.contains(&text), || {
                Violation::new(field, "fact.code", format!("must be one of {}", self.codes.join(", ")))
            });
        }
    }
}

/// What is wrong with a fact that the catalogue does not know. Somebody may have put the value where the key belongs, so that it is not
/// shown.
#[must_use]
pub fn unknown_key(field: impl Field) -> Violation {
    Violation::new(field, "fact.unknown_key", "has a key that is not in the catalogue of facts (docs/vocabulary.md)")
}

impl Facts {
    /// What is known of a fact; none is unknown.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&FactValue> {
        self.0.get(key)
    }

    /// Checks every fact against the catalogue. `field` names the list; a violation says which key, never which value.
    pub fn check(&self, field: impl Field, violations: &mut Violations) {
        violations.require(self.0.len() <= FACTS_MAX, || {
            Violation::new(field, "list.max_items", format!("must have at most {FACTS_MAX} entries"))
                .with_value(self.0.len())
        });
        for (key, value) in self.0.iter().take(FACTS_MAX) {
            match definition(key) {
                Some(definition) => definition.check(format_args!("{field}[{key}]"), value, violations),
                None => violations.add(unknown_key(field)),
            }
        }
    }

    /// Adds what follows from group tags and divisions, where nothing was said about it. A tag says yes; a tag that is missing says
    /// nothing, because lists of tags are rarely complete.
    #[must_use]
    pub fn with_derived(
        mut self,
        group_tags: &[GroupTag],
        residence: Option<&DivisionCode>,
        registration: Option<&DivisionCode>,
    ) -> Self {
        for tag in group_tags {
            self.0.entry(tag.fact_key().to_owned()).or_insert(FactValue::Bool(true));
        }
        if !group_tags.is_empty() {
            let mut names: Vec<String> = group_tags.iter().map(|tag| tag.name().to_owned()).collect();
            names.sort_unstable();
            names.dedup();
            self.0.entry("group_tags".to_owned()).or_insert(FactValue::Texts(names));
        }
        for (key, division) in [("residence_division", residence), ("registration_division", registration)] {
            if let Some(division) = division {
                self.0.entry(key.to_owned()).or_insert_with(|| FactValue::Text(division.as_str().to_owned()));
            }
        }
        self
    }

    /// These facts, completed by `other` where nothing is said here: a need's facts go before those of its beneficiary.
    #[must_use]
    pub fn or(mut self, other: &Self) -> Self {
        for (key, value) in &other.0 {
            self.0.entry(key.clone()).or_insert_with(|| value.clone());
        }
        self
    }
}

impl GroupTag {
    /// Every tag.
    pub const ALL: [Self; 6] =
        [Self::Elderly, Self::Minor, Self::Disabled, Self::InDifficulty, Self::Veteran, Self::SevereIllness];

    /// Stable name, as in expressions and events.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Elderly => "elderly",
            Self::Minor => "minor",
            Self::Disabled => "disabled",
            Self::InDifficulty => "in_difficulty",
            Self::Veteran => "veteran",
            Self::SevereIllness => "severe_illness",
        }
    }

    /// The fact that the tag makes true.
    #[must_use]
    pub const fn fact_key(self) -> &'static str {
        match self {
            Self::Elderly => "is_elderly",
            Self::Minor => "is_minor",
            Self::Disabled => "is_disabled",
            Self::InDifficulty => "is_in_difficulty",
            Self::Veteran => "is_veteran",
            Self::SevereIllness => "has_severe_illness",
        }
    }
}
