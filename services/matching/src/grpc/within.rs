//! The category and the division that a list is cut down to: such as the catalogue knows.
//!
//! A list of what lies in a division that nobody knows would be empty, and look as if nothing were there.

use std::sync::Arc;

use wishwell_domain::ids::{CategoryCode, DivisionCode};
use wishwell_domain::{Error, Violations};
use wishwell_engine::Snapshot;

use super::call::required;
use super::convert::common;
use super::listing::{Listing, Paged};
use super::matching::position;
use crate::cases::{Caller, Platform, references};

/// A code in a request, with the path of its field; empty for none.
pub(super) type Sent<'m> = (&'static str, &'m str);

/// A field that a request does not have.
pub(super) const NONE: Sent<'static> = ("", "");

/// What a list is cut down to.
#[derive(Debug)]
pub(super) struct Within {
    /// To this category and those below it; none for any.
    pub(super) category: Option<CategoryCode>,
    /// To this division and those below it; none for anywhere.
    pub(super) division: Option<DivisionCode>,
    /// The picture that knows both.
    pub(super) snapshot: Arc<Snapshot>,
}

impl Within {
    /// Reads what a list is cut down to, and adds what is wrong with it. What a picture does not know may have come a moment ago, by
    /// another replica: it is looked for in one that has everything logged so far before it is refused.
    ///
    /// # Errors
    /// When the picture cannot be had.
    pub(super) async fn read(
        platform: &Platform,
        caller: &Caller,
        min_position: i64,
        (category, division): (Sent<'_>, Sent<'_>),
        violations: &mut Violations,
    ) -> Result<Self, Error> {
        let (category_field, code) = category;
        let category = (!code.is_empty()).then(|| common::category(category_field, code, violations)).flatten();
        let (division_field, code) = division;
        let division = common::division(division_field, code, violations);
        let mut snapshot = platform.snapshot(caller, position(min_position)).await?;
        let known = category.as_ref().is_none_or(|code| snapshot.category(code.as_str()).is_some())
            && division.as_ref().is_none_or(|code| snapshot.division(code.as_str()).is_some());
        if !known {
            snapshot = platform.fresh_snapshot(caller).await?;
        }
        if let Some(code) = &category {
            references::category(category_field, code, &snapshot, violations);
        }
        references::division(division_field, division.as_ref(), &snapshot, violations);
        Ok(Self { category, division, snapshot })
    }

    /// Reads what a list is cut down to and which page of it is asked for. `violations` are what was found wrong with the rest of its filter:
    /// everything is told at once.
    ///
    /// # Errors
    /// When something is wrong, or the picture cannot be had.
    pub(super) async fn page(
        platform: &Platform,
        caller: &Caller,
        message: &impl Paged,
        codes: (Sent<'_>, Sent<'_>),
        mut violations: Violations,
    ) -> Result<(Self, Listing), Error> {
        let within = Self::read(platform, caller, message.min_position(), codes, &mut violations).await?;
        let listing = violations.take(Listing::of(platform, caller, message));
        violations.into_result()?;
        Ok((within, required("page_token", listing)?))
    }

    /// The category with those below it; empty for any.
    pub(super) fn categories(&self) -> Vec<CategoryCode> {
        self.category.as_ref().map(|code| self.snapshot.category_subtree(code)).unwrap_or_default()
    }

    /// The division with those below it; empty for anywhere.
    pub(super) fn divisions(&self) -> Vec<DivisionCode> {
        self.division.as_ref().map(|code| self.snapshot.division_subtree(code)).unwrap_or_default()
    }
}
