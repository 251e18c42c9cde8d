//! What a new configuration would change for readers: addresses, entries, ids and ETags.
//!
//! Both sides are computed by the code that publishes: [`FeedDefinitions`](super::definitions) and the windows
//! of the index. Begin with [`ConfigDiff`], the result, then `compare.rs` and `side.rs`; `addresses.rs` finds where the
//! addresses of today lead, `entries.rs` says which entries enter and leave and why.

mod addresses;
mod compare;
mod entries;
mod side;
mod successors;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use self::compare::compare;
pub use self::side::{ArticleNames, Side};
use crate::feed::definitions::FeedKind;
use crate::model::format::Format;

/// Feeds and addresses of one list that are named; the others are counted.
pub const LISTED_MAX: usize = 20_000;

/// What a new configuration would change.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConfigDiff {
    /// Released articles today.
    pub articles: usize,
    /// Feeds today, those of dead terms included.
    pub feeds_today: usize,
    /// `public-url`, if it differs: the base of every address.
    pub public_url: Option<Change>,
    /// Feeds whose addresses are new.
    pub gained: List<GainedFeed>,
    /// Addresses of today that would lead elsewhere, or be gone by intent.
    pub redirected: List<Redirected>,
    /// Addresses of today that would answer 404, by feed.
    pub lost: List<LostFeed>,
    /// Feeds that stay, or are found again under another name, and change.
    pub changed: List<ChangedFeed>,
    /// How many of them entries leave.
    pub feeds_left: usize,
    /// The feeds whose ETag moves, counted by cause.
    pub etag_causes: BTreeMap<String, usize>,
    /// How many feeds these are.
    pub etags_moved: usize,
    /// Ids of entries of today that would change.
    pub ids: ArticleChanges,
    /// Addresses of articles' pages, in entries of today, that would change.
    pub links: ArticleChanges,
    /// Pages of articles on this server that would answer 404.
    pub pages: ArticleChanges,
}

/// The first [`LISTED_MAX`] of a list, and how many there are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct List<T> {
    /// How many there are.
    pub count: usize,
    /// The first of them.
    pub first: Vec<T>,
}

impl<T> Default for List<T> {
    fn default() -> List<T> {
        List {
            count: 0,
            first: Vec::new(),
        }
    }
}

impl<T> List<T> {
    fn push(&mut self, item: T) {
        self.count += 1;
        if self.first.len() < LISTED_MAX {
            self.first.push(item);
        }
    }
}

/// A value today and then.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// The value today.
    pub before: String,
    /// The value under the new configuration.
    pub after: String,
}

/// A feed with new addresses.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GainedFeed {
    /// Its path without extension.
    pub path: String,
    /// Where it comes from; `None` for robots.txt and sitemaps.
    pub kind: Option<FeedKind>,
    /// The new addresses: of its page, then of its formats.
    pub addresses: Vec<String>,
    /// How many entries it would have.
    pub entries: usize,
}

/// An address that would lead elsewhere.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Redirected {
    /// The address.
    pub from: String,
    /// Where it would lead; empty for 410 Gone.
    pub to: String,
}

/// Addresses of one feed, redirect or list of terms that would answer 404.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LostFeed {
    /// The feed's path without extension; of a redirect its address.
    pub path: String,
    /// Where the feed comes from; `None` for a redirect.
    pub kind: Option<FeedKind>,
    /// The lost addresses.
    pub addresses: Vec<LostAddress>,
}

/// An address that would answer 404.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LostAddress {
    /// The address: decoded, below the public address.
    pub from: String,
    /// An address that would have the same articles.
    pub to: Option<String>,
}

/// A feed that would change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangedFeed {
    /// Its path without extension under the new configuration.
    pub path: String,
    /// Its path today, if that is another one.
    pub before: Option<String>,
    /// Where it comes from.
    pub kind: FeedKind,
    /// Why its ETag moves: keys of feeds.toml, `entries` and `articles`. Empty if it stays, or if the path
    /// is another one.
    pub etag_causes: Vec<String>,
    /// The entries that enter.
    pub enter: EntryChanges,
    /// The entries that leave.
    pub leave: EntryChanges,
}

/// Entries that enter or leave a feed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct EntryChanges {
    /// How many.
    pub count: usize,
    /// How many by the key of feeds.toml that makes them enter or leave: see [`EntryChange::cause`].
    pub causes: BTreeMap<String, usize>,
    /// The first few, the newest first.
    pub first: Vec<EntryChange>,
}

/// An entry that enters or leaves a feed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EntryChange {
    /// The article's key.
    pub key: String,
    /// Its headline; `None` if its text cannot be read.
    pub title: Option<String>,
    /// The key of feeds.toml that decides: `any`, `all`, `none`, `items`, `keep`, `oldest`, `delay`, `same`;
    /// `others` if other entries push it out or make room, `article` if the article itself is read differently.
    pub cause: String,
    /// Why the side without the entry does not have it, in the words of explanations.
    pub reason: String,
}

/// Articles of which something would change.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ArticleChanges {
    /// How many of those that were compared.
    pub count: usize,
    /// How many entries of today's feeds were compared.
    pub compared: usize,
    /// Whether there are more of them.
    pub is_partial: bool,
    /// The key of one, and what changes.
    pub example: Option<(String, Change)>,
}

