//! Fields for amounts, in the unit in which people count, and what comes back from them.

use maud::{Markup, html};
use wishwell_api::v1;
use wishwell_report::Language;

use super::visit::Visit;
use super::words::typed;

/// A field for an amount, in the unit in which people count it.
#[derive(Debug, Clone, Copy, Default)]
pub(in crate::pages) struct AmountField<'f> {
    pub(in crate::pages) name: &'f str,
    /// The unit's code.
    pub(in crate::pages) unit: &'f str,
    /// What it holds at first.
    pub(in crate::pages) value: Option<i64>,
    /// The least amount that goes, in the unit.
    pub(in crate::pages) min: i64,
    /// The largest.
    pub(in crate::pages) max: Option<i64>,
    pub(in crate::pages) required: bool,
    /// Id and class of the element, where they are wanted.
    pub(in crate::pages) id: Option<&'f str>,
    pub(in crate::pages) class: Option<&'f str>,
}

impl AmountField<'_> {
    /// The field; beside it the unit that it is typed in, which comes back with it. What somebody typed is read in the unit that their page
    /// showed, whatever the store or a newer version of the page says by then: a page from before amounts had units sends none, its amounts
    /// were typed in fen, and a grant of its 300000 read in yuan would be a hundred times too much.
    pub(in crate::pages) fn markup(&self) -> Markup {
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
pub(in crate::pages) fn in_units(visit: &Visit, label: &str, unit: &str) -> String {
    let units = typed::units(visit.language, unit);
    visit.say(format!("{label}（{units}）"), format!("{label} ({units})"))
}

/// What an amount's field holds, in the unit that came back with it from the browser (see [`AmountField::markup`]), never in one that is
/// looked up; none for an empty one.
///
/// # Errors
/// Why it is no amount, in words.
pub(in crate::pages) fn amount(language: Language, entered: &str, unit: &str) -> Result<Option<i64>, String> {
    let entered = entered.trim();
    if entered.is_empty() {
        return Ok(None);
    }
    typed::read(entered, unit).map(Some).ok_or_else(|| typed::refused(language, entered, unit))
}

/// A field for what had arrived of a promise that ends early, to be left empty by whoever has nothing to say; none where it cannot have come to a
/// part.
pub(in crate::pages) fn had_arrived(visit: &Visit, referral: &v1::Referral) -> Markup {
    let unit = referral.quantity.as_ref().map_or("", |quantity| quantity.unit.as_str());
    let most = referral.units - 1;
    let field = AmountField { name: "quantity", unit, max: Some(most), ..AmountField::default() };
    html! {
        @if most > 0 {
            label {
                (in_units(visit, visit.say("此前已送达多少，没有就不填", "How much had arrived; leave it empty if nothing"), unit))
                (field.markup())
            }
        }
    }
}
