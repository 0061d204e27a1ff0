//! Whom partners may ask about a referral, by division: what the platform says of its case workers, and nothing of a need.

use std::collections::BTreeMap;

use wishwell_domain::ids::DivisionCode;
use wishwell_domain::text::LocalizedText;

/// Longest name, in characters.
const NAME_CHARACTERS_MAX: usize = 100;
/// Longest telephone number, in characters.
const PHONE_CHARACTERS_MAX: usize = 64;

/// Who answers partners for a division and what is below it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseWorkerContact {
    /// Code of the division; empty for wherever nobody else is named.
    pub division: String,
    /// Who it is: a station, a team, an office.
    pub name: LocalizedText,
    /// Telephone number that is meant for partners.
    pub phone: String,
}

/// All of them.
#[derive(Debug, Clone, Default)]
pub struct CaseWorkers(BTreeMap<String, CaseWorkerContact>);

impl CaseWorkers {
    /// As they are named.
    ///
    /// # Errors
    /// All that is wrong with them, each with its place in the list.
    pub fn new(contacts: Vec<CaseWorkerContact>) -> Result<Self, Vec<String>> {
        let (mut known, mut wrong) = (BTreeMap::new(), Vec::new());
        for (nth, contact) in contacts.into_iter().enumerate() {
            let mut tell = |what: &str| wrong.push(format!("contacts[{nth}].{what}"));
            let code = &contact.division;
            if !code.is_empty() && DivisionCode::parse("division", code).is_err() {
                tell("division must be the code of a division, or empty");
            }
            let names = [&contact.name.zh, &contact.name.en];
            if names.iter().all(|name| name.trim().is_empty()) {
                tell("name is required, in Chinese or English");
            }
            if names.iter().any(|name| name.chars().count() > NAME_CHARACTERS_MAX) {
                tell(&format!("name is longer than {NAME_CHARACTERS_MAX} characters"));
            }
            let dialled = |sign: char| sign.is_ascii_digit() || matches!(sign, '+' | '-' | ' ' | '(' | ')' | '*' | '#');
            if !contact.phone.contains(|sign: char| sign.is_ascii_digit()) || !contact.phone.chars().all(dialled) {
                tell("phone must be a telephone number");
            }
            if contact.phone.chars().count() > PHONE_CHARACTERS_MAX {
                tell(&format!("phone is longer than {PHONE_CHARACTERS_MAX} characters"));
            }
            let division = contact.division.clone();
            if known.insert(division, contact).is_some() {
                tell("division is named before");
            }
        }
        if wrong.is_empty() { Ok(Self(known)) } else { Err(wrong) }
    }

    /// Who answers for the first of these divisions that somebody does; else who does wherever nobody is named.
    pub(crate) fn of<'c>(&self, mut divisions: impl Iterator<Item = &'c str>) -> Option<&CaseWorkerContact> {
        divisions.find_map(|code| self.0.get(code)).or_else(|| self.0.get(""))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn contact(division: &str, zh: &str, phone: &str) -> CaseWorkerContact {
        let name = LocalizedText::new(zh.to_owned(), String::new());
        CaseWorkerContact { division: division.to_owned(), name, phone: phone.to_owned() }
    }

    #[test]
    fn the_nearest_division_says_who_answers() {
        let district = contact("640104", "区社工站", "0951-1");
        let city = contact("6401", "市社工站", "0951-2");
        let anywhere = contact("", "热线", "12349");
        let some = CaseWorkers::new(vec![district.clone(), city.clone()]).unwrap();
        let all = CaseWorkers::new(vec![anywhere.clone(), city.clone(), district.clone()]).unwrap();
        let line = ["640104101", "640104", "6401", "64"];
        assert_eq!(some.of(line.into_iter()), Some(&district));
        assert_eq!(all.of(line.into_iter().skip(2)), Some(&city));
        assert_eq!((some.of(["64"].into_iter()), all.of(std::iter::empty())), (None, Some(&anywhere)));
        assert_eq!(CaseWorkers::default().of(line.into_iter()), None);
    }

    #[test]
    fn all_that_is_wrong_with_them_is_told() {
        let wrong = CaseWorkers::new(vec![
            contact("64x", " ", "ask me"),
            contact("640104", &"长".repeat(101), &"1".repeat(65)),
            contact("640104", "again", "0951-1"),
        ]);
        let expected = [
            "contacts[0].division must be",
            "contacts[0].name is required",
            "contacts[0].phone must be",
            "contacts[1].name is longer",
            "contacts[1].phone is longer",
            "contacts[2].division is named before",
        ];
        let wrong = wrong.unwrap_err();
        assert_eq!(wrong.len(), expected.len(), "{wrong:?}");
        assert!(wrong.iter().zip(expected).all(|(told, begins)| told.starts_with(begins)), "{wrong:?}");
    }
}
