//! Configuration: flags over environment over file, everything that is wrong told at once.

mod case_workers;
mod environment;
mod file;
mod flags;
mod layers;
mod master_key;
mod reader;
mod settings;
mod sign_in;
mod suggest;
mod tls;
mod toml_file;
mod values;
mod web;
mod webhooks;

use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};

use wishwell_gateway::{CaseWorkers, Tiles};
use wishwell_matching::{Credentials, MasterKey, ServerTls};

pub(crate) use flags::{ClientFlags, DevFlags, GatewayFlags, ServeFlags};
pub(crate) use master_key::{format_key, read_key_file};
pub(crate) use suggest::closest;
pub(crate) use values::{Database, LogFormat, without_password};
pub(crate) use web::WebConfig;
pub(crate) use webhooks::WebhookConfig;

use crate::exit::{Failure, Problem};
use crate::lang::Lang;
use layers::Layers;
use reader::{HTTP_LISTEN_DEFAULT, Reader};
use settings::Mode;

/// Folder of development mode, unless another is named.
const DATA_DIR_DEFAULT: &str = "wishwell-data";

/// Environment variables, passed in so that tests bring their own.
pub(crate) type Variables = Vec<(String, String)>;

/// What `dev` and `serve` have in common.
#[derive(Debug, Clone)]
pub(crate) struct Common {
    /// Where gRPC is served.
    pub(crate) listen: SocketAddr,
    /// Where the admin port is; none when it is off.
    pub(crate) admin_listen: Option<SocketAddr>,
    /// Whether someone asked for that admin address, or it is only the default.
    pub(crate) admin_listen_given: bool,
    /// Where pages and REST are served; none when they are off.
    pub(crate) http_listen: Option<SocketAddr>,
    /// Whether someone asked for that address, or it is only the default.
    pub(crate) http_listen_given: bool,
    /// Whether writes are answered before they are on disk.
    pub(crate) relaxed_durability: bool,
    /// Whether single needs are decided by the prices of the last round.
    pub(crate) look_ahead: bool,
    /// Whether messages are sent to partners' webhooks.
    pub(crate) webhooks: bool,
    /// Calls under way at once; none for the server's own bound.
    pub(crate) calls_active_max: Option<usize>,
    /// Logs and traces.
    pub(crate) telemetry: TelemetryConfig,
    /// Language of banners.
    pub(crate) lang: Lang,
}

/// Logs and traces.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct TelemetryConfig {
    /// Receiver of traces.
    pub(crate) otlp_endpoint: Option<String>,
    /// Share of traces that begin here and are recorded, 0 to 1.
    pub(crate) trace_sample_ratio: f64,
    /// How log lines are written.
    pub(crate) log_format: LogFormat,
    /// Level or directives.
    pub(crate) log_level: String,
}

/// Development mode.
#[derive(Debug, Clone)]
pub(crate) struct DevConfig {
    /// What `serve` has too.
    pub(crate) common: Common,
    /// Folder of the store and its master key.
    pub(crate) data_dir: PathBuf,
    /// Whether to load the demo into an empty store.
    pub(crate) demo: bool,
    /// Requests of pages and REST by one principal in a second.
    pub(crate) requests_per_second: NonZeroU32,
    /// What is below the maps of pages.
    pub(crate) map_tiles: Option<Tiles>,
    /// Whom partners may ask about a referral.
    pub(crate) case_workers: CaseWorkers,
}

/// `serve`.
#[derive(Debug, Clone)]
pub(crate) struct ServeConfig {
    /// What development mode has too.
    pub(crate) common: Common,
    /// The store.
    pub(crate) database: Database,
    /// Redis.
    pub(crate) redis_url: Option<String>,
    /// Wraps the keys of personal fields.
    pub(crate) master_key: MasterKey,
    /// The file it was read from; none when it was given as a variable.
    pub(crate) master_key_file: Option<PathBuf>,
    /// Who may call.
    pub(crate) credentials: Credentials,
    /// Whether the demo keys are among them.
    pub(crate) demo_principals: bool,
    /// TLS of callers; none serves them in the clear.
    pub(crate) tls: Option<ServerTls>,
    /// Pages and REST; none serves none.
    pub(crate) web: Option<WebConfig>,
    /// Where messages to partners' tools may go.
    pub(crate) webhooks: WebhookConfig,
}

