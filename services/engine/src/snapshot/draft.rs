//! From an entity to a row.

use wishwell_domain::area::ServiceArea;
use wishwell_domain::resource::{Resource, ResourceLifecycle};
use wishwell_domain::zone::Zone;

use super::area::{AreaSet, Polygon};
use super::row::{ANY_UNIT, AreaKind, Cold, Draft, NONE, Row, vector_of};
use super::tables::Tables;

impl Tables {
    /// The row of a resource. Appends its title to `titles`.
    pub(crate) fn draft(&mut self, resource: &Resource, titles: &mut String) -> Draft {
        let schedule = resource.schedule.as_ref().map_or(NONE, |schedule| self.schedule_place(schedule));
        let (draw, quantity_per_unit) = self.draws(resource);
        let (area_kind, area) = self.areas(&resource.areas);
        let row = Row {
            vector: vector_of(resource.place),
            organization: self.organization_place(resource.organization),
            schedule,
            eligibility: resource.eligibility.as_ref().map_or(NONE, |rule| self.program_place(&rule.expression)),
            area,
            draw,
            quantity_per_unit,
            validity: self.validity(resource, schedule),
            unit: resource.unit.map_or(ANY_UNIT, |unit| unit.index()),
            modes: resource.modes.iter().copied().collect(),
            area_kind,
            placed: resource.place.is_some(),
            paused: resource.lifecycle == ResourceLifecycle::Paused,
        };
        let categories: Vec<u32> = resource.categories.iter().map(|code| self.category_place(code)).collect();
        let title_start = u32::try_from(titles.len()).unwrap_or(u32::MAX);
        let cold = Cold {
            category_set: self.category_set_place(&categories),
            statement: resource.eligibility.as_ref().map_or(NONE, |rule| self.statement_place(&rule.statement)),
            title_start,
            title_zh_bytes: push_title(titles, &resource.title.zh),
            title_en_bytes: push_title(titles, &resource.title.en),
        };
        Draft { id: resource.id, row, cold }
    }

    fn validity(&mut self, resource: &Resource, schedule: u32) -> u32 {
        match self.schedules.get(schedule).cloned() {
            Some(schedule) => self.validity_place(resource.valid_from, resource.valid_until, schedule.compiled.zone()),
            None => self.validity_place(resource.valid_from, resource.valid_until, &Zone::of_places()),
        }
    }

    /// The pool and quantity per unit of a single draw, or the place of a draw set and 0.
    fn draws(&mut self, resource: &Resource) -> (u32, u32) {
        let mut draws: Vec<(u32, i64)> = Vec::with_capacity(resource.draws.len());
        for draw in &resource.draws {
            let pool = self.pools.place(draw.pool);
            let quantity = draw.quantity_per_unit.max(1);
            match draws.iter_mut().find(|(known, _)| *known == pool) {
                Some((_, sum)) => *sum = sum.saturating_add(quantity),
                None => draws.push((pool, quantity)),
            }
        }
        match (draws.as_slice(), draws.first().map(|(_, quantity)| u32::try_from(*quantity))) {
            ([], _) => (NONE, 0),
            ([(pool, _)], Some(Ok(quantity))) => (*pool, quantity),
            _ => (self.draw_sets.push(draws.into()), 0),
        }
    }

    fn areas(&mut self, areas: &[ServiceArea]) -> (AreaKind, u32) {
        if areas.contains(&ServiceArea::Everywhere) {
            return (AreaKind::Everywhere, NONE);
        }
        let (mut radius_metres, mut divisions, mut polygons) = (0, Vec::new(), Vec::new());
        for area in areas {
            match area {
                ServiceArea::Everywhere => {}
                ServiceArea::RadiusMetres(metres) => radius_metres = radius_metres.max(*metres),
                ServiceArea::Division(code) => {
                    let place = self.division_place(code);
                    if !divisions.contains(&place) {
                        divisions.push(place);
                    }
                }
                ServiceArea::Polygon(vertices) => polygons.push(Polygon::new(vertices)),
            }
        }
        match (radius_metres, divisions.as_slice(), polygons.as_slice()) {
            (1.., [], []) => (AreaKind::Radius, radius_metres),
            (0, [division], []) => (AreaKind::Division, *division),
            _ => (AreaKind::Set, self.area_set_place(AreaSet::new(radius_metres, divisions, polygons))),
        }
    }
}

/// Appends a title, cut at a character when absurdly long; returns its bytes.
fn push_title(titles: &mut String, title: &str) -> u16 {
    let mut end = title.len().min(usize::from(u16::MAX));
    while !title.is_char_boundary(end) {
        end -= 1;
    }
    titles.push_str(&title[..end]);
    u16::try_from(end).unwrap_or(u16::MAX)
}
