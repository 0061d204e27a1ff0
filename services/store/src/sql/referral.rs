//! Referrals in tables, with the lines of their holds.

use jiff::Timestamp;
use uuid::Uuid;
use wishwell_domain::event::Change;
use wishwell_domain::ids::{
    CapacityPoolId, ExternalId, NeedId, OrganizationId, ReferralId, ResourceId, RoundId, TenantId, Version,
};
use wishwell_domain::referral::{HoldLine, LastStep, Referral, ReferralState};

use super::record::{Key, Part, Record, Reference, settled};
use super::session::Fields;
use super::statement::{Statement, Value};
use crate::error::StoreError;
use crate::ledger::ReferralFilter;

impl Record for Referral {
    const KIND: &'static str = "referral";
    const TABLE: &'static str = "referrals";
    const KEY: &'static str = "id";
    const COLUMNS: &'static [&'static str] = &[
        "id",
        "need_id",
        "item_ordinal",
        "resource_id",
        "organization_id",
        "category_code",
        "division_code",
        "seen_as",
        "urgency",
        "origin",
        "round_id",
        "enquiry",
        "unit",
        "quantity",
        "occurrences",
        "every",
        "periods",
        "units",
        "arrived",
        "returned",
        "state",
        "expires_at",
        "due_at",
        "last_action",
        "last_reason",
        "last_side",
        "last_at",
        "last_by",
        "decision",
        "previous_id",
        "attempt",
        "next_is_due",
        "answered_at",
        "escalated_at",
        "rating",
        "noted",
        "version",
        "created_at",
        "updated_at",
    ];
    const PARTS: &'static [Part] = &[Part {
        table: "hold_lines",
        owner: "referral_id",
        columns: &["ordinal", "capacity_pool_id", "kind", "period_start", "quantity_per_unit", "units", "state"],
    }];

    fn key(&self) -> Key {
        Key::Id(self.id.as_uuid())
    }
    fn name(&self) -> String {
        self.id.name()
    }
    fn external(&self) -> Option<&ExternalId> {
        None
    }
    fn version(&self) -> Version {
        self.version
    }
    fn from_change(change: &Change) -> Option<&Self> {
        if let Change::Referral(referral) = change { Some(referral) } else { None }
    }
    fn into_change(self) -> Change {
        Change::Referral(Box::new(self))
    }
    // Referrals are made and changed by the ledger, which sets versions and times.
    fn found(&mut self, _now: Timestamp) {}
    fn succeed(&mut self, _known: &Self, _now: Timestamp) {}

    fn settle(&mut self) {
        self.expires_at = settled(self.expires_at);
        self.due_at = settled(self.due_at);
    }

    fn row(&self) -> Result<Vec<Value>, StoreError> {
        Ok(vec![
            Value::Uuid(Some(self.id.as_uuid())),
            Value::Uuid(Some(self.need.as_uuid())),
            Value::Int(Some(i64::from(self.item_ordinal))),
            Value::Uuid(Some(self.resource.as_uuid())),
            Value::Uuid(Some(self.organization.as_uuid())),
            Value::opt_text(self.category.as_ref().map(|category| category.as_str())),
            Value::opt_text(self.division.as_ref().map(|division| division.as_str())),
            self.seen_as.as_ref().map_or(Ok(Value::Json(None)), Value::json)?,
            Value::word(self.urgency)?,
            Value::word(self.origin)?,
            Value::Uuid(self.round.map(|round| round.as_uuid())),
            Value::Bool(self.enquiry),
            Value::text(self.unit.code()),
            Value::Int(Some(self.quantity)),
            Value::Int(Some(i64::from(self.occurrences))),
            Value::opt_word(self.every)?,
            if self.periods.is_empty() { Value::Json(None) } else { Value::json(&self.periods)? },
            Value::Int(Some(self.units)),
            Value::Int(Some(self.arrived)),
            Value::Int(Some(self.returned)),
            Value::word(self.state)?,
            Value::time(self.expires_at),
            Value::time(self.due_at),
            Value::opt_word(self.last.action)?,
            Value::opt_word(self.last.reason)?,
            Value::opt_word(self.last.side)?,
            Value::time(self.last.at),
            Value::text(&self.last.by),
            self.decision.as_ref().map_or(Ok(Value::Json(None)), Value::json)?,
            Value::Uuid(self.previous.map(|previous| previous.as_uuid())),
            Value::Int(Some(i64::from(self.attempt))),
            Value::Bool(self.next_is_due),
            Value::opt_time(self.answered_at),
            Value::opt_time(self.escalated_at),
            Value::Int(self.rating.map(i64::from)),
            Value::Bool(self.noted),
            Value::Int(Some(self.version.0)),
            Value::time(self.created_at),
            Value::time(self.updated_at),
        ])
    }

    fn read(fields: &mut Fields<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            id: ReferralId::from_uuid(fields.uuid()?),
            need: NeedId::from_uuid(fields.uuid()?),
            item_ordinal: fields.number()?,
            resource: ResourceId::from_uuid(fields.uuid()?),
            organization: OrganizationId::from_uuid(fields.uuid()?),
            category: fields.opt_parse()?,
            division: fields.opt_parse()?,
            seen_as: fields.opt_json()?,
            urgency: fields.word()?,
            origin: fields.word()?,
            round: fields.opt_uuid()?.map(RoundId::from_uuid),
            enquiry: fields.bool()?,
            unit: fields.word()?,
            quantity: fields.int()?,
            occurrences: fields.number()?,
            every: fields.opt_word()?,
            periods: fields.opt_json()?.unwrap_or_default(),
            units: fields.int()?,
            arrived: fields.int()?,
            returned: fields.int()?,
            state: fields.word()?,
            expires_at: fields.time()?,
            due_at: fields.time()?,
            last: LastStep {
                action: fields.opt_word()?,
                reason: fields.opt_word()?,
                side: fields.opt_word()?,
                at: fields.time()?,
                by: fields.text()?,
            },
            decision: fields.opt_json()?,
            previous: fields.opt_uuid()?.map(ReferralId::from_uuid),
            attempt: fields.number()?,
            next_is_due: fields.bool()?,
            answered_at: fields.opt_time()?,
            escalated_at: fields.opt_time()?,
            rating: fields.opt_number()?,
            noted: fields.bool()?,
            version: Version(fields.int()?),
            created_at: fields.time()?,
            updated_at: fields.time()?,
            lines: Vec::new(),
        })
    }

    fn part_rows(&self, _part: usize) -> Result<Vec<Vec<Value>>, StoreError> {
        let row = |(ordinal, line): (i64, &HoldLine)| {
            Ok(vec![
                Value::Int(Some(ordinal)),
                Value::Uuid(Some(line.pool.as_uuid())),
                Value::word(line.kind)?,
                Value::opt_date(line.period_start),
                Value::Int(Some(line.quantity_per_unit)),
                Value::Int(Some(line.units)),
                Value::word(line.state)?,
            ])
        };
        (1..).zip(&self.lines).map(row).collect()
    }

    fn read_part(&mut self, _part: usize, fields: &mut Fields<'_>) -> Result<(), StoreError> {
        let _ordinal = fields.int()?;
        self.lines.push(HoldLine {
            pool: CapacityPoolId::from_uuid(fields.uuid()?),
            kind: fields.word()?,
            period_start: fields.opt_date()?,
            quantity_per_unit: fields.int()?,
            units: fields.int()?,
            state: fields.word()?,
        });
        Ok(())
    }

    fn references(&self) -> Vec<Reference> {
        let id = |field, table, id: Uuid| Reference::id(field, table, id);
        vec![
            id("need", "needs", self.need.as_uuid()),
            id("resource", "resources", self.resource.as_uuid()),
            id("organization", "organizations", self.organization.as_uuid()),
        ]
    }
}

