//! What one unit more of a pool would be worth, and for how many units: exact augmentations of an optimal flow.
//!
//! The flow is a circulation through one ground, source and sink in one. A unit more at a pool closes a cycle: over the pool's new
//! unit to whatever is above it, and back over the cheapest path of the residual network (Ahuja, Magnanti, Orlin, Network Flows, 1993,
//! section 9.7: successive shortest paths with potentials). The search runs backwards from the pool and ends where it began to cost,
//! so that it looks at what is near in price and not at the whole round.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap, HashSet};

use wishwell_allocation::{Problem, Segment};

use super::marked::Marked;
use super::network::{Below, Node, place, places};
use super::prices::{AllPrices, value};

/// A step of a path in the residual network.
#[derive(Debug, Clone, Copy)]
struct Step {
    to: Node,
    over: Over,
    cost: i128,
    room: u64,
}

/// What a step changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Over {
    /// More of an arc.
    Arc(u32),
    /// Less of an arc.
    ArcBack(u32),
    /// More through what is above a node.
    Through(Node),
    /// Less through it.
    ThroughBack(Node),
}

/// How far a search has come at a node.
#[derive(Debug, Clone, Copy, Default)]
struct Reached {
    /// Reduced length of the shortest path known.
    distance: i128,
    /// Where its first step stands among the search's.
    step: u32,
    settled: bool,
}

/// What one unit more gains.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Gain {
    /// For each unit, in weighted levels.
    pub(super) weighted: i128,
    /// For so many units.
    pub(super) units: u64,
    /// The row that is served more; none where all are only served better.
    pub(super) row: Option<u32>,
}

/// An optimal flow that can be asked what would be, were there more.
pub(super) struct Residual<'a> {
    problem: &'a Problem,
    prices: &'a AllPrices,
    below: &'a Below<'a>,
    /// Where the flow over each row's arcs begins.
    flow_first: Vec<u32>,
    /// Of each row, what its cheapest arc costs; of one without units not more than they are worth.
    cheapest: Vec<i128>,
    through: HashMap<Node, u64>,
    served: Vec<u64>,
    used: Vec<u64>,
}

/// A question about a flow: what it changes, and how far it has come. Several can be asked at a time.
pub(super) struct Question<'a> {
    of: &'a Residual<'a>,
    changed_flow: HashMap<u32, u64>,
    /// Rows with an arc among these.
    changed_rows: HashSet<u32>,
    changed_through: Marked<u64>,
    changed_potential: Marked<i128>,
    /// What the search at hand has found, and the steps that it took.
    reached: Marked<Reached>,
    steps: Vec<Step>,
    settled: Vec<(Node, i128)>,
    /// Nodes looked at so far.
    visited: u64,
}

/// What units more of a pool gain.
pub(super) struct Gains {
    /// The first first.
    pub(super) gains: Vec<Gain>,
    /// Whether they were followed to the end.
    pub(super) to_the_end: bool,
    /// Nodes that were looked at.
    pub(super) visited: u64,
}

/// Augmentations that one question takes at the most.
const AUGMENTATIONS_MAX: usize = 256;
/// Nodes that one question looks at, at the most.
const VISITED_EACH_MAX: u64 = 20_000;

impl<'a> Residual<'a> {
    pub(super) fn new(problem: &'a Problem, prices: &'a AllPrices, below: &'a Below<'a>) -> Self {
        let parts = problem.parts();
        let mut residual = Self {
            cheapest: Vec::new(),
            problem,
            prices,
            below,
            flow_first: vec![0; parts.items.len() + 1],
            through: HashMap::new(),
            served: vec![0; parts.items.len()],
            used: vec![0; parts.pools.len()],
        };
        for (arc, units) in &prices.flow {
            let row = below.row(*arc) as usize;
            residual.flow_first[row + 1] += 1;
            residual.served[row] += units;
            residual.used[parts.arc_pool[*arc as usize] as usize] += units;
        }
        for row in 0..parts.items.len() {
            residual.flow_first[row + 1] += residual.flow_first[row];
            residual.add_above(parts.items[row].group.map(Node::Group), residual.served[row]);
        }
        let cheapest = |(row, served): (u32, &u64)| {
            let cheapest = problem.arcs(row).map(|arc| prices.cost(problem, arc)).min();
            let worth = (*served == 0).then(|| prices.worth(problem, row));
            cheapest.into_iter().chain(worth).min().unwrap_or(0)
        };
        residual.cheapest = (0..).zip(&residual.served).map(cheapest).collect();
        for (pool, used) in parts.pools.iter().zip(residual.used.clone()) {
            residual.add_above(pool.cap.map(Node::Cap), used);
        }
        residual
    }

