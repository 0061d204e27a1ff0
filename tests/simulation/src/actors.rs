//! Who asks what: the hotline, partners, case workers and the sweeper, sensibly more often than not.

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;
use wishwell_domain::capacity_pool::{CapacityPool, PoolKind};
use wishwell_domain::ids::{NeedId, OrganizationId, ReferralId, ResourceId, Version};
use wishwell_domain::ledger::{CLOCK_PRINCIPAL, Command, NewTotal, Offer, Pledge, SetFigures, Step};
use wishwell_domain::need::Ending;
use wishwell_domain::principal::Role;
use wishwell_domain::referral::transition::{TRANSITIONS, transition};
use wishwell_domain::referral::{Action, Origin, Referral, StepReason};
use wishwell_domain::resource::Draw;

use crate::audit::{Audit, renews};
use crate::candidates::Follower;
use crate::dice::Dice;
use crate::plants::Plant;
use crate::requests::Request;
use crate::world;

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
            40..48 => ("partner", "ClaimWish", vec![self.chosen(dice, Origin::Claim)?]),
            48..51 => ("partner", "PledgeWish", self.pledge(dice)?),
            51..84 => ("partner", "Step", vec![self.step(dice)?]),
            84..92 => ("partner", "SetFigures", vec![self.figures(dice)]),
            92..94 => ("desk", "WithdrawNeed", vec![self.withdrawal(dice)]),
            94..97 => ("desk", "Both", vec![self.step(dice)?, self.chosen(dice, Origin::Chosen)?]),
            _ => (
                "desk",
                "CreateReferrals",
                vec![self.chosen(dice, Origin::Chosen)?, self.chosen(dice, Origin::Chosen)?],
            ),
        };
        Some(Request { principal, id: Some(dice.uuid(self.now)), method, commands, answer: None, maybe: false })
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
        Some(Command::Offer(Box::new(Offer {
            id: ReferralId::from_uuid(dice.uuid(self.now)),
            need,
            item_ordinal,
            resource,
            quantity: dice.pick(&[None, None, Some(1), Some(1), Some(2), Some(3)]),
            origin,
            answer_within: SignedDuration::from_mins(dice.pick(&[0, 30, 90, 24 * 60, 24 * 60])),
            decision: None,
            previous: None,
            wish: None,
            refusal: None,
        })))
    }

    /// What the engine would do. Who follows an offer that came to nothing, says so.
    fn automatic(&self, dice: &mut Dice) -> Option<Command> {
        let (need, ordinal) = self.item(dice)?;
        let due = self.of_item(need, ordinal).find(|referral| referral.next_is_due).map(|referral| referral.id);
        self.offer_to_the_best(need, ordinal, due, dice)
    }

    fn of_item(&self, need: NeedId, ordinal: u16) -> impl Iterator<Item = &Referral> {
        let referrals = self.audit.referrals.values();
        referrals.filter(move |referral| (referral.need, referral.item_ordinal) == (need, ordinal))
    }

    fn offer_to_the_best(
        &self,
        need: NeedId,
        item_ordinal: u16,
        previous: Option<ReferralId>,
        dice: &mut Dice,
    ) -> Option<Command> {
        let asked: Vec<ResourceId> = self.of_item(need, item_ordinal).map(|referral| referral.resource).collect();
        // The need as it is now, beside a picture that may be older.
        let known = self.audit.needs.get(&need)?;
        let chances = self.follower.chances(known, item_ordinal, self.now);
        let chance = chances.into_iter().find(|chance| !asked.contains(&chance.resource))?;
        let item = known.items.iter().find(|item| item.ordinal == item_ordinal)?;
        let mut decision = chance.decision;
        if self.plant == Some(Plant::DecidesOnAnotherPicture) {
            decision.position.0 = (decision.position.0 - 12).max(1);
        }
        Some(Command::Offer(Box::new(Offer {
            id: ReferralId::from_uuid(dice.uuid(self.now)),
            need,
            item_ordinal,
            resource: chance.resource,
            quantity: item.splittable.then_some(chance.serves),
            origin: Origin::Automatic,
            answer_within: known.urgency.answer_within(),
            decision: Some(decision),
            previous,
            wish: None,
            refusal: None,
        })))
    }

    /// A resource that was in no catalogue, and an offer from it.
    fn pledge(&self, dice: &mut Dice) -> Option<Vec<Command>> {
        let organization: OrganizationId = self.audit.resources.values().next()?.organization;
        let (need, item_ordinal) = self.item(dice)?;
        let total = dice.between(1, 5);
        let mut pool = world::pool(dice, organization, PoolKind::Stock, false);
        pool.figures.total = Some(total);
        let mut resource = world::plain_resource(ResourceId::from_uuid(dice.uuid(self.now)), organization);
        resource.draws = vec![Draw { pool: pool.id, quantity_per_unit: 1 }];
        let offer = Offer {
            id: ReferralId::from_uuid(dice.uuid(self.now)),
            need,
            item_ordinal,
            resource: resource.id,
            quantity: dice.pick(&[None, Some(1), Some(total)]),
            origin: Origin::Pledge,
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

    fn step(&self, dice: &mut Dice) -> Option<Command> {
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
        let some = dice.between(1, referral.units);
        let units = match dice.below(10) {
            0..3 if counts => Some(some),
            3..6 if counts => Some(referral.units),
            _ if counts && referral.enquiry && dice.chance(80) => Some(some),
            9 if dice.chance(30) => Some(some + 1),
            _ => None,
        };
        let version = Version(dice.between((referral.version.0 - 1).max(1), referral.version.0 + 1));
        Some(Command::Step(Step {
            referral: referral.id,
            action,
            role: if dice.chance(96) { Role::CaseWorker } else { Role::Partner },
            reason: dice.chance(20).then_some(StepReason::Other),
            units,
            rating: (action == Action::Confirm).then(|| dice.pick(&[4, 5, 5, 6])),
            expected: dice.chance(10).then_some(version),
        }))
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

    fn withdrawal(&self, dice: &mut Dice) -> Command {
        let needs: Vec<NeedId> = self.audit.needs.keys().copied().collect();
        Command::EndNeed { need: dice.pick(&needs), ending: Ending::Withdrawn, personal: None, expected: None }
    }

    /// What the sweeper does about what it finds: lapsed offers are looked at together, overdue help is escalated.
    pub(crate) fn look(lapsed: &[Referral]) -> Request {
        let commands = lapsed.iter().map(|referral| Command::Look { referral: referral.id }).collect();
        clock("Look", None, commands)
    }

    pub(crate) fn escalate(referral: ReferralId) -> Request {
        clock("Escalate", None, vec![Command::Escalate { referral }])
    }

    /// Asks the next candidate under a key that every sweeper makes for itself, or escalates when there is none.
    pub(crate) fn follow(&self, referral: &Referral, dice: &mut Dice) -> Request {
        let offer = self.offer_to_the_best(referral.need, referral.item_ordinal, Some(referral.id), dice);
        match offer {
            Some(offer) => clock("Follow", Some(referral.id.as_uuid()), vec![offer]),
            None => Self::escalate(referral.id),
        }
    }
}

fn clock(method: &'static str, id: Option<Uuid>, commands: Vec<Command>) -> Request {
    Request { principal: CLOCK_PRINCIPAL, id, method, commands, answer: None, maybe: false }
}
