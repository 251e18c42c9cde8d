//! Characters that look like another one in names that must be ASCII: letters of other scripts, spaces of
//! other kinds, quotes, and characters that have no width.

use icu_properties::CodePointSetData;
use icu_properties::props::DefaultIgnorableCodePoint;

/// The Latin spelling of a name some of whose letters only look Latin; `None` if all are Latin, or if one of the
/// others looks like no Latin letter. Dashes become `-`, and characters that are not visible are left out.
pub fn latin_spelling(text: &str) -> Option<String> {
    if text.is_ascii() {
        return None;
    }
    let mut spelling = String::with_capacity(text.len());
    for c in text.chars().filter(|&c| !is_unseen(c)) {
        spelling.push(match c.is_ascii() {
            true => c,
            false => ascii_twin(c)?,
        });
    }
    Some(spelling)
}

/// Whether a character looks like a space or like nothing, but is no character of ASCII. Selectors of variants
/// change how the character before them looks.
pub fn is_unseen(c: char) -> bool {
    if c.is_ascii() || matches!(c, '\u{fe00}'..='\u{fe0f}') {
        return false;
    }
    let ignorable = CodePointSetData::new::<DefaultIgnorableCodePoint>();
    c.is_whitespace() || ignorable.contains(c)
}

/// Whether a character is a quote of any kind.
pub fn is_quote(c: char) -> bool {
    matches!(
        c,
        '"' | '\'' | '`' | '´' | '«' | '»' | '‹' | '›' | '‘'
            ..='‟' | '′' | '″' | '＂' | '＇' | '「' | '」'
    )
}

/// The ASCII character that a letter or dash looks like.
fn ascii_twin(c: char) -> Option<char> {
    match c {
        // The letters of full width stand in the order of ASCII.
        '\u{ff01}'..='\u{ff5e}' => u8::try_from(u32::from(c) - 0xfee0).ok().map(char::from),
        '‐'..='―' | '−' => Some('-'),
        _ => latin_look_alike(c),
    }
}

/// The small Latin letter that a letter of Cyrillic, Greek or extended Latin looks like, in one of its
/// cases and in upright or italic type.
pub fn latin_look_alike(c: char) -> Option<char> {
    if c.is_ascii() {
        return None;
    }
    Some(match c {
        'а' | 'А' | 'α' | 'Α' | 'ɑ' => 'a',
        'в' | 'В' | 'ь' | 'Ь' | 'β' | 'Β' => 'b',
        'с' | 'С' | 'ϲ' | 'Ϲ' => 'c',
        'ԁ' | 'Ԁ' | 'δ' | 'đ' | 'Đ' => 'd',
        'е' | 'Е' | 'ё' | 'Ё' | 'є' | 'Є' | 'э' | 'Э' | 'ε' | 'Ε' => 'e',
        'ғ' | 'Ғ' | 'ƒ' => 'f',
        'ԍ' | 'Ԍ' | 'ɡ' => 'g',
        'һ' | 'Һ' | 'н' | 'Н' | 'Η' | 'ħ' | 'Ħ' => 'h',
        'і' | 'І' | 'ї' | 'Ї' | 'ι' | 'Ι' | 'ı' => 'i',
        'ј' | 'Ј' | 'ϳ' => 'j',
        'к' | 'К' | 'қ' | 'Қ' | 'κ' | 'Κ' => 'k',
        'ӏ' | 'Ӏ' | 'ł' | 'Ł' => 'l',
        'м' | 'М' | 'Μ' => 'm',
        'п' | 'П' | 'η' | 'Ν' => 'n',
        'о' | 'О' | 'ө' | 'Ө' | 'ο' | 'Ο' | 'σ' | 'ø' | 'Ø' => 'o',
        'р' | 'Р' | 'ρ' | 'Ρ' => 'p',
        'ԛ' | 'Ԛ' => 'q',
        'г' | 'Г' => 'r',
        'ѕ' | 'Ѕ' => 's',
        'т' | 'Т' | 'τ' | 'Τ' | 'ŧ' | 'Ŧ' => 't',
        'и' | 'И' | 'υ' | 'μ' => 'u',
        'ѵ' | 'Ѵ' | 'ν' => 'v',
        'ԝ' | 'Ԝ' | 'ω' => 'w',
        'х' | 'Х' | 'χ' | 'Χ' => 'x',
        'у' | 'У' | 'ү' | 'Ү' | 'ұ' | 'Ұ' | 'γ' | 'Υ' => 'y',
        'ζ' | 'Ζ' => 'z',
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_that_look_latin_have_a_latin_spelling() {
        for (text, expected) in [
            ("lаnguage", Some("language")),
            ("tіtle", Some("title")),
            ("сору", Some("copy")),
            ("id–year", Some("id-year")),
            ("ti\u{200b}tle", Some("title")),
            ("ｔitle", Some("title")),
            ("title", None),
            ("заголовок", None),
            ("", None),
        ] {
            assert_eq!(latin_spelling(text).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn spaces_of_other_kinds_are_unseen() {
        for c in ['\u{a0}', '\u{202f}', '\u{3000}', '\u{200b}', '\u{feff}'] {
            assert!(is_unseen(c), "{c:?}");
        }
        for c in [' ', '\t', '\n', 'a', 'я', '—', '\u{fe0f}'] {
            assert!(!is_unseen(c), "{c:?}");
        }
    }
}
