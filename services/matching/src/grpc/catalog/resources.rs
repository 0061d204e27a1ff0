//! Resources.

use std::collections::HashMap;

use uuid::Uuid;

use wishwell_api::v1;
use wishwell_domain::ids::{CapacityPoolId, ExternalId, OrganizationId, ResourceId};
use wishwell_domain::resource::Resource;
use wishwell_domain::{Error, Violations};
use wishwell_store::{ResourceFilter, WriteMode, Written};

use super::organizations::require_external;
use crate::cases::references::dangling;
use crate::cases::{Caller, Platform, only, resources_of};
use crate::grpc::call::{Update, merge_fields, required, update_once};
use crate::grpc::convert::resource::ResolvedReferences;
use crate::grpc::convert::{common, resource as convert};
use crate::grpc::listing::Listing;
use crate::grpc::matching::position;
use crate::grpc::within::Within;

/// Where a request carries a resource.
const FIELD: &str = "resource";

fn new_id(platform: &Platform) -> ResourceId {
    ResourceId::from_uuid(platform.new_uuid())
}

fn id(name: &str) -> Result<ResourceId, Error> {
    Ok(ResourceId::parse_name("name", name)?)
}

/// Ids behind the external identities that some messages refer to, in one look-up for each kind.
pub(super) struct Externals {
    organizations: HashMap<ExternalId, Uuid>,
    pools: HashMap<ExternalId, Uuid>,
}

impl Externals {
    pub(super) async fn resolve(
        platform: &Platform,
        caller: &Caller,
        organizations: Vec<v1::ExternalId>,
        pools: Vec<v1::ExternalId>,
    ) -> Result<Self, Error> {
        Ok(Self {
            organizations: look_up(platform, caller, "organization", organizations).await?,
            pools: look_up(platform, caller, "capacity_pool", pools).await?,
        })
    }

    /// The organization that a message names, by resource name or external identity.
    pub(super) fn organization(
        &self,
        field: &str,
        name: &str,
        external: Option<&v1::ExternalId>,
        violations: &mut Violations,
    ) -> Option<OrganizationId> {
        match external {
            None => violations.take(OrganizationId::parse_name(&format!("{field}.organization"), name)),
            Some(external) => {
                let field = format!("{field}.organization_external");
                find(&self.organizations, &field, external, violations).map(OrganizationId::from_uuid)
            }
        }
    }

    fn pool(&self, field: &str, draw: &v1::CapacityDraw, violations: &mut Violations) -> Option<CapacityPoolId> {
        match &draw.pool_external {
            None => violations.take(CapacityPoolId::parse_name(&format!("{field}.pool"), &draw.pool)),
            Some(external) => {
                let field = format!("{field}.pool_external");
                find(&self.pools, &field, external, violations).map(CapacityPoolId::from_uuid)
            }
        }
    }

    fn references(&self, field: &str, message: &v1::Resource, violations: &mut Violations) -> ResolvedReferences {
        let external = message.organization_external.as_ref();
        ResolvedReferences {
            organization: self.organization(field, &message.organization, external, violations),
            pools: message
                .draws
                .iter()
                .enumerate()
                .map(|(index, draw)| self.pool(&format!("{field}.draws[{index}]"), draw, violations))
                .collect(),
        }
    }
}

fn find(
    known: &HashMap<ExternalId, Uuid>,
    field: &str,
    external: &v1::ExternalId,
    violations: &mut Violations,
) -> Option<Uuid> {
    let key = ExternalId { source: external.source.clone(), external_id: external.external_id.clone() };
    let found = known.get(&key).copied();
    violations.require(found.is_some(), || dangling(field, format_args!("{}/{}", key.source, key.external_id)));
    found
}

