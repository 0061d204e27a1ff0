//! The problem: items that ask, pools that give, arcs that may carry, and what binds them together.

use std::fmt;

use crate::objective::{Level, PriceWeights};

/// Named bounds of a problem.
pub mod limits {
    /// Most units one item may ask for, or one pool may give.
    pub const UNITS_MAX: u64 = 1 << 40;
    /// Most that one unit over one arc may cost in distance, in whatever unit the caller measures.
    pub const DISTANCE_MAX: u32 = 1 << 30;
    /// What an item counts at the least where all items count alike: a multiple of every quantity up to ten.
    pub const ITEM_PARTS: u32 = 2_520;
    /// Most that one unit's service may be worth: so much that a share in [`UNITS_MAX`] can be told to within one in [`ITEM_PARTS`].
    pub const WORTH_MAX: u64 = (ITEM_PARTS as u64) << 41;
    /// Most urgency tiers.
    pub const TIERS_MAX: u8 = 8;
    /// Highest price of a unit in a load segment.
    pub const SEGMENT_PRICE_MAX: u32 = 1 << 10;
    /// Most items of one problem.
    pub const ITEMS_MAX: usize = 4_000_000;
    /// Most pools of one problem.
    pub const POOLS_MAX: usize = 1_000_000;
    /// Most arcs of one problem.
    pub const ARCS_MAX: usize = 64_000_000;
    /// Most caps, and most groups.
    pub const SIDES_MAX: usize = 100_000;
    /// Deepest chain of caps above a pool, or of groups above an item.
    pub const DEPTH_MAX: usize = 8;
}

/// How an item's quantity may be divided over pools.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Split {
    /// In any way: the item is a commodity.
    Any,
    /// Not at all: one arc carries the whole quantity, or nothing does.
    Whole,
}

/// Something asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Item {
    /// Units asked, 1 to [`limits::UNITS_MAX`].
    pub quantity: u64,
    /// Urgency tier; 0 is served first.
    pub tier: u8,
    /// What one served unit counts in its tier, 1 to [`limits::WORTH_MAX`]: the same for all where units count, in inverse
    /// proportion to the quantity where people do ([`ProblemParts::count_items_alike`]).
    pub worth: u64,
    /// The group whose guarantee counts this item.
    pub group: Option<u32>,
    /// How it may be divided.
    pub split: Split,
}

/// A stretch of a convex price: the next `units` cost `price` each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Segment {
    /// Length in units.
    pub units: u64,
    /// Price of each, 0 to [`limits::SEGMENT_PRICE_MAX`]; never falls from one segment to the next.
    pub price: u32,
}

/// Capacity of one pool in one period.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pool {
    /// What is left to give, as the price of giving it: the capacity is the sum of the segments' lengths.
    pub segments: Vec<Segment>,
    /// The cap that binds this pool together with others.
    pub cap: Option<u32>,
    /// Who gives it: counted by [`Partners`] and [`Contacts`].
    pub partner: u32,
}

/// A bound on the units of several pools and caps together; caps form a forest (they are laminar).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cap {
    /// Like a pool's: the capacity is the sum of lengths.
    pub segments: Vec<Segment>,
    /// The cap above; always of a lower index.
    pub cap: Option<u32>,
}

/// Items that are guaranteed a minimum together; groups form a forest (they are laminar).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Group {
    /// Units guaranteed, as far as the levels above allow it.
    pub guarantee: u64,
    /// The group above; always of a lower index.
    pub group: Option<u32>,
}

/// Items that are served wholly or not at all, all of them together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bundle {
    /// Items, ascending; an item is in one bundle at the most.
    pub items: Vec<u32>,
}

/// A bound on how many partners serve some items together (those of one need).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Partners {
    /// Items, ascending.
    pub items: Vec<u32>,
    /// Most partners, at least 1.
    pub most: u32,
    /// Partners that help already, ascending, no more than `most`: they are among these whether or not they serve an item here.
    pub already: Vec<u32>,
}

/// A bound on how many items a partner is asked about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Contacts {
    /// The partner.
    pub partner: u32,
    /// Most items with a quantity at the partner's pools.
    pub most: u32,
}

