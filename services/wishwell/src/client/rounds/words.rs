//! Words about rounds.

use wishwell_api::v1::{RoundFailure, RoundLevel, RoundLevelKind, RoundState, UnservedReason};

use crate::client::words::urgency;
use crate::lang::Lang;

/// Where a round stands.
pub(in crate::client) fn state(state: RoundState, lang: Lang) -> &'static str {
    match state {
        RoundState::Pending => lang.pick("pending", "排队中"),
        RoundState::Running => lang.pick("planning", "统筹计算中"),
        RoundState::Solved => lang.pick("solved", "方案已算好"),
        RoundState::Committing => lang.pick("offering", "正在转介"),
        RoundState::Committed => lang.pick("committed", "已全部转介"),
        RoundState::Cancelled => lang.pick("cancelled", "已取消"),
        RoundState::Failed => lang.pick("failed", "没有成功"),
        RoundState::Unspecified => "",
    }
}

/// Why a round failed.
pub(super) fn failure(failure: RoundFailure, lang: Lang) -> &'static str {
    match failure {
        RoundFailure::TooLarge => lang.pick("it has more needs or pairs than a round may have", "超出一轮的规模上限"),
        RoundFailure::Rules => lang.pick("its rules cannot be met with the needs there are", "规则与现有需求不相容"),
        RoundFailure::Uncertified => lang
            .pick("the check did not accept the certificate, so nothing was offered", "证书未通过校验，未作任何转介"),
        RoundFailure::Interrupted => lang.pick("whoever worked on it stopped, again and again", "多次中断"),
        RoundFailure::Internal => lang.pick("a defect, or a store that did not answer", "内部错误或存储未响应"),
        RoundFailure::Unspecified => "",
    }
}

/// Why an item was not served.
pub(super) fn reason(reason: UnservedReason, lang: Lang) -> &'static str {
    match reason {
        UnservedReason::NoCandidate => lang.pick("no resource fits", "没有合适的资源"),
        UnservedReason::OnlyUnknownCapacity => {
            lang.pick("what fits does not say how much it has: it can be asked", "合适的资源余量未知，可询问")
        }
        UnservedReason::NotCountable => {
            lang.pick("what fits cannot be counted in a round", "合适的资源无法纳入统筹计数")
        }
        UnservedReason::Capacity => {
            lang.pick("what fits went to others or was used up", "合适的资源已安排给他人或已用尽")
        }
        UnservedReason::Whole => lang.pick("too little is left for the whole of it", "余量不足以整份满足"),
        UnservedReason::OrganizationCap => lang.pick("its organizations reached their caps", "机构已达上限"),
        UnservedReason::Contacts => lang.pick("its organizations are asked often enough", "机构联系次数已满"),
        UnservedReason::Partners => lang.pick("it would be one organization too many", "服务机构数已达上限"),
        UnservedReason::Bundle => lang.pick("what it is bundled with cannot be served", "同捆的需求无法满足"),
        UnservedReason::Guarantee => lang.pick("what fits is guaranteed to others", "合适的资源已保障给他人"),
        UnservedReason::NotProven => {
            lang.pick("another plan may serve it: that was not settled", "也许另有方案能满足，未能证明")
        }
        UnservedReason::Occurrences => lang.pick("closed or full in some of its weeks", "部分周期不开放或已满"),
        UnservedReason::Unspecified => "",
    }
}

/// What a level is about.
pub(super) fn level(level: &RoundLevel, lang: Lang) -> String {
    match level.kind() {
        RoundLevelKind::Tier => tier(level.tier, lang),
        RoundLevelKind::Guarantee => lang.pick("guarantees", "保障").to_owned(),
        RoundLevelKind::Distance => lang.pick("distance", "距离").to_owned(),
        RoundLevelKind::Load => lang.pick("even load", "负荷均衡").to_owned(),
        RoundLevelKind::Unspecified => String::new(),
    }
}

/// An urgency tier in words.
pub(super) fn tier(tier: i32, lang: Lang) -> String {
    match (urgency(tier, lang), lang) {
        ("", Lang::En) => format!("tier {tier}"),
        ("", Lang::Zh) => format!("第 {tier} 级"),
        (name, Lang::En) => format!("tier {tier} ({name})"),
        (name, Lang::Zh) => format!("第 {tier} 级（{name}）"),
    }
}
