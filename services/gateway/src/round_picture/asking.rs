//! Clients of the service, over whatever carries their calls.

use tonic::body::Body;
use tonic::client::GrpcService;
use tonic::codegen::{Body as HttpBody, Bytes, StdError};
use wishwell_api::v1::catalog_service_client::CatalogServiceClient;
use wishwell_api::v1::matching_service_client::MatchingServiceClient;

/// Asks for matching and rounds.
pub(super) type Matching<T> = MatchingServiceClient<T>;
/// Asks for the catalogue.
pub(super) type Catalog<T> = CatalogServiceClient<T>;

/// What carries calls: a channel, or something around one.
pub trait Transport:
    GrpcService<
        Body,
        ResponseBody: HttpBody<Data = Bytes, Error: Into<StdError> + Send> + Send + 'static,
        Error: Into<StdError>,
    > + Clone
    + Send
    + Sync
{
}

impl<T> Transport for T where
    T: GrpcService<
            Body,
            ResponseBody: HttpBody<Data = Bytes, Error: Into<StdError> + Send> + Send + 'static,
            Error: Into<StdError>,
        > + Clone
        + Send
        + Sync
{
}
