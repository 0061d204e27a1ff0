//! Sends a plan to a running server: in batches, again when it pays to, around entries that the server refuses.

use std::collections::{HashMap, HashSet};
use std::future::Future;
use std::time::Duration;

use prost::Message;
use serde::Serialize;
use tonic::body::Body;
use tonic::client::GrpcService;
use tonic::codegen;
use tonic::{Code, Status};
use uuid::Uuid;
use wishwell_api::v1;
use wishwell_api::v1::catalog_service_client::CatalogServiceClient;

use crate::error::ImportError;
use crate::plan::Plan;
use crate::vanished::{Here, OnVanished, PausedHere, Standing, Vanished, VanishedCounts};

/// Most entries of one batch, as the API takes them.
const BATCH_ENTRIES_MAX: usize = 500;
/// Most bytes of one batch: within the API's bound of 1 MiB, with room for what frames them.
const BATCH_BYTES_MAX: usize = 768 * 1024;
/// How often a batch is sent when the server is away or too busy.
const ATTEMPTS_MAX: u32 = 5;
/// How long to wait before a batch is sent again; doubled each time.
const RETRY_WAIT: Duration = Duration::from_millis(200);
/// Entries of one page when what is there already is read.
const PAGE_SIZE: i32 = 250;

/// Any error as clients pass it on.
type AnyError = Box<dyn std::error::Error + Send + Sync>;

/// What calls go over: a channel to a server, or whatever else carries them.
pub trait Connection:
    GrpcService<
        Body,
        Error: Into<AnyError>,
        Future: Send,
        ResponseBody: codegen::Body<Data = codegen::Bytes, Error: Into<AnyError> + Send> + Send + 'static,
    > + Clone
    + Send
    + 'static
{
}

impl<T> Connection for T where
    T: GrpcService<
            Body,
            Error: Into<AnyError>,
            Future: Send,
            ResponseBody: codegen::Body<Data = codegen::Bytes, Error: Into<AnyError> + Send> + Send + 'static,
        > + Clone
        + Send
        + 'static
{
}

/// What is being sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// What is there already is read.
    Existing,
    /// Categories.
    Categories,
    /// Organizations.
    Organizations,
    /// Resources.
    Resources,
    /// Resources that the directory has no more are paused.
    Vanished,
}

impl Stage {
    /// Name for people, and in reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Existing => "existing",
            Self::Categories => "categories",
            Self::Organizations => "organizations",
            Self::Resources => "resources",
            Self::Vanished => "vanished",
        }
    }
}

/// How far an upload is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// What is being sent.
    pub stage: Stage,
    /// Entries of this stage that are done.
    pub done: usize,
    /// Entries of this stage in all; 0 while that is not known.
    pub total: usize,
}

/// What the server did with the entries of one kind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Outcomes {
    /// New entries.
    pub created: usize,
    /// Changed entries.
    pub updated: usize,
    /// Entries that were there just so.
    pub unchanged: usize,
    /// Entries that the server did not take.
    pub refused: usize,
}

/// An entry that the server did not take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// What it is.
    pub stage: Stage,
    /// Its key, or its code.
    pub key: String,
    /// Why, as the server says it.
    pub message: String,
    /// The status that it answered.
    pub code: Code,
    /// What came with it: its reason, and each violation.
    pub details: Vec<u8>,
}

impl Refusal {
    fn new(stage: Stage, key: String, status: &Status) -> Self {
        let (message, details) = (status.message().to_owned(), status.details().to_vec());
        Self { stage, key, message, code: status.code(), details }
    }

    /// The refusal as the server answered it.
    #[must_use]
    pub fn status(&self) -> Status {
        Status::with_details(self.code, &self.message, self.details.clone().into())
    }
}

/// What an upload did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UploadSummary {
    /// Categories.
    pub categories: Outcomes,
    /// Organizations.
    pub organizations: Outcomes,
    /// Resources.
    pub resources: Outcomes,
    /// Entries that were not taken, each with the reason.
    pub refusals: Vec<Refusal>,
    /// What the directory has no more: organizations, then resources, by key.
    pub vanished: Vec<Vanished>,
    /// How the organizations add up that were here before.
    pub organizations_here: VanishedCounts,
    /// How the resources add up that were here before.
    pub resources_here: VanishedCounts,
    /// Resources that the directory offers and that are paused here, by key.
    pub paused: Vec<PausedHere>,
    /// Log position of the last write; 0 when nothing was written.
    pub log_position: i64,
}

