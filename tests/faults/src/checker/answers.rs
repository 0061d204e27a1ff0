//! Answers against the log: nothing that was answered is lost, nothing happened twice, and nothing that nobody asked for.

use std::collections::{BTreeMap, HashMap};

use uuid::Uuid;

use super::Violation;
use super::rounds::planners_in;
use crate::history::{Answer, Attempt, Evidence, Fact, Kind, Logged, NeedSeen, Outcome, ReferralSeen, Refusal, Seen};

pub(super) fn check(evidence: &Evidence) -> Vec<Violation> {
    let mut found = Vec::new();
    let log = Index::of(&evidence.log);
    let mut requests: BTreeMap<Uuid, Vec<&Attempt>> = BTreeMap::new();
    for attempt in &evidence.attempts {
        broken(attempt, &mut found);
        if !attempt.kind.is_read() {
            requests.entry(attempt.request).or_default().push(attempt);
        }
    }
    let mut claimed: HashMap<(&str, i64), Uuid> = HashMap::new();
    for (request, attempts) in &requests {
        let Some(answer) = one_answer(*request, attempts, &mut found) else { continue };
        kept(*request, attempts[0].kind, answer, &log, &mut found);
        let (name, version) = match &answer.seen {
            Seen::Referral(seen) => (&seen.name, seen.version),
            Seen::Need(seen) => (&seen.name, seen.version),
            Seen::Round(seen) => (&seen.name, seen.version),
            Seen::Pool(_) | Seen::Nothing => continue,
        };
        if claimed.insert((name, version), *request).is_some() {
            found.push(Violation::OneEffectForTwo { subject: name.clone(), version });
        }
    }
    unclaimed(evidence, &claimed, &mut found);
    order(evidence, &requests, &mut found);
    found
}

/// Answers that are not in the log.
pub(super) fn lost(attempts: &[Attempt], log: &[Logged]) -> Vec<Violation> {
    let (log, mut found) = (Index::of(log), Vec::new());
    for attempt in attempts.iter().filter(|attempt| !attempt.kind.is_read()) {
        if let Outcome::Done(answer) = &attempt.outcome {
            kept(attempt.request, attempt.kind, answer, &log, &mut found);
        }
    }
    found
}

/// The log by what it tells of.
struct Index<'l> {
    referrals: HashMap<(&'l str, i64), (i64, &'l ReferralSeen)>,
    /// Pools, needs and rounds.
    others: HashMap<(&'l str, i64), (i64, &'l Fact)>,
}

impl<'l> Index<'l> {
    fn of(log: &'l [Logged]) -> Self {
        let mut index = Self { referrals: HashMap::new(), others: HashMap::new() };
        for event in log {
            match &event.fact {
                Fact::Referral(logged) => {
                    index.referrals.insert((&logged.seen.name, logged.seen.version), (event.position, &logged.seen));
                }
                Fact::Pool(pool) => {
                    index.others.insert((&pool.name, pool.version), (event.position, &event.fact));
                }
                Fact::Need(need) => {
                    index.others.insert((&need.name, need.version), (event.position, &event.fact));
                }
                Fact::Round(round) => {
                    index.others.insert((&round.name, round.version), (event.position, &event.fact));
                }
                Fact::Other => {}
            }
        }
        index
    }
}

/// A server under faults may be away, late or busy; it may not be wrong.
fn broken(attempt: &Attempt, found: &mut Vec<Violation>) {
    let (Outcome::Refused(refusal) | Outcome::Unknown(refusal)) = &attempt.outcome else { return };
    if ["INTERNAL", "DATA_LOSS"].contains(&refusal.reason.as_str()) {
        found.push(Violation::Defect { kind: attempt.kind, refusal: refusal.clone() });
    }
}

/// The one answer of a request, if it was ever answered.
fn one_answer<'a>(request: Uuid, attempts: &[&'a Attempt], found: &mut Vec<Violation>) -> Option<&'a Answer> {
    let kind = attempts[0].kind;
    let mut answers = attempts.iter().filter_map(|attempt| match &attempt.outcome {
        Outcome::Done(answer) => Some(answer),
        _ => None,
    });
    let first = answers.next();
    if let Some(first) = first {
        if answers.any(|other| other != first) {
            found.push(Violation::TwoAnswers { request, kind });
        }
        return Some(first);
    }
    // Refused at last: a refusal is what would have been answered had it happened before.
    let last = attempts.iter().max_by_key(|attempt| attempt.ended)?;
    if let Outcome::Unknown(Refusal { code, reason }) = &last.outcome {
        let last = Refusal { code: code.clone(), reason: reason.clone() };
        found.push(Violation::NeverKnown { request, kind, last });
    }
    None
}

