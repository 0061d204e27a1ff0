//! Finding what could serve each item, by the constraints of a search, on several threads.

use std::collections::HashMap;

use wishwell_domain::ids::{NeedId, ResourceId};
use wishwell_domain::round::RoundRules;
use wishwell_solver::Control;
use wishwell_solver::parallel::each;

use super::items::{Items, RoundItem};
use super::pairs::{Pairs, Piece};
use super::ways::{Countable, Flags, Key, Times, Way, used_up, ways};
use super::{DraftError, Given};
use crate::assess::{Failed, UNKNOWN_DISTANCE};
use crate::capacity::is_pledged;
use crate::context::Context;
use crate::find::{Hit, Most};
use crate::query::Scratch;
use crate::reason::ReasonCode;
use crate::score::ScoringRules;
use crate::snapshot::{ResourceRef, Snapshot};

/// Items that one piece of work looks at.
const PIECE_ITEMS: usize = 512;
/// Pieces that may wait to be put together.
const PIECES_TOGETHER: usize = 64;

/// Most pairs with what has nothing left, all items together; of each item as many as candidates at the most, and one at least.
const USED_UP_MAX: usize = 2_000_000;

/// Distances that a caller gives, by need: what is not in it is forbidden.
pub type PairDistances = HashMap<NeedId, Vec<(ResourceId, u32)>>;

/// How candidates are ranked: whoever says how much there is before whoever does not, then by distance.
pub(super) fn nearest_first() -> ScoringRules {
    ScoringRules {
        distance: 500_000,
        capacity_known: 500_000,
        capacity_spare: 0,
        capacity_freshness: 0,
        eligibility_certain: 0,
        category_exact: 0,
        category_per_level: 0,
        track_record_neutral: 0,
        recent_contact_neutral: 0,
        scarcity_neutral: 0,
        scarcity: 0,
        ..ScoringRules::default()
    }
}

/// A candidate of an item in one of its ways.
#[derive(Debug, Clone)]
pub(super) struct Choice {
    pub(super) resource: ResourceRef,
    /// In metres, the assumed one where it is not known.
    pub(super) metres: u32,
    pub(super) flags: Flags,
    pub(super) way: Way,
}

/// A pool in a period that has nothing left and would serve an item otherwise.
#[derive(Debug, Clone, Copy)]
pub(super) struct UsedUp {
    pub(super) key: Key,
    /// As a choice has them.
    pub(super) metres: u32,
    pub(super) resource: ResourceRef,
    /// Whether a unit more of it is all that a unit of the item takes.
    pub(super) enough: bool,
}

/// What was found for one item.
#[derive(Debug, Clone, Default)]
pub(super) struct Found {
    /// The nearest first.
    pub(super) choices: Vec<Choice>,
    /// How the quantities of occurrences add up in all of them.
    pub(super) times: Option<Times>,
    /// What would fit had it anything left.
    pub(super) used_up: Vec<UsedUp>,
    /// Whether something would fit had it more left than it has.
    pub(super) too_little: bool,
    /// Fitting resources that do not say how much they have, the nearest first.
    pub(super) unknown: Vec<ResourceRef>,
    /// Whether some fitting resource cannot be counted.
    pub(super) uncountable: bool,
    /// Whether some fitting resource is of an organization that would be one too many for the need.
    pub(super) one_too_many: bool,
}

/// Looks for what could serve items.
pub(super) struct Gatherer<'a> {
    pub(super) snapshot: &'a Snapshot,
    pub(super) rules: &'a RoundRules,
    pub(super) given: &'a Given<'a>,
    pub(super) items: &'a Items,
    pub(super) scoring: &'a ScoringRules,
}

impl<'a> Gatherer<'a> {
    /// What could serve an item.
    pub(super) fn find(&self, at: usize, item: &RoundItem, scratch: &mut Scratch) -> Found {
        let asked = self.items.asked(item, self.given);
        let context = Context::new(&asked, &self.snapshot.tables, self.scoring);
        match self.given.distances {
            None => {
                self.snapshot.search(&context, asked.category, self.most(0), scratch);
            }
            Some(distances) => self.judge_pairs(&context, asked.category, item, distances, scratch),
        }
        self.found(&context, at, item, scratch)
    }

    /// What could serve an item, of the hits that a search by its context has left.
    pub(super) fn found(&self, context: &Context<'_>, at: usize, item: &RoundItem, scratch: &mut Scratch) -> Found {
        let (hits, spent) = (std::mem::take(&mut scratch.hits), std::mem::take(&mut scratch.used_up));
        let mut found = self.choices(context, at, item, &hits, scratch);
        self.add_used_up(context, at, item, &[&hits, &spent], scratch, &mut found);
        (scratch.hits, scratch.used_up) = (hits, spent);
        found
    }

