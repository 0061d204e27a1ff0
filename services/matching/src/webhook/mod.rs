//! Messages to tools of partners: where they may go, what they say, how they are signed, and how they get there.

mod address;
mod event;
mod network;
mod post;
mod reach;
mod trial;
pub(crate) mod worker;

use tokio_rustls::TlsConnector;
use wishwell_domain::Error;

pub(crate) use address::Address;
pub use network::Network;
pub use reach::Reach;

use crate::tls::{self, Authorities};

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
    /// A sender that trusts the authorities that browsers trust, and others that the operator names.
    ///
    /// # Errors
    /// [`Error::Internal`] when TLS cannot be set up.
    pub(crate) fn new(reach: Reach, authorities: Option<Authorities>) -> Result<Self, Error> {
        let connector =
            tls::connector_to_public_and(authorities).map_err(|error| Error::Internal(error.to_string()))?;
        Ok(Self { reach, connector })
    }

    /// Where messages may go.
    pub(crate) const fn reach(&self) -> &Reach {
        &self.reach
    }
}
