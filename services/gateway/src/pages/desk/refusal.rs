//! Why the service did not do what was asked, for people.

use tonic::{Code, Status};
use tonic_types::StatusExt as _;
use wishwell_report::Language;

/// What to tell somebody whose step was refused; none where it is no refusal but a failure of the page.
pub(super) fn refusal(language: Language, status: &Status) -> Option<String> {
    let refused = matches!(
        status.code(),
        Code::FailedPrecondition | Code::Aborted | Code::AlreadyExists | Code::InvalidArgument | Code::PermissionDenied
    );
    if !refused {
        return None;
    }
    let details = status.get_error_details();
    let reason = details.error_info().map_or("", |info| info.reason.as_str());
    let (zh, en) = match reason {
        "ILLEGAL_STATE" => (
            "情况已经变了，这一步现在不能做。请看下面的最新进展。",
            "Things have moved on: this step cannot be taken now. See below where it stands.",
        ),
        "ETAG_MISMATCH" => (
            "刚才有别人做了改动，请看过最新情况再试。",
            "Somebody else changed it a moment ago; look at it again, then try again.",
        ),
        "CAPACITY_EXHAUSTED" => (
            "这家的余量刚刚用完，没有占用任何名额。请选下一家。",
            "Its capacity has just run out; nothing was held. Please choose another.",
        ),
        "ITEM_COVERED" => ("这一项已经有人承接，不需要再转介。", "This item is covered already."),
        "RESOURCE_NOT_OFFERED" => ("这个资源目前暂停，不能转介。", "This resource is not offered at the moment."),
        "RESOURCE_DOES_NOT_FIT" => {
            ("这个资源不再符合条件，请选别家。", "This resource does not fit any more; please choose another.")
        }
        "NOBODY_LEFT_TO_ASK" => {
            ("合适的单位都问过了，没有可以再问的。", "Everybody who fits has been asked; nobody is left.")
        }
        "CONTACT_BUDGET_SPENT" => (
            "合适的单位今天都已收到足够多的自动转介，请稍后再试，或自己选一家。",
            "Those who fit have got enough automatic offers for a day. Try again later, or choose one yourself.",
        ),
        "CONSENT_MISSING" => {
            ("缺少本人同意的记录，或同意已撤回。", "A consent is missing on record, or was taken back.")
        }
        "ERASED" => ("相关个人信息已应本人要求抹除。", "The personal data was erased."),
        "PERMISSION_DENIED" => ("您的角色不能做这一步。", "Your role may not take this step."),
        _ => return Some(format!("{}{}", language.pick("没有办成：", "This was not done: "), status.message())),
    };
    Some(language.pick(zh, en).to_owned())
}
