//! Sending a plan, against a catalogue in this process that keeps entries as the API promises.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::collections::HashMap;
use std::path::Path;
use std::pin::Pin;
use std::sync::{Arc, Mutex};

use tonic::{Request, Response, Status};
use wishwell_api::v1;
use wishwell_api::v1::catalog_service_client::CatalogServiceClient;
use wishwell_api::v1::catalog_service_server::{CatalogService, CatalogServiceServer};
use wishwell_import::{
    Absence, FileCounts, ImportError, OnVanished, Options, Outcomes, Plan, Progress, Stage, Standing, Trust,
    UploadSummary, plan, read, upload,
};

#[derive(Default)]
struct Kept {
    categories: HashMap<String, v1::Category>,
    organizations: HashMap<String, v1::Organization>,
    resources: HashMap<String, v1::Resource>,
    /// Request ids that were answered.
    answered: HashMap<String, usize>,
    calls: usize,
    log_position: i64,
    /// Titles and codes that are refused.
    refused: Vec<String>,
    /// Resources that were paused one by one, in order.
    paused: Vec<String>,
    /// How many calls find the server away.
    away: usize,
    denied: bool,
}

#[derive(Clone, Default)]
struct Catalogue(Arc<Mutex<Kept>>);

impl Catalogue {
    /// Takes a batch whole or not at all.
    fn upsert<M: Clone + PartialEq>(
        &self,
        request_id: &str,
        entries: &[M],
        key: impl Fn(&M) -> String,
        map: impl Fn(&mut Kept) -> &mut HashMap<String, M>,
    ) -> Result<(Vec<v1::UpsertResult>, i64), Status> {
        let mut kept = self.0.lock().unwrap();
        kept.calls += 1;
        if kept.denied {
            return Err(Status::permission_denied("operators only"));
        }
        *kept.answered.entry(request_id.to_owned()).or_insert(0) += 1;
        if kept.away > 0 {
            kept.away -= 1;
            return Err(Status::unavailable("starting"));
        }
        assert!(!request_id.is_empty() && !entries.is_empty() && entries.len() <= 500);
        if let Some(bad) = entries.iter().map(&key).find(|key| kept.refused.contains(key)) {
            return Err(Status::invalid_argument(format!("{bad} breaks a rule")));
        }
        let mut results = Vec::new();
        for entry in entries {
            let outcome = match map(&mut kept).insert(key(entry), entry.clone()) {
                None => v1::UpsertOutcome::Created,
                Some(old) if old == *entry => v1::UpsertOutcome::Unchanged,
                Some(_) => v1::UpsertOutcome::Updated,
            };
            results.push(v1::UpsertResult { name: key(entry), outcome: outcome.into() });
        }
        kept.log_position += 1;
        Ok((results, kept.log_position))
    }
}

fn external(external: Option<&v1::ExternalId>) -> String {
    external.map(|e| e.external_id.clone()).unwrap()
}

