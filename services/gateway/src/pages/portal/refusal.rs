//! Why the service did not do something, in words that say what to do instead.

use tonic::Status;
use tonic_types::StatusExt as _;

use crate::pages::visit::Visit;
use crate::pages::words::figures;

/// A refusal with its reason in the contract.
pub(super) struct Refusal {
    reason: String,
    /// What it speaks of.
    name: String,
    left: Option<i64>,
    /// What is used or promised already.
    taken: Option<i64>,
    limit: String,
    /// What is counted in; empty where that is not known.
    unit: String,
}

impl Refusal {
    /// Reads a status; none for one that gives no reason a form can act upon.
    pub(super) fn of(status: &Status) -> Option<Self> {
        let info = status.get_error_details().error_info()?.clone();
        let number = |key: &str| info.metadata.get(key).and_then(|number| number.parse().ok());
        let (left, taken) = (number("left"), number("taken"));
        let name = info.metadata.get("name").cloned().unwrap_or_default();
        let limit = info.metadata.get("limit").cloned().unwrap_or_default();
        Some(Self { reason: info.reason, name, left, taken, limit, unit: String::new() })
    }

    /// The same, of amounts in a unit.
    pub(super) fn counted_in(self, unit: &str) -> Self {
        Self { unit: unit.to_owned(), ..self }
    }

    /// Whether somebody else claimed it first.
    pub(super) fn is_lost_race(&self) -> bool {
        self.reason == "ITEM_COVERED"
    }

    /// Whether a wish is in the pool no more.
    pub(super) fn is_wish_over(&self) -> bool {
        matches!(self.reason.as_str(), "NOT_FOUND" | "ILLEGAL_STATE") && self.name.starts_with("wishes/")
    }

    /// How much can still be had, when that is something.
    pub(super) fn left(&self, visit: &Visit) -> Option<String> {
        self.left.filter(|left| *left > 0).map(|left| figures::amount(visit.language, left, &self.unit))
    }

    /// In words; none for what is no matter of the form.
    pub(super) fn words(&self, visit: &Visit) -> Option<String> {
        let said = |zh: &str, en: &str| Some(visit.say(zh, en).to_owned());
        match self.reason.as_str() {
            "ETAG_MISMATCH" => said(
                "刚才有人更新过这条记录，您的操作没有执行。下面是最新情况，请再看一眼。",
                "Somebody changed this a moment ago, so nothing was done. This is how it stands now; please look again.",
            ),
            "ILLEGAL_STATE" => said(
                "这一步现在已经不能做了，下面是最新情况。",
                "This step cannot be taken any more. This is how it stands now.",
            ),
            "REQUEST_ID_REUSED" => {
                said("这张表单已经提交过了，下面是最新情况。", "This form was sent before. This is how it stands now.")
            }
            "CAPACITY_EXHAUSTED" => Some(match self.left(visit) {
                Some(left) => visit.say(
                    format!("这项资源的余量只剩 {left}，不够这么多。"),
                    format!("Only {left} of this resource is left, which is not enough."),
                ),
                None => visit.say(
                    "这项资源已经没有余量了。可以在“我的资源”里更新容量。".to_owned(),
                    "Nothing of this resource is left. You can update its capacity under “My resources”.".to_owned(),
                ),
            }),
            "RESOURCE_NOT_OFFERED" => {
                said("这项资源已暂停，或今天不提供。", "This resource is paused, or not offered today.")
            }
            "RESOURCE_DOES_NOT_FIT" => said(
                "这项资源与这个心愿对不上（类别、范围、时间或条件）。请换一项资源，或改为认捐。",
                "This resource does not fit the wish (kind, area, time or conditions). Choose another one, or pledge something else.",
            ),
            "CAPACITY_BELOW_USE" => {
                let least = self.taken.map(|taken| figures::amount(visit.language, taken, &self.unit));
                let (zh, en) = least.map_or_else(
                    || ("不能这么少".to_owned(), "cannot be so small".to_owned()),
                    |least| (format!("最少可填 {least}"), format!("can be {least} at least")),
                );
                Some(visit.say(
                    format!("总量{zh}：这么多已经用掉或承诺出去了（包括他处已用的）。如果只是不再接新的，请暂停相应的资源。"),
                    format!(
                        "The total {en}: that much is used or promised already, here or elsewhere. To take on nothing new, pause the \
                         resource instead."
                    ),
                ))
            }
            "CONSENT_MISSING" => said(
                "本人没有同意向服务单位提供联系方式，请通过社工联系（见本页下方）。",
                "The person has not agreed to share contact data. Please reach them through the case worker (see below).",
            ),
            "OVERLOADED" if self.limit == "refused_claims_per_hour_max" => said(
                "贵单位这一小时内已有太多认领没有成功，请过一会儿再试；拿不准哪个心愿合适，可以先问社工。",
                "Too many claims of your organization did not succeed within this hour. Please wait a while; a case worker can tell you what fits.",
            ),
            "ERASED" => said("本人的资料已按要求删除。", "The person's data was erased on request."),
            _ => None,
        }
    }
}
