//! Finding a node of a tree by what people call it.

use std::collections::HashMap;

use crate::error::{Violation, Violations};
use crate::tree::NodeId;

/// Nodes by their names.
#[derive(Debug, Clone, Default)]
pub(crate) struct WordIndex(HashMap<String, Vec<NodeId>>);

impl WordIndex {
    pub(crate) fn add<'a>(&mut self, id: NodeId, names: impl IntoIterator<Item = &'a str>) {
        for name in names {
            let name = normalize(name);
            if name.is_empty() {
                continue;
            }
            let nodes = self.0.entry(name).or_default();
            if let Err(place) = nodes.binary_search(&id) {
                nodes.insert(place, id);
            }
        }
    }

    pub(crate) fn find(&self, text: &str) -> &[NodeId] {
        self.0.get(&normalize(text)).map_or(&[], Vec::as_slice)
    }
}

/// Folds what is written differently for the same word: letters to lower case, full-width forms (U+FF01..U+FF5E) to the usual
/// width, runs of white space (the ideographic space too) to one blank, none at the ends.
#[must_use]
pub fn normalize(text: &str) -> String {
    let usual_width = |c: char| match c {
        '\u{FF01}'..='\u{FF5E}' => char::from_u32(u32::from(c) - 0xFEE0).unwrap_or(c),
        c => c,
    };
    let folded: String = text.chars().map(usual_width).flat_map(char::to_lowercase).collect();
    folded.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Refuses a tree of more than `max` nodes before anything is built of it.
pub(crate) fn check_tree_size(field: &str, count: usize, max: usize) -> Result<(), Violations> {
    if count <= max {
        return Ok(());
    }
    let message = format!("must have at most {max} entries");
    Err(Violation::new(field, "list.max_items", message).with_value(count).into())
}
