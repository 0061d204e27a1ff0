//! Style, scripts and pictures: compiled in, named with a digest of their content, so that browsers keep each for good.

use std::sync::LazyLock;

use axum::body::{Body, Bytes};
use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use http::{HeaderMap, HeaderValue, StatusCode};
use ring::digest::{SHA256, digest};

use crate::rest;

/// Characters of the digest in a name.
const DIGEST_CHARACTERS: usize = 12;

struct Asset {
    name: &'static str,
    kind: &'static str,
    content: &'static [u8],
}

/// What partners and the public see: one file for browsers, one per subject for whoever writes them.
const PARTNER_STYLE: &str =
    concat!(include_str!("assets/map.css"), include_str!("assets/pool.css"), include_str!("assets/portal.css"));

/// What case workers and operators see. The map's rules come first: the desk has words of its own for some of its names.
const DESK_STYLE: &str = concat!(include_str!("assets/map.css"), include_str!("assets/desk.css"));

/// What pages do: one file, because htmx begins as soon as it is there, and never looks again for what comes to it later.
const SCRIPT: &str = concat!(
    include_str!("assets/htmx.min.js"),
    "\n;",
    include_str!("assets/hx-sse.min.js"),
    "\n;",
    include_str!("assets/page.js")
);

const ASSETS: &[Asset] = &[
    Asset { name: "style.css", kind: "text/css; charset=utf-8", content: include_bytes!("assets/style.css") },
    Asset { name: "partner.css", kind: "text/css; charset=utf-8", content: PARTNER_STYLE.as_bytes() },
    Asset { name: "api.css", kind: "text/css; charset=utf-8", content: include_bytes!("assets/api.css") },
    Asset { name: "desk.css", kind: "text/css; charset=utf-8", content: DESK_STYLE.as_bytes() },
    Asset { name: "page.js", kind: "text/javascript; charset=utf-8", content: SCRIPT.as_bytes() },
    Asset { name: "icon.svg", kind: "image/svg+xml", content: include_bytes!("assets/icon.svg") },
];

/// Names with their digests, in the order of [`ASSETS`].
static NAMES: LazyLock<Vec<String>> = LazyLock::new(|| ASSETS.iter().map(named).collect());

fn named(asset: &Asset) -> String {
    let digest: String = digest(&SHA256, asset.content).as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
    format!("{}.{}", digest.get(..DIGEST_CHARACTERS).unwrap_or_default(), asset.name)
}

/// Where an asset is; empty for one that there is not.
pub(super) fn address(name: &str) -> String {
    let found = ASSETS.iter().zip(NAMES.iter()).find(|(asset, _)| asset.name == name);
    found.map(|(_, name)| format!("/assets/{name}")).unwrap_or_default()
}

/// Whether a path is that of an asset.
pub(crate) fn is_one(path: &str) -> bool {
    path.starts_with("/assets/")
}

/// Answers one.
pub(super) async fn serve(headers: HeaderMap, Path(name): Path<String>) -> Response {
    let found = ASSETS.iter().zip(NAMES.iter()).find(|(_, known)| **known == name);
    let Some((asset, name)) = found else { return StatusCode::NOT_FOUND.into_response() };
    let mut response = Response::new(Body::empty());
    let written = response.headers_mut();
    written.insert(CONTENT_TYPE, HeaderValue::from_static(asset.kind));
    written.insert(CACHE_CONTROL, HeaderValue::from_static("public, max-age=31536000, immutable"));
    // Its name holds a digest of its content.
    rest::conditional_tagged(&headers, response, Bytes::from_static(asset.content), name)
}
