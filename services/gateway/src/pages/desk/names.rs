//! What things are called: categories, divisions, resources and organizations, each asked of the service once for a page.

use std::collections::{BTreeSet, HashMap};

use futures::future::join_all;
use tonic::{Code, Status};
use wishwell_api::v1;

use crate::calls::Calls;
use crate::pages::names;
use crate::pages::visit::Visit;

/// Names of one kind that a page asks for; whatever is beyond is called by its code.
const NAMES_MAX: usize = 1_000;
/// The part of a catalogue that a page speaks of.
#[derive(Debug, Default)]
pub(super) struct Names {
    /// Categories and divisions.
    pub(super) catalogue: names::Names,
    resources: HashMap<String, v1::Resource>,
    organizations: HashMap<String, v1::Organization>,
}

impl Names {
    /// Asks for categories by code.
    pub(super) async fn ask_categories(
        &mut self,
        calls: &Calls,
        codes: impl IntoIterator<Item = &str>,
    ) -> Result<(), Status> {
        let found = names::Names::of(calls, codes, []).await?;
        self.catalogue.categories.extend(found.categories);
        Ok(())
    }

    /// Asks for divisions by code, and for what is above them.
    pub(super) async fn ask_divisions(
        &mut self,
        calls: &Calls,
        codes: impl IntoIterator<Item = &str>,
    ) -> Result<(), Status> {
        let found = names::Names::of(calls, [], codes).await?;
        self.catalogue.divisions.extend(found.divisions);
        Ok(())
    }

    /// Asks for resources by name, and for whose they are.
    pub(super) async fn ask_resources(
        &mut self,
        calls: &Calls,
        names: impl IntoIterator<Item = &str>,
    ) -> Result<(), Status> {
        let asked = distinct(names, |name| self.resources.contains_key(name)).into_iter().map(async |name| {
            let request = v1::GetResourceRequest { name: name.to_owned(), ..v1::GetResourceRequest::default() };
            found(calls.catalog().get_resource(request).await)
        });
        for answer in join_all(asked).await {
            if let Some(resource) = answer?.and_then(|answer| answer.resource) {
                self.resources.insert(resource.name.clone(), resource);
            }
        }
        let owners: Vec<String> = self.resources.values().map(|resource| resource.organization.clone()).collect();
        self.ask_organizations(calls, owners.iter().map(String::as_str)).await
    }

    /// Asks for organizations by name.
    pub(super) async fn ask_organizations(
        &mut self,
        calls: &Calls,
        names: impl IntoIterator<Item = &str>,
    ) -> Result<(), Status> {
        let asked = distinct(names, |name| self.organizations.contains_key(name)).into_iter().map(async |name| {
            let request = v1::GetOrganizationRequest { name: name.to_owned(), ..v1::GetOrganizationRequest::default() };
            found(calls.catalog().get_organization(request).await)
        });
        for answer in join_all(asked).await {
            if let Some(organization) = answer?.and_then(|answer| answer.organization) {
                self.organizations.insert(organization.name.clone(), organization);
            }
        }
        Ok(())
    }

    /// What a list of needs speaks of.
    pub(super) async fn ask_for_needs(&mut self, calls: &Calls, needs: &[v1::Need]) -> Result<(), Status> {
        let categories = needs.iter().flat_map(|need| &need.items).map(|item| item.category.as_str());
        self.ask_categories(calls, categories).await?;
        self.ask_divisions(calls, needs.iter().map(|need| need.division.as_str())).await
    }

    /// A category.
    pub(super) fn category<'n>(&'n self, visit: &Visit, code: &'n str) -> &'n str {
        self.catalogue.category(visit, code)
    }

    /// A division with what it is in.
    pub(super) fn place(&self, visit: &Visit, code: &str) -> String {
        if code.is_empty() {
            return visit.say("区划未知", "division unknown").to_owned();
        }
        self.catalogue.place(visit, code)
    }

    /// A resource with whose it is.
    pub(super) fn resource(&self, visit: &Visit, name: &str) -> (String, String) {
        let Some(found) = self.resources.get(name) else {
            return (visit.say("资源已不在目录中", "no longer in the catalogue").to_owned(), String::new());
        };
        let title = visit.name(found.title.as_ref()).to_owned();
        (title, self.organization(visit, &found.organization).to_owned())
    }

    /// How whoever has a resource is reached by telephone; empty where that is not known.
    pub(super) fn telephone(&self, resource: &str) -> &str {
        let owner = self.resources.get(resource).and_then(|found| self.organizations.get(&found.organization));
        owner.and_then(|owner| owner.contact.as_ref()).map_or("", |contact| contact.phone.as_str())
    }

    /// An organization.
    pub(super) fn organization<'n>(&'n self, visit: &Visit, name: &str) -> &'n str {
        self.organizations.get(name).map_or("", |found| visit.name(found.title.as_ref()))
    }
}

fn distinct<'a>(names: impl IntoIterator<Item = &'a str>, known: impl Fn(&str) -> bool) -> BTreeSet<String> {
    let wanted = names.into_iter().filter(|name| !name.is_empty() && !known(name));
    wanted.map(str::to_owned).collect::<BTreeSet<_>>().into_iter().take(NAMES_MAX).collect()
}

/// What is no longer there is no failure of the page.
fn found<T>(answer: Result<tonic::Response<T>, Status>) -> Result<Option<T>, Status> {
    match answer {
        Ok(answer) => Ok(Some(answer.into_inner())),
        Err(status) if status.code() == Code::NotFound => Ok(None),
        Err(status) => Err(status),
    }
}
