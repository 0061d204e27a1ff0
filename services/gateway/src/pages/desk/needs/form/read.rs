//! From what is filled in to a need of the contract, with everything that cannot be read.

use std::str::FromStr;

use jiff::civil::DateTime;
use wishwell_api::v1;
use wishwell_domain::fact::FactType;
use wishwell_domain::fact_catalogue::definition;

use super::filled::{Filled, FilledItem};
use super::problems::{Problem, Problems};
use crate::pages::desk::needs::list::{URGENCIES, word};
use crate::pages::desk::pickers::{self, Found};
use crate::pages::failure::Failure;
use crate::pages::visit::SignedIn;
use crate::pages::words::figures::CHINA;
use crate::pages::words::typed;

/// A need as far as it can be read.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Read {
    pub(super) need: v1::Need,
    pub(super) problems: Problems,
}

/// What the words for categories mean, item by item.
pub(super) async fn kinds(user: &SignedIn, filled: &Filled) -> Result<Vec<Found>, Failure> {
    let mut kinds = Vec::with_capacity(filled.items.len());
    for item in &filled.items {
        kinds.push(pickers::category(&user.calls, &item.category).await?);
    }
    Ok(kinds)
}

/// Reads the form, whose items are of these kinds.
pub(super) fn read(filled: &Filled, kinds: &[Found]) -> Read {
    let mut read = Read::default();
    for (nth, (item, kind)) in filled.items.iter().zip(kinds).enumerate() {
        let field = format!("items[{nth}]");
        match kind {
            Found::One(_) => {}
            Found::Unclear(several) => read.problems.add(unclear(&field, &item.category, several)),
            Found::Unknown(near) => read.problems.add(unknown(&field, &item.category, near)),
        }
        let item = read_item(&field, item, kind.one(), &mut read.problems);
        read.need.items.push(item);
    }
    read_rest(filled, &mut read);
    read
}

/// What an item is counted in: the unit that was chosen, or else the usual one of its kind. Empty while neither is known.
pub(super) fn unit_of<'u>(filled: &'u FilledItem, category: Option<&'u v1::Category>) -> &'u str {
    if filled.unit.is_empty() { category.map_or("", |category| category.default_unit.as_str()) } else { &filled.unit }
}

fn unclear(field: &str, word: &str, several: &[v1::Category]) -> Problem {
    let field = format!("{field}.category");
    if word.trim().is_empty() {
        return Problem::new(field, "请填写需要什么", "say what is needed");
    }
    let (zh, en) = titles(several);
    Problem::new(field, format!("有几种可能，请选一个：{zh}"), format!("several could be meant, choose one: {en}"))
}

fn unknown(field: &str, word: &str, near: &[v1::Category]) -> Problem {
    let (mut zh, mut en) = (format!("没有叫“{word}”的服务类别"), format!("no kind of help is called “{word}”"));
    if !near.is_empty() {
        let (near_zh, near_en) = titles(near);
        zh += &format!("；相近的有：{near_zh}");
        en += &format!("; called like it: {near_en}");
    }
    Problem::new(format!("{field}.category"), zh, en)
}

/// What some categories are called, in Chinese and in English.
fn titles(categories: &[v1::Category]) -> (String, String) {
    let titles = |pick: fn(&v1::LocalizedText) -> &String| {
        let titles = categories.iter().take(6).filter_map(|category| category.title.as_ref()).map(pick);
        titles.cloned().collect::<Vec<_>>()
    };
    (titles(|title| &title.zh).join("、"), titles(|title| &title.en).join(", "))
}

pub(super) fn read_item(
    field: &str,
    filled: &FilledItem,
    category: Option<&v1::Category>,
    problems: &mut Problems,
) -> v1::NeedItem {
    let unit = unit_of(filled, category);
    let value = quantity(&format!("{field}.quantity"), &filled.quantity, unit, problems);
    if unit.is_empty() && category.is_some() {
        problems.add(Problem::new(format!("{field}.quantity.unit"), "请选择单位", "choose a unit"));
    }
    let every = match filled.every.as_str() {
        "day" => v1::RecurrencePeriod::Day,
        "week" => v1::RecurrencePeriod::Week,
        "month" => v1::RecurrencePeriod::Month,
        _ => v1::RecurrencePeriod::Unspecified,
    };
    let recurrence = (every != v1::RecurrencePeriod::Unspecified).then(|| v1::Recurrence {
        every: every.into(),
        occurrences: number(&format!("{field}.recurrence.occurrences"), &filled.occurrences, problems, || {
            ("请填写持续几天、几周或几个月，1 到 366", "say for how many days, weeks or months, 1 to 366")
        }),
    });
    v1::NeedItem {
        category: category.map(|category| category.code.clone()).unwrap_or_default(),
        quantity: Some(v1::Quantity { value, unit: unit.to_owned() }),
        recurrence,
        splittable: filled.splittable,
        note: filled.note.trim().to_owned(),
        ..v1::NeedItem::default()
    }
}

