//! Pages and REST: where they are served, what seals sessions, who visitors are.

use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::sync::Arc;

use wishwell_gateway::{CaseWorkers, Hosts, SignIn, Tiles};

use super::reader::Reader;
use super::values;
use crate::exit::Problem;

/// Requests of one principal in a second when nothing is said.
const REQUESTS_PER_SECOND_DEFAULT: NonZeroU32 = NonZeroU32::new(50).unwrap();
/// The same in development mode, where whatever is tried out comes from one machine: it stops what runs in a circle.
const DEVELOPMENT_REQUESTS_PER_SECOND_DEFAULT: NonZeroU32 = NonZeroU32::new(1_000).unwrap();

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
    /// By which names it is served.
    pub(crate) hosts: Hosts,
    /// Origins whose scripts may ask the API.
    pub(crate) allowed_origins: Vec<http::HeaderValue>,
    /// Requests of one principal in a second.
    pub(crate) requests_per_second: NonZeroU32,
    /// What is below maps.
    pub(crate) map_tiles: Option<Tiles>,
    /// Whom partners may ask about a referral.
    pub(crate) case_workers: CaseWorkers,
    /// Providers with which organizations sign in.
    pub(crate) sign_in: Option<Arc<SignIn>>,
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
        values::key(&text)
            .map_err(|what| {
                let remedy = "`wishwell key master > FILE` makes one of that form";
                reader.problems.push(Problem::new(format!("the session key {what}"), remedy));
            })
            .ok()
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
    let sign_in = super::sign_in::read(reader, secure);
    let hosts = hosts(reader, secure, sign_in.as_deref());
    WebConfig {
        listen,
        session_key,
        visitor_key,
        secure,
        hosts,
        allowed_origins: reader.read("http_allowed_origins", origins).unwrap_or_default(),
        sign_in,
        map_tiles: map_tiles(reader),
        case_workers: super::case_workers::read(reader),
        requests_per_second: requests_per_second(reader, REQUESTS_PER_SECOND_DEFAULT),
    }
}

/// By which names pages are served: those that are listed, and where browsers reach them without TLS, which they do from this machine alone,
/// its own; otherwise any.
fn hosts(reader: &mut Reader<'_>, secure: bool, sign_in: Option<&SignIn>) -> Hosts {
    let listed =
        |text: &str| text.split(',').map(str::trim).filter(|part| !part.is_empty()).map(values::host).collect();
    // A list of nothing, as of a variable that is not set, lists nothing.
    let names: Vec<String> = reader.read("http_hosts", listed).unwrap_or_default();
    if names.is_empty() && secure {
        return Hosts::Any;
    }
    let hosts = Hosts::Named { names, this_machine: !secure };
    if let Some(public) = sign_in.map(SignIn::public_host).filter(|public| !hosts.answers(public)) {
        reader.problem(
            &format!("http_hosts does not list {public}, where browsers come back to after signing in (public_url)"),
            "add it, or correct public_url of the sign_in_file",
        );
    }
    hosts
}

/// Reads what is below maps, if anything.
pub(super) fn map_tiles(reader: &mut Reader<'_>) -> Option<Tiles> {
    let text = |text: &str| Ok(text.to_owned());
    let (template, credit) = (reader.read("map_tiles", text), reader.read("map_tiles_credit", text));
    let Some(template) = template else {
        if credit.is_some() {
            reader.problem("map_tiles_credit without map_tiles", "name the tile server, or leave both out");
        }
        return None;
    };
    match Tiles::new(&template, &credit.unwrap_or_default()) {
        Ok(tiles) => Some(tiles),
        Err(wrong) => {
            for what in wrong.template {
                reader.problem(&format!("map_tiles {what}"), "for example https://tiles.example.org/{z}/{x}/{y}.png");
            }
            if let Some(what) = wrong.credit {
                reader.problem(&format!("map_tiles_credit {what}"), "for example © OpenStreetMap contributors");
            }
            None
        }
    }
}

/// Reads how often one principal may ask in development mode.
pub(super) fn development_requests_per_second(reader: &mut Reader<'_>) -> NonZeroU32 {
    requests_per_second(reader, DEVELOPMENT_REQUESTS_PER_SECOND_DEFAULT)
}

fn requests_per_second(reader: &mut Reader<'_>, default: NonZeroU32) -> NonZeroU32 {
    reader.read("http_requests_per_second", values::positive).unwrap_or(default)
}
