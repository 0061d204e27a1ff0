//! Page tokens: opaque, bound to the tenant, the method and the query, so that a token never continues another list. They are
//! sealed: a cursor may hold what its reader is not to know, such as a distance or the name of a need.

use wishwell_domain::{Error, Violation};

use super::{Caller, Platform};
use crate::privacy::PageKey;

/// What a list was asked for: everything of the request but the page.
pub(crate) struct PageScope {
    key: PageKey,
    context: Vec<u8>,
}

impl Platform {
    /// The scope of a list; `query` is the encoded request without its page fields.
    pub(crate) fn page_scope(&self, caller: &Caller, query: &[u8]) -> PageScope {
        let key = self.master_key.tenant(caller.tenant()).page_key();
        let mut context = caller.method.as_bytes().to_vec();
        context.push(0);
        context.extend_from_slice(query);
        PageScope { key, context }
    }
}

impl PageScope {
    /// The token for the page after `cursor`; the same cursor has the same token.
    ///
    /// # Errors
    /// [`Error::Internal`] when it cannot be sealed.
    pub(crate) fn token(&self, cursor: &[u8]) -> Result<String, Error> {
        let sealed = self.key.seal(&self.context, cursor)?;
        Ok(sealed.iter().map(|byte| format!("{byte:02x}")).collect())
    }

    /// The cursor in a token; none for the first page.
    ///
    /// # Errors
    /// A violation for a token that this scope did not give out.
    pub(crate) fn cursor(&self, token: &str) -> Result<Option<Vec<u8>>, Violation> {
        if token.is_empty() {
            return Ok(None);
        }
        let opened = from_hex(token).and_then(|sealed| self.key.open(&self.context, &sealed));
        opened.map(Some).ok_or_else(refused)
    }
}

/// What a token is answered that continues no page of this list.
pub(crate) fn refused() -> Violation {
    Violation::new("page_token", "page_token", "is not a token of this list, or its filter was changed")
}

fn from_hex(text: &str) -> Option<Vec<u8>> {
    let digits: Vec<u32> = text.chars().map(|c| c.to_digit(16)).collect::<Option<_>>()?;
    if digits.len() % 2 == 1 {
        return None;
    }
    digits.chunks_exact(2).map(|pair| u8::try_from(pair.iter().fold(0, |byte, digit| byte << 4 | digit)).ok()).collect()
}