/// What `async_trait` makes of an async function: it does not see the ones that a macro writes.
macro_rules! not_here {
    ($($name:ident: $request:ident -> $response:ident;)*) => {
        $(fn $name<'s, 'f>(&'s self, _: Request<v1::$request>) -> Answer<'f, v1::$response>
        where
            's: 'f,
            Self: 'f,
        {
            Box::pin(async { Err(Status::unimplemented(stringify!($name))) })
        })*
    };
}

type Answer<'f, M> = Pin<Box<dyn Future<Output = Result<Response<M>, Status>> + Send + 'f>>;

#[tonic::async_trait]
impl CatalogService for Catalogue {
    async fn batch_upsert_categories(
        &self,
        request: Request<v1::BatchUpsertCategoriesRequest>,
    ) -> Result<Response<v1::BatchUpsertCategoriesResponse>, Status> {
        let sent = request.into_inner();
        let (results, log_position) =
            self.upsert(&sent.request_id, &sent.categories, |one| one.code.clone(), |kept| &mut kept.categories)?;
        Ok(Response::new(v1::BatchUpsertCategoriesResponse { results, log_position }))
    }

    async fn batch_upsert_organizations(
        &self,
        request: Request<v1::BatchUpsertOrganizationsRequest>,
    ) -> Result<Response<v1::BatchUpsertOrganizationsResponse>, Status> {
        let sent = request.into_inner();
        let key = |one: &v1::Organization| external(one.external.as_ref());
        let (results, log_position) =
            self.upsert(&sent.request_id, &sent.organizations, key, |kept| &mut kept.organizations)?;
        Ok(Response::new(v1::BatchUpsertOrganizationsResponse { results, log_position }))
    }

    async fn batch_upsert_resources(
        &self,
        request: Request<v1::BatchUpsertResourcesRequest>,
    ) -> Result<Response<v1::BatchUpsertResourcesResponse>, Status> {
        let sent = request.into_inner();
        let key = |one: &v1::Resource| external(one.external.as_ref());
        let (results, log_position) =
            self.upsert(&sent.request_id, &sent.resources, key, |kept| &mut kept.resources)?;
        Ok(Response::new(v1::BatchUpsertResourcesResponse { results, log_position }))
    }

    /// Two entries a page, so that pages are turned.
    async fn list_organizations(
        &self,
        request: Request<v1::ListOrganizationsRequest>,
    ) -> Result<Response<v1::ListOrganizationsResponse>, Status> {
        let mut all: Vec<v1::Organization> = self.0.lock().unwrap().organizations.values().cloned().collect();
        all.sort_by_key(|one| external(one.external.as_ref()));
        all.iter_mut().for_each(|one| one.name = format!("organizations/{}", external(one.external.as_ref())));
        let from: usize = request.into_inner().page_token.parse().unwrap_or(0);
        let next_page_token = if from + 2 < all.len() { (from + 2).to_string() } else { String::new() };
        let organizations = all.into_iter().skip(from).take(2).collect();
        Ok(Response::new(v1::ListOrganizationsResponse { organizations, next_page_token }))
    }

    async fn list_resources(
        &self,
        _: Request<v1::ListResourcesRequest>,
    ) -> Result<Response<v1::ListResourcesResponse>, Status> {
        let mut resources: Vec<v1::Resource> = self.0.lock().unwrap().resources.values().cloned().collect();
        for one in &mut resources {
            one.name = format!("resources/{}", external(one.external.as_ref()));
            one.organization = format!("organizations/{}", external(one.organization_external.as_ref()));
        }
        Ok(Response::new(v1::ListResourcesResponse { resources, next_page_token: String::new() }))
    }

    /// Changes whether it is offered, and nothing else.
    async fn update_resource(
        &self,
        request: Request<v1::UpdateResourceRequest>,
    ) -> Result<Response<v1::UpdateResourceResponse>, Status> {
        let sent = request.into_inner();
        assert_eq!(sent.update_mask.unwrap().paths, ["lifecycle"]);
        let mut kept = self.0.lock().unwrap();
        let key = sent.name.strip_prefix("resources/").unwrap().to_owned();
        if kept.refused.contains(&key) {
            return Err(Status::failed_precondition(format!("{key} breaks a rule")));
        }
        kept.paused.push(key.clone());
        kept.log_position += 1;
        let log_position = kept.log_position;
        let resource = kept.resources.get_mut(&key).unwrap();
        resource.lifecycle = sent.resource.unwrap().lifecycle;
        Ok(Response::new(v1::UpdateResourceResponse { resource: Some(resource.clone()), log_position }))
    }

    not_here! {
        create_organization: CreateOrganizationRequest -> CreateOrganizationResponse;
        get_organization: GetOrganizationRequest -> GetOrganizationResponse;
        update_organization: UpdateOrganizationRequest -> UpdateOrganizationResponse;
        verify_organization: VerifyOrganizationRequest -> VerifyOrganizationResponse;
        suspend_organization: SuspendOrganizationRequest -> SuspendOrganizationResponse;
        create_resource: CreateResourceRequest -> CreateResourceResponse;
        get_resource: GetResourceRequest -> GetResourceResponse;
        create_capacity_pool: CreateCapacityPoolRequest -> CreateCapacityPoolResponse;
        get_capacity_pool: GetCapacityPoolRequest -> GetCapacityPoolResponse;
        update_capacity_pool: UpdateCapacityPoolRequest -> UpdateCapacityPoolResponse;
        list_capacity_pools: ListCapacityPoolsRequest -> ListCapacityPoolsResponse;
        batch_upsert_capacity_pools: BatchUpsertCapacityPoolsRequest -> BatchUpsertCapacityPoolsResponse;
        set_capacity: SetCapacityRequest -> SetCapacityResponse;
        get_category: GetCategoryRequest -> GetCategoryResponse;
        list_categories: ListCategoriesRequest -> ListCategoriesResponse;
        get_division: GetDivisionRequest -> GetDivisionResponse;
        list_divisions: ListDivisionsRequest -> ListDivisionsResponse;
        batch_upsert_divisions: BatchUpsertDivisionsRequest -> BatchUpsertDivisionsResponse;
    }
}

type Client = CatalogServiceClient<CatalogServiceServer<Catalogue>>;

fn client(catalogue: &Catalogue) -> Client {
    CatalogServiceClient::new(CatalogServiceServer::new(catalogue.clone()))
}

fn a_plan() -> Plan {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/hsds1_dirty");
    plan(&read(&folder, &Options::default()).unwrap().0, Trust::Verified)
}

async fn send(catalogue: &Catalogue, plan: Plan) -> Result<UploadSummary, ImportError> {
    upload(client(catalogue), plan, OnVanished::Keep, &mut |_| {}).await
}

async fn send_and_pause(catalogue: &Catalogue, plan: Plan) -> UploadSummary {
    upload(client(catalogue), plan, OnVanished::Pause, &mut |_| {}).await.unwrap()
}

/// The directory of an organization for each service, which has as status what is given.
fn edition(services: &[(&str, &str)]) -> Plan {
    let folder = tempfile::tempdir().unwrap();
    let mut organizations = "id,name\n".to_owned();
    let mut rows = "id,organization_id,name,description,application_process,status\n".to_owned();
    for (key, status) in services {
        organizations += &format!("o{key},Organization {key}\n");
        rows += &format!("{key},o{key},Service {key},Help,Call,{status}\n");
    }
    std::fs::write(folder.path().join("organizations.csv"), organizations).unwrap();
    std::fs::write(folder.path().join("services.csv"), rows).unwrap();
    let options = Options { source: Some("hsds:test".to_owned()), ..Options::default() };
    plan(&read(folder.path(), &options).unwrap().0, Trust::Verified)
}

/// What has vanished: key, how, and how it is.
fn vanished(summary: &UploadSummary, stage: Stage) -> Vec<(&str, Absence, Standing)> {
    let of_stage = summary.vanished.iter().filter(|one| one.stage == stage);
    of_stage.map(|one| (one.key.as_str(), one.absence, one.standing)).collect()
}

const ACTIVE: &str = "active";

#[tokio::test]
async fn what_a_later_edition_has_no_more_is_named_and_stays_as_it_is() {
    let catalogue = Catalogue::default();
    let first = send(&catalogue, edition(&[("a", ACTIVE), ("b", ACTIVE), ("c", ACTIVE), ("d", ACTIVE)])).await.unwrap();
    assert!(first.vanished.is_empty() && first.paused.is_empty() && first.resources_here.here == 0, "{first:?}");
    {
        let mut kept = catalogue.0.lock().unwrap();
        kept.resources.get_mut("service:c").unwrap().lifecycle = v1::ResourceLifecycle::Paused.into();
        kept.organizations.get_mut("od").unwrap().state = v1::OrganizationState::Suspended.into();
        // Another directory's, which has none of these.
        let mut other = kept.resources["service:b"].clone();
        other.external = Some(v1::ExternalId { source: "hsds:other".to_owned(), external_id: "x".to_owned() });
        kept.resources.insert("x".to_owned(), other);
    }
    let before = catalogue.0.lock().unwrap().resources.clone();
    let second = send(&catalogue, edition(&[("a", ACTIVE)])).await.unwrap();
    assert_eq!(
        vanished(&second, Stage::Resources),
        [
            ("service:b", Absence::Missing, Standing::OnOffer),
            ("service:c", Absence::Missing, Standing::Paused),
            ("service:d", Absence::Missing, Standing::NotVerified),
        ]
    );
    assert_eq!(
        vanished(&second, Stage::Organizations),
        [
            ("ob", Absence::Missing, Standing::OnOffer),
            ("oc", Absence::Missing, Standing::Paused),
            ("od", Absence::Missing, Standing::NotVerified),
        ]
    );
    let named = &second.vanished[3];
    assert_eq!((named.name.as_str(), named.title.as_str()), ("resources/service:b", "Service b"));
    let here = second.resources_here;
    assert_eq!((here.here, here.in_directory, here.vanished, here.on_offer, here.off), (4, 1, 3, 1, 2));
    assert!(here.adds_up() && second.organizations_here.adds_up(), "{second:?}");
    assert_eq!(catalogue.0.lock().unwrap().resources, before, "nothing but names");
}

#[tokio::test]
async fn what_has_vanished_is_paused_where_that_is_asked_for_once_and_nothing_else_is() {
    let catalogue = Catalogue::default();
    send(&catalogue, edition(&[("a", ACTIVE), ("b", ACTIVE), ("c", ACTIVE), ("d", ACTIVE)])).await.unwrap();
    {
        let mut kept = catalogue.0.lock().unwrap();
        kept.resources.get_mut("service:c").unwrap().lifecycle = v1::ResourceLifecycle::Paused.into();
        let mut other = kept.resources["service:b"].clone();
        other.external = Some(v1::ExternalId { source: "hsds:other".to_owned(), external_id: "x".to_owned() });
        kept.resources.insert("x".to_owned(), other);
        kept.refused = vec!["service:d".to_owned()];
    }
    let second = send_and_pause(&catalogue, edition(&[("a", ACTIVE)])).await;
    assert_eq!(catalogue.0.lock().unwrap().paused, ["service:b"]);
    assert_eq!(
        vanished(&second, Stage::Resources),
        [
            ("service:b", Absence::Missing, Standing::PausedNow),
            ("service:c", Absence::Missing, Standing::Paused),
            ("service:d", Absence::Missing, Standing::OnOffer),
        ]
    );
    let refused: Vec<(Stage, &str)> = second.refusals.iter().map(|one| (one.stage, one.key.as_str())).collect();
    assert_eq!(refused, [(Stage::Vanished, "service:d")]);
    let here = second.resources_here;
    assert_eq!((here.vanished, here.on_offer, here.off, here.paused_now), (3, 1, 1, 1));
    assert!(here.adds_up(), "{here:?}");
    catalogue.0.lock().unwrap().refused.clear();
    let third = send_and_pause(&catalogue, edition(&[("a", ACTIVE)])).await;
    assert_eq!((third.resources_here.off, third.resources_here.paused_now), (2, 1), "what was refused before");
    assert_eq!(
        vanished(&third, Stage::Organizations),
        [
            ("ob", Absence::Missing, Standing::OnOffer),
            ("oc", Absence::Missing, Standing::Paused),
            ("od", Absence::Missing, Standing::PausedNow),
        ],
        "another directory offers something of the first"
    );
    assert!(third.organizations_here.adds_up(), "{third:?}");
    let fourth = send_and_pause(&catalogue, edition(&[("a", ACTIVE)])).await;
    assert_eq!((fourth.resources_here.off, fourth.resources_here.paused_now), (3, 0));
    let kept = catalogue.0.lock().unwrap();
    assert_eq!(kept.paused, ["service:b", "service:d"], "each once, and of no other source");
    assert_eq!(kept.resources["service:a"].lifecycle(), v1::ResourceLifecycle::Active);
}

#[tokio::test]
async fn what_the_directory_says_has_ended_is_paused_and_named_when_it_is_back() {
    let catalogue = Catalogue::default();
    send(&catalogue, edition(&[("a", ACTIVE), ("b", ACTIVE), ("c", ACTIVE)])).await.unwrap();
    let second =
        send(&catalogue, edition(&[("a", "inactive"), ("b", "temporarily closed"), ("c", ACTIVE)])).await.unwrap();
    assert_eq!(vanished(&second, Stage::Resources), [("service:a", Absence::Ended, Standing::PausedNow)]);
    let lifecycle = |key: &str| catalogue.0.lock().unwrap().resources[key].lifecycle();
    for (key, is) in [
        ("service:a", v1::ResourceLifecycle::Paused),
        ("service:b", v1::ResourceLifecycle::Paused),
        ("service:c", v1::ResourceLifecycle::Active),
    ] {
        assert_eq!(lifecycle(key), is, "{key}");
    }
    assert!(second.paused.is_empty(), "the directory offers none of these: {:?}", second.paused);
    let third = send(&catalogue, edition(&[("a", ACTIVE), ("b", ACTIVE), ("c", ACTIVE)])).await.unwrap();
    let paused: Vec<(&str, &str)> = third.paused.iter().map(|one| (one.key.as_str(), one.title.as_str())).collect();
    assert_eq!(paused, [("service:a", "Service a"), ("service:b", "Service b")]);
    assert_eq!(lifecycle("service:a"), v1::ResourceLifecycle::Paused, "who paused it is not known");
}

#[tokio::test]
async fn a_report_names_what_has_vanished_and_its_counts_add_up() {
    let catalogue = Catalogue::default();
    send(&catalogue, edition(&[("a", ACTIVE), ("b", ACTIVE)])).await.unwrap();
    catalogue.0.lock().unwrap().resources.get_mut("service:a").unwrap().lifecycle =
        v1::ResourceLifecycle::Paused.into();
    let summary = send(&catalogue, edition(&[("a", ACTIVE)])).await.unwrap();
    let mut report = wishwell_import::Report::default();
    assert!(!report.tell_of(&UploadSummary::default()));
    assert!(report.tell_of(&summary));
    let file = tempfile::NamedTempFile::new().unwrap();
    report.write(file.path()).unwrap();
    let text = std::fs::read_to_string(file.path()).unwrap();
    let lines: Vec<serde_json::Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(
        lines[1..5],
        [
            serde_json::json!({
                "type": "vanished", "stage": "resources", "key": "service:b", "name": "resources/service:b",
                "title": "Service b", "absence": "missing", "standing": "on_offer",
            }),
            serde_json::json!({
                "type": "vanished_counts", "stage": "organizations", "here": 2, "in_directory": 1, "vanished": 1,
                "on_offer": 1, "off": 0, "paused_now": 0,
            }),
            serde_json::json!({
                "type": "vanished_counts", "stage": "resources", "here": 2, "in_directory": 1, "vanished": 1,
                "on_offer": 1, "off": 0, "paused_now": 0,
            }),
            serde_json::json!({
                "type": "paused", "key": "service:a", "name": "resources/service:a", "title": "Service a",
            }),
        ]
    );
}

#[tokio::test]
async fn a_second_import_finds_everything_unchanged() {
    let catalogue = Catalogue::default();
    let first = send(&catalogue, a_plan()).await.unwrap();
    assert_eq!(first.categories, Outcomes { created: 7, ..Outcomes::default() });
    assert_eq!(first.organizations, Outcomes { created: 3, ..Outcomes::default() });
    assert_eq!(first.resources, Outcomes { created: 4, ..Outcomes::default() });
    assert_eq!(first.log_position, 3);
    let second = send(&catalogue, a_plan()).await.unwrap();
    assert_eq!(second.categories, Outcomes { unchanged: 7, ..Outcomes::default() });
    assert_eq!(second.organizations, Outcomes { unchanged: 3, ..Outcomes::default() });
    assert_eq!(second.resources, Outcomes { unchanged: 4, ..Outcomes::default() });
    assert!(second.refusals.is_empty());
}

#[tokio::test]
async fn what_people_decided_on_the_platform_survives_an_import() {
    let catalogue = Catalogue::default();
    send(&catalogue, a_plan()).await.unwrap();
    {
        let mut kept = catalogue.0.lock().unwrap();
        let organization = kept.organizations.get_mut("2").unwrap();
        organization.state = v1::OrganizationState::Suspended.into();
        organization.kind = v1::OrganizationKind::LawFirm.into();
        organization.vetting = Some(v1::Vetting { minors: Some(v1::VettingGrant::default()), home_visits: None });
        let resource = kept.resources.get_mut("30").unwrap();
        resource.lifecycle = v1::ResourceLifecycle::Paused.into();
        resource.unit = "box".to_owned();
        resource.draws = vec![v1::CapacityDraw { quantity_per_unit: 1, ..Default::default() }];
        resource.content = "an old text".to_owned();
    }
    let summary = send(&catalogue, a_plan()).await.unwrap();
    assert_eq!(summary.organizations.unchanged, 3);
    assert_eq!((summary.resources.updated, summary.resources.unchanged), (1, 3));
    let kept = catalogue.0.lock().unwrap();
    assert_eq!(kept.organizations["2"].state(), v1::OrganizationState::Suspended);
    let resource = &kept.resources["30"];
    assert_eq!(
        (resource.lifecycle(), resource.unit.as_str(), resource.draws.len()),
        (v1::ResourceLifecycle::Paused, "box", 1)
    );
    assert!(resource.content.starts_with("State’s food."), "the directory's own words are renewed");
}

#[tokio::test]
async fn an_entry_that_is_refused_stops_no_other() {
    let catalogue = Catalogue::default();
    catalogue.0.lock().unwrap().refused = vec!["31".to_owned(), "airs.YB-9500".to_owned()];
    let summary = send(&catalogue, a_plan()).await.unwrap();
    assert_eq!(summary.categories, Outcomes { created: 6, refused: 1, ..Outcomes::default() });
    assert_eq!(summary.resources, Outcomes { created: 3, refused: 1, ..Outcomes::default() });
    let refused: Vec<(Stage, &str, &str)> =
        summary.refusals.iter().map(|r| (r.stage, r.key.as_str(), r.message.as_str())).collect();
    assert_eq!(
        refused,
        [
            (Stage::Categories, "airs.YB-9500", "airs.YB-9500 breaks a rule"),
            (Stage::Resources, "31", "31 breaks a rule"),
        ]
    );
}

#[tokio::test]
async fn rows_of_which_nothing_was_taken_count_as_refused() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/hsds1_dirty");
    let (directory, mut report) = read(&folder, &Options::default()).unwrap();
    let before = report.clone();
    let catalogue = Catalogue::default();
    catalogue.0.lock().unwrap().refused = vec!["31".to_owned(), "32".to_owned(), "airs.YB-9500".to_owned()];
    let summary = send(&catalogue, plan(&directory, Trust::Verified)).await.unwrap();
    report.refuse(&summary.refusals);
    let rows: Vec<(&str, Vec<(&str, u64)>)> = report
        .refused
        .iter()
        .map(|one| (one.key.as_str(), one.rows.iter().map(|row| (row.file.as_str(), row.row)).collect()))
        .collect();
    assert_eq!(
        rows,
        [
            ("airs.YB-9500", vec![("taxonomy.csv", 7)]),
            (
                "31",
                vec![
                    ("locations.csv", 3),
                    ("physical_addresses.csv", 3),
                    ("regular_schedules.csv", 9),
                    ("services.csv", 3),
                    ("services_at_location.csv", 3),
                ]
            ),
            (
                "32",
                vec![
                    ("locations.csv", 4),
                    ("physical_addresses.csv", 4),
                    ("services.csv", 4),
                    ("services_at_location.csv", 4),
                    ("services_taxonomy.csv", 6),
                ]
            ),
        ],
        "the organization of both is there, and what the other resources are made of"
    );
    assert!(report.counts.iter().all(FileCounts::adds_up), "{:?}", report.counts);
    let (total, was) = (report.total(), before.total());
    assert_eq!((total.read, total.merged, total.set_aside, total.refused), (was.read, was.merged, was.set_aside, 11));
    assert_eq!(total.clean + total.repaired + 11, was.clean + was.repaired);
    report.refuse(&summary.refusals);
    assert_eq!(report.total().refused, 11, "a row is refused once");
    let file = tempfile::NamedTempFile::new().unwrap();
    report.write(file.path()).unwrap();
    let text = std::fs::read_to_string(file.path()).unwrap();
    let line = text.lines().find(|line| line.contains("\"refused\"") && line.contains("airs.YB-9500")).unwrap();
    assert_eq!(
        serde_json::from_str::<serde_json::Value>(line).unwrap(),
        serde_json::json!({
            "type": "refused", "stage": "categories", "key": "airs.YB-9500", "message": "airs.YB-9500 breaks a rule",
            "rows": [{"file": "taxonomy.csv", "row": 7}],
        })
    );
}