async fn look_up(
    platform: &Platform,
    caller: &Caller,
    kind: &'static str,
    externals: Vec<v1::ExternalId>,
) -> Result<HashMap<ExternalId, Uuid>, Error> {
    let mut asked: Vec<ExternalId> = externals.into_iter().filter_map(|e| common::external(Some(e))).collect();
    asked.sort();
    asked.dedup();
    if asked.is_empty() {
        return Ok(HashMap::new());
    }
    let found = platform.store.resolve_external(caller.tenant(), kind, &asked).await?;
    let mut known = HashMap::with_capacity(asked.len());
    for (external, id) in asked.into_iter().zip(found) {
        let Some(id) = id else { continue };
        // What another organization has does not exist for a partner.
        let is_hidden = kind == "capacity_pool"
            && caller.is_partner()
            && match platform.capacity_pool(caller, CapacityPoolId::from_uuid(id)).await {
                Ok(_) => false,
                Err(Error::NotFound { .. } | Error::PermissionDenied { .. }) => true,
                Err(error) => return Err(error),
            };
        if !is_hidden {
            known.insert(external, id);
        }
    }
    Ok(known)
}

/// Reads resources as they were sent, and checks what they refer to.
async fn read_all(
    platform: &Platform,
    caller: &Caller,
    messages: Vec<v1::Resource>,
    field: impl Fn(usize) -> String,
    (mode, known): (WriteMode, Option<&Resource>),
    mut violations: Violations,
) -> Result<Vec<Resource>, Error> {
    let organizations = messages.iter().filter_map(|message| message.organization_external.clone()).collect();
    let pools =
        messages.iter().flat_map(|message| &message.draws).filter_map(|draw| draw.pool_external.clone()).collect();
    let externals = Externals::resolve(platform, caller, organizations, pools).await?;
    if mode == WriteMode::Upsert {
        require_external(&field, messages.iter().map(|message| message.external.as_ref()), &mut violations);
    }
    let mut read = Vec::with_capacity(messages.len());
    for (index, message) in messages.into_iter().enumerate() {
        let field = field(index);
        let references = externals.references(&field, &message, &mut violations);
        let resource = convert::resource(&field, new_id(platform), &references, message, &mut violations);
        read.push((field, resource));
    }
    platform.check_resources(caller, &read, mode, known, &mut violations).await?;
    violations.into_result()?;
    Ok(read.into_iter().map(|(_, resource)| resource).collect())
}

fn answer(written: Written) -> Result<(v1::Resource, i64), Error> {
    let log_position = written.position.0;
    let resource = only(resources_of(written))?;
    Ok((convert::resource_out(&resource), log_position))
}

/// A resource as a caller may see it: partners do not see of which pools others draw, as they do not see those pools.
fn shown(caller: &Caller, resource: &Resource) -> v1::Resource {
    let mut shown = convert::resource_out(resource);
    if caller.may_keep(resource.organization).is_err() {
        shown.draws.clear();
    }
    shown
}

fn field(_: usize) -> String {
    FIELD.to_owned()
}

/// Reads a new resource.
pub(super) async fn read_new(
    platform: &Platform,
    caller: &Caller,
    message: v1::CreateResourceRequest,
) -> Result<Vec<Resource>, Error> {
    let sent = vec![required(FIELD, message.resource)?];
    read_all(platform, caller, sent, field, (WriteMode::Create, None), Violations::new()).await
}

pub(super) async fn create(
    platform: &Platform,
    caller: Caller,
    message: v1::CreateResourceRequest,
) -> Result<v1::CreateResourceResponse, Error> {
    let written = platform
        .once(&caller, async {
            let read = read_new(platform, &caller, message).await?;
            platform.put_resources(&caller, read, WriteMode::Create).await
        })
        .await?;
    let (resource, log_position) = answer(written)?;
    Ok(v1::CreateResourceResponse { resource: Some(resource), log_position })
}

pub(super) async fn get(
    platform: &Platform,
    caller: Caller,
    message: v1::GetResourceRequest,
) -> Result<v1::GetResourceResponse, Error> {
    platform.snapshot(&caller, position(message.min_position)).await?;
    let resource = platform.resource(&caller, id(&message.name)?).await?;
    Ok(v1::GetResourceResponse { resource: Some(shown(&caller, &resource)) })
}

fn asked(message: v1::UpdateResourceRequest) -> Result<Update<ResourceId, v1::Resource>, Error> {
    let name = ResourceId::parse_name("name", &message.name);
    Update::read(name, (FIELD, message.resource), message.update_mask, &message.etag)
}

