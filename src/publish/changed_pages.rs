//! Which pages search engines have to be told of.
//!
//! Two things make a page new, other or gone: a change of its article, which the store has noted since they were
//! last told, and an instant of the article, which has come since then, even if no process ran. Both are judged
//! by a published state, so nothing is told before its readers see it.
//!
//! What is found goes into the store's queue of addresses. There it stays until it was told, whatever happens
//! to this process. Nothing is told of what was there before a configuration switched this on.

use std::collections::BTreeSet;

use url::Url;

use crate::index::{ArticleNo, Index};
use crate::model::address_size::page_here;
use crate::model::page_change::{PageChange, PageVersion};
use crate::model::time::Timestamp;
use crate::publish::published_state::PublishedState;
use crate::publish::read_handle::ReadHandle;
use crate::store::{ArticleReader, StoreError};

/// The most addresses in the queue. If there are more, a tenth of them goes, the oldest first.
pub const QUEUE_MAX: usize = 1_000_000;

/// Changes that one transaction takes, so that none holds up a publication for long.
const CHANGES_AT_ONCE: usize = 4_096;

/// The longest address that is told: the limit of the sitemaps protocol, which search engines share.
const ADDRESS_BYTES_MAX: usize = 2_048;

/// Finds the changed pages of one published state after the other.
pub struct ChangedPages {
    handle: ReadHandle,
    /// The next instant of an article, as of the last state; the first state has all that are past.
    next: Option<Timestamp>,
    queue_max: usize,
}

/// What became of the queue.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct QueueChange {
    /// How many addresses were queued.
    pub queued: usize,
    /// How many had to go, because there were too many.
    pub dropped: usize,
    /// Whether nothing is told yet, because this process has not read everything.
    pub is_waiting: bool,
    /// Whether changes are told from now on, which they were not before.
    pub begins: bool,
}

impl ChangedPages {
    /// Finds the changed pages of what `handle` publishes.
    pub fn new(handle: ReadHandle) -> ChangedPages {
        ChangedPages {
            handle,
            next: Some(Timestamp(0)),
            queue_max: QUEUE_MAX,
        }
    }

    /// The same with a smaller queue.
    #[cfg(test)]
    pub(super) fn with_queue_of(self, queue_max: usize) -> ChangedPages {
        ChangedPages { queue_max, ..self }
    }

    /// Queues the pages that are new, changed or withdrawn in `published`. A configuration without
    /// `[indexnow]` empties the queue. Blocks, but holds no lock of the publisher.
    ///
    /// # Errors
    /// When the store fails; the next call goes on.
    pub fn queue(&mut self, published: &PublishedState) -> Result<QueueChange, StoreError> {
        let store = self.handle.store().clone();
        let index = &published.index.index;
        let last = store.pages_told()?;
        if published.index.config.indexnow.is_none() {
            if last.is_some() {
                store.write(|batch| batch.stop_telling_pages())?;
            }
            return Ok(QueueChange::default());
        }
        let Some(last) = last else {
            let is_waiting = !self.handle.has_read_all();
            if !is_waiting {
                store.write(|batch| batch.set_pages_told(index.as_of()))?;
                self.next = index.next_instant();
            }
            return Ok(QueueChange {
                is_waiting,
                begins: !is_waiting,
                ..QueueChange::default()
            });
        };
        let mut look = Look {
            published,
            last,
            addresses: BTreeSet::new(),
        };
        let mut is_changed = false;
        if self.next.is_some_and(|next| next <= index.as_of()) {
            is_changed |= look.add_due(&self.handle)?;
        }
        let (mut queued, mut after) = (0, None::<Box<str>>);
        loop {
            let mut changes = store.page_changes(after.as_deref(), CHANGES_AT_ONCE)?;
            after = changes.last().map(|(key, _)| key.clone());
            // A reading that goes on has stored more than the index has.
            changes.retain(|(key, change)| is_current(index, key, change.after.as_ref()));
            for (key, change) in &changes {
                look.add(key, change);
            }
            if !changes.is_empty() || !look.addresses.is_empty() {
                is_changed = true;
                store.write(|batch| batch.queue_pages(&changes, &look.addresses, index.as_of()))?;
                queued += look.addresses.len();
                look.addresses.clear();
            }
            if after.is_none() {
                break;
            }
        }
        if is_changed {
            store.write(|batch| batch.set_pages_told(index.as_of()))?;
        }
        self.next = index.next_instant();
        let dropped = match queued {
            0 => 0,
            _ => self.drop_oldest()?,
        };
        Ok(QueueChange {
            queued,
            dropped,
            ..QueueChange::default()
        })
    }

