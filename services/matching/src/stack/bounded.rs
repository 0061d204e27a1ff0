//! Ends streams of answers at their calls' deadlines, whether anybody reads them or not.

use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Instant;

use http::{HeaderMap, HeaderValue};
use hyper::body::{Body, Frame, SizeHint};
use tokio::task::AbortHandle;
use tonic::codegen::Bytes;
use tonic::{Code, Status};

use wishwell_domain::Error;

use crate::grpc::status::to_status;

/// A stream of answers that can be told with which code it ends before its own end.
pub(super) trait Ends: Body<Data = Bytes, Error = Status> + Send + Unpin + 'static {
    /// It ends with this code; nothing more will be asked of it.
    fn end(&mut self, code: Code);
}

/// A stream of answers that ends at its call's deadline. While its reader takes nothing nobody asks it for anything, so a task of its
/// own waits for that; what the stream holds is let go then, and the reader is told when it reads on.
#[derive(Debug)]
pub(super) struct Bounded<S> {
    stream: Arc<Mutex<Stream<S>>>,
    deadline: Instant,
    waiting: AbortHandle,
}

/// How far a stream is.
#[derive(Debug)]
enum Stream<S> {
    /// It goes on. Its reader is there to be woken when it waits for more.
    Open { answers: S, reader: Option<Waker> },
    /// Its deadline has passed, and its reader is to hear that.
    Passed,
    /// Its reader has heard all.
    Over,
}

impl<S> Stream<S> {
    fn lock(stream: &Mutex<Self>) -> MutexGuard<'_, Self> {
        stream.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<S: Ends> Stream<S> {
    /// The deadline has passed.
    fn pass(stream: &Mutex<Self>) {
        let before = {
            let mut stream = Self::lock(stream);
            if matches!(*stream, Self::Over) {
                return;
            }
            std::mem::replace(&mut *stream, Self::Passed)
        };
        // Without the lock: neither what is let go nor who is woken is to wait for it.
        if let Self::Open { mut answers, reader } = before {
            answers.end(Code::DeadlineExceeded);
            drop(answers);
            if let Some(reader) = reader {
                reader.wake();
            }
        }
    }

    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        match self {
            Self::Open { answers, reader } => {
                let polled = Pin::new(answers).poll_frame(context);
                let is_over = match &polled {
                    Poll::Ready(Some(Ok(frame))) => frame.is_trailers(),
                    Poll::Ready(_) => true,
                    Poll::Pending => {
                        *reader = Some(context.waker().clone());
                        false
                    }
                };
                if is_over {
                    *self = Self::Over;
                }
                polled
            }
            Self::Passed => {
                *self = Self::Over;
                Poll::Ready(Some(Ok(Frame::trailers(trailers_of(&to_status(Error::DeadlineExceeded))))))
            }
            Self::Over => Poll::Ready(None),
        }
    }
}

impl<S: Ends> Bounded<S> {
    /// Ends answers at a deadline.
    pub(super) fn new(answers: S, deadline: Instant) -> Self {
        let stream = Arc::new(Mutex::new(Stream::Open { answers, reader: None }));
        let bounded = Arc::downgrade(&stream);
        let waiting = tokio::spawn(async move {
            tokio::time::sleep_until(deadline.into()).await;
            if let Some(stream) = bounded.upgrade() {
                Stream::pass(&stream);
            }
        });
        Self { stream, deadline, waiting: waiting.abort_handle() }
    }
}

impl<S: Ends> Body for Bounded<S> {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        // Also where the task has not come to it yet: a stream that always has something to say would outlast it.
        if self.deadline <= Instant::now() {
            Stream::pass(&self.stream);
        }
        Stream::lock(&self.stream).poll(context)
    }

    fn is_end_stream(&self) -> bool {
        match &*Stream::lock(&self.stream) {
            Stream::Open { answers, .. } => answers.is_end_stream(),
            Stream::Passed => false,
            Stream::Over => true,
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &*Stream::lock(&self.stream) {
            Stream::Open { answers, .. } => answers.size_hint(),
            Stream::Passed | Stream::Over => SizeHint::with_exact(0),
        }
    }
}

