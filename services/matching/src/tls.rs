//! TLS: for callers on other machines (certificate and key from PEM, HTTP/2 by ALPN, certificates of callers where they are asked
//! for), and for asking others.

use std::sync::Arc;

use thiserror::Error;
use tokio::net::TcpStream;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::server::WebPkiClientVerifier;
use tokio_rustls::rustls::server::danger::ClientCertVerifier;
use tokio_rustls::rustls::{ClientConfig, RootCertStore, ServerConfig};
use tokio_rustls::server::TlsStream;
use tokio_rustls::{TlsAcceptor, TlsConnector};

use crate::certificate_end::{CertificateEnd, CertificatesOf};

/// The protocol that is served (RFC 7301's name of HTTP/2). A caller that names others only is refused in the handshake.
const PROTOCOL: &[u8] = b"h2";

/// Why a certificate and its key cannot be used. No message shows anything of the key.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum TlsError {
    /// The text holds no certificate that can be read.
    #[error("the certificate cannot be used: {0}")]
    Certificate(String),
    /// The text holds no private key that can be used.
    #[error("the private key cannot be used: {0}")]
    Key(String),
    /// Both can be read and do not go together.
    #[error("the private key is not that of the certificate")]
    Pair,
    /// The text holds no certificates of authorities that can be used.
    #[error("the certificates of authorities cannot be used: {0}")]
    Authorities(String),
}

/// How callers show who they are by certificates of their own.
#[derive(Debug, Clone, Copy)]
pub struct ClientCertificates<'a> {
    /// The authorities whose certificates are accepted, as the text of a PEM file.
    pub authorities: &'a [u8],
    /// Whether a caller without one is turned away in the handshake.
    pub required: bool,
}

/// What the server shows its callers: a certificate chain, and that it has the key.
#[derive(Clone)]
pub struct ServerTls {
    acceptor: TlsAcceptor,
    ends: Vec<CertificateEnd>,
}

impl std::fmt::Debug for ServerTls {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ServerTls(..)")
    }
}

impl ServerTls {
    /// Takes a certificate chain, the server's own certificate first, and the private key of that one (PKCS#8, PKCS#1 or SEC1),
    /// each as the text of a PEM file. TLS 1.2 and 1.3 are spoken. Callers are asked for certificates of their own where `callers` says
    /// by whom they must be signed.
    ///
    /// # Errors
    /// [`TlsError`], for what is wrong with which of the two.
    pub fn from_pem(
        certificates: &[u8],
        key: &[u8],
        callers: Option<ClientCertificates<'_>>,
    ) -> Result<Self, TlsError> {
        let unreadable = |error: &dyn std::fmt::Display| TlsError::Certificate(error.to_string());
        let chain = CertificateDer::pem_slice_iter(certificates).collect::<Result<Vec<_>, _>>();
        let chain = chain.map_err(|error| unreadable(&error))?;
        if chain.is_empty() {
            return Err(TlsError::Certificate("there is none in PEM form".to_owned()));
        }
        let key = PrivateKeyDer::from_pem_slice(key)
            .map_err(|_| TlsError::Key("there is none in PEM form, or it is locked with a password".to_owned()))?;
        let provider = ring::default_provider();
        let signing = provider
            .key_provider
            .load_private_key(key.clone_key())
            .map_err(|_| TlsError::Key("it is damaged, or of a kind that is not known".to_owned()))?;
        drop(signing);
        let verifier = callers.map_or_else(|| Ok(WebPkiClientVerifier::no_client_auth()), verifier)?;
        let config = ServerConfig::builder_with_provider(Arc::new(provider))
            .with_safe_default_protocol_versions()
            .map_err(|error| unreadable(&error))?
            .with_client_cert_verifier(verifier)
            .with_single_cert(chain, key);
        let mut config = config.map_err(|error| match error {
            tokio_rustls::rustls::Error::InconsistentKeys(_) => TlsError::Pair,
            error => unreadable(&error),
        })?;
        config.alpn_protocols = vec![PROTOCOL.to_vec()];
        let of_callers = callers.map(|callers| (CertificatesOf::ClientAuthorities, callers.authorities));
        let files = [(CertificatesOf::Server, certificates)].into_iter().chain(of_callers);
        let ends = files.filter_map(|(of, pem)| CertificateEnd::first_of(of, pem)).collect();
        Ok(Self { acceptor: TlsAcceptor::from(Arc::new(config)), ends })
    }

