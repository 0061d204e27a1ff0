//! Which offers were made to which subscribed organizations, and whether one still waits for an answer.

use std::collections::{BTreeMap, HashMap};

use wishwell_domain::Error;
use wishwell_domain::event::Change;
use wishwell_domain::ids::{OrganizationId, ReferralId};
use wishwell_domain::notification::{Fit, Subject, Subscription};
use wishwell_domain::referral::{Referral, ReferralState};
use wishwell_engine::Snapshot;

use super::scope::Scope;
use crate::cases::places::place_of_offer;
use crate::cases::{Caller, Platform};

/// Offers that events have made, without those that later ones of them ended. What an organization claims it has made itself.
#[derive(Debug, Default)]
pub(super) struct Made(BTreeMap<ReferralId, Referral>);

impl Made {
    /// Takes note of an event.
    pub(super) fn follow(&mut self, change: &Change) {
        let Change::Referral(referral) = change else { return };
        if referral.state != ReferralState::Offered {
            self.0.remove(&referral.id);
        } else if referral.version.0 == 1 && !referral.origin.is_claim() {
            self.0.insert(referral.id, referral.as_ref().clone());
        }
    }

    /// These.
    pub(super) fn of(offers: impl Iterator<Item = Referral>) -> Self {
        Self(offers.map(|referral| (referral.id, referral)).collect())
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Who is to be told of them, each once: of the subscriptions of its organization, the oldest first, by the first that is for it.
    pub(super) fn fits(&self, snapshot: &Snapshot, subscriptions: &[Subscription]) -> Vec<Fit> {
        let mut scopes: HashMap<OrganizationId, Vec<(&Subscription, Scope)>> = HashMap::new();
        for referral in self.0.values() {
            scopes.entry(referral.organization).or_default();
        }
        for subscription in subscriptions.iter().filter(|subscription| subscription.offers) {
            if let Some(scopes) = scopes.get_mut(&subscription.organization) {
                scopes.push((subscription, Scope::of(subscription, snapshot)));
            }
        }
        let told = self.0.values().filter_map(|referral| {
            let place = place_of_offer(referral, snapshot);
            let mut scopes = scopes.get(&referral.organization)?.iter();
            let (subscription, _) = scopes.find(|(_, scope)| scope.admits_offer(referral, place.as_ref()))?;
            Some(fit(referral, subscription))
        });
        told.collect()
    }
}

fn fit(referral: &Referral, subscription: &Subscription) -> Fit {
    Fit {
        organization: referral.organization,
        subscription: subscription.id,
        need: referral.need,
        subject: Subject::Offer(referral.id),
        item_ordinal: referral.item_ordinal,
        resource: referral.resource,
        rank: (referral.urgency.tier(), 0, referral.expires_at),
    }
}

impl Platform {
    /// Those of offers that were told, or are to be, that are open: not answered, taken back or lapsed, swept or not. At most
    /// `PAGE_SIZE_MAX` are looked at.
    pub(crate) async fn open_offers(
        &self,
        caller: &Caller,
        ids: &[ReferralId],
    ) -> Result<HashMap<ReferralId, Referral>, Error> {
        let found = self.store.referrals(caller.tenant(), ids).await?;
        // They lapse by the database's clock: a replica's that is ahead of it would have one dropped that waits for its answer.
        let now = self.store.now().await?;
        let open = |referral: &Referral| referral.state == ReferralState::Offered && !referral.has_lapsed(now);
        Ok(found.into_iter().filter(open).map(|referral| (referral.id, referral)).collect())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use jiff::Timestamp;
    use uuid::Uuid;

    use wishwell_domain::ids::{NeedId, ResourceId, Version};
    use wishwell_domain::need::Urgency;
    use wishwell_domain::referral::{LastStep, Origin};
    use wishwell_domain::unit::Unit;

    use super::*;

    fn referral(id: u128, origin: Origin, version: i64, state: ReferralState) -> Change {
        let at = Timestamp::UNIX_EPOCH;
        Change::Referral(Box::new(Referral {
            id: ReferralId::from_uuid(Uuid::from_u128(id)),
            need: NeedId::from_uuid(Uuid::from_u128(1)),
            item_ordinal: 1,
            resource: ResourceId::from_uuid(Uuid::from_u128(2)),
            organization: OrganizationId::from_uuid(Uuid::from_u128(3)),
            category: None,
            division: None,
            seen_as: None,
            urgency: Urgency::Normal,
            origin,
            round: None,
            enquiry: false,
            unit: Unit::parse("unit", "piece").unwrap(),
            quantity: 1,
            occurrences: 1,
            every: None,
            periods: Vec::new(),
            units: 1,
            arrived: 0,
            returned: 0,
            state,
            lines: Vec::new(),
            expires_at: at,
            due_at: at,
            last: LastStep { action: None, reason: None, side: None, at, by: String::new() },
            decision: None,
            previous: None,
            attempt: 1,
            next_is_due: false,
            answered_at: None,
            escalated_at: None,
            rating: None,
            noted: false,
            version: Version(version),
            created_at: at,
            updated_at: at,
        }))
    }

    #[test]
    fn an_offer_is_new_in_the_event_that_makes_it_until_one_that_ends_it() {
        use Origin::{Automatic, Chosen, Claim, Pledge, Round};
        use ReferralState::{Accepted, Declined, Offered};
        for (events, expected) in [
            (vec![(7, Chosen, 1, Offered)], vec![7]),
            (vec![(7, Automatic, 1, Offered)], vec![7]),
            (vec![(7, Round, 1, Offered)], vec![7]),
            (vec![(7, Claim, 1, Offered)], vec![]),
            (vec![(7, Pledge, 1, Offered)], vec![]),
            (vec![(7, Claim, 1, Accepted)], vec![]),
            // It was new before, and has another deadline now.
            (vec![(7, Chosen, 2, Offered)], vec![]),
            (vec![(7, Chosen, 1, Offered), (7, Chosen, 2, Offered)], vec![7]),
            (vec![(7, Chosen, 1, Offered), (7, Chosen, 2, Declined)], vec![]),
            (vec![(7, Chosen, 1, Offered), (8, Automatic, 1, Offered), (7, Chosen, 2, Accepted)], vec![8]),
        ] {
            let mut made = Made::default();
            for (id, origin, version, state) in &events {
                made.follow(&referral(*id, *origin, *version, *state));
            }
            let found: Vec<u128> = made.0.keys().map(|id| id.as_uuid().as_u128()).collect();
            assert_eq!(found, expected, "{events:?}");
        }
    }
}
