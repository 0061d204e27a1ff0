//! How far from a flow's figures a plan's must stay: what plans reach on a tier's level goes in steps.

use wishwell_allocation::{Level, Objective};

use super::index::Index;

/// The step of a tier's level (0 where no item is of it), and all that can be asked for on any.
struct Scale {
    step: i128,
    most: i128,
}

/// What no plan exceeds where no flow reaches more than this: the bound of a leaf, as the certificate's page defines it.
pub(super) fn bound(index: &Index<'_>, reached: &Objective) -> Objective {
    bound_of_parts(index, reached, 1)
}

/// What no plan exceeds that reaches no more than this on the first levels.
pub(super) fn bound_above(index: &Index<'_>, first: &[i128]) -> Objective {
    let rest = index.parts().levels.iter().skip(first.len()).map(|level| scale(index, *level).most);
    Objective(first.iter().copied().chain(rest).collect())
}

/// The same where what is reached is told in so many parts of one.
pub(super) fn bound_of_parts(index: &Index<'_>, reached: &Objective, parts: i128) -> Objective {
    let mut bound = reached.clone();
    let levels = &index.parts().levels;
    for (place, level) in levels.iter().enumerate() {
        let step = scale(index, *level).step.max(1) * parts;
        let over = reached.0[place].rem_euclid(step);
        bound.0[place] = (reached.0[place] - over) / parts;
        if over > 0 {
            for (figure, level) in bound.0[place + 1..].iter_mut().zip(&levels[place + 1..]) {
                *figure = self::scale(index, *level).most;
            }
            break;
        }
    }
    bound
}

fn scale(index: &Index<'_>, level: Level) -> Scale {
    let parts = index.parts();
    match level {
        Level::Tier(tier) => {
            let mut scale = Scale { step: 0, most: 0 };
            for (nth, item) in parts.items.iter().enumerate().filter(|(_, item)| item.tier == tier) {
                let (worth, quantity) = (i128::from(item.worth), i128::from(item.quantity));
                let together = index.whole(nth as u32) || index.bundle_of[nth].is_some();
                scale.step = divisor(if together { worth * quantity } else { worth }, scale.step);
                scale.most += worth * quantity;
            }
            scale
        }
        Level::Guarantee => Scale { step: 1, most: parts.groups.iter().map(|group| i128::from(group.guarantee)).sum() },
        Level::Distance | Level::Load => Scale { step: 1, most: 0 },
    }
}

pub(super) fn divisor(mut one: i128, mut other: i128) -> i128 {
    while other != 0 {
        (one, other) = (other, one % other);
    }
    one
}
