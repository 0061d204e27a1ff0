//! Requests that break nothing, for tests to break one thing at a time.
#![allow(dead_code)]

use wishwell_api::v1;

pub(crate) const UUID: &str = "0193f1b2-7c4e-7a31-9d00-5a6b7c8d9e0f";

pub(crate) fn text(zh: &str, en: &str) -> Option<v1::LocalizedText> {
    Some(v1::LocalizedText { zh: zh.into(), en: en.into() })
}

pub(crate) fn external(id: &str) -> Option<v1::ExternalId> {
    Some(v1::ExternalId { source: "test".into(), external_id: id.into() })
}

pub(crate) fn point() -> Option<v1::GeoPoint> {
    Some(v1::GeoPoint { latitude: 38.47, longitude: 106.28, datum: v1::Datum::Gcj02.into() })
}

pub(crate) fn resource() -> v1::Resource {
    v1::Resource {
        external: external("r-1"),
        organization: format!("organizations/{UUID}"),
        title: text("陪诊", "Company to the hospital"),
        content: "陪同就诊".into(),
        responsible_party: "某社工站".into(),
        service_standard: "提前一天确认".into(),
        categories: vec!["care.company".into()],
        unit: "visit".into(),
        place: point(),
        division: "640104".into(),
        areas: vec![
            v1::ServiceArea { division: "6401".into(), ..Default::default() },
            v1::ServiceArea { radius: Some(v1::RadiusArea { metres: 8_000 }), ..Default::default() },
            v1::ServiceArea { everywhere: Some(v1::EverywhereArea {}), ..Default::default() },
        ],
        modes: vec![v1::DeliveryMode::HomeVisit.into(), v1::DeliveryMode::OnSite.into()],
        schedule: Some(v1::Schedule {
            time_zone: "Asia/Shanghai".into(),
            weekly: vec![v1::WeeklyHours { weekday: 1, opens_minute: 540, closes_minute: 1_020 }],
            exceptions: vec![v1::ScheduleException { date: "2026-12-31".into(), hours: vec![] }],
            ..Default::default()
        }),
        eligibility: Some(v1::Eligibility {
            expression: "age_years >= 60".into(),
            statement: text("六十岁以上", "from 60 years"),
        }),
        draws: vec![v1::CapacityDraw {
            pool: format!("capacityPools/{UUID}"),
            quantity_per_unit: 1,
            ..Default::default()
        }],
        ..Default::default()
    }
}

pub(crate) fn pool() -> v1::CapacityPool {
    v1::CapacityPool {
        external: external("p-1"),
        organization_external: external("o-1"),
        title: "每周上门".into(),
        kind: v1::CapacityKind::Slots.into(),
        unit: "visit".into(),
        total: Some(20),
        period: v1::CapacityPeriod::Week.into(),
        time_zone: "Asia/Shanghai".into(),
        ..Default::default()
    }
}

pub(crate) fn need() -> v1::Need {
    v1::Need {
        beneficiary: format!("beneficiaries/{UUID}"),
        items: vec![v1::NeedItem {
            category: "goods.desk".into(),
            quantity: Some(v1::Quantity { value: 2, unit: "piece".into() }),
            note: "CANARY note".into(),
            ..Default::default()
        }],
        urgency: v1::Urgency::Normal.into(),
        place: point(),
        division: "640104".into(),
        mobility: Some(v1::Mobility { delivery: true, max_travel_metres: Some(3_000), ..Default::default() }),
        group_tags: vec![v1::GroupTag::Minor.into()],
        channel: v1::Channel::Hotline.into(),
        facts: vec![v1::Fact { key: "household_size".into(), int_value: Some(5), ..Default::default() }],
        description: "CANARY description".into(),
        ..Default::default()
    }
}

pub(crate) fn beneficiary() -> v1::Beneficiary {
    v1::Beneficiary {
        external: external("b-1"),
        personal: Some(v1::PersonalData {
            name: "CANARY name".into(),
            phone: "CANARY phone".into(),
            id_number: "CANARY id".into(),
            address: "CANARY address".into(),
            note: "CANARY note".into(),
        }),
        facts: vec![v1::Fact { key: "gender".into(), string_value: Some("CANARY fact".into()), ..Default::default() }],
        consents: vec![v1::Consent {
            purpose: v1::ConsentPurpose::Matching.into(),
            give_time: Some(prost_types::Timestamp { seconds: 1_790_000_000, nanos: 0 }),
            given_by: "CANARY guardian".into(),
            withdraw_time: None,
        }],
        ..Default::default()
    }
}
