//! What all forms of the portal have: the mark by which one sending is told from another.

use maud::{Markup, html};
use uuid::Uuid;

use crate::pages::words::typed;

pub(super) use crate::pages::amounts::{AmountField, amount, in_units};

/// A request id, new with each rendering of a form: sent twice, the form has one effect.
pub(super) fn once() -> Markup {
    html! { input type="hidden" name="request_id" value=(Uuid::new_v4()); }
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
