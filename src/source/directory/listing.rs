//! A listing of a folder: every file that may hold an article, and everything that cannot be listed.

use std::cmp::Ordering;
use std::collections::{BTreeMap, VecDeque};
use std::fs;
use std::io;
use std::mem;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use walkdir::{DirEntry, WalkDir};

use super::file::stamp;
use super::file_name::{extension, is_ignored_name};
use super::inheritance::{Inheritance, ParentProblem, Parents, Unsettled};
use super::links::{Links, leads_nowhere, relative};
use super::path_filter::{Excluded, PathFilter};
use super::write_log::WriteLog;
use crate::model::problem::Severity;
use crate::source::{Place, Unlisted};

/// Different extensions, and names of folders, that are counted.
const SKIPPED_NAMES_MAX: usize = 100;

/// The files that the last listing of everything skipped, by extension in lower case, and the folders, by
/// name with a slash at its end. Clones share them.
#[derive(Clone, Debug, Default)]
pub(super) struct SkippedFiles(Arc<Mutex<BTreeMap<String, usize>>>);

impl SkippedFiles {
    pub(super) fn counts(&self) -> BTreeMap<String, usize> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    fn set(&self, counts: BTreeMap<String, usize>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = counts;
    }
}

/// A listing in byte order of the paths.
pub(super) struct Listing {
    root: PathBuf,
    write_log: WriteLog,
    filter: PathFilter,
    inheritance: Inheritance,
    parents: Parents,
    links: Links,
    /// `None` if there is nothing to list.
    walk: Option<walkdir::IntoIter>,
    is_whole: bool,
    closed: bool,
    /// What to report before the next entry.
    unlisted: VecDeque<Unlisted>,
    skipped: BTreeMap<String, usize>,
    all_skipped: SkippedFiles,
}

impl Listing {
    /// A listing of everything, or of what is at `below`; if that does not exist, the listing is empty as
    /// long as the folder itself exists.
    pub(super) fn start(
        root: &Path,
        below: Option<&str>,
        closed: bool,
        write_log: &WriteLog,
        filter: &PathFilter,
        inheritance: &Inheritance,
        all_skipped: &SkippedFiles,
    ) -> Listing {
        let mut links = match below {
            None => Links::new(root, filter),
            Some(_) => Links::after(root, filter, write_log),
        };
        let mut unlisted = VecDeque::from_iter(below.and_then(|path| links.walk_to(path).err()));
        let mut start = match below {
            None => Some(root.to_owned()),
            Some(path) => Some(root.join(path)).filter(|start| {
                let missing = fs::symlink_metadata(start).is_err() && root.is_dir();
                filter.enters(path) && !missing && unlisted.is_empty()
            }),
        };
        let mut problems = Vec::new();
        let parents = match &start {
            Some(_) => inheritance.parents(below, &mut problems),
            None => Ok(Parents::default()),
        };
        let parents = parents.unwrap_or_else(|Unsettled| {
            start = None;
            unlisted.push_back(being_written(below.unwrap_or_default()));
            Parents::default()
        });
        // A listing of everything reports them.
        let problems = problems.into_iter().filter(|_| below.is_none());
        unlisted.extend(problems.map(of_parent));
        let sorted = |start| WalkDir::new(start).follow_links(true).sort_by(order);
        Listing {
            walk: start.map(|start| sorted(start).into_iter()),
            root: root.to_owned(),
            write_log: write_log.clone(),
            filter: filter.clone(),
            inheritance: inheritance.clone(),
            parents,
            links,
            is_whole: below.is_none(),
            closed,
            unlisted,
            skipped: BTreeMap::new(),
            all_skipped: all_skipped.clone(),
        }
    }

