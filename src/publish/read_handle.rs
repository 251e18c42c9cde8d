//! Read access to what is published.
//!
//! The snapshot is read without a lock. Stale selections, overviews and single articles lock the index.

mod overview;
mod page_lookup;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use arc_swap::{ArcSwapOption, Guard};

pub use self::page_lookup::{PageMissing, unknown_term};
use crate::config::NamedTerm;
use crate::feed::definitions::{FeedDefinition, SELECT};
use crate::feed::explain::{self, Evaluation};
use crate::feed::overview::Overview;
use crate::feed::poll_rate::PollRate;
use crate::feed::snapshot::{FeedVersion, Snapshot};
use crate::ingest::Progress;
use crate::ingest::driver::Driver;
use crate::model::selection::Selection;
use crate::model::term::Term;
use crate::publish::index_state::IndexState;
use crate::publish::published_state::PublishedState;
use crate::publish::selections::{CachedSelection, Currency, Selections};
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
    selections: Mutex<Selections>,
    selection_polls: Arc<PollRate>,
    /// Dropped when a publication changes it.
    overview: ArcSwapOption<Overview>,
    index: Mutex<IndexState>,
}

impl ReadHandle {
    pub(super) fn new(
        store: Arc<Store>,
        driver: Arc<Driver>,
        selections: Selections,
        index: IndexState,
    ) -> ReadHandle {
        ReadHandle(Arc::new(Shared {
            store,
            driver,
            published: ArcSwapOption::empty(),
            selection_polls: selections.polls(),
            selections: Mutex::new(selections),
            overview: ArcSwapOption::empty(),
            index: Mutex::new(index),
        }))
    }

    /// The published snapshot; `None` before the first.
    pub fn snapshot(&self) -> Option<Arc<Snapshot>> {
        let published = self.0.published.load();
        Some(published.as_ref()?.snapshot.clone())
    }

    /// The published snapshot and the templates of its pages; `None` before the first.
    pub fn published(&self) -> Option<Arc<PublishedState>> {
        self.0.published.load_full()
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
    }

    pub(super) fn drop_overview(&self) {
        self.0.overview.store(None);
    }

    /// How often selections are requested, all together.
    pub fn selection_polls(&self) -> &PollRate {
        &self.0.selection_polls
    }

    /// The progress of the current reading.
    pub fn progress(&self) -> &Arc<Progress> {
        self.0.driver.progress()
    }

    /// The source of the articles.
    pub fn source(&self) -> Arc<Source> {
        self.0.driver.source()
    }

    /// The state of the database; `None` if the articles come from files.
    pub fn database_position(&self) -> Option<DatabasePosition> {
        match &*self.source() {
            Source::Directory(_) => None,
            Source::Sql(sql) => Some(sql.position()),
        }
    }

    /// The store of the articles.
    pub fn store(&self) -> &Arc<Store> {
        &self.0.store
    }

    /// The cached version of a selection, unless it is stale.
    pub fn cached_selection(&self, selection: &Selection) -> Option<Arc<FeedVersion>> {
        let path = format!("{SELECT}?{selection}");
        match self.selections().find(&path)? {
            (version, Currency::Current) => Some(version),
            (_, Currency::Stale) => None,
        }
    }

    /// The current version of a selection, or the first of its terms that is unknown. Its validators wait
    /// for the next commit.
    pub fn select(&self, selection: &Selection) -> Result<Arc<FeedVersion>, Term> {
        if let Some(version) = self.cached_selection(selection) {
            return Ok(version);
        }
        let path: Arc<str> = format!("{SELECT}?{selection}").into();
        let state = self.index();
        let as_of = state.index.as_of();
        let found = self.selections().find(&path);
        let old = match found {
            // Another thread may have built it meanwhile.
            Some((version, Currency::Current)) => return Ok(version),
            // A feed moves at most once in a second.
            Some((version, Currency::Stale)) if version.last_modified == as_of => {
                return Ok(version);
            }
            Some((version, Currency::Stale)) => Some(version),
            None => None,
        };
        let definition = match state.definitions.select(&state.index, selection) {
            Ok(definition) => definition,
            Err(term) => {
                self.selections().drop_unknown(&path, as_of);
                return Err(term);
            }
        };
        let query = definition.query.clone();
        let (previous, floor) = self.selections().previous(&path, old.as_deref());
        let mut version = state.build(definition, previous, floor);
        version.polls = self.0.selection_polls.clone();
        if let Some(old) = &old {
            version.continues(old);
        }
        let version = Arc::new(version);
        let cached = CachedSelection {
            query,
            version: version.clone(),
            currency: Currency::Current,
        };
        self.selections().insert(path, cached, as_of);
        Ok(version)
    }

    /// Terms of feeds.toml that no released article has.
    pub fn unused_terms(&self) -> Vec<NamedTerm> {
        let state = self.index();
        let is_idle = |named: &&NamedTerm| {
            let term = state.index.find_term(&named.term);
            term.is_none_or(|term| state.index.articles_with(term) == 0)
        };
        let named = state.config.named_terms.iter();
        named.filter(is_idle).cloned().collect()
    }

    /// Why an article is, or is not, in a feed at the last publication. Only for operators, because it
    /// shows unreleased articles too.
    pub fn evaluate(&self, version: &FeedVersion, key: &str) -> Result<Evaluation, EvaluateError> {
        let state = self.index();
        let feed = definition(&state, version).ok_or(EvaluateError::Ended)?;
        let article = state.index.find_any(key).ok_or(EvaluateError::Unknown)?;
        Ok(explain::evaluate(&state.index, &feed, article))
    }

    pub(super) fn index(&self) -> MutexGuard<'_, IndexState> {
        // A panic leaves the index as the last complete step left it.
        self.0.index.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn selections(&self) -> MutexGuard<'_, Selections> {
        self.0
            .selections
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
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
        None => state.definitions.find(&state.index, &version.path),
        Some(query) => {
            let selection = Selection::from_canonical(query)?;
            state.definitions.select(&state.index, &selection).ok()
        }
    }
}
