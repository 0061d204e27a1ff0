//! TLS for callers on other machines: certificate and key from PEM, HTTP/2 by ALPN.

use std::sync::Arc;

use thiserror::Error;
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::server::TlsStream;

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
}

/// What the server shows its callers: a certificate chain, and that it has the key.
#[derive(Clone)]
pub struct ServerTls(TlsAcceptor);

impl std::fmt::Debug for ServerTls {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ServerTls(..)")
    }
}

impl ServerTls {
    /// Takes a certificate chain, the server's own certificate first, and the private key of that one (PKCS#8, PKCS#1 or SEC1),
    /// each as the text of a PEM file. TLS 1.2 and 1.3 are spoken.
    ///
    /// # Errors
    /// [`TlsError`], for what is wrong with which of the two.
    pub fn from_pem(certificates: &[u8], key: &[u8]) -> Result<Self, TlsError> {
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
        let config = ServerConfig::builder_with_provider(Arc::new(provider))
            .with_safe_default_protocol_versions()
            .map_err(|error| unreadable(&error))?
            .with_no_client_auth()
            .with_single_cert(chain, key);
        let mut config = config.map_err(|error| match error {
            tokio_rustls::rustls::Error::InconsistentKeys(_) => TlsError::Pair,
            error => unreadable(&error),
        })?;
        config.alpn_protocols = vec![PROTOCOL.to_vec()];
        Ok(Self(TlsAcceptor::from(Arc::new(config))))
    }

    /// Shakes hands with a caller. The caller of this bounds the time it takes.
    pub(crate) async fn accept(&self, stream: TcpStream) -> std::io::Result<TlsStream<TcpStream>> {
        self.0.accept(stream).await
    }
}
