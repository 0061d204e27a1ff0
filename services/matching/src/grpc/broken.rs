//! All that is wrong with a message that breaks rules of the contract: those rules, and what reading it finds besides.
//!
//! A caller that was told of the contract's rules alone would mend them, and be refused again for a category that nobody knows.

use wishwell_api::FieldViolation;
use wishwell_domain::limits::VIOLATIONS_MAX;
use wishwell_domain::{Error, Violation, Violations, is_within};

/// The rule that a message has one of some fields. It names the message, and says nothing of any other field of it.
const CHOICE: &str = "message.oneof";
/// Rules about what several fields are together: a name that leads nowhere, an identity that stands twice.
const OF_A_WHOLE: [&str; 2] = ["reference", "external.unique"];
/// The rule that a list is not longer than it may be.
const LIST_LENGTH: &str = "repeated.max_items";

/// What a message breaks of the contract's rules, in the order of its fields; at most [`VIOLATIONS_MAX`].
#[derive(Debug)]
pub(super) struct Broken(Vec<Violation>);

impl Broken {
    /// What validation found of a message at a path of the request; the path of the request itself is empty.
    pub(super) fn new(message: &str, found: Vec<FieldViolation>) -> Self {
        let told = |found: FieldViolation| Violation {
            field: if message.is_empty() || found.field.is_empty() {
                format!("{message}{}", found.field)
            } else {
                format!("{message}.{}", found.field)
            },
            rule: found.rule,
            message: found.message,
            value: found.value,
        };
        Self(found.into_iter().map(told).collect())
    }

    /// Whether reading the message costs no more than reading one that holds the rules, and what it would find may still be told.
    pub(super) fn is_to_be_read(&self) -> bool {
        self.0.len() < VIOLATIONS_MAX && self.0.iter().all(|violation| violation.rule != LIST_LENGTH)
    }

    /// Adds what reading the message found: nothing of a field that is told of, or that lies in one, because what was found follows
    /// from what is told.
    pub(super) fn with(self, found: Vec<Violation>) -> Violations {
        let besides =
            found.into_iter().filter(|found| !self.0.iter().any(|told| covers(told, found))).collect::<Vec<_>>();
        let mut all = Violations::new();
        self.0.into_iter().chain(besides).for_each(|violation| all.add(violation));
        all
    }

    /// Adds what reading the message ended with. Whatever else it ended with is not the caller's to know before the message is mended.
    pub(super) fn with_end<T>(self, read: Result<T, Error>) -> Violations {
        match read {
            Err(Error::InvalidArgument(found)) => self.with(found),
            _ => self.with(Vec::new()),
        }
    }
}

