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
    let mut bound = reached.clone();
    let levels = &index.parts().levels;
    for (place, level) in levels.iter().enumerate() {
        let scale = scale(index, *level);
        let over = if scale.step > 1 { reached.0[place].rem_euclid(scale.step) } else { 0 };
        if over > 0 {
            bound.0[place] -= over;
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

fn divisor(mut one: i128, mut other: i128) -> i128 {
    while other != 0 {
        (one, other) = (other, one % other);
    }
    one
}
