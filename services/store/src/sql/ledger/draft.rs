//! What a transaction comes to: its requests are decided one after the other, and what that changes becomes steps.

use std::collections::HashSet;
use std::sync::Arc;

use jiff::Timestamp;
use wishwell_domain::ids::LogPosition;
use wishwell_domain::ledger::{Books, Refusal};
use wishwell_domain::need::Need;

use super::logged::Logged;
use super::look::Sight;
use super::memory::Memory;
use super::{Asked, Desk, Settled, Standing, load, recall, save};
use crate::error::StoreError;
use crate::ledger::Basis;
use crate::sql::log::Head;
use crate::sql::record::Record as _;
use crate::sql::session::{Failure, Session};
use crate::sql::statement::Dialect;
use crate::sql::steps::{self, Step};
use crate::sql::{log, request};

/// A transaction that was thought out.
pub(super) struct Draft {
    /// What its requests are answered, once it is written.
    pub(super) settled: Vec<Settled>,
    /// What is still to be written.
    pub(super) steps: Vec<Step>,
    pub(super) logged: Logged,
    /// The log's head as it was decided upon.
    pub(super) head: Head,
    /// What it is logged right behind.
    pub(super) behind: Head,
    pub(super) at: log::Logged,
    pub(super) now: Timestamp,
}

impl Draft {
    /// Whether anything is logged.
    pub(super) fn logs(&self) -> bool {
        self.at.first <= self.at.position
    }

    /// The log's head once it is written.
    pub(super) fn end(&self) -> Head {
        if self.logs() { Head { position: self.at.position, at: Some(self.now) } } else { self.head }
    }
}

impl Desk {
    /// Thinks a transaction out, after another one that may be under way still; its requests are `under_way`. Relying on what is
    /// remembered, nothing is written by it; otherwise, rows are locked, and all is written but the answers.
    pub(super) async fn draft(
        &mut self,
        session: &mut Session,
        asked: &[Arc<Asked>],
        sight: &Sight,
        relying: bool,
        under_way: &[Arc<Asked>],
    ) -> Result<Draft, Failure> {
        let Self { database, tenant, memory, .. } = self;
        let mut standings = coming_twice(under_way, asked);
        if !relying {
            know(session, asked, &mut standings, Option::is_none).await?;
        }
        let open: Vec<&Asked> = asked
            .iter()
            .zip(&standings)
            .filter(|(_, known)| known.is_none())
            .map(|(asked, _)| asked.as_ref())
            .collect();
        let mut books = Books::new(sight.now);
        let mut unlocked = Vec::new();
        if relying {
            recall::recall(session, tenant, &mut books, &open, memory).await?;
        } else {
            unlocked = load::bring(session, tenant, &mut books, &open, sight.lapsed).await?;
            if session.dialect() == Dialect::Postgres {
                // Another replica may have answered the same request while this one waited for the rows.
                know(session, asked, &mut standings, Option::is_none).await?;
            }
            books.let_lapsed_offers_go();
        }
        for (asked, standing) in asked.iter().zip(&mut standings) {
            if standing.is_none() {
                *standing = Some(decide(&mut books, memory, asked));
            }
        }
        let refused = |standing: &Option<Standing>| matches!(standing, Some(Standing::Refused(_)));
        if relying && standings.iter().any(refused) {
            // One that is answered again finds its own effect in its way. One that is not refused cannot be kept twice.
            match session.dialect() {
                Dialect::Sqlite => know(session, asked, &mut standings, refused).await?,
                // Planned for what is in the tables now.
                Dialect::Postgres => know(&mut database.reader().await?, asked, &mut standings, refused).await?,
            }
        }
        let mut changes = books.close();
        changes.referrals.iter_mut().for_each(|changed| changed.after.settle());
        let dialect = session.dialect();
        let mut steps = save::saving(dialect, tenant, sight.now, &changes)?;
        let logged = Logged::of(changes, asked, &standings);
        let mut behind = sight.head;
        let at = if relying {
            // Nobody else may have logged anything since the look: then all of it is known beforehand, and goes at once.
            let (logging, at) = log::appending(
                dialect,
                tenant,
                sight.now,
                sight.head.position,
                logged.entries(),
                logged.moves_alone(),
            )?;
            steps.extend(logging);
            at
        } else {
            steps::run(session, std::mem::take(&mut steps)).await?;
            let at = log::append_changes(session, tenant, sight.now, logged.entries()).await?;
            // Nobody logs anything any more until this ends. What was logged while rows were waited for came first.
            let last = LogPosition(at.first.0 - 1);
            if at.first <= at.position && last > sight.head.position {
                behind = Head { position: last, at: log::written_at(session, tenant, last).await? };
                memory.follow(session, tenant, behind).await?;
                let done =
                    asked.iter().zip(&standings).filter(|(_, standing)| matches!(standing, Some(Standing::Done(_))));
                let mut bases = done.filter_map(|(asked, _)| asked.basis.as_ref());
                if (!unlocked.is_empty() && memory.any_changed(&unlocked, sight.head.position))
                    || bases.any(|basis| memory.is_outdated(basis))
                {
                    return Err(Failure::Conflict);
                }
            }
            at
        };
        let settled = standings
            .into_iter()
            .map(|standing| logged.answer(standing.unwrap_or(Standing::Later), at.position))
            .collect::<Result<Vec<_>, _>>()?;
        let kept = asked.iter().zip(&settled).filter_map(|(asked, settled)| match (&asked.context.request, settled) {
            (Some(key), Settled::Answered(Ok(written))) if !written.replayed => {
                Some((&asked.context, key, written, logged.positions(&written.outcomes, at.first)))
            }
            _ => None,
        });
        steps.extend(request::keeping_answered(dialect, sight.now, kept.collect())?);
        Ok(Draft { settled, steps, logged, head: sight.head, behind, at, now: sight.now })
    }
}

