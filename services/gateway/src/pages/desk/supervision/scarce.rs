//! Pools of which little is left.

use axum::response::Response;
use maud::html;
use wishwell_api::v1;

use crate::pages::desk::names::Names;
use crate::pages::desk::referrals::ReferralQuery;
use crate::pages::failure::Failure;
use crate::pages::layout;
use crate::pages::visit::SignedIn;
use crate::pages::words::figures;

pub(super) const PATH: &str = "/desk/supervision/capacity";

/// The page.
pub(in crate::pages::desk) async fn show(user: SignedIn) -> Response {
    page(&user).await.unwrap_or_else(|failure| failure.response(&user.visit))
}

async fn page(user: &SignedIn) -> Result<Response, Failure> {
    let visit = &user.visit;
    let request = v1::GetSupervisionRequest::default();
    let pools = user.calls.referrals().get_supervision(request).await?.into_inner().scarce_pools;
    let mut names = Names::default();
    names.ask_organizations(&user.calls, pools.iter().map(|pool| pool.organization.as_str())).await?;
    let title = visit.say("快用完的容量", "Capacity about to run out");
    let content = html! {
        p class="crumbs" { a href="/desk/supervision" { (visit.say("督办", "Supervision")) } }
        h1 { (title) }
        p class="note" {
            (visit.say(
                "剩余不超过一成的都在这里，占比最少的在前；认捐只给一次，不算在内。点机构，看它手上的转介。",
                "All of which a tenth or less is left, the smallest share first, without pledges, which are given once. Choose an organization to see its referrals.",
            ))
        }
        @if pools.is_empty() {
            p class="empty" { (visit.say("没有快用完的容量池。", "No pool is about to run out.")) }
        } @else {
            div class="scroller" tabindex="0" role="region" aria-label=(title) {
                table class="list" {
                    thead { tr {
                        th scope="col" { (visit.say("容量池", "Pool")) }
                        th scope="col" { (visit.say("机构", "Organization")) }
                        th scope="col" class="figure" { (visit.say("剩余", "Left")) }
                        th scope="col" class="figure" { (visit.say("总量", "Total")) }
                        th scope="col" { (visit.say("周期起于", "Period from")) }
                    } }
                    tbody { @for pool in &pools {
                        tr {
                            th scope="row" { (pool.title) }
                            td { a href=(of(&pool.organization).address()) { (names.organization(visit, &pool.organization)) } }
                            td class="figure" { (figures::amount(visit.language, pool.remaining, &pool.unit)) }
                            td class="figure" { (figures::amount(visit.language, pool.total, &pool.unit)) }
                            td { (pool.period_start) }
                        }
                    } }
                }
            }
        }
    };
    Ok(layout::page(visit, title, &content))
}

/// The referrals of an organization: what draws on its pools.
fn of(organization: &str) -> ReferralQuery {
    ReferralQuery { organization: organization.to_owned(), ..ReferralQuery::default() }
}
