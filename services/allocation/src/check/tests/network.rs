//! A slow solver that proves its flows: successive shortest paths, each found by relaxing every arc until nothing changes
//! (Bellman and Ford), on the network written out arc by arc.

use super::super::decided::Decided;
use super::super::fault::Faults;
use super::super::part::{Part, Places, Ties};
use super::super::relaxed::Relaxed;
use crate::certificate::{Branch, Certificate, Component, Cut, Decision, Prices, Proof};
use crate::objective::Level;
use crate::plan::Plan;
use crate::problem::{Problem, Segment};

/// More than any price.
const FAR: i128 = 1 << 125;

struct Edge {
    from: usize,
    to: usize,
    room: u64,
    cost: i128,
}

/// Edges come in pairs, forth and back.
struct Network {
    nodes: usize,
    edges: Vec<Edge>,
}

impl Network {
    fn add(&mut self, from: usize, to: usize, room: u64, cost: i128) -> usize {
        self.edges.push(Edge { from, to, room, cost });
        self.edges.push(Edge { from: to, to: from, room: 0, cost: -cost });
        self.edges.len() - 2
    }

    fn node(&mut self) -> usize {
        self.nodes += 1;
        self.nodes - 1
    }

    fn carried(&self, edge: usize) -> u64 {
        self.edges[edge + 1].room
    }

    /// What a unit costs from `from` to each node, with the edge it comes by.
    fn costs(&self, from: usize) -> Vec<(i128, usize)> {
        let mut costs = vec![(FAR, usize::MAX); self.nodes];
        costs[from] = (0, usize::MAX);
        let mut changed = true;
        while changed {
            changed = false;
            for (nth, edge) in self.edges.iter().enumerate().filter(|(_, edge)| edge.room > 0) {
                if costs[edge.from].0 < FAR && costs[edge.from].0 + edge.cost < costs[edge.to].0 {
                    costs[edge.to] = (costs[edge.from].0 + edge.cost, nth);
                    changed = true;
                }
            }
        }
        costs
    }

    /// Sends units as long as they cost less than nothing.
    fn fill(&mut self, from: usize, to: usize) {
        loop {
            let costs = self.costs(from);
            if costs[to].0 >= 0 {
                return;
            }
            let mut path = Vec::new();
            let mut at = to;
            while at != from {
                path.push(costs[at].1);
                at = self.edges[costs[at].1].from;
            }
            let room = path.iter().map(|edge| self.edges[*edge].room).min().unwrap();
            for edge in path {
                self.edges[edge].room -= room;
                self.edges[edge ^ 1].room += room;
            }
        }
    }
}

struct Built {
    network: Network,
    pools: Vec<usize>,
    caps: Vec<usize>,
    groups: Vec<usize>,
    items: Vec<usize>,
    /// (arc, edge)
    arcs: Vec<(u32, usize)>,
}

const SOURCE: usize = 0;
const SINK: usize = 1;

/// What a served unit of an item is to earn.
enum Goal {
    /// What the levels say, and more than all of it where the item must be served.
    Levels,
    /// One where it must be served; others are left out.
    Served,
}

