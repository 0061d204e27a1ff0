//! Keys, and what is gone once they are destroyed.

use std::collections::HashMap;

use wishwell_domain::beneficiary::{Sealed, WrappedKey};
use wishwell_domain::event::Change;
use wishwell_domain::geo::Point;
use wishwell_domain::ids::{LogPosition, Version};
use wishwell_domain::ledger::{Command, Offer};
use wishwell_domain::need::{Ending, Need, NeedState, Wish};
use wishwell_domain::referral::{Action, Decision};
use wishwell_store::{Effect, Mutation, StoreError};

use crate::fixture::Fixture;
use crate::ledger_world::{giving, item, lacking, offer, step, stock};
use crate::samples::{self, context, create, instant, request, update, upsert};

const BENEFICIARY: u128 = 5;
const NEED: u128 = 6;

fn put_key(subject: String, key: u8) -> Mutation {
    Mutation::PutKey { subject, key: WrappedKey(vec![key; 40]) }
}

fn erase() -> Mutation {
    Mutation::EraseBeneficiary { id: samples::beneficiary(BENEFICIARY, None).id }
}

/// A beneficiary with two needs and all their keys, and another one.
async fn peopled(fixture: Fixture) -> Fixture {
    let fixture = fixture.grounded().await;
    let own_name = samples::beneficiary(BENEFICIARY, None).id.name();
    let mutations = vec![
        put_key(own_name, 1),
        create(Change::Beneficiary(samples::beneficiary(BENEFICIARY, None))),
        create(Change::Need(Box::new(samples::private_need(NEED, Some(BENEFICIARY))))),
        put_key(samples::private_need(NEED, None).id.name(), 2),
        create(Change::Need(Box::new(samples::private_need(NEED + 1, Some(BENEFICIARY))))),
        create(Change::Beneficiary(samples::beneficiary(40, None))),
        put_key(samples::beneficiary(40, None).id.name(), 3),
        create(Change::Need(Box::new(samples::private_need(41, Some(40))))),
    ];
    fixture.write_as(&request(900, 1), mutations).await;
    fixture
}

pub async fn a_key_stays_as_it_was_first_put_and_is_not_logged(fixture: Fixture) {
    let fixture = fixture.grounded().await;
    let position = fixture.store.position(&fixture.tenant()).await.unwrap();
    for (key, effect) in [(1, Effect::Created), (2, Effect::Unchanged)] {
        let written = fixture.write(vec![put_key("needs/x".to_owned(), key)]).await;
        assert_eq!((written.outcomes[0].effect, &written.outcomes[0].after), (effect, &None));
        assert_eq!(written.position, position);
    }
    assert_eq!(fixture.store.key(&fixture.tenant(), "needs/x").await.unwrap(), Some(WrappedKey(vec![1; 40])));
    assert_eq!(fixture.store.key(&fixture.tenant(), "needs/y").await.unwrap(), None);
}

pub async fn erasing_destroys_keys_ciphertext_and_digest_and_nothing_of_others(fixture: Fixture) {
    let fixture = peopled(fixture).await;
    let now = instant("2030-01-01T00:00:00Z");
    fixture.set_clock(now).await;
    let written = fixture.write(vec![erase()]).await;
    let id = samples::beneficiary(BENEFICIARY, None).id;
    assert_eq!(written.outcomes[0].effect, Effect::Updated);
    assert_eq!(written.outcomes[0].after, Some(Change::BeneficiaryErased { id, at: now }));

    let (store, tenant) = (&fixture.store, fixture.tenant());
    let erased = store.beneficiary(&tenant, id).await.unwrap().unwrap();
    assert_eq!((erased.personal, erased.identity_digest, erased.erased_at), (None, None, Some(now)));
    assert_eq!((erased.version.0, erased.updated_at), (2, now));
    for need in [NEED, NEED + 1] {
        let need = store.need(&tenant, samples::private_need(need, None).id).await.unwrap().unwrap();
        assert_eq!((need.personal, need.place), (None, None));
        assert!(need.division.is_some(), "where help is needed stays known, coarsely");
    }
    assert_eq!(store.key(&tenant, &id.name()).await.unwrap(), None);
    assert_eq!(store.key(&tenant, &samples::private_need(NEED, None).id.name()).await.unwrap(), None);
    let event = store.events(&tenant, LogPosition(written.position.0 - 1), 1).await.unwrap().remove(0);
    assert_eq!(event.change, Change::BeneficiaryErased { id, at: now });

    let other = store.beneficiary(&tenant, samples::beneficiary(40, None).id).await.unwrap().unwrap();
    assert_eq!(other.personal, samples::beneficiary(40, None).personal);
    assert!(store.key(&tenant, &other.id.name()).await.unwrap().is_some());
    assert!(store.need(&tenant, samples::private_need(41, None).id).await.unwrap().unwrap().personal.is_some());
}

