//! Prices of all that is drawn on: a bound by weak duality, level by level, and prices to make plans with.
//!
//! The relaxation as a flow forgets further draws. Here every unit pays for each pool that its arc touches, and no flow is needed: items
//! take what gains most at the prices, and what they gain together with what pools are worth bounds every plan
//! ([`wishwell_allocation::LevelPrices`]). Pool after pool gets the price at which no more is asked of it than it has, all other prices
//! as they are: each such step lowers the bound or leaves it (coordinate descent on the Lagrangian dual; M. L. Fisher, "The Lagrangian
//! relaxation method for solving integer programming problems", Management Science 27 (1981)).

use wishwell_allocation::{Level, LevelPrices, Objective, Prices, Segment};

use super::index::{Index, Lists};
use super::steps;
use crate::simplex::Relaxed;

/// Most gains of arcs that are added up, for each arc there is.
const GAINS_PER_ARC: u64 = 24;

/// Most passes over the pools.
const PASSES_MAX: usize = 100;

/// Most that a tier's figure is counted as, in its unit.
const FIGURE_MAX: i128 = 1 << 14;

/// How many times what one unit may cost a price may be: beyond it, levels are no longer apart.
const SPREAD: i128 = 16;

/// What is known of the first levels: what no plan exceeds there, and how many of the next level's figure each of theirs earns.
#[derive(Clone, Copy, Debug)]
pub(super) struct First<'a> {
    pub(super) reached: &'a [i128],
    pub(super) credit: i128,
}

/// Levels as one number: a figure of each, in its unit, weighed so that the lower ones never reach a unit of one above. The first
/// levels, where they are bounded, weigh what they earn on the next.
#[derive(Debug)]
struct Scale {
    weights: Vec<i128>,
    units: Vec<i128>,
    /// The most, in units, that a figure is counted as.
    most: Vec<i128>,
    /// How many levels come first.
    first: usize,
}

impl Scale {
    /// None, where the levels do not fit into a number together.
    fn of(index: &Index<'_>, first: Option<First<'_>>) -> Option<Self> {
        let parts = index.parts();
        let dearest = |segments: &[Segment]| segments.last().map_or(0, |segment| segment.price);
        let prices = parts.pools.iter().map(|pool| dearest(&pool.segments));
        let load = prices.chain(parts.caps.iter().map(|cap| dearest(&cap.segments))).max().unwrap_or(0);
        let far = parts.arc_distance.iter().copied().max().unwrap_or(0);
        let of = |level: &Level| match level {
            Level::Tier(tier) => {
                let worths = || parts.items.iter().filter(|item| item.tier == *tier).map(|item| i128::from(item.worth));
                let most = worths().max().unwrap_or(0);
                // Fine worths are told apart no further: any prices bound.
                let unit = worths().fold(0, steps::divisor).max(most / FIGURE_MAX).max(1);
                (unit, most / unit)
            }
            Level::Guarantee => (1, i128::from(!parts.groups.is_empty())),
            Level::Distance => (1, i128::from(far)),
            Level::Load => (1, i128::from(load)),
        };
        let (units, mut most): (Vec<i128>, Vec<i128>) = parts.levels.iter().map(of).unzip();
        let mut weights = vec![1; units.len()];
        let before = first.map_or(0, |first| first.reached.len());
        for level in 0..before {
            most[before] = most[before].max(most[level] * units[level] / units[before]);
        }
        for level in (before + 1..units.len()).rev() {
            let beyond: i128 = 2 * SPREAD * most[level] + 1;
            weights[level - 1] = beyond.checked_mul(weights[level]).filter(|weight| *weight < 1 << 110)?;
        }
        let fits = weights.get(before)?.checked_mul(SPREAD * most.get(before)? + 1)? < 1 << 118;
        for level in 0..before {
            weights[level] = first.map_or(0, |first| first.credit) * weights[before] * units[level] / units[before];
        }
        most.iter_mut().for_each(|most| *most *= SPREAD);
        fits.then_some(Self { weights, units, most, first: before })
    }

    fn number(&self, figures: impl IntoIterator<Item = i128>) -> i128 {
        let figures = figures.into_iter().zip(&self.units).map(|(figure, unit)| figure.div_euclid(*unit));
        figures
            .zip(&self.most)
            .map(|(figure, most)| figure.clamp(-most, *most))
            .zip(&self.weights)
            .map(|(figure, weight)| figure * weight)
            .sum()
    }

    /// The figures of a number: those nearest to nothing.
    fn figures(&self, number: i128) -> impl Iterator<Item = i64> {
        let mut rest = number;
        self.weights.iter().zip(&self.units).enumerate().map(move |(level, (weight, unit))| {
            if level < self.first {
                return 0;
            }
            let figure = (rest + rest.signum() * (weight / 2)) / weight;
            rest -= figure * weight;
            i64::try_from(figure * unit).unwrap_or(0)
        })
    }

    fn weight(&self, levels: &[Level], level: Level) -> i128 {
        levels.iter().position(|of| *of == level).map_or(0, |at| self.weights[at])
    }
}

