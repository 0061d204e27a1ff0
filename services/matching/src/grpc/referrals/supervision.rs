//! `GetSupervision`.

use jiff::SignedDuration;

use wishwell_api::v1;
use wishwell_domain::limits::WISH_PLACE_DIGITS_MAX;
use wishwell_domain::{Error, Violations};
use wishwell_store::AnswerTimes;

use crate::cases::places::coarse_division;
use crate::cases::supervision::{Counted, Scarce, Scope};
use crate::cases::{Caller, Platform};
use crate::grpc::convert::{common, need as convert_need, referral as convert};
use crate::grpc::within::Within;

/// Reads which part of the whole is asked for.
pub(super) async fn read(
    platform: &Platform,
    caller: &Caller,
    message: v1::GetSupervisionRequest,
) -> Result<Within, Error> {
    let mut violations = Violations::new();
    let codes = (("category", message.category.as_str()), ("division", message.division.as_str()));
    let within = Within::read(platform, caller, message.min_position, codes, &mut violations).await?;
    violations.into_result()?;
    Ok(within)
}

pub(super) async fn get(
    platform: &Platform,
    caller: Caller,
    message: v1::GetSupervisionRequest,
) -> Result<v1::GetSupervisionResponse, Error> {
    let Within { category, division, snapshot } = read(platform, &caller, message).await?;
    let street = |code: &_| coarse_division(code, WISH_PLACE_DIGITS_MAX, &snapshot);
    let found = platform.supervision(&caller, &Scope { division, category }, &snapshot, street).await?;
    let divisions = found.divisions.into_iter().map(|(code, Counted { open, served, disputed })| v1::DivisionTally {
        division: common::code_out(code.as_ref()),
        open_needs: wire(open),
        served_needs: wire(served),
        disputed_needs: wire(disputed),
    });
    let categories = found.categories.into_iter().map(|(code, Counted { open, served, disputed })| v1::CategoryTally {
        category: code.to_string(),
        open_needs: wire(open),
        served_needs: wire(served),
        disputed_needs: wire(disputed),
    });
    let urgencies = found.urgencies.into_iter().map(|figures| v1::UrgencyTally {
        urgency: convert_need::urgency_out(figures.urgency).into(),
        open_needs: wire(figures.open),
        overdue_needs: wire(figures.overdue),
        disputed_needs: wire(figures.disputed),
    });
    let referrals = found.referrals.into_iter().map(|tally| v1::ReferralTally {
        state: convert::state_out(tally.state).into(),
        referrals: wire(tally.referrals),
    });
    Ok(v1::GetSupervisionResponse {
        urgencies: urgencies.collect(),
        divisions: divisions.collect(),
        categories: categories.collect(),
        referrals: referrals.collect(),
        overdue_referrals: wire(found.overdue),
        escalated_referrals: wire(found.escalated),
        unattended_referrals: wire(found.unattended),
        answer_times: Some(answer_times(found.answers)),
        scarce_pools: found.scarce.into_iter().map(scarce_pool).collect(),
    })
}

/// A count as the wire carries it: there are fewer of anything.
fn wire(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

fn answer_times(times: AnswerTimes) -> v1::AnswerTimes {
    let out = |time: SignedDuration| prost_types::Duration { seconds: time.as_secs(), nanos: time.subsec_nanos() };
    v1::AnswerTimes {
        answered_referrals: wire(times.answered),
        median: times.median.map(out),
        ninth_decile: times.ninth_decile.map(out),
    }
}

fn scarce_pool(scarce: Scarce) -> v1::ScarcePool {
    v1::ScarcePool {
        capacity_pool: scarce.pool.id.name(),
        organization: scarce.pool.organization.name(),
        title: scarce.pool.name,
        unit: scarce.pool.unit.code().to_owned(),
        total: scarce.total,
        remaining: scarce.remaining,
        period_start: scarce.period_start.map(|start| start.to_string()).unwrap_or_default(),
    }
}
