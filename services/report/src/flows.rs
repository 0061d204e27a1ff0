//! Where help comes from and where it goes.

mod arcs;

use std::collections::BTreeMap;

use maud::{Markup, html};

use self::arcs::{Arc, End, Ends, arcs, path, width};
use crate::figures::{amount, count, counted, distance};
use crate::language::Language;
use crate::map::crowd::Circle;
use crate::map::ground::ground;
use crate::map::labels::{self, Name, Sheet};
use crate::map::names;
use crate::map::plate::{Plate, Screen, Sizes, Spot, plates};
use crate::map::{label, leaders, seats, sheets, title};
use crate::picture::{Flow, RoundPicture};
use crate::svg::{described, labelled_by, number};
use crate::tables::{figures, unfolding, words};

/// What a spot on the map is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Site {
    /// A division that help goes to.
    Division(usize),
    /// A place that help comes from.
    Place(usize),
}

/// The chapter.
pub(crate) fn chapter(picture: &RoundPicture, language: Language) -> Markup {
    let atlas = Atlas::of(picture, language);
    let drawn: u64 = atlas.flows.iter().map(|(_, _, flow)| flow.allocations).sum();
    let elsewhere = picture.flows.iter().map(|flow| flow.allocations).sum::<u64>() - drawn;
    html! {
        section aria-labelledby={ "flows-" (language.suffix()) } {
            h2 id={ "flows-" (language.suffix()) } { (language.pick("帮助从哪里来，到哪里去", "Where help comes from and where it goes")) }
            p class="lead" {
                (language.pick(
                    "每条弧线从提供帮助的地方（方块）到需求所在的区划（圆），越宽，分配越多。分配按项计，不同单位的数量不相加；数量见数据表。",
                    "Each arc leads from places that give help (squares) to the division of those who need it (circles); the wider, the more \
                     allocations. Allocations are counted, because quantities in different units do not add up; the table has the quantities.",
                ))
            }
            @if picture.flows.is_empty() {
                p { (language.pick("本轮次没有分配。", "Nothing is allocated in this round.")) }
            } @else {
                figure {
                    @if !atlas.flows.is_empty() { @for screen in Screen::ALL { (atlas.maps(screen)) } }
                    @if elsewhere > 0 {
                        p class="note" {
                            (language.pick(
                                format!("另有 {} 个分配没有可画的起点或终点（例如远程服务），只在数据表中。", count(elsewhere)),
                                format!(
                                    "In the table only, without a place at one end (such as help by telephone): {}.",
                                    counted(language, elsewhere, "", "allocation", "allocations"),
                                ),
                            ))
                        }
                    }
                    (table(picture, language))
                }
            }
        }
    }
}

/// What all maps of a language share.
struct Atlas<'a> {
    picture: &'a RoundPicture,
    language: Language,
    sites: Vec<Site>,
    spots: Vec<Spot>,
    /// Flows that have a place at both ends: spots and flow.
    flows: Vec<(usize, usize, &'a Flow)>,
}

impl<'a> Atlas<'a> {
    fn of(picture: &'a RoundPicture, language: Language) -> Self {
        let mut sites: BTreeMap<Site, Spot> = BTreeMap::new();
        let mut ends: Vec<(Site, Site, &Flow)> = Vec::new();
        for flow in picture.flows.iter().filter(|flow| flow.allocations > 0) {
            let from = picture.places.get(flow.place).and_then(|place| place.point);
            let to =
                flow.division.and_then(|division| picture.divisions.get(division)?.centre.map(|at| (division, at)));
            let (Some(from), Some((division, to))) = (from, to) else { continue };
            let pair = (Site::Place(flow.place), Site::Division(division));
            for (site, at) in [(pair.0, from), (pair.1, to)] {
                sites.entry(site).or_insert(Spot { at, weight: 0.0 }).weight += flow.allocations as f64;
            }
            ends.push((pair.0, pair.1, flow));
        }
        let (sites, spots): (Vec<Site>, Vec<Spot>) = sites.into_iter().unzip();
        let nth = |site: &Site| sites.binary_search(site).unwrap_or_default();
        let flows = ends.iter().map(|(from, to, flow)| (nth(from), nth(to), *flow)).collect();
        Self { picture, language, sites, spots, flows }
    }

