//! What a provider says by telephone, recorded by the case worker who was told: most organizations have nobody who signs in.

use maud::{Markup, html};
use wishwell_api::v1::{self, PrincipalRole, ReferralOrigin, ReferralState};
use wishwell_domain::principal::Role;
use wishwell_domain::referral::Action;
use wishwell_report::Language;

use super::view::{address, hidden};
use crate::pages::amounts::{arrived_field, delivered, promised};
use crate::pages::apart::about;
use crate::pages::steps;
use crate::pages::visit::{SignedIn, Visit};
use crate::pages::words::referral as words;

/// A provider's steps in the order in which they are shown.
const TOLD: [Action; 6] =
    [Action::Accept, Action::Decline, Action::Start, Action::Deliver, Action::Cancel, Action::Fail];

/// Those of them that a case worker may record from a state.
fn possible(state: ReferralState) -> impl Iterator<Item = Action> {
    TOLD.into_iter().filter(move |action| steps::may_take_for_provider(Role::CaseWorker, state, *action))
}

/// The steps of a referral that is called so here, folded away until they are wanted. The service lets a case worker alone speak for a
/// provider.
pub(super) fn told(user: &SignedIn, referral: &v1::Referral, name: &str) -> Markup {
    let visit = &user.visit;
    let speaks = user.session.role == PrincipalRole::CaseWorker;
    let steps: Vec<Action> = possible(referral.state()).filter(|_| speaks).collect();
    let summary = visit.say("对方来电告知…", "Told by telephone…");
    html! {
        @if !steps.is_empty() {
            details class="told" {
                summary aria-label=(about(visit, summary, name)) { (summary) }
                div class="steps" role="group" aria-label=(name) {
                    @for action in steps {
                        form method="post" action=(address(referral, action)) {
                            (hidden(referral))
                            (fields(visit, referral, action))
                            @let says = said(visit, action);
                            button aria-label=(about(visit, says, name)) { (says) }
                        }
                    }
                }
            }
        }
    }
}

fn fields(visit: &Visit, referral: &v1::Referral, action: Action) -> Markup {
    html! {
        @match action {
            Action::Accept if referral.enquiry => { (promised(visit, referral, visit.say("能提供多少", "How much they can give"))) }
            Action::Decline => { (why(visit, action)) }
            // Of these a case worker has steps of its own.
            Action::Cancel | Action::Fail => {
                input type="hidden" name="by_provider" value="yes";
                (why(visit, action))
                @if referral.units > 1 {
                    (arrived_field(visit, referral))
                    p class="note" { (missing(visit.language, referral.origin())) }
                }
            }
            Action::Deliver if referral.units > 1 => { (delivered(visit, referral, &missing(visit.language, referral.origin()))) }
            _ => {}
        }
    }
}

fn why(visit: &Visit, action: Action) -> Markup {
    html! {
        label {
            (visit.say("原因 ", "Why "))
            select name="reason" required {
                option value="" { (visit.say("请选择", "please choose")) }
                @for &reason in words::providers_reasons(action) {
                    option value=(i32::from(reason)) { (words::reason(visit.language, reason)) }
                }
            }
        }
    }
}

/// What becomes of what is promised and does not arrive.
fn missing(language: Language, origin: ReferralOrigin) -> String {
    let (zh, en) = match origin {
        ReferralOrigin::Automatic => {
            ("少于约定的部分会退回，并自动另请他人。", "What is missing is given back, and somebody else is asked.")
        }
        // It goes back to nobody: it was given once.
        ReferralOrigin::Pledge => ("少于约定的部分又算还缺。", "What is missing is lacking again. "),
        _ => ("少于约定的部分会退回，又算还缺。", "What is missing is given back, and is lacking again."),
    };
    let once = if origin == ReferralOrigin::Pledge { words::given_once(language) } else { "" };
    format!("{}{once}", language.pick(zh, en))
}

fn said(visit: &Visit, action: Action) -> &'static str {
    match action {
        Action::Accept => visit.say("对方接受", "They accept"),
        Action::Decline => visit.say("对方婉拒", "They decline"),
        Action::Start => visit.say("对方已开始", "They have begun"),
        Action::Cancel => visit.say("对方取消承诺", "They call it off"),
        Action::Fail => visit.say("对方说没有（全部）办成", "They say that it did not all come about"),
        _ => visit.say("对方说已提供", "They say that it has arrived"),
    }
}

#[cfg(test)]
mod tests {
    use wishwell_domain::referral;
    use wishwell_domain::referral::transition::transition;

    use super::*;

    #[test]
    fn what_is_missing_of_a_pledge_is_given_back_to_nobody() {
        for (language, back) in [(Language::Zh, "退回"), (Language::En, "given back")] {
            let pledge = missing(language, ReferralOrigin::Pledge);
            assert!(!pledge.contains(back) && pledge.ends_with(words::given_once(language)), "{pledge}");
            let others =
                [ReferralOrigin::Automatic, ReferralOrigin::Chosen, ReferralOrigin::Claim, ReferralOrigin::Round];
            assert!(others.into_iter().all(|origin| missing(language, origin).contains(back)));
        }
    }

    #[test]
    fn a_case_worker_may_record_each_step_that_is_shown_and_every_step_of_a_provider_is_shown() {
        for (state, from) in [
            (ReferralState::Offered, referral::ReferralState::Offered),
            (ReferralState::Accepted, referral::ReferralState::Accepted),
            (ReferralState::InProgress, referral::ReferralState::InProgress),
            (ReferralState::Delivered, referral::ReferralState::Delivered),
            (ReferralState::Disputed, referral::ReferralState::Disputed),
        ] {
            for action in Action::ALL {
                let providers = transition(from, action)
                    .is_some_and(|line| line.may_be_taken_by(Role::CaseWorker) && line.may_be_taken_by(Role::Partner));
                assert_eq!(possible(state).any(|shown| shown == action), providers, "{action:?} from {state:?}");
            }
        }
    }
}
