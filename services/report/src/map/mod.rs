//! The map: every division's needs as a circle, divided by how they came out.

pub(crate) mod crowd;
pub(crate) mod ground;
pub(crate) mod labels;
pub(crate) mod linked;
pub(crate) mod names;
pub(crate) mod pie;
pub(crate) mod plate;
mod projection;
mod tiled;

use maud::{Markup, html};

use self::crowd::Circle;
use self::ground::ground;
use self::labels::{Area, Name, Placed, Sheet};
use self::plate::{Plate, Screen, Sizes, Spot, plates};
use crate::figures::{count, counted, percent};
use crate::language::Language;
use crate::picture::{Outcome, RoundPicture};
use crate::svg::{described, labelled_by, number};
use crate::tables::{figures, unfolding, words};
use crate::tiers::key;

/// A division with a point, and its items.
struct Place {
    division: usize,
    outcome: Outcome,
}

/// The chapter.
pub(crate) fn chapter(picture: &RoundPicture, language: Language) -> Markup {
    let shown: Vec<(Place, Spot)> = picture
        .by_division
        .iter()
        .filter_map(|figures| {
            let division = figures.division?;
            let at = picture.divisions.get(division)?.centre?;
            let weight = figures.outcome.total() as f64;
            (weight > 0.0).then_some((Place { division, outcome: figures.outcome }, Spot { at, weight }))
        })
        .collect();
    let (places, spots): (Vec<Place>, Vec<Spot>) = shown.into_iter().unzip();
    let all: u64 = picture.by_division.iter().map(|figures| figures.outcome.total()).sum();
    let elsewhere = all - places.iter().map(|place| place.outcome.total()).sum::<u64>();
    let atlas = Atlas { picture, language, places: &places, spots: &spots };
    html! {
        section aria-labelledby={ "map-" (language.suffix()) } {
            h2 id={ "map-" (language.suffix()) } { (language.pick("各区划的需求", "Needs by division")) }
            p class="lead" {
                (language.pick(
                    "圆的面积代表需求项数，颜色代表结果；圆点在区划驻地，并非边界。挨得太近的区划在总览中合为一个圆，并在分图中展开；细线指向原来的位置。",
                    "The area of a circle is the number of items, its colours are how they came out. Circles stand where a division has its seat; \
                     there are no borders. Divisions too close to tell apart are one circle in the overview and have a map of their own; a thin line \
                     leads to where a circle belongs.",
                ))
            }
            figure {
                (key(language))
                @if !spots.is_empty() { @for screen in Screen::ALL { (atlas.maps(screen)) } }
                @if elsewhere > 0 {
                    p class="note" {
                        (language.pick(
                            format!("另有 {} 项没有区划或区划没有坐标，只在数据表中。", count(elsewhere)),
                            format!("{} more items are without a division, or in one without a point; the table has them.", count(elsewhere)),
                        ))
                    }
                }
                (table(picture, language))
            }
        }
    }
}

/// What all maps of a language share.
struct Atlas<'a> {
    picture: &'a RoundPicture,
    language: Language,
    places: &'a [Place],
    spots: &'a [Spot],
}