    fn add_above(&mut self, mut node: Option<Node>, units: u64) {
        while let Some(at) = node.filter(|_| units > 0) {
            *self.through.entry(at).or_default() += units;
            node = match self.above(at) {
                Node::Ground => None,
                above => Some(above),
            };
        }
    }

    fn above(&self, node: Node) -> Node {
        let parts = self.problem.parts();
        match node {
            Node::Ground => Node::Ground,
            Node::Group(at) => parts.groups[at as usize].group.map_or(Node::Ground, Node::Group),
            Node::Row(at) => parts.items[at as usize].group.map_or(Node::Ground, Node::Group),
            Node::Pool(at) => parts.pools[at as usize].cap.map_or(Node::Ground, Node::Cap),
            Node::Cap(at) => parts.caps[at as usize].cap.map_or(Node::Ground, Node::Cap),
        }
    }

    fn segments(&self, node: Node) -> &'a [Segment] {
        let parts = self.problem.parts();
        match node {
            Node::Pool(at) => &parts.pools[at as usize].segments,
            Node::Cap(at) => &parts.caps[at as usize].segments,
            _ => &[],
        }
    }

    /// Of each pool, what a unit from it costs at the least, in weighted levels: exactly what one unit less there would cost the plan.
    pub(super) fn dearest(&self) -> Vec<i128> {
        Question::new(self).dearest()
    }
}

impl<'a> Question<'a> {
    /// Nothing asked yet.
    pub(super) fn new(of: &'a Residual<'a>) -> Self {
        Self {
            of,
            changed_flow: HashMap::new(),
            changed_rows: HashSet::new(),
            changed_through: Marked::new(),
            changed_potential: Marked::new(),
            reached: Marked::new(),
            steps: Vec::new(),
            settled: Vec::new(),
            visited: 0,
        }
    }

    /// Where a node stands among all: fewer than numbers of four bytes.
    fn place(&self, node: Node) -> u32 {
        place(self.of.problem, node) as u32
    }

    fn units_through(&self, node: Node) -> u64 {
        if let Some(units) = self.changed_through.get(self.place(node)) {
            return units;
        }
        match node {
            Node::Row(at) => self.of.served[at as usize],
            Node::Pool(at) => self.of.used[at as usize],
            _ => self.of.through.get(&node).copied().unwrap_or(0),
        }
    }

    fn potential(&self, node: Node) -> i128 {
        if let Some(known) = self.changed_potential.get(self.place(node)) {
            return known;
        }
        match node {
            Node::Ground => 0,
            Node::Group(at) => self.of.prices.groups[at as usize],
            Node::Pool(at) => -self.of.prices.pools[at as usize],
            Node::Cap(at) => -self.of.prices.caps[at as usize],
            Node::Row(at) => -self.of.cheapest[at as usize],
        }
    }

    /// Units over an arc.
    fn over(&self, arc: u32) -> u64 {
        if let Some(units) = self.changed_flow.get(&arc) {
            return *units;
        }
        let at = self.of.prices.flow.binary_search_by_key(&arc, |(of, _)| *of);
        at.map_or(0, |at| self.of.prices.flow[at].1)
    }

