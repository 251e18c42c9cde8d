//! What the events of a folder and its listings tell each other.
//!
//! Events tell which files somebody is writing, so that a pause of a writer, however long a file
//! rests meanwhile, is not taken for its end. Listings tell which folders are links: the system
//! names a changed file once, by whichever of its paths it likes.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// A writer that pauses for longer has forgotten to close the file.
const PAUSE_MAX: Duration = Duration::from_secs(10);

/// More files than this are not told apart from files at rest.
const WRITTEN_MAX: usize = 10_000;

/// Links beyond this many are followed by listings alone.
const LINKS_MAX: usize = 1_000;

/// Links that one path leads through; more are a loop.
const LINK_DEPTH_MAX: usize = 8;

/// Notes on one folder, shared by everyone who looks at it.
#[derive(Clone, Debug, Default)]
pub struct Notes(Arc<Mutex<Noted>>);

#[derive(Debug, Default)]
struct Noted {
    /// When files were last written that are not closed yet, by inode.
    written: HashMap<u64, Instant>,
    /// Folders that are links, with the folders they stand for.
    links: BTreeMap<String, String>,
}

impl Notes {
    /// Somebody wrote to the file with this inode, and may go on.
    pub fn written(&self, inode: u64) {
        let mut noted = self.noted();
        if noted.written.len() >= WRITTEN_MAX {
            noted.written.retain(|_, at| at.elapsed() < PAUSE_MAX);
        }
        if noted.written.len() < WRITTEN_MAX {
            noted.written.insert(inode, Instant::now());
        }
    }

    /// The file with this inode is complete.
    pub fn closed(&self, inode: u64) {
        self.noted().written.remove(&inode);
    }

    /// Whether somebody is writing the file with this inode.
    pub fn is_being_written(&self, inode: u64) -> bool {
        let mut noted = self.noted();
        let at = noted.written.get(&inode);
        let (known, recent) = (at.is_some(), at.is_some_and(|at| at.elapsed() < PAUSE_MAX));
        if known && !recent {
            noted.written.remove(&inode);
        }
        recent
    }

    /// The folder `link` stands for the folder `target`; both are paths below the root.
    pub fn linked(&self, link: &str, target: &str) {
        let mut noted = self.noted();
        if noted.links.len() < LINKS_MAX || noted.links.contains_key(link) {
            noted.links.insert(link.to_owned(), target.to_owned());
        }
    }

    /// Every path that the file or folder at `path` has, itself included.
    pub fn names(&self, path: &str) -> Vec<String> {
        let noted = self.noted();
        let mut real = path.to_owned();
        for _ in 0..LINK_DEPTH_MAX {
            let through = |(link, target): (&String, &String)| moved(&real, link, target);
            match noted.links.iter().find_map(through) {
                Some(path) => real = path,
                None => break,
            }
        }
        let others = noted.links.iter();
        let mut names: Vec<String> = others
            .filter_map(|(link, target)| moved(&real, target, link))
            .chain([path.to_owned(), real.clone()])
            .collect();
        names.sort_unstable();
        names.dedup();
        names
    }

    fn noted(&self) -> MutexGuard<'_, Noted> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The path that `path` has when what is at or below `from` is at or below `to`.
fn moved(path: &str, from: &str, to: &str) -> Option<String> {
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
        let notes = Notes::default();
        assert!(!notes.is_being_written(7));
        notes.written(7);
        assert!(notes.clone().is_being_written(7));
        assert!(!notes.is_being_written(8));
        notes.closed(7);
        assert!(!notes.is_being_written(7));
    }

    #[test]
    fn a_path_is_known_by_every_name() {
        let notes = Notes::default();
        notes.linked("alias", "real");
        notes.linked("news/today", "real/2026");
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
            assert_eq!(notes.names(path), names, "{path}");
        }
    }

    #[test]
    fn links_in_a_circle_end() {
        let notes = Notes::default();
        notes.linked("a", "b");
        notes.linked("b", "a");
        assert!(notes.names("a/x.txt").contains(&"a/x.txt".to_owned()));
    }
}
