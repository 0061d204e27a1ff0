//! Why the service did not do something, for people: a sentence for each reason of the contract that they can meet, in one table, and for
//! each rule that what they fill in can break.

use tonic::{Code, Status};
use tonic_types::StatusExt as _;
use wishwell_api::v1::ErrorReason;
use wishwell_report::Language;

/// Who reads it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::pages) enum Reader {
    /// A partner, whose resources they are.
    Partner,
    /// Anybody else.
    Staff,
}

/// How a reason is told, in Chinese and in English.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Telling {
    /// On the page that somebody is on: a step was refused, and the page shows how it stands.
    Here(&'static str, &'static str),
    /// Instead of a page: there is nothing to show.
    Instead(&'static str, &'static str),
    /// To nobody, and why nobody meets it.
    Nobody(&'static str),
}

/// Why a page was not to be had, or something was not done, in a sentence; none for what nobody meets.
pub(in crate::pages) fn sentence(language: Language, reader: Reader, status: &Status) -> Option<&'static str> {
    match telling(reason_of(status), reader) {
        Telling::Here(zh, en) | Telling::Instead(zh, en) => Some(language.pick(zh, en)),
        Telling::Nobody(_) => None,
    }
}

/// Why a step was not taken, for the page that it was asked for on; none where it is no refusal but a failure of the page.
pub(in crate::pages) fn refused(language: Language, reader: Reader, status: &Status) -> Option<String> {
    let Telling::Here(zh, en) = telling(reason_of(status), reader) else { return None };
    let sentence = language.pick(zh, en);
    let details = status.get_error_details();
    let wrong = details.bad_request().map(|found| found.field_violations.as_slice()).unwrap_or_default();
    let rules: Option<Vec<&str>> = match language {
        Language::Zh => wrong.iter().map(|violation| rule(&violation.reason)).collect(),
        Language::En => Some(wrong.iter().map(|violation| violation.description.as_str()).collect()),
    };
    let rules = rules.filter(|rules| !rules.is_empty()).map(|rules| rules.join(language.pick("；", "; ")));
    Some(match rules {
        None => sentence.to_owned(),
        Some(rules) => {
            format!("{}{rules}{}", language.pick("没有办成：", "This was not done: "), language.pick("。", "."))
        }
    })
}

/// The reason of a status; of one that has none, or one that this program does not know, that which its code says.
pub(in crate::pages) fn reason_of(status: &Status) -> ErrorReason {
    let details = status.get_error_details();
    let told =
        details.error_info().and_then(|info| ErrorReason::from_str_name(&format!("ERROR_REASON_{}", info.reason)));
    told.unwrap_or(match status.code() {
        Code::Unavailable | Code::Unknown => ErrorReason::NotServing,
        Code::DeadlineExceeded => ErrorReason::DeadlineExceeded,
        Code::ResourceExhausted => ErrorReason::Overloaded,
        Code::NotFound => ErrorReason::NotFound,
        Code::PermissionDenied => ErrorReason::PermissionDenied,
        Code::InvalidArgument | Code::OutOfRange => ErrorReason::InvalidFields,
        Code::FailedPrecondition | Code::Aborted | Code::AlreadyExists => ErrorReason::IllegalState,
        _ => ErrorReason::Internal,
    })
}

