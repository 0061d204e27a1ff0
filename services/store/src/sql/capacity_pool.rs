//! Capacity pools in tables, with the figures of the periods that differ.

use jiff::Timestamp;
use jiff::civil::Date;
use wishwell_domain::capacity_pool::{CapacityPool, Figures, PeriodFigures, PeriodRule};
use wishwell_domain::event::Change;
use wishwell_domain::ids::{CapacityPoolId, ExternalId, OrganizationId, Version};

use super::record::{Key, Part, Record, Reference, entity_identity, external_values, read_external, settled};
use super::session::Fields;
use super::statement::{Statement, Value};
use crate::contract::CapacityPoolFilter;
use crate::error::StoreError;

impl Record for CapacityPool {
    entity_identity!(CapacityPool, "capacity_pool", CapacityPool);

    const TABLE: &'static str = "capacity_pools";
    const COLUMNS: &'static [&'static str] = &[
        "id",
        "source",
        "external_id",
        "organization_id",
        "name",
        "kind",
        "unit",
        "currency",
        "period_length",
        "time_zone",
        "total",
        "used_elsewhere",
        "pending",
        "committed",
        "consumed",
        "pledged",
        "confirmed_at",
        "version",
        "created_at",
        "updated_at",
    ];
    const PARTS: &'static [Part] = &[Part {
        table: "capacity_pool_periods",
        owner: "capacity_pool_id",
        columns: &["period_start", "inherits", "total", "used_elsewhere", "pending", "committed", "consumed"],
    }];

    /// What is held and consumed stays so, of the pool and of each period, and so do a pledge and periods in which something is, even when they
    /// are not named; those of them that have ended stay as they are, and are forgotten, the oldest first, where there are more than there
    /// may be.
    fn keep_ledger(&mut self, known: &Self, now: Timestamp) {
        self.figures = kept(self.figures, Some(known.figures));
        for period in &mut self.periods {
            let held = known.periods.iter().find(|other| other.period_start == period.period_start);
            period.figures = kept(period.figures, held.map(|held| held.figures));
        }
        for held in &known.periods {
            let named = self.periods.iter().any(|period| period.period_start == held.period_start);
            if !named && (held.figures.held() > 0 || held.figures.consumed > 0) {
                self.periods.push(*held);
            }
        }
        self.pass_usual_figures_on(now);
        self.keep_to_the_bound(now);
        self.pledged = known.pledged;
        self.settle_pledge();
    }

    fn overdrawn(&self) -> Option<(CapacityPoolId, Option<Date>, Figures)> {
        Self::overdrawn(self).map(|(period_start, figures)| (self.id, period_start, figures))
    }

    fn settle(&mut self) {
        self.confirmed_at = settled(self.confirmed_at);
        self.periods.sort_by_key(|period| period.period_start);
    }

    fn row(&self) -> Result<Vec<Value>, StoreError> {
        let [source, external_id] = external_values(self.external.as_ref());
        let mut row = vec![
            Value::Uuid(Some(self.id.as_uuid())),
            source,
            external_id,
            Value::Uuid(Some(self.organization.as_uuid())),
            Value::text(&self.name),
            Value::word(self.kind)?,
            Value::text(self.unit.code()),
            Value::opt_text(self.currency.as_deref()),
            Value::opt_word(self.period.as_ref().map(|period| period.length))?,
            Value::opt_text(self.period.as_ref().map(|period| period.time_zone.as_str())),
        ];
        row.extend(figures_values(&self.figures));
        row.extend([
            Value::Bool(self.pledged),
            Value::time(self.confirmed_at),
            Value::Int(Some(self.version.0)),
            Value::time(self.created_at),
            Value::time(self.updated_at),
        ]);
        Ok(row)
    }

    fn read(fields: &mut Fields<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            id: CapacityPoolId::from_uuid(fields.uuid()?),
            external: read_external(fields)?,
            organization: OrganizationId::from_uuid(fields.uuid()?),
            name: fields.text()?,
            kind: fields.word()?,
            unit: fields.word()?,
            currency: fields.opt_text()?,
            period: {
                let length = fields.opt_word()?;
                let time_zone = fields.opt_text()?;
                length.zip(time_zone).map(|(length, time_zone)| PeriodRule { length, time_zone })
            },
            figures: read_figures(fields)?,
            periods: Vec::new(),
            pledged: fields.bool()?,
            confirmed_at: fields.time()?,
            version: Version(fields.int()?),
            created_at: fields.time()?,
            updated_at: fields.time()?,
        })
    }

    fn part_rows(&self, _part: usize) -> Result<Vec<Vec<Value>>, StoreError> {
        Ok(self
            .periods
            .iter()
            .map(|period| {
                let mut row = vec![Value::opt_date(Some(period.period_start)), Value::Bool(period.inherits)];
                row.extend(figures_values(&period.figures));
                row
            })
            .collect())
    }

    fn read_part(&mut self, _part: usize, fields: &mut Fields<'_>) -> Result<(), StoreError> {
        self.periods.push(PeriodFigures {
            period_start: fields.date()?,
            inherits: fields.bool()?,
            figures: read_figures(fields)?,
        });
        Ok(())
    }

    fn references(&self) -> Vec<Reference> {
        vec![Reference::id("organization", "organizations", self.organization.as_uuid())]
    }
}

/// What is said now, with what is held and consumed.
fn kept(said: Figures, known: Option<Figures>) -> Figures {
    let known = known.unwrap_or_default();
    Figures { pending: known.pending, committed: known.committed, consumed: known.consumed, ..said }
}

fn figures_values(figures: &Figures) -> [Value; 5] {
    [
        Value::Int(figures.total),
        Value::Int(Some(figures.used_elsewhere)),
        Value::Int(Some(figures.pending)),
        Value::Int(Some(figures.committed)),
        Value::Int(Some(figures.consumed)),
    ]
}

fn read_figures(fields: &mut Fields<'_>) -> Result<Figures, StoreError> {
    Ok(Figures {
        total: fields.opt_int()?,
        used_elsewhere: fields.int()?,
        pending: fields.int()?,
        committed: fields.int()?,
        consumed: fields.int()?,
    })
}

impl CapacityPoolFilter {
    pub(crate) fn push(&self, statement: &mut Statement) -> Result<(), StoreError> {
        if let Some(external) = &self.external {
            statement.push(" AND ").push_external(external);
        }
        if let Some(organization) = self.organization {
            statement.push(" AND organization_id = ").bind(Value::Uuid(Some(organization.as_uuid())));
        }
        if let Some(kind) = self.kind {
            statement.push(" AND kind = ").bind(Value::word(kind)?);
        }
        if let Some(before) = self.confirmed_before {
            statement.push(" AND confirmed_at < ").bind(Value::time(before));
        }
        if let Some(pledged) = self.pledged {
            statement.push(if pledged { " AND pledged" } else { " AND NOT pledged" });
        }
        if let Some(from) = self.running_low_from {
            statement.push(
                " AND NOT pledged AND (10 * (total - used_elsewhere - pending - committed - consumed) <= total OR EXISTS (SELECT 1 \
                 FROM capacity_pool_periods AS part WHERE part.tenant = capacity_pools.tenant \
                 AND part.capacity_pool_id = capacity_pools.id AND 10 * (part.total - part.used_elsewhere - part.pending \
                 - part.committed - part.consumed) <= part.total AND part.period_start >= ",
            );
            statement.bind(Value::opt_date(Some(from))).push("))");
        }
        Ok(())
    }
}
