//! The facts of one query, by their place in the catalogue.

use std::sync::OnceLock;

use wishwell_domain::beneficiary::GroupTag;
use wishwell_domain::fact::{FactType, FactValue, Facts};
use wishwell_domain::fact_catalogue;

use super::catalogue;

/// Facts of the catalogue.
pub(super) const CATALOGUE: usize = fact_catalogue::FACTS.len();
const _: () = assert!(CATALOGUE <= u64::BITS as usize, "a set of facts fits a word");

/// What is known of one fact.
#[derive(Debug, Clone, Copy, Default)]
pub(super) enum Slot<'a> {
    #[default]
    Unknown,
    Bool(bool),
    Int(i64),
    Text(&'a str),
    Texts(&'a [String]),
    Tags(&'a [GroupTag]),
}

/// The facts of one query, ready for evaluation.
#[derive(Debug, Clone)]
pub struct BoundFacts<'a> {
    pub(super) slots: [Slot<'a>; CATALOGUE],
    /// Whether lists are complete, so that what they lack is false. Otherwise it is unknown: lists of tags rarely are complete.
    pub(super) lists_are_complete: bool,
    /// Those that are known, a bit for each.
    pub(super) known: u64,
}

impl<'a> BoundFacts<'a> {
    /// No fact is known.
    #[must_use]
    pub fn nothing() -> Self {
        Self { slots: [Slot::Unknown; CATALOGUE], lists_are_complete: false, known: 0 }
    }

    /// Facts and group tags; a tag makes its fact true where nothing was said about it. Facts the catalogue does not have, or of
    /// another type than it says, stay unknown.
    #[must_use]
    pub fn new(facts: &'a Facts, group_tags: &'a [GroupTag]) -> Self {
        let mut bound = Self::nothing();
        // Both are in order of keys, so that one pass finds all; most comparisons end at the first eight bytes.
        let mut keys = keys_in_order().iter();
        for (key, value) in &facts.0 {
            let head = head(key);
            let found =
                keys.as_slice().iter().position(|(known_head, known, _)| (*known_head, *known) >= (head, key.as_str()));
            let Some(position) = found else { break };
            if let Some((_, known, at)) = keys.as_slice().get(position)
                && *known == key
            {
                bound.set(*at, value);
            }
            keys = keys.as_slice()[position..].iter();
        }
        for tag in group_tags {
            bound.set_missing(tag.fact_key(), Slot::Bool(true));
        }
        if !group_tags.is_empty() {
            bound.set_missing("group_tags", Slot::Tags(group_tags));
        }
        bound
    }

    /// Facts whose lists are complete.
    #[must_use]
    pub fn complete(facts: &'a Facts) -> Self {
        Self { lists_are_complete: true, ..Self::new(facts, &[]) }
    }

    /// Whether anything is known.
    #[must_use]
    pub const fn any(&self) -> bool {
        self.known != 0
    }

    fn set(&mut self, at: usize, value: &'a FactValue) {
        let fact_type = catalogue().get(at).map(|fact| fact.fact_type);
        let slot = match (value, fact_type) {
            (FactValue::Bool(value), Some(FactType::Bool)) => Slot::Bool(*value),
            (FactValue::Int(value), Some(FactType::Int)) => Slot::Int(*value),
            (FactValue::Text(value), Some(FactType::Text)) => Slot::Text(value),
            (FactValue::Texts(values), Some(FactType::Texts)) => Slot::Texts(values),
            _ => return,
        };
        self.slots[at] = slot;
        self.known |= 1 << at;
    }

    fn set_missing(&mut self, key: &str, value: Slot<'a>) {
        if let Some(at) = fact_catalogue::index_of(key)
            && self.known >> at & 1 == 0
        {
            self.slots[at] = value;
            self.known |= 1 << at;
        }
    }
}

/// The first eight bytes of a key, in an order that agrees with that of keys.
fn head(key: &str) -> u64 {
    let mut bytes = [0; 8];
    bytes.iter_mut().zip(key.bytes()).for_each(|(to, byte)| *to = byte);
    u64::from_be_bytes(bytes)
}

/// The catalogue's keys in order, with their heads and places.
fn keys_in_order() -> &'static [(u64, &'static str, usize)] {
    static KEYS: OnceLock<Vec<(u64, &'static str, usize)>> = OnceLock::new();
    KEYS.get_or_init(|| {
        let mut keys: Vec<_> =
            catalogue().iter().enumerate().map(|(at, fact)| (head(fact.key), fact.key, at)).collect();
        keys.sort_unstable();
        keys
    })
}
