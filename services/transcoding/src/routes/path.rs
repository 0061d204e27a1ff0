//! Taking a request's path apart: what is no path is refused before any route is looked for.

use std::borrow::Cow;

/// Why a path is no path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MalformedPath {
    /// It does not begin with a slash.
    NotAbsolute,
    /// Two slashes follow one another.
    EmptySegment,
    /// A segment is `.` or `..`, also in its percent-encoded spelling.
    Traversal,
    /// A percent sign is not followed by two hexadecimal digits.
    BrokenEscape,
    /// What is percent-encoded is not UTF-8.
    NotUtf8,
    /// It holds a control character, such as an encoded NUL.
    ControlCharacter,
}

impl MalformedPath {
    /// What is wrong, in words.
    #[must_use]
    pub fn message(self) -> &'static str {
        match self {
            Self::NotAbsolute => "the path must begin with a slash",
            Self::EmptySegment => "the path has an empty segment",
            Self::Traversal => "the path has a segment `.` or `..`",
            Self::BrokenEscape => "the path has a percent sign without two hexadecimal digits",
            Self::NotUtf8 => "the path is not UTF-8 once percent-decoded",
            Self::ControlCharacter => "the path has a control character",
        }
    }
}

/// The segments of a path, still percent-encoded.
///
/// # Errors
/// When the path is malformed. A slash at the end gives an empty last segment, which fits no route.
pub(crate) fn segments(path: &str) -> Result<Vec<&str>, MalformedPath> {
    let inner = path.strip_prefix('/').ok_or(MalformedPath::NotAbsolute)?;
    let segments: Vec<&str> = inner.split('/').collect();
    let last = segments.len() - 1;
    for (at, segment) in segments.iter().enumerate() {
        if segment.is_empty() && at != last {
            return Err(MalformedPath::EmptySegment);
        }
        let decoded = decode(segment, Slashes::Decode)?;
        if decoded.contains(|letter: char| letter.is_control()) {
            return Err(MalformedPath::ControlCharacter);
        }
        // An encoded slash must not smuggle a step up the tree past this either.
        if decoded.split(['/', '\\']).any(|part| part == "." || part == "..") {
            return Err(MalformedPath::Traversal);
        }
    }
    Ok(segments)
}

/// Whether an encoded slash becomes a slash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Slashes {
    /// It does: the variable is one segment, a slash in it is a part of the value.
    Decode,
    /// It stays `%2F`: the variable has several segments, a slash in it separates them.
    Keep,
}

/// Percent-decodes a part of a path. A plus stays a plus.
pub(crate) fn decode(text: &str, slashes: Slashes) -> Result<Cow<'_, str>, MalformedPath> {
    if !text.contains('%') {
        return Ok(Cow::Borrowed(text));
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        if *first != b'%' {
            bytes.push(*first);
            rest = after;
            continue;
        }
        let (high, low) = (after.first().copied(), after.get(1).copied());
        let byte = hex(high).zip(hex(low)).map(|(high, low)| high * 16 + low).ok_or(MalformedPath::BrokenEscape)?;
        if byte == b'/' && slashes == Slashes::Keep {
            bytes.extend_from_slice(rest.get(..3).unwrap_or_default());
        } else {
            bytes.push(byte);
        }
        rest = after.get(2..).unwrap_or_default();
    }
    String::from_utf8(bytes).map(Cow::Owned).map_err(|_| MalformedPath::NotUtf8)
}

pub(crate) fn hex(digit: Option<u8>) -> Option<u8> {
    match digit? {
        digit @ b'0'..=b'9' => Some(digit - b'0'),
        digit @ b'a'..=b'f' => Some(digit - b'a' + 10),
        digit @ b'A'..=b'F' => Some(digit - b'A' + 10),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_path_is_refused_and_says_why() {
        for (path, why) in [
            ("v1", MalformedPath::NotAbsolute),
            ("", MalformedPath::NotAbsolute),
            ("/v1//needs", MalformedPath::EmptySegment),
            ("//v1", MalformedPath::EmptySegment),
            ("/v1/../admin", MalformedPath::Traversal),
            ("/v1/./needs", MalformedPath::Traversal),
            ("/v1/%2e%2E/admin", MalformedPath::Traversal),
            ("/v1/a%2F..%2Fb", MalformedPath::Traversal),
            ("/v1/a%5c..%5cb", MalformedPath::Traversal),
            ("/v1/%", MalformedPath::BrokenEscape),
            ("/v1/%4", MalformedPath::BrokenEscape),
            ("/v1/%zz", MalformedPath::BrokenEscape),
            ("/v1/%ff", MalformedPath::NotUtf8),
            ("/v1/%c3%28", MalformedPath::NotUtf8),
            ("/v1/a%00b", MalformedPath::ControlCharacter),
            ("/v1/a%0d%0ab", MalformedPath::ControlCharacter),
        ] {
            assert_eq!(segments(path), Err(why), "{path}");
        }
    }

    #[test]
    fn dots_within_a_name_are_no_traversal() {
        assert_eq!(segments("/v1/a..b/...").unwrap(), ["v1", "a..b", "..."]);
    }

    #[test]
    fn an_encoded_slash_is_kept_where_slashes_separate() {
        assert_eq!(decode("a%2Fb%2fc%20d+e", Slashes::Keep).unwrap(), "a%2Fb%2fc d+e");
        assert_eq!(decode("a%2Fb%E5%BF%83", Slashes::Decode).unwrap(), "a/b心");
    }
}