/// A resource as an update leaves it, and how it is written.
async fn changed(
    platform: &Platform,
    caller: &Caller,
    asked: &Update<ResourceId, v1::Resource>,
) -> Result<(Vec<Resource>, WriteMode), Error> {
    let stored = platform.resource(caller, asked.id).await?;
    let mut merged = convert::resource_out(&stored);
    merge_fields!(
        asked,
        merged,
        [
            external,
            title,
            content,
            responsible_party,
            service_standard,
            categories,
            unit,
            place,
            division,
            areas,
            modes,
            schedule,
            eligibility,
            draws,
            lifecycle,
            valid_from,
            valid_until,
        ]
    );
    let mode = WriteMode::Update { expected: Some(asked.etag.unwrap_or(stored.version)) };
    let known = (mode, Some(&stored));
    let changed = read_all(platform, caller, vec![merged], field, known, asked.violations.clone()).await?;
    Ok((changed.into_iter().map(|resource| Resource { id: asked.id, ..resource }).collect(), mode))
}

/// Reads an update.
pub(super) async fn read_update(
    platform: &Platform,
    caller: &Caller,
    message: v1::UpdateResourceRequest,
) -> Result<(), Error> {
    changed(platform, caller, &asked(message)?).await.map(drop)
}

pub(super) async fn update(
    platform: &Platform,
    caller: Caller,
    message: v1::UpdateResourceRequest,
) -> Result<v1::UpdateResourceResponse, Error> {
    let asked = asked(message)?;
    let written = update_once!(platform, &caller, asked.etag, async {
        let (changed, mode) = changed(platform, &caller, &asked).await?;
        platform.put_resources(&caller, changed, mode).await
    })?;
    let (resource, log_position) = answer(written)?;
    Ok(v1::UpdateResourceResponse { resource: Some(resource), log_position })
}

/// Reads which resources are asked for, and which page of them.
pub(super) async fn read_list(
    platform: &Platform,
    caller: &Caller,
    message: v1::ListResourcesRequest,
) -> Result<(ResourceFilter, Listing), Error> {
    let mut violations = Violations::new();
    let sent = message.filter.clone().unwrap_or_default();
    let organization = (!sent.organization.is_empty())
        .then(|| violations.take(OrganizationId::parse_name("filter.organization", &sent.organization)))
        .flatten();
    let codes = (("filter.category", sent.category.as_str()), ("filter.division", sent.division.as_str()));
    let (within, listing) = Within::page(platform, caller, &message, codes, violations).await?;
    let filter = ResourceFilter {
        organization,
        categories: within.categories(),
        divisions: within.divisions(),
        lifecycle: convert::lifecycle(sent.lifecycle),
        external: common::external(sent.external),
        pledged: sent.pledged,
        ..ResourceFilter::default()
    };
    Ok((filter, listing))
}

pub(super) async fn list(
    platform: &Platform,
    caller: Caller,
    message: v1::ListResourcesRequest,
) -> Result<v1::ListResourcesResponse, Error> {
    let (filter, listing) = read_list(platform, &caller, message).await?;
    let found = platform.store.list_resources(caller.tenant(), &filter, &listing.by_uuid()).await?;
    let show = |resource: &Resource| shown(&caller, resource);
    let (resources, next_page_token) = listing.shown(&found, |resource| resource.id.as_uuid(), show)?;
    Ok(v1::ListResourcesResponse { resources, next_page_token })
}

/// Reads a batch.
pub(super) async fn read_batch(
    platform: &Platform,
    caller: &Caller,
    message: v1::BatchUpsertResourcesRequest,
) -> Result<Vec<Resource>, Error> {
    let field = |index| format!("resources[{index}]");
    read_all(platform, caller, message.resources, field, (WriteMode::Upsert, None), Violations::new()).await
}

pub(super) async fn batch_upsert(
    platform: &Platform,
    caller: Caller,
    message: v1::BatchUpsertResourcesRequest,
) -> Result<v1::BatchUpsertResourcesResponse, Error> {
    let written = platform
        .once(&caller, async {
            let read = read_batch(platform, &caller, message).await?;
            platform.put_resources(&caller, read, WriteMode::Upsert).await
        })
        .await?;
    let (results, log_position) = (super::upsert_results(&written), written.position.0);
    Ok(v1::BatchUpsertResourcesResponse { results, log_position })
}
