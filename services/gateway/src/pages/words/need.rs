//! Needs.

use wishwell_api::v1::{DistanceBand, RecurrencePeriod, Urgency};
use wishwell_report::Language;

/// How soon.
pub(in crate::pages) fn urgency(language: Language, urgency: Urgency) -> &'static str {
    let (zh, en) = match urgency {
        Urgency::Emergency => ("特急", "Emergency"),
        Urgency::Urgent => ("紧急", "Urgent"),
        Urgency::Normal => ("一般", "Normal"),
        Urgency::Low => ("不急", "Low"),
        Urgency::Unspecified => ("未定", "not said"),
    };
    language.pick(zh, en)
}

/// How often.
pub(in crate::pages) fn every(language: Language, period: RecurrencePeriod) -> &'static str {
    let (zh, en) = match period {
        RecurrencePeriod::Day => ("每天", "each day"),
        RecurrencePeriod::Week => ("每周", "each week"),
        RecurrencePeriod::Month => ("每月", "each month"),
        RecurrencePeriod::Unspecified => ("一次", "once"),
    };
    language.pick(zh, en)
}

/// How far away, coarsely; empty when that is not known.
pub(in crate::pages) fn distance_band(language: Language, band: DistanceBand) -> &'static str {
    let (zh, en) = match band {
        DistanceBand::Unspecified => ("", ""),
        DistanceBand::Under2Km => ("2 公里以内", "within 2 km"),
        DistanceBand::From2To5Km => ("2–5 公里", "2 to 5 km"),
        DistanceBand::From5To10Km => ("5–10 公里", "5 to 10 km"),
        DistanceBand::From10To25Km => ("10–25 公里", "10 to 25 km"),
        DistanceBand::From25To100Km => ("25–100 公里", "25 to 100 km"),
        DistanceBand::Over100Km => ("100 公里以上", "over 100 km"),
    };
    language.pick(zh, en)
}
