//! What a round is about: the open items in its scope, in an order of their own.

use std::collections::HashSet;
use std::sync::Arc;

use jiff::SignedDuration;
use wishwell_domain::fact::Facts;
use wishwell_domain::limits::{NEED_HORIZON_DAYS_MAX, ROUND_ITEMS_MAX};
use wishwell_domain::need::{Urgency, recurs_until, useful_window};
use wishwell_domain::occurrence::Outstanding;
use wishwell_domain::round::{RoundRules, Scope};

use super::{DraftError, Given, tier_worth};
use crate::context::Asked;
use crate::query::TimeWindow;
use crate::snapshot::Snapshot;
use crate::snapshot::need::{OpenItem, OpenNeed};
use crate::snapshot::row::NONE;

/// An open item of a round.
#[derive(Debug, Clone, Copy)]
pub(super) struct RoundItem {
    /// Its need, by its place among the round's.
    pub(super) need: u32,
    /// Its place among the need's items.
    pub(super) item: u16,
    /// Aged by waiting.
    pub(super) urgency: Urgency,
    /// Quantity of each occurrence that is still to be served.
    pub(super) quantity: i64,
    /// Occurrences, 1 when not recurring.
    pub(super) occurrences: u32,
    /// The guarantee that counts it, by its place among the rules'.
    pub(super) guarantee: Option<u16>,
}

/// The needs and items of a round, by identifier and ordinal.
#[derive(Debug, Default)]
pub(super) struct Items {
    pub(super) needs: Vec<Arc<OpenNeed>>,
    pub(super) items: Vec<RoundItem>,
}

impl Items {
    /// The need of an item.
    pub(super) fn need(&self, item: &RoundItem) -> &OpenNeed {
        // Every item was made with its need.
        &self.needs[item.need as usize]
    }

    /// An item as its need has it.
    pub(super) fn open(&self, item: &RoundItem) -> &OpenItem {
        &self.need(item).items[usize::from(item.item)]
    }

    /// What an item asks, as a search does.
    pub(super) fn asked<'a>(&'a self, item: &RoundItem, given: &Given<'a>) -> Asked<'a> {
        let (need, open) = (self.need(item), self.open(item));
        let facts = given.facts.get(&need.id).unwrap_or(nothing());
        question(need, open, item.urgency, facts, given)
    }
}

/// No facts.
fn nothing() -> &'static Facts {
    static NOTHING: Facts = Facts(std::collections::BTreeMap::new());
    &NOTHING
}

/// What is outstanding of an item, as [`crate::Query::of_item`] asks it.
fn question<'a>(
    need: &'a OpenNeed,
    open: &OpenItem,
    urgency: Urgency,
    facts: &'a Facts,
    given: &Given<'a>,
) -> Asked<'a> {
    let (start, end) = useful_window(need.timing, urgency, given.at);
    let until = recurs_until(need.timing, (start, end));
    let Outstanding { quantity, recurrence, start, is_covered } = open.as_asked().outstanding(start, until, None);
    let horizon = SignedDuration::from_hours(24 * NEED_HORIZON_DAYS_MAX);
    let end = start.checked_add(horizon).map_or(end, |farthest| end.min(farthest));
    Asked {
        category: open.category,
        quantity,
        unit: open.unit,
        splittable: open.splittable,
        recurrence,
        window: TimeWindow { start, end },
        until,
        now: given.at,
        place: need.place,
        division: need.division,
        mobility: need.mobility,
        involves_minors: need.involves_minors,
        group_tags: given.tags(need),
        facts,
        worth: tier_worth(urgency),
        somewhere: None,
        is_covered,
    }
}

/// The open items in the scope of the rules of which something is left, but of needs that nothing may be offered for.
pub(super) fn in_scope(snapshot: &Snapshot, rules: &RoundRules, given: &Given<'_>) -> Result<Items, DraftError> {
    let within = Within::new(snapshot, &rules.scope);
    let mut needs: Vec<Arc<OpenNeed>> =
        snapshot.needs.iter().filter(|need| within.need(snapshot, need, given)).map(Arc::clone).collect();
    needs.sort_unstable_by_key(|need| need.id);
    let mut items = Vec::new();
    for (at, need) in (0..).zip(&needs) {
        let urgency = need.urgency.aged(given.at.duration_since(need.created_at));
        for (place, open) in (0..).zip(&need.items) {
            if !within.category(snapshot, open.category) {
                continue;
            }
            let asked = question(need, open, urgency, nothing(), given);
            if asked.is_covered {
                continue;
            }
            items.push(RoundItem {
                need: at,
                item: place,
                urgency,
                quantity: asked.quantity,
                occurrences: asked.recurrence.map_or(1, |recurrence| recurrence.occurrences.max(1)),
                guarantee: None,
            });
        }
    }
    if items.len() > ROUND_ITEMS_MAX {
        return Err(DraftError::TooLarge { what: "items", most: ROUND_ITEMS_MAX, found: items.len() });
    }
    Ok(Items { needs, items })
}

/// The scope by places in tables.
struct Within<'a> {
    scope: &'a Scope,
    divisions: Vec<u32>,
    categories: Vec<u32>,
    needs: HashSet<wishwell_domain::ids::NeedId>,
}

impl<'a> Within<'a> {
    fn new(snapshot: &Snapshot, scope: &'a Scope) -> Self {
        let tables = &snapshot.tables;
        let divisions = scope.divisions.iter().map(|code| tables.division_places.get(code.as_str()).unwrap_or(NONE));
        let categories = scope.categories.iter().map(|code| tables.category_places.get(code.as_str()).unwrap_or(NONE));
        Self {
            scope,
            divisions: divisions.collect(),
            categories: categories.collect(),
            needs: scope.needs.iter().copied().collect(),
        }
    }

    fn need<'n>(&self, snapshot: &Snapshot, need: &'n OpenNeed, given: &Given<'n>) -> bool {
        let mut above = snapshot.tables.division_ancestors(need.division);
        (self.divisions.is_empty() || above.any(|at| self.divisions.contains(&at)))
            && (self.scope.group_tags.is_empty()
                || given.tags(need).iter().any(|tag| self.scope.group_tags.contains(tag)))
            && (self.needs.is_empty() || self.needs.contains(&need.id))
            && !given.withheld.contains(&need.id)
    }

    fn category(&self, snapshot: &Snapshot, category: u32) -> bool {
        let mut above = snapshot.tables.category_ancestors(category);
        self.categories.is_empty() || above.any(|(at, _)| self.categories.contains(&at))
    }
}
