//! Needs with their facts, kept at hand for offers: what an offer is judged upon need not be read, and opened, for each anew. What
//! was judged goes to the ledger as the basis of the offer, and the ledger says when it has changed since: then it is read again.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use wishwell_domain::fact::Facts;
use wishwell_domain::ids::{BeneficiaryId, HouseholdId, LogPosition, NeedId, ResourceId};
use wishwell_domain::limits::KNOWN_NEEDS_MAX;
use wishwell_domain::need::Need;
use wishwell_engine::Snapshot;
use wishwell_store::Basis;

/// A need with all that is known for eligibility.
pub(crate) struct KnownNeed {
    /// As it is stored.
    pub(crate) stored: Arc<Need>,
    /// With the groups of its beneficiary and household.
    pub(crate) need: Need,
    /// Its own facts before those of its beneficiary and household.
    pub(crate) facts: Facts,
    /// The household that counts: its own or its beneficiary's.
    pub(crate) household: Option<HouseholdId>,
    /// Those whose consents count where it names a household alone.
    pub(crate) members: Vec<BeneficiaryId>,
    /// It was read at this position of the log or later.
    pub(crate) position: LogPosition,
}

impl KnownNeed {
    /// Full resource names of the people whose facts these are, or whose consents count.
    pub(crate) fn people(&self) -> impl Iterator<Item = String> {
        let beneficiary = self.stored.beneficiary.map(|id| id.name());
        let members = self.members.iter().map(BeneficiaryId::name);
        beneficiary.into_iter().chain(self.household.map(|id| id.name())).chain(members)
    }

    /// What is decided upon this need alone: it, and the people whose facts are known.
    pub(crate) fn basis(&self) -> Basis {
        let (position, subjects) = (self.position, self.people().collect());
        Basis { position, subjects, needs: vec![Arc::clone(&self.stored)], roughly: false }
    }

    /// What an offer of it to a resource is decided upon, whose owner counts too.
    pub(crate) fn basis_with(&self, resource: ResourceId, snapshot: &Snapshot) -> Basis {
        let mut basis = self.basis();
        basis.position = basis.position.min(snapshot.position());
        basis.subjects.push(resource.name());
        basis.subjects.extend(snapshot.resource(resource).map(|found| snapshot.organization_id(found).name()));
        basis
    }
}

/// Needs of one tenant, at most [`KNOWN_NEEDS_MAX`].
#[derive(Default)]
pub(crate) struct KnownNeeds(Mutex<Kept>);

#[derive(Default)]
struct Kept {
    needs: HashMap<NeedId, Arc<KnownNeed>>,
    /// Where somebody, or a need, was last erased.
    erased_at: LogPosition,
}

impl fmt::Debug for KnownNeeds {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("KnownNeeds")
    }
}

impl KnownNeeds {
    pub(crate) fn get(&self, id: NeedId) -> Option<Arc<KnownNeed>> {
        self.kept().needs.get(&id).cloned()
    }

    pub(crate) fn keep(&self, known: &Arc<KnownNeed>) {
        // Whoever joins the household may withhold the need, and is nobody that it was judged upon.
        if known.stored.household_alone().is_some() {
            return;
        }
        let mut kept = self.kept();
        // What was read before an erasure may hold what was erased.
        if known.position >= kept.erased_at {
            if kept.needs.len() >= KNOWN_NEEDS_MAX {
                kept.needs.clear();
            }
            kept.needs.insert(known.stored.id, Arc::clone(known));
        }
    }

    /// Forgets everything: somebody, or a need, was erased.
    pub(crate) fn erase(&self, position: LogPosition) {
        let mut kept = self.kept();
        kept.needs.clear();
        kept.erased_at = position;
    }

    fn kept(&self) -> std::sync::MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
