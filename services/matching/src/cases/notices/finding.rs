//! What is new for which subscribed organizations, wishes that fit and offers: the log says what is new, the snapshot what fits.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use jiff::Timestamp;

use wishwell_domain::Error;
use wishwell_domain::event::{Change, Event};
use wishwell_domain::ids::{NeedId, OrganizationId, ResourceId};
use wishwell_domain::need::Need;
use wishwell_domain::notification::{Fit, Subject, Subscription};
use wishwell_engine::{NeedMatch, Snapshot};

use super::offers::Made;
use super::scope::Scope;

/// What is new among events.
#[derive(Debug, Default)]
pub(super) struct News {
    /// Published needs, each as it was last, in the order of their ids.
    wishes: BTreeMap<NeedId, Need>,
    offers: Made,
}

impl News {
    pub(super) fn among(events: Vec<Event>) -> Self {
        let mut news = Self::default();
        for event in events {
            news.offers.follow(&event.change);
            if let Change::Need(need) = event.change {
                if need.wish.is_some() && need.state.is_open() {
                    news.wishes.insert(need.id, *need);
                } else {
                    news.wishes.remove(&need.id);
                }
            }
        }
        news
    }

    pub(super) fn is_empty(&self) -> bool {
        self.wishes.is_empty() && self.offers.is_empty()
    }
}

/// Finds off the threads that answer calls: it may look at many resources.
pub(super) async fn find(
    snapshot: Arc<Snapshot>,
    subscriptions: Vec<Subscription>,
    news: News,
    now: Timestamp,
) -> Result<Vec<Fit>, Error> {
    let find = move || {
        let mut found = news.offers.fits(&snapshot, &subscriptions);
        if !news.wishes.is_empty() {
            found.extend(fits(&snapshot, &subscriptions, &news.wishes, now));
        }
        found
    };
    let found = tokio::task::spawn_blocking(find).await;
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
    let told = || subscriptions.iter().filter(|subscription| subscription.wishes());
    let organizations: HashSet<OrganizationId> = told().map(|each| each.organization).collect();
    let resources = snapshot.resources_of(&organizations);
    let ids: Vec<NeedId> = wishes.keys().copied().collect();
    let mut matches: HashMap<OrganizationId, Vec<(NeedMatch, ResourceId)>> = HashMap::new();
    let mut taken: HashSet<(OrganizationId, NeedId)> = HashSet::new();
    let mut fits = Vec::new();
    for subscription in told() {
        let organization = subscription.organization;
        let found = matches.entry(organization).or_insert_with(|| {
            let own = resources.get(&organization).map_or(&[][..], Vec::as_slice);
            all_matches(snapshot, own, &ids, now)
        });
        let scope = Scope::of(subscription, snapshot);
        for (matched, resource) in found.iter() {
            let need = matched.rank.need;
            let Some(wished) = wishes.get(&need) else { continue };
            if scope.admits_wish(wished, matched.rank.item_ordinal) && taken.insert((organization, need)) {
                let rank = matched.rank;
                let lot = wished.wish.as_ref().and_then(|wish| wish.lot);
                fits.push(Fit {
                    organization,
                    subscription: subscription.id,
                    need,
                    subject: Subject::Wish(lot.unwrap_or(need.as_uuid())),
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
