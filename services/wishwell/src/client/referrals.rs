//! Referrals: offered, followed, and moved on by the sides of the loop.

use wishwell_api::json::{to_json, to_json_pretty};
use wishwell_api::v1::{
    AcceptReferralRequest, AutoReferRequest, CancelReferralRequest, ConfirmReferralRequest, CreateReferralRequest,
    DeclineReferralRequest, DeliverReferralRequest, DisputeReferralRequest, FailReferralRequest, GetReferralRequest,
    ListReferralsRequest, Referral, ReferralFilter, ReferralOffer, ReferralOrigin, StartReferralRequest, StepReason,
    WithdrawReferralRequest,
};

use super::needs::Titles;
use super::words::{amount, bracketed, more, origin, referral_state, step_reason, text, time, times, urgency};
use super::{Server, needs, not_printable};
use crate::cli::{ReferArgs, ReferralAction, ReferralArgs, ReferralsArgs, StepReasonArg};
use crate::config::ClientConfig;
use crate::exit::{Exit, Failure};
use crate::lang::Lang;
use crate::table::{Align, Table, terminal_width};

/// Largest page the server gives.
const PAGE_SIZE_MAX: usize = 500;
/// So many are listed where nobody says how many, and not all are asked for.
const LIMIT_DEFAULT: usize = 50;

/// Offers an item of a need: to the resource named, or to the best.
pub(crate) async fn refer(arguments: &ReferArgs, config: &ClientConfig) -> Result<String, Failure> {
    let server = Server::connect(config).await?;
    let need = needs::resolve(&server, &arguments.need).await?;
    // Sent once; whoever types it again means it.
    let request_id = String::new();
    let failed = |status| server.refused(("the need cannot be referred", "无法转介该需求"), &status);
    let (referral, position) = match &arguments.resource {
        Some(resource) => {
            let offer = ReferralOffer {
                need: need.name,
                item_ordinal: arguments.item,
                resource: full_name("resources", resource),
                quantity: arguments.quantity,
                answer_within: None,
            };
            let request = CreateReferralRequest { offer: Some(offer), request_id };
            let answer = server.referrals().create_referral(request).await.map_err(failed)?.into_inner();
            (answer.referral, answer.log_position)
        }
        None => {
            let request = AutoReferRequest { need: need.name, item_ordinal: arguments.item, request_id };
            let answer = server.referrals().auto_refer(request).await.map_err(failed)?.into_inner();
            (answer.referral, answer.log_position)
        }
    };
    let referral = titled(&server, answered(referral, config.lang)?, position).await;
    show(&referral, arguments.json, config.lang)
}

/// Takes a step of a referral.
pub(crate) async fn step(arguments: &ReferralArgs, config: &ClientConfig) -> Result<String, Failure> {
    let server = Server::connect(config).await?;
    let name = full_name("referrals", &arguments.referral);
    let (etag, request_id) = (String::new(), String::new());
    let reason = StepReason::from(arguments.reason).into();
    let mut client = server.referrals();
    /// Sends the request of one step, with the fields that only it has.
    macro_rules! send {
        ($method:ident, $request:ident { $($field:ident : $value:expr),* $(,)? }) => {
            client
                .$method($request { name, etag, request_id, $($field: $value),* })
                .await
                .map(|answer| {
                    let answer = answer.into_inner();
                    (answer.referral, answer.log_position)
                })
        };
    }
    let taken = match arguments.action {
        ReferralAction::Accept => send!(accept_referral, AcceptReferralRequest { quantity: arguments.quantity }),
        ReferralAction::Decline => send!(decline_referral, DeclineReferralRequest { reason: reason }),
        ReferralAction::Withdraw => send!(withdraw_referral, WithdrawReferralRequest { reason: reason }),
        ReferralAction::Start => send!(start_referral, StartReferralRequest {}),
        ReferralAction::Deliver => send!(
            deliver_referral,
            DeliverReferralRequest { quantity: arguments.quantity, note: arguments.note.clone().unwrap_or_default() }
        ),
        ReferralAction::Confirm => send!(confirm_referral, ConfirmReferralRequest { rating: arguments.rating }),
        ReferralAction::Dispute => send!(dispute_referral, DisputeReferralRequest { reason: reason }),
        ReferralAction::Cancel => {
            send!(
                cancel_referral,
                CancelReferralRequest {
                    reason: reason,
                    quantity: arguments.quantity,
                    by_provider: arguments.by_provider
                }
            )
        }
        ReferralAction::Fail => {
            send!(
                fail_referral,
                FailReferralRequest {
                    reason: reason,
                    quantity: arguments.quantity,
                    by_provider: arguments.by_provider,
                    returned_quantity: arguments.returned
                }
            )
        }
    };
    let (taken, position) =
        taken.map_err(|status| server.refused(("the step cannot be taken", "这一步没有办成"), &status))?;
    let taken = titled(&server, answered(taken, config.lang)?, position).await;
    show(&taken, arguments.json, config.lang)
}

