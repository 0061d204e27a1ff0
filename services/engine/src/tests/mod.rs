//! Tests of the engine as a whole: against the obviously correct search, on all small worlds and many random ones.

mod exhaustive;
mod needs;
mod random;
mod reasons;
mod screen;
mod synthetic;
mod updates;
pub(crate) mod worlds;

use crate::answer::{Answer, EligibilityState, NearMiss};
use crate::brute_force::{BruteAnswer, BruteForce, Judgement};
use crate::query::{Query, Scratch};
use crate::reason::{Reason, ReasonCode};
use crate::score::ScoringRules;
use crate::snapshot::{ResourceRef, Snapshot};

/// Asks both searches and compares everything they say.
fn compare(snapshot: &Snapshot, brute: &BruteForce, query: &Query<'_>, rules: &ScoringRules, scratch: &mut Scratch) {
    let answer = snapshot.find(query, rules, scratch).expect("the query is valid");
    let expected = brute.find(query, rules);
    compare_answers(snapshot, answer, &expected, query);
    for miss in &answer.near_misses {
        compare_next_free(snapshot, brute, answer, miss, query);
    }
}

/// Compares when something will be free that comes once.
fn compare_next_free(snapshot: &Snapshot, brute: &BruteForce, answer: &Answer, miss: &NearMiss, query: &Query<'_>) {
    let told = answer.reasons(miss).iter().find_map(|reason| match reason {
        Reason::NoCapacity { next_free, .. } if query.recurrence.is_none() => Some(*next_free),
        _ => None,
    });
    if let Some(told) = told {
        let id = snapshot.resource_id(miss.resource);
        assert_eq!(told, brute.next_free(id, query), "next free of {id:?} for {query:#?}");
    }
}

fn compare_answers(snapshot: &Snapshot, answer: &Answer, expected: &BruteAnswer, query: &Query<'_>) {
    let found: Vec<_> =
        answer.candidates.iter().map(|c| (snapshot.resource_id(c.resource), c.score, c.distance_metres)).collect();
    let wanted: Vec<_> = expected.candidates.iter().map(|j| (j.id, j.score(), j.distance)).collect();
    assert_eq!(found, wanted, "candidates of {query:#?}");
    for (candidate, judgement) in answer.candidates.iter().zip(&expected.candidates) {
        assert_eq!(candidate.terms, judgement.terms, "terms of {judgement:#?} for {query:#?}");
        assert_eq!(candidate.terms.sum(), candidate.score);
        assert_eq!(candidate.modes, judgement.modes, "modes of {judgement:#?}");
        assert_eq!(candidate.capacity, judgement.capacity, "capacity of {judgement:#?} for {query:#?}");
        assert_eq!((candidate.serves, candidate.occurrences), (judgement.serves, judgement.occurrences));
        assert_eq!(missing(candidate.eligibility), judgement.missing_facts);
    }
    let found: Vec<_> = answer
        .near_misses
        .iter()
        .map(|miss| (snapshot.resource_id(miss.resource), miss.score_if_it_fitted, codes(answer, miss.resource)))
        .collect();
    let wanted: Vec<_> = expected.near_misses.iter().map(|j| (j.id, j.score(), j.failed.clone())).collect();
    assert_eq!(found, wanted, "near misses of {query:#?}");
    assert_eq!(answer.considered as usize, expected.considered, "considered of {query:#?}");
}

fn codes(answer: &Answer, resource: ResourceRef) -> Vec<ReasonCode> {
    let miss = answer.near_misses.iter().find(|miss| miss.resource == resource).expect("a near miss");
    let mut codes: Vec<ReasonCode> = answer.reasons(miss).iter().map(Reason::code).collect();
    codes.sort_unstable();
    codes
}

fn missing(state: EligibilityState) -> Option<Vec<&'static str>> {
    match state {
        EligibilityState::Unknown { missing } => Some(missing.iter().map(|fact| fact.key).collect()),
        _ => None,
    }
}

/// Judges one resource alone by both.
fn compare_judgements(
    snapshot: &Snapshot,
    brute: &BruteForce,
    expected: &Judgement,
    query: &Query<'_>,
    rules: &ScoringRules,
    scratch: &mut Scratch,
) {
    let answer = snapshot.explain(expected.id, query, rules, scratch).expect("the resource is known");
    match (answer.candidates.first(), answer.near_misses.first()) {
        (Some(candidate), None) => {
            assert_eq!(expected.failed, [], "{expected:#?} for {query:#?}");
            assert_eq!(candidate.terms, expected.terms, "{expected:#?} for {query:#?}");
            assert_eq!(candidate.capacity, expected.capacity, "{expected:#?} for {query:#?}");
            assert_eq!(candidate.modes, expected.modes);
        }
        (None, Some(miss)) => {
            assert_eq!(codes(answer, miss.resource), expected.failed, "{expected:#?} for {query:#?}");
            assert_eq!(miss.score_if_it_fitted, expected.score(), "{expected:#?} for {query:#?}");
            compare_next_free(snapshot, brute, answer, miss, query);
        }
        other => panic!("one judgement is expected: {other:?}"),
    }
}
