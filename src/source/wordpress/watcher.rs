//! Watches a site: what to list, and when.

use std::time::{Duration, Instant};

use tokio::time;

use super::WordPress;
use super::count_drift::CountDrift;
use super::listed::path;
use crate::source::Scope;
use crate::source::watcher_messages::ReadingNote;

/// The first delay after a failed reading; each one doubles it.
const RETRY_FIRST: Duration = Duration::from_secs(1);

/// The longest delay that the site did not ask for: what has changed waits for it.
const RETRY_LAST: Duration = Duration::from_secs(60);

/// How soon a listing of all posts follows one that held a removal.
const HELD_REREAD_AFTER: Duration = Duration::from_secs(5);

/// That delay is at least this many times as long as the last listing took.
const HELD_REREAD_SHARE: u32 = 10;

pub(crate) struct WordPressWatcher {
    site: WordPress,
    poll_at: Instant,
    /// When a listing of all posts is due by itself.
    full_at: Option<Instant>,
    /// Whether that listing is to find posts that have gone, and nothing else.
    only_ids: bool,
    full_failed: bool,
    retry_delay: Duration,
    drift: CountDrift,
    /// Whether posts have gone that are to be found.
    is_searching: bool,
    /// Whether that was tried, and did not explain the number of posts.
    has_searched: bool,
}

impl WordPressWatcher {
    pub(crate) fn start(site: WordPress) -> WordPressWatcher {
        WordPressWatcher {
            poll_at: Instant::now() + site.0.refresh,
            site,
            full_at: None,
            only_ids: false,
            full_failed: false,
            retry_delay: RETRY_FIRST,
            drift: CountDrift::default(),
            is_searching: false,
            has_searched: false,
        }
    }

    /// Whether a successful reading ends an outage: after a full reading that failed only another one does.
    pub(crate) fn ends_outage(&self, is_full: bool) -> bool {
        is_full || !self.full_failed
    }

    pub(crate) async fn next(&mut self) -> Vec<Scope> {
        if std::mem::take(&mut self.is_searching)
            && let Some(gone) = self.find_gone().await
        {
            (self.full_at, self.only_ids) = (None, false);
            return gone;
        }
        // A poll finds too little while a listing of all posts is due.
        let at = self.full_at.unwrap_or(self.poll_at);
        time::sleep_until(at.into()).await;
        self.poll_at = Instant::now() + self.site.0.refresh;
        match self.full_at.take() {
            Some(_) => {
                // Set now, so that no other listing takes it for its own.
                self.site.state().only_ids = std::mem::take(&mut self.only_ids);
                vec![Scope::All]
            }
            None => vec![Scope::Recent],
        }
    }

    /// Plans the next reading by the result of the last one.
    pub(crate) fn note(&mut self, note: &ReadingNote) {
        let is_full = note.is_full;
        if note.failed {
            self.full_failed |= is_full;
            self.retry(is_full || self.full_failed);
            return;
        }
        self.retry_delay = RETRY_FIRST;
        self.full_failed &= !is_full;
        if note.is_held {
            let delay = HELD_REREAD_AFTER.max(note.took * HELD_REREAD_SHARE);
            (self.full_at, self.only_ids) = (Some(Instant::now() + delay), true);
            return;
        }
        let Some(stored) = note.stored else { return };
        let counted = self.site.state().counted;
        if is_full {
            (self.full_at, self.only_ids) = (None, false);
            self.drift.after_full_reading(counted, stored, note.found);
        } else if self.drift.after_partial_reading(counted, stored) {
            self.only_ids = true;
            self.full_at = Some(Instant::now());
            self.is_searching = counted < stored && !self.has_searched;
            self.has_searched = self.is_searching;
        } else {
            self.has_searched = false;
        }
    }

    /// The places of posts that have gone, if few calls find them.
    async fn find_gone(&self) -> Option<Vec<Scope>> {
        let site = self.site.clone();
        let searching = self.site.0.runtime.as_ref()?;
        let searching = searching.spawn(async move { site.find_gone().await });
        // A listing of all posts follows a search that fails, and says why.
        let gone = searching.await.ok()?.ok().flatten()?;
        let mut state = self.site.state();
        for known in &mut state.known {
            known.retain(|id, _| !gone.contains(id));
        }
        state.gone = gone.iter().copied().collect();
        Some(gone.into_iter().map(|id| Scope::at(path(id))).collect())
    }

    /// Plans a reading after a delay that grows with each call, and after the pause that the site asked for.
    pub(crate) fn retry(&mut self, is_full: bool) {
        let delay = self.retry_delay.max(self.site.0.site.pause());
        self.retry_delay = (self.retry_delay * 2).min(RETRY_LAST);
        let at = Instant::now() + delay;
        match is_full {
            true => (self.full_at, self.only_ids) = (Some(at), false),
            false => self.poll_at = at,
        }
    }
}
