//! How often what happened: a simulation in which nothing happens proves nothing.

use std::collections::BTreeMap;

/// Something that a thousand simulations must have seen many times.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Happening {
    /// A request was carried out.
    CarriedOut,
    /// A request was refused.
    Refused,
    /// A call was answered with what was kept.
    AnsweredAgain,
    /// A caller went away before the answer.
    Torn,
    /// The same request came twice at once.
    Doubled,
    /// Calls came in another order than they were sent in.
    Reordered,
    /// A call was held up on its way and came after later ones.
    HeldUp,
    /// The process ended in the midst of a request.
    EndedWithin,
    /// The process ended after a commit of which nobody was told.
    EndedAfterCommit,
    /// The power failed in the midst of what was written.
    PowerLost,
    /// Requests were taken back by a crash, all of them unanswered.
    TakenBack,
    /// The engine chose whom to ask.
    Automatic,
    /// An offer followed one that had come to nothing.
    Followed,
    /// Help arrived.
    Delivered,
    /// A part had arrived when a promise ended early.
    ArrivedInPart,
    /// What was said to be delivered was there still.
    CameBack,
    /// An offer lapsed.
    Lapsed,
    /// Nobody was left to ask, or help was overdue.
    Escalated,
    /// A promise was called off because a pool was counted anew.
    CalledOff,
    /// Whoever had promised help upon an automatic offer gave it up.
    GivenUp,
    /// An offer was refused because what it was judged upon had changed.
    Outdated,
    /// A sweeper's offer was refused and somebody else asked.
    AskedOn,
    /// A need was erased.
    Erased,
}

impl Happening {
    /// All of them.
    pub const ALL: [Self; 23] = [
        Self::CarriedOut,
        Self::Refused,
        Self::AnsweredAgain,
        Self::Torn,
        Self::Doubled,
        Self::Reordered,
        Self::HeldUp,
        Self::EndedWithin,
        Self::EndedAfterCommit,
        Self::PowerLost,
        Self::TakenBack,
        Self::Automatic,
        Self::Followed,
        Self::Delivered,
        Self::ArrivedInPart,
        Self::CameBack,
        Self::Lapsed,
        Self::Escalated,
        Self::CalledOff,
        Self::GivenUp,
        Self::Outdated,
        Self::AskedOn,
        Self::Erased,
    ];
}

/// How often each of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counts(BTreeMap<Happening, usize>);

impl Counts {
    pub(crate) fn note(&mut self, what: Happening, times: usize) {
        *self.0.entry(what).or_default() += times;
    }

    /// Adds those of another simulation.
    pub fn add(&mut self, other: &Self) {
        for (what, times) in &other.0 {
            self.note(*what, *times);
        }
    }

    /// The rarest, and how often it was.
    #[must_use]
    pub fn rarest(&self) -> Option<(Happening, usize)> {
        let counted = Happening::ALL.into_iter().map(|what| (what, self.0.get(&what).copied().unwrap_or_default()));
        counted.min_by_key(|(_, times)| *times)
    }
}