    /// How much a search is to leave.
    pub(super) fn most(&self, near_misses: usize) -> Most {
        let candidates = self.rules.candidates_per_item_max as usize;
        Most { candidates, near_misses, used_up: self.used_up_max() }
    }

    /// Most of what has nothing left that an item is paired with.
    fn used_up_max(&self) -> usize {
        let share = USED_UP_MAX / self.items.items.len().max(1);
        share.min(self.rules.candidates_per_item_max as usize).max(1)
    }

    /// The ways in which one resource could serve an item; none when it does not fit, or cannot be counted.
    pub(super) fn find_only(
        &self,
        at: usize,
        item: &RoundItem,
        resource: ResourceRef,
        scratch: &mut Scratch,
    ) -> Vec<Choice> {
        let asked = self.items.asked(item, self.given);
        let context = Context::new(&asked, &self.snapshot.tables, self.scoring);
        let Some(row) = self.snapshot.row(resource) else { return Vec::new() };
        scratch.memo.begin(&context);
        let hit = self.snapshot.judge(&context, asked.category, resource, row, scratch);
        let by_pair = self.given.distances.is_some() && fails_only_by_place(hit.assessment.failed);
        if !hit.assessment.failed.is_empty() && !by_pair {
            return Vec::new();
        }
        self.choices(&context, at, item, &[hit], scratch).choices
    }

    /// The resources that the caller gives a distance to and that fit but for where they are.
    fn judge_pairs(
        &self,
        context: &Context<'_>,
        category: u32,
        item: &RoundItem,
        distances: &PairDistances,
        scratch: &mut Scratch,
    ) {
        scratch.memo.begin(context);
        let mut hits = std::mem::take(&mut scratch.hits);
        hits.clear();
        scratch.used_up.clear();
        for (resource, metres) in distances.get(&self.items.need(item).id).into_iter().flatten() {
            let place = self.snapshot.resource(*resource);
            let Some((place, row)) = place.and_then(|place| Some((place, self.snapshot.row(place)?))) else { continue };
            let hit = self.snapshot.judge(context, category, place, row, scratch);
            let hit = Hit { distance: *metres, ..hit };
            if fails_only_by_place(hit.assessment.failed) {
                hits.push(hit);
            } else if fails_only_by_place_and_capacity(hit.assessment.failed) && !is_pledged(context, row) {
                scratch.used_up.push(hit);
            }
        }
        let most = self.most(0);
        for (hits, most) in [(&mut hits, most.candidates), (&mut scratch.used_up, most.used_up)] {
            hits.sort_unstable_by_key(|hit| (hit.distance, self.snapshot.resource_id(hit.resource)));
            hits.dedup_by_key(|hit| hit.resource);
            hits.truncate(most);
        }
        scratch.hits = hits;
    }

    /// Adds what has nothing left of what fits or would: the first period of each before the second, the nearest first.
    fn add_used_up(
        &self,
        context: &Context<'_>,
        at: usize,
        item: &RoundItem,
        hits: &[&[Hit]],
        scratch: &mut Scratch,
        found: &mut Found,
    ) {
        let mut keys = Vec::new();
        let mut order: Vec<(usize, UsedUp)> = Vec::new();
        for hit in hits.iter().copied().flatten().filter(|hit| self.may_be_asked(item, hit).is_ok()) {
            let Some(row) = self.snapshot.row(hit.resource) else { continue };
            let enough = used_up(context, row, at, &mut scratch.memo, &mut keys);
            found.too_little |= keys.is_empty() && hit.assessment.failed.contains(ReasonCode::NoCapacity);
            let metres = self.metres(hit);
            let of = |key| UsedUp { key, metres, resource: hit.resource, enough };
            order.extend(keys.iter().copied().map(of).enumerate());
        }
        if order.len() > 1 {
            let place =
                |(nth, of): &(usize, UsedUp)| (*nth, of.metres, self.snapshot.resource_id(of.resource), of.key.1);
            order.sort_unstable_by_key(place);
            order.truncate(self.used_up_max());
        }
        found.used_up = order.into_iter().map(|(_, of)| of).collect();
    }

