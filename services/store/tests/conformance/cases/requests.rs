//! A request has one effect and one answer, however often it is sent.

use std::sync::Arc;

use serde_json::json;
use uuid::Uuid;
use wishwell_domain::event::Change;
use wishwell_domain::ids::{LogPosition, NeedId};
use wishwell_domain::need::{Channel, Need};
use wishwell_store::{Effect, Mutation, RequestKey, StoreError, WriteContext, WriteMode, Written};

use crate::fixture::Fixture;
use crate::samples::{self, create, put, request, update, upsert, uuid};

pub async fn the_same_request_again_has_the_same_answer_and_no_effect(fixture: Fixture) {
    let fixture = fixture.grounded().await;
    let mutations = vec![
        create(Change::Organization(samples::organization(2))),
        upsert(Change::Organization(samples::organization(1))),
        wishwell_store::Mutation::PutKey {
            subject: "needs/x".to_owned(),
            key: wishwell_domain::beneficiary::WrappedKey(vec![1]),
        },
        create(Change::CapacityPool(samples::pool(3, 2))),
    ];
    let first = fixture.write_as(&request(500, 1), mutations.clone()).await;
    let effects: Vec<Effect> = first.outcomes.iter().map(|outcome| outcome.effect).collect();
    assert_eq!(effects, [Effect::Created, Effect::Unchanged, Effect::Created, Effect::Created]);
    assert!(!first.replayed);

    // Later changes do not change the answer.
    let mut changed = samples::organization(2);
    changed.contact.phone = "later".to_owned();
    fixture.write(vec![update(Change::Organization(changed), None)]).await;
    let position = fixture.store.position(&fixture.tenant()).await.unwrap();

    let again = fixture.write_as(&request(500, 1), mutations).await;
    assert!(again.replayed);
    assert_eq!((&again.outcomes, again.position), (&first.outcomes, first.position));
    assert_eq!(fixture.store.position(&fixture.tenant()).await.unwrap(), position);
    assert_eq!(fixture.store.answered(&request(500, 1)).await.unwrap(), Some(again));
}

pub async fn the_answer_is_known_to_every_replica(fixture: Fixture) {
    let fixture = fixture.grounded().await;
    let replica = fixture.another().await;
    let mutations = vec![create(Change::Organization(samples::organization(2)))];
    let first = fixture.write_as(&request(500, 1), mutations.clone()).await;
    let again = replica.write(&request(500, 1), mutations).await.unwrap();
    assert_eq!((again.replayed, again.outcomes), (true, first.outcomes));
}

pub async fn the_same_request_id_with_another_body_is_refused(fixture: Fixture) {
    let fixture = fixture.grounded().await;
    fixture.write_as(&request(500, 1), vec![create(Change::Organization(samples::organization(2)))]).await;
    let reused = StoreError::RequestIdReused { request_id: uuid(500).to_string() };
    let refused =
        fixture.store.write(&request(500, 2), vec![create(Change::Organization(samples::organization(3)))]).await;
    assert_eq!(refused, Err(reused.clone()));
    assert_eq!(fixture.store.answered(&request(500, 2)).await, Err(reused));
    assert_eq!(fixture.store.organization(&fixture.tenant(), samples::organization(3).id).await.unwrap(), None);
}

pub async fn request_ids_of_other_principals_methods_and_tenants_are_other_requests(fixture: Fixture) {
    let fixture = fixture.grounded().await;
    let base = request(500, 1);
    let key = base.request.clone().unwrap();
    let other_tenant = samples::tenant_called("other");
    let others = [
        WriteContext { principal: "another".to_owned(), ..base.clone() },
        WriteContext { request: Some(RequestKey { method: "/another", ..key }), ..base.clone() },
        WriteContext { tenant: other_tenant, ..base.clone() },
    ];
    let category = |n: usize| vec![create(Change::Category(samples::category(&format!("c{n}"), None)))];
    fixture.write_as(&base, category(0)).await;
    for (n, context) in others.iter().enumerate() {
        assert_eq!(fixture.store.answered(context).await.unwrap(), None);
        assert!(!fixture.write_as(context, category(n + 1)).await.replayed);
    }
}

pub async fn a_write_without_a_request_id_was_never_answered(fixture: Fixture) {
    let fixture = fixture.grounded().await;
    assert_eq!(fixture.store.answered(&samples::context()).await.unwrap(), None);
}

pub async fn a_refused_write_leaves_its_request_id_free(fixture: Fixture) {
    let fixture = fixture.grounded().await;
    let refused =
        fixture.store.write(&request(500, 1), vec![create(Change::Organization(samples::organization(1)))]).await;
    assert!(matches!(refused, Err(StoreError::AlreadyExists { .. })));
    assert_eq!(fixture.store.answered(&request(500, 1)).await.unwrap(), None);
    let written =
        fixture.write_as(&request(500, 1), vec![create(Change::Organization(samples::organization(2)))]).await;
    assert!(!written.replayed);
}