    /// Price of the next unit through a node, and how many there are at it; the last price goes on for `extended`.
    fn next_unit(&self, node: Node, extended: Node) -> Option<(i128, u64)> {
        match node {
            Node::Group(at) => {
                let (through, guarantee) =
                    (self.units_through(node), self.of.problem.parts().groups[at as usize].guarantee);
                let within = through < guarantee;
                let room = if within { guarantee - through } else { u64::MAX };
                Some((if within { -self.of.prices.weights.guarantee } else { 0 }, room))
            }
            Node::Row(at) => {
                let room = self.of.problem.parts().items[at as usize].quantity - self.units_through(node);
                (room > 0).then(|| (-value(self.of.problem, at), room))
            }
            _ => {
                let mut through = self.units_through(node);
                for segment in self.of.segments(node) {
                    if through < segment.units {
                        return Some((self.load(segment.price), segment.units - through));
                    }
                    through -= segment.units;
                }
                (node == extended).then(|| (self.last_price(node), u64::MAX))
            }
        }
    }

    /// Price of the last unit through a node, and how many there are at it.
    fn last_unit(&self, node: Node) -> Option<(i128, u64)> {
        let through = self.units_through(node);
        if through == 0 {
            return None;
        }
        match node {
            Node::Group(at) => {
                let guarantee = self.of.problem.parts().groups[at as usize].guarantee;
                let within = through <= guarantee;
                let price = if within { -self.of.prices.weights.guarantee } else { 0 };
                Some((price, if within { through } else { through - guarantee }))
            }
            Node::Row(at) => Some((-value(self.of.problem, at), through)),
            _ => {
                let mut left = through;
                for segment in self.of.segments(node) {
                    if left <= segment.units {
                        return Some((self.load(segment.price), left));
                    }
                    left -= segment.units;
                }
                Some((self.last_price(node), left))
            }
        }
    }

    fn load(&self, price: u32) -> i128 {
        self.of.prices.weights.load * i128::from(price)
    }

    fn last_price(&self, node: Node) -> i128 {
        self.load(self.of.segments(node).last().map_or(0, |segment| segment.price))
    }

    /// What units more of a pool gain, the first first, as long as `goes_on`, at most [`AUGMENTATIONS_MAX`] times and looking at
    /// [`VISITED_EACH_MAX`] nodes. What the flow is afterwards is forgotten.
    pub(super) fn gains(&mut self, pool: u32, mut goes_on: impl FnMut(i128) -> bool) -> Gains {
        self.forget();
        let mut gains = Vec::new();
        let mut to_the_end = false;
        while gains.len() < AUGMENTATIONS_MAX {
            match self.augment(pool).filter(|gain| goes_on(gain.weighted)) {
                Some(gain) => gains.push(gain),
                None => {
                    to_the_end = self.visited < VISITED_EACH_MAX;
                    break;
                }
            }
        }
        Gains { gains, to_the_end, visited: self.visited }
    }

    fn dearest(&self) -> Vec<i128> {
        let mut distance = vec![i128::MAX; places(self.of.problem)];
        distance[0] = 0;
        let mut heap = BinaryHeap::from([Reverse((0_i128, Node::Ground))]);
        let mut into = Vec::new();
        while let Some(Reverse((here, node))) = heap.pop() {
            if here > distance[self.place(node) as usize] {
                continue;
            }
            into.clear();
            self.steps_into(node, Node::Ground, &mut into);
            let potential = self.potential(node);
            for (from, step) in &into {
                let there = here + (step.cost + self.potential(*from) - potential).max(0);
                let at = self.place(*from) as usize;
                if there < distance[at] {
                    distance[at] = there;
                    if self.leads_on(*from, there, &distance) {
                        heap.push(Reverse((there, *from)));
                    }
                }
            }
        }
        // From reduced to true costs; nothing reaches the ground from a pool that nobody uses and that gives nothing.
        let cost = |(pool, price): (usize, &i128)| match distance[1 + pool] {
            i128::MAX => *price,
            distance => distance + price,
        };
        self.of.prices.pools.iter().enumerate().map(cost).collect()
    }

