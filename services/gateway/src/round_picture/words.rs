//! Names that the catalogue does not have, in both languages.

use wishwell_api::v1::{GroupTag, LocalizedText as Wire, UnservedReason, Urgency};
use wishwell_domain::text::LocalizedText;
use wishwell_report::Language;

use crate::pages::words;

/// A name as the catalogue has it.
pub(super) fn name(wire: Option<&Wire>) -> LocalizedText {
    wire.map(|wire| LocalizedText::new(wire.zh.as_str(), wire.en.as_str())).unwrap_or_default()
}

/// What is called the same in both languages, such as a code.
pub(super) fn plain(text: &str) -> LocalizedText {
    LocalizedText::new(text, text)
}

/// What one word for each language makes.
fn both(word: impl Fn(Language) -> &'static str) -> LocalizedText {
    LocalizedText::new(word(Language::Zh), word(Language::En))
}

/// An urgency tier.
pub(super) fn tier(tier: u8) -> LocalizedText {
    both(|language| words::need::urgency(language, Urgency::try_from(i32::from(tier)).unwrap_or_default()))
}

/// A unit of the catalogue of units, as people count in it: money in its main unit.
pub(super) fn unit(code: &str) -> LocalizedText {
    if code.is_empty() {
        return LocalizedText::new("份", "unit");
    }
    let word = |language| words::typed::unit(language, code);
    LocalizedText::new(word(Language::Zh), word(Language::En))
}

/// So many of a unit of the catalogue are one of that in which people count.
pub(super) fn per(code: &str) -> u64 {
    words::typed::per(code)
}

/// A group tag; none for those who have none.
pub(super) fn group_tag(tag: Option<GroupTag>) -> LocalizedText {
    match tag {
        Some(GroupTag::Unspecified) | None => LocalizedText::new("没有标签", "without a tag"),
        Some(tag) => both(|language| words::need::group(language, tag)),
    }
}

/// Why an offer of a round was refused, by the name of the reason.
pub(super) fn refusal(code: &str) -> LocalizedText {
    both_or(code, |language| words::round::refused(language, code))
}

/// What one word for each language makes; the code where there is none.
fn both_or(code: &str, word: impl Fn(Language) -> Option<&'static str>) -> LocalizedText {
    match (word(Language::Zh), word(Language::En)) {
        (Some(zh), Some(en)) => LocalizedText::new(zh, en),
        _ => plain(code),
    }
}

/// Why an item, or the rest of it, is not served.
pub(super) fn reason(reason: UnservedReason) -> LocalizedText {
    match reason {
        UnservedReason::Unspecified => LocalizedText::new("其他原因", "another reason"),
        reason => both(|language| words::round::unserved(language, reason)),
    }
}
