//! Likely duplicates of a need: the same lack, told through another channel.

use uuid::Uuid;
use wishwell_domain::geo::{EARTH_RADIUS_METRES, Point};
use wishwell_domain::ids::TenantId;
use wishwell_domain::limits::{DUPLICATE_DISTANCE_METRES_MAX, DUPLICATE_NEIGHBOURS_MAX, LIKELY_DUPLICATES_MAX};
use wishwell_domain::need::Need;

use super::need::push_item_in;
use super::record::{self, Key, Reading};
use super::session::{Failure, Session};
use super::statement::{Statement, Value};
use crate::contract::DuplicateQuery;

/// Open needs that meet all of the query's restrictions (category, time, division, not itself) and any of its likenesses: by who they are
/// for first, then by where. A query without a likeness finds nothing.
pub(super) async fn find(
    session: &mut Session,
    tenant: &TenantId,
    query: &DuplicateQuery,
) -> Result<Vec<Need>, Failure> {
    let mut found = alike_by_people(session, tenant, query).await?;
    if found.len() < LIKELY_DUPLICATES_MAX {
        let near = alike_by_place(session, tenant, query).await?;
        let others: Vec<Uuid> = near.into_iter().filter(|id| !found.contains(id)).collect();
        found.extend(others);
        found.truncate(LIKELY_DUPLICATES_MAX);
    }
    let keys = found.iter().map(|id| Key::Id(*id)).collect();
    let mut needs: Vec<Need> = record::find(session, tenant, keys, Reading::Whole).await?;
    needs.sort_by_key(|need| found.iter().position(|id| *id == need.id.as_uuid()));
    Ok(needs)
}

/// Starts the choice of `columns` of needs that meet the query's restrictions.
fn restricted(session: &Session, tenant: &TenantId, query: &DuplicateQuery, columns: &'static str) -> Statement {
    let mut statement = session.statement("SELECT ");
    statement.push(columns).push(" FROM needs WHERE tenant = ").bind(Value::text(tenant.as_str()));
    statement.push(" AND state IN ('open', 'partly_served')");
    if let Some(exclude) = query.exclude {
        statement.push(" AND id <> ").bind(Value::Uuid(Some(exclude.as_uuid())));
    }
    if !query.categories.is_empty() {
        push_item_in(&mut statement, super::texts(&query.categories), false);
    }
    if let Some(until) = query.until {
        statement.push(" AND created_at <= ").bind(Value::time(until));
    }
    if !query.within.is_empty() {
        statement.push(" AND ").push_in_texts("division_code", super::texts(&query.within));
    }
    statement
}

fn push_newest(statement: &mut Statement, count_max: usize) {
    statement.push(" ORDER BY created_at DESC, id DESC LIMIT ");
    statement.bind(Value::Int(Some(i64::try_from(count_max).unwrap_or(i64::MAX))));
}

/// The newest needs of the same people, at most [`LIKELY_DUPLICATES_MAX`].
async fn alike_by_people(
    session: &mut Session,
    tenant: &TenantId,
    query: &DuplicateQuery,
) -> Result<Vec<Uuid>, Failure> {
    let mut statement = restricted(session, tenant, query, "id");
    statement.push(" AND id IN (");
    if push_people(&mut statement, tenant, query) == 0 {
        return Ok(Vec::new());
    }
    statement.push(")");
    push_newest(&mut statement, LIKELY_DUPLICATES_MAX);
    session.fetch_all(statement, |fields| fields.uuid()).await
}

/// Adds one search for each likeness of people, so that each has an index of its own; answers how many there are.
fn push_people(statement: &mut Statement, tenant: &TenantId, query: &DuplicateQuery) -> usize {
    let mut count = 0;
    let mut alike = |statement: &mut Statement| {
        statement.push(if count == 0 { "" } else { " UNION ALL " }).push("SELECT id FROM needs WHERE tenant = ");
        statement.bind(Value::text(tenant.as_str())).push(" AND ");
        count += 1;
    };
    if let Some(beneficiary) = query.beneficiary {
        let id = Value::Uuid(Some(beneficiary.as_uuid()));
        alike(statement);
        statement.push("beneficiary_id = ").bind(id.clone());
        alike(statement);
        statement.push(
            "beneficiary_id IN (SELECT other.id FROM beneficiaries AS self JOIN beneficiaries AS other \
             ON other.tenant = self.tenant AND other.identity_digest = self.identity_digest WHERE self.tenant = ",
        );
        statement.bind(Value::text(tenant.as_str())).push(" AND self.id = ").bind(id).push(")");
    }
    if let Some(household) = query.household {
        let id = Value::Uuid(Some(household.as_uuid()));
        alike(statement);
        statement.push("household_id = ").bind(id.clone());
        alike(statement);
        statement.push("household_id IS NULL AND beneficiary_id IN (SELECT member.id FROM beneficiaries AS member ");
        statement.push("WHERE member.tenant = ").bind(Value::text(tenant.as_str()));
        statement.push(" AND member.household_id = ").bind(id).push(")");
    }
    count
}

