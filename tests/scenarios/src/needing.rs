//! Needs as the hotline hears of them, to be changed into others.

use wishwell_api::v1;

use crate::told::quantity;

/// One piece of something.
#[must_use]
pub fn item(category: &str) -> v1::NeedItem {
    v1::NeedItem { category: category.to_owned(), quantity: quantity(1, "piece"), ..v1::NeedItem::default() }
}

/// A desk for somebody in Xingqing, which can be brought.
#[must_use]
pub fn need() -> v1::Need {
    v1::Need {
        items: vec![item("education.desk")],
        urgency: v1::Urgency::Normal.into(),
        channel: v1::Channel::Hotline.into(),
        mobility: Some(v1::Mobility { delivery: true, ..v1::Mobility::default() }),
        division: "640104".to_owned(),
        ..v1::Need::default()
    }
}
