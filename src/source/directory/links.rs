//! Symbolic links: which of them are followed, so that an article that is reached by two ways is one.
//!
//! In order of precedence, a link is skipped if:
//!
//! 1. it leads to nothing: then what it led to counts as deleted;
//! 2. it leaves the folder;
//! 3. it leads to a folder that contains it;
//! 4. its target is listed under its own path, which wins whatever is seen first;
//! 5. a link before it in the order of the paths leads to the same place. Only hidden places can be reached
//!    by links alone, such as the `..data` of a mounted configuration.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::iter;
use std::path::{Path, PathBuf};

use super::path_filter::PathFilter;
use super::write_log::WriteLog;
use crate::source::Unlisted;

/// The links of one listing.
pub(super) struct Links {
    root: PathBuf,
    /// The folder that the root is or leads to.
    root_target: PathBuf,
    filter: PathFilter,
    /// The links that are followed, with their targets relative to the root.
    targets: BTreeMap<String, String>,
    /// The same by target.
    links: BTreeMap<String, BTreeSet<String>>,
    /// The links that earlier listings followed, until they are needed.
    earlier: Option<WriteLog>,
}

impl Links {
    /// The links of a listing of everything.
    pub(super) fn new(root: &Path, filter: &PathFilter) -> Links {
        Links {
            root_target: fs::canonicalize(root).unwrap_or_else(|_| root.to_owned()),
            root: root.to_owned(),
            filter: filter.clone(),
            targets: BTreeMap::new(),
            links: BTreeMap::new(),
            earlier: None,
        }
    }

    /// The links of a listing of one part, after those that earlier listings followed.
    pub(super) fn after(root: &Path, filter: &PathFilter, write_log: &WriteLog) -> Links {
        Links {
            earlier: Some(write_log.clone()),
            ..Links::new(root, filter)
        }
    }

    /// The target of the link at `path`, relative to the root, if it is followed; otherwise why not.
    pub(super) fn follow(&mut self, path: &str) -> Result<String, Unlisted> {
        let skipped = |reason: &str| Err(Unlisted::warning(path.to_owned(), reason));
        let link = self.root.join(path);
        let target = match fs::canonicalize(&link) {
            Ok(target) => target,
            Err(error) if leads_nowhere(&error) => {
                return skipped("it is a link to nothing; what it led to counts as deleted");
            }
            Err(error) => return Err(Unlisted::error(path.to_owned(), &error.to_string())),
        };
        if !target.starts_with(&self.root_target) {
            return skipped("it is a link that leaves the folder");
        }
        let folder = link.parent().map(fs::canonicalize).transpose();
        if folder.is_ok_and(|folder| folder.is_some_and(|folder| folder.starts_with(&target))) {
            return skipped("it is a link to a folder that contains it");
        }
        let real = relative(&self.root_target, &target);
        if self.filter.takes(&real, target.is_dir()) {
            let real = self.shown(&real);
            return skipped(&format!("it is a link to `{real}`, which is read there"));
        }
        for (link, target) in self.earlier.take().iter().flat_map(WriteLog::links) {
            self.add(link, target);
        }
        if let Some(other) = self.find_before(path, &real) {
            let [real, other] = [&real, &other].map(|path| self.shown(path));
            return skipped(&format!(
                "it is a link to `{real}`, which is read at `{other}`"
            ));
        }
        self.add(path.to_owned(), real.clone());
        Ok(real)
    }

    /// Fails if the file or folder at `path`, which is no link, is read through an earlier link.
    pub(super) fn enter(&self, path: &str) -> Result<(), Unlisted> {
        let other = self.targets.first_key_value().and_then(|_| {
            prefixes(path).find_map(|link| {
                let real = format!("{}{}", self.targets.get(link)?, &path[link.len()..]);
                self.find_before(link, &real)
            })
        });
        match other {
            Some(other) => Err(Unlisted::warning(
                path.to_owned(),
                &format!("it is read at `{}` already", self.shown(&other)),
            )),
            None => Ok(()),
        }
    }

    /// A path below the root as messages name it.
    fn shown(&self, path: &str) -> String {
        self.root.join(path).display().to_string()
    }

    /// Fails if one of the folders that lead to `path` is skipped, or `path` itself.
    pub(super) fn walk_to(&mut self, path: &str) -> Result<(), Unlisted> {
        for part in prefixes(path) {
            match fs::symlink_metadata(self.root.join(part)) {
                Ok(metadata) if metadata.is_symlink() => {
                    self.follow(part)?;
                }
                Ok(_) => self.enter(part)?,
                // The listing shows that it is missing.
                Err(_) => return Ok(()),
            }
        }
        Ok(())
    }

    fn add(&mut self, link: String, target: String) {
        let links = self.links.entry(target.clone()).or_default();
        links.insert(link.clone());
        self.targets.insert(link, target);
    }

    /// The link before `path` that leads to `real` or to a folder around it.
    fn find_before(&self, path: &str, real: &str) -> Option<String> {
        prefixes(real).find_map(|target| {
            let mut links = self.links.get(target)?.iter();
            let is_there = |link: &str| {
                // It may have gone since an earlier listing.
                let now = fs::canonicalize(self.root.join(link));
                now.is_ok_and(|now| now == self.root_target.join(target))
            };
            let link = links.find(|link| is_before(link, path) && is_there(link));
            link.cloned()
        })
    }
}

/// The folders that lead to `path`, and `path` itself.
fn prefixes(path: &str) -> impl Iterator<Item = &str> {
    let ends = path.match_indices('/').map(|(end, _)| end);
    ends.chain(iter::once(path.len())).map(|end| &path[..end])
}

/// Whether a listing meets the link `one` before `other`.
fn is_before(one: &str, other: &str) -> bool {
    one.bytes().chain([b'/']).lt(other.bytes().chain([b'/']))
}

/// The path below `root`, with `/`.
pub(super) fn relative(root: &Path, path: &Path) -> String {
    path.strip_prefix(root)
        .unwrap_or(path)
        .to_string_lossy()
        .into_owned()
}

/// Whether a link's target does not exist, or is the link itself.
pub(super) fn leads_nowhere(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
    ) || error.raw_os_error() == Some(rustix::io::Errno::LOOP.raw_os_error())
}
