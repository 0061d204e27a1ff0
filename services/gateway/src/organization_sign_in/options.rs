//! The identity providers with which staff of organizations sign in to pages, as an operator names them.

use crate::options::Token;

/// Which of a provider's tokens opens the service. The service judges it by its own rules for that issuer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CallToken {
    /// The access token: what it is for. It must be a JWT with the service among its audiences.
    Access,
    /// The ID token, where the provider gives no such access token. Its audience is the client.
    Id,
}

/// A provider.
#[derive(Debug, Clone)]
pub struct SignInProvider {
    /// Stable word in addresses: lower-case letters, digits and hyphens.
    pub id: String,
    /// What its discovery document and its tokens hold as issuer, to the letter.
    pub issuer: String,
    /// What the button says in Chinese, after "sign in with".
    pub title_zh: String,
    /// The same in English.
    pub title_en: String,
    /// How the provider knows this gateway.
    pub client_id: String,
    /// How it is sure of it; none for a public client, which PKCE alone protects.
    pub client_secret: Option<Token>,
    /// What is asked for; `openid` is always among it.
    pub scopes: Vec<String>,
    /// Which token opens the service.
    pub calls_with: CallToken,
    /// Certificates of the authorities by which the provider's hosts are trusted, in PEM form.
    pub trusted: Vec<u8>,
}

/// All providers, and where they send people back to.
#[derive(Debug, Clone)]
pub struct SignInOptions {
    /// Where browsers reach this gateway: scheme and authority, without a path.
    pub public_url: String,
    /// The providers, in the order of their buttons.
    pub providers: Vec<SignInProvider>,
}
