//! Writes: all mutations in one transaction, again from the start when another transaction was in the way.

use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::time::Duration;

use jiff::Timestamp;
use uuid::Uuid;
use wishwell_domain::Error;
use wishwell_domain::beneficiary::{Beneficiary, Household};
use wishwell_domain::capacity_pool::CapacityPool;
use wishwell_domain::category::Category;
use wishwell_domain::division::Division;
use wishwell_domain::event::Change;
use wishwell_domain::ids::{BeneficiaryId, ExternalId, HouseholdId, NeedId, ReferralId};
use wishwell_domain::limits::REFERRALS_IN_THE_WAY_MAX;
use wishwell_domain::need::{Need, Timing};
use wishwell_domain::notification::Subscription;
use wishwell_domain::organization::Organization;
use wishwell_domain::resource::Resource;
use wishwell_domain::round::Round;

use super::decide::{Known, Requested, decide};
use super::ledger::{follow_needs, holding, push_of_period, using_up};
use super::record::{self, Key, Reading, Record};
use super::session::{Failure, Session};
use super::statement::{Dialect, Statement, Value};
use super::{SqlStore, consents, erase, households, log, periods, request};
use crate::contract::{Effect, Mutation, Outcome, WriteContext, WriteMode, Written};
use crate::error::StoreError;

/// Times a write is tried when other transactions are in the way.
pub(super) const WRITE_ATTEMPTS_MAX: u32 = 10;
/// Wait before the second attempt; it doubles with each further one.
pub(super) const WRITE_RETRY_FIRST_WAIT_MILLISECONDS: u64 = 2;

/// How many entities one statement takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Pace {
    /// As many as possible.
    Bulk,
    /// One mutation at a time, to tell which one is refused and why.
    Single,
}

/// A write under way.
pub(super) struct Writing<'w> {
    pub(super) session: Session,
    pub(super) context: &'w WriteContext,
    pub(super) mutations: &'w [Mutation],
    pub(super) now: Timestamp,
    pace: Pace,
    /// One for each mutation, filled as they are carried out.
    pub(super) outcomes: Vec<Option<Outcome>>,
    /// What changes because of them.
    pub(super) following: Vec<Change>,
    /// The households that somebody joined or left by them.
    pub(super) moved: HashSet<HouseholdId>,
}

impl SqlStore {
    pub(super) async fn write_mutations(
        &self,
        context: &WriteContext,
        mutations: &[Mutation],
        answer: Option<serde_json::Value>,
    ) -> Result<Written, StoreError> {
        let mut pace = Pace::Bulk;
        let mut wait = Duration::from_millis(WRITE_RETRY_FIRST_WAIT_MILLISECONDS);
        let mut last = None;
        for _ in 0..WRITE_ATTEMPTS_MAX {
            match self.attempt(context, mutations, answer.as_ref(), pace).await {
                Ok(written) => return Ok(written),
                Err(Failure::Store(error)) => return Err(error),
                Err(failure)
                    if pace == Pace::Bulk
                        && matches!(
                            failure,
                            Failure::Unique(_) | Failure::ForeignKey(_) | Failure::Check(_) | Failure::Refused
                        ) =>
                {
                    tracing::debug!(?failure, "looking for the mutation that is refused");
                    pace = Pace::Single;
                    last = Some(failure);
                }
                Err(failure) => {
                    tracing::debug!(?failure, "another transaction was in the way, trying again");
                    last = Some(failure);
                    tokio::time::sleep(wait + jitter(wait)).await;
                    wait *= 2;
                }
            }
        }
        Err(last.map_or_else(|| StoreError::Defect("no attempt made".to_owned()), Failure::into_store_error))
    }

