//! The driver of readings: by what rules the source is read, and how many articles a reading may find
//! gone.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tracing::error;

use super::{Options, Priority, Progress, reconcile};
use crate::config::Config;
use crate::ingest::report::Report;
use crate::ingest::state_header::header;
use crate::model::article_meta::Change;
use crate::model::problem::chain;
use crate::model::record::RecordId;
use crate::model::removal_guard::Removal;
use crate::source::sql::SqlError;
use crate::source::{Scope, Source};
use crate::store::{Header, Store, StoreError};

/// Removals that are less apart than this count as one when their share is weighed.
const REMOVALS_APART: Duration = Duration::from_secs(60);

/// Reads the source of the configuration in force into the store, one reading at a time.
pub struct Driver {
    store: Arc<Store>,
    progress: Arc<Progress>,
    /// Whether the state folder remembered a whole reading at the start, so that what is stored is not a
    /// part.
    is_complete: bool,
    state: Mutex<State>,
}

struct State {
    source: Arc<Source>,
    /// What the state folder of this source and its configuration is written with.
    header: Header,
    /// Every file has to be read again: the stored articles were read by other rules.
    reread: bool,
    /// When articles were removed lately, and how many.
    removals: VecDeque<(Instant, usize)>,
    /// Articles whose removal waits for a confirmation.
    held: usize,
}

/// Why the articles cannot be read by a configuration.
#[derive(Debug, thiserror::Error)]
pub enum DriverError {
    /// The store cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The source's address cannot be understood.
    #[error(transparent)]
    Source(#[from] SqlError),
}

/// What a reading did, and what the index has to be told of it.
#[derive(Debug)]
pub struct ReadingResult {
    /// What it did.
    pub report: Report,
    /// The committed changes that nobody took meanwhile.
    pub changes: Vec<Change>,
    /// Records that no current article names.
    pub retired: Vec<RecordId>,
}

impl Driver {
    /// A driver that reads what `config` names into `store`. Nothing is read yet.
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

    /// How far the reading is that goes on.
    pub fn progress(&self) -> &Arc<Progress> {
        &self.progress
    }

    /// Whether the state folder remembered a whole reading at the start.
    pub fn is_complete(&self) -> bool {
        self.is_complete
    }

    /// How many removals wait for a confirmation: only a loss that was reported can be confirmed.
    pub fn held(&self) -> usize {
        self.state().held
    }

    /// The source of the configuration `next`, which takes over from that of `before`.
    pub fn next_source(&self, before: &Config, next: &Config) -> Result<Source, SqlError> {
        self.source().reconfigured(before, next)
    }

    /// Has the next reading read `source`, by the rules of `config`.
    pub fn replace_source(&self, source: Source, config: &Config) {
        let header = header(config, &source);
        let mut state = self.state();
        state.reread |= state.header != header;
        state.header = header;
        state.source = Arc::new(source);
    }

    /// Reads what changed in the source within `scopes`. Blocks while files or rows are read.
    /// `meanwhile` is shown the changes that are committed so far, and may take them.
    pub fn read(
        &self,
        scopes: &[Scope],
        removal: Removal,
        priority: Priority,
        meanwhile: &mut dyn FnMut(&mut Vec<Change>),
    ) -> ReadingResult {
        let stored = match self.store.count_articles() {
            Ok(stored) => stored,
            Err(error) => return ReadingResult::failed(error),
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
        let result = reconcile(&source, store, scopes, options, progress, &mut take);
        let is_complete = is_full && result.failure.is_none();
        if is_complete {
            self.remember_source(&source);
            if options.reread {
                self.remember_header(&header);
            }
        }
        let mut state = self.state();
        if result.removed > 0 {
            state.removals.push_back((Instant::now(), result.removed));
        }
        if is_full || result.held > 0 {
            state.held = result.held;
        }
        drop(state);
        ReadingResult {
            report: Report {
                read: result.read,
                changed: taken + result.changes.len(),
                articles: self.store.count_articles().unwrap_or(stored),
                problems: result.problems,
                held: result.held,
                resolved: result.resolved,
                is_full: is_complete,
                unsettled: result.unsettled,
                places: self.store.count_files().ok(),
                failure: result.failure,
            },
            changes: result.changes,
            retired: result.retired,
        }
    }

    /// Has the next start know that the stored articles were read by these rules.
    fn remember_header(&self, header: &Header) {
        match self.store.write(|batch| batch.set_header(header)) {
            Ok(()) => self.state().reread = false,
            Err(error) => error!("the state folder cannot be written: {}", chain(&error)),
        }
    }

    /// Has the next start know what the source has to remember.
    fn remember_source(&self, source: &Source) {
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
        // Every change of it is a whole one.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// How many articles were removed within the last minute.
    fn removed_lately(&mut self) -> usize {
        let is_old = |(at, _): &mut (Instant, usize)| at.elapsed() >= REMOVALS_APART;
        while self.removals.pop_front_if(is_old).is_some() {}
        self.removals.iter().map(|(_, removed)| removed).sum()
    }
}

impl ReadingResult {
    fn failed(error: StoreError) -> ReadingResult {
        ReadingResult {
            report: Report {
                failure: Some(error.into()),
                ..Report::default()
            },
            changes: Vec::new(),
            retired: Vec::new(),
        }
    }
}
