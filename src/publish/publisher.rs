//! The publisher: the only writer of the published state.
//!
//! It changes the index, builds snapshots, commits what the next start needs, and replaces the state that a
//! [`ReadHandle`] shows. Requests read a published state and never wait for the publisher's lock, which is
//! not held while files are read.

mod reading;
mod selection_dates;
mod writer;

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::mpsc;

use self::selection_dates::SelectionDates;
use self::writer::{FORGOTTEN, NewContent, Writer};
use crate::config::Config;
use crate::feed::automatic_path::automatic_path;
use crate::feed::definitions::{FeedDefinitions, SELECT};
use crate::feed::snapshot::FeedVersion;
use crate::feed::vanished::{ServedHistory, VanishedAddresses, find_vanished};
use crate::index::{AffectedFeeds, Index, TermChange};
use crate::ingest::driver::{Driver, DriverError};
use crate::model::format::Format;
use crate::model::problem::chain;
use crate::model::time::Timestamp;
use crate::model::validators::Validators;
use crate::publish::dead_feeds::DeadFeeds;
use crate::publish::index_state::IndexState;
use crate::publish::published_state::PublishedState;
use crate::publish::read_handle::ReadHandle;
use crate::publish::selections::{SELECTIONS_MAX, Selections, is_selection};
use crate::render::pages::templates::Templates;
use crate::store::{Memory, Store, StoreError};

/// Instants of selections that may wait in the channel: more than can be built between two publications.
const DUE_QUEUE_MAX: usize = 4 * SELECTIONS_MAX.get();

/// How long a publication waits until the next start will remember it. A disk that takes longer costs
/// this once.
const SAVE_WAIT: Duration = Duration::from_millis(250);

/// How long shutdown waits for the disk.
const SAVE_TIMEOUT: Duration = Duration::from_secs(4);

/// The only writer of the published state.
pub struct Publisher {
    store: Arc<Store>,
    driver: Arc<Driver>,
    handle: ReadHandle,
    writer: Mutex<Writer>,
}

/// The result of a publication.
#[derive(Debug, Default)]
pub struct Publication {
    /// How many feeds moved.
    pub moved: usize,
    /// The new versions of feeds, without selections.
    pub new_versions: Vec<Arc<FeedVersion>>,
    /// Whether it put a configuration in force.
    pub reconfigured: bool,
    /// The instant of the next change without an edit.
    pub next: Option<Timestamp>,
}

impl Publisher {
    /// A publisher over the articles in `store` at the instant `as_of`. Publishes nothing yet.
    pub fn new(
        config: Arc<Config>,
        templates: Arc<Templates>,
        store: Store,
        as_of: Timestamp,
    ) -> Result<Publisher, DriverError> {
        let store = Arc::new(store);
        let driver = Arc::new(Driver::new(&config, store.clone())?);
        let (index, definitions) = load(&config, &store, as_of)?;
        let mut validators: HashMap<Arc<str>, Validators> = store
            .validators()?
            .into_iter()
            .map(|(path, row)| (path.into(), row))
            .collect();
        let last_second = validators
            .remove(SELECT)
            .map_or(Timestamp(0), |row| row.last_modified);
        let forgotten_dates = validators.remove(FORGOTTEN).map(|row| row.last_modified);
        // After an unclean end, later answers may have been given than the store knows.
        let is_known = store.was_closed_cleanly();
        let floor = if is_known { Timestamp(0) } else { as_of };
        let retired = store.retired()?;
        // Later dates are from before the clock was set back; the publisher must not wait for them.
        let dates = validators.values().map(|row| row.last_modified);
        let last_moved = dates.filter(|date| *date <= as_of).max();
        let remembered: HashMap<_, _> = validators
            .extract_if(|path, _| is_selection(path))
            .collect();
        let stored_selections = remembered.keys().cloned().collect();
        let remembered = if is_known { remembered } else { HashMap::new() };
        let (due, due_instants) = mpsc::channel(DUE_QUEUE_MAX);
        let selections = Selections::new(remembered, due);
        Ok(Publisher {
            handle: ReadHandle::new(store.clone(), driver.clone(), selections),
            writer: Mutex::new(Writer {
                state: IndexState {
                    config,
                    index,
                    definitions: Arc::new(definitions),
                },
                index_loads: 0,
                templates,
                touched: AffectedFeeds::All,
                rebuild: true,
                generation: 0,
                last_moved,
                due: BTreeSet::new(),
                selection_dates: SelectionDates::new(last_second, due_instants),
                stored_selections,
                validators,
                unsaved: HashMap::new(),
                dead_feeds: DeadFeeds::default(),
                unsaved_terms: Vec::new(),
                forgotten_dates,
                floor,
                served_unsaved: true,
                write_failure: None,
                retired,
                old_snapshots: VecDeque::new(),
            }),
            driver,
            store,
        })
    }

