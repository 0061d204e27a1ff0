use wishwell_domain::beneficiary::GroupTag;
use wishwell_domain::fact::{FactType, FactValue, Facts};
use wishwell_domain::fact_catalogue::{FACTS, definition, index_of};
use wishwell_domain::limits;

use crate::fixtures::{division_code, rules, violations};

fn facts(entries: &[(&str, FactValue)]) -> Facts {
    Facts(entries.iter().map(|(key, value)| ((*key).to_owned(), value.clone())).collect())
}

fn text(value: &str) -> FactValue {
    FactValue::Text(value.into())
}

fn texts(values: &[&str]) -> FactValue {
    FactValue::Texts(values.iter().map(|value| (*value).to_owned()).collect())
}

#[test]
fn every_fact_has_a_key_of_its_own_both_names_and_a_proof() {
    for (index, fact) in FACTS.iter().enumerate() {
        assert_eq!(index_of(fact.key), Some(index), "{} comes twice", fact.key);
        assert_eq!(definition(fact.key), Some(fact));
        assert!(fact.key.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_'), "{}", fact.key);
        for words in [fact.zh, fact.en, fact.proof.0, fact.proof.1] {
            assert!(!words.is_empty(), "{}", fact.key);
        }
        assert_eq!(fact.fact_type == FactType::Int, fact.range.0 < fact.range.1, "{}", fact.key);
    }
    assert_eq!(
        definition("has_disability_certificate").map(|fact| fact.proof),
        Some(("残疾人证", "disability certificate"))
    );
    assert_eq!(definition("shoe_size"), None);
    assert!(FACTS.len() <= limits::FACTS_MAX, "all facts can be given at once");
}

#[test]
fn facts_are_checked_against_the_catalogue_and_never_shown() {
    let cases: Vec<(&str, FactValue, &str)> = vec![
        ("age_years", FactValue::Int(73), ""),
        ("age_years", FactValue::Int(-1), "fact.range"),
        ("age_years", FactValue::Int(i64::MAX), "fact.range"),
        ("age_years", text("73"), "fact.type"),
        ("lives_alone", FactValue::Bool(true), ""),
        ("lives_alone", FactValue::Int(1), "fact.type"),
        ("gender", text("female"), ""),
        ("gender", text("女"), "fact.code"),
        ("disability_level", FactValue::Int(4), ""),
        ("disability_level", FactValue::Int(5), "fact.range"),
        ("residence_division", text("640104001"), ""),
        ("residence_division", text(""), "fact.text_length"),
        ("residence_division", text(&"9".repeat(limits::FACT_TEXT_CHARS_MAX + 1)), "fact.text_length"),
        ("group_tags", texts(&["elderly", "disabled"]), ""),
        ("group_tags", texts(&["rich"]), "fact.code"),
        ("group_tags", texts(&["elderly"; limits::FACT_TEXTS_MAX + 1]), "list.max_items"),
        ("group_tags", text("elderly"), "fact.type"),
    ];
    for (key, value, rule) in cases {
        let found = violations(|violations| facts(&[(key, value.clone())]).check("need.facts", violations));
        if rule.is_empty() {
            assert_eq!(found, [], "{key} {value:?}");
        } else {
            assert_eq!(found.len(), 1, "{key} {value:?}");
            assert_eq!((found[0].field.clone(), found[0].rule.as_str()), (format!("need.facts[{key}]"), rule));
            assert_eq!(found[0].value, None);
        }
    }
}

#[test]
fn an_unknown_fact_is_refused_without_its_key_which_might_be_a_value() {
    let found = violations(|violations| facts(&[("zhang_san", FactValue::Bool(true))]).check("need.facts", violations));
    assert_eq!(
        found.iter().map(|v| (v.field.clone(), v.rule.clone())).collect::<Vec<_>>(),
        rules(&[("need.facts", "fact.unknown_key")])
    );
    assert!(!found[0].to_string().contains("zhang"));
}

#[test]
fn too_many_facts_are_refused_before_they_are_read() {
    let many = Facts((0..1_000).map(|i| (format!("k{i}"), FactValue::Bool(true))).collect());
    let found = violations(|violations| many.check("facts", violations));
    assert_eq!(found[0].rule, "list.max_items");
    assert!(found.len() <= limits::FACTS_MAX + 1);
}

#[test]
fn group_tags_and_divisions_become_facts_but_say_nothing_by_their_absence() {
    let (residence, registration) = (division_code("640104001"), division_code("640202"));
    let derived = facts(&[("is_veteran", FactValue::Bool(false))]).with_derived(
        &[GroupTag::Veteran, GroupTag::Elderly, GroupTag::Elderly],
        Some(&residence),
        Some(&registration),
    );
    let expected = facts(&[
        // What was said goes before what is derived.
        ("is_veteran", FactValue::Bool(false)),
        ("is_elderly", FactValue::Bool(true)),
        ("group_tags", texts(&["elderly", "veteran"])),
        ("residence_division", text("640104001")),
        ("registration_division", text("640202")),
    ]);
    assert_eq!(derived, expected);
    assert_eq!(Facts::default().with_derived(&[], None, None), Facts::default());
}

#[test]
fn every_group_tag_makes_an_acceptable_fact_true() {
    let all = Facts::default().with_derived(&GroupTag::ALL, None, None);
    assert_eq!(all.0.len(), GroupTag::ALL.len() + 1);
    assert_eq!(violations(|violations| all.check("facts", violations)), []);
    for tag in GroupTag::ALL {
        assert_eq!(all.get(tag.fact_key()), Some(&FactValue::Bool(true)));
        assert_eq!(serde_json::to_value(tag).unwrap(), tag.name());
    }
}

#[test]
fn a_need_s_facts_go_before_those_of_its_beneficiary() {
    let need = facts(&[("lives_alone", FactValue::Bool(false))]);
    let beneficiary = facts(&[("lives_alone", FactValue::Bool(true)), ("age_years", FactValue::Int(73))]);
    let expected = facts(&[("lives_alone", FactValue::Bool(false)), ("age_years", FactValue::Int(73))]);
    assert_eq!(need.or(&beneficiary), expected);
}

#[test]
fn facts_keep_their_types_through_json() {
    let all = facts(&[
        ("age_years", FactValue::Int(73)),
        ("lives_alone", FactValue::Bool(true)),
        ("gender", text("female")),
        ("group_tags", texts(&[])),
    ]);
    let json = serde_json::to_string(&all).unwrap();
    assert_eq!(json, r#"{"age_years":73,"gender":"female","group_tags":[],"lives_alone":true}"#);
    assert_eq!(serde_json::from_str::<Facts>(&json).unwrap(), all);
}
