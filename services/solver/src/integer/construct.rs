//! Plans made from nothing, or from a relaxed flow: one job after the other where it fits, dearest arcs last.

use wishwell_allocation::{Level, Plan, Prices};

use super::index::Index;
use super::state::State;

/// What is served together: a bundle, or an item alone.
#[derive(Clone, Debug)]
pub(super) struct Job {
    pub(super) items: Vec<u32>,
    /// Whether it is served wholly or not at all.
    pub(super) together: bool,
    /// The highest worth of a unit of its items, weighted.
    pub(super) worth: i128,
    /// Units of all its items.
    pub(super) units: u64,
    /// What serving it brings: the weight of its most urgent tier, and what it is worth there.
    pub(super) value: (i128, u128),
}

/// Most rounds in which the more urgent leave what is dear.
const LEAVINGS: usize = 4;

/// The jobs of a problem and what is known about where they should go.
pub(super) struct Work<'a> {
    pub(super) index: &'a Index<'a>,
    pub(super) jobs: Vec<Job>,
    pub(super) job_of: Vec<u32>,
    /// The arcs of all items, those of an item by what a unit gains over them at given prices, best first.
    ranked: Vec<u32>,
    /// The arcs into each pool, those of items whose units are worth most first.
    entering: Vec<Vec<u32>>,
    /// Prices of pools, weighted, and what distance weighs.
    prices: Vec<i128>,
    distance: i128,
}

/// Which of equally urgent jobs come first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Order {
    LargestFirst,
    SmallestFirst,
}

impl<'a> Work<'a> {
    pub(super) fn of(index: &'a Index<'a>, prices: &Prices) -> Self {
        let parts = index.parts();
        let items = |items: Vec<u32>, together: bool| Job {
            worth: items.iter().map(|item| worth(index, *item)).max().unwrap_or(0),
            units: items.iter().map(|item| index.quantity(*item)).sum(),
            value: value(index, &items),
            items,
            together,
        };
        let mut jobs: Vec<Job> = parts.bundles.iter().map(|bundle| items(bundle.items.clone(), true)).collect();
        let mut job_of = index.bundle_of.iter().map(|bundle| bundle.unwrap_or(u32::MAX)).collect::<Vec<u32>>();
        for item in 0..parts.items.len() as u32 {
            if job_of[item as usize] == u32::MAX {
                job_of[item as usize] = jobs.len() as u32;
                jobs.push(items(vec![item], index.whole(item)));
            }
        }
        let distance = index.problem.weights().weight(Level::Distance);
        let price = |arc: u32| {
            let own = distance * i128::from(parts.arc_distance[arc as usize]);
            index.touched(arc).map(|pool| prices.pools[pool as usize]).sum::<i128>() + own
        };
        let mut ranked: Vec<u32> = (0..parts.arc_pool.len() as u32).collect();
        for item in 0..parts.items.len() as u32 {
            ranked[index.problem.arcs(item)].sort_by_cached_key(|arc| price(*arc));
        }
        let mut entering = vec![Vec::new(); parts.pools.len()];
        let mut arcs: Vec<u32> = (0..parts.arc_pool.len() as u32).collect();
        arcs.sort_by_cached_key(|arc| {
            let item = index.item_of[*arc as usize];
            (std::cmp::Reverse(worth(index, item)), index.quantity(item))
        });
        for arc in arcs {
            entering[parts.arc_pool[arc as usize] as usize].push(arc);
        }
        Self { index, jobs, job_of, ranked, entering, prices: prices.pools.clone(), distance }
    }

    /// What a unit of an item, worth so much, gains over an arc at the prices, weighted.
    pub(super) fn gain(&self, item: u32, arc: u32) -> i128 {
        let far = self.distance * i128::from(self.index.parts().arc_distance[arc as usize]);
        worth(self.index, item) - far - self.index.touched(arc).map(|pool| self.prices[pool as usize]).sum::<i128>()
    }

    /// The arcs of an item, the one that promises most first.
    pub(super) fn ranked(&self, item: u32) -> &[u32] {
        &self.ranked[self.index.problem.arcs(item)]
    }

    /// The arcs into a pool, those of items whose units are worth most first.
    pub(super) fn entering(&self, pool: u32) -> &[u32] {
        &self.entering[pool as usize]
    }

    /// All jobs, the most urgent first.
    pub(super) fn ordered(&self, order: Order) -> Vec<u32> {
        let mut jobs: Vec<u32> = (0..self.jobs.len() as u32).collect();
        jobs.sort_by_key(|job| {
            let of = &self.jobs[*job as usize];
            let size = if order == Order::LargestFirst { u64::MAX - of.units } else { of.units };
            (std::cmp::Reverse(of.worth), size)
        });
        jobs
    }

    /// Serves what fits of an item; whether it is served wholly then.
    pub(super) fn serve(&self, state: &mut State<'_>, item: u32) -> bool {
        let quantity = self.index.quantity(item);
        if self.index.whole(item) {
            return state.served(item) > 0
                || self.ranked(item).iter().find(|arc| state.room(**arc) >= quantity).is_some_and(|arc| {
                    state.set(*arc, quantity);
                    true
                });
        }
        let mut left = quantity - state.served(item);
        for arc in self.ranked(item) {
            if left == 0 {
                break;
            }
            let units = state.room(*arc).min(left);
            state.set(*arc, state.flow(*arc) + units);
            left -= units;
        }
        left == 0
    }

