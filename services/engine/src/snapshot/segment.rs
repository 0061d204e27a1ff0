//! A packed set of resources with its indexes: the base, or what changed since.

use std::collections::HashMap;

use wishwell_domain::ids::ResourceId;

use super::row::{AreaKind, Cold, Draft, NONE, Row};
use super::tables::Tables;
use crate::index::leaf::{Entry, Leaf};
use crate::index::tree::{Forest, Item};

/// The trees and lists of one category with everything below it. Roots in the segment's forest, [`NONE`] when empty.
#[derive(Debug, Clone)]
pub(crate) struct CategoryIndex {
    /// Resources with a place.
    pub(crate) places: u32,
    /// Resources without a place that may serve wherever the beneficiary is: everywhere, or in several areas.
    pub(crate) anywhere: u32,
    /// Resources without a place that serve one division, by it, in order of divisions.
    pub(crate) by_division: Box<[(u32, u32)]>,
    /// Resources without a place that can serve nowhere.
    pub(crate) nowhere: u32,
    /// Resources in all.
    pub(crate) count: u32,
}

/// A packed set of resources. Rows lie in the order of their main category's tree, so that neighbours in search are neighbours in
/// memory.
#[derive(Debug, Default)]
pub(crate) struct Segment {
    pub(crate) rows: Vec<Row>,
    pub(crate) cold: Vec<Cold>,
    pub(crate) ids: Vec<ResourceId>,
    /// Rows in order of identifiers.
    by_id: Vec<u32>,
    pub(crate) titles: String,
    pub(crate) forest: Forest,
    categories: HashMap<u32, CategoryIndex>,
}

impl Segment {
    /// Packs `drafts`, whose titles lie in `titles`. Of drafts with one identifier the last counts.
    pub(crate) fn build(mut drafts: Vec<Draft>, titles: &str, tables: &Tables) -> Self {
        keep_last(&mut drafts);
        let drafts = in_tree_order(&drafts, tables);
        let mut segment = Self {
            rows: drafts.iter().map(|draft| draft.row).collect(),
            ids: drafts.iter().map(|draft| draft.id).collect(),
            cold: Vec::with_capacity(drafts.len()),
            ..Self::default()
        };
        let bytes = |cold: &Cold| usize::from(cold.title_zh_bytes) + usize::from(cold.title_en_bytes);
        segment.titles.reserve_exact(drafts.iter().map(|draft| bytes(&draft.cold)).sum());
        for draft in &drafts {
            let start = draft.cold.title_start as usize;
            let title_start = u32::try_from(segment.titles.len()).unwrap_or(u32::MAX);
            segment.titles.push_str(titles.get(start..start + bytes(&draft.cold)).unwrap_or_default());
            segment.cold.push(Cold { title_start, ..draft.cold });
        }
        segment.by_id = (0..place(drafts.len())).collect();
        let ids = &segment.ids;
        segment.by_id.sort_unstable_by_key(|row| ids.get(*row as usize));
        segment.index(tables);
        segment
    }

    /// Builds the indexes over the rows.
    pub(crate) fn index(&mut self, tables: &Tables) {
        self.forest = Forest::default();
        self.categories = HashMap::new();
        let mut listings: HashMap<u32, Vec<Entry>> = HashMap::new();
        let mut above = Above::new(tables);
        for (at, (row, cold)) in self.rows.iter().zip(&self.cold).enumerate() {
            let entry = Entry::of(place(at), row, tables);
            for (category, levels) in above.of(cold.category_set) {
                listings.entry(*category).or_default().push(entry.below(*levels));
            }
        }
        let mut listings: Vec<(u32, Vec<Entry>)> = listings.into_iter().collect();
        listings.sort_unstable_by_key(|(category, _)| *category);
        for (category, entries) in listings {
            let index = self.category_index(&entries);
            self.categories.insert(category, index);
        }
        self.forest.nodes.shrink_to_fit();
        self.forest.leaves.shrink_to_fit();
    }

    fn category_index(&mut self, entries: &[Entry]) -> CategoryIndex {
        let (mut placed, mut anywhere, mut nowhere) = (Vec::new(), Vec::new(), Vec::new());
        let mut by_division: HashMap<u32, Vec<Item>> = HashMap::new();
        for entry in entries {
            let Some(row) = self.rows.get(entry.row() as usize) else { continue };
            let item = Item { vector: row.vector, entry: *entry };
            match Reach::of(row) {
                _ if row.placed => placed.push(item),
                Reach::Anywhere => anywhere.push(item),
                Reach::Division(division) => by_division.entry(division).or_default().push(item),
                Reach::Nowhere => nowhere.push(item),
            }
        }
        let mut by_division: Vec<(u32, Vec<Item>)> = by_division.into_iter().collect();
        by_division.sort_unstable_by_key(|(division, _)| *division);
        let list = |forest: &mut Forest, mut items: Vec<Item>| forest.add_list(&mut items).unwrap_or(NONE);
        CategoryIndex {
            places: self.forest.add_tree(&mut placed).unwrap_or(NONE),
            anywhere: list(&mut self.forest, anywhere),
            by_division: by_division.into_iter().map(|(at, items)| (at, list(&mut self.forest, items))).collect(),
            nowhere: list(&mut self.forest, nowhere),
            count: place(entries.len()),
        }
    }

