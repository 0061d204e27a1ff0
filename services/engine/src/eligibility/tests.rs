//! Tests of the eligibility language.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::collections::BTreeMap;

use cel::{Context, Program as Reference, Value};
use wishwell_domain::beneficiary::GroupTag;
use wishwell_domain::fact::{FactValue, Facts};

use super::{BoundFacts, Program, Verdict};
use crate::tests::worlds::Dice;

fn compile(source: &str) -> Program {
    Program::compile(source).unwrap_or_else(|error| panic!("{source}: {error}"))
}

fn facts(known: &[(&str, FactValue)]) -> Facts {
    Facts(known.iter().map(|(key, value)| ((*key).to_owned(), value.clone())).collect())
}

fn missing(source: &str, known: &[(&str, FactValue)]) -> Vec<&'static str> {
    match compile(source).evaluate(&BoundFacts::new(&facts(known), &[])) {
        Verdict::Unknown { missing } => missing.iter().map(|fact| fact.key).collect(),
        verdict => panic!("{source}: {verdict:?}"),
    }
}

fn false_clause<'s>(source: &'s str, known: &[(&str, FactValue)]) -> &'s str {
    match compile(source).evaluate(&BoundFacts::new(&facts(known), &[])) {
        Verdict::Ineligible { start, end } => &source[usize::from(start)..usize::from(end)],
        verdict => panic!("{source}: {verdict:?}"),
    }
}

const INTS: [&str; 4] = ["age_years", "disability_level", "household_size", "minors_in_household"];
const BOOLS: [&str; 4] = ["is_orphan", "is_veteran", "lives_alone", "seeks_work"];
const TEXTS: [&str; 2] = ["gender", "residence_division"];
const WORDS: [&str; 5] = ["female", "male", "6401", "640104001", "elderly"];

fn random_bool(dice: &mut Dice, depth: usize) -> String {
    if depth == 0 {
        return dice.pick(&["true", "false", BOOLS[0], BOOLS[1], BOOLS[2], BOOLS[3]]).to_owned();
    }
    let deeper = depth - 1;
    match dice.below(10) {
        0 => format!("!({})", random_bool(dice, deeper)),
        1 => format!("({} && {})", random_bool(dice, deeper), random_bool(dice, deeper)),
        2 => format!("({} || {})", random_bool(dice, deeper), random_bool(dice, deeper)),
        3 => format!("({} ? {} : {})", random_bool(dice, deeper), random_bool(dice, deeper), random_bool(dice, deeper)),
        4 => {
            let comparison = dice.pick(&["==", "!=", "<", "<=", ">", ">="]);
            format!("({} {comparison} {})", random_int(dice, deeper), random_int(dice, deeper))
        }
        5 => format!("({} {} {})", random_text(dice), dice.pick(&["==", "!="]), random_text(dice)),
        6 => format!("{}.startsWith({})", random_text(dice), random_text(dice)),
        7 => format!("({} in [{}, {}])", random_int(dice, deeper), dice.below(5), dice.below(5)),
        8 => format!("({} in group_tags)", random_text(dice)),
        _ => format!("({} == {})", random_bool(dice, deeper), random_bool(dice, deeper)),
    }
}

fn random_int(dice: &mut Dice, depth: usize) -> String {
    if depth == 0 || dice.chance(50) {
        return if dice.chance(50) { dice.pick(&INTS).to_owned() } else { dice.below(6).to_string() };
    }
    let operator = dice.pick(&["+", "-", "*", "/", "%"]);
    match dice.below(4) {
        0 => format!("-({})", random_int(dice, depth - 1)),
        _ => format!("({} {operator} {})", random_int(dice, depth - 1), random_int(dice, depth - 1)),
    }
}

fn random_text(dice: &mut Dice) -> String {
    if dice.chance(50) { dice.pick(&TEXTS).to_owned() } else { format!("'{}'", dice.pick(&WORDS)) }
}

fn random_facts(dice: &mut Dice) -> Facts {
    let mut known = BTreeMap::new();
    known.extend(INTS.map(|key| (key.to_owned(), FactValue::Int(dice.below(6) as i64))));
    known.extend(BOOLS.map(|key| (key.to_owned(), FactValue::Bool(dice.chance(50)))));
    known.extend(TEXTS.map(|key| (key.to_owned(), FactValue::Text(dice.pick(&WORDS).to_owned()))));
    let tags = WORDS.iter().filter(|_| dice.chance(40)).map(|word| (*word).to_owned()).collect();
    known.insert("group_tags".to_owned(), FactValue::Texts(tags));
    Facts(known)
}

