//! The publisher: the one place where readings become snapshots.
//!
//! One writer at a time holds the index, behind a lock that is kept for a batch and a commit,
//! never while files are read. Requests read the snapshot without it; only a selection that nobody
//! asked for since it changed has to wait.

mod explanation;
mod named;
mod overview;
mod page_lookup;
mod reading;
mod selections;
mod state;

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::mem;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use arc_swap::{ArcSwapOption, Guard};

pub use self::explanation::ExplainError;
pub use self::named::Unknown;
pub use self::page_lookup::{PageMissing, unused};
use self::selections::{Currency, Kept, SELECTIONS_MAX, Selections};
use self::state::State;
use crate::config::Config;
use crate::feed::definitions::{FeedDefinitions, SELECT};
use crate::feed::overview::Overview;
use crate::feed::poll_rate::PollRate;
use crate::feed::snapshot::{FeedVersion, Snapshot};
use crate::feed::vanished::{ServedBefore, Vanished, vanished};
use crate::index::{Index, Touched};
use crate::ingest::Progress;
use crate::ingest::driver::{Driver, DriverError};
use crate::model::format::Format;
use crate::model::problem::chain;
use crate::model::selection::Selection;
use crate::model::term::Term;
use crate::model::time::Timestamp;
use crate::model::validators::Validators;
use crate::publish::published_state::PublishedState;
use crate::render::pages::templates::Templates;
use crate::source::Source;
use crate::store::{Memory, Store, StoreError};