/// An amount of a unit, of 1 or more; 0 where there is none.
fn quantity(field: &str, text: &str, unit: &str, problems: &mut Problems) -> i64 {
    let read = typed::read(text, unit).filter(|amount| *amount > 0);
    // While nobody knows what is counted, it may be money.
    let may_be_money = || typed::read(text, "fen").filter(|amount| unit.is_empty() && *amount > 0).map(|_| 1);
    read.or_else(may_be_money).unwrap_or_else(|| {
        let (zh, en) = if typed::is_money(unit) {
            (
                "请填写金额，以元计，不小于 0.01，最多两位小数，例如 3000 或 3000.50",
                "say how much in yuan, at least 0.01 and with at most two decimals, such as 3000 or 3000.50",
            )
        } else {
            ("请填写数量，应为不小于 1 的整数", "say how much, a whole number from 1")
        };
        problems.add(Problem::new(field, zh, en));
        0
    })
}

/// A number of 1 or more; 0 where there is none.
fn number<N: FromStr + Default + PartialOrd>(
    field: &str,
    text: &str,
    problems: &mut Problems,
    wrong: impl FnOnce() -> (&'static str, &'static str),
) -> N {
    match text.trim().parse::<N>() {
        Ok(number) if number > N::default() => number,
        _ => {
            let (zh, en) = wrong();
            problems.add(Problem::new(field, zh, en));
            N::default()
        }
    }
}

fn read_rest(filled: &Filled, read: &mut Read) {
    let Read { need, problems } = read;
    need.urgency = URGENCIES.into_iter().find(|urgency| word(*urgency) == filled.urgency).unwrap_or_default().into();
    if need.urgency == 0 {
        problems.add(Problem::new("urgency", "请选择紧急程度", "choose how soon"));
    }
    need.channel =
        CHANNELS.iter().find(|(code, _)| *code == filled.channel).map_or(0, |(_, channel)| (*channel).into());
    if need.channel == 0 {
        problems.add(Problem::new("channel", "请选择来源渠道", "choose how it came in"));
    }
    read_whose(filled, need, problems);
    read_timing(filled, need, problems);
    read_place(filled, need, problems);
    need.mobility = Some(read_mobility(filled, problems));
    let group = |code: &String| GROUPS.iter().find(|(known, _)| known == code).map(|(_, tag)| i32::from(*tag));
    need.group_tags = filled.groups.iter().filter_map(group).collect();
    need.involves_minors = filled.involves_minors;
    need.description = filled.description.trim().to_owned();
    need.facts = filled.facts.iter().filter_map(|(key, text)| fact(key, text, problems)).collect();
    if filled.wish {
        need.wish = Some(read_wish(filled, problems));
    }
}

fn read_whose(filled: &Filled, need: &mut v1::Need, problems: &mut Problems) {
    let named =
        v1::ExternalId { source: filled.source.trim().to_owned(), external_id: filled.external_id.trim().to_owned() };
    let field = match filled.whose.as_str() {
        "beneficiary" => "beneficiary_external",
        "household" => "household_external",
        _ => return,
    };
    if named.source.is_empty() || named.external_id.is_empty() {
        problems.add(Problem::new(field, "请填写来源系统和编号", "say which system and which identifier"));
        return;
    }
    if field == "beneficiary_external" {
        need.beneficiary_external = Some(named)
    } else {
        need.household_external = Some(named)
    }
}

