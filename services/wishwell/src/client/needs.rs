//! Needs that are stored, and one of them by what people call it.

use std::collections::HashMap;

use wishwell_api::json::to_json;
use wishwell_api::v1::{
    ExternalId, GetNeedRequest, ListNeedsRequest, Need, NeedFilter, NeedItem, NeedState, RecurrencePeriod,
};

use super::words::{every, more, quantity, state, text, urgency};
use super::{Server, categories, not_printable};
use crate::cli::NeedsArgs;
use crate::config::ClientConfig;
use crate::exit::{Exit, Failure};
use crate::lang::Lang;
use crate::table::{Align, Table, terminal_width};

/// Largest page the server gives.
const PAGE_SIZE_MAX: usize = 500;

/// Lists needs.
pub(crate) async fn run(arguments: &NeedsArgs, config: &ClientConfig) -> Result<String, Failure> {
    let server = Server::connect(config).await?;
    let open = [NeedState::Open, NeedState::PartlyServed].map(i32::from).to_vec();
    let filter = NeedFilter {
        states: if arguments.all { Vec::new() } else { open },
        category: arguments.category.clone().unwrap_or_default(),
        division: arguments.division.clone().unwrap_or_default(),
        ..NeedFilter::default()
    };
    // One more than is shown tells whether there is more.
    let mut needs = list(&server, &filter, arguments.limit.saturating_add(1)).await?;
    let more = if needs.len() > arguments.limit { more(arguments.limit, config.lang) } else { String::new() };
    needs.truncate(arguments.limit);
    if arguments.json {
        let lines: Result<Vec<String>, _> = needs.iter().map(to_json).collect();
        let lines = lines.map_err(|error| not_printable(&error, config.lang))?;
        eprint!("{more}");
        return Ok(lines.into_iter().map(|line| line + "\n").collect());
    }
    let codes = needs.iter().flat_map(|need| &need.items).map(|item| &item.category);
    let titles = Titles::of(&server, codes, config.lang).await?;
    Ok(render(&needs, &titles, config.lang) + &more)
}

fn render(needs: &[Need], titles: &Titles, lang: Lang) -> String {
    let mut table = Table::new([
        (lang.pick("need", "需求"), Align::Left),
        (lang.pick("urgency", "紧急程度"), Align::Left),
        (lang.pick("state", "状态"), Align::Left),
        (lang.pick("division", "区划"), Align::Left),
        (lang.pick("items", "需求项"), Align::Left),
    ]);
    for need in needs {
        let items: Vec<String> = need.items.iter().map(|item| titles.item(item, lang)).collect();
        table.row([
            called(need),
            urgency(need.urgency, lang).to_owned(),
            state(need.state, lang).to_owned(),
            need.division.clone(),
            items.join(lang.pick(", ", "、")),
        ]);
    }
    table.render(terminal_width())
}

/// What `--need` takes: the external identity where there is one, else the name.
pub(super) fn called(need: &Need) -> String {
    match &need.external {
        Some(external) => format!("{}/{}", external.source, external.external_id),
        None => need.name.clone(),
    }
}

/// The need that is meant, by name, by bare UUID, or by `SOURCE/ID`.
pub(super) async fn resolve(server: &Server, meant: &str) -> Result<Need, Failure> {
    let lang = server.lang;
    let summary = match lang {
        Lang::En => format!("need {meant:?} cannot be read"),
        Lang::Zh => format!("无法读取需求 {meant:?}"),
    };
    let remedy = lang.pick("`wishwell needs` lists them", "可用 `wishwell needs` 列出");
    let name = match uuid::Uuid::try_parse(meant.strip_prefix("needs/").unwrap_or(meant)) {
        Ok(id) => format!("needs/{id}"),
        Err(_) => {
            let Some((source, external_id)) = meant.split_once('/') else {
                let what =
                    lang.pick("it is neither needs/UUID nor SOURCE/ID", "应写作 needs/UUID 或 SOURCE/ID（来源/编号）");
                return Err(Failure::one(Exit::Failed, summary, what, remedy).told_in(lang));
            };
            let external = ExternalId { source: source.to_owned(), external_id: external_id.to_owned() };
            let filter = NeedFilter { external: Some(external), ..NeedFilter::default() };
            return match list(server, &filter, 1).await?.pop() {
                Some(need) => Ok(need),
                None => {
                    let what = match lang {
                        Lang::En => format!("{source} has no need {external_id}"),
                        Lang::Zh => format!("来源 {source} 没有需求 {external_id}"),
                    };
                    Err(Failure::one(Exit::Failed, summary, what, remedy).told_in(lang))
                }
            };
        }
    };
    let answer = server.needs().get_need(GetNeedRequest { name, ..GetNeedRequest::default() }).await;
    let need = answer.map_err(|status| server.refused((&summary, &summary), &status))?.into_inner().need;
    let nothing = lang.pick("the server answered without it", "服务器的答复里没有它");
    need.ok_or_else(|| Failure::one(Exit::Defect, summary, nothing, "").told_in(lang))
}

