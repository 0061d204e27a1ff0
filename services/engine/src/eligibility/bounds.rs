//! Bounds checked on the bytes, before any parser sees them.
//!
//! The parser recurses by nesting and by chains of operators. Counting every character that could open a nest or make an operator,
//! also inside of strings, bounds both whatever the bytes mean.

use wishwell_domain::limits::{ELIGIBILITY_EXPRESSION_BYTES_MAX, ELIGIBILITY_EXPRESSION_DEPTH_MAX};

use super::CompileError;

/// Most characters that open a nest.
const OPENINGS_MAX: usize = 2 * ELIGIBILITY_EXPRESSION_DEPTH_MAX;
/// Most characters that can be part of an operator.
const OPERATOR_CHARACTERS_MAX: usize = 128;

/// Refuses what is empty, too long or could nest too deep.
pub(super) fn check(source: &str) -> Result<(), CompileError> {
    if source.len() > ELIGIBILITY_EXPRESSION_BYTES_MAX {
        let message = format!("longer than {ELIGIBILITY_EXPRESSION_BYTES_MAX} bytes");
        return Err(CompileError::at(source, ELIGIBILITY_EXPRESSION_BYTES_MAX, message));
    }
    if source.trim().is_empty() {
        return Err(CompileError::at(source, 0, "is empty"));
    }
    let (mut openings, mut operators, mut word_start) = (0, 0, true);
    for (at, character) in source.char_indices() {
        match character {
            '(' | '[' | '{' => openings += 1,
            '!' | '-' | '+' | '*' | '/' | '%' | '<' | '>' | '=' | '&' | '|' | '?' | ':' | '.' => operators += 1,
            'i' if word_start && source[at..].starts_with("in") => operators += 1,
            '`' | '@' | '#' | '$' | '\\' | '\0' => {
                return Err(CompileError::at(source, at, format!("character {character:?} is not allowed")));
            }
            _ => {}
        }
        word_start = !character.is_alphanumeric() && character != '_';
        if openings > OPENINGS_MAX {
            return Err(CompileError::at(source, at, format!("more than {OPENINGS_MAX} brackets")));
        }
        if operators > OPERATOR_CHARACTERS_MAX {
            return Err(CompileError::at(source, at, "too many operators"));
        }
    }
    Ok(())
}
