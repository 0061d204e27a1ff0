use proptest::prelude::*;
use uuid::Uuid;
use wishwell_domain::ids::{CategoryCode, DivisionCode, ExternalId, NeedId, OrganizationId, TenantId};
use wishwell_domain::social_credit_code::SocialCreditCode;
use wishwell_domain::unit::{UNITS, Unit};

use crate::fixtures::{Expected, broken, external, rules, unit};

#[test]
fn social_credit_codes_of_public_bodies_are_right() {
    // The standard's own example, then codes that their owners publish: two universities, two banks, four companies.
    let codes = [
        "91350100M000100Y43",
        "12100000400000624D",
        "12100000400002259P",
        "91100000100003962T",
        "91440300100012316L",
        "91110000710925462X",
        "914403001922038216",
        "91440300192317458F",
        "91110302562134916R",
    ];
    for code in codes {
        assert_eq!(SocialCreditCode::parse("code", code).unwrap().as_str(), code);
    }
}

#[test]
fn a_code_that_is_not_a_social_credit_code_is_refused_with_its_fault() {
    let alphabet = "must be 18 digits or capital letters other than I, O, S, V and Z (GB 32100-2015)";
    let check = "has a wrong check character (GB 32100-2015)";
    let cases = [
        ("", alphabet),
        ("91350100M000100Y4", alphabet),
        ("91350100M000100Y433", alphabet),
        ("91350100m000100y43", alphabet),
        ("91350100O000100Y43", alphabet),
        ("９1350100M000100Y43", alphabet),
        ("91350100M000100Y44", check),
        ("91350100M000010Y43", check),
        ("000000000000000001", check),
    ];
    for (code, message) in cases {
        let violation = SocialCreditCode::parse("organization.social_credit_code", code).unwrap_err();
        assert_eq!(violation.message, message, "{code}");
        assert_eq!(violation.field, "organization.social_credit_code");
        assert_eq!(violation.rule, "social_credit_code");
        assert_eq!(violation.value.as_deref(), Some(code));
    }
}

const ALPHABET: &str = "0123456789ABCDEFGHJKLMNPQRTUWXY";

proptest! {
    #[test]
    fn one_wrong_character_or_two_swapped_neighbours_break_a_social_credit_code(
        place in 0_usize..18, replacement in proptest::sample::select(ALPHABET.as_bytes()), neighbour in 0_usize..17,
    ) {
        let code = b"91350100M000100Y43";
        let parse = |bytes: &[u8]| SocialCreditCode::parse("code", std::str::from_utf8(bytes).unwrap());
        let mut changed = *code;
        changed[place] = replacement;
        prop_assert_eq!(parse(&changed).is_ok(), changed == *code);
        let mut swapped = *code;
        swapped.swap(neighbour, neighbour + 1);
        prop_assert_eq!(parse(&swapped).is_ok(), swapped == *code);
    }

    #[test]
    fn each_start_has_exactly_one_check_character(start in "[0-9A-HJ-NPQRTUWXY]{17}") {
        let right = ALPHABET.chars().filter(|last| SocialCreditCode::parse("code", &format!("{start}{last}")).is_ok());
        prop_assert_eq!(right.count(), 1);
    }

    #[test]
    fn no_text_makes_a_code_panic(text in ".{0,40}") {
        let _ = SocialCreditCode::parse("code", &text);
        let _ = DivisionCode::parse("code", &text);
        let _ = CategoryCode::parse("code", &text);
        let _ = TenantId::parse("code", &text);
        let _ = Unit::parse("unit", &text);
        let _ = NeedId::parse_name("name", &text);
    }

    #[test]
    fn a_resource_name_reads_back_as_its_id(id in any::<u128>()) {
        let id = NeedId::from_uuid(Uuid::from_u128(id));
        prop_assert_eq!(NeedId::parse_name("name", &id.name()), Ok(id));
        prop_assert_eq!(id.to_string(), id.name());
    }
}

