//! `wishwell serve` as an operator sets it up: a configuration, a master key, and callers with keys of their own.

use std::fmt::Write as _;
use std::path::Path;

use ring::digest::{SHA256, digest};
use tempfile::TempDir;

use crate::Served;
use crate::receiver::hex;

/// Key of the operator.
pub const OPERATOR: &str = "an-operators-key";
/// Key of an internal service.
pub const HOTLINE: &str = "a-hotlines-key";

/// Callers of a deployment: name, role and keys.
pub type Caller<'a> = (&'a str, &'a str, &'a [&'a str]);

/// The usual callers.
pub const CALLERS: &[Caller<'_>] =
    &[("operator", "operator", &[OPERATOR]), ("hotline", "internal_service", &[HOTLINE])];

/// A folder with a master key and `principals.toml`.
///
/// # Panics
/// When it cannot be written.
#[must_use]
pub fn folder(callers: &[Caller<'_>]) -> TempDir {
    let folder = tempfile::Builder::new().prefix("wishwell-serve-").tempdir().expect("a scratch folder");
    std::fs::write(folder.path().join("master.key"), "5a".repeat(32)).expect("the master key is written");
    write_callers(folder.path(), callers);
    folder
}

/// Writes `principals.toml` anew.
///
/// # Panics
/// When it cannot be written.
pub fn write_callers(folder: &Path, callers: &[Caller<'_>]) {
    let mut text = String::new();
    for (name, role, keys) in callers {
        let digests: Vec<_> = keys.iter().map(|key| format!("\"{}\"", key_digest(key))).collect();
        writeln!(
            text,
            "[[principals]]\ntenant = \"main\"\nname = \"{name}\"\nrole = \"{role}\"\nkey_sha256 = [{}]\n",
            digests.join(", ")
        )
        .expect("a String takes everything");
    }
    std::fs::write(folder.join("principals.toml"), text).expect("the callers are written");
}

/// Adds partners of the demo's tenant to `principals.toml`: the organization that each acts for, `organizations/{uuid}`, and its key.
///
/// # Panics
/// When it cannot be read or written.
pub fn add_partners(folder: &Path, partners: &[(String, &str)]) {
    let file = folder.join("principals.toml");
    let mut text = std::fs::read_to_string(&file).expect("the callers are there");
    for (number, (organization, key)) in partners.iter().enumerate() {
        writeln!(
            text,
            "[[principals]]\ntenant = \"demo\"\nname = \"partner-{number}\"\nrole = \"partner\"\n\
             organization = \"{organization}\"\nkey_sha256 = [\"{}\"]\n",
            key_digest(key)
        )
        .expect("a String takes everything");
    }
    std::fs::write(file, text).expect("the callers are written");
}

/// Digest of a key as the configuration holds it.
#[must_use]
pub fn key_digest(key: &str) -> String {
    hex(digest(&SHA256, key.as_bytes()).as_ref())
}

/// Starts `serve` in a folder made by [`folder`], on the store of this URL.
pub async fn serve(folder: TempDir, database_url: &str, more: &[&str]) -> Served {
    let mut arguments = vec!["serve", "--master-key-file", "master.key", "--principals-file", "principals.toml"];
    arguments.extend(more);
    Served::start_in(folder, &arguments, &[("WISHWELL_DATABASE_URL", database_url)]).await
}
