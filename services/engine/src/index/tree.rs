//! Packed trees with bounds, for best-first search.
//!
//! Places are unit vectors, so that poles and the date line are nowhere special. A node knows a ball around its places, the classes
//! of best possible score among its resources, and how near the asked category the nearest of them is; whatever the weights of the
//! score, that bounds it from above. Trees are split at medians along the widest axis (a k-d tree packed bottom-up, after
//! Bentley 1975), eight children to a node.

use wishwell_domain::geo::UnitVector;

use super::leaf::{Entry, LEAF_ENTRIES, Leaf};

/// Most children of a node.
const FANOUT: usize = 8;
/// Added to every ball's radius, in Earth radii (about 3 m): covers the rounding of centres to 32 bits, here and in queries.
pub(crate) const ROUNDING_MARGIN: f64 = 5e-7;

/// A node, or a leaf with entries.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Node {
    /// Centre of the ball, in Earth radii.
    pub(crate) centre: [f32; 3],
    /// Its radius.
    pub(crate) radius: f32,
    /// First child, or the leaf.
    pub(crate) first: u32,
    /// How many children or entries.
    pub(crate) count: u8,
    /// Bit `class` is set when a resource of that class is below.
    pub(crate) classes: u8,
    /// Fewest levels below the asked category.
    pub(crate) levels: u8,
    pub(crate) kind: NodeKind,
}

/// What a node holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum NodeKind {
    /// Nodes of places.
    Branch,
    /// Entries with places.
    Leaf,
    /// Nodes of a list without places.
    ListBranch,
    /// Entries without places.
    ListLeaf,
}

impl NodeKind {
    /// Whether entries follow.
    pub(crate) const fn is_leaf(self) -> bool {
        matches!(self, Self::Leaf | Self::ListLeaf)
    }

    /// Whether the ball means something.
    pub(crate) const fn has_places(self) -> bool {
        matches!(self, Self::Branch | Self::Leaf)
    }
}

/// An entry with what its place in a tree depends on.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Item {
    pub(crate) vector: UnitVector,
    pub(crate) entry: Entry,
}

/// Nodes and leaves of many trees.
#[derive(Debug, Default)]
pub(crate) struct Forest {
    pub(crate) nodes: Vec<Node>,
    pub(crate) leaves: Vec<Leaf>,
}

impl Forest {
    /// Adds a tree of resources with places; returns its root, none when empty. Reorders `items`.
    pub(crate) fn add_tree(&mut self, items: &mut [Item]) -> Option<u32> {
        if items.is_empty() {
            return None;
        }
        let root = self.tree_node(items);
        Some(self.push(root))
    }

    /// Adds a list of resources without places, the best class first; returns its root, none when empty.
    pub(crate) fn add_list(&mut self, items: &mut [Item]) -> Option<u32> {
        if items.is_empty() {
            return None;
        }
        items.sort_unstable_by_key(|item| (item.entry.class(), item.entry.levels(), item.entry.row()));
        let root = self.list_node(items);
        Some(self.push(root))
    }

    /// Bytes held.
    pub(crate) fn memory_bytes(&self) -> usize {
        self.nodes.capacity() * size_of::<Node>() + self.leaves.capacity() * size_of::<Leaf>()
    }

    fn push(&mut self, node: Node) -> u32 {
        self.nodes.push(node);
        index(self.nodes.len() - 1)
    }

    fn tree_node(&mut self, items: &mut [Item]) -> Node {
        let (centre, radius) = ball(items);
        if items.len() <= LEAF_ENTRIES {
            for item in items.iter_mut() {
                let place = [item.vector.x, item.vector.y, item.vector.z];
                let relative = std::array::from_fn(|axis| place[axis] - f64::from(centre[axis]));
                item.entry = item.entry.at(relative, radius);
            }
            return Node { centre, radius, ..self.leaf(items, NodeKind::Leaf) };
        }
        let mut children = [None; FANOUT];
        let mut count = 0;
        split(items, FANOUT, &mut |part| {
            children[count] = Some(self.tree_node(part));
            count += 1;
        });
        let node = self.branch(children.into_iter().flatten(), items, NodeKind::Branch);
        Node { centre, radius, ..node }
    }

