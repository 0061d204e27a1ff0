//! Ejection chains: who is not served takes the place of somebody who can be served elsewhere, perhaps by taking a place in turn.
//!
//! Breadth first, so that the shortest chain is found; each job is moved once at the most in a chain. For jobs of one item that one arc
//! carries, this is what an augmenting path is in a flow (F. Glover, "Ejection chains, reference structures and alternating path methods
//! for traveling salesman problems", 1996).

use super::construct::{Work, worth};
use super::state::State;

/// Most arcs of an item that are tried.
const ARCS_TRIED_MAX: usize = 16;

/// Most jobs that one search looks at.
const JOBS_MAX: usize = 96;

/// Most chains that fit at each of their links, but not together, that one search tries.
const MISFITS_MAX: u32 = 8;

/// A job that has to go somewhere.
#[derive(Clone, Copy)]
struct Link {
    item: u32,
    /// Whose arc it makes room for, and that arc.
    before: usize,
    taken: u32,
}

/// A search for chains with so many looks at jobs in the way left.
pub(super) struct Chains<'w, 'a> {
    work: &'w Work<'a>,
    pub(super) looks: u64,
    seen: Vec<u32>,
    search: u32,
}

impl<'w, 'a> Chains<'w, 'a> {
    pub(super) fn new(work: &'w Work<'a>, looks: u64) -> Self {
        Self { work, looks, seen: vec![0; work.index.parts().items.len()], search: 0 }
    }

    /// Serves who is not served yet, most urgent first, by chains, again and again as long as that serves somebody.
    pub(super) fn serve(&mut self, state: &mut State<'_>, jobs: &[u32]) {
        let mut waiting: Vec<u32> = jobs.iter().filter_map(|job| self.single(*job)).collect();
        loop {
            let before = waiting.len();
            waiting.retain(|item| {
                let served = state.served(*item) > 0 || self.looks > 0 && self.place(state, *item);
                state.keep();
                !served
            });
            if waiting.len() == before || self.looks == 0 {
                return;
            }
        }
    }

    /// The item of a job of one, if it is served by one arc.
    fn single(&self, job: u32) -> Option<u32> {
        let [item] = self.work.jobs[job as usize].items[..] else { return None };
        let one = self.work.index.whole(item) || self.work.index.quantity(item) == 1;
        one.then_some(item)
    }

    /// The arc that serves an item.
    fn arc_of(&self, state: &State<'_>, item: u32) -> Option<u32> {
        self.work.index.problem.arcs(item).map(|arc| arc as u32).find(|arc| state.flow(*arc) > 0)
    }

    /// Serves an item with others moved aside; whether that was possible.
    fn place(&mut self, state: &mut State<'_>, item: u32) -> bool {
        let work = self.work;
        let index = work.index;
        self.search += 1;
        self.seen[item as usize] = self.search;
        let mut links = vec![Link { item, before: usize::MAX, taken: u32::MAX }];
        let mut misfits = 0;
        let mut at = 0;
        while at < links.len() && self.looks > 0 {
            let link = links[at];
            let own = self.arc_of(state, link.item);
            let quantity = index.quantity(link.item);
            let dear = -worth(index, link.item);
            for arc in work.ranked(link.item).iter().copied().take(ARCS_TRIED_MAX) {
                if Some(arc) == own || 2 * work.gain(link.item, arc) <= dear {
                    continue;
                }
                self.looks = self.looks.saturating_sub(1);
                let Some(short) = self.short(state, &links, at, own, arc) else {
                    if self.apply(state, &links, at, arc) {
                        return true;
                    }
                    misfits += 1;
                    if misfits == MISFITS_MAX {
                        return false;
                    }
                    continue;
                };
                for user in state.users(short) {
                    let other = index.item_of[*user as usize];
                    self.looks = self.looks.saturating_sub(1);
                    if links.len() == JOBS_MAX {
                        break;
                    }
                    if self.seen[other as usize] == self.search
                        || index.quantity(other) < quantity
                        || self.single(work.job_of[other as usize]).is_none()
                    {
                        continue;
                    }
                    self.seen[other as usize] = self.search;
                    links.push(Link { item: other, before: at, taken: arc });
                }
            }
            at += 1;
        }
        false
    }

    /// A pool that an arc of a link needs more of than is left there, once the link's item has gone and whom it makes room for has come.
    fn short(&self, state: &State<'_>, links: &[Link], at: usize, own: Option<u32>, arc: u32) -> Option<u32> {
        let index = self.work.index;
        let link = links[at];
        let quantity = index.quantity(link.item);
        index.touched(arc).find(|pool| {
            let mut left = i128::from(state.left(*pool));
            if own.is_some_and(|own| index.touched(own).any(|other| other == *pool)) {
                left += i128::from(quantity);
            }
            if let Some(before) = links.get(link.before)
                && index.touched(link.taken).any(|other| other == *pool)
            {
                left -= i128::from(index.quantity(before.item));
            }
            left < i128::from(quantity)
        })
    }

    /// Moves all of a chain, the last link to an arc; whether they fit, and the plan is better.
    fn apply(&mut self, state: &mut State<'_>, links: &[Link], last: usize, arc: u32) -> bool {
        let index = self.work.index;
        let (mark, score) = (state.mark(), state.score());
        let mut moves = vec![(links[last].item, arc)];
        let mut at = last;
        while let Some(before) = links.get(links[at].before) {
            moves.push((before.item, links[at].taken));
            at = links[at].before;
        }
        for (item, _) in &moves {
            if let Some(own) = self.arc_of(state, *item) {
                state.set(own, 0);
            }
        }
        let fits = moves.iter().all(|(item, arc)| {
            let quantity = index.quantity(*item);
            let fits = state.room(*arc) >= quantity;
            if fits {
                state.set(*arc, quantity);
            }
            fits
        });
        if fits && state.score() > score {
            return true;
        }
        state.undo(mark);
        false
    }
}
