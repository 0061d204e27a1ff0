//! What a rule asks for, in words. A pattern is said as what it means, never as a regular expression.

/// Names of entities are one of these and an identifier.
const COLLECTIONS: &[&str] = &[
    "organizations",
    "resources",
    "rounds",
    "capacityPools",
    "needs",
    "beneficiaries",
    "households",
    "referrals",
    "wishes",
    "subscriptions",
    "notifications",
];

/// What stands behind a collection in the pattern of a name.
const IDENTIFIER: &str = "/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$";

/// Every other pattern of the contract and what it asks for, in English and in Chinese. A test holds that none is missing.
const PATTERNS: &[(&str, &str, &str)] = &[
    (
        "^categories/[A-Za-z0-9][A-Za-z0-9._-]{0,63}$",
        "must be `categories/` and the code of a category",
        "应是 `categories/` 加类别编码",
    ),
    (
        "^divisions/[1-9][0-9]([0-9]{2}([0-9]{2}([0-9]{3}([0-9]{3})?)?)?)?$",
        "must be `divisions/` and the code of a division",
        "应是 `divisions/` 加区划代码",
    ),
    (
        "^[1-9][0-9]([0-9]{2}([0-9]{2}([0-9]{3}([0-9]{3})?)?)?)?$",
        "must be the code of a division: 2, 4, 6, 9 or 12 digits, the first not 0",
        "应是区划代码：2、4、6、9 或 12 位数字，首位不为 0",
    ),
    (
        "^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$",
        "must be the code of a category: 1 to 64 letters, digits, dots, hyphens or underscores, a letter or digit first",
        "应是类别编码：1 到 64 个字母、数字、点、连字符或下划线，以字母或数字开头",
    ),
    (
        "^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$",
        "must name a source: 1 to 64 letters, digits, dots, colons, hyphens or underscores, a letter or digit first",
        "应是来源系统：1 到 64 个字母、数字、点、冒号、连字符或下划线，以字母或数字开头",
    ),
    (
        "^[a-z][a-z0-9_]{0,31}$",
        "must be the code of a unit, such as `piece` or `hour`",
        "应是单位代码，如 `piece` 或 `hour`",
    ),
    ("^[a-z][a-z0-9_]{0,63}$", "must be the key of a fact, such as `age_years`", "应是事实的键，如 `age_years`"),
    ("^[0-9]{4}-[0-9]{2}-[0-9]{2}$", "must be a date as `YYYY-MM-DD`", "应是日期，写作 `YYYY-MM-DD`"),
    (
        "^[A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+){0,2}$",
        "must be an IANA time zone, such as `Asia/Shanghai`",
        "应是 IANA 时区，如 `Asia/Shanghai`",
    ),
    ("^[A-Z]{3}$", "must be the ISO 4217 code of a currency, such as `CNY`", "应是 ISO 4217 币种代码，如 `CNY`"),
    (
        "^[0-9A-HJ-NPQRTUWXY]{18}$",
        "must be a unified social credit code: 18 digits and capital letters without I, O, S, V and Z",
        "应是统一社会信用代码：18 位数字或大写字母，不含 I、O、S、V、Z",
    ),
];

/// Rules whose message the generated code leaves out or says only for programs.
const RULES: &[(&str, &str)] = &[
    ("string.uuid", "must be a UUID"),
    ("string.uuid_empty", "must be a UUID"),
    ("enum.defined_only", "must be one of the values that are defined"),
    ("enum.not_in", "must be one of the values that mean something"),
    ("field_mask.in", "must name only fields that can be changed"),
];

/// All patterns, each with what it asks for in English and in Chinese.
fn patterns() -> impl Iterator<Item = (String, String, String)> {
    let name = |of: &&str| {
        let words = format!("must be `{of}/` and a UUID in lower case");
        (format!("^{of}{IDENTIFIER}"), words, format!("应是 `{of}/` 加小写的 UUID"))
    };
    let other = |(pattern, en, zh): &(&str, &str, &str)| ((*pattern).to_owned(), (*en).to_owned(), (*zh).to_owned());
    COLLECTIONS.iter().map(name).chain(PATTERNS.iter().map(other))
}

/// The words for a violated rule.
pub(super) fn of(rule: &str, message: &str) -> String {
    if let Some((_, words)) = RULES.iter().find(|(known, _)| *known == rule) {
        return (*words).to_owned();
    }
    if rule == "string.pattern" {
        // The message ends with the pattern in backquotes.
        let known = patterns().find(|(pattern, ..)| message.contains(&format!("`{pattern}`")));
        if let Some((_, words, _)) = known {
            return words;
        }
    }
    if message.is_empty() { format!("must hold {rule}") } else { message.replacen("value ", "", 1) }
}

/// What a pattern asks for, in Chinese, by how it is said in English.
pub(crate) fn pattern_in_chinese(said: &str) -> Option<String> {
    patterns().find(|(_, words, _)| words == said).map(|(.., zh)| zh)
}

#[cfg(test)]
mod tests {
    use prost_reflect::{DynamicMessage, Value};

    /// Every pattern anywhere in the options of a field.
    fn patterns(options: &DynamicMessage, found: &mut Vec<String>) {
        for (field, value) in options.fields() {
            visit(field.name(), value, found);
        }
        for (extension, value) in options.extensions() {
            visit(extension.name(), value, found);
        }
    }

    fn visit(name: &str, value: &Value, found: &mut Vec<String>) {
        match value {
            Value::String(pattern) if name == "pattern" => found.push(pattern.clone()),
            Value::Message(inner) => patterns(inner, found),
            _ => {}
        }
    }

    #[test]
    fn every_pattern_of_the_contract_is_said_in_words() {
        let mut found = Vec::new();
        for message in crate::descriptor_pool().all_messages().filter(|message| message.package_name() == "wishwell.v1")
        {
            message.fields().for_each(|field| patterns(&field.options(), &mut found));
        }
        found.sort();
        found.dedup();
        let mut known: Vec<String> = super::patterns().map(|(pattern, ..)| pattern).collect();
        known.sort();
        assert_eq!(found, known);
    }
}