    /// When its certificates end, and those of the authorities of callers: of each file the first.
    #[must_use]
    pub fn ends(&self) -> &[CertificateEnd] {
        &self.ends
    }

    /// Shakes hands with a caller. The caller of this bounds the time it takes.
    pub(crate) async fn accept(&self, stream: TcpStream) -> std::io::Result<TlsStream<TcpStream>> {
        self.acceptor.accept(stream).await
    }
}

fn verifier(callers: ClientCertificates<'_>) -> Result<Arc<dyn ClientCertVerifier>, TlsError> {
    let roots = Arc::new(roots(callers.authorities)?);
    let builder = WebPkiClientVerifier::builder_with_provider(roots, Arc::new(ring::default_provider()));
    let builder = if callers.required { builder } else { builder.allow_unauthenticated() };
    builder.build().map_err(|error| TlsError::Authorities(error.to_string()))
}

fn roots(pem: &[u8]) -> Result<RootCertStore, TlsError> {
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(pem) {
        let certificate = certificate.map_err(|error| TlsError::Authorities(error.to_string()))?;
        // The system's file may hold some that are of no use; as long as others are, that is no reason to stop.
        if let Err(error) = roots.add(certificate) {
            tracing::debug!(%error, "a certificate of an authority is passed over");
        }
    }
    if roots.is_empty() {
        return Err(TlsError::Authorities("there is none in PEM form that can be used".to_owned()));
    }
    Ok(roots)
}

/// Asks others over TLS, and believes whom these authorities vouch for.
///
/// # Errors
/// [`TlsError::Authorities`].
pub(crate) fn connector(authorities: &[u8]) -> Result<TlsConnector, TlsError> {
    connector_to(roots(authorities)?)
}

/// The names in the certificate that a caller showed: URIs and DNS names among its subject alternative names. Its subject is none: it
/// is free text.
pub(crate) fn names_shown(stream: &TlsStream<TcpStream>) -> Vec<String> {
    let shown = stream.get_ref().1.peer_certificates().and_then(|chain| chain.first());
    let Some(certificate) = shown else { return Vec::new() };
    // It was read in the handshake already.
    let Ok(certificate) = webpki::EndEntityCert::try_from(certificate) else { return Vec::new() };
    certificate.valid_uri_names().chain(certificate.valid_dns_names()).map(ToOwned::to_owned).collect()
}

/// Authorities that vouch for others' servers.
#[derive(Debug, Clone)]
pub struct Authorities(RootCertStore);

impl Authorities {
    /// Reads their certificates from the text of a PEM file.
    ///
    /// # Errors
    /// [`TlsError::Authorities`].
    pub fn from_pem(pem: &[u8]) -> Result<Self, TlsError> {
        roots(pem).map(Self)
    }
}

/// Connects to servers whose certificates come from the authorities that browsers trust (Mozilla's list), or from these.
///
/// # Errors
/// [`TlsError::Authorities`] when there is no way to speak with them.
pub(crate) fn connector_to_public_and(authorities: Option<Authorities>) -> Result<TlsConnector, TlsError> {
    let mut roots = webpki_roots::TLS_SERVER_ROOTS.to_vec();
    roots.extend(authorities.into_iter().flat_map(|authorities| authorities.0.roots));
    connector_to(RootCertStore { roots })
}

pub(crate) fn connector_to(roots: RootCertStore) -> Result<TlsConnector, TlsError> {
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| TlsError::Authorities(error.to_string()))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(TlsConnector::from(Arc::new(config)))
}
