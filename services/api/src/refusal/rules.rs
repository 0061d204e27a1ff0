//! What a field must hold, in Chinese, by the rule that it breaks. In English the service says it itself.

use crate::validation::pattern_in_chinese;

/// What a rule of the service asks, in Chinese, by its name in `FieldViolation.reason`; none of a rule that says it best by its field, or by
/// figures ([`rule_in_chinese`]).
#[must_use]
pub fn rule(reason: &str) -> Option<&'static str> {
    Some(match reason {
        "CATEGORY_UNKNOWN" => "目录里没有这个服务类别",
        "DIVISION_UNKNOWN" => "目录里没有这个区划",
        "UNIT" => "没有这个计量单位",
        "UNIT_MISMATCH" => "单位应与类别或资源的单位相同",
        "REFERENCE" => "找不到这个编号，请核对来源系统和编号",
        "REFERENCE_ONE" => "编号和名称只能填一个",
        "NEED_ITEMS" => "至少要有一项，最多 32 项",
        "NEED_PLACE_REQUIRED" => "请选择所在区划；只要电话或线上帮助的可以不选",
        "TIMING_ORDER" => "结束时间应在开始时间之后",
        "TIMING_FUTURE" => "时间应在将来",
        "TIMING_HORIZON" => "时间太远了",
        "TIMING_ONE" => "最晚时间和一段时间只能填一种",
        "RECURRENCE_OCCURRENCES" => "天数、周数或月数应在 1 到 366 之间",
        "MOBILITY_SOME" => "请至少选择一种提供帮助的方式",
        "MOBILITY_TRAVEL_RANGE" => "距离应在 1 米到 2 万公里之间",
        "POINT_RANGE" => "坐标不对：纬度 -90 到 90，经度 -180 到 180",
        "DATUM_REQUIRED" => "请说明坐标取自哪种地图",
        "WISH_CONSENT_FIRST" => "同意公开的日期不能晚于公开的日期",
        "FACT_TYPE" | "FACT_CODE" => "回答与问题对不上",
        "FACT_TEXT_LENGTH" => "回答太长，或没有填",
        "STEP_QUANTITY_RANGE" => "数量应在 1 和承诺的数量之间；提前结束的，应少于承诺的数量",
        "STEP_QUANTITY_WHOLE" => "全部提供的，请改为登记“已提供”或确认",
        "STEP_RETURNED_RANGE" => "没有用掉或已退回的，不能多于没收到的数量",
        "STEP_RETURNED" => "只有处理异议时，才填没有用掉或已退回的数量",
        "NEED_NOT_UNDER_WAY" => "有的帮助已经结束或还没有人答应，填不了已提供多少；请看过最新情况再填",
        "ENQUIRY_QUANTITY" => "请填写能提供多少",
        "STEP_RATING" => "评价应为 1 到 5 分",
        "ITEM_NOT_SPLITTABLE" => "这一项不能由几家分担，只能全部承接",
        "POOL_UNBOUNDED_TOTAL" => "不限量的不填总量",
        "POOL_FIGURE_RANGE" => "总量应为不小于 0 的整数，且不能太大",
        _ => return None,
    })
}

