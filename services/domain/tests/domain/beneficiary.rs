use wishwell_domain::beneficiary::{
    Beneficiary, Consent, ConsentPurpose, GroupTag, Household, PersonalFields, Sealed, WrappedKey,
};
use wishwell_domain::fact::{FactValue, Facts};
use wishwell_domain::ids::{HouseholdId, Version};
use wishwell_domain::limits;

use crate::fixtures::{at, beneficiary, broken, external, rules, violations};

fn consent(given: &str, withdrawn: Option<&str>) -> Consent {
    Consent {
        purpose: ConsentPurpose::Matching,
        given_at: at(given),
        given_by: "guardian".into(),
        withdrawn_at: withdrawn.map(at),
    }
}

#[test]
fn no_violation_shows_a_personal_field() {
    let secret = "张三丰".repeat(2_000);
    let personal = PersonalFields {
        name: secret.clone(),
        phone: secret.clone(),
        id_number: secret.clone(),
        address: secret.clone(),
        note: secret.clone(),
        facts: Facts([("gender".to_owned(), FactValue::Text(secret.clone())), (secret, FactValue::Bool(true))].into()),
        consent_givers: Vec::new(),
    };
    let found = violations(|violations| personal.check("beneficiary", violations));
    let broken: Vec<_> = found.iter().map(|v| (v.field.clone(), v.rule.clone())).collect();
    assert_eq!(
        broken,
        rules(&[
            ("beneficiary.personal.name", "text.max_length"),
            ("beneficiary.personal.phone", "text.max_length"),
            ("beneficiary.personal.id_number", "text.max_length"),
            ("beneficiary.personal.address", "text.max_length"),
            ("beneficiary.personal.note", "text.max_length"),
            ("beneficiary.facts[gender]", "fact.code"),
            ("beneficiary.facts", "fact.unknown_key"),
        ])
    );
    assert!(!format!("{found:?}").contains('张'));
    assert!(!format!("{personal:?}").contains('张'));
}

#[test]
fn sealed_values_and_keys_do_not_print_themselves() {
    assert_eq!(format!("{:?}", Sealed(vec![0xAB; 5])), "Sealed(5 bytes)");
    assert_eq!(format!("{:?}", WrappedKey(vec![0xAB; 5])), "WrappedKey(..)");
    let json = serde_json::to_string(&Sealed(vec![0, 1, 0xAB, 0xFF])).unwrap();
    assert_eq!(json, "\"0001abff\"");
    assert_eq!(serde_json::from_str::<Sealed>(&json).unwrap(), Sealed(vec![0, 1, 0xAB, 0xFF]));
    for wrong in ["\"0\"", "\"0g\"", "\"ä\"", "7"] {
        assert!(serde_json::from_str::<Sealed>(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn a_consent_is_in_force_from_giving_to_withdrawal() {
    let mut beneficiary = beneficiary();
    beneficiary.consents = vec![consent("2026-01-01T00:00:00Z", Some("2026-02-01T00:00:00Z"))];
    let cases = [
        ("2025-12-31T23:59:59Z", false),
        ("2026-01-01T00:00:00Z", true),
        ("2026-01-31T23:59:59Z", true),
        ("2026-02-01T00:00:00Z", false),
    ];
    for (instant, consents) in cases {
        assert_eq!(beneficiary.consents_to(ConsentPurpose::Matching, at(instant)), consents, "{instant}");
        assert!(!beneficiary.consents_to(ConsentPurpose::WishPublication, at(instant)));
    }
}

#[test]
fn what_was_withdrawn_and_not_given_again_is_withheld() {
    let early = "2026-01-01T00:00:00Z";
    let withdrawn = || consent(early, Some("2026-02-01T00:00:00Z"));
    let cases = [
        ("nothing was said", vec![], false),
        ("it stands", vec![consent(early, None)], false),
        ("it was withdrawn", vec![withdrawn()], true),
        ("it was withdrawn twice", vec![withdrawn(), withdrawn()], true),
        ("it was given again", vec![withdrawn(), consent("2026-02-02T00:00:00Z", None)], false),
    ];
    for (what, consents, withheld) in cases {
        let beneficiary = Beneficiary { consents, ..beneficiary() };
        assert_eq!(beneficiary.withholds(ConsentPurpose::Matching), withheld, "{what}");
        assert!(!beneficiary.withholds(ConsentPurpose::WishPublication), "{what}: of nothing else");
        assert_eq!(beneficiary.withholds_wishes(), withheld, "{what}: a wish asks to be matched");
    }
}

#[test]
fn what_is_said_of_consents_has_happened() {
    let mut said = beneficiary();
    let (now, later) = ("2026-02-01T00:00:00Z", "2026-02-01T00:00:01Z");
    said.consents = vec![consent(now, Some(now)), consent(now, Some(later)), consent(later, None)];
    assert_eq!(
        broken(|violations| said.check_said("beneficiary", at(now), violations)),
        rules(&[
            ("beneficiary.consents[1].withdraw_time", "consent.said"),
            ("beneficiary.consents[2].give_time", "consent.said")
        ])
    );
    assert_eq!(broken(|violations| said.check("beneficiary", violations)), [], "what is on record stays");
}

#[test]
fn faults_of_a_beneficiary_are_told_at_once() {
    let mut wrong = beneficiary();
    assert_eq!(broken(|violations| wrong.check("beneficiary", violations)), []);
    wrong.external = Some(external());
    wrong.external.as_mut().unwrap().external_id.clear();
    wrong.group_tags = vec![GroupTag::Elderly, GroupTag::Elderly];
    wrong.consents = vec![consent("2026-02-01T00:00:00Z", Some("2026-01-01T00:00:00Z"))];
    wrong.consents[0].given_by = " ".into();
    wrong.erased_at = Some(at("2026-03-01T00:00:00Z"));
    wrong.personal = Some(Sealed(vec![1]));
    assert_eq!(
        broken(|violations| wrong.check("beneficiary", violations)),
        rules(&[
            ("beneficiary.external.external_id", "external.external_id"),
            ("beneficiary.group_tags[1]", "list.unique"),
            ("beneficiary.consents[0].given_by", "text.required"),
            ("beneficiary.consents[0].withdraw_time", "consent.order"),
            ("beneficiary.personal", "beneficiary.erased"),
        ])
    );
    wrong = beneficiary();
    wrong.consents = vec![consent("2026-02-01T00:00:00Z", None); limits::CONSENTS_MAX + 1];
    assert_eq!(
        broken(|violations| wrong.check("beneficiary", violations)),
        rules(&[("beneficiary.consents", "list.max_items")])
    );
}

#[test]
fn a_household_is_checked_for_its_identity_and_groups() {
    let mut household = Household {
        id: HouseholdId::from_uuid(uuid::Uuid::from_u128(9)),
        external: None,
        residence_division: None,
        registration_division: None,
        group_tags: vec![GroupTag::Minor],
        version: Version(1),
        created_at: at("2026-01-01T00:00:00Z"),
        updated_at: at("2026-01-01T00:00:00Z"),
    };
    assert_eq!(broken(|violations| household.check("household", violations)), []);
    household.group_tags.push(GroupTag::Minor);
    assert_eq!(
        broken(|violations| household.check("household", violations)),
        rules(&[("household.group_tags[1]", "list.unique")])
    );
}
