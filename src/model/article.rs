//! Articles: what a source read ([`Draft`]), the one gate ([`Draft::accept`]), and what passed
//! it ([`Article`]).
//!
//! Nobody checks an [`Article`] again: its text is clean, its dates are instants, its language is
//! known. What a feed may print is in it and nothing else, so its [`Revision`] moves exactly when
//! some document could.

mod accept;
mod content;
mod media;

use std::fmt;

use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_128;

pub use self::media::Media;
use crate::model::time::{Timestamp, WrittenDate, Zone};
use crate::text::{Html, Text};

/// The version of reading: raise it when the same file would be accepted differently, so that a
/// daemon with an older `state` reads every article again.
pub const ACCEPT_VERSION: u32 = 4;

/// Tags an article may carry; more look like a broken export.
pub const TAGS_MAX: usize = 100;

/// Authors an article may have.
pub const AUTHORS_MAX: usize = 100;

/// Files that may come with an article.
pub const ENCLOSURES_MAX: usize = 100;

/// The most bytes of an article's own id.
pub const ID_BYTES_MAX: usize = 1024;

/// An article as a source understood it, every field still as written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// The article's own `id`.
    pub id: Option<String>,
    /// The headline.
    pub title: String,
    /// When it was published.
    pub published: WrittenDate,
    /// When it was last corrected.
    pub updated: Option<WrittenDate>,
    /// When it leaves all feeds.
    pub expires: Option<WrittenDate>,
    /// Whether it is still being written, so that nobody may see it.
    pub draft: bool,
    /// Whether feeds may carry it.
    pub feed: bool,
    /// Its page, absolute or relative to the site.
    pub url: Option<String>,
    /// The section it stands in.
    pub section: Option<String>,
    /// Tags in the order written, without `#`.
    pub tags: Vec<String>,
    /// Its authors in the order written.
    pub authors: Vec<Author>,
    /// BCP 47, where the article says so.
    pub language: Option<String>,
    /// The lead, where it is not the first paragraph.
    pub summary: Option<String>,
    /// The picture that stands for it.
    pub image: Option<Media>,
    /// Sound, video and other files that come with it.
    pub enclosures: Vec<Media>,
    /// Its text.
    pub body: Body,
}

/// The text of a draft, in the language it was written in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Body {
    /// Plain text.
    Paragraphs {
        /// The paragraphs, the lead included.
        paragraphs: Vec<String>,
        /// Photo and video credits; full content ends with them.
        credits: Vec<String>,
    },
    /// HTML of any origin.
    Html(String),
    /// CommonMark with tables, and HTML inside.
    Markdown(String),
}

/// Who wrote an article.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Author {
    /// The name as signed.
    pub name: String,
    /// `корреспондент`, `редактор`, …
    pub role: Option<String>,
    /// An address to write to.
    pub email: Option<String>,
    /// The author's page.
    pub url: Option<String>,
}

/// What decides how a draft is read; a change of it re-reads every article.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading {
    /// The zone of dates without an offset.
    pub zone: Zone,
    /// The language of articles that do not show their own.
    pub language: String,
    /// The site's address, against which relative addresses are resolved.
    pub site: String,
    /// The template of article pages, where the site has its own.
    pub link: Option<String>,
}

/// Why the gate, or a source before it, refused an article.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{reason}")]
pub struct Refusal {
    /// The line it was seen in, from 1.
    pub line: Option<u32>,
    /// What is wrong: lower case, no full stop.
    pub reason: String,
    /// What to do about it.
    pub hint: String,
}

impl Refusal {
    /// A refusal at `line`.
    pub fn new(
        line: impl Into<Option<u32>>,
        reason: impl Into<String>,
        hint: impl Into<String>,
    ) -> Refusal {
        Refusal {
            line: line.into(),
            reason: reason.into(),
            hint: hint.into(),
        }
    }
}

/// An article that passed the gate, and what only the index needs of it: none of that reaches a
/// document, so none of it is part of the [`Revision`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Accepted {
    /// What documents show.
    pub article: Article,
    /// The digest of the article.
    pub revision: Revision,
    /// When it leaves all feeds.
    pub expires: Option<Timestamp>,
    /// Who may see it, dates aside.
    pub visibility: Visibility,
}

/// Who may see an article once its dates allow it, as its file says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Visibility {
    /// Every feed whose rules it meets may have it.
    Public,
    /// `feed = false`: no feed has it.
    OutOfFeeds,
    /// `draft = true`: it is not published at all.
    Draft,
}

/// An article as every document will show it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Article {
    /// What names it among all articles of the site.
    pub key: String,
    /// An absolute URI that the article brought as its id, used verbatim.
    pub id: Option<String>,
    /// The headline; never empty.
    pub title: Text,
    /// First publication.
    pub published: Timestamp,
    /// Last correction; never before `published`.
    pub updated: Timestamp,
    /// Its page, absolute and percent-encoded, where it says so itself.
    pub url: Option<String>,
    /// The section it stands in.
    pub section: Option<Text>,
    /// Its tags, each key once.
    pub tags: Vec<Text>,
    /// Its authors.
    pub authors: Vec<Author>,
    /// BCP 47.
    pub language: String,
    /// The summary; empty for a flash without body.
    pub lead: Text,
    /// The whole text with its credits; empty for a flash without body.
    pub body: Html,
    /// The picture that stands for it.
    pub image: Option<Media>,
    /// Sound, video and other files that come with it.
    pub enclosures: Vec<Media>,
}

impl Article {
    /// The digest of the whole article, over a byte form that is the same on every machine.
    ///
    /// [`ACCEPT_VERSION`] is no part of it: a daemon that reads more does not make every article new.
    pub fn revision(&self) -> Revision {
        let bytes = postcard::to_stdvec(self).expect("strings and integers always serialize");
        Revision(xxh3_128(&bytes))
    }
}

/// The digest of everything about an article that can reach a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Revision(pub u128);

impl fmt::Display for Revision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}
