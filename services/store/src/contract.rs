//! What a store promises. Each method says what it does and what it does not; the conformance suite holds every
//! implementation to all of it, concurrency included.

use std::collections::HashMap;

use async_trait::async_trait;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use wishwell_domain::beneficiary::{Beneficiary, GroupTag, Household, WrappedKey};
use wishwell_domain::capacity_pool::{CapacityPool, PoolKind};
use wishwell_domain::category::Category;
use wishwell_domain::division::Division;
use wishwell_domain::event::{Change, Event, Mark};
use wishwell_domain::geo::Point;
use wishwell_domain::ids::{
    BeneficiaryId, CapacityPoolId, CategoryCode, DivisionCode, ExternalId, HouseholdId, LogPosition, NeedId,
    OrganizationId, ResourceId, TenantId, Version,
};
use wishwell_domain::need::{Channel, Need, NeedState, Urgency};
use wishwell_domain::organization::{Organization, OrganizationKind, OrganizationState};
use wishwell_domain::publication::Lack;
use wishwell_domain::resource::{Resource, ResourceLifecycle};

use crate::error::StoreError;
use crate::ledger::Ledger;
use crate::notifications::Notifications;
use crate::rounds::Rounds;
use crate::tallies::Tallies;

/// Identifies one request of one caller, for writes that must have one effect however often they are sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestKey {
    /// Full method name.
    pub method: &'static str,
    /// The caller's `request_id`.
    pub request_id: Uuid,
    /// SHA-256 of the request's body.
    pub body_digest: [u8; 32],
}

/// On whose behalf a write happens.
#[derive(Debug, Clone)]
pub struct WriteContext {
    /// Whose data.
    pub tenant: TenantId,
    /// The principal's name; goes to the log.
    pub principal: String,
    /// There when the caller sent a request id.
    pub request: Option<RequestKey>,
}

/// How an entity is put.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WriteMode {
    /// New; an existing id, code or external identity is refused with [`StoreError::AlreadyExists`].
    Create,
    /// New, unless its external identity (categories and divisions: its code) is known, or a need came in with its request before: then nothing
    /// changes and the known entity is the outcome. A request id under which another need came in, by [`Need::may_be`] or because the external
    /// identity is another one's, is refused with [`StoreError::RequestIdReused`].
    CreateOrGet,
    /// Known by id (or code), and a new version even when nothing differs; with `expected`, only from that version, otherwise [`StoreError::VersionMismatch`].
    Update {
        /// The version the caller believes to be current.
        expected: Option<Version>,
    },
    /// By external identity (categories and divisions: by code): created, updated, or left alone when nothing differs but
    /// the fields the store sets. The id, times and version given are ignored when the entity is known; an organization
    /// that is known keeps its state and vetting, a pool its `pending` and `committed` (and the periods that have some).
    /// An entity without external identity is known by its id. An id that is known under another external identity is
    /// refused with [`StoreError::AlreadyExists`].
    Upsert,
}

