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
        time::sleep_until(self.due_at().into()).await;
        vec![self.take_due(Instant::now())]
    }

    /// When the next reading is due. Polls go on while a listing of all posts waits for its time.
    fn due_at(&self) -> Instant {
        let full_at = self.full_at.unwrap_or(self.names_at).min(self.names_at);
        // Before a complete listing a poll would be one.
        match self.site.since().is_some() || self.full_at.is_none() {
            true => full_at.min(self.poll_at),
            false => full_at,
        }
    }

    /// What is read at `now`, when something is due.
    fn take_due(&mut self, now: Instant) -> Scope {
        self.poll_at = now + self.site.0.refresh;
        if self.names_at <= now {
            self.full_at = None;
            return Scope::All;
        }
        match self.full_at.take_if(|at| *at <= now) {
            Some(_) => Scope::Ids,
            None => Scope::Recent,
        }
    }

    /// Plans the next reading by the result of the last one.
    pub(crate) fn note(&mut self, note: &ReadingNote) {
        let is_failed_poll = self.site.takes_failed_poll();
        if note.failed {
            self.full_failed |= note.is_full;
            match is_failed_poll && !note.is_full {
                // The next one lists what this one has missed.
                true => self.retry_poll(),
                false => self.retry(),
            }
            return;
        }
        if note.unsettled.is_empty() && (note.is_full || self.full_at.is_none()) {
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
        } else if self.full_at.is_none() && self.site.has_drifted() {
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
        let at = self.take_retry_time();
        // One that is due earlier is not put off by polls.
        self.full_at = Some(self.full_at.map_or(at, |full_at| full_at.min(at)));
        self.names_at = self.names_at.max(at);
    }

    /// Plans the next poll after one that failed: no later than usual, but for a pause.
    fn retry_poll(&mut self) {
        let at = self.take_retry_time();
        self.poll_at = self.poll_at.min(at).max(self.pause_end());
    }

    /// The end of the delay before the next attempt.
    fn take_retry_time(&mut self) -> Instant {
        let at = Instant::now() + self.retry_delay;
        self.retry_delay = (self.retry_delay * 2).min(RETRY_LAST);
        self.poll_at = self.poll_at.max(self.pause_end());
        at.max(self.pause_end())
    }

    fn pause_end(&self) -> Instant {
        Instant::now() + self.site.0.site.pause()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::wordpress::Names;
    use crate::source::wordpress::testkit::{FakeSite, status};
    use crate::source::wordpress::tests::{ids, wordpress};

    const HOUR: Duration = Duration::from_secs(60 * 60);

    /// The watcher of a site that was listed; polls are due every 30 s, names in an hour.
    fn watcher(site: &FakeSite) -> WordPressWatcher {
        let source = wordpress(site);
        ids(source.walk(Names::Renewed)).expect("a listing");
        // The author of the posts is unknown.
        source.takes_new_gaps();
        let mut watcher = WordPressWatcher::start(source);
        watcher.note(&ReadingNote {
            compared_columns: true,
            ..note(true)
        });
        watcher
    }

    fn note(is_full: bool) -> ReadingNote {
        ReadingNote {
            is_full,
            compared_columns: false,
            failed: false,
            is_held: false,
            unsettled: Vec::new(),
            new: Vec::new(),
            took: HOUR / 100,
        }
    }

    fn failed(is_full: bool) -> ReadingNote {
        ReadingNote {
            failed: true,
            ..note(is_full)
        }
    }

    /// Takes what is due next.
    fn take(watcher: &mut WordPressWatcher) -> Scope {
        watcher.take_due(watcher.due_at())
    }

    #[test]
    fn polls_go_on_while_a_listing_of_all_posts_waits() {
        let site = FakeSite::with_posts(3);
        let held = ReadingNote {
            is_held: true,
            ..note(true)
        };
        for (name, result) in [("held", held), ("failed", failed(true))] {
            let mut watcher = watcher(&site);
            watcher.retry_delay = RETRY_LAST;
            watcher.note(&result);
            let full_at = watcher.full_at.expect(name);
            // However often polls go well, fail, or drift.
            watcher.site.state().types[0].counted += 1;
            for index in 0.. {
                let at = watcher.due_at();
                match take(&mut watcher) {
                    Scope::Recent => assert!(at < full_at, "{name}"),
                    scope => {
                        assert!(matches!(scope, Scope::Ids), "{name}: {scope:?}");
                        assert!(at <= full_at && index > 0, "{name}: {index} polls");
                        break;
                    }
                }
                watcher.note(&match index {
                    0 => note(false),
                    1 => failed(false),
                    _ => ReadingNote {
                        unsettled: vec![path(10)],
                        ..note(false)
                    },
                });
            }
            assert!(watcher.full_at.is_none(), "{name}");
            assert!(!watcher.is_searching, "{name}");
        }
    }

    #[test]
    fn a_poll_that_fails_is_followed_by_a_poll() {
        let site = FakeSite::with_posts(3);
        let mut watcher = watcher(&site);
        assert!(matches!(take(&mut watcher), Scope::Recent));
        site.fail(|_, _| Some(status("403 X", "", "")));
        ids(watcher.site.walk_recent()).expect_err("a refusal");
        watcher.note(&failed(false));
        assert!(watcher.full_at.is_none());
        assert!(watcher.due_at() <= Instant::now() + RETRY_FIRST);
        assert!(matches!(take(&mut watcher), Scope::Recent));
        // The posts of a poll cannot be read: the next poll may not list them.
        site.fail(|_, _| None);
        ids(watcher.site.walk_recent()).expect("a poll");
        watcher.note(&failed(false));
        assert!(watcher.full_at.is_some());
    }

    #[test]
    fn nothing_is_polled_before_a_complete_listing() {
        let site = FakeSite::with_posts(3);
        let mut watcher = WordPressWatcher::start(wordpress(&site));
        watcher.retry_delay = RETRY_LAST;
        watcher.note(&failed(true));
        assert!(matches!(take(&mut watcher), Scope::All));
    }
}
