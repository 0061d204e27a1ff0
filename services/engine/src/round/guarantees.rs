//! Guarantees as a forest of groups.

use wishwell_allocation::Group;
use wishwell_domain::beneficiary::GroupTag;
use wishwell_domain::error::Violation;
use wishwell_domain::round::{Guarantee, Minimum};

use super::items::Items;
use super::{DraftError, Given};
use crate::snapshot::Snapshot;
use crate::snapshot::need::OpenNeed;
use crate::snapshot::row::NONE;

/// Whom a guarantee is for.
#[derive(Debug, Clone, Copy)]
struct Holds {
    tag: Option<GroupTag>,
    /// Place in the tables; [`NONE`] for a division that nobody is in.
    division: Option<u32>,
}

/// The guarantees of a round.
#[derive(Debug, Default)]
pub(super) struct Guarantees {
    holds: Vec<Holds>,
    minimum: Vec<Minimum>,
    /// Tags in the order of the rules.
    tags: Vec<GroupTag>,
    /// The smallest guarantee that contains each one.
    parent: Vec<Option<u16>>,
    /// The guarantees, whatever contains another before it.
    order: Vec<u16>,
}

impl Guarantees {
    /// Reads the rules' guarantees.
    ///
    /// # Errors
    /// Two that cross: some needs are in both, and some of each are not in the other.
    pub(super) fn new(snapshot: &Snapshot, rules: &[Guarantee]) -> Result<Self, DraftError> {
        let places = &snapshot.tables.division_places;
        let holds: Vec<Holds> = rules
            .iter()
            .map(|guarantee| Holds {
                tag: guarantee.group_tag,
                division: guarantee.division.as_ref().map(|code| places.get(code.as_str()).unwrap_or(NONE)),
            })
            .collect();
        let mut tags: Vec<GroupTag> = Vec::new();
        for tag in rules.iter().filter_map(|guarantee| guarantee.group_tag) {
            if !tags.contains(&tag) {
                tags.push(tag);
            }
        }
        let mut parent = vec![None; holds.len()];
        let mut depth = vec![0_usize; holds.len()];
        for (at, inner) in holds.iter().enumerate() {
            for (other, outer) in holds.iter().enumerate().filter(|(other, _)| *other != at) {
                if contains(snapshot, outer, inner) {
                    depth[at] += 1;
                    let nearer = |known: u16| contains(snapshot, &holds[usize::from(known)], outer);
                    if parent[at].is_none_or(nearer) {
                        parent[at] = u16::try_from(other).ok();
                    }
                } else if !contains(snapshot, inner, outer) && meet(snapshot, inner, outer) {
                    return Err(crossing(at.max(other)));
                }
            }
        }
        let mut order: Vec<u16> = (0..).take(holds.len()).collect();
        order.sort_by_key(|at| depth[usize::from(*at)]);
        Ok(Self { holds, minimum: rules.iter().map(|guarantee| guarantee.minimum).collect(), tags, parent, order })
    }

    /// The smallest guarantee that counts a need.
    fn of(&self, snapshot: &Snapshot, need: &OpenNeed, tags: &[GroupTag]) -> Option<u16> {
        let tag = self.tags.iter().find(|tag| tags.contains(tag)).copied();
        let counts = |holds: &Holds| {
            (holds.tag.is_none() || holds.tag == tag)
                && holds.division.is_none_or(|division| is_within(snapshot, need.division, division))
        };
        // What contains others comes before them.
        self.order.iter().rev().copied().find(|at| counts(&self.holds[usize::from(*at)]))
    }

    /// The groups, and of each guarantee its group: `units` says what is asked of each item's guarantee.
    pub(super) fn groups(&self, units: &[u64]) -> (Vec<Group>, Vec<u32>) {
        let mut asked = units.to_vec();
        for at in self.order.iter().rev() {
            if let Some(parent) = self.parent[usize::from(*at)] {
                asked[usize::from(parent)] = asked[usize::from(parent)].saturating_add(asked[usize::from(*at)]);
            }
        }
        let mut group_of = vec![0; self.holds.len()];
        let mut groups = Vec::with_capacity(self.holds.len());
        for (group, at) in (0..).zip(&self.order) {
            let at = usize::from(*at);
            group_of[at] = group;
            let guarantee = match self.minimum[at] {
                Minimum::SharePermille(share) => {
                    let share = (u128::from(asked[at]) * u128::from(share)).div_ceil(1_000);
                    u64::try_from(share).unwrap_or(u64::MAX)
                }
                Minimum::Units(units) => units.max(0).unsigned_abs(),
            };
            let guarantee = guarantee.min(wishwell_allocation::limits::UNITS_MAX);
            groups.push(Group { guarantee, group: self.parent[at].map(|parent| group_of[usize::from(parent)]) });
        }
        (groups, group_of)
    }

    /// Finds the guarantee that counts each item.
    pub(super) fn assign(&self, snapshot: &Snapshot, items: &mut Items, given: &Given<'_>) {
        if self.holds.is_empty() {
            return;
        }
        let of_need: Vec<Option<u16>> =
            items.needs.iter().map(|need| self.of(snapshot, need, given.tags(need))).collect();
        for item in &mut items.items {
            item.guarantee = of_need.get(item.need as usize).copied().flatten();
        }
    }

    pub(super) fn len(&self) -> usize {
        self.holds.len()
    }
}

fn is_within(snapshot: &Snapshot, division: u32, ancestor: u32) -> bool {
    division != NONE && snapshot.tables.division_ancestors(division).any(|at| at == ancestor)
}

fn contains(snapshot: &Snapshot, outer: &Holds, inner: &Holds) -> bool {
    let tag = outer.tag.is_none() || outer.tag == inner.tag;
    tag && match (outer.division, inner.division) {
        (None, _) => true,
        (Some(_), None) => false,
        (Some(outer), Some(inner)) => is_within(snapshot, inner, outer),
    }
}

/// Whether some need may be in both.
fn meet(snapshot: &Snapshot, a: &Holds, b: &Holds) -> bool {
    let tags = a.tag.is_none() || b.tag.is_none() || a.tag == b.tag;
    tags && match (a.division, b.division) {
        (Some(a), Some(b)) => is_within(snapshot, a, b) || is_within(snapshot, b, a),
        _ => true,
    }
}

fn crossing(at: usize) -> DraftError {
    let message = "must be nested in others, or apart from them: this one shares some needs with another, and neither holds the other";
    DraftError::invalid(Violation::new(format!("rules.guarantees[{at}]"), "round.guarantees_cross", message))
}
