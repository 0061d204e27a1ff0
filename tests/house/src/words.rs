//! One Chinese term for one thing: what people read does not go back to a word that was given up.

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
    let read = |file: &&TextFile| {
        let is_document =
            file.path.ends_with(".md") && (file.path.starts_with("docs/") || file.path.starts_with("deploy/"));
        file.path.starts_with("services/") || is_document || file.path == "README.zh-CN.md"
    };
    let mut found = Vec::new();
    for file in files.iter().filter(read) {
        for (number, line) in file.text.lines().enumerate() {
            let words = GIVEN_UP.iter().filter(|(word, _)| line.contains(word));
            found.extend(words.map(|(word, term)| format!("{}:{}: {word}: say {term}", file.path, number + 1)));
        }
    }
    found
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
}
