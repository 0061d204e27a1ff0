//! The load generator over HTTP/1.1: one question at a time on each connection, by hand as well.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::Target;

/// Bytes of room for an answer; most fit, whatever is longer makes more.
const ANSWER_BYTES: usize = 1 << 16;
const HEAD_END: &[u8] = b"\r\n\r\n";
const CONTENT_LENGTH: &str = "content-length:";

/// Asks on so many connections until the end.
pub(super) async fn keep_asking(
    target: Target,
    thread: usize,
    connections: usize,
    answered: Arc<AtomicU64>,
    end: Instant,
) {
    let requests: Arc<Vec<Vec<u8>>> = Arc::new(target.frames.iter().map(|body| request(&target, body)).collect());
    let asking: Vec<_> = (0..connections)
        .map(|connection| {
            let (requests, answered, address) = (Arc::clone(&requests), Arc::clone(&answered), target.address);
            tokio::spawn(async move {
                let mut connection_to = Connection::to(address).await;
                let mut next = (thread * 1_301 + connection * 101) % requests.len();
                while Instant::now() < end {
                    connection_to.ask(&requests[next]).await;
                    answered.fetch_add(1, Ordering::Relaxed);
                    next = (next + 1) % requests.len();
                }
            })
        })
        .collect();
    for task in asking {
        task.await.expect("a lane runs to its end");
    }
}

/// A whole request.
fn request(target: &Target, body: &[u8]) -> Vec<u8> {
    let head = target.head();
    let mut text = format!("{} {} HTTP/1.1\r\nhost: {}\r\n", head.method(), target.path, target.address).into_bytes();
    for (name, value) in head.headers() {
        text.extend_from_slice(&[name.as_str().as_bytes(), b": ", value.as_bytes(), b"\r\n"].concat());
    }
    text.extend_from_slice(format!("content-length: {}\r\n\r\n", body.len()).as_bytes());
    text.extend_from_slice(body);
    text
}

struct Connection {
    stream: TcpStream,
    answer: Vec<u8>,
}

impl Connection {
    async fn to(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).await.expect("the server listens");
        stream.set_nodelay(true).expect("a socket option");
        Self { stream, answer: Vec::with_capacity(ANSWER_BYTES) }
    }

    /// Asks and reads the whole answer.
    ///
    /// # Panics
    /// When the answer is not OK: a benchmark of errors measures nothing.
    async fn ask(&mut self, request: &[u8]) {
        self.stream.write_all(request).await.expect("a request is sent");
        self.answer.clear();
        let mut whole = None;
        while whole.is_none_or(|whole| self.answer.len() < whole) {
            let read = self.stream.read_buf(&mut self.answer).await.expect("an answer");
            assert!(read > 0, "the connection ended");
            whole = whole.or_else(|| length(&self.answer));
        }
    }
}

/// Bytes of the whole answer; none as long as its head is not there.
fn length(answer: &[u8]) -> Option<usize> {
    let end = answer.windows(HEAD_END.len()).position(|bytes| bytes == HEAD_END)? + HEAD_END.len();
    let head = std::str::from_utf8(&answer[..end]).expect("a head is plain text");
    assert!(head.starts_with("HTTP/1.1 200"), "{head}");
    let content = head.lines().find_map(|line| line.strip_prefix(CONTENT_LENGTH)).expect("an answer has a length");
    Some(end + content.trim().parse::<usize>().expect("a length is a number"))
}
