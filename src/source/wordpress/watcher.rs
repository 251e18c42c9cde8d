//! Watches a site: what to list, and when.

use std::time::{Duration, Instant};

use tokio::time;

use super::WordPress;
use super::post_summary::path;
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
    /// When everything is compared, with names and pictures.
    names_at: Instant,
    full_failed: bool,
    retry_delay: Duration,
    /// Whether posts have gone that are to be found.
    is_searching: bool,
}

impl WordPressWatcher {
    pub(crate) fn start(site: WordPress) -> WordPressWatcher {
        WordPressWatcher {
            poll_at: Instant::now() + site.0.refresh,
            // Until a reading has compared everything.
            names_at: Instant::now(),
            site,
            full_at: None,
            full_failed: false,
            retry_delay: RETRY_FIRST,
            is_searching: false,
        }
    }

    /// Whether a successful reading ends an outage: after a full reading that failed only another one does.
    pub(crate) fn ends_outage(&self, is_full: bool) -> bool {
        is_full || !self.full_failed
    }

    pub(crate) async fn next(&mut self) -> Vec<Scope> {
        if std::mem::take(&mut self.is_searching)
            && let Some(gone) = self.find_removed().await
        {
            self.full_at = None;
            return gone;
        }
        // A poll finds too little while a listing of all posts is due.
        let at = self.full_at.unwrap_or(self.poll_at.min(self.names_at));
        time::sleep_until(at.into()).await;
        let now = Instant::now();
        self.poll_at = now + self.site.0.refresh;
        let is_full = self.full_at.take().is_some();
        match (self.names_at <= now, is_full) {
            (true, _) => vec![Scope::All],
            (false, true) => vec![Scope::Ids],
            (false, false) => vec![Scope::Recent],
        }
    }

    /// Plans the next reading by the result of the last one.
    pub(crate) fn note(&mut self, note: &ReadingNote) {
        if note.failed {
            self.full_failed |= note.is_full;
            self.retry();
            return;
        }
        if note.unsettled.is_empty() {
            self.retry_delay = RETRY_FIRST;
        }
        self.full_failed &= !note.is_full;
        if note.compared_columns {
            self.names_at = Instant::now() + self.site.0.rows;
        }
        if note.is_held {
            let delay = HELD_REREAD_AFTER.max(note.took * HELD_REREAD_SHARE);
            self.full_at = Some(Instant::now() + delay);
        } else if !note.unsettled.is_empty() {
            // These posts went while they were read, or an answer lacked them.
            self.retry();
        } else if note.is_full {
            // What an answer lacked for the first time is asked for again.
            let is_confirmed = !self.site.takes_new_gaps();
            let confirm_after = self.site.0.site.confirm_after();
            self.full_at = (!is_confirmed).then(|| Instant::now() + confirm_after);
        } else if self.site.has_drifted() {
            self.full_at = Some(Instant::now());
            self.is_searching = true;
        }
    }

    /// The places of posts that have gone, if few calls find them.
    async fn find_removed(&self) -> Option<Vec<Scope>> {
        let site = self.site.clone();
        let searching = self.site.0.runtime.as_ref()?;
        let searching = searching.spawn(async move { site.find_removed().await });
        // A listing of all posts follows a search that fails, and says why.
        let gone = searching.await.ok()?.ok().flatten()?;
        let mut state = self.site.state();
        for of_type in &mut state.types {
            of_type.known.retain(|id, _| !gone.contains(id));
        }
        state.removed = gone.iter().copied().collect();
        Some(gone.into_iter().map(|id| Scope::at(path(id))).collect())
    }

    /// Plans a full reading, since it is not known what a failed one has missed: after a delay that grows with
    /// each call, and after the pause that the site asked for.
    pub(crate) fn retry(&mut self) {
        let delay = self.retry_delay.max(self.site.0.site.pause());
        self.retry_delay = (self.retry_delay * 2).min(RETRY_LAST);
        let at = Instant::now() + delay;
        self.full_at = Some(at);
        self.names_at = self.names_at.max(at);
    }
}
