//! What is asked of a problem again and again, found once.

use wishwell_allocation::{Problem, ProblemParts, Split};

/// Lists of numbers, one after the other.
#[derive(Clone, Debug)]
pub(super) struct Lists {
    first: Vec<u32>,
    all: Vec<u32>,
}

impl Lists {
    /// Of (list, number), in any order; the numbers of a list ascend.
    fn new(lists: usize, mut pairs: Vec<(u32, u32)>) -> Self {
        pairs.sort_unstable();
        pairs.dedup();
        let mut first = vec![0_u32; lists + 1];
        for (list, _) in &pairs {
            first[*list as usize + 1] += 1;
        }
        for list in 0..lists {
            first[list + 1] += first[list];
        }
        Self { first, all: pairs.into_iter().map(|(_, number)| number).collect() }
    }

    pub(super) fn of(&self, list: u32) -> &[u32] {
        &self.all[self.first[list as usize] as usize..self.first[list as usize + 1] as usize]
    }
}

/// A problem of one component with its cross-references.
#[derive(Clone, Debug)]
pub(super) struct Index<'a> {
    pub(super) problem: &'a Problem,
    /// The item of each arc.
    pub(super) item_of: Vec<u32>,
    /// Further pools of each arc.
    draws: Lists,
    /// The bundle of each item.
    pub(super) bundle_of: Vec<Option<u32>>,
    /// Bounds on partners that each item is under.
    pub(super) bounds_of: Lists,
    /// Bounds on contacts of each partner, by the partner's place among those that have pools.
    contacts_of: Lists,
    partners: Vec<u32>,
}

impl<'a> Index<'a> {
    pub(super) fn of(problem: &'a Problem) -> Self {
        let parts = problem.parts();
        let items = parts.items.len();
        let mut item_of = Vec::with_capacity(parts.arc_pool.len());
        for item in 0..items as u32 {
            item_of.resize(item_of.len() + problem.arcs(item).len(), item);
        }
        let mut bundle_of = vec![None; items];
        for (nth, bundle) in (0..).zip(&parts.bundles) {
            for item in &bundle.items {
                bundle_of[*item as usize] = Some(nth);
            }
        }
        let bounds = (0_u32..).zip(&parts.partners).flat_map(|(nth, of)| of.items.iter().map(move |item| (*item, nth)));
        let mut partners: Vec<u32> = parts.pools.iter().map(|pool| pool.partner).collect();
        partners.sort_unstable();
        partners.dedup();
        let contacts = (0_u32..).zip(&parts.contacts).filter_map(|(nth, contacts)| {
            partners.binary_search(&contacts.partner).ok().map(|place| (place as u32, nth))
        });
        Self {
            problem,
            item_of,
            draws: Lists::new(parts.arc_pool.len(), parts.draws.clone()),
            bundle_of,
            bounds_of: Lists::new(items, bounds.collect()),
            contacts_of: Lists::new(partners.len(), contacts.collect()),
            partners,
        }
    }

    pub(super) const fn parts(&self) -> &'a ProblemParts {
        self.problem.parts()
    }

    pub(super) fn whole(&self, item: u32) -> bool {
        self.parts().items[item as usize].split == Split::Whole
    }

    pub(super) fn quantity(&self, item: u32) -> u64 {
        self.parts().items[item as usize].quantity
    }

    /// Whether nothing but whole numbers of units matters for the item itself: a flow serves it rightly.
    pub(super) fn plain(&self, item: u32) -> bool {
        !self.whole(item)
            || self.quantity(item) == 1 && self.problem.arcs(item).all(|arc| self.draws.of(arc as u32).is_empty())
    }

    /// The items of each pool whose arcs touch it, of those arcs that count.
    pub(super) fn entering(&self, counts: impl Fn(u32) -> bool) -> Lists {
        let parts = self.parts();
        let mut first = vec![0_u32; parts.pools.len() + 1];
        let each = |tell: &mut dyn FnMut(u32, u32)| {
            let mut last = vec![u32::MAX; parts.pools.len()];
            for (arc, item) in (0_u32..).zip(&self.item_of).filter(|(arc, _)| counts(*arc)) {
                for pool in self.touched(arc) {
                    if std::mem::replace(&mut last[pool as usize], *item) != *item {
                        tell(pool, *item);
                    }
                }
            }
        };
        each(&mut |pool, _| first[pool as usize + 1] += 1);
        for pool in 0..parts.pools.len() {
            first[pool + 1] += first[pool];
        }
        let mut next = first.clone();
        let mut all = vec![0; first[parts.pools.len()] as usize];
        each(&mut |pool, item| {
            let at = &mut next[pool as usize];
            all[*at as usize] = item;
            *at += 1;
        });
        Lists { first, all }
    }

    /// Further pools that an arc draws on.
    pub(super) fn draws(&self, arc: u32) -> &[u32] {
        self.draws.of(arc)
    }

    /// The pools an arc touches: its own first, then those it draws on.
    pub(super) fn touched(&self, arc: u32) -> impl Iterator<Item = u32> + '_ {
        std::iter::once(self.parts().arc_pool[arc as usize]).chain(self.draws.of(arc).iter().copied())
    }

    /// The partners an arc touches, each once.
    pub(super) fn partners(&self, arc: u32) -> impl Iterator<Item = u32> + '_ {
        let partner = |pool: u32| self.parts().pools[pool as usize].partner;
        self.touched(arc).enumerate().filter_map(move |(nth, pool)| {
            let seen = self.touched(arc).take(nth).any(|before| partner(before) == partner(pool));
            (!seen).then(|| partner(pool))
        })
    }

    /// Whether an arc touches a partner.
    pub(super) fn touches(&self, arc: u32, partner: u32) -> bool {
        self.touched(arc).any(|pool| self.parts().pools[pool as usize].partner == partner)
    }

    /// Bounds on contacts of a partner.
    pub(super) fn contacts_of(&self, partner: u32) -> &[u32] {
        self.partners.binary_search(&partner).map_or(&[], |place| self.contacts_of.of(place as u32))
    }

    /// The caps above a pool, from the lowest.
    pub(super) fn caps_above(&self, pool: u32) -> impl Iterator<Item = u32> + '_ {
        let parts = self.parts();
        std::iter::successors(parts.pools[pool as usize].cap, move |cap| parts.caps[*cap as usize].cap)
    }

    /// The groups an item is in, from the lowest.
    pub(super) fn groups_above(&self, item: u32) -> impl Iterator<Item = u32> + '_ {
        let parts = self.parts();
        std::iter::successors(parts.items[item as usize].group, move |group| parts.groups[*group as usize].group)
    }
}
