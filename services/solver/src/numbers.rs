//! What the numbers of a part of a problem are in the whole.

use wishwell_allocation::{Branch, Component, Cut, Decision, Plan, Problem};

use crate::components::Components;

/// What a component's own numbers are in the whole.
pub(crate) struct Numbers<'a> {
    pub(crate) items: &'a [u32],
    pub(crate) pools: &'a [u32],
    pub(crate) caps: &'a [u32],
    pub(crate) groups: &'a [u32],
    pub(crate) bundles: &'a [u32],
    pub(crate) partners: &'a [u32],
    pub(crate) contacts: &'a [u32],
    pub(crate) arcs: Vec<u32>,
}

impl<'a> Numbers<'a> {
    pub(crate) fn of(problem: &Problem, components: &'a Components, component: u32) -> Self {
        let items = components.items(component);
        Self {
            items,
            pools: components.pools(component),
            caps: components.caps(component),
            groups: components.groups(component),
            bundles: components.bundles(component),
            partners: components.partners(component),
            contacts: components.contacts(component),
            arcs: items.iter().flat_map(|item| problem.arcs(*item)).map(|arc| arc as u32).collect(),
        }
    }

    pub(crate) fn of_whole(&self, plan: &Plan) -> Plan {
        Plan::new(plan.flows().iter().map(|(arc, units)| (self.arcs[*arc as usize], *units)).collect())
    }

    /// What of a plan of the whole is the component's.
    pub(crate) fn within(&self, plan: &Plan) -> Plan {
        let of = |arc: &u32| {
            let place = plan.flows().binary_search_by_key(arc, |(arc, _)| *arc).ok()?;
            Some(plan.flows()[place].1)
        };
        Plan::new((0..).zip(&self.arcs).filter_map(|(nth, arc)| Some((nth, of(arc)?))).collect())
    }

    /// A component of the component's own, in the numbers of the whole.
    pub(crate) fn component(&self, of: Component) -> Component {
        let named = |of: &[u32], names: &[u32]| of.iter().map(|nth| names[*nth as usize]).collect();
        Component {
            items: named(&of.items, self.items),
            pools: named(&of.pools, self.pools),
            caps: named(&of.caps, self.caps),
            groups: named(&of.groups, self.groups),
            root: self.branch(of.root),
            priced: of.priced,
            above: of.above.into_iter().map(|of| self.component(of)).collect(),
        }
    }

    pub(crate) fn branch(&self, branch: Branch) -> Branch {
        match branch {
            Branch::Leaf(mut proof) => {
                proof.flow = self.of_whole(&proof.flow);
                Branch::Leaf(proof)
            }
            Branch::Impossible(cut) => {
                let named = |of: &[u32], names: &[u32]| of.iter().map(|nth| names[*nth as usize]).collect();
                Branch::Impossible(Box::new(Cut {
                    items: named(&cut.items, self.items),
                    pools: named(&cut.pools, self.pools),
                    caps: named(&cut.caps, self.caps),
                }))
            }
            Branch::Fork { on, yes, no } => {
                Branch::Fork { on: self.decision(on), yes: Box::new(self.branch(*yes)), no: Box::new(self.branch(*no)) }
            }
        }
    }

    fn decision(&self, on: Decision) -> Decision {
        match on {
            Decision::Item(item) => Decision::Item(self.items[item as usize]),
            Decision::Arc(arc) => Decision::Arc(self.arcs[arc as usize]),
            Decision::Bundle(bundle) => Decision::Bundle(self.bundles[bundle as usize]),
            Decision::Partner(bound, partner) => Decision::Partner(self.partners[bound as usize], partner),
            Decision::Contact(bound, item) => {
                Decision::Contact(self.contacts[bound as usize], self.items[item as usize])
            }
        }
    }
}
