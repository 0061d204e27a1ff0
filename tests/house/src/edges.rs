//! Who may depend on whom. Arrows run one way: `allocation <- solver <- engine`, both `<- matching`,
//! `domain <- engine, store, bus <- matching <- wishwell`, `api <- matching, gateway, import <- wishwell`, `bus <- gateway`,
//! `domain <- report <- gateway, wishwell`, `transcoding <- gateway`, `connection <- matching, gateway`.

use crate::repository::Package;

/// The rooms of the house and, for each, the rooms it may enter.
const ROOMS: &[(&str, &[&str])] = &[
    ("wishwell-domain", &[]),
    ("wishwell-allocation", &[]),
    ("wishwell-solver", &["wishwell-allocation"]),
    ("wishwell-engine", &["wishwell-domain", "wishwell-allocation", "wishwell-solver"]),
    ("wishwell-store", &["wishwell-domain"]),
    ("wishwell-bus", &["wishwell-domain"]),
    ("wishwell-api", &[]),
    ("wishwell-connection", &[]),
    (
        "wishwell-matching",
        &[
            "wishwell-domain",
            "wishwell-allocation",
            "wishwell-solver",
            "wishwell-engine",
            "wishwell-store",
            "wishwell-bus",
            "wishwell-api",
            "wishwell-connection",
        ],
    ),
    ("wishwell-report", &["wishwell-domain"]),
    ("wishwell-transcoding", &[]),
    (
        "wishwell-gateway",
        &[
            "wishwell-domain",
            "wishwell-api",
            "wishwell-bus",
            "wishwell-connection",
            "wishwell-report",
            "wishwell-transcoding",
        ],
    ),
    ("wishwell-import", &["wishwell-api"]),
    (
        "wishwell",
        &[
            "wishwell-domain",
            "wishwell-engine",
            "wishwell-store",
            "wishwell-bus",
            "wishwell-api",
            "wishwell-matching",
            "wishwell-gateway",
            "wishwell-import",
            "wishwell-report",
        ],
    ),
];

/// Outside packages (and everything whose name goes on with a hyphen) that a room must do without, and why.
const FORBIDDEN_OUTSIDE: &[(&[&str], &[&str], &str)] = &[
    (
        &["wishwell-domain", "wishwell-allocation", "wishwell-solver", "wishwell-engine", "wishwell-report"],
        &["tokio", "futures", "async-trait", "sqlx", "redis", "tonic", "prost", "hyper", "axum", "tower", "reqwest"],
        "it decides or draws, without input and output, without async and without wire types",
    ),
    (
        &["wishwell-transcoding"],
        &["tokio", "futures", "async-trait", "tonic", "hyper", "axum", "tower", "reqwest"],
        "it turns bytes into bytes, without input and output and without async",
    ),
    (&["wishwell-store", "wishwell-bus"], &["tonic", "prost"], "it speaks domain types, never wire types"),
    (
        &["wishwell-api", "wishwell-matching", "wishwell-transcoding", "wishwell-gateway", "wishwell-import"],
        &["sqlx", "redis"],
        "only the store speaks SQL and only the bus speaks Redis",
    ),
    (&["wishwell-bus"], &["sqlx"], "only the store speaks SQL"),
    (&["wishwell-store"], &["redis"], "nothing that must not be lost lives in Redis"),
];

/// Edges that no arrow of the house allows.
#[must_use]
pub fn violations(packages: &[Package]) -> Vec<String> {
    packages.iter().flat_map(|package| violations_of(package, packages)).collect()
}

