//! The part of the problem that a component is, and that components share nothing.

use std::collections::BTreeMap;
use std::ops::Range;

use super::fault::{Faults, Node, Rule, Subject};
use crate::certificate::Component;
use crate::problem::{Problem, ProblemParts};

/// Where a node is: its component, and its place in the component's list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Place {
    component: u32,
    at: u32,
}

const NOWHERE: Place = Place { component: u32::MAX, at: u32::MAX };

/// Where every node of the problem is.
#[derive(Debug)]
pub(super) struct Places {
    items: Vec<Place>,
    pools: Vec<Place>,
    caps: Vec<Place>,
    groups: Vec<Place>,
}

impl Places {
    /// The places of these components' nodes. Nothing, unless each node is in one component at the most.
    pub(super) fn of(problem: &Problem, components: &[Component], faults: &mut Faults) -> Option<Self> {
        let parts = problem.parts();
        let before = faults.len();
        let mut places = Self {
            items: vec![NOWHERE; parts.items.len()],
            pools: vec![NOWHERE; parts.pools.len()],
            caps: vec![NOWHERE; parts.caps.len()],
            groups: vec![NOWHERE; parts.groups.len()],
        };
        for (number, component) in components.iter().enumerate() {
            faults.about(Subject::Component(number));
            let lists = [
                ("items", &component.items, &mut places.items),
                ("pools", &component.pools, &mut places.pools),
                ("caps", &component.caps, &mut places.caps),
                ("groups", &component.groups, &mut places.groups),
            ];
            for (name, list, into) in lists {
                if !settle(number as u32, list, into) {
                    faults.say(Rule::Listed(name));
                }
            }
        }
        (faults.len() == before).then_some(places)
    }
}

/// Whether these nodes are there, ascend and were nowhere before.
fn settle(component: u32, list: &[u32], places: &mut [Place]) -> bool {
    let ascending = list.is_sorted_by(|a, b| a < b);
    ascending
        && list.iter().enumerate().all(|(at, node)| {
            let Some(place) = places.get_mut(*node as usize) else { return false };
            std::mem::replace(place, Place { component, at: at as u32 }) == NOWHERE
        })
}

/// What ties items together beside pools, caps and groups, by what it ties.
#[derive(Debug, Default)]
pub(super) struct Ties {
    /// The bundle of an item.
    pub(super) bundle: BTreeMap<u32, u32>,
    /// The bounds on partners that an item is of.
    pub(super) partners: BTreeMap<u32, Vec<u32>>,
    /// The bounds on a partner's contacts.
    pub(super) contacts: BTreeMap<u32, Vec<u32>>,
}

impl Ties {
    pub(super) fn of(parts: &ProblemParts) -> Self {
        let mut ties = Self::default();
        for (nth, bundle) in parts.bundles.iter().enumerate() {
            ties.bundle.extend(bundle.items.iter().map(|item| (*item, nth as u32)));
        }
        for (nth, partners) in parts.partners.iter().enumerate() {
            for item in &partners.items {
                ties.partners.entry(*item).or_default().push(nth as u32);
            }
        }
        for (nth, contacts) in parts.contacts.iter().enumerate() {
            ties.contacts.entry(contacts.partner).or_default().push(nth as u32);
        }
        ties
    }
}

/// What components are to divide: the whole problem, or the items of a component that are not of one tier, with what they touch.
#[derive(Clone, Copy)]
pub(super) enum Scope<'a> {
    Whole,
    Above(&'a Component, u8),
}

impl<'a> Scope<'a> {
    fn has(self, parts: &ProblemParts, item: u32) -> bool {
        match self {
            Self::Whole => true,
            Self::Above(of, tier) => parts.items[item as usize].tier != tier && of.items.binary_search(&item).is_ok(),
        }
    }

    fn items(self, parts: &ProblemParts) -> Box<dyn Iterator<Item = u32> + 'a> {
        match self {
            Self::Whole => Box::new(0..parts.items.len() as u32),
            Self::Above(of, _) => Box::new(of.items.iter().copied()),
        }
    }
}

