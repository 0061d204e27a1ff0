//! How often one may ask: by credentials where there are some, by the peer's network otherwise. No header says who somebody is.
//!
//! Credentials are what a request shows before anybody looked at them. Who makes them up, a new one each time, would never be counted
//! twice; so an answer for which the service did not have to know them counts for the network, too.

use std::net::IpAddr;
use std::time::Duration;

use http::header::AUTHORIZATION;
use http::{HeaderMap, Response, StatusCode};
use ring::digest::{SHA256, digest};

use wishwell_bus::{RateKey, Verdict};

use super::Peer;
use crate::app::App;
use crate::rest::Unproven;

/// Bytes of an IPv6 address that are the network of one household or one machine.
const IPV6_NETWORK_BYTES: usize = 8;
/// The code of gRPC that says that credentials were refused.
const UNAUTHENTICATED: &str = "16";

/// How long the sender of a request has to wait, if it has to: whoever shows a token by that, anybody else by the network.
pub(super) async fn wait(app: &App, peer: Peer, token: Option<&[u8]>) -> Option<Duration> {
    let key = match token {
        Some(token) => key("token", token),
        None => key("peer", &network(peer)),
    };
    take(app, key).await
}

/// How long somebody has to wait who showed credentials that nobody looked at, or that were refused.
pub(super) async fn wait_unproven(app: &App, peer: Peer) -> Option<Duration> {
    take(app, key("peer", &network(peer))).await
}

/// Whether an answer leaves open whether the credentials that were shown are any.
pub(super) fn leaves_unproven<B>(response: &Response<B>) -> bool {
    response.status() == StatusCode::UNAUTHORIZED
        || response.headers().get("grpc-status").is_some_and(|code| code == UNAUTHENTICATED)
        || response.extensions().get::<Unproven>().is_some()
}

async fn take(app: &App, key: RateKey) -> Option<Duration> {
    match app.options().rates.as_ref()?.take(key).await {
        Verdict::Go => None,
        Verdict::Wait(time) => Some(time),
    }
}

/// The credentials that a call shows: they come in headers alone.
pub(super) fn shown(headers: &HeaderMap) -> Option<&[u8]> {
    if let Some(shown) = headers.get(AUTHORIZATION) {
        return Some(shown.as_bytes().get(7..).unwrap_or_default());
    }
    headers.get("x-api-key").map(http::HeaderValue::as_bytes)
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
