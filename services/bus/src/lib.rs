//! Short-lived shared state: hints that a tenant's event log has grown, and how often somebody has asked ([`Rates`]).
//!
//! The truth is the log in the store; every replica reads it at its own pace anyway. A hint only says "look now", so it
//! may come late, twice, out of order or never, and no answer may depend on it. What is promised instead is that a
//! listener learns when hints may have been lost ([`Notice::MayHaveMissed`]), so that it looks by itself.
//!
//! Publishing never waits and never fails: it is called right after a write was made durable, and Redis being slow or
//! gone must not slow that write's answer down.

mod hub;
mod in_process;
mod mailbox;
mod rates;
mod redis_hints;

use wishwell_domain::ids::{LogPosition, TenantId};

pub use hub::Subscription;
pub use in_process::InProcessHints;
pub use mailbox::TENANTS_PENDING_MAX;
pub use rates::{InProcessRates, Rate, RateKey, Rates, RedisRates, Verdict};
pub use redis_hints::{HintsError, RedisHints, RedisOptions};

/// A tenant's log has reached at least this position.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Whose log.
    pub tenant: TenantId,
    /// How far it reaches at least.
    pub position: LogPosition,
}

/// What a listener is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notice {
    /// A log has grown. Several hints of one tenant that nobody took yet are told as one, with the highest position.
    Changed(Change),
    /// Hints may have been lost: look at every log.
    MayHaveMissed,
}

/// Says and hears that logs have grown, across all replicas that share the same bus.
///
/// Promised: what is published reaches every subscription of the same process, and of every replica whose connection
/// stands; when a connection broke or a queue overflowed, the subscription is told [`Notice::MayHaveMissed`]. Memory is
/// bounded by [`TENANTS_PENDING_MAX`] per subscription, however slow its reader is.
///
/// Not promised: order between tenants, that a position is told once, that positions of a tenant never go back
/// (take the maximum), or that a new subscription hears of what was published before it.
pub trait ChangeHints: Send + Sync + std::fmt::Debug {
    /// Tells everybody about a change, as soon as may be. Does not wait, does not fail.
    fn publish(&self, change: Change);

    /// Starts to listen. Changes from now on are kept for this subscription until it takes them.
    fn subscribe(&self) -> Subscription;

    /// Whether hints currently reach this process only, so that replicas have to look at the log by themselves.
    fn is_degraded(&self) -> bool;
}
