//! What stops an import as a whole. A dirty row never does: it is repaired or set aside.

use std::path::PathBuf;

/// Why an import cannot go on.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// A file or directory cannot be read or written.
    #[error("cannot {action} {path}: {source}")]
    Io {
        /// What was tried.
        action: &'static str,
        /// On what.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// Nothing that any reader knows was found.
    #[error("{path} is no directory of services that can be read: looked for {looked_for}; found {found}")]
    UnknownFormat {
        /// Where.
        path: PathBuf,
        /// What was looked for.
        looked_for: String,
        /// What is there instead.
        found: String,
    },
    /// A file that was to be JSON is not.
    #[error("{path} is not JSON: {reason}")]
    Json {
        /// Which file.
        path: PathBuf,
        /// What is wrong, with line and column.
        reason: String,
    },
    /// A CSV file has no header, or one without the columns that its table needs.
    #[error("{path} has no column {column}; its header says {header}")]
    MissingColumn {
        /// Which file.
        path: PathBuf,
        /// The column.
        column: &'static str,
        /// What the header says.
        header: String,
    },
    /// A file is larger than the importer reads.
    #[error("{path} has {bytes} bytes, at most {max} can be read")]
    TooLarge {
        /// Which file.
        path: PathBuf,
        /// Its size.
        bytes: u64,
        /// The bound.
        max: u64,
    },
    /// An option has a value that makes no sense.
    #[error("{option} {value:?}: {reason}")]
    Option {
        /// Which option.
        option: &'static str,
        /// Its value.
        value: String,
        /// What is wrong.
        reason: &'static str,
    },
    /// Opening hours are given, but nothing tells their time zone.
    #[error(
        "the directory gives opening hours but neither a time zone nor a state to tell it from; name one with --time-zone, for example America/New_York"
    )]
    TimeZoneRequired,
    /// The server refused or could not be reached.
    #[error("{call} failed{}: {status}", if *total > 0 { format!(" at entry {first} of {total}") } else { String::new() })]
    Call {
        /// Which call.
        call: &'static str,
        /// Position of the batch's first entry, from 1.
        first: usize,
        /// Entries of that kind in all; 0 for a call that reads, before anything is sent.
        total: usize,
        /// The status.
        status: Box<tonic::Status>,
    },
}