/// The table. A reason that is new in the contract has no line here, and this program is not built without one.
const fn telling(reason: ErrorReason, reader: Reader) -> Telling {
    use Reader::{Partner, Staff};
    use Telling::{Here, Instead, Nobody};
    match (reason, reader) {
        (ErrorReason::InvalidFields, _) => Here(
            "填写的内容有误，什么都没有保存。请检查后再试。",
            "Something that was filled in does not fit, and nothing was saved. Please look it over and try again.",
        ),
        (ErrorReason::UnknownCategory, _) => Here(
            "目录里没有这个服务类别，请另选一个。",
            "The catalogue has no such kind of help; please choose another.",
        ),
        (ErrorReason::UnknownDivision, _) => {
            Here("目录里没有这个区划，请另选一个。", "The catalogue has no such division; please choose another.")
        }
        (ErrorReason::UnknownUnit, _) => {
            Here("没有这个计量单位，请另选一个。", "There is no such unit; please choose another.")
        }
        (ErrorReason::UnitMismatch, _) => Here(
            "计量单位不一致：这里要按同一个单位来计。",
            "The units do not agree: both must be counted in the same one.",
        ),
        (ErrorReason::UnknownReference, _) => Here(
            "找不到所填的编号对应的档案，请核对。",
            "What was filled in refers to something that does not exist; please check it.",
        ),
        (ErrorReason::InvalidPageToken, _) => Instead(
            "这一页的地址已经失效。请回到列表的第一页，再往下翻。",
            "The address of this page of the list is good no more. Please begin at the list's first page.",
        ),
        (ErrorReason::NotFound, _) => Instead(
            "它可能已经结束或被删除，也可能不归您查看。",
            "It may be over or removed, or it is not yours to see.",
        ),
        (ErrorReason::EtagMismatch, Partner) => Here(
            "刚才有人更新过这条记录，您的操作没有执行。请看过最新情况再试。",
            "Somebody changed this a moment ago, so nothing was done. Please look at how it stands now.",
        ),
        (ErrorReason::EtagMismatch, Staff) => Here(
            "刚才有别人做了改动，请看过最新情况再试。",
            "Somebody else changed it a moment ago; look at it again, then try again.",
        ),
        (ErrorReason::RequestIdReused, _) => Here(
            "这张表单已经提交过了，没有再做一次。请看最新情况。",
            "This form was sent before, and nothing was done again. Please look at how it stands now.",
        ),
        (ErrorReason::IllegalState, _) => Here(
            "情况已经变了，这一步现在已经不能做了。请看最新进展，再决定怎么做。",
            "Things have moved on: this step cannot be taken any more. Please look at how it stands now.",
        ),
        (ErrorReason::CapacityBelowUse, _) => Here(
            "总量不能这么少：这么多已经用掉或承诺出去了。",
            "The total cannot be so small: that much is used or promised already.",
        ),
        (ErrorReason::Erased, _) => Here("相关个人信息已应本人要求抹除。", "The personal data was erased on request."),
        (ErrorReason::ConsentMissing, Partner) => Here(
            "本人没有同意向服务机构提供联系方式，请通过社工联系（见本页下方）。",
            "The person has not agreed to share contact data. Please reach them through the case worker (see below).",
        ),
        (ErrorReason::ConsentMissing, Staff) => {
            Here("缺少本人同意的记录，或同意已撤回。", "A consent is missing on record, or was taken back.")
        }
        (ErrorReason::PermissionDenied, _) => Here(
            "您的角色或负责的区划不包括这里，不能做这一步。确有需要，请联系平台管理员。",
            "This is outside of your role, or of the divisions you work in. If you need it, ask an operator of the platform.",
        ),
        (ErrorReason::DeadlineExceeded, _) => Instead(
            "它可能正忙。已经保存的内容都还在；本页会自动重试，您也可以稍后刷新。",
            "It may be busy. Nothing that was saved is lost; this page tries again by itself, and you can also reload it later.",
        ),
        (ErrorReason::NotServing, _) => Instead(
            "已经保存的内容都还在。本页会自动重试；您也可以稍后刷新。",
            "Nothing that was saved is lost. This page tries again by itself; you can also reload it later.",
        ),
        (ErrorReason::StoreUnavailable, _) => Instead(
            "它的数据库暂时没有应答，已经保存的内容都还在。本页会自动重试；您也可以稍后刷新。",
            "Its database does not answer. Nothing that was saved is lost; this page tries again by itself, and you can also reload it later.",
        ),
        (ErrorReason::Overloaded, _) => {
            Instead("这一步没有做成，过一会儿再试就好。", "Nothing was done. Please try again in a while.")
        }
        (ErrorReason::MessageTooLarge, _) => Instead(
            "一次提交的内容太多，什么都没有保存。请返回删短后再试。",
            "Too much was sent at once, and nothing was saved. Please go back and make it shorter.",
        ),
        (ErrorReason::AnswerTooLarge, _) => Here(
            "内容太多，一次显示不下。请缩小范围后再看。",
            "There is too much to show at once. Please ask for a smaller part.",
        ),
        (ErrorReason::LimitReached, _) => Here(
            "已经到了允许的最多数量，没有再增加。请先修改或删除已有的，再试。",
            "There are as many as there may be, and no more was added. Please change or remove one of those first.",
        ),
        (ErrorReason::StoreFull, _) => Instead(
            "平台的存储空间满了，什么都没有保存。请告诉平台管理员，过后再试。",
            "The platform has no space left to store anything, and nothing was saved. Please tell an operator, and try again later.",
        ),
        (ErrorReason::Unimplemented, _) => Instead(
            "匹配服务的版本还没有这项功能。请告诉平台管理员。",
            "The matching service is of a version that cannot do this yet. Please tell an operator.",
        ),
        (ErrorReason::Internal, _) => Instead(
            "这是我们的问题。请记下页脚的请求编号，告诉平台管理员。",
            "This is our fault. Please note the request's number at the foot of the page and tell an operator.",
        ),
        (ErrorReason::DataLoss, _) => Instead(
            "有一条存储的记录读不出来。请记下页脚的请求编号，告诉平台管理员。",
            "Something that is stored cannot be read. Please note the request's number at the foot of the page and tell an operator.",
        ),
        (ErrorReason::CapacityExhausted, Partner) => Here(
            "这项资源已经没有余量了。可以在“我的资源”里更新容量。",
            "Nothing of this resource is left. You can update its capacity under “My resources”.",
        ),
        (ErrorReason::CapacityExhausted, Staff) => Here(
            "这家的余量刚刚用完，没有占用任何名额。请选下一家。",
            "Its capacity has just run out; nothing was held. Please choose another.",
        ),
        (ErrorReason::ItemCovered, _) => {
            Here("这一项已经有人承接，不需要再转介。", "Somebody serves this item already; nothing more is needed.")
        }
        (ErrorReason::ResourceNotOffered, _) => {
            Here("这项资源已暂停，或今天不提供。", "This resource is paused, or not offered today.")
        }
        (ErrorReason::NobodyLeftToAsk, _) => {
            Here("合适的机构都问过了，没有可以再问的。", "Everybody who fits has been asked; nobody is left.")
        }
        (ErrorReason::OrganizationNotCleared, Partner) => Here(
            "贵单位目前未通过审核（或已被暂停），或缺少这项帮助所需的核查，所以现在不能接受，也看不到联系方式。请联系平台管理员。",
            "Your organization is not verified at the moment, or suspended, or lacks a check that this help asks for: it cannot accept this now, nor see contact data. Please contact the operators of the platform.",
        ),
        (ErrorReason::OrganizationNotCleared, Staff) => Here(
            "这家机构目前未通过审核（或已被暂停），或缺少这项帮助所需的核查，不能接受。请撤回，另选一家。",
            "This organization is not verified at the moment, or suspended, or lacks a check that this help asks for: it cannot accept. Please withdraw the offer and choose another.",
        ),
        (ErrorReason::ResourceDoesNotFit, Partner) => Here(
            "这项资源与这个心愿对不上（类别、范围、时间或条件）。请换一项资源，或改为认捐。",
            "This resource does not fit the wish (kind, area, time or conditions). Choose another one, or pledge something else.",
        ),
        (ErrorReason::ResourceDoesNotFit, Staff) => {
            Here("这个资源不再符合条件，请选别家。", "This resource does not fit any more; please choose another.")
        }
        (ErrorReason::ResultsNotKept, _) => Instead(
            "这一轮的结果没有保留下来：只保留较近几轮的。",
            "The results of this round are not kept any more: those of the newer rounds are.",
        ),
        (ErrorReason::LeftToNextRound, _) => Here(
            "能帮上的机构对别的需求更要紧，这一项留给下一轮统筹，没有转介。要现在转介，请自己选一家。",
            "Whoever could help is worth as much to others: it is left to the next round, and nobody was asked. To ask somebody now, choose them yourself.",
        ),
        (ErrorReason::ContactBudgetSpent, _) => Here(
            "合适的机构今天都已收到足够多的自动转介，请稍后再试，或自己选一家。",
            "Those who fit have got enough automatic offers for a day. Try again later, or choose one yourself.",
        ),
        (ErrorReason::Unspecified, _) => Nobody("it is never answered"),
        (ErrorReason::MalformedMessage, _) => Nobody("pages send whole messages"),
        (ErrorReason::InvalidExpression, _) => Nobody("no page takes conditions of eligibility"),
        (ErrorReason::HierarchyCycle, _) => Nobody("no page changes categories or divisions"),
        (ErrorReason::ExternalIdTaken, _) => Nobody("no page gives anything an external identity"),
        (ErrorReason::PoolOfOtherOrganization, _) => Nobody("no page makes resources"),
        (ErrorReason::Unauthenticated | ErrorReason::TokenExpired | ErrorReason::TokenKeyUnknown, _) => {
            Nobody("whoever is not signed in is led to the page for that, which says why")
        }
        (ErrorReason::PositionNotReached, _) => Nobody("pages ask for no position"),
        (ErrorReason::VerifiedIdentity, _) => Nobody("no page changes organizations"),
        (ErrorReason::LogReplaced, _) => Nobody("a page that listens begins anew by itself"),
        (ErrorReason::WatchTooSlow, _) => Nobody("a page that listens comes back by itself"),
        (ErrorReason::NeedOfBeneficiary, _) => Nobody("no page erases anything"),
    }
}

