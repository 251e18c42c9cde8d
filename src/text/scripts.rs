//! Words of two alphabets: a Latin `i` in a Kazakh word looks right, and no search finds the word.

use super::characters::positions;

/// The first word of `text` with both Latin and Cyrillic letters. Hyphens, apostrophes and digits part
/// words: `IT-компания` and `Apple-дың` are fine.
pub fn mixed_word(text: &str) -> Option<&str> {
    // The first bytes of Cyrillic letters, and of Latin ones outside of ASCII, in UTF-8.
    let is_latin_byte = |b: u8| b.is_ascii_alphabetic() || matches!(b, 0xc3..=0xc9);
    let is_cyrillic_byte = |b: u8| matches!(b, 0xd0..=0xd4);
    positions(text, is_latin_byte).next()?;
    positions(text, is_cyrillic_byte).next()?;
    let mut words = text.split(|c: char| !c.is_alphabetic());
    words.find(|word| word.contains(is_latin) && word.contains(is_cyrillic))
}

fn is_latin(c: char) -> bool {
    c.is_ascii_alphabetic() || matches!(c, '\u{c0}'..='\u{24f}')
}

fn is_cyrillic(c: char) -> bool {
    matches!(c, '\u{400}'..='\u{52f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_words_of_two_alphabets_are_found() {
        for (text, expected) in [
            ("Тiлші келді", Some("Тiлші")),
            ("Сенат принял вcё", Some("вcё")),
            ("всë", Some("всë")),
            ("XXІ ғасыр", Some("XXІ")),
            ("iPhoneды алды", Some("iPhoneды")),
            ("COVID-19-ды жеңді", None),
            ("IT-компания, Apple-дың сыйы", None),
            ("TikTok’та 5G", None),
            ("Сенат AMANAT", None),
            ("Senate café", None),
            ("", None),
        ] {
            assert_eq!(mixed_word(text), expected, "{text}");
        }
    }
}
