//! Names beside circles, so that none covers another, a circle or an edge.

use super::crowd::Circle;
use crate::svg::{cut, width_em};

/// Size of names in pixels.
pub(crate) const FONT: f64 = 12.0;
/// A name that is cut is cut to the first of these widths of the font that finds room.
const CUTS_EM: [f64; 2] = [11.0, 7.5];
/// Height of a name's box: what goes above and below the letters included.
const LINE: f64 = FONT * 1.25;
/// How far names may stand from their circles, in pixels. From the second on a line joins them.
const DISTANCES: [f64; 6] = [3.0, 13.0, 26.0, 42.0, 62.0, 86.0];

/// A box: left, top, right, bottom, in pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Area {
    /// Left.
    pub(crate) left: f64,
    /// Top.
    pub(crate) top: f64,
    /// Right.
    pub(crate) right: f64,
    /// Bottom.
    pub(crate) bottom: f64,
}

impl Area {
    fn meets(&self, other: &Self) -> bool {
        self.left < other.right && other.left < self.right && self.top < other.bottom && other.top < self.bottom
    }

    /// Whether a circle reaches into it, or nearly.
    pub(crate) fn meets_circle(&self, circle: &Circle) -> bool {
        let (x, y) = self.nearest(circle.x, circle.y);
        (x - circle.x).hypot(y - circle.y) < circle.radius + 1.0
    }

    /// The point of the box that is nearest to another.
    fn nearest(&self, x: f64, y: f64) -> Point {
        (x.clamp(self.left, self.right), y.clamp(self.top, self.bottom))
    }

    fn holds(&self, x: f64, y: f64) -> bool {
        (self.left..=self.right).contains(&x) && (self.top..=self.bottom).contains(&y)
    }

    fn is_within(&self, width: f64, height: f64) -> bool {
        self.left >= 2.0 && self.top >= 2.0 && self.right <= width - 2.0 && self.bottom <= height - 2.0
    }
}

/// A point in pixels: from the left, from the top.
type Point = (f64, f64);
/// A straight line, from and to.
type Line = (Point, Point);

/// Where a name stands.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Placed {
    /// Its anchor, from the left.
    pub(crate) x: f64,
    /// Its baseline.
    pub(crate) y: f64,
    /// Which part of the text is at the anchor, as SVG says it.
    pub(crate) anchor: &'static str,
    /// The line that joins it to its circle, where it stands apart: from, to.
    pub(crate) leader: Option<Line>,
}

/// The box that names may be in, and what is in it already.
pub(crate) struct Sheet<'a> {
    /// Width.
    pub(crate) width: f64,
    /// Height.
    pub(crate) height: f64,
    /// Circles; names go with them in this order.
    pub(crate) circles: &'a [Circle],
    /// What else is not to be covered.
    pub(crate) taken: Vec<Area>,
}

/// A name: its words and the figure behind them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Name {
    /// The words; none for what is not named.
    pub(crate) words: String,
    /// The figure; none for none.
    pub(crate) figure: String,
}

impl Name {
    /// Its width in pixels, at most.
    fn width(&self) -> f64 {
        let gap = if self.figure.is_empty() { 0.0 } else { 0.8 };
        (width_em(&self.words) + width_em(&self.figure) + gap) * FONT
    }

    fn cut(&self, em: f64) -> Self {
        Self { words: cut(&self.words, em), figure: self.figure.clone() }
    }
}

/// A place for each name that finds one, with the name as it fits there, the largest circles first: a long name that has no room right
/// beside its circle is cut before it goes far.
pub(crate) fn place(mut sheet: Sheet<'_>, names: &[Name]) -> Vec<Option<(Placed, Name)>> {
    let mut order: Vec<usize> =
        (0..sheet.circles.len().min(names.len())).filter(|nth| !names[*nth].words.is_empty()).collect();
    order.sort_by(|a, b| sheet.circles[*b].radius.total_cmp(&sheet.circles[*a].radius).then(a.cmp(b)));
    let mut placed: Vec<Option<(Placed, Name)>> = vec![None; sheet.circles.len()];
    let mut leaders: Vec<Line> = Vec::new();
    for nth in order {
        let cuts = CUTS_EM.map(|em| (names[nth].cut(em), DISTANCES.len()));
        let tries = std::iter::once((names[nth].clone(), 1)).chain(cuts);
        let found = tries.into_iter().find_map(|(name, rings)| {
            let mut free = candidates(&sheet.circles[nth], name.width(), rings);
            free.find(|(at, area)| sheet.is_free(nth, at, area, &leaders)).map(|(at, area)| (at, area, name))
        });
        if let Some((at, area, name)) = found {
            sheet.taken.push(area);
            leaders.extend(at.leader);
            placed[nth] = Some((at, name));
        }
    }
    placed
}

impl Sheet<'_> {
    fn is_free(&self, name: usize, at: &Placed, area: &Area, leaders: &[Line]) -> bool {
        let others = || self.circles.iter().enumerate().filter(|(circle, _)| *circle != name).map(|(_, circle)| circle);
        area.is_within(self.width, self.height)
            && !self.taken.iter().any(|other| other.meets(area))
            && !self.circles.iter().any(|circle| area.meets_circle(circle))
            && !leaders.iter().any(|(from, to)| along(*from, *to).any(|(x, y)| area.holds(x, y)))
            && at.leader.is_none_or(|(from, to)| {
                along(from, to).all(|(x, y)| {
                    others().all(|circle| (x - circle.x).hypot(y - circle.y) > circle.radius)
                        && !self.taken.iter().any(|other| other.holds(x, y))
                })
            })
    }
}

