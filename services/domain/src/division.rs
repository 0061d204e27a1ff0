//! Administrative divisions, with their edition year and an explicit parent.

use serde::{Deserialize, Serialize};

use crate::error::{Violation, Violations};
use crate::geo::{Disclosure, Point};
use crate::ids::{DivisionCode, Version};
use crate::limits::{DATE_YEAR_MAX, DIVISIONS_MAX};
use crate::text::LocalizedText;
use crate::tree::Tree;
use crate::word_index::{WordIndex, check_tree_size};

/// The first edition of GB/T 2260 is from 1980.
const EDITION_YEAR_MIN: i16 = 1980;

/// One division.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Division {
    /// Statistical division code.
    pub code: DivisionCode,
    /// Year of the edition the code is from.
    pub edition_year: i16,
    /// The division above; codes are not paths.
    pub parent: Option<DivisionCode>,
    /// Name in Chinese and English.
    pub name: LocalizedText,
    /// A point to place it on a map by (its office), where known.
    pub centre: Option<Point>,
    /// Version, counted from 1.
    pub version: Version,
}

impl Division {
    /// Checks the name, the edition and that it is not its own parent. Whether the parent exists, [`DivisionTree::build`] says.
    pub fn check(&self, field: &str, violations: &mut Violations) {
        self.name.check_title(&format!("{field}.title"), violations);
        violations.require((EDITION_YEAR_MIN..=DATE_YEAR_MAX).contains(&self.edition_year), || {
            let message = format!("must be a year from {EDITION_YEAR_MIN} to {DATE_YEAR_MAX}");
            Violation::new(format!("{field}.edition"), "division.edition", message).with_value(self.edition_year)
        });
        violations.require(self.parent.as_ref() != Some(&self.code), || {
            Violation::new(format!("{field}.parent"), "tree.cycle", "must not be the division itself")
                .with_value(&self.code)
        });
        if let Some(centre) = &self.centre {
            centre.check(&format!("{field}.centre"), Disclosure::Shown, violations);
        }
    }
}

/// All divisions of a tenant: the tree, and what people call them.
#[derive(Debug, Clone, Default)]
pub struct DivisionTree {
    tree: Tree<DivisionCode>,
    words: WordIndex,
}

impl DivisionTree {
    /// Builds the tree from all divisions, in any order.
    ///
    /// # Errors
    /// What [`Tree::build`] says, for `{field}[i]`, and more than [`DIVISIONS_MAX`] divisions.
    pub fn build(field: &str, divisions: &[Division]) -> Result<Self, Violations> {
        check_tree_size(field, divisions.len(), DIVISIONS_MAX)?;
        let tree = Tree::build(field, divisions.iter().map(|division| (&division.code, division.parent.as_ref())))?;
        let mut words = WordIndex::default();
        for division in divisions {
            if let Some(id) = tree.id(&division.code) {
                words.add(id, [division.code.as_str(), &division.name.zh, &division.name.en]);
            }
        }
        Ok(Self { tree, words })
    }

    /// The tree of codes.
    #[must_use]
    pub const fn tree(&self) -> &Tree<DivisionCode> {
        &self.tree
    }

    /// Whether `descendant` is `ancestor` or below it.
    #[must_use]
    pub fn is_within(&self, descendant: &DivisionCode, ancestor: &DivisionCode) -> bool {
        self.tree.is_within(descendant, ancestor)
    }

    /// The divisions with this code or name, in preorder; case, width and spacing do not matter. Names are often shared.
    #[must_use]
    pub fn find(&self, text: &str) -> Vec<&DivisionCode> {
        self.words.find(text).iter().filter_map(|id| self.tree.code(*id)).collect()
    }
}
