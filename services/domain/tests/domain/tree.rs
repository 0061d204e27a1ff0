use std::collections::BTreeMap;

use proptest::prelude::*;
use wishwell_domain::category::{Category, CategoryTree};
use wishwell_domain::division::{Division, DivisionTree};
use wishwell_domain::ids::{CategoryCode, Version};
use wishwell_domain::limits;
use wishwell_domain::text::LocalizedText;
use wishwell_domain::tree::{NodeId, Tree};
use wishwell_domain::word_index::normalize;

use crate::fixtures::{Expected, broken, category_code, division_code, point, rules, violations};

fn category(code: &str, parent: Option<&str>, zh: &str, en: &str, synonyms: &[&str]) -> Category {
    Category {
        code: category_code(code),
        parent: parent.map(category_code),
        name: LocalizedText::new(zh, en),
        synonyms: synonyms.iter().map(|synonym| (*synonym).to_owned()).collect(),
        default_unit: None,
        source: None,
        version: Version(1),
    }
}

fn division(code: &str, parent: Option<&str>, zh: &str) -> Division {
    Division {
        code: division_code(code),
        edition_year: 2020,
        parent: parent.map(division_code),
        name: LocalizedText::new(zh, ""),
        centre: None,
        version: Version(1),
    }
}

/// A code with its parent's.
type Edge<'a> = (&'a str, Option<&'a str>);

