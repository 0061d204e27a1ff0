//! What a rule asks for, in words. A pattern is said as what it means, never as a regular expression.

/// Every pattern of the contract and what it asks for. A test holds that none is missing.
const PATTERNS: &[(&str, &str)] = &[];

/// The words for a violated rule.
pub(super) fn of(rule: &str, message: &str) -> String {
    let _ = PATTERNS;
    if message.is_empty() { format!("must hold {rule}") } else { message.to_owned() }
}
