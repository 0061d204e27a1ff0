//! Referrals, candidates and why something does not fit.

use wishwell_api::v1::{DeliveryMode, Referral, ReferralOrigin, ReferralState, ScoreTerm, StepReason};
use wishwell_domain::referral::Action;
use wishwell_domain::resource;
use wishwell_report::Language;

/// What a state is called.
pub(in crate::pages) fn state(language: Language, state: ReferralState) -> &'static str {
    let (zh, en) = match state {
        ReferralState::Offered => ("待答复", "Waiting for an answer"),
        ReferralState::Accepted => ("已接受", "Accepted"),
        ReferralState::Declined => ("已婉拒", "Declined"),
        ReferralState::Expired => ("超时未答", "Not answered in time"),
        ReferralState::Withdrawn => ("已收回", "Taken back"),
        ReferralState::InProgress => ("服务中", "In progress"),
        ReferralState::Delivered => ("已提供，待确认", "Delivered, to be confirmed"),
        ReferralState::Confirmed => ("已确认", "Confirmed"),
        ReferralState::Disputed => ("有异议", "Disputed"),
        ReferralState::Cancelled => ("已取消", "Called off"),
        ReferralState::Failed => ("未成", "Came to nothing"),
        ReferralState::Unspecified => ("未知", "unknown"),
    };
    language.pick(zh, en)
}

/// Where this one stands: what failed after a part had arrived did not come to nothing.
pub(in crate::pages) fn standing(language: Language, referral: &Referral) -> &'static str {
    if referral.state() == ReferralState::Failed && referral.arrived_units > 0 {
        return language.pick("只办成一部分", "Came to a part only");
    }
    state(language, referral.state())
}

/// Where all of a state stand together: some of what failed came to a part.
pub(in crate::pages) fn all_of(language: Language, of: ReferralState) -> &'static str {
    if of == ReferralState::Failed {
        return language.pick("未成，或只办成一部分", "Came to nothing or to a part");
    }
    state(language, of)
}

/// How a referral came about.
pub(in crate::pages) fn origin(language: Language, origin: ReferralOrigin) -> &'static str {
    let (zh, en) = match origin {
        // By a person, or by a round before the record told which.
        ReferralOrigin::Chosen => ("指定转介", "sent to one chosen resource"),
        ReferralOrigin::Automatic => ("自动转介", "offered automatically"),
        ReferralOrigin::Claim => ("心愿认领", "wish claimed"),
        ReferralOrigin::Pledge => ("心愿认捐", "wish pledged"),
        ReferralOrigin::Round => ("统筹转介", "offered by a round"),
        ReferralOrigin::Unspecified => ("未知", "unknown"),
    };
    language.pick(zh, en)
}

/// What becomes of the part of a pledge that does not arrive.
pub(in crate::pages) fn given_once(language: Language) -> &'static str {
    language.pick(
        "认捐只给这一次：没有送到的部分不再提供给别人。",
        "A pledge is given once: what does not arrive is offered to nobody else.",
    )
}

/// Reasons that make sense for a step of the provider's side, in the order in which a form offers them. The contract takes all of them.
pub(in crate::pages) const fn providers_reasons(step: Action) -> &'static [StepReason] {
    use StepReason::{
        NoCapacity, NoSuitableTime, NotDelivered, NotEligible, NotReachable, NotWanted, Other, OutsideArea,
        WrongService,
    };
    match step {
        Action::Decline => &[NoCapacity, OutsideArea, NotEligible, WrongService, NoSuitableTime, Other],
        Action::Cancel => {
            &[NoCapacity, NotReachable, NoSuitableTime, NotWanted, NotEligible, WrongService, OutsideArea, Other]
        }
        _ => &[NotReachable, NotWanted, NoSuitableTime, NotDelivered, NotEligible, WrongService, Other],
    }
}

/// The same for a step of the side that asks for help.
pub(in crate::pages) const fn askers_reasons(step: Action) -> &'static [StepReason] {
    use StepReason::{NoSuitableTime, NotDelivered, NotReachable, NotWanted, Other, PoorQuality, WrongService};
    match step {
        Action::Withdraw => &[NotWanted, NotReachable, NoSuitableTime, WrongService, Other],
        Action::Cancel => &[NotWanted, NotDelivered, NotReachable, NoSuitableTime, WrongService, Other],
        Action::Dispute => &[NotDelivered, PoorQuality, WrongService, Other],
        _ => &[NotDelivered, PoorQuality, WrongService, NotWanted, NotReachable, Other],
    }
}

