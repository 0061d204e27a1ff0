//! What is in the pool as a whole: how much of each category and in each division. It is the same for everybody who sees the same
//! pool, so it is counted once for all who look within a few seconds.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};
use tonic::Status;
use wishwell_api::v1;

use crate::calls::Calls;
use crate::options::Token;
use crate::pages::names::Names;

/// How old a summary may be. A wish that is taken back disappears from the map and the filters within this time.
const AGE_SECONDS_MAX: i64 = 10;
/// Wishes counted, in pages; what is beyond is not on the map.
const PAGES_MAX: usize = 10;
const PAGE_SIZE: i32 = 1_000;
/// Different callers whose summaries are kept.
const CALLERS_MAX: usize = 16;

/// How many items are wished for, by category and by division, with everything above them.
#[derive(Debug, Default)]
pub(super) struct Summary {
    /// All items.
    pub(super) items: u64,
    /// By code of a category: those of it and of what is below it.
    pub(super) by_category: BTreeMap<String, u64>,
    /// By code of a division: those in it and in what is below it.
    pub(super) by_division: BTreeMap<String, u64>,
    /// By code of the division that a wish names itself.
    pub(super) at_division: BTreeMap<String, u64>,
    pub(super) names: Names,
}

impl Summary {
    async fn count(calls: &Calls) -> Result<Self, Status> {
        let (mut categories, mut divisions) = (BTreeMap::<String, u64>::new(), BTreeMap::<String, u64>::new());
        let mut page_token = String::new();
        for _ in 0..PAGES_MAX {
            let request =
                v1::ListWishesRequest { page_size: PAGE_SIZE, page_token, ..v1::ListWishesRequest::default() };
            let page = calls.referrals().list_wishes(request).await?.into_inner();
            for item in page.items {
                *categories.entry(item.category).or_default() += 1;
                *divisions.entry(item.division).or_default() += 1;
            }
            page_token = page.next_page_token;
            if page_token.is_empty() {
                break;
            }
        }
        divisions.remove("");
        let named = |codes: &BTreeMap<String, u64>| codes.keys().cloned().collect::<Vec<_>>();
        let (category_codes, division_codes) = (named(&categories), named(&divisions));
        let names =
            Names::of(calls, category_codes.iter().map(String::as_str), division_codes.iter().map(String::as_str))
                .await?;
        let mut summary = Self { items: categories.values().sum(), ..Self::default() };
        for (code, count) in &categories {
            for above in names.category_line(code) {
                *summary.by_category.entry(above.to_owned()).or_default() += count;
            }
        }
        for (code, count) in &divisions {
            for above in names.division_line(code) {
                *summary.by_division.entry(above.to_owned()).or_default() += count;
            }
        }
        (summary.at_division, summary.names) = (divisions, names);
        Ok(summary)
    }
}

type Counted = Arc<tokio::sync::Mutex<Option<(Timestamp, Arc<Summary>)>>>;

/// Summaries that are young enough, by who sees them. Clones share them.
#[derive(Debug, Clone, Default)]
pub(super) struct Summaries(Arc<Mutex<Vec<(Token, Counted)>>>);

impl Summaries {
    /// What a caller's pool holds, counted at most a few seconds ago. Whoever comes while it is counted waits for that.
    pub(super) async fn of(&self, token: &Token, calls: &Calls, now: Timestamp) -> Result<Arc<Summary>, Status> {
        let counted = self.place(token);
        let mut counted = counted.lock().await;
        if let Some((at, summary)) = counted.as_ref()
            && now.duration_since(*at) < SignedDuration::from_secs(AGE_SECONDS_MAX)
        {
            return Ok(Arc::clone(summary));
        }
        let summary = Arc::new(Summary::count(calls).await?);
        *counted = Some((now, Arc::clone(&summary)));
        Ok(summary)
    }

    /// The caller's place; the one that was asked for longest ago makes room for a new one.
    fn place(&self, token: &Token) -> Counted {
        let mut places = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let known = places.iter().position(|(of, _)| of == token).map(|nth| places.remove(nth));
        let (of, counted) = known.unwrap_or_else(|| (token.clone(), Counted::default()));
        let surplus = (places.len() + 1).saturating_sub(CALLERS_MAX);
        places.drain(..surplus);
        places.push((of, Arc::clone(&counted)));
        counted
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_caller_keeps_its_place_until_too_many_others_came() {
        let summaries = Summaries::default();
        let token = |nth: usize| Token::new(format!("token {nth}"));
        let first = summaries.place(&token(0));
        for nth in 1..CALLERS_MAX {
            summaries.place(&token(nth));
        }
        assert!(Arc::ptr_eq(&first, &summaries.place(&token(0))));
        for nth in 1..=CALLERS_MAX {
            summaries.place(&token(nth));
        }
        assert!(!Arc::ptr_eq(&first, &summaries.place(&token(0))));
    }
}
