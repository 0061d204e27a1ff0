//! The search: best first, bounded from above, exact.
//!
//! Nodes are taken in order of an upper bound on any score below them. Once as many resources fit as are wanted and the best bound
//! left is lower than the last of them, nothing can change any more. Bounds come from balls of places, classes of resources and levels
//! of categories; they hold for whatever weights the rules have.

use std::collections::BinaryHeap;

use wishwell_domain::geo::whole_metres;
use wishwell_domain::limits::{NEAR_MISSES_MAX, TOP_K_MAX};

use crate::ahead;
use crate::answer::Answer;
use crate::assess::{Assessment, Eligible, Memo, UNKNOWN_DISTANCE};
use crate::bounds::Bounds;
use crate::capacity::{self, View};
use crate::context::{Asked, Context};
use crate::index::leaf::{LEAF_ENTRIES, Leaf};
use crate::index::tree::Node;
use crate::nearest::{Nearest, Pending};
use crate::query::{Query, QueryError, Scratch};
use crate::reason::ReasonCode;
use crate::score::{Millionths, ScoringRules};
use crate::snapshot::area::AreaSet;
use crate::snapshot::pool::PoolRow;
use crate::snapshot::row::{NONE, Row};
use crate::snapshot::segment::Segment;
use crate::snapshot::{OVERLAY_BIT, ResourceRef, Snapshot};

/// A judged resource.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Hit {
    /// Of a resource that does not fit: the score it would have.
    pub(crate) score: Millionths,
    /// In metres, or [`UNKNOWN_DISTANCE`].
    pub(crate) distance: u32,
    pub(crate) resource: ResourceRef,
    pub(crate) levels_below: u8,
    pub(crate) assessment: Assessment,
}

/// How much a search is to leave.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Most {
    pub(crate) candidates: usize,
    pub(crate) near_misses: usize,
    pub(crate) used_up: usize,
}

impl Hit {
    /// Whether it would fit had it more left.
    pub(crate) const fn lacks_capacity_alone(&self) -> bool {
        self.assessment.failed.len() == 1 && self.assessment.failed.contains(ReasonCode::NoCapacity)
    }

    /// Whether it stands before `other`.
    pub(crate) fn before(&self, other: &Self, snapshot: &Snapshot) -> bool {
        if self.score != other.score {
            return self.score > other.score;
        }
        if self.distance != other.distance {
            return self.distance < other.distance;
        }
        snapshot.resource_id(self.resource) < snapshot.resource_id(other.resource)
    }
}

/// A resource on its way to be judged.
#[derive(Clone, Copy)]
pub(crate) struct Lane<'a> {
    pub(crate) row: &'a Row,
    resource: ResourceRef,
    levels_below: u8,
    /// A lower bound of the number of constraints it fails.
    pub(crate) failures: u8,
    /// Its single pool.
    pool: Option<&'a PoolRow>,
}

/// Most resources on their way together.
pub(crate) const LANES: usize = 8;

/// Resources on their way together, so that the processor waits for the memory of all of them at once.
pub(crate) type Lanes<'a> = [Option<Lane<'a>>; LANES];

/// What is known of a resource before its constraints are looked at.
#[derive(Clone, Copy)]
struct Weighed {
    distance: u32,
    eligible: Eligible,
    /// Terms of the score apart from those of capacity.
    fixed: Millionths,
    /// Where it is the same at any time of the window.
    capacity: Option<(View, Millionths)>,
}

pub(crate) struct Search<'a> {
    pub(crate) snapshot: &'a Snapshot,
    context: &'a Context<'a>,
    bounds: Bounds,
    top_k: usize,
    /// Nodes and resources by the bounds of their scores.
    heap: &'a mut BinaryHeap<u64>,
    /// The resources in the heap.
    waiting: &'a mut Vec<Pending>,
    pub(crate) hits: &'a mut Vec<Hit>,
    pub(crate) nearest: Nearest<'a>,
    memo: &'a mut Memo,
}

