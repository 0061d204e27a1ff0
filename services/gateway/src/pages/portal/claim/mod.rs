//! Claiming a wish, with a resource of one's own (认领) or with something in no catalogue (认捐).

mod form;

use axum::extract::{Form, Path, Query};
use axum::response::{IntoResponse, Redirect, Response};
use http::StatusCode;
use maud::{Markup, html};
use serde::Deserialize;
use tonic::Status;
use wishwell_api::v1;

use super::fitting::{self, Choice};
use super::form::amount;
use super::own::Resources;
use super::partner::Partner;
use super::refusal::Refusal;
use super::today;
use crate::pages::failure::Failure;
use crate::pages::layout;
use crate::pages::names::Names;

/// Other wishes that are shown when one is gone, and those asked for of each resource.
const OTHERS_MAX: usize = 6;
const OTHERS_ASKED_MAX: i32 = 6;

/// Which item of the wish.
#[derive(Debug, Deserialize)]
pub(super) struct Which {
    #[serde(default = "first")]
    item: i32,
}

const fn first() -> i32 {
    1
}

/// What the form sends.
#[derive(Debug, Clone, Default, Deserialize)]
pub(super) struct Claim {
    item: i32,
    #[serde(default)]
    request_id: String,
    /// Empty for all that is left.
    #[serde(default)]
    quantity: String,
    /// What the quantity is counted in.
    #[serde(default)]
    unit: String,
    /// The resource; empty for a pledge.
    #[serde(default)]
    resource: String,
    #[serde(default)]
    title: String,
    #[serde(default)]
    content: String,
    #[serde(default)]
    responsible_party: String,
    #[serde(default)]
    service_standard: String,
}

impl Claim {
    fn request(self, wish: String, quantity: Option<i64>, chinese: bool) -> v1::ClaimWishRequest {
        let pledge = self.resource.is_empty().then(|| {
            let (zh, en) = if chinese { (self.title, String::new()) } else { (String::new(), self.title) };
            v1::Pledge {
                title: Some(v1::LocalizedText { zh, en }),
                content: self.content,
                responsible_party: self.responsible_party,
                service_standard: self.service_standard,
            }
        });
        v1::ClaimWishRequest {
            wish,
            item_ordinal: self.item,
            resource: self.resource,
            pledge,
            quantity,
            request_id: self.request_id,
        }
    }
}

/// The form.
pub(super) async fn show(partner: Partner, Path(wish): Path<String>, Query(Which { item }): Query<Which>) -> Response {
    page(&partner, &wish, &Claim { item, ..Claim::default() }, StatusCode::OK, None).await
}

/// Claims, and goes to the referral that comes of it.
pub(super) async fn send(partner: Partner, Path(wish): Path<String>, Form(claim): Form<Claim>) -> Response {
    let visit = &partner.visit;
    let quantity = match amount(visit.language, &claim.quantity, &claim.unit) {
        Ok(quantity) => quantity,
        Err(text) => return page(&partner, &wish, &claim, StatusCode::BAD_REQUEST, Some(text)).await,
    };
    let chinese = visit.say(true, false);
    let request = claim.clone().request(format!("wishes/{wish}"), quantity, chinese);
    match partner.calls.referrals().claim_wish(request).await {
        Ok(answer) => {
            let name = answer.into_inner().referral.unwrap_or_default().name;
            Redirect::to(&format!("/portal/{name}?done=claim")).into_response()
        }
        Err(status) => {
            let Some(refusal) = Refusal::of(&status).map(|refusal| refusal.counted_in(&claim.unit)) else {
                return Failure::from(status).response(visit);
            };
            // Whoever wants to give too much, also because somebody else was quicker, may still claim the rest; where nothing is left of it,
            // others are shown.
            let words = match refusal.left(visit).filter(|_| refusal.is_lost_race()) {
                Some(left) => Some(visit.say(
                    format!("这个心愿现在只差 {left}，不需要这么多。您可以认领这些。"),
                    format!("No more than {left} is still needed for this wish. You may claim that."),
                )),
                None => refusal.words(visit).filter(|_| !refusal.is_wish_over() && !refusal.is_lost_race()),
            };
            match words {
                Some(text) => page(&partner, &wish, &claim, StatusCode::CONFLICT, Some(text)).await,
                None if refusal.is_lost_race() => gone(&partner, Gone::Claimed).await,
                None if refusal.is_wish_over() => gone(&partner, Gone::Over).await,
                None => Failure::from(status).response(visit),
            }
        }
    }
}

