//! Use cases: snapshot, engine, commit. They speak the domain's words; the wire and the drivers are elsewhere.

pub(crate) mod auto_refer;
pub(crate) mod beneficiaries;
pub(crate) mod catalog;
pub(crate) mod consents;
pub(crate) mod figures;
pub(crate) mod find;
pub(crate) mod find_needs;
pub(crate) mod known_of_needs;
pub(crate) mod needs;
pub(crate) mod notices;
pub(crate) mod page_tokens;
pub(crate) mod places;
pub(crate) mod plan;
pub(crate) mod publishing;
pub(crate) mod references;
pub(crate) mod referrals;
pub(crate) mod refused_claims;
pub(crate) mod rounds;
pub(crate) mod supervision;
pub(crate) mod wishes;

use std::sync::{Arc, Mutex, PoisonError};

use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio_util::sync::CancellationToken;
use uuid::{ContextV7, Uuid};
use wishwell_bus::ChangeHints;
use wishwell_domain::Error;
use wishwell_domain::beneficiary::WrappedKey;
use wishwell_domain::clock::Clock;
use wishwell_domain::event::Change;
use wishwell_domain::ids::{DivisionCode, LogPosition, OrganizationId, RoundId, TenantId};
use wishwell_domain::ledger::Command;
use wishwell_domain::principal::{Principal, Role};
use wishwell_engine::{ENGINE_VERSION, ScoringRules, Snapshot};
use wishwell_store::{Basis, Mutation, RequestKey, Store, StoreError, WriteContext, WriteMode, Written};

use crate::privacy::{DerivedKeys, MasterKey, SubjectKey, TenantKeys};
use crate::snapshots::Snapshots;
use crate::trouble::Troubles;
use crate::watch::Watchers;
use crate::webhook::Sender;

/// Attempts of an update that carries no etag when others change the same entity at the same time.
pub(crate) const UPDATE_ATTEMPTS_MAX: usize = 4;

/// What the use cases work with.
#[derive(Debug)]
pub(crate) struct Platform {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) hints: Arc<dyn ChangeHints>,
    pub(crate) snapshots: Snapshots,
    pub(crate) master_key: MasterKey,
    pub(crate) derived_keys: DerivedKeys,
    pub(crate) clock: Arc<dyn Clock>,
    /// Weights of the score where a snapshot has no prices.
    pub(crate) rules: ScoringRules,
    /// Those where it has.
    pub(crate) rules_ahead: ScoringRules,
    pub(crate) ids: IdSource,
    pub(crate) watchers: Watchers,
    /// Wakes who works on rounds.
    pub(crate) bell: rounds::Bell,
    /// Places for those who plan without storing anything.
    pub(crate) planners: plan::Planners,
    /// Threads that a round is planned with.
    pub(crate) round_threads: usize,
    /// Claims that were refused lately.
    pub(crate) refused_claims: refused_claims::RefusedClaims,
    /// Sends messages to partners' tools; none when that is switched off.
    pub(crate) webhooks: Option<Sender>,
    /// What fails now.
    pub(crate) troubles: Arc<Troubles>,
    /// Cancelled when the server takes no more calls.
    pub(crate) draining: CancellationToken,
}

/// One call's caller and, for writes, what makes it repeatable.
#[derive(Debug, Clone)]
pub(crate) struct Caller {
    pub(crate) principal: Arc<Principal>,
    pub(crate) method: &'static str,
    pub(crate) request: Option<RequestKey>,
}

impl Caller {
    pub(crate) fn tenant(&self) -> &TenantId {
        &self.principal.tenant
    }

    /// The id of its request, where it sent one.
    pub(crate) fn request_id(&self) -> Option<Uuid> {
        self.request.as_ref().map(|request| request.request_id)
    }

    fn denied(&self) -> Error {
        self.denied_so("")
    }

    /// Refuses a call that the role may make otherwise, by words that say with or by what it was called.
    pub(crate) fn denied_so(&self, how: &'static str) -> Error {
        Error::PermissionDenied { role: self.principal.role.name(), method: self.method.to_owned(), how }
    }

