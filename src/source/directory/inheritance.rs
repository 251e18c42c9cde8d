//! What files above an article say of it.
//!
//! - `_index.md` describes a folder. Zola hides all pages below a section that is a draft; Hugo gives the
//!   keys of `cascade` to them.
//! - `data/authors.yaml` and the like say who the authors are that articles name by a key.
//!
//! These files belong to the stamp of each article that they say something of: a digest of what they say is
//! mixed into it. So an article is read again when they change, and a reading with an old state folder
//! gives the same articles as one without. Reading an article takes what its stamp names, and nothing
//! else, however the files change meanwhile.
//!
//! A parent that cannot be read, or has a hiding value that is not understood, hides what is below it.

mod authors;
mod cascade;
pub(super) mod names;
mod section_file;
mod stamp_digest;

use std::collections::HashMap;
use std::fs;
use std::iter;
use std::mem;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use xxhash_rust::xxh3::xxh3_64;

use self::authors::Authors;
use self::names::{AUTHORS_STEM, DATA_EXTENSIONS, DATA_FOLDERS};
use self::section_file::SectionFile;
use self::stamp_digest::{UNKNOWN, with_digest, without_digest};
use super::file::{self, FILE_BYTES_MAX};
use super::write_log::WriteLog;
use crate::config::LegacyEncoding;
use crate::model::article::{AcceptSettings, Author, Draft, Visibility};
use crate::model::article_path::ArticlePath;
use crate::model::problem::Severity;
use crate::model::record::Stamp;
use crate::source::Place;
use crate::source::article_file::fields::inherited_date;
use crate::source::article_file::hidden::marks;
use crate::source::article_file::key_name;
use crate::source::article_file::tree::KeyValue;

/// How often a file is looked at whose writer is not done, before it counts as unsettled.
const ATTEMPTS_MAX: usize = 5;

/// What the files above an article say of it.
#[derive(Debug, Default)]
pub(super) struct Inherited {
    /// A section above is a draft, or a parent cannot be read.
    pub(super) is_hidden: bool,
    /// Keys of cascades that hide or date articles, nearest first, no two with the same name; an article's own keys come
    /// before them.
    pub(super) pairs: Vec<KeyValue>,
    authors: Arc<Authors>,
}

/// The files of one folder that say something of articles. Clones share what was read.
#[derive(Clone, Debug)]
pub(super) struct Inheritance {
    root: PathBuf,
    legacy: LegacyEncoding,
    settings: Arc<AcceptSettings>,
    /// The names that a folder's own file may have.
    section_names: Arc<[String]>,
    write_log: WriteLog,
    known: Arc<Mutex<Known>>,
}

/// Parsed files by path, with the stamp of the version.
type Parsed<T> = HashMap<PathBuf, (Stamp, Arc<T>)>;

/// What was read. A full listing begins a new generation and forgets the one before the last.
#[derive(Debug, Default)]
struct Known {
    sections: Parsed<SectionFile>,
    authors: Parsed<Authors>,
    by_digest: HashMap<u64, Arc<Inherited>>,
    /// The same of the generation before.
    before: HashMap<u64, Arc<Inherited>>,
}

/// The files that apply at one point of a listing.
#[derive(Clone, Debug, Default)]
pub(super) struct Parents {
    authors: Arc<Authors>,
    /// The folder's own files that hide something, from the root down.
    sections: Vec<(String, Arc<SectionFile>)>,
}

/// What is wrong with a parent, or should be known of it.
#[derive(Debug)]
pub(super) struct ParentProblem {
    /// Its path below the folder; of an authors' file beside the folder, its name.
    pub(super) path: String,
    pub(super) reason: String,
    pub(super) severity: Severity,
}

/// A parent that is being written.
#[derive(Debug)]
pub(super) struct Unsettled;

impl Inheritance {
    pub(super) fn new(
        root: &Path,
        legacy: LegacyEncoding,
        settings: &AcceptSettings,
        write_log: WriteLog,
    ) -> Inheritance {
        Inheritance {
            root: root.to_owned(),
            legacy,
            settings: Arc::new(settings.clone()),
            section_names: names::of_sections(settings.languages.tags()).into(),
            write_log,
            known: Arc::default(),
        }
    }

    /// The same with another write log.
    pub(super) fn with_write_log(self, write_log: WriteLog) -> Inheritance {
        Inheritance { write_log, ..self }
    }

    /// Whether a file with this name describes its folder.
    pub(super) fn is_section_name(&self, name: &str) -> bool {
        names::is_section(name) && self.section_names.iter().any(|known| known == name)
    }

