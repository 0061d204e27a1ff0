//! Who asks what: the hotline, partners, case workers and the sweeper, sensibly more often than not. Whom an automatic offer goes to and
//! what a sweeper asks for is not said here, but by what production does it with.

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;
use wishwell_domain::capacity_pool::{CapacityPool, PoolKind};
use wishwell_domain::ids::{NeedId, OrganizationId, ReferralId, ResourceId, Version};
use wishwell_domain::ledger::{
    Arrived, CLOCK_PRINCIPAL, Command, Escalation, NewTotal, Offer, Pledge, SetFigures, Step, sweep,
};
use wishwell_domain::need::Ending;
use wishwell_domain::principal::Role;
use wishwell_domain::referral::transition::{TRANSITIONS, transition};
use wishwell_domain::referral::{Action, Origin, Referral, ReferralState, StepReason};
use wishwell_domain::resource::Draw;
use wishwell_engine::{Asking, Chance};
use wishwell_store::Basis;

use crate::audit::{Audit, renews};
use crate::candidates::Follower;
use crate::dice::Dice;
use crate::plants::Plant;
use crate::requests::Request;
use crate::upon;
use crate::world;

/// In whose name providers act.
pub(crate) const PARTNER: &str = "partner";
/// In whose name case workers act.
const DESK: &str = "desk";

/// Most referrals among which one is picked: the latest are those in which something happens.
const LATEST_REFERRALS: usize = 14;

/// What somebody sees when he decides.
pub(crate) struct View<'v> {
    pub(crate) audit: &'v Audit,
    pub(crate) follower: &'v Follower,
    pub(crate) now: Timestamp,
    pub(crate) plant: Option<Plant>,
}

