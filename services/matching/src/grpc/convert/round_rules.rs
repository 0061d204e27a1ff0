//! The rules of a round.

use std::fmt::Arguments;

use wishwell_api::v1;
use wishwell_domain::Violations;
use wishwell_domain::ids::{NeedId, OrganizationId, ResourceId};
use wishwell_domain::round::{
    Aim, Bundling, Counting, Guarantee, LoadStep, Minimum, OrganizationCap, Pin, RoundRules, Scope,
};

use super::{common, referral};

/// Reads rules; what is not said is as usual. As long as there are violations they are good for further checks, and for nothing else.
pub(crate) fn rules(field: &str, message: Option<v1::RoundRules>, violations: &mut Violations) -> RoundRules {
    let usual = RoundRules::default();
    let Some(sent) = message else { return usual };
    let cap = |path: Arguments<'_>, cap: &v1::RoundOrganizationCap, violations: &mut Violations| {
        let organization = OrganizationId::parse_name(format_args!("{path}.organization"), &cap.organization);
        Some(OrganizationCap { organization: violations.take(organization)?, units: cap.units })
    };
    RoundRules {
        scope: sent.scope.as_ref().map(|sent| scope(field, sent, violations)).unwrap_or_default(),
        counting: counting(sent.counting()),
        aims: if sent.aims.is_empty() { usual.aims } else { sent.aims().filter_map(aim).collect() },
        guarantee_first: sent.guarantee_first,
        guarantees: common::readable(format_args!("{field}.guarantees"), &sent.guarantees, violations, guarantee),
        load_steps: if sent.load_steps.is_empty() { usual.load_steps } else { load_steps(&sent.load_steps) },
        organization_caps: common::readable(
            format_args!("{field}.organization_caps"),
            &sent.organization_caps,
            violations,
            cap,
        ),
        bundling: bundling(sent.bundling()),
        partners_per_need_max: sent.partners_per_need_max.map(count),
        contacts_per_organization_max: match sent.contacts_per_organization_max {
            None => usual.contacts_per_organization_max,
            Some(i32::MAX) => None,
            Some(most) => Some(count(most)),
        },
        candidates_per_item_max: sent.candidates_per_item_max.map_or(usual.candidates_per_item_max, count),
        radius_metres_max: sent.radius_metres_max.map(count),
        pinned: common::readable(format_args!("{field}.pinned"), &sent.pinned, violations, pin),
    }
}

fn count(value: i32) -> u32 {
    u32::try_from(value).unwrap_or_default()
}

fn scope(field: &str, sent: &v1::RoundScope, violations: &mut Violations) -> Scope {
    let need = |path: Arguments<'_>, name: &String, violations: &mut Violations| {
        violations.take(NeedId::parse_name(path, name))
    };
    Scope {
        divisions: common::divisions(format_args!("{field}.scope.divisions"), &sent.divisions, violations),
        categories: common::categories(format_args!("{field}.scope.categories"), &sent.categories, violations),
        group_tags: common::group_tags(format_args!("{field}.scope.group_tags"), &sent.group_tags, violations),
        needs: common::readable(format_args!("{field}.scope.needs"), &sent.needs, violations, need),
    }
}

pub(crate) const fn counting(sent: v1::RoundCounting) -> Counting {
    match sent {
        v1::RoundCounting::Units => Counting::Units,
        v1::RoundCounting::People | v1::RoundCounting::Unspecified => Counting::People,
    }
}

pub(crate) const fn aim(sent: v1::RoundAim) -> Option<Aim> {
    match sent {
        v1::RoundAim::Guarantee => Some(Aim::Guarantee),
        v1::RoundAim::Distance => Some(Aim::Distance),
        v1::RoundAim::Load => Some(Aim::Load),
        v1::RoundAim::Unspecified => None,
    }
}

const fn bundling(sent: v1::RoundBundling) -> Bundling {
    match sent {
        v1::RoundBundling::Needs => Bundling::Needs,
        v1::RoundBundling::Households => Bundling::Households,
        v1::RoundBundling::Items | v1::RoundBundling::Unspecified => Bundling::Items,
    }
}