/// What the `cel` crate says: none for an error.
fn reference(base: &Context<'_, '_>, source: &str, facts: &Facts) -> Option<bool> {
    let mut context = base.new_inner_scope();
    for (key, value) in &facts.0 {
        match value {
            FactValue::Bool(value) => context.add_variable_from_value(key.clone(), *value),
            FactValue::Int(value) => context.add_variable_from_value(key.clone(), *value),
            FactValue::Text(value) => context.add_variable_from_value(key.clone(), value.clone()),
            FactValue::Texts(values) => context.add_variable_from_value(key.clone(), values.clone()),
        };
    }
    match Reference::compile(source).expect("it parses").execute(&context) {
        Ok(Value::Bool(value)) => Some(value),
        _ => None,
    }
}

#[test]
fn with_all_facts_known_the_verdict_is_that_of_the_cel_crate() {
    let base = Context::default();
    let mut decided = 0;
    for seed in 0..6_000 {
        let mut dice = Dice(seed);
        let depth = 1 + dice.below(3);
        let source = random_bool(&mut dice, depth);
        // Long expressions are refused by both the bytes and the operators they may have.
        let Ok(program) = Program::compile(&source) else { continue };
        let facts = random_facts(&mut dice);
        let ours = match program.evaluate(&BoundFacts::complete(&facts)) {
            Verdict::Eligible => Some(true),
            Verdict::Ineligible { .. } => Some(false),
            Verdict::Unknown { missing } => {
                assert!(missing.is_empty(), "{source}: nothing is missing");
                None
            }
        };
        let theirs = reference(&base, &source, &facts);
        assert_eq!(ours, theirs, "{source} with {facts:?}");
        assert_eq!(program.holds(&BoundFacts::complete(&facts)), theirs, "{source} with {facts:?}");
        decided += usize::from(ours.is_some());
    }
    assert!(decided > 4_000, "only {decided} expressions were decided");
}

#[test]
fn what_is_known_from_part_of_the_facts_stays_so_whatever_the_rest_is() {
    for seed in 0..3_000 {
        let mut dice = Dice(seed + 1_000_000);
        let source = random_bool(&mut dice, 2);
        let Ok(program) = Program::compile(&source) else { continue };
        let whole = random_facts(&mut dice);
        let part = Facts(
            whole.0.iter().filter(|_| dice.chance(50)).map(|(key, value)| (key.clone(), value.clone())).collect(),
        );
        let partial = program.evaluate(&BoundFacts::complete(&part));
        let complete = program.evaluate(&BoundFacts::complete(&whole));
        let known = match partial {
            Verdict::Eligible => Some(true),
            Verdict::Ineligible { .. } => Some(false),
            Verdict::Unknown { .. } => None,
        };
        assert_eq!(program.holds(&BoundFacts::complete(&part)), known, "{source} with {part:?}");
        match partial {
            Verdict::Unknown { missing } => {
                for fact in missing.iter() {
                    assert!(!part.0.contains_key(fact.key), "{source}: {} is given", fact.key);
                }
            }
            Verdict::Eligible => assert_eq!(complete, Verdict::Eligible, "{source} with {part:?} of {whole:?}"),
            Verdict::Ineligible { .. } => {
                assert!(matches!(complete, Verdict::Ineligible { .. }), "{source} with {part:?} of {whole:?}");
            }
        }
    }
}

#[test]
fn only_facts_that_still_matter_are_missing() {
    let (yes, no) = (FactValue::Bool(true), FactValue::Bool(false));
    assert_eq!(missing("is_orphan && age_years < 18", &[]), ["age_years", "is_orphan"]);
    assert_eq!(missing("is_orphan && age_years < 18", &[("is_orphan", yes.clone())]), ["age_years"]);
    assert_eq!(missing("is_orphan || age_years < 18", &[("is_orphan", no.clone())]), ["age_years"]);
    assert_eq!(missing("is_orphan ? is_student : seeks_work", &[("is_orphan", yes.clone())]), ["is_student"]);
    assert_eq!(missing("(is_orphan && false) || lives_alone", &[]), ["lives_alone"]);
    assert_eq!(missing("gender in ['female', 'male']", &[]), ["gender"]);
    assert_eq!(missing("residence_division.startsWith('6401')", &[]), ["residence_division"]);
    assert_eq!(missing("1 / 0 == 1", &[]), [""; 0]);
}