impl View<'_> {
    /// A request that was not made before.
    pub(crate) fn request(&self, dice: &mut Dice) -> Option<Request> {
        let (principal, method, commands) = match dice.below(100) {
            0..24 => ("hotline", "CreateReferral", vec![self.chosen(dice, Origin::Chosen)?]),
            24..40 => ("hotline", "AutoRefer", vec![self.automatic(dice)?]),
            40..48 => (PARTNER, "ClaimWish", vec![self.chosen(dice, Origin::Claim)?]),
            48..51 => (PARTNER, "PledgeWish", self.pledge(dice)?),
            51..84 => {
                let against = dice.chance(45).then(|| self.against(dice)).flatten();
                let step = against.or_else(|| self.step(dice))?;
                (name_of(step.role), "Step", vec![Command::Step(step)])
            }
            84..92 => (PARTNER, "SetFigures", vec![self.figures(dice)]),
            92..94 => (DESK, "EndNeed", vec![self.ending(dice)]),
            94..97 => {
                let step = self.step(dice)?;
                (name_of(step.role), "Both", vec![Command::Step(step), self.chosen(dice, Origin::Chosen)?])
            }
            _ => {
                (DESK, "CreateReferrals", vec![self.chosen(dice, Origin::Chosen)?, self.chosen(dice, Origin::Chosen)?])
            }
        };
        // Not every caller of a ledger says what it judged.
        let basis = dice.chance(75).then(|| upon::basis(self, &commands)).flatten();
        Some(Request::new(principal, Some(dice.uuid(self.now)), method, commands, basis))
    }

    /// A need and one of its items; of an open one mostly.
    fn item(&self, dice: &mut Dice) -> Option<(NeedId, u16)> {
        let open: Vec<NeedId> =
            self.audit.needs.values().filter(|need| need.state.is_open()).map(|need| need.id).collect();
        let all: Vec<NeedId> = self.audit.needs.keys().copied().collect();
        let any = open.is_empty() || dice.chance(8);
        let need = dice.pick(if any { &all } else { &open });
        let items = &self.audit.needs.get(&need)?.items;
        Some((need, items[dice.below(items.len())].ordinal))
    }

    fn chosen(&self, dice: &mut Dice, origin: Origin) -> Option<Command> {
        let (need, item_ordinal) = self.item(dice)?;
        let unit = self.audit.needs.get(&need)?.items.iter().find(|item| item.ordinal == item_ordinal)?.unit;
        let all: Vec<ResourceId> = self.audit.resources.keys().copied().collect();
        let counts_alike = |id: &ResourceId| self.audit.resources[id].unit.is_none_or(|own| own == unit);
        let fitting: Vec<ResourceId> = all.iter().copied().filter(counts_alike).collect();
        let any = fitting.is_empty() || dice.chance(8);
        let resource = dice.pick(if any { &all } else { &fitting });
        let quantity = dice.pick(&[None, None, Some(1), Some(1), Some(2), Some(3)]);
        Some(self.offer(dice, (need, item_ordinal), resource, quantity, origin))
    }

    fn offer(
        &self,
        dice: &mut Dice,
        (need, item_ordinal): (NeedId, u16),
        resource: ResourceId,
        quantity: Option<i64>,
        origin: Origin,
    ) -> Command {
        Command::Offer(Box::new(Offer {
            id: ReferralId::from_uuid(dice.uuid(self.now)),
            need,
            item_ordinal,
            resource,
            quantity,
            origin,
            round: None,
            answer_within: SignedDuration::from_mins(dice.pick(&[0, 30, 90, 24 * 60, 24 * 60])),
            decision: None,
            previous: None,
            wish: None,
            refusal: None,
        }))
    }

    /// Somebody who is as fast as a sweeper, and takes what there is of the same resource.
    pub(crate) fn rival(&self, dice: &mut Dice, best: &Chance) -> Option<Request> {
        let item = self.item(dice)?;
        let commands = vec![self.offer(dice, item, best.resource, None, Origin::Chosen)];
        Some(Request::new("hotline", Some(dice.uuid(self.now)), "CreateReferral", commands, None))
    }

    /// What the engine would do. Who goes on with an offer that came to nothing, says so.
    fn automatic(&self, dice: &mut Dice) -> Option<Command> {
        let (need, ordinal) = self.item(dice)?;
        self.next_offer(&mut self.asking(need, ordinal, None), dice.uuid(self.now))
    }

    /// All referrals of an item.
    pub(crate) fn of_item(&self, need: NeedId, ordinal: u16) -> impl Iterator<Item = &Referral> {
        let referrals = self.audit.referrals.values();
        referrals.filter(move |referral| (referral.need, referral.item_ordinal) == (need, ordinal))
    }

    /// Whom to ask for an item: of the need as it is now, upon a picture that may be older.
    pub(crate) fn asking(&self, need: NeedId, ordinal: u16, previous: Option<ReferralId>) -> Asking {
        let asked = self.plant != Some(Plant::ForgetsWhomItAsked);
        let tried: Vec<Referral> = self.of_item(need, ordinal).filter(|_| asked).cloned().collect();
        self.follower.asking(&self.audit.needs[&need], ordinal, &tried, previous, self.now)
    }

    /// The next offer to make, under this identifier.
    pub(crate) fn next_offer(&self, asking: &mut Asking, id: Uuid) -> Option<Command> {
        let mut offer = asking.next_offer(ReferralId::from_uuid(id))?;
        if self.plant == Some(Plant::DecidesOnAnotherPicture)
            && let Some(decision) = &mut offer.decision
        {
            decision.position.0 = (decision.position.0 - 12).max(1);
        }
        Some(Command::Offer(Box::new(offer)))
    }

    /// A resource that was in no catalogue, and an offer from it.
    fn pledge(&self, dice: &mut Dice) -> Option<Vec<Command>> {
        let organization: OrganizationId = self.audit.resources.values().next()?.organization;
        let (need, item_ordinal) = self.item(dice)?;
        let total = dice.between(1, 5);
        let mut pool = world::pool(dice, organization, PoolKind::Stock, false);
        (pool.figures.total, pool.pledged) = (Some(total), true);
        let mut resource = world::plain_resource(ResourceId::from_uuid(dice.uuid(self.now)), organization);
        resource.draws = vec![Draw { pool: pool.id, quantity_per_unit: 1 }];
        let offer = Offer {
            id: ReferralId::from_uuid(dice.uuid(self.now)),
            need,
            item_ordinal,
            resource: resource.id,
            quantity: dice.pick(&[None, Some(1), Some(total)]),
            origin: Origin::Pledge,
            round: None,
            answer_within: SignedDuration::from_mins(60),
            decision: None,
            previous: None,
            wish: None,
            refusal: None,
        };
        Some(vec![Command::Pledge(Box::new(Pledge { resource, pool })), Command::Offer(Box::new(offer))])
    }

    fn referral(&self, dice: &mut Dice) -> Option<&Referral> {
        let offered = &self.audit.offered;
        let latest = offered.len().min(LATEST_REFERRALS);
        if latest == 0 {
            return None;
        }
        let latest = offered[offered.len() - latest..].iter().filter_map(|id| self.audit.referrals.get(id));
        let latest: Vec<&Referral> = latest.collect();
        let under_way = |referral: &&&Referral| {
            !referral.has_lapsed(self.now) && TRANSITIONS.iter().any(|line| line.from == referral.state)
        };
        let under_way: Vec<&Referral> = latest.iter().filter(under_way).copied().collect();
        let any = under_way.is_empty() || dice.chance(20);
        Some(dice.pick(if any { &latest } else { &under_way }))
    }

    fn step(&self, dice: &mut Dice) -> Option<Step> {
        let referral = self.referral(dice)?;
        let possible = |action: &Action| transition(referral.state, *action).is_some() && *action != Action::Expire;
        let possible: Vec<Action> = Action::ALL.into_iter().filter(possible).collect();
        let sensible = !possible.is_empty() && dice.chance(90);
        // Help arrives, now and then.
        let forward =
            [Action::Accept, Action::Deliver, Action::Confirm].into_iter().find(|action| possible.contains(action));
        let action = match forward.filter(|_| dice.chance(45)) {
            Some(action) => action,
            None if sensible => dice.pick(&possible),
            None => dice.pick(&Action::ALL),
        };
        let counts = matches!(action, Action::Accept | Action::Deliver);
        let ends = matches!(action, Action::Cancel | Action::Fail);
        let some = dice.between(1, referral.units);
        let units = match dice.below(10) {
            // What had arrived until then, now and then all of it, which is no part.
            0..7 if ends => Some(dice.between(0, referral.units - 1)),
            7 if ends => Some(referral.units),
            0..3 if counts => Some(some),
            3..6 if counts => Some(referral.units),
            _ if counts && referral.enquiry && dice.chance(80) => Some(some),
            9 if dice.chance(30) => Some(some + 1),
            _ => None,
        };
        // What is there still of what was disputed, now and then more than can be.
        let settles = action == Action::Fail && referral.state == ReferralState::Disputed;
        let returned = (settles && dice.chance(70)).then(|| dice.between(0, referral.units));
        let version = Version(dice.between((referral.version.0 - 1).max(1), referral.version.0 + 1));
        // Whoever has promised gives up more often than the desk calls it off, which also speaks for providers that answer by telephone.
        let by_provider = dice.chance(if matches!(action, Action::Cancel | Action::Fail) { 75 } else { 4 });
        let role = if by_provider { Role::Partner } else { Role::CaseWorker };
        Some(Step {
            reason: dice.chance(20).then_some(StepReason::Other),
            units,
            returned,
            rating: (action == Action::Confirm).then(|| dice.pick(&[4, 5, 5, 6])),
            expected: dice.chance(10).then_some(version),
            ..Step::new(referral.id, action, role)
        })
    }

    /// A step against what was said to be delivered: it is disputed, or settled that it was not, and mostly some of it is there still.
    fn against(&self, dice: &mut Dice) -> Option<Step> {
        let of = |state| {
            let referrals = self.audit.referrals.values().filter(|referral| referral.state == state);
            referrals.collect::<Vec<&Referral>>()
        };
        let (disputed, delivered) = (of(ReferralState::Disputed), of(ReferralState::Delivered));
        if disputed.is_empty() {
            let referral = (!delivered.is_empty()).then(|| dice.pick(&delivered))?;
            return Some(Step::new(referral.id, Action::Dispute, Role::CaseWorker));
        }
        let referral = dice.pick(&disputed);
        let arrived = dice.between(0, referral.units - 1);
        Some(Step {
            units: Some(arrived),
            returned: Some(dice.between(0, referral.units - arrived + 1)),
            ..Step::new(referral.id, Action::Fail, Role::CaseWorker)
        })
    }

    fn figures(&self, dice: &mut Dice) -> Command {
        let all: Vec<_> = self.audit.pools.values().collect();
        let holds = |pool: &&&CapacityPool| {
            pool.figures.taken() > 0 || pool.periods.iter().any(|period| period.figures.taken() > 0)
        };
        let holding: Vec<_> = all.iter().filter(holds).copied().collect();
        let any = holding.is_empty() || dice.chance(40);
        let pool = dice.pick(if any { &all } else { &holding });
        let period = pool.periods.get(dice.below(pool.periods.len().max(1))).map(|period| period.period_start);
        let period_start = period.filter(|_| renews(pool)).filter(|_| dice.chance(60));
        let held = pool.figures_in(period_start).taken();
        let version = Version(dice.between((pool.version.0 - 1).max(1), pool.version.0 + 1));
        Command::SetFigures(SetFigures {
            pool: pool.id,
            period_start,
            total: match dice.below(6) {
                0 => NewTotal::Unchanged,
                1 => NewTotal::Unknown,
                // About what is held: a little below is what has to be refused.
                2..5 => NewTotal::Known((held + dice.between(-3, 1)).max(0)),
                _ => NewTotal::Known(dice.between(1, 14)),
            },
            used_elsewhere: dice.pick(&[None, None, Some(0), Some(1)]),
            force: dice.chance(50),
            expected: dice.chance(10).then_some(version),
        })
    }

    fn ending(&self, dice: &mut Dice) -> Command {
        let needs: Vec<NeedId> = self.audit.needs.keys().copied().collect();
        let ending = dice.pick(&[Ending::Withdrawn, Ending::Closed]);
        let need = dice.pick(&needs);
        let mut arrived = Vec::new();
        // What had arrived of what ends with it; now and then all of it, which is no part, and of what is over.
        for referral in self.audit.referrals.values().filter(|referral| referral.need == need) {
            let ends = matches!(referral.state, ReferralState::Accepted | ReferralState::InProgress);
            if dice.chance(if ends { 60 } else { 1 }) {
                let most = if dice.chance(4) { referral.units } else { referral.units - 1 };
                arrived.push(Arrived { referral: referral.id, units: dice.between(0, most) });
            }
        }
        Command::EndNeed { need, ending, arrived, personal: None, expected: None }
    }
}

