//! The pages' own words, one set a language.
//!
//! A text that one language lacks does not compile. Templates see all of them as `words`, except
//! the forms that numbers and dates are made with.

mod en;
mod kk;
mod ru;

use serde::Serialize;

use crate::render::pages::locale::Locale;

/// Every text of the built-in pages.
#[derive(Debug, Serialize)]
pub(super) struct Words {
    /// The skip link.
    pub skip: &'static str,
    /// What the switch of languages is, for those who do not see it.
    pub languages: &'static str,
    /// What the catalogue is called.
    pub catalogue: &'static str,
    /// One sentence on what the catalogue is for.
    pub catalogue_intro: &'static str,
    /// Over the feed of every article.
    pub all: &'static str,
    /// Over the declared feeds.
    pub collections: &'static str,
    /// Over the feeds of sections.
    pub sections: &'static str,
    /// Over the feeds of tags.
    pub tags: &'static str,
    /// Over the feeds of authors.
    pub authors: &'static str,
    /// In front of a section's name.
    pub section: &'static str,
    /// In front of a tag.
    pub tag: &'static str,
    /// In front of an author's name.
    pub author: &'static str,
    /// The lists that the catalogue leads to.
    pub lists: &'static str,
    /// The link to the OPML document.
    pub opml: &'static str,
    /// What the OPML document is good for.
    pub opml_hint: &'static str,
    /// In front of a feed's last change.
    pub changed: &'static str,
    /// The act itself: a heading and a link.
    pub subscribe: &'static str,
    /// How to copy an address.
    pub address_hint: &'static str,
    /// The link to the document as machines see it.
    pub open: &'static str,
    /// In front of the web readers.
    pub add_to: &'static str,
    /// Over the three steps.
    pub how: &'static str,
    /// What a feed and a reader are, and what they cost.
    pub how_intro: &'static str,
    /// The three steps.
    pub how_steps: [&'static str; 3],
    /// Programs that show feeds.
    pub how_apps: [Apps; 4],
    /// Over the snippets.
    pub snippet: &'static str,
    /// What the first snippet is for.
    pub snippet_head: &'static str,
    /// What the second snippet is for.
    pub snippet_link: &'static str,
    /// Over the articles of a feed.
    pub latest: &'static str,
    /// Instead of the articles of an empty feed.
    pub empty: &'static str,
    /// Instead of the feeds of an empty list.
    pub empty_list: &'static str,
    /// Over the feeds that a feed's articles belong to as well.
    pub related: &'static str,
    /// Over the feeds that an article belongs to.
    pub follow: &'static str,
    /// In front of the date of a correction.
    pub corrected: &'static str,
    /// Over the files that come with an article.
    pub files: &'static str,
    /// What the links between parts of a list are, for those who do not see them.
    pub pages: &'static str,
    /// To the part before.
    pub previous: &'static str,
    /// To the part behind.
    pub next: &'static str,

    /// Which part of a list this is, with `{page}` and `{pages}`.
    #[serde(skip)]
    pub part: &'static str,
    /// How articles are counted.
    #[serde(skip)]
    pub count_articles: PluralForms,
    /// How sections are counted.
    #[serde(skip)]
    pub count_sections: PluralForms,
    /// How tags are counted.
    #[serde(skip)]
    pub count_tags: PluralForms,
    /// How authors are counted.
    #[serde(skip)]
    pub count_authors: PluralForms,
    /// The months as they stand in a date.
    #[serde(skip)]
    pub months: [&'static str; 12],
    /// A date, with `{day}`, `{month}` and `{year}`.
    #[serde(skip)]
    pub date: &'static str,
    /// Bytes, thousands, millions and billions of them.
    #[serde(skip)]
    pub sizes: [&'static str; 4],
    /// What stands before the part of a number below one.
    #[serde(skip)]
    pub decimal_mark: &'static str,
    /// What stands between thousands.
    #[serde(skip)]
    pub thousands_mark: &'static str,
}

/// Programs for one kind of device.
#[derive(Debug, Serialize)]
pub(super) struct Apps {
    /// The device.
    pub device: &'static str,
    /// Some programs that cost nothing to begin with.
    pub names: &'static str,
}

/// The forms that a noun takes behind a number.
#[derive(Debug, Serialize)]
pub(super) struct PluralForms {
    /// 1, and in Russian 21, 31, …
    pub one: &'static str,
    /// In Russian 2, 3, 4, 22, …
    pub few: &'static str,
    /// All others.
    pub many: &'static str,
}

impl PluralForms {
    /// A noun that numbers do not change.
    const fn same(noun: &'static str) -> PluralForms {
        PluralForms {
            one: noun,
            few: noun,
            many: noun,
        }
    }
}

impl Words {
    /// The words of a language.
    pub(super) fn of(locale: Locale) -> &'static Words {
        match locale {
            Locale::Ru => &ru::WORDS,
            Locale::Kk => &kk::WORDS,
            Locale::En => &en::WORDS,
        }
    }
}