    /// Read access to what is published.
    pub fn handle(&self) -> &ReadHandle {
        &self.handle
    }

    /// The driver of readings.
    pub fn driver(&self) -> &Driver {
        &self.driver
    }

    /// Whether something is published, or can be from the store alone.
    pub fn has_something_to_serve(&self) -> bool {
        self.driver.is_complete() || self.handle.is_published()
    }

    /// How many articles can be published before the first reading; `None` if the store is not complete.
    pub fn stored_articles(&self) -> Option<usize> {
        let is_complete = self.driver.is_complete();
        is_complete.then(|| self.writer().state.index.len())
    }

    /// Why the last commit to the state folder failed.
    pub fn state_trouble(&self) -> Option<String> {
        self.writer().write_failure.clone()
    }

    /// Since when the oldest change waits that the state folder's disk does not have.
    pub fn unsaved_since(&self) -> Option<Instant> {
        self.store.unsaved_since()
    }

    /// The second in which a feed last moved.
    pub fn last_moved(&self) -> Option<Timestamp> {
        self.writer().last_moved
    }

    /// Whether [`Publisher::publish`] has something to do.
    pub fn is_due(&self, now: Timestamp) -> bool {
        let mut writer = self.writer();
        let is_news = self.store.trouble().is_some() != writer.write_failure.is_some();
        is_news || writer.is_due(now)
    }

    /// Publishes everything that changed or is due at `as_of`, and commits the validators first.
    pub fn publish(&self, as_of: Timestamp) -> Publication {
        let writer = &mut *self.writer();
        let advanced = writer.state.index.advance(as_of);
        writer.touch(advanced);
        let last = self.handle.published();
        let last_snapshot = last.as_ref().map(|last| &*last.snapshot);
        let has_forgotten = writer.take_term_changes(last_snapshot);
        if !writer.is_due(as_of) {
            return Publication {
                next: writer.next_instant(),
                ..Publication::default()
            };
        }
        let mut new = writer.build_versions(last_snapshot);
        if has_forgotten {
            // A selection of a term that is not known any more has to end.
            new.affected = AffectedFeeds::All;
        }
        let is_replaced = new.is_changed() || writer.selection_dates.is_due(as_of);
        if is_replaced {
            writer.selection_dates.advance(as_of, last.is_some());
        }
        self.commit_and_log(writer, &[]);
        let mut publication = Publication {
            moved: new.moved,
            new_versions: new.versions.clone(),
            reconfigured: new.rebuild,
            next: None,
        };
        if is_replaced {
            self.replace(writer, last, new);
        }
        publication.next = writer.next_instant();
        publication
    }

    fn replace(&self, writer: &mut Writer, last: Option<Arc<PublishedState>>, new: NewContent) {
        let mut next = writer.next_state(last.as_ref(), new);
        let snapshot = next.snapshot.clone();
        next.first_of_second = last.as_ref().and_then(|last| writer.first_of_second(last));
        self.handle.replace(next);
        if let Some(last) = last {
            writer.keep_records(&last.snapshot, &snapshot);
        }
    }

    /// Commits pending changes at shutdown, so that the next start has the validators of all responses.
    pub fn save(&self) {
        let selections = self.handle.selections().validators();
        self.commit_and_log(&mut self.writer(), &selections);
        self.store.wait_until_saved(SAVE_TIMEOUT);
    }

    fn commit_and_log(&self, writer: &mut Writer, selections: &[(Arc<str>, Validators)]) {
        let failure = self.commit(writer, selections);
        self.store.wait_until_saved(SAVE_WAIT);
        writer.log_commit(failure.or_else(|| self.store.trouble()));
    }

    /// Addresses that were served before, and are neither served nor redirected now.
    pub fn vanished(&self) -> Result<Vec<VanishedAddresses>, StoreError> {
        let config = self.writer().state.config.clone();
        Ok(find_vanished(&served_before(self.store.memory()?), &config))
    }