fn violations_of(package: &Package, packages: &[Package]) -> Vec<String> {
    let name = package.name.as_str();
    let is_test_crate = package.folder.starts_with("tests/");
    let Some((_, allowed)) = ROOMS.iter().find(|(room, _)| *room == name) else {
        // Tests look at everything, and nothing that ships looks at them (below).
        return if is_test_crate {
            Vec::new()
        } else {
            vec![format!("{name} is a new room: say in tests/house/src/edges.rs what it may enter")]
        };
    };
    let member = |used: &str| packages.iter().find(|other| other.name == used);
    let mut found = Vec::new();
    for used in &package.uses {
        match member(used) {
            Some(other) if other.folder.starts_with("tests/") => {
                found.push(format!("{name} -> {used}: what ships does not need test code"));
            }
            Some(_) if !allowed.contains(&used.as_str()) => {
                found.push(format!("{name} -> {used}: no arrow runs this way"));
            }
            Some(_) => {}
            None => found.extend(forbidden_outside(name, used)),
        }
    }
    // A room's tests may use a neighbour's fixtures, but not drag the far end of the house in.
    for used in &package.uses_in_tests {
        if let Some(other) = member(used) {
            let reaches_back = other.uses.iter().any(|behind| behind == name);
            if reaches_back {
                found.push(format!("{name} -> {used} (in tests): {used} is built on {name}; test that in {used}"));
            }
        }
    }
    found
}

fn forbidden_outside(room: &str, used: &str) -> Option<String> {
    FORBIDDEN_OUTSIDE
        .iter()
        .filter(|(rooms, _, _)| rooms.contains(&room))
        .find(|(_, outside, _)| outside.iter().any(|package| is_of_family(used, package)))
        .map(|(_, _, why)| format!("{room} -> {used}: {why}"))
}

fn is_of_family(used: &str, package: &str) -> bool {
    used.strip_prefix(package).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn package(name: &str, folder: &str, uses: &[&str], uses_in_tests: &[&str]) -> Package {
        let owned = |names: &[&str]| names.iter().map(ToString::to_string).collect();
        Package {
            name: name.to_owned(),
            folder: folder.to_owned(),
            uses: owned(uses),
            uses_in_tests: owned(uses_in_tests),
        }
    }

    fn house_with(changed: Package) -> Vec<Package> {
        let mut house: Vec<Package> =
            ROOMS.iter().map(|(name, uses)| package(name, &format!("services/{name}"), uses, &[])).collect();
        house.push(package("wishwell-test-support", "tests/support", &["tokio"], &[]));
        house.retain(|package| package.name != changed.name);
        house.push(changed);
        house
    }

    #[test]
    fn the_house_as_designed_has_no_forbidden_edge() {
        let tests_use_everything = package("wishwell-end-to-end", "tests/end-to-end", &["wishwell-store", "sqlx"], &[]);
        assert_eq!(violations(&house_with(tests_use_everything)), Vec::<String>::new());
    }

    #[test]
    fn every_forbidden_edge_is_found() {
        for (name, used) in [
            ("wishwell-engine", "wishwell-store"),
            ("wishwell-store", "wishwell-api"),
            ("wishwell-domain", "wishwell-api"),
            ("wishwell-domain", "tokio"),
            ("wishwell-engine", "futures-util"),
            ("wishwell-store", "prost-types"),
            ("wishwell-gateway", "wishwell-store"),
            ("wishwell-gateway", "wishwell-matching"),
            ("wishwell-import", "wishwell-domain"),
            ("wishwell-matching", "sqlx"),
            ("wishwell-matching", "redis"),
            ("wishwell-matching", "wishwell"),
            ("wishwell-store", "wishwell-test-support"),
        ] {
            let found = violations(&house_with(package(name, "services/any", &[used], &[])));
            assert_eq!(found.len(), 1, "{name} -> {used}: {found:?}");
        }
    }

    #[test]
    fn a_room_whose_tests_reach_for_what_is_built_on_it_is_found() {
        let upside_down = package("wishwell-domain", "services/domain", &[], &["wishwell-store"]);
        assert_eq!(violations(&house_with(upside_down)).len(), 1);
        let with_fixtures =
            package("wishwell-store", "services/store", &["wishwell-domain"], &["wishwell-test-support"]);
        assert_eq!(violations(&house_with(with_fixtures)), Vec::<String>::new());
    }

    #[test]
    fn a_new_room_has_to_say_what_it_may_enter() {
        let found = violations(&house_with(package("wishwell-attic", "services/attic", &[], &[])));
        assert_eq!(found.len(), 1, "{found:?}");
    }

    #[test]
    fn only_a_hyphen_continues_a_family_of_packages() {
        assert!(is_of_family("tonic-health", "tonic"));
        assert!(is_of_family("tonic", "tonic"));
        assert!(!is_of_family("tonics", "tonic"));
    }
}