/// Sends a plan. What people of this platform have decided about entries that are there already stays: the state and vetting of an
/// organization, its kind, division and credit code; what a resource draws on, its unit and division, and that it is paused.
///
/// What came from the same source before and is not in the plan is in the summary, and paused where the directory says that it has ended,
/// or where `on_vanished` says so. Entries of other sources are never touched.
///
/// # Errors
/// [`ImportError::Call`] when the server cannot be reached, denies the call or fails; what was sent until then is stored, and the same
/// upload may simply be started again. Entries that break a rule stop nothing: they are in [`UploadSummary::refusals`].
pub async fn upload<T: Connection>(
    client: CatalogServiceClient<T>,
    mut plan: Plan,
    on_vanished: OnVanished,
    progress: &mut (dyn FnMut(Progress) + Send),
) -> Result<UploadSummary, ImportError> {
    let here = here(&client, &plan, progress).await?;
    // Before the plan says what stays paused.
    let (vanished, paused) = (here.vanished(&plan), here.paused(&plan));
    keep_decisions(&mut plan, &here);
    let mut summary = UploadSummary { vanished, paused, ..UploadSummary::default() };
    let categories =
        Batches { stage: Stage::Categories, call: "BatchUpsertCategories", key: |one: &v1::Category| one.code.clone() };
    summary.categories = categories
        .send(&plan.categories, &mut summary, progress, |categories, request_id| {
            let mut client = client.clone();
            async move {
                let request = v1::BatchUpsertCategoriesRequest { categories, request_id };
                let answer = client.batch_upsert_categories(request).await?.into_inner();
                Ok((answer.results, answer.log_position))
            }
        })
        .await?;
    let key = |one: &v1::Organization| external_id(one.external.as_ref());
    let organizations = Batches { stage: Stage::Organizations, call: "BatchUpsertOrganizations", key };
    summary.organizations = organizations
        .send(&plan.organizations, &mut summary, progress, |organizations, request_id| {
            let mut client = client.clone();
            async move {
                let request = v1::BatchUpsertOrganizationsRequest { organizations, request_id };
                let answer = client.batch_upsert_organizations(request).await?.into_inner();
                Ok((answer.results, answer.log_position))
            }
        })
        .await?;
    let resources = Batches {
        stage: Stage::Resources,
        call: "BatchUpsertResources",
        key: |one: &v1::Resource| external_id(one.external.as_ref()),
    };
    summary.resources = resources
        .send(&plan.resources, &mut summary, progress, |resources, request_id| {
            let mut client = client.clone();
            async move {
                let request = v1::BatchUpsertResourcesRequest { resources, request_id };
                let answer = client.batch_upsert_resources(request).await?.into_inner();
                Ok((answer.results, answer.log_position))
            }
        })
        .await?;
    pause(&client, &mut summary, on_vanished, progress).await?;
    here.follow(&plan, &mut summary.vanished);
    let gone = |stage| summary.vanished.iter().filter(|one| one.stage == stage).count();
    let still = |stage, here: usize| VanishedCounts::of(stage, here - gone(stage), &summary.vanished);
    summary.organizations_here = still(Stage::Organizations, here.organizations.len());
    summary.resources_here = still(Stage::Resources, here.resources.len());
    Ok(summary)
}

/// Pauses what has vanished, one by one: nothing else of it is touched, whatever has become of it meanwhile.
async fn pause<T: Connection>(
    client: &CatalogServiceClient<T>,
    summary: &mut UploadSummary,
    on_vanished: OnVanished,
    progress: &mut (dyn FnMut(Progress) + Send),
) -> Result<(), ImportError> {
    let meant: Vec<&mut Vanished> =
        summary.vanished.iter_mut().filter(|one| one.is_to_be_paused(on_vanished)).collect();
    let total = meant.len();
    for (done, one) in meant.into_iter().enumerate() {
        progress(Progress { stage: Stage::Vanished, done, total });
        let name = one.name.clone();
        let call = |request_id| {
            let (mut client, name) = (client.clone(), name.clone());
            async move {
                let lifecycle = v1::ResourceLifecycle::Paused.into();
                let request = v1::UpdateResourceRequest {
                    name,
                    resource: Some(v1::Resource { lifecycle, ..v1::Resource::default() }),
                    update_mask: Some(prost_types::FieldMask { paths: vec!["lifecycle".to_owned()] }),
                    etag: String::new(),
                    request_id,
                };
                Ok(client.update_resource(request).await?.into_inner().log_position)
            }
        };
        match patiently(call).await {
            Ok(log_position) => {
                summary.log_position = summary.log_position.max(log_position);
                one.standing = Standing::PausedNow;
            }
            Err(status) if is_about_entries(&status) => {
                summary.refusals.push(Refusal::new(Stage::Vanished, one.key.clone(), &status));
            }
            Err(status) => {
                let (call, first, status) = ("UpdateResource", done + 1, Box::new(status));
                return Err(ImportError::Call { call, first, total, status });
            }
        }
        progress(Progress { stage: Stage::Vanished, done: done + 1, total });
    }
    Ok(())
}

