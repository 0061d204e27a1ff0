//! What a partner has: its resources and the pools they draw on.

use std::collections::BTreeMap;

use tonic::Status;
use wishwell_api::v1;

use super::partner::Partner;
use crate::pages::visit::Visit;

/// Resources, and pools, of an organization that its pages show: one page of the contract's largest size.
const SHOWN_MAX: i32 = 1_000;

/// Resources by name.
#[derive(Debug, Default)]
pub(super) struct Resources(pub(super) BTreeMap<String, v1::Resource>);

impl Resources {
    /// Those that it has to give.
    pub(super) async fn of(partner: &Partner) -> Result<Self, Status> {
        Self::found(partner, false).await
    }

    /// Those that it pledged, each once, and that are given.
    pub(super) async fn pledged(partner: &Partner) -> Result<Self, Status> {
        Self::found(partner, true).await
    }

    async fn found(partner: &Partner, pledged: bool) -> Result<Self, Status> {
        let organization = partner.organization.clone();
        let filter = v1::ResourceFilter { organization, pledged: Some(pledged), ..v1::ResourceFilter::default() };
        let request = v1::ListResourcesRequest {
            filter: Some(filter),
            page_size: SHOWN_MAX,
            ..v1::ListResourcesRequest::default()
        };
        let found = partner.calls.catalog().list_resources(request).await?.into_inner().resources;
        Ok(Self(found.into_iter().map(|resource| (resource.name.clone(), resource)).collect()))
    }

    /// What one is called; a neutral word for one that is not there any more.
    pub(super) fn title<'r>(&'r self, visit: &Visit, name: &str) -> &'r str {
        self.0.get(name).map_or_else(
            || visit.say("（已移除的资源）", "(a resource that was removed)"),
            |found| visit.name(found.title.as_ref()),
        )
    }

    /// Those that are offered.
    pub(super) fn offered(&self) -> impl Iterator<Item = &v1::Resource> {
        self.0.values().filter(|resource| resource.lifecycle() != v1::ResourceLifecycle::Paused)
    }
}

/// The pools of an organization: what it has to give, or what it pledged.
pub(super) async fn pools(partner: &Partner, pledged: bool) -> Result<Vec<v1::CapacityPool>, Status> {
    let organization = partner.organization.clone();
    let filter = v1::CapacityPoolFilter { organization, pledged: Some(pledged), ..v1::CapacityPoolFilter::default() };
    let request = v1::ListCapacityPoolsRequest {
        filter: Some(filter),
        page_size: SHOWN_MAX,
        ..v1::ListCapacityPoolsRequest::default()
    };
    Ok(partner.calls.catalog().list_capacity_pools(request).await?.into_inner().capacity_pools)
}
