//! The yardstick: a bare tonic server that reads a message and answers one of a given size. No layers, no validation, no
//! authentication. And, because it is as small, the receiver that Wishwell exports its traces to while it is measured.

use std::convert::Infallible;
use std::io::Write as _;
use std::net::Ipv4Addr;

use prost::bytes::Bytes;
use tokio::net::TcpListener;
use tonic::body::Body;
use tonic::server::{Grpc, NamedService, UnaryService};
use tonic::transport::Server;
use tonic::transport::server::TcpIncoming;
use tonic_prost::ProstCodec;
use wishwell_api::v1::{FindResourcesRequest, FindResourcesResponse};

use crate::rivals::Nearest;

/// Path of the one method of the echo.
pub(crate) const ECHO_PATH: &str = "/wishwell.bench.Echo/Echo";

/// Some bytes.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct Payload {
    #[prost(bytes = "bytes", tag = "1")]
    pub(crate) bytes: Bytes,
}

#[derive(Debug, Clone)]
struct Echo {
    reply: Bytes,
}

impl UnaryService<Payload> for Echo {
    type Response = Payload;
    type Future = std::future::Ready<Result<tonic::Response<Payload>, tonic::Status>>;

    fn call(&mut self, request: tonic::Request<Payload>) -> Self::Future {
        std::hint::black_box(request.into_inner());
        std::future::ready(Ok(tonic::Response::new(Payload { bytes: self.reply.clone() })))
    }
}

impl NamedService for Echo {
    const NAME: &'static str = "wishwell.bench.Echo";
}

/// Receives OTLP exports. The message is read as one with unknown fields, which is what dropping it takes.
#[derive(Debug, Clone)]
struct Receiver;

impl UnaryService<()> for Receiver {
    type Response = ();
    type Future = std::future::Ready<Result<tonic::Response<()>, tonic::Status>>;

    fn call(&mut self, _: tonic::Request<()>) -> Self::Future {
        println!("export");
        std::future::ready(Ok(tonic::Response::new(())))
    }
}

impl NamedService for Receiver {
    const NAME: &'static str = "opentelemetry.proto.collector.trace.v1.TraceService";
}

type Answering = std::pin::Pin<Box<dyn Future<Output = Result<http::Response<Body>, Infallible>> + Send>>;

// What tonic generates for a service of one method.
macro_rules! one_method {
    ($service:ty, $request:ty, $response:ty) => {
        impl tower::Service<http::Request<Body>> for $service {
            type Response = http::Response<Body>;
            type Error = Infallible;
            type Future = Answering;

            fn poll_ready(&mut self, _: &mut std::task::Context<'_>) -> std::task::Poll<Result<(), Infallible>> {
                std::task::Poll::Ready(Ok(()))
            }

            fn call(&mut self, request: http::Request<Body>) -> Self::Future {
                let method = self.clone();
                Box::pin(async move {
                    let mut grpc = Grpc::new(ProstCodec::<$response, $request>::default());
                    Ok(grpc.unary(method, request).await)
                })
            }
        }
    };
}

one_method!(Echo, Payload, Payload);
one_method!(Receiver, (), ());
one_method!(Nearest, FindResourcesRequest, FindResourcesResponse);

/// Serves the echo on a free port, and says on standard output which.
pub(crate) async fn serve_echo(reply_bytes: usize) {
    let service = Echo { reply: vec![0x5a; reply_bytes].into() };
    Server::builder().add_service(service).serve_with_incoming(incoming().await).await.expect("the echo serves");
}

/// Serves the receiver of traces, likewise.
pub(crate) async fn serve_receiver() {
    Server::builder().add_service(Receiver).serve_with_incoming(incoming().await).await.expect("the receiver serves");
}

/// Serves what one would build around PostGIS, likewise.
pub(crate) async fn serve_nearest(url: &str, connections: u32) {
    let service = Nearest::over(url, connections).await;
    Server::builder().add_service(service).serve_with_incoming(incoming().await).await.expect("the service serves");
}

async fn incoming() -> TcpIncoming {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a free port");
    println!("listening on {}", listener.local_addr().expect("a bound listener"));
    std::io::stdout().flush().expect("standard output is open");
    // As tonic does when it listens by itself.
    TcpIncoming::from(listener).with_nodelay(Some(true))
}
