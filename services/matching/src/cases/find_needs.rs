//! The reverse question, page by page: the snapshot ranks, the store says what is so still.

use std::collections::HashMap;

use jiff::Timestamp;
use uuid::Uuid;

use wishwell_domain::Error;
use wishwell_domain::ids::{NeedId, ResourceId};
use wishwell_domain::need::{Need, Urgency};
use wishwell_engine::{NeedMatch, NeedRank, NeedsAnswer, NeedsQuery, Snapshot};

use super::find::query_error;
use super::known_of_needs::KnownOfNeeds;
use super::{Caller, Platform};

/// Times that a page is filled up where a resource's rule or a withdrawal a moment ago left gaps in it; then it stays short.
const LOOKS_MAX: usize = 8;

/// Where a page ended: the instant for which all pages are judged, so that nothing moves by ageing between two of them, and the
/// last place in that order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NeedCursor {
    pub(crate) now: Timestamp,
    pub(crate) after: NeedRank,
}

/// A page of needs that a resource could serve.
#[derive(Debug)]
pub(crate) struct NeedPage {
    /// Each with its need as the store has it.
    pub(crate) matches: Vec<(Need, NeedMatch)>,
    /// Where the next page starts; none at the end.
    pub(crate) next: Option<NeedCursor>,
}

impl Platform {
    /// The needs after `after` that a resource could serve, at most `size`, in the order of their ranks at `now`. Partners are
    /// shown what is published, callers that are held to divisions what lies in them. A resource's rule weighs all that the caller may
    /// know of whom a need is for, as a search for the need does.
    pub(crate) async fn find_needs(
        &self,
        caller: &Caller,
        snapshot: &Snapshot,
        resource: ResourceId,
        now: Timestamp,
        after: Option<NeedRank>,
        size: usize,
    ) -> Result<NeedPage, Error> {
        self.resource_to_ask_for(caller, resource, snapshot)?;
        let wishes_only = caller.is_partner();
        let divisions = match caller.held_to().filter(|_| !wishes_only) {
            None => &[][..],
            Some([]) => return Ok(NeedPage { matches: Vec::new(), next: None }),
            Some(divisions) => divisions,
        };
        let whoever = !wishes_only && snapshot.has_eligibility(resource);
        let coarsely = !caller.sees_personal();
        let mut query = NeedsQuery { now, wishes_only, coarsely, divisions, whoever, after, limit: size };
        let shown = |need: &Need| {
            need.state.is_open()
                && if wishes_only { need.wish.is_some() } else { caller.works_in(need.division.as_ref(), snapshot) }
        };
        let mut page = NeedPage { matches: Vec::new(), next: None };
        for _ in 0..LOOKS_MAX {
            query.limit = size - page.matches.len();
            let found = tracing::info_span!("engine.find_needs")
                .in_scope(|| snapshot.find_needs(resource, &query))
                .map_err(|error| query_error("resource", error))?;
            let NeedsAnswer { matches, more, .. } = found;
            query.after = matches.last().filter(|_| more).map(|last| last.rank);
            // What is shown comes from the store, so that a need withdrawn a moment ago is not.
            let ids: Vec<NeedId> = matches.iter().map(|found| found.rank.need).collect();
            let mut needs = self.store.needs(caller.tenant(), &ids).await?;
            needs.retain(shown);
            let known = match whoever {
                true => self.known_of_needs(caller, needs.clone()).await?,
                false => KnownOfNeeds::default(),
            };
            if whoever {
                needs.retain(|need| !known.withheld.contains(&need.id));
            } else if !wishes_only {
                // A wish goes from the pool with the consent.
                self.keep_matchable(caller, &mut needs).await?;
            }
            let needs: HashMap<NeedId, Need> = needs.into_iter().map(|need| (need.id, need)).collect();
            for found in matches {
                let Some(need) = needs.get(&found.rank.need) else { continue };
                let weighed = match whoever {
                    true => snapshot
                        .weigh_need(resource, &found.rank, known.tags(need), known.facts_of(need.id), &query)
                        .map_err(|error| query_error("resource", error))?,
                    false => Some(found),
                };
                page.matches.extend(weighed.map(|found| (need.clone(), found)));
            }
            if query.after.is_none() || page.matches.len() >= size {
                break;
            }
        }
        page.next = query.after.map(|after| NeedCursor { now, after });
        Ok(page)
    }
}