impl Snapshot {
    /// The best resources for a need item, and the nearest misses. See `docs/adr/0003-engine.md`.
    ///
    /// Near misses are resources that fail something and would have been among the candidates otherwise: their score, if they fitted,
    /// reaches the last candidate's. When fewer than `top_k` fit, that is every resource of the category. Those without a place that
    /// serve one other division, or only a radius, count only then. What was pledged is given once, and is no near miss of anybody else.
    ///
    /// # Errors
    /// An unknown category or division.
    pub fn find<'s>(
        &self,
        query: &Query<'_>,
        rules: &ScoringRules,
        scratch: &'s mut Scratch,
    ) -> Result<&'s Answer, QueryError> {
        let asked = Asked::new(query, &self.tables)?;
        let context = Context::new(&asked, &self.tables, rules);
        let most = Most { candidates: query.top_k, near_misses: query.near_miss_limit, used_up: 0 };
        self.search(&context, asked.category, most, scratch);
        self.write_answer(&context, scratch);
        scratch.answer.considered = self.considered(asked.category);
        Ok(&scratch.answer)
    }

    /// Leaves the best resources for what the context asks, the nearest misses, and what would be among the candidates had it more
    /// left, in the scratch.
    pub(crate) fn search(&self, context: &Context<'_>, category: u32, most: Most, scratch: &mut Scratch) {
        scratch.memo.begin(context);
        scratch.hits.clear();
        scratch.heap.clear();
        scratch.waiting.clear();
        let mut search = Search {
            snapshot: self,
            context,
            bounds: Bounds::new(context),
            top_k: most.candidates.clamp(1, TOP_K_MAX),
            heap: &mut scratch.heap,
            waiting: &mut scratch.waiting,
            hits: &mut scratch.hits,
            nearest: Nearest::new(&mut scratch.misses, &mut scratch.put_off, most.near_misses.min(NEAR_MISSES_MAX)),
            memo: &mut scratch.memo,
        };
        search.run(category);
        search.choose_used_up(most.used_up, &mut scratch.used_up);
        search.choose_misses();
    }

    /// Resources in a category and below it.
    fn considered(&self, category: u32) -> u32 {
        let count = |segment: &Segment| segment.category(category).map_or(0, |index| index.count);
        count(&self.base) + count(&self.overlay) - self.mask.in_category(category)
    }
}

impl<'a> Search<'a> {
    fn run(&mut self, category: u32) {
        let segments = self.segments();
        for (segment, bit) in segments {
            let Some(index) = segment.category(category) else { continue };
            self.push_root(segment, bit, index.places);
            self.push_root(segment, bit, index.anywhere);
            for division in self.context.chain() {
                if let Ok(at) = index.by_division.binary_search_by_key(division, |(division, _)| *division) {
                    self.push_root(segment, bit, index.by_division.get(at).map_or(NONE, |(_, root)| *root));
                }
            }
        }
        self.drain();
        if !self.is_full() {
            for (segment, bit) in segments {
                self.visit_elsewhere(segment, bit, category);
            }
            self.drain();
        }
    }

