//! Commands that ask a running server.

pub(crate) mod categories;
pub(crate) mod find;
mod inline_need;
mod metadata;
pub(crate) mod needs;
pub(crate) mod referrals;
pub(crate) mod rounds;
mod status;
mod trace;
pub(crate) mod watch;
mod words;

use std::path::{Path, PathBuf};
use std::time::Duration;

use tonic::metadata::{Ascii, MetadataValue};
use tonic::service::Interceptor;
use tonic::service::interceptor::InterceptedService;
use tonic::transport::{Certificate, Channel, ClientTlsConfig, Endpoint};
use tonic::{Request, Status};
use wishwell_api::v1::catalog_service_client::CatalogServiceClient;
use wishwell_api::v1::matching_service_client::MatchingServiceClient;
use wishwell_api::v1::need_service_client::NeedServiceClient;
use wishwell_api::v1::referral_service_client::ReferralServiceClient;

use crate::config::ClientConfig;
use crate::exit::{Exit, Failure};
use crate::lang::Lang;

pub(crate) use status::{in_a_line, refused, wrong_door};

/// Longest time to reach a server.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// Longest time for one call.
const CALL_TIMEOUT: Duration = Duration::from_secs(30);
/// Where Debian and its relatives keep the certificates they trust.
const TRUSTED_CERTIFICATES: &str = "/etc/ssl/certs/ca-certificates.crt";

/// A connection that shows its key with every call.
pub(crate) type Connection = InterceptedService<Channel, ApiKey>;

/// Puts the key into every call, and the trace that this command is part of.
#[derive(Clone)]
pub(crate) struct ApiKey {
    bearer: MetadataValue<Ascii>,
    trace: trace::Parent,
}

impl Interceptor for ApiKey {
    fn call(&mut self, mut request: Request<()>) -> Result<Request<()>, Status> {
        request.metadata_mut().insert("authorization", self.bearer.clone());
        self.trace.add_to(request.metadata_mut());
        Ok(request)
    }
}

/// A server and the key it is asked with.
#[derive(Clone)]
pub(crate) struct Server {
    connection: Connection,
    /// What its refusals are told in.
    lang: Lang,
}

impl Server {
    /// Connects.
    pub(crate) async fn connect(config: &ClientConfig) -> Result<Self, Failure> {
        let url = config.server.clone();
        let wrong = |what: String| Failure::one(Exit::Configuration, format!("{url} cannot be asked"), what, "");
        let mut bearer: MetadataValue<Ascii> = format!("Bearer {}", config.api_key)
            .parse()
            .map_err(|_| wrong("the API key has characters that no key has".to_owned()))?;
        bearer.set_sensitive(true);
        let endpoint = Endpoint::from_shared(url.clone()).map_err(|error| wrong(error.to_string()))?;
        let endpoint = endpoint.connect_timeout(CONNECT_TIMEOUT).timeout(CALL_TIMEOUT);
        let tls_ca = config.tls_ca.as_deref();
        let endpoint = if url.starts_with("https://") { with_tls(endpoint, tls_ca).map_err(wrong)? } else { endpoint };
        let key = ApiKey { bearer, trace: trace::Parent::of_environment(|name| std::env::var(name).ok()) };
        let channel = endpoint.connect().await.map_err(|error| unreachable(&url, &error, config.lang))?;
        Ok(Self { connection: InterceptedService::new(channel, key), lang: config.lang })
    }

    /// What a refused call means to whoever asked: what could not be done, in English and in Chinese, and why.
    pub(crate) fn refused(&self, what: (&str, &str), status: &Status) -> Failure {
        refused(self.lang.pick(what.0, what.1), status, self.lang)
    }

    /// The catalogue.
    pub(crate) fn catalog(&self) -> CatalogServiceClient<Connection> {
        CatalogServiceClient::new(self.connection.clone())
    }

    /// Needs.
    pub(crate) fn needs(&self) -> NeedServiceClient<Connection> {
        NeedServiceClient::new(self.connection.clone())
    }

    /// Referrals and what happens. A batch of events may be large.
    pub(crate) fn referrals(&self) -> ReferralServiceClient<Connection> {
        ReferralServiceClient::new(self.connection.clone()).max_decoding_message_size(64 * 1024 * 1024)
    }

    /// Matching. Answers may be large: hundreds of candidates with their reasons.
    pub(crate) fn matching(&self) -> MatchingServiceClient<Connection> {
        MatchingServiceClient::new(self.connection.clone()).max_decoding_message_size(64 * 1024 * 1024)
    }

