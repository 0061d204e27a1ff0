//! What a partner has: its resources and the pools they draw on.

use std::collections::BTreeMap;

use tonic::Status;
use wishwell_api::v1;

use super::partner::Partner;
use crate::pages::visit::Visit;

/// Resources, and pools, of an organization that its pages show. Large ones come in several pages.
const SHOWN_MAX: usize = 1_000;

/// How many are still to be asked for, by the token of the next page, none for the first; nothing when there are no more, or enough.
fn still(found: usize, page_token: Option<&str>) -> Option<i32> {
    let left = i32::try_from(SHOWN_MAX.saturating_sub(found)).unwrap_or_default();
    (left > 0 && page_token.is_none_or(|token| !token.is_empty())).then_some(left)
}

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
        let (mut found, mut page_token) = (BTreeMap::new(), None);
        while let Some(page_size) = still(found.len(), page_token.as_deref()) {
            let request = v1::ListResourcesRequest {
                filter: Some(filter.clone()),
                page_size,
                page_token: page_token.unwrap_or_default(),
                ..v1::ListResourcesRequest::default()
            };
            let page = partner.calls.catalog().list_resources(request).await?.into_inner();
            found.extend(page.resources.into_iter().map(|resource| (resource.name.clone(), resource)));
            page_token = Some(page.next_page_token);
        }
        Ok(Self(found))
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
    let (mut found, mut page_token) = (Vec::new(), None);
    while let Some(page_size) = still(found.len(), page_token.as_deref()) {
        let request = v1::ListCapacityPoolsRequest {
            filter: Some(filter.clone()),
            page_size,
            page_token: page_token.unwrap_or_default(),
            ..v1::ListCapacityPoolsRequest::default()
        };
        let page = partner.calls.catalog().list_capacity_pools(request).await?.into_inner();
        found.extend(page.capacity_pools);
        page_token = Some(page.next_page_token);
    }
    Ok(found)
}
