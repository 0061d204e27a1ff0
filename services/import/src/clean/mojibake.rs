//! UTF-8 that was read in an old code page, and written again.
//!
//! Two histories are undone. Read as CP437 and then forced into Windows-1252, `’` (E2 80 99) became `ΓÇÖ` and then `GÇÖ`, because
//! the Greek and box-drawing letters have no place in 1252 and took a look-alike: Γ became G, ├ became +, ┬ became -, the vertical
//! bars became ¦. Read as Windows-1252, it became `â€™`. Both are decoded byte by byte, so every letter they can stand for is covered.

/// The upper half of CP437 from 0x80 to 0xBF: the bytes that can follow a lead byte in UTF-8.
const CP437: [char; 64] = [
    'Ç', 'ü', 'é', 'â', 'ä', 'à', 'å', 'ç', 'ê', 'ë', 'è', 'ï', 'î', 'ì', 'Ä', 'Å', //
    'É', 'æ', 'Æ', 'ô', 'ö', 'ò', 'û', 'ù', 'ÿ', 'Ö', 'Ü', '¢', '£', '¥', '₧', 'ƒ', //
    'á', 'í', 'ó', 'ú', 'ñ', 'Ñ', 'ª', 'º', '¿', '⌐', '¬', '½', '¼', '¡', '«', '»', //
    '░', '▒', '▓', '│', '┤', '╡', '╢', '╖', '╕', '╣', '║', '╗', '╝', '╜', '╛', '┐',
];

/// Windows-1252 from 0x80 to 0x9F; the rest is Latin-1. Five bytes are not assigned.
const CP1252: [char; 32] = [
    '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}', //
    '\u{90}', '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
];

/// Words in which the lost letter behind `+¦` is known though neither rule of thumb decides it.
const KNOWN_WORDS: [(&str, char); 7] = [
    ("p+¦blico", 'ú'),
    ("p+¦blica", 'ú'),
    ("+¦tiles", 'ú'),
    ("c+¦mo", 'ó'),
    ("re+¦ne", 'ú'),
    ("pr+¦xima", 'ó'),
    ("pr+¦ximo", 'ó'),
];

/// What became of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Decoded {
    /// The text.
    pub text: String,
    /// Byte offset of the first decoded spot in the input.
    pub first: usize,
    /// Whether a letter had to be guessed.
    pub guessed: bool,
}

/// Decodes mojibake; none when there is none.
pub(crate) fn decode(input: &str) -> Option<Decoded> {
    if input.is_ascii() {
        return None;
    }
    let mut out = String::with_capacity(input.len());
    let (mut first, mut guessed) = (None, false);
    let mut rest = input;
    while let Some(c) = rest.chars().next() {
        if let Some((letter, length)) = sequence(rest) {
            first.get_or_insert(input.len() - rest.len());
            push(&mut out, letter);
            rest = &rest[length..];
        } else if rest.starts_with("+¦") {
            first.get_or_insert(input.len() - rest.len());
            guessed = true;
            out.push(guess(input, input.len() - rest.len()));
            rest = &rest["+¦".len()..];
        } else {
            out.push(c);
            rest = &rest[c.len_utf8()..];
        }
    }
    first.map(|first| Decoded { text: out, first, guessed })
}

/// The bytes of Windows-1252 as text; every byte means something.
pub(crate) fn from_windows_1252(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| from_1252(*byte)).collect()
}

fn from_1252(byte: u8) -> char {
    match byte {
        0x80..=0x9F => CP1252[usize::from(byte - 0x80)],
        _ => char::from(byte),
    }
}

/// A decoded letter and how many bytes of the input it takes.
fn sequence(rest: &str) -> Option<(char, usize)> {
    let mut chars = rest.chars();
    let (lead, second) = (chars.next()?, chars.next()?);
    let third = chars.next();
    let fourth = chars.next();
    // A quotation mark that lost its first byte on the way: -Ç-£ is C2 80 C2 9C, the Latin-1 reading of (E2) 80 9C.
    if (lead, second, third) == ('-', 'Ç', Some('-'))
        && let Some(last) = fourth.and_then(cp437_byte)
        && let Some(letter) = utf8(&[0xE2, 0x80, last])
    {
        return Some((letter, len(&[lead, second, '-', fourth?])));
    }
    let two = |lead_byte, byte: Option<u8>| Some((utf8(&[lead_byte, byte?])?, len(&[lead, second])));
    let three = |byte: Option<u8>, last: Option<u8>| Some((utf8(&[0xE2, byte?, last?])?, len(&[lead, second, third?])));
    match lead {
        'G' | 'Γ' if !second.is_ascii() => three(cp437_byte(second), third.and_then(cp437_byte)),
        '+' | '├' if second != '¦' => two(0xC3, cp437_byte(second)),
        '-' | '┬' if !second.is_ascii() => two(0xC2, cp437_byte(second)),
        'â' => three(cp1252_byte(second), third.and_then(cp1252_byte)),
        'Ã' => two(0xC3, cp1252_byte(second)),
        'Â' => two(0xC2, cp1252_byte(second)),
        _ => None,
    }
}

fn len(chars: &[char]) -> usize {
    chars.iter().map(|c| c.len_utf8()).sum()
}

fn utf8(bytes: &[u8]) -> Option<char> {
    std::str::from_utf8(bytes).ok()?.chars().next()
}

