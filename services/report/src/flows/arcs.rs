//! Flows as arcs of a map.

use std::collections::BTreeMap;

use crate::map::plate::{Plate, Spot};
use crate::picture::Flow;
use crate::svg::number;

/// Width of the arc that carries most, in pixels.
const WIDTH_MAX: f64 = 11.0;
/// In a small round no arc is drawn as if it carried much: the widest stands for at least so many.
const MOST_MIN: u64 = 6;
/// A thinner line is not seen.
const WIDTH_MIN: f64 = 1.2;
/// How far an arc bends aside, in parts of its length and in pixels at most.
const BEND: f64 = 0.18;
/// The most that an arc bends aside, in pixels.
const BEND_MAX: f64 = 60.0;
/// Arcs of a map; lighter ones are left to the table.
const ARCS_MAX: usize = 150;

/// An end of an arc: a circle of the map, or one of the overview's that lies elsewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum End {
    /// On this map.
    Here(usize),
    /// Beyond its edge.
    Beyond(usize),
}

/// An end with where it is drawn and the spots it stands for.
#[derive(Clone, Debug)]
pub(crate) struct EndAt {
    /// Which end.
    pub(crate) end: End,
    /// Its spots.
    pub(crate) spots: Vec<usize>,
    at: (f64, f64),
}

/// What goes from one end to another.
#[derive(Clone, Debug)]
pub(crate) struct Arc {
    /// From.
    pub(crate) from: EndAt,
    /// To.
    pub(crate) to: EndAt,
    /// Allocations.
    pub(crate) allocations: u64,
}

impl Arc {
    /// Whether it stays within one circle, where there is nothing to draw.
    pub(crate) fn is_local(&self) -> bool {
        self.from.end == self.to.end
    }
}

/// The circle of the overview that each spot is in, and where the overview's circles are on the ground.
pub(crate) struct Ends {
    groups: Vec<Vec<usize>>,
    group_of: Vec<usize>,
    degrees: Vec<(f64, f64)>,
}

impl Ends {
    /// Of the overview, which is the first of the plates.
    pub(crate) fn of(plates: &[Plate], spots: &[Spot]) -> Self {
        let groups = plates.first().map(|overview| overview.groups.clone()).unwrap_or_default();
        let mut group_of = vec![0; spots.len()];
        for (nth, group) in groups.iter().enumerate() {
            for spot in group {
                group_of[*spot] = nth;
            }
        }
        let mean = |group: &Vec<usize>, coordinate: fn(&Spot) -> f64| {
            let weight: f64 = group.iter().map(|spot| spots[*spot].weight).sum();
            group.iter().map(|spot| coordinate(&spots[*spot]) * spots[*spot].weight).sum::<f64>() / weight.max(1.0)
        };
        let degrees =
            groups.iter().map(|group| (mean(group, |spot| spot.at.0), mean(group, |spot| spot.at.1))).collect();
        Self { groups, group_of, degrees }
    }
}

/// The arcs of a map, from flows between spots: those that begin or end on it, the lightest first.
pub(crate) fn arcs(plate: &Plate, ends: &Ends, flows: &[(usize, usize, &Flow)]) -> Vec<Arc> {
    let mut here: BTreeMap<usize, usize> = BTreeMap::new();
    for (nth, group) in plate.groups.iter().enumerate() {
        here.extend(group.iter().map(|spot| (*spot, nth)));
    }
    let end = |spot: usize| match here.get(&spot) {
        Some(nth) => End::Here(*nth),
        None => End::Beyond(ends.group_of[spot]),
    };
    let mut sums: BTreeMap<(End, End), u64> = BTreeMap::new();
    for (from, to, flow) in flows {
        if here.contains_key(from) || here.contains_key(to) {
            *sums.entry((end(*from), end(*to))).or_default() += flow.allocations;
        }
    }
    let at = |end: End| match end {
        End::Here(nth) => {
            EndAt { end, spots: plate.groups[nth].clone(), at: (plate.circles[nth].x, plate.circles[nth].y) }
        }
        End::Beyond(nth) => EndAt {
            end,
            spots: ends.groups[nth].clone(),
            at: plate.frame.at(plate.projection.project(ends.degrees[nth])),
        },
    };
    let sums = sums.into_iter();
    let mut arcs: Vec<Arc> =
        sums.map(|((from, to), allocations)| Arc { from: at(from), to: at(to), allocations }).collect();
    arcs.sort_by_key(|arc| arc.allocations);
    let lightest = arcs.len().saturating_sub(ARCS_MAX);
    arcs.split_off(lightest)
}

/// How wide an arc is, where the widest carries `most`.
pub(crate) fn width(allocations: u64, most: u64) -> f64 {
    (WIDTH_MAX * allocations as f64 / most.max(MOST_MIN) as f64).max(WIDTH_MIN)
}

/// An arc as a path: it bends to the right of its way, so that the way back is another line.
pub(crate) fn path(arc: &Arc) -> String {
    let ((x0, y0), (x1, y1)) = (arc.from.at, arc.to.at);
    let length = (x1 - x0).hypot(y1 - y0);
    let bend = (length * BEND).min(BEND_MAX) / length.max(1e-6);
    let (x, y) = (f64::midpoint(x0, x1) - (y1 - y0) * bend, f64::midpoint(y0, y1) + (x1 - x0) * bend);
    format!("M{} {}Q{} {} {} {}", number(x0), number(y0), number(x), number(y), number(x1), number(y1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::map::plate::{Screen, Sizes, plates};

    #[test]
    fn flows_between_the_same_circles_are_one_arc_and_within_one_are_none() {
        let near = |n: i32| Spot { at: (38.46 + f64::from(n) * 0.002, 106.28), weight: 4.0 };
        let spots = [near(0), near(1), near(2), near(3), Spot { at: (39.2, 106.7), weight: 4.0 }];
        let flow = Flow { place: 0, division: None, allocations: 2, quantities: Vec::new(), distance_metres: None };
        let flows = [(0, 4, &flow), (1, 4, &flow), (2, 3, &flow)];
        let plates = plates(&spots, Screen::Wide, Sizes::of(Screen::Wide, 20.0));
        let ends = Ends::of(&plates, &spots);
        let told = |plate: &Plate| -> Vec<(End, End, u64)> {
            arcs(plate, &ends, &flows).iter().map(|arc| (arc.from.end, arc.to.end, arc.allocations)).collect()
        };
        assert_eq!(told(&plates[0]), [(End::Here(0), End::Here(0), 2), (End::Here(0), End::Here(1), 4)]);
        assert_eq!(
            told(&plates[1]),
            [(End::Here(0), End::Beyond(1), 2), (End::Here(1), End::Beyond(1), 2), (End::Here(2), End::Here(3), 2)]
        );
        assert!(arcs(&plates[0], &ends, &flows)[0].is_local());
    }

    #[test]
    fn an_arc_is_as_wide_as_what_it_carries_and_none_is_too_thin_to_see() {
        assert_eq!(width(40, 40), WIDTH_MAX);
        assert_eq!(width(20, 40), WIDTH_MAX / 2.0);
        assert_eq!(width(1, 4_000), WIDTH_MIN);
        assert_eq!(width(2, 2), WIDTH_MAX / 3.0);
    }
}
