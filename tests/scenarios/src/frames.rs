//! HTTP/2 spoken by hand (RFC 9113), for peers that do not keep to its limits: no library sends what these tests send.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};

/// Frame types.
pub const DATA: u8 = 0;
/// Frame types.
pub const HEADERS: u8 = 1;
/// Frame types.
pub const RST_STREAM: u8 = 3;
/// Frame types.
pub const SETTINGS: u8 = 4;
/// Frame types.
pub const GOAWAY: u8 = 7;
/// Frame types.
pub const WINDOW_UPDATE: u8 = 8;
/// Error code: the peer is asked to calm down.
pub const ENHANCE_YOUR_CALM: u32 = 11;
/// Error code: the stream was not looked at.
pub const REFUSED_STREAM: u32 = 7;

/// Flag of DATA and HEADERS: nothing follows on the stream.
pub const END_STREAM: u8 = 1;

const END_HEADERS: u8 = 4;
const CANCEL: u32 = 8;
/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// A frame as it came.
#[derive(Debug, Clone)]
pub struct Frame {
    /// What it is.
    pub kind: u8,
    /// On which stream; 0 is the connection.
    pub stream: u32,
    /// What is in it.
    pub payload: Vec<u8>,
}

impl Frame {
    /// Error code of RST_STREAM and GOAWAY.
    ///
    /// # Panics
    /// When it is neither.
    #[must_use]
    pub fn error_code(&self) -> u32 {
        let at = match self.kind {
            RST_STREAM => 0,
            GOAWAY => 4,
            other => panic!("frame {other} has no error code"),
        };
        u32::from_be_bytes(self.payload[at..at + 4].try_into().expect("four bytes"))
    }
}

/// A connection.
#[derive(Debug)]
pub struct Connection {
    reader: OwnedReadHalf,
    writer: OwnedWriteHalf,
}

impl Connection {
    /// Connects and exchanges settings.
    ///
    /// # Panics
    /// When nobody listens.
    pub async fn open(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).await.expect("the server accepts");
        let (reader, mut writer) = stream.into_split();
        writer.write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").await.expect("the preface is taken");
        let mut connection = Self { reader, writer };
        assert!(connection.send(&frame(SETTINGS, 0, 0, &[])).await, "settings are taken");
        connection
    }

    /// Sends bytes; whether the server still takes them.
    pub async fn send(&mut self, bytes: &[u8]) -> bool {
        self.writer.write_all(bytes).await.is_ok()
    }

    /// The next frame; none when the server has closed the connection.
    ///
    /// # Panics
    /// When nothing comes in time.
    pub async fn next(&mut self) -> Option<Frame> {
        tokio::time::timeout(PATIENCE, self.read()).await.expect("the server answers in time")
    }

    /// The next frame that `wanted` takes; none when the connection ends first.
    pub async fn next_of(&mut self, wanted: impl Fn(&Frame) -> bool) -> Option<Frame> {
        loop {
            let frame = self.next().await?;
            if wanted(&frame) {
                return Some(frame);
            }
        }
    }

    async fn read(&mut self) -> Option<Frame> {
        let mut head = [0; 9];
        self.reader.read_exact(&mut head).await.ok()?;
        let length = u32::from_be_bytes([0, head[0], head[1], head[2]]) as usize;
        let mut payload = vec![0; length];
        self.reader.read_exact(&mut payload).await.ok()?;
        let stream = u32::from_be_bytes([head[5], head[6], head[7], head[8]]) & 0x7fff_ffff;
        Some(Frame { kind: head[3], stream, payload })
    }
}

/// Bytes of a frame.
///
/// # Panics
/// When the payload is longer than a frame may be.
#[must_use]
pub fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).expect("short").to_be_bytes();
    let mut bytes = vec![length[1], length[2], length[3], kind, flags];
    bytes.extend(stream.to_be_bytes());
    bytes.extend(payload);
    bytes
}

/// A call's HEADERS that leave its stream open for a body.
#[must_use]
pub fn call(stream: u32, path: &str, headers: &[(&str, &str)]) -> Vec<u8> {
    let begin =
        [(":method", "POST"), (":scheme", "http"), (":path", path), (":authority", "localhost"), ("te", "trailers")];
    let rest = [("content-type", "application/grpc")];
    let fields = begin.iter().chain(&rest).chain(headers);
    let block: Vec<u8> = fields.flat_map(|(name, value)| literal(name, value)).collect();
    frame(HEADERS, END_HEADERS, stream, &block)
}

/// RST_STREAM, as a caller that loses interest sends it.
#[must_use]
pub fn reset(stream: u32) -> Vec<u8> {
    frame(RST_STREAM, 0, stream, &CANCEL.to_be_bytes())
}

/// WINDOW_UPDATE by as much as there can be: one more than a stream's window, which is never empty, can take.
#[must_use]
pub fn overflow(stream: u32) -> Vec<u8> {
    frame(WINDOW_UPDATE, 0, stream, &0x7fff_ffff_u32.to_be_bytes())
}

/// A header field without compression (RFC 7541, 6.2.2).
fn literal(name: &str, value: &str) -> Vec<u8> {
    let mut bytes = vec![0];
    for text in [name, value] {
        bytes.extend(length(text.len()));
        bytes.extend(text.as_bytes());
    }
    bytes
}

/// An integer with a prefix of seven bits (RFC 7541, 5.1).
fn length(mut length: usize) -> Vec<u8> {
    let low = |number: usize| u8::try_from(number & 0x7f).expect("seven bits");
    if length < 127 {
        return vec![low(length)];
    }
    let mut bytes = vec![127];
    length -= 127;
    while length >= 128 {
        bytes.push(low(length) | 0x80);
        length >>= 7;
    }
    bytes.push(low(length));
    bytes
}
