//! Needs: submitted once whatever the channel, sealed, listed, changed, ended.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use wishwell_domain::beneficiary::{Beneficiary, Household, Sealed};
use wishwell_domain::error::Precondition;
use wishwell_domain::event::Change;
use wishwell_domain::geo::Point;
use wishwell_domain::ids::{BeneficiaryId, HouseholdId, NeedId, Version};
use wishwell_domain::ledger::{Arrived, Command};
use wishwell_domain::limits::{DUPLICATE_DISTANCE_METRES_MAX, DUPLICATE_LOOK_BACK_DAYS};
use wishwell_domain::need::{Channel, Ending, Need, NeedPersonal};
use wishwell_domain::{Error, Violation, Violations};
use wishwell_engine::Snapshot;
use wishwell_store::{DuplicateQuery, Mutation, NeedFilter, PageRequest, RequestKey, StoreError, WriteMode, Written};

use super::{Caller, Platform, put, put_key, references};
use crate::privacy::SubjectKey;

/// Under what a request to erase a need notes that it has taken it back before.
const TAKING_BACK: &str = "wishwell.v1.NeedService/EraseNeed, taking it back";

/// Why another need may be the same as this one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Sameness {
    Beneficiary,
    Household,
    IdentityDocument,
    Place,
}

/// A need that may be the same, as it is told and kept with the answer. Nothing in it identifies anybody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct LikelyDuplicate {
    pub(crate) need: NeedId,
    pub(crate) reasons: Vec<Sameness>,
    pub(crate) channel: Channel,
    pub(crate) created_at: Timestamp,
}

impl Platform {
    /// A need in the caller's divisions; others do not exist for it.
    pub(crate) async fn need(&self, caller: &Caller, id: NeedId) -> Result<Need, Error> {
        let snapshot = self.snapshot(caller, None).await?;
        let found = self.store.need(caller.tenant(), id).await?;
        found
            .filter(|need| caller.works_in(need.division.as_ref(), &snapshot))
            .ok_or_else(|| Error::NotFound { name: id.name() })
    }

    /// What is sealed in a need, opened; none once it or its beneficiary is erased.
    pub(crate) async fn need_personal(&self, caller: &Caller, need: &Need) -> Result<Option<NeedPersonal>, Error> {
        self.open_sealed(caller, &sealed_for(need), need.personal.as_ref()).await
    }

    /// Has needs that were erased with their beneficiaries say when that was, as those do that were erased by themselves.
    pub(crate) async fn tell_erasures(&self, caller: &Caller, needs: &mut [Need]) -> Result<(), Error> {
        // In every other one something is sealed.
        let bare = needs.iter().filter(|need| need.personal.is_none() && need.erased_at.is_none());
        let mut of: Vec<BeneficiaryId> = bare.filter_map(|need| need.beneficiary).collect();
        if of.is_empty() {
            return Ok(());
        }
        of.sort_unstable();
        of.dedup();
        let erased = self.store.erasures(caller.tenant(), &of).await?;
        for need in needs {
            let with_whom = need.beneficiary.and_then(|id| erased.get(&id).copied());
            need.erased_at = need.erased_at.or(with_whom);
        }
        Ok(())
    }

    /// Submits a need that was checked, of a beneficiary if it names one, or answers the known one with the same external identity, or that
    /// came in under the same request id.
    pub(crate) async fn submit_need(
        &self,
        caller: &Caller,
        mut need: Need,
        mut personal: NeedPersonal,
        beneficiary: Option<Beneficiary>,
    ) -> Result<Written, Error> {
        let mut mutations = Vec::with_capacity(2);
        need.request_id = caller.request_id();
        if !self.is_submitted(caller, &need).await? {
            self.must_let_wish(caller, &need, beneficiary.as_ref()).await?;
            self.publish(caller, &mut need, beneficiary.as_ref(), None).await?;
            let subject = sealed_for(&need);
            let key = match need.beneficiary {
                Some(id) => self.beneficiary_key(caller, id).await?,
                None => {
                    let (key, wrapped) = self.keys(caller).new_key(&subject)?;
                    mutations.push(put_key(subject, wrapped));
                    key
                }
            };
            seal(&key, &mut need, &mut personal)?;
        }
        self.write_need(caller, need, WriteMode::CreateOrGet, mutations).await
    }