async fn list(server: &Server, filter: &NeedFilter, limit: usize) -> Result<Vec<Need>, Failure> {
    let mut needs: Vec<Need> = Vec::new();
    let mut page_token = String::new();
    while needs.len() < limit {
        let page_size = i32::try_from((limit - needs.len()).min(PAGE_SIZE_MAX)).unwrap_or_default();
        let request =
            ListNeedsRequest { filter: Some(filter.clone()), page_size, page_token, ..ListNeedsRequest::default() };
        let answer = server.needs().list_needs(request).await;
        let page =
            answer.map_err(|status| server.refused(("needs cannot be listed", "无法列出需求"), &status))?.into_inner();
        needs.extend(page.needs);
        page_token = page.next_page_token;
        if page_token.is_empty() {
            break;
        }
    }
    needs.truncate(limit);
    Ok(needs)
}

/// Names of categories.
#[derive(Debug, Default)]
pub(super) struct Titles(HashMap<String, String>);

impl Titles {
    /// Asks for each category once.
    pub(super) async fn of<'a>(
        server: &Server,
        codes: impl Iterator<Item = &'a String>,
        lang: Lang,
    ) -> Result<Self, Failure> {
        let mut titles = HashMap::new();
        for code in codes {
            if !titles.contains_key(code) {
                let category = categories::get(server, code).await?;
                let title = category.map(|category| text(category.title.as_ref(), lang).to_owned()).unwrap_or_default();
                titles.insert(code.clone(), title);
            }
        }
        Ok(Self(titles))
    }

    /// What a category is called; its code where it has no name.
    pub(super) fn category<'a>(&'a self, code: &'a str) -> &'a str {
        self.0.get(code).filter(|title| !title.is_empty()).map_or(code, String::as_str)
    }

    /// What an item asks for, in a line.
    pub(super) fn item(&self, item: &NeedItem, lang: Lang) -> String {
        let title = self.category(&item.category);
        let amount = quantity(item.quantity.as_ref(), lang);
        let Some(recurrence) = &item.recurrence else { return format!("{title} {amount}") };
        let (every, times) = (every(recurrence.every, lang), recurrence.occurrences);
        match lang {
            Lang::En => format!("{title} {amount} {every} × {times}"),
            Lang::Zh => format!("{title} {every} {amount} × {times} {}", period_zh(recurrence.every())),
        }
    }
}

/// What periods are counted in.
const fn period_zh(period: RecurrencePeriod) -> &'static str {
    match period {
        RecurrencePeriod::Day => "天",
        RecurrencePeriod::Week => "周",
        RecurrencePeriod::Month => "个月",
        RecurrencePeriod::Unspecified => "次",
    }
}

#[cfg(test)]
mod tests {
    use wishwell_api::v1::{Quantity, Recurrence};

    use super::*;

    #[test]
    fn an_item_that_recurs_is_told_in_the_order_of_each_language() {
        let item = NeedItem {
            category: "care.visit".to_owned(),
            quantity: Some(Quantity { value: 2, unit: "visit".to_owned() }),
            recurrence: Some(Recurrence { every: RecurrencePeriod::Week.into(), occurrences: 3 }),
            ..NeedItem::default()
        };
        let told = |lang| Titles::default().item(&item, lang);
        assert_eq!(told(Lang::En), "care.visit 2 visits a week × 3");
        assert_eq!(told(Lang::Zh), "care.visit 每周 2 次上门 × 3 周");
    }
}
