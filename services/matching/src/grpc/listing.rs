//! A page of a list: which one is asked for, and where the next one begins.

use prost::Message;
use uuid::Uuid;

use wishwell_api::{Request, v1};
use wishwell_domain::limits::{PAGE_BYTES_MAX, PAGE_SIZE_DEFAULT, PAGE_SIZE_MAX};
use wishwell_domain::{Error, Violation};
use wishwell_store::{Page, PageRequest};

use crate::cases::page_tokens::PageScope;
use crate::cases::{Caller, Platform};

/// A request for a page of a list.
pub(crate) trait Paged: Request {
    /// What is asked for, but for which page of it, encoded: a token goes on with nothing else.
    fn query(&self) -> Vec<u8>;
    /// Most entries that are wanted; 0 for as many as usual.
    fn page_size(&self) -> i32;
    /// The token of the page; empty for the first one.
    fn page_token(&self) -> &str;
    /// The position of the log that the picture has to have reached.
    fn min_position(&self) -> i64;
}

macro_rules! paged {
    ($query:expr; $($message:ident),* $(,)?) => {
        $(impl Paged for v1::$message {
            #[allow(clippy::redundant_closure_call)]
            fn query(&self) -> Vec<u8> {
                ($query)(self)
            }

            fn page_size(&self) -> i32 {
                self.page_size
            }

            fn page_token(&self) -> &str {
                &self.page_token
            }

            fn min_position(&self) -> i64 {
                self.min_position
            }
        })*
    };
}

paged!(
    |sent: &Self| sent.filter.as_ref().map(Message::encode_to_vec).unwrap_or_default();
    ListOrganizationsRequest,
    ListResourcesRequest,
    ListCapacityPoolsRequest,
    ListCategoriesRequest,
    ListDivisionsRequest,
    ListBeneficiariesRequest,
    ListNeedsRequest,
    ListRoundsRequest,
    ListNotificationsRequest,
);
paged!(
    |sent: &Self| Self { page_size: 0, page_token: String::new(), min_position: 0, ..sent.clone() }.encode_to_vec();
    ListReferralsRequest,
    ListWishesRequest,
    ListSubscriptionsRequest,
    ListRoundOutcomesRequest,
    FindNeedsRequest,
);

/// A page that is asked for.
pub(crate) struct Listing {
    scope: PageScope,
    cursor: Option<Vec<u8>>,
    size: usize,
}

impl Listing {
    /// Which page a request asks for.
    ///
    /// # Errors
    /// A violation for a token that is none of this list.
    pub(crate) fn of(platform: &Platform, caller: &Caller, message: &impl Paged) -> Result<Self, Violation> {
        let scope = platform.page_scope(caller, &message.query());
        let cursor = scope.cursor(message.page_token())?;
        Ok(Self { scope, cursor, size: size_of(message.page_size()) })
    }

    /// Most entries of the page.
    pub(crate) const fn size(&self) -> usize {
        self.size
    }

    /// What the page begins after; none for the first one.
    pub(crate) fn cursor(&self) -> Option<&[u8]> {
        self.cursor.as_deref()
    }

    /// The page of a list that is ordered by UUID.
    pub(crate) fn by_uuid(&self) -> PageRequest {
        let after = self.cursor().and_then(|cursor| Uuid::from_slice(cursor).ok());
        PageRequest { after, limit: self.size }
    }

    /// What is shown of a page, and the token of the next one, which begins after the `place` of the last entry that is shown.
    ///
    /// # Errors
    /// [`Error::Internal`] when the token cannot be sealed.
    pub(crate) fn shown<E, M: Message, C: AsRef<[u8]> + Clone>(
        &self,
        found: &Page<E, C>,
        place: impl Fn(&E) -> C,
        show: impl Fn(&E) -> M,
    ) -> Result<(Vec<M>, String), Error> {
        self.all_shown(found, place, |entry| [show(entry)])
    }

    /// The same, where an entry is shown as several or as none.
    ///
    /// # Errors
    /// [`Error::Internal`] when the token cannot be sealed.
    pub(crate) fn all_shown<E, M: Message, C: AsRef<[u8]> + Clone, S: IntoIterator<Item = M>>(
        &self,
        found: &Page<E, C>,
        place: impl Fn(&E) -> C,
        show: impl Fn(&E) -> S,
    ) -> Result<(Vec<M>, String), Error> {
        let (shown, cut_after) = fitting(found.entries.iter().map(|entry| (place(entry), show(entry))));
        Ok((shown, self.next_token(cut_after.or_else(|| found.next_after.clone()))?))
    }

