//! A hundred organizations with a hundred pools each.

use wishwell_api::v1;

use crate::wishwell::{Wishwell, keyed};

const ORGANIZATIONS: usize = 100;
pub(super) const POOLS: usize = 10_000;
/// Entries of one call.
const BATCH: usize = 500;
const SOURCE: &str = "bench";

/// What there is.
#[derive(Debug)]
pub(super) struct World {
    organizations: Vec<String>,
    /// Where the log was when everything was there.
    pub(super) position: i64,
}

impl World {
    pub(super) async fn make(wishwell: &Wishwell) -> Self {
        let key = wishwell.operator_key();
        let mut catalog = wishwell.catalog();
        let organizations = (0..ORGANIZATIONS).map(organization).collect();
        let request = v1::BatchUpsertOrganizationsRequest { organizations, ..Default::default() };
        let made = catalog.batch_upsert_organizations(keyed(key, request)).await.expect("organizations are made");
        let organizations = made.into_inner().results.into_iter().map(|result| result.name).collect();
        let mut position = 0;
        for first in (0..POOLS).step_by(BATCH) {
            let capacity_pools = (first..first + BATCH).map(pool).collect();
            let request = v1::BatchUpsertCapacityPoolsRequest { capacity_pools, ..Default::default() };
            let made = catalog.batch_upsert_capacity_pools(keyed(key, request)).await.expect("pools are made");
            position = made.into_inner().log_position;
        }
        Self { organizations, position }
    }

    pub(super) fn organizations(&self) -> usize {
        self.organizations.len()
    }

    /// The name of one of them.
    pub(super) fn organization(&self, number: usize) -> String {
        self.organizations[number % ORGANIZATIONS].clone()
    }
}

fn external(kind: &str, number: usize) -> Option<v1::ExternalId> {
    Some(v1::ExternalId { source: SOURCE.to_owned(), external_id: format!("{kind}-{number}") })
}

fn text(text: &str) -> Option<v1::LocalizedText> {
    Some(v1::LocalizedText { en: text.to_owned(), ..v1::LocalizedText::default() })
}

fn organization(number: usize) -> v1::Organization {
    v1::Organization {
        external: external("organization", number),
        title: text(&format!("organization {number}")),
        kind: v1::OrganizationKind::Charity.into(),
        ..v1::Organization::default()
    }
}

/// Neighbours belong to different organizations.
fn pool(number: usize) -> v1::CapacityPool {
    v1::CapacityPool {
        external: external("pool", number),
        organization_external: external("organization", number % ORGANIZATIONS),
        title: "beds".to_owned(),
        kind: v1::CapacityKind::Stock.into(),
        unit: "piece".to_owned(),
        total: Some(1_000_000),
        ..v1::CapacityPool::default()
    }
}
