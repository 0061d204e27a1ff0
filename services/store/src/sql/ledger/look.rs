//! The first look of a transaction: everything that says how to go on, in one statement.

use jiff::Timestamp;
use wishwell_domain::ids::{LogPosition, TenantId};

use crate::error::StoreError;
use crate::sql::log::Head;
use crate::sql::session::{Failure, Session};
use crate::sql::statement::Value;

/// How things are as a transaction begins.
pub(super) struct Sight {
    /// The present.
    pub(super) now: Timestamp,
    /// The head of the log.
    pub(super) head: Head,
    /// Whether the time of any of the tenant's offers is over, so that something may be given back.
    pub(super) lapsed: bool,
}

pub(super) async fn look(session: &mut Session, tenant: &TenantId) -> Result<Sight, Failure> {
    let tenant = Value::text(tenant.as_str());
    let mut statement = session.statement("SELECT ");
    statement.push_now();
    statement.push(", COALESCE((SELECT position FROM log_heads WHERE tenant = ").bind(tenant.clone());
    statement.push("), 0), (SELECT at FROM events WHERE tenant = ").bind(tenant.clone());
    statement.push(" AND position = (SELECT position FROM log_heads WHERE tenant = ").bind(tenant.clone());
    // The first to lapse, by the index in that order: asked whether there is any, a planner without statistics reads all offers.
    statement.push(")), COALESCE((SELECT expires_at FROM referrals WHERE tenant = ").bind(tenant);
    statement.push(" AND state = 'offered' ORDER BY expires_at LIMIT 1) <= ").push_now().push(", 1 = 0)");
    let sight = session
        .fetch_one(statement, |fields| {
            let now = fields.time()?;
            let head = Head { position: LogPosition(fields.int()?), at: fields.opt_time()? };
            Ok(Sight { now, head, lapsed: fields.bool()? })
        })
        .await?;
    sight.ok_or_else(|| StoreError::Defect("the database does not tell the time".to_owned()).into())
}
