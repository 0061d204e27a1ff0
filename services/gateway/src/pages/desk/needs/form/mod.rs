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
use crate::pages::visit::{SignedIn, Visit};

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
        let need = stored(&user, &id, true).await?;
        if !matches!(need.state(), NeedState::Open | NeedState::PartlyServed) {
            return Ok(Redirect::to(&format!("/desk/needs/{id}")).into_response());
        }
        let mut filled = as_stored(&user, &need).await?;
        filled.request_id = Uuid::new_v4().to_string();
        filled.was = edit::kept(&edit::in_codes(&need));
        let kinds = kinds(&user, &filled).await?;
        let problems = Problems::default();
        let shown = Shown { edited: Some(&need), ..new(&filled, &kinds, &problems, true) };
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
        if asked == Wish::Submit {
            return update(&user, &id, filled).await;
        }
        let need = stored(&user, &id, false).await?;
        let kinds = kinds(&user, &filled).await?;
        let problems = Problems::default();
        let shown = Shown { edited: Some(&need), ..new(&filled, &kinds, &problems, asked == Wish::Look) };
        page(&user, &shown).await
    };
    answer.await.unwrap_or_else(|failure| failure.response(&user.visit))
}

/// Changes what was changed on the form since it was filled in, and nothing else.
async fn update(user: &SignedIn, id: &str, mut filled: Filled) -> Result<Response, Failure> {
    let need = stored(user, id, true).await?;
    let kinds = kinds(user, &filled).await?;
    let (form, now) = (edit::typed_in_codes(&filled, &kinds), edit::in_codes(&need));
    let was = edit::was(&filled);
    let before = was.as_ref().unwrap_or(&now);
    let (mine, theirs, open) = (edit::changed(before, &form), edit::changed(before, &now), edit::changed(&now, &form));
    if mine.is_empty() {
        return Ok(back(id, "unchanged"));
    }
    if !mine.iter().any(|field| open.contains(field)) {
        // A form that is sent twice, or somebody else has changed the same.
        return Ok(back(id, "changed"));
    }
    let Read { need: mut read, mut problems } = read::read(&filled, &kinds);
    problems.keep_those_of(&mine);
    if !problems.is_empty() {
        return page(user, &Shown { edited: Some(&need), ..new(&filled, &kinds, &problems, false) }).await;
    }
    read.facts = edit::facts(&need.facts, read.facts);
    // What else moves a need, such as an answer to an offer, is nothing that the form shows.
    let etag = if was.is_some() && theirs.is_empty() { &need.etag } else { &filled.etag };
    let request = v1::UpdateNeedRequest {
        name: need.name.clone(),
        need: Some(read),
        update_mask: Some(prost_types::FieldMask { paths: mine.iter().map(|field| (*field).to_owned()).collect() }),
        etag: etag.clone(),
        request_id: filled.request_id.clone(),
    };
    let Err(status) = user.calls.needs().update_need(request).await else { return Ok(back(id, "changed")) };
    if problems.add_said(&status, "need.").is_ok() {
        return page(user, &Shown { edited: Some(&need), ..new(&filled, &kinds, &problems, false) }).await;
    }
    let Some(mut why) = refusal(user.visit.language, &status) else { return Err(status.into()) };
    let (both, others): (Vec<&str>, Vec<&str>) =
        theirs.into_iter().partition(|field| mine.contains(field) && open.contains(field));
    why += &told(&user.visit, &both, &others);
    // What others changed stands there now. Sent again, the form changes the need as it is by what was changed here: whoever sends it has
    // been told.
    edit::take_over(&mut filled, &as_stored(user, &need).await?, &others);
    filled.was = edit::kept(&now);
    filled.etag.clone_from(&need.etag);
    filled.request_id = Uuid::new_v4().to_string();
    let kinds = self::kinds(user, &filled).await?;
    let shown = Shown { edited: Some(&need), refused: Some(&why), ..new(&filled, &kinds, &problems, false) };
    page(user, &shown).await
}

/// What others changed meanwhile, fields that the form changes too apart from those that it does not.
fn told(visit: &Visit, both: &[&str], others: &[&str]) -> String {
    let called = |fields: &[&str]| {
        let mut names: Vec<&str> =
            fields.iter().map(|field| edit::called(field)).map(|(zh, en)| visit.say(zh, en)).collect();
        // When help is of use is one thing here, and two in the contract.
        names.dedup();
        names.join(visit.say("、", ", "))
    };
    let mut told = String::new();
    if !others.is_empty() {
        let fields = called(others);
        told += &visit.say(
            format!("别人改了：{fields}。下面已是改后的内容，会保留。"),
            format!(" They changed: {fields}. It stands below as it is now, and stays."),
        );
    }
    if !both.is_empty() {
        let fields = called(both);
        told += &visit.say(
            format!("您和别人都改了：{fields}。下面是您填的。"),
            format!(" Both of you changed: {fields}. It stands below as you have it."),
        );
    }
    told
}

fn back(id: &str, said: &str) -> Response {
    Redirect::to(&address::of(&format!("/desk/needs/{id}"), &[("said", said)])).into_response()
}

/// A need as it is stored.
async fn stored(user: &SignedIn, id: &str, include_personal: bool) -> Result<v1::Need, Failure> {
    let request = v1::GetNeedRequest { name: format!("needs/{id}"), min_position: 0, include_personal };
    Ok(user.calls.needs().get_need(request).await?.into_inner().need.unwrap_or_default())
}

/// The form of a need as it is stored.
async fn as_stored(user: &SignedIn, need: &v1::Need) -> Result<Filled, Failure> {
    let mut names = Names::default();
    names.ask_for_needs(&user.calls, std::slice::from_ref(need)).await?;
    let kind = |code: &str| {
        let usual = names.catalogue.categories.get(code).map_or("", |category| category.default_unit.as_str());
        edit::Kind { title: names.category(&user.visit, code).to_owned(), usual: usual.to_owned() }
    };
    Ok(edit::filled(need, kind))
}

/// What the words for categories on the form mean.
async fn kinds(user: &SignedIn, filled: &Filled) -> Result<Vec<Found>, Failure> {
    Ok(edit::as_it_was(filled, read::kinds(user, filled).await?))
}

/// The part that shows who could help with what is filled in so far; beside each amount, what it is counted in.
pub(in crate::pages::desk) async fn look(user: SignedIn, Form(pairs): Form<Vec<(String, String)>>) -> Response {
    part(&user, &Filled::of(pairs).0, None).await
}

/// The same for a need that is changed.
pub(in crate::pages::desk) async fn look_for(
    user: SignedIn,
    Path(id): Path<String>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Response {
    match stored(&user, &id, false).await {
        Ok(need) => part(&user, &Filled::of(pairs).0, Some(&need)).await,
        Err(failure) => failure.response(&user.visit),
    }
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
    let Shown { filled, kinds, problems, looked, edited, refused } = *shown;
    let divisions = pickers::divisions(&user.calls, &user.session).await?;
    let categories = CategoryList::of(visit, &user.calls).await?;
    let found: Markup = if looked {
        candidates::of(user, filled, kinds, edited).await?
    } else {
        candidates::nothing_yet(visit, filled)
    };
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
