//! What is filled in, as it was typed.

use serde::{Deserialize, Serialize};

/// Items of a need.
pub(super) const ITEMS_MAX: usize = 32;

/// One thing that is needed.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, Serialize)]
#[serde(default)]
pub(super) struct FilledItem {
    pub(super) category: String,
    pub(super) quantity: String,
    pub(super) unit: String,
    pub(super) every: String,
    pub(super) occurrences: String,
    pub(super) splittable: bool,
    pub(super) note: String,
}

/// The form.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, Serialize)]
#[serde(default)]
pub(super) struct Filled {
    pub(super) request_id: String,
    /// The state of the need that is changed; empty for a new one.
    pub(super) etag: String,
    /// What the form of the need that is changed was filled with, as [`super::edit::kept`] writes it.
    #[serde(skip)]
    pub(super) was: String,
    /// `beneficiary`, `household` or empty.
    pub(super) whose: String,
    pub(super) source: String,
    pub(super) external_id: String,
    pub(super) items: Vec<FilledItem>,
    pub(super) urgency: String,
    /// `any`, `deadline` or `window`.
    pub(super) timing: String,
    pub(super) deadline: String,
    pub(super) start: String,
    pub(super) end: String,
    pub(super) division: String,
    pub(super) latitude: String,
    pub(super) longitude: String,
    pub(super) datum: String,
    pub(super) travel_km: String,
    pub(super) home_visit: bool,
    pub(super) delivery: bool,
    pub(super) remote: bool,
    pub(super) groups: Vec<String>,
    pub(super) involves_minors: bool,
    pub(super) channel: String,
    pub(super) description: String,
    pub(super) wish: bool,
    pub(super) wish_title: String,
    pub(super) wish_consent_by: String,
    pub(super) wish_consent_date: String,
    /// Answers to facts, by key.
    pub(super) facts: Vec<(String, String)>,
}

/// What is to be done with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wish {
    /// It is to be submitted.
    Submit,
    /// Who could help is to be shown.
    Look,
    /// The form itself was changed; one goes on at the nth of its items.
    Change(usize),
}

impl Filled {
    /// The form as one finds it.
    pub(super) fn empty(request_id: String, divisions: &[String]) -> Self {
        let division = match divisions {
            [only] => only.clone(),
            _ => String::new(),
        };
        Self {
            request_id,
            items: vec![FilledItem::default()],
            timing: "any".to_owned(),
            datum: "gcj02".to_owned(),
            division,
            ..Self::default()
        }
    }

    /// Reads what a browser sends. What is no field of the form is left out.
    pub(super) fn of(pairs: Vec<(String, String)>) -> (Self, Wish) {
        let mut filled = Self::default();
        let mut asked = Wish::Change(0);
        let mut removed = None;
        let mut added = false;
        for (name, value) in pairs {
            match (name.as_str(), value.as_str()) {
                ("do", "submit") => asked = Wish::Submit,
                ("do", "look") => asked = Wish::Look,
                ("do", "add") => added = true,
                ("do", other) => removed = other.strip_prefix("remove-").and_then(|nth| nth.parse::<usize>().ok()),
                _ => filled.put(&name, value),
            }
        }
        if let Some(nth) = removed.filter(|nth| *nth < filled.items.len() && filled.items.len() > 1) {
            filled.items.remove(nth);
            asked = Wish::Change(nth.min(filled.items.len().saturating_sub(1)));
        }
        if (added || filled.items.is_empty()) && filled.items.len() < ITEMS_MAX {
            filled.items.push(FilledItem::default());
            if added {
                asked = Wish::Change(filled.items.len().saturating_sub(1));
            }
        }
        (filled, asked)
    }

    fn put(&mut self, name: &str, value: String) {
        if let Some(rest) = name.strip_prefix("items.") {
            self.put_item(rest, value);
        } else if let Some(key) = name.strip_prefix("fact.") {
            if !value.trim().is_empty() {
                self.facts.push((key.to_owned(), value));
            }
        } else {
            self.put_field(name, value);
        }
    }

