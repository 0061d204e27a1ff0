//! Writes that do not go through the ledger but beside it.

use wishwell_domain::event::Change;
use wishwell_domain::ids::{NeedId, Version};
use wishwell_domain::ledger::Command;
use wishwell_domain::need::{Ending, Urgency};
use wishwell_domain::resource::ResourceLifecycle;
use wishwell_store::{Mutation, RequestKey, StoreError, WriteContext, WriteMode, Written};

use crate::counts::Happening;
use crate::simulation::Simulation;
use crate::world::{self, tenant};

/// More awaits than such a write has on its way to its answer.
const AWAITS_MAX: usize = 24;

impl Simulation {
    /// A need more, one that is erased or said anew, a resource that pauses or is back, a pool said anew: not through the ledger, but
    /// beside it.
    pub(crate) fn change_catalogue(&mut self) {
        let mode = WriteMode::Update { expected: None };
        let mutations = match self.dice.below(6) {
            0 => world::put(world::need(&mut self.dice, self.now)).into(),
            1 => return self.erase_some_need(),
            2 => {
                let resources: Vec<_> = self.audit.resources.values().cloned().collect();
                let mut resource = self.dice.pick(&resources);
                let paused = resource.lifecycle == ResourceLifecycle::Paused;
                resource.lifecycle = if paused { ResourceLifecycle::Active } else { ResourceLifecycle::Paused };
                vec![Mutation::Put { entity: Change::Resource(Box::new(resource)), mode }]
            }
            3 | 4 => {
                let open: Vec<_> = self.audit.needs.values().filter(|need| need.state.is_open()).cloned().collect();
                if open.is_empty() {
                    return;
                }
                let mut need = self.dice.pick(&open);
                need.urgency = self.dice.pick(&Urgency::ALL);
                vec![Mutation::Put { entity: Change::Need(Box::new(need)), mode }]
            }
            _ => {
                let pools: Vec<_> = self.audit.pools.values().cloned().collect();
                let mut pool = self.dice.pick(&pools);
                pool.figures.total = pool.figures.total.map(|total| (total + self.dice.between(-1, 3)).max(0));
                vec![Mutation::Put { entity: Change::CapacityPool(pool), mode }]
            }
        };
        let (first, again) = self.write(mutations);
        match (&first, &again) {
            (Ok(_), Ok(_)) => {}
            // A total below what is held.
            (Err(StoreError::ConstraintViolated { .. } | StoreError::Refused(_)), Err(_)) => {}
            _ => self.faults.push(format!("a write was answered {first:?}, then {again:?}")),
        }
    }

    /// Takes a need back where it is open, mostly, and erases it; one that is open is not erased.
    fn erase_some_need(&mut self) {
        let needs: Vec<(NeedId, Version)> = self.audit.needs.values().map(|need| (need.id, need.version)).collect();
        let (id, seen) = self.dice.pick(&needs);
        if self.dice.chance(80) {
            let store = self.machine.store();
            let context = WriteContext { tenant: tenant(), principal: "desk".to_owned(), request: None };
            let command = Command::EndNeed {
                need: id,
                ending: Ending::Withdrawn,
                arrived: Vec::new(),
                personal: None,
                expected: None,
            };
            let withdrawn = self.machine.run(store.carry_out(&context, vec![command]));
            if !matches!(withdrawn, Ok(_) | Err(StoreError::Refused(_))) {
                self.faults.push(format!("taking {id} back was answered {withdrawn:?}"));
            }
            self.read_on();
        }
        let expected = self.dice.chance(30).then_some(seen);
        let before = self.audit.needs[&id].clone();
        let (first, again) = self.write(vec![Mutation::EraseNeed { id, expected }]);
        let is_right = match &first {
            Ok(_) => again.is_ok() && !before.state.is_open(),
            Err(StoreError::Outdated) => before.state.is_open() && again == first,
            Err(StoreError::VersionMismatch { .. }) => {
                expected.is_some_and(|seen| seen != before.version) && again == first
            }
            Err(_) => false,
        };
        if !is_right {
            self.faults.push(format!("erasing {before:?} was answered {first:?}, then {again:?}"));
        }
        if first.is_ok() {
            self.hold_erased(id);
        }
    }

    /// Nothing of what was sealed is left, and neither is its key.
    fn hold_erased(&mut self, id: NeedId) {
        self.requests.iter_mut().for_each(|request| request.forget(id));
        if let Some(plant) = self.plant {
            plant.after_erasure(id, &self.machine);
        }
        let store = self.machine.store();
        let key = self.machine.run(store.key(&tenant(), &id.name())).unwrap();
        if key.is_some() || self.audit.needs[&id].erased_at.is_none() {
            self.faults.push(format!("I8: {id} was erased and has {key:?} and {:?}", self.audit.needs[&id]));
        }
    }

    /// Writes under one key until it is answered, and once more; both answers.
    fn write(&mut self, mutations: Vec<Mutation>) -> (Result<Written, StoreError>, Result<Written, StoreError>) {
        let request = RequestKey { method: "Put", request_id: self.dice.uuid(self.now), body_digest: [7; 32] };
        let context = WriteContext { tenant: tenant(), principal: "desk".to_owned(), request: Some(request) };
        let awaits = self.dice.chance(40).then(|| self.dice.below(AWAITS_MAX));
        self.tell(|| format!("  write, given up at await {awaits:?}: {mutations:?}"));
        let store = self.machine.store();
        if let Some(awaits) = awaits {
            let ends = self.dice.chance(30);
            if !self.machine.give_up(store.write(&context, mutations.clone()), awaits) {
                self.counts.note(if ends { Happening::EndedWithin } else { Happening::Torn }, 1);
            }
            if ends {
                self.machine.restart();
            }
        }
        let store = self.machine.store();
        // Whatever had become of it: now it is asked for until it is answered.
        let first = self.machine.run(store.write(&context, mutations.clone()));
        let again = self.machine.run(store.write(&context, mutations));
        if let (Ok(first), Ok(again)) = (&first, &again)
            && ((&first.outcomes, first.position) != (&again.outcomes, again.position) || !again.replayed)
        {
            self.faults.push(format!("I4: a write was answered {first:?}, then {again:?}"));
        }
        self.read_on();
        (first, again)
    }
}
