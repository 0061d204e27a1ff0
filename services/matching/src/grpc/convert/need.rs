//! Needs.

use jiff::Timestamp;

use wishwell_api::v1;
use wishwell_domain::capacity_pool::PeriodLength;
use wishwell_domain::geo::Disclosure;
use wishwell_domain::ids::{NeedId, Version};
use wishwell_domain::need::{
    Channel, Mobility, Need, NeedItem, NeedPersonal, NeedState, Recurrence, Timing, Urgency, Wish,
};
use wishwell_domain::unit::Unit;
use wishwell_domain::{Field, Violations};

use super::{beneficiary, common};

/// A need as it was sent: what the service keeps in the clear, and what it seals.
pub(crate) struct ReadNeed {
    pub(crate) need: Need,
    pub(crate) personal: NeedPersonal,
}

pub(crate) fn urgency(value: i32) -> Option<Urgency> {
    match v1::Urgency::try_from(value) {
        Ok(v1::Urgency::Emergency) => Some(Urgency::Emergency),
        Ok(v1::Urgency::Urgent) => Some(Urgency::Urgent),
        Ok(v1::Urgency::Normal) => Some(Urgency::Normal),
        Ok(v1::Urgency::Low) => Some(Urgency::Low),
        _ => None,
    }
}

pub(crate) const fn urgency_out(urgency: Urgency) -> v1::Urgency {
    match urgency {
        Urgency::Emergency => v1::Urgency::Emergency,
        Urgency::Urgent => v1::Urgency::Urgent,
        Urgency::Normal => v1::Urgency::Normal,
        Urgency::Low => v1::Urgency::Low,
    }
}

pub(crate) fn channel(value: i32) -> Option<Channel> {
    match v1::Channel::try_from(value) {
        Ok(v1::Channel::MiniProgramme) => Some(Channel::MiniProgramme),
        Ok(v1::Channel::Hotline) => Some(Channel::Hotline),
        Ok(v1::Channel::Consultant) => Some(Channel::Consultant),
        Ok(v1::Channel::HomeVisit) => Some(Channel::HomeVisit),
        Ok(v1::Channel::OneForm) => Some(Channel::OneForm),
        Ok(v1::Channel::CaseManagement) => Some(Channel::CaseManagement),
        Ok(v1::Channel::Partner) => Some(Channel::Partner),
        Ok(v1::Channel::Import) => Some(Channel::Import),
        _ => None,
    }
}

pub(crate) const fn channel_out(channel: Channel) -> v1::Channel {
    match channel {
        Channel::MiniProgramme => v1::Channel::MiniProgramme,
        Channel::Hotline => v1::Channel::Hotline,
        Channel::Consultant => v1::Channel::Consultant,
        Channel::HomeVisit => v1::Channel::HomeVisit,
        Channel::OneForm => v1::Channel::OneForm,
        Channel::CaseManagement => v1::Channel::CaseManagement,
        Channel::Partner => v1::Channel::Partner,
        Channel::Import => v1::Channel::Import,
    }
}

pub(crate) fn state(value: i32) -> Option<NeedState> {
    match v1::NeedState::try_from(value) {
        Ok(v1::NeedState::Open) => Some(NeedState::Open),
        Ok(v1::NeedState::PartlyServed) => Some(NeedState::PartlyServed),
        Ok(v1::NeedState::Served) => Some(NeedState::Served),
        Ok(v1::NeedState::Withdrawn) => Some(NeedState::Withdrawn),
        Ok(v1::NeedState::Closed) => Some(NeedState::Closed),
        _ => None,
    }
}

pub(crate) const fn state_out(state: NeedState) -> v1::NeedState {
    match state {
        NeedState::Open => v1::NeedState::Open,
        NeedState::PartlyServed => v1::NeedState::PartlyServed,
        NeedState::Served => v1::NeedState::Served,
        NeedState::Withdrawn => v1::NeedState::Withdrawn,
        NeedState::Closed => v1::NeedState::Closed,
    }
}

fn recurrence(field: impl Field, message: v1::Recurrence, violations: &mut Violations) -> Option<Recurrence> {
    let every = match message.every() {
        v1::RecurrencePeriod::Day => PeriodLength::Day,
        v1::RecurrencePeriod::Week => PeriodLength::Week,
        v1::RecurrencePeriod::Month => PeriodLength::Month,
        v1::RecurrencePeriod::Unspecified => {
            violations.add(common::undefined(format_args!("{field}.every"), message.every));
            return None;
        }
    };
    // Out of range becomes 0, which the domain's check refuses.
    Some(Recurrence { every, occurrences: u32::try_from(message.occurrences).unwrap_or_default() })
}

