//! Terms, which are tags, sections, authors and languages, and the keys that identify them.

use std::fmt;

use icu_normalizer::ComposingNormalizerBorrowed;
use icu_properties::props::{DefaultIgnorableCodePoint, GeneralCategory, GeneralCategoryGroup};
use icu_properties::{CodePointMapData, CodePointSetData};
use serde::{Deserialize, Serialize};

/// The four kinds of terms.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum TermKind {
    /// A hashtag: `#мажилис`, `tag:мажилис` or just `мажилис`.
    Tag,
    /// `section:Парламент`.
    Section,
    /// `author:Айман Аманжолова`.
    Author,
    /// `lang:kk`.
    Lang,
}

/// A kind and a key. Spellings of one kind with the same key are the same term.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Term {
    /// The kind; terms of two kinds are never equal.
    pub kind: TermKind,
    /// The result of [`key`]; never empty.
    key: String,
}

/// Why a text is not a term.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TermError {
    /// The text before the colon is none of the four prefixes.
    #[error("unknown prefix `{0}:`")]
    UnknownPrefix(String),
    /// The text has only punctuation and white space.
    #[error("`{0}` holds no letter or digit")]
    Empty(String),
}

impl TermKind {
    /// All kinds, in the order of their declaration.
    pub const ALL: [TermKind; 4] = [
        TermKind::Tag,
        TermKind::Section,
        TermKind::Author,
        TermKind::Lang,
    ];

    /// The prefix in feeds.toml and URLs: `tag`, `section`, `author` or `lang`.
    pub fn prefix(self) -> &'static str {
        match self {
            TermKind::Tag => "tag",
            TermKind::Section => "section",
            TermKind::Author => "author",
            TermKind::Lang => "lang",
        }
    }

    /// A term of this kind in the notation of feeds.toml: `#мажилис`, `section:Парламент`.
    pub fn notation(self, name: &str) -> String {
        match self {
            TermKind::Tag => format!("#{name}"),
            kind => format!("{}:{name}", kind.prefix()),
        }
    }

    /// The folder in the paths of a kind's automatic feeds.
    pub fn folder(self) -> &'static str {
        match self {
            TermKind::Tag => "tags",
            TermKind::Section => "sections",
            TermKind::Author => "authors",
            TermKind::Lang => "languages",
        }
    }
}

impl Term {
    /// The term with the key of `text`; `None` when the key is empty.
    pub fn new(kind: TermKind, text: &str) -> Option<Term> {
        let key = key(text);
        (!key.is_empty()).then_some(Term { kind, key })
    }

    /// The term of a name: with a slug, the key is made of that.
    pub fn named(kind: TermKind, name: &str, slug: Option<&str>) -> Option<Term> {
        Term::new(kind, slug.unwrap_or(name))
    }

    /// Parses `#x`, `tag:x`, `x`, `section:x`, `author:x` or `lang:x`.
    pub fn parse(text: &str) -> Result<Term, TermError> {
        let (kind, name) = Term::split(text)?;
        Term::new(kind, name).ok_or_else(|| TermError::Empty(text.to_owned()))
    }

    /// Splits a term into its kind and its spelling, without prefix and `#`.
    pub fn split(text: &str) -> Result<(TermKind, &str), TermError> {
        let text = text.trim();
        if let Some(tag) = text.strip_prefix('#') {
            return Ok((TermKind::Tag, tag));
        }
        let Some((prefix, name)) = text.split_once(':') else {
            return Ok((TermKind::Tag, text));
        };
        let prefix = prefix.trim();
        let kind = TermKind::ALL
            .into_iter()
            .find(|kind| kind.prefix().eq_ignore_ascii_case(prefix))
            .ok_or_else(|| TermError::UnknownPrefix(prefix.to_owned()))?;
        let name = name.trim();
        Ok((
            kind,
            if kind == TermKind::Tag {
                name.trim_start_matches('#')
            } else {
                name
            },
        ))
    }

    /// The key, without prefix.
    pub fn key(&self) -> &str {
        &self.key
    }
}

impl fmt::Display for Term {
    /// The canonical form: a tag as its key, other kinds with their prefix.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            TermKind::Tag => f.write_str(&self.key),
            kind => write!(f, "{}:{}", kind.prefix(), self.key),
        }
    }
}

/// The key of a text, in five steps: NFC; default-ignorable characters removed; lower case; each run of
/// separators, controls and punctuation (categories Z, C and P) as one `-`, with none at the ends; NFC.
///
/// `ё` and `е` stay different, as do the Kazakh letters. `+` and other symbols stay.
pub fn key(text: &str) -> String {
    simple_key(text).unwrap_or_else(|| unicode_key(text))
}

