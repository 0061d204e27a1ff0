//! Types of expressions.

use wishwell_domain::fact::FactType;

/// The type of an expression.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Type {
    Bool,
    Int,
    Text,
    /// A list of texts: only a fact, right of `in`.
    Texts,
}

impl Type {
    /// Its name in messages.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Bool => "yes or no",
            Self::Int => "a whole number",
            Self::Text => "a text",
            Self::Texts => "a list of texts",
        }
    }
}

impl From<FactType> for Type {
    fn from(fact_type: FactType) -> Self {
        match fact_type {
            FactType::Bool => Self::Bool,
            FactType::Int => Self::Int,
            FactType::Text => Self::Text,
            FactType::Texts => Self::Texts,
        }
    }
}