/// Everything between the articles and the sockets.
pub struct Publisher {
    store: Arc<Store>,
    driver: Driver,
    published: ArcSwapOption<PublishedState>,
    selections: Mutex<Selections>,
    /// Until something is published.
    overview: ArcSwapOption<Overview>,
    state: Mutex<State>,
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
        let driver = Driver::new(&config, store.clone())?;
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
        Ok(Publisher {
            published: ArcSwapOption::empty(),
            selections: Mutex::new(Selections::new(floor)),
            overview: ArcSwapOption::empty(),
            driver,
            state: Mutex::new(State {
                index,
                definitions,
                touched: Touched::Everything,
                rebuild: true,
                generation: 0,
                overviews: 0,
                last_moved,
                due: BTreeSet::new(),
                validators,
                unsaved: HashMap::new(),
                served_unsaved: true,
                unwritable: None,
                selection_polls: Arc::default(),
                retired,
                leaving: VecDeque::new(),
                config,
                templates,
            }),
            store,
        })
    }

    /// The published snapshot; `None` before the first.
    pub fn snapshot(&self) -> Option<Arc<Snapshot>> {
        let published = self.published.load();
        Some(published.as_ref()?.snapshot.clone())
    }

    /// The published snapshot and the templates of its pages; `None` before the first.
    pub fn published(&self) -> Option<Arc<PublishedState>> {
        self.published.load_full()
    }

    /// The same for a moment, at no cost to other threads. Whoever waits for something must not hold
    /// it.
    pub fn published_now(&self) -> Guard<Option<Arc<PublishedState>>> {
        self.published.load()
    }

    /// Whether the state folder remembers a whole snapshot.
    pub fn is_complete(&self) -> bool {
        self.driver.is_complete()
    }

    /// Whether readers get something, or will as soon as what is stored is published.
    pub fn has_something_to_serve(&self) -> bool {
        self.is_complete() || self.published.load().is_some()
    }

    /// How many articles the store had at the start, if they are a snapshot.
    pub fn remembered(&self) -> Option<usize> {
        self.is_complete().then(|| self.state().index.len())
    }

    /// How often selections are asked for, all of them together.
    pub fn selection_polls(&self) -> Arc<PollRate> {
        self.state().selection_polls.clone()
    }

    /// Why the state folder does not have everything, after the last publication.
    pub fn state_trouble(&self) -> Option<String> {
        self.state().unwritable.clone()
    }

    /// How far the reading is that goes on.
    pub fn progress(&self) -> &Arc<Progress> {
        self.driver.progress()
    }

    /// The second in which a feed last moved.
    pub fn last_moved(&self) -> Option<Timestamp> {
        self.state().last_moved
    }

    /// Whether [`Publisher::publish`] would have something to look at.
    pub fn is_due(&self, now: Timestamp) -> bool {
        self.has_something_due(&self.state(), now)
    }

    fn has_something_due(&self, state: &State, now: Timestamp) -> bool {
        state.is_due(now) || !self.selections().forgotten.is_empty()
    }

    /// What reads the articles.
    pub fn driver(&self) -> &Driver {
        &self.driver
    }

    /// Where the articles come from.
    pub fn source(&self) -> Arc<Source> {
        self.driver.source()
    }

    /// What documents are made of.
    pub fn store(&self) -> &Arc<Store> {
        &self.store
    }

    /// Publishes everything that changed or fell due by `as_of`, and commits the validators first.
    pub fn publish(&self, as_of: Timestamp) -> Published {
        let mut guard = self.state();
        let state = &mut *guard;
        let advanced = state.index.advance(as_of);
        state.touch(advanced);
        if !self.has_something_due(state, as_of) {
            return Published {
                moved: 0,
                revised: Vec::new(),
                reconfigured: false,
                next: state.next_instant(),
            };
        }
        let current = self.snapshot();
        let unsaved_before = mem::take(&mut state.unsaved);

        let mut revised = Vec::new();
        for definition in state.concerned() {
            let path = definition.path.clone();
            let old = current
                .as_ref()
                .and_then(|snapshot| snapshot.feeds.get(&path));
            let version = state.build(definition, old.map(Arc::as_ref), Timestamp(0));
            if state.rebuild || old.is_none_or(|old| version.differs(old)) {
                revised.push(Arc::new(version));
            }
        }
        self.revise_selections(state);

        if state.rebuild || !revised.is_empty() || !state.touched.is_nothing() {
            self.overview.store(None);
        }
        state.touched = Touched::nothing();
        let rebuild = mem::take(&mut state.rebuild);
        state.generation += u64::from(rebuild);
        let moved = state.unsaved.len();
        if moved > 0 {
            state.last_moved = Some(state.index.as_of());
        }
        for (path, validators) in unsaved_before {
            state.unsaved.entry(path).or_insert(validators);
        }
        let failure = self.commit(state);
        state.say_whether_written(failure.or_else(|| self.store.trouble()));
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
                state.keep_validators(current.as_deref(), &feeds);
            }
            let snapshot = Snapshot {
                config: state.config.clone(),
                generation: state.generation,
                site_rules: state.definitions.site_rules().clone(),
                redirects: state.definitions.redirects().clone(),
                feeds,
            };
            let published = PublishedState {
                snapshot: Arc::new(snapshot),
                templates: state.templates.clone(),
            };
            self.published.store(Some(Arc::new(published)));
        }
        if let Some(current) = current.filter(|_| is_replaced || !state.retired.is_empty()) {
            // Older snapshots name what it retires too, so each has its place in the row.
            let retired = mem::take(&mut state.retired);
            state.leaving.push_back((Arc::downgrade(&current), retired));
        }
        Published {
            moved,
            revised,
            reconfigured: rebuild,
            next: state.next_instant(),
        }
    }

    /// Commits what the next publication would: at the end, so that the next start knows everything that
    /// was answered.
    pub fn save(&self) {
        let mut state = self.state();
        let failure = self.commit(&mut state);
        state.say_whether_written(failure.or_else(|| self.store.trouble()));
    }

    /// Addresses that were served once, and are neither served nor redirected now.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn vanished(&self) -> Result<Vec<Vanished>, StoreError> {
        let config = self.state().config.clone();
        Ok(vanished(&served_before(self.store.memory()?), &config))
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
        let mut state = self.state();
        if config == state.config && templates == state.templates {
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
        state.templates = templates;
        state.touched = Touched::Everything;
        state.rebuild = true;
        state.served_unsaved = true;
        Ok(())
    }

    /// The current version of a selection that was asked for before, if nothing concerned it since.
    pub fn kept_selection(&self, selection: &Selection) -> Option<Arc<FeedVersion>> {
        let path = format!("{SELECT}?{selection}");
        match self.selections().find(&path)? {
            (version, Currency::Current) => Some(version),
            (_, Currency::Stale) => None,
        }
    }

    /// The current version of a canonical selection.
    ///
    /// # Errors
    /// The first of its terms that is not known.
    pub fn select(&self, selection: &Selection) -> Result<Arc<FeedVersion>, Term> {
        if let Some(version) = self.kept_selection(selection) {
            return Ok(version);
        }
        let path: Arc<str> = format!("{SELECT}?{selection}").into();
        let mut state = self.state();
        let as_of = state.index.as_of();
        let found = self.selections().find(&path);
        let old = match found {
            // Somebody else may have asked while this one waited.
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
                if let Some(old) = old {
                    state.forget(&old);
                    self.selections().drop_unknown(&path, as_of);
                }
                return Err(term);
            }
        };
        let query = definition.query.clone();
        // One that is kept has its own last date.
        let floor = match old {
            Some(_) => Timestamp(0),
            None => self.selections().floor,
        };
        let version = Arc::new(state.build(definition, old.as_deref(), floor));
        let kept = Kept {
            query,
            version: version.clone(),
            currency: Currency::Current,
        };
        if let Some(old) = self.selections().keep(path, kept, as_of) {
            state.forget(&old);
        }
        Ok(version)
    }

    /// Terms of feeds.toml that no released article has.
    pub fn idle_terms(&self) -> Vec<crate::config::NamedTerm> {
        let state = self.state();
        let idle = |term: &Term| {
            state
                .index
                .find_term(term)
                .is_none_or(|term| state.index.articles_with(term) == 0)
        };
        state
            .config
            .named_terms
            .iter()
            .filter(|named| idle(&named.term))
            .cloned()
            .collect()
    }

    /// Notes which kept selections a change concerns.
    fn revise_selections(&self, state: &mut State) {
        if state.rebuild {
            self.forget_surplus_selections(state);
        }
        let as_of = state.index.as_of();
        self.selections().mark_stale(|kept| {
            let is_due = kept.version.next.is_some_and(|next| next <= as_of);
            state.rebuild || is_due || state.touched.concerns(&kept.query)
        });
    }

    /// Forgets what the state folder remembers of more selections than are kept, so that its rows do not
    /// pile up. The others take up their last dates when somebody asks.
    fn forget_surplus_selections(&self, state: &mut State) {
        let is_selection = |path: &str| {
            path.strip_prefix(SELECT)
                .is_some_and(|rest| rest.starts_with('?'))
        };
        let paths = state.validators.keys().filter(|path| is_selection(path));
        let remembered: BTreeSet<Arc<str>> = paths.cloned().collect();
        for path in remembered.into_iter().skip(SELECTIONS_MAX.get()) {
            if let Some(row) = state.validators.remove(&path) {
                let as_of = state.index.as_of();
                self.selections().forget(path, as_of.max(row.last_modified));
            }
        }
    }

    /// Commits what must not be forgotten once it is seen. A failure, which is returned, costs only
    /// what a restart would have remembered, and the next commit tries again.
    fn commit(&self, state: &mut State) -> Option<String> {
        let terms = state.index.take_newly_known();
        let deletable = state.deletable(self.published.load().is_none());
        let mut selections = self.selections();
        let forgotten = mem::take(&mut selections.forgotten);
        let floor = Validators {
            digest: 0,
            last_modified: selections.floor,
        };
        drop(selections);
        let served = self.newly_served(state);
        if state.unsaved.is_empty()
            && served.is_empty()
            && terms.is_empty()
            && forgotten.is_empty()
            && deletable.is_empty()
        {
            state.served_unsaved = false;
            return None;
        }
        let written = self.store.write(|batch| {
            for (term, name) in &terms {
                batch.put_term(term, name)?;
            }
            for (name, formats) in &served {
                batch.add_served(name, formats.iter().copied())?;
            }
            for path in &forgotten {
                batch.remove_validators(path)?;
            }
            // A selection may have been asked for again since it was forgotten.
            for (path, validators) in &state.unsaved {
                batch.put_validators(path, validators)?;
            }
            if !forgotten.is_empty() {
                batch.put_validators(SELECT, &floor)?;
            }
            batch.delete(&deletable)
        });
        match written {
            Ok(()) => {
                state.unsaved.clear();
                state.served_unsaved = false;
                None
            }
            Err(error) => {
                state.index.give_back_newly_known(terms);
                self.selections().take_back_forgotten(forgotten);
                Some(chain(&error))
            }
        }
    }

    /// What the configuration serves and the store does not remember to have been served.
    fn newly_served<'a>(&self, state: &'a State) -> Vec<(&'a str, &'a [Format])> {
        if !state.served_unsaved {
            return Vec::new();
        }
        let before = self.store.served().unwrap_or_default();
        let is_new = |(name, formats): &(&str, &[Format])| {
            let before = before.get(*name);
            let is_known = |format| before.is_some_and(|before| before.contains(format));
            !formats.iter().all(is_known)
        };
        state.definitions.served().filter(is_new).collect()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // A panic while publishing leaves the index as the last whole step left it.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn selections(&self) -> MutexGuard<'_, Selections> {
        self.selections
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

/// What a state folder knows to have been served.
pub fn served_before(memory: Memory) -> ServedBefore {
    ServedBefore {
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
    index.load(store.article_rows()?.map(|row| row.map(|row| row.listing)))?;
    let definitions = FeedDefinitions::new(config, &mut index);
    Ok((index, definitions))
}

#[cfg(test)]
mod tests;
