//! Gathers what a stateless plan is about, in pieces, under bounds that are checked before anything is kept.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use wishwell_domain::geo::Point;
use wishwell_domain::limits::{PLAN_CHUNKS_MAX, PLAN_NEEDS_MAX, PLAN_PAIRS_MAX, PLAN_RESOURCES_MAX};
use wishwell_domain::{Error, Violation, Violations};

use super::{PlanNeed, PlanQuestion, PlanResource, PlanRules};

/// Lowest tier, counted from 0.
const TIER_LAST: u8 = 7;

/// Gives names numbers, in the order in which they come.
#[derive(Debug, Default)]
struct Names(HashMap<String, u32>);

impl Names {
    fn number(&mut self, name: String) -> u32 {
        let next = u32::try_from(self.0.len()).unwrap_or(u32::MAX);
        *self.0.entry(name).or_insert(next)
    }

    fn some(&mut self, name: String) -> Option<u32> {
        (!name.is_empty()).then(|| self.number(name))
    }

    fn count(&self) -> u32 {
        u32::try_from(self.0.len()).unwrap_or(u32::MAX)
    }
}

/// A need as it is sent.
#[derive(Debug)]
pub(crate) struct NeedSent {
    pub(crate) id: String,
    pub(crate) categories: Vec<String>,
    pub(crate) quantity: u64,
    /// From 1.
    pub(crate) tier: u8,
    pub(crate) waiting: Duration,
    pub(crate) place: Option<Point>,
    pub(crate) group: String,
    pub(crate) whole: bool,
    pub(crate) bundle: String,
}

/// A resource as it is sent.
#[derive(Debug)]
pub(crate) struct ResourceSent {
    pub(crate) id: String,
    pub(crate) categories: Vec<String>,
    pub(crate) capacity: u64,
    pub(crate) organization: String,
    pub(crate) place: Option<Point>,
}

/// What came so far.
#[derive(Debug, Default)]
pub(crate) struct Gathering {
    chunks: usize,
    rules: Option<PlanRules>,
    needs: Vec<PlanNeed>,
    resources: Vec<PlanResource>,
    pairs: Vec<(u32, u32, f64)>,
    need_ids: HashSet<String>,
    resource_ids: HashSet<String>,
    paired: HashSet<u32>,
    categories: Names,
    organizations: Names,
    groups: Names,
    bundles: Names,
    /// Everything wrong so far.
    pub(crate) violations: Violations,
}

fn names_of<T>(entries: &[(String, T)]) -> Vec<String> {
    entries.iter().map(|(name, _)| name.clone()).collect()
}

/// The places of names by their numbers; a name that comes twice is a violation.
fn places(field: &str, entries: Vec<String>, names: &mut Names, violations: &mut Violations) -> HashMap<u32, u32> {
    let mut places = HashMap::with_capacity(entries.len());
    for (place, name) in (0..).zip(entries) {
        let known = places.insert(names.number(name.clone()), place).is_some();
        violations.require(!known, || {
            Violation::new(format!("{field}[{place}]"), "list.unique", "must not repeat an entry").with_value(name)
        });
    }
    places
}

/// Refuses what would be more than a bound, before it is kept.
fn within(limit: &'static str, count: usize, max: usize) -> Result<(), Error> {
    if count <= max { Ok(()) } else { Err(Error::SentTooMuch { limit, max }) }
}

impl Gathering {
    /// Counts a message and tells its place, from 0.
    pub(crate) fn next_chunk(&mut self) -> Result<usize, Error> {
        within("plan_chunks_max", self.chunks + 1, PLAN_CHUNKS_MAX)?;
        self.chunks += 1;
        Ok(self.chunks - 1)
    }

    /// Takes the rules, which come first and once.
    pub(crate) fn rules(&mut self, field: &str, rules: PlanRules) {
        self.violations.require(self.chunks == 1, || {
            Violation::new(field, "plan.rules_first", "must come in the first message, and once")
        });
        self.rules.get_or_insert(rules);
    }

    /// Whether rules came before anything else.
    pub(crate) fn expects_rules(&mut self, field: &str) {
        self.violations
            .require(self.rules.is_some(), || Violation::new(field, "plan.rules_first", "must come after the rules"));
    }

    /// Makes room for needs.
    pub(crate) fn room_for_needs(&self, count: usize) -> Result<(), Error> {
        within("plan_needs_max", self.needs.len() + count, PLAN_NEEDS_MAX)
    }

