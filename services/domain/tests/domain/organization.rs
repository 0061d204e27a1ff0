use wishwell_domain::limits;
use wishwell_domain::organization::{OrganizationState, Vetting};

use crate::fixtures::{broken, date, organization, rules};

#[test]
fn an_organization_with_a_name_in_one_language_is_accepted() {
    let mut organization = organization();
    organization.name.en.clear();
    assert_eq!(broken(|violations| organization.check("organization", violations)), []);
}

#[test]
fn faults_of_an_organization_are_told_at_once() {
    let mut organization = organization();
    organization.external.as_mut().unwrap().source = "a b".into();
    organization.name.zh = "名".repeat(limits::TITLE_CHARS_MAX + 1);
    organization.name.en = " ".into();
    organization.contact.phone = "1".repeat(limits::PHONE_CHARS_MAX + 1);
    organization.contact.email = "e".repeat(limits::EMAIL_CHARS_MAX + 1);
    organization.contact.url = "u".repeat(limits::URL_CHARS_MAX + 1);
    organization.contact.address = "a".repeat(limits::ADDRESS_CHARS_MAX + 1);
    organization.vetted_for_minors =
        Some(Vetting { valid_until: Some(date("0001-01-01")), note: "n".repeat(limits::NOTE_CHARS_MAX + 1) });
    assert_eq!(
        broken(|violations| organization.check("organization", violations)),
        rules(&[
            ("organization.external.source", "external.source"),
            ("organization.title.zh", "text.max_length"),
            ("organization.contact.phone", "text.max_length"),
            ("organization.contact.email", "text.max_length"),
            ("organization.contact.url", "text.max_length"),
            ("organization.contact.address", "text.max_length"),
            ("organization.vetting.minors.valid_until", "date.range"),
            ("organization.vetting.minors.note", "text.max_length"),
        ])
    );
    organization.name.zh.clear();
    let broken = broken(|violations| organization.check("organization", violations));
    assert!(broken.contains(&("organization.title".into(), "localized_text.required".into())));
}

#[test]
fn a_vetting_holds_through_its_last_day() {
    let vetting = Vetting { valid_until: Some(date("2026-11-23")), note: String::new() };
    assert!(vetting.holds_on(date("2026-11-23")));
    assert!(!vetting.holds_on(date("2026-11-24")));
    assert!(Vetting { valid_until: None, ..vetting }.holds_on(date("2099-12-31")));
}

#[test]
fn organizations_move_between_states_as_the_table_says() {
    use OrganizationState::{Applied, Suspended, Verified};
    let table = [
        (Applied, Applied, false),
        (Applied, Verified, true),
        (Applied, Suspended, true),
        (Verified, Applied, false),
        (Verified, Verified, false),
        (Verified, Suspended, true),
        (Suspended, Applied, false),
        (Suspended, Verified, true),
        (Suspended, Suspended, false),
    ];
    for (from, to, allowed) in table {
        assert_eq!(from.may_become(to), allowed, "{from:?} to {to:?}");
    }
}