/// States in which an escalation may still want somebody's attention.
fn unsettled() -> Vec<String> {
    let unsettled = ReferralState::ALL.iter().filter(|state| **state != ReferralState::Confirmed);
    unsettled.map(|state| state.name().to_owned()).collect()
}

/// What was called off or failed is settled, unless it was let down on its provider's side and its chain of offers ended with it: whoever
/// is in need waits still. Of steps from before their side was kept, a shortfall tells.
const UNLESS_CALLED_OFF: &str = " AND (state NOT IN ('withdrawn', 'cancelled', 'failed') \
     OR (origin = 'automatic' AND (last_side = 'provider' OR last_reason = 'shortfall')))";

/// What was told of while its chain waited is settled once another automatic offer was made for its item: that one, and what follows it, is
/// for all that is open. One that was made before, for the rest of a promise that was given up since, is not.
const UNLESS_FOLLOWED: &str = " AND (state NOT IN ('declined', 'expired', 'cancelled', 'failed') \
     OR NOT EXISTS (SELECT 1 FROM referrals AS next WHERE next.tenant = referrals.tenant \
         AND next.need_id = referrals.need_id AND next.item_ordinal = referrals.item_ordinal \
         AND next.origin = 'automatic' AND next.id <> referrals.id AND next.created_at >= referrals.last_at))";

/// An offer that lapsed is settled once its need looks for help no more.
const UNLESS_IN_VAIN: &str = " AND (state <> 'expired' \
     OR EXISTS (SELECT 1 FROM needs WHERE needs.tenant = referrals.tenant AND needs.id = referrals.need_id \
         AND needs.state IN ('open', 'partly_served')))";