    fn segments(&self) -> [(&'a Segment, u32); 2] {
        [(&self.snapshot.base, 0), (&self.snapshot.overlay, OVERLAY_BIT)]
    }

    /// Takes nodes and resources, the best bound first, until none can matter any more.
    fn drain(&mut self) {
        let segments = self.segments();
        let mut ready: Lanes<'a> = [const { None }; LANES];
        let mut count = 0;
        while let Some(best) = self.heap.pop() {
            let (bound, place) = unpack(best);
            if bound < self.threshold() {
                break;
            }
            if place & WAITING_BIT != 0 {
                let waiting = self.waiting.get((place & !WAITING_BIT) as usize);
                ready[count] = waiting.and_then(|waiting| self.lane(waiting));
                ready[count].iter().for_each(|lane| self.send_for_parts(lane));
                count += 1;
                if count == LANES {
                    self.judge_all(&mut ready);
                    count = 0;
                }
                continue;
            }
            // A node is opened only when what is ready cannot end the search.
            if self.hits.len() + count >= self.top_k && count > 0 {
                self.judge_all(&mut ready);
                count = 0;
                if bound < self.threshold() {
                    break;
                }
            }
            let (segment, bit) = if place & OVERLAY_BIT == 0 { segments[0] } else { segments[1] };
            self.open(segment, bit, place & !OVERLAY_BIT);
        }
        self.judge_all(&mut ready);
    }

    /// Whether as many fit as are wanted.
    pub(crate) fn is_full(&self) -> bool {
        self.hits.len() >= self.top_k
    }

    /// The score below which nothing matters any more.
    pub(crate) fn threshold(&self) -> Millionths {
        if self.is_full() { self.hits.last().map_or(0, |hit| hit.score) } else { 0 }
    }

    fn push_root(&mut self, segment: &Segment, bit: u32, root: u32) {
        if let Some(node) = segment.forest.nodes.get(root as usize) {
            let bound = self.bounds.of_node(node);
            self.heap.push(pack(bound, root | bit));
        }
    }

    fn open(&mut self, segment: &'a Segment, bit: u32, place: u32) {
        let Some(node) = segment.forest.nodes.get(place as usize) else { return };
        if node.kind.is_leaf() {
            return self.visit(segment, bit, node);
        }
        let below = node.first as usize..node.first as usize + usize::from(node.count);
        let threshold = self.threshold();
        let first = node.first;
        for (at, child) in (first..).zip(segment.forest.nodes.get(below).unwrap_or_default()) {
            let bound = self.bounds.of_node(child);
            if bound >= threshold {
                self.heap.push(pack(bound, at | bit));
                if child.kind.is_leaf() {
                    // Most leaves of a node are looked at.
                    segment.forest.leaves.get(child.first as usize).into_iter().for_each(Leaf::send_for);
                } else {
                    ahead::elements(&segment.forest.nodes, child.first as usize);
                }
            }
        }
    }

    /// Looks at a leaf: puts off what fails something for certain; the rest waits to be judged.
    fn visit(&mut self, segment: &'a Segment, bit: u32, leaf: &Node) {
        let Some(entries) = segment.forest.leaves.get(leaf.first as usize) else { return };
        let (context, threshold) = (self.context, self.threshold());
        let metres = self.bounds.relative_to(leaf).map(|relative| entries.metres_at_least(relative, leaf.radius));
        let bounds = self.bounds.of_entries(entries, metres.as_ref());
        let failures = context.screen(entries, metres.as_ref());
        let masked = bit == 0 && !self.snapshot.mask.is_empty();
        for at in 0..LEAF_ENTRIES.min(leaf.count.into()) {
            let (row, mut bound, mut failures) = (entries.row(at), bounds[at], failures[at]);
            if bound < threshold || masked && self.snapshot.mask.contains(row) {
                continue;
            }
            let eligible = self.memo.eligible(context, entries.program(at));
            failures += u32::from(eligible == Eligible::No);
            bound = bound.saturating_sub(if eligible == Eligible::Unknown { self.bounds.certain } else { 0 });
            if bound < threshold {
                continue;
            }
            let resource = ResourceRef(row | bit);
            let pending = Pending { bound, resource, levels_below: entries.levels(at), failures: failures as u8 };
            if failures > 0 {
                self.nearest.put_off(pending);
            } else {
                // Fewer resources than rows have bits.
                self.heap.push(pack(bound, self.waiting.len() as u32 | WAITING_BIT));
                self.waiting.push(pending);
                // Most of what waits is judged.
                ahead::element(&segment.rows, row as usize);
            }
        }
    }

    /// Judges what is ready and fits or not, and empties it.
    fn judge_all(&mut self, ready: &mut Lanes<'a>) {
        self.read_parts(ready);
        for lane in ready.iter_mut().filter_map(Option::take) {
            let threshold = self.threshold();
            let Some(weighed) = self.weigh(&lane, threshold) else { continue };
            let Some(hit) = self.assess(&lane, &weighed, threshold) else { continue };
            if hit.assessment.failed.is_empty() {
                self.keep(hit);
            } else if !capacity::is_pledged(self.context, lane.row) {
                self.nearest.add(hit);
            }
        }
    }

    /// A resource on its way to be judged.
    pub(crate) fn lane(&self, pending: &Pending) -> Option<Lane<'a>> {
        let Pending { resource, levels_below, failures, .. } = *pending;
        Some(Lane { row: self.snapshot.row(resource)?, resource, levels_below, failures, pool: None })
    }

    /// Asks for what lies apart from a row.
    pub(crate) fn send_for_parts(&self, lane: &Lane<'a>) {
        capacity::single_pool(self.context, lane.row).into_iter().for_each(ahead::lines_of);
        self.context.area_set(lane.row).into_iter().for_each(ahead::line_of);
    }

    /// Reads the pools and areas of all lanes, and asks for what lies apart from them.
    pub(crate) fn read_parts(&self, lanes: &mut Lanes<'a>) {
        for lane in lanes.iter_mut().flatten() {
            lane.pool = capacity::single_pool(self.context, lane.row);
            if let Some(overrides) = lane.pool.and_then(|pool| pool.overrides.as_deref()) {
                ahead::elements(overrides, 0);
            }
            self.context.area_set(lane.row).into_iter().for_each(AreaSet::send_for_polygon);
        }
    }

