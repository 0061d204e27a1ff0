//! The cleaned directory, between any input format and the API: organizations, categories and resources, no capacity.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::Serialize;

/// What kind of input a directory was read from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// HSDS 1.x, CSV tables of a tabular data package.
    HsdsTabular1,
    /// HSDS 3.x, CSV tables.
    HsdsTabular3,
    /// HSDS 3.x, JSON of the API.
    HsdsJson3,
    /// LinkSF facilities, JSON.
    LinkSf,
}

impl Format {
    /// Name for people.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::HsdsTabular1 => "HSDS 1.1, tabular",
            Self::HsdsTabular3 => "HSDS 3.x, tabular",
            Self::HsdsJson3 => "HSDS 3.x, JSON",
            Self::LinkSf => "LinkSF facilities, JSON",
        }
    }
}

/// How a resource of an earlier edition is missing in this one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Absence {
    /// The directory says nothing of it.
    Missing,
    /// The directory has it, and it became no resource: its rows were set aside or merged, or it is a part of other resources.
    NotImported,
    /// The directory says that it is inactive or defunct.
    Ended,
}

/// A cleaned directory. Everything is sorted by key, so that the same input gives the same bytes.
#[derive(Debug, Clone, PartialEq)]
pub struct Directory {
    /// What it was read from.
    pub format: Format,
    /// External source under which everything is stored, for example `hsds:miami`.
    pub source: String,
    /// Categories, parents before their children.
    pub categories: Vec<Category>,
    /// Organizations by key.
    pub organizations: Vec<Organization>,
    /// Resources by key.
    pub resources: Vec<Resource>,
    /// Keys that the directory has and that are no resources, with the reason.
    pub left_out: BTreeMap<String, Absence>,
}

/// A category of the directory's taxonomy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Category {
    /// Code with its vocabulary in front, for example `airs.PN-8100`.
    pub code: String,
    /// Code of the category above.
    pub parent: Option<String>,
    /// Chinese name, empty when the directory has none.
    pub name_zh: String,
    /// English name.
    pub name_en: String,
    /// Other names.
    pub synonyms: Vec<String>,
    /// The vocabulary's own name.
    pub vocabulary: String,
}

/// An organization.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Organization {
    /// Key in the directory.
    pub external_id: String,
    /// Name in the directory's language.
    pub name: String,
    /// Telephone.
    pub phone: String,
    /// E-mail.
    pub email: String,
    /// Web page.
    pub url: String,
    /// Postal address in one line.
    pub address: String,
}

/// A service at a place, or a service without one.
#[derive(Debug, Clone, PartialEq)]
pub struct Resource {
    /// Key in the directory.
    pub external_id: String,
    /// Key of its organization.
    pub organization: String,
    /// Title.
    pub title: String,
    /// What is given.
    pub content: String,
    /// Who answers for it.
    pub responsible_party: String,
    /// To what standard.
    pub service_standard: String,
    /// Category codes, the first the main one, 1 to 32.
    pub categories: Vec<String>,
    /// Where it is, WGS-84. People come to it; without a place they reach it by phone or online first.
    pub place: Option<Point>,
    /// Where it serves, at least one.
    pub areas: Vec<Area>,
    /// Whether it is closed for now.
    pub paused: bool,
    /// Opening hours; none when the directory gives none.
    pub schedule: Option<Schedule>,
    /// Who may have it, where the directory says so in figures.
    pub eligibility: Option<Eligibility>,
}

/// A WGS-84 point in degrees.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    /// Latitude, -90 to 90.
    pub latitude: f64,
    /// Longitude, -180 to 180.
    pub longitude: f64,
}

/// Where a resource serves.
#[derive(Debug, Clone, PartialEq)]
pub enum Area {
    /// Not bound to a place, or nothing better is known.
    Everywhere,
    /// Inside a polygon of 3 to 256 corners, not closed.
    Polygon(Vec<Point>),
}

/// Weekly opening hours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Schedule {
    /// IANA time zone of the place.
    pub time_zone: String,
    /// Spans, sorted, not overlapping.
    pub weekly: Vec<Span>,
    /// First date it holds.
    pub valid_from: Option<Date>,
    /// Last date it holds.
    pub valid_until: Option<Date>,
}

/// One opening span of a week.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// ISO weekday, 1 Monday to 7 Sunday.
    pub weekday: u8,
    /// Minutes from midnight, 0 to 1439.
    pub opens_minute: u16,
    /// Minutes from midnight, 1 to 1440, after `opens_minute`.
    pub closes_minute: u16,
}

/// A limit that the directory states in figures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Eligibility {
    /// Expression over Wishwell's facts.
    pub expression: String,
    /// The same in English.
    pub statement_en: String,
    /// The same in Chinese.
    pub statement_zh: String,
}