    /// Takes a need.
    pub(crate) fn need(&mut self, field: &str, sent: NeedSent) {
        self.violations.require(self.need_ids.insert(sent.id.clone()), || {
            Violation::new(format!("{field}.id"), "plan.need_twice", "must be another need's").with_value(&sent.id)
        });
        let aged = self
            .rules
            .as_ref()
            .and_then(|rules| rules.aging)
            .map_or(0, |aging| u8::try_from(sent.waiting.as_nanos() / aging.as_nanos().max(1)).unwrap_or(u8::MAX));
        let need = PlanNeed {
            categories: self.numbers(sent.categories),
            quantity: sent.quantity,
            tier: sent.tier.saturating_sub(1).min(TIER_LAST).saturating_sub(aged),
            place: sent.place,
            group: self.groups.some(sent.group),
            whole: sent.whole,
            bundle: self.bundles.some(sent.bundle),
        };
        self.needs.push(need);
    }

    /// Makes room for resources.
    pub(crate) fn room_for_resources(&self, count: usize) -> Result<(), Error> {
        within("plan_resources_max", self.resources.len() + count, PLAN_RESOURCES_MAX)
    }

    /// Takes a resource.
    pub(crate) fn resource(&mut self, field: &str, sent: ResourceSent) {
        self.violations.require(self.resource_ids.insert(sent.id.clone()), || {
            let message = "must be another resource's";
            Violation::new(format!("{field}.id"), "plan.resource_twice", message).with_value(&sent.id)
        });
        // Whose name is not said is an organization of its own, which no caller can name.
        let organization = if sent.organization.is_empty() { format!("\0{}", sent.id) } else { sent.organization };
        let resource = PlanResource {
            categories: self.numbers(sent.categories),
            capacity: sent.capacity,
            organization: self.organizations.number(organization),
            place: sent.place,
        };
        self.resources.push(resource);
    }

    fn numbers(&mut self, names: Vec<String>) -> Vec<u32> {
        let mut numbers: Vec<u32> = names.into_iter().map(|name| self.categories.number(name)).collect();
        numbers.sort_unstable();
        numbers.dedup();
        numbers
    }

    /// Takes the pairs of one need.
    ///
    /// # Errors
    /// More pairs than a plan has.
    pub(crate) fn pairs(&mut self, field: &str, need: u32, resources: &[u32], distances: &[f64]) -> Result<(), Error> {
        within("plan_pairs_max", self.pairs.len() + resources.len(), PLAN_PAIRS_MAX)?;
        self.violations.require(resources.len() == distances.len(), || {
            let message = "must be as many as there are resource_indexes";
            Violation::new(format!("{field}.distances"), "plan.pairs_columns", message).with_value(distances.len())
        });
        self.violations.require((need as usize) < self.needs.len(), || {
            let message = format!("must be below {}, so many needs came before", self.needs.len());
            Violation::new(format!("{field}.need_index"), "plan.need_unknown", message).with_value(need)
        });
        self.violations.require(self.paired.insert(need), || {
            let message = "must be another need: its pairs came before";
            Violation::new(format!("{field}.need_index"), "plan.pairs_twice", message).with_value(need)
        });
        let mut row: Vec<(u32, f64)> = resources.iter().copied().zip(distances.iter().copied()).collect();
        row.sort_by_key(|(resource, _)| *resource);
        if let Some(twice) = row.windows(2).find(|pair| pair[0].0 == pair[1].0) {
            let message = "must have each resource once";
            let path = format!("{field}.resource_indexes");
            self.violations.add(Violation::new(path, "plan.resource_twice", message).with_value(twice[0].0));
        }
        if let Some((unknown, _)) = row.last().filter(|(last, _)| *last as usize >= self.resources.len()) {
            let message = format!("must be below {}, so many resources came before", self.resources.len());
            let path = format!("{field}.resource_indexes");
            self.violations.add(Violation::new(path, "plan.resource_unknown", message).with_value(unknown));
        }
        self.pairs.extend(row.into_iter().map(|(resource, distance)| (need, resource, distance)));
        Ok(())
    }

    /// All that was gathered, if nothing is wrong with it.
    ///
    /// # Errors
    /// All violations.
    pub(crate) fn finish(mut self) -> Result<PlanQuestion, Error> {
        self.violations.require(self.rules.is_some(), || {
            Violation::new("messages", "plan.rules_first", "must begin with the rules")
        });
        let (guarantees, caps) = match &self.rules {
            Some(rules) => (names_of(&rules.guarantees), names_of(&rules.organization_caps)),
            None => (Vec::new(), Vec::new()),
        };
        let guaranteed = places("rules.guarantees", guarantees, &mut self.groups, &mut self.violations);
        let capped = places("rules.organization_caps", caps, &mut self.organizations, &mut self.violations);
        let violations = std::mem::take(&mut self.violations);
        violations.into_result()?;
        let Some(rules) = self.rules else { return Err(Error::Internal("a plan without rules".to_owned())) };
        self.pairs.sort_by_key(|(need, resource, _)| (*need, *resource));
        Ok(PlanQuestion {
            rules,
            needs: self.needs,
            resources: self.resources,
            pairs: self.pairs,
            category_count: self.categories.count(),
            organization_count: self.organizations.count(),
            bundle_count: self.bundles.count(),
            guaranteed,
            capped,
        })
    }
}
