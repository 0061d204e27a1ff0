//! Why the service did not do something, in the language of a page, by the contract's table of sentences.

use tonic::Status;
use tonic_types::StatusExt as _;
use wishwell_api::refusal::{Telling, telling};
use wishwell_report::Language;

pub(in crate::pages) use wishwell_api::refusal::{Reader, reason_of, rule};

/// Why a page was not to be had, or something was not done, in a sentence; none for what nobody meets.
pub(in crate::pages) fn sentence(language: Language, reader: Reader, status: &Status) -> Option<&'static str> {
    telling(reader, status).words().map(|words| language.pick(words.zh, words.en))
}

/// Why a step was not taken, for the page that it was asked for on; none where it is no refusal but a failure of the page.
pub(in crate::pages) fn refused(language: Language, reader: Reader, status: &Status) -> Option<String> {
    let Telling::Here(words) = telling(reader, status) else { return None };
    let sentence = language.pick(words.zh, words.en);
    let details = status.get_error_details();
    let wrong = details.bad_request().map(|found| found.field_violations.as_slice()).unwrap_or_default();
    let rules: Option<Vec<&str>> = match language {
        Language::Zh => wrong.iter().map(|violation| rule(&violation.reason)).collect(),
        Language::En => Some(wrong.iter().map(|violation| violation.description.as_str()).collect()),
    };
    let rules = rules.filter(|rules| !rules.is_empty()).map(|rules| rules.join(language.pick("；", "; ")));
    Some(match rules {
        None => sentence.to_owned(),
        Some(rules) => {
            format!("{}{rules}{}", language.pick("没有办成：", "This was not done: "), language.pick("。", "."))
        }
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use tonic::Code;
    use tonic_types::{ErrorDetails, FieldViolation};

    use super::*;

    fn status(code: Code, reason: &str, rules: &[(&str, &str)]) -> Status {
        let mut details = ErrorDetails::new();
        details.set_error_info(reason, "wishwell.v1", std::collections::HashMap::<String, String>::new());
        if !rules.is_empty() {
            let violation = |(rule, said): &(&str, &str)| {
                let mut violation = FieldViolation::new("quantity", *said);
                violation.reason = (*rule).to_owned();
                violation
            };
            details.set_bad_request(rules.iter().map(violation).collect::<Vec<_>>());
        }
        Status::with_error_details(code, "as the service says it", details)
    }

    #[test]
    fn a_step_that_is_refused_is_told_by_its_reason_and_what_does_not_fit_by_its_rules() {
        let zh = |status: &Status| refused(Language::Zh, Reader::Staff, status);
        let en = |status: &Status| refused(Language::En, Reader::Staff, status);
        let spent = status(Code::ResourceExhausted, "CONTACT_BUDGET_SPENT", &[]);
        assert!(zh(&spent).unwrap().contains("自己选一家"), "whatever its code");
        let away = status(Code::Unavailable, "STORE_UNAVAILABLE", &[]);
        assert_eq!(zh(&away), None, "that is no refusal");
        let wrong = status(Code::InvalidArgument, "INVALID_FIELDS", &[("STEP_RATING", "must be 1 to 5")]);
        assert_eq!(zh(&wrong).unwrap(), "没有办成：评价应为 1 到 5 分。");
        assert_eq!(en(&wrong).unwrap(), "This was not done: must be 1 to 5.");
        let unknown = status(Code::InvalidArgument, "INVALID_FIELDS", &[("NEW", "must be new")]);
        assert_eq!(zh(&unknown).unwrap(), "填写的内容有误，什么都没有保存。请检查后再试。");
        let newer = status(Code::FailedPrecondition, "OF_A_NEWER_SERVICE", &[]);
        assert!(zh(&newer).unwrap().contains("不能做了"), "by its code");
    }
}
