//! What a leaf's own lines say of its resources: most of those that do not fit are known not to before their rows are read.

use crate::context::Context;
use crate::index::leaf::{Asked, LEAF_ENTRIES, Leaf};

impl Context<'_> {
    /// For each entry of a leaf, at least so far away, a lower bound of the number of constraints it fails, its rule of eligibility
    /// and how its organization is vetted apart; none where either side has no place.
    #[inline]
    pub(crate) fn screen(&self, leaf: &Leaf, metres_at_least: Option<&[f32; LEAF_ENTRIES]>) -> [u32; LEAF_ENTRIES] {
        let asked = Asked {
            unit: self.unit.index().into(),
            modes: self.modes,
            reach_metres: self.max_travel_metres as f32,
            divisions: self.chain(),
        };
        // Not a number is neither within a radius nor farther than anybody can travel.
        leaf.failures(&asked, metres_at_least.unwrap_or(&[f32::NAN; LEAF_ENTRIES]))
    }
}
