//! What does not fit in the form: each problem with its field, as the form says it or as the service does.

use tonic::{Code, Status};
use tonic_types::StatusExt as _;
use wishwell_domain::is_within;

use crate::pages::failure::Failure;
use crate::pages::visit::Visit;
use crate::pages::words::refusal::rule;

/// Something that does not fit.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Problem {
    /// The contract's path to the field, from the need on.
    pub(super) field: String,
    /// What does not fit, in Chinese; none where only the service's own words say it.
    pub(super) zh: Option<String>,
    /// In English.
    pub(super) en: String,
}

impl Problem {
    pub(super) fn new(field: impl Into<String>, zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self { field: field.into(), zh: Some(zh.into()), en: en.into() }
    }

    /// What does not fit, in the page's language.
    pub(super) fn words(&self, visit: &Visit) -> &str {
        visit.say(self.zh.as_deref().unwrap_or(&self.en), &self.en)
    }

    /// As the service says it, with its reason.
    pub(super) fn said(field: &str, reason: &str, description: &str) -> Self {
        Self { field: field.to_owned(), zh: in_chinese(field, reason).map(str::to_owned), en: description.to_owned() }
    }
}

/// What the service asks of a field, for those who read Chinese: by its rule, and by the field where that alone says it best.
fn in_chinese(field: &str, reason: &str) -> Option<&'static str> {
    let last = field.rsplit('.').next().unwrap_or(field);
    if reason == "ITEM_REFERRED" {
        return Some(match last {
            "value" => "不能少于已经转介和已经提供的数量",
            _ => "这一项已经转介或提供：不能删去，也不能改类别、单位和重复方式",
        });
    }
    if let Some(words) = rule(reason) {
        return Some(words);
    }
    Some(match (field, last) {
        (_, "urgency") => "请选择紧急程度",
        (_, "channel") => "请选择来源渠道",
        (_, "mobility" | "max_travel_metres") => "请至少选择一种提供帮助的方式；距离应在 1 米到 2 万公里之间",
        (_, "category") => "请选择一个服务类别",
        (_, "value" | "quantity") => "数量应为不小于 1 的整数",
        (_, "unit") => "请选择单位，且应与类别相符",
        (_, "occurrences") => "天数、周数或月数应在 1 到 366 之间",
        (_, "deadline") => "期限应在将来，且不能太远",
        (_, "window" | "start_time" | "end_time") => "起止时间不对：结束应在开始之后，且在将来",
        (_, "division") => "请选择您负责范围内的区划",
        (_, "latitude" | "longitude" | "place" | "datum") => "坐标不对：纬度 -90 到 90，经度 -180 到 180，并注明坐标系",
        (_, "consent_time") => "请填写同意公开的日期，不能在将来",
        (_, "consent_given_by") => "请填写由谁同意公开",
        ("wish.title", _) => "心愿标题应为 1 到 128 个字",
        (_, "wish") => "心愿需要本人同意公开的记录",
        (_, "beneficiary" | "household" | "beneficiary_external" | "household_external" | "external_id" | "source") => {
            "找不到这个编号，请核对来源系统和编号"
        }
        (_, "description" | "note") => "文字太长",
        _ => return None,
    })
}

/// Everything that does not fit.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Problems(Vec<Problem>);

impl Problems {
    pub(super) fn add(&mut self, problem: Problem) {
        let known = self.0.iter().any(|known| known.field == problem.field && known.en == problem.en);
        if !known {
            self.0.push(problem);
        }
    }

    /// Only those of some fields and of what is in them.
    pub(super) fn keep_those_of(&mut self, fields: &[&str]) {
        self.0.retain(|problem| fields.iter().any(|field| is_within(&problem.field, field)));
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Problem> {
        self.0.iter()
    }

    /// Those of a field and of what is in it.
    pub(super) fn of(&self, field: &str) -> Vec<&Problem> {
        self.0.iter().filter(|problem| is_within(&problem.field, field)).collect()
    }

    /// Takes over what the service says of fields; anything else is a failure of the page.
    pub(super) fn add_said(&mut self, status: &Status, prefix: &str) -> Result<(), Failure> {
        let details = status.get_error_details();
        let violations = details.bad_request().map(|found| found.field_violations.as_slice()).unwrap_or_default();
        if violations.is_empty() || status.code() != Code::InvalidArgument {
            return Err(Failure::from(status.clone()));
        }
        // What the form has said of a field by itself, it has said in better words.
        let known: Vec<String> = self.iter().map(|problem| problem.field.clone()).collect();
        for violation in violations {
            let field = violation.field.strip_prefix(prefix).unwrap_or(&violation.field);
            // Where it is must be said by a point or by a division: this form asks for the division.
            let field = if violation.reason == "NEED_PLACE_REQUIRED" { "division" } else { field };
            let said = |known: &String| {
                // What a thing is counted in is no matter while nobody knows what it is.
                let unit_of_unknown = known.strip_suffix(".category").is_some_and(|item| {
                    field.strip_prefix(item).is_some_and(|rest| rest == ".quantity.unit" || rest == ".quantity")
                });
                let within =
                    field.strip_prefix(known.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
                within || unit_of_unknown
            };
            if !known.iter().any(said) {
                self.add(Problem::said(field, &violation.reason, &violation.description));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_referred_already_is_told_in_chinese_as_what_it_is() {
        let zh =
            |field: &str, reason: &str| Problem::said(field, reason, "as the service says it").zh.unwrap_or_default();
        assert_eq!(zh("items[0].quantity.value", "QUANTITY_RANGE"), "数量应为不小于 1 的整数");
        assert!(zh("items[0].quantity.value", "ITEM_REFERRED").contains("不能少于已经转介"));
        assert!(zh("items[0]", "ITEM_REFERRED").contains("不能改类别"));
    }

    #[test]
    fn what_does_not_fit_is_told_in_chinese_by_its_rule_and_by_its_field_where_that_says_it() {
        let zh = |field: &str, reason: &str| Problem::said(field, reason, "").zh.unwrap_or_default();
        assert_eq!(zh("deadline", "TIMING_FUTURE"), "时间应在将来");
        assert_eq!(zh("deadline", "TIMING_HORIZON"), "时间太远了");
        assert_eq!(zh("items[0].category", "CATEGORY_UNKNOWN"), "目录里没有这个服务类别");
        assert_eq!(zh("items[0].category", "STRING_PATTERN"), "请选择一个服务类别");
    }
}
