//! What a round is asked to do.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};

use crate::beneficiary::GroupTag;
use crate::error::{Field, Violation, Violations};
use crate::ids::{CategoryCode, DivisionCode, NeedId, OrganizationId, ResourceId};
use crate::limits;
use crate::text::{check_count, check_unique};

/// Which open needs take part. What is empty restricts nothing.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Scope {
    /// In one of these divisions or below it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub divisions: Vec<DivisionCode>,
    /// Items in one of these categories or below it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub categories: Vec<CategoryCode>,
    /// With one of these group tags.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub group_tags: Vec<GroupTag>,
    /// Exactly these, as far as they pass the rest.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub needs: Vec<NeedId>,
}

/// What a served unit counts within its urgency tier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Counting {
    /// One, whoever asked for it.
    Units,
    /// One over the quantity asked, so that each item counts the same: people before units.
    #[default]
    People,
}

/// What is sought once the tiers are served as well as can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Aim {
    /// Meeting the guarantees.
    Guarantee,
    /// Least distance, summed over units.
    Distance,
    /// Even load of what gives: the price of utilisation by [`LoadStep`].
    Load,
}

/// The least that some needs get together, as far as the levels above allow it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Guarantee {
    /// Needs with this tag. A need with several tags that have guarantees counts for the first in the rules' order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group_tag: Option<GroupTag>,
    /// Needs in this division or below it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub division: Option<DivisionCode>,
    /// How much.
    pub minimum: Minimum,
}

/// How much is guaranteed, over all categories alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Minimum {
    /// So many thousandths of the units asked, 1..=1000, rounded up.
    SharePermille(u16),
    /// So many units, 1..=`QUANTITY_MAX`.
    Units(i64),
}

/// From which utilisation on a unit of a pool has which price.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct LoadStep {
    /// Utilisation of the pool's total, in thousandths, 0..1000: what is taken already counts.
    pub from_permille: u16,
    /// Price of each further unit, 0..=`ROUND_LOAD_PRICE_MAX`; never falls from one step to the next.
    pub price: u32,
}

/// A bound on what an organization gives in the round, over all its resources.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrganizationCap {
    /// Whose.
    pub organization: OrganizationId,
    /// Units of the items it serves, whatever they take of its pools, 0..=`QUANTITY_MAX`.
    pub units: i64,
}

/// What is served together or not at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Bundling {
    /// Nothing: each item by itself.
    #[default]
    Items,
    /// All open items of a need.
    Needs,
    /// All open items of a household's needs; of needs without a household, as `Needs`.
    Households,
}

/// A part of an item that is decided already and must be in the plan. Referrals that stand need no pin: the ledger holds them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pin {
    /// The need.
    pub need: NeedId,
    /// Which of its items, counted from 1.
    pub item_ordinal: u16,
    /// The resource that serves it.
    pub resource: ResourceId,
    /// Quantity of each occurrence, 1..=`QUANTITY_MAX`.
    pub quantity: i64,
}

/// What a round is asked to do. When it is evaluated, and with how many threads, is said where it is carried out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RoundRules {
    /// Which open needs take part.
    pub scope: Scope,
    /// What a unit counts.
    pub counting: Counting,
    /// What comes after the tiers, most important first: each aim once.
    pub aims: Vec<Aim>,
    /// Whether the guarantees come before the tiers, wherever `aims` has them.
    pub guarantee_first: bool,
    /// Guarantees, nested or apart; see [`RoundRules::check`].
    pub guarantees: Vec<Guarantee>,
    /// Prices of load, utilisation ascending.
    pub load_steps: Vec<LoadStep>,
    /// Bounds on organizations, each once.
    pub organization_caps: Vec<OrganizationCap>,
    /// What is served together or not at all.
    pub bundling: Bundling,
    /// Most organizations that serve one need; none: any number.
    pub partners_per_need_max: Option<u32>,
    /// Most items that one organization is asked about; none: any number.
    pub contacts_per_organization_max: Option<u32>,
    /// Most candidates of an item, the nearest, 1..=`ROUND_CANDIDATES_MAX`.
    pub candidates_per_item_max: u32,
    /// Farthest candidate, in metres; none: as far as resource and beneficiary allow. Candidates without a place pass.
    pub radius_metres_max: Option<u32>,
    /// What is decided already.
    pub pinned: Vec<Pin>,
}