    fn maps(&self, screen: Screen) -> Markup {
        let sizes = Sizes::of(screen, self.spots.iter().map(|spot| spot.weight).sum());
        let plates = plates(&self.spots, screen, sizes);
        let ends = Ends::of(&plates, &self.spots);
        let drawn: Vec<Vec<Arc>> = plates.iter().map(|plate| arcs(plate, &ends, &self.flows)).collect();
        let most = drawn.iter().flatten().filter(|arc| !arc.is_local()).map(|arc| arc.allocations).max().unwrap_or(1);
        let each = plates.iter().zip(&drawn).enumerate();
        let maps = each.map(|(nth, (plate, arcs))| self.map(&plates, nth, plate, screen, arcs, most));
        html! {
            (sheets(screen, maps.collect()))
            (self.key(screen, most))
        }
    }

    fn map(&self, plates: &[Plate], nth: usize, plate: &Plate, screen: Screen, arcs: &[Arc], most: u64) -> Markup {
        let language = self.language;
        let id = format!("flows-{}-{}-{nth}", language.suffix(), screen.class());
        let title = title(language, plates, plate, |group| self.name(group));
        let (crossing, local) = arcs.iter().fold((0, 0), |(crossing, local), arc| {
            if arc.is_local() { (crossing, local + arc.allocations) } else { (crossing + arc.allocations, local) }
        });
        let description = language.pick(
            format!("{title}：{} 个分配跨地点，{} 个在同一处。数据见下表。", count(crossing), count(local)),
            format!(
                "{title}: {} allocations between places, {} within one. The table below has the figures.",
                count(crossing),
                count(local)
            ),
        );
        let frame = plate.frame;
        let context: Vec<(f64, f64)> = self.picture.divisions.iter().filter_map(|division| division.centre).collect();
        let (below, mut taken) = ground(plate, &context, language, None);
        taken.extend(seats(plate));
        let names: Vec<Name> = (0..plate.groups.len()).map(|group| self.label(plate, group, arcs)).collect();
        let sheet = Sheet { width: frame.width, height: frame.height, circles: &plate.circles, taken };
        let placed = labels::place(sheet, &names);
        html! {
            div class={ "map " (if plate.of.is_none() { "overview" } else { "detail" }) } {
                h3 { (title) }
                svg viewBox={ "0 0 " (number(frame.width)) " " (number(frame.height)) } role="img" aria-labelledby=(labelled_by(&id)) {
                    (described(&id, &title, &description))
                    (below)
                    @for arc in arcs.iter().filter(|arc| !arc.is_local()) {
                        path class="arc" d=(path(arc)) stroke-width=(number(width(arc.allocations, most))) {
                            title { (self.says(arc)) }
                        }
                    }
                    (leaders(plate))
                    @for (group, circle) in plate.groups.iter().zip(&plate.circles) { (self.mark(group, circle)) }
                    @for found in placed.iter().flatten() { (label(found)) }
                }
            }
        }
    }

    /// The name beside a circle: divisions are named, and of a crowd what stays within it is said.
    fn label(&self, plate: &Plate, group: usize, arcs: &[Arc]) -> Name {
        let members = &plate.groups[group];
        if !members.iter().any(|spot| matches!(self.sites[*spot], Site::Division(_))) {
            return Name::default();
        }
        let local =
            arcs.iter().filter(|arc| arc.from.end == End::Here(group) && arc.is_local()).map(|arc| arc.allocations);
        let local: u64 = local.sum();
        let figure = match members.len() {
            1 => String::new(),
            _ if local == 0 => String::new(),
            _ => self.language.pick(format!("内部 {}", count(local)), format!("{} within", count(local))),
        };
        Name { words: self.name(members), figure }
    }

    fn mark(&self, group: &[usize], circle: &Circle) -> Markup {
        let weight: f64 = group.iter().map(|spot| self.spots[*spot].weight).sum();
        let allocations = counted(self.language, weight as u64, "个分配", "allocation", "allocations");
        let says = format!("{}{}{allocations}", self.name(group), self.language.pick("：", ": "));
        let (x, y, radius) = (circle.x, circle.y, circle.radius);
        // A square as large as the circle.
        let half = radius * 0.886;
        html! {
            g class="mark" {
                @match group {
                    [only] if matches!(self.sites[*only], Site::Place(_)) => {
                        rect class="from" x=(number(x - half)) y=(number(y - half)) width=(number(half * 2.0)) height=(number(half * 2.0)) rx="1.5" {
                            title { (says) }
                        }
                    }
                    [_] => { circle class="to" cx=(number(x)) cy=(number(y)) r=(number(radius)) { title { (says) } } }
                    _ => { circle class="both" cx=(number(x)) cy=(number(y)) r=(number(radius)) { title { (says) } } }
                }
            }
        }
    }

