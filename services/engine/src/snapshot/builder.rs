//! Building a snapshot entity by entity.

use std::sync::Arc;

use wishwell_domain::capacity_pool::CapacityPool;
use wishwell_domain::category::Category;
use wishwell_domain::division::Division;
use wishwell_domain::ids::LogPosition;
use wishwell_domain::need::Need;
use wishwell_domain::organization::Organization;
use wishwell_domain::resource::Resource;

use super::Snapshot;
use super::need::NeedTable;
use super::row::Draft;
use super::segment::Segment;
use super::tables::Tables;

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

/// Builds a snapshot entity by entity, in any order, so that a loader never holds the whole catalogue twice. Of entities with one
/// identifier the last counts.
#[derive(Debug, Default)]
pub struct SnapshotBuilder {
    tables: Tables,
    needs: NeedTable,
    drafts: Vec<Draft>,
    titles: String,
}

impl SnapshotBuilder {
    /// An empty builder.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Puts a category.
    pub fn category(&mut self, category: &Category) {
        self.tables.put_category(category);
    }

    /// Puts a division.
    pub fn division(&mut self, division: &Division) {
        self.tables.put_division(division);
    }

    /// Puts an organization.
    pub fn organization(&mut self, organization: &Organization) {
        self.tables.put_organization(organization);
    }

    /// Puts a capacity pool.
    pub fn pool(&mut self, pool: &CapacityPool) {
        self.tables.pools.put(pool);
    }

    /// Puts a resource.
    pub fn resource(&mut self, resource: &Resource) {
        let draft = self.tables.draft(resource, &mut self.titles);
        self.drafts.push(draft);
    }

    /// Puts a need.
    pub fn need(&mut self, need: &Need) {
        self.needs.put(need, &mut self.tables);
    }

    /// Builds the indexes.
    #[must_use]
    pub fn build(mut self, position: LogPosition) -> Snapshot {
        let mut base = Segment::build(self.drafts, &self.titles, &self.tables);
        self.tables.bring_pools_into_order(&mut base);
        self.tables.shrink();
        Snapshot {
            position,
            tables: self.tables,
            needs: self.needs,
            base: Arc::new(base),
            overlay: Arc::default(),
            mask: Arc::default(),
            priced: None,
        }
    }
}
