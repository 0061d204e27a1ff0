//! The certificate: what proves how good a plan is.

use crate::plan::Plan;

/// What a unit is worth at each node of the network, in weighted levels (`PriceWeights`), as potentials of a flow from a source of
/// price 0 to a sink of price 0: what giving one more unit there costs at the margin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prices {
    /// Of a unit taken from each pool.
    pub pools: Vec<i128>,
    /// Of a unit passing each cap.
    pub caps: Vec<i128>,
    /// Of a unit passing each group; at most 0 within the guarantee.
    pub groups: Vec<i128>,
}

/// A decision that divides the plans into two kinds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// For an item of [`crate::Split::Whole`]: `yes`, it uses no other arc than this one; `no`, it does not use this one.
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

/// An optimal flow of what remains of the problem once all that needs whole numbers is forgotten, but for the decisions taken, with
/// the prices that prove it optimal. No plan that follows the decisions reaches more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proof {
    /// The optimal flow.
    pub flow: Plan,
    /// Its prices.
    pub prices: Prices,
}

/// A tree of decisions whose leaves prove their bounds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Branch {
    /// No plan of this kind reaches more than the flow.
    Leaf(Box<Proof>),
    /// No plan of this kind can be: the bundle that was decided to be served cannot be, even by a flow. The proof's flow serves as
    /// much as can be of the bundles decided for.
    Impossible(Box<Proof>),
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

/// What proves how good a plan is: the best of the leaves' flows bounds what any plan can reach. For a problem that is a flow, one
/// leaf, whose flow is the plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certificate {
    /// The tree of decisions.
    pub root: Branch,
}
