//! Trees of codes whose parents are said explicitly, numbered in preorder: a node's subtree is an interval, so that "is it within?"
//! is two comparisons.

use std::borrow::Borrow;
use std::collections::HashMap;
use std::fmt::Display;
use std::hash::Hash;

use crate::error::{Violation, Violations};
use crate::limits::TREE_DEPTH_MAX;

/// A node by its number in preorder, from 0; siblings are in order of code. Numbers hold for one tree only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(pub u32);

impl NodeId {
    fn index(self) -> usize {
        usize::try_from(self.0).unwrap_or(usize::MAX)
    }
}

/// A forest of codes.
#[derive(Debug, Clone)]
pub struct Tree<C> {
    nodes: Vec<Node<C>>,
    by_code: HashMap<C, NodeId>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Node<C> {
    code: C,
    parent: Option<NodeId>,
    /// The last node of its subtree.
    last: NodeId,
    /// 0 for a root.
    depth: u8,
}

impl<C: Clone + Eq + Ord + Hash + Display> Tree<C> {
    /// Builds the tree from codes with their parents, in any order.
    ///
    /// # Errors
    /// For entry `i`, violations of `{field}[i].code` (twice the same) and `{field}[i].parent` (unknown, part of a cycle, deeper
    /// than [`TREE_DEPTH_MAX`] levels).
    pub fn build<'a>(field: &str, entries: impl IntoIterator<Item = (&'a C, Option<&'a C>)>) -> Result<Self, Violations>
    where
        C: 'a,
    {
        let entries: Vec<_> = entries.into_iter().collect();
        let mut violations = Violations::new();
        let positions = positions_of(field, &entries, &mut violations);
        let children = children_of(field, &entries, &positions, &mut violations);
        let tree = Self::number(&entries, &children);
        for (index, (code, parent)) in entries.iter().enumerate() {
            let path = || format!("{field}[{index}].parent");
            match tree.by_code.get(*code).map(|id| tree.depth(*id)) {
                // Not reached from any root, although every parent is known.
                None => violations.add(
                    Violation::new(path(), "tree.cycle", "must not be the entry itself or one of its descendants")
                        .with_value(parent.map(ToString::to_string).unwrap_or_default()),
                ),
                Some(depth) if depth >= TREE_DEPTH_MAX => violations.add(
                    Violation::new(path(), "tree.depth", format!("must not be more than {TREE_DEPTH_MAX} levels deep"))
                        .with_value(parent.map(ToString::to_string).unwrap_or_default()),
                ),
                Some(_) => {}
            }
        }
        if violations.is_empty() { Ok(tree) } else { Err(violations) }
    }

    /// Numbers what can be reached from the roots, which are the children of nobody.
    fn number(entries: &[(&C, Option<&C>)], children: &HashMap<Option<&C>, Vec<&C>>) -> Self {
        let mut tree =
            Self { nodes: Vec::with_capacity(entries.len()), by_code: HashMap::with_capacity(entries.len()) };
        let mut stack: Vec<(&C, Option<NodeId>, u8)> = Vec::new();
        let push_children = |stack: &mut Vec<_>, of: Option<&C>, parent, depth| {
            stack.extend(children.get(&of).into_iter().flatten().rev().map(|code| (*code, parent, depth)));
        };
        push_children(&mut stack, None, None, 0);
        while let Some((code, parent, depth)) = stack.pop() {
            let id = NodeId(u32::try_from(tree.nodes.len()).unwrap_or(u32::MAX));
            tree.nodes.push(Node { code: code.clone(), parent, last: id, depth });
            tree.by_code.insert(code.clone(), id);
            push_children(&mut stack, Some(code), Some(id), depth.saturating_add(1));
        }
        // Descendants come after their ancestors, so that one pass backwards carries every subtree's end upwards.
        for index in (0..tree.nodes.len()).rev() {
            let (last, parent) = (tree.nodes[index].last, tree.nodes[index].parent);
            if let Some(node) = parent.and_then(|parent| tree.nodes.get_mut(parent.index())) {
                node.last = node.last.max(last);
            }
        }
        tree
    }

