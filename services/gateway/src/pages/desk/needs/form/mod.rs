//! The form for a new need, and for one that is changed: what is filled in is never lost, everything that does not fit is said at once, and
//! who could help is shown meanwhile.

mod candidates;
mod edit;
mod filled;
mod problems;
mod read;
mod view;

use axum::extract::{Form, Path};
use axum::response::{IntoResponse, Redirect, Response};
use http::StatusCode;
use maud::{Markup, html};
use tonic::Code;
use uuid::Uuid;
use wishwell_api::v1::{self, NeedState};

use self::filled::{Filled, Wish};
use self::problems::Problems;
use self::read::Read;
use crate::pages::address::{self, id_of};
use crate::pages::desk::names::Names;
use crate::pages::desk::pickers::{self, CategoryList, Found};
use crate::pages::desk::refusal::refusal;
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
    /// Id of the need that is changed; none for a new one.
    edited: Option<&'a str>,
    /// Why a change was not made.
    refused: Option<&'a str>,
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
            Wish::Look => page(&user, &new(&filled, &kinds, &Problems::default(), true)).await,
            Wish::Change => page(&user, &new(&filled, &kinds, &Problems::default(), false)).await,
        }
    };
    answer.await.unwrap_or_else(|failure| failure.response(&user.visit))
}

fn new<'a>(filled: &'a Filled, kinds: &'a [Found], problems: &'a Problems, looked: bool) -> Shown<'a> {
    Shown { filled, kinds, problems, looked, edited: None, refused: None }
}

/// The form of a need as it stands. What is sealed is read for it, which is recorded.
pub(in crate::pages::desk) async fn edit(user: SignedIn, Path(id): Path<String>) -> Response {
    let page = async {
        let need = submitted(&user, &id).await?;
        if !matches!(need.state(), NeedState::Open | NeedState::PartlyServed) {
            return Ok(Redirect::to(&format!("/desk/needs/{id}")).into_response());
        }
        let filled = Filled { request_id: Uuid::new_v4().to_string(), ..as_submitted(&user, &need).await? };
        let kinds = read::kinds(&user, &filled).await?;
        let problems = Problems::default();
        let shown = Shown { edited: Some(&id), ..new(&filled, &kinds, &problems, true) };
        page(&user, &shown).await
    };
    page.await.unwrap_or_else(|failure: Failure| failure.response(&user.visit))
}

/// What the buttons of that form do.
pub(in crate::pages::desk) async fn change(
    user: SignedIn,
    Path(id): Path<String>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Response {
    let (filled, asked) = Filled::of(pairs);
    let answer = async {
        let kinds = read::kinds(&user, &filled).await?;
        if asked == Wish::Submit {
            return update(&user, &id, filled, &kinds).await;
        }
        let problems = Problems::default();
        let shown = Shown { edited: Some(&id), ..new(&filled, &kinds, &problems, asked == Wish::Look) };
        page(&user, &shown).await
    };
    answer.await.unwrap_or_else(|failure| failure.response(&user.visit))
}

/// Changes what was changed on the form, and nothing else.
async fn update(user: &SignedIn, id: &str, mut filled: Filled, kinds: &[Found]) -> Result<Response, Failure> {
    let submitted = submitted(user, id).await?;
    let changed = edit::changed(&as_submitted(user, &submitted).await?, &filled);
    let back = |said: &str| {
        let address = address::of(&format!("/desk/needs/{id}"), &[("said", said)]);
        Ok(Redirect::to(&address).into_response())
    };
    if changed.is_empty() {
        return back("");
    }
    let Read { mut need, mut problems } = read::read(&filled, kinds);
    problems.keep_those_of(&changed);
    if !problems.is_empty() {
        return page(user, &Shown { edited: Some(id), ..new(&filled, kinds, &problems, false) }).await;
    }
    need.facts = edit::facts(&submitted.facts, need.facts);
    let request = v1::UpdateNeedRequest {
        name: submitted.name,
        need: Some(need),
        update_mask: Some(prost_types::FieldMask { paths: changed.into_iter().map(str::to_owned).collect() }),
        etag: filled.etag.clone(),
        request_id: filled.request_id.clone(),
    };
    let Err(status) = user.calls.needs().update_need(request).await else { return back("changed") };
    if problems.add_said(&status, "need.").is_ok() {
        return page(user, &Shown { edited: Some(id), ..new(&filled, kinds, &problems, false) }).await;
    }
    let Some(why) = refusal(user.visit.language, &status) else { return Err(status.into()) };
    // Sent again it changes the need as it is now: whoever sends it has been told.
    filled.etag = submitted.etag;
    filled.request_id = Uuid::new_v4().to_string();
    page(user, &Shown { edited: Some(id), refused: Some(&why), ..new(&filled, kinds, &problems, false) }).await
}

async fn submitted(user: &SignedIn, id: &str) -> Result<v1::Need, Failure> {
    let request = v1::GetNeedRequest { name: format!("needs/{id}"), min_position: 0, include_personal: true };
    Ok(user.calls.needs().get_need(request).await?.into_inner().need.unwrap_or_default())
}

/// The form of a need as it is stored.
async fn as_submitted(user: &SignedIn, need: &v1::Need) -> Result<Filled, Failure> {
    let mut names = Names::default();
    names.ask_for_needs(&user.calls, std::slice::from_ref(need)).await?;
    Ok(edit::filled(need, |code| names.category(&user.visit, code).to_owned()))
}

/// The part that shows who could help with what is filled in so far; beside each amount, what it is counted in.
pub(in crate::pages::desk) async fn look(user: SignedIn, Form(pairs): Form<Vec<(String, String)>>) -> Response {
    let (filled, _) = Filled::of(pairs);
    let found = async {
        let kinds = read::kinds(&user, &filled).await?;
        let found = candidates::of(&user, &filled, &kinds).await?;
        Ok::<_, Failure>(html! { (found) (view::counted(&user.visit, &filled, &kinds)) })
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
    let Shown { filled, kinds, problems, looked, edited, refused } = *shown;
    let divisions = pickers::divisions(&user.calls, &user.session).await?;
    let categories = CategoryList::of(visit, &user.calls).await?;
    let found: Markup =
        if looked { candidates::of(user, filled, kinds).await? } else { candidates::nothing_yet(visit, filled) };
    let (divisions, categories) = (&divisions, &categories);
    let sheet = view::Sheet { visit, filled, kinds, problems, divisions, categories, edited, refused };
    let content = view::form(&sheet, &found);
    let status = match (refused, problems.is_empty()) {
        (Some(_), _) => StatusCode::CONFLICT,
        (None, true) => StatusCode::OK,
        (None, false) => StatusCode::UNPROCESSABLE_ENTITY,
    };
    let title = sheet.title();
    Ok(layout::page_with(visit, status, title, &html! { (content) (categories.list) }))
}
