//! What drawings have in common: numbers, names of ids, and how wide a text is.

use maud::{Markup, html};

/// A coordinate with one decimal: a tenth of a pixel is more than anybody sees, and the page stays small and the same everywhere.
pub(crate) fn number(value: f64) -> String {
    let tenths = (value * 10.0).round();
    // No "-0".
    let tenths = if tenths == 0.0 { 0.0 } else { tenths };
    let text = format!("{:.1}", tenths / 10.0);
    text.strip_suffix(".0").map_or_else(|| text.clone(), str::to_owned)
}

/// A share of a width in per cent.
pub(crate) fn share(value: f64) -> String {
    format!("{}%", number(value.clamp(0.0, 1.0) * 100.0))
}

/// The names that a drawing gives itself for those who cannot see it.
pub(crate) fn described(id: &str, title: &str, description: &str) -> Markup {
    html! {
        title id={ (id) "-title" } { (title) }
        desc id={ (id) "-desc" } { (description) }
    }
}

/// The ids of the names of [`described`], for `aria-labelledby`.
pub(crate) fn labelled_by(id: &str) -> String {
    format!("{id}-title {id}-desc")
}

/// How wide a text is at most, in widths of the font's size. Readers' fonts differ, so each kind of letter counts as in a wide one.
pub(crate) fn width_em(text: &str) -> f64 {
    text.chars().map(letter_em).sum()
}

fn letter_em(letter: char) -> f64 {
    match letter {
        'i' | 'j' | 'l' | '\'' | '.' | ',' | ':' | ';' | '|' | '!' => 0.32,
        ' ' | 'f' | 't' | 'r' | '(' | ')' | '-' | '/' | '·' => 0.42,
        'm' | 'w' | 'M' | 'W' | '%' | '@' => 1.0,
        'A'..='Z' => 0.76,
        '\u{0}'..='\u{2e7f}' => 0.63,
        _ => 1.0,
    }
}

/// A text cut to a width, in widths of the font's size, with an ellipsis where something was cut.
pub(crate) fn cut(text: &str, em: f64) -> String {
    if width_em(text) <= em {
        return text.to_owned();
    }
    let mut width = 1.0;
    let kept: String = text
        .chars()
        .take_while(|letter| {
            width += letter_em(*letter);
            width <= em
        })
        .collect();
    format!("{}…", kept.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn coordinates_have_one_decimal_and_no_negative_zero() {
        assert_eq!(number(12.04), "12");
        assert_eq!(number(12.06), "12.1");
        assert_eq!(number(-0.01), "0");
        assert_eq!(share(0.3333), "33.3%");
        assert_eq!(share(f64::INFINITY), "100%");
    }

    #[test]
    fn a_text_is_cut_where_its_width_ends() {
        assert_eq!(cut("兴庆区", 3.0), "兴庆区");
        assert_eq!(cut("兴庆区丽景街", 4.0), "兴庆区…");
        assert!(width_em("Xingqing") < 8.0 * 0.76);
    }
}
