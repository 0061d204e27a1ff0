//! Snapshots that were changed, merged or both.

use jiff::SignedDuration;
use wishwell_domain::event::Change;
use wishwell_domain::ids::{LogPosition, Version};
use wishwell_domain::organization::OrganizationState;

use super::compare;
use super::random::random_prices;
use super::worlds::{
    Asking, Dice, categories, category, now, organizations, plain_resource, priced, random_asking, random_pool,
    random_resource, random_world,
};
use crate::brute_force::BruteForce;
use crate::query::Scratch;
use crate::score::ScoringRules;
use crate::snapshot::{RoundPrices, Snapshot};

fn random_change(dice: &mut Dice, resources: usize) -> Change {
    match dice.below(10) {
        0..5 => {
            let number = dice.below(resources + 5);
            Change::Resource(Box::new(random_resource(dice, number, resources, 60)))
        }
        5..8 => {
            let number = dice.below(resources / 2 + 3);
            Change::CapacityPool(random_pool(dice, number))
        }
        8 => {
            let mut organization = dice.pick(&organizations());
            organization.state = dice.pick(&[OrganizationState::Verified, OrganizationState::Suspended]);
            Change::Organization(organization)
        }
        _ => {
            let mut moved = dice.pick(&categories());
            if moved.code == category("a.d") {
                moved.parent = dice.pick(&[None, Some(category("a")), Some(category("a.b")), Some(category("e"))]);
            }
            moved.version = Version(2);
            Change::Category(moved)
        }
    }
}

#[test]
fn changed_and_merged_snapshots_are_answered_as_by_brute_force() {
    let (rules, mut scratch) = (ScoringRules::looking_ahead(), Scratch::default());
    for seed in 0..60 {
        let mut dice = Dice(seed);
        let resources = dice.pick(&[0, 3, 40]);
        let world = random_world(&mut dice, resources, 60);
        let prices = random_prices(&mut dice, &world);
        let mut snapshot = Snapshot::build(&world, LogPosition(1)).with_prices(Some(&priced(&prices)));
        let mut brute = BruteForce::new(&world);
        brute.put_scarcity(&prices);
        for position in 2..12 {
            let changes: Vec<Change> = (0..dice.below(6)).map(|_| random_change(&mut dice, resources)).collect();
            let before = snapshot.clone();
            let unchanged = brute.clone();
            snapshot = snapshot.apply(&changes, LogPosition(position));
            changes.iter().for_each(|change| brute.apply(change));
            let asking = random_asking(&mut dice, 60);
            compare(&before, &unchanged, &asking.query(), &rules, &mut scratch);
            compare(&snapshot, &brute, &asking.query(), &rules, &mut scratch);
            assert_eq!(snapshot.resource_count(), brute.resources().count());
            assert_eq!(snapshot.prices_at(now()), before.prices_at(now()));
            if dice.chance(30) {
                snapshot = snapshot.merged();
                compare(&snapshot, &brute, &asking.query(), &rules, &mut scratch);
            }
            let asking = random_asking(&mut dice, 60);
            compare(&snapshot, &brute, &asking.query(), &rules, &mut scratch);
        }
    }
}

#[test]
fn prices_are_looked_at_until_they_lapse_or_are_forgotten() {
    let snapshot = Snapshot::build(&random_world(&mut Dice(1), 5, 60), LogPosition(1));
    let prices = RoundPrices { until: now(), ..priced(&[]) };
    let second = SignedDuration::from_secs(1);
    let priced = snapshot.with_prices(Some(&prices));
    assert_eq!([priced.prices_at(now() - second), priced.prices_at(now())], [Some(prices.round), None]);
    assert_eq!(priced.with_prices(None).prices_at(now() - second), None);
    assert_eq!(snapshot.prices_at(now() - second), None);
}

#[test]
fn the_answer_does_not_depend_on_how_the_snapshot_came_about() {
    let mut dice = Dice(5);
    let world = random_world(&mut dice, 60, 60);
    let whole = Snapshot::build(&world, LogPosition(9));
    let empty =
        Snapshot::build(&crate::snapshot::CatalogInput { resources: Vec::new(), ..world.clone() }, LogPosition(1));
    let changes: Vec<Change> = world.resources.iter().rev().map(|r| Change::Resource(Box::new(r.clone()))).collect();
    let grown = empty.apply(&changes[..30], LogPosition(5)).merged().apply(&changes[30..], LogPosition(9));
    let (rules, mut first, mut second) = (ScoringRules::default(), Scratch::default(), Scratch::default());
    for _ in 0..40 {
        let asking = random_asking(&mut dice, 60);
        let one = whole.find(&asking.query(), &rules, &mut first).expect("a valid query");
        let other = grown.find(&asking.query(), &rules, &mut second).expect("a valid query");
        let told = |snapshot: &Snapshot, answer: &crate::Answer| -> Vec<String> {
            let candidates = answer
                .candidates
                .iter()
                .map(|c| format!("{} {:?}", snapshot.resource_id(c.resource), (c.terms, c.capacity)));
            let misses = answer
                .near_misses
                .iter()
                .map(|m| format!("{} {:?}", snapshot.resource_id(m.resource), answer.reasons(m)));
            candidates.chain(misses).collect()
        };
        assert_eq!(told(&whole, one).len(), told(&grown, other).len());
        let without_places = |lines: Vec<String>| -> Vec<String> {
            // Places of clauses and divisions in tables may differ; everything else may not.
            lines
                .into_iter()
                .map(|line| {
                    line.split("Clause")
                        .next()
                        .unwrap_or_default()
                        .split("division")
                        .next()
                        .unwrap_or_default()
                        .to_owned()
                })
                .collect()
        };
        assert_eq!(without_places(told(&whole, one)), without_places(told(&grown, other)));
        assert_eq!(one.considered, other.considered);
    }
}

#[test]
fn what_a_resource_is_called_follows_its_changes() {
    let world = random_world(&mut Dice(1), 5, 60);
    let snapshot = Snapshot::build(&world, LogPosition(1));
    let mut changed = plain_resource(2);
    changed.title.zh = "新的名字".into();
    let next = snapshot.apply(&[Change::Resource(Box::new(changed.clone()))], LogPosition(2));
    for snapshot in [&next, &next.merged()] {
        let resource = snapshot.resource(changed.id).expect("it is there");
        assert_eq!((snapshot.title_zh(resource), snapshot.title_en(resource)), ("新的名字", "Service 2"));
        assert_eq!(snapshot.organization_id(resource), changed.organization);
        assert_eq!(snapshot.organization_name_zh(resource), "机构 0");
        assert_eq!(snapshot.resource_categories(resource).collect::<Vec<_>>(), [&category("a.b")]);
        let asking = Asking::plain();
        assert!(snapshot.find(&asking.query(), &ScoringRules::default(), &mut Scratch::default()).is_ok());
    }
    let before = snapshot.resource(changed.id).expect("it is there");
    assert_eq!(snapshot.title_zh(before), "服务 2", "the older picture stays as it was");
}
