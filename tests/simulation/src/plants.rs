//! Bugs planted on purpose, outside the store: what is sent is changed, what is stored is spoilt behind the store's back, or what is
//! answered is changed. A simulation that does not find them finds nothing.

use jiff::Timestamp;
use wishwell_domain::capacity_pool::PoolKind;
use wishwell_domain::event::Change;
use wishwell_domain::ids::NeedId;
use wishwell_domain::ledger::Command;
use wishwell_domain::principal::Role;
use wishwell_domain::referral::{Action, LineState, Origin, Referral};
use wishwell_store::Written;

use crate::audit::Audit;
use crate::machine::Machine;
use crate::requests::{Answer, Call};
use crate::world::blob;

/// A bug to plant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Plant {
    /// What a declined offer held stays held.
    ForgetsToRelease,
    /// What was delivered is used up twice.
    ConsumesTwice,
    /// A request sent again is a new one.
    IgnoresRequestKeys,
    /// Time has no say in whether an offer can be accepted.
    AcceptsLapsedOffers,
    /// An offer counts twice in its item.
    CountsItemsTwice,
    /// A crash takes back what was answered long ago.
    LosesAnsweredWrites,
    /// An event does not reach the log.
    LeavesGapsInTheLog,
    /// A slot is held in the week after.
    HoldsAnotherPeriod,
    /// New figures call off what is in their way without being told to.
    ForcesSilently,
    /// Of several commands of a request the last is forgotten.
    CarriesOutHalf,
    /// A request sent again is answered otherwise.
    AnswersOtherwise,
    /// A decision is recorded with a position that it was not made at.
    DecidesOnAnotherPicture,
    /// After a declined offer nobody is asked any more.
    ForgetsToGoOn,
    /// What a provider gives up counts as called off at the desk.
    TakesProvidersForTheDesk,
    /// An offer is made whatever has changed of what it was judged upon.
    OffersUponWhatHasChanged,
    /// Whoever was asked for an item is asked again.
    ForgetsWhomItAsked,
    /// When the best has nothing left, nobody else is asked.
    AsksTheBestAlone,
    /// The log keeps the text of a need that was erased.
    KeepsErasedText,
    /// An erased need looks for help again.
    OpensErasedNeeds,
}

impl Plant {
    /// Every bug.
    pub const ALL: [Self; 19] = [
        Self::ForgetsToRelease,
        Self::ConsumesTwice,
        Self::IgnoresRequestKeys,
        Self::AcceptsLapsedOffers,
        Self::CountsItemsTwice,
        Self::LosesAnsweredWrites,
        Self::LeavesGapsInTheLog,
        Self::HoldsAnotherPeriod,
        Self::ForcesSilently,
        Self::CarriesOutHalf,
        Self::AnswersOtherwise,
        Self::DecidesOnAnotherPicture,
        Self::ForgetsToGoOn,
        Self::TakesProvidersForTheDesk,
        Self::OffersUponWhatHasChanged,
        Self::ForgetsWhomItAsked,
        Self::AsksTheBestAlone,
        Self::KeepsErasedText,
        Self::OpensErasedNeeds,
    ];

    /// Changes what is about to be sent, and what it will meet.
    pub(crate) fn before(self, calls: &mut [Call], machine: &Machine, audit: &Audit, now: Timestamp) {
        for call in calls {
            match self {
                Self::IgnoresRequestKeys => call.context.request = None,
                Self::OffersUponWhatHasChanged => call.basis = None,
                Self::TakesProvidersForTheDesk => call.commands.iter_mut().for_each(|command| {
                    if let Command::Step(step) = command
                        && matches!(step.action, Action::Cancel | Action::Fail)
                        && step.role == Role::Partner
                    {
                        step.role = Role::CaseWorker;
                    }
                }),
                Self::CarriesOutHalf if call.commands.len() > 1 => drop(call.commands.pop()),
                Self::ForcesSilently => call.commands.iter_mut().for_each(|command| {
                    if let Command::SetFigures(set) = command {
                        set.force = true;
                    }
                }),
                Self::AcceptsLapsedOffers => {
                    for command in &call.commands {
                        if let Command::Step(step) = command
                            && step.action == Action::Accept
                            && audit.referrals.get(&step.referral).is_some_and(|referral| referral.has_lapsed(now))
                        {
                            machine.execute(&format!(
                                "UPDATE referrals SET expires_at = expires_at + 100 * 86400000000 WHERE id = {}",
                                blob(step.referral.as_uuid())
                            ));
                        }
                    }
                }
                _ => {}
            }
        }
    }