fn external_id(external: Option<&v1::ExternalId>) -> String {
    external.map(|external| external.external_id.clone()).unwrap_or_default()
}

/// How the entries of one kind are sent.
struct Batches<M> {
    stage: Stage,
    call: &'static str,
    key: fn(&M) -> String,
}

impl<M: Message + Clone> Batches<M> {
    /// Sends all entries. A batch that the server finds invalid is halved until the entries that are to blame stand alone.
    async fn send<F, A>(
        &self,
        entries: &[M],
        summary: &mut UploadSummary,
        progress: &mut (dyn FnMut(Progress) + Send),
        call: F,
    ) -> Result<Outcomes, ImportError>
    where
        F: Fn(Vec<M>, String) -> A,
        A: Future<Output = Result<(Vec<v1::UpsertResult>, i64), Status>>,
    {
        let total = entries.len();
        let mut outcomes = Outcomes::default();
        let mut done = 0;
        // The next range to send is the last of the list.
        let mut ranges: Vec<std::ops::Range<usize>> = ranges(entries);
        ranges.reverse();
        progress(Progress { stage: self.stage, done, total });
        while let Some(range) = ranges.pop() {
            match patiently(|id| call(entries[range.clone()].to_vec(), id)).await {
                Ok((results, log_position)) => {
                    summary.log_position = summary.log_position.max(log_position);
                    results.iter().for_each(|result| outcomes.count(result));
                    done += range.len();
                    progress(Progress { stage: self.stage, done, total });
                }
                Err(status) if !is_about_entries(&status) => {
                    return Err(ImportError::Call {
                        call: self.call,
                        first: range.start + 1,
                        total,
                        status: Box::new(status),
                    });
                }
                Err(status) if range.len() == 1 => {
                    let key = (self.key)(&entries[range.start]);
                    summary.refusals.push(Refusal::new(self.stage, key, &status));
                    outcomes.refused += 1;
                    done += 1;
                    progress(Progress { stage: self.stage, done, total });
                }
                Err(_) => {
                    let middle = range.start + range.len() / 2;
                    ranges.push(middle..range.end);
                    ranges.push(range.start..middle);
                }
            }
        }
        Ok(outcomes)
    }
}

impl Outcomes {
    fn count(&mut self, result: &v1::UpsertResult) {
        match result.outcome() {
            v1::UpsertOutcome::Created => self.created += 1,
            v1::UpsertOutcome::Updated => self.updated += 1,
            v1::UpsertOutcome::Unchanged | v1::UpsertOutcome::Unspecified => self.unchanged += 1,
        }
    }
}

/// Whether the server's complaint is about what stands in the batch, so that other entries may fare better.
fn is_about_entries(status: &Status) -> bool {
    matches!(
        status.code(),
        Code::InvalidArgument | Code::NotFound | Code::FailedPrecondition | Code::AlreadyExists | Code::OutOfRange
    )
}

/// Cuts entries into batches within the bounds of entries and bytes.
fn ranges<M: Message>(entries: &[M]) -> Vec<std::ops::Range<usize>> {
    let mut ranges = Vec::new();
    let (mut start, mut bytes) = (0, 0);
    for (at, entry) in entries.iter().enumerate() {
        let size = entry.encoded_len() + 8;
        if at > start && (at - start == BATCH_ENTRIES_MAX || bytes + size > BATCH_BYTES_MAX) {
            ranges.push(start..at);
            (start, bytes) = (at, 0);
        }
        bytes += size;
    }
    if start < entries.len() {
        ranges.push(start..entries.len());
    }
    ranges
}

/// Calls, and calls again with the same request id when the server is away or too busy: at most one of them has an effect.
async fn patiently<R, A>(call: impl Fn(String) -> A) -> Result<R, Status>
where
    A: Future<Output = Result<R, Status>>,
{
    let request_id = Uuid::new_v4().to_string();
    let mut wait = RETRY_WAIT;
    let mut attempt = 1;
    loop {
        match call(request_id.clone()).await {
            Err(status) if attempt < ATTEMPTS_MAX && is_passing(&status) => {
                tokio::time::sleep(wait).await;
                wait *= 2;
                attempt += 1;
            }
            answer => return answer,
        }
    }
}

