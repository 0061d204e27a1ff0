//! Statements of a write that were thought out before any of them is run: one after the other, or all at once.

use super::session::{Failure, Session};
use super::statement::{Dialect, Statement};

/// A statement, and how many rows it must touch where that says whether things are as they were decided upon.
#[derive(Debug)]
pub(crate) struct Step {
    statement: Statement,
    rows: Option<u64>,
    /// Whether what comes after it relies on its being done.
    first: bool,
}

impl Step {
    /// Touches as many rows as there are.
    pub(crate) const fn any(statement: Statement) -> Self {
        Self { statement, rows: None, first: false }
    }

    /// Clears the room for what comes after it.
    pub(crate) const fn clearing(statement: Statement) -> Self {
        Self { statement, rows: None, first: true }
    }

    /// Touches so many rows; otherwise somebody else was in the way.
    pub(crate) const fn exactly(rows: usize, statement: Statement) -> Self {
        Self { statement, rows: Some(rows as u64), first: false }
    }
}

/// Runs steps in order. [`Failure::Conflict`] when one touched other rows than expected.
pub(crate) async fn run(session: &mut Session, steps: Vec<Step>) -> Result<(), Failure> {
    if steps.is_empty() {
        return Ok(());
    }
    let statements = steps.into_iter().map(|step| (step.statement, step.rows)).collect();
    session.execute_each(statements).await.map(|_| ())
}

/// As [`run`], in one round trip where the database can and none of them relies on another: then in no order.
pub(crate) async fn run_at_once(session: &mut Session, steps: Vec<Step>) -> Result<(), Failure> {
    if session.dialect() == Dialect::Sqlite || steps.len() < 2 {
        return run(session, steps).await;
    }
    match as_one(steps) {
        Ok(statement) => session.execute(statement).await.map(|_| ()),
        Err(steps) => run(session, steps).await,
    }
}

/// Steps as one statement, which fails with [`Failure::Conflict`] and changes nothing when one of them touches other rows than expected;
/// the steps again where one relies on another. PostgreSQL only.
pub(crate) fn as_one(steps: Vec<Step>) -> Result<Statement, Vec<Step>> {
    if steps.iter().any(|step| step.first) {
        return Err(steps);
    }
    Ok(Statement::all_of(steps.into_iter().map(|step| (step.statement, step.rows)).collect()))
}
