//! Changing a need that was submitted: its form as it stands, and what was changed on it since it was filled in.

use wishwell_api::v1;
use wishwell_domain::fact::FactType;
use wishwell_domain::fact_catalogue::definition;

use super::filled::{Filled, FilledItem};
use super::read::{CHANNELS, GROUPS, unit_of};
use crate::pages::desk::needs::list::word;
use crate::pages::desk::pickers::Found;
use crate::pages::words::figures::{self, CHINA};
use crate::pages::words::typed;

/// How its form shows a category.
pub(super) struct Kind {
    /// What it is called.
    pub(super) title: String,
    /// The unit that it is counted in unless another is chosen.
    pub(super) usual: String,
}

/// A need as its form shows it. `kind` is how a category is shown.
pub(super) fn filled(need: &v1::Need, kind: impl Fn(&str) -> Kind) -> Filled {
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
        items: need.items.iter().map(|item| filled_item(item, kind(&item.category))).collect(),
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

fn filled_item(item: &v1::NeedItem, kind: Kind) -> FilledItem {
    let quantity = item.quantity.clone().unwrap_or_default();
    let every = match item.recurrence.map(|again| again.every()) {
        Some(v1::RecurrencePeriod::Day) => "day",
        Some(v1::RecurrencePeriod::Week) => "week",
        Some(v1::RecurrencePeriod::Month) => "month",
        _ => "",
    };
    FilledItem {
        category: kind.title,
        quantity: typed::value(quantity.value, &quantity.unit),
        // The usual one is not chosen: another kind has another.
        unit: if quantity.unit == kind.usual { String::new() } else { quantity.unit },
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

/// A need as its form shows it, but for its categories and units, which are their codes in every language: what forms are compared by.
pub(super) fn in_codes(need: &v1::Need) -> Filled {
    filled(need, |code| Kind { title: code.to_owned(), usual: String::new() })
}

/// The same of a form, whose items are of these kinds.
pub(super) fn typed_in_codes(form: &Filled, kinds: &[Found]) -> Filled {
    let item = |(item, kind): (&FilledItem, &Found)| match kind.one() {
        None => item.clone(),
        Some(kind) => {
            FilledItem { category: kind.code.clone(), unit: unit_of(item, Some(kind)).to_owned(), ..item.clone() }
        }
    };
    Filled { items: form.items.iter().zip(kinds).map(item).collect(), ..form.clone() }
}

/// What a form is filled with, to be sent along with it.
pub(super) fn kept(filled: &Filled) -> String {
    serde_json::to_string(filled).unwrap_or_default()
}

/// What a form was filled with; none where it does not say. It tells what to change, and is trusted with nothing else.
pub(super) fn was(form: &Filled) -> Option<Filled> {
    serde_json::from_str(&form.was).ok()
}

/// What the words for categories mean: whoever leaves the word for a kind as it was means the kind that it was, also where several are
/// called so.
pub(super) fn as_it_was(form: &Filled, kinds: Vec<Found>) -> Vec<Found> {
    let Some(was) = was(form) else { return kinds };
    let meant = |item: &FilledItem, kind: &Found| {
        let Found::Unclear(several) = kind else { return None };
        let mut same = several.iter().filter(|category| {
            let called = category.title.as_ref().is_some_and(|title| [&title.zh, &title.en].contains(&&item.category));
            called && was.items.iter().any(|known| known.category == category.code)
        });
        same.next().filter(|_| same.next().is_none()).cloned()
    };
    let one = |(item, kind): (&FilledItem, Found)| meant(item, &kind).map_or(kind, |one| Found::One(Box::new(one)));
    form.items.iter().zip(kinds).map(one).collect()
}

/// Fields of the contract of which two forms say different things, categories by their codes.
pub(super) fn changed(before: &Filled, after: &Filled) -> Vec<&'static str> {
    let fields = [
        ("items", differ(before, after, items)),
        ("urgency", before.urgency != after.urgency),
        ("deadline", differ(before, after, timing)),
        ("window", differ(before, after, timing)),
        ("place", differ(before, after, place)),
        ("division", before.division != after.division),
        ("mobility", differ(before, after, way)),
        ("group_tags", differ(before, after, |form| sorted(form.groups.clone()))),
        ("involves_minors", before.involves_minors != after.involves_minors),
        ("facts", differ(before, after, answers)),
        ("description", differ(before, after, |form| plain(&form.description))),
        ("wish", differ(before, after, wish)),
    ];
    fields.into_iter().filter(|(_, differ)| *differ).map(|(field, _)| field).collect()
}

/// Puts what another form says of some of these fields where a form says something else.
pub(super) fn take_over(form: &mut Filled, other: &Filled, fields: &[&str]) {
    for field in fields {
        let other = other.clone();
        match *field {
            "items" => form.items = other.items,
            "urgency" => form.urgency = other.urgency,
            "deadline" | "window" => {
                (form.timing, form.deadline, form.start, form.end) =
                    (other.timing, other.deadline, other.start, other.end)
            }
            "place" => (form.latitude, form.longitude, form.datum) = (other.latitude, other.longitude, other.datum),
            "division" => form.division = other.division,
            "mobility" => {
                (form.home_visit, form.delivery, form.remote) = (other.home_visit, other.delivery, other.remote);
                form.travel_km = other.travel_km;
            }
            "group_tags" => form.groups = other.groups,
            "involves_minors" => form.involves_minors = other.involves_minors,
            "facts" => form.facts = other.facts,
            "description" => form.description = other.description,
            "wish" => {
                (form.wish, form.wish_title) = (other.wish, other.wish_title);
                (form.wish_consent_by, form.wish_consent_date) = (other.wish_consent_by, other.wish_consent_date);
            }
            _ => {}
        }
    }
}

/// What one of these fields is called on the form, in Chinese and in English.
pub(super) fn called(field: &str) -> (&'static str, &'static str) {
    match field {
        "items" => ("需要什么", "what is needed"),
        "urgency" => ("紧急程度", "urgency"),
        "deadline" | "window" => ("什么时候", "when"),
        "place" => ("坐标", "coordinates"),
        "division" => ("所在区划", "division"),
        "mobility" => ("帮助怎样提供", "how help can arrive"),
        "group_tags" => ("重点人群", "groups"),
        "involves_minors" => ("服务时会接触未成年人", "minors will be met"),
        "facts" => ("问题的回答", "answers to questions"),
        "description" => ("情况说明", "what happened"),
        "wish" => ("许愿池", "wish"),
        _ => ("", ""),
    }
}

fn differ<'f, T: PartialEq>(before: &'f Filled, after: &'f Filled, told: impl Fn(&'f Filled) -> T) -> bool {
    told(before) != told(after)
}

