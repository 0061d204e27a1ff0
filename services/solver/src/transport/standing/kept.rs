//! What a standing answer keeps, in numbers of one kind.

use wishwell_allocation::Segment;

use super::super::cost::Cost;
use super::super::flow::Flow;
use super::super::incoming::Incoming;
use super::super::network::{Arc, Network};
use super::super::prices;
use super::super::search::Search;
use super::super::weights::{Digits, Levels, Size, Weights};
use crate::control::{Cancelled, Control};

/// So much of what there is fits in besides before everything has to be moved: an eighth.
const ROOM: usize = 8;

/// A flow that was made optimal, and what it takes to do so again.
#[derive(Debug)]
pub(super) struct Optimum<C> {
    flow: Flow<C>,
    search: Search<C>,
    incoming: Incoming,
    /// What the weights allow for.
    size: Size,
    /// Items that may lack units which would bring something.
    open: Vec<u32>,
}

impl<C: Cost> Optimum<C> {
    /// Keeps what was given, (item, arc, units), as far as it is best at these prices; the weights allow for this size.
    pub(super) fn new(
        network: Network<C>,
        size: Size,
        prices: impl Iterator<Item = Digits>,
        flows: impl Iterator<Item = (u32, u32, u64)>,
    ) -> Self {
        let incoming = Incoming::of(&network);
        let search = Search::new(network.pools());
        let mut flow = Flow::new(network);
        flow.reserve(flow.network.items() / ROOM, flow.network.arcs.len() / ROOM);
        for (price, digits) in flow.price.iter_mut().zip(prices) {
            *price = flow.network.weights.put_together(digits).unwrap_or(C::ZERO);
        }
        for (item, arc, units) in flows {
            flow.give_if_best(item, arc, units);
        }
        let open = (0..flow.network.items() as u32).filter(|item| flow.wants(*item)).collect();
        prices::raise(&mut flow, &incoming);
        Self { flow, search, incoming, size, open }
    }
}

/// What a standing answer asks of what it keeps, whatever the numbers in there are.
pub(super) trait Kept: std::fmt::Debug + Send + Sync {
    fn items(&self) -> usize;
    fn arcs(&self) -> usize;
    fn pools(&self) -> usize;
    /// Whether arcs so long and segments so dear can be counted without overflow.
    fn counts(&self, dearest: u32, highest_price: u32) -> bool;
    /// The same in numbers and with weights for whatever may come; none, if there are no such.
    fn widened(&self, levels: &Levels) -> Option<Box<dyn Kept>>;
    /// Adds an item with these arcs, sorted by pool; tells its number.
    fn add(&mut self, quantity: u64, rank: u32, arcs: &[Arc]) -> u32;
    fn set_quantity(&mut self, item: u32, quantity: u64);
    fn set_capacity(&mut self, pool: u32, segments: &[Segment]);
    /// Makes it optimal again; where it was asked to stop, another call goes on from there.
    fn solve(&mut self, control: &dyn Control) -> Result<(), Cancelled>;
    /// What serves an item: (pool, units).
    fn served(&self, item: u32) -> Vec<(u32, u64)>;
    /// The lowest prices, in the weights of these levels.
    fn lowest(&self, levels: &Levels) -> Vec<i128>;
}

impl<C: Cost> Kept for Optimum<C> {
    fn items(&self) -> usize {
        self.flow.network.items()
    }

    fn arcs(&self) -> usize {
        self.flow.network.arcs.len()
    }

    fn pools(&self) -> usize {
        self.flow.network.pools()
    }

    fn counts(&self, dearest: u32, highest_price: u32) -> bool {
        dearest <= self.size.dearest && highest_price <= self.size.highest_price
    }

    fn widened(&self, levels: &Levels) -> Option<Box<dyn Kept>> {
        let Self { flow, open, .. } = self;
        let prices = flow.price.iter().map(|price| flow.network.weights.apart(*price));
        let pieces = flow.pieces.iter().flatten().map(|piece| (piece.item, piece.arc, piece.units));
        let network = flow.network.weighed_anew(Weights::<i128>::own(levels, Size::LARGEST)?);
        let mut wide = Optimum::new(network, Size::LARGEST, prices, pieces);
        wide.open.extend(open);
        Some(Box::new(wide))
    }

    fn add(&mut self, quantity: u64, rank: u32, arcs: &[Arc]) -> u32 {
        let network = &mut self.flow.network;
        let item = network.items() as u32;
        for arc in arcs {
            self.incoming.add(*arc, item, network.arcs.len() as u32);
            network.arcs.push(*arc);
        }
        network.first.push(network.arcs.len() as u32);
        network.quantity.push(quantity);
        network.rank.push(rank);
        self.flow.add_item(quantity);
        self.open.push(item);
        item
    }

    fn set_quantity(&mut self, item: u32, quantity: u64) {
        self.flow.set_quantity(item, quantity);
        self.open.push(item);
    }

    fn set_capacity(&mut self, pool: u32, segments: &[Segment]) {
        self.flow.network.set_segments(pool, segments);
        self.flow.fit_load(pool, &mut self.open);
    }

    fn solve(&mut self, control: &dyn Control) -> Result<(), Cancelled> {
        let ranks = &self.flow.network.rank;
        self.open.sort_by_key(|item| (std::cmp::Reverse(ranks[*item as usize]), *item));
        self.open.dedup();
        let open = std::mem::take(&mut self.open);
        for (nth, item) in open.iter().enumerate() {
            if control.stopped() {
                self.open.extend_from_slice(&open[nth..]);
                return Err(Cancelled);
            }
            self.search.place(&mut self.flow, *item);
        }
        for pool in 0..self.flow.network.pools() as u32 {
            if self.flow.ask[pool as usize] < self.flow.price[pool as usize] {
                if control.stopped() {
                    return Err(Cancelled);
                }
                self.search.fill(&mut self.flow, &self.incoming, pool);
            }
        }
        control.settled(open.len() as u64);
        Ok(())
    }

    fn served(&self, item: u32) -> Vec<(u32, u64)> {
        let arcs = &self.flow.network.arcs;
        self.flow.carriers(item).map(|arc| (arcs[arc as usize].pool, self.flow.carried(arc))).collect()
    }

    fn lowest(&self, levels: &Levels) -> Vec<i128> {
        prices::lowest(&self.flow, levels)
    }
}