fn build(part: &Part<'_>, decided: &Decided, relaxed: &Relaxed, goal: &Goal) -> Built {
    let (parts, component) = (part.parts(), part.component);
    let weights = part.problem.weights();
    let of_levels = matches!(goal, Goal::Levels);
    let weight = |level| if of_levels { weights.weight(level) } else { 0 };
    let must = 4 * (weights.range() + 1);
    let mut network = Network { nodes: 2, edges: Vec::new() };
    let mut nodes = |count: usize| (0..count).map(|_| network.node()).collect::<Vec<_>>();
    let (pools, caps) = (nodes(component.pools.len()), nodes(component.caps.len()));
    let (groups, items) = (nodes(component.groups.len()), nodes(component.items.len()));
    let mut built = Built { network, pools, caps, groups, items, arcs: Vec::new() };
    let above = |cap: Option<u32>, caps: &[usize]| cap.map_or(SINK, |cap| caps[part.cap(cap).unwrap()]);
    let network = &mut built.network;
    let mut giver = |from: usize, to: usize, segments: &[Segment], room: u64| {
        let mut left = room;
        for segment in segments {
            network.add(from, to, left.min(segment.units), weight(Level::Load) * i128::from(segment.price));
            left -= left.min(segment.units);
        }
    };
    for (at, pool) in component.pools.iter().enumerate() {
        let pool = &parts.pools[*pool as usize];
        giver(built.pools[at], above(pool.cap, &built.caps), &pool.segments, relaxed.room.of_pool(at));
    }
    for (at, cap) in component.caps.iter().enumerate() {
        let cap = &parts.caps[*cap as usize];
        giver(built.caps[at], above(cap.cap, &built.caps), &cap.segments, relaxed.room.of_cap(at));
    }
    let behind =
        |group: Option<u32>, groups: &[usize]| group.map_or(SOURCE, |group| groups[part.group(group).unwrap()]);
    for (at, group) in component.groups.iter().enumerate() {
        let group = parts.groups[*group as usize];
        let from = behind(group.group, &built.groups);
        network.add(from, built.groups[at], group.guarantee, -weight(Level::Guarantee));
        network.add(from, built.groups[at], u64::MAX >> 1, 0);
    }
    let mut nth = 0;
    for (at, number) in component.items.iter().enumerate() {
        let item = parts.items[*number as usize];
        let forced = decided.served.contains(number);
        let earned = match goal {
            Goal::Levels => weight(Level::Tier(item.tier)) * i128::from(item.worth) + if forced { must } else { 0 },
            Goal::Served => i128::from(forced),
        };
        let room = if of_levels || forced { item.quantity } else { 0 };
        network.add(behind(item.group, &built.groups), built.items[at], room, -earned);
        for arc in part.arcs(at) {
            if relaxed.is_open(nth) {
                let pool = built.pools[part.pool(parts.arc_pool[arc]).unwrap()];
                let far = weight(Level::Distance) * i128::from(parts.arc_distance[arc]);
                built.arcs.push((arc as u32, network.add(built.items[at], pool, item.quantity, far)));
            }
            nth += 1;
        }
    }
    network.fill(SOURCE, SINK);
    built
}

/// Potentials of an optimal flow: what a unit costs from each node to the sink, where source and sink are one.
fn prices(part: &Part<'_>, built: &mut Built) -> Prices {
    built.network.add(SOURCE, SINK, 1, 0);
    built.network.add(SINK, SOURCE, 1, 0);
    for edge in &mut built.network.edges {
        std::mem::swap(&mut edge.from, &mut edge.to);
    }
    let costs = built.network.costs(SINK);
    let of = |nodes: &[usize]| nodes.iter().map(|node| costs[*node].0).collect::<Vec<_>>();
    let mut groups: Vec<i128> = Vec::new();
    for (at, node) in built.groups.iter().enumerate() {
        let group = part.parts().groups[part.component.groups[at] as usize];
        let above = group.group.map_or(0, |above| groups[part.group(above).unwrap()]);
        // Who can reach nobody has no price of his own.
        let own = if costs[*node].0 >= FAR / 2 {
            above - part.problem.weights().weight(Level::Guarantee)
        } else {
            -costs[*node].0
        };
        groups.push(own);
    }
    Prices { pools: of(&built.pools), caps: of(&built.caps), groups }
}

fn plan(built: &Built) -> Plan {
    Plan::new(built.arcs.iter().map(|(arc, edge)| (*arc, built.network.carried(*edge))).collect())
}

