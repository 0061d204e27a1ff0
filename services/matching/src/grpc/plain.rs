//! Calls with one frame each way and nothing compressed.
//!
//! tonic reads and writes streams of messages of any size, in pieces, compressed or not. Where the whole question has come in one
//! piece and the answer is encoded already, its buffers and boxes cost more than decoding does. Whatever is not as plain as that
//! is given back as it came, so that tonic answers it, and every refusal of a message has one origin.

use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll};

use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderName, HeaderValue};
use hyper::body::{Body, Frame};
use prost::Message;
use prost::bytes::Bytes;
use tonic::metadata::{GRPC_CONTENT_TYPE, MetadataMap};
use tonic::{Request, Response, Status};

use wishwell_api::{Encoded, FRAME_PREFIX_BYTES, frame_prefix};
use wishwell_domain::Error;
use wishwell_domain::limits::REQUEST_BODY_BYTES_MAX;

use super::status::to_status;

static ENCODING_HEADER: HeaderName = HeaderName::from_static("grpc-encoding");
static ACCEPT_ENCODING_HEADER: HeaderName = HeaderName::from_static("grpc-accept-encoding");

/// Whether a request's head leaves compression out of it.
pub(crate) fn is_plain(headers: &HeaderMap) -> bool {
    !headers.contains_key(&ENCODING_HEADER) && !headers.contains_key(&ACCEPT_ENCODING_HEADER)
}

/// A request that was looked at.
#[expect(
    clippy::large_enum_variant,
    reason = "it is taken apart where it is made: a box would cost every other request"
)]
pub(crate) enum Question<M, B: Body> {
    /// All of it came at once.
    Plain(Request<M>),
    /// It is as it was, for somebody else to read.
    Other(http::Request<Begun<B>>),
}

/// Reads the question of a request that [`is_plain`].
pub(crate) async fn read<M, B>(request: http::Request<B>) -> Question<M, B>
where
    M: Message + Default,
    B: Body<Data = Bytes> + Unpin,
{
    let (parts, mut body) = request.into_parts();
    let first = poll_fn(|context| Pin::new(&mut body).poll_frame(context)).await;
    let message = match &first {
        Some(Ok(frame)) if body.is_end_stream() => frame.data_ref().and_then(message_in),
        _ => None,
    };
    match message {
        Some(message) => {
            Question::Plain(Request::from_parts(MetadataMap::from_headers(parts.headers), parts.extensions, message))
        }
        None => Question::Other(http::Request::from_parts(parts, Begun { first: Some(first), rest: body })),
    }
}

/// The one message of one frame that is not compressed; none of anything else.
fn message_in<M: Message + Default>(frame: &Bytes) -> Option<M> {
    let (prefix, message) = frame.split_at_checked(FRAME_PREFIX_BYTES)?;
    let whole = frame_prefix(message.len()).is_ok_and(|expected| prefix == expected);
    (whole && message.len() <= REQUEST_BODY_BYTES_MAX).then(|| M::decode(message).ok()).flatten()
}

/// A body whose first frame was read.
#[derive(Debug)]
pub(crate) struct Begun<B: Body> {
    /// What the body gave when it was asked: a frame, an error or its end. None once that was taken.
    #[expect(clippy::type_complexity, reason = "a name for it would hide from the derive what it is made of")]
    first: Option<Option<Result<Frame<B::Data>, B::Error>>>,
    rest: B,
}

