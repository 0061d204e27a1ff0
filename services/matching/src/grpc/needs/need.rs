//! Needs.

use wishwell_api::v1;
use wishwell_domain::beneficiary::Beneficiary;
use wishwell_domain::ids::{NeedId, ReferralId, Version};
use wishwell_domain::ledger::Arrived;
use wishwell_domain::need::{Ending, Need};
use wishwell_domain::{Error, Violation, Violations};
use wishwell_store::{Effect, NeedFilter, Written};

use super::people;
use crate::cases::needs::Sameness;
use crate::cases::{Caller, Platform, needs_of, only};
use crate::grpc::call::{Update, merge_fields, required, update_once};
use crate::grpc::convert::need::ReadNeed;
use crate::grpc::convert::{beneficiary, common, need as convert};
use crate::grpc::listing::Listing;
use crate::grpc::matching::position;
use crate::grpc::meant::Meant as _;
use crate::grpc::within::Within;

/// Where a request carries a need.
const FIELD: &str = "need";

fn id(name: &str) -> Result<NeedId, Error> {
    Ok(NeedId::parse_name("name", name)?)
}

/// Whether a create-or-get found what was there already.
pub(super) fn was_known(written: &Written) -> bool {
    written.outcomes.iter().any(|outcome| outcome.after.is_some() && outcome.effect == Effect::Unchanged)
}

/// A need as this caller may see it: sealed fields and the exact place only where they were asked for and may be seen.
async fn show(platform: &Platform, caller: &Caller, need: &Need, with_personal: bool) -> Result<v1::Need, Error> {
    let personal =
        if with_personal && caller.sees_personal() { platform.need_personal(caller, need).await? } else { None };
    Ok(convert::need_out(need, personal.as_ref()))
}

/// A need as a write answers it. Of one that was there before most was said by others, or at another time: that it is answered leaves a
/// trace, as reading it does.
async fn show_written(platform: &Platform, caller: &Caller, need: &Need, is_new: bool) -> Result<v1::Need, Error> {
    if !is_new && caller.sees_personal() && need.personal.is_some() {
        caller.record_disclosure(&need.id.name());
    }
    show(platform, caller, need, true).await
}

async fn answer(platform: &Platform, caller: &Caller, written: Written) -> Result<(v1::Need, i64), Error> {
    let log_position = written.position.0;
    let need = only(needs_of(written))?;
    Ok((show_written(platform, caller, &need, false).await?, log_position))
}

/// Reads a new need, and whom it is for.
pub(super) async fn read_new(
    platform: &Platform,
    caller: &Caller,
    message: v1::SubmitNeedRequest,
) -> Result<(ReadNeed, Option<Beneficiary>), Error> {
    let mut sent = required(FIELD, message.need)?;
    let now = platform.store.now().await?;
    let mut violations = Violations::new();
    let (beneficiary, household) = (sent.beneficiary_external.take(), sent.household_external.take());
    people::beneficiary(platform, caller, FIELD, beneficiary, &mut sent.beneficiary, &mut violations).await?;
    people::household(platform, caller, FIELD, household, &mut sent.household, &mut violations).await?;
    let mut read = convert::need(FIELD, NeedId::from_uuid(platform.new_uuid()), sent, now, &mut violations);
    read.need.check_new(FIELD, now, &mut violations);
    let beneficiary = platform.check_need(caller, &mut read.need, None, violations).await?;
    Ok((read, beneficiary))
}

pub(super) async fn submit(
    platform: &Platform,
    caller: Caller,
    message: v1::SubmitNeedRequest,
) -> Result<v1::SubmitNeedResponse, Error> {
    let written = platform
        .once(&caller, async {
            let (read, beneficiary) = read_new(platform, &caller, message).await?;
            platform.submit_need(&caller, read.need, read.personal, beneficiary).await
        })
        .await?;
    let mut written = platform.within_reach(&caller, written).await?;
    let existing = was_known(&written);
    let (log_position, kept) = (written.position.0, written.kept.take());
    let need = *only(needs_of(written))?;
    let likely_duplicates = platform
        .likely_duplicates_told(&caller, &need, kept)
        .await?
        .into_iter()
        .map(|likely| v1::LikelyDuplicate {
            need: likely.need.name(),
            reasons: likely.reasons.iter().map(|reason| duplicate_reason_out(*reason).into()).collect(),
            channel: convert::channel_out(likely.channel).into(),
            create_time: Some(common::timestamp_out(likely.created_at)),
        })
        .collect();
    let need = show_written(platform, &caller, &need, !existing).await?;
    Ok(v1::SubmitNeedResponse { need: Some(need), log_position, existing, likely_duplicates })
}