    /// Serves a job, as far as it fits; nothing of it, if it has to be served wholly and does not fit.
    pub(super) fn serve_job(&self, state: &mut State<'_>, job: u32) -> bool {
        let of = &self.jobs[job as usize];
        let mark = state.mark();
        let all = of.items.iter().all(|item| self.serve(state, *item));
        if !all && of.together {
            state.undo(mark);
        }
        all
    }

    /// Takes all from a job.
    pub(super) fn release(&self, state: &mut State<'_>, job: u32) {
        for item in &self.jobs[job as usize].items {
            for arc in self.index.problem.arcs(*item) {
                state.set(arc as u32, 0);
            }
        }
    }

    /// A plan that follows a flow where it can, then serves what fits of the rest.
    pub(super) fn follow(&self, flow: &Plan, order: Order) -> State<'a> {
        let mut state = State::nobody(self.index);
        self.take_over(&mut state, flow);
        for job in self.ordered(order) {
            self.serve_job(&mut state, job);
        }
        state.keep();
        state
    }

    /// All jobs, the most urgent first, of equally urgent ones those that gain most at the prices.
    pub(super) fn ordered_by_gain(&self) -> Vec<u32> {
        let best = |item: &u32| self.ranked(*item).first().map_or(i128::MIN, |arc| self.gain(*item, *arc));
        let gain = |job: &Job| job.items.iter().map(best).min().unwrap_or(i128::MIN);
        let mut jobs: Vec<u32> = (0..self.jobs.len() as u32).collect();
        jobs.sort_by_cached_key(|job| {
            let of = &self.jobs[*job as usize];
            (std::cmp::Reverse(of.value.0), std::cmp::Reverse(gain(of)), of.units, *job)
        });
        jobs
    }

    /// Puts items that one arc serves over cheaper ones, as far as there is room: so the more urgent leave what is dear to others.
    pub(super) fn leave_what_is_dear(&self, state: &mut State<'_>, plan: &Plan) {
        for _ in 0..LEAVINGS {
            let mut left = false;
            for (arc, units) in plan.flows() {
                let item = self.index.item_of[*arc as usize];
                if *units == self.index.quantity(item) {
                    left |= self.leave(state, item);
                }
            }
            state.keep();
            if !left {
                break;
            }
        }
    }

    /// Moves an item that one arc serves to the cheapest arc that has room for it.
    fn leave(&self, state: &mut State<'_>, item: u32) -> bool {
        let Some(own) = self.index.problem.arcs(item).map(|arc| arc as u32).find(|arc| state.flow(*arc) > 0) else {
            return false;
        };
        let units = state.flow(own);
        state.set(own, 0);
        for arc in self.ranked(item) {
            if state.room(*arc) >= units {
                state.set(*arc, units);
                return *arc != own;
            }
        }
        state.set(own, units);
        false
    }

    /// Takes over from a flow what is whole of it, then what fits of the rest.
    pub(super) fn take_over(&self, state: &mut State<'_>, flow: &Plan) {
        let mut rest = Vec::new();
        for (arc, units) in flow.flows() {
            let item = self.index.item_of[*arc as usize];
            if self.index.whole(item) && *units == self.index.quantity(item) && state.served(item) == 0 {
                if state.room(*arc) >= *units {
                    state.set(*arc, *units);
                }
            } else if !self.index.whole(item) {
                rest.push((*arc, *units));
            }
        }
        for (arc, units) in rest {
            let item = self.index.item_of[arc as usize];
            let left = self.index.quantity(item) - state.served(item);
            state.set(arc, units.min(state.room(arc)).min(left));
        }
        self.mend(state);
    }

    /// Serves wholly, or not at all, what is served in part and must not be.
    pub(super) fn mend(&self, state: &mut State<'_>) {
        for (nth, job) in (0_u32..).zip(&self.jobs) {
            let part = job.items.iter().any(|item| state.served(*item) < self.index.quantity(*item));
            if job.together && part && !job.items.iter().all(|item| self.serve(state, *item)) {
                self.release(state, nth);
            }
        }
        state.keep();
    }
}

/// What a unit of an item is worth, weighted.
pub(super) fn worth(index: &Index<'_>, item: u32) -> i128 {
    let of = &index.parts().items[item as usize];
    index.problem.weights().unit(of.tier, of.worth)
}

/// What serving all of these items brings on the level that counts most of them.
fn value(index: &Index<'_>, items: &[u32]) -> (i128, u128) {
    let parts = index.parts();
    let weight = |item: u32| index.problem.weights().weight(Level::Tier(parts.items[item as usize].tier));
    let most = items.iter().map(|item| weight(*item)).max().unwrap_or(0);
    let of = items.iter().filter(|item| weight(**item) == most).map(|item| parts.items[*item as usize]);
    (most, of.map(|of| u128::from(of.worth) * u128::from(of.quantity)).sum())
}
