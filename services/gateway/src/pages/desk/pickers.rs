//! Choosing from the catalogue: divisions from a list, categories by any word that people use for them.

use std::collections::BTreeSet;

use axum::extract::Query;
use axum::response::Response;
use maud::{Markup, html};
use tonic::Status;
use wishwell_api::v1;

use crate::calls::Calls;
use crate::pages::failure::Failure;
use crate::pages::layout;
use crate::pages::names::or_nothing;
use crate::pages::visit::{SignedIn, Visit};
use crate::session::Session;

/// Divisions in a list; more would be none to choose from.
const DIVISIONS_MAX: i32 = 1_000;
/// Categories that are offered before anything is typed.
const CATEGORIES_MAX: i32 = 300;
/// Categories that are offered for a word.
const SUGGESTIONS_MAX: i32 = 30;
/// Categories that are named where a word finds none, and how much like it they are called at least, in percent.
const NEAR_MAX: usize = 5;
const ALIKE_PERCENT: u32 = 50;
/// Characters of a word that is looked for.
const WORD_CHARACTERS_MAX: usize = 64;

/// Id of the list that every field for a category refers to.
const CATEGORY_LIST: &str = "category-list";
const CATEGORY_TARGET: &str = "#category-list";
/// Where the part with suggestions is.
pub(super) const SUGGEST_PATH: &str = "/desk/categories";

/// What became of a word for a category.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Found {
    /// This one is meant.
    One(Box<v1::Category>),
    /// Several could be, or nothing was said.
    Unclear(Vec<v1::Category>),
    /// None is; these are called most like it.
    Unknown(Vec<v1::Category>),
}

impl Found {
    /// The one that is meant.
    pub(super) fn one(&self) -> Option<&v1::Category> {
        match self {
            Self::One(found) => Some(found),
            Self::Unclear(_) | Self::Unknown(_) => None,
        }
    }
}

/// The divisions that somebody may choose from, by code.
pub(super) async fn divisions(calls: &Calls, session: &Session) -> Result<Vec<v1::Division>, Status> {
    let mut roots: Vec<String> = session.divisions.clone();
    if roots.is_empty() {
        roots.push(String::new());
    }
    let mut divisions = Vec::new();
    for root in roots {
        let filter = v1::DivisionFilter { subtree_of: root, text: String::new() };
        let request = v1::ListDivisionsRequest {
            filter: Some(filter),
            page_size: DIVISIONS_MAX,
            ..v1::ListDivisionsRequest::default()
        };
        divisions.extend(or_nothing(calls.catalog().list_divisions(request).await)?.divisions);
    }
    divisions.sort_by(|a, b| a.code.cmp(&b.code));
    divisions.dedup_by(|a, b| a.code == b.code);
    Ok(divisions)
}

/// A field to choose a division; the first choice stands for `none`.
pub(super) fn division_field(
    visit: &Visit,
    id: &str,
    divisions: &[v1::Division],
    chosen: &str,
    none: &str,
    described_by: Option<&str>,
) -> Markup {
    let name = |code: &str| {
        let found = divisions.binary_search_by(|division| division.code.as_str().cmp(code)).ok();
        found.and_then(|nth| divisions.get(nth)).map_or("", |division| visit.name(division.title.as_ref()))
    };
    html! {
        select id=(id) name="division" aria-describedby=[described_by] aria-invalid=[described_by.map(|_| "true")] {
            option value="" { (none) }
            @for division in divisions {
                @let above = name(&division.parent);
                option value=(division.code) selected[division.code == chosen] {
                    @if division.code.len() > 6 && !above.is_empty() { (above) " · " }
                    (visit.name(division.title.as_ref()))
                }
            }
        }
    }
}

/// The list that fields for a category complete from.
#[derive(Debug)]
pub(super) struct CategoryList {
    /// The list itself, once on a page.
    pub(super) list: Markup,
    /// Where fields ask for what fits what is typed; none where the list has everything.
    pub(super) ask: Option<&'static str>,
}

