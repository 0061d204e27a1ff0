//! What `verify` and `rebuild` find of what was changed behind the store's back.

use jiff::{SignedDuration, Timestamp};
use wishwell_domain::ledger::Command;
use wishwell_domain::referral::Action;

use crate::fixture::Fixture;
use crate::ledger_world::{
    MONDAY, caseload, giving, item, lacking, offering, referral_id, step, stock, total_of, weekly,
};
use crate::samples;

/// A figure, what it is summed of, what is stored and what the sum is.
type Found = (&'static str, &'static str, i64, i64);

fn in_minutes(minutes: i64) -> Timestamp {
    samples::instant(MONDAY) + SignedDuration::from_mins(minutes)
}

/// Plants something, sees that all of it is found and nothing else, and takes it back.
async fn is_found(fixture: &Fixture, plant: &str, remove: &str, expected: &[Found]) {
    fixture.execute(plant).await;
    let found = fixture.verification().await.discrepancies;
    let mut found: Vec<Found> = found.iter().map(|one| (one.figure, one.of, one.stored, one.summed)).collect();
    found.sort_unstable();
    assert_eq!(found, expected, "{plant}");
    fixture.execute(remove).await;
    assert_eq!(fixture.verification().await.discrepancies, [], "{remove}");
}

pub async fn a_figure_that_does_not_add_up_is_found(fixture: Fixture) {
    let needs = vec![lacking(60, vec![item(1, 9)])];
    let pools = vec![stock(20, Some(9)), weekly(21, Some(9))];
    let fixture = fixture.with(pools, vec![giving(30, &[(20, 1), (21, 2)])], needs).await;
    fixture.set_clock(in_minutes(0)).await;
    fixture.ask(vec![offering(100, 60, 30, 3)]).await;
    fixture.ask(vec![step(100, Action::Accept), total_of(20, 8, false)]).await;
    let sound = fixture.verification().await;
    assert_eq!((sound.pools, sound.referrals, sound.movements, sound.discrepancies.len()), (2, 1, 4, 0));

    let plants: [(&str, &str, &[Found]); 6] = [
        (
            "UPDATE capacity_pools SET committed = committed + 1 WHERE kind = 'stock'",
            "UPDATE capacity_pools SET committed = committed - 1 WHERE kind = 'stock'",
            &[("committed", "holds", 4, 3), ("committed", "movements", 4, 3)],
        ),
        (
            "UPDATE capacity_pools SET pending = 2 WHERE kind = 'slots'",
            "UPDATE capacity_pools SET pending = 0 WHERE kind = 'slots'",
            &[("pending", "holds", 2, 0), ("pending", "movements", 2, 0)],
        ),
        (
            "UPDATE capacity_pool_periods SET pending = 1",
            "UPDATE capacity_pool_periods SET pending = 0",
            &[("pending", "holds", 1, 0), ("pending", "movements", 1, 0)],
        ),
        (
            "UPDATE need_items SET referred = 2",
            "UPDATE need_items SET referred = 3",
            &[("referred", "referrals", 2, 3)],
        ),
        (
            "UPDATE hold_lines SET state = 'returned' WHERE period_start IS NULL",
            "UPDATE hold_lines SET state = 'committed' WHERE period_start IS NULL",
            &[("committed", "holds", 3, 0), ("committed", "movements", 0, 3)],
        ),
        (
            "UPDATE ledger_movements SET pending = pending + 5 WHERE version = 1 AND period_start IS NULL",
            "UPDATE ledger_movements SET pending = pending - 5 WHERE version = 1 AND period_start IS NULL",
            &[("pending", "movements", 0, 5), ("pending", "movements", 0, 5)],
        ),
    ];
    // SQLite refuses such rows by foreign keys.
    let orphans: [(&str, &str, &[Found]); 7] = [
        (
            "UPDATE ledger_movements SET referral_id = gen_random_uuid() WHERE version = 1 AND period_start IS NULL",
            "UPDATE ledger_movements SET referral_id = (SELECT id FROM referrals)",
            &[("movements", "referrals", 1, 0), ("pending", "movements", 0, -3), ("pending", "movements", 0, 3)],
        ),
        (
            "UPDATE hold_lines SET referral_id = gen_random_uuid() WHERE period_start IS NULL",
            "UPDATE hold_lines SET referral_id = (SELECT id FROM referrals)",
            &[
                ("committed", "movements", 0, 3),
                ("committed", "movements", 3, 0),
                ("lines of holds", "referrals", 1, 0),
            ],
        ),
        (
            "UPDATE referrals SET need_id = gen_random_uuid()",
            "UPDATE referrals SET need_id = (SELECT id FROM needs)",
            &[("referrals", "needs", 1, 0), ("referred", "referrals", 0, 3), ("referred", "referrals", 3, 0)],
        ),
        (
            "UPDATE referrals SET resource_id = gen_random_uuid()",
            "UPDATE referrals SET resource_id = (SELECT id FROM resources)",
            &[("referrals", "resources", 1, 0)],
        ),
        (
            "UPDATE referrals SET organization_id = gen_random_uuid()",
            "UPDATE referrals SET organization_id = (SELECT id FROM organizations)",
            &[("referrals", "organizations", 1, 0)],
        ),
        (
            "UPDATE ledger_movements SET capacity_pool_id = gen_random_uuid(), pending = 0 WHERE version = 1 AND period_start IS NULL",
            "UPDATE ledger_movements SET capacity_pool_id = (SELECT id FROM capacity_pools WHERE kind = 'stock'), pending = 3 \
             WHERE version = 1 AND period_start IS NULL",
            &[("movements", "capacity_pools", 1, 0), ("pending", "movements", 0, -3), ("pending", "movements", 0, -3)],
        ),
        (
            "UPDATE hold_lines SET capacity_pool_id = gen_random_uuid(), state = 'returned' WHERE period_start IS NULL",
            "UPDATE hold_lines SET capacity_pool_id = (SELECT id FROM capacity_pools WHERE kind = 'stock'), state = 'committed' \
             WHERE period_start IS NULL",
            &[
                ("committed", "holds", 3, 0),
                ("committed", "movements", 0, 3),
                ("lines of holds", "capacity_pools", 1, 0),
            ],
        ),
    ];
    let orphans = if fixture.store.describe().backend == "postgresql" { &orphans[..] } else { &[] };
    for (plant, remove, expected) in plants.iter().chain(orphans).copied() {
        is_found(&fixture, plant, remove, expected).await;
    }
}