/// Lists referrals.
pub(crate) async fn list(arguments: &ReferralsArgs, config: &ClientConfig) -> Result<String, Failure> {
    let server = Server::connect(config).await?;
    let need = match &arguments.need {
        Some(need) => needs::resolve(&server, need).await?.name,
        None => String::new(),
    };
    let filter = ReferralFilter {
        need,
        division: arguments.division.clone().unwrap_or_default(),
        overdue_only: arguments.overdue,
        ..ReferralFilter::default()
    };
    let limit = listed_at_most(arguments.limit, arguments.overdue);
    // One more than is shown tells whether there is more.
    let asked = limit.saturating_add(1);
    let mut referrals: Vec<Referral> = Vec::new();
    let mut page_token = String::new();
    while referrals.len() < asked {
        let page_size = i32::try_from((asked - referrals.len()).min(PAGE_SIZE_MAX)).unwrap_or_default();
        let filter = Some(filter.clone());
        let request = ListReferralsRequest { filter, page_size, page_token, ..ListReferralsRequest::default() };
        let answer = server.referrals().list_referrals(request).await;
        let page = answer
            .map_err(|status| server.refused(("referrals cannot be listed", "无法列出转介"), &status))?
            .into_inner();
        referrals.extend(page.referrals);
        page_token = page.next_page_token;
        if page_token.is_empty() {
            break;
        }
    }
    let more = if referrals.len() > limit { more(limit, config.lang) } else { String::new() };
    referrals.truncate(limit);
    if arguments.json {
        let lines: Result<Vec<String>, _> = referrals.iter().map(to_json).collect();
        let lines = lines.map_err(|error| not_printable(&error, config.lang))?;
        eprint!("{more}");
        return Ok(lines.into_iter().map(|line| line + "\n").collect());
    }
    let titles = Titles::of(&server, referrals.iter().map(|referral| &referral.category), config.lang).await?;
    Ok(render(&referrals, &titles, config.lang) + &more)
}

/// How many are listed: what is overdue wholly, since what is left out of it would be taken for well.
fn listed_at_most(asked: Option<usize>, overdue: bool) -> usize {
    asked.unwrap_or(if overdue { usize::MAX } else { LIMIT_DEFAULT })
}

/// A referral as a write left it at a log position, with what its resource is called. What was written is shown also where that
/// cannot be had.
async fn titled(server: &Server, written: Referral, position: i64) -> Referral {
    let request = GetReferralRequest { name: written.name.clone(), min_position: position, include_contact: false };
    let read = server.referrals().get_referral(request).await.ok().and_then(|answer| answer.into_inner().referral);
    Referral { resource_title: read.and_then(|read| read.resource_title), ..written }
}

fn answered(referral: Option<Referral>, lang: Lang) -> Result<Referral, Failure> {
    let nothing = lang.pick("the server answered without the referral", "服务器的答复里没有转介");
    referral.ok_or_else(|| Failure::one(Exit::Defect, nothing, "", "").told_in(lang))
}

/// A name with its collection, which may be left out on the command line.
pub(super) fn full_name(collection: &str, name: &str) -> String {
    if name.contains('/') { name.to_owned() } else { format!("{collection}/{name}") }
}