/// Why a step was taken.
pub(in crate::pages) fn reason(language: Language, reason: StepReason) -> &'static str {
    let (zh, en) = match reason {
        StepReason::NoCapacity => ("已没有余量", "nothing left after all"),
        StepReason::OutsideArea => ("不在服务范围", "outside the area served"),
        StepReason::NotEligible => ("不符合条件", "not eligible"),
        StepReason::NotReachable => ("联系不上本人", "the person could not be reached"),
        StepReason::WrongService => ("不是所需的服务", "not what was asked for"),
        StepReason::NoSuitableTime => ("时间不合适", "no time that suits both"),
        StepReason::NotWanted => ("本人不需要了", "not wanted, or no longer"),
        StepReason::NeedClosed => ("需求已结束", "the need has ended"),
        StepReason::Shortfall => ("容量减少，无法履约", "the provider has less than promised"),
        StepReason::PoorQuality => ("质量不佳或不完整", "poor or incomplete"),
        StepReason::NotDelivered => ("没有收到", "did not arrive"),
        StepReason::Other => ("其他原因", "another reason"),
        StepReason::Unspecified => ("未说明", "not said"),
    };
    language.pick(zh, en)
}

/// A way of help to reach a person.
pub(in crate::pages) fn mode(language: Language, mode: DeliveryMode) -> &'static str {
    let mode = match mode {
        DeliveryMode::OnSite => resource::DeliveryMode::OnSite,
        DeliveryMode::HomeVisit => resource::DeliveryMode::HomeVisit,
        DeliveryMode::Delivery => resource::DeliveryMode::Delivery,
        DeliveryMode::Remote => resource::DeliveryMode::Remote,
        DeliveryMode::Unspecified => return "",
    };
    language.pick(mode.zh(), mode.en())
}

/// A term of the score.
pub(in crate::pages) fn term(language: Language, term: ScoreTerm) -> &'static str {
    let (zh, en) = match term {
        ScoreTerm::Distance => ("距离近", "near"),
        ScoreTerm::SpareCapacity => ("余量多", "has plenty"),
        ScoreTerm::CapacityFreshness => ("容量新近核实", "figures are fresh"),
        ScoreTerm::EligibilityCertainty => ("资格明确", "surely eligible"),
        ScoreTerm::CategoryExactness => ("类别贴合", "right kind"),
        ScoreTerm::TrackRecord => ("履约良好", "kept its word"),
        ScoreTerm::RecentContact => ("近期少打扰", "not asked lately"),
        ScoreTerm::Scarcity => ("不占稀缺资源", "not scarce"),
        ScoreTerm::Unspecified => ("", ""),
    };
    language.pick(zh, en)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_failed_after_a_part_had_arrived_did_not_come_to_nothing() {
        let failed =
            |arrived_units| Referral { state: ReferralState::Failed.into(), arrived_units, ..Referral::default() };
        assert_eq!(standing(Language::En, &failed(0)), "Came to nothing");
        assert_eq!(standing(Language::En, &failed(3)), "Came to a part only");
        assert_eq!(standing(Language::Zh, &failed(3)), "只办成一部分");
        assert_eq!(all_of(Language::En, ReferralState::Failed), "Came to nothing or to a part");
        assert_eq!(all_of(Language::En, ReferralState::Declined), "Declined");
    }

    #[test]
    fn each_step_offers_the_reasons_that_make_sense_for_it() {
        let offered = [
            (providers_reasons(Action::Decline), "an offer", &[StepReason::NotDelivered, StepReason::PoorQuality][..]),
            (providers_reasons(Action::Cancel), "a promise", &[StepReason::NotDelivered, StepReason::PoorQuality]),
            (providers_reasons(Action::Fail), "what did not come about", &[StepReason::NoCapacity]),
            (askers_reasons(Action::Withdraw), "an offer", &[StepReason::NotDelivered, StepReason::NoCapacity]),
            (askers_reasons(Action::Cancel), "a promise", &[StepReason::NoCapacity, StepReason::OutsideArea]),
            (askers_reasons(Action::Dispute), "help", &[StepReason::NoCapacity, StepReason::OutsideArea]),
            (askers_reasons(Action::Fail), "a dispute", &[StepReason::NoCapacity, StepReason::NotEligible]),
        ];
        for (reasons, of, senseless) in offered {
            assert_eq!(reasons.last(), Some(&StepReason::Other), "{of}");
            assert!(!reasons.iter().any(|reason| senseless.contains(reason)), "{of}: {reasons:?}");
            // Those that only the service gives are offered to nobody.
            let its_own = [StepReason::Unspecified, StepReason::NeedClosed, StepReason::Shortfall];
            assert!(!reasons.iter().any(|reason| its_own.contains(reason)), "{of}: {reasons:?}");
        }
        let disputed = askers_reasons(Action::Dispute);
        assert!(disputed.contains(&StepReason::NotDelivered) && disputed.contains(&StepReason::PoorQuality));
        assert!(providers_reasons(Action::Decline).contains(&StepReason::OutsideArea));
    }

    #[test]
    fn what_a_round_offered_is_not_said_to_be_chosen_by_hand() {
        assert_eq!(origin(Language::Zh, ReferralOrigin::Chosen), "指定转介");
        assert_eq!(origin(Language::En, ReferralOrigin::Chosen), "sent to one chosen resource");
        let of_round = [Language::Zh, Language::En].map(|language| origin(language, ReferralOrigin::Round));
        assert_eq!(of_round, ["统筹转介", "offered by a round"]);
    }
}