    /// Whether a need came in already: it is then neither published nor given a key.
    async fn is_submitted(&self, caller: &Caller, need: &Need) -> Result<bool, Error> {
        if self.is_known(caller, "need", need.external.as_ref()).await? {
            return Ok(true);
        }
        let Some(request_id) = need.request_id else { return Ok(false) };
        let filter = NeedFilter { request_id: Some(request_id), ..NeedFilter::default() };
        let page = PageRequest { after: None, limit: 1 };
        Ok(!self.store.list_needs(caller.tenant(), &filter, &page).await?.entries.is_empty())
    }

    /// Changes a need as it was checked; everything that was not changed is in `need` and `personal` as it was read.
    pub(crate) async fn update_need(
        &self,
        caller: &Caller,
        (mut need, mut personal): (Need, NeedPersonal),
        beneficiary: Option<Beneficiary>,
        stored: &Need,
        expected: Version,
    ) -> Result<Written, Error> {
        self.must_let_wish(caller, &need, beneficiary.as_ref()).await?;
        self.publish(caller, &mut need, beneficiary.as_ref(), Some(stored)).await?;
        let mut mutations = Vec::with_capacity(2);
        let key = self.sealing_key(caller, &need, &mut mutations).await?;
        seal(&key, &mut need, &mut personal)?;
        need.state = stored.state;
        need.state = need.state_by_items();
        let mode = WriteMode::Update { expected: Some(expected) };
        self.write_need(caller, need, mode, mutations).await
    }

    /// Puts a need after what it asks for. A wish whose beneficiary, or a member of whose household, has taken the consent to it back since
    /// that was read is refused as one that comes after that.
    async fn write_need(
        &self,
        caller: &Caller,
        need: Need,
        mode: WriteMode,
        mut mutations: Vec<Mutation>,
    ) -> Result<Written, Error> {
        let of_somebody = need.beneficiary.is_some() || need.household.is_some();
        let wished = (need.wish.is_some() && of_somebody).then(|| need.clone());
        mutations.push(put(Change::Need(Box::new(need)), mode));
        let Some(wished) = wished else { return self.write(caller, mutations).await };
        let mut attempts = super::UPDATE_ATTEMPTS_MAX;
        loop {
            attempts -= 1;
            match self.store_write(caller, mutations.clone()).await {
                Err(StoreError::Outdated) if attempts > 0 => {
                    let found = match wished.beneficiary {
                        Some(id) => self.store.beneficiary(caller.tenant(), id).await?,
                        None => None,
                    };
                    // The consent may have been given again.
                    self.must_let_wish(caller, &wished, found.as_ref()).await?;
                }
                written => return Ok(self.published(caller, written?)),
            }
        }
    }

    /// The key that seals a need: of the beneficiary that it names now (with another one, the sealed fields move to that one's
    /// key), or its own, made where there is none yet.
    async fn sealing_key(
        &self,
        caller: &Caller,
        need: &Need,
        mutations: &mut Vec<Mutation>,
    ) -> Result<SubjectKey, Error> {
        let subject = sealed_for(need);
        match self.key(caller, &subject).await? {
            Some(key) => Ok(key),
            None if need.beneficiary.is_none() => {
                let (key, wrapped) = self.keys(caller).new_key(&subject)?;
                mutations.push(put_key(subject, wrapped));
                Ok(key)
            }
            None => Err(Error::FailedPrecondition {
                precondition: Precondition::Erased,
                message: format!("{subject} was erased"),
                name: subject,
            }),
        }
    }

    /// What is sealed in a need with something changed in it, sealed anew; a key of its own is made where it has none yet.
    pub(super) async fn reseal(
        &self,
        caller: &Caller,
        need: &Need,
        change: impl FnOnce(&mut NeedPersonal) -> Result<(), Error>,
    ) -> Result<Sealed, Error> {
        let mut known = self.need_personal(caller, need).await?.unwrap_or_default();
        change(&mut known)?;
        let mut mutations = Vec::new();
        let key = self.sealing_key(caller, need, &mut mutations).await?;
        if !mutations.is_empty() {
            self.write(&Caller { request: None, ..caller.clone() }, mutations).await?;
        }
        key.seal(&known)
    }