/// What was answered is in the log, as it was answered and no later than was said.
fn kept(request: Uuid, kind: Kind, answer: &Answer, log: &Index<'_>, found: &mut Vec<Violation>) {
    let lost = |subject: &str| Violation::LostAnswer { request, kind, subject: subject.to_owned() };
    match &answer.seen {
        Seen::Referral(seen) => match log.referrals.get(&(seen.name.as_str(), seen.version)) {
            Some((position, _)) if *position > answer.position => found.push(lost(&seen.name)),
            Some((_, logged)) if *logged != seen => {
                found.push(Violation::AnswerDiffersFromLog { request, answered: seen.clone() });
            }
            Some(_) => {}
            None => found.push(lost(&seen.name)),
        },
        Seen::Pool(seen) => match log.others.get(&(seen.name.as_str(), seen.version)) {
            Some((position, Fact::Pool(logged))) if *position <= answer.position && logged == seen => {}
            _ => found.push(lost(&seen.name)),
        },
        Seen::Need(seen) => match log.others.get(&(seen.name.as_str(), seen.version)) {
            Some((position, Fact::Need(logged))) if *position <= answer.position && logged == seen => {}
            _ => found.push(lost(&seen.name)),
        },
        Seen::Round(seen) => match log.others.get(&(seen.name.as_str(), seen.version)) {
            Some((position, Fact::Round(logged))) if *position <= answer.position && logged == seen => {}
            _ => found.push(lost(&seen.name)),
        },
        Seen::Nothing => {}
    }
}

/// Every step in the log that time, a round or a consequence did not take was asked for by a request that was told so; and so was whatever is
/// said of a need, so that in the end it is as was answered last.
fn unclaimed(evidence: &Evidence, claimed: &HashMap<(&str, i64), Uuid>, found: &mut Vec<Violation>) {
    let planners = planners_in(&evidence.log);
    let mut known: HashMap<&str, &Fact> = HashMap::new();
    for event in &evidence.log {
        let (name, version, asked_for) = match &event.fact {
            Fact::Referral(now) => {
                let asked_for = match known.get(now.seen.name.as_str()) {
                    Some(Fact::Referral(before)) => {
                        before.seen.state != now.seen.state && now.seen.state != "expired" && !now.consequence
                    }
                    _ => now.previous.is_none() && !planners.contains(now.by.as_str()),
                };
                (&now.seen.name, now.seen.version, asked_for)
            }
            Fact::Need(now) => {
                let said = |need: &NeedSeen| (need.asked(), need.useful, need.ending().map(str::to_owned));
                let asked_for = match known.get(now.name.as_str()) {
                    Some(Fact::Need(before)) => said(before) != said(now),
                    _ => true,
                };
                (&now.name, now.version, asked_for)
            }
            Fact::Round(now) => {
                let asked_for = match known.get(now.name.as_str()) {
                    Some(Fact::Round(before)) => before.state != "cancelled" && now.state == "cancelled",
                    _ => true,
                };
                (&now.name, now.version, asked_for)
            }
            Fact::Pool(_) | Fact::Other => continue,
        };
        known.insert(name, &event.fact);
        if asked_for && !claimed.contains_key(&(name.as_str(), version)) {
            found.push(Violation::EffectOfNobody { position: event.position, subject: name.clone() });
        }
    }
}

/// What was answered before a call was sent stands before it: in the log for writes, in the answer for reads.
fn order(evidence: &Evidence, requests: &BTreeMap<Uuid, Vec<&Attempt>>, found: &mut Vec<Violation>) {
    let mut by_sending: Vec<&Attempt> = evidence.attempts.iter().collect();
    by_sending.sort_by_key(|attempt| attempt.invoked);
    let mut by_ending: Vec<&Attempt> = evidence.attempts.iter().collect();
    by_ending.sort_by_key(|attempt| attempt.ended);
    let mut ended = by_ending.into_iter().peekable();
    let mut reached = 0;
    let mut versions: HashMap<&str, i64> = HashMap::new();
    for attempt in by_sending {
        while let Some(before) = ended.next_if(|before| before.ended < attempt.invoked) {
            let Outcome::Done(answer) = &before.outcome else { continue };
            reached = reached.max(answer.position);
            if let Seen::Referral(seen) = &answer.seen {
                let version = versions.entry(&seen.name).or_default();
                *version = (*version).max(seen.version);
            }
        }
        let Outcome::Done(answer) = &attempt.outcome else { continue };
        match (&answer.seen, attempt.kind) {
            (Seen::Referral(seen), Kind::GetReferral) => {
                let answered = versions.get(seen.name.as_str()).copied().unwrap_or(0);
                if seen.version < answered {
                    let subject = seen.name.clone();
                    found.push(Violation::StaleRead { subject, read: seen.version, answered });
                }
            }
            // What was sent more than once may have happened the first time.
            (_, kind)
                if !kind.is_read()
                    && requests.get(&attempt.request).is_some_and(|sent| sent.len() == 1)
                    && answer.position <= reached =>
            {
                let (request, position) = (attempt.request, answer.position);
                found.push(Violation::OutOfOrder { request, position, answered: reached });
            }
            _ => {}
        }
    }
}
