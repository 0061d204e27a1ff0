//! When a need is acceptable, and what is wrong with one that is not.

use jiff::Timestamp;

use super::{Mobility, Need, NeedItem, NeedPersonal, Timing, Wish, days, later};
use crate::error::{Field, Violation, Violations};
use crate::geo::Disclosure;
use crate::limits;
use crate::text::{check_length, check_required, check_unique};

impl Need {
    /// Checks everything that can be said of the need alone. What is sealed, [`NeedPersonal::check`] has checked before.
    pub fn check(&self, field: impl Field, violations: &mut Violations) {
        if let Some(external) = &self.external {
            external.check(format_args!("{field}.external"), violations);
        }
        self.check_items(field, violations);
        self.check_timing(field, violations);
        self.check_reach(field, violations);
        check_unique(format_args!("{field}.group_tags"), &self.group_tags, violations);
        if let Some(wish) = &self.wish {
            wish.check(format_args!("{field}.wish"), violations);
        }
    }

    /// Checks in addition what holds for a new need only: that there is still time, and not more than
    /// [`limits::NEED_HORIZON_DAYS_MAX`].
    pub fn check_new(&self, field: impl Field, now: Timestamp, violations: &mut Violations) {
        self.check(field, violations);
        let (path, end) = match self.timing {
            None => return,
            Some(Timing::Deadline(end)) => (format!("{field}.deadline"), end),
            Some(Timing::Window { end, .. }) => (format!("{field}.window.end_time"), end),
        };
        violations
            .require(end > now, || Violation::new(&path, "timing.future", "must be in the future").with_value(end));
        violations.require(end <= later(now, days(limits::NEED_HORIZON_DAYS_MAX)), || {
            let message = format!("must be at most {} days ahead", limits::NEED_HORIZON_DAYS_MAX);
            Violation::new(&path, "timing.horizon", message).with_value(end)
        });
    }

    fn check_items(&self, field: impl Field, violations: &mut Violations) {
        let path = format_args!("{field}.items");
        // Items that could not be read are told of already, and leave gaps.
        let complete = !violations.tells_of(path);
        violations.require((usize::from(complete)..=limits::NEED_ITEMS_MAX).contains(&self.items.len()), || {
            let message = format!("must have 1 to {} entries", limits::NEED_ITEMS_MAX);
            Violation::new(path, "need.items", message).with_value(self.items.len())
        });
        for (index, item) in self.items.iter().take(limits::NEED_ITEMS_MAX).enumerate() {
            let index = if complete { index } else { usize::from(item.ordinal).saturating_sub(1) };
            let path = format_args!("{path}[{index}]");
            violations.require(usize::from(item.ordinal) == index + 1, || {
                Violation::new(format!("{path}.ordinal"), "need.ordinal", "must count the items from 1, without gaps")
                    .with_value(item.ordinal)
            });
            item.check(path, violations);
        }
    }

    fn check_timing(&self, field: impl Field, violations: &mut Violations) {
        if let Some(Timing::Window { start, end }) = self.timing {
            let path = format_args!("{field}.window.end_time");
            violations.require(start < end, || {
                Violation::new(path, "timing.order", "must be after start_time").with_value(format!("{start} to {end}"))
            });
            violations.require(end.duration_since(start) <= days(limits::NEED_HORIZON_DAYS_MAX), || {
                let message = format!("must be at most {} days after start_time", limits::NEED_HORIZON_DAYS_MAX);
                Violation::new(path, "timing.horizon", message).with_value(format!("{start} to {end}"))
            });
        }
    }

    fn check_reach(&self, field: impl Field, violations: &mut Violations) {
        self.mobility.check(format_args!("{field}.mobility"), violations);
        if let Some(place) = &self.place {
            place.check(format_args!("{field}.place"), Disclosure::Hidden, violations);
        }
        // One that was said and could not be read is not missing.
        let said = |part: &str| violations.tells_of(format_args!("{field}.{part}"));
        let placed = self.place.is_some() || self.division.is_some() || said("place") || said("division");
        violations.require(placed || self.mobility.is_remote_only(), || {
            let message = "is required, or a division, unless only remote help is asked for";
            Violation::new(format!("{field}.place"), "need.place_required", message)
        });
    }
}

impl NeedItem {
    fn check(&self, field: impl Field, violations: &mut Violations) {
        violations.require((1..=limits::QUANTITY_MAX).contains(&self.quantity), || {
            let message = format!("must be 1 to {}", limits::QUANTITY_MAX);
            Violation::new(format!("{field}.quantity.value"), "quantity.range", message).with_value(self.quantity)
        });
        if let Some(recurrence) = self.recurrence {
            let max = limits::RECURRENCE_OCCURRENCES_MAX;
            violations.require((1..=max).contains(&recurrence.occurrences), || {
                Violation::new(
                    format!("{field}.recurrence.occurrences"),
                    "recurrence.occurrences",
                    format!("must be 1 to {max}"),
                )
                .with_value(recurrence.occurrences)
            });
        }
    }
}

impl Mobility {
    fn check(&self, field: impl Field, violations: &mut Violations) {
        violations.require(self.remote || self.home_visit || self.delivery || self.max_travel_metres.is_some(), || {
            let message = "must allow at least one of max_travel_metres, home_visit, delivery and remote";
            Violation::new(field, "mobility.some", message)
        });
        if let Some(metres) = self.max_travel_metres {
            violations.require((1..=limits::TRAVEL_METRES_MAX).contains(&metres), || {
                let message = format!("must be 1 to {} metres", limits::TRAVEL_METRES_MAX);
                Violation::new(format!("{field}.max_travel_metres"), "mobility.travel_range", message)
                    .with_value(metres)
            });
        }
    }
}

impl Wish {
    /// Checks that it has a neutral title and a consent.
    pub fn check(&self, field: impl Field, violations: &mut Violations) {
        check_required(format_args!("{field}.title"), &self.title, limits::TITLE_CHARS_MAX, violations);
        let consent = format_args!("{field}.consent_given_by");
        check_required(consent, &self.consent_given_by, limits::ROLE_CHARS_MAX, violations);
        violations.require(self.consented_at <= self.published_at, || {
            let message = "must not be after its publication";
            Violation::new(format!("{field}.consent_time"), "wish.consent_first", message).with_value(self.consented_at)
        });
    }
}

impl NeedPersonal {
    /// Checks lengths and facts. No violation shows what a field holds.
    pub fn check(&self, field: impl Field, violations: &mut Violations) {
        check_length(format_args!("{field}.description"), &self.description, limits::TEXT_CHARS_MAX, violations);
        for (ordinal, note) in &self.item_notes {
            let path = format_args!("{field}.items[{}].note", ordinal.saturating_sub(1));
            check_length(path, note, limits::NOTE_CHARS_MAX, violations);
        }
        self.facts.check(format_args!("{field}.facts"), violations);
    }
}
