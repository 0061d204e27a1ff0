//! A need from flags, for asking without storing anything.

use wishwell_api::v1::{Category, Channel, Datum, Fact, GeoPoint, Mobility, Need, NeedItem, Quantity, Urgency};
use wishwell_domain::fact::FactType;
use wishwell_domain::fact_catalogue::{FACTS, definition};
use wishwell_domain::unit::UNITS;

use crate::cli::{InlineNeedArgs, UrgencyArg};
use crate::config::closest;
use crate::exit::{Exit, Failure, Problem};
use crate::lang::Lang;

/// How far a person travels when nothing is said of how help can reach them: across a town and its countryside.
const TRAVEL_METRES_DEFAULT: i32 = 30_000;
/// Unit of a category that has no usual one.
const UNIT_DEFAULT: &str = "case";

/// Builds the need, or tells everything that is wrong with the flags.
pub(super) fn build(arguments: &InlineNeedArgs, category: &Category, lang: Lang) -> Result<Need, Failure> {
    let mut problems = Vec::new();
    let mut take = |flag: &str, problem: Problem| {
        problems.push(Problem::new(format!("{flag}{}{}", lang.pick(": ", "："), problem.what), problem.remedy))
    };
    let unit = unit(arguments.unit.as_deref(), category, lang).unwrap_or_else(|problem| {
        take("--unit", problem);
        String::new()
    });
    let place = match arguments.place.as_deref().map(|text| place(text, lang)).transpose() {
        Ok(place) => place,
        Err(problem) => {
            take("--place", problem);
            None
        }
    };
    let mobility = mobility(arguments, lang).unwrap_or_else(|problem| {
        take("--travel", problem);
        Mobility::default()
    });
    let mut facts = Vec::new();
    for text in &arguments.facts {
        match fact(text, lang) {
            Ok(fact) => facts.push(fact),
            Err(problem) => take("--fact", problem),
        }
    }
    if !problems.is_empty() {
        return Err(Failure {
            exit: Exit::Usage,
            summary: lang.pick("the need is not complete", "需求没有写完整").to_owned(),
            why: String::new(),
            problems,
            lang,
        });
    }
    let quantity = Some(Quantity { value: arguments.quantity, unit });
    Ok(Need {
        items: vec![NeedItem { ordinal: 1, category: category.code.clone(), quantity, ..NeedItem::default() }],
        urgency: urgency(arguments.urgency).into(),
        place,
        division: arguments.division.clone().unwrap_or_default(),
        mobility: Some(mobility),
        involves_minors: arguments.minors,
        channel: Channel::Consultant.into(),
        facts,
        ..Need::default()
    })
}

/// What was meant by a word, or all that there is.
fn meant<'a>(given: &str, known: impl Iterator<Item = &'a str> + Clone, lang: Lang) -> String {
    match (closest(given, known.clone()), lang) {
        (Some(meant), Lang::En) => format!("did you mean {meant}?"),
        (Some(meant), Lang::Zh) => format!("是不是 {meant}？"),
        (None, Lang::En) => format!("one of {}", known.collect::<Vec<_>>().join(", ")),
        (None, Lang::Zh) => format!("可用：{}", known.collect::<Vec<_>>().join("、")),
    }
}

fn unit(given: Option<&str>, category: &Category, lang: Lang) -> Result<String, Problem> {
    let known = || UNITS.iter().map(|entry| entry.0);
    match given {
        Some(unit) if known().any(|code| code == unit) => Ok(unit.to_owned()),
        Some(unit) => {
            let what = match lang {
                Lang::En => format!("{unit:?} is not in the catalogue of units"),
                Lang::Zh => format!("单位目录里没有 {unit:?}"),
            };
            Err(Problem::new(what, meant(unit, known(), lang)))
        }
        None if category.default_unit.is_empty() => Ok(UNIT_DEFAULT.to_owned()),
        None => Ok(category.default_unit.clone()),
    }
}

