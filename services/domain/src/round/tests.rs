use super::*;
use crate::beneficiary::GroupTag;
use crate::error::Violations;
use crate::ids::DivisionCode;

fn broken(rules: &RoundRules) -> Vec<String> {
    let mut violations = Violations::new();
    rules.check("rules", &mut violations);
    violations.as_slice().iter().map(|violation| violation.rule.clone()).collect()
}

fn guarantee(group_tag: Option<GroupTag>, division: Option<&str>, minimum: Minimum) -> Guarantee {
    let division = division.map(|code| DivisionCode::parse("division", code).unwrap());
    Guarantee { group_tag, division, minimum }
}

#[test]
fn the_usual_rules_are_in_order() {
    assert_eq!(broken(&RoundRules::default()), Vec::<String>::new());
}

#[test]
fn each_broken_rule_is_named() {
    let usual = RoundRules::default;
    let half = Minimum::SharePermille(500);
    let cases = [
        (RoundRules { aims: vec![Aim::Distance, Aim::Load], ..usual() }, "round.aims"),
        (RoundRules { aims: vec![Aim::Distance, Aim::Load, Aim::Load], ..usual() }, "round.aims"),
        (RoundRules { candidates_per_item_max: 0, ..usual() }, "round.candidates"),
        (RoundRules { partners_per_need_max: Some(0), ..usual() }, "round.partners"),
        (RoundRules { radius_metres_max: Some(u32::MAX), ..usual() }, "round.radius"),
        (
            RoundRules { guarantees: vec![guarantee(None, None, Minimum::SharePermille(1_001))], ..usual() },
            "round.share_permille",
        ),
        (RoundRules { guarantees: vec![guarantee(None, None, Minimum::Units(0))], ..usual() }, "round.quantity"),
        (
            RoundRules {
                guarantees: vec![
                    guarantee(Some(GroupTag::Minor), None, half),
                    guarantee(Some(GroupTag::Minor), None, half),
                ],
                ..usual()
            },
            "round.guarantee_twice",
        ),
        (
            RoundRules {
                guarantees: vec![guarantee(Some(GroupTag::Minor), None, half), guarantee(None, Some("640104"), half)],
                ..usual()
            },
            "round.guarantees_cross",
        ),
        (
            RoundRules {
                load_steps: vec![LoadStep { from_permille: 500, price: 2 }, LoadStep { from_permille: 800, price: 1 }],
                ..usual()
            },
            "round.load_convex",
        ),
        (RoundRules { load_steps: vec![LoadStep { from_permille: 1_000, price: 1 }], ..usual() }, "round.load_step"),
    ];
    for (rules, rule) in cases {
        assert_eq!(broken(&rules), vec![rule.to_owned()], "{rules:?}");
    }
}

#[test]
fn rules_that_say_little_are_the_usual_ones_for_the_rest() {
    let read: RoundRules = serde_json::from_str(r#"{"counting":"units"}"#).unwrap();
    assert_eq!(read, RoundRules { counting: Counting::Units, ..RoundRules::default() });
    let written = serde_json::to_string(&read).unwrap();
    assert_eq!(serde_json::from_str::<RoundRules>(&written).unwrap(), read);
}

#[test]
fn totals_that_do_not_add_up_are_seen() {
    let tally = Tally { items: 3, served: 1, partly: 1, unserved: 1, units_asked: 6, units_served: 3 };
    let totals = RoundTotals {
        all: tally,
        tiers: vec![TierTally { tier: 1, tally }],
        reasons: vec![ReasonCount { reason: UnservedReason::Capacity, items: 2, units: 3 }],
        ..RoundTotals::default()
    };
    assert!(totals.reconcile());
    assert!(!RoundTotals { reasons: Vec::new(), ..totals.clone() }.reconcile());
    assert!(!RoundTotals { tiers: Vec::new(), ..totals.clone() }.reconcile());
    assert!(!RoundTotals { all: Tally { served: 2, ..tally }, ..totals }.reconcile());
}

#[test]
fn figures_beyond_64_bits_survive_being_written_down() {
    let figure = LevelFigure { level: RoundLevel::Tier(1), reached: 1 << 100, bound: -(1 << 90) };
    let written = serde_json::to_string(&figure).unwrap();
    assert_eq!(serde_json::from_str::<LevelFigure>(&written).unwrap(), figure);
}

#[test]
fn the_least_of_a_guarantee_is_told_of_by_the_field_that_says_it() {
    for (minimum, field) in [
        (Minimum::SharePermille(0), "rules.guarantees[0].share_permille"),
        (Minimum::Units(0), "rules.guarantees[0].units"),
    ] {
        let mut violations = Violations::new();
        let rules = RoundRules { guarantees: vec![guarantee(None, None, minimum)], ..RoundRules::default() };
        rules.check("rules", &mut violations);
        let fields: Vec<_> = violations.as_slice().iter().map(|violation| violation.field.as_str()).collect();
        assert_eq!(fields, [field]);
    }
}
