//! An issuer that publishes its keys over HTTP, and can change them, be away, or answer nonsense.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

/// Everything after the status line of an answer, or none to answer nothing at all.
type Answer = Arc<Mutex<(String, usize)>>;

/// A little HTTP server.
#[derive(Debug)]
pub struct Publisher {
    /// Where it listens.
    pub address: SocketAddr,
    answer: Answer,
}

impl Publisher {
    /// Starts to publish a key set.
    ///
    /// # Panics
    /// When no port can be had.
    pub async fn start(key_set: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let answer = Answer::new(Mutex::new((ok(key_set), 0)));
        let shared = Arc::clone(&answer);
        tokio::spawn(async move {
            loop {
                let Ok((mut stream, _)) = listener.accept().await else { return };
                let text = {
                    let mut answer = shared.lock().expect("no panic holds it");
                    answer.1 += 1;
                    answer.0.clone()
                };
                tokio::spawn(async move {
                    let mut request = Vec::new();
                    let mut buffer = [0; 1_024];
                    while !request.ends_with(b"\r\n\r\n") {
                        match stream.read(&mut buffer).await {
                            Ok(count) if count > 0 => request.extend_from_slice(&buffer[..count]),
                            _ => return,
                        }
                    }
                    // Whoever asked may be gone.
                    let _ = stream.write_all(text.as_bytes()).await;
                    let _ = stream.shutdown().await;
                });
            }
        });
        Self { address, answer }
    }

    /// The URL of its keys.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}/keys?of=wishwell", self.address)
    }

    /// Publishes another key set from now on.
    ///
    /// # Panics
    /// When a test has panicked meanwhile.
    pub fn publish(&self, key_set: &str) {
        self.answer.lock().expect("no panic holds it").0 = ok(key_set);
    }

    /// Answers this from now on: a status line and all that follows.
    ///
    /// # Panics
    /// When a test has panicked meanwhile.
    pub fn answer(&self, text: &str) {
        self.answer.lock().expect("no panic holds it").0 = text.to_owned();
    }

    /// How often it was asked.
    ///
    /// # Panics
    /// When a test has panicked meanwhile.
    #[must_use]
    pub fn asked(&self) -> usize {
        self.answer.lock().expect("no panic holds it").1
    }

    /// Waits until it was asked once more.
    ///
    /// # Panics
    /// When it is not asked within the patience.
    pub async fn wait_until_asked(&self, patience: Duration) {
        let (before, started) = (self.asked(), Instant::now());
        while self.asked() == before {
            assert!(started.elapsed() < patience, "its keys are not asked for");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

fn ok(body: &str) -> String {
    format!("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}", body.len())
}
