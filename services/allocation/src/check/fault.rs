//! What can be wrong with a plan or a certificate.

use std::fmt;

use crate::certificate::{Decision, LevelPrices};

/// What a fault is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// The plan.
    Plan,
    /// A component of the certificate.
    Component(usize),
    /// A leaf of a component's tree, counted from 0, `yes` before `no`.
    Leaf {
        /// The component.
        component: usize,
        /// The leaf.
        leaf: usize,
    },
}

/// A node of the network, by its index.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Node {
    /// An item.
    Item(usize),
    /// A pool.
    Pool(usize),
    /// A cap.
    Cap(usize),
    /// A group.
    Group(usize),
}

/// The rule that is broken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rule {
    /// The flow names an arc that is not there, or in a leaf one of another component.
    NoSuchArc(u32),
    /// The component's nodes of this kind are not the problem's, do not ascend, or are another component's too.
    Listed(&'static str),
    /// The node is in no component, though its item has arcs.
    LeftOut(Node),
    /// What belongs to this node, or binds it, is in another component, or in none.
    NotApart(Node),
    /// What a bundle, a bound on partners or a bound on contacts ties together is in several components.
    TiedApart {
        /// Which kind.
        by: &'static str,
        /// Which one.
        nth: usize,
    },
    /// A sum or a price does not fit.
    Overflow(Node),
    /// More units than asked for, or than there are.
    TooMuch {
        /// Where.
        node: Node,
        /// Units through it.
        units: u64,
        /// Most that may be.
        most: u64,
    },
    /// A whole item is served in part, or over several arcs.
    Divided(usize),
    /// A bundle is neither served wholly nor left alone.
    Torn(usize),
    /// More partners serve a need than may, by the bound's index.
    TooManyPartners {
        /// Which bound.
        bound: usize,
        /// How many serve it.
        partners: usize,
    },
    /// A partner is asked about more items than it may be, by the bound's index.
    TooManyContacts {
        /// Which bound.
        bound: usize,
        /// How many it is asked about.
        items: usize,
    },
    /// The decision names something that is not there, or is another component's.
    NoSuchDecision(Decision),
    /// The decision leaves out plans: its item may be served in part, or over several arcs at once.
    LeavesOut(Decision),
    /// There must be as many prices as nodes.
    Lengths {
        /// Of what.
        of: &'static str,
        /// How many there are to be.
        expected: usize,
        /// How many there are.
        found: usize,
    },
    /// The flow uses an arc that a decision forbids.
    Forbidden(usize),
    /// The flow does not serve an item wholly that a decision serves.
    Unserved(usize),
    /// The price exceeds what one more unit costs there.
    PriceTooHigh(Node),
    /// The price is below what the last unit cost there.
    PriceTooLow(Node),
    /// The flow uses this arc though the prices favour another of the same item.
    NotTheBestArc(usize),
    /// The flow leaves units unserved that are worth serving at these prices.
    WorthServing(usize),
    /// The flow serves units that are not worth serving at these prices.
    NotWorthServing(usize),
    /// The cut's nodes of this kind are not the component's, do not ascend, or are not decided to be served.
    CutListed(&'static str),
    /// The cut leaves a way round for this arc of one of its items.
    CutOpen(usize),
    /// The pools and caps of the cut can give what its items ask for.
    CutGives {
        /// What they can give, in units.
        room: i128,
        /// What the items ask for.
        asked: i128,
    },
    /// The prices of levels are in no parts, or in too many.
    Parts(u32),
    /// The price of levels is higher than that of the group above.
    GroupTooDear(usize),
    /// Nothing can be said of what is above: the levels before the last tier are not all tiers, or a bundle ties what is above to what
    /// is not, or it is a place that is deeper than there are tiers.
    NothingAbove,
    /// No leaf of a component bounds anything.
    NoBound,
    /// The plan reaches more than the bound: one of the two was verified wrongly.
    BeatsBound,
}

/// A reason to believe a plan or a certificate not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// What it is about.
    pub subject: Subject,
    /// The rule that is broken.
    pub rule: Rule,
}

impl Fault {
    /// Most faults that one check tells.
    pub const MOST: usize = 100;
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.subject {
            Subject::Plan => write!(f, "plan: {}", self.rule),
            Subject::Component(nth) => write!(f, "components[{nth}]: {}", self.rule),
            Subject::Leaf { component, leaf } => write!(f, "components[{component}], leaf {leaf}: {}", self.rule),
        }
    }
}

