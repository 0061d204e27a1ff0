//! Reading referrals.

use prost::Message;

use wishwell_api::v1;
use wishwell_domain::Error;
use wishwell_domain::Violations;
use wishwell_domain::ids::{NeedId, OrganizationId, ReferralId, ResourceId};
use wishwell_store::ReferralFilter;

use super::show;
use crate::cases::{Caller, Platform};
use crate::grpc::call::{next_token, page};
use crate::grpc::convert::{common, referral as convert};
use crate::grpc::matching::position;

pub(super) async fn get(
    platform: &Platform,
    caller: Caller,
    message: v1::GetReferralRequest,
) -> Result<v1::GetReferralResponse, Error> {
    let snapshot = platform.snapshot(&caller, position(message.min_position)).await?;
    let referral = platform.referral(&caller, ReferralId::parse_name("name", &message.name)?).await?;
    let contact = if message.include_contact {
        if !caller.is_partner() {
            let (role, method) = (caller.principal.role.name(), format!("{} with contact data", caller.method));
            return Err(Error::PermissionDenied { role, method });
        }
        let personal = platform.contact(&caller, &referral).await?;
        Some(v1::Contact { display_name: personal.name, phone: personal.phone, address: personal.address })
    } else {
        None
    };
    Ok(v1::GetReferralResponse { referral: Some(show(platform, &caller, &snapshot, &referral)), contact })
}

pub(super) async fn list(
    platform: &Platform,
    caller: Caller,
    message: v1::ListReferralsRequest,
) -> Result<v1::ListReferralsResponse, Error> {
    let sent = message.filter.unwrap_or_default();
    let scope = platform.page_scope(&caller, &sent.encode_to_vec());
    let page = page(&scope, message.page_size, &message.page_token)?;
    let snapshot = platform.snapshot(&caller, position(message.min_position)).await?;
    let mut violations = Violations::new();
    let named = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let need = named(&sent.need).and_then(|name| violations.take(NeedId::parse_name("filter.need", &name)));
    let resource =
        named(&sent.resource).and_then(|name| violations.take(ResourceId::parse_name("filter.resource", &name)));
    let mut organization = named(&sent.organization)
        .and_then(|name| violations.take(OrganizationId::parse_name("filter.organization", &name)));
    let division = common::division("filter.division", &sent.division, &mut violations);
    violations.into_result()?;
    let divisions = if caller.is_partner() {
        // Partners see their own; asking for another's is refused rather than answered with nothing.
        let own = caller.principal.organization.ok_or(Error::Unauthenticated)?;
        caller.may_keep(organization.unwrap_or(own))?;
        if need.is_some() {
            let (role, method) = (caller.principal.role.name(), format!("{} by need", caller.method));
            return Err(Error::PermissionDenied { role, method });
        }
        organization = Some(own);
        division.map(|division| snapshot.division_subtree(&division)).unwrap_or_default()
    } else {
        caller.divisions_to_list(division.as_ref(), &snapshot)?
    };
    let filter = ReferralFilter {
        need,
        resource,
        organization,
        states: sent.states.iter().filter_map(|state| convert::state(*state)).collect(),
        divisions,
        overdue_only: sent.overdue_only,
        escalated_only: sent.escalated_only,
        answered_only: sent.answered_only,
        ..ReferralFilter::default()
    };
    let found = platform.store.list_referrals(caller.tenant(), &filter, &page).await?;
    Ok(v1::ListReferralsResponse {
        referrals: found.entries.iter().map(|found| show(platform, &caller, &snapshot, found)).collect(),
        next_page_token: next_token(&scope, found.next_after)?,
    })
}
