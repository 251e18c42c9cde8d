//! Shortens text after its first sentence, else after a word.

use unicode_segmentation::UnicodeSegmentation;

use super::plain::{Text, one_line};

impl Text {
    /// The text in at most `to` characters, cut after the last sentence that ends in the second half of
    /// them, else after a word.
    pub fn shortened(&self, to: u16) -> Text {
        let to = usize::from(to);
        let text = self.as_str();
        if text.char_indices().nth(to).is_none() {
            return self.clone();
        }
        let sentences = sentences(text, to / 2, to).last();
        Text::new(&sentences.map_or_else(|| whole_words(text, to), str::to_owned))
    }
}

/// `text` in at most `to` characters; `None` when it already fits.
///
/// Cuts after the first sentence end between `from` and `to` characters. Without one it cuts after the
/// last word that leaves room for `…`. It cuts inside a word only if the first word alone is too long,
/// and never inside a grapheme.
pub fn cut(text: &str, from: usize, to: usize) -> Option<String> {
    text.char_indices().nth(to)?;
    Some(match sentences(text, from, to).next() {
        Some(sentence) => sentence.to_owned(),
        None => whole_words(text, to),
    })
}

/// A value as messages show it: one line of at most 40 characters.
pub fn excerpt(value: &str) -> String {
    let line = one_line(value);
    cut(&line, 40, 40).unwrap_or(line)
}

const TERMINATORS: [char; 4] = ['.', '!', '?', '…'];

/// Characters between the end of a sentence and the space after it.
const CLOSERS: [char; 11] = ['»', '”', '“', '›', '’', '"', '\'', ')', ']', '}', '*'];

/// Characters that are removed before `…`.
const REMOVED_BEFORE_ELLIPSIS: [char; 12] =
    [',', ';', ':', '-', '–', '—', '(', '[', '«', '„', '…', '/'];

/// Abbreviations before names: a capital letter follows them inside a sentence. Single letters are
/// always abbreviations, so they need no list.
const ABBREVIATIONS: [&str; 18] = [
    "им",
    "ул",
    "пр",
    "просп",
    "мкр",
    "обл",
    "пос",
    "св",
    "ст",
    "см",
    "проф",
    "акад",
    "ген",
    "mr",
    "mrs",
    "ms",
    "dr",
    "st",
];

/// The text up to the first sentence end between `from` and `to` characters; `None` when a sentence
/// ends there only with the whole text, or not at all.
pub fn first_sentence(text: &str, from: usize, to: usize) -> Option<&str> {
    sentences(text, from, to).next()
}

/// The beginnings of the text, of `from` to `to` characters, that end with a sentence.
fn sentences(text: &str, from: usize, to: usize) -> impl Iterator<Item = &str> {
    text.char_indices()
        .enumerate()
        .take(to + 1)
        .skip(from)
        .filter(|(_, (_, c))| c.is_whitespace())
        .map(|(_, (at, _))| text.split_at(at))
        .filter(|(head, rest)| ends_sentence(head) && !continues_in_lower_case(rest))
        .map(|(head, _)| head)
}

fn ends_sentence(head: &str) -> bool {
    let bare = head.trim_end_matches(CLOSERS);
    let words = bare.trim_end_matches(TERMINATORS);
    match &bare[words.len()..] {
        "" => false,
        "." => !is_abbreviation(words),
        _ => true,
    }
}

/// Whether the dot after `words` belongs to an initial or an abbreviation.
fn is_abbreviation(words: &str) -> bool {
    let word = words
        .rsplit(|c: char| !c.is_alphanumeric())
        .next()
        .unwrap_or(words);
    let mut letters = word.chars();
    match (letters.next(), letters.next()) {
        (Some(letter), None) => letter.is_alphabetic(),
        _ => ABBREVIATIONS.contains(&word.to_lowercase().as_str()),
    }
}

/// Whether the sentence continues in lower case, as in «Когда? – спросил он». Eight characters are
/// enough to look past a dash and a quote.
fn continues_in_lower_case(rest: &str) -> bool {
    rest.chars()
        .take(8)
        .find(|c| c.is_alphanumeric())
        .is_some_and(char::is_lowercase)
}

fn whole_words(text: &str, to: usize) -> String {
    let room = to.saturating_sub(1);
    let end = text
        .char_indices()
        .nth(room)
        .map_or(text.len(), |(at, _)| at);
    let (head, rest) = text.split_at(end);
    let words = if rest.starts_with(char::is_whitespace) {
        head
    } else {
        head.rfind(char::is_whitespace)
            .map_or("", |space| &head[..space])
    };
    let words =
        words.trim_end_matches(|c: char| c.is_whitespace() || REMOVED_BEFORE_ELLIPSIS.contains(&c));
    let head = if words.is_empty() {
        whole_graphemes(text, end)
    } else {
        words
    };
    format!("{head}…")
}