/// `gateway`.
#[derive(Debug, Clone)]
pub(crate) struct GatewayConfig {
    /// Pages and REST.
    pub(crate) web: WebConfig,
    /// Where figures and health are.
    pub(crate) admin_listen: Option<SocketAddr>,
    /// URL of the matching service.
    pub(crate) upstream: String,
    /// File with the certificates by which it is trusted; none for the system's.
    pub(crate) upstream_ca: Option<PathBuf>,
    /// Redis.
    pub(crate) redis_url: Option<String>,
    /// Logs and traces.
    pub(crate) telemetry: TelemetryConfig,
}

/// What a command needs that talks to a server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ClientConfig {
    /// The server's URL.
    pub(crate) server: String,
    /// File with the certificates by which it is trusted; none for the system's.
    pub(crate) tls_ca: Option<PathBuf>,
    /// The key to show it.
    pub(crate) api_key: String,
    /// Whether that is a demo key that nobody asked for.
    pub(crate) demo_key: bool,
    /// Language of tables.
    pub(crate) lang: Lang,
}

impl DevConfig {
    /// Reads flags and environment.
    pub(crate) fn load(flags: &DevFlags, lang: Option<&str>, variables: Variables) -> Result<Self, Failure> {
        let (mut layers, mut problems) = (Layers::default(), Vec::new());
        flags.give_to(&mut layers);
        let mut reader = Reader::new(Mode::Dev, &mut layers, lang, variables, &mut problems);
        let common = reader.common(Some(HTTP_LISTEN_DEFAULT), LogFormat::Text, 1.0);
        let data_dir = reader.read("data_dir", values::path).unwrap_or_else(|| PathBuf::from(DATA_DIR_DEFAULT));
        let demo = reader.read("demo", values::switch).unwrap_or(true);
        let requests_per_second = web::development_requests_per_second(&mut reader);
        let map_tiles = web::map_tiles(&mut reader);
        let case_workers = case_workers::read(&mut reader);
        if !common.listen.ip().is_loopback() {
            problems.push(Problem::new(
                format!("development mode listens on this machine only, not on {}: its keys are public", common.listen),
                "use 127.0.0.1, or `wishwell serve` with API keys of its own",
            ));
        }
        if let Some(address) = common.http_listen.filter(|address| !address.ip().is_loopback()) {
            problems.push(Problem::new(
                format!(
                    "development mode serves pages to this machine only, not on {address}: anybody may be anyone there"
                ),
                "use 127.0.0.1, or `wishwell serve`",
            ));
        }
        let read = Self { common, data_dir, demo, requests_per_second, map_tiles, case_workers };
        finish("wishwell cannot start", problems, read)
    }
}