    /// Ends a need before all of it was delivered, with everything that is under way for it, of which something may have arrived. Why is said
    /// in free words about somebody, so it is sealed with the rest.
    pub(crate) async fn end_need(
        &self,
        caller: &Caller,
        id: NeedId,
        (ending, arrived): (Ending, Vec<Arrived>),
        reason: &str,
        expected: Option<Version>,
    ) -> Result<Written, Error> {
        self.once(caller, async {
            let mut attempts = super::UPDATE_ATTEMPTS_MAX;
            loop {
                attempts -= 1;
                let need = self.need(caller, id).await?;
                let (mut personal, mut from) = (None, expected);
                if !reason.is_empty() && need.state.is_open() {
                    let say = |known: &mut NeedPersonal| {
                        reason.clone_into(&mut known.ending_reason);
                        Ok(())
                    };
                    // What is sealed now is what was read.
                    (personal, from) = (Some(self.reseal(caller, &need, say).await?), expected.or(Some(need.version)));
                }
                let arrived = arrived.clone();
                let command = Command::EndNeed { need: id, ending, arrived, personal, expected: from };
                match self.carry_out(caller, vec![command]).await {
                    Err(Error::EtagMismatch { .. }) if expected.is_none() && attempts > 0 => {}
                    written => return written,
                }
            }
        })
        .await
    }

    /// Destroys a need's own key and what it sealed. What is open is taken back first, in a write of its own: whoever is cut off in
    /// between asks again, under the same request or without the version that the need had before, and the erasure goes on from there.
    pub(crate) async fn erase_need(
        &self,
        caller: &Caller,
        id: NeedId,
        expected: Option<Version>,
    ) -> Result<Written, Error> {
        self.once(caller, async {
            let (mut attempts, mut expected) = (super::UPDATE_ATTEMPTS_MAX, expected);
            // Taking it back changes the version that is meant. That it was this very request that did so, is noted: it may have broken off
            // in between, or be under way twice. With another body it is refused from then on.
            let taking = Caller {
                request: caller.request.clone().map(|key| RequestKey { method: TAKING_BACK, ..key }),
                ..caller.clone()
            };
            let mut taken = self.answered(&taking).await?.is_some();
            loop {
                attempts -= 1;
                let need = self.need(caller, id).await?;
                must_be_sealed_alone(&need)?;
                if taken {
                    // What was expected was there, and is so no more.
                    expected = None;
                }
                if need.state.is_open() {
                    // It is noted once, and may be open again since.
                    let by = if taken { Caller { request: None, ..taking.clone() } } else { taking.clone() };
                    // As it was read: it may have been given to a beneficiary since.
                    match self.take_back(&by, id, expected.unwrap_or(need.version)).await {
                        Err(Error::EtagMismatch { .. }) if expected.is_none() && attempts > 0 => continue,
                        done => done?,
                    }
                    (taken, expected) = (true, None);
                } else if expected.is_some() && self.answered(&taking).await?.is_some() {
                    expected = None;
                }
                match self.store_write(caller, vec![Mutation::EraseNeed { id, expected }]).await {
                    // It was given to a beneficiary, or is open again, since it was read.
                    Err(StoreError::Outdated) if attempts > 0 => {}
                    written => return Ok(self.published(caller, written?)),
                }
            }
        })
        .await
    }