#[test]
fn a_resource_name_of_another_collection_or_shape_is_refused() {
    let id = "01890a5d-ac96-774b-bcce-b302099a8057";
    assert!(NeedId::parse_name("name", &format!("needs/{id}")).is_ok());
    let wrong = [
        String::new(),
        id.to_owned(),
        format!("needs{id}"),
        format!("needs//{id}"),
        format!("organizations/{id}"),
        format!("needs/{id}/"),
        format!("needs/{}", &id[1..]),
        "needs/".to_owned(),
    ];
    for name in wrong {
        let violation = NeedId::parse_name("need.name", &name).unwrap_err();
        assert_eq!((violation.rule.as_str(), violation.value.as_deref()), ("resource_name", Some(name.as_str())));
    }
    assert_eq!(OrganizationId::COLLECTION, "organizations");
}

#[test]
fn codes_are_checked_by_their_rule() {
    let division = |code: &str| DivisionCode::parse("d", code).is_ok();
    let category = |code: &str| CategoryCode::parse("c", code).is_ok();
    let tenant = |code: &str| TenantId::parse("t", code).is_ok();
    for code in ["64", "6401", "640104", "640104001", "640104001002"] {
        assert!(division(code), "{code}");
    }
    for code in ["", "6", "640", "64010", "6401040", "06", "6401O4", "６４", "6401040010021", "-6", " 64"] {
        assert!(!division(code), "{code}");
    }
    for code in ["a", "A-1", "education.tutoring", "9_b", &"x".repeat(64)] {
        assert!(category(code), "{code}");
    }
    for code in ["", ".a", "-a", "_a", "a b", "a/b", "教育", &"x".repeat(65)] {
        assert!(!category(code), "{code}");
    }
    for code in ["a", "yinchuan", "demo-1", &"x".repeat(63)] {
        assert!(tenant(code), "{code}");
    }
    for code in ["", "1a", "-a", "A", "a_b", "a.b", &"x".repeat(64)] {
        assert!(!tenant(code), "{code}");
    }
}

#[test]
fn a_code_is_checked_when_it_is_read_from_json_too() {
    assert!(serde_json::from_str::<DivisionCode>("\"640104\"").is_ok());
    assert!(serde_json::from_str::<DivisionCode>("\"64010\"").is_err());
    assert!(serde_json::from_str::<CategoryCode>("\"a b\"").is_err());
    assert!(serde_json::from_str::<SocialCreditCode>("\"91350100M000100Y44\"").is_err());
    assert!(serde_json::from_str::<Unit>("\"parsec\"").is_err());
    assert_eq!(serde_json::to_string(&unit("visit")).unwrap(), "\"visit\"");
}

#[test]
fn every_unit_has_a_code_of_its_own_and_both_names() {
    for (index, (code, zh, en)) in UNITS.iter().enumerate() {
        let unit = unit(code);
        assert_eq!(usize::from(unit.index()), index, "{code} comes twice");
        assert_eq!((unit.code(), unit.zh(), unit.en()), (*code, *zh, *en));
        assert!(!zh.is_empty() && !en.is_empty());
        assert!(code.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_') && code.len() <= 32);
    }
    assert_eq!(Unit::PIECE.code(), "piece");
    let violation = Unit::parse("need.items[0].quantity.unit", "parsec").unwrap_err();
    assert_eq!((violation.rule.as_str(), violation.value.as_deref()), ("unit", Some("parsec")));
}

#[test]
fn units_keep_their_place_in_the_catalogue() {
    // Indices are kept in snapshots: entries are only ever appended.
    for (code, index) in
        [("piece", 0), ("hour", 8), ("visit", 14), ("session", 15), ("person", 18), ("fen", 24), ("minor_unit", 25)]
    {
        assert_eq!(unit(code).index(), index, "{code}");
    }
}

#[test]
fn an_external_identity_names_a_plain_source_and_any_printable_identifier() {
    let with = |source: &str, external_id: &str| ExternalId { source: source.into(), external_id: external_id.into() };
    let both = [("external.source", "external.source"), ("external.external_id", "external.external_id")];
    let long = "x".repeat(129);
    let cases: Vec<(ExternalId, Expected<'_>)> = vec![
        (external(), &[]),
        (with("12349", "工单-2026/1 号"), &[]),
        (with("a".repeat(64).as_str(), &long[1..]), &[]),
        (with("", ""), &both),
        (with(":a", " "), &both),
        (with("热线", "a\u{0}b"), &both),
        (with("a".repeat(65).as_str(), &long), &both),
        (with("a b", "a\nb"), &both),
    ];
    for (external, expected) in cases {
        assert_eq!(broken(|violations| external.check("external", violations)), rules(expected), "{external:?}");
    }
}
