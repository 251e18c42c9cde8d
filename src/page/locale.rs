//! The languages that pages speak.

/// A language of the pages' own words.
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
    /// Every language, in the order offered.
    pub const ALL: [Locale; 3] = [Locale::Kk, Locale::Ru, Locale::En];

    /// The BCP 47 tag.
    pub fn tag(self) -> &'static str {
        match self {
            Locale::Ru => "ru",
            Locale::Kk => "kk",
            Locale::En => "en",
        }
    }

    /// The language that `tag` names by its first part; `None` where pages do not speak it.
    pub fn from_tag(tag: &str) -> Option<Locale> {
        let primary = tag.split('-').next().unwrap_or(tag);
        Locale::ALL
            .into_iter()
            .find(|locale| locale.tag().eq_ignore_ascii_case(primary))
    }
}
