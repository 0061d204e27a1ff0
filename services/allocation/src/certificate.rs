//! The certificate: what proves how good a plan is.
//!
//! # The network and its prices
//!
//! Units run from a source over groups, items, pools and caps to a sink; costs are in weighted levels ([`crate::PriceWeights`]), what
//! a unit earns costs negatively. Write `V` for what a served unit of an item is worth ([`crate::PriceWeights::unit`]), `D` for
//! what a unit over an arc costs (weight of distance times its distance), `G` for the weight of guarantees, `L` for the weight of load.
//! A price of a pool or cap is what a unit costs from there to the sink; a price of a group is what a unit costs from the source to
//! there. A flow is optimal if, and only if, prices exist with which
//!
//! - **pool, cap** (price `p`; `above` the price of the cap above, 0 without one): for each segment with room left,
//!   `p <= L * price + above`; for each segment with units in it, `p >= L * price + above`. Units fill segments from the first.
//! - **group** (price `p`; `above` the price of the group above, 0 without one): with fewer units than the guarantee
//!   `p <= above - G`, with any units (of a guarantee above 0) `p >= above - G`; in every case `p <= above`, with more units than the
//!   guarantee `p >= above`.
//! - **item** (`group` the price of its group, 0 without one): an arc gains `V - group - D - pool`. No arc gains more than one that
//!   carries units. Where the item is not wholly served, none gains above 0; where it is served at all, and need not be, none that
//!   carries units gains less than 0.
//!
//! # The relaxation
//!
//! What needs whole numbers ([`crate::Split::Whole`] of quantities above 1, further draws, bundles, partners, contacts) is forgotten,
//! but for what the decisions on the way to a leaf and simple counting say of every plan that follows them:
//!
//! 1. *Served, refused*: an item is decided to be served by [`Decision::Item`], [`Decision::Arc`] or [`Decision::Bundle`] with `yes`,
//!    and refused by `Item` or `Bundle` with `no`. What is decided of one item of a bundle is decided of all of them. An item decided
//!    to be served must be served wholly; no arc of a refused one may be used.
//! 2. *Decided arcs*: by `Arc` with `yes`, no other arc of the item may be used; with `no`, this one may not.
//! 3. *Partners and contacts*: an arc touches its own pool and those it draws on, and their partners. A partner (an item) is decided to
//!    be among those of a bound by `Partner` (`Contact`) with `yes`, or because an arc decided with `yes` touches it; it is excluded by
//!    `no`: no arc of the bound's items (of this item) that touches the partner may be used. Once as many as the bound allows are
//!    decided to be among them, all others are excluded; if more are, all are.
//! 4. *Reserved*: the further draws of arcs decided with `yes` are taken from the capacities of the pools and of all caps above them,
//!    the last segments first. *Left* is a capacity less these, and less what arcs decided with `yes` carry into it themselves.
//! 5. *Too large*: an arc of a whole item, not decided with `yes`, may not be used if, for a pool or cap, the item's quantity times
//!    how many of the pools the arc touches are that pool or below that cap is more than what is left there.
//! 6. *Sums*: if all arcs into a pool that may be used are of whole items, only sums of the quantities of those not decided with `yes`
//!    (each item once) fit into what is left: what is left is shortened to the largest such sum, if it is at most [`SUMS_MAX`], else to
//!    a multiple of the quantities' greatest common divisor. This is done after the arcs that may be used are known, once.
//!
//! # The bound of a leaf
//!
//! What a plan reaches on a tier's level is a multiple of the tier's *step* in the component: the greatest common divisor of the worths
//! of its items there, times their quantities for whole items and those of a bundle. A leaf's bound is what its flow reaches; but on
//! the first level that is a tier's and no multiple of the step, the multiple below it, and on all levels after that one as much as the
//! component can ask for: all worth of a tier's items, all guarantees, no distance and no load.
//!
//! # Prices level by level
//!
//! A flow forgets further draws, so its bound is far off where many items draw on the same pools. [`LevelPrices`] bound every plan by
//! themselves: each price is a vector with a figure a level, vectors are compared level by level, and a unit pays the price of every
//! pool that its arc touches, its own and those it draws on. No plan reaches more than the sum of
//!
//! - for each item, its quantity times the most that a unit gains over an open arc, if that is above 0: `V - group - D`, less the
//!   prices of all pools touched. Arcs are open as in the relaxation without decisions;
//! - for each pool and cap with `step`, its price less that of the cap above, if that is above 0: where arcs draw further on it (on a
//!   pool below it), `step` times the capacity; elsewhere `step - L * price` of each segment, if that is above 0, times its units. Pools
//!   are as long as in the relaxation, if nothing draws further on them;
//! - for each group with `step`, its price less that of the group above, which is never above 0: `G + step`, if that is above 0, times
//!   its guarantee.
//!
//! For what a plan reaches is at most that much more than what its units gain, pay, and are guaranteed, whatever the prices: this is weak
//! duality (J. M. Danskin; A. M. Geoffrion, "Lagrangean relaxation for integer programming", 1974), which asks of numbers only that they
//! are ordered as sums are. The sum is shortened to steps like a leaf's bound.
//!
//! # What is more urgent, by itself
//!
//! What plans reach on the levels before that of a component's last tier depends on the items of all other tiers alone, if these levels
//! are tiers too. So [`Component::above`] may bound these items by themselves, as components that share nothing: their sum bounds the
//! component on these levels, and after them it may reach as much as it can ask for. Of plans that reach all of this sum `Q` there, prices
//! say more: an item of these tiers counts there what it counts in `Q`, and where [`LevelPrices::credits`] are given, a unit of its level
//! earns the level's credit, of which `Q` times is taken off again. A plan that reaches less than `Q` is worse than any of these.
//!
//! A component's bound is the lowest of all of these.

