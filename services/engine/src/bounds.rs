//! Upper bounds of scores, by what nodes and entries know. They hold for whatever weights the rules have.

use crate::context::Context;
use crate::index::leaf::{KINDS, LEAF_ENTRIES, LEVEL_BITS, Leaf, metres_of_chord};
use crate::index::tree::Node;
use crate::score::Millionths;

/// What a query's rules and facts leave possible.
pub(crate) struct Bounds {
    /// By [`Leaf::kinds`], all but distance.
    kinds: [Millionths; KINDS],
    /// By set of classes.
    classes: [Millionths; 16],
    /// Of the exactness term, by levels.
    pub(crate) levels: [Millionths; 16],
    /// Of the capacity terms: with draws, and without.
    pub(crate) capacity: [Millionths; 2],
    /// Of the certainty term where a rule may not be settled.
    pub(crate) certain: Millionths,
    assumed: Millionths,
    /// Distance weight times half distance, and half distance; of 24 bits.
    hyperbola: (f32, f32),
    /// The query's place, rounded as the nodes' centres are.
    centre: Option<[f32; 3]>,
}

/// 2^23: a number of 24 bits that is as large has no digits after the point.
const WHOLE_FROM: f32 = 8_388_608.0;
/// What is added to it.
const WHOLE_MASK: u32 = (1 << 22) - 1;

impl Bounds {
    #[allow(clippy::cast_possible_truncation)]
    pub(crate) fn new(context: &Context<'_>) -> Self {
        let rules = context.rules;
        let neutral = rules.neutral() + rules.scarcity;
        let capacity = rules.capacity_known + rules.capacity_spare + rules.capacity_freshness;
        // Without facts no rule can be settled, except one that does not depend on any.
        let settled = context.facts.any() || context.tables.has_constant_rules;
        let certain = if settled { rules.eligibility_certain } else { 0 };
        let class: [Millionths; 4] = std::array::from_fn(|class| {
            let known = if class & 1 == 0 { capacity } else { 0 };
            neutral + known + if class & 2 == 0 { rules.eligibility_certain } else { certain }
        });
        let mut classes = [0; 16];
        for set in 1..classes.len() {
            // The lowest class of the set, and the set of the others.
            let (lowest, others) = (set.trailing_zeros() as usize, set & (set - 1));
            classes[set] = classes[others].max(class[lowest & 3]);
        }
        // Sixteen levels.
        let levels: [Millionths; 16] = std::array::from_fn(|levels| rules.exactness_term(levels as u8));
        let half = f64::from(rules.distance_half_metres.max(1));
        Self {
            kinds: std::array::from_fn(|kind| class[kind >> LEVEL_BITS & 3] + levels[kind & 15]),
            classes,
            levels,
            capacity: [capacity, 0],
            certain,
            assumed: rules.distance_term_assumed(),
            hyperbola: ((f64::from(rules.distance) * half) as f32, half as f32),
            centre: context.vector.map(|v| [v.x as f32, v.y as f32, v.z as f32]),
        }
    }

    /// Of every score below a node.
    #[inline]
    pub(crate) fn of_node(&self, node: &Node) -> Millionths {
        let distance_term = match self.relative_to(node) {
            Some([x, y, z]) => self.distance_term(metres_of_chord((x * x + y * y + z * z).sqrt() - node.radius)),
            None => self.assumed,
        };
        let class = self.classes[usize::from(node.classes & 15)];
        class + self.levels[usize::from(node.levels & 15)] + distance_term
    }

    /// Of the scores of a leaf's entries at least so far away; none where either side has no place.
    #[inline]
    pub(crate) fn of_entries(
        &self,
        leaf: &Leaf,
        metres_at_least: Option<&[f32; LEAF_ENTRIES]>,
    ) -> [Millionths; LEAF_ENTRIES] {
        let terms = metres_at_least.map(|metres| metres.map(|metres| self.distance_term(metres)));
        let terms = terms.unwrap_or([self.assumed; LEAF_ENTRIES]);
        let kinds = leaf.kinds();
        std::array::from_fn(|at| self.kinds[kinds[at] as usize % KINDS] + terms[at])
    }

    /// The query's place relative to the centre of a node's ball; none where either side has no place.
    #[inline]
    pub(crate) fn relative_to(&self, node: &Node) -> Option<[f32; 3]> {
        let centre = self.centre.as_ref().filter(|_| node.kind.has_places())?;
        Some(std::array::from_fn(|axis| centre[axis] - node.centre[axis]))
    }

    /// Of the distance term from so many metres on.
    #[inline]
    fn distance_term(&self, metres: f32) -> Millionths {
        // The term is an integer division, rounded down: the last digits of 24 bits, and one more, cover the rounding of this one.
        let (weight, half) = self.hyperbola;
        let term = weight / (half + metres) * (1.0 + 4.0 * f32::EPSILON);
        // The nearest whole number below 2^22, sooner than a conversion that looks for what cannot be: it is what 2^23 leaves behind.
        ((term + WHOLE_FROM).to_bits() & WHOLE_MASK) + 1
    }
}
