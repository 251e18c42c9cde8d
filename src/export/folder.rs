//! The folder that is exported to: files are there whole or not at all, and nothing of others is
//! touched.
//!
//! Nothing is flushed to the disk by itself. An export can be made again from the articles at any
//! time, and what a power cut takes of a file that was just written shows in its size.

use std::fs::{self, File, TryLockError};
use std::io::{self, Write};
use std::iter;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::manifest::{ExportedFile, FILE, Manifest};
use crate::model::time::Timestamp;

/// How the names of temporary files begin.
const TEMPORARY_PREFIX: &str = ".taspa-export-";

/// Why nothing is exported to a folder.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// Somebody else's files stand there.
    #[error(
        "{} is not empty, and no export wrote what is in it: name an empty folder, or run \
         `touch {}` if exports may write beside what is there", .0.display(), .0.join(FILE).display()
    )]
    NotAnExport(PathBuf),
    /// Another export writes there.
    #[error("another export is writing to {}", .0.display())]
    Locked(PathBuf),
    /// The manifest is not what an export wrote.
    #[error(
        "{}:{line}: no export wrote this line; export to another folder, or empty this one", .path.display()
    )]
    Manifest {
        /// The manifest.
        path: PathBuf,
        /// Its first wrong line.
        line: usize,
    },
    /// It cannot be made, listed or read.
    #[error("cannot use {}", path.display())]
    Io {
        /// The folder or the manifest.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
}

/// What is at a path that an earlier export wrote.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileState {
    /// What the manifest says.
    AsWritten,
    /// The same bytes as far as their number shows, under another date: copies lose it.
    DateChanged,
    /// Nothing, or a file that was changed since.
    Changed,
}

/// An exported folder; no other export writes to it meanwhile.
#[derive(Debug)]
pub struct Folder {
    root: PathBuf,
    /// What earlier exports wrote.
    previous: Manifest,
    /// Whether the manifest that is there has given up what is about to be touched.
    invalidated: OnceLock<Result<(), io::ErrorKind>>,
    _lock: File,
}

