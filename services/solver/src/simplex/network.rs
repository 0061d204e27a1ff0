//! Any minimum-cost flow: nodes that give or take, arcs with bounds and costs.

use std::fmt;

use super::cost::Cost;
use super::pivot::{Arcs, Simplex, Stopped, UNBOUNDED};
use super::tree::Tree;
use crate::control::Control;

/// Most that all flows, and each flow's bounds, may add up to.
const UNITS_MAX: i128 = 1 << 61;

/// Most nodes and arcs together.
const SIZE_MAX: usize = (1 << 31) - 1;

/// A network to find a flow of minimum cost in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Network {
    supplies: Vec<i64>,
    arcs: Vec<NetworkArc>,
}

/// An arc of a [`Network`]; several may join the same nodes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NetworkArc {
    /// The node it leaves.
    pub tail: u32,
    /// The node it enters.
    pub head: u32,
    /// Least flow.
    pub lower: i64,
    /// Most flow; `None`, as much as there is.
    pub upper: Option<i64>,
    /// Cost of a unit.
    pub cost: i64,
}

/// A flow of minimum cost, with what proves it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NetworkFlow {
    /// Units over each arc.
    pub flows: Vec<i64>,
    /// A price for each node: for an arc with room, its cost and its head's price are at least its tail's; for an arc with more than
    /// its least flow, at most.
    pub prices: Vec<i128>,
    /// What the flow costs.
    pub cost: i128,
    /// Pivots it took.
    pub pivots: u64,
}

/// Why there is no flow of minimum cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NetworkError {
    /// No flow satisfies all supplies and bounds.
    Infeasible,
    /// A cycle of negative cost has no bound.
    Unbounded,
    /// An arc names a node that is not there; the arc.
    UnknownNode(usize),
    /// Quantities, costs or the network are larger than is counted exactly.
    TooLarge,
    /// Asked to stop.
    Cancelled,
}

impl fmt::Display for NetworkError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Infeasible => f.write_str("no flow satisfies all supplies and bounds"),
            Self::Unbounded => f.write_str("a cycle of negative cost has no bound"),
            Self::UnknownNode(arc) => write!(f, "arcs[{arc}] names a node that is not there"),
            Self::TooLarge => f.write_str("quantities, costs or the network are larger than is counted exactly"),
            Self::Cancelled => f.write_str("asked to stop before the optimum was found"),
        }
    }
}

impl std::error::Error for NetworkError {}

impl From<Stopped> for NetworkError {
    fn from(stopped: Stopped) -> Self {
        match stopped {
            Stopped::Cancelled => Self::Cancelled,
            Stopped::Unbounded => Self::Unbounded,
        }
    }
}

/// A network whose least flows are taken out: what is left to send.
struct Shifted {
    supplies: Vec<i64>,
    /// Capacities above the least flows.
    capacities: Vec<i64>,
}

impl Network {
    /// A network of nodes that give so much each; less than nothing is taken.
    #[must_use]
    pub const fn new(supplies: Vec<i64>) -> Self {
        Self { supplies, arcs: Vec::new() }
    }

    /// Adds an arc; its index.
    pub fn add(&mut self, arc: NetworkArc) -> usize {
        self.arcs.push(arc);
        self.arcs.len() - 1
    }

    /// What the nodes give.
    #[must_use]
    pub fn supplies(&self) -> &[i64] {
        &self.supplies
    }

    /// The arcs, in the order they were added.
    #[must_use]
    pub fn arcs(&self) -> &[NetworkArc] {
        &self.arcs
    }