const fn duplicate_reason_out(reason: Sameness) -> v1::DuplicateReason {
    match reason {
        Sameness::Beneficiary => v1::DuplicateReason::SameBeneficiary,
        Sameness::Household => v1::DuplicateReason::SameHousehold,
        Sameness::IdentityDocument => v1::DuplicateReason::SameIdentityDocument,
        Sameness::Place => v1::DuplicateReason::SamePlace,
    }
}

pub(super) async fn get(
    platform: &Platform,
    caller: Caller,
    message: v1::GetNeedRequest,
) -> Result<v1::GetNeedResponse, Error> {
    platform.snapshot(&caller, position(message.min_position)).await?;
    let mut need = platform.need(&caller, id(&message.name)?).await?;
    if message.include_personal && !caller.sees_personal() {
        return Err(caller.denied_so("with personal data"));
    }
    if message.include_personal {
        caller.record_disclosure(&need.id.name());
    }
    platform.tell_erasures(&caller, std::slice::from_mut(&mut need)).await?;
    Ok(v1::GetNeedResponse { need: Some(show(platform, &caller, &need, message.include_personal).await?) })
}

/// Reads which needs are asked for, and which page of them.
pub(super) async fn read_list(
    platform: &Platform,
    caller: &Caller,
    message: v1::ListNeedsRequest,
) -> Result<(NeedFilter, Listing), Error> {
    let mut violations = Violations::new();
    let sent = message.filter.clone().unwrap_or_default();
    let beneficiary = beneficiary::beneficiary_name("filter.beneficiary", &sent.beneficiary, &mut violations);
    let household = beneficiary::household_name("filter.household", &sent.household, &mut violations);
    let codes = (("filter.category", sent.category.as_str()), ("filter.division", sent.division.as_str()));
    let (within, listing) = Within::page(platform, caller, &message, codes, violations).await?;
    let filter = NeedFilter {
        states: sent.states.iter().filter_map(|state| convert::state(*state)).collect(),
        urgency: convert::urgency(sent.urgency),
        channel: convert::channel(sent.channel),
        categories: within.categories(),
        divisions: caller.divisions_to_list(within.division.as_ref(), &within.snapshot)?,
        beneficiary,
        household,
        external: common::external(sent.external),
        request_id: None,
        wishes_only: false,
        wish_divisions: Vec::new(),
        wanting_only: false,
        overdue_only: sent.overdue_only,
        disputed: sent.disputed,
        without_division: sent.without_division,
    };
    Ok((filter, listing))
}

pub(super) async fn list(
    platform: &Platform,
    caller: Caller,
    message: v1::ListNeedsRequest,
) -> Result<v1::ListNeedsResponse, Error> {
    let (filter, listing) = read_list(platform, &caller, message).await?;
    let mut found = platform.store.list_needs(caller.tenant(), &filter, &listing.by_uuid()).await?;
    platform.tell_erasures(&caller, &mut found.entries).await?;
    let (needs, next_page_token) =
        listing.shown(&found, |found| found.id.as_uuid(), |found| convert::need_out(found, None))?;
    Ok(v1::ListNeedsResponse { needs, next_page_token })
}

fn asked(message: v1::UpdateNeedRequest) -> Result<Update<NeedId, v1::Need>, Error> {
    let name = NeedId::parse_name("name", &message.name);
    Update::read(name, (FIELD, message.need), message.update_mask, &message.etag)
}

/// A need as it is stored and as an update leaves it.
struct Changed {
    stored: Need,
    read: ReadNeed,
    beneficiary: Option<Beneficiary>,
}

/// Reads the values of an update into what is stored, and checks what comes of it.
async fn changed(platform: &Platform, caller: &Caller, asked: &Update<NeedId, v1::Need>) -> Result<Changed, Error> {
    let Update { sent, mask, .. } = asked;
    let stored = platform.need(caller, asked.id).await?;
    let personal = platform.need_personal(caller, &stored).await?.unwrap_or_default();
    let mut merged = convert::need_out(&stored, Some(&personal));
    let mut violations = asked.violations.clone();
    let timed = one_timing(mask, sent, &mut merged, &mut violations);
    merge_fields!(
        asked,
        merged,
        [
            external,
            beneficiary,
            household,
            items,
            urgency,
            deadline,
            window,
            place,
            division,
            mobility,
            group_tags,
            involves_minors,
            facts,
            description,
            wish,
        ]
    );
    let now = platform.store.now().await?;
    if people::renames(mask, (FIELD, "beneficiary"), &sent.beneficiary, &sent.beneficiary_external, &mut violations) {
        let external = sent.beneficiary_external.clone();
        merged.beneficiary.clear();
        people::beneficiary(platform, caller, FIELD, external, &mut merged.beneficiary, &mut violations).await?;
    }
    if people::renames(mask, (FIELD, "household"), &sent.household, &sent.household_external, &mut violations) {
        let external = sent.household_external.clone();
        merged.household.clear();
        people::household(platform, caller, FIELD, external, &mut merged.household, &mut violations).await?;
    }
    let mut read = convert::need(FIELD, asked.id, merged, now, &mut violations);
    // A new time must lie ahead; one that was set before may have passed by now.
    if timed {
        read.need.check_new(FIELD, now, &mut violations)
    } else {
        read.need.check(FIELD, &mut violations)
    }
    keep_publication(&mut read.need, &stored);
    // What others have said of it stays.
    read.personal.delivery_notes = personal.delivery_notes;
    let beneficiary = platform.check_need(caller, &mut read.need, Some(&stored), violations).await?;
    Ok(Changed { stored, read, beneficiary })
}

