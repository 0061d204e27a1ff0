//! The language of what is printed for people.

/// Which language a person reads. Errors of the configuration and logs are in English whatever it is: they are searched for. Of what a server
/// refuses, its own words follow the language's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Lang {
    /// English.
    #[default]
    En,
    /// Simplified Chinese.
    Zh,
}

impl Lang {
    /// What `--lang` and `WISHWELL_LANG` take.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        match text {
            "en" => Some(Self::En),
            "zh" => Some(Self::Zh),
            _ => None,
        }
    }

    /// The language of the environment, by the precedence of POSIX: `LC_ALL`, `LC_MESSAGES`, `LANG`.
    pub(crate) fn of_environment(variable: impl Fn(&str) -> Option<String>) -> Self {
        let locale = ["LC_ALL", "LC_MESSAGES", "LANG"].into_iter().filter_map(variable).find(|value| !value.is_empty());
        match locale {
            Some(locale) if locale.to_ascii_lowercase().starts_with("zh") => Self::Zh,
            _ => Self::En,
        }
    }

    /// One of two texts.
    pub(crate) fn pick<'a>(self, en: &'a str, zh: &'a str) -> &'a str {
        match self {
            Self::En => en,
            Self::Zh => zh,
        }
    }

    /// The preferred one of two texts of which one may be empty.
    pub(crate) fn prefer<'a>(self, en: &'a str, zh: &'a str) -> &'a str {
        match self {
            Self::En if !en.is_empty() => en,
            Self::Zh if zh.is_empty() => en,
            _ => zh,
        }
    }
}

impl From<Lang> for wishwell_report::Language {
    fn from(lang: Lang) -> Self {
        match lang {
            Lang::En => Self::En,
            Lang::Zh => Self::Zh,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_locale_decides_by_the_precedence_of_posix() {
        let cases: &[(&[(&str, &str)], Lang)] = &[
            (&[], Lang::En),
            (&[("LANG", "C.UTF-8")], Lang::En),
            (&[("LANG", "zh_CN.UTF-8")], Lang::Zh),
            (&[("LANG", "zh_CN.UTF-8"), ("LC_ALL", "en_US.UTF-8")], Lang::En),
            (&[("LANG", "en_US.UTF-8"), ("LC_MESSAGES", "zh_TW")], Lang::Zh),
            (&[("LC_ALL", ""), ("LANG", "zh")], Lang::Zh),
        ];
        for (environment, expected) in cases {
            let look_up =
                |name: &str| environment.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
            assert_eq!(Lang::of_environment(look_up), *expected, "{environment:?}");
        }
    }

    #[test]
    fn a_missing_text_gives_way_to_the_other_language() {
        assert_eq!(Lang::Zh.prefer("desk", ""), "desk");
        assert_eq!(Lang::En.prefer("", "课桌"), "课桌");
        assert_eq!(Lang::Zh.prefer("desk", "课桌"), "课桌");
    }
}