impl Default for RoundRules {
    /// People before units; guarantees, then distance, then load, which costs more above a half and above four fifths.
    fn default() -> Self {
        Self {
            scope: Scope::default(),
            counting: Counting::People,
            aims: vec![Aim::Guarantee, Aim::Distance, Aim::Load],
            guarantee_first: false,
            guarantees: Vec::new(),
            load_steps: vec![LoadStep { from_permille: 500, price: 1 }, LoadStep { from_permille: 800, price: 4 }],
            organization_caps: Vec::new(),
            bundling: Bundling::Items,
            partners_per_need_max: None,
            contacts_per_organization_max: u32::try_from(limits::AUTO_OFFERS_PER_ORGANIZATION_AND_DAY_MAX).ok(),
            candidates_per_item_max: limits::ROUND_CANDIDATES_DEFAULT,
            radius_metres_max: None,
            pinned: Vec::new(),
        }
    }
}

impl RoundRules {
    /// Checks everything that can be said of the rules alone. Guarantees are to be nested or apart, so that the round stays a flow:
    /// a guarantee of a group tag that holds in all divisions and one of a division that holds for all tags cross one another, and so
    /// do a tag's in a division and a division's below it (which takes the tree of divisions to see).
    pub fn check(&self, field: impl Field, violations: &mut Violations) {
        self.check_scope(field, violations);
        self.check_aims(field, violations);
        self.check_guarantees(field, violations);
        self.check_load(field, violations);
        self.check_caps(field, violations);
        self.check_bounds(field, violations);
        check_count(format_args!("{field}.pinned"), self.pinned.len(), limits::ROUND_PINS_MAX, violations);
        for (index, pin) in self.pinned.iter().enumerate().take(limits::ROUND_PINS_MAX) {
            check_quantity(format_args!("{field}.pinned[{index}].quantity"), pin.quantity, 1, violations);
        }
    }

    fn check_scope(&self, field: impl Field, violations: &mut Violations) {
        let Scope { divisions, categories, group_tags, needs } = &self.scope;
        let most = limits::ROUND_SCOPE_ENTRIES_MAX;
        check_count(format_args!("{field}.scope.divisions"), divisions.len(), most, violations);
        check_count(format_args!("{field}.scope.categories"), categories.len(), most, violations);
        check_unique(format_args!("{field}.scope.group_tags"), group_tags, violations);
        check_count(format_args!("{field}.scope.needs"), needs.len(), limits::ROUND_SCOPE_NEEDS_MAX, violations);
    }

    fn check_aims(&self, field: impl Field, violations: &mut Violations) {
        let distinct: HashSet<Aim> = self.aims.iter().copied().collect();
        violations.require(distinct.len() == 3 && self.aims.len() == 3, || {
            Violation::new(
                format_args!("{field}.aims"),
                "round.aims",
                "must have guarantee, distance and load, each once",
            )
        });
    }

