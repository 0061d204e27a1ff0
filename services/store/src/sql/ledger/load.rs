//! Brings into the books what requests concern, with its rows locked: pools, then needs, then referrals, each by key, so that
//! transactions of several replicas wait for each other instead of deadlocking.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use uuid::Uuid;
use wishwell_domain::capacity_pool::CapacityPool;
use wishwell_domain::ids::{CapacityPoolId, OrganizationId, ResourceId, TenantId};
use wishwell_domain::ledger::{Books, Command, Escalation, NewTotal, Offering};
use wishwell_domain::limits::{LEDGER_HELD_LINES_MAX, LEDGER_RECLAIMED_MAX, REFERRALS_IN_THE_WAY_MAX};
use wishwell_domain::need::Need;
use wishwell_domain::referral::{Action, Origin, Referral};
use wishwell_domain::resource::Draw;

use super::{Asked, automatic, claims, providers};
use crate::sql::erase;
use crate::sql::record::{self, Key, Reading};
use crate::sql::session::{Failure, Session};
use crate::sql::statement::{Dialect, Statement, Value};

/// What is to be brought, by kind.
#[derive(Debug, Default)]
pub(super) struct Wanted {
    pub(super) pools: BTreeSet<Uuid>,
    pub(super) needs: BTreeSet<Uuid>,
    referrals: BTreeSet<Uuid>,
    pub(super) resources: BTreeSet<Uuid>,
    /// Pools and needs of which every live referral matters, because it may be called off.
    all_of_pools: BTreeSet<Uuid>,
    all_of_needs: BTreeSet<Uuid>,
    /// Pools and needs from which is taken: what lapsed offers hold of them is given back first.
    taken_from_pools: BTreeSet<Uuid>,
    taken_from_needs: BTreeSet<Uuid>,
    /// Needs whose personal fields are sealed anew.
    sealed_anew: BTreeSet<Uuid>,
    /// Referrals that are to be accepted: who keeps them is to be known.
    accepted: BTreeSet<Uuid>,
    /// Referrals after which somebody may be needed: whether their item is covered is known once lapsed offers are let go.
    escalated: BTreeSet<Uuid>,
}

/// Brings everything, with its rows locked. Lapsed offers are looked for where `some_lapsed`. Answers the full resource names of what was
/// brought without a lock: resources and whose they are.
pub(super) async fn bring(
    session: &mut Session,
    tenant: &TenantId,
    books: &mut Books,
    asked: &[&Asked],
    some_lapsed: bool,
) -> Result<Vec<String>, Failure> {
    let mut wanted = Wanted::of(asked);
    for referral in find::<Referral>(session, tenant, &wanted.escalated, Reading::Whole).await? {
        wanted.taken_from_needs.insert(referral.need.as_uuid());
    }
    let mut organizations = BTreeMap::new();
    let mut unlocked = Vec::new();
    for offering in offerings(session, tenant, &wanted.resources).await? {
        organizations.insert(offering.resource, offering.organization);
        unlocked.extend([offering.resource.name(), offering.organization.name()]);
        let pools = offering.draws.iter().map(|draw| draw.pool.as_uuid());
        wanted.taken_from_pools.extend(pools);
        books.bring_offering(offering);
    }
    wanted.pools.extend(&wanted.taken_from_pools);
    if some_lapsed {
        wanted.referrals.extend(lapsed(session, tenant, &wanted).await?);
    }
    let called_off = live(session, tenant, &wanted).await?;
    wanted.referrals.extend(&called_off);
    // Their pools, needs and providers never change, so that they may be read before they are locked.
    let mut accepted = Vec::new();
    for referral in find::<Referral>(session, tenant, &wanted.referrals, Reading::Whole).await? {
        wanted.pools.extend(referral.lines.iter().map(|line| line.pool.as_uuid()));
        wanted.needs.insert(referral.need.as_uuid());
        if wanted.accepted.contains(&referral.id.as_uuid()) {
            accepted.push(referral);
        }
    }
    unlocked.extend(providers::bring(session, tenant, books, &accepted).await?);
    for pool in find::<CapacityPool>(session, tenant, &wanted.pools, Reading::ForUpdate).await? {
        books.bring_pool(pool);
    }
    bring_forgotten(session, tenant, books, asked).await?;
    wanted.referrals.extend(in_the_way_for_good(session, tenant, books, asked).await?);
    // People come before their needs, as in every write. Whom a need names may change until it is locked.
    let sealed = find::<Need>(session, tenant, &wanted.sealed_anew, Reading::Whole).await?;
    let sealed_for: BTreeMap<_, _> = sealed.iter().map(|need| (need.id, need.beneficiary)).collect();
    let people: Vec<_> = sealed_for.values().copied().flatten().collect();
    for erased in erase::erased_among(session, tenant, &people).await? {
        books.bring_erased(erased);
    }
    for need in find::<Need>(session, tenant, &wanted.needs, Reading::ForUpdate).await? {
        if sealed_for.get(&need.id).is_some_and(|named| *named != need.beneficiary) {
            return Err(Failure::Conflict);
        }
        books.bring_need(need);
    }
    for referral in find::<Referral>(session, tenant, &wanted.referrals, Reading::ForUpdate).await? {
        books.bring_referral(referral);
    }
    let asking = Asking::of(asked, |resource| organizations.get(&resource).copied());
    asking.lock(session, tenant).await?;
    claims::bring(session, tenant, books, &asking.claiming).await?;
    automatic::bring_chains(session, tenant, books, asked).await?;
    automatic::bring(session, tenant, books, asked, |resource| organizations.get(&resource).copied()).await?;
    // One may have been made after they were looked for and before its pool or need was locked.
    let overlooked = !(wanted.all_of_pools.is_empty() && wanted.all_of_needs.is_empty())
        && session.dialect() == Dialect::Postgres
        && !live(session, tenant, &wanted).await?.is_subset(&wanted.referrals);
    if overlooked { Err(Failure::Conflict) } else { Ok(unlocked) }
}

