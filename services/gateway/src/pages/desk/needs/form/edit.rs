//! Changing a need that was submitted: its form as it stands, and what was changed on it.

use wishwell_api::v1;
use wishwell_domain::fact::FactType;
use wishwell_domain::fact_catalogue::definition;

use super::filled::{Filled, FilledItem};
use super::read::{CHANNELS, GROUPS};
use crate::pages::desk::needs::list::word;
use crate::pages::words::figures::{self, CHINA};
use crate::pages::words::typed;

/// A need as its form shows it. `title` is what a category is called.
pub(super) fn filled(need: &v1::Need, title: impl Fn(&str) -> String) -> Filled {
    let window = need.window.unwrap_or_default();
    let timing = match (&need.deadline, &need.window) {
        (Some(_), _) => "deadline",
        (None, Some(_)) => "window",
        (None, None) => "any",
    };
    let wish = need.wish.clone().unwrap_or_default();
    let way = need.mobility.unwrap_or_default();
    let coordinate =
        |of: fn(&v1::GeoPoint) -> f64| need.place.as_ref().map(|at| of(at).to_string()).unwrap_or_default();
    let datum = match need.place.as_ref().map(v1::GeoPoint::datum) {
        Some(v1::Datum::Wgs84) => "wgs84",
        Some(v1::Datum::Bd09) => "bd09",
        _ => "gcj02",
    };
    let channel = CHANNELS.iter().find(|(_, channel)| *channel == need.channel());
    let groups = GROUPS.iter().filter(|(_, group)| need.group_tags().any(|tag| tag == *group));
    Filled {
        etag: need.etag.clone(),
        items: need.items.iter().map(|item| filled_item(item, &title)).collect(),
        urgency: word(need.urgency()).to_owned(),
        timing: timing.to_owned(),
        deadline: local(need.deadline.as_ref(), "%Y-%m-%dT%H:%M"),
        start: local(window.start_time.as_ref(), "%Y-%m-%dT%H:%M"),
        end: local(window.end_time.as_ref(), "%Y-%m-%dT%H:%M"),
        division: need.division.clone(),
        latitude: coordinate(|at| at.latitude),
        longitude: coordinate(|at| at.longitude),
        datum: datum.to_owned(),
        travel_km: way.max_travel_metres.map(|metres| (f64::from(metres) / 1_000.0).to_string()).unwrap_or_default(),
        home_visit: way.home_visit,
        delivery: way.delivery,
        remote: way.remote,
        groups: groups.map(|(code, _)| (*code).to_owned()).collect(),
        involves_minors: need.involves_minors,
        channel: channel.map_or("", |(code, _)| code).to_owned(),
        description: need.description.clone(),
        wish: need.wish.is_some(),
        wish_title: wish.title,
        wish_consent_by: wish.consent_given_by,
        wish_consent_date: local(wish.consent_time.as_ref(), "%Y-%m-%d"),
        facts: need.facts.iter().filter_map(answer).collect(),
        ..Filled::default()
    }
}

fn filled_item(item: &v1::NeedItem, title: impl Fn(&str) -> String) -> FilledItem {
    let quantity = item.quantity.clone().unwrap_or_default();
    let every = match item.recurrence.map(|again| again.every()) {
        Some(v1::RecurrencePeriod::Day) => "day",
        Some(v1::RecurrencePeriod::Week) => "week",
        Some(v1::RecurrencePeriod::Month) => "month",
        _ => "",
    };
    FilledItem {
        category: title(&item.category),
        quantity: typed::value(quantity.value, &quantity.unit),
        unit: quantity.unit,
        every: every.to_owned(),
        occurrences: item.recurrence.map(|again| again.occurrences.to_string()).unwrap_or_default(),
        splittable: item.splittable,
        note: item.note.clone(),
    }
}

/// An instant by the clock in China, as a field holds it.
fn local(time: Option<&prost_types::Timestamp>, format: &str) -> String {
    figures::instant(time).map(|at| CHINA.to_datetime(at).strftime(format).to_string()).unwrap_or_default()
}

/// What was answered to a question of the form; none of what it does not ask.
fn answer(fact: &v1::Fact) -> Option<(String, String)> {
    let asked = definition(&fact.key)?;
    let text = match asked.fact_type {
        FactType::Bool => if fact.bool_value? { "yes" } else { "no" }.to_owned(),
        FactType::Int if asked.is_money() => typed::value(fact.int_value?, "fen"),
        FactType::Int => fact.int_value?.to_string(),
        FactType::Text => fact.string_value.clone()?,
        FactType::Texts => return None,
    };
    Some((fact.key.clone(), text))
}

/// Facts as they are after the change: those of the form, and those that it does not ask.
pub(super) fn facts(before: &[v1::Fact], read: Vec<v1::Fact>) -> Vec<v1::Fact> {
    before.iter().filter(|fact| answer(fact).is_none()).cloned().chain(read).collect()
}