    async fn attempt(
        &self,
        context: &WriteContext,
        mutations: &[Mutation],
        answer: Option<&serde_json::Value>,
        pace: Pace,
    ) -> Result<Written, Failure> {
        let mut session = self.database.begin_write().await?;
        let now = match &context.request {
            None => super::now(&mut session).await?,
            Some(key) => match request::claim(&mut session, context, key).await? {
                request::Claim::New(now) => now,
                request::Claim::Answered(written) => {
                    session.end().await?;
                    return Ok(written);
                }
            },
        };
        if let (Some(key), Some(answer)) = (&context.request, answer) {
            request::keep_answer(&mut session, context, key, answer).await?;
        }
        let outcomes = vec![None; mutations.len()];
        let (following, moved) = (Vec::new(), HashSet::new());
        let mut writing = Writing { session, context, mutations, now, pace, outcomes, following, moved };
        let steps = steps(mutations, pace);
        if steps.len() > 1 || writing.puts::<Beneficiary>().next().is_some() {
            writing.lock_in_order().await?;
        }
        for step in steps {
            writing.carry_out(step).await?;
        }
        Ok(Written { kept: answer.cloned(), ..writing.finish().await? })
    }
}

/// Up to `wait` more, so that those who were in each other's way do not meet again.
pub(super) fn jitter(wait: Duration) -> Duration {
    // Each RandomState has other keys: a random number without a dependency.
    let random = std::hash::BuildHasher::hash_one(&std::hash::RandomState::new(), ());
    let thousandth = u32::try_from(random % 1_000).unwrap_or_default();
    wait * thousandth / 1_000
}

/// Splits mutations into runs that can go in one statement: puts of one kind, none touching what another one touches.
fn steps(mutations: &[Mutation], pace: Pace) -> Vec<Range<usize>> {
    let mut steps: Vec<Range<usize>> = Vec::new();
    let mut kind = "";
    let mut keys: HashSet<Key> = HashSet::new();
    let mut external: HashSet<&ExternalId> = HashSet::new();
    let mut requests: HashSet<Uuid> = HashSet::new();
    for (index, mutation) in mutations.iter().enumerate() {
        let identity = match mutation {
            Mutation::Put { entity, .. } => identity(entity),
            Mutation::PutKey { .. } | Mutation::EraseBeneficiary { .. } | Mutation::EraseNeed { .. } => None,
        };
        let joins = pace == Pace::Bulk
            && identity.as_ref().is_some_and(|this| {
                this.kind == kind
                    && !keys.contains(&this.key)
                    && !this.external.is_some_and(|e| external.contains(e))
                    && !this.request_id.is_some_and(|id| requests.contains(&id))
            });
        match steps.last_mut() {
            Some(step) if joins => step.end = index + 1,
            _ => {
                steps.push(index..index + 1);
                keys.clear();
                external.clear();
                requests.clear();
                kind = identity.as_ref().map_or("", |this| this.kind);
            }
        }
        if let Some(this) = identity {
            keys.insert(this.key);
            external.extend(this.external);
            requests.extend(this.request_id);
        }
    }
    steps
}

/// By what an entity that can be put is known.
struct Identity<'e> {
    kind: &'static str,
    key: Key,
    external: Option<&'e ExternalId>,
    request_id: Option<Uuid>,
}

fn identity(change: &Change) -> Option<Identity<'_>> {
    fn of<T: Record>(entity: &T) -> Option<Identity<'_>> {
        let (key, external, request_id) = (entity.key(), entity.external(), entity.request_id());
        Some(Identity { kind: T::KIND, key, external, request_id })
    }
    match change {
        Change::Category(entity) => of(entity),
        Change::Division(entity) => of(entity),
        Change::Organization(entity) => of(entity),
        Change::Resource(entity) => of(entity.as_ref()),
        Change::CapacityPool(entity) => of(entity),
        Change::Beneficiary(entity) => of(entity),
        Change::Household(entity) => of(entity),
        Change::Need(entity) => of(entity.as_ref()),
        Change::Round(entity) => of(entity.as_ref()),
        Change::Subscription(entity) => of(entity.as_ref()),
        Change::BeneficiaryErased { .. } | Change::Referral(_) => None,
    }
}

