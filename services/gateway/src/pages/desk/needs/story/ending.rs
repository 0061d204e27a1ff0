//! The ways to end a need, and what had arrived of what ends with it.

use std::collections::BTreeMap;

use axum::extract::{Form, Path};
use axum::response::Response;
use maud::{Markup, html};
use uuid::Uuid;
use wishwell_api::v1;
use wishwell_api::v1::{NeedState, ReferralState};
use wishwell_report::Language;

use super::steps::answer;
use crate::pages::address::id_of;
use crate::pages::amounts::{amount, arrived_of};
use crate::pages::desk::needs::list::submits;
use crate::pages::visit::SignedIn;

/// Before the id of a referral, the names of its fields: how much had arrived of it, and what that is counted in.
const ARRIVED: &str = "arrived-";
const UNIT: &str = "unit-";

/// The ways to end the need, below everything else, with its referrals as they are called.
pub(super) fn form<'a>(
    user: &SignedIn,
    need: &v1::Need,
    referrals: impl Iterator<Item = (&'a v1::Referral, &'a String)>,
) -> Markup {
    let visit = &user.visit;
    let open = matches!(need.state(), NeedState::Open | NeedState::PartlyServed);
    let to = |what: &str| format!("/desk/needs/{}/{what}", id_of(&need.name));
    let in_part: Vec<_> = referrals.filter(|(referral, _)| may_have_arrived_in_part(referral)).collect();
    html! {
        @if open && submits(user) {
            details class="ending" {
                summary { (visit.say("撤回或关闭这个需求", "Withdraw or close this need")) }
                form method="post" action=(to("withdraw")) {
                    input type="hidden" name="request_id" value=(Uuid::new_v4());
                    input type="hidden" name="etag" value=(need.etag);
                    label for="ending-reason" { (visit.say("原因（加密保存）", "Why (kept sealed)")) }
                    input id="ending-reason" name="reason" maxlength="512" autocomplete="off";
                    @for (referral, name) in &in_part {
                        @let (arrived, unit) = (format!("{ARRIVED}{}", id_of(&referral.name)), format!("{UNIT}{}", id_of(&referral.name)));
                        (arrived_of(visit, referral, name, (&arrived, &unit)))
                    }
                    p class="note" {
                        (visit.say(
                            "求助人不再需要，就撤回；无人能帮、联系不上、已搬走或已另有帮助，就关闭。正在等待答复的转介和已答应的帮助会一并取消。",
                            "Withdraw it when whoever asked takes it back; close it when nobody can help, or whoever asked cannot be reached, \
                             has moved away or was helped otherwise. Offers and promises for it end with it.",
                        ))
                        @if !in_part.is_empty() {
                            (visit.say(
                                "其中已经提供的部分，请填在上面；全部提供的，请先在该转介处登记。",
                                " Say above what has arrived in part; of what has arrived in full, record that at its referral first.",
                            ))
                        }
                    }
                    button { (visit.say("撤回", "Withdraw")) }
                    " "
                    button formaction=(to("close")) { (visit.say("关闭", "Close")) }
                }
            }
        }
    }
}

/// Whether a part of it may have arrived: it is promised, and of more than one.
fn may_have_arrived_in_part(referral: &v1::Referral) -> bool {
    referral.units > 1 && matches!(referral.state(), ReferralState::Accepted | ReferralState::InProgress)
}

/// What a form sends, by the names of its fields.
type Sent = BTreeMap<String, String>;

/// What the form says of the end of a need.
struct Ended {
    reason: String,
    etag: String,
    request_id: String,
    arrived: Vec<v1::ArrivedQuantity>,
}

impl Ended {
    /// # Errors
    /// As [`arrived`].
    fn read(language: Language, mut sent: Sent) -> Result<Self, String> {
        let arrived = arrived(language, &sent)?;
        let mut said = |field: &str| sent.remove(field).unwrap_or_default();
        let reason = said("reason").trim().to_owned();
        Ok(Self { reason, etag: said("etag"), request_id: said("request_id"), arrived })
    }
}

/// Withdraws the need.
pub(in crate::pages::desk) async fn withdraw(
    user: SignedIn,
    Path(id): Path<String>,
    Form(sent): Form<Sent>,
) -> Response {
    let Ended { reason, etag, request_id, arrived } = match Ended::read(user.visit.language, sent) {
        Ok(ended) => ended,
        Err(words) => return super::refused(&user, &id, &words).await,
    };
    let request = v1::WithdrawNeedRequest { name: format!("needs/{id}"), reason, etag, request_id, arrived };
    let done = user.calls.needs().withdraw_need(request).await.map(|_| "withdrawn");
    answer(&user, &id, done).await
}

/// Closes the need.
pub(in crate::pages::desk) async fn close(user: SignedIn, Path(id): Path<String>, Form(sent): Form<Sent>) -> Response {
    let Ended { reason, etag, request_id, arrived } = match Ended::read(user.visit.language, sent) {
        Ok(ended) => ended,
        Err(words) => return super::refused(&user, &id, &words).await,
    };
    let request = v1::CloseNeedRequest { name: format!("needs/{id}"), reason, etag, request_id, arrived };
    let done = user.calls.needs().close_need(request).await.map(|_| "closed");
    answer(&user, &id, done).await
}

/// What had arrived, of each referral of which somebody has said so.
///
/// # Errors
/// Why something that was typed is no amount, in words.
fn arrived(language: Language, sent: &Sent) -> Result<Vec<v1::ArrivedQuantity>, String> {
    let mut said = Vec::new();
    for (field, entered) in sent {
        let Some(id) = field.strip_prefix(ARRIVED) else { continue };
        let unit = sent.get(&format!("{UNIT}{id}")).map_or("", String::as_str);
        if let Some(quantity) = amount(language, entered, unit)? {
            said.push(v1::ArrivedQuantity { referral: format!("referrals/{id}"), quantity });
        }
    }
    Ok(said)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_had_arrived_is_read_in_the_unit_of_its_own_referral_and_what_is_left_empty_is_not_said() {
        let sent = |fields: &[(&str, &str)]| -> Sent {
            fields.iter().map(|(field, value)| ((*field).to_owned(), (*value).to_owned())).collect()
        };
        let two = sent(&[
            ("arrived-a", "3"),
            ("unit-a", "visit"),
            ("arrived-b", "12.50"),
            ("unit-b", "fen"),
            ("arrived-c", " "),
            ("unit-c", "piece"),
            ("reason", "moved"),
        ]);
        let read = arrived(Language::En, &two).unwrap();
        let read: Vec<_> = read.iter().map(|said| (said.referral.as_str(), said.quantity)).collect();
        assert_eq!(read, [("referrals/a", 3), ("referrals/b", 1_250)]);
        assert!(arrived(Language::En, &sent(&[("arrived-a", "three"), ("unit-a", "visit")])).is_err());
    }

    #[test]
    fn only_of_more_than_one_that_is_promised_a_part_may_have_arrived() {
        let referral =
            |state: ReferralState, units| v1::Referral { state: state.into(), units, ..v1::Referral::default() };
        for (state, units, may) in [
            (ReferralState::Accepted, 2, true),
            (ReferralState::InProgress, 2, true),
            (ReferralState::InProgress, 1, false),
            (ReferralState::Offered, 2, false),
            (ReferralState::Delivered, 2, false),
        ] {
            assert_eq!(may_have_arrived_in_part(&referral(state, units)), may, "{state:?} {units}");
        }
    }
}
