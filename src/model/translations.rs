//! A title and a description in several languages.
//!
//! Feeds are written in their own language. Pages show these texts in the language that they speak.

use std::collections::BTreeMap;

/// What a publication or a feed is called in each language in which it has a name, by lower-case BCP 47 tags.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Translations {
    /// Titles by language.
    pub titles: BTreeMap<String, String>,
    /// Descriptions by language.
    pub descriptions: BTreeMap<String, String>,
}

impl Translations {
    /// The title in a language.
    pub fn title(&self, language: &str) -> Option<&str> {
        in_language(&self.titles, language)
    }

    /// The description in a language.
    pub fn description(&self, language: &str) -> Option<&str> {
        in_language(&self.descriptions, language)
    }
}

/// The text of a language, else that of the language without its region or script.
pub fn in_language<'a>(texts: &'a BTreeMap<String, String>, language: &str) -> Option<&'a str> {
    let language = language.to_ascii_lowercase();
    let primary = language.split('-').next().unwrap_or_default();
    let text = texts.get(&language).or_else(|| texts.get(primary))?;
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_found_by_its_language_else_by_the_primary_subtag() {
        let titles = [("kk", "Парламент жаңалықтары"), ("ru-kz", "Парламент")];
        let translations = Translations {
            titles: titles
                .map(|(tag, text)| (tag.to_owned(), text.to_owned()))
                .into(),
            ..Translations::default()
        };
        for (language, expected) in [
            ("kk", Some("Парламент жаңалықтары")),
            ("kk-KZ", Some("Парламент жаңалықтары")),
            ("ru-KZ", Some("Парламент")),
            ("ru", None),
            ("en", None),
        ] {
            assert_eq!(translations.title(language), expected, "{language}");
            assert_eq!(translations.description(language), None);
        }
    }
}
