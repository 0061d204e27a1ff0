//! How pages ask the service: with the credentials of whoever looks at them, and within a time.

use std::task::{Context, Poll};
use std::time::Duration;

use http::{HeaderValue, header};
use tonic::body::Body;
use tower::{BoxError, Service};

use wishwell_api::v1::access_service_client::AccessServiceClient;
use wishwell_api::v1::catalog_service_client::CatalogServiceClient;
use wishwell_api::v1::matching_service_client::MatchingServiceClient;
use wishwell_api::v1::need_service_client::NeedServiceClient;
use wishwell_api::v1::notification_service_client::NotificationServiceClient;
use wishwell_api::v1::referral_service_client::ReferralServiceClient;

use crate::edge::inject_trace;
use crate::upstream::Upstream;

/// Longest time for a call that a page waits for.
const CALL_SECONDS_MAX: u64 = 10;

/// Longest answer that is read, longer than any that a page asks for.
const ANSWER_BYTES_MAX: usize = 64 * 1024 * 1024;

/// The service, asked in somebody's name. Clones are cheap.
#[derive(Debug, Clone)]
pub(crate) struct Calls(Authorized);

macro_rules! clients {
    ($($(#[$document:meta])* $name:ident: $client:ident),* $(,)?) => {
        impl Calls {
            $($(#[$document])*
            pub(crate) fn $name(&self) -> $client<Authorized> {
                $client::new(self.0.clone()).max_decoding_message_size(ANSWER_BYTES_MAX)
            })*
        }
    };
}

clients! {
    /// Who calls.
    access: AccessServiceClient,
    /// The catalogue.
    catalog: CatalogServiceClient,
    /// Needs and beneficiaries.
    needs: NeedServiceClient,
    /// Matching and rounds.
    matching: MatchingServiceClient,
    /// What partners are told of.
    notifications: NotificationServiceClient,
    /// Referrals, wishes, events.
    referrals: ReferralServiceClient,
}

impl Calls {
    /// A token that cannot stand in a header opens nothing: such calls go without one and are refused.
    pub(crate) fn new(upstream: Upstream, token: &str) -> Self {
        Self(Authorized { upstream, credentials: bearer(token) })
    }
}

fn bearer(token: &str) -> Option<HeaderValue> {
    let mut value = HeaderValue::from_str(&format!("Bearer {token}")).ok()?;
    value.set_sensitive(true);
    Some(value)
}

/// Puts credentials, a time and the context of the trace on each call.
#[derive(Debug, Clone)]
pub(crate) struct Authorized {
    upstream: Upstream,
    credentials: Option<HeaderValue>,
}

impl Service<http::Request<Body>> for Authorized {
    type Response = http::Response<Body>;
    type Error = BoxError;
    type Future = <Upstream as Service<http::Request<Body>>>::Future;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.upstream.poll_ready(context)
    }

    fn call(&mut self, mut request: http::Request<Body>) -> Self::Future {
        let headers = request.headers_mut();
        if let Some(credentials) = &self.credentials {
            headers.insert(header::AUTHORIZATION, credentials.clone());
        }
        // A stream is awaited for as long as its reader stays; it says so by a time of its own.
        if !headers.contains_key("grpc-timeout") {
            let time = format!("{}m", Duration::from_secs(CALL_SECONDS_MAX).as_millis());
            if let Ok(time) = HeaderValue::from_str(&time) {
                headers.insert("grpc-timeout", time);
            }
        }
        inject_trace(headers);
        self.upstream.call(request)
    }
}