impl<B: Body + Unpin> Body for Begun<B>
where
    B::Data: Unpin,
    B::Error: Unpin,
{
    type Data = B::Data;
    type Error = B::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Self::Data>, Self::Error>>> {
        match self.first.take() {
            Some(first) => Poll::Ready(first),
            None => Pin::new(&mut self.rest).poll_frame(context),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.first.is_none() && self.rest.is_end_stream()
    }
}

/// What a handler answered, as the answer to a plain request.
pub(crate) fn answer<M: Message + Default>(
    answered: Result<Response<Encoded<M>>, Status>,
) -> http::Response<tonic::body::Body> {
    let framed = answered.and_then(|answer| {
        let (metadata, message, _) = answer.into_parts();
        let frame = message.into_frame().map_err(|_| to_status(Error::Internal("an answer of 4 GiB".to_owned())))?;
        Ok((metadata, frame))
    });
    match framed {
        Ok((metadata, frame)) => {
            let mut response = http::Response::new(tonic::body::Body::new(Answer { frame: Some(frame), ended: false }));
            *response.headers_mut() = metadata.into_headers();
            response.headers_mut().insert(CONTENT_TYPE, GRPC_CONTENT_TYPE);
            response
        }
        Err(status) => status.into_http(),
    }
}

/// One frame, and the status OK.
#[derive(Debug)]
struct Answer {
    frame: Option<Bytes>,
    ended: bool,
}

impl Body for Answer {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        if let Some(frame) = self.frame.take() {
            return Poll::Ready(Some(Ok(Frame::data(frame))));
        }
        if std::mem::replace(&mut self.ended, true) {
            return Poll::Ready(None);
        }
        let mut trailers = HeaderMap::with_capacity(1);
        trailers.insert(Status::GRPC_STATUS, HeaderValue::from_static("0"));
        Poll::Ready(Some(Ok(Frame::trailers(trailers))))
    }

    fn is_end_stream(&self) -> bool {
        self.ended
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::collections::VecDeque;
    use std::convert::Infallible;

    use wishwell_api::v1::{FindResourcesRequest, FindResourcesResponse};

    use super::*;

    /// A body of these pieces.
    #[derive(Debug)]
    struct Pieces(VecDeque<Bytes>);

    impl Body for Pieces {
        type Data = Bytes;
        type Error = Infallible;

        fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
            Poll::Ready(self.0.pop_front().map(|piece| Ok(Frame::data(piece))))
        }

        fn is_end_stream(&self) -> bool {
            self.0.is_empty()
        }
    }

    fn framed(message: &[u8]) -> Vec<u8> {
        [&frame_prefix(message.len()).unwrap()[..], message].concat()
    }

    async fn all_of<B: Body<Data = Bytes> + Unpin>(mut body: B) -> (Vec<u8>, Option<HeaderMap>)
    where
        B::Error: std::fmt::Debug,
    {
        let (mut bytes, mut trailers) = (Vec::new(), None);
        while let Some(frame) = poll_fn(|context| Pin::new(&mut body).poll_frame(context)).await {
            match frame.unwrap().into_data() {
                Ok(data) => bytes.extend_from_slice(&data),
                Err(frame) => trailers = frame.into_trailers().ok(),
            }
        }
        assert!(body.is_end_stream());
        (bytes, trailers)
    }

    #[tokio::test]
    async fn a_question_in_one_piece_is_read_and_any_other_is_given_back_whole() {
        let message = FindResourcesRequest { need: "needs/1".to_owned(), top_k: Some(3), ..Default::default() };
        let frame = framed(&message.encode_to_vec());
        let mut compressed = frame.clone();
        *compressed.first_mut().unwrap() = 1;
        let two = [frame.clone(), framed(&[])].concat();
        let (head, tail) = frame.split_at(7);
        for (pieces, plain) in [
            (vec![frame.clone()], true),
            (vec![framed(&[])], true),
            (vec![head.to_vec(), tail.to_vec()], false),
            (vec![frame.clone(), Vec::new()], false),
            (vec![compressed], false),
            (vec![two], false),
            (vec![head.to_vec()], false),
            (vec![vec![0; 3]], false),
            (vec![framed(&[0xff])], false),
            (vec![framed(&vec![0; REQUEST_BODY_BYTES_MAX + 1])], false),
            (vec![], false),
        ] {
            let whole = pieces.concat();
            let body = Pieces(pieces.into_iter().map(Bytes::from).collect());
            let mut request = http::Request::new(body);
            request.headers_mut().insert("x-of-the-caller", HeaderValue::from_static("1"));
            request.extensions_mut().insert(7_u8);
            match read::<FindResourcesRequest, _>(request).await {
                Question::Plain(request) => {
                    assert!(plain);
                    assert_eq!(request.metadata().get("x-of-the-caller").unwrap(), "1");
                    assert_eq!(request.extensions().get(), Some(&7_u8));
                    assert_eq!(framed(&request.into_inner().encode_to_vec()), whole);
                }
                Question::Other(request) => {
                    assert!(!plain);
                    assert_eq!(request.headers().get("x-of-the-caller").unwrap(), "1");
                    assert_eq!(request.extensions().get(), Some(&7_u8));
                    assert!(all_of(request.into_body()).await.0 == whole);
                }
            }
        }
    }

    #[tokio::test]
    async fn an_answer_is_one_frame_and_its_status() {
        let message = FindResourcesResponse { log_position: 7, ..Default::default() };
        let response = answer(Ok(Response::new(Encoded::from(message.clone()))));
        assert_eq!(response.headers().get(CONTENT_TYPE).unwrap(), "application/grpc");
        let (bytes, trailers) = all_of(response.into_body()).await;
        assert_eq!(bytes, framed(&message.encode_to_vec()));
        assert_eq!(trailers.unwrap().get(Status::GRPC_STATUS).unwrap(), "0");
    }

    #[test]
    fn a_refusal_is_its_status() {
        let refused = answer::<FindResourcesResponse>(Err(to_status(Error::Unauthenticated)));
        assert_eq!(Status::from_header_map(refused.headers()).unwrap().code(), tonic::Code::Unauthenticated);
    }
}