    /// Divisions name a crowd; places alone are called by their organizations.
    fn name(&self, group: &[usize]) -> String {
        let divisions: Vec<usize> = group
            .iter()
            .filter_map(|spot| match self.sites[*spot] {
                Site::Division(division) => Some(division),
                Site::Place(_) => None,
            })
            .collect();
        if !divisions.is_empty() {
            return names::name(&self.picture.divisions, self.language, &divisions);
        }
        let organizations: Vec<String> = group
            .iter()
            .filter_map(|spot| match self.sites[*spot] {
                Site::Place(place) => Some(self.language.of(&self.picture.places[place].organization).to_owned()),
                Site::Division(_) => None,
            })
            .collect();
        match organizations.as_slice() {
            [first, _, _, ..] => self.language.pick(format!("{first}等"), format!("{first} and others")),
            few => self.language.list(few),
        }
    }

    fn says(&self, arc: &Arc) -> String {
        let arrow = format!("{} → {}", self.name(&arc.from.spots), self.name(&arc.to.spots));
        format!("{arrow}: {}", counted(self.language, arc.allocations, "个分配", "allocation", "allocations"))
    }

    fn key(&self, screen: Screen, most: u64) -> Markup {
        let language = self.language;
        let mut steps = vec![1, most.div_ceil(2), most];
        steps.dedup();
        html! {
            ul class={ "key " (screen.class()) } {
                li {
                    svg width="14" height="14" aria-hidden="true" focusable="false" { rect class="from" x="1" y="1" width="12" height="12" rx="1.5" {} }
                    " " (language.pick("提供帮助的地方", "place that gives help"))
                }
                li {
                    svg width="14" height="14" aria-hidden="true" focusable="false" { circle class="to" cx="7" cy="7" r="6" {} }
                    " " (language.pick("得到帮助的区划", "division that gets help"))
                }
                li {
                    svg width="14" height="14" aria-hidden="true" focusable="false" { circle class="both" cx="7" cy="7" r="6" {} }
                    " " (language.pick("合在一处的多个地点", "several of both"))
                }
                @for step in &steps {
                    li {
                        svg width="34" height="14" aria-hidden="true" focusable="false" {
                            path class="arc" d="M0 7H34" stroke-width=(number(width(*step, most))) {}
                        }
                        " " (counted(language, *step, "个分配", "allocation", "allocations"))
                    }
                }
            }
        }
    }
}

fn table(picture: &RoundPicture, language: Language) -> Markup {
    let caption = language.pick("分配的来处与去处", "Allocations by place and division");
    let columns = [
        words(language.pick("来自", "From")),
        words(language.pick("去往", "To")),
        figures(language.pick("分配", "Allocations")),
        words(language.pick("数量", "Quantity")),
        figures(language.pick("平均距离", "Mean distance")),
    ];
    let mut flows: Vec<&Flow> = picture.flows.iter().collect();
    flows.sort_by_key(|flow| std::cmp::Reverse(flow.allocations));
    let rows: Vec<Vec<String>> = flows
        .into_iter()
        .map(|flow| {
            let place = picture.places.get(flow.place);
            let division = flow.division.and_then(|division| picture.divisions.get(division));
            let quantities: Vec<String> = flow
                .quantities
                .iter()
                .map(|quantity| amount(language, quantity.units, quantity.per, &quantity.unit))
                .collect();
            vec![
                place.map_or("–", |place| language.of(&place.organization)).to_owned(),
                division.map_or(language.pick("没有区划", "without a division"), |to| language.of(&to.name)).to_owned(),
                count(flow.allocations),
                quantities.join(language.pick("、", ", ")),
                flow.distance_metres.map_or_else(|| "–".to_owned(), |metres| distance(language, metres)),
            ]
        })
        .collect();
    let all = language.pick("合计", "All").to_owned();
    let mean = picture.distance_metres.map_or_else(|| "–".to_owned(), |metres| distance(language, metres));
    let total = vec![all, "–".to_owned(), count(picture.allocations), "–".to_owned(), mean];
    unfolding(language, caption, &columns, &rows, Some(total))
}
