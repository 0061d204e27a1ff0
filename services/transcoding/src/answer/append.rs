//! Putting short pieces behind each other. An answer is made of hundreds, and a call of the system's `memcpy` for each costs more than
//! the bytes do: pieces of a known length are copied where they stand.

/// Bytes of a name, of a field or an enum's value, that are copied at once.
const NAME_BYTES: usize = 32;

/// What is written often and never changes.
#[derive(Debug, Clone)]
pub(crate) struct Name {
    /// The first bytes of it, filled up with anything.
    padded: [u8; NAME_BYTES],
    whole: Box<[u8]>,
}

impl Name {
    pub(crate) fn new(name: &[u8]) -> Self {
        let mut padded = [0; NAME_BYTES];
        padded.iter_mut().zip(name).for_each(|(to, from)| *to = *from);
        Self { padded, whole: name.into() }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.whole.is_empty()
    }

    /// Whether it is this one.
    #[inline]
    pub(crate) fn is(&self, name: &[u8]) -> bool {
        let length = self.whole.len();
        length == name.len() && self.padded.get(..length).unwrap_or(&self.whole) == name
    }

    /// Writes it.
    #[inline(always)]
    pub(crate) fn write(&self, out: &mut Vec<u8>) {
        let length = self.whole.len();
        if length > NAME_BYTES {
            out.extend_from_slice(&self.whole);
            return;
        }
        let end = out.len() + length;
        out.extend_from_slice(&self.padded);
        out.truncate(end);
    }
}

/// Puts text in quotes and tells what is in it.
#[inline(always)]
pub(super) fn quoted(text: &[u8], out: &mut Vec<u8>, mut look: impl FnMut(u64)) {
    out.push(b'"');
    let (words, _) = text.as_chunks::<8>();
    for word in words {
        look(u64::from_le_bytes(*word));
        out.extend_from_slice(word);
    }
    match (text.last_chunk::<8>(), text.len() % 8) {
        (_, 0) => {}
        // The last eight bytes once more, over what was written of them.
        (Some(last), rest) => {
            look(u64::from_le_bytes(*last));
            out.truncate(out.len() - (8 - rest));
            out.extend_from_slice(last);
        }
        (None, rest) => {
            let mut last = [b' '; 8];
            last.iter_mut().zip(text).for_each(|(to, from)| *to = *from);
            look(u64::from_le_bytes(last));
            let end = out.len() + rest;
            out.extend_from_slice(&last);
            out.truncate(end);
        }
    }
    out.push(b'"');
}

/// Puts a number's digits there, at most twenty.
#[inline(always)]
pub(super) fn digits(text: &[u8], out: &mut Vec<u8>) {
    if let (Some(first), Some(last)) = (text.first_chunk::<4>(), text.last_chunk::<4>())
        && text.len() <= 8
    {
        out.extend_from_slice(first);
        out.truncate(out.len() - (8 - text.len()));
        out.extend_from_slice(last);
    } else if text.len() < 4 {
        text.iter().for_each(|digit| out.push(*digit));
    } else {
        out.extend_from_slice(text);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_of_every_length_are_written_as_they_are() {
        let text: Vec<u8> = (0..100).map(|at| b'a' + at % 26).collect();
        for length in 0..text.len() {
            let (piece, mut out) = (&text[..length], b"before".to_vec());
            Name::new(piece).write(&mut out);
            assert_eq!(out, [b"before", piece].concat(), "a name of {length}");
            let (mut seen, mut out) = (0, b"before".to_vec());
            quoted(piece, &mut out, |_| seen += 1);
            assert_eq!(out, [b"before\"", piece, b"\""].concat(), "a text of {length}");
            assert_eq!(seen, length.div_ceil(8));
            let mut out = b"before".to_vec();
            digits(piece, &mut out);
            assert_eq!(out, [b"before", piece].concat(), "digits of {length}");
        }
    }
}
