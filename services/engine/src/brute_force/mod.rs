//! The obviously correct search that the fast one is compared with: every resource, every constraint, from the entities themselves.
//!
//! It shares the domain's predicates and the eligibility evaluator (which has a test of its own against the `cel` crate) with the
//! engine, and nothing else: no index, no tables, no bounds.

mod capacity;
mod judge;

use std::collections::BTreeMap;

use wishwell_domain::capacity_pool::CapacityPool;
use wishwell_domain::category::Category;
use wishwell_domain::division::Division;
use wishwell_domain::event::Change;
use wishwell_domain::ids::{CapacityPoolId, OrganizationId, ResourceId};
use wishwell_domain::organization::Organization;
use wishwell_domain::resource::Resource;
use wishwell_domain::round::ScarcityPrice;

use crate::answer::Capacity;
use crate::query::Query;
use crate::reason::{ModeSet, ReasonCode};
use crate::score::{ScoringRules, Terms};
use crate::snapshot::CatalogInput;

/// A catalogue as plain maps.
#[derive(Debug, Clone, Default)]
pub struct BruteForce {
    categories: BTreeMap<String, Category>,
    divisions: BTreeMap<String, Division>,
    organizations: BTreeMap<OrganizationId, Organization>,
    pools: BTreeMap<CapacityPoolId, CapacityPool>,
    resources: BTreeMap<ResourceId, Resource>,
    scarcity: BTreeMap<CapacityPoolId, u32>,
}

/// One resource, judged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judgement {
    /// Which.
    pub id: ResourceId,
    /// Failed constraints, in order of their codes.
    pub failed: Vec<ReasonCode>,
    /// Terms of the score, as if it fitted.
    pub terms: Terms,
    /// In whole metres.
    pub distance: Option<u32>,
    /// Modes that reach the beneficiary.
    pub modes: ModeSet,
    /// What is known of its capacity.
    pub capacity: Capacity,
    /// The quantity it can serve.
    pub serves: i64,
    /// Occurrences it covers.
    pub occurrences: u32,
    /// Names of the missing facts, where eligibility is unknown.
    pub missing_facts: Option<Vec<&'static str>>,
    /// Whether the search reaches it although enough others fit.
    reachable: bool,
}

impl Judgement {
    /// The score, as if it fitted.
    #[must_use]
    pub fn score(&self) -> u32 {
        self.terms.sum()
    }

    fn order(&self) -> (std::cmp::Reverse<u32>, u32, ResourceId) {
        (std::cmp::Reverse(self.score()), self.distance.unwrap_or(u32::MAX), self.id)
    }
}

/// The answer of the obviously correct search.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BruteAnswer {
    /// Best first.
    pub candidates: Vec<Judgement>,
    /// Nearest first.
    pub near_misses: Vec<Judgement>,
    /// Resources in the category and below it.
    pub considered: usize,
}

impl BruteForce {
    /// The maps of a catalogue.
    #[must_use]
    pub fn new(input: &CatalogInput) -> Self {
        let mut brute = Self::default();
        brute.categories.extend(input.categories.iter().map(|c| (c.code.to_string(), c.clone())));
        brute.divisions.extend(input.divisions.iter().map(|d| (d.code.to_string(), d.clone())));
        brute.organizations.extend(input.organizations.iter().map(|o| (o.id, o.clone())));
        brute.pools.extend(input.pools.iter().map(|p| (p.id, p.clone())));
        brute.resources.extend(input.resources.iter().map(|r| (r.id, r.clone())));
        brute
    }

    /// Puts the prices of a last round, of pools without periods.
    pub fn put_scarcity(&mut self, prices: &[ScarcityPrice]) {
        self.scarcity = prices.iter().map(|price| (price.at.pool, price.scarcity_millionths)).collect();
    }

    /// Applies a change.
    pub fn apply(&mut self, change: &Change) {
        match change {
            Change::Category(category) => {
                self.categories.insert(category.code.to_string(), category.clone());
            }
            Change::Division(division) => {
                self.divisions.insert(division.code.to_string(), division.clone());
            }
            Change::Organization(organization) => {
                self.organizations.insert(organization.id, organization.clone());
            }
            Change::Resource(resource) => {
                self.resources.insert(resource.id, (**resource).clone());
            }
            Change::CapacityPool(pool) => {
                self.pools.insert(pool.id, pool.clone());
            }
            _ => {}
        }
    }

    /// All resources.
    pub fn resources(&self) -> impl Iterator<Item = &Resource> {
        self.resources.values()
    }

    /// Judges every resource of the category and sorts.
    #[must_use]
    pub fn find(&self, query: &Query<'_>, rules: &ScoringRules) -> BruteAnswer {
        let judged: Vec<Judgement> =
            self.resources.values().filter_map(|r| self.judge_in_category(r, query, rules)).collect();
        let considered = judged.len();
        let (mut candidates, mut misses): (Vec<_>, Vec<_>) = judged.into_iter().partition(|j| j.failed.is_empty());
        candidates.sort_by_key(Judgement::order);
        candidates.truncate(query.top_k);
        let full = candidates.len() == query.top_k;
        let threshold = if full { candidates.last().map_or(0, Judgement::score) } else { 0 };
        misses.retain(|miss| miss.score() >= threshold && (!full || miss.reachable) && !self.is_pledged(miss.id));
        misses.sort_by_key(|miss| (miss.failed.len(), miss.order()));
        misses.truncate(query.near_miss_limit);
        BruteAnswer { candidates, near_misses: misses, considered }
    }

    fn is_pledged(&self, id: ResourceId) -> bool {
        let draws = self.resources.get(&id).into_iter().flat_map(|resource| &resource.draws);
        draws.filter_map(|draw| self.pools.get(&draw.pool)).any(|pool| pool.pledged)
    }

    /// Fewest levels from one of `codes` up to `category`.
    fn levels_below(&self, codes: impl Iterator<Item = String>, category: &str) -> Option<u8> {
        codes
            .filter_map(|code| self.path_of_category(code).iter().position(|at| at == category))
            .min()
            .map(|levels| levels as u8)
    }

    fn path_of_category(&self, code: String) -> Vec<String> {
        let up = |code: &String| self.categories.get(code)?.parent.as_ref().map(ToString::to_string);
        std::iter::successors(Some(code), up).take(16).collect()
    }

    fn path_of_division(&self, code: String) -> Vec<String> {
        let up = |code: &String| self.divisions.get(code)?.parent.as_ref().map(ToString::to_string);
        std::iter::successors(Some(code), up).take(16).collect()
    }
}