impl Atlas<'_> {
    fn maps(&self, screen: Screen) -> Markup {
        let whole: f64 = self.spots.iter().map(|spot| spot.weight).sum();
        let sizes = Sizes::of(screen, whole);
        let plates = plates(self.spots, screen, sizes);
        html! {
            (sheets(screen, plates.iter().enumerate().map(|(nth, plate)| self.map(&plates, nth, plate, screen)).collect()))
            (size_key(self.language, screen, sizes, &plates))
        }
    }

    fn map(&self, plates: &[Plate], nth: usize, plate: &Plate, screen: Screen) -> Markup {
        let language = self.language;
        let id = format!("map-{}-{}-{nth}", language.suffix(), screen.class());
        let title = title(self.language, plates, plate, |group| self.name(group));
        let outcome = plate.groups.iter().map(|group| self.outcome(group)).fold(Outcome::default(), |a, b| a.and(&b));
        let description = language.pick(
            format!("{}。{}。数据见下表。", title, says(language, &outcome)),
            format!("{title}. {}. The table below has the figures.", says(language, &outcome)),
        );
        let frame = plate.frame;
        let context: Vec<(f64, f64)> = self.picture.divisions.iter().filter_map(|division| division.centre).collect();
        let (below, mut taken) = ground(plate, &context, language, None);
        taken.extend(seats(plate));
        let names: Vec<Name> = plate
            .groups
            .iter()
            .map(|group| {
                let outcome = self.outcome(group);
                let figure = format!("{}/{}", count(outcome.served), count(outcome.total()));
                Name { words: self.name(group), figure }
            })
            .collect();
        let sheet = Sheet { width: frame.width, height: frame.height, circles: &plate.circles, taken };
        let placed = labels::place(sheet, &names);
        html! {
            div class={ "map " (if plate.of.is_none() { "overview" } else { "detail" }) } {
                h3 { (title) }
                svg viewBox={ "0 0 " (number(frame.width)) " " (number(frame.height)) } role="img" aria-labelledby=(labelled_by(&id)) {
                    (described(&id, &title, &description))
                    (below)
                    (leaders(plate))
                    @for (group, circle) in plate.groups.iter().zip(&plate.circles) {
                        @let outcome = self.outcome(group);
                        g class="mark" {
                            title { (self.name(group)) (language.pick("：", ": ")) (says(language, &outcome)) }
                            (pie::pie(circle, &outcome))
                        }
                    }
                    @for found in placed.iter().flatten() { (label(found)) }
                }
            }
        }
    }

    fn outcome(&self, group: &[usize]) -> Outcome {
        group.iter().map(|spot| self.places[*spot].outcome).fold(Outcome::default(), |a, b| a.and(&b))
    }

    fn name(&self, group: &[usize]) -> String {
        let divisions: Vec<usize> = group.iter().map(|spot| self.places[*spot].division).collect();
        names::name(&self.picture.divisions, self.language, &divisions)
    }
}

/// Maps side by side: the overview with the first details beside it, the others below.
pub(crate) fn sheets(screen: Screen, maps: Vec<Markup>) -> Markup {
    let (beside, below) = maps.split_at(maps.len().min(3));
    html! {
        div class={ "maps " (screen.class()) (if beside.len() == 1 { " lone" } else { "" }) } { @for map in beside { (map) } }
        @if !below.is_empty() { div class={ "maps below " (screen.class()) } { @for map in below { (map) } } }
    }
}

/// What a map is called: an overview where it has details, or by the circle that it takes apart.
pub(crate) fn title(language: Language, plates: &[Plate], plate: &Plate, name: impl Fn(&[usize]) -> String) -> String {
    match (plate.of, plates) {
        (Some(of), [overview, ..]) => {
            let group = &overview.groups[of];
            language.pick(
                format!("分图：{}（{} 处）", name(group), group.len()),
                format!("Detail: {} ({})", name(group), group.len()),
            )
        }
        (_, [_]) => language.pick("地图", "Map").to_owned(),
        _ => language.pick("总览", "Overview").to_owned(),
    }
}

/// Thin lines from where circles belong to where they are drawn.
pub(crate) fn leaders(plate: &Plate) -> Markup {
    html! {
        @for (from, to) in displaced(plate) {
            path class="leader" d={ "M" (number(from.x)) " " (number(from.y)) "L" (number(to.x)) " " (number(to.y)) } {}
            circle class="seat" cx=(number(from.x)) cy=(number(from.y)) r="1.8" {}
        }
    }
}

fn displaced(plate: &Plate) -> impl Iterator<Item = (&Circle, &Circle)> {
    plate.belongs.iter().zip(&plate.circles).filter(|(from, to)| from.apart(to) > to.radius)
}

/// Where displaced circles belong is not to be covered either.
pub(crate) fn seats(plate: &Plate) -> Vec<Area> {
    let around = |circle: &Circle| Area {
        left: circle.x - 2.0,
        top: circle.y - 2.0,
        right: circle.x + 2.0,
        bottom: circle.y + 2.0,
    };
    displaced(plate).map(|(from, _)| around(from)).collect()
}