fn read_timing(filled: &Filled, need: &mut v1::Need, problems: &mut Problems) {
    let mut time = |field: &str, text: &str| {
        let at = text.trim().parse::<DateTime>().ok().and_then(|local| CHINA.to_timestamp(local).ok());
        if at.is_none() {
            problems.add(Problem::new(field, "请填写日期和时间", "say which date and time"));
        }
        at.map(|at| prost_types::Timestamp { seconds: at.as_second(), nanos: at.subsec_nanosecond() })
    };
    match filled.timing.as_str() {
        "deadline" => need.deadline = time("deadline", &filled.deadline),
        "window" => {
            let (start_time, end_time) =
                (time("window.start_time", &filled.start), time("window.end_time", &filled.end));
            need.window = Some(v1::TimeWindow { start_time, end_time });
        }
        _ => {}
    }
}

fn read_place(filled: &Filled, need: &mut v1::Need, problems: &mut Problems) {
    need.division.clone_from(&filled.division);
    let (latitude, longitude) = (filled.latitude.trim(), filled.longitude.trim());
    if latitude.is_empty() && longitude.is_empty() {
        let reached_anywhere =
            filled.remote && !filled.home_visit && !filled.delivery && filled.travel_km.trim().is_empty();
        if filled.division.is_empty() && !reached_anywhere {
            problems.add(Problem::new("division", "请选择所在区划", "choose a division"));
        }
        return;
    }
    let datum = match filled.datum.as_str() {
        "wgs84" => v1::Datum::Wgs84,
        "gcj02" => v1::Datum::Gcj02,
        "bd09" => v1::Datum::Bd09,
        _ => v1::Datum::Unspecified,
    };
    match (latitude.parse::<f64>(), longitude.parse::<f64>()) {
        (Ok(latitude), Ok(longitude)) => {
            need.place = Some(v1::GeoPoint { latitude, longitude, datum: datum.into() });
        }
        _ => problems.add(Problem::new("place", "请填写经度和纬度两个数字，或都不填", "give both numbers, or none")),
    }
}

fn read_mobility(filled: &Filled, problems: &mut Problems) -> v1::Mobility {
    let travel = filled.travel_km.trim();
    let metres =
        travel.parse::<f64>().ok().map(|km| (km * 1_000.0).round()).filter(|metres| (1.0..=2e7).contains(metres));
    if !travel.is_empty() && metres.is_none() {
        problems.add(Problem::new(
            "mobility.max_travel_metres",
            "请填写公里数，例如 3 或 0.5",
            "give kilometres, such as 3 or 0.5",
        ));
    }
    if metres.is_none() && travel.is_empty() && !(filled.home_visit || filled.delivery || filled.remote) {
        problems.add(Problem::new(
            "mobility",
            "请至少选择一种提供帮助的方式",
            "choose at least one way for help to arrive",
        ));
    }
    v1::Mobility {
        // Between 1 and 20,000,000.
        #[expect(clippy::cast_possible_truncation)]
        max_travel_metres: metres.map(|metres| metres as i32),
        home_visit: filled.home_visit,
        remote: filled.remote,
        delivery: filled.delivery,
    }
}

fn read_wish(filled: &Filled, problems: &mut Problems) -> v1::Wish {
    let date = format!("{}T00:00", filled.wish_consent_date.trim()).parse::<DateTime>().ok();
    let at = date.and_then(|date| CHINA.to_timestamp(date).ok());
    let title = filled.wish_title.trim();
    if title.is_empty() {
        problems.add(Problem::new(
            "wish.title",
            "请填写心愿标题，不含姓名、地址、病情",
            "say it in neutral words, without name, place or diagnosis",
        ));
    }
    if at.is_none() {
        problems.add(Problem::new(
            "wish.consent_time",
            "请填写同意公开的日期",
            "say on which day publication was agreed to",
        ));
    }
    if filled.wish_consent_by.trim().is_empty() {
        problems.add(Problem::new("wish.consent_given_by", "请填写由谁同意公开", "say who agreed to it"));
    }
    v1::Wish {
        title: title.to_owned(),
        consent_time: at.map(|at| prost_types::Timestamp { seconds: at.as_second(), nanos: 0 }),
        consent_given_by: filled.wish_consent_by.trim().to_owned(),
        publish_time: None,
        division: String::new(),
    }
}

