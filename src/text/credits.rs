//! Words that the credit of a picture begins with.

/// In lower case.
const CREDIT_WORDS: [&str; 7] = [
    "фото",
    "сурет",
    "видео",
    "коллаж",
    "photo",
    "иллюстрация",
    "инфографика",
];

/// The rest of a line that begins with a credit word, in any letter case; `Фотограф` is another word.
pub fn after_credit_word(line: &str) -> Option<&str> {
    CREDIT_WORDS
        .iter()
        .find_map(|word| strip_word(line, word))
        .filter(|rest| !rest.starts_with(char::is_alphanumeric))
}

fn strip_word<'t>(line: &'t str, word: &str) -> Option<&'t str> {
    let mut rest = line.chars();
    let is_start = word
        .chars()
        .all(|c| rest.next().map(basic_lower_case) == Some(c));
    is_start.then_some(rest.as_str())
}

/// The lower case of the letters that credit words have: faster than that of any letter.
fn basic_lower_case(c: char) -> char {
    match c {
        'А'..='Я' => char::from_u32(u32::from(c) + 0x20).unwrap_or(c),
        _ => c.to_ascii_lowercase(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credit_words_are_told_from_longer_words() {
        for (line, expected) in [
            ("Фото: архив", Some(": архив")),
            ("ФОТО автора", Some(" автора")),
            ("photo by A", Some(" by A")),
            ("Сурет", Some("")),
            ("Фотограф: архив", None),
            ("Видео2", None),
            ("Ёфото", None),
            ("", None),
        ] {
            assert_eq!(after_credit_word(line), expected, "{line:?}");
        }
    }

    #[test]
    fn the_lower_case_of_credit_words_is_complete() {
        for word in CREDIT_WORDS {
            assert_eq!(after_credit_word(&word.to_uppercase()), Some(""), "{word}");
        }
    }
}
