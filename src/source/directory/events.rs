//! Turns file events into hints: which paths below the articles' folder to compare with the store.
//!
//! Events get lost: when the queue is full, when files appear in a new folder before it is watched,
//! or when another folder replaces the watched one. So a hint only names a path to compare, now or
//! a moment later. The periodic comparison of the whole folder finds what events missed. A file
//! system without events gives no hints.

use std::collections::BTreeMap;
use std::fs::Metadata;
use std::os::unix::fs::MetadataExt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use notify::event::{AccessKind, AccessMode, CreateKind, ModifyKind, RenameMode};
use notify::{
    Config, Event, EventKind, EventKindMask, RecommendedWatcher, RecursiveMode, Watcher as _,
};
use tokio::sync::Notify;
use tokio::task;

use crate::source::Scope;
use crate::source::directory::inheritance::scope_of;
use crate::source::directory::write_log::WriteLog;

/// With more paths than this, the whole folder is compared instead.
const PATHS_MAX: usize = 10_000;

/// How long a file that was opened, written or removed is not compared. Most files are closed or
/// replaced by then, and the removal of a whole tree is seen at once.
const WRITE_DELAY: Duration = Duration::from_millis(300);

/// When a new folder is compared for the second time. Files that were created in it before it was
/// watched sent no event.
const NEW_FOLDER_DELAY: Duration = Duration::from_millis(800);

/// The kinds of event to receive. Opening a file is not among them: our own reading would fill the
/// queue.
const EVENT_KINDS: EventKindMask = EventKindMask::CORE.union(EventKindMask::ACCESS_CLOSE);

/// Magic numbers of file systems that other machines change without an event here: NFS, SMB (three
/// numbers), FUSE, 9P, AFS, Ceph.
const SILENT_FILE_SYSTEMS: [u64; 8] = [
    0x6969,
    0x517b,
    0xff53_4d42,
    0xfe53_4d42,
    0x6573_5546,
    0x0102_1997,
    0x6b41_4653,
    0x00c3_6400,
];

/// What to compare with the store.
#[derive(Debug, PartialEq, Eq)]
pub enum Hint {
    /// These paths, and everything below them.
    Paths(Vec<Scope>),
    /// The whole folder.
    Everything,
}

/// Why the folder sends no events.
#[derive(Debug, thiserror::Error)]
pub enum WatchError {
    /// The file system sends none.
    #[error("{} is on a file system that sends no events", folder.display())]
    Silent {
        /// The articles' folder.
        folder: PathBuf,
    },
    /// The system has no watch left; each folder needs one.
    #[error("the system has no more file watches; raise the sysctl fs.inotify.max_user_watches")]
    TooMany,
    /// The system refused for another reason.
    #[error("the system refuses file events")]
    Refused(#[source] notify::Error),
}

/// A watch on a folder and everything below it. Dropping it ends the events.
#[derive(Debug)]
pub struct FolderWatch {
    root: PathBuf,
    folder_id: Option<(u64, u64)>,
    checks: Arc<SharedChecks>,
    _events: RecommendedWatcher,
}

#[derive(Debug, Default)]
struct SharedChecks {
    state: Mutex<PlannedChecks>,
    changed: Notify,
}

#[derive(Debug, Default)]
struct PlannedChecks {
    everything: bool,
    /// Whether some folder could not be watched.
    partial: bool,
    /// Whether a new watch may succeed for such a folder, the root was removed, or the system had no
    /// watch left for a new folder.
    outdated: bool,
    /// When to compare each path.
    paths: BTreeMap<String, Check>,
}

/// When a path is compared.
#[derive(Debug)]
struct Check {
    next: Instant,
    /// The last planned time; later than `next` if another event came in between.
    last: Instant,
    /// Whether the writer has closed or renamed the file.
    closed: bool,
}

impl FolderWatch {
    /// Watches `root` and everything below it, and records writes in `write_log`.
    ///
    /// # Errors
    /// The folder sends no events.
    pub fn start(root: &Path, write_log: WriteLog) -> Result<FolderWatch, WatchError> {
        let kind =
            rustix::fs::statfs(root).map(|system| system.f_type.cast_unsigned() & 0xffff_ffff);
        if kind.is_ok_and(|kind| SILENT_FILE_SYSTEMS.contains(&kind)) {
            return Err(WatchError::Silent {
                folder: root.to_owned(),
            });
        }
        let checks = Arc::new(SharedChecks::default());
        let target = root.canonicalize().unwrap_or_else(|_| root.to_owned());
        let (noting, watched_root) = (checks.clone(), target.clone());
        let note = move |event| {
            let record = || noting.record_event(&watched_root, &write_log, event);
            // A panic would end the thread that receives events.
            if catch_unwind(AssertUnwindSafe(record)).is_err() {
                noting.everything();
            }
        };
        let config = Config::default().with_event_kinds(EVENT_KINDS);
        let mut events = RecommendedWatcher::new(note, config).map_err(refused)?;
        let partial = !watch_tree(&mut events, &target).map_err(refused)?;
        checks.state().partial = partial;
        Ok(FolderWatch {
            root: root.to_owned(),
            folder_id: folder_id(root),
            checks,
            _events: events,
        })
    }

