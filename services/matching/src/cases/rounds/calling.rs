//! What callers do with rounds: ask for one, read, call off.

use std::collections::{BTreeSet, HashMap};

use jiff::Timestamp;

use wishwell_domain::error::Precondition;
use wishwell_domain::event::Change;
use wishwell_domain::ids::{DivisionCode, NeedId, RoundId, Version};
use wishwell_domain::limits::{PAGE_SIZE_MAX, ROUNDS_UNFINISHED_MAX};
use wishwell_domain::round::{
    OutcomeState, Round, RoundOutcome, RoundProgress, RoundReport, RoundRules, RoundState, RoundStep,
};
use wishwell_domain::{Error, Violation, Violations};
use wishwell_engine::Snapshot;
use wishwell_store::{Page, PageRequest, RoundFilter, WriteMode, Written};

use crate::cases::{Caller, Platform, put, references};

/// What a caller wants of a round.
#[derive(Debug, Clone)]
pub(crate) struct RoundAsked {
    pub(crate) rules: RoundRules,
    pub(crate) dry_run: bool,
}

impl Caller {
    /// Whether a round exists for this caller: for one that is held to divisions, those that are about nothing else.
    fn reaches_round(&self, round: &Round, snapshot: &Snapshot) -> bool {
        let divisions = &round.rules.scope.divisions;
        self.held_to().is_none()
            || (!divisions.is_empty() && divisions.iter().all(|division| self.works_in(Some(division), snapshot)))
    }
}

impl Platform {
    /// Checks what is wanted of a round, tells it with what was found wrong before, and holds it to the caller's divisions.
    pub(crate) async fn check_round(
        &self,
        caller: &Caller,
        mut asked: RoundAsked,
        mut violations: Violations,
    ) -> Result<RoundAsked, Error> {
        let snapshot = self.fresh_snapshot(caller).await?;
        check(&asked.rules, &snapshot, &mut violations);
        self.check_needs(caller, &asked.rules, &snapshot, &mut violations).await?;
        violations.into_result()?;
        hold_to_divisions(caller, &mut asked.rules, &snapshot)?;
        Ok(asked)
    }

    /// Checks that the needs a round is about, and those of its pins, are there for this caller, whatever has become of them.
    async fn check_needs(
        &self,
        caller: &Caller,
        rules: &RoundRules,
        snapshot: &Snapshot,
        violations: &mut Violations,
    ) -> Result<(), Error> {
        let pinned = rules.pinned.iter().map(|pin| pin.need);
        let named: Vec<NeedId> =
            rules.scope.needs.iter().copied().chain(pinned).collect::<BTreeSet<_>>().into_iter().collect();
        let mut items_of = HashMap::new();
        for ids in named.chunks(PAGE_SIZE_MAX) {
            let found = self.store.needs(caller.tenant(), ids).await?.into_iter();
            let seen = found.filter(|need| caller.works_in(need.division.as_ref(), snapshot));
            items_of.extend(seen.map(|need| (need.id, need.items.len())));
        }
        for (index, need) in rules.scope.needs.iter().enumerate() {
            violations.require(items_of.contains_key(need), || {
                references::dangling(format_args!("round.rules.scope.needs[{index}]"), need.name())
            });
        }
        for (index, pin) in rules.pinned.iter().enumerate() {
            match items_of.get(&pin.need) {
                None => violations
                    .add(references::dangling(format_args!("round.rules.pinned[{index}].need"), pin.need.name())),
                Some(items) => violations.require((1..=*items).contains(&usize::from(pin.item_ordinal)), || {
                    let field = format!("round.rules.pinned[{index}].item_ordinal");
                    let message = format!("the need has {items} items");
                    Violation::new(field, "item.unknown", message).with_value(pin.item_ordinal)
                }),
            }
        }
        Ok(())
    }

    /// Asks for a round that was checked and answers at once.
    pub(crate) async fn create_round(&self, caller: &Caller, asked: RoundAsked) -> Result<Written, Error> {
        self.refuse_too_many_rounds(caller).await?;
        let round = Round {
            id: RoundId::from_uuid(self.new_uuid()),
            rules: asked.rules,
            dry_run: asked.dry_run,
            requested_by: caller.principal.name.clone(),
            state: RoundState::Pending,
            failure: None,
            progress: RoundProgress::default(),
            reached: None,
            started_at: None,
            solved_at: None,
            finished_at: None,
            // The store sets these.
            version: Version(0),
            created_at: Timestamp::UNIX_EPOCH,
            updated_at: Timestamp::UNIX_EPOCH,
        };
        let written = self.write(caller, vec![put(Change::Round(Box::new(round)), WriteMode::Create)]).await?;
        self.bell.ring();
        Ok(written)
    }

    async fn refuse_too_many_rounds(&self, caller: &Caller) -> Result<(), Error> {
        let filter = RoundFilter { unfinished_only: true, ..RoundFilter::default() };
        let page = PageRequest { after: None, limit: ROUNDS_UNFINISHED_MAX };
        let found = self.store.list_rounds(caller.tenant(), &filter, &page).await?;
        if found.entries.len() < ROUNDS_UNFINISHED_MAX {
            return Ok(());
        }
        let max = i64::try_from(ROUNDS_UNFINISHED_MAX).unwrap_or(i64::MAX);
        Err(Error::TooMuchAtOnce { limit: "rounds_unfinished_max", max })
    }

