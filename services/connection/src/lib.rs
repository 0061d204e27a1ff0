//! Connections: the turns of those that are served, and questions to others over one of its own ([`outgoing`]).
//!
//! Most requests are answered from memory, in less time than a task takes to be queued, moved and woken, and every answer that is
//! sent alone is a system call and a peer that wakes. So requests are begun where they were read ([`Calls`]), and the answers of one
//! turn leave together ([`Gathering`]). Whoever does not read what it asked for is not waited for: long answers are let go after a time
//! ([`Parts`]), and so is a connection that takes nothing.

mod calls;
mod gathering;
pub mod outgoing;
mod parts;

use std::error::Error;
use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::task::Poll;

use tokio::io::AsyncWrite;
use tokio_util::sync::CancellationToken;

pub use calls::Calls;
use gathering::Gathered;
pub use gathering::Gathering;
pub use parts::Parts;

/// What ends a connection: an error of its stream, or of what is spoken on it.
pub type ConnectionError = Box<dyn Error + Send + Sync>;

/// Runs one connection, turn by turn.
#[derive(Debug)]
pub struct Turns<S> {
    calls: Calls,
    gathered: Gathered<S>,
}

impl<S: AsyncWrite + Unpin> Turns<S> {
    /// The turns of a connection on `stream`, which is to be served on the [`Gathering`] one by the executor [`Calls`].
    pub fn on(stream: S) -> (Self, Calls, Gathering<S>) {
        let (gathering, gathered) = gathering::gather(stream);
        let calls = Calls::default();
        (Self { calls: calls.clone(), gathered }, calls, gathering)
    }

    /// Serves the connection until its end. When `drain` is cancelled, `wind_up` tells the connection once to begin nothing new.
    ///
    /// # Errors
    /// Those of the stream, and those of the connection.
    pub async fn serve<C, E>(
        self,
        connection: C,
        wind_up: impl Fn(Pin<&mut C>),
        drain: &CancellationToken,
    ) -> Result<(), ConnectionError>
    where
        C: Future<Output = Result<(), E>>,
        E: Into<ConnectionError>,
    {
        let mut connection = pin!(connection);
        let mut draining = pin!(drain.cancelled());
        let mut told = false;
        let mut put_off = false;
        poll_fn(|context| {
            // What one transaction has settled is answered by many calls, one after the other. A turn at the first of them would send
            // its answer alone, and the next turn the next one's: whoever else can run now has its say before.
            put_off = !put_off && self.calls.are_waiting();
            if put_off {
                context.waker().wake_by_ref();
                return Poll::Pending;
            }
            if !told && draining.as_mut().poll(context).is_ready() {
                told = true;
                wind_up(connection.as_mut());
            }
            self.calls.begin_turn();
            match connection.as_mut().poll(context) {
                // To end the stream is to send all of it.
                Poll::Ready(Ok(())) => Poll::Ready(Ok(())),
                Poll::Ready(Err(error)) => {
                    // What was said before it broke goes out as far as the stream takes it at once.
                    let _ = self.gathered.poll_send(context);
                    Poll::Ready(Err(error.into()))
                }
                // Nothing more to say for now.
                Poll::Pending => match self.gathered.poll_send(context) {
                    Poll::Ready(Err(error)) => Poll::Ready(Err(error.into())),
                    Poll::Ready(Ok(())) | Poll::Pending => Poll::Pending,
                },
            }
        })
        .await
    }
}