    /// Holds a partner to its own organization.
    pub(crate) fn may_keep(&self, organization: OrganizationId) -> Result<(), Error> {
        if self.principal.role != Role::Partner || self.principal.organization == Some(organization) {
            Ok(())
        } else {
            Err(self.denied())
        }
    }

    /// Whether a partner is asking; partners see less.
    pub(crate) fn is_partner(&self) -> bool {
        self.principal.role == Role::Partner
    }

    /// Whether the caller may see who a beneficiary is and where exactly it lives.
    pub(crate) fn sees_personal(&self) -> bool {
        matches!(self.principal.role, Role::InternalService | Role::CaseWorker)
    }

    /// Leaves a trace of who asked for somebody's personal data. The subject is pseudonymous.
    pub(crate) fn record_disclosure(&self, subject: &str) {
        let (tenant, principal, role) = (self.tenant(), &self.principal.name, self.principal.role.name());
        tracing::info!(target: "wishwell::disclosure", %tenant, principal, role, subject, "personal data was asked for");
    }

    /// The divisions that a caller is held to, if it is held to any: a case worker of none works nowhere.
    pub(crate) fn held_to(&self) -> Option<&[DivisionCode]> {
        let divisions = &self.principal.divisions;
        (self.principal.role == Role::CaseWorker || !divisions.is_empty()).then_some(divisions)
    }

    /// Holds a caller to its divisions. Somebody in no known division is seen only by callers that are not held to any.
    pub(crate) fn works_in(&self, division: Option<&DivisionCode>, snapshot: &Snapshot) -> bool {
        let Some(held_to) = self.held_to() else { return true };
        division.is_some_and(|division| {
            held_to.iter().any(|own| own == division || snapshot.division_is_within(division, own))
        })
    }

    /// [`Self::works_in`], as a refusal.
    pub(crate) fn must_work_in(&self, division: Option<&DivisionCode>, snapshot: &Snapshot) -> Result<(), Error> {
        if self.works_in(division, snapshot) { Ok(()) } else { Err(self.denied()) }
    }

    /// The divisions a list shows: those asked for, within those the caller works in. Empty means all.
    pub(crate) fn divisions_to_list(
        &self,
        asked: Option<&DivisionCode>,
        snapshot: &Snapshot,
    ) -> Result<Vec<DivisionCode>, Error> {
        match asked {
            Some(asked) => {
                self.must_work_in(Some(asked), snapshot)?;
                Ok(snapshot.division_subtree(asked))
            }
            None if self.principal.divisions.is_empty() && self.principal.role == Role::CaseWorker => {
                Err(self.denied())
            }
            None => Ok(self.principal.divisions.iter().flat_map(|own| snapshot.division_subtree(own)).collect()),
        }
    }

    fn context(&self) -> WriteContext {
        WriteContext {
            tenant: self.principal.tenant.clone(),
            principal: self.principal.name.clone(),
            request: self.request.clone(),
        }
    }
}

/// By what a question is judged.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Scoring<'p> {
    /// Weights of the score.
    pub(crate) rules: &'p ScoringRules,
    /// The round whose prices they look at; none where nothing is looked ahead to.
    pub(crate) prices: Option<RoundId>,
}

impl Scoring<'_> {
    /// Version of engine and rules.
    pub(crate) fn version(&self) -> String {
        let (mut engine, mut rules) = (itoa::Buffer::new(), itoa::Buffer::new());
        [engine.format(ENGINE_VERSION), ".", rules.format(self.rules.version)].concat()
    }
}

/// Makes identifiers: UUIDs of version 7 from the instant of a clock, in order even within a millisecond.
#[derive(Debug, Default)]
pub(crate) struct IdSource(Mutex<ContextV7>);

impl IdSource {
    fn next(&self, now: jiff::Timestamp) -> Uuid {
        let context = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let seconds = u64::try_from(now.as_second()).unwrap_or_default();
        let nanoseconds = u32::try_from(now.subsec_nanosecond()).unwrap_or_default();
        Uuid::new_v7(uuid::Timestamp::from_unix(&*context, seconds, nanoseconds))
    }
}