pub(crate) fn recurrence_out(recurrence: Recurrence) -> v1::Recurrence {
    v1::Recurrence {
        every: match recurrence.every {
            PeriodLength::Day => v1::RecurrencePeriod::Day,
            PeriodLength::Week => v1::RecurrencePeriod::Week,
            PeriodLength::Month => v1::RecurrencePeriod::Month,
        }
        .into(),
        occurrences: i32::try_from(recurrence.occurrences).unwrap_or(i32::MAX),
    }
}

fn item(field: impl Field, ordinal: u16, message: v1::NeedItem, violations: &mut Violations) -> Option<NeedItem> {
    let category = common::category(format_args!("{field}.category"), &message.category, violations);
    let quantity = message.quantity.unwrap_or_default();
    let unit = violations.take(Unit::parse(format_args!("{field}.quantity.unit"), &quantity.unit));
    Some(NeedItem {
        ordinal,
        category: category?,
        quantity: quantity.value,
        unit: unit.unwrap_or(Unit::PIECE),
        recurrence: message
            .recurrence
            .and_then(|message| recurrence(format_args!("{field}.recurrence"), message, violations)),
        splittable: message.splittable,
        referred: 0,
        served: 0,
        taken: Vec::new(),
    })
}

fn timing(field: impl Field, message: &v1::Need, violations: &mut Violations) -> Option<Timing> {
    if let Some(window) = &message.window {
        let start = common::timestamp(format_args!("{field}.window.start_time"), window.start_time, violations);
        let end = common::timestamp(format_args!("{field}.window.end_time"), window.end_time, violations);
        return Some(Timing::Window { start: start?, end: end? });
    }
    common::timestamp(format_args!("{field}.deadline"), message.deadline, violations).map(Timing::Deadline)
}

fn mobility(message: Option<v1::Mobility>) -> Mobility {
    let message = message.unwrap_or_default();
    Mobility {
        // Negative becomes 0, which the domain's check refuses.
        max_travel_metres: message.max_travel_metres.map(|metres| u32::try_from(metres).unwrap_or_default()),
        home_visit: message.home_visit,
        delivery: message.delivery,
        remote: message.remote,
    }
}

fn wish(field: impl Field, message: v1::Wish, now: Timestamp, violations: &mut Violations) -> Option<Wish> {
    let consented_at = common::timestamp(format_args!("{field}.consent_time"), message.consent_time, violations)?;
    Some(Wish {
        title: message.title,
        consented_at,
        consent_given_by: message.consent_given_by,
        published_at: now,
        // What it shows of where is found when it is published.
        place: None,
        lot: None,
    })
}

/// Reads a need. Checks of the domain's own are left to the caller: a new need, an update and a question differ in them. What is read
/// is good for further checks, and for nothing else as long as there are violations: where a word is not known another one stands for
/// it, and items whose category cannot be read are left out, so that the rest of the need is checked all the same.
pub(crate) fn need(
    field: impl Field,
    id: NeedId,
    message: v1::Need,
    now: Timestamp,
    violations: &mut Violations,
) -> ReadNeed {
    let urgency = violations.take(
        urgency(message.urgency).ok_or_else(|| common::undefined(format_args!("{field}.urgency"), message.urgency)),
    );
    let channel = violations.take(
        channel(message.channel).ok_or_else(|| common::undefined(format_args!("{field}.channel"), message.channel)),
    );
    let timing = timing(field, &message, violations);
    let place = common::point(format_args!("{field}.place"), message.place, Disclosure::Hidden, violations);
    let mut personal = NeedPersonal {
        description: message.description,
        item_notes: Vec::new(),
        facts: common::facts(format_args!("{field}.facts"), message.facts, violations),
        wish_consent_given_by: String::new(),
        ending_reason: String::new(),
        delivery_notes: Vec::new(),
    };
    let mut items = Vec::with_capacity(message.items.len());
    for (index, mut sent) in message.items.into_iter().enumerate() {
        let ordinal = u16::try_from(index + 1).unwrap_or(u16::MAX);
        let note = std::mem::take(&mut sent.note);
        if !note.is_empty() {
            personal.item_notes.push((ordinal, note));
        }
        items.extend(item(format_args!("{field}.items[{index}]"), ordinal, sent, violations));
    }
    let need = Need {
        id,
        external: common::external(message.external),
        beneficiary: beneficiary::beneficiary_name(
            format_args!("{field}.beneficiary"),
            &message.beneficiary,
            violations,
        ),
        household: beneficiary::household_name(format_args!("{field}.household"), &message.household, violations),
        items,
        urgency: urgency.unwrap_or(Urgency::Normal),
        timing,
        place,
        division: common::division(format_args!("{field}.division"), &message.division, violations),
        mobility: mobility(message.mobility),
        group_tags: common::group_tags(format_args!("{field}.group_tags"), &message.group_tags, violations),
        involves_minors: message.involves_minors,
        channel: channel.unwrap_or(Channel::Hotline),
        personal: None,
        wish: message.wish.and_then(|sent| wish(format_args!("{field}.wish"), sent, now, violations)),
        request_id: None,
        departure: None,
        publication: None,
        erased_at: None,
        state: NeedState::Open,
        version: Version::default(),
        created_at: now,
        updated_at: now,
    };
    personal.check(field, violations);
    ReadNeed { need, personal }
}