fn place(text: &str, lang: Lang) -> Result<GeoPoint, Problem> {
    let remedy = lang.pick(
        "for example 38.4712,106.2587 or 38.4712,106.2587,gcj02",
        "例如 38.4712,106.2587 或 38.4712,106.2587,gcj02",
    );
    let wrong = |en: &str, zh: &str| Problem::new(format!("{text:?} {}", lang.pick(en, zh)), remedy);
    let parts: Vec<&str> = text.split([',', '，']).map(str::trim).collect();
    let [latitude, longitude, rest @ ..] = parts.as_slice() else { return Err(wrong("is no point", "不是坐标")) };
    let degrees = |text: &str, limit: f64| text.parse::<f64>().ok().filter(|degrees| degrees.abs() <= limit);
    let latitude = degrees(latitude, 90.0)
        .ok_or_else(|| wrong("has no latitude from -90 to 90 first", "的第一个数不是 -90 到 90 的纬度"))?;
    let longitude = degrees(longitude, 180.0)
        .ok_or_else(|| wrong("has no longitude from -180 to 180 second", "的第二个数不是 -180 到 180 的经度"))?;
    let datum =
        match rest.iter().map(|datum| datum.to_ascii_lowercase().replace('-', "")).collect::<Vec<_>>().as_slice() {
            [] => Datum::Wgs84,
            [datum] if datum == "wgs84" => Datum::Wgs84,
            [datum] if datum == "gcj02" => Datum::Gcj02,
            [datum] if datum == "bd09" => Datum::Bd09,
            _ => {
                let zh = "的坐标系不是 wgs84、gcj02 或 bd09";
                return Err(wrong("has a datum that is none of wgs84, gcj02 and bd09", zh));
            }
        };
    Ok(GeoPoint { latitude, longitude, datum: datum.into() })
}

fn mobility(arguments: &InlineNeedArgs, lang: Lang) -> Result<Mobility, Problem> {
    let InlineNeedArgs { travel, home_visit, delivery, remote, .. } = *arguments;
    if travel.is_none() && !home_visit && !delivery && !remote {
        let max_travel_metres = Some(TRAVEL_METRES_DEFAULT);
        return Ok(Mobility { max_travel_metres, home_visit: true, remote: true, delivery: true });
    }
    let metres = |kilometres: f64| -> Result<i32, Problem> {
        // The server's bound is far below what an i32 holds.
        if kilometres > 0.0 && kilometres <= 20_000.0 {
            Ok((kilometres * 1_000.0).ceil() as i32)
        } else {
            let (what, remedy) = match lang {
                Lang::En => (format!("{kilometres} is no distance in kilometres"), "for example 5"),
                Lang::Zh => (format!("{kilometres} 不是以公里计的距离"), "例如 5"),
            };
            Err(Problem::new(what, remedy))
        }
    };
    Ok(Mobility { max_travel_metres: travel.map(metres).transpose()?, home_visit, remote, delivery })
}

fn fact(text: &str, lang: Lang) -> Result<Fact, Problem> {
    let known = || FACTS.iter().map(|definition| definition.key);
    let Some((key, value)) = text.split_once('=') else {
        return Err(match lang {
            Lang::En => Problem::new(format!("{text:?} is no KEY=VALUE"), "for example age_years=67"),
            Lang::Zh => Problem::new(format!("{text:?} 没有写成“键=值”"), "例如 age_years=67"),
        });
    };
    let Some(definition) = definition(key) else {
        let what = match lang {
            Lang::En => format!("there is no fact {key:?}"),
            Lang::Zh => format!("事实目录里没有 {key:?}"),
        };
        return Err(Problem::new(what, meant(key, known(), lang)));
    };
    // The value is somebody's: it is not repeated in messages.
    let wrong = |en: &str, zh: &str| match lang {
        Lang::En => Problem::new(format!("the value of {key} must be {en}"), ""),
        Lang::Zh => Problem::new(format!("{key} 的值应是{zh}"), ""),
    };
    let mut fact = Fact { key: key.to_owned(), ..Fact::default() };
    match definition.fact_type {
        FactType::Bool => fact.bool_value = Some(value.parse().map_err(|_| wrong("true or false", " true 或 false"))?),
        FactType::Int => fact.int_value = Some(value.parse().map_err(|_| wrong("a whole number", "整数"))?),
        FactType::Text => fact.string_value = Some(value.to_owned()),
        FactType::Texts => fact.string_values = value.split(',').map(|text| text.trim().to_owned()).collect(),
    }
    Ok(fact)
}

