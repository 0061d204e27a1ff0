//! What the scenarios of rounds have in common.

use std::time::{Duration, Instant};

use tonic::Status;
use wishwell_api::v1;

use crate::Served;
use crate::referring::{self, OPERATOR, TRUNK, draw, resource, stock, submit, trunk, wanting};
use crate::told::{request_id, text, told};

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

/// Rules about everything, with as many contacts as anybody wants.
#[must_use]
pub fn about_everything() -> v1::RoundRules {
    v1::RoundRules { scope: None, ..rules() }
}

/// A category of which there is little.
pub const SAFE: &str = "test.safe";

/// One trunk near by that can be locked, and plenty far away that cannot. Three wait urgently for one that can.
#[derive(Debug)]
pub struct Scarce {
    /// The pool of the one that can be locked.
    pub pool: String,
    /// The one that can be locked.
    pub safe: String,
    /// Plenty, farther away.
    pub plain: String,
    /// Those who wait.
    pub waiting: Vec<String>,
}

impl Scarce {
    /// Of two organizations, by their external ids in the demo's source; the category is put by somebody with this key.
    ///
    /// # Panics
    /// When something of it is refused.
    pub async fn found(served: &Served, key: &'static str, [near, far]: [&str; 2]) -> Self {
        let category = v1::Category { code: SAFE.to_owned(), title: text("a safe"), ..v1::Category::default() };
        let request = v1::BatchUpsertCategoriesRequest { categories: vec![category], request_id: String::new() };
        told(served.catalog(key).batch_upsert_categories(request).await).expect("put");
        let pool = referring::pool(served, stock(near, Some(1))).await;
        let mut safe = trunk(near, vec![draw(&pool, 1)], 38.401);
        safe.categories.push(SAFE.to_owned());
        let safe = resource(served, safe).await;
        let plenty = referring::pool(served, stock(far, Some(100))).await;
        let plain = resource(served, trunk(far, vec![draw(&plenty, 1)], 38.45)).await;
        let mut waiting = Vec::new();
        for _ in 0..3 {
            waiting.push(submit(served, Self::wanting(v1::Urgency::Urgent)).await.name);
        }
        Self { pool, safe, plain, waiting }
    }

    /// A need of one that can be locked.
    #[must_use]
    pub fn wanting(urgency: v1::Urgency) -> v1::Need {
        let mut need = v1::Need { urgency: urgency.into(), ..wanting(1) };
        need.items[0].category = SAFE.to_owned();
        need
    }

    /// After a round has given the one that can be locked to somebody, there is one more.
    ///
    /// # Panics
    /// When it is refused.
    pub async fn one_more(&self, served: &Served) {
        let request =
            v1::SetCapacityRequest { name: self.pool.clone(), total: Some(2), ..v1::SetCapacityRequest::default() };
        told(served.catalog(OPERATOR).set_capacity(request).await).expect("set");
    }
}
