//! The picture of a round: what the service says of it, put together for one page. Whoever has clients of the service can have it
//! drawn, a page of the desk as well as a command.

mod asking;
mod assemble;
mod catalogue;
mod offered;
mod places;
mod rules;
mod words;

use tonic::Status;
use wishwell_api::v1;
use wishwell_report::{FairnessRow, GapFigures, Outcome, ReasonFigures, RoundPicture};

use self::asking::{Catalog, Matching};
use self::catalogue::Catalogue;

pub use self::asking::Transport;
pub use self::rules::{scope_and_rules, scopes};

/// Largest page of outcomes the service gives.
const OUTCOMES_PAGE: i32 = 500;

/// A solved round, as the service tells it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ToldRound {
    /// The round.
    pub round: v1::Round,
    /// Its gaps and its fairness.
    pub report: v1::RoundReport,
    /// What was decided for each item, in order.
    pub outcomes: Vec<v1::RoundOutcome>,
}

impl ToldRound {
    /// Asks for all there is to know about a round that is solved.
    ///
    /// # Errors
    /// What the service answers: results are kept for the newest rounds only.
    pub async fn of<T: Transport>(matching: &Matching<T>, round: v1::Round) -> Result<Self, Status> {
        let request = v1::GetRoundReportRequest { round: round.name.clone(), min_position: 0 };
        let report = matching.clone().get_round_report(request).await?.into_inner().report.unwrap_or_default();
        let mut outcomes = Vec::new();
        let mut page_token = String::new();
        loop {
            let request = v1::ListRoundOutcomesRequest {
                round: round.name.clone(),
                page_size: OUTCOMES_PAGE,
                page_token,
                ..v1::ListRoundOutcomesRequest::default()
            };
            let page = matching.clone().list_round_outcomes(request).await?.into_inner();
            outcomes.extend(page.outcomes);
            page_token = page.next_page_token;
            if page_token.is_empty() {
                return Ok(Self { round, report, outcomes });
            }
        }
    }

    /// Its picture. Names are asked of the service; nothing is asked of whom the needs are.
    ///
    /// # Errors
    /// What the service answers. What is no longer in the catalogue is called by its code.
    pub async fn picture<T: Transport>(&self, catalog: &Catalog<T>) -> Result<RoundPicture, Status> {
        let catalogue = Catalogue::of(catalog, self).await?;
        Ok(assemble::picture(self, &catalogue))
    }

    /// What its report says, in names, the first of its gaps and of its divisions: what a page of text needs, for a fraction of the questions
    /// that a picture asks.
    ///
    /// # Errors
    /// What the service answers. What is no longer in the catalogue is called by its code.
    pub async fn named_report<T: Transport>(&self, catalog: &Catalog<T>, most: usize) -> Result<NamedReport, Status> {
        let report = &self.report;
        let gaps = report.gaps.get(..most).unwrap_or(&report.gaps);
        let divisions = report.divisions.get(..most).unwrap_or(&report.divisions);
        let catalogue = Catalogue::of_report(catalog, gaps, divisions).await?;
        Ok(assemble::named_report(&catalogue, gaps, &report.group_tags, divisions))
    }

    /// Mean distance of its items, each for as much as was offered of it, or was planned in a dry run, in metres, where it is known.
    #[must_use]
    pub fn mean_distance_metres(&self) -> Option<u64> {
        // Distances need no names.
        assemble::mean_distance(&offered::came_to(self, &Catalogue::default()))
    }

    /// How its items came out, by what was offered of them; none of a dry run.
    #[must_use]
    pub fn came_to(&self) -> Option<Outcome> {
        // How much was offered needs no names.
        let offered = || assemble::outcome(offered::came_to(self, &Catalogue::default()).iter());
        (!self.round.dry_run).then(offered)
    }

    /// Why offers of it were refused, and how many for each reason; nothing of a dry run.
    #[must_use]
    pub fn refused_offers(&self) -> Vec<ReasonFigures> {
        offered::offers(self).map(|offers| offers.refused).unwrap_or_default()
    }
}

/// Gaps and fairness of a round in names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NamedReport {
    /// Where a little more would help most, the most helpful first.
    pub gaps: Vec<GapFigures>,
    /// How groups fare.
    pub by_group: Vec<FairnessRow>,
    /// How divisions fare.
    pub by_division: Vec<FairnessRow>,
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