/// Prices on their way down to the least bound.
pub(super) struct Dual<'a> {
    index: &'a Index<'a>,
    scale: Scale,
    first: Option<First<'a>>,
    /// Whether each arc may be used at all.
    open: Vec<bool>,
    /// What each pool can give: all of it where arcs draw on it, else what is left of it in the relaxation.
    room: Vec<u64>,
    drawn: Vec<bool>,
    distance: i128,
    load: i128,
    /// What a unit of each item is worth, less what it costs its group.
    worth: Vec<i128>,
    /// The price of each pool less that of the cap above, which stays.
    step: Vec<i128>,
    above: Vec<i128>,
    /// The items whose arcs touch each pool.
    entering: Lists,
    caps: Vec<i128>,
    groups: Vec<i128>,
    gains_left: u64,
}

impl<'a> Dual<'a> {
    /// Begins with the prices of the relaxation without decisions. None, where levels do not fit into a number.
    pub(super) fn of(
        index: &'a Index<'a>,
        relaxed: &Relaxed,
        prices: &Prices,
        first: Option<First<'a>>,
    ) -> Option<Self> {
        let parts = index.parts();
        let scale = Scale::of(index, first)?;
        let number = |price: i128| scale.number(index.problem.weights().apart(price));
        let caps: Vec<i128> = prices.caps.iter().map(|price| number(*price)).collect();
        let mut groups: Vec<i128> = prices.groups.iter().map(|price| number(*price)).collect();
        for nth in 0..groups.len() {
            // A group is never dearer than the one above, which has a lower number.
            groups[nth] = groups[nth].min(parts.groups[nth].group.map_or(0, |above| groups[above as usize]));
        }
        let above: Vec<i128> = parts.pools.iter().map(|pool| pool.cap.map_or(0, |cap| caps[cap as usize])).collect();
        let step = prices.pools.iter().zip(&above).map(|(price, above)| (number(*price) - above).max(0)).collect();
        let mut open = vec![relaxed.usable.is_none(); parts.arc_pool.len()];
        for arc in relaxed.usable.iter().flatten() {
            open[*arc as usize] = true;
        }
        let mut drawn = vec![false; parts.pools.len()];
        parts.draws.iter().for_each(|(_, pool)| drawn[*pool as usize] = true);
        let whole = |nth: usize| parts.pools[nth].segments.iter().map(|segment| segment.units).sum();
        let room = (0..parts.pools.len()).map(|nth| if drawn[nth] { whole(nth) } else { relaxed.pools[nth] }).collect();
        let worth = |nth: usize| {
            let item = &parts.items[nth];
            let place = parts.levels.iter().position(|level| *level == Level::Tier(item.tier)).unwrap_or(0);
            let own = i128::from(item.worth) / scale.units[place] * scale.weights[place];
            own - item.group.map_or(0, |group| groups[group as usize])
        };
        let worth = (0..parts.items.len()).map(worth).collect();
        let entering = index.entering(|arc| open[arc as usize]);
        Some(Self {
            distance: scale.weight(&parts.levels, Level::Distance),
            load: scale.weight(&parts.levels, Level::Load),
            gains_left: GAINS_PER_ARC * parts.arc_pool.len() as u64,
            index,
            scale,
            first,
            open,
            room,
            drawn,
            worth,
            step,
            above,
            entering,
            caps,
            groups,
        })
    }

    /// What a unit of an item gains over an arc at the prices.
    fn gain(&self, item: u32, arc: u32) -> i128 {
        let far = self.distance * i128::from(self.index.parts().arc_distance[arc as usize]);
        let price = |pool: u32| self.step[pool as usize] + self.above[pool as usize];
        self.worth[item as usize] - far - self.index.touched(arc).map(price).sum::<i128>()
    }