    /// The authors' files, and the files of the folders above `below`; of a listing of everything, none.
    pub(super) fn parents(
        &self,
        below: Option<&str>,
        problems: &mut Vec<ParentProblem>,
    ) -> Result<Parents, Unsettled> {
        if below.is_none() {
            let mut known = self.known();
            known.before = mem::take(&mut known.by_digest);
            known.sections.retain(|file, _| file.exists());
        }
        let mut parents = Parents {
            authors: self.authors(problems)?,
            sections: Vec::new(),
        };
        let Some(below) = below else {
            return Ok(parents);
        };
        let ends = below.match_indices('/').map(|(end, _)| &below[..end]);
        for folder in iter::once("").chain(ends) {
            self.enter(&mut parents, folder)?;
        }
        Ok(parents)
    }

    /// Adds the files of a folder, whose problems the listing of that folder reports.
    fn enter(&self, parents: &mut Parents, folder: &str) -> Result<(), Unsettled> {
        for name in &*self.section_names {
            let path = match folder {
                "" => name.clone(),
                folder => format!("{folder}/{name}"),
            };
            let file = self.root.join(&path);
            if fs::symlink_metadata(&file).is_ok() {
                self.add(parents, &path, &file)?;
            }
        }
        Ok(())
    }

    /// Adds a folder's own file; returns what is wrong with it.
    pub(super) fn add(
        &self,
        parents: &mut Parents,
        path: &str,
        file: &Path,
    ) -> Result<Option<ParentProblem>, Unsettled> {
        let section = self.load(
            file,
            |known| &mut known.sections,
            |bytes| match bytes {
                Ok(bytes) => SectionFile::parse(bytes, self.legacy, &self.settings),
                Err(reason) => SectionFile::unreadable(reason),
            },
        )?;
        let Some(section) = section else {
            return Ok(None);
        };
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
        let problem = section
            .problem
            .clone()
            .map(|(severity, reason)| ParentProblem {
                path: path.to_owned(),
                reason,
                severity,
            });
        if section.hides_something() {
            let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
            let language =
                ArticlePath::new(stem, self.settings.languages.tags()).language_of_name();
            let section = match language {
                Some(language) => Arc::new(section.of_language(language)),
                None => section,
            };
            parents.sections.push((folder.to_owned(), section));
        }
        Ok(problem)
    }

    /// Mixes what `parents` say of an article into its stamp.
    pub(super) fn mark(&self, place: &mut Place, parents: &Parents) {
        let inherited = self.inherited(&place.path, parents);
        let digest = inherited.digest();
        if digest != 0 {
            place.stamp = with_digest(place.stamp, digest);
            let mut known = self.known();
            known
                .by_digest
                .entry(digest)
                .or_insert_with(|| inherited.into());
        }
    }

    /// Marks a place whose parents are being written: it is not read.
    pub(super) fn mark_unknown(place: &mut Place) {
        place.stamp = with_digest(place.stamp, UNKNOWN);
    }

    /// The stamp of the file alone, and what was said of it when it was listed; `None` if that is not known
    /// any more.
    pub(super) fn find(&self, stamp: Stamp) -> Option<(Stamp, Arc<Inherited>)> {
        let (stamp, digest) = without_digest(stamp);
        if digest == 0 {
            return Some((stamp, Arc::default()));
        }
        let known = self.known();
        let found = known
            .by_digest
            .get(&digest)
            .or_else(|| known.before.get(&digest));
        found.map(|inherited| (stamp, inherited.clone()))
    }

    fn inherited(&self, path: &str, parents: &Parents) -> Inherited {
        let mut inherited = Inherited {
            authors: parents.authors.clone(),
            ..Inherited::default()
        };
        if parents.sections.is_empty() {
            return inherited;
        }
        let stem = path.rsplit_once('.').map_or(path, |(stem, _)| stem);
        let article = ArticlePath::new(stem, self.settings.languages.tags());
        for (_, section) in parents.sections.iter().rev() {
            if !section.is_for(article.language_of_name(), &self.settings.language) {
                continue;
            }
            inherited.is_hidden |= section.is_draft;
            let language = article.language().unwrap_or(&self.settings.language);
            for pair in section.pairs_for(path, &article.key(), language) {
                let is_new = |known: &KeyValue| !key_name::is(&known.key, &pair.key);
                if inherited.pairs.iter().all(is_new) {
                    inherited.pairs.push(pair.clone());
                }
            }
        }
        // A nearer one may show what another hides.
        inherited.pairs.retain(|pair| {
            let pair = std::slice::from_ref(pair);
            let marks = marks(pair, &self.settings);
            let is_shown = marks.visibility() == Visibility::Public;
            let has_date = || {
                inherited_date(pair, &self.settings)
                    .ok()
                    .flatten()
                    .is_some()
            };
            !is_shown || !marks.expires.is_empty() || has_date()
        });
        inherited
    }

