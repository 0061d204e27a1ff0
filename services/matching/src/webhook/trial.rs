//! A message on trial: sent at once, so that whoever sets a receiver up sees what comes back.

use std::time::Instant;

use serde::{Deserialize, Serialize};
use serde_json::json;

use wishwell_domain::ids::SubscriptionId;
use wishwell_domain::notification::Subscription;
use wishwell_domain::{Error, Violation};

use super::Sender;
use super::event::{Event, TEST};
use crate::cases::{Caller, Platform};

/// What came of a message on trial.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Trial {
    /// HTTP status that came back.
    pub(crate) status: Option<u16>,
    /// Why none did, in words.
    pub(crate) failure: String,
    pub(crate) milliseconds: u32,
}

impl Platform {
    /// Sends a message on trial. Answers what came of it, and the log's position.
    pub(crate) async fn try_subscription(&self, caller: &Caller, id: SubscriptionId) -> Result<(Trial, i64), Error> {
        let noting = async {
            self.receiver(&self.subscription(caller, id).await?)?;
            // Nothing is logged; the request is noted all the same, so that it is refused with another body.
            self.write(caller, Vec::new()).await
        };
        let noted = self.once(caller, noting).await?;
        let sending = async { self.send_trial(caller, &self.subscription(caller, id).await?).await };
        Ok((self.told_once(caller, noted.kept, sending).await?, noted.position.0))
    }

    /// By whom and whereto messages of a subscription are sent.
    fn receiver<'s>(&'s self, subscription: &'s Subscription) -> Result<(&'s Sender, &'s str), Error> {
        let message = "has no webhook, or this server sends to none";
        let nowhere = || Violation::new("name", "webhook", message).with_value(subscription.id).into();
        self.webhooks.as_ref().zip(subscription.webhook_url.as_deref()).ok_or_else(nowhere)
    }

    async fn send_trial(&self, caller: &Caller, subscription: &Subscription) -> Result<Trial, Error> {
        let (sender, url) = self.receiver(subscription)?;
        let now = self.clock.now();
        let event = Event {
            id: format!("tests/{}", self.new_uuid()),
            kind: TEST,
            subscription: subscription.id.name(),
            subject: None,
            time: now,
            data: json!({ "subscription": subscription.id.name() }),
        };
        let secrets = self.secrets(caller, subscription, now).await?;
        let started = Instant::now();
        let sent = sender.send(url, &secrets, &event, now).await;
        let milliseconds = u32::try_from(started.elapsed().as_millis()).unwrap_or(u32::MAX);
        let (status, failure) = match sent {
            Ok(status) => (Some(status), String::new()),
            Err(failure) => (None, failure),
        };
        Ok(Trial { status, failure, milliseconds })
    }
}
