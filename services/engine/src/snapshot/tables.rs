//! What rows refer to: categories, divisions, organizations, pools, and whatever many resources share.
//!
//! Tables only grow or overwrite in place, so that a place in one means the same in every later snapshot, and indexes built earlier
//! stay true.

use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};
use std::sync::{Arc, OnceLock};

use jiff::civil::Date;
use wishwell_domain::category::Category;
use wishwell_domain::division::Division;
use wishwell_domain::ids::{CategoryCode, DivisionCode, OrganizationId};
use wishwell_domain::limits::TREE_DEPTH_MAX;
use wishwell_domain::organization::{Organization, OrganizationState};
use wishwell_domain::schedule::Schedule;
use wishwell_domain::text::LocalizedText;
use wishwell_domain::zone::Zone;

use super::area::AreaSet;
use super::chunked::Chunked;
use super::hours::Hours;
use super::lookup::Lookup;
use super::pool::PoolTable;
use super::row::NONE;
use super::segment::Segment;
use crate::eligibility::Program;

/// A category, or the place kept for one that resources name before it is put.
#[derive(Debug, Clone)]
pub(crate) struct CategoryEntry {
    pub(crate) code: CategoryCode,
    pub(crate) parent: u32,
    pub(crate) category: Option<Box<Category>>,
}

/// A division, or the place kept for one.
#[derive(Debug, Clone)]
pub(crate) struct DivisionEntry {
    pub(crate) code: DivisionCode,
    pub(crate) parent: u32,
    pub(crate) division: Option<Box<Division>>,
}

/// What the search reads first of an organization: a byte, so that those of a whole tenant stay in a processor's cache.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Standing(u8);

impl Standing {
    const VERIFIED: u8 = 1;
    const MINORS: u8 = 2;
    const HOME_VISITS: u8 = 4;
    const ENDS: u8 = 8;

    fn of(row: &OrganizationRow) -> Self {
        let flag = |holds: bool, flag: u8| if holds { flag } else { 0 };
        let ends = |before: i64| before != i64::MIN && before != i64::MAX;
        Self(
            flag(row.state == OrganizationState::Verified, Self::VERIFIED)
                | flag(row.minors_before == i64::MAX, Self::MINORS)
                | flag(row.home_visits_before == i64::MAX, Self::HOME_VISITS)
                | flag(ends(row.minors_before) || ends(row.home_visits_before), Self::ENDS),
        )
    }

    /// Whether it is verified.
    #[inline]
    pub(crate) const fn is_verified(self) -> bool {
        self.0 & Self::VERIFIED != 0
    }

    /// Whether it is vetted for minors, and for home visits, without end.
    #[inline]
    pub(crate) const fn vetted(self) -> (bool, bool) {
        (self.0 & Self::MINORS != 0, self.0 & Self::HOME_VISITS != 0)
    }

    /// Whether a vetting ends some day, so that the row has to be asked.
    #[inline]
    pub(crate) const fn ends(self) -> bool {
        self.0 & Self::ENDS != 0
    }
}

/// What the search reads of an organization whose vetting ends. Instants in microseconds.
#[derive(Debug, Clone, Copy)]
pub(crate) struct OrganizationRow {
    /// Vetted for minors before this; `i64::MIN` when not at all.
    pub(crate) minors_before: i64,
    /// Vetted for home visits before this.
    pub(crate) home_visits_before: i64,
    pub(crate) state: OrganizationState,
}

/// What answers show of an organization.
#[derive(Debug, Clone)]
pub(crate) struct OrganizationCold {
    pub(crate) id: OrganizationId,
    pub(crate) zh: Box<str>,
    pub(crate) en: Box<str>,
    pub(crate) minors_until: Option<Date>,
    pub(crate) home_visits_until: Option<Date>,
}

/// When a resource is offered. Instants in microseconds.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Validity {
    pub(crate) from: i64,
    pub(crate) before: i64,
    pub(crate) first_day: Option<Date>,
    pub(crate) last_day: Option<Date>,
}

