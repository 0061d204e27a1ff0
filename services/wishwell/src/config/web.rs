//! Pages and REST: where they are served, what seals sessions, who visitors are.

use std::net::SocketAddr;
use std::num::NonZeroU32;

use super::reader::Reader;
use super::values;
use crate::exit::Problem;

/// Requests of one principal in a second when nothing is said.
const REQUESTS_PER_SECOND_DEFAULT: NonZeroU32 = NonZeroU32::new(50).unwrap();

/// Pages and REST of a deployment.
#[derive(Clone)]
pub(crate) struct WebConfig {
    /// Where they are served.
    pub(crate) listen: SocketAddr,
    /// Seals sessions; none makes one for this process.
    pub(crate) session_key: Option<[u8; 32]>,
    /// The key of a visitor, in whose name public pages are read; none serves none.
    pub(crate) visitor_key: Option<String>,
    /// Whether browsers reach it over TLS.
    pub(crate) secure: bool,
    /// Origins whose scripts may ask the API.
    pub(crate) allowed_origins: Vec<http::HeaderValue>,
    /// Requests of one principal in a second.
    pub(crate) requests_per_second: NonZeroU32,
}

impl std::fmt::Debug for WebConfig {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("WebConfig").field("listen", &self.listen).field("secure", &self.secure).finish_non_exhaustive()
    }
}

/// Reads all of it, for an address.
pub(super) fn read(reader: &mut Reader<'_>, listen: SocketAddr) -> WebConfig {
    let session_key = reader.read("session_key_file", values::path).and_then(|path| reader.secret_file(&path));
    let session_key = session_key.and_then(|text| {
        let key = parse_key(&text);
        if key.is_none() {
            let what = "the session key must be 64 hexadecimal digits";
            reader.problems.push(Problem::new(what.to_owned(), "`wishwell key master > FILE` makes one of that form"));
        }
        key
    });
    let visitor_key = reader.read("visitor_key_file", values::path).and_then(|path| reader.secret_file(&path));
    let secure = reader.read("http_secure", values::switch).unwrap_or(true);
    if !secure && !listen.ip().is_loopback() {
        reader.problem(
            "pages without TLS are served to this machine only: sessions would travel in the clear",
            "put something that ends TLS in front and leave http_secure on, or listen on 127.0.0.1",
        );
    }
    let origins =
        |text: &str| text.split(',').map(str::trim).filter(|part| !part.is_empty()).map(values::origin).collect();
    WebConfig {
        listen,
        session_key,
        visitor_key,
        secure,
        allowed_origins: reader.read("http_allowed_origins", origins).unwrap_or_default(),
        requests_per_second: reader
            .read("http_requests_per_second", values::positive)
            .unwrap_or(REQUESTS_PER_SECOND_DEFAULT),
    }
}

fn parse_key(text: &str) -> Option<[u8; 32]> {
    let text = text.trim();
    let mut key = [0; 32];
    (text.len() == 64 && text.is_ascii()).then_some(())?;
    for (byte, pair) in key.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
    }
    Some(key)
}
