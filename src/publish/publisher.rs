//! The publisher: the only writer of the published state.
//!
//! It changes the index, builds snapshots, commits what the next start needs, and replaces the state that a
//! [`ReadHandle`] shows. Requests read a published state and never wait for the publisher's lock, which is
//! not held while files are read.

mod reading;
mod renewal;
mod selection_dates;
mod writer;

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::mem;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::mpsc;

use self::selection_dates::SelectionDates;
use self::writer::{FORGOTTEN, NewContent, Writer};
use crate::config::Config;
use crate::feed::automatic_path::automatic_path;
use crate::feed::definitions::{FeedDefinitions, SELECT};
use crate::feed::reload_summary::ReloadSummary;
use crate::feed::sitemaps::is_sitemap;
use crate::feed::snapshot::FeedVersion;
use crate::feed::vanished::{ServedHistory, VanishedAddresses, find_vanished};
use crate::index::{AffectedFeeds, TermChange};
use crate::ingest::driver::{Driver, DriverError};
use crate::model::problem::chain;
use crate::model::time::Timestamp;
use crate::model::validators::Validators;
use crate::publish::dead_feeds::DeadFeeds;
use crate::publish::index_state::{IndexState, load_index};
use crate::publish::published_state::PublishedState;
use crate::publish::read_handle::ReadHandle;
use crate::publish::selections::{SELECTIONS_MAX, Selections, is_selection};
use crate::render::pages::templates::Templates;
use crate::store::{Memory, Store, StoreError};