pub async fn what_stands_in_the_log_outlasts_an_erasure(fixture: Fixture) {
    let fixture = peopled(fixture).await;
    let (store, tenant) = (&fixture.store, fixture.tenant());
    let end = store.position(&tenant).await.unwrap();
    let marks = async || {
        let mut marks = Vec::new();
        for position in 1..=end.0 {
            marks.push(store.log_page(&tenant, LogPosition(position), 1).await.unwrap().before.unwrap());
        }
        marks
    };
    let before = marks().await;
    fixture.write(vec![erase()]).await;
    assert_eq!(marks().await, before);
}

pub async fn after_an_erasure_no_table_holds_ciphertext_or_digest_of_it(fixture: Fixture) {
    let fixture = peopled(fixture).await;
    let needles = |n: u128, need: u128| {
        let hex =
            |sealed: Option<Sealed>| -> String { sealed.unwrap().0.iter().map(|byte| format!("{byte:02x}")).collect() };
        let beneficiary = samples::beneficiary(n, None);
        [hex(beneficiary.personal), hex(samples::private_need(need, None).personal), format!("\"digest-{n}\"")]
    };
    let logged = async |needle: &str| {
        fixture.count(&format!("SELECT COUNT(*) FROM events WHERE CAST(payload AS TEXT) LIKE '%{needle}%'")).await
            + fixture
                .count(&format!("SELECT COUNT(*) FROM request_outcomes WHERE CAST(outcomes AS TEXT) LIKE '%{needle}%'"))
                .await
    };
    for needle in needles(BENEFICIARY, NEED) {
        assert_eq!(logged(&needle).await, 1, "before: in the log");
    }
    fixture.write(vec![erase()]).await;
    for needle in needles(BENEFICIARY, NEED) {
        assert_eq!(logged(&needle).await, 0, "after: nowhere");
    }
    for needle in needles(40, 41) {
        assert_eq!(logged(&needle).await, 1, "others stay");
    }
    assert_eq!(fixture.count("SELECT COUNT(*) FROM sealing_keys").await, 1);
    // The answer to the request that brought them is kept, without what was erased.
    let answer = fixture.store.answered(&request(900, 1)).await.unwrap().unwrap();
    let Some(Change::Beneficiary(beneficiary)) = &answer.outcomes[1].after else { panic!("{answer:?}") };
    assert_eq!((&beneficiary.personal, &beneficiary.identity_digest), (&None, &None));
}

/// A need that is recognisable in a table's text by its place and, as long as it is a wish, by its title.
fn lacked(need: u128, beneficiary: u128) -> Need {
    let offset = i32::try_from(need).unwrap();
    let titled = |wish: Wish| Wish { title: format!("MARKED-{need}"), ..wish };
    Need {
        place: Some(Point { latitude_e7: 384_567_000 + offset, longitude_e7: 1_062_345_000 + offset }),
        wish: samples::need(need, None).wish.map(titled),
        beneficiary: samples::need(need, Some(beneficiary)).beneficiary,
        ..lacking(need, vec![item(1, 9)])
    }
}

/// Offers a piece of a need by a decision that is recognisable by its score and a term.
async fn offered(fixture: &Fixture, referral: u128, need: u128, score: u32) {
    let decision = Decision {
        position: fixture.store.position(&fixture.tenant()).await.unwrap(),
        need_version: Some(fixture.need(need).await.version),
        asked: None,
        evaluated_at: instant("2026-11-23T02:00:00Z"),
        engine_version: "1.2".to_owned(),
        prices: None,
        rank: Some(1),
        score: Some(score),
        terms: vec![score + 1, 7],
        erased: false,
    };
    let offer = Offer { decision: Some(decision), ..offer(referral, need, 30, Some(1)) };
    fixture.ask(vec![Command::Offer(Box::new(offer))]).await;
}