    /// The open arcs of an item with what a unit gains over each.
    fn gains(&self, item: u32) -> impl Iterator<Item = (u32, i128)> + '_ {
        let arcs = self.index.problem.arcs(item).map(|arc| arc as u32).filter(|arc| self.open[*arc as usize]);
        arcs.map(move |arc| (arc, self.gain(item, arc)))
    }

    /// Lowers the bound until no pool's price alone does it any more, or enough was tried.
    pub(super) fn descend(&mut self) {
        let mut margins = Vec::new();
        let asked = self.asked();
        let priced = |(pool, step): (usize, &i128)| *step > 0 || asked[pool] > self.room[pool];
        let mut due: Vec<bool> = self.step.iter().enumerate().map(priced).collect();
        for _ in 0..PASSES_MAX {
            let mut changed = false;
            for pool in 0..self.step.len() as u32 {
                if !std::mem::take(&mut due[pool as usize]) {
                    continue;
                }
                if self.gains_left == 0 {
                    return;
                }
                let price = self.clearing(pool, &mut margins);
                if price != self.step[pool as usize] {
                    self.step[pool as usize] = price;
                    changed = true;
                    self.mark(pool, &mut due);
                }
            }
            if !changed {
                return;
            }
        }
    }

    /// All pools that compete with one are due, itself not.
    fn mark(&self, pool: u32, due: &mut [bool]) {
        for item in self.entering.of(pool) {
            for arc in self.index.problem.arcs(*item).map(|arc| arc as u32).filter(|arc| self.open[*arc as usize]) {
                self.index.touched(arc).for_each(|other| due[other as usize] = true);
            }
        }
        due[pool as usize] = false;
    }

    /// Units asked of each pool if every item takes what gains most, the first of equals.
    fn asked(&self) -> Vec<u64> {
        let mut asked = vec![0_u64; self.step.len()];
        for item in 0..self.worth.len() as u32 {
            let best = self.gains(item).filter(|(_, gain)| *gain > 0).max_by_key(|(arc, gain)| (*gain, u32::MAX - arc));
            if let Some((arc, _)) = best {
                for pool in self.index.touched(arc) {
                    asked[pool as usize] += self.index.quantity(item);
                }
            }
        }
        asked
    }

    /// The least price of a pool at which no more is asked of it than it gives, all other prices as they are.
    fn clearing(&mut self, pool: u32, margins: &mut Vec<(i128, u64)>) -> i128 {
        margins.clear();
        let own = self.step[pool as usize];
        let mut gains_seen = 0;
        for item in self.entering.of(pool) {
            let (mut with, mut without) = (i128::MIN, 0);
            for (arc, gain) in self.gains(*item) {
                gains_seen += 1;
                if self.index.touched(arc).any(|touched| touched == pool) {
                    with = with.max(gain + own);
                } else {
                    without = without.max(gain);
                }
            }
            if with > without {
                margins.push((with - without, self.index.quantity(*item)));
            }
        }
        self.gains_left = self.gains_left.saturating_sub(gains_seen);
        margins.sort_unstable_by(|one, other| other.cmp(one));
        let room = self.room[pool as usize];
        if self.drawn[pool as usize] {
            return lowest(margins, room);
        }
        let mut passed = 0;
        let mut least = lowest(margins, 0);
        for segment in &self.index.parts().pools[pool as usize].segments {
            passed = (passed + segment.units).min(room);
            least = least.min(lowest(margins, passed).max(self.load * i128::from(segment.price)));
        }
        least
    }

    /// The prices, as a certificate tells them, and the bound that they prove.
    pub(super) fn proof(&self, relaxed: &Relaxed) -> (LevelPrices, Objective) {
        let levels = self.scale.weights.len();
        let mut credits = vec![0; self.scale.first * levels];
        for level in 0..self.scale.first {
            let credit = self.first.map_or(0, |first| first.credit);
            credits[level * levels + self.scale.first] = i64::try_from(credit).unwrap_or(0);
        }
        let told = |numbers: &mut dyn Iterator<Item = i128>, count: usize| {
            let mut figures = Vec::with_capacity(count * levels);
            numbers.for_each(|number| figures.extend(self.scale.figures(number)));
            figures
        };
        let pools = &mut self.step.iter().zip(&self.above).map(|(step, above)| step + above);
        let mut groups = told(&mut self.groups.iter().copied(), self.groups.len());
        for (nth, group) in self.index.parts().groups.iter().enumerate() {
            // Never dearer than the group above, level by level too.
            let above = group.group.map_or_else(
                || vec![0; levels],
                |above| groups[above as usize * levels..(above as usize + 1) * levels].to_vec(),
            );
            let own = &mut groups[nth * levels..(nth + 1) * levels];
            if *own > *above {
                own.copy_from_slice(&above);
            }
        }
        let prices = LevelPrices {
            parts: 1,
            pools: told(pools, self.step.len()),
            caps: told(&mut self.caps.iter().copied(), self.caps.len()),
            groups,
            credits,
        };
        let bound = super::priced::bound(self.index, relaxed, &prices, self.first.map(|first| first.reached));
        (prices, bound)
    }

    /// The prices in the problem's own weights. The first levels are not told apart from the next.
    pub(super) fn weighed(&self) -> Prices {
        let weights = self.index.problem.weights();
        let levels = weights.levels();
        let weigh = |number: i128| {
            let figures = self.scale.figures(number);
            figures.zip(levels).map(|(figure, (level, _))| weights.weigh(*level, i128::from(figure))).sum()
        };
        Prices {
            pools: self.step.iter().zip(&self.above).map(|(step, above)| weigh(step + above)).collect(),
            caps: self.caps.iter().map(|price| weigh(*price)).collect(),
            groups: self.groups.iter().map(|price| weigh(*price)).collect(),
        }
    }
}

/// The least price at which at most so many units are asked: what the first of those who get nothing would pay.
fn lowest(margins: &[(i128, u64)], room: u64) -> i128 {
    let mut units = 0;
    let first = margins.iter().find(|(_, quantity)| {
        units += quantity;
        units > room
    });
    first.map_or(0, |(margin, _)| *margin)
}