impl CategoryList {
    /// Everything, or as much of it as a list may have.
    pub(super) async fn of(visit: &Visit, calls: &Calls) -> Result<Self, Status> {
        let request = v1::ListCategoriesRequest { page_size: CATEGORIES_MAX, ..v1::ListCategoriesRequest::default() };
        let answer = calls.catalog().list_categories(request).await?.into_inner();
        let list = html! { datalist id=(CATEGORY_LIST) { (options(visit, &answer.categories)) } };
        Ok(Self { list, ask: (!answer.next_page_token.is_empty()).then_some(SUGGEST_PATH) })
    }

    /// A field for a category.
    pub(super) fn field(
        &self,
        id: &str,
        name: &str,
        value: &str,
        hint: Option<&str>,
        described_by: Option<&str>,
    ) -> Markup {
        html! {
            input id=(id) name=(name) value=(value) list=(CATEGORY_LIST) autocomplete="off" placeholder=[hint]
                hx-get=[self.ask] hx-trigger=[self.ask.map(|_| "input changed delay:250ms")]
                hx-target=[self.ask.map(|_| CATEGORY_TARGET)]
                aria-invalid=[described_by.map(|_| "true")] aria-describedby=[described_by];
        }
    }
}

fn options(visit: &Visit, categories: &[v1::Category]) -> Markup {
    html! {
        @for category in categories {
            option value=(visit.name(category.title.as_ref())) { (other_words(visit, category)) }
        }
    }
}

/// What else a category is called, so that a browser finds it by that too.
fn other_words(visit: &Visit, category: &v1::Category) -> String {
    let other = category.title.as_ref().map_or("", |title| visit.say(title.en.as_str(), title.zh.as_str()));
    let words = std::iter::once(other).chain(category.synonyms.iter().map(String::as_str));
    words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" · ")
}

/// The part with what is offered for what was typed so far, whatever the field is called.
pub(super) async fn suggest(user: SignedIn, Query(typed): Query<Vec<(String, String)>>) -> Response {
    let text = typed.first().map_or("", |(_, text)| text.as_str());
    match list(&user.calls, text, SUGGESTIONS_MAX).await {
        Ok(found) => layout::part(&options(&user.visit, &found)),
        Err(status) => Failure::from(status).response(&user.visit),
    }
}

async fn list(calls: &Calls, text: &str, limit: i32) -> Result<Vec<v1::Category>, Status> {
    let text: String = text.trim().chars().take(WORD_CHARACTERS_MAX).collect();
    let filter = v1::CategoryFilter { subtree_of: String::new(), text };
    let request =
        v1::ListCategoriesRequest { filter: Some(filter), page_size: limit, ..v1::ListCategoriesRequest::default() };
    Ok(calls.catalog().list_categories(request).await?.into_inner().categories)
}

/// The category that a word means: its code, its name in either language, a synonym, or all that has the word in it.
pub(super) async fn category(calls: &Calls, word: &str) -> Result<Found, Status> {
    let word = word.trim();
    if word.is_empty() {
        return Ok(Found::Unclear(Vec::new()));
    }
    let is_code = word.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte)) && word.len() <= 64;
    if is_code {
        let request = v1::GetCategoryRequest { name: format!("categories/{word}"), min_position: 0 };
        match calls.catalog().get_category(request).await {
            Ok(answer) => {
                if let Some(found) = answer.into_inner().category {
                    return Ok(Found::One(Box::new(found)));
                }
            }
            Err(status) if matches!(status.code(), tonic::Code::NotFound | tonic::Code::InvalidArgument) => {}
            Err(status) => return Err(status),
        }
    }
    let found = list(calls, word, SUGGESTIONS_MAX).await?;
    if found.is_empty() {
        return Ok(Found::Unknown(like(word, list(calls, "", CATEGORIES_MAX).await?)));
    }
    Ok(meant(word, found))
}

