//! The bus of a single process: development mode, and deployments of one replica.

use crate::hub::{Hub, Subscription};
use crate::{Change, ChangeHints};

/// Hints between the tasks of this process.
#[derive(Debug, Default)]
pub struct InProcessHints {
    hub: Hub,
}

impl InProcessHints {
    /// A bus nobody listens to yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }
}

impl ChangeHints for InProcessHints {
    fn publish(&self, change: Change) {
        self.hub.post(&change);
    }

    fn subscribe(&self) -> Subscription {
        self.hub.subscribe()
    }

    fn is_degraded(&self) -> bool {
        false
    }
}