    fn drop_oldest(&self) -> Result<usize, StoreError> {
        let store = self.handle.store();
        let count = store.count_queued_pages()?;
        if count <= self.queue_max {
            return Ok(0);
        }
        let (mut instants, mut after) = (Vec::with_capacity(count), None::<String>);
        loop {
            let queued = store.queued_pages(after.as_deref(), CHANGES_AT_ONCE)?;
            instants.extend(queued.iter().map(|(_, since)| *since));
            match queued.into_iter().next_back() {
                Some((last, _)) => after = Some(last),
                None => break,
            }
        }
        let excess = instants.len().saturating_sub(self.queue_max / 10 * 9);
        instants.sort_unstable();
        match excess.checked_sub(1).and_then(|last| instants.get(last)) {
            Some(until) => store.drop_queued_pages(*until, excess),
            None => Ok(0),
        }
    }
}

/// A look at one published state.
struct Look<'p> {
    published: &'p PublishedState,
    /// Up to when search engines were told.
    last: Timestamp,
    addresses: BTreeSet<String>,
}

impl Look<'_> {
    /// Adds the pages of articles that were released, corrected or withdrawn by the clock alone. Returns
    /// whether there was such an instant.
    fn add_due(&mut self, handle: &ReadHandle) -> Result<bool, StoreError> {
        let index = &self.published.index.index;
        let mut reader = None;
        for article in index.changed_since(self.last) {
            let key = index.key(article);
            if handle.store().has_page_change(&key)? {
                continue;
            }
            let reader = match &mut reader {
                Some(reader) => reader,
                none => none.insert(handle.store().article_reader()?),
            };
            let Some(version) = version(index, article, reader)? else {
                continue;
            };
            let change = PageChange {
                before: Some(version.clone()),
                after: Some(version),
                is_edit: false,
            };
            self.add(&key, &change);
        }
        Ok(reader.is_some())
    }

    /// Adds the pages that a change makes search engines look at.
    fn add(&mut self, key: &str, change: &PageChange) {
        let now = self.published.index.index.as_of();
        let base = self.published.snapshot.site_rules.base();
        for version in change.to_tell(self.last, now) {
            let address = match &version.url {
                Some(url) => told_form(url),
                None => told_form(&page_here(base, key)),
            };
            self.addresses.extend(address);
        }
    }
}

/// The version that the index has; `None` if the store does not have its text any more, because another
/// version followed.
fn version(
    index: &Index,
    article: ArticleNo,
    reader: &mut ArticleReader,
) -> Result<Option<PageVersion>, StoreError> {
    let url = match reader.url(index.record(article)) {
        Err(StoreError::Missing) => return Ok(None),
        url => url?,
    };
    Ok(Some(PageVersion {
        record: index.record(article),
        revision: index.revision(article),
        published: index.published(article),
        updated: index.last_correction(article),
        expires: index.expires(article),
        visibility: index.visibility(article),
        url,
    }))
}

/// Whether the index has this version of an article.
fn is_current(index: &Index, key: &str, stored: Option<&PageVersion>) -> bool {
    match (index.find_any(key), stored) {
        (None, None) => true,
        (Some(article), Some(stored)) => {
            index.record(article) == stored.record
                && index.expires(article) == stored.expires
                && index.visibility(article) == stored.visibility
        }
        (Some(_), None) | (None, Some(_)) => false,
    }
}

/// An address as it is told: absolute, of the web, without fragment, in ASCII.
fn told_form(address: &str) -> Option<String> {
    let mut url = Url::parse(address).ok()?;
    url.set_fragment(None);
    let is_web = matches!(url.scheme(), "http" | "https") && url.host().is_some();
    let address = String::from(url);
    (is_web && address.len() <= ADDRESS_BYTES_MAX).then_some(address)
}
