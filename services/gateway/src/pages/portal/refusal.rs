//! Why the service did not do something, in words that say what to do instead.

use tonic::Status;
use tonic_types::StatusExt as _;
use wishwell_api::v1::ErrorReason;

use crate::pages::visit::Visit;
use crate::pages::words::figures;
use crate::pages::words::refusal::{self as words, Reader};

/// A refusal with its reason in the contract.
pub(super) struct Refusal {
    status: Status,
    reason: ErrorReason,
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
        let reason = words::reason_of(status);
        Some(Self { status: status.clone(), reason, name, left, taken, limit, unit: String::new() })
    }

    /// The same, of amounts in a unit.
    pub(super) fn counted_in(self, unit: &str) -> Self {
        Self { unit: unit.to_owned(), ..self }
    }

    /// Whether somebody else claimed it first.
    pub(super) fn is_lost_race(&self) -> bool {
        self.reason == ErrorReason::ItemCovered
    }

    /// Whether a wish is in the pool no more.
    pub(super) fn is_wish_over(&self) -> bool {
        matches!(self.reason, ErrorReason::NotFound | ErrorReason::IllegalState) && self.name.starts_with("wishes/")
    }

    /// How much can still be had, when that is something.
    pub(super) fn left(&self, visit: &Visit) -> Option<String> {
        self.left.filter(|left| *left > 0).map(|left| figures::amount(visit.language, left, &self.unit))
    }

    /// Which bound of claims it is, in words; none where it is another bound.
    fn too_many_claims(&self, visit: &Visit) -> Option<String> {
        let (zh, en) = match self.limit.as_str() {
            "refused_claims_per_hour_max" => (
                "贵单位这一小时内已有太多认领没有成功，请过一会儿再试；拿不准哪个心愿合适，可以先问社工。",
                "Too many claims of your organization did not succeed within this hour. Please wait a while; a case worker can tell you what fits.",
            ),
            "claims_live_per_organization_max" => (
                "贵单位认领后还没有兑现的心愿已经很多。请先兑现一些，或请社工帮忙处理有争议的，再认领新的。",
                "Your organization has many claims that are not delivered yet. Please deliver some of them, or settle with a case worker those that are disputed, before you claim more.",
            ),
            "claims_given_up_per_organization_and_day_max" => (
                "贵单位一天之内放弃的认领已经太多，请过一天再认领。认领之前拿不准的，可以先问社工。",
                "Your organization has given up many claims within a day. Please wait a day before you claim again; a case worker can tell you what to expect of a wish.",
            ),
            _ => return None,
        };
        Some(visit.say(zh, en).to_owned())
    }

    /// In words; none where it is no refusal but a failure of the page. Where amounts are told, so are they.
    pub(super) fn words(&self, visit: &Visit) -> Option<String> {
        match (self.reason, self.left(visit)) {
            (ErrorReason::CapacityExhausted, Some(left)) => Some(visit.say(
                format!("这项资源的余量只剩 {left}，不够这么多。"),
                format!("Only {left} of this resource is left, which is not enough."),
            )),
            (ErrorReason::CapacityBelowUse, _) => {
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
            _ => self.too_many_claims(visit).or_else(|| words::refused(visit.language, Reader::Partner, &self.status)),
        }
    }
}
