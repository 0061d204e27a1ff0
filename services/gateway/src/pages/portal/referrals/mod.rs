//! A partner's referrals: the list, and one with its next step.

pub(super) mod card;
pub(super) mod list;
mod picture;
pub(super) mod step;
mod view;

use axum::extract::{Path, Query};
use axum::response::Response;
use http::header::CACHE_CONTROL;
use http::{HeaderValue, StatusCode};
use serde::Deserialize;
use tonic::Status;
use wishwell_api::v1;

use super::live;
use super::partner::Partner;
use super::refusal::Refusal;
use crate::pages::failure::Failure;
use crate::pages::layout;
use crate::pages::names::Names;

/// What was done a moment ago, to say so.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Done {
    #[serde(default)]
    done: String,
}

/// A referral with what its page says of it.
struct Shown {
    referral: v1::Referral,
    names: Names,
}

impl Shown {
    async fn of(partner: &Partner, referral: v1::Referral) -> Result<Self, Status> {
        let names = card::names(&partner.calls, std::slice::from_ref(&referral)).await?;
        Ok(Self { referral, names })
    }
}

/// The page of one.
pub(super) async fn show(partner: Partner, Path(id): Path<String>, Query(Done { done }): Query<Done>) -> Response {
    page(&partner, &id, StatusCode::OK, Some(view::Notice::Done(done))).await
}

/// The part of its page that changes by itself.
pub(super) async fn state(partner: Partner, Path(id): Path<String>) -> Response {
    match read(&partner, &id, false).await {
        Ok(answer) => match answer.referral {
            Some(referral) => layout::part(&view::state(&partner.visit, &referral)),
            None => Failure::NoSuchPage.response(&partner.visit),
        },
        Err(status) => Failure::from(status).response(&partner.visit),
    }
}

/// The page with how the beneficiary can be reached. The service records who read it.
pub(super) async fn contact(partner: Partner, Path(id): Path<String>) -> Response {
    let since = live::since(&partner).await;
    let answer = match read(&partner, &id, true).await {
        Ok(answer) => answer,
        Err(status) => {
            let Some(text) = Refusal::of(&status).and_then(|refusal| refusal.words(&partner.visit)) else {
                return Failure::from(status).response(&partner.visit);
            };
            return page(
                &partner,
                &id,
                StatusCode::CONFLICT,
                Some(view::Notice::Failed { why: text, note: String::new() }),
            )
            .await;
        }
    };
    let Some(referral) = answer.referral else { return Failure::NoSuchPage.response(&partner.visit) };
    match Shown::of(&partner, referral).await {
        Ok(shown) => {
            let content = view::content(&partner.visit, &shown, since, None, answer.contact.as_ref());
            let mut response = layout::page(&partner.visit, view::title(&partner.visit, &shown), &content);
            response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
            response
        }
        Err(status) => Failure::from(status).response(&partner.visit),
    }
}

/// The page as it stands now, with what is to be said first.
async fn page(partner: &Partner, id: &str, status: StatusCode, notice: Option<view::Notice>) -> Response {
    let since = live::since(partner).await;
    let shown = async {
        let answer = read(partner, id, false).await?;
        let referral = answer.referral.ok_or_else(|| Status::not_found(format!("referrals/{id}")))?;
        Shown::of(partner, referral).await
    };
    match shown.await {
        Ok(shown) => {
            let content = view::content(&partner.visit, &shown, since, notice, None);
            layout::page_with(&partner.visit, status, view::title(&partner.visit, &shown), &content)
        }
        Err(status) => Failure::from(status).response(&partner.visit),
    }
}

async fn read(partner: &Partner, id: &str, include_contact: bool) -> Result<v1::GetReferralResponse, Status> {
    let request = v1::GetReferralRequest { name: format!("referrals/{id}"), min_position: 0, include_contact };
    Ok(partner.calls.referrals().get_referral(request).await?.into_inner())
}
