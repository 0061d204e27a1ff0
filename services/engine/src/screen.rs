//! What a leaf's own lines say of a resource: most of those that do not fit are known not to before their rows are read.

use wishwell_domain::resource::DeliveryMode;

use crate::assess::{Eligible, Memo};
use crate::context::Context;
use crate::index::leaf::{Entry, Rule, Serves};
use crate::reason::ModeSet;
use crate::snapshot::row::ANY_UNIT;

/// What can be told from an entry.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Screened {
    /// A lower bound of the number of constraints it fails.
    pub(crate) failures: u8,
    /// Whether its rule is known not to be settled.
    pub(crate) uncertain: bool,
}

impl Context<'_> {
    /// Screens an entry at least so far away; none where either side has no place.
    #[inline]
    pub(crate) fn screen(&self, entry: Entry, metres_at_least: Option<f32>, memo: &mut Memo) -> Screened {
        let eligible = match entry.rule() {
            Rule::Unsaid => Eligible::Anyone,
            Rule::Program(program) => memo.eligible(self, program),
        };
        let fails = [
            entry.is_paused(),
            entry.unit != ANY_UNIT && entry.unit != self.unit.index(),
            !self.may_serve(entry, metres_at_least),
            !self.may_reach(entry, metres_at_least),
            eligible == Eligible::No,
        ];
        let failures = fails.into_iter().map(u8::from).sum();
        Screened { failures, uncertain: eligible == Eligible::Unknown }
    }

    #[inline]
    fn may_serve(&self, entry: Entry, metres_at_least: Option<f32>) -> bool {
        match entry.serves() {
            Serves::Anywhere => true,
            // 24 bits, as the distance.
            Serves::Within(metres) => metres_at_least.is_some_and(|at_least| at_least <= metres as f32),
            Serves::Division(division) => self.chain().contains(&division),
        }
    }

    /// Whether a mode may reach the beneficiary, however the organization is vetted.
    #[inline]
    fn may_reach(&self, entry: Entry, metres_at_least: Option<f32>) -> bool {
        let far = metres_at_least.is_some_and(|at_least| at_least > self.max_travel_metres as f32);
        let within_reach = if far { !ModeSet::NONE.with(DeliveryMode::OnSite).bits() } else { u8::MAX };
        !entry.modes().and(self.modes).and(ModeSet::from_bits(within_reach)).is_empty()
    }
}
