//! The Store contract over SQL, once for both databases. They differ in how they are opened ([`crate::sqlite`],
//! [`crate::postgres`]) and in a handful of phrases ([`statement`]).

pub(crate) mod beneficiary;
pub(crate) mod capacity_pool;
pub(crate) mod catalog;
pub(crate) mod category;
pub(crate) mod consents;
pub(crate) mod database;
pub(crate) mod decide;
pub(crate) mod direct;
pub(crate) mod duplicates;
pub(crate) mod erase;
mod forget;
pub(crate) mod gathered;
mod households;
pub(crate) mod ledger;
pub(crate) mod log;
mod moves;
pub(crate) mod need;
pub(crate) mod notifications;
pub(crate) mod notifying;
pub(crate) mod organization;
mod periods;
pub(crate) mod record;
pub(crate) mod referral;
pub(crate) mod request;
pub(crate) mod resource;
pub(crate) mod restore;
pub(crate) mod round;
pub(crate) mod rounds;
pub(crate) mod session;
pub(crate) mod statement;
pub(crate) mod steps;
pub(crate) mod store;
pub(crate) mod subscription;
pub(crate) mod tallies;
mod turns;
pub(crate) mod wishes;
pub(crate) mod write;
pub(crate) mod writer;

use jiff::Timestamp;

use self::session::{Failure, Session};
pub(crate) use self::store::SqlStore;
use crate::error::StoreError;

/// Codes as texts.
pub(crate) fn texts<C: ToString>(codes: &[C]) -> Vec<String> {
    codes.iter().map(C::to_string).collect()
}

/// The present by the database's clock.
pub(crate) async fn now(session: &mut Session) -> Result<Timestamp, Failure> {
    let mut statement = session.statement("SELECT ");
    statement.push_now();
    let now = session.fetch_one(statement, |fields| fields.time()).await?;
    now.ok_or_else(|| StoreError::Defect("the database does not tell the time".to_owned()).into())
}