/// Writes a need; `personal` and the exact place only for callers that may see them.
pub(crate) fn need_out(need: &Need, personal: Option<&NeedPersonal>) -> v1::Need {
    let (deadline, window) = match need.timing {
        None => (None, None),
        Some(Timing::Deadline(at)) => (Some(common::timestamp_out(at)), None),
        Some(Timing::Window { start, end }) => (
            None,
            Some(v1::TimeWindow {
                start_time: Some(common::timestamp_out(start)),
                end_time: Some(common::timestamp_out(end)),
            }),
        ),
    };
    v1::Need {
        name: need.id.name(),
        external: common::external_out(need.external.as_ref()),
        beneficiary: need.beneficiary.map(|id| id.name()).unwrap_or_default(),
        household: need.household.map(|id| id.name()).unwrap_or_default(),
        items: need.items.iter().map(|item| item_out(item, personal)).collect(),
        urgency: urgency_out(need.urgency).into(),
        deadline,
        window,
        place: personal.and_then(|_| common::point_out(need.place)),
        division: common::code_out(need.division.as_ref()),
        mobility: Some(v1::Mobility {
            max_travel_metres: need.mobility.max_travel_metres.map(|m| i32::try_from(m).unwrap_or(i32::MAX)),
            home_visit: need.mobility.home_visit,
            remote: need.mobility.remote,
            delivery: need.mobility.delivery,
        }),
        group_tags: common::group_tags_out(&need.group_tags),
        involves_minors: need.involves_minors,
        channel: channel_out(need.channel).into(),
        facts: personal.map(|personal| common::facts_out(&personal.facts)).unwrap_or_default(),
        description: personal.map(|personal| personal.description.clone()).unwrap_or_default(),
        wish: need.wish.as_ref().map(|wish| v1::Wish {
            title: wish.title.clone(),
            consent_time: Some(common::timestamp_out(wish.consented_at)),
            // Kept sealed with the description.
            consent_given_by: personal.map(|personal| personal.wish_consent_given_by.clone()).unwrap_or_default(),
            publish_time: Some(common::timestamp_out(wish.published_at)),
            division: common::code_out(wish.place.as_ref()),
        }),
        state: state_out(need.state).into(),
        etag: common::etag_out(need.version),
        create_time: Some(common::timestamp_out(need.created_at)),
        update_time: Some(common::timestamp_out(need.updated_at)),
        withdrawal_reason: personal.map(|personal| personal.ending_reason.clone()).unwrap_or_default(),
        beneficiary_external: None,
        household_external: None,
        delivery_notes: personal.map(delivery_notes_out).unwrap_or_default(),
        erase_time: need.erased_at.map(common::timestamp_out),
    }
}

fn delivery_notes_out(personal: &NeedPersonal) -> Vec<v1::DeliveryNote> {
    let notes = personal.delivery_notes.iter();
    notes.map(|(referral, text)| v1::DeliveryNote { referral: referral.name(), text: text.clone() }).collect()
}

fn item_out(item: &NeedItem, personal: Option<&NeedPersonal>) -> v1::NeedItem {
    let note = personal
        .and_then(|personal| personal.item_notes.iter().find(|note| note.0 == item.ordinal))
        .map(|note| note.1.clone())
        .unwrap_or_default();
    v1::NeedItem {
        ordinal: item.ordinal.into(),
        category: item.category.to_string(),
        quantity: Some(v1::Quantity { value: item.quantity, unit: item.unit.code().to_owned() }),
        recurrence: item.recurrence.map(recurrence_out),
        splittable: item.splittable,
        note,
        referred_units: item.referred,
        served_units: item.served,
    }
}
