//! Terms: tags, sections, authors and languages, and the keys they are compared by.

use std::fmt;

use icu_normalizer::ComposingNormalizerBorrowed;
use icu_properties::props::{DefaultIgnorableCodePoint, GeneralCategory, GeneralCategoryGroup};
use icu_properties::{CodePointMapData, CodePointSetData};
use serde::{Deserialize, Serialize};

/// What a term says about an article.
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

/// A kind and a key: two spellings with one key are one term.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Term {
    /// Tag, section, author or language.
    pub kind: TermKind,
    /// What [`key`] made of the text; never empty.
    key: String,
}

/// Why a text is no term.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TermError {
    /// Something before a colon that is none of the four kinds.
    #[error("unknown prefix `{0}:`")]
    UnknownPrefix(String),
    /// No letter or digit is left once punctuation is gone.
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

    /// The prefix in terms: `tag`, `section`, `author`, `lang`.
    pub fn prefix(self) -> &'static str {
        match self {
            TermKind::Tag => "tag",
            TermKind::Section => "section",
            TermKind::Author => "author",
            TermKind::Lang => "lang",
        }
    }

    /// The folder in the addresses of a kind's automatic feeds.
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
    /// The term of `kind` that `text` names; `None` when nothing is left of it.
    pub fn new(kind: TermKind, text: &str) -> Option<Term> {
        let key = key(text);
        (!key.is_empty()).then_some(Term { kind, key })
    }

    /// Reads `#x`, `tag:x`, `x`, `section:x`, `author:x` or `lang:x`.
    ///
    /// # Errors
    /// An unknown prefix, or a text of nothing but punctuation.
    pub fn parse(text: &str) -> Result<Term, TermError> {
        let (kind, name) = Term::split(text)?;
        Term::new(kind, name).ok_or_else(|| TermError::Empty(text.to_owned()))
    }

    /// The kind and the text as written, without prefix or `#`.
    ///
    /// # Errors
    /// An unknown prefix.
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

    /// The key that spellings are compared by.
    pub fn key(&self) -> &str {
        &self.key
    }
}

impl fmt::Display for Term {
    /// The canonical form in URLs: tags bare, other kinds with their prefix.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            TermKind::Tag => f.write_str(&self.key),
            kind => write!(f, "{}:{}", kind.prefix(), self.key),
        }
    }
}

/// The key of a text: NFC, default-ignorable characters removed, lower case, every run of white
/// space and punctuation (categories Z, C, P) one `-`, none at the ends, NFC.
///
/// `ё` and `е` stay different, and so do the Kazakh letters; `+` and other symbols stay.
pub fn key(text: &str) -> String {
    plain_key(text).unwrap_or_else(|| any_key(text))
}

/// The key of a text in the letters of nearly every name, for which no table has to be asked: each is
/// composed and visible, and has one lower case. `None` of any other text.
fn plain_key(text: &str) -> Option<String> {
    let mut key = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            'a'..='z' | '0'..='9' | 'а'..='я' | 'ё' => key.push(c),
            'ә' | 'ғ' | 'қ' | 'ң' | 'ө' | 'ұ' | 'ү' | 'һ' | 'і' => key.push(c),
            'A'..='Z' | 'А'..='Я' | 'Ё' => key.extend(c.to_lowercase()),
            'Ә' | 'Ғ' | 'Қ' | 'Ң' | 'Ө' | 'Ұ' | 'Ү' | 'Һ' | 'І' => {
                key.extend(c.to_lowercase())
            }
            '$' | '+' | '<' | '=' | '>' | '^' | '`' | '|' | '~' => key.push(c),
            c if !c.is_ascii() => return None,
            _ if key.is_empty() || key.ends_with('-') => {}
            _ => key.push('-'),
        }
    }
    if key.ends_with('-') {
        key.pop();
    }
    Some(key)
}

fn any_key(text: &str) -> String {
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
    fn keys_of_real_names() {
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
    fn spellings_of_one_term() {
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
    fn what_is_no_term() {
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
        fn a_key_needs_no_table_for_plain_letters(text in "[\\x00-\\x7fА-яЁёӘәҒғҚқҢңӨөҰұҮүҺһІі]{0,40}") {
            prop_assert_eq!(plain_key(&text), Some(any_key(&text)));
        }

        #[test]
        fn a_key_is_its_own_key(text in "\\PC{0,40}") {
            let once = key(&text);
            prop_assert_eq!(key(&once), once);
        }
    }
}