    fn put_item(&mut self, rest: &str, value: String) {
        let Some((nth, field)) = rest.split_once('.') else { return };
        let Some(nth) = nth.parse::<usize>().ok().filter(|nth| *nth < ITEMS_MAX) else { return };
        if self.items.len() <= nth {
            self.items.resize_with(nth + 1, FilledItem::default);
        }
        let Some(item) = self.items.get_mut(nth) else { return };
        match field {
            "category" => item.category = value,
            "quantity" => item.quantity = value,
            "unit" => item.unit = value,
            "every" => item.every = value,
            "occurrences" => item.occurrences = value,
            "splittable" => item.splittable = true,
            "note" => item.note = value,
            _ => {}
        }
    }

    fn put_field(&mut self, name: &str, value: String) {
        let field = match name {
            "request_id" => &mut self.request_id,
            "etag" => &mut self.etag,
            "was" => &mut self.was,
            "whose" => &mut self.whose,
            "source" => &mut self.source,
            "external_id" => &mut self.external_id,
            "urgency" => &mut self.urgency,
            "timing" => &mut self.timing,
            "deadline" => &mut self.deadline,
            "start" => &mut self.start,
            "end" => &mut self.end,
            "division" => &mut self.division,
            "latitude" => &mut self.latitude,
            "longitude" => &mut self.longitude,
            "datum" => &mut self.datum,
            "travel_km" => &mut self.travel_km,
            "channel" => &mut self.channel,
            "description" => &mut self.description,
            "wish_title" => &mut self.wish_title,
            "wish_consent_by" => &mut self.wish_consent_by,
            "wish_consent_date" => &mut self.wish_consent_date,
            "home_visit" => return self.home_visit = true,
            "delivery" => return self.delivery = true,
            "remote" => return self.remote = true,
            "involves_minors" => return self.involves_minors = true,
            "wish" => return self.wish = true,
            "groups" => return self.groups.push(value),
            _ => return,
        };
        *field = value;
    }

    /// What was answered to a fact; empty when nothing was.
    pub(super) fn fact(&self, key: &str) -> &str {
        self.facts.iter().find(|(known, _)| known == key).map_or("", |(_, value)| value.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(pairs: &[(&str, &str)]) -> (Filled, Wish) {
        Filled::of(pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect())
    }

    #[test]
    fn items_are_kept_in_order_and_one_is_added_or_removed() {
        let two = [
            ("items.0.category", "书桌"),
            ("items.0.quantity", "2"),
            ("items.1.category", "台灯"),
            ("items.1.splittable", "yes"),
        ];
        let (filled, asked) = of(&two);
        assert_eq!(asked, Wish::Change(0));
        assert_eq!(filled.items.len(), 2);
        assert!(filled.items[1].splittable && !filled.items[0].splittable);
        let (filled, asked) = of(&[&two[..], &[("do", "add")]].concat());
        assert_eq!((filled.items.len(), asked), (3, Wish::Change(2)), "one goes on at the new one");
        let (_, asked) = of(&[&two[..], &[("do", "remove-1")]].concat());
        assert_eq!(asked, Wish::Change(0), "at the one before the last");
        let (filled, asked) = of(&[&two[..], &[("do", "remove-0")]].concat());
        assert_eq!(asked, Wish::Change(0), "at the one that took its place");
        assert_eq!(filled.items.iter().map(|item| item.category.as_str()).collect::<Vec<_>>(), ["台灯"]);
        // The last one stays, and what there is not is not removed.
        let (filled, _) = of(&[("items.0.category", "书桌"), ("do", "remove-0")]);
        assert_eq!(filled.items.len(), 1);
        let (filled, _) = of(&[("do", "remove-9")]);
        assert_eq!(filled.items.len(), 1);
    }

    #[test]
    fn nobody_makes_more_items_than_a_need_has() {
        let (filled, _) = of(&[("items.99999999.category", "x"), ("items.31.category", "y"), ("do", "add")]);
        assert_eq!(filled.items.len(), ITEMS_MAX);
    }

    #[test]
    fn what_is_no_field_is_left_out_and_boxes_are_ticked_by_being_there() {
        let (filled, asked) = of(&[
            ("evil", "x"),
            ("remote", "yes"),
            ("groups", "elderly"),
            ("fact.age_years", "71"),
            ("fact.is_minor", ""),
            ("do", "submit"),
        ]);
        assert_eq!((filled.remote, filled.delivery, asked), (true, false, Wish::Submit));
        assert_eq!(
            (filled.groups.as_slice(), filled.fact("age_years"), filled.fact("is_minor")),
            (&["elderly".to_owned()][..], "71", "")
        );
    }
}
