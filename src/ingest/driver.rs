//! The driver of readings: the source, and what one reading has to know of earlier ones.

use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use tracing::error;

use super::{Observer, Options, Priority, Progress, ReadingHistory, ReadingResult, reconcile};
use crate::config::Config;
use crate::index::Index;
use crate::ingest::state_header::{header, listing};
use crate::model::article_meta::Change;
use crate::model::held_loss::{Confirmation, HeldLoss, LossKind};
use crate::model::problem::{Problem, chain};
use crate::model::removal_guard::{Removal, RemovalGuard, loss_of_columns};
use crate::model::time::Timestamp;
use crate::source::{Scope, Source, SourceError};
use crate::store::{Header, Store, StoreError};

/// Reads the source of the configuration in force into the store, one reading at a time.
pub struct Driver {
    store: Arc<Store>,
    progress: Arc<Progress>,
    /// Whether the state folder held a full reading at the start.
    is_complete: bool,
    /// Locked for the whole of a reading.
    history: Mutex<ReadingHistory>,
    state: Mutex<State>,
    observer: OnceLock<Observer>,
}

#[derive(Clone)]
struct State {
    source: Arc<Source>,
    header: Header,
    /// The digest of what decides which articles there are.
    listing: u128,
    /// Whether every file has to be read again, because the configuration reads it differently.
    reread: bool,
    /// Whether what is stored is a part of a first reading by this configuration's rules, with which the
    /// next full reading goes on.
    resumes: bool,
    /// The loss that is held.
    held: Option<HeldLoss>,
    /// The result of the last reading that was to confirm a loss.
    confirmation: Option<Confirmation>,
    /// The articles before the store was made anew, until a full reading has found them.
    expected: Option<Index>,
    /// How often the store was made anew.
    renewals: u64,
    /// Whether this process has read everything once.
    has_read_all: bool,
}

/// Why there is no driver for a configuration.
#[derive(Debug, thiserror::Error)]
pub enum DriverError {
    /// The store cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The source's address is not valid.
    #[error(transparent)]
    Source(#[from] SourceError),
}

impl Driver {
    /// A driver for the source that `config` names. Reads nothing yet.
    pub fn new(config: &Config, store: Arc<Store>) -> Result<Driver, DriverError> {
        let source = Source::new(config)?;
        let memory = store.source_memory()?;
        if let Some(memory) = &memory {
            source.restore_memory(memory);
        }
        let (stored, header) = (store.header()?, header(config, &source));
        let resumes = stored.is_none() && memory.is_some() && memory == source.first_reading_mark();
        let held = store.held_loss()?;
        Ok(Driver {
            progress: Arc::default(),
            is_complete: stored.is_some(),
            state: Mutex::new(State {
                listing: listing(config, &source),
                source: Arc::new(source),
                reread: stored.as_ref() != Some(&header),
                resumes,
                header,
                held: held.clone(),
                confirmation: None,
                expected: None,
                renewals: 0,
                has_read_all: false,
            }),
            history: Mutex::new(ReadingHistory {
                guard: RemovalGuard::restored(held),
                ..ReadingHistory::default()
            }),
            store,
            observer: OnceLock::new(),
        })
    }