/// What a rule of the service asks, in Chinese; none of a rule that says it best by its field.
pub(in crate::pages) fn rule(reason: &str) -> Option<&'static str> {
    Some(match reason {
        "CATEGORY_UNKNOWN" => "目录里没有这个服务类别",
        "DIVISION_UNKNOWN" => "目录里没有这个区划",
        "UNIT" => "没有这个计量单位",
        "UNIT_MISMATCH" => "单位应与类别或资源的单位相同",
        "REFERENCE" => "找不到这个编号，请核对来源系统和编号",
        "REFERENCE_ONE" => "编号和名称只能填一个",
        "NEED_ITEMS" => "至少要有一项，最多 32 项",
        "NEED_PLACE_REQUIRED" => "请选择所在区划；只要电话或线上帮助的可以不选",
        "TIMING_ORDER" => "结束时间应在开始时间之后",
        "TIMING_FUTURE" => "时间应在将来",
        "TIMING_HORIZON" => "时间太远了",
        "TIMING_ONE" => "最晚时间和一段时间只能填一种",
        "RECURRENCE_OCCURRENCES" => "天数、周数或月数应在 1 到 366 之间",
        "MOBILITY_SOME" => "请至少选择一种提供帮助的方式",
        "MOBILITY_TRAVEL_RANGE" => "距离应在 1 米到 2 万公里之间",
        "POINT_RANGE" => "坐标不对：纬度 -90 到 90，经度 -180 到 180",
        "DATUM_REQUIRED" => "请说明坐标取自哪种地图",
        "WISH_CONSENT_FIRST" => "同意公开的日期不能晚于公开的日期",
        "FACT_TYPE" | "FACT_CODE" => "回答与问题对不上",
        "FACT_TEXT_LENGTH" => "回答太长，或没有填",
        "STEP_QUANTITY_RANGE" => "数量应在 1 和承诺的数量之间；提前结束的，应少于承诺的数量",
        "STEP_QUANTITY_WHOLE" => "全部提供的，请改为登记“已提供”或确认",
        "ENQUIRY_QUANTITY" => "请填写能提供多少",
        "STEP_RATING" => "评价应为 1 到 5 分",
        "ITEM_NOT_SPLITTABLE" => "这一项不能由几家分担，只能全部承接",
        "POOL_UNBOUNDED_TOTAL" => "不限量的不填总量",
        "POOL_FIGURE_RANGE" => "总量应为不小于 0 的整数，且不能太大",
        _ => return None,
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::collections::BTreeSet;

    use tonic_types::{ErrorDetails, FieldViolation};

    use super::*;

    fn reasons() -> impl Iterator<Item = ErrorReason> {
        (0..).map_while(|number| ErrorReason::try_from(number).ok())
    }

    #[test]
    fn each_reason_of_the_contract_is_told_in_a_sentence_or_says_why_nobody_meets_it() {
        assert!(reasons().count() > 40, "{}", reasons().count());
        for reader in [Reader::Partner, Reader::Staff] {
            let mut told: BTreeSet<(&str, &str)> = BTreeSet::new();
            for reason in reasons() {
                match telling(reason, reader) {
                    Telling::Here(zh, en) | Telling::Instead(zh, en) => {
                        assert!(zh.ends_with('。') && en.ends_with('.'), "{reason:?}");
                        assert!(!en.chars().any(|c| ('一'..='鿿').contains(&c)), "{reason:?}");
                        assert!(told.insert((zh, en)), "{reason:?} is told as another");
                    }
                    Telling::Nobody(why) => assert!(why.len() > 15, "{reason:?}"),
                }
            }
        }
    }

    fn status(code: Code, reason: &str, rules: &[(&str, &str)]) -> Status {
        let mut details = ErrorDetails::new();
        details.set_error_info(reason, "wishwell.v1", std::collections::HashMap::<String, String>::new());
        if !rules.is_empty() {
            let violation = |(rule, said): &(&str, &str)| {
                let mut violation = FieldViolation::new("quantity", *said);
                violation.reason = (*rule).to_owned();
                violation
            };
            details.set_bad_request(rules.iter().map(violation).collect::<Vec<_>>());
        }
        Status::with_error_details(code, "as the service says it", details)
    }

    #[test]
    fn a_step_that_is_refused_is_told_by_its_reason_and_what_does_not_fit_by_its_rules() {
        let zh = |status: &Status| refused(Language::Zh, Reader::Staff, status);
        let en = |status: &Status| refused(Language::En, Reader::Staff, status);
        let spent = status(Code::ResourceExhausted, "CONTACT_BUDGET_SPENT", &[]);
        assert!(zh(&spent).unwrap().contains("自己选一家"), "whatever its code");
        let away = status(Code::Unavailable, "STORE_UNAVAILABLE", &[]);
        assert_eq!(zh(&away), None, "that is no refusal");
        let wrong = status(Code::InvalidArgument, "INVALID_FIELDS", &[("STEP_RATING", "must be 1 to 5")]);
        assert_eq!(zh(&wrong).unwrap(), "没有办成：评价应为 1 到 5 分。");
        assert_eq!(en(&wrong).unwrap(), "This was not done: must be 1 to 5.");
        let unknown = status(Code::InvalidArgument, "INVALID_FIELDS", &[("NEW", "must be new")]);
        assert_eq!(zh(&unknown).unwrap(), "填写的内容有误，什么都没有保存。请检查后再试。");
        let newer = status(Code::FailedPrecondition, "OF_A_NEWER_SERVICE", &[]);
        assert!(zh(&newer).unwrap().contains("不能做了"), "by its code");
    }
}