    fn check_guarantees(&self, field: impl Field, violations: &mut Violations) {
        let path = format_args!("{field}.guarantees");
        check_count(path, self.guarantees.len(), limits::ROUND_GUARANTEES_MAX, violations);
        let mut seen: HashSet<(Option<GroupTag>, Option<&DivisionCode>)> = HashSet::new();
        for (index, guarantee) in self.guarantees.iter().enumerate().take(limits::ROUND_GUARANTEES_MAX) {
            let path = format_args!("{field}.guarantees[{index}]");
            violations.require(seen.insert((guarantee.group_tag, guarantee.division.as_ref())), || {
                Violation::new(path, "round.guarantee_twice", "must be for other needs than those before it")
            });
            match guarantee.minimum {
                Minimum::SharePermille(share) => violations.require((1..=1_000).contains(&share), || {
                    let message = "must be 1 to 1000 thousandths";
                    Violation::new(format_args!("{path}.share_permille"), "round.share_permille", message)
                        .with_value(share)
                }),
                Minimum::Units(units) => check_quantity(format_args!("{path}.units"), units, 1, violations),
            }
        }
        let tag_everywhere = self.guarantees.iter().any(|g| g.group_tag.is_some() && g.division.is_none());
        let division_for_all = self.guarantees.iter().any(|g| g.group_tag.is_none() && g.division.is_some());
        violations.require(!(tag_everywhere && division_for_all), || {
            let message =
                "must be nested or apart: those of a group tag in all divisions cross those of a division for all tags";
            Violation::new(path, "round.guarantees_cross", message)
        });
    }

    fn check_load(&self, field: impl Field, violations: &mut Violations) {
        let path = format_args!("{field}.load_steps");
        check_count(path, self.load_steps.len(), limits::ROUND_LOAD_STEPS_MAX, violations);
        let convex = self.load_steps.is_sorted_by(|a, b| a.from_permille < b.from_permille && a.price <= b.price);
        violations.require(convex, || {
            Violation::new(path, "round.load_convex", "must ascend in utilisation and never fall in price")
        });
        let within = |step: &LoadStep| step.from_permille < 1_000 && step.price <= limits::ROUND_LOAD_PRICE_MAX;
        violations.require(self.load_steps.iter().all(within), || {
            let message =
                format!("must be below 1000 thousandths and at prices of at most {}", limits::ROUND_LOAD_PRICE_MAX);
            Violation::new(path, "round.load_step", message)
        });
    }

    fn check_caps(&self, field: impl Field, violations: &mut Violations) {
        let path = format_args!("{field}.organization_caps");
        check_count(path, self.organization_caps.len(), limits::ROUND_ORGANIZATION_CAPS_MAX, violations);
        let organizations: Vec<OrganizationId> = self.organization_caps.iter().map(|cap| cap.organization).collect();
        check_unique(path, &organizations, violations);
        for (index, cap) in self.organization_caps.iter().enumerate().take(limits::ROUND_ORGANIZATION_CAPS_MAX) {
            check_quantity(format_args!("{field}.organization_caps[{index}].units"), cap.units, 0, violations);
        }
    }

    fn check_bounds(&self, field: impl Field, violations: &mut Violations) {
        let candidates = self.candidates_per_item_max;
        violations.require((1..=limits::ROUND_CANDIDATES_MAX).contains(&candidates), || {
            let message = format!("must be 1 to {}", limits::ROUND_CANDIDATES_MAX);
            Violation::new(format_args!("{field}.candidates_per_item_max"), "round.candidates", message)
                .with_value(candidates)
        });
        violations.require(self.partners_per_need_max != Some(0), || {
            Violation::new(format_args!("{field}.partners_per_need_max"), "round.partners", "must be at least 1")
        });
        let radius = self.radius_metres_max;
        violations.require(radius.is_none_or(|metres| metres <= limits::TRAVEL_METRES_MAX), || {
            let message = format!("must be at most {}", limits::TRAVEL_METRES_MAX);
            Violation::new(format_args!("{field}.radius_metres_max"), "round.radius", message)
                .with_value(radius.unwrap_or_default())
        });
    }
}

fn check_quantity(field: impl Field, quantity: i64, least: i64, violations: &mut Violations) {
    violations.require((least..=limits::QUANTITY_MAX).contains(&quantity), || {
        let message = format!("must be {least} to {}", limits::QUANTITY_MAX);
        Violation::new(field, "round.quantity", message).with_value(quantity)
    });
}
