//! Needs that are stored, and one of them by what people call it.

use std::collections::HashMap;

use wishwell_api::json::to_json;
use wishwell_api::v1::{ExternalId, GetNeedRequest, ListNeedsRequest, Need, NeedFilter, NeedItem, NeedState};

use super::words::{every, more, quantity, state, text, urgency};
use super::{Server, categories, refused};
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
        let lines =
            lines.map_err(|error| Failure::one(Exit::Defect, "the answer cannot be printed", error.to_string(), ""))?;
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
    let summary = format!("need {meant:?} cannot be read");
    let remedy = "`wishwell needs` lists them";
    let name = match uuid::Uuid::try_parse(meant.strip_prefix("needs/").unwrap_or(meant)) {
        Ok(id) => format!("needs/{id}"),
        Err(_) => {
            let Some((source, external_id)) = meant.split_once('/') else {
                return Err(Failure::one(Exit::Failed, summary, "it is neither needs/UUID nor SOURCE/ID", remedy));
            };
            let external = ExternalId { source: source.to_owned(), external_id: external_id.to_owned() };
            let filter = NeedFilter { external: Some(external), ..NeedFilter::default() };
            return match list(server, &filter, 1).await?.pop() {
                Some(need) => Ok(need),
                None => Err(Failure::one(Exit::Failed, summary, format!("{source} has no need {external_id}"), remedy)),
            };
        }
    };
    let answer = server.needs().get_need(GetNeedRequest { name, ..GetNeedRequest::default() }).await;
    let need = answer.map_err(|status| refused(&summary, &status))?.into_inner().need;
    need.ok_or_else(|| Failure::one(Exit::Defect, summary, "the server answered without it", ""))
}

async fn list(server: &Server, filter: &NeedFilter, limit: usize) -> Result<Vec<Need>, Failure> {
    let mut needs: Vec<Need> = Vec::new();
    let mut page_token = String::new();
    while needs.len() < limit {
        let page_size = i32::try_from((limit - needs.len()).min(PAGE_SIZE_MAX)).unwrap_or_default();
        let request =
            ListNeedsRequest { filter: Some(filter.clone()), page_size, page_token, ..ListNeedsRequest::default() };
        let answer = server.needs().list_needs(request).await;
        let page = answer.map_err(|status| refused("needs cannot be listed", &status))?.into_inner();
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
        match &item.recurrence {
            None => format!("{title} {amount}"),
            Some(recurrence) => {
                format!("{title} {amount} {} × {}", every(recurrence.every, lang), recurrence.occurrences)
            }
        }
    }
}
