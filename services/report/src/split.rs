//! A map on which every circle is divided into what is served and what is not, and each figure leads to the list that it counts.

use maud::{Markup, html};

use crate::figures::count;
use crate::language::Language;
use crate::map::ground::ground;
use crate::map::labels::{self, Name, Placed, Sheet};
use crate::map::linked::{REACH, Way, id, maps, way};
use crate::map::plate::{Plate, Spot};
use crate::map::{label, leaders, names, pie, seats, title};
use crate::picture::{DivisionPlace, Outcome};
use crate::svg::{described, labelled_by, number};
use crate::tiles::Tiles;

/// A figure and the list behind it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LinkedFigure {
    /// How many.
    pub count: u64,
    /// Address of the list that shows so many.
    pub address: String,
}

/// A division on the map.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SplitPlace {
    /// The division, by its index. One without a point is not drawn.
    pub division: usize,
    /// What is not served yet.
    pub open: LinkedFigure,
    /// What is served.
    pub served: LinkedFigure,
}

impl SplitPlace {
    const fn total(&self) -> u64 {
        self.open.count + self.served.count
    }
}

/// Divisions as circles whose area is how much is there and whose slices are how much of it is served, in a column as wide as a telephone.
/// Beside a name stand both figures as links, open first. A crowd of divisions is one circle of the overview and leads to its detail below.
/// Empty when no place has a point and something in it.
#[must_use]
pub fn split_map(
    divisions: &[DivisionPlace],
    places: &[SplitPlace],
    language: Language,
    tiles: Option<&Tiles>,
) -> Markup {
    let (places, spots): (Vec<&SplitPlace>, Vec<Spot>) = places
        .iter()
        .filter(|place| place.total() > 0)
        .filter_map(|place| {
            let at = divisions.get(place.division)?.centre?;
            Some((place, Spot { at, weight: place.total() as f64 }))
        })
        .unzip();
    let map = SplitMap { divisions, places: &places, language, tiles };
    html! { @if !spots.is_empty() { (maps(&spots, tiles, |plates, nth, plate| map.map(plates, nth, plate))) } }
}

struct SplitMap<'a> {
    divisions: &'a [DivisionPlace],
    places: &'a [&'a SplitPlace],
    language: Language,
    tiles: Option<&'a Tiles>,
}

impl SplitMap<'_> {
    fn map(&self, plates: &[Plate], nth: usize, plate: &Plate) -> Markup {
        let id = id(nth);
        let title = title(self.language, plates, plate, |group| self.name(group));
        let names: Vec<Name> = plate
            .groups
            .iter()
            .map(|group| {
                let outcome = self.outcome(group);
                let figure = format!("{}/{}", count(outcome.unserved), count(outcome.served));
                Name { words: self.name(group), figure }
            })
            .collect();
        let says: Vec<String> = plate.groups.iter().map(|group| self.says(group)).collect();
        let (below, mut taken) = ground(plate, &[], self.language, self.tiles);
        taken.extend(seats(plate));
        let frame = plate.frame;
        let sheet = Sheet { width: frame.width, height: frame.height, circles: &plate.circles, taken };
        let placed = labels::place(sheet, &names);
        html! {
            div class={ "map split " (if plate.of.is_none() { "overview" } else { "detail" }) } id=(id) {
                @if plates.len() > 1 { h3 { (title) } }
                svg viewBox={ "0 0 " (number(frame.width)) " " (number(frame.height)) } role="group" aria-labelledby=(labelled_by(&id)) {
                    (described(&id, &title, &self.language.list(&says)))
                    (below)
                    (leaders(plate))
                    @for circle in 0..plate.circles.len() {
                        (self.mark(plates, plate, circle, &says[circle], placed.get(circle).and_then(Option::as_ref)))
                    }
                }
            }
        }
    }

    /// A circle with its name and figures.
    fn mark(&self, plates: &[Plate], plate: &Plate, nth: usize, says: &str, placed: Option<&(Placed, Name)>) -> Markup {
        let circle = &plate.circles[nth];
        let drawn = html! {
            title { (says) }
            circle class="reach" cx=(number(circle.x)) cy=(number(circle.y)) r=(number(circle.radius.max(REACH))) {}
            (pie::pie(circle, &self.outcome(&plate.groups[nth])))
        };
        match way(plates, plate, nth) {
            Way::Detail(address) => html! {
                a class="crowd" href=(address) { (drawn) @if let Some(placed) = placed { (label(placed)) } }
            },
            Way::Nowhere => html! { g { (drawn) @if let Some(placed) = placed { (label(placed)) } } },
            Way::Place(place) => {
                let place = self.places[place];
                let main = if place.open.count > 0 { &place.open } else { &place.served };
                html! {
                    // Where figures stand beside it they are the links, and the circle is one for pointers alone.
                    a href=(main.address) tabindex=[placed.map(|_| "-1")] aria-hidden=[placed.map(|_| "true")] { (drawn) }
                    @if let Some(placed) = placed { (self.linked(placed, place)) }
                }
            }
        }
    }

    /// A name whose figures are links.
    fn linked(&self, (at, name): &(Placed, Name), place: &SplitPlace) -> Markup {
        let bare = (*at, Name { words: String::new(), figure: String::new() });
        let whole = self.name_of(place.division);
        let open = self.language.pick(format!("{whole}，待满足"), format!("{whole}, open:"));
        let served = self.language.pick(format!("{whole}，已满足"), format!("{whole}, served:"));
        html! {
            @if at.leader.is_some() { (label(&bare)) }
            text class="name" x=(number(at.x)) y=(number(at.y)) text-anchor=(at.anchor) {
                (name.words)
                a class="tally" href=(place.open.address) aria-label={ (open) " " (count(place.open.count)) } {
                    tspan class="count" dx="4" { (count(place.open.count)) }
                }
                tspan class="count" { "/" }
                a class="tally" href=(place.served.address) aria-label={ (served) " " (count(place.served.count)) } {
                    tspan class="count" { (count(place.served.count)) }
                }
            }
        }
    }

    fn outcome(&self, group: &[usize]) -> Outcome {
        let of = |figure: fn(&SplitPlace) -> u64| group.iter().map(|spot| figure(self.places[*spot])).sum();
        Outcome { served: of(|place| place.served.count), partly: 0, unserved: of(|place| place.open.count) }
    }

    fn says(&self, group: &[usize]) -> String {
        let (name, outcome) = (self.name(group), self.outcome(group));
        let (open, served) = (count(outcome.unserved), count(outcome.served));
        self.language
            .pick(format!("{name}：待满足 {open}，已满足 {served}"), format!("{name}: {open} open, {served} served"))
    }

    fn name(&self, group: &[usize]) -> String {
        let divisions: Vec<usize> = group.iter().map(|spot| self.places[*spot].division).collect();
        names::name(self.divisions, self.language, &divisions)
    }

    fn name_of(&self, division: usize) -> String {
        names::name(self.divisions, self.language, &[division])
    }
}

