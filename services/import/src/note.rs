//! What concerns a directory as a whole.

use std::fmt;

/// One such thing, for whoever imports it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Note {
    /// Files lie beside those that were read.
    NotRead {
        /// Names of the first ones.
        files: Vec<String>,
        /// How many more there are.
        more: usize,
    },
    /// The header of a table is not UTF-8.
    HeaderNotUtf8 {
        /// Its file.
        file: String,
    },
    /// All opening hours are in one time zone.
    HoursIn {
        /// The zone.
        zone: String,
        /// Whether somebody has chosen it.
        chosen: bool,
    },
    /// Opening hours are in the time zone of each place's state.
    HoursByState {
        /// Zone of places that name no state.
        otherwise: String,
    },
}

/// In English, as reports have it.
impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotRead { files, more: 0 } => write!(f, "not read: {}", files.join(", ")),
            Self::NotRead { files, more } => write!(f, "not read: {} and {more} more", files.join(", ")),
            Self::HeaderNotUtf8 { file } => {
                write!(f, "{file}: the header is not UTF-8; letters that cannot be read are replaced")
            }
            Self::HoursIn { zone, chosen: true } => write!(f, "opening hours are in {zone}, as chosen"),
            Self::HoursIn { zone, chosen: false } => write!(f, "opening hours are in {zone}"),
            Self::HoursByState { otherwise } => {
                let by_state = "opening hours are in the main time zone of each place's state";
                write!(f, "{by_state}; without a state, in {otherwise}")
            }
        }
    }
}
