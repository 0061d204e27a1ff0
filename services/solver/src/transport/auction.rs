//! Prices that are nearly right, by an auction.
//!
//! Bertsekas and Castañon, "The auction algorithm for the transportation problem" (1989), with scaled steps: items bid for units of the
//! pool that suits them best, up to where another suits them as well, and one step more; a pool gives to the highest bids, and its price
//! is what the lowest of them bid. Each round has smaller steps, and begins with the prices of the round before, lowered by its step.

use super::cost::Cost;
use super::flow::Flow;
use super::network::{Arc, Network};
use super::weights::{Digits, Weights};

const FAR: i64 = <i64 as Cost>::FAR;

/// How much smaller the steps get from one round to the next.
const STEP_DIVISOR: i64 = 4;
/// How many steps a typical arc's length has in the last round.
const STEPS: i64 = 512;
/// By how many halves of its steps a round's prices are lowered for the next one. A round overshoots by about one, and a price too high costs
/// more to put right than one too low.
const LOWER_HALVES: i64 = 3;
/// By how many steps they are lowered after the last round.
const LOWER_LAST: i64 = 6;

#[derive(Clone, Copy, Debug)]
struct Bid {
    level: i64,
    item: u32,
    units: u64,
}

/// Arcs that may be an item's best; a pool that is not there stands for none.
#[derive(Clone, Copy, Debug)]
struct Favourites {
    arcs: [Arc; FAVOURITES],
    /// No other arc of the item costs less.
    others: i64,
}

/// How often an auction looks whether it shall stop.
const ITEMS_BETWEEN_LOOKS: usize = 256;
/// How many arcs are looked at first.
const FAVOURITES: usize = 3;

/// An auction of a component's units, in rough weights.
pub(super) struct Auction<'a, C> {
    network: &'a Network<C>,
    weights: &'a Weights<i64>,
    price: Vec<i64>,
    /// Price of the next unit that nobody has; `FAR` when there is none.
    ask: Vec<i64>,
    load: Vec<u64>,
    /// Heaps, lowest first.
    bids: Vec<Vec<Bid>>,
    lacking: Vec<u64>,
    favourites: Vec<Favourites>,
    /// Items whose bids were outbid.
    outbid: Vec<u32>,
    /// By how much the prices are lowered in the end.
    lowered: i64,
}

impl<'a, C: Cost> Auction<'a, C> {
    pub(super) fn new(network: &'a Network<C>, weights: &'a Weights<i64>) -> Self {
        let pools = network.pools();
        Self {
            network,
            weights,
            // One more than there are, which nobody can afford.
            price: (0..=pools).map(|pool| if pool < pools { 0 } else { FAR }).collect(),
            ask: vec![0; pools],
            load: vec![0; pools],
            bids: vec![Vec::new(); pools],
            lacking: Vec::new(),
            favourites: vec![
                Favourites { arcs: [Arc { pool: 0, distance: 0 }; FAVOURITES], others: -FAR };
                network.items()
            ],
            outbid: Vec::new(),
            lowered: 0,
        }
    }

    /// Holds the rounds; items bid in this order. The last one has steps that are short beside a typical distance. False, if it was
    /// stopped.
    pub(super) fn run(&mut self, typical: u32, order: &[u32], stopped: impl Fn() -> bool) -> bool {
        let dearest = self.network.arcs.iter().map(|arc| self.cost(*arc)).max().unwrap_or(0);
        let highest = self.network.segments.iter().map(|(_, price)| i64::from(*price) * self.weights.load).max();
        let mut step = dearest.max(highest.unwrap_or(0)).max(1);
        let mut lower = 0;
        loop {
            self.begin(lower);
            for (nth, item) in order.iter().enumerate() {
                if nth % ITEMS_BETWEEN_LOOKS == 0 && stopped() {
                    return false;
                }
                self.bid(*item, step);
                while let Some(item) = self.outbid.pop() {
                    self.bid(item, step);
                }
            }
            if step <= 1 || step * STEPS <= self.weights.distance * i64::from(typical) {
                self.lowered = LOWER_LAST * step;
                return true;
            }
            lower = LOWER_HALVES * step / 2;
            step = (step / STEP_DIVISOR).max(1);
        }
    }

    fn cost(&self, arc: Arc) -> i64 {
        self.weights.distance * i64::from(arc.distance)
    }

    fn next(&self, pool: usize) -> i64 {
        let next = self.network.next(pool as u32, self.load[pool]);
        next.map_or(FAR, |(price, _)| self.weights.load * i64::from(price))
    }

    fn begin(&mut self, lower: i64) {
        for pool in 0..self.load.len() {
            self.load[pool] = 0;
            self.ask[pool] = self.next(pool).max(self.price[pool] - lower);
            self.price[pool] = self.ask[pool];
            self.bids[pool].clear();
        }
        self.lacking.clone_from(&self.network.quantity);
        for favourites in &mut self.favourites {
            favourites.others -= lower;
        }
    }

