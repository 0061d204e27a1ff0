//! Directories in: HSDS and friends, cleaned and reported. A client of the API.
//!
//! [`read`] brings a directory of services (HSDS 1.x or 3.x tables, HSDS 3 JSON, LinkSF) to a cleaned [`Directory`] and a [`Report`]
//! in which every row of the input is accounted for; [`plan`] brings that to messages of the API, and [`upload`] sends them.
#![forbid(unsafe_code)]

mod clean;
mod csv_input;
mod directory;
mod error;
mod hsds;
mod json_input;
mod json_text;
mod linksf;
mod note;
mod options;
mod plan;
mod read;
mod reading;
mod report;
mod rules;
mod table;
mod upload;
mod vanished;

pub use directory::{
    Absence, Area, Category, Directory, Eligibility, Format, Organization, Point, Resource, Schedule, Span,
};
pub use error::ImportError;
pub use note::Note;
pub use options::Options;
pub use plan::{Plan, Trust, plan};
pub use read::{read, read_beside};
pub use reading::{Reading, ReadingStage};
pub use report::{Action, Entry, FileCounts, NotCarried, Refused, RefusedRow, Report};
pub use rules::Rule;
pub use upload::{Connection, Outcomes, Progress, Refusal, Stage, UploadSummary, upload};
pub use vanished::{OnVanished, PausedHere, Standing, Vanished, VanishedCounts};