/// The entities of a step, which are all of one kind.
pub(super) fn entities<T: Record>(mutations: &[Mutation], step: Range<usize>) -> Vec<(usize, &T, WriteMode)> {
    step.filter_map(|index| match mutations.get(index)? {
        Mutation::Put { entity, mode } => T::from_change(entity).map(|entity| (index, entity, *mode)),
        _ => None,
    })
    .collect()
}

/// The entities of a step that are not as they were, as they are now.
fn changed<T: Record>(outcomes: &[Option<Outcome>], step: Range<usize>) -> impl Iterator<Item = &T> {
    let outcomes = outcomes.get(step).unwrap_or_default().iter().flatten();
    let changed = outcomes.filter(|outcome| outcome.effect != Effect::Unchanged);
    changed.filter_map(|outcome| T::from_change(outcome.after.as_ref()?))
}

impl<'w> Writing<'w> {
    /// The entities of one kind that are put.
    fn puts<T: Record>(&self) -> impl Iterator<Item = &'w T> + use<'w, T> {
        self.mutations.iter().filter_map(|mutation| match mutation {
            Mutation::Put { entity, .. } => T::from_change(entity),
            _ => None,
        })
    }

    /// Locks the rows that several steps will change, kind by kind and by key: whatever order two writes name them in, one
    /// waits for the other instead of both waiting for each other. A single step does the same as it reads, unless it moves members of
    /// households. What needs that are put keep as it is, households and people, comes before the needs.
    async fn lock_in_order(&mut self) -> Result<(), Failure> {
        if self.session.dialect() == Dialect::Sqlite {
            return Ok(());
        }
        self.lock::<Category>().await?;
        self.lock::<Division>().await?;
        self.lock::<Organization>().await?;
        self.lock::<CapacityPool>().await?;
        self.lock::<Resource>().await?;
        let people: Vec<&Beneficiary> = self.puts::<Beneficiary>().collect();
        let mut households = households::to_be_moved(&mut self.session, &self.context.tenant, &people).await?;
        let wishing = consents::wishing_households(self.puts::<Need>());
        households.extend(wishing.iter().map(|household| Key::Id(household.as_uuid())));
        self.lock_also::<Household>(households).await?;
        self.lock_people(wishing).await?;
        self.lock::<Need>().await?;
        self.lock::<Round>().await
    }

    /// Locks who is put or erased, and keeps as they are those whom needs are for that are put, those whose keys are, and the members of
    /// these households. Where both happen all are locked alike: one order holds for one kind of lock.
    async fn lock_people(&mut self, wishing: HashSet<HouseholdId>) -> Result<(), Failure> {
        let (mut changed, mut kept) = (Vec::new(), Vec::new());
        for mutation in self.mutations {
            match mutation {
                Mutation::EraseBeneficiary { id } => changed.push(*id),
                Mutation::PutKey { subject, .. } => kept.extend(BeneficiaryId::parse_name("subject", subject)),
                _ => {}
            }
        }
        kept.extend(self.puts::<Need>().filter_map(|need| need.beneficiary));
        kept.extend(consents::member_ids(&mut self.session, &self.context.tenant, wishing).await?);
        if changed.is_empty() && self.puts::<Beneficiary>().next().is_none() {
            return erase::erased_among(&mut self.session, &self.context.tenant, &kept).await.map(drop);
        }
        changed.append(&mut kept);
        self.lock_also::<Beneficiary>(changed.into_iter().map(|id| Key::Id(id.as_uuid())).collect()).await
    }

    async fn lock<T: Record>(&mut self) -> Result<(), Failure> {
        self.lock_also::<T>(Vec::new()).await
    }