/// Points along a line, near enough to each other that nothing drawn slips between.
fn along(from: Point, to: Point) -> impl Iterator<Item = Point> {
    let steps = ((from.0 - to.0).hypot(from.1 - to.1) / 2.0).ceil().max(1.0);
    (0..=steps as usize).map(move |step| {
        let t = step as f64 / steps;
        (from.0 + (to.0 - from.0) * t, from.1 + (to.1 - from.1) * t)
    })
}

/// Places for a name, in so many rings around its circle, the best first: near before far; right, left, the corners, above and below.
fn candidates(circle: &Circle, width: f64, rings: usize) -> impl Iterator<Item = (Placed, Area)> {
    const CORNER: f64 = std::f64::consts::FRAC_1_SQRT_2;
    const SIDES: [(f64, f64); 8] = [
        (1.0, 0.0),
        (-1.0, 0.0),
        (CORNER, -CORNER),
        (CORNER, CORNER),
        (-CORNER, -CORNER),
        (-CORNER, CORNER),
        (0.0, -1.0),
        (0.0, 1.0),
    ];
    let circle = *circle;
    DISTANCES.into_iter().take(rings).enumerate().flat_map(move |(ring, distance)| {
        SIDES.into_iter().map(move |(east, south)| {
            let reach = circle.radius + distance;
            let (x, y) = (circle.x + east * reach, circle.y + south * reach);
            let (anchor, left) = if east > 0.1 {
                ("start", x)
            } else if east < -0.1 {
                ("end", x - width)
            } else {
                ("middle", x - width / 2.0)
            };
            // Beside a circle the name is centred on it; above it stands on its place, below it hangs from it.
            let top = y - LINE / 2.0 + south * LINE / 2.0;
            let area = Area { left, top, right: left + width, bottom: top + LINE };
            let leader = (ring > 0).then(|| {
                let to = area.nearest(circle.x, circle.y);
                ((circle.x + east * circle.radius, circle.y + south * circle.radius), to)
            });
            (Placed { x, y: top + LINE * 0.76, anchor, leader }, area)
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(words: impl Into<String>) -> Name {
        Name { words: words.into(), figure: String::new() }
    }

    fn areas(circles: &[Circle], placed: &[Option<(Placed, Name)>]) -> Vec<Area> {
        let area = |(circle, found): (&Circle, &Option<(Placed, Name)>)| {
            let (at, name) = found.as_ref()?;
            let mut all = candidates(circle, name.width(), DISTANCES.len());
            all.find(|(candidate, _)| candidate == at).map(|(_, area)| area)
        };
        circles.iter().zip(placed).filter_map(area).collect()
    }

    #[test]
    fn names_cover_neither_each_other_nor_circles_nor_edges() {
        let middle = |n: i32, factor: i32| 20.0 + f64::from(n * factor % 260);
        let circles: Vec<Circle> =
            (0..40).map(|n| Circle { x: middle(n, 37), y: middle(n, 53), radius: 4.0 }).collect();
        let names: Vec<Name> = (0..40).map(|n| name("街".repeat(2 + n % 5))).collect();
        let corner = Area { left: 0.0, top: 270.0, right: 90.0, bottom: 300.0 };
        let placed = place(Sheet { width: 300.0, height: 300.0, circles: &circles, taken: vec![corner] }, &names);
        let areas = areas(&circles, &placed);
        assert!(areas.len() >= 20, "only {} of 40 names found a place", areas.len());
        for (b, second) in areas.iter().enumerate() {
            assert!(!areas[..b].iter().any(|first| first.meets(second)), "{second:?}");
            assert!(!corner.meets(second), "{second:?}");
            assert!(!circles.iter().any(|circle| second.meets_circle(circle)), "{second:?}");
            assert!(second.is_within(300.0, 300.0), "{second:?}");
        }
    }

    #[test]
    fn a_name_alone_stands_right_beside_its_circle() {
        let circles = [Circle { x: 50.0, y: 50.0, radius: 10.0 }];
        let placed =
            place(Sheet { width: 200.0, height: 100.0, circles: &circles, taken: Vec::new() }, &[name("兴庆区")]);
        let (at, _) = placed[0].as_ref().unwrap();
        assert_eq!((at.x, at.anchor, at.leader), (63.0, "start", None));
    }

    #[test]
    fn a_long_name_is_cut_to_its_room_and_left_out_where_there_is_none() {
        let circles = [Circle { x: 50.0, y: 50.0, radius: 10.0 }];
        let placed = |width: f64| {
            let sheet = Sheet { width, height: 100.0, circles: &circles, taken: Vec::new() };
            place(sheet, &[name("玉皇阁北街街道办事处辖区内外")]).remove(0).map(|(_, name)| name.words)
        };
        assert_eq!(placed(400.0).as_deref(), Some("玉皇阁北街街道办事处辖区内外"));
        assert_eq!(placed(210.0).as_deref(), Some("玉皇阁北街街道办事处…"));
        assert_eq!(placed(160.0).as_deref(), Some("玉皇阁北街街…"));
        assert_eq!(placed(80.0), None);
    }
}
