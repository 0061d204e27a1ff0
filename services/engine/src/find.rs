//! The search: best first, bounded from above, exact.
//!
//! Nodes are taken in order of an upper bound on any score below them. Once as many resources fit as are wanted and the best bound
//! left is lower than the last of them, nothing can change any more. Bounds come from balls of places, classes of resources and levels
//! of categories; they hold for whatever weights the rules have.

use std::collections::BinaryHeap;

use wishwell_domain::geo::{EARTH_RADIUS_METRES, great_circle_metres, round_metres};
use wishwell_domain::limits::{NEAR_MISSES_MAX, TOP_K_MAX};

use crate::answer::Answer;
use crate::assess::{Assessment, Memo, UNKNOWN_DISTANCE};
use crate::capacity;
use crate::context::{Asked, Context};
use crate::index::tree::{Entry, LEAF_ENTRIES, Node};
use crate::query::{Query, QueryError, Scratch};
use crate::score::{Millionths, ScoringRules};
use crate::snapshot::pool::PoolRow;
use crate::snapshot::row::{NONE, Row};
use crate::snapshot::segment::{Reach, Segment};
use crate::snapshot::{OVERLAY_BIT, ResourceRef, Snapshot};

/// The Earth's radius, of 24 bits.
#[allow(clippy::cast_possible_truncation)]
const RADIUS_METRES: f32 = EARTH_RADIUS_METRES as f32;

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

impl Hit {
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

/// Upper bounds of scores, by what nodes know.
struct Bounds {
    /// By class of resource.
    class: [Millionths; 4],
    /// By set of classes.
    classes: [Millionths; 16],
    levels: [Millionths; 16],
    /// Of the capacity terms: with draws, and without.
    capacity: [Millionths; 2],
    assumed: Millionths,
    neutral: Millionths,
    /// Distance weight times half distance, and half distance.
    hyperbola: (f64, f64),
    /// The same, of 24 bits.
    hyperbola_coarse: (f32, f32),
}

impl Bounds {
    fn new(context: &Context<'_>) -> Self {
        let rules = context.rules;
        let neutral = rules.neutral();
        let capacity = rules.capacity_known + rules.capacity_spare + rules.capacity_freshness;
        // Without facts no rule can be settled, except one that does not depend on any.
        let settled = context.facts.any() || context.tables.has_constant_rules;
        let class = std::array::from_fn(|class| {
            let known = if class & 1 == 0 { capacity } else { 0 };
            let certain = if class & 2 == 0 || settled { rules.eligibility_certain } else { 0 };
            neutral + known + certain
        });
        let classes = std::array::from_fn(|set: usize| {
            (0..4).filter(|at| set >> at & 1 == 1).map(|at: usize| class[at]).max().unwrap_or(0)
        });
        // Sixteen levels.
        let levels = std::array::from_fn(|levels| rules.exactness_term(levels as u8));
        let half = f64::from(rules.distance_half_metres.max(1));
        Self {
            class,
            classes,
            levels,
            capacity: [capacity, 0],
            assumed: rules.distance_term_assumed(),
            neutral,
            hyperbola: (f64::from(rules.distance) * half, half),
            #[allow(clippy::cast_possible_truncation)]
            hyperbola_coarse: ((f64::from(rules.distance) * half) as f32, half as f32),
        }
    }
}

impl Bounds {
    /// By class of resource: square of the chord beyond which none can reach `threshold`.
    fn chord_squared_limits(&self, threshold: Millionths) -> [f64; 4] {
        let (weight, half) = self.hyperbola;
        self.class.map(|class| {
            let needed = threshold.saturating_sub(class + self.levels[0]);
            if needed == 0 {
                return f64::INFINITY;
            }
            // The term reaches `needed` up to this distance. A chord is never longer than its arc; a metre for rounding.
            let metres = weight / f64::from(needed) - half + 1.0;
            if metres < 0.0 { -1.0 } else { (metres / EARTH_RADIUS_METRES).powi(2) }
        })
    }
}

/// A resource of a leaf on its way to be judged.
#[derive(Clone, Copy)]
struct Lane<'a> {
    row: &'a Row,
    entry: Entry,
    chord_squared: f64,
    /// Its single pool; the hour is read early to have the pool's memory on its way.
    pool: Option<(&'a PoolRow, u32)>,
}

struct Search<'a> {
    snapshot: &'a Snapshot,
    context: &'a Context<'a>,
    bounds: Bounds,
    /// The query's place, rounded as the nodes' centres are.
    centre: Option<[f32; 3]>,
    top_k: usize,
    /// By class of resource: square of the chord beyond which none can reach the threshold.
    limits: [f64; 4],
    heap: &'a mut BinaryHeap<u64>,
    hits: &'a mut Vec<Hit>,
    misses: &'a mut Vec<Hit>,
    memo: &'a mut Memo,
}

