//! Where a referral stands, as a row of steps.

use maud::{Markup, html};
use wishwell_api::v1::{self, ReferralState};
use wishwell_report::Language;

use crate::pages::visit::Visit;
use crate::pages::words::referral as words;

/// How far a step is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reached {
    Done,
    Now,
    Ahead,
}

/// The steps of a referral that goes well.
const WAY: [ReferralState; 5] = [
    ReferralState::Offered,
    ReferralState::Accepted,
    ReferralState::InProgress,
    ReferralState::Delivered,
    ReferralState::Confirmed,
];

pub(super) fn picture(visit: &Visit, referral: &v1::Referral) -> Markup {
    html! {
        ol class="steps" {
            @for (state, reached) in steps(referral.state()) {
                @let (class, says) = match reached {
                    Reached::Done => ("done", visit.say("（已完成）", "(done)")),
                    Reached::Now => ("now", visit.say("（现在）", "(now)")),
                    Reached::Ahead => ("ahead", visit.say("（之后）", "(ahead)")),
                };
                li class=(class) aria-current=[(reached == Reached::Now).then_some("step")] {
                    span class="dot" aria-hidden="true" {}
                    span { (name(visit.language, referral, state, reached)) span class="unseen" { (says) } }
                }
            }
        }
    }
}

/// A step of the way is called by what is to be done there, an end by what it is.
fn name(language: Language, referral: &v1::Referral, state: ReferralState, reached: Reached) -> &'static str {
    match (state, reached) {
        (ReferralState::Offered, _) => language.pick("提出", "Offered"),
        (ReferralState::Accepted, Reached::Ahead) => language.pick("接受", "Accept"),
        (ReferralState::InProgress, Reached::Ahead) => language.pick("开始", "Start"),
        (ReferralState::Delivered, Reached::Ahead) => language.pick("提供", "Deliver"),
        (ReferralState::Delivered, _) => language.pick("已提供", "Delivered"),
        (ReferralState::Confirmed, Reached::Ahead) => language.pick("对方确认", "Confirmed by them"),
        _ if state == referral.state() => words::standing(language, referral),
        _ => words::state(language, state),
    }
}

/// The steps behind, the one it stands at, and those ahead.
fn steps(state: ReferralState) -> Vec<(ReferralState, Reached)> {
    if let Some(at) = WAY.iter().position(|step| *step == state) {
        let reached = |nth: usize| match nth.cmp(&at) {
            std::cmp::Ordering::Less => Reached::Done,
            std::cmp::Ordering::Equal if at + 1 == WAY.len() => Reached::Done,
            std::cmp::Ordering::Equal => Reached::Now,
            std::cmp::Ordering::Greater => Reached::Ahead,
        };
        return WAY.iter().enumerate().map(|(nth, step)| (*step, reached(nth))).collect();
    }
    let behind: &[ReferralState] = match state {
        ReferralState::Disputed => &[ReferralState::Offered, ReferralState::Accepted, ReferralState::Delivered],
        ReferralState::Cancelled | ReferralState::Failed => &[ReferralState::Offered, ReferralState::Accepted],
        _ => &[ReferralState::Offered],
    };
    behind.iter().map(|step| (*step, Reached::Done)).chain([(state, Reached::Now)]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_what_came_to_a_part_says_so() {
        let end = |arrived_units| {
            let state = ReferralState::Failed;
            let referral = v1::Referral { state: state.into(), arrived_units, ..v1::Referral::default() };
            steps(state).into_iter().map(|(state, reached)| name(Language::En, &referral, state, reached)).next_back()
        };
        assert_eq!((end(0), end(3)), (Some("Came to nothing"), Some("Came to a part only")));
    }

    #[test]
    fn what_goes_well_shows_the_way_ahead_and_what_ended_shows_its_end() {
        let accepted: Vec<Reached> = steps(ReferralState::Accepted).into_iter().map(|step| step.1).collect();
        assert_eq!(accepted, [Reached::Done, Reached::Now, Reached::Ahead, Reached::Ahead, Reached::Ahead]);
        assert!(steps(ReferralState::Confirmed).iter().all(|step| step.1 == Reached::Done));
        assert_eq!(
            steps(ReferralState::Declined),
            [(ReferralState::Offered, Reached::Done), (ReferralState::Declined, Reached::Now)]
        );
        assert_eq!(steps(ReferralState::Disputed).len(), 4);
    }
}
