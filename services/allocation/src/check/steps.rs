//! The steps in which plans reach a tier's level: a flow may end between two, a plan cannot.

use super::part::Part;
use crate::objective::{Level, Objective};
use crate::problem::{Item, Split};

/// Of each level, the step of what plans reach there, and the most that the component can ask for.
#[derive(Debug)]
pub(super) struct WholeSteps(Vec<(i128, i128)>);

impl WholeSteps {
    pub(super) fn of(part: &Part<'_>) -> Self {
        let parts = part.parts();
        let items = || part.component.items.iter().map(|nth| (*nth, &parts.items[*nth as usize]));
        let of = |level: &Level| match level {
            Level::Tier(tier) => {
                let of_tier = || items().filter(|(_, item)| item.tier == *tier);
                let step = of_tier().fold(0, |step, (nth, item)| divisor(step, own_step(part, nth, item)));
                let most = of_tier().map(|(_, item)| i128::from(item.worth) * i128::from(item.quantity)).sum();
                (step.max(1), most)
            }
            Level::Guarantee => {
                let groups = part.component.groups.iter();
                (1, groups.map(|group| i128::from(parts.groups[*group as usize].guarantee)).sum())
            }
            Level::Distance | Level::Load => (1, 0),
        };
        Self(parts.levels.iter().map(of).collect())
    }

    /// What no plan exceeds that reaches no more than this on the first levels.
    pub(super) fn bound_above(&self, first: &[i128]) -> Objective {
        Objective(first.iter().copied().chain(self.0.iter().skip(first.len()).map(|(_, most)| *most)).collect())
    }

    /// What no plan exceeds where no flow exceeds what is reached.
    pub(super) fn bound(&self, reached: Objective) -> Objective {
        self.bound_of_parts(reached, 1)
    }

    /// The same where what is reached is told in so many parts of one.
    pub(super) fn bound_of_parts(&self, reached: Objective, parts: i128) -> Objective {
        let mut below = false;
        let figures = reached.0.into_iter().zip(&self.0).map(|(figure, (step, most))| {
            if below {
                return *most;
            }
            let step = step * parts;
            below = figure % step != 0;
            (figure - figure.rem_euclid(step)) / parts
        });
        Objective(figures.collect())
    }
}

/// What the figure of a tier rises by at least when more of an item is served.
fn own_step(part: &Part<'_>, nth: u32, item: &Item) -> i128 {
    let together = item.split == Split::Whole || part.ties.bundle.contains_key(&nth);
    i128::from(item.worth) * if together { i128::from(item.quantity) } else { 1 }
}

fn divisor(one: i128, other: i128) -> i128 {
    if other == 0 { one } else { divisor(other, one % other) }
}
