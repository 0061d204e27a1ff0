//! Rounds: each goes its way to an end, and what is offered in the name of one is what it says that it offered, each once.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::Violation;
use crate::history::{Evidence, Fact, Logged, OutcomeKept, ReferralLogged, RoundSeen};

/// Where a round can go. Written down again here, so that a slip in the domain's table does not excuse itself.
const WAYS: &[(&str, &[&str])] = &[
    ("", &["pending"]),
    ("pending", &["running", "cancelled", "failed"]),
    ("running", &["running", "solved", "cancelled", "failed"]),
    ("solved", &["solved", "committing", "cancelled", "failed"]),
    ("committing", &["committing", "committed", "cancelled", "failed"]),
    // What stands of one that was called off is counted later.
    ("cancelled", &["cancelled"]),
];

pub(super) fn check(evidence: &Evidence) -> Vec<Violation> {
    let mut found = Vec::new();
    let rounds = ways(&evidence.log, &mut found);
    if evidence.rounds_over {
        for Way { last, .. } in rounds.values().filter(|round| !is_over(round.last)) {
            found.push(Violation::RoundNeverEnds { round: last.name.clone(), state: last.state.clone() });
        }
    }
    let made = made(&evidence.log, &rounds);
    let mut named: BTreeSet<&str> = BTreeSet::new();
    for outcome in &evidence.outcomes {
        let asked_by = rounds.get(outcome.round.as_str()).map(|round| round.last.requested_by.as_str());
        for name in &outcome.made {
            if !named.insert(name) {
                found.push(Violation::OfferedTwice { round: outcome.round.clone(), referral: name.clone() });
            }
            let is_so = made.get(name.as_str()).is_some_and(|made| {
                (made.referral.need == outcome.need && made.referral.item == outcome.item)
                    && asked_by == Some(made.referral.by.as_str())
            });
            if !is_so {
                found.push(Violation::NeverOffered { round: outcome.round.clone(), referral: name.clone() });
            }
        }
    }
    for round in rounds.values().filter(|round| evidence.results_kept.contains(&round.last.name)) {
        figures(round.last, evidence.outcomes.iter().filter(|outcome| outcome.round == round.last.name), &mut found);
    }
    unnamed(evidence, &rounds, &made, &named, &mut found);
    found
}

fn is_over(round: &RoundSeen) -> bool {
    match round.state.as_str() {
        "committed" | "cancelled" | "failed" => true,
        "solved" => round.dry_run,
        _ => false,
    }
}

/// A round as it came to be.
struct Way<'l> {
    last: &'l RoundSeen,
    /// The position from which on it may have made offers.
    offers_after: Option<i64>,
}

fn ways<'l>(log: &'l [Logged], found: &mut Vec<Violation>) -> BTreeMap<&'l str, Way<'l>> {
    let mut rounds: BTreeMap<&str, Way<'_>> = BTreeMap::new();
    for event in log {
        let Fact::Round(now) = &event.fact else { continue };
        let before = rounds.get(now.name.as_str());
        let (from, version) = before.map_or(("", 0), |way| (way.last.state.as_str(), way.last.version));
        if now.version != version + 1 {
            found.push(Violation::VersionSkipped { subject: now.name.clone(), before: version, after: now.version });
        }
        let may = WAYS.iter().any(|(start, ends)| *start == from && ends.contains(&now.state.as_str()));
        // A dry run ends when it is solved.
        if !may || before.is_some_and(|way| way.last.dry_run && is_over(way.last)) {
            let (round, from, to) = (now.name.clone(), from.to_owned(), now.state.clone());
            found.push(Violation::RoundAstray { round, from, to, position: event.position });
        }
        let offers_after = before.and_then(|way| way.offers_after);
        let offers_after = offers_after.or((now.state == "committing").then_some(event.position));
        rounds.insert(&now.name, Way { last: now, offers_after });
    }
    rounds
}

/// What was offered in the name of a round.
struct Made<'l> {
    referral: &'l ReferralLogged,
    position: i64,
}

fn made<'l>(log: &'l [Logged], rounds: &BTreeMap<&str, Way<'_>>) -> HashMap<&'l str, Made<'l>> {
    let planners = planners(rounds);
    let mut made: HashMap<&str, Made<'_>> = HashMap::new();
    for event in log {
        if let Fact::Referral(referral) = &event.fact
            && referral.seen.version == 1
            && planners.contains(referral.by.as_str())
        {
            made.insert(&referral.seen.name, Made { referral, position: event.position });
        }
    }
    made
}

/// In whose names rounds make offers. They ask for nothing but rounds.
fn planners<'l>(rounds: &BTreeMap<&str, Way<'l>>) -> BTreeSet<&'l str> {
    rounds.values().map(|round| round.last.requested_by.as_str()).collect()
}

/// Names of those who ask for rounds in a log.
pub(super) fn planners_in(log: &[Logged]) -> BTreeSet<&str> {
    planners(&ways(log, &mut Vec::new()))
}

/// What a round counts is what it keeps; what it was to offer, it did or was refused.
fn figures<'l>(round: &RoundSeen, kept: impl Iterator<Item = &'l OutcomeKept>, found: &mut Vec<Violation>) {
    let (mut made, mut refused, mut open) = (0, 0, 0);
    for outcome in kept {
        made += u64::try_from(outcome.made.len()).unwrap_or(u64::MAX);
        refused += outcome.refused;
        open += outcome.open;
    }
    let is_so = match round.state.as_str() {
        "committed" => (made, refused, open) == (round.made, round.refused, 0) && round.planned == made + refused,
        "failed" => (made, refused) == (round.made, round.refused),
        // An offer that was being made may still be made when it is called off, and whoever counts may be killed.
        "cancelled" => made >= round.made,
        _ if round.dry_run => made + refused == 0,
        _ => true,
    };
    if !is_so {
        let (round, written) = (round.name.clone(), round.clone());
        found.push(Violation::RoundMiscounted { round, written, made, refused, open });
    }
}

/// Whatever was offered in the name of a round is known to one, but for what the end of one that was called off or failed left unknown, and
/// for what those made whose results are not kept any more.
fn unnamed(
    evidence: &Evidence,
    rounds: &BTreeMap<&str, Way<'_>>,
    made: &HashMap<&str, Made<'_>>,
    named: &BTreeSet<&str>,
    found: &mut Vec<Violation>,
) {
    let mut allowed: HashMap<&str, u64> = HashMap::new();
    for Way { last, .. } in rounds.values().filter(|round| !evidence.results_kept.contains(&round.last.name)) {
        *allowed.entry(&last.requested_by).or_default() += last.made;
    }
    let mut left: Vec<&Made<'_>> =
        made.values().filter(|made| !named.contains(made.referral.seen.name.as_str())).collect();
    left.sort_by_key(|made| made.position);
    for Made { referral, position } in left {
        let cut_off = rounds.values().any(|round| {
            let by_now = round.offers_after.is_some_and(|after| after < *position);
            by_now && round.last.requested_by == referral.by && round.last.state != "committed"
        });
        let allowed = allowed.entry(&referral.by).or_default();
        match (cut_off, *allowed) {
            (true, _) => {}
            (false, 0) => {
                let (referral, position) = (referral.seen.name.clone(), *position);
                found.push(Violation::OfferOfNoRound { referral, position });
            }
            (false, _) => *allowed -= 1,
        }
    }
}