    /// Whether the watch must be started again: another folder has replaced the root, a folder that
    /// could not be watched may be accessible now, or there was no watch left for a new one.
    pub async fn is_outdated(&self) -> bool {
        let root = self.root.clone();
        // On a file system that hangs, this waits.
        let now = task::spawn_blocking(move || folder_id(&root)).await;
        now.ok() != Some(self.folder_id) || self.checks.state().outdated
    }

    /// Waits for the next paths to compare.
    pub async fn hint(&self) -> Hint {
        loop {
            let due = {
                let mut state = self.checks.state();
                if let Some(hint) = state.take(Instant::now()) {
                    return hint;
                }
                state.paths.values().map(|check| check.next).min()
            };
            match due {
                Some(due) => tokio::select! {
                    () = self.checks.changed.notified() => {}
                    () = tokio::time::sleep_until(due.into()) => {}
                },
                None => self.checks.changed.notified().await,
            }
        }
    }

    /// Plans another comparison of these paths.
    pub fn look_again(&self, paths: impl IntoIterator<Item = String>) {
        for path in paths {
            self.checks.hint(path, WRITE_DELAY, false);
        }
    }
}

impl SharedChecks {
    fn record_event(&self, root: &Path, write_log: &WriteLog, event: notify::Result<Event>) {
        let event = match event {
            Ok(event) if !event.need_rescan() => event,
            Err(error) if is_too_many(&error) => {
                // There was no watch left for a new folder. A new start reports it until there is one.
                self.state().outdated = true;
                return self.everything();
            }
            // Lost events have no path.
            Ok(_) | Err(_) => return self.everything(),
        };
        let delays: &[Duration] = match event.kind {
            EventKind::Access(AccessKind::Close(AccessMode::Write))
            | EventKind::Modify(ModifyKind::Name(RenameMode::To)) => {
                &[Duration::ZERO, NEW_FOLDER_DELAY]
            }
            EventKind::Create(CreateKind::Folder) => &[Duration::ZERO, NEW_FOLDER_DELAY],
            // Other accesses write nothing.
            EventKind::Access(_) => return,
            // A rename also sends one event for each of its two paths.
            EventKind::Modify(ModifyKind::Name(RenameMode::Both)) => return,
            EventKind::Create(_)
            | EventKind::Modify(_)
            | EventKind::Remove(_)
            | EventKind::Any
            | EventKind::Other => &[WRITE_DELAY],
        };
        for path in &event.paths {
            match path.strip_prefix(root).ok().and_then(Path::to_str) {
                None | Some("") => {
                    // The inode alone does not reveal the replacement: a new mount reuses the
                    // numbers of the old one.
                    if matches!(event.kind, EventKind::Remove(_)) {
                        self.state().outdated = true;
                    }
                    self.everything();
                }
                Some(path) => {
                    let metadata = root.join(path).metadata();
                    // What a link leads to may be reached by other links too.
                    if metadata.is_ok() && root.join(path).is_symlink() {
                        self.everything();
                    }
                    let is_folder = metadata.as_ref().is_ok_and(Metadata::is_dir);
                    match (&event.kind, metadata) {
                        (EventKind::Modify(ModifyKind::Data(_)), Ok(file)) => {
                            write_log.note_write(file.ino());
                        }
                        (
                            EventKind::Access(_) | EventKind::Modify(ModifyKind::Name(_)),
                            Ok(file),
                        ) => {
                            write_log.note_close(file.ino());
                        }
                        (_, _) => {}
                    }
                    if is_folder && matches!(event.kind, EventKind::Modify(_)) {
                        self.retry();
                    }
                    let delays = if is_folder { delays } else { &delays[..1] };
                    for name in write_log.all_paths(path) {
                        match scope_of(&name) {
                            Some("") => self.everything(),
                            // Other files below may be written at the same time.
                            Some(folder) => self.hint(folder.to_owned(), WRITE_DELAY, false),
                            None => {
                                for &delay in delays {
                                    self.hint(name.clone(), delay, delay.is_zero());
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    fn hint(&self, path: String, delay: Duration, closed: bool) {
        let mut state = self.state();
        let due = Instant::now() + delay;
        let check = state.paths.entry(path).or_insert(Check {
            next: due,
            last: due,
            closed,
        });
        check.next = due.min(check.next);
        check.last = due.max(check.last);
        check.closed = closed;
        if state.paths.len() > PATHS_MAX {
            state.everything = true;
            state.paths.clear();
        }
        drop(state);
        self.changed.notify_one();
    }

    /// A folder changed: its permissions may allow a watch now.
    fn retry(&self) {
        let mut state = self.state();
        state.outdated |= state.partial;
    }

    fn everything(&self) {
        self.state().everything = true;
        self.changed.notify_one();
    }

    fn state(&self) -> MutexGuard<'_, PlannedChecks> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl PlannedChecks {
    fn take(&mut self, now: Instant) -> Option<Hint> {
        if std::mem::take(&mut self.everything) {
            self.paths.clear();
            return Some(Hint::Everything);
        }
        let mut due = Vec::new();
        self.paths.retain(|path, check| {
            if check.next <= now {
                due.push(Scope::At {
                    path: path.clone(),
                    closed: check.closed,
                });
                check.next = check.last;
            }
            check.last > now
        });
        (!due.is_empty()).then_some(Hint::Paths(due))
    }
}

/// Watches a folder and everything below it, and returns whether all of it is watched. A folder
/// that is unreadable or disappears meanwhile is skipped.
fn watch_tree(events: &mut RecommendedWatcher, folder: &Path) -> notify::Result<bool> {
    match events.watch(folder, RecursiveMode::Recursive) {
        Ok(()) => return Ok(true),
        Err(error) if is_too_many(&error) => return Err(error),
        Err(_) => {}
    }
    events.watch(folder, RecursiveMode::NonRecursive)?;
    for entry in std::fs::read_dir(folder)?.flatten() {
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            match watch_tree(events, &entry.path()) {
                Err(error) if is_too_many(&error) => return Err(error),
                Ok(_) | Err(_) => {}
            }
        }
    }
    Ok(false)
}

/// Device and inode of a path. Follows links.
fn folder_id(path: &Path) -> Option<(u64, u64)> {
    let metadata = std::fs::metadata(path).ok()?;
    Some((metadata.dev(), metadata.ino()))
}

fn is_too_many(error: &notify::Error) -> bool {
    matches!(error.kind, notify::ErrorKind::MaxFilesWatch)
}

fn refused(error: notify::Error) -> WatchError {
    match is_too_many(&error) {
        true => WatchError::TooMany,
        false => WatchError::Refused(error),
    }
}