    fn list_node(&mut self, items: &[Item]) -> Node {
        if items.len() <= LEAF_ENTRIES {
            return self.leaf(items, NodeKind::ListLeaf);
        }
        let part = items.len().div_ceil(FANOUT).max(LEAF_ENTRIES);
        let children: Vec<Node> = items.chunks(part).map(|part| self.list_node(part)).collect();
        self.branch(children.into_iter(), items, NodeKind::ListBranch)
    }

    fn leaf(&mut self, items: &[Item], kind: NodeKind) -> Node {
        let first = index(self.leaves.len());
        self.leaves.push(Leaf::new(items.iter().map(|item| item.entry)));
        summary(items, first, items.len(), kind)
    }

    fn branch(&mut self, children: impl Iterator<Item = Node>, items: &[Item], kind: NodeKind) -> Node {
        let first = self.nodes.len();
        self.nodes.extend(children);
        summary(items, index(first), self.nodes.len() - first, kind)
    }
}

fn summary(items: &[Item], first: u32, count: usize, kind: NodeKind) -> Node {
    let classes = items.iter().fold(0, |classes, item| classes | 1 << item.entry.class());
    let levels = items.iter().map(|item| item.entry.levels()).min().unwrap_or(0);
    // At most the fan-out or a leaf's entries.
    let count = u8::try_from(count).unwrap_or(u8::MAX);
    Node { centre: [0.0; 3], radius: 0.0, first, count, classes, levels, kind }
}

/// Cuts `items` at medians into at most `parts` (a power of two) and hands each on; parts that fit a leaf stay whole.
fn split(items: &mut [Item], parts: usize, hand_on: &mut dyn FnMut(&mut [Item])) {
    if parts == 1 || items.len() <= LEAF_ENTRIES {
        return hand_on(items);
    }
    let axis = widest_axis(items);
    // Cutting at a multiple of a leaf's entries keeps leaves full.
    let middle = (items.len() / 2).next_multiple_of(LEAF_ENTRIES).min(items.len() - 1);
    items.select_nth_unstable_by(middle, |a, b| {
        coordinate(&a.vector, axis).total_cmp(&coordinate(&b.vector, axis)).then(a.entry.row().cmp(&b.entry.row()))
    });
    let (low, high) = items.split_at_mut(middle);
    split(low, parts / 2, hand_on);
    split(high, parts / 2, hand_on);
}

const fn coordinate(vector: &UnitVector, axis: usize) -> f64 {
    match axis {
        0 => vector.x,
        1 => vector.y,
        _ => vector.z,
    }
}

fn bounds(items: &[Item], axis: usize) -> (f64, f64) {
    items.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), item| {
        let value = coordinate(&item.vector, axis);
        (low.min(value), high.max(value))
    })
}

fn widest_axis(items: &[Item]) -> usize {
    let width = |axis| {
        let (low, high) = bounds(items, axis);
        high - low
    };
    let mut widest = 0;
    for axis in 1..3 {
        if width(axis) > width(widest) {
            widest = axis;
        }
    }
    widest
}

/// A ball around all places: the centre of their box, rounded to 32 bits, and the distance of the farthest.
#[allow(clippy::cast_possible_truncation)]
fn ball(items: &[Item]) -> ([f32; 3], f32) {
    let centre: [f32; 3] = std::array::from_fn(|axis| {
        let (low, high) = bounds(items, axis);
        f64::midpoint(low, high) as f32
    });
    let at = UnitVector { x: f64::from(centre[0]), y: f64::from(centre[1]), z: f64::from(centre[2]) };
    let farthest = items.iter().map(|item| at.chord_squared(&item.vector)).fold(0.0, f64::max).sqrt();
    (centre, (farthest + ROUNDING_MARGIN) as f32)
}

/// The bounds of the catalogue keep nodes and entries far below 2^32.
fn index(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}
