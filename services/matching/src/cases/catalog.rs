//! The catalogue: organizations, resources, capacity pools, categories, divisions.

use std::collections::HashMap;

use uuid::Uuid;
use wishwell_domain::capacity_pool::CapacityPool;
use wishwell_domain::category::Category;
use wishwell_domain::division::Division;
use wishwell_domain::error::Precondition;
use wishwell_domain::event::Change;
use wishwell_domain::ids::{CapacityPoolId, ExternalId, OrganizationId, ResourceId, Version};
use wishwell_domain::ledger::{Command, SetFigures};
use wishwell_domain::limits::RESOURCES_PER_ORGANIZATION_MAX;
use wishwell_domain::organization::{Organization, OrganizationState, Vetting};
use wishwell_domain::resource::Resource;
use wishwell_domain::{Error, Violation, Violations};
use wishwell_store::{Mutation, WriteMode, Written};

use super::figures::{check_own_source, check_same_owner, check_same_pool, same_figures};
use super::{Caller, Platform, put, references};

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

    /// Checks what organizations refer to, each with the path that it was sent at, and that the caller may change them. `known` is the one
    /// that an update changes, as it is stored.
    ///
    /// # Errors
    /// [`Error::PermissionDenied`] for another's than a partner's own, and what the store answers.
    pub(crate) async fn check_organizations(
        &self,
        caller: &Caller,
        organizations: &[(String, Organization)],
        mode: WriteMode,
        known: Option<&Organization>,
        violations: &mut Violations,
    ) -> Result<(), Error> {
        let snapshot = self.fresh_snapshot(caller).await?;
        let known = known.and_then(|known| known.external.as_ref());
        for (field, organization) in organizations {
            caller.may_keep(organization.id).or_else(|e| if mode_is_update(mode) { Err(e) } else { Ok(()) })?;
            check_own_source(caller, field, organization.external.as_ref(), known, violations);
            let field = format!("{field}.division");
            references::division(&field, organization.division.as_ref(), &snapshot, violations);
        }
        Ok(())
    }

    /// Puts organizations that were read and checked.
    pub(crate) async fn put_organizations(
        &self,
        caller: &Caller,
        organizations: Vec<Organization>,
        mode: WriteMode,
    ) -> Result<Written, Error> {
        self.write(caller, organizations.into_iter().map(|o| put(Change::Organization(o), mode)).collect()).await
    }

    /// Checks what resources refer to, each with the path that it was sent at, and that the caller may keep them. `known` is the one that an
    /// update changes, as it is stored.
    ///
    /// # Errors
    /// [`Error::PermissionDenied`] for another's than a partner's own, [`Error::NoRoom`] where an organization has no room for what it does
    /// not have yet, and what the store answers.
    pub(crate) async fn check_resources(
        &self,
        caller: &Caller,
        resources: &[(String, Resource)],
        mode: WriteMode,
        known: Option<&Resource>,
        violations: &mut Violations,
    ) -> Result<(), Error> {
        let snapshot = self.fresh_snapshot(caller).await?;
        let owners =
            if mode == WriteMode::Upsert { self.known_owners(caller, resources).await? } else { HashMap::new() };
        let known = known.and_then(|known| known.external.as_ref());
        let mut kept = Vec::with_capacity(resources.len());
        for (field, resource) in resources {
            let external = resource.external.as_ref();
            if owner_is_known(field, violations) {
                caller.may_keep(resource.organization)?;
                kept.push((field.as_str(), resource));
                if let Some(owner) = external.and_then(|external| owners.get(external)) {
                    check_same_owner(field, resource, *owner, violations);
                }
            }
            check_own_source(caller, field, external, known, violations);
            references::resource(field, resource, &snapshot, violations);
        }
        self.check_draws(caller, &kept, violations).await?;
        if matches!(mode, WriteMode::Update { .. }) || !violations.is_empty() {
            return Ok(());
        }
        let is_known = |resource: &Resource| resource.external.as_ref().is_some_and(|one| owners.contains_key(one));
        let brought = resources.iter().map(|(_, resource)| resource).filter(|resource| !is_known(resource));
        self.room_for_resources(caller, brought).await
    }

    /// Resources that are known by these external identities, and whose they are.
    async fn known_owners(
        &self,
        caller: &Caller,
        resources: &[(String, Resource)],
    ) -> Result<HashMap<ExternalId, (ResourceId, OrganizationId)>, Error> {
        let asked: Vec<ExternalId> = resources.iter().filter_map(|(_, resource)| resource.external.clone()).collect();
        let found = self.store.resolve_external(caller.tenant(), "resource", &asked).await?;
        // Whatever was found is in a picture that is taken now.
        let snapshot = self.fresh_snapshot(caller).await?;
        let owner = |(external, id): (ExternalId, Option<Uuid>)| {
            let id = ResourceId::from_uuid(id?);
            Some((external, (id, snapshot.organization_id(snapshot.resource(id)?))))
        };
        Ok(asked.into_iter().zip(found).filter_map(owner).collect())
    }

    /// Whether organizations have room for resources that they do not have yet. Calls that come at once may go beyond it by what they bring.
    async fn room_for_resources<'r>(
        &self,
        caller: &Caller,
        brought: impl Iterator<Item = &'r Resource>,
    ) -> Result<(), Error> {
        let mut counts: HashMap<OrganizationId, usize> = HashMap::new();
        for resource in brought {
            *counts.entry(resource.organization).or_default() += 1;
        }
        for (organization, count) in counts {
            let held = self.store.count_resources(caller.tenant(), organization).await?;
            if held + count > RESOURCES_PER_ORGANIZATION_MAX {
                return Err(Error::NoRoom {
                    limit: "resources_per_organization_max",
                    max: RESOURCES_PER_ORGANIZATION_MAX,
                    instead: "change one that the organization has instead of adding another",
                });
            }
        }
        Ok(())
    }

    /// Puts resources that were read and checked.
    pub(crate) async fn put_resources(
        &self,
        caller: &Caller,
        resources: Vec<Resource>,
        mode: WriteMode,
    ) -> Result<Written, Error> {
        self.write(caller, resources.into_iter().map(|r| put(Change::Resource(Box::new(r)), mode)).collect()).await
    }

    /// A resource draws on pools of its own organization only.
    async fn check_draws(
        &self,
        caller: &Caller,
        resources: &[(&str, &Resource)],
        violations: &mut Violations,
    ) -> Result<(), Error> {
        let mut owners = HashMap::new();
        for (field, resource) in resources {
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
                let path = || format!("{field}.draws[{draw_index}].pool");
                match owner {
                    // What another organization has does not exist for a partner.
                    Some(owner) if caller.may_keep(owner).is_err() => {
                        violations.add(references::dangling(path(), draw.pool.name()));
                    }
                    None => violations.add(references::dangling(path(), draw.pool.name())),
                    Some(owner) if owner != resource.organization => violations.add(
                        Violation::new(path(), "draw.organization", "must be a pool of the same organization")
                            .with_value(draw.pool.name()),
                    ),
                    Some(_) => {}
                }
            }
        }
        Ok(())
    }

    /// Checks pools against those that are known already, each with the path that it was sent at, and that the caller may keep them.
    /// New figures count as confirmed now. `stored` is the one that an update changes.
    ///
    /// # Errors
    /// [`Error::PermissionDenied`] for another's than a partner's own, and what the store answers.
    pub(crate) async fn check_capacity_pools(
        &self,
        caller: &Caller,
        pools: &mut [(String, CapacityPool)],
        mode: WriteMode,
        stored: Option<&CapacityPool>,
        violations: &mut Violations,
    ) -> Result<(), Error> {
        let now = self.store.now().await?;
        let stored = stored.and_then(|stored| stored.external.as_ref());
        let known = if mode == WriteMode::Upsert { self.known_pools(caller, pools).await? } else { HashMap::new() };
        for (field, pool) in pools {
            if !owner_is_known(field, violations) {
                continue;
            }
            caller.may_keep(pool.organization)?;
            check_own_source(caller, field, pool.external.as_ref(), stored, violations);
            let before = pool.external.as_ref().and_then(|external| known.get(external));
            if let Some(before) = before {
                check_same_pool(field, pool, before, violations);
            }
            if !mode_is_update(mode) {
                let same = before.filter(|before| same_figures(before, pool));
                pool.confirmed_at = same.map_or(now, |before| before.confirmed_at);
            }
        }
        Ok(())
    }

    /// Puts pools that were read and checked.
    pub(crate) async fn put_capacity_pools(
        &self,
        caller: &Caller,
        pools: Vec<CapacityPool>,
        mode: WriteMode,
    ) -> Result<Written, Error> {
        self.write(caller, pools.into_iter().map(|p| put(Change::CapacityPool(p), mode)).collect()).await
    }

    async fn known_pools(
        &self,
        caller: &Caller,
        pools: &[(String, CapacityPool)],
    ) -> Result<HashMap<ExternalId, CapacityPool>, Error> {
        let asked: Vec<ExternalId> = pools.iter().filter_map(|(_, pool)| pool.external.clone()).collect();
        let found = self.store.resolve_external(caller.tenant(), "capacity_pool", &asked).await?;
        let mut known = HashMap::new();
        for (external, id) in asked.into_iter().zip(found) {
            let Some(id) = id.map(CapacityPoolId::from_uuid) else { continue };
            known.extend(self.store.capacity_pool(caller.tenant(), id).await?.map(|pool| (external, pool)));
        }
        Ok(known)
    }

    /// Sets a pool's figures and notes that somebody says they are true.
    pub(crate) async fn set_capacity(&self, caller: &Caller, set: SetFigures) -> Result<Written, Error> {
        self.once(caller, async {
            let pool = self.capacity_pool(caller, set.pool).await?;
            caller.may_keep(pool.organization)?;
            self.carry_out(caller, vec![Command::SetFigures(set)]).await
        })
        .await
    }

    /// Takes an organization into the pool of verified ones, or out of it.
    pub(crate) async fn step_organization(
        &self,
        caller: &Caller,
        id: OrganizationId,
        step: Step,
        expected: Option<Version>,
    ) -> Result<Written, Error> {
        self.once(caller, async {
            let mut attempts = super::UPDATE_ATTEMPTS_MAX;
            loop {
                attempts -= 1;
                let mut organization = self.organization(caller, id).await?;
                let mode = WriteMode::Update { expected: Some(expected.unwrap_or(organization.version)) };
                step.clone().take(&mut organization)?;
                match self.write(caller, vec![put(Change::Organization(organization), mode)]).await {
                    Err(Error::EtagMismatch { .. }) if expected.is_none() && attempts > 0 => {}
                    written => return written,
                }
            }
        })
        .await
    }

    /// Checks a batch of categories, which may hold parents and children in any order.
    pub(crate) async fn check_categories(
        &self,
        caller: &Caller,
        categories: &[Category],
        violations: &mut Violations,
    ) -> Result<(), Error> {
        let snapshot = self.fresh_snapshot(caller).await?;
        references::categories("categories", categories, &snapshot, violations);
        Ok(())
    }

    /// Puts categories that were read and checked.
    pub(crate) async fn put_categories(&self, caller: &Caller, categories: Vec<Category>) -> Result<Written, Error> {
        self.write(caller, upserts(categories, Change::Category)).await
    }

    /// Checks a batch of divisions, which may hold parents and children in any order.
    pub(crate) async fn check_divisions(
        &self,
        caller: &Caller,
        divisions: &[Division],
        violations: &mut Violations,
    ) -> Result<(), Error> {
        let snapshot = self.fresh_snapshot(caller).await?;
        references::divisions("divisions", divisions, &snapshot, violations);
        Ok(())
    }

    /// Puts divisions that were read and checked.
    pub(crate) async fn put_divisions(&self, caller: &Caller, divisions: Vec<Division>) -> Result<Written, Error> {
        self.write(caller, upserts(divisions, Change::Division)).await
    }
}