    /// Puts a configuration and templates in force from the next publication on. An error changes nothing.
    pub fn reconfigure(
        &self,
        config: Arc<Config>,
        templates: Arc<Templates>,
    ) -> Result<(), DriverError> {
        let writer = &mut *self.writer();
        let state = &writer.state;
        if config == state.config && templates == writer.templates {
            return Ok(());
        }
        let source = self.driver.next_source(&state.config, &config)?;
        let as_of = state.index.as_of();
        // Under the lock: a reading stores its changes before it brings them into the index.
        let loaded = match config.same == state.config.same {
            true => None,
            false => Some(load(&config, &self.store, as_of)?),
        };
        writer.keep_dead_validators();
        let state = &mut writer.state;
        let definitions = match loaded {
            None => FeedDefinitions::new(&config, &mut state.index),
            Some((index, definitions)) => {
                state.index = index;
                writer.index_loads += 1;
                definitions
            }
        };
        state.definitions = Arc::new(definitions);
        self.driver.replace_source(source, &config);
        state.config = config;
        writer.templates = templates;
        writer.touched = AffectedFeeds::All;
        writer.rebuild = true;
        writer.served_unsaved = true;
        Ok(())
    }

    /// Commits what is about to be published, and returns a failure. The next commit tries again; until
    /// then a restart would lose these changes. `selections` are stored at the end of the process.
    fn commit(&self, writer: &mut Writer, selections: &[(Arc<str>, Validators)]) -> Option<String> {
        let definitions = writer.state.definitions.clone();
        let served = match self.newly_served(writer, &definitions) {
            Ok(served) => served,
            Err(error) => return Some(chain(&error)),
        };
        writer.take_term_changes(None);
        let deletable = writer.take_deletable(!self.handle.is_published());
        let second = writer.selection_dates.unsaved().map(|second| Validators {
            digest: 0,
            last_modified: second,
        });
        if writer.unsaved.is_empty()
            && writer.stored_selections.is_empty()
            && selections.is_empty()
            && second.is_none()
            && served.is_empty()
            && writer.unsaved_terms.is_empty()
            && deletable.is_empty()
        {
            writer.served_unsaved = false;
            return None;
        }
        let written = self.store.write(|batch| {
            for change in &writer.unsaved_terms {
                match change {
                    TermChange::Known(known) => batch.put_term(known)?,
                    TermChange::Forgotten(term) => {
                        batch.forget_term(term)?;
                        batch.remove_validators(&automatic_path(term))?;
                    }
                }
            }
            for (name, formats) in &served {
                batch.add_served(name, formats.iter().copied())?;
            }
            for path in &writer.stored_selections {
                batch.remove_validators(path)?;
            }
            let selections = selections.iter().map(|(path, row)| (path, row));
            for (path, validators) in writer.unsaved.iter().chain(selections) {
                batch.put_validators(path, validators)?;
            }
            if let Some(second) = &second {
                batch.put_validators(SELECT, second)?;
            }
            batch.delete(&deletable)
        });
        match written {
            Ok(()) => {
                writer.unsaved.clear();
                writer.unsaved_terms.clear();
                writer.stored_selections.clear();
                writer.selection_dates.note_saved();
                writer.served_unsaved = false;
                None
            }
            Err(error) => Some(chain(&error)),
        }
    }

    /// The names and formats that the configuration serves and that are not in the store yet.
    fn newly_served<'a>(
        &self,
        writer: &Writer,
        definitions: &'a FeedDefinitions,
    ) -> Result<Vec<(&'a str, &'a [Format])>, StoreError> {
        if !writer.served_unsaved {
            return Ok(Vec::new());
        }
        let before = self.store.served()?;
        let is_new = |(name, formats): &(&str, &[Format])| {
            let before = before.get(*name);
            let is_known = |format| before.is_some_and(|before| before.contains(format));
            !formats.iter().all(is_known)
        };
        Ok(definitions.served().filter(is_new).collect())
    }

    fn writer(&self) -> MutexGuard<'_, Writer> {
        // A panic leaves it as the last complete step left it.
        self.writer.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What was served before, according to a state folder.
pub fn served_before(memory: Memory) -> ServedHistory {
    ServedHistory {
        terms: memory.terms.into_iter().map(|known| known.term).collect(),
        formats: memory.served,
        paths: memory
            .validators
            .into_iter()
            .map(|(path, _)| path)
            .collect(),
    }
}

fn load(
    config: &Config,
    store: &Store,
    as_of: Timestamp,
) -> Result<(Index, FeedDefinitions), StoreError> {
    let mut index = Index::new(&config.same, as_of);
    for known in store.terms()? {
        index.remember(known);
    }
    index.load(store.article_rows()?.map(|row| row.map(|row| row.meta)))?;
    let definitions = FeedDefinitions::new(config, &mut index);
    Ok((index, definitions))
}

#[cfg(test)]
mod tests;
