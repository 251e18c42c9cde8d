//! A folder of article files.
//!
//! Listing and reading are separate, so an unchanged file costs one `stat`. What a missing file
//! means is decided in [`ingest`](crate::ingest).

pub mod events;
mod links;
mod sibling_files;
#[cfg(test)]
pub(crate) mod testkit;
pub(crate) mod watcher;
mod write_log;

use std::fs::{self, File, Metadata};
use std::io::{self, Read};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use icu_normalizer::ComposingNormalizerBorrowed;
use walkdir::{DirEntry, WalkDir};

use super::article_file::{ParseContext, date, encoding, json, markdown, newsroom};
use super::{Place, ReadOutcome, Unlisted};
use crate::config::{DirectoryConfig, KeyFrom, LegacyEncoding, Watch};
use crate::model::article::{AcceptSettings, Accepted, Draft, Refusal};
use crate::model::record::Stamp;
use crate::model::time::Timestamp;
use crate::source::directory::links::{Links, leads_nowhere};
use crate::source::directory::write_log::WriteLog;

/// Larger files are refused.
const FILE_BYTES_MAX: u64 = 2 << 20;

/// How long a file must be unchanged before it is read. A shorter pause does not mean that its
/// writer is done.
const QUIET: Duration = Duration::from_millis(200);

/// The same for a file that was closed or renamed. The clock of a file system ticks every few
/// milliseconds, so a later write shows a later time.
const QUIET_AFTER_CLOSE: Duration = Duration::from_millis(20);

/// An article's file that has been empty for so long counts as deleted.
const EMPTIED_SECONDS: i64 = 60;

/// Suffixes of the temporary files of editors and copies.
const TEMPORARY_SUFFIXES: [&str; 4] = ["~", ".tmp", ".part", ".swp"];

/// A folder of article files.
#[derive(Clone, Debug)]
pub struct Directory {
    root: PathBuf,
    key: KeyFrom,
    watch: Watch,
    legacy: LegacyEncoding,
    reading: Box<AcceptSettings>,
    write_log: WriteLog,
}

#[derive(Clone, Copy)]
enum FileFormat {
    Newsroom,
    Markdown,
    Json,
}

impl Directory {
    /// `reading` is how its articles are read: time zone, default language, site address,
    /// permalinks.
    pub fn new(config: &DirectoryConfig, reading: AcceptSettings) -> Directory {
        Directory {
            root: config.path.clone(),
            key: config.key,
            watch: config.watch,
            legacy: config.legacy_encoding,
            reading: Box::new(reading),
            write_log: WriteLog::default(),
        }
    }

    /// The same folder, sharing the write log of an earlier configuration.
    pub fn with_write_log(self, write_log: WriteLog) -> Directory {
        Directory { write_log, ..self }
    }

    /// The writes and links that events and listings record.
    pub fn write_log(&self) -> &WriteLog {
        &self.write_log
    }

    /// How changes are noticed between two listings.
    pub fn watch(&self) -> Watch {
        self.watch
    }

    /// The path of the folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Everything that changes how a file is read, as bytes for a digest.
    pub fn reading_bytes(&self) -> Vec<u8> {
        let key = match self.key {
            KeyFrom::Path => "path",
            KeyFrom::Name => "name",
        };
        let mut bytes = [key, self.legacy.name(), ""].join("\n").into_bytes();
        bytes.extend(self.reading.bytes());
        bytes
    }

    /// Lists every file that may hold an article, in byte order of the paths, and everything that
    /// cannot be listed. `below` limits the listing to one file or folder; if it does not exist,
    /// the listing is empty as long as the folder itself exists.
    pub fn walk(
        &self,
        below: Option<&str>,
        closed: bool,
    ) -> impl Iterator<Item = Result<Place, Unlisted>> + use<> {
        let (root, write_log) = (self.root.clone(), self.write_log.clone());
        let mut links = match below {
            None => Links::new(&root),
            Some(_) => Links::after(&root, &write_log),
        };
        let mut skipped = below.and_then(|path| links.walk_to(path).err());
        let start = match below {
            None => Some(root.clone()),
            Some(path) => Some(root.join(path)).filter(|start| {
                let ignored = path.split('/').any(is_ignored_name);
                let missing = fs::symlink_metadata(start).is_err() && root.is_dir();
                !(ignored || missing || skipped.is_some())
            }),
        };
        let whole = below.is_none();
        let sorted = |start| {
            WalkDir::new(start)
                .follow_links(true)
                .sort_by(|a, b| sort_key(a).cmp(&sort_key(b)))
        };
        let mut walk = start.map(|start| sorted(start).into_iter());
        std::iter::from_fn(move || {
            if let Some(skipped) = skipped.take() {
                return Some(Err(skipped));
            }
            loop {
                let walk = walk.as_mut()?;
                let entry = match walk.next()? {
                    Ok(entry) => entry,
                    Err(error) => match unlisted(&root, &error) {
                        Some(unlisted) => return Some(Err(unlisted)),
                        None => continue,
                    },
                };
                let is_dir = entry.file_type().is_dir();
                if whole && entry.depth() == 0 {
                    // A file in place of the folder must not look like an empty folder.
                    if is_dir {
                        continue;
                    }
                    return Some(Err(Unlisted::error(String::new(), "it is no folder")));
                }
                if is_skipped(&entry) {
                    if is_dir {
                        walk.skip_current_dir();
                    }
                    continue;
                }
                let path = relative(&root, entry.path());
                let is_checked = !whole && entry.depth() == 0;
                let followed = match entry.path_is_symlink() {
                    _ if is_checked => Ok(()),
                    true => links
                        .follow(&path)
                        .map(|target| write_log.note_link(&path, &target)),
                    false => links.enter(&path),
                };
                if let Err(skipped) = followed {
                    if is_dir {
                        walk.skip_current_dir();
                    }
                    return Some(Err(skipped));
                }
                if is_dir {
                    continue;
                }
                if entry.path().to_str().is_none() {
                    return Some(Err(Unlisted::warning(path, "its name is not UTF-8")));
                }
                return Some(match entry.metadata() {
                    Ok(metadata) => Ok(Place {
                        path,
                        stamp: stamp(&metadata),
                        closed,
                        recheck: false,
                    }),
                    Err(error) => Err(Unlisted::error(path, &error.to_string())),
                });
            }
        })
    }