    /// Bids for all that an item lacks.
    fn bid(&mut self, item: u32, step: i64) {
        let worth = self.weights.worths[self.network.rank[item as usize] as usize];
        while self.lacking[item as usize] > 0 {
            let favourites = &self.favourites[item as usize];
            let (mut best, mut second) = self.best_two(favourites);
            if second.min(worth) > favourites.others {
                let favourites = self.choose(item);
                self.favourites[item as usize] = favourites;
                (best, second) = self.best_two(&favourites);
            }
            let (first, arc) = best;
            if first >= worth {
                return;
            }
            let pool = arc.pool as usize;
            let level = self.price[pool] + (second.min(worth) - first) + step;
            self.accept(pool, Bid { level, item, units: self.lacking[item as usize] });
        }
    }

    /// The best favourite with what it costs, and what the second best costs.
    fn best_two(&self, favourites: &Favourites) -> ((i64, Arc), i64) {
        let mut best = (FAR, favourites.arcs[0]);
        let mut second = FAR;
        for arc in favourites.arcs {
            let total = self.cost(arc) + self.price[arc.pool as usize];
            second = second.min(total.max(best.0));
            best = if total < best.0 { (total, arc) } else { best };
        }
        (best, second)
    }

    /// The arcs that cost an item least now. Prices only rise within a round, so the others do not get better than they are.
    fn choose(&self, item: u32) -> Favourites {
        let none = Arc { pool: self.load.len() as u32, distance: 0 };
        let mut arcs = [(FAR, none); FAVOURITES + 1];
        for arc in &self.network.arcs[self.network.arcs(item)] {
            let total = self.cost(*arc) + self.price[arc.pool as usize];
            if total < arcs[FAVOURITES].0 {
                let mut at = FAVOURITES;
                while at > 0 && total < arcs[at - 1].0 {
                    arcs[at] = arcs[at - 1];
                    at -= 1;
                }
                arcs[at] = (total, *arc);
            }
        }
        Favourites { arcs: std::array::from_fn(|nth| arcs[nth].1), others: arcs[FAVOURITES].0 }
    }

    /// Gives a bidder what the pool has left at its price, or what the lowest bid has.
    fn accept(&mut self, pool: usize, mut bid: Bid) {
        if self.ask[pool] <= self.price[pool] {
            let (_, room) = self.network.next(pool as u32, self.load[pool]).unwrap_or((0, 0));
            bid.units = bid.units.min(room);
            self.load[pool] += bid.units;
            if bid.units == room {
                self.ask[pool] = self.next(pool).max(self.price[pool]);
            }
            push(&mut self.bids[pool], bid);
        } else {
            let bids = &mut self.bids[pool];
            let lowest = &mut bids[0];
            bid.units = bid.units.min(lowest.units);
            let lacking = &mut self.lacking[lowest.item as usize];
            if *lacking == 0 {
                self.outbid.push(lowest.item);
            }
            *lacking += bid.units;
            lowest.units -= bid.units;
            if lowest.units == 0 {
                *lowest = bid;
                sink(bids);
            } else {
                push(bids, bid);
            }
        }
        self.lacking[bid.item as usize] -= bid.units;
        let lowest = self.bids[pool].first().map_or(FAR, |bid| bid.level);
        self.price[pool] = lowest.min(self.ask[pool]);
    }

    /// What came of it.
    pub(super) fn finish(self) -> Outcome {
        let pools = self.load.len();
        // A price on the border of two worths belongs to the higher one: it is a worth less distances, more often than one and more.
        let gap = self.weights.worths.get(1).copied().unwrap_or(1);
        let highest = self.weights.worths.len() - 1;
        let digits = |price: &i64| {
            let price = ((*price).min(self.weights.worths[highest]) - self.lowered).max(0);
            let rank = (((price + gap / 8 * 5) / gap) as usize).min(highest);
            self.weights.apart_from(rank, price)
        };
        Outcome { prices: self.price[..pools].iter().map(digits).collect(), bids: self.bids }
    }
}

/// Prices of the pools, and who holds what.
pub(super) struct Outcome {
    prices: Vec<Digits>,
    bids: Vec<Vec<Bid>>,
}

impl Outcome {
    /// Leaves the prices to the flow, and of what was given as much as is best at these prices.
    pub(super) fn leave<C: Cost>(self, flow: &mut Flow<C>) {
        for (price, digits) in flow.price.iter_mut().zip(self.prices) {
            *price = flow.network.weights.put_together(digits).unwrap_or(C::ZERO);
        }
        for (pool, bids) in (0..).zip(&self.bids) {
            for bid in bids {
                if let Some(arc) = flow.network.arc(bid.item, pool) {
                    flow.give_if_best(bid.item, arc, bid.units);
                }
            }
        }
    }
}

fn push(bids: &mut Vec<Bid>, bid: Bid) {
    let mut at = bids.len();
    bids.push(bid);
    while at > 0 && bids[(at - 1) / 2].level > bids[at].level {
        bids.swap((at - 1) / 2, at);
        at = (at - 1) / 2;
    }
}

/// Moves the first bid to its place.
fn sink(bids: &mut [Bid]) {
    let mut at = 0;
    loop {
        let mut least = at;
        for below in [2 * at + 1, 2 * at + 2] {
            if below < bids.len() && bids[below].level < bids[least].level {
                least = below;
            }
        }
        if least == at {
            return;
        }
        bids.swap(least, at);
        at = least;
    }
}
