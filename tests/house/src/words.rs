//! One Chinese term for one thing: what people read does not go back to a word that was given up. And Chinese punctuation in Chinese.

use crate::repository::TextFile;

/// Words that were given up, and what stands for each.
const GIVEN_UP: &[(&str, &str)] = &[
    ("推介", "转介"),
    ("资源池", "容量池"),
    ("管理端口", "运维端口"),
    ("证书已核验", "证书已校验"),
    ("个人信息已清除", "个人信息已抹除"),
    ("升级督办", "已上报"),
    ("已叫停", "已取消"),
    ("到店", "到点服务"),
];

/// Lines of pages, commands, reasons and documents that have one of them. What was recorded of old and made-up data of the demo may.
#[must_use]
pub fn violations(files: &[TextFile]) -> Vec<String> {
    let mut found = Vec::new();
    for file in files.iter().filter(|file| is_read_by_people(file)) {
        for (number, line) in file.text.lines().enumerate() {
            let words = GIVEN_UP.iter().filter(|(word, _)| line.contains(word));
            found.extend(words.map(|(word, term)| format!("{}:{}: {word}: say {term}", file.path, number + 1)));
        }
    }
    found
}

fn is_read_by_people(file: &TextFile) -> bool {
    let is_document =
        file.path.ends_with(".md") && (file.path.starts_with("docs/") || file.path.starts_with("deploy/"));
    file.path.starts_with("services/") || is_document || file.path == CHINESE_README
}

/// The one document that is Chinese throughout.
const CHINESE_README: &str = "README.zh-CN.md";

/// Lines of pages, commands and documents where Chinese characters touch a parenthesis or another mark of half the width. English prose puts a
/// space between, or a word.
#[must_use]
pub fn half_width(files: &[TextFile]) -> Vec<String> {
    let mut found = Vec::new();
    for file in files.iter().filter(|file| is_read_by_people(file) && !file.path.contains("/generated/")) {
        let is_code = file.path.ends_with(".rs");
        if !is_code && !file.path.ends_with(".md") {
            continue;
        }
        for (number, line) in file.text.lines().enumerate() {
            if is_code && line.trim_start().starts_with("//") {
                continue;
            }
            let text = without_code_and_links(line);
            let spaced = is_code || file.path == CHINESE_README;
            if touches_half_width(&text, spaced) {
                found.push(format!(
                    "{}:{}: （）and ，；！？ of full width beside Chinese: {}",
                    file.path,
                    number + 1,
                    line.trim()
                ));
            }
        }
    }
    found
}

/// A line without its code spans and the targets of its links.
fn without_code_and_links(line: &str) -> String {
    let prose: String = line.split('`').step_by(2).collect::<Vec<_>>().join("`");
    let mut parts = prose.split("](");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, rest| text + "]" + rest.split_once(')').map_or(rest, |(_, after)| after))
}

fn touches_half_width(text: &str, spaced: bool) -> bool {
    let characters: Vec<char> = text.chars().collect();
    let chinese = |at: Option<usize>| at.and_then(|at| characters.get(at)).is_some_and(|c| is_chinese(*c));
    (0..characters.len()).any(|at| {
        let before = at.checked_sub(1);
        let one_before = before.filter(|before| spaced && characters.get(*before) == Some(&' '));
        match characters.get(at) {
            Some('(') => chinese(before) || chinese(one_before.and_then(|space| space.checked_sub(1))),
            Some(')') => chinese(Some(at + 1)),
            Some(',' | ';' | '!' | '?') => chinese(before) && chinese(Some(at + 1)),
            _ => false,
        }
    })
}

/// A Chinese character, or a mark of full width.
fn is_chinese(character: char) -> bool {
    matches!(
        character,
        '\u{3400}'..='\u{9fff}' | '，' | '。' | '、' | '：' | '；' | '！' | '？' | '“' | '”' | '《' | '》'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_that_was_given_up_is_found_where_people_read_it() {
        let found = |path: &str| violations(&[TextFile::sample(path, "好\n已推介三次")]);
        assert_eq!(
            found("services/gateway/src/pages/home.rs"),
            ["services/gateway/src/pages/home.rs:2: 推介: say 转介"]
        );
        assert_eq!(found("docs/privacy.md").len(), 1);
        assert_eq!(found("README.zh-CN.md").len(), 1);
        assert_eq!(found("CHANGELOG.md").len(), 0);
        assert_eq!(found("deploy/demo/needs.json").len(), 0);
    }

    #[test]
    fn marks_of_half_width_are_found_beside_chinese_and_left_alone_in_english() {
        let found = |path: &str, line: &str| half_width(&[TextFile::sample(path, line)]).len();
        let (document, page) = ("docs/privacy.md", "services/gateway/src/pages/home.rs");
        for line in ["社区(村)", "(见下)。", "按日期(含当天)算", "书桌,台灯", "见[上文](a.md)(略)。", "转介(`refer`)后"]
        {
            assert_eq!(found(document, line), 1, "{line}");
        }
        for line in [
            "The wishing pool (许愿池) is read.",
            "addresses say 虚构地址 (invented address)",
            "社区（村），见[上文](a.md)。",
            "`分(人民币)` is code",
            "正常, 注意, 失败 with `--lang zh`",
        ] {
            assert_eq!(found(document, line), 0, "{line}");
        }
        assert_eq!(found(CHINESE_README, "转给书桌 (resources/1)"), 1);
        assert_eq!(found(page, "let text = \"在校学生 (is_student)\";"), 1);
        assert_eq!(found(page, "visit.say(\"好\", \"good\")"), 0);
        assert_eq!(found(page, "// 预留 (a hold)"), 0);
        assert_eq!(found("CHANGELOG.md", "社区(村)"), 0);
    }
}
