//! A connection's stream, read as bytes come and written in one go.
//!
//! HTTP/2 flushes after each answer's frames. To the kernel every flush is a segment to send and a peer to wake, which costs
//! more than making the answer. So what is written is gathered while the connection's task runs, and sent when it has nothing
//! more to say.

use std::cell::Cell;
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Sleep, sleep};

/// Bytes gathered before some are sent: all usual answers of a turn, also as JSON. With room for a few of them only, answers would
/// leave in the middle of the turn, its peer would ask again before its end, and what it asks then would be too much for that turn.
const GATHERED_BYTES_MAX: usize = 256 * 1_024;

/// How long a peer may take nothing of what is to be sent; then its connection ends, and what waits for it is let go.
const SILENCE_SECONDS_MAX: u64 = 30;

thread_local! {
    /// The room that the last connection on this thread gathered in. Connections that have nothing to send hold none.
    static ROOM: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
}

/// Splits a stream into what is read from and written to, and what sends.
pub(crate) fn gather<S>(stream: S) -> (Gathering<S>, Gathered<S>) {
    let shared = Arc::new(Mutex::new(Shared { stream, bytes: Vec::new(), sent: 0, taken: 0, silence: None }));
    (Gathering(Arc::clone(&shared)), Gathered(shared))
}

#[derive(Debug)]
struct Shared<S> {
    stream: S,
    /// Written and not yet sent, after the first `sent`.
    bytes: Vec<u8>,
    sent: usize,
    /// Bytes that the stream has ever taken.
    taken: u64,
    /// Ends when the peer has taken nothing for too long; there only while it takes nothing.
    silence: Option<Pin<Box<Sleep>>>,
}

/// A stream whose writes wait for the end of the turn, or for so many that they fill the room. Flushing does nothing.
#[derive(Debug)]
pub struct Gathering<S>(Arc<Mutex<Shared<S>>>);

/// Sends what was written.
#[derive(Debug)]
pub(crate) struct Gathered<S>(Arc<Mutex<Shared<S>>>);

/// One task uses both halves, so nobody ever waits.
fn lock<S>(shared: &Mutex<Shared<S>>) -> MutexGuard<'_, Shared<S>> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<S: AsyncWrite + Unpin> Gathered<S> {
    /// Sends everything that was written.
    ///
    /// # Errors
    /// Those of the stream.
    pub(crate) fn poll_send(&self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        lock(&self.0).poll_send(context)
    }
}

impl<S: AsyncWrite + Unpin> Shared<S> {
    fn poll_send(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let before = self.taken;
        match self.poll_send_on(context) {
            Poll::Ready(sent) => {
                self.silence = None;
                Poll::Ready(sent)
            }
            Poll::Pending => {
                if self.taken > before {
                    self.silence = None;
                }
                let limit = || Box::pin(sleep(Duration::from_secs(SILENCE_SECONDS_MAX)));
                ready!(self.silence.get_or_insert_with(limit).as_mut().poll(context));
                Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
            }
        }
    }

    fn poll_send_on(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        while let Some(left) = self.bytes.get(self.sent..).filter(|left| !left.is_empty()) {
            match ready!(Pin::new(&mut self.stream).poll_write(context, left))? {
                0 => return Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
                written => {
                    self.sent += written;
                    self.taken += u64::try_from(written).unwrap_or_default();
                }
            }
        }
        self.sent = 0;
        if self.bytes.capacity() > 0 {
            let mut room = std::mem::take(&mut self.bytes);
            room.clear();
            ROOM.set(room);
        }
        // What TLS has encrypted may still wait in it.
        Pin::new(&mut self.stream).poll_flush(context)
    }

