//! Who looks at a page, in which language, and how the page asks the service for them.

use std::convert::Infallible;

use axum::extract::{Form, FromRequestParts, OptionalFromRequestParts};
use axum::response::{IntoResponse, Redirect, Response};
use http::header::{ACCEPT_LANGUAGE, COOKIE, SET_COOKIE};
use http::request::Parts;
use http::{HeaderMap, HeaderValue};
use serde::Deserialize;

use wishwell_api::v1;
use wishwell_report::Language;

use super::failure::Failure;
use crate::app::App;
use crate::calls::Calls;
use crate::edge::{RequestId, SentForm};
use crate::session::Session;

/// The cookie that remembers a choice of language: nothing about anybody.
const LANGUAGE_COOKIE: &str = "wishwell-language";
const LANGUAGE_SECONDS: u32 = 365 * 24 * 3_600;

/// A look at a page.
#[derive(Debug, Clone)]
pub(crate) struct Visit {
    pub(crate) app: App,
    pub(crate) language: Language,
    /// Who is signed in, if anybody.
    pub(crate) session: Option<Session>,
    /// Path and query that were asked for.
    pub(crate) target: String,
    /// Whether a part of a page is asked for by the page itself, and not a whole one.
    pub(crate) part: bool,
    pub(crate) request_id: RequestId,
    /// What was filled in and sent, if anything was.
    sent: Option<SentForm>,
}

impl Visit {
    /// A text in the page's language.
    pub(crate) fn say<T>(&self, zh: T, en: T) -> T {
        self.language.pick(zh, en)
    }

    /// A name in the page's language, in the other where it has none.
    pub(crate) fn name<'t>(&self, text: Option<&'t v1::LocalizedText>) -> &'t str {
        let Some(text) = text else { return "" };
        let (first, second) = self.language.pick((&text.zh, &text.en), (&text.en, &text.zh));
        if first.is_empty() { second } else { first }
    }
}

impl Visit {
    /// Whether a form was sent.
    pub(crate) const fn sends(&self) -> bool {
        self.sent.is_some()
    }

    /// The form that was sent, field by field, to ask for it again; nothing of a form with a secret in it.
    pub(crate) fn sent_again(&self) -> Vec<(String, String)> {
        let secret = self.target.starts_with("/sign-in");
        let Some(SentForm(content)) = self.sent.as_ref().filter(|_| !secret) else { return Vec::new() };
        serde_urlencoded::from_bytes(content).unwrap_or_default()
    }
}

impl FromRequestParts<App> for Visit {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Infallible> {
        let target = parts.uri.path_and_query().map_or("/", |target| target.as_str()).to_owned();
        Ok(Self {
            app: app.clone(),
            language: language_of(parts.uri.query().unwrap_or_default(), &parts.headers),
            session: parts.extensions.get::<Session>().cloned(),
            part: parts.headers.contains_key("hx-request"),
            sent: parts.extensions.get::<SentForm>().cloned(),
            target,
            request_id: parts.extensions.get::<RequestId>().cloned().unwrap_or_else(|| RequestId::of(&parts.headers)),
        })
    }
}

/// A look at a page by somebody who is signed in. Whoever is not is led to the sign-in page and back.
#[derive(Debug, Clone)]
pub(crate) struct SignedIn {
    pub(crate) visit: Visit,
    pub(crate) session: Session,
    /// The service, in their name.
    pub(crate) calls: Calls,
}

impl FromRequestParts<App> for SignedIn {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Response> {
        let visit = match <Visit as FromRequestParts<App>>::from_request_parts(parts, app).await {
            Ok(visit) => visit,
            Err(never) => match never {},
        };
        let Some(session) = visit.session.clone() else {
            return Err(Failure::SignInFirst.response(&visit));
        };
        let calls = app.calls(session.token.reveal());
        Ok(Self { visit, session, calls })
    }
}

impl OptionalFromRequestParts<App> for SignedIn {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Option<Self>, Infallible> {
        Ok(<Self as FromRequestParts<App>>::from_request_parts(parts, app).await.ok())
    }
}

