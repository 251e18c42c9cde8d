//! Which feeds have other entries than those that hubs were last told of.
//!
//! Two states are compared, so nothing is missed that happened in between, whatever it was: an edit, an
//! embargo that ended, an expiry, a restart.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use crate::feed::automatic_path::split_automatic;

/// By path the digest of a feed's entries that hubs were last told of, or need not be told of.
#[derive(Debug, Default)]
pub(super) struct ComparedFeeds(HashMap<Arc<str>, u64>);

/// Why a feed may be there that was not there at the last comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NewFeeds {
    /// An article has a new term.
    OfArticles,
    /// Another configuration is in force.
    OfConfig,
    /// One or the other: the process has started.
    Unknown,
}

/// Where a feed is that was there at the last comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// It is published.
    Published,
    /// It is in no list, because its term is dead: the digest of its entries, of which there are none.
    Dead(u64),
    /// It is gone.
    Gone,
}

/// What a comparison finds.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Differences {
    /// The feeds that hubs have to be told of.
    pub(super) told: Vec<Arc<str>>,
    /// The digests that differ from those before; `None` for a feed that is not published any more.
    pub(super) digests: Vec<(Arc<str>, Option<u64>)>,
}

impl ComparedFeeds {
    /// What an earlier process compared.
    pub(super) fn new(digests: Vec<(String, u64)>) -> ComparedFeeds {
        let digests = digests.into_iter();
        ComparedFeeds(
            digests
                .map(|(path, digest)| (path.into(), digest))
                .collect(),
        )
    }