    /// The index of a category, none when no resource is in it or below.
    pub(crate) fn category(&self, category: u32) -> Option<&CategoryIndex> {
        self.categories.get(&category)
    }

    /// The row of a resource.
    pub(crate) fn row_of(&self, id: ResourceId) -> Option<u32> {
        let at = self.by_id.binary_search_by_key(&Some(&id), |row| self.ids.get(*row as usize)).ok()?;
        self.by_id.get(at).copied()
    }

    /// The resource in a row, as it went in.
    pub(crate) fn draft(&self, row: u32) -> Option<Draft> {
        let at = row as usize;
        Some(Draft { id: *self.ids.get(at)?, row: *self.rows.get(at)?, cold: *self.cold.get(at)? })
    }

    /// Bytes held.
    pub(crate) fn memory_bytes(&self) -> usize {
        let divisions: usize = self.categories.values().map(|index| size_of_val(&*index.by_division)).sum();
        self.rows.capacity() * size_of::<Row>()
            + self.cold.capacity() * size_of::<Cold>()
            + self.ids.capacity() * size_of::<ResourceId>()
            + self.by_id.capacity() * size_of::<u32>()
            + self.titles.capacity()
            + self.forest.memory_bytes()
            + self.categories.capacity() * (size_of::<(u32, CategoryIndex)>() + 1)
            + divisions
    }
}

/// Where a resource without a place can serve.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reach {
    /// It takes a look at the need, or it is everywhere.
    Anywhere,
    /// In this division.
    Division(u32),
    /// Nowhere: a radius around no place.
    Nowhere,
}

impl Reach {
    /// The reach of a row without a place.
    pub(crate) const fn of(row: &Row) -> Self {
        match row.area_kind {
            AreaKind::Everywhere | AreaKind::Set => Self::Anywhere,
            AreaKind::Division => Self::Division(row.area),
            AreaKind::Radius => Self::Nowhere,
        }
    }
}

/// The categories a set of categories is listed under, each with the fewest levels from a member: worked out once per set.
pub(crate) struct Above<'t> {
    tables: &'t Tables,
    known: HashMap<u32, Vec<(u32, u8)>>,
}

impl<'t> Above<'t> {
    pub(crate) fn new(tables: &'t Tables) -> Self {
        Self { tables, known: HashMap::new() }
    }

    pub(crate) fn of(&mut self, category_set: u32) -> &[(u32, u8)] {
        self.known.entry(category_set).or_insert_with(|| {
            let mut listed: Vec<(u32, u8)> = Vec::new();
            for member in self.tables.category_sets.get(category_set).map_or(&[][..], |set| set) {
                for (category, levels) in self.tables.category_ancestors(*member) {
                    match listed.iter_mut().find(|(known, _)| *known == category) {
                        Some((_, fewest)) => *fewest = levels.min(*fewest),
                        None => listed.push((category, levels)),
                    }
                }
            }
            listed
        })
    }
}

/// Keeps the last of drafts with one identifier.
fn keep_last(drafts: &mut Vec<Draft>) {
    let mut last: HashMap<ResourceId, usize> = HashMap::with_capacity(drafts.len());
    for (at, draft) in drafts.iter().enumerate() {
        last.insert(draft.id, at);
    }
    if last.len() < drafts.len() {
        let mut at = 0;
        drafts.retain(|draft| {
            at += 1;
            last.get(&draft.id) == Some(&(at - 1))
        });
    }
}

/// Drafts of one main category.
#[derive(Default)]
struct Group {
    placed: Vec<Item>,
    unplaced: Vec<Item>,
}

/// The drafts by main category, within it in the order of a tree over places.
fn in_tree_order(drafts: &[Draft], tables: &Tables) -> Vec<Draft> {
    let main = |draft: &Draft| {
        tables.category_sets.get(draft.cold.category_set).and_then(|set| set.first()).copied().unwrap_or(NONE)
    };
    let mut groups: HashMap<u32, Group> = HashMap::new();
    for (at, draft) in drafts.iter().enumerate() {
        let group = groups.entry(main(draft)).or_default();
        let item = Item { vector: draft.row.vector, entry: Entry::of(place(at), &draft.row, tables) };
        if draft.row.placed { group.placed.push(item) } else { group.unplaced.push(item) }
    }
    let mut groups: Vec<(u32, Group)> = groups.into_iter().collect();
    groups.sort_unstable_by_key(|(category, _)| *category);
    let mut forest = Forest::default();
    for (_, mut group) in groups {
        forest.add_tree(&mut group.placed);
        forest.add_list(&mut group.unplaced);
    }
    // Empty entries name no draft.
    let entries = forest.leaves.iter().flat_map(Leaf::entries);
    entries.filter_map(|entry| drafts.get(entry.row() as usize).copied()).collect()
}

/// The bounds of the index keep rows far below 2^32.
fn place(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}