    /// The parts of the score that cost little; none when it cannot reach `threshold`.
    fn weigh(&mut self, lane: &Lane<'a>, threshold: Millionths) -> Option<Weighed> {
        let (context, row) = (self.context, lane.row);
        // Not a number where either side has no place.
        let chord_squared = context.vector.map_or(f64::NAN, |vector| vector.chord_squared(&row.vector));
        let distance = if chord_squared.is_nan() { UNKNOWN_DISTANCE } else { whole_metres(chord_squared) };
        let eligible = self.memo.eligible(context, row.eligibility);
        let fixed = self.bounds.levels[usize::from(lane.levels_below & 15)]
            + context.distance_term(distance)
            + context.rules.neutral()
            + context.scarcity_spared(row)
            + context.certainty_term(eligible);
        if fixed + self.bounds.capacity[row.class() & 1] < threshold {
            return None;
        }
        let capacity = match context.recurrence {
            None => capacity::at_any_time(context, lane.pool, row, &mut self.memo.periods),
            Some(_) => None,
        };
        let capacity = capacity.map(|view| (view, context.capacity_terms(&view)));
        if capacity.is_some_and(|(_, terms)| fixed + terms < threshold) {
            return None;
        }
        Some(Weighed { distance, eligible, fixed, capacity })
    }

    /// Judges one resource; none when its score does not reach `threshold`.
    fn assess(&mut self, lane: &Lane<'a>, weighed: &Weighed, threshold: Millionths) -> Option<Hit> {
        let (context, Weighed { distance, eligible, fixed, capacity }) = (self.context, *weighed);
        let assessment = context.assess(lane.row, distance, eligible, capacity.map(|(view, _)| view), self.memo);
        let score = fixed + capacity.map_or_else(|| context.capacity_terms(&assessment.capacity), |(_, terms)| terms);
        let hit = Hit { score, distance, resource: lane.resource, levels_below: lane.levels_below, assessment };
        (score >= threshold).then_some(hit)
    }

    /// Judges a resource that fails something, as far as it takes to keep it when it is among the nearest.
    pub(crate) fn judge_miss(&mut self, lane: &Lane<'a>, threshold: Millionths) {
        let context = self.context;
        let Some(weighed) = self.weigh(lane, threshold) else { return };
        let most = weighed.capacity.map_or(self.bounds.capacity[lane.row.class() & 1], |(_, terms)| terms);
        if self.nearest.may_keep(lane.failures, weighed.fixed + most)
            && !capacity::is_pledged(context, lane.row)
            && let Some(hit) = self.assess(lane, &weighed, threshold)
        {
            self.nearest.keep(hit, self.snapshot);
        }
    }

    /// Inserts a fitting resource into the best ones.
    fn keep(&mut self, hit: Hit) {
        let at = self.hits.partition_point(|known| known.before(&hit, self.snapshot));
        if at < self.top_k {
            self.hits.truncate(self.top_k - 1);
            self.hits.insert(at, hit);
            self.snapshot.send_for_cold(hit.resource);
        }
    }

    /// Looks at resources without a place that serve elsewhere: none fits, but when few do they are told as well.
    fn visit_elsewhere(&mut self, segment: &'a Segment, bit: u32, category: u32) {
        let Some(index) = segment.category(category) else { return };
        self.visit_all(segment, bit, index.nowhere);
        for (division, root) in &index.by_division {
            if !self.context.chain().contains(division) {
                self.visit_all(segment, bit, *root);
            }
        }
    }

    /// Looks at all leaves below a node. Trees are as deep as the logarithm of their size.
    fn visit_all(&mut self, segment: &'a Segment, bit: u32, at: u32) {
        match segment.forest.nodes.get(at as usize) {
            None => {}
            Some(node) if node.kind.is_leaf() => self.visit(segment, bit, node),
            Some(node) => {
                (node.first..).take(usize::from(node.count)).for_each(|at| self.visit_all(segment, bit, at));
            }
        }
    }
}

/// Marks resources in the heap; below it their place among those waiting.
const WAITING_BIT: u32 = 1 << 30;

const fn pack(bound: Millionths, place: u32) -> u64 {
    (bound as u64) << 32 | place as u64
}

#[allow(clippy::cast_possible_truncation)]
const fn unpack(packed: u64) -> (Millionths, u32) {
    ((packed >> 32) as u32, packed as u32)
}

/// A distance as answers show it.
pub(crate) const fn shown(distance: u32) -> Option<u32> {
    if distance == UNKNOWN_DISTANCE { None } else { Some(distance) }
}