    /// Locks those that are put, and others.
    async fn lock_also<T: Record>(&mut self, mut keys: Vec<Key>) -> Result<(), Failure> {
        let entities: Vec<&T> = self.puts().collect();
        keys.extend(entities.iter().map(|entity| entity.key()));
        let external: Vec<&ExternalId> = entities.iter().filter_map(|entity| entity.external()).collect();
        record::lock::<T>(&mut self.session, &self.context.tenant, keys, &external).await
    }

    async fn carry_out(&mut self, step: Range<usize>) -> Result<(), Failure> {
        let index = step.start;
        match &self.mutations[index] {
            Mutation::PutKey { subject, key } => {
                let effect = erase::put_key(self, subject, key).await?;
                self.settle(index, effect, None);
                Ok(())
            }
            Mutation::EraseBeneficiary { id } => {
                let (effect, after) = erase::beneficiary(self, *id).await?;
                self.settle(index, effect, Some(after));
                Ok(())
            }
            Mutation::EraseNeed { id, expected } => {
                let (effect, after) = erase::need(self, *id, *expected).await?;
                self.settle(index, effect, Some(after));
                Ok(())
            }
            Mutation::Put { entity, .. } => match entity {
                Change::Category(_) => self.put::<Category>(step).await,
                Change::Division(_) => self.put::<Division>(step).await,
                Change::Organization(_) => self.put::<Organization>(step).await,
                Change::Resource(_) => self.put::<Resource>(step).await,
                Change::CapacityPool(_) => {
                    let before = self.replace::<CapacityPool>(step.clone()).await?;
                    let (tenant, put) = (&self.context.tenant, changed(&self.outcomes, step));
                    periods::refuse(&mut self.session, tenant, self.now, &before, put).await
                }
                Change::Beneficiary(_) => {
                    let before = self.replace::<Beneficiary>(step.clone()).await?;
                    self.moved.extend(households::moved(&before, changed(&self.outcomes, step.clone())));
                    let (tenant, put) = (&self.context.tenant, changed(&self.outcomes, step));
                    consents::refuse_withholding_amid_wishes(&mut self.session, tenant, &before, put).await
                }
                Change::Household(_) => self.put::<Household>(step).await,
                Change::Need(_) => {
                    consents::keep_members(self, step.clone()).await?;
                    erase::refuse_needs_of_erased(self, step.clone()).await?;
                    let before = self.replace::<Need>(step.clone()).await?;
                    let (tenant, put) = (&self.context.tenant, changed(&self.outcomes, step.clone()));
                    consents::refuse_withheld_wishes(&mut self.session, tenant, put).await?;
                    self.retime(step, &before).await
                }
                Change::Round(_) => self.put::<Round>(step).await,
                Change::Subscription(_) => self.put::<Subscription>(step).await,
                Change::BeneficiaryErased { .. } => {
                    Err(StoreError::Defect("an erasure is not put but asked for".to_owned()).into())
                }
                Change::Referral(_) => Err(StoreError::Defect("referrals are the ledger's".to_owned()).into()),
            },
        }
    }

    fn settle(&mut self, mutation: usize, effect: Effect, after: Option<Change>) {
        self.outcomes[mutation] = Some(Outcome { effect, after });
    }

    async fn put<T: Record>(&mut self, step: Range<usize>) -> Result<(), Failure> {
        self.replace::<T>(step).await.map(drop)
    }