#[test]
fn the_clause_that_excludes_is_the_smallest_that_settles_it() {
    let (yes, no) = (FactValue::Bool(true), FactValue::Bool(false));
    let old = ("age_years", FactValue::Int(70));
    assert_eq!(false_clause("age_years < 18", std::slice::from_ref(&old)), "age_years < 18");
    assert_eq!(false_clause("is_orphan && age_years < 18 && is_student", std::slice::from_ref(&old)), "age_years < 18");
    assert_eq!(
        false_clause("is_orphan && (age_years < 18 || is_student)", &[old.clone(), ("is_student", no.clone())]),
        "age_years < 18 || is_student"
    );
    assert_eq!(false_clause("is_orphan && !is_veteran", &[("is_veteran", yes)]), "!is_veteran");
    assert_eq!(
        false_clause(
            "age_years > 3 && residence_division.startsWith('6402')",
            &[old, ("residence_division", FactValue::Text("640104".into()))]
        ),
        "residence_division.startsWith('6402')"
    );
    assert_eq!(false_clause("gender == '女' && is_orphan", &[("is_orphan", no)]), "is_orphan");
}

#[test]
fn every_part_of_a_conjunction_that_is_false_names_its_facts() {
    let asked = |source: &str, known: &[(&str, FactValue)]| -> Vec<_> {
        let facts = facts(known);
        compile(source).facts_of_false_clauses(&BoundFacts::new(&facts, &[])).iter().map(|fact| fact.key).collect()
    };
    let no = FactValue::Bool(false);
    let known = [("age_years", FactValue::Int(50)), ("has_disability_certificate", no.clone()), ("is_orphan", no)];
    assert_eq!(
        asked("age_years >= 60 && has_disability_certificate", &known),
        ["age_years", "has_disability_certificate"]
    );
    // What is unknown, or true, excludes nobody.
    assert_eq!(asked("is_veteran && (age_years > 40 && is_orphan)", &known), ["is_orphan"]);
    let either = "(is_orphan || age_years < 18) && has_disability_certificate && lives_alone";
    assert_eq!(asked(either, &known), ["age_years", "has_disability_certificate", "is_orphan"]);
    assert_eq!(asked("1 > 2 && is_orphan", &known), ["is_orphan"]);
}

#[test]
fn a_tag_says_yes_and_a_missing_tag_says_nothing() {
    let nothing = Facts::default();
    let tags = [GroupTag::Elderly];
    let bound = BoundFacts::new(&nothing, &tags);
    assert_eq!(compile("'elderly' in group_tags").evaluate(&bound), Verdict::Eligible);
    assert_eq!(compile("is_elderly").evaluate(&bound), Verdict::Eligible);
    assert!(matches!(compile("'minor' in group_tags").evaluate(&bound), Verdict::Unknown { .. }));
    assert!(matches!(compile("is_minor").evaluate(&bound), Verdict::Unknown { .. }));
}

#[test]
fn a_fact_of_another_type_than_the_catalogue_says_is_unknown() {
    let wrong = facts(&[("age_years", FactValue::Text("70".into())), ("shoe_size", FactValue::Int(43))]);
    assert!(matches!(compile("age_years > 60").evaluate(&BoundFacts::new(&wrong, &[])), Verdict::Unknown { .. }));
}

