//! Page tokens: opaque, bound to the tenant, the method and the query, so that a token never continues another list.

use ring::hmac;

use wishwell_domain::{Error, Violation};

use super::{Caller, Platform};

const TAG_BYTES: usize = 16;

/// What a list was asked for: everything of the request but the page.
pub(crate) struct PageScope {
    key: hmac::Key,
    context: Vec<u8>,
}

impl Platform {
    /// The scope of a list; `query` is the encoded request without its page fields.
    pub(crate) fn page_scope(&self, caller: &Caller, query: &[u8]) -> PageScope {
        let key = self.master_key.tenant(caller.tenant()).page_token_key();
        let mut context = caller.method.as_bytes().to_vec();
        context.push(0);
        context.extend_from_slice(query);
        PageScope { key, context }
    }
}

impl PageScope {
    /// The token for the page after `cursor`.
    pub(crate) fn token(&self, cursor: &[u8]) -> String {
        let mut bytes = self.tag(cursor);
        bytes.extend_from_slice(cursor);
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// The cursor in a token; none for the first page.
    pub(crate) fn cursor(&self, token: &str) -> Result<Option<Vec<u8>>, Error> {
        if token.is_empty() {
            return Ok(None);
        }
        let refused =
            || Violation::new("page_token", "page_token", "is not a token of this list, or its filter was changed");
        let bytes = from_hex(token).ok_or_else(refused)?;
        let (tag, cursor) = bytes.split_at_checked(TAG_BYTES).ok_or_else(refused)?;
        if tag == self.tag(cursor) { Ok(Some(cursor.to_vec())) } else { Err(refused().into()) }
    }

    /// [`Self::cursor`] for lists that are ordered by UUID.
    pub(crate) fn uuid_cursor(&self, token: &str) -> Result<Option<uuid::Uuid>, Error> {
        Ok(self.cursor(token)?.and_then(|bytes| uuid::Uuid::from_slice(&bytes).ok()))
    }

    fn tag(&self, cursor: &[u8]) -> Vec<u8> {
        let mut signing = hmac::Context::with_key(&self.key);
        signing.update(&(self.context.len() as u64).to_be_bytes());
        signing.update(&self.context);
        signing.update(cursor);
        signing.sign().as_ref().iter().take(TAG_BYTES).copied().collect()
    }
}

fn from_hex(text: &str) -> Option<Vec<u8>> {
    let digits: Vec<u32> = text.chars().map(|c| c.to_digit(16)).collect::<Option<_>>()?;
    if digits.len() % 2 == 1 {
        return None;
    }
    digits.chunks_exact(2).map(|pair| u8::try_from(pair.iter().fold(0, |byte, digit| byte << 4 | digit)).ok()).collect()
}
