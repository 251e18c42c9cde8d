//! The publisher: the one writer of what is published.
//!
//! It changes the index, makes snapshots, commits what a restart has to remember, and replaces what
//! readers see through a [`ReadHandle`]. The index is behind a lock that is held for a batch and a
//! commit, never while files are read.

mod reading;
mod writer;

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::mem;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

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

/// The one writer of what is published.
pub struct Publisher {
    store: Arc<Store>,
    driver: Arc<Driver>,
    handle: ReadHandle,
    /// Locked before the index, and that before selections.
    writer: Mutex<Writer>,
}

/// What a publication did.
#[derive(Debug)]
pub struct Published {
    /// Feeds that moved.
    pub moved: usize,
    /// Feeds that have a new version, selections aside.
    pub revised: Vec<Arc<FeedVersion>>,
    /// Whether a configuration came into force with it.
    pub reconfigured: bool,
    /// When something is due by itself.
    pub next: Option<Timestamp>,
}

impl Publisher {
    /// A publisher over what `store` remembers, at the instant `as_of`. Nothing is published yet.
    ///
    /// # Errors
    /// [`DriverError`].
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
        // A clock that was set back must not keep the publisher waiting.
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
                unwritable: None,
                retired,
                leaving: VecDeque::new(),
            }),
            driver,
            store,
        })
    }

    /// What others ask of what is published.
    pub fn handle(&self) -> &ReadHandle {
        &self.handle
    }

    /// What reads the articles.
    pub fn driver(&self) -> &Driver {
        &self.driver
    }

    /// Whether readers get something, or will as soon as what is stored is published.
    pub fn has_something_to_serve(&self) -> bool {
        self.driver.is_complete() || self.handle.is_published()
    }

    /// How many articles the store had at the start, if they are a snapshot.
    pub fn remembered(&self) -> Option<usize> {
        let is_complete = self.driver.is_complete();
        is_complete.then(|| self.handle.index().index.len())
    }

    /// Why the state folder does not have everything, after the last publication.
    pub fn state_trouble(&self) -> Option<String> {
        self.writer().unwritable.clone()
    }

    /// The second in which a feed last moved.
    pub fn last_moved(&self) -> Option<Timestamp> {
        self.writer().last_moved
    }

    /// Whether [`Publisher::publish`] would have something to look at.
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

    /// Publishes everything that changed or fell due by `as_of`, and commits the validators first.
    pub fn publish(&self, as_of: Timestamp) -> Published {
        let (mut writer, mut state) = (self.writer(), self.handle.index());
        let (writer, state) = (&mut *writer, &mut *state);
        writer.touch(state.index.advance(as_of));
        if !self.has_something_due(writer, &state.index, as_of) {
            return Published {
                moved: 0,
                revised: Vec::new(),
                reconfigured: false,
                next: self.next_instant(writer, &state.index),
            };
        }
        let current = self.handle.snapshot();
        let unsaved_before = mem::take(&mut writer.unsaved);

        let mut revised = Vec::new();
        for definition in writer.concerned(state) {
            let path = definition.path.clone();
            let old = current
                .as_ref()
                .and_then(|snapshot| snapshot.feeds.get(&path));
            let version = writer.build(state, definition, old.map(Arc::as_ref));
            if writer.rebuild || old.is_none_or(|old| version.differs(old)) {
                revised.push(Arc::new(version));
            }
        }
        self.revise_selections(writer, &state.index);

        if writer.rebuild || !revised.is_empty() || !writer.touched.is_empty() {
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
        self.save_both(writer, state);
        let is_replaced = rebuild || !revised.is_empty();
        if is_replaced {
            let mut feeds = match &current {
                Some(snapshot) if !rebuild => snapshot.feeds.clone(),
                _ => HashMap::new(),
            };
            let paths = revised
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
            // Older snapshots name what it retires too, so each has its place in the row.
            let retired = mem::take(&mut writer.retired);
            writer
                .leaving
                .push_back((Arc::downgrade(&current), retired));
        }
        Published {
            moved,
            revised,
            reconfigured: rebuild,
            next: self.next_instant(writer, &state.index),
        }
    }

    /// Commits what the next publication would: at the end, so that the next start knows everything that
    /// was answered.
    pub fn save(&self) {
        let mut writer = self.writer();
        self.save_both(&mut writer, &mut self.handle.index());
    }

    fn save_both(&self, writer: &mut Writer, state: &mut IndexState) {
        let failure = self.commit(writer, state);
        writer.say_whether_written(failure.or_else(|| self.store.trouble()));
    }

    /// Addresses that were served once, and are neither served nor redirected now.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn vanished(&self) -> Result<Vec<VanishedAddresses>, StoreError> {
        let config = self.handle.index().config.clone();
        Ok(find_vanished(&served_before(self.store.memory()?), &config))
    }

    /// Puts another configuration and other templates in force, from the next publication on.
    ///
    /// # Errors
    /// [`DriverError`]; nothing has changed then.
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
        }
        self.driver.replace_source(source, &config);
        state.config = config;
        writer.templates = templates;
        writer.touched = AffectedFeeds::All;
        writer.rebuild = true;
        writer.served_unsaved = true;
        Ok(())
    }

    /// Notes which selections a change concerns.
    fn revise_selections(&self, writer: &Writer, index: &Index) {
        let as_of = index.as_of();
        let mut selections = self.handle.selections();
        if writer.rebuild {
            selections.forget_surplus(as_of);
        }
        selections.mark_stale(as_of, |cached| {
            writer.rebuild || writer.touched.includes(&cached.query)
        });
    }

    /// Commits what must not be forgotten once it is seen. A failure, which is returned, costs only
    /// what a restart would have remembered, and the next commit tries again.
    fn commit(&self, writer: &mut Writer, state: &mut IndexState) -> Option<String> {
        let terms = state.index.take_new_terms();
        let deletable = writer.deletable(!self.handle.is_published());
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
            // A selection may have been asked for again since it was forgotten.
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
                self.handle.selections().give_back(selections);
                Some(chain(&error))
            }
        }
    }

    /// What the configuration serves and the store does not remember to have been served.
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
        // A panic while publishing leaves it as the last whole step left it.
        self.writer.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What a state folder knows to have been served.
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
