//! `docs/vocabulary.md` is what the catalogues say. `WISHWELL_REGENERATE=1 cargo test -p wishwell-domain` rewrites it.

use std::fmt::Write as _;
use std::path::Path;

use wishwell_domain::fact::{FactDefinition, FactType};
use wishwell_domain::fact_catalogue::FACTS;
use wishwell_domain::unit::UNITS;

const HEAD: &str = "# Units and facts · 单位与事实

What callers may count in, and what may be said of a beneficiary. Both catalogues are part of the program: entries are only ever added.

数量可用的单位，以及可以记录的受助人事实。两个目录都是程序的一部分，只增不减。

## Units · 单位

`Quantity.unit`. Two quantities compare only in the same unit; amounts of money are in `fen`. 两个数量只有单位相同才可比较；金额以 `fen`（分）计。

| code · 代码 | English | 中文 |
|---|---|---|
";

const FIGURES: &str = "
## Figures · 数字

How figures read on pages, in tables of commands, in reports and in the reasons of an answer. 页面、命令行、报告和匹配理由中数字的写法。

- Money is `¥30,000.00`, in yuan to the fen, in a sentence as in a table. Where the unit stands apart from the amount, in the label of a field or in
  \"one more yuan\", it is yuan. 金额一律写作 `¥30,000.00`，精确到分，句中和表中都一样；单位与数字分开写时（栏目名、“再增加 1 元”）用“元”。
- A distance is in whole metres below a kilometre, in tenths of a kilometre from there on, in whole kilometres from a hundred on, rounded to the nearest:
  `850 m`, `3.6 km`, `4 km`, `123 km`. 距离四舍五入：不足一公里用米，一公里起保留一位小数，一百公里起取整：`850 米`、`3.6 公里`、`4 公里`、`123 公里`。
- A space stands between a figure and its unit, in Chinese as in English; none behind `¥` or within a date. Chinese sentences have Chinese punctuation,
  parentheses of full width among them, without a space beside them. 数字与单位之间空一格，`¥` 之后和日期之中不空；中文句子用中文标点，括号也用全角（），前后不空格。
- A date is `2026-11-28`, a time `2026-11-28 19:05` by the clock of 24 hours: on pages of partners and of staff, in commands, reports and reasons, in Chinese as in English. How far away it is may stand beside it
  (`还剩 3 小时`, `3 hours left`), not in its place where somebody has to keep it. 日期一律写作 `2026-11-28`，时间一律写作 `2026-11-28 19:05`（24 小时制），中英文相同；期限旁可另注“还剩 3 小时”，但不能只写剩余时间。
- Times are Beijing time (`Asia/Shanghai`), and say so: once for a page or a column, `+08` where one stands alone. When something opens is told by the clocks of its place.
  时间为北京时间并注明：每页或每栏注明一次，单独出现时写 `+08`；开放时间按当地时间。
";

const FACTS_HEAD: &str = "
## Facts · 事实

`Fact.key`, and the names that eligibility rules ask for. What is not said is unknown, never false. Whole numbers count in what the name says.

`Fact.key`，也是资格规则引用的名称。没有记录的事实是未知，而不是否。整数的单位见其名称。

| key · 键 | value · 值 | English | 中文 | proof · 证明材料 |
|---|---|---|---|---|
";

fn value(fact: &FactDefinition) -> String {
    let codes = || fact.codes.iter().map(|code| format!("`{code}`")).collect::<Vec<_>>().join(", ");
    match fact.fact_type {
        FactType::Bool => "yes or no · 是或否".to_owned(),
        FactType::Int if fact.is_money() => format!("{} … {} fen · 分", fact.range.0, fact.range.1),
        FactType::Int => format!("{} … {}", fact.range.0, fact.range.1),
        FactType::Text if fact.codes.is_empty() => "text · 文本".to_owned(),
        FactType::Text => format!("one of · 取一：{}", codes()),
        FactType::Texts if fact.codes.is_empty() => "texts · 若干文本".to_owned(),
        FactType::Texts => format!("some of · 可多选：{}", codes()),
    }
}

fn page() -> String {
    let mut page = HEAD.to_owned();
    for (code, zh, en) in UNITS {
        writeln!(page, "| `{code}` | {en} | {zh} |").unwrap();
    }
    page.push_str(FIGURES);
    page.push_str(FACTS_HEAD);
    for fact in FACTS {
        let FactDefinition { key, zh, en, proof, .. } = fact;
        writeln!(page, "| `{key}` | {} | {en} | {zh} | {} · {} |", value(fact), proof.1, proof.0).unwrap();
    }
    page
}

#[test]
fn the_page_of_units_and_facts_is_what_the_catalogues_say() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/vocabulary.md");
    let expected = page();
    if std::env::var_os("WISHWELL_REGENERATE").is_some_and(|value| value == "1") {
        std::fs::write(&file, &expected).unwrap();
    }
    let committed = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(
        committed == expected,
        "run WISHWELL_REGENERATE=1 cargo test -p wishwell-domain: docs/vocabulary.md differs"
    );
}