fn items(form: &Filled) -> Vec<FilledItem> {
    let item = |item: &FilledItem| FilledItem {
        quantity: plain(&item.quantity),
        // How long is asked of what recurs alone.
        occurrences: if item.every.is_empty() { String::new() } else { plain(&item.occurrences) },
        // A field of one line has no breaks.
        note: item.note.replace(['\r', '\n'], "").trim().to_owned(),
        ..item.clone()
    };
    form.items.iter().map(item).collect()
}

fn timing(form: &Filled) -> Option<(&str, [&str; 2])> {
    match form.timing.as_str() {
        "deadline" => Some(("deadline", [form.deadline.trim(), ""])),
        "window" => Some(("window", [form.start.trim(), form.end.trim()])),
        _ => None,
    }
}

fn place(form: &Filled) -> Option<[&str; 3]> {
    let (latitude, longitude) = (form.latitude.trim(), form.longitude.trim());
    let nowhere = latitude.is_empty() && longitude.is_empty();
    (!nowhere).then_some([latitude, longitude, &form.datum])
}

fn way(form: &Filled) -> ([bool; 3], &str) {
    ([form.home_visit, form.delivery, form.remote], form.travel_km.trim())
}

fn wish(form: &Filled) -> Option<[&str; 3]> {
    let told = [&form.wish_title, &form.wish_consent_by, &form.wish_consent_date].map(|text| text.trim());
    form.wish.then_some(told)
}

fn answers(form: &Filled) -> Vec<(String, String)> {
    sorted(form.facts.iter().map(|(key, text)| (key.clone(), plain(text))).collect())
}

