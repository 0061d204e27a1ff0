//! A cohort asked for at once: dialysis patients of four streets and a single supplier of sterile rooms.

use wishwell_domain::beneficiary::GroupTag;
use wishwell_domain::capacity_pool::PoolKind;
use wishwell_domain::need::Urgency;
use wishwell_domain::round::{RoundRules, UnservedReason};

use super::{Side, item, need, round};
use crate::snapshot::CatalogInput;
use crate::tests::worlds::{self, Dice, division, place, plain_resource, pool, random_world};

const PATIENTS: usize = 53;
const ROOMS: i64 = 10;

/// Patients in four streets; each needs a sterile room once, and a ride, of which there are enough.
fn cohort() -> CatalogInput {
    let mut input = CatalogInput { ..random_world(&mut Dice(1), 0, 1) };
    let mut street = |number: u8| {
        let mut street = input.divisions.last().expect("there are some").clone();
        street.code = division(&format!("6401040010{number:02}"));
        street.parent = Some(division("640104001"));
        street
    };
    let streets: Vec<_> = (1..=4).map(&mut street).collect();
    input.divisions.extend(streets);
    let mut rooms = pool(0, PoolKind::Stock, 2, 0, 0);
    rooms.figures.total = Some(ROOMS);
    let mut rides = pool(1, PoolKind::Caseload, 2, 0, 0);
    rides.figures.total = Some(100);
    input.pools = vec![rooms, rides];
    let mut supplier = plain_resource(0);
    supplier.draws = worlds::draws(&[0]);
    supplier.categories = vec![worlds::category("a.b.c")];
    let mut driver = plain_resource(1);
    driver.draws = worlds::draws(&[1]);
    driver.categories = vec![worlds::category("a.d")];
    input.resources = vec![supplier, driver];
    input.needs = (0..PATIENTS)
        .map(|number| {
            let mut need = need(number as u128 + 1, 10 * i32::try_from(number).expect("small"));
            need.division = Some(division(&format!("6401040010{:02}", number % 4 + 1)));
            need.place = Some(place(10 * i32::try_from(number).expect("small"), 0));
            need.urgency = if number % 9 == 0 { Urgency::Emergency } else { Urgency::Urgent };
            need.group_tags = vec![GroupTag::SevereIllness];
            need.items = vec![item(1, "a.b.c", 1), item(2, "a.d", 1)];
            need
        })
        .collect();
    input
}

#[test]
fn each_patient_gets_a_resource_or_a_coded_reason() {
    let rules = RoundRules { contacts_per_organization_max: None, ..RoundRules::default() };
    let result = round(&cohort(), &rules, &Side::default());
    assert!(result.optimal && result.is_flow);
    assert_eq!(result.totals.all.items, 2 * PATIENTS as u64);
    let rooms = result.outcomes.iter().filter(|outcome| outcome.item_ordinal == 1);
    let (served, unserved): (Vec<_>, Vec<_>) = rooms.partition(|outcome| outcome.unserved.is_none());
    assert_eq!((served.len(), unserved.len()), (10, 43));
    // The emergencies come first, whoever is nearer.
    assert_eq!(served.iter().filter(|outcome| outcome.tier == 1).count(), 6);
    for outcome in &unserved {
        let told = outcome.unserved.as_ref().expect("it is not served");
        assert_eq!(told.reason, UnservedReason::Capacity);
        assert_eq!(told.lost_to.len(), 1, "it is told what it lost to");
        assert!(!told.changes.is_empty(), "it is told what would help");
    }
    let gap = result.gaps.first().expect("rooms are missing");
    assert_eq!((gap.tier, gap.units, gap.exact), (2, 43, true));
    assert_eq!(gap.division, Some(division("640104")), "it is told by county");
    let [figure] = result.fairness.by_group_tag.as_slice() else { panic!("one tag: {:#?}", result.fairness) };
    assert_eq!((figure.tally.items, figure.tally.served, figure.share_permille), (106, 63, 594));
}

#[test]
fn an_organization_is_asked_no_more_often_than_its_budget_allows() {
    let result = round(&cohort(), &RoundRules::default(), &Side::default());
    // Both resources are of one organization, which answers twenty questions a day.
    assert!(result.is_flow, "a budget of contacts over single units is a cap");
    assert_eq!(result.totals.all.served, 20);
    let lost: Vec<_> = result.totals.reasons.iter().map(|count| (count.reason, count.items)).collect();
    let rooms = result.outcomes.iter().filter(|outcome| outcome.item_ordinal == 1 && outcome.unserved.is_none());
    // Where the rooms are used up it is told so, and not that nobody is to be asked any more.
    assert_eq!(rooms.count(), 10);
    assert_eq!(lost, [(UnservedReason::Capacity, 43), (UnservedReason::Contacts, 43)]);
}