impl ArticleChanges {
    fn add(&mut self, key: &str, before: String, after: String) {
        self.count += 1;
        self.example
            .get_or_insert_with(|| (key.to_owned(), Change { before, after }));
    }
}

/// Something that readers would lose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loss {
    /// The names that accept it: a path, or a word for a kind of losses.
    pub names: Vec<String>,
}

/// The name of a feed or redirect in `--accept`: its path without slashes around it and without the extension of
/// a format.
pub fn loss_name(path: &str) -> &str {
    let path = path.trim_matches('/');
    match path.rsplit_once('.') {
        Some((stem, extension)) if Format::from_extension(extension).is_some() => stem,
        _ => path,
    }
}

impl Loss {
    fn of(names: impl IntoIterator<Item = impl Into<String>>) -> Loss {
        Loss {
            names: names.into_iter().map(Into::into).collect(),
        }
    }
}

/// The words that accept a kind of losses, apart from the folders of automatic feeds.
pub const LOSS_WORDS: [&str; 5] = ["addresses", "entries", "ids", "pages", "public-url"];

impl ConfigDiff {
    /// Puts the lists in an order that does not depend on how the index came about.
    fn sort(&mut self) {
        self.gained
            .first
            .sort_by(|a, b| (a.kind, &a.path).cmp(&(b.kind, &b.path)));
        self.redirected.first.sort_by(|a, b| a.from.cmp(&b.from));
        self.lost
            .first
            .sort_by(|a, b| (a.kind, &a.path).cmp(&(b.kind, &b.path)));
        self.changed
            .first
            .sort_by(|a, b| (a.kind, &a.path).cmp(&(b.kind, &b.path)));
    }

    /// Adds a feed that changes.
    fn change(&mut self, feed: ChangedFeed) {
        self.feeds_left += usize::from(feed.leave.count > 0);
        self.etags_moved += usize::from(!feed.etag_causes.is_empty());
        for cause in &feed.etag_causes {
            *self.etag_causes.entry(cause.clone()).or_default() += 1;
        }
        self.changed.push(feed);
    }

    /// Whether nothing changes for readers.
    pub fn is_empty(&self) -> bool {
        let ConfigDiff {
            articles: _,
            feeds_today: _,
            public_url,
            gained,
            redirected,
            lost,
            changed,
            feeds_left: _,
            etag_causes: _,
            etags_moved,
            ids,
            links,
            pages,
        } = self;
        let of_articles = [ids, links, pages].map(|changes| changes.count);
        let counts = [gained.count, redirected.count, lost.count, changed.count];
        public_url.is_none()
            && *etags_moved == 0
            && counts.iter().chain(&of_articles).all(|count| *count == 0)
    }

    /// What readers would lose: addresses without a redirect, entries that leave a feed, ids and pages of
    /// articles that change, and the base of all addresses.
    pub fn losses(&self) -> Vec<Loss> {
        let [addresses, entries, ids, pages, public_url] = LOSS_WORDS;
        let mut losses = Vec::new();
        let lost = self.lost.first.iter().map(|lost| {
            let folder = lost
                .path
                .split_once('/')
                .map_or(&*lost.path, |(folder, _)| folder);
            let folder = lost.kind.filter(|kind| kind.is_automatic()).map(|_| folder);
            Loss::of(
                [Some(loss_name(&lost.path)), Some(addresses), folder]
                    .into_iter()
                    .flatten(),
            )
        });
        losses.extend(lost);
        let changed = self.changed.first.iter();
        let leaving = changed.filter(|feed| feed.leave.count > 0).map(|feed| {
            let paths = [Some(&*feed.path), feed.before.as_deref(), Some(entries)];
            Loss::of(paths.into_iter().flatten())
        });
        let listed = losses.len();
        losses.extend(leaving);
        let has_more_left = self.feeds_left > losses.len() - listed;
        let single = [
            (self.lost.count > self.lost.first.len(), addresses),
            (has_more_left, entries),
            (self.ids.count > 0, ids),
            (self.pages.count > 0, pages),
            (self.public_url.is_some(), public_url),
        ];
        let single = single.into_iter().filter(|(is_lost, _)| *is_lost);
        losses.extend(single.map(|(_, word)| Loss::of([word])));
        losses
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn changed(left: usize) -> ChangedFeed {
        ChangedFeed {
            path: "sport".to_owned(),
            before: None,
            kind: FeedKind::Declared,
            etag_causes: vec!["title".to_owned()],
            enter: EntryChanges::default(),
            leave: EntryChanges {
                count: left,
                ..EntryChanges::default()
            },
        }
    }

    #[test]
    fn feeds_that_are_not_listed_are_a_loss_only_if_entries_leave_them() {
        let mut diff = ConfigDiff::default();
        for _ in 0..=LISTED_MAX {
            diff.change(changed(0));
        }
        assert_eq!((diff.etags_moved, diff.losses()), (LISTED_MAX + 1, vec![]));
        diff.change(changed(1));
        assert_eq!(diff.losses(), [Loss::of(["entries"])]);
        let mut diff = ConfigDiff::default();
        diff.change(changed(1));
        assert_eq!(diff.losses(), [Loss::of(["sport", "entries"])]);
    }
}
