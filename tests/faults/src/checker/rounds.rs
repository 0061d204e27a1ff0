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
        for (name, units) in &outcome.made {
            if !named.insert(name) {
                found.push(Violation::OfferedTwice { round: outcome.round.clone(), referral: name.clone() });
            }
            let is_so = made.get(name.as_str()).is_some_and(|made| {
                (made.referral.need == outcome.need && made.referral.item == outcome.item)
                    && made.referral.seen.units == *units
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
fn unnamed<'l>(
    evidence: &'l Evidence,
    rounds: &BTreeMap<&str, Way<'l>>,
    made: &HashMap<&str, Made<'l>>,
    named: &BTreeSet<&str>,
    found: &mut Vec<Violation>,
) {
    let mut excuses = Excuses::of(evidence, rounds);
    let mut left: Vec<&Made<'l>> =
        made.values().filter(|made| !named.contains(made.referral.seen.name.as_str())).collect();
    left.sort_by_key(|made| made.position);
    for made in left {
        if !excuses.take(made) {
            let (referral, position) = (made.referral.seen.name.clone(), made.position);
            found.push(Violation::OfferOfNoRound { referral, position });
        }
    }
}

/// Offers that rounds may have made and do not know of, each good for one.
#[derive(Default)]
struct Excuses<'l> {
    /// Of rounds that ended before they were through, and of those under way: what they were to offer, and of which nothing became that
    /// they know of. By who asked, need and item.
    open: HashMap<(&'l str, &'l str, u16), Vec<Excuse>>,
    /// What rounds made of which no results are kept, by who asked.
    forgotten: HashMap<&'l str, Vec<Excuse>>,
}

/// So many offers, made behind a position.
struct Excuse {
    after: i64,
    offers: u64,
}

impl<'l> Excuses<'l> {
    fn of(evidence: &'l Evidence, rounds: &BTreeMap<&str, Way<'l>>) -> Self {
        let mut excuses = Self::default();
        for outcome in &evidence.outcomes {
            let round = rounds.get(outcome.round.as_str()).filter(|round| round.last.state != "committed");
            let Some((round, after)) = round.and_then(|round| Some((round.last, round.offers_after?))) else {
                continue;
            };
            let of = (round.requested_by.as_str(), outcome.need.as_str(), outcome.item);
            excuses.open.entry(of).or_default().push(Excuse { after, offers: outcome.open });
        }
        for Way { last, offers_after } in rounds.values().filter(|way| !evidence.results_kept.contains(&way.last.name))
        {
            let offers = if last.state == "committed" { last.made } else { last.planned.saturating_sub(last.refused) };
            let of = excuses.forgotten.entry(last.requested_by.as_str()).or_default();
            of.extend(offers_after.map(|after| Excuse { after, offers }));
        }
        excuses
    }

    /// Takes one for an offer; offers come in the order in which they were made, so that it does not matter which of several is taken.
    fn take(&mut self, made: &Made<'l>) -> bool {
        let Made { referral, position } = made;
        let open = self.open.get_mut(&(referral.by.as_str(), referral.need.as_str(), referral.item));
        let forgotten = self.forgotten.get_mut(referral.by.as_str());
        let mut all = open.into_iter().chain(forgotten).flatten();
        let excuse = all.find(|excuse| excuse.after < *position && excuse.offers > 0);
        excuse.map(|excuse| excuse.offers -= 1).is_some()
    }
}
