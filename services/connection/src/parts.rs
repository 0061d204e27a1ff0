//! Answers that wait for their readers.
//!
//! HTTP/2 keeps all of a frame of content that it was given until its reader has room for it, and a reader may say that it lives and
//! never have any. So what is long is given in parts, and the rest is let go when no part was taken for too long.

use std::error::Error;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use hyper::body::{Body, Bytes, Frame, SizeHint};
use tokio::task::AbortHandle;
use tokio::time::Instant;

/// Bytes of content that are given at a time.
const ANSWER_PART_BYTES_MAX: usize = 64 * 1_024;
/// How long a reader may take for a part.
const ANSWER_PART_SECONDS_MAX: u64 = 20;

/// What ends an answer.
type AnswerError = Box<dyn Error + Send + Sync>;

/// An answer in parts.
#[derive(Debug)]
pub struct Parts<B> {
    answer: B,
    /// What of its last frame was not given yet.
    rest: Option<Rest>,
}

impl<B> Parts<B> {
    /// Gives an answer in parts.
    pub const fn of(answer: B) -> Self {
        Self { answer, rest: None }
    }
}

#[derive(Debug)]
struct Rest {
    waiting: Arc<Mutex<Waiting>>,
    timer: AbortHandle,
}

#[derive(Debug)]
struct Waiting {
    /// None once they were let go.
    bytes: Option<Bytes>,
    taken_at: Instant,
}

impl Rest {
    fn of(bytes: Bytes) -> Self {
        let waiting = Arc::new(Mutex::new(Waiting { bytes: Some(bytes), taken_at: Instant::now() }));
        let timer = tokio::spawn(let_go(Arc::downgrade(&waiting))).abort_handle();
        Self { waiting, timer }
    }

    fn lock(waiting: &Mutex<Waiting>) -> MutexGuard<'_, Waiting> {
        waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next part, and whether it is the last; none when they were let go.
    fn next(&self) -> Option<(Bytes, bool)> {
        let mut waiting = Self::lock(&self.waiting);
        waiting.taken_at = Instant::now();
        let bytes = waiting.bytes.as_mut()?;
        let part = bytes.split_to(ANSWER_PART_BYTES_MAX.min(bytes.len()));
        Some((part, bytes.is_empty()))
    }

    fn len(&self) -> u64 {
        let waiting = Self::lock(&self.waiting);
        waiting.bytes.as_ref().map_or(0, |bytes| u64::try_from(bytes.len()).unwrap_or(u64::MAX))
    }
}

impl Drop for Rest {
    fn drop(&mut self) {
        self.timer.abort();
    }
}

/// Lets a rest go when no part of it was taken for too long. While its reader has no room nobody asks for one.
async fn let_go(waiting: Weak<Mutex<Waiting>>) {
    let patience = Duration::from_secs(ANSWER_PART_SECONDS_MAX);
    let mut end = Instant::now() + patience;
    loop {
        tokio::time::sleep_until(end).await;
        let Some(waiting) = waiting.upgrade() else { return };
        let mut waiting = Rest::lock(&waiting);
        end = waiting.taken_at + patience;
        if end <= Instant::now() {
            waiting.bytes = None;
            return;
        }
    }
}

impl<B> Body for Parts<B>
where
    B: Body<Data = Bytes> + Unpin,
    B::Error: Into<AnswerError>,
{
    type Data = Bytes;
    type Error = AnswerError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, AnswerError>>> {
        if self.rest.is_none() {
            let frame = match ready!(Pin::new(&mut self.answer).poll_frame(context)) {
                Some(Ok(frame)) => frame,
                Some(Err(error)) => return Poll::Ready(Some(Err(error.into()))),
                None => return Poll::Ready(None),
            };
            if frame.data_ref().is_none_or(|content| content.len() <= ANSWER_PART_BYTES_MAX) {
                return Poll::Ready(Some(Ok(frame)));
            }
            self.rest = frame.into_data().ok().map(Rest::of);
        }
        let next = self.rest.as_ref().and_then(Rest::next);
        let Some((part, is_last)) = next else {
            return Poll::Ready(Some(Err("nobody took the answer in time".into())));
        };
        if is_last {
            self.rest = None;
        }
        Poll::Ready(Some(Ok(Frame::data(part))))
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_none() && self.answer.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        let mut hint = self.answer.size_hint();
        let rest = self.rest.as_ref().map_or(0, Rest::len);
        if rest > 0 {
            let (lower, upper) = (hint.lower(), hint.upper());
            hint = SizeHint::new();
            hint.set_lower(lower.saturating_add(rest));
            if let Some(upper) = upper {
                hint.set_upper(upper.saturating_add(rest));
            }
        }
        hint
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::convert::Infallible;
    use std::future::poll_fn;

    use super::*;

    /// One frame of content.
    struct Whole(Option<Bytes>);

    impl Body for Whole {
        type Data = Bytes;
        type Error = Infallible;

        fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
            Poll::Ready(self.0.take().map(|content| Ok(Frame::data(content))))
        }

        fn is_end_stream(&self) -> bool {
            self.0.is_none()
        }

        fn size_hint(&self) -> SizeHint {
            SizeHint::with_exact(self.0.as_ref().map_or(0, |content| content.len() as u64))
        }
    }

    async fn next(parts: &mut Parts<Whole>) -> Option<Result<Bytes, AnswerError>> {
        let frame = poll_fn(|context| Pin::new(&mut *parts).poll_frame(context)).await?;
        Some(frame.map(|frame| frame.into_data().unwrap()))
    }

    #[tokio::test]
    async fn an_answer_comes_whole_and_in_order_in_parts() {
        for length in [0, 1, ANSWER_PART_BYTES_MAX, ANSWER_PART_BYTES_MAX + 1, 5 * ANSWER_PART_BYTES_MAX + 17] {
            let content: Bytes = (0..length).map(|at| (at % 251) as u8).collect();
            let mut parts = Parts::of(Whole(Some(content.clone())));
            let mut came = Vec::new();
            while !parts.is_end_stream() {
                assert_eq!(parts.size_hint().exact(), Some((length - came.len()) as u64), "{length}");
                let part = next(&mut parts).await.unwrap().unwrap();
                assert!(part.len() <= ANSWER_PART_BYTES_MAX);
                came.extend_from_slice(&part);
            }
            assert!(came == content && next(&mut parts).await.is_none(), "{length}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn what_nobody_takes_is_let_go_and_what_is_taken_slowly_is_not() {
        let content = Bytes::from(vec![7; 4 * ANSWER_PART_BYTES_MAX]);
        let mut parts = Parts::of(Whole(Some(content)));
        let slowly = Duration::from_secs(ANSWER_PART_SECONDS_MAX - 1);
        for _ in 0..3 {
            assert_eq!(next(&mut parts).await.unwrap().unwrap().len(), ANSWER_PART_BYTES_MAX);
            tokio::time::sleep(slowly).await;
        }
        let rest = Arc::downgrade(&parts.rest.as_ref().unwrap().waiting);
        tokio::time::sleep(Duration::from_secs(2)).await;
        assert!(Rest::lock(&rest.upgrade().unwrap()).bytes.is_none(), "let go, though nobody has asked");
        assert!(next(&mut parts).await.unwrap().is_err());
    }
}