/// An answer to a question of an eligibility rule; none where there is no such question.
fn fact(key: &str, text: &str, problems: &mut Problems) -> Option<v1::Fact> {
    let asked = definition(key)?;
    let text = text.trim();
    let fact = v1::Fact { key: key.to_owned(), ..v1::Fact::default() };
    match asked.fact_type {
        FactType::Bool => Some(v1::Fact { bool_value: Some(text == "yes"), ..fact }),
        FactType::Int if asked.is_money() => match typed::read(text, "fen") {
            Some(value) => Some(v1::Fact { int_value: Some(value), ..fact }),
            None => {
                problems.add(Problem::new(
                    "facts",
                    format!("{}应为金额，以元计，最多两位小数", asked.zh),
                    format!("{} is an amount in yuan, with at most two decimals", asked.en),
                ));
                None
            }
        },
        FactType::Int => match text.parse() {
            Ok(value) => Some(v1::Fact { int_value: Some(value), ..fact }),
            Err(_) => {
                problems.add(Problem::new(
                    "facts",
                    format!("{}应为整数", asked.zh),
                    format!("{} is a whole number", asked.en),
                ));
                None
            }
        },
        FactType::Text => Some(v1::Fact { string_value: Some(text.to_owned()), ..fact }),
        FactType::Texts => None,
    }
}

/// Ways in that a person at a desk may choose, with their words in forms.
pub(super) const CHANNELS: [(&str, v1::Channel); 6] = [
    ("home_visit", v1::Channel::HomeVisit),
    ("hotline", v1::Channel::Hotline),
    ("consultant", v1::Channel::Consultant),
    ("one_form", v1::Channel::OneForm),
    ("case_management", v1::Channel::CaseManagement),
    ("mini_programme", v1::Channel::MiniProgramme),
];

/// Groups, with their words in forms.
pub(super) const GROUPS: [(&str, v1::GroupTag); 6] = [
    ("elderly", v1::GroupTag::Elderly),
    ("minor", v1::GroupTag::Minor),
    ("disabled", v1::GroupTag::Disabled),
    ("in_difficulty", v1::GroupTag::InDifficulty),
    ("veteran", v1::GroupTag::Veteran),
    ("severe_illness", v1::GroupTag::SevereIllness),
];

/// What is asked of the need by whoever only looks at who could help: what is not said yet is taken to be the widest.
pub(super) fn widened(mut need: v1::Need) -> v1::Need {
    if need.urgency == 0 {
        need.urgency = v1::Urgency::Normal.into();
    }
    if need.channel == 0 {
        need.channel = v1::Channel::CaseManagement.into();
    }
    let closed = need
        .mobility
        .as_ref()
        .is_none_or(|way| way.max_travel_metres.is_none() && !(way.home_visit || way.delivery || way.remote));
    if closed {
        let max_travel_metres = Some(WIDEST_TRAVEL_METRES);
        need.mobility = Some(v1::Mobility { max_travel_metres, home_visit: true, remote: true, delivery: true });
    }
    need.wish = None;
    if need.window.as_ref().is_some_and(|window| window.start_time.is_none() || window.end_time.is_none()) {
        need.window = None;
    }
    need.items.retain(|item| !item.category.is_empty());
    for item in &mut need.items {
        if let Some(quantity) = item.quantity.as_mut().filter(|quantity| quantity.value == 0) {
            quantity.value = 1;
        }
        if item.recurrence.is_some_and(|again| again.occurrences == 0) {
            item.recurrence = None;
        }
    }
    need.items.retain(|item| item.quantity.as_ref().is_some_and(|quantity| !quantity.unit.is_empty()));
    need
}

/// How far somebody is taken to travel while nothing was said.
const WIDEST_TRAVEL_METRES: i32 = 30_000;

