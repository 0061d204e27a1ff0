//! The catalogue as the operator of the demo calls it, and small entries to put into it.

use tonic::Status;
use wishwell_api::v1;

use crate::told::{mask, text, told};
use crate::{Served, external};

/// The operator's key.
pub const OPERATOR: &str = "demo-operator";

/// Puts Jinfeng beside the demo's divisions: another district of Yinchuan, where its case worker has nothing to do; answers its code.
pub async fn jinfeng(served: &Served) -> String {
    let code = "640106".to_owned();
    let parent = "6401".to_owned();
    let division =
        v1::Division { code: code.clone(), edition: 2020, parent, title: text("Jinfeng"), ..v1::Division::default() };
    let request = v1::BatchUpsertDivisionsRequest { divisions: vec![division], request_id: String::new() };
    told(served.catalog(OPERATOR).batch_upsert_divisions(request).await).expect("put");
    code
}

/// A charity of Xingqing, applied.
#[must_use]
pub fn organization(id: &str) -> v1::Organization {
    v1::Organization {
        external: Some(external("test", id)),
        title: text(id),
        kind: v1::OrganizationKind::Charity.into(),
        division: "640104".to_owned(),
        contact: Some(v1::OrganizationContact {
            phone: "000-1".to_owned(),
            email: "a@example.org".to_owned(),
            ..v1::OrganizationContact::default()
        }),
        ..v1::Organization::default()
    }
}

/// Ten pieces of an organization.
#[must_use]
pub fn pool(id: &str, organization: &str) -> v1::CapacityPool {
    v1::CapacityPool {
        external: Some(external("test", id)),
        organization_external: Some(external("test", organization)),
        title: id.to_owned(),
        kind: v1::CapacityKind::Stock.into(),
        unit: "piece".to_owned(),
        total: Some(10),
        ..v1::CapacityPool::default()
    }
}

/// A desk delivered in Xingqing.
#[must_use]
pub fn resource(id: &str, organization: &str) -> v1::Resource {
    v1::Resource {
        external: Some(external("test", id)),
        organization_external: Some(external("test", organization)),
        title: text(id),
        content: "a desk".to_owned(),
        responsible_party: "the charity".to_owned(),
        service_standard: "within a week".to_owned(),
        categories: vec!["education.desk".to_owned()],
        areas: vec![v1::ServiceArea { division: "640104".to_owned(), ..v1::ServiceArea::default() }],
        modes: vec![v1::DeliveryMode::Delivery.into()],
        ..v1::Resource::default()
    }
}

/// The catalogue as the operator calls it.
#[derive(Debug, Clone, Copy)]
pub struct Operator<'s>(pub &'s Served);

impl Operator<'_> {
    /// Creates an organization.
    ///
    /// # Errors
    /// The refusal as it came.
    pub async fn create_organization(&self, organization: v1::Organization) -> Result<v1::Organization, Status> {
        let request = v1::CreateOrganizationRequest { organization: Some(organization), request_id: String::new() };
        told(self.0.catalog(OPERATOR).create_organization(request).await).map(|a| a.organization.expect("one"))
    }

    /// Creates a pool.
    ///
    /// # Errors
    /// The refusal as it came.
    pub async fn create_pool(&self, pool: v1::CapacityPool) -> Result<v1::CapacityPool, Status> {
        let request = v1::CreateCapacityPoolRequest { capacity_pool: Some(pool), request_id: String::new() };
        told(self.0.catalog(OPERATOR).create_capacity_pool(request).await).map(|a| a.capacity_pool.expect("one"))
    }

    /// Changes the fields that `paths` name.
    ///
    /// # Errors
    /// The refusal as it came.
    pub async fn update_organization(
        &self,
        name: &str,
        organization: v1::Organization,
        paths: &[&str],
        etag: &str,
    ) -> Result<v1::Organization, Status> {
        let request = v1::UpdateOrganizationRequest {
            name: name.to_owned(),
            organization: Some(organization),
            update_mask: mask(paths),
            etag: etag.to_owned(),
            request_id: String::new(),
        };
        told(self.0.catalog(OPERATOR).update_organization(request).await).map(|a| a.organization.expect("one"))
    }

    /// Imports resources.
    ///
    /// # Errors
    /// The refusal as it came.
    pub async fn upsert_resources(&self, resources: Vec<v1::Resource>) -> Result<Vec<v1::UpsertOutcome>, Status> {
        let request = v1::BatchUpsertResourcesRequest { resources, request_id: String::new() };
        told(self.0.catalog(OPERATOR).batch_upsert_resources(request).await).map(|a| outcomes(&a.results))
    }

    /// Imports pools.
    ///
    /// # Errors
    /// The refusal as it came.
    pub async fn upsert_pools(&self, capacity_pools: Vec<v1::CapacityPool>) -> Result<Vec<v1::UpsertOutcome>, Status> {
        let request = v1::BatchUpsertCapacityPoolsRequest { capacity_pools, request_id: String::new() };
        told(self.0.catalog(OPERATOR).batch_upsert_capacity_pools(request).await).map(|a| outcomes(&a.results))
    }

    /// One page of resources.
    ///
    /// # Errors
    /// The refusal as it came.
    pub async fn list(
        &self,
        filter: v1::ResourceFilter,
        size: i32,
        token: &str,
    ) -> Result<v1::ListResourcesResponse, Status> {
        let request = v1::ListResourcesRequest {
            filter: Some(filter),
            page_size: size,
            page_token: token.to_owned(),
            min_position: 0,
        };
        told(self.0.catalog(OPERATOR).list_resources(request).await)
    }

    /// Sets figures of a pool.
    ///
    /// # Errors
    /// The refusal as it came.
    pub async fn set(&self, name: &str, change: v1::SetCapacityRequest) -> Result<v1::CapacityPool, Status> {
        let request = v1::SetCapacityRequest { name: name.to_owned(), ..change };
        told(self.0.catalog(OPERATOR).set_capacity(request).await).map(|a| a.capacity_pool.expect("one"))
    }
}

/// What was done with each entry.
#[must_use]
pub fn outcomes(results: &[v1::UpsertResult]) -> Vec<v1::UpsertOutcome> {
    results.iter().map(v1::UpsertResult::outcome).collect()
}