    /// Tells `observer` of every article that is read from now on. Only the first observer counts.
    pub fn observe(&self, observer: Observer) {
        self.observer.get_or_init(|| observer);
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

    /// The loss that is held.
    pub fn held_loss(&self) -> Option<HeldLoss> {
        self.state().held.clone()
    }

    /// Notes that the store is about to be made anew. The next full reading looks for the articles of
    /// `index` too.
    pub fn note_renewal(&self, index: Index) {
        let mut state = self.state();
        state.expected = Some(index);
        state.renewals += 1;
    }

    /// Whether the store was made anew, and does not have all articles yet.
    pub fn is_renewing(&self) -> bool {
        self.state().expected.is_some()
    }

    /// Whether this process has read everything once, and the store has it.
    pub fn has_read_all(&self) -> bool {
        let state = self.state();
        state.has_read_all && state.expected.is_none()
    }

    /// The result of the last reading that was to confirm a loss, once.
    pub fn take_confirmation(&self) -> Option<Confirmation> {
        self.state().confirmation.take()
    }

    /// The source of the configuration `next`, as [`Source::reconfigured`] makes it.
    pub fn next_source(&self, before: &Config, next: &Config) -> Result<Source, SourceError> {
        self.source().reconfigured(before, next)
    }

    /// Replaces the source from the next reading on.
    pub fn replace_source(&self, source: Source, config: &Config) {
        let header = header(config, &source);
        let mut state = self.state();
        state.reread |= state.header != header;
        state.resumes &= state.header == header;
        state.header = header;
        state.listing = listing(config, &source);
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
        let history = &mut *self.history();
        let stored = match self.store.count_articles() {
            Ok(stored) => stored,
            Err(error) => {
                let mut result = ReadingResult::default();
                result.report.problems = history.problems.summary().clone();
                result.report.failure = Some(error.into());
                return result;
            }
        };
        let is_full = scopes.iter().any(Scope::is_full);
        if is_full {
            self.mark_first_reading();
        }
        let State {
            source,
            header,
            listing,
            reread,
            resumes,
            held: before,
            expected,
            renewals,
            ..
        } = self.state().clone();
        let expected = expected.filter(|_| is_full);
        let options = Options {
            reread: reread && is_full && !resumes,
            removal,
            stored: expected.as_ref().map_or(stored, Index::len),
            expected: expected.as_ref(),
            priority,
            observer: self.observer.get(),
        };
        let to_confirm = before
            .clone()
            .filter(|held| removal == Removal::Loss(held.id));
        // A loss that is not held any more is not confirmed, even if the same is found again.
        let options = match removal {
            Removal::Loss(_) if to_confirm.is_none() => Options {
                removal: Removal::Held,
                ..options
            },
            _ => options,
        };
        match (removal, &to_confirm) {
            (Removal::Confirmed, _) => source.accept_lost_columns(None),
            (_, Some(loss)) if loss.kind == LossKind::Columns => {
                source.accept_lost_columns(Some(&loss.names));
            }
            (_, _) => {}
        }
        let _running = self.progress.start(source.noun());
        let mut taken = 0;
        let mut take = |changes: &mut Vec<Change>| {
            let before = changes.len();
            meanwhile(changes);
            taken += before - changes.len();
        };
        let (store, progress) = (&self.store, &self.progress);
        let mut result = reconcile(
            &source, store, scopes, options, history, progress, &mut take,
        );
        let report = &mut result.report;
        report.changed = taken + result.changes.len();
        report.articles = match store.count_articles() {
            Ok(articles) => articles,
            Err(error) => {
                report.failure.get_or_insert(error.into());
                stored
            }
        };
        if self.state().renewals != renewals {
            report.failure.get_or_insert(StoreError::Renewed.into());
        }
        report.is_full = is_full && report.failure.is_none();
        if report.is_full {
            self.store_source_memory(&source);
            let is_whole = result.held_back == 0;
            if is_whole && (reread || expected.is_some()) {
                self.store_header(&header, renewals);
            }
            if is_whole {
                self.store_listing(listing);
            }
            self.store.note_full_reading();
        }
        report.held = held_loss(&source, &history.guard, before.as_ref());
        let is_confirmed = |loss: &HeldLoss| loss.kind == LossKind::Columns || result.confirmed;
        let confirmation = match (&report.failure, to_confirm) {
            _ if !matches!(removal, Removal::Loss(_)) => None,
            (None, Some(loss)) if is_confirmed(&loss) => Some(Confirmation::Removed(loss)),
            (Some(failure), Some(_)) if source.lost_columns().0.is_empty() => {
                Some(Confirmation::Failed(chain(failure)))
            }
            (_, _) => Some(Confirmation::Changed(report.held.clone())),
        };
        if report.held != before {
            self.store_held_loss(report.held.as_ref());
        }
        let mut state = self.state();
        state.held.clone_from(&report.held);
        state.has_read_all |= report.is_full;
        state.confirmation = confirmation;
        drop(state);
        result
    }

    /// Visits every problem that the last reading left, in no certain order.
    pub fn visit_problems(&self, visit: &mut dyn FnMut(Problem)) -> Result<(), StoreError> {
        let source = self.source();
        self.history().problems.visit(&source, &self.store, visit)
    }

    fn store_held_loss(&self, held: Option<&HeldLoss>) {
        if let Err(error) = self.store.write(|batch| batch.set_held_loss(held)) {
            error!("the state folder cannot be written: {}", chain(&error));
        }
    }

    /// Notes that the store has everything.
    fn store_header(&self, header: &Header, renewals: u64) {
        let written = self.store.write(|batch| {
            // A store that was made anew since then does not.
            match self.state().renewals == renewals {
                true => batch.set_header(header),
                false => Err(StoreError::Renewed),
            }
        });
        match written {
            Ok(()) => {
                let mut state = self.state();
                if state.renewals == renewals {
                    state.expected = None;
                }
                // The configuration may have changed during the reading.
                state.reread &= state.header != *header;
                state.resumes = false;
            }
            Err(error) => error!("the state folder cannot be written: {}", chain(&error)),
        }
    }

    /// Notes in the store that a first reading begins, if the source goes on with what one has stored. A
    /// reading by other rules than what is stored takes that note away.
    fn mark_first_reading(&self) {
        let (source, header, reread, resumes) = {
            let state = self.state();
            let header = state.header.clone();
            (state.source.clone(), header, state.reread, state.resumes)
        };
        let Some(mark) = source.first_reading_mark().filter(|_| reread && !resumes) else {
            return;
        };
        let is_empty = self
            .store
            .files("")
            .is_ok_and(|mut files| files.next().is_none());
        let mark = if is_empty { mark } else { Vec::new() };
        self.store_memory(&mark);
        let mut state = self.state();
        // The configuration may have changed meanwhile.
        state.resumes = is_empty && state.header == header;
    }

    fn store_source_memory(&self, source: &Source) {
        if let Some(memory) = source.memory() {
            self.store_memory(&memory);
        }
    }

    fn store_listing(&self, listing: u128) {
        let written = match self.store.listing() {
            Ok(Some(before)) if before == listing => Ok(()),
            Ok(_) => self.store.write(|batch| batch.set_listing(listing)),
            Err(error) => Err(error),
        };
        if let Err(error) = written {
            error!("the state folder cannot be written: {}", chain(&error));
        }
    }

    fn store_memory(&self, memory: &[u8]) {
        let store = &self.store;
        let written = match store.source_memory() {
            Ok(Some(before)) if before == memory => Ok(()),
            Ok(_) => store.write(|batch| batch.set_source_memory(memory)),
            Err(error) => Err(error),
        };
        if let Err(error) = written {
            error!("the state folder cannot be written: {}", chain(&error));
        }
    }

    fn history(&self) -> MutexGuard<'_, ReadingHistory> {
        // A panic leaves counts that the next full reading corrects.
        self.history.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // A panic leaves no change half done.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The loss that is held after a reading. Articles that are gone wait until the columns are there.
fn held_loss(source: &Source, guard: &RemovalGuard, before: Option<&HeldLoss>) -> Option<HeldLoss> {
    let (missing, of) = source.lost_columns();
    if missing.is_empty() {
        return guard.held().cloned();
    }
    let loss = loss_of_columns(&missing, of, Timestamp::now());
    let known = before.filter(|before| before.id == loss.id);
    Some(known.cloned().unwrap_or(loss))
}

#[cfg(test)]
mod tests;