/// One change asked for.
#[derive(Debug, Clone)]
// Nearly all of them are puts: a box around each entity would cost a batch more than it saves the others.
#[expect(clippy::large_enum_variant)]
pub enum Mutation {
    /// Puts an entity. The store sets `version`, `created_at` and `updated_at` (by the database's clock).
    /// [`Change::BeneficiaryErased`] is not put this way but by [`Mutation::EraseBeneficiary`], and [`Change::Referral`] by the
    /// [`Ledger`] alone, which also keeps the figures of pools and items that follow from referrals.
    /// Refused with [`StoreError::Outdated`] are a need that is a wish while its beneficiary withholds wishes, or any member of the household
    /// that it names alone, and a beneficiary that begins to withhold them, or joins a household withholding them, while one of its needs is a
    /// wish, or one of the household alone: the puts before it take wishes back, and one that is published meanwhile has them made anew.
    /// A beneficiary that joins or leaves a household changes the household too, in the same write: it has a new version, and an event
    /// after those of the mutations unless one of them puts it.
    Put {
        /// The entity as it shall be.
        entity: Change,
        /// How.
        mode: WriteMode,
    },
    /// Keeps the wrapped key that opens what is sealed in `subject` (a full resource name). Not part of the log.
    /// An existing key stays. Refused with [`StoreError::Erased`] for an erased beneficiary and its needs, and for an erased need.
    PutKey {
        /// Whose key.
        subject: String,
        /// The key.
        key: WrappedKey,
    },
    /// Destroys the key of a beneficiary and those of its needs, clears sealed fields, the digest and the exact places of
    /// needs whose division is known, in the tables and in logged after-images, and logs that it happened. Erasing twice is
    /// erasing once. Afterwards the beneficiary takes no more changes, and its needs no sealed fields; they can still be
    /// closed. The one event stands for all of it: the
    /// beneficiary's next version without what was cleared, and its needs, in their versions, without theirs. Refused with
    /// [`StoreError::Outdated`] while one of its needs is a wish: the puts before it take wishes back, and one that is published meanwhile
    /// has them made anew.
    EraseBeneficiary {
        /// Whose.
        id: BeneficiaryId,
    },
    /// Destroys the key of a need that names no beneficiary, clears what was sealed with it, the exact place and the wish, in the tables and in
    /// logged after-images, and logs the need as it is then. Erasing twice is erasing once.
    /// Afterwards it takes no more puts and nothing sealed; what the ledger counts in it goes on. Refused with [`StoreError::Outdated`]
    /// when it names a beneficiary, whose erasure is its own, or is open, so that offers may be under way for it: whoever decided
    /// to erase it has to look again.
    EraseNeed {
        /// Which.
        id: NeedId,
        /// Only from this version, otherwise [`StoreError::VersionMismatch`].
        expected: Option<Version>,
    },
}

/// What a put did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// A new entity.
    Created,
    /// A known entity changed.
    Updated,
    /// A known entity stayed as it was; nothing was logged for it.
    Unchanged,
}

/// The result of one [`Mutation`], in the order asked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Outcome {
    /// What happened.
    pub effect: Effect,
    /// The entity as it now is; none for [`Mutation::PutKey`].
    pub after: Option<Change>,
}

/// An answered write. When it is answered it is durable (unless the store was opened with relaxed durability).
#[derive(Debug, Clone, PartialEq)]
pub struct Written {
    /// One for each mutation.
    pub outcomes: Vec<Outcome>,
    /// The tenant's log position after the write (its current one, when nothing changed).
    pub position: LogPosition,
    /// Whether this is the stored answer to an earlier request with the same key.
    pub replayed: bool,
    /// What this [`Store::answer_once`] answered, or what it or [`Store::keep_answer`] kept with the earlier request; none for a new write.
    pub kept: Option<serde_json::Value>,
}

/// Which entities a list shows. Empty fields do not restrict.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct OrganizationFilter {
    /// The one with this external identity.
    pub external: Option<ExternalId>,
    /// State.
    pub state: Option<OrganizationState>,
    /// Kind.
    pub kind: Option<OrganizationKind>,
    /// Seat, exactly one of these.
    pub divisions: Vec<DivisionCode>,
    /// Where it came from.
    pub source: Option<String>,
    /// Part of the name in either language; ASCII letters in either case.
    pub name_contains: Option<String>,
}

/// Which resources a list shows.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ResourceFilter {
    /// The one with this external identity.
    pub external: Option<ExternalId>,
    /// Whose.
    pub organization: Option<OrganizationId>,
    /// In any of these categories (the caller expands the subtree).
    pub categories: Vec<CategoryCode>,
    /// In any of these divisions (the caller expands the subtree).
    pub divisions: Vec<DivisionCode>,
    /// Offered or not.
    pub lifecycle: Option<ResourceLifecycle>,
    /// Where it came from.
    pub source: Option<String>,
    /// Part of the title in either language; ASCII letters in either case.
    pub title_contains: Option<String>,
    /// Drawing on a pool that is pledged, or on none.
    pub pledged: Option<bool>,
}

