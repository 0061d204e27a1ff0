//! The demo: requests in canonical protobuf JSON, part of the program, sent to its own server like anybody's.

mod follow;

use serde_json::Value;
use wishwell_api::json::from_json;
use wishwell_api::v1::{
    BatchUpsertCapacityPoolsRequest, BatchUpsertCategoriesRequest, BatchUpsertDivisionsRequest,
    BatchUpsertOrganizationsRequest, BatchUpsertResourcesRequest, CreateBeneficiaryRequest, CreateHouseholdRequest,
    ExternalId, ListNeedsRequest, ListOrganizationsRequest, NeedFilter, SubmitNeedRequest,
};

use crate::client::Server;
use crate::exit::{Exit, Failure};
use crate::progress::Progress;

/// The key with which the demo's catalogue is loaded, and with which commands ask a server on this machine. It is public.
pub(crate) const OPERATOR_KEY: &str = "demo-operator";
/// The key with which commands refer and follow in development mode: a case worker may speak for every side of the loop.
pub(crate) const CASE_WORKER_KEY: &str = "demo-case-worker";
/// The key with which its people and needs are loaded: operators keep the catalogue, channels bring needs. It is public.
pub(crate) const CHANNEL_KEY: &str = "demo-hotline";
/// Source of everything in the demo that has an external identity.
pub(crate) const SOURCE: &str = "demo";

macro_rules! demo_file {
    ($name:literal) => {
        include_str!(concat!("../../../deploy/demo/", $name, ".json"))
    };
}

/// Entries of the demo, for banners.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Contents {
    /// Organizations.
    pub(crate) organizations: usize,
    /// Resources.
    pub(crate) resources: usize,
    /// Capacity pools.
    pub(crate) capacity_pools: usize,
    /// Categories.
    pub(crate) categories: usize,
    /// Needs.
    pub(crate) needs: usize,
}

/// What a store holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Found {
    /// Nothing, or a demo whose loading was interrupted.
    Nothing,
    /// The demo.
    Demo,
    /// What somebody else brought.
    SomethingElse,
}

/// Looks what the store holds.
pub(crate) async fn look(server: &Server) -> Result<Found, Failure> {
    let failed = |status: tonic::Status| server.refused(("the store cannot be looked at", "无法查看存储"), &status);
    let request = ListOrganizationsRequest { page_size: 1, ..ListOrganizationsRequest::default() };
    let organizations = server.catalog().list_organizations(request).await.map_err(failed)?.into_inner().organizations;
    let Some(first) = organizations.first() else { return Ok(Found::Nothing) };
    if first.external.as_ref().is_none_or(|external| external.source != SOURCE) {
        return Ok(Found::SomethingElse);
    }
    // Needs are loaded last.
    let last = values("needs", demo_file!("needs"))?.pop().unwrap_or_default();
    let external_id = last.pointer("/need/external/externalId").and_then(Value::as_str).unwrap_or_default();
    let external = ExternalId { source: SOURCE.to_owned(), external_id: external_id.to_owned() };
    let filter = Some(NeedFilter { external: Some(external), ..NeedFilter::default() });
    let request = ListNeedsRequest { filter, page_size: 1, ..ListNeedsRequest::default() };
    let needs = server.needs().list_needs(request).await.map_err(failed)?.into_inner().needs;
    Ok(if needs.is_empty() { Found::Nothing } else { Found::Demo })
}

/// Loads the demo: the catalogue as `operator`, people and needs as `channel`, and follows a need as `case_worker`. Everything has an
/// external identity, so that loading what is there already changes nothing.
pub(crate) async fn load(
    operator: &Server,
    channel: &Server,
    case_worker: &Server,
    progress: &Progress,
) -> Result<(), Failure> {
    let requests = Requests::read()?;
    progress.begin("demo", requests.steps());
    let failed = |en: &'static str, zh: &'static str| {
        let what = (format!("the demo's {en} cannot be loaded"), format!("无法载入演示数据中的{zh}"));
        move |status: tonic::Status| operator.refused((&what.0, &what.1), &status)
    };
    let mut catalog = operator.catalog();
    catalog.batch_upsert_divisions(requests.divisions).await.map_err(failed("divisions", "区划"))?;
    progress.step();
    catalog.batch_upsert_categories(requests.categories).await.map_err(failed("categories", "类别"))?;
    progress.step();
    catalog.batch_upsert_organizations(requests.organizations).await.map_err(failed("organizations", "机构"))?;
    progress.step();
    catalog.batch_upsert_capacity_pools(requests.capacity_pools).await.map_err(failed("capacity pools", "容量池"))?;
    progress.step();
    catalog.batch_upsert_resources(requests.resources).await.map_err(failed("resources", "资源"))?;
    progress.step();
    people(channel, progress).await?;
    follow::follow(case_worker).await?;
    progress.step();
    progress.end();
    Ok(())
}

/// Households, then the beneficiaries in them, then their needs: each refers to the ones before by external identity.
async fn people(server: &Server, progress: &Progress) -> Result<(), Failure> {
    let mut client = server.needs();
    for request in list::<CreateHouseholdRequest>("households", demo_file!("households"))? {
        let answer = client.create_household(request).await;
        answer.map_err(|status| {
            server.refused(("a demo household cannot be loaded", "无法载入演示数据中的家庭"), &status)
        })?;
        progress.step();
    }
    for request in list::<CreateBeneficiaryRequest>("beneficiaries", demo_file!("beneficiaries"))? {
        let answer = client.create_beneficiary(request).await;
        answer.map_err(|status| {
            server.refused(("a demo beneficiary cannot be loaded", "无法载入演示数据中的救助对象"), &status)
        })?;
        progress.step();
    }
    for request in list::<SubmitNeedRequest>("needs", demo_file!("needs"))? {
        client
            .submit_need(request)
            .await
            .map_err(|status| server.refused(("a demo need cannot be loaded", "无法载入演示数据中的需求"), &status))?;
        progress.step();
    }
    Ok(())
}

