//! What a gateway can be told.

use std::fmt;
use std::sync::Arc;

use http::HeaderValue;

use wishwell_bus::Rates;
use wishwell_domain::clock::Clock;
use wishwell_report::Tiles;

use crate::case_workers::CaseWorkers;
use crate::edge::Hosts;
use crate::organization_sign_in::SignIn;
use crate::session::SessionKey;

/// What opens the matching service for somebody: an access key or a JWT. It shows nowhere.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(String);

impl Token {
    /// A token as its owner has it.
    pub fn new(token: impl Into<String>) -> Self {
        Self(token.into())
    }

    /// The token itself.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token")
    }
}

/// Somebody of the demo, whom a visitor of this machine may be with one click.
#[derive(Debug, Clone)]
pub struct DemoUser {
    /// Stable word in addresses: lower-case letters and hyphens.
    pub id: &'static str,
    /// What the button says, in Chinese.
    pub title_zh: String,
    /// What the button says, in English.
    pub title_en: String,
    /// What opens the service for them.
    pub token: Token,
}

/// What a gateway can be told.
#[derive(Debug, Clone)]
pub struct GatewayOptions {
    /// Tells the present.
    pub clock: Arc<dyn Clock>,
    /// Seals sessions. Replicas that share it read each other's sessions.
    pub session_key: SessionKey,
    /// In whose name public pages are read: a token of a visitor. None serves no public pages.
    pub visitor: Option<Token>,
    /// Whom one may be with one click. For development on loopback alone: with any, the gateway refuses to listen elsewhere.
    pub demo_users: Vec<DemoUser>,
    /// By which names it answers: what another site's page asks from a browser here names that site.
    pub hosts: Hosts,
    /// Providers with which staff of organizations sign in with accounts of their own; none where keys alone open pages.
    pub sign_in: Option<Arc<SignIn>>,
    /// Counts requests, by principal or network; none lets everybody ask as often as they like.
    pub rates: Option<Arc<dyn Rates>>,
    /// Origins of other sites whose scripts may ask the API, such as `https://portal.example`.
    pub allowed_origins: Vec<HeaderValue>,
    /// Share of requests that are traced when the browser does not say, 0 to 1.
    pub trace_sample_ratio: f64,
    /// What is below the maps of pages; none leaves them without pictures of the ground, and without questions to another server.
    pub map_tiles: Option<Tiles>,
    /// Whom partners may ask about a referral.
    pub case_workers: CaseWorkers,
    /// Whether browsers reach it over TLS (its own or that of an edge before it): cookies are then for TLS alone.
    pub secure: bool,
}