/// Organizations whose offers are counted: how many they are sent automatically, and how many they claim.
#[derive(Default)]
struct Asking {
    sent: BTreeSet<OrganizationId>,
    claiming: BTreeSet<OrganizationId>,
}

impl Asking {
    /// Those of requests; `organization_of` knows whose a resource is that was there before.
    fn of(asked: &[&Asked], organization_of: impl Fn(ResourceId) -> Option<OrganizationId>) -> Self {
        let mut asking = Self::default();
        for command in asked.iter().flat_map(|asked| &asked.commands) {
            match command {
                Command::Offer(offer) if offer.origin == Origin::Automatic => {
                    asking.sent.extend(organization_of(offer.resource))
                }
                Command::Offer(offer) if offer.origin.is_claim() => {
                    asking.claiming.extend(organization_of(offer.resource))
                }
                Command::Pledge(pledge) => asking.claiming.extend([pledge.resource.organization]),
                _ => {}
            }
        }
        asking
    }

    /// Locks them, so that replicas count one after the other.
    async fn lock(&self, session: &mut Session, tenant: &TenantId) -> Result<(), Failure> {
        let organizations: BTreeSet<Uuid> = self.sent.union(&self.claiming).map(OrganizationId::as_uuid).collect();
        if organizations.is_empty() || session.dialect() != Dialect::Postgres {
            return Ok(());
        }
        let mut statement = session.statement("SELECT id FROM organizations WHERE tenant = ");
        statement.bind(Value::text(tenant.as_str())).push(" AND ");
        statement.push_in_uuids("id", organizations.into_iter().collect()).push(" ORDER BY id FOR NO KEY UPDATE");
        session.fetch_all(statement, |fields| fields.uuid()).await.map(drop)
    }
}

impl Wanted {
    pub(super) fn of(asked: &[&Asked]) -> Self {
        let mut wanted = Self::default();
        for command in asked.iter().flat_map(|asked| &asked.commands) {
            match command {
                Command::Offer(offer) => {
                    wanted.needs.insert(offer.need.as_uuid());
                    wanted.taken_from_needs.insert(offer.need.as_uuid());
                    wanted.resources.insert(offer.resource.as_uuid());
                    wanted.referrals.insert(offer.id.as_uuid());
                    wanted.referrals.extend(offer.previous.map(|previous| previous.as_uuid()));
                }
                // New: there is nothing to bring.
                Command::Pledge(_) => {}
                Command::Step(step) => {
                    wanted.referrals.insert(step.referral.as_uuid());
                    wanted.accepted.extend((step.action == Action::Accept).then(|| step.referral.as_uuid()));
                }
                Command::Look { referral } | Command::TellOfWaiting { referral } => {
                    wanted.referrals.extend([referral.as_uuid()])
                }
                Command::Escalate { referral, why } => {
                    wanted.referrals.insert(referral.as_uuid());
                    if *why == Escalation::NobodyLeft {
                        wanted.escalated.insert(referral.as_uuid());
                    }
                }
                Command::SetFigures(set) => {
                    let pool = set.pool.as_uuid();
                    wanted.pools.insert(pool);
                    // Where figures stay as they are, nothing can be in their way.
                    if set.total != NewTotal::Unchanged || set.used_elsewhere.is_some() {
                        wanted.all_of_pools.insert(pool);
                    }
                }
                Command::Reseal { need, .. } => {
                    wanted.needs.insert(need.as_uuid());
                    wanted.sealed_anew.insert(need.as_uuid());
                }
                Command::EndNeed { need, personal, .. } => {
                    wanted.needs.insert(need.as_uuid());
                    wanted.sealed_anew.extend(personal.as_ref().map(|_| need.as_uuid()));
                    wanted.all_of_needs.insert(need.as_uuid());
                }
            }
        }
        wanted
    }
}

