//! Who may have it: expressions over facts, compiled under bounds, evaluated in three values.
//!
//! The language is a part of CEL: comparisons, `&&`, `||`, `!`, `?:`, arithmetic on whole numbers, `in`, list literals, and
//! `startsWith` for division codes. The `cel` crate parses it; checking and evaluation are ours, because a fact that nobody stated
//! must come out as unknown, by name, and because an expression may cost no more than its length. See `docs/adr/0004-eligibility.md`.

mod bounds;
mod check;
mod codes;
mod evaluate;
mod facts;
mod lower;
mod parse;
mod program;

#[cfg(test)]
mod tests;

pub use evaluate::Verdict;
pub use facts::BoundFacts;
pub use program::Program;

use wishwell_domain::fact::FactDefinition;

pub(crate) fn catalogue() -> &'static [FactDefinition] {
    wishwell_domain::fact_catalogue::FACTS
}

/// Why an expression does not compile, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CompileError {
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
    /// What is wrong: short, lower-case, no full stop.
    pub message: String,
}

impl CompileError {
    /// An error at a byte of the source.
    fn at(source: &str, byte: usize, message: impl Into<String>) -> Self {
        let mut end = byte.min(source.len());
        while !source.is_char_boundary(end) {
            end -= 1;
        }
        let before = &source[..end];
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        Self {
            line: count(before.matches('\n').count() + 1),
            column: count(before[line_start..].chars().count() + 1),
            message: message.into(),
        }
    }
}

impl std::fmt::Display for CompileError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "line {}, column {}: {}", self.line, self.column, self.message)
    }
}

impl std::error::Error for CompileError {}
