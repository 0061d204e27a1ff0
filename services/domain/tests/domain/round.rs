use jiff::Timestamp;
use uuid::Uuid;
use wishwell_domain::error::Error;
use wishwell_domain::ids::{CapacityPoolId, NeedId, OrganizationId, ReferralId, ResourceId, RoundId, Version};
use wishwell_domain::round::transition::{TRANSITIONS, transition};
use wishwell_domain::round::{
    Alternative, Change, ItemOutcome, LevelPrice, LostTo, Miss, MissedConstraint, OfferFate, OfferUnits, OutcomeState,
    PoolPeriod, Round, RoundFailure, RoundLevel, RoundOffer, RoundOutcome, RoundProgress, RoundRules, RoundState,
    RoundStep, Serving, Unserved, UnservedReason,
};

use crate::fixtures::category_code;

/// Where each step leads from each state; those in brackets are not for dry runs.
#[rustfmt::skip]
const LIFE: [(&str, [&str; 7]); 7] = [
    //             begin      resume          solve     commit          finish         cancel         fail
    ("pending",    ["running", "",            "",       "",             "",            "cancelled",   "failed"]),
    ("running",    ["",        "running",     "solved", "",             "",            "cancelled",   "failed"]),
    ("solved",     ["",        "(solved",     "",       "(committing",  "",            "(cancelled",  "(failed"]),
    ("committing", ["",        "(committing", "",       "",             "(committed",  "(cancelled",  "(failed"]),
    ("committed",  ["";7]),
    ("cancelled",  ["";7]),
    ("failed",     ["";7]),
];

fn round(state: RoundState, dry_run: bool) -> Round {
    Round {
        id: RoundId::from_uuid(Uuid::from_u128(1)),
        rules: RoundRules::default(),
        dry_run,
        requested_by: "desk".to_owned(),
        state,
        failure: None,
        progress: RoundProgress::default(),
        reached: None,
        started_at: None,
        solved_at: None,
        finished_at: None,
        version: Version(1),
        created_at: Timestamp::UNIX_EPOCH,
        updated_at: Timestamp::UNIX_EPOCH,
    }
}

#[test]
fn every_state_of_a_round_takes_the_steps_of_the_table_and_no_others() {
    let mut lines = 0;
    for (state, (name, row)) in RoundState::ALL.into_iter().zip(LIFE) {
        assert_eq!(state.name(), name);
        for (step, cell) in RoundStep::ALL.into_iter().zip(row) {
            let wet_only = cell.starts_with('(');
            let expected = Some(cell.trim_start_matches('(')).filter(|to| !to.is_empty());
            assert_eq!(transition(state, step, false).map(RoundState::name), expected, "{name} {}", step.name());
            let of_dry_run = expected.filter(|_| !wet_only);
            assert_eq!(transition(state, step, true).map(RoundState::name), of_dry_run, "{name} {}", step.name());
            lines += usize::from(expected.is_some());
        }
    }
    assert_eq!(TRANSITIONS.len(), lines, "no line twice");
}

#[test]
fn a_round_is_finished_exactly_where_no_step_leads_on() {
    for state in RoundState::ALL {
        // A dry run never commits.
        for dry_run in [false, true].into_iter().filter(|dry| !dry || state != RoundState::Committing) {
            let goes_on = RoundStep::ALL.into_iter().any(|step| transition(state, step, dry_run).is_some());
            assert_eq!(round(state, dry_run).is_finished(), !goes_on, "{} {dry_run}", state.name());
        }
    }
}

#[test]
fn a_step_notes_its_time_and_a_refused_one_changes_nothing() {
    let at = |second| Timestamp::from_second(second).unwrap();
    let mut taken = round(RoundState::Pending, false);
    taken.step(RoundStep::Begin, at(1)).unwrap();
    taken.step(RoundStep::Resume, at(2)).unwrap();
    taken.step(RoundStep::Solve, at(3)).unwrap();
    assert_eq!((taken.progress.attempts, taken.started_at), (2, Some(at(1))));
    assert_eq!((taken.solved_at, taken.finished_at), (Some(at(3)), None));
    let before = taken.clone();
    let refused = taken.step(RoundStep::Finish, at(4));
    let illegal = Error::IllegalStep { name: taken.id.name(), state: "solved", action: "finish" };
    assert_eq!((refused, &taken), (Err(illegal), &before));
    taken.step(RoundStep::Commit, at(5)).unwrap();
    taken.fail(RoundFailure::Interrupted, at(6)).unwrap();
    assert_eq!((taken.failure, taken.finished_at), (Some(RoundFailure::Interrupted), Some(at(6))));
    assert!(taken.fail(RoundFailure::Internal, at(7)).is_err());
    assert_eq!(taken.failure, Some(RoundFailure::Interrupted));

    let mut dry = round(RoundState::Running, true);
    dry.step(RoundStep::Solve, at(3)).unwrap();
    assert_eq!((dry.solved_at, dry.finished_at), (Some(at(3)), Some(at(3))));
}

fn serving(n: u128) -> Serving {
    Serving {
        resource: ResourceId::from_uuid(Uuid::from_u128(n)),
        organization: OrganizationId::from_uuid(Uuid::from_u128(2)),
        quantity: 1,
        occurrences: 1,
        pools: Vec::new(),
        distance_metres: None,
        eligibility_open: false,
        pinned: false,
        alternatives: Vec::new(),
    }
}