#[tokio::test]
async fn a_server_that_is_away_is_asked_again_with_the_same_request_id() {
    let catalogue = Catalogue::default();
    catalogue.0.lock().unwrap().away = 2;
    let summary = send(&catalogue, a_plan()).await.unwrap();
    assert_eq!(summary.categories.created, 7);
    let kept = catalogue.0.lock().unwrap();
    let mut times: Vec<usize> = kept.answered.values().copied().collect();
    times.sort_unstable();
    assert_eq!(times, [1, 1, 3]);
}

#[tokio::test]
async fn a_server_that_stays_away_or_denies_ends_the_upload_and_says_where() {
    let catalogue = Catalogue::default();
    catalogue.0.lock().unwrap().away = 100;
    let error = send(&catalogue, a_plan()).await.unwrap_err();
    assert!(error.to_string().starts_with("BatchUpsertCategories failed at entry 1 of 7"), "{error}");
    assert_eq!(catalogue.0.lock().unwrap().calls, 5);
    let catalogue = Catalogue::default();
    catalogue.0.lock().unwrap().denied = true;
    assert!(matches!(send(&catalogue, a_plan()).await, Err(ImportError::Call { .. })));
    assert_eq!(catalogue.0.lock().unwrap().calls, 1, "a denial is not asked again");
}

