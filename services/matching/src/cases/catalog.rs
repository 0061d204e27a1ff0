//! The catalogue: organizations, resources, capacity pools, categories, divisions.

use wishwell_domain::capacity_pool::{CapacityPool, Figures, PeriodFigures, PoolKind};
use wishwell_domain::category::Category;
use wishwell_domain::division::Division;
use wishwell_domain::error::Precondition;
use wishwell_domain::event::Change;
use wishwell_domain::ids::{CapacityPoolId, OrganizationId, ResourceId, Version};
use wishwell_domain::organization::{Organization, OrganizationState, Vetting};
use wishwell_domain::resource::Resource;
use wishwell_domain::{Error, Violation, Violations};
use wishwell_store::{Mutation, WriteMode, Written};

use super::{Caller, Platform, put, references};

/// New figures of a pool or of one of its periods.
#[derive(Debug, Clone, Copy)]
pub(crate) struct NewFigures {
    pub(crate) period_start: Option<jiff::civil::Date>,
    /// What the total becomes: unchanged, unknown, or so much.
    pub(crate) total: NewTotal,
    pub(crate) used_elsewhere: Option<i64>,
}

/// What becomes of a total.
#[derive(Debug, Clone, Copy)]
pub(crate) enum NewTotal {
    Unchanged,
    Unknown,
    Known(i64),
}

impl Platform {
    pub(crate) async fn organization(&self, caller: &Caller, id: OrganizationId) -> Result<Organization, Error> {
        let found = self.store.organization(caller.tenant(), id).await?;
        found.ok_or_else(|| Error::NotFound { name: id.name() })
    }

    pub(crate) async fn resource(&self, caller: &Caller, id: ResourceId) -> Result<Resource, Error> {
        let found = self.store.resource(caller.tenant(), id).await?;
        found.ok_or_else(|| Error::NotFound { name: id.name() })
    }

    /// A pool. Partners see their own only; another's does not exist for them.
    pub(crate) async fn capacity_pool(&self, caller: &Caller, id: CapacityPoolId) -> Result<CapacityPool, Error> {
        let found = self.store.capacity_pool(caller.tenant(), id).await?;
        found
            .filter(|pool| caller.may_keep(pool.organization).is_ok())
            .ok_or_else(|| Error::NotFound { name: id.name() })
    }

    /// Puts organizations that were read and checked by themselves.
    pub(crate) async fn put_organizations(
        &self,
        caller: &Caller,
        field: impl Fn(usize) -> String,
        organizations: Vec<Organization>,
        mode: WriteMode,
    ) -> Result<Written, Error> {
        let snapshot = self.fresh_snapshot(caller).await?;
        let mut violations = Violations::new();
        for (index, organization) in organizations.iter().enumerate() {
            caller.may_keep(organization.id).or_else(|e| if mode_is_update(mode) { Err(e) } else { Ok(()) })?;
            let field = format!("{}.division", field(index));
            references::division(&field, organization.division.as_ref(), &snapshot, &mut violations);
        }
        violations.into_result()?;
        self.write(caller, organizations.into_iter().map(|o| put(Change::Organization(o), mode)).collect()).await
    }

    /// Puts resources that were read and checked by themselves.
    pub(crate) async fn put_resources(
        &self,
        caller: &Caller,
        field: impl Fn(usize) -> String,
        resources: Vec<Resource>,
        mode: WriteMode,
    ) -> Result<Written, Error> {
        let snapshot = self.fresh_snapshot(caller).await?;
        let mut violations = Violations::new();
        for (index, resource) in resources.iter().enumerate() {
            caller.may_keep(resource.organization)?;
            references::resource(&field(index), resource, &snapshot, &mut violations);
        }
        self.check_draws(caller, &field, &resources, &mut violations).await?;
        violations.into_result()?;
        self.write(caller, resources.into_iter().map(|r| put(Change::Resource(Box::new(r)), mode)).collect()).await
    }

    /// A resource draws on pools of its own organization only.
    async fn check_draws(
        &self,
        caller: &Caller,
        field: &impl Fn(usize) -> String,
        resources: &[Resource],
        violations: &mut Violations,
    ) -> Result<(), Error> {
        let mut owners = std::collections::HashMap::new();
        for (index, resource) in resources.iter().enumerate() {
            for (draw_index, draw) in resource.draws.iter().enumerate() {
                let owner = match owners.get(&draw.pool) {
                    Some(owner) => *owner,
                    None => {
                        let pool = self.store.capacity_pool(caller.tenant(), draw.pool).await?;
                        let owner = pool.map(|pool| pool.organization);
                        owners.insert(draw.pool, owner);
                        owner
                    }
                };
                let path = || format!("{}.draws[{draw_index}].pool", field(index));
                match owner {
                    None => violations.add(
                        Violation::new(path(), "reference", "refers to something that does not exist")
                            .with_value(draw.pool),
                    ),
                    Some(owner) if owner != resource.organization => violations.add(
                        Violation::new(path(), "draw.organization", "must be a pool of the same organization")
                            .with_value(draw.pool),
                    ),
                    Some(_) => {}
                }
            }
        }
        Ok(())
    }

    /// Puts pools that were read and checked by themselves. Their figures count as confirmed now.
    pub(crate) async fn put_capacity_pools(
        &self,
        caller: &Caller,
        mut pools: Vec<CapacityPool>,
        mode: WriteMode,
    ) -> Result<Written, Error> {
        let now = self.store.now().await?;
        for pool in &mut pools {
            caller.may_keep(pool.organization)?;
            if !mode_is_update(mode) {
                pool.confirmed_at = now;
            }
        }
        self.write(caller, pools.into_iter().map(|p| put(Change::CapacityPool(p), mode)).collect()).await
    }

