//! Where articles come from: a folder of files, an SQL database, or a site of WordPress.
//!
//! A source lists places with their stamps, and reads the articles of some of them;
//! [`ingest`](crate::ingest) compares that with the store. Bytes, formats and SQL stay in here: the
//! result is an [`Accepted`] article or a [`Refusal`].
//!
//! Begin with [`Source`]. Each kind of source has a `watcher` that reports changes.
//!
//! Uses [`text`](crate::text), [`model`](crate::model), [`config`](crate::config) and
//! [`http_client`](crate::http_client).

pub mod article_file;
pub mod directory;
mod recheck_window;
pub mod restart;
pub mod settings_file;
pub mod sql;
pub(crate) mod watcher;
pub(crate) mod watcher_messages;
pub mod wordpress;

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path;
use std::sync::Arc;
use std::time::Instant;

use self::directory::Directory;
use self::sql::{Extent, Sql, SqlError};
use self::wordpress::{Names, TermSlugs, WordPress, WordPressError};
use crate::config::{Config, KeyFrom, SourceConfig, Watch};
use crate::model::article::{AcceptSettings, Accepted, Refusal};
use crate::model::problem::Severity;
use crate::model::record::Stamp;
use crate::model::time::Timestamp;
#[cfg(test)]
use crate::source::directory::testkit::FakeFolder;
use crate::text::SiteLanguages;

/// How much of a source is read at once.
#[derive(Debug)]
pub(crate) struct ReadingLimits {
    /// Places that a thread takes at once. Where their costs differ they are few, so that all threads
    /// end together.
    pub(crate) share: usize,
    /// Batches of places that may wait to be read: enough to know their number early in most archives,
    /// and few enough to bound the memory of a first listing.
    pub(crate) batches_ahead: usize,
    /// Threads that read, on any number of processors.
    pub(crate) threads: usize,
    /// Places that one statement reads, so that together they cost little more than one.
    pub(crate) at_once: usize,
    /// The most places in one transaction, which limits what a crash loses and what is held in memory.
    pub(crate) batch: usize,
}

impl ReadingLimits {
    /// The places of the next transaction of a reading that has found so many. While the last one is stored
    /// nothing is read any more, so it is a small part of the whole, unless that is small itself.
    pub(crate) fn batch_after(&self, found: usize) -> usize {
        (found / 16).max(16 * self.share).min(self.batch)
    }
}

/// Files or rows in one transaction.
const BATCH: usize = 4096;

const FILE_LIMITS: ReadingLimits = ReadingLimits {
    share: 32,
    batches_ahead: 16,
    threads: usize::MAX,
    at_once: 1,
    batch: BATCH,
};

/// More batches, because a listing that waits stays open on the server. Each thread uses one of the few
/// connections.
const ROW_LIMITS: ReadingLimits = ReadingLimits {
    share: sql::ROWS_A_STATEMENT,
    batches_ahead: 64,
    threads: 2,
    at_once: sql::ROWS_A_STATEMENT,
    batch: BATCH,
};

/// One thread, because a site gets one call at a time, and small transactions, because posts come slowly.
const POST_LIMITS: ReadingLimits = ReadingLimits {
    share: wordpress::ITEMS_A_CALL,
    batches_ahead: 64,
    threads: 1,
    at_once: wordpress::ITEMS_A_CALL,
    batch: 2 * wordpress::ITEMS_A_CALL,
};

/// Where articles come from.
#[derive(Clone, Debug)]
pub enum Source {
    /// A folder of files.
    Directory(Box<Directory>),
    /// An SQL database.
    Sql(Sql),
    /// A site of WordPress.
    WordPress(WordPress),
}

/// A file or a row that may hold an article.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The path below the folder, with `/`; the id of a row; that of a post, with zeroes in front.
    pub path: String,
    /// Changes when the file or row does.
    pub stamp: Stamp,
    /// Whether it is known that its writer has closed it.
    pub closed: bool,
    /// Whether it is read again despite its stamp, and counts only if its article differs.
    pub recheck: bool,
    /// The digest of a row's columns, as in [`ReadResult::columns`], if the listing compares them.
    pub columns: Option<u64>,
}

/// The part of a source to compare with the store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Everything, and of each row of a database all columns.
    All,
    /// Everything, and of a row of a database its id, its dates and what may hide it.
    Ids,
    /// What may have changed since the last listings; for a folder, everything.
    Recent,
    /// One place and everything below it. Only folders are compared by it.
    At {
        /// The place, as in [`Place::path`].
        path: String,
        /// Whether it is known that its writer has closed it.
        closed: bool,
    },
}

