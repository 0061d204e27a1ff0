//! Random requests over a small world. After each one: nothing is promised twice, figures are the sums of what referrals hold,
//! items those of their referrals, and what was refused has changed nothing.

use std::collections::BTreeMap;

use jiff::SignedDuration;
use jiff::civil::Date;
use wishwell_domain::capacity_pool::{CapacityPool, PeriodLength, PoolKind};
use wishwell_domain::ids::{CapacityPoolId, ReferralId, Version};
use wishwell_domain::ledger::{Changes, Command, Escalation, NewTotal, Offer, Refusal, SetFigures, Step};
use wishwell_domain::need::{Need, NeedItem, NeedState, Recurrence, Timing};
use wishwell_domain::principal::Role;
use wishwell_domain::referral::hold::{Amounts, movements};
use wishwell_domain::referral::transition::transition;
use wishwell_domain::referral::{Action, Origin, Referral, ReferralState};

use crate::fixtures::{at, date};
use crate::ledger_world::{
    World, giving, lacking, much, need_id, offer, pool_id, pool_of, referral_id, step_of, withdrawing,
};

/// Draws small numbers; SplitMix64.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) % bound as u64) as usize
    }

    fn pick<T: Clone>(&mut self, values: &[T]) -> T {
        values[self.below(values.len())].clone()
    }

    fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }
}

/// A pool of each kind, known and unknown, resources that draw on one or several of them, needs of every sort.
fn small_world() -> World {
    let pools = vec![
        pool_of(20, PoolKind::Stock, Some(7)),
        pool_of(21, PoolKind::Slots, Some(3)),
        pool_of(22, PoolKind::Caseload, Some(4)),
        pool_of(23, PoolKind::Budget, Some(60)),
        pool_of(24, PoolKind::Unbounded, None),
        pool_of(25, PoolKind::Stock, None),
    ];
    let offerings = vec![
        giving(30, &[(20, 1)]),
        giving(31, &[(21, 1), (23, 2)]),
        giving(32, &[(22, 1), (21, 2)]),
        giving(33, &[(24, 3), (20, 2)]),
        giving(34, &[(25, 1)]),
        giving(35, &[]),
    ];
    let weekly = Recurrence { every: PeriodLength::Week, occurrences: 3 };
    let needs = vec![
        lacking(60, vec![much(1, 4), NeedItem { recurrence: Some(weekly), ..much(2, 2) }]),
        lacking(61, vec![NeedItem { splittable: false, ..much(1, 2) }]),
        lacking(62, vec![much(1, 9)]),
        Need {
            timing: Some(Timing::Deadline(at("2026-12-08T16:00:00Z"))),
            ..lacking(63, vec![NeedItem { recurrence: Some(weekly), ..much(1, 1) }, much(2, 3)])
        },
    ];
    World::new(pools, offerings, needs)
}

/// Anything that can be asked, sensible more often than not.
fn command(dice: &mut Dice, world: &World, next: &mut u128) -> Command {
    let any_referral = |dice: &mut Dice| match world.referrals.len() {
        0 => referral_id(1),
        // The latest are the ones in which something happens.
        count => world.referrals[count - 1 - dice.below(count.min(12))].id,
    };
    let version = |dice: &mut Dice| dice.chance(10).then(|| Version(dice.below(6) as i64));
    match dice.below(100) {
        0..40 => {
            *next += 1;
            let to_follow = world.referrals.iter().rfind(|referral| referral.next_is_due).map(|referral| referral.id);
            let mut asked = Offer {
                item_ordinal: 1 + dice.below(2) as u16,
                quantity: dice.pick(&[None, Some(1), Some(1), Some(2), Some(3)]),
                origin: dice.pick(&[
                    Origin::Chosen,
                    Origin::Round,
                    Origin::Automatic,
                    Origin::Automatic,
                    Origin::Automatic,
                    Origin::Claim,
                ]),
                answer_within: SignedDuration::from_mins(dice.pick(&[0, 30, 90])),
                wish: None,
                previous: if dice.chance(30) { to_follow } else { None },
                ..offer(*next, 60 + dice.below(4) as u128, 30 + dice.below(7) as u128, None)
            };
            if let Some(before) = asked.previous.filter(|_| dice.chance(90)).map(|id| find(world, id)) {
                (asked.need, asked.item_ordinal) = (before.need, before.item_ordinal);
            }
            Command::Offer(Box::new(asked))
        }
        40..80 => {
            let referral = any_referral(dice);
            let state = world.referrals.iter().find(|known| known.id == referral).map(|known| known.state);
            let possible: Vec<Action> = Action::ALL
                .into_iter()
                .filter(|action| state.is_some_and(|state| transition(state, *action).is_some()))
                .collect();
            let sensible = dice.chance(75) && !possible.is_empty();
            Command::Step(Step {
                action: if sensible { dice.pick(&possible) } else { dice.pick(&Action::ALL) },
                role: dice.pick(&[Role::CaseWorker, Role::CaseWorker, Role::CaseWorker, Role::Partner]),
                units: dice.pick(&[None, None, None, Some(1), Some(2)]),
                returned: dice
                    .pick(&[None, None, None, Some(1), Some(2)])
                    .filter(|_| state == Some(ReferralState::Disputed)),
                expected: version(dice),
                ..step_of(referral.as_uuid().as_u128(), Action::Accept)
            })
        }
        80..92 => Command::SetFigures(SetFigures {
            pool: pool_id(20 + dice.below(6) as u128),
            period_start: dice.pick(&[None, None, Some(date("2026-11-23")), Some(date("2026-11-30"))]),
            total: match dice.below(5) {
                0 => NewTotal::Unchanged,
                1 => NewTotal::Unknown,
                _ => NewTotal::Known(dice.below(14) as i64),
            },
            used_elsewhere: dice.pick(&[None, Some(0), Some(1)]),
            force: dice.chance(50),
            expected: version(dice),
        }),
        92 => withdrawing(60 + dice.below(4) as u128, None),
        _ => {
            let why = dice.pick(&[Escalation::Overdue, Escalation::NobodyLeft]);
            Command::Escalate { referral: any_referral(dice), why }
        }
    }
}