    /// Whether something can come nearer than it is known to be by a node that is so near. Most rows are served by what is nearer already,
    /// or by nobody.
    fn leads_on(&self, node: Node, there: i128, distance: &[i128]) -> bool {
        let Node::Row(row) = node else { return true };
        let (from, to) = (self.of.flow_first[row as usize], self.of.flow_first[row as usize + 1]);
        let served = self.of.prices.flow.get(from as usize..to as usize).unwrap_or_default();
        let farther = |(arc, _): &(u32, u64)| {
            let pool = Node::Pool(self.of.problem.parts().arc_pool[*arc as usize]);
            distance[self.place(pool) as usize] > there
        };
        self.of.above(node) != Node::Ground || served.iter().any(farther)
    }

    fn forget(&mut self) {
        self.changed_flow.clear();
        self.changed_rows.clear();
        self.changed_through.forget();
        self.changed_potential.forget();
        self.visited = 0;
    }

    /// Sends as much as possible over the best cycle through one unit more of a pool.
    fn augment(&mut self, pool: u32) -> Option<Gain> {
        let pool = Node::Pool(pool);
        let target = self.of.above(pool);
        let length = self.shortest(pool, target)?;
        let (price, room) = self.next_unit(pool, pool)?;
        let mut path = Vec::new();
        let mut at = target;
        while at != pool {
            let step = *self.steps.get(self.reached.get(self.place(at))?.step as usize)?;
            path.push((at, step));
            at = step.to;
        }
        let weighted = -(price + path.iter().map(|(_, step)| step.cost).sum::<i128>());
        if weighted <= 0 {
            return None;
        }
        let units = path.iter().map(|(_, step)| step.room).min().unwrap_or(u64::MAX).min(room);
        let row = path.iter().find_map(|(_, step)| match step.over {
            Over::Through(Node::Row(row)) => Some(row),
            _ => None,
        });
        for (_, step) in &path {
            self.change(step.over, units);
        }
        self.change(Over::Through(pool), units);
        for (node, distance) in std::mem::take(&mut self.settled).into_iter().filter(|(_, at)| *at < length) {
            let potential = self.potential(node);
            self.changed_potential.put(self.place(node), potential + (length - distance));
        }
        Some(Gain { weighted, units, row })
    }

    fn change(&mut self, over: Over, units: u64) {
        match over {
            Over::Arc(arc) => {
                let more = self.over(arc) + units;
                self.put_over(arc, more);
            }
            Over::ArcBack(arc) => {
                let less = self.over(arc) - units;
                self.put_over(arc, less);
            }
            Over::Through(node) => {
                let more = self.units_through(node) + units;
                self.changed_through.put(self.place(node), more);
            }
            Over::ThroughBack(node) => {
                let less = self.units_through(node) - units;
                self.changed_through.put(self.place(node), less);
            }
        }
    }

    fn put_over(&mut self, arc: u32, units: u64) {
        self.changed_flow.insert(arc, units);
        self.changed_rows.insert(self.of.below.row(arc));
    }

    /// The cheapest path from `target` to `pool`: its reduced length. Of each node reached the next step is in `reached`, and those
    /// settled are in `settled`.
    fn shortest(&mut self, pool: Node, target: Node) -> Option<i128> {
        self.reached.forget();
        self.steps.clear();
        self.settled.clear();
        let mut heap = BinaryHeap::from([Reverse((0_i128, pool))]);
        let mut into = Vec::new();
        while let Some(Reverse((distance, node))) = heap.pop() {
            let at = self.place(node);
            let reached = self.reached.get(at).unwrap_or_default();
            if reached.settled {
                continue;
            }
            self.reached.put(at, Reached { distance, settled: true, ..reached });
            self.settled.push((node, distance));
            self.visited += 1;
            if self.visited >= VISITED_EACH_MAX {
                return None;
            }
            if node == target {
                return Some(distance);
            }
            into.clear();
            self.steps_into(node, pool, &mut into);
            let here = self.potential(node);
            for (from, step) in &into {
                let begin = self.place(*from);
                let known = self.reached.get(begin);
                if known.is_some_and(|known| known.settled) {
                    continue;
                }
                // Prices of a flow that is optimal leave nothing below zero; of others the shortest is an estimate.
                let reduced = (step.cost + self.potential(*from) - here).max(0);
                let there = distance + reduced;
                if known.is_none_or(|known| there < known.distance) {
                    let step_at = u32::try_from(self.steps.len()).ok()?;
                    self.reached.put(begin, Reached { distance: there, step: step_at, settled: false });
                    self.steps.push(*step);
                    heap.push(Reverse((there, *from)));
                }
            }
        }
        None
    }