pub(super) async fn find<T: record::Record>(
    session: &mut Session,
    tenant: &TenantId,
    ids: &BTreeSet<Uuid>,
    reading: Reading,
) -> Result<Vec<T>, Failure> {
    record::find::<T>(session, tenant, ids.iter().copied().map(Key::Id).collect(), reading).await
}

/// Lapsed offers that hold something of what is taken from, the oldest first.
async fn lapsed(session: &mut Session, tenant: &TenantId, wanted: &Wanted) -> Result<Vec<Uuid>, Failure> {
    let mut found = Vec::new();
    let limit = Value::Int(i64::try_from(LEDGER_RECLAIMED_MAX).ok());
    if !wanted.taken_from_pools.is_empty() {
        let mut statement = session.statement(
            "SELECT DISTINCT offer.id, offer.expires_at FROM hold_lines AS line JOIN referrals AS offer \
             ON offer.tenant = line.tenant AND offer.id = line.referral_id WHERE line.tenant = ",
        );
        statement.bind(Value::text(tenant.as_str())).push(" AND line.state = 'pending' AND ");
        statement.push_in_uuids("line.capacity_pool_id", wanted.taken_from_pools.iter().copied().collect());
        statement.push(" AND offer.state = 'offered' AND offer.expires_at <= ").push_now();
        statement.push(" ORDER BY offer.expires_at LIMIT ").bind(limit.clone());
        found = session.fetch_all(statement, |fields| fields.uuid()).await?;
    }
    if !wanted.taken_from_needs.is_empty() {
        let mut statement = session.statement("SELECT id FROM referrals WHERE tenant = ");
        statement.bind(Value::text(tenant.as_str())).push(" AND state = 'offered' AND ");
        statement.push_in_uuids("need_id", wanted.taken_from_needs.iter().copied().collect());
        statement.push(" AND expires_at <= ").push_now().push(" ORDER BY expires_at LIMIT ").bind(limit);
        found.extend(session.fetch_all(statement, |fields| fields.uuid()).await?);
    }
    Ok(found)
}

/// Referrals that hold of the pools of which all matter, so many of each as one request may call off, and live ones of the needs.
async fn live(session: &mut Session, tenant: &TenantId, wanted: &Wanted) -> Result<BTreeSet<Uuid>, Failure> {
    let mut found = BTreeSet::new();
    for pool in &wanted.all_of_pools {
        found.extend(holding(session, tenant, *pool, LEDGER_HELD_LINES_MAX, |_| {}).await?);
    }
    if !wanted.all_of_needs.is_empty() {
        found.extend(live_of_needs(session, tenant, wanted.all_of_needs.iter().copied().collect()).await?);
    }
    Ok(found)
}

/// Live referrals of needs.
pub(super) async fn live_of_needs(
    session: &mut Session,
    tenant: &TenantId,
    needs: Vec<Uuid>,
) -> Result<Vec<Uuid>, Failure> {
    let mut statement = session.statement("SELECT id FROM referrals WHERE tenant = ");
    statement.bind(Value::text(tenant.as_str()));
    statement.push(" AND state IN ('offered', 'accepted', 'in_progress') AND ");
    statement.push_in_uuids("need_id", needs);
    session.fetch_all(statement, |fields| fields.uuid()).await
}

/// Whose lines hold of a pool, at most so many, and of these those that `narrow` leaves. What is called off first comes first: offers, then
/// the newest.
pub(in crate::sql) async fn holding(
    session: &mut Session,
    tenant: &TenantId,
    pool: Uuid,
    limit: usize,
    narrow: impl FnOnce(&mut Statement),
) -> Result<Vec<Uuid>, Failure> {
    // Each line, not each referral once: for those in order SQLite would read all of the tenant's.
    let mut statement = session.statement("SELECT referral_id FROM hold_lines WHERE tenant = ");
    statement.bind(Value::text(tenant.as_str())).push(" AND state IN ('pending', 'committed')");
    statement.push(" AND capacity_pool_id = ").bind(Value::Uuid(Some(pool)));
    narrow(&mut statement);
    statement.push(" ORDER BY state DESC, referral_id DESC LIMIT ").bind(Value::Int(i64::try_from(limit).ok()));
    session.fetch_all(statement, |fields| fields.uuid()).await
}

