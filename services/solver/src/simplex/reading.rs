//! What a solved network says of its allocation: the plan, the prices of what is closed, and why something cannot be.

use wishwell_allocation::{Cut, Level, Plan, Prices, Problem};

use super::relaxed::Relaxed;

/// A solved network.
pub(super) struct Found<'a> {
    pub(super) problem: &'a Problem,
    pub(super) relaxed: &'a Relaxed,
    pub(super) open_pools: &'a [bool],
    pub(super) open_caps: &'a [bool],
    /// The problem's arc of each of the network's first arcs, ascending.
    pub(super) of: &'a [u32],
    /// Flow of each of the network's arcs.
    pub(super) flows: &'a [i64],
}

impl Found<'_> {
    fn used(&self) -> impl Iterator<Item = (u32, u64)> + '_ {
        self.of.iter().zip(self.flows).filter(|(_, units)| **units > 0).map(|(arc, units)| (*arc, *units as u64))
    }

    pub(super) fn plan(&self) -> Plan {
        Plan::new(self.used().collect())
    }

    /// All prices, from those of the network's nodes. What nothing passes, the network leaves open.
    pub(super) fn prices(&self, mut prices: Prices) -> Prices {
        self.bind_groups(&mut prices);
        if self.open_pools.iter().chain(self.open_caps).all(|open| *open) {
            return prices;
        }
        self.closed_prices(prices)
    }

    /// Where no unit of a group stays unserved, a unit more would still have earned as its guarantee says.
    fn bind_groups(&self, prices: &mut Prices) {
        let parts = self.problem.parts();
        let guarantee = self.problem.weights().weight(Level::Guarantee);
        let mut served = vec![0_u64; parts.groups.len()];
        let mut item = 0_usize;
        for (arc, units) in self.used() {
            while parts.first[item + 1] <= arc {
                item += 1;
            }
            if let Some(group) = parts.items[item].group {
                served[group as usize] += units;
            }
        }
        for nth in (0..served.len()).rev() {
            if let Some(above) = parts.groups[nth].group {
                served[above as usize] += served[nth];
            }
        }
        for (nth, group) in parts.groups.iter().enumerate() {
            let above = group.group.map_or(0, |above| prices.groups[above as usize]);
            let most = if served[nth] < group.guarantee { above - guarantee } else { above };
            prices.groups[nth] = prices.groups[nth].min(most);
        }
    }

    /// Sets the prices of pools and caps that nothing can pass: the least that keep every item from them, at least 0.
    fn closed_prices(&self, mut prices: Prices) -> Prices {
        let parts = self.problem.parts();
        let weights = self.problem.weights();
        let distance = weights.weight(Level::Distance);
        let load = weights.weight(Level::Load);
        let mut carries = vec![false; parts.arc_pool.len()];
        for (arc, _) in self.used() {
            carries[arc as usize] = true;
        }
        for (price, open) in prices.pools.iter_mut().zip(self.open_pools) {
            if !open {
                *price = 0;
            }
        }
        let usable = Usable::of(self.problem, self.relaxed);
        for (nth, item) in parts.items.iter().enumerate() {
            let worth = weights.unit(item.tier, item.worth);
            let group = item.group.map_or(0, |group| prices.groups[group as usize]);
            let gain = |arc: u32| worth - group - distance * i128::from(parts.arc_distance[arc as usize]);
            let pool = |arc: u32| parts.arc_pool[arc as usize] as usize;
            let best =
                usable.arcs(nth).filter(|arc| carries[*arc as usize]).map(|arc| gain(arc) - prices.pools[pool(arc)]);
            let best = best.max().unwrap_or(0);
            for arc in usable.arcs(nth).filter(|arc| !self.open_pools[pool(*arc)]) {
                prices.pools[pool(arc)] = prices.pools[pool(arc)].max(gain(arc) - best);
            }
        }
        self.close_caps(&mut prices, load);
        prices
    }

    fn close_caps(&self, prices: &mut Prices, load: i128) {
        let parts = self.problem.parts();
        let first = |segments: &[wishwell_allocation::Segment]| segments.first().map_or(0, |first| first.price);
        for (nth, open) in self.open_caps.iter().enumerate() {
            if !open {
                prices.caps[nth] = 0;
            }
        }
        for (nth, pool) in parts.pools.iter().enumerate() {
            if let Some(cap) = pool.cap.map(|cap| cap as usize)
                && !self.open_caps[cap]
                && self.relaxed.pools[nth] > 0
            {
                let least = prices.pools[nth] - load * i128::from(first(&pool.segments));
                prices.caps[cap] = prices.caps[cap].max(least);
            }
        }
        for (nth, cap) in parts.caps.iter().enumerate().rev() {
            if let Some(above) = cap.cap.map(|above| above as usize)
                && !self.open_caps[above]
                && self.relaxed.caps[nth] > 0
            {
                let least = prices.caps[nth] - load * i128::from(first(&cap.segments));
                prices.caps[above] = prices.caps[above].max(least);
            }
        }
    }

    /// What can be reached from the items with units left, by moving units of others aside, asks for more than it can get.
    pub(super) fn cut(&self, unmet: &[u32]) -> Cut {
        let mut reach = Reach::of(self);
        for item in unmet {
            reach.item(*item);
        }
        while let Some(node) = reach.next.pop() {
            reach.expand(node);
        }
        reach.cut()
    }
}