/// Which pools a list shows.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct CapacityPoolFilter {
    /// The one with this external identity.
    pub external: Option<ExternalId>,
    /// Whose.
    pub organization: Option<OrganizationId>,
    /// Kind.
    pub kind: Option<PoolKind>,
    /// Last confirmed before then.
    pub confirmed_before: Option<Timestamp>,
    /// Pledged or not.
    pub pledged: Option<bool>,
    /// With a known total of which at most a tenth is left: of the pool, or of a period that begins on this day or later. Pledges have nothing
    /// that could run out.
    pub running_low_from: Option<Date>,
}

/// Which needs a list shows.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct NeedFilter {
    /// The one with this external identity.
    pub external: Option<ExternalId>,
    /// The one that came in with this request.
    pub request_id: Option<Uuid>,
    /// In any of these states.
    pub states: Vec<NeedState>,
    /// Urgency.
    pub urgency: Option<Urgency>,
    /// Way in.
    pub channel: Option<Channel>,
    /// With an item in any of these categories (the caller expands the subtree).
    pub categories: Vec<CategoryCode>,
    /// In any of these divisions (the caller expands the subtree).
    pub divisions: Vec<DivisionCode>,
    /// Whose.
    pub beneficiary: Option<BeneficiaryId>,
    /// Which household's.
    pub household: Option<HouseholdId>,
    /// Only those in no division that is known.
    pub without_division: bool,
    /// Only open ones for which help comes too late by now, by the database's clock.
    pub overdue_only: bool,
    /// With a referral that is disputed, or without one.
    pub disputed: Option<bool>,
    /// Only those published as a wish, by their lots instead of their ids: the order tells nothing of when they came.
    pub wishes_only: bool,
    /// Published with any of these places (the caller expands the subtree).
    pub wish_divisions: Vec<DivisionCode>,
    /// Only those with an item, in one of the categories when there are some, of which something is neither referred nor served.
    pub wanting_only: bool,
}

/// Which beneficiaries a list shows.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct BeneficiaryFilter {
    /// The one with this external identity.
    pub external: Option<ExternalId>,
    /// Of which households; of any when there is none.
    pub households: Vec<HouseholdId>,
    /// Living in any of these divisions (the caller expands the subtree).
    pub residence_divisions: Vec<DivisionCode>,
    /// With this keyed digest of the identity number.
    pub identity_digest: Option<String>,
    /// Of this group.
    pub group_tag: Option<GroupTag>,
}

/// One page of a list. Lists are ordered by id, where nothing else is said; ids of version 7 are in order of creation.
#[derive(Debug, Clone, PartialEq)]
pub struct PageRequest<P = Uuid> {
    /// Continue after this place.
    pub after: Option<P>,
    /// At most so many, 1..=`PAGE_SIZE_MAX`.
    pub limit: usize,
}

/// Entities of one page, and where the next one starts.
#[derive(Debug, Clone, PartialEq)]
pub struct Page<T, P = Uuid> {
    /// The entities.
    pub entries: Vec<T>,
    /// Pass as `after` for the next page; none at the end.
    pub next_after: Option<P>,
}

/// What a tenant's snapshot is built from, all of one moment or later: `position` is read first, so that applying the log
/// after it (each event is a whole after-image) arrives at the truth.
#[derive(Debug, Clone, Default)]
pub struct Catalog {
    /// The log position from which to follow.
    pub position: LogPosition,
    /// What stands there; none at 0.
    pub mark: Option<Mark>,
    /// All categories.
    pub categories: Vec<Category>,
    /// All divisions.
    pub divisions: Vec<Division>,
    /// All organizations.
    pub organizations: Vec<Organization>,
    /// All resources. `content`, `responsible_party` and `service_standard` are left empty: ranking does not need them.
    pub resources: Vec<Resource>,
    /// All pools.
    pub capacity_pools: Vec<CapacityPool>,
    /// Needs that are open or partly served. Sealed fields are left out.
    pub open_needs: Vec<Need>,
}