fn cp437_byte(c: char) -> Option<u8> {
    // Of the letters that look alike in 1252, ⌐ (A9) took the place of ¬ (AA): é and © are common, ê and ª are not.
    if c == '¬' {
        return Some(0xA9);
    }
    CP437.iter().position(|have| *have == c).and_then(|at| u8::try_from(0x80 + at).ok())
}

fn cp1252_byte(c: char) -> Option<u8> {
    if let Some(at) = CP1252.iter().position(|have| *have == c) {
        return u8::try_from(0x80 + at).ok();
    }
    u8::try_from(u32::from(c)).ok().filter(|byte| (0xA0..0xC0).contains(byte))
}

/// Appends a decoded letter. C1 controls are Windows-1252 that was read as Latin-1 before; marks without a width are left out.
fn push(out: &mut String, letter: char) {
    match u32::from(letter) {
        0x80 | 0x200B..=0x200D | 0xFEFF => {}
        code @ 0x81..=0x9F => out.push(from_1252(u8::try_from(code).unwrap_or(b'?'))),
        0xA0 => out.push(' '),
        0x2011 => out.push('-'),
        _ => out.push(letter),
    }
}

/// `+¦` is ñ (B1), ó (B3) or ú (BA): the look-alike ¦ stood in for all vertical bars.
fn guess(input: &str, at: usize) -> char {
    let (before, after) = (&input[..at], &input[at + "+¦".len()..]);
    let word_start = before.char_indices().rev().find(|(_, c)| !c.is_alphabetic()).map_or(0, |(i, c)| i + c.len_utf8());
    let word = format!("{}+¦{}", &before[word_start..], after.split(|c: char| !c.is_alphabetic()).next().unwrap_or(""));
    if let Some((_, letter)) = KNOWN_WORDS.iter().find(|(known, _)| *known == word.to_lowercase()) {
        return *letter;
    }
    let vowel = |c: Option<char>| c.is_some_and(|c| "aeiouAEIOU".contains(c));
    let (previous, next) = (before.chars().next_back(), after.chars().next());
    if vowel(previous) && vowel(next) {
        return 'ñ';
    }
    let ends_word = !after.chars().nth(1).is_some_and(char::is_alphabetic);
    if matches!(previous, Some('i' | 'I')) && matches!(next, Some('n' | 'N')) && ends_word {
        return 'ó';
    }
    char::REPLACEMENT_CHARACTER
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pattern_of_the_data_is_decoded() {
        for (dirty, clean) in [
            ("State AttorneyGÇÖs Office", "State Attorney’s Office"),
            ("GÇ£at riskGÇ¥", "“at risk”"),
            ("the GÇÿStopGÇÖ sign", "the ‘Stop’ sign"),
            ("Kindergarten GÇô 8th", "Kindergarten – 8th"),
            ("museumGÇöexplore", "museum—explore"),
            ("12GÇæ17 years", "12-17 years"),
            ("disabilitiesGÇª", "disabilities…"),
            ("disasters. GÇï", "disasters. "),
            ("c+íncer est+í", "cáncer está"),
            ("cosm+¬tica, Cr+¬dito, Ingl+¬s", "cosmética, Crédito, Inglés"),
            ("f+¡sicos", "físicos"),
            ("Fa+ºade", "Façade"),
            ("P+ÆTOPRENS", "PÒTOPRENS"),
            ("provider.-áInstead", "provider. Instead"),
            ("Gehrig-Æs -ôknow your rights-ö 7:00am-û10:00pm", "Gehrig’s “know your rights” 7:00am–10:00pm"),
            ("Navigator-«, 501-¬3", "Navigator®, 501©3"),
            ("O'-ÇFarrill", "O'Farrill"),
            ("to -Ç-£identify, cope-Ç-¥ relapse-Ç-Ö", "to “identify, cope” relapse’"),
            ("ΓÇÖ ├í ┬á", "’ á  "),
            ("Itâ€™s a cafÃ© Â©", "It’s a café ©"),
        ] {
            let decoded = decode(dirty);
            assert_eq!(decoded.as_ref().map(|d| (d.text.as_str(), d.guessed)), Some((clean, false)), "{dirty}");
        }
    }

    #[test]
    fn a_lost_letter_is_guessed_by_the_stated_rule() {
        for (dirty, clean) in [
            ("ni+¦os", "niños"),
            ("Espa+¦ol", "Español"),
            ("Radiaci+¦n.", "Radiación."),
            ("informaci+¦n", "información"),
            ("Abierto al p+¦blico", "Abierto al público"),
            ("\"c+¦mo\" re+¦ne pr+¦xima +¦tiles", "\"cómo\" reúne próxima útiles"),
            ("xx+¦xx", "xx\u{FFFD}xx"),
        ] {
            let decoded = decode(dirty);
            assert_eq!(decoded.as_ref().map(|d| (d.text.as_str(), d.guessed)), Some((clean, true)), "{dirty}");
        }
    }

    #[test]
    fn correct_text_stays_as_it_is() {
        for text in ["plain", "Gómez", "niños y café", "銀川市", "A+ é - ñ", "C++", "São Paulo", "’", "5 -6°C", "Ãrea"]
        {
            assert_eq!(decode(text), None, "{text}");
        }
    }
}