/// Whether what was found follows from what is told. Of the fields in a message without its choice, those that are empty do. What else is
/// wrong with the request as a whole covers no field; what is wrong with a part of a name or an identity covers what it leads to.
fn covers(told: &Violation, found: &Violation) -> bool {
    if OF_A_WHOLE.contains(&found.rule.as_str()) && is_within(&told.field, &found.field) {
        return true;
    }
    let within = if told.field.is_empty() {
        // Of the request itself, a choice is between its own fields.
        told.rule == CHOICE && !found.field.contains(['.', '['])
    } else {
        is_within(&found.field, &told.field)
    };
    within && (told.rule != CHOICE || found.field == told.field || found.value.as_deref() == Some(""))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn broken(rules: &[(&str, &str)]) -> Broken {
        Broken(rules.iter().map(|(field, rule)| Violation::new(field, *rule, "is wrong")).collect())
    }

    fn told(contract: &[(&str, &str)], found: &[&str]) -> Vec<String> {
        let found = found.iter().map(|field| Violation::new(field, "found", "is wrong").with_value("it")).collect();
        broken(contract).with(found).into_vec().into_iter().map(|violation| violation.field).collect()
    }

    #[test]
    fn what_reading_finds_is_told_after_the_contract_but_for_fields_that_it_has_told_of() {
        let contract = [("need.items[1].quantity", "required"), ("need.place.latitude", "double.gte")];
        let found = [
            "need.deadline",
            "need.items[1].quantity",
            "need.items[1].quantity.unit",
            "need.items[10].quantity.unit",
            "need.items[1].quantity_of",
            "need.items[1].category",
            "need.place",
            "need.place.latitude",
        ];
        assert_eq!(
            told(&contract, &found),
            [
                "need.items[1].quantity",
                "need.place.latitude",
                "need.deadline",
                "need.items[10].quantity.unit",
                "need.items[1].quantity_of",
                "need.items[1].category",
                "need.place",
            ]
        );
    }

    #[test]
    fn a_choice_covers_the_fields_that_it_leaves_empty_and_a_part_of_a_name_where_it_leads() {
        assert_eq!(told(&[("need", CHOICE)], &["need", "need.division"]), ["need", "need.division"]);
        assert_eq!(told(&[("", CHOICE)], &["need"]), ["", "need"]);
        let found = |field: &str| Violation::new(field, "resource_name", "is no name").with_value("");
        let all = broken(&[("", CHOICE)]).with(vec![found("need"), found("inline_need.beneficiary")]);
        let fields: Vec<&str> = all.as_slice().iter().map(|violation| violation.field.as_str()).collect();
        assert_eq!(fields, ["", "inline_need.beneficiary"], "of the request it covers its own fields alone");
        let all = broken(&[("", "message.cel")]).with(vec![found("need")]);
        assert_eq!(all.as_slice().len(), 2, "another rule of the request covers nothing: {all:?}");
        let nowhere = Violation::new("need.household_external", "reference", "refers to nothing").with_value("test/");
        let all = broken(&[("need.household_external.external_id", "string.min_len")]).with(vec![nowhere]);
        assert_eq!(all.as_slice().len(), 1, "{all:?}");
        let empty = Violation::new("resource.organization", "resource_name", "is no name").with_value("");
        let all = broken(&[("resource", CHOICE)]).with(vec![empty]);
        assert_eq!(all.as_slice().len(), 1, "{all:?}");
    }

    #[test]
    fn no_more_is_told_than_anybody_reads_and_nothing_that_is_not_the_callers_to_mend() {
        let many = vec!["field"; VIOLATIONS_MAX];
        assert_eq!(told(&[("name", "required")], &many).len(), VIOLATIONS_MAX);
        let ends: [Result<(), Error>; 3] =
            [Ok(()), Err(Error::NotFound { name: "needs/1".to_owned() }), Err(Error::Unauthenticated)];
        for end in ends {
            assert_eq!(broken(&[("name", "required")]).with_end(end).as_slice().len(), 1);
        }
        let end: Result<(), Error> = Err(Violation::new("need.deadline", "timing.future", "is over").into());
        assert_eq!(broken(&[("name", "required")]).with_end(end).as_slice().len(), 2);
    }

    #[test]
    fn a_list_that_is_too_long_is_not_read_and_neither_is_what_there_is_no_room_to_tell_of() {
        assert!(broken(&[("need.division", "string.pattern")]).is_to_be_read());
        assert!(!broken(&[("need.division", "string.pattern"), ("need.items", LIST_LENGTH)]).is_to_be_read());
        assert!(!broken(&vec![("need.items", "required"); VIOLATIONS_MAX]).is_to_be_read());
    }

    #[test]
    fn fields_of_a_message_among_others_are_named_from_the_request() {
        let found = ["rules.aims", ""].map(|field| FieldViolation {
            field: field.to_owned(),
            rule: "rule".to_owned(),
            message: "is wrong".to_owned(),
            value: None,
        });
        for (message, expected) in
            [("messages[2]", ["messages[2].rules.aims", "messages[2]"]), ("", ["rules.aims", ""])]
        {
            let all = Broken::new(message, found.to_vec()).with(Vec::new());
            let fields: Vec<&str> = all.as_slice().iter().map(|violation| violation.field.as_str()).collect();
            assert_eq!(fields, expected);
        }
    }
}
