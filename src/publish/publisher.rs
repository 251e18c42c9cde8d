//! The publisher: the only writer of the published state.
//!
//! It changes the index, builds snapshots, commits what the next start needs, and replaces the state that a
//! [`ReadHandle`] shows. It locks the index for a batch and a commit, never while files are read.

mod reading;
mod writer;

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::mem;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use self::writer::Writer;
use crate::config::Config;
use crate::feed::definitions::{FeedDefinitions, SELECT};
use crate::feed::snapshot::{FeedVersion, Snapshot};
use crate::feed::vanished::{ServedHistory, VanishedAddresses, find_vanished};
use crate::index::{AffectedFeeds, Index};
use crate::ingest::driver::{Driver, DriverError};
use crate::model::format::Format;
use crate::model::problem::chain;
use crate::model::time::Timestamp;
use crate::model::validators::Validators;
use crate::publish::index_state::IndexState;
use crate::publish::published_state::PublishedState;
use crate::publish::read_handle::ReadHandle;
use crate::publish::selections::{Selections, is_selection};
use crate::render::pages::templates::Templates;
use crate::store::{Memory, Store, StoreError};

/// The only writer of the published state.
pub struct Publisher {
    store: Arc<Store>,
    driver: Arc<Driver>,
    handle: ReadHandle,
    /// How often the index was loaded from the store; it changes while the index is locked.
    index_loads: AtomicU64,
    /// Lock order: writer, index, selections.
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
        let floor = validators
            .remove(SELECT)
            .map_or(Timestamp(0), |row| row.last_modified);
        let retired = store.retired()?;
        // Later dates are from before the clock was set back; the publisher must not wait for them.
        let dates = validators.values().map(|row| row.last_modified);
        let last_moved = dates.filter(|date| *date <= as_of).max();
        let selections = validators
            .extract_if(|path, _| is_selection(path))
            .collect();
        let index = IndexState {
            config,
            index,
            definitions,
            overviews: 0,
        };
        let selections = Selections::new(floor, selections);
        Ok(Publisher {
            handle: ReadHandle::new(store.clone(), driver.clone(), selections, index),
            writer: Mutex::new(Writer {
                templates,
                touched: AffectedFeeds::All,
                rebuild: true,
                generation: 0,
                last_moved,
                due: BTreeSet::new(),
                validators,
                unsaved: HashMap::new(),
                served_unsaved: true,
                write_failure: None,
                retired,
                old_snapshots: VecDeque::new(),
            }),
            index_loads: AtomicU64::new(0),
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
        is_complete.then(|| self.handle.index().index.len())
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
        let writer = self.writer();
        self.has_something_due(&writer, &self.handle.index().index, now)
    }

    fn has_something_due(&self, writer: &Writer, index: &Index, now: Timestamp) -> bool {
        let selections = self.handle.selections();
        let is_due = selections.next_instant().is_some_and(|at| at <= now);
        is_due || selections.is_uncommitted() || writer.is_due(index, now)
    }

    fn next_instant(&self, writer: &Writer, index: &Index) -> Option<Timestamp> {
        let selection = self.handle.selections().next_instant();
        selection
            .into_iter()
            .chain(writer.next_instant(index))
            .min()
    }

    /// Publishes everything that changed or is due at `as_of`, and commits the validators first.
    pub fn publish(&self, as_of: Timestamp) -> Publication {
        let (mut writer, mut state) = (self.writer(), self.handle.index());
        let (writer, state) = (&mut *writer, &mut *state);
        writer.touch(state.index.advance(as_of));
        if !self.has_something_due(writer, &state.index, as_of) {
            return Publication {
                next: self.next_instant(writer, &state.index),
                ..Publication::default()
            };
        }
        let current = self.handle.snapshot();
        let unsaved_before = mem::take(&mut writer.unsaved);

        let mut new_versions = Vec::new();
        for definition in writer.affected_feeds(state) {
            let path = definition.path.clone();
            let old = current
                .as_ref()
                .and_then(|snapshot| snapshot.feeds.get(&path));
            let version = writer.build(state, definition, old.map(Arc::as_ref));
            if writer.rebuild || old.is_none_or(|old| version.differs(old)) {
                new_versions.push(Arc::new(version));
            }
        }
        self.mark_stale_selections(writer, &state.index);

        if writer.rebuild || !new_versions.is_empty() || !writer.touched.is_empty() {
            self.handle.drop_overview();
        }
        writer.touched = AffectedFeeds::none();
        let rebuild = mem::take(&mut writer.rebuild);
        writer.generation += u64::from(rebuild);
        let moved = writer.unsaved.len();
        if moved > 0 {
            writer.last_moved = Some(state.index.as_of());
        }
        for (path, validators) in unsaved_before {
            writer.unsaved.entry(path).or_insert(validators);
        }
        self.commit_and_log(writer, state);
        let is_replaced = rebuild || !new_versions.is_empty();
        if is_replaced {
            let mut feeds = match &current {
                Some(snapshot) if !rebuild => snapshot.feeds.clone(),
                _ => HashMap::new(),
            };
            let paths = new_versions
                .iter()
                .map(|version| (version.path.clone(), version.clone()));
            feeds.extend(paths);
            if rebuild {
                writer.keep_validators(current.as_deref(), &feeds);
            }
            let snapshot = Snapshot {
                config: state.config.clone(),
                generation: writer.generation,
                site_rules: state.definitions.site_rules().clone(),
                redirects: state.definitions.redirects().clone(),
                feeds,
            };
            self.handle.replace(PublishedState {
                snapshot: Arc::new(snapshot),
                templates: writer.templates.clone(),
            });
        }
        if let Some(current) = current.filter(|_| is_replaced || !writer.retired.is_empty()) {
            // Older snapshots name these records too, so records are deleted in order of age.
            let retired = mem::take(&mut writer.retired);
            writer
                .old_snapshots
                .push_back((Arc::downgrade(&current), retired));
        }
        Publication {
            moved,
            new_versions,
            reconfigured: rebuild,
            next: self.next_instant(writer, &state.index),
        }
    }

    /// Commits pending changes at shutdown, so that the next start has the validators of all responses.
    pub fn save(&self) {
        let mut writer = self.writer();
        self.commit_and_log(&mut writer, &mut self.handle.index());
    }

    fn commit_and_log(&self, writer: &mut Writer, state: &mut IndexState) {
        let failure = self.commit(writer, state);
        writer.log_commit(failure.or_else(|| self.store.trouble()));
    }

    /// Addresses that were served before, and are neither served nor redirected now.
    pub fn vanished(&self) -> Result<Vec<VanishedAddresses>, StoreError> {
        let config = self.handle.index().config.clone();
        Ok(find_vanished(&served_before(self.store.memory()?), &config))
    }

    /// Puts a configuration and templates in force from the next publication on. An error changes nothing.
    pub fn reconfigure(
        &self,
        config: Arc<Config>,
        templates: Arc<Templates>,
    ) -> Result<(), DriverError> {
        let (mut writer, mut state) = (self.writer(), self.handle.index());
        if config == state.config && templates == writer.templates {
            return Ok(());
        }
        let source = self.driver.next_source(&state.config, &config)?;
        let as_of = state.index.as_of();
        if config.same == state.config.same {
            let definitions = FeedDefinitions::new(&config, &mut state.index);
            state.definitions = definitions;
        } else {
            (state.index, state.definitions) = load(&config, &self.store, as_of)?;
            self.index_loads.fetch_add(1, Ordering::Relaxed);
        }
        self.driver.replace_source(source, &config);
        state.config = config;
        writer.templates = templates;
        writer.touched = AffectedFeeds::All;
        writer.rebuild = true;
        writer.served_unsaved = true;
        Ok(())
    }

    fn mark_stale_selections(&self, writer: &Writer, index: &Index) {
        let as_of = index.as_of();
        let mut selections = self.handle.selections();
        if writer.rebuild {
            selections.forget_excess(as_of);
        }
        selections.mark_stale(as_of, |cached| {
            writer.rebuild || writer.touched.includes(&cached.query)
        });
    }

    /// Commits what is about to be published, and returns a failure. The next commit tries again; until
    /// then a restart would lose these changes.
    fn commit(&self, writer: &mut Writer, state: &mut IndexState) -> Option<String> {
        let terms = state.index.take_new_terms();
        let deletable = writer.take_deletable(!self.handle.is_published());
        let (selections, floor) = self.handle.selections().take_uncommitted();
        let floor = Validators {
            digest: 0,
            last_modified: floor,
        };
        let served = self.newly_served(writer, &state.definitions);
        if writer.unsaved.is_empty()
            && served.is_empty()
            && terms.is_empty()
            && selections.is_empty()
            && deletable.is_empty()
        {
            writer.served_unsaved = false;
            return None;
        }
        let written = self.store.write(|batch| {
            for (term, name) in &terms {
                batch.put_term(term, name)?;
            }
            for (name, formats) in &served {
                batch.add_served(name, formats.iter().copied())?;
            }
            for path in &selections.forgotten {
                batch.remove_validators(path)?;
            }
            // A selection may have been requested again since it was evicted.
            for (path, validators) in writer.unsaved.iter().chain(&selections.validators) {
                batch.put_validators(path, validators)?;
            }
            if !selections.forgotten.is_empty() {
                batch.put_validators(SELECT, &floor)?;
            }
            batch.delete(&deletable)
        });
        match written {
            Ok(()) => {
                writer.unsaved.clear();
                writer.served_unsaved = false;
                None
            }
            Err(error) => {
                state.index.restore_new_terms(terms);
                self.handle.selections().restore_uncommitted(selections);
                Some(chain(&error))
            }
        }
    }

    /// The names and formats that the configuration serves and that are not in the store yet.
    fn newly_served<'a>(
        &self,
        writer: &Writer,
        definitions: &'a FeedDefinitions,
    ) -> Vec<(&'a str, &'a [Format])> {
        if !writer.served_unsaved {
            return Vec::new();
        }
        let before = self.store.served().unwrap_or_default();
        let is_new = |(name, formats): &(&str, &[Format])| {
            let before = before.get(*name);
            let is_known = |format| before.is_some_and(|before| before.contains(format));
            !formats.iter().all(is_known)
        };
        definitions.served().filter(is_new).collect()
    }

    fn writer(&self) -> MutexGuard<'_, Writer> {
        // A panic leaves it as the last complete step left it.
        self.writer.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What was served before, according to a state folder.
pub fn served_before(memory: Memory) -> ServedHistory {
    ServedHistory {
        terms: memory.terms.into_iter().map(|(term, _)| term).collect(),
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
    for (term, name) in store.terms()? {
        index.remember(&term, &name);
    }
    index.load(store.article_rows()?.map(|row| row.map(|row| row.meta)))?;
    let definitions = FeedDefinitions::new(config, &mut index);
    Ok((index, definitions))
}

#[cfg(test)]
mod tests;
