//! The languages of pages.

/// A language of the pages' texts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Locale {
    /// Russian.
    Ru,
    /// Kazakh.
    Kk,
    /// English.
    En,
}

impl Locale {
    /// Every language, in the order of the language menu.
    pub const ALL: [Locale; 3] = [Locale::Kk, Locale::Ru, Locale::En];

    /// The BCP 47 tag.
    pub fn tag(self) -> &'static str {
        match self {
            Locale::Ru => "ru",
            Locale::Kk => "kk",
            Locale::En => "en",
        }
    }

    /// The language's own name for itself.
    pub fn name(self) -> &'static str {
        match self {
            Locale::Ru => "Русский",
            Locale::Kk => "Қазақша",
            Locale::En => "English",
        }
    }

    /// The language of a tag, by its primary subtag; `None` if pages do not have it.
    pub fn from_tag(tag: &str) -> Option<Locale> {
        let primary = tag.split('-').next().unwrap_or(tag);
        Locale::ALL
            .into_iter()
            .find(|locale| locale.tag().eq_ignore_ascii_case(primary))
    }

    /// The default language of pages: that of the publication, else English.
    pub fn of_site(language: &str) -> Locale {
        Locale::from_tag(language).unwrap_or(Locale::En)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_language_is_found_by_the_primary_subtag() {
        assert_eq!(Locale::from_tag("kk-KZ"), Some(Locale::Kk));
        assert_eq!(Locale::from_tag("RU"), Some(Locale::Ru));
        assert_eq!(Locale::from_tag("de"), None);
        assert_eq!(Locale::of_site("de"), Locale::En);
    }
}
