//! Text and numbers as JSON has them.

use std::str::Utf8Error;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::append;

/// For each byte what stands for it: 0 itself, `u` a code in hexadecimal, anything else a backslash and that.
const ESCAPES: [u8; 256] = {
    let mut escapes = [0; 256];
    let mut at = 0;
    while at < 0x20 {
        escapes[at] = b'u';
        at += 1;
    }
    escapes[0x08] = b'b';
    escapes[0x09] = b't';
    escapes[0x0a] = b'n';
    escapes[0x0c] = b'f';
    escapes[0x0d] = b'r';
    escapes[b'"' as usize] = b'"';
    escapes[b'\\' as usize] = b'\\';
    escapes
};

/// A text in quotes.
pub(crate) fn string(text: &str, out: &mut Vec<u8>) {
    out.reserve(text.len() + 2);
    out.push(b'"');
    let mut rest = text.as_bytes();
    loop {
        let (plain, after) = rest.split_at(plain_bytes(rest));
        out.extend_from_slice(plain);
        let Some((byte, after)) = after.split_first() else { break };
        match ESCAPES[usize::from(*byte)] {
            b'u' => {
                const DIGITS: &[u8; 16] = b"0123456789abcdef";
                let (high, low) = (DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]);
                out.extend_from_slice(&[b'\\', b'u', b'0', b'0', high, low]);
            }
            escape => out.extend_from_slice(&[b'\\', escape]),
        }
        rest = after;
    }
    out.push(b'"');
}

/// A text in quotes from its bytes. Most texts of a contract stand for themselves, and are copied while they are looked at.
///
/// # Errors
/// When they are not UTF-8; what is in `out` then is worth nothing.
#[inline]
pub(super) fn of_wire(text: &[u8], out: &mut Vec<u8>) -> Result<(), Utf8Error> {
    let start = out.len();
    let (mut specials, mut bits) = (0, 0);
    append::quoted(text, out, |word| {
        specials |= special(word);
        bits |= word;
    });
    if specials != 0 {
        out.truncate(start);
        string(str::from_utf8(text)?, out);
    } else if bits & TOPS != 0 {
        str::from_utf8(text)?;
    }
    Ok(())
}

const ONES: u64 = u64::from_ne_bytes([1; 8]);
const TOPS: u64 = ONES << 7;

/// The top bit of each byte that does not stand for itself, up to the first one.
#[inline]
fn special(word: u64) -> u64 {
    let has_zero = |word: u64| word.wrapping_sub(ONES) & !word & TOPS;
    let below_space = word.wrapping_sub(ONES * 0x20) & !word & TOPS;
    below_space | has_zero(word ^ (ONES * 0x22)) | has_zero(word ^ (ONES * 0x5c))
}

/// How many bytes stand for themselves before the first one that does not. Eight at a time (Anderson, "Bit Twiddling Hacks",
/// "Determine if a word has a byte less than n"): the lowest byte that is found is always a true one.
fn plain_bytes(bytes: &[u8]) -> usize {
    let (words, tail) = bytes.as_chunks::<8>();
    for (at, word) in words.iter().enumerate() {
        let found = special(u64::from_le_bytes(*word));
        if found != 0 {
            return at * 8 + found.trailing_zeros() as usize / 8;
        }
    }
    let plain_tail = tail.iter().position(|byte| ESCAPES[usize::from(*byte)] != 0);
    words.len() * 8 + plain_tail.unwrap_or(tail.len())
}

/// Bytes in base64, in quotes.
pub(super) fn bytes(value: &[u8], out: &mut Vec<u8>) {
    out.push(b'"');
    let start = out.len();
    let length = base64::encoded_len(value.len(), true).unwrap_or(0);
    out.resize(start + length, 0);
    // The slice has exactly the length that is needed; it cannot fail.
    let written = STANDARD.encode_slice(value, &mut out[start..]).unwrap_or(0);
    out.truncate(start + written);
    out.push(b'"');
}

/// A whole number.
pub(super) fn integer(value: impl itoa::Integer, out: &mut Vec<u8>) {
    append::digits(itoa::Buffer::new().format(value).as_bytes(), out);
}

/// A whole number of 64 bits: in quotes, since many readers of JSON keep 53 bits only.
pub(super) fn long(value: impl itoa::Integer, out: &mut Vec<u8>) {
    out.push(b'"');
    integer(value, out);
    out.push(b'"');
}

/// A number with a fraction, shortest so that it reads back as the same.
pub(super) fn double(value: f64, out: &mut Vec<u8>) {
    if let Some(word) = not_finite(value) {
        out.extend_from_slice(word);
    } else if serde_json::to_writer(&mut *out, &value).is_err() {
        // A finite number into memory never fails.
        out.extend_from_slice(b"null");
    }
}

/// As [`double`], for numbers of 32 bits.
pub(super) fn float(value: f32, out: &mut Vec<u8>) {
    if let Some(word) = not_finite(f64::from(value)) {
        out.extend_from_slice(word);
    } else if serde_json::to_writer(&mut *out, &value).is_err() {
        out.extend_from_slice(b"null");
    }
}

fn not_finite(value: f64) -> Option<&'static [u8]> {
    if value.is_finite() {
        None
    } else if value.is_nan() {
        Some(b"\"NaN\"")
    } else if value > 0.0 {
        Some(b"\"Infinity\"")
    } else {
        Some(b"\"-Infinity\"")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_that_need_an_escape_are_found_wherever_they_stand() {
        for length in 0..40 {
            for at in 0..length {
                for special in 0..=255_u8 {
                    let mut bytes = vec![b'a'; length];
                    bytes[at] = special;
                    let expected = bytes.iter().position(|byte| ESCAPES[usize::from(*byte)] != 0).unwrap_or(length);
                    assert_eq!(plain_bytes(&bytes), expected, "{special} at {at} of {length}");
                }
            }
        }
    }

    #[test]
    fn a_text_from_the_wire_is_written_as_any_other_or_is_none() {
        for length in 0..20 {
            for at in 0..length {
                for special in 0..=255_u8 {
                    let mut bytes = vec![b'a'; length];
                    bytes[at] = special;
                    let (mut out, mut expected) = (b"before ".to_vec(), b"before ".to_vec());
                    let written = of_wire(&bytes, &mut out);
                    assert_eq!(written.is_ok(), special.is_ascii(), "{special} at {at} of {length}");
                    if let Ok(text) = std::str::from_utf8(&bytes) {
                        string(text, &mut expected);
                        assert_eq!(out, expected, "{special} at {at} of {length}");
                    }
                }
            }
        }
        for text in ["心", "心心心心\n心", "愿望 3918 号", "a\"心", "é", "1234567é"] {
            let (mut out, mut expected) = (Vec::new(), Vec::new());
            assert_eq!(of_wire(text.as_bytes(), &mut out), Ok(()));
            string(text, &mut expected);
            assert_eq!(out, expected, "{text}");
            let cut = &text.as_bytes()[..text.len() - 1];
            assert_eq!(of_wire(cut, &mut out).is_ok(), std::str::from_utf8(cut).is_ok(), "{text}");
        }
    }

    #[test]
    fn texts_are_written_as_serde_json_writes_them() {
        let all: String = (0..0x2100_u32).filter_map(char::from_u32).collect();
        for text in [all.as_str(), "", "\"", "\\\\", "心心心心\n心", "a\u{0}b"] {
            let mut out = Vec::new();
            string(text, &mut out);
            assert_eq!(String::from_utf8(out).unwrap(), serde_json::to_string(text).unwrap());
        }
    }
}