    /// Puts entities, and answers those that were there before, as they were.
    async fn replace<T: Record>(&mut self, step: Range<usize>) -> Result<Vec<T>, Failure> {
        let entries = entities::<T>(self.mutations, step);
        let count = entries.len();
        let tenant = &self.context.tenant;
        let external: Vec<&ExternalId> = entries.iter().filter_map(|(_, entity, _)| entity.external()).collect();
        let mut before = record::find_external::<T>(&mut self.session, tenant, &external, Reading::ForUpdate).await?;
        let found: HashSet<Key> = before.iter().map(T::key).collect();
        let other_keys = entries.iter().map(|(_, entity, _)| entity.key()).filter(|key| !found.contains(key)).collect();
        before.extend(record::find::<T>(&mut self.session, tenant, other_keys, Reading::ForUpdate).await?);
        let requested = self.requested(&entries).await?;
        let by_key: HashMap<Key, &T> = before.iter().map(|entity| (entity.key(), entity)).collect();
        let by_external: HashMap<&ExternalId, &T> =
            before.iter().filter_map(|entity| Some((entity.external()?, entity))).collect();

        let mut changed: Vec<(usize, Effect, T)> = Vec::with_capacity(entries.len());
        for (index, entity, mode) in entries {
            let known = Known {
                by_key: by_key.get(&entity.key()).copied(),
                by_external: entity.external().and_then(|external| by_external.get(external).copied()),
                by_request: entity.request_id().and_then(|id| requested.get(&id)),
            };
            let decision = match decide(entity, mode, &known, self.now) {
                Ok(decision) => decision,
                // The tables may refuse one that comes before it.
                Err(_) if self.pace == Pace::Bulk && count > 1 => return Err(Failure::Refused),
                Err(refusal) => return Err(refusal.into()),
            };
            match decision.effect {
                Effect::Unchanged => self.settle(index, Effect::Unchanged, Some(decision.after.into_change())),
                effect => changed.push((index, effect, decision.after)),
            }
        }
        self.store(&changed).await?;
        for (index, effect, after) in changed {
            self.settle(index, effect, Some(after.into_change()));
        }
        Ok(before)
    }

    /// What came in with the requests of new entities before. An update says nothing of a request.
    async fn requested<T: Record>(
        &mut self,
        entries: &[(usize, &T, WriteMode)],
    ) -> Result<HashMap<Uuid, Requested<T>>, Failure> {
        let tenant = &self.context.tenant;
        let new = entries.iter().filter(|(_, _, mode)| !matches!(mode, WriteMode::Update { .. }));
        let mut requested = HashMap::new();
        for request_id in new.filter_map(|(_, entity, _)| entity.request_id()) {
            let found = record::find_requested::<T>(&mut self.session, tenant, request_id, Reading::ForUpdate).await?;
            let Some(entity) = found else { continue };
            let first = log::first_image(&mut self.session, tenant, entity.name()).await?;
            let submitted = first.as_ref().and_then(T::from_change).unwrap_or(&entity).clone();
            requested.insert(request_id, Requested { entity, submitted });
        }
        Ok(requested)
    }

    /// Lets what is live for needs follow when they are wanted by another time than `before`.
    async fn retime(&mut self, step: Range<usize>, before: &[Need]) -> Result<(), Failure> {
        let before: HashMap<NeedId, Option<Timing>> = before.iter().map(|need| (need.id, need.timing)).collect();
        let retimed = |need: &&Need| before.get(&need.id).is_some_and(|before| *before != need.timing);
        let retimed: Vec<&Need> = changed::<Need>(&self.outcomes, step).filter(retimed).collect();
        let followed = follow_needs(&mut self.session, &self.context.tenant, self.now, &retimed).await?;
        self.following.extend(followed);
        Ok(())
    }

    async fn store<T: Record>(&mut self, changed: &[(usize, Effect, T)]) -> Result<(), Failure> {
        if self.pace == Pace::Single {
            for (index, _, entity) in changed {
                self.check_references(*index, entity).await?;
                self.check_promises(entity).await?;
            }
        }
        let mut entities: Vec<&T> = changed.iter().map(|(_, _, entity)| entity).collect();
        if T::KEY == "id" {
            // One order for everybody, so that two batches that touch the same entities wait for each other instead of
            // deadlocking. Trees keep the order given, parents before children.
            entities.sort_by(|a, b| a.external().cmp(&b.external()).then_with(|| a.key().cmp(&b.key())));
        }
        let known: Vec<Key> = changed
            .iter()
            .filter(|(_, effect, _)| *effect == Effect::Updated)
            .map(|(_, _, entity)| entity.key())
            .collect();
        let written = record::write(&mut self.session, &self.context.tenant, &entities, &known).await;
        // Known external identities and requests were looked for: somebody has taken one since, and the next attempt finds it.
        let taken = |name: &str| name.ends_with("_external_key") || name.ends_with("_request_key");
        let written = match written {
            Err(Failure::Unique(name)) if taken(&name) => Err(Failure::Conflict),
            written => written,
        };
        match (written, self.pace, changed.first()) {
            (Err(failure), Pace::Single, Some((mutation, _, _))) => Err(self.named(*mutation, failure)),
            (written, ..) => written,
        }
    }