pub async fn what_tells_where_the_erased_lived_is_in_no_table_and_not_in_the_log(fixture: Fixture) {
    const HERS: u128 = 60;
    const FORMERLY_HERS: u128 = 61;
    const ANOTHERS: u128 = 62;
    let fixture = fixture.with(vec![stock(20, Some(99))], vec![giving(30, &[(20, 1)])], Vec::new()).await;
    let people = [BENEFICIARY, 40].map(|n| create(Change::Beneficiary(samples::beneficiary(n, None))));
    fixture.write(people.into()).await;
    let needs = [(HERS, BENEFICIARY), (FORMERLY_HERS, BENEFICIARY), (ANOTHERS, 40)];
    let needs = needs.map(|(need, of)| create(Change::Need(Box::new(lacked(need, of)))));
    fixture.write(needs.into()).await;
    // Two are no wishes any more; what was called off, what is open still, and what somebody else is offered since the need is his.
    for (referral, need, score) in [(100, HERS, 611_110), (101, FORMERLY_HERS, 622_220), (102, ANOTHERS, 633_330)] {
        offered(&fixture, referral, need, score).await;
        fixture.ask(vec![step(referral, Action::Withdraw)]).await;
    }
    offered(&fixture, 103, HERS, 644_440).await;
    for need in [HERS, FORMERLY_HERS] {
        let mut taken_back = fixture.need(need).await;
        assert!(taken_back.unpublish());
        fixture.write(vec![update(Change::Need(Box::new(taken_back)), None)]).await;
    }
    let beneficiary = samples::need(1, Some(40)).beneficiary;
    let place = Some(Point { latitude_e7: 384_999_991, longitude_e7: 1_062_999_991 });
    let moved = Need { beneficiary, place, ..fixture.need(FORMERLY_HERS).await };
    fixture.write(vec![update(Change::Need(Box::new(moved)), None)]).await;
    offered(&fixture, 104, FORMERLY_HERS, 655_550).await;

    let found = async |needle: &str| {
        let events = format!("SELECT COUNT(*) FROM events WHERE CAST(payload AS TEXT) LIKE '%{needle}%'");
        let referrals = format!("SELECT COUNT(*) FROM referrals WHERE CAST(decision AS TEXT) LIKE '%{needle}%'");
        fixture.count(&events).await + fixture.count(&referrals).await
    };
    let hers = ["MARKED-60", "MARKED-61", "384567060", "384567061", "1062345061"];
    let decided = ["611110", "611111", "622220", "622221", "644440", "644441"];
    let others = ["MARKED-62", "384567062", "384999991", "633330", "633331", "655550", "655551"];
    for needle in hers.iter().chain(&decided).chain(&others) {
        assert!(found(needle).await > 0, "{needle}, before");
    }
    fixture.write(vec![erase()]).await;
    for needle in hers.iter().chain(&decided) {
        assert_eq!(found(needle).await, 0, "{needle}, after");
    }
    for needle in others {
        assert!(found(needle).await > 0, "{needle} is another's");
    }
    let decision = async |referral| fixture.referral(referral).await.decision.unwrap();
    let erased = decision(100).await;
    assert_eq!((erased.erased, erased.score, erased.terms, erased.rank), (true, None, Vec::new(), Some(1)));
    assert!(!decision(102).await.erased && !decision(104).await.erased);
    // A step after it brings nothing back.
    fixture.ask(vec![step(103, Action::Withdraw)]).await;
    assert_eq!(found("644440").await, 0);
    assert_eq!(fixture.referral(103).await.version, Version(2));
    fixture.everything_adds_up().await;
    fixture.made_again_it_is_the_same().await;
}

pub async fn who_was_erased_and_when_is_told_of_those_who_were(fixture: Fixture) {
    let fixture = peopled(fixture).await;
    let (erased, other) = (samples::beneficiary(BENEFICIARY, None).id, samples::beneficiary(40, None).id);
    let nobody = samples::beneficiary(99, None).id;
    let told = async |tenant| fixture.store.erasures(&tenant, &[other, erased, nobody]).await.unwrap();
    assert_eq!(told(fixture.tenant()).await, HashMap::new());
    let now = instant("2030-01-01T00:00:00Z");
    fixture.set_clock(now).await;
    fixture.write(vec![erase()]).await;
    assert_eq!(told(fixture.tenant()).await, HashMap::from([(erased, now)]));
    assert_eq!(told(samples::tenant_called("another")).await, HashMap::new());
    assert_eq!(fixture.store.erasures(&fixture.tenant(), &[]).await.unwrap(), HashMap::new());
}

