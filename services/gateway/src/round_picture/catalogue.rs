//! What a round's page calls things: divisions, categories, resources and organizations, each asked of the server once.

use std::collections::{BTreeSet, HashMap};

use tonic::{Code, Response, Status};
use wishwell_api::v1::{
    Category, Division, DivisionFilter, FairnessFigure, GetCategoryRequest, GetDivisionRequest, GetOrganizationRequest,
    GetResourceRequest, ListDivisionsRequest, Resource, RoundRules, RoundScope, SupplyGap,
};
use wishwell_domain::text::LocalizedText;

use super::ToldRound;
use super::asking::{Catalog, Transport};
use super::rules;
use super::words::{name, plain};

/// Most divisions, and categories, of several rounds' scopes that are asked for, one after the other; the rest are called by their codes.
const OF_SCOPES_MAX: usize = 50;
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
        let (of_guarantees, of_caps) = rules::named(round.rules.as_ref());
        let parents = catalogue.ask_divisions(catalog, distinct(divisions.chain(of_guarantees))).await?;
        catalogue.ask_neighbours(catalog, parents).await?;

        let codes = outcomes.iter().map(|outcome| &outcome.category).chain(report.gaps.iter().map(|gap| &gap.category));
        let codes = codes.chain(scope.iter().flat_map(|scope| &scope.categories));
        catalogue.ask_categories(catalog, distinct(codes)).await?;

        let servings = || outcomes.iter().flat_map(|outcome| &outcome.servings);
        let resources = servings().map(|serving| &serving.resource).chain(report.gaps.iter().map(|gap| &gap.resource));
        let offered = outcomes.iter().flat_map(|outcome| &outcome.offers).map(|offer| &offer.resource);
        catalogue.ask_resources(catalog, distinct(resources.chain(offered))).await?;
        let organizations = servings().map(|serving| &serving.organization).chain(of_caps);
        catalogue.ask_organizations(catalog, distinct(organizations)).await?;
        Ok(catalogue)
    }

    /// Asks for what a round is limited to and its rules speak of.
    pub(super) async fn of_rules<T: Transport>(
        catalog: &Catalog<T>,
        told: Option<&RoundRules>,
    ) -> Result<Self, Status> {
        let mut catalogue = Self::default();
        let scope = told.and_then(|rules| rules.scope.as_ref());
        let (of_guarantees, of_caps) = rules::named(told);
        let divisions = scope.iter().flat_map(|scope| &scope.divisions).chain(of_guarantees);
        catalogue.ask_divisions(catalog, distinct(divisions)).await?;
        catalogue.ask_categories(catalog, distinct(scope.iter().flat_map(|scope| &scope.categories))).await?;
        catalogue.ask_organizations(catalog, distinct(of_caps)).await?;
        Ok(catalogue)
    }

    /// Asks for what some rounds are limited to.
    pub(super) async fn of_scopes<T: Transport>(catalog: &Catalog<T>, scopes: &[RoundScope]) -> Result<Self, Status> {
        let mut catalogue = Self::default();
        let divisions = distinct(scopes.iter().flat_map(|scope| &scope.divisions));
        catalogue.ask_divisions(catalog, divisions.into_iter().take(OF_SCOPES_MAX).collect()).await?;
        let categories = distinct(scopes.iter().flat_map(|scope| &scope.categories));
        catalogue.ask_categories(catalog, categories.into_iter().take(OF_SCOPES_MAX).collect()).await?;
        Ok(catalogue)
    }

    /// Asks for what some gaps and the fairness of a report speak of.
    pub(super) async fn of_report<T: Transport>(
        catalog: &Catalog<T>,
        gaps: &[SupplyGap],
        fairness: &[FairnessFigure],
    ) -> Result<Self, Status> {
        let mut catalogue = Self::default();
        let divisions = gaps.iter().map(|gap| &gap.division).chain(fairness.iter().map(|figure| &figure.division));
        catalogue.ask_divisions(catalog, distinct(divisions)).await?;
        catalogue.ask_categories(catalog, distinct(gaps.iter().map(|gap| &gap.category))).await?;
        catalogue.ask_resources(catalog, distinct(gaps.iter().map(|gap| &gap.resource))).await?;
        catalogue.ask_organizations(catalog, BTreeSet::new()).await?;
        Ok(catalogue)
    }

    async fn ask_categories<T: Transport>(
        &mut self,
        catalog: &Catalog<T>,
        codes: BTreeSet<&str>,
    ) -> Result<(), Status> {
        for code in codes {
            let request = GetCategoryRequest { name: format!("categories/{code}"), ..GetCategoryRequest::default() };
            let answer = found(catalog.clone().get_category(request).await)?;
            if let Some(category) = answer.and_then(|answer| answer.category) {
                self.categories.insert(code.to_owned(), category);
            }
        }
        Ok(())
    }

    async fn ask_resources<T: Transport>(&mut self, catalog: &Catalog<T>, names: BTreeSet<&str>) -> Result<(), Status> {
        for resource in names {
            let request = GetResourceRequest { name: resource.to_owned(), ..GetResourceRequest::default() };
            let answer = found(catalog.clone().get_resource(request).await)?;
            if let Some(found) = answer.and_then(|answer| answer.resource) {
                self.resources.insert(resource.to_owned(), found);
            }
        }
        Ok(())
    }

    /// Organizations by their names, and those of the resources that were asked for.
    async fn ask_organizations<T: Transport>(
        &mut self,
        catalog: &Catalog<T>,
        names: BTreeSet<&str>,
    ) -> Result<(), Status> {
        let owners: Vec<String> = self.resources.values().map(|resource| resource.organization.clone()).collect();
        let owners = distinct(owners.iter());
        for organization in names.union(&owners) {
            let name_of = (*organization).to_owned();
            let request = GetOrganizationRequest { name: name_of.clone(), ..GetOrganizationRequest::default() };
            let answer = found(catalog.clone().get_organization(request).await)?;
            if let Some(found) = answer.and_then(|answer| answer.organization) {
                self.organizations.insert(name_of, name(found.title.as_ref()));
            }
        }
        Ok(())
    }

    /// Divisions by their codes with what is above them; answers what is above those that were asked for.
    async fn ask_divisions<T: Transport>(
        &mut self,
        catalog: &Catalog<T>,
        codes: BTreeSet<&str>,
    ) -> Result<BTreeSet<String>, Status> {
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
        parents.remove("");
        Ok(parents)
    }

    /// The divisions right below others.
    async fn ask_neighbours<T: Transport>(
        &mut self,
        catalog: &Catalog<T>,
        parents: BTreeSet<String>,
    ) -> Result<(), Status> {
        for parent in parents {
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