/// Events after a position, and what stands at that position.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct LogPage {
    /// What stands at the position itself; none at 0, and beyond the log's end. Whoever followed the log to there finds what it had found, or
    /// the log is another one.
    pub before: Option<Mark>,
    /// The events, in order.
    pub events: Vec<Event>,
}

/// Told while a catalogue loads: entities read so far, and of how many; 0 of 0 while nobody has counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LoadProgress {
    /// Read so far.
    pub done: u64,
    /// Of how many.
    pub total: u64,
}

/// What likely duplicates of a new need are looked for by. A duplicate meets every restriction given (`exclude`, `categories`, `until`,
/// `within`) and at least one of the likenesses given (`beneficiary`, `household`, `place` or `division`).
#[derive(Debug, Clone, Default)]
pub struct DuplicateQuery {
    /// The need itself, left out of the result.
    pub exclude: Option<NeedId>,
    /// Same beneficiary, or one with the same identity digest.
    pub beneficiary: Option<BeneficiaryId>,
    /// Same household: the one that the need names, else that of its beneficiary.
    pub household: Option<HouseholdId>,
    /// At most `DUPLICATE_DISTANCE_METRES_MAX` from this place.
    pub place: Option<Point>,
    /// In this division, when there is no place.
    pub division: Option<DivisionCode>,
    /// Where nothing but the place or division is alike: submitted after then.
    pub since: Option<Timestamp>,
    /// With an item in one of these categories.
    pub categories: Vec<CategoryCode>,
    /// Submitted then or before.
    pub until: Option<Timestamp>,
    /// In one of these divisions; empty means anywhere.
    pub within: Vec<DivisionCode>,
}

/// Which backend a store is, for banners and `doctor`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoreDescription {
    /// `sqlite` or `postgresql`.
    pub backend: &'static str,
    /// Version of the database.
    pub backend_version: String,
    /// File or host and database, without credentials.
    pub location: String,
    /// What an answered write survives, in words.
    pub durability: String,
    /// Version of the schema.
    pub schema_version: i64,
}

/// Remembers everything. Cheap to clone behind an `Arc`; every method may be called from many tasks at once.
///
/// A store promises: tenants never see each other; a write is all of its mutations or none; the log is gap-free and its
/// order is the order of commits, so a reader that has seen position `n` never misses one below it; named constraints of
/// the database come back as [`StoreError`] kinds, and nothing of a driver escapes.
///
/// A store does not promise: an order among writes of different tenants, or that reads see a write of another replica
/// before it is answered there.
#[async_trait]
pub trait Store: Ledger + Rounds + Tallies + Notifications {
    /// Which backend this is.
    fn describe(&self) -> StoreDescription;

    /// The present by the database's clock.
    async fn now(&self) -> Result<Timestamp, StoreError>;

    /// Tenants that have anything, in order.
    async fn tenants(&self) -> Result<Vec<TenantId>, StoreError>;

    /// All mutations in one transaction, or none. With a request key that came before, the stored outcomes of that time,
    /// unless the body differs: then [`StoreError::RequestIdReused`]. Duplicates sent at once wait for each other.
    async fn write(&self, context: &WriteContext, mutations: Vec<Mutation>) -> Result<Written, StoreError>;

    /// The stored answer to an earlier request with this key, without writing anything.
    async fn answered(&self, context: &WriteContext) -> Result<Option<Written>, StoreError>;

