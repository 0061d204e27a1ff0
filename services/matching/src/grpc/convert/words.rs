//! Reasons in words, Chinese and English: what is missing and what would have to change.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};

use wishwell_domain::figures::{Distance, money};
use wishwell_domain::organization::OrganizationState;
use wishwell_domain::unit::{Unit, is_money};
use wishwell_engine::{ModeSet, Reason, ResourceRef, Snapshot};

use super::parts::{Chinese, Clock, DayMonth, Decimal, English, MonthDay, Part as _, Year};

/// Room for one reason after the other.
#[derive(Debug, Default)]
pub(crate) struct Words {
    /// Chinese.
    pub(crate) zh: String,
    /// English.
    pub(crate) en: String,
}

/// Adds parts to both languages.
macro_rules! say {
    ($words:expr, ($($zh:expr),+ $(,)?), ($($en:expr),+ $(,)?) $(,)?) => {{
        $($zh.add_to(&mut $words.zh);)+
        $($en.add_to(&mut $words.en);)+
    }};
}

impl Words {
    /// Says a near miss's reason, in the place of what was said before.
    pub(crate) fn say(&mut self, snapshot: &Snapshot, unit: Unit, missed: ResourceRef, reason: &Reason) {
        self.zh.clear();
        self.en.clear();
        match *reason {
            Reason::Category => say!(self, ("类别不符"), ("another category")),
            Reason::Unit { counted_in } => say!(
                self,
                ("按“", counted_in.zh(), "”计量，而需求按“", unit.zh(), "”"),
                ("counted in ", counted_in.en(), ", the need in ", unit.en()),
            ),
            Reason::OrganizationNotVerified { state } => match state {
                OrganizationState::Suspended => say!(self, ("机构已暂停"), ("the organization is suspended")),
                _ => say!(self, ("机构尚未通过审核"), ("the organization is not verified yet")),
            },
            Reason::NotVettedForMinors { valid_until } => self.vetting(valid_until, "未成年人服务", "work with minors"),
            Reason::NotVettedForHomeVisits { valid_until } => self.vetting(valid_until, "入户服务", "visits to homes"),
            Reason::Mode { offered } => self.modes(offered),
            Reason::TooFar { distance_metres, limit_metres } => say!(
                self,
                ("距离 ", distance_zh(distance_metres), "，最远可去 ", distance_zh(limit_metres)),
                (distance_en(distance_metres), " away, can travel ", distance_en(limit_metres)),
            ),
            Reason::OutsideArea { distance_metres, radius_metres, polygon_metres, division } => {
                self.outside(snapshot, distance_metres, radius_metres, polygon_metres, division);
            }
            Reason::ClosedInWindow { next_opening: Some(at) } => {
                let at = local(snapshot, missed, at);
                say!(
                    self,
                    ("需求时段内不开放，", MonthDay(at.date()), " ", Clock(at.time()), "再开放"),
                    ("closed in the time wanted, opens again on ", DayMonth(at.date()), " at ", Clock(at.time())),
                );
            }
            Reason::ClosedInWindow { next_opening: None } => {
                say!(self, ("需求时段内不开放"), ("closed in the time wanted"));
            }
            Reason::NoCapacity { asked, remaining, next_free, occurrences } => {
                self.capacity(unit, asked, remaining, next_free, occurrences);
            }
            Reason::Ineligible { .. } => {
                let (zh, en) = snapshot.eligibility_statement(missed).unwrap_or(("", ""));
                let (zh, en) = (if zh.is_empty() { en } else { zh }, if en.is_empty() { zh } else { en });
                say!(self, ("不符合条件：", zh), ("not eligible: ", en));
            }
            Reason::Paused => say!(self, ("暂不提供"), ("paused")),
            Reason::NotValidYet { valid_from } => say!(
                self,
                ("自", Year(valid_from), "年", MonthDay(valid_from), "起提供"),
                ("offered from ", DayMonth(valid_from), " ", Year(valid_from)),
            ),
            Reason::Expired { valid_until } => say!(
                self,
                ("已于", Year(valid_until), "年", MonthDay(valid_until), "结束"),
                ("ended on ", DayMonth(valid_until), " ", Year(valid_until)),
            ),
        }
    }

