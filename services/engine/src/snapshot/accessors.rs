//! What answers are turned into words with.

use jiff::Timestamp;
use wishwell_domain::category::Category;
use wishwell_domain::division::Division;
use wishwell_domain::ids::{CategoryCode, DivisionCode, LogPosition, NeedId, OrganizationId, ResourceId};

use super::row::{Cold, NONE, Row};
use super::segment::Segment;
use super::tables::OrganizationCold;
use super::{OVERLAY_BIT, ResourceRef, Snapshot};
use crate::ahead;
use crate::reason::Clause;

impl Snapshot {
    /// The log position it shows.
    #[must_use]
    pub const fn position(&self) -> LogPosition {
        self.position
    }

    /// Number of resources.
    #[must_use]
    pub fn resource_count(&self) -> usize {
        self.base.rows.len() + self.overlay.rows.len() - self.mask.count
    }

    /// Number of open needs.
    #[must_use]
    pub fn open_need_count(&self) -> usize {
        self.needs.open()
    }

    /// Bytes held in memory, everything included (allocations by their capacity, without the allocator's own overhead).
    #[must_use]
    pub fn memory_bytes(&self) -> usize {
        let mask = self.mask.bits.capacity() * 8 + self.mask.by_category.capacity() * 9;
        self.base.memory_bytes()
            + self.overlay.memory_bytes()
            + self.tables.memory_bytes()
            + self.needs.memory_bytes()
            + mask
    }

    /// Finds a resource.
    #[must_use]
    pub fn resource(&self, id: ResourceId) -> Option<ResourceRef> {
        if let Some(row) = self.overlay.row_of(id) {
            return Some(ResourceRef(row | OVERLAY_BIT));
        }
        self.base.row_of(id).filter(|row| !self.mask.contains(*row)).map(ResourceRef)
    }

    pub(crate) fn segment(&self, resource: ResourceRef) -> (&Segment, usize) {
        let row = (resource.0 & !OVERLAY_BIT) as usize;
        if resource.0 & OVERLAY_BIT == 0 { (&self.base, row) } else { (&self.overlay, row) }
    }

    pub(crate) fn row(&self, resource: ResourceRef) -> Option<&Row> {
        let (segment, row) = self.segment(resource);
        segment.rows.get(row)
    }

    pub(crate) fn cold(&self, resource: ResourceRef) -> Option<&Cold> {
        let (segment, row) = self.segment(resource);
        segment.cold.get(row)
    }

    fn organization_cold(&self, resource: ResourceRef) -> Option<&OrganizationCold> {
        self.tables.organizations_cold.get(self.row(resource)?.organization)
    }

    /// Asks for what says where its names are: see [`ahead`].
    pub(crate) fn send_for_cold(&self, resource: ResourceRef) {
        let (segment, row) = self.segment(resource);
        ahead::element(&segment.ids, row);
        ahead::element(&segment.cold, row);
        self.organization_cold(resource).into_iter().for_each(ahead::lines_of);
    }

    /// Asks for its names and those of its organization.
    pub(crate) fn send_for_names(&self, resource: ResourceRef) {
        let (segment, _) = self.segment(resource);
        if let Some(cold) = self.cold(resource) {
            let (start, titles) = (cold.title_start as usize, segment.titles.as_bytes());
            ahead::element(titles, start);
            ahead::element(titles, start + usize::from(cold.title_zh_bytes) + usize::from(cold.title_en_bytes));
        }
        if let Some(organization) = self.organization_cold(resource) {
            ahead::element(organization.zh.as_bytes(), 0);
            ahead::element(organization.en.as_bytes(), 0);
        }
    }

    /// Its identifier.
    #[must_use]
    pub fn resource_id(&self, resource: ResourceRef) -> ResourceId {
        let (segment, row) = self.segment(resource);
        segment.ids.get(row).copied().unwrap_or_else(|| ResourceId::from_uuid(Default::default()))
    }

    /// Its title in Chinese, may be empty.
    #[must_use]
    pub fn title_zh(&self, resource: ResourceRef) -> &str {
        let (segment, _) = self.segment(resource);
        let Some(cold) = self.cold(resource) else { return "" };
        let start = cold.title_start as usize;
        segment.titles.get(start..start + usize::from(cold.title_zh_bytes)).unwrap_or_default()
    }

    /// Its title in English, may be empty.
    #[must_use]
    pub fn title_en(&self, resource: ResourceRef) -> &str {
        let (segment, _) = self.segment(resource);
        let Some(cold) = self.cold(resource) else { return "" };
        let start = cold.title_start as usize + usize::from(cold.title_zh_bytes);
        segment.titles.get(start..start + usize::from(cold.title_en_bytes)).unwrap_or_default()
    }