impl Snapshot {
    /// The best resources for a need item, and the nearest misses. See `docs/adr/0003-engine.md`.
    ///
    /// Near misses are resources that fail something and would have been among the candidates otherwise: their score, if they fitted,
    /// reaches the last candidate's. When fewer than `top_k` fit, that is every resource of the category. Those without a place that
    /// serve one other division, or only a radius, count only then.
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
        scratch.memo.begin(&context);
        scratch.hits.clear();
        scratch.misses.clear();
        scratch.heap.clear();
        let mut search = Search {
            snapshot: self,
            context: &context,
            bounds: Bounds::new(&context),
            #[allow(clippy::cast_possible_truncation)]
            centre: context.vector.map(|v| [v.x as f32, v.y as f32, v.z as f32]),
            top_k: query.top_k.clamp(1, TOP_K_MAX),
            limits: [f64::INFINITY; 4],
            heap: &mut scratch.heap,
            hits: &mut scratch.hits,
            misses: &mut scratch.misses,
            memo: &mut scratch.memo,
        };
        search.run(asked.category);
        let limit = query.near_miss_limit.min(NEAR_MISSES_MAX);
        self.write_answer(&context, search.top_k, limit, scratch);
        scratch.answer.considered = self.considered(asked.category);
        Ok(&scratch.answer)
    }

    /// Resources in a category and below it.
    fn considered(&self, category: u32) -> u32 {
        let count = |segment: &Segment| segment.category(category).map_or(0, |index| index.count);
        count(&self.base) + count(&self.overlay) - self.mask.in_category(category)
    }
}