    /// The current stamp of the file at `path`; `None` if there is no file.
    pub fn stat(&self, path: &str) -> Option<Place> {
        #[cfg(test)]
        if let Some(folder) = testkit::FakeFolder::at(&self.root) {
            return folder.stat(path);
        }
        let metadata = fs::metadata(self.root.join(path)).ok()?;
        metadata.is_file().then(|| Place {
            path: path.to_owned(),
            stamp: stamp(&metadata),
            closed: false,
            recheck: false,
        })
    }

    /// Reads and accepts one file. A panic while accepting it costs this file alone.
    pub fn read(&self, found: &Place) -> ReadOutcome {
        let is_being_written = || self.write_log.is_being_written(found.stamp.inode);
        if is_being_written() {
            return ReadOutcome::Unsettled;
        }
        let bytes = match self.read_bytes(found) {
            Ok(_) if is_being_written() => return ReadOutcome::Unsettled,
            Ok(Some(_)) if found.stamp.size > FILE_BYTES_MAX => {
                return ReadOutcome::Refused(too_large(found.stamp.size));
            }
            Ok(Some(bytes)) => bytes,
            Ok(None) => return ReadOutcome::Unsettled,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return ReadOutcome::Unsettled,
            Err(error) => {
                let hint = "make the file readable for the user that runs taspa";
                return ReadOutcome::Unreadable(Refusal::new(
                    None,
                    format!("cannot be read: {error}"),
                    hint,
                ));
            }
        };
        ReadOutcome::of("file", || self.accept(&found.path, &bytes))
    }

    fn read_bytes(&self, found: &Place) -> io::Result<Option<Vec<u8>>> {
        #[cfg(test)]
        if let Some(folder) = testkit::FakeFolder::at(&self.root) {
            return folder.read(found);
        }
        read_unchanged(&self.root.join(&found.path), found)
    }

    fn accept(&self, path: &str, bytes: &[u8]) -> Result<Accepted, Refusal> {
        let text = encoding::decode(bytes, self.legacy)?;
        let context = ParseContext {
            name_date: date::at_front(path),
            settings: &self.reading,
        };
        let mut draft: Draft = match format_of(path) {
            Some(FileFormat::Newsroom) | None => newsroom::parse(&text, &context)?,
            Some(FileFormat::Markdown) => markdown::parse(&text, &context)?,
            Some(FileFormat::Json) => json::parse(&text, &context)?,
        };
        draft.path = path.rsplit_once('.').map(|(path, _)| path.to_owned());
        if let Some(folder) = self.root.join(path).parent() {
            sibling_files::fill_lengths(folder, &mut draft);
        }
        let key = draft.own_key()?.unwrap_or_else(|| self.key_of(path));
        draft.accept(key, &self.reading)
    }

    /// The key of an article without an id: its path or name in NFC, without extension. `x/index`
    /// becomes `x`.
    pub fn key_of(&self, path: &str) -> String {
        let (folders, file) = path.rsplit_once('/').unwrap_or(("", path));
        let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
        let whole = match (folders, stem) {
            ("", stem) => stem.to_owned(),
            (folders, "index") => folders.to_owned(),
            (folders, stem) => format!("{folders}/{stem}"),
        };
        let key = match self.key {
            KeyFrom::Path => whole.as_str(),
            KeyFrom::Name => whole.rsplit('/').next().unwrap_or(&whole),
        };
        ComposingNormalizerBorrowed::new_nfc()
            .normalize(key)
            .into_owned()
    }
}

/// Whether a file has been empty long enough to count as deleted.
pub(super) fn is_emptied(found: &Place) -> bool {
    let written = i64::try_from(found.stamp.modified / 1_000_000_000).unwrap_or(i64::MAX);
    found.stamp.size == 0 && Timestamp::now().0.saturating_sub(written) >= EMPTIED_SECONDS
}

