//! Rules about Rust sources that no lint can hold.

use crate::repository::TextFile;

/// Longest hand-written source file. Past 500 lines a file wants to be split; past this it has to be.
pub const SOURCE_LINES_MAX: usize = 600;

/// Reading the present. The pure rooms take it as a parameter; the comparison is by text, so that no alias hides it.
const PRESENT: &[&str] =
    &["SystemTime::now", "Instant::now", "Timestamp::now", "Zoned::now", "Uuid::now_v7", "Utc::now", "Local::now"];

/// Rooms whose results depend on their arguments and on nothing else.
const PURE: &[&str] = &["services/domain/", "services/engine/"];

/// Rooms that may name concrete backends: those that define them, and the binary that chooses.
const MAY_NAME_BACKENDS: &[&str] = &["services/store/", "services/bus/", "services/wishwell/", "tests/"];

/// How concrete backends are called in code.
const BACKENDS: &[&str] =
    &["SqliteStore", "PostgresStore", "PostgresOptions", "RedisHints", "RedisOptions", "InProcessHints"];

/// Whether a file is Rust written by hand here.
fn is_hand_written_rust(file: &TextFile) -> bool {
    let ours = file.path.starts_with("services/") || file.path.starts_with("tests/");
    ours && file.path.ends_with(".rs") && !file.path.contains("/generated/")
}

/// Files that are too long.
#[must_use]
pub fn too_long(files: &[TextFile]) -> Vec<String> {
    let long = files.iter().filter(|file| is_hand_written_rust(file));
    long.map(|file| (file, file.text.lines().count()))
        .filter(|(_, lines)| *lines > SOURCE_LINES_MAX)
        .map(|(file, lines)| format!("{}: {lines} lines, at most {SOURCE_LINES_MAX}: split it by meaning", file.path))
        .collect()
}

/// Places in the pure rooms that read the present.
#[must_use]
pub fn reads_the_present(files: &[TextFile]) -> Vec<String> {
    let pure = files.iter().filter(|file| {
        is_hand_written_rust(file) && PURE.iter().any(|room| file.path.starts_with(room)) && is_shipped(file)
    });
    pure.flat_map(|file| mentions(file, PRESENT))
        .map(|(place, word)| format!("{place}: {word}: time is a parameter here"))
        .collect()
}

/// Places outside their rooms that name concrete backends.
#[must_use]
pub fn names_backends(files: &[TextFile]) -> Vec<String> {
    let others = files.iter().filter(|file| {
        is_hand_written_rust(file)
            && is_shipped(file)
            && !MAY_NAME_BACKENDS.iter().any(|room| file.path.starts_with(room))
    });
    others
        .flat_map(|file| mentions(file, BACKENDS))
        .map(|(place, word)| format!("{place}: {word}: only services/wishwell names concrete backends"))
        .collect()
}

/// Files of what ships that switch the ban on reading the system's clock off (`clippy.toml`).
#[must_use]
pub fn reads_the_clock_by_permission(files: &[TextFile]) -> Vec<String> {
    let shipped = files.iter().filter(|file| file.path.starts_with("services/") && is_shipped(file));
    let mut paths: Vec<String> = shipped
        .filter(|file| is_hand_written_rust(file))
        .filter(|file| !mentions(file, &["clippy::disallowed_methods"]).is_empty())
        .map(|file| file.path.clone())
        .collect();
    paths.sort();
    paths
}

/// Crates' roots that switch the ban on unsafe code off. (The compiler refuses that under `forbid`; this names the file.)
#[must_use]
pub fn allows_unsafe(files: &[TextFile]) -> Vec<String> {
    let ours = files.iter().filter(|file| is_hand_written_rust(file));
    ours.flat_map(|file| mentions(file, &[concat!("allow(", "unsafe_code)"), concat!("unsafe ", "{")]))
        .map(|(place, word)| format!("{place}: {word}"))
        .collect()
}

/// Whether a file is part of what ships, as opposed to a test or benchmark beside it.
fn is_shipped(file: &TextFile) -> bool {
    !["/tests/", "/benches/", "/examples/"].iter().any(|folder| file.path.contains(folder))
        && !file.path.ends_with("/tests.rs")
        && !file.path.ends_with("_tests.rs")
}

/// Lines that mention one of the words in code: comments do not count, nor does what follows `#[cfg(test)] mod`.
fn mentions<'a>(file: &TextFile, words: &[&'a str]) -> Vec<(String, &'a str)> {
    let mut found = Vec::new();
    let mut test_module_may_follow = false;
    for (number, line) in file.text.lines().enumerate() {
        let code = line.split("//").next().unwrap_or_default();
        let trimmed = code.trim();
        if test_module_may_follow && trimmed.starts_with("mod ") && trimmed.ends_with('{') {
            // By the custom of the house a test module is the last thing in its file.
            break;
        }
        test_module_may_follow =
            trimmed == "#[cfg(test)]" || (test_module_may_follow && (trimmed.is_empty() || trimmed.starts_with("#[")));
        for word in words {
            if code.contains(word) {
                found.push((format!("{}:{}", file.path, number + 1), *word));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn engine(text: &str) -> Vec<TextFile> {
        vec![TextFile::sample("services/engine/src/score.rs", text)]
    }

    #[test]
    fn a_file_of_601_lines_is_too_long_unless_it_is_generated() {
        let long = "x\n".repeat(SOURCE_LINES_MAX + 1);
        assert_eq!(too_long(&engine(&long)).len(), 1);
        assert_eq!(too_long(&engine(&"x\n".repeat(SOURCE_LINES_MAX))).len(), 0);
        assert_eq!(too_long(&[TextFile::sample("services/api/src/generated/wishwell.v1.rs", &long)]).len(), 0);
    }

    #[test]
    fn reading_the_present_in_a_pure_room_is_found_in_code_and_not_in_comments_or_tests() {
        assert_eq!(reads_the_present(&engine("let a = 1;\nlet t = std::time::Instant::now();")).len(), 1);
        assert_eq!(reads_the_present(&engine("// never Instant::now() here")).len(), 0);
        assert_eq!(reads_the_present(&engine("#[cfg(test)]\n#[allow(x)]\nmod tests {\n Instant::now()\n}")).len(), 0);
        assert_eq!(reads_the_present(&engine("#[cfg(test)]\nmod tests;\nfn f() { Instant::now(); }")).len(), 1);
        let elsewhere = [TextFile::sample("services/matching/src/lib.rs", "Instant::now()")];
        assert_eq!(reads_the_present(&elsewhere).len(), 0);
    }

    #[test]
    fn naming_a_backend_is_the_binarys_business() {
        let text = "let store = SqliteStore::open(path);";
        assert_eq!(names_backends(&[TextFile::sample("services/matching/src/lib.rs", text)]).len(), 1);
        assert_eq!(names_backends(&[TextFile::sample("services/matching/tests/a.rs", text)]).len(), 0);
        assert_eq!(names_backends(&[TextFile::sample("services/wishwell/src/main.rs", text)]).len(), 0);
    }

    #[test]
    fn permission_to_read_the_clock_is_found() {
        let text = "#[expect(clippy::disallowed_methods, reason = \"the one place\")]\nfn now() {}";
        assert_eq!(reads_the_clock_by_permission(&engine(text)), ["services/engine/src/score.rs"]);
    }
}
