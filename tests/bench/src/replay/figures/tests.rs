use super::super::baselines::{FirstComeFirstMatched, NearestRecipient, NearestRecipients, Queue};
use super::super::clock::{Rule, replay, rounds};
use super::super::distances::{Distances, MILE};
use super::super::world::World;
use super::Figures;

/// Two donors, three recipients, two categories, a fortnight.
fn world() -> World {
    let donations = "don_id,date,ppe,qty\n\
                     anna,2020-04-01 12:00:00+00:00,gowns,10\n\
                     bert,2020-04-02 12:00:00+00:00,masks,6\n\
                     anna,2020-04-10 12:00:00+00:00,gowns,4\n";
    let requests = "rec_id,date,ppe,qty\n\
                    far,2020-04-01 13:00:00+00:00,gowns,8\n\
                    far,2020-04-03 13:00:00+00:00,masks,12\n\
                    near,2020-04-07 12:00:00+00:00,gowns,5\n\
                    small,2020-04-09 13:00:00+00:00,gowns,1\n";
    World::of(donations, requests, |donors, recipients| {
        let mut distances = Distances::none(donors.len(), recipients.len());
        for (donor, recipient, miles) in
            [("anna", "far", 100), ("anna", "near", 10), ("anna", "small", 40), ("bert", "far", 30)]
        {
            let (donor, recipient) = (donors.find(donor), recipients.find(recipient));
            distances.set(donor.expect("listed"), recipient.expect("listed"), miles * MILE);
        }
        distances
    })
}

fn figures(rule: &mut dyn Rule) -> Figures {
    let world = world();
    Figures::of(&world, &replay(&world, rule))
}

fn close(figures: &Figures, expected: [f64; 4]) {
    let Figures { fill, unit_miles, holding_days, shipments_per_donor, .. } = *figures;
    let reached = [fill, unit_miles, holding_days, shipments_per_donor];
    assert!(reached.iter().zip(expected).all(|(is, should)| (is - should).abs() < 1e-12), "{reached:?}, {expected:?}");
}

#[test]
fn rounds_are_a_week_apart_and_the_last_comes_right_after_the_last_row() {
    let rounds: Vec<String> = rounds(&world()).iter().map(ToString::to_string).collect();
    assert_eq!(rounds, ["2020-04-08T11:59:00Z", "2020-04-10T12:03:00Z"]);
}

#[test]
fn the_figures_of_first_come_first_matched_are_those_computed_by_hand() {
    // Week 1: anna ships 8 gowns to far (100 miles, 7 days), bert 6 masks to far (30 miles, 6 days). Week 2: of anna's 2 gowns left and
    // 4 new ones 5 go to near (10 miles): 2 of them waited 9 days, 3 came the same day. One is left, small gets none.
    let figures = figures(&mut FirstComeFirstMatched);
    let fill = ((1.0 + 1.0 + 0.0) / 3.0 + 6.0 / 12.0) / 2.0;
    let unit_miles = (8.0 * 100.0 + 6.0 * 30.0 + 5.0 * 10.0) / 19.0;
    let holding_days = (8.0 * 7.0 + 6.0 * 6.0 + 2.0 * 9.0 + 3.0 * 0.0) / 19.0;
    // Two shipments of anna's, one of bert's: two donations in one shipment are one.
    close(&figures, [fill, unit_miles, holding_days, 3.0 / 2.0]);
    assert_eq!((figures.units, figures.shipments, figures.donors), (19, 3, 2));
    assert_eq!((figures.filled, figures.reached), (2, 3));
    assert_eq!(figures.fill_by_category["gowns"], 2.0 / 3.0);
}

#[test]
fn the_other_rules_come_to_the_figures_computed_by_hand() {
    // Far 8 and near 2, a week later near 3 and small 1 of the new ones.
    let queue = [0.75, (800.0 + 20.0 + 30.0 + 40.0 + 180.0) / 20.0, (10.0 * 7.0 + 36.0) / 20.0, 5.0 / 2.0];
    close(&figures(&mut Queue), queue);
    // Near 5, a week later small 1 of the old ones.
    let nearest = [(2.0 / 3.0 + 0.5) / 2.0, (50.0 + 40.0 + 180.0) / 12.0, (5.0 * 7.0 + 9.0 + 36.0) / 12.0, 3.0 / 2.0];
    close(&figures(&mut NearestRecipient), nearest);
    // Near 5 and far 5, a week later small 1 and far 3 of the new ones.
    let further = [0.75, (50.0 + 500.0 + 40.0 + 300.0 + 180.0) / 20.0, (10.0 * 7.0 + 36.0) / 20.0, 5.0 / 2.0];
    close(&figures(&mut NearestRecipients), further);
}