/// The arcs that may be used, by item.
struct Usable {
    arcs: Vec<u32>,
    starts: Vec<usize>,
}

impl Usable {
    fn of(problem: &Problem, relaxed: &Relaxed) -> Self {
        let parts = problem.parts();
        let arcs = relaxed.usable.clone().unwrap_or_else(|| (0..parts.arc_pool.len() as u32).collect());
        let starts = parts.first.iter().map(|first| arcs.partition_point(|arc| arc < first)).collect();
        Self { arcs, starts }
    }

    fn arcs(&self, item: usize) -> impl Iterator<Item = u32> + '_ {
        self.arcs[self.starts[item]..self.starts[item + 1]].iter().copied()
    }
}

#[derive(Clone, Copy)]
enum Node {
    Item(u32),
    Pool(u32),
    Cap(u32),
}

/// A search along arcs with room, and against arcs with units.
struct Reach<'a, 'b> {
    found: &'a Found<'b>,
    usable: Usable,
    /// Items that each pool serves.
    servees: Vec<Vec<u32>>,
    /// Pools and caps right below each cap that have units.
    below: Vec<Vec<Node>>,
    given: Vec<u64>,
    passed: Vec<u64>,
    items: Vec<bool>,
    pools: Vec<bool>,
    caps: Vec<bool>,
    next: Vec<Node>,
}

impl<'a, 'b> Reach<'a, 'b> {
    fn of(found: &'a Found<'b>) -> Self {
        let parts = found.problem.parts();
        let mut servees = vec![Vec::new(); parts.pools.len()];
        let mut given = vec![0; parts.pools.len()];
        let mut item = 0_usize;
        for (arc, units) in found.used() {
            while parts.first[item + 1] <= arc {
                item += 1;
            }
            let pool = parts.arc_pool[arc as usize] as usize;
            servees[pool].push(item as u32);
            given[pool] += units;
        }
        let mut passed = vec![0; parts.caps.len()];
        let mut below = vec![Vec::new(); parts.caps.len()];
        for (nth, pool) in parts.pools.iter().enumerate() {
            if let (Some(cap), 1..) = (pool.cap, given[nth]) {
                passed[cap as usize] += given[nth];
                below[cap as usize].push(Node::Pool(nth as u32));
            }
        }
        for nth in (0..parts.caps.len()).rev() {
            if let (Some(above), 1..) = (parts.caps[nth].cap, passed[nth]) {
                passed[above as usize] += passed[nth];
                below[above as usize].push(Node::Cap(nth as u32));
            }
        }
        Self {
            usable: Usable::of(found.problem, found.relaxed),
            found,
            below,
            servees,
            given,
            passed,
            items: vec![false; parts.items.len()],
            pools: vec![false; parts.pools.len()],
            caps: vec![false; parts.caps.len()],
            next: Vec::new(),
        }
    }

    fn item(&mut self, item: u32) {
        if !std::mem::replace(&mut self.items[item as usize], true) {
            self.next.push(Node::Item(item));
        }
    }

    fn pool(&mut self, pool: u32) {
        if !std::mem::replace(&mut self.pools[pool as usize], true) {
            self.next.push(Node::Pool(pool));
        }
    }

    fn cap(&mut self, cap: u32) {
        if !std::mem::replace(&mut self.caps[cap as usize], true) {
            self.next.push(Node::Cap(cap));
        }
    }

    fn full_pool(&self, pool: u32) -> bool {
        self.given[pool as usize] >= self.found.relaxed.pools[pool as usize]
    }

    fn full_cap(&self, cap: u32) -> bool {
        self.passed[cap as usize] >= self.found.relaxed.caps[cap as usize]
    }

    fn expand(&mut self, node: Node) {
        let parts = self.found.problem.parts();
        match node {
            Node::Item(item) => {
                let pools: Vec<u32> = self.usable.arcs(item as usize).map(|arc| parts.arc_pool[arc as usize]).collect();
                for pool in pools {
                    self.pool(pool);
                }
            }
            Node::Pool(pool) => {
                if !self.full_pool(pool)
                    && let Some(cap) = parts.pools[pool as usize].cap
                {
                    self.cap(cap);
                }
                for item in std::mem::take(&mut self.servees[pool as usize]) {
                    self.item(item);
                }
            }
            Node::Cap(cap) => {
                if !self.full_cap(cap)
                    && let Some(above) = parts.caps[cap as usize].cap
                {
                    self.cap(above);
                }
                for below in std::mem::take(&mut self.below[cap as usize]) {
                    match below {
                        Node::Cap(cap) => self.cap(cap),
                        Node::Pool(pool) => self.pool(pool),
                        Node::Item(item) => self.item(item),
                    }
                }
            }
        }
    }

    /// The reached items, and the full pools and caps on the border of what is reached.
    fn cut(self) -> Cut {
        let parts = self.found.problem.parts();
        let border = |reached: bool, above: Option<u32>| reached && above.is_none_or(|cap| !self.caps[cap as usize]);
        let numbers = |of: Vec<bool>| (0_u32..).zip(of).filter(|(_, is)| *is).map(|(nth, _)| nth).collect();
        let pools = (0..parts.pools.len()).map(|nth| border(self.pools[nth], parts.pools[nth].cap)).collect();
        let caps = (0..parts.caps.len()).map(|nth| border(self.caps[nth], parts.caps[nth].cap)).collect();
        Cut { pools: numbers(pools), caps: numbers(caps), items: numbers(self.items) }
    }
}
