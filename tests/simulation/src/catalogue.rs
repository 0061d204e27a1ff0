//! Writes that do not go through the ledger but beside it.

use wishwell_domain::event::Change;
use wishwell_domain::resource::ResourceLifecycle;
use wishwell_store::{Mutation, RequestKey, StoreError, WriteContext, WriteMode};

use crate::counts::Happening;
use crate::simulation::Simulation;
use crate::world::{self, tenant};

/// More awaits than such a write has on its way to its answer.
const AWAITS_MAX: usize = 24;

impl Simulation {
    /// A need more, a resource that pauses or is back, a pool said anew: not through the ledger, but beside it.
    pub(crate) fn change_catalogue(&mut self) {
        let mode = WriteMode::Update { expected: None };
        let mutation = match self.dice.below(3) {
            0 => {
                let need = world::need(&mut self.dice, self.now);
                Mutation::Put { entity: Change::Need(Box::new(need)), mode: WriteMode::Create }
            }
            1 => {
                let resources: Vec<_> = self.audit.resources.values().cloned().collect();
                let mut resource = self.dice.pick(&resources);
                let paused = resource.lifecycle == ResourceLifecycle::Paused;
                resource.lifecycle = if paused { ResourceLifecycle::Active } else { ResourceLifecycle::Paused };
                Mutation::Put { entity: Change::Resource(Box::new(resource)), mode }
            }
            _ => {
                let pools: Vec<_> = self.audit.pools.values().cloned().collect();
                let mut pool = self.dice.pick(&pools);
                pool.figures.total = pool.figures.total.map(|total| (total + self.dice.between(-1, 3)).max(0));
                Mutation::Put { entity: Change::CapacityPool(pool), mode }
            }
        };
        let request = RequestKey { method: "Put", request_id: self.dice.uuid(self.now), body_digest: [7; 32] };
        let context = WriteContext { tenant: tenant(), principal: "desk".to_owned(), request: Some(request) };
        let awaits = self.dice.chance(40).then(|| self.dice.below(AWAITS_MAX));
        self.tell(|| format!("  write, given up at await {awaits:?}: {mutation:?}"));
        let store = self.machine.store();
        if let Some(awaits) = awaits {
            let ends = self.dice.chance(30);
            if !self.machine.give_up(store.write(&context, vec![mutation.clone()]), awaits) {
                self.counts.note(if ends { Happening::EndedWithin } else { Happening::Torn }, 1);
            }
            if ends {
                self.machine.restart();
            }
        }
        let store = self.machine.store();
        // Whatever had become of it: now it is asked for until it is answered.
        let first = self.machine.run(store.write(&context, vec![mutation.clone()]));
        let again = self.machine.run(store.write(&context, vec![mutation]));
        match (&first, &again) {
            (Ok(first), Ok(again)) => {
                if (&first.outcomes, first.position) != (&again.outcomes, again.position) || !again.replayed {
                    self.faults.push(format!("I4: a write was answered {first:?}, then {again:?}"));
                }
            }
            // A total below what is held.
            (Err(StoreError::ConstraintViolated { .. } | StoreError::Refused(_)), Err(_)) => {}
            _ => self.faults.push(format!("a write was answered {first:?}, then {again:?}")),
        }
        self.read_on();
    }
}
