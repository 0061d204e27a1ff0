//! A round with its report, its outcomes and the names of what the report speaks of.

use std::collections::HashMap;

use wishwell_api::v1::{
    Category, Division, GetDivisionRequest, GetRoundReportRequest, ListRoundOutcomesRequest, Round, RoundOutcome,
    RoundReport,
};

use crate::client::{Server, categories, refused};
use crate::exit::Failure;

/// Largest page of outcomes the server gives.
const OUTCOMES_PAGE: i32 = 500;

/// A round, and what is known about it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct GatheredRound {
    /// The round itself.
    pub(crate) round: Round,
    /// Where capacity is missing and how fair it is; absent before it is solved.
    pub(crate) report: Option<RoundReport>,
    /// What was decided for each item, in order.
    pub(crate) outcomes: Vec<RoundOutcome>,
    /// The categories that the report speaks of, by code.
    pub(crate) categories: HashMap<String, Category>,
    /// The divisions that the report speaks of, by code.
    pub(crate) divisions: HashMap<String, Division>,
}

impl GatheredRound {
    /// Asks for what there is to know about a round.
    pub(crate) async fn of(server: &Server, round: Round) -> Result<Self, Failure> {
        let report = match &round.reached {
            Some(_) => {
                let request = GetRoundReportRequest { round: round.name.clone(), min_position: 0 };
                let answer = server.matching().get_round_report(request).await;
                answer.map_err(|status| refused("the round's report cannot be read", &status))?.into_inner().report
            }
            None => None,
        };
        let outcomes = if round.reached.is_some() { outcomes(server, &round.name).await? } else { Vec::new() };
        let mut gathered = Self { round, report, outcomes, categories: HashMap::new(), divisions: HashMap::new() };
        gathered.name_all(server).await?;
        Ok(gathered)
    }

    async fn name_all(&mut self, server: &Server) -> Result<(), Failure> {
        let Some(report) = &self.report else { return Ok(()) };
        for gap in &report.gaps {
            if !self.categories.contains_key(&gap.category)
                && let Some(category) = categories::get(server, &gap.category).await?
            {
                self.categories.insert(gap.category.clone(), category);
            }
        }
        let of_gaps = report.gaps.iter().map(|gap| &gap.division);
        for code in of_gaps.chain(report.divisions.iter().map(|figure| &figure.division)) {
            if code.is_empty() || self.divisions.contains_key(code) {
                continue;
            }
            let request = GetDivisionRequest { name: format!("divisions/{code}"), min_position: 0 };
            let answer = server.catalog().get_division(request).await;
            let answer = answer.map_err(|status| refused("a division cannot be read", &status))?;
            if let Some(division) = answer.into_inner().division {
                self.divisions.insert(code.clone(), division);
            }
        }
        Ok(())
    }

    /// Mean distance over what serves, each serving once, in metres; none where no distance is known.
    pub(crate) fn mean_distance_metres(&self) -> Option<i32> {
        let servings = self.outcomes.iter().flat_map(|outcome| &outcome.servings);
        let (mut sum, mut count) = (0_i64, 0_i64);
        for metres in servings.filter_map(|serving| serving.distance_metres) {
            sum += i64::from(metres);
            count += 1;
        }
        i32::try_from(sum.checked_div(count)?).ok()
    }
}

async fn outcomes(server: &Server, round: &str) -> Result<Vec<RoundOutcome>, Failure> {
    let mut outcomes = Vec::new();
    let mut page_token = String::new();
    loop {
        let request = ListRoundOutcomesRequest {
            round: round.to_owned(),
            page_size: OUTCOMES_PAGE,
            page_token,
            ..ListRoundOutcomesRequest::default()
        };
        let answer = server.matching().list_round_outcomes(request).await;
        let page = answer.map_err(|status| refused("the round's outcomes cannot be read", &status))?.into_inner();
        outcomes.extend(page.outcomes);
        page_token = page.next_page_token;
        if page_token.is_empty() {
            return Ok(outcomes);
        }
    }
}