use crate::plan::Plan;

/// Up to what is left in a pool, the relaxation asks for the largest sum of quantities instead of for a multiple of their divisor.
pub const SUMS_MAX: u64 = 4096;

/// What a unit is worth at each node of one component's network, in weighted levels (`PriceWeights`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prices {
    /// Of each of the component's pools, in its order: what a unit costs from there to the sink.
    pub pools: Vec<i128>,
    /// Of each of the component's caps, in its order: what a unit costs from there to the sink.
    pub caps: Vec<i128>,
    /// Of each of the component's groups, in its order: what a unit costs from the source to there; at most 0.
    pub groups: Vec<i128>,
}

/// A decision that divides the plans into two kinds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Decision {
    /// For an item of [`crate::Split::Whole`]: `yes`, it is served; `no`, it is not.
    Item(u32),
    /// For an arc of an item of [`crate::Split::Whole`]: `yes`, it carries the item's quantity; `no`, it carries nothing.
    Arc(u32),
    /// `yes`, every item of the bundle is served wholly; `no`, none is served at all.
    Bundle(u32),
    /// Of a bound on a need's partners, by its index: `yes`, the partner is one of the need's partners (with the bound reached, no
    /// other is); `no`, the partner's pools serve none of the items.
    Partner(u32, u32),
    /// Of a bound on a partner's contacts, by its index: `yes`, the item is one of those the partner is asked about (with the bound
    /// reached, no other is); `no`, the partner's pools do not serve it.
    Contact(u32, u32),
}

/// An optimal flow of the relaxation under the decisions taken, with the prices that prove it optimal. No plan that follows the
/// decisions reaches more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proof {
    /// The optimal flow, over arcs of the component's items.
    pub flow: Plan,
    /// Its prices.
    pub prices: Prices,
}

/// Why what is decided to be served cannot be, even by a flow: the items ask for more than the pools and caps together can give, and
/// each arc of theirs that may be used leads to one of these pools or below one of these caps.
///
/// What a pool or cap can give is its capacity in the relaxation; where more is reserved than its capacity, it is negative.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cut {
    /// Items decided to be served, ascending. None, where a pool or cap alone gives less than nothing.
    pub items: Vec<u32>,
    /// Pools, ascending.
    pub pools: Vec<u32>,
    /// Caps, ascending.
    pub caps: Vec<u32>,
}

/// A tree of decisions whose leaves prove their bounds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Branch {
    /// No plan of this kind reaches more than the flow.
    Leaf(Box<Proof>),
    /// No plan is of this kind.
    Impossible(Box<Cut>),
    /// Two kinds.
    Fork {
        /// What divides them.
        on: Decision,
        /// Where it holds.
        yes: Box<Branch>,
        /// Where it does not.
        no: Box<Branch>,
    },
}

/// Prices with a figure for each level, in the levels' order, that bound every plan of a component with all that it draws on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LevelPrices {
    /// Figures are in so many parts of one: 1 to [`LevelPrices::PARTS_MAX`].
    pub parts: u32,
    /// Of each of the component's pools, in its order: what a unit that touches it costs from there to the sink.
    pub pools: Vec<i64>,
    /// Of each of the component's caps: what a unit costs from there to the sink.
    pub caps: Vec<i64>,
    /// Of each of the component's groups: what a unit costs from the source to there.
    pub groups: Vec<i64>,
    /// Of each of the levels that [`Component::above`] bounds: what is earned by one more on it, in place of that one; of either sign.
    /// None, where the levels count as they are.
    pub credits: Vec<i64>,
}

impl LevelPrices {
    /// Most parts of one.
    pub const PARTS_MAX: u32 = 1 << 20;
}

/// A part of the problem that shares nothing with the rest, and what proves its bound.
///
/// The arcs and further draws of its items touch its pools alone, and these no other's; the caps above its pools and the groups above
/// its items are its own; the items of a bundle or of a bound on partners, and those that a bound on contacts can meet, are in one
/// component together. What nobody can use may be in no component; every item that has an arc is in one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Component {
    /// Its items, ascending.
    pub items: Vec<u32>,
    /// Its pools, ascending.
    pub pools: Vec<u32>,
    /// Its caps, ascending.
    pub caps: Vec<u32>,
    /// Its groups, ascending.
    pub groups: Vec<u32>,
    /// The tree of decisions.
    pub root: Branch,
    /// Prices that bound the component by themselves, where that says more than the tree.
    pub priced: Option<Box<LevelPrices>>,
    /// The items of all tiers but the last by themselves; none, where nothing is said of them.
    pub above: Vec<Component>,
}

/// What proves how good a plan is: in each component the best of the leaves' flows bounds what any plan can reach there, and the sum of
/// these bounds what any plan can reach (an order by levels is kept by sums). For a problem that is a flow, one component with one
/// leaf does, whose flow is the plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certificate {
    /// The components.
    pub components: Vec<Component>,
}