/// Nothing was offered for its item since it came to nothing, and of those that came to nothing it is the last.
const UNATTENDED: &str = " AND NOT EXISTS (SELECT 1 FROM referrals AS other WHERE other.tenant = referrals.tenant \
         AND other.need_id = referrals.need_id AND other.item_ordinal = referrals.item_ordinal \
         AND other.state <> 'withdrawn' AND (other.created_at, other.id) > (referrals.last_at, referrals.id)) \
     AND NOT EXISTS (SELECT 1 FROM referrals AS other WHERE other.tenant = referrals.tenant \
         AND other.need_id = referrals.need_id AND other.item_ordinal = referrals.item_ordinal \
         AND other.origin <> 'automatic' AND other.state IN ('declined', 'expired', 'cancelled', 'failed') \
         AND (other.last_at, other.id) > (referrals.last_at, referrals.id))";

/// Begins with the needs: of those that are open there are few, of what ever came to nothing there is more every day. SQLite looks for tables
/// in the order in which they are crossed.
fn push_ids_of_what_lacks_something(statement: &mut Statement, tenant: &TenantId) {
    statement.push(
        "SELECT made.id FROM needs CROSS JOIN need_items AS item CROSS JOIN referrals AS made WHERE needs.tenant = ",
    );
    statement.bind(Value::text(tenant.as_str())).push(
        " AND needs.state IN ('open', 'partly_served') AND item.tenant = needs.tenant AND item.need_id = needs.id \
         AND item.quantity * COALESCE(item.recurrence_occurrences, 1) > item.referred + item.served \
         AND made.tenant = needs.tenant AND made.need_id = needs.id AND made.item_ordinal = item.ordinal",
    );
}

/// What is escalated and not confirmed, and of what is confirmed the automatic ones: there may be a rest that nobody is left for.
fn push_escalated(statement: &mut Statement, tenant: &TenantId) {
    statement.push(" AND id IN (SELECT told.id FROM referrals AS told WHERE told.tenant = ");
    statement.bind(Value::text(tenant.as_str())).push(" AND told.escalated_at IS NOT NULL AND ");
    statement.push_in_texts("told.state", unsettled()).push(" UNION ALL ");
    push_ids_of_what_lacks_something(statement, tenant);
    statement.push(" AND made.state = 'confirmed' AND made.escalated_at IS NOT NULL AND made.origin = 'automatic')");
    statement.push(UNLESS_CALLED_OFF).push(UNLESS_FOLLOWED).push(UNLESS_IN_VAIN);
}

/// What came to nothing, is not followed by itself, and left something of its item to nobody.
fn push_unattended(statement: &mut Statement, tenant: &TenantId) {
    statement.push(" AND id IN (");
    push_ids_of_what_lacks_something(statement, tenant);
    statement.push(" AND made.origin <> 'automatic' AND made.state IN ('declined', 'expired', 'cancelled', 'failed'))");
    statement.push(UNATTENDED);
}

impl ReferralFilter {
    pub(crate) fn push(&self, statement: &mut Statement, tenant: &TenantId) -> Result<(), StoreError> {
        for (column, id) in [
            (" AND need_id = ", self.need.map(|id| id.as_uuid())),
            (" AND resource_id = ", self.resource.map(|id| id.as_uuid())),
            (" AND organization_id = ", self.organization.map(|id| id.as_uuid())),
        ] {
            if let Some(id) = id {
                statement.push(column).bind(Value::Uuid(Some(id)));
            }
        }
        if let Some(item) = self.item_ordinal {
            statement.push(" AND item_ordinal = ").bind(Value::Int(Some(i64::from(item))));
        }
        if !self.states.is_empty() {
            let states = self.states.iter().map(|state| state.name().to_owned()).collect();
            statement.push(" AND ").push_in_texts("state", states);
        }
        if !self.divisions.is_empty() {
            statement.push(" AND ").push_in_texts("division_code", super::texts(&self.divisions));
        }
        if self.overdue_only {
            statement.push(" AND state IN ('accepted', 'in_progress') AND due_at <= ").push_now();
        }
        if self.escalated_only {
            push_escalated(statement, tenant);
        }
        if self.answered_only {
            statement.push(" AND answered_at IS NOT NULL");
        }
        if self.unattended_only {
            push_unattended(statement, tenant);
        }
        if self.next_is_due_only {
            statement.push(" AND next_is_due");
        }
        if !self.ids.is_empty() {
            statement.push(" AND ").push_in_uuids("id", self.ids.iter().map(ReferralId::as_uuid).collect());
        }
        Ok(())
    }
}