fn find(world: &World, id: ReferralId) -> &Referral {
    world.referrals.iter().find(|referral| referral.id == id).unwrap()
}

type Place = (CapacityPoolId, Option<Date>);

fn add(sums: &mut BTreeMap<Place, Amounts>, place: Place, amounts: Amounts) {
    let sum = sums.entry(place).or_default();
    *sum = sum.plus(amounts);
}

/// What is wrong with a world, by the invariants alone.
fn faults(world: &World) -> Vec<String> {
    let mut faults = Vec::new();
    let mut held: BTreeMap<Place, Amounts> = BTreeMap::new();
    for line in world.referrals.iter().flat_map(|referral| &referral.lines) {
        add(&mut held, (line.pool, line.period_start), line.amounts());
    }
    let places = world.pools.iter().flat_map(|pool| {
        let periods = pool.periods.iter().map(|period| Some(period.period_start));
        std::iter::once(None).chain(periods).map(move |start| (pool, start))
    });
    for (pool, start) in places {
        let figures = pool.figures_in(start);
        let place = (pool.id, start);
        if figures.total.is_some_and(|total| figures.taken() > total) {
            faults.push(format!("I1: {place:?} {figures:?}"));
        }
        let amounts = Amounts { pending: figures.pending, committed: figures.committed, consumed: figures.consumed };
        if amounts != held.remove(&place).unwrap_or_default() {
            faults.push(format!("not the sum of what is held: {place:?} {figures:?}"));
        }
    }
    faults.extend(held.iter().filter(|(_, sum)| !sum.is_zero()).map(|(place, _)| format!("held nowhere: {place:?}")));
    for need in &world.needs {
        for item in &need.items {
            let of = |count: fn(&Referral) -> i64| {
                let referrals = world.referrals.iter();
                referrals.filter(|r| r.need == need.id && r.item_ordinal == item.ordinal).map(count).sum::<i64>()
            };
            if (item.referred, item.served) != (of(Referral::referred_units), of(Referral::served_units)) {
                faults.push(format!("not the sum of its referrals: {item:?}"));
            }
            if item.left() < 0 || item.taken.iter().any(|taken| taken.units > item.quantity) {
                faults.push(format!("I11: {item:?}"));
            }
            let mut taken: BTreeMap<Date, i64> = BTreeMap::new();
            let referrals = world.referrals.iter();
            for referral in referrals.filter(|r| r.need == need.id && r.item_ordinal == item.ordinal) {
                referral.taken().for_each(|of| *taken.entry(of.period_start).or_default() += of.units);
            }
            if !taken.into_iter().eq(item.taken.iter().map(|taken| (taken.period_start, taken.units))) {
                faults.push(format!("not what its referrals take of its periods: {item:?}"));
            }
        }
        let served = need.items.iter().map(|item| item.served).sum::<i64>();
        let asked = need.items.iter().map(NeedItem::asked).sum::<i64>();
        let state = match served {
            _ if need.state == NeedState::Withdrawn => NeedState::Withdrawn,
            0 => NeedState::Open,
            served if served == asked => NeedState::Served,
            _ => NeedState::PartlyServed,
        };
        if need.state != state {
            faults.push(format!("{} is {:?}, not {state:?}", need.id.name(), need.state));
        }
    }
    let live_for_nobody = world.referrals.iter().filter(|referral| {
        let need = world.needs.iter().find(|need| need.id == referral.need);
        referral.state.is_live() && need.is_none_or(|need| need.state == NeedState::Withdrawn)
    });
    faults.extend(live_for_nobody.map(|referral| format!("live for a withdrawn need: {}", referral.id.name())));
    faults
}

