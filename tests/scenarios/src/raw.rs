//! Calls with bytes that no client would send.

use h2::RecvStream;
use prost::bytes::{Buf as _, BufMut as _, Bytes};
use tonic::codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder};
use tonic::{Code, Request, Status};

use crate::Served;

/// Sends bytes as they are and takes bytes as they come.
#[derive(Debug, Clone, Copy, Default)]
pub struct RawCodec;

impl Codec for RawCodec {
    type Encode = Vec<u8>;
    type Decode = Vec<u8>;
    type Encoder = Self;
    type Decoder = Self;

    fn encoder(&mut self) -> Self {
        Self
    }

    fn decoder(&mut self) -> Self {
        Self
    }
}

impl Encoder for RawCodec {
    type Item = Vec<u8>;
    type Error = Status;

    fn encode(&mut self, item: Vec<u8>, buffer: &mut EncodeBuf<'_>) -> Result<(), Status> {
        buffer.put_slice(&item);
        Ok(())
    }
}

impl Decoder for RawCodec {
    type Item = Vec<u8>;
    type Error = Status;

    fn decode(&mut self, buffer: &mut DecodeBuf<'_>) -> Result<Option<Vec<u8>>, Status> {
        let length = buffer.remaining();
        Ok(Some(buffer.copy_to_bytes(length).to_vec()))
    }
}

impl Served {
    /// Calls a method by its path with these bytes as the message and this key (empty: none).
    ///
    /// # Errors
    /// The refusal as it came.
    pub async fn call_raw(&self, path: &str, key: &str, message: Vec<u8>) -> Result<Vec<u8>, Status> {
        let bearer = (!key.is_empty()).then(|| ("authorization", format!("Bearer {key}")));
        self.call_with(path, bearer.as_slice(), message).await
    }

    /// Calls a method by its path with these bytes as the message and these headers, in this order.
    ///
    /// # Errors
    /// The refusal as it came.
    pub async fn call_with(
        &self,
        path: &str,
        headers: &[(&'static str, String)],
        message: Vec<u8>,
    ) -> Result<Vec<u8>, Status> {
        let mut client = tonic::client::Grpc::new(self.channel());
        client.ready().await.map_err(|error| Status::new(Code::Unavailable, error.to_string()))?;
        let mut request = Request::new(message);
        for (name, value) in headers {
            request.metadata_mut().append(*name, value.parse().expect("headers are ASCII"));
        }
        let path = path.parse().expect("a path");
        client.unary(request, path, RawCodec).await.map(tonic::Response::into_inner)
    }

    /// What the server itself answers to one message, on a connection of its own: tonic's client keeps deadlines too, and would answer
    /// for it.
    ///
    /// # Panics
    /// When the server answers nothing, or not in HTTP/2.
    pub async fn asked_over_h2(
        &self,
        path: &str,
        headers: &[(&str, &str)],
        message: &impl prost::Message,
    ) -> http::Response<RecvStream> {
        self.asked_through(&h2::client::Builder::new(), path, headers, message).await
    }

    /// As [`Served::asked_over_h2`], by a client of these settings.
    ///
    /// # Panics
    /// When the server answers nothing, or not in HTTP/2.
    pub async fn asked_through(
        &self,
        client: &h2::client::Builder,
        path: &str,
        headers: &[(&str, &str)],
        message: &impl prost::Message,
    ) -> http::Response<RecvStream> {
        let stream = tokio::net::TcpStream::connect(self.address).await.expect("accepted");
        let (client, connection) = client.handshake::<_, Bytes>(stream).await.expect("HTTP/2");
        tokio::spawn(connection);
        let mut client = client.ready().await.expect("a stream");
        let mut request = http::Request::post(format!("http://{}{path}", self.address))
            .header("content-type", "application/grpc")
            .header("te", "trailers");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let (answer, mut body) = client.send_request(request.body(()).expect("a request"), false).expect("sent");
        let message = message.encode_to_vec();
        let length = u32::try_from(message.len()).expect("short").to_be_bytes();
        body.send_data([&[0], length.as_slice(), &message].concat().into(), true).expect("sent");
        answer.await.expect("an answer")
    }
}
