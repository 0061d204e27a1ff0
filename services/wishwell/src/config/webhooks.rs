//! Where messages to partners' tools may go besides public addresses, and who vouches for them there.

use std::sync::Arc;

use wishwell_matching::{Authorities, Network, Reach};

use super::reader::Reader;
use super::{tls, values};

/// Networks that may be named.
const NETWORKS_MAX: usize = 32;

/// Where messages may go.
#[derive(Debug, Clone)]
pub(crate) struct WebhookConfig {
    /// Addresses.
    pub(crate) reach: Reach,
    /// Authorities besides those that browsers trust.
    pub(crate) authorities: Option<Authorities>,
}

/// Reads both settings.
pub(super) fn read(reader: &mut Reader<'_>) -> WebhookConfig {
    let networks = reader.read("webhook_networks", networks).unwrap_or_default();
    let reach = if networks.is_empty() { Reach::Public } else { Reach::PublicAnd(networks) };
    let file = reader.read("webhook_ca", values::path);
    let authorities = file.and_then(|file| {
        let pem = tls::contents(reader, "webhook_ca", &file)?;
        let read = Authorities::from_pem(&pem);
        let problem = |error| {
            reader
                .problem(&format!("webhook_ca {}: {error}", file.display()), "name a PEM file with their certificates");
        };
        read.map_err(problem).ok()
    });
    WebhookConfig { reach, authorities }
}

fn networks(text: &str) -> Result<Arc<[Network]>, values::Wrong> {
    let wrong = |what: &str| (what.to_owned(), "for example 10.20.0.0/16,fd12:3456::/32".to_owned());
    let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
    let networks: Vec<Network> = parts.map(str::parse).collect::<Result<_, _>>().map_err(wrong)?;
    if networks.len() > NETWORKS_MAX {
        return Err(wrong(&format!("names too many networks: at most {NETWORKS_MAX} are taken")));
    }
    Ok(networks.into())
}
