//! Plain HTTP/1.1 as a browser or a script speaks it, and as nobody should: what is sent is what the test wrote, byte by byte.

use std::fmt::Write as _;
use std::net::SocketAddr;
use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;

/// Longest wait for anything that a server is to say.
pub const PATIENCE: Duration = Duration::from_secs(40);

/// An answer.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The code of HTTP.
    pub status: u16,
    /// Names in lower case, in the order in which they came.
    pub headers: Vec<(String, String)>,
    /// The content.
    pub body: Vec<u8>,
}

impl Answer {
    /// The first header of this name, given in lower case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(given, _)| given == name).map(|(_, value)| value.as_str())
    }

    /// The content as text.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The content as JSON.
    ///
    /// # Panics
    /// When it is none.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error} in {self:?}"))
    }

    /// The content as JSON of a call that succeeded.
    ///
    /// # Panics
    /// When it did not.
    #[allow(clippy::must_use_candidate)] // That it succeeded is often all that is asked.
    pub fn ok(&self) -> Value {
        assert_eq!(self.status, 200, "{}", self.text());
        self.json()
    }

    /// The reason of the `google.rpc.ErrorInfo` in an error.
    ///
    /// # Panics
    /// When the content is no `google.rpc.Status` with one.
    #[must_use]
    pub fn reason(&self) -> String {
        let status = self.json();
        let details = status["details"].as_array().unwrap_or_else(|| panic!("no details in {}", self.text()));
        let info = details.iter().find(|detail| detail["@type"] == "type.googleapis.com/google.rpc.ErrorInfo");
        let info = info.unwrap_or_else(|| panic!("no reason in {}", self.text()));
        assert_eq!(info["domain"], "wishwell.v1");
        assert!(status["message"].as_str().is_some_and(|message| !message.is_empty()), "{status}");
        info["reason"].as_str().expect("a reason").to_owned()
    }

    /// Field and reason of each violation in an error, in their order.
    #[must_use]
    pub fn violations(&self) -> Vec<(String, String)> {
        let status = self.json();
        let details = status["details"].as_array().cloned().unwrap_or_default();
        let lists = details.iter().filter_map(|detail| detail["fieldViolations"].as_array());
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        lists.flatten().map(|violation| (text(&violation["field"]), text(&violation["reason"]))).collect()
    }
}

/// A client that keeps its connection.
#[derive(Debug)]
pub struct Plain {
    address: SocketAddr,
    connection: Option<BufReader<TcpStream>>,
}

impl Plain {
    /// To this address. Nothing is connected yet.
    #[must_use]
    pub fn to(address: SocketAddr) -> Self {
        Self { address, connection: None }
    }

    /// Asks; connects anew when the server has closed the connection since.
    ///
    /// # Panics
    /// When there is no answer.
    pub async fn ask(&mut self, method: &str, target: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        let request = self.request(method, target, headers, body);
        self.exchange(&request, method == "HEAD").await.unwrap_or_else(|| panic!("no answer to {method} {target}"))
    }

    /// A GET with a key (empty: none).
    pub async fn get(&mut self, key: &str, target: &str) -> Answer {
        let credentials = format!("Bearer {key}");
        let headers = [("authorization", credentials.as_str())];
        self.ask("GET", target, if key.is_empty() { &[] } else { &headers }, b"").await
    }

    /// The cookie of who signs in to the pages with a key.
    ///
    /// # Panics
    /// When the key is refused.
    pub async fn signed_in(&mut self, key: &str) -> String {
        let headers = [("content-type", "application/x-www-form-urlencoded"), ("sec-fetch-site", "same-origin")];
        let entry = self.ask("POST", "/sign-in", &headers, format!("token={key}").as_bytes()).await;
        let cookie = entry.header("set-cookie").expect("signed in");
        cookie.split(';').next().expect("a pair").to_owned()
    }

    /// A POST of JSON with a key.
    pub async fn post(&mut self, key: &str, target: &str, body: &Value) -> Answer {
        let credentials = format!("Bearer {key}");
        let headers = [("authorization", credentials.as_str()), ("content-type", "application/json")];
        self.ask("POST", target, &headers, body.to_string().as_bytes()).await
    }

    /// The bytes of a request: with a host, and with a length where there is a body or the method usually has one.
    #[must_use]
    pub fn request(&self, method: &str, target: &str, headers: &[(&str, &str)], body: &[u8]) -> Vec<u8> {
        let mut head = format!("{method} {target} HTTP/1.1\r\n");
        let has = |name: &str| headers.iter().any(|(given, _)| given.eq_ignore_ascii_case(name));
        if !has("host") {
            let _ = write!(head, "host: {}\r\n", self.address);
        }
        if !has("content-length") && !has("transfer-encoding") && (!body.is_empty() || method != "GET") {
            let _ = write!(head, "content-length: {}\r\n", body.len());
        }
        for (name, value) in headers {
            let _ = write!(head, "{name}: {value}\r\n");
        }
        head.push_str("\r\n");
        [head.as_bytes(), body].concat()
    }

