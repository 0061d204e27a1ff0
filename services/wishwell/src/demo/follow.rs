//! One whole loop for the demo, taken step by step as a case worker would.

use wishwell_api::v1::{
    AcceptReferralRequest, AutoReferRequest, ConfirmReferralRequest, DeclineReferralRequest, DeliverReferralRequest,
    ExternalId, ListNeedsRequest, ListReferralsRequest, NeedFilter, Referral, ReferralFilter, StepReason,
};

use super::SOURCE;
use crate::client::Server;
use crate::exit::Failure;

/// The need and the item of it that the demo follows to its end.
const FOLLOWED_NEED: &str = "need-unpaid-wages";
const FOLLOWED_ITEM: i32 = 2;

/// Follows one item of one need to its end, so that the demo holds a whole loop: offered, declined, offered to the next, accepted,
/// delivered, confirmed. Does nothing where that has happened already.
pub(super) async fn follow(server: &Server) -> Result<(), Failure> {
    let failed = |status: tonic::Status| {
        server.refused(("the demo's referral cannot be followed", "无法走完演示数据中的转介"), &status)
    };
    let external = ExternalId { source: SOURCE.to_owned(), external_id: FOLLOWED_NEED.to_owned() };
    let filter = Some(NeedFilter { external: Some(external), ..NeedFilter::default() });
    let request = ListNeedsRequest { filter, page_size: 1, ..ListNeedsRequest::default() };
    let needs = server.needs().list_needs(request).await.map_err(failed)?.into_inner().needs;
    let Some(need) = needs.into_iter().next().map(|need| need.name) else { return Ok(()) };
    if !referrals_of(server, &need).await?.is_empty() {
        return Ok(());
    }
    let mut client = server.referrals();
    let refer = AutoReferRequest { need: need.clone(), item_ordinal: FOLLOWED_ITEM, ..AutoReferRequest::default() };
    let first = client.auto_refer(refer.clone()).await.map_err(failed)?.into_inner().referral.unwrap_or_default();
    let reason = StepReason::NoSuitableTime.into();
    let decline = DeclineReferralRequest { name: first.name.clone(), reason, ..DeclineReferralRequest::default() };
    client.decline_referral(decline).await.map_err(failed)?;
    // The server asks the next one by itself, and may have done so by now.
    let asked = client.auto_refer(refer).await.map(|answer| answer.into_inner().referral.unwrap_or_default());
    let second = match asked {
        Ok(second) => second,
        Err(status) => {
            let known = referrals_of(server, &need).await?;
            let second = known.into_iter().find(|referral| referral.previous == first.name);
            second.ok_or_else(|| failed(status))?
        }
    };
    // The answer to an enquiry, where it is one.
    let quantity = Some(second.units);
    let second = second.name;
    let accept = AcceptReferralRequest { name: second.clone(), quantity, ..AcceptReferralRequest::default() };
    client.accept_referral(accept).await.map_err(failed)?;
    let deliver = DeliverReferralRequest { name: second.clone(), ..DeliverReferralRequest::default() };
    client.deliver_referral(deliver).await.map_err(failed)?;
    let confirm = ConfirmReferralRequest { name: second, rating: Some(5), ..ConfirmReferralRequest::default() };
    client.confirm_referral(confirm).await.map_err(failed)?;
    Ok(())
}

async fn referrals_of(server: &Server, need: &str) -> Result<Vec<Referral>, Failure> {
    let filter = Some(ReferralFilter { need: need.to_owned(), ..ReferralFilter::default() });
    let request = ListReferralsRequest { filter, ..ListReferralsRequest::default() };
    let listed = server.referrals().list_referrals(request).await;
    listed.map(|answer| answer.into_inner().referrals).map_err(|status| {
        server.refused(("the demo's referrals cannot be listed", "无法列出演示数据中的转介"), &status)
    })
}