/// What more rules ask, with `{}` for each number of what the service says of it, in its order. Where a rule is said in several ways, the
/// first whose numbers are there is taken.
const FIGURED: &[(&str, &str)] = &[
    // Of the contract.
    ("REQUIRED", "必填"),
    ("STRING_MAX_LEN", "最多 {} 个字符"),
    ("STRING_MIN_LEN", "至少 {} 个字符"),
    ("STRING_MAX_BYTES", "最多 {} 字节"),
    ("STRING_UUID", "应是 UUID"),
    ("STRING_UUID_EMPTY", "应是 UUID"),
    ("REPEATED_MIN_ITEMS", "至少 {} 项"),
    ("REPEATED_MAX_ITEMS", "最多 {} 项"),
    ("REPEATED_UNIQUE", "各项不能重复"),
    ("DOUBLE_FINITE", "应是有限的数"),
    ("DOUBLE_GTE_LTE", "应在 {} 到 {} 之间"),
    ("INT32_GTE_LTE", "应在 {} 到 {} 之间"),
    ("INT64_GTE_LTE", "应在 {} 到 {} 之间"),
    ("INT64_GT_LTE", "应大于 {}，且不大于 {}"),
    ("INT32_GTE_LT", "应不小于 {}，且小于 {}"),
    ("DOUBLE_GTE", "应不小于 {}"),
    ("INT32_GTE", "应不小于 {}"),
    ("INT64_GT", "应大于 {}"),
    ("INT64_GTE", "应不小于 {}"),
    ("DURATION_GT_LTE", "应长于 {} 秒，且不长于 {} 秒"),
    ("DURATION_GT", "应长于 {} 秒"),
    ("DURATION_GTE", "应不短于 {} 秒"),
    ("DURATION_GTE_LTE", "应在 {} 秒到 {} 秒之间"),
    ("ENUM_DEFINED_ONLY", "没有这个取值"),
    ("ENUM_NOT_IN", "没有填，或不能用这个取值"),
    ("FIELD_MASK_IN", "只能列出可以修改的字段"),
    ("FIELD_MASK_REQUIRED", "至少要列出一个字段"),
    ("FIELD_MASK_WHOLE", "只能列出整个字段，不能列出其中一部分"),
    // Of the domain, and of what is referred to.
    ("CODE_UNIQUE", "在这一批里出现了两次"),
    ("CONSENT_ORDER", "撤回同意的时间不能早于同意的时间"),
    ("CONSENT_SAID", "不能在将来"),
    ("DATE", "应是日期，写作 YYYY-MM-DD"),
    ("DATE_ORDER", "结束日期不能早于开始日期"),
    ("DRAW_ORGANIZATION", "应是同一机构的容量池"),
    ("EDITION", "应是年份"),
    ("ETAG", "应是服务器给出的 etag"),
    ("EXTERNAL_OWN_SOURCE", "来源系统应是本机构自己的"),
    ("EXTERNAL_UNIQUE", "在这一批里出现了两次"),
    ("FACT_UNIQUE", "同一事实出现了两次"),
    ("FACT_UNKNOWN_KEY", "事实目录（docs/vocabulary.md）里没有这个键"),
    ("HOUSEHOLD_MEMBERS", "家庭成员已满 {} 人"),
    ("ITEM_REFERRED", "应不小于 {}：这么多已经转介或提供"),
    ("ITEM_REFERRED", "已经转介或提供，不能去掉，也不能改类别、单位和周期"),
    ("ITEM_UNKNOWN", "没有这个需求项"),
    ("LIST_MAX_ITEMS", "最多 {} 项"),
    ("LIST_MIN_ITEMS", "至少要有一项"),
    ("LIST_UNIQUE", "不能重复"),
    ("LOCALIZED_TEXT_REQUIRED", "中文和英文至少要填一种"),
    ("NEED_ORDINAL", "需求项应从 1 开始依次编号"),
    ("PAGE_TOKEN", "不是这个列表的翻页令牌，或查询条件变了"),
    ("POOL_BUDGET_UNIT", "资金的单位应是 fen，其他币种为 minor_unit"),
    ("POOL_CURRENCY", "应是 ISO 4217 币种代码，如 CNY"),
    ("POOL_CURRENCY_FORBIDDEN", "只有资金才填币种"),
    ("POOL_CURRENCY_REQUIRED", "资金必须填币种"),
    ("POOL_IMMUTABLE", "建立后不能更改"),
    ("POOL_OVERRIDES_FORBIDDEN", "只有按周期更新的容量才有周期"),
    ("POOL_PERIOD_FORBIDDEN", "只有按周期更新的容量才填周期"),
    ("POOL_PERIOD_REQUIRED", "按周期更新的容量必须填周期"),
    ("POOL_PERIOD_UNIQUE", "周期不能重复"),
    ("QUANTITY_RANGE", "应在 {} 到 {} 之间"),
    ("RESOURCE_IMMUTABLE", "建立后不能更改"),
    ("RESOURCE_PLACE_REQUIRED", "资源必须有地点"),
    ("SOCIAL_CREDIT_CODE", "应是 18 位统一社会信用代码，数字或大写字母，不含 I、O、S、V、Z"),
    ("TEXT_MAX_LENGTH", "最多 {} 个字符"),
    ("TEXT_NUL", "文字中不能有 U+0000 字符"),
    ("TEXT_REQUIRED", "不能为空"),
    ("TIMESTAMP", "应在公元 {} 年到 {} 年之间"),
    ("TIME_ZONE", "应是 IANA 时区，如 Asia/Shanghai"),
    ("TREE_CODE_UNIQUE", "编码不能重复"),
    ("TREE_CYCLE", "上级不能是自己或自己的下级"),
    ("TREE_DEPTH", "层级不能超过 {} 层"),
    ("TREE_UNKNOWN_PARENT", "没有这个上级"),
];