    /// The token of the page after an entry, empty where there is none.
    ///
    /// # Errors
    /// [`Error::Internal`] when it cannot be sealed.
    pub(crate) fn next_token(&self, next_after: Option<impl AsRef<[u8]>>) -> Result<String, Error> {
        next_after.map_or_else(|| Ok(String::new()), |after| self.scope.token(after.as_ref()))
    }
}

/// Reads which page is asked for.
pub(crate) async fn read<M: Paged>(platform: &Platform, caller: &Caller, message: M) -> Result<Listing, Error> {
    Ok(Listing::of(platform, caller, &message)?)
}

/// The first of some entries, each by what a page begins after and with what is shown of it, as long as these are no longer than
/// [`PAGE_BYTES_MAX`], and what the next page begins after where some were left out. The first is always among them.
pub(crate) fn fitting<C, M: Message>(
    entries: impl IntoIterator<Item = (C, impl IntoIterator<Item = M>)>,
) -> (Vec<M>, Option<C>) {
    fitting_in(PAGE_BYTES_MAX, entries)
}

/// The same, of so many bytes.
pub(crate) fn fitting_in<C, M: Message>(
    bytes_max: usize,
    entries: impl IntoIterator<Item = (C, impl IntoIterator<Item = M>)>,
) -> (Vec<M>, Option<C>) {
    let (mut fitting, mut last, mut left) = (Vec::new(), None, bytes_max);
    for (cursor, shown) in entries {
        let before = fitting.len();
        fitting.extend(shown);
        let bytes: usize = fitting.iter().skip(before).map(Message::encoded_len).sum();
        if last.is_some() && bytes > left {
            fitting.truncate(before);
            return (fitting, last);
        }
        left = left.saturating_sub(bytes);
        last = Some(cursor);
    }
    (fitting, None)
}

/// Entries of a page: what was asked, within bounds.
fn size_of(page_size: i32) -> usize {
    match usize::try_from(page_size) {
        Ok(0) | Err(_) => PAGE_SIZE_DEFAULT,
        Ok(size) => size.min(PAGE_SIZE_MAX),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entries(bytes: &[usize]) -> Vec<(usize, Vec<v1::Category>)> {
        let of_length = |bytes| v1::Category { code: "x".repeat(bytes), ..v1::Category::default() };
        bytes.iter().enumerate().map(|(at, bytes)| (at, vec![of_length(*bytes)])).collect()
    }

    fn fitting_of(bytes: &[usize]) -> (usize, Option<usize>) {
        let (fitting, cut_after) = fitting(entries(bytes));
        (fitting.len(), cut_after)
    }

    #[test]
    fn a_page_ends_before_it_is_too_long_and_has_an_entry_at_least() {
        let third = PAGE_BYTES_MAX / 3 - 10;
        assert_eq!(fitting_of(&[]), (0, None));
        assert_eq!(fitting_of(&[third, third, third]), (3, None));
        assert_eq!(fitting_of(&[third, third, third, 100, 1]), (3, Some(2)));
        assert_eq!(fitting_of(&[third, 3 * third, 1]), (1, Some(0)), "what comes later is no reason to leave a gap");
        assert_eq!(fitting_of(&[4 * third, 1]), (1, Some(0)));
        assert_eq!(fitting_of(&[1, 4 * third]), (1, Some(0)));
    }

    #[test]
    fn batches_end_at_their_own_bound_and_each_looks_at_something() {
        let sent = [200, 10, 10, 0, 200, 1];
        let (mut left, mut batches) = (&sent[..], Vec::new());
        while !left.is_empty() {
            let (shown, cut_after) = fitting_in(100, entries(left));
            let looked_at = cut_after.map_or(left.len(), |last| last + 1);
            assert!(shown.len() == 1 || shown.iter().map(Message::encoded_len).sum::<usize>() <= 100);
            batches.push(looked_at);
            left = &left[looked_at..];
        }
        assert_eq!(batches, [1, 3, 1, 1]);
    }

    #[test]
    fn what_shows_nothing_is_passed_over() {
        let mut entries = entries(&[1, PAGE_BYTES_MAX]);
        entries.insert(1, (7, Vec::new()));
        let (fitting, cut_after) = fitting(entries);
        assert_eq!((fitting.len(), cut_after), (1, Some(7)));
    }
}