/// The graphemes of `text` that end at or before byte `end`.
fn whole_graphemes(text: &str, end: usize) -> &str {
    let length = text
        .grapheme_indices(true)
        .map(|(at, grapheme)| at + grapheme.len())
        .take_while(|&grapheme_end| grapheme_end <= end)
        .last()
        .unwrap_or(0);
    &text[..length]
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_cut_is_after_the_first_sentence() {
        for (text, expected) in [
            (
                "Сенат принял закон. Он вступит в силу.",
                "Сенат принял закон.",
            ),
            (
                "Сенат принял закон?! Он вступит в силу.",
                "Сенат принял закон?!",
            ),
            (
                "Сенат «принял закон.» Он вступит в силу.",
                "Сенат «принял закон.»",
            ),
            (
                "Сенат (принял закон…) «Он вступит в силу.",
                "Сенат (принял закон…)",
            ),
            (
                "Да. Сенат принял закон. Он вступит в силу.",
                "Да. Сенат принял закон.",
            ),
            (
                "Сенат, сказал А. Иванов, принял. Он вступит.",
                "Сенат, сказал А. Иванов, принял.",
            ),
            (
                "Сенат в 2025 г. Астаны не видел. Он был в силе.",
                "Сенат в 2025 г. Астаны не видел.",
            ),
            (
                "Сенат принял и т.д. Закон вступит. Он важен всем.",
                "Сенат принял и т.д. Закон вступит.",
            ),
            (
                "Сенат в театре им. Абая сидел. Он слушал.",
                "Сенат в театре им. Абая сидел.",
            ),
            (
                "Сенат принял? – спросил он. Да, он принял.",
                "Сенат принял? – спросил он.",
            ),
            (
                "Сенат принял закон.Он вступил. Это важно всем.",
                "Сенат принял закон.Он вступил.",
            ),
            (
                "Сенат дал 2.5 млрд. тенге школам. Это важно.",
                "Сенат дал 2.5 млрд. тенге школам.",
            ),
            (
                "Сенат дал всем сети 5G. Это важно для страны.",
                "Сенат дал всем сети 5G.",
            ),
        ] {
            assert_eq!(cut(text, 10, 36).as_deref(), Some(expected), "{text}");
        }
    }

    #[test]
    fn without_a_sentence_end_the_cut_is_after_a_word() {
        for (text, expected) in [
            ("один два три четыре", "один два…"),
            ("один дваа три четыре", "один дваа…"),
            ("один, – трицать", "один…"),
            ("один два. три. четыре", "один два.…"),
            ("многословный", "многослов…"),
            ("один… двадцать", "один…"),
            ("12345678е\u{301}\u{302} хвост", "12345678…"),
            (
                "👩\u{200d}👩\u{200d}👧👩\u{200d}👩\u{200d}👧👧",
                "👩\u{200d}👩\u{200d}👧…",
            ),
        ] {
            assert_eq!(cut(text, 10, 10).as_deref(), Some(expected), "{text}");
        }
    }

    #[test]
    fn short_text_is_not_cut() {
        assert_eq!(cut("Один. Два.", 2, 10), None);
        assert_eq!(cut("", 0, 0), None);
    }

    #[test]
    fn sentences_outside_the_limits_are_ignored() {
        assert_eq!(
            cut("Раз. Два. Три четыре", 5, 12).as_deref(),
            Some("Раз. Два.")
        );
        assert_eq!(
            cut("Раз два три четыре. Пять", 5, 12).as_deref(),
            Some("Раз два три…")
        );
        assert_eq!(
            cut("Раз два три. Пять", 5, 12).as_deref(),
            Some("Раз два три.")
        );
    }

    #[test]
    fn a_shortened_text_keeps_the_most_sentences() {
        for (text, to, expected) in [
            ("Раз. Два.", 9, "Раз. Два."),
            ("Раз. Два. Три. Четыре.", 14, "Раз. Два. Три."),
            ("Раз. Два. Три. Четыре.", 13, "Раз. Два."),
            ("Раз. Два три четыре", 17, "Раз. Два три…"),
        ] {
            assert_eq!(
                Text::new(text).shortened(to).as_str(),
                expected,
                "{to}: {text}"
            );
        }
    }

    proptest! {
        #[test]
        fn a_cut_fits_and_ends_at_a_grapheme(text in "[а-вА-В. «»,!?👩\u{301}\u{200d}\u{fe0f}]{0,60}", to in 1usize..40) {
            if let Some(cut) = cut(&text, 5, to) {
                prop_assert!(cut.chars().count() <= to, "{cut:?}");
                let kept = cut.strip_suffix('…').filter(|_| !text.starts_with(&cut)).unwrap_or(&cut);
                prop_assert!(text.starts_with(kept));
                let boundary = text.grapheme_indices(true).any(|(at, _)| at == kept.len());
                prop_assert!(boundary || kept.len() == text.len(), "{kept:?} of {text:?}");
            } else {
                prop_assert!(text.chars().count() <= to);
            }
        }
    }
}