pub async fn who_is_forgotten_has_no_wish_in_the_pool(fixture: Fixture) {
    let fixture = peopled(fixture).await;
    let published = samples::need(8, Some(BENEFICIARY));
    fixture.write(vec![create(Change::Need(Box::new(published.clone())))]).await;
    let id = samples::beneficiary(BENEFICIARY, None).id;
    assert_eq!(fixture.store.write(&context(), vec![erase()]).await, Err(StoreError::Outdated));
    assert_eq!(fixture.store.beneficiary(&fixture.tenant(), id).await.unwrap().unwrap().erased_at, None);
    let mut taken_back = published;
    assert!(taken_back.unpublish());
    let taken_back = update(Change::Need(Box::new(taken_back)), None);
    assert_eq!(fixture.write(vec![taken_back, erase()]).await.outcomes[1].effect, Effect::Updated);
}

/// Whoever sealed something before an erasure cannot bring it back after it.
pub async fn what_was_sealed_before_an_erasure_is_not_written_after_it(fixture: Fixture) {
    let fixture = peopled(fixture).await;
    let id = samples::private_need(NEED, None).id;
    let known = fixture.store.need(&fixture.tenant(), id).await.unwrap().unwrap();
    fixture.write(vec![erase()]).await;
    let personal = Sealed(b"sealed before".to_vec());
    for command in [
        Command::Reseal { need: id, personal: personal.clone(), expected: known.version },
        Command::EndNeed {
            need: id,
            ending: Ending::Withdrawn,
            arrived: Vec::new(),
            personal: Some(personal),
            expected: Some(known.version),
        },
    ] {
        let refused = fixture.store.carry_out(&context(), vec![command]).await.unwrap_err();
        assert!(refused.to_string().contains("was erased"), "{refused}");
    }
    assert_eq!(fixture.store.need(&fixture.tenant(), id).await.unwrap().unwrap().personal, None);
    let without_a_word =
        Command::EndNeed { need: id, ending: Ending::Withdrawn, arrived: Vec::new(), personal: None, expected: None };
    fixture.store.carry_out(&context(), vec![without_a_word]).await.unwrap();
}

pub async fn erasing_twice_is_erasing_once(fixture: Fixture) {
    let fixture = peopled(fixture).await;
    let first = fixture.write_as(&request(901, 1), vec![erase()]).await;
    let second = fixture.write_as(&request(902, 1), vec![erase()]).await;
    assert_eq!(second.outcomes[0].effect, Effect::Unchanged);
    assert_eq!((&second.outcomes[0].after, second.position), (&first.outcomes[0].after, first.position));
    assert_eq!(fixture.write_as(&request(902, 1), vec![erase()]).await.outcomes, second.outcomes);
}

pub async fn erasing_nobody_is_not_found(fixture: Fixture) {
    let refused = fixture.store.write(&context(), vec![erase()]).await;
    assert_eq!(refused, Err(StoreError::NotFound { name: samples::beneficiary(BENEFICIARY, None).id.name() }));
}

pub async fn the_erased_take_no_more_changes_but_their_needs_can_be_closed(fixture: Fixture) {
    let fixture = peopled(fixture).await;
    fixture.write(vec![erase()]).await;
    let beneficiary = samples::beneficiary(BENEFICIARY, None);
    let own_need = samples::private_need(NEED, Some(BENEFICIARY));
    let by_own = StoreError::Erased { name: beneficiary.id.name() };
    for (mutation, refusal) in [
        (update(Change::Beneficiary(beneficiary.clone()), None), by_own.clone()),
        (upsert(Change::Beneficiary(beneficiary.clone())), by_own.clone()),
        (put_key(beneficiary.id.name(), 9), by_own.clone()),
        (put_key(own_need.id.name(), 9), StoreError::Erased { name: own_need.id.name() }),
        (update(Change::Need(Box::new(own_need.clone())), None), by_own.clone()),
        (create(Change::Need(Box::new(samples::private_need(60, Some(BENEFICIARY))))), by_own),
    ] {
        assert_eq!(fixture.store.write(&context(), vec![mutation]).await, Err(refusal));
    }
    let mut withdrawn = own_need;
    (withdrawn.personal, withdrawn.state) = (None, NeedState::Withdrawn);
    let outcome = fixture.write_one(update(Change::Need(Box::new(withdrawn)), None)).await;
    assert_eq!(outcome.effect, Effect::Updated);
}

pub async fn an_erasure_is_never_put_as_a_change(fixture: Fixture) {
    let fixture = peopled(fixture).await;
    let id = samples::beneficiary(BENEFICIARY, None).id;
    let put = create(Change::BeneficiaryErased { id, at: instant("2030-01-01T00:00:00Z") });
    assert!(matches!(fixture.store.write(&context(), vec![put]).await, Err(StoreError::Defect(_))));
    assert!(fixture.store.key(&fixture.tenant(), &id.name()).await.unwrap().is_some());
}
