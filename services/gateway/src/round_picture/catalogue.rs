//! What a round's page calls things: divisions, categories, resources and organizations, each asked of the server once.

use std::collections::{BTreeSet, HashMap};

use tonic::{Code, Response, Status};
use wishwell_api::v1::{
    Category, Division, DivisionFilter, GetCategoryRequest, GetDivisionRequest, GetOrganizationRequest,
    GetResourceRequest, ListDivisionsRequest, Resource,
};
use wishwell_domain::text::LocalizedText;

use super::ToldRound;
use super::asking::{Catalog, Transport};
use super::words::{name, plain};

/// Neighbours of a division that are asked for, to give the map its dots.
const NEIGHBOURS_MAX: i32 = 1_000;

/// The part of a catalogue that a round speaks of.
#[derive(Debug, Default)]
pub(super) struct Catalogue {
    /// By code: those that are spoken of, what is above them, and their neighbours.
    pub(super) divisions: HashMap<String, Division>,
    /// By code.
    pub(super) categories: HashMap<String, Category>,
    /// By name, `resources/...`.
    pub(super) resources: HashMap<String, Resource>,
    /// Titles by name, `organizations/...`.
    pub(super) organizations: HashMap<String, LocalizedText>,
}

impl Catalogue {
    /// Asks for what a round speaks of. What is no longer there is left out, and called by its code.
    pub(super) async fn of<T: Transport>(catalog: &Catalog<T>, told: &ToldRound) -> Result<Self, Status> {
        let ToldRound { round, report, outcomes } = told;
        let scope = round.rules.as_ref().and_then(|rules| rules.scope.as_ref());
        let mut catalogue = Self::default();

        let divisions = outcomes.iter().map(|outcome| &outcome.division);
        let divisions = divisions.chain(report.gaps.iter().map(|gap| &gap.division));
        let divisions = divisions.chain(report.divisions.iter().map(|figure| &figure.division));
        let divisions = divisions.chain(scope.iter().flat_map(|scope| &scope.divisions));
        catalogue.ask_divisions(catalog, distinct(divisions)).await?;

        let codes = outcomes.iter().map(|outcome| &outcome.category).chain(report.gaps.iter().map(|gap| &gap.category));
        for code in distinct(codes.chain(scope.iter().flat_map(|scope| &scope.categories))) {
            let request = GetCategoryRequest { name: format!("categories/{code}"), ..GetCategoryRequest::default() };
            let answer = found(catalog.clone().get_category(request).await)?;
            if let Some(category) = answer.and_then(|answer| answer.category) {
                catalogue.categories.insert(code.to_owned(), category);
            }
        }

        let servings = || outcomes.iter().flat_map(|outcome| &outcome.servings);
        let resources = servings().map(|serving| &serving.resource).chain(report.gaps.iter().map(|gap| &gap.resource));
        for resource in distinct(resources) {
            let request = GetResourceRequest { name: resource.to_owned(), ..GetResourceRequest::default() };
            let answer = found(catalog.clone().get_resource(request).await)?;
            if let Some(found) = answer.and_then(|answer| answer.resource) {
                catalogue.resources.insert(resource.to_owned(), found);
            }
        }
        let owners: Vec<String> = catalogue.resources.values().map(|resource| resource.organization.clone()).collect();
        for organization in distinct(servings().map(|serving| &serving.organization).chain(&owners)) {
            let request = GetOrganizationRequest { name: organization.to_owned(), ..GetOrganizationRequest::default() };
            let answer = found(catalog.clone().get_organization(request).await)?;
            if let Some(found) = answer.and_then(|answer| answer.organization) {
                catalogue.organizations.insert(organization.to_owned(), name(found.title.as_ref()));
            }
        }
        Ok(catalogue)
    }

    /// Divisions by their codes with what is above them; then the neighbours of the first.
    async fn ask_divisions<T: Transport>(&mut self, catalog: &Catalog<T>, codes: BTreeSet<&str>) -> Result<(), Status> {
        let mut parents = BTreeSet::new();
        for code in codes {
            let mut next = code.to_owned();
            while !next.is_empty() && !self.divisions.contains_key(&next) {
                let request = GetDivisionRequest { name: format!("divisions/{next}"), ..GetDivisionRequest::default() };
                let answer = found(catalog.clone().get_division(request).await)?;
                let Some(division) = answer.and_then(|answer| answer.division) else { break };
                if next == code {
                    parents.insert(division.parent.clone());
                }
                let above = division.parent.clone();
                self.divisions.insert(std::mem::replace(&mut next, above), division);
            }
        }
        for parent in parents.into_iter().filter(|parent| !parent.is_empty()) {
            let filter = DivisionFilter { subtree_of: parent.clone(), ..DivisionFilter::default() };
            let request = ListDivisionsRequest {
                filter: Some(filter),
                page_size: NEIGHBOURS_MAX,
                ..ListDivisionsRequest::default()
            };
            let answer = found(catalog.clone().list_divisions(request).await)?;
            let listed = answer.map(|answer| answer.divisions).unwrap_or_default();
            for division in listed.into_iter().filter(|division| division.parent == parent) {
                self.divisions.entry(division.code.clone()).or_insert(division);
            }
        }
        Ok(())
    }

    /// A division's name, or its code.
    pub(super) fn division(&self, code: &str) -> LocalizedText {
        self.divisions.get(code).map_or_else(|| plain(code), |division| name(division.title.as_ref()))
    }

    /// A category's name, or its code.
    pub(super) fn category(&self, code: &str) -> LocalizedText {
        self.categories.get(code).map_or_else(|| plain(code), |category| name(category.title.as_ref()))
    }

    /// An organization's name; what is no longer there is called so.
    pub(super) fn organization(&self, organization: &str) -> LocalizedText {
        let gone = || LocalizedText::new("已不在目录中的机构", "an organization that is no longer listed");
        self.organizations.get(organization).cloned().unwrap_or_else(gone)
    }

    /// In which unit something of a category, or of a resource, is counted.
    pub(super) fn unit(&self, resource: &str, category: &str) -> &str {
        let of_resource = self.resources.get(resource).map(|resource| resource.unit.as_str());
        let of_category = || self.categories.get(category).map(|category| category.default_unit.as_str());
        of_resource.filter(|unit| !unit.is_empty()).or_else(of_category).unwrap_or_default()
    }
}

fn distinct<'a>(texts: impl Iterator<Item = &'a String>) -> BTreeSet<&'a str> {
    texts.map(String::as_str).filter(|text| !text.is_empty()).collect()
}

/// An answer; none when what is asked for is not there.
fn found<T>(answer: Result<Response<T>, Status>) -> Result<Option<T>, Status> {
    match answer {
        Ok(answer) => Ok(Some(answer.into_inner())),
        Err(status) if status.code() == Code::NotFound => Ok(None),
        Err(status) => Err(status),
    }
}
