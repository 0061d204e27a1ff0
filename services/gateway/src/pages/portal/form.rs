//! What all forms of the portal have: the mark by which one sending is told from another.

use maud::{Markup, html};
use uuid::Uuid;
use wishwell_report::Language;

use crate::pages::visit::Visit;
use crate::pages::words::typed;

/// A request id, new with each rendering of a form: sent twice, the form has one effect.
pub(super) fn once() -> Markup {
    html! { input type="hidden" name="request_id" value=(Uuid::new_v4()); }
}

/// A field for an amount, in the unit in which people count it.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct AmountField<'f> {
    pub(super) name: &'f str,
    /// The unit's code.
    pub(super) unit: &'f str,
    /// What it holds at first.
    pub(super) value: Option<i64>,
    /// The least amount that goes, in the unit.
    pub(super) min: i64,
    /// The largest.
    pub(super) max: Option<i64>,
    pub(super) required: bool,
    /// Id and class of the element, where they are wanted.
    pub(super) id: Option<&'f str>,
    pub(super) class: Option<&'f str>,
}

impl AmountField<'_> {
    /// The field; beside it the unit that it is typed in, which comes back with it. What somebody typed is read in the unit that their page
    /// showed, whatever the store or a newer version of the page says by then: a page from before amounts had units sends none, its amounts
    /// were typed in fen, and a grant of its 300000 read in yuan would be a hundred times too much.
    pub(super) fn markup(&self) -> Markup {
        let (step, mode) = if typed::is_money(self.unit) { ("0.01", "decimal") } else { ("1", "numeric") };
        let as_typed = |amount: i64| typed::value(amount, self.unit);
        html! {
            input type="hidden" name="unit" value=(self.unit);
            input id=[self.id] class=[self.class] type="number" name=(self.name) inputmode=(mode) step=(step) min=(as_typed(self.min))
                max=[self.max.map(as_typed)] value=[self.value.map(as_typed)] required[self.required];
        }
    }
}

/// The label of a field for an amount: what it is, and the unit it is typed in.
pub(super) fn in_units(visit: &Visit, label: &str, unit: &str) -> String {
    let units = typed::units(visit.language, unit);
    visit.say(format!("{label}（{units}）"), format!("{label} ({units})"))
}

/// What an amount's field holds, in the unit that came back with it from the browser (see [`AmountField::markup`]), never in one that is
/// looked up; none for an empty one.
///
/// # Errors
/// Why it is no amount, in words.
pub(super) fn amount(language: Language, entered: &str, unit: &str) -> Result<Option<i64>, String> {
    let entered = entered.trim();
    if entered.is_empty() {
        return Ok(None);
    }
    typed::read(entered, unit).map(Some).ok_or_else(|| typed::refused(language, entered, unit))
}

/// A whole number of a field; none for an empty one.
///
/// # Errors
/// What was entered, when it is no whole number of 0 or more.
pub(super) fn whole_number(entered: &str) -> Result<Option<i64>, String> {
    let entered = entered.trim();
    if entered.is_empty() {
        return Ok(None);
    }
    typed::read(entered, "").map(Some).ok_or_else(|| entered.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_holds_a_whole_number_or_nothing() {
        assert_eq!(whole_number(" 12 "), Ok(Some(12)));
        assert_eq!(whole_number(""), Ok(None));
        for wrong in ["-1", "1.5", "一", "99999999999999999999"] {
            assert_eq!(whole_number(wrong), Err(wrong.to_owned()));
        }
    }
}
