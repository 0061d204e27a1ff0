//! What a person who runs an import can choose, and the bounds of what is read.

use crate::error::ImportError;

/// Largest file that is read, in bytes.
pub(crate) const FILE_BYTES_MAX: u64 = 512 * 1024 * 1024;
/// Longest value that a report line shows, in characters.
pub(crate) const REPORT_VALUE_CHARS_MAX: usize = 160;
/// Longest title or name, in characters, as the API takes it.
pub(crate) const TITLE_CHARS_MAX: usize = 200;
/// Longest text, in characters, as the API takes it.
pub(crate) const TEXT_CHARS_MAX: usize = 4_000;
/// Longest web address, in characters, as the API takes it.
pub(crate) const URL_CHARS_MAX: usize = 2_048;
/// Longest e-mail address, in characters, as the API takes it.
pub(crate) const EMAIL_CHARS_MAX: usize = 254;
/// Longest telephone number, in characters, as the API takes it.
pub(crate) const PHONE_CHARS_MAX: usize = 64;
/// Longest postal address, in characters, as the API takes it.
pub(crate) const ADDRESS_CHARS_MAX: usize = 512;
/// Longest key, in characters, as the API takes it.
pub(crate) const KEY_CHARS_MAX: usize = 128;
/// Longest source name, in characters, as the API takes it.
pub(crate) const SOURCE_CHARS_MAX: usize = 64;
/// Longest category code, in bytes, as the API takes it.
pub(crate) const CATEGORY_CODE_BYTES_MAX: usize = 64;
/// Deepest category tree, as the API takes it.
pub(crate) const CATEGORY_DEPTH_MAX: usize = 8;
/// Most categories of one resource, as the API takes them.
pub(crate) const RESOURCE_CATEGORIES_MAX: usize = 32;
/// Most synonyms of one category, as the API takes them.
pub(crate) const CATEGORY_SYNONYMS_MAX: usize = 32;
/// Most areas of one resource, as the API takes them.
pub(crate) const RESOURCE_AREAS_MAX: usize = 32;
/// Most corners of a polygon, as the API takes them.
pub(crate) const POLYGON_VERTICES_MAX: usize = 256;
/// Most corners of all polygons of one resource, as the API takes them.
pub(crate) const RESOURCE_VERTICES_MAX: usize = 1_024;
/// Most spans of a week, as the API takes them.
pub(crate) const SCHEDULE_SPANS_MAX: usize = 70;

/// What a person who runs an import can choose. The default works for every known format.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// External source, for example `hsds:miami`; without it, the format and the folder's name: `hsds_miami` gives `hsds:miami`.
    pub source: Option<String>,
    /// IANA time zone of all opening hours; without it, each place's state tells it.
    pub time_zone: Option<String>,
    /// What stands before each category code; without it, the vocabulary's name, `airs` for AIRS.
    pub category_prefix: Option<String>,
}

impl Options {
    /// Checks what can be checked before anything is read.
    ///
    /// # Errors
    /// [`ImportError::Option`] names the option and what is wrong with it.
    pub fn check(&self) -> Result<(), ImportError> {
        if let Some(source) = &self.source
            && !is_source(source)
        {
            return Err(option(
                "--source",
                source,
                "must have 1 to 64 letters, digits, dots, colons, underscores or hyphens",
            ));
        }
        if let Some(zone) = &self.time_zone
            && jiff::tz::TimeZone::get(zone).is_err()
        {
            return Err(option("--time-zone", zone, "is not an IANA time zone such as America/New_York"));
        }
        if let Some(prefix) = &self.category_prefix
            && (prefix.is_empty()
                || prefix.len() > 24
                || !prefix.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-'))
        {
            return Err(option("--category-prefix", prefix, "must have 1 to 24 letters, digits or hyphens"));
        }
        Ok(())
    }
}

fn option(option: &'static str, value: &str, reason: &'static str) -> ImportError {
    ImportError::Option { option, value: value.to_owned(), reason }
}

/// As the API takes it: a letter or digit first.
fn is_source(source: &str) -> bool {
    let allowed = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b':' | b'-');
    source.len() <= SOURCE_CHARS_MAX
        && source.bytes().all(allowed)
        && source.bytes().next().is_some_and(|b| b.is_ascii_alphanumeric())
}
