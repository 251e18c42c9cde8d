//! The guard against the loss of most articles at once: an unmounted disk looks like a folder whose
//! articles were all deleted.
//!
//! In order of precedence:
//!
//! 1. A loss that an operator confirmed is believed, if what is missing is exactly that.
//! 2. What is held stays held until it returns or is confirmed.
//! 3. A single article that is gone is believed, unless it belongs to a run: it follows another loss at
//!    once, or a held loss that has grown within a minute.
//! 4. While a loss is held, more articles that are gone at once join it.
//! 5. Otherwise they are held if more than half of ten or more are gone within a minute, of those that
//!    there were a minute ago or there are now.
//!
//! The arithmetic alone is here; [`ingest`](crate::ingest) finds what is missing, and commits.

use std::collections::{HashSet, VecDeque};
use std::time::{Duration, Instant};

use xxhash_rust::xxh3::{xxh3_64, xxh3_128};

use super::held_loss::{HeldLoss, LossId, LossKind, NAMES_MAX};
use super::time::Timestamp;

/// With fewer articles than this, every loss is believed.
const GUARDED_FROM: usize = 10;

/// Losses within this time count together.
const WINDOW: Duration = Duration::from_secs(60);

/// A loss that follows another one faster than this belongs to the same run. People are slower than that,
/// and so is the next file event of a person who has seen the effect of the last one.
const RUN_GAP: Duration = Duration::from_millis(250);

/// Counts of one window are kept by this unit, so that their number is limited.
const UNIT: Duration = Duration::from_secs(1);

/// Which losses a reading believes that would else be held.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Removal {
    /// None.
    #[default]
    Held,
    /// The one with this id, if what is missing is exactly that.
    Loss(LossId),
    /// All that this reading finds.
    Confirmed,
}

/// What a reading found missing.
#[derive(Debug)]
pub struct Missing<'a> {
    /// The paths of the articles whose files or rows are gone, in order.
    pub paths: Vec<&'a str>,
    /// Paths in places that could not be listed, so that nobody knows whether they are gone.
    pub hidden: Vec<&'a str>,
    /// Whether everything else was listed, so that what is not in `paths` is there.
    pub is_full: bool,
    /// Articles in the store before the reading.
    pub stored: usize,
    /// When the reading found it.
    pub at: Instant,
    /// The same by the wall clock.
    pub now: Timestamp,
}

/// The verdict on one reading. It counts once it is passed to [`RemovalGuard::note`].
#[derive(Debug)]
pub struct Verdict {
    removes: Removes,
    /// Whether it removes the loss that was to be confirmed.
    pub confirms: bool,
    /// How many articles are removed.
    removed: usize,
    held: Option<Held>,
}

/// Which of the missing articles are removed.
#[derive(Debug)]
enum Removes {
    All,
    /// Those that were not held before.
    New(HashSet<u64>),
    None,
}

/// The losses of the last minute, and the one that is held.
#[derive(Debug, Default)]
pub struct RemovalGuard {
    held: Option<Held>,
    /// A loss that an earlier run held. It knows the id alone, so all that the first full reading misses
    /// counts as this loss.
    earlier: Option<HeldLoss>,
    counts: VecDeque<Count>,
    removed_at: Option<Instant>,
}

#[derive(Clone, Debug)]
struct Held {
    loss: HeldLoss,
    /// The digests of its paths.
    places: HashSet<u64>,
    /// The articles that were removed before it was held, and count with it.
    removed_before: usize,
    /// When it last grew.
    grown: Instant,
}

/// The counts of readings that lie within one [`UNIT`].
#[derive(Debug)]
struct Count {
    /// The first and the last of them.
    begun: Instant,
    ended: Instant,
    /// Articles in the store before the first of them.
    stored: usize,
    /// Articles that they removed.
    removed: usize,
}

impl RemovalGuard {
    /// A guard that goes on with the loss that an earlier run held.
    pub fn restored(earlier: Option<HeldLoss>) -> RemovalGuard {
        RemovalGuard {
            earlier,
            ..RemovalGuard::default()
        }
    }

    /// The loss that is held.
    pub fn held(&self) -> Option<&HeldLoss> {
        let held = self.held.as_ref().map(|held| &held.loss);
        self.earlier.as_ref().or(held)
    }

