//! Rounds.

use wishwell_api::v1::{RoundFailure, RoundState, UnservedReason};
use wishwell_report::Language;

/// Where a round stands.
pub(crate) fn state(language: Language, state: RoundState) -> &'static str {
    let (zh, en) = match state {
        RoundState::Pending => ("排队中", "Waiting to begin"),
        RoundState::Running => ("统筹计算中", "Being planned"),
        RoundState::Solved => ("方案已算好", "Planned"),
        RoundState::Committing => ("正在转介", "Offers are being made"),
        RoundState::Committed => ("已全部转介", "All offers made"),
        RoundState::Cancelled => ("已取消", "Called off"),
        RoundState::Failed => ("没有成功", "Failed"),
        RoundState::Unspecified => ("未知", "unknown"),
    };
    language.pick(zh, en)
}

/// Why a round failed.
pub(crate) fn failure(language: Language, failure: RoundFailure) -> &'static str {
    let (zh, en) = match failure {
        RoundFailure::TooLarge => ("需求或资源太多，超出一轮的上限", "more needs or resources than a round may have"),
        RoundFailure::Rules => ("规则与现有需求不相容", "its rules cannot be met with the needs there are"),
        RoundFailure::Uncertified => {
            ("方案没有通过校验，没有作任何转介", "the plan was not accepted by the check, so nothing was offered")
        }
        RoundFailure::Interrupted => ("多次中断", "whoever worked on it stopped, again and again"),
        RoundFailure::Internal => ("内部错误，或数据库没有响应", "a defect, or a store that did not answer"),
        RoundFailure::Unspecified => ("", ""),
    };
    language.pick(zh, en)
}

/// Why an item was not served.
pub(crate) fn unserved(language: Language, reason: UnservedReason) -> &'static str {
    let (zh, en) = match reason {
        UnservedReason::NoCandidate => ("没有合适的资源", "no resource fits"),
        UnservedReason::OnlyUnknownCapacity => {
            ("合适的资源余量未知，可询问", "what fits does not say how much it has: it can be asked")
        }
        UnservedReason::NotCountable => ("合适的资源无法纳入统筹计数", "what fits cannot be counted in a round"),
        UnservedReason::Capacity => ("合适的资源已安排给他人或已用尽", "what fits went to others or was used up"),
        UnservedReason::Whole => ("余量不足以整份满足", "too little is left for the whole of it"),
        UnservedReason::OrganizationCap => ("机构已达上限", "its organizations reached their caps"),
        UnservedReason::Contacts => ("机构联系次数已满", "its organizations are asked often enough"),
        UnservedReason::Partners => ("服务机构数已达上限", "it would be one organization too many"),
        UnservedReason::Bundle => ("同捆的需求无法满足", "what it is bundled with cannot be served"),
        UnservedReason::Guarantee => ("合适的资源已保障给他人", "what fits is guaranteed to others"),
        UnservedReason::NotProven => {
            ("也许另有方案能满足，未能证明", "another plan may serve it: that was not settled")
        }
        UnservedReason::Occurrences => ("部分周期不开放或已满", "closed or full in some of its weeks"),
        UnservedReason::Unspecified => ("其他原因", "another reason"),
    };
    language.pick(zh, en)
}

/// Why an offer of a round was refused, by the name of the reason; none for those that no offer of a plan should meet.
pub(crate) fn refused(language: Language, reason: &str) -> Option<&'static str> {
    let (zh, en) = match reason {
        "ITEM_COVERED" => ("该项已有人承接", "the item was covered meanwhile"),
        "CAPACITY_EXHAUSTED" => ("余量已被占用", "the capacity was taken meanwhile"),
        "RESOURCE_NOT_OFFERED" => ("资源已暂停", "the resource is not offered any more"),
        "RESOURCE_DOES_NOT_FIT" => ("资源不再符合条件", "the resource does not fit any more"),
        "ILLEGAL_STATE" => ("需求已撤回或关闭", "the need was withdrawn or closed"),
        "CONSENT_MISSING" => ("本人同意已撤回", "the consent was taken back"),
        "ERASED" => ("个人信息已抹除", "the personal data was erased"),
        _ => return None,
    };
    Some(language.pick(zh, en))
}
