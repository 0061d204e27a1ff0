//! Which new wishes fit which subscribed organizations: the log says which are new, the snapshot what fits.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use jiff::Timestamp;

use wishwell_domain::Error;
use wishwell_domain::event::{Change, Event};
use wishwell_domain::ids::{CategoryCode, DivisionCode, NeedId, OrganizationId, ResourceId};
use wishwell_domain::need::{Need, Wish};
use wishwell_domain::notification::{Fit, Subscription};
use wishwell_engine::{NeedMatch, Snapshot};

/// Published needs among events, each as it was last, in the order of their ids.
pub(super) fn published(events: Vec<Event>) -> BTreeMap<NeedId, Need> {
    let mut found = BTreeMap::new();
    for event in events {
        if let Change::Need(need) = event.change {
            if need.wish.is_some() && need.state.is_open() {
                found.insert(need.id, *need);
            } else {
                found.remove(&need.id);
            }
        }
    }
    found
}

/// Finds off the threads that answer calls: it may look at many resources.
pub(super) async fn find(
    snapshot: Arc<Snapshot>,
    subscriptions: Arc<Vec<Subscription>>,
    wishes: BTreeMap<NeedId, Need>,
    now: Timestamp,
) -> Result<Vec<Fit>, Error> {
    let found = tokio::task::spawn_blocking(move || fits(&snapshot, &subscriptions, &wishes, now)).await;
    found.map_err(|error| Error::Internal(format!("looking for what fits: {error}")))
}

/// What fits, at most one for each organization and wish: of its subscriptions the oldest that is for it, of its resources the one
/// that fits best. The order of `subscriptions`, the oldest first, decides; nothing else does.
fn fits(
    snapshot: &Snapshot,
    subscriptions: &[Subscription],
    wishes: &BTreeMap<NeedId, Need>,
    now: Timestamp,
) -> Vec<Fit> {
    let organizations: HashSet<OrganizationId> = subscriptions.iter().map(|each| each.organization).collect();
    let resources = snapshot.resources_of(&organizations);
    let ids: Vec<NeedId> = wishes.keys().copied().collect();
    let mut matches: HashMap<OrganizationId, Vec<(NeedMatch, ResourceId)>> = HashMap::new();
    let mut taken: HashSet<(OrganizationId, NeedId)> = HashSet::new();
    let mut fits = Vec::new();
    for subscription in subscriptions {
        let organization = subscription.organization;
        let found = matches.entry(organization).or_insert_with(|| {
            let own = resources.get(&organization).map_or(&[][..], Vec::as_slice);
            all_matches(snapshot, own, &ids, now)
        });
        let scope = Scope::of(subscription, snapshot);
        for (matched, resource) in found.iter() {
            let need = matched.rank.need;
            let Some(wished) = wishes.get(&need) else { continue };
            if scope.admits(wished, matched.rank.item_ordinal) && taken.insert((organization, need)) {
                let rank = matched.rank;
                fits.push(Fit {
                    organization,
                    subscription: subscription.id,
                    need,
                    lot: wished.wish.as_ref().and_then(|wish| wish.lot).unwrap_or(need.as_uuid()),
                    item_ordinal: rank.item_ordinal,
                    resource: *resource,
                    rank: (rank.effective_urgency.tier(), rank.distance_metres, rank.waiting_since),
                });
            }
        }
    }
    fits
}

/// What the resources of one organization can serve, the best first.
fn all_matches(
    snapshot: &Snapshot,
    resources: &[ResourceId],
    wishes: &[NeedId],
    now: Timestamp,
) -> Vec<(NeedMatch, ResourceId)> {
    let mut found: Vec<(NeedMatch, ResourceId)> = Vec::new();
    for resource in resources {
        // A resource that is not in this snapshot any more serves nothing.
        let matches = snapshot.find_among_wishes(*resource, wishes, now).unwrap_or_default();
        found.extend(matches.into_iter().map(|matched| (matched, *resource)));
    }
    found.sort_unstable_by_key(|(matched, resource)| (matched.rank, *resource));
    found
}

/// What a subscription is for.
struct Scope {
    since: Timestamp,
    categories: HashSet<CategoryCode>,
    divisions: HashSet<DivisionCode>,
}

impl Scope {
    fn of(subscription: &Subscription, snapshot: &Snapshot) -> Self {
        Self {
            since: subscription.active_since,
            categories: subscription.categories.iter().flat_map(|code| snapshot.category_subtree(code)).collect(),
            divisions: subscription.divisions.iter().flat_map(|code| snapshot.division_subtree(code)).collect(),
        }
    }

    /// Judged by the place that the pool shows: a partner must not learn more by being told.
    fn admits(&self, need: &Need, item_ordinal: u16) -> bool {
        let category = need.items.iter().find(|item| item.ordinal == item_ordinal).map(|item| &item.category);
        let shows_one_of = |wish: &Wish| wish.place.as_ref().is_some_and(|place| self.divisions.contains(place));
        need.wish.as_ref().is_some_and(|wish| {
            wish.published_at >= self.since
                && (self.categories.is_empty() || category.is_some_and(|category| self.categories.contains(category)))
                && (self.divisions.is_empty() || shows_one_of(wish))
        })
    }
}