    /// Decides which of the missing articles are removed.
    pub fn judge(&self, missing: &Missing<'_>, removal: Removal) -> Verdict {
        let none = HashSet::new();
        let before = self.held.as_ref().map_or(&none, |held| &held.places);
        let places: HashSet<u64> = missing.paths.iter().map(|path| digest(path)).collect();
        let new = places.difference(before).count();
        // Only a full reading shows that what was held has returned, unless it is hidden.
        let hidden = missing.hidden.iter().map(|path| digest(path));
        let hidden: HashSet<u64> = hidden.filter(|place| before.contains(place)).collect();
        let mut all: HashSet<u64> = match missing.is_full {
            true => places.union(&hidden).copied().collect(),
            false => before.union(&places).copied().collect(),
        };
        let known = all.len() - new;
        let is_confirmed = match removal {
            Removal::Held => false,
            Removal::Loss(id) => {
                missing.is_full && hidden.is_empty() && !all.is_empty() && id_of(&all) == id
            }
            Removal::Confirmed => true,
        };
        let believed = |held: Option<Held>| Verdict {
            removes: Removes::All,
            confirms: is_confirmed,
            removed: places.len(),
            held,
        };
        if places.is_empty() && !missing.is_full {
            return believed(self.held.clone());
        }
        let counts = self.counts(missing, new);
        if is_confirmed || all.is_empty() {
            // What this reading did not look for stays held.
            all.retain(|place| !places.contains(place));
            return believed(self.next_held(missing, all, counts));
        }
        if !self.is_held(missing, new, known, counts) {
            all.retain(|place| before.contains(place));
            let held = self.next_held(missing, all, counts);
            let removes = match places.iter().any(|place| before.contains(place)) {
                true => Removes::New(before.clone()),
                false => Removes::All,
            };
            return Verdict {
                removes,
                confirms: false,
                removed: new,
                held,
            };
        }
        Verdict {
            removes: Removes::None,
            confirms: false,
            removed: 0,
            held: self.next_held(missing, all, counts),
        }
    }

    /// Takes over the verdict on a reading, once its removals are committed.
    pub fn note(&mut self, missing: &Missing<'_>, verdict: Verdict) {
        let at = missing.at;
        while (self.counts.front()).is_some_and(|count| at.duration_since(count.ended) >= WINDOW) {
            self.counts.pop_front();
        }
        let is_new = (self.counts.back()).is_none_or(|last| at.duration_since(last.begun) >= UNIT);
        match self.counts.back_mut().filter(|_| !is_new) {
            Some(last) => {
                last.ended = at;
                last.removed += verdict.removed;
            }
            None => self.counts.push_back(Count {
                begun: at,
                ended: at,
                stored: missing.stored,
                removed: verdict.removed,
            }),
        }
        if verdict.removed > 0 {
            self.removed_at = Some(at);
        }
        // A reading of a part does not show what the earlier loss was, nor does one that hides all of it.
        let is_all_known = missing.hidden.is_empty() || verdict.confirms || verdict.held.is_some();
        if missing.is_full && is_all_known {
            self.earlier = None;
        }
        self.held = verdict.held;
    }

    /// Whether `new` articles that are gone beside `known` ones are held.
    fn is_held(&self, missing: &Missing<'_>, new: usize, known: usize, counts: Counts) -> bool {
        if self.earlier.is_some() {
            return true;
        }
        let is_too_many = known > 0 || counts.reference().is_some();
        if new != 1 {
            return is_too_many;
        }
        let since = |at: Instant| missing.at.duration_since(at);
        let grown = self.held.as_ref().map(|held| held.grown);
        let is_growing = known > 0 && grown.is_some_and(|at| since(at) < WINDOW);
        let follows = self.removed_at.is_some_and(|at| since(at) < RUN_GAP);
        is_too_many && (is_growing || follows)
    }

    fn counts(&self, missing: &Missing<'_>, new: usize) -> Counts {
        let is_recent = |count: &&Count| missing.at.duration_since(count.ended) < WINDOW;
        let recent = || self.counts.iter().filter(is_recent);
        let removed: usize = recent().map(|count| count.removed).sum();
        Counts {
            new,
            removed,
            minute_ago: recent().next().map_or(missing.stored, |count| count.stored),
            now: missing.stored + removed,
        }
    }

