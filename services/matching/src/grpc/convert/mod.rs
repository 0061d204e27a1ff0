//! Between the wire and the domain, one module per subject. Reading a message collects every violation; writing cannot fail.

pub(crate) mod beneficiary;
pub(crate) mod candidate;
pub(crate) mod capacity_pool;
pub(crate) mod common;
pub(crate) mod need;
pub(crate) mod notification;
pub(crate) mod organization;
pub(crate) mod parts;
pub(crate) mod referral;
pub(crate) mod resource;
pub(crate) mod round;
pub(crate) mod round_outcome;
pub(crate) mod round_report;
pub(crate) mod round_rules;
pub(crate) mod tree;
mod words;
