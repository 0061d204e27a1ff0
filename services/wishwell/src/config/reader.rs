//! Reads layers into values and collects everything that is wrong on the way.

use std::net::SocketAddr;
use std::path::Path;

use wishwell_matching::Credentials;

use super::file::Callers;
use super::layers::{Layers, Named, Source};
use super::settings::{self, Mode, Places};
use super::values::{self, LogFormat, Wrong};
use super::{Common, TelemetryConfig, Variables, environment};
use crate::exit::Problem;
use crate::lang::Lang;

/// Port of gRPC when nothing is said.
const LISTEN_DEFAULT: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 50051);
/// Port of pages in development mode when nothing is said.
pub(super) const HTTP_LISTEN_DEFAULT: SocketAddr =
    SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 8080);
/// Port of metrics when nothing is said: the one registered for OpenTelemetry's Prometheus exporters.
const ADMIN_LISTEN_DEFAULT: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 9464);
/// Largest file with a secret, in bytes.
const SECRET_FILE_BYTES_MAX: u64 = 4096;

/// Reads one configuration.
pub(super) struct Reader<'a> {
    pub(super) layers: &'a mut Layers,
    pub(super) problems: &'a mut Vec<Problem>,
    locale: Lang,
}

impl<'a> Reader<'a> {
    /// Takes the environment into the layers; flags are in them already, so they win.
    pub(super) fn new(
        mode: Mode,
        layers: &'a mut Layers,
        lang: Option<&str>,
        variables: Variables,
        problems: &'a mut Vec<Problem>,
    ) -> Self {
        let look_up = |name: &str| variables.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone());
        let locale = Lang::of_environment(look_up);
        if let (Some(lang), Some(setting)) = (lang, settings::by_key("lang")) {
            layers.give(setting, lang, Source::Flag);
        }
        environment::read(variables, mode, layers, problems);
        Self { layers, problems, locale }
    }

    /// The value of a setting, if it was given and is right. What is wrong goes to the problems.
    pub(super) fn read<T>(&mut self, key: &str, parse: impl FnOnce(&str) -> Result<T, Wrong>) -> Option<T> {
        let setting = settings::by_key(key)?;
        let given = self.layers.get(key)?;
        match parse(&given.text) {
            Ok(value) => Some(value),
            Err((what, remedy)) => {
                let secret = setting.places == Places::EnvironmentOnly;
                let shown =
                    if secret { String::new() } else { format!(" {:?}", values::without_password(&given.text)) };
                let what = format!("{}{shown} {what}", Named(setting, &given.source));
                self.problems.push(Problem::new(what, remedy));
                None
            }
        }
    }

    /// Whether a setting was given at all.
    pub(super) fn is_given(&self, key: &str) -> bool {
        self.layers.get(key).is_some()
    }

    pub(super) fn problem(&mut self, what: &str, remedy: &str) {
        self.problems.push(Problem::new(what, remedy));
    }

    /// The language: said, or of the environment.
    pub(super) fn lang(&mut self) -> Lang {
        self.read("lang", values::lang).unwrap_or(self.locale)
    }

    /// What `dev` and `serve` have in common.
    pub(super) fn common(
        &mut self,
        http_listen: Option<SocketAddr>,
        log_format: LogFormat,
        trace_sample_ratio: f64,
    ) -> Common {
        let listen = self.read("listen", values::address).unwrap_or(LISTEN_DEFAULT);
        let admin_listen = self.read("admin_listen", values::optional_address).unwrap_or(Some(ADMIN_LISTEN_DEFAULT));
        if admin_listen == Some(listen) && listen.port() != 0 {
            self.problem("listen and admin_listen are the same address", "give each a port of its own");
        }
        let http_listen = self.read("http_listen", values::optional_address).unwrap_or(http_listen);
        Common {
            listen,
            admin_listen,
            admin_listen_given: self.is_given("admin_listen"),
            http_listen,
            http_listen_given: self.is_given("http_listen"),
            relaxed_durability: self.read("relaxed_durability", values::switch).unwrap_or(false),
            webhooks: self.read("webhooks", values::switch).unwrap_or(true),
            look_ahead: self.read("look_ahead", values::switch).unwrap_or(true),
            calls_active_max: self.read("calls_active_max", values::calls),
            telemetry: self.telemetry(log_format, trace_sample_ratio),
            lang: self.lang(),
        }
    }

    /// Logs and traces.
    pub(super) fn telemetry(&mut self, log_format: LogFormat, trace_sample_ratio: f64) -> TelemetryConfig {
        let endpoint = |text: &str| values::url(text, &["http", "https"], "http://127.0.0.1:4317");
        TelemetryConfig {
            otlp_endpoint: self.read("otlp_endpoint", endpoint),
            trace_sample_ratio: self.read("trace_sample_ratio", values::ratio).unwrap_or(trace_sample_ratio),
            log_format: self.read("log_format", values::log_format).unwrap_or(log_format),
            log_level: self.read("log_level", values::log_level).unwrap_or_else(|| "info".to_owned()),
        }
    }

    /// Redis.
    pub(super) fn redis_url(&mut self) -> Option<String> {
        self.read("redis_url", |text| values::url(text, &["redis", "rediss", "redis+unix"], "redis://127.0.0.1:6379"))
    }

    /// Checks principals and issuers of tokens, and that nobody can call from another machine without a key.
    /// `listening` is every address at which calls are answered.
    pub(super) fn credentials(
        &mut self,
        callers: &Callers,
        demo: bool,
        listening: impl IntoIterator<Item = SocketAddr>,
    ) -> Credentials {
        for address in listening.into_iter().filter(|address| !address.ip().is_loopback()) {
            if demo {
                self.problem(
                    &format!("the demo keys are public, and {address} can be reached from other machines"),
                    "leave demo_principals out, or listen on 127.0.0.1",
                );
            } else if callers.principals.is_empty() && callers.issuers.is_empty() {
                self.problem(
                    &format!("{address} can be reached from other machines, and no API keys are configured"),
                    "`wishwell key new` prints a key and the [[principals]] table for it; or listen on 127.0.0.1",
                );
            }
        }
        let demo = if demo { Credentials::demo_entries() } else { Vec::new() };
        let entries = [callers.principals.as_slice(), &demo].concat();
        let (credentials, mut violations) = match Credentials::from_entries(&entries) {
            Ok(credentials) => (credentials, Vec::new()),
            Err(violations) => (Credentials::default(), violations),
        };
        let credentials = credentials.with_issuers(&callers.issuers).unwrap_or_else(|more| {
            violations.extend(more);
            Credentials::default()
        });
        for violation in violations {
            let shown = violation.value.as_deref().map(|value| format!(" {value:?}")).unwrap_or_default();
            self.problem(&format!("{}{shown} {}", violation.field, violation.message), "");
        }
        credentials
    }

    /// The one line of a file that holds a secret.
    pub(super) fn secret_file(&mut self, path: &Path) -> Option<String> {
        match read_secret(path) {
            Ok(secret) => Some(secret),
            Err(problem) => {
                self.problems.push(problem);
                None
            }
        }
    }
}

/// The one line of a file that holds a secret.
pub(super) fn read_secret(path: &Path) -> Result<String, Problem> {
    let shown = path.display();
    let metadata = std::fs::metadata(path);
    if metadata.as_ref().is_ok_and(|metadata| metadata.len() > SECRET_FILE_BYTES_MAX) {
        return Err(Problem::new(format!("{shown} is too large to hold a key"), "name the right file"));
    }
    match std::fs::read_to_string(path) {
        Ok(text) if text.trim().is_empty() => {
            Err(Problem::new(format!("{shown} is empty"), "it holds the key in one line"))
        }
        Ok(text) => Ok(text.trim().to_owned()),
        Err(error) => {
            Err(Problem::new(format!("{shown} cannot be read: {error}"), "name a file that is there and may be read"))
        }
    }
}