/// The language asked for in the address, else the one chosen before, else what the browser prefers, else Chinese.
fn language_of(query: &str, headers: &HeaderMap) -> Language {
    let asked = query.split('&').find_map(|pair| pair.strip_prefix("lang="));
    let cookies = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
    let chosen = cookies
        .flat_map(|value| value.split(';'))
        .find_map(|pair| pair.trim().strip_prefix(LANGUAGE_COOKIE)?.strip_prefix('='));
    let preferred = headers.get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let preferred = preferred.split(',').filter_map(|range| named(range.split(';').next().unwrap_or_default().trim()));
    asked
        .and_then(named)
        .or_else(|| chosen.and_then(named))
        .or_else(|| preferred.into_iter().next())
        .unwrap_or(Language::Zh)
}

fn named(tag: &str) -> Option<Language> {
    let primary = tag.split('-').next().unwrap_or_default();
    if primary.eq_ignore_ascii_case("zh") {
        Some(Language::Zh)
    } else if primary.eq_ignore_ascii_case("en") {
        Some(Language::En)
    } else {
        None
    }
}

/// The form behind the switch of languages.
#[derive(Debug, Deserialize)]
pub(super) struct LanguageChoice {
    lang: String,
    /// The page one was on.
    #[serde(default)]
    back: String,
}

/// Remembers a choice of language and goes back to the page.
pub(super) async fn choose_language(visit: Visit, Form(choice): Form<LanguageChoice>) -> Response {
    let mut response = Redirect::to(own_target(&choice.back)).into_response();
    if let Some(language) = named(&choice.lang) {
        let secure = if visit.app.sessions().secure() { "; Secure" } else { "" };
        let cookie = format!(
            "{LANGUAGE_COOKIE}={}; Path=/; HttpOnly; SameSite=Lax; Max-Age={LANGUAGE_SECONDS}{secure}",
            language.tag()
        );
        if let Ok(cookie) = HeaderValue::from_str(&cookie) {
            response.headers_mut().append(SET_COOKIE, cookie);
        }
    }
    response
}

/// A place on this site to go back to; the first page for anything that leads elsewhere.
pub(super) fn own_target(target: &str) -> &str {
    // Browsers read a backslash as a slash and leave tabs out; no header holds a control character.
    let is_foreign = |character: char| character == '\\' || character.is_control();
    let own = target.starts_with('/') && !target.starts_with("//") && !target.contains(is_foreign);
    if own { target } else { "/" }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn the_address_goes_before_the_choice_and_the_choice_before_the_browser() {
        for (query, cookie, preferred, language) in [
            ("", "", "", Language::Zh),
            ("", "", "fr-FR, en-GB;q=0.8, zh;q=0.5", Language::En),
            ("", "", "fr", Language::Zh),
            ("", "x=y; wishwell-language=en", "zh", Language::En),
            ("a=b&lang=zh", "wishwell-language=en", "en", Language::Zh),
            ("lang=tlh", "wishwell-language=zh-CN", "en", Language::Zh),
        ] {
            let headers = HeaderMap::from_iter([
                (COOKIE, HeaderValue::from_static(cookie)),
                (ACCEPT_LANGUAGE, HeaderValue::from_static(preferred)),
            ]);
            assert_eq!(language_of(query, &headers), language, "{query} {cookie} {preferred}");
        }
    }

    #[test]
    fn nobody_is_led_to_another_site() {
        for elsewhere in [
            "https://evil.example/",
            "//evil.example",
            "/\\evil.example",
            "",
            "evil",
            "/a\r\nset-cookie: b",
            "/\t/evil.example",
            "/\u{1}",
            "/a\0",
            "/a\u{7f}",
        ] {
            assert_eq!(own_target(elsewhere), "/", "{elsewhere:?}");
        }
        assert_eq!(own_target("/portal/wishes?category=food"), "/portal/wishes?category=food");
    }
}
