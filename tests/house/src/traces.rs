//! Traces of the machine something was written on: they mean nothing elsewhere.

use crate::repository::TextFile;

/// Hosts of package registries. Lockfiles pin versions and hashes; which registry a machine uses is its own business.
/// (Written in two halves, so that this file is not a finding.)
const REGISTRY_HOSTS: &[&str] = &[
    concat!("index.crates", ".io"),
    concat!("static.crates", ".io"),
    concat!("registry.npm", "js.org"),
    concat!("registry.yarn", "pkg.com"),
    concat!("pypi", ".org"),
    concat!("python", "hosted.org"),
    concat!("deb.debian", ".org"),
    concat!("security.debian", ".org"),
    concat!("proxy.golang", ".org"),
];

/// Folders of somebody's machine.
const MACHINE_FOLDERS: &[&str] = &[
    concat!("/", "work/"),
    concat!("/", "root/"),
    concat!("/", "home/"),
    concat!("/", "Users/"),
    concat!("/tmp/", "plan"),
];

/// Lines that name a registry's host or a folder of one machine.
#[must_use]
pub fn violations(files: &[TextFile]) -> Vec<String> {
    let mut found = Vec::new();
    for file in files.iter().filter(|file| !file.path.starts_with("third_party/")) {
        for (number, line) in file.text.lines().enumerate() {
            let place = format!("{}:{}", file.path, number + 1);
            found.extend(
                REGISTRY_HOSTS
                    .iter()
                    .filter(|host| line.contains(**host))
                    .map(|host| format!("{place}: {host}: name no host of a package registry")),
            );
            found.extend(
                MACHINE_FOLDERS
                    .iter()
                    .filter(|folder| names_folder(line, folder))
                    .map(|folder| format!("{place}: {folder}: a path of one machine")),
            );
        }
    }
    found
}

/// Whether a line has the folder at the start of a path, not in the middle of one.
fn names_folder(line: &str, folder: &str) -> bool {
    line.match_indices(folder).any(|(at, _)| {
        let before = line.get(..at).and_then(|text| text.chars().next_back());
        before.is_none_or(|c| !(c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '}' | ')' | '*')))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found_in(text: &str) -> usize {
        violations(&[TextFile::sample("any", text)]).len()
    }

    #[test]
    fn a_registrys_host_is_found() {
        assert_eq!(found_in(concat!("resolved: https://registry.npm", "js.org/x")), 1);
        assert_eq!(found_in("source = \"registry+https://github.com/rust-lang/crates.io-index\""), 0);
    }

    #[test]
    fn a_path_of_one_machine_is_found_and_a_path_that_only_sounds_like_it_is_not() {
        assert_eq!(found_in(concat!("cd /", "work/main")), 1);
        assert_eq!(found_in(concat!("\"/", "home/me/x\"")), 1);
        assert_eq!(found_in("patch/work/shop and docs/home/page"), 0);
    }
}