/// A stock that one referral in each of some states has something of, and a caseload with a case that is open and one that has closed.
async fn in_many_states(fixture: Fixture) -> Fixture {
    let pools = vec![stock(20, Some(20)), caseload(22, 5)];
    let resources = vec![giving(30, &[(20, 1)]), giving(32, &[(22, 1)])];
    let needs = vec![lacking(60, vec![item(1, 20)]), lacking(62, vec![item(1, 5)])];
    let fixture = fixture.with(pools, resources, needs).await;
    fixture.set_clock(in_minutes(0)).await;
    fixture.ask(vec![offering(100, 60, 30, 2), offering(101, 60, 30, 3), offering(103, 60, 30, 4)]).await;
    fixture.ask(vec![offering(104, 62, 32, 1), offering(105, 62, 32, 1)]).await;
    fixture.ask([100, 101, 104, 105].map(|n| step(n, Action::Accept)).to_vec()).await;
    fixture.ask(vec![step(101, Action::Start), step(104, Action::Deliver), step(105, Action::Deliver)]).await;
    fixture.ask(vec![step(104, Action::Confirm)]).await;
    fixture.set_clock(in_minutes(60)).await;
    fixture.ask(vec![Command::Look { referral: referral_id(103) }]).await;
    fixture.ask(vec![offering(102, 60, 30, 4)]).await;
    fixture.everything_adds_up().await;
    fixture
}