/// All but the items: whose need it is counts in what is only looked at, too, where facts of the person are known.
pub(super) fn rest(filled: &Filled) -> Read {
    let mut read = Read::default();
    read_rest(filled, &mut read);
    read
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled() -> Filled {
        Filled { urgency: "urgent".to_owned(), channel: "hotline".to_owned(), remote: true, ..Filled::default() }
    }

    fn fields(read: &Read) -> Vec<&str> {
        read.problems.iter().map(|problem| problem.field.as_str()).collect()
    }

    #[test]
    fn everything_that_cannot_be_read_is_said_at_once() {
        let wrong = Filled {
            whose: "household".to_owned(),
            timing: "window".to_owned(),
            latitude: "38.4".to_owned(),
            travel_km: "far".to_owned(),
            wish: true,
            ..Filled::default()
        };
        let expected = [
            "urgency",
            "channel",
            "household_external",
            "window.start_time",
            "window.end_time",
            "place",
            "mobility.max_travel_metres",
            "wish.title",
            "wish.consent_time",
            "wish.consent_given_by",
        ];
        assert_eq!(fields(&rest(&wrong)), expected);
        assert_eq!(fields(&rest(&filled())), [""; 0]);
    }

    #[test]
    fn times_are_of_the_clock_in_china_and_kilometres_become_metres() {
        let read = rest(&Filled {
            timing: "deadline".to_owned(),
            deadline: "2026-11-24T16:00".to_owned(),
            travel_km: "0.5".to_owned(),
            ..filled()
        });
        assert_eq!(read.need.deadline.map(|at| at.seconds), Some(1_795_507_200));
        assert_eq!(read.need.mobility.and_then(|way| way.max_travel_metres), Some(500));
    }

    #[test]
    fn a_unit_that_is_not_chosen_is_the_usual_one() {
        let category =
            v1::Category { code: "desk".to_owned(), default_unit: "piece".to_owned(), ..v1::Category::default() };
        let mut problems = Problems::default();
        let item = FilledItem { quantity: " 2 ".to_owned(), ..FilledItem::default() };
        let read = read_item("items[0]", &item, Some(&category), &mut problems);
        assert_eq!(
            (read.quantity, problems.is_empty()),
            (Some(v1::Quantity { value: 2, unit: "piece".to_owned() }), true)
        );
        let item = FilledItem { quantity: "-1".to_owned(), every: "week".to_owned(), ..FilledItem::default() };
        read_item("items[0]", &item, None, &mut problems);
        assert_eq!(problems.of("items[0].quantity").len(), 1);
        assert_eq!(problems.of("items[0].recurrence").len(), 1);
        assert_eq!(problems.of("items[0]").len(), 2);
        assert!(problems.of("items").len() == 2 && problems.of("item").is_empty());
    }

    #[test]
    fn money_is_typed_in_yuan_and_nothing_is_taken_for_said() {
        let grant = v1::Category { default_unit: "fen".to_owned(), ..v1::Category::default() };
        let read = |quantity: &str, category: Option<&v1::Category>| {
            let mut problems = Problems::default();
            let item = FilledItem { quantity: quantity.to_owned(), ..FilledItem::default() };
            let read = read_item("items[0]", &item, category, &mut problems);
            (read.quantity.map_or(0, |quantity| quantity.value), problems.of("items[0].quantity").len())
        };
        assert_eq!(read("3000", Some(&grant)), (300_000, 0));
        assert_eq!(read("3000.50", Some(&grant)), (300_050, 0));
        for wrong in ["0", "", "3000.505", "many"] {
            assert_eq!(read(wrong, Some(&grant)), (0, 1), "{wrong}");
        }
        // Whether it is whole is not told while nobody knows what is counted.
        assert_eq!(read("3000.50", None), (1, 0));
        assert_eq!(read("many", None), (0, 1));
        assert_eq!(FilledItem::default().quantity, "");
    }

    #[test]
    fn who_only_looks_need_not_have_said_everything() {
        let item = v1::NeedItem {
            category: "desk".to_owned(),
            quantity: Some(v1::Quantity { value: 0, unit: "piece".to_owned() }),
            ..v1::NeedItem::default()
        };
        let need = widened(v1::Need { items: vec![item, v1::NeedItem::default()], ..v1::Need::default() });
        assert_eq!(need.items.len(), 1);
        assert_eq!(need.items[0].quantity.as_ref().map(|quantity| quantity.value), Some(1));
        assert!(need.urgency() == v1::Urgency::Normal && need.mobility.is_some_and(|way| way.remote && way.delivery));
    }

    #[test]
    fn facts_are_read_by_what_the_catalogue_says_they_are() {
        let mut problems = Problems::default();
        assert_eq!(fact("is_student", "no", &mut problems).and_then(|fact| fact.bool_value), Some(false));
        assert_eq!(fact("age_years", "71", &mut problems).and_then(|fact| fact.int_value), Some(71));
        assert_eq!(fact("no_such_fact", "71", &mut problems), None);
        let income = fact("monthly_income_per_person_fen", "812.5", &mut problems);
        assert_eq!(income.and_then(|fact| fact.int_value), Some(81_250), "typed in yuan");
        assert!(problems.is_empty());
        assert_eq!(fact("age_years", "old", &mut problems), None);
        assert!(!problems.is_empty());
    }
}
