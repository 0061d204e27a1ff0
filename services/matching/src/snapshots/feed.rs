//! What this replica's own ledger appends to the log: it need not be read back from the store.

use std::sync::Arc;

use jiff::Timestamp;
use tokio::sync::broadcast;
use tokio::sync::broadcast::error::TryRecvError;

use wishwell_domain::event::Event;
use wishwell_domain::ids::{LogPosition, TenantId};
use wishwell_store::Appended;

/// The ledger's own events, as far as they are not taken yet.
#[derive(Debug)]
pub(super) struct Feed {
    tenant: TenantId,
    appended: broadcast::Receiver<Arc<Appended>>,
}

/// Events that follow a position, and whether something is missing before later ones.
#[derive(Debug, Default)]
pub(super) struct Fed {
    pub(super) events: Vec<Arc<Event>>,
    pub(super) missed: bool,
}

impl Feed {
    pub(super) const fn new(tenant: TenantId, appended: broadcast::Receiver<Arc<Appended>>) -> Self {
        Self { tenant, appended }
    }

    /// Takes what is there after `position`, in order and without gaps; what stands there was written `at` then. What follows something
    /// else, in another log, is not taken.
    pub(super) fn take(&mut self, mut position: LogPosition, mut at: Option<Timestamp>) -> Fed {
        let mut fed = Fed::default();
        loop {
            match self.appended.try_recv() {
                Ok(appended) if appended.tenant == self.tenant => {
                    let mut behind = appended.behind;
                    for event in &appended.events {
                        if event.position.0 == position.0 + 1 && behind == at {
                            (position, at) = (event.position, Some(event.at));
                            fed.events.push(Arc::clone(event));
                        } else if event.position > position {
                            fed.missed = true;
                        }
                        behind = Some(event.at);
                    }
                }
                Ok(_) => {}
                Err(TryRecvError::Lagged(_)) => fed.missed = true,
                Err(TryRecvError::Empty | TryRecvError::Closed) => return fed,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use wishwell_domain::event::Change;
    use wishwell_domain::ids::BeneficiaryId;

    use super::*;

    fn tenant(name: &str) -> TenantId {
        TenantId::parse("tenant", name).unwrap_or_else(|_| unreachable!())
    }

    fn appended(name: &str, positions: std::ops::RangeInclusive<i64>) -> Arc<Appended> {
        let at = Timestamp::UNIX_EPOCH;
        let change = Change::BeneficiaryErased { id: BeneficiaryId::from_uuid(uuid::Uuid::nil()), at };
        let event = |position| Event {
            position: LogPosition(position),
            at,
            principal: "someone".to_owned(),
            change: change.clone(),
        };
        Arc::new(Appended {
            tenant: tenant(name),
            behind: Some(at),
            events: positions.map(event).map(Arc::new).collect(),
        })
    }

    fn taken(feed: &mut Feed, after: i64) -> (Vec<i64>, bool) {
        let fed = feed.take(LogPosition(after), Some(Timestamp::UNIX_EPOCH));
        (fed.events.iter().map(|event| event.position.0).collect(), fed.missed)
    }

    #[test]
    fn what_follows_is_taken_and_what_does_not_is_missed() {
        let sender = broadcast::Sender::new(2);
        let mut feed = Feed::new(tenant("own"), sender.subscribe());
        assert_eq!(taken(&mut feed, 3), (vec![], false));
        sender.send(appended("own", 3..=5)).unwrap_or_default();
        sender.send(appended("other", 6..=7)).unwrap_or_default();
        assert_eq!(taken(&mut feed, 3), (vec![4, 5], false), "known ones and other tenants' are passed over");
        sender.send(appended("own", 6..=6)).unwrap_or_default();
        sender.send(appended("own", 8..=8)).unwrap_or_default();
        assert_eq!(taken(&mut feed, 5), (vec![6], true), "somebody else wrote the seventh");
        for position in 9..=11 {
            sender.send(appended("own", position..=position)).unwrap_or_default();
        }
        assert_eq!(taken(&mut feed, 8), (vec![], true), "the ninth fell out");
    }
    #[test]
    fn what_follows_in_another_log_is_not_taken() {
        let sender = broadcast::Sender::new(2);
        let mut feed = Feed::new(tenant("own"), sender.subscribe());
        let later = Timestamp::from_second(1).unwrap_or_default();
        for (first, known, at, expected) in [
            (4, 3, Some(later), (0, true)),
            (4, 5, Some(later), (0, true)),
            (4, 3, None, (0, true)),
            (4, 5, Some(Timestamp::UNIX_EPOCH), (1, false)),
        ] {
            sender.send(appended("own", first..=6)).unwrap_or_default();
            let fed = feed.take(LogPosition(known), at);
            assert_eq!((fed.events.len(), fed.missed), expected, "{first} after {known} {at:?}");
        }
    }
}
