//! `wishwell find`: asks which resources can serve a need, and prints them with their reasons.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use wishwell_api::json::to_json_pretty;
use wishwell_api::v1::{
    Candidate, DeliveryMode, EligibilityVerdict, FindResourcesRequest, FindResourcesResponse, ItemMatches, MissReason,
    NearMiss, Need, NeedItem,
};
use wishwell_domain::zone::told;

use super::needs::Titles;
use super::words::{amount, bracketed, distance, fact, instant_in, mode, share, term, text, urgency};
use super::{Server, categories, inline_need, needs, not_printable};
use crate::cli::FindArgs;
use crate::config::ClientConfig;
use crate::exit::{Exit, Failure};
use crate::lang::Lang;
use crate::table::{Align, Table, terminal_width};

/// Asks and prints.
pub(crate) async fn run(arguments: &FindArgs, config: &ClientConfig) -> Result<String, Failure> {
    let evaluation_time = arguments.at.as_deref().map(|at| parse_instant(at, config.lang)).transpose()?;
    let server = Server::connect(config).await?;
    let (need, request) = match (&arguments.need, &arguments.category) {
        (Some(name), _) => {
            let need = needs::resolve(&server, name).await?;
            let request = FindResourcesRequest { need: need.name.clone(), ..FindResourcesRequest::default() };
            (need, request)
        }
        (None, category) => {
            let category = categories::resolve(&server, category.as_deref().unwrap_or_default(), config.lang).await?;
            let need = inline_need::build(&arguments.inline, &category, config.lang)?;
            let request = FindResourcesRequest { inline_need: Some(need.clone()), ..FindResourcesRequest::default() };
            (need, request)
        }
    };
    let request = FindResourcesRequest {
        item_ordinal: arguments.item.unwrap_or(0),
        top_k: Some(arguments.top),
        near_miss_limit: Some(arguments.near_misses),
        evaluation_time,
        ..request
    };
    let answer = server.matching().find_resources(request).await;
    let failed = |status| by_flags(server.refused(("resources cannot be found", "无法查找资源"), &status));
    let answer = answer.map_err(failed)?.into_inner();
    if arguments.json {
        let json = to_json_pretty(&answer);
        let json = json.map_err(|error| not_printable(&error, config.lang))?;
        return Ok(json + "\n");
    }
    let titles = Titles::of(&server, need.items.iter().map(|item| &item.category), config.lang).await?;
    let page = Page { lang: config.lang, zone: told(), width: terminal_width() };
    Ok(page.render(&need, &titles, &answer))
}

/// Flags by the fields that they fill, with an example where the server's words name fields alone.
const FLAGS: [(&str, &str, (&str, &str)); 6] = [
    (
        "inline_need.place",
        "--place",
        (
            "for example --place 38.4712,106.2587, or --division 640104",
            "例如 --place 38.4712,106.2587，或 --division 640104",
        ),
    ),
    ("inline_need.items[0].quantity.value", "--quantity", ("", "")),
    ("inline_need.division", "--division", ("", "")),
    ("top_k", "--top", ("", "")),
    ("near_miss_limit", "--near-misses", ("", "")),
    ("item_ordinal", "--item", ("", "")),
];

/// The same refusal in the words of whoever typed flags.
fn by_flags(mut failure: Failure) -> Failure {
    for problem in &mut failure.problems {
        let named = |(field, ..): &&(&str, &str, (&str, &str))| {
            problem.what.strip_prefix(field).is_some_and(|rest| rest.starts_with([':', '：', '.']))
        };
        let Some((field, flag, remedy)) = FLAGS.iter().find(named) else { continue };
        problem.what = problem.what.replacen(field, flag, 1);
        if problem.remedy.is_empty() {
            failure.lang.pick(remedy.0, remedy.1).clone_into(&mut problem.remedy);
        }
    }
    failure
}

fn parse_instant(text: &str, lang: Lang) -> Result<prost_types::Timestamp, Failure> {
    match text.parse::<Timestamp>() {
        Ok(at) => Ok(prost_types::Timestamp { seconds: at.as_second(), nanos: at.subsec_nanosecond() }),
        Err(_) => {
            let (summary, what, remedy) = match lang {
                Lang::En => ("the instant is not clear", format!("--at {text:?} is no instant"), "for example "),
                Lang::Zh => ("时刻不明确", format!("--at {text:?} 不是时刻"), "例如 "),
            };
            let remedy = format!("{remedy}2026-12-01T09:00:00+08:00");
            Err(Failure::one(Exit::Usage, summary, what, remedy).told_in(lang))
        }
    }
}