    /// Whether there is such an organization, wherever it stands.
    #[must_use]
    pub fn has_organization(&self, id: OrganizationId) -> bool {
        self.tables.organization_places.get(&id).is_some()
    }

    /// Whose it is.
    #[must_use]
    pub fn organization_id(&self, resource: ResourceRef) -> OrganizationId {
        let nobody = || OrganizationId::from_uuid(Default::default());
        self.organization_cold(resource).map_or_else(nobody, |organization| organization.id)
    }

    /// The organization's name in Chinese, may be empty.
    #[must_use]
    pub fn organization_name_zh(&self, resource: ResourceRef) -> &str {
        self.organization_cold(resource).map_or("", |organization| &organization.zh)
    }

    /// The organization's name in English, may be empty.
    #[must_use]
    pub fn organization_name_en(&self, resource: ResourceRef) -> &str {
        self.organization_cold(resource).map_or("", |organization| &organization.en)
    }

    /// The rule of eligibility in words, Chinese and English; none when anyone may have it.
    #[must_use]
    pub fn eligibility_statement(&self, resource: ResourceRef) -> Option<(&str, &str)> {
        let statement = self.tables.statements.get(self.cold(resource)?.statement)?;
        Some((&statement.zh, &statement.en))
    }

    /// The rule of eligibility; none when anyone may have it.
    #[must_use]
    pub fn eligibility_expression(&self, resource: ResourceRef) -> Option<&str> {
        Some(self.tables.programs.get(self.row(resource)?.eligibility)?.source())
    }

    /// The text of a clause that excludes.
    #[must_use]
    pub fn clause_text(&self, clause: Clause) -> &str {
        let program = self.tables.programs.get(clause.program);
        let text = program.and_then(|program| program.source().get(usize::from(clause.start)..usize::from(clause.end)));
        text.unwrap_or_default()
    }

    /// A division of a [`Reason::OutsideArea`](crate::Reason::OutsideArea): its code, and name in Chinese and English.
    #[must_use]
    pub fn division_name(&self, division: u32) -> Option<(&DivisionCode, &str, &str)> {
        let entry = self.tables.divisions.get(division)?;
        let name = entry.division.as_ref().map(|division| &division.name);
        Some((&entry.code, name.map_or("", |name| &name.zh), name.map_or("", |name| &name.en)))
    }

    /// A category of the catalogue.
    #[must_use]
    pub fn category(&self, code: &str) -> Option<&Category> {
        self.tables.categories.get(self.tables.category_places.get(code)?)?.category.as_deref()
    }

    /// All categories, in the order in which they came.
    pub fn categories(&self) -> impl Iterator<Item = &Category> {
        self.tables.categories.iter().filter_map(|entry| entry.category.as_deref())
    }

    /// A division of the catalogue.
    #[must_use]
    pub fn division(&self, code: &str) -> Option<&Division> {
        self.tables.divisions.get(self.tables.division_places.get(code)?)?.division.as_deref()
    }

    /// The place that the pool shows of a need, if it shows one; none when the need is open and was no wish by `then`. Of what is a
    /// wish no more, or is not open, nothing is shown.
    #[must_use]
    pub fn place_in_pool(&self, need: NeedId, then: Timestamp) -> Option<Option<&DivisionCode>> {
        let Some(need) = self.needs.get(need) else { return Some(None) };
        let place = need.wish.and_then(|wish| self.tables.divisions.get(wish.place));
        need.wish_since.is_some_and(|since| since <= then).then_some(place.map(|entry| &entry.code))
    }

    /// Whether `division` is `ancestor` or lies below it.
    #[must_use]
    pub fn division_is_within(&self, division: &DivisionCode, ancestor: &DivisionCode) -> bool {
        let places = &self.tables.division_places;
        match (places.get(division.as_str()), places.get(ancestor.as_str())) {
            (Some(division), Some(ancestor)) => self.tables.division_ancestors(division).any(|at| at == ancestor),
            _ => division == ancestor,
        }
    }

    /// Codes of the categories a resource serves, the main one first.
    pub fn resource_categories(&self, resource: ResourceRef) -> impl Iterator<Item = &CategoryCode> {
        let set = self.tables.category_sets.get(self.cold(resource).map_or(NONE, |cold| cold.category_set));
        set.into_iter().flatten().filter_map(|at| self.tables.categories.get(*at)).map(|entry| &entry.code)
    }
}