/// What a [`Problem`] is made of, before it is checked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProblemParts {
    /// What is to be reached, most important first; each level once. Tiers that no item has may be left out.
    pub levels: Vec<Level>,
    /// What is asked.
    pub items: Vec<Item>,
    /// What there is.
    pub pools: Vec<Pool>,
    /// Bounds on pools together.
    pub caps: Vec<Cap>,
    /// Guarantees.
    pub groups: Vec<Group>,
    /// All or nothing.
    pub bundles: Vec<Bundle>,
    /// Bounds on partners of a need.
    pub partners: Vec<Partners>,
    /// Bounds on contacts of a partner.
    pub contacts: Vec<Contacts>,
    /// First arc of each item, and one more: arcs of item `i` are `first[i]..first[i + 1]`.
    pub first: Vec<u32>,
    /// Pool of each arc; within an item, ascending and each once, unless the arcs differ in their further draws.
    pub arc_pool: Vec<u32>,
    /// Distance of a unit over each arc, 0 to [`limits::DISTANCE_MAX`].
    pub arc_distance: Vec<u32>,
    /// Further pools an arc draws on, as much as on its own: (arc, pool), ascending, each once. An item with such an arc is a
    /// [`Split::Whole`] one. They count in the capacities of these pools and of the caps above them (a cap above several of an arc's
    /// pools is drawn on by each), and these pools' partners are among those that serve the item.
    pub draws: Vec<(u32, u32)>,
    /// A distance that prices can tell although no arc is so far, 0 to [`limits::DISTANCE_MAX`]: of what somebody asks about that the
    /// problem has no arc to.
    pub distance_told: u32,
    /// How many times finer worths are than what is told of tiers, which is of no matter to any plan; 0 is 1.
    pub finer: u64,
}

/// A checked problem; immutable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    parts: ProblemParts,
    weights: PriceWeights,
}

/// Why parts are not a problem.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProblemError {
    /// Each violation: field, then rule and value.
    pub violations: Vec<(String, String)>,
}

impl fmt::Display for ProblemError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (nth, (field, rule)) in self.violations.iter().enumerate() {
            write!(f, "{}{field}: {rule}", if nth == 0 { "" } else { "; " })?;
        }
        Ok(())
    }
}

impl std::error::Error for ProblemError {}

impl Problem {
    /// The problem made of these parts.
    ///
    /// # Errors
    ///
    /// Every violation of what the parts' fields promise (the first [`Problem::VIOLATIONS_MAX`] of them), and an objective whose
    /// range does not fit.
    pub fn new(parts: ProblemParts) -> Result<Self, ProblemError> {
        let mut found = Vec::new();
        crate::problem::check(&parts, &mut found);
        if found.is_empty() {
            match PriceWeights::of(&parts) {
                Ok(weights) => return Ok(Self { parts, weights }),
                Err(rule) => found.push(("levels".to_owned(), rule)),
            }
        }
        found.truncate(Self::VIOLATIONS_MAX);
        Err(ProblemError { violations: found })
    }

    /// Most violations that one error tells.
    pub const VIOLATIONS_MAX: usize = 100;

    /// What it is made of.
    #[must_use]
    pub const fn parts(&self) -> &ProblemParts {
        &self.parts
    }

    /// What the levels weigh in prices.
    #[must_use]
    pub const fn weights(&self) -> &PriceWeights {
        &self.weights
    }

    /// A problem of some of this one's items, pools and sides, weighing its levels as this one does: prices that prove it there prove
    /// it here. Its network may be in no respect larger than this one's.
    ///
    /// # Errors
    ///
    /// Like [`Problem::new`]; and where the levels are not this problem's.
    pub fn part(&self, parts: ProblemParts) -> Result<Self, ProblemError> {
        let mut found = Vec::new();
        if parts.levels != self.parts.levels {
            found.push(("levels".to_owned(), "must be those of the whole".to_owned()));
        }
        crate::problem::check(&parts, &mut found);
        if found.is_empty() {
            return Ok(Self { parts, weights: self.weights.clone() });
        }
        found.truncate(Self::VIOLATIONS_MAX);
        Err(ProblemError { violations: found })
    }

    /// The parts back, to change them.
    #[must_use]
    pub fn into_parts(self) -> ProblemParts {
        self.parts
    }

    /// The arcs of an item.
    #[must_use]
    pub fn arcs(&self, item: u32) -> std::ops::Range<usize> {
        self.parts.first[item as usize] as usize..self.parts.first[item as usize + 1] as usize
    }