pub async fn sixty_four_duplicates_at_once_have_one_effect_and_one_answer(fixture: Fixture) {
    let fixture = fixture.grounded().await;
    let before = fixture.store.position(&fixture.tenant()).await.unwrap();
    let stores = [Arc::clone(&fixture.store), fixture.another().await];
    let mut duplicates = Vec::new();
    for n in 0..64 {
        let store = Arc::clone(&stores[n % 2]);
        // Each makes an id of its own, as a handler does before it asks the store.
        let mut organization = samples::organization(100 + n as u128);
        organization.external = None;
        let mutation = put(Change::Organization(organization), WriteMode::CreateOrGet);
        duplicates.push(tokio::spawn(async move { store.write(&request(500, 1), vec![mutation]).await.unwrap() }));
    }
    let mut answers = Vec::new();
    for duplicate in duplicates {
        answers.push(duplicate.await.unwrap());
    }
    assert_eq!(answers.iter().filter(|answer| !answer.replayed).count(), 1);
    assert!(
        answers.iter().all(|answer| answer.outcomes == answers[0].outcomes && answer.position == answers[0].position)
    );
    assert_eq!(fixture.store.position(&fixture.tenant()).await.unwrap().0, before.0 + 1);
    assert_eq!(fixture.count("SELECT COUNT(*) FROM organizations").await, 2);
}

pub async fn the_first_answer_kept_with_a_request_is_what_every_replay_gets(fixture: Fixture) {
    let fixture = fixture.grounded().await;
    let replica = fixture.another().await;
    let context = request(500, 1);
    let mutations = vec![create(Change::Organization(samples::organization(2)))];
    assert_eq!(fixture.write_as(&context, mutations.clone()).await.kept, None);
    assert_eq!(fixture.store.answered(&context).await.unwrap().unwrap().kept, None);

    let first = json!([{"need": "a", "reasons": ["place"]}, {"b": 1}]);
    assert_eq!(fixture.store.keep_answer(&context, first.clone()).await.unwrap(), first);
    assert_eq!(replica.keep_answer(&context, json!([])).await.unwrap(), first, "the first one stays");
    let again = replica.write(&context, mutations).await.unwrap();
    assert_eq!((again.replayed, again.kept.as_ref()), (true, Some(&first)));
    assert_eq!(fixture.store.answered(&context).await.unwrap(), Some(again));

    // Of many at once, one is kept and all are told which.
    let context = request(501, 1);
    fixture.write_as(&context, Vec::new()).await;
    let stores = [Arc::clone(&fixture.store), replica];
    let answers = (0..16).map(|n| {
        let (store, context) = (Arc::clone(&stores[n % 2]), context.clone());
        tokio::spawn(async move { store.keep_answer(&context, json!(n)).await.unwrap() })
    });
    let answers: Vec<_> = answers.collect();
    let mut told = Vec::new();
    for answer in answers {
        told.push(answer.await.unwrap());
    }
    assert!(told.iter().all(|answer| *answer == told[0]), "{told:?}");
}

pub async fn a_request_that_changes_nothing_is_answered_once(fixture: Fixture) {
    let fixture = fixture.grounded().await;
    let replica = fixture.another().await;
    let (context, before) = (request(500, 1), fixture.store.position(&fixture.tenant()).await.unwrap());
    let first = fixture.store.answer_once(&context, json!("no")).await.unwrap();
    assert_eq!((&first.outcomes, first.position, first.replayed), (&Vec::new(), before, false));
    assert_eq!(first.kept, Some(json!("no")));
    let again = replica.answer_once(&context, json!("not at all")).await.unwrap();
    assert_eq!((again.replayed, again.kept), (true, Some(json!("no"))));
    // Nor does it change anything later.
    let late = replica.write(&context, vec![create(Change::Organization(samples::organization(2)))]).await.unwrap();
    assert_eq!((late.replayed, late.kept), (true, Some(json!("no"))));
    assert_eq!(fixture.store.position(&fixture.tenant()).await.unwrap(), before);
    let error = replica.answer_once(&request(500, 2), json!("no")).await.unwrap_err();
    assert!(matches!(error, StoreError::RequestIdReused { .. }), "{error:?}");

    // What was written is answered as it was.
    let context = request(501, 1);
    let written = fixture.write_as(&context, vec![create(Change::Organization(samples::organization(2)))]).await;
    let again = replica.answer_once(&context, json!("no")).await.unwrap();
    assert_eq!((again.replayed, again.outcomes, again.kept), (true, written.outcomes, None));

    // Without a key it is only said.
    let said = fixture.store.answer_once(&samples::context(), json!("no")).await.unwrap();
    assert_eq!((said.replayed, said.kept), (false, Some(json!("no"))));
}