/// Brings which periods were forgotten with what was used up in them, of those that figures are said of.
async fn bring_forgotten(
    session: &mut Session,
    tenant: &TenantId,
    books: &mut Books,
    asked: &[&Asked],
) -> Result<(), Failure> {
    for command in asked.iter().flat_map(|asked| &asked.commands) {
        let Command::SetFigures(set) = command else { continue };
        let Some(start) = books.may_have_forgotten(set) else { continue };
        if !using_up(session, tenant, set.pool.as_uuid(), Some(start)).await?.is_empty() {
            books.bring_forgotten(set.pool, start);
        }
    }
    Ok(())
}

/// Who used up more than some new figures leave of a pool.
async fn in_the_way_for_good(
    session: &mut Session,
    tenant: &TenantId,
    books: &Books,
    asked: &[&Asked],
) -> Result<Vec<Uuid>, Failure> {
    let mut found = Vec::new();
    for command in asked.iter().flat_map(|asked| &asked.commands) {
        let Command::SetFigures(set) = command else { continue };
        if let Some((period_start, _)) = books.used_beyond(set) {
            found.extend(using_up(session, tenant, set.pool.as_uuid(), period_start).await?);
        }
    }
    Ok(found)
}

/// Whose lines used up something of a pool itself or of one of its periods, the newest first, as many as are told. Who has little of it is
/// looked for among all of the tenant's lines: no index is kept up for a mistake that is refused.
pub(in crate::sql) async fn using_up(
    session: &mut Session,
    tenant: &TenantId,
    pool: Uuid,
    period_start: Option<Date>,
) -> Result<Vec<Uuid>, Failure> {
    let mut statement = session.statement("SELECT referral_id FROM hold_lines WHERE tenant = ");
    statement.bind(Value::text(tenant.as_str())).push(" AND state = 'consumed' AND capacity_pool_id = ");
    statement.bind(Value::Uuid(Some(pool)));
    push_of_period(&mut statement, period_start);
    statement.push(" ORDER BY referral_id DESC LIMIT ");
    statement.bind(Value::Int(i64::try_from(REFERRALS_IN_THE_WAY_MAX).ok()));
    session.fetch_all(statement, |fields| fields.uuid()).await
}

/// Narrows lines to those of a pool itself, or of the period that begins on a day.
pub(in crate::sql) fn push_of_period(statement: &mut Statement, period_start: Option<Date>) {
    match period_start {
        None => statement.push(" AND period_start IS NULL"),
        Some(_) => statement.push(" AND period_start = ").bind(Value::opt_date(period_start)),
    };
}

/// What has to be known of resources.
pub(super) async fn offerings(
    session: &mut Session,
    tenant: &TenantId,
    resources: &BTreeSet<Uuid>,
) -> Result<Vec<Offering>, Failure> {
    if resources.is_empty() {
        return Ok(Vec::new());
    }
    let keys: Vec<Key> = resources.iter().copied().map(Key::Id).collect();
    let mut statement =
        session.statement("SELECT id, organization_id, unit, schedule, lifecycle, valid_from, valid_until");
    record::push_from_keys(&mut statement, tenant, "resources", "id", keys.clone());
    let mut offerings = session
        .fetch_all(statement, |fields| {
            Ok(Offering {
                resource: ResourceId::from_uuid(fields.uuid()?),
                organization: OrganizationId::from_uuid(fields.uuid()?),
                unit: fields.opt_word()?,
                schedule: fields.opt_json()?,
                lifecycle: fields.word()?,
                valid_from: fields.opt_date()?,
                valid_until: fields.opt_date()?,
                draws: Vec::new(),
            })
        })
        .await?;
    let mut statement = session.statement("SELECT resource_id, capacity_pool_id, quantity_per_unit");
    record::push_from_keys(&mut statement, tenant, "resource_draws", "resource_id", keys);
    statement.push(" ORDER BY resource_id, ordinal");
    session
        .fetch(statement, |fields| {
            let resource = ResourceId::from_uuid(fields.uuid()?);
            let pool = CapacityPoolId::from_uuid(fields.uuid()?);
            let draw = Draw { pool, quantity_per_unit: fields.int()? };
            if let Some(offering) = offerings.iter_mut().find(|offering| offering.resource == resource) {
                offering.draws.push(draw);
            }
            Ok(())
        })
        .await?;
    Ok(offerings)
}
