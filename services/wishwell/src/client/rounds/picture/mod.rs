//! The picture of a round: what the server says of it, put together into one page.

mod assemble;
mod catalogue;
mod places;
mod words;

use std::path::Path;

use jiff::tz::TimeZone;
use wishwell_api::v1::{Round, RoundOutcome, RoundReport};
use wishwell_report::{Language, RoundPicture, render};

use self::catalogue::Catalogue;
use super::GatheredRound;
use crate::client::Server;
use crate::exit::{Exit, Failure};
use crate::lang::Lang;

/// A solved round, as the server tells it.
struct Told<'a> {
    /// The round.
    round: &'a Round,
    /// Its gaps and its fairness.
    report: &'a RoundReport,
    /// What was decided for each item.
    outcomes: &'a [RoundOutcome],
}

/// Writes a round's page to a file. Names are asked of the server; nothing is asked of whom the needs are.
pub(super) async fn write(server: &Server, gathered: &GatheredRound, file: &Path, lang: Lang) -> Result<(), Failure> {
    let Some(report) = &gathered.report else {
        let what = format!("{} is not solved, so there is nothing to draw", gathered.round.name);
        return Err(Failure::one(Exit::Failed, "there is no report", what, "try again when it is"));
    };
    let told = Told { round: &gathered.round, report, outcomes: &gathered.outcomes };
    let catalogue = Catalogue::of(server, &told).await?;
    let page = page(&assemble::picture(&told, &catalogue, &TimeZone::system()), lang);
    std::fs::write(file, page).map_err(|error| {
        let summary = format!("the report {} cannot be written", file.display());
        Failure::one(Exit::Storage, summary, error.to_string(), "name another file, or make room for this one")
    })
}

/// The page, opened in the reader's language.
fn page(picture: &RoundPicture, lang: Lang) -> String {
    let language = match lang {
        Lang::En => Language::En,
        Lang::Zh => Language::Zh,
    };
    render(picture, language)
}

#[cfg(test)]
mod tests;