    /// All authors that the authors' files name; the first file that names a key counts.
    fn authors(&self, problems: &mut Vec<ParentProblem>) -> Result<Arc<Authors>, Unsettled> {
        let mut all: Arc<Authors> = Arc::default();
        let beside = self.root.parent();
        for (place, prefix) in [(Some(&*self.root), ""), (beside, "../")] {
            for folder in DATA_FOLDERS {
                let Some(place) = place.map(|place| place.join(folder)) else {
                    continue;
                };
                if !place.is_dir() {
                    continue;
                }
                for extension in DATA_EXTENSIONS {
                    let name = format!("{AUTHORS_STEM}.{extension}");
                    let loaded = self.load(
                        &place.join(&name),
                        |known| &mut known.authors,
                        |bytes| Authors::parse(bytes, extension, self.legacy),
                    )?;
                    let Some(authors) = loaded else { continue };
                    problems.extend(authors.problem.clone().map(|reason| ParentProblem {
                        path: format!("{prefix}{folder}/{name}"),
                        reason,
                        severity: Severity::Error,
                    }));
                    all = match all.is_empty() {
                        true => authors,
                        false => Arc::new(all.with(&authors)),
                    };
                }
            }
        }
        Ok(all)
    }

    /// The parsed form of a file, which is read only if it has changed; `None` if there is no file.
    fn load<T>(
        &self,
        file: &Path,
        known: fn(&mut Known) -> &mut Parsed<T>,
        parse: impl Fn(Result<&[u8], String>) -> T,
    ) -> Result<Option<Arc<T>>, Unsettled> {
        for _ in 0..ATTEMPTS_MAX {
            let metadata = match fs::metadata(file) {
                Ok(metadata) if metadata.is_file() => metadata,
                Ok(_) => return Ok(None),
                // It is gone, or a link to nothing.
                Err(_) if fs::symlink_metadata(file).is_err() => return Ok(None),
                Err(error) => return Ok(Some(Arc::new(parse(Err(unread(&error)))))),
            };
            let stamp = file::stamp(&metadata);
            if let Some((before, parsed)) = known(&mut self.known()).get(file)
                && *before == stamp
            {
                return Ok(Some(parsed.clone()));
            }
            let listed = Place {
                path: String::new(),
                stamp,
                closed: false,
                recheck: false,
                columns: None,
            };
            let parsed = match file::read_unchanged(file, &listed) {
                Ok(Some(_)) if stamp.size > FILE_BYTES_MAX => {
                    parse(Err(file::too_large(stamp.size).reason))
                }
                Ok(Some(_)) if self.write_log.is_being_written(stamp.inode) => continue,
                Ok(Some(bytes)) => parse(Ok(&bytes)),
                Ok(None) => continue,
                Err(_) if fs::symlink_metadata(file).is_err() => continue,
                Err(error) => return Ok(Some(Arc::new(parse(Err(unread(&error)))))),
            };
            let parsed = Arc::new(parsed);
            known(&mut self.known()).insert(file.to_owned(), (stamp, parsed.clone()));
            return Ok(Some(parsed));
        }
        Err(Unsettled)
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        // A panic leaves no entry half done.
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn unread(error: &std::io::Error) -> String {
    format!("cannot be read: {error}")
}

impl Parents {
    /// Forgets the files of folders that `path` is not below.
    pub(super) fn leave_for(&mut self, path: &str) {
        let is_above = |folder: &str| {
            folder.is_empty()
                || path
                    .strip_prefix(folder)
                    .is_some_and(|rest| rest.starts_with('/'))
        };
        while self
            .sections
            .pop_if(|(folder, _)| !is_above(folder))
            .is_some()
        {}
    }
}

impl Inherited {
    /// Replaces an author that is the key of a known one.
    pub(super) fn name_authors(&self, draft: &mut Draft) {
        for author in &mut draft.authors {
            let Some(known) = self.authors.get(author.name.trim()) else {
                continue;
            };
            let own = mem::take(author);
            *author = Author {
                name: known.name.clone(),
                slug: own.slug.or_else(|| known.slug.clone()),
                role: own.role.or_else(|| known.role.clone()),
                email: own.email.or_else(|| known.email.clone()),
                url: own.url.or_else(|| known.url.clone()),
            };
        }
    }

    /// 0 if nothing is said.
    fn digest(&self) -> u64 {
        if !self.is_hidden && self.pairs.is_empty() && self.authors.is_empty() {
            return 0;
        }
        let said = format!("{}{:?}{}", self.is_hidden, self.pairs, self.authors.digest);
        // 63 bits, so that it fits above the time in a stamp.
        (xxh3_64(said.as_bytes()) >> 1).max(UNKNOWN + 1)
    }
}

#[cfg(test)]
mod tests;