/// That an answer was kept in a form that nobody here can read.
pub(crate) fn unknown_form() -> Error {
    Error::DataLoss("a kept answer has an unknown form".to_owned())
}

impl Platform {
    /// By what a question of `now` is judged: without prices there is nothing to look ahead to, and the usual rules hold.
    pub(crate) fn scoring(&self, snapshot: &Snapshot, now: jiff::Timestamp) -> Scoring<'_> {
        let prices = snapshot.prices_at(now);
        Scoring { rules: if prices.is_some() { &self.rules_ahead } else { &self.rules }, prices }
    }

    /// A new identifier.
    pub(crate) fn new_uuid(&self) -> Uuid {
        self.ids.next(self.clock.now())
    }

    /// The tenant's snapshot, at `min_position` or later.
    pub(crate) async fn snapshot(
        &self,
        caller: &Caller,
        min_position: Option<LogPosition>,
    ) -> Result<Arc<Snapshot>, Error> {
        self.snapshots.of(caller.tenant()).await?.at_least(min_position).await
    }

    /// The snapshot with everything that is in the log by now: what a write is checked against.
    pub(crate) async fn fresh_snapshot(&self, caller: &Caller) -> Result<Arc<Snapshot>, Error> {
        let position = self.store.position(caller.tenant()).await?;
        self.snapshot(caller, Some(position)).await
    }

    /// The stored answer to a request that came before, so that a repeated call is not judged by what changed since.
    async fn answered(&self, caller: &Caller) -> Result<Option<Written>, Error> {
        match caller.request {
            Some(_) => Ok(self.store.answered(&caller.context()).await?),
            None => Ok(None),
        }
    }

    /// Answers a request as it was answered before; one that comes for the first time is answered by `write`. While that was looked at
    /// and judged, the same one may have come again and been answered: then it stands in its own way, and where it is refused for that, it
    /// is answered the same.
    pub(crate) async fn once(
        &self,
        caller: &Caller,
        write: impl Future<Output = Result<Written, Error>>,
    ) -> Result<Written, Error> {
        if let Some(written) = self.answered(caller).await? {
            return Ok(written);
        }
        match write.await {
            Err(refusal) => match self.answered(caller).await {
                Ok(Some(written)) => Ok(written),
                _ => Err(refusal),
            },
            written => written,
        }
    }

    /// Keeps what a request was answered besides what it wrote; see [`wishwell_store::Store::keep_answer`].
    async fn keep_answer(&self, caller: &Caller, answer: serde_json::Value) -> Result<serde_json::Value, Error> {
        Ok(self.store.keep_answer(&caller.context(), answer).await?)
    }

    /// What a request is answered besides what it wrote: what was `kept` with it, or else what is `found` now, which is kept, so that the
    /// same request is answered the same again. One that was cut off in between was not answered yet: its replay is the first answer.
    pub(crate) async fn told_once<T: Serialize + DeserializeOwned>(
        &self,
        caller: &Caller,
        kept: Option<serde_json::Value>,
        found: impl Future<Output = Result<T, Error>>,
    ) -> Result<T, Error> {
        let told = match kept {
            Some(kept) => kept,
            None => {
                let found = found.await?;
                if caller.request.is_none() {
                    return Ok(found);
                }
                let found = serde_json::to_value(found)
                    .map_err(|error| Error::Internal(format!("an answer to keep as JSON: {error}")))?;
                self.keep_answer(caller, found).await?
            }
        };
        serde_json::from_value(told).map_err(|_| unknown_form())
    }

    /// Takes the caller's request id, if there is one, for the body it comes with.
    ///
    /// # Errors
    /// [`Error::RequestIdReused`] where it came with another one.
    pub(crate) async fn claim_request(&self, caller: &Caller) -> Result<(), Error> {
        if caller.request.is_some() {
            self.store_write(caller, Vec::new()).await?;
        }
        Ok(())
    }

    /// Answers a request that changes nothing, once; see [`wishwell_store::Store::answer_once`].
    pub(crate) async fn answer_once(&self, caller: &Caller, answer: serde_json::Value) -> Result<Written, Error> {
        Ok(self.store.answer_once(&caller.context(), answer).await?)
    }

    /// Writes and wakes everybody who follows the log.
    pub(crate) async fn write(&self, caller: &Caller, mutations: Vec<Mutation>) -> Result<Written, Error> {
        let written = self.store_write(caller, mutations).await?;
        Ok(self.published(caller, written))
    }

    /// Writes, and notes how that went.
    async fn store_write(&self, caller: &Caller, mutations: Vec<Mutation>) -> Result<Written, StoreError> {
        let written = self.store.write(&caller.context(), mutations).await;
        self.troubles.note_write(caller.tenant(), &written);
        written
    }

    /// Wakes everybody who follows the log.
    fn published(&self, caller: &Caller, written: Written) -> Written {
        let change = wishwell_bus::Change { tenant: caller.tenant().clone(), position: written.position };
        self.hints.publish(change);
        written
    }

    /// Asks the ledger and wakes everybody who follows the log.
    pub(crate) async fn carry_out(&self, caller: &Caller, commands: Vec<Command>) -> Result<Written, Error> {
        Ok(self.carry_out_upon(caller, commands, None).await?)
    }

    /// As [`Platform::carry_out`], as long as what the commands were decided upon has not changed.
    pub(crate) async fn carry_out_upon(
        &self,
        caller: &Caller,
        commands: Vec<Command>,
        basis: Option<Basis>,
    ) -> Result<Written, StoreError> {
        let written = self.store.carry_out_upon(&caller.context(), commands, basis).await;
        self.troubles.note_write(caller.tenant(), &written);
        Ok(self.published(caller, written?))
    }

    /// Keys of the caller's tenant.
    pub(crate) fn keys(&self, caller: &Caller) -> Arc<TenantKeys> {
        self.derived_keys.of(&self.master_key, caller.tenant())
    }

    /// A subject's key, none once destroyed.
    pub(crate) async fn key(&self, caller: &Caller, subject: &str) -> Result<Option<SubjectKey>, Error> {
        match self.store.key(caller.tenant(), subject).await? {
            Some(wrapped) => self.keys(caller).unwrap_key(subject, &wrapped).map(Some),
            None => Ok(None),
        }
    }
}

