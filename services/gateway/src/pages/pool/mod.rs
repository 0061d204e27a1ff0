//! The public wishing pool: what is wished for, in words that tell of nobody.

mod filters;
mod list;
mod map;
mod summary;

use axum::extract::{Query, State};
use axum::response::Response;
use axum::routing::get;
use axum::{Extension, Router};
use http::HeaderValue;
use http::header::CACHE_CONTROL;
use maud::{Markup, html};
use serde::Deserialize;
use tonic::Status;
use wishwell_api::v1;

use super::failure::Failure;
use super::names::or_nothing;
use super::visit::Visit;
use super::{address, layout};
use crate::app::App;
use crate::calls::Calls;
use crate::options::Token;

use summary::{Summaries, Summary};

pub(in crate::pages) use list::{facts, urgency_mark};

/// Wishes on a page.
const PAGE_SIZE: i32 = 24;
/// Resources of a partner whose places are on its map.
const OWN_MAX: i32 = 100;
/// How often an open page asks for its list anew.
const REFRESH_SECONDS: u32 = 30;

/// Visitors all see the same page: caches between may give it to several for ten seconds. With the ten of the summary and the thirty
/// after which an open page asks anew, a wish that is taken back is gone within the minute that is promised. Browsers ask each time, and
/// somebody who signs in has another cookie and is never given it.
const PUBLIC: &str = "public, max-age=0, s-maxage=10, must-revalidate";

/// Its pages.
pub(super) fn router() -> Router<App> {
    Router::new().route("/wishes", get(show)).layer(Extension(Summaries::default()))
}

/// Which wishes: as in the address.
#[derive(Debug, Clone, Default, Deserialize)]
struct Filter {
    #[serde(default)]
    category: String,
    #[serde(default)]
    division: String,
    /// Token of the page; empty for the first.
    #[serde(default)]
    page: String,
}

impl Filter {
    fn address(&self) -> String {
        let parameters = [("category", &self.category), ("division", &self.division), ("page", &self.page)];
        address::of("/wishes", &parameters.map(|(name, value)| (name, value.as_str())))
    }

    fn of_category(&self, code: &str) -> Self {
        Self { category: code.to_owned(), page: String::new(), ..self.clone() }
    }

    fn in_division(&self, code: &str) -> Self {
        Self { division: code.to_owned(), page: String::new(), ..self.clone() }
    }

    const fn is_any(&self) -> bool {
        self.category.is_empty() && self.division.is_empty()
    }
}

/// Whose pool it is: that of whoever is signed in, else that of all visitors.
fn reader(visit: &Visit) -> Option<Token> {
    let own = visit.session.as_ref().map(|session| session.token.clone());
    own.or_else(|| visit.app.options().visitor.clone())
}

async fn show(
    visit: Visit,
    State(app): State<App>,
    Extension(summaries): Extension<Summaries>,
    Query(filter): Query<Filter>,
) -> Response {
    let Some(token) = reader(&visit) else { return Failure::SignInFirst.response(&visit) };
    let calls = app.calls(token.reveal());
    let asked = futures::try_join!(
        summaries.of(&token, &calls, app.now()),
        wishes(&calls, &filter),
        own_places(&visit, &calls)
    );
    match asked {
        Ok((summary, found, own)) => {
            let content = content(&visit, &filter, &summary, &found, &own);
            let mut page = layout::page(&visit, visit.say("许愿池", "The wishing pool"), &content);
            if visit.session.is_none() {
                page.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static(PUBLIC));
            }
            page
        }
        Err(status) => Failure::from(status).response(&visit),
    }
}

async fn wishes(calls: &Calls, filter: &Filter) -> Result<v1::ListWishesResponse, Status> {
    let request = v1::ListWishesRequest {
        category: filter.category.clone(),
        division: filter.division.clone(),
        page_size: PAGE_SIZE,
        page_token: filter.page.clone(),
        ..v1::ListWishesRequest::default()
    };
    or_nothing(calls.referrals().list_wishes(request).await)
}

/// Where the resources of a partner are that looks, latitude and longitude in degrees; nobody else has places of their own.
async fn own_places(visit: &Visit, calls: &Calls) -> Result<Vec<(f64, f64)>, Status> {
    let partner = visit.session.as_ref().filter(|session| session.role == v1::PrincipalRole::Partner);
    let Some(partner) = partner else { return Ok(Vec::new()) };
    let organization = partner.organization.clone();
    // A pledge has no place.
    let filter = v1::ResourceFilter { organization, pledged: Some(false), ..v1::ResourceFilter::default() };
    let request =
        v1::ListResourcesRequest { filter: Some(filter), page_size: OWN_MAX, ..v1::ListResourcesRequest::default() };
    let found = calls.catalog().list_resources(request).await?.into_inner().resources;
    let mut places: Vec<(f64, f64)> =
        found.iter().filter_map(|resource| resource.place.map(|place| (place.latitude, place.longitude))).collect();
    places.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
    places.dedup();
    Ok(places)
}

fn content(
    visit: &Visit,
    filter: &Filter,
    summary: &Summary,
    found: &v1::ListWishesResponse,
    own: &[(f64, f64)],
) -> Markup {
    let next = Filter { page: found.next_page_token.clone(), ..filter.clone() };
    html! {
        h1 { (visit.say("许愿池", "The wishing pool")) }
        p class="lead" {
            (visit.say(
                "这些家庭许下了心愿，还等着有人来圆。只写需要什么、大致在哪里，不写是谁。",
                "Families have wished for these things, and each still waits for somebody. What is needed and roughly where, never by whom.",
            ))
        }
        div class="pool" {
            div class="pool-filters" {
                (filters::filters(visit, filter, summary))
                p class="to-map" { a href="#pool-map-title" { (visit.say("看地图", "See the map")) } }
            }
            // A wish that is taken back goes from open pages too.
            section id="wishes" class="pool-list" aria-label=(visit.say("心愿列表", "Wishes"))
                hx-get=(visit.target) hx-trigger={ "every " (REFRESH_SECONDS) "s" } hx-select="#wishes" hx-swap="outerMorph" {
                (list::list(visit, filter, summary, &found.items))
                @if !found.next_page_token.is_empty() {
                    p class="actions" {
                        a class="button quiet" href=(next.address()) rel="next" { (visit.say("下一页", "Next page")) }
                    }
                }
            }
            (map::map(visit, filter, summary, own))
        }
    }
}