    /// Sends bytes as they are and reads one answer; none when the connection ends without one.
    ///
    /// # Panics
    /// When nobody listens, or when the server says nothing for longer than [`PATIENCE`].
    pub async fn exchange(&mut self, bytes: &[u8], head: bool) -> Option<Answer> {
        for attempt in 0..2 {
            let is_kept = self.connection.is_some();
            self.send(bytes).await;
            let answer = tokio::time::timeout(PATIENCE, self.answer(head)).await.expect("an answer in time");
            if answer.is_some() || !is_kept || attempt == 1 {
                return answer;
            }
            // It was closed before this was sent.
        }
        None
    }

    /// Sends bytes, says that there are no more, and reads whatever comes until the server closes or [`PATIENCE`] ends.
    pub async fn finish_after(&mut self, bytes: &[u8]) -> Vec<u8> {
        self.send(bytes).await;
        let mut said = Vec::new();
        if let Some(mut connection) = self.connection.take() {
            let _ = connection.get_mut().shutdown().await;
            let _ = tokio::time::timeout(PATIENCE, connection.read_to_end(&mut said)).await;
        }
        said
    }

    async fn send(&mut self, bytes: &[u8]) {
        if self.connection.is_none() {
            let stream = TcpStream::connect(self.address).await.expect("somebody listens");
            stream.set_nodelay(true).expect("no delay");
            self.connection = Some(BufReader::new(stream));
        }
        let connection = self.connection.as_mut().expect("connected");
        // A server that has heard enough closes; what it said is still there to read.
        let _ = connection.write_all(bytes).await;
    }

    /// Begins to read an answer whose content comes bit by bit.
    ///
    /// # Panics
    /// When there is none.
    pub async fn open(mut self, method: &str, target: &str, headers: &[(&str, &str)], body: &[u8]) -> Stream {
        let request = self.request(method, target, headers, body);
        self.send(&request).await;
        let head = tokio::time::timeout(PATIENCE, self.head()).await.expect("in time").expect("an answer");
        let is_chunked = head.header("transfer-encoding") == Some("chunked");
        let connection = self.connection.take().expect("connected");
        Stream { head, connection, is_chunked, pending: String::new() }
    }

    async fn answer(&mut self, head: bool) -> Option<Answer> {
        let mut answer = self.head().await?;
        let connection = self.connection.as_mut()?;
        let is_kept = if head || matches!(answer.status, 204 | 304) || answer.status < 200 {
            true
        } else if answer.header("transfer-encoding") == Some("chunked") {
            while let Some(chunk) = chunk(connection).await {
                answer.body.extend_from_slice(&chunk);
            }
            true
        } else if let Some(length) = answer.header("content-length") {
            answer.body = vec![0; length.parse().expect("a length")];
            connection.read_exact(&mut answer.body).await.expect("as long as it says");
            true
        } else {
            let _ = connection.read_to_end(&mut answer.body).await;
            false
        };
        if !is_kept || answer.header("connection") == Some("close") {
            self.connection = None;
        }
        Some(answer)
    }

    async fn head(&mut self) -> Option<Answer> {
        let connection = self.connection.as_mut()?;
        let mut lines = Vec::new();
        loop {
            let mut line = Vec::new();
            let read = connection.read_until(b'\n', &mut line).await.unwrap_or(0);
            if read == 0 {
                self.connection = None;
                return None;
            }
            let line = String::from_utf8_lossy(&line).trim_end().to_owned();
            if line.is_empty() {
                break;
            }
            lines.push(line);
        }
        let status = lines.first()?.split(' ').nth(1)?.parse().ok()?;
        let headers = lines.iter().skip(1).filter_map(|line| line.split_once(':'));
        let headers = headers.map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned())).collect();
        Some(Answer { status, headers, body: Vec::new() })
    }
}

/// An answer on its way.
#[derive(Debug)]
pub struct Stream {
    /// Status and headers.
    pub head: Answer,
    connection: BufReader<TcpStream>,
    is_chunked: bool,
    pending: String,
}

impl Stream {
    /// The text up to and without this end, within a time; none when the stream ended or nothing came.
    ///
    /// # Panics
    /// When the answer is not chunked.
    pub async fn until(&mut self, end: &str, time: Duration) -> Option<String> {
        assert!(self.is_chunked, "{:?}", self.head);
        let deadline = tokio::time::Instant::now() + time;
        loop {
            if let Some((text, rest)) = self.pending.split_once(end) {
                let text = text.to_owned();
                self.pending = rest.to_owned();
                return Some(text);
            }
            let chunk = tokio::time::timeout_at(deadline, chunk(&mut self.connection)).await.ok()??;
            self.pending.push_str(&String::from_utf8_lossy(&chunk));
        }
    }

    /// The next server-sent event or comment, within a time.
    pub async fn event(&mut self, time: Duration) -> Option<String> {
        self.until("\n\n", time).await
    }

    /// The next line, within a time.
    pub async fn line(&mut self, time: Duration) -> Option<String> {
        self.until("\n", time).await
    }
}

/// The next chunk; none at the end, also at one that comes too early.
async fn chunk(connection: &mut BufReader<TcpStream>) -> Option<Vec<u8>> {
    let mut size = String::new();
    connection.read_line(&mut size).await.ok()?;
    let size = usize::from_str_radix(size.trim().split(';').next()?, 16).ok()?;
    let mut chunk = vec![0; size + 2];
    connection.read_exact(&mut chunk).await.ok()?;
    chunk.truncate(size);
    (size > 0).then_some(chunk)
}
