//! How fairly a round shares out: what each group tag and county asked, got and waited for.

use std::collections::BTreeMap;

use wishwell_domain::beneficiary::GroupTag;
use wishwell_domain::ids::DivisionCode;
use wishwell_domain::round::{Cohort, Fairness, FairnessFigure, ItemOutcome, Spread, Tally};

use super::Draft;

/// Sums of one cohort.
#[derive(Debug, Default)]
struct Sums {
    tally: Tally,
    /// Items served, in thousandths of each: at most 1000 an item.
    shares: u64,
    waiting_served: i128,
    waiting_unserved: i128,
    /// What is served over a known distance, in millionths of an item each, and the same times metres: money and visits weigh alike.
    near: i128,
    near_metres: i128,
}

impl Sums {
    fn add(&mut self, outcome: &ItemOutcome) {
        self.tally.add(outcome);
        let (asked, served) = (i128::from(outcome.units_asked().max(1)), i128::from(outcome.units_served()));
        self.shares += u64::try_from(served * 1_000 / asked).unwrap_or(0);
        if served > 0 {
            self.waiting_served += i128::from(outcome.waiting_seconds);
        } else {
            self.waiting_unserved += i128::from(outcome.waiting_seconds);
        }
        for serving in &outcome.servings {
            let Some(metres) = serving.distance_metres else { continue };
            let units = i128::from(serving.quantity) * i128::from(serving.occurrences);
            let share = units * 1_000_000 / asked;
            self.near += share;
            self.near_metres += share * i128::from(metres);
        }
    }

    fn figure(self, cohort: Cohort) -> FairnessFigure {
        let served = self.tally.served + self.tally.partly;
        let mean = |sum: i128, count: i128| (count > 0).then(|| sum / count);
        let seconds = |sum, count: u64| mean(sum, i128::from(count)).and_then(|mean| i64::try_from(mean).ok());
        FairnessFigure {
            cohort,
            share_permille: u32::try_from(self.shares / self.tally.items.max(1)).unwrap_or(u32::MAX),
            mean_waiting_served_seconds: seconds(self.waiting_served, served),
            mean_waiting_unserved_seconds: seconds(self.waiting_unserved, self.tally.unserved),
            mean_distance_metres: mean(self.near_metres, self.near).and_then(|mean| u32::try_from(mean).ok()),
            tally: self.tally,
        }
    }
}

/// Sums of all cohorts.
#[derive(Debug, Default)]
pub(super) struct Cohorts {
    by_tag: BTreeMap<Option<GroupTag>, Sums>,
    by_division: BTreeMap<Option<DivisionCode>, Sums>,
}

impl Cohorts {
    /// Adds what became of an item, by its place among the draft's.
    pub(super) fn add(&mut self, draft: &Draft<'_>, at: usize, outcome: &ItemOutcome) {
        let need = draft.made.items.need(&draft.made.items.items[at]);
        let tags = draft.given.tags(need);
        for tag in tags {
            self.by_tag.entry(Some(*tag)).or_default().add(outcome);
        }
        if tags.is_empty() {
            self.by_tag.entry(None).or_default().add(outcome);
        }
        self.by_division.entry(draft.county(need.division).cloned()).or_default().add(outcome);
    }

    /// The figures of all outcomes that were added.
    pub(super) fn figures(self) -> Fairness {
        let tag = |tag: Option<GroupTag>| tag.map_or(Cohort::NoGroupTag, Cohort::GroupTag);
        let division = |code: Option<DivisionCode>| code.map_or(Cohort::NoDivision, Cohort::Division);
        let by_group_tag: Vec<_> = self.by_tag.into_iter().map(|(of, sums)| sums.figure(tag(of))).collect();
        let by_division: Vec<_> = self.by_division.into_iter().map(|(of, sums)| sums.figure(division(of))).collect();
        Fairness {
            group_tag_spread: spread(&by_group_tag),
            division_spread: spread(&by_division),
            by_group_tag,
            by_division,
        }
    }
}

/// The lowest and highest of each figure, of cohorts that have one.
fn spread(figures: &[FairnessFigure]) -> Spread {
    let shares = || figures.iter().map(|figure| figure.share_permille);
    let waiting = || figures.iter().filter_map(|figure| figure.mean_waiting_served_seconds);
    let distances = || figures.iter().filter_map(|figure| figure.mean_distance_metres);
    Spread {
        share_permille_min: shares().min().unwrap_or(0),
        share_permille_max: shares().max().unwrap_or(0),
        waiting_seconds_min: waiting().min().unwrap_or(0),
        waiting_seconds_max: waiting().max().unwrap_or(0),
        distance_metres_min: distances().min().unwrap_or(0),
        distance_metres_max: distances().max().unwrap_or(0),
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;
    use wishwell_domain::ids::{CategoryCode, NeedId, OrganizationId, ResourceId};
    use wishwell_domain::round::Serving;

    use super::*;

    fn served(quantity: i64, distance_metres: u32) -> ItemOutcome {
        ItemOutcome {
            need: NeedId::from_uuid(Uuid::from_u128(1)),
            item_ordinal: 1,
            category: CategoryCode::parse("category", "a").expect("a code"),
            division: None,
            tier: 1,
            quantity,
            occurrences: 1,
            waiting_seconds: 0,
            bundle: None,
            servings: vec![Serving {
                resource: ResourceId::from_uuid(Uuid::from_u128(2)),
                organization: OrganizationId::from_uuid(Uuid::from_u128(3)),
                quantity,
                occurrences: 1,
                pools: Vec::new(),
                distance_metres: Some(distance_metres),
                eligibility_open: false,
                pinned: false,
                alternatives: Vec::new(),
            }],
            unserved: None,
        }
    }

    #[test]
    fn a_grant_of_many_cents_is_no_farther_away_than_one_wheelchair() {
        let mut sums = Sums::default();
        sums.add(&served(1, 1_000));
        sums.add(&served(150_000, 43_000));
        assert_eq!(sums.figure(Cohort::NoGroupTag).mean_distance_metres, Some(22_000));
    }
}
