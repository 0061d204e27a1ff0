//! The contract's words as people read them, in both languages. A word that is said in one place is said here for all.

pub(super) mod figures;
pub(crate) mod need;
pub(super) mod notification;
pub(super) mod referral;
pub(super) mod refusal;
pub(crate) mod round;
pub(super) mod time;
pub(crate) mod typed;

use wishwell_api::v1::PrincipalRole;
use wishwell_report::Language;

/// What somebody is.
pub(super) fn role(language: Language, role: PrincipalRole) -> &'static str {
    let (zh, en) = match role {
        PrincipalRole::Unspecified => ("未知", "unknown"),
        PrincipalRole::InternalService => ("平台服务", "platform service"),
        PrincipalRole::Partner => ("入驻机构", "partner"),
        PrincipalRole::CaseWorker => ("社工", "case worker"),
        PrincipalRole::Operator => ("平台管理员", "operator"),
        PrincipalRole::Auditor => ("审计员", "auditor"),
        PrincipalRole::Visitor => ("访客", "visitor"),
    };
    language.pick(zh, en)
}
