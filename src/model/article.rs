//! Articles: a source reads a [`Draft`], [`Draft::accept`] checks it, and the result holds an
//! [`Article`].
//!
//! No other code checks an [`Article`] again: its text is clean, its dates are instants, its language
//! is known. It has exactly the fields that a feed can print, so its [`Revision`] changes if and only
//! if some document could change.

mod accept;
mod article_links;
mod content;
mod media;
mod page;
mod spelling;
mod terms;

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize, Serializer};
use xxhash_rust::xxh3::xxh3_128;

pub(crate) use self::accept::absolute_id;
pub use self::media::Media;
pub use self::terms::ArticleTerm;
use crate::model::time::{Timestamp, WrittenDate, Zone};
use crate::text::{Html, Shortcode, SiteLanguages, Text};

/// The version of [`Draft::accept`] and of the parsers before it. Raise it when the same file would
/// give another article: a daemon whose state folder has another version reads every article again.
pub const ACCEPT_VERSION: u32 = 5;

/// The most sections of an article.
pub const SECTIONS_MAX: usize = 100;

/// The most tags of an article; more look like a broken export.
pub const TAGS_MAX: usize = 100;

/// The most authors of an article.
pub const AUTHORS_MAX: usize = 100;

/// The most enclosures of an article.
pub const ENCLOSURES_MAX: usize = 100;

/// The most warnings of an article; further ones are dropped.
pub const WARNINGS_MAX: usize = 20;

/// The most bytes of an `id`.
pub const ID_BYTES_MAX: usize = 1024;

/// An article as a source read it, with every field as written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// Key `id`: an absolute URI, or a path of this site.
    pub id: Option<String>,
    /// The headline.
    pub title: String,
    /// Key `date`, the first publication.
    pub published: WrittenDate,
    /// Key `updated`, the last correction.
    pub updated: Option<WrittenDate>,
    /// Key `expires`: from this instant on no feed has it.
    pub expires: Option<WrittenDate>,
    /// Who may see it between its publication and its expiry.
    pub visibility: Visibility,
    /// Its page, absolute or relative to the site.
    pub url: Option<String>,
    /// Key `slug`: the last part of its page's address.
    pub slug: Option<String>,
    /// The path of its file below the folder, without extension; `None` for a row.
    pub path: Option<String>,
    /// Its sections; the first is the main one.
    pub sections: Vec<WrittenTerm>,
    /// Its tags, in the order of the source.
    pub tags: Vec<WrittenTerm>,
    /// Its authors, in the order of the source.
    pub authors: Vec<Author>,
    /// A language tag (BCP 47); without one the language is guessed from the text.
    pub language: Option<String>,
    /// The lead; without one it is the first paragraph.
    pub summary: Option<String>,
    /// The main picture.
    pub image: Option<Media>,
    /// Attached sound, video and other files.
    pub enclosures: Vec<Media>,
    /// The text in its markup language.
    pub body: Body,
    /// What its parser did not understand and left out.
    pub warnings: Vec<Warning>,
    /// The names of keys that nothing knows.
    pub unknown_keys: Vec<Box<str>>,
    /// The known status that hides it, such as `status: pending`.
    pub hiding_status: Option<Box<str>>,
}

impl Draft {
    /// A public article without any optional field.
    pub fn new(title: impl Into<String>, published: WrittenDate, body: Body) -> Draft {
        Draft {
            id: None,
            title: title.into(),
            published,
            updated: None,
            expires: None,
            visibility: Visibility::Public,
            url: None,
            slug: None,
            path: None,
            sections: Vec::new(),
            tags: Vec::new(),
            authors: Vec::new(),
            language: None,
            summary: None,
            image: None,
            enclosures: Vec::new(),
            body,
            warnings: Vec::new(),
            unknown_keys: Vec::new(),
            hiding_status: None,
        }
    }
}

/// A section or tag as a source writes it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WrittenTerm {
    /// Its words.
    pub name: String,
    /// What its key is made of; without one the key is made of the name.
    pub slug: Option<String>,
}

impl<T: Into<String>> From<T> for WrittenTerm {
    fn from(name: T) -> WrittenTerm {
        WrittenTerm {
            name: name.into(),
            slug: None,
        }
    }
}

/// The text of a draft in its markup language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Body {
    /// Plain text.
    Paragraphs {
        /// The paragraphs, the lead included.
        paragraphs: Vec<String>,
        /// Photo and video credits, which the full content ends with.
        credits: Vec<String>,
    },
    /// HTML, not yet sanitized; it may contain WordPress's tags in brackets.
    Html(String),
    /// HTML of a file that a site generator reads: it may contain that generator's tags, too.
    HtmlTemplate(String),
    /// CommonMark with the extensions and tags of site generators; it may contain HTML.
    Markdown(String),
    /// Markdown with components, as MDX has them.
    Mdx(String),
}