    /// What an entry is; `None` if it is no article and there is nothing to say of it.
    fn place(&mut self, entry: walkdir::Result<DirEntry>) -> Option<Result<Place, Unlisted>> {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => return self.unreadable(&error).map(Err),
        };
        let path = relative(&self.root, entry.path());
        let is_dir = entry.file_type().is_dir();
        let is_start = entry.depth() == 0;
        if self.is_whole && is_start {
            // A file in place of the folder must not look like an empty folder.
            let reason = "it is no folder";
            return (!is_dir).then(|| Err(Unlisted::error(String::new(), reason)));
        }
        self.parents.leave_for(&path);
        let name = entry.file_name().to_string_lossy();
        if !is_dir && self.inheritance.is_section_name(&name) {
            return self.enter(&path, entry.path()).map(Err);
        }
        let excluded = match is_dir || entry.file_type().is_file() {
            true => self.filter.excludes(&path, is_dir),
            false => Some(Excluded::Known),
        };
        if let Some(excluded) = excluded {
            match excluded {
                Excluded::ByName if is_dir => self.count(format!("{name}/")),
                Excluded::ByName => self.count(extension(&name).unwrap_or_default().to_lowercase()),
                Excluded::Known => {}
            }
            if is_dir {
                self.skip_folder();
            }
            return None;
        }
        let followed = match entry.path_is_symlink() {
            _ if is_start => Ok(()),
            true => self.links.follow(&path).map(|target| {
                self.write_log.note_link(&path, &target);
            }),
            false => self.links.enter(&path),
        };
        if let Err(skipped) = followed {
            if is_dir {
                self.skip_folder();
            }
            return Some(Err(skipped));
        }
        if is_dir {
            return None;
        }
        if entry.path().to_str().is_none() {
            return Some(Err(Unlisted::warning(path, "its name is not UTF-8")));
        }
        let metadata = match entry.metadata() {
            Ok(metadata) => metadata,
            Err(error) => return Some(Err(Unlisted::error(path, &error.to_string()))),
        };
        let mut place = Place {
            path,
            stamp: stamp(&metadata),
            closed: self.closed,
            recheck: false,
            columns: None,
        };
        self.inheritance.mark(&mut place, &self.parents);
        Some(Ok(place))
    }

    /// Takes a folder's own file, which is listed before all else in the folder.
    fn enter(&mut self, path: &str, file: &Path) -> Option<Unlisted> {
        match self.inheritance.add(&mut self.parents, path, file) {
            Ok(problem) => problem.map(of_parent),
            Err(Unsettled) => {
                let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
                match folder {
                    "" => self.walk = None,
                    _ => self.skip_folder(),
                }
                Some(being_written(folder))
            }
        }
    }

    fn unreadable(&mut self, error: &walkdir::Error) -> Option<Unlisted> {
        let unlisted = unlisted(&self.root, error);
        let path = error.path().unwrap_or(&self.root).to_owned();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if unlisted.is_none() && error.depth() > 0 && self.inheritance.is_section_name(&name) {
            let relative = relative(&self.root, &path);
            self.parents.leave_for(&relative);
            return self.enter(&relative, &path);
        }
        unlisted
    }

    fn skip_folder(&mut self) {
        if let Some(walk) = &mut self.walk {
            walk.skip_current_dir();
        }
    }

    fn count(&mut self, kind: String) {
        let is_full = self.skipped.len() >= SKIPPED_NAMES_MAX;
        if !is_full || self.skipped.contains_key(&kind) {
            *self.skipped.entry(kind).or_default() += 1;
        }
    }
}

impl Iterator for Listing {
    type Item = Result<Place, Unlisted>;

    fn next(&mut self) -> Option<Result<Place, Unlisted>> {
        if let Some(unlisted) = self.unlisted.pop_front() {
            return Some(Err(unlisted));
        }
        loop {
            let Some(entry) = self.walk.as_mut()?.next() else {
                if self.is_whole {
                    self.all_skipped.set(mem::take(&mut self.skipped));
                }
                self.walk = None;
                return None;
            };
            if let Some(place) = self.place(entry) {
                return Some(place);
            }
        }
    }
}

fn of_parent(problem: ParentProblem) -> Unlisted {
    Unlisted {
        path: problem.path,
        reason: problem.reason,
        hides: false,
        severity: problem.severity,
    }
}

/// What was found below a folder before stays until its own file can be read.
fn being_written(folder: &str) -> Unlisted {
    let reason = "a file that describes it, or a folder above it, is being written";
    Unlisted {
        severity: Severity::Warning,
        ..Unlisted::error(folder.to_owned(), reason)
    }
}

/// The order of two entries of a folder: names of folders end in `/`, so that a depth-first walk lists paths in
/// byte order, which is the order of the store. A link to a folder counts as a folder. A folder's own file,
/// which is no article, comes first: it says something of all others.
fn order(a: &DirEntry, b: &DirEntry) -> Ordering {
    let [a_name, b_name] = [a, b].map(|entry| entry.file_name().as_encoded_bytes());
    let is_behind = |name: &[u8]| !name.starts_with(b"_");
    let common = a_name.len().min(b_name.len());
    let rest = |entry: &DirEntry, name: &[u8]| match name.get(common) {
        Some(&next) => Some(next),
        None => is_folder(entry).then_some(b'/'),
    };
    is_behind(a_name)
        .cmp(&is_behind(b_name))
        .then_with(|| a_name[..common].cmp(&b_name[..common]))
        .then_with(|| rest(a, a_name).cmp(&rest(b, b_name)))
}

fn is_folder(entry: &DirEntry) -> bool {
    entry.file_type().is_dir() || (entry.path_is_symlink() && entry.path().is_dir())
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
