//! The publisher: the one place where readings become snapshots.
//!
//! One writer at a time holds the index, behind a lock that is kept for a batch and a commit,
//! never while files are read. Requests read the snapshot without it; only a selection that nobody
//! asked for since it changed has to wait.

mod documents;
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

use arc_swap::{ArcSwap, ArcSwapOption, Guard};
use tracing::error;
use xxhash_rust::xxh3::xxh3_128;

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
use crate::index::{AffectedFeeds, Index};
use crate::ingest::{Progress, ReconcileError};
use crate::model::article::ACCEPT_VERSION;
use crate::model::format::Format;
use crate::model::problem::{Problem, chain};
use crate::model::selection::Selection;
use crate::model::term::Term;
use crate::model::time::Timestamp;
use crate::model::validators::Validators;
use crate::publish::published_state::PublishedState;
use crate::render::pages::templates::Templates;
use crate::serve::document_cache::DocumentCache;
use crate::source::Source;
use crate::source::sql::SqlError;
use crate::store::{Header, LAYOUT, Memory, Store, StoreError};

/// Everything between the articles and the sockets.
pub struct Publisher {
    store: Arc<Store>,
    source: ArcSwap<Source>,
    renditions: DocumentCache,
    published: ArcSwapOption<PublishedState>,
    selections: Mutex<Selections>,
    /// Until something is published.
    overview: ArcSwapOption<Overview>,
    progress: Arc<Progress>,
    /// Whether the state folder remembered a whole reading at the start, so that what is stored is not a
    /// part.
    is_complete: bool,
    state: Mutex<State>,
}

/// Whether more than half of the articles may go at once, or a column of the query.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Removal {
    /// It is held until somebody confirms it.
    Held,
    /// Somebody has.
    Confirmed,
}

/// What a reading did, for the log and for `check`.
#[derive(Debug, Default)]
pub struct Report {
    /// Files or rows that were read.
    pub read: usize,
    /// Articles that are new, changed or gone.
    pub changed: usize,
    /// Articles that are known now, released or not.
    pub articles: usize,
    /// Files that gave no article, or not their newest version.
    pub problems: Vec<Problem>,
    /// Articles whose removal waits for a confirmation.
    pub held: usize,
    /// What operators call the places that are good now, or gone, of a reading of less than everything.
    pub mended: Vec<String>,
    /// Whether everything was compared, so that what has no problem here has none.
    pub whole: bool,
    /// Places that have to be read again soon.
    pub unsettled: Vec<String>,
    /// Places that are known now, where the store tells.
    pub known: Option<u64>,
    /// Why the reading is not complete.
    pub failure: Option<ReconcileError>,
}

impl Report {
    /// Takes over what the reading after this one did. Where both found something of a place, the later
    /// one knows better, and what it holds may be what was held before.
    pub fn add(&mut self, next: Report) {
        let again = next.problems.iter().map(|problem| &problem.file);
        let again: BTreeSet<&String> = again.chain(&next.mended).collect();
        let mut problems = mem::take(&mut self.problems);
        problems.retain(|problem| !next.whole && !again.contains(&problem.file));
        problems.extend(next.problems);
        let mut mended = mem::take(&mut self.mended);
        mended.extend(next.mended);
        *self = Report {
            read: self.read + next.read,
            changed: self.changed + next.changed,
            problems,
            held: self.held.max(next.held),
            mended,
            whole: self.whole || next.whole,
            ..next
        };
    }
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

/// Why there is no publisher, or not by this configuration.
#[derive(Debug, thiserror::Error)]
pub enum PublisherError {
    /// The store cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The source's address cannot be understood.
    #[error(transparent)]
    Source(#[from] SqlError),
}

/// Why a store does not fit a configuration.
#[derive(Debug, thiserror::Error)]
#[error(
    "[site] id-authority or id-year differ from those in the state folder ({authority}, {year}): \
     every article would get another id, and every reader would show all of them again"
)]
pub struct IdentityChanged {
    authority: String,
    year: u16,
}

