//! The rules of repair: every change to a row and every refusal names one of these.

use serde::{Serialize, Serializer};

macro_rules! rules {
    ($($(#[$meta:meta])* $variant:ident = $id:literal, $text:literal;)*) => {
        /// A stated rule by which a row was repaired, merged or set aside.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Rule {
            $(#[doc = $text] $variant,)*
        }

        impl Rule {
            /// Every rule, in the order in which they are documented.
            pub const ALL: &'static [Rule] = &[$(Rule::$variant,)*];

            /// Stable identifier, as it stands in reports.
            #[must_use]
            pub fn id(self) -> &'static str {
                match self { $(Rule::$variant => $id,)* }
            }

            /// What the rule says, one sentence.
            #[must_use]
            pub fn text(self) -> &'static str {
                match self { $(Rule::$variant => $text,)* }
            }
        }
    };
}

rules! {
    RowMissingFields = "row.missing-fields", "the row has fewer fields than the header: it was cut off, or a quote is missing";
    RowExtraFields = "row.extra-fields", "the row has more fields than the header: its columns cannot be told apart";
    RowDuplicate = "row.duplicate", "another row says the same, or has the same key: the first one stands";
    RowEmpty = "row.empty", "the row says nothing beyond its keys";
    RowNoKey = "row.no-key", "the row names nothing that it belongs to";
    RowUnused = "row.unused", "nothing that is imported refers to the row";
    RowNotJson = "row.not-json", "one object stands on each line of the file, and this line cannot be read";
    RowNotAnObject = "row.not-an-object", "an object was expected here";
    RowTooNested = "row.too-nested", "objects are nested deeper than any known shape of the format";
    TableNotImported = "table.not-imported", "Wishwell has no place for this table";

    TextNotUtf8 = "text.not-utf8", "the bytes are not UTF-8: read as Windows-1252";
    TextNotText = "text.not-text", "text was expected here, not a list or an object";
    TextMojibake = "text.mojibake", "UTF-8 that was once read in an old code page: decoded again";
    TextMojibakeGuess = "text.mojibake-guess", "the code page lost the letter: n-tilde between vowels, o-acute in -ion, known words otherwise, else the replacement character";
    TextEscapes = "text.escapes", "backslash escapes for line breaks and tabs are turned into the characters they stand for";
    TextMarkers = "text.markers", "marks of the exporting system, such as ###MON###, are removed";
    TextWhitespace = "text.whitespace", "surplus white space is removed";
    TextControl = "text.control", "control characters are removed";
    TextTooLong = "text.too-long", "the text is cut at the longest length Wishwell takes";
    UrlBackslash = "url.backslash", "backslashes in a web address become slashes";

    TimeMissing = "time.missing", "an opening or closing time is missing";
    TimeUnreadable = "time.unreadable", "the time cannot be read";
    TimeMissingM = "time.missing-m", "'9:00a' is 9:00 am: the m was left out";
    TimeAmbiguousMeridiem = "time.ambiguous-meridiem", "'8:00m' may be am, pm or noon (Spanish m.): not guessed";
    TimeNoMeridiem = "time.no-meridiem", "neither am nor pm is given, and only one reading opens before it closes within 14 hours";
    TimeNoMeridiemAmbiguous = "time.no-meridiem-ambiguous", "neither am nor pm is given, and no or several readings make sense";
    TimeNoColon = "time.no-colon", "'830am' is 8:30 am";
    TimeNoMinutes = "time.no-minutes", "'9am' is 9:00 am";
    TimeShortMinutes = "time.short-minutes", "'9:0am' is 9:00 am";
    TimeSpaces = "time.spaces", "white space in a time is ignored";
    TimeTrailingText = "time.trailing-text", "words after a time are ignored";
    TimeOffset = "time.offset", "an offset from UTC after a time is ignored: hours are read in the zone of the place";
    TimeFromOriginalText = "time.from-original-text", "the columns have no usable times, but the published text has exactly one span for that weekday";

    ScheduleWeekday = "schedule.weekday", "the day of the week cannot be read";
    ScheduleShape = "schedule.shape", "hours are given otherwise than the format gives them, as pairs of times by weekday";
    ScheduleEndOfDay = "schedule.end-of-day", "a closing time of 23:59 or 12:00 am means the end of the day, 24:00";
    ScheduleOvernight = "schedule.overnight", "hours that pass midnight become two spans";
    ScheduleClosesBeforeOpens = "schedule.closes-before-opens", "it closes before it opens, and reading it as overnight would be longer than 14 hours";
    ScheduleEmptySpan = "schedule.empty-span", "it opens and closes at the same time of day";
    ScheduleOverlap = "schedule.overlap", "spans of one day that overlap or touch are joined";
    ScheduleSuperseded = "schedule.superseded", "hours for this very service at this place are given too, and go first";
    ScheduleNotWeekly = "schedule.not-weekly", "it does not repeat each week: Wishwell's schedules do";
    ScheduleOtherPeriod = "schedule.other-period", "hours of several periods are given: the open-ended or latest one stands";
    ScheduleDate = "schedule.date", "the date cannot be read, or the period ends before it starts";
    ScheduleTooMany = "schedule.too-many", "more spans a week than Wishwell takes";
    ScheduleNoonForMidnight = "schedule.noon-for-midnight", "00:00 to 12:00 on every day, and the words say 24 hours: open around the clock";
    ScheduleTimeZoneGuess = "schedule.time-zone-guess", "the place names no state: the directory's most frequent time zone is taken";

    CoordinateMissing = "coordinate.missing", "no coordinates: the resource has no point, is reached by phone or online first, and serves everywhere";
    CoordinateSameAddress = "coordinate.same-address", "no coordinates, but another location at the same address has them";
    CoordinateNotANumber = "coordinate.not-a-number", "the coordinates are not numbers";
    CoordinateOutOfRange = "coordinate.out-of-range", "latitude beyond 90 or longitude beyond 180 degrees";
    CoordinateNull = "coordinate.null", "0, 0 stands for a missing value";
    CoordinateSign = "coordinate.sign", "with the other sign the point lies in the state of its address";
    CoordinateSwapped = "coordinate.swapped", "with latitude and longitude exchanged the point lies in the state of its address";
    CoordinateOutsideState = "coordinate.outside-state", "the point lies outside the state of its address";
    CoordinateFarFromCity = "coordinate.far-from-city", "the point lies more than 50 km from the median point of its city";
    CoordinateGeocoderDefault = "coordinate.geocoder-default", "the very same point is given to different addresses in three or more cities";
    CoordinatePostBox = "coordinate.post-box", "a point for a post box is not where help is given";

    OrganizationThroughService = "organization.through-service", "the organization key names a service or belongs to the location's service: that service's organization is taken";
    OrganizationUnknown = "organization.unknown", "no organization answers for the service: a responsible party is not invented";
    OrganizationNoName = "organization.no-name", "an organization without a name";
    ServiceUnknown = "service.unknown", "the service it belongs to is not in the directory, or was set aside";
    ServiceInactive = "service.inactive", "the service is defunct or inactive";
    ServiceNoName = "service.no-name", "the service has no name";
    ServiceNoDescription = "service.no-description", "no description: the name stands as the content";
    ServiceNoStandard = "service.no-standard", "no standard is stated: the text says so and names the source";
    ServiceNoCategory = "service.no-category", "no category is given: placed under 'unclassified'";
    LocationUnknown = "location.unknown", "the location it belongs to is not in the directory, or was set aside";

    CategoryUnknown = "category.unknown", "the category is not in the taxonomy";
    CategoryNoName = "category.no-name", "the category has no name: its code stands as the name";
    CategoryCode = "category.code", "letters that a category code cannot have are replaced, codes that are too long are shortened";
    CategoryParentUnknown = "category.parent-unknown", "the category above is not in the taxonomy: created by its name where given, otherwise left out";
    CategoryCycle = "category.cycle", "the category would be its own ancestor, or lies too deep: it becomes a root";
    CategorySurplus = "category.surplus", "more categories than one resource can have";

    AreaUnreadable = "area.unreadable", "the service area has no shape that can be read: it is kept as words";
    AreaCrossing = "area.crossing", "a polygon whose edges cross or touch is kept as words";
    AreaHoles = "area.holes", "holes in a polygon are ignored";
    AreaSimplified = "area.simplified", "a polygon with more than 256 corners is simplified, and so is each with more than its share where those of one resource have more than 1,024 together";
    AreaSurplus = "area.surplus", "more areas than one resource can have";

    AgeUnreadable = "age.unreadable", "the age limit cannot be read";
    AgeGroup = "age.group", "an age group without years is read generously: children to 12, youth 12 to 24, adults from 18, seniors from 55";
    GenderUnreadable = "gender.unreadable", "the gender limit cannot be read";
    KeyTooLong = "key.too-long", "the key is longer than Wishwell takes";
}

impl Serialize for Rule {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.id())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_stands_in_the_page_for_people_who_run_an_import() {
        let page = include_str!("../../../docs/import.md");
        for rule in Rule::ALL {
            let line = format!("| `{}` | {} |", rule.id(), rule.text());
            assert!(page.contains(&line), "docs/import.md lacks this line: {line}");
        }
    }

    #[test]
    fn identifiers_are_unique_and_every_rule_says_something() {
        let ids: std::collections::BTreeSet<_> = Rule::ALL.iter().map(|rule| rule.id()).collect();
        assert_eq!(ids.len(), Rule::ALL.len());
        assert!(Rule::ALL.iter().all(|rule| rule.text().len() > 10));
    }
}
