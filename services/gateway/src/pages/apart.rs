//! Names of controls that stand on a page several times: each says what it is about, so that whoever hears them one after the other knows
//! which is which.

use std::collections::HashMap;

use wishwell_report::Language;

use super::visit::Visit;

/// What a control says, and what it is about.
pub(super) fn about(visit: &Visit, says: &str, what: &str) -> String {
    visit.say(format!("{says}：{what}"), format!("{says}: {what}"))
}

/// What entries of a list are called; those that are called alike are numbered from the second on.
pub(super) fn apart(language: Language, names: impl IntoIterator<Item = String>) -> Vec<String> {
    let mut known: HashMap<String, usize> = HashMap::new();
    let one = |name: String| {
        let count = known.entry(name.clone()).and_modify(|count| *count += 1).or_insert(1);
        match *count {
            1 => name,
            count => language.pick(format!("{name}（{count}）"), format!("{name} ({count})")),
        }
    };
    names.into_iter().map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_called_alike_is_numbered() {
        let names = ["desk", "lamp", "desk", "desk"].map(str::to_owned);
        assert_eq!(apart(Language::En, names), ["desk", "lamp", "desk (2)", "desk (3)"]);
        let names = ["书桌", "书桌"].map(str::to_owned);
        assert_eq!(apart(Language::Zh, names), ["书桌", "书桌（2）"]);
    }
}
