//! What happened to a need, one moment after the other, out of the log.

use std::collections::HashMap;

use wishwell_api::v1;
use wishwell_api::v1::{EventKind, NeedState, ReferralAction};

use crate::pages::words::figures::instant;

/// What happened.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum What {
    /// The need came in.
    Submitted,
    /// It was published as a wish.
    Published,
    /// Something in it was changed.
    Changed,
    /// What was personal in it was erased.
    Erased,
    /// It stands elsewhere now.
    Stands(NeedState),
    /// A referral was made or took a step; the seconds are those since its offer.
    Step { referral: Box<v1::Referral>, action: ReferralAction, seconds: i64 },
    /// A referral was escalated.
    Escalated(Box<v1::Referral>),
}

/// A moment.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Moment {
    pub(super) at: Option<prost_types::Timestamp>,
    pub(super) by: String,
    pub(super) what: What,
}

/// All moments, the oldest first. `events` are those of the need and its referrals, in the order of the log.
pub(super) fn timeline(need: &v1::Need, events: &[v1::Event]) -> Vec<Moment> {
    let mut moments = Vec::new();
    let mut state = NeedState::Unspecified;
    let mut known: HashMap<&str, &v1::Referral> = HashMap::new();
    for event in events {
        match (event.kind(), &event.referral) {
            // It has come back since: what happened elsewhere is told to nobody here.
            (EventKind::Need, _) if event.need_left => {}
            (EventKind::Need, _) => {
                let before = std::mem::replace(&mut state, event.need_state());
                // A need's figures follow its referrals, in the same instant: that is told by the referral.
                let follows =
                    || events.iter().any(|other| other.referral.is_some() && other.event_time == event.event_time);
                if before == NeedState::Unspecified {
                    moments.push(moment(event, What::Submitted));
                } else if before != state {
                    moments.push(moment(event, What::Stands(state)));
                } else if !follows() {
                    let erased = need.erase_time.is_some() && need.erase_time == event.event_time;
                    moments.push(moment(event, if erased { What::Erased } else { What::Changed }));
                }
            }
            (_, Some(referral)) => {
                let before = known.insert(&referral.name, referral);
                moments.extend(steps(before, referral).into_iter().map(|what| moment(event, what)));
            }
            _ => {}
        }
    }
    steps_first(&mut moments);
    publish(need, &mut moments);
    moments
}

/// Where a need stands follows from a step of the same instant, and is told after it.
fn steps_first(moments: &mut [Moment]) {
    for nth in 1..moments.len() {
        let (before, after) = (&moments[nth - 1], &moments[nth]);
        let follows = matches!((&before.what, &after.what), (What::Stands(_), What::Step { .. }));
        if follows && before.at == after.at {
            moments.swap(nth - 1, nth);
        }
    }
}

fn moment(event: &v1::Event, what: What) -> Moment {
    Moment { at: event.event_time, by: event.principal.clone(), what }
}

/// What is new in a referral.
fn steps(before: Option<&v1::Referral>, referral: &v1::Referral) -> Vec<What> {
    let step = |action| What::Step {
        referral: Box::new(referral.clone()),
        action,
        seconds: seconds_between(referral.create_time.as_ref(), referral.last_action_time.as_ref()),
    };
    let mut new = Vec::new();
    if before.is_none() {
        new.push(step(ReferralAction::Unspecified));
    }
    let stepped = before.is_none_or(|before| {
        (before.last_action, before.last_action_time) != (referral.last_action, referral.last_action_time)
    });
    if stepped && referral.last_action() != ReferralAction::Unspecified {
        new.push(step(referral.last_action()));
    }
    if referral.escalate_time.is_some() && before.is_none_or(|before| before.escalate_time.is_none()) {
        new.push(What::Escalated(Box::new(referral.clone())));
    }
    new
}

/// The log does not say which change published it; the need does.
fn publish(need: &v1::Need, moments: &mut Vec<Moment>) {
    let Some(at) = need.wish.as_ref().and_then(|wish| wish.publish_time) else { return };
    let later = |moment: &Moment| instant(moment.at.as_ref()) > instant(Some(&at));
    // A need that comes in as a wish is published a moment before it is written.
    let place = moments.iter().position(later).unwrap_or(moments.len()).max(moments.len().min(1));
    let by = place.checked_sub(1).and_then(|before| moments.get(before)).map(|before| before.by.clone());
    moments.insert(place, Moment { at: Some(at), by: by.unwrap_or_default(), what: What::Published });
}

