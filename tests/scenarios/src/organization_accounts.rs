//! A deployment whose pages one enters with an account of one's organization, and a browser that does.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::net::SocketAddr;

use serde_json::{Value, json};
use wishwell_test_support::ports::free_address;
use wishwell_test_support::provider::{AUDIENCE, CLIENT_ID, CLIENT_SECRET, Provider};

use crate::Served;
use crate::deployment;
use crate::web::{Answer, Plain};

/// Where a page sends forms from.
const FORM: [(&str, &str); 2] =
    [("content-type", "application/x-www-form-urlencoded"), ("sec-fetch-site", "same-origin")];

/// A deployment beside a provider.
#[derive(Debug)]
pub struct Scene {
    /// The provider.
    pub provider: Provider,
    /// The deployment.
    pub served: Served,
    /// Where browsers reach its pages.
    pub pages: SocketAddr,
}

impl Scene {
    /// Starts both; an auditor is known. `calls_with` is the token that opens the service: `access_token` or `id_token`.
    ///
    /// # Panics
    /// When they do not start.
    pub async fn start(calls_with: &str) -> Self {
        let provider = Provider::start([("auditor".to_owned(), json!({"wishwell_role": "auditor"}))].into()).await;
        let served = Self::serve(&provider, calls_with).await;
        Self { pages: served.web.expect("pages are served"), provider, served }
    }

    async fn serve(provider: &Provider, calls_with: &str) -> Served {
        let folder = deployment::folder(deployment::CALLERS);
        let (issuer, pages) = (provider.issuer(), free_address());
        let audience = if calls_with == "id_token" { CLIENT_ID } else { AUDIENCE };
        let file = folder.path().join("principals.toml");
        let mut text = std::fs::read_to_string(&file).expect("callers");
        write!(
            text,
            "[[token_issuers]]\nissuer = \"{issuer}\"\naudiences = [\"{audience}\"]\nalgorithms = [\"RS256\", \"ES256\"]\n\
             tenant = \"main\"\njwks_url = \"{}\"\n",
            provider.keys_url()
        )
        .expect("a String takes everything");
        std::fs::write(file, text).expect("written");
        std::fs::write(folder.path().join("client.secret"), CLIENT_SECRET).expect("written");
        std::fs::write(folder.path().join("session.key"), "5e".repeat(32)).expect("written");
        let named = |id: &str| {
            format!(
                "[[providers]]\nid = \"{id}\"\nissuer = \"{issuer}\"\ntitle = {{zh = \"单位账号\", en = \"your organization\"}}\n\
                 client_id = \"{CLIENT_ID}\"\nclient_secret_file = \"client.secret\"\nscopes = [\"profile\"]\n\
                 calls_with = \"{calls_with}\"\n"
            )
        };
        let file = format!("public_url = \"http://{pages}\"\n{}{}", named("partners"), named("others"));
        std::fs::write(folder.path().join("sign_in.toml"), file).expect("written");
        let listen = pages.to_string();
        let more = [
            "--http-listen",
            &listen,
            "--http-secure=false",
            "--sign-in-file",
            "sign_in.toml",
            "--session-key-file",
            "session.key",
        ];
        deployment::serve(folder, "sqlite:wishwell.db", &more).await
    }

    /// A browser of its own.
    #[must_use]
    pub fn browser(&self) -> Browser {
        Browser { web: Plain::to(self.pages), origin: format!("http://{}", self.pages), cookies: BTreeMap::new() }
    }

    /// A browser that has these cookies.
    #[must_use]
    pub fn browser_with(&self, cookies: &BTreeMap<String, String>) -> Browser {
        Browser { cookies: cookies.clone(), ..self.browser() }
    }

    /// Chooses an account on the provider's page, and answers where the provider sends the browser back to.
    ///
    /// # Panics
    /// When the provider refuses the question.
    pub async fn choose(&self, question: &str, user: &str) -> String {
        let target =
            question.split_once("/realms/").map(|(_, rest)| format!("/realms/{rest}")).expect("the provider's");
        let mut provider = Plain::to(self.provider.address());
        let shown = provider.get("", &target).await;
        assert!(shown.status == 200 && shown.text().contains(&format!(">{user}</a>")), "{}", shown.text());
        let chosen = target.replacen("/authorize?", &format!("/authorize/as?user={user}&"), 1);
        let sent = provider.get("", &chosen).await;
        assert_eq!(sent.status, 302, "{}", sent.text());
        sent.header("location").expect("somewhere").to_owned()
    }

    /// Signs somebody in, and answers what the browser saw last.
    pub async fn sign_in(&self, browser: &mut Browser, user: &str, next: &str) -> Answer {
        let question = browser.begin(next).await;
        let back = self.choose(&question, user).await;
        browser.get(&back).await
    }
}

/// A browser: it keeps cookies, and follows nothing by itself.
#[derive(Debug)]
pub struct Browser {
    web: Plain,
    origin: String,
    /// By name.
    pub cookies: BTreeMap<String, String>,
}

impl Browser {
    /// Presses the button, and answers where it leads.
    ///
    /// # Panics
    /// When it leads nowhere.
    pub async fn begin(&mut self, next: &str) -> String {
        let answer = self.get(&format!("/sign-in/with/partners?next={next}")).await;
        assert_eq!(answer.status, 303, "{}", answer.text());
        answer.header("location").expect("somewhere").to_owned()
    }

    /// Opens a page: a path, or an address of this site.
    pub async fn get(&mut self, target: &str) -> Answer {
        self.ask("GET", target, &[], b"").await
    }

    /// Sends a form.
    pub async fn post(&mut self, target: &str, form: &str) -> Answer {
        self.ask("POST", target, &FORM, form.as_bytes()).await
    }

    /// Asks in a language.
    pub async fn ask(&mut self, method: &str, target: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        let target = target.strip_prefix(&self.origin).unwrap_or(target).to_owned();
        let cookies: Vec<_> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let cookies = cookies.join("; ");
        let mut all = headers.to_vec();
        if !cookies.is_empty() {
            all.push(("cookie", &cookies));
        }
        let answer = self.web.ask(method, &target, &all, body).await;
        for (_, set) in answer.headers.iter().filter(|(name, _)| name == "set-cookie") {
            let (pair, attributes) = set.split_once(';').expect("attributes");
            let (name, value) = pair.split_once('=').expect("a pair");
            if attributes.contains("Max-Age=0;") || attributes.ends_with("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        answer
    }

    /// Whether somebody is signed in.
    pub async fn is_signed_in(&mut self) -> bool {
        self.get("/desk").await.status == 200
    }
}

/// Fields of a query.
#[must_use]
pub fn query(address: &str) -> BTreeMap<String, String> {
    let query = address.split_once('?').map_or("", |(_, query)| query);
    let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

/// Some claims as the provider's tweaks have them.
#[must_use]
pub fn claims(claims: &[(&str, Value)]) -> BTreeMap<String, Value> {
    claims.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect()
}