#[cfg(test)]
mod tests {
    use wishwell_domain::text::LocalizedText;

    use super::*;
    use crate::map::linked::crowds;

    fn division(name: &str, parent: Option<usize>, centre: Option<(f64, f64)>) -> DivisionPlace {
        let name = LocalizedText::new(name, name);
        DivisionPlace { code: String::new(), name, parent, centre }
    }

    fn place(division: usize, open: u64, served: u64) -> SplitPlace {
        let figure = |count, kind: &str| LinkedFigure { count, address: format!("/{kind}?division={division}") };
        SplitPlace { division, open: figure(open, "open"), served: figure(served, "served") }
    }

    fn drawn(places: &[SplitPlace]) -> String {
        let mut divisions = vec![division("City", None, None), division("Far", Some(0), Some((39.2, 106.7)))];
        divisions.extend((0..4).map(|n| {
            let at = (38.46 + f64::from(n) * 0.002, 106.28);
            division(&format!("Street {n}"), Some(0), Some(at))
        }));
        split_map(&divisions, places, Language::En, None).into_string()
    }

    #[test]
    fn both_figures_of_every_division_lead_to_their_lists_and_a_crowd_to_its_detail() {
        let places: Vec<SplitPlace> = (0..6).map(|n| place(n, 3, 2)).collect();
        let drawn = drawn(&places);
        for n in 1..6 {
            for (kind, figure) in [("open", 3), ("served", 2)] {
                let link = format!("<a class=\"tally\" href=\"/{kind}?division={n}\"");
                assert_eq!(drawn.matches(&link).count(), 1, "{kind} {n}");
                let told = drawn.split(&link).nth(1).and_then(|rest| rest.split("</a>").next()).unwrap_or_default();
                assert!(told.contains(&format!(">{figure}</tspan>")), "{told}");
            }
        }
        assert!(!drawn.contains("division=0\""), "it has no point");
        assert_eq!(drawn.matches("href=\"#map-1\"").count(), 1);
        assert!(drawn.contains("12 open, 8 served"), "the crowd is told of");
        assert!(!drawn.contains("style="), "pages forbid inline style");
    }

    #[test]
    fn a_circle_is_divided_as_its_figures_are_and_leads_to_what_there_is() {
        let served = drawn(&[place(1, 0, 4)]);
        assert!(served.contains("class=\"served\"") && !served.contains("class=\"unserved\""), "{served}");
        assert_eq!(served.matches("<a href=\"/served?division=1\"").count(), 1, "the circle leads to what is served");
        let both = drawn(&[place(1, 1, 4)]);
        assert!(both.contains("<path class=\"served\"") && both.contains("<path class=\"unserved\""), "{both}");
        assert_eq!(both.matches("<a href=\"/open?division=1\"").count(), 1);
    }

    #[test]
    fn a_crowd_beyond_the_eighth_detail_leads_nowhere() {
        let divisions: Vec<DivisionPlace> =
            crowds(9).into_iter().enumerate().map(|(n, at)| division(&format!("Street {n}"), None, Some(at))).collect();
        let places: Vec<SplitPlace> = (0..divisions.len()).map(|n| place(n, 3, 2)).collect();
        let drawn = split_map(&divisions, &places, Language::En, None).into_string();
        let overview = drawn.split("class=\"map split detail\"").next().expect("an overview");
        assert_eq!(overview.matches("9 open, 6 served").count(), 2 * 9, "all crowds are drawn and told of");
        assert_eq!(overview.matches("href=\"#map-").count(), 8, "{overview}");
        assert_eq!(overview.matches("division=").count(), 0, "and none leads to one of its places: {overview}");
        assert_eq!(drawn.matches("<a class=\"tally\" href=\"/open").count(), 24);
    }

    #[test]
    fn where_nothing_is_nothing_is_drawn() {
        assert_eq!(drawn(&[place(0, 1, 1), place(1, 0, 0)]), "");
    }
}
