//! Watches the articles' folder: which scopes to read, and when.

use std::future;
use std::mem;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use tokio::task;
use tokio::time;
use tracing::{info, warn};

use crate::config;
use crate::model::problem::chain;
use crate::source::Scope;
use crate::source::directory::Directory;
use crate::source::directory::events::{FolderWatch, Hint, WatchError};

/// How soon a file that changed while it was read is read again, if no event demands it.
const REREAD_AFTER: Duration = Duration::from_millis(500);

/// How often to check whether the watched folder was replaced by another.
const REPLACED_CHECK_EVERY: Duration = Duration::from_millis(250);

/// How often to try again to watch after the system refused.
const REFUSED_RETRY_EVERY: Duration = Duration::from_secs(2);

pub(crate) struct DirectoryWatcher {
    folder: Directory,
    events: Events,
    /// Files to read again while there are no events.
    unsettled: Vec<String>,
}

enum Events {
    /// The folder is watched.
    Watched(FolderWatch),
    /// The folder does not exist yet.
    Missing(PathBuf),
    /// The system refuses now, for lack of permissions or watches.
    Refused { reason: String, again_at: Instant },
    /// The file system sends none, or feeds.toml wants polling.
    None,
}

/// What follows where the system reports no changes: only listings of everything are left.
pub(crate) const NOTICED_LATE: &str = "changes are noticed only every `rescan`";

impl Events {
    fn refusal(&self) -> Option<&str> {
        match self {
            Events::Refused { reason, .. } => Some(reason),
            Events::Watched(_) | Events::Missing(_) | Events::None => None,
        }
    }
}

impl DirectoryWatcher {
    pub(crate) async fn start(folder: Directory) -> DirectoryWatcher {
        let events = DirectoryWatcher::watch(&folder).await;
        if let Some(reason) = events.refusal() {
            warn!("{NOTICED_LATE}: {reason}");
        }
        DirectoryWatcher {
            folder,
            events,
            unsettled: Vec::new(),
        }
    }

    /// Starts to watch if feeds.toml and the system allow it.
    async fn watch(folder: &Directory) -> Events {
        let folder = folder.clone();
        let started = task::spawn_blocking(move || match folder.watch() {
            config::Watch::Poll => Ok(Events::None),
            config::Watch::Auto if folder.root().is_dir() => {
                FolderWatch::start(folder.root(), folder.write_log().clone()).map(Events::Watched)
            }
            config::Watch::Auto => Ok(Events::Missing(folder.root().to_owned())),
        });
        match started.await {
            Ok(Ok(events)) => events,
            Ok(Err(failure @ WatchError::Silent { .. })) => {
                warn!("{NOTICED_LATE}: {}", chain(&failure));
                Events::None
            }
            Ok(Err(failure @ (WatchError::TooMany | WatchError::Refused(_)))) => Events::Refused {
                reason: chain(&failure),
                again_at: Instant::now() + REFUSED_RETRY_EVERY,
            },
            Err(_) => Events::Refused {
                reason: "starting to watch ended early".to_owned(),
                again_at: Instant::now() + REFUSED_RETRY_EVERY,
            },
        }
    }

    /// Why the system refuses to report changes.
    pub(crate) fn refusal(&self) -> Option<&str> {
        self.events.refusal()
    }

    pub(crate) fn reread(&mut self, unsettled: Vec<String>) {
        match &self.events {
            Events::Watched(watch) => watch.look_again(unsettled),
            Events::Missing(_) | Events::Refused { .. } | Events::None => {
                self.unsettled = unsettled;
            }
        }
    }

    pub(crate) async fn next(&mut self) -> Vec<Scope> {
        loop {
            match &self.events {
                Events::Watched(watch) => {
                    tokio::select! {
                        hint = watch.hint() => return match hint {
                            Hint::Everything => vec![Scope::All],
                            Hint::Paths(scopes) => scopes,
                        },
                        () = time::sleep(REPLACED_CHECK_EVERY) => {}
                    }
                    if !watch.is_outdated().await {
                        continue;
                    }
                }
                Events::Missing(folder) => {
                    time::sleep(REPLACED_CHECK_EVERY).await;
                    let folder = folder.clone();
                    let exists = task::spawn_blocking(move || folder.is_dir()).await;
                    if !exists.unwrap_or(false) {
                        continue;
                    }
                }
                Events::Refused { again_at, .. } => {
                    let is_unsettled = !self.unsettled.is_empty();
                    tokio::select! {
                        () = time::sleep_until((*again_at).into()) => {}
                        () = time::sleep(REREAD_AFTER), if is_unsettled => {
                            return self.take_unsettled();
                        }
                    }
                }
                Events::None if self.unsettled.is_empty() => return future::pending().await,
                Events::None => {
                    time::sleep(REREAD_AFTER).await;
                    return self.take_unsettled();
                }
            }
            if self.watch_again().await {
                return vec![Scope::All];
            }
        }
    }

    /// Starts to watch anew; whether a full reading is needed because events may have been missed.
    async fn watch_again(&mut self) -> bool {
        let events = DirectoryWatcher::watch(&self.folder).await;
        let before = mem::replace(&mut self.events, events);
        match (before.refusal(), self.events.refusal()) {
            (None, None) => true,
            (Some(_), None) => {
                info!("changes are noticed at once again");
                true
            }
            (Some(before), Some(reason)) if before == reason => false,
            (before, Some(reason)) => {
                warn!("{NOTICED_LATE}: {reason}");
                before.is_none()
            }
        }
    }

    fn take_unsettled(&mut self) -> Vec<Scope> {
        let unsettled = mem::take(&mut self.unsettled);
        unsettled.into_iter().map(Scope::at).collect()
    }
}