impl ServeConfig {
    /// Reads flags, environment and the file they name.
    pub(crate) fn load(flags: &ServeFlags, lang: Option<&str>, variables: Variables) -> Result<Self, Failure> {
        let (mut layers, mut problems) = (Layers::default(), Vec::new());
        flags.give_to(&mut layers);
        let mut reader = Reader::new(Mode::Serve, &mut layers, lang, variables, &mut problems);
        let mut callers = file::Callers::default();
        for (key, contents) in
            [("config", file::Contents::Everything), ("principals_file", file::Contents::PrincipalsOnly)]
        {
            if let Some(path) = reader.read(key, values::path) {
                file::read(&path, contents, reader.layers, &mut callers, reader.problems);
            }
        }
        let common = reader.common(None, LogFormat::Json, 0.01);
        let database = reader.read("database_url", values::database);
        if database.is_none() && !reader.is_given("database_url") {
            reader.problem(
                "no store is named: database_url is not set",
                "--database-url sqlite:/var/lib/wishwell/wishwell.db, or a postgres:// URL in WISHWELL_DATABASE_URL",
            );
        }
        let redis_url = reader.redis_url();
        let web = common.http_listen.map(|listen| web::read(&mut reader, listen));
        let master_key = master_key::read(&mut reader);
        let master_key_file = reader.layers.get("master_key_file").map(|given| PathBuf::from(&given.text));
        let demo_principals = reader.read("demo_principals", values::switch).unwrap_or(false);
        if demo_principals && reader.is_given("http_hosts") {
            reader.problem(
                "the demo keys are public, and are answered by names of this machine alone, whatever http_hosts lists",
                "leave demo_principals out, or http_hosts",
            );
        }
        // REST takes the same keys as gRPC.
        let listening = [Some(common.listen), common.http_listen].into_iter().flatten();
        let credentials = reader.credentials(&callers, demo_principals, listening);
        let tls = tls::read(&mut reader);
        let webhooks = webhooks::read(&mut reader);
        let Some((database, master_key)) = database.zip(master_key).filter(|_| problems.is_empty()) else {
            return Err(failure("wishwell serve cannot start", problems));
        };
        Ok(Self {
            common,
            database,
            redis_url,
            master_key,
            master_key_file,
            credentials,
            demo_principals,
            tls,
            web,
            webhooks,
        })
    }
}

impl GatewayConfig {
    /// Reads flags and environment.
    pub(crate) fn load(flags: &GatewayFlags, lang: Option<&str>, variables: Variables) -> Result<Self, Failure> {
        let (mut layers, mut problems) = (Layers::default(), Vec::new());
        flags.give_to(&mut layers);
        let mut reader = Reader::new(Mode::Gateway, &mut layers, lang, variables, &mut problems);
        let listen = reader.read("http_listen", values::address).unwrap_or(HTTP_LISTEN_DEFAULT);
        let admin_listen = reader.read("admin_listen", values::optional_address).flatten();
        if admin_listen == Some(listen) && listen.port() != 0 {
            reader.problem("http_listen and admin_listen are the same address", "give each a port of its own");
        }
        let config = Self {
            web: web::read(&mut reader, listen),
            admin_listen,
            upstream: reader
                .read("upstream", |text| values::url(text, &["http", "https"], "http://127.0.0.1:50051"))
                .unwrap_or_else(|| "http://127.0.0.1:50051".to_owned()),
            upstream_ca: reader.read("upstream_ca", values::path),
            redis_url: reader.redis_url(),
            telemetry: reader.telemetry(LogFormat::Json, 0.01),
        };
        finish("wishwell gateway cannot start", problems, config)
    }
}

impl ClientConfig {
    /// Reads flags and environment, and the key's file.
    pub(crate) fn load(flags: &ClientFlags, lang: Option<&str>, variables: Variables) -> Result<Self, Failure> {
        let (mut layers, mut problems) = (Layers::default(), Vec::new());
        flags.give_to(&mut layers);
        let mut reader = Reader::new(Mode::Client, &mut layers, lang, variables, &mut problems);
        let server = reader
            .read("server", |text| values::url(text, &["http", "https"], "http://127.0.0.1:50051"))
            .unwrap_or_else(|| "http://127.0.0.1:50051".to_owned());
        let tls_ca = reader.read("tls_ca", values::path);
        if tls_ca.is_some() && !server.starts_with("https://") {
            reader.problem(
                &format!("tls_ca is given, and {server} is asked without TLS"),
                "an https:// URL, or no tls_ca",
            );
        }
        let file = reader.read("api_key_file", values::path);
        let from_file = file.and_then(|path| reader.secret_file(&path));
        let given = reader.read("api_key", |text| Ok(text.trim().to_owned())).or(from_file);
        let lang = reader.lang();
        let demo_key = given.is_none();
        let api_key = given.or_else(|| is_this_machine(&server).then(|| crate::demo::OPERATOR_KEY.to_owned()));
        if api_key.is_none() && problems.is_empty() {
            problems.push(Problem::new(
                format!("there is no API key for {server}"),
                "put it into WISHWELL_API_KEY, or its file's name into --api-key-file",
            ));
        }
        finish(
            "the server cannot be asked",
            problems,
            Self { server, tls_ca, api_key: api_key.unwrap_or_default(), demo_key, lang },
        )
    }
}