/// All tables of a snapshot. Cloning shares their memory.
#[derive(Debug, Clone, Default)]
pub(crate) struct Tables {
    pub(crate) categories: Chunked<CategoryEntry>,
    pub(crate) category_places: Lookup<CategoryCode>,
    pub(crate) divisions: Chunked<DivisionEntry>,
    pub(crate) division_places: Lookup<DivisionCode>,
    /// How far the known parts of each division lie from its centre, in metres, once that was asked; shared until the tree changes.
    division_extents: Arc<OnceLock<Box<[u32]>>>,
    pub(crate) standings: Chunked<Standing>,
    pub(crate) organizations: Chunked<OrganizationRow>,
    pub(crate) organizations_cold: Chunked<OrganizationCold>,
    pub(crate) organization_places: Lookup<OrganizationId>,
    pub(crate) pools: PoolTable,
    pub(crate) schedules: Chunked<Hours>,
    pub(crate) schedule_places: Lookup<Arc<Schedule>>,
    pub(crate) validities: Chunked<Validity>,
    pub(crate) validity_places: Lookup<(Option<Date>, Option<Date>, Box<str>)>,
    pub(crate) area_sets: Chunked<AreaSet>,
    pub(crate) area_set_places: Lookup<u64>,
    pub(crate) programs: Chunked<Arc<Program>>,
    pub(crate) program_places: Lookup<Arc<str>>,
    /// Whether any rule of eligibility asks for no fact at all.
    pub(crate) has_constant_rules: bool,
    pub(crate) statements: Chunked<Arc<LocalizedText>>,
    pub(crate) statement_places: Lookup<Arc<LocalizedText>>,
    pub(crate) category_sets: Chunked<Box<[u32]>>,
    pub(crate) category_set_places: Lookup<Box<[u32]>>,
    /// Draws of resources that draw on several pools: pool and quantity per unit.
    pub(crate) draw_sets: Chunked<Box<[(u32, i64)]>>,
}

impl Tables {
    /// The place of a category, kept for it when it is not known yet.
    pub(crate) fn category_place(&mut self, code: &CategoryCode) -> u32 {
        self.category_places.get(code.as_str()).unwrap_or_else(|| {
            let at = self.categories.push(CategoryEntry { code: code.clone(), parent: NONE, category: None });
            self.category_places.insert(code.clone(), at);
            at
        })
    }

    /// Puts a category. Answers whether the tree changed above it.
    pub(crate) fn put_category(&mut self, category: &Category) -> bool {
        let parent = category.parent.as_ref().map_or(NONE, |parent| self.category_place(parent));
        let at = self.category_place(&category.code);
        let Some(entry) = self.categories.get_mut(at) else { return false };
        let moved = entry.parent != parent;
        entry.parent = parent;
        entry.category = Some(Box::new(category.clone()));
        moved
    }

    /// A category and those above it, with how many levels above, the nearest first.
    pub(crate) fn category_ancestors(&self, at: u32) -> impl Iterator<Item = (u32, u8)> {
        let next = |at: &u32| self.categories.get(*at).map(|entry| entry.parent).filter(|parent| *parent != NONE);
        std::iter::successors(Some(at), next).zip(0..=TREE_LEVELS_MAX)
    }

    /// The place of a division, kept for it when it is not known yet.
    pub(crate) fn division_place(&mut self, code: &DivisionCode) -> u32 {
        self.division_places.get(code.as_str()).unwrap_or_else(|| {
            let at = self.divisions.push(DivisionEntry { code: code.clone(), parent: NONE, division: None });
            self.division_places.insert(code.clone(), at);
            at
        })
    }

    /// Puts a division.
    pub(crate) fn put_division(&mut self, division: &Division) {
        let parent = division.parent.as_ref().map_or(NONE, |parent| self.division_place(parent));
        let at = self.division_place(&division.code);
        if let Some(entry) = self.divisions.get_mut(at) {
            entry.parent = parent;
            entry.division = Some(Box::new(division.clone()));
        }
        self.division_extents = Arc::default();
    }

    /// Metres from a division's centre within which lie the centres of all divisions below it; 0 when there are none.
    pub(crate) fn division_extent(&self, at: u32) -> u32 {
        let extents = self.division_extents.get_or_init(|| self.extents());
        extents.get(at as usize).copied().unwrap_or_default()
    }

    fn extents(&self) -> Box<[u32]> {
        let centre = |at: u32| self.divisions.get(at)?.division.as_ref()?.centre;
        let mut extents = vec![0; self.divisions.len()];
        for at in 0..u32::try_from(self.divisions.len()).unwrap_or(u32::MAX) {
            let Some(here) = centre(at) else { continue };
            for above in self.division_ancestors(at).skip(1) {
                if let (Some(extent), Some(there)) = (extents.get_mut(above as usize), centre(above)) {
                    *extent = here.distance_metres(&there).max(*extent);
                }
            }
        }
        extents.into()
    }

    /// A division and those above it, the nearest first.
    pub(crate) fn division_ancestors(&self, at: u32) -> impl Iterator<Item = u32> {
        let next = |at: &u32| self.divisions.get(*at).map(|entry| entry.parent).filter(|parent| *parent != NONE);
        std::iter::successors(Some(at), next).take(TREE_LEVELS_MAX as usize + 1)
    }

