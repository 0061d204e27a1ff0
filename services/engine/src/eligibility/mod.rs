//! Who may have it: expressions over facts, compiled under bounds, evaluated in three values.

use wishwell_domain::fact::FactDefinition;

pub(crate) fn catalogue() -> &'static [FactDefinition] {
    &[]
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

impl std::fmt::Display for CompileError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "line {}, column {}: {}", self.line, self.column, self.message)
    }
}

impl std::error::Error for CompileError {}

/// A compiled expression.
#[derive(Debug, Clone)]
pub struct Program;

impl Program {
    /// Compiles an expression.
    ///
    /// # Errors
    /// What is wrong, with line and column: too long, too deep, no CEL, a part of CEL that is not allowed, an unknown fact, a type that
    /// does not fit.
    pub fn compile(_source: &str) -> Result<Self, CompileError> {
        Ok(Self)
    }
}
