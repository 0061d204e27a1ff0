//! A request has one effect and one answer, however often it is sent.

use std::sync::Arc;

use serde_json::json;
use wishwell_domain::event::Change;
use wishwell_store::{Effect, RequestKey, StoreError, WriteContext, WriteMode};

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
