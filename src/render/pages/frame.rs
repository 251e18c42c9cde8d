//! Pages for people, made by templates on the server: no script, one style sheet.
//!
//! A page is a function of what it is given: the templates, the [`Frame`] and its content. The
//! built-in templates can be replaced, file by file, from a folder (`load_templates`).

use crate::config::Site;
use crate::feed::document::Address;
use crate::model::format::Format;
use crate::model::term::TermKind;
use crate::render::pages::locale::Locale;
use crate::text::Text;

/// What every page shows around its content.
#[derive(Clone, Copy, Debug)]
pub struct Frame<'a> {
    /// The publication.
    pub site: &'a Site,
    /// Where links between pages start: the path of the public URL, percent-encoded, with a slash
    /// at its end.
    pub root: &'a str,
    /// How readers reach this daemon: absolute, with a slash at its end.
    pub base: &'a str,
    /// Where the page is below `root`: canonical, percent-encoded, with its query but without
    /// `lang`. Empty for the catalogue.
    pub path: &'a str,
    /// The language of the page's own words.
    pub locale: Locale,
}

/// A feed that a page leads to: one of a section, tag or author of its articles.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RelatedFeed {
    /// What its articles have in common.
    pub kind: TermKind,
    /// The section, tag or author as written.
    pub label: Text,
    /// Where it is served.
    pub address: Address,
    /// The formats it is served in.
    pub formats: Vec<Format>,
}

/// Which part of a long list a page shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ListPart {
    /// The number of this page, from 1.
    pub page: usize,
    /// How many pages there are, at least 1.
    pub pages: usize,
    /// How many feeds there are on all of them.
    pub feeds: usize,
}
