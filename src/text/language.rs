//! The language of a text that does not say it: Kazakh and English show themselves by their
//! letters, everything else is the language of the site.

/// `kk` where at least 3 % of 40 or more letters are Kazakh only, `en` where 80 % are basic
/// Latin, else `fallback`.
///
/// Three in a hundred is far below what Kazakh text has (about a fifth) and above what Kazakh names
/// bring into Russian text.
pub fn language<'a>(texts: impl IntoIterator<Item = &'a str>, fallback: &str) -> String {
    let mut letters = 0_usize;
    let mut kazakh = 0_usize;
    let mut latin = 0_usize;
    for c in texts.into_iter().flat_map(str::chars) {
        letters += usize::from(is_letter(c));
        kazakh += usize::from(is_kazakh(c));
        latin += usize::from(c.is_ascii_alphabetic());
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

/// `char::is_alphabetic`, which searches a table for everything beyond ASCII, was a quarter of the
/// cost of reading an article; these ranges are letters throughout.
fn is_letter(c: char) -> bool {
    match c {
        'a'..='z' | 'A'..='Z' | '\u{400}'..='\u{481}' | '\u{48a}'..='\u{52f}' => true,
        '\0'..='\x7f' => false,
        c => c.is_alphabetic(),
    }
}

/// Fewer letters say nothing about a language.
const LETTERS_MIN: usize = 40;

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

    #[test]
    fn the_shortcut_for_letters_agrees_with_unicode() {
        for c in '\0'..='\u{2fff}' {
            assert_eq!(is_letter(c), c.is_alphabetic(), "{c:?}");
        }
    }

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
