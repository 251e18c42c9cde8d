//! Read access to what is published.
//!
//! A request takes one [`PublishedState`], and finds in it everything that it shows. Nothing here waits for
//! the publisher, and the publisher waits for nothing here.

mod feed_builder;
mod feed_search;
mod nearest_terms;
mod overview;
mod page_lookup;

use std::cmp::Reverse;
use std::sync::Arc;

use arc_swap::{ArcSwapOption, Guard};
use tokio::sync::watch;

pub use self::nearest_terms::{NearTerm, did_you_mean};
pub use self::page_lookup::PageMissing;
use crate::config::{NamedTerm, Settings};
use crate::feed::definitions::{FeedDefinition, SELECT};
use crate::feed::explain::{self, Evaluation};
use crate::feed::poll_rate::PollRate;
use crate::feed::snapshot::{FeedVersion, Snapshot};
use crate::index::{Query, StepsExceeded};
use crate::ingest::Progress;
use crate::ingest::driver::Driver;
use crate::model::record::RecordId;
use crate::model::selection::Selection;
use crate::model::term::{Term, TermKind};
use crate::publish::index_state::IndexState;
use crate::publish::published_state::PublishedState;
use crate::publish::selections::Selections;
use crate::source::Source;
pub use crate::source::sql::DatabasePosition;
use crate::store::Store;

/// Read access to what is published, for any number of threads.
#[derive(Clone)]
pub struct ReadHandle(Arc<Shared>);

struct Shared {
    store: Arc<Store>,
    driver: Arc<Driver>,
    published: ArcSwapOption<PublishedState>,
    /// How many states were published before.
    publications: watch::Sender<u64>,
    selections: Selections,
}

impl ReadHandle {
    pub(super) fn new(
        store: Arc<Store>,
        driver: Arc<Driver>,
        selections: Selections,
    ) -> ReadHandle {
        ReadHandle(Arc::new(Shared {
            store,
            driver,
            published: ArcSwapOption::empty(),
            publications: watch::Sender::new(0),
            selections,
        }))
    }

    /// The published snapshot; `None` before the first.
    pub fn snapshot(&self) -> Option<Arc<Snapshot>> {
        let published = self.0.published.load();
        Some(published.as_ref()?.snapshot.clone())
    }

    /// The published state; `None` before the first.
    pub fn published(&self) -> Option<Arc<PublishedState>> {
        self.0.published.load_full()
    }

    /// Changes with each publication, once [`ReadHandle::published`] shows it.
    pub fn publications(&self) -> watch::Receiver<u64> {
        self.0.publications.subscribe()
    }

    /// As [`ReadHandle::published`], without a shared counter. Do not hold it across a wait.
    pub fn published_guard(&self) -> Guard<Option<Arc<PublishedState>>> {
        self.0.published.load()
    }

    /// Whether there is a snapshot.
    pub fn is_published(&self) -> bool {
        self.0.published.load().is_some()
    }

    pub(super) fn replace(&self, published: PublishedState) {
        self.0.published.store(Some(Arc::new(published)));
        self.0.publications.send_modify(|number| *number += 1);
    }

    /// How often selections are requested, all together.
    pub fn selection_polls(&self) -> &PollRate {
        self.0.selections.polls()
    }

    /// The progress of the current reading.
    pub fn progress(&self) -> &Arc<Progress> {
        self.0.driver.progress()
    }

    /// The source of the articles.
    pub fn source(&self) -> Arc<Source> {
        self.0.driver.source()
    }

    /// Whether the articles are files.
    pub fn reads_files(&self) -> bool {
        matches!(&*self.source(), Source::Directory(_))
    }

    /// The state of the database; `None` if the articles come from files.
    pub fn database_position(&self) -> Option<DatabasePosition> {
        match &*self.source() {
            Source::Directory(_) | Source::WordPress(_) => None,
            Source::Sql(sql) => Some(sql.position()),
        }
    }

    /// Whether this process has read everything once, and the store has it.
    pub(super) fn has_read_all(&self) -> bool {
        self.0.driver.has_read_all()
    }

    /// The store of the articles.
    pub fn store(&self) -> &Arc<Store> {
        &self.0.store
    }