    /// Changes what was answered, and spoils what was stored.
    pub(crate) fn after(self, answers: &mut [Answer], machine: &Machine) {
        for answer in answers {
            let Some((Ok(written), _)) = answer else { continue };
            if written.replayed {
                if self == Self::AnswersOtherwise {
                    written.position.0 -= 1;
                }
                continue;
            }
            for referral in referrals(written) {
                for sql in self.spoil(referral, written.position.0) {
                    // The tables' own rules may be in the way of a bug: then it does not show this time.
                    machine.try_execute(&sql);
                }
            }
        }
    }

    /// Whether a loss of power takes back what was answered long ago.
    pub(crate) fn loses_answered_writes(self) -> bool {
        self == Self::LosesAnsweredWrites
    }

    /// Spoils what an erasure left of a need.
    pub(crate) fn after_erasure(self, need: NeedId, machine: &Machine) {
        match self {
            Self::KeepsErasedText => machine.execute(&format!(
                "UPDATE events SET payload = json_set(payload, '$.after.personal', '00') WHERE position = (SELECT MIN(position) \
                 FROM events WHERE subject = '{}')",
                need.name()
            )),
            Self::OpensErasedNeeds => {
                machine.execute(&format!("UPDATE needs SET state = 'open' WHERE id = {}", blob(need.as_uuid())));
            }
            _ => {}
        }
    }

    fn spoil(self, referral: &Referral, position: i64) -> Vec<String> {
        let id = blob(referral.id.as_uuid());
        let action = referral.last.action;
        let figures = |column: &str, of: fn(LineState) -> bool| -> Vec<String> {
            let lines = referral.lines.iter().filter(|line| of(line.state));
            lines
                .map(|line| {
                    let (pool, amount) = (blob(line.pool.as_uuid()), line.units * line.quantity_per_unit);
                    match line.period_start {
                        None => format!("UPDATE capacity_pools SET {column} = {column} + {amount} WHERE id = {pool}"),
                        Some(start) => format!(
                            "UPDATE capacity_pool_periods SET {column} = {column} + {amount} \
                             WHERE capacity_pool_id = {pool} AND period_start = '{start}'"
                        ),
                    }
                })
                .collect()
        };
        match (self, action) {
            (Self::ForgetsToRelease, Some(Action::Decline)) => figures("pending", |state| state == LineState::Released),
            (Self::ConsumesTwice, Some(Action::Deliver)) => figures("consumed", |state| state == LineState::Consumed),
            (Self::CountsItemsTwice, None) => vec![format!(
                "UPDATE need_items SET referred = referred + {} WHERE need_id = {} AND ordinal = {}",
                referral.units,
                blob(referral.need.as_uuid()),
                referral.item_ordinal
            )],
            (Self::LeavesGapsInTheLog, Some(Action::Accept)) => {
                vec![format!("DELETE FROM events WHERE position = {position}")]
            }
            (Self::HoldsAnotherPeriod, None) if referral.lines.iter().any(|line| line.kind == PoolKind::Slots) => {
                vec![format!(
                    "UPDATE hold_lines SET period_start = date(period_start, '+7 days') \
                     WHERE referral_id = {id} AND period_start IS NOT NULL"
                )]
            }
            (Self::ForgetsToGoOn, Some(Action::Decline)) if referral.origin == Origin::Automatic => {
                vec![format!("UPDATE referrals SET next_is_due = 0 WHERE id = {id}")]
            }
            _ => Vec::new(),
        }
    }
}

fn referrals(written: &Written) -> impl Iterator<Item = &Referral> {
    written.outcomes.iter().filter_map(|outcome| match &outcome.after {
        Some(Change::Referral(referral)) => Some(referral.as_ref()),
        _ => None,
    })
}