    /// Whether nothing was ever compared.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many feeds it has.
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// All of them.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, Option<u64>)> {
        self.0.iter().map(|(path, digest)| (&**path, Some(*digest)))
    }

    /// Compares the published feeds with those of the last comparison, and takes their digests over. The
    /// first comparison of all tells nothing.
    pub(super) fn compare<'f>(
        &mut self,
        published: impl ExactSizeIterator<Item = (&'f Arc<str>, u64)> + Clone,
        new_feeds: NewFeeds,
        place: impl Fn(&str) -> Place,
    ) -> Differences {
        let published_count = published.len();
        let known_kinds = self.kinds_before(new_feeds);
        let is_told = |path: &str| match new_feeds {
            NewFeeds::OfArticles => true,
            // Nobody can have subscribed to a feed that a configuration has brought.
            NewFeeds::OfConfig => false,
            NewFeeds::Unknown => {
                split_automatic(path).is_some_and(|(kind, _)| known_kinds.contains(kind.folder()))
            }
        };
        let is_first = self.is_empty();
        let mut differences = Differences::default();
        for (path, digest) in published.clone() {
            let is_changed = match self.0.get_mut(path) {
                Some(before) if *before == digest => continue,
                Some(before) => {
                    *before = digest;
                    true
                }
                None => {
                    self.0.insert(path.clone(), digest);
                    !is_first && is_told(path)
                }
            };
            if is_changed {
                differences.told.push(path.clone());
            }
            differences.digests.push((path.clone(), Some(digest)));
        }
        if self.0.len() > published_count {
            self.forget(place, &mut differences);
        }
        if new_feeds != NewFeeds::OfArticles {
            // The paths are in memory once, in the snapshot too.
            let published = published.map(|(path, digest)| (path.clone(), digest));
            self.0 = published.collect();
        }
        differences
    }

    /// The kinds of terms that had feeds, as far as they matter.
    fn kinds_before(&self, new_feeds: NewFeeds) -> HashSet<&'static str> {
        let paths = self.0.keys().filter(|_| new_feeds == NewFeeds::Unknown);
        let kinds = paths.filter_map(|path| Some(split_automatic(path)?.0.folder()));
        kinds.collect()
    }

    /// Forgets the feeds that are not published. One whose entries have all left is told a last time.
    fn forget(&mut self, place: impl Fn(&str) -> Place, differences: &mut Differences) {
        self.0.retain(|path, before| {
            let is_told = match place(path) {
                Place::Published => return true,
                Place::Dead(digest) => digest != *before,
                Place::Gone => false,
            };
            if is_told {
                differences.told.push(path.clone());
            }
            differences.digests.push((path.clone(), None));
            false
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EMPTY: u64 = 0;

    /// Compares feeds that are written as `path=digest`; a dead one is written as `path=dead`. Returns which
    /// feeds are told, and which digests are stored.
    fn compare(compared: &mut ComparedFeeds, new_feeds: NewFeeds, feeds: &str) -> (String, String) {
        let feeds = feeds.split_whitespace();
        let feeds = feeds.map(|feed| feed.split_once('=').expect("path=digest"));
        let feeds: HashMap<&str, Option<u64>> = feeds
            .map(|(path, digest)| (path, digest.parse().ok()))
            .collect();
        let published = feeds
            .iter()
            .filter_map(|(path, digest)| Some((Arc::from(*path), (*digest)?)));
        let published: Vec<(Arc<str>, u64)> = published.collect();
        let differences = compared.compare(
            published.iter().map(|(path, digest)| (path, *digest)),
            new_feeds,
            |path| match feeds.get(path) {
                Some(Some(_)) => Place::Published,
                Some(None) => Place::Dead(EMPTY),
                None => Place::Gone,
            },
        );
        let sorted = |mut words: Vec<String>| {
            words.sort();
            words.join(" ")
        };
        let told = differences.told.iter().map(|path| path.to_string());
        let stored = differences.digests.iter().map(|(path, digest)| {
            let digest = digest.map_or("none".to_owned(), |digest| digest.to_string());
            format!("{path}={digest}")
        });
        (sorted(told.collect()), sorted(stored.collect()))
    }

    #[test]
    fn feed_is_told_when_its_entries_differ_from_those_that_were_told() {
        use NewFeeds::{OfArticles, OfConfig, Unknown};
        let mut compared = ComparedFeeds::default();
        for (why, new_feeds, feeds, told, stored) in [
            (
                "the first start",
                Unknown,
                "all=1 tags/a=2",
                "",
                "all=1 tags/a=2",
            ),
            ("nothing changes", OfArticles, "all=1 tags/a=2", "", ""),
            ("an edit", OfArticles, "all=3 tags/a=2", "all", "all=3"),
            (
                "a new tag",
                OfArticles,
                "all=4 tags/a=2 tags/b=4",
                "all tags/b",
                "all=4 tags/b=4",
            ),
            (
                "a reload",
                OfConfig,
                "all=5 tags/a=2 tags/b=4 new=9 tags/c=6",
                "all",
                "all=5 new=9 tags/c=6",
            ),
            (
                "all entries leave",
                OfArticles,
                "all=5 tags/a=2 tags/b=dead new=9 tags/c=6",
                "tags/b",
                "tags/b=none",
            ),
            (
                "it stays dead",
                OfArticles,
                "all=5 tags/a=2 tags/b=dead new=9 tags/c=6",
                "",
                "",
            ),
            (
                "it returns, and another feed is gone",
                OfArticles,
                "all=5 tags/a=2 tags/b=4 tags/c=6",
                "tags/b",
                "new=none tags/b=4",
            ),
            (
                "an emptied feed dies",
                OfArticles,
                "all=5 tags/a=0 tags/b=4 tags/c=6",
                "tags/a",
                "tags/a=0",
            ),
            (
                "it was told already",
                OfArticles,
                "all=5 tags/a=dead tags/b=4 tags/c=6",
                "",
                "tags/a=none",
            ),
        ] {
            let found = compare(&mut compared, new_feeds, feeds);
            assert_eq!(found, (told.to_owned(), stored.to_owned()), "{why}");
        }
    }

    #[test]
    fn after_a_restart_new_terms_are_told_and_new_kinds_of_feeds_are_not() {
        let before = [("all", 1), ("tags/a", 2), ("tags/b", 3)];
        let before = before.map(|(path, digest)| (path.to_owned(), digest));
        let mut compared = ComparedFeeds::new(before.to_vec());
        let feeds = "all=7 tags/a=2 tags/c=4 authors/d=5 declared=6";
        let (told, stored) = compare(&mut compared, NewFeeds::Unknown, feeds);
        assert_eq!(told, "all tags/c");
        assert_eq!(stored, "all=7 authors/d=5 declared=6 tags/b=none tags/c=4");
        assert_eq!(compared.len(), 5);
        assert_eq!(compared.iter().count(), 5);
    }
}
