//! The articles' folder while it is watched: what is worth a look, and when.

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

/// How soon a file is read again that changed under our eyes, where no event asks for it.
const UNSETTLED_REST: Duration = Duration::from_millis(500);

/// How often a watched folder is compared with the one that events come from.
const REPLACED_LOOK_EVERY: Duration = Duration::from_millis(250);

/// How often the system is asked again for events that it refused.
const REFUSED_LOOK_EVERY: Duration = Duration::from_secs(2);

/// The articles' folder with the events it sends, if it does.
pub(crate) struct DirectoryWatcher {
    folder: Directory,
    events: Events,
    /// Files to be read again where no events ask for it.
    unsettled: Vec<String>,
}

/// Whether the folder sends events.
enum Events {
    /// It does.
    Sent(FolderWatch),
    /// It will once it is there.
    Awaited(PathBuf),
    /// The system does not allow it now, for this reason: its rights, or too few watches.
    Refused { reason: String, again_at: Instant },
    /// It cannot, or is not asked to.
    None,
}

impl Events {
    /// Why there are none at the moment, though there could be.
    fn refusal(&self) -> Option<&str> {
        match self {
            Events::Refused { reason, .. } => Some(reason),
            Events::Sent(_) | Events::Awaited(_) | Events::None => None,
        }
    }
}

impl DirectoryWatcher {
    pub(crate) async fn start(folder: Directory) -> DirectoryWatcher {
        let events = DirectoryWatcher::watch(&folder).await;
        if let Some(reason) = events.refusal() {
            warn!("changes are noticed only every `rescan`: {reason}");
        }
        DirectoryWatcher {
            folder,
            events,
            unsettled: Vec::new(),
        }
    }

    /// Starts watching, unless feeds.toml or the system speaks against it.
    async fn watch(folder: &Directory) -> Events {
        let folder = folder.clone();
        let started = task::spawn_blocking(move || match folder.watch() {
            config::Watch::Poll => Ok(Events::None),
            config::Watch::Auto if folder.root().is_dir() => {
                FolderWatch::start(folder.root(), folder.write_log().clone()).map(Events::Sent)
            }
            config::Watch::Auto => Ok(Events::Awaited(folder.root().to_owned())),
        });
        match started.await {
            Ok(Ok(events)) => events,
            Ok(Err(failure @ WatchError::Silent { .. })) => {
                warn!(
                    "changes are noticed only every `rescan`: {}",
                    chain(&failure)
                );
                Events::None
            }
            Ok(Err(failure @ (WatchError::TooMany | WatchError::Refused(_)))) => Events::Refused {
                reason: chain(&failure),
                again_at: Instant::now() + REFUSED_LOOK_EVERY,
            },
            Err(_) => Events::None,
        }
    }

    pub(crate) fn look_again(&mut self, unsettled: Vec<String>) {
        match &self.events {
            Events::Sent(watch) => watch.look_again(unsettled),
            Events::Awaited(_) | Events::Refused { .. } | Events::None => {
                self.unsettled = unsettled;
            }
        }
    }

    /// Waits for something that is worth a look.
    pub(crate) async fn next(&mut self) -> Vec<Scope> {
        loop {
            match &self.events {
                Events::Sent(watch) => {
                    tokio::select! {
                        hint = watch.hint() => return match hint {
                            Hint::Everything => vec![Scope::All],
                            Hint::Paths(scopes) => scopes,
                        },
                        () = time::sleep(REPLACED_LOOK_EVERY) => {}
                    }
                    if !watch.is_outdated() {
                        continue;
                    }
                }
                Events::Awaited(folder) => {
                    time::sleep(REPLACED_LOOK_EVERY).await;
                    if !folder.is_dir() {
                        continue;
                    }
                }
                Events::Refused { again_at, .. } => {
                    let is_unsettled = !self.unsettled.is_empty();
                    tokio::select! {
                        () = time::sleep_until((*again_at).into()) => {}
                        () = time::sleep(UNSETTLED_REST), if is_unsettled => {
                            return self.read_again();
                        }
                    }
                }
                Events::None if self.unsettled.is_empty() => return future::pending().await,
                Events::None => {
                    time::sleep(UNSETTLED_REST).await;
                    return self.read_again();
                }
            }
            if self.watch_again().await {
                return vec![Scope::All];
            }
        }
    }

    /// Asks for events anew; whether everything is worth a look because of what may have been missed.
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
                warn!("changes are noticed only every `rescan`: {reason}");
                before.is_none()
            }
        }
    }

    /// The files that changed while they were read.
    fn read_again(&mut self) -> Vec<Scope> {
        let unsettled = mem::take(&mut self.unsettled);
        unsettled.into_iter().map(Scope::at).collect()
    }
}
