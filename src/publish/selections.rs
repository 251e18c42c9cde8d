//! A cache of the selections that were requested. It belongs to the requests: the publisher never locks it.
//! Most selections are requested less often than articles are published, so a request itself finds out
//! whether its selection has changed, and builds it then.

use std::collections::HashMap;
use std::num::NonZero;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use arc_swap::ArcSwapOption;
use lru::LruCache;
use tokio::sync::mpsc;

use crate::feed::definitions::{FeedDefinition, SELECT};
use crate::feed::poll_rate::PollRate;
use crate::feed::snapshot::FeedVersion;
use crate::index::{Query, StepsExceeded};
use crate::model::time::Timestamp;
use crate::model::validators::Validators;
use crate::publish::published_state::PublishedState;

/// Cached selections; the least recently used one is evicted. The state folder remembers as many.
pub(super) const SELECTIONS_MAX: NonZero<usize> = NonZero::new(1024).expect("it is not zero");

pub(super) struct Selections {
    cache: Mutex<Cache>,
    polls: Arc<PollRate>,
    /// To the publisher: the instants at which selections change without an edit.
    due: mpsc::Sender<Timestamp>,
}

struct Cache {
    slots: LruCache<Arc<str>, Arc<Slot>>,
    /// The stored validators of selections that were not requested since the start.
    remembered: HashMap<Arc<str>, Validators>,
}

/// The place of one selection in the cache.
#[derive(Default)]
struct Slot {
    built: ArcSwapOption<BuiltSelection>,
    /// Locked while a request builds the selection, so that others wait for it. The stored validators until
    /// it is built for the first time.
    building: Mutex<Option<Validators>>,
}

struct BuiltSelection {
    /// With the lists that its terms meant.
    query: Query,
    version: Arc<FeedVersion>,
    /// The number of the last change up to which the version is known to be current.
    current_at: AtomicU64,
}

impl Selections {
    /// An empty cache. `remembered` are the stored validators.
    pub(super) fn new(
        remembered: HashMap<Arc<str>, Validators>,
        due: mpsc::Sender<Timestamp>,
    ) -> Selections {
        Selections {
            cache: Mutex::new(Cache {
                slots: LruCache::new(SELECTIONS_MAX),
                remembered,
            }),
            polls: Arc::default(),
            due,
        }
    }

    /// How often selections are requested, all together.
    pub(super) fn polls(&self) -> &PollRate {
        &self.polls
    }

    /// The cached version of a selection, if it is current in `state`.
    pub(super) fn find(&self, path: &str, state: &PublishedState) -> Option<Arc<FeedVersion>> {
        let slot = self.cache().slots.get(path)?.clone();
        slot.current(state)
    }

    /// The version of a selection in `state`. Requests for the same selection build it once. `None` if it
    /// would be dated by a second that belongs to a later state.
    ///
    /// # Errors
    /// When the search takes too many steps.
    pub(super) fn find_or_build(
        &self,
        definition: FeedDefinition,
        state: &PublishedState,
    ) -> Result<Option<Arc<FeedVersion>>, StepsExceeded> {
        let slot = self.slot(&definition.path);
        let mut remembered = slot.building.lock().unwrap_or_else(PoisonError::into_inner);
        // Another request may have built it meanwhile.
        if let Some(version) = slot.current(state) {
            return Ok(Some(version));
        }
        let old = slot.built.load_full();
        let previous = old.as_ref().map(|old| old.version.validators());
        let previous = previous.or(*remembered);
        let floor = match previous {
            Some(previous) if previous.last_modified < state.as_of() => Timestamp(0),
            // The clock was set back since it was last dated, or earlier dates are not known.
            Some(_) | None => state.selection_second,
        };
        let query = state.index.index.resolve(&definition.query).into_owned();
        let mut version = state.index.build_selection(definition, previous, floor)?;
        version.polls = self.polls.clone();
        if let Some(old) = &old {
            version.continues(&old.version);
        }
        let is_dated_by_state = version.last_modified >= state.selection_second;
        if is_dated_by_state && !state.second_use.claim() {
            return Ok(None);
        }
        let version = Arc::new(version);
        slot.built.store(Some(Arc::new(BuiltSelection {
            query,
            version: version.clone(),
            current_at: AtomicU64::new(state.changes.number()),
        })));
        *remembered = None;
        if let Some(next) = version.next {
            // The channel is full only while the publisher stalls. Without its instant, the selection
            // changes with the first publication after it.
            let _ = self.due.try_send(next);
        }
        Ok(Some(version))
    }

    /// The validators that the next start needs: those of the cached selections and of those that were not
    /// requested since this start.
    pub(super) fn validators(&self) -> Vec<(Arc<str>, Validators)> {
        let cache = self.cache();
        let built = cache.slots.iter().filter_map(|(path, slot)| {
            let built = slot.built.load();
            Some((path.clone(), built.as_ref()?.version.validators()))
        });
        let remembered = cache.remembered.iter();
        let remembered = remembered.map(|(path, validators)| (path.clone(), *validators));
        built.chain(remembered).take(SELECTIONS_MAX.get()).collect()
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.cache().slots.len()
    }

    /// As if many others had been requested since.
    #[cfg(test)]
    pub(super) fn evict_all(&self) {
        self.cache().slots.clear();
    }

    #[cfg(test)]
    pub(super) fn lock(&self) -> impl Sized + '_ {
        self.cache()
    }

    fn slot(&self, path: &Arc<str>) -> Arc<Slot> {
        let mut cache = self.cache();
        if let Some(slot) = cache.slots.get(path) {
            return slot.clone();
        }
        let slot = Arc::new(Slot {
            building: Mutex::new(cache.remembered.remove(path)),
            ..Slot::default()
        });
        cache.slots.push(path.clone(), slot.clone());
        slot
    }

    fn cache(&self) -> MutexGuard<'_, Cache> {
        self.cache.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Slot {
    fn current(&self, state: &PublishedState) -> Option<Arc<FeedVersion>> {
        let built = self.built.load();
        let built = built.as_ref()?;
        built.is_current(state).then(|| built.version.clone())
    }
}

impl BuiltSelection {
    /// Whether no change up to `state` has affected it. A version of a later state counts as current: an
    /// earlier one would be older than an answer that was given.
    fn is_current(&self, state: &PublishedState) -> bool {
        if self.version.as_of > state.as_of() {
            return true;
        }
        if self.version.next.is_some_and(|next| next <= state.as_of()) {
            return false;
        }
        let (number, since) = (
            state.changes.number(),
            self.current_at.load(Ordering::Relaxed),
        );
        if since >= number {
            return true;
        }
        let is_current = !state.changes.may_affect(&self.query, since);
        if is_current {
            self.current_at.fetch_max(number, Ordering::Relaxed);
        }
        is_current
    }
}

pub(super) fn is_selection(path: &str) -> bool {
    path.strip_prefix(SELECT)
        .is_some_and(|rest| rest.starts_with('?'))
}