impl NeedCursor {
    /// The cursor as bytes of a page token.
    pub(crate) fn to_bytes(self) -> Vec<u8> {
        let NeedRank { effective_urgency, distance_metres, waiting_since, lot, need, item_ordinal } = self.after;
        let mut bytes = Vec::with_capacity(CURSOR_BYTES);
        bytes.extend_from_slice(&self.now.as_nanosecond().to_be_bytes());
        bytes.push(effective_urgency.tier());
        bytes.extend_from_slice(&distance_metres.to_be_bytes());
        bytes.extend_from_slice(&waiting_since.as_nanosecond().to_be_bytes());
        bytes.extend_from_slice(lot.as_bytes());
        bytes.extend_from_slice(need.as_uuid().as_bytes());
        bytes.extend_from_slice(&item_ordinal.to_be_bytes());
        bytes
    }

    /// Reads [`Self::to_bytes`]; none for anything else.
    pub(crate) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (now, rest) = instant(bytes)?;
        let ([tier], rest) = rest.split_first_chunk()?;
        let (distance_metres, rest) = rest.split_first_chunk()?;
        let (waiting_since, rest) = instant(rest)?;
        let (lot, rest) = rest.split_first_chunk()?;
        let (need, rest) = rest.split_first_chunk()?;
        let after = NeedRank {
            effective_urgency: Urgency::ALL.into_iter().find(|urgency| urgency.tier() == *tier)?,
            distance_metres: u32::from_be_bytes(*distance_metres),
            waiting_since,
            lot: Uuid::from_bytes(*lot),
            need: NeedId::from_uuid(Uuid::from_bytes(*need)),
            item_ordinal: u16::from_be_bytes(rest.try_into().ok()?),
        };
        Some(Self { now, after })
    }
}

/// Two instants, a tier, a distance, a lot, an identifier and an ordinal.
const CURSOR_BYTES: usize = 16 + 1 + 4 + 16 + 16 + 16 + 2;

fn instant(bytes: &[u8]) -> Option<(Timestamp, &[u8])> {
    let (nanoseconds, rest) = bytes.split_first_chunk()?;
    Some((Timestamp::from_nanosecond(i128::from_be_bytes(*nanoseconds)).ok()?, rest))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_comes_back_from_its_bytes_and_from_no_others() {
        let cursor = NeedCursor {
            now: "2026-11-25T10:00:00.123456789Z".parse().unwrap(),
            after: NeedRank {
                effective_urgency: Urgency::Low,
                distance_metres: u32::MAX,
                waiting_since: "1969-12-31T23:59:59.999999Z".parse().unwrap(),
                lot: Uuid::from_u128(5),
                need: NeedId::from_uuid(Uuid::from_u128(7)),
                item_ordinal: 32,
            },
        };
        let bytes = cursor.to_bytes();
        assert_eq!(bytes.len(), CURSOR_BYTES);
        assert_eq!(NeedCursor::from_bytes(&bytes), Some(cursor));
        for length in 0..bytes.len() {
            assert_eq!(NeedCursor::from_bytes(&bytes[..length]), None, "{length}");
        }
        assert_eq!(NeedCursor::from_bytes(&[bytes.as_slice(), &[0]].concat()), None);
        let mut no_tier = bytes;
        no_tier[16] = 9;
        assert_eq!(NeedCursor::from_bytes(&no_tier), None);
    }
}