    /// Takes a need back, without a word, unless somebody else did meanwhile.
    async fn take_back(&self, caller: &Caller, id: NeedId, expected: Version) -> Result<(), Error> {
        let (ending, arrived) = (Ending::Withdrawn, Vec::new());
        let command = Command::EndNeed { need: id, ending, arrived, personal: None, expected: Some(expected) };
        match self.carry_out(caller, vec![command]).await {
            Ok(_) | Err(Error::FailedPrecondition { precondition: Precondition::NeedNotOpen, .. }) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// The likely duplicates that a submission was answered, or that it is now. They are looked for once the need is written, so
    /// that of two submitted at once one sees the other, and told once.
    pub(crate) async fn likely_duplicates_told(
        &self,
        caller: &Caller,
        need: &Need,
        kept: Option<serde_json::Value>,
    ) -> Result<Vec<LikelyDuplicate>, Error> {
        let found = async {
            let snapshot = self.snapshot(caller, None).await?;
            self.likely_duplicates(caller, need, &snapshot).await
        };
        self.told_once(caller, kept, found).await
    }

    /// Open needs submitted before this one that may be the same, with the reasons.
    async fn likely_duplicates(
        &self,
        caller: &Caller,
        need: &Need,
        snapshot: &Snapshot,
    ) -> Result<Vec<LikelyDuplicate>, Error> {
        let look_back = jiff::SignedDuration::from_hours(24 * DUPLICATE_LOOK_BACK_DAYS);
        let since = need.created_at.checked_sub(look_back).ok();
        let within = match caller.held_to() {
            None => Vec::new(),
            Some([]) => return Ok(Vec::new()),
            Some(own) => own.iter().flat_map(|own| snapshot.division_subtree(own)).collect(),
        };
        let ours = self.who(caller, need).await?;
        let query = DuplicateQuery {
            exclude: Some(need.id),
            beneficiary: need.beneficiary,
            household: ours.household,
            place: need.place,
            // A whole division is no sign of sameness; only with a place, a beneficiary or a household is there one.
            division: None,
            since,
            categories: need.items.iter().map(|item| item.category.clone()).collect(),
            until: Some(need.created_at),
            within,
        };
        let found = self.store.likely_duplicates(caller.tenant(), &query).await?;
        let mut likely = Vec::new();
        for other in found {
            let is_recent = since.is_none_or(|since| other.created_at > since);
            let place = need.place.filter(|_| is_recent);
            let reasons = reasons_of_sameness(need, place, &ours, &other, &self.who(caller, &other).await?);
            if !reasons.is_empty() {
                let (channel, created_at) = (other.channel, other.created_at);
                likely.push(LikelyDuplicate { need: other.id, reasons, channel, created_at });
            }
        }
        Ok(likely)
    }

    async fn who(&self, caller: &Caller, need: &Need) -> Result<Who, Error> {
        let mut who = Who { household: need.household, identity_digest: None };
        if let Some(id) = need.beneficiary
            && let Some(beneficiary) = self.store.beneficiary(caller.tenant(), id).await?
        {
            who.household = who.household.or(beneficiary.household);
            who.identity_digest = beneficiary.identity_digest;
        }
        Ok(who)
    }

    /// Checks a need that may be written: what it refers to and, where it changes a stored one, that this is open and that what is
    /// referred of it stays so. Tells it with what was found wrong before, and answers its beneficiary.
    pub(crate) async fn check_need(
        &self,
        caller: &Caller,
        need: &mut Need,
        stored: Option<&Need>,
        mut violations: Violations,
    ) -> Result<Option<Beneficiary>, Error> {
        if let Some(stored) = stored {
            must_be_open(stored)?;
            keep_referred(need, stored, &mut violations);
        }
        let snapshot = self.fresh_snapshot(caller).await?;
        Ok(self.whom(caller, "need", need, stored, &snapshot, violations).await?.beneficiary)
    }

    /// Whom a need names, once all that it refers to is checked; whoever does not exist for the caller is a violation, told with what was
    /// found wrong before. What an update leaves as it was stays, also when it lies outside the caller's divisions; what it newly
    /// names must be within them.
    pub(crate) async fn whom(
        &self,
        caller: &Caller,
        field: &str,
        need: &Need,
        stored: Option<&Need>,
        snapshot: &Snapshot,
        mut violations: Violations,
    ) -> Result<Whom, Error> {
        // A place that nobody knows, or that could not be read, is wrong, not somebody else's.
        let legible = !violations.tells_of(format_args!("{field}.division"));
        if legible && need.division.as_ref().is_none_or(|code| snapshot.division(code.as_str()).is_some()) {
            caller.must_work_in(need.division.as_ref(), snapshot)?;
        }
        references::need(field, need, snapshot, &mut violations);
        let mut whom = Whom::default();
        if let Some(id) = need.beneficiary {
            let named_before = stored.is_some_and(|stored| stored.beneficiary == Some(id));
            let found = self.store.beneficiary(caller.tenant(), id).await?;
            let reached =
                |found: &Beneficiary| named_before || caller.works_in(found.residence_division.as_ref(), snapshot);
            whom.beneficiary = found.filter(reached);
            violations.require(whom.beneficiary.is_some(), || {
                references::dangling(format_args!("{field}.beneficiary"), id.name())
            });
        }
        if let Some(id) = need.household {
            let named_before = stored.is_some_and(|stored| stored.household == Some(id));
            let found = self.store.household(caller.tenant(), id).await?;
            let reached =
                |found: &Household| named_before || caller.works_in(found.residence_division.as_ref(), snapshot);
            whom.household = found.filter(reached);
            violations.require(whom.household.is_some(), || {
                references::dangling(format_args!("{field}.household"), id.name())
            });
        }
        violations.into_result()?;
        Ok(whom)
    }
}

/// Whom a need names, as far as they exist for the caller.
#[derive(Debug, Default)]
pub(crate) struct Whom {
    pub(crate) beneficiary: Option<Beneficiary>,
    pub(crate) household: Option<Household>,
}

/// What is referred or served stays so: such items stay in their places, count the same thing and ask for at least as much.
fn keep_referred(need: &mut Need, stored: &Need, violations: &mut Violations) {
    for known in stored.items.iter().filter(|item| item.referred > 0 || item.served > 0) {
        let path = format!("need.items[{}]", known.ordinal.saturating_sub(1));
        let Some(item) = need.items.iter_mut().find(|item| item.ordinal == known.ordinal) else {
            // One that was sent and could not be read is told of already.
            violations.require(violations.tells_of(&*path), || {
                Violation::new(path, "item.referred", "cannot go: it is referred or served")
            });
            continue;
        };
        (item.referred, item.served) = (known.referred, known.served);
        item.taken.clone_from(&known.taken);
        if violations.tells_of(&*path) {
            // Something stands for what could not be read.
            continue;
        }
        let same = item.category == known.category && item.unit == known.unit && item.recurrence == known.recurrence;
        violations.require(same, || {
            let message = "must keep its category, unit and recurrence: it is referred or served";
            Violation::new(&path, "item.referred", message)
        });
        violations.require(item.left() >= 0, || {
            let message = format!("must be at least {}: so much is referred or served", known.referred + known.served);
            Violation::new(format!("{path}.quantity.value"), "item.referred", message).with_value(item.quantity)
        });
    }
}

/// What tells that two needs are of the same people.
struct Who {
    household: Option<HouseholdId>,
    identity_digest: Option<String>,
}

/// Why another need may be the same as this one; `place` is where this one is, unless the other came too long ago for that to count.
fn reasons_of_sameness(need: &Need, place: Option<Point>, ours: &Who, other: &Need, theirs: &Who) -> Vec<Sameness> {
    let mut reasons = Vec::new();
    let same_beneficiary = need.beneficiary.is_some() && need.beneficiary == other.beneficiary;
    if same_beneficiary {
        reasons.push(Sameness::Beneficiary);
    } else if ours.identity_digest.is_some() && ours.identity_digest == theirs.identity_digest {
        reasons.push(Sameness::IdentityDocument);
    }
    let same_named = need.household.is_some() && need.household == other.household;
    if same_named || (!same_beneficiary && ours.household.is_some() && ours.household == theirs.household) {
        reasons.push(Sameness::Household);
    }
    if let (Some(here), Some(there)) = (place, other.place)
        && here.distance_metres(&there) <= DUPLICATE_DISTANCE_METRES_MAX
    {
        reasons.push(Sameness::Place);
    }
    reasons
}

/// Seals the personal fields, and with them who consented to the wish.
fn seal(key: &SubjectKey, need: &mut Need, personal: &mut NeedPersonal) -> Result<(), Error> {
    personal.wish_consent_given_by =
        need.wish.as_mut().map(|wish| std::mem::take(&mut wish.consent_given_by)).unwrap_or_default();
    need.personal = Some(key.seal(personal)?);
    Ok(())
}

/// Whose key seals a need: its beneficiary's, or its own where it names none.
pub(crate) fn sealed_for(need: &Need) -> String {
    need.beneficiary.map_or_else(|| need.id.name(), |id| id.name())
}

/// A beneficiary's need has no key of its own: what is sealed in it could be opened for as long as the beneficiary's is there.
fn must_be_sealed_alone(need: &Need) -> Result<(), Error> {
    let Some(beneficiary) = need.beneficiary else { return Ok(()) };
    Err(Error::FailedPrecondition {
        precondition: Precondition::NeedOfBeneficiary,
        message: format!("{} is sealed with the key of {beneficiary}: EraseBeneficiary erases it", need.id),
        name: beneficiary.name(),
    })
}

fn must_be_open(need: &Need) -> Result<(), Error> {
    if need.state.is_open() {
        return Ok(());
    }
    Err(Error::FailedPrecondition {
        precondition: Precondition::NeedNotOpen,
        message: format!("{} is not open any more (it is {})", need.id, need.state.name()),
        name: need.id.name(),
    })
}