/// Components share no pool, cap or group, and nothing ties their items. Then a plan is a plan of each, and what it reaches is the sum.
/// Every item of the scope that has arcs is in one of them, and no other item is.
pub(super) fn verify_apart(problem: &Problem, places: &Places, scope: Scope<'_>, faults: &mut Faults) {
    let parts = problem.parts();
    for item in scope.items(parts) {
        if faults.is_full() {
            return;
        }
        let place = places.items[item as usize];
        let item = item as usize;
        let arcs = problem.arcs(item as u32);
        if !scope.has(parts, item as u32) {
            if place != NOWHERE {
                faults.say(Rule::NotApart(Node::Item(item)));
            }
            continue;
        }
        if place == NOWHERE {
            if !arcs.is_empty() {
                faults.say(Rule::LeftOut(Node::Item(item)));
            }
            continue;
        }
        let here = |pool: u32| places.pools[pool as usize].component == place.component;
        let mut draws = draws_of(parts, arcs.clone()).iter();
        let apart = arcs.clone().all(|arc| here(parts.arc_pool[arc])) && draws.all(|(_, pool)| here(*pool));
        if !apart || !with_above(place, parts.items[item].group, &places.groups) {
            faults.say(Rule::NotApart(Node::Item(item)));
        }
    }
    for (nth, (pool, place)) in parts.pools.iter().zip(&places.pools).enumerate() {
        if !with_above(*place, pool.cap, &places.caps) {
            faults.say(Rule::NotApart(Node::Pool(nth)));
        }
    }
    for (nth, (cap, place)) in parts.caps.iter().zip(&places.caps).enumerate() {
        if !with_above(*place, cap.cap, &places.caps) {
            faults.say(Rule::NotApart(Node::Cap(nth)));
        }
    }
    for (nth, (group, place)) in parts.groups.iter().zip(&places.groups).enumerate() {
        if !with_above(*place, group.group, &places.groups) {
            faults.say(Rule::NotApart(Node::Group(nth)));
        }
    }
    ties_within(problem, places, scope, faults);
}

/// Whether what is above a node is in its component. Nobody asks about a node that is nowhere.
fn with_above(place: Place, above: Option<u32>, places: &[Place]) -> bool {
    place == NOWHERE || above.is_none_or(|above| places[above as usize].component == place.component)
}

fn ties_within(problem: &Problem, places: &Places, scope: Scope<'_>, faults: &mut Faults) {
    let parts = problem.parts();
    // Items without arcs may be nowhere; nobody can serve them.
    let component = |item: u32| Some(places.items[item as usize].component).filter(|of| *of != NOWHERE.component);
    let one = |items: &mut dyn Iterator<Item = u32>| {
        let mut of = items.filter_map(component);
        let first = of.next();
        of.all(|other| Some(other) == first)
    };
    for (nth, bundle) in parts.bundles.iter().enumerate() {
        if !one(&mut bundle.items.iter().copied()) {
            faults.say(Rule::TiedApart { by: "bundles", nth });
        }
        // What is decided of a bundle is decided of all its items.
        let inside = bundle.items.iter().filter(|item| scope.has(parts, **item)).count();
        if inside > 0 && inside < bundle.items.len() {
            faults.say(Rule::NothingAbove);
        }
    }
    for (nth, partners) in parts.partners.iter().enumerate() {
        if !one(&mut partners.items.iter().copied()) {
            faults.say(Rule::TiedApart { by: "partners", nth });
        }
    }
    if parts.contacts.is_empty() {
        return;
    }
    let mut asked: BTreeMap<u32, u32> = BTreeMap::new();
    let mut torn: Vec<u32> = Vec::new();
    for item in scope.items(parts).filter(|item| scope.has(parts, *item)) {
        for partner in problem.arcs(item).flat_map(|arc| partners_of(parts, arc)) {
            let component = places.items[item as usize].component;
            if *asked.entry(partner).or_insert(component) != component {
                torn.push(partner);
            }
        }
    }
    torn.sort_unstable();
    for (nth, contacts) in parts.contacts.iter().enumerate() {
        if torn.binary_search(&contacts.partner).is_ok() {
            faults.say(Rule::TiedApart { by: "contacts", nth });
        }
    }
}

