//! `wishwell watch`: what happens, a line each, as it happens.

use jiff::tz::TimeZone;
use wishwell_api::json::to_json;
use wishwell_api::v1::{Event, EventFilter, EventKind, WatchEventsRequest};
use wishwell_domain::zone::told;

use super::words::{alone_in, state};
use super::{Server, needs, not_printable, referrals};
use crate::cli::WatchArgs;
use crate::config::ClientConfig;
use crate::exit::{Failure, say};
use crate::lang::Lang;

/// Watches until the stream ends, or as many events came as were wanted.
pub(crate) async fn run(arguments: &WatchArgs, config: &ClientConfig) -> Result<String, Failure> {
    let server = Server::connect(config).await?;
    let need = match &arguments.need {
        Some(need) => needs::resolve(&server, need).await?.name,
        None => String::new(),
    };
    let filter = EventFilter {
        need,
        division: arguments.division.clone().unwrap_or_default(),
        kinds: if arguments.all { Vec::new() } else { vec![EventKind::Need.into(), EventKind::Referral.into()] },
        ..EventFilter::default()
    };
    let request = WatchEventsRequest { after_position: arguments.after, filter: Some(filter), ..Default::default() };
    let failed = |status| server.refused(("events cannot be watched", "无法跟随事件"), &status);
    let mut batches = server.referrals().watch_events(request).await.map_err(failed)?.into_inner();
    let zone = told();
    let mut seen = 0;
    while let Some(batch) = batches.message().await.map_err(failed)? {
        for event in &batch.events {
            say(&shown(event, arguments.json, &zone, config.lang)?);
            seen += 1;
            if arguments.limit.is_some_and(|limit| seen >= limit) {
                return Ok(String::new());
            }
        }
    }
    Ok(String::new())
}

fn shown(event: &Event, json: bool, zone: &TimeZone, lang: Lang) -> Result<String, Failure> {
    if json {
        let line = to_json(event);
        let line = line.map_err(|error| not_printable(&error, lang))?;
        return Ok(line + "\n");
    }
    let at = alone_in(event.event_time.as_ref(), zone);
    let what = match (&event.referral, event.kind()) {
        (Some(referral), _) => referrals::line(referral, lang),
        (None, EventKind::Need) if event.need_left => {
            format!("{} · {}", event.subject, lang.pick("moved elsewhere", "已转到别处"))
        }
        (None, EventKind::Need) => format!("{} · {}", event.subject, state(event.need_state, lang)),
        (None, _) => event.subject.clone(),
    };
    Ok(format!("{:>6}  {at}  {:16}  {what}\n", event.log_position, event.principal))
}

#[cfg(test)]
mod tests {
    use wishwell_api::v1::{Referral, ReferralOrigin};

    use super::*;

    #[test]
    fn an_offer_of_a_round_is_told_with_the_round_in_both_languages() {
        let referral = Referral {
            name: "referrals/1".to_owned(),
            origin: ReferralOrigin::Round.into(),
            round: "rounds/3".to_owned(),
            ..Referral::default()
        };
        let made = Event { kind: EventKind::Referral.into(), referral: Some(referral), ..Event::default() };
        let line = |lang| shown(&made, false, &TimeZone::UTC, lang).unwrap_or_else(|_| unreachable!());
        assert!(line(Lang::En).contains("offered by a round (rounds/3)"), "{}", line(Lang::En));
        assert!(line(Lang::Zh).contains("统筹转介（rounds/3）"), "{}", line(Lang::Zh));
    }

    #[test]
    fn a_need_that_moved_elsewhere_is_told_without_a_state_in_both_languages() {
        let left = Event {
            log_position: 7,
            kind: EventKind::Need.into(),
            subject: "needs/1".to_owned(),
            need_left: true,
            ..Event::default()
        };
        let line = |lang| shown(&left, false, &TimeZone::UTC, lang).unwrap_or_else(|_| unreachable!());
        assert!(line(Lang::En).ends_with("needs/1 · moved elsewhere\n"), "{}", line(Lang::En));
        assert!(line(Lang::Zh).ends_with("needs/1 · 已转到别处\n"), "{}", line(Lang::Zh));
    }
}
