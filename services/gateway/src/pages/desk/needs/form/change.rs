//! What the form of a need that was submitted does: it changes what was changed on it, and what others changed meanwhile is told.

use axum::extract::{Form, Path};
use axum::response::{IntoResponse, Redirect, Response};
use uuid::Uuid;
use wishwell_api::v1::{self, NeedState};

use super::filled::{Filled, Wish};
use super::problems::Problems;
use super::read::{self, Read};
use super::view::Focus;
use super::{Shown, edit, kinds, new, page, part};
use crate::pages::address;
use crate::pages::desk::names::Names;
use crate::pages::failure::Failure;
use crate::pages::visit::{SignedIn, Visit};
use crate::pages::words::refusal::{Reader, refused};

/// The form of a need as it stands. What is sealed is read for it, which is recorded.
pub(in crate::pages::desk) async fn show(user: SignedIn, Path(id): Path<String>) -> Response {
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
pub(in crate::pages::desk) async fn take(
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
        let shown = new(&filled, &kinds, &problems, asked == Wish::Look);
        page(&user, &Shown { edited: Some(&need), focus: Focus::after(asked), ..shown }).await
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
    let Some(mut why) = refused(user.visit.language, Reader::Staff, &status) else { return Err(status.into()) };
    let (both, others): (Vec<&str>, Vec<&str>) =
        theirs.into_iter().partition(|field| mine.contains(field) && open.contains(field));
    why += &told(&user.visit, &both, &others);
    // What others changed stands there now. Sent again, the form changes the need as it is by what was changed here: whoever sends it has
    // been told.
    edit::take_over(&mut filled, &as_stored(user, &need).await?, &others);
    filled.was = edit::kept(&now);
    filled.etag.clone_from(&need.etag);
    filled.request_id = Uuid::new_v4().to_string();
    let kinds = super::kinds(user, &filled).await?;
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

/// The part that shows who could help whoever the need is for.
pub(in crate::pages::desk) async fn look(
    user: SignedIn,
    Path(id): Path<String>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Response {
    match stored(&user, &id, false).await {
        Ok(need) => part(&user, &Filled::of(pairs).0, Some(&need)).await,
        Err(failure) => failure.response(&user.visit),
    }
}
