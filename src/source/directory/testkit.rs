//! A folder in memory, which fails when a test says so. A [`Directory`](super::Directory) with its path
//! shows it.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, Receiver, SyncSender};
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use crate::model::record::Stamp;
use crate::model::time::Timestamp;
use crate::source::{Place, Unlisted};

/// By path, which is no path of the system.
static FOLDERS: LazyLock<Mutex<HashMap<PathBuf, FakeFolder>>> = LazyLock::new(Mutex::default);

/// A folder in memory. Clones are the same folder.
#[derive(Clone, Debug)]
pub(crate) struct FakeFolder(Arc<Mutex<Content>>);

/// What the folder has, and how it fails.
#[derive(Debug)]
pub(crate) struct Content {
    pub(crate) files: BTreeMap<String, FakeFile>,
    /// The folder itself cannot be listed.
    pub(crate) is_unreadable: bool,
    /// The listing ends with an error after so many files.
    pub(crate) fails_after: Option<usize>,
    /// Folders that cannot be listed or entered.
    pub(crate) unlisted: BTreeSet<String>,
    /// The next reading of this file waits.
    pub(crate) hangs_at: Option<(String, HangingRead)>,
    pub(crate) clocks: (Instant, Timestamp),
}

/// A file in memory.
#[derive(Clone, Debug)]
pub(crate) struct FakeFile {
    pub(crate) bytes: Vec<u8>,
    /// Another one for each write.
    pub(crate) version: u64,
    pub(crate) fault: Option<FileFault>,
}

/// What is wrong with a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FileFault {
    /// It cannot be opened.
    Unreadable,
    /// It is written while it is read.
    Unsettled,
}

/// A reading that says when it has reached a file, and waits.
#[derive(Debug)]
pub(crate) struct HangingRead {
    pub(crate) reached: SyncSender<()>,
    pub(crate) goes_on: Receiver<()>,
}

impl HangingRead {
    /// A reading to be; the receiver that it reaches, and the sender that lets it go on.
    pub(crate) fn new() -> (HangingRead, Receiver<()>, SyncSender<()>) {
        let (reached, is_reached) = mpsc::sync_channel(1);
        let (go_on, goes_on) = mpsc::sync_channel(1);
        (HangingRead { reached, goes_on }, is_reached, go_on)
    }
}

impl FakeFolder {
    /// An empty folder with this path, until [`FakeFolder::remove`].
    pub(crate) fn create(path: &Path) -> FakeFolder {
        let folder = FakeFolder(Arc::new(Mutex::new(Content {
            files: BTreeMap::new(),
            is_unreadable: false,
            fails_after: None,
            unlisted: BTreeSet::new(),
            hangs_at: None,
            clocks: (Instant::now(), Timestamp(0)),
        })));
        folders().insert(path.to_owned(), folder.clone());
        folder
    }

    pub(crate) fn remove(path: &Path) {
        folders().remove(path);
    }

    /// The folder with this path.
    pub(crate) fn at(path: &Path) -> Option<FakeFolder> {
        folders().get(path).cloned()
    }

    pub(crate) fn content(&self) -> MutexGuard<'_, Content> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn clocks(&self) -> (Instant, Timestamp) {
        self.content().clocks
    }

    pub(in crate::source) fn walk(
        &self,
        below: Option<&str>,
        closed: bool,
    ) -> impl Iterator<Item = Result<Place, Unlisted>> + use<> {
        let content = self.content();
        let is_below = |path: &str| {
            below.is_none_or(|below| {
                let rest = path.strip_prefix(below);
                rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
            })
        };
        let unlisted = content.unlisted.iter();
        let unlisted = unlisted
            .filter(|folder| is_below(folder) || below.is_some_and(|below| is_in(below, folder)));
        let unlisted: Vec<_> = unlisted
            .map(|folder| Err(Unlisted::error(folder.clone(), "Permission denied")))
            .collect();
        let visible = content.files.iter();
        let visible = visible.filter(|(path, _)| is_below(path) && !content.is_hidden(path));
        let mut found: Vec<_> = visible
            .map(|(path, file)| Ok(place(path, file, closed)))
            .collect();
        if let Some(after) = content.fails_after {
            found.truncate(after);
        }
        if content.is_unreadable || content.fails_after.is_some() {
            found.push(Err(Unlisted::error(String::new(), "Input/output error")));
        }
        if content.is_unreadable {
            found.drain(..found.len() - 1);
        }
        unlisted.into_iter().chain(found)
    }

    pub(super) fn stat(&self, path: &str) -> Option<Place> {
        let content = self.content();
        let is_there = !content.is_unreadable && !content.is_hidden(path);
        let file = content.files.get(path).filter(|_| is_there)?;
        Some(place(path, file, false))
    }

    /// The bytes of a file that has not changed since it was listed.
    pub(super) fn read(&self, found: &Place) -> io::Result<Option<Vec<u8>>> {
        let mut content = self.content();
        if let Some((_, hanging)) = content.hangs_at.take_if(|(path, _)| *path == found.path) {
            drop(content);
            // The test may have ended.
            let _ = hanging.reached.send(());
            let _ = hanging.goes_on.recv();
            content = self.content();
        }
        let file = content.files.get(&found.path);
        let file = file.ok_or(io::ErrorKind::NotFound)?;
        match file.fault {
            Some(FileFault::Unreadable) => Err(io::ErrorKind::PermissionDenied.into()),
            Some(FileFault::Unsettled) => Ok(None),
            None if file.stamp() != found.stamp => Ok(None),
            None => Ok(Some(file.bytes.clone())),
        }
    }
}

impl Content {
    /// Whether a folder above cannot be entered.
    pub(crate) fn is_hidden(&self, path: &str) -> bool {
        self.unlisted.iter().any(|folder| is_in(path, folder))
    }
}

impl FakeFile {
    fn stamp(&self) -> Stamp {
        Stamp {
            size: self.bytes.len() as u64,
            modified: 1,
            changed: 1,
            inode: self.version,
        }
    }
}

fn is_in(path: &str, folder: &str) -> bool {
    path.strip_prefix(folder)
        .is_some_and(|rest| rest.starts_with('/'))
}

fn place(path: &str, file: &FakeFile, closed: bool) -> Place {
    Place {
        path: path.to_owned(),
        stamp: file.stamp(),
        closed,
        recheck: false,
        columns: None,
    }
}

fn folders() -> MutexGuard<'static, HashMap<PathBuf, FakeFolder>> {
    FOLDERS.lock().unwrap_or_else(PoisonError::into_inner)
}
