//! A message on trial: sent at once, so that whoever sets a receiver up sees what comes back.

use std::time::Instant;

use serde::{Deserialize, Serialize};
use serde_json::json;

use wishwell_domain::ids::SubscriptionId;
use wishwell_domain::notification::Subscription;
use wishwell_domain::{Error, Violation};

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
        let subscription = self.subscription(caller, id).await?;
        let kept = |trial: serde_json::Value| {
            serde_json::from_value(trial).map_err(|error| Error::DataLoss(format!("a trial that was kept: {error}")))
        };
        if let Some(written) = self.answered(caller).await?
            && let Some(trial) = written.kept
        {
            return Ok((kept(trial)?, written.position.0));
        }
        // Nothing is logged; the request is noted all the same, so that it is refused with another body.
        let position = self.write(caller, Vec::new()).await?.position.0;
        let trial = self.send_trial(caller, &subscription).await?;
        let trial = serde_json::to_value(&trial).map_err(|error| Error::Internal(format!("a trial: {error}")))?;
        Ok((kept(self.keep_answer(caller, trial).await?)?, position))
    }

    async fn send_trial(&self, caller: &Caller, subscription: &Subscription) -> Result<Trial, Error> {
        let (Some(sender), Some(url)) = (&self.webhooks, &subscription.webhook_url) else {
            let message = "has no webhook, or this server sends to none";
            return Err(Violation::new("name", "webhook", message).with_value(subscription.id).into());
        };
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