/// The fast path of [`key`] for ASCII, Russian and Kazakh letters and the punctuation of headlines, which need no
/// Unicode table: each is composed, visible and has one lower-case letter. `None` when the text has another character.
fn simple_key(text: &str) -> Option<String> {
    let mut key = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            'a'..='z' | '0'..='9' | 'а'..='я' | 'ё' => key.push(c),
            'ә' | 'ғ' | 'қ' | 'ң' | 'ө' | 'ұ' | 'ү' | 'һ' | 'і' => key.push(c),
            'A'..='Z' | 'А'..='Я' | 'Ё' => key.extend(c.to_lowercase()),
            'Ә' | 'Ғ' | 'Қ' | 'Ң' | 'Ө' | 'Ұ' | 'Ү' | 'Һ' | 'І' => {
                key.extend(c.to_lowercase())
            }
            '$' | '+' | '<' | '=' | '>' | '^' | '`' | '|' | '~' | '№' => key.push(c),
            c if !c.is_ascii() && !PUNCTUATION.contains(&c) => return None,
            _ if key.is_empty() || key.ends_with('-') => {}
            _ => key.push('-'),
        }
    }
    if key.ends_with('-') {
        key.pop();
    }
    Some(key)
}

/// Punctuation of headlines beyond ASCII.
const PUNCTUATION: [char; 11] = ['«', '»', '–', '—', '“', '”', '„', '‘', '’', '…', '\u{a0}'];

fn unicode_key(text: &str) -> String {
    let nfc = ComposingNormalizerBorrowed::new_nfc();
    let categories = CodePointMapData::<GeneralCategory>::new();
    let ignorable = CodePointSetData::new::<DefaultIgnorableCodePoint>();
    let separating = GeneralCategoryGroup::Separator
        .union(GeneralCategoryGroup::Other)
        .union(GeneralCategoryGroup::Punctuation);

    let composed = nfc.normalize(text);
    let visible: String = composed
        .chars()
        .filter(|&c| !ignorable.contains(c))
        .collect();
    let mut key = String::with_capacity(visible.len());
    for c in visible.to_lowercase().chars() {
        if !separating.contains(categories.get(c)) {
            key.push(c);
        } else if !key.is_empty() && !key.ends_with('-') {
            key.push('-');
        }
    }
    if key.ends_with('-') {
        key.pop();
    }
    nfc.normalize(&key).into_owned()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn keys_ignore_case_punctuation_and_composition() {
        for (text, expected) in [
            ("Мәжіліс", "мәжіліс"),
            ("А.Б. Иванов", "а-б-иванов"),
            ("  Регион\u{a0}—  юг ", "регион-юг"),
            ("Еще", "еще"),
            ("Ещё", "ещё"),
            ("Краи\u{306}", "край"),
            ("C++", "c++"),
            ("мажи\u{ad}лис\u{200b}", "мажилис"),
            ("«»", ""),
            ("kk_KZ", "kk-kz"),
        ] {
            assert_eq!(key(text), expected, "{text:?}");
        }
    }

    #[test]
    fn spellings_with_one_key_are_one_term() {
        for text in [
            "#мажилис",
            "tag:Мажилис",
            "МАЖИЛИС",
            "tag:#мажилис",
            " # мажилис ",
        ] {
            assert_eq!(
                Term::parse(text).expect("a term").to_string(),
                "мажилис",
                "{text}"
            );
        }
        assert_eq!(
            Term::parse("Section: Парламент")
                .expect("a term")
                .to_string(),
            "section:парламент"
        );
    }

    #[test]
    fn malformed_terms_are_refused() {
        assert_eq!(
            Term::parse("город:Астана"),
            Err(TermError::UnknownPrefix("город".into()))
        );
        assert_eq!(Term::parse("#"), Err(TermError::Empty("#".into())));
        assert_eq!(
            Term::parse("lang: "),
            Err(TermError::Empty("lang: ".into()))
        );
    }

    proptest! {
        #[test]
        fn the_fast_path_gives_the_same_key(
            text in "[\\x00-\\x7fА-яЁёӘәҒғҚқҢңӨөҰұҮүҺһІі«»–—“”„‘’…\u{a0}№]{0,40}"
        ) {
            prop_assert_eq!(simple_key(&text), Some(unicode_key(&text)));
        }

        #[test]
        fn making_a_key_is_idempotent(text in "\\PC{0,40}") {
            let once = key(&text);
            prop_assert_eq!(key(&once), once);
        }
    }
}
