//! Text as people typed it and machines mangled it.

use super::mojibake;
use crate::rules::Rule;

/// What a text is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Several paragraphs.
    Prose,
    /// A name or another single line.
    Line,
    /// A web address.
    Url,
}

/// A rule that was applied, with the part of the input it was applied to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Change {
    pub rule: Rule,
    pub before: String,
    pub after: String,
}

/// How many characters around a change a report shows.
const CONTEXT_CHARS: usize = 30;

type Step = fn(&str, Kind) -> String;

/// Cleans a text and says which rules it took.
pub(crate) fn clean(input: &str, kind: Kind) -> (String, Vec<Change>) {
    let mut changes = Vec::new();
    let mut text = input.to_owned();
    let steps: [(Rule, Step); 5] = [
        (Rule::TextEscapes, escapes),
        (Rule::TextMarkers, markers),
        (Rule::TextControl, controls),
        (Rule::UrlBackslash, backslashes),
        (Rule::TextWhitespace, white_space),
    ];
    if let Some(decoded) = mojibake::decode(&text) {
        let rule = if decoded.guessed { Rule::TextMojibakeGuess } else { Rule::TextMojibake };
        changes.push(change(rule, &text, &decoded.text));
        text = decoded.text;
    }
    for (rule, step) in steps {
        let next = step(&text, kind);
        if next != text {
            changes.push(change(rule, &text, &next));
            text = next;
        }
    }
    (text, changes)
}

/// Cuts a text to so many characters, with an ellipsis; none when it fits.
pub(crate) fn cut(text: &str, chars_max: usize) -> Option<String> {
    text.char_indices().nth(chars_max)?;
    let (end, _) = text.char_indices().nth(chars_max.saturating_sub(1))?;
    Some(format!("{}…", text[..end].trim_end()))
}

fn change(rule: Rule, before: &str, after: &str) -> Change {
    let same = before.chars().zip(after.chars()).take_while(|(a, b)| a == b).count();
    let around =
        |text: &str| text.chars().skip(same.saturating_sub(CONTEXT_CHARS)).take(2 * CONTEXT_CHARS).collect::<String>();
    Change { rule, before: around(before), after: around(after) }
}

fn escapes(text: &str, kind: Kind) -> String {
    if kind == Kind::Url || !text.contains('\\') {
        return text.to_owned();
    }
    text.replace("\\r\\n", "\n").replace("\\n", "\n").replace("\\r", "\n").replace("\\t", " ")
}

/// Removes `###MON###` and its kin, and bare runs of `#` that end a line.
fn markers(text: &str, _: Kind) -> String {
    if !text.contains("##") {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("##") {
        let (before, run) = rest.split_at(at);
        out.push_str(before);
        let name = run.trim_start_matches('#');
        let after_name = name.trim_start_matches(|c: char| c.is_ascii_uppercase());
        let named = name.len() - after_name.len();
        let tail = after_name.trim_start_matches('#');
        let closing = after_name.len() - tail.len();
        if (1..=6).contains(&named) && closing >= 2 {
            rest = tail;
        } else if name.is_empty() || name.starts_with(['\n', '\r']) {
            rest = name;
        } else {
            out.push_str(&run[..run.len() - name.len()]);
            rest = name;
        }
    }
    out.push_str(rest);
    out
}

fn controls(text: &str, _: Kind) -> String {
    if !text.chars().any(|c| is_surplus(c) || c == '\r') {
        return text.to_owned();
    }
    text.replace("\r\n", "\n").replace('\r', "\n").chars().filter(|c| !is_surplus(*c)).collect()
}

fn is_surplus(c: char) -> bool {
    (c.is_control() && !matches!(c, '\n' | '\r' | '\t')) || matches!(c, '\u{200B}' | '\u{FEFF}')
}

fn backslashes(text: &str, kind: Kind) -> String {
    if kind != Kind::Url || !text.contains('\\') {
        return text.to_owned();
    }
    let mut out = text.replace('\\', "/");
    let (scheme, path) = out.split_once("://").map_or(("", out.as_str()), |(s, p)| (s, p));
    let mut path = path.to_owned();
    while path.contains("//") {
        path = path.replace("//", "/");
    }
    out = if scheme.is_empty() { path } else { format!("{scheme}://{path}") };
    out
}

/// Prose keeps its paragraphs (one empty line between them); a line has single spaces.
fn white_space(text: &str, kind: Kind) -> String {
    if kind != Kind::Prose {
        return text.split_whitespace().collect::<Vec<_>>().join(" ");
    }
    let mut out = String::with_capacity(text.len());
    let mut empty_lines = 0;
    for line in text.trim().lines() {
        let line = line.trim_end();
        if line.is_empty() {
            empty_lines += 1;
            continue;
        }
        if !out.is_empty() {
            out.push_str(if empty_lines > 0 { "\n\n" } else { "\n" });
        }
        empty_lines = 0;
        out.extend(line.chars().map(|c| if c == '\t' || c == '\u{A0}' { ' ' } else { c }));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules(input: &str, kind: Kind) -> (String, Vec<Rule>) {
        let (text, changes) = clean(input, kind);
        (text, changes.into_iter().map(|change| change.rule).collect())
    }

    #[test]
    fn marks_of_the_exporting_system_go_and_paragraphs_stay() {
        let (text, applied) = rules("Self-worth.\\n\\nMore.\\n\\n\\n###MON###\\n####COL####", Kind::Prose);
        assert_eq!(text, "Self-worth.\n\nMore.");
        assert_eq!(applied, [Rule::TextEscapes, Rule::TextMarkers, Rule::TextWhitespace]);
        assert_eq!(rules("agencies.\\n\\n##MON##", Kind::Prose).0, "agencies.");
        assert_eq!(rules("Call ##", Kind::Prose).0, "Call");
        assert_eq!(rules("Apartment ##12", Kind::Prose).0, "Apartment ##12");
    }

    #[test]
    fn lines_have_single_spaces_and_addresses_have_slashes() {
        assert_eq!(rules(" VICTIM  UNIT ", Kind::Line), ("VICTIM UNIT".to_owned(), vec![Rule::TextWhitespace]));
        assert_eq!(rules("a.edu\\\\b\\\\", Kind::Url), ("a.edu/b/".to_owned(), vec![Rule::UrlBackslash]));
        assert_eq!(rules("http:\\\\a.edu\\b", Kind::Url).0, "http://a.edu/b");
        assert_eq!(rules("clean", Kind::Line), ("clean".to_owned(), vec![]));
    }

    #[test]
    fn control_characters_go() {
        assert_eq!(rules("a\u{0}b\u{7}\r\nc", Kind::Prose), ("ab\nc".to_owned(), vec![Rule::TextControl]));
    }

    #[test]
    fn a_text_is_cut_at_a_character_and_never_inside_one() {
        assert_eq!(cut("银川市兴庆区", 4).as_deref(), Some("银川市…"));
        assert_eq!(cut("abc", 3), None);
        assert_eq!(cut("", 3), None);
    }
}
