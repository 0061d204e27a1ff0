//! A file's words with the lines they stand on.

use std::fmt;
use std::str::{FromStr, SplitWhitespace};

/// Why a file is not an instance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InstanceError {
    /// Line, counted from 1; the one after the last where something is missing at the end.
    pub line: usize,
    /// What should be there.
    pub expected: String,
    /// What is there, shortened.
    pub found: String,
}

impl fmt::Display for InstanceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: expected {}, got {}", self.line, self.expected, self.found)
    }
}

impl std::error::Error for InstanceError {}

impl InstanceError {
    /// Longest part of a word that an error repeats, in characters.
    const FOUND_MAX: usize = 40;

    pub(crate) fn new(line: usize, expected: impl Into<String>, found: Option<&str>) -> Self {
        let found = found.map_or_else(
            || "nothing".to_owned(),
            |word| format!("'{}'", word.chars().take(Self::FOUND_MAX).collect::<String>()),
        );
        Self { line, expected: expected.into(), found }
    }
}

/// Words that follow each other, wherever lines break.
pub(crate) struct Words<'a> {
    lines: std::iter::Enumerate<std::str::Lines<'a>>,
    line: usize,
    rest: SplitWhitespace<'a>,
}

impl<'a> Words<'a> {
    pub(crate) fn of(text: &'a str) -> Self {
        Self { lines: text.lines().enumerate(), line: 0, rest: "".split_whitespace() }
    }

    fn next(&mut self) -> Option<&'a str> {
        loop {
            if let Some(word) = self.rest.next() {
                return Some(word);
            }
            match self.lines.next() {
                Some((nth, line)) => (self.line, self.rest) = (nth + 1, line.split_whitespace()),
                None => {
                    self.line += 1;
                    return None;
                }
            }
        }
    }

    /// The next word as a number of this range; `what` says what it is.
    pub(crate) fn number(&mut self, what: &str, least: i64, most: i64) -> Result<i64, InstanceError> {
        let word = self.next();
        number(self.line, word, what, least, most)
    }

    /// So many of them.
    pub(crate) fn numbers(
        &mut self,
        count: usize,
        what: &str,
        least: i64,
        most: i64,
    ) -> Result<Vec<i64>, InstanceError> {
        (1..=count).map(|nth| self.number(&format!("{what} {nth} of {count}"), least, most)).collect()
    }

    /// Nothing else may follow.
    pub(crate) fn end(&mut self) -> Result<(), InstanceError> {
        match self.next() {
            None => Ok(()),
            Some(word) => Err(InstanceError::new(self.line, "the end", Some(word))),
        }
    }
}

/// A word as a number of this range.
pub(crate) fn number<T>(line: usize, word: Option<&str>, what: &str, least: T, most: T) -> Result<T, InstanceError>
where
    T: FromStr + PartialOrd + fmt::Display,
{
    word.and_then(|word| word.parse::<T>().ok())
        .filter(|number| (&least..=&most).contains(&number))
        .ok_or_else(|| InstanceError::new(line, format!("{what}, {least} to {most}"), word))
}