    fn vetting(&mut self, valid_until: Option<Date>, zh: &str, en: &str) {
        match valid_until {
            Some(date) => say!(
                self,
                ("机构的", zh, "资质有效期仅至", Year(date), "年", MonthDay(date)),
                ("the organization's vetting for ", en, " holds only until ", DayMonth(date), " ", Year(date)),
            ),
            None => say!(self, ("机构未取得", zh, "资质"), ("the organization is not vetted for ", en)),
        }
    }

    fn modes(&mut self, offered: ModeSet) {
        say!(self, ("方式仅限"), ("only in these ways: "));
        for (at, mode) in offered.iter().enumerate() {
            if at > 0 {
                say!(self, ("、"), (", "));
            }
            say!(self, (mode.zh()), (mode.en()));
        }
    }

    fn outside(
        &mut self,
        snapshot: &Snapshot,
        distance_metres: Option<u32>,
        radius_metres: Option<u32>,
        polygon_metres: Option<u32>,
        division: Option<u32>,
    ) {
        let outside = Outside { distance_metres, radius_metres, polygon_metres };
        if let (Some(distance), Some(radius)) = (distance_metres, radius_metres)
            && outside.beyond_metres() == outside.beyond_circle()
        {
            say!(
                self,
                ("距离 ", distance_zh(distance), "，服务半径 ", distance_zh(radius)),
                (distance_en(distance), " away, radius ", distance_en(radius)),
            );
        } else if let Some(beyond) = polygon_metres {
            say!(self, ("在服务范围外 ", distance_zh(beyond)), (distance_en(beyond), " outside its service area"),);
        } else if let Some((code, zh, en)) = division.and_then(|division| snapshot.division_name(division)) {
            let code = code.as_str();
            let zh_name = [zh, en, code].into_iter().find(|name| !name.is_empty()).unwrap_or(code);
            let en_name = [en, zh, code].into_iter().find(|name| !name.is_empty()).unwrap_or(code);
            say!(self, ("只服务", zh_name), ("serves ", en_name, " only"));
        } else {
            say!(self, ("不在服务范围内"), ("outside its service area"));
        }
    }

    fn capacity(
        &mut self,
        unit: Unit,
        asked: i64,
        remaining: i64,
        next_free: Option<Date>,
        occurrences: Option<(u32, u32)>,
    ) {
        match occurrences {
            Some((served, requested)) => {
                let (served, requested) = (Decimal(served.into()), Decimal(requested.into()));
                say!(
                    self,
                    (requested, " 次中只能安排 ", served, " 次"),
                    ("can serve ", served, " of ", requested, " occurrences"),
                )
            }
            None if remaining == 0 => say!(self, ("已约满"), ("fully used")),
            None if is_money(unit.code()) => {
                let (left, needed) = (money(remaining), money(asked));
                say!(
                    self,
                    ("剩余 ", left.as_str(), "，需要 ", needed.as_str()),
                    (left.as_str(), " left, ", needed.as_str(), " needed"),
                );
            }
            None => say!(
                self,
                ("剩余 ", Decimal(remaining), " ", unit.zh(), "，需要 ", Decimal(asked), " ", unit.zh()),
                (Decimal(remaining), " ", unit.en(), " left, ", Decimal(asked), " needed"),
            ),
        }
        if let Some(date) = next_free {
            say!(self, ("，", MonthDay(date), "起有名额"), (", free again on ", DayMonth(date)));
        }
    }
}

