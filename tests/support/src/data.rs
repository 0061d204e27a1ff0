//! Real input data: not part of the repository, because most of it carries no licence for redistribution.

use std::path::{Path, PathBuf};

/// Says where the data is, when it is not beside the repository.
pub const DATA_VARIABLE: &str = "WISHWELL_DATA";

/// The folder all real input data is in: `WISHWELL_DATA`, or `../shared/data` seen from the repository's root.
#[must_use]
pub fn root() -> PathBuf {
    std::env::var_os(DATA_VARIABLE)
        .filter(|value| !value.is_empty())
        .map_or_else(|| repository().join("../shared/data"), PathBuf::from)
}

/// One set of the data (`hsds_miami`, `ningxia`, ...), where it is on this machine.
#[must_use]
pub fn find(name: &str) -> Option<PathBuf> {
    let folder = root().join(name);
    folder.is_dir().then(|| folder.canonicalize().unwrap_or(folder))
}

/// Why a test that needs a set of the data is skipped.
#[must_use]
pub fn missing(name: &str) -> String {
    format!("no input data `{name}` (../shared/data, or set {DATA_VARIABLE})")
}

/// The repository's root.
#[must_use]
pub fn repository() -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    root.canonicalize().unwrap_or(root)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_repository_is_the_folder_with_the_workspace() {
        assert!(repository().join("Cargo.toml").is_file());
        assert!(repository().join("services").is_dir());
    }

    #[test]
    fn data_that_nobody_has_is_not_found() {
        assert_eq!(find("no-such-data"), None);
    }
}