fn sorted<T: Ord>(mut told: Vec<T>) -> Vec<T> {
    told.sort_unstable();
    told
}

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
                note: "a \\r\\n\nb".to_owned(),
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

    /// The need's form, and the kinds that its words mean.
    fn form() -> (Filled, Vec<Found>) {
        let kind = |_: &str| Kind { title: "助学金".to_owned(), usual: "fen".to_owned() };
        let category = v1::Category {
            code: "aid".to_owned(),
            title: Some(v1::LocalizedText { zh: "助学金".to_owned(), en: "Grant".to_owned() }),
            default_unit: "fen".to_owned(),
            ..v1::Category::default()
        };
        (filled(&need(), kind), vec![Found::One(Box::new(category))])
    }

    /// What is changed by a form that somebody changes.
    fn by(change: impl FnOnce(&mut Filled)) -> Vec<&'static str> {
        let (mut form, kinds) = form();
        change(&mut form);
        changed(&in_codes(&need()), &typed_in_codes(&form, &kinds))
    }

    #[test]
    fn a_form_that_is_sent_back_as_it_was_changes_nothing() {
        let (form, _) = form();
        assert_eq!((form.items[0].quantity.as_str(), form.items[0].unit.as_str()), ("3000.50", ""));
        assert_eq!((form.travel_km.as_str(), form.deadline.as_str()), ("1.234", "2026-11-24T16:00"));
        assert_eq!(form.fact("monthly_income_per_person_fen"), "812.50");
        let as_sent = |form: &mut Filled| {
            form.description = " one\r\ntwo ".to_owned();
            form.items[0].note = "a \\r\\nb ".to_owned();
            form.datum = "wgs84".to_owned();
            form.start = "2026-11-01T00:00".to_owned();
            form.facts.reverse();
        };
        assert_eq!(by(as_sent), [""; 0]);
        // The same in another language, and in the unit that is the usual one.
        assert_eq!(by(|form| form.items[0].category = "Grant".to_owned()), [""; 0]);
        assert_eq!(by(|form| form.items[0].unit = "fen".to_owned()), [""; 0]);
    }

    #[test]
    fn what_was_changed_is_named_as_the_contract_does() {
        assert_eq!(by(|form| form.items[0].quantity = "3000".to_owned()), ["items"]);
        assert_eq!(by(|form| form.items[0].note = "a".to_owned()), ["items"]);
        assert_eq!(by(|form| form.urgency = "low".to_owned()), ["urgency"]);
        assert_eq!(by(|form| form.timing = "any".to_owned()), ["deadline", "window"]);
        assert_eq!(by(|form| form.latitude = "38.4".to_owned()), ["place"]);
        assert_eq!(by(|form| form.remote = true), ["mobility"]);
        assert_eq!(by(|form| form.facts.truncate(1)), ["facts"]);
        assert_eq!(by(|form| form.wish = false), ["wish"]);
        // What the form does not ask stays.
        let kept = facts(&need().facts, Vec::new());
        assert_eq!(kept.iter().map(|fact| fact.key.as_str()).collect::<Vec<_>>(), ["group_tags"]);
    }

    #[test]
    fn what_somebody_else_changed_meanwhile_is_no_change_of_the_form() {
        let mut theirs = need();
        theirs.involves_minors = true;
        theirs.urgency = v1::Urgency::Emergency.into();
        let (mut form, kinds) = form();
        form.was = kept(&in_codes(&need()));
        form.remote = true;
        let (before, now) = (was(&form).unwrap_or_default(), in_codes(&theirs));
        assert_eq!(before, in_codes(&need()));
        assert_eq!(changed(&before, &typed_in_codes(&form, &kinds)), ["mobility"]);
        // What is taken over is theirs, and what is changed is the same as before.
        take_over(&mut form, &now, &changed(&before, &now));
        assert_eq!((form.urgency.as_str(), form.involves_minors, form.remote), ("emergency", true, true));
        assert_eq!(changed(&now, &typed_in_codes(&form, &kinds)), ["mobility"]);
        assert_eq!(was(&Filled::default()), None, "it does not say");
    }

    #[test]
    fn all_that_can_differ_can_be_taken_over_and_is_called_something() {
        let (nothing, mut form) = (Filled::default(), in_codes(&need()));
        (form.latitude, form.longitude, form.division) = ("38.4".to_owned(), "106.3".to_owned(), "640104".to_owned());
        (form.groups, form.involves_minors) = (vec!["minor".to_owned()], true);
        let all = changed(&nothing, &form);
        assert_eq!(all.len(), 12, "{all:?}");
        assert!(all.iter().all(|field| !called(field).0.is_empty() && !called(field).1.is_empty()));
        let mut taken = nothing;
        take_over(&mut taken, &form, &all);
        assert_eq!(changed(&taken, &form), [""; 0]);
    }

    #[test]
    fn a_word_that_was_left_as_it_was_means_what_it_meant() {
        let (mut form, kinds) = form();
        let one = kinds[0].one().cloned().unwrap_or_default();
        let several = || Found::Unclear(vec![v1::Category { code: "another".to_owned(), ..one.clone() }, one.clone()]);
        assert_eq!(as_it_was(&form, vec![several()]), [several()], "nothing is known of it");
        form.was = kept(&in_codes(&need()));
        assert_eq!(as_it_was(&form, vec![several()]), kinds);
        form.items[0].category = "助".to_owned();
        assert_eq!(as_it_was(&form, vec![several()]), [several()]);
    }
}
