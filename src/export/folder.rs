//! The exported folder. Files are replaced as a whole, and files of other programs are never touched.
//!
//! Nothing is synced to the disk: an export can be repeated at any time, and the size of a file shows
//! that a power cut lost its data.

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

/// Why a folder cannot be exported to.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// Files of another program are in it.
    #[error(
        "{} is not empty, and no export wrote what is in it: name an empty folder, or run \
         `touch {}` if exports may write beside what is there", .0.display(), .0.join(FILE).display()
    )]
    NotAnExport(PathBuf),
    /// Another export writes to it.
    #[error("another export is writing to {}", .0.display())]
    Locked(PathBuf),
    /// The manifest cannot be parsed.
    #[error(
        "{}:{line}: no export wrote this line; export to another folder, or empty this one", .path.display()
    )]
    Manifest {
        /// The manifest.
        path: PathBuf,
        /// Its first wrong line.
        line: usize,
    },
    /// It cannot be created, listed or read.
    #[error("cannot use {}", path.display())]
    Io {
        /// The folder or the manifest.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
}

/// The state of a file that an earlier export wrote.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileState {
    /// The size and date of the manifest.
    AsWritten,
    /// The same size and another date: a copy loses the date.
    DateChanged,
    /// Missing, or another size.
    Changed,
}

/// An exported folder, locked against other exports.
#[derive(Debug)]
pub struct Folder {
    root: PathBuf,
    /// The manifest of the last export.
    previous: Manifest,
    /// Whether the manifest without the digests of the files to be written was saved.
    invalidated: OnceLock<Result<(), io::ErrorKind>>,
    _lock: File,
}

impl Folder {
    /// Opens a folder, and creates it if it is missing. On an error, nothing in it was touched.
    pub fn open(root: &Path) -> Result<Folder, FolderError> {
        let failed = |path: &Path| {
            let path = path.to_owned();
            |source| FolderError::Io { path, source }
        };
        fs::create_dir_all(root).map_err(failed(root))?;
        let lock = File::open(root).map_err(failed(root))?;
        match lock.try_lock() {
            Err(TryLockError::WouldBlock) => return Err(FolderError::Locked(root.to_owned())),
            // Not every file system has locks, and exports at the same time are rare.
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

    /// The manifest of the last export.
    pub fn previous(&self) -> &Manifest {
        &self.previous
    }

    /// Compares a file with its line of the manifest.
    pub fn state(&self, path: &str, written: &ExportedFile) -> FileState {
        let Ok(metadata) = fs::symlink_metadata(self.root.join(path)) else {
            return FileState::Changed;
        };
        if !metadata.is_file() || metadata.len() != written.bytes {
            return FileState::Changed;
        }
        match metadata.modified().ok() == Some(system_time(written.modified)) {
            true => FileState::AsWritten,
            false => FileState::DateChanged,
        }
    }

    /// Restores the date of a file. An error is ignored, since not every file system keeps dates.
    pub fn set_modified(&self, path: &str, modified: Timestamp) {
        if let Ok(file) = File::options().write(true).open(self.root.join(path)) {
            let _ = file.set_modified(system_time(modified));
        }
    }

    /// Writes, once, a manifest without the digests of the files to be written. After an error, no file
    /// may be written.
    pub fn invalidate(&self, manifest: impl FnOnce() -> Manifest) -> io::Result<()> {
        let invalidated = self.invalidated.get_or_init(|| {
            let saved = self.replace(FILE, manifest().to_string().as_bytes(), None, 0);
            saved.map_err(|error| error.kind())
        });
        (*invalidated).map_err(io::Error::from)
    }

    /// Writes a file as a whole; `worker` makes the name of its temporary file unique. On an error, or if
    /// another program's file has this name, the old file stays.
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

    /// Deletes a file of an earlier export, and the folders that are empty without it.
    pub fn remove(&self, path: &str) -> io::Result<()> {
        match fs::remove_file(self.root.join(path)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            Err(_) | Ok(()) => {}
        }
        let mut folder = Path::new(path);
        while let Some(parent) = folder.parent().filter(|parent| *parent != Path::new("")) {
            // The folder is not empty.
            if fs::remove_dir(self.root.join(parent)).is_err() {
                break;
            }
            folder = parent;
        }
        Ok(())
    }

    /// Saves the manifest at the end of an export, if the export could write files. On an error, the old
    /// manifest has no digests of files that were written.
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

    /// Whether a file with other bytes has this name.
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

    /// Deletes the temporary files of an export that was killed.
    fn remove_temporary_files(&self) {
        let rewritten = self
            .previous
            .files
            .iter()
            .filter(|(_, file)| file.digest.is_none());
        let folders = rewritten.filter_map(|(path, _)| Path::new(path).parent());
        let mut folders: Vec<&Path> = iter::once(Path::new("")).chain(folders).collect();
        folders.dedup();
        for folder in folders {
            let Ok(entries) = fs::read_dir(self.root.join(folder)) else {
                continue;
            };
            for entry in entries.flatten() {
                let name = entry.file_name();
                if name.to_string_lossy().starts_with(TEMPORARY_PREFIX) {
                    let _ = fs::remove_file(entry.path());
                }
            }
        }
    }
}

/// Whether a folder has an entry whose name is not hidden, as `.git` and `.nojekyll` are.
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
