//! Categories: the tree of what can be needed and given, as data.

use serde::{Deserialize, Serialize};

use crate::error::{Violation, Violations};
use crate::ids::{CategoryCode, Version};
use crate::limits::{CATEGORIES_MAX, CATEGORY_SYNONYMS_MAX, EXTERNAL_SOURCE_CHARS_MAX, TITLE_CHARS_MAX};
use crate::text::{LocalizedText, check_required};
use crate::tree::Tree;
use crate::unit::Unit;
use crate::word_index::{WordIndex, check_tree_size};

/// One category. A need in a category is served by resources in it or in any of its descendants.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Category {
    /// Unique code.
    pub code: CategoryCode,
    /// The category above, none for a root.
    pub parent: Option<CategoryCode>,
    /// Name in Chinese and English.
    pub name: LocalizedText,
    /// Other words people use for it, in any language.
    #[serde(default)]
    pub synonyms: Vec<String>,
    /// Unit a need item has when the caller does not say.
    pub default_unit: Option<Unit>,
    /// The vocabulary it comes from, for example `airs`.
    pub source: Option<String>,
    /// Version, counted from 1.
    pub version: Version,
}

impl Category {
    /// Checks the names, the synonyms and that it is not its own parent. Whether the parent exists, [`CategoryTree::build`] says.
    pub fn check(&self, field: &str, violations: &mut Violations) {
        self.name.check_title(&format!("{field}.title"), violations);
        violations.require(self.parent.as_ref() != Some(&self.code), || {
            Violation::new(format!("{field}.parent"), "tree.cycle", "must not be the category itself")
                .with_value(&self.code)
        });
        let path = format!("{field}.synonyms");
        violations.require(self.synonyms.len() <= CATEGORY_SYNONYMS_MAX, || {
            Violation::new(&path, "list.max_items", format!("must have at most {CATEGORY_SYNONYMS_MAX} entries"))
                .with_value(self.synonyms.len())
        });
        for (index, synonym) in self.synonyms.iter().enumerate() {
            check_required(&format!("{path}[{index}]"), synonym, TITLE_CHARS_MAX, violations);
        }
        if let Some(source) = &self.source {
            check_required(&format!("{field}.source"), source, EXTERNAL_SOURCE_CHARS_MAX, violations);
        }
    }
}

/// All categories of a tenant: the tree, and what people call them.
#[derive(Debug, Clone, Default)]
pub struct CategoryTree {
    tree: Tree<CategoryCode>,
    words: WordIndex,
}

impl CategoryTree {
    /// Builds the tree from all categories, in any order.
    ///
    /// # Errors
    /// What [`Tree::build`] says, for `{field}[i]`, and more than [`CATEGORIES_MAX`] categories.
    pub fn build(field: &str, categories: &[Category]) -> Result<Self, Violations> {
        check_tree_size(field, categories.len(), CATEGORIES_MAX)?;
        let tree = Tree::build(field, categories.iter().map(|category| (&category.code, category.parent.as_ref())))?;
        let mut words = WordIndex::default();
        for category in categories {
            if let Some(id) = tree.id(&category.code) {
                let names = [category.code.as_str(), &category.name.zh, &category.name.en];
                words.add(id, names.into_iter().chain(category.synonyms.iter().map(String::as_str)));
            }
        }
        Ok(Self { tree, words })
    }

    /// The tree of codes.
    #[must_use]
    pub const fn tree(&self) -> &Tree<CategoryCode> {
        &self.tree
    }

    /// Whether `descendant` is `ancestor` or below it.
    #[must_use]
    pub fn is_within(&self, descendant: &CategoryCode, ancestor: &CategoryCode) -> bool {
        self.tree.is_within(descendant, ancestor)
    }

    /// The categories with this code, name or synonym, in preorder; case, width and spacing do not matter.
    #[must_use]
    pub fn find(&self, text: &str) -> Vec<&CategoryCode> {
        self.words.find(text).iter().filter_map(|id| self.tree.code(*id)).collect()
    }
}
