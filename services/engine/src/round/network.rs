//! The nodes of a round's network, where each stands, and who is below whom.

use wishwell_allocation::Problem;

use super::exhausted::Exhausted;

/// A node of the network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Node {
    Ground,
    Group(u32),
    Row(u32),
    Pool(u32),
    Cap(u32),
}

/// How many nodes a problem's network has.
pub(super) fn places(problem: &Problem) -> usize {
    let parts = problem.parts();
    1 + parts.pools.len() + parts.items.len() + parts.caps.len() + parts.groups.len()
}

/// Where a node stands among all, below [`places`].
pub(super) fn place(problem: &Problem, node: Node) -> usize {
    let parts = problem.parts();
    let rows = 1 + parts.pools.len();
    let caps = rows + parts.items.len();
    match node {
        Node::Ground => 0,
        Node::Pool(at) => 1 + at as usize,
        Node::Row(at) => rows + at as usize,
        Node::Cap(at) => caps + at as usize,
        Node::Group(at) => caps + parts.caps.len() + at as usize,
    }
}

/// Tells the rows of arcs.
pub(super) struct Rows {
    /// The row of every [`ARCS_TOGETHER`]th arc.
    of: Vec<u32>,
}

/// From so many arcs on, an array of each one's row would be half as large as the problem.
const ARCS_TOGETHER: usize = 16;

impl Rows {
    fn new(problem: &Problem) -> Self {
        let first = &problem.parts().first;
        let mut row = 0;
        let of = (0..problem.parts().arc_pool.len()).step_by(ARCS_TOGETHER).map(|arc| {
            row = behind(first, row, arc);
            row
        });
        Self { of: of.collect() }
    }

    /// The row of an arc.
    fn of(&self, problem: &Problem, arc: u32) -> u32 {
        behind(&problem.parts().first, self.of[arc as usize / ARCS_TOGETHER], arc as usize)
    }
}

/// The row of an arc, from a row that is not behind it.
fn behind(first: &[u32], row: u32, arc: usize) -> u32 {
    let mut row = row;
    while first.get(row as usize + 1).is_some_and(|next| *next as usize <= arc) {
        row += 1;
    }
    row
}

/// Who is below each node. Pairs with what has nothing left are numbered behind the arcs, as arcs that carry nothing.
pub(super) struct Below<'a> {
    problem: &'a Problem,
    pub(super) exhausted: &'a Exhausted,
    rows: Rows,
    /// Pairs with what has nothing left, by pool.
    of_exhausted: Vec<u32>,
    /// Arcs into each pool.
    pool_first: Vec<u32>,
    pool_arcs: Vec<u32>,
    pub(super) cap: Vec<Vec<Node>>,
    pub(super) group: Vec<Vec<Node>>,
    pub(super) ground: Vec<Node>,
}

impl<'a> Below<'a> {
    pub(super) fn new(problem: &'a Problem, exhausted: &'a Exhausted) -> Self {
        let parts = problem.parts();
        let mut pool_first = vec![0_u32; parts.pools.len() + 1];
        for pool in &parts.arc_pool {
            pool_first[*pool as usize + 1] += 1;
        }
        for at in 1..pool_first.len() {
            pool_first[at] += pool_first[at - 1];
        }
        let mut next = pool_first.clone();
        let mut pool_arcs = vec![0_u32; parts.arc_pool.len()];
        for (arc, pool) in (0..).zip(&parts.arc_pool) {
            let slot = &mut next[*pool as usize];
            pool_arcs[*slot as usize] = arc;
            *slot += 1;
        }
        let mut of_exhausted: Vec<u32> = (0..exhausted.len()).collect();
        of_exhausted.sort_unstable_by_key(|nth| (exhausted.pools[*nth as usize], *nth));
        let mut below = Self {
            problem,
            exhausted,
            of_exhausted,
            rows: Rows::new(problem),
            pool_first,
            pool_arcs,
            cap: vec![Vec::new(); parts.caps.len()],
            group: vec![Vec::new(); parts.groups.len()],
            ground: Vec::new(),
        };
        for (at, pool) in (0..).zip(&parts.pools) {
            below.put(pool.cap.map(Node::Cap), Node::Pool(at));
        }
        for (at, cap) in (0..).zip(&parts.caps) {
            below.put(cap.cap.map(Node::Cap), Node::Cap(at));
        }
        for (at, group) in (0..).zip(&parts.groups) {
            below.put(group.group.map(Node::Group), Node::Group(at));
        }
        for (at, item) in (0..).zip(&parts.items) {
            below.put(item.group.map(Node::Group), Node::Row(at));
        }
        below
    }

    fn put(&mut self, above: Option<Node>, node: Node) {
        match above {
            Some(Node::Cap(at)) => self.cap[at as usize].push(node),
            Some(Node::Group(at)) => self.group[at as usize].push(node),
            _ => self.ground.push(node),
        }
    }

    /// The arcs into a pool.
    pub(super) fn arcs(&self, pool: u32) -> impl Iterator<Item = u32> {
        let (from, to) = (self.pool_first[pool as usize], self.pool_first[pool as usize + 1]);
        let carrying = self.pool_arcs.get(from as usize..to as usize).unwrap_or_default();
        let of = |nth: &u32| self.exhausted.pools[*nth as usize];
        let from = self.of_exhausted.partition_point(|nth| of(nth) < pool);
        let others = self.of_exhausted[from..].iter().take_while(move |nth| of(nth) == pool);
        let behind = u32::try_from(self.problem.parts().arc_pool.len()).unwrap_or(u32::MAX);
        carrying.iter().copied().chain(others.map(move |nth| behind + nth))
    }

    /// The arcs of a row.
    pub(super) fn arcs_of_row(&self, row: u32) -> impl Iterator<Item = u32> {
        let carrying = self.problem.parts().arc_pool.len();
        let others = self.exhausted.of(row as usize).map(move |nth| carrying + nth);
        self.problem.arcs(row).chain(others).filter_map(|arc| u32::try_from(arc).ok())
    }

    /// Its place among the pairs with what has nothing left, if it is one of them.
    fn beyond(&self, arc: u32) -> Option<u32> {
        arc.checked_sub(u32::try_from(self.problem.parts().arc_pool.len()).unwrap_or(u32::MAX))
    }

    /// The row of an arc.
    pub(super) fn row(&self, arc: u32) -> u32 {
        self.beyond(arc).map_or_else(|| self.rows.of(self.problem, arc), |nth| self.exhausted.owner(nth))
    }

    /// The pool of an arc.
    pub(super) fn pool(&self, arc: u32) -> u32 {
        self.beyond(arc)
            .map_or_else(|| self.problem.parts().arc_pool[arc as usize], |nth| self.exhausted.pools[nth as usize])
    }

    /// The distance over an arc.
    pub(super) fn distance(&self, arc: u32) -> u32 {
        let parts = self.problem.parts();
        self.beyond(arc)
            .map_or_else(|| parts.arc_distance[arc as usize], |nth| self.exhausted.pair(nth as usize).metres)
    }
}
