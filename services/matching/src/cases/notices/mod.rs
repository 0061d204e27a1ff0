//! Telling organizations of new wishes that their resources can serve, and of offers made to them.

mod finding;
mod offers;
mod reading;
mod scope;
mod subscriptions;
pub(crate) mod telling;
pub(crate) mod worker;

pub(crate) use subscriptions::Given;
