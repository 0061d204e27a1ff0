//! `CatalogService`.

mod organizations;
mod pools;
mod resources;
mod trees;

use std::sync::Arc;

use tonic::{Request, Response, Status};

use wishwell_api::v1;
use wishwell_api::v1::catalog_service_server::CatalogService;

use super::call::{read, write};
use super::{listing, meant};
use crate::cases::Platform;

/// Handlers of `CatalogService`.
#[derive(Debug, Clone)]
pub(crate) struct CatalogHandlers {
    platform: Arc<Platform>,
}

impl CatalogHandlers {
    pub(crate) const fn new(platform: Arc<Platform>) -> Self {
        Self { platform }
    }
}

/// One line for each method: how it is served, its name, its handler, and who reads a message that breaks rules of the contract where
/// reading finds more than they do.
macro_rules! methods {
    ($($serve:ident $method:ident = $rpc:literal : $request:ident -> $response:ident => $handler:path $(, besides $reading:path)?;)*) => {
        #[tonic::async_trait]
        impl CatalogService for CatalogHandlers {
            $(async fn $method(&self, request: Request<v1::$request>) -> Result<Response<v1::$response>, Status> {
                let method = concat!("wishwell.v1.CatalogService/", $rpc);
                let call = $serve(method, request);
                $(let call = call.besides(async |caller, message| $reading(&self.platform, &caller, message).await).await;)?
                call.handle(|caller, message| $handler(&self.platform, caller, message)).await
            })*
        }
    };
}

methods! {
    write create_organization = "CreateOrganization": CreateOrganizationRequest -> CreateOrganizationResponse => organizations::create, besides organizations::read_new;
    read get_organization = "GetOrganization": GetOrganizationRequest -> GetOrganizationResponse => organizations::get;
    write update_organization = "UpdateOrganization": UpdateOrganizationRequest -> UpdateOrganizationResponse => organizations::update, besides organizations::read_update;
    read list_organizations = "ListOrganizations": ListOrganizationsRequest -> ListOrganizationsResponse => organizations::list, besides organizations::read_list;
    write batch_upsert_organizations = "BatchUpsertOrganizations": BatchUpsertOrganizationsRequest -> BatchUpsertOrganizationsResponse => organizations::batch_upsert, besides organizations::read_batch;
    write verify_organization = "VerifyOrganization": VerifyOrganizationRequest -> VerifyOrganizationResponse => organizations::verify, besides organizations::read_verification;
    write suspend_organization = "SuspendOrganization": SuspendOrganizationRequest -> SuspendOrganizationResponse => organizations::suspend, besides meant::read;
    write create_resource = "CreateResource": CreateResourceRequest -> CreateResourceResponse => resources::create, besides resources::read_new;
    read get_resource = "GetResource": GetResourceRequest -> GetResourceResponse => resources::get;
    write update_resource = "UpdateResource": UpdateResourceRequest -> UpdateResourceResponse => resources::update, besides resources::read_update;
    read list_resources = "ListResources": ListResourcesRequest -> ListResourcesResponse => resources::list, besides resources::read_list;
    write batch_upsert_resources = "BatchUpsertResources": BatchUpsertResourcesRequest -> BatchUpsertResourcesResponse => resources::batch_upsert, besides resources::read_batch;
    write create_capacity_pool = "CreateCapacityPool": CreateCapacityPoolRequest -> CreateCapacityPoolResponse => pools::create, besides pools::read_new;
    read get_capacity_pool = "GetCapacityPool": GetCapacityPoolRequest -> GetCapacityPoolResponse => pools::get;
    write update_capacity_pool = "UpdateCapacityPool": UpdateCapacityPoolRequest -> UpdateCapacityPoolResponse => pools::update, besides pools::read_update;
    read list_capacity_pools = "ListCapacityPools": ListCapacityPoolsRequest -> ListCapacityPoolsResponse => pools::list, besides listing::read;
    write batch_upsert_capacity_pools = "BatchUpsertCapacityPools": BatchUpsertCapacityPoolsRequest -> BatchUpsertCapacityPoolsResponse => pools::batch_upsert, besides pools::read_batch;
    write set_capacity = "SetCapacity": SetCapacityRequest -> SetCapacityResponse => pools::set_capacity, besides pools::read_figures;
    read get_category = "GetCategory": GetCategoryRequest -> GetCategoryResponse => trees::get_category;
    read list_categories = "ListCategories": ListCategoriesRequest -> ListCategoriesResponse => trees::list_categories, besides trees::read_category_list;
    write batch_upsert_categories = "BatchUpsertCategories": BatchUpsertCategoriesRequest -> BatchUpsertCategoriesResponse => trees::batch_upsert_categories, besides trees::read_categories;
    read get_division = "GetDivision": GetDivisionRequest -> GetDivisionResponse => trees::get_division;
    read list_divisions = "ListDivisions": ListDivisionsRequest -> ListDivisionsResponse => trees::list_divisions, besides trees::read_division_list;
    write batch_upsert_divisions = "BatchUpsertDivisions": BatchUpsertDivisionsRequest -> BatchUpsertDivisionsResponse => trees::batch_upsert_divisions, besides trees::read_divisions;
}

/// What a batch upsert did to each entry.
fn upsert_results(written: &wishwell_store::Written) -> Vec<v1::UpsertResult> {
    use wishwell_store::Effect;
    written
        .outcomes
        .iter()
        .map(|outcome| v1::UpsertResult {
            name: outcome.after.as_ref().map(wishwell_domain::event::Change::subject).unwrap_or_default(),
            outcome: match outcome.effect {
                Effect::Created => v1::UpsertOutcome::Created,
                Effect::Updated => v1::UpsertOutcome::Updated,
                Effect::Unchanged => v1::UpsertOutcome::Unchanged,
            }
            .into(),
        })
        .collect()
}
