//! Patterns of the contract's texts.
//!
//! Most are a few characters each of a class, and then a run of another: identifiers and codes, of which a question holds a dozen.
//! Those are matched byte by byte; a regular expression's engine costs ten times as much to enter as to run over them.

use prost_protovalidate::regex::{self, Regex};

/// A pattern in the syntax of regular expressions.
#[derive(Debug)]
pub(crate) enum Pattern {
    /// Characters of ASCII: so many each of a class, and at the end some of one.
    Run(Run),
    /// Any other.
    Regex(Regex),
}

/// Which bytes are in a class.
#[derive(Debug, Clone)]
struct Class(Box<[bool; 256]>);

/// See [`Pattern::Run`].
#[derive(Debug)]
pub(crate) struct Run {
    /// The classes of the first characters.
    each: Vec<Class>,
    /// The class of those that follow.
    rest: Class,
    /// How many of them there are at least, and at most.
    counts: (usize, usize),
}

impl Pattern {
    /// Reads a pattern.
    ///
    /// # Errors
    /// When it is none.
    pub(crate) fn new(pattern: &str) -> Result<Self, regex::Error> {
        match Run::read(pattern) {
            Some(run) => Ok(Self::Run(run)),
            None => Regex::new(pattern).map(Self::Regex),
        }
    }

    /// Whether a text is of the pattern.
    pub(crate) fn is_match(&self, text: &str) -> bool {
        match self {
            Self::Run(run) => run.is_match(text.as_bytes()),
            Self::Regex(regex) => regex.is_match(text),
        }
    }
}

impl Run {
    /// Reads `^`, then classes or plain characters with or without a count, then `$`; none for anything else. All but the last have one
    /// count, so that there is one way to match.
    fn read(pattern: &str) -> Option<Self> {
        let mut left = pattern.strip_prefix('^')?.strip_suffix('$')?;
        let mut each = Vec::new();
        loop {
            let (class, after) = Class::read(left)?;
            let ((least, most), after) = counts(after)?;
            if after.is_empty() {
                return Some(Self { each, rest: class, counts: (least, most) });
            }
            if least != most {
                return None;
            }
            each.resize(each.len() + least, class);
            left = after;
        }
    }

    fn is_match(&self, text: &[u8]) -> bool {
        let Some((first, rest)) = text.split_at_checked(self.each.len()) else { return false };
        let (least, most) = self.counts;
        (least..=most).contains(&rest.len())
            && first.iter().zip(&self.each).all(|(byte, class)| class.holds(*byte))
            && rest.iter().all(|byte| self.rest.holds(*byte))
    }
}

impl Class {
    /// Reads a class in brackets, without escapes or negation, or a character that stands for itself; and what follows.
    fn read(pattern: &str) -> Option<(Self, &str)> {
        let mut class = Self(Box::new([false; 256]));
        let Some(inside) = pattern.strip_prefix('[') else {
            let plain = *pattern.as_bytes().first()?;
            class.add(plain, plain);
            let stands_for_itself = plain.is_ascii_alphanumeric() || b"/_-".contains(&plain);
            return stands_for_itself.then_some((class, pattern.get(1..)?));
        };
        let (inside, after) = inside.split_once(']')?;
        if inside.is_empty() || inside.contains("--") {
            return None;
        }
        let mut left = inside.as_bytes();
        while let Some((from, rest)) = left.split_first() {
            if !from.is_ascii() || b"[\\^&~".contains(from) {
                return None;
            }
            left = rest;
            match rest {
                [b'-', to, rest @ ..] if to.is_ascii_alphanumeric() && from.is_ascii_alphanumeric() && from <= to => {
                    class.add(*from, *to);
                    left = rest;
                }
                _ => class.add(*from, *from),
            }
        }
        Some((class, after))
    }

    fn add(&mut self, from: u8, to: u8) {
        self.0[usize::from(from)..=usize::from(to)].fill(true);
    }

    fn holds(&self, byte: u8) -> bool {
        self.0[usize::from(byte)]
    }
}

/// Reads how many there are: `{n}` or `{n,m}`, otherwise one; and what follows. None for other counts.
fn counts(pattern: &str) -> Option<((usize, usize), &str)> {
    if pattern.starts_with(['*', '+', '?', '|']) {
        return None;
    }
    let Some(inside) = pattern.strip_prefix('{') else { return Some(((1, 1), pattern)) };
    let (inside, after) = inside.split_once('}')?;
    let (least, most) = inside.split_once(',').unwrap_or((inside, inside));
    let (least, most) = (least.parse().ok()?, most.parse().ok()?);
    (least <= most && !after.starts_with(['*', '+', '?', '{', '|'])).then_some(((least, most), after))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    /// Texts of up to five characters that classes and counts tell apart.
    fn texts() -> Vec<String> {
        let characters = ['a', 'f', 'g', 'z', 'A', 'Z', '0', '9', '_', '-', '.', ':', '/', '\n', 'é', '字'];
        let mut all = vec![String::new()];
        let mut last = all.clone();
        for _ in 0..4 {
            last = last.iter().flat_map(|text| characters.map(|character| format!("{text}{character}"))).collect();
            all.extend_from_slice(&last);
        }
        all
    }

    #[test]
    fn a_run_matches_what_the_regular_expression_matches() {
        let texts = texts();
        for pattern in [
            "^[a-z][a-z0-9_]{0,2}$",
            "^[A-Za-z0-9][A-Za-z0-9._-]{0,3}$",
            "^[A-Za-z0-9][A-Za-z0-9._:-]{1,2}$",
            "^[0-9]{2}-[0-9]{1}$",
            "^[A-Z]{3}$",
            "^a/[0-9]$",
            "^[-a]{2}$",
            "^[a]{0,4}$",
        ] {
            let (fast, slow) = (Pattern::new(pattern).unwrap(), Regex::new(pattern).unwrap());
            assert!(matches!(fast, Pattern::Run(_)), "{pattern}");
            for text in &texts {
                assert_eq!(fast.is_match(text), slow.is_match(text), "{pattern} {text:?}");
            }
        }
    }

    #[test]
    fn runs_of_the_contract_end_at_their_bounds() {
        for (pattern, first, rest, most) in [
            ("^[a-z][a-z0-9_]{0,63}$", "a", "0", 64),
            ("^[a-z][a-z0-9_]{0,31}$", "z", "_", 32),
            ("^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$", "0", "-", 64),
            ("^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$", "Z", ":", 64),
        ] {
            let pattern = Pattern::new(pattern).unwrap();
            assert!(matches!(pattern, Pattern::Run(_)));
            for length in 1..=most + 1 {
                let text = format!("{first}{}", rest.repeat(length - 1));
                assert_eq!(pattern.is_match(&text), length <= most, "{text}");
            }
            assert!(!pattern.is_match(""));
        }
    }

    #[test]
    fn what_is_no_run_is_left_to_the_regular_expression() {
        for pattern in [
            "^[1-9][0-9]([0-9]{2}([0-9]{2})?)?$",
            "^needs/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$",
            "^[A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+){0,2}$",
            "^[a-z]{1,2}[a-z]$",
            "^[^a]$",
            "^[]a]$",
            "^[a--b]$",
            "^[\\d]$",
            "^a.$",
            "^a?$",
            "^a{2}+$",
            "^a|b$",
            "[a-z]{2}",
            "^[a-z]{2,}$",
            "^字$",
            "^$",
        ] {
            let fast = Pattern::new(pattern).unwrap();
            assert!(matches!(fast, Pattern::Regex(_)), "{pattern}");
        }
        assert!(Pattern::new("^[$").is_err());
    }
}
