//! Local search: what else could be served, or served better, if something else moved aside.
//!
//! One neighbourhood does it all: take a job out, if it is served, and put it over another arc; whoever is in the way there is
//! released, and served again where room is left. With nobody in the way that is an insertion or a relocation, with one a swap or an
//! ejection (E. Balas and P. Saltzman 1991; M. Yagiura, T. Ibaraki and F. Glover, "An ejection chain approach for the generalized
//! assignment problem", INFORMS Journal on Computing 16 (2004)).

use super::construct::{Order, Work, worth};
use super::state::State;

/// Most arcs of an item that are tried.
const ARCS_TRIED_MAX: usize = 12;

/// Most jobs, one after the other, that are released alone to make room on one arc.
const SINGLES_TRIED_MAX: usize = 12;

/// Most jobs that are released together.
const RELEASED_MAX: usize = 6;

/// Longest chain of jobs that make room for each other, and most arcs that are tried at each link.
const CHAIN_MAX: usize = 4;
const ARCS_IN_CHAIN_MAX: usize = 6;

/// Most arcs into a pool that are tried to fill it again.
const ENTERING_TRIED_MAX: usize = 8;

/// A search with so many tries left.
pub(super) struct Search<'w, 'a> {
    pub(super) work: &'w Work<'a>,
    pub(super) tries: u64,
}

impl Search<'_, '_> {
    /// Improves a plan until nothing tried improves it, or no tries are left.
    pub(super) fn improve(&mut self, state: &mut State<'_>) {
        let jobs = self.work.ordered(Order::LargestFirst);
        let mut improved = true;
        while improved && self.tries > 0 {
            improved = false;
            for job in &jobs {
                improved |= self.improve_job(state, *job);
                state.keep();
                if self.tries == 0 {
                    return;
                }
            }
        }
    }

    /// Serves more of those who are not served, in the order of these jobs: over arcs that are not far too dear for them, as long as
    /// somebody is served by it and tries are left.
    pub(super) fn serve_more(&mut self, state: &mut State<'_>, jobs: &[u32]) {
        let work = self.work;
        let mut improved = true;
        while std::mem::take(&mut improved) {
            for job in jobs {
                for item in &work.jobs[*job as usize].items {
                    if self.tries == 0 {
                        return;
                    }
                    if state.served(*item) < work.index.quantity(*item) {
                        let affordable = |arc| 2 * work.gain(*item, arc) > -worth(work.index, *item);
                        improved |= self.improve_item_if(state, *job, *item, &affordable);
                        state.keep();
                    }
                }
            }
        }
    }

    /// Puts those who are served over arcs that rank higher, where there is room and the plan gains by it.
    pub(super) fn serve_nearer(&mut self, state: &mut State<'_>, jobs: &[u32]) {
        let work = self.work;
        for job in jobs {
            for item in &work.jobs[*job as usize].items {
                if state.served(*item) < work.index.quantity(*item) {
                    continue;
                }
                for arc in work.ranked(*item).iter().take(ARCS_TRIED_MAX) {
                    if state.flow(*arc) > 0 || self.tries == 0 {
                        break;
                    }
                    if self.attempt(state, |search, state| search.reroute(state, *job, *item, *arc, &[])) {
                        break;
                    }
                }
                state.keep();
            }
        }
    }

