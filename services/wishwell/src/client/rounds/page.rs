//! The page of a round, written to a file.

use std::path::Path;

use wishwell_gateway::round_picture::ToldRound;
use wishwell_report::render;

use crate::client::Server;
use crate::exit::{Exit, Failure};
use crate::lang::Lang;

/// Writes a round's page, opened in the reader's language. Names are asked of the server; nothing is asked of whom the needs are.
pub(super) async fn write(server: &Server, told: &ToldRound, file: &Path, lang: Lang) -> Result<(), Failure> {
    if told.round.reached.is_none() {
        let what = format!("{} is not solved, so there is nothing to draw", told.round.name);
        return Err(Failure::one(Exit::Failed, "there is no report", what, "try again when it is"));
    }
    let picture = told.picture(&server.catalog()).await;
    let picture = picture
        .map_err(|status| server.refused(("the round's picture cannot be drawn", "无法绘制这一轮的图"), &status))?;
    std::fs::write(file, render(&picture, lang.into())).map_err(|error| {
        let summary = format!("the report {} cannot be written", file.display());
        Failure::one(Exit::Storage, summary, error.to_string(), "name another file, or make room for this one")
    })
}