/// Sums of a pool do not tell whose a movement or a hold is.
pub async fn what_a_referral_holds_is_what_it_has_moved(fixture: Fixture) {
    let fixture = in_many_states(fixture).await;
    is_found(
        &fixture,
        "UPDATE ledger_movements SET version = 9, referral_id = (SELECT id FROM referrals WHERE state = 'offered') \
         WHERE version = 2 AND referral_id = (SELECT id FROM referrals WHERE state = 'accepted')",
        "UPDATE ledger_movements SET version = 2, referral_id = (SELECT id FROM referrals WHERE state = 'accepted') \
         WHERE version = 9",
        &[
            ("committed", "movements", 0, 2),
            ("committed", "movements", 2, 0),
            ("pending", "movements", 0, 2),
            ("pending", "movements", 4, 2),
        ],
    )
    .await;
    // Of two that promised two and three, each three and two.
    let exchanged = "UPDATE hold_lines SET units = 5 - units WHERE state = 'committed' AND kind = 'stock'";
    let found = [("committed", "movements", 2, 3), ("committed", "movements", 3, 2)];
    is_found(&fixture, exchanged, exchanged, &found).await;
}

/// Lines, figures and movements may agree on what was given back long ago, or not yet used.
pub async fn a_referral_holds_nothing_that_its_state_does_not_let_it_hold(fixture: Fixture) {
    let fixture = in_many_states(fixture).await;
    // Of a referral in this state: what its lines say, of which figure how much more is held, and what its last movement moved of it.
    let plant = |state: &str, line: &str, kind: &str, figures: &str, movement: &str, version: u32| {
        let referral = format!("(SELECT id FROM referrals WHERE state = '{state}')");
        format!(
            "UPDATE hold_lines SET state = '{line}' WHERE referral_id = {referral}; \
             UPDATE capacity_pools SET {figures} WHERE kind = '{kind}'; \
             UPDATE ledger_movements SET {movement} WHERE version = {version} AND referral_id = {referral}"
        )
    };
    let expired = plant("expired", "pending", "stock", "pending = pending + 4", "pending = 0", 2);
    let removed = plant("expired", "released", "stock", "pending = pending - 4", "pending = -4", 2);
    is_found(&fixture, &expired, &removed, &[("pending", "steps", 4, 0)]).await;
    let confirmed = plant("confirmed", "committed", "caseload", "committed = committed + 1", "committed = 0", 4);
    let removed = plant("confirmed", "returned", "caseload", "committed = committed - 1", "committed = -1", 4);
    is_found(&fixture, &confirmed, &removed, &[("committed", "steps", 1, 0)]).await;
    let figures =
        ["committed = committed - 2, consumed = consumed + 2", "committed = committed + 2, consumed = consumed - 2"];
    let used = plant("accepted", "consumed", "stock", figures[0], "committed = 0, consumed = 2", 2);
    let removed = plant("accepted", "committed", "stock", figures[1], "committed = 2, consumed = 0", 2);
    is_found(&fixture, &used, &removed, &[("consumed", "steps", 2, 0)]).await;
}

/// Movements that add up may still not be those of the log.
pub async fn movements_are_told_as_the_log_has_them(fixture: Fixture) {
    let fixture = in_many_states(fixture).await;
    fixture.execute("UPDATE ledger_movements SET at = at + 1 WHERE version = 2").await;
    assert_eq!(fixture.verification().await.discrepancies, [], "every sum is right");
    let again = fixture.made_again().await;
    let (stored, made) = (fixture.store.movements(&fixture.tenant()).await, fixture.store.movements(&again).await);
    let (stored, made) = (stored.unwrap(), made.unwrap());
    assert_eq!((stored.len(), made.len()), (6, 6));
    let differing = stored.iter().filter(|(referral, moved)| made[referral] != **moved).count();
    assert_eq!(differing, 5, "all but the offer, which has taken no second step");
    fixture.execute("UPDATE ledger_movements SET at = at - 1 WHERE version = 2 AND tenant <> 'again'").await;
    assert_eq!(fixture.store.movements(&fixture.tenant()).await.unwrap(), made);
}