/// Those whose name or one of whose other words is most like a word, the likest first.
fn like(word: &str, all: Vec<v1::Category>) -> Vec<v1::Category> {
    let likeness = |category: &v1::Category| {
        let titles = category.title.iter().flat_map(|title| [title.zh.as_str(), title.en.as_str()]);
        titles
            .chain(category.synonyms.iter().map(String::as_str))
            .map(|name| alike(word, name))
            .max()
            .unwrap_or_default()
    };
    let mut near: Vec<(u32, v1::Category)> = all.into_iter().map(|category| (likeness(&category), category)).collect();
    near.retain(|(likeness, _)| *likeness >= ALIKE_PERCENT);
    near.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.code.cmp(&b.1.code)));
    near.into_iter().take(NEAR_MAX).map(|(_, category)| category).collect()
}

/// How much of two words is the same, in percent: the parts that both have, twice, of all parts (Dice's coefficient). What is written in
/// letters is compared by pairs of them, everything else by its characters: `strsim` has pairs for both, and counts bytes where a Chinese
/// character is three.
fn alike(one: &str, other: &str) -> u32 {
    let parts = |text: &str| -> BTreeSet<String> {
        let text: Vec<char> = text.trim().to_lowercase().chars().collect();
        if text.iter().all(char::is_ascii) {
            text.windows(2).map(|pair| pair.iter().collect()).collect()
        } else {
            text.iter().map(char::to_string).collect()
        }
    };
    let (one, other) = (parts(one), parts(other));
    let all = one.len() + other.len();
    let share = (one.intersection(&other).count() * 200).checked_div(all);
    share.and_then(|share| u32::try_from(share).ok()).unwrap_or_default()
}

fn meant(word: &str, found: Vec<v1::Category>) -> Found {
    let same = |text: &str| text.eq_ignore_ascii_case(word);
    let titled =
        |category: &v1::Category| category.title.as_ref().is_some_and(|title| same(&title.zh) || same(&title.en));
    let called = |category: &v1::Category| category.synonyms.iter().any(|word| same(word));
    for exact in [&titled as &dyn Fn(&v1::Category) -> bool, &called, &|_| true] {
        let mut fitting = found.iter().filter(|category| exact(category));
        if let (Some(one), None) = (fitting.next(), fitting.next()) {
            return Found::One(Box::new(one.clone()));
        }
    }
    Found::Unclear(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn category(zh: &str, en: &str, synonyms: &[&str]) -> v1::Category {
        v1::Category {
            code: en.to_owned(),
            title: Some(v1::LocalizedText { zh: zh.to_owned(), en: en.to_owned() }),
            synonyms: synonyms.iter().map(|&word| word.to_owned()).collect(),
            ..v1::Category::default()
        }
    }

    #[test]
    fn a_word_that_finds_nothing_finds_what_is_called_like_it() {
        let near = |word: &str| {
            let all = vec![
                category("学业辅导", "Tutoring", &["作业辅导"]),
                category("就业辅导", "Careers advice", &[]),
                category("轮椅", "Wheelchair", &["代步车"]),
            ];
            like(word, all).into_iter().map(|found| found.code).collect::<Vec<_>>()
        };
        assert_eq!(near("课业辅导"), ["Careers advice", "Tutoring"]);
        assert_eq!(near("wheel chair"), ["Wheelchair"]);
        assert_eq!(near("Tutorin"), ["Tutoring"]);
        assert_eq!(near("孤儿"), [""; 0]);
        assert_eq!(near(""), [""; 0]);
    }

    #[test]
    fn a_name_goes_before_a_synonym_and_a_synonym_before_a_part_of_a_word() {
        let all = || {
            vec![
                category("书桌", "desk", &["课桌"]),
                category("书桌椅", "desk set", &["书桌"]),
                category("台灯", "lamp", &["灯"]),
            ]
        };
        let found = |word: &str, among: Vec<v1::Category>| match meant(word, among) {
            Found::One(one) => one.code,
            Found::Unclear(several) | Found::Unknown(several) => format!("{} of them", several.len()),
        };
        assert_eq!(found("书桌", all()), "desk");
        assert_eq!(found("DESK", all()), "desk");
        assert_eq!(found("灯", all()), "lamp");
        assert_eq!(found("书", all()), "3 of them");
        assert_eq!(found("椅", vec![category("书桌椅", "desk set", &[])]), "desk set");
        assert_eq!(found("无", Vec::new()), "0 of them");
    }
}
