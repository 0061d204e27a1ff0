//! The immutable picture of one tenant's catalogue and open needs at a log position.
//!
//! A packed base that never changes, a small packed overlay with the resources that changed since, and tables in copy-on-write
//! chunks for what changes often: figures of pools, organizations, needs. Rows of the base that the overlay replaces are masked.

pub(crate) mod accessors;
pub(crate) mod area;
mod browse;
pub(crate) mod builder;
pub(crate) mod chunked;
mod draft;
pub(crate) mod hours;
mod lookup;
pub(crate) mod need;
pub(crate) mod pool;
pub(crate) mod row;
pub(crate) mod segment;
pub(crate) mod tables;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use jiff::Timestamp;
use wishwell_domain::event::Change;
use wishwell_domain::ids::{LogPosition, ResourceId, RoundId};
use wishwell_domain::resource::Resource;
use wishwell_domain::round::ScarcityPrice;

pub use builder::{CatalogInput, SnapshotBuilder};

use need::NeedTable;
use row::Draft;
use segment::{Above, Segment};
use tables::Tables;

/// Resources in the overlay beyond which a merge is due: rebuilding an overlay takes microseconds a resource, at every update.
const OVERLAY_RESOURCES_MAX: usize = 2_048;
/// New entries of lookups beyond which a merge is due: every update copies them.
const RECENT_ENTRIES_MAX: usize = 8_192;

/// Marks rows of the overlay in a [`ResourceRef`].
pub(crate) const OVERLAY_BIT: u32 = 1 << 31;

/// A resource in one snapshot. Means nothing in another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ResourceRef(pub(crate) u32);

/// Rows of the base that no longer count.
#[derive(Debug, Clone, Default)]
pub(crate) struct Mask {
    bits: Vec<u64>,
    /// How many of them each category lists.
    by_category: HashMap<u32, u32>,
    count: usize,
}

impl Mask {
    /// Whether all rows count.
    #[inline]
    pub(crate) const fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Whether the row no longer counts.
    #[inline]
    pub(crate) fn contains(&self, row: u32) -> bool {
        self.count > 0 && self.bits.get(row as usize / 64).is_some_and(|bits| bits >> (row % 64) & 1 == 1)
    }

    /// How many of a category's rows no longer count.
    pub(crate) fn in_category(&self, category: u32) -> u32 {
        self.by_category.get(&category).copied().unwrap_or(0)
    }

    fn add(&mut self, row: u32, rows: usize, listed: &[(u32, u8)]) {
        if self.contains(row) {
            return;
        }
        self.bits.resize(rows.div_ceil(64), 0);
        if let Some(bits) = self.bits.get_mut(row as usize / 64) {
            *bits |= 1 << (row % 64);
            self.count += 1;
        }
        for (category, _) in listed {
            *self.by_category.entry(*category).or_default() += 1;
        }
    }
}

/// The immutable picture. Cloning is cheap.
#[derive(Debug, Clone)]
pub struct Snapshot {
    pub(crate) position: LogPosition,
    pub(crate) tables: Tables,
    pub(crate) needs: NeedTable,
    pub(crate) base: Arc<Segment>,
    pub(crate) overlay: Arc<Segment>,
    pub(crate) mask: Arc<Mask>,
    /// The round whose prices the pools have, and until when they are looked at.
    pub(crate) priced: Option<(RoundId, Timestamp)>,
}

/// What capacity was worth in a round, for whoever decides single needs until the next one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoundPrices {
    /// Which round.
    pub round: RoundId,
    /// From then on they are not looked at any more.
    pub until: Timestamp,
    /// What was scarce; what is not in it was plenty.
    pub scarcity: Vec<ScarcityPrice>,
}

impl Snapshot {
    /// Builds a snapshot from a whole catalogue.
    #[must_use]
    pub fn build(input: &CatalogInput, position: LogPosition) -> Self {
        let mut builder = SnapshotBuilder::new();
        input.categories.iter().for_each(|category| builder.category(category));
        input.divisions.iter().for_each(|division| builder.division(division));
        input.organizations.iter().for_each(|organization| builder.organization(organization));
        input.pools.iter().for_each(|pool| builder.pool(pool));
        input.resources.iter().for_each(|resource| builder.resource(resource));
        input.needs.iter().for_each(|need| builder.need(need));
        builder.build(position)
    }