impl Folder {
    /// Opens a folder, making it where it is missing.
    ///
    /// # Errors
    /// [`FolderError`]; nothing in it was touched then.
    pub fn open(root: &Path) -> Result<Folder, FolderError> {
        let failed = |path: &Path| {
            let path = path.to_owned();
            |source| FolderError::Io { path, source }
        };
        fs::create_dir_all(root).map_err(failed(root))?;
        let lock = File::open(root).map_err(failed(root))?;
        match lock.try_lock() {
            Err(TryLockError::WouldBlock) => return Err(FolderError::Locked(root.to_owned())),
            // Not every file system has locks; most exports are alone.
            Err(TryLockError::Error(_)) | Ok(()) => {}
        }
        let path = root.join(FILE);
        let previous = match fs::read_to_string(&path) {
            Ok(text) => Manifest::parse(&text).map_err(|line| FolderError::Manifest {
                path: path.clone(),
                line,
            })?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                if has_visible_entry(root).map_err(failed(root))? {
                    return Err(FolderError::NotAnExport(root.to_owned()));
                }
                Manifest::default()
            }
            Err(source) => return Err(FolderError::Io { path, source }),
        };
        let folder = Folder {
            root: root.to_owned(),
            previous,
            invalidated: OnceLock::new(),
            _lock: lock,
        };
        folder.remove_temporary_files();
        Ok(folder)
    }

    /// What earlier exports wrote.
    pub fn previous(&self) -> &Manifest {
        &self.previous
    }

    /// Whether a file is still as an earlier export wrote it.
    pub fn state(&self, path: &str, written: &ExportedFile) -> FileState {
        let Ok(metadata) = fs::symlink_metadata(self.root.join(path)) else {
            return FileState::Changed;
        };
        let is_whole = metadata.is_file() && metadata.len() == written.bytes;
        match is_whole {
            false => FileState::Changed,
            true if metadata.modified().ok() == Some(system_time(written.modified)) => {
                FileState::AsWritten
            }
            true => FileState::DateChanged,
        }
    }

    /// Gives a file its date back. Not every file system keeps dates, which costs nothing but them.
    pub fn set_modified(&self, path: &str, modified: Timestamp) {
        if let Ok(file) = File::options().write(true).open(self.root.join(path)) {
            let _ = file.set_modified(system_time(modified));
        }
    }

    /// Writes, once, the manifest that has no digests of the files that are about to be touched.
    ///
    /// # Errors
    /// When that cannot be written: then nothing must be touched.
    pub fn invalidate(&self, manifest: impl FnOnce() -> Manifest) -> io::Result<()> {
        let invalidated = self.invalidated.get_or_init(|| {
            let saved = self.replace(FILE, manifest().to_string().as_bytes(), None, 0);
            saved.map_err(|error| error.kind())
        });
        (*invalidated).map_err(io::Error::from)
    }

    /// Puts a file in its place, whole; `worker` tells apart who writes at the same time.
    ///
    /// # Errors
    /// When it cannot be written, or another program's file is in its place; what was there stays.
    pub fn put(
        &self,
        path: &str,
        bytes: &[u8],
        modified: Timestamp,
        worker: usize,
    ) -> io::Result<()> {
        if !self.previous.files.contains_key(path) && self.is_occupied(path, bytes) {
            return Err(io::Error::other(
                "a file is there that no export wrote, so it is left alone",
            ));
        }
        self.replace(path, bytes, Some(modified), worker)
    }

    /// Deletes a file that an earlier export wrote, and folders that are empty without it.
    ///
    /// # Errors
    /// When it stays.
    pub fn remove(&self, path: &str) -> io::Result<()> {
        match fs::remove_file(self.root.join(path)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            Err(_) | Ok(()) => {}
        }
        let mut folder = Path::new(path);
        while let Some(parent) = folder.parent().filter(|parent| *parent != Path::new("")) {
            // It has something else in it.
            if fs::remove_dir(self.root.join(parent)).is_err() {
                break;
            }
            folder = parent;
        }
        Ok(())
    }

    /// Ends an export. One that could not begin has touched nothing.
    ///
    /// # Errors
    /// When the manifest cannot be written; the one that is there relies on nothing that was touched.
    pub fn finish(self, manifest: &Manifest) -> io::Result<()> {
        if let Some(Err(_)) = self.invalidated.get() {
            return Ok(());
        }
        let is_new = !self.root.join(FILE).exists();
        if is_new || self.invalidated.get().is_some() || *manifest != self.previous {
            self.replace(FILE, manifest.to_string().as_bytes(), None, 0)?;
        }
        Ok(())
    }

    /// Whether something else than these bytes is in the place of a file.
    fn is_occupied(&self, path: &str, bytes: &[u8]) -> bool {
        let place = self.root.join(path);
        match fs::symlink_metadata(&place) {
            Ok(metadata) if metadata.is_file() && metadata.len() == bytes.len() as u64 => {
                fs::read(&place).map_or(true, |there| there != bytes)
            }
            Ok(_) => true,
            Err(_) => false,
        }
    }

    fn replace(
        &self,
        path: &str,
        bytes: &[u8],
        modified: Option<Timestamp>,
        worker: usize,
    ) -> io::Result<()> {
        let place = self.root.join(path);
        let folder = place.parent().unwrap_or(&self.root);
        let temporary = folder.join(format!("{TEMPORARY_PREFIX}{worker}"));
        let mut file = match File::create(&temporary) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                fs::create_dir_all(folder)?;
                File::create(&temporary)?
            }
            file => file?,
        };
        let written = file.write_all(bytes).and_then(|()| {
            if let Some(modified) = modified {
                let _ = file.set_modified(system_time(modified));
            }
            fs::rename(&temporary, &place)
        });
        if written.is_err() {
            let _ = fs::remove_file(&temporary);
        }
        written
    }

    /// Deletes what an export that was killed had not finished.
    fn remove_temporary_files(&self) {
        let touched = self
            .previous
            .files
            .iter()
            .filter(|(_, file)| file.digest.is_none());
        let folders = touched.filter_map(|(path, _)| Path::new(path).parent());
        let mut folders: Vec<&Path> = iter::once(Path::new("")).chain(folders).collect();
        folders.dedup();
        for folder in folders {
            let Ok(entries) = fs::read_dir(self.root.join(folder)) else {
                continue;
            };
            let names = entries.flatten().map(|entry| entry.path());
            let temporary = names.filter(|path| {
                let name = path.file_name().unwrap_or_default();
                name.to_string_lossy().starts_with(TEMPORARY_PREFIX)
            });
            temporary.for_each(|path| {
                let _ = fs::remove_file(path);
            });
        }
    }
}

/// Whether a folder has anything in it but hidden names, such as `.git` and `.nojekyll`.
fn has_visible_entry(folder: &Path) -> io::Result<bool> {
    for entry in fs::read_dir(folder)? {
        if !entry?.file_name().as_encoded_bytes().starts_with(b".") {
            return Ok(true);
        }
    }
    Ok(false)
}

fn system_time(at: Timestamp) -> SystemTime {
    let seconds = Duration::from_secs(at.0.unsigned_abs());
    match at.0 < 0 {
        true => UNIX_EPOCH - seconds,
        false => UNIX_EPOCH + seconds,
    }
}
