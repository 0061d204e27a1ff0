//! What is said of supply is true: so many units more serve one more each, and the next one does not.

use wishwell_allocation::{Level, Objective, Problem};
use wishwell_domain::capacity_pool::PoolKind;
use wishwell_domain::ids::LogPosition;
use wishwell_domain::need::Urgency;
use wishwell_domain::round::{OrganizationCap, PoolPeriod, RoundLevel, RoundRules, SupplyGap};
use wishwell_solver::{Options, Unwatched, solve};

use super::{Side, carry_out, item, need};
use crate::round::network::Below;
use crate::round::prices::{AllPrices, by_level};
use crate::round::{Draft, draft};
use crate::snapshot::{CatalogInput, Snapshot};
use crate::tests::worlds::{self, Dice, now, organization_id, plain_resource, pool, random_world};

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

/// What a round of the same world reaches when a pool has so many units more.
fn with_more(input: &CatalogInput, rules: &RoundRules, at: PoolPeriod, units: u64) -> Objective {
    let mut input = input.clone();
    let pool = input.pools.iter_mut().find(|pool| pool.id == at.pool).expect("a pool of the world");
    *pool.figures.total.as_mut().expect("it is known") += i64::try_from(units).expect("small");
    let snapshot = Snapshot::build(&input, LogPosition(1));
    let side = Side::default();
    let given = side.given(now(), 1);
    let draft = draft(&snapshot, rules, &given, &Unwatched).expect("the rules are in order");
    solve(draft.problem(), &Options::default(), None, &Unwatched).expect("it is not stopped").objective
}

/// What one objective is more than another, weighted.
fn weighted(problem: &Problem, more: &Objective, less: &Objective) -> i128 {
    let levels = problem.weights().levels().iter().zip(more.0.iter().zip(&less.0));
    levels.map(|((_, weight), (more, less))| weight * (more - less)).sum()
}

/// Bounds on what the one organization gives, or none.
fn caps(dice: &mut Dice) -> Vec<OrganizationCap> {
    let units = i64::try_from(1 + dice.below(6)).expect("small");
    if dice.chance(50) { vec![OrganizationCap { organization: organization_id(0), units }] } else { Vec::new() }
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
    let (mut seen, mut used_up) = (0, 0);
    for nth in 0..120 {
        let input = world(&mut dice);
        let rules = RoundRules { organization_caps: caps(&mut dice), ..rules.clone() };
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
                let reached = with_more(&input, &rules, at, more);
                assert_eq!(reached.0[..place], solution.objective.0[..place], "world {nth}: {gap:#?}");
                assert_eq!(tier(&reached) - before, i128::from(more), "world {nth}, {more} more: {gap:#?}");
            }
            let one_more = with_more(&input, &rules, at, units + 1);
            let reached = with_more(&input, &rules, at, units).0[..=place].to_vec();
            let tiers = one_more.0[..=place].to_vec();
            assert_eq!(tiers, reached, "world {nth}: the next one serves nobody more of the tier: {gap:#?}");
            seen += 1;
            used_up += usize::from(has_nothing_left(&draft, at));
        }
    }
    assert!(seen > 100 && used_up > 20, "{seen}, of which {used_up} had nothing left");
}

fn has_nothing_left(draft: &Draft<'_>, at: PoolPeriod) -> bool {
    let place = draft.made.pools.pools.iter().position(|pool| pool.at() == at).expect("a pool of the round");
    draft.problem().parts().pools[place].segments.is_empty()
}

#[test]
fn one_unit_more_of_what_has_nothing_left_brings_exactly_what_is_said_of_it() {
    let mut dice = Dice(29);
    let (mut seen, mut worth, mut told) = (0, 0, 0);
    for nth in 0..300 {
        let input = world(&mut dice);
        let organization_caps = caps(&mut dice);
        let bounded = !organization_caps.is_empty();
        let rules = RoundRules {
            contacts_per_organization_max: None,
            load_steps: Vec::new(),
            organization_caps,
            ..RoundRules::default()
        };
        let snapshot = Snapshot::build(&input, LogPosition(1));
        let side = Side::default();
        let given = side.given(now(), 1);
        let draft = draft(&snapshot, &rules, &given, &Unwatched).expect("the rules are in order");
        let (result, solution) = carry_out(&draft, 1);
        let problem = draft.problem();
        let below = Below::new(problem, &draft.made.exhausted);
        let prices = AllPrices::new(problem, &solution.certificate, &below);
        for (place, pool) in draft.made.pools.pools.iter().enumerate() {
            if !has_nothing_left(&draft, pool.at()) {
                continue;
            }
            let more = with_more(&input, &rules, pool.at(), 1);
            let brings = weighted(problem, &more, &solution.objective);
            let gap = result.gaps.iter().find(|gap| gap.at == Some(pool.at()));
            let price = by_level(problem, brings);
            let tier = price
                .iter()
                .take(1)
                .find_map(|of| if let RoundLevel::Tier(tier) = of.level { Some(tier) } else { None });
            match gap {
                Some(gap) => {
                    assert_eq!(
                        (gap.price.as_slice(), Some(gap.tier)),
                        (price.as_slice(), tier),
                        "world {nth}: {gap:#?}"
                    );
                    told += 1;
                }
                // Of one kind four are told.
                None => assert!(
                    tier.is_none_or(|tier| result.gaps.iter().filter(|gap| gap.tier == tier).count() == 4),
                    "world {nth}: {price:#?}"
                ),
            }
            // Below a cap that binds, a unit more of the pool brings less than a unit that is taken from it.
            if !bounded {
                assert_eq!(prices.pools[place], brings, "world {nth}");
                seen += 1;
                worth += usize::from(brings > 0);
            }
        }
        for serving in result.outcomes.iter().flat_map(|outcome| &outcome.servings) {
            assert!(serving.pools.iter().all(|at| !has_nothing_left(&draft, *at)), "world {nth}: {serving:#?}");
        }
    }
    assert!(seen > 100 && worth > 50 && told > 60, "{seen}, {worth}, {told}");
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
        let below = Below::new(problem, &draft.made.exhausted);
        let prices = AllPrices::new(problem, &solution.certificate, &below);
        for place in 0..prices.taken.len() {
            let Some(less) = with_less(&draft, place) else { continue };
            let lost = weighted(problem, &solution.objective, &less);
            assert_eq!(prices.taken[place], lost, "world {nth}, pool {place}");
            assert!(prices.pools[place] <= prices.taken[place], "world {nth}, pool {place}");
            seen += 1;
        }
    }
    assert!(seen > 200, "{seen}");
}
