//! Guesses the language of a text from its letters: Kazakh, English, or else the site's language.

use std::sync::LazyLock;

/// `kk` if at least 3 % of the letters are Kazakh only, `en` if at least 80 % are basic Latin, else
/// `fallback`. Text with fewer than 40 letters is always `fallback`.
///
/// In Kazakh text about 20 % of the letters are Kazakh only. Kazakh names in Russian text stay below
/// 3 %.
pub fn language<'a>(texts: impl IntoIterator<Item = &'a str>, fallback: &str) -> String {
    let mut letters = 0_usize;
    let mut kazakh = 0_usize;
    let mut latin = 0_usize;
    let classes = &*CLASSES;
    for c in texts.into_iter().flat_map(str::chars) {
        let class = classes
            .get(c as usize)
            .copied()
            .unwrap_or_else(|| LetterClass::of(c));
        letters += usize::from(class.letter);
        kazakh += usize::from(class.kazakh);
        latin += usize::from(class.latin);
    }
    if letters < LETTERS_MIN {
        fallback
    } else if kazakh * 100 >= letters * 3 {
        "kk"
    } else if latin * 100 >= letters * 80 {
        "en"
    } else {
        fallback
    }
    .to_owned()
}

/// With fewer letters the shares are not reliable.
const LETTERS_MIN: usize = 40;

/// The counters that a character adds to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct LetterClass {
    letter: bool,
    kazakh: bool,
    latin: bool,
}

impl LetterClass {
    fn of(c: char) -> LetterClass {
        LetterClass {
            letter: c.is_alphabetic(),
            kazakh: is_kazakh(c),
            latin: c.is_ascii_alphabetic(),
        }
    }
}

/// The classes of all characters up to the end of Cyrillic. A table is faster than the tests, which
/// would run for each character of each article.
static CLASSES: LazyLock<Vec<LetterClass>> =
    LazyLock::new(|| ('\0'..='\u{52f}').map(LetterClass::of).collect());

fn is_kazakh(c: char) -> bool {
    "әғқңөұүһіӘҒҚҢӨҰҮҺІ".contains(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `count` letters of `letter`, then enough of `filler` to make `total`.
    fn mixed(letter: char, count: usize, filler: char, total: usize) -> String {
        let letters = std::iter::repeat_n(letter, count);
        letters
            .chain(std::iter::repeat_n(filler, total - count))
            .collect()
    }

    #[test]
    fn shares_of_letters_decide_the_language() {
        for (text, expected) in [
            (mixed('ә', 3, 'а', 100), "kk"),
            (mixed('Ә', 3, 'а', 100), "kk"),
            (mixed('ә', 2, 'а', 100), "ru"),
            (mixed('і', 2, 'а', 40), "kk"),
            (mixed('ә', 39, 'а', 39), "ru"),
            (mixed('a', 80, 'а', 100), "en"),
            (mixed('a', 79, 'а', 100), "ru"),
            (mixed('a', 97, 'қ', 100), "kk"),
            (mixed('ü', 60, 'a', 100), "ru"),
            (mixed('7', 900, 'a', 950), "en"),
            (String::new(), "ru"),
        ] {
            assert_eq!(language([text.as_str()], "ru"), expected, "{text}");
        }
    }

    #[test]
    fn letters_of_all_texts_are_counted_together() {
        let half = mixed('қ', 5, 'а', 20);
        assert_eq!(language([half.as_str(), half.as_str()], "ru"), "kk");
        assert_eq!(language([half.as_str()], "ru"), "ru");
    }
}
