//! Rounds, as they are answered.

use jiff::civil::Date;

use wishwell_api::v1;
use wishwell_domain::Violations;
use wishwell_domain::round::{
    LevelFigure, OutcomeState, ReasonCount, Round, RoundFailure, RoundLevel, RoundProgress, RoundReached, RoundState,
    RoundTotals, Tally, TierTally, UnservedReason,
};

use super::{common, round_rules};
use crate::cases::rounds::RoundAsked;

/// Reads what a caller wants of a round.
pub(crate) fn asked(field: &str, message: v1::Round, violations: &mut Violations) -> RoundAsked {
    let rules = round_rules::rules(&format!("{field}.rules"), message.rules, violations);
    RoundAsked { rules, dry_run: message.dry_run }
}

pub(crate) fn number(value: u32) -> i32 {
    i32::try_from(value).unwrap_or(i32::MAX)
}

pub(crate) fn large(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

pub(crate) fn seconds(seconds: i64) -> prost_types::Duration {
    prost_types::Duration { seconds, nanos: 0 }
}

pub(crate) fn date(date: Option<Date>) -> String {
    common::date_out(date)
}

pub(crate) fn round_out(round: &Round) -> v1::Round {
    v1::Round {
        name: round.id.name(),
        rules: Some(round_rules::rules_out(&round.rules)),
        dry_run: round.dry_run,
        state: state_out(round.state).into(),
        failure: round.failure.map_or(v1::RoundFailure::Unspecified, failure_out).into(),
        progress: Some(progress_out(&round.progress)),
        reached: round.reached.as_ref().map(reached_out),
        requested_by: round.requested_by.clone(),
        start_time: round.started_at.map(common::timestamp_out),
        solve_time: round.solved_at.map(common::timestamp_out),
        end_time: round.finished_at.map(common::timestamp_out),
        etag: common::etag_out(round.version),
        create_time: Some(common::timestamp_out(round.created_at)),
        update_time: Some(common::timestamp_out(round.updated_at)),
    }
}

const fn state_out(state: RoundState) -> v1::RoundState {
    match state {
        RoundState::Pending => v1::RoundState::Pending,
        RoundState::Running => v1::RoundState::Running,
        RoundState::Solved => v1::RoundState::Solved,
        RoundState::Committing => v1::RoundState::Committing,
        RoundState::Committed => v1::RoundState::Committed,
        RoundState::Cancelled => v1::RoundState::Cancelled,
        RoundState::Failed => v1::RoundState::Failed,
    }
}

pub(crate) const fn state(sent: v1::RoundState) -> Option<RoundState> {
    Some(match sent {
        v1::RoundState::Pending => RoundState::Pending,
        v1::RoundState::Running => RoundState::Running,
        v1::RoundState::Solved => RoundState::Solved,
        v1::RoundState::Committing => RoundState::Committing,
        v1::RoundState::Committed => RoundState::Committed,
        v1::RoundState::Cancelled => RoundState::Cancelled,
        v1::RoundState::Failed => RoundState::Failed,
        v1::RoundState::Unspecified => return None,
    })
}

const fn failure_out(failure: RoundFailure) -> v1::RoundFailure {
    match failure {
        RoundFailure::TooLarge => v1::RoundFailure::TooLarge,
        RoundFailure::Rules => v1::RoundFailure::Rules,
        RoundFailure::Uncertified => v1::RoundFailure::Uncertified,
        RoundFailure::Interrupted => v1::RoundFailure::Interrupted,
        RoundFailure::Internal => v1::RoundFailure::Internal,
    }
}

pub(crate) const fn outcome_state(sent: v1::RoundOutcomeState) -> Option<OutcomeState> {
    Some(match sent {
        v1::RoundOutcomeState::Served => OutcomeState::Served,
        v1::RoundOutcomeState::PartlyServed => OutcomeState::PartlyServed,
        v1::RoundOutcomeState::Unserved => OutcomeState::Unserved,
        v1::RoundOutcomeState::Unspecified => return None,
    })
}

fn progress_out(progress: &RoundProgress) -> v1::RoundProgress {
    v1::RoundProgress {
        attempts: number(progress.attempts),
        passes: number(progress.passes),
        items: large(progress.items),
        planned_offers: large(progress.planned),
        made_offers: large(progress.offered),
        short_offers: large(progress.short),
        refused_offers: large(progress.refused),
        replanned_items: large(progress.replanned),
    }
}

fn reached_out(reached: &RoundReached) -> v1::RoundReached {
    v1::RoundReached {
        log_position: reached.position.0,
        evaluation_time: Some(common::timestamp_out(reached.evaluated_at)),
        engine_version: number(reached.engine_version),
        levels: reached.levels.iter().map(level_out).collect(),
        optimal: reached.optimal,
        flow: reached.is_flow,
        pairs: large(reached.pairs),
        totals: Some(totals_out(&reached.totals)),
        certificate_verified: reached.certificate_verified,
        outcomes_digest: reached.outcomes_digest.clone(),
    }
}

pub(crate) fn level_out(figure: &LevelFigure) -> v1::RoundLevel {
    let (kind, tier) = level_kind_out(figure.level);
    v1::RoundLevel {
        kind: kind.into(),
        tier,
        reached: figure.reached.to_string(),
        bound: figure.bound.to_string(),
        gap: figure.bound.saturating_sub(figure.reached).to_string(),
    }
}

/// The kind of a level, and its tier; 0 for other kinds.
pub(crate) fn level_kind_out(level: RoundLevel) -> (v1::RoundLevelKind, i32) {
    match level {
        RoundLevel::Tier(tier) => (v1::RoundLevelKind::Tier, tier.into()),
        RoundLevel::Guarantee => (v1::RoundLevelKind::Guarantee, 0),
        RoundLevel::Distance => (v1::RoundLevelKind::Distance, 0),
        RoundLevel::Load => (v1::RoundLevelKind::Load, 0),
    }
}

fn totals_out(totals: &RoundTotals) -> v1::RoundTotals {
    v1::RoundTotals {
        all: Some(tally_out(&totals.all)),
        tiers: totals.tiers.iter().map(tier_out).collect(),
        reasons: totals.reasons.iter().map(reason_count_out).collect(),
        unit_metres: totals.unit_metres.to_string(),
        organizations: large(totals.organizations),
    }
}

pub(crate) fn tally_out(tally: &Tally) -> v1::RoundTally {
    v1::RoundTally {
        items: large(tally.items),
        served_items: large(tally.served),
        partly_served_items: large(tally.partly),
        unserved_items: large(tally.unserved),
        asked_units: tally.units_asked,
        served_units: tally.units_served,
    }
}

pub(crate) fn tier_out(tier: &TierTally) -> v1::RoundTierTally {
    v1::RoundTierTally { tier: tier.tier.into(), tally: Some(tally_out(&tier.tally)) }
}

fn reason_count_out(count: &ReasonCount) -> v1::UnservedCount {
    v1::UnservedCount { reason: reason_out(count.reason).into(), items: large(count.items), units: count.units }
}

pub(crate) const fn reason_out(reason: UnservedReason) -> v1::UnservedReason {
    match reason {
        UnservedReason::NoCandidate => v1::UnservedReason::NoCandidate,
        UnservedReason::OnlyUnknownCapacity => v1::UnservedReason::OnlyUnknownCapacity,
        UnservedReason::NotCountable => v1::UnservedReason::NotCountable,
        UnservedReason::Capacity => v1::UnservedReason::Capacity,
        UnservedReason::Whole => v1::UnservedReason::Whole,
        UnservedReason::OrganizationCap => v1::UnservedReason::OrganizationCap,
        UnservedReason::Contacts => v1::UnservedReason::Contacts,
        UnservedReason::Partners => v1::UnservedReason::Partners,
        UnservedReason::Bundle => v1::UnservedReason::Bundle,
        UnservedReason::Guarantee => v1::UnservedReason::Guarantee,
        UnservedReason::NotProven => v1::UnservedReason::NotProven,
        UnservedReason::Occurrences => v1::UnservedReason::Occurrences,
    }
}
