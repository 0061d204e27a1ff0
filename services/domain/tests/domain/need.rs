use jiff::SignedDuration;
use proptest::prelude::*;
use uuid::Uuid;
use wishwell_domain::beneficiary::{GroupTag, Sealed};
use wishwell_domain::capacity_pool::PeriodLength;
use wishwell_domain::fact::{FactValue, Facts};
use wishwell_domain::geo::Point;
use wishwell_domain::ids::{BeneficiaryId, ExternalId, HouseholdId, ReferralId, Version};
use wishwell_domain::limits;
use wishwell_domain::need::{
    Channel, Departure, Mobility, Need, NeedItem, NeedPersonal, NeedState, Recurrence, Timing, Urgency, Wish,
};
use wishwell_domain::{Error, Violation};

use crate::fixtures::{Expected, at, broken, division_code, item, need, rules, violations};

const REMOTE_ONLY: Mobility = Mobility { max_travel_metres: None, home_visit: false, delivery: false, remote: true };

fn check(need: &Need) -> Vec<(String, String)> {
    broken(|violations| need.check("need", violations))
}

fn wish(title: &str, consent_given_by: &str, consented_at: &str) -> Option<Wish> {
    Some(Wish {
        title: title.into(),
        consented_at: at(consented_at),
        consent_given_by: consent_given_by.into(),
        published_at: at("2026-11-02T00:00:00Z"),
        place: None,
        lot: None,
    })
}

#[test]
fn each_fault_of_a_need_is_told_by_field_and_rule() {
    type Case = (&'static str, fn(&mut Need), Expected<'static>);
    let cases: &[Case] = &[
        ("as it should be", |_| {}, &[]),
        ("only a division", |n| (n.place, n.division) = (None, Some(division_code("640104"))), &[]),
        ("only remote, nowhere", |n| (n.place, n.mobility) = (None, REMOTE_ONLY), &[]),
        ("nowhere", |n| n.place = None, &[("need.place", "need.place_required")]),
        (
            "remote or delivered, nowhere",
            |n| (n.place, n.mobility) = (None, Mobility { delivery: true, ..REMOTE_ONLY }),
            &[("need.place", "need.place_required")],
        ),
        (
            "out of reach",
            |n| n.mobility = Mobility { remote: false, ..REMOTE_ONLY },
            &[("need.mobility", "mobility.some")],
        ),
        (
            "no step",
            |n| n.mobility.max_travel_metres = Some(0),
            &[("need.mobility.max_travel_metres", "mobility.travel_range")],
        ),
        (
            "around the world",
            |n| n.mobility.max_travel_metres = Some(u32::MAX),
            &[("need.mobility.max_travel_metres", "mobility.travel_range")],
        ),
        ("no items", |n| n.items.clear(), &[("need.items", "need.items")]),
        ("33 items", |n| n.items = (1..=33).map(item).collect(), &[("need.items", "need.items")]),
        ("32 items", |n| n.items = (1..=32).map(item).collect(), &[]),
        ("ordinals from 0", |n| n.items[0].ordinal = 0, &[("need.items[0].ordinal", "need.ordinal")]),
        ("an ordinal twice", |n| n.items = vec![item(1), item(1)], &[("need.items[1].ordinal", "need.ordinal")]),
        (
            "nothing of the third",
            |n| {
                n.items = vec![item(1), item(2), item(3)];
                n.items[2].quantity = 0;
            },
            &[("need.items[2].quantity.value", "quantity.range")],
        ),
        (
            "less than nothing",
            |n| n.items[0].quantity = i64::MIN,
            &[("need.items[0].quantity.value", "quantity.range")],
        ),
        (
            "too much",
            |n| n.items[0].quantity = limits::QUANTITY_MAX + 1,
            &[("need.items[0].quantity.value", "quantity.range")],
        ),
        (
            "never again",
            |n| n.items[0].recurrence = Some(Recurrence { every: PeriodLength::Week, occurrences: 0 }),
            &[("need.items[0].recurrence.occurrences", "recurrence.occurrences")],
        ),
        (
            "for years",
            |n| n.items[0].recurrence = Some(Recurrence { every: PeriodLength::Day, occurrences: 367 }),
            &[("need.items[0].recurrence.occurrences", "recurrence.occurrences")],
        ),
        (
            "backwards",
            |n| n.timing = Some(Timing::Window { start: at("2026-12-02T00:00:00Z"), end: at("2026-12-02T00:00:00Z") }),
            &[("need.window.end_time", "timing.order")],
        ),
        (
            "an age",
            |n| n.timing = Some(Timing::Window { start: at("2026-01-01T00:00:00Z"), end: at("2036-01-01T00:00:00Z") }),
            &[("need.window.end_time", "timing.horizon")],
        ),
        ("a group twice", |n| n.group_tags = vec![GroupTag::Minor; 2], &[("need.group_tags[1]", "list.unique")]),
        ("a wish", |n| n.wish = wish("两张书桌", "guardian", "2026-11-02T00:00:00Z"), &[]),
        (
            "a wish without words or consent",
            |n| n.wish = wish("", " ", "2026-11-02T00:00:01Z"),
            &[
                ("need.wish.title", "text.required"),
                ("need.wish.consent_given_by", "text.required"),
                ("need.wish.consent_time", "wish.consent_first"),
            ],
        ),
    ];
    for (name, change, expected) in cases {
        let mut need = need();
        change(&mut need);
        assert_eq!(check(&need), rules(expected), "{name}");
    }
}

