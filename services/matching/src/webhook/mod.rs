//! Messages to tools of partners: where they may go, what they say, how they are signed, and how they get there.

mod address;
mod event;
mod post;
mod reach;
mod trial;
pub(crate) mod worker;

use tokio_rustls::TlsConnector;
use wishwell_domain::Error;

pub(crate) use address::Address;
pub use reach::Reach;

use crate::tls;

/// Sends messages.
#[derive(Clone)]
pub(crate) struct Sender {
    reach: Reach,
    connector: TlsConnector,
}

impl std::fmt::Debug for Sender {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Sender({:?})", self.reach)
    }
}

impl Sender {
    /// A sender that trusts the authorities that browsers trust.
    ///
    /// # Errors
    /// [`Error::Internal`] when TLS cannot be set up.
    pub(crate) fn new(reach: Reach) -> Result<Self, Error> {
        let connector = tls::connector_to_public().map_err(|error| Error::Internal(error.to_string()))?;
        Ok(Self { reach, connector })
    }

    /// Where messages may go.
    pub(crate) const fn reach(&self) -> Reach {
        self.reach
    }
}