    /// Takes as much of `parts` as there is room for.
    fn poll_take(&mut self, context: &mut Context<'_>, parts: &[IoSlice<'_>]) -> Poll<io::Result<usize>> {
        if self.bytes.len() >= GATHERED_BYTES_MAX {
            ready!(self.poll_send(context))?;
        }
        if self.bytes.capacity() == 0 {
            self.bytes = ROOM.take();
        }
        let before = self.bytes.len();
        for part in parts {
            let room = GATHERED_BYTES_MAX - self.bytes.len();
            let taken = part.get(..room).unwrap_or(part);
            self.bytes.extend_from_slice(taken);
        }
        Poll::Ready(Ok(self.bytes.len() - before))
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Gathering<S> {
    fn poll_read(self: Pin<&mut Self>, context: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut lock(&self.0).stream).poll_read(context, into)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Gathering<S> {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        lock(&self.0).poll_take(context, &[IoSlice::new(bytes)])
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        parts: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        lock(&self.0).poll_take(context, parts)
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let mut shared = lock(&self.0);
        ready!(shared.poll_send(context))?;
        Pin::new(&mut shared.stream).poll_shutdown(context)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::future::poll_fn;
    use std::time::Duration;

    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    use super::*;

    async fn nothing_comes(peer: &mut tokio::io::DuplexStream) -> bool {
        let read = tokio::time::timeout(Duration::from_millis(20), peer.read_u8());
        read.await.is_err()
    }

    #[tokio::test]
    async fn what_is_written_and_flushed_is_sent_together_and_later() {
        let (stream, mut peer) = tokio::io::duplex(1_024);
        let (mut writing, gathered) = gather(stream);
        writing.write_all(b"one").await.unwrap();
        writing.flush().await.unwrap();
        let parts = [IoSlice::new(b", "), IoSlice::new(b"two")];
        assert_eq!(writing.write_vectored(&parts).await.unwrap(), 5);
        assert!(nothing_comes(&mut peer).await);
        poll_fn(|context| gathered.poll_send(context)).await.unwrap();
        let mut came = [0; 8];
        peer.read_exact(&mut came).await.unwrap();
        assert_eq!(&came, b"one, two");
    }

    #[tokio::test]
    async fn more_than_the_room_is_sent_on_the_way_and_in_order() {
        // A peer that takes a few bytes at a time makes every send a partial one.
        let (stream, mut peer) = tokio::io::duplex(999);
        let (mut writing, gathered) = gather(stream);
        let sent: Vec<u8> = (0..3 * GATHERED_BYTES_MAX + 17).map(|at| (at % 251) as u8).collect();
        let expected = sent.clone();
        let reading = tokio::spawn(async move {
            let mut came = Vec::new();
            peer.read_to_end(&mut came).await.unwrap();
            came
        });
        writing.write_all(&sent).await.unwrap();
        writing.shutdown().await.unwrap();
        drop((writing, gathered));
        assert!(reading.await.unwrap() == expected);
    }

    #[tokio::test]
    async fn ending_the_stream_sends_what_was_written() {
        let (stream, mut peer) = tokio::io::duplex(64);
        let (mut writing, _gathered) = gather(stream);
        writing.write_all(b"last").await.unwrap();
        writing.shutdown().await.unwrap();
        let mut came = Vec::new();
        peer.read_to_end(&mut came).await.unwrap();
        assert_eq!(came, b"last");
    }

    #[tokio::test(start_paused = true)]
    async fn a_peer_that_takes_nothing_is_waited_for_so_long_and_one_that_takes_a_little_is_waited_for_on() {
        let (stream, mut peer) = tokio::io::duplex(64);
        let (mut writing, gathered) = gather(stream);
        writing.write_all(&[7; 1_000]).await.unwrap();
        let limit = Duration::from_secs(SILENCE_SECONDS_MAX);
        let slow = async {
            for _ in 0..3 {
                tokio::time::sleep(limit - Duration::from_secs(1)).await;
                peer.read_u8().await.unwrap();
            }
            tokio::time::Instant::now()
        };
        let (sent, read_at) = tokio::join!(poll_fn(|context| gathered.poll_send(context)), slow);
        assert_eq!(sent.unwrap_err().kind(), io::ErrorKind::TimedOut);
        let waited = read_at.elapsed();
        assert!(limit <= waited && waited < limit + Duration::from_secs(1), "{waited:?}");
    }

    #[tokio::test]
    async fn a_stream_that_takes_nothing_fails_and_does_not_spin() {
        let (stream, peer) = tokio::io::duplex(64);
        let (mut writing, gathered) = gather(stream);
        writing.write_all(b"lost").await.unwrap();
        drop(peer);
        assert!(poll_fn(|context| gathered.poll_send(context)).await.is_err());
    }
}
