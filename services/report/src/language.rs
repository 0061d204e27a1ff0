//! The two languages of a page.

use wishwell_domain::text::LocalizedText;

/// Which language a person reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// Simplified Chinese.
    Zh,
    /// English.
    En,
}

impl Language {
    /// Both, in the order in which a page offers them.
    pub const ALL: [Self; 2] = [Self::Zh, Self::En];

    /// One of two texts.
    #[must_use]
    pub fn pick<T>(self, zh: T, en: T) -> T {
        match self {
            Self::Zh => zh,
            Self::En => en,
        }
    }

    /// A name in this language, in the other where it has none.
    pub(crate) fn of(self, name: &LocalizedText) -> &str {
        self.pick(name.zh_first(), name.en_first())
    }

    /// The language as HTML names it.
    #[must_use]
    pub fn tag(self) -> &'static str {
        self.pick("zh-CN", "en")
    }

    /// What ends the ids of this language's elements.
    pub(crate) fn suffix(self) -> &'static str {
        self.pick("zh", "en")
    }

    /// Texts one after the other.
    #[must_use]
    pub fn list(self, texts: &[String]) -> String {
        match (self, texts) {
            (_, []) => String::new(),
            (_, [only]) => only.clone(),
            (Self::Zh, texts) => texts.join("、"),
            (Self::En, [before @ .., last]) => format!("{} and {last}", before.join(", ")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_reads_as_each_language_writes_it() {
        let texts = |count: usize| ["a", "b", "c"].map(str::to_owned)[..count].to_vec();
        assert_eq!(Language::En.list(&texts(3)), "a, b and c");
        assert_eq!(Language::En.list(&texts(1)), "a");
        assert_eq!(Language::Zh.list(&texts(2)), "a、b");
        assert_eq!(Language::Zh.list(&[]), "");
    }
}
