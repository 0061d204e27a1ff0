//! What is said of supply is true: so many units more serve one more each, and the next one does not.

use wishwell_allocation::{Level, Objective, Problem, Segment};
use wishwell_domain::capacity_pool::PoolKind;
use wishwell_domain::ids::LogPosition;
use wishwell_domain::need::Urgency;
use wishwell_domain::round::{PoolPeriod, RoundRules, SupplyGap};
use wishwell_solver::{Options, Unwatched, solve};

use super::{Side, carry_out, item, need};
use crate::round::network::Below;
use crate::round::prices::AllPrices;
use crate::round::{Draft, draft};
use crate::snapshot::{CatalogInput, Snapshot};
use crate::tests::worlds::{self, Dice, now, plain_resource, pool, random_world};

/// Towns with scarce pools that reach into one another.
fn world(dice: &mut Dice) -> CatalogInput {
    let mut input = CatalogInput { pools: Vec::new(), ..random_world(dice, 0, 1) };
    let pools = 2 + dice.below(4);
    for number in 0..pools {
        let mut scarce = pool(number, PoolKind::Stock, 2, 0, 0);
        scarce.figures.total = Some(i64::try_from(dice.below(4)).expect("small"));
        input.pools.push(scarce);
        let mut resource = plain_resource(number);
        resource.place = Some(worlds::place(1_000 * i32::try_from(number).expect("small"), 0));
        resource.areas = vec![wishwell_domain::area::ServiceArea::RadiusMetres(1_000 + 1_000 * dice.below(2) as u32)];
        resource.draws = worlds::draws(&[number]);
        input.resources.push(resource);
    }
    for number in 0..4 + dice.below(8) {
        let mut need = need(number as u128 + 1, 250 * i32::try_from(dice.below(4 * pools)).expect("small"));
        need.urgency = dice.pick(&[Urgency::Emergency, Urgency::Urgent, Urgency::Normal]);
        need.items = vec![item(1, "a.b", i64::try_from(1 + dice.below(3)).expect("small"))];
        need.items[0].splittable = true;
        input.needs.push(need);
    }
    input
}

/// What is reached when a pool has so many units more, at its last price.
fn with_more(draft: &Draft<'_>, at: PoolPeriod, units: u64) -> Objective {
    let place = draft.made.pools.pools.iter().position(|pool| pool.at() == at).expect("a pool of the round");
    let mut parts = draft.problem().parts().clone();
    match parts.pools[place].segments.last_mut() {
        Some(last) => last.units += units,
        None => parts.pools[place].segments.push(Segment { units, price: 0 }),
    }
    let more = Problem::new(parts).expect("it is a problem");
    solve(&more, &Options::default(), None, &Unwatched).expect("it is not stopped").objective
}

/// What is reached when a pool has one unit less, the last one; none where it has none.
fn with_less(draft: &Draft<'_>, place: usize) -> Option<Objective> {
    let mut parts = draft.problem().parts().clone();
    let segments = &mut parts.pools[place].segments;
    let last = segments.last_mut()?;
    last.units -= 1;
    segments.retain(|segment| segment.units > 0);
    let less = Problem::new(parts).expect("it is a problem");
    Some(solve(&less, &Options::default(), None, &Unwatched).expect("it is not stopped").objective)
}

fn levels_before(draft: &Draft<'_>, gap: &SupplyGap) -> usize {
    let of = |(level, _): &(Level, i128)| *level == Level::Tier(gap.tier - 1);
    draft.problem().weights().levels().iter().position(of).expect("the tier is a level")
}

#[test]
fn a_supply_gap_is_true_for_as_many_units_as_it_says_and_not_for_one_more() {
    let mut dice = Dice(53);
    let rules = RoundRules {
        contacts_per_organization_max: None,
        counting: wishwell_domain::round::Counting::Units,
        ..RoundRules::default()
    };
    let mut seen = 0;
    for nth in 0..120 {
        let input = world(&mut dice);
        let snapshot = Snapshot::build(&input, LogPosition(1));
        let side = Side::default();
        let given = side.given(now(), 1);
        let draft = draft(&snapshot, &rules, &given, &Unwatched).expect("the rules are in order");
        let (result, solution) = carry_out(&draft, 1);
        for gap in result.gaps.iter().filter(|gap| gap.at.is_some()) {
            assert!(gap.exact, "world {nth}: {gap:#?}");
            let at = gap.at.expect("it is at a pool");
            let place = levels_before(&draft, gap);
            let units = u64::try_from(gap.units).expect("it is not negative");
            let tier = |objective: &Objective| objective.0[place];
            let before = tier(&solution.objective);
            for more in 1..=units {
                let reached = with_more(&draft, at, more);
                assert_eq!(reached.0[..place], solution.objective.0[..place], "world {nth}: {gap:#?}");
                assert_eq!(tier(&reached) - before, i128::from(more), "world {nth}, {more} more: {gap:#?}");
            }
            let one_more = with_more(&draft, at, units + 1);
            let (tiers, reached) = (one_more.0[..=place].to_vec(), with_more(&draft, at, units).0[..=place].to_vec());
            assert_eq!(tiers, reached, "world {nth}: the next one serves nobody more of the tier: {gap:#?}");
            seen += 1;
        }
    }
    assert!(seen > 100, "{seen}");
}

#[test]
fn what_a_unit_taken_from_a_pool_costs_is_what_the_round_loses_with_one_less() {
    let mut dice = Dice(11);
    let rules = RoundRules { contacts_per_organization_max: None, load_steps: Vec::new(), ..RoundRules::default() };
    let mut seen = 0;
    for nth in 0..120 {
        let input = world(&mut dice);
        let snapshot = Snapshot::build(&input, LogPosition(1));
        let side = Side::default();
        let given = side.given(now(), 1);
        let draft = draft(&snapshot, &rules, &given, &Unwatched).expect("the rules are in order");
        let (_, solution) = carry_out(&draft, 1);
        let problem = draft.problem();
        let below = Below::new(problem);
        let prices = AllPrices::new(problem, &solution.certificate, &below);
        for place in 0..prices.taken.len() {
            let Some(less) = with_less(&draft, place) else { continue };
            let lost: Vec<i128> = solution.objective.0.iter().zip(&less.0).map(|(all, less)| all - less).collect();
            let weighted = problem.weights().levels().iter().zip(&lost).map(|((_, weight), lost)| weight * lost).sum();
            assert_eq!(prices.taken[place], weighted, "world {nth}, pool {place}: {lost:?}");
            assert!(prices.pools[place] <= prices.taken[place], "world {nth}, pool {place}");
            seen += 1;
        }
    }
    assert!(seen > 200, "{seen}");
}
