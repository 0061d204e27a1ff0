//! Looking around in a snapshot's trees, for lists and filters. Not on the path of a match.

use wishwell_domain::category::Category;
use wishwell_domain::division::Division;
use wishwell_domain::ids::{CategoryCode, DivisionCode};
use wishwell_domain::text::LocalizedText;
use wishwell_domain::word_index::normalize;
use wishwell_domain::zone::Zone;

use super::{ResourceRef, Snapshot};

impl Snapshot {
    /// A category's code with those of all categories below it; the code alone when the catalogue does not have it.
    #[must_use]
    pub fn category_subtree(&self, root: &CategoryCode) -> Vec<CategoryCode> {
        let mut below = vec![root.clone()];
        let Some(root) = self.tables.category_places.get(root.as_str()) else { return below };
        for entry in self.tables.categories.iter() {
            let Some(at) = self.tables.category_places.get(entry.code.as_str()).filter(|at| *at != root) else {
                continue;
            };
            if self.tables.category_ancestors(at).any(|(ancestor, _)| ancestor == root) {
                below.push(entry.code.clone());
            }
        }
        below
    }

    /// A division's code with those of all divisions below it; the code alone when the catalogue does not have it.
    #[must_use]
    pub fn division_subtree(&self, root: &DivisionCode) -> Vec<DivisionCode> {
        let mut below = vec![root.clone()];
        let Some(root) = self.tables.division_places.get(root.as_str()) else { return below };
        for entry in self.tables.divisions.iter() {
            let Some(at) = self.tables.division_places.get(entry.code.as_str()).filter(|at| *at != root) else {
                continue;
            };
            if self.tables.division_ancestors(at).any(|ancestor| ancestor == root) {
                below.push(entry.code.clone());
            }
        }
        below
    }

    /// Categories in a subtree (none: anywhere) with `text` in their name or a synonym (empty: any), in no particular order.
    #[must_use]
    pub fn find_categories(&self, root: Option<&CategoryCode>, text: &str) -> Vec<&Category> {
        let text = normalize(text);
        let named = |category: &Category| {
            contains(&category.name, &text) || category.synonyms.iter().any(|word| normalize(word).contains(&text))
        };
        match root {
            None => self.categories().filter(|category| named(category)).collect(),
            Some(root) => {
                let subtree = self.category_subtree(root);
                subtree.iter().filter_map(|code| self.category(code.as_str())).filter(|found| named(found)).collect()
            }
        }
    }

    /// Divisions in a subtree (none: anywhere) with `text` in their name (empty: any), in no particular order.
    #[must_use]
    pub fn find_divisions(&self, root: Option<&DivisionCode>, text: &str) -> Vec<&Division> {
        let text = normalize(text);
        let named = |division: &&Division| contains(&division.name, &text);
        match root {
            None => self.tables.divisions.iter().filter_map(|entry| entry.division.as_deref()).filter(named).collect(),
            Some(root) => {
                let subtree = self.division_subtree(root);
                subtree.iter().filter_map(|code| self.division(code.as_str())).filter(named).collect()
            }
        }
    }

    /// When a resource is open at or after an instant, within the look-ahead; none when it has no schedule.
    #[must_use]
    pub fn next_opening(&self, resource: ResourceRef, after: jiff::Timestamp) -> Option<jiff::Timestamp> {
        let (segment, row) = self.segment(resource);
        self.tables.schedules.get(segment.rows.get(row)?.schedule)?.compiled.next_opening(after)
    }

    /// The time zone of a resource's schedule; none when it has no schedule.
    #[must_use]
    pub fn time_zone(&self, resource: ResourceRef) -> Option<&Zone> {
        let (segment, row) = self.segment(resource);
        let schedule = segment.rows.get(row)?.schedule;
        self.tables.schedules.get(schedule).map(|hours| hours.compiled.zone())
    }
}

fn contains(name: &LocalizedText, text: &str) -> bool {
    text.is_empty() || normalize(&name.zh).contains(text) || normalize(&name.en).contains(text)
}
