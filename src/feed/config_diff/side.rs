//! One side of a comparison: a configuration with its articles.

use std::collections::HashMap;

use crate::config::Config;
use crate::feed::definitions::{FeedDefinition, FeedDefinitions, FeedNo};
use crate::feed::etag_causes::DigestHead;
use crate::index::{ArticleNo, Index};
use crate::model::article::Article;
use crate::model::record::RecordId;

/// A configuration with its articles.
#[derive(Clone, Copy)]
pub struct Side<'a> {
    /// The configuration.
    pub config: &'a Config,
    /// Its articles, with the terms that it names.
    pub index: &'a Index,
    /// Its feeds.
    pub definitions: &'a FeedDefinitions,
    /// The articles by what is the same on both sides; `None` if both have the same records.
    pub names: Option<&'a ArticleNames>,
    /// Reads an article; `None` if it cannot be read.
    pub read: &'a dyn Fn(RecordId) -> Option<Article>,
}

/// The digests of the paths of files or ids of rows, by which articles that were read twice are found again.
#[derive(Debug, Default)]
pub struct ArticleNames {
    /// By record.
    pub of_record: HashMap<RecordId, u128>,
    /// The keys by name.
    pub keys: HashMap<u128, Box<str>>,
}

impl<'a> Side<'a> {
    /// What is the same for an article on both sides.
    pub(super) fn name(&self, article: ArticleNo) -> u128 {
        let record = self.index.record(article);
        match self.names {
            None => record.0.into(),
            Some(names) => names.of_record.get(&record).copied().unwrap_or_default(),
        }
    }

    /// The article of the other side's `article`.
    pub(super) fn find(&self, other: &Side<'_>, article: ArticleNo) -> Option<ArticleNo> {
        match self.names {
            None => self.index.find_any(&other.index.key(article)),
            Some(names) => self.index.find_any(names.keys.get(&other.name(article))?),
        }
    }

    pub(super) fn definition(&self, number: FeedNo) -> FeedDefinition {
        self.definitions.definition(self.index, number)
    }

    /// The feed with exactly this path.
    pub(super) fn feed(&self, path: &str) -> Option<FeedDefinition> {
        let number = self.definitions.find(self.index, path)?;
        Some(self.definition(number)).filter(|definition| *definition.path == *path)
    }

    pub(super) fn head(&self, definition: &'a FeedDefinition) -> DigestHead<'a> {
        DigestHead {
            site_rules: self.definitions.site_rules(),
            channel: &definition.channel,
            texts: definition.settings.texts,
        }
    }
}