/// What is in the demo.
pub(crate) fn contents() -> Result<Contents, Failure> {
    let count = |file: &'static str, text: &str, list: &str| {
        let read: Value =
            serde_json::from_str(text).map_err(|error| defect(&format!("deploy/demo/{file}.json: {error}")))?;
        Ok::<_, Failure>(read.get(list).and_then(Value::as_array).map_or(0, Vec::len))
    };
    Ok(Contents {
        organizations: count("organizations", demo_file!("organizations"), "organizations")?,
        resources: count("resources", demo_file!("resources"), "resources")?,
        capacity_pools: count("capacity_pools", demo_file!("capacity_pools"), "capacityPools")?,
        categories: count("categories", demo_file!("categories"), "categories")?,
        needs: length("needs", demo_file!("needs"))?,
    })
}

struct Requests {
    divisions: BatchUpsertDivisionsRequest,
    categories: BatchUpsertCategoriesRequest,
    organizations: BatchUpsertOrganizationsRequest,
    capacity_pools: BatchUpsertCapacityPoolsRequest,
    resources: BatchUpsertResourcesRequest,
    people: usize,
}

impl Requests {
    fn read() -> Result<Self, Failure> {
        Ok(Self {
            divisions: one("divisions", demo_file!("divisions"))?,
            categories: one("categories", demo_file!("categories"))?,
            organizations: one("organizations", demo_file!("organizations"))?,
            capacity_pools: one("capacity_pools", demo_file!("capacity_pools"))?,
            resources: one("resources", demo_file!("resources"))?,
            people: length("households", demo_file!("households"))?
                + length("beneficiaries", demo_file!("beneficiaries"))?
                + length("needs", demo_file!("needs"))?,
        })
    }

    /// Calls it takes to load everything.
    const fn steps(&self) -> u64 {
        6 + self.people as u64
    }
}

fn one<M: prost::Message + prost::Name + Default>(file: &str, text: &str) -> Result<M, Failure> {
    from_json(text).map_err(|error| defect(&format!("deploy/demo/{file}.json, line {}: {error}", error.line)))
}

fn length(file: &str, text: &str) -> Result<usize, Failure> {
    values(file, text).map(|values| values.len())
}

/// A list of requests.
fn list<M: prost::Message + prost::Name + Default>(file: &str, text: &str) -> Result<Vec<M>, Failure> {
    values(file, text)?.iter().map(|request| one(file, &request.to_string())).collect()
}

fn values(file: &str, text: &str) -> Result<Vec<Value>, Failure> {
    serde_json::from_str(text).map_err(|error| defect(&format!("deploy/demo/{file}.json: {error}")))
}

fn defect(what: &str) -> Failure {
    Failure::one(
        Exit::Defect,
        "the demo cannot be loaded",
        what,
        "please report this; `wishwell --demo=false` starts without it",
    )
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn the_demo_reads_as_requests_of_the_contract() {
        let (contents, requests) = (contents().unwrap(), Requests::read().unwrap());
        assert_eq!(contents.organizations, requests.organizations.organizations.len());
        assert_eq!(contents.resources, requests.resources.resources.len());
        assert_eq!(contents.capacity_pools, requests.capacity_pools.capacity_pools.len());
        assert_eq!(contents.categories, requests.categories.categories.len());
        assert!(contents.organizations >= 45 && contents.resources >= 150 && contents.needs >= 7, "{contents:?}");
    }

    #[test]
    fn the_demo_is_loaded_with_keys_that_exist() {
        let known = wishwell_matching::access::DEMO_KEYS.map(|demo| demo.key);
        assert!(known.contains(&OPERATOR_KEY) && known.contains(&CHANNEL_KEY), "{known:?}");
    }

    #[test]
    fn people_and_needs_name_only_who_comes_before_them() {
        let external = |external: &Option<ExternalId>| external.as_ref().map(|external| external.external_id.clone());
        let households: Vec<CreateHouseholdRequest> = list("households", demo_file!("households")).unwrap();
        let households: Vec<_> =
            households.iter().map(|sent| external(&sent.household.as_ref().unwrap().external)).collect();
        let people: Vec<CreateBeneficiaryRequest> = list("beneficiaries", demo_file!("beneficiaries")).unwrap();
        let people: Vec<_> = people.into_iter().map(|sent| sent.beneficiary.unwrap()).collect();
        let needs: Vec<SubmitNeedRequest> = list("needs", demo_file!("needs")).unwrap();
        let known =
            |all: &[Option<String>], named: &Option<ExternalId>| named.is_none() || all.contains(&external(named));
        let mut named = 0;
        for person in &people {
            assert!(known(&households, &person.household_external), "{:?}", person.household_external);
            named += usize::from(person.household_external.is_some());
        }
        let people: Vec<_> = people.iter().map(|person| external(&person.external)).collect();
        for need in needs.into_iter().map(|sent| sent.need.unwrap()) {
            assert!(known(&households, &need.household_external), "{:?}", need.household_external);
            assert!(known(&people, &need.beneficiary_external), "{:?}", need.beneficiary_external);
            named += usize::from(need.household_external.is_some() || need.beneficiary_external.is_some());
        }
        assert!(named >= 40, "{named}");
    }
}
