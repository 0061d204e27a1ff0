//! The immutable picture of one tenant's catalogue and open needs at a log position.

use wishwell_domain::capacity_pool::CapacityPool;
use wishwell_domain::category::Category;
use wishwell_domain::division::Division;
use wishwell_domain::event::Change;
use wishwell_domain::ids::{CategoryCode, DivisionCode, LogPosition, OrganizationId, ResourceId};
use wishwell_domain::need::Need;
use wishwell_domain::organization::Organization;
use wishwell_domain::resource::Resource;

use crate::answer::{Answer, NearMiss, NeedsAnswer};
use crate::query::{Query, QueryError, Scratch};
use crate::reason::{Clause, Reason};
use crate::score::ScoringRules;

/// A resource in one snapshot. Means nothing in another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ResourceRef(pub(crate) u32);

/// Everything a snapshot is built from.
#[derive(Debug, Clone, Default)]
pub struct CatalogInput {
    /// Categories.
    pub categories: Vec<Category>,
    /// Divisions.
    pub divisions: Vec<Division>,
    /// Organizations.
    pub organizations: Vec<Organization>,
    /// Capacity pools.
    pub pools: Vec<CapacityPool>,
    /// Resources.
    pub resources: Vec<Resource>,
    /// Needs; only the open ones are kept.
    pub needs: Vec<Need>,
}

/// Builds a snapshot entity by entity, in any order, so that a loader never holds the whole catalogue twice.
#[derive(Debug, Default)]
pub struct SnapshotBuilder {}

impl SnapshotBuilder {
    /// An empty builder.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }
    /// Puts a category.
    pub fn category(&mut self, _category: &Category) {}
    /// Puts a division.
    pub fn division(&mut self, _division: &Division) {}
    /// Puts an organization.
    pub fn organization(&mut self, _organization: &Organization) {}
    /// Puts a capacity pool.
    pub fn pool(&mut self, _pool: &CapacityPool) {}
    /// Puts a resource.
    pub fn resource(&mut self, _resource: &Resource) {}
    /// Puts a need.
    pub fn need(&mut self, _need: &Need) {}
    /// Builds the indexes.
    #[must_use]
    pub fn build(self, position: LogPosition) -> Snapshot {
        Snapshot { position }
    }
}

/// The immutable picture. Cloning is cheap.
#[derive(Debug, Clone)]
pub struct Snapshot {
    position: LogPosition,
}

impl Snapshot {
    /// Builds a snapshot from a whole catalogue.
    #[must_use]
    pub fn build(_input: &CatalogInput, position: LogPosition) -> Self {
        SnapshotBuilder::new().build(position)
    }
    /// The log position it shows.
    #[must_use]
    pub fn position(&self) -> LogPosition {
        self.position
    }
    /// The snapshot after `changes`, at `position`. Shares everything that did not change.
    #[must_use]
    pub fn apply<'a>(&self, _changes: impl IntoIterator<Item = &'a Change>, position: LogPosition) -> Self {
        Self { position }
    }
    /// Whether so much changed since the indexes were built that [`Self::merged`] is worth its time.
    #[must_use]
    pub fn needs_merge(&self) -> bool {
        false
    }
    /// The same picture with indexes built anew: in the background; afterwards apply what came meanwhile.
    #[must_use]
    pub fn merged(&self) -> Self {
        self.clone()
    }
    /// Bytes held in memory, everything included.
    #[must_use]
    pub fn memory_bytes(&self) -> usize {
        0
    }
    /// Number of resources.
    #[must_use]
    pub fn resource_count(&self) -> usize {
        0
    }
    /// Number of open needs.
    #[must_use]
    pub fn open_need_count(&self) -> usize {
        0
    }
    /// Finds a resource.
    #[must_use]
    pub fn resource(&self, _id: ResourceId) -> Option<ResourceRef> {
        None
    }
    /// Its identifier.
    #[must_use]
    pub fn resource_id(&self, _resource: ResourceRef) -> ResourceId {
        ResourceId::from_uuid(Default::default())
    }
    /// Its title in Chinese, may be empty.
    #[must_use]
    pub fn title_zh(&self, _resource: ResourceRef) -> &str {
        ""
    }
    /// Its title in English, may be empty.
    #[must_use]
    pub fn title_en(&self, _resource: ResourceRef) -> &str {
        ""
    }
    /// Whose it is.
    #[must_use]
    pub fn organization_id(&self, _resource: ResourceRef) -> OrganizationId {
        OrganizationId::from_uuid(Default::default())
    }
    /// The organization's name in Chinese, may be empty.
    #[must_use]
    pub fn organization_name_zh(&self, _resource: ResourceRef) -> &str {
        ""
    }
    /// The organization's name in English, may be empty.
    #[must_use]
    pub fn organization_name_en(&self, _resource: ResourceRef) -> &str {
        ""
    }
    /// The rule of eligibility in words, Chinese and English; none when anyone may have it.
    #[must_use]
    pub fn eligibility_statement(&self, _resource: ResourceRef) -> Option<(&str, &str)> {
        None
    }
    /// The text of a clause that excludes.
    #[must_use]
    pub fn clause_text(&self, _clause: Clause) -> &str {
        ""
    }
    /// A division of a [`Reason::OutsideArea`]: its code, and name in Chinese and English.
    #[must_use]
    pub fn division_name(&self, _division: u32) -> Option<(&DivisionCode, &str, &str)> {
        None
    }
    /// A category of the catalogue.
    #[must_use]
    pub fn category(&self, _code: &str) -> Option<&Category> {
        None
    }
    /// All categories, parents before children.
    pub fn categories(&self) -> impl Iterator<Item = &Category> {
        std::iter::empty()
    }
    /// Whether a division is in the catalogue.
    #[must_use]
    pub fn division(&self, _code: &str) -> Option<&Division> {
        None
    }
    /// Whether `division` is `ancestor` or lies below it.
    #[must_use]
    pub fn division_is_within(&self, _division: &DivisionCode, _ancestor: &DivisionCode) -> bool {
        false
    }
    /// Codes of the categories a resource serves.
    pub fn resource_categories(&self, _resource: ResourceRef) -> impl Iterator<Item = &CategoryCode> {
        std::iter::empty()
    }

    /// The best resources for a need item, and the nearest misses. See `docs/adr/0003-engine.md`.
    ///
    /// # Errors
    /// An unknown category or division.
    pub fn find<'s>(&self, _query: &Query<'_>, _rules: &ScoringRules, scratch: &'s mut Scratch) -> Result<&'s Answer, QueryError> {
        Ok(&scratch.answer)
    }

    /// Judges one resource for a need item: a candidate, or all constraints it fails (in the returned answer's near miss).
    ///
    /// # Errors
    /// An unknown category, division or resource.
    pub fn explain<'s>(
        &self,
        _resource: ResourceId,
        _query: &Query<'_>,
        _rules: &ScoringRules,
        scratch: &'s mut Scratch,
    ) -> Result<&'s Answer, QueryError> {
        Ok(&scratch.answer)
    }

    /// The open need items that a resource can serve. With `wishes_only`, only needs that have a published wish.
    ///
    /// # Errors
    /// An unknown resource.
    pub fn find_needs(
        &self,
        _resource: ResourceId,
        _now: jiff::Timestamp,
        _wishes_only: bool,
        _limit: usize,
    ) -> Result<NeedsAnswer, QueryError> {
        Ok(NeedsAnswer::default())
    }
}

#[allow(dead_code)]
fn keep(_: &NearMiss, _: &Reason) {}