fn too_large(bytes: u64) -> Refusal {
    Refusal::new(
        None,
        format!("the file is larger than {FILE_BYTES_MAX} bytes: it has {bytes}"),
        "an article is at most 2 MiB; split it",
    )
}

/// The bytes of a file whose stamp is the same as in the listing, before and after reading;
/// otherwise `None`. Of a file that is too large, nothing is read.
fn read_unchanged(path: &Path, found: &Place) -> io::Result<Option<Vec<u8>>> {
    let quiet = if found.closed {
        QUIET_AFTER_CLOSE
    } else {
        QUIET
    };
    let listed = found.stamp;
    if let Some(left) = quiet_left(listed, quiet) {
        thread::sleep(left);
    }
    if stamp(&fs::metadata(path)?) != listed {
        return Ok(None);
    }
    let mut file = File::open(path)?;
    let size = match listed.size > FILE_BYTES_MAX {
        true => 0,
        false => listed.size,
    };
    // A file that grows meanwhile has another stamp.
    let mut bytes = Vec::with_capacity(usize::try_from(size).unwrap_or(0));
    Read::by_ref(&mut file).take(size).read_to_end(&mut bytes)?;
    // Removing or replacing the name changes this stamp too, so the path needs no second `stat`.
    let unchanged = stamp(&file.metadata()?) == listed;
    Ok(unchanged.then_some(bytes))
}

/// The rest of the quiet period; `None` if it is over, or if the file's time lies in the future, as
/// the clock of another machine may write it.
fn quiet_left(stamp: Stamp, quiet: Duration) -> Option<Duration> {
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .ok()?
        .as_nanos();
    let changed = u128::try_from(stamp.modified.max(stamp.changed)).ok()?;
    let age = Duration::from_nanos(u64::try_from(now.checked_sub(changed)?).ok()?);
    quiet.checked_sub(age)
}

/// Extensions of article files.
pub const EXTENSIONS: [&str; 3] = ["txt", "md", "json"];

fn format_of(path: &str) -> Option<FileFormat> {
    let [newsroom, markdown, json] = EXTENSIONS;
    match path.rsplit_once('.')?.1 {
        extension if extension == newsroom => Some(FileFormat::Newsroom),
        extension if extension == markdown => Some(FileFormat::Markdown),
        extension if extension == json => Some(FileFormat::Json),
        _ => None,
    }
}

/// Skips hidden names, `_…`, temporary files, and all that is neither a folder nor an article file.
fn is_skipped(entry: &DirEntry) -> bool {
    let name = entry.file_name().to_string_lossy();
    let is_article = entry.file_type().is_file() && format_of(&name).is_some();
    is_ignored_name(&name) || !(entry.file_type().is_dir() || is_article)
}

/// Names that no article file or folder has.
pub(super) fn is_ignored_name(name: &str) -> bool {
    name.starts_with(['.', '_'])
        || TEMPORARY_SUFFIXES
            .iter()
            .any(|ending| name.ends_with(ending))
}

/// Appends `/` to the names of folders, so that a depth-first walk lists paths in byte order, which
/// is the order of the store. A link to a folder counts as a folder.
fn sort_key(entry: &DirEntry) -> Vec<u8> {
    let mut key = entry.file_name().as_encoded_bytes().to_vec();
    if entry.file_type().is_dir() || (entry.path_is_symlink() && entry.path().is_dir()) {
        key.push(b'/');
    }
    key
}

/// What could not be listed; `None` for an ignored name.
fn unlisted(root: &Path, error: &walkdir::Error) -> Option<Unlisted> {
    let path = error
        .path()
        .map(|path| relative(root, path))
        .unwrap_or_default();
    let name = path.rsplit('/').next().unwrap_or_default();
    if is_ignored_name(name) {
        return None;
    }
    if error.loop_ancestor().is_some() {
        return Some(Unlisted::warning(
            path,
            "it is a link to a folder that contains it",
        ));
    }
    let is_link = !path.is_empty() && root.join(&path).is_symlink();
    if is_link && error.io_error().is_some_and(leads_nowhere) {
        let reason = "it is a link to nothing; what it led to counts as deleted";
        return Some(Unlisted::warning(path, reason));
    }
    let reason = error
        .io_error()
        .map_or_else(|| error.to_string(), io::Error::to_string);
    Some(Unlisted::error(path, &reason))
}

fn relative(root: &Path, path: &Path) -> String {
    path.strip_prefix(root)
        .unwrap_or(path)
        .to_string_lossy()
        .into_owned()
}

/// The stamp of a file.
pub(crate) fn stamp(metadata: &Metadata) -> Stamp {
    let nanoseconds =
        |seconds: i64, rest: i64| i128::from(seconds) * 1_000_000_000 + i128::from(rest);
    Stamp {
        size: metadata.size(),
        modified: nanoseconds(metadata.mtime(), metadata.mtime_nsec()),
        changed: nanoseconds(metadata.ctime(), metadata.ctime_nsec()),
        inode: metadata.ino(),
    }
}

#[cfg(test)]
mod tests;
