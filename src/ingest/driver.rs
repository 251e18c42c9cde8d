//! The driver of readings: the source, and what one reading has to know of earlier ones.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tracing::error;

use super::{Options, Priority, Progress, ReadingResult, reconcile};
use crate::config::Config;
use crate::ingest::state_header::header;
use crate::model::article_meta::Change;
use crate::model::problem::chain;
use crate::model::removal_guard::Removal;
use crate::source::sql::SqlError;
use crate::source::{Scope, Source};
use crate::store::{Header, Store, StoreError};

/// Removals within this time count together against the limit on removals.
const REMOVALS_WINDOW: Duration = Duration::from_secs(60);

/// Reads the source of the configuration in force into the store, one reading at a time.
pub struct Driver {
    store: Arc<Store>,
    progress: Arc<Progress>,
    /// Whether the state folder held a full reading at the start.
    is_complete: bool,
    state: Mutex<State>,
}

struct State {
    source: Arc<Source>,
    header: Header,
    /// Whether every file has to be read again, because the configuration reads it differently.
    reread: bool,
    /// Recent removals and their number of articles.
    removals: VecDeque<(Instant, usize)>,
    /// Articles whose removal waits for confirmation.
    held: usize,
}

/// Why there is no driver for a configuration.
#[derive(Debug, thiserror::Error)]
pub enum DriverError {
    /// The store cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The source's address is not valid.
    #[error(transparent)]
    Source(#[from] SqlError),
}

impl Driver {
    /// A driver for the source that `config` names. Reads nothing yet.
    pub fn new(config: &Config, store: Arc<Store>) -> Result<Driver, DriverError> {
        let source = Source::new(config)?;
        if let Some(memory) = store.source_memory()? {
            source.restore_memory(&memory);
        }
        let (stored, header) = (store.header()?, header(config, &source));
        Ok(Driver {
            progress: Arc::default(),
            is_complete: stored.is_some(),
            state: Mutex::new(State {
                source: Arc::new(source),
                reread: stored.as_ref() != Some(&header),
                header,
                removals: VecDeque::new(),
                held: 0,
            }),
            store,
        })
    }

    /// Where the articles come from.
    pub fn source(&self) -> Arc<Source> {
        self.state().source.clone()
    }

    /// The progress of the current reading.
    pub fn progress(&self) -> &Arc<Progress> {
        &self.progress
    }

    /// Whether the state folder held a full reading at the start.
    pub fn is_complete(&self) -> bool {
        self.is_complete
    }

    /// How many removals were reported and wait for confirmation.
    pub fn held(&self) -> usize {
        self.state().held
    }

    /// The source of the configuration `next`, as [`Source::reconfigured`] makes it.
    pub fn next_source(&self, before: &Config, next: &Config) -> Result<Source, SqlError> {
        self.source().reconfigured(before, next)
    }

    /// Replaces the source from the next reading on.
    pub fn replace_source(&self, source: Source, config: &Config) {
        let header = header(config, &source);
        let mut state = self.state();
        state.reread |= state.header != header;
        state.header = header;
        state.source = Arc::new(source);
    }

    /// Reads changes of the source within `scopes`, and blocks meanwhile. `meanwhile` gets the changes that
    /// are committed so far, and may take them.
    pub fn read(
        &self,
        scopes: &[Scope],
        removal: Removal,
        priority: Priority,
        meanwhile: &mut dyn FnMut(&mut Vec<Change>),
    ) -> ReadingResult {
        let stored = match self.store.count_articles() {
            Ok(stored) => stored,
            Err(error) => {
                let mut result = ReadingResult::default();
                result.report.failure = Some(error.into());
                return result;
            }
        };
        let is_full = scopes.contains(&Scope::All);
        let (source, header, options) = {
            let mut state = self.state();
            let removed = state.removed_lately();
            let options = Options {
                reread: state.reread && is_full,
                confirm_removal: removal == Removal::Confirmed,
                stored: stored + removed,
                removed,
                priority,
            };
            (state.source.clone(), state.header.clone(), options)
        };
        if removal == Removal::Confirmed {
            source.accept_lost_columns();
        }
        let _running = self.progress.start(source.noun());
        let mut taken = 0;
        let mut take = |changes: &mut Vec<Change>| {
            let before = changes.len();
            meanwhile(changes);
            taken += before - changes.len();
        };
        let (store, progress) = (&self.store, &self.progress);
        let mut result = reconcile(&source, store, scopes, options, progress, &mut take);
        let report = &mut result.report;
        report.changed = taken + result.changes.len();
        report.articles = match store.count_articles() {
            Ok(articles) => articles,
            Err(error) => {
                report.failure.get_or_insert(error.into());
                stored
            }
        };
        report.places = store.count_files().ok();
        report.is_full = is_full && report.failure.is_none();
        if report.is_full {
            self.store_source_memory(&source);
            if options.reread {
                self.store_header(&header);
            }
        }
        let mut state = self.state();
        if result.removed > 0 {
            state.removals.push_back((Instant::now(), result.removed));
        }
        if is_full || report.held > 0 {
            state.held = report.held;
        }
        drop(state);
        result
    }

    fn store_header(&self, header: &Header) {
        match self.store.write(|batch| batch.set_header(header)) {
            Ok(()) => self.state().reread = false,
            Err(error) => error!("the state folder cannot be written: {}", chain(&error)),
        }
    }

    fn store_source_memory(&self, source: &Source) {
        let Some(memory) = source.memory() else {
            return;
        };
        let store = &self.store;
        let written = match store.source_memory() {
            Ok(Some(before)) if before == memory => Ok(()),
            Ok(_) => store.write(|batch| batch.set_source_memory(&memory)),
            Err(error) => Err(error),
        };
        if let Err(error) = written {
            error!("the state folder cannot be written: {}", chain(&error));
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // A panic leaves no change half done.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// How many articles were removed within [`REMOVALS_WINDOW`].
    fn removed_lately(&mut self) -> usize {
        let is_old = |(at, _): &mut (Instant, usize)| at.elapsed() >= REMOVALS_WINDOW;
        while self.removals.pop_front_if(is_old).is_some() {}
        self.removals.iter().map(|(_, removed)| removed).sum()
    }
}
