//! The texts of the built-in pages, in each language.
//!
//! A missing text is a compile error. Templates get all texts as `words`, except the forms of numbers and
//! dates.

mod en;
mod kk;
mod ru;

use serde::Serialize;

use crate::render::pages::locale::Locale;

/// Every text of the built-in pages.
#[derive(Debug, Serialize)]
pub(super) struct Words {
    pub skip: &'static str,
    /// The label of the language menu, for screen readers.
    pub languages: &'static str,
    pub catalogue: &'static str,
    /// One sentence about the purpose of the catalogue.
    pub catalogue_intro: &'static str,
    /// Over the feed of every article.
    pub all: &'static str,
    /// Over the declared feeds.
    pub collections: &'static str,
    pub sections: &'static str,
    pub tags: &'static str,
    pub authors: &'static str,
    pub section: &'static str,
    pub tag: &'static str,
    pub author: &'static str,
    /// The lists that the catalogue leads to.
    pub lists: &'static str,
    pub opml: &'static str,
    pub opml_hint: &'static str,
    /// In front of a feed's last change.
    pub changed: &'static str,
    /// A heading and a link.
    pub subscribe: &'static str,
    /// The link to the document itself.
    pub open: &'static str,
    /// Over the web readers.
    pub add_to: &'static str,
    /// For those who never subscribed.
    pub how: &'static str,
    /// What a feed and a reader are.
    pub how_intro: &'static str,
    pub how_steps: [&'static str; 3],
    pub how_apps: [Apps; 3],

    // A feed's page.
    /// A link that a program on the reader's device opens.
    pub open_in_app: &'static str,
    pub open_in_app_hint: &'static str,
    /// Over the address of the feed.
    pub address: &'static str,
    pub copy: &'static str,
    /// After the address was copied.
    pub copied: &'static str,
    /// Gives the address to a program of the phone.
    pub share: &'static str,
    /// Beside the QR code.
    pub qr: &'static str,
    /// What the QR code is, for screen readers.
    pub qr_label: &'static str,
    /// Over all formats of the feed.
    pub formats: &'static str,
    /// The link to `/build` with the feed's terms.
    pub narrow: &'static str,
    /// The link to `/build` without terms.
    pub build_own: &'static str,

    // The first page.
    pub subscribe_all: &'static str,
    /// Over the field that finds a term.
    pub topic_search: &'static str,
    pub topic_search_hint: &'static str,
    pub topic_search_go: &'static str,
    /// Over the snippets.
    pub snippet: &'static str,
    pub snippet_head: &'static str,
    pub snippet_link: &'static str,
    /// Over the articles of a feed.
    pub latest: &'static str,
    /// Instead of the articles of an empty feed.
    pub empty: &'static str,
    /// Instead of the feeds of an empty list.
    pub empty_list: &'static str,
    /// Over the related feeds of a feed.
    pub related: &'static str,
    /// Over the related feeds of an article.
    pub follow: &'static str,
    /// In front of the date of a correction.
    pub corrected: &'static str,
    /// Over the files of an article.
    pub files: &'static str,
    /// The label of the links between pages of a list, for screen readers.
    pub pages: &'static str,
    pub previous: &'static str,
    pub next: &'static str,

    // Lists.
    /// The label of a list's search field.
    pub list_search: &'static str,
    /// The label of the letters, for screen readers.
    pub by_letter: &'static str,
    pub whole_list: &'static str,
    pub nothing_found: &'static str,
    /// Over the feeds that may be meant.
    pub nearest: &'static str,

    // Error pages: what is wrong, and under it what may be the cause and what to do.
    pub no_feed: &'static str,
    pub no_feed_hint: &'static str,
    pub no_article: &'static str,
    pub no_article_hint: &'static str,
    pub no_page: &'static str,
    pub no_page_hint: &'static str,
    pub ended: &'static str,
    pub ended_hint: &'static str,
    pub unavailable: &'static str,
    pub unavailable_hint: &'static str,
    pub starting: &'static str,
    pub starting_hint: &'static str,
    /// Over the largest feeds, where none is near.
    pub largest: &'static str,

    /// The page of a list, with `{page}` and `{pages}`.
    #[serde(skip)]
    pub part: &'static str,
    #[serde(skip)]
    pub count_articles: PluralForms,
    #[serde(skip)]
    pub count_sections: PluralForms,
    #[serde(skip)]
    pub count_tags: PluralForms,
    #[serde(skip)]
    pub count_authors: PluralForms,
    /// The months, in the form of a date.
    #[serde(skip)]
    pub months: [&'static str; 12],
    /// A date, with `{day}`, `{month}` and `{year}`.
    #[serde(skip)]
    pub date: &'static str,
    /// The units: bytes, then thousands, millions and billions.
    #[serde(skip)]
    pub sizes: [&'static str; 4],
    #[serde(skip)]
    pub decimal_mark: &'static str,
    #[serde(skip)]
    pub thousands_mark: &'static str,
}

/// Programs for one kind of device, without an initial cost.
#[derive(Debug, Serialize)]
pub(super) struct Apps {
    pub device: &'static str,
    pub programs: [Program; 2],
}

/// A program that reads feeds.
#[derive(Clone, Copy, Debug, Serialize)]
pub(super) struct Program {
    name: &'static str,
    /// Where to get it.
    url: &'static str,
}

/// For iPhone, iPad and Mac: both open `feed:` addresses.
const APPLE: [Program; 2] = [
    Program {
        name: "NetNewsWire",
        url: "https://netnewswire.com/",
    },
    Program {
        name: "Reeder",
        url: "https://reederapp.com/",
    },
];

/// For Android: they take addresses that are shared or pasted.
const ANDROID: [Program; 2] = [
    Program {
        name: "Feeder",
        url: "https://play.google.com/store/apps/details?id=com.nononsenseapps.feeder.play",
    },
    Program {
        name: "Read You",
        url: "https://f-droid.org/packages/me.ash.reader/",
    },
];

/// For Windows and Linux.
const COMPUTER: [Program; 2] = [
    Program {
        name: "Thunderbird",
        url: "https://www.thunderbird.net/",
    },
    Program {
        name: "RSS Guard",
        url: "https://github.com/martinrotter/rssguard",
    },
];

/// The plural forms of a noun.
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
    /// A noun with one form.
    const fn same(noun: &'static str) -> PluralForms {
        PluralForms {
            one: noun,
            few: noun,
            many: noun,
        }
    }
}

impl Words {
    pub(super) fn of(locale: Locale) -> &'static Words {
        match locale {
            Locale::Ru => &ru::WORDS,
            Locale::Kk => &kk::WORDS,
            Locale::En => &en::WORDS,
        }
    }
}
