//! Who plans without storing anything. Questions take memory from their first message on, so there are few of them, with shares for
//! tenants and callers; processors they take only once they are gathered, one of each tenant at a time. Whoever sends nothing keeps its own
//! share from itself, and nobody from planning.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use wishwell_domain::Error;
use wishwell_domain::ids::TenantId;
use wishwell_domain::limits::{
    PLANS_AT_ONCE_MAX, PLANS_KEPT_MAX, PLANS_KEPT_PER_CALLER_MAX, PLANS_KEPT_PER_TENANT_MAX,
};

use crate::cases::Caller;
use crate::metrics::Metrics;
use crate::shares::{Bound, Bounds, Share, Shares};

/// Places for questions, and turns to plan.
#[derive(Debug)]
pub(crate) struct Planners {
    kept: Shares,
    turns: Arc<Semaphore>,
    of_tenants: Mutex<HashMap<TenantId, Arc<Semaphore>>>,
}

/// A turn to plan, until it is dropped.
#[derive(Debug)]
pub(crate) struct Turn {
    _of_tenant: OwnedSemaphorePermit,
    _of_all: OwnedSemaphorePermit,
}

impl Planners {
    pub(crate) fn new(metrics: Arc<Metrics>) -> Self {
        let bounds = Bounds {
            caller: Bound { limit: "plans_kept_per_caller_max", max: PLANS_KEPT_PER_CALLER_MAX },
            tenant: Bound { limit: "plans_kept_per_tenant_max", max: PLANS_KEPT_PER_TENANT_MAX },
            all: Bound { limit: "plans_kept_max", max: PLANS_KEPT_MAX },
        };
        Self {
            kept: Shares::new(bounds, metrics),
            turns: Arc::new(Semaphore::new(PLANS_AT_ONCE_MAX)),
            of_tenants: Mutex::default(),
        }
    }

    /// A place for a question that is gathered now.
    ///
    /// # Errors
    /// [`Error::TooMuchAtOnce`] when there is none for the caller, its tenant or anybody.
    pub(crate) fn place(&self, caller: &Caller) -> Result<Share, Error> {
        self.kept.take(caller)
    }

    /// Waits until it is a tenant's turn: in the order of asking, for as long as the call's deadline lets it.
    pub(super) async fn turn(&self, tenant: &TenantId) -> Result<Turn, Error> {
        let of_tenant = {
            let mut tenants = self.of_tenants.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(tenants.entry(tenant.clone()).or_insert_with(|| Arc::new(Semaphore::new(1))))
        };
        // Nobody closes them.
        let closed = |_| Error::NotServing;
        let of_tenant = of_tenant.acquire_owned().await.map_err(closed)?;
        let of_all = Arc::clone(&self.turns).acquire_owned().await.map_err(closed)?;
        Ok(Turn { _of_tenant: of_tenant, _of_all: of_all })
    }
}
