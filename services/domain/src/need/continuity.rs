//! What makes submissions and versions one need: what it asks for and for whom as it comes in, and what is noted from version to version.

use serde::{Deserialize, Serialize};

use super::{Need, NeedItem};
use crate::ids::{DivisionCode, Version};

/// That a need left a division.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Departure {
    /// Where it was.
    pub division: DivisionCode,
    /// The first version in which it was there no more.
    pub version: Version,
}

impl Need {
    /// Whether this may be a submission of the same need as another one: it asks for the same things, in any order, and names nobody else where
    /// both name somebody. In which words, how soon and where differs from channel to channel.
    #[must_use]
    pub fn may_be(&self, other: &Self) -> bool {
        fn agree<T: PartialEq>(one: Option<T>, other: Option<T>) -> bool {
            one.zip(other).is_none_or(|(one, other)| one == other)
        }
        let alike = |need: &Self, item: &NeedItem| need.items.iter().filter(|other| other.asks_alike(item)).count();
        self.items.len() == other.items.len()
            && self.items.iter().all(|item| alike(self, item) == alike(other, item))
            && agree(self.beneficiary, other.beneficiary)
            && agree(self.household, other.household)
            && agree(self.external.as_ref(), other.external.as_ref())
    }

    /// Makes the version after `before` of it: what no update says stays, and what the change was to those who follow the need is noted.
    pub fn follow(&mut self, before: &Self) {
        self.request_id = before.request_id;
        let left = before.division.clone().filter(|_| self.division != before.division);
        self.departure = left
            .map_or_else(|| before.departure.clone(), |division| Some(Departure { division, version: self.version }));
        self.note_tidings(before);
    }

    /// The division that it left by the change that led to this version.
    #[must_use]
    pub fn left(&self) -> Option<&DivisionCode> {
        self.departure
            .as_ref()
            .filter(|departure| departure.version == self.version)
            .map(|departure| &departure.division)
    }
}

impl NeedItem {
    /// Whether another item asks for the same.
    fn asks_alike(&self, other: &Self) -> bool {
        let said = |item: &Self| (item.quantity, item.unit, item.recurrence);
        self.category == other.category && said(self) == said(other)
    }
}