/// What a rule asks, in Chinese: by its name in `FieldViolation.reason` and by what the service says of it, in whose figures it is told. None
/// of a rule that only the service's own words say.
#[must_use]
pub fn rule_in_chinese(reason: &str, said: &str) -> Option<String> {
    if let Some(words) = rule(reason) {
        return Some(words.to_owned());
    }
    match reason {
        "STRING_PATTERN" => return pattern_in_chinese(said),
        "RESOURCE_NAME" => return said.split('`').nth(1).map(|collection| format!("应是 `{collection}` 加 UUID")),
        "MESSAGE_ONEOF" => return one_of(said),
        _ => {}
    }
    let numbers = numbers(said);
    let ways = FIGURED.iter().filter(|(known, _)| *known == reason).map(|(_, words)| *words);
    ways.filter(|words| words.matches("{}").count() <= numbers.len()).map(|words| filled(words, &numbers)).next()
}

/// Which fields go together: one of them must be there, or not more than one.
fn one_of(said: &str) -> Option<String> {
    let fields = |end: &str| said.split_once("one of ")?.1.strip_suffix(end);
    if let Some(fields) = fields(" must be set") {
        return Some(format!("应填其中一项：{}", fields.replace(", ", "、")));
    }
    fields(" can be set").map(|fields| format!("只能填其中一项：{}", fields.replace(", ", "、")))
}

fn filled(words: &str, numbers: &[&str]) -> String {
    numbers.iter().fold(words.to_owned(), |words, number| words.replacen("{}", number, 1))
}

/// The numbers of a text, in its order.
fn numbers(text: &str) -> Vec<&str> {
    let is_part = |c: char| c.is_ascii_digit() || c == '.' || c == '-';
    let parts = text.split(|c: char| !is_part(c)).map(|part| part.trim_end_matches(['.', '-']));
    parts.filter(|part| part.trim_start_matches('-').starts_with(|c: char| c.is_ascii_digit())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_is_told_in_chinese_with_the_figures_that_the_service_says() {
        for (reason, said, zh) in [
            ("STEP_RATING", "must be 1 to 5", "评价应为 1 到 5 分"),
            ("STRING_MAX_LEN", "length must be at most 64 characters", "最多 64 个字符"),
            (
                "DOUBLE_GTE_LTE",
                "must be greater than or equal to -90 and less than or equal to 90",
                "应在 -90 到 90 之间",
            ),
            ("DURATION_GT_LTE", "must be greater than 0s and less than or equal to 60s", "应长于 0 秒，且不长于 60 秒"),
            ("STRING_PATTERN", "must be `needs/` and a UUID in lower case", "应是 `needs/` 加小写的 UUID"),
            ("RESOURCE_NAME", "must be `wishes/` followed by a UUID", "应是 `wishes/` 加 UUID"),
            ("MESSAGE_ONEOF", "one of need, inline_need must be set", "应填其中一项：need、inline_need"),
            ("MESSAGE_ONEOF", "only one of need, inline_need can be set", "只能填其中一项：need、inline_need"),
            ("ITEM_REFERRED", "must be at least 3: so much is referred or served", "应不小于 3：这么多已经转介或提供"),
            (
                "ITEM_REFERRED",
                "cannot go: it is referred or served",
                "已经转介或提供，不能去掉，也不能改类别、单位和周期",
            ),
            ("TREE_DEPTH", "must not be more than 12 levels deep", "层级不能超过 12 层"),
        ] {
            assert_eq!(rule_in_chinese(reason, said).as_deref(), Some(zh), "{reason}: {said}");
        }
        assert_eq!(rule_in_chinese("OF_A_NEWER_SERVICE", "must be new"), None);
        assert_eq!(rule_in_chinese("STRING_MAX_LEN", "must be shorter"), None, "how much shorter is not known");
    }

    #[test]
    fn every_rule_that_the_contract_holds_is_told_in_chinese() {
        let kinds = ["string", "int32", "int64", "double", "enum", "repeated", "duration", "field_mask", "required"];
        let generated = include_str!("../generated/validate.rs");
        let rules = generated.split('"').filter(|text| {
            let (kind, rule) = text.split_once('.').unwrap_or((text, "of"));
            kinds.contains(&kind)
                && !rule.is_empty()
                && rule.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
                && (text.contains('.') || *text == "required")
        });
        let rules: std::collections::BTreeSet<String> =
            rules.map(|rule| rule.to_ascii_uppercase().replace('.', "_")).collect();
        assert!(rules.len() > 15, "{rules:?}");
        // Patterns have words of their own, and those of entries are told by the rule of the entry.
        let elsewhere = ["STRING_PATTERN", "REPEATED_ITEMS"];
        for rule in rules.iter().filter(|rule| !elsewhere.contains(&rule.as_str())) {
            assert!(rule_in_chinese(rule, "1 to 2").is_some(), "{rule}");
        }
    }
}