/// What is told of each candidate.
fn columns(lang: Lang) -> [(&'static str, Align); 8] {
    [
        ("#", Align::Right),
        (lang.pick("score", "得分"), Align::Right),
        (lang.pick("resource", "资源"), Align::Left),
        (lang.pick("organization", "机构"), Align::Left),
        (lang.pick("distance", "距离"), Align::Right),
        (lang.pick("left", "余量"), Align::Left),
        (lang.pick("how", "方式"), Align::Left),
        (lang.pick("opens", "最近开放"), Align::Left),
    ]
}

/// How an answer is printed.
struct Page {
    lang: Lang,
    zone: TimeZone,
    width: Option<usize>,
}

impl Page {
    fn render(&self, need: &Need, titles: &Titles, answer: &FindResourcesResponse) -> String {
        let lang = self.lang;
        let mut page = String::new();
        if need.name.is_empty() {
            page += &self.asked(need, answer);
        } else {
            let called = needs::called(need);
            let urgency = urgency(need.urgency, lang);
            page += &format!("{} {called} · {urgency} · {}\n", lang.pick("Need", "需求"), need.name);
        }
        for item in &answer.items {
            let asked = need.items.iter().find(|asked| asked.ordinal == item.item_ordinal);
            let called = asked.map(|asked| titles.item(asked, lang)).unwrap_or_default();
            page +=
                &format!("\n{} {}{}{called}\n", lang.pick("Item", "需求项"), item.item_ordinal, lang.pick(": ", "："));
            page += &asked.and_then(|asked| self.outstanding(asked, item)).unwrap_or_default();
            page += "\n";
            page += &self.candidates(item, answer);
            page += &self.near_misses(item);
        }
        let as_of = instant_in(answer.evaluation_time.as_ref(), &self.zone);
        let zone = self.zone.iana_name().unwrap_or_default();
        page += &format!(
            "\n{} {as_of} {zone} · {} {} · {} {}\n",
            lang.pick("as of", "截至"),
            lang.pick("log position", "日志位置"),
            answer.log_position,
            lang.pick("engine", "引擎"),
            answer.engine_version
        );
        if !answer.prices.is_empty() {
            page.truncate(page.trim_end().len());
            page += &format!(" · {} {}\n", lang.pick("prices of", "稀缺价格取自"), answer.prices);
        }
        page
    }

    /// How much of an item is still to be referred, where that is not all of it.
    fn outstanding(&self, asked: &NeedItem, item: &ItemMatches) -> Option<String> {
        let (lang, quantity) = (self.lang, asked.quantity.as_ref()?);
        let occurrences = asked.recurrence.as_ref().map_or(1, |recurrence| i64::from(recurrence.occurrences));
        // A server that does not say leaves it out.
        let left = item.outstanding_quantity.filter(|left| *left < quantity.value.saturating_mul(occurrences))?;
        if left == 0 {
            let none = "Nothing of it can be referred any more; told is what would fit if nothing were yet.\n";
            return Some(lang.pick(none, "该项已无可转介的数量；以下按尚未转介任何数量查询。\n").to_owned());
        }
        let left = amount(left, &quantity.unit, lang);
        Some(format!("{} {left}\n", lang.pick("Still to be referred:", "尚待转介：")))
    }

    /// What was asked with flags, so that nothing that was assumed goes unsaid.
    fn asked(&self, need: &Need, answer: &FindResourcesResponse) -> String {
        let lang = self.lang;
        let mut parts = vec![urgency(need.urgency, lang).to_owned()];
        if let Some(mobility) = &need.mobility {
            let travel = mobility
                .max_travel_metres
                .map(|metres| format!("{} {}", lang.pick("travels", "最远可去"), distance(metres, lang)));
            let ways = [
                (mobility.home_visit, DeliveryMode::HomeVisit),
                (mobility.delivery, DeliveryMode::Delivery),
                (mobility.remote, DeliveryMode::Remote),
            ];
            let ways = ways.into_iter().filter(|(open, _)| *open).map(|(_, way)| mode(way.into(), lang).to_owned());
            parts.push(travel.into_iter().chain(ways).collect::<Vec<_>>().join(lang.pick(", ", "、")));
        }
        if !need.division.is_empty() {
            parts.push(format!("{} {}", lang.pick("division", "区划"), need.division));
        }
        let hint = if need.division.is_empty() { self.hint_at_division(answer) } else { "" };
        format!("{}{}\n{hint}", lang.pick("Asked: ", "查询："), parts.join(" · "))
    }

    /// Without a division, what serves a division only is out of reach: said when it matters.
    fn hint_at_division(&self, answer: &FindResourcesResponse) -> &'static str {
        let mut reasons = answer.items.iter().flat_map(|item| &item.near_misses).flat_map(|miss| &miss.reasons);
        if reasons.any(|reason| reason.code() == MissReason::OutsideArea && !reason.division.is_empty()) {
            self.lang.pick(
                "Without --division, what serves a division only cannot fit.\n",
                "未给出 --division，只服务某一区划的资源无法匹配。\n",
            )
        } else {
            ""
        }
    }

    fn candidates(&self, item: &ItemMatches, answer: &FindResourcesResponse) -> String {
        let lang = self.lang;
        if item.candidates.is_empty() {
            let none = lang.pick("  No resource fits.", "  没有符合条件的资源。");
            return format!("{none}\n");
        }
        let mut table = Table::new(columns(lang));
        for (index, candidate) in item.candidates.iter().enumerate() {
            let resource = candidate.resource.as_ref();
            let ways: Vec<&str> = candidate.modes.iter().map(|way| mode(*way, lang)).collect();
            table.row([
                (index + 1).to_string(),
                share(candidate.score),
                text(resource.and_then(|resource| resource.title.as_ref()), lang).to_owned(),
                text(resource.and_then(|resource| resource.organization_title.as_ref()), lang).to_owned(),
                candidate.distance_metres.map(|metres| distance(metres, lang)).unwrap_or_else(|| "–".to_owned()),
                self.left(candidate),
                ways.join(lang.pick(", ", "、")),
                self.opens(candidate),
            ]);
            table.note(&self.terms(candidate, answer));
            if candidate.eligibility() == EligibilityVerdict::Unknown {
                table.note(&self.unsettled(candidate));
            }
        }
        table.render(self.width)
    }

    /// What an eligibility that is unknown hangs on.
    fn unsettled(&self, candidate: &Candidate) -> String {
        let lang = self.lang;
        if candidate.missing_facts.is_empty() {
            let unknown = "eligibility unknown: its rule cannot be computed from what is known";
            return lang.pick(unknown, "资格待定：按已知情况算不出条件是否满足").to_owned();
        }
        let facts: Vec<String> = candidate.missing_facts.iter().map(|key| fact(key, lang)).collect();
        let unknown = lang.pick("eligibility unknown without: ", "资格待定，缺少：");
        format!("{unknown}{}", facts.join(lang.pick(", ", "、")))
    }

    fn left(&self, candidate: &Candidate) -> String {
        let Some(capacity) = &candidate.capacity else { return self.lang.pick("unknown", "未知").to_owned() };
        let Some(remaining) = capacity.remaining else { return self.lang.pick("unbounded", "不限").to_owned() };
        let left = amount(remaining, &capacity.unit, self.lang);
        if capacity.period_start.is_empty() { left } else { left + &bracketed(&capacity.period_start, self.lang) }
    }

    /// When it opens, by the clocks of its place: that is what its door says, wherever it is asked from. The zone is named where
    /// it is not the one in which the answer is printed.
    fn opens(&self, candidate: &Candidate) -> String {
        let Some(opening) = &candidate.next_opening_time else {
            return self.lang.pick("by appointment", "需预约").to_owned();
        };
        match TimeZone::get(&candidate.time_zone) {
            Ok(zone) if zone.iana_name() == self.zone.iana_name() => instant_in(Some(opening), &zone),
            Ok(zone) => format!("{} {}", instant_in(Some(opening), &zone), candidate.time_zone),
            // A server that does not say, or a zone that is newer than this program.
            Err(_) => instant_in(Some(opening), &self.zone),
        }
    }

    /// Every term of the score with its weight; they add up to the score.
    fn terms(&self, candidate: &Candidate, answer: &FindResourcesResponse) -> String {
        let terms = answer.score_weights.iter().zip(&candidate.term_values);
        let terms = terms.filter(|(weight, _)| weight.weight > 0);
        let terms: Vec<String> = terms
            .map(|(weight, value)| {
                format!("{} {}/{}", term(weight.term, self.lang), share(*value), share(weight.weight))
            })
            .collect();
        terms.join(" · ")
    }

    fn near_misses(&self, item: &ItemMatches) -> String {
        let lang = self.lang;
        let considered = match lang {
            Lang::En => format!("{} resources carry the category\n", item.considered_count),
            Lang::Zh => format!("该类别共有 {} 项资源\n", item.considered_count),
        };
        if item.near_misses.is_empty() {
            return format!("\n{considered}");
        }
        let mut table = Table::new([
            (lang.pick("nearly fits", "差一点就合适"), Align::Left),
            (lang.pick("organization", "机构"), Align::Left),
            (lang.pick("distance", "距离"), Align::Right),
            (lang.pick("why not, and what would have to change", "差在哪里，怎样才合适"), Align::Left),
        ]);
        for miss in &item.near_misses {
            self.near_miss(&mut table, miss);
        }
        format!("\n{}\n{considered}", table.render(self.width))
    }

    fn near_miss(&self, table: &mut Table, miss: &NearMiss) {
        let lang = self.lang;
        let resource = miss.resource.as_ref();
        let reasons: Vec<String> = miss
            .reasons
            .iter()
            .map(|reason| {
                let says = text(reason.text.as_ref(), lang);
                let code = MissReason::try_from(reason.code).unwrap_or_default().as_str_name();
                let code = code.strip_prefix("MISS_REASON_").unwrap_or(code);
                match lang {
                    Lang::En => format!("{code}: {says}"),
                    // Codes are English; `--json` has them.
                    Lang::Zh if says.is_empty() => code.to_owned(),
                    Lang::Zh => says.to_owned(),
                }
            })
            .collect();
        table.row([
            text(resource.and_then(|resource| resource.title.as_ref()), lang).to_owned(),
            text(resource.and_then(|resource| resource.organization_title.as_ref()), lang).to_owned(),
            miss.distance_metres.map(|metres| distance(metres, lang)).unwrap_or_else(|| "–".to_owned()),
            reasons.join(lang.pick("; ", "；")),
        ]);
    }
}

#[cfg(test)]
mod tests;
