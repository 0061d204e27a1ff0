//! Reading referrals.

use jiff::Timestamp;
use uuid::Uuid;

use wishwell_api::v1;
use wishwell_domain::Error;
use wishwell_domain::Violations;
use wishwell_domain::ids::{NeedId, OrganizationId, ReferralId, ResourceId};
use wishwell_domain::limits::PAGE_SIZE_MAX;
use wishwell_domain::referral::Referral;
use wishwell_store::{Page, PageRequest, ReferralFilter, Turn};

use super::{division_shown, show};
use crate::cases::page_tokens::refused;
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
    let referrals = sent.referrals.iter().enumerate();
    let ids = referrals
        .filter_map(|(n, name)| violations.take(ReferralId::parse_name(format_args!("filter.referrals[{n}]"), name)))
        .collect();
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
        ids,
        ..ReferralFilter::default()
    };
    Ok(AskedReferrals { filter, within, listing })
}

pub(super) async fn list(
    platform: &Platform,
    caller: Caller,
    message: v1::ListReferralsRequest,
) -> Result<v1::ListReferralsResponse, Error> {
    let order = message.order_by();
    let AskedReferrals { filter, within, listing } = read_list(platform, &caller, message).await?;
    let Within { division, snapshot, .. } = within;
    let division = division.filter(|_| caller.is_partner());
    let asked = PageRequest { after: listing.cursor().map(<[u8]>::to_vec), limit: listing.size() };
    let found = match &division {
        None => in_order(platform, &caller, &filter, order, asked).await?,
        Some(division) => {
            let within = |referral: &Referral| {
                division_shown(&caller, &snapshot, referral)
                    .is_some_and(|shown| snapshot.division_is_within(&shown, division))
            };
            shown_within(platform, &caller, &filter, order, asked, within).await?
        }
    };
    let (referrals, next_page_token) =
        listing.shown(&found, |found| place_of(order, found), |found| show(&caller, &snapshot, found))?;
    Ok(v1::ListReferralsResponse { referrals, next_page_token })
}

/// One page of the referrals whose place, as it is shown to this caller, lies within a division. Pages are filled: a short one would
/// tell that there was something to leave out.
async fn shown_within(
    platform: &Platform,
    caller: &Caller,
    filter: &ReferralFilter,
    order: v1::ReferralOrder,
    asked: PageRequest<Vec<u8>>,
    within: impl Fn(&Referral) -> bool,
) -> Result<Page<Referral, Vec<u8>>, Error> {
    let mut entries: Vec<Referral> = Vec::new();
    let mut after = asked.after;
    loop {
        let found = in_order(platform, caller, filter, order, PageRequest { after, limit: PAGE_SIZE_MAX }).await?;
        entries.extend(found.entries.into_iter().filter(&within));
        after = found.next_after;
        if after.is_none() || entries.len() > asked.limit {
            break;
        }
    }
    let more = entries.len() > asked.limit;
    entries.truncate(asked.limit);
    let next_after = entries.last().filter(|_| more).map(|last| place_of(order, last));
    Ok(Page { entries, next_after })
}

/// A page of referrals in an order. Places in it are as tokens hold them.
async fn in_order(
    platform: &Platform,
    caller: &Caller,
    filter: &ReferralFilter,
    order: v1::ReferralOrder,
    PageRequest { after, limit }: PageRequest<Vec<u8>>,
) -> Result<Page<Referral, Vec<u8>>, Error> {
    let (tenant, store) = (caller.tenant(), &platform.store);
    Ok(match order {
        v1::ReferralOrder::Urgency => {
            let after = after.as_deref().map(turn_at).transpose()?;
            let found = store.referrals_in_turn(tenant, filter, &PageRequest { after, limit }).await?;
            Page { entries: found.entries, next_after: found.next_after.map(cursor_of) }
        }
        v1::ReferralOrder::Unspecified => {
            let after = after.and_then(|after| Uuid::from_slice(&after).ok());
            let found = store.list_referrals(tenant, filter, &PageRequest { after, limit }).await?;
            Page { entries: found.entries, next_after: found.next_after.map(|id| id.as_bytes().to_vec()) }
        }
    })
}

/// The place of a referral in an order.
fn place_of(order: v1::ReferralOrder, referral: &Referral) -> Vec<u8> {
    match order {
        v1::ReferralOrder::Urgency => cursor_of(Turn::of(referral)),
        v1::ReferralOrder::Unspecified => referral.id.as_uuid().as_bytes().to_vec(),
    }
}

/// A place in the order of turns, as a token holds it.
fn cursor_of(turn: Turn) -> Vec<u8> {
    let since = turn.since.as_microsecond().to_be_bytes();
    [&[turn.tier][..], &since, turn.id.as_uuid().as_bytes()].concat()
}

/// The place that a token holds.
fn turn_at(cursor: &[u8]) -> Result<Turn, Error> {
    let read = || {
        let (&[tier], rest) = cursor.split_first_chunk()?;
        let (since, id) = rest.split_first_chunk()?;
        let since = Timestamp::from_microsecond(i64::from_be_bytes(*since)).ok()?;
        Some(Turn { tier, since, id: ReferralId::from_uuid(Uuid::from_slice(id).ok()?) })
    };
    read().ok_or_else(|| refused().into())
}
