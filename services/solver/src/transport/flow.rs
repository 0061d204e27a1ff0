//! A flow of one component, with prices of its pools that go with it.

use super::cost::Cost;
use super::network::{Arc, Network};

/// No arc, pool or item.
pub(super) const NONE: u32 = u32::MAX;
/// An item's arc or pool when several carry its units.
pub(super) const SEVERAL: u32 = u32::MAX - 1;

/// What a pool gives to an item.
#[derive(Clone, Copy, Debug)]
pub(super) struct Piece<C> {
    pub(super) item: u32,
    pub(super) arc: u32,
    pub(super) units: u64,
    /// From this price of the pool on the item would as soon go without.
    pub(super) goes_at: C,
    /// Below this price of the pool the item is certainly best served here, as long as no price elsewhere falls.
    pub(super) stays_below: C,
}

/// Who gets what from where, and what a unit costs at each pool.
#[derive(Debug)]
pub(super) struct Flow<C> {
    pub(super) network: Network<C>,
    /// Of a unit at each pool.
    pub(super) price: Vec<C>,
    /// Price of the next unit that a pool gives; `FAR` when it is exhausted.
    pub(super) ask: Vec<C>,
    /// Units given by each pool.
    pub(super) load: Vec<u64>,
    /// To whom, in no particular order; an item once at the most.
    pub(super) pieces: Vec<Vec<Piece<C>>>,
    /// Units that each item still lacks.
    pub(super) lacking: Vec<u64>,
    /// The one arc that carries units of an item, `NONE` or `SEVERAL`.
    carrier: Vec<u32>,
}

impl<C: Cost> Flow<C> {
    /// Nothing given, at the lowest prices.
    pub(super) fn new(network: Network<C>) -> Self {
        let pools = network.pools() as u32;
        let ask = |pool| network.next(pool, 0).map_or(C::FAR, |(price, _)| network.priced(price));
        Self {
            price: vec![C::ZERO; pools as usize],
            ask: (0..pools).map(ask).collect(),
            load: vec![0; pools as usize],
            pieces: vec![Vec::new(); pools as usize],
            lacking: network.quantity.clone(),
            carrier: vec![NONE; network.items()],
            network,
        }
    }

    fn set_load(&mut self, pool: u32, load: u64) {
        self.load[pool as usize] = load;
        self.ask[pool as usize] = self.network.next(pool, load).map_or(C::FAR, |(price, _)| self.network.priced(price));
    }

    /// Units that a pool can still give at the price it asks.
    pub(super) fn room(&self, pool: u32) -> u64 {
        self.network.next(pool, self.load[pool as usize]).map_or(0, |(_, units)| units)
    }

    /// Gives up to so many units over an arc, if and as far as it is the item's best, and the pool's price covers them.
    pub(super) fn give_if_best(&mut self, item: u32, arc: u32, units: u64) {
        let pool = self.network.arcs[arc as usize].pool;
        let load = self.load[pool as usize];
        let left = self.network.within(pool, self.price[pool as usize]).saturating_sub(load);
        let units = units.min(left).min(self.lacking[item as usize]);
        if units > 0 && self.is_best(item, arc) {
            self.set_load(pool, load + units);
            self.lacking[item as usize] -= units;
            self.put(pool, item, arc, units);
        }
    }

    /// Keeps room for so many more items with so many arcs, so that adding them moves nothing.
    pub(super) fn reserve(&mut self, items: usize, arcs: usize) {
        let network = &mut self.network;
        network.first.reserve(items);
        network.arcs.reserve(arcs);
        network.quantity.reserve(items);
        network.rank.reserve(items);
        self.lacking.reserve(items);
        self.carrier.reserve(items);
    }

    /// Room for one more item, which lacks so much; the network has it already.
    pub(super) fn add_item(&mut self, lacking: u64) {
        self.lacking.push(lacking);
        self.carrier.push(NONE);
    }

    /// Changes what an item asks for; what it has too much of goes back.
    pub(super) fn set_quantity(&mut self, item: u32, quantity: u64) {
        let served = self.network.quantity[item as usize] - self.lacking[item as usize];
        let mut over = served.saturating_sub(quantity);
        let carriers: Vec<u32> = self.carriers(item).collect();
        for (pool, nth) in carriers.into_iter().rev().filter_map(|arc| self.place_of(arc)).collect::<Vec<_>>() {
            let units = over.min(self.pieces[pool as usize][nth].units);
            if units > 0 {
                self.set_load(pool, self.load[pool as usize] - units);
                self.withdraw(pool, nth, units);
                over -= units;
            }
        }
        self.network.quantity[item as usize] = quantity;
        self.lacking[item as usize] = quantity.saturating_sub(served);
    }