/// In whose name a role acts.
fn name_of(role: Role) -> &'static str {
    if role == Role::Partner { PARTNER } else { DESK }
}

/// What a sweeper asks about lapsed offers, which are looked at together.
pub(crate) fn look(lapsed: impl IntoIterator<Item = ReferralId>) -> Request {
    clock("Look", None, sweep::let_go(lapsed), None)
}

/// What it asks about overdue help, and about chains of offers after which nobody is left.
pub(crate) fn escalate(referral: ReferralId, why: Escalation) -> Request {
    clock("Escalate", None, sweep::escalate(referral, why), None)
}

/// What it asks about a chain of offers that waits for long.
pub(crate) fn tell_of_waiting(referral: ReferralId) -> Request {
    clock("TellOfWaiting", None, sweep::tell_of_waiting(referral), None)
}

/// Its next offer of a chain, under a key that every sweeper makes for itself, and what it was judged upon.
pub(crate) fn follow(referral: &Referral, offer: Command, basis: Option<Basis>) -> Request {
    let (method, id) = follow_key(referral);
    clock(method, Some(id), vec![offer], basis)
}

/// The method and id of requests for the next offer of a chain.
pub(crate) fn follow_key(referral: &Referral) -> (&'static str, Uuid) {
    ("Follow", sweep::follow_id(referral.id, referral.version))
}

fn clock(method: &'static str, id: Option<Uuid>, commands: Vec<Command>, basis: Option<Basis>) -> Request {
    Request::new(CLOCK_PRINCIPAL, id, method, commands, basis)
}