    /// Sets a pool's figures and notes that somebody says they are true.
    pub(crate) async fn set_capacity(
        &self,
        caller: &Caller,
        id: CapacityPoolId,
        figures: NewFigures,
        expected: Option<Version>,
    ) -> Result<Written, Error> {
        if let Some(written) = self.answered(caller).await? {
            return Ok(written);
        }
        let mut attempts = super::UPDATE_ATTEMPTS_MAX;
        loop {
            attempts -= 1;
            let mut pool = self.capacity_pool(caller, id).await?;
            caller.may_keep(pool.organization)?;
            let mode = WriteMode::Update { expected: Some(expected.unwrap_or(pool.version)) };
            pool.confirmed_at = self.store.now().await?;
            set_figures(&mut pool, figures)?;
            let mut violations = Violations::new();
            pool.check("capacity_pool", &mut violations);
            violations.into_result()?;
            match self.write(caller, vec![put(Change::CapacityPool(pool), mode)]).await {
                Err(Error::EtagMismatch { .. }) if expected.is_none() && attempts > 0 => {}
                written => return written,
            }
        }
    }

    /// Takes an organization into the pool of verified ones, or out of it.
    pub(crate) async fn set_organization_state(
        &self,
        caller: &Caller,
        id: OrganizationId,
        state: OrganizationState,
        vetting: Option<(Option<Vetting>, Option<Vetting>)>,
        expected: Option<Version>,
    ) -> Result<Written, Error> {
        if let Some(written) = self.answered(caller).await? {
            return Ok(written);
        }
        let mut attempts = super::UPDATE_ATTEMPTS_MAX;
        loop {
            attempts -= 1;
            let mut organization = self.organization(caller, id).await?;
            if state == OrganizationState::Suspended && organization.state != OrganizationState::Verified {
                return Err(Error::FailedPrecondition {
                    precondition: Precondition::OrganizationState,
                    message: format!(
                        "{id} is not verified, so it cannot be suspended (it is {:?})",
                        organization.state
                    ),
                    name: id.name(),
                });
            }
            let mode = WriteMode::Update { expected: Some(expected.unwrap_or(organization.version)) };
            organization.state = state;
            if let Some((minors, home_visits)) = vetting.clone() {
                organization.vetted_for_minors = minors;
                organization.vetted_for_home_visits = home_visits;
            }
            match self.write(caller, vec![put(Change::Organization(organization), mode)]).await {
                Err(Error::EtagMismatch { .. }) if expected.is_none() && attempts > 0 => {}
                written => return written,
            }
        }
    }

    /// Puts categories; the batch may hold parents and children in any order.
    pub(crate) async fn put_categories(&self, caller: &Caller, categories: Vec<Category>) -> Result<Written, Error> {
        let snapshot = self.fresh_snapshot(caller).await?;
        let mut violations = Violations::new();
        references::categories("categories", &categories, &snapshot, &mut violations);
        violations.into_result()?;
        self.write(caller, upserts(categories, Change::Category)).await
    }

    /// Puts divisions; the batch may hold parents and children in any order.
    pub(crate) async fn put_divisions(&self, caller: &Caller, divisions: Vec<Division>) -> Result<Written, Error> {
        let snapshot = self.fresh_snapshot(caller).await?;
        let mut violations = Violations::new();
        references::divisions("divisions", &divisions, &snapshot, &mut violations);
        violations.into_result()?;
        self.write(caller, upserts(divisions, Change::Division)).await
    }
}

fn upserts<T>(entities: Vec<T>, change: fn(T) -> Change) -> Vec<Mutation> {
    entities.into_iter().map(|entity| put(change(entity), WriteMode::Upsert)).collect()
}

const fn mode_is_update(mode: WriteMode) -> bool {
    matches!(mode, WriteMode::Update { .. })
}

/// Puts new figures into a pool.
fn set_figures(pool: &mut CapacityPool, new: NewFigures) -> Result<(), Error> {
    let figures = match new.period_start {
        None => &mut pool.figures,
        Some(_) if pool.kind != PoolKind::Slots => {
            let message = "only a pool of kind SLOTS has periods";
            return Err(Violation::new("period_start", "period.kind", message).into());
        }
        Some(period_start) => {
            let index = match pool.periods.iter().position(|period| period.period_start == period_start) {
                Some(index) => index,
                None => {
                    pool.periods.push(PeriodFigures { period_start, figures: pool.figures });
                    pool.periods.len() - 1
                }
            };
            &mut pool.periods[index].figures
        }
    };
    let promised = figures.pending.saturating_add(figures.committed);
    change_figures(figures, new);
    let becomes = match figures.total {
        Some(total) if total < promised => total.to_string(),
        None if promised > 0 && pool.kind != PoolKind::Unbounded => "unknown".to_owned(),
        _ => return Ok(()),
    };
    Err(Error::FailedPrecondition {
        precondition: Precondition::CapacityBelowCommitted,
        message: format!("{} has {promised} promised, so its total cannot become {becomes}", pool.id),
        name: pool.id.name(),
    })
}

fn change_figures(figures: &mut Figures, new: NewFigures) {
    match new.total {
        NewTotal::Unchanged => {}
        NewTotal::Unknown => figures.total = None,
        NewTotal::Known(total) => figures.total = Some(total),
    }
    if let Some(used_elsewhere) = new.used_elsewhere {
        figures.used_elsewhere = used_elsewhere;
    }
}