/// An author of an article.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Author {
    /// The name as the byline has it.
    pub name: String,
    /// What the author's key is made of; without one the key is made of the name.
    pub slug: Option<String>,
    /// The role, such as `корреспондент` or `редактор`.
    pub role: Option<String>,
    /// An e-mail address.
    pub email: Option<String>,
    /// The author's page.
    pub url: Option<String>,
}

/// The part of the configuration that parsers and [`Draft::accept`] depend on. When it changes, every
/// article is read again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AcceptSettings {
    /// The zone of dates without an offset.
    #[serde(serialize_with = "zone_name")]
    pub zone: Zone,
    /// The language of an article whose text does not show another.
    pub language: String,
    /// The languages in which the site publishes, `language` among them.
    #[serde(serialize_with = "language_tags")]
    pub languages: SiteLanguages,
    /// The site's URL, which relative URLs are resolved against.
    pub site: String,
    /// The template of article pages, for [`permalink::fill`](crate::model::permalink::fill).
    pub link: Option<String>,
    /// The URL of this server with a slash at its end; articles are at `articles/KEY` below it.
    pub public_url: String,
    /// Whether an article's key is the name of its file alone, and not its path.
    pub keys_are_names: bool,
    /// What becomes of a generator's tags, by their name.
    pub shortcodes: BTreeMap<String, Shortcode>,
    /// Values of an article's status that count as public, beside those that every system has.
    pub public_status: Vec<String>,
    /// Further names of the keys of articles, by key.
    pub fields: BTreeMap<String, Vec<String>>,
}

impl AcceptSettings {
    /// The settings of a site that names nothing else.
    pub fn of_site(zone: Zone, language: &str, site: &str) -> AcceptSettings {
        AcceptSettings {
            zone,
            language: language.to_owned(),
            languages: SiteLanguages::new(language, default_languages(language)),
            site: site.to_owned(),
            link: None,
            public_url: site.to_owned(),
            keys_are_names: false,
            shortcodes: BTreeMap::new(),
            public_status: Vec::new(),
            fields: BTreeMap::new(),
        }
    }

    /// All settings as bytes for a digest.
    pub fn bytes(&self) -> Vec<u8> {
        postcard::to_stdvec(self).expect("strings always serialize")
    }
}

/// The languages in which a site publishes if it does not say: its own, and Kazakh beside Russian.
pub fn default_languages(language: &str) -> Vec<String> {
    let primary = language.split('-').next().unwrap_or_default();
    let beside = primary.eq_ignore_ascii_case("ru").then_some("kk");
    let languages = [language].into_iter().chain(beside);
    languages.map(str::to_owned).collect()
}

fn language_tags<S: Serializer>(
    languages: &SiteLanguages,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    languages.tags().serialize(serializer)
}

fn zone_name<S: Serializer>(zone: &Zone, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&zone.name())
}

/// A fault of an article that does not refuse it: the value is left out, or is probably a mistake.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Warning {
    /// The line in the file, from 1.
    pub line: Option<u32>,
    /// What is wrong, in lower case and without a full stop.
    pub reason: String,
    /// How to repair it.
    pub hint: String,
}

impl Warning {
    /// A warning; `line` may be `None`.
    pub fn new(
        line: impl Into<Option<u32>>,
        reason: impl Into<String>,
        hint: impl Into<String>,
    ) -> Warning {
        Warning {
            line: line.into(),
            reason: reason.into(),
            hint: hint.into(),
        }
    }
}

/// Why [`Draft::accept`], or a source before it, refused an article.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{reason}")]
pub struct Refusal {
    /// The line in the file, from 1.
    pub line: Option<u32>,
    /// The column in the line, in characters from 1.
    pub column: Option<u32>,
    /// What is wrong, in lower case and without a full stop.
    pub reason: String,
    /// How to repair it.
    pub hint: String,
    /// Whether the article may not be published, so that its last good version goes too.
    #[serde(skip)]
    pub withdraws: bool,
    /// When the last good version goes, because the article says so.
    #[serde(skip)]
    pub expires: Option<Timestamp>,
    /// Whether nothing in the file looks like the date of an article: pages of a site have none.
    #[serde(skip)]
    pub is_page: bool,
}

impl Refusal {
    /// A refusal; `line` may be `None`.
    pub fn new(
        line: impl Into<Option<u32>>,
        reason: impl Into<String>,
        hint: impl Into<String>,
    ) -> Refusal {
        Refusal {
            line: line.into(),
            column: None,
            reason: reason.into(),
            hint: hint.into(),
            withdraws: false,
            expires: None,
            is_page: false,
        }
    }

    /// This refusal, at a column in its line.
    #[must_use]
    pub fn at_column(self, column: u32) -> Refusal {
        Refusal {
            column: Some(column),
            ..self
        }
    }

