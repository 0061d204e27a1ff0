//! What a circle on the map is called.

use crate::language::Language;
use crate::picture::DivisionPlace;

/// A name for divisions that one circle stands for: their own for one; what is above all of them; or what is above most.
pub(crate) fn name(all: &[DivisionPlace], language: Language, divisions: &[usize]) -> String {
    let title = |division: usize| language.of(&all[division].name).to_owned();
    match divisions {
        [] => String::new(),
        [only] => title(*only),
        [first, ..] => {
            let parent = |division: usize| all[division].parent.unwrap_or(division);
            let together = |above: usize| divisions.iter().filter(|division| parent(**division) == above).count();
            // The first of equals, so that the same picture is called the same.
            let above = divisions
                .iter()
                .map(|division| parent(*division))
                .fold(parent(*first), |best, next| if together(next) > together(best) { next } else { best });
            let around = if together(above) == divisions.len() { "" } else { language.pick("一带", " and around") };
            format!("{}{around}", title(above))
        }
    }
}

#[cfg(test)]
mod tests {
    use wishwell_domain::text::LocalizedText;

    use super::*;

    #[test]
    fn several_divisions_are_called_by_what_is_above_them() {
        let tree = [
            ("宁夏", "Ningxia", None),
            ("银川", "Yinchuan", Some(0)),
            ("兴庆", "Xingqing", Some(1)),
            ("金凤", "Jinfeng", Some(1)),
            ("石嘴山", "Shizuishan", Some(0)),
        ];
        let all = tree.map(|(zh, en, parent)| DivisionPlace {
            code: String::new(),
            name: LocalizedText::new(zh, en),
            parent,
            centre: None,
        });
        assert_eq!(name(&all, Language::En, &[2]), "Xingqing");
        assert_eq!(name(&all, Language::En, &[2, 3]), "Yinchuan");
        assert_eq!(name(&all, Language::En, &[2, 3, 4]), "Yinchuan and around");
        assert_eq!(name(&all, Language::Zh, &[4, 2, 3]), "银川一带");
    }
}