/// The newest needs of the same place, or else division, as many as there may be of the same people and [`LIKELY_DUPLICATES_MAX`] at least.
async fn alike_by_place(
    session: &mut Session,
    tenant: &TenantId,
    query: &DuplicateQuery,
) -> Result<Vec<Uuid>, Failure> {
    if let Some(place) = query.place {
        return near(session, tenant, query, place).await;
    }
    let Some(division) = &query.division else { return Ok(Vec::new()) };
    let mut statement = restricted(session, tenant, query, "id");
    statement.push(" AND division_code = ").bind(Value::text(division.as_str()));
    push_since(&mut statement, query);
    push_newest(&mut statement, 2 * LIKELY_DUPLICATES_MAX);
    session.fetch_all(statement, |fields| fields.uuid()).await
}

/// Of the newest needs around a place those that are close enough.
async fn near(
    session: &mut Session,
    tenant: &TenantId,
    query: &DuplicateQuery,
    place: Point,
) -> Result<Vec<Uuid>, Failure> {
    let mut statement = restricted(session, tenant, query, "id, latitude_e7, longitude_e7");
    let (south_west, north_east) = box_around(place, DUPLICATE_DISTANCE_METRES_MAX);
    let value = |e7: i32| Value::Int(Some(i64::from(e7)));
    statement.push(" AND latitude_e7 BETWEEN ").bind(value(south_west.latitude_e7));
    statement.push(" AND ").bind(value(north_east.latitude_e7));
    statement.push(" AND longitude_e7 BETWEEN ").bind(value(south_west.longitude_e7));
    statement.push(" AND ").bind(value(north_east.longitude_e7));
    push_since(&mut statement, query);
    push_newest(&mut statement, DUPLICATE_NEIGHBOURS_MAX);
    let around = session
        .fetch_all(statement, |fields| {
            Ok((fields.uuid()?, Point { latitude_e7: fields.number()?, longitude_e7: fields.number()? }))
        })
        .await?;
    let is_near = |other: &Point| place.distance_metres(other) <= DUPLICATE_DISTANCE_METRES_MAX;
    Ok(around.into_iter().filter(|(_, other)| is_near(other)).map(|(id, _)| id).collect())
}

fn push_since(statement: &mut Statement, query: &DuplicateQuery) {
    if let Some(since) = query.since {
        statement.push(" AND created_at > ").bind(Value::time(since));
    }
}

/// A box that holds every point within `metres` of `centre`, cut off at the poles and at the date line.
fn box_around(centre: Point, metres: u32) -> (Point, Point) {
    let latitude_degrees = f64::from(metres) / EARTH_RADIUS_METRES * (180.0 / std::f64::consts::PI);
    let highest = (f64::from(centre.latitude_e7.abs()) / 1e7 + latitude_degrees).min(90.0);
    let shrinking = highest.to_radians().cos();
    let longitude_degrees = if shrinking * 360.0 > latitude_degrees { latitude_degrees / shrinking } else { 360.0 };
    let shifted = |e7: i32, degrees: f64, max: i32| {
        // Casting saturates, the clamp brings it back to the sphere.
        #[allow(clippy::cast_possible_truncation)]
        let shift = (degrees * 1e7).ceil() as i64;
        i32::try_from((i64::from(e7) + shift).clamp(-i64::from(max), i64::from(max))).unwrap_or(max)
    };
    let corner = |sign: f64| Point {
        latitude_e7: shifted(centre.latitude_e7, sign * latitude_degrees, 900_000_000),
        longitude_e7: shifted(centre.longitude_e7, sign * longitude_degrees, 1_800_000_000),
    };
    (corner(-1.0), corner(1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_box_reaches_a_hundred_metres_and_not_much_more() {
        let centre = Point { latitude_e7: 384_900_000, longitude_e7: 1_062_300_000 };
        let (south_west, north_east) = box_around(centre, 100);
        // 100 m are 0.000899 degrees of latitude; at 38.49 degrees north 0.001149 of longitude.
        assert_eq!(north_east.latitude_e7 - centre.latitude_e7, 8_994);
        assert_eq!(centre.latitude_e7 - south_west.latitude_e7, 8_993);
        assert!((11_480..11_500).contains(&(north_east.longitude_e7 - centre.longitude_e7)));
    }

    #[test]
    fn the_box_stays_on_the_sphere() {
        for latitude_e7 in [-900_000_000, 900_000_000] {
            let (south_west, north_east) = box_around(Point { latitude_e7, longitude_e7: 1_799_999_999 }, 100);
            assert!(south_west.latitude_e7 >= -900_000_000 && north_east.latitude_e7 <= 900_000_000);
            assert_eq!((south_west.longitude_e7, north_east.longitude_e7), (-1_800_000_000, 1_800_000_000));
        }
    }
}
