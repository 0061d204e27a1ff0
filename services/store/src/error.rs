//! What a store answers when it does not do what it was asked. Drivers' errors never get out.

use thiserror::Error;
use wishwell_domain::error::{Error, Violation};

/// Every way in which a store refuses.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum StoreError {
    /// Update of something that is not there.
    #[error("{name} was not found")]
    NotFound {
        /// Full resource name.
        name: String,
    },
    /// Creation of something that is there.
    #[error("{name} already exists")]
    AlreadyExists {
        /// Full resource name, or `source/external_id`.
        name: String,
    },
    /// Update from a version that is not current.
    #[error("{name} is at version {actual}, not {expected}")]
    VersionMismatch {
        /// Full resource name.
        name: String,
        /// Believed version.
        expected: i64,
        /// Stored version.
        actual: i64,
    },
    /// The same request key with another body, or a need under the request id of another one.
    #[error("request id {request_id} was used for something else")]
    RequestIdReused {
        /// The request id.
        request_id: String,
    },
    /// A reference leads nowhere (a foreign key of the database). `mutation` counts from 0.
    #[error("mutation {mutation}: {field} refers to something that does not exist")]
    DanglingReference {
        /// Which mutation of the write.
        mutation: usize,
        /// Which field, as a path in the entity.
        field: &'static str,
    },
    /// The tables hold a rule that the write breaks (a check constraint of the database).
    #[error("mutation {mutation}: constraint {constraint} does not hold")]
    ConstraintViolated {
        /// Which mutation of the write.
        mutation: usize,
        /// Name of the constraint.
        constraint: String,
    },
    /// Erased beneficiaries and needs take no more changes.
    #[error("{name} was erased")]
    Erased {
        /// Full resource name.
        name: String,
    },
    /// The ledger refuses, for the reason that the domain gives.
    #[error("{0}")]
    Refused(Box<Error>),
    /// What a request to the ledger, an erasure, a wish or its withholding was decided upon has changed since, or may have. Nothing was
    /// done; deciding anew is right.
    #[error("what was decided upon has changed since")]
    Outdated,
    /// Trying again later is right: locked, restarting, out of connections, or closed.
    #[error("store unavailable: {0}")]
    Unavailable(String),
    /// No space is left, or writing is not permitted. Nothing was written.
    #[error("store cannot write: {0}")]
    CannotWrite(String),
    /// Stored data cannot be read: damaged file, unexpected contents.
    #[error("stored data cannot be read: {0}")]
    Corrupt(String),
    /// The file is a database of another program. Nothing in it was changed.
    #[error("{path} is a database of another program (it has {has}); nothing in it was changed")]
    AnotherProgram {
        /// Where it lies.
        path: String,
        /// By what somebody may know it again: names of its tables.
        has: String,
    },
    /// The schema is newer than this program.
    #[error("the store has schema version {found}, this program knows up to {known}: use a newer wishwell")]
    NewerSchema {
        /// In the store.
        found: i64,
        /// Known here.
        known: i64,
    },
    /// The schema is older than this program, and was to be left as it is.
    #[error("the store has schema version {found} (0 for none), this program reads {needed}")]
    OlderSchema {
        /// In the store; 0 for none.
        found: i64,
        /// Of this program.
        needed: i64,
    },
    /// A defect.
    #[error("store defect: {0}")]
    Defect(String),
}

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::NotFound { name } => Self::NotFound { name },
            StoreError::AlreadyExists { name } => Self::AlreadyExists { name },
            StoreError::VersionMismatch { name, expected, actual } => Self::EtagMismatch { name, expected, actual },
            StoreError::RequestIdReused { request_id } => Self::RequestIdReused { request_id },
            StoreError::DanglingReference { field, .. } => Self::InvalidArgument(vec![Violation::new(
                field,
                "reference",
                "refers to something that does not exist",
            )]),
            StoreError::Erased { name } => Self::FailedPrecondition {
                precondition: wishwell_domain::error::Precondition::Erased,
                message: format!("{name} was erased"),
                name,
            },
            StoreError::Refused(error) => *error,
            StoreError::Outdated => Self::Unavailable(StoreError::Outdated.to_string()),
            StoreError::Unavailable(reason) => Self::Unavailable(reason),
            StoreError::CannotWrite(reason) => Self::StoreFull(reason),
            error @ (StoreError::Corrupt(_)
            | StoreError::AnotherProgram { .. }
            | StoreError::NewerSchema { .. }
            | StoreError::OlderSchema { .. }) => Self::DataLoss(error.to_string()),
            StoreError::ConstraintViolated { constraint, .. } if constraint == "text_without_nul" => {
                Self::InvalidArgument(vec![Violation::new("", "text.nul", "no text may hold the character U+0000")])
            }
            // What an import or update says now, against what is promised already.
            StoreError::ConstraintViolated { constraint, .. } if constraint.ends_with("_not_overdrawn") => {
                let message = "must cover what is used elsewhere, pending, committed and consumed";
                Self::InvalidArgument(vec![Violation::new("total", "pool.total_covers", message)])
            }
            StoreError::ConstraintViolated { constraint, .. } if constraint == "need_items_not_overserved" => {
                let message = "must cover what is referred and served of the item";
                Self::InvalidArgument(vec![Violation::new("items.quantity", "item.quantity_covers", message)])
            }
            error @ (StoreError::ConstraintViolated { .. } | StoreError::Defect(_)) => {
                Self::Internal(error.to_string())
            }
        }
    }
}
