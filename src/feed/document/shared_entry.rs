//! An entry that several feeds hold: what they write alike is written once.
//!
//! RSS alone keeps what it writes: its item is the same in every feed of one language.

use std::ops::{Deref, DerefMut};
use std::sync::{Arc, OnceLock};

use crate::feed::document::{Channel, Entry};

/// An entry that several feeds may hold, with its written form.
#[derive(Clone, Debug, Default)]
pub struct SharedEntry(Arc<WrittenEntry>);

#[derive(Clone, Debug, Default)]
struct WrittenEntry {
    entry: Entry,
    /// As RSS, in a feed of its language and in another feed.
    rss: [OnceLock<Box<[u8]>>; 2],
}

impl SharedEntry {
    /// Gives `take` the bytes of the entry as RSS in a feed with this channel: those that another feed had
    /// written, else what `write` writes, of which only the channel's language may be a part. What nothing
    /// else holds is not kept.
    pub fn with_rss<E>(
        &self,
        channel: &Channel,
        write: impl FnOnce() -> Result<Vec<u8>, E>,
        take: impl FnOnce(&[u8]),
    ) -> Result<(), E> {
        let WrittenEntry { entry, rss } = &*self.0;
        let kept = &rss[usize::from(entry.own_language(channel).is_some())];
        if let Some(written) = kept.get() {
            take(written);
            return Ok(());
        }
        let written = write()?;
        take(&written);
        if Arc::strong_count(&self.0) > 1 {
            kept.get_or_init(|| written.into_boxed_slice());
        }
        Ok(())
    }
}

impl From<Entry> for SharedEntry {
    fn from(entry: Entry) -> SharedEntry {
        let rss = Default::default();
        SharedEntry(Arc::new(WrittenEntry { entry, rss }))
    }
}

impl Deref for SharedEntry {
    type Target = Entry;

    fn deref(&self) -> &Entry {
        &self.0.entry
    }
}

impl DerefMut for SharedEntry {
    /// Changes the entry of this feed alone; it is written anew.
    fn deref_mut(&mut self) -> &mut Entry {
        let written = Arc::make_mut(&mut self.0);
        written.rss = Default::default();
        &mut written.entry
    }
}

impl PartialEq for SharedEntry {
    fn eq(&self, other: &SharedEntry) -> bool {
        **self == **other
    }
}