impl Publisher {
    /// A publisher over what `store` remembers, at the instant `as_of`. Nothing is published yet.
    ///
    /// # Errors
    /// [`PublisherError`].
    pub fn new(
        config: Arc<Config>,
        templates: Arc<Templates>,
        store: Store,
        as_of: Timestamp,
    ) -> Result<Publisher, PublisherError> {
        let source = Source::new(&config)?;
        if let Some(memory) = store.source_memory()? {
            source.recall(&memory);
        }
        let stored = store.header()?;
        let reread = stored.as_ref() != Some(&header(&config, &source));
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
            renditions: DocumentCache::new(config.server.cache_bytes),
            published: ArcSwapOption::empty(),
            selections: Mutex::new(Selections::new(floor)),
            overview: ArcSwapOption::empty(),
            progress: Arc::default(),
            is_complete: stored.is_some(),
            state: Mutex::new(State {
                index,
                definitions,
                reread,
                touched: AffectedFeeds::All,
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
                removals: VecDeque::new(),
                leaving: VecDeque::new(),
                config,
                templates,
            }),
            store: Arc::new(store),
            source: ArcSwap::from_pointee(source),
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
        self.is_complete
    }

    /// Whether readers get something, or will as soon as what is stored is published.
    pub fn has_something_to_serve(&self) -> bool {
        self.is_complete || self.published.load().is_some()
    }

    /// How many articles the store had at the start, if they are a snapshot.
    pub fn remembered(&self) -> Option<usize> {
        self.is_complete.then(|| self.state().index.len())
    }

    /// The documents that were made, and how.
    pub fn renditions(&self) -> &DocumentCache {
        &self.renditions
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
        &self.progress
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

    /// Where the articles come from.
    pub fn source(&self) -> Arc<Source> {
        self.source.load_full()
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

        if state.rebuild || !revised.is_empty() || !state.touched.is_empty() {
            self.overview.store(None);
        }
        state.touched = AffectedFeeds::none();
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
                publication: state.definitions.publication().clone(),
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
    /// [`PublisherError`]; nothing has changed then.
    pub fn reconfigure(
        &self,
        config: Arc<Config>,
        templates: Arc<Templates>,
    ) -> Result<(), PublisherError> {
        let mut state = self.state();
        if config == state.config && templates == state.templates {
            return Ok(());
        }
        let before = self.source();
        let source = before.succeeded_by(&state.config, &config)?;
        let as_of = state.index.as_of();
        if config.same == state.config.same {
            let definitions = FeedDefinitions::new(&config, &mut state.index);
            state.definitions = definitions;
        } else {
            (state.index, state.definitions) = load(&config, &self.store, as_of)?;
        }
        state.reread |= header(&config, &source) != header(&state.config, &before);
        self.source.store(Arc::new(source));
        state.config = config;
        state.templates = templates;
        state.touched = AffectedFeeds::All;
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
            state.rebuild || is_due || state.touched.includes(&kept.query)
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
        let terms = state.index.take_new_terms();
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
                state.index.restore_new_terms(terms);
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

    fn reading_done(&self, config: &Config, source: &Source) {
        match self
            .store
            .write(|batch| batch.set_header(&header(config, source)))
        {
            Ok(()) => self.state().reread = false,
            Err(error) => error!("the state folder cannot be written: {}", chain(&error)),
        }
    }

    /// Has the next start know what columns the stored articles were made of.
    fn note_columns(&self, source: &Source) {
        let Some(memory) = source.memory() else {
            return;
        };
        let store = &self.store;
        let noted = match store.source_memory() {
            Ok(Some(before)) if before == memory => Ok(()),
            Ok(_) => store.write(|batch| batch.set_source_memory(&memory)),
            Err(error) => Err(error),
        };
        if let Err(error) = noted {
            error!("the state folder cannot be written: {}", chain(&error));
        }
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

/// Refuses a configuration that would give every article of `store` another id.
///
/// # Errors
/// [`IdentityChanged`].
pub fn check_identity(config: &Config, header: Option<&Header>) -> Result<(), IdentityChanged> {
    match header {
        Some(header)
            if header.id_authority != config.site.id_authority
                || header.id_year != config.site.id_year =>
        {
            Err(IdentityChanged {
                authority: header.id_authority.clone(),
                year: header.id_year,
            })
        }
        _ => Ok(()),
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

/// What the state folder of this configuration is written with.
fn header(config: &Config, source: &Source) -> Header {
    Header {
        layout: LAYOUT,
        read: ACCEPT_VERSION,
        reading: xxh3_128(&source.reading_bytes()),
        id_authority: config.site.id_authority.clone(),
        id_year: config.site.id_year,
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