    /// The node of a code.
    pub fn id<Q>(&self, code: &Q) -> Option<NodeId>
    where
        C: Borrow<Q>,
        Q: Eq + Hash + ?Sized,
    {
        self.by_code.get(code).copied()
    }

    /// The code of a node; none for a number of another tree.
    #[must_use]
    pub fn code(&self, id: NodeId) -> Option<&C> {
        self.nodes.get(id.index()).map(|node| &node.code)
    }

    /// The node above.
    #[must_use]
    pub fn parent(&self, id: NodeId) -> Option<NodeId> {
        self.nodes.get(id.index()).and_then(|node| node.parent)
    }

    /// Levels above, 0 for a root.
    #[must_use]
    pub fn depth(&self, id: NodeId) -> usize {
        self.nodes.get(id.index()).map_or(0, |node| usize::from(node.depth))
    }

    /// The node's whole subtree, itself first, as an interval of numbers: first and last.
    #[must_use]
    pub fn subtree(&self, id: NodeId) -> (NodeId, NodeId) {
        (id, self.nodes.get(id.index()).map_or(id, |node| node.last))
    }

    /// Whether `descendant` is `ancestor` itself or below it.
    #[must_use]
    pub fn contains(&self, ancestor: NodeId, descendant: NodeId) -> bool {
        let (first, last) = self.subtree(ancestor);
        first <= descendant && descendant <= last
    }

    /// Whether the code `descendant` is `ancestor` itself or below it; false when either is not in the tree.
    pub fn is_within<Q>(&self, descendant: &Q, ancestor: &Q) -> bool
    where
        C: Borrow<Q>,
        Q: Eq + Hash + ?Sized,
    {
        match (self.id(descendant), self.id(ancestor)) {
            (Some(descendant), Some(ancestor)) => self.contains(ancestor, descendant),
            _ => false,
        }
    }

    /// The node itself and those above it, upwards.
    pub fn ancestors(&self, id: NodeId) -> impl Iterator<Item = NodeId> {
        std::iter::successors(self.nodes.get(id.index()).map(|_| id), |id| self.parent(*id))
    }

    /// Codes in preorder, with their nodes.
    pub fn iter(&self) -> impl Iterator<Item = (NodeId, &C)> {
        (0..).map(NodeId).zip(self.nodes.iter().map(|node| &node.code))
    }

    /// How many nodes there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }
}

impl<C> Default for Tree<C> {
    fn default() -> Self {
        Self { nodes: Vec::new(), by_code: HashMap::new() }
    }
}

fn positions_of<'a, C: Eq + Hash + Display>(
    field: &str,
    entries: &[(&'a C, Option<&'a C>)],
    violations: &mut Violations,
) -> HashMap<&'a C, usize> {
    let mut positions = HashMap::with_capacity(entries.len());
    for (index, (code, _)) in entries.iter().enumerate() {
        if let Some(first) = positions.get(code) {
            let message = format!("must not repeat the code of {field}[{first}]");
            violations
                .add(Violation::new(format!("{field}[{index}].code"), "tree.code_unique", message).with_value(code));
        } else {
            positions.insert(*code, index);
        }
    }
    positions
}

/// Children by parent, in order of code. An entry whose parent is unknown is reported and counts as a root, so that its descendants
/// are not reported as well.
fn children_of<'a, C: Eq + Ord + Hash + Display>(
    field: &str,
    entries: &[(&'a C, Option<&'a C>)],
    positions: &HashMap<&'a C, usize>,
    violations: &mut Violations,
) -> HashMap<Option<&'a C>, Vec<&'a C>> {
    let mut children: HashMap<Option<&C>, Vec<&C>> = HashMap::new();
    for (index, (code, parent)) in entries.iter().enumerate() {
        if positions.get(code) != Some(&index) {
            continue;
        }
        let known = parent.filter(|parent| positions.contains_key(parent));
        if let (Some(parent), None) = (parent, known) {
            let violation = Violation::new(format!("{field}[{index}].parent"), "tree.unknown_parent", "is not known");
            violations.add(violation.with_value(parent));
        }
        children.entry(known).or_default().push(code);
    }
    for siblings in children.values_mut() {
        siblings.sort_unstable();
    }
    children
}