    /// Every step of the residual network that ends in a node, with where it begins.
    fn steps_into(&self, node: Node, extended: Node, into: &mut Vec<(Node, Step)>) {
        let above = self.of.above(node);
        match node {
            Node::Pool(at) => {
                for arc in self.of.below.arcs(at) {
                    let cost = self.of.prices.weights.distance * i128::from(self.of.below.distance(arc));
                    let step = Step { to: node, over: Over::Arc(arc), cost, room: u64::MAX };
                    into.push((Node::Row(self.of.below.row(arc)), step));
                }
                self.back_from_above(node, above, into);
            }
            Node::Cap(at) => {
                self.steps_from_below(&self.of.below.cap[at as usize], node, extended, into);
                self.back_from_above(node, above, into);
            }
            Node::Row(at) => {
                self.back_over_arcs(at, into);
                self.steps_from_above(node, above, extended, into);
            }
            Node::Group(at) => {
                self.back_from_below(&self.of.below.group[at as usize], node, into);
                self.steps_from_above(node, above, extended, into);
            }
            Node::Ground => {
                for below in &self.of.below.ground {
                    match below {
                        Node::Pool(_) | Node::Cap(_) => self.steps_from_below(&[*below], node, extended, into),
                        _ => self.back_from_below(&[*below], node, into),
                    }
                }
            }
        }
    }

    /// Less over a row's arcs, from their pools.
    fn back_over_arcs(&self, row: u32, into: &mut Vec<(Node, Step)>) {
        let below = self.of.below;
        let mut back = |arc: u32, units: u64| {
            if units > 0 {
                let cost = -self.of.prices.weights.distance * i128::from(below.distance(arc));
                let step = Step { to: Node::Row(row), over: Over::ArcBack(arc), cost, room: units };
                into.push((Node::Pool(below.pool(arc)), step));
            }
        };
        if !self.changed_rows.contains(&row) {
            let (from, to) = (self.of.flow_first[row as usize], self.of.flow_first[row as usize + 1]);
            let flow = self.of.prices.flow.get(from as usize..to as usize).unwrap_or_default();
            flow.iter().for_each(|(arc, units)| back(*arc, *units));
        } else {
            below.arcs_of_row(row).for_each(|arc| back(arc, self.over(arc)));
        }
    }

    /// More through a pool or cap, to what is above it.
    fn steps_from_below(&self, below: &[Node], node: Node, extended: Node, into: &mut Vec<(Node, Step)>) {
        for from in below.iter().filter(|from| **from != extended) {
            if let Some((cost, room)) = self.next_unit(*from, extended) {
                into.push((*from, Step { to: node, over: Over::Through(*from), cost, room }));
            }
        }
    }

    /// Less through a pool or cap, from what is above it.
    fn back_from_above(&self, node: Node, above: Node, into: &mut Vec<(Node, Step)>) {
        if let Some((price, room)) = self.last_unit(node) {
            into.push((above, Step { to: node, over: Over::ThroughBack(node), cost: -price, room }));
        }
    }

    /// More into a row or group, from what is above it.
    fn steps_from_above(&self, node: Node, above: Node, extended: Node, into: &mut Vec<(Node, Step)>) {
        if let Some((cost, room)) = self.next_unit(node, extended) {
            into.push((above, Step { to: node, over: Over::Through(node), cost, room }));
        }
    }

    /// Less into a row or group, back to what is above it.
    fn back_from_below(&self, below: &[Node], node: Node, into: &mut Vec<(Node, Step)>) {
        for from in below {
            if let Some((price, room)) = self.last_unit(*from) {
                into.push((*from, Step { to: node, over: Over::ThroughBack(*from), cost: -price, room }));
            }
        }
    }
}