#[test]
fn what_was_sent_and_could_not_be_read_is_not_missing() {
    type Spoil = fn(&mut Need);
    let told = |field: &str, change: Spoil| {
        let mut need = need();
        change(&mut need);
        broken(|violations| {
            violations.add(Violation::new(field, "illegible", "cannot be read"));
            need.check("need", violations);
        })
    };
    let nowhere: Spoil = |need| (need.place, need.division) = (None, None);
    let nothing: Spoil = |need| need.items.clear();
    // The second of three could not be read, and the third asks for nothing.
    let gap: Spoil = |need| {
        need.items = vec![item(1), item(3)];
        need.items[1].quantity = 0;
    };
    let cases: [(&str, Spoil, Expected<'_>); 5] = [
        ("need.division", nowhere, &[("need.division", "illegible")]),
        ("need.place.datum", nowhere, &[("need.place.datum", "illegible")]),
        ("need.channel", nowhere, &[("need.channel", "illegible"), ("need.place", "need.place_required")]),
        ("need.items[0].category", nothing, &[("need.items[0].category", "illegible")]),
        (
            "need.items[1].category",
            gap,
            &[("need.items[1].category", "illegible"), ("need.items[2].quantity.value", "quantity.range")],
        ),
    ];
    for (field, change, expected) in cases {
        assert_eq!(told(field, change), rules(expected), "{field}");
    }
}

#[test]
fn ten_thousand_items_are_refused_by_their_number_not_one_by_one() {
    let mut need = need();
    need.items = vec![item(7); 10_000];
    let broken = check(&need);
    assert_eq!(broken[0], ("need.items".to_owned(), "need.items".to_owned()));
    assert!(broken.len() <= limits::NEED_ITEMS_MAX + 1);
}

#[test]
fn where_a_beneficiary_lives_is_never_shown() {
    let mut need = need();
    need.place = Some(Point { latitude_e7: 1_234_567_890, longitude_e7: 1_987_654_321 });
    let found = violations(|violations| need.check("need", violations));
    assert_eq!((found.len(), found[0].field.as_str(), found[0].value.as_deref()), (1, "need.place", None));
    assert!(!found[0].to_string().contains("123"));
}

#[test]
fn what_a_need_says_in_confidence_is_never_shown() {
    let secret = "李四".repeat(3_000);
    let personal = NeedPersonal {
        description: secret.clone(),
        item_notes: vec![(2, secret.clone())],
        facts: Facts([("age_years".to_owned(), FactValue::Text(secret))].into()),
        wish_consent_given_by: String::new(),
        ending_reason: String::new(),
        delivery_notes: Vec::new(),
    };
    let found = violations(|violations| personal.check("need", violations));
    let broken: Vec<_> = found.iter().map(|v| (v.field.clone(), v.rule.clone())).collect();
    assert_eq!(
        broken,
        rules(&[
            ("need.description", "text.max_length"),
            ("need.items[1].note", "text.max_length"),
            ("need.facts[age_years]", "fact.type"),
        ])
    );
    assert!(!format!("{found:?} {personal:?}").contains('李'));
}

#[test]
fn a_new_need_must_leave_time_but_not_too_much() {
    let now = at("2026-11-23T12:00:00Z");
    let farthest = now + SignedDuration::from_hours(24 * limits::NEED_HORIZON_DAYS_MAX);
    let window = |end| Some(Timing::Window { start: end - SignedDuration::from_hours(1), end });
    let past = now - SignedDuration::from_secs(1);
    let cases: Vec<(Option<Timing>, Expected<'_>)> = vec![
        (None, &[]),
        (Some(Timing::Deadline(now + SignedDuration::from_secs(1))), &[]),
        (Some(Timing::Deadline(farthest)), &[]),
        (Some(Timing::Deadline(now)), &[("need.deadline", "timing.future")]),
        (Some(Timing::Deadline(farthest + SignedDuration::from_secs(1))), &[("need.deadline", "timing.horizon")]),
        (window(past), &[("need.window.end_time", "timing.future")]),
        (window(farthest + SignedDuration::from_secs(1)), &[("need.window.end_time", "timing.horizon")]),
        (window(now + SignedDuration::from_secs(1)), &[]),
    ];
    for (timing, expected) in cases {
        let need = Need { timing, ..need() };
        assert_eq!(broken(|violations| need.check_new("need", now, violations)), rules(expected), "{timing:?}");
        assert_eq!(check(&need), [], "an old need keeps its past deadline");
    }
}

#[test]
fn waiting_moves_a_need_up_one_tier_after_another_but_never_to_an_emergency() {
    use Urgency::{Emergency, Low, Normal, Urgent};
    let cases = [
        (Low, 0, Low),
        (Low, 179, Low),
        (Low, 180, Normal),
        (Low, 239, Normal),
        (Low, 240, Urgent),
        (Low, 100_000, Urgent),
        (Normal, 59, Normal),
        (Normal, 60, Urgent),
        (Urgent, 100_000, Urgent),
        (Emergency, 100_000, Emergency),
        // A clock that runs behind.
        (Low, -1_000, Low),
    ];
    for (said, days, aged) in cases {
        assert_eq!(said.aged(SignedDuration::from_hours(24 * days)), aged, "{said:?} after {days} days");
    }
    assert_eq!(Urgency::ALL.map(Urgency::tier), [1, 2, 3, 4]);
}

#[test]
fn the_window_of_a_need_is_what_was_said_or_what_its_urgency_asks() {
    let now = at("2026-11-23T12:00:00Z");
    let (start, end) = (at("2026-12-01T00:00:00Z"), at("2026-12-05T00:00:00Z"));
    let in_days = |days: i64| (now, now + SignedDuration::from_hours(24 * days));
    let past = at("2026-11-20T00:00:00Z");
    let cases = [
        (Urgency::Emergency, None, in_days(3)),
        (Urgency::Urgent, None, in_days(14)),
        (Urgency::Normal, None, in_days(60)),
        (Urgency::Low, None, in_days(180)),
        (Urgency::Low, Some(Timing::Deadline(end)), (now, end)),
        (Urgency::Low, Some(Timing::Window { start, end }), (start, end)),
        (Urgency::Low, Some(Timing::Window { start: past, end }), (now, end)),
        (Urgency::Urgent, Some(Timing::Deadline(past)), in_days(14)),
        (Urgency::Urgent, Some(Timing::Deadline(now)), in_days(14)),
        (Urgency::Urgent, Some(Timing::Window { start: past, end: past }), in_days(14)),
    ];
    for (urgency, timing, expected) in cases {
        let need = Need { urgency, timing, created_at: now, ..need() };
        assert_eq!(need.window(now), expected, "{urgency:?} {timing:?}");
    }
    // A need of two months' standing is urgent by now.
    let waiting = Need { created_at: now - SignedDuration::from_hours(24 * 61), ..need() };
    assert_eq!(waiting.aged_urgency(now), Urgency::Urgent);
    assert_eq!(waiting.window(now), in_days(14));
}

proptest! {
    #[test]
    fn the_window_of_a_need_is_never_empty_nor_begins_in_the_past(
        start in any::<i32>(), length in any::<i32>(), now in any::<i32>(), created in any::<i32>(), kind in 0..3,
    ) {
        let instant = |second: i32| jiff::Timestamp::from_second(i64::from(second)).unwrap();
        let timing = match kind {
            0 => None,
            1 => Some(Timing::Deadline(instant(start))),
            _ => Some(Timing::Window { start: instant(start), end: instant(start.saturating_add(length)) }),
        };
        let need = Need { timing, created_at: instant(created), ..need() };
        let (from, until) = need.window(instant(now));
        prop_assert!(instant(now) <= from && from < until, "{} to {}", from, until);
    }
}

#[test]
fn needs_look_for_help_until_they_are_served_withdrawn_or_closed() {
    let states = [NeedState::Open, NeedState::PartlyServed, NeedState::Served, NeedState::Withdrawn, NeedState::Closed];
    assert_eq!(states.map(NeedState::is_open), [true, true, false, false, false]);
}

#[test]
fn the_state_of_a_need_follows_what_was_served_of_its_items() {
    use NeedState::{Closed, Open, PartlyServed, Served, Withdrawn};
    // Two items of two; what is referred does not count.
    let cases = [
        ((0, 0), Open),
        ((1, 0), PartlyServed),
        ((2, 0), PartlyServed),
        ((0, 2), PartlyServed),
        ((2, 1), PartlyServed),
        ((2, 2), Served),
    ];
    for (served, expected) in cases {
        for state in [Open, PartlyServed, Served, Withdrawn, Closed] {
            let items =
                vec![NeedItem { served: served.0, ..item(1) }, NeedItem { served: served.1, referred: 1, ..item(2) }];
            let followed = Need { state, items, ..need() }.state_by_items();
            assert_eq!(followed, if [Withdrawn, Closed].contains(&state) { state } else { expected }, "{served:?}");
        }
    }
}

#[test]
fn of_an_erased_need_nothing_personal_is_left_and_it_is_never_open_again() {
    let now = at("2026-12-01T00:00:00Z");
    let mut erased = Need {
        personal: Some(Sealed(vec![1])),
        wish: wish("两张书桌", "guardian", "2026-11-02T00:00:00Z"),
        state: NeedState::Served,
        ..need()
    };
    erased.erase(now);
    assert_eq!((&erased.personal, erased.place, &erased.wish), (&None, None, &None));
    assert_eq!((erased.erased_at, erased.state), (Some(now), NeedState::Served));
    for (served, state) in [(2, NeedState::Served), (1, NeedState::Withdrawn), (0, NeedState::Withdrawn)] {
        erased.items = vec![NeedItem { served, ..item(1) }];
        assert_eq!(erased.state_by_items(), state, "what was served turns out not to have arrived");
    }
}

#[test]
fn what_is_left_of_an_item_is_neither_referred_nor_served() {
    let weekly = Some(Recurrence { every: PeriodLength::Week, occurrences: 8 });
    let cases = [(None, 0, 0, 2, 2), (None, 1, 1, 2, 0), (weekly, 0, 0, 16, 16), (weekly, 5, 4, 16, 7)];
    for (recurrence, referred, served, asked, left) in cases {
        let item = NeedItem { recurrence, referred, served, ..item(1) };
        assert_eq!((item.asked(), item.left()), (asked, left));
    }
    let endless = Recurrence { every: PeriodLength::Day, occurrences: u32::MAX };
    let item = NeedItem { quantity: i64::MAX, recurrence: Some(endless), referred: i64::MAX, served: 1, ..item(1) };
    assert_eq!((item.asked(), item.left()), (i64::MAX, -1), "never an overflow");
}

#[test]
fn a_provider_has_the_less_time_the_more_urgent_it_is() {
    let hours = Urgency::ALL.map(|urgency| urgency.answer_within().as_hours());
    assert_eq!(hours, [1, 12, 48, 168]);
    let longest = hours.into_iter().max().unwrap().max(24 * limits::ANSWER_WITHIN_DAYS_MAX);
    assert!(limits::REQUEST_ID_KEPT_HOURS >= longest + 24, "answers are kept a day longer than anything is held");
}

#[test]
fn a_need_of_the_time_before_referrals_is_read() {
    let mut json = serde_json::to_value(need()).unwrap();
    for item in json["items"].as_array_mut().unwrap() {
        let item = item.as_object_mut().unwrap();
        assert!(item.remove("referred").is_some() && item.remove("served").is_some());
    }
    assert_eq!(serde_json::from_value::<Need>(json).unwrap(), need());
}

#[test]
fn a_need_survives_json() {
    let original = Need {
        timing: Some(Timing::Deadline(at("2026-12-01T00:00:00Z"))),
        wish: wish("两张书桌", "guardian", "2026-11-02T00:00:00Z"),
        publication: None,
        group_tags: vec![GroupTag::Minor],
        ..need()
    };
    let json = serde_json::to_string(&original).unwrap();
    assert_eq!(serde_json::from_str::<Need>(&json).unwrap(), original);
}

#[test]
fn a_note_on_a_delivery_takes_the_place_of_the_one_before_it_and_there_are_only_so_many() {
    let referral = |nth: u128| ReferralId::from_uuid(Uuid::from_u128(nth));
    let mut personal = NeedPersonal::default();
    personal.note_delivery(referral(1), "left at the door").unwrap();
    personal.note_delivery(referral(1), "handed over").unwrap();
    assert_eq!(personal.delivery_notes, [(referral(1), "handed over".to_owned())]);
    for nth in 2..=100 {
        personal.note_delivery(referral(nth), "handed over").unwrap();
    }
    let refused = personal.note_delivery(referral(101), "one more");
    assert!(matches!(refused, Err(Error::NoRoom { limit: "delivery_notes_per_need_max", max: 100, .. })));
    personal.note_delivery(referral(7), "again").unwrap();
    assert_eq!(personal.delivery_notes.len(), 100);
}

#[test]
fn what_may_be_one_need_asks_for_the_same_and_names_nobody_else() {
    fn beneficiary(n: u128) -> Option<BeneficiaryId> {
        Some(BeneficiaryId::from_uuid(Uuid::from_u128(n)))
    }
    fn household(n: u128) -> Option<HouseholdId> {
        Some(HouseholdId::from_uuid(Uuid::from_u128(n)))
    }
    fn external(id: &str) -> Option<ExternalId> {
        Some(ExternalId { source: "12349".to_owned(), external_id: id.to_owned() })
    }
    fn weekly(occurrences: u32) -> Option<Recurrence> {
        Some(Recurrence { every: PeriodLength::Week, occurrences })
    }
    let known = Need {
        beneficiary: beneficiary(1),
        household: household(2),
        external: external("one"),
        items: vec![item(1), NeedItem { quantity: 3, ..item(2) }],
        ..need()
    };
    type Case = (&'static str, bool, fn(&mut Need));
    let cases: &[Case] = &[
        ("the same", true, |_| {}),
        ("by another channel", true, |n| n.channel = Channel::MiniProgramme),
        ("sooner, elsewhere", true, |n| (n.urgency, n.division) = (Urgency::Urgent, Some(division_code("64")))),
        ("of nobody that is named", true, |n| (n.beneficiary, n.household) = (None, None)),
        ("without its external identity", true, |n| n.external = None),
        ("in another order", true, |n| n.items.reverse()),
        ("from several", true, |n| n.items[0].splittable = !n.items[0].splittable),
        ("of another beneficiary", false, |n| n.beneficiary = beneficiary(3)),
        ("of another household", false, |n| n.household = household(3)),
        ("of another external identity", false, |n| n.external = external("another")),
        ("less of it", false, |n| n.items.truncate(1)),
        ("more of one", false, |n| n.items[0].quantity += 1),
        ("one of them twice", false, |n| n.items[1] = n.items[0].clone()),
        ("again and again", false, |n| n.items[0].recurrence = weekly(3)),
    ];
    for (what, expected, change) in cases {
        let mut other = known.clone();
        change(&mut other);
        assert_eq!((other.may_be(&known), known.may_be(&other)), (*expected, *expected), "{what}");
    }
}

#[test]
fn a_need_has_left_a_division_by_the_change_that_moved_it_and_by_no_later_one() {
    let street = division_code("640104001");
    let version = |number, need: &Need| Need { version: Version(number), ..need.clone() };
    let followed = |mut after: Need, before: &Need| {
        after.follow(before);
        after
    };
    let request_id = Some(Uuid::from_u128(9));
    let first = Need { division: Some(street.clone()), request_id, ..need() };
    assert_eq!(first.left(), None, "it came in there");
    let stayed = followed(Need { request_id: None, ..version(2, &first) }, &first);
    assert_eq!((stayed.left(), stayed.request_id), (None, request_id), "an update says nothing of the request");
    let moved = followed(Need { division: Some(division_code("640202")), ..version(3, &stayed) }, &stayed);
    assert_eq!(moved.left(), Some(&street));
    let later = followed(Need { departure: None, ..version(4, &moved) }, &moved);
    let departure = Departure { division: street, version: Version(3) };
    assert_eq!((later.left(), later.departure.as_ref()), (None, Some(&departure)));
    let nowhere = followed(Need { division: None, ..version(4, &moved) }, &moved);
    assert_eq!(nowhere.left(), moved.division.as_ref(), "to where nobody knows");
    let again = followed(Need { division: moved.division.clone(), ..version(5, &nowhere) }, &nowhere);
    assert_eq!(again.left(), None, "from where nobody knows, nobody's division loses it");
}
