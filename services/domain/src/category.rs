//! Categories: the tree of what can be needed and given, as data.

use serde::{Deserialize, Serialize};

use crate::ids::{CategoryCode, Version};
use crate::text::LocalizedText;
use crate::unit::Unit;

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