fn decide(books: &mut Books, memory: &Memory, asked: &Asked) -> Standing {
    let current = |basis: &Basis| {
        let alike = |judged: &Arc<Need>| {
            let brought = books.brought_need(judged.id);
            brought.is_some_and(|need| if basis.roughly { need.wants_alike(judged) } else { need.asks_alike(judged) })
        };
        !memory.is_outdated(basis) && basis.needs.iter().all(alike)
    };
    if asked.basis.as_ref().is_some_and(|basis| !current(basis)) {
        return Standing::Refused(StoreError::Outdated);
    }
    match books.carry_out(&asked.context.principal, &asked.commands) {
        Ok(done) => Standing::Done(done),
        Err(Refusal::Refused(error)) => Standing::Refused(StoreError::Refused(Box::new(error))),
        Err(Refusal::Later) => Standing::Later,
    }
}

/// Which requests come twice in one transaction, or in the one before that is under way: the second waits for the first one's answer.
fn coming_twice(under_way: &[Arc<Asked>], asked: &[Arc<Asked>]) -> Vec<Option<Standing>> {
    let mut seen = HashSet::new();
    let mut twice = |asked: &Arc<Asked>| {
        let key = asked.context.request.as_ref()?;
        let first = seen.insert((key.request_id, key.method, asked.context.principal.clone()));
        (!first).then_some(Standing::Later)
    };
    under_way.iter().for_each(|asked| drop(twice(asked)));
    asked.iter().map(&mut twice).collect()
}

/// Finds out which of the requests that stand so were answered before.
async fn know(
    session: &mut Session,
    asked: &[Arc<Asked>],
    standings: &mut [Option<Standing>],
    so: impl Fn(&Option<Standing>) -> bool,
) -> Result<(), Failure> {
    let looked_for = asked.iter().zip(&*standings).filter(|(_, standing)| so(standing));
    let mut known = request::answered_many(session, looked_for.map(|(asked, _)| &asked.context)).await?;
    for (asked, standing) in asked.iter().zip(standings).filter(|(_, standing)| so(standing)) {
        let Some(key) = asked.context.request.as_ref() else { continue };
        let identity = (asked.context.principal.clone(), key.method.to_owned(), key.request_id);
        if let Some(kept) = known.remove(&identity) {
            *standing = Some(match kept {
                Ok(written) => Standing::Known(written),
                Err(error) => Standing::Refused(error),
            });
        }
    }
    Ok(())
}
