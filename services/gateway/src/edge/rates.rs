//! How often one may ask: by credentials where there are some, by the peer's network otherwise. No header says who somebody is.

use std::net::IpAddr;
use std::time::Duration;

use http::HeaderMap;
use http::header::AUTHORIZATION;
use ring::digest::{SHA256, digest};

use wishwell_bus::{RateKey, Verdict};

use super::Peer;
use crate::app::App;

/// Bytes of an IPv6 address that are the network of one household or one machine.
const IPV6_NETWORK_BYTES: usize = 8;

/// How long the sender of a request has to wait, if it has to.
pub(super) async fn wait(app: &App, peer: Peer, headers: &HeaderMap) -> Option<Duration> {
    let key = match token(app, headers) {
        Some(token) => key("token", &token),
        None => key("peer", &network(peer)),
    };
    take(app, key).await
}

/// How long somebody has to wait whose credentials were refused: made-up ones are no way around the limit of their network.
pub(super) async fn wait_after_refusal(app: &App, peer: Peer) -> Option<Duration> {
    take(app, key("peer", &network(peer))).await
}

async fn take(app: &App, key: RateKey) -> Option<Duration> {
    match app.options().rates.as_ref()?.take(key).await {
        Verdict::Go => None,
        Verdict::Wait(time) => Some(time),
    }
}

/// The credentials of a request, by header or by session.
fn token(app: &App, headers: &HeaderMap) -> Option<Vec<u8>> {
    if let Some(shown) = headers.get(AUTHORIZATION) {
        return Some(shown.as_bytes().get(7..).unwrap_or_default().to_vec());
    }
    if let Some(shown) = headers.get("x-api-key") {
        return Some(shown.as_bytes().to_vec());
    }
    let session = app.sessions().of(headers, app.now())?;
    Some(session.token.reveal().as_bytes().to_vec())
}

fn key(kind: &str, of: &[u8]) -> RateKey {
    let digest = digest(&SHA256, &[kind.as_bytes(), b"\0", of].concat());
    let mut key = RateKey::default();
    key.iter_mut().zip(digest.as_ref()).for_each(|(to, from)| *to = *from);
    key
}

/// The network that a peer is in: all addresses that one machine can take for itself are one.
fn network(Peer(address): Peer) -> Vec<u8> {
    match address.ip().to_canonical() {
        IpAddr::V4(address) => address.octets().to_vec(),
        IpAddr::V6(address) => address.octets().into_iter().take(IPV6_NETWORK_BYTES).collect(),
    }
}