    /// Keeps what else a request was answered than what it wrote, such as what was found right after, with its stored
    /// outcomes and for as long. The first answer kept stays: what comes back is what is kept, of whichever call, so that calls
    /// with the same key answer the same. It is durable like a write, but no part of the log. Without a request key, and for a
    /// request whose outcomes are not stored (any more), nothing is kept and `answer` comes back.
    ///
    /// Nothing that identifies a beneficiary belongs into it: an erasure does not reach it.
    async fn keep_answer(
        &self,
        context: &WriteContext,
        answer: serde_json::Value,
    ) -> Result<serde_json::Value, StoreError>;

    /// Answers a request that changes nothing, such as one that is refused for good, in the transaction that claims its key: whenever it
    /// comes again, as this or as a write, it is answered the same. Where it was answered before, that answer comes back. Without a
    /// request key nothing is kept. What does not belong into `answer` is told at [`Store::keep_answer`].
    async fn answer_once(&self, context: &WriteContext, answer: serde_json::Value) -> Result<Written, StoreError>;

    /// One category.
    async fn category(&self, tenant: &TenantId, code: &CategoryCode) -> Result<Option<Category>, StoreError>;
    /// One division.
    async fn division(&self, tenant: &TenantId, code: &DivisionCode) -> Result<Option<Division>, StoreError>;
    /// One organization.
    async fn organization(&self, tenant: &TenantId, id: OrganizationId) -> Result<Option<Organization>, StoreError>;
    /// One resource.
    async fn resource(&self, tenant: &TenantId, id: ResourceId) -> Result<Option<Resource>, StoreError>;
    /// One pool.
    async fn capacity_pool(&self, tenant: &TenantId, id: CapacityPoolId) -> Result<Option<CapacityPool>, StoreError>;
    /// One beneficiary.
    async fn beneficiary(&self, tenant: &TenantId, id: BeneficiaryId) -> Result<Option<Beneficiary>, StoreError>;
    /// The beneficiaries of these ids that are known, as [`Store::needs`].
    async fn beneficiaries(&self, tenant: &TenantId, ids: &[BeneficiaryId]) -> Result<Vec<Beneficiary>, StoreError>;
    /// One household.
    async fn household(&self, tenant: &TenantId, id: HouseholdId) -> Result<Option<Household>, StoreError>;
    /// The households of these ids that are known, as [`Store::needs`].
    async fn households(&self, tenant: &TenantId, ids: &[HouseholdId]) -> Result<Vec<Household>, StoreError>;
    /// One need.
    async fn need(&self, tenant: &TenantId, id: NeedId) -> Result<Option<Need>, StoreError>;
    /// The needs of these ids that are known, each once, ordered by id, all of one moment; at most `PAGE_SIZE_MAX` ids are
    /// looked at.
    async fn needs(&self, tenant: &TenantId, ids: &[NeedId]) -> Result<Vec<Need>, StoreError>;

    /// Published needs by the lots of their wishes, or by their own identifiers where they have none, ordered by identifier; at
    /// most `PAGE_SIZE_MAX` are looked for.
    async fn needs_by_lot(&self, tenant: &TenantId, lots: &[Uuid]) -> Result<Vec<Need>, StoreError>;

    /// The ids behind external identities of one kind (`Change::kind` names), in the order asked; none where unknown.
    async fn resolve_external(
        &self,
        tenant: &TenantId,
        kind: &'static str,
        external: &[ExternalId],
    ) -> Result<Vec<Option<Uuid>>, StoreError>;

    /// Organizations by id.
    async fn list_organizations(
        &self,
        tenant: &TenantId,
        filter: &OrganizationFilter,
        page: &PageRequest,
    ) -> Result<Page<Organization>, StoreError>;
    /// Resources by id.
    async fn list_resources(
        &self,
        tenant: &TenantId,
        filter: &ResourceFilter,
        page: &PageRequest,
    ) -> Result<Page<Resource>, StoreError>;
    /// How many resources an organization has, paused ones included.
    async fn count_resources(&self, tenant: &TenantId, organization: OrganizationId) -> Result<usize, StoreError>;
    /// Pools by id.
    async fn list_capacity_pools(
        &self,
        tenant: &TenantId,
        filter: &CapacityPoolFilter,
        page: &PageRequest,
    ) -> Result<Page<CapacityPool>, StoreError>;
    /// Needs by id.
    async fn list_needs(
        &self,
        tenant: &TenantId,
        filter: &NeedFilter,
        page: &PageRequest,
    ) -> Result<Page<Need>, StoreError>;
    /// Beneficiaries by id.
    async fn list_beneficiaries(
        &self,
        tenant: &TenantId,
        filter: &BeneficiaryFilter,
        page: &PageRequest,
    ) -> Result<Page<Beneficiary>, StoreError>;