impl<S> Drop for Bounded<S> {
    /// Whoever read it has left.
    fn drop(&mut self) {
        self.waiting.abort();
    }
}

/// A status as the end of a stream carries it; its code alone where its words fit into no header.
fn trailers_of(status: &Status) -> HeaderMap {
    let mut trailers = HeaderMap::new();
    if status.add_header(&mut trailers).is_err() {
        trailers.insert(Status::GRPC_STATUS, HeaderValue::from(status.code() as i32));
    }
    trailers
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::future::poll_fn;
    use std::time::Duration;

    use tokio::sync::oneshot;

    use super::*;

    /// Answers of which there is always another one, or none for ever; they tell with which code they ended.
    struct Answers {
        talkative: bool,
        ended: Option<oneshot::Sender<Code>>,
    }

    impl Body for Answers {
        type Data = Bytes;
        type Error = Status;

        fn poll_frame(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
            if !self.talkative {
                return Poll::Pending;
            }
            Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(b"and another thing")))))
        }
    }

    impl Ends for Answers {
        fn end(&mut self, code: Code) {
            self.ended.take().map(|ended| ended.send(code));
        }
    }

    fn bounded(talkative: bool, deadline: Instant) -> (Bounded<Answers>, oneshot::Receiver<Code>) {
        let (ended, code) = oneshot::channel();
        (Bounded::new(Answers { talkative, ended: Some(ended) }, deadline), code)
    }

    async fn next(body: &mut Bounded<Answers>) -> Option<Frame<Bytes>> {
        poll_fn(|context| Pin::new(&mut *body).poll_frame(context)).await.transpose().unwrap()
    }

    async fn tells_its_deadline(mut stream: Bounded<Answers>) {
        assert!(!stream.is_end_stream());
        let trailers = next(&mut stream).await.unwrap().into_trailers().unwrap();
        assert_eq!(trailers.get(Status::GRPC_STATUS).unwrap(), "4");
        assert!(stream.is_end_stream());
        assert!(next(&mut stream).await.is_none());
    }

    #[tokio::test]
    async fn a_stream_ends_at_its_deadline_whatever_it_has_to_say() {
        let hour = Duration::from_secs(3_600);
        let (mut stream, mut code) = bounded(true, Instant::now() + hour);
        assert!(next(&mut stream).await.unwrap().is_data());
        assert_eq!(code.try_recv(), Err(oneshot::error::TryRecvError::Empty));
        let (stream, code) = bounded(true, Instant::now().checked_sub(hour).unwrap());
        tells_its_deadline(stream).await;
        assert_eq!(code.await, Ok(Code::DeadlineExceeded));
    }

    #[tokio::test]
    async fn a_stream_lets_go_of_what_it_holds_at_its_deadline_also_when_nobody_reads_it_and_tells_it_who_reads_on() {
        let (stream, code) = bounded(true, Instant::now() + Duration::from_millis(20));
        assert_eq!(code.await, Ok(Code::DeadlineExceeded));
        assert!(matches!(&*Stream::lock(&stream.stream), Stream::Passed));
        tells_its_deadline(stream).await;
    }

    #[tokio::test]
    async fn who_waits_for_more_is_woken_at_the_deadline() {
        let (stream, _code) = bounded(false, Instant::now() + Duration::from_millis(20));
        tells_its_deadline(stream).await;
    }

    #[tokio::test]
    async fn nobody_waits_for_the_deadline_of_a_stream_whose_reader_has_left() {
        let (stream, code) = bounded(false, Instant::now() + Duration::from_secs(3_600));
        let waiting = stream.waiting.clone();
        drop(stream);
        assert!(code.await.is_err(), "it was let go without a word");
        while !waiting.is_finished() {
            tokio::task::yield_now().await;
        }
    }
}
