//! The templates: built in, or from the publication's folder.

use crate::render::pages::error::PageError;
use crate::render::pages::frame::Related;
use std::collections::BTreeMap;
use std::path::Path;

use bytes::Bytes;
use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{
    AutoEscape, Environment, Output, State, UndefinedBehavior, Value, context, escape_formatter,
};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;
use xxhash_rust::xxh3::{Xxh3, xxh3_64};

use super::folder::{Files, Source};
use super::values::{ArticlePage, CataloguePage, FeedPage, Row, SiteValue, TermsPage};
use super::words::Words;
use super::{Frame, Part, sample};
use crate::feed::document::{Channel, Entry, Feed};
use crate::feed::overview::Counted;
use crate::model::term::TermKind;

/// The template of `/`.
pub(super) const CATALOGUE: &str = "catalogue.html";
/// The template of lists of terms.
pub(super) const TERMS: &str = "terms.html";
/// The template of a feed's page.
pub(super) const FEED: &str = "feed.html";
/// The template of an article's page.
pub(super) const ARTICLE: &str = "article.html";

/// Work that one page may cost, in instructions of the template engine: many times what the
/// longest feed takes, and no endless loop.
const FUEL: u64 = 5_000_000;

/// How deep templates may include each other.
const DEPTH_MAX: usize = 50;

/// Every template and asset, read and parsed once.
#[derive(Debug)]
pub struct Templates {
    environment: Environment<'static>,
    assets: BTreeMap<String, Asset>,
    digest: u128,
}

/// A file that pages refer to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asset {
    /// What it is.
    pub media_type: &'static str,
    /// Its content.
    pub bytes: Bytes,
    /// The digest of its content: pages ask for `/assets/NAME?v=VERSION`, and while that is equal
    /// to this, an answer may be kept for ever.
    pub version: String,
}

impl Asset {
    /// Whether compressing it saves anything.
    pub fn is_text(&self) -> bool {
        self.media_type.starts_with("text/") || self.media_type == "image/svg+xml"
    }

    pub(super) fn new(media_type: &'static str, bytes: impl Into<Bytes>) -> Asset {
        let bytes = bytes.into();
        Asset {
            media_type,
            version: format!("{:016x}", xxh3_64(&bytes)),
            bytes,
        }
    }
}

impl PartialEq for Templates {
    fn eq(&self, other: &Templates) -> bool {
        self.digest == other.digest
    }
}

impl Eq for Templates {}

impl Templates {
    /// The templates of this program.
    pub fn built_in() -> Templates {
        Templates::new(Files::built_in(), Path::new(""))
            .expect("the built-in templates parse and fit their values")
    }

    /// The templates of this program, each file of `folder` in place of the built-in one.
    ///
    /// # Errors
    /// Every file that cannot be used, with its line where it has one: one that cannot be read or
    /// parsed, and one that fails on a sample of the values it will be given.
    pub fn load(folder: &Path) -> Result<Templates, Vec<PageError>> {
        Templates::new(Files::read(folder)?, folder)
    }