    /// A flow of minimum cost; the same one each time.
    ///
    /// # Errors
    ///
    /// See [`NetworkError`].
    pub fn solve(&self, control: &dyn Control) -> Result<NetworkFlow, NetworkError> {
        let nodes = self.supplies.len();
        if nodes + self.arcs.len() > SIZE_MAX - nodes {
            return Err(NetworkError::TooLarge);
        }
        if let Some(arc) = self.arcs.iter().position(|arc| arc.tail.max(arc.head) as usize >= nodes) {
            return Err(NetworkError::UnknownNode(arc));
        }
        let shifted = self.shifted()?;
        let dearest = self.arcs.iter().map(|arc| i128::from(arc.cost).abs()).max().unwrap_or(0);
        // Dearer than any way through the network, so that no optimal flow of a feasible network is artificial.
        let artificial = dearest * (nodes as i128 + 1) + 1;
        if artificial <= <i64 as Cost>::FAR {
            self.optimum::<i64>(&shifted, artificial, control)
        } else {
            self.optimum::<i128>(&shifted, artificial, control)
        }
    }

    fn shifted(&self) -> Result<Shifted, NetworkError> {
        let mut supplies: Vec<i128> = self.supplies.iter().map(|units| i128::from(*units)).collect();
        for arc in &self.arcs {
            if arc.upper.is_some_and(|upper| upper < arc.lower) {
                return Err(NetworkError::Infeasible);
            }
            supplies[arc.tail as usize] -= i128::from(arc.lower);
            supplies[arc.head as usize] += i128::from(arc.lower);
        }
        if supplies.iter().sum::<i128>() != 0 {
            return Err(NetworkError::Infeasible);
        }
        let width = |arc: &NetworkArc| arc.upper.map(|upper| i128::from(upper) - i128::from(arc.lower));
        // A flow is made of ways from what gives to what takes and of cycles, and in an optimal one each cycle has an arc that earns.
        let given = supplies.iter().filter(|units| **units > 0).sum::<i128>();
        let earning = self.arcs.iter().filter(|arc| arc.cost < 0).map(width);
        let (enough, endless) = match earning.sum::<Option<i128>>() {
            Some(units) => (given + units + 1, false),
            None => (given + self.arcs.iter().filter_map(width).sum::<i128>() + 1, true),
        };
        if enough > UNITS_MAX {
            return Err(NetworkError::TooLarge);
        }
        let capacities = self
            .arcs
            .iter()
            .map(|arc| match width(arc) {
                Some(units) => units.min(enough) as i64,
                None if endless => UNBOUNDED,
                None => enough as i64,
            })
            .collect();
        Ok(Shifted { supplies: supplies.into_iter().map(|units| units as i64).collect(), capacities })
    }

    fn optimum<C: Cost>(
        &self,
        shifted: &Shifted,
        artificial: i128,
        control: &dyn Control,
    ) -> Result<NetworkFlow, NetworkError> {
        let nodes = self.supplies.len();
        let root = nodes as u32;
        let mut arcs = Arcs::<C>::with_capacity(self.arcs.len() + nodes);
        for (arc, capacity) in self.arcs.iter().zip(&shifted.capacities) {
            arcs.push(arc.tail, arc.head, C::of(arc.cost.into()), *capacity);
        }
        let mut tree = Tree::of(nodes + 1);
        let dear = C::of(artificial);
        for (node, units) in shifted.supplies.iter().enumerate() {
            let node = node as u32;
            let upwards = *units >= 0;
            let (tail, head) = if upwards { (node, root) } else { (root, node) };
            let arc = arcs.push(tail, head, dear, UNBOUNDED);
            tree.hang(node, root, arc, upwards, units.abs());
        }
        tree.settle(root, &arcs.costs);
        let mut simplex = Simplex::new(arcs, tree);
        simplex.optimize(control)?;
        let mut flows = simplex.flows();
        if flows.split_off(self.arcs.len()).iter().any(|units| *units > 0) {
            return Err(NetworkError::Infeasible);
        }
        let mut cost = 0_i128;
        for (units, arc) in flows.iter_mut().zip(&self.arcs) {
            *units += arc.lower;
            cost = i128::from(*units)
                .checked_mul(i128::from(arc.cost))
                .and_then(|more| cost.checked_add(more))
                .ok_or(NetworkError::TooLarge)?;
        }
        let prices = (0..nodes as u32).map(|node| simplex.price(node).wide()).collect();
        Ok(NetworkFlow { flows, prices, cost, pivots: simplex.pivots })
    }
}