/// A put as a mutation.
pub(crate) fn put(entity: Change, mode: WriteMode) -> Mutation {
    Mutation::Put { entity, mode }
}

/// A kept key as a mutation.
pub(crate) fn put_key(subject: String, key: WrappedKey) -> Mutation {
    Mutation::PutKey { subject, key }
}

/// Takes one kind of entity out of a write's outcomes, in order.
macro_rules! outcomes_of {
    ($name:ident, $variant:ident, $entity:ty) => {
        /// The entities of this kind that a write put, in order.
        pub(crate) fn $name(written: Written) -> impl Iterator<Item = $entity> {
            written.outcomes.into_iter().filter_map(|outcome| match outcome.after {
                Some(Change::$variant(entity)) => Some(<$entity>::from(entity)),
                _ => None,
            })
        }
    };
}

outcomes_of!(organizations_of, Organization, wishwell_domain::organization::Organization);
outcomes_of!(capacity_pools_of, CapacityPool, wishwell_domain::capacity_pool::CapacityPool);
outcomes_of!(beneficiaries_of, Beneficiary, wishwell_domain::beneficiary::Beneficiary);
outcomes_of!(households_of, Household, wishwell_domain::beneficiary::Household);
outcomes_of!(resources_of, Resource, Box<wishwell_domain::resource::Resource>);
outcomes_of!(rounds_of, Round, Box<wishwell_domain::round::Round>);
outcomes_of!(subscriptions_of, Subscription, Box<wishwell_domain::notification::Subscription>);
outcomes_of!(needs_of, Need, Box<wishwell_domain::need::Need>);

/// The entity that a write of one entity must have put.
pub(crate) fn only<T>(mut entities: impl Iterator<Item = T>) -> Result<T, Error> {
    entities.next().ok_or_else(|| Error::Internal("a write answered without its entity".to_owned()))
}
