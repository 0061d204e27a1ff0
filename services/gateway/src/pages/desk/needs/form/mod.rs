//! The form for a new need, which is that of one that is changed ([`change`]), too: what is filled in is never lost, everything that does not
//! fit is said at once, and who could help is shown meanwhile.

mod candidates;
pub(in crate::pages::desk) mod change;
mod edit;
mod filled;
mod problems;
mod read;
mod view;

use axum::extract::Form;
use axum::response::{IntoResponse, Redirect, Response};
use http::StatusCode;
use maud::{Markup, html};
use tonic::Code;
use uuid::Uuid;
use wishwell_api::v1;

use self::filled::{Filled, Wish};
use self::problems::Problems;
use self::read::Read;
use self::view::Focus;
use crate::pages::address::{self, id_of};
use crate::pages::desk::pickers::{self, CategoryList, Found};
use crate::pages::failure::Failure;
use crate::pages::layout;
use crate::pages::visit::SignedIn;

/// What a page shows of the form.
struct Shown<'a> {
    filled: &'a Filled,
    kinds: &'a [Found],
    problems: &'a Problems,
    /// Whether who could help is looked for.
    looked: bool,
    /// The need that is changed, as it is stored; none for a new one.
    edited: Option<&'a v1::Need>,
    /// Why a change was not made.
    refused: Option<&'a str>,
    focus: Focus,
}

/// The empty form.
pub(in crate::pages::desk) async fn show(user: SignedIn) -> Response {
    let filled = Filled::empty(Uuid::new_v4().to_string(), &user.session.divisions);
    let kinds = [Found::Unclear(Vec::new())];
    let page = page(&user, &new(&filled, &kinds, &Problems::default(), false)).await;
    page.unwrap_or_else(|failure| failure.response(&user.visit))
}

/// What the form's buttons do.
pub(in crate::pages::desk) async fn take(user: SignedIn, Form(pairs): Form<Vec<(String, String)>>) -> Response {
    let (filled, asked) = Filled::of(pairs);
    let answer = async {
        let kinds = read::kinds(&user, &filled).await?;
        match asked {
            Wish::Submit => submit(&user, &filled, &kinds).await,
            Wish::Look | Wish::Change(_) => {
                let problems = Problems::default();
                let shown = new(&filled, &kinds, &problems, asked == Wish::Look);
                page(&user, &Shown { focus: Focus::after(asked), ..shown }).await
            }
        }
    };
    answer.await.unwrap_or_else(|failure| failure.response(&user.visit))
}

fn new<'a>(filled: &'a Filled, kinds: &'a [Found], problems: &'a Problems, looked: bool) -> Shown<'a> {
    Shown { filled, kinds, problems, looked, edited: None, refused: None, focus: Focus::Page }
}

/// What the words for categories on the form mean.
async fn kinds(user: &SignedIn, filled: &Filled) -> Result<Vec<Found>, Failure> {
    Ok(edit::as_it_was(filled, read::kinds(user, filled).await?))
}

/// The part that shows who could help with what is filled in so far; beside each amount, what it is counted in.
pub(in crate::pages::desk) async fn look(user: SignedIn, Form(pairs): Form<Vec<(String, String)>>) -> Response {
    part(&user, &Filled::of(pairs).0, None).await
}

async fn part(user: &SignedIn, filled: &Filled, edited: Option<&v1::Need>) -> Response {
    let found = async {
        let kinds = kinds(user, filled).await?;
        let found = candidates::of(user, filled, &kinds, edited).await?;
        Ok::<_, Failure>(html! { (found) (view::counted(&user.visit, filled, &kinds)) })
    };
    match found.await {
        Ok(found) => layout::part(&found),
        Err(failure) => failure.response(&user.visit),
    }
}

async fn submit(user: &SignedIn, filled: &Filled, kinds: &[Found]) -> Result<Response, Failure> {
    let Read { need, mut problems } = read::read(filled, kinds);
    if !problems.is_empty() {
        // What the service would say about the rest is said at the same time; this asks and stores nothing.
        let request = v1::FindResourcesRequest { inline_need: Some(need), ..v1::FindResourcesRequest::default() };
        // Whom nobody may be looked for may still have needs; of who was erased that is told when the need is submitted.
        if let Err(status) = user.calls.matching().find_resources(request).await
            && status.code() != Code::FailedPrecondition
        {
            problems.add_said(&status, "inline_need.")?;
        }
        return page(user, &new(filled, kinds, &problems, false)).await;
    }
    let request = v1::SubmitNeedRequest { need: Some(need), request_id: filled.request_id.clone() };
    match user.calls.needs().submit_need(request).await {
        Ok(answer) => {
            let answer = answer.into_inner();
            let name = answer.need.unwrap_or_default().name;
            let likely: Vec<&str> = answer.likely_duplicates.iter().map(|found| id_of(&found.need)).collect();
            let said = [("said", if answer.existing { "known" } else { "submitted" }), ("like", &likely.join("."))];
            Ok(Redirect::to(&address::of(&format!("/desk/needs/{}", id_of(&name)), &said)).into_response())
        }
        Err(status) => {
            problems.add_said(&status, "need.")?;
            page(user, &new(filled, kinds, &problems, false)).await
        }
    }
}

async fn page(user: &SignedIn, shown: &Shown<'_>) -> Result<Response, Failure> {
    let visit = &user.visit;
    let Shown { filled, kinds, problems, looked, edited, refused, focus } = *shown;
    let divisions = pickers::divisions(&user.calls, &user.session).await?;
    let categories = CategoryList::of(visit, &user.calls).await?;
    let found: Markup = if looked {
        candidates::of(user, filled, kinds, edited).await?
    } else {
        candidates::nothing_yet(visit, filled)
    };
    let (divisions, categories) = (&divisions, &categories);
    let sheet = view::Sheet { visit, filled, kinds, problems, divisions, categories, edited, refused, focus };
    let content = view::form(&sheet, &found);
    let status = match (refused, problems.is_empty()) {
        (Some(_), _) => StatusCode::CONFLICT,
        (None, true) => StatusCode::OK,
        (None, false) => StatusCode::UNPROCESSABLE_ENTITY,
    };
    let title = sheet.title();
    Ok(layout::page_with(visit, status, title, &html! { (content) (categories.list) }))
}
