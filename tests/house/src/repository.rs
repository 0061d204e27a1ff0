//! Reads the repository: its files as git lists them, and its packages as cargo does.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// The repository's root.
///
/// # Panics
/// When this crate no longer lies two folders below it.
#[must_use]
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().expect("the repository's root")
}

/// A file by its path from the root, with forward slashes, and its text.
#[derive(Debug, Clone)]
pub struct TextFile {
    /// Path from the root.
    pub path: String,
    /// Content; what is not UTF-8 is replaced.
    pub text: String,
}

impl TextFile {
    /// A sample for a rule's own test.
    #[must_use]
    pub fn sample(path: &str, text: &str) -> Self {
        Self { path: path.to_owned(), text: text.to_owned() }
    }
}

/// Every text file that git tracks, or would with the next `git add`.
///
/// # Panics
/// When this is no git work tree.
#[must_use]
pub fn text_files() -> Vec<TextFile> {
    let root = root();
    let output = Command::new("git")
        .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
        .current_dir(&root)
        .output()
        .expect("git is installed");
    assert!(output.status.success(), "git ls-files: {}", String::from_utf8_lossy(&output.stderr));
    let listed = String::from_utf8(output.stdout).expect("paths are UTF-8");
    listed
        .split('\0')
        .filter(|path| !path.is_empty())
        .filter_map(|path| {
            // A file that is listed and gone was just deleted; one with a zero byte is no text.
            let bytes = std::fs::read(root.join(path)).ok()?;
            (!bytes.contains(&0))
                .then(|| TextFile { path: path.to_owned(), text: String::from_utf8_lossy(&bytes).into_owned() })
        })
        .collect()
}

/// A member of the workspace, and what it depends on.
#[derive(Debug, Clone)]
pub struct Package {
    /// Name as in its manifest.
    pub name: String,
    /// Folder from the root, with forward slashes.
    pub folder: String,
    /// Names of packages it needs to build and run.
    pub uses: Vec<String>,
    /// Names of packages only its tests need.
    pub uses_in_tests: Vec<String>,
}

/// The workspace's members, from `cargo metadata`.
///
/// # Panics
/// When cargo cannot read the workspace.
#[must_use]
pub fn packages() -> Vec<Package> {
    let root = root();
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args(["metadata", "--format-version=1", "--no-deps", "--offline"])
        .current_dir(&root)
        .output()
        .expect("cargo is installed");
    assert!(output.status.success(), "cargo metadata: {}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("cargo metadata is JSON");
    metadata["packages"].as_array().expect("packages").iter().map(|package| read_package(&root, package)).collect()
}

fn read_package(root: &Path, package: &Value) -> Package {
    let manifest = Path::new(package["manifest_path"].as_str().expect("a manifest's path"));
    let folder = manifest.parent().expect("a manifest lies in a folder");
    let names = |wanted_in_tests: bool| {
        package["dependencies"]
            .as_array()
            .expect("dependencies")
            .iter()
            .filter(|dependency| (dependency["kind"] == "dev") == wanted_in_tests)
            .map(|dependency| dependency["name"].as_str().expect("a dependency's name").to_owned())
            .collect()
    };
    Package {
        name: package["name"].as_str().expect("a package's name").to_owned(),
        folder: folder.strip_prefix(root).unwrap_or(folder).to_string_lossy().replace('\\', "/"),
        uses: names(false),
        uses_in_tests: names(true),
    }
}
