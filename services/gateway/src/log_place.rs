//! A place in the log as one text, which a listener sends back to go on from there: the position, and the mark that tells whether it is the
//! same log still, `position-mark`.

use std::fmt;
use std::str::FromStr;

/// How far somebody has heard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LogPlace {
    pub(crate) position: i64,
    /// Empty where nobody knows it: then the log is taken as it is.
    pub(crate) mark: String,
}

impl fmt::Display for LogPlace {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { position, mark } = self;
        if mark.is_empty() { write!(formatter, "{position}") } else { write!(formatter, "{position}-{mark}") }
    }
}

/// That a text is no place in a log.
#[derive(Debug)]
pub(crate) struct NoPlace;

impl FromStr for LogPlace {
    type Err = NoPlace;

    fn from_str(text: &str) -> Result<Self, NoPlace> {
        let (position, mark) = text.split_once('-').unwrap_or((text, ""));
        let position = position.parse::<u64>().ok().and_then(|position| i64::try_from(position).ok());
        Ok(Self { position: position.ok_or(NoPlace)?, mark: mark.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_read_as_it_is_written_and_a_position_alone_is_one() {
        for (text, position, mark) in
            [("17-aB_-9", 17, "aB_-9"), ("17", 17, ""), ("0-x", 0, "x"), ("9223372036854775807", i64::MAX, "")]
        {
            let place: LogPlace = text.parse().expect("a place");
            assert_eq!((place.position, place.mark.as_str()), (position, mark));
            assert_eq!(place.to_string(), text);
        }
        for text in ["", "-1", "-", "x", "9223372036854775808", "1.5"] {
            assert!(text.parse::<LogPlace>().is_err(), "{text}");
        }
    }
}