/// Whether the organization that an entry names could be read; what depends on whose it is cannot be judged otherwise.
fn owner_is_known(field: &str, violations: &Violations) -> bool {
    !violations.tells_of(format_args!("{field}.organization"))
        && !violations.tells_of(format_args!("{field}.organization_external"))
}

/// Holds a partner to who its organization was verified as. Refused rather than put back to applied: that would take all it offers
/// out of the answers for a slip of a pen, and who verifies can make the change as well.
pub(crate) fn check_identity(caller: &Caller, stored: &Organization, changed: &Organization) -> Result<(), Error> {
    // A suspended one was verified once; it must not come back as somebody else.
    if !caller.is_partner() || stored.state == OrganizationState::Applied || !stored.differs_in_identity(changed) {
        return Ok(());
    }
    // Another's is refused for being another's, whatever is changed.
    caller.may_keep(stored.id)?;
    Err(Error::FailedPrecondition {
        precondition: Precondition::VerifiedIdentity,
        message: format!("{} was verified as it is; an operator may change who it is", stored.id),
        name: stored.id.name(),
    })
}

/// What an operator decides of an organization.
#[derive(Debug, Clone)]
pub(crate) enum Step {
    /// It was checked, and what it was vetted for.
    Verify { minors: Option<Vetting>, home_visits: Option<Vetting> },
    /// It is out of the pool for now, and why.
    Suspend { reason: String },
}