    /// The cached version of a selection, unless a change may have affected it.
    pub fn cached_selection(
        &self,
        published: &PublishedState,
        selection: &Selection,
    ) -> Option<Arc<FeedVersion>> {
        let path = format!("{SELECT}?{selection}");
        self.0.selections.find(&path, published.for_selections())
    }

    /// The version of a selection.
    pub fn select(
        &self,
        published: &PublishedState,
        selection: &Selection,
    ) -> Result<Arc<FeedVersion>, SelectError> {
        if let Some(version) = self.cached_selection(published, selection) {
            return Ok(version);
        }
        let mut later = None;
        loop {
            let state = later.as_deref().unwrap_or(published).for_selections();
            let IndexState {
                index, definitions, ..
            } = &*state.index;
            let definition = definitions.select(index, selection);
            let definition = definition.map_err(SelectError::Unknown)?;
            if let Some(version) = self.0.selections.find_or_build(definition, state)? {
                return Ok(version);
            }
            // The state that has the second is published, or is at this moment.
            later = self.published();
        }
    }

    /// As if many other selections had been requested since.
    #[cfg(test)]
    pub(crate) fn evict_selections(&self) {
        self.0.selections.evict_all();
    }

    pub(super) fn selections(&self) -> &Selections {
        &self.0.selections
    }
}

impl PublishedState {
    /// Terms of feeds.toml that no released article has.
    pub fn unused_terms(&self) -> Vec<NamedTerm> {
        let IndexState { config, index, .. } = &*self.index;
        let is_idle = |named: &&NamedTerm| {
            let term = index.find_term(&named.term);
            !term.is_some_and(|term| index.is_used(term))
        };
        config.named_terms.iter().filter(is_idle).cloned().collect()
    }

    /// Each section of released articles with its name and its newest article, the fullest section first.
    pub fn newest_of_sections(&self) -> Vec<(&Term, &str, RecordId)> {
        let index = &self.index.index;
        let newest = Settings {
            items: 1,
            keep: 0,
            ..Settings::default()
        };
        let sections = index.known_terms();
        let sections = sections.filter(|term| index.term(*term).kind == TermKind::Section);
        let mut sections: Vec<_> = sections
            .filter(|term| index.articles_with(*term) > 0)
            .collect();
        sections.sort_by_key(|term| (Reverse(index.articles_with(*term)), index.name(*term)));
        let newest = sections.into_iter().filter_map(|term| {
            let window = index.window(&Query::default().with(term), &newest);
            let article = *window.entries.first()?;
            Some((index.term(term), index.name(term), index.record(article)))
        });
        newest.collect()
    }

    /// Why an article is, or is not, in a feed. Only for operators, because it shows unreleased articles
    /// too.
    pub fn evaluate(&self, version: &FeedVersion, key: &str) -> Result<Evaluation, EvaluateError> {
        let index = &self.index.index;
        let feed = definition(&self.index, version).ok_or(EvaluateError::Ended)?;
        let article = index.find_any(key).ok_or(EvaluateError::Unknown)?;
        Ok(explain::evaluate(index, &feed, article))
    }
}

/// Why there is no version of a selection.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SelectError {
    /// No article has or had this term, and feeds.toml does not name it.
    #[error("no article has the {} \"{}\"", .0.kind.prefix(), .0.key())]
    Unknown(Term),
    /// The search would take the time of many others.
    #[error("this selection takes too long to make; name fewer terms")]
    TooCostly(#[from] StepsExceeded),
}

/// Why an article cannot be evaluated against a feed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EvaluateError {
    /// The feed no longer exists.
    Ended,
    /// The article is not in the index.
    Unknown,
}

fn definition(state: &IndexState, version: &FeedVersion) -> Option<FeedDefinition> {
    let selection = version.path.strip_prefix(SELECT);
    match selection.and_then(|rest| rest.strip_prefix('?')) {
        None => {
            let number = state.definitions.find(&state.index, &version.path)?;
            Some(state.definitions.definition(&state.index, number))
        }
        Some(query) => {
            let selection = Selection::from_canonical(query)?;
            state.definitions.select(&state.index, &selection).ok()
        }
    }
}
