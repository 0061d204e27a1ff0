//! Needs to ask with.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use wishwell_domain::beneficiary::GroupTag;
use wishwell_domain::fact::{FactValue, Facts};
use wishwell_domain::geo::Point;
use wishwell_domain::ids::{CategoryCode, DivisionCode, NeedId, Version};
use wishwell_domain::need::{Channel, Mobility, Need, NeedItem, NeedState, Timing, Urgency};
use wishwell_domain::unit::Unit;

use super::random::{Random, Stream, uuid};
use super::{CATEGORIES, Synthetic};
use crate::query::{Query, TimeWindow};

/// A need of one item, owned.
#[derive(Debug, Clone)]
pub struct SyntheticNeed {
    /// What.
    pub category: CategoryCode,
    /// How much.
    pub quantity: i64,
    /// In which unit.
    pub unit: Unit,
    /// May be split.
    pub splittable: bool,
    /// When.
    pub window: TimeWindow,
    /// The present.
    pub now: Timestamp,
    /// Where.
    pub place: Point,
    /// In which township.
    pub division: DivisionCode,
    /// How the beneficiary can be reached.
    pub mobility: Mobility,
    /// Whether minors are involved.
    pub involves_minors: bool,
    /// Groups.
    pub group_tags: Vec<GroupTag>,
    /// What is known.
    pub facts: Facts,
}

impl SyntheticNeed {
    /// The query it asks.
    #[must_use]
    pub fn query(&self, top_k: usize, near_miss_limit: usize) -> Query<'_> {
        Query {
            category: &self.category,
            quantity: self.quantity,
            unit: self.unit,
            splittable: self.splittable,
            recurrence: None,
            window: self.window,
            until: None,
            now: self.now,
            place: Some(self.place),
            division: Some(&self.division),
            mobility: self.mobility,
            involves_minors: self.involves_minors,
            group_tags: &self.group_tags,
            facts: &self.facts,
            worth: 1_000_000,
            top_k,
            near_miss_limit,
        }
    }
}

impl SyntheticNeed {
    /// The need as an entity, with what makes it one by its number: urgency by its tier's usual share, waiting for up to 100 days.
    #[must_use]
    pub fn entity(&self, seed: u64, at: usize) -> Need {
        let mut random = Random::new(seed, Stream::Entity, at);
        let urgency = match random.below(100) {
            0..5 => Urgency::Emergency,
            5..25 => Urgency::Urgent,
            25..80 => Urgency::Normal,
            _ => Urgency::Low,
        };
        let hours = i64::try_from(random.below(24 * 100)).unwrap_or(0);
        let created_at = self.now.saturating_sub(SignedDuration::from_hours(hours)).unwrap_or(self.now);
        Need {
            id: NeedId::from_uuid(uuid(seed, Stream::Entity, at)),
            external: None,
            beneficiary: None,
            household: None,
            items: vec![NeedItem {
                ordinal: 1,
                category: self.category.clone(),
                quantity: self.quantity,
                unit: self.unit,
                recurrence: None,
                splittable: self.splittable,
                referred: 0,
                served: 0,
                taken: Vec::new(),
            }],
            urgency,
            timing: Some(Timing::Window { start: self.window.start, end: self.window.end }),
            place: Some(self.place),
            division: Some(self.division.clone()),
            mobility: self.mobility,
            group_tags: self.group_tags.clone(),
            involves_minors: self.involves_minors,
            channel: Channel::Import,
            personal: None,
            wish: None,
            request_id: None,
            departure: None,
            publication: None,
            erased_at: None,
            state: NeedState::Open,
            version: Version(1),
            created_at,
            updated_at: created_at,
        }
    }
}

pub(super) fn need(made: &Synthetic, at: usize) -> SyntheticNeed {
    let mut random = Random::new(made.seed, Stream::Need, at);
    let (township, place) = made.place(&mut random);
    let category = random.below(CATEGORIES);
    let hours = |hours: usize| {
        let later = SignedDuration::from_hours(i64::try_from(hours).unwrap_or(0));
        made.now.saturating_add(later).unwrap_or(made.now)
    };
    let start = random.below(72);
    let kilometres = u32::try_from(5 + random.below(20)).unwrap_or(5);
    let mobility = Mobility {
        max_travel_metres: random.percent(80).then_some(1_000 * kilometres),
        home_visit: random.percent(75),
        delivery: true,
        remote: random.percent(50),
    };
    let tags = [GroupTag::Elderly, GroupTag::Minor, GroupTag::Disabled, GroupTag::InDifficulty];
    SyntheticNeed {
        category: made.category_code(category).clone(),
        quantity: i64::try_from(1 + random.below(3)).unwrap_or(1),
        unit: made.unit_of(category),
        splittable: random.percent(20),
        window: TimeWindow { start: hours(start), end: hours(start + 48 + random.below(300)) },
        now: made.now,
        place,
        division: township.clone(),
        mobility,
        involves_minors: random.percent(25),
        group_tags: tags.into_iter().filter(|_| random.percent(30)).collect(),
        facts: facts(&mut random, township),
    }
}

/// Four fifths of the facts that rules ask for are known.
fn facts(random: &mut Random, township: &DivisionCode) -> Facts {
    let mut facts = BTreeMap::new();
    let mut put = |random: &mut Random, key: &str, value: FactValue| {
        if random.percent(80) {
            facts.insert(key.to_owned(), value);
        }
    };
    for key in
        ["has_disability_certificate", "is_veteran", "lives_alone", "seeks_work", "receives_minimum_living_allowance"]
    {
        let value = FactValue::Bool(random.percent(50));
        put(random, key, value);
    }
    for (key, to) in [("age_years", 95), ("disability_level", 4), ("household_size", 7), ("minors_in_household", 3)] {
        let value = FactValue::Int(1 + i64::try_from(random.below(to)).unwrap_or(0));
        put(random, key, value);
    }
    put(random, "residence_division", FactValue::Text(township.as_str().into()));
    Facts(facts)
}
