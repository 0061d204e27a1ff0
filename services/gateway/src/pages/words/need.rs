//! Needs.

use wishwell_api::v1::{Channel, DistanceBand, GroupTag, NeedState, RecurrencePeriod, Urgency};
use wishwell_report::Language;

/// How soon.
pub(crate) fn urgency(language: Language, urgency: Urgency) -> &'static str {
    let (zh, en) = match urgency {
        Urgency::Emergency => ("特急", "Emergency"),
        Urgency::Urgent => ("紧急", "Urgent"),
        Urgency::Normal => ("一般", "Normal"),
        Urgency::Low => ("不急", "Low"),
        Urgency::Unspecified => ("未定", "not said"),
    };
    language.pick(zh, en)
}

/// What an urgency means, for whoever has to choose one.
pub(in crate::pages) fn urgency_hint(language: Language, urgency: Urgency) -> &'static str {
    let (zh, en) = match urgency {
        Urgency::Emergency => ("危及生命或身体，马上需要", "life or limb, at once"),
        Urgency::Urgent => ("几天之内需要", "within days"),
        Urgency::Normal => ("几周之内需要", "within weeks"),
        Urgency::Low => ("有余力时再帮", "when there is something left"),
        Urgency::Unspecified => ("", ""),
    };
    language.pick(zh, en)
}

/// Where a need stands.
pub(in crate::pages) fn state(language: Language, state: NeedState) -> &'static str {
    let (zh, en) = match state {
        NeedState::Open => ("待满足", "Open"),
        NeedState::PartlyServed => ("部分满足", "Partly served"),
        NeedState::Served => ("已满足", "Served"),
        NeedState::Withdrawn => ("已撤回", "Withdrawn"),
        NeedState::Closed => ("已关闭", "Closed"),
        NeedState::Unspecified => ("未知", "unknown"),
    };
    language.pick(zh, en)
}

/// Where a need stands of which a delivery is disputed: whatever its state is, somebody is to settle that.
pub(in crate::pages) fn disputed(language: Language) -> &'static str {
    language.pick("有异议，待处理", "Disputed, to be settled")
}

/// The way a need came in.
pub(in crate::pages) fn channel(language: Language, channel: Channel) -> &'static str {
    let (zh, en) = match channel {
        Channel::MiniProgramme => ("小程序", "Mini-programme"),
        Channel::Hotline => ("12349 热线", "12349 hotline"),
        Channel::Consultant => ("救助顾问", "Consultant"),
        Channel::HomeVisit => ("入户走访", "Home visit"),
        Channel::OneForm => ("一表通窗口", "One-form desk"),
        Channel::CaseManagement => ("个案管理", "Case management"),
        Channel::Partner => ("入驻机构", "Partner"),
        Channel::Import => ("系统导入", "Import"),
        Channel::Unspecified => ("未知", "unknown"),
    };
    language.pick(zh, en)
}

/// A group of people.
pub(crate) fn group(language: Language, group: GroupTag) -> &'static str {
    let (zh, en) = match group {
        GroupTag::Elderly => ("老年人", "Old people"),
        GroupTag::Minor => ("未成年人", "Minors"),
        GroupTag::Disabled => ("残疾人", "People with a disability"),
        GroupTag::InDifficulty => ("困难群众", "People in difficulty"),
        GroupTag::Veteran => ("退役军人", "Veterans"),
        GroupTag::SevereIllness => ("重病患者", "People with a severe illness"),
        GroupTag::Unspecified => ("无", "none"),
    };
    language.pick(zh, en)
}

/// How often.
pub(in crate::pages) fn every(language: Language, period: RecurrencePeriod) -> &'static str {
    let (zh, en) = match period {
        RecurrencePeriod::Day => ("每天", "each day"),
        RecurrencePeriod::Week => ("每周", "each week"),
        RecurrencePeriod::Month => ("每月", "each month"),
        RecurrencePeriod::Unspecified => ("一次", "once"),
    };
    language.pick(zh, en)
}

/// How far away, coarsely; empty when that is not known.
pub(in crate::pages) fn distance_band(language: Language, band: DistanceBand) -> &'static str {
    let (zh, en) = match band {
        DistanceBand::Unspecified => ("", ""),
        DistanceBand::Under2Km => ("2 公里以内", "within 2 km"),
        DistanceBand::From2To5Km => ("2–5 公里", "2 to 5 km"),
        DistanceBand::From5To10Km => ("5–10 公里", "5 to 10 km"),
        DistanceBand::From10To25Km => ("10–25 公里", "10 to 25 km"),
        DistanceBand::From25To100Km => ("25–100 公里", "25 to 100 km"),
        DistanceBand::Over100Km => ("100 公里以上", "over 100 km"),
    };
    language.pick(zh, en)
}
