//! What comes from the index, not from the snapshot: numbers of articles, terms, and single articles.

use std::sync::Arc;

use xxhash_rust::xxh3::Xxh3;

use super::ReadHandle;
use crate::feed::definitions::FeedNo;
use crate::feed::overview::{FeedSummary, Overview};
use crate::feed::snapshot::FeedVersion;
use crate::feed::term_search::{OtherNames, TermSearch};
use crate::index::ArticleNo;
use crate::model::term::TermKind;
use crate::model::time::Timestamp;
use crate::publish::index_state::IndexState;
use crate::publish::published_state::PublishedState;
use crate::render::pages::ReleasedArticle;
use crate::render::pages::feed_builder::names_of_language;
use crate::store::StoreError;

impl PublishedState {
    /// Every feed with its number of articles. Requests that come together count once.
    pub fn overview(&self) -> Arc<Overview> {
        let count = || {
            let feeds = self.snapshot.feeds.values();
            let feeds = feeds.map(|version| self.index.counted(version)).collect();
            Arc::new(Overview::new(self.changes.number(), feeds))
        };
        self.overview.get_or_init(count).clone()
    }

    /// A search of the terms of released articles. Requests that come together build it once.
    pub fn term_search(&self) -> Arc<TermSearch> {
        let build = || {
            let index = &self.index.index;
            let terms = index.known_terms();
            let terms = terms.map(|term| (term, index.articles_with(term)));
            let used = terms.filter(|&(_, articles)| articles > 0);
            let named =
                used.map(|(term, count)| (index.term(term).clone(), index.name(term), count));
            Arc::new(TermSearch::new(named, &self.other_names()))
        };
        self.term_search.get_or_init(build).clone()
    }

    /// The names by which readers may look for terms besides their own: those in `[same]`, and of languages.
    fn other_names(&self) -> OtherNames<'_> {
        let IndexState { config, index, .. } = &*self.index;
        let mut others = OtherNames::new();
        for alias in &config.same {
            let names = others.entry(alias.to.clone()).or_default();
            names.push(alias.from_text.as_str());
        }
        let terms = index.known_terms().map(|term| index.term(term));
        for language in terms.filter(|term| term.kind == TermKind::Lang) {
            let names = others.entry(language.clone()).or_default();
            names.extend(names_of_language(language.key()));
        }
        others
    }

    /// The keys of all released articles, with their dates of update.
    pub fn released(&self) -> Vec<(String, Timestamp)> {
        self.index.index.released().collect()
    }
}

impl ReadHandle {
    /// A released article.
    pub fn article(
        &self,
        published: &PublishedState,
        key: &str,
    ) -> Result<Option<ReleasedArticle>, StoreError> {
        let state = &published.index;
        let Some(number) = state.index.find(key) else {
            return Ok(None);
        };
        let record = state.index.record(number);
        let (digest, as_of) = (state.digest(number, key), state.index.as_of());
        let expires = state.index.expires(number);
        let article = self.store().articles(&[record])?.pop();
        Ok(article.map(|article| {
            let corrected = Some(article.updated).filter(|updated| *updated > as_of);
            ReleasedArticle {
                digest,
                as_of,
                next: expires.into_iter().chain(corrected).min(),
                is_in_search: state.index.visibility(number).is_in_search(),
                article,
            }
        }))
    }
}

impl IndexState {
    pub(super) fn counted(&self, version: &Arc<FeedVersion>) -> FeedSummary {
        let path = &version.path;
        let query = self.definitions.query(&self.index, path);
        // Every feed of a snapshot has a query in its own index.
        let articles = query.map_or(version.entries.len(), |query| self.index.count(&query));
        let name = match self.definitions.find(&self.index, path) {
            Some(FeedNo::Automatic(term)) => self.index.name(term),
            Some(FeedNo::Declared(_)) | None => version.channel.title.as_str(),
        };
        FeedSummary {
            version: version.clone(),
            name: name.into(),
            articles,
            listed: self
                .definitions
                .is_listed(version.kind, &version.settings, articles),
            place: self.definitions.place(path).unwrap_or_default(),
        }
    }

    /// Changes when the article's content or its date of update does.
    fn digest(&self, article: ArticleNo, key: &str) -> u128 {
        let mut hash = Xxh3::new();
        hash.update(&self.index.revision(article).0.to_le_bytes());
        hash.update(&self.index.updated(article).0.to_le_bytes());
        hash.update(key.as_bytes());
        hash.digest128()
    }
}