/// The language of commands that need nothing else of a configuration.
pub(crate) fn language(lang: Option<&str>, variables: &Variables) -> Result<Lang, Failure> {
    let (mut layers, mut problems) = (Layers::default(), Vec::new());
    let of_language = |(name, _): &&(String, String)| !name.starts_with("WISHWELL_") || name == "WISHWELL_LANG";
    let variables = variables.iter().filter(of_language).cloned().collect();
    let lang = Reader::new(Mode::Client, &mut layers, lang, variables, &mut problems).lang();
    finish("the command cannot be run", problems, lang)
}

impl ClientConfig {
    /// The same with another demo key, where no key was given.
    pub(crate) fn with_demo_key(self, key: &str) -> Self {
        if self.demo_key { Self { api_key: key.to_owned(), ..self } } else { self }
    }
}

/// Whose store is looked into.
pub(crate) enum Meant {
    /// That of development mode, in its folder.
    Development(PathBuf),
    /// That of a deployment's configuration.
    Deployment,
}

/// Whose store is meant: development mode's where its folder is named, a deployment's where anything is said that `serve` alone has, otherwise
/// development mode's.
pub(crate) fn meant(folder: Option<&Path>, flags: &ServeFlags, variables: &Variables) -> Result<Meant, Failure> {
    let of_deployment = flags.go_beyond(Mode::Dev);
    if let Some(folder) = folder {
        if of_deployment {
            let problem = Problem::new(
                "--data-dir is the folder of development mode's store, and the other flags are those of a deployment",
                "name a deployment's store with --config or --database-url, and leave --data-dir out",
            );
            return Err(failure("nothing is looked into", vec![problem]));
        }
        return Ok(Meant::Development(folder.to_owned()));
    }
    let said = |wanted: &str| variables.iter().find(|(name, _)| name == wanted).map(|(_, value)| value);
    if of_deployment || said("WISHWELL_CONFIG").is_some() || said("WISHWELL_DATABASE_URL").is_some() {
        return Ok(Meant::Deployment);
    }
    let folder = said("WISHWELL_DATA_DIR").filter(|folder| !folder.is_empty());
    Ok(Meant::Development(folder.map_or_else(|| PathBuf::from(DATA_DIR_DEFAULT), PathBuf::from)))
}

/// Whether a URL's host is this machine by one of its usual names.
fn is_this_machine(url: &str) -> bool {
    let authority = url.split_once("://").map_or(url, |(_, rest)| rest.split('/').next().unwrap_or_default());
    let host = match authority.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => authority.split(':').next().unwrap_or_default(),
    };
    host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

fn finish<T>(what: &str, problems: Vec<Problem>, config: T) -> Result<T, Failure> {
    if problems.is_empty() { Ok(config) } else { Err(failure(what, problems)) }
}

fn failure(what: &str, problems: Vec<Problem>) -> Failure {
    let count = match problems.len() {
        1 => "one setting is wrong".to_owned(),
        count => format!("{count} settings are wrong"),
    };
    Failure::configuration(format!("{what}: {count}"), problems)
}

/// The principals in a file of their own.
#[cfg(test)]
pub(crate) fn read_principals(path: &Path) -> Result<Vec<wishwell_matching::CredentialEntry>, Vec<Problem>> {
    let (mut layers, mut callers, mut problems) = (Layers::default(), file::Callers::default(), Vec::new());
    file::read(path, file::Contents::PrincipalsOnly, &mut layers, &mut callers, &mut problems);
    if problems.is_empty() { Ok(callers.principals) } else { Err(problems) }
}

/// The folder in which a file stands.
pub(crate) fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

#[cfg(test)]
mod tests;
