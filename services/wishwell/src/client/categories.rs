//! Categories by code, by name or by synonym.

use wishwell_api::v1::{Category, CategoryFilter, GetCategoryRequest, ListCategoriesRequest};

use super::Server;
use super::words::{text, unit};
use crate::cli::CategoriesArgs;
use crate::config::ClientConfig;
use crate::exit::{Exit, Failure};
use crate::lang::Lang;
use crate::table::{Align, Table, terminal_width};

/// Most categories that are listed when one has to be chosen.
const CHOICES_MAX: usize = 10;
/// Largest page the server gives.
const PAGE_SIZE: i32 = 500;
/// Longest text the server looks for, in characters.
const TEXT_CHARS_MAX: usize = 64;
/// Shorter words say too little to look for.
const WORD_CHARS_MIN: usize = 3;

/// Lists categories.
pub(crate) async fn run(arguments: &CategoriesArgs, config: &ClientConfig) -> Result<String, Failure> {
    let server = Server::connect(config).await?;
    let filter = CategoryFilter { text: arguments.text.clone().unwrap_or_default(), ..CategoryFilter::default() };
    let categories = list(&server, filter).await?;
    let lang = config.lang;
    let mut table = Table::new([
        (lang.pick("code", "编码"), Align::Left),
        (lang.pick("name", "名称"), Align::Left),
        (lang.pick("unit", "单位"), Align::Left),
        (lang.pick("also called", "又称"), Align::Left),
    ]);
    for category in &categories {
        let name = text(category.title.as_ref(), lang).to_owned();
        let unit = unit(1, &category.default_unit, lang);
        table.row([category.code.clone(), name, unit, category.synonyms.join(lang.pick(", ", "、"))]);
    }
    Ok(table.render(terminal_width()))
}

/// The category that is meant: by its code, or by a name or synonym that only one category has.
pub(super) async fn resolve(server: &Server, meant: &str, lang: Lang) -> Result<Category, Failure> {
    if is_code(meant)
        && let Some(category) = get(server, meant).await?
    {
        return Ok(category);
    }
    let summary = match lang {
        Lang::En => format!("category {meant:?} is not clear"),
        Lang::Zh => format!("类别 {meant:?} 不明确"),
    };
    let failure = |what: String, remedy: &str| Failure::one(Exit::Failed, &summary, what, remedy).told_in(lang);
    if meant.chars().count() > TEXT_CHARS_MAX {
        let what = match lang {
            Lang::En => format!("a name has at most {TEXT_CHARS_MAX} characters"),
            Lang::Zh => format!("名称最多 {TEXT_CHARS_MAX} 个字符"),
        };
        return Err(failure(what, lang.pick("say less of it", "请写短一些")));
    }
    let found = search(server, meant).await?;
    let named: Vec<&Category> = found.iter().filter(|category| is_called(category, meant)).collect();
    match (named.as_slice(), found.as_slice()) {
        ([category], _) => Ok((*category).clone()),
        ([], [category]) if contains(category, meant) => Ok(category.clone()),
        ([], []) => {
            let what = lang.pick("no category has this code, name or synonym", "没有类别以此为编码、名称或又称");
            let remedy = lang.pick("`wishwell categories` lists them", "可用 `wishwell categories` 列出");
            Err(failure(what.to_owned(), remedy))
        }
        (named, found) => {
            let choices: Vec<&Category> = if named.is_empty() { found.iter().collect() } else { named.to_vec() };
            let more = choices.len().saturating_sub(CHOICES_MAX);
            let mut lines: Vec<String> =
                choices.iter().take(CHOICES_MAX).map(|category| choice(category, lang)).collect();
            if more > 0 {
                lines.push(match lang {
                    Lang::En => format!("... and {more} more"),
                    Lang::Zh => format!("……另有 {more} 个"),
                });
            }
            let (count, lines) = (choices.len(), lines.join("\n"));
            let what = match lang {
                Lang::En => format!("it may be one of {count}:\n{lines}"),
                Lang::Zh => format!("可能是以下 {count} 个之一：\n{lines}"),
            };
            Err(failure(what, lang.pick("say its code", "请写明编码")))
        }
    }
}

/// One category by its code, if there is one.
pub(super) async fn get(server: &Server, code: &str) -> Result<Option<Category>, Failure> {
    let request = GetCategoryRequest { name: format!("categories/{code}"), ..GetCategoryRequest::default() };
    match server.catalog().get_category(request).await {
        Ok(response) => Ok(response.into_inner().category),
        Err(status) if status.code() == tonic::Code::NotFound => Ok(None),
        Err(status) => {
            let what = (format!("category {code:?} cannot be read"), format!("无法读取类别 {code:?}"));
            Err(server.refused((&what.0, &what.1), &status))
        }
    }
}

async fn list(server: &Server, filter: CategoryFilter) -> Result<Vec<Category>, Failure> {
    let mut categories = Vec::new();
    let mut page_token = String::new();
    loop {
        let request = ListCategoriesRequest {
            filter: Some(filter.clone()),
            page_size: PAGE_SIZE,
            page_token,
            ..ListCategoriesRequest::default()
        };
        let answer = server.catalog().list_categories(request).await;
        let page = answer
            .map_err(|status| server.refused(("categories cannot be listed", "无法列出类别"), &status))?
            .into_inner();
        categories.extend(page.categories);
        page_token = page.next_page_token;
        if page_token.is_empty() {
            return Ok(categories);
        }
    }
}

/// Categories with the text in a name; if there are none, those with one of its words.
async fn search(server: &Server, meant: &str) -> Result<Vec<Category>, Failure> {
    let with = |text: &str| CategoryFilter { text: text.to_owned(), ..CategoryFilter::default() };
    let found = list(server, with(meant)).await?;
    let words: Vec<&str> = meant.split_whitespace().filter(|word| word.chars().count() >= WORD_CHARS_MIN).collect();
    if !found.is_empty() || words.len() < 2 {
        return Ok(found);
    }
    for word in words {
        let found = list(server, with(word)).await?;
        if !found.is_empty() {
            return Ok(found);
        }
    }
    Ok(Vec::new())
}

fn choice(category: &Category, lang: Lang) -> String {
    format!("  {}  {}", category.code, text(category.title.as_ref(), lang))
}

fn names(category: &Category) -> impl Iterator<Item = String> {
    let title = category.title.iter().flat_map(|title| [&title.zh, &title.en]);
    title.chain(&category.synonyms).map(|name| name.to_lowercase())
}

fn is_called(category: &Category, name: &str) -> bool {
    let name = name.trim().to_lowercase();
    names(category).any(|known| known == name)
}

fn contains(category: &Category, text: &str) -> bool {
    let text = text.trim().to_lowercase();
    names(category).any(|known| known.contains(&text))
}

fn is_code(text: &str) -> bool {
    let mut bytes = text.bytes();
    bytes.next().is_some_and(|byte| byte.is_ascii_alphanumeric())
        && text.len() <= wishwell_domain::limits::CATEGORY_CODE_BYTES_MAX
        && bytes.all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
}