    /// The place of an organization, kept for it, not verified, when it is not known yet.
    pub(crate) fn organization_place(&mut self, id: OrganizationId) -> u32 {
        self.organization_places.get(&id).unwrap_or_else(|| {
            let row = OrganizationRow {
                minors_before: i64::MIN,
                home_visits_before: i64::MIN,
                state: OrganizationState::Applied,
            };
            self.standings.push(Standing::of(&row));
            let at = self.organizations.push(row);
            self.organizations_cold.push(OrganizationCold {
                id,
                zh: "".into(),
                en: "".into(),
                minors_until: None,
                home_visits_until: None,
            });
            self.organization_places.insert(id, at);
            at
        })
    }

    /// Puts an organization.
    pub(crate) fn put_organization(&mut self, organization: &Organization) {
        let at = self.organization_place(organization.id);
        let zone = Zone::of_places();
        let before = |vetting: &Option<wishwell_domain::organization::Vetting>| match vetting {
            None => i64::MIN,
            Some(vetting) => vetting.valid_until.map_or(i64::MAX, |day| end_of(&zone, day)),
        };
        if let Some(row) = self.organizations.get_mut(at) {
            row.state = organization.state;
            row.minors_before = before(&organization.vetted_for_minors);
            row.home_visits_before = before(&organization.vetted_for_home_visits);
            let standing = Standing::of(row);
            self.standings.get_mut(at).into_iter().for_each(|known| *known = standing);
        }
        if let Some(cold) = self.organizations_cold.get_mut(at) {
            cold.zh = organization.name.zh.as_str().into();
            cold.en = organization.name.en.as_str().into();
            cold.minors_until = organization.vetted_for_minors.as_ref().and_then(|vetting| vetting.valid_until);
            cold.home_visits_until =
                organization.vetted_for_home_visits.as_ref().and_then(|vetting| vetting.valid_until);
        }
    }

    /// The place of a schedule; [`NONE`] when its zone is not known, which a checked schedule's always is.
    pub(crate) fn schedule_place(&mut self, schedule: &Schedule) -> u32 {
        if let Some(at) = self.schedule_places.get(schedule) {
            return at;
        }
        let Some(hours) = Hours::new(schedule) else { return NONE };
        let at = self.schedules.push(hours);
        self.schedule_places.insert(Arc::new(schedule.clone()), at);
        at
    }

    /// The place of the days a resource is offered on; [`NONE`] for always.
    pub(crate) fn validity_place(&mut self, first_day: Option<Date>, last_day: Option<Date>, zone: &Zone) -> u32 {
        if first_day.is_none() && last_day.is_none() {
            return NONE;
        }
        let key = (first_day, last_day, zone.name().into());
        self.validity_places.get(&key).unwrap_or_else(|| {
            let from = first_day.map_or(i64::MIN, |day| zone.start_of(day).as_microsecond());
            let before = last_day.map_or(i64::MAX, |day| end_of(zone, day));
            let at = self.validities.push(Validity { from, before, first_day, last_day });
            self.validity_places.insert(key, at);
            at
        })
    }

    /// The place of an area set, shared with an equal one where there is one.
    pub(crate) fn area_set_place(&mut self, set: AreaSet) -> u32 {
        let mut hasher = DefaultHasher::new();
        set.hash(&mut hasher);
        let hash = hasher.finish();
        match self.area_set_places.get(&hash) {
            Some(at) if self.area_sets.get(at) == Some(&set) => at,
            // Of different sets with one hash, only the first is shared.
            Some(_) => self.area_sets.push(set),
            None => {
                let at = self.area_sets.push(set);
                self.area_set_places.insert(hash, at);
                at
            }
        }
    }

    /// The place of an expression's program; [`NONE`] when anyone satisfies it.
    pub(crate) fn program_place(&mut self, expression: &str) -> u32 {
        if let Some(at) = self.program_places.get(expression) {
            return at;
        }
        let program = Program::compile(expression).unwrap_or_else(|_| Program::always_unknown(expression));
        self.has_constant_rules |= program.facts().is_empty();
        let at = if program.is_always_true() { NONE } else { self.programs.push(Arc::new(program)) };
        self.program_places.insert(expression.into(), at);
        at
    }

    /// The place of a rule in words.
    pub(crate) fn statement_place(&mut self, statement: &LocalizedText) -> u32 {
        self.statement_places.get(statement).unwrap_or_else(|| {
            let statement = Arc::new(statement.clone());
            let at = self.statements.push(Arc::clone(&statement));
            self.statement_places.insert(statement, at);
            at
        })
    }

    /// The place of a list of categories, the main one first.
    pub(crate) fn category_set_place(&mut self, set: &[u32]) -> u32 {
        self.category_set_places.get(set).unwrap_or_else(|| {
            let at = self.category_sets.push(set.into());
            self.category_set_places.insert(set.into(), at);
            at
        })
    }