fn seconds_between(from: Option<&prost_types::Timestamp>, to: Option<&prost_types::Timestamp>) -> i64 {
    match (from, to) {
        (Some(from), Some(to)) => (to.seconds - from.seconds).max(0),
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Option<prost_types::Timestamp> {
        Some(prost_types::Timestamp { seconds, nanos: 0 })
    }

    fn need_event(seconds: i64, state: NeedState) -> v1::Event {
        v1::Event {
            event_time: at(seconds),
            kind: EventKind::Need.into(),
            need_state: state.into(),
            ..v1::Event::default()
        }
    }

    fn step_event(seconds: i64, action: ReferralAction, escalated: Option<i64>) -> v1::Event {
        let referral = v1::Referral {
            name: "referrals/1".to_owned(),
            create_time: at(100),
            last_action: action.into(),
            last_action_time: at(seconds),
            escalate_time: escalated.and_then(at),
            ..v1::Referral::default()
        };
        v1::Event {
            event_time: at(seconds),
            kind: EventKind::Referral.into(),
            referral: Some(referral),
            ..v1::Event::default()
        }
    }

    fn told(need: &v1::Need, events: &[v1::Event]) -> Vec<String> {
        timeline(need, events)
            .into_iter()
            .map(|moment| match moment.what {
                What::Step { action, seconds, .. } => format!("{} after {seconds}", action.as_str_name()),
                What::Escalated(_) => "escalated".to_owned(),
                other => format!("{other:?}"),
            })
            .collect()
    }

    #[test]
    fn a_need_that_is_served_is_told_from_its_beginning_to_its_end() {
        let wish = v1::Wish { publish_time: at(10), ..v1::Wish::default() };
        let need = v1::Need { wish: Some(wish), ..v1::Need::default() };
        let events = [
            need_event(10, NeedState::Open),
            need_event(50, NeedState::Open),
            step_event(100, ReferralAction::Unspecified, None),
            need_event(100, NeedState::Open),
            step_event(160, ReferralAction::Accept, None),
            step_event(160, ReferralAction::Accept, Some(170)),
            step_event(400, ReferralAction::Deliver, Some(170)),
            need_event(400, NeedState::Served),
        ];
        let expected = [
            "Submitted",
            "Published",
            "Changed",
            "REFERRAL_ACTION_UNSPECIFIED after 0",
            "REFERRAL_ACTION_ACCEPT after 60",
            "escalated",
            "REFERRAL_ACTION_DELIVER after 300",
            "Stands(Served)",
        ];
        assert_eq!(told(&need, &events), expected);
    }

    #[test]
    fn a_cause_is_told_before_what_follows_from_it_in_the_same_instant() {
        let wish = v1::Wish { publish_time: at(9), ..v1::Wish::default() };
        let need = v1::Need { wish: Some(wish), ..v1::Need::default() };
        let events = [
            need_event(10, NeedState::Open),
            step_event(100, ReferralAction::Accept, None),
            need_event(400, NeedState::Served),
            step_event(400, ReferralAction::Deliver, None),
        ];
        let expected = [
            "Submitted",
            "Published",
            "REFERRAL_ACTION_UNSPECIFIED after 0",
            "REFERRAL_ACTION_ACCEPT after 0",
            "REFERRAL_ACTION_DELIVER after 300",
            "Stands(Served)",
        ];
        assert_eq!(told(&need, &events), expected);
    }

    #[test]
    fn what_left_and_came_back_is_told_without_the_time_in_between() {
        let left = v1::Event { need_left: true, ..need_event(50, NeedState::Unspecified) };
        let events = [need_event(10, NeedState::Open), left, need_event(90, NeedState::Open)];
        assert_eq!(told(&v1::Need::default(), &events), ["Submitted", "Changed"]);
    }

    #[test]
    fn an_erasure_is_told_as_one() {
        let need = v1::Need { erase_time: at(300), ..v1::Need::default() };
        let events = [(10, NeedState::Open), (200, NeedState::Closed), (300, NeedState::Closed)];
        let events = events.map(|(seconds, state)| need_event(seconds, state));
        assert_eq!(told(&need, &events), ["Submitted", "Stands(Closed)", "Erased"]);
    }

    #[test]
    fn what_is_claimed_was_offered_and_accepted_in_one() {
        let events = [step_event(100, ReferralAction::Accept, None)];
        let expected = ["REFERRAL_ACTION_UNSPECIFIED after 0", "REFERRAL_ACTION_ACCEPT after 0"];
        assert_eq!(told(&v1::Need::default(), &events), expected);
    }
}
