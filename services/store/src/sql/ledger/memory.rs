//! What a queue remembers of its tenant from one transaction to the next, so that what it has read or written once it does not read
//! again. The log tells what others have changed meanwhile, and the versions under which rows are written tell it once more: a
//! memory that is wrong costs another attempt, never a wrong figure.

use std::collections::HashMap;
use std::sync::Arc;

use uuid::Uuid;
use wishwell_domain::capacity_pool::CapacityPool;
use wishwell_domain::event::Change;
use wishwell_domain::ids::{LogPosition, TenantId};
use wishwell_domain::ledger::Offering;
use wishwell_domain::limits::{LEDGER_CATCH_UP_EVENTS_MAX, LEDGER_REMEMBERED_MAX};
use wishwell_domain::need::Need;

use super::draft::Draft;
use crate::ledger::Basis;
use crate::sql::log::Head;
use crate::sql::moves;
use crate::sql::session::{Failure, Session};
use crate::sql::statement::Value;

/// Transactions that read and lock after one in which the memory was wrong: where replicas share what is hot, it would be wrong
/// time and again.
const DOUBTED_TRANSACTIONS: u32 = 16;

#[derive(Debug, Default)]
pub(super) struct Memory {
    /// What is remembered is at least as new as this head of the log, and of no other log; none before the first look.
    at: Option<Head>,
    pub(super) pools: HashMap<Uuid, Arc<CapacityPool>>,
    pub(super) needs: HashMap<Uuid, Arc<Need>>,
    pub(super) offerings: HashMap<Uuid, Arc<Offering>>,
    /// What has changed beside figures and referrals, and where last; complete after `others_since`.
    others: HashMap<String, LogPosition>,
    others_since: LogPosition,
    /// Transactions before it is relied upon again.
    doubted: u32,
}

impl Memory {
    /// Whether to try without reading and locking first.
    pub(super) const fn is_relied_upon(&self) -> bool {
        self.doubted == 0
    }

    /// After a transaction that came to nothing.
    pub(super) fn forget(&mut self) {
        self.pools.clear();
        self.needs.clear();
        self.offerings.clear();
    }

    /// After a transaction that came to nothing because somebody else had changed what was remembered.
    pub(super) const fn doubt(&mut self) {
        self.doubted = DOUBTED_TRANSACTIONS;
    }

    /// Forgets what others have changed by now, and everything where the log is another one: a store that was restored has come as far
    /// with other rows of the same versions.
    pub(super) async fn follow(&mut self, session: &mut Session, tenant: &TenantId, head: Head) -> Result<(), Failure> {
        let (begin, end) = (head.position.0 - LEDGER_CATCH_UP_EVENTS_MAX, head.position.0);
        let near = |at: &Head| at == &head || (begin..end).contains(&at.position.0);
        let Some(at) = self.at.filter(near) else {
            self.begin(head);
            return Ok(());
        };
        if at == head {
            return Ok(());
        }
        let mut statement = session.statement("SELECT position, at, kind, subject, CASE WHEN kind = ");
        statement.bind(Value::text(moves::KIND)).push(" THEN payload END FROM events WHERE tenant = ");
        statement.bind(Value::text(tenant.as_str())).push(" AND position >= ").bind(Value::Int(Some(at.position.0)));
        statement.push(" AND position <= ").bind(Value::Int(Some(end))).push(" ORDER BY position");
        let mut found = None;
        session
            .fetch(statement, |fields| {
                let (position, written_at) = (fields.int()?, fields.time()?);
                if position == at.position.0 {
                    found = Some(written_at);
                    return Ok(());
                }
                let (kind, subject) = (fields.str()?, fields.str()?);
                let Some(moved) = fields.opt_str()? else {
                    self.changed(LogPosition(position), kind, subject);
                    return Ok(());
                };
                for (position, kind, subject) in moves::subjects(position, moved)? {
                    self.changed(position, kind, &subject);
                }
                Ok(())
            })
            .await?;
        if found != at.at {
            self.begin(head);
        }
        self.at = Some(head);
        Ok(())
    }

    fn begin(&mut self, head: Head) {
        self.forget();
        self.others.clear();
        self.others_since = head.position;
        self.at = Some(head);
    }

    fn changed(&mut self, position: LogPosition, kind: &str, subject: &str) {
        let id = || subject.rsplit('/').next().and_then(|id| Uuid::parse_str(id).ok());
        match kind {
            "capacity_pool" => drop(id().and_then(|id| self.pools.remove(&id))),
            "need" => drop(id().and_then(|id| self.needs.remove(&id))),
            "referral" => {}
            _ => {
                match kind {
                    "resource" => drop(id().and_then(|id| self.offerings.remove(&id))),
                    // The one event stands for the beneficiary's needs as well.
                    "beneficiary_erased" => self.needs.clear(),
                    _ => {}
                }
                if self.others.len() >= LEDGER_REMEMBERED_MAX {
                    self.others.clear();
                    self.others_since = position;
                }
                self.others.insert(subject.to_owned(), position);
            }
        }
    }

    /// Whether something that a request was decided upon has changed since, or may have.
    pub(super) fn is_outdated(&self, basis: &Basis) -> bool {
        self.any_changed(&basis.subjects, basis.position)
    }

    /// Whether any of these has changed after a position, or may have.
    pub(super) fn any_changed(&self, subjects: &[String], since: LogPosition) -> bool {
        let changed = |subject: &String| self.others.get(subject).is_some_and(|at| *at > since);
        since < self.others_since || subjects.iter().any(changed)
    }

    /// Remembers what a transaction changes.
    pub(super) fn learn(&mut self, draft: &Draft) {
        if self.pools.len().max(self.needs.len()).max(self.offerings.len()) > LEDGER_REMEMBERED_MAX {
            self.forget();
        }
        for (_, change) in draft.logged.entries() {
            match change {
                Change::CapacityPool(pool) => drop(self.pools.insert(pool.id.as_uuid(), Arc::new(pool.clone()))),
                Change::Need(need) => drop(self.needs.insert(need.id.as_uuid(), Arc::new(need.as_ref().clone()))),
                // What is pledged, nobody can have judged by a picture from before.
                Change::Resource(resource) => {
                    self.changed(draft.end().position, change.kind(), &resource.id.name());
                }
                _ => {}
            }
        }
        // What others wrote in between is read before the next transaction.
        if draft.at.first.0 == draft.head.position.0 + 1 {
            self.at = Some(draft.end());
        }
        self.doubted = self.doubted.saturating_sub(1);
    }

    /// Forgets what a transaction that was learned of has not changed after all; it had seen the log up to `head`.
    pub(super) fn unlearn(&mut self, head: Head) {
        self.forget();
        self.at = self.at.map(|at| if at.position > head.position { head } else { at });
    }
}
