//! Fields for amounts, in the unit in which people count, and what comes back from them.

use maud::{Markup, html};
use wishwell_api::v1;
use wishwell_report::Language;

use super::visit::Visit;
use super::words::{figures, typed};

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
        html! { input type="hidden" name="unit" value=(self.unit); (self.alone()) }
    }

    /// The field alone: for a second one in a form that says the unit beside its first.
    fn alone(&self) -> Markup {
        let (step, mode) = if typed::is_money(self.unit) { ("0.01", "decimal") } else { ("1", "numeric") };
        let as_typed = |amount: i64| typed::value(amount, self.unit);
        html! {
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

/// A field for how much of an offer is promised.
pub(in crate::pages) fn promised(visit: &Visit, referral: &v1::Referral, label: &str) -> Markup {
    let unit = referral.quantity.as_ref().map_or("", |quantity| quantity.unit.as_str());
    let most = if referral.units > 0 { Some(referral.units) } else { None };
    let field = AmountField {
        name: "quantity",
        unit,
        value: most,
        min: 1,
        max: most,
        required: true,
        ..AmountField::default()
    };
    html! { label { (in_units(visit, label, unit)) (field.markup()) } }
}

/// A field for how much has arrived, and `missing` for what becomes of the rest. Of what recurs it is said once, at the end: nothing stands
/// there that might be sent on the first day.
pub(in crate::pages) fn delivered(visit: &Visit, referral: &v1::Referral, missing: &str) -> Markup {
    let unit = referral.quantity.as_ref().map_or("", |quantity| quantity.unit.as_str());
    let (series, all) = (referral.recurrence.is_some(), Some(referral.units));
    let field = AmountField {
        name: "quantity",
        unit,
        value: all.filter(|_| !series),
        min: 1,
        max: all,
        required: series,
        ..AmountField::default()
    };
    let promised = figures::amount(visit.language, referral.units, unit);
    html! {
        label {
            @if series { (in_units(visit, visit.say("一共提供了多少", "How much has arrived in all"), unit)) }
            @else { (in_units(visit, visit.say("提供了多少", "How much has arrived"), unit)) }
            (field.markup())
        }
        p class="note" {
            @if series {
                (visit.say(
                    format!("约定共 {promised}：全部结束时登记一次，不是每次都登记。"),
                    format!("{promised} in all are promised: record it once, when the last of them is over, and not each time. "),
                ))
            }
            (missing)
        }
    }
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
pub(in crate::pages) fn arrived_field(visit: &Visit, referral: &v1::Referral) -> Markup {
    let unit = referral.quantity.as_ref().map_or("", |quantity| quantity.unit.as_str());
    let most = referral.units - 1;
    let field = AmountField { name: "quantity", unit, max: Some(most), ..AmountField::default() };
    html! {
        @if most > 0 {
            label {
                (in_units(visit, visit.say("此前已提供多少，没有就不填", "How much had arrived; leave it empty if nothing"), unit))
                (field.markup())
            }
        }
    }
}

/// A field for what is there still of what was said to be delivered and was not, beside [`arrived_field`] in the form that settles a dispute;
/// none where nothing of it was used up.
pub(in crate::pages) fn returned_field(visit: &Visit, referral: &v1::Referral) -> Markup {
    let unit = referral.quantity.as_ref().map_or("", |quantity| quantity.unit.as_str());
    let field = AmountField { name: "returned", unit, max: Some(referral.units), ..AmountField::default() };
    let used_up = referral.lines.iter().any(|line| line.state() == v1::HoldLineState::Consumed);
    html! {
        @if used_up {
            label {
                (in_units(
                    visit,
                    visit.say(
                        "没收到的里面，没有用掉（没送出、没上门）或已退回提供方的有多少，没有就不填",
                        "How much of what did not arrive was not used, or is back with the provider; leave it empty if nothing",
                    ),
                    unit,
                ))
                @if referral.units > 1 { (field.alone()) } @else { (field.markup()) }
            }
        }
    }
}

/// A field for what had arrived of one of several promises that end together: `of` is whose it is, and `names` are those of the field and of its
/// unit.
pub(in crate::pages) fn arrived_of(
    visit: &Visit,
    referral: &v1::Referral,
    of: &str,
    (name, unit_name): (&str, &str),
) -> Markup {
    let unit = referral.quantity.as_ref().map_or("", |quantity| quantity.unit.as_str());
    let field = AmountField { name, unit, max: Some(referral.units - 1), ..AmountField::default() };
    let label = visit.say("此前已提供多少，没有就不填", "how much had arrived; leave it empty if nothing");
    html! {
        label {
            (visit.say(format!("{of}："), format!("{of}: "))) (in_units(visit, label, unit))
            input type="hidden" name=(unit_name) value=(unit);
            (field.alone())
        }
    }
}