/// Fields of the contract that were changed on the form.
pub(super) fn changed(before: &Filled, after: &Filled) -> Vec<&'static str> {
    let differs = |of: &dyn Fn(&Filled) -> Vec<String>| of(before) != of(after);
    let texts = |texts: &[&str]| texts.iter().map(|text| plain(text)).collect::<Vec<_>>();
    let sorted = |mut texts: Vec<String>| {
        texts.sort_unstable();
        texts
    };
    let timing = |filled: &Filled| match filled.timing.as_str() {
        "deadline" => texts(&["deadline", &filled.deadline]),
        "window" => texts(&["window", &filled.start, &filled.end]),
        _ => Vec::new(),
    };
    let place = |filled: &Filled| match (filled.latitude.trim(), filled.longitude.trim()) {
        ("", "") => Vec::new(),
        (latitude, longitude) => texts(&[latitude, longitude, &filled.datum]),
    };
    let wish = |filled: &Filled| {
        let Filled { wish_title, wish_consent_by, wish_consent_date, .. } = filled;
        if filled.wish { texts(&[wish_title, wish_consent_by, wish_consent_date]) } else { Vec::new() }
    };
    let way = |filled: &Filled| {
        let ticked = [filled.home_visit, filled.delivery, filled.remote].map(|tick| tick.to_string());
        ticked.into_iter().chain([plain(&filled.travel_km)]).collect::<Vec<_>>()
    };
    let items = |filled: &Filled| {
        let items = filled.items.iter().map(|item| format!("{item:?}").replace("\\r\\n", "\\n"));
        items.collect::<Vec<_>>()
    };
    let answers =
        |filled: &Filled| sorted(filled.facts.iter().map(|(key, text)| format!("{key}={}", text.trim())).collect());
    let fields: [(&str, Told<'_>); 12] = [
        ("items", &items),
        ("urgency", &|filled| texts(&[&filled.urgency])),
        ("deadline", &timing),
        ("window", &timing),
        ("place", &place),
        ("division", &|filled| texts(&[&filled.division])),
        ("mobility", &way),
        ("group_tags", &|filled| sorted(filled.groups.clone())),
        ("involves_minors", &|filled| vec![filled.involves_minors.to_string()]),
        ("facts", &answers),
        ("description", &|filled| texts(&[&filled.description])),
        ("wish", &wish),
    ];
    fields.into_iter().filter(|(_, of)| differs(*of)).map(|(field, _)| field).collect()
}

/// What a form says of a field of the contract.
type Told<'f> = &'f dyn Fn(&Filled) -> Vec<String>;

/// A text as it was before a browser sent it.
fn plain(text: &str) -> String {
    text.trim().replace("\r\n", "\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn need() -> v1::Need {
        let quantity = Some(v1::Quantity { value: 300_050, unit: "fen".to_owned() });
        let again = v1::Recurrence { every: v1::RecurrencePeriod::Month.into(), occurrences: 3 };
        let fact = |key: &str| v1::Fact { key: key.to_owned(), ..v1::Fact::default() };
        v1::Need {
            items: vec![v1::NeedItem {
                category: "aid".to_owned(),
                quantity,
                recurrence: Some(again),
                ..v1::NeedItem::default()
            }],
            urgency: v1::Urgency::Urgent.into(),
            deadline: Some(prost_types::Timestamp { seconds: 1_795_507_230, nanos: 5 }),
            mobility: Some(v1::Mobility { max_travel_metres: Some(1_234), ..v1::Mobility::default() }),
            description: "one\ntwo".to_owned(),
            facts: vec![
                v1::Fact { int_value: Some(81_250), ..fact("monthly_income_per_person_fen") },
                v1::Fact { bool_value: Some(false), ..fact("is_student") },
                v1::Fact { string_values: vec!["elderly".to_owned()], ..fact("group_tags") },
            ],
            wish: Some(v1::Wish {
                title: "x".to_owned(),
                consent_time: Some(prost_types::Timestamp { seconds: 1_795_507_230, nanos: 0 }),
                consent_given_by: "herself".to_owned(),
                ..v1::Wish::default()
            }),
            ..v1::Need::default()
        }
    }

    #[test]
    fn a_form_that_is_sent_back_as_it_was_changes_nothing() {
        let before = filled(&need(), |code| format!("the kind {code}"));
        assert_eq!(before.items[0].quantity, "3000.50");
        assert_eq!((before.travel_km.as_str(), before.deadline.as_str()), ("1.234", "2026-11-24T16:00"));
        assert_eq!(before.fact("monthly_income_per_person_fen"), "812.50");
        let mut after = before.clone();
        after.description = " one\r\ntwo ".to_owned();
        after.datum = "wgs84".to_owned();
        after.start = "2026-11-01T00:00".to_owned();
        after.facts.reverse();
        assert_eq!(changed(&before, &after), [""; 0]);
    }

    #[test]
    fn what_was_changed_is_named_as_the_contract_does() {
        let before = filled(&need(), str::to_owned);
        let of = |change: &dyn Fn(&mut Filled)| {
            let mut after = before.clone();
            change(&mut after);
            changed(&before, &after)
        };
        assert_eq!(of(&|filled| filled.items[0].quantity = "3000".to_owned()), ["items"]);
        assert_eq!(of(&|filled| filled.urgency = "low".to_owned()), ["urgency"]);
        assert_eq!(of(&|filled| filled.timing = "any".to_owned()), ["deadline", "window"]);
        assert_eq!(of(&|filled| filled.latitude = "38.4".to_owned()), ["place"]);
        assert_eq!(of(&|filled| filled.remote = true), ["mobility"]);
        assert_eq!(of(&|filled| filled.facts.truncate(1)), ["facts"]);
        assert_eq!(of(&|filled| filled.wish = false), ["wish"]);
        // What the form does not ask stays.
        let kept = facts(&need().facts, Vec::new());
        assert_eq!(kept.iter().map(|fact| fact.key.as_str()).collect::<Vec<_>>(), ["group_tags"]);
    }
}