fn show(referral: &Referral, json: bool, lang: Lang) -> Result<String, Failure> {
    if json {
        return to_json_pretty(referral).map(|json| json + "\n").map_err(|error| not_printable(&error, lang));
    }
    Ok(format!("{}\n", line(referral, lang)))
}

/// A referral in a line.
pub(super) fn line(referral: &Referral, lang: Lang) -> String {
    let unit = referral.quantity.as_ref().map_or("", |quantity| quantity.unit.as_str());
    let mut parts = vec![
        referral.name.clone(),
        referral_state(referral.state, lang).to_owned(),
        amount(referral.units, unit, lang),
        to(referral, lang),
    ];
    if referral.origin() == ReferralOrigin::Round {
        let how = origin(referral.origin(), lang);
        parts.push(match (referral.round.as_str(), lang) {
            ("", _) => how.to_owned(),
            (round, Lang::En) => format!("{how} ({round})"),
            (round, Lang::Zh) => format!("{how}（{round}）"),
        });
    }
    if referral.arrived_units > 0 {
        let arrived = amount(referral.arrived_units, unit, lang);
        parts.push(match lang {
            Lang::En => format!("{arrived} of these had arrived"),
            Lang::Zh => format!("其中已提供 {arrived}"),
        });
    }
    if referral.returned_units > 0 {
        let returned = amount(referral.returned_units, unit, lang);
        parts.push(match lang {
            Lang::En => format!("{returned} not used, or given back"),
            Lang::Zh => format!("没有用掉或已退回 {returned}"),
        });
    }
    if referral.attempt > 1 {
        parts.push(match lang {
            Lang::En => format!("attempt {}", referral.attempt),
            Lang::Zh => format!("第 {} 次转介", referral.attempt),
        });
    }
    if referral.enquiry {
        parts.push(lang.pick("enquiry: how much there is is not known", "询问：余量未知").to_owned());
    }
    let reason = step_reason(referral.last_reason, lang);
    if !reason.is_empty() {
        parts.push(reason.to_owned());
    }
    if referral.has_delivery_note {
        parts.push(lang.pick("a note was left", "有留言").to_owned());
    }
    if referral.escalate_time.is_some() {
        parts.push(lang.pick("ESCALATED", "已上报").to_owned());
    }
    parts.join(" · ")
}

/// Whom it goes to: by the resource's title where it has one.
fn to(referral: &Referral, lang: Lang) -> String {
    let to = lang.pick("to", "转给");
    match text(referral.resource_title.as_ref(), lang) {
        "" => format!("{to} {}", referral.resource),
        title => format!("{to} {title}{}", bracketed(&referral.resource, lang)),
    }
}

fn render(referrals: &[Referral], titles: &Titles, lang: Lang) -> String {
    let (due, last_step) = (times("due", "期限", lang), times("last step", "最近操作", lang));
    let mut table = Table::new([
        (lang.pick("referral", "转介"), Align::Left),
        (lang.pick("state", "状态"), Align::Left),
        (lang.pick("urgency", "紧急程度"), Align::Left),
        (lang.pick("category", "类别"), Align::Left),
        (lang.pick("resource", "资源"), Align::Left),
        (lang.pick("quantity", "数量"), Align::Right),
        (lang.pick("how it came", "来由"), Align::Left),
        (lang.pick("attempt", "第几次"), Align::Right),
        (&due, Align::Left),
        (&last_step, Align::Left),
        (lang.pick("by", "操作人"), Align::Left),
    ]);
    for referral in referrals {
        let unit = referral.quantity.as_ref().map_or("", |quantity| quantity.unit.as_str());
        table.row([
            referral.name.clone(),
            referral_state(referral.state, lang).to_owned(),
            urgency(referral.urgency, lang).to_owned(),
            titles.category(&referral.category).to_owned(),
            text(referral.resource_title.as_ref(), lang).to_owned(),
            amount(referral.units, unit, lang),
            origin(referral.origin(), lang).to_owned(),
            referral.attempt.to_string(),
            time(referral.due_time.as_ref()),
            time(referral.last_action_time.as_ref()),
            referral.last_action_by.clone(),
        ]);
    }
    table.render(terminal_width())
}

