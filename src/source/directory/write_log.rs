//! Which files are being written, and which files and folders are links.
//!
//! Events record writes, and reading asks for them: a writer may pause for longer than the quiet
//! period. Listings record links, and events ask for them: the system reports a change under only
//! one of a file's paths.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// After a longer pause the writer is assumed to have left the file open.
const WRITE_PAUSE_MAX: Duration = Duration::from_secs(10);

/// Beyond this number, files that are being written are treated as closed.
const OPEN_FILES_MAX: usize = 10_000;

/// Events do not follow more links than this; listings do.
const LINKS_MAX: usize = 1_000;

/// Links that one path may lead through; more are taken for a loop.
const LINK_DEPTH_MAX: usize = 8;

/// What is known of writes and links in one folder. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct WriteLog(Arc<Mutex<Records>>);

#[derive(Debug, Default)]
struct Records {
    /// Files that were written and not closed yet: their inode, and the time of the last write.
    open_files: HashMap<u64, Instant>,
    /// Links that are followed, with their targets, relative to the root.
    links: BTreeMap<String, String>,
}

impl WriteLog {
    /// Records a write to the file with this inode.
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

    /// Records that the file with this inode was closed.
    pub fn note_close(&self, inode: u64) {
        self.records().open_files.remove(&inode);
    }

    /// Whether the file with this inode was written lately and not closed since.
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

    /// Records that `link` is a link to `target`; both paths are relative to the root.
    pub fn note_link(&self, link: &str, target: &str) {
        let mut records = self.records();
        if records.links.len() < LINKS_MAX || records.links.contains_key(link) {
            records.links.insert(link.to_owned(), target.to_owned());
        }
    }

    /// The links that listings followed, with their targets.
    pub(super) fn links(&self) -> Vec<(String, String)> {
        let links = &self.records().links;
        let links = links
            .iter()
            .map(|(link, target)| (link.clone(), target.clone()));
        links.collect()
    }

    /// All paths of the file or folder at `path`, itself included.
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

/// Replaces the leading folder `from` of `path` by `to`; `None` if `path` is not below it.
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
    fn all_paths_follow_links_both_ways() {
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
    fn a_loop_of_links_ends() {
        let log = WriteLog::default();
        log.note_link("a", "b");
        log.note_link("b", "a");
        assert!(log.all_paths("a/x.txt").contains(&"a/x.txt".to_owned()));
    }
}