/// What the movements of all changes add up to, in place of what the figures say.
fn add_movements(sums: &mut BTreeMap<Place, Amounts>, changes: &Changes) {
    for changed in &changes.referrals {
        let before = changed.before.as_ref().map_or(&[][..], |before| &before.lines);
        for movement in movements(before, &changed.after.lines) {
            add(sums, (movement.pool, movement.period_start), movement.amounts);
        }
    }
}

/// Runs requests, several in the same books now and then, and lets `between` spoil the world. Answers the first faults, and how
/// often something was carried out and refused.
fn run(seed: u64, requests: usize, between: impl Fn(&mut World)) -> (Vec<String>, [usize; 2]) {
    let (mut dice, mut world, mut next) = (Dice(seed), small_world(), 1_000);
    let mut moved = BTreeMap::new();
    let mut counts = [0, 0];
    for _ in 0..requests {
        world.now += SignedDuration::from_mins(dice.pick(&[0, 0, 5, 40]));
        let mut books = world.books();
        books.let_lapsed_offers_go();
        // The same, without those that will be refused.
        let mut without = world.books();
        without.let_lapsed_offers_go();
        for _ in 0..1 + dice.below(3) {
            let commands: Vec<Command> =
                (0..1 + dice.below(2)).map(|_| command(&mut dice, &world, &mut next)).collect();
            match books.carry_out("desk", &commands) {
                Ok(done) => {
                    counts[0] += 1;
                    assert_eq!(without.carry_out("desk", &commands).unwrap(), done);
                }
                Err(Refusal::Refused(_) | Refusal::Later) => counts[1] += 1,
            }
        }
        let (changes, same) = (books.close(), without.close());
        add_movements(&mut moved, &changes);
        let mut other = world.clone();
        other.write(same);
        world.write(changes);
        assert_eq!(other, world, "what was refused changed something (seed {seed})");
        between(&mut world);
        let faults = faults(&world);
        if !faults.is_empty() {
            return (faults, counts);
        }
    }
    for (place, sum) in moved {
        let pool = world.pools.iter().find(|pool| pool.id == place.0).unwrap();
        let figures = pool.figures_in(place.1);
        let amounts = Amounts { pending: figures.pending, committed: figures.committed, consumed: figures.consumed };
        assert_eq!(amounts, sum, "the sum of movements: {place:?} (seed {seed})");
    }
    (Vec::new(), counts)
}

#[test]
fn whatever_is_asked_nothing_is_promised_twice_and_everything_adds_up() {
    let mut all = [0, 0];
    for seed in 0..300 {
        let (faults, counts) = run(seed, 50, |_| {});
        assert_eq!(faults, [] as [String; 0], "seed {seed}");
        all = [all[0] + counts[0], all[1] + counts[1]];
    }
    assert!(all.iter().all(|count| *count > 5_000), "a test of little: {all:?} carried out and refused");
}

#[test]
fn the_check_finds_what_it_looks_for() {
    type Plant = (&'static str, fn(&mut World));
    fn first_held(world: &mut World) -> Option<&mut CapacityPool> {
        world.pools.iter_mut().find(|pool| pool.figures.committed > 0)
    }
    let plants: [Plant; 6] = [
        ("a release that gives nothing back", |world| {
            if let Some(pool) = first_held(world) {
                pool.figures.pending += 1;
            }
        }),
        ("a total below what is promised", |world| {
            if let Some(pool) = first_held(world) {
                pool.figures.total = Some(0);
            }
        }),
        ("a line that went away", |world| {
            if let Some(referral) =
                world.referrals.iter_mut().find(|referral| referral.state == ReferralState::Accepted)
            {
                referral.lines.clear();
            }
        }),
        ("a count that was forgotten", |world| {
            if let Some(item) = world.needs.iter_mut().flat_map(|need| &mut need.items).find(|item| item.referred > 0) {
                item.referred -= 1;
            }
        }),
        ("a state that did not follow", |world| {
            if let Some(need) = world.needs.iter_mut().find(|need| need.state == NeedState::PartlyServed) {
                need.state = NeedState::Open;
            }
        }),
        ("an offer that outlived its need", |world| {
            if let Some(need) = world.needs.iter_mut().find(|need| need.id == need_id(62) && need.items[0].referred > 0)
            {
                need.state = NeedState::Withdrawn;
            }
        }),
    ];
    for (name, plant) in plants {
        assert!((0..5).any(|seed| !run(seed, 200, plant).0.is_empty()), "{name}");
    }
}
