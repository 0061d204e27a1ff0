//! Arcs by the pool they lead to.

use super::network::{Arc, Network};

/// An arc as its pool sees it.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Inbound {
    pub(super) item: u32,
    pub(super) arc: u32,
    pub(super) distance: u32,
}

/// The arcs of every pool.
#[derive(Debug)]
pub(super) struct Incoming {
    /// First arc of each pool, and one more.
    first: Vec<u32>,
    arcs: Vec<Inbound>,
    /// Those added later, of each pool.
    later: Vec<Vec<Inbound>>,
}

impl Incoming {
    pub(super) fn of<C>(network: &Network<C>) -> Self {
        let mut first = vec![0_u32; network.pools() + 1];
        for arc in &network.arcs {
            first[arc.pool as usize + 1] += 1;
        }
        for pool in 0..network.pools() {
            first[pool + 1] += first[pool];
        }
        let mut next = first.clone();
        let mut arcs = vec![Inbound::default(); network.arcs.len()];
        for item in 0..network.items() as u32 {
            for arc in network.arcs(item) {
                let Arc { pool, distance } = network.arcs[arc];
                let at = &mut next[pool as usize];
                arcs[*at as usize] = Inbound { item, arc: arc as u32, distance };
                *at += 1;
            }
        }
        Self { first, arcs, later: vec![Vec::new(); network.pools()] }
    }

    pub(super) fn add(&mut self, arc: Arc, item: u32, nth: u32) {
        self.later[arc.pool as usize].push(Inbound { item, arc: nth, distance: arc.distance });
    }

    pub(super) fn arcs(&self, pool: u32) -> impl Iterator<Item = &Inbound> {
        let first = &self.arcs[self.first[pool as usize] as usize..self.first[pool as usize + 1] as usize];
        first.iter().chain(&self.later[pool as usize])
    }
}