#[test]
fn what_does_not_compile_is_told_with_line_and_column() {
    let deep = format!("{}true{}", "(".repeat(33), ")".repeat(33));
    let nested = format!("{}true{}", "!(".repeat(17), ")".repeat(17));
    let long = format!("is_orphan || {}", "is_orphan || ".repeat(40));
    let chain = vec!["1"; 140].join("+");
    let cases = [
        ("", 1, 1, "is empty"),
        ("age_years >", 1, 12, "syntax"),
        ("age_years >= 60 &&\n  shoe_size > 3", 2, 3, "no fact is called \"shoe_size\""),
        ("gender == '女' && shoe_size", 1, 18, "no fact"),
        ("age_years", 1, 1, "the rule must be yes or no, not a whole number"),
        ("age_years && true", 1, 1, "must be yes or no"),
        ("age_years == 'old'", 1, 14, "must be a whole number, not a text"),
        ("age_years > 1.5", 1, 13, "whole"),
        ("age_years > 1u", 1, 13, "whole"),
        ("[1, 2].all(x, x > 0)", 1, 11, "macros"),
        ("[1, 2].exists(x, x > 0)", 1, 14, "macros"),
        ("{'a': 1}.a == 1", 1, 9, "fields"),
        ("size(gender) > 3", 1, 5, "\"size\" is not allowed"),
        ("gender.matches('f.*')", 1, 15, "\"matches\" is not allowed"),
        ("group_tags == group_tags", 1, 12, "cannot be compared"),
        ("gender < 'm'", 1, 8, "cannot be compared by <"),
        ("age_years in group_tags", 1, 1, "must be a text"),
        ("is_orphan in [1]", 1, 15, "must be yes or no"),
        ("age_years in [1, household_size]", 1, 18, "literals"),
        ("[1] in [1]", 1, 1, "right of `in`"),
        ("is_orphan ? 1 : 2", 1, 1, "must be yes or no"),
        ("b'a' == b'a'", 1, 1, "only yes or no"),
        ("null == null", 1, 1, "only yes or no"),
        ("is_orphan.x", 1, 10, "no fields"),
        ("is_orphan # yes", 1, 11, "'#' is not allowed"),
        (&deep, 1, 33, "more than 32 brackets"),
        (&nested, 1, 33, "nested deeper than 16 levels"),
        (&long, 1, 513, "longer than 512 bytes"),
        (&chain, 1, 258, "too many operators"),
    ];
    let mut wrong = Vec::new();
    for (source, line, column, part) in cases {
        let error = Program::compile(source).expect_err(source);
        if !error.to_string().contains(part) || (error.line, error.column) != (line, column) {
            wrong.push(format!("{source}: {error}"));
        }
    }
    assert_eq!(wrong, [""; 0]);
}

#[test]
fn a_text_that_a_fact_can_never_be_is_told_with_line_and_column_when_a_rule_is_written_and_not_when_it_is_read() {
    let cases = [
        ("gender == 'FEMALE'", 1, 11, "gender is never \"FEMALE\": it is one of female, male"),
        ("age_years > 6 &&\n  'visual' != disability_kind", 2, 3, "disability_kind is never \"visual\""),
        ("'eldrely' in group_tags", 1, 1, "group_tags is never \"eldrely\": it is one of elderly, minor"),
        ("care_level in ['mild', 'servere']", 1, 24, "care_level is never \"servere\""),
        ("!(is_orphan || school_stage == '')", 1, 32, "school_stage is never \"\""),
    ];
    for (source, line, column, part) in cases {
        let error = Program::compile_new(source).expect_err(source);
        assert!(error.to_string().contains(part) && (error.line, error.column) == (line, column), "{error}");
        compile(source);
    }
    let source = "gender == 'female' && 'elderly' in group_tags && care_level in ['mild', 'severe'] && 'x' == 'y' \
        && residence_division == '640104' && gender.startsWith('f')";
    assert_eq!(Program::compile_new(source).expect("all can be"), compile(source));
    assert!(Program::compile_new("shoe_size > 3").is_err());
}

#[test]
fn no_bytes_overflow_a_small_stack() {
    let tokens = [
        "(",
        ")",
        "[",
        "]",
        "{",
        "}",
        "!",
        "-",
        "&&",
        "||",
        "?",
        ":",
        "in",
        "'",
        "\"",
        "\"\"\"",
        "r'",
        "b'",
        "1",
        "age_years",
        "is_orphan",
        ",",
        ".",
        "==",
        "<",
        " ",
        "\n",
        "女",
        "true",
        "0x",
        "1e9",
        "//",
        "\u{0}",
        "has(",
        "'a'",
        ".all(x,",
        "+",
        "*",
    ];
    let soup = move || {
        for seed in 0..500 {
            let mut dice = Dice(seed);
            let length = 1 + dice.below(170);
            let few = 1 + dice.below(tokens.len());
            let source: String = (0..length).map(|_| tokens[dice.below(few)]).collect();
            if let Ok(program) = Program::compile(&source) {
                let _ = program.evaluate(&BoundFacts::nothing());
            }
        }
        for character in
            ["(", "[", "{", "!", "-", "(-", "a.", "1+", "1?1:", "a(", "[[1],", "'a'+", "!(", "true&&", "1 in "]
        {
            let _ = Program::compile(&character.repeat(512 / character.len()));
            for length in 1..=64 {
                let _ = Program::compile(&format!("{}1", character.repeat(length)));
            }
        }
    };
    std::thread::Builder::new().stack_size(1024 * 1024).spawn(soup).unwrap().join().unwrap();
}
