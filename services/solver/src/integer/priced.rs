//! The bound that prices of levels prove, as the certificate's page defines it (`wishwell_allocation::LevelPrices`).

use wishwell_allocation::{Level, LevelPrices, Objective, Segment, limits};

use super::index::Index;
use super::steps;
use crate::simplex::Relaxed;

const LEVELS_MAX: usize = limits::TIERS_MAX as usize + 3;

/// A figure a level; arrays are ordered as levels are.
type Figures = [i128; LEVELS_MAX];

const NOTHING: Figures = [0; LEVELS_MAX];

fn add(sum: &mut Figures, figures: &Figures, times: i128) {
    for (sum, figure) in sum.iter_mut().zip(figures) {
        *sum += figure * times;
    }
}

/// What no plan exceeds by these prices, where none reaches more than `first` on the first levels. `relaxed` is the relaxation without
/// decisions.
pub(super) fn bound(index: &Index<'_>, relaxed: &Relaxed, prices: &LevelPrices, first: Option<&[i128]>) -> Objective {
    let parts = index.parts();
    let levels = parts.levels.len();
    let place = |of: Level| parts.levels.iter().position(|level| *level == of).unwrap_or(0);
    let whole = i128::from(prices.parts);
    let figures = |of: &[i64], at: Option<u32>| {
        let mut figures = NOTHING;
        if let Some(at) = at {
            let own = &of[at as usize * levels..(at as usize + 1) * levels];
            figures.iter_mut().zip(own).for_each(|(figure, price)| *figure = i128::from(*price));
        }
        figures
    };
    let mut sum = NOTHING;
    let (distance, guarantee, load) = (place(Level::Distance), place(Level::Guarantee), place(Level::Load));
    let first = first.filter(|_| !prices.credits.is_empty()).unwrap_or_default();
    for (level, reached) in (0_u32..).zip(first) {
        sum[level as usize] += reached * whole;
        add(&mut sum, &figures(&prices.credits, Some(level)), -reached);
    }
    let mut usable = relaxed.usable.as_ref().map(|usable| usable.iter().copied().peekable());
    for (nth, item) in (0_u32..).zip(&parts.items) {
        let level = place(Level::Tier(item.tier));
        let mut one = NOTHING;
        one[level] = whole;
        if level < first.len() {
            one = figures(&prices.credits, Some(level as u32));
        }
        let mut worth = NOTHING;
        add(&mut worth, &one, i128::from(item.worth));
        add(&mut worth, &figures(&prices.groups, item.group), -1);
        let mut best = NOTHING;
        for arc in index.problem.arcs(nth).map(|arc| arc as u32) {
            if usable.as_mut().is_some_and(|usable| usable.next_if_eq(&arc).is_none()) {
                continue;
            }
            let mut gain = worth;
            gain[distance] -= i128::from(parts.arc_distance[arc as usize]) * whole;
            for pool in index.touched(arc) {
                add(&mut gain, &figures(&prices.pools, Some(pool)), -1);
            }
            best = best.max(gain);
        }
        add(&mut sum, &best, i128::from(item.quantity));
    }
    let mut drawn_pools = vec![false; parts.pools.len()];
    let mut drawn_caps = vec![false; parts.caps.len()];
    for (_, pool) in &parts.draws {
        if !std::mem::replace(&mut drawn_pools[*pool as usize], true) {
            index.caps_above(*pool).for_each(|cap| drawn_caps[cap as usize] = true);
        }
    }
    let mut pay = |step: &Figures, segments: &[Segment], drawn: bool, room: u64| {
        let mut left = room;
        for segment in segments {
            let units = segment.units.min(left);
            left -= units;
            let mut over = *step;
            if !drawn {
                over[load] -= i128::from(segment.price) * whole;
            }
            add(&mut sum, &over.max(NOTHING), i128::from(units));
        }
    };
    for (nth, pool) in (0_u32..).zip(&parts.pools) {
        let mut step = figures(&prices.pools, Some(nth));
        add(&mut step, &figures(&prices.caps, pool.cap), -1);
        let drawn = drawn_pools[nth as usize];
        pay(&step, &pool.segments, drawn, if drawn { u64::MAX } else { relaxed.pools[nth as usize] });
    }
    for (nth, cap) in (0_u32..).zip(&parts.caps) {
        let mut step = figures(&prices.caps, Some(nth));
        add(&mut step, &figures(&prices.caps, cap.cap), -1);
        pay(&step, &cap.segments, drawn_caps[nth as usize], u64::MAX);
    }
    for (nth, group) in (0_u32..).zip(&parts.groups) {
        let mut over = figures(&prices.groups, Some(nth));
        add(&mut over, &figures(&prices.groups, group.group), -1);
        over[guarantee] += whole;
        add(&mut sum, &over.max(NOTHING), i128::from(group.guarantee));
    }
    let mut reached = sum.to_vec();
    reached.truncate(levels);
    steps::bound_of_parts(index, &Objective(reached), whole)
}
