//! What a subscription is for: since when, of which categories, and where.

use std::collections::HashSet;

use jiff::Timestamp;

use wishwell_domain::ids::{CategoryCode, DivisionCode};
use wishwell_domain::need::{Need, Wish};
use wishwell_domain::notification::Subscription;
use wishwell_domain::referral::Referral;
use wishwell_engine::Snapshot;

use crate::cases::places::chain;

/// What a subscription is for.
pub(super) struct Scope {
    since: Timestamp,
    categories: HashSet<CategoryCode>,
    divisions: HashSet<DivisionCode>,
    /// Those that hold one of the divisions.
    above: HashSet<DivisionCode>,
}

impl Scope {
    pub(super) fn of(subscription: &Subscription, snapshot: &Snapshot) -> Self {
        let divisions = subscription.divisions.iter();
        Self {
            since: subscription.active_since,
            categories: subscription.categories.iter().flat_map(|code| snapshot.category_subtree(code)).collect(),
            divisions: divisions.clone().flat_map(|code| snapshot.division_subtree(code)).collect(),
            above: divisions.flat_map(|code| chain(code, usize::MAX, snapshot)).collect(),
        }
    }

    fn has_category(&self, category: Option<&CategoryCode>) -> bool {
        self.categories.is_empty() || category.is_some_and(|category| self.categories.contains(category))
    }

    /// Judged by the place that the pool shows: a partner must not learn more by being told.
    pub(super) fn admits_wish(&self, need: &Need, item_ordinal: u16) -> bool {
        let category = need.items.iter().find(|item| item.ordinal == item_ordinal).map(|item| &item.category);
        let shows_one_of = |wish: &Wish| wish.place.as_ref().is_some_and(|place| self.divisions.contains(place));
        need.wish.as_ref().is_some_and(|wish| {
            wish.published_at >= self.since
                && self.has_category(category)
                && (self.divisions.is_empty() || shows_one_of(wish))
        })
    }

    /// Judged by the place that the offer shows, for the same reason. An offer is made to the organization, and somebody waits for its
    /// answer: it is told unless it shows that it is elsewhere.
    pub(super) fn admits_offer(&self, referral: &Referral, place: Option<&DivisionCode>) -> bool {
        let may_be_in = |place: &DivisionCode| self.divisions.contains(place) || self.above.contains(place);
        referral.created_at >= self.since
            && self.has_category(referral.category.as_ref())
            && (self.divisions.is_empty() || place.is_none_or(may_be_in))
    }
}