    /// Open needs that may be the same as a new one, at most `LIKELY_DUPLICATES_MAX`: those of the same people, then those of the same place
    /// alone, each newest first. Around a place the newest `DUPLICATE_NEIGHBOURS_MAX` are measured.
    async fn likely_duplicates(&self, tenant: &TenantId, query: &DuplicateQuery) -> Result<Vec<Need>, StoreError>;

    /// What households lack in these categories by needs that are open now and were submitted by `until`, but for one need; at most
    /// `WISH_SHARING_LACKS_MAX`. Needs without a division are left out.
    async fn lacks(
        &self,
        tenant: &TenantId,
        categories: &[CategoryCode],
        until: Timestamp,
        but: NeedId,
    ) -> Result<Vec<Lack>, StoreError>;

    /// Which of these beneficiaries were erased, and when; at most `PAGE_SIZE_MAX` are looked at.
    async fn erasures(
        &self,
        tenant: &TenantId,
        beneficiaries: &[BeneficiaryId],
    ) -> Result<HashMap<BeneficiaryId, Timestamp>, StoreError>;

    /// The wrapped key of a subject; none once destroyed.
    async fn key(&self, tenant: &TenantId, subject: &str) -> Result<Option<WrappedKey>, StoreError>;

    /// The wrapped keys that there are of these subjects, by subject; at most `PAGE_SIZE_MAX` subjects are looked at.
    async fn keys(&self, tenant: &TenantId, subjects: &[String]) -> Result<HashMap<String, WrappedKey>, StoreError>;

    /// Some of the wrapped keys that there are, by subject, at most `limit`: whoever opens none of them has another master key.
    async fn some_keys(&self, tenant: &TenantId, limit: usize) -> Result<HashMap<String, WrappedKey>, StoreError>;

    /// Everything a snapshot is built from; `progress` is called now and then.
    async fn load_catalog(
        &self,
        tenant: &TenantId,
        progress: &(dyn Fn(LoadProgress) + Send + Sync),
    ) -> Result<Catalog, StoreError>;

    /// The tenant's current log position.
    async fn position(&self, tenant: &TenantId) -> Result<LogPosition, StoreError>;

    /// Events after `after`, in order, at most `limit` (1..=`LOG_PAGE_EVENTS_MAX`).
    async fn events(&self, tenant: &TenantId, after: LogPosition, limit: usize) -> Result<Vec<Event>, StoreError>;

    /// As [`Store::events`], with what stands at `after`: both of one moment, so that a log that was put in the place of another does not
    /// go on from it.
    async fn log_page(&self, tenant: &TenantId, after: LogPosition, limit: usize) -> Result<LogPage, StoreError>;

    /// Writes events that another store logged, with what they say in the tables, as they are: versions, times and positions
    /// included. They must go on where this tenant's log ends. Keys and answers to requests are not in a log and do not come along.
    /// Answers the log position reached.
    async fn restore(&self, tenant: &TenantId, events: &[Event]) -> Result<LogPosition, StoreError>;

    /// Everything in a tenant's tables that the log tells of, by full resource name. For audits: it is all in memory at once.
    async fn everything(&self, tenant: &TenantId) -> Result<HashMap<String, Change>, StoreError>;

    /// Finishes running writes and closes. Further calls answer [`StoreError::Unavailable`].
    async fn close(&self);
}