/// One component of the problem. Where a function of the check takes a node's place, it is the place in the component's list.
#[derive(Clone, Copy, Debug)]
pub(super) struct Part<'a> {
    pub(super) problem: &'a Problem,
    pub(super) component: &'a Component,
    pub(super) ties: &'a Ties,
    places: &'a Places,
    number: u32,
}

impl<'a> Part<'a> {
    pub(super) const fn new(
        problem: &'a Problem,
        component: &'a Component,
        number: usize,
        places: &'a Places,
        ties: &'a Ties,
    ) -> Self {
        Self { problem, component, ties, places, number: number as u32 }
    }

    pub(super) const fn parts(&self) -> &'a ProblemParts {
        self.problem.parts()
    }

    /// The place of an item, if it is in this component.
    pub(super) fn item(&self, item: u32) -> Option<usize> {
        self.place(self.places.items.get(item as usize))
    }

    /// The place of a pool, if it is in this component.
    pub(super) fn pool(&self, pool: u32) -> Option<usize> {
        self.place(self.places.pools.get(pool as usize))
    }

    /// The place of a cap, if it is in this component.
    pub(super) fn cap(&self, cap: u32) -> Option<usize> {
        self.place(self.places.caps.get(cap as usize))
    }

    /// The place of a group, if it is in this component.
    pub(super) fn group(&self, group: u32) -> Option<usize> {
        self.place(self.places.groups.get(group as usize))
    }

    fn place(&self, place: Option<&Place>) -> Option<usize> {
        place.filter(|place| place.component == self.number).map(|place| place.at as usize)
    }

    /// The places of the caps above a pool, lowest first.
    pub(super) fn caps_above(&self, pool: u32) -> impl Iterator<Item = usize> {
        let parts = self.parts();
        let caps = std::iter::successors(parts.pools[pool as usize].cap, |cap| parts.caps[*cap as usize].cap);
        caps.filter_map(|cap| self.cap(cap))
    }

    /// The arcs of the item at a place.
    pub(super) fn arcs(&self, item: usize) -> Range<usize> {
        self.problem.arcs(self.component.items[item])
    }
}

/// The item of an arc: the last one that begins at it or before.
pub(super) fn item_of(parts: &ProblemParts, arc: u32) -> u32 {
    (parts.first.partition_point(|first| *first <= arc) - 1) as u32
}

/// The further draws of an arc; they ascend by arc.
pub(super) fn further(parts: &ProblemParts, arc: usize) -> &[(u32, u32)] {
    draws_of(parts, arc..arc + 1)
}

/// The further draws of some arcs.
pub(super) fn draws_of(parts: &ProblemParts, arcs: Range<usize>) -> &[(u32, u32)] {
    let from = parts.draws.partition_point(|(of, _)| (*of as usize) < arcs.start);
    let count = parts.draws[from..].iter().take_while(|(of, _)| (*of as usize) < arcs.end).count();
    &parts.draws[from..from + count]
}

/// The pools an arc touches: its own, and those it draws on.
pub(super) fn pools_of(parts: &ProblemParts, arc: usize) -> impl Iterator<Item = u32> {
    std::iter::once(parts.arc_pool[arc]).chain(further(parts, arc).iter().map(|(_, pool)| *pool))
}

/// The partners whose pools an arc touches.
pub(super) fn partners_of(parts: &ProblemParts, arc: usize) -> impl Iterator<Item = u32> {
    pools_of(parts, arc).map(|pool| parts.pools[pool as usize].partner)
}
