//! What does not fit in a form of a subscription: the field, the rule, and what was filled in.

use tonic::Status;
use tonic_types::StatusExt as _;

use super::act::Filled;
use crate::pages::visit::Visit;
use crate::pages::words::notification as words;

/// A field of a subscription that the service refused.
#[derive(Debug)]
pub(super) struct Problem {
    /// Its name in the contract, without what it is in.
    field: String,
    /// The rule, as the service says it.
    said: String,
    /// The form, as it was filled in.
    pub(super) filled: Filled,
}

impl Problem {
    /// The first field of a subscription that a status speaks of.
    pub(super) fn of(status: &Status, filled: Filled) -> Option<Self> {
        let details = status.get_error_details();
        let violations = details.bad_request()?.field_violations.iter();
        let mut named =
            violations.filter_map(|violation| Some((violation.field.strip_prefix("subscription.")?, violation)));
        let (field, violation) = named.next()?;
        let field = field.split(['[', '.']).next().unwrap_or(field).to_owned();
        Some(Self { field, said: violation.description.clone(), filled })
    }

    /// A daily budget that is no number.
    pub(super) fn no_number(entered: &str, filled: Filled) -> Self {
        Self { field: "daily_budget".to_owned(), said: format!("must be a whole number (got {entered:?})"), filled }
    }

    /// Which form it is in: that of a subscription, by its name, or the one for a new one, which has none.
    pub(super) fn is_in(&self, subscription: &str, field: &str) -> bool {
        self.filled.subscription == subscription && self.field == field
    }

    /// Where the field is on the page.
    pub(super) fn field_id(&self) -> String {
        field_id(&self.filled.subscription, &self.field)
    }

    /// What the field is called.
    pub(super) fn label<'p>(&'p self, visit: &Visit) -> &'p str {
        match self.field.as_str() {
            "webhook_url" => visit.say("Webhook 地址", "Webhook URL"),
            "daily_budget" => visit.say("每天最多几条", "Most in a day"),
            "categories" => visit.say("类别", "Kinds"),
            other => other,
        }
    }

    /// What the field must be.
    pub(super) fn rule<'p>(&'p self, visit: &Visit) -> &'p str {
        match self.field.as_str() {
            "webhook_url" => words::address_rule(visit.language, &self.said),
            "daily_budget" => visit.say(
                "须是 1 到 1000 的整数；只要转介请求时填 0",
                "must be a whole number from 1 to 1000, or 0 for offers alone",
            ),
            "categories" => visit.say("最多选 32 个现有类别", "must be at most 32 that the catalogue has"),
            _ => &self.said,
        }
    }
}

/// Where a field of a subscription is on the page; of a new one for an empty name.
pub(super) fn field_id(subscription: &str, field: &str) -> String {
    let form = if subscription.is_empty() { "new".to_owned() } else { subscription.replace('/', "-") };
    format!("{form}-{field}")
}