    /// The snapshot after `changes`, at `position`. Shares everything that did not change; what concerns neither catalogue nor needs
    /// is passed over. Takes microseconds for figures and organizations, and some more for each resource in the overlay when
    /// resources changed; moving a category that has resources builds all indexes anew.
    #[must_use]
    pub fn apply<'a>(&self, changes: impl IntoIterator<Item = &'a Change>, position: LogPosition) -> Self {
        let mut next = self.clone();
        next.position = position;
        let mut resources: Vec<&Resource> = Vec::new();
        let mut moved_categories = Vec::new();
        for change in changes {
            match change {
                Change::Category(category) => {
                    if next.tables.put_category(category) {
                        moved_categories.push(&category.code);
                    }
                }
                Change::Division(division) => next.tables.put_division(division),
                Change::Organization(organization) => next.tables.put_organization(organization),
                Change::Resource(resource) => resources.push(resource),
                Change::CapacityPool(pool) => next.tables.pools.put(pool),
                Change::Need(need) => next.needs.put(need, &mut next.tables),
                Change::Beneficiary(_)
                | Change::BeneficiaryErased { .. }
                | Change::Household(_)
                | Change::Referral(_)
                | Change::Round(_)
                | Change::Subscription(_) => {}
            }
        }
        // Whatever lies below a moved category is listed under it as well.
        let listed = |code| {
            let place = next.tables.category_places.get(code);
            place.is_some_and(|at| next.base.category(at).is_some() || next.overlay.category(at).is_some())
        };
        if moved_categories.into_iter().any(listed) {
            next = next.merged();
        }
        if !resources.is_empty() {
            next.put_resources(&resources);
        }
        next
    }

    fn put_resources(&mut self, resources: &[&Resource]) {
        let mut titles = self.overlay.titles.clone();
        let changed: HashSet<ResourceId> = resources.iter().map(|resource| resource.id).collect();
        let mut drafts: Vec<Draft> = live_drafts(&self.overlay).filter(|draft| !changed.contains(&draft.id)).collect();
        drafts.extend(resources.iter().map(|resource| self.tables.draft(resource, &mut titles)));
        let mut above = Above::new(&self.tables);
        let mask = Arc::make_mut(&mut self.mask);
        for id in changed {
            let row = self.base.row_of(id);
            if let Some((row, cold)) = row.and_then(|row| Some((row, self.base.cold.get(row as usize)?))) {
                mask.add(row, self.base.rows.len(), above.of(cold.category_set));
            }
        }
        self.overlay = Arc::new(Segment::build(drafts, &titles, &self.tables));
    }

    /// The same picture with what capacity was worth in a round, for searches that look ahead; none forgets it. Pools that the picture
    /// does not know have no price in it.
    #[must_use]
    pub fn with_prices(&self, prices: Option<&RoundPrices>) -> Self {
        let mut next = self.clone();
        next.tables.pools.put_scarcity(prices.map_or(&[], |prices| &prices.scarcity));
        next.priced = prices.map(|prices| (prices.round, prices.until));
        next
    }

    /// The round by whose prices may be looked ahead at `now`.
    #[must_use]
    pub fn prices_at(&self, now: Timestamp) -> Option<RoundId> {
        self.priced.filter(|(_, until)| now < *until).map(|(round, _)| round)
    }

    /// Whether so much changed since the indexes were built that [`Self::merged`] is worth its time.
    #[must_use]
    pub fn needs_merge(&self) -> bool {
        self.overlay.rows.len() > OVERLAY_RESOURCES_MAX
            || self.tables.recent_len() + self.needs.recent_len() > RECENT_ENTRIES_MAX
    }

    /// The same picture with indexes built anew: in the background; afterwards apply what came meanwhile.
    #[must_use]
    pub fn merged(&self) -> Self {
        let mut next = self.clone();
        next.tables.fold();
        next.needs.fold();
        let mut titles = String::with_capacity(self.base.titles.len() + self.overlay.titles.len());
        titles.push_str(&self.base.titles);
        titles.push_str(&self.overlay.titles);
        let shift = u32::try_from(self.base.titles.len()).unwrap_or(u32::MAX);
        let kept =
            (0..).zip(live_drafts(&self.base)).filter(|(row, _)| !self.mask.contains(*row)).map(|(_, draft)| draft);
        let mut drafts: Vec<Draft> = kept.collect();
        drafts.extend(live_drafts(&self.overlay).map(|mut draft| {
            draft.cold.title_start += shift;
            draft
        }));
        next.base = Arc::new(Segment::build(drafts, &titles, &next.tables));
        next.overlay = Arc::default();
        next.mask = Arc::default();
        next
    }
}

fn live_drafts(segment: &Segment) -> impl Iterator<Item = Draft> {
    (0..segment.rows.len()).filter_map(|row| segment.draft(u32::try_from(row).ok()?))
}
