//! Whoever looks at the portal: staff of a partner, and nobody else.

use axum::extract::FromRequestParts;
use axum::response::Response;
use http::request::Parts;
use tonic::Status;
use wishwell_api::v1::PrincipalRole;

use crate::app::App;
use crate::calls::Calls;
use crate::pages::failure::Failure;
use crate::pages::visit::{SignedIn, Visit};

/// A look at a page of the portal.
#[derive(Debug, Clone)]
pub(super) struct Partner {
    pub(super) visit: Visit,
    /// The organization they act for, `organizations/{uuid}`.
    pub(super) organization: String,
    /// The service, in their name.
    pub(super) calls: Calls,
    /// When their session ends.
    pub(super) session_ends: jiff::Timestamp,
}

impl FromRequestParts<App> for Partner {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Response> {
        let SignedIn { visit, session, calls } = SignedIn::from_request_parts(parts, app).await?;
        if session.role != PrincipalRole::Partner {
            let text = visit
                .say("这些页面供入驻机构的工作人员使用。", "These pages are for the staff of partner organizations.");
            return Err(Failure::from(Status::permission_denied(text)).response(&visit));
        }
        Ok(Self { visit, organization: session.organization, calls, session_ends: session.ends })
    }
}
