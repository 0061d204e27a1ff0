//! Rounds in tables.

use jiff::Timestamp;
use wishwell_domain::event::Change;
use wishwell_domain::ids::{ExternalId, RoundId, Version};
use wishwell_domain::round::{Round, RoundProgress};

use super::record::{Key, Record, settled};
use super::session::Fields;
use super::statement::{Statement, Value};
use crate::error::StoreError;
use crate::rounds::RoundFilter;

impl Record for Round {
    const KIND: &'static str = "round";
    const TABLE: &'static str = "rounds";
    const KEY: &'static str = "id";
    const COLUMNS: &'static [&'static str] = &[
        "id",
        "rules",
        "dry_run",
        "requested_by",
        "state",
        "failure",
        "attempts",
        "passes",
        "items",
        "planned",
        "offered",
        "refused",
        "replanned",
        "short",
        "reached",
        "started_at",
        "solved_at",
        "finished_at",
        "version",
        "created_at",
        "updated_at",
    ];

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
        if let Change::Round(round) = change { Some(round) } else { None }
    }
    fn into_change(self) -> Change {
        Change::Round(Box::new(self))
    }
    fn found(&mut self, now: Timestamp) {
        self.version = Version(1);
        self.created_at = now;
        self.updated_at = now;
    }
    fn succeed(&mut self, known: &Self, now: Timestamp) {
        self.id = known.id;
        self.version = Version(known.version.0 + 1);
        self.created_at = known.created_at;
        self.updated_at = now;
    }

    fn settle(&mut self) {
        for time in [&mut self.started_at, &mut self.solved_at, &mut self.finished_at] {
            *time = time.map(settled);
        }
        if let Some(reached) = &mut self.reached {
            reached.evaluated_at = settled(reached.evaluated_at);
        }
    }

    fn row(&self) -> Result<Vec<Value>, StoreError> {
        let progress = &self.progress;
        let count = |count: u64| {
            let out = || StoreError::Defect("a count of a round is out of range".to_owned());
            i64::try_from(count).map(|count| Value::Int(Some(count))).map_err(|_| out())
        };
        Ok(vec![
            Value::Uuid(Some(self.id.as_uuid())),
            Value::json(&self.rules)?,
            Value::Bool(self.dry_run),
            Value::text(&self.requested_by),
            Value::word(self.state)?,
            Value::opt_word(self.failure)?,
            Value::Int(Some(i64::from(progress.attempts))),
            Value::Int(Some(i64::from(progress.passes))),
            count(progress.items)?,
            count(progress.planned)?,
            count(progress.offered)?,
            count(progress.refused)?,
            count(progress.replanned)?,
            count(progress.short)?,
            self.reached.as_ref().map_or(Ok(Value::Json(None)), Value::json)?,
            Value::opt_time(self.started_at),
            Value::opt_time(self.solved_at),
            Value::opt_time(self.finished_at),
            Value::Int(Some(self.version.0)),
            Value::time(self.created_at),
            Value::time(self.updated_at),
        ])
    }

    fn read(fields: &mut Fields<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            id: RoundId::from_uuid(fields.uuid()?),
            rules: fields.json()?,
            dry_run: fields.bool()?,
            requested_by: fields.text()?,
            state: fields.word()?,
            failure: fields.opt_word()?,
            progress: RoundProgress {
                attempts: fields.number()?,
                passes: fields.number()?,
                items: fields.number()?,
                planned: fields.number()?,
                offered: fields.number()?,
                refused: fields.number()?,
                replanned: fields.number()?,
                short: fields.number()?,
            },
            reached: fields.opt_json()?,
            started_at: fields.opt_time()?,
            solved_at: fields.opt_time()?,
            finished_at: fields.opt_time()?,
            version: Version(fields.int()?),
            created_at: fields.time()?,
            updated_at: fields.time()?,
        })
    }
}

impl RoundFilter {
    pub(super) fn push(&self, statement: &mut Statement) {
        if !self.states.is_empty() {
            let states = self.states.iter().map(|state| state.name().to_owned()).collect();
            statement.push(" AND ").push_in_texts("state", states);
        }
        if self.unfinished_only {
            statement.push(" AND finished_at IS NULL");
        }
    }
}