    /// A round within the caller's reach; others do not exist for it.
    pub(crate) async fn round(&self, caller: &Caller, id: RoundId) -> Result<Round, Error> {
        let snapshot = self.snapshot(caller, None).await?;
        let found = self.store.round(caller.tenant(), id).await?;
        found.filter(|round| caller.reaches_round(round, &snapshot)).ok_or_else(|| Error::NotFound { name: id.name() })
    }

    /// Rounds within the caller's reach. A page may hold fewer than asked for and not be the last.
    pub(crate) async fn list_rounds(
        &self,
        caller: &Caller,
        filter: &RoundFilter,
        page: &PageRequest,
    ) -> Result<Page<Round>, Error> {
        let snapshot = self.snapshot(caller, None).await?;
        let mut found = self.store.list_rounds(caller.tenant(), filter, page).await?;
        found.entries.retain(|round| caller.reaches_round(round, &snapshot));
        Ok(found)
    }

    /// Calls a round off wherever it stands; whoever works on it notices.
    pub(crate) async fn cancel_round(
        &self,
        caller: &Caller,
        id: RoundId,
        expected: Option<Version>,
    ) -> Result<Written, Error> {
        self.once(caller, async {
            let mut round = self.round(caller, id).await?;
            let read = round.version;
            if let Some(expected) = expected.filter(|expected| *expected != read) {
                return Err(Error::EtagMismatch { name: id.name(), expected: expected.0, actual: read.0 });
            }
            round.step(RoundStep::Cancel, self.clock.now())?;
            let mode = WriteMode::Update { expected: Some(read) };
            self.write(caller, vec![put(Change::Round(Box::new(round)), mode)]).await
        })
        .await
    }

    /// Outcomes of a round within the caller's reach, those after a place.
    pub(crate) async fn round_outcomes(
        &self,
        caller: &Caller,
        id: RoundId,
        states: &[OutcomeState],
        after: u32,
        limit: usize,
    ) -> Result<Vec<RoundOutcome>, Error> {
        let round = self.round(caller, id).await?;
        let found = self.store.round_outcomes(caller.tenant(), id, states, after, limit).await?;
        let expected = round.reached.as_ref().is_some_and(|reached| reached.totals.all.items > 0);
        if found.is_empty() && expected && self.store.round_report(caller.tenant(), id).await?.is_none() {
            return Err(not_kept(&round));
        }
        Ok(found)
    }

    /// The report of a round within the caller's reach.
    pub(crate) async fn round_report(&self, caller: &Caller, id: RoundId) -> Result<RoundReport, Error> {
        let round = self.round(caller, id).await?;
        match self.store.round_report(caller.tenant(), id).await? {
            Some(report) => Ok(report),
            None if round.reached.is_some() => Err(not_kept(&round)),
            None => Err(Error::IllegalStep { name: id.name(), state: round.state.name(), action: "be reported on" }),
        }
    }
}

/// Results of older rounds are dropped, and tables made again from the log have none.
fn not_kept(round: &Round) -> Error {
    Error::FailedPrecondition {
        precondition: Precondition::ResultsNotKept,
        message: format!("the results of {} are not kept any more", round.id),
        name: round.id.name(),
    }
}

/// Checks the rules, and that what they name is in the catalogue.
fn check(rules: &RoundRules, snapshot: &Snapshot, violations: &mut Violations) {
    rules.check("round.rules", violations);
    for (index, code) in rules.scope.divisions.iter().enumerate() {
        references::division(&format!("round.rules.scope.divisions[{index}]"), Some(code), snapshot, violations);
    }
    for (index, code) in rules.scope.categories.iter().enumerate() {
        references::category(&format!("round.rules.scope.categories[{index}]"), code, snapshot, violations);
    }
    for (index, guarantee) in rules.guarantees.iter().enumerate() {
        let field = format!("round.rules.guarantees[{index}].division");
        references::division(&field, guarantee.division.as_ref(), snapshot, violations);
    }
    for (index, cap) in rules.organization_caps.iter().enumerate() {
        // A bound on nobody would bind nobody, and nothing would say so.
        violations.require(snapshot.has_organization(cap.organization), || {
            let field = format_args!("round.rules.organization_caps[{index}].organization");
            references::dangling(field, cap.organization.name())
        });
    }
    for (index, pin) in rules.pinned.iter().enumerate() {
        violations.require(snapshot.resource(pin.resource).is_some(), || {
            references::dangling(format_args!("round.rules.pinned[{index}].resource"), pin.resource.name())
        });
    }
}

/// Whoever is held to divisions has rounds in them alone.
fn hold_to_divisions(caller: &Caller, rules: &mut RoundRules, snapshot: &Snapshot) -> Result<(), Error> {
    let Some(held_to) = caller.held_to() else { return Ok(()) };
    let divisions: &mut Vec<DivisionCode> = &mut rules.scope.divisions;
    if divisions.is_empty() {
        *divisions = held_to.to_vec();
    }
    if divisions.is_empty() {
        return Err(caller.denied());
    }
    divisions.iter().try_for_each(|division| caller.must_work_in(Some(division), snapshot))
}
