//! What the scenarios of rounds have in common.

use std::time::{Duration, Instant};

use tonic::Status;
use wishwell_api::v1;

use crate::Served;
use crate::referring::{OPERATOR, TRUNK};
use crate::told::{request_id, told};

/// How long a round may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// Rules about [`TRUNK`] alone, with as many contacts as anybody wants.
#[must_use]
pub fn rules() -> v1::RoundRules {
    let scope = v1::RoundScope { categories: vec![TRUNK.to_owned()], ..v1::RoundScope::default() };
    v1::RoundRules { scope: Some(scope), contacts_per_organization_max: Some(i32::MAX), ..v1::RoundRules::default() }
}

/// Asks for a round.
///
/// # Errors
/// The refusal as it came.
pub async fn create(
    served: &Served,
    key: &'static str,
    rules: v1::RoundRules,
    dry_run: bool,
) -> Result<v1::Round, Status> {
    let round = v1::Round { rules: Some(rules), dry_run, ..v1::Round::default() };
    let request = v1::CreateRoundRequest { round: Some(round), request_id: request_id() };
    told(served.matching(key).create_round(request).await).map(|answer| answer.round.expect("one"))
}

/// A round as somebody sees it.
///
/// # Errors
/// The refusal as it came.
pub async fn seen(served: &Served, key: &'static str, name: &str) -> Result<v1::Round, Status> {
    let request = v1::GetRoundRequest { name: name.to_owned(), min_position: 0 };
    told(served.matching(key).get_round(request).await).map(|answer| answer.round.expect("one"))
}

/// The round, once it is as wanted.
///
/// # Panics
/// When it does not come to that.
pub async fn once(served: &Served, name: &str, wanted: impl Fn(&v1::Round) -> bool) -> v1::Round {
    let started = Instant::now();
    loop {
        let round = seen(served, OPERATOR, name).await.expect("there");
        if wanted(&round) {
            return round;
        }
        assert!(started.elapsed() < PATIENCE, "{round:?}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// The round at its end.
pub async fn ended(served: &Served, name: &str) -> v1::Round {
    once(served, name, |round| round.end_time.is_some()).await
}

/// Asks for a round and waits for its end.
///
/// # Panics
/// When it is refused or does not end.
pub async fn run(served: &Served, rules: v1::RoundRules, dry_run: bool) -> v1::Round {
    let round = create(served, OPERATOR, rules, dry_run).await.expect("taken");
    ended(served, &round.name).await
}

/// All outcomes of a round, page by page.
///
/// # Panics
/// When they cannot be listed.
pub async fn outcomes(served: &Served, round: &str) -> Vec<v1::RoundOutcome> {
    let mut outcomes = Vec::new();
    let mut page_token = String::new();
    loop {
        let request = v1::ListRoundOutcomesRequest {
            round: round.to_owned(),
            page_size: 7,
            page_token,
            ..v1::ListRoundOutcomesRequest::default()
        };
        let page = told(served.matching(OPERATOR).list_round_outcomes(request).await).expect("listed");
        assert!(page.outcomes.len() <= 7);
        outcomes.extend(page.outcomes);
        page_token = page.next_page_token;
        if page_token.is_empty() {
            return outcomes;
        }
    }
}

/// Sums over all items of a round.
///
/// # Panics
/// When it has none yet.
#[must_use]
pub fn tally(round: &v1::Round) -> v1::RoundTally {
    let totals = round.reached.as_ref().and_then(|reached| reached.totals.clone()).expect("it is solved");
    totals.all.expect("a tally")
}
