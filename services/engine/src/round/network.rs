//! The nodes of a round's network, where each stands, and who is below whom.

use wishwell_allocation::Problem;

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
    pub(super) fn of(&self, problem: &Problem, arc: u32) -> u32 {
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

/// Who is below each node.
pub(super) struct Below {
    pub(super) rows: Rows,
    /// Arcs into each pool.
    pool_first: Vec<u32>,
    pool_arcs: Vec<u32>,
    pub(super) cap: Vec<Vec<Node>>,
    pub(super) group: Vec<Vec<Node>>,
    pub(super) ground: Vec<Node>,
}

impl Below {
    pub(super) fn new(problem: &Problem) -> Self {
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
        let mut below = Self {
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

    pub(super) fn arcs(&self, pool: u32) -> &[u32] {
        let (from, to) = (self.pool_first[pool as usize], self.pool_first[pool as usize + 1]);
        self.pool_arcs.get(from as usize..to as usize).unwrap_or_default()
    }
}
