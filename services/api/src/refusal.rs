//! Why the service did not do something, for people: a sentence for each reason of the contract in Chinese and in English, and what
//! each rule asks that a field can break. Pages and the command line tell it by the same table.

mod rules;
mod table;

use tonic::{Code, Status};
use tonic_types::StatusExt as _;

use crate::v1::ErrorReason;

pub use rules::{rule, rule_in_chinese};

/// Who reads it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reader {
    /// A partner on a page, whose resources they are.
    Partner,
    /// Anybody else on a page.
    Staff,
    /// Whoever typed a command.
    CommandLine,
}

/// A sentence in both languages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Words {
    /// Chinese.
    pub zh: &'static str,
    /// English.
    pub en: &'static str,
}

/// How a reason is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Telling {
    /// Where somebody is: a step was refused, and the page shows how it stands.
    Here(Words),
    /// Instead of a page or of an answer: there is nothing to show.
    Instead(Words),
    /// To nobody, and why nobody meets it.
    Nobody(&'static str),
}

impl Telling {
    /// The sentence; none for what nobody meets.
    #[must_use]
    pub const fn words(self) -> Option<Words> {
        match self {
            Self::Here(words) | Self::Instead(words) => Some(words),
            Self::Nobody(_) => None,
        }
    }
}

/// How the reason of a refusal is told to somebody.
#[must_use]
pub fn telling(reader: Reader, status: &Status) -> Telling {
    table::telling(reason_of(status), reader)
}

/// The reason of a status; of one that has none, or one that this program does not know, that which its code says.
#[must_use]
pub fn reason_of(status: &Status) -> ErrorReason {
    let details = status.get_error_details();
    let told =
        details.error_info().and_then(|info| ErrorReason::from_str_name(&format!("ERROR_REASON_{}", info.reason)));
    told.unwrap_or(match status.code() {
        Code::Unavailable | Code::Unknown => ErrorReason::NotServing,
        Code::DeadlineExceeded => ErrorReason::DeadlineExceeded,
        Code::ResourceExhausted => ErrorReason::Overloaded,
        Code::NotFound => ErrorReason::NotFound,
        Code::PermissionDenied => ErrorReason::PermissionDenied,
        Code::Unauthenticated => ErrorReason::Unauthenticated,
        Code::InvalidArgument | Code::OutOfRange => ErrorReason::InvalidFields,
        Code::FailedPrecondition | Code::Aborted | Code::AlreadyExists => ErrorReason::IllegalState,
        Code::Unimplemented => ErrorReason::Unimplemented,
        _ => ErrorReason::Internal,
    })
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeSet, HashMap};

    use tonic_types::ErrorDetails;

    use super::*;

    fn reasons() -> impl Iterator<Item = ErrorReason> {
        (0..).map_while(|number| ErrorReason::try_from(number).ok())
    }

    #[test]
    fn each_reason_of_the_contract_is_told_in_both_languages_or_says_why_nobody_meets_it() {
        assert!(reasons().count() > 40, "{}", reasons().count());
        for reader in [Reader::Partner, Reader::Staff, Reader::CommandLine] {
            let mut told: BTreeSet<(&str, &str)> = BTreeSet::new();
            for reason in reasons() {
                match table::telling(reason, reader) {
                    Telling::Here(Words { zh, en }) | Telling::Instead(Words { zh, en }) => {
                        assert!(zh.ends_with('。') && en.ends_with('.'), "{reason:?}");
                        assert!(!en.chars().any(|c| ('一'..='鿿').contains(&c)), "{reason:?}");
                        assert!(zh.chars().any(|c| ('一'..='鿿').contains(&c)), "{reason:?}");
                        assert!(told.insert((zh, en)), "{reason:?} is told as another");
                    }
                    Telling::Nobody(why) => assert!(why.len() > 15, "{reason:?}"),
                }
            }
        }
    }

    #[test]
    fn every_reason_has_a_sentence_on_the_command_line_that_speaks_of_no_page() {
        for reason in reasons() {
            let words = table::telling(reason, Reader::CommandLine).words();
            assert!(words.is_some(), "{reason:?}");
            let of_pages = |words: &Words| {
                ["本页", "这一页", "页脚", "表单", "刷新"].iter().any(|word| words.zh.contains(word))
                    || ["this page", "foot of the page", "form was", "reload"]
                        .iter()
                        .any(|word| words.en.contains(word))
            };
            assert!(!words.as_ref().is_some_and(of_pages), "{words:?}");
        }
    }

    #[test]
    fn what_has_no_reason_or_a_newer_ones_is_told_by_its_code() {
        let with = |code: Code, reason: &str| {
            let mut details = ErrorDetails::new();
            details.set_error_info(reason, crate::ERROR_DOMAIN, HashMap::<String, String>::new());
            Status::with_error_details(code, "", details)
        };
        assert_eq!(reason_of(&with(Code::ResourceExhausted, "CONTACT_BUDGET_SPENT")), ErrorReason::ContactBudgetSpent);
        assert_eq!(reason_of(&with(Code::FailedPrecondition, "OF_A_NEWER_SERVICE")), ErrorReason::IllegalState);
        for (status, reason) in [
            (Status::unavailable(""), ErrorReason::NotServing),
            (Status::unauthenticated(""), ErrorReason::Unauthenticated),
            (Status::unimplemented(""), ErrorReason::Unimplemented),
            (Status::data_loss(""), ErrorReason::Internal),
        ] {
            assert_eq!(reason_of(&status), reason);
        }
    }
}