impl std::error::Error for Fault {}

impl fmt::Display for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Item(nth) => write!(f, "items[{nth}]"),
            Self::Pool(nth) => write!(f, "pools[{nth}]"),
            Self::Cap(nth) => write!(f, "caps[{nth}]"),
            Self::Group(nth) => write!(f, "groups[{nth}]"),
        }
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoSuchArc(arc) => write!(f, "arcs[{arc}] must be one of the arcs"),
            Self::Listed(of) => write!(f, "{of} must be the problem's, ascending, and of no other component"),
            Self::LeftOut(node) => write!(f, "{node} must be in a component"),
            Self::NotApart(node) => write!(f, "{node} must have all it touches in its own component"),
            Self::TiedApart { by, nth } => write!(f, "{by}[{nth}] must tie items of one component"),
            Self::Overflow(node) => write!(f, "{node} must stay within the range of numbers"),
            Self::TooMuch { node, units, most } => write!(f, "{node} must carry at most {most} units, got {units}"),
            Self::Divided(item) => write!(f, "items[{item}] must be served wholly over one arc, or not at all"),
            Self::Torn(bundle) => write!(f, "bundles[{bundle}] must be served wholly or not at all"),
            Self::TooManyPartners { bound, partners } => write!(f, "partners[{bound}] is exceeded, got {partners}"),
            Self::TooManyContacts { bound, items } => write!(f, "contacts[{bound}] is exceeded, got {items}"),
            Self::NoSuchDecision(on) => write!(f, "{on:?} must be about something of the component"),
            Self::LeavesOut(on) => write!(f, "{on:?} must be about an item that is served whole"),
            Self::Lengths { of, expected, found } => write!(f, "{of} must have {expected} prices, got {found}"),
            Self::Forbidden(arc) => write!(f, "arcs[{arc}] must carry nothing after the decisions"),
            Self::Unserved(item) => write!(f, "items[{item}] must be served wholly after the decisions"),
            Self::PriceTooHigh(node) => write!(f, "{node} must not cost more than its next unit"),
            Self::PriceTooLow(node) => write!(f, "{node} must not cost less than its last unit"),
            Self::NotTheBestArc(arc) => write!(f, "arcs[{arc}] must be the item's best at these prices"),
            Self::WorthServing(item) => write!(f, "items[{item}] must not be worth serving further at these prices"),
            Self::NotWorthServing(item) => write!(f, "items[{item}] must be worth serving at these prices"),
            Self::CutListed(of) => write!(f, "{of} of the cut must be the component's, ascending, and decided for"),
            Self::CutOpen(arc) => write!(f, "arcs[{arc}] must lead into the cut"),
            Self::CutGives { room, asked } => write!(f, "the cut must give less than {asked} units, got {room}"),
            Self::Parts(parts) => {
                write!(f, "prices of levels must be in 1 to {} parts of one, got {parts}", LevelPrices::PARTS_MAX)
            }
            Self::GroupTooDear(group) => write!(f, "groups[{group}] must cost no more than the group above"),
            Self::NothingAbove => write!(f, "what is above must be of tiers alone that nothing ties to the last"),
            Self::NoBound => write!(f, "one of the leaves must bound the plans"),
            Self::BeatsBound => write!(f, "must not reach more than the bound"),
        }
    }
}

/// Faults as they are found.
#[derive(Debug)]
pub(super) struct Faults {
    subject: Subject,
    found: Vec<Fault>,
}

impl Faults {
    pub(super) const fn new() -> Self {
        Self { subject: Subject::Plan, found: Vec::new() }
    }

    /// What the next ones are about.
    pub(super) const fn about(&mut self, subject: Subject) {
        self.subject = subject;
    }

    pub(super) fn say(&mut self, rule: Rule) {
        if !self.is_full() {
            self.found.push(Fault { subject: self.subject, rule });
        }
    }

    pub(super) const fn len(&self) -> usize {
        self.found.len()
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// Whether no more of them are told.
    pub(super) const fn is_full(&self) -> bool {
        self.found.len() >= Fault::MOST
    }

    pub(super) fn into_found(self) -> Vec<Fault> {
        self.found
    }
}
