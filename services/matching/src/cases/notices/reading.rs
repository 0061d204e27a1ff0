//! What callers do with notifications: read them, and say that they have.

use wishwell_domain::Error;
use wishwell_domain::ids::NotificationId;
use wishwell_domain::notification::Notification;
use wishwell_store::{NotificationFilter, Page, PageRequest};

use crate::cases::{Caller, Platform, unknown_form};

impl Platform {
    /// Notifications within the caller's reach, the newest first.
    pub(crate) async fn list_notifications(
        &self,
        caller: &Caller,
        filter: NotificationFilter,
        page: &PageRequest,
    ) -> Result<Page<Notification>, Error> {
        let filter = NotificationFilter { organization: self.reader(caller, filter.organization)?, ..filter };
        Ok(self.store.list_notifications(caller.tenant(), &filter, page).await?)
    }

    /// Marks notifications within the caller's reach as seen. Answers how many were not, and the log's position.
    pub(crate) async fn mark_seen(&self, caller: &Caller, ids: &[NotificationId]) -> Result<(u64, i64), Error> {
        let organization = self.reader(caller, None)?;
        // Nothing is logged; the request is noted all the same, so that it is refused with another body.
        let noted = self.write(caller, Vec::new()).await?;
        let marked = match noted.kept {
            Some(kept) => kept.as_u64().ok_or_else(unknown_form)?,
            None => self.store.mark_seen(&caller.context(), organization, ids).await?,
        };
        Ok((marked, noted.position.0))
    }
}
