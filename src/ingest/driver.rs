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
        report.articles = store.count_articles().unwrap_or(stored);
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
            Ok(()) => {
                let mut state = self.state();
                // The configuration may have changed during the reading.
                state.reread &= state.header != *header;
            }
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

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::testkit;

    #[test]
    fn configuration_that_changes_during_a_reading_has_all_read_again() {
        let folder = tempfile::tempdir().expect("a folder");
        let articles = folder.path().join("articles");
        fs::create_dir(&articles).expect("the articles' folder");
        let article = "date 2026-01-01 Заголовок\n\nТекст.\n";
        fs::write(articles.join("a.txt"), article).expect("an article");
        let config = |link: &str| {
            let text = format!(
                "[site]\ntitle = 'Дала'\nurl = 'https://dala.example/'\nid-authority = 'dala.example'\n\
                 id-year = 2026\n[source.directory]\n{link}"
            );
            testkit::config(&text, folder.path())
        };
        let before = config("");
        let next = config("link = 'https://dala.example/{key}'");
        let store = Arc::new(Store::scratch().expect("a store"));
        let driver = Driver::new(&before, store).expect("a driver");
        let read = |meanwhile: &mut dyn FnMut(&mut Vec<Change>)| {
            let priority = Priority::Normal;
            let result = driver.read(&[Scope::All], Removal::Held, priority, meanwhile);
            assert!(result.report.failure.is_none());
            result.report.read
        };
        let mut reconfigure = |_: &mut Vec<Change>| {
            let source = driver.next_source(&before, &next).expect("a source");
            driver.replace_source(source, &next);
        };
        assert_eq!(read(&mut reconfigure), 1);
        assert_eq!(read(&mut |_| {}), 1, "by the new configuration");
        assert_eq!(read(&mut |_| {}), 0);
    }
}
