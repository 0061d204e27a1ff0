//! From a call's path to its service.

use std::convert::Infallible;
use std::sync::Arc;

use tonic::codec::CompressionEncoding;
use tonic::codegen::{Body, BoxFuture, Bytes, Service as _, StdError};
use tonic::server::NamedService;
use tonic::service::Routes;

use wishwell_api::v1::access_service_server::AccessServiceServer;
use wishwell_api::v1::catalog_service_server::CatalogServiceServer;
use wishwell_api::v1::matching_service_server::{MatchingService as _, MatchingServiceServer};
use wishwell_api::v1::need_service_server::NeedServiceServer;
use wishwell_api::v1::notification_service_server::NotificationServiceServer;
use wishwell_api::v1::referral_service_server::ReferralServiceServer;
use wishwell_domain::Error;
use wishwell_domain::limits::REQUEST_BODY_BYTES_MAX;

use crate::cases::Platform;
use crate::grpc::plain::{self, Question};
use crate::grpc::{
    AccessHandlers, CatalogHandlers, FIND_RESOURCES, MatchingHandlers, NeedHandlers, NotificationHandlers,
    ReferralHandlers,
};
use crate::health::Health;
use crate::reflection::Reflection;

use super::Response;

/// All services. Ours are called by their names; a router would look for them in a tree and box their requests and answers.
#[derive(Debug)]
pub(crate) struct Services {
    access: AccessServiceServer<AccessHandlers>,
    catalog: CatalogServiceServer<CatalogHandlers>,
    needs: NeedServiceServer<NeedHandlers>,
    matching: MatchingServiceServer<MatchingHandlers>,
    referrals: ReferralServiceServer<ReferralHandlers>,
    notifications: NotificationServiceServer<NotificationHandlers>,
    /// Those of `matching`, to be asked directly.
    handlers: MatchingHandlers,
    /// Health and reflection; it also refuses what nobody serves.
    others: Routes,
}

macro_rules! configured {
    ($server:expr) => {
        $server
            .max_decoding_message_size(REQUEST_BODY_BYTES_MAX)
            .accept_compressed(CompressionEncoding::Gzip)
            .send_compressed(CompressionEncoding::Gzip)
    };
}

impl Services {
    /// All services of a platform.
    ///
    /// # Errors
    /// [`Error::Internal`] when the contract's descriptors cannot be read.
    pub(crate) fn new(platform: &Arc<Platform>, health: &Health) -> Result<Self, Error> {
        let reflection = Reflection::new()?;
        let others = Routes::new(health.service())
            .add_service(tonic_reflection::server::v1::ServerReflectionServer::new(reflection.clone()))
            .add_service(tonic_reflection::server::v1alpha::ServerReflectionServer::new(reflection));
        let handlers = MatchingHandlers::new(Arc::clone(platform));
        Ok(Self {
            access: configured!(AccessServiceServer::new(AccessHandlers)),
            catalog: configured!(CatalogServiceServer::new(CatalogHandlers::new(Arc::clone(platform)))),
            needs: configured!(NeedServiceServer::new(NeedHandlers::new(Arc::clone(platform)))),
            matching: configured!(MatchingServiceServer::new(handlers.clone())),
            referrals: configured!(ReferralServiceServer::new(ReferralHandlers::new(Arc::clone(platform)))),
            notifications: configured!(NotificationServiceServer::new(NotificationHandlers::new(Arc::clone(platform)))),
            handlers,
            others: others.prepare(),
        })
    }

    /// The answer to a request, by the service that its path names.
    pub(crate) fn call<B>(&self, request: http::Request<B>) -> BoxFuture<Response, Infallible>
    where
        B: Body<Data = Bytes> + Send + Unpin + 'static,
        B::Error: Into<StdError> + Send + Unpin + 'static,
    {
        // Cloning one of ours counts a reference; each of them is always ready.
        match service_of(request.uri().path()) {
            MatchingServiceServer::<MatchingHandlers>::NAME if is_find_resources(&request) => {
                Box::pin(find_resources(self.matching.clone(), self.handlers.clone(), request))
            }
            MatchingServiceServer::<MatchingHandlers>::NAME => self.matching.clone().call(request),
            NeedServiceServer::<NeedHandlers>::NAME => self.needs.clone().call(request),
            CatalogServiceServer::<CatalogHandlers>::NAME => self.catalog.clone().call(request),
            AccessServiceServer::<AccessHandlers>::NAME => self.access.clone().call(request),
            ReferralServiceServer::<ReferralHandlers>::NAME => self.referrals.clone().call(request),
            NotificationServiceServer::<NotificationHandlers>::NAME => self.notifications.clone().call(request),
            _ => Box::pin(self.others.clone().call(request.map(tonic::body::Body::new))),
        }
    }
}

fn is_find_resources<B>(request: &http::Request<B>) -> bool {
    request.uri().path().strip_prefix('/') == Some(FIND_RESOURCES) && plain::is_plain(request.headers())
}

/// Answers a question for resources: by the handler itself when the question is plain, by way of tonic otherwise.
async fn find_resources<B>(
    mut server: MatchingServiceServer<MatchingHandlers>,
    handlers: MatchingHandlers,
    request: http::Request<B>,
) -> Result<Response, Infallible>
where
    B: Body<Data = Bytes> + Send + Unpin + 'static,
    B::Error: Into<StdError> + Send + Unpin + 'static,
{
    match plain::read(request).await {
        Question::Plain(question) => Ok(plain::answer(handlers.find_resources(question).await)),
        Question::Other(request) => server.call(request).await,
    }
}

/// `package.Service` of `/package.Service/Method`.
fn service_of(path: &str) -> &str {
    path.strip_prefix('/').and_then(|path| path.split_once('/')).map_or("", |(service, _)| service)
}
