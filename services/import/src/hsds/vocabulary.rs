//! Category codes: a vocabulary's name in front, and the hierarchy that AIRS codes carry in themselves.

use crate::options::CATEGORY_CODE_BYTES_MAX;

/// Longest prefix, in bytes.
const PREFIX_BYTES_MAX: usize = 24;

/// What stands in front of the codes of a vocabulary: `airs` for any AIRS taxonomy, else the vocabulary's name in small letters.
pub(super) fn prefix(vocabulary: &str) -> String {
    let lower = vocabulary.to_lowercase();
    let words: Vec<&str> = lower.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty()).collect();
    if words.contains(&"airs") {
        return "airs".to_owned();
    }
    let mut prefix = words.join("-");
    prefix.truncate(PREFIX_BYTES_MAX);
    let prefix = prefix.trim_matches('-');
    if prefix.is_empty() { "hsds".to_owned() } else { prefix.to_owned() }
}

/// The code under which a term is stored, and whether it had to be changed for it.
pub(super) fn code(prefix: &str, term: &str) -> (String, bool) {
    let mut changed = false;
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    let mut code: String = term.chars().map(|c| if allowed(c) { c } else { '-' }).collect();
    // Letters outside ASCII would all become the same hyphen: the code says which they were.
    if !term.is_ascii() {
        code = format!("x{:016x}", fnv1a(term.as_bytes()));
    }
    changed |= code != term;
    if prefix.len() + 1 + code.len() > CATEGORY_CODE_BYTES_MAX {
        code.truncate(CATEGORY_CODE_BYTES_MAX - prefix.len() - 1 - 17);
        code = format!("{code}-{:016x}", fnv1a(term.as_bytes()));
        changed = true;
    }
    (format!("{prefix}.{code}"), changed)
}

/// The codes above an AIRS code, nearest first: `PN-8100.4500-240`, `PN-8100.4500`, `PN-8100`, `PN`, `P`. Empty for other codes.
pub(super) fn airs_ancestors(code: &str) -> Vec<&str> {
    if !is_airs(code) {
        return Vec::new();
    }
    let cuts = code.char_indices().rev().filter(|(at, c)| *at > 0 && matches!(c, '-' | '.')).map(|(at, _)| &code[..at]);
    let mut ancestors: Vec<&str> = cuts.collect();
    let letters = code.bytes().take_while(u8::is_ascii_uppercase).count();
    if letters == 2 {
        ancestors.push(&code[..1]);
    }
    ancestors
}

/// Whether an AIRS code is of section Y, target populations: whom a service is for, not what it is.
pub(super) fn is_target_population(code: &str) -> bool {
    is_airs(code) && code.starts_with('Y')
}

/// One or two capitals, then `-0000`, `.0000`, `-000`, `.00` one after the other.
fn is_airs(code: &str) -> bool {
    let letters = code.bytes().take_while(u8::is_ascii_uppercase).count();
    let mut rest = &code[letters..];
    for (mark, digits) in [('-', 4), ('.', 4), ('-', 3), ('.', 2)] {
        let Some(tail) = rest.strip_prefix(mark) else { break };
        if tail.len() < digits || !tail.as_bytes()[..digits].iter().all(u8::is_ascii_digit) {
            return false;
        }
        rest = &tail[digits..];
    }
    (1..=2).contains(&letters) && rest.is_empty()
}

/// FNV-1a, 64 bits: the same in every build, which the standard hasher does not promise.
fn fnv1a(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn airs_codes_carry_their_ancestors() {
        assert_eq!(airs_ancestors("PN-8100.4500-240"), ["PN-8100.4500", "PN-8100", "PN", "P"]);
        assert_eq!(airs_ancestors("PN-8100.4500-240.02"), ["PN-8100.4500-240", "PN-8100.4500", "PN-8100", "PN", "P"]);
        assert_eq!(airs_ancestors("PX"), ["P"]);
        assert!(airs_ancestors("P").is_empty());
        for other in ["", "food", "PN-81", "PNX-8100", "P-8100.4500x", "é-8100"] {
            assert!(airs_ancestors(other).is_empty(), "{other}");
        }
        assert!(is_target_population("YB-9500") && !is_target_population("Youth"));
    }

    #[test]
    fn codes_are_prefixed_and_stay_within_what_a_code_may_be() {
        assert_eq!(prefix("Open211 Miami - AIRS"), "airs");
        assert_eq!(prefix("Open Eligibility"), "open-eligibility");
        assert_eq!(prefix("分类"), "hsds");
        assert_eq!(code("airs", "PN-8100.4500-240"), ("airs.PN-8100.4500-240".to_owned(), false));
        assert_eq!(code("hsds", "Food & drink"), ("hsds.Food---drink".to_owned(), true));
        let (long, changed) = code("hsds", &"a".repeat(100));
        assert!(changed && long.len() == CATEGORY_CODE_BYTES_MAX);
        assert_ne!(code("hsds", "养老").0, code("hsds", "助餐").0);
    }
}