impl Scope {
    /// Whether a listing of it shows every place.
    pub fn is_full(&self) -> bool {
        match self {
            Scope::All | Scope::Ids => true,
            Scope::Recent | Scope::At { .. } => false,
        }
    }

    /// The scope of one path.
    pub fn at(path: String) -> Scope {
        Scope::At {
            path,
            closed: false,
        }
    }
}

/// A part of a source that cannot be listed.
#[derive(Debug)]
pub struct Unlisted {
    /// Its path; empty for the source itself.
    pub path: String,
    /// Why it cannot be listed.
    pub reason: String,
    /// Whether it may hold articles that an earlier listing found.
    pub hides: bool,
    /// Whether it needs a correction.
    pub severity: Severity,
}

impl Unlisted {
    /// It may hold articles that were found before.
    fn error(path: String, reason: &str) -> Unlisted {
        Unlisted {
            path,
            reason: reason.to_owned(),
            hides: true,
            severity: Severity::Error,
        }
    }

    /// It never was an article.
    fn warning(path: String, reason: &str) -> Unlisted {
        Unlisted {
            path,
            reason: reason.to_owned(),
            hides: false,
            severity: Severity::Warning,
        }
    }
}

/// The result of reading one place.
#[derive(Debug)]
pub struct ReadResult {
    /// The article or the reason why there is none.
    pub outcome: ReadOutcome,
    /// The digest of a row's columns, of its texts their lengths; 0 for a file.
    pub columns: u64,
}

impl From<ReadOutcome> for ReadResult {
    fn from(outcome: ReadOutcome) -> ReadResult {
        ReadResult {
            outcome,
            columns: 0,
        }
    }
}

/// The article of a place, or the reason why there is none.
#[derive(Debug)]
pub enum ReadOutcome {
    /// An article.
    Accepted(Box<Accepted>),
    /// No article, for this reason.
    Refused(Refusal),
    /// Several rows with one id: their common stamp, and the reason why they are refused.
    Shared(Stamp, Refusal),
    /// It cannot be read now; the next reading tries again.
    Unreadable(Refusal),
    /// It changed or disappeared while it was read: the next listing shows which.
    Unsettled,
}

impl ReadOutcome {
    /// The result of `accept` for a file or row, which `noun` names. A panic refuses this one alone.
    fn of(noun: &str, accept: impl FnOnce() -> Result<Accepted, Refusal>) -> ReadOutcome {
        match catch_unwind(AssertUnwindSafe(accept)) {
            Ok(Ok(accepted)) => ReadOutcome::Accepted(Box::new(accepted)),
            Ok(Err(refusal)) => ReadOutcome::Refused(refusal),
            Err(_) => ReadOutcome::Refused(Refusal::new(
                None,
                format!("the {noun} could not be understood"),
                format!("this is a fault of taspa: report it with the {noun}"),
            )),
        }
    }
}

/// The settings that a configuration gives to the reading of articles.
fn accept_settings(config: &Config) -> AcceptSettings {
    let site = &config.site;
    let folder = match &config.source {
        SourceConfig::Directory(folder) => Some(folder),
        SourceConfig::Sql(_) | SourceConfig::WordPress(_) => None,
    };
    let public_status = match &config.source {
        SourceConfig::Directory(folder) => folder.public_status.clone(),
        SourceConfig::Sql(sql) => sql.public_status.clone(),
        SourceConfig::WordPress(_) => Vec::new(),
    };
    AcceptSettings {
        public_status,
        fields: folder.map_or_else(Default::default, |folder| folder.fields.clone()),
        keys_are_names: folder.is_some_and(|folder| folder.key == KeyFrom::Name),
        shortcodes: folder.map_or_else(BTreeMap::new, |folder| folder.shortcodes.clone()),
        link: config.source.link().map(str::to_owned),
        public_url: config.server.public_url.clone(),
        languages: SiteLanguages::new(&site.language, site.languages.clone()),
        ..AcceptSettings::of_site(site.zone.clone(), &site.language, &site.url)
    }
}

/// What decides which articles there are and how they are read, without when changes are looked for.
fn reading(config: &Config) -> (AcceptSettings, SourceConfig) {
    let mut source = config.source.clone();
    match &mut source {
        SourceConfig::Directory(folder) => {
            folder.rescan = 0;
            folder.watch = Watch::Poll;
        }
        SourceConfig::Sql(sql) => {
            (sql.refresh, sql.reconcile, sql.rows) = (0, 0, 0);
            (sql.listen, sql.listen_url) = (None, None);
        }
        SourceConfig::WordPress(site) => (site.refresh, site.rows) = (0, 0),
    }
    (accept_settings(config), source)
}

