//! The texts of the built-in pages, in each language.
//!
//! A missing text is a compile error. Templates get all texts as `words`, except the forms of numbers and
//! dates.

mod en;
mod kk;
mod ru;

use serde::Serialize;

use crate::feed::definitions::FeedKind;
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

    /// The page where readers build a feed.
    pub build: BuildWords,
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
    pub no_term: &'static str,
    pub no_term_hint: &'static str,
    pub too_many_terms: &'static str,
    pub too_many_terms_hint: &'static str,
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

/// The texts of the page where readers build a feed.
#[derive(Debug, Serialize)]
pub(super) struct BuildWords {
    pub title: &'static str,
    /// What the page is for.
    pub intro: &'static str,
    /// What the conditions mean.
    pub hint: &'static str,
    /// The label of the search field.
    pub field: &'static str,
    pub search: &'static str,
    /// Over the largest terms.
    pub largest: &'static str,
    /// Over the terms that the words find.
    pub found: &'static str,
    /// Over similar terms where the words find none.
    pub similar: &'static str,
    /// Where nothing is similar either.
    pub not_found: &'static str,
    /// Over the declared feeds with the words in their titles.
    pub titled: &'static str,
    pub languages: &'static str,
    /// The conditions: on buttons, and over the terms that have them.
    pub any: &'static str,
    pub all: &'static str,
    pub none: &'static str,
    /// In front of the conditions of a found term that is chosen already.
    pub chosen_already: &'static str,
    /// Over the chosen terms.
    pub chosen: &'static str,
    /// Of a chosen term that no article ever had.
    pub unknown: &'static str,
    /// In front of similar terms.
    pub instead: &'static str,
    pub remove: &'static str,
    /// In front of the other conditions of a chosen term.
    pub move_: &'static str,
    /// Over the feed of the chosen terms.
    pub result: &'static str,
    /// In front of the link to a feed with the same articles.
    pub same_feed: &'static str,
    /// No article has all chosen terms.
    pub contradiction: &'static str,
    /// In front of the terms without one of which there are articles.
    pub drop_one: &'static str,
    pub too_costly: &'static str,

    /// A button that adds `{term}` to `{condition}`, for screen readers.
    #[serde(skip)]
    pub add: &'static str,
    /// A link that moves `{term}` to `{condition}`, for screen readers.
    #[serde(skip)]
    pub move_to: &'static str,
    /// The most terms are chosen, with `{max}`.
    #[serde(skip)]
    pub full: &'static str,
    /// Too many terms are chosen, with `{max}` and `{terms}`.
    #[serde(skip)]
    pub surplus: &'static str,
    /// The sentence about a selection, with `{conditions}`.
    #[serde(skip)]
    pub articles: &'static str,
    /// The sentence about a selection that has only `{terms}` to leave out.
    #[serde(skip)]
    pub all_without: &'static str,
    /// At least one of `{terms}`, or one that every article has.
    #[serde(skip)]
    pub with_any: &'static str,
    /// Every one of several `{terms}`.
    #[serde(skip)]
    pub with_all: &'static str,
    /// Between the two.
    #[serde(skip)]
    pub as_well: &'static str,
    /// None of `{terms}`.
    #[serde(skip)]
    pub but_without: &'static str,
    /// In front of the last of several terms.
    #[serde(skip)]
    pub or: &'static str,
    #[serde(skip)]
    pub and: &'static str,
    /// The same behind "without".
    #[serde(skip)]
    pub and_without: &'static str,
    #[serde(skip)]
    pub term: TermPhrases,
    /// The forms behind "without".
    #[serde(skip)]
    pub without_term: TermPhrases,
    /// The languages, as the phrases of terms have them.
    #[serde(skip)]
    pub in_language: LanguagePhrases,
    /// How often articles come, with `{count}`.
    #[serde(skip)]
    pub a_day: &'static str,
    #[serde(skip)]
    pub a_week: &'static str,
    #[serde(skip)]
    pub a_month: &'static str,
    #[serde(skip)]
    pub none_lately: &'static str,
    /// Articles behind "about".
    #[serde(skip)]
    pub about_articles: PluralForms,
}

/// A term in a sentence, with `{name}`. That of a tag has `#`, that of a language is one of
/// [`LanguagePhrases`].
#[derive(Debug)]
pub(super) struct TermPhrases {
    pub tag: &'static str,
    pub section: &'static str,
    pub author: &'static str,
    pub language: &'static str,
}

/// Languages in a sentence.
#[derive(Debug)]
pub(super) struct LanguagePhrases {
    pub kazakh: &'static str,
    pub russian: &'static str,
    pub english: &'static str,
    /// Any other, with its own `{name}`.
    pub other: &'static str,
}

impl LanguagePhrases {
    /// The language with a tag and a name of its own.
    pub(super) fn phrase(&self, tag: &str, name: &str) -> String {
        match Locale::from_tag(tag) {
            Some(Locale::Kk) => self.kazakh.to_owned(),
            Some(Locale::Ru) => self.russian.to_owned(),
            Some(Locale::En) => self.english.to_owned(),
            None => self.other.replace("{name}", name),
        }
    }
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
    /// What lists call the feeds of a kind. The feed of every article is no kind for them.
    pub(super) fn kind_of_feeds(&self, kind: FeedKind) -> Option<&'static str> {
        match kind {
            FeedKind::All | FeedKind::Select => None,
            FeedKind::Declared => Some(self.collections),
            FeedKind::Section => Some(self.sections),
            FeedKind::Tag => Some(self.tags),
            FeedKind::Author => Some(self.authors),
        }
    }

    pub(super) fn of(locale: Locale) -> &'static Words {
        match locale {
            Locale::Ru => &ru::WORDS,
            Locale::Kk => &kk::WORDS,
            Locale::En => &en::WORDS,
        }
    }
}