pub async fn nothing_is_kept_for_a_request_that_was_never_answered(fixture: Fixture) {
    let fixture = fixture.grounded().await;
    let answer = json!(["x"]);
    for context in [samples::context(), request(500, 1)] {
        assert_eq!(fixture.store.keep_answer(&context, answer.clone()).await.unwrap(), answer);
        assert_eq!(fixture.store.answered(&context).await.unwrap(), None);
    }
    // Nor for one with another body.
    fixture.write_as(&request(500, 1), Vec::new()).await;
    assert_eq!(fixture.store.keep_answer(&request(500, 2), answer.clone()).await.unwrap(), answer);
    assert_eq!(fixture.store.answered(&request(500, 1)).await.unwrap().unwrap().kept, None);
}

pub async fn outdated_answers_are_dropped_and_recent_ones_stay(fixture: Fixture) {
    let fixture = fixture.grounded().await;
    fixture.set_clock(samples::instant("2030-01-01T00:00:00Z")).await;
    fixture.write_as(&request(1, 1), Vec::new()).await;
    // A sweep comes every few hundred writes. What was answered is known for a day longer than anything may be held.
    for (first, now, known) in [(2, "2030-01-31T23:59:59Z", true), (1_002, "2030-02-01T00:00:01Z", false)] {
        fixture.set_clock(samples::instant(now)).await;
        for n in first..first + 512 {
            fixture.write_as(&request(n, 1), Vec::new()).await;
        }
        assert_eq!(fixture.store.answered(&request(1, 1)).await.unwrap().is_some(), known, "{now}");
        assert!(fixture.store.answered(&request(first, 1)).await.unwrap().is_some());
    }
}

/// A request of one of the tenant's channels.
fn by(channel: &str, body: u8) -> WriteContext {
    WriteContext { principal: channel.to_owned(), ..request(500, body) }
}

/// A need under an id of its own, as it comes with that request.
fn submitted(n: u128) -> Need {
    Need { external: None, request_id: Some(uuid(500)), ..samples::private_need(n, None) }
}

fn submit(need: Need) -> Vec<Mutation> {
    vec![put(Change::Need(Box::new(need)), WriteMode::CreateOrGet)]
}

/// What became of a need that was submitted, and which one it is.
fn answered(written: &Written) -> (Effect, NeedId) {
    match &written.outcomes[0].after {
        Some(Change::Need(need)) => (written.outcomes[0].effect, need.id),
        other => panic!("{other:?}"),
    }
}

pub async fn a_need_is_known_by_its_request_whoever_sends_it_and_however_long_ago_it_came(fixture: Fixture) {
    let fixture = fixture.grounded().await;
    let id = submitted(20).id;
    let first = fixture.write_as(&by("hotline", 1), submit(submitted(20))).await;
    assert_eq!(answered(&first), (Effect::Created, id));
    // What it asks for was corrected since; what it came in with is what it is known by.
    let mut corrected = Need { request_id: None, external: samples::external("given"), ..submitted(20) };
    corrected.items[0].quantity += 1;
    let corrected = fixture.write_one(update(Change::Need(Box::new(corrected)), None)).await.after.unwrap();
    let position = fixture.store.position(&fixture.tenant()).await.unwrap();
    let other = Need { channel: Channel::MiniProgramme, ..submitted(21) };
    let second = fixture.write_as(&by("mini-programme", 2), submit(other)).await;
    assert_eq!((answered(&second), second.replayed, second.position), ((Effect::Unchanged, id), false, position));
    assert_eq!(second.outcomes[0].after.as_ref(), Some(&corrected), "as it is now");
    let again = fixture.write_as(&by("mini-programme", 2), Vec::new()).await;
    assert_eq!((again.replayed, answered(&again)), (true, answered(&second)));
    // By whom it first came is forgotten one day.
    fixture.execute("DELETE FROM request_outcomes").await;
    assert_eq!(answered(&fixture.write_as(&by("hotline", 3), submit(submitted(22))).await), (Effect::Unchanged, id));
    assert_eq!(fixture.count("SELECT COUNT(*) FROM needs").await, 1);
    // Another tenant's ids are its own.
    let elsewhere = WriteContext { tenant: samples::tenant_called("other"), ..by("hotline", 1) };
    fixture.store.write(&WriteContext { request: None, ..elsewhere.clone() }, samples::ground()).await.unwrap();
    let there = fixture.store.write(&elsewhere, submit(submitted(23))).await.unwrap();
    assert_eq!(answered(&there), (Effect::Created, submitted(23).id));
}

