//! Telling organizations of new wishes that their resources can serve.

mod finding;
mod reading;
mod subscriptions;
pub(crate) mod telling;
pub(crate) mod worker;

pub(crate) use subscriptions::Given;
