//! What an edition of a directory has no more and is here still, and what is paused here though the directory offers it.

use std::collections::{BTreeSet, HashMap, HashSet};

use serde::Serialize;
use wishwell_api::v1;

use crate::directory::Absence;
use crate::plan::Plan;
use crate::upload::Stage;

/// What becomes of resources that a directory has no more. Those of which it says itself that they have ended are paused in any case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OnVanished {
    /// They stay as they are: that they are missing in one edition proves nothing.
    #[default]
    Keep,
    /// Those that it says nothing of are paused. A row that was set aside is mended instead.
    Pause,
}

/// How an entry is that a directory has no more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// It is active, and its organization verified; of an organization, some resource is.
    OnOffer,
    /// It was paused before; of an organization, nothing was on offer.
    Paused,
    /// Nobody is sent there, because the organization is not verified.
    NotVerified,
    /// This import has paused it; of an organization, all that was on offer.
    PausedNow,
}

/// An entry of the same source that the directory has no more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Vanished {
    /// What it is: an organization or a resource.
    pub stage: Stage,
    /// Its key in earlier editions.
    pub key: String,
    /// Its full resource name here.
    pub name: String,
    /// Its title.
    pub title: String,
    /// How it is missing.
    pub absence: Absence,
    /// How it is here.
    pub standing: Standing,
}

/// A resource that the directory offers and that is paused here: by an earlier edition, or by somebody. Which of the two is not kept, so
/// nothing is done about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PausedHere {
    /// Its key.
    pub key: String,
    /// Its full resource name.
    pub name: String,
    /// Its title.
    pub title: String,
}

/// How the entries add up that were here before: `here = in_directory + vanished`, `vanished = on_offer + off + paused_now`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct VanishedCounts {
    /// Entries of the same source that were here before the import.
    pub here: usize,
    /// Those that the directory has.
    pub in_directory: usize,
    /// Those that it has no more.
    pub vanished: usize,
    /// Still on offer.
    pub on_offer: usize,
    /// Not on offer before: paused, or their organization is not verified.
    pub off: usize,
    /// Paused by this import.
    pub paused_now: usize,
}

impl VanishedCounts {
    /// Whether the counts add up.
    #[must_use]
    pub fn adds_up(&self) -> bool {
        self.here == self.in_directory + self.vanished && self.vanished == self.on_offer + self.off + self.paused_now
    }

    /// The counts of one kind of entry, of so many that were here and are in the directory still.
    pub(crate) fn of(stage: Stage, in_directory: usize, vanished: &[Vanished]) -> Self {
        let mut counts = Self { here: in_directory, in_directory, ..Self::default() };
        for one in vanished.iter().filter(|one| one.stage == stage) {
            counts.here += 1;
            counts.vanished += 1;
            *match one.standing {
                Standing::OnOffer => &mut counts.on_offer,
                Standing::Paused | Standing::NotVerified => &mut counts.off,
                Standing::PausedNow => &mut counts.paused_now,
            } += 1;
        }
        counts
    }
}

/// What is here of a source before an import, by key.
#[derive(Debug, Default)]
pub(crate) struct Here {
    pub(crate) organizations: HashMap<String, v1::Organization>,
    pub(crate) resources: HashMap<String, v1::Resource>,
    /// Full resource names of all organizations, of any source, to which somebody may be sent.
    pub(crate) verified: HashSet<String>,
    /// Full resource names of what is active of each organization, by its full name, of any source.
    pub(crate) active: HashMap<String, Vec<String>>,
}

impl Here {
    /// What the directory has no more: organizations, then resources, by key.
    pub(crate) fn vanished(&self, plan: &Plan) -> Vec<Vanished> {
        let organizations = keys(plan.organizations.iter().map(|one| one.external.as_ref()));
        let resources = keys(plan.resources.iter().map(|one| one.external.as_ref()));
        let staying = self.staying(&resources);
        let mut vanished = Vec::new();
        for (key, one) in self.organizations.iter().filter(|(key, _)| !organizations.contains(key.as_str())) {
            let standing = if !self.verified.contains(&one.name) {
                Standing::NotVerified
            } else if self.left_of(&one.name, &staying).next().is_some() {
                Standing::OnOffer
            } else {
                Standing::Paused
            };
            vanished.push(Vanished {
                stage: Stage::Organizations,
                key: key.clone(),
                name: one.name.clone(),
                title: title(one.title.as_ref()),
                absence: Absence::Missing,
                standing,
            });
        }
        for (key, one) in self.resources.iter().filter(|(key, _)| !resources.contains(key.as_str())) {
            let standing = if one.lifecycle() == v1::ResourceLifecycle::Paused {
                Standing::Paused
            } else if self.verified.contains(&one.organization) {
                Standing::OnOffer
            } else {
                Standing::NotVerified
            };
            vanished.push(Vanished {
                stage: Stage::Resources,
                key: key.clone(),
                name: one.name.clone(),
                title: title(one.title.as_ref()),
                absence: plan.left_out.get(key).copied().unwrap_or(Absence::Missing),
                standing,
            });
        }
        vanished.sort_by(|a, b| (a.stage, &a.key).cmp(&(b.stage, &b.key)));
        vanished
    }