    /// Whether the problem is a flow: nothing in it needs whole numbers to be chosen. Items of quantity 1 without further draws are
    /// whole by themselves.
    #[must_use]
    pub fn is_flow(&self) -> bool {
        let parts = &self.parts;
        parts.bundles.is_empty()
            && parts.partners.is_empty()
            && parts.contacts.is_empty()
            && parts.draws.is_empty()
            && parts.items.iter().all(|item| item.split == Split::Any || item.quantity == 1)
    }
}

/// Sum of the lengths of segments: a capacity.
#[must_use]
pub(crate) fn capacity(segments: &[Segment]) -> u64 {
    segments.iter().fold(0_u64, |sum, segment| sum.saturating_add(segment.units))
}

fn check(parts: &ProblemParts, found: &mut Vec<(String, String)>) {
    use limits::{
        ARCS_MAX, DEPTH_MAX, DISTANCE_MAX, ITEMS_MAX, POOLS_MAX, SEGMENT_PRICE_MAX, SIDES_MAX, TIERS_MAX, UNITS_MAX,
        WORTH_MAX,
    };
    let mut say = |field: String, rule: String| {
        if found.len() < Problem::VIOLATIONS_MAX {
            found.push((field, rule));
        }
    };
    for (name, count, most) in [
        ("items", parts.items.len(), ITEMS_MAX),
        ("pools", parts.pools.len(), POOLS_MAX),
        ("arcs", parts.arc_pool.len(), ARCS_MAX),
        ("caps", parts.caps.len(), SIDES_MAX),
        ("groups", parts.groups.len(), SIDES_MAX),
    ] {
        if count > most {
            say(name.to_owned(), format!("at most {most}, got {count}"));
        }
    }
    let arcs = parts.arc_pool.len();
    let first_fits = parts.first.len() == parts.items.len() + 1
        && parts.first.first() == Some(&0)
        && parts.first.last().copied().map(|last| last as usize) == Some(arcs)
        && parts.first.is_sorted();
    if !first_fits || parts.arc_distance.len() != arcs {
        say(
            "first".to_owned(),
            "must run from 0 to the number of arcs, one more than there are items, and each arc has a distance"
                .to_owned(),
        );
        return;
    }
    if parts.distance_told > DISTANCE_MAX {
        say("distance_told".to_owned(), format!("must be at most {DISTANCE_MAX}, got {}", parts.distance_told));
    }
    let mut seen = Vec::new();
    for (nth, level) in parts.levels.iter().enumerate() {
        if seen.contains(level) {
            say(format!("levels[{nth}]"), "must be there once".to_owned());
        }
        seen.push(*level);
    }
    for level in [Level::Distance, Level::Load, Level::Guarantee] {
        if !parts.levels.contains(&level) {
            say("levels".to_owned(), format!("must have {level:?}"));
        }
    }
    for (nth, item) in parts.items.iter().enumerate() {
        if item.quantity == 0 || item.quantity > UNITS_MAX {
            say(format!("items[{nth}].quantity"), format!("must be 1 to {UNITS_MAX}, got {}", item.quantity));
        }
        if item.tier >= TIERS_MAX {
            say(format!("items[{nth}].tier"), format!("must be below {TIERS_MAX}, got {}", item.tier));
        } else if !parts.levels.contains(&Level::Tier(item.tier)) {
            say(format!("items[{nth}].tier"), format!("must be one of the levels, got {}", item.tier));
        }
        if item.worth == 0 || item.worth > WORTH_MAX {
            say(format!("items[{nth}].worth"), format!("must be 1 to {WORTH_MAX}, got {}", item.worth));
        }
        if item.group.is_some_and(|group| group as usize >= parts.groups.len()) {
            say(format!("items[{nth}].group"), "must be one of the groups".to_owned());
        }
    }
    let segments = |field: String, segments: &[Segment], say: &mut dyn FnMut(String, String)| {
        if capacity(segments) > UNITS_MAX {
            say(format!("{field}.segments"), format!("must hold at most {UNITS_MAX} units together"));
        }
        if segments.iter().any(|segment| segment.units == 0 || segment.price > SEGMENT_PRICE_MAX) {
            say(
                format!("{field}.segments"),
                format!("must each have a unit and a price of at most {SEGMENT_PRICE_MAX}"),
            );
        }
        if !segments.is_sorted_by(|a, b| a.price <= b.price) {
            say(format!("{field}.segments"), "must never fall in price".to_owned());
        }
    };
    for (nth, pool) in parts.pools.iter().enumerate() {
        segments(format!("pools[{nth}]"), &pool.segments, &mut say);
        if pool.cap.is_some_and(|cap| cap as usize >= parts.caps.len()) {
            say(format!("pools[{nth}].cap"), "must be one of the caps".to_owned());
        }
    }
    for (nth, cap) in parts.caps.iter().enumerate() {
        segments(format!("caps[{nth}]"), &cap.segments, &mut say);
    }
    let mut forest = |name: &str, above: Vec<Option<u32>>| {
        let mut depth = vec![1_usize; above.len()];
        for (nth, parent) in above.iter().enumerate() {
            let Some(parent) = *parent else { continue };
            if parent as usize >= nth {
                say(format!("{name}s[{nth}].{name}"), "must be of a lower index".to_owned());
                continue;
            }
            depth[nth] = depth[parent as usize] + 1;
            if depth[nth] > DEPTH_MAX {
                say(format!("{name}s[{nth}].{name}"), format!("must be at most {DEPTH_MAX} deep"));
            }
        }
    };
    forest("cap", parts.caps.iter().map(|cap| cap.cap).collect());
    forest("group", parts.groups.iter().map(|group| group.group).collect());
    for (nth, group) in parts.groups.iter().enumerate() {
        if group.guarantee > UNITS_MAX {
            say(format!("groups[{nth}].guarantee"), format!("must be at most {UNITS_MAX}, got {}", group.guarantee));
        }
    }
    let mut further = parts.draws.iter().peekable();
    if !parts.draws.is_sorted_by(|a, b| a < b) {
        say("draws".to_owned(), "must ascend, each once".to_owned());
    }
    let mut previous: Vec<u32> = Vec::new();
    for item in 0..parts.items.len() {
        let mut last: Option<(u32, Vec<u32>)> = None;
        for arc in parts.first[item] as usize..parts.first[item + 1] as usize {
            let pool = parts.arc_pool[arc];
            if pool as usize >= parts.pools.len() {
                say(format!("arcs[{arc}].pool"), "must be one of the pools".to_owned());
            }
            if parts.arc_distance[arc] > DISTANCE_MAX {
                say(
                    format!("arcs[{arc}].distance"),
                    format!("must be at most {DISTANCE_MAX}, got {}", parts.arc_distance[arc]),
                );
            }
            previous.clear();
            while let Some((_, draw)) = further.next_if(|(of, _)| *of as usize == arc) {
                if *draw as usize >= parts.pools.len() || *draw == pool {
                    say(format!("arcs[{arc}].draws"), "must be pools other than the arc's own".to_owned());
                }
                previous.push(*draw);
            }
            if !previous.is_empty() && parts.items[item].split != Split::Whole {
                say(format!("items[{item}].split"), "must be whole where an arc draws on further pools".to_owned());
            }
            if let Some((before, draws)) = &last
                && (*before > pool || (*before == pool && *draws == previous))
            {
                say(format!("arcs[{arc}].pool"), "must ascend within an item, each once".to_owned());
            }
            last = Some((pool, previous.clone()));
        }
    }
    let mut members = |field: &str, items: &[u32]| {
        if items.is_empty()
            || !items.is_sorted_by(|a, b| a < b)
            || items.last().is_some_and(|last| *last as usize >= parts.items.len())
        {
            say(field.to_owned(), "must be some of the items, ascending, each once".to_owned());
        }
    };
    for (nth, bundle) in parts.bundles.iter().enumerate() {
        members(&format!("bundles[{nth}].items"), &bundle.items);
    }
    for (nth, partners) in parts.partners.iter().enumerate() {
        members(&format!("partners[{nth}].items"), &partners.items);
    }
    for (nth, partners) in parts.partners.iter().enumerate() {
        if partners.most == 0 {
            say(format!("partners[{nth}].most"), "must be at least 1".to_owned());
        }
        if !partners.already.is_sorted_by(|a, b| a < b) || partners.already.len() > partners.most as usize {
            say(format!("partners[{nth}].already"), "must ascend, each once, no more than the most".to_owned());
        }
    }
    let mut bundled: Vec<u32> = parts.bundles.iter().flat_map(|bundle| bundle.items.iter().copied()).collect();
    bundled.sort_unstable();
    if let Some(twice) = bundled.windows(2).find(|pair| pair[0] == pair[1]) {
        say("bundles".to_owned(), format!("must share no item, but items[{}] is in two", twice[0]));
    }
}