#[tokio::test]
async fn progress_counts_up_to_the_whole_of_each_stage() {
    let mut seen: Vec<Progress> = Vec::new();
    let told = &mut |progress| seen.push(progress);
    upload(client(&Catalogue::default()), a_plan(), OnVanished::Keep, told).await.unwrap();
    for (stage, total) in [(Stage::Categories, 7), (Stage::Organizations, 3), (Stage::Resources, 4)] {
        let of: Vec<&Progress> = seen.iter().filter(|progress| progress.stage == stage).collect();
        assert_eq!((of.first().unwrap().done, of.last().unwrap().done, of.last().unwrap().total), (0, total, total));
    }
}

#[tokio::test]
async fn many_large_entries_are_sent_in_batches_within_the_bounds() {
    let mut plan = a_plan();
    let one = plan.resources[0].clone();
    plan.resources = (0..1_200)
        .map(|at| {
            let mut resource = one.clone();
            resource.external.as_mut().unwrap().external_id = format!("{at}");
            resource.content = "x".repeat(4_000);
            resource
        })
        .collect();
    let catalogue = Catalogue::default();
    let summary = send(&catalogue, plan).await.unwrap();
    assert_eq!(summary.resources.created, 1_200);
    assert_eq!(catalogue.0.lock().unwrap().calls, 2 + 7, "768 KiB a batch");
}