    /// Says which mutation broke which constraint.
    fn named(&self, mutation: usize, failure: Failure) -> Failure {
        match failure {
            Failure::Check(constraint) | Failure::Unique(constraint) => {
                StoreError::ConstraintViolated { mutation, constraint }.into()
            }
            // References were checked a moment ago and nothing is ever deleted that could be referred to.
            Failure::ForeignKey(_) => Failure::Conflict,
            failure => failure,
        }
    }

    async fn check_references<T: Record>(&mut self, mutation: usize, entity: &T) -> Result<(), Failure> {
        for reference in entity.references() {
            if T::TABLE == reference.table && reference.key == entity.key() {
                continue;
            }
            let column = if matches!(reference.key, Key::Code(_)) { "code" } else { "id" };
            let mut statement = self.session.statement("SELECT 1 FROM ");
            statement.push(reference.table).push(" WHERE tenant = ").bind(Value::text(self.context.tenant.as_str()));
            statement.push(" AND ").push(column).push(" = ").bind(reference.key.value());
            if self.session.fetch(statement, |_| Ok(())).await? == 0 {
                return Err(StoreError::DanglingReference { mutation, field: reference.field }.into());
            }
        }
        Ok(())
    }

    /// Refuses totals below what is promised and used up, with whose that is. Whatever else may be wrong with them, the tables refuse.
    async fn check_promises<T: Record>(&mut self, entity: &T) -> Result<(), Failure> {
        let Some((pool, period_start, figures)) = entity.overdrawn() else { return Ok(()) };
        let (tenant, session) = (&self.context.tenant, &mut self.session);
        let of_period = |statement: &mut Statement| push_of_period(statement, period_start);
        let mut found = holding(session, tenant, pool.as_uuid(), REFERRALS_IN_THE_WAY_MAX, of_period).await?;
        if figures.is_used_beyond() {
            found.extend(using_up(session, tenant, pool.as_uuid(), period_start).await?);
            found.truncate(REFERRALS_IN_THE_WAY_MAX);
        }
        let mut referrals: Vec<String> = found.into_iter().map(|id| ReferralId::from_uuid(id).name()).collect();
        // One may hold of the same pool by several lines.
        referrals.dedup();
        if referrals.is_empty() {
            return Ok(());
        }
        let becomes = figures.total.unwrap_or_default().to_string();
        let refusal = Error::CapacityHeld { name: pool.name(), taken: figures.taken(), becomes, referrals };
        Err(StoreError::Refused(Box::new(refusal)).into())
    }

    /// Logs what changed, keeps the answer, commits. The log's head is taken last, because its lock makes every other
    /// write of the tenant wait for the commit.
    async fn finish(mut self) -> Result<Written, Failure> {
        households::follow_members(&mut self).await?;
        let outcomes: Vec<Outcome> = self
            .outcomes
            .into_iter()
            .collect::<Option<_>>()
            .ok_or_else(|| StoreError::Defect("a mutation was not carried out".to_owned()))?;
        let logged = log::append(&mut self.session, self.context, self.now, &outcomes, &self.following).await?;
        if let Some(key) = &self.context.request {
            request::keep(&mut self.session, self.context, key, &outcomes, &logged).await?;
        }
        self.session.commit().await?;
        Ok(Written { outcomes, position: logged.position, replayed: false, kept: None })
    }
}