impl From<StepReasonArg> for StepReason {
    fn from(reason: StepReasonArg) -> Self {
        match reason {
            StepReasonArg::NoCapacity => Self::NoCapacity,
            StepReasonArg::OutsideArea => Self::OutsideArea,
            StepReasonArg::NotEligible => Self::NotEligible,
            StepReasonArg::NotReachable => Self::NotReachable,
            StepReasonArg::WrongService => Self::WrongService,
            StepReasonArg::NoSuitableTime => Self::NoSuitableTime,
            StepReasonArg::NotWanted => Self::NotWanted,
            StepReasonArg::PoorQuality => Self::PoorQuality,
            StepReasonArg::NotDelivered => Self::NotDelivered,
            StepReasonArg::Other => Self::Other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_overdue_is_listed_wholly_unless_fewer_are_asked_for() {
        let listed = [(None, false), (None, true), (Some(7), false), (Some(7), true)]
            .map(|(asked, overdue)| listed_at_most(asked, overdue));
        assert_eq!(listed, [LIMIT_DEFAULT, usize::MAX, 7, 7]);
    }

    #[test]
    fn a_referral_is_told_in_a_line_of_either_language() {
        let referral = Referral {
            name: "referrals/1".to_owned(),
            resource: "resources/2".to_owned(),
            quantity: Some(wishwell_api::v1::Quantity { value: 2, unit: "piece".to_owned() }),
            units: 2,
            state: wishwell_api::v1::ReferralState::Declined.into(),
            last_reason: StepReason::NoSuitableTime.into(),
            attempt: 2,
            ..Referral::default()
        };
        assert_eq!(
            line(&referral, Lang::En),
            "referrals/1 · declined · 2 pieces · to resources/2 · attempt 2 · no time that suits both"
        );
        let zh = line(&referral, Lang::Zh);
        assert_eq!(zh, "referrals/1 · 已婉拒 · 2 件 · 转给 resources/2 · 第 2 次转介 · 时间不合适");
        let ended = Referral {
            state: wishwell_api::v1::ReferralState::Cancelled.into(),
            arrived_units: 1,
            attempt: 1,
            ..referral.clone()
        };
        let (en, zh) = (line(&ended, Lang::En), line(&ended, Lang::Zh));
        assert!(en.contains(" · 2 pieces · to resources/2 · 1 piece of these had arrived · "), "{en}");
        assert!(zh.contains(" · 其中已提供 1 件 · "), "{zh}");
        let settled = Referral { state: wishwell_api::v1::ReferralState::Failed.into(), returned_units: 1, ..ended };
        let (en, zh) = (line(&settled, Lang::En), line(&settled, Lang::Zh));
        assert!(en.contains(" · 1 piece of these had arrived · 1 piece not used, or given back · "), "{en}");
        assert!(zh.contains(" · 没有用掉或已退回 1 件 · "), "{zh}");
        let noted = line(&Referral { has_delivery_note: true, ..referral.clone() }, Lang::Zh);
        assert!(noted.ends_with(" · 有留言"), "{noted}");
        let of_round = |round: &str| Referral {
            origin: ReferralOrigin::Round.into(),
            round: round.to_owned(),
            attempt: 1,
            ..referral.clone()
        };
        let (en, zh) = (line(&of_round("rounds/3"), Lang::En), line(&of_round(""), Lang::Zh));
        assert!(en.contains(" · to resources/2 · offered by a round (rounds/3) · "), "{en}");
        assert!(zh.contains(" · 转给 resources/2 · 统筹转介 · "), "a partner is not told which: {zh}");
        let resource_title = Some(wishwell_api::v1::LocalizedText { zh: "书桌".to_owned(), en: String::new() });
        let named = line(&Referral { resource_title, ..referral }, Lang::Zh);
        assert!(named.contains(" · 转给 书桌（resources/2） · "), "{named}");
    }
}