/// Whether two configurations read the same articles in the same way. They may differ in when they look for
/// changes.
pub fn read_alike(one: &Config, other: &Config) -> bool {
    reading(one) == reading(other)
}

/// Why a source cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// The articles' folder cannot be listed.
    #[error("cannot list {folder}: {reason}")]
    Folder {
        /// The folder's path.
        folder: String,
        /// The error of the system.
        reason: String,
    },
    /// The database failed.
    #[error(transparent)]
    Database(#[from] SqlError),
    /// The site failed.
    #[error(transparent)]
    Site(#[from] WordPressError),
}

impl SourceError {
    /// Whether a value of one row may be the reason, so that the other rows can be read.
    pub(crate) fn may_be_of_one_row(&self) -> bool {
        match self {
            SourceError::Database(error) => error.may_be_of_one_row() && !error.is_timeout(),
            SourceError::Folder { .. } | SourceError::Site(_) => false,
        }
    }
}

/// Why a listing is not complete.
#[derive(Debug)]
pub enum ListingError {
    /// A part of the source cannot be listed; the listing goes on.
    Unlisted(Unlisted),
    /// The source failed; the listing ends.
    Source(SourceError),
}

impl From<SqlError> for ListingError {
    fn from(error: SqlError) -> ListingError {
        ListingError::Source(error.into())
    }
}

impl From<WordPressError> for ListingError {
    fn from(error: WordPressError) -> ListingError {
        ListingError::Source(error.into())
    }
}

impl Source {
    /// The source that a configuration names. Reads nothing yet; fails if an address is not valid.
    pub fn new(config: &Config) -> Result<Source, SourceError> {
        let reading = accept_settings(config);
        Ok(match &config.source {
            SourceConfig::Directory(config) => {
                Source::Directory(Box::new(Directory::new(config, reading)))
            }
            SourceConfig::Sql(config) => Source::Sql(Sql::new(config, reading)?),
            SourceConfig::WordPress(config) => Source::WordPress(WordPress::new(config, reading)?),
        })
    }

    /// The source of the next configuration: this one if its settings did not change, else a new one that
    /// takes over the required columns or the write log.
    pub fn reconfigured(&self, before: &Config, next: &Config) -> Result<Source, SourceError> {
        let is_same =
            before.source == next.source && accept_settings(before) == accept_settings(next);
        if is_same {
            return Ok(self.clone());
        }
        Ok(match (self, Source::new(next)?) {
            (Source::Directory(before), Source::Directory(next)) => {
                let write_log = before.write_log().clone();
                Source::Directory(Box::new(next.with_write_log(write_log)))
            }
            (Source::Sql(before), Source::Sql(next)) => Source::Sql(next.with_columns_of(before)),
            (Source::WordPress(before), Source::WordPress(next)) => {
                Source::WordPress(next.with_state_of(before))
            }
            (_, next) => next,
        })
    }

    /// The source's memory for the next start, which [`Source::restore_memory`] reads; a folder has none.
    pub fn memory(&self) -> Option<Vec<u8>> {
        match self {
            Source::Directory(_) => None,
            Source::Sql(sql) => Some(sql.memory()),
            Source::WordPress(site) => Some(site.memory()),
        }
    }

    /// Restores the memory of an earlier run.
    pub fn restore_memory(&self, memory: &[u8]) {
        match self {
            Source::Directory(_) => {}
            Source::Sql(sql) => sql.restore_memory(memory),
            Source::WordPress(site) => site.restore_memory(memory),
        }
    }

    /// The slugs of terms by the numbers that the addresses of a site's own feeds name.
    pub fn term_slugs(&self) -> Option<Arc<TermSlugs>> {
        match self {
            Source::Directory(_) | Source::Sql(_) => None,
            Source::WordPress(site) => Some(site.term_slugs().clone()),
        }
    }

    /// The memory of a first reading that has begun, if such a reading takes so long that the next start goes
    /// on with what it stored. It is the same as long as posts are read by the same rules.
    pub fn first_reading_mark(&self) -> Option<Vec<u8>> {
        match self {
            Source::Directory(_) | Source::Sql(_) => None,
            Source::WordPress(site) => Some(site.first_reading_mark()),
        }
    }

    /// The columns that the query gave before and no longer gives, and how many it gave.
    pub fn lost_columns(&self) -> (Vec<String>, usize) {
        match self {
            Source::Directory(_) | Source::WordPress(_) => (Vec::new(), 0),
            Source::Sql(sql) => sql.lost_columns(),
        }
    }

    /// Accepts that these columns of the query are missing; without names, all that are.
    pub fn accept_lost_columns(&self, names: Option<&[String]>) {
        match self {
            Source::Directory(_) | Source::WordPress(_) => {}
            Source::Sql(sql) => sql.accept_lost_columns(names),
        }
    }

    /// Its name in messages: the folder, or the address of the database or site, without secrets.
    pub fn name(&self) -> String {
        match self {
            Source::Directory(directory) => directory.root().display().to_string(),
            Source::Sql(sql) => sql.name().to_owned(),
            Source::WordPress(site) => site.name().to_owned(),
        }
    }

    /// The name of a place in messages.
    pub fn locate(&self, path: &str) -> String {
        match self {
            Source::Directory(directory) => directory.root().join(path).display().to_string(),
            Source::Sql(_) if path.is_empty() => "[source.sql]".to_owned(),
            Source::Sql(_) => format!("[source.sql] row {path}"),
            Source::WordPress(_) if path.is_empty() => "[source.wordpress]".to_owned(),
            Source::WordPress(_) => {
                format!("[source.wordpress] post {}", path.trim_start_matches('0'))
            }
        }
    }

    /// The scopes that show these places again. Only a full listing shows that a row or post was deleted.
    pub fn scopes_at(&self, paths: Vec<String>) -> Vec<Scope> {
        match self {
            Source::Directory(_) => paths.into_iter().map(Scope::at).collect(),
            Source::Sql(_) | Source::WordPress(_) => vec![Scope::Ids],
        }
    }

    /// The word for one of its places.
    pub fn noun(&self) -> &'static str {
        match self {
            Source::Directory(_) => "file",
            Source::Sql(_) => "row",
            Source::WordPress(_) => "post",
        }
    }

    /// Everything that decides how an article is read, as bytes for a digest.
    pub fn reading_bytes(&self) -> Vec<u8> {
        match self {
            Source::Directory(directory) => directory.reading_bytes(),
            Source::Sql(sql) => sql.reading_bytes(),
            Source::WordPress(site) => site.reading_bytes(),
        }
    }

    /// Everything that decides which articles a configuration with this source lists, as bytes for a digest;
    /// nothing secret is part of it. Another version of this program may have other bytes.
    pub fn listing_bytes(&self, config: &Config) -> Vec<u8> {
        let (_, mut source) = reading(config);
        let name = match &mut source {
            SourceConfig::Directory(folder) => {
                // It may be named from another working directory.
                folder.path = path::absolute(&folder.path).unwrap_or_default();
                ""
            }
            SourceConfig::Sql(_) | SourceConfig::WordPress(_) => &self.name(),
        };
        format!("{source:?} {name}").into_bytes()
    }

    /// How many files the last listing of everything skipped, by their extension in lower case, which is
    /// empty for files without one; and how many folders, by their name with a slash at its end.
    pub fn skipped(&self) -> BTreeMap<String, usize> {
        match self {
            Source::Directory(directory) => directory.skipped(),
            Source::Sql(_) | Source::WordPress(_) => BTreeMap::new(),
        }
    }

    pub(crate) fn limits(&self) -> &'static ReadingLimits {
        match self {
            Source::Directory(_) => &FILE_LIMITS,
            Source::Sql(_) => &ROW_LIMITS,
            Source::WordPress(_) => &POST_LIMITS,
        }
    }

    /// Lists every place within `scope`, in the byte order of the paths.
    pub fn walk(
        &self,
        scope: &Scope,
    ) -> Box<dyn Iterator<Item = Result<Place, ListingError>> + '_> {
        match self {
            Source::Directory(directory) => {
                let (below, closed) = match scope {
                    Scope::At { path, closed } => (Some(path.as_str()), *closed),
                    Scope::All | Scope::Ids | Scope::Recent => (None, false),
                };
                let error = |unlisted: Unlisted| match unlisted.path.is_empty() {
                    true => ListingError::Source(SourceError::Folder {
                        folder: self.name(),
                        reason: unlisted.reason,
                    }),
                    false => ListingError::Unlisted(unlisted),
                };
                #[cfg(test)]
                if let Some(folder) = FakeFolder::at(directory.root()) {
                    let entries = folder.walk(below, closed);
                    return Box::new(entries.map(move |entry| entry.map_err(error)));
                }
                let entries = directory.walk(below, closed);
                Box::new(entries.map(move |entry| entry.map_err(error)))
            }
            Source::Sql(sql) => match scope {
                Scope::At { path, .. } => {
                    let row = sql
                        .stat(std::slice::from_ref(path), self.now())
                        .map_err(ListingError::from);
                    Box::new(row.map(|mut row| row.pop()).transpose().into_iter())
                }
                Scope::Recent => Box::new(sql.walk(Extent::Recent, self.now())),
                Scope::Ids => Box::new(sql.walk(Extent::All, self.now())),
                Scope::All => Box::new(sql.walk(Extent::Columns, self.now())),
            },
            Source::WordPress(site) => match scope {
                Scope::At { path, .. } => site.walk_one(path),
                Scope::Recent => site.walk_recent(),
                Scope::Ids => Box::new(site.walk(Names::Known)),
                Scope::All => Box::new(site.walk(Names::Renewed)),
            },
        }
    }

    /// Reads places, and calls `done` with the index of each one and its result, so that few articles are
    /// in memory at once.
    pub fn read(
        &self,
        share: &[Place],
        mut done: impl FnMut(usize, ReadResult),
    ) -> Result<(), SourceError> {
        let now = self.now();
        match self {
            Source::Directory(directory) => {
                for (number, found) in share.iter().enumerate() {
                    done(number, directory.read(found, now).into());
                }
                Ok(())
            }
            Source::Sql(sql) => Ok(sql.read(share, now, done)?),
            Source::WordPress(site) => Ok(site.read(share, done)?),
        }
    }

    /// The places at these paths as they are now, without missing ones.
    pub fn stat(&self, paths: &[String]) -> Result<Vec<Place>, SourceError> {
        match self {
            Source::Directory(directory) => Ok(directory.stat(paths)),
            Source::Sql(sql) => Ok(sql.stat(paths, self.now())?),
            // No two posts share an id.
            Source::WordPress(_) => Ok(Vec::new()),
        }
    }

    /// The time of a reading, by a clock that only runs forward and by the wall clock. The source of a
    /// simulation has clocks of its own.
    pub(crate) fn clocks(&self) -> (Instant, Timestamp) {
        #[cfg(test)]
        if let Source::Directory(directory) = self
            && let Some(folder) = FakeFolder::at(directory.root())
        {
            return folder.clocks();
        }
        (Instant::now(), Timestamp::now())
    }

    fn now(&self) -> Timestamp {
        self.clocks().1
    }

    /// Whether this is the stamp of several rows with one id, of which a listing of recent rows may show
    /// only some.
    pub fn is_shared(&self, stamp: Stamp) -> bool {
        match self {
            Source::Directory(_) | Source::WordPress(_) => false,
            Source::Sql(_) => stamp.size > 1,
        }
    }

    /// Whether a place with this stamp may change without changing it.
    pub fn is_in_recheck_window(&self, stamp: Stamp) -> bool {
        match self {
            Source::Directory(_) => false,
            Source::Sql(_) | Source::WordPress(_) => recheck_window::is_in_recheck_window(stamp),
        }
    }

    /// Whether two stamps differ in nothing but the recheck window.
    pub fn is_same_row(&self, before: Stamp, now: Stamp) -> bool {
        match self {
            Source::Directory(_) => false,
            Source::Sql(_) | Source::WordPress(_) => recheck_window::is_same_row(before, now),
        }
    }

    /// Whether a file that held an article was emptied on purpose.
    pub fn is_emptied(&self, found: &Place) -> bool {
        match self {
            Source::Directory(_) => directory::file::is_emptied(found, self.now()),
            Source::Sql(_) | Source::WordPress(_) => false,
        }
    }

    /// The key of an article at `path` that names none.
    pub fn key_of(&self, path: &str) -> String {
        match self {
            Source::Directory(directory) => directory.key_of(path),
            Source::Sql(_) | Source::WordPress(_) => path.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn batches_of_files_grow_with_the_archive_and_others_are_whole() {
        for (limits, found, expected) in [
            (&FILE_LIMITS, 1, 512),
            (&FILE_LIMITS, 8_192, 512),
            (&FILE_LIMITS, 16_000, 1_000),
            (&FILE_LIMITS, 1_000_000, BATCH),
            (&ROW_LIMITS, 1, BATCH),
            (&ROW_LIMITS, 1_000_000, BATCH),
            (&POST_LIMITS, 1, 200),
            (&POST_LIMITS, 1_000_000, 200),
        ] {
            assert_eq!(limits.batch_after(found), expected, "{limits:?} {found}");
        }
    }
}