/// A name with its figure, and the line that joins it to its circle.
pub(crate) fn label((at, name): &(Placed, Name)) -> Markup {
    html! {
        @if let Some((from, to)) = at.leader {
            path class="leader" d={ "M" (number(from.0)) " " (number(from.1)) "L" (number(to.0)) " " (number(to.1)) } {}
        }
        text class="name" x=(number(at.x)) y=(number(at.y)) text-anchor=(at.anchor) {
            (name.words)
            @if !name.figure.is_empty() { tspan class="count" dx="4" { (name.figure) } }
        }
    }
}

/// An outcome in words.
fn says(language: Language, outcome: &Outcome) -> String {
    let [served, partly, unserved, total] =
        [outcome.served, outcome.partly, outcome.unserved, outcome.total()].map(count);
    language.pick(
        format!("{total} 项需求中全部满足 {served} 项，部分满足 {partly} 项，未满足 {unserved} 项"),
        format!("{total} items: {served} wholly served, {partly} partly, {unserved} not"),
    )
}

/// Circles of a few sizes with what they stand for: the smallest that is drawn true, the largest, and one between.
fn size_key(language: Language, screen: Screen, sizes: Sizes, plates: &[Plate]) -> Markup {
    let circles = plates.iter().flat_map(|plate| &plate.circles);
    let largest = circles.map(|circle| circle.radius).fold(0.0, f64::max);
    let rounds = (0..10).flat_map(|decade| [1, 2, 5].map(|step| step * 10_u64.pow(decade)));
    let fitting: Vec<u64> =
        rounds.filter(|step| sizes.is_true(*step as f64) && sizes.radius(*step as f64) <= largest).collect();
    let mut steps: Vec<u64> = match fitting.as_slice() {
        [first, .., last] => vec![*first, fitting[fitting.len() / 2], *last],
        few => few.to_vec(),
    };
    steps.dedup();
    html! {
        ul class={ "key sizes " (screen.class()) } {
            @for step in &steps {
                @let radius = sizes.radius(*step as f64);
                @let side = number(radius * 2.0 + 2.0);
                li {
                    svg width=(side) height=(side) aria-hidden="true" focusable="false" {
                        circle class="size" cx=(number(radius + 1.0)) cy=(number(radius + 1.0)) r=(number(radius)) {}
                    }
                    " " (counted(language, *step, "项", "item", "items"))
                }
            }
            li { (language.pick("名称旁：全部满足/需求项", "beside a name: wholly served / items")) }
        }
    }
}

fn table(picture: &RoundPicture, language: Language) -> Markup {
    let caption = language.pick("各区划的需求项", "Items by division");
    let columns = [
        words(language.pick("区划", "Division")),
        words(language.pick("代码", "Code")),
        figures(language.pick("需求项", "Items")),
        figures(language.pick("全部满足", "Wholly served")),
        figures(language.pick("部分满足", "Partly served")),
        figures(language.pick("未满足", "Not served")),
        figures(language.pick("全部满足占比", "Share wholly served")),
    ];
    let cells = |name: String, code: String, outcome: &Outcome| {
        let total = outcome.total();
        let mut cells = vec![name, code, count(total)];
        cells.extend([outcome.served, outcome.partly, outcome.unserved].map(count));
        cells.push(percent(outcome.served, total));
        cells
    };
    let rows: Vec<Vec<String>> = picture
        .by_division
        .iter()
        .map(|figures| match figures.division.and_then(|division| picture.divisions.get(division)) {
            Some(division) => cells(language.of(&division.name).to_owned(), division.code.clone(), &figures.outcome),
            None => cells(language.pick("没有区划", "without a division").to_owned(), "–".to_owned(), &figures.outcome),
        })
        .collect();
    let total = cells(language.pick("合计", "All").to_owned(), "–".to_owned(), &picture.outcome);
    unfolding(language, caption, &columns, &rows, Some(total))
}