    /// Tries one change; whether it was one for the better.
    fn attempt(&mut self, state: &mut State<'_>, change: impl FnOnce(&Self, &mut State<'_>) -> bool) -> bool {
        self.tries = self.tries.saturating_sub(1);
        let (mark, before) = (state.mark(), state.score());
        if change(self, state) && state.score() > before {
            return true;
        }
        state.undo(mark);
        false
    }

    fn improve_job(&mut self, state: &mut State<'_>, job: u32) -> bool {
        let of = &self.work.jobs[job as usize];
        let full = of.items.iter().all(|item| state.served(*item) == self.work.index.quantity(*item));
        if !full
            && self.attempt(state, |search, state| {
                search.work.serve_job(state, job) || !search.work.jobs[job as usize].together
            })
        {
            return true;
        }
        let mut improved = false;
        for item in &of.items {
            improved |= self.improve_item(state, job, *item);
        }
        improved
    }

    /// Tries the arcs of one item of a job, alone or with others out of the way.
    fn improve_item(&mut self, state: &mut State<'_>, job: u32, item: u32) -> bool {
        self.improve_item_if(state, job, item, &|_| true)
    }

    /// The same over some arcs alone.
    fn improve_item_if(&mut self, state: &mut State<'_>, job: u32, item: u32, may: &dyn Fn(u32) -> bool) -> bool {
        let work = self.work;
        for nth in 0..work.ranked(item).len().min(ARCS_TRIED_MAX) {
            let arc = work.ranked(item)[nth];
            if !may(arc) {
                continue;
            }
            if state.flow(arc) == work.index.quantity(item) || self.tries == 0 {
                continue;
            }
            if self.attempt(state, |search, state| search.reroute(state, job, item, arc, &[])) {
                return true;
            }
            let others = self.in_the_way(state, job, arc);
            for other in others.iter().take(SINGLES_TRIED_MAX) {
                if self.attempt(state, |search, state| search.reroute(state, job, item, arc, &[*other])) {
                    return true;
                }
            }
            if others.len() > 1
                && self.attempt(state, |search, state| {
                    search.reroute(state, job, item, arc, &others[..others.len().min(RELEASED_MAX)])
                })
            {
                return true;
            }
        }
        false
    }

    /// Jobs that use what an arc touches, those that give up least first.
    fn in_the_way(&self, state: &State<'_>, job: u32, arc: u32) -> Vec<u32> {
        let work = self.work;
        let users = work.index.touched(arc).flat_map(|pool| state.users(pool));
        let mut jobs: Vec<u32> = users
            .map(|user| work.job_of[work.index.item_of[*user as usize] as usize])
            .filter(|other| *other != job)
            .collect();
        jobs.sort_unstable();
        jobs.dedup();
        jobs.sort_by_key(|job| {
            let of = &work.jobs[*job as usize];
            (of.value, of.units, *job)
        });
        jobs
    }

    /// Puts an item over an arc, as much of it as fits once as many of the others as needed are released, in their order; then serves
    /// the rest of its job, and again those that were released. Whether the job is served as it has to be.
    fn reroute(&self, state: &mut State<'_>, job: u32, item: u32, arc: u32, others: &[u32]) -> bool {
        let work = self.work;
        let quantity = work.index.quantity(item);
        let mark = state.mark();
        for own in work.index.problem.arcs(item) {
            state.set(own as u32, 0);
        }
        let mut released = Vec::new();
        for other in others {
            if state.room(arc) >= quantity {
                break;
            }
            work.release(state, *other);
            released.push(*other);
        }
        let room = state.room(arc).min(quantity);
        if room == 0 || work.index.whole(item) && room < quantity {
            return false;
        }
        state.set(arc, room);
        if !work.serve_job(state, job) && work.jobs[job as usize].together {
            return false;
        }
        for other in released {
            self.resettle(state, other, CHAIN_MAX);
        }
        self.refill(state, mark);
        true
    }

    /// Serves whom there is room for where something was released since the mark.
    fn refill(&self, state: &mut State<'_>, mark: usize) {
        let work = self.work;
        let mut pools: Vec<u32> = state.changed(mark).flat_map(|arc| work.index.touched(arc)).collect();
        pools.sort_unstable();
        pools.dedup();
        for pool in pools {
            let mut tried = 0;
            for arc in work.entering(pool) {
                let left = state.left(pool);
                if left == 0 || tried == ENTERING_TRIED_MAX {
                    break;
                }
                let item = work.index.item_of[*arc as usize];
                let quantity = work.index.quantity(item);
                if state.served(item) == quantity || work.index.whole(item) && quantity > left {
                    continue;
                }
                tried += 1;
                work.serve_job(state, work.job_of[item as usize]);
            }
        }
    }

    /// Serves a released job again: where room is, or where a job that gives up less makes room, and so on.
    fn resettle(&self, state: &mut State<'_>, job: u32, longest: usize) {
        let work = self.work;
        if work.serve_job(state, job) || longest == 0 {
            return;
        }
        let of = &work.jobs[job as usize];
        let [item] = of.items[..] else { return };
        if !of.together {
            return;
        }
        for arc in work.ranked(item).iter().take(ARCS_IN_CHAIN_MAX) {
            let smaller = |other: &u32| {
                let other = &work.jobs[*other as usize];
                other.units < of.units || other.value < of.value
            };
            for other in self.in_the_way(state, job, *arc).iter().filter(|other| smaller(other)) {
                let mark = state.mark();
                work.release(state, *other);
                if state.room(*arc) >= of.units {
                    state.set(*arc, of.units);
                    self.resettle(state, *other, longest - 1);
                    return;
                }
                state.undo(mark);
            }
        }
    }
}