    fn new(files: Files, folder: &Path) -> Result<Templates, Vec<PageError>> {
        let mut environment = environment();
        let mut problems: Vec<PageError> = Vec::new();
        let mut digest = Xxh3::new();
        for (name, Source { text, own }) in files.templates {
            digest_part(&mut digest, &name, text.as_bytes());
            if let Err(error) = environment.add_template_owned(name.clone(), text) {
                problems.push(PageError::template(folder, &name, own, error));
            }
        }
        for (name, asset) in &files.assets {
            digest_part(&mut digest, name, &asset.bytes);
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        let mut templates = Templates {
            environment,
            assets: files.assets,
            digest: 0,
        };
        // What the samples look like says whatever else a page depends on: words, values, escaping.
        for (name, page) in sample::pages(&templates) {
            match page {
                Ok(html) => digest_part(&mut digest, name, html.as_bytes()),
                Err(error) => {
                    let own = |name: &str| files.own.contains(name);
                    let problem = PageError::sample(folder, name, own, error);
                    // A fault of the layout is found on every page.
                    let text = problem.to_string();
                    if !problems.iter().any(|known| known.to_string() == text) {
                        problems.push(problem);
                    }
                }
            }
        }
        templates.digest = digest.digest128();
        if problems.is_empty() {
            Ok(templates)
        } else {
            Err(problems)
        }
    }

    /// The digest of all that can reach a page besides its content: templates, assets, words, and
    /// how values are written. It is part of every page's tag.
    pub fn digest(&self) -> u128 {
        self.digest
    }

    /// The file at `/assets/NAME`, by its decoded name.
    pub fn asset(&self, name: &str) -> Option<&Asset> {
        self.assets.get(name)
    }

    /// Every file below `/assets/`, by its decoded name.
    pub fn assets(&self) -> impl Iterator<Item = (&str, &Asset)> {
        self.assets.iter().map(|(name, asset)| (&**name, asset))
    }

    /// `/`: the feeds of the catalogue in its order, and the kinds of terms that have lists.
    ///
    /// # Errors
    /// When a replaced template fails.
    pub fn catalogue(
        &self,
        frame: &Frame<'_>,
        feeds: &[&Counted],
        lists: &[TermKind],
    ) -> Result<String, PageError> {
        let rows: Vec<Row<'_>> = feeds.iter().copied().map(Row::from).collect();
        let page = CataloguePage::new(frame, &rows, lists);
        Ok(self.render(CATALOGUE, frame, page)?)
    }

    /// `/sections`, `/tags` or `/authors`: one page of the feeds of a kind.
    ///
    /// # Errors
    /// When a replaced template fails.
    pub fn terms(
        &self,
        frame: &Frame<'_>,
        kind: TermKind,
        feeds: &[&Counted],
        part: Part,
    ) -> Result<String, PageError> {
        let rows: Vec<Row<'_>> = feeds.iter().copied().map(Row::from).collect();
        let page = TermsPage::new(frame, kind, &rows, part);
        Ok(self.render(TERMS, frame, page)?)
    }

    /// The page of a feed.
    ///
    /// # Errors
    /// When a replaced template fails.
    pub fn feed(
        &self,
        frame: &Frame<'_>,
        feed: &Feed,
        related: &[Related],
    ) -> Result<String, PageError> {
        let page = FeedPage::new(frame, feed, related);
        Ok(self.render(FEED, frame, page)?)
    }

    /// The page of an article that has none elsewhere. `all` is the feed of every article.
    ///
    /// # Errors
    /// When a replaced template fails.
    pub fn article(
        &self,
        frame: &Frame<'_>,
        article: &Entry,
        all: &Channel,
        related: &[Related],
    ) -> Result<String, PageError> {
        let page = ArticlePage::new(frame, article, all, related);
        Ok(self.render(ARTICLE, frame, page)?)
    }

    /// One page: the values that all pages share, and its own.
    pub(super) fn render(
        &self,
        template: &str,
        frame: &Frame<'_>,
        page: impl Serialize,
    ) -> Result<String, minijinja::Error> {
        let values = context! {
            site => Serde(SiteValue::new(frame)),
            words => Serde(Words::of(frame.locale)),
            assets => Serde(self.addresses(frame)),
            ..Serde(page)
        };
        self.environment.get_template(template)?.render(values)
    }

    /// Where pages find each asset.
    fn addresses(&self, frame: &Frame<'_>) -> BTreeMap<&str, String> {
        let address = |(name, asset)| {
            let (name, Asset { version, .. }): (&String, &Asset) = (name, asset);
            let encoded = utf8_percent_encode(name, RAW_IN_NAMES);
            let address = format!("{}assets/{encoded}?v={version}", frame.root);
            (name.as_str(), address)
        };
        self.assets.iter().map(address).collect()
    }
}

/// What stays raw in the names of assets.
const RAW_IN_NAMES: &percent_encoding::AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// An engine without templates. A name that no value has is an error, so that a misspelt one in a
/// replaced template is found when it is loaded.
fn environment() -> Environment<'static> {
    let mut environment = Environment::new();
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_formatter(write);
    environment.set_fuel(Some(FUEL));
    environment.set_recursion_limit(DEPTH_MAX);
    let syntax = SyntaxConfig::builder()
        .trim_blocks(true)
        .lstrip_blocks(true)
        .build()
        .expect("the default delimiters fit each other");
    environment.set_syntax(syntax);
    environment
}

/// Writes a value: nothing for `none`, text escaped for elements and attributes. The engine's own
/// way escapes `/` as well, which makes every address hard to read.
fn write(out: &mut Output, state: &mut State, value: &Value) -> Result<(), minijinja::Error> {
    if value.is_none() {
        return Ok(());
    }
    let plain = value.as_str().filter(|_| !value.is_safe());
    match (plain, state.auto_escape()) {
        (Some(text), AutoEscape::Html) => Ok(escape(out, text)?),
        _ => escape_formatter(out, state, value),
    }
}

fn escape(out: &mut Output, text: &str) -> std::fmt::Result {
    let mut rest = text;
    while let Some(at) = rest.find(['&', '<', '>', '"', '\'']) {
        let (before, from) = rest.split_at(at);
        out.write_str(before)?;
        out.write_str(match from.as_bytes()[0] {
            b'&' => "&amp;",
            b'<' => "&lt;",
            b'>' => "&gt;",
            b'"' => "&quot;",
            _ => "&#39;",
        })?;
        rest = &from[1..];
    }
    out.write_str(rest)
}

/// Name and content, so that neither can pass for a part of the other.
fn digest_part(digest: &mut Xxh3, name: &str, content: &[u8]) {
    for part in [name.as_bytes(), content] {
        digest.update(&(part.len() as u64).to_le_bytes());
        digest.update(part);
    }
}