impl<'a> Search<'a> {
    fn run(&mut self, category: u32) {
        let snapshot = self.snapshot;
        let segments: [(&'a Segment, u32); 2] = [(&snapshot.base, 0), (&snapshot.overlay, OVERLAY_BIT)];
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
        while let Some(best) = self.heap.pop() {
            let (bound, place) = unpack(best);
            if bound < self.threshold() {
                break;
            }
            let (segment, bit) = if place & OVERLAY_BIT == 0 { segments[0] } else { segments[1] };
            self.open(segment, bit, place & !OVERLAY_BIT);
        }
        if self.hits.len() < self.top_k {
            for (segment, bit) in segments {
                self.visit_elsewhere(segment, bit, category);
            }
        }
    }

    /// The score below which nothing matters any more.
    fn threshold(&self) -> Millionths {
        if self.hits.len() < self.top_k { 0 } else { self.hits.last().map_or(0, |hit| hit.score) }
    }

    fn push_root(&mut self, segment: &Segment, bit: u32, root: u32) {
        if let Some(node) = segment.forest.nodes.get(root as usize) {
            let bound = self.bound(node);
            self.heap.push(pack(bound, root | bit));
        }
    }

    /// An upper bound of every score below a node.
    fn bound(&self, node: &Node) -> Millionths {
        let distance_term = match &self.centre {
            Some(centre) if node.kind.has_places() => {
                let [x, y, z] = std::array::from_fn(|axis| centre[axis] - node.centre[axis]);
                let chord = ((x * x + y * y + z * z).sqrt() - node.radius).max(0.0);
                // The arc is never shorter than the chord; two metres for rounding, to whole ones and of these numbers. The term is an
                // integer division, rounded down: the last digits of 24 bits, and one more, cover the rounding of this one.
                let metres = (chord * RADIUS_METRES - 2.0).max(0.0);
                let (weight, half) = self.bounds.hyperbola_coarse;
                #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
                let term = (weight / (half + metres) * (1.0 + 4.0 * f32::EPSILON)) as u32;
                term + 1
            }
            _ => self.bounds.assumed,
        };
        let class = self.bounds.classes[usize::from(node.classes & 15)];
        class + self.bounds.levels[usize::from(node.levels & 15)] + distance_term
    }

    fn open(&mut self, segment: &'a Segment, bit: u32, place: u32) {
        let Some(node) = segment.forest.nodes.get(place as usize) else { return };
        let below = node.first as usize..node.first as usize + usize::from(node.count);
        if node.kind.is_leaf() {
            self.visit(segment, bit, segment.forest.entries.get(below).unwrap_or_default(), node);
            return;
        }
        let threshold = self.threshold();
        let first = node.first;
        for (at, child) in (first..).zip(segment.forest.nodes.get(below).unwrap_or_default()) {
            let bound = self.bound(child);
            if bound >= threshold {
                self.heap.push(pack(bound, at | bit));
            }
        }
    }

    /// Judges the resources of a leaf in passes, so that the processor waits for the memory of all of them at once.
    fn visit(&mut self, segment: &'a Segment, bit: u32, entries: &[Entry], leaf: &Node) {
        let mut lanes: [Option<Lane<'a>>; LEAF_ENTRIES] = [const { None }; LEAF_ENTRIES];
        let limits = self.limits;
        let relative = match &self.centre {
            Some(centre) if leaf.kind.has_places() => {
                Some(std::array::from_fn(|axis| centre[axis] - leaf.centre[axis]))
            }
            _ => None,
        };
        for (lane, entry) in lanes.iter_mut().zip(entries) {
            let limit = limits[entry.class()];
            if let Some(relative) = relative {
                let chord = f64::from(entry.chord_at_least(relative, leaf.radius).max(0.0));
                if chord * chord > limit {
                    continue;
                }
            }
            let Some(row) = segment.rows.get(entry.row() as usize) else { continue };
            let chord_squared = self.context.vector.map_or(f64::NAN, |vector| vector.chord_squared(&row.vector));
            // Not a number where either side has no place: then the comparison fails and the resource stays.
            if chord_squared > limit || bit == 0 && self.snapshot.mask.contains(entry.row()) {
                continue;
            }
            *lane = Some(Lane { row, entry: *entry, chord_squared, pool: None });
        }
        for lane in lanes.iter_mut().flatten() {
            lane.pool = capacity::single_pool(self.context, lane.row).map(|pool| (pool, pool.confirmed_hour));
        }
        for lane in lanes.iter().flatten() {
            // Read for nothing but to have them on their way: each would be waited for by itself later.
            std::hint::black_box(lane.pool.and_then(|(pool, _)| Some(pool.overrides.as_deref()?.first()?.day)));
            std::hint::black_box(self.context.first_corner(lane.row));
        }
        for lane in lanes.into_iter().flatten() {
            self.judge_lane(lane, bit);
        }
    }

    /// Judges one resource, the cheapest bounds on its score first: most are given up before their constraints are looked at.
    fn judge_lane(&mut self, lane: Lane<'a>, bit: u32) {
        let (context, threshold, Lane { row, entry, .. }) = (self.context, self.threshold(), lane);
        let distance = if lane.chord_squared.is_nan() {
            UNKNOWN_DISTANCE
        } else {
            round_metres(great_circle_metres(lane.chord_squared.sqrt()))
        };
        let eligible = self.memo.eligible(context, row.eligibility);
        let fixed = self.bounds.levels[usize::from(entry.levels() & 15)]
            + context.distance_term(distance)
            + self.bounds.neutral
            + context.certainty_term(eligible);
        if fixed + self.bounds.capacity[row.class() & 1] < threshold {
            return;
        }
        let capacity = match context.recurrence {
            None => capacity::at_any_time(context, lane.pool.map(|(pool, _)| pool), row, &mut self.memo.periods),
            Some(_) => None,
        };
        let known = capacity.map(|view| context.capacity_terms(&view)).map(|(spare, fresh)| spare + fresh);
        if known.is_some_and(|known| fixed + known < threshold) {
            return;
        }
        let assessment = context.assess(row, distance, eligible, capacity, self.memo);
        let score = fixed
            + known.unwrap_or_else(|| {
                let (spare, fresh) = context.capacity_terms(&assessment.capacity);
                spare + fresh
            });
        if score < threshold {
            return;
        }
        let resource = ResourceRef(entry.row() | bit);
        let hit = Hit { score, distance, resource, levels_below: entry.levels(), assessment };
        if assessment.failed.is_empty() { self.keep(hit) } else { self.misses.push(hit) }
    }

    /// Inserts a fitting resource into the best ones.
    fn keep(&mut self, hit: Hit) {
        let at = self.hits.partition_point(|known| known.before(&hit, self.snapshot));
        if at < self.top_k {
            self.hits.truncate(self.top_k - 1);
            self.hits.insert(at, hit);
            self.limits = self.bounds.chord_squared_limits(self.threshold());
        }
    }

    /// Judges resources without a place that serve elsewhere: none fits, but when few do they are told as well.
    fn visit_elsewhere(&mut self, segment: &'a Segment, bit: u32, category: u32) {
        let Some(root) = segment.category(category).map(|index| index.unplaced) else { return };
        let mut pending = vec![root];
        while let Some(node) = pending.pop().and_then(|at| segment.forest.nodes.get(at as usize)) {
            let below = node.first as usize..node.first as usize + usize::from(node.count);
            if !node.kind.is_leaf() {
                pending.extend((node.first..).take(usize::from(node.count)));
                continue;
            }
            for entry in segment.forest.entries.get(below).unwrap_or_default() {
                let reach = segment.rows.get(entry.row() as usize).map(Reach::of);
                let elsewhere = match reach {
                    Some(Reach::Division(division)) => !self.context.chain().contains(&division),
                    Some(Reach::Nowhere) => true,
                    Some(Reach::Anywhere) | None => false,
                };
                if elsewhere {
                    self.visit(segment, bit, std::slice::from_ref(entry), node);
                }
            }
        }
    }
}

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