/// Why there is nothing to claim any more.
#[derive(Clone, Copy)]
enum Gone {
    /// Somebody claimed it while it was looked at.
    Claimed,
    /// It is in the pool no more, whatever the reason.
    Over,
}

/// The form with what was filled in.
async fn page(partner: &Partner, wish: &str, filled: &Claim, status: StatusCode, failed: Option<String>) -> Response {
    let visit = &partner.visit;
    let made = async {
        let request = v1::ListWishesRequest { wish: format!("wishes/{wish}"), ..v1::ListWishesRequest::default() };
        let items = partner.calls.referrals().list_wishes(request).await?.into_inner().items;
        let Some(found) = items.into_iter().find(|found| found.item_ordinal == filled.item) else { return Ok(None) };
        let names = Names::of(&partner.calls, [found.category.as_str()], [found.division.as_str()]).await?;
        let choice = Choice::of(partner, &found).await?;
        Ok::<_, Status>(Some(form::form(visit, &names, (&found, &choice), filled, failed)))
    };
    match made.await {
        Ok(Some(content)) => layout::page_with(visit, status, visit.say("认领心愿", "Claim a wish"), &content),
        Ok(None) => gone(partner, Gone::Over).await,
        Err(status) => Failure::from(status).response(visit),
    }
}

/// Nothing to claim any more: said plainly, with what one can do instead.
async fn gone(partner: &Partner, why: Gone) -> Response {
    let visit = &partner.visit;
    let others = async {
        let resources = Resources::of(partner).await?;
        let found = fitting::of_all(partner, &resources, OTHERS_ASKED_MAX).await?;
        let found: Vec<v1::NeedMatch> = found.into_iter().take(OTHERS_MAX).collect();
        let names = Names::of(
            &partner.calls,
            found.iter().map(|found| found.category.as_str()),
            found.iter().map(|found| found.division.as_str()),
        )
        .await?;
        Ok::<_, Status>((found, names))
    };
    match others.await {
        Ok((found, names)) => {
            let content = gone_content(partner, why, &found, &names);
            layout::page_with(visit, StatusCode::CONFLICT, visit.say("认领心愿", "Claim a wish"), &content)
        }
        Err(status) => Failure::from(status).response(visit),
    }
}

fn gone_content(partner: &Partner, why: Gone, found: &[v1::NeedMatch], names: &Names) -> Markup {
    let visit = &partner.visit;
    let (title, text) = match why {
        Gone::Claimed => visit.say(
            ("已经有人先认领了", "就在刚才有人认领了这个心愿，它有着落了。您这次没有留下新的承诺。"),
            (
                "Somebody claimed it before you",
                "This wish was claimed a moment ago, so it is taken care of. You have promised nothing new.",
            ),
        ),
        Gone::Over => visit.say(
            ("这个心愿已不在许愿池里", "它可能已经有了着落，也可能已被收回。"),
            ("This wish is in the pool no more", "It may be taken care of by now, or it was taken back."),
        ),
    };
    html! {
        section class="notice" role="alert" tabindex="-1" autofocus {
            h1 { (title) }
            p { (text) }
        }
        @if !found.is_empty() {
            h2 { (visit.say("您还能帮上这些", "You can still help with these")) }
            (today::wishes_of(visit, names, found))
        }
        p class="actions" {
            a class="button quiet" href="/wishes" { (visit.say("看看全部心愿", "See all wishes")) }
            a class="button quiet" href="/portal" { (visit.say("回到今日工作", "Back to today")) }
        }
    }
}