    /// Whether the rules leave a resource that fits, or why not.
    fn may_be_asked(&self, item: &RoundItem, hit: &Hit) -> Result<(), NotAsked> {
        let too_far = |most: u32| hit.distance != UNKNOWN_DISTANCE && hit.distance > most;
        if self.rules.radius_metres_max.is_some_and(too_far) {
            return Err(NotAsked::TooFar);
        }
        // Where as many help already as may, nobody else is asked.
        let helping = self.given.helping(self.items.need(item).id);
        let is_full = self.rules.partners_per_need_max.is_some_and(|most| helping.len() >= most as usize);
        if is_full && !helping.contains(&self.snapshot.organization_id(hit.resource)) {
            return Err(NotAsked::OneTooMany);
        }
        Ok(())
    }

    fn metres(&self, hit: &Hit) -> u32 {
        if hit.distance == UNKNOWN_DISTANCE { self.scoring.distance_assumed_metres } else { hit.distance }
    }

    fn choices(
        &self,
        context: &Context<'_>,
        at: usize,
        item: &RoundItem,
        hits: &[Hit],
        scratch: &mut Scratch,
    ) -> Found {
        let mut found = Found::default();
        let mut buffer = Vec::new();
        let mut decided = false;
        for hit in hits {
            let Some(row) = self.snapshot.row(hit.resource) else { continue };
            if let Err(why) = self.may_be_asked(item, hit) {
                found.one_too_many |= why == NotAsked::OneTooMany;
                continue;
            }
            let times = match ways(context, row, hit, at, &mut scratch.memo, &mut buffer) {
                Countable::Yes(times) => times,
                Countable::Unknown => {
                    found.unknown.push(hit.resource);
                    continue;
                }
                Countable::No => {
                    found.uncountable = true;
                    continue;
                }
            };
            // The nearest that is particular about it decides for all.
            if times.is_some() && decided && found.times != times {
                found.uncountable = true;
                continue;
            }
            if times.is_some() {
                (found.times, decided) = (times, true);
            }
            let metres = self.metres(hit);
            let flags = Flags::of(hit);
            let choice = |way| Choice { resource: hit.resource, metres, flags, way };
            found.choices.extend(buffer.drain(..).map(choice));
        }
        self.one_draw_for_what_is_split(context, &mut found);
        found
    }

    /// What is split draws on one pool at a time, because what carries more than one is taken whole: choices that draw on several are
    /// left out, where there are others.
    fn one_draw_for_what_is_split(&self, context: &Context<'_>, found: &mut Found) {
        let splits = context.splittable && context.quantity > 1 && context.recurrence.is_none();
        let single = |choice: &Choice| choice.way.keys.len() == 1;
        if splits && found.choices.iter().any(single) && !found.choices.iter().all(single) {
            found.uncountable = true;
            found.choices.retain(single);
        }
    }
}

/// Why a resource that fits is not asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum NotAsked {
    TooFar,
    OneTooMany,
}

/// Whether nothing is failed but what follows from where somebody is.
fn fails_only_by_place(failed: Failed) -> bool {
    fails_only(failed, &[ReasonCode::OutsideArea, ReasonCode::TooFar, ReasonCode::Mode])
}

fn fails_only_by_place_and_capacity(failed: Failed) -> bool {
    fails_only(failed, &[ReasonCode::OutsideArea, ReasonCode::TooFar, ReasonCode::Mode, ReasonCode::NoCapacity])
}

fn fails_only(failed: Failed, codes: &[ReasonCode]) -> bool {
    usize::from(failed.len()) == codes.iter().filter(|code| failed.contains(**code)).count()
}

/// What was found for all items. Pieces are put together as they come, so that what waits to be put is little.
pub(super) fn gather(gatherer: &Gatherer<'_>, control: &dyn Control) -> Result<Pairs, DraftError> {
    let items = &gatherer.items.items;
    let count = u32::try_from(items.len().div_ceil(PIECE_ITEMS)).unwrap_or(u32::MAX);
    let order: Vec<u32> = (0..count).collect();
    let mut pairs = Pairs::of(items.len());
    for some in order.chunks(PIECES_TOGETHER) {
        let pieces = each(some, gatherer.given.threads, Scratch::default, |scratch, piece| {
            let first = piece as usize * PIECE_ITEMS;
            let mut found = Piece::default();
            for (at, item) in items.iter().enumerate().skip(first).take(PIECE_ITEMS) {
                if control.stopped() {
                    return None;
                }
                let Found { times, choices, used_up, .. } = gatherer.find(at, item, scratch);
                found.add(gatherer.snapshot, times, choices);
                found.add_used_up(gatherer.snapshot, used_up);
            }
            Some(found.finish())
        });
        for piece in pieces {
            pairs.add(piece.ok_or(DraftError::Stopped)?)?;
        }
    }
    Ok(pairs)
}
