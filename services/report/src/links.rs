//! A map on which every division leads somewhere, for pages that list what is in a place.

use maud::{Markup, html};

use crate::figures::count;
use crate::language::Language;
use crate::map::ground::ground;
use crate::map::labels::{self, Name, Placed, Sheet};
use crate::map::linked::{REACH, Way, id, maps, way};
use crate::map::plate::{Plate, Spot};
use crate::map::{label, leaders, names, seats, title};
use crate::picture::DivisionPlace;
use crate::svg::{described, labelled_by, number};
use crate::tiles::Tiles;

/// A division on the map: how much is there, and where it leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkedPlace {
    /// The division, by its index. One without a point is not drawn.
    pub division: usize,
    /// What the area of its circle stands for, 1 or more.
    pub count: u64,
    /// Address that it leads to.
    pub address: String,
}

/// Divisions as circles that are links, in a column as wide as a telephone. A crowd of divisions is one circle of the overview and
/// leads to its detail below. Points of the reader's own, latitude and longitude in degrees, are rings where they are in sight. Empty when
/// no place has a point.
#[must_use]
pub fn linked_map(
    divisions: &[DivisionPlace],
    places: &[LinkedPlace],
    own: &[(f64, f64)],
    language: Language,
    tiles: Option<&Tiles>,
) -> Markup {
    let (places, spots): (Vec<&LinkedPlace>, Vec<Spot>) = places
        .iter()
        .filter_map(|place| {
            let at = divisions.get(place.division)?.centre?;
            Some((place, Spot { at, weight: place.count as f64 }))
        })
        .unzip();
    let map = LinkedMap { divisions, places: &places, own, language, tiles };
    html! { @if !spots.is_empty() { (maps(&spots, tiles, |plates, nth, plate| map.map(plates, nth, plate))) } }
}

struct LinkedMap<'a> {
    divisions: &'a [DivisionPlace],
    places: &'a [&'a LinkedPlace],
    own: &'a [(f64, f64)],
    language: Language,
    tiles: Option<&'a Tiles>,
}

impl LinkedMap<'_> {
    fn map(&self, plates: &[Plate], nth: usize, plate: &Plate) -> Markup {
        let id = id(nth);
        let title = title(self.language, plates, plate, |group| self.name(group));
        let names: Vec<Name> = plate
            .groups
            .iter()
            .map(|group| Name { words: self.name(group), figure: count(self.count(group)) })
            .collect();
        let says: Vec<String> = names.iter().map(|name| format!("{} {}", name.words, name.figure)).collect();
        let (below, mut taken) = ground(plate, self.own, self.language, self.tiles);
        taken.extend(seats(plate));
        let frame = plate.frame;
        let sheet = Sheet { width: frame.width, height: frame.height, circles: &plate.circles, taken };
        let placed = labels::place(sheet, &names);
        html! {
            div class={ "map " (if plate.of.is_none() { "overview" } else { "detail" }) } id=(id) {
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

    /// A circle with its name, as a link where it leads somewhere.
    fn mark(&self, plates: &[Plate], plate: &Plate, nth: usize, says: &str, placed: Option<&(Placed, Name)>) -> Markup {
        let circle = &plate.circles[nth];
        let class = if plate.groups[nth].len() > 1 { "place crowd" } else { "place" };
        let drawn = html! {
            title { (says) }
            circle class="reach" cx=(number(circle.x)) cy=(number(circle.y)) r=(number(circle.radius.max(REACH))) {}
            circle class=(class) cx=(number(circle.x)) cy=(number(circle.y)) r=(number(circle.radius)) {}
            @if let Some(placed) = placed { (label(placed)) }
        };
        match way(plates, plate, nth) {
            Way::Place(place) => html! { a href=(self.places[place].address) { (drawn) } },
            Way::Detail(address) => html! { a href=(address) { (drawn) } },
            Way::Nowhere => html! { g { (drawn) } },
        }
    }

    fn count(&self, group: &[usize]) -> u64 {
        group.iter().map(|spot| self.places[*spot].count).sum()
    }

    fn name(&self, group: &[usize]) -> String {
        let divisions: Vec<usize> = group.iter().map(|spot| self.places[*spot].division).collect();
        names::name(self.divisions, self.language, &divisions)
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

    #[test]
    fn every_division_with_a_point_leads_to_its_address_and_a_crowd_to_its_detail() {
        let mut divisions = vec![division("City", None, None), division("Far", Some(0), Some((39.2, 106.7)))];
        divisions.extend((0..4).map(|n| {
            let at = (38.46 + f64::from(n) * 0.002, 106.28);
            division(&format!("Street {n}"), Some(0), Some(at))
        }));
        let places: Vec<LinkedPlace> = (0..divisions.len())
            .map(|n| LinkedPlace { division: n, count: 3, address: format!("/wishes?division={n}") })
            .collect();
        let drawn = linked_map(&divisions, &places, &[(39.2, 106.7), (10.0, 10.0)], Language::En, None).into_string();
        for n in 1..6 {
            assert_eq!(drawn.matches(&format!("href=\"/wishes?division={n}\"")).count(), 1, "{n}");
        }
        assert!(!drawn.contains("division=0\""), "it has no point");
        assert_eq!(drawn.matches("class=\"context\"").count(), 1, "what is one's own is shown where it is in sight");
        assert_eq!(drawn.matches("href=\"#map-1\"").count(), 1);
        assert!(!drawn.contains("style="), "pages forbid inline style");
    }

    #[test]
    fn a_crowd_beyond_the_eighth_detail_leads_nowhere() {
        let divisions: Vec<DivisionPlace> =
            crowds(9).into_iter().enumerate().map(|(n, at)| division(&format!("Street {n}"), None, Some(at))).collect();
        let place = |n| LinkedPlace { division: n, count: 3, address: format!("/wishes?division={n}") };
        let places: Vec<LinkedPlace> = (0..divisions.len()).map(place).collect();
        let drawn = linked_map(&divisions, &places, &[], Language::En, None).into_string();
        assert_eq!(drawn.matches("<h3>").count(), 9, "the overview and eight details");
        let overview = drawn.split("class=\"map detail\"").next().expect("an overview");
        assert_eq!(overview.matches("class=\"place crowd\"").count(), 9, "all crowds are drawn");
        assert_eq!(overview.matches("href=\"#map-").count(), 8, "{overview}");
        assert_eq!(overview.matches("/wishes").count(), 0, "and none leads to one of its places: {overview}");
        let reached = (0..places.len()).filter(|n| drawn.contains(&format!("href=\"/wishes?division={n}\"")));
        assert_eq!(reached.count(), 24);
    }

    #[test]
    fn without_a_point_there_is_no_map() {
        let places = [LinkedPlace { division: 0, count: 1, address: "/".to_owned() }];
        assert_eq!(linked_map(&[division("City", None, None)], &places, &[], Language::Zh, None).into_string(), "");
    }
}
