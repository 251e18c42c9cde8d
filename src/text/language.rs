//! The language of a text that does not say it: Kazakh and English show themselves by their
//! letters, everything else is the language of the site.

use std::sync::LazyLock;

/// `kk` where at least 3 % of 40 or more letters are Kazakh only, `en` where 80 % are basic
/// Latin, else `fallback`.
///
/// Three in a hundred is far below what Kazakh text has (about a fifth) and above what Kazakh names
/// bring into Russian text.
pub fn language<'a>(texts: impl IntoIterator<Item = &'a str>, fallback: &str) -> String {
    let mut letters = 0_usize;
    let mut kazakh = 0_usize;
    let mut latin = 0_usize;
    let kinds = &*KINDS;
    for c in texts.into_iter().flat_map(str::chars) {
        let kind = kinds
            .get(c as usize)
            .copied()
            .unwrap_or_else(|| Kind::of(c));
        letters += usize::from(kind.letter);
        kazakh += usize::from(kind.kazakh);
        latin += usize::from(kind.latin);
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

/// Fewer letters say nothing about a language.
const LETTERS_MIN: usize = 40;

/// What a character counts as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Kind {
    letter: bool,
    kazakh: bool,
    latin: bool,
}

impl Kind {
    fn of(c: char) -> Kind {
        Kind {
            letter: c.is_alphabetic(),
            kazakh: is_kazakh(c),
            latin: c.is_ascii_alphabetic(),
        }
    }
}

/// The kinds of all characters up to the end of the Cyrillic ones: every character of every article
/// is asked for.
static KINDS: LazyLock<Vec<Kind>> = LazyLock::new(|| ('\0'..='\u{52f}').map(Kind::of).collect());

fn is_kazakh(c: char) -> bool {
    matches!(
        c,
        'ә' | 'ғ'
            | 'қ'
            | 'ң'
            | 'ө'
            | 'ұ'
            | 'ү'
            | 'һ'
            | 'і'
            | 'Ә'
            | 'Ғ'
            | 'Қ'
            | 'Ң'
            | 'Ө'
            | 'Ұ'
            | 'Ү'
            | 'Һ'
            | 'І'
    )
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
    fn shares_of_letters_decide() {
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
    fn letters_of_several_texts_count_together() {
        let half = mixed('қ', 5, 'а', 20);
        assert_eq!(language([half.as_str(), half.as_str()], "ru"), "kk");
        assert_eq!(language([half.as_str()], "ru"), "ru");
    }
}