    /// The held loss of these places: the same as before if it has not changed; `None` without a place.
    fn next_held(
        &self,
        missing: &Missing<'_>,
        places: HashSet<u64>,
        counts: Counts,
    ) -> Option<Held> {
        let before = self.held.as_ref();
        if let Some(before) = before.filter(|before| before.places == places) {
            return Some(before.clone());
        }
        if places.is_empty() {
            return None;
        }
        let id = id_of(&places);
        let earlier = self.earlier.as_ref().filter(|earlier| earlier.id == id);
        let removed_before = match before {
            Some(before) => before.removed_before,
            None => counts.removed,
        };
        let (lost, gone) = (places.len(), places.len() + removed_before);
        let of = match before {
            Some(before) => before.loss.of,
            None => counts.reference().unwrap_or(counts.now),
        };
        let is_grown =
            before.is_none_or(|before| places.difference(&before.places).next().is_some());
        let loss = earlier.cloned().unwrap_or_else(|| HeldLoss {
            id,
            kind: LossKind::Articles,
            lost,
            gone,
            // Articles may have been added since it was first held.
            of: of.max(gone),
            names: names(missing, &places, before),
            since: missing.now,
        });
        Some(Held {
            loss,
            places,
            removed_before,
            grown: match before {
                Some(before) if !is_grown => before.grown,
                _ => missing.at,
            },
        })
    }
}

impl Verdict {
    /// Whether the missing article at `path` is removed.
    pub fn removes(&self, path: &str) -> bool {
        match &self.removes {
            Removes::All => true,
            Removes::New(before) => !before.contains(&digest(path)),
            Removes::None => false,
        }
    }
}

/// The counts that a loss is weighed by.
#[derive(Clone, Copy, Debug)]
struct Counts {
    /// Articles that this reading misses, without those that are held.
    new: usize,
    /// Articles that were removed within a minute.
    removed: usize,
    /// Articles that there were a minute ago,
    minute_ago: usize,
    /// and there would be now without the losses of this minute.
    now: usize,
}

impl Counts {
    /// The count of which more than half is gone.
    fn reference(self) -> Option<usize> {
        let gone = self.new + self.removed;
        let mut counts = [self.minute_ago, self.now].into_iter();
        counts.find(|&of| is_too_many(gone, of))
    }
}

/// Whether a loss is too large to believe without a confirmation.
pub fn is_too_many(gone: usize, of: usize) -> bool {
    gone * 2 > of && of >= GUARDED_FROM
}

/// The first few of the held paths that are known.
fn names(missing: &Missing<'_>, places: &HashSet<u64>, before: Option<&Held>) -> Vec<String> {
    let paths = missing.paths.iter().map(|path| (*path).to_owned());
    let earlier = before.map_or(&[][..], |before| &before.loss.names);
    let mut names: Vec<String> = paths
        .filter(|path| places.contains(&digest(path)))
        .take(NAMES_MAX)
        .chain(
            earlier
                .iter()
                .filter(|name| places.contains(&digest(name)))
                .cloned(),
        )
        .collect();
    names.sort_unstable();
    names.dedup();
    names.truncate(NAMES_MAX);
    names
}

fn digest(path: &str) -> u64 {
    xxh3_64(path.as_bytes())
}

fn id_of(places: &HashSet<u64>) -> LossId {
    let mut places = Vec::from_iter(places.iter().copied());
    places.sort_unstable();
    let bytes: Vec<u8> = places.into_iter().flat_map(u64::to_le_bytes).collect();
    LossId(xxh3_128(&bytes))
}

/// The loss of the columns `names`, of `of` that there were.
pub fn loss_of_columns(names: &[String], of: usize, now: Timestamp) -> HeldLoss {
    let mut sorted = names.to_vec();
    sorted.sort_unstable();
    HeldLoss {
        // No path of an article begins like that.
        id: LossId(xxh3_128(
            format!("\0columns\0{}", sorted.join("\0")).as_bytes(),
        )),
        kind: LossKind::Columns,
        lost: names.len(),
        gone: names.len(),
        of,
        names: sorted,
        since: now,
    }
}

#[cfg(test)]
mod tests;
