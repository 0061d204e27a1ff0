//! The words of social assistance: values, entities and their rules. No I/O, no async, no wire types.
//!
//! One module per word of the shared language. Entities are plain values that serialise (the event log keeps them as
//! after-images); what makes one acceptable is said by its `check` method, which reports every violation at once.

pub mod area;
pub mod beneficiary;
pub mod capacity_pool;
pub mod category;
pub mod clock;
pub mod compiled_schedule;
pub mod datum;
pub mod division;
pub mod error;
pub mod event;
pub mod fact;
pub mod fact_catalogue;
pub mod figures;
pub mod geo;
pub mod ids;
pub mod ledger;
pub mod limits;
pub mod need;
pub mod notification;
pub mod occurrence;
pub mod organization;
pub mod period;
pub mod polygon;
pub mod principal;
pub mod publication;
pub mod referral;
pub mod resource;
pub mod round;
pub mod schedule;
pub mod social_credit_code;
pub mod text;
pub mod tree;
pub mod unit;
pub mod word_index;
pub mod zone;

pub use error::{Error, Field, Violation, Violations, is_within};