    /// Numbers the pools in the order of the rows that draw on them, so that neighbours in search find their figures side by side. Only for
    /// the one segment that exists.
    pub(crate) fn bring_pools_into_order(&mut self, segment: &mut Segment) {
        let order: Vec<u32> = segment.rows.iter().filter(|row| row.quantity_per_unit > 0).map(|row| row.draw).collect();
        let places = self.pools.reorder(order.into_iter());
        let new = |old: u32| places.get(old as usize).copied().unwrap_or(old);
        for row in segment.rows.iter_mut().filter(|row| row.quantity_per_unit > 0) {
            row.draw = new(row.draw);
        }
        for at in 0..self.draw_sets.len() {
            let set = u32::try_from(at).ok().and_then(|at| self.draw_sets.get_mut(at));
            set.into_iter().flat_map(|set| set.iter_mut()).for_each(|(pool, _)| *pool = new(*pool));
        }
    }

    /// Entries that cloning has to copy one by one.
    pub(crate) fn recent_len(&self) -> usize {
        self.category_places.recent_len()
            + self.division_places.recent_len()
            + self.organization_places.recent_len()
            + self.pools.recent_len()
            + self.schedule_places.recent_len()
            + self.validity_places.recent_len()
            + self.area_set_places.recent_len()
            + self.program_places.recent_len()
            + self.statement_places.recent_len()
            + self.category_set_places.recent_len()
    }

    /// Makes the latest entries shared.
    pub(crate) fn fold(&mut self) {
        self.category_places.fold();
        self.division_places.fold();
        self.organization_places.fold();
        self.pools.fold();
        self.schedule_places.fold();
        self.validity_places.fold();
        self.area_set_places.fold();
        self.program_places.fold();
        self.statement_places.fold();
        self.category_set_places.fold();
    }
}

/// Most levels followed upwards in a tree; beyond `TREE_DEPTH_MAX`, so that a cycle in damaged data ends too.
const TREE_LEVELS_MAX: u8 = 15;
const _: () = assert!(TREE_DEPTH_MAX <= TREE_LEVELS_MAX as usize, "levels fit the index");

/// The first instant after a day, in microseconds.
fn end_of(zone: &Zone, day: Date) -> i64 {
    day.tomorrow().map_or(i64::MAX, |next| zone.start_of(next).as_microsecond())
}

/// What a table entry points to, roughly, for entities kept whole.
const ENTITY_BYTES: usize = 160;

impl Tables {
    /// Gives unused room back.
    pub(crate) fn shrink(&mut self) {
        self.organizations.shrink();
        self.organizations_cold.shrink();
        self.pools.shrink();
        self.schedules.shrink();
        self.area_sets.shrink();
        self.draw_sets.shrink();
    }

    /// Bytes held.
    pub(crate) fn memory_bytes(&self) -> usize {
        let names: usize = self.organizations_cold.iter().map(|cold| cold.zh.len() + cold.en.len()).sum();
        let areas: usize = self.area_sets.iter().map(AreaSet::memory_bytes).sum();
        let programs: usize =
            self.programs.iter().map(|program| program.memory_bytes() + 2 * program.source().len()).sum();
        let statements: usize = self.statements.iter().map(|text| text.zh.len() + text.en.len() + 64).sum();
        let sets: usize = self.category_sets.iter().map(|set| 2 * size_of_val(&**set)).sum();
        let draws: usize = self.draw_sets.iter().map(|set| size_of_val(&**set)).sum();
        // A compiled schedule and its key each hold their intervals.
        let schedules = self.schedules.len() * 2 * 256;
        let trees = (self.categories.len() + self.divisions.len()) * 2 * ENTITY_BYTES;
        names
            + areas
            + programs
            + statements
            + sets
            + draws
            + schedules
            + trees
            + self.tables_bytes()
            + self.lookups_bytes()
    }

    fn tables_bytes(&self) -> usize {
        self.categories.memory_bytes()
            + self.divisions.memory_bytes()
            + self.standings.memory_bytes()
            + self.organizations.memory_bytes()
            + self.organizations_cold.memory_bytes()
            + self.pools.memory_bytes()
            + self.schedules.memory_bytes()
            + self.validities.memory_bytes()
            + self.area_sets.memory_bytes()
            + self.programs.memory_bytes()
            + self.statements.memory_bytes()
            + self.category_sets.memory_bytes()
            + self.draw_sets.memory_bytes()
    }

    fn lookups_bytes(&self) -> usize {
        self.category_places.memory_bytes()
            + self.division_places.memory_bytes()
            + self.organization_places.memory_bytes()
            + self.schedule_places.memory_bytes()
            + self.validity_places.memory_bytes()
            + self.area_set_places.memory_bytes()
            + self.program_places.memory_bytes()
            + self.statement_places.memory_bytes()
            + self.category_set_places.memory_bytes()
    }
}