    /// The connection itself, for other clients.
    pub(crate) fn connection(&self) -> Connection {
        self.connection.clone()
    }
}

/// A channel to a server that need not be there: it connects when it is used, and again when it broke.
pub(crate) fn channel_when_needed(url: &str, tls_ca: Option<&Path>) -> Result<Channel, Failure> {
    let wrong = |what: String| Failure::one(Exit::Configuration, format!("{url} cannot be asked"), what, "");
    let endpoint = Endpoint::from_shared(url.to_owned()).map_err(|error| wrong(error.to_string()))?;
    let endpoint =
        endpoint.connect_timeout(CONNECT_TIMEOUT).http2_keep_alive_interval(CALL_TIMEOUT).keep_alive_while_idle(true);
    let endpoint = if url.starts_with("https://") { with_tls(endpoint, tls_ca).map_err(wrong)? } else { endpoint };
    Ok(endpoint.connect_lazy())
}

/// The file with the certificates that the system trusts.
pub(crate) fn trusted_certificates() -> PathBuf {
    std::env::var_os("SSL_CERT_FILE").map_or_else(|| TRUSTED_CERTIFICATES.into(), PathBuf::from)
}

/// Trusts the certificates in a file: the one that is named, or the system's.
fn with_tls(endpoint: Endpoint, named: Option<&Path>) -> Result<Endpoint, String> {
    let path = named.map_or_else(trusted_certificates, Path::to_owned);
    let pem = std::fs::read(&path)
        .map_err(|error| format!("the trusted certificates in {} cannot be read: {error}", path.display()))?;
    let tls = ClientTlsConfig::new().ca_certificate(Certificate::from_pem(pem));
    endpoint.tls_config(tls).map_err(|error| format!("TLS cannot be set up: {error}"))
}

/// What came of the server and cannot be written as JSON.
fn not_printable(error: &impl std::fmt::Display, lang: Lang) -> Failure {
    let summary = lang.pick("the answer cannot be printed", "无法输出答复");
    Failure::one(Exit::Defect, summary, error.to_string(), "").told_in(lang)
}

fn unreachable(url: &str, error: &tonic::transport::Error, lang: Lang) -> Failure {
    let mut cause: &dyn std::error::Error = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    let cause = cause.to_string();
    if let Some(remedy) = handshake_remedy(&cause) {
        // Asking again never helps: somebody has to change something.
        return Failure::one(Exit::Configuration, format!("{url} cannot be asked over TLS"), cause, remedy);
    }
    let summary = match lang {
        Lang::En => format!("no server answers at {url}"),
        Lang::Zh => format!("{url} 没有服务器应答"),
    };
    let remedy = lang.pick(
        "start one with `wishwell`, or name another with --server or WISHWELL_SERVER",
        "请用 `wishwell` 启动一个，或用 --server 或 WISHWELL_SERVER 指定另一个",
    );
    Failure::one(Exit::Unavailable, summary, cause, remedy).told_in(lang)
}

/// What to do where a server answers, and TLS with it comes to nothing.
fn handshake_remedy(cause: &str) -> Option<&'static str> {
    let remedies = [
        ("UnknownIssuer", "name the file with the certificate of its issuer with --tls-ca"),
        ("certificate expired", "the server's certificate is to be renewed, and the server restarted"),
        ("certificate not valid", "name the server as its certificate does, or look at this machine's clock"),
        ("InvalidContentType", "where the server does not speak TLS, name it as http:// with --server"),
    ];
    remedies.into_iter().find(|(known, _)| cause.contains(known)).map(|(_, remedy)| remedy)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_handshake_that_fails_is_mended_and_not_tried_again() {
        for (cause, told) in [
            ("invalid peer certificate: UnknownIssuer", "--tls-ca"),
            (
                "invalid peer certificate: certificate expired: verification time 2 (UNIX), but certificate is not valid after 1",
                "renewed",
            ),
            ("invalid peer certificate: certificate not valid for name \"localhost\"", "name the server"),
            ("received corrupt message of type InvalidContentType", "http://"),
        ] {
            assert!(handshake_remedy(cause).is_some_and(|remedy| remedy.contains(told)), "{cause}");
        }
        assert_eq!(handshake_remedy("Connection refused (os error 111)"), None);
    }
}