/// Where the store has [`Writer::floor`]. No feed has this path.
const FLOOR: &str = "select/floor";

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
    /// What that changed, if another one was in force before.
    pub reload: Option<ReloadSummary>,
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
        let mut index = load_index(&config, &store, as_of)?;
        let definitions = FeedDefinitions::new(&config, &mut index);
        let mut validators: HashMap<Arc<str>, Validators> = store
            .validators()?
            .into_iter()
            .map(|(path, row)| (path.into(), row))
            .collect();
        let last_second = validators
            .remove(SELECT)
            .map_or(Timestamp(0), |row| row.last_modified);
        let stored_floor = validators
            .remove(FLOOR)
            .map_or(Timestamp(0), |row| row.last_modified);
        let forgotten_dates = validators.remove(FORGOTTEN).map(|row| row.last_modified);
        // After an unclean end, later answers may have been given than the store knows. A feed may return
        // to what they showed at any time, so later processes need the floor too.
        let is_known = store.was_closed_cleanly();
        let floor = if is_known {
            stored_floor
        } else {
            as_of.max(stored_floor)
        };
        if store.is_outdated() {
            // Other bytes may have been answered since, and dated later.
            for row in validators.values_mut() {
                row.digest = 0;
            }
        }
        let (retired, served) = (store.retired()?, store.served()?);
        // Later dates are from before the clock was set back; the publisher must not wait for them.
        let dates = validators.values().map(|row| row.last_modified);
        let last_moved = dates.filter(|date| *date <= as_of).max();
        let sitemap_dates = validators.extract_if(|path, _| is_sitemap(path)).collect();
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
                loads_index: false,
                renewed_at: None,
                templates,
                touched: AffectedFeeds::All,
                rebuild: true,
                generation: 0,
                last_moved,
                due: BTreeSet::new(),
                selection_dates: SelectionDates::new(last_second, due_instants),
                stored_selections,
                validators,
                sitemap_dates,
                sitemaps_next: None,
                unsaved: HashMap::new(),
                dead_feeds: DeadFeeds::default(),
                unsaved_terms: Vec::new(),
                forgotten_dates,
                floor,
                stored_floor,
                is_publishing: false,
                served,
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
        self.handle.is_published() || self.driver.is_complete() && !self.store.is_outdated()
    }

    /// Whether the store is older than what was answered before the start, so that nothing should be
    /// published from it before everything was read.
    pub fn is_outdated(&self) -> bool {
        self.store.is_outdated()
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

    /// The second in which a feed or a sitemap last moved.
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
        if mem::replace(&mut writer.is_publishing, true) {
            // A panic ended the last publication, and what it had taken is not published.
            writer.touched = AffectedFeeds::All;
            writer.rebuild = true;
        }
        let publication = self.publish_due(writer, as_of);
        writer.is_publishing = false;
        publication
    }

    fn publish_due(&self, writer: &mut Writer, as_of: Timestamp) -> Publication {
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
        let is_replaced =
            new.is_changed() || new.has_new_sitemaps || writer.selection_dates.is_due(as_of);
        if is_replaced {
            writer.selection_dates.advance(as_of, last.is_some());
            writer.selection_dates.reach(writer.state.index.as_of());
        }
        self.commit_and_log(writer, &[]);
        let mut publication = Publication {
            moved: new.moved,
            new_versions: new.versions.clone(),
            reconfigured: new.rebuild,
            reload: None,
            next: None,
        };
        if is_replaced {
            self.store.note_publication();
            publication.reload = self.replace(writer, last, new);
            for version in &publication.new_versions {
                writer.validators.remove(&version.path);
            }
        }
        publication.next = writer.next_instant();
        publication
    }

    /// Replaces the published state. Returns what a new configuration changed.
    fn replace(
        &self,
        writer: &mut Writer,
        last: Option<Arc<PublishedState>>,
        new: NewContent,
    ) -> Option<ReloadSummary> {
        let is_reload = new.rebuild;
        let mut next = writer.next_state(last.as_ref(), new);
        let snapshot = next.snapshot.clone();
        next.term_slugs = self.driver.source().term_slugs();
        next.first_of_second = last.as_ref().and_then(|last| writer.first_of_second(last));
        self.handle.replace(next);
        let last = last?;
        writer.keep_records(&last.snapshot, &snapshot);
        is_reload.then(|| ReloadSummary::between(&last.snapshot, &snapshot))
    }

    /// Commits pending changes at shutdown, so that the next start has the validators of all responses.
    /// Nothing may be published afterwards.
    /// Returns whether the disk has them.
    pub fn save(&self) -> bool {
        let selections = self.handle.selections().validators();
        self.commit_and_log(&mut self.writer(), &selections);
        let is_saved = self.store.wait_until_saved(SAVE_TIMEOUT);
        if is_saved {
            self.store.note_end();
        }
        is_saved
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
        let is_outdated = writer.loads_index || config.same != state.config.same;
        // As long as a store that was made anew does not have all articles, `[same]` stays as it was.
        let is_renewing = self.driver.is_renewing();
        let loaded = match is_outdated && !is_renewing {
            true => Some(load_index(&config, &self.store, as_of)?),
            false => None,
        };
        writer.keep_dead_validators();
        writer.loads_index = is_outdated && is_renewing;
        let state = &mut writer.state;
        if let Some(index) = loaded {
            state.index = index;
            writer.index_loads += 1;
        }
        state.definitions = Arc::new(FeedDefinitions::new(&config, &mut state.index));
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
        let served = writer.newly_served(&definitions);
        writer.take_term_changes(None);
        let deletable = writer.take_deletable(!self.handle.is_published());
        let second = writer.selection_dates.unsaved().map(Validators::of_date);
        let is_unsaved = writer.floor != writer.stored_floor;
        let floor = is_unsaved.then(|| Validators::of_date(writer.floor));
        if writer.unsaved.is_empty()
            && floor.is_none()
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
            if let Some(floor) = &floor {
                batch.put_validators(FLOOR, floor)?;
            }
            batch.delete(&deletable)
        });
        match written {
            Ok(()) => {
                writer.unsaved.clear();
                writer.unsaved_terms.clear();
                writer.stored_selections.clear();
                writer.selection_dates.note_saved();
                writer.stored_floor = writer.floor;
                for (name, formats) in served {
                    let known = writer.served.entry(name.to_owned()).or_default();
                    known.extend(formats);
                }
                writer.served_unsaved = false;
                None
            }
            Err(error) => Some(chain(&error)),
        }
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

#[cfg(test)]
mod tests;
