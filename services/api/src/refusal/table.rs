//! A sentence for each reason of the contract and each who may read it, in one table.

use super::{Reader, Telling, Words};
use crate::v1::ErrorReason;

const fn here(zh: &'static str, en: &'static str) -> Telling {
    Telling::Here(Words { zh, en })
}

const fn instead(zh: &'static str, en: &'static str) -> Telling {
    Telling::Instead(Words { zh, en })
}

/// The table. A reason that is new in the contract has no line here, and this program is not built without one. What is told on the command
/// line speaks of no page and no form.
pub(super) const fn telling(reason: ErrorReason, reader: Reader) -> Telling {
    use Reader::{CommandLine, Partner, Staff};
    use Telling::Nobody;
    match (reason, reader) {
        (ErrorReason::InvalidFields, Partner | Staff) => here(
            "填写的内容有误，什么都没有保存。请检查后再试。",
            "Something that was filled in does not fit, and nothing was saved. Please look it over and try again.",
        ),
        (ErrorReason::InvalidFields, CommandLine) => {
            here("请求的内容不符合要求，没有执行。", "Something in the request does not fit, so nothing was done.")
        }
        (ErrorReason::UnknownCategory, _) => here(
            "目录里没有这个服务类别，请另选一个。",
            "The catalogue has no such kind of help; please choose another.",
        ),
        (ErrorReason::UnknownDivision, _) => {
            here("目录里没有这个区划，请另选一个。", "The catalogue has no such division; please choose another.")
        }
        (ErrorReason::UnknownUnit, _) => {
            here("没有这个计量单位，请另选一个。", "There is no such unit; please choose another.")
        }
        (ErrorReason::UnitMismatch, _) => here(
            "计量单位不一致：这里要按同一个单位来计。",
            "The units do not agree: both must be counted in the same one.",
        ),
        (ErrorReason::UnknownReference, Partner | Staff) => here(
            "找不到所填的编号对应的档案，请核对。",
            "What was filled in refers to something that does not exist; please check it.",
        ),
        (ErrorReason::UnknownReference, CommandLine) => here(
            "请求里提到的对象不存在，请核对。",
            "The request refers to something that does not exist; please check it.",
        ),
        (ErrorReason::InvalidPageToken, Partner | Staff) => instead(
            "这一页的地址已经失效。请回到列表的第一页，再往下翻。",
            "The address of this page of the list is good no more. Please begin at the list's first page.",
        ),
        (ErrorReason::InvalidPageToken, CommandLine) => instead(
            "翻页令牌已失效，或查询条件变了。请从第一页重新列出。",
            "The page token is good no more, or is of another query. Please list from the first page again.",
        ),
        (ErrorReason::NotFound, Partner | Staff) => instead(
            "它可能已经结束或被删除，也可能不归您查看。",
            "It may be over or removed, or it is not yours to see.",
        ),
        (ErrorReason::NotFound, CommandLine) => instead(
            "没有找到：可能已经结束或被删除，也可能不归您查看。",
            "It was not found: it may be over or removed, or it is not yours to see.",
        ),
        (ErrorReason::EtagMismatch, Partner) => here(
            "刚才有人更新过这条记录，您的操作没有执行。请看过最新情况再试。",
            "Somebody changed this a moment ago, so nothing was done. Please look at how it stands now.",
        ),
        (ErrorReason::EtagMismatch, Staff) => here(
            "刚才有别人做了改动，请看过最新情况再试。",
            "Somebody else changed it a moment ago; look at it again, then try again.",
        ),
        (ErrorReason::EtagMismatch, CommandLine) => here(
            "刚才有人更新过它，这一步没有执行。请看过最新情况再试。",
            "Somebody changed it a moment ago, so nothing was done. Look at it again, then try again.",
        ),
        (ErrorReason::RequestIdReused, Partner | Staff) => here(
            "这张表单已经提交过了，没有再做一次。请看最新情况。",
            "This form was sent before, and nothing was done again. Please look at how it stands now.",
        ),
        (ErrorReason::RequestIdReused, CommandLine) => here(
            "这个请求编号已经用于另一个请求，没有执行。请换一个编号。",
            "This request id was used for another request before, so nothing was done. Please use a new one.",
        ),
        (ErrorReason::IllegalState, Partner | Staff) => here(
            "情况已经变了，这一步现在已经不能做了。请看最新进展，再决定怎么做。",
            "Things have moved on: this step cannot be taken any more. Please look at how it stands now.",
        ),
        (ErrorReason::IllegalState, CommandLine) => here(
            "以现在的状态不能做这一步。请看最新情况，再决定怎么做。",
            "As it stands now, this step cannot be taken. Please look at how it stands, then decide.",
        ),
        (ErrorReason::CapacityBelowUse, _) => here(
            "总量不能这么少：这么多已经用掉或承诺出去了。",
            "The total cannot be so small: that much is used or promised already.",
        ),
        (ErrorReason::Erased, _) => here("相关个人信息已应本人要求抹除。", "The personal data was erased on request."),
        (ErrorReason::ConsentMissing, Partner) => here(
            "本人没有同意向服务机构提供联系方式，请通过社工联系（见本页下方）。",
            "The person has not agreed to share contact data. Please reach them through the case worker (see below).",
        ),
        (ErrorReason::ConsentMissing, Staff) => {
            here("缺少本人同意的记录，或同意已撤回。", "A consent is missing on record, or was taken back.")
        }
        (ErrorReason::ConsentMissing, CommandLine) => here(
            "没有本人同意的记录，或同意已经撤回。",
            "There is no consent on record for this, or it was taken back.",
        ),
        (ErrorReason::PermissionDenied, Partner | Staff) => here(
            "您的角色或负责的区划不包括这里，不能做这一步。确有需要，请联系平台管理员。",
            "This is outside of your role, or of the divisions you work in. If you need it, ask an operator of the platform.",
        ),
        (ErrorReason::PermissionDenied, CommandLine) => {
            here("所用密钥的角色或区划不允许这样做。", "The role or the divisions of this key do not allow it.")
        }
        (ErrorReason::DeadlineExceeded, Partner | Staff) => instead(
            "它可能正忙。已经保存的内容都还在；本页会自动重试，您也可以稍后刷新。",
            "It may be busy. Nothing that was saved is lost; this page tries again by itself, and you can also reload it later.",
        ),
        (ErrorReason::DeadlineExceeded, CommandLine) => instead(
            "服务器没有及时答复，可能正忙。请稍后再试。",
            "The server did not answer in time; it may be busy. Please try again in a while.",
        ),
        (ErrorReason::NotServing, Partner | Staff) => instead(
            "已经保存的内容都还在。本页会自动重试；您也可以稍后刷新。",
            "Nothing that was saved is lost. This page tries again by itself; you can also reload it later.",
        ),
        (ErrorReason::NotServing, CommandLine) => instead(
            "服务器没有应答，或正在停止。请稍后再试。",
            "The server does not answer, or is stopping. Please try again in a while.",
        ),
        (ErrorReason::StoreUnavailable, Partner | Staff) => instead(
            "它的数据库暂时没有应答，已经保存的内容都还在。本页会自动重试；您也可以稍后刷新。",
            "Its database does not answer. Nothing that was saved is lost; this page tries again by itself, and you can also reload it later.",
        ),
        (ErrorReason::StoreUnavailable, CommandLine) => instead(
            "服务器的数据库暂时没有应答，已经保存的内容都还在。请稍后再试。",
            "The server's database does not answer at the moment; nothing that was saved is lost. Please try again in a while.",
        ),
        (ErrorReason::Overloaded, Partner | Staff) => {
            instead("这一步没有做成，过一会儿再试就好。", "Nothing was done. Please try again in a while.")
        }
        (ErrorReason::Overloaded, CommandLine) => instead(
            "一时请求太多，没有执行。请稍后再试。",
            "Too much was asked for at once, and nothing was done. Please try again in a while.",
        ),
        (ErrorReason::MessageTooLarge, Partner | Staff) => instead(
            "一次提交的内容太多，什么都没有保存。请返回删短后再试。",
            "Too much was sent at once, and nothing was saved. Please go back and make it shorter.",
        ),
        (ErrorReason::MessageTooLarge, CommandLine) => instead(
            "一次发送的内容太多，没有执行。请分几次发送。",
            "Too much was sent at once, and nothing was done. Please send it in several parts.",
        ),
        (ErrorReason::AnswerTooLarge, Partner | Staff) => here(
            "内容太多，一次显示不下。请缩小范围后再看。",
            "There is too much to show at once. Please ask for a smaller part.",
        ),
        (ErrorReason::AnswerTooLarge, CommandLine) => here(
            "结果太多，一次返回不了。请缩小范围再查。",
            "The answer would be too large for one reply. Please ask for less of it.",
        ),
        (ErrorReason::LimitReached, _) => here(
            "已经到了允许的最多数量，没有再增加。请改用已有的；留言已满的，不写留言也可以登记。",
            "There are as many as there may be, and no more was added. Please use one of those; where it is a note that is too many, go on without one.",
        ),
        (ErrorReason::StoreFull, Partner | Staff) => instead(
            "平台的存储空间满了，什么都没有保存。请告诉平台管理员，过后再试。",
            "The platform has no space left to store anything, and nothing was saved. Please tell an operator, and try again later.",
        ),
        (ErrorReason::StoreFull, CommandLine) => instead(
            "服务器的存储空间已满或不可写，什么都没有保存。",
            "The server's store has no space left, or may not be written, and nothing was saved.",
        ),
        (ErrorReason::Unimplemented, Partner | Staff) => instead(
            "匹配服务的版本还没有这项功能。请告诉平台管理员。",
            "The matching service is of a version that cannot do this yet. Please tell an operator.",
        ),
        (ErrorReason::Unimplemented, CommandLine) => {
            instead("服务器没有这项功能，可能版本不同。", "The server cannot do this; it may be of another version.")
        }
        (ErrorReason::Internal, Partner | Staff) => instead(
            "这是我们的问题。请记下页脚的请求编号，告诉平台管理员。",
            "This is our fault. Please note the request's number at the foot of the page and tell an operator.",
        ),
        (ErrorReason::Internal, CommandLine) => instead(
            "这是服务器的缺陷，原因记在服务器的日志里。",
            "This is a defect of the server; its log says what happened.",
        ),
        (ErrorReason::DataLoss, Partner | Staff) => instead(
            "有一条存储的记录读不出来。请记下页脚的请求编号，告诉平台管理员。",
            "Something that is stored cannot be read. Please note the request's number at the foot of the page and tell an operator.",
        ),
        (ErrorReason::DataLoss, CommandLine) => instead(
            "服务器上有一条存储的记录读不出来，详情见服务器的日志。",
            "Something that the server has stored cannot be read; its log says more.",
        ),
        (ErrorReason::CapacityExhausted, Partner) => here(
            "这项资源已经没有余量了。可以在“我的资源”里更新容量。",
            "Nothing of this resource is left. You can update its capacity under “My resources”.",
        ),
        (ErrorReason::CapacityExhausted, Staff) => here(
            "这家的余量刚刚用完，没有占用任何名额。请选下一家。",
            "Its capacity has just run out; nothing was held. Please choose another.",
        ),
        (ErrorReason::CapacityExhausted, CommandLine) => {
            here("余量不够，没有占用任何名额。", "Not enough is left, and nothing was held.")
        }
        (ErrorReason::ItemCovered, Partner | Staff) => {
            here("这一项已经有人承接，不需要再转介。", "Somebody serves this item already; nothing more is needed.")
        }
        (ErrorReason::ItemCovered, CommandLine) => here(
            "这一项已经转介或提供，剩下的没有这么多。",
            "The item is referred or served already: not so much of it is left.",
        ),
        (ErrorReason::ResourceNotOffered, _) => {
            here("这项资源已暂停，或今天不提供。", "This resource is paused, or not offered today.")
        }
        (ErrorReason::NobodyLeftToAsk, _) => {
            here("合适的机构都问过了，没有可以再问的。", "Everybody who fits has been asked; nobody is left.")
        }
        (ErrorReason::OrganizationNotCleared, Partner) => here(
            "贵单位目前未通过审核（或已被暂停），或缺少这项帮助所需的核查，所以现在不能接受，也看不到联系方式。请联系平台管理员。",
            "Your organization is not verified at the moment, or suspended, or lacks a check that this help asks for: it cannot accept this now, nor see contact data. Please contact the operators of the platform.",
        ),
        (ErrorReason::OrganizationNotCleared, Staff) => here(
            "这家机构目前未通过审核（或已被暂停），或缺少这项帮助所需的核查，不能接受。请撤回，另选一家。",
            "This organization is not verified at the moment, or suspended, or lacks a check that this help asks for: it cannot accept. Please withdraw the offer and choose another.",
        ),
        (ErrorReason::OrganizationNotCleared, CommandLine) => here(
            "这家机构目前未通过审核（或已被暂停），或缺少这项帮助所需的核查，不能接受。",
            "This organization is not verified at the moment, or suspended, or lacks a check that this help asks for: it cannot accept.",
        ),
        (ErrorReason::ResourceDoesNotFit, Partner) => here(
            "这项资源与这个心愿对不上（类别、范围、时间或条件）。请换一项资源，或改为认捐。",
            "This resource does not fit the wish (kind, area, time or conditions). Choose another one, or pledge something else.",
        ),
        (ErrorReason::ResourceDoesNotFit, Staff) => {
            here("这个资源不再符合条件，请选别家。", "This resource does not fit any more; please choose another.")
        }
        (ErrorReason::ResourceDoesNotFit, CommandLine) => {
            here("这项资源不符合这一需求项的条件。", "This resource does not fit the item.")
        }
        (ErrorReason::ResultsNotKept, _) => instead(
            "这一轮的结果没有保留下来：只保留较近几轮的。",
            "The results of this round are not kept any more: those of the newer rounds are.",
        ),
        (ErrorReason::LeftToNextRound, Partner | Staff) => here(
            "能帮上的机构对别的需求更要紧，这一项留给下一轮统筹，没有转介。要现在转介，请自己选一家。",
            "Whoever could help is worth as much to others: it is left to the next round, and nobody was asked. To ask somebody now, choose them yourself.",
        ),
        (ErrorReason::LeftToNextRound, CommandLine) => here(
            "能帮上的机构对别的需求更要紧，这一项留给下一轮统筹，没有转介。要现在转介，请用 --resource 指定。",
            "Whoever could help is worth as much to others: it is left to the next round, and nobody was asked. To ask somebody now, name them with --resource.",
        ),
        (ErrorReason::ContactBudgetSpent, Partner | Staff) => here(
            "合适的机构今天都已收到足够多的自动转介，请稍后再试，或自己选一家。",
            "Those who fit have got enough automatic offers for a day. Try again later, or choose one yourself.",
        ),
        (ErrorReason::ContactBudgetSpent, CommandLine) => here(
            "合适的机构今天都已收到足够多的自动转介，没有转介。请稍后再试，或用 --resource 指定。",
            "Those who fit have got enough automatic offers for a day, and nobody was asked. Try again later, or name one with --resource.",
        ),
        (ErrorReason::Unspecified, Partner | Staff) => Nobody("it is never answered"),
        (ErrorReason::Unspecified, CommandLine) => {
            here("服务器没有执行，也没有说明原因。", "The server did not do it, and does not say why.")
        }
        (ErrorReason::MalformedMessage, Partner | Staff) => Nobody("pages send whole messages"),
        (ErrorReason::MalformedMessage, CommandLine) => here(
            "服务器读不懂这个请求，版本可能不同。",
            "The server cannot read the request; it may be of another version.",
        ),
        (ErrorReason::InvalidExpression, Partner | Staff) => Nobody("no page takes conditions of eligibility"),
        (ErrorReason::InvalidExpression, CommandLine) => {
            here("资格条件的表达式有误，没有保存。", "A rule of eligibility is not well-formed, and nothing was saved.")
        }
        (ErrorReason::HierarchyCycle, Partner | Staff) => Nobody("no page changes categories or divisions"),
        (ErrorReason::HierarchyCycle, CommandLine) => here(
            "类别或区划的上级绕成了一个圈，没有保存。",
            "The parents of categories or divisions would form a circle; nothing was saved.",
        ),
        (ErrorReason::ExternalIdTaken, Partner | Staff) => Nobody("no page gives anything an external identity"),
        (ErrorReason::ExternalIdTaken, CommandLine) => {
            here("这个外部编号已经属于另一条记录。", "This external identity belongs to another entry already.")
        }
        (ErrorReason::PoolOfOtherOrganization, Partner | Staff) => Nobody("no page makes resources"),
        (ErrorReason::PoolOfOtherOrganization, CommandLine) => here(
            "容量池属于另一家机构，这项资源不能使用。",
            "The capacity pool belongs to another organization, so this resource cannot draw on it.",
        ),
        (ErrorReason::Unauthenticated | ErrorReason::TokenExpired | ErrorReason::TokenKeyUnknown, Partner | Staff) => {
            Nobody("whoever is not signed in is led to the page for that, which says why")
        }
        (ErrorReason::Unauthenticated, CommandLine) => {
            instead("没有出示密钥，或服务器不认识这个密钥。", "There is no key, or none that the server knows.")
        }
        (ErrorReason::TokenExpired, CommandLine) => {
            instead("令牌已过期，请重新获取。", "The token has expired; please get a new one.")
        }
        (ErrorReason::TokenKeyUnknown, CommandLine) => instead(
            "签发令牌的密钥服务器还不认识。请再试一次。",
            "The server does not know the key that the token was signed with, or not yet. Please try once more.",
        ),
        (ErrorReason::PositionNotReached, Partner | Staff) => Nobody("pages ask for no position"),
        (ErrorReason::PositionNotReached, CommandLine) => here(
            "这个副本还没有读到所要的日志位置。请稍后再试。",
            "This replica has not read the log that far yet. Please try again in a moment.",
        ),
        (ErrorReason::VerifiedIdentity, Partner | Staff) => Nobody("no page changes organizations"),
        (ErrorReason::VerifiedIdentity, CommandLine) => here(
            "机构的身份已经审核，只有平台管理员可以更改。",
            "Who the organization is was verified; only an operator may change it.",
        ),
        (ErrorReason::LogReplaced, Partner | Staff) => Nobody("a page that listens begins anew by itself"),
        (ErrorReason::LogReplaced, CommandLine) => here(
            "服务器的日志已经换了（可能由备份恢复），请从头重新跟随。",
            "The server's log is another one now, perhaps restored from a backup. Please begin to watch anew.",
        ),
        (ErrorReason::WatchTooSlow, Partner | Staff) => Nobody("a page that listens comes back by itself"),
        (ErrorReason::WatchTooSlow, CommandLine) => here(
            "读取太慢，跟不上事件。请从最后收到的位置继续。",
            "Events were read too slowly. Please go on after the last position that was received.",
        ),
        (ErrorReason::NeedOfBeneficiary, Partner | Staff) => Nobody("no page erases anything"),
        (ErrorReason::NeedOfBeneficiary, CommandLine) => here(
            "这条需求由其救助对象的密钥保护，随该救助对象一起抹除。",
            "The need is sealed with its beneficiary's key: it is erased with the beneficiary.",
        ),
    }
}
