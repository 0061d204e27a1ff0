//! The log by itself: without gaps, and told to its watcher without loss; each referral's way through its states.

use std::collections::HashMap;

use super::Violation;
use crate::history::{Evidence, Fact, Logged, ReferralLogged};

/// Where a referral can go. Written down again here, so that a slip in the domain's table does not excuse itself.
const WAYS: &[(&str, &[&str])] = &[
    ("", &["offered", "accepted"]),
    ("offered", &["accepted", "declined", "expired", "withdrawn"]),
    ("accepted", &["in_progress", "delivered", "cancelled", "failed"]),
    ("in_progress", &["delivered", "cancelled", "failed"]),
    ("delivered", &["confirmed", "disputed"]),
    ("disputed", &["confirmed", "failed"]),
];
/// Each of these resolves a pending hold.
const ANSWERS: &[&str] = &["accepted", "declined", "expired", "withdrawn"];

pub(super) fn check(evidence: &Evidence) -> Vec<Violation> {
    let mut found = Vec::new();
    let mut before = evidence.start;
    for event in &evidence.log {
        if event.position != before + 1 {
            found.push(Violation::LogGap { after: before, next: event.position });
        }
        before = event.position;
    }
    watched(evidence, &mut found);
    ways(&evidence.log, &mut found);
    found
}

fn watched(evidence: &Evidence, found: &mut Vec<Violation>) {
    let mut seen = HashMap::new();
    let mut last = evidence.start;
    for event in &evidence.watched {
        if event.position <= last {
            found.push(Violation::WatcherDoubled(event.position));
        }
        last = last.max(event.position);
        seen.insert(event.position, event);
    }
    for event in evidence.log.iter().filter(|event| event.position <= evidence.watched_to) {
        match seen.get(&event.position) {
            // Rounds are not watched.
            None if matches!(event.fact, Fact::Round(_)) => {}
            None => found.push(Violation::WatcherMissed(event.position)),
            Some(told) => {
                let (referral, need_state) = match &event.fact {
                    Fact::Referral(logged) => (Some(&logged.seen), None),
                    Fact::Need(need) => (None, Some(&need.state)),
                    Fact::Pool(_) | Fact::Round(_) | Fact::Other => (None, None),
                };
                let same = (told.referral.as_ref(), told.need_state.as_ref()) == (referral, need_state);
                if told.subject != event.subject || !same {
                    found.push(Violation::WatcherDiffers(event.position));
                }
            }
        }
    }
}

fn ways(log: &[Logged], found: &mut Vec<Violation>) {
    let mut known: HashMap<&str, (&ReferralLogged, bool)> = HashMap::new();
    for event in log {
        let Fact::Referral(now) = &event.fact else { continue };
        let before = known.get(now.seen.name.as_str()).copied();
        let (from, version) = before.map_or(("", 0), |(before, _)| (before.seen.state.as_str(), before.seen.version));
        let to = now.seen.state.as_str();
        if now.seen.version != version + 1 {
            let subject = now.seen.name.clone();
            found.push(Violation::VersionSkipped { subject, before: version, after: now.seen.version });
        }
        let may = WAYS.iter().any(|(start, ends)| *start == from && ends.contains(&to));
        // A version without a step: it was escalated, or followed by the next offer.
        if !may && from != to {
            let (referral, from, to) = (now.seen.name.clone(), from.to_owned(), to.to_owned());
            found.push(Violation::IllegalStep { referral, from, to, position: event.position });
        }
        let resolved = before.is_some_and(|(_, resolved)| resolved);
        let resolves = ANSWERS.contains(&to) && from != to;
        if resolves && resolved {
            found.push(Violation::ResolvedTwice { referral: now.seen.name.clone(), position: event.position });
        }
        known.insert(&now.seen.name, (now, resolved || resolves));
    }
}