impl Step {
    fn take(self, organization: &mut Organization) -> Result<(), Error> {
        match self {
            Self::Verify { minors, home_visits } => {
                organization.state = OrganizationState::Verified;
                organization.vetted_for_minors = minors;
                organization.vetted_for_home_visits = home_visits;
                // Why it was suspended is in the log; it is so no more.
                organization.suspension_reason.clear();
            }
            Self::Suspend { .. } if organization.state != OrganizationState::Verified => {
                let id = organization.id;
                let state = if organization.state == OrganizationState::Applied { "applied" } else { "suspended" };
                return Err(Error::FailedPrecondition {
                    precondition: Precondition::OrganizationState,
                    message: format!("{id} is not verified, so it cannot be suspended (it is {state})"),
                    name: id.name(),
                });
            }
            Self::Suspend { reason } => {
                organization.state = OrganizationState::Suspended;
                organization.suspension_reason = reason;
            }
        }
        Ok(())
    }
}

fn upserts<T>(entities: Vec<T>, change: fn(T) -> Change) -> Vec<Mutation> {
    entities.into_iter().map(|entity| put(change(entity), WriteMode::Upsert)).collect()
}

const fn mode_is_update(mode: WriteMode) -> bool {
    matches!(mode, WriteMode::Update { .. })
}
