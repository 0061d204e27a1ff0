//! Whether the token that a call began with still lets its caller in: for calls that last.

use std::sync::Arc;
use std::time::Duration;

use wishwell_domain::Error;
use wishwell_domain::clock::Clock;

use super::{Credentials, DENIED_REFRESH_SECONDS, looks_like_a_token};

/// A token that was good when a call began. Keys and certificates hold as long as the server runs.
#[derive(Clone)]
pub(crate) struct Standing {
    credentials: Arc<Credentials>,
    clock: Arc<dyn Clock>,
    token: Vec<u8>,
}

impl Standing {
    /// That of a credential; none where it is no token.
    pub(crate) fn of(credentials: &Arc<Credentials>, clock: &Arc<dyn Clock>, credential: &[u8]) -> Option<Self> {
        looks_like_a_token(credential).then(|| Self {
            credentials: Arc::clone(credentials),
            clock: Arc::clone(clock),
            token: credential.to_vec(),
        })
    }

    /// Waits until it is refused: its time is over, a file denies it, or its key was taken back. Answers why.
    pub(crate) async fn lapse(&self) -> Error {
        loop {
            tokio::time::sleep(Duration::from_secs(DENIED_REFRESH_SECONDS)).await;
            match self.credentials.bearer(&self.token, || self.clock.now()) {
                Some(Ok(_)) => {}
                Some(Err(refusal)) => return refusal.into(),
                None => return Error::Unauthenticated,
            }
        }
    }
}