fn outcome(servings: Vec<Serving>, left: bool) -> RoundOutcome {
    let unserved = Unserved {
        units: 1,
        reason: UnservedReason::Capacity,
        can_be_asked: Vec::new(),
        lost_to: Vec::new(),
        near_misses: Vec::new(),
        changes: Vec::new(),
    };
    let item = ItemOutcome {
        need: NeedId::from_uuid(Uuid::from_u128(3)),
        item_ordinal: 1,
        category: category_code("goods"),
        division: None,
        tier: 1,
        quantity: 3,
        occurrences: 1,
        waiting_seconds: 0,
        bundle: None,
        servings,
        unserved: left.then_some(unserved),
    };
    RoundOutcome { ordinal: 1, pass: 1, item, offers: Vec::new() }
}

#[test]
fn an_outcome_says_whether_its_item_is_served() {
    for (servings, left, state) in [
        (vec![serving(1)], false, OutcomeState::Served),
        (vec![serving(1)], true, OutcomeState::PartlyServed),
        (vec![], true, OutcomeState::Unserved),
    ] {
        assert_eq!(outcome(servings, left).state(), state);
    }
}

#[test]
fn what_is_erased_of_an_outcome_is_what_tells_how_near_the_need_is_and_nothing_else() {
    let resource = ResourceId::from_uuid(Uuid::from_u128(1));
    let price = |level, amount| LevelPrice { level, amount };
    let prices = || vec![price(RoundLevel::Tier(1), 9), price(RoundLevel::Distance, 4_711)];
    let alternative = Alternative { resource, distance_metres: Some(4_711), price: prices() };
    let serving = Serving { distance_metres: Some(4_711), alternatives: vec![alternative], ..serving(1) };
    let mut whole = outcome(vec![serving], true).item;
    let unserved = whole.unserved.as_mut().unwrap();
    unserved.lost_to =
        vec![LostTo { resource, at: PoolPeriod { pool: pool_id(), period_start: None }, price: prices() }];
    let constraint = MissedConstraint {
        code: "TOO_FAR".to_owned(),
        metres_too_far: Some(4_711),
        fits_from: None,
        remaining: Some(2),
    };
    unserved.near_misses = vec![Miss { resource, distance_metres: Some(4_711), constraints: vec![constraint] }];
    let quantity = Change::Quantity { resource, quantity: 1 };
    unserved.changes = vec![Change::Radius { resource, more_metres: 4_711 }, quantity.clone()];

    let mut erased = whole.clone();
    assert!(erased.erase());
    assert!(!format!("{erased:?}").contains("4711"), "{erased:?}");
    let left = erased.unserved.as_ref().unwrap();
    assert_eq!(left.changes, [quantity]);
    assert_eq!(left.near_misses[0].constraints[0].remaining, Some(2));
    for kept in [&erased.servings[0].alternatives[0].price, &left.lost_to[0].price] {
        assert_eq!(*kept, [price(RoundLevel::Tier(1), 9)]);
    }
    assert!(!erased.erase(), "there is nothing left");
    (whole.servings, whole.unserved) = (Vec::new(), None);
    assert!(!whole.erase());
}

fn pool_id() -> CapacityPoolId {
    CapacityPoolId::from_uuid(Uuid::from_u128(4))
}

#[test]
fn what_is_still_to_be_offered_is_what_the_current_plan_has_no_answer_for() {
    let mut planned = outcome(vec![serving(2), serving(3)], false);
    let to_offer = |planned: &RoundOutcome| planned.to_offer().map(|serving| serving.resource).collect::<Vec<_>>();
    assert_eq!(to_offer(&planned), [serving(2).resource, serving(3).resource]);
    let made = |pass| RoundOffer {
        pass,
        resource: serving(2).resource,
        quantity: 1,
        units: None,
        fate: OfferFate::Refused("CAPACITY_EXHAUSTED".to_owned()),
    };
    planned.offers.push(made(1));
    assert_eq!(to_offer(&planned), [serving(3).resource]);
    planned.pass = 2;
    assert_eq!(to_offer(&planned).len(), 2, "another plan asks anew");
}

#[test]
fn of_an_offer_as_much_counts_as_was_offered_and_what_came_short_is_planned_anew() {
    let weekly = Serving { quantity: 2, occurrences: 8, ..serving(2) };
    let mut planned = outcome(vec![weekly.clone()], false);
    assert_eq!((weekly.units(), planned.is_to_plan_anew()), (16, false));
    let (made, refused) =
        (OfferFate::Offered(ReferralId::from_uuid(Uuid::from_u128(9))), OfferFate::Refused("ITEM_COVERED".to_owned()));
    let units = |offered| Some(OfferUnits { planned: 16, offered });
    let offer = |units, fate: &OfferFate| RoundOffer {
        pass: 1,
        resource: weekly.resource,
        quantity: 2,
        units,
        fate: fate.clone(),
    };
    for (offer, offered, short, again) in [
        (offer(units(16), &made), 16, false, false),
        (offer(units(14), &made), 14, true, true),
        // A week that was full when it was planned was free again.
        (offer(units(18), &made), 18, false, false),
        (offer(units(0), &refused), 0, false, true),
        // From before it was kept, as planned.
        (offer(None, &made), 16, false, false),
        (offer(None, &refused), 0, false, true),
    ] {
        assert_eq!((planned.units_of(&offer).offered, offer.came_short()), (offered, short), "{offer:?}");
        planned.offers = vec![offer];
        assert_eq!(planned.is_to_plan_anew(), again, "{planned:?}");
    }
    // Whatever became of the plan before is the business of this one no more.
    planned.offers = vec![offer(units(14), &made), offer(None, &refused), offer(None, &made)];
    planned.pass = 2;
    assert!(!planned.is_to_plan_anew());
    planned.item.occurrences = 5;
    assert_eq!(planned.units_of(&planned.offers[2]).offered, 10, "of a plan that is not known any more");
    assert_eq!(planned.units_of(&planned.offers[0]).planned, 16);
}
