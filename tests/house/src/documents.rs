//! Rules about what is written for people.

use std::path::Path;

use crate::repository::TextFile;

/// A decision record should be read on one screen; past this it is an essay.
const RECORD_LINES_MAX: usize = 80;

/// The levels of a Markdown text's headings, in order. Code blocks do not count.
#[must_use]
pub fn heading_levels(text: &str) -> Vec<usize> {
    outside_code(text)
        .filter_map(|line| {
            let level = line.bytes().take_while(|byte| *byte == b'#').count();
            (level > 0 && line.as_bytes().get(level) == Some(&b' ')).then_some(level)
        })
        .collect()
}

/// Where the English README and its Chinese twin have grown apart.
#[must_use]
pub fn twin_violations(english: Option<&TextFile>, chinese: Option<&TextFile>) -> Vec<String> {
    match (english, chinese) {
        (Some(english), Some(chinese)) => {
            let (ours, theirs) = (heading_levels(&english.text), heading_levels(&chinese.text));
            if ours == theirs {
                Vec::new()
            } else {
                vec![format!(
                    "{} and {} have different headings (levels {ours:?} and {theirs:?})",
                    english.path, chinese.path
                )]
            }
        }
        (english, chinese) => [(english, "README.md"), (chinese, "README.zh-CN.md")]
            .into_iter()
            .filter(|(file, _)| file.is_none())
            .map(|(_, name)| format!("{name} is missing"))
            .collect(),
    }
}

/// Decision records that are misnumbered, misnamed or too long.
#[must_use]
pub fn record_violations(files: &[TextFile]) -> Vec<String> {
    let mut records: Vec<&TextFile> =
        files.iter().filter(|file| file.path.starts_with("docs/adr/") && file.path.ends_with(".md")).collect();
    records.sort_by(|a, b| a.path.cmp(&b.path));
    let mut found = Vec::new();
    for (index, record) in records.iter().enumerate() {
        let number = index + 1;
        let name = record.path.trim_start_matches("docs/adr/");
        if !name.starts_with(&format!("{number:04}-")) {
            found.push(format!("{}: the {number}. record should be numbered {number:04}", record.path));
        }
        let title = record.text.lines().next().unwrap_or_default();
        if !title.starts_with(&format!("# {number}. ")) {
            found.push(format!("{}: should begin with `# {number}. `", record.path));
        }
        let lines = record.text.lines().count();
        if lines > RECORD_LINES_MAX {
            found.push(format!("{}: {lines} lines, at most {RECORD_LINES_MAX}: a record is a screen", record.path));
        }
    }
    found
}

/// Links between files of this repository that lead nowhere.
#[must_use]
pub fn dead_links(files: &[TextFile], exists: impl Fn(&Path) -> bool) -> Vec<String> {
    let mut found = Vec::new();
    let pages = files.iter().filter(|file| file.path.ends_with(".md") && !file.path.starts_with("third_party/"));
    for page in pages {
        let folder = Path::new(&page.path).parent().unwrap_or(Path::new(""));
        for target in outside_code(&page.text).flat_map(link_targets) {
            let path = target.split('#').next().unwrap_or_default();
            let is_elsewhere = path.is_empty() || path.contains("://") || path.starts_with("mailto:");
            if !is_elsewhere && !exists(&folder.join(path)) {
                found.push(format!("{}: links to {target}, which is not there", page.path));
            }
        }
    }
    found
}

/// The targets of inline links in a line.
fn link_targets(line: &str) -> Vec<&str> {
    line.split("](").skip(1).filter_map(|rest| rest.split(')').next()).collect()
}

fn outside_code(text: &str) -> impl Iterator<Item = &str> {
    let mut in_code = false;
    text.lines().filter(move |line| {
        let fence = line.trim_start().starts_with("```");
        in_code ^= fence;
        !in_code && !fence
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_are_counted_by_level_and_not_inside_code() {
        assert_eq!(heading_levels("# A\n## B\n```sh\n# a comment\n```\n#no heading\n### C"), [1, 2, 3]);
    }

    #[test]
    fn twins_with_other_headings_and_a_missing_twin_are_found() {
        let english = TextFile::sample("README.md", "# A\n## B");
        let same = TextFile::sample("README.zh-CN.md", "# 甲\n## 乙");
        let other = TextFile::sample("README.zh-CN.md", "# 甲");
        assert_eq!(twin_violations(Some(&english), Some(&same)).len(), 0);
        assert_eq!(twin_violations(Some(&english), Some(&other)).len(), 1);
        assert_eq!(twin_violations(Some(&english), None), ["README.zh-CN.md is missing"]);
    }

    #[test]
    fn a_gap_between_records_is_found() {
        let record =
            |number: usize| TextFile::sample(&format!("docs/adr/{number:04}-x.md"), &format!("# {number}. X\n"));
        assert_eq!(record_violations(&[record(1), record(2)]), Vec::<String>::new());
        assert_eq!(record_violations(&[record(1), record(3)]).len(), 2);
    }

    #[test]
    fn a_link_to_a_file_that_is_gone_is_found() {
        let page = TextFile::sample("docs/A.md", "see [b](B.md#part), [c](C.md) and [d](https://example.org)");
        let found = dead_links(&[page], |path| path == Path::new("docs/B.md"));
        assert_eq!(found, ["docs/A.md: links to C.md, which is not there"]);
    }
}
