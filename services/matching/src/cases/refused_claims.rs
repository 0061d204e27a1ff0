//! How many claims of a partner were refused lately.
//!
//! A refusal says something about the wish that was claimed, however little. Nobody who means to help needs many of them; so each leaves a
//! trace for audits, and after [`REFUSED_CLAIMS_PER_HOUR_MAX`] in an hour the organization has to wait. Counted in this process: with
//! several replicas a partner may have as many from each. Calls that are under way together may each still be refused once.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};
use wishwell_domain::Error;
use wishwell_domain::ids::{OrganizationId, TenantId};
use wishwell_domain::limits::REFUSED_CLAIMS_PER_HOUR_MAX;

use super::Caller;

const HOUR: SignedDuration = SignedDuration::from_hours(1);

/// When claims of each organization were refused, the oldest first; only of the last hour.
#[derive(Debug, Default)]
pub(crate) struct RefusedClaims(Mutex<HashMap<(TenantId, OrganizationId), VecDeque<Timestamp>>>);

impl RefusedClaims {
    /// Whether an organization may claim now.
    ///
    /// # Errors
    /// [`Error::TooManyClaims`] when too many claims of it were refused within the last hour.
    pub(crate) fn may_claim(&self, caller: &Caller, organization: OrganizationId, now: Timestamp) -> Result<(), Error> {
        let mut refused = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(times) = refused.get_mut(&(caller.tenant().clone(), organization)) else { return Ok(()) };
        forget(times, now);
        if times.len() < REFUSED_CLAIMS_PER_HOUR_MAX {
            return Ok(());
        }
        let max = i64::try_from(REFUSED_CLAIMS_PER_HOUR_MAX).unwrap_or(i64::MAX);
        let wait = times.front().map(|first| HOUR.saturating_sub(now.duration_since(*first)).max(SignedDuration::ZERO));
        Err(Error::TooManyClaims { limit: "refused_claims_per_hour_max", max, wait })
    }

    /// Counts a claim of a wish that was refused, if its refusal tells whether something fits or is there, and leaves a trace of it. That
    /// somebody else was faster is no such refusal.
    pub(crate) fn count(
        &self,
        caller: &Caller,
        organization: OrganizationId,
        wish: &str,
        error: &Error,
        now: Timestamp,
    ) {
        let (tenant, principal) = (caller.tenant(), &caller.principal.name);
        let reason = match error {
            Error::ResourceDoesNotFit { .. } => "RESOURCE_DOES_NOT_FIT",
            Error::NotFound { .. } => "NOT_FOUND",
            Error::TooManyClaims { limit, .. } => {
                tracing::warn!(target: "wishwell::refused_claim", %tenant, principal, %organization, limit, "too many claims");
                return;
            }
            _ => return,
        };
        tracing::info!(target: "wishwell::refused_claim", %tenant, principal, %organization, wish, reason, "a claim was refused");
        let mut refused = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // Memory follows who is refused now, not who ever was.
        refused.retain(|_, times| {
            forget(times, now);
            !times.is_empty()
        });
        let times = refused.entry((caller.tenant().clone(), organization)).or_default();
        if times.len() < REFUSED_CLAIMS_PER_HOUR_MAX {
            times.push_back(now);
        }
    }
}

fn forget(times: &mut VecDeque<Timestamp>, now: Timestamp) {
    while times.front().is_some_and(|at| now.duration_since(*at) >= HOUR) {
        times.pop_front();
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::sync::Arc;

    use uuid::Uuid;
    use wishwell_domain::principal::{Principal, Role};

    use super::*;

    fn caller(tenant: &str) -> Caller {
        let principal = Principal {
            tenant: TenantId::parse("tenant", tenant).unwrap(),
            name: "somebody".to_owned(),
            role: Role::Partner,
            organization: None,
            divisions: Vec::new(),
        };
        Caller { principal: Arc::new(principal), method: "ClaimWish", request: None }
    }

    fn organization(number: u128) -> OrganizationId {
        OrganizationId::from_uuid(Uuid::from_u128(number))
    }

    #[test]
    fn after_so_many_refusals_in_an_hour_one_organization_waits_and_no_other_does() {
        let refused = RefusedClaims::default();
        let (here, there) = (caller("here"), caller("there"));
        let start: Timestamp = "2026-11-28T08:00:00Z".parse().unwrap();
        let at = |minutes: i64| start + SignedDuration::from_mins(minutes);
        let unfit = Error::ResourceDoesNotFit { name: "resources/1".to_owned(), reasons: Vec::new() };
        let covered = Error::ItemCovered { name: "wishes/1".to_owned(), item: 1, asked: 1, left: 0 };
        for _ in 0..REFUSED_CLAIMS_PER_HOUR_MAX {
            refused.may_claim(&here, organization(1), at(0)).unwrap();
            refused.count(&here, organization(1), "wishes/1", &covered, at(0));
        }
        refused.may_claim(&here, organization(1), at(0)).unwrap();
        for nth in 0..REFUSED_CLAIMS_PER_HOUR_MAX {
            refused.may_claim(&here, organization(1), at(0)).unwrap();
            refused.count(&here, organization(1), "wishes/1", &unfit, at(i64::from(nth > 0)));
        }
        let wait = Some(SignedDuration::from_mins(1));
        let limit = "refused_claims_per_hour_max";
        let waits = Err(Error::TooManyClaims { limit, max: 30, wait });
        assert_eq!(refused.may_claim(&here, organization(1), at(59)), waits);
        refused.may_claim(&here, organization(2), at(59)).unwrap();
        refused.may_claim(&there, organization(1), at(59)).unwrap();
        refused.may_claim(&here, organization(1), at(60)).unwrap();
        refused.count(&here, organization(1), "wishes/1", &unfit, at(60));
        assert!(
            refused.may_claim(&here, organization(1), at(60)).is_err(),
            "the first is forgotten, the others are not"
        );
        refused.count(&here, organization(2), "wishes/1", &unfit, at(200));
        assert_eq!(refused.0.lock().unwrap().len(), 1, "who is not refused any more is forgotten");
    }
}
