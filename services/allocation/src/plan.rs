//! The plan: how much goes over which arc.

/// How much goes over which arc; arcs without a quantity are not in it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Plan {
    flows: Vec<(u32, u64)>,
}

impl Plan {
    /// The plan of these (arc, units), in any order; an arc named twice carries both, none carries nothing.
    #[must_use]
    pub fn new(mut flows: Vec<(u32, u64)>) -> Self {
        flows.sort_unstable_by_key(|(arc, _)| *arc);
        flows.dedup_by(|next, kept| {
            let same = next.0 == kept.0;
            if same {
                kept.1 = kept.1.saturating_add(next.1);
            }
            same
        });
        flows.retain(|(_, units)| *units > 0);
        Self { flows }
    }

    /// (arc, units), arcs ascending, units above zero.
    #[must_use]
    pub fn flows(&self) -> &[(u32, u64)] {
        &self.flows
    }
}
