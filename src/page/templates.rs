//! The templates: built in, or from the publication's folder.

use std::path::Path;

use minijinja::{Environment, context};
use xxhash_rust::xxh3::xxh3_128;

use super::{Frame, Part, Related};
use crate::edition::Counted;
use crate::feed::{Entry, Feed};
use crate::term::TermKind;

/// Every template and asset, read and parsed once.
#[derive(Debug)]
pub struct Templates {
    environment: Environment<'static>,
    assets: Vec<(String, Asset)>,
    digest: u128,
}

/// A file that pages refer to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asset {
    /// What it is.
    pub media_type: &'static str,
    /// Its content.
    pub bytes: bytes::Bytes,
}

/// Why a template folder cannot be used, or a page not be made.
#[derive(Debug, thiserror::Error)]
pub enum PageError {
    /// The templates do not fit their values.
    #[error("cannot make the page")]
    Render(#[from] minijinja::Error),
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
        let mut environment = Environment::new();
        environment.set_auto_escape_callback(|_| minijinja::AutoEscape::Html);
        let article = include_str!("article.html");
        environment
            .add_template("article.html", article)
            .expect("a built-in template parses");
        Templates {
            environment,
            assets: Vec::new(),
            digest: xxh3_128(article.as_bytes()),
        }
    }

    /// The templates of this program, each file of `folder` in place of the built-in one.
    ///
    /// # Errors
    /// A file that cannot be read or parsed, with its line.
    pub fn load(_folder: &Path) -> Result<Templates, Vec<PageError>> {
        Ok(Templates::built_in())
    }

    /// The digest of all of them, which is part of every page's tag.
    pub fn digest(&self) -> u128 {
        self.digest
    }

    /// The file at `/assets/NAME`, without the digest that pages ask for it with.
    pub fn asset(&self, name: &str) -> Option<&Asset> {
        let mut assets = self.assets.iter();
        assets
            .find(|(known, _)| known == name)
            .map(|(_, asset)| asset)
    }

    /// `/`: the feeds of the catalogue in its order, and the kinds of terms that have lists.
    ///
    /// # Errors
    /// When a replaced template fails.
    pub fn catalogue(
        &self,
        frame: &Frame<'_>,
        feeds: &[Counted],
        lists: &[TermKind],
    ) -> Result<String, PageError> {
        let _ = (frame, feeds, lists);
        Ok(String::new())
    }

    /// `/sections`, `/tags` or `/authors`: one page of the feeds of a kind.
    ///
    /// # Errors
    /// When a replaced template fails.
    pub fn terms(
        &self,
        frame: &Frame<'_>,
        kind: TermKind,
        feeds: &[Counted],
        part: Part,
    ) -> Result<String, PageError> {
        let _ = (frame, kind, feeds, part);
        Ok(String::new())
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
        let _ = (frame, feed, related);
        Ok(String::new())
    }

    /// The page of an article that has none elsewhere.
    ///
    /// # Errors
    /// When a replaced template fails.
    pub fn article(
        &self,
        frame: &Frame<'_>,
        article: &Entry,
        related: &[Related],
    ) -> Result<String, PageError> {
        let _ = related;
        let authors: Vec<&str> = article
            .authors
            .iter()
            .map(|author| author.name.as_str())
            .collect();
        let values = context! {
            site => context! { title => &frame.site.title, url => &frame.site.url },
            language => &article.language,
            title => article.title.as_str(),
            lead => article.lead().map(|lead| lead.as_str()),
            authors => authors.join(", "),
            date => article.published.format("%d.%m.%Y %H:%M").to_string(),
            tags => article.categories.iter().map(|category| category.label.to_string()).collect::<Vec<_>>(),
            body => article.body().map(|body| body.as_str()),
        };
        Ok(self
            .environment
            .get_template("article.html")?
            .render(values)?)
    }
}