/// What can be reached from the source in the flow that serves as much as can be of what must be served.
fn cut(part: &Part<'_>, decided: &Decided, relaxed: &Relaxed) -> Cut {
    let built = build(part, decided, relaxed, &Goal::Served);
    let costs = built.network.costs(SOURCE);
    let reached = |node: usize| costs[node].0 < FAR / 2;
    let (parts, component) = (part.parts(), part.component);
    let last = |node: usize, above: Option<u32>| {
        reached(node) && !above.is_some_and(|cap| reached(built.caps[part.cap(cap).unwrap()]))
    };
    let chosen = |list: &[u32], keep: &dyn Fn(usize, u32) -> bool| {
        list.iter().enumerate().filter(|(at, node)| keep(*at, **node)).map(|(_, node)| *node).collect::<Vec<u32>>()
    };
    let mut items = chosen(&component.items, &|at, item| decided.served.contains(&item) && reached(built.items[at]));
    // An item that nobody can serve may be in no component.
    items.extend(decided.served.iter().filter(|item| part.item(**item).is_none()));
    items.sort_unstable();
    Cut {
        items,
        pools: chosen(&component.pools, &|at, pool| last(built.pools[at], parts.pools[pool as usize].cap)),
        caps: chosen(&component.caps, &|at, cap| last(built.caps[at], parts.caps[cap as usize].cap)),
    }
}

/// Proves the relaxation under these decisions: by an optimal flow, or by a cut.
fn prove(part: &Part<'_>, path: &[(Decision, bool)]) -> Branch {
    let decided = Decided::of(part, path, &mut Faults::new()).unwrap();
    let relaxed = Relaxed::of(part, &decided);
    let mut built = build(part, &decided, &relaxed, &Goal::Levels);
    let flow = plan(&built);
    let units = |item: u32| {
        let arcs = part.problem.arcs(item);
        flow.flows().iter().filter(|(arc, _)| arcs.contains(&(*arc as usize))).map(|(_, units)| *units).sum::<u64>()
    };
    if decided.served.iter().any(|item| units(*item) < part.parts().items[*item as usize].quantity) {
        return Branch::Impossible(Box::new(cut(part, &decided, &relaxed)));
    }
    Branch::Leaf(Box::new(Proof { prices: prices(part, &mut built), flow }))
}

/// The next decision after those of a path.
type Choose<'a> = &'a mut dyn FnMut(&[(Decision, bool)]) -> Option<Decision>;

/// A certificate of these components whose trees fork as `choose` says, given the component and the path so far.
pub(super) fn certify(
    problem: &Problem,
    mut components: Vec<Component>,
    mut choose: impl FnMut(usize, &[(Decision, bool)]) -> Option<Decision>,
) -> Certificate {
    let (places, ties) = (Places::of(problem, &components, &mut Faults::new()).unwrap(), Ties::of(problem.parts()));
    let roots: Vec<Branch> = components
        .iter()
        .enumerate()
        .map(|(number, component)| {
            let part = Part::new(problem, component, number, &places, &ties);
            grow(&part, &mut Vec::new(), &mut |path| choose(number, path))
        })
        .collect();
    for (component, root) in components.iter_mut().zip(roots) {
        component.root = root;
    }
    Certificate { components }
}

fn grow(part: &Part<'_>, path: &mut Vec<(Decision, bool)>, choose: Choose<'_>) -> Branch {
    let Some(on) = choose(path) else { return prove(part, path) };
    let mut side = |holds| {
        path.push((on, holds));
        let branch = grow(part, path, choose);
        path.pop();
        Box::new(branch)
    };
    let yes = side(true);
    Branch::Fork { on, yes, no: side(false) }
}

/// One component of everything.
pub(super) fn together(problem: &Problem) -> Vec<Component> {
    let parts = problem.parts();
    let all = |count: usize| (0..count as u32).collect::<Vec<u32>>();
    vec![Component {
        items: all(parts.items.len()),
        pools: all(parts.pools.len()),
        caps: all(parts.caps.len()),
        groups: all(parts.groups.len()),
        root: nothing(),
        priced: None,
        above: Vec::new(),
    }]
}

/// Stands where a tree will be.
pub(super) fn nothing() -> Branch {
    Branch::Impossible(Box::new(Cut { items: Vec::new(), pools: Vec::new(), caps: Vec::new() }))
}

/// The certificate of one component without decisions.
pub(super) fn certify_together(problem: &Problem) -> Certificate {
    certify(problem, together(problem), |_, _| None)
}

/// The flow of the only leaf.
pub(super) fn flow(certificate: &Certificate) -> Plan {
    let Branch::Leaf(proof) = &certificate.components[0].root else { panic!("a leaf") };
    proof.flow.clone()
}
