//! Multipliers that make the bound high: a deflected subgradient method with a level to aim at.
//!
//! Polyak (1969) steps towards a level between the best bound and the target; the level comes down when it is not reached (Brännlund
//! 1993; Goffin and Kiwiel 1999). The direction is deflected from the last one whenever the two are at odds (Camerini, Fratta and
//! Maffioli 1975). Steps are taken in floating point, which is deterministic and decides only where to look: bounds are exact.

use super::relaxation::Relaxation;

/// How an ascent ended.
pub(super) enum Ascent {
    /// The bound passed the target.
    Passed,
    /// The relaxation took each waiting job exactly once: what it took is an optimum here.
    Met,
    /// The steps are used up, or bring nothing more: the bound reached.
    Spent(i64),
}

/// How long and how far an ascent goes.
pub(super) struct Effort {
    /// Most evaluations.
    pub(super) steps: u32,
    /// How far above the best bound the first level lies at most, in units of the bound.
    pub(super) reach: f64,
    /// Evaluations without progress after which the level comes down.
    pub(super) patience: u32,
    /// The level's distance below which the ascent ends.
    pub(super) close: f64,
}

/// Room for directions, used again from ascent to ascent.
#[derive(Default)]
pub(super) struct Directions {
    now: Vec<f64>,
    at_best: Vec<f64>,
    multipliers: Vec<i64>,
}

/// Raises the bound from the multipliers given, and leaves the best found there. Stops when the bound exceeds `target`.
pub(super) fn ascend(
    relaxation: &mut Relaxation,
    multipliers: &mut [i64],
    target: i64,
    effort: &Effort,
    room: &mut Directions,
    keep_on: &mut dyn FnMut() -> bool,
) -> Ascent {
    room.multipliers.clear();
    room.multipliers.extend_from_slice(multipliers);
    room.now.clear();
    room.now.resize(multipliers.len(), 0.0);
    let mut best = i64::MIN;
    let mut reach = effort.reach;
    let mut failures = 0;
    for _ in 0..effort.steps {
        let bound = relaxation.bound(&room.multipliers);
        let progress = bound.saturating_sub(best);
        if bound > best {
            best = bound;
            multipliers.copy_from_slice(&room.multipliers);
        }
        if bound > target {
            return Ascent::Passed;
        }
        if relaxation.waiting().iter().all(|&job| relaxation.taken(job) == 1) {
            return Ascent::Met;
        }
        if !keep_on() {
            break;
        }
        deflect(relaxation, &mut room.now);
        if progress > 0 {
            room.at_best.clone_from(&room.now);
            if progress as f64 > reach / 8.0 {
                failures = 0
            } else {
                failures += 1
            }
            if progress as f64 > reach / 2.0 {
                reach *= 1.5;
            }
        } else {
            failures += 1;
        }
        if failures >= effort.patience {
            failures = 0;
            reach /= 2.0;
            if reach < effort.close {
                break;
            }
            room.multipliers.copy_from_slice(multipliers);
            room.now.clone_from(&room.at_best);
        }
        let from = if failures == 0 { best } else { bound };
        // As far beyond the target as keeps the step of each multiplier from being rounded to nothing.
        let level = (best as f64 + reach).min((target + 1) as f64 + relaxation.waiting().len() as f64);
        let square: f64 = relaxation.waiting().iter().map(|&job| room.now[job as usize].powi(2)).sum();
        let step = (level - from as f64) / square.max(1e-9);
        for &job in relaxation.waiting() {
            let moved = nearest(step * room.now[job as usize]);
            room.multipliers[job as usize] = relaxation.clamped(room.multipliers[job as usize] + moved);
        }
    }
    Ascent::Spent(best)
}

/// The nearest whole number; `f64::round` is a call on processors of the first 64-bit kind.
#[expect(clippy::cast_possible_truncation, reason = "multipliers are clamped afterwards")]
fn nearest(value: f64) -> i64 {
    (value + if value < 0.0 { -0.5 } else { 0.5 }) as i64
}

/// Turns the direction towards the subgradient looked at last.
fn deflect(relaxation: &Relaxation, direction: &mut [f64]) {
    let (mut product, mut square) = (0.0, 0.0);
    let gradient = |job: u32| 1.0 - f64::from(relaxation.taken(job));
    for &job in relaxation.waiting() {
        product += gradient(job) * direction[job as usize];
        square += direction[job as usize].powi(2);
    }
    let share = if product < 0.0 && square > 0.0 { -1.5 * product / square } else { 0.0 };
    for &job in relaxation.waiting() {
        direction[job as usize] = gradient(job) + share * direction[job as usize];
    }
}