fn guarantee(field: Arguments<'_>, sent: &v1::RoundGuarantee, violations: &mut Violations) -> Option<Guarantee> {
    let division = common::division(format_args!("{field}.division"), &sent.division, violations);
    if division.is_none() && !sent.division.is_empty() {
        return None;
    }
    // Validation holds it to one of the two.
    let minimum = if sent.units > 0 {
        Minimum::Units(sent.units)
    } else {
        Minimum::SharePermille(u16::try_from(sent.share_permille).unwrap_or_default())
    };
    Some(Guarantee { group_tag: common::group_tag(sent.group_tag), division, minimum })
}

pub(crate) fn load_steps(sent: &[v1::RoundLoadStep]) -> Vec<LoadStep> {
    sent.iter()
        .map(|step| LoadStep {
            from_permille: u16::try_from(step.from_permille).unwrap_or_default(),
            price: count(step.price),
        })
        .collect()
}

fn pin(field: Arguments<'_>, sent: &v1::RoundPin, violations: &mut Violations) -> Option<Pin> {
    let need = violations.take(NeedId::parse_name(format_args!("{field}.need"), &sent.need));
    let resource = violations.take(ResourceId::parse_name(format_args!("{field}.resource"), &sent.resource));
    let item_ordinal = referral::item_ordinal(&format!("{field}.item_ordinal"), sent.item_ordinal, violations);
    Some(Pin { need: need?, item_ordinal: item_ordinal?, resource: resource?, quantity: sent.quantity })
}

/// Rules as they are answered: all of them, as they hold.
pub(crate) fn rules_out(rules: &RoundRules) -> v1::RoundRules {
    let number = |value: u32| i32::try_from(value).unwrap_or(i32::MAX);
    let scope = &rules.scope;
    v1::RoundRules {
        scope: Some(v1::RoundScope {
            divisions: scope.divisions.iter().map(ToString::to_string).collect(),
            categories: scope.categories.iter().map(ToString::to_string).collect(),
            group_tags: common::group_tags_out(&scope.group_tags),
            needs: scope.needs.iter().map(NeedId::name).collect(),
        }),
        counting: match rules.counting {
            Counting::Units => v1::RoundCounting::Units,
            Counting::People => v1::RoundCounting::People,
        }
        .into(),
        aims: rules.aims.iter().map(|aim| aim_out(*aim).into()).collect(),
        guarantee_first: rules.guarantee_first,
        guarantees: rules.guarantees.iter().map(guarantee_out).collect(),
        load_steps: rules
            .load_steps
            .iter()
            .map(|step| v1::RoundLoadStep { from_permille: step.from_permille.into(), price: number(step.price) })
            .collect(),
        organization_caps: rules
            .organization_caps
            .iter()
            .map(|cap| v1::RoundOrganizationCap { organization: cap.organization.name(), units: cap.units })
            .collect(),
        bundling: match rules.bundling {
            Bundling::Items => v1::RoundBundling::Items,
            Bundling::Needs => v1::RoundBundling::Needs,
            Bundling::Households => v1::RoundBundling::Households,
        }
        .into(),
        partners_per_need_max: rules.partners_per_need_max.map(number),
        contacts_per_organization_max: Some(rules.contacts_per_organization_max.map_or(i32::MAX, number)),
        candidates_per_item_max: Some(number(rules.candidates_per_item_max)),
        radius_metres_max: rules.radius_metres_max.map(number),
        pinned: rules
            .pinned
            .iter()
            .map(|pin| v1::RoundPin {
                need: pin.need.name(),
                item_ordinal: pin.item_ordinal.into(),
                resource: pin.resource.name(),
                quantity: pin.quantity,
            })
            .collect(),
    }
}

const fn aim_out(aim: Aim) -> v1::RoundAim {
    match aim {
        Aim::Guarantee => v1::RoundAim::Guarantee,
        Aim::Distance => v1::RoundAim::Distance,
        Aim::Load => v1::RoundAim::Load,
    }
}

fn guarantee_out(guarantee: &Guarantee) -> v1::RoundGuarantee {
    let (share_permille, units) = match guarantee.minimum {
        Minimum::SharePermille(share) => (share.into(), 0),
        Minimum::Units(units) => (0, units),
    };
    v1::RoundGuarantee {
        group_tag: guarantee.group_tag.map_or_else(|| v1::GroupTag::Unspecified.into(), common::group_tag_out),
        division: common::code_out(guarantee.division.as_ref()),
        share_permille,
        units,
    }
}
