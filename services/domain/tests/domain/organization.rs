use wishwell_domain::limits;
use wishwell_domain::organization::{Organization, OrganizationKind, OrganizationState, Vetting};
use wishwell_domain::social_credit_code::SocialCreditCode;

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
fn only_a_suspended_organization_has_a_reason_for_it_of_bounded_length() {
    let check = |organization: &Organization| broken(|violations| organization.check("organization", violations));
    let mut organization = organization();
    organization.suspension_reason = "a complaint is being looked into".into();
    organization.state = OrganizationState::Suspended;
    assert_eq!(check(&organization), []);
    organization.state = OrganizationState::Verified;
    let field = "organization.suspension_reason";
    assert_eq!(check(&organization), rules(&[(field, field)]));
    organization.state = OrganizationState::Suspended;
    organization.suspension_reason = "r".repeat(limits::REASON_CHARS_MAX + 1);
    assert_eq!(check(&organization), rules(&[(field, "text.max_length")]));
}

#[test]
fn an_organization_is_somebody_else_by_what_is_verified_of_it_and_by_nothing_more() {
    let known = organization();
    let changed = |change: fn(&mut Organization)| {
        let mut other = known.clone();
        change(&mut other);
        known.differs_in_identity(&other)
    };
    assert!(changed(|o| o.external = None));
    assert!(changed(|o| o.name.zh.push('甲')));
    assert!(changed(|o| o.kind = OrganizationKind::Other));
    assert!(changed(|o| o.social_credit_code = SocialCreditCode::parse("code", "91350100M000100Y43").ok()));
    assert!(!changed(|o| o.contact.phone = "000-2".into()));
    assert!(!changed(|o| o.division = None));
    assert!(!changed(|o| o.version.0 += 1));
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
