//! What callers do with notifications: read them, and say that they have.

use wishwell_domain::Error;
use wishwell_domain::ids::{NotificationId, OrganizationId, SubscriptionId};
use wishwell_domain::notification::Notification;
use wishwell_store::{NotificationFilter, Page, PageRequest};

use crate::cases::{Caller, Platform};

impl Platform {
    /// Notifications within the caller's reach, the newest first.
    pub(crate) async fn list_notifications(
        &self,
        caller: &Caller,
        organization: Option<OrganizationId>,
        subscription: Option<SubscriptionId>,
        unseen_only: bool,
        page: &PageRequest,
    ) -> Result<Page<Notification>, Error> {
        let organization = self.reader(caller, organization)?;
        let filter = NotificationFilter { organization, subscription, unseen_only };
        Ok(self.store.list_notifications(caller.tenant(), &filter, page).await?)
    }

    /// Marks notifications within the caller's reach as seen. Answers how many were not, and the log's position.
    pub(crate) async fn mark_seen(&self, caller: &Caller, ids: &[NotificationId]) -> Result<(u64, i64), Error> {
        let organization = self.reader(caller, None)?;
        if let Some(kept) = self.answered(caller).await? {
            let marked = kept.kept.as_ref().and_then(serde_json::Value::as_u64).unwrap_or_default();
            return Ok((marked, kept.position.0));
        }
        // Nothing is logged; the request is noted all the same, so that it is refused with another body.
        let position = self.write(caller, Vec::new()).await?.position.0;
        let marked = self.store.mark_seen(caller.tenant(), organization, ids).await?;
        let kept = self.keep_answer(caller, marked.into()).await?;
        Ok((kept.as_u64().unwrap_or(marked), position))
    }
}