/// Reads an update.
pub(super) async fn read_update(
    platform: &Platform,
    caller: &Caller,
    message: v1::UpdateNeedRequest,
) -> Result<(), Error> {
    changed(platform, caller, &asked(message)?).await.map(drop)
}

pub(super) async fn update(
    platform: &Platform,
    caller: Caller,
    message: v1::UpdateNeedRequest,
) -> Result<v1::UpdateNeedResponse, Error> {
    let asked = asked(message)?;
    let written = update_once!(platform, &caller, asked.etag, async {
        let Changed { stored, read, beneficiary } = changed(platform, &caller, &asked).await?;
        let expected = asked.etag.unwrap_or(stored.version);
        platform.update_need(&caller, (read.need, read.personal), beneficiary, &stored, expected).await
    })?;
    let (need, log_position) = answer(platform, &caller, written).await?;
    Ok(v1::UpdateNeedResponse { need: Some(need), log_position })
}

/// A need has a deadline or a window: an update that sets one takes the other away. Says whether it sets either.
fn one_timing(mask: &[String], sent: &v1::Need, merged: &mut v1::Need, violations: &mut Violations) -> bool {
    let names = |field: &str| mask.iter().any(|path| path == field);
    let deadline = names("deadline") && sent.deadline.is_some();
    let window = names("window") && sent.window.is_some();
    match (deadline, window) {
        (true, true) => {
            let message = "must not be set together with a deadline";
            violations.add(Violation::new("need.window", "timing.one", message));
        }
        (true, false) => merged.window = None,
        (false, true) => merged.deadline = None,
        (false, false) => {}
    }
    deadline || window
}

/// A wish that stays the same was published when it was, not with this update.
fn keep_publication(changed: &mut Need, stored: &Need) {
    if let (Some(wish), Some(before)) = (&mut changed.wish, &stored.wish)
        && wish.title == before.title
        && wish.consented_at <= before.published_at
    {
        wish.published_at = before.published_at;
    }
}

pub(super) async fn withdraw(
    platform: &Platform,
    caller: Caller,
    message: v1::WithdrawNeedRequest,
) -> Result<v1::WithdrawNeedResponse, Error> {
    let ended = (Ending::Withdrawn, arrived(&message.arrived)?);
    let (need, log_position) = end(platform, &caller, message.meant()?, ended, &message.reason).await?;
    Ok(v1::WithdrawNeedResponse { need: Some(need), log_position })
}

pub(super) async fn close(
    platform: &Platform,
    caller: Caller,
    message: v1::CloseNeedRequest,
) -> Result<v1::CloseNeedResponse, Error> {
    let ended = (Ending::Closed, arrived(&message.arrived)?);
    let (need, log_position) = end(platform, &caller, message.meant()?, ended, &message.reason).await?;
    Ok(v1::CloseNeedResponse { need: Some(need), log_position })
}

async fn end(
    platform: &Platform,
    caller: &Caller,
    (id, etag): (NeedId, Option<Version>),
    ended: (Ending, Vec<Arrived>),
    reason: &str,
) -> Result<(v1::Need, i64), Error> {
    let written = platform.end_need(caller, id, ended, reason, etag).await?;
    answer(platform, caller, written).await
}

/// What had arrived of what ends with a need. That names are names, the contract has held.
fn arrived(sent: &[v1::ArrivedQuantity]) -> Result<Vec<Arrived>, Error> {
    let mut violations = Violations::new();
    let mut read = Vec::with_capacity(sent.len());
    for (index, arrived) in sent.iter().enumerate() {
        let name = ReferralId::parse_name(format_args!("arrived[{index}].referral"), &arrived.referral);
        read.extend(violations.take(name).map(|referral| Arrived { referral, units: arrived.quantity }));
    }
    violations.into_result()?;
    Ok(read)
}

pub(super) async fn erase(
    platform: &Platform,
    caller: Caller,
    message: v1::EraseNeedRequest,
) -> Result<v1::EraseNeedResponse, Error> {
    let (id, etag) = message.meant()?;
    let written = platform.erase_need(&caller, id, etag).await?;
    let (need, log_position) = answer(platform, &caller, written).await?;
    Ok(v1::EraseNeedResponse { need: Some(need), log_position })
}
