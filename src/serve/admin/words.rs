//! The texts of the status page, in the languages of the newsrooms. Problems and log messages stay
//! in English.

use std::collections::BTreeMap;

use crate::render::pages::locale::Locale;

/// The texts by their keys in `status.html`.
pub(super) type Words = BTreeMap<&'static str, &'static str>;

pub(super) fn words(locale: Locale) -> Words {
    let json = match locale {
        Locale::En => include_str!("words/en.json"),
        Locale::Ru => include_str!("words/ru.json"),
        Locale::Kk => include_str!("words/kk.json"),
    };
    serde_json::from_str(json).expect("a test reads every language")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_language_has_every_text_of_the_template() {
        let english = words(Locale::En);
        for locale in Locale::ALL {
            let words = words(locale);
            assert!(words.keys().eq(english.keys()), "{locale:?}");
            assert!(words.values().all(|text| !text.is_empty()), "{locale:?}");
        }
        let template = include_str!("status.html");
        let uses = template.split("words.").skip(1);
        let is_key_end = |c: char| !c.is_ascii_lowercase() && c != '_';
        for key in uses.filter_map(|text| text.split(is_key_end).next()) {
            assert!(english.contains_key(key), "{key}");
        }
    }
}
