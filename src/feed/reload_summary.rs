//! What a reload changed, in one line: the feeds of two snapshots after each other.

use std::collections::{BTreeMap, HashSet};
use std::fmt;

use crate::config::RedirectTo;
use crate::feed::crawler_addresses::{self, CRAWLER_ADDRESSES};
use crate::feed::etag_causes::{DigestHead, ENTRIES, etag_causes};
use crate::feed::snapshot::{FeedVersion, Snapshot};
use crate::model::count::counted;

/// Feeds that are named; the others are counted.
const NAMED_MAX: usize = 3;

/// What a reload changed for readers; displayed as one line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReloadSummary {
    added: Paths,
    redirected: Paths,
    lost: Paths,
    /// Feeds whose ETag moves.
    moved: usize,
    /// How many of them by which cause.
    causes: BTreeMap<&'static str, usize>,
    entered: usize,
    left: usize,
    /// Addresses for search engines that are there now, and that are not there any more.
    for_crawlers: [Vec<&'static str>; 2],
}

/// Some paths of feeds, the first few by name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Paths {
    count: usize,
    first: Vec<String>,
}

impl ReloadSummary {
    /// What differs between the last snapshot of one configuration and the first of the next.
    pub fn between(before: &Snapshot, after: &Snapshot) -> ReloadSummary {
        let mut summary = ReloadSummary::default();
        for (path, old) in &before.feeds {
            match after.feeds.get(path) {
                Some(new) => summary.compare(old, new),
                None if is_redirected(after, old) => summary.redirected.add(path),
                None => summary.lost.add(path),
            }
        }
        let added = after.feeds.keys();
        let added = added.filter(|path| !before.feeds.contains_key(*path));
        added.for_each(|path| summary.added.add(path));
        for address in CRAWLER_ADDRESSES {
            match [before, after].map(|snapshot| is_for_crawlers(address, snapshot)) {
                [false, true] => summary.for_crawlers[0].push(address),
                [true, false] => summary.for_crawlers[1].push(address),
                _ => {}
            }
        }
        summary
    }

    fn compare(&mut self, old: &FeedVersion, new: &FeedVersion) {
        if old.digest == new.digest {
            return;
        }
        self.moved += 1;
        let mut causes = etag_causes(head(old), head(new));
        if causes.is_empty() || old.entries != new.entries {
            causes.push(ENTRIES);
        }
        for cause in causes {
            *self.causes.entry(cause).or_default() += 1;
        }
        // Most feeds of a reload: publishing waits for this.
        if old.entries == new.entries {
            return;
        }
        let is_in = |entries: &[_]| {
            let entries = HashSet::<_>::from_iter(entries.iter().copied());
            move |entry: &&_| entries.contains(*entry)
        };
        let (was_in, is_still_in) = (is_in(&old.entries), is_in(&new.entries));
        self.left += old.entries.len() - old.entries.iter().filter(is_still_in).count();
        self.entered += new.entries.len() - new.entries.iter().filter(was_in).count();
    }
}

/// Whether every address of a feed leads elsewhere now, or is gone by intent.
fn is_redirected(after: &Snapshot, old: &FeedVersion) -> bool {
    let redirects = &after.config.redirects;
    old.settings.formats.iter().all(|format| {
        let address = format!("/{}.{}", old.path, format.extension());
        let to = redirects.find(&address, None);
        matches!(to.as_deref(), Some(RedirectTo::Moved(_) | RedirectTo::Gone))
    })
}

fn is_for_crawlers(address: &str, snapshot: &Snapshot) -> bool {
    let prefix = snapshot.site_rules.prefix();
    crawler_addresses::is_served(address, &snapshot.config, prefix)
}

fn head(version: &FeedVersion) -> DigestHead<'_> {
    DigestHead {
        site_rules: &version.site_rules,
        channel: &version.channel,
        texts: version.settings.texts,
    }
}

impl Paths {
    /// Keeps the first names in the order of the alphabet, whatever the order of the table is.
    fn add(&mut self, path: &str) {
        self.count += 1;
        let place = self.first.partition_point(|first| first.as_str() < path);
        if place < NAMED_MAX {
            self.first.insert(place, path.to_owned());
            self.first.truncate(NAMED_MAX);
        }
    }

    fn named(&self, what: &str) -> Option<String> {
        let names: Vec<String> = self.first.iter().map(|path| format!("/{path}")).collect();
        let more = if self.count > names.len() {
            ", …"
        } else {
            ""
        };
        let names = names.join(", ");
        (self.count > 0).then(|| format!("{} {what} ({names}{more})", self.count))
    }
}

impl fmt::Display for ReloadSummary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let moved = (self.moved > 0).then(|| {
            let causes = self.causes.iter();
            let causes: Vec<String> = causes.map(|(cause, of)| format!("{of} {cause}")).collect();
            let moved = counted(self.moved, "ETag moves", "ETags move");
            format!("{moved} ({})", causes.join(", "))
        });
        let entries = |count, one: &str, more: &str| (count > 0).then(|| counted(count, one, more));
        let parts = [
            self.added.named(if self.added.count == 1 {
                "feed added"
            } else {
                "feeds added"
            }),
            self.redirected.named("redirected"),
            self.lost.named("lost"),
            entries(self.left, "entry leaves", "entries leave"),
            entries(self.entered, "entry enters", "entries enter"),
            moved,
        ];
        let [gained, gone] = &self.for_crawlers;
        let for_crawlers = [(gained, "served"), (gone, "not served any more")];
        let for_crawlers = for_crawlers.into_iter().map(|(addresses, what)| {
            let addresses = addresses.join(", ");
            (!addresses.is_empty()).then(|| format!("{addresses} {what}"))
        });
        let parts = parts.into_iter().chain(for_crawlers);
        let parts: Vec<String> = parts.flatten().collect();
        match parts.is_empty() {
            true => f.write_str("nothing changes for readers"),
            false => f.write_str(&parts.join(", ")),
        }
    }
}