pub async fn another_need_under_the_request_of_one_is_refused(fixture: Fixture) {
    let fixture = fixture.grounded().await;
    fixture.write_as(&by("hotline", 1), submit(submitted(20))).await;
    fixture.write_one(create(Change::Need(Box::new(samples::private_need(30, None))))).await;
    fixture.write_one(create(Change::Beneficiary(samples::beneficiary(5, None)))).await;
    let position = fixture.store.position(&fixture.tenant()).await.unwrap();
    let reused = StoreError::RequestIdReused { request_id: uuid(500).to_string() };
    let mut more = submitted(21);
    more.items[1].quantity += 1;
    let of_another = Need { external: samples::private_need(30, None).external, ..submitted(21) };
    for (what, mutations) in [
        ("more of it", submit(more.clone())),
        ("what is known by another identity", submit(of_another)),
        ("one that must be new", vec![create(Change::Need(Box::new(submitted(21))))]),
    ] {
        let refused = fixture.store.write(&by("mini-programme", 2), mutations).await;
        assert_eq!(refused.unwrap_err(), reused, "{what}");
    }
    assert_eq!(fixture.store.answered(&by("mini-programme", 2)).await.unwrap(), None, "nothing is kept of it");
    assert_eq!(fixture.store.position(&fixture.tenant()).await.unwrap(), position);
    // Of whom it is, one of the two may not know.
    let of_somebody = Need { beneficiary: Some(samples::beneficiary(5, None).id), ..submitted(22) };
    let known = fixture.write_as(&by("mini-programme", 3), submit(of_somebody)).await;
    assert_eq!(answered(&known), (Effect::Unchanged, submitted(20).id));
    // Under one id in one write they are one as well.
    let context = WriteContext { request: None, ..by("desk", 1) };
    let new = |n| Need { request_id: Some(uuid(501)), ..submitted(n) };
    let both = [submit(new(40)), submit(new(41))].concat();
    let both = fixture.write_as(&context, both).await;
    let effects: Vec<Effect> = both.outcomes.iter().map(|outcome| outcome.effect).collect();
    assert_eq!(effects, [Effect::Created, Effect::Unchanged]);
}

pub async fn of_many_who_submit_one_request_at_once_one_makes_its_need(fixture: Fixture) {
    let fixture = fixture.grounded().await;
    let before = fixture.store.position(&fixture.tenant()).await.unwrap();
    let stores = [Arc::clone(&fixture.store), fixture.another().await];
    let calls: Vec<_> = (0..32_u8)
        .map(|n| {
            let (store, context) = (Arc::clone(&stores[usize::from(n) % 2]), by(&format!("channel-{n}"), n));
            let mutations = submit(submitted(100 + u128::from(n)));
            tokio::spawn(async move { store.write(&context, mutations).await.unwrap() })
        })
        .collect();
    let (mut made, mut needs) = (0, std::collections::BTreeSet::<Uuid>::new());
    for call in calls {
        let written = call.await.unwrap();
        let (effect, id) = answered(&written);
        assert!(!written.replayed);
        made += usize::from(effect == Effect::Created);
        needs.insert(id.as_uuid());
    }
    assert_eq!((made, needs.len()), (1, 1));
    assert_eq!(fixture.store.position(&fixture.tenant()).await.unwrap().0, before.0 + 1);
    assert_eq!(fixture.count("SELECT COUNT(*) FROM needs").await, 1);
}

pub async fn tables_made_again_from_the_log_know_needs_by_their_requests(fixture: Fixture) {
    let fixture = fixture.grounded().await;
    fixture.write_as(&by("hotline", 1), submit(submitted(20))).await;
    let moved = Need { division: Some(samples::division_code("640104")), ..submitted(20) };
    fixture.write_one(update(Change::Need(Box::new(moved)), None)).await;
    let events = fixture.store.events(&fixture.tenant(), LogPosition(0), 1_000).await.unwrap();
    let again = samples::tenant_called("again");
    fixture.store.restore(&again, &events).await.unwrap();
    let restored = fixture.store.everything(&again).await.unwrap();
    assert_eq!(restored, fixture.store.everything(&fixture.tenant()).await.unwrap());
    let Some(Change::Need(need)) = restored.get(&submitted(20).id.name()) else { panic!("{restored:?}") };
    assert_eq!((need.request_id, need.left()), (Some(uuid(500)), submitted(20).division.as_ref()));
    let context = WriteContext { tenant: again, ..by("mini-programme", 2) };
    let known = fixture.store.write(&context, submit(submitted(21))).await.unwrap();
    assert_eq!(answered(&known), (Effect::Unchanged, submitted(20).id));
}
