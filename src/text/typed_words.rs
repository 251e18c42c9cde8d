//! The words that readers type into a search field.

use super::Text;

/// The most characters of typed words that count.
pub const TYPED_CHARACTERS_MAX: usize = 200;

/// Typed words in one line as [`Text::from_written`] cleans them, without the `#` of a tag before them, and cut.
pub fn typed_words(raw: &str) -> String {
    let words = Text::from_written(raw);
    let words = words.as_str().trim_start_matches(['#', ' ']);
    let end = words.char_indices().nth(TYPED_CHARACTERS_MAX);
    let words = &words[..end.map_or(words.len(), |(end, _)| end)];
    words.trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn typed_words_are_one_clean_line() {
        let long = "ы".repeat(TYPED_CHARACTERS_MAX);
        for (typed, words) in [
            ("  мажилис  ", "мажилис"),
            ("#мажилис", "мажилис"),
            ("# # c#", "c#"),
            ("а\u{0}б\n\tв", "аб в"),
            ("й", "й"),
            ("\u{438}\u{306}", "й"),
            ("#", ""),
            (" ", ""),
            (&format!("{long}ы"), &long),
            (&format!("{} б", &long[2..]), &long[2..]),
        ] {
            assert_eq!(typed_words(typed), words, "{typed:?}");
        }
    }

    proptest! {
        #[test]
        fn typed_words_stay_the_same_when_they_are_sent_again(typed in "[а-яёa-z#\u{306} \n-]{0,20}") {
            let words = typed_words(&typed);
            prop_assert_eq!(typed_words(&words), words);
        }
    }
}
