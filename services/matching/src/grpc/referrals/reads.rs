//! Reading referrals.

use wishwell_api::v1;
use wishwell_domain::Error;
use wishwell_domain::Violations;
use wishwell_domain::ids::{DivisionCode, NeedId, OrganizationId, ReferralId, ResourceId};
use wishwell_domain::limits::PAGE_SIZE_MAX;
use wishwell_domain::referral::Referral;
use wishwell_engine::Snapshot;
use wishwell_store::{Page, PageRequest, ReferralFilter};

use super::{division_shown, show};
use crate::cases::{Caller, Platform};
use crate::grpc::convert::referral as convert;
use crate::grpc::listing::Listing;
use crate::grpc::matching::position;
use crate::grpc::within::{self, Within};

pub(super) async fn get(
    platform: &Platform,
    caller: Caller,
    message: v1::GetReferralRequest,
) -> Result<v1::GetReferralResponse, Error> {
    let snapshot = platform.snapshot(&caller, position(message.min_position)).await?;
    let referral = platform.referral(&caller, ReferralId::parse_name("name", &message.name)?).await?;
    let contact = if message.include_contact {
        if !caller.is_partner() {
            return Err(caller.denied_so("with contact data"));
        }
        let personal = platform.contact(&caller, &referral).await?;
        Some(v1::Contact { display_name: personal.name, phone: personal.phone, address: personal.address })
    } else {
        None
    };
    Ok(v1::GetReferralResponse { referral: Some(show(&caller, &snapshot, &referral)), contact })
}

/// Which referrals are asked for, and which page of them.
pub(super) struct AskedReferrals {
    filter: ReferralFilter,
    within: Within,
    listing: Listing,
}

/// Reads which referrals are asked for.
pub(super) async fn read_list(
    platform: &Platform,
    caller: &Caller,
    message: v1::ListReferralsRequest,
) -> Result<AskedReferrals, Error> {
    let mut violations = Violations::new();
    let sent = message.filter.clone().unwrap_or_default();
    let named = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let need = named(&sent.need).and_then(|name| violations.take(NeedId::parse_name("filter.need", &name)));
    let resource =
        named(&sent.resource).and_then(|name| violations.take(ResourceId::parse_name("filter.resource", &name)));
    let mut organization = named(&sent.organization)
        .and_then(|name| violations.take(OrganizationId::parse_name("filter.organization", &name)));
    let codes = (within::NONE, ("filter.division", sent.division.as_str()));
    let (within, listing) = Within::page(platform, caller, &message, codes, violations).await?;
    let divisions = if caller.is_partner() {
        // Partners see their own; asking for another's is refused rather than answered with nothing.
        let own = caller.principal.organization.ok_or(Error::Unauthenticated)?;
        caller.may_keep(organization.unwrap_or(own))?;
        if need.is_some() {
            return Err(caller.denied_so("by need"));
        }
        organization = Some(own);
        // By what they are shown, below: where a need is more exactly, no filter tells.
        Vec::new()
    } else {
        caller.divisions_to_list(within.division.as_ref(), &within.snapshot)?
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
        unattended_only: sent.unattended_only,
        ..ReferralFilter::default()
    };
    Ok(AskedReferrals { filter, within, listing })
}

pub(super) async fn list(
    platform: &Platform,
    caller: Caller,
    message: v1::ListReferralsRequest,
) -> Result<v1::ListReferralsResponse, Error> {
    let AskedReferrals { filter, within, listing } = read_list(platform, &caller, message).await?;
    let Within { division, snapshot, .. } = within;
    let found = match division.filter(|_| caller.is_partner()) {
        Some(division) => shown_within(platform, &caller, &snapshot, &filter, listing.by_uuid(), &division).await?,
        None => platform.store.list_referrals(caller.tenant(), &filter, &listing.by_uuid()).await?,
    };
    Ok(v1::ListReferralsResponse {
        referrals: found.entries.iter().map(|found| show(&caller, &snapshot, found)).collect(),
        next_page_token: listing.next_token(found.next_after)?,
    })
}

/// One page of the referrals whose place, as it is shown to this caller, lies within a division. Pages are filled: a short one would
/// tell that there was something to leave out.
async fn shown_within(
    platform: &Platform,
    caller: &Caller,
    snapshot: &Snapshot,
    filter: &ReferralFilter,
    page: PageRequest,
    division: &DivisionCode,
) -> Result<Page<Referral>, Error> {
    let mut entries: Vec<Referral> = Vec::new();
    let mut next = PageRequest { after: page.after, limit: PAGE_SIZE_MAX };
    loop {
        let found = platform.store.list_referrals(caller.tenant(), filter, &next).await?;
        let within = |referral: &Referral| {
            division_shown(caller, snapshot, referral)
                .is_some_and(|shown| snapshot.division_is_within(&shown, division))
        };
        entries.extend(found.entries.into_iter().filter(within));
        next.after = found.next_after;
        if next.after.is_none() || entries.len() > page.limit {
            break;
        }
    }
    let more = entries.len() > page.limit;
    entries.truncate(page.limit);
    let next_after = entries.last().filter(|_| more).map(|last| last.id.as_uuid());
    Ok(Page { entries, next_after })
}