fn build(edges: &[Edge<'_>]) -> Result<Tree<CategoryCode>, Vec<(String, String)>> {
    let entries: Vec<_> = edges.iter().map(|(code, parent)| (category_code(code), parent.map(category_code))).collect();
    Tree::build("categories", entries.iter().map(|(code, parent)| (code, parent.as_ref())))
        .map_err(|violations| violations.into_vec().into_iter().map(|v| (v.field, v.rule)).collect())
}

#[test]
fn a_tree_knows_who_is_within_whom() {
    // Children before their parents, on purpose.
    let tree =
        build(&[("a.b.c", Some("a.b")), ("d", None), ("a.b", Some("a")), ("a", None), ("a.e", Some("a"))]).unwrap();
    let preorder: Vec<&str> = tree.iter().map(|(_, code)| code.as_str()).collect();
    assert_eq!(preorder, ["a", "a.b", "a.b.c", "a.e", "d"]);
    let cases = [
        ("a", "a", true),
        ("a.b.c", "a", true),
        ("a.b.c", "a.b", true),
        ("a.e", "a.b", false),
        ("a", "a.b", false),
        ("d", "a", false),
        ("x", "a", false),
        ("a", "x", false),
    ];
    for (descendant, ancestor, within) in cases {
        assert_eq!(tree.is_within(descendant, ancestor), within, "{descendant} in {ancestor}");
    }
    let leaf = tree.id("a.b.c").unwrap();
    let path: Vec<&str> = tree.ancestors(leaf).filter_map(|id| tree.code(id)).map(CategoryCode::as_str).collect();
    assert_eq!(path, ["a.b.c", "a.b", "a"]);
    assert_eq!((tree.depth(leaf), tree.len(), tree.is_empty()), (2, 5, false));
    assert_eq!(tree.subtree(tree.id("a").unwrap()), (NodeId(0), NodeId(3)));
}

#[test]
fn numbers_of_another_tree_are_answered_without_harm() {
    let tree = build(&[("a", None)]).unwrap();
    let stranger = NodeId(7);
    assert_eq!((tree.code(stranger), tree.parent(stranger), tree.depth(stranger)), (None, None, 0));
    assert_eq!(tree.ancestors(stranger).count(), 0);
    assert!(!tree.contains(NodeId(0), stranger));
    assert!(Tree::<CategoryCode>::default().is_empty());
}

#[test]
fn what_is_no_tree_is_refused_by_entry() {
    let chain: Vec<String> = (0..=limits::TREE_DEPTH_MAX).map(|depth| format!("c{depth}")).collect();
    let deep: Vec<Edge<'_>> =
        chain.iter().enumerate().map(|(i, code)| (code.as_str(), (i > 0).then(|| chain[i - 1].as_str()))).collect();
    let cases: Vec<(&str, Vec<Edge<'_>>, Expected<'_>)> = vec![
        ("its own parent", vec![("a", Some("a"))], &[("categories[0].parent", "tree.cycle")]),
        (
            "a ring with a tail",
            vec![("a", Some("b")), ("b", Some("c")), ("c", Some("a")), ("d", Some("a")), ("e", None)],
            &[
                ("categories[0].parent", "tree.cycle"),
                ("categories[1].parent", "tree.cycle"),
                ("categories[2].parent", "tree.cycle"),
                ("categories[3].parent", "tree.cycle"),
            ],
        ),
        (
            "an unknown parent",
            vec![("a", Some("x")), ("b", Some("a"))],
            &[("categories[0].parent", "tree.unknown_parent")],
        ),
        (
            "twice the same",
            vec![("a", None), ("a", None), ("b", Some("a"))],
            &[("categories[1].code", "tree.code_unique")],
        ),
        ("too deep", deep.clone(), &[("categories[8].parent", "tree.depth")]),
        ("just deep enough", deep[..limits::TREE_DEPTH_MAX].to_vec(), &[]),
    ];
    for (name, edges, expected) in cases {
        let broken = build(&edges).err().unwrap_or_default();
        assert_eq!(broken, rules(expected), "{name}");
    }
}

proptest! {
    #[test]
    fn intervals_agree_with_walking_up_the_parents(parents in proptest::collection::vec(proptest::option::weighted(0.9, any::<prop::sample::Index>()), 1..60)) {
        let code = |index: usize| category_code(&format!("n{:03}", index * 37 % 101));
        let mut depth = vec![0];
        let mut entries = vec![(code(0), None)];
        let mut parent_of: BTreeMap<CategoryCode, CategoryCode> = BTreeMap::new();
        for (index, parent) in parents.iter().enumerate().map(|(i, p)| (i + 1, p)) {
            // Only so deep as trees may be.
            let parent = parent.map(|p| p.index(index)).filter(|p| depth[*p] + 1 < limits::TREE_DEPTH_MAX);
            depth.push(parent.map_or(0, |p| depth[p] + 1));
            if let Some(p) = parent {
                parent_of.insert(code(index), code(p));
            }
            entries.push((code(index), parent.map(code)));
        }
        let tree = Tree::build("c", entries.iter().rev().map(|(code, parent)| (code, parent.as_ref()))).unwrap();
        prop_assert_eq!(tree.len(), entries.len());
        for (descendant, _) in &entries {
            let ups: Vec<&CategoryCode> = std::iter::successors(Some(descendant), |code| parent_of.get(*code)).collect();
            let id = tree.id(descendant).unwrap();
            prop_assert_eq!(tree.ancestors(id).filter_map(|id| tree.code(id)).collect::<Vec<_>>(), ups.clone());
            prop_assert_eq!(tree.depth(id), ups.len() - 1);
            for (ancestor, _) in &entries {
                prop_assert_eq!(tree.is_within(descendant, ancestor), ups.contains(&ancestor));
            }
        }
    }

    #[test]
    fn arbitrary_parents_give_a_tree_or_a_reason(parents in proptest::collection::vec(proptest::option::of(0_usize..14), 0..12)) {
        let entries: Vec<_> = parents.iter().enumerate()
            .map(|(index, parent)| (category_code(&format!("n{index}")), parent.map(|p| category_code(&format!("n{p}")))))
            .collect();
        match Tree::build("c", entries.iter().map(|(code, parent)| (code, parent.as_ref()))) {
            Ok(tree) => prop_assert_eq!(tree.len(), entries.len()),
            Err(violations) => prop_assert!(!violations.is_empty()),
        }
    }
}

#[test]
fn categories_are_found_by_code_name_and_synonym_in_any_width_and_case() {
    let tree = CategoryTree::build(
        "categories",
        &[
            category("education", None, "教育", "Education", &[]),
            category(
                "education.tutoring",
                Some("education"),
                "课后辅导",
                "Tutoring",
                &["补课", "homework help", "ABC 班"],
            ),
            category("legal.tutoring", None, "监护", "Guardianship", &["tutoring"]),
        ],
    )
    .unwrap();
    let found = |text: &str| tree.find(text).iter().map(|code| code.as_str().to_owned()).collect::<Vec<_>>();
    assert_eq!(found("补课"), ["education.tutoring"]);
    assert_eq!(found(" Homework   HELP "), ["education.tutoring"]);
    assert_eq!(found("ＡＢＣ　班"), ["education.tutoring"]);
    assert_eq!(found("EDUCATION.tutoring"), ["education.tutoring"]);
    assert_eq!(found("Tutoring"), ["education.tutoring", "legal.tutoring"], "shared words name all, in preorder");
    assert_eq!(found("tutor"), [""; 0]);
    assert_eq!(found(""), [""; 0]);
    assert!(tree.is_within(&category_code("education.tutoring"), &category_code("education")));
    assert_eq!(tree.tree().len(), 3);
}

#[test]
fn words_are_folded_by_case_width_and_spacing() {
    let cases =
        [("", ""), (" \t\n", ""), ("Ａ－１", "a-1"), ("İ", "i\u{307}"), ("一　二", "一 二"), ("ÄÖ", "äö"), ("～", "~")];
    for (text, folded) in cases {
        assert_eq!(normalize(text), folded);
    }
}

#[test]
fn divisions_are_within_by_their_parents_not_by_their_digits() {
    let tree = DivisionTree::build(
        "divisions",
        &[
            division("64", None, "宁夏回族自治区"),
            division("6401", Some("64"), "银川市"),
            division("640104", Some("6401"), "兴庆区"),
            // Redrawn: the code still begins with another county's.
            division("640105001", Some("640104"), "某街道"),
        ],
    )
    .unwrap();
    assert!(tree.is_within(&division_code("640105001"), &division_code("640104")));
    assert!(!tree.is_within(&division_code("640104"), &division_code("640105001")));
    assert_eq!(tree.find("兴庆区"), [&division_code("640104")]);
    assert_eq!(tree.tree().ancestors(tree.tree().id("640105001").unwrap()).count(), 4);
}

#[test]
fn faults_of_a_category_or_division_are_told_at_once() {
    let mut wrong = category("a", Some("a"), " ", "", &["", "ok"]);
    wrong.synonyms.extend((0..limits::CATEGORY_SYNONYMS_MAX).map(|i| i.to_string()));
    wrong.source = Some(String::new());
    assert_eq!(
        broken(|violations| wrong.check("category", violations)),
        rules(&[
            ("category.title", "localized_text.required"),
            ("category.parent", "tree.cycle"),
            ("category.synonyms", "list.max_items"),
            ("category.synonyms[0]", "text.required"),
            ("category.source", "text.required"),
        ])
    );
    let mut wrong = division("64", Some("64"), "");
    wrong.edition_year = 1949;
    wrong.centre = Some(wishwell_domain::geo::Point { latitude_e7: 910_000_000, longitude_e7: 0 });
    let found = violations(|violations| wrong.check("division", violations));
    assert_eq!(
        found.iter().map(|v| (v.field.clone(), v.rule.clone())).collect::<Vec<_>>(),
        rules(&[
            ("division.title", "localized_text.required"),
            ("division.edition", "division.edition"),
            ("division.parent", "tree.cycle"),
            ("division.centre", "point.range"),
        ])
    );
    let mut right = division("64", None, "宁夏");
    right.centre = Some(point(38.47, 106.26));
    assert_eq!(broken(|violations| right.check("division", violations)), []);
    assert_eq!(broken(|violations| category("a", None, "甲", "", &["b"]).check("category", violations)), []);
}

#[test]
fn every_division_of_ningxia_hangs_in_one_tree() {
    let folder = wishwell_test_support::data_or_skip!("ningxia");
    let mut reader = csv::Reader::from_path(folder.join("ningxia_64_l1_l4_2020_coords.csv")).unwrap();
    let divisions: Vec<Division> = reader
        .records()
        .map(|record| record.unwrap())
        .map(|record| division(&record[0], Some(&record[2]).filter(|parent| !parent.is_empty()), &record[1]))
        .collect();
    let tree = DivisionTree::build("divisions", &divisions).unwrap();
    assert_eq!(tree.tree().len(), 286);
    let region = division_code("64");
    for division in &divisions {
        assert_eq!(broken(|violations| division.check("division", violations)), []);
        assert!(tree.is_within(&division.code, &region));
        assert!(tree.find(&division.name.zh).contains(&&division.code));
    }
}
