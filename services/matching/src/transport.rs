//! The bytes of a connection, plain or under TLS, from the moment on at which it has said that it speaks HTTP/2.
//!
//! hyper waits for ever for a new peer's first bytes, so it gets a connection only once they are there.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio_rustls::server::TlsStream;

use crate::tls::{self, ServerTls};

/// Bytes every HTTP/2 connection begins with (RFC 9113, 3.4).
const PREFACE_BYTES: usize = 24;
/// How often a connection is looked at whose preface has come in part.
const PREFACE_POLL: Duration = Duration::from_millis(20);

/// A connection whose peer has begun to speak.
#[derive(Debug)]
pub(crate) enum Transport {
    /// As it came.
    Plain(TcpStream),
    /// Under TLS.
    Tls(Box<Begun<TlsStream<TcpStream>>>),
}

impl Transport {
    /// The names in the certificate that the peer showed, if it showed one.
    pub(crate) fn names_shown(&self) -> Vec<String> {
        match self {
            Self::Plain(_) => Vec::new(),
            Self::Tls(begun) => tls::names_shown(&begun.stream),
        }
    }
}

/// Shakes hands where there is TLS, then waits until the connection's preface is there. Takes as long as the peer does: whoever
/// calls bounds it.
pub(crate) async fn open(stream: TcpStream, tls: Option<&ServerTls>) -> io::Result<Transport> {
    let Some(tls) = tls else {
        preface(&stream).await?;
        return Ok(Transport::Plain(stream));
    };
    let mut stream = tls.accept(stream).await?;
    let mut begin = [0; PREFACE_BYTES];
    stream.read_exact(&mut begin).await?;
    Ok(Transport::Tls(Box::new(Begun { begin, taken: 0, stream })))
}

/// Ends when the connection's preface is there, without taking it.
async fn preface(stream: &TcpStream) -> io::Result<()> {
    let mut begin = [0; PREFACE_BYTES];
    loop {
        match stream.peek(&mut begin).await? {
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            PREFACE_BYTES => return Ok(()),
            // Wrong bytes are refused by whoever reads them; here it only matters that some come.
            _ => tokio::time::sleep(PREFACE_POLL).await,
        }
    }
}

/// A stream whose first bytes were taken, and are read again from here: what TLS decrypts cannot be peeked at.
#[derive(Debug)]
pub(crate) struct Begun<S> {
    begin: [u8; PREFACE_BYTES],
    taken: usize,
    stream: S,
}

impl<S: AsyncRead + Unpin> AsyncRead for Begun<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let left = self.begin.get(self.taken..).unwrap_or_default();
        if left.is_empty() {
            return Pin::new(&mut self.stream).poll_read(context, buffer);
        }
        let count = left.len().min(buffer.remaining());
        buffer.put_slice(left.get(..count).unwrap_or_default());
        self.taken += count;
        Poll::Ready(Ok(()))
    }
}

impl AsyncRead for Transport {
    fn poll_read(self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_read(context, buffer),
            Self::Tls(begun) => Pin::new(begun.as_mut()).poll_read(context, buffer),
        }
    }
}

impl AsyncWrite for Transport {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_write(context, bytes),
            Self::Tls(begun) => Pin::new(&mut begun.stream).poll_write(context, bytes),
        }
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_write_vectored(context, slices),
            Self::Tls(begun) => Pin::new(&mut begun.stream).poll_write_vectored(context, slices),
        }
    }

    fn is_write_vectored(&self) -> bool {
        match self {
            Self::Plain(stream) => stream.is_write_vectored(),
            Self::Tls(begun) => begun.stream.is_write_vectored(),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_flush(context),
            Self::Tls(begun) => Pin::new(&mut begun.stream).poll_flush(context),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_shutdown(context),
            Self::Tls(begun) => Pin::new(&mut begun.stream).poll_shutdown(context),
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_was_taken_from_a_stream_is_read_again_before_the_rest_however_small_the_pieces() {
        for piece in [1, 5, 24, 100] {
            let begin = std::array::from_fn(|index| index as u8);
            let rest: Vec<u8> = (24..60).collect();
            let mut begun = Begun { begin, taken: 0, stream: rest.as_slice() };
            let mut read = Vec::new();
            loop {
                let mut buffer = vec![0; piece];
                match begun.read(&mut buffer).await.unwrap() {
                    0 => break,
                    count => read.extend_from_slice(&buffer[..count]),
                }
            }
            assert_eq!(read, (0..60).collect::<Vec<u8>>(), "pieces of {piece}");
        }
    }
}
