//! What the events of a folder and its listings tell each other.
//!
//! Events tell which files somebody is writing, so that a pause of a writer, however long a file
//! rests meanwhile, is not taken for its end. Listings tell which folders are links: the system
//! names a changed file once, by whichever of its paths it likes.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// A writer that pauses for longer has forgotten to close the file.
const WRITE_PAUSE_MAX: Duration = Duration::from_secs(10);

/// More files than this are not told apart from files at rest.
const OPEN_FILES_MAX: usize = 10_000;

/// Links beyond this many are followed by listings alone.
const LINKS_MAX: usize = 1_000;

/// Links that one path leads through; more are a loop.
const LINK_DEPTH_MAX: usize = 8;

/// WriteLog on one folder, shared by everyone who looks at it.
#[derive(Clone, Debug, Default)]
pub struct WriteLog(Arc<Mutex<Records>>);

#[derive(Debug, Default)]
struct Records {
    /// When files were last written that are not closed yet, by inode.
    open_files: HashMap<u64, Instant>,
    /// Folders that are links, with the folders they stand for.
    links: BTreeMap<String, String>,
}

impl WriteLog {
    /// Somebody wrote to the file with this inode, and may go on.
    pub fn note_write(&self, inode: u64) {
        let mut records = self.records();
        if records.open_files.len() >= OPEN_FILES_MAX {
            records
                .open_files
                .retain(|_, at| at.elapsed() < WRITE_PAUSE_MAX);
        }
        if records.open_files.len() < OPEN_FILES_MAX {
            records.open_files.insert(inode, Instant::now());
        }
    }

    /// The file with this inode is complete.
    pub fn note_close(&self, inode: u64) {
        self.records().open_files.remove(&inode);
    }

    /// Whether somebody is writing the file with this inode.
    pub fn is_being_written(&self, inode: u64) -> bool {
        let mut records = self.records();
        let at = records.open_files.get(&inode);
        let (known, recent) = (
            at.is_some(),
            at.is_some_and(|at| at.elapsed() < WRITE_PAUSE_MAX),
        );
        if known && !recent {
            records.open_files.remove(&inode);
        }
        recent
    }

    /// The folder `link` stands for the folder `target`; both are paths below the root.
    pub fn note_link(&self, link: &str, target: &str) {
        let mut records = self.records();
        if records.links.len() < LINKS_MAX || records.links.contains_key(link) {
            records.links.insert(link.to_owned(), target.to_owned());
        }
    }

    /// Every path that the file or folder at `path` has, itself included.
    pub fn all_paths(&self, path: &str) -> Vec<String> {
        let records = self.records();
        let mut real = path.to_owned();
        for _ in 0..LINK_DEPTH_MAX {
            let through = |(link, target): (&String, &String)| replace_prefix(&real, link, target);
            match records.links.iter().find_map(through) {
                Some(path) => real = path,
                None => break,
            }
        }
        let others = records.links.iter();
        let mut names: Vec<String> = others
            .filter_map(|(link, target)| replace_prefix(&real, target, link))
            .chain([path.to_owned(), real.clone()])
            .collect();
        names.sort_unstable();
        names.dedup();
        names
    }

    fn records(&self) -> MutexGuard<'_, Records> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The path that `path` has when what is at or below `from` is at or below `to`.
fn replace_prefix(path: &str, from: &str, to: &str) -> Option<String> {
    let rest = match from {
        "" => return Some(format!("{to}/{path}")),
        from => path.strip_prefix(from)?,
    };
    (rest.is_empty() || rest.starts_with('/')).then(|| format!("{to}{rest}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_being_written_until_it_is_closed() {
        let log = WriteLog::default();
        assert!(!log.is_being_written(7));
        log.note_write(7);
        assert!(log.clone().is_being_written(7));
        assert!(!log.is_being_written(8));
        log.note_close(7);
        assert!(!log.is_being_written(7));
    }

    #[test]
    fn a_path_is_known_by_every_name() {
        let log = WriteLog::default();
        log.note_link("alias", "real");
        log.note_link("news/today", "real/2026");
        for (path, names) in [
            ("other/a.txt", &["other/a.txt"][..]),
            ("realty/a.txt", &["realty/a.txt"]),
            ("real", &["alias", "real"]),
            ("alias/a.txt", &["alias/a.txt", "real/a.txt"]),
            ("real/a.txt", &["alias/a.txt", "real/a.txt"]),
            (
                "news/today/a.txt",
                &["alias/2026/a.txt", "news/today/a.txt", "real/2026/a.txt"],
            ),
        ] {
            assert_eq!(log.all_paths(path), names, "{path}");
        }
    }

    #[test]
    fn links_in_a_circle_end() {
        let log = WriteLog::default();
        log.note_link("a", "b");
        log.note_link("b", "a");
        assert!(log.all_paths("a/x.txt").contains(&"a/x.txt".to_owned()));
    }
}
