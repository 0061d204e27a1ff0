//! Versions, editions, lints and profiles are said once, in the workspace's manifest.

use toml::{Table, Value};

/// What every member takes from the workspace.
const INHERITED: &[&str] = &["version", "edition", "rust-version", "license", "publish"];

/// The tables of a manifest that list dependencies.
const DEPENDENCY_TABLES: &[&str] = &["dependencies", "dev-dependencies", "build-dependencies"];

/// What a member's manifest says by itself and should have inherited.
#[must_use]
pub fn member_violations(path: &str, manifest: &Table) -> Vec<String> {
    let mut found = Vec::new();
    let package = manifest.get("package").and_then(Value::as_table);
    for key in INHERITED {
        if !package.and_then(|package| package.get(*key)).is_some_and(is_inherited) {
            found.push(format!("{path}: write `{key}.workspace = true`"));
        }
    }
    if !package.is_some_and(|package| package.contains_key("description")) {
        found.push(format!("{path}: say in `description` what this package is for"));
    }
    if !manifest.get("lints").is_some_and(is_inherited) {
        found.push(format!("{path}: write `[lints] workspace = true`"));
    }
    for key in ["profile", "patch", "replace"] {
        if manifest.contains_key(key) {
            found.push(format!("{path}: `{key}` belongs into the workspace's manifest"));
        }
    }
    for (table, name, dependency) in dependencies(manifest) {
        if !is_inherited(dependency) {
            found.push(format!("{path}: [{table}] {name}: write `workspace = true`; its version stands in Cargo.toml"));
        }
    }
    found
}

/// What the workspace's manifest must say for all.
#[must_use]
pub fn workspace_violations(manifest: &Table) -> Vec<String> {
    let at = |path: &[&str]| path.iter().try_fold(manifest.get("workspace")?, |value, key| value.get(*key));
    let mut found = Vec::new();
    if at(&["lints", "rust", "unsafe_code"]).and_then(Value::as_str) != Some("forbid") {
        found.push("Cargo.toml: [workspace.lints.rust] must keep `unsafe_code = \"forbid\"`".to_owned());
    }
    if at(&["package", "license"]).and_then(Value::as_str) != Some("Apache-2.0") {
        found.push("Cargo.toml: [workspace.package] license must be the one of LICENSE".to_owned());
    }
    if at(&["package", "publish"]).and_then(Value::as_bool) != Some(false) {
        found.push("Cargo.toml: [workspace.package] must keep `publish = false`".to_owned());
    }
    found
}

fn is_inherited(value: &Value) -> bool {
    value.get("workspace").and_then(Value::as_bool) == Some(true)
}

fn dependencies(manifest: &Table) -> Vec<(&'static str, &String, &Value)> {
    // Platform-specific tables hold the same three tables one level deeper.
    let targets = manifest.get("target").and_then(Value::as_table).into_iter().flat_map(Table::values);
    let holders = std::iter::once(manifest).chain(targets.filter_map(Value::as_table));
    holders
        .flat_map(|holder| {
            DEPENDENCY_TABLES.iter().flat_map(move |table| {
                let entries = holder.get(*table).and_then(Value::as_table).into_iter().flatten();
                entries.map(move |(name, value)| (*table, name, value))
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "
        package = { name = 'x', description = 'x', version.workspace = true, edition.workspace = true,
            rust-version.workspace = true, license.workspace = true, publish.workspace = true }
        lints.workspace = true
        dependencies = { serde.workspace = true, tokio = { workspace = true, features = ['fs'] } }";

    fn violations(text: &str) -> Vec<String> {
        member_violations("x", &text.parse().unwrap())
    }

    #[test]
    fn a_member_that_inherits_everything_is_fine() {
        assert_eq!(violations(GOOD), Vec::<String>::new());
    }

    #[test]
    fn whatever_a_member_says_by_itself_is_found() {
        for (good, bad) in [
            ("description = 'x', version.workspace = true", "description = 'x', version = '1.0.0'"),
            ("edition.workspace = true", "edition = '2021'"),
            ("lints.workspace = true", ""),
            ("serde.workspace = true", "serde = '1'"),
            ("{ workspace = true, features = ['fs'] }", "{ version = '1', features = ['fs'] }"),
            ("description = 'x', ", ""),
            ("lints.workspace = true", "lints.workspace = true\nprofile.release.lto = true"),
            ("lints.workspace = true", "lints.workspace = true\ntarget.x.dependencies = { libc = '1' }"),
        ] {
            let found = violations(&GOOD.replace(good, bad));
            assert_eq!(found.len(), 1, "{bad}: {found:?}");
        }
    }
}