    /// Says of organizations too that all that was on offer of them is paused now.
    pub(crate) fn follow(&self, plan: &Plan, vanished: &mut [Vanished]) {
        let resources = keys(plan.resources.iter().map(|one| one.external.as_ref()));
        let staying = self.staying(&resources);
        let paused = vanished.iter().filter(|one| one.standing == Standing::PausedNow);
        let paused: HashSet<String> = paused.map(|one| one.name.clone()).collect();
        for one in vanished.iter_mut().filter(|one| one.standing == Standing::OnOffer) {
            if one.stage == Stage::Organizations && self.left_of(&one.name, &staying).all(|name| paused.contains(name))
            {
                one.standing = Standing::PausedNow;
            }
        }
    }

    /// Full resource names of what the directory has still: of an organization that it has no more, it is another's now.
    fn staying<'h>(&'h self, resources: &BTreeSet<&str>) -> HashSet<&'h str> {
        let staying = self.resources.iter().filter(|(key, _)| resources.contains(key.as_str()));
        staying.map(|(_, one)| one.name.as_str()).collect()
    }

    /// What is active of an organization that has vanished and does not stay.
    fn left_of<'h>(&'h self, organization: &str, staying: &HashSet<&str>) -> impl Iterator<Item = &'h str> {
        let active = self.active.get(organization).into_iter().flatten().map(String::as_str);
        active.filter(|name| !staying.contains(name))
    }

    /// What the directory offers and is paused here, by key.
    pub(crate) fn paused(&self, plan: &Plan) -> Vec<PausedHere> {
        let offered = plan.resources.iter().filter(|one| one.lifecycle() != v1::ResourceLifecycle::Paused);
        let mut paused: Vec<PausedHere> = offered
            .filter_map(|one| self.resources.get(&one.external.as_ref()?.external_id))
            .filter(|have| have.lifecycle() == v1::ResourceLifecycle::Paused)
            .map(|have| PausedHere {
                key: have.external.as_ref().map(|external| external.external_id.clone()).unwrap_or_default(),
                name: have.name.clone(),
                title: title(have.title.as_ref()),
            })
            .collect();
        paused.sort_by(|a, b| a.key.cmp(&b.key));
        paused
    }
}

impl Vanished {
    /// Whether this import is to pause it.
    pub(crate) fn is_to_be_paused(&self, on_vanished: OnVanished) -> bool {
        let active = matches!(self.standing, Standing::OnOffer | Standing::NotVerified);
        let meant = match self.absence {
            Absence::Ended => true,
            Absence::Missing => on_vanished == OnVanished::Pause,
            Absence::NotImported => false,
        };
        self.stage == Stage::Resources && active && meant
    }
}

fn keys<'p>(externals: impl Iterator<Item = Option<&'p v1::ExternalId>>) -> BTreeSet<&'p str> {
    externals.flatten().map(|external| external.external_id.as_str()).collect()
}

fn title(title: Option<&v1::LocalizedText>) -> String {
    title.map(|title| if title.en.is_empty() { &title.zh } else { &title.en }).cloned().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn vanished(absence: Absence, standing: Standing) -> Vanished {
        let (key, name) = ("r1".to_owned(), "resources/r1".to_owned());
        Vanished { stage: Stage::Resources, key, name, title: String::new(), absence, standing }
    }

    #[test]
    fn what_a_directory_says_nothing_of_is_paused_for_who_asks_and_what_it_ended_always() {
        let cases = [
            (Absence::Missing, false, true),
            // Its row is mended instead.
            (Absence::NotImported, false, false),
            (Absence::Ended, true, true),
        ];
        for (absence, kept, paused) in cases {
            let one = vanished(absence, Standing::OnOffer);
            let asked = [OnVanished::Keep, OnVanished::Pause].map(|asked| one.is_to_be_paused(asked));
            assert_eq!(asked, [kept, paused], "{absence:?}");
            assert!(!vanished(absence, Standing::Paused).is_to_be_paused(OnVanished::Pause), "once");
        }
    }

    #[test]
    fn an_organization_whose_resources_are_anothers_now_is_on_offer_no_more() {
        let external = |id: &str| Some(v1::ExternalId { source: "test".to_owned(), external_id: id.to_owned() });
        let old =
            v1::Organization { name: "organizations/old".to_owned(), external: external("old"), ..Default::default() };
        let moved = v1::Resource {
            name: "resources/moved".to_owned(),
            organization: old.name.clone(),
            external: external("moved"),
            ..Default::default()
        };
        let here = Here {
            verified: [old.name.clone()].into(),
            active: [(old.name.clone(), vec![moved.name.clone()])].into(),
            organizations: [("old".to_owned(), old)].into(),
            resources: [("moved".to_owned(), moved.clone())].into(),
        };
        let standing = |plan: &Plan| here.vanished(plan).into_iter().map(|one| one.standing).collect::<Vec<_>>();
        let mut plan = Plan {
            source: "test".to_owned(),
            categories: Vec::new(),
            organizations: Vec::new(),
            resources: vec![moved],
            left_out: BTreeMap::default(),
        };
        assert_eq!(standing(&plan), [Standing::Paused]);
        plan.resources.clear();
        assert_eq!(standing(&plan), [Standing::OnOffer, Standing::OnOffer]);
    }
}