    /// This refusal of what is a page of a site, if `is_page`.
    #[must_use]
    pub fn of_page_if(self, is_page: bool) -> Refusal {
        Refusal { is_page, ..self }
    }

    /// This refusal, which takes the last good version away as well if the article is `hidden`.
    #[must_use]
    pub fn withdrawn_if(self, hidden: bool) -> Refusal {
        Refusal {
            withdraws: self.withdraws || hidden,
            ..self
        }
    }

    /// This refusal, which takes the last good version away at `end` at the latest.
    #[must_use]
    pub fn expiring(self, end: Option<Timestamp>) -> Refusal {
        Refusal {
            expires: self.expires.into_iter().chain(end).min(),
            ..self
        }
    }

    /// This refusal, after which no more of the last good version stays than after `other`.
    #[must_use]
    pub fn bounded_by(self, other: &Refusal) -> Refusal {
        self.withdrawn_if(other.withdraws).expiring(other.expires)
    }

    /// What the store holds of it: what is wrong, without what becomes of the last good version.
    pub fn stored(&self) -> Refusal {
        Refusal {
            withdraws: false,
            expires: None,
            is_page: false,
            ..self.clone()
        }
    }
}

/// An accepted article with the fields that only the index needs. No document shows those, so the
/// [`Revision`] does not cover them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Accepted {
    /// The fields that documents show.
    pub article: Article,
    /// [`Article::revision`] of `article`.
    pub revision: Revision,
    /// From this instant on no feed has it.
    pub expires: Option<Timestamp>,
    /// Who may see it between its publication and its expiry.
    pub visibility: Visibility,
    /// Whether the article does not name its language.
    pub language_is_guessed: bool,
    /// What was left out of it or is probably a mistake, at most [`WARNINGS_MAX`].
    pub warnings: Vec<Warning>,
    /// The names of keys that nothing knows.
    pub unknown_keys: Vec<Box<str>>,
    /// The known status that hides it, such as `status: pending`.
    pub hiding_status: Option<Box<str>>,
}

/// Who may see an article between its publication and its expiry. Stored rows have the place of a variant in
/// this list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Visibility {
    /// Any feed may have it.
    Public,
    /// `feed = false`: no feed has it.
    OutOfFeeds,
    /// `draft = true`: it is not published at all.
    Draft,
    /// `noindex = true`: feeds and pages have it, and sitemaps do not.
    OutOfSearch,
}

impl Visibility {
    /// Whether feeds have it.
    pub fn is_in_feeds(self) -> bool {
        match self {
            Visibility::Public | Visibility::OutOfSearch => true,
            Visibility::OutOfFeeds | Visibility::Draft => false,
        }
    }

    /// Whether search engines are told of its page.
    pub fn is_in_search(self) -> bool {
        self == Visibility::Public
    }
}

/// An accepted article: the fields that documents show.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Article {
    /// Unique among the articles of the site.
    pub key: String,
    /// The `id` if it is an absolute URI, without what no IRI allows; documents use it verbatim.
    pub id: Option<String>,
    /// The headline; never empty.
    pub title: Text,
    /// First publication.
    pub published: Timestamp,
    /// Last correction; never before `published`.
    pub updated: Timestamp,
    /// Its page on the newsroom's site, absolute and percent-encoded, if it has one there.
    pub url: Option<String>,
    /// Its sections, the main one first, no two with the same term key.
    pub sections: Vec<ArticleTerm>,
    /// Its tags, no two with the same term key.
    pub tags: Vec<ArticleTerm>,
    /// Its authors, no two with the same term key.
    pub authors: Vec<Author>,
    /// A language tag (BCP 47).
    pub language: String,
    /// The summary; empty for a headline without text.
    pub lead: Text,
    /// The whole text with its credits; empty for a headline without text.
    pub body: Html,
    /// The main picture.
    pub image: Option<Media>,
    /// Attached sound, video and other files.
    pub enclosures: Vec<Media>,
}

/// What most articles have at most beside lead and body, in postcard's form.
const OTHER_BYTES: usize = 2048;

impl Article {
    /// The xxh3-128 digest of all fields in postcard's form, which is the same on every machine.
    ///
    /// [`ACCEPT_VERSION`] is not part of it, so a new version changes only the revisions of articles
    /// that it reads differently.
    pub fn revision(&self) -> Revision {
        let texts = self.lead.as_str().len() + self.body.as_str().len();
        let bytes = Vec::with_capacity(texts + OTHER_BYTES);
        let bytes =
            postcard::to_extend(self, bytes).expect("strings and integers always serialize");
        Revision(xxh3_128(&bytes))
    }
}

/// The digest of everything that a document can show of an article.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Revision(pub u128);

impl fmt::Display for Revision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}