/// How a place lies to the circles and polygons that a resource serves.
#[derive(Clone, Copy)]
pub(super) struct Outside {
    pub(super) distance_metres: Option<u32>,
    pub(super) radius_metres: Option<u32>,
    pub(super) polygon_metres: Option<u32>,
}

impl Outside {
    fn beyond_circle(self) -> Option<u32> {
        Some(self.distance_metres?.saturating_sub(self.radius_metres?))
    }

    /// To the nearest of them; none without any, or where nobody knows.
    pub(super) fn beyond_metres(self) -> Option<u32> {
        self.beyond_circle().into_iter().chain(self.polygon_metres).min()
    }
}

/// An instant in the time of a resource's place.
fn local(snapshot: &Snapshot, resource: ResourceRef, at: Timestamp) -> DateTime {
    let offset = snapshot.time_zone(resource).map_or(0, |zone| zone.span_at(at.as_second()).offset);
    let offset = i32::try_from(offset).unwrap_or_default();
    jiff::tz::Offset::from_seconds(offset).unwrap_or(jiff::tz::Offset::UTC).to_datetime(at)
}

const fn distance_zh(metres: u32) -> Chinese {
    Chinese(Distance::of_metres(metres as u64))
}

const fn distance_en(metres: u32) -> English {
    English(Distance::of_metres(metres as u64))
}

#[cfg(test)]
mod tests {
    use wishwell_domain::resource::DeliveryMode;

    use super::*;

    #[test]
    fn what_is_free_later_says_when() {
        let date = jiff::civil::date(2026, 12, 2);
        let visit = Unit::parse("unit", "visit").unwrap_or_else(|e| unreachable!("{e}"));
        let mut words = Words::default();
        words.capacity(visit, 1, 0, Some(date), None);
        assert_eq!(
            (words.zh.as_str(), words.en.as_str()),
            ("已约满，12月2日起有名额", "fully used, free again on 2 December")
        );
    }

    #[test]
    fn money_that_is_left_is_told_in_yuan() {
        let mut words = Words::default();
        let fen = Unit::parse("unit", "fen").unwrap_or_else(|e| unreachable!("{e}"));
        words.capacity(fen, 120_050, 300, None, None);
        assert_eq!([words.zh, words.en], ["剩余 ¥3.00，需要 ¥1,200.50", "¥3.00 left, ¥1,200.50 needed"]);
    }

    #[test]
    fn what_lies_outside_says_how_far_it_is_to_the_nearest_of_circle_and_polygon() {
        let snapshot = wishwell_engine::SnapshotBuilder::new().build(wishwell_domain::ids::LogPosition(0));
        for (distance_metres, radius_metres, polygon_metres, beyond_metres, en) in [
            (Some(12_400), Some(8_000), None, Some(4_400), "12.4 km away, radius 8 km"),
            (Some(12_400), Some(8_000), Some(5_000), Some(4_400), "12.4 km away, radius 8 km"),
            (Some(12_400), Some(8_000), Some(300), Some(300), "300 m outside its service area"),
            (Some(12_400), None, Some(300), Some(300), "300 m outside its service area"),
            (None, Some(8_000), Some(300), Some(300), "300 m outside its service area"),
            (None, Some(8_000), None, None, "outside its service area"),
        ] {
            let mut words = Words::default();
            words.outside(&snapshot, distance_metres, radius_metres, polygon_metres, None);
            assert_eq!(words.en, en);
            let outside = Outside { distance_metres, radius_metres, polygon_metres };
            assert_eq!(outside.beyond_metres(), beyond_metres);
        }
    }

    #[test]
    fn modes_are_listed() {
        let offered = [DeliveryMode::OnSite, DeliveryMode::Remote].into_iter().collect();
        let mut words = Words::default();
        words.modes(offered);
        assert_eq!(
            (words.zh.as_str(), words.en.as_str()),
            ("方式仅限到点服务、电话或线上", "only in these ways: on site, by telephone or online")
        );
    }
}