fn is_passing(status: &Status) -> bool {
    matches!(status.code(), Code::Unavailable | Code::Aborted | Code::ResourceExhausted | Code::DeadlineExceeded)
}

/// Reads what is there already from the same source.
async fn here<T: Connection>(
    client: &CatalogServiceClient<T>,
    plan: &Plan,
    progress: &mut (dyn FnMut(Progress) + Send),
) -> Result<Here, ImportError> {
    let organizations = pages("ListOrganizations", progress, |page_token| {
        let mut client = client.clone();
        async move {
            let request = v1::ListOrganizationsRequest { page_size: PAGE_SIZE, page_token, ..Default::default() };
            let answer = client.list_organizations(request).await?.into_inner();
            Ok((answer.organizations, answer.next_page_token))
        }
    })
    .await?;
    let verified = organizations.iter().filter(|one| one.state() == v1::OrganizationState::Verified);
    let verified: HashSet<String> = verified.map(|one| one.name.clone()).collect();
    let organizations = by_key(organizations, &plan.source, |one: &v1::Organization| one.external.clone());
    if organizations.is_empty() {
        return Ok(Here::default());
    }
    let resources = pages("ListResources", progress, |page_token| {
        let mut client = client.clone();
        async move {
            let request = v1::ListResourcesRequest { page_size: PAGE_SIZE, page_token, ..Default::default() };
            let answer = client.list_resources(request).await?.into_inner();
            Ok((answer.resources, answer.next_page_token))
        }
    })
    .await?;
    let mut active: HashMap<String, Vec<String>> = HashMap::new();
    for one in resources.iter().filter(|one| one.lifecycle() != v1::ResourceLifecycle::Paused) {
        active.entry(one.organization.clone()).or_default().push(one.name.clone());
    }
    let resources = by_key(resources, &plan.source, |one: &v1::Resource| one.external.clone());
    Ok(Here { organizations, resources, verified, active })
}

/// Carries over what an import must not undo.
fn keep_decisions(plan: &mut Plan, here: &Here) {
    for organization in &mut plan.organizations {
        if let Some(have) = here.organizations.get(&external_id(organization.external.as_ref())) {
            keep_organization(organization, have);
        }
    }
    for resource in &mut plan.resources {
        if let Some(have) = here.resources.get(&external_id(resource.external.as_ref())) {
            keep_resource(resource, have);
        }
    }
}

fn keep_organization(organization: &mut v1::Organization, have: &v1::Organization) {
    organization.state = have.state;
    organization.kind = have.kind;
    organization.vetting.clone_from(&have.vetting);
    organization.division.clone_from(&have.division);
    organization.social_credit_code.clone_from(&have.social_credit_code);
}

fn keep_resource(resource: &mut v1::Resource, have: &v1::Resource) {
    resource.draws.clone_from(&have.draws);
    resource.unit.clone_from(&have.unit);
    resource.division.clone_from(&have.division);
    if have.lifecycle() == v1::ResourceLifecycle::Paused {
        resource.lifecycle = have.lifecycle;
    }
}

/// Reads all pages of a list.
async fn pages<M, F, A>(
    call: &'static str,
    progress: &mut (dyn FnMut(Progress) + Send),
    page: F,
) -> Result<Vec<M>, ImportError>
where
    F: Fn(String) -> A,
    A: Future<Output = Result<(Vec<M>, String), Status>>,
{
    let mut all = Vec::new();
    let mut token = String::new();
    loop {
        let (mut entries, next) = patiently(|_| page(token.clone())).await.map_err(|status| ImportError::Call {
            call,
            first: all.len() + 1,
            total: 0,
            status: Box::new(status),
        })?;
        all.append(&mut entries);
        progress(Progress { stage: Stage::Existing, done: all.len(), total: 0 });
        if next.is_empty() {
            return Ok(all);
        }
        token = next;
    }
}

fn by_key<M>(entries: Vec<M>, source: &str, external: fn(&M) -> Option<v1::ExternalId>) -> HashMap<String, M> {
    let keyed = entries.into_iter().filter_map(|entry| Some((external(&entry)?, entry)));
    keyed
        .filter(|(external, _)| external.source == source)
        .map(|(external, entry)| (external.external_id, entry))
        .collect()
}
