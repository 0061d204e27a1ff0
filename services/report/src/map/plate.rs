//! The maps of a page: an overview, and a detail for each crowd in it.

use super::crowd::{Circle, around, gather, spread};
use super::projection::{Frame, Projection};

/// Fewer circles than these are pushed apart where they are, without a map of their own.
const CROWD_MIN: usize = 3;
/// Details of a page; the table has everything.
const DETAILS_MAX: usize = 8;

/// Whom a drawing is laid out for. Text in a drawing shrinks with it, so a telephone gets drawings of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Screen {
    /// From a tablet on, and paper.
    Wide,
    /// A telephone.
    Narrow,
}

impl Screen {
    pub(crate) const ALL: [Self; 2] = [Self::Wide, Self::Narrow];

    /// Its class in the style, and part of its ids.
    pub(crate) const fn class(self) -> &'static str {
        match self {
            Self::Wide => "wide",
            Self::Narrow => "narrow",
        }
    }

    /// Width of the overview in pixels.
    const fn overview(self) -> f64 {
        match self {
            Self::Wide => 660.0,
            Self::Narrow => 340.0,
        }
    }

    /// Width of a detail in pixels.
    const fn detail(self) -> f64 {
        match self {
            Self::Wide => 400.0,
            Self::Narrow => 340.0,
        }
    }

    /// Radius of a circle that holds everything.
    const fn radius(self) -> f64 {
        match self {
            Self::Wide => 60.0,
            Self::Narrow => 44.0,
        }
    }
}

/// Pixels around what a map shows: room for names.
const MARGIN: f64 = 48.0;
/// A circle that is smaller can neither be seen nor pointed at.
const RADIUS_MIN: f64 = 5.0;

/// Something on the map.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Spot {
    /// Latitude and longitude in degrees.
    pub(crate) at: (f64, f64),
    /// What the area of its circle stands for.
    pub(crate) weight: f64,
}

/// A map: spots, by their indices, that one circle stands for, and where it is drawn.
#[derive(Debug)]
pub(crate) struct Plate {
    /// The spots of each circle.
    pub(crate) groups: Vec<Vec<usize>>,
    /// Where each belongs.
    pub(crate) belongs: Vec<Circle>,
    /// Where each is drawn, so that none covers another.
    pub(crate) circles: Vec<Circle>,
    /// The window.
    pub(crate) frame: Frame,
    /// The projection, the same on all maps of a page.
    pub(crate) projection: Projection,
    /// For a detail, which of the overview's circles it takes apart.
    pub(crate) of: Option<usize>,
}

/// How large circles are: the area stands for the weight.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sizes {
    whole: f64,
    radius: f64,
}

impl Sizes {
    /// On a screen, for spots that weigh so much altogether.
    pub(crate) fn of(screen: Screen, whole: f64) -> Self {
        Self { whole: whole.max(1.0), radius: screen.radius() }
    }

    /// Whether a weight's circle is as large as it should be, and not larger to be seen.
    pub(crate) fn is_true(&self, weight: f64) -> bool {
        self.radius(weight) > RADIUS_MIN
    }

    /// The radius that a weight has.
    pub(crate) fn radius(&self, weight: f64) -> f64 {
        (self.radius * (weight / self.whole).sqrt()).max(RADIUS_MIN)
    }
}

/// The maps of some spots: the overview first, then details, the heaviest first.
pub(crate) fn plates(spots: &[Spot], screen: Screen, sizes: Sizes) -> Vec<Plate> {
    let degrees: Vec<(f64, f64)> = spots.iter().map(|spot| spot.at).collect();
    let projection = Projection::around(&degrees);
    let metres: Vec<(f64, f64)> = degrees.iter().map(|at| projection.project(*at)).collect();
    let weights: Vec<f64> = spots.iter().map(|spot| spot.weight).collect();
    let draw = |groups: Vec<Vec<usize>>, frame: Frame, of: Option<usize>| {
        let points: Vec<(f64, f64)> = metres.iter().map(|at| frame.at(*at)).collect();
        let belongs: Vec<Circle> =
            groups.iter().map(|group| around(group, &points, &weights, |weight| sizes.radius(weight))).collect();
        let mut circles = belongs.clone();
        spread(&mut circles, frame.width, frame.height);
        Plate { groups, belongs, circles, frame, projection, of }
    };
    let frame = Frame::fit(&metres, screen.overview(), MARGIN);
    let points: Vec<(f64, f64)> = metres.iter().map(|at| frame.at(*at)).collect();
    let gathered = gather(&points, &weights, |weight| sizes.radius(weight));
    let groups: Vec<Vec<usize>> = gathered
        .into_iter()
        .flat_map(|group| {
            if group.len() < CROWD_MIN { group.into_iter().map(|spot| vec![spot]).collect() } else { vec![group] }
        })
        .collect();
    let overview = draw(groups, frame, None);
    let weight = |group: &[usize]| group.iter().map(|spot| weights[*spot]).sum::<f64>();
    let mut crowds: Vec<usize> =
        (0..overview.groups.len()).filter(|nth| overview.groups[*nth].len() >= CROWD_MIN).collect();
    crowds.sort_by(|a, b| weight(&overview.groups[*b]).total_cmp(&weight(&overview.groups[*a])).then(a.cmp(b)));
    let details = crowds.into_iter().take(DETAILS_MAX).map(|nth| {
        let members = &overview.groups[nth];
        let shown: Vec<(f64, f64)> = members.iter().map(|spot| metres[*spot]).collect();
        draw(members.iter().map(|spot| vec![*spot]).collect(), Frame::fit(&shown, screen.detail(), MARGIN), Some(nth))
    });
    let details: Vec<Plate> = details.collect();
    std::iter::once(overview).chain(details).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_crowd_is_one_circle_in_the_overview_and_taken_apart_in_a_detail() {
        let mut spots: Vec<Spot> =
            (0..6).map(|n| Spot { at: (38.46 + f64::from(n) * 0.003, 106.28), weight: 3.0 }).collect();
        spots.push(Spot { at: (39.2, 106.7), weight: 2.0 });
        let plates = plates(&spots, Screen::Wide, Sizes::of(Screen::Wide, 20.0));
        assert_eq!(plates.len(), 2);
        assert_eq!(plates[0].groups, [vec![0, 1, 2, 3, 4, 5], vec![6]]);
        assert_eq!(plates[1].of, Some(0));
        assert_eq!(plates[1].groups.len(), 6);
        assert!(plates[1].frame.scale > plates[0].frame.scale);
    }

    #[test]
    fn the_area_of_a_circle_stands_for_its_weight() {
        let sizes = Sizes::of(Screen::Wide, 100.0);
        assert!((sizes.radius(64.0) / sizes.radius(16.0) - 2.0).abs() < 1e-9);
        assert_eq!(sizes.radius(0.0), RADIUS_MIN);
    }
}
