//! Sends one message: one POST over HTTP/1.1, bounded in time, without following anything and without reading what is answered.

use std::time::Duration;

use http::{Request, Response, header};
use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use jiff::Timestamp;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use wishwell_connection::outgoing;
use wishwell_domain::limits::WEBHOOK_ANSWER_SECONDS_MAX;

use super::event::{Event, MEDIA_TYPE, signatures};
use super::{Address, Sender};

impl Sender {
    /// Sends a message signed with these secrets. Answers the HTTP status that came back.
    ///
    /// # Errors
    /// Why none came back, in words; nothing of what was answered is in them.
    pub(super) async fn send(
        &self,
        url: &str,
        secrets: &[[u8; 32]],
        event: &Event,
        now: Timestamp,
    ) -> Result<u16, String> {
        let address = Address::parse(url, &self.reach).map_err(|problem| format!("the URL {problem}"))?;
        let request = request(&address, secrets, event, now)?;
        let time = Duration::from_secs(WEBHOOK_ANSWER_SECONDS_MAX);
        let late = |_| Err(format!("the receiver did not answer within {WEBHOOK_ANSWER_SECONDS_MAX} seconds"));
        tokio::time::timeout(time, self.connect_and_ask(&address, request)).await.unwrap_or_else(late)
    }

    async fn connect_and_ask(&self, address: &Address, request: Request<Full<Bytes>>) -> Result<u16, String> {
        let unreachable = |_| "the receiver cannot be connected to".to_owned();
        let addresses = address.resolve(&self.reach).await?;
        let stream = TcpStream::connect(addresses.as_slice()).await.map_err(unreachable)?;
        match &address.tls {
            Some(name) => {
                let shaken = self.connector.connect(name.clone(), stream).await;
                let stream = shaken.map_err(|error| format!("TLS with the receiver failed: {error}"))?;
                ask(stream, request).await
            }
            None => ask(stream, request).await,
        }
    }
}

fn request(
    address: &Address,
    secrets: &[[u8; 32]],
    event: &Event,
    now: Timestamp,
) -> Result<Request<Full<Bytes>>, String> {
    let body = event.body();
    let sent_at = now.as_second();
    Request::post(&address.target)
        .header(header::HOST, &address.authority)
        .header(header::CONTENT_TYPE, MEDIA_TYPE)
        .header(header::CONTENT_LENGTH, body.len())
        .header(header::USER_AGENT, concat!("wishwell/", env!("CARGO_PKG_VERSION")))
        .header(header::CONNECTION, "close")
        .header("webhook-id", &event.id)
        .header("webhook-timestamp", sent_at)
        .header("webhook-signature", signatures(secrets, &event.id, sent_at, &body))
        .body(Full::new(Bytes::from(body)))
        .map_err(|_| "the message cannot be addressed".to_owned())
}

async fn ask(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    request: Request<Full<Bytes>>,
) -> Result<u16, String> {
    // The head is enough: a redirect is not followed and a body is not read.
    let status = async |answer: Response<Incoming>| answer.status().as_u16();
    let failed = |_| "the receiver did not answer as HTTP is answered".to_owned();
    outgoing::ask(stream, request, status).await.map_err(failed)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::sync::Arc;

    use serde_json::json;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpListener;
    use tokio_rustls::TlsAcceptor;
    use tokio_rustls::rustls::crypto::ring;
    use tokio_rustls::rustls::pki_types::PrivateKeyDer;
    use tokio_rustls::rustls::{RootCertStore, ServerConfig};

    use super::*;
    use crate::tls;
    use crate::webhook::Reach;
    use crate::webhook::event::TEST;

    fn event() -> Event {
        Event {
            id: "tests/1".to_owned(),
            kind: TEST,
            subscription: "subscriptions/2".to_owned(),
            subject: None,
            time: Timestamp::UNIX_EPOCH,
            data: json!({}),
        }
    }

    /// A receiver with a certificate of its own, and a sender that trusts it.
    async fn receiver_and_sender(answer: &'static [u8]) -> (String, Sender) {
        let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        let (certificate, key) = (made.cert.der().clone(), made.signing_key.serialize_der());
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate.clone()], PrivateKeyDer::try_from(key).unwrap());
        let acceptor = TlsAcceptor::from(Arc::new(config.unwrap()));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let Ok(mut stream) = acceptor.accept(stream).await else { continue };
                let mut read = [0; 1_024];
                let _ = stream.read(&mut read).await;
                // Until the sender has had enough.
                while stream.write_all(answer).await.is_ok() && !answer.ends_with(b"\r\n\r\n") {}
                let _ = stream.shutdown().await;
            }
        });
        let mut roots = RootCertStore::empty();
        roots.add(certificate).unwrap();
        let sender = Sender { reach: Reach::PublicAndThisMachine, connector: tls::connector_to(roots).unwrap() };
        (format!("https://localhost:{port}/"), sender)
    }

    async fn sent(sender: &Sender, url: &str) -> Result<u16, String> {
        sender.send(url, &[[1; 32]], &event(), Timestamp::UNIX_EPOCH).await
    }

    #[tokio::test]
    async fn a_message_goes_over_tls_to_who_has_the_certificate_of_the_host() {
        let (url, sender) = receiver_and_sender(b"HTTP/1.1 202 Accepted\r\ncontent-length: 0\r\n\r\n").await;
        assert_eq!(sent(&sender, &url).await, Ok(202));
        let by_number = url.replace("localhost", "127.0.0.1");
        assert!(sent(&sender, &by_number).await.unwrap_err().contains("TLS"), "the certificate has another name");
        let strict = Sender::new(Reach::PublicAndThisMachine, None).unwrap();
        assert!(sent(&strict, &url).await.unwrap_err().contains("TLS"), "nobody vouches for it");
    }

    #[tokio::test]
    async fn to_this_machine_nothing_is_sent_in_a_deployment() {
        let (url, sender) = receiver_and_sender(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await;
        let deployed = Sender { reach: Reach::Public, ..sender };
        assert!(sent(&deployed, &url).await.unwrap_err().contains("not public"));
    }

    #[tokio::test]
    async fn an_answer_without_end_is_not_read_to_the_end() {
        let (url, sender) = receiver_and_sender(b"HTTP/1.1 200 OK\r\na: ").await;
        assert!(sent(&sender, &url).await.unwrap_err().contains("did not answer"));
    }
}
