//! Open needs, for the reverse question.

use std::collections::HashMap;
use std::sync::Arc;

use jiff::Timestamp;
use uuid::Uuid;
use wishwell_domain::beneficiary::GroupTag;
use wishwell_domain::geo::Point;
use wishwell_domain::ids::{HouseholdId, NeedId};
use wishwell_domain::need::{Mobility, Need, Recurrence, Timing, Urgency};
use wishwell_domain::occurrence::{Asked, TakenPeriod};
use wishwell_domain::unit::Unit;

use super::chunked::Chunked;
use super::lookup::Lookup;
use super::row::NONE;
use super::tables::Tables;

/// An open need without anything personal.
#[derive(Debug, Clone)]
pub(crate) struct OpenNeed {
    pub(crate) id: NeedId,
    pub(crate) household: Option<HouseholdId>,
    pub(crate) urgency: Urgency,
    pub(crate) timing: Option<Timing>,
    pub(crate) place: Option<Point>,
    pub(crate) division: u32,
    pub(crate) mobility: Mobility,
    pub(crate) group_tags: Box<[GroupTag]>,
    pub(crate) involves_minors: bool,
    pub(crate) wish: Option<ShownWish>,
    /// Since when it is a wish, or when it was first; none when it never was.
    pub(crate) wish_since: Option<Timestamp>,
    pub(crate) created_at: Timestamp,
    pub(crate) items: Box<[OpenItem]>,
}

/// What a published need shows of where and when.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ShownWish {
    /// The division that it shows.
    pub(crate) place: u32,
    pub(crate) week_start: Timestamp,
    pub(crate) lot: Uuid,
}

/// One of its items.
#[derive(Debug, Clone)]
pub(crate) struct OpenItem {
    pub(crate) ordinal: u16,
    pub(crate) category: u32,
    pub(crate) unit: Unit,
    pub(crate) splittable: bool,
    quantity: i64,
    recurrence: Option<Recurrence>,
    left: i64,
    taken: Box<[TakenPeriod]>,
}

impl OpenItem {
    /// What is asked and what of it is taken.
    pub(crate) fn as_asked(&self) -> Asked<'_> {
        Asked { quantity: self.quantity, recurrence: self.recurrence, left: self.left, taken: &self.taken }
    }
}

/// All open needs. Cloning shares their memory.
#[derive(Debug, Clone, Default)]
pub(crate) struct NeedTable {
    needs: Chunked<Option<Arc<OpenNeed>>>,
    places: Lookup<NeedId>,
    /// Places of needs with an item in the very category, in order.
    by_category: Arc<HashMap<u32, Arc<Vec<u32>>>>,
    open: usize,
}

impl NeedTable {
    /// Puts a need: open ones are kept, others leave.
    pub(crate) fn put(&mut self, need: &Need, tables: &mut Tables) {
        let known = self.places.get(&need.id);
        if !need.state.is_open() {
            if let Some(at) = known {
                self.remove(at);
            }
            return;
        }
        // What is referred or served already looks for nobody any more.
        let wanting = need.items.iter().filter(|item| item.left() > 0);
        let items = wanting.map(|item| OpenItem {
            ordinal: item.ordinal,
            category: tables.category_place(&item.category),
            unit: item.unit,
            splittable: item.splittable,
            quantity: item.quantity,
            recurrence: item.recurrence,
            left: item.left(),
            taken: item.taken.as_slice().into(),
        });
        let open = Arc::new(OpenNeed {
            id: need.id,
            household: need.household,
            urgency: need.urgency,
            timing: need.timing,
            place: need.place,
            items: items.collect(),
            division: need.division.as_ref().map_or(NONE, |code| tables.division_place(code)),
            mobility: need.mobility,
            group_tags: need.group_tags.as_slice().into(),
            involves_minors: need.involves_minors,
            wish_since: need
                .publication
                .as_ref()
                .map(|known| known.first_at)
                .or(need.wish.as_ref().map(|wish| wish.published_at)),
            wish: need.wish.as_ref().map(|wish| ShownWish {
                place: wish.place.as_ref().map_or(NONE, |code| tables.division_place(code)),
                week_start: wish.week_start(),
                lot: wish.lot.unwrap_or_default(),
            }),
            created_at: need.created_at,
        });
        // Each offer takes from what a need lacks, and few change in which categories it is listed.
        if let Some(place) = known.and_then(|at| self.needs.get_mut(at)?.as_mut())
            && place.items.iter().map(|item| item.category).eq(open.items.iter().map(|item| item.category))
        {
            *place = open;
            return;
        }
        if let Some(at) = known {
            self.remove(at);
        }
        let at = known.unwrap_or_else(|| {
            let at = self.needs.push(None);
            self.places.insert(need.id, at);
            at
        });
        self.list(at, &open);
        if let Some(place) = self.needs.get_mut(at) {
            *place = Some(open);
            self.open += 1;
        }
    }

    fn list(&mut self, at: u32, open: &OpenNeed) {
        let by_category = Arc::make_mut(&mut self.by_category);
        for item in &open.items {
            let listed = Arc::make_mut(by_category.entry(item.category).or_default());
            if let Err(gap) = listed.binary_search(&at) {
                listed.insert(gap, at);
            }
        }
    }

    fn remove(&mut self, at: u32) {
        let Some(need) = self.needs.get_mut(at).and_then(Option::take) else { return };
        self.open -= 1;
        let by_category = Arc::make_mut(&mut self.by_category);
        for item in &need.items {
            if let Some(listed) = by_category.get_mut(&item.category).map(Arc::make_mut)
                && let Ok(place) = listed.binary_search(&at)
            {
                listed.remove(place);
            }
        }
    }

    /// An open need.
    pub(crate) fn get(&self, id: NeedId) -> Option<&OpenNeed> {
        self.needs.get(self.places.get(&id)?)?.as_deref()
    }

    /// Needs with an item in the very category.
    pub(crate) fn in_category(&self, category: u32) -> impl Iterator<Item = &OpenNeed> {
        let listed = self.by_category.get(&category).map_or(&[][..], |listed| listed);
        listed.iter().filter_map(|at| self.needs.get(*at)?.as_deref())
    }

    /// All open needs, in no particular order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Arc<OpenNeed>> {
        self.needs.iter().flatten()
    }

    pub(crate) fn open(&self) -> usize {
        self.open
    }

    pub(crate) fn recent_len(&self) -> usize {
        self.places.recent_len()
    }

    pub(crate) fn fold(&mut self) {
        self.places.fold();
    }

    pub(crate) fn memory_bytes(&self) -> usize {
        let needs: usize = self
            .needs
            .iter()
            .flatten()
            .map(|need| size_of::<OpenNeed>() + 16 + size_of_val(&*need.items) + size_of_val(&*need.group_tags))
            .sum();
        let listed: usize = self.by_category.values().map(|listed| listed.capacity() * 4 + 40).sum();
        self.needs.memory_bytes() + self.places.memory_bytes() + needs + listed
    }
}