const fn urgency(urgency: UrgencyArg) -> Urgency {
    match urgency {
        UrgencyArg::Emergency => Urgency::Emergency,
        UrgencyArg::Urgent => Urgency::Urgent,
        UrgencyArg::Normal => Urgency::Normal,
        UrgencyArg::Low => Urgency::Low,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use clap::Parser as _;

    fn arguments(flags: &[&str]) -> InlineNeedArgs {
        let line = ["wishwell", "find", "--category", "x"].iter().chain(flags);
        match crate::cli::Cli::try_parse_from(line).unwrap().command {
            Some(crate::cli::Command::Find(arguments)) => arguments.inline,
            other => panic!("{other:?}"),
        }
    }

    fn desk() -> Category {
        Category { code: "education.desk".to_owned(), default_unit: "piece".to_owned(), ..Category::default() }
    }

    #[test]
    fn without_flags_every_way_is_open_and_the_unit_is_the_usual_one() {
        let need = build(&arguments(&[]), &desk(), Lang::En).unwrap();
        assert_eq!(need.items[0].quantity, Some(Quantity { value: 1, unit: "piece".to_owned() }));
        let mobility = need.mobility.unwrap();
        assert!(mobility.home_visit && mobility.remote && mobility.delivery);
        assert_eq!(mobility.max_travel_metres, Some(TRAVEL_METRES_DEFAULT));
        let need = build(&arguments(&[]), &Category { code: "x".to_owned(), ..Category::default() }, Lang::En).unwrap();
        assert_eq!(need.items[0].quantity.as_ref().map(|quantity| quantity.unit.as_str()), Some("case"));
    }

    #[test]
    fn one_way_that_is_said_closes_the_others() {
        let need = build(&arguments(&["--travel", "2.5", "--minors"]), &desk(), Lang::En).unwrap();
        let mobility = need.mobility.unwrap();
        assert_eq!(mobility, Mobility { max_travel_metres: Some(2_500), ..Mobility::default() });
        assert!(need.involves_minors);
    }

    #[test]
    fn points_come_with_their_datum() {
        let point = |text| place(text, Lang::En).map(|point| (point.latitude, point.longitude, point.datum));
        assert_eq!(point("38.5,106.25"), Ok((38.5, 106.25, Datum::Wgs84.into())));
        assert_eq!(point("38.5, 106.25, GCJ-02"), Ok((38.5, 106.25, Datum::Gcj02.into())));
        assert_eq!(point("-38.5，-106.25，bd09"), Ok((-38.5, -106.25, Datum::Bd09.into())));
        for text in ["", "38.5", "91,0", "0,181", "a,b", "1,2,mars", "1,2,wgs84,3"] {
            assert!(place(text, Lang::En).is_err(), "{text}");
        }
    }

    #[test]
    fn facts_have_the_type_of_the_catalogue_and_their_values_stay_out_of_messages() {
        assert_eq!(fact("age_years=67", Lang::En).unwrap().int_value, Some(67));
        assert_eq!(fact("on_dialysis=true", Lang::En).unwrap().bool_value, Some(true));
        let problem = fact("age_years=secret", Lang::En).unwrap_err();
        assert!(!problem.what.contains("secret"), "{problem:?}");
        assert_eq!(fact("age_year=1", Lang::En).unwrap_err().remedy, "did you mean age_years?");
    }

    #[test]
    fn everything_that_is_wrong_with_the_flags_is_told_at_once() {
        let flags = ["--unit", "peice", "--place", "91,0", "--travel", "0", "--fact", "x"];
        let failure = build(&arguments(&flags), &desk(), Lang::En).unwrap_err();
        let told: Vec<_> = failure.problems.iter().map(|problem| problem.what.split(':').next().unwrap()).collect();
        assert_eq!(told, ["--unit", "--place", "--travel", "--fact"]);
        assert_eq!(failure.problems[0].remedy, "did you mean piece?");
        let failure = build(&arguments(&flags), &desk(), Lang::Zh).unwrap_err().to_string();
        for told in [
            "错误：需求没有写完整",
            "--unit：单位目录里没有 \"peice\"",
            "是不是 piece？",
            "--place：\"91,0\" 的第一个数",
        ] {
            assert!(failure.contains(told), "{failure}");
        }
    }
}