    /// Takes back what a pool gives beyond what its price covers; whose units they were is added to `open`.
    pub(super) fn fit_load(&mut self, pool: u32, open: &mut Vec<u32>) {
        let load = self.load[pool as usize];
        let within = self.network.within(pool, self.price[pool as usize]);
        let mut over = load.saturating_sub(within);
        self.set_load(pool, load - over);
        while let (Some(piece), 1..) = (self.pieces[pool as usize].last().copied(), over) {
            let units = over.min(piece.units);
            self.lacking[piece.item as usize] += units;
            self.withdraw(pool, self.pieces[pool as usize].len() - 1, units);
            open.push(piece.item);
            over -= units;
        }
    }

    /// Whether an item lacks units that would bring something.
    pub(super) fn wants(&self, item: u32) -> bool {
        let total = |arc: &Arc| self.network.cost(*arc) + self.price[arc.pool as usize];
        self.lacking[item as usize] > 0
            && self.network.arcs[self.network.arcs(item)].iter().any(|arc| total(arc) < self.network.worth(item))
    }

    /// Moves an end of a path: what a pool gives changes, while its pieces are changed by [`Flow::put`] and [`Flow::withdraw`].
    pub(super) fn shift_load(&mut self, pool: u32, more: u64, less: u64) {
        self.set_load(pool, self.load[pool as usize] + more - less);
    }

    /// Forgets where items would rather stay: prices have fallen.
    pub(super) fn forget_stays(&mut self) {
        for piece in self.pieces.iter_mut().flatten() {
            piece.stays_below = -C::FAR;
        }
    }

    /// Adds to what a pool gives an item, which has no better use of its units at the prices as they are.
    pub(super) fn put(&mut self, pool: u32, item: u32, arc: u32, units: u64) {
        let carrier = &mut self.carrier[item as usize];
        let pieces = &mut self.pieces[pool as usize];
        if *carrier != NONE
            && (*carrier == arc || *carrier == SEVERAL)
            && let Some(piece) = pieces.iter_mut().find(|piece| piece.item == item)
        {
            piece.units += units;
            return;
        }
        *carrier = if *carrier == NONE { arc } else { SEVERAL };
        let goes_at = self.network.worth(item) - self.network.cost(self.network.arcs[arc as usize]);
        pieces.push(Piece { item, arc, units, goes_at, stays_below: self.price[pool as usize] });
    }

    /// Takes from a pool's n-th piece; the last piece takes its place when nothing is left.
    pub(super) fn withdraw(&mut self, pool: u32, nth: usize, units: u64) {
        let piece = &mut self.pieces[pool as usize][nth];
        piece.units -= units;
        if piece.units > 0 {
            return;
        }
        let item = piece.item;
        self.pieces[pool as usize].swap_remove(nth);
        if self.carrier[item as usize] == SEVERAL {
            let mut others = self.carriers_of_several(item);
            let one = others.next();
            if let (Some((arc, _)), None) = (one, others.next()) {
                drop(others);
                self.carrier[item as usize] = arc;
            }
        } else {
            self.carrier[item as usize] = NONE;
        }
    }

    fn carriers_of_several(&self, item: u32) -> impl Iterator<Item = (u32, usize)> {
        self.network.arcs(item).filter_map(move |arc| {
            let pieces = &self.pieces[self.network.arcs[arc].pool as usize];
            pieces.iter().position(|piece| piece.item == item).map(|nth| (arc as u32, nth))
        })
    }

    /// The arcs that carry units of an item.
    pub(super) fn carriers(&self, item: u32) -> impl Iterator<Item = u32> {
        let (one, several) = match self.carrier[item as usize] {
            NONE => (None, None),
            SEVERAL => (None, Some(self.carriers_of_several(item).map(|(arc, _)| arc))),
            arc => (Some(arc), None),
        };
        one.into_iter().chain(several.into_iter().flatten())
    }

    /// Whether no other use of an item's units would be better than over this arc.
    fn is_best(&self, item: u32, arc: u32) -> bool {
        let total = |nth: usize| {
            let arc = self.network.arcs[nth];
            self.network.cost(arc) + self.price[arc.pool as usize]
        };
        let here = total(arc as usize);
        here <= self.network.worth(item) && self.network.arcs(item).all(|nth| total(nth) >= here)
    }

    fn place_of(&self, arc: u32) -> Option<(u32, usize)> {
        let pool = self.network.arcs[arc as usize].pool;
        self.pieces[pool as usize].iter().position(|piece| piece.arc == arc).map(|nth| (pool, nth))
    }

    /// Units that an arc carries.
    pub(super) fn carried(&self, arc: u32) -> u64 {
        self.place_of(arc).map_or(0, |(pool, nth)| self.pieces[pool as usize][nth].units)
    }

    /// Moves units of an item from one of its arcs to another; what the pools give is left to the caller.
    pub(super) fn move_over(&mut self, from: u32, to: u32, units: u64) {
        if let Some((pool, nth)) = self.place_of(from) {
            let item = self.pieces[pool as usize][nth].item;
            self.withdraw(pool, nth, units);
            self.put(self.network.arcs[to as usize].pool, item, to, units);
        }
    }
}
