//! What a replica has few of, and callers hold for a while: so many in all, so many of one tenant and so many of one caller, so that
//! nobody takes those of everybody.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use wishwell_domain::Error;
use wishwell_domain::ids::{OrganizationId, TenantId};

use crate::cases::Caller;
use crate::metrics::Metrics;

/// The most of something, by the name that a refusal says.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bound {
    pub(crate) limit: &'static str,
    pub(crate) max: usize,
}

/// The bounds of who holds.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bounds {
    /// Of one organization, and of one principal that acts for none.
    pub(crate) caller: Bound,
    pub(crate) tenant: Bound,
    pub(crate) all: Bound,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Holder {
    Organization(TenantId, OrganizationId),
    Principal(TenantId, String),
    Tenant(TenantId),
    Everybody,
}

type Held = Arc<Mutex<HashMap<Holder, usize>>>;

/// How much is held by whom.
#[derive(Debug)]
pub(crate) struct Shares {
    bounds: Bounds,
    metrics: Arc<Metrics>,
    held: Held,
}

impl Shares {
    pub(crate) fn new(bounds: Bounds, metrics: Arc<Metrics>) -> Self {
        for bound in [bounds.caller, bounds.tenant, bounds.all] {
            metrics.share_may_be_refused(bound.limit);
        }
        Self { bounds, metrics, held: Held::default() }
    }

    /// Takes one for a caller, who holds it until it is dropped.
    ///
    /// # Errors
    /// [`Error::TooMuchAtOnce`] when the caller, its tenant or all together hold as many as they may: the narrowest of them.
    pub(crate) fn take(&self, caller: &Caller) -> Result<Share, Error> {
        let (tenant, principal) = (caller.tenant().clone(), &caller.principal);
        let who = match principal.organization {
            Some(organization) => Holder::Organization(tenant.clone(), organization),
            None => Holder::Principal(tenant.clone(), principal.name.clone()),
        };
        let Bounds { caller, tenant: of_tenant, all } = self.bounds;
        let holders = [who, Holder::Tenant(tenant), Holder::Everybody];
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        for (holder, bound) in holders.iter().zip([caller, of_tenant, all]) {
            if held.get(holder).is_some_and(|held| *held >= bound.max) {
                self.metrics.share_refused(bound.limit);
                let max = i64::try_from(bound.max).unwrap_or(i64::MAX);
                return Err(Error::TooMuchAtOnce { limit: bound.limit, max });
            }
        }
        for holder in &holders {
            *held.entry(holder.clone()).or_default() += 1;
        }
        drop(held);
        Ok(Share { holders, held: Arc::clone(&self.held) })
    }
}

/// One of them.
#[derive(Debug)]
pub(crate) struct Share {
    holders: [Holder; 3],
    held: Held,
}

impl Drop for Share {
    fn drop(&mut self) {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        for holder in &self.holders {
            // Memory follows who holds something now.
            if let Some(count) = held.get_mut(holder) {
                *count -= 1;
                if *count == 0 {
                    held.remove(holder);
                }
            }
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use uuid::Uuid;
    use wishwell_domain::principal::{Principal, Role};

    use super::*;

    fn caller(tenant: &str, name: &str, organization: Option<u128>) -> Caller {
        let principal = Principal {
            tenant: TenantId::parse("tenant", tenant).unwrap(),
            name: name.to_owned(),
            role: Role::Partner,
            organization: organization.map(|number| OrganizationId::from_uuid(Uuid::from_u128(number))),
            divisions: Vec::new(),
        };
        Caller { principal: Arc::new(principal), method: "WatchEvents", request: None }
    }

    #[test]
    fn each_holds_its_share_and_no_more_and_what_is_dropped_is_free() {
        let bound = |limit, max| Bound { limit, max };
        let bounds = Bounds { caller: bound("caller", 2), tenant: bound("tenant", 3), all: bound("all", 5) };
        let metrics = Arc::new(Metrics::new());
        let shares = Shares::new(bounds, Arc::clone(&metrics));
        for limit in ["caller", "tenant", "all"] {
            let told = metrics.encode();
            let from_the_start = format!("wishwell_shares_refused_total{{limit=\"{limit}\"}} 0\n");
            assert!(told.contains(&from_the_start), "the first refusal is an increase: {told}");
        }
        let refused = |who: &Caller| match shares.take(who) {
            Err(Error::TooMuchAtOnce { limit, max }) => (limit, max),
            other => panic!("{other:?}"),
        };
        let (portal, tool) = (caller("here", "portal", Some(1)), caller("here", "tool", Some(1)));
        let (desk, other) = (caller("here", "desk", None), caller("here", "other", None));
        let mut held = vec![shares.take(&portal).unwrap(), shares.take(&tool).unwrap()];
        assert_eq!(refused(&tool), ("caller", 2), "both are of one organization");
        held.push(shares.take(&desk).unwrap());
        assert_eq!(refused(&other), ("tenant", 3));
        let there = ["a", "b"].map(|name| shares.take(&caller("there", name, Some(1))).unwrap());
        assert_eq!(refused(&caller("elsewhere", "a", None)), ("all", 5));
        drop(there);
        assert_eq!(refused(&other), ("tenant", 3));
        held.remove(0);
        held.push(shares.take(&other).unwrap());
        drop(held);
        assert!(shares.held.lock().unwrap().is_empty());
        let told = metrics.encode();
        assert!(told.contains("wishwell_shares_refused_total{limit=\"tenant\"} 2"), "{told}");
    }
}
