//! What categories and divisions that a page speaks of are called, and what is above them.

use std::collections::{BTreeMap, BTreeSet};

use futures::future::join_all;
use tonic::{Code, Status};
use tonic_types::StatusExt as _;
use wishwell_api::v1;
use wishwell_domain::text::LocalizedText;
use wishwell_report::DivisionPlace;

use super::visit::Visit;
use crate::calls::Calls;

/// Names of one kind that a page asks for; whatever is beyond is called by its code.
const NAMES_MAX: usize = 1_000;
/// Levels of a tree that are climbed: no real one is deeper, and a circle ends.
const LEVELS_MAX: usize = 12;

/// The part of the catalogue that a page speaks of, each with what is above it.
#[derive(Debug, Default)]
pub(super) struct Names {
    pub(super) categories: BTreeMap<String, v1::Category>,
    pub(super) divisions: BTreeMap<String, v1::Division>,
}

impl Names {
    /// Asks for categories and divisions by code. One that the catalogue does not know is left out.
    pub(super) async fn of<'c>(
        calls: &Calls,
        categories: impl IntoIterator<Item = &'c str>,
        divisions: impl IntoIterator<Item = &'c str>,
    ) -> Result<Self, Status> {
        let category = |code: String| {
            let mut catalog = calls.catalog();
            async move {
                let request = v1::GetCategoryRequest { name: format!("categories/{code}"), min_position: 0 };
                let found = known(catalog.get_category(request).await)?.and_then(|answer| answer.category);
                Ok(found.map(|found| (found.parent.clone(), found)))
            }
        };
        let division = |code: String| {
            let mut catalog = calls.catalog();
            async move {
                let request = v1::GetDivisionRequest { name: format!("divisions/{code}"), min_position: 0 };
                let found = known(catalog.get_division(request).await)?.and_then(|answer| answer.division);
                Ok(found.map(|found| (found.parent.clone(), found)))
            }
        };
        let (categories, divisions) =
            futures::try_join!(climb(wanted(categories), category), climb(wanted(divisions), division))?;
        Ok(Self { categories, divisions })
    }

    /// What a category is called; its code when nobody says.
    pub(super) fn category<'n>(&'n self, visit: &Visit, code: &'n str) -> &'n str {
        self.categories.get(code).map_or(code, |found| visit.name(found.title.as_ref()))
    }

    /// What a division is called, without what is above it.
    pub(super) fn division<'n>(&'n self, visit: &Visit, code: &'n str) -> &'n str {
        self.divisions.get(code).map_or(code, |found| visit.name(found.title.as_ref()))
    }

    /// A division after the one above it, as people say where something is.
    pub(super) fn place(&self, visit: &Visit, code: &str) -> String {
        let name = self.division(visit, code);
        let above = self.divisions.get(code).map_or("", |found| found.parent.as_str());
        if above.is_empty() {
            return name.to_owned();
        }
        visit.say(format!("{} {name}", self.division(visit, above)), format!("{name}, {}", self.division(visit, above)))
    }

    /// Divisions as a map wants them, parents before children, and each one's index by its code.
    pub(super) fn on_map(&self) -> (Vec<DivisionPlace>, BTreeMap<&str, usize>) {
        // The fewer above, the earlier.
        let mut codes: Vec<&String> = self.divisions.keys().collect();
        codes.sort_by_key(|code| (self.division_line(code).count(), code.as_str()));
        let index: BTreeMap<&str, usize> = codes.iter().enumerate().map(|(nth, code)| (code.as_str(), nth)).collect();
        let places = codes.iter().filter_map(|code| {
            let division = self.divisions.get(*code)?;
            let title = division.title.clone().unwrap_or_default();
            Some(DivisionPlace {
                code: division.code.clone(),
                name: LocalizedText::new(title.zh, title.en),
                parent: index.get(division.parent.as_str()).copied(),
                centre: division.centre.as_ref().map(|centre| (centre.latitude, centre.longitude)),
            })
        });
        let places = places.collect();
        (places, index)
    }

    /// A category and those above it, from itself to the root.
    pub(super) fn category_line<'n>(&'n self, code: &'n str) -> impl Iterator<Item = &'n str> {
        line(code, |code| self.categories.get(code).map(|found| found.parent.as_str()))
    }

    /// A division and those above it, from itself to the root.
    pub(super) fn division_line<'n>(&'n self, code: &'n str) -> impl Iterator<Item = &'n str> {
        line(code, |code| self.divisions.get(code).map(|found| found.parent.as_str()))
    }
}

fn line<'n>(code: &'n str, parent: impl Fn(&str) -> Option<&'n str>) -> impl Iterator<Item = &'n str> {
    std::iter::successors(Some(code), move |code| parent(code).filter(|parent| !parent.is_empty())).take(LEVELS_MAX)
}

fn wanted<'c>(codes: impl IntoIterator<Item = &'c str>) -> BTreeSet<String> {
    codes.into_iter().filter(|code| !code.is_empty()).map(str::to_owned).collect()
}

/// Asks for entries, then for what is above them, and so on.
async fn climb<E, F>(mut wanted: BTreeSet<String>, ask: impl Fn(String) -> F) -> Result<BTreeMap<String, E>, Status>
where
    F: Future<Output = Result<Option<(String, E)>, Status>>,
{
    let mut found = BTreeMap::new();
    for _ in 0..LEVELS_MAX {
        let asked: Vec<String> = wanted.into_iter().take(NAMES_MAX.saturating_sub(found.len())).collect();
        if asked.is_empty() {
            break;
        }
        let answers = join_all(asked.iter().cloned().map(&ask)).await;
        wanted = BTreeSet::new();
        for (code, answer) in asked.into_iter().zip(answers) {
            if let Some((parent, entry)) = answer? {
                found.insert(code, entry);
                wanted.insert(parent);
            }
        }
        wanted.retain(|code| !code.is_empty() && !found.contains_key(code));
    }
    Ok(found)
}

/// Rules that a code of an address breaks when the catalogue does not know it.
const UNKNOWN: [&str; 2] = ["CATEGORY_UNKNOWN", "DIVISION_UNKNOWN"];

/// A list; an empty one where it is asked for a kind or a place that the catalogue does not know: the page says that nothing is there,
/// beside the kinds and places to choose from.
pub(super) fn or_nothing<T: Default>(answer: Result<tonic::Response<T>, Status>) -> Result<T, Status> {
    Ok(of_known_codes(answer)?.unwrap_or_default())
}

/// An answer; none where it is asked for a kind or a place that the catalogue does not know.
pub(super) fn of_known_codes<T>(answer: Result<tonic::Response<T>, Status>) -> Result<Option<T>, Status> {
    match answer {
        Ok(answer) => Ok(Some(answer.into_inner())),
        Err(status) => {
            let details = status.get_error_details();
            let wrong = details.bad_request().map(|found| found.field_violations.as_slice()).unwrap_or_default();
            let unknown = !wrong.is_empty() && wrong.iter().all(|wrong| UNKNOWN.contains(&wrong.reason.as_str()));
            if unknown { Ok(None) } else { Err(status) }
        }
    }
}

/// An answer, or none when there is no such thing.
fn known<T>(answer: Result<tonic::Response<T>, Status>) -> Result<Option<T>, Status> {
    match answer {
        Ok(answer) => Ok(Some(answer.into_inner())),
        Err(status) if matches!(status.code(), Code::NotFound | Code::InvalidArgument) => Ok(None),
        Err(status) => Err(status),
    }
}
